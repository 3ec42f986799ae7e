//! Random steps about KEMs, PQXDH and the parts of SPQR, and what goes wrong with KEM prekeys.
use super::bytes::{epoch, expanded, fixed, id, key, long, message, public_key};
use super::sparse::{chain_step, edit, message_bytes};
use crate::bytes::Bytes;
use crate::diff::scenario::{Envelope, KemFault, RoundTrip};
use crate::diff::world::kem_typed;
use crate::epoch::Epoch;
use crate::step::{Bundle, Chunk, Direction, KemSet, Payload, Step};
use proptest::collection::vec;
use proptest::prelude::*;

/// The lengths of a KEM: its encapsulation key, decapsulation key, ciphertext.
fn lengths(set: KemSet) -> (usize, usize, usize) {
    match set {
        KemSet::Kyber1024 | KemSet::MlKem1024 => (1568, 3168, 1568),
        KemSet::MlKem768 => (1184, 2400, 1088),
    }
}

fn set() -> BoxedStrategy<KemSet> {
    let all = vec![KemSet::Kyber1024, KemSet::MlKem1024, KemSet::MlKem768];
    prop::sample::select(all).boxed()
}

/// Any step about a part of version 4, chains included.
pub fn any_step() -> BoxedStrategy<Step> {
    prop_oneof![10 => part_of_version_4(), 1 => chain_step()].boxed()
}

/// Any step about a part of version 4 that keeps nothing.
pub fn part_of_version_4() -> BoxedStrategy<Step> {
    prop_oneof![
        4 => whole(),
        4 => in_pieces(),
        4 => serialized(),
        2 => derivation(),
        2 => handshake(),
        3 => field(),
        3 => erasure_code(),
        3 => encode(),
        3 => message_bytes().prop_map(|bytes| Step::SpqrParseMessage { bytes }),
        4 => authenticator(),
    ]
    .boxed()
}

fn whole() -> BoxedStrategy<Step> {
    let key_gen = (set(), fixed(64)).prop_map(|(set, seed)| Step::KemKeyGen { set, seed });
    let encaps = set().prop_flat_map(|set| {
        (long(lengths(set).0), fixed(32)).prop_map(move |(encapsulation_key, random)| {
            Step::KemEncaps {
                set,
                encapsulation_key,
                random,
            }
        })
    });
    let decaps = set().prop_flat_map(|set| {
        let (_, key, ciphertext) = lengths(set);
        (long(key), long(ciphertext)).prop_map(move |(decapsulation_key, ciphertext)| {
            Step::KemDecaps {
                set,
                decapsulation_key,
                ciphertext,
            }
        })
    });
    prop_oneof![key_gen, encaps, decaps].boxed()
}

fn in_pieces() -> BoxedStrategy<Step> {
    prop_oneof![
        1 => fixed(64).prop_map(|seed| Step::KemGenerate { seed }),
        2 => (long(64), fixed(32)).prop_map(|(header, random)| Step::KemEncaps1 { header, random }),
        1 => (long(64), long(1152))
            .prop_map(|(header, vector)| Step::KemIsMatch { header, vector }),
        2 => (long(1152), long(2080))
            .prop_map(|(vector, encaps_state)| Step::KemEncaps2 {
                vector,
                encaps_state,
            }),
        2 => (long(2400), long(960), long(128)).prop_map(
            |(decapsulation_key, ciphertext1, ciphertext2)| Step::KemDecapsHalves {
                decapsulation_key,
                ciphertext1,
                ciphertext2,
            }
        ),
    ]
    .boxed()
}

/// A KEM key or ciphertext of the handshake of so many bytes, nearly.
fn typed(length: usize) -> BoxedStrategy<Bytes> {
    let other = (any::<u8>(), long(length)).prop_map(|(kind, bytes)| {
        let typed = [vec![kind], bytes.0].concat();
        Bytes(typed)
    });
    prop_oneof![
        8 => long(length).prop_map(|bytes| kem_typed(&bytes)),
        2 => other,
        1 => Just(Bytes::default()),
    ]
    .boxed()
}

fn serialized() -> BoxedStrategy<Step> {
    let (public, secret, ciphertext) = lengths(KemSet::Kyber1024);
    prop_oneof![
        typed(public).prop_map(|bytes| Step::ParseKemPublicKey { bytes }),
        typed(secret).prop_map(|bytes| Step::ParseKemSecretKey { bytes }),
        typed(ciphertext).prop_map(|bytes| Step::ParseKemCiphertext { bytes }),
    ]
    .boxed()
}

fn derivation() -> BoxedStrategy<Step> {
    let message_keys = (fixed(32), prop::option::of(fixed(32)))
        .prop_map(|(seed, spqr_key)| Step::MessageKeys { seed, spqr_key });
    prop_oneof![
        message_keys,
        message(200).prop_map(|ikm| Step::PqxdhKdf { ikm }),
    ]
    .boxed()
}

fn handshake() -> BoxedStrategy<Step> {
    let (public, secret, ciphertext) = lengths(KemSet::Kyber1024);
    let ids = (id(), id(), prop::option::of(id()), prop::option::of(id()));
    let keys = (
        public_key(),
        public_key(),
        fixed(64),
        prop::option::of(public_key()),
    );
    let kem = (prop::option::of(typed(public)), prop::option::of(fixed(64)));
    let bundle = (ids, keys, kem).prop_map(|(ids, keys, kem)| Bundle {
        registration_id: ids.0,
        identity_key: keys.0,
        signed_prekey_id: ids.1,
        signed_prekey: keys.1,
        signed_prekey_signature: keys.2,
        one_time_prekey_id: ids.2,
        one_time_prekey: keys.3,
        kem_prekey_id: ids.3,
        kem_prekey: kem.0,
        kem_prekey_signature: kem.1,
    });
    let initiator = (key(), key(), fixed(32), bundle).prop_map(
        |(identity_private, base_private, kem_random, bundle)| Step::PqxdhInitiator {
            identity_private,
            base_private,
            kem_random,
            bundle,
        },
    );
    let private = (key(), key(), prop::option::of(key()), typed(secret));
    let received = (public_key(), public_key(), typed(ciphertext));
    let responder = (private, received).prop_map(|(private, received)| Step::PqxdhResponder {
        identity_private: private.0,
        signed_prekey_private: private.1,
        one_time_prekey_private: private.2,
        kem_secret_key: private.3,
        remote_identity: received.0,
        base_key: received.1,
        kem_ciphertext: received.2,
    });
    prop_oneof![1 => initiator, 2 => responder].boxed()
}

fn field() -> BoxedStrategy<Step> {
    let element = || prop_oneof![4 => any::<u16>(), 1 => 0..3u16, 1 => Just(u16::MAX)];
    prop_oneof![
        (element(), element()).prop_map(|(a, b)| Step::GfMul { a, b }),
        (element(), element()).prop_map(|(a, b)| Step::GfDiv { a, b }),
        element().prop_map(|a| Step::GfInv { a }),
    ]
    .boxed()
}

/// A length of a message of the erasure code: one of SPQR, or any.
fn length() -> BoxedStrategy<usize> {
    prop_oneof![
        3 => prop::sample::select(vec![96usize, 960, 1152, 160]),
        3 => (0..12usize).prop_map(|n| 32 * n),
        2 => (0..150usize).prop_map(|n| 2 * n),
        1 => 0..300usize,
    ]
    .boxed()
}

fn chunk() -> impl Strategy<Value = Chunk> + Clone {
    let index = prop_oneof![6 => 0..50u16, 1 => any::<u16>()];
    (index, expanded(32)).prop_map(|(index, data)| Chunk { index, data })
}

fn erasure_code() -> BoxedStrategy<Step> {
    let skip = prop_oneof![4 => 0..50u32, 1 => 65_530..65_540u32];
    let encode =
        (length().prop_flat_map(expanded), skip, 0..6u32).prop_map(|(message, skip, count)| {
            Step::ErasureEncode {
                message,
                repeat: None,
                skip,
                count,
            }
        });
    let repeated =
        (message(20), 0..20u32, 0..3u32).prop_map(|(message, repeat, count)| Step::ErasureEncode {
            message,
            repeat: Some(repeat),
            skip: 0,
            count,
        });
    let decode = (length(), vec(chunk(), 0..50)).prop_map(|(length, chunks)| {
        let length = u32::try_from(length).unwrap_or_default();
        Step::ErasureDecode { length, chunks }
    });
    prop_oneof![4 => encode, 1 => repeated, 4 => decode].boxed()
}

fn payload() -> BoxedStrategy<Payload> {
    prop::sample::select(vec![
        Payload::None,
        Payload::Hdr,
        Payload::Ek,
        Payload::EkCt1Ack,
        Payload::Ct1Ack,
        Payload::Ct1,
        Payload::Ct2,
    ])
    .boxed()
}

/// A step that writes an SPQR message, most of the time with a chunk if its payload has one.
fn encode() -> BoxedStrategy<Step> {
    let numbers = (epoch(), id());
    let content = (payload(), chunk(), prop::bool::weighted(0.05));
    (numbers, content)
        .prop_map(|((epoch, index), (payload, chunk, wrong))| {
            let has_chunk = !matches!(payload, Payload::None | Payload::Ct1Ack);
            Step::SpqrEncodeMessage {
                epoch,
                index,
                payload,
                chunk: (has_chunk != wrong).then_some(chunk),
            }
        })
        .boxed()
}

fn authenticator() -> BoxedStrategy<Step> {
    let keys = || (fixed(32), fixed(32), epoch());
    let text = || prop_oneof![2 => message(100), 1 => expanded(64), 1 => expanded(1088)];
    prop_oneof![
        (fixed(32), epoch()).prop_map(|(auth_key, epoch)| Step::SpqrAuthNew { auth_key, epoch }),
        (keys(), fixed(32)).prop_map(|((root_key, mac_key, epoch), key)| {
            Step::SpqrAuthUpdate {
                root_key,
                mac_key,
                epoch,
                key,
            }
        }),
        (keys(), text()).prop_map(|((root_key, mac_key, epoch), header)| {
            Step::SpqrMacHeader {
                root_key,
                mac_key,
                epoch,
                header,
            }
        }),
        (keys(), text()).prop_map(|((root_key, mac_key, epoch), ciphertext)| {
            Step::SpqrMacCiphertext {
                root_key,
                mac_key,
                epoch,
                ciphertext,
            }
        }),
        (fixed(32), epoch())
            .prop_map(|(kem_secret, epoch)| Step::SpqrEpochSecret { kem_secret, epoch }),
    ]
    .boxed()
}

/// Steps of which later ones take what earlier ones gave.
pub fn round_trip() -> BoxedStrategy<RoundTrip> {
    let place = || prop::option::weighted(0.3, any::<u16>());
    let chosen = (length(), vec(any::<u16>(), 0..60));
    let erasure = chosen.prop_flat_map(|(length, chosen)| {
        expanded(length).prop_map(move |message| RoundTrip::Erasure(message.0, chosen.clone()))
    });
    let sparse = (encode(), prop::option::of(edit()));
    prop_oneof![
        3 => (set(), place()).prop_map(|(set, place)| RoundTrip::Kem(set, place)),
        3 => place().prop_map(RoundTrip::KemInPieces),
        1 => Just(RoundTrip::KemKeys),
        2 => (any::<bool>(), place())
            .prop_map(|(one_time, place)| RoundTrip::KemHandshake(one_time, place)),
        3 => erasure,
        2 => sparse.prop_map(|(step, edit)| RoundTrip::SparseMessage(Box::new(step), edit)),
    ]
    .boxed()
}

/// What is wrong with the KEM prekey of a bundle.
pub fn fault() -> BoxedStrategy<KemFault> {
    prop_oneof![
        any::<u16>().prop_map(KemFault::Signature),
        Just(KemFault::Absent),
        Just(KemFault::NoKey),
        Just(KemFault::NoId),
        Just(KemFault::NoSignature),
        Just(KemFault::Unsigned),
        Just(KemFault::Other),
        any::<u16>().prop_map(KemFault::Bit),
        any::<u8>().prop_map(KemFault::Type),
        (0..1570u16).prop_map(KemFault::Short),
        Just(KemFault::NotReduced),
    ]
    .boxed()
}

/// An envelope with something different in its KEM fields, or of another version.
pub fn envelope() -> BoxedStrategy<Envelope> {
    prop_oneof![
        id().prop_map(Envelope::KemPrekeyId),
        any::<u16>().prop_map(Envelope::KemCiphertext),
        any::<u8>().prop_map(Envelope::KemType),
        (0..1569u16).prop_map(Envelope::ShortKemCiphertext),
        (3..5u8).prop_map(Envelope::Version),
    ]
    .boxed()
}

/// Steps that random ones may miss.
#[must_use]
pub fn special() -> Vec<Step> {
    let chain = || "a".to_owned();
    let send = |epoch: u64| Step::ChainSendKey {
        chain: chain(),
        epoch: Epoch(epoch),
    };
    let receive = |index| Step::ChainReceiveKey {
        chain: chain(),
        epoch: Epoch(0),
        index,
    };
    let mut steps = vec![
        Step::ChainStart {
            chain: chain(),
            direction: Direction::A2B,
            auth_key: Bytes(vec![1; 32]),
            max_jump: 0,
            max_out_of_order: 2,
        },
        Step::ChainAddEpoch {
            chain: chain(),
            secret: Bytes(vec![2; 32]),
        },
        send(1),
        send(0),
    ];
    // Ahead, trimmed, behind, twice, too far ahead, and as far as it takes to drop old keys.
    steps.extend([7, 2, 6, 6, 25_008, 2_200].map(receive));
    steps.extend([
        Step::ErasureEncode {
            message: Bytes(vec![3; 33]),
            repeat: None,
            skip: 0,
            count: 1,
        },
        Step::ErasureEncode {
            message: Bytes(vec![3; 32]),
            repeat: Some((1 << 15) + 1),
            skip: 0,
            count: 1,
        },
        Step::KemEncaps {
            set: KemSet::MlKem768,
            encapsulation_key: Bytes(vec![0xff; 1184]),
            random: Bytes(vec![4; 32]),
        },
        Step::ParseKemPublicKey {
            bytes: Bytes(vec![7; 1569]),
        },
        Step::ParseKemPublicKey {
            bytes: Bytes(vec![8; 1568]),
        },
        Step::ParseKemCiphertext {
            bytes: Bytes(vec![8; 1568]),
        },
    ]);
    steps
}
