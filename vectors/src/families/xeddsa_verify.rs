//! What the two verifiers of XEdDSA accept.
use super::build::{
    counting, group, public_bytes, random64, secret, test, with_sources, Plan, SIGNAL_V3, SPEC,
};
use super::keys::public_of;
use super::x25519::{near_p, small, with_bit_255};
use super::xeddsa_sign::{key_of_sign, signed};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::{SignatureForm, Step};
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::types::Integer256;
use twinratchet_spec::keys::{PublicKey, Signature};
use twinratchet_spec::notation::scalar::scalar_from_bytes;
use twinratchet_spec::primitives::edwards25519::{compress, scalar_mul_base};
use twinratchet_spec::primitives::xeddsa::{verify, Form};

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "A signature as signers make it.",
        effect: "Bundles of peers are refused.",
    },
    FlagNote {
        flag: "Forms",
        description: "A signature of one form under the rules of the other: each of the public text verifies as deployed, the reverse holds if the sign is 0.",
        effect: "Signatures of half of all keys are refused, or the two rules are mixed.",
    },
    FlagNote {
        flag: "Altered",
        description: "A bit of message, key or signature is another.",
        effect: "Forged prekeys are accepted.",
    },
    FlagNote {
        flag: "SignBit",
        description: "The top bit of the signature is the sign of the public point.",
        effect: "Signatures of half of all keys are refused, or the sign is not checked.",
    },
    FlagNote {
        flag: "HighBits",
        description: "s is below 2^253: bits 253 and 254 are clear.",
        effect: "More forms of one signature are accepted than peers accept.",
    },
    FlagNote {
        flag: "Malleability",
        description: "s + q in place of s is accepted while it is below 2^253.",
        effect: "A signature is refused that peers accept.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "The public key has bit 255 set, or u is p or above.",
        effect: "Deployed: a key refused that peers accept. Public text: the reverse.",
    },
    FlagNote {
        flag: "LowOrder",
        description: "A public key of small order: signatures of it are made without a secret, and accepted.",
        effect: "A key refused that peers accept; no security is lost or won.",
    },
    FlagNote {
        flag: "NoPoint",
        description: "No point of the Edwards curve belongs to u: u = p - 1, or on the twist.",
        effect: "A crash, or a signature accepted under no key at all.",
    },
    FlagNote {
        flag: "PointEncoding",
        description: "R is compared as bytes with the encoding of the computed point.",
        effect: "More forms of one signature are accepted than peers accept.",
    },
    FlagNote {
        flag: "SignatureLength",
        description: "A signature is 64 bytes.",
        effect: "A crash, or reading past the end.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A public key is 32 bytes.",
        effect: "A crash.",
    },
];

const NAME: &str = "xeddsa_verify";
const MESSAGE: &[u8] = b"twinratchet";

/// A case: what it shows, its flag, key, message and signature.
type Case = (String, &'static str, Vec<u8>, Vec<u8>, Vec<u8>);

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "XEdDSA verification",
        header: &[
            "Every case under both rules: `deployed` is what stands on the wire, `public_text` is XEdDSA as published.",
            "The public key is the coordinate u. An invalid outcome is always bad_signature, but for keys of a wrong length.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("xeddsa_verify", SIGNAL_V3, under(101, SignatureForm::Deployed)),
            group("xeddsa_verify", SPEC, under(301, SignatureForm::PublicText)),
        ],
    })
}

fn under(first: u32, form: SignatureForm) -> Vec<TestPlan> {
    let cases = [
        signatures(),
        altered(),
        keys(),
        forged(),
        encodings(),
        lengths(),
    ];
    (first..)
        .zip(cases.into_iter().flatten())
        .map(|(id, (comment, flag, public, message, signature))| {
            let step = Step::XeddsaVerify {
                form,
                public: Bytes(public),
                message: Bytes(message),
                signature: Bytes(signature),
            };
            test(id, comment, flag, step)
        })
        .collect()
}

fn case(comment: &str, flag: &'static str, public: &[u8], signature: Vec<u8>) -> Case {
    (
        comment.to_owned(),
        flag,
        public.to_vec(),
        MESSAGE.to_vec(),
        signature,
    )
}

/// The two forms with their names.
const FORMS: [(Form, &str); 2] = [
    (Form::Deployed, "deployed"),
    (Form::PublicText, "public text"),
];

/// The signature of the message by the key of a sign.
fn signature(form: Form, sign: u8) -> Vec<u8> {
    signed(
        form,
        &key_of_sign(NAME, sign),
        MESSAGE,
        &random64(NAME, 0, "signature"),
    )
}

fn public(sign: u8) -> Vec<u8> {
    public_of(&key_of_sign(NAME, sign))
}

fn signatures() -> Vec<Case> {
    let mut cases = Vec::new();
    for sign in [0, 1] {
        for (form, name) in FORMS {
            let comment = format!("signed by the rule {name}, sign {sign}");
            cases.push(case(
                &comment,
                "Forms",
                &public(sign),
                signature(form, sign),
            ));
        }
    }
    let key = key_of_sign(NAME, 1);
    for n in [0usize, 1, 33, 64, 1000] {
        let message = counting(n).0;
        let made = signed(
            Form::PublicText,
            &key,
            &message,
            &random64(NAME, 0, "signature"),
        );
        cases.push((
            format!("a message of {n} bytes"),
            "Normal",
            public_of(&key),
            message,
            made,
        ));
    }
    cases
}

/// The signature of the message with some bits flipped.
fn flipped(sign: u8, at: usize, bits: u8) -> Vec<u8> {
    let mut made = signature(Form::Deployed, sign);
    made[at] ^= bits;
    made
}

fn altered() -> Vec<Case> {
    let mut cases = Vec::new();
    for (sign, at, bits, flag) in [
        (0, 0, 0x01, "Altered"),
        (0, 31, 0x40, "Altered"),
        (0, 31, 0x80, "PointEncoding"),
        (0, 32, 0x01, "Altered"),
        (0, 62, 0x10, "Altered"),
        (0, 63, 0x20, "HighBits"),
        (0, 63, 0x40, "HighBits"),
        (0, 63, 0x60, "HighBits"),
        (0, 63, 0x80, "SignBit"),
        (1, 63, 0x20, "HighBits"),
        (1, 63, 0x40, "HighBits"),
        (1, 63, 0x80, "SignBit"),
        (1, 63, 0xe0, "HighBits"),
    ] {
        let comment = format!("sign {sign}, byte {at} of the signature altered by {bits:02x}");
        cases.push(case(&comment, flag, &public(sign), flipped(sign, at, bits)));
    }
    let made = || signature(Form::Deployed, 0);
    let other = |message: &[u8]| {
        (
            "another message".to_owned(),
            "Altered",
            public(0),
            message.to_vec(),
            made(),
        )
    };
    let mut zero_s = made();
    zero_s[32..].fill(0);
    cases.extend([
        other(b"Twinratchet"),
        other(b"twinratche"),
        other(b""),
        case("another public key", "Altered", &public(1), made()),
        case("s = 0", "Altered", &public(0), zero_s),
        case("a signature of zeros", "Altered", &public(0), vec![0; 64]),
        case("a signature of ff", "HighBits", &public(0), vec![0xff; 64]),
    ]);
    cases
}

/// The order of the base point, little-endian.
const Q: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// s + q in place of s, its sign bit kept.
fn plus_q(mut made: Vec<u8>) -> Vec<u8> {
    let sign = made[63] & 0x80;
    made[63] &= 0x7f;
    let mut carry = 0u16;
    for (byte, q) in made[32..].iter_mut().zip(Q) {
        carry += u16::from(*byte) + u16::from(q);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    made[63] |= sign;
    made
}

fn keys() -> Vec<Case> {
    let mut high = public(0);
    high[31] |= 0x80;
    let made = |sign| signature(Form::Deployed, sign);
    let twice = || plus_q(plus_q(made(0)));
    vec![
        case("s + q, sign 0", "Malleability", &public(0), plus_q(made(0))),
        case("s + q, sign 1", "Malleability", &public(1), plus_q(made(1))),
        case("s + 2q: above 2^253", "HighBits", &public(0), twice()),
        case("the public key with bit 255", "KeyEncoding", &high, made(0)),
        case("u = p - 1", "NoPoint", &near_p(-1), made(0)),
        case("u = p - 1, sign 1", "NoPoint", &near_p(-1), made(1)),
        case("u = 2, on the twist", "NoPoint", &small(2), made(0)),
        case("u = p + 2, on the twist", "NoPoint", &near_p(2), made(0)),
    ]
}

/// A signature without a secret, of a key of small order: R = sB, for the first s that verifies.
fn forge(public: [u8; 32]) -> Vec<u8> {
    let key = PublicKey::from_native_slice(&public);
    let message = ByteSeq::from_public_slice(MESSAGE);
    (0..100)
        .map(|n| {
            let mut s = secret(NAME, 0, &format!("forged {n}")).0;
            s[31] &= 0x0f;
            let scalar = scalar_from_bytes(Integer256::from_native_slice(&s));
            let r = compress(scalar_mul_base(scalar));
            [public_bytes(&r), s].concat()
        })
        .find(|made| {
            verify(
                Form::Deployed,
                key,
                &message,
                Signature::from_native_slice(made),
            )
        })
        .unwrap_or_default()
}

fn forged() -> Vec<Case> {
    [
        ("u = 0", small(0)),
        ("u = 1", small(1)),
        ("u = p", near_p(0)),
        ("u = p + 1", near_p(1)),
        ("u = 0 with bit 255", with_bit_255(small(0))),
        ("u = p + 1 with bit 255", with_bit_255(near_p(1))),
    ]
    .into_iter()
    .map(|(comment, u)| {
        case(
            &format!("{comment}, forged without a secret"),
            "LowOrder",
            &u,
            forge(u),
        )
    })
    .collect()
}

/// Signatures of u = 1 with s = 0: R is the neutral point, in several encodings.
fn encodings() -> Vec<Case> {
    let with_r = |r: [u8; 32]| [r, [0; 32]].concat();
    let y_plus_p = {
        let mut r = near_p(1);
        r[31] &= 0x7f;
        r
    };
    vec![
        case(
            "R neutral, its encoding canonical",
            "PointEncoding",
            &small(1),
            with_r(small(1)),
        ),
        case(
            "R neutral with the sign of x set",
            "PointEncoding",
            &small(1),
            with_r(with_bit_255(small(1))),
        ),
        case(
            "R neutral, y = p + 1",
            "PointEncoding",
            &small(1),
            with_r(y_plus_p),
        ),
        case("R = 0", "PointEncoding", &small(1), with_r(small(0))),
    ]
}

fn lengths() -> Vec<Case> {
    let made = signature(Form::Deployed, 0);
    let longer = [made.as_slice(), &[0]].concat();
    let mut cases: Vec<Case> = [0usize, 1, 32, 63]
        .map(|n| (format!("{n} bytes of signature"), made[..n].to_vec()))
        .into_iter()
        .chain([("65 bytes of signature".to_owned(), longer)])
        .map(|(comment, cut)| case(&comment, "SignatureLength", &public(0), cut))
        .collect();
    let key = public(0);
    let typed = [&[5], key.as_slice()].concat();
    cases.extend([
        case(
            "a public key of 31 bytes",
            "BadInput",
            &key[..31],
            made.clone(),
        ),
        case("a public key with its type byte", "BadInput", &typed, made),
    ]);
    cases
}
