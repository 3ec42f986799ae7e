//! XEdDSA signatures in both forms.
use super::build::{
    counting, group, public_bytes, random64, secret, test, with_sources, Plan, SIGNAL_V3, SPEC,
};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::{SignatureForm, Step};
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::{PrivateKey, SignatureRandom};
use twinratchet_spec::primitives::x25519::clamp;
use twinratchet_spec::primitives::xeddsa::{sign, Form};

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "FixedRandom",
        description: "A known signature of a known key with known random bytes.",
        effect: "The signer is another one.",
    },
    FlagNote {
        flag: "SignZero",
        description: "A key whose Edwards point has sign 0: both forms have the same scalar.",
        effect: "Signatures do not verify.",
    },
    FlagNote {
        flag: "SignOne",
        description: "A key whose Edwards point has sign 1: deployed, the sign goes into the signature; in the public text, the scalar is negated.",
        effect: "Signatures of half of all keys do not verify.",
    },
    FlagNote {
        flag: "Clamping",
        description: "The private key is clamped before it signs.",
        effect: "A nonce of other bytes, or a signature that does not verify.",
    },
    FlagNote {
        flag: "BadInput",
        description: "The private key is 32 bytes, the random bytes are 64.",
        effect: "A nonce from too little randomness reveals the private key.",
    },
];

const NAME: &str = "xeddsa_sign";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "XEdDSA signing",
        header: &[
            "Two forms: `deployed` is what stands on the wire; `public_text` is XEdDSA as published.",
            "They differ in the sign of the public point, and in the bytes of the key in the nonce.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("xeddsa_sign", SIGNAL_V3, messages(101, SignatureForm::Deployed)),
            group("xeddsa_sign", SPEC, messages(201, SignatureForm::PublicText)),
            group("xeddsa_sign", SIGNAL_V3, bad_inputs()),
        ],
    })
}

/// A signature of the specification, `private` of 32 bytes and `random` of 64.
pub fn signed(form: Form, private: &Bytes, message: &[u8], random: &Bytes) -> Vec<u8> {
    let key = clamp(PrivateKey::from_public_slice(&private.0));
    let random = SignatureRandom::from_public_slice(&random.0);
    public_bytes(&sign(
        form,
        &key,
        &ByteSeq::from_public_slice(message),
        &random,
    ))
}

/// The first private key of a family, of those labelled key 0, key 1, ..., whose point has this sign.
pub fn key_of_sign(family: &str, sign: u8) -> Bytes {
    let random = Bytes(vec![0; 64]);
    (0..100)
        .map(|n| secret(family, 0, &format!("key {n}")))
        .find(|key| signed(Form::Deployed, key, &[], &random)[63] >> 7 == sign)
        .unwrap_or_default()
}

fn messages(first: u32, form: SignatureForm) -> Vec<TestPlan> {
    let lengths = [0usize, 1, 32, 33, 63, 64, 127, 128, 1000];
    let keys = [(0, "SignZero"), (1, "SignOne")];
    let mut tests: Vec<TestPlan> = (first..)
        .zip(lengths.iter().flat_map(|&n| keys.map(|key| (n, key))))
        .map(|(id, (n, (sign, flag)))| {
            let step = Step::XeddsaSign {
                form,
                private: key_of_sign(NAME, sign),
                message: counting(n),
                random: random64(NAME, id, "signature"),
            };
            test(id, format!("{n} bytes, sign {sign}"), flag, step)
        })
        .collect();
    tests.extend(unclamped(first + 50, form));
    tests
}

/// One key, once with other bits that clamping overwrites.
fn unclamped(first: u32, form: SignatureForm) -> [TestPlan; 2] {
    let mut other = secret(NAME, 0, "unclamped");
    other.0[0] ^= 0x07;
    other.0[31] ^= 0xc0;
    [
        (first, "a key", secret(NAME, 0, "unclamped")),
        (
            first + 1,
            "the same with other bits that clamping overwrites",
            other,
        ),
    ]
    .map(|(id, comment, private)| {
        let step = Step::XeddsaSign {
            form,
            private,
            message: counting(33),
            random: random64(NAME, first, "signature"),
        };
        test(id, comment, "Clamping", step)
    })
}

fn bad_inputs() -> Vec<TestPlan> {
    [
        (301, 31, 64),
        (302, 33, 64),
        (303, 0, 64),
        (304, 32, 63),
        (305, 32, 65),
        (306, 32, 0),
    ]
    .into_iter()
    .map(|(id, private, random)| {
        let step = Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: counting(private),
            message: counting(3),
            random: counting(random),
        };
        let comment = format!("a private key of {private} bytes, {random} random bytes");
        test(id, comment, "BadInput", step)
    })
    .collect()
}
