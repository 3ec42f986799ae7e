//! The serialised form of keys, stored identity pairs, alternate identities.
use super::build::{
    counting, group, public_bytes, random64, secret, test, with_sources, Plan, SIGNAL_V3,
};
use super::x25519::{near_p, serialized, small, with_bit_255};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;
use hacspec_lib::Seq;
use twinratchet_spec::keys::{
    identity_key_pair, sign_alternate_identity, IdentityKey, PrivateKey, PublicKey, SignatureRandom,
};
use twinratchet_spec::primitives::x25519::{clamp, public_key};

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Keys without anything special.",
        effect: "No key can be read.",
    },
    FlagNote {
        flag: "TrailingBytes",
        description: "Bytes after the 33rd of a public key are ignored and not kept.",
        effect: "A key refused that peers accept, or two forms of one key told apart.",
    },
    FlagNote {
        flag: "KeyLength",
        description: "A public key has at least 33 bytes, a private key exactly 32.",
        effect: "A crash, or reading past the end.",
    },
    FlagNote {
        flag: "KeyType",
        description: "The first byte is 05; it is looked at before the length.",
        effect: "Foreign keys are taken for X25519 keys.",
    },
    FlagNote {
        flag: "KeptVerbatim",
        description: "u is neither checked nor reduced: the bytes come out as they went in.",
        effect: "Tags and derivations over the key differ from the peer's.",
    },
    FlagNote {
        flag: "Clamping",
        description: "A private key is clamped when it is loaded.",
        effect: "Another public key than the peer's.",
    },
    FlagNote {
        flag: "KeyEquality",
        description: "Keys are equal if their 32 bytes are, whatever points they stand for.",
        effect: "Receiving chains and identities are mixed up or told apart.",
    },
    FlagNote {
        flag: "IdentityPair",
        description: "The stored form of an identity pair: {1 public key, 2 private key}.",
        effect: "Identities cannot be moved between implementations.",
    },
    FlagNote {
        flag: "BadIdentityPair",
        description: "A stored pair that is malformed or whose halves do not belong together.",
        effect: "A public key is shown that others cannot reach, or a crash.",
    },
    FlagNote {
        flag: "AlternateIdentity",
        description: "The signature by which an identity claims another: over ff*32, Signal_PNI_Signature and the key.",
        effect: "Two identities of one account cannot be joined.",
    },
    FlagNote {
        flag: "BadClaim",
        description: "A claim that does not verify.",
        effect: "Anybody can claim to be another identity.",
    },
];

const NAME: &str = "keys";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Keys as bytes",
        header: &["A public key is 05 and the coordinate u; equal means equal bytes."],
        notes: NOTES.to_vec(),
        groups: vec![
            group("parse_public_key", SIGNAL_V3, public_keys()),
            group("parse_private_key", SIGNAL_V3, private_keys()),
            group("same_public_key", SIGNAL_V3, equality()),
            group("encode_identity_key_pair", SIGNAL_V3, encoded_pairs()),
            group("decode_identity_key_pair", SIGNAL_V3, stored_pairs()),
            group("sign_alternate_identity", SIGNAL_V3, claims()),
            group("verify_alternate_identity", SIGNAL_V3, checked_claims()),
        ],
    })
}

/// A public key of this family.
fn public(meaning: &str) -> Vec<u8> {
    serialized(&public_of(&secret(NAME, 0, meaning)))
}

/// The public key of a private key, as 32 bytes.
pub fn public_of(private: &Bytes) -> Vec<u8> {
    let private = clamp(PrivateKey::from_public_slice(&private.0));
    public_bytes(&public_key(private))
}

fn parse(bytes: Vec<u8>) -> Step {
    Step::ParsePublicKey {
        bytes: Bytes(bytes),
    }
}

fn public_keys() -> Vec<TestPlan> {
    let key = public("a key");
    let of_type = |n: u8| [&[n], &key[1..]].concat();
    let mut tests = vec![
        test(101, "a public key", "Normal", parse(key.clone())),
        test(
            102,
            "64 bytes",
            "TrailingBytes",
            parse([key.as_slice(), &[0xaa; 31]].concat()),
        ),
        test(103, "no bytes", "KeyType", parse(Vec::new())),
        test(
            104,
            "the type byte alone",
            "KeyLength",
            parse(key[..1].to_vec()),
        ),
        test(105, "two bytes", "KeyLength", parse(key[..2].to_vec())),
        test(106, "32 bytes", "KeyLength", parse(key[..32].to_vec())),
        test(
            107,
            "a byte of another type alone",
            "KeyType",
            parse(vec![6]),
        ),
        test(
            108,
            "32 bytes of another type",
            "KeyType",
            parse(of_type(6)[..32].to_vec()),
        ),
        test(109, "u = 1", "KeptVerbatim", parse(serialized(&small(1)))),
        test(110, "u = p", "KeptVerbatim", parse(serialized(&near_p(0)))),
        test(
            111,
            "u = p + 9",
            "KeptVerbatim",
            parse(serialized(&near_p(9))),
        ),
        test(
            112,
            "u = 2^256 - 1",
            "KeptVerbatim",
            parse(serialized(&[0xff; 32])),
        ),
        test(113, "u alone", "KeyType", parse(vec![9; 32])),
    ];
    tests.extend(
        (121..)
            .zip([0u8, 1, 4, 6, 7, 8, 10, 0x85, 0xff])
            .map(|(id, n)| {
                test(
                    id,
                    format!("33 bytes of type {n:02x}"),
                    "KeyType",
                    parse(of_type(n)),
                )
            }),
    );
    tests
}

fn private_keys() -> Vec<TestPlan> {
    let load = |bytes: Vec<u8>| Step::ParsePrivateKey {
        bytes: Bytes(bytes),
    };
    let key = secret(NAME, 0, "a key").0;
    let mut clamped = key.clone();
    clamped[0] &= 0xf8;
    clamped[31] = clamped[31] & 0x7f | 0x40;
    vec![
        test(141, "a private key", "Clamping", load(key.clone())),
        test(
            142,
            "a private key that is clamped",
            "Clamping",
            load(clamped),
        ),
        test(143, "no bytes", "KeyLength", load(Vec::new())),
        test(144, "one byte", "KeyLength", load(key[..1].to_vec())),
        test(145, "33 bytes", "KeyLength", load(counting(33).0)),
        test(146, "64 bytes", "KeyLength", load(counting(64).0)),
    ]
}

fn equality() -> Vec<TestPlan> {
    let same = |a: &[u8], b: &[u8]| Step::SamePublicKey {
        a: Bytes::from(a),
        b: Bytes::from(b),
    };
    let (key, other) = (public("a key"), public("another key"));
    let longer = [key.as_slice(), &[1]].concat();
    let nine = serialized(&small(9));
    let nine_255 = serialized(&with_bit_255(small(9)));
    let mut last = key.clone();
    last[32] ^= 1;
    let mut first = key.clone();
    first[1] ^= 1;
    vec![
        test(161, "the same key", "KeyEquality", same(&key, &key)),
        test(162, "another key", "KeyEquality", same(&key, &other)),
        test(
            163,
            "the same key with a trailing byte",
            "KeyEquality",
            same(&key, &longer),
        ),
        test(
            164,
            "one point with and without bit 255",
            "KeyEquality",
            same(&nine, &nine_255),
        ),
        test(
            165,
            "the last byte differs",
            "KeyEquality",
            same(&key, &last),
        ),
        test(
            166,
            "the first byte of u differs",
            "KeyEquality",
            same(&key, &first),
        ),
        test(
            167,
            "one of the keys is of another type",
            "KeyType",
            same(&key, &[6; 33]),
        ),
        test(
            168,
            "one of the keys is too short",
            "KeyLength",
            same(&key[..32], &key),
        ),
    ]
}

fn encoded_pairs() -> Vec<TestPlan> {
    let encode = |private: Bytes| Step::EncodeIdentityKeyPair { private };
    vec![
        test(
            181,
            "a pair",
            "IdentityPair",
            encode(secret(NAME, 0, "a key")),
        ),
        test(
            182,
            "a private key that is not clamped",
            "IdentityPair",
            encode(Bytes(vec![0xff; 32])),
        ),
        test(
            183,
            "a private key of 31 bytes",
            "KeyLength",
            encode(counting(31)),
        ),
    ]
}

/// A field of bytes, its number and length below 16 and 128.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    [&[number << 3 | 2, length], value].concat()
}

fn stored_pairs() -> Vec<TestPlan> {
    let private = secret(NAME, 0, "a key").0;
    let key = field(1, &public("a key"));
    let other = field(1, &public("another key"));
    let half = field(2, &private);
    let untyped = field(1, &public("a key")[1..]);
    let of_type_6 = field(1, &[&[6], &public("a key")[1..]].concat());
    let varint = [0x08, 0x05];
    let unknown = field(3, b"?");
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("a pair", "IdentityPair", [&key[..], &half].concat()),
        (
            "the private key first",
            "IdentityPair",
            [&half[..], &key].concat(),
        ),
        (
            "an unknown field",
            "IdentityPair",
            [&key[..], &unknown, &half].concat(),
        ),
        (
            "the public key twice, the last one right",
            "IdentityPair",
            [&other[..], &key, &half].concat(),
        ),
        ("no bytes", "BadIdentityPair", Vec::new()),
        ("no private key", "BadIdentityPair", key.clone()),
        ("no public key", "BadIdentityPair", half.clone()),
        (
            "another public key",
            "BadIdentityPair",
            [&other[..], &half].concat(),
        ),
        (
            "a public key without type",
            "BadIdentityPair",
            [&untyped[..], &half].concat(),
        ),
        (
            "a public key of type 06",
            "BadIdentityPair",
            [&of_type_6[..], &half].concat(),
        ),
        (
            "a private key of 31 bytes",
            "BadIdentityPair",
            [&key[..], &field(2, &private[..31])].concat(),
        ),
        (
            "a private key of 33 bytes",
            "BadIdentityPair",
            [&key[..], &field(2, &counting(33).0)].concat(),
        ),
        (
            "an empty private key",
            "BadIdentityPair",
            [&key[..], &field(2, &[])].concat(),
        ),
        (
            "the public key as an integer",
            "BadIdentityPair",
            [&varint[..], &half].concat(),
        ),
        (
            "the last byte missing",
            "BadIdentityPair",
            [&key[..], &half[..half.len() - 1]].concat(),
        ),
    ];
    (201..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| {
            let step = Step::DecodeIdentityKeyPair {
                bytes: Bytes(bytes),
            };
            test(id, comment, flag, step)
        })
        .collect()
}

fn claim(other: Vec<u8>, random: Bytes) -> Step {
    Step::SignAlternateIdentity {
        private: secret(NAME, 0, "a key"),
        other: Bytes(other),
        random,
    }
}

fn claims() -> Vec<TestPlan> {
    let random = || random64(NAME, 0, "claim");
    let other = public("another key");
    vec![
        test(
            221,
            "a claim",
            "AlternateIdentity",
            claim(other.clone(), random()),
        ),
        test(
            222,
            "a claim of u = 0",
            "AlternateIdentity",
            claim(serialized(&small(0)), random()),
        ),
        test(
            223,
            "the other key without type",
            "KeyType",
            claim(other[1..].to_vec(), random()),
        ),
        test(
            224,
            "the other key too short",
            "KeyLength",
            claim(other[..32].to_vec(), random()),
        ),
    ]
}

fn checked_claims() -> Vec<TestPlan> {
    let signature = signed_claim();
    let check = |identity: &[u8], other: &[u8], signature: &[u8]| Step::VerifyAlternateIdentity {
        identity: Bytes::from(identity),
        other: Bytes::from(other),
        signature: Bytes::from(signature),
    };
    let (key, other, third) = (
        public("a key"),
        public("another key"),
        public("a third key"),
    );
    let mut flipped = signature.clone();
    flipped[0] ^= 1;
    let cases = vec![
        (
            "a claim",
            "AlternateIdentity",
            check(&key, &other, &signature),
        ),
        (
            "the claim of another key",
            "BadClaim",
            check(&key, &third, &signature),
        ),
        (
            "the claim by another key",
            "BadClaim",
            check(&third, &other, &signature),
        ),
        (
            "the two keys exchanged",
            "BadClaim",
            check(&other, &key, &signature),
        ),
        ("a flipped bit", "BadClaim", check(&key, &other, &flipped)),
        (
            "63 bytes of signature",
            "BadClaim",
            check(&key, &other, &signature[..63]),
        ),
        ("no signature", "BadClaim", check(&key, &other, &[])),
        (
            "the claiming key is of type 06",
            "KeyType",
            check(&[6; 33], &other, &signature),
        ),
        (
            "the claimed key is too short",
            "KeyLength",
            check(&key, &other[..32], &signature),
        ),
    ];
    (241..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}

/// The claim of another key by a key, as the specification signs it.
fn signed_claim() -> Vec<u8> {
    let identity = identity_key_pair(PrivateKey::from_public_slice(&secret(NAME, 0, "a key").0));
    let other = IdentityKey {
        key: PublicKey::from_slice(&Seq::from_native_slice(&public("another key")), 1, 32),
    };
    let random = SignatureRandom::from_public_slice(&random64(NAME, 0, "claim").0);
    let signature = sign_alternate_identity(&identity, other, &random);
    public_bytes(&signature)
}
