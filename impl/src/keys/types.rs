//! Every byte-array type of the protocol. A leaf: no functions, used by all layers.
//!
//! A public type can be copied, compared and printed. A secret type can not: it is used where it is, or moved, and
//! wiped when dropped. Its bytes can be read inside this crate only, or under the feature `inspect`.
use crate::ct::wipe;
use core::fmt;

/// A type for public bytes.
macro_rules! public_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Take the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str(")")
            }
        }
    };
}

/// A type for secret bytes.
macro_rules! secret_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        pub struct $name([u8; $length]);

        impl $name {
            /// Take the bytes as they are; wiping the source is up to the caller.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            #[allow(dead_code)] // not every type needs it
            pub(crate) const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            #[allow(dead_code)] // not every type needs it
            pub(crate) const fn as_bytes_mut(&mut self) -> &mut [u8; $length] {
                &mut self.0
            }

            /// The secret bytes, for vectors and differential tests.
            #[cfg(feature = "inspect")]
            #[must_use]
            pub const fn expose(&self) -> &[u8; $length] {
                &self.0
            }

            /// A second copy of the secret, for vectors and differential tests.
            #[cfg(feature = "inspect")]
            #[must_use]
            pub const fn duplicate(&self) -> Self {
                Self(self.0)
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                wipe(&mut self.0);
            }
        }
    };
}

public_bytes!(
    /// The coordinate u of an X25519 public key, as received: not reduced and not checked.
    PublicKey, 32
);
public_bytes!(
    /// A compressed Edwards point: y, and the parity of x in bit 255.
    CompressedPoint, 32
);
public_bytes!(
    /// An XEdDSA signature, `R || s`.
    Signature, 64
);
public_bytes!(
    /// The truncated tag of a message.
    Tag, 8
);
public_bytes!(
    /// A UUID.
    Uuid, 16
);
public_bytes!(
    /// The data of one chunk of the erasure code of SPQR.
    ChunkData, 32
);
public_bytes!(
    /// The fingerprint of one side.
    Fingerprint, 64
);
public_bytes!(
    /// A VXEdDSA signature, `V || h || s`.
    VrfSignature, 96
);
public_bytes!(
    /// The output of the VRF: public with the signature, from which everybody can compute it.
    VrfOutput, 32
);
public_bytes!(
    /// The first counter block of a message in CTR mode, and the nonce of an encrypted header.
    CounterBlock, 16
);
secret_bytes!(
    /// An X25519 private key. Secret.
    PrivateKey, 32
);
secret_bytes!(
    /// The output of a Diffie-Hellman agreement. Secret.
    SharedSecret, 32
);
secret_bytes!(
    /// RK, a root key. Secret.
    RootKey, 32
);
secret_bytes!(
    /// CK, a chain key. Secret.
    ChainKey, 32
);
secret_bytes!(
    /// What the keys of one message are expanded from. Secret.
    MessageKeySeed, 32
);
secret_bytes!(
    /// An AES-256 key. Secret.
    CipherKey, 32
);
secret_bytes!(
    /// A key of HMAC-SHA-256. Secret.
    MacKey, 32
);
secret_bytes!(
    /// A CBC initialisation vector. Secret.
    Iv, 16
);
secret_bytes!(
    /// The random bytes Z of a signature. Secret.
    SignatureRandom, 64
);
secret_bytes!(
    /// A SHA-256 digest; secret, as what was hashed often is.
    Sha256Digest, 32
);
secret_bytes!(
    /// A SHA-512 digest; secret, as what was hashed often is.
    Sha512Digest, 64
);
secret_bytes!(
    /// d || z, the random bytes of a key pair of the KEM. Secret.
    KemSeed, 64
);
secret_bytes!(
    /// m, the random bytes of an encapsulation. Secret.
    KemRandom, 32
);
secret_bytes!(
    /// K, what an encapsulation shares. Secret.
    KemSecret, 32
);
secret_bytes!(
    /// What the first half of an incremental encapsulation leaves for the second. Secret.
    KemEncapsState, 2080
);
secret_bytes!(
    /// The key that a handshake gives to SPQR. Secret.
    SparseAuthKey, 32
);
secret_bytes!(
    /// The root key of the authenticator of SPQR, or of its chains. Secret.
    SparseRootKey, 32
);
secret_bytes!(
    /// What one epoch of SPQR agrees on. Secret.
    EpochSecret, 32
);
secret_bytes!(
    /// The key of one direction of one epoch of SPQR. Secret.
    SparseChainKey, 32
);
secret_bytes!(
    /// What SPQR adds to the keys of one message. Secret.
    SparseMessageKey, 32
);
secret_bytes!(
    /// The chain key of a sender key. Secret.
    SenderChainKey, 32
);
secret_bytes!(
    /// What the keys of one group message are expanded from. Secret.
    SenderMessageSeed, 32
);
secret_bytes!(
    /// HK or NHK, which headers are encrypted under. Secret.
    HeaderKey, 32
);
