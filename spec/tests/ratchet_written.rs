//! The Double Ratchet of the public text, without and with header encryption.
//!
//! The recordings are not part of this crate: where their file is absent, the test that reads it says so and passes.
#[path = "support/dice.rs"]
mod dice;
#[path = "ratchet_written/header_encrypted.rs"]
mod header_encrypted;
#[path = "support/recordings.rs"]
mod recordings;
#[path = "ratchet_written/written.rs"]
mod written;

use dice::Dice;
use hacspec_lib::*;
use twinratchet_spec::keys::*;

pub(crate) fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_native_slice(bytes)
}

pub(crate) fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

pub(crate) fn flipped(bytes: &Seq<u8>, at: usize) -> Seq<u8> {
    let mut other = bytes.clone();
    other[at] ^= 1;
    other
}

impl Dice {
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| u8::try_from(self.roll() % 256).unwrap())
    }

    pub(crate) fn pair(&mut self) -> RatchetKeyPair {
        ratchet_key_pair(PrivateKey::from_public_slice(&self.bytes::<32>()))
    }
}

/// The tests of two parties that both forms have: the module gives `begun`, `send`, `receive`, `whole` and `stored`.
macro_rules! two_party_tests {
    () => {
        #[test]
        fn any_order_opens_every_message_once() {
            for seed in 0..6 {
                let mut dice = Dice(seed);
                let mut parties = begun(&mut dice);
                let mut flying: [Vec<(u8, Message)>; 2] = [vec![], vec![]];
                let mut seen: [Vec<Message>; 2] = [vec![], vec![]];
                let mut sent = 0u8;
                loop {
                    let side = dice.index(2);
                    if dice.index(2) == 0 && sent < 60 {
                        if let Ok(message) = send(&mut parties[side], &mut dice, &[sent]) {
                            flying[1 - side].push((sent, message));
                            sent += 1;
                        }
                    } else if !flying[side].is_empty() {
                        let at = dice.index(flying[side].len());
                        let (number, message) = flying[side].swap_remove(at);
                        let opened = receive(&mut parties[side], &mut dice, &message);
                        assert_eq!(opened.unwrap(), [number], "{seed}");
                        seen[side].push(message);
                    }
                    // Replays are refused and change nothing, whenever they come.
                    if let Some(old) = seen[side].last() {
                        let before = whole(&parties[side]);
                        assert!(receive(&mut parties[side], &mut dice, old).is_err());
                        assert_eq!(whole(&parties[side]), before);
                    }
                    if sent == 60 && flying.iter().all(Vec::is_empty) {
                        break;
                    }
                }
                for side in 0..2 {
                    assert_eq!(stored(&parties[side]), 0);
                    for old in &seen[side] {
                        let before = whole(&parties[side]);
                        assert!(receive(&mut parties[side], &mut dice, old).is_err());
                        assert_eq!(whole(&parties[side]), before);
                    }
                }
            }
        }

        #[test]
        fn skip_of_1000_is_the_limit() {
            for (gap, opens) in [(1000, true), (1001, false)] {
                let mut dice = Dice(3);
                let [mut alice, mut bob] = begun(&mut dice);
                for _ in 0..gap {
                    send(&mut alice, &mut dice, b"lost").unwrap();
                }
                let last = send(&mut alice, &mut dice, b"last").unwrap();
                let before = whole(&bob);
                let opened = receive(&mut bob, &mut dice, &last);
                if opens {
                    assert_eq!(opened.unwrap(), b"last");
                    assert_eq!(stored(&bob), 1000);
                } else {
                    assert_eq!(opened, Err(Error::TooFarInFuture { gap }));
                    assert_eq!(whole(&bob), before);
                }
            }
        }

        #[test]
        fn skip_at_the_end_of_a_chain_has_the_same_limit() {
            for (gap, opens) in [(1000, true), (1001, false)] {
                let mut dice = Dice(2);
                let [mut alice, mut bob] = begun(&mut dice);
                let first = send(&mut alice, &mut dice, b"first").unwrap();
                receive(&mut bob, &mut dice, &first).unwrap();
                for _ in 0..gap {
                    send(&mut alice, &mut dice, b"lost").unwrap();
                }
                let answer = send(&mut bob, &mut dice, b"answer").unwrap();
                receive(&mut alice, &mut dice, &answer).unwrap();
                let next = send(&mut alice, &mut dice, b"next").unwrap();
                let before = whole(&bob);
                let opened = receive(&mut bob, &mut dice, &next);
                if opens {
                    assert_eq!(opened.unwrap(), b"next");
                    assert_eq!(stored(&bob), 1000);
                } else {
                    assert_eq!(opened, Err(Error::TooFarInFuture { gap }));
                    assert_eq!(whole(&bob), before);
                }
            }
        }

        #[test]
        fn store_keeps_2000_and_drops_the_oldest() {
            let mut dice = Dice(4);
            let [mut alice, mut bob] = begun(&mut dice);
            let mut sent = Vec::new();
            for _ in 0..2002 {
                sent.push(send(&mut alice, &mut dice, b"late").unwrap());
            }
            receive(&mut bob, &mut dice, &sent[1000]).unwrap();
            receive(&mut bob, &mut dice, &sent[2001]).unwrap();
            assert_eq!(stored(&bob), 2000);
            for _ in 0..2 {
                sent.push(send(&mut alice, &mut dice, b"late").unwrap());
            }
            receive(&mut bob, &mut dice, &sent[2003]).unwrap();
            assert_eq!(stored(&bob), 2000);
            let gone = Err(Error::DuplicateMessage { nr: 2004, n: 0 });
            assert_eq!(receive(&mut bob, &mut dice, &sent[0]), gone);
            assert_eq!(receive(&mut bob, &mut dice, &sent[1]).unwrap(), b"late");
        }

        #[test]
        fn responder_can_not_send_first() {
            let mut dice = Dice(5);
            let [_, mut bob] = begun(&mut dice);
            assert!(matches!(
                send(&mut bob, &mut dice, b""),
                Err(Error::NoSendingChain)
            ));
        }

        #[test]
        fn last_number_is_refused() {
            let mut dice = Dice(6);
            let [mut alice, mut bob] = begun(&mut dice);
            alice.sending.as_mut().unwrap().ns = u32::MAX;
            let before = whole(&alice);
            let refused = send(&mut alice, &mut dice, b"");
            assert!(matches!(refused, Err(Error::CounterExhausted)));
            assert_eq!(whole(&alice), before);
            // A peer that does not stop there is refused too.
            alice.sending.as_mut().unwrap().ns = 0;
            let first = send(&mut alice, &mut dice, b"").unwrap();
            receive(&mut bob, &mut dice, &first).unwrap();
            bob.receiving.as_mut().unwrap().nr = u32::MAX;
            alice.sending.as_mut().unwrap().ns = u32::MAX - 1;
            let old = send(&mut alice, &mut dice, b"").unwrap();
            let before = whole(&bob);
            let passed = Error::DuplicateMessage {
                nr: u32::MAX,
                n: u32::MAX - 1,
            };
            assert_eq!(receive(&mut bob, &mut dice, &old), Err(passed));
            assert_eq!(whole(&bob), before);
        }
    };
}
pub(crate) use two_party_tests;
