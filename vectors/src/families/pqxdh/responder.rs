//! The responder: what a prekey message brings, and which errors come first.
use super::{handshakes, initiate, kem_prekey, numbered, private, public, recorded, Case};
use crate::bytes::Bytes;
use crate::families::build::{flipped, group, output, resized, Plan, SIGNAL_V4};
use crate::families::x25519::{near_p, serialized, small, with_bit_255};
use crate::families::GroupPlan;
use crate::step::Step;

/// The tests of this role.
pub fn groups() -> Plan<Vec<GroupPlan>> {
    let op = "pqxdh_responder";
    let ours = |first, cases| group(op, SIGNAL_V4, numbered(first, cases));
    let base = Base(Received::new(1)?);
    Ok(vec![
        recorded(op, 1301, base.recorded())?,
        group(op, SIGNAL_V4, handshakes(301, responder)?),
        ours(321, base.ciphertexts()),
        ours(341, base.secret_keys()),
        ours(361, base.keys()),
        ours(381, base.order()),
    ])
}

fn responder(set: u32, with_one_time_prekey: bool) -> Plan<Step> {
    let received = Received::new(set)?;
    Ok(Received {
        one_time_prekey: with_one_time_prekey.then(|| private(set, "one-time prekey")),
        ..received
    }
    .step())
}

/// What a responder has, and what a prekey message brings.
#[derive(Clone)]
struct Received {
    set: u32,
    one_time_prekey: Option<Bytes>,
    kem_secret_key: Vec<u8>,
    remote_identity: Vec<u8>,
    base_key: Vec<u8>,
    kem_ciphertext: Vec<u8>,
}

impl Received {
    fn new(set: u32) -> Plan<Self> {
        let bundle = super::bundle(set)?;
        Ok(Self {
            set,
            one_time_prekey: None,
            kem_secret_key: kem_prekey(set)?.0 .0,
            remote_identity: public(set, "initiator identity").0,
            base_key: public(set, "base key").0,
            kem_ciphertext: output(&initiate(set, bundle), "kemCiphertext")?,
        })
    }

    fn step(self) -> Step {
        Step::PqxdhResponder {
            identity_private: private(self.set, "responder identity"),
            signed_prekey_private: private(self.set, "signed prekey"),
            one_time_prekey_private: self.one_time_prekey,
            kem_secret_key: Bytes(self.kem_secret_key),
            remote_identity: Bytes(self.remote_identity),
            base_key: Bytes(self.base_key),
            kem_ciphertext: Bytes(self.kem_ciphertext),
        }
    }
}

/// The message that the cases alter.
struct Base(Received);

type Alter = fn(&mut Received);

fn identity(r: &mut Received, u: [u8; 32]) {
    r.remote_identity = serialized(&u);
}

fn base(r: &mut Received, u: [u8; 32]) {
    r.base_key = serialized(&u);
}

fn high(key: &[u8]) -> [u8; 32] {
    let mut u = [0; 32];
    u.copy_from_slice(&key[1..]);
    with_bit_255(u)
}

impl Base {
    fn altered(&self, alter: impl FnOnce(&mut Received)) -> Step {
        let mut changed = self.0.clone();
        alter(&mut changed);
        changed.step()
    }

    fn cases(&self, cases: &[(&'static str, &'static str, Alter)]) -> Vec<Case> {
        let case = |&(comment, flag, alter): &(_, _, Alter)| (comment, flag, self.altered(alter));
        cases.iter().map(case).collect()
    }

    fn recorded(&self) -> Vec<Case> {
        self.cases(&[
            ("KEM ciphertext wrong length", "KemKey", |r| {
                r.kem_ciphertext.pop();
            }),
            ("KEM ciphertext type 0x0a", "KemKey", |r| {
                r.kem_ciphertext[0] = 10;
            }),
            ("KEM ciphertext empty", "KemKey", |r| {
                r.kem_ciphertext.clear();
            }),
            ("identity key u=0", "LowOrder", |r| identity(r, small(0))),
            ("base key with high bit set", "BaseKey", |r| {
                base(r, high(&r.base_key));
            }),
        ])
    }

    fn ciphertexts(&self) -> Vec<Case> {
        self.cases(&[
            (
                "the first bit of the ciphertext flipped",
                "Rejection",
                |r| r.kem_ciphertext[1] ^= 1,
            ),
            (
                "a bit in the middle of the ciphertext flipped",
                "Rejection",
                |r| r.kem_ciphertext[800] ^= 0x10,
            ),
            ("the last bit of the ciphertext flipped", "Rejection", |r| {
                r.kem_ciphertext[1568] ^= 0x80;
            }),
            ("a ciphertext of zeros", "Rejection", |r| {
                r.kem_ciphertext[1..].fill(0);
            }),
            ("a ciphertext of ff", "Rejection", |r| {
                r.kem_ciphertext[1..].fill(0xff);
            }),
            ("a ciphertext of type 07", "KemKey", |r| {
                r.kem_ciphertext[0] = 7;
            }),
            ("a ciphertext of type 05", "KemKey", |r| {
                r.kem_ciphertext[0] = 5;
            }),
            ("a ciphertext without its type byte", "KemKey", |r| {
                r.kem_ciphertext.remove(0);
                r.kem_ciphertext[0] = 0;
            }),
            ("a ciphertext a byte long", "KemKey", |r| {
                r.kem_ciphertext.push(0);
            }),
            ("the type byte of a ciphertext alone", "KemKey", |r| {
                r.kem_ciphertext.truncate(1);
            }),
            (
                "the type byte 0a alone: the type comes before the length",
                "KemKey",
                |r| r.kem_ciphertext = vec![10],
            ),
        ])
    }

    fn secret_keys(&self) -> Vec<Case> {
        self.cases(&[
            ("another KEM prekey", "Rejection", |r| {
                r.kem_secret_key = flipped(&r.kem_secret_key, 1, 1);
            }),
            (
                "another z in the KEM prekey: the same secret",
                "Normal",
                |r| {
                    r.kem_secret_key = flipped(&r.kem_secret_key, 3168, 1);
                },
            ),
            ("an empty secret key of the KEM", "KemKey", |r| {
                r.kem_secret_key.clear();
            }),
            ("a secret key of the KEM of type 0a", "KemKey", |r| {
                r.kem_secret_key[0] = 10;
            }),
            ("a secret key of the KEM a byte short", "KemKey", |r| {
                r.kem_secret_key = resized(&r.kem_secret_key, 3168);
            }),
            ("a secret key of the KEM a byte long", "KemKey", |r| {
                r.kem_secret_key.push(0);
            }),
        ])
    }

    fn keys(&self) -> Vec<Case> {
        self.cases(&[
            ("an identity key with u = p", "LowOrder", |r| {
                identity(r, near_p(0));
            }),
            ("an identity key with u = p - 1", "LowOrder", |r| {
                identity(r, near_p(-1));
            }),
            ("an identity key with u = p + 9", "NotReduced", |r| {
                identity(r, near_p(9));
            }),
            ("a base key with u = 0", "BaseKey", |r| base(r, small(0))),
            ("a base key with u = p + 9", "BaseKey", |r| {
                base(r, near_p(9));
            }),
            ("a base key on the twist", "BaseKey", |r| base(r, small(2))),
            ("an identity key of type 08", "KeyEncoding", |r| {
                r.remote_identity[0] = 8;
            }),
            ("an empty base key", "KeyEncoding", |r| r.base_key.clear()),
            ("a base key of 32 bytes", "KeyEncoding", |r| {
                r.base_key.truncate(32);
            }),
        ])
    }

    fn order(&self) -> Vec<Case> {
        self.cases(&[
            (
                "a bad base key comes before a ciphertext of a wrong length",
                "Order",
                |r| {
                    base(r, small(0));
                    r.kem_ciphertext.pop();
                },
            ),
            (
                "an agreement of zeros comes before a ciphertext of a wrong type",
                "Order",
                |r| {
                    identity(r, small(0));
                    r.kem_ciphertext[0] = 7;
                },
            ),
            (
                "a bad base key comes before an identity key of small order",
                "Order",
                |r| {
                    base(r, small(0));
                    identity(r, small(0));
                },
            ),
            (
                "a malformed identity key comes before an empty ciphertext",
                "Order",
                |r| {
                    r.remote_identity[0] = 6;
                    r.kem_ciphertext.clear();
                },
            ),
        ])
    }
}
