//! The Double Ratchet with header encryption: no ratchet key and no number is visible on the wire.
//!
//! Which part: DR 4. Who calls it: whoever wants to hide who talks in which chain; no session, and it is not deployed. Secret:
//! the state, all but its public key and numbers, headers, and plaintexts.
//!
//! ```text
//!            initiator                                   responder
//!  SK --KDF_RK_HE(DHs, DHr)--> RK, CKs, NHKs              RK = SK, no chain
//!  HKs = shared_hka, NHKr = shared_nhkb                   NHKs = shared_nhkb, NHKr = shared_hka
//!     message whose header opens under NHKr, on either side:
//!  HKs = NHKs, HKr = NHKr; the receiving chain is closed: its keys up to PN are stored
//!  RK --KDF_RK_HE(DHs, K)--> CKr, NHKr of the receiving chain --KDF_RK_HE(fresh DHs, K)--> CKs, NHKs of the sending one
//! ```
//!
//! A message is received in steps, so that one that is refused has changed nothing:
//!
//! ```text
//!  &State --plan--> (Plan, mk) --decrypt--> plaintext --Plan::ready--> Step --apply--> &mut State
//! ```
pub mod functions;
pub mod state;

pub use crate::ratchet::header_encrypted::functions::*;
pub use crate::ratchet::header_encrypted::state::*;

use crate::ct::equal;
use crate::keys::{
    ratchet_key_pair, ChainKey, CounterBlock, HeaderKey, MessageKeySeed, PrivateKey, RatchetKey,
    RatchetKeyPair, RootKey,
};
use crate::primitives::x25519::dh;
use crate::ratchet::symmetric::kdf_ck;
use crate::ratchet::written::{decrypt, encrypt, Header, MAX_SKIP, MAX_STORED};
use std::collections::VecDeque;

/// A receiving chain as a message finds it.
struct At<'a> {
    hkr: &'a HeaderKey,
    ckr: &'a ChainKey,
    nr: u32,
}

/// Keys to store, in ascending order. In boxes already: moved, they leave no copy.
type Skipped = Vec<Box<HeStoredKey>>;

/// What receiving changes in the chain.
struct Advance {
    ckr: ChainKey,
    nr: u32,
    skipped: Skipped,
}

/// What receiving a message would change, but for the sending half of a Diffie-Hellman step.
enum Plan {
    /// The key at this place of the store is used.
    Taken(usize),
    /// The receiving chain moves on.
    Current(Advance),
    /// A new chain; the keys at the end of the old one; the root key from which the sending chain follows.
    New {
        closed: Skipped,
        rk: RootKey,
        nhkr: HeaderKey,
        dhr: RatchetKey,
        advance: Advance,
    },
}

/// Both chains after a Diffie-Hellman step.
struct NewChains {
    closed: Skipped,
    rk: RootKey,
    dhs: RatchetKeyPair,
    cks: ChainKey,
    nhks: HeaderKey,
    nhkr: HeaderKey,
    advance: Advance,
}

/// Which chain a header belongs to.
enum HeaderOf<'a> {
    /// The receiving chain.
    Current(&'a HeReceivingChain, Header),
    /// The next one.
    Next(Header),
}

/// All that receiving a message changes.
enum Step {
    Taken(usize),
    Current(Advance),
    New(Box<NewChains>),
}

/// Mirror of `spec::ratchet::header_encrypted::ratchet_encrypt_he`.
///
/// In: the state; 16 random bytes for the header, public; any plaintext, secret; AD. Out: the message.
/// Errors: `NoSendingChain`, `CounterExhausted`; the state is as before.
pub fn ratchet_encrypt_he(
    state: &mut HeState,
    nonce: CounterBlock,
    plaintext: &[u8],
    ad: &[u8],
) -> Result<HeMessage, HeError> {
    let sending = state.sending.as_mut().ok_or(HeError::NoSendingChain)?;
    let ns = number_after(sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, mk) = kdf_ck(&sending.cks);
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = Header {
        dh: state.dhs.public,
        pn: state.pn,
        n: sending.ns,
    };
    // enc_header = HENCRYPT(state.HKs, header)
    let enc_header = hencrypt(&sending.hks, nonce, header).to_vec();
    // return enc_header, ENCRYPT(mk, plaintext, CONCAT(AD, enc_header))
    let ciphertext = encrypt(&mk, plaintext, [ad, &enc_header]);
    // state.Ns += 1
    sending.cks = cks;
    sending.ns = ns;
    Ok(HeMessage {
        enc_header,
        ciphertext,
    })
}

/// Mirror of `spec::ratchet::header_encrypted::ratchet_decrypt_he`.
///
/// In: the state; 32 random bytes for a fresh pair, used if the header opens under NHKr; the message; AD. Out: the plaintext,
/// secret.
/// Errors: `UndecryptableHeader`, `TooFarInFuture` at the end of the old chain, `InvalidAgreement`, `DuplicateMessage`,
/// `TooFarInFuture`, `CounterExhausted`, `Rejected`, in this order; the state is as before.
pub fn ratchet_decrypt_he(
    state: &mut HeState,
    fresh: PrivateKey,
    message: &HeMessage,
    ad: &[u8],
) -> Result<Vec<u8>, HeError> {
    let (plan, mk) = plan(state, &message.enc_header)?;
    // return DECRYPT(mk, ciphertext, CONCAT(AD, enc_header))
    let plaintext =
        decrypt(&mk, &message.ciphertext, [ad, &message.enc_header]).ok_or(HeError::Rejected)?;
    let step = plan.ready(fresh)?;
    apply(state, step);
    Ok(plaintext)
}

/// What a message would change, and its key; reads only.
///
/// Errors: `UndecryptableHeader`, `TooFarInFuture`, `InvalidAgreement`, `DuplicateMessage`, `CounterExhausted`.
fn plan(state: &HeState, enc_header: &[u8]) -> Result<(Plan, MessageKeySeed), HeError> {
    if let Some((i, mk)) = try_skipped_message_keys_he(&state.mkskipped, enc_header) {
        return Ok((Plan::Taken(i), mk));
    }
    let header = match decrypt_header(state, enc_header)? {
        HeaderOf::Current(chain, header) => {
            let (advance, mk) = chain_step(&at(chain), header.n)?;
            return Ok((Plan::Current(advance), mk));
        }
        HeaderOf::Next(header) => header,
    };
    let closed = close_chain(state, header.pn)?;
    let (rk, ckr, nhkr) = dh_ratchet_he(state, header.dh)?;
    let new = At {
        hkr: &state.nhkr,
        ckr: &ckr,
        nr: 0,
    };
    let (advance, mk) = chain_step(&new, header.n)?;
    let plan = Plan::New {
        closed,
        rk,
        nhkr,
        dhr: header.dh,
        advance,
    };
    Ok((plan, mk))
}

impl Plan {
    /// Complete the plan: the sending half of a Diffie-Hellman step, if there is one. The fresh key is used, or wiped.
    ///
    /// Errors: `InvalidAgreement`, in form; the receiving half has already agreed with this ratchet key.
    fn ready(self, fresh: PrivateKey) -> Result<Step, HeError> {
        Ok(match self {
            Self::Taken(i) => Step::Taken(i),
            Self::Current(advance) => Step::Current(advance),
            Self::New {
                closed,
                rk,
                nhkr,
                dhr,
                advance,
            } => {
                // state.DHs = GENERATE_DH(); state.RK, state.CKs, state.NHKs = KDF_RK_HE(state.RK, DH(state.DHs, state.DHr))
                let dhs = ratchet_key_pair(fresh);
                let dh_sending = lift_agreement_he(dh(&dhs.private, dhr.key))?;
                let (rk, cks, nhks) = kdf_rk_he(&rk, &dh_sending);
                Step::New(Box::new(NewChains {
                    closed,
                    rk,
                    dhs,
                    cks,
                    nhks,
                    nhkr,
                    advance,
                }))
            }
        })
    }
}

/// Make a receiving step, planned on this very state. It cannot fail.
fn apply(state: &mut HeState, step: Step) {
    match step {
        Step::Taken(i) => drop(state.mkskipped.remove(i)),
        Step::Current(advance) => {
            if let Some(chain) = &mut state.receiving {
                chain.ckr = advance.ckr;
                chain.nr = advance.nr;
            }
            store_all(&mut state.mkskipped, advance.skipped);
        }
        Step::New(new) => {
            let NewChains {
                closed,
                rk,
                dhs,
                cks,
                nhks,
                nhkr,
                advance,
            } = *new;
            // state.PN = state.Ns; without a sending chain Ns is 0; state.Ns = 0; state.Nr = 0
            state.pn = state.sending.as_ref().map_or(0, |chain| chain.ns);
            state.rk = rk;
            state.dhs = dhs;
            // state.HKs = state.NHKs; state.HKr = state.NHKr
            let hks = core::mem::replace(&mut state.nhks, nhks);
            let hkr = core::mem::replace(&mut state.nhkr, nhkr);
            state.sending = Some(HeSendingChain { hks, cks, ns: 0 });
            state.receiving = Some(HeReceivingChain {
                hkr,
                ckr: advance.ckr,
                nr: advance.nr,
            });
            store_all(&mut state.mkskipped, closed);
            store_all(&mut state.mkskipped, advance.skipped);
        }
    }
}

/// Keep more message keys; the oldest go when there are too many.
fn store_all(mkskipped: &mut VecDeque<Box<HeStoredKey>>, skipped: Skipped) {
    for key in skipped {
        if mkskipped.len() >= MAX_STORED {
            mkskipped.pop_front();
        }
        mkskipped.push_back(key);
    }
}

/// Where the key of a message is stored, and a second copy of it, as the first stays until the message is opened.
/// Faster: the entries of one chain stand together, and the header is opened once for all of them.
fn try_skipped_message_keys_he(
    mkskipped: &VecDeque<Box<HeStoredKey>>,
    enc_header: &[u8],
) -> Option<(usize, MessageKeySeed)> {
    let mut found = None;
    let mut opened: Option<(&HeaderKey, Option<Header>)> = None;
    for (i, key) in mkskipped.iter().enumerate() {
        let header = match opened {
            Some((hk, header)) if equal(hk.as_bytes(), key.hk.as_bytes()) => header,
            _ => hdecrypt(&key.hk, enc_header),
        };
        opened = Some((&key.hk, header));
        if header.is_some_and(|header| header.n == key.number) {
            found = Some((i, MessageKeySeed::from_bytes(*key.mk.as_bytes())));
        }
    }
    found
}

/// The header, and which chain it belongs to. Errors: `UndecryptableHeader`.
fn decrypt_header<'a>(state: &'a HeState, enc_header: &[u8]) -> Result<HeaderOf<'a>, HeError> {
    // header = HDECRYPT(state.HKr, enc_header); if header != None: return header, False
    if let Some(chain) = &state.receiving {
        if let Some(header) = hdecrypt(&chain.hkr, enc_header) {
            return Ok(HeaderOf::Current(chain, header));
        }
    }
    // header = HDECRYPT(state.NHKr, enc_header); if header != None: return header, True; raise Error()
    hdecrypt(&state.nhkr, enc_header)
        .map(HeaderOf::Next)
        .ok_or(HeError::UndecryptableHeader)
}

/// Mirror of `spec::ratchet::header_encrypted::dh_ratchet_he`, its receiving half; [`Plan::ready`] has the other.
///
/// Out: RK after this half, CKr and NHKr, secret. Errors: `InvalidAgreement`.
fn dh_ratchet_he(
    state: &HeState,
    dhr: RatchetKey,
) -> Result<(RootKey, ChainKey, HeaderKey), HeError> {
    // state.RK, state.CKr, state.NHKr = KDF_RK_HE(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement_he(dh(&state.dhs.private, dhr.key))?;
    Ok(kdf_rk_he(&state.rk, &dh_receiving))
}

/// The keys at the end of the receiving chain, up to PN of the message that closes it. Errors: `TooFarInFuture`.
fn close_chain(state: &HeState, pn: u32) -> Result<Skipped, HeError> {
    match &state.receiving {
        Some(chain) => Ok(skip_message_keys_he(&at(chain), pn)?.1),
        None if pn > MAX_SKIP => Err(HeError::TooFarInFuture { gap: pn }),
        None => Ok(Vec::new()),
    }
}

/// Mirror of `spec::ratchet::header_encrypted::skip_message_keys_he`.
///
/// Out: CKr at `until`, none if it has not moved; the keys passed over. Errors: `TooFarInFuture`.
fn skip_message_keys_he(at: &At<'_>, until: u32) -> Result<(Option<ChainKey>, Skipped), HeError> {
    // if state.Nr + MAX_SKIP < until: raise Error()
    let gap = until.saturating_sub(at.nr);
    if gap > MAX_SKIP {
        return Err(HeError::TooFarInFuture { gap });
    }
    let mut skipped = Vec::with_capacity(usize::try_from(gap).unwrap_or_default());
    let mut ckr: Option<ChainKey> = None;
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    for number in at.nr..until {
        let (next, mk) = kdf_ck(ckr.as_ref().unwrap_or(at.ckr));
        let hk = HeaderKey::from_bytes(*at.hkr.as_bytes());
        skipped.push(Box::new(HeStoredKey { hk, number, mk }));
        ckr = Some(next);
    }
    Ok((ckr, skipped))
}

/// The advance of a chain to a message, and its key.
///
/// Errors: `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
fn chain_step(at: &At<'_>, n: u32) -> Result<(Advance, MessageKeySeed), HeError> {
    if n < at.nr {
        return Err(HeError::DuplicateMessage { nr: at.nr, n });
    }
    let (ckr, skipped) = skip_message_keys_he(at, n)?;
    let nr = number_after(n)?;
    // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
    let (ckr, mk) = kdf_ck(ckr.as_ref().unwrap_or(at.ckr));
    Ok((Advance { ckr, nr, skipped }, mk))
}

const fn at(chain: &HeReceivingChain) -> At<'_> {
    At {
        hkr: &chain.hkr,
        ckr: &chain.ckr,
        nr: chain.nr,
    }
}

#[cfg(test)]
mod tests {
    use super::{HeError as Error, HeMessage as Message, *};
    use crate::keys::{PublicKey, SharedSecret};
    use crate::ratchet::written::encode_header;
    use crate::ratchet::written::tests::{two_party_tests, Dice};
    use serde_json::Value;
    use std::collections::HashMap;
    use std::path::Path;

    const AD: &[u8] = b"AD: alice,bob";

    fn begun(dice: &mut Dice) -> [HeState; 2] {
        let shared = SharedSecret::from_bytes(dice.bytes());
        let bob = dice.pair();
        let alice = ratchet_init_initiator_he(setup_he(&shared), bob.public, dice.pair());
        let bob = ratchet_init_responder_he(setup_he(&shared), bob);
        [alice.unwrap(), bob]
    }

    fn send(state: &mut HeState, dice: &mut Dice, plaintext: &[u8]) -> Result<Message, Error> {
        let nonce = CounterBlock::from_bytes(dice.bytes());
        ratchet_encrypt_he(state, nonce, plaintext, AD)
    }

    fn receive(state: &mut HeState, dice: &mut Dice, message: &Message) -> Result<Vec<u8>, Error> {
        ratchet_decrypt_he(state, dice.private(), message, AD)
    }

    fn whole(state: &HeState) -> HeSnapshot {
        state.snapshot()
    }

    fn stored(state: &HeState) -> usize {
        state.mkskipped.len()
    }

    two_party_tests!();

    /// All of a state, in the form of the recordings.
    fn recorded_form(state: &HeState) -> Value {
        let state = state.snapshot();
        let (sending, receiving) = (state.sending.as_ref(), state.receiving.as_ref());
        let stored = state.skipped.iter();
        serde_json::json!({
            "RK": hex::encode(state.root_key),
            "CKs": sending.map(|c| hex::encode(c.1)),
            "CKr": receiving.map(|c| hex::encode(c.1)),
            "HKs": sending.map(|c| hex::encode(c.0)),
            "HKr": receiving.map(|c| hex::encode(c.0)),
            "NHKs": hex::encode(state.nhks),
            "NHKr": hex::encode(state.nhkr),
            "Ns": sending.map_or(0, |c| c.2),
            "Nr": receiving.map_or(0, |c| c.2),
            "PN": state.pn,
            "DHs_private": hex::encode(state.ratchet_private),
            "skipped": stored.map(|k| (hex::encode(k.0), k.1)).collect::<Vec<_>>(),
        })
    }

    fn bytes(value: &Value) -> Vec<u8> {
        hex::decode(value.as_str().unwrap()).unwrap()
    }

    fn array<const N: usize>(value: &Value) -> [u8; N] {
        bytes(value).try_into().unwrap()
    }

    fn recorded() -> Option<Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../shared/protocol")
            .join("known-answers.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("SKIPPED: {} is absent", path.display());
            return None;
        };
        let all: Value = serde_json::from_str(&text).unwrap();
        Some(all["header_encryption"].clone())
    }

    fn check_sent(state: &mut HeState, event: &Value, ad: &[u8]) -> Message {
        let sending = state.sending.as_ref().unwrap();
        let hks = HeaderKey::from_bytes(*sending.hks.as_bytes());
        let (_, mk) = kdf_ck(&sending.cks);
        assert_eq!(hex::encode(mk.as_bytes()), event["message_key"]);
        let nonce = CounterBlock::from_bytes(array(&event["header_nonce"]));
        let plaintext = bytes(&event["plaintext"]);
        let message = ratchet_encrypt_he(state, nonce, &plaintext, ad).unwrap();
        let header = encode_header(hdecrypt(&hks, &message.enc_header).unwrap());
        assert_eq!(hex::encode(header), event["header"]);
        assert_eq!(hex::encode(&message.enc_header), event["encrypted_header"]);
        assert_eq!(hex::encode(&message.ciphertext), event["ciphertext"]);
        assert_eq!(recorded_form(state), event["state"]);
        message
    }

    fn check_delivered(state: &mut HeState, event: &Value, message: &Message, ad: &[u8]) {
        // The pair that a delivery makes, if it makes one, is that of the state after it.
        let fresh = match &event["state"]["DHs_private"] {
            Value::Null => PrivateKey::from_bytes([1; 32]),
            private => PrivateKey::from_bytes(array(private)),
        };
        let before = whole(state);
        match ratchet_decrypt_he(state, fresh, message, ad) {
            Ok(plaintext) => {
                assert_eq!(hex::encode(plaintext), event["plaintext"]);
                assert_eq!(recorded_form(state), event["state"]);
            }
            Err(error) => {
                assert_eq!(error, Error::UndecryptableHeader);
                assert_eq!(event["error"], "header");
                assert_eq!(whole(state), before);
            }
        }
    }

    #[test]
    fn recorded_conversation_is_reproduced() {
        let Some(file) = recorded() else { return };
        let ad = bytes(&file["associated_data"]);
        let shared = SharedSecret::from_bytes(array(&file["shared_secret"]));
        let setup = setup_he(&shared);
        assert_eq!(hex::encode(setup.sk.as_bytes()), file["sk"]);
        assert_eq!(hex::encode(setup.shared_hka.as_bytes()), file["shared_hka"]);
        assert_eq!(
            hex::encode(setup.shared_nhkb.as_bytes()),
            file["shared_nhkb"]
        );
        let pair = |name: &str| ratchet_key_pair(PrivateKey::from_bytes(array(&file[name])));
        let (alice, bob) = (pair("alice_ratchet_private"), pair("bob_ratchet_private"));
        let alice = ratchet_init_initiator_he(setup, bob.public, alice).unwrap();
        let bob = ratchet_init_responder_he(setup_he(&shared), bob);
        let mut parties = HashMap::from([("A", alice), ("B", bob)]);
        let mut sent = HashMap::new();
        let events = file["events"].as_array().unwrap();
        assert_eq!(events.len(), 17);
        for event in events {
            let id = event["id"].as_str().unwrap();
            let name = event["by"].as_str().or(event["to"].as_str()).unwrap();
            let state = parties.get_mut(name).unwrap();
            if event["op"] == "send" {
                sent.insert(id, check_sent(state, event, &ad));
            } else {
                check_delivered(state, event, &sent[id], &ad);
            }
        }
    }

    #[test]
    fn duplicate_is_told_on_the_current_chain_only() {
        let mut dice = Dice::new(10);
        let [mut alice, mut bob] = begun(&mut dice);
        let first = send(&mut alice, &mut dice, b"").unwrap();
        receive(&mut bob, &mut dice, &first).unwrap();
        let duplicate = Err(Error::DuplicateMessage { nr: 1, n: 0 });
        assert_eq!(receive(&mut bob, &mut dice, &first), duplicate);
        let answer = send(&mut bob, &mut dice, b"").unwrap();
        receive(&mut alice, &mut dice, &answer).unwrap();
        let next = send(&mut alice, &mut dice, b"").unwrap();
        receive(&mut bob, &mut dice, &next).unwrap();
        let gone = receive(&mut bob, &mut dice, &first);
        assert_eq!(gone, Err(Error::UndecryptableHeader));
    }

    #[test]
    fn tampered_messages_are_refused_and_change_nothing() {
        let mut dice = Dice::new(11);
        let [mut alice, mut bob] = begun(&mut dice);
        let message = send(&mut alice, &mut dice, b"message").unwrap();
        let before = whole(&bob);
        let mut forged = Vec::new();
        for at in 0..message.enc_header.len() {
            let mut other = message.clone();
            other.enc_header[at] ^= 1;
            forged.push((other, Error::UndecryptableHeader));
        }
        for at in 0..message.ciphertext.len() {
            let mut other = message.clone();
            other.ciphertext[at] ^= 1;
            forged.push((other, Error::Rejected));
        }
        for length in [0, 31, 32, 47] {
            let mut other = message.clone();
            other.ciphertext.truncate(length);
            forged.push((other.clone(), Error::Rejected));
            other.enc_header.truncate(length);
            forged.push((other, Error::UndecryptableHeader));
        }
        for (other, error) in forged {
            assert_eq!(receive(&mut bob, &mut dice, &other), Err(error));
            assert_eq!(whole(&bob), before);
        }
        assert_eq!(receive(&mut bob, &mut dice, &message).unwrap(), b"message");
    }

    #[test]
    fn header_of_a_peer_that_cheats_is_refused() {
        let mut dice = Dice::new(12);
        let [alice, mut bob] = begun(&mut dice);
        let before = whole(&bob);
        let hks = &alice.sending.as_ref().unwrap().hks;
        let dh = alice.dhs.public;
        let zero = RatchetKey {
            key: PublicKey::from_bytes([0; 32]),
        };
        let too_far = Error::TooFarInFuture { gap: u32::MAX };
        for (dh, pn, n, error) in [
            (dh, u32::MAX, 0, too_far),
            (dh, 0, u32::MAX, too_far),
            (zero, 0, 0, Error::InvalidAgreement),
            (dh, 1, 1, Error::Rejected),
        ] {
            let nonce = CounterBlock::from_bytes(dice.bytes());
            let message = Message {
                enc_header: hencrypt(hks, nonce, Header { dh, pn, n }).to_vec(),
                ciphertext: vec![0; 48],
            };
            assert_eq!(receive(&mut bob, &mut dice, &message), Err(error));
            assert_eq!(whole(&bob), before);
        }
    }

    #[test]
    fn headers_of_one_chain_have_nothing_in_common() {
        let mut dice = Dice::new(13);
        let [mut alice, _] = begun(&mut dice);
        let headers: Vec<Vec<u8>> = (0..32)
            .map(|_| send(&mut alice, &mut dice, b"same").unwrap().enc_header)
            .collect();
        // 496 pairs of 87 places: three equal bytes at one place are expected 0.003 times.
        for (i, a) in headers.iter().enumerate() {
            for b in &headers[..i] {
                let runs = a.windows(3).zip(b.windows(3));
                assert_eq!(runs.filter(|(a, b)| a == b).count(), 0);
            }
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let [alice, _] = begun(&mut Dice::new(14));
        let shown = format!("{alice:?}");
        let key = format!("{:?}", alice.dhs.public.key);
        let expected = format!(
            "HeState {{ dhs: {key}, sending: Some(HeSendingChain {{ ns: 0, .. }}), receiving: None, pn: 0, skipped: 0, .. }}"
        );
        assert_eq!(shown, expected);
    }
}
