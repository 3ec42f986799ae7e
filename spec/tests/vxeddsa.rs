//! VXEdDSA against recorded values, and on signatures that must be refused.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
#[path = "support/recordings.rs"]
mod recordings;

use hacspec_lib::*;
use recordings::recording;
use serde_json::Value;
use twinratchet_spec::keys::types::*;
use twinratchet_spec::notation::field::{fe_from_bytes, fe_literal};
use twinratchet_spec::notation::scalar::{scalar_from_bytes, scalar_to_bytes};
use twinratchet_spec::primitives::edwards25519::{
    compress, decompress, is_identity, is_torsion_free,
};
use twinratchet_spec::primitives::field25519::{is_square, montgomery_a};
use twinratchet_spec::primitives::scalar25519::ORDER;
use twinratchet_spec::primitives::vxeddsa::{elligator2, hash_to_point, sign, verify, vrf_output};
use twinratchet_spec::primitives::x25519::{clamp, public_key};

fn native(case: &Value, field: &str) -> Vec<u8> {
    hex::decode(case[field].as_str().unwrap()).unwrap()
}

fn unhex(case: &Value, field: &str) -> Seq<u8> {
    Seq::<u8>::from_native_slice(&native(case, field))
}

fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

struct Signed {
    public: PublicKey,
    message: ByteSeq,
    signature: VrfSignature,
    output: VrfOutput,
}

fn signed(key: u8, random: u8) -> Signed {
    let private = clamp(PrivateKey::from_seq(&secret(&[key; 32])));
    let public = public_key(private);
    let message = secret(b"message");
    let random = SignatureRandom::from_seq(&secret(&[random; 64]));
    let (signature, output) = sign(&private, &message, &random);
    Signed {
        public,
        message,
        signature,
        output,
    }
}

#[test]
fn signatures_are_as_recorded() {
    let Some(cases) = recording("vxeddsa") else {
        return;
    };
    for case in cases.as_array().unwrap() {
        let private = PrivateKey::from_seq(&secret(&native(case, "private")));
        let message = secret(&native(case, "message"));
        let random = SignatureRandom::from_seq(&secret(&native(case, "random")));
        let (signature, output) = sign(&private, &message, &random);
        assert_eq!(signature, VrfSignature::from_seq(&unhex(case, "signature")));
        assert_eq!(output, VrfOutput::from_seq(&unhex(case, "vrf_output")));
        let public = PublicKey::from_seq(&unhex(case, "public"));
        assert_eq!(verify(public, &message, signature), Some(output));
    }
}

#[test]
fn elligator_is_as_recorded() {
    let Some(cases) = recording("elligator") else {
        return;
    };
    for case in cases["elligator2"].as_array().unwrap() {
        let r = Integer256::from_seq(&unhex(case, "r"));
        assert_eq!(elligator2(r), PublicKey::from_seq(&unhex(case, "u")));
    }
    for case in cases["hash_to_point"].as_array().unwrap() {
        let point = hash_to_point(&secret(&native(case, "input")));
        let expected = CompressedPoint::from_seq(&unhex(case, "point"));
        assert_eq!(compress(point), expected);
        assert!(is_torsion_free(point) && !is_identity(point));
    }
}

#[test]
fn elligator_of_zero_is_zero_and_never_minus_one() {
    assert_eq!(elligator2(Integer256::new()), PublicKey::new());
    // p is 0 as well, and bit 255 is ignored.
    let mut p = Integer256([0xff; 32]);
    p[0] = 0xedu8;
    assert_eq!(elligator2(p), PublicKey::new());
    let mut one = Integer256::new();
    one[0] = 1u8;
    let with_top_bit = Integer256(core::array::from_fn(|i| match i {
        0 => 1,
        31 => 0x80,
        _ => 0,
    }));
    assert_eq!(elligator2(one), elligator2(with_top_bit));
    // u = -1 has v^2 = A - 2: on the twist, so that every output has a point.
    assert!(!is_square(montgomery_a() - fe_literal(2)));
    for i in 0..20u8 {
        let u = elligator2(Integer256([i.wrapping_mul(37); 32]));
        let u = fe_from_bytes(Integer256::from_seq(&u));
        assert!(is_square(u * (u * u + montgomery_a() * u + fe_literal(1))));
    }
}

#[test]
fn output_depends_on_key_and_message_alone() {
    let (one, two) = (signed(1, 1), signed(1, 2));
    assert!(one.signature != two.signature);
    assert_eq!(one.output, two.output);
    assert!(signed(2, 1).output != one.output);
    assert_eq!(
        verify(one.public, &one.message, one.signature),
        Some(one.output)
    );
    assert_eq!(verify(one.public, &secret(b"messagf"), one.signature), None);
    assert_eq!(
        verify(signed(2, 1).public, &one.message, one.signature),
        None
    );
    let v = decompress(CompressedPoint::from_slice(&one.signature, 0, 32)).unwrap();
    assert_eq!(vrf_output(v), one.output);
}

#[test]
fn every_changed_byte_is_refused() {
    for key in 1..3 {
        let s = signed(key, 1);
        for i in 0..96 {
            let mut changed = s.signature;
            changed[i] = changed[i] ^ (1u8 << (i % 8));
            assert_eq!(verify(s.public, &s.message, changed), None, "byte {i}");
        }
    }
}

/// u, or a part of the signature, that is out of range or of small order.
#[test]
fn what_the_text_rejects_is_refused() {
    let s = signed(1, 1);
    let refused = |public: PublicKey, at: usize, part: [u8; 32]| {
        let mut signature = s.signature;
        for i in 0..32 {
            signature[at + i] = part[i];
        }
        verify(public, &s.message, signature).is_none()
    };
    let v: [u8; 32] = core::array::from_fn(|i| s.signature[i]);
    // u >= p: as p - 1 + 1, as bit 255; and u of small order or not on the curve: 0, 1, 2 and -1.
    let mut p = [0xff; 32];
    p[31] = 0x7f;
    for first in [0xed, 0xee, 0xff, 0xec] {
        p[0] = first;
        assert!(refused(PublicKey(p), 0, v));
    }
    let mut with_top_bit = s.public;
    with_top_bit[31] = with_top_bit[31] | 0x80u8;
    assert!(refused(with_top_bit, 0, v));
    for u in 0..3 {
        let mut small = [0; 32];
        small[0] = u;
        assert!(refused(PublicKey(small), 0, v));
    }
    // V: the identity, the point of order 2, one of order 4, not on the curve, not reduced.
    let one_byte = |n: u8| core::array::from_fn(|i| if i == 0 { n } else { 0 });
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let mut p_plus_one = minus_one;
    p_plus_one[0] = 0xee;
    for v in [
        one_byte(1),
        minus_one,
        one_byte(0),
        one_byte(2),
        p_plus_one,
        [0xff; 32],
    ] {
        assert!(refused(s.public, 0, v));
    }
    // h and s from 2^253 on; h + q, which is h again, and s + q, which is accepted.
    for at in [32, 64] {
        for bit in [0x20, 0x40, 0x80] {
            let mut part: [u8; 32] = core::array::from_fn(|i| s.signature[at + i]);
            part[31] |= bit;
            assert!(refused(s.public, at, part));
        }
    }
    let plus_q = |at: usize| {
        let mut carry = 0u32;
        core::array::from_fn(|i| {
            let sum = u32::from(s.signature[at + i]) + u32::from(ORDER[i]) + carry;
            carry = sum >> 8;
            (sum & 0xff) as u8
        })
    };
    assert!(refused(s.public, 32, plus_q(32)));
    assert!(!refused(s.public, 64, plus_q(64)));
    let reduced = scalar_to_bytes(scalar_from_bytes(Integer256(plus_q(64))));
    assert_eq!(reduced, Integer256::from_slice(&s.signature, 64, 32));
}
