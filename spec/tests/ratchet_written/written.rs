//! The Double Ratchet as written.
use crate::{flipped, public, secret, two_party_tests, Dice};
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::written::{WrittenError as Error, WrittenMessage as Message, *};

const AD: &[u8] = b"AD";

fn begun(dice: &mut Dice) -> [WrittenState; 2] {
    let sk = RootKey::from_public_slice(&dice.bytes::<32>());
    let bob = dice.pair();
    [
        ratchet_init_initiator(sk, bob.public, dice.pair()).unwrap(),
        ratchet_init_responder(sk, bob),
    ]
}

fn send(state: &mut WrittenState, _: &mut Dice, plaintext: &[u8]) -> Result<Message, Error> {
    let (next, message) = ratchet_encrypt(state.clone(), &secret(plaintext), &public(AD))?;
    *state = next;
    Ok(message)
}

fn receive(state: &mut WrittenState, dice: &mut Dice, message: &Message) -> Result<Vec<u8>, Error> {
    let (next, plaintext) = ratchet_decrypt(state.clone(), dice.pair(), message, &public(AD))?;
    *state = next;
    Ok(plaintext.declassify().native_slice().to_vec())
}

/// All of a state, as text.
fn whole(state: &WrittenState) -> String {
    let stored = state.mkskipped.native_slice().iter();
    let stored = stored.map(|k| format!("{:?} {} {}", k.dhr, k.number, secret_hex(&k.mk)));
    format!(
        "{} {} {:?} {:?} {} {:?}",
        secret_hex(&state.dhs.private),
        secret_hex(&state.rk),
        state.sending.map(|c| (secret_hex(&c.cks), c.ns)),
        state.receiving.map(|c| (c.dhr, secret_hex(&c.ckr), c.nr)),
        state.pn,
        stored.collect::<Vec<_>>()
    )
}

fn secret_hex<T: hacspec_lib::SeqTrait<hacspec_lib::U8>>(bytes: &T) -> String {
    hacspec_lib::ByteSeq::from_seq(bytes).to_hex()
}

fn stored(state: &WrittenState) -> usize {
    state.mkskipped.len()
}

two_party_tests!();

#[test]
fn pn_counts_and_closes_the_old_chain() {
    let mut dice = Dice(7);
    let [mut alice, mut bob] = begun(&mut dice);
    let lost: Vec<Message> = (0..3)
        .map(|_| send(&mut alice, &mut dice, b"lost").unwrap())
        .collect();
    receive(&mut bob, &mut dice, &lost[0]).unwrap();
    let answer = send(&mut bob, &mut dice, b"answer").unwrap();
    receive(&mut alice, &mut dice, &answer).unwrap();
    let next = send(&mut alice, &mut dice, b"next").unwrap();
    assert_eq!((next.header.pn, next.header.n), (3, 0));
    receive(&mut bob, &mut dice, &next).unwrap();
    assert_eq!(stored(&bob), 2);
    receive(&mut bob, &mut dice, &lost[2]).unwrap();
    receive(&mut bob, &mut dice, &lost[1]).unwrap();
    assert_eq!(stored(&bob), 0);
}

#[test]
fn tampered_messages_are_refused_and_change_nothing() {
    let mut dice = Dice(8);
    let [mut alice, mut bob] = begun(&mut dice);
    let first = send(&mut alice, &mut dice, b"first").unwrap();
    receive(&mut bob, &mut dice, &first).unwrap();
    let message = send(&mut alice, &mut dice, b"message").unwrap();
    let before = whole(&bob);
    let mut forged = Vec::new();
    for at in 0..message.ciphertext.len() {
        let mut other = message.clone();
        other.ciphertext = flipped(&message.ciphertext, at);
        forged.push(other);
    }
    for length in [0, 31, 32, 47] {
        let mut other = message.clone();
        other.ciphertext = message.ciphertext.slice(0, length);
        forged.push(other);
    }
    for (pn, n) in [(1, 1), (0, 0), (0, 2), (u32::MAX, 1), (0, u32::MAX)] {
        let mut other = message.clone();
        other.header = Header {
            pn,
            n,
            ..message.header
        };
        forged.push(other);
        other = forged.last().unwrap().clone();
        other.header.dh.key[5] ^= 1u8;
        forged.push(other);
    }
    for other in &mut forged {
        assert!(receive(&mut bob, &mut dice, other).is_err());
        assert_eq!(whole(&bob), before);
        other.header.dh.key = PublicKey::new();
        assert!(receive(&mut bob, &mut dice, other).is_err());
        assert_eq!(whole(&bob), before);
    }
    assert_eq!(receive(&mut bob, &mut dice, &message).unwrap(), b"message");
}

#[test]
fn all_zero_agreement_is_refused() {
    let mut dice = Dice(9);
    let [mut alice, mut bob] = begun(&mut dice);
    let mut message = send(&mut alice, &mut dice, b"").unwrap();
    message.header.dh.key = PublicKey::new();
    let before = whole(&bob);
    let refused = receive(&mut bob, &mut dice, &message);
    assert_eq!(refused, Err(Error::InvalidAgreement));
    assert_eq!(whole(&bob), before);
}

#[test]
fn header_is_41_bytes_and_reads_back() {
    let header = Header {
        dh: Dice(1).pair().public,
        pn: 0x0102_0304,
        n: u32::MAX,
    };
    let bytes = encode_header(header);
    assert_eq!(bytes.len(), HEADER_LENGTH);
    assert_eq!(bytes.native_slice()[33..], [1, 2, 3, 4, 255, 255, 255, 255]);
    assert_eq!(parse_header(&bytes), Some(header));
    assert_eq!(parse_header(&bytes.slice(0, 40)), None);
    assert_eq!(parse_header(&bytes.concat(&public(&[0]))), None);
    assert_eq!(parse_header(&flipped(&bytes, 0)), None);
}
