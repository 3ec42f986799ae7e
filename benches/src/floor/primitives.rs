//! What a floor calls: the primitives of the libraries that impl uses, or counters in their place.
//!
//! Values pass from one call to the next as they do in the protocol, so that a processor which overlaps independent calls
//! overlaps as many here as it may there. What the values are is of no interest.
use crate::side::{KEM_RANDOM, SPARSE_SEED};
use aes::{Aes256Dec, Aes256Enc, Block};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use core::hint::black_box;
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{EdwardsPoint, MontgomeryPoint, Scalar};
use libcrux_ml_kem::mlkem768::incremental;
use libcrux_ml_kem::{kyber1024, mlkem1024};
use sha2::block_api::{compress256, compress512};

/// 32 bytes as eight words: a state of SHA-256, a key, a digest.
pub type Words = [u32; 8];

/// The primitives.
pub trait Primitives {
    /// X25519 of a private key and a public key.
    fn dh(&mut self, private: &[u8; 32], public: &[u8; 32]) -> [u8; 32];
    /// X25519 of a private key and the base point.
    fn public_key(&mut self, private: &[u8; 32]) -> [u8; 32];
    /// So many compressions of SHA-256 from a state; the first block starts with `input`.
    fn sha256(&mut self, state: &Words, input: &Words, blocks: usize) -> Words;
    /// So many compressions of SHA-512; the first block starts with `input`; the digest mod q.
    fn sha512_scalar(&mut self, input: &[u8; 32], blocks: usize) -> Scalar;
    /// The key schedule of AES-256 and so many blocks of CBC encryption. Out: from the last block.
    fn cbc_encrypt(&mut self, key: &Words, blocks: usize) -> Words;
    /// The key schedule of AES-256 and so many blocks of CBC decryption. Out: from the last block.
    fn cbc_decrypt(&mut self, key: &Words, blocks: usize) -> Words;
    /// A secret multiple of the Edwards base point.
    fn base_mult(&mut self, scalar: &Scalar) -> EdwardsPoint;
    /// The sum of public multiples of a point and of the base point.
    fn double_base_mult(&mut self, a: &Scalar, point: &EdwardsPoint, b: &Scalar) -> EdwardsPoint;
    /// The Edwards point of a Montgomery coordinate.
    fn to_edwards(&mut self, u: &[u8; 32]) -> EdwardsPoint;
    /// The encodings of points that are known together.
    fn encode<const N: usize>(&mut self, points: &[EdwardsPoint; N]) -> [[u8; 32]; N];
    /// A key pair of Kyber-1024.
    fn kyber_key_pair(&mut self);
    /// An encapsulation of Kyber-1024. Out: the secret.
    fn kyber_encaps(&mut self) -> [u8; 32];
    /// A decapsulation of Kyber-1024. Out: the secret.
    fn kyber_decaps(&mut self) -> [u8; 32];
    /// A key pair of ML-KEM-768, in pieces.
    fn generate(&mut self);
    /// The first half of an encapsulation of ML-KEM-768. Out: the secret.
    fn encaps1(&mut self) -> [u8; 32];
    /// Whether a vector is that of a header.
    fn is_match(&mut self);
    /// The second half of an encapsulation of ML-KEM-768.
    fn encaps2(&mut self);
    /// A decapsulation of ML-KEM-768, of both halves. Out: the secret.
    fn decaps_halves(&mut self) -> [u8; 32];
}

/// The libraries.
pub struct Real {
    x25519: X25519,
    blocks256: Vec<[u8; 64]>,
    blocks512: Vec<[u8; 128]>,
    blocks_aes: Vec<Block>,
    kyber: Kyber,
    pieces: Pieces,
}

/// Keys and a ciphertext of Kyber-1024.
struct Kyber {
    pair: mlkem1024::MlKem1024KeyPair,
    ciphertext: mlkem1024::MlKem1024Ciphertext,
}

/// Keys and a ciphertext of ML-KEM-768, in pieces.
struct Pieces {
    decapsulation_key: [u8; 2400],
    header: Vec<u8>,
    vector: [u8; 1152],
    state: [u8; 2080],
    first: incremental::Ciphertext1,
    second: incremental::Ciphertext2,
}

/// Which library computes X25519: the assembly where the processor has what it needs, as in impl.
#[derive(Clone, Copy)]
enum X25519 {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    Assembly,
    Portable,
}

/// How often each primitive was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counting {
    /// X25519 of a private key and a public key.
    pub dh: usize,
    /// X25519 of a private key and the base point.
    pub public_keys: usize,
    /// Compressions of SHA-256.
    pub sha256: usize,
    /// Compressions of SHA-512.
    pub sha512: usize,
    /// Key schedules of AES-256.
    pub aes_schedules: usize,
    /// Blocks of AES-256.
    pub aes_blocks: usize,
    /// Secret multiples of the Edwards base point.
    pub base_mults: usize,
    /// Sums of public multiples of a point and of the base point.
    pub double_base_mults: usize,
    /// Conversions from Montgomery to Edwards form.
    pub to_edwards: usize,
    /// Points encoded.
    pub encodings: usize,
    /// Key pairs of Kyber-1024.
    pub kyber_key_pairs: usize,
    /// Encapsulations of Kyber-1024.
    pub kyber_encaps: usize,
    /// Decapsulations of Kyber-1024.
    pub kyber_decaps: usize,
    /// Key pairs of ML-KEM-768.
    pub generate: usize,
    /// First halves of encapsulations of ML-KEM-768.
    pub encaps1: usize,
    /// Comparisons of vector and header.
    pub is_match: usize,
    /// Second halves of encapsulations of ML-KEM-768.
    pub encaps2: usize,
    /// Decapsulations of ML-KEM-768.
    pub decaps_halves: usize,
}

/// Most blocks of SHA-256 in one call: a message of 1 KiB has 19 after the key block.
const MAX_BLOCKS_256: usize = 32;
/// Most blocks of SHA-512 in one call: what is signed of a KEM key has 14.
const MAX_BLOCKS_512: usize = 16;
/// Most blocks of AES in one call: a message of 1 KiB has 65.
const MAX_BLOCKS_AES: usize = 128;

impl Real {
    /// The libraries, and room for what they work on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            x25519: X25519::chosen(),
            blocks256: vec![[0x5a; 64]; MAX_BLOCKS_256],
            blocks512: vec![[0x5a; 128]; MAX_BLOCKS_512],
            blocks_aes: vec![Block::default(); MAX_BLOCKS_AES],
            kyber: Kyber::new(),
            pieces: Pieces::new(),
        }
    }

    fn last_block(&self, blocks: usize) -> Words {
        let mut out = [0; 8];
        for (to, from) in out
            .iter_mut()
            .zip(self.blocks_aes[blocks - 1].chunks_exact(4))
        {
            *to = u32::from_be_bytes([from[0], from[1], from[2], from[3]]);
        }
        black_box(out)
    }
}

impl Default for Real {
    fn default() -> Self {
        Self::new()
    }
}

impl Kyber {
    fn new() -> Self {
        let pair = kyber1024::generate_key_pair(SPARSE_SEED);
        let (ciphertext, _) = kyber1024::encapsulate(pair.public_key(), KEM_RANDOM);
        Self { pair, ciphertext }
    }
}

impl Pieces {
    fn new() -> Self {
        let mut decapsulation_key = [0; 2400];
        incremental::generate_key_pair_compressed(SPARSE_SEED, &mut decapsulation_key);
        // dk_PKE, t-hat, rho and H(ek), z
        let mut vector = [0; 1152];
        vector.copy_from_slice(&decapsulation_key[1152..2304]);
        let header = decapsulation_key[2304..2368].to_vec();
        let (mut state, mut shared) = ([0; 2080], [0; 32]);
        let first = incremental::encapsulate1(&header, KEM_RANDOM, &mut state, &mut shared);
        let first = first.expect("the pieces have their lengths");
        let second = incremental::encapsulate2(&state, &vector);
        Self {
            decapsulation_key,
            header,
            vector,
            state,
            first,
            second,
        }
    }
}

impl X25519 {
    #[cfg(target_arch = "x86_64")]
    fn chosen() -> Self {
        let found = [
            std::is_x86_feature_detected!("adx"),
            std::is_x86_feature_detected!("aes"),
            std::is_x86_feature_detected!("avx"),
            std::is_x86_feature_detected!("avx2"),
            std::is_x86_feature_detected!("bmi1"),
            std::is_x86_feature_detected!("bmi2"),
            std::is_x86_feature_detected!("pclmulqdq"),
        ];
        Self::from_features(&found)
    }

    #[cfg(target_arch = "aarch64")]
    fn chosen() -> Self {
        let found = [
            std::arch::is_aarch64_feature_detected!("aes"),
            std::arch::is_aarch64_feature_detected!("neon"),
            std::arch::is_aarch64_feature_detected!("pmull"),
            std::arch::is_aarch64_feature_detected!("sha2"),
        ];
        Self::from_features(&found)
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn chosen() -> Self {
        Self::Portable
    }

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn from_features(found: &[bool]) -> Self {
        if found.iter().all(|found| *found) {
            Self::Assembly
        } else {
            Self::Portable
        }
    }
}

impl Primitives for Real {
    fn dh(&mut self, private: &[u8; 32], public: &[u8; 32]) -> [u8; 32] {
        black_box(match self.x25519 {
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            X25519::Assembly => {
                use graviola::key_agreement::x25519::{PublicKey, StaticPrivateKey};
                let secret = StaticPrivateKey::from_array(private)
                    .diffie_hellman(&PublicKey::from_array(public));
                secret.map_or([0; 32], |secret| secret.0)
            }
            X25519::Portable => MontgomeryPoint(*public).mul_clamped(*private).to_bytes(),
        })
    }

    fn public_key(&mut self, private: &[u8; 32]) -> [u8; 32] {
        black_box(match self.x25519 {
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            X25519::Assembly => {
                use graviola::key_agreement::x25519::StaticPrivateKey;
                StaticPrivateKey::from_array(private)
                    .public_key()
                    .as_bytes()
            }
            X25519::Portable => MontgomeryPoint::mul_base_clamped(*private).to_bytes(),
        })
    }

    fn sha256(&mut self, state: &Words, input: &Words, blocks: usize) -> Words {
        let mut state = *state;
        self.blocks256[0][..32].copy_from_slice(&bytes(input));
        compress256(&mut state, &self.blocks256[..blocks]);
        black_box(state)
    }

    fn sha512_scalar(&mut self, input: &[u8; 32], blocks: usize) -> Scalar {
        let mut state = [0x6a09_e667_f3bc_c908; 8];
        self.blocks512[0][..32].copy_from_slice(input);
        compress512(&mut state, &self.blocks512[..blocks]);
        let mut digest = [0; 64];
        for (to, word) in digest.chunks_exact_mut(8).zip(state) {
            to.copy_from_slice(&word.to_be_bytes());
        }
        black_box(Scalar::from_bytes_mod_order_wide(&digest))
    }

    fn cbc_encrypt(&mut self, key: &Words, blocks: usize) -> Words {
        let mut mode = cbc::Encryptor::<Aes256Enc>::new(&bytes(key).into(), &[0x3c; 16].into());
        mode.encrypt_blocks(&mut self.blocks_aes[..blocks]);
        self.last_block(blocks)
    }

    fn cbc_decrypt(&mut self, key: &Words, blocks: usize) -> Words {
        let mut mode = cbc::Decryptor::<Aes256Dec>::new(&bytes(key).into(), &[0x3c; 16].into());
        mode.decrypt_blocks(&mut self.blocks_aes[..blocks]);
        self.last_block(blocks)
    }

    fn base_mult(&mut self, scalar: &Scalar) -> EdwardsPoint {
        black_box(EdwardsPoint::mul_base(scalar))
    }

    fn double_base_mult(&mut self, a: &Scalar, point: &EdwardsPoint, b: &Scalar) -> EdwardsPoint {
        black_box(EdwardsPoint::vartime_double_scalar_mul_basepoint(
            a, point, b,
        ))
    }

    fn to_edwards(&mut self, u: &[u8; 32]) -> EdwardsPoint {
        // A coordinate of the twist would cost less: the floors give a public key.
        black_box(
            MontgomeryPoint(*u)
                .to_edwards(0)
                .expect("a public key is on the curve"),
        )
    }

    fn encode<const N: usize>(&mut self, points: &[EdwardsPoint; N]) -> [[u8; 32]; N] {
        black_box(EdwardsPoint::compress_batch(points).map(|encoded| encoded.to_bytes()))
    }

    fn kyber_key_pair(&mut self) {
        self.kyber.pair = kyber1024::generate_key_pair(black_box(SPARSE_SEED));
    }

    fn kyber_encaps(&mut self) -> [u8; 32] {
        let key = self.kyber.pair.public_key();
        let (ciphertext, shared) = kyber1024::encapsulate(key, black_box(KEM_RANDOM));
        self.kyber.ciphertext = ciphertext;
        black_box(shared)
    }

    fn kyber_decaps(&mut self) -> [u8; 32] {
        let Kyber { pair, ciphertext } = &self.kyber;
        black_box(kyber1024::decapsulate(pair.private_key(), ciphertext))
    }

    fn generate(&mut self) {
        let out = &mut self.pieces.decapsulation_key;
        incremental::generate_key_pair_compressed(black_box(SPARSE_SEED), out);
    }

    fn encaps1(&mut self) -> [u8; 32] {
        let Pieces { header, state, .. } = &mut self.pieces;
        let mut shared = [0; 32];
        let first = incremental::encapsulate1(header, black_box(KEM_RANDOM), state, &mut shared);
        self.pieces.first = first.expect("the header has its length");
        black_box(shared)
    }

    fn is_match(&mut self) {
        let Pieces { header, vector, .. } = &self.pieces;
        black_box(incremental::validate_pk_bytes(header, vector))
            .expect("the vector is that of the header");
    }

    fn encaps2(&mut self) {
        let Pieces { state, vector, .. } = &self.pieces;
        self.pieces.second = incremental::encapsulate2(state, vector);
    }

    fn decaps_halves(&mut self) -> [u8; 32] {
        let Pieces {
            decapsulation_key,
            first,
            second,
            ..
        } = &self.pieces;
        black_box(incremental::decapsulate_compressed_key(
            decapsulation_key,
            first,
            second,
        ))
    }
}

impl Primitives for Counting {
    fn dh(&mut self, _: &[u8; 32], _: &[u8; 32]) -> [u8; 32] {
        self.dh += 1;
        [0; 32]
    }

    fn public_key(&mut self, _: &[u8; 32]) -> [u8; 32] {
        self.public_keys += 1;
        [0; 32]
    }

    fn sha256(&mut self, _: &Words, _: &Words, blocks: usize) -> Words {
        self.sha256 += blocks;
        [0; 8]
    }

    fn sha512_scalar(&mut self, _: &[u8; 32], blocks: usize) -> Scalar {
        self.sha512 += blocks;
        Scalar::ZERO
    }

    fn cbc_encrypt(&mut self, _: &Words, blocks: usize) -> Words {
        self.aes_schedules += 1;
        self.aes_blocks += blocks;
        [0; 8]
    }

    fn cbc_decrypt(&mut self, key: &Words, blocks: usize) -> Words {
        self.cbc_encrypt(key, blocks)
    }

    fn base_mult(&mut self, _: &Scalar) -> EdwardsPoint {
        self.base_mults += 1;
        EdwardsPoint::identity()
    }

    fn double_base_mult(&mut self, _: &Scalar, _: &EdwardsPoint, _: &Scalar) -> EdwardsPoint {
        self.double_base_mults += 1;
        EdwardsPoint::identity()
    }

    fn to_edwards(&mut self, _: &[u8; 32]) -> EdwardsPoint {
        self.to_edwards += 1;
        EdwardsPoint::identity()
    }

    fn encode<const N: usize>(&mut self, _: &[EdwardsPoint; N]) -> [[u8; 32]; N] {
        self.encodings += N;
        [[0; 32]; N]
    }

    fn kyber_key_pair(&mut self) {
        self.kyber_key_pairs += 1;
    }

    fn kyber_encaps(&mut self) -> [u8; 32] {
        self.kyber_encaps += 1;
        [0; 32]
    }

    fn kyber_decaps(&mut self) -> [u8; 32] {
        self.kyber_decaps += 1;
        [0; 32]
    }

    fn generate(&mut self) {
        self.generate += 1;
    }

    fn encaps1(&mut self) -> [u8; 32] {
        self.encaps1 += 1;
        [0; 32]
    }

    fn is_match(&mut self) {
        self.is_match += 1;
    }

    fn encaps2(&mut self) {
        self.encaps2 += 1;
    }

    fn decaps_halves(&mut self) -> [u8; 32] {
        self.decaps_halves += 1;
        [0; 32]
    }
}

/// Words as the bytes that a block or a key is made of.
fn bytes(words: &Words) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, word) in out.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_be_bytes());
    }
    out
}

/// Bytes as the words that a state is made of.
#[must_use]
pub fn words(bytes: &[u8; 32]) -> Words {
    let mut out = [0; 8];
    for (to, from) in out.iter_mut().zip(bytes.chunks_exact(4)) {
        *to = u32::from_be_bytes([from[0], from[1], from[2], from[3]]);
    }
    out
}
