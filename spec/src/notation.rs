//! Integers modulo the two primes of Curve25519: the notation in which the curve standards are written.
//!
//! Standard: RFC 7748, section 2 (conventions), section 4.1 (p and the order q).
//! Called by `primitives::field25519`, `primitives::scalar25519` and the modules on top of them; by nothing else.
//!
//! This folder is outside the hacspec subset and part of the trusted base, which is why it is small. A value of
//! `Fe` or `Scalar` *is* an integer below its modulus; the translator maps it to `Z`, by this table and nothing
//! else. Here p = 2^255 - 19, q = 2^252 + 27742317777372353535851937790883648493, and le(b) is the sum of b\[i\] *
//! 256^i.
//!
//! | Rust | meaning in `Z` |
//! |---|---|
//! | `a + b`, `a - b`, `a * b` of two `Fe` | `(a + b) mod p`, `(a - b) mod p`, `(a * b) mod p` |
//! | `a == b`, `a != b` of two `Fe` | `a = b` and its negation |
//! | `fe_literal(n)` | `n` (a `u64`, below p) |
//! | `fe_from_bytes(b)` | `le(b) mod p`, for 32 bytes |
//! | `fe_to_bytes(a)` | the 32 bytes `b` with `le(b) = a` |
//! | `fe_pow(a, e)` | `a ^ le(e) mod p`, for 32 bytes; `0 ^ 0 = 1` |
//! | `a + b`, `a - b`, `a * b` of two `Scalar` | `(a + b) mod q`, `(a - b) mod q`, `(a * b) mod q` |
//! | `a == b`, `a != b` of two `Scalar` | `a = b` and its negation |
//! | `scalar_from_bytes(b)` | `le(b) mod q`, for 32 bytes |
//! | `scalar_from_wide_bytes(b)` | `le(b) mod q`, for 64 bytes |
//! | `scalar_to_bytes(a)` | the 32 bytes `b` with `le(b) = a` |
//!
//! All functions are total. The integers are public: whoever makes one from a secret declassifies the secret first
//! and says why. Choice: the machine word arithmetic is ruint's, a general library for integers of fixed size, and
//! not written by hand for these primes: what is trusted is then tested by many users.
pub mod field;
pub mod scalar;
