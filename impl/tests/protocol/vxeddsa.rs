//! VXEdDSA: recorded values, what must be refused, and properties on random keys and messages.
//!
//! Recorded answers are skipped, in so many words, where the recordings are not at hand.
use crate::known_answers::{array, bytes, recorded};
use proptest::prelude::*;
use twinratchet::keys::{
    parse_private_key, CompressedPoint, PrivateKey, PublicKey, SignatureRandom, VrfOutput,
    VrfSignature,
};
use twinratchet::primitives::edwards25519::{
    compress, decompress, is_identity, is_torsion_free, montgomery_to_edwards, Sign,
};
use twinratchet::primitives::vxeddsa::{elligator2, hash_to_point, sign, verify, vrf_output};
use twinratchet::primitives::x25519::public_key;

#[test]
fn signatures_are_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["vxeddsa"].as_array().unwrap() {
        let private = parse_private_key(&bytes(&case["private"])).unwrap();
        let message = bytes(&case["message"]);
        let random = SignatureRandom::from_bytes(array(&case["random"]));
        let (signature, output) = sign(&private, &message, &random);
        assert_eq!(
            signature,
            VrfSignature::from_bytes(array(&case["signature"]))
        );
        assert_eq!(output, VrfOutput::from_bytes(array(&case["vrf_output"])));
        let public = PublicKey::from_bytes(array(&case["public"]));
        assert_eq!(public_key(&private), public);
        assert_eq!(verify(public, &message, signature), Some(output));
    }
}

#[test]
fn elligator_is_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["elligator"]["elligator2"].as_array().unwrap() {
        let u = PublicKey::from_bytes(array(&case["u"]));
        assert_eq!(elligator2(&array(&case["r"])), u);
    }
    for case in all["elligator"]["hash_to_point"].as_array().unwrap() {
        let point = hash_to_point(&bytes(&case["input"]));
        let expected = CompressedPoint::from_bytes(array(&case["point"]));
        assert_eq!(compress(point), expected);
    }
}

#[test]
fn elligator_of_zero_is_zero() {
    let zero = PublicKey::from_bytes([0; 32]);
    assert_eq!(elligator2(&[0; 32]), zero);
    let mut p = [0xff; 32];
    p[0] = 0xed;
    assert_eq!(elligator2(&p), zero);
}

fn private(seed: [u8; 32]) -> PrivateKey {
    parse_private_key(&seed).unwrap()
}

fn signed(seed: [u8; 32], message: &[u8], random: u8) -> (PublicKey, VrfSignature, VrfOutput) {
    let private = private(seed);
    let random = SignatureRandom::from_bytes([random; 64]);
    let (signature, output) = sign(&private, message, &random);
    (public_key(&private), signature, output)
}

/// A signature with 32 of its bytes replaced.
fn with_part(signature: VrfSignature, at: usize, part: [u8; 32]) -> VrfSignature {
    let mut changed = *signature.as_bytes();
    changed[at..at + 32].copy_from_slice(&part);
    VrfSignature::from_bytes(changed)
}

fn part(signature: VrfSignature, at: usize) -> [u8; 32] {
    signature.as_bytes()[at..at + 32].try_into().unwrap()
}

/// The integer n, or p + n.
fn small(n: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = n;
    bytes
}

fn near_p(first: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (first, 0x7f);
    bytes
}

#[test]
fn public_keys_out_of_range_or_of_small_order_are_refused() {
    let (public, signature, output) = signed([1; 32], b"", 1);
    assert_eq!(verify(public, b"", signature), Some(output));
    let mut with_top_bit = *public.as_bytes();
    with_top_bit[31] |= 0x80;
    // p - 1 and 2 are not on the curve, 0 and 1 are of small order.
    let refused = [small(0), small(1), small(2), with_top_bit, [0xff; 32]];
    let above = (0xec..=0xff).map(near_p);
    for u in refused.into_iter().chain(above) {
        assert_eq!(
            verify(PublicKey::from_bytes(u), b"", signature),
            None,
            "{u:02x?}"
        );
    }
}

#[test]
fn v_of_small_order_or_off_the_curve_is_refused() {
    let (public, signature, _) = signed([1; 32], b"", 1);
    // The identity, orders 2 and 4, order 8 (RFC 8032 has its y), off the curve, and y from p on.
    let mut order_8 = [0; 32];
    hex::decode_to_slice(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        &mut order_8,
    )
    .unwrap();
    assert!(decompress(CompressedPoint::from_bytes(order_8)).is_some());
    let refused = [small(1), near_p(0xec), small(0), order_8, small(2)];
    let above = (0xed..=0xff).map(near_p);
    for v in refused.into_iter().chain(above) {
        for top in [0, 0x80] {
            let mut v = v;
            v[31] |= top;
            assert_eq!(
                verify(public, b"", with_part(signature, 0, v)),
                None,
                "{v:02x?}"
            );
        }
    }
}

#[test]
fn scalars_from_2_253_on_are_refused() {
    let (public, signature, _) = signed([1; 32], b"", 1);
    for at in [32, 64] {
        for bit in [0x20, 0x40, 0x80] {
            let mut scalar = part(signature, at);
            scalar[31] |= bit;
            assert_eq!(verify(public, b"", with_part(signature, at, scalar)), None);
        }
    }
}

/// Deployed XEdDSA has the same: s is reduced, and h is compared as bytes.
#[test]
fn order_may_be_added_to_s_and_not_to_h() {
    let (public, signature, output) = signed([1; 32], b"", 1);
    let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let order = hex::decode(order).unwrap();
    let plus_order = |at: usize| {
        let mut carry = 0;
        let mut sum = part(signature, at);
        for (byte, q) in sum.iter_mut().zip(&order) {
            carry += u32::from(*byte) + u32::from(*q);
            [*byte, ..] = carry.to_le_bytes();
            carry >>= 8;
        }
        with_part(signature, at, sum)
    };
    assert_eq!(verify(public, b"", plus_order(64)), Some(output));
    assert_eq!(verify(public, b"", plus_order(32)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn output_does_not_depend_on_the_random_bytes(seed: [u8; 32], message: Vec<u8>, z1: u8, z2: u8) {
        let (public, one, output) = signed(seed, &message, z1);
        let (_, two, same) = signed(seed, &message, z2);
        prop_assert_eq!(output, same);
        prop_assert_eq!(one == two, z1 == z2);
        prop_assert_eq!(verify(public, &message, one), Some(output));
        prop_assert_eq!(verify(public, &message, two), Some(output));
        let v = decompress(CompressedPoint::from_bytes(part(one, 0))).unwrap();
        prop_assert_eq!(vrf_output(v), output);
        let mut longer = message;
        longer.push(0);
        prop_assert_eq!(verify(public, &longer, one), None);
        prop_assert_ne!(signed(seed, &longer, z1).2, output);
    }

    #[test]
    fn every_changed_byte_is_refused(seed: [u8; 32], change in 1u8..) {
        let (public, signature, _) = signed(seed, b"message", 1);
        for i in 0..96 {
            let mut changed = *signature.as_bytes();
            changed[i] ^= change;
            let changed = VrfSignature::from_bytes(changed);
            prop_assert_eq!(verify(public, b"message", changed), None);
        }
    }

    #[test]
    fn any_bytes_are_taken(u: [u8; 32], v: [u8; 32], h: [u8; 32], s: [u8; 32], message: Vec<u8>) {
        let mut signature = VrfSignature::from_bytes([0; 96]);
        for (at, part) in [(0, v), (32, h), (64, s)] {
            signature = with_part(signature, at, part);
        }
        prop_assert_eq!(verify(PublicKey::from_bytes(u), &message, signature), None);
        // A private key that was never clamped signs as well.
        let random = SignatureRandom::from_bytes([1; 64]);
        let _ = sign(&PrivateKey::from_bytes(u), &message, &random);
    }

    #[test]
    fn every_output_of_elligator_is_on_the_curve(r: [u8; 32], message: Vec<u8>) {
        prop_assert!(montgomery_to_edwards(elligator2(&r), Sign::Zero).is_some());
        let point = hash_to_point(&message);
        prop_assert!(is_torsion_free(point) && !is_identity(point));
    }
}
