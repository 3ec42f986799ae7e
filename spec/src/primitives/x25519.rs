//! X25519, the Diffie-Hellman function of the protocol.
//!
//! Standard: RFC 7748, sections 5 and 6.1.
//! Called by `keys` (key pairs), `handshake/x3dh` and `ratchet/double`.
//!
//! Must stay secret: private keys and outputs. They are public integers while the ladder runs: `x25519`
//! declassifies the scalar once and makes the output secret again.
use crate::keys::types::{Integer256, PrivateKey, PublicKey, SharedSecret};
use crate::notation::field::{fe_from_bytes, fe_literal, fe_to_bytes, Fe};
use crate::primitives::field25519::inverse;
use crate::primitives::scalar25519::bit;
use hacspec_lib::*;

/// RFC 7748, 5: a24 = (486662 - 2) / 4.
const A24: u64 = 121_665;
/// RFC 7748, 4.1: the u-coordinate of the base point.
const BASE_U: u8 = 9;

/// Why a Diffie-Hellman agreement failed.
///
/// Standard: RFC 7748, 6.1 and 7: protocols may refuse an all-zero output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DhError {
    /// The output is all zero: the public key is a point of small order.
    InvalidAgreement,
}

/// RFC 7748, 5: a point (X:Z) of the Montgomery curve, given by its u-coordinate X/Z.
#[derive(Clone, Copy, Debug)]
struct LadderPoint {
    x: Fe,
    z: Fe,
}

/// RFC 7748, 5: `cswap(swap, a, b)`; the points stay in place for 0 and trade places for 1.
fn cswap(swap: u8, a: LadderPoint, b: LadderPoint) -> (LadderPoint, LadderPoint) {
    if swap == 1 {
        (b, a)
    } else {
        (a, b)
    }
}

/// RFC 7748, 5: the body of the loop, for points (2) and (3) whose difference has the u-coordinate `x_1`. Out:
/// twice (2), and the sum of both.
fn ladder_step(x_1: Fe, two: LadderPoint, three: LadderPoint) -> (LadderPoint, LadderPoint) {
    // A = x_2 + z_2, AA = A^2, B = x_2 - z_2, BB = B^2, E = AA - BB
    let a = two.x + two.z;
    let aa = a * a;
    let b = two.x - two.z;
    let bb = b * b;
    let e = aa - bb;
    // C = x_3 + z_3, D = x_3 - z_3, DA = D * A, CB = C * B
    let c = three.x + three.z;
    let d = three.x - three.z;
    let da = d * a;
    let cb = c * b;
    // x_3 = (DA + CB)^2, z_3 = x_1 * (DA - CB)^2
    let next_three = LadderPoint {
        x: (da + cb) * (da + cb),
        z: x_1 * (da - cb) * (da - cb),
    };
    // x_2 = AA * BB, z_2 = E * (AA + a24 * E)
    let next_two = LadderPoint {
        x: aa * bb,
        z: e * (aa + fe_literal(A24) * e),
    };
    (next_two, next_three)
}

/// RFC 7748, 5: the Montgomery ladder on the u-coordinate `u` with the bits 254 to 0 of `k`.
fn ladder(k: Integer256, u: Fe) -> Fe {
    // x_1 = u, x_2 = 1, z_2 = 0, x_3 = u, z_3 = 1, swap = 0
    let mut two = LadderPoint {
        x: fe_literal(1),
        z: fe_literal(0),
    };
    let mut three = LadderPoint {
        x: u,
        z: fe_literal(1),
    };
    let mut swap = 0u8;
    // For t = bits-1 down to 0
    for i in 0..255 {
        // k_t = (k >> t) & 1, swap ^= k_t
        let k_t = bit(k, 254 - i);
        swap = swap ^ k_t;
        // (x_2, x_3) = cswap(swap, x_2, x_3), (z_2, z_3) = cswap(swap, z_2, z_3), swap = k_t
        let (swapped_two, swapped_three) = cswap(swap, two, three);
        swap = k_t;
        let (next_two, next_three) = ladder_step(u, swapped_two, swapped_three);
        two = next_two;
        three = next_three;
    }
    // The last cswap, then return x_2 * (z_2^(p - 2))
    let (last, _) = cswap(swap, two, three);
    last.x * inverse(last.z)
}

/// Clamp a private key.
///
/// Standard: RFC 7748, 5, `decodeScalar25519`.
/// In: `private`, 32 bytes, secret. Out: the same with bits 0 to 2 and 255 cleared and bit 254 set, secret.
pub fn clamp(private: PrivateKey) -> PrivateKey {
    let mut k = private;
    // k_list[0] &= 248, k_list[31] &= 127, k_list[31] |= 64
    k[0] = k[0] & U8(248);
    k[31] = (k[31] & U8(127)) | U8(64);
    k
}

/// The function X25519.
///
/// Standard: RFC 7748, 5. Clamps the scalar, ignores bit 255 of the u-coordinate and accepts values of p and above.
/// In: `private`, 32 bytes, secret; `public`, 32 bytes, public. Out: 32 bytes, secret, all zero for a point of
/// small order.
pub fn x25519(private: PrivateKey, public: PublicKey) -> SharedSecret {
    // k = decodeScalar25519(private)
    // Declassified: the scalar, inside this function only. Curve arithmetic works on public integers, and the
    // specification is not run against an attacker who can time it. The output is made secret again below.
    let k = Integer256::from_seq(&ByteSeq::from_seq(&clamp(private)).declassify());
    // u = decodeUCoordinate(public, 255): the most significant bit is masked, and values of p and above are reduced
    let mut u_bytes = Integer256::from_seq(&public);
    u_bytes[31] = u_bytes[31] & 0x7fu8;
    let u = fe_from_bytes(u_bytes);
    // encodeUCoordinate(X25519(k, u))
    let shared = fe_to_bytes(ladder(k, u));
    SharedSecret::from_seq(&ByteSeq::from_public_seq(&shared))
}

/// The public key of a private key.
///
/// Standard: RFC 7748, 6.1: X25519(a, 9).
/// In: `private`, 32 bytes, secret. Out: the u-coordinate, 32 bytes, public.
pub fn public_key(private: PrivateKey) -> PublicKey {
    let mut base = PublicKey::new();
    base[0] = BASE_U;
    // Declassified: the public key, which is made to be published.
    PublicKey::from_seq(&ByteSeq::from_seq(&x25519(private, base)).declassify())
}

/// Agree on a shared secret.
///
/// Standard: RFC 7748, 6.1, with the check for an all-zero output by ORing all the bytes together.
/// In: `private`, 32 bytes, secret; `public`, 32 bytes, public. Out: 32 bytes, secret, not all zero.
/// Errors: `InvalidAgreement` when the output is all zero.
///
/// Deployed: the only check of identity keys, prekeys and ratchet keys; no test of range or order comes before it.
pub fn dh(private: &PrivateKey, public: PublicKey) -> Result<SharedSecret, DhError> {
    let shared = x25519(*private, public);
    let mut any = U8(0);
    for i in 0..32 {
        any = any | shared[i];
    }
    // Declassified: whether the output is all zero. That depends on the public key alone, as the scalar is clamped.
    if any.comp_eq(U8(0)).declassify() == 0 {
        Ok(shared)
    } else {
        Err(DhError::InvalidAgreement)
    }
}
