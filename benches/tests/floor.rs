//! The floors make exactly the primitive calls that the protocol asks for: the numbers here are derived from its text.
//!
//! SHA-256 takes 64 bytes per compression and adds at least 9 (80, length); SHA-512 takes 128 and adds at least 17. HMAC
//! hashes its key block before the message, twice: 2 compressions per key, and per message those of the message and
//! 1 of the outer hash. So with `m(n)` = (n + 9) / 64 rounded up, a tag over n bytes takes 2 + m(n) + 1, and n <= 55 gives
//! m = 1.
use twinratchet_benches::floor::{
    Counting, Floor, MessageShape, Primitives, Real, EPOCH_MESSAGES, JUMP,
};
use twinratchet_benches::operation::{Operation, SparseTurns};
use twinratchet_benches::side::optimised::Optimised;
use twinratchet_benches::side::Version::{V3, V4};

use twinratchet::ratchet::sparse::message::{parse_sparse_message, Payload};

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

/// The same, and the key blocks of the salt, the key of SPQR.
const MESSAGE_KEYS_V4: usize = KEY + MESSAGE_KEYS;
/// The same salt; IKM of 160 + 32 = 192 bytes, and 9: 201 are 4 blocks. PRK; T1 of 46 + 1 bytes (`WhisperText_X25519_..`),
/// T2 and T3 of 32 + 46 + 1 = 79, and 9: 88 are 2 blocks: 96 bytes are three.
const PQXDH_KDF: usize = (4 + 1) + (KEY + SHORT_TAG + 2 * (2 + 1));

/// A tag over 56 to 118 bytes: two blocks.
const LONGER_TAG: usize = 2 + 1;
/// KDF_SCKA_INIT. Salt of zeros; IKM of 32 bytes. PRK; T1 of 33 + 1 bytes (`.. Start`), T2 and T3 of 66: 96 bytes.
const CHAIN_START: usize = SHORT_TAG + (KEY + SHORT_TAG + 2 * LONGER_TAG);
/// KDF_SCKA_RK. Salt, the root key; IKM of 32 bytes. PRK; T1 of 36 + 1 bytes (`.. Add Epoch`), T2 and T3 of 69: 96 bytes.
const ADD_EPOCH: usize = (KEY + SHORT_TAG) + (KEY + SHORT_TAG + 2 * LONGER_TAG);
/// KDF_SCKA_CK. Salt of zeros; IKM of 32 bytes. PRK; T1 of 4 + 31 + 1 bytes (number, `.. Next`), T2 of 68: 64 bytes.
const SPARSE_KEY: usize = SHORT_TAG + (KEY + SHORT_TAG + LONGER_TAG);
/// KDF_AUTH. Salt of zeros; IKM of 64 bytes. PRK; T1 of 45 + 8 + 1 bytes (`.. Authenticator Update`, epoch), T2 of 86.
const AUTHENTICATOR: usize = LONGER_TAG + (KEY + SHORT_TAG + LONGER_TAG);
/// Salt of zeros; IKM of 32 bytes. PRK; T1 of 33 + 8 + 1 bytes (`.. SCKA Key`, epoch).
const EPOCH_SECRET: usize = SHORT_TAG + (KEY + SHORT_TAG);
/// 33 bytes (`.. ekheader`), epoch 8, header 64: 105.
const MAC_HEADER: usize = KEY + LONGER_TAG;
/// 35 bytes (`.. ciphertext`), epoch 8, ciphertext 1088: 1131, and 9: 1140 are 18 blocks.
const MAC_CIPHERTEXT: usize = KEY + 18 + 1;

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

/// In version 4 the SPQR message takes 2 + 37 more, and where the address block is the blocks are 4: 66 + 151, and 9: 226.
const MAC_16_V4: usize = MAC_16;
const MAC_16_WITH_ADDRESSES_V4: usize = KEY + 4 + 1;
/// The SPQR message has two bytes more: 66 + 116 = 182, and 9: 191 are 3 blocks.
const MAC_16_AFTER_JUMP_V4: usize = MAC_16_AFTER_JUMP;
/// 66 + 1122 = 1188, and 9: 1197 are 19 blocks.
const MAC_1024_V4: usize = MAC_1024;

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
    kyber_key_pairs: 0,
    kyber_encaps: 0,
    kyber_decaps: 0,
    generate: 0,
    encaps1: 0,
    is_match: 0,
    encaps2: 0,
    decaps_halves: 0,
};

/// Each operation and its calls.
const TABLE: [(Operation, Counting); 21] = [
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
        Operation::Initiate(V3),
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
        Operation::Respond(V3),
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
        Operation::Encrypt(V3, 16),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_16,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Encrypt(V3, 1024),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_1024,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(V3, 16),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_16,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(V3, 1024),
        Counting {
            sha256: KDF_CK + MESSAGE_KEYS + MAC_1024,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::PingPong(V3),
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
        Operation::Jump(V3),
        Counting {
            // 2000 numbers are passed over, each with a seed to keep; then the message.
            sha256: 2000 * KDF_CK + KDF_CK + MESSAGE_KEYS + MAC_16_AFTER_JUMP,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::KemPrekey,
        Counting {
            // The pair of PQPK, and the signature: A, R.
            kyber_key_pairs: 1,
            base_mults: 1 + 1,
            encodings: 1 + 1,
            // r: 32 + 32, the serialised key 1569, Z 64: 1697, and 17: 14 blocks. h: 64 and the key: 1633, and 17: 13.
            sha512: 14 + 13,
            ..NONE
        },
    ),
    (
        Operation::Initiate(V4),
        Counting {
            // Two signatures; h of 97 and of 1633 bytes.
            to_edwards: 2,
            encodings: 2 * (1 + 1),
            sha512: 1 + 13,
            double_base_mults: 2,
            public_keys: 1 + 1,
            dh: 4 + 1,
            kyber_encaps: 1,
            // The handshake, CKs, and the authenticator of SPQR.
            sha256: PQXDH_KDF + KDF_RK + AUTHENTICATOR,
            ..NONE
        },
    ),
    (
        Operation::Respond(V4),
        Counting {
            to_edwards: 1,
            double_base_mults: 1,
            dh: 4 + 2,
            public_keys: 1,
            kyber_decaps: 1,
            // The handshake; the authenticator, the chains and the first key of SPQR; both halves; the message.
            sha256: PQXDH_KDF
                + (AUTHENTICATOR + CHAIN_START + SPARSE_KEY)
                + 2 * KDF_RK
                + KDF_CK
                + MESSAGE_KEYS_V4
                + MAC_16_WITH_ADDRESSES_V4,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Encrypt(V4, 16),
        Counting {
            sha256: SPARSE_KEY + KDF_CK + MESSAGE_KEYS_V4 + MAC_16_V4,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Encrypt(V4, 1024),
        Counting {
            sha256: SPARSE_KEY + KDF_CK + MESSAGE_KEYS_V4 + MAC_1024_V4,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(V4, 16),
        Counting {
            sha256: SPARSE_KEY + KDF_CK + MESSAGE_KEYS_V4 + MAC_16_V4,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::Decrypt(V4, 1024),
        Counting {
            sha256: SPARSE_KEY + KDF_CK + MESSAGE_KEYS_V4 + MAC_1024_V4,
            aes_schedules: 1,
            aes_blocks: 65,
            ..NONE
        },
    ),
    (
        Operation::PingPong(V4),
        Counting {
            dh: 2 * 2,
            public_keys: 2,
            // The first two messages of an epoch: the pair, and the MAC of the header.
            generate: 1,
            sha256: 2 * (2 * KDF_RK + 2 * (SPARSE_KEY + KDF_CK + MESSAGE_KEYS_V4 + MAC_16_V4))
                + MAC_HEADER,
            aes_schedules: 2 * 2,
            aes_blocks: 2 * 2 * 2,
            ..NONE
        },
    ),
    (
        Operation::Jump(V4),
        Counting {
            // As in version 3, and each number passed over has a key of SPQR to keep.
            sha256: 2000 * (KDF_CK + SPARSE_KEY)
                + SPARSE_KEY
                + KDF_CK
                + MESSAGE_KEYS_V4
                + MAC_16_AFTER_JUMP_V4,
            aes_schedules: 1,
            aes_blocks: 2,
            ..NONE
        },
    ),
    (
        Operation::SparseEpoch,
        Counting {
            generate: 1,
            encaps1: 1,
            is_match: 1,
            encaps2: 1,
            decaps_halves: 1,
            // 87 keys on either side; two MACs, made and checked; the secret of the epoch on either side, and what it renews.
            sha256: 2
                * (87 * SPARSE_KEY
                    + MAC_HEADER
                    + MAC_CIPHERTEXT
                    + EPOCH_SECRET
                    + AUTHENTICATOR
                    + ADD_EPOCH),
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
    let lengths = [V3, V4].map(|version| {
        let plain = MessageShape::plain(version, 16);
        let first = MessageShape {
            carries_addresses: true,
            ..plain
        };
        let long = MessageShape::plain(version, 1024);
        [plain, first, plain.after(JUMP), long].map(MessageShape::covered)
    });
    assert_eq!(lengths, [[74, 112, 75, 1083], [113, 151, 116, 1122]]);
}

/// What the messages of an epoch carry, in order, as the floor of SPQR has it.
fn expected_payloads() -> Vec<&'static str> {
    let mut expected = vec!["none"; EPOCH_MESSAGES];
    for (first, last, payload) in [
        (0, 4, "hdr"),
        (5, 75, "ct1"),
        (6, 64, "ek"),
        (64, 76, "ek_ct1_ack"),
        (77, 85, "ct2"),
        (78, 84, "ct1_ack"),
    ] {
        for i in (first..=last).step_by(2) {
            expected[i] = payload;
        }
    }
    // The acknowledgment of ct1 stops it.
    for i in (65..=75).step_by(2) {
        expected[i] = "none";
    }
    expected
}

#[test]
fn epochs_have_the_messages_that_the_floor_counts() {
    let mut turns = SparseTurns::<Optimised>::new();
    for epoch in 1..=4 {
        let payloads: Vec<&str> = (0..EPOCH_MESSAGES)
            .map(|i| {
                let message = parse_sparse_message(&turns.message()).unwrap();
                let last = i == EPOCH_MESSAGES - 1;
                assert_eq!(message.epoch, epoch + u64::from(last));
                match message.payload {
                    Payload::None => "none",
                    Payload::Hdr(_) => "hdr",
                    Payload::Ek(_) => "ek",
                    Payload::EkCt1Ack(_) => "ek_ct1_ack",
                    Payload::Ct1Ack => "ct1_ack",
                    Payload::Ct1(_) => "ct1",
                    Payload::Ct2(_) => "ct2",
                }
            })
            .collect();
        assert_eq!(payloads, expected_payloads());
    }
    assert_eq!(turns.epoch(), EPOCH_MESSAGES);
}

#[test]
fn floor_opens_what_it_encapsulates() {
    // The library gives another secret for a wrong ciphertext, in more time.
    let mut real = Real::new();
    assert_eq!(real.kyber_encaps(), real.kyber_decaps());
    assert_eq!(real.encaps1(), real.decaps_halves());
    real.kyber_key_pair();
    real.generate();
    real.encaps2();
    real.is_match();
    assert_eq!(real.kyber_encaps(), real.kyber_decaps());
    assert_eq!(real.encaps1(), real.decaps_halves());
}
