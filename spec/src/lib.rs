//! The executable specification of the Signal protocol as deployed in Signal, WhatsApp and Messenger, in the hacspec
//! language: small enough to read with the standard open beside it, and run against the same vectors as the optimised
//! implementation in the crate `twinratchet`, whose modules and public names are the same.
//!
//! Covered so far: session versions 3 and 4, that is X3DH and PQXDH, the Double Ratchet, SPQR (the sparse post-quantum
//! ratchet) and the Triple Ratchet, from SHA-2, SHA-3, the curve and the KEM up to the session record; sender keys, for
//! groups; fingerprints. Beside what is deployed: the Double Ratchet as the public text has it, [`ratchet::written`], and
//! with header encryption, [`ratchet::header_encrypted`]; and VXEdDSA.
//!
//! # Reading order
//!
//! Version 3: [`handshake::x3dh`], [`ratchet::symmetric`], [`ratchet::double`], [`session::select`]. What version 4 adds:
//! [`handshake::pqxdh`], [`ratchet::sparse`], [`ratchet::triple`]. Groups: [`groups`]. Then what they stand on: [`keys`],
//! [`wire`], [`primitives`], [`notation`]. [`fingerprint`] and [`primitives::vxeddsa`] stand apart. Dependencies point down
//! only: session > handshake, ratchet, groups, fingerprint > wire > keys > primitives; `keys::types` and [`address`] hold no
//! cryptography.
//!
//! Every function cites its section by the keys below. `Choice:` marks what a standard leaves open, `Deployed:` where
//! the deployed software departs from it.
//!
//! # Standards read
//!
//! | key | document | revision, date |
//! |---|---|---|
//! | X3DH | The X3DH Key Agreement Protocol | revision 1, 2016-11-04 |
//! | PQXDH | The PQXDH Key Agreement Protocol | revision 3, 2024-01-23 |
//! | DR | The Double Ratchet Algorithm | revision 1, 2016-11-20 (its numbering) |
//! | DR4 | The Double Ratchet Algorithm, 5 to 7: SPQR and the Triple Ratchet | revision 4, 2025-11-04; not compared line by line |
//! | BRAID | The ML-KEM Braid Protocol | revision 1, 2025-02-21, updated 2025-09-26 |
//! | XEdDSA | The XEdDSA and VXEdDSA Signature Schemes | revision 1, 2016-10-20 |
//! | Elligator | Elligator: Elliptic-curve points indistinguishable from uniform random strings | ACM CCS 2013 |
//! | RFC 7748 | Elliptic Curves for Security | January 2016 |
//! | RFC 8032 | Edwards-Curve Digital Signature Algorithm, for the curve and its encoding | January 2017 |
//! | RFC 2104 | HMAC: Keyed-Hashing for Message Authentication | February 1997 |
//! | RFC 5869 | HMAC-based Extract-and-Expand Key Derivation Function | May 2010 |
//! | RFC 5652 | Cryptographic Message Syntax, 6.3 for the padding PKCS#7 | September 2009 |
//! | FIPS 180-4 | Secure Hash Standard | August 2015 |
//! | FIPS 202 | SHA-3 Standard: Permutation-Based Hash and Extendable-Output Functions | August 2015 |
//! | FIPS 203 | Module-Lattice-Based Key-Encapsulation Mechanism Standard | August 2024 |
//! | Kyber | CRYSTALS-Kyber, Algorithm Specifications and Supporting Documentation, round 3 | version 3.02, 2021-08-04 |
//! | FIPS 197 | Advanced Encryption Standard | November 2001, update 1 of May 2023 |
//! | SP 800-38A | Recommendation for Block Cipher Modes of Operation | December 2001 |
//! | PB | Protocol Buffers, encoding of proto2 and proto3 | protobuf.dev, read 2026 |
//!
//! Known answers come from RFC 4231 (HMAC), from these standards, and from recorded conversations of the deployed library.
//!
//! # Where the deployed protocol departs from the text
//!
//! | point | text | deployed |
//! |---|---|---|
//! | X3DH output | 32 bytes SK | 64 bytes: root key and a first chain key |
//! | PQXDH output | 32 bytes SK | 96 bytes: root key, a first chain key, the key of SPQR |
//! | base key | not checked | must be canonical and free of torsion |
//! | associated data | IKA ‖ IKB, and PQPK if the KEM does not bind it | sender ‖ receiver of each message, in the MAC of every message; round 3 of Kyber binds PQPK |
//! | KEM of the handshake | of the application | CRYSTALS-Kyber-1024 of round 3, which is not FIPS 203 |
//! | Kyber, secret of a wrong ciphertext | J(z ‖ H(c)) | J(J(z ‖ c) ‖ H(c)) |
//! | replay of a first message | left to the application | found by base key and number; for a PQPK of last resort the EKs are remembered |
//! | first message | AEAD under SK | the first message of the ratchet, in an envelope repeated until answered |
//! | XEdDSA sign of A | forced to 0 | kept, and sent in bit 255 of the signature |
//! | XEdDSA verification | u < p, s < 2^253 | u is masked and reduced; only three bits of s are looked at |
//! | receiving chains | one, closed by PN | up to five, kept until evicted; PN is not used |
//! | PN | how many were sent | the number of the last one |
//! | MKSKIPPED | message keys, one store | seeds, up to 2000 per receiving chain, oldest dropped |
//! | MAX_SKIP | one constant | 25000 per chain, 24999 on a new one of version 4 as SPQR counts from 1; none in a session with oneself |
//! | hybrid KDF | of both message keys | HKDF, the key of SPQR as the salt, the seed as the input |
//! | tag | 32 bytes or more | 8 bytes |
//! | Braid `KDF_AUTH` | salt root key, IKM update key | no salt, IKM root key ‖ update key |
//! | Braid header | H(rho ‖ t-hat) | H(t-hat ‖ rho), and the modulus is checked |
//! | Braid, later epoch | ignored | an error, but for the one next to it while ct2 is sent |
//! | Braid Ct1Ack | sent by no state | sent while ct2 comes in, and acknowledges ct1 |
//! | Braid, ct1 acknowledged | takes EkCt1Ack alone | takes Ek too |
//! | Braid, wrong MAC | the session ends | the message is refused |
//! | sessions per peer | one | one current and up to 40 archived, with trial decryption |
//!
//! # Out of scope
//!
//! Retry and plaintext content, sealed sender, device lists, key transparency; old stored skipped keys that hold
//! expanded keys instead of a seed (they are refused with an error of their own). Not constant in time: the
//! specification is for reading, testing and proving, never for use with real secrets.
pub mod address;
pub mod fingerprint;
pub mod groups;
pub mod handshake;
pub mod keys;
pub mod notation;
pub mod primitives;
pub mod ratchet;
pub mod session;
pub mod wire;
