//! The recorded values of the parts: field, erasure code, derivations, authenticator, chains, messages.
use crate::{hex_of, public, secret, Dice};
use hacspec_lib::*;
use serde_json::Value;
use std::path::Path;
use twinratchet_spec::keys::*;
use twinratchet_spec::primitives::hkdf::hkdf;
use twinratchet_spec::ratchet::sparse::authenticator::*;
use twinratchet_spec::ratchet::sparse::chain::*;
use twinratchet_spec::ratchet::sparse::erasure::*;
use twinratchet_spec::ratchet::sparse::gf65536::*;
use twinratchet_spec::ratchet::sparse::message::*;
use twinratchet_spec::ratchet::sparse::state::*;
use twinratchet_spec::ratchet::sparse::*;
use twinratchet_spec::wire::protobuf::parse_fields;

/// The recordings, if they are there.
pub(crate) fn recorded(part: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/protocol")
        .join("known-answers-spqr.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str::<Value>(&text).unwrap()[part].take()),
        Err(_) => {
            println!("SKIPPED: {} is absent", path.display());
            None
        }
    }
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

pub(crate) fn number<T: TryFrom<u64>>(value: &Value) -> T {
    let number = value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .expect("a number");
    T::try_from(number).ok().expect("a smaller number")
}

fn chunk(value: &Value) -> Chunk {
    Chunk {
        index: number(&value["index"]),
        data: ChunkData::from_native_slice(&bytes(&value["data"])),
    }
}

/// An error by the name that the recordings have for it.
pub(crate) fn name_of(error: SparseError) -> String {
    match error {
        SparseError::InvalidMessage => "MsgDecode".to_owned(),
        SparseError::InvalidState => "StateDecode".to_owned(),
        SparseError::BadMac => "MacVerifyFailed".to_owned(),
        SparseError::EpochOutOfRange { epoch } => format!("EpochOutOfRange({epoch})"),
        SparseError::VersionMismatch => "VersionMismatch".to_owned(),
        SparseError::MinimumVersion => "MinimumVersion".to_owned(),
        SparseError::KeyJump { counter, index } => format!("KeyJump({counter}, {index})"),
        SparseError::KeyTrimmed { index } => format!("KeyTrimmed({index})"),
        SparseError::KeyAlreadyRequested { index } => format!("KeyAlreadyRequested({index})"),
        SparseError::ErroneousData => "ErroneousDataReceived".to_owned(),
        SparseError::SendEpochDecreased { send_epoch, epoch } => {
            format!("SendKeyEpochDecreased({send_epoch}, {epoch})")
        }
        SparseError::ChainNotAvailable => "ChainNotAvailable".to_owned(),
        SparseError::CounterExhausted => "CounterExhausted".to_owned(),
    }
}

// The field.

#[test]
fn recorded_field_operations_are_reproduced() {
    let Some(file) = recorded("gf16") else { return };
    let row = |value: &Value| -> Vec<u16> { list(value).iter().map(number).collect() };
    for value in list(&file["mul"]) {
        let row = row(value);
        assert_eq!(gf_mul(row[0], row[1]), row[2], "{row:?}");
        assert_eq!(gf_mul(row[1], row[0]), row[2], "{row:?}");
    }
    for value in list(&file["div"]) {
        let row = row(value);
        assert_eq!(gf_div(row[0], row[1]), row[2], "{row:?}");
    }
    for value in list(&file["inv"]) {
        let row = row(value);
        assert_eq!(gf_inv(row[0]), row[1], "{row:?}");
    }
}

#[test]
fn every_element_but_zero_has_an_inverse() {
    for a in 1..=u16::MAX {
        assert_eq!(gf_mul(a, gf_inv(a)), 1, "{a}");
        assert_eq!(gf_add(a, a), 0);
    }
    assert_eq!(gf_inv(0), 0);
    assert_eq!(gf_div(7, 0), 0);
}

// The erasure code.

#[test]
fn recorded_encodings_are_reproduced() {
    let Some(file) = recorded("erasure_code") else {
        return;
    };
    for case in list(&file["encode"]) {
        let message = bytes(&case["message"]);
        assert_eq!(message.len(), number::<usize>(&case["length"]));
        let mut source = encoder(&public(&message)).unwrap();
        assert_eq!(source.next, number::<u32>(&case["first_next_chunk_index"]));
        for expected in list(&case["chunks"]) {
            let expected = chunk(expected);
            // Where the chunk stands is the counter alone.
            source.next = u32::from(expected.index);
            let (after, found) = next_chunk(source);
            assert_eq!(found, expected, "{} bytes", message.len());
            assert_eq!(after.next, u32::from(expected.index) + 1);
            source = after;
        }
    }
}

#[test]
fn recorded_encoding_errors_are_reproduced() {
    let Some(file) = recorded("erasure_code") else {
        return;
    };
    for case in list(&file["errors"]) {
        let length: usize = number(&case["length"]);
        let error = match text(&case["op"]) {
            "encode" => encoder(&Seq::<u8>::new(length)).err(),
            "decoder_new" => decoder(length).err(),
            other => panic!("unknown operation {other}"),
        };
        let expected = match text(&case["result"]) {
            "ok" => None,
            "PolynomialError(MessageLengthEven)" => Some(ErasureError::OddLength),
            "PolynomialError(MessageLengthTooLong)" => Some(ErasureError::TooLong),
            other => panic!("unknown result {other}"),
        };
        assert_eq!(error, expected, "{length}");
    }
    assert_eq!(MAX_MESSAGE_LENGTH, 1 << 20);
}

/// The points of each polynomial, from the stored form of a decoder.
fn points_of(decoder: &Decoder) -> Vec<String> {
    let stored = encode_decoder(decoder);
    let fields = parse_fields(&stored).unwrap();
    (0..fields.len())
        .filter(|i| fields[*i].number == 3)
        .map(|i| hex_of(&stored.slice(fields[i].start, fields[i].length)))
        .collect()
}

#[test]
fn recorded_decodings_are_reproduced() {
    let Some(file) = recorded("erasure_code") else {
        return;
    };
    for case in list(&file["decode"]) {
        let name = text(&case["name"]);
        let mut sink = decoder(number(&case["length"])).unwrap();
        for step in list(&case["steps"]) {
            sink = add_chunk(sink, &chunk(&step["chunk"]));
            let points = points_of(&sink);
            let held: Vec<usize> = points.iter().map(|points| points.len() / 8).collect();
            let expected: Vec<usize> = list(&step["points_held"]).iter().map(number).collect();
            assert_eq!(held, expected, "{name}");
            assert_eq!(points[0], text(&step["pts0"]), "{name}");
            let found = decoded(&sink).map(|message| hex_of(&message));
            assert_eq!(found.as_deref(), step["decoded"].as_str(), "{name}");
        }
    }
}

#[test]
fn recorded_encoder_states_are_reproduced() {
    let Some(file) = recorded("erasure_code") else {
        return;
    };
    let case = &file["encoder_state"];
    let mut source = encoder(&public(&bytes(&case["message"]))).unwrap();
    for state in list(&case["states"]) {
        let after: u32 = number(&state["after_chunks"]);
        while source.next < after {
            source = next_chunk(source).0;
        }
        assert_eq!(
            hex_of(&encode_encoder(&source)),
            text(&state["encoder_protobuf"]),
            "{after}"
        );
    }
}

#[test]
fn recorded_chunks_around_the_last_index_are_reproduced() {
    let Some(file) = recorded("erasure_code") else {
        return;
    };
    let case = &file["index_wrap"];
    let mut source = encoder(&public(&bytes(&case["message"]))).unwrap();
    for call in list(&case["calls"]) {
        source.next = number(&call["nth"]);
        let (after, found) = next_chunk(source);
        assert_eq!(found, chunk(&call["chunk"]), "{}", call["nth"]);
        source = after;
    }
    source.next = u32::MAX;
    let (after, last) = next_chunk(source);
    assert_eq!((last.index, after.next), (u16::MAX, 0));
    assert_eq!(next_chunk(after).1.index, 0);
}

#[test]
fn any_chunks_give_the_value_if_they_are_enough() {
    let mut dice = Dice(7);
    for length in [0, 2, 30, 34, 96, 160, 960, 1152] {
        let message: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
        let mut source = encoder(&public(&message)).unwrap();
        let mut sink = decoder(length).unwrap();
        for _ in 0..(length + CHUNK_LENGTH - 1) / CHUNK_LENGTH {
            source.next = dice.below(65536);
            let (after, chunk) = next_chunk(source);
            source = after;
            sink = add_chunk(sink, &chunk);
        }
        let found = decoded(&sink).expect("enough chunks");
        assert_eq!(hex_of(&found), hex::encode(&message), "{length}");
    }
}

// Key derivation, the authenticator, the chains.

#[test]
fn recorded_derivations_are_reproduced() {
    let Some(file) = recorded("hkdf") else { return };
    for case in list(&file["cases"]) {
        let okm = hkdf(
            &secret(&bytes(&case["salt"])),
            &secret(&bytes(&case["ikm"])),
            &secret(&bytes(&case["info"])),
            number(&case["length"]),
        );
        assert_eq!(okm.to_hex(), text(&case["okm"]));
    }
    // The first is the secret of an epoch.
    let case = &file["cases"][0];
    let kem_secret = KemSecret::from_public_slice(&bytes(&case["ikm"]));
    let found = epoch_secret(kem_secret, 1);
    assert_eq!(ByteSeq::from_seq(&found).to_hex(), text(&case["okm"]));
}

#[test]
fn recorded_authenticators_are_reproduced() {
    let Some(file) = recorded("authenticator") else {
        return;
    };
    for case in list(&file["cases"]) {
        let mut current: Option<Authenticator> = None;
        for step in list(case) {
            let next = if step["op"]["new"].is_object() {
                let key = SparseAuthKey::from_public_slice(&bytes(&step["op"]["new"]["key"]));
                authenticator(key, number(&step["op"]["new"]["epoch"]))
            } else {
                let update = &step["op"]["update"];
                let key = EpochSecret::from_public_slice(&bytes(&update["key"]));
                authenticator_update(&current.unwrap(), number(&update["epoch"]), key)
            };
            let hex_of_secret = |bytes: ByteSeq| bytes.to_hex();
            let root_key = hex_of_secret(ByteSeq::from_seq(&next.root_key));
            assert_eq!(root_key, text(&step["root_key"]));
            let mac_key = hex_of_secret(ByteSeq::from_seq(&next.mac_key));
            assert_eq!(mac_key, text(&step["mac_key"]));
            let epoch: u64 = number(&step["mac_epoch"]);
            let header = mac_header(&next, epoch, &public(&bytes(&step["hdr"])));
            assert_eq!(
                hex_of_secret(ByteSeq::from_seq(&header)),
                text(&step["mac_hdr"])
            );
            let ciphertext = mac_ciphertext(&next, epoch, &public(&bytes(&step["ct"])));
            assert_eq!(
                hex_of_secret(ByteSeq::from_seq(&ciphertext)),
                text(&step["mac_ct"])
            );
            current = Some(next);
        }
    }
}

/// The numbers in a store: as they stand, or as runs `"first-last"`.
fn stored_numbers(value: &Value) -> Vec<u32> {
    let mut numbers = Vec::new();
    for item in list(value) {
        match item.as_str() {
            Some(run) => {
                let (first, last) = run.split_once('-').expect("a run");
                numbers.extend(first.parse::<u32>().unwrap()..=last.parse::<u32>().unwrap());
            }
            None => numbers.push(number(item)),
        }
    }
    numbers
}

fn check_half(half: &Half, expected: &Value, place: &str) {
    assert_eq!(half.ctr, number::<u32>(&expected["ctr"]), "{place}");
    let next = half.next.map(|next| ByteSeq::from_seq(&next).to_hex());
    let erased = String::new();
    assert_eq!(
        next.unwrap_or(erased),
        expected["next"].as_str().unwrap_or_default(),
        "{place}"
    );
    let stored: Vec<u32> = (0..half.stored.len())
        .map(|i| half.stored[i].index)
        .collect();
    assert_eq!(stored, stored_numbers(&expected["stored"]), "{place}");
}

fn check_chain(chain: &Chain, expected: &Value, place: &str) {
    let numbers = [chain.current_epoch, chain.send_epoch];
    let names = ["current_epoch", "send_epoch"];
    for (found, name) in numbers.iter().zip(names) {
        assert_eq!(*found, number::<u64>(&expected[name]), "{place} {name}");
    }
    let next_root = ByteSeq::from_seq(&chain.next_root).to_hex();
    assert_eq!(next_root, text(&expected["next_root"]), "{place}");
    assert_eq!(chain.links.len(), list(&expected["links"]).len(), "{place}");
    for (i, link) in list(&expected["links"]).iter().enumerate() {
        check_half(&chain.links[i].send, &link["send"], place);
        check_half(&chain.links[i].receive, &link["recv"], place);
    }
}

#[test]
fn recorded_chains_are_reproduced() {
    let Some(file) = recorded("chain") else {
        return;
    };
    for case in list(&file["cases"]) {
        let direction = match text(&case["direction"]) {
            "A2B" => Direction::A2B,
            _ => Direction::B2A,
        };
        let parameters = ChainParameters {
            max_jump: number(&case["max_jump"]),
            max_out_of_order: number(&case["max_ooo_keys"]),
        };
        let auth_key = SparseAuthKey::from_public_slice(&bytes(&case["initial_key"]));
        let mut chain = chain_start(auth_key, direction, parameters);
        let name = text(&case["name"]);
        check_chain(&chain, &case["initial"], name);
        for (i, step) in list(&case["steps"]).iter().enumerate() {
            let place = format!("{name}, step {i}");
            let epoch: u64 = number(&step["epoch"]);
            let result = match text(&step["op"]) {
                "add_epoch" => {
                    assert_eq!(chain.current_epoch + 1, epoch);
                    let secret = EpochSecret::from_public_slice(&bytes(&step["secret"]));
                    add_epoch(chain.clone(), secret).map(|chain| (chain, None))
                }
                "send_key" => send_key(chain.clone(), epoch).map(|(chain, index, key)| {
                    assert_eq!(index, number::<u32>(&step["index"]), "{place}");
                    (chain, Some(key))
                }),
                "recv_key" => receive_key(chain.clone(), epoch, number(&step["index"]))
                    .map(|(chain, key)| (chain, Some(key))),
                other => panic!("unknown operation {other}"),
            };
            match result {
                Ok((next, key)) => {
                    assert!(step["error"].is_null(), "{place}: {}", step["error"]);
                    let key = key.map(|key| ByteSeq::from_seq(&key).to_hex());
                    assert_eq!(key.as_deref(), step["key"].as_str(), "{place}");
                    chain = next;
                }
                Err(error) => assert_eq!(name_of(error), text(&step["error"]), "{place}"),
            }
            check_chain(&chain, &step["after"], &place);
        }
    }
}

// Messages.

fn payload(value: &Value) -> (&'static str, fn(Chunk) -> Payload) {
    match text(value) {
        "None" => ("None", |_| Payload::None),
        "Hdr" => ("Hdr", Payload::Hdr),
        "Ek" => ("Ek", Payload::Ek),
        "EkCt1Ack" => ("EkCt1Ack", Payload::EkCt1Ack),
        "Ct1Ack" => ("Ct1Ack", |_| Payload::Ct1Ack),
        "Ct1" => ("Ct1", Payload::Ct1),
        "Ct2" => ("Ct2", Payload::Ct2),
        other => panic!("unknown type {other}"),
    }
}

fn chunk_of(payload: Payload) -> Option<Chunk> {
    match payload {
        Payload::None | Payload::Ct1Ack => None,
        Payload::Hdr(chunk)
        | Payload::Ek(chunk)
        | Payload::EkCt1Ack(chunk)
        | Payload::Ct1(chunk)
        | Payload::Ct2(chunk) => Some(chunk),
    }
}

#[test]
fn recorded_messages_are_reproduced() {
    let Some(file) = recorded("wire") else { return };
    for case in list(&file["serialize"]) {
        let data = case["chunk_data"].as_str().map_or(vec![0; 32], |data| {
            hex::decode(data).expect("hexadecimal bytes")
        });
        let chunk = Chunk {
            index: number(&case["chunk_index"]),
            data: ChunkData::from_native_slice(&data),
        };
        let message = SparseMessage {
            epoch: number(&case["epoch"]),
            index: number(&case["index"]),
            payload: payload(&case["type"]).1(chunk),
        };
        let found = encode_sparse_message(&message);
        assert_eq!(hex_of(&found), text(&case["bytes"]));
        assert_eq!(parse_sparse_message(&found), Ok(message));
    }
}

#[test]
fn recorded_parsings_are_reproduced() {
    let Some(file) = recorded("wire") else { return };
    for case in list(&file["parse"]) {
        let name = text(&case["name"]);
        let input = bytes(&case["bytes"]);
        let expected = &case["result"];
        match parse_sparse_message(&public(&input)) {
            Ok(message) => {
                assert_eq!(message.epoch, number::<u64>(&expected["epoch"]), "{name}");
                assert_eq!(message.index, number::<u32>(&expected["index"]), "{name}");
                let chunk = chunk_of(message.payload);
                let index = chunk.map(|chunk| u64::from(chunk.index));
                assert_eq!(index, expected["chunk_index"].as_u64(), "{name}");
                let (_, make) = payload(&expected["type"]);
                let any = Chunk {
                    index: 0,
                    data: ChunkData::new(),
                };
                assert_eq!(make(chunk.unwrap_or(any)), message.payload, "{name}");
                // Bytes that were not read make no difference.
                let read: usize = number(&expected["bytes_read"]);
                let cut = parse_sparse_message(&public(&input[..read]));
                assert_eq!(cut, Ok(message), "{name}");
            }
            Err(error) => assert_eq!(name_of(error), text(&expected["error"]), "{name}"),
        }
    }
}
