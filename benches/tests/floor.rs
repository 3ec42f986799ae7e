//! The floors make exactly the primitive calls that the protocol asks for: the numbers here are derived from its text.
//!
//! SHA-256 takes 64 bytes per compression and adds at least 9 (80, length); SHA-512 takes 128 and adds at least 17. HMAC
//! hashes its key block before the message, twice: 2 compressions per key, and per message those of the message and
//! 1 of the outer hash. So with `m(n)` = (n + 9) / 64 rounded up, a tag over n bytes takes 2 + m(n) + 1, and n <= 55 gives
//! m = 1.
use twinratchet_benches::floor::{Counting, Floor, MessageShape, JUMP};
use twinratchet_benches::operation::Operation;

/// Key blocks of one HMAC key.
const KEY: usize = 2;
/// Inner and outer compression of a message up to 55 bytes.
const SHORT_TAG: usize = 1 + 1;
/// One key; HMAC of 01 and of 02.
const KDF_CK: usize = KEY + SHORT_TAG + SHORT_TAG;
/// Salt RK, a key; IKM of 32 bytes. PRK, a key; T1 of 14 + 1 bytes (`WhisperRatchet`), T2 of 32 + 14 + 1 = 47: 64 bytes.
const KDF_RK: usize = (KEY + SHORT_TAG) + (KEY + SHORT_TAG + SHORT_TAG);
/// Salt of zeros, its key blocks known; IKM of 32 bytes. PRK; T1 of 18 + 1 bytes (`WhisperMessageKeys`), T2 and T3 of
/// 32 + 18 + 1 = 51: 80 bytes are three blocks.
const MESSAGE_KEYS: usize = SHORT_TAG + (KEY + SHORT_TAG + SHORT_TAG + SHORT_TAG);
/// Salt of zeros; IKM of 32 + 4 * 32 = 160 bytes, and 9: 169 are 3 blocks. PRK; T1 of 11 + 1 bytes (`WhisperText`), T2 of
/// 32 + 11 + 1 = 44: 64 bytes.
const X3DH_KDF: usize = (3 + 1) + (KEY + SHORT_TAG + SHORT_TAG);

/// 16 bytes of plaintext are 2 blocks with padding. The message: version 1, ratchet key 2 + 33, counter 1 + 1, PN 1 + 1, body
/// 2 + 32, in all 74. Under the tag: 33 + 33 + 74 = 140, and 9: 149 are 3 blocks.
const MAC_16: usize = KEY + 3 + 1;
/// The same, and 2 + 36 for the address block: 66 + 112 = 178, and 9: 187 are 3 blocks.
const MAC_16_WITH_ADDRESSES: usize = KEY + 3 + 1;
/// The same as for 16 bytes, but the counter 2001 takes 1 + 2: 66 + 75 = 141, and 9: 150 are 3 blocks.
const MAC_16_AFTER_JUMP: usize = KEY + 3 + 1;
/// 1024 bytes of plaintext are 65 blocks with padding, 1040 bytes. The message: 1 + 35 + 2 + 2, body 3 + 1040, in all 1083.
/// Under the tag: 66 + 1083 = 1149, and 9: 1158 are 19 blocks.
const MAC_1024: usize = KEY + 19 + 1;

/// No calls: what a row leaves out.
const NONE: Counting = Counting {
    dh: 0,
    public_keys: 0,
    sha256: 0,
    sha512: 0,
    aes_schedules: 0,
    aes_blocks: 0,
    base_mults: 0,
    double_base_mults: 0,
    to_edwards: 0,
    encodings: 0,
};

/// Each operation and its calls.
const TABLE: [(Operation, Counting); 11] = [
    // One agreement.
    (Operation::X25519, Counting { dh: 1, ..NONE }),
    // One public key.
    (
        Operation::KeyPair,
        Counting {
            public_keys: 1,
            ..NONE
        },
    ),
    (
        Operation::SignedPrekey,
        Counting {
            // The pair of SPK.
            public_keys: 1,
            // A = aB, and R = rB.
            base_mults: 1 + 1,
            // A and R enter hashes and the signature.
            encodings: 1 + 1,
            // r: prefix 32, k 32, the serialised key 33, Z 64: 161, and 17: 2 blocks. h: R 32, A 32, key 33: 97, and 17: 1.
            sha512: 2 + 1,
            ..NONE
        },
    ),
    (
        Operation::Initiate,
        Counting {
            // The signature: the point of IKB; it enters h, and R is compared; h of 97 bytes, and 17: 1 block; sB - hA.
            to_edwards: 1,
            encodings: 1 + 1,
            sha512: 1,
            double_base_mults: 1,
            // EKA, DHs.
            public_keys: 1 + 1,
            // DH1 to DH4, and DH(DHs, SPKB).
            dh: 4 + 1,
            // The handshake, and CKs.
            sha256: X3DH_KDF + KDF_RK,
            ..NONE
        },
    ),
    (
        Operation::Respond,
        Counting {
            // EKA is canonical: its point, times q.
            to_edwards: 1,
            double_base_mults: 1,
            // DH1 to DH4; both halves of the step.
            dh: 4 + 2,
            // DHs of the sending half.
            public_keys: 1,
            // The handshake; both halves; the message.
            sha256: X3DH_KDF + 2 * KDF_RK + KDF_CK + MESSAGE_KEYS + MAC_16_WITH_ADDRESSES,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Encrypt(16),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_16,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Encrypt(1024),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_1024,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(16),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_16,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(1024),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_1024,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::PingPong,
        Counting {
            // Each way: both halves of a step, a fresh pair.
            dh: 2 * 2,
            public_keys: 2,
            // Each way: two half steps; the message sealed and opened.
            sha256: 2 * (2 * KDF_RK + 2 * (KDF_CK + MESSAGE_KEYS + MAC_16)),
            aes_schedules: 2 * 2,
            aes_blocks: 2 * 2 * 2,
            ..NONE
        },
    ),
    (
        Operation::Jump,
        Counting {
            // 2000 numbers are passed over, each with a seed to keep; then the message.
            sha256: 2000 * KDF_CK + KDF_CK + MESSAGE_KEYS + MAC_16_AFTER_JUMP,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
];

#[test]
fn floors_make_the_calls_of_the_protocol() {
    for (operation, expected) in TABLE {
        let mut floor = Floor::new(Counting::default(), [1; 32], [2; 32]);
        operation.floor(&mut floor);
        assert_eq!(*floor.primitives(), expected, "{operation:?}");
    }
}

#[test]
fn every_operation_stands_in_the_table() {
    assert_eq!(TABLE.map(|(operation, _)| operation), Operation::ALL);
}

#[test]
fn lengths_are_those_of_the_derivation() {
    let first = MessageShape {
        carries_addresses: true,
        ..MessageShape::plain(16)
    };
    let after_jump = MessageShape {
        counter: JUMP + 1,
        ..MessageShape::plain(16)
    };
    let lengths = [
        MessageShape::plain(16),
        first,
        after_jump,
        MessageShape::plain(1024),
    ]
    .map(MessageShape::covered);
    assert_eq!(lengths, [74, 112, 75, 1083]);
}
