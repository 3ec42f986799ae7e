//! SPQR against recorded values of the deployed protocol, and on stored states that nobody should have written.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
use hacspec_lib::*;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use twinratchet_spec::keys::*;
use twinratchet_spec::primitives::hkdf::hkdf;
use twinratchet_spec::primitives::sha2::sha256;
use twinratchet_spec::ratchet::sparse::authenticator::*;
use twinratchet_spec::ratchet::sparse::braid::*;
use twinratchet_spec::ratchet::sparse::chain::*;
use twinratchet_spec::ratchet::sparse::erasure::*;
use twinratchet_spec::ratchet::sparse::gf65536::*;
use twinratchet_spec::ratchet::sparse::message::*;
use twinratchet_spec::ratchet::sparse::state::*;
use twinratchet_spec::ratchet::sparse::*;

/// The recordings, if they are there.
fn recorded(part: &str) -> Option<Value> {
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

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_native_slice(bytes)
}

fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

fn hex_of(bytes: &Seq<u8>) -> String {
    hex::encode(bytes.native_slice())
}

fn number<T: TryFrom<u64>>(value: &Value) -> T {
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
fn name_of(error: SparseError) -> String {
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

fn state_name(braid: &Braid) -> &'static str {
    match braid {
        Braid::KeysUnsampled(_) => "KeysUnsampled",
        Braid::KeysSampled(_) => "KeysSampled",
        Braid::HeaderSent(_) => "HeaderSent",
        Braid::Ct1Received(_) => "Ct1Received",
        Braid::EkSentCt1Received(_) => "EkSentCt1Received",
        Braid::NoHeaderReceived(_) => "NoHeaderReceived",
        Braid::HeaderReceived(_) => "HeaderReceived",
        Braid::Ct1Sampled(_) => "Ct1Sampled",
        Braid::EkReceivedCt1Sampled(_) => "EkReceivedCt1Sampled",
        Braid::Ct1Acknowledged(_) => "Ct1Acknowledged",
        Braid::Ct2Sampled(_) => "Ct2Sampled",
    }
}

fn authenticator_of(braid: &Braid) -> Authenticator {
    match braid {
        Braid::KeysUnsampled(state) => state.auth,
        Braid::KeysSampled(state) => state.auth,
        Braid::HeaderSent(state) => state.auth,
        Braid::Ct1Received(state) => state.auth,
        Braid::EkSentCt1Received(state) => state.auth,
        Braid::NoHeaderReceived(state) => state.auth,
        Braid::HeaderReceived(state) => state.auth,
        Braid::Ct1Sampled(state) => state.auth,
        Braid::EkReceivedCt1Sampled(state) => state.auth,
        Braid::Ct1Acknowledged(state) => state.auth,
        Braid::Ct2Sampled(state) => state.auth,
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
    let fields = twinratchet_spec::wire::protobuf::parse_fields(&stored).unwrap();
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

// Traces.

fn digest(content: &ByteSeq) -> String {
    ByteSeq::from_seq(&sha256(content)).to_hex()[..16].to_owned()
}

/// Compare a state with what the recordings say of it.
fn check_state(state: &State, after: &Value, place: &str) {
    let Some(braid) = &state.braid else {
        assert_eq!(after["version"], 0, "{place}");
        assert!(state.chain.is_none() && state.negotiation.is_none());
        return;
    };
    assert_eq!(state_name(braid), text(&after["state"]), "{place}");
    let epoch: u64 = number(&after["braid_epoch"]);
    assert_eq!(braid_epoch(braid), epoch, "{place}");
    let auth = authenticator_of(braid);
    let keys = ByteSeq::from_seq(&auth.root_key).concat(&auth.mac_key);
    assert_eq!(digest(&keys), text(&after["auth"]), "{place}");
    assert_eq!(
        state.negotiation.is_some(),
        after["version_negotiation"].as_bool().unwrap(),
        "{place}"
    );
    match &state.chain {
        None => assert!(after["chain"].is_null(), "{place}"),
        Some(chain) => {
            let links = chain.links.len() as u64;
            let summary = [chain.current_epoch, chain.send_epoch, links];
            let expected: Vec<u64> = list(&after["chain"]).iter().map(number).collect();
            assert_eq!(summary.as_slice(), expected, "{place}");
            let next_root = ByteSeq::from_seq(&chain.next_root).to_hex();
            assert_eq!(&next_root[..16], text(&after["next_root"]), "{place}");
        }
    }
}

/// What the random bytes of an event are, and which draw they are for.
fn recorded_random(event: &Value) -> (SparseRandom, Draw) {
    let mut random = no_random();
    let drawn = match event["random"].as_array() {
        None => return (random, Draw::Nothing),
        Some(drawn) => {
            assert_eq!(drawn.len(), 1);
            bytes(&drawn[0])
        }
    };
    if drawn.len() == 64 {
        random.key_pair = KemSeed::from_public_slice(&drawn);
        (random, Draw::KeyPair)
    } else {
        random.encapsulation = KemRandom::from_public_slice(&drawn);
        (random, Draw::Encapsulation)
    }
}

fn no_random() -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::new(),
        encapsulation: KemRandom::new(),
    }
}

fn trace_parties(case: &Value) -> [State; 2] {
    let parameters = &case["parameters"];
    let auth_key = SparseAuthKey::from_public_slice(&bytes(&case["auth_key"]));
    let version = |value: &Value| match value.as_u64() {
        Some(0) => Version::V0,
        Some(1) => Version::V1,
        other => panic!("unknown version {other:?}"),
    };
    [Direction::A2B, Direction::B2A].map(|direction| {
        let side = usize::from(direction == Direction::B2A);
        sparse_init(Parameters {
            direction,
            version: version(&parameters["version"][side]),
            min_version: version(&parameters["min_version"][side]),
            auth_key,
            chain: ChainParameters {
                max_jump: number(&parameters["max_jump"]),
                max_out_of_order: number(&parameters["max_ooo_keys"]),
            },
        })
    })
}

/// Replay a trace; how many events it has, and how long the steps took, together and the slowest.
fn check_trace(case: &Value) -> (usize, Duration, Duration) {
    let name = text(&case["name"]);
    let mut parties = trace_parties(case);
    if let Some(initial) = case["initial"].as_array() {
        for (party, after) in parties.iter().zip(initial) {
            check_state(party, after, name);
        }
    }
    let mut messages: Vec<Seq<u8>> = Vec::new();
    let mut visited: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let events = list(&case["events"]);
    let (mut total, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for (i, event) in events.iter().enumerate() {
        let place = format!("{name}, event {i}");
        let side = usize::from(text(&event["by"]) == "B");
        let before = parties[side].clone();
        let start = Instant::now();
        let result = if event["op"] == "send" {
            let (random, draw) = recorded_random(event);
            assert_eq!(draws(&before), draw, "{place}");
            sparse_send(before.clone(), &random).map(|(state, sent)| {
                assert_eq!(hex_of(&sent.message), text(&event["msg"]), "{place}");
                assert_eq!(number::<usize>(&event["n"]), messages.len(), "{place}");
                messages.push(sent.message);
                (state, sent.key)
            })
        } else {
            let message = match event["msg"].as_str() {
                Some(altered) => public(&hex::decode(altered).unwrap()),
                None => messages[number::<usize>(&event["n"])].clone(),
            };
            sparse_receive(before.clone(), &message)
        };
        let took = start.elapsed();
        (total, slowest) = (total + took, slowest.max(took));
        match result {
            Err(error) => assert_eq!(name_of(error), text(&event["error"]), "{place}"),
            Ok((state, key)) => {
                assert!(event["error"].is_null(), "{place}: {}", event["error"]);
                let key = key.map(|key| ByteSeq::from_seq(&key).to_hex());
                assert_eq!(key.as_deref(), event["key"].as_str(), "{place}");
                check_state(&state, &event["after"], &place);
                let saved = encode_state(&state);
                assert_eq!(digest(&saved), text(&event["state_sha256"]), "{place}");
                if let Some(unchanged) = event["state_unchanged"].as_bool() {
                    let same = saved.to_hex() == encode_state(&before).to_hex();
                    assert_eq!(same, unchanged, "{place}");
                }
                let loaded = decode_state(&saved).expect(&place);
                assert_eq!(encode_state(&loaded).to_hex(), saved.to_hex(), "{place}");
                if let Some(braid) = &state.braid {
                    let at = format!("{}/{}", state_name(braid), braid_epoch(braid));
                    if visited[side].last() != Some(&at) {
                        visited[side].push(at);
                    }
                }
                // The rest is played with what was stored.
                parties[side] = loaded;
            }
        }
    }
    for (side, visited) in ["A", "B"].iter().zip(&visited) {
        let Some(history) = case["state_history"][side].as_array() else {
            continue;
        };
        let history: Vec<&str> = history.iter().map(text).collect();
        assert_eq!(visited, &history, "{name}, {side}");
    }
    for (party, epochs) in parties.iter().zip(list(&case["epochs_established"])) {
        let current = party.chain.as_ref().map_or(0, |chain| chain.current_epoch);
        assert_eq!(current, number::<u64>(epochs), "{name}");
    }
    (events.len(), total, slowest)
}

#[test]
fn recorded_traces_are_reproduced() {
    let Some(file) = recorded("traces") else {
        return;
    };
    let cases = list(&file["cases"]);
    for case in cases {
        let (events, total, slowest) = check_trace(case);
        let name = text(&case["name"]);
        println!("{events:5} events in {total:?}, slowest {slowest:?}: {name}");
    }
    assert!(!cases.is_empty());
}

#[test]
fn recorded_states_load_and_store_to_the_same_bytes() {
    let Some(file) = recorded("state_snapshots") else {
        return;
    };
    let mut names: Vec<&str> = Vec::new();
    for case in list(&file["cases"]) {
        let saved = secret(&bytes(&case["serialised"]));
        let state = decode_state(&saved).unwrap();
        let braid = state.braid.as_ref().expect("a state of the Braid");
        assert_eq!(state_name(braid), text(&case["state"]));
        assert_eq!(encode_state(&state).to_hex(), saved.to_hex());
        names.push(state_name(braid));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 11);
}

// Stored states that nobody should have written.

/// Seeded numbers.
struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(bound)).unwrap()
    }

    fn index(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap()) as usize
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll() % 256).unwrap()
    }

    fn random(&mut self) -> SparseRandom {
        let key_pair: Vec<u8> = (0..64).map(|_| self.byte()).collect();
        let encapsulation: Vec<u8> = (0..32).map(|_| self.byte()).collect();
        SparseRandom {
            key_pair: KemSeed::from_public_slice(&key_pair),
            encapsulation: KemRandom::from_public_slice(&encapsulation),
        }
    }
}

/// A state that was reached, and a message that its party was about to receive.
struct Moment {
    state: State,
    message: Seq<u8>,
}

/// A conversation over three epochs with losses, and moments of it: every state of the Braid is among them.
fn conversation(seed: u64) -> Vec<Moment> {
    let mut dice = Dice(seed);
    let parameters = |direction| Parameters {
        direction,
        version: Version::V1,
        min_version: Version::V1,
        auth_key: SparseAuthKey::from_public_slice(&[7; 32]),
        chain: ChainParameters {
            max_jump: 60,
            max_out_of_order: 20,
        },
    };
    let mut parties = [Direction::A2B, Direction::B2A].map(|d| sparse_init(parameters(d)));
    let mut moments = Vec::new();
    while parties
        .iter()
        .any(|party| braid_epoch(party.braid.as_ref().unwrap()) < 4)
    {
        let from = dice.index(2);
        let (state, sent) = sparse_send(parties[from].clone(), &dice.random()).unwrap();
        parties[from] = state;
        moments.push(Moment {
            state: parties[1 - from].clone(),
            message: sent.message.clone(),
        });
        // Half of what the initiator sends is lost, a tenth of what the responder sends: both orders of complete key and
        // acknowledged ciphertext come about.
        if dice.below([2, 10][from]) != 0 {
            let received = sparse_receive(parties[1 - from].clone(), &sent.message);
            let (state, key) = received.unwrap();
            assert_eq!(
                key.map(|key| ByteSeq::from_seq(&key).to_hex()),
                sent.key.map(|key| ByteSeq::from_seq(&key).to_hex())
            );
            parties[1 - from] = state;
        }
    }
    moments
}

/// The message with the epoch of a state, and every type.
fn messages_for(state: &State, given: &Seq<u8>, dice: &mut Dice) -> Vec<Seq<u8>> {
    let mut messages = vec![given.clone(), Seq::<u8>::new(0), public(&[9])];
    let Some(braid) = &state.braid else {
        return messages;
    };
    let data: Vec<u8> = (0..32).map(|_| dice.byte()).collect();
    let chunk = Chunk {
        index: u16::try_from(dice.below(40)).unwrap(),
        data: ChunkData::from_native_slice(&data),
    };
    let index = dice.below(40);
    for payload in [
        Payload::None,
        Payload::Hdr(chunk),
        Payload::Ek(chunk),
        Payload::EkCt1Ack(chunk),
        Payload::Ct1Ack,
        Payload::Ct1(chunk),
        Payload::Ct2(chunk),
    ] {
        for epoch in [braid_epoch(braid), braid_epoch(braid).saturating_add(1)] {
            let message = SparseMessage {
                epoch,
                index,
                payload,
            };
            messages.push(encode_sparse_message(&message));
        }
    }
    messages
}

/// Use a state in every way: it may refuse, and does not panic. What comes out can be stored.
fn use_state(state: &State, given: &Seq<u8>, dice: &mut Dice) {
    let stored = encode_state(state);
    let again = decode_state(&stored).expect("a loaded state can be stored");
    assert_eq!(encode_state(&again).to_hex(), stored.to_hex());
    if let Ok((next, _)) = sparse_send(state.clone(), &dice.random()) {
        decode_state(&encode_state(&next)).expect("a state after a send can be stored");
        let _ = sparse_send(next, &dice.random());
    }
    for message in messages_for(state, given, dice) {
        if let Ok((next, _)) = sparse_receive(state.clone(), &message) {
            decode_state(&encode_state(&next)).expect("a state after a receive can be stored");
            let _ = sparse_send(next, &dice.random());
        }
    }
}

/// Stored bytes with a few of them changed, lost or repeated.
fn mutated(stored: &ByteSeq, dice: &mut Dice) -> ByteSeq {
    let mut bytes = stored.clone().into_native();
    match dice.below(5) {
        0 => {
            let length = dice.index(bytes.len());
            bytes.truncate(length);
        }
        1 => {
            let at = dice.index(bytes.len());
            bytes.remove(at);
        }
        2 => {
            let at = dice.index(bytes.len());
            let byte = dice.byte();
            bytes.insert(at, byte);
        }
        _ => {
            // Most of the structure stands at the beginning of the parts.
            for _ in 0..=dice.below(3) {
                let reach = if dice.below(2) == 0 { 200 } else { bytes.len() };
                let at = dice.index(reach.min(bytes.len()));
                bytes[at] = match dice.below(3) {
                    0 => 0xff,
                    1 => bytes[at] ^ (1 << dice.below(8)),
                    _ => dice.byte(),
                };
            }
        }
    }
    secret(&bytes)
}

#[test]
fn a_damaged_state_is_refused_or_can_be_used() {
    let moments = conversation(1);
    let mut dice = Dice(2);
    let (mut loaded, mut refused) = (0, 0);
    for case in 0..3000 {
        let moment = &moments[dice.index(moments.len())];
        let stored = encode_state(&moment.state);
        match decode_state(&mutated(&stored, &mut dice)) {
            Ok(state) => {
                loaded += 1;
                // A tenth in every way; all of them in one.
                if case % 10 == 0 {
                    use_state(&state, &moment.message, &mut dice);
                } else {
                    let _ = sparse_send(state.clone(), &dice.random());
                    let _ = sparse_receive(state, &moment.message);
                }
            }
            Err(SparseError::InvalidState | SparseError::InvalidMessage) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("{loaded} loaded, {refused} refused");
    assert!(loaded > 300 && refused > 300);
}

/// A state with numbers that no conversation brings about, where the types allow it.
fn distorted(state: &State, dice: &mut Dice) -> State {
    let mut state = state.clone();
    let extremes = [0, 1, 2, 19, 20, 21, u32::MAX - 1, u32::MAX];
    if let Some(chain) = &mut state.chain {
        for i in 0..chain.links.len() {
            let mut link = chain.links[i].clone();
            for half in [&mut link.send, &mut link.receive] {
                match dice.below(6) {
                    0 => half.next = None,
                    1 => half.ctr = extremes[dice.index(extremes.len())],
                    2 => {
                        half.stored = Seq::<StoredKey>::new(dice.index(40));
                        for j in 0..half.stored.len() {
                            half.stored[j].index = extremes[dice.index(extremes.len())];
                        }
                    }
                    _ => {}
                }
            }
            chain.links[i] = link;
        }
        match dice.below(4) {
            0 => chain.parameters.max_out_of_order = extremes[dice.index(extremes.len())],
            1 => chain.parameters.max_jump = dice.below(3),
            2 => chain.send_epoch = chain.current_epoch,
            _ => {}
        }
    }
    if dice.below(4) == 0 {
        to_last_epoch(&mut state);
    }
    if dice.below(8) == 0 {
        state.negotiation = None;
        state.chain = None;
    }
    state
}

/// Move a state to the last epoch.
fn to_last_epoch(state: &mut State) {
    let braid = state.braid.as_mut().expect("version 1");
    if let Some(chain) = &mut state.chain {
        let shift = u64::MAX - braid_epoch(braid);
        chain.current_epoch += shift;
        chain.send_epoch += shift;
    }
    let epoch = match braid {
        Braid::KeysUnsampled(state) => &mut state.epoch,
        Braid::KeysSampled(state) => &mut state.epoch,
        Braid::HeaderSent(state) => &mut state.epoch,
        Braid::Ct1Received(state) => &mut state.epoch,
        Braid::EkSentCt1Received(state) => &mut state.epoch,
        Braid::NoHeaderReceived(state) => &mut state.epoch,
        Braid::HeaderReceived(state) => &mut state.epoch,
        Braid::Ct1Sampled(state) => &mut state.epoch,
        Braid::EkReceivedCt1Sampled(state) => &mut state.epoch,
        Braid::Ct1Acknowledged(state) => &mut state.epoch,
        Braid::Ct2Sampled(state) => &mut state.epoch,
    };
    *epoch = u64::MAX;
}

#[test]
fn a_state_of_extreme_numbers_is_refused_or_can_be_used() {
    let moments = conversation(3);
    let mut dice = Dice(4);
    let mut loaded = 0;
    for _ in 0..600 {
        let moment = &moments[dice.index(moments.len())];
        let state = distorted(&moment.state, &mut dice);
        if let Ok(state) = decode_state(&encode_state(&state)) {
            loaded += 1;
            use_state(&state, &moment.message, &mut dice);
        }
    }
    println!("{loaded} loaded");
    assert!(loaded > 300);
}

#[test]
fn a_conversation_reaches_every_state() {
    let mut names: Vec<&str> = conversation(1)
        .iter()
        .chain(&conversation(3))
        .map(|moment| state_name(moment.state.braid.as_ref().unwrap()))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 11, "{names:?}");
}

// Errors that only stored state brings about.

/// Both parties of a session that has just begun, each with its chains.
fn begun() -> [State; 2] {
    let parameters = |direction| Parameters {
        direction,
        version: Version::V1,
        min_version: Version::V1,
        auth_key: SparseAuthKey::from_public_slice(&[3; 32]),
        chain: ChainParameters {
            max_jump: 0,
            max_out_of_order: 0,
        },
    };
    [Direction::A2B, Direction::B2A].map(|direction| {
        let state = sparse_init(parameters(direction));
        let negotiation = state.negotiation.expect("a record");
        let chain = chain_start(negotiation.auth_key, direction, negotiation.chain);
        State {
            chain: Some(chain),
            ..state
        }
    })
}

#[test]
fn the_last_epoch_does_not_end() {
    let mut dice = Dice(5);
    let mut parties = begun();
    for party in &mut parties {
        to_last_epoch(party);
        *party = decode_state(&encode_state(party)).expect("fitting epochs");
    }
    let mut error = None;
    for turn in 0..200 {
        let from = turn % 2;
        let (state, sent) = sparse_send(parties[from].clone(), &dice.random()).unwrap();
        parties[from] = state;
        match sparse_receive(parties[1 - from].clone(), &sent.message) {
            Ok((state, _)) => parties[1 - from] = state,
            Err(found) => error = Some(found),
        }
    }
    assert_eq!(error, Some(SparseError::CounterExhausted));
    let names = parties
        .each_ref()
        .map(|p| state_name(p.braid.as_ref().unwrap()));
    assert_eq!(names, ["EkSentCt1Received", "Ct2Sampled"]);
}

#[test]
fn an_epoch_does_not_follow_the_last() {
    let mut chain = begun()[0].chain.clone().unwrap();
    chain.current_epoch = u64::MAX;
    let refused = add_epoch(chain, EpochSecret::new()).err();
    assert_eq!(refused, Some(SparseError::CounterExhausted));
}

#[test]
fn a_sending_half_ends_with_its_last_counter() {
    let mut dice = Dice(6);
    let [mut party, _] = begun();
    let chain = party.chain.as_mut().unwrap();
    chain.links[0usize].send.ctr = u32::MAX - 1;
    let (party, sent) = sparse_send(party, &dice.random()).unwrap();
    assert!(sent.key.is_some());
    let refused = sparse_send(party.clone(), &dice.random()).err();
    assert_eq!(refused, Some(SparseError::CounterExhausted));
    let mut erased = party;
    erased.chain.as_mut().unwrap().links[0usize].send.next = None;
    let refused = sparse_send(erased, &dice.random()).err();
    assert_eq!(refused, Some(SparseError::InvalidState));
}

#[test]
fn a_receiving_half_reaches_its_last_counter() {
    let mut chain = begun()[0].chain.clone().unwrap();
    chain.links[0usize].receive.ctr = u32::MAX - 3;
    let (chain, _) = receive_key(chain, 0, u32::MAX).unwrap();
    assert_eq!(chain.links[0usize].receive.stored.len(), 2);
    let refused = receive_key(chain, 0, u32::MAX).err();
    let index = u32::MAX;
    assert_eq!(refused, Some(SparseError::KeyAlreadyRequested { index }));
}

#[test]
fn a_state_without_chain_and_record_gives_no_key() {
    let mut dice = Dice(8);
    let [mut party, mut other] = begun();
    let (_, sent) = sparse_send(other.clone(), &dice.random()).unwrap();
    for state in [&mut party, &mut other] {
        state.negotiation = None;
        state.chain = None;
    }
    let party = decode_state(&encode_state(&party)).expect("no part is missing");
    let refused = sparse_send(party.clone(), &dice.random()).err();
    assert_eq!(refused, Some(SparseError::ChainNotAvailable));
    let refused = sparse_receive(party, &sent.message).err();
    assert_eq!(refused, Some(SparseError::ChainNotAvailable));
}

#[test]
fn a_sending_epoch_ahead_of_the_braid_is_an_error() {
    let moments = conversation(1);
    let moment = moments
        .iter()
        .find(|moment| matches!(moment.state.braid, Some(Braid::Ct2Sampled(_))));
    let mut state = moment.expect("a state that sends ct2").state.clone();
    let chain = state.chain.as_mut().unwrap();
    chain.send_epoch = chain.current_epoch;
    let send_epoch = chain.current_epoch;
    let state = decode_state(&encode_state(&state)).expect("a link of that epoch");
    let refused = sparse_send(state, &no_random()).err();
    let epoch = send_epoch - 1;
    assert_eq!(
        refused,
        Some(SparseError::SendEpochDecreased { send_epoch, epoch })
    );
}

/// What loading says to the stored form of a changed state.
fn load_changed(state: &State, change: impl Fn(&mut State)) -> Option<SparseError> {
    let mut changed = state.clone();
    change(&mut changed);
    decode_state(&encode_state(&changed)).err()
}

#[test]
fn epochs_that_do_not_fit_are_refused() {
    let [party, _] = begun();
    let invalid = Some(SparseError::InvalidState);
    let with_chain = |change: fn(&mut Chain)| {
        load_changed(&party, |state| change(state.chain.as_mut().unwrap()))
    };
    assert_eq!(with_chain(|_| {}), None);
    assert_eq!(
        with_chain(|chain| chain.links = Seq::<Link>::new(0)),
        invalid
    );
    assert_eq!(with_chain(|chain| chain.send_epoch = 1), invalid);
    assert_eq!(with_chain(|chain| chain.current_epoch = 1), invalid);
    let two_links = |chain: &mut Chain| {
        let link = chain.links[0usize].clone();
        chain.links = chain.links.push(&link);
    };
    assert_eq!(with_chain(two_links), invalid);
    let epoch_0 = |state: &mut State| {
        if let Some(Braid::KeysUnsampled(braid)) = &mut state.braid {
            braid.epoch = 0;
        }
        state.chain = None;
    };
    assert_eq!(load_changed(&party, epoch_0), invalid);
}

#[test]
fn a_decoder_of_another_size_is_refused_as_a_message() {
    let [_, party] = begun();
    let refused = load_changed(&party, |state| {
        if let Some(Braid::NoHeaderReceived(braid)) = &mut state.braid {
            braid.header_decoder = decoder(98).unwrap();
        }
    });
    assert_eq!(refused, Some(SparseError::InvalidMessage));
}

#[test]
fn an_encoder_of_another_size_is_refused() {
    let [party, _] = begun();
    let (party, _) = sparse_send(party, &Dice(9).random()).unwrap();
    for length in [64, 94, 98, 128] {
        let refused = load_changed(&party, |state| {
            if let Some(Braid::KeysSampled(braid)) = &mut state.braid {
                braid.header_encoder = encoder(&Seq::<u8>::new(length)).unwrap();
            }
        });
        assert_eq!(refused, Some(SparseError::InvalidState), "{length}");
    }
}
