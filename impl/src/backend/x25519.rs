//! X25519: formally verified assembly where the processor has what it needs, portable code elsewhere.
//!
//! Both are RFC 7748 to the letter: the scalar is clamped, bit 255 of u is ignored, u is reduced mod p, and the result for a
//! point of low order is all zero. The choice is made at run time, once per call from a cached answer: the assembly's library
//! stops the program on a processor it was not made for, so it must not be called there.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub mod assembly;
pub mod portable;

/// The function X25519.
///
/// In: a scalar, secret; u. Out: 32 bytes, secret; all zero for a point of low order.
pub fn x25519(scalar: &[u8; 32], u: &[u8; 32]) -> [u8; 32] {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if assembly::is_supported() {
        return assembly::x25519(scalar, u);
    }
    portable::x25519(scalar, u)
}

/// X25519 of the base point u = 9.
///
/// In: a scalar, secret. Out: u of the public key.
pub fn x25519_base(scalar: &[u8; 32]) -> [u8; 32] {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if assembly::is_supported() {
        return assembly::x25519_base(scalar);
    }
    portable::x25519_base(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Multiply = fn(&[u8; 32], &[u8; 32]) -> [u8; 32];
    type MultiplyBase = fn(&[u8; 32]) -> [u8; 32];

    fn backends() -> Vec<(&'static str, Multiply, MultiplyBase)> {
        let mut all: Vec<(&'static str, Multiply, MultiplyBase)> = vec![
            ("chosen", x25519, x25519_base),
            ("portable", portable::x25519, portable::x25519_base),
        ];
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        if assembly::is_supported() {
            all.push(("assembly", assembly::x25519, assembly::x25519_base));
        }
        all
    }

    fn bytes(text: &str) -> [u8; 32] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    // RFC 7748, 5.2.
    const VECTORS: [[&str; 3]; 2] = [
        [
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ],
        [
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ],
    ];

    #[test]
    fn rfc_7748_vectors_hold_on_every_backend() {
        for (name, multiply, _) in backends() {
            for [scalar, u, expected] in VECTORS {
                assert_eq!(
                    multiply(&bytes(scalar), &bytes(u)),
                    bytes(expected),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn rfc_7748_iteration_holds_on_every_backend() {
        for (name, multiply, _) in backends() {
            let mut k = bytes("0900000000000000000000000000000000000000000000000000000000000000");
            let mut u = k;
            for _ in 0..1000 {
                let next = multiply(&k, &u);
                u = k;
                k = next;
            }
            let expected = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
            assert_eq!(k, bytes(expected), "{name}");
        }
    }

    #[test]
    fn base_point_is_nine_on_every_backend() {
        let nine = bytes("0900000000000000000000000000000000000000000000000000000000000000");
        for (name, multiply, multiply_base) in backends() {
            for [scalar, ..] in VECTORS {
                assert_eq!(
                    multiply_base(&bytes(scalar)),
                    multiply(&bytes(scalar), &nine),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn low_order_points_give_zero_on_every_backend() {
        let low_order = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        ];
        for (name, multiply, _) in backends() {
            for u in low_order {
                assert_eq!(multiply(&[0x55; 32], &bytes(u)), [0; 32], "{name} {u}");
            }
        }
    }

    #[test]
    fn backends_agree_on_every_form_of_input() {
        let mut scalar = [0u8; 32];
        let mut u = [0u8; 32];
        for round in 0..200u8 {
            for (i, byte) in scalar.iter_mut().enumerate() {
                *byte = byte
                    .wrapping_mul(31)
                    .wrapping_add(round ^ u8::try_from(i).unwrap());
            }
            let expected = portable::x25519(&scalar, &u);
            for (name, multiply, multiply_base) in backends() {
                assert_eq!(multiply(&scalar, &u), expected, "{name}");
                assert_eq!(
                    multiply_base(&scalar),
                    portable::x25519_base(&scalar),
                    "{name}"
                );
            }
            u = expected;
            if round % 3 == 0 {
                u[31] |= 0x80; // bit 255 is ignored
            }
            if round % 5 == 0 {
                u = [0xff; 32]; // above p
                u[0] = round;
                u[31] = 0x7f;
            }
        }
    }
}
