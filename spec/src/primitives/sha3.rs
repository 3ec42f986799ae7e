//! SHA3-256, SHA3-512, SHAKE128 and SHAKE256.
//!
//! Standard: FIPS 202, sections 3.2 to 3.4, 4, 5.1 and 6; strings are whole bytes here, in the order of B.1.
//! Called by `mlkem`. Spec only: the optimised crate takes them from a library. Messages and outputs are secret: they
//! hold keys in most calls. Only lengths are public. Nothing is declassified here.
use crate::keys::types::KeccakState;
use hacspec_lib::*;

/// FIPS 202, 3.4: b/8, bytes in a state of 25 lanes.
const STATE_LEN: usize = 200;
/// FIPS 202, 3.4: rounds of KECCAK-f\[1600\].
const ROUNDS: usize = 24;
/// FIPS 202, 6.1 and 4: rate of SHA3-256 in bytes, b - c with c = 512.
const SHA3_256_RATE: usize = 136;
/// FIPS 202, 6.1 and 4: rate of SHA3-512 in bytes, b - c with c = 1024.
const SHA3_512_RATE: usize = 72;
/// FIPS 202, 6.2 and 4: rate of SHAKE128 in bytes, b - c with c = 256.
const SHAKE128_RATE: usize = 168;
/// FIPS 202, 6.2 and 4: rate of SHAKE256 in bytes, b - c with c = 512.
const SHAKE256_RATE: usize = 136;
/// FIPS 202, 6.1 and B.2: the bits 01 of the hash functions, and the first 1 of the padding.
const HASH_SUFFIX: u8 = 0x06;
/// FIPS 202, 6.2 and B.2: the bits 1111 of the extendable-output functions, and the first 1 of the padding.
const XOF_SUFFIX: u8 = 0x1f;
/// FIPS 202, 5.1 and B.2: the last 1 of the padding.
const LAST_BIT: u8 = 0x80;

/// FIPS 202, 3.2.2, table 2: the offset of the lane (x, y), modulo 64, at x + 5y.
const RHO_OFFSETS: [usize; 25] = [
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
];

/// FIPS 202, 3.2.5, algorithm 6, steps 2 and 3: RC of each round.
const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// FIPS 202, 3.2.1, algorithm 1, step 1: C\[x\], the parity of a column in each bit.
fn column(a: &KeccakState, x: usize) -> U64 {
    a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]
}

/// FIPS 202, 3.2.1, algorithm 1: theta. The lane (x, y) stands at x + 5y (3.1.2).
fn theta(a: KeccakState) -> KeccakState {
    let mut out = a;
    for x in 0..5usize {
        // 2. D[x] = C[x-1] + C[x+1], the latter rotated by one bit.
        let d = column(&a, (x + 4) % 5) ^ column(&a, (x + 1) % 5).rotate_left(1);
        // 3. A'[x, y] = A[x, y] + D[x]
        for y in 0..5usize {
            out[x + 5 * y] = a[x + 5 * y] ^ d;
        }
    }
    out
}

/// FIPS 202, 3.2.2, algorithm 2: rho, each lane rotated by its offset.
fn rho(a: KeccakState) -> KeccakState {
    let mut out = KeccakState::new();
    // The offset of the first lane is 0: it is left as it is.
    out[0] = a[0];
    for i in 1..25usize {
        out[i] = a[i].rotate_left(RHO_OFFSETS[i]);
    }
    out
}

/// FIPS 202, 3.2.3, algorithm 3: pi, A'\[x, y\] = A\[x + 3y, x\].
fn pi(a: KeccakState) -> KeccakState {
    let mut out = KeccakState::new();
    for y in 0..5usize {
        for x in 0..5usize {
            out[x + 5 * y] = a[(x + 3 * y) % 5 + 5 * x];
        }
    }
    out
}

/// FIPS 202, 3.2.4, algorithm 4: chi, A'\[x, y\] = A\[x, y\] + (A\[x+1, y\] + 1) A\[x+2, y\].
fn chi(a: KeccakState) -> KeccakState {
    let mut out = KeccakState::new();
    for y in 0..5usize {
        for x in 0..5usize {
            out[x + 5 * y] = a[x + 5 * y] ^ (!a[(x + 1) % 5 + 5 * y] & a[(x + 2) % 5 + 5 * y]);
        }
    }
    out
}

/// FIPS 202, 3.2.5, algorithm 6: iota, RC added to the lane (0, 0).
fn iota(a: KeccakState, round: usize) -> KeccakState {
    let mut out = a;
    out[0] = a[0] ^ U64(ROUND_CONSTANTS[round]);
    out
}

/// FIPS 202, 3.3 and 3.4: KECCAK-f\[1600\], Rnd = iota(chi(pi(rho(theta(A))))) of the rounds 0 to 23.
fn keccak_f(state: KeccakState) -> KeccakState {
    let mut a = state;
    for round in 0..ROUNDS {
        a = iota(chi(pi(rho(theta(a)))), round);
    }
    a
}

/// FIPS 202, 5.1 and B.2: the message, the suffix with the first bit of pad10*1, zeros, and its last bit.
fn pad(message: &ByteSeq, rate: usize, suffix: u8) -> ByteSeq {
    let length = message.len();
    let total = (length / rate + 1) * rate;
    let mut padded = ByteSeq::new(total).update_start(message);
    padded[length] = U8(suffix);
    // The two may be one byte.
    padded[total - 1] = padded[total - 1] ^ U8(LAST_BIT);
    padded
}

/// FIPS 202, 3.1.2: eight bytes from `start` on as a lane, the least significant byte first.
fn lane(bytes: &ByteSeq, start: usize) -> U64 {
    let mut word = U64(0);
    for i in 0..8 {
        word = (word << 8) | U64_from_U8(bytes[start + 7 - i]);
    }
    word
}

/// FIPS 202, 4, algorithm 8, steps 1 to 6: absorb the padded message.
fn absorb(padded: &ByteSeq, rate: usize) -> KeccakState {
    // 5. S = 0
    let mut s = KeccakState::new();
    // 6. S = f(S + (P_i || 0^c))
    for block in 0..padded.num_exact_chunks(rate) {
        for i in 0..rate / 8 {
            s[i] = s[i] ^ lane(padded, block * rate + 8 * i);
        }
        s = keccak_f(s);
    }
    s
}

/// FIPS 202, 3.1.3: the state as a string.
fn state_bytes(s: KeccakState) -> ByteSeq {
    let mut out = ByteSeq::new(STATE_LEN);
    for i in 0..25 {
        out = out.update(8 * i, &U64_to_le_bytes(s[i]));
    }
    out
}

/// FIPS 202, 4, algorithm 8, steps 7 to 10: squeeze `length` bytes out of a state.
fn squeeze(state: KeccakState, rate: usize, length: usize) -> ByteSeq {
    let blocks = (length + rate - 1) / rate;
    let mut s = state;
    let mut z = ByteSeq::new(blocks * rate);
    for block in 0..blocks {
        // 10. S = f(S), before every block but the first
        if block > 0 {
            s = keccak_f(s);
        }
        // 8. Z = Z || Trunc_r(S)
        z = z.update(block * rate, &state_bytes(s).slice(0, rate));
    }
    // 9. return Trunc_d(Z)
    z.slice(0, length)
}

/// Hash a message with SHA3-256.
///
/// Standard: FIPS 202, 6.1.
/// In: `message`, any length, secret. Out: the digest, 32 bytes, secret.
pub fn sha3_256(message: &ByteSeq) -> ByteSeq {
    let padded = pad(message, SHA3_256_RATE, HASH_SUFFIX);
    squeeze(absorb(&padded, SHA3_256_RATE), SHA3_256_RATE, 32)
}

/// Hash a message with SHA3-512.
///
/// Standard: FIPS 202, 6.1.
/// In: `message`, any length, secret. Out: the digest, 64 bytes, secret.
pub fn sha3_512(message: &ByteSeq) -> ByteSeq {
    let padded = pad(message, SHA3_512_RATE, HASH_SUFFIX);
    squeeze(absorb(&padded, SHA3_512_RATE), SHA3_512_RATE, 64)
}

/// Stretch a message with SHAKE128.
///
/// Standard: FIPS 202, 6.2.
/// In: `message`, any length, secret; `length`, how many bytes are wanted. Out: as many bytes, secret.
pub fn shake128(message: &ByteSeq, length: usize) -> ByteSeq {
    let padded = pad(message, SHAKE128_RATE, XOF_SUFFIX);
    squeeze(absorb(&padded, SHAKE128_RATE), SHAKE128_RATE, length)
}

/// Stretch a message with SHAKE256.
///
/// Standard: FIPS 202, 6.2.
/// In: `message`, any length, secret; `length`, how many bytes are wanted. Out: as many bytes, secret.
pub fn shake256(message: &ByteSeq, length: usize) -> ByteSeq {
    let padded = pad(message, SHAKE256_RATE, XOF_SUFFIX);
    squeeze(absorb(&padded, SHAKE256_RATE), SHAKE256_RATE, length)
}
