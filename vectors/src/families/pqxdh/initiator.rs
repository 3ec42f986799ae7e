//! The initiator: what a bundle must have, and which errors come first.
use super::{
    bundle, full_bundle, handshakes, initiate, numbered, public, recorded, sign, signature_of, Case,
};
use crate::bytes::Bytes;
use crate::families::build::{flipped, group, Plan, SIGNAL_V4};
use crate::families::x25519::{near_p, serialized, small, with_bit_255};
use crate::families::GroupPlan;
use crate::step::{Bundle, Step};
use twinratchet_spec::primitives::xeddsa::Form;

/// The tests of this role.
pub fn groups() -> Plan<Vec<GroupPlan>> {
    let op = "pqxdh_initiator";
    let ours = |first, cases| group(op, SIGNAL_V4, numbered(first, cases));
    let base = Base(full_bundle(1)?);
    Ok(vec![
        recorded(op, 1201, base.recorded())?,
        group(op, SIGNAL_V4, handshakes(121, initiator)?),
        ours(141, base.signatures()),
        ours(181, base.kem_fields()),
        ours(201, base.keys()),
        ours(241, base.order()),
        ours(261, base.inputs()),
    ])
}

fn initiator(set: u32, with_one_time_prekey: bool) -> Plan<Step> {
    let bundle = if with_one_time_prekey {
        full_bundle(set)?
    } else {
        bundle(set)?
    };
    Ok(initiate(set, bundle))
}

/// The bundle that the cases alter.
struct Base(Bundle);

type Alter = fn(&mut Bundle);

/// Put another signed prekey into the bundle, signed.
fn with_prekey(b: &mut Bundle, u: [u8; 32]) {
    b.signed_prekey = Bytes(serialized(&u));
    b.signed_prekey_signature = signature_of(1, &b.signed_prekey);
}

/// Put another KEM prekey into the bundle, signed.
fn with_kem_prekey(b: &mut Bundle, bytes: Vec<u8>) {
    let bytes = Bytes(bytes);
    b.kem_prekey_signature = Some(signature_of(1, &bytes));
    b.kem_prekey = Some(bytes);
}

fn without_kem_prekey(b: &mut Bundle) {
    b.kem_prekey_id = None;
    b.kem_prekey = None;
    b.kem_prekey_signature = None;
}

/// The signature of the KEM prekey, with some bits of a byte flipped.
fn flip_kem(b: &mut Bundle, at: usize, bits: u8) {
    let made = b.kem_prekey_signature.take().unwrap_or_default();
    b.kem_prekey_signature = Some(Bytes(flipped(&made.0, at, bits)));
}

fn flip_signed(b: &mut Bundle, at: usize, bits: u8) {
    b.signed_prekey_signature = Bytes(flipped(&b.signed_prekey_signature.0, at, bits));
}

fn one_time(b: &mut Bundle, u: [u8; 32]) {
    b.one_time_prekey = Some(Bytes(serialized(&u)));
}

/// The coordinate of the signed prekey with bit 255 set.
fn high() -> [u8; 32] {
    let mut u = [0; 32];
    u.copy_from_slice(&public(1, "signed prekey").0[1..]);
    with_bit_255(u)
}

impl Base {
    fn altered(&self, alter: impl FnOnce(&mut Bundle)) -> Step {
        let mut changed = self.0.clone();
        alter(&mut changed);
        initiate(1, changed)
    }

    fn cases(&self, cases: &[(&'static str, &'static str, Alter)]) -> Vec<Case> {
        let case = |&(comment, flag, alter): &(_, _, Alter)| (comment, flag, self.altered(alter));
        cases.iter().map(case).collect()
    }

    fn recorded(&self) -> Vec<Case> {
        self.cases(&[
            ("bundle: bad signed prekey signature", "BadSignature", |b| {
                flip_signed(b, 5, 1);
            }),
            ("bundle: bad KEM prekey signature", "BadSignature", |b| {
                flip_kem(b, 5, 1);
            }),
            ("bundle: low-order one-time prekey u=0", "LowOrder", |b| {
                one_time(b, small(0));
            }),
            ("bundle: one-time id without key", "PrekeyFields", |b| {
                b.one_time_prekey = None;
            }),
            (
                "bundle: non-canonical signed prekey (high bit), validly signed",
                "NotReduced",
                |b| with_prekey(b, high()),
            ),
            (
                "bundle: KEM public key all ff, validly signed",
                "KemNotReduced",
                |b| {
                    with_kem_prekey(b, [vec![8], vec![0xff; 1568]].concat());
                },
            ),
        ])
    }

    fn signatures(&self) -> Vec<Case> {
        self.cases(&[
            ("signed prekey: a flipped bit of R", "BadSignature", |b| {
                flip_signed(b, 0, 1);
            }),
            ("signed prekey: the sign bit flipped", "BadSignature", |b| {
                flip_signed(b, 63, 0x80);
            }),
            ("signed prekey: no signature", "BadSignature", |b| {
                b.signed_prekey_signature.0.clear();
            }),
            ("KEM prekey: a flipped bit of R", "BadSignature", |b| {
                flip_kem(b, 0, 1);
            }),
            ("KEM prekey: a flipped bit of s", "BadSignature", |b| {
                flip_kem(b, 40, 1);
            }),
            ("KEM prekey: the sign bit flipped", "BadSignature", |b| {
                flip_kem(b, 63, 0x80);
            }),
            ("KEM prekey: bit 253 of s set", "BadSignature", |b| {
                flip_kem(b, 63, 0x20);
            }),
            ("KEM prekey: a signature of zeros", "BadSignature", |b| {
                b.kem_prekey_signature = Some(Bytes(vec![0; 64]));
            }),
            ("KEM prekey: an empty signature", "BadSignature", |b| {
                b.kem_prekey_signature = Some(Bytes::default());
            }),
            ("KEM prekey: 63 bytes of signature", "BadSignature", |b| {
                if let Some(made) = &mut b.kem_prekey_signature {
                    made.0.truncate(63);
                }
            }),
            ("KEM prekey: 65 bytes of signature", "BadSignature", |b| {
                if let Some(made) = &mut b.kem_prekey_signature {
                    made.0.push(0);
                }
            }),
            ("the two signatures exchanged", "BadSignature", |b| {
                let other = std::mem::take(&mut b.signed_prekey_signature);
                b.signed_prekey_signature =
                    b.kem_prekey_signature.replace(other).unwrap_or_default();
            }),
            (
                "KEM prekey: the signature of the signed prekey",
                "BadSignature",
                |b| {
                    b.kem_prekey_signature = Some(b.signed_prekey_signature.clone());
                },
            ),
            (
                "another KEM prekey than the signed one",
                "BadSignature",
                |b| {
                    if let Some(key) = &mut b.kem_prekey {
                        key.0[1568] ^= 1;
                    }
                },
            ),
            (
                "a signature over the KEM prekey without its type byte",
                "BadSignature",
                |b| {
                    let key = b.kem_prekey.clone().unwrap_or_default();
                    b.kem_prekey_signature = Some(signature_of(1, &Bytes(key.0[1..].to_vec())));
                },
            ),
            (
                "a signature over the KEM prekey by another identity",
                "BadSignature",
                |b| {
                    let key = b.kem_prekey.clone().unwrap_or_default();
                    b.kem_prekey_signature = Some(signature_of(2, &key));
                },
            ),
            (
                "KEM prekey: a signature by the rule of the public text",
                "SignatureForm",
                |b| {
                    let key = b.kem_prekey.clone().unwrap_or_default();
                    b.kem_prekey_signature = Some(sign(Form::PublicText, 1, &key));
                },
            ),
        ])
    }

    fn kem_fields(&self) -> Vec<Case> {
        self.cases(&[
            ("no KEM prekey", "MissingKemPrekey", without_kem_prekey),
            (
                "no KEM prekey and no one-time prekey",
                "MissingKemPrekey",
                |b| {
                    without_kem_prekey(b);
                    b.one_time_prekey_id = None;
                    b.one_time_prekey = None;
                },
            ),
            ("a KEM prekey without id", "PrekeyFields", |b| {
                b.kem_prekey_id = None;
            }),
            ("a KEM prekey without signature", "PrekeyFields", |b| {
                b.kem_prekey_signature = None;
            }),
            (
                "id and signature of a KEM prekey without key",
                "PrekeyFields",
                |b| b.kem_prekey = None,
            ),
            ("the id of a KEM prekey alone", "PrekeyFields", |b| {
                b.kem_prekey = None;
                b.kem_prekey_signature = None;
            }),
            ("the key of a KEM prekey alone", "PrekeyFields", |b| {
                b.kem_prekey_id = None;
                b.kem_prekey_signature = None;
            }),
            ("the signature of a KEM prekey alone", "PrekeyFields", |b| {
                b.kem_prekey_id = None;
                b.kem_prekey = None;
            }),
            ("a one-time prekey without id", "PrekeyFields", |b| {
                b.one_time_prekey_id = None;
            }),
        ])
    }

    fn keys(&self) -> Vec<Case> {
        let kem = |first: u8, length: usize| {
            move |b: &mut Bundle| with_kem_prekey(b, resize(b, first, length))
        };
        let mut cases = self.cases(&[
            ("a signed prekey with u = 0", "LowOrder", |b| {
                with_prekey(b, small(0));
            }),
            ("a signed prekey with u = p", "LowOrder", |b| {
                with_prekey(b, near_p(0));
            }),
            ("an identity key with u = p - 1", "BadSignature", |b| {
                b.identity_key = Bytes(serialized(&near_p(-1)));
            }),
            ("a one-time prekey with u = p - 1", "LowOrder", |b| {
                one_time(b, near_p(-1));
            }),
            ("a signed prekey with u = p + 9", "NotReduced", |b| {
                with_prekey(b, near_p(9));
            }),
            ("a one-time prekey on the twist", "NotReduced", |b| {
                one_time(b, small(2));
            }),
            ("an identity key of type 08", "KeyEncoding", |b| {
                b.identity_key.0[0] = 8;
            }),
            ("a signed prekey of type 08", "KeyEncoding", |b| {
                b.signed_prekey.0[0] = 8;
            }),
            ("an empty signed prekey", "KeyEncoding", |b| {
                b.signed_prekey.0.clear();
            }),
            ("a one-time prekey of 32 bytes", "KeyEncoding", |b| {
                b.one_time_prekey = Some(Bytes(vec![5; 32]));
            }),
            ("an X25519 key for KEM prekey, signed", "KemKey", |b| {
                with_kem_prekey(b, public(1, "signed prekey").0);
            }),
            ("an empty KEM prekey, signed", "KemKey", |b| {
                with_kem_prekey(b, Vec::new());
            }),
        ]);
        for (comment, first, length) in [
            ("a KEM prekey of type 07, signed", 7, 1569),
            ("a KEM prekey of type 0a, signed", 10, 1569),
            ("a KEM prekey of 1568 bytes, signed", 8, 1568),
            ("a KEM prekey of 1570 bytes, signed", 8, 1570),
            (
                "a KEM prekey of type 08 and of the length of Kyber-768, signed",
                8,
                1185,
            ),
        ] {
            cases.push((comment, "KemKey", self.altered(kem(first, length))));
        }
        cases
    }

    fn order(&self) -> Vec<Case> {
        self.cases(&[
            (
                "a bad signature of the signed prekey comes before a missing KEM prekey",
                "Order",
                |b| {
                    flip_signed(b, 0, 1);
                    without_kem_prekey(b);
                },
            ),
            (
                "a bad signature of the KEM prekey comes before a one-time prekey of small order",
                "Order",
                |b| {
                    flip_kem(b, 0, 1);
                    one_time(b, small(0));
                },
            ),
            (
                "a signed prekey of small order comes before a missing KEM prekey",
                "Order",
                |b| {
                    with_prekey(b, small(0));
                    without_kem_prekey(b);
                },
            ),
            (
                "mismatched KEM fields come before a bad signature",
                "Order",
                |b| {
                    flip_signed(b, 0, 1);
                    b.kem_prekey_id = None;
                },
            ),
            (
                "a malformed KEM prekey comes before a bad signature",
                "Order",
                |b| {
                    flip_signed(b, 0, 1);
                    b.kem_prekey = Some(Bytes(vec![8]));
                },
            ),
            (
                "a malformed identity key comes before a malformed KEM prekey",
                "Order",
                |b| {
                    b.identity_key.0.clear();
                    b.kem_prekey = Some(Bytes(vec![7]));
                },
            ),
        ])
    }

    fn inputs(&self) -> Vec<Case> {
        let with = |identity: usize, base: usize, random: usize| Step::PqxdhInitiator {
            identity_private: Bytes(vec![1; identity]),
            base_private: Bytes(vec![1; base]),
            kem_random: Bytes(vec![1; random]),
            bundle: Bundle {
                kem_prekey_id: None,
                kem_prekey: None,
                kem_prekey_signature: None,
                ..self.0.clone()
            },
        };
        vec![
            (
                "a private identity key of 31 bytes",
                "BadInput",
                with(31, 32, 32),
            ),
            (
                "a private base key of 33 bytes",
                "BadInput",
                with(32, 33, 32),
            ),
            ("31 random bytes for the KEM", "BadInput", with(32, 32, 31)),
        ]
    }
}

/// The KEM prekey of a bundle with another type byte and length.
fn resize(b: &Bundle, first: u8, length: usize) -> Vec<u8> {
    let mut bytes = b.kem_prekey.clone().unwrap_or_default().0;
    bytes.resize(length, 0);
    bytes[0] = first;
    bytes
}
