//! SHA-256 and SHA-512.
//!
//! Standard: FIPS 180-4, sections 4.1.2, 4.1.3, 4.2.2, 4.2.3, 5.1 to 5.3, 6.2 and 6.4.
//! Called by `hmac` (SHA-256) and `xeddsa` (SHA-512). Messages and digests are secret: they hold keys in most
//! calls. Only the length of a message is public. Nothing is declassified here.
use crate::keys::types::{
    Sha256Digest, Sha256State, Sha256Words, Sha512Digest, Sha512State, Sha512Words,
};
use hacspec_lib::*;

/// Bytes in a block of SHA-256 (FIPS 180-4, figure 1).
pub const SHA256_BLOCK_LEN: usize = 64;
/// Bytes in a block of SHA-512 (FIPS 180-4, figure 1).
pub const SHA512_BLOCK_LEN: usize = 128;

/// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const K_256: Sha256Words = Sha256Words(secret_array!(
    U32,
    [
        0x428a_2f98,
        0x7137_4491,
        0xb5c0_fbcf,
        0xe9b5_dba5,
        0x3956_c25b,
        0x59f1_11f1,
        0x923f_82a4,
        0xab1c_5ed5,
        0xd807_aa98,
        0x1283_5b01,
        0x2431_85be,
        0x550c_7dc3,
        0x72be_5d74,
        0x80de_b1fe,
        0x9bdc_06a7,
        0xc19b_f174,
        0xe49b_69c1,
        0xefbe_4786,
        0x0fc1_9dc6,
        0x240c_a1cc,
        0x2de9_2c6f,
        0x4a74_84aa,
        0x5cb0_a9dc,
        0x76f9_88da,
        0x983e_5152,
        0xa831_c66d,
        0xb003_27c8,
        0xbf59_7fc7,
        0xc6e0_0bf3,
        0xd5a7_9147,
        0x06ca_6351,
        0x1429_2967,
        0x27b7_0a85,
        0x2e1b_2138,
        0x4d2c_6dfc,
        0x5338_0d13,
        0x650a_7354,
        0x766a_0abb,
        0x81c2_c92e,
        0x9272_2c85,
        0xa2bf_e8a1,
        0xa81a_664b,
        0xc24b_8b70,
        0xc76c_51a3,
        0xd192_e819,
        0xd699_0624,
        0xf40e_3585,
        0x106a_a070,
        0x19a4_c116,
        0x1e37_6c08,
        0x2748_774c,
        0x34b0_bcb5,
        0x391c_0cb3,
        0x4ed8_aa4a,
        0x5b9c_ca4f,
        0x682e_6ff3,
        0x748f_82ee,
        0x78a5_636f,
        0x84c8_7814,
        0x8cc7_0208,
        0x90be_fffa,
        0xa450_6ceb,
        0xbef9_a3f7,
        0xc671_78f2
    ]
));

/// FIPS 180-4, 4.2.3: the first 64 bits of the fractional parts of the cube roots of the first 80 primes.
const K_512: Sha512Words = Sha512Words(secret_array!(
    U64,
    [
        0x428a_2f98_d728_ae22,
        0x7137_4491_23ef_65cd,
        0xb5c0_fbcf_ec4d_3b2f,
        0xe9b5_dba5_8189_dbbc,
        0x3956_c25b_f348_b538,
        0x59f1_11f1_b605_d019,
        0x923f_82a4_af19_4f9b,
        0xab1c_5ed5_da6d_8118,
        0xd807_aa98_a303_0242,
        0x1283_5b01_4570_6fbe,
        0x2431_85be_4ee4_b28c,
        0x550c_7dc3_d5ff_b4e2,
        0x72be_5d74_f27b_896f,
        0x80de_b1fe_3b16_96b1,
        0x9bdc_06a7_25c7_1235,
        0xc19b_f174_cf69_2694,
        0xe49b_69c1_9ef1_4ad2,
        0xefbe_4786_384f_25e3,
        0x0fc1_9dc6_8b8c_d5b5,
        0x240c_a1cc_77ac_9c65,
        0x2de9_2c6f_592b_0275,
        0x4a74_84aa_6ea6_e483,
        0x5cb0_a9dc_bd41_fbd4,
        0x76f9_88da_8311_53b5,
        0x983e_5152_ee66_dfab,
        0xa831_c66d_2db4_3210,
        0xb003_27c8_98fb_213f,
        0xbf59_7fc7_beef_0ee4,
        0xc6e0_0bf3_3da8_8fc2,
        0xd5a7_9147_930a_a725,
        0x06ca_6351_e003_826f,
        0x1429_2967_0a0e_6e70,
        0x27b7_0a85_46d2_2ffc,
        0x2e1b_2138_5c26_c926,
        0x4d2c_6dfc_5ac4_2aed,
        0x5338_0d13_9d95_b3df,
        0x650a_7354_8baf_63de,
        0x766a_0abb_3c77_b2a8,
        0x81c2_c92e_47ed_aee6,
        0x9272_2c85_1482_353b,
        0xa2bf_e8a1_4cf1_0364,
        0xa81a_664b_bc42_3001,
        0xc24b_8b70_d0f8_9791,
        0xc76c_51a3_0654_be30,
        0xd192_e819_d6ef_5218,
        0xd699_0624_5565_a910,
        0xf40e_3585_5771_202a,
        0x106a_a070_32bb_d1b8,
        0x19a4_c116_b8d2_d0c8,
        0x1e37_6c08_5141_ab53,
        0x2748_774c_df8e_eb99,
        0x34b0_bcb5_e19b_48a8,
        0x391c_0cb3_c5c9_5a63,
        0x4ed8_aa4a_e341_8acb,
        0x5b9c_ca4f_7763_e373,
        0x682e_6ff3_d6b2_b8a3,
        0x748f_82ee_5def_b2fc,
        0x78a5_636f_4317_2f60,
        0x84c8_7814_a1f0_ab72,
        0x8cc7_0208_1a64_39ec,
        0x90be_fffa_2363_1e28,
        0xa450_6ceb_de82_bde9,
        0xbef9_a3f7_b2c6_7915,
        0xc671_78f2_e372_532b,
        0xca27_3ece_ea26_619c,
        0xd186_b8c7_21c0_c207,
        0xeada_7dd6_cde0_eb1e,
        0xf57d_4f7f_ee6e_d178,
        0x06f0_67aa_7217_6fba,
        0x0a63_7dc5_a2c8_98a6,
        0x113f_9804_bef9_0dae,
        0x1b71_0b35_131c_471b,
        0x28db_77f5_2304_7d84,
        0x32ca_ab7b_40c7_2493,
        0x3c9e_be0a_15c9_bebc,
        0x431d_67c4_9c10_0d4c,
        0x4cc5_d4be_cb3e_42b6,
        0x597f_299c_fc65_7e2a,
        0x5fcb_6fab_3ad6_faec,
        0x6c44_198c_4a47_5817
    ]
));

/// FIPS 180-4, 5.3.3: the fractional parts of the square roots of the first eight primes, 32 bits each.
const H0_256: Sha256State = Sha256State(secret_array!(
    U32,
    [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19
    ]
));

/// FIPS 180-4, 5.3.5: the fractional parts of the square roots of the first eight primes, 64 bits each.
const H0_512: Sha512State = Sha512State(secret_array!(
    U64,
    [
        0x6a09_e667_f3bc_c908,
        0xbb67_ae85_84ca_a73b,
        0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1,
        0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b,
        0x5be0_cd19_137e_2179
    ]
));

/// FIPS 180-4, (4.2): `Ch(x, y, z)`.
fn ch_256(x: U32, y: U32, z: U32) -> U32 {
    (x & y) ^ (!x & z)
}

/// FIPS 180-4, (4.3): `Maj(x, y, z)`.
fn maj_256(x: U32, y: U32, z: U32) -> U32 {
    (x & y) ^ (x & z) ^ (y & z)
}

/// FIPS 180-4, (4.4): the function written with a capital sigma and index 0.
fn capital_sigma0_256(x: U32) -> U32 {
    x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)
}

/// FIPS 180-4, (4.5): the function written with a capital sigma and index 1.
fn capital_sigma1_256(x: U32) -> U32 {
    x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)
}

/// FIPS 180-4, (4.6): the function written with a small sigma and index 0.
fn sigma0_256(x: U32) -> U32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)
}

/// FIPS 180-4, (4.7): the function written with a small sigma and index 1.
fn sigma1_256(x: U32) -> U32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10)
}

/// FIPS 180-4, 3.1: four bytes from `start` on as a word, the most significant byte first.
fn word_256(message: &ByteSeq, start: usize) -> U32 {
    (U32_from_U8(message[start]) << 24)
        | (U32_from_U8(message[start + 1]) << 16)
        | (U32_from_U8(message[start + 2]) << 8)
        | U32_from_U8(message[start + 3])
}

/// FIPS 180-4, 5.1.1: the message, the bit 1, as few zeros as fill a block, and the length in bits (64 bits).
fn pad_256(message: &ByteSeq) -> ByteSeq {
    let length = message.len();
    let total = ((length + 8) / SHA256_BLOCK_LEN + 1) * SHA256_BLOCK_LEN;
    let mut padded = ByteSeq::new(total).update_start(message);
    padded[length] = U8(0x80);
    padded.update(total - 8, &U64_to_be_bytes(U64(length as u64 * 8)))
}

/// FIPS 180-4, 6.2.2, step 1: the message schedule of the block that begins at `start`.
fn schedule_256(padded: &ByteSeq, start: usize) -> Sha256Words {
    let mut w = Sha256Words::new();
    for t in 0..16 {
        w[t] = word_256(padded, start + 4 * t);
    }
    for t in 16..64 {
        w[t] = sigma1_256(w[t - 2]) + w[t - 7] + sigma0_256(w[t - 15]) + w[t - 16];
    }
    w
}

/// Process one block of a padded message with SHA-256.
///
/// Standard: FIPS 180-4, 6.2.2, steps 1 to 4; sums are modulo 2^32.
/// In: `hash`, the previous hash value, secret; `padded`, at least `64 * (block + 1)` bytes, secret; `block`, the
/// number of the block, public. Out: the next hash value, secret.
pub fn sha256_block(hash: Sha256State, padded: &ByteSeq, block: usize) -> Sha256State {
    // 1. Prepare the message schedule.
    let w = schedule_256(padded, block * SHA256_BLOCK_LEN);
    // 2. Initialize the eight working variables with the previous hash value.
    let mut a = hash[0];
    let mut b = hash[1];
    let mut c = hash[2];
    let mut d = hash[3];
    let mut e = hash[4];
    let mut f = hash[5];
    let mut g = hash[6];
    let mut h = hash[7];
    // 3. For t = 0 to 63.
    for t in 0..64 {
        let t1 = h + capital_sigma1_256(e) + ch_256(e, f, g) + K_256[t] + w[t];
        let t2 = capital_sigma0_256(a) + maj_256(a, b, c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    // 4. Compute the intermediate hash value.
    let mut next = Sha256State::new();
    next[0] = a + hash[0];
    next[1] = b + hash[1];
    next[2] = c + hash[2];
    next[3] = d + hash[3];
    next[4] = e + hash[4];
    next[5] = f + hash[5];
    next[6] = g + hash[6];
    next[7] = h + hash[7];
    next
}

/// Hash a message with SHA-256.
///
/// Standard: FIPS 180-4, 6.2.
/// In: `message`, any length, secret. Out: the digest, 32 bytes, secret.
pub fn sha256(message: &ByteSeq) -> Sha256Digest {
    // 6.2.1: set the initial hash value; pad the message.
    let padded = pad_256(message);
    let mut hash = H0_256;
    // 6.2.2: process each block in order.
    for block in 0..padded.num_exact_chunks(SHA256_BLOCK_LEN) {
        hash = sha256_block(hash, &padded, block);
    }
    // The digest is H0 || H1 || ... || H7.
    Sha256Digest::from_seq(&hash.to_be_bytes())
}

/// FIPS 180-4, (4.8): `Ch(x, y, z)`.
fn ch_512(x: U64, y: U64, z: U64) -> U64 {
    (x & y) ^ (!x & z)
}

/// FIPS 180-4, (4.9): `Maj(x, y, z)`.
fn maj_512(x: U64, y: U64, z: U64) -> U64 {
    (x & y) ^ (x & z) ^ (y & z)
}

/// FIPS 180-4, (4.10): the function written with a capital sigma and index 0.
fn capital_sigma0_512(x: U64) -> U64 {
    x.rotate_right(28) ^ x.rotate_right(34) ^ x.rotate_right(39)
}

/// FIPS 180-4, (4.11): the function written with a capital sigma and index 1.
fn capital_sigma1_512(x: U64) -> U64 {
    x.rotate_right(14) ^ x.rotate_right(18) ^ x.rotate_right(41)
}

/// FIPS 180-4, (4.12): the function written with a small sigma and index 0.
fn sigma0_512(x: U64) -> U64 {
    x.rotate_right(1) ^ x.rotate_right(8) ^ (x >> 7)
}

/// FIPS 180-4, (4.13): the function written with a small sigma and index 1.
fn sigma1_512(x: U64) -> U64 {
    x.rotate_right(19) ^ x.rotate_right(61) ^ (x >> 6)
}

/// FIPS 180-4, 3.1: eight bytes from `start` on as a word, the most significant byte first.
fn word_512(message: &ByteSeq, start: usize) -> U64 {
    let mut word = U64(0);
    for i in 0..8 {
        word = (word << 8) | U64_from_U8(message[start + i]);
    }
    word
}

/// FIPS 180-4, 5.1.2: the message, the bit 1, as few zeros as fill a block, and the length in bits (128 bits).
fn pad_512(message: &ByteSeq) -> ByteSeq {
    let length = message.len();
    let total = ((length + 16) / SHA512_BLOCK_LEN + 1) * SHA512_BLOCK_LEN;
    let mut padded = ByteSeq::new(total).update_start(message);
    padded[length] = U8(0x80);
    // The upper half of the length is zero: no message here has 2^64 bits.
    padded.update(total - 8, &U64_to_be_bytes(U64(length as u64 * 8)))
}

/// FIPS 180-4, 6.4.2, step 1: the message schedule of the block that begins at `start`.
fn schedule_512(padded: &ByteSeq, start: usize) -> Sha512Words {
    let mut w = Sha512Words::new();
    for t in 0..16 {
        w[t] = word_512(padded, start + 8 * t);
    }
    for t in 16..80 {
        w[t] = sigma1_512(w[t - 2]) + w[t - 7] + sigma0_512(w[t - 15]) + w[t - 16];
    }
    w
}

/// Process one block of a padded message with SHA-512.
///
/// Standard: FIPS 180-4, 6.4.2, steps 1 to 4; sums are modulo 2^64.
/// In: `hash`, the previous hash value, secret; `padded`, at least `128 * (block + 1)` bytes, secret; `block`, the
/// number of the block, public. Out: the next hash value, secret.
pub fn sha512_block(hash: Sha512State, padded: &ByteSeq, block: usize) -> Sha512State {
    // 1. Prepare the message schedule.
    let w = schedule_512(padded, block * SHA512_BLOCK_LEN);
    // 2. Initialize the eight working variables with the previous hash value.
    let mut a = hash[0];
    let mut b = hash[1];
    let mut c = hash[2];
    let mut d = hash[3];
    let mut e = hash[4];
    let mut f = hash[5];
    let mut g = hash[6];
    let mut h = hash[7];
    // 3. For t = 0 to 79.
    for t in 0..80 {
        let t1 = h + capital_sigma1_512(e) + ch_512(e, f, g) + K_512[t] + w[t];
        let t2 = capital_sigma0_512(a) + maj_512(a, b, c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    // 4. Compute the intermediate hash value.
    let mut next = Sha512State::new();
    next[0] = a + hash[0];
    next[1] = b + hash[1];
    next[2] = c + hash[2];
    next[3] = d + hash[3];
    next[4] = e + hash[4];
    next[5] = f + hash[5];
    next[6] = g + hash[6];
    next[7] = h + hash[7];
    next
}

/// Hash a message with SHA-512.
///
/// Standard: FIPS 180-4, 6.4.
/// In: `message`, any length, secret. Out: the digest, 64 bytes, secret.
pub fn sha512(message: &ByteSeq) -> Sha512Digest {
    // 6.4.1: set the initial hash value; pad the message.
    let padded = pad_512(message);
    let mut hash = H0_512;
    // 6.4.2: process each block in order.
    for block in 0..padded.num_exact_chunks(SHA512_BLOCK_LEN) {
        hash = sha512_block(hash, &padded, block);
    }
    // The digest is H0 || H1 || ... || H7.
    Sha512Digest::from_seq(&hash.to_be_bytes())
}
