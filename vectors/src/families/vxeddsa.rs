//! VXEdDSA: signatures that are also a verifiable random function.
use super::build::{
    counting, flipped, group, output, public_bytes, random64, secret, test, with_sources, Plan,
    SPEC,
};
use super::keys::public_of;
use super::x25519::{near_p, small, with_bit_255};
use super::xeddsa_sign::key_of_sign;
use super::{Family, FlagNote, PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::types::Integer256;
use twinratchet_spec::keys::{CompressedPoint, PublicKey, Sha512Digest};
use twinratchet_spec::notation::field::{fe_from_bytes, fe_to_bytes};
use twinratchet_spec::notation::scalar::{scalar_from_bytes, scalar_to_bytes, Scalar};
use twinratchet_spec::primitives::edwards25519::{
    add, compress, decompress, identity, montgomery_to_edwards, scalar_mul, scalar_mul_base, Point,
    Sign,
};
use twinratchet_spec::primitives::field25519::inverse;
use twinratchet_spec::primitives::scalar25519::{negate_scalar, scalar_of_digest};
use twinratchet_spec::primitives::vxeddsa::hash_to_point;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "KnownAnswer",
        description: "Known answers of others: signature and output.",
        effect: "Another reading of the standard.",
    },
    FlagNote {
        flag: "Normal",
        description: "Messages of several lengths, keys of both signs.",
        effect: "Signatures that nobody accepts, or that are refused.",
    },
    FlagNote {
        flag: "SignOne",
        description: "A key whose public point has sign 1: its scalar is negated first.",
        effect: "Signatures of half of all keys do not verify.",
    },
    FlagNote {
        flag: "VrfOutput",
        description: "The output depends on key and message alone, not on the random bytes.",
        effect: "The output can be chosen: it is no random function.",
    },
    FlagNote {
        flag: "Clamping",
        description: "The private key is clamped first.",
        effect: "Another key than the public one.",
    },
    FlagNote {
        flag: "Altered",
        description: "A bit of message, key or signature is another.",
        effect: "Forged signatures are accepted.",
    },
    FlagNote {
        flag: "HighBits",
        description: "h and s are below 2^253.",
        effect: "More forms of one signature are accepted than the standard allows.",
    },
    FlagNote {
        flag: "Malleability",
        description: "s + q in place of s is accepted below 2^253; h + q in place of h is not, as h is compared as bytes.",
        effect: "A signature is refused that the standard accepts, or the reverse.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "u is p or above, or has bit 255 set: refused.",
        effect: "More forms of one key are accepted than the standard allows.",
    },
    FlagNote {
        flag: "NoPoint",
        description: "No point belongs to u or to V.",
        effect: "A crash, or a signature accepted under no key at all.",
    },
    FlagNote {
        flag: "LowOrder",
        description: "A or V has small order; everything but this rule holds.",
        effect: "Signatures without a secret, and an output that is the same for all messages.",
    },
    FlagNote {
        flag: "PointEncoding",
        description: "V is another encoding than that of a point.",
        effect: "More forms of one signature are accepted than the standard allows.",
    },
    FlagNote {
        flag: "Torsion",
        description: "V or A with a point of order 2 added: accepted if h is even. The output stays the same with another V, as it is that of 8V.",
        effect: "Another output for the same message; or h is negated modulo q in place of the point, and odd h are accepted.",
    },
    FlagNote {
        flag: "OtherForm",
        description: "Parts of a signature of XEdDSA.",
        effect: "Signatures of one form are accepted as the other.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Keys are 32 bytes, random bytes 64, signatures 96.",
        effect: "A crash.",
    },
];

const NAME: &str = "vxeddsa";
const MESSAGE: &[u8] = b"twinratchet";

/// A case: what it shows, its flag, key, message and signature.
type Case = (String, &'static str, Vec<u8>, Vec<u8>, Vec<u8>);

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "VXEdDSA",
        header: &[
            "XEdDSA, section 4; hash-to-point in elligator. Not deployed. A signature is V || h || s; vrfOutput is v.",
            "The public key is the coordinate u. An invalid outcome is bad_signature, but for inputs of a wrong length.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("vxeddsa_sign", SPEC, signing()),
            group("vxeddsa_verify", SPEC, verifying()?),
        ],
    })
}

fn sign(private: Bytes, message: &[u8], random: Bytes) -> Step {
    Step::VxeddsaSign {
        private,
        message: message.into(),
        random,
    }
}

fn signing() -> Vec<TestPlan> {
    let mut tests = Vec::new();
    let lengths = [0usize, 1, 32, 33, 64, 127, 128, 1000];
    for (id, length) in (101..).zip(lengths) {
        for (sign_bit, first, flag) in [(0, 0, "Normal"), (1, 50, "SignOne")] {
            let key = key_of_sign(NAME, sign_bit);
            let random = random64(NAME, id + first, "signature");
            let step = sign(key, &counting(length).0, random);
            let comment = format!("{length} bytes, sign {sign_bit}");
            tests.push(test(id + first, comment, flag, step));
        }
    }
    let key = || secret(NAME, 0, "unclamped");
    let mut other = key();
    other.0[0] ^= 0x07;
    other.0[31] ^= 0xc0;
    let random = |n| random64(NAME, 0, &format!("signature {n}"));
    let cases = [
        ("a key", "Clamping", key(), random(1)),
        (
            "the same with other bits that clamping overwrites: the same signature",
            "Clamping",
            other,
            random(1),
        ),
        (
            "the same with other random bytes: the same output",
            "VrfOutput",
            key(),
            random(2),
        ),
        (
            "with random bytes of 0",
            "VrfOutput",
            key(),
            Bytes(vec![0; 64]),
        ),
    ];
    for (id, (comment, flag, key, random)) in (201..).zip(cases) {
        tests.push(test(id, comment, flag, sign(key, MESSAGE, random)));
    }
    for (id, (private, random)) in (301..).zip([(31, 64), (33, 64), (0, 64), (32, 63), (32, 65)]) {
        let step = sign(counting(private), MESSAGE, counting(random));
        let comment = format!("a private key of {private} bytes, {random} random bytes");
        tests.push(test(id, comment, "BadInput", step));
    }
    tests.sort_by_key(|test| test.tc_id);
    tests
}

fn verifying() -> Plan<Vec<TestPlan>> {
    let cases = [
        signatures()?,
        altered()?,
        scalars()?,
        keys()?,
        low_order()?,
        points()?,
        lengths()?,
        torsion_of_key()?,
    ];
    Ok((501..)
        .zip(cases.into_iter().flatten())
        .map(|(id, (comment, flag, public, message, signature))| {
            let step = Step::VxeddsaVerify {
                public: Bytes(public),
                message: Bytes(message),
                signature: Bytes(signature),
            };
            test(id, comment, flag, step)
        })
        .collect())
}

fn case(comment: &str, flag: &'static str, public: &[u8], signature: Vec<u8>) -> Case {
    let comment = comment.to_owned();
    (comment, flag, public.to_vec(), MESSAGE.to_vec(), signature)
}

fn public(sign: u8) -> Vec<u8> {
    public_of(&key_of_sign(NAME, sign))
}

/// The signature of a message by the key of a sign.
fn signature_of(sign_bit: u8, message: &[u8]) -> Plan<Vec<u8>> {
    let key = key_of_sign(NAME, sign_bit);
    let step = sign(key, message, random64(NAME, 0, "signature"));
    output(&step, "signature")
}

fn signature(sign_bit: u8) -> Plan<Vec<u8>> {
    signature_of(sign_bit, MESSAGE)
}

fn signatures() -> Plan<Vec<Case>> {
    let mut cases = Vec::new();
    for sign_bit in [0, 1] {
        let flag = if sign_bit == 0 { "Normal" } else { "SignOne" };
        for length in [0usize, 1, 100] {
            let message = counting(length).0;
            let made = signature_of(sign_bit, &message)?;
            let comment = format!("{length} bytes, sign {sign_bit}");
            cases.push((comment, flag, public(sign_bit), message, made));
        }
    }
    let step = sign(
        key_of_sign(NAME, 0),
        MESSAGE,
        random64(NAME, 0, "another signature"),
    );
    let first = case("a signature", "VrfOutput", &public(0), signature(0)?);
    let second = output(&step, "signature")?;
    cases.push(first);
    cases.push(case(
        "another of the same key and message: the same output",
        "VrfOutput",
        &public(0),
        second,
    ));
    Ok(cases)
}

fn altered() -> Plan<Vec<Case>> {
    let made = signature(0)?;
    let mut cases = Vec::new();
    for (at, bits, flag) in [
        (0, 0x01, "Altered"),
        (31, 0x80, "Altered"),
        (32, 0x01, "Altered"),
        (63, 0x08, "Altered"),
        (64, 0x01, "Altered"),
        (95, 0x08, "Altered"),
        (63, 0x20, "HighBits"),
        (63, 0x40, "HighBits"),
        (63, 0x80, "HighBits"),
        (95, 0x20, "HighBits"),
        (95, 0x40, "HighBits"),
        (95, 0x80, "HighBits"),
    ] {
        let comment = format!("byte {at} of the signature altered by {bits:02x}");
        cases.push(case(&comment, flag, &public(0), flipped(&made, at, bits)));
    }
    for message in [b"Twinratchet".as_slice(), b"twinratche", b""] {
        let comment = "another message".to_owned();
        cases.push((
            comment,
            "Altered",
            public(0),
            message.to_vec(),
            made.clone(),
        ));
    }
    let mut swapped = made.clone();
    swapped[32..].rotate_left(32);
    cases.extend([
        case("another public key", "Altered", &public(1), made),
        case("h and s exchanged", "Altered", &public(0), swapped),
        case("zeros", "Altered", &public(0), vec![0; 96]),
        case("ff throughout", "HighBits", &public(0), vec![0xff; 96]),
    ]);
    Ok(cases)
}

/// The order of the base point, little-endian.
const Q: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// q added to the number at a place.
fn plus_q(mut made: Vec<u8>, at: usize) -> Vec<u8> {
    let mut carry = 0u16;
    for (byte, q) in made[at..at + 32].iter_mut().zip(Q) {
        carry += u16::from(*byte) + u16::from(q);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    made
}

fn scalars() -> Plan<Vec<Case>> {
    let made = signature(0)?;
    let twice = plus_q(plus_q(made.clone(), 64), 64);
    Ok(vec![
        case(
            "s + q",
            "Malleability",
            &public(0),
            plus_q(made.clone(), 64),
        ),
        case("s + 2q: above 2^253", "HighBits", &public(0), twice),
        case("h + q", "Malleability", &public(0), plus_q(made, 32)),
    ])
}

fn scalar(bytes: &[u8]) -> Scalar {
    scalar_from_bytes(Integer256::from_native_slice(bytes))
}

/// A scalar of this label, below 2^252.
fn any_scalar(label: &str) -> Scalar {
    let mut bytes = secret(NAME, 0, label).0;
    bytes[31] &= 0x0f;
    scalar(&bytes)
}

/// h of these points and the message.
fn challenge(points: &[Point; 4]) -> Plan<Scalar> {
    let mut hashed = vec![0xff; 32];
    hashed[0] = 0xfb;
    for point in points {
        hashed.extend(public_bytes(&compress(*point)));
    }
    hashed.extend(MESSAGE);
    let hash = Step::Sha512 {
        message: Bytes(hashed),
    };
    let digest = output(&hash, "digest")?;
    Ok(scalar_of_digest(&Sha512Digest::from_public_slice(&digest)))
}

/// The base point of the VRF for a public point.
fn base_of_message(a: Point) -> Point {
    let mut hashed = public_bytes(&compress(a));
    hashed.extend(MESSAGE);
    hash_to_point(&ByteSeq::from_public_slice(&hashed))
}

/// A signature of the message with a scalar and a public point, V as given, and h.
fn made_with(a: Scalar, point: Point, v: Point, r: Scalar) -> Plan<(Vec<u8>, Vec<u8>)> {
    let r_point = scalar_mul_base(r);
    let r_v = scalar_mul(r, base_of_message(point));
    let h = challenge(&[point, v, r_point, r_v])?;
    let h_bytes = public_bytes(&scalar_to_bytes(h));
    let s_bytes = public_bytes(&scalar_to_bytes(r + h * a));
    let signature = [public_bytes(&compress(v)), h_bytes.clone(), s_bytes].concat();
    Ok((signature, h_bytes))
}

/// The point of u with sign 0.
fn point_of(u: [u8; 32]) -> Plan<Point> {
    montgomery_to_edwards(PublicKey::from_native_slice(&u), Sign::Zero)
        .ok_or_else(|| PlanError("no point".to_owned()))
}

fn keys() -> Plan<Vec<Case>> {
    // The scalar of u = 9 is 1.
    let base = point_of(small(9))?;
    let one = scalar(&small(1));
    let v = base_of_message(base);
    let (made, _) = made_with(one, base, v, any_scalar("r"))?;
    let honest = || signature(0);
    let mut high = public(0);
    high[31] |= 0x80;
    Ok(vec![
        case(
            "u = 9, whose scalar is 1",
            "Normal",
            &small(9),
            made.clone(),
        ),
        case(
            "the same as u = p + 9",
            "KeyEncoding",
            &near_p(9),
            made.clone(),
        ),
        case(
            "the same with bit 255",
            "KeyEncoding",
            &with_bit_255(small(9)),
            made,
        ),
        case("a public key with bit 255", "KeyEncoding", &high, honest()?),
        case("u = p - 1", "NoPoint", &near_p(-1), honest()?),
        case("u = 2, on the twist", "NoPoint", &small(2), honest()?),
    ])
}

fn low_order() -> Plan<Vec<Case>> {
    let zero = scalar(&small(0));
    let r = any_scalar("r");
    let mut cases = Vec::new();
    // With V neutral all products with h vanish for the neutral A, and for the A of order 2 if h is even.
    for (name, u) in [
        ("u = 1, neutral", small(1)),
        ("u = 0, of order 2", small(0)),
    ] {
        let point = point_of(u)?;
        let made = of_parity(0, |r| made_with(zero, point, identity(), r))?;
        let comment = format!("{name}, and V neutral, forged without a secret");
        cases.push(case(&comment, "LowOrder", &u, made));
    }
    let base = point_of(small(9))?;
    let one = scalar(&small(1));
    for (name, v) in [
        ("neutral", small(1)),
        ("of order 2", near_p(-1)),
        ("of order 4", small(0)),
    ] {
        let v = decompress(CompressedPoint::from_native_slice(&v));
        let v = v.ok_or_else(|| PlanError("no point".to_owned()))?;
        let (made, _) = made_with(one, base, v, r)?;
        let comment = format!("V is {name}, A of prime order");
        cases.push(case(&comment, "LowOrder", &small(9), made));
    }
    Ok(cases)
}

/// The signature of the message with another V.
fn with_v(v: &[u8; 32]) -> Plan<Vec<u8>> {
    let made = signature(0)?;
    Ok([v.as_slice(), &made[32..]].concat())
}

fn points() -> Plan<Vec<Case>> {
    let mut cases = vec![
        case(
            "V = 2: no point has this y",
            "NoPoint",
            &public(0),
            with_v(&small(2))?,
        ),
        case(
            "V with y = p",
            "PointEncoding",
            &public(0),
            with_v(&near_p(0))?,
        ),
        case(
            "V with y = p + 1",
            "PointEncoding",
            &public(0),
            with_v(&near_p(1))?,
        ),
        case(
            "V neutral with the sign of x set",
            "PointEncoding",
            &public(0),
            with_v(&with_bit_255(small(1)))?,
        ),
    ];
    let two = order_two()?;
    let base = point_of(small(9))?;
    let one = scalar(&small(1));
    let v = add(base_of_message(base), two);
    let (plain, _) = made_with(one, base, base_of_message(base), any_scalar("r"))?;
    cases.push(case("V as it should be", "Torsion", &small(9), plain));
    for (parity, name) in [(0, "even: accepted"), (1, "odd: refused")] {
        let made = of_parity(parity, |r| made_with(one, base, v, r))?;
        let comment = format!("V and a point of order 2, h {name}");
        cases.push(case(&comment, "Torsion", &small(9), made));
    }
    let of_xeddsa = Step::XeddsaSign {
        form: crate::step::SignatureForm::PublicText,
        private: key_of_sign(NAME, 0),
        message: MESSAGE.into(),
        random: random64(NAME, 0, "signature"),
    };
    let of_xeddsa = output(&of_xeddsa, "signature")?;
    let made = [&signature(0)?[..32], &of_xeddsa].concat();
    cases.push(case(
        "V, then a signature of XEdDSA",
        "OtherForm",
        &public(0),
        made,
    ));
    Ok(cases)
}

/// The point of order 2.
fn order_two() -> Plan<Point> {
    decompress(CompressedPoint::from_native_slice(&near_p(-1)))
        .ok_or_else(|| PlanError("no point of order 2".to_owned()))
}

/// The signature of some r whose h has this parity.
fn of_parity(parity: u8, made: impl Fn(Scalar) -> Plan<(Vec<u8>, Vec<u8>)>) -> Plan<Vec<u8>> {
    let found = (0..64)
        .map(|n| made(any_scalar(&format!("r {n}"))))
        .find(|made| made.as_ref().is_ok_and(|(_, h)| h[0] & 1 == parity));
    let (made, _) = found.ok_or_else(|| PlanError("no such h".to_owned()))??;
    Ok(made)
}

/// The key 1/9 is that of -B and the point of order 2: y is negated.
fn torsion_of_key() -> Plan<Vec<Case>> {
    let nine = fe_from_bytes(Integer256::from_native_slice(&small(9)));
    let u: [u8; 32] = public_bytes(&fe_to_bytes(inverse(nine)))
        .try_into()
        .unwrap_or_default();
    let point = point_of(u)?;
    let minus_one = negate_scalar(scalar(&small(1)));
    let v = scalar_mul(minus_one, base_of_message(point));
    let mut cases = Vec::new();
    for (parity, name) in [(0, "even: accepted"), (1, "odd: refused")] {
        let made = of_parity(parity, |r| made_with(minus_one, point, v, r))?;
        let comment = format!("A of prime order and a point of order 2, h {name}");
        cases.push(case(&comment, "Torsion", &u, made));
    }
    Ok(cases)
}

fn lengths() -> Plan<Vec<Case>> {
    let made = signature(0)?;
    let key = public(0);
    let typed = [&[5], key.as_slice()].concat();
    let mut cases: Vec<Case> = [0usize, 64, 95]
        .map(|n| (format!("{n} bytes of signature"), made[..n].to_vec()))
        .into_iter()
        .chain([(
            "97 bytes of signature".to_owned(),
            [made.as_slice(), &[0]].concat(),
        )])
        .map(|(comment, cut)| case(&comment, "BadInput", &key, cut))
        .collect();
    cases.extend([
        case(
            "a public key of 31 bytes",
            "BadInput",
            &key[..31],
            made.clone(),
        ),
        case("a public key with its type byte", "BadInput", &typed, made),
    ]);
    Ok(cases)
}
