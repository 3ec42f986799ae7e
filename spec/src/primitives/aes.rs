//! AES-256: the key expansion and the cipher and inverse cipher of one block.
//!
//! Standard: FIPS 197, sections 4.2 and 5.
//! Called by `aes_cbc` and `aes_ctr`. Spec only: the optimised crate takes AES from a library.
//!
//! Must stay secret: the key, the round keys and every plaintext. They are public integers inside this module, as
//! S-box look-ups need an index; the key is declassified once, in `key_expansion`, blocks in the two modes.
use crate::keys::types::{AesState, AesTable, CipherKey};
use hacspec_lib::*;

/// FIPS 197, 5: Nb, bytes in a block.
pub const BLOCK_LEN: usize = 16;
/// FIPS 197, 5: Nk, key length in words, for AES-256.
const NK: usize = 8;
/// FIPS 197, 5: Nr, number of rounds, for AES-256.
const NR: usize = 14;
/// FIPS 197, 5.2: number of words in the expanded key, 4 * (Nr + 1).
const KEY_WORDS: usize = 60;

/// FIPS 197, 5.1.1, table 4: SBOX().
const SBOX: AesTable = AesTable([
    0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
    0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
    0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
    0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
    0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
    0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
    0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
    0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
    0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
    0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
    0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
    0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
    0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
    0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
    0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
    0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
]);

/// FIPS 197, 5.3.2, table 6: INVSBOX().
const INV_SBOX: AesTable = AesTable([
    0x52, 0x09, 0x6a, 0xd5, 0x30, 0x36, 0xa5, 0x38, 0xbf, 0x40, 0xa3, 0x9e, 0x81, 0xf3, 0xd7, 0xfb,
    0x7c, 0xe3, 0x39, 0x82, 0x9b, 0x2f, 0xff, 0x87, 0x34, 0x8e, 0x43, 0x44, 0xc4, 0xde, 0xe9, 0xcb,
    0x54, 0x7b, 0x94, 0x32, 0xa6, 0xc2, 0x23, 0x3d, 0xee, 0x4c, 0x95, 0x0b, 0x42, 0xfa, 0xc3, 0x4e,
    0x08, 0x2e, 0xa1, 0x66, 0x28, 0xd9, 0x24, 0xb2, 0x76, 0x5b, 0xa2, 0x49, 0x6d, 0x8b, 0xd1, 0x25,
    0x72, 0xf8, 0xf6, 0x64, 0x86, 0x68, 0x98, 0x16, 0xd4, 0xa4, 0x5c, 0xcc, 0x5d, 0x65, 0xb6, 0x92,
    0x6c, 0x70, 0x48, 0x50, 0xfd, 0xed, 0xb9, 0xda, 0x5e, 0x15, 0x46, 0x57, 0xa7, 0x8d, 0x9d, 0x84,
    0x90, 0xd8, 0xab, 0x00, 0x8c, 0xbc, 0xd3, 0x0a, 0xf7, 0xe4, 0x58, 0x05, 0xb8, 0xb3, 0x45, 0x06,
    0xd0, 0x2c, 0x1e, 0x8f, 0xca, 0x3f, 0x0f, 0x02, 0xc1, 0xaf, 0xbd, 0x03, 0x01, 0x13, 0x8a, 0x6b,
    0x3a, 0x91, 0x11, 0x41, 0x4f, 0x67, 0xdc, 0xea, 0x97, 0xf2, 0xcf, 0xce, 0xf0, 0xb4, 0xe6, 0x73,
    0x96, 0xac, 0x74, 0x22, 0xe7, 0xad, 0x35, 0x85, 0xe2, 0xf9, 0x37, 0xe8, 0x1c, 0x75, 0xdf, 0x6e,
    0x47, 0xf1, 0x1a, 0x71, 0x1d, 0x29, 0xc5, 0x89, 0x6f, 0xb7, 0x62, 0x0e, 0xaa, 0x18, 0xbe, 0x1b,
    0xfc, 0x56, 0x3e, 0x4b, 0xc6, 0xd2, 0x79, 0x20, 0x9a, 0xdb, 0xc0, 0xfe, 0x78, 0xcd, 0x5a, 0xf4,
    0x1f, 0xdd, 0xa8, 0x33, 0x88, 0x07, 0xc7, 0x31, 0xb1, 0x12, 0x10, 0x59, 0x27, 0x80, 0xec, 0x5f,
    0x60, 0x51, 0x7f, 0xa9, 0x19, 0xb5, 0x4a, 0x0d, 0x2d, 0xe5, 0x7a, 0x9f, 0x93, 0xc9, 0x9c, 0xef,
    0xa0, 0xe0, 0x3b, 0x4d, 0xae, 0x2a, 0xf5, 0xb0, 0xc8, 0xeb, 0xbb, 0x3c, 0x83, 0x53, 0x99, 0x61,
    0x17, 0x2b, 0x04, 0x7e, 0xba, 0x77, 0xd6, 0x26, 0xe1, 0x69, 0x14, 0x63, 0x55, 0x21, 0x0c, 0x7d,
]);

/// FIPS 197, 4.2, XTIMES: multiply by x modulo x^8 + x^4 + x^3 + x + 1.
fn xtimes(b: u8) -> u8 {
    if b < 0x80 {
        b << 1
    } else {
        (b << 1) ^ 0x1b
    }
}

/// FIPS 197, 5.1.1, SUBBYTES.
fn sub_bytes(state: AesState) -> AesState {
    let mut out = AesState::new();
    for i in 0..BLOCK_LEN {
        out[i] = SBOX[state[i]];
    }
    out
}

/// FIPS 197, 5.3.2, INVSUBBYTES.
fn inv_sub_bytes(state: AesState) -> AesState {
    let mut out = AesState::new();
    for i in 0..BLOCK_LEN {
        out[i] = INV_SBOX[state[i]];
    }
    out
}

/// FIPS 197, 5.1.2, SHIFTROWS: s'[r, c] = s[r, (c + r) mod 4]; s[r, c] is byte r + 4c (3.4).
fn shift_rows(state: AesState) -> AesState {
    let mut out = AesState::new();
    for c in 0..4 {
        for r in 0..4 {
            out[r + 4 * c] = state[r + 4 * ((c + r) % 4)];
        }
    }
    out
}

/// FIPS 197, 5.3.1, INVSHIFTROWS: s'[r, (c + r) mod 4] = s[r, c].
fn inv_shift_rows(state: AesState) -> AesState {
    let mut out = AesState::new();
    for c in 0..4 {
        for r in 0..4 {
            out[r + 4 * ((c + r) % 4)] = state[r + 4 * c];
        }
    }
    out
}

/// FIPS 197, 5.1.3, MIXCOLUMNS: row r of a column becomes 02 s[r] + 03 s[r+1] + s[r+2] + s[r+3], indices mod 4.
fn mix_columns(state: AesState) -> AesState {
    let mut out = AesState::new();
    for c in 0..4 {
        for r in 0..4 {
            let s0 = state[4 * c + r];
            let s1 = state[4 * c + (r + 1) % 4];
            let s2 = state[4 * c + (r + 2) % 4];
            let s3 = state[4 * c + (r + 3) % 4];
            // 03 s = 02 s + s
            out[4 * c + r] = xtimes(s0) ^ xtimes(s1) ^ s1 ^ s2 ^ s3;
        }
    }
    out
}

/// FIPS 197, 5.3.3, INVMIXCOLUMNS: row r becomes 0e s[r] + 0b s[r+1] + 0d s[r+2] + 09 s[r+3], indices mod 4.
fn inv_mix_columns(state: AesState) -> AesState {
    let mut out = AesState::new();
    for c in 0..4 {
        for r in 0..4 {
            let s0 = state[4 * c + r];
            let s1 = state[4 * c + (r + 1) % 4];
            let s2 = state[4 * c + (r + 2) % 4];
            let s3 = state[4 * c + (r + 3) % 4];
            // 0e = 8 + 4 + 2, 0b = 8 + 2 + 1, 0d = 8 + 4 + 1, 09 = 8 + 1: gather what is multiplied by 8, 4, 2 and 1.
            let by_eight = xtimes(xtimes(xtimes(s0 ^ s1 ^ s2 ^ s3)));
            let by_four = xtimes(xtimes(s0 ^ s2));
            let by_two = xtimes(s0 ^ s1);
            out[4 * c + r] = by_eight ^ by_four ^ by_two ^ s1 ^ s2 ^ s3;
        }
    }
    out
}

/// FIPS 197, 5.1.4, ADDROUNDKEY: XOR with the 16 bytes of the expanded key that belong to `round`.
fn add_round_key(state: AesState, expanded: &Seq<u8>, round: usize) -> AesState {
    let mut out = AesState::new();
    for i in 0..BLOCK_LEN {
        out[i] = state[i] ^ expanded[BLOCK_LEN * round + i];
    }
    out
}

/// FIPS 197, 5.2, SUBWORD: SBOX() of each of the four bytes.
fn sub_word(word: &Seq<u8>) -> Seq<u8> {
    let mut out = Seq::<u8>::new(4);
    for i in 0..4 {
        out[i] = SBOX[word[i]];
    }
    out
}

/// FIPS 197, 5.2, ROTWORD: [a0, a1, a2, a3] becomes [a1, a2, a3, a0].
fn rot_word(word: &Seq<u8>) -> Seq<u8> {
    let mut out = Seq::<u8>::new(4);
    for i in 0..4 {
        out[i] = word[(i + 1) % 4];
    }
    out
}

/// FIPS 197, 5.2, algorithm 2: what becomes of `temp` before it is added to w\[i - Nk\].
fn expansion_step(temp: &Seq<u8>, i: usize) -> Seq<u8> {
    if i % NK == 0 {
        // temp <- SUBWORD(ROTWORD(temp)) + Rcon[i/Nk]; Rcon[j] is x^(j-1), and j is at most 7.
        let mut out = sub_word(&rot_word(temp));
        out[0] = out[0] ^ (1u8 << (i / NK - 1));
        out
    } else if i % NK == 4 {
        // temp <- SUBWORD(temp)
        sub_word(temp)
    } else {
        temp.clone()
    }
}

/// Expand a key to the round keys.
///
/// Standard: FIPS 197, 5.2, algorithm 2, with Nk = 8.
/// In: `key`, 32 bytes, secret. Out: 240 bytes, 16 for each round key, to be kept secret although they are public
/// integers.
pub fn key_expansion(key: &CipherKey) -> Seq<u8> {
    // Declassified: the cipher key. AES indexes tables with values that depend on it, which secret integers do not
    // allow. The specification is not run against an attacker who can time it; `aes_cbc` makes its results secret
    // again.
    let key_bytes = ByteSeq::from_seq(key).declassify();
    // w[i] <- key[4i .. 4i+3] for i < Nk
    let mut w = Seq::<u8>::new(4 * KEY_WORDS).update_start(&key_bytes);
    for i in NK..KEY_WORDS {
        // w[i] <- w[i-Nk] + temp, where temp <- w[i-1] first
        let temp = expansion_step(&w.slice(4 * (i - 1), 4), i);
        for j in 0..4 {
            w[4 * i + j] = w[4 * (i - NK) + j] ^ temp[j];
        }
    }
    w
}

/// Encrypt one block.
///
/// Standard: FIPS 197, 5.1, algorithm 1, CIPHER().
/// In: `expanded`, the 240 bytes of `key_expansion`; `block`, 16 bytes of plaintext. Out: 16 bytes of ciphertext.
pub fn encrypt_block(expanded: &Seq<u8>, block: AesState) -> AesState {
    // state <- ADDROUNDKEY(state, w[0..3])
    let mut state = add_round_key(block, expanded, 0);
    // for round from 1 to Nr - 1
    for round in 1..NR {
        state = sub_bytes(state);
        state = shift_rows(state);
        state = mix_columns(state);
        state = add_round_key(state, expanded, round);
    }
    // The last round has no MIXCOLUMNS.
    state = sub_bytes(state);
    state = shift_rows(state);
    add_round_key(state, expanded, NR)
}

/// Decrypt one block.
///
/// Standard: FIPS 197, 5.3, algorithm 3, INVCIPHER().
/// In: `expanded`, the 240 bytes of `key_expansion`; `block`, 16 bytes of ciphertext. Out: 16 bytes of plaintext.
pub fn decrypt_block(expanded: &Seq<u8>, block: AesState) -> AesState {
    // state <- ADDROUNDKEY(state, w[4 Nr .. 4 Nr + 3])
    let mut state = add_round_key(block, expanded, NR);
    // for round from Nr - 1 down to 1
    for i in 1..NR {
        state = inv_shift_rows(state);
        state = inv_sub_bytes(state);
        state = add_round_key(state, expanded, NR - i);
        state = inv_mix_columns(state);
    }
    // The last round has no INVMIXCOLUMNS.
    state = inv_shift_rows(state);
    state = inv_sub_bytes(state);
    add_round_key(state, expanded, 0)
}
