//! Every byte-array type of the specification. A leaf: no functions, used by all layers.
//!
//! The macros of hacspec-lib give each type its length, conversions and indexing; their output
//! carries no documentation, so the meaning of each type stands at its re-export in `keys`.
#![allow(missing_docs)]
use hacspec_lib::*;

public_bytes!(PublicKey, 32);
public_bytes!(CompressedPoint, 32);
public_bytes!(Signature, 64);
public_bytes!(Tag, 8);
public_bytes!(Uuid, 16);
public_bytes!(ChunkData, 32);
public_bytes!(Fingerprint, 64);
public_bytes!(VrfSignature, 96);
public_bytes!(VrfOutput, 32);
public_bytes!(CounterBlock, 16);
bytes!(PrivateKey, 32);
bytes!(SharedSecret, 32);
bytes!(RootKey, 32);
bytes!(ChainKey, 32);
bytes!(MessageKeySeed, 32);
bytes!(CipherKey, 32);
bytes!(MacKey, 32);
bytes!(Iv, 16);
bytes!(SignatureRandom, 64);
bytes!(Sha256Digest, 32);
bytes!(Sha512Digest, 64);
bytes!(KemSeed, 64);
bytes!(KemRandom, 32);
bytes!(KemSecret, 32);
bytes!(KemEncapsState, 2080);
bytes!(SparseAuthKey, 32);
bytes!(SparseRootKey, 32);
bytes!(EpochSecret, 32);
bytes!(SparseChainKey, 32);
bytes!(SparseMessageKey, 32);
bytes!(SenderChainKey, 32);
bytes!(SenderMessageSeed, 32);
bytes!(HeaderKey, 32);

// Working types of the primitives, spec only.
// Little-endian integers of 256 and 512 bits.
public_bytes!(Integer256, 32);
public_bytes!(Integer512, 64);
// FIPS 180-4: eight working words, and a message schedule (or round constants).
array!(Sha256State, 8, U32);
array!(Sha256Words, 64, U32);
array!(Sha512State, 8, U64);
array!(Sha512Words, 80, U64);
// FIPS 197: the state, and a substitution table.
public_bytes!(AesState, 16);
public_bytes!(AesTable, 256);
// FIPS 202: the 25 lanes of a state. FIPS 203: the 256 coefficients of a polynomial, or of its transform.
array!(KeccakState, 25, U64);
array!(KemPolynomial, 256, u16);
