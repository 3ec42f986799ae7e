//! Encrypt in a ratchet.
//!
//! Which part: DR 3.4. Who calls it: `ratchet::triple`. Secret: the state, the key of SPQR and the plaintext.
use crate::keys::*;
use crate::primitives::aes_cbc::*;
use crate::ratchet::double::state::*;
use crate::ratchet::symmetric::*;
use crate::ratchet::*;
use crate::wire::message::*;
use crate::wire::Writer;
use hacspec_lib::*;

/// Encrypt a message.
///
/// Standard: DR 3.4, `RatchetEncrypt(state, plaintext, AD)`.
/// In: the state; the profile and the session version; AD; the address block, if the message is to carry one; the SPQR message, empty in
/// version 3, and its key, secret; any plaintext, secret. Out: the state after it, and the bytes of a SignalMessage.
/// Errors: `CounterExhausted`.
pub fn ratchet_encrypt(
    state: State,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<Seq<u8>>,
    spqr: &Seq<u8>,
    key: Option<SparseMessageKey>,
    plaintext: &ByteSeq,
) -> Result<(State, Seq<u8>), RatchetError> {
    let sending = state.sending;
    let ns = next_number(sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, seed) = kdf_ck(sending.cks);
    let keys = message_keys(seed, key);
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = SignalHeader {
        writer,
        ratchet_key: sending.dhs.public,
        counter: sending.ns,
        previous_counter: state.pn,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let ciphertext = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, plaintext);
    // A ciphertext is sent: public.
    let body = ciphertext.declassify();
    let unsigned = encode_signal_message(header, &body, spqr, addresses);
    let tag = message_tag(&keys.mac_key, ad, &unsigned);
    // state.Ns += 1
    let next = State {
        rk: state.rk,
        pn: state.pn,
        sending: SendingChain {
            dhs: sending.dhs,
            cks,
            ns,
        },
        receiving: state.receiving,
    };
    Ok((next, serialize_signal_message(&unsigned, tag)))
}
