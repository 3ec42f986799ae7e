//! Recorded answers of the deployed library; skipped, in so many words, where the recordings are not at hand.
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;
use twinratchet::keys::{ChunkData, MacKey, SparseAuthKey, SparseMessageKey, SparseRootKey};
use twinratchet::ratchet::sparse::authenticator::{
    authenticator, authenticator_update, mac_ciphertext, mac_header,
};
use twinratchet::ratchet::sparse::chain::{add_epoch, chain_start, receive_key, send_key, Chain};
use twinratchet::ratchet::sparse::erasure::{
    add_chunk, decoded, decoder, encoder, next_chunk, Chunk, Decoder, Encoder, ErasureError,
};
use twinratchet::ratchet::sparse::gf65536::{gf_div, gf_inv, gf_mul};
use twinratchet::ratchet::sparse::message::{
    encode_sparse_message, parse_sparse_message, Payload, SparseMessage,
};
use twinratchet::ratchet::sparse::state::{
    decode_state, encode_decoder, encode_encoder, encode_state,
};
use twinratchet::ratchet::sparse::{ChainParameters, Direction, SparseError};
use twinratchet::wire::protobuf::{all_bytes, parse_fields};

/// The recordings, read once.
pub fn recorded() -> Option<&'static Value> {
    static ALL: OnceLock<Option<Value>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../shared/protocol/known-answers-spqr.json");
        if let Ok(text) = std::fs::read_to_string(&path) {
            Some(serde_json::from_str(&text).unwrap())
        } else {
            println!("SKIPPED: no recordings at {}", path.display());
            None
        }
    });
    all.as_ref()
}

pub fn list(value: &Value) -> &[Value] {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty());
    list
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

pub fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

pub fn u32_of(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

/// Numbers of 64 bits are recorded as strings where they may be large.
pub fn u64_of(value: &Value) -> u64 {
    let text = value.as_str().map(|text| text.parse().unwrap());
    text.or(value.as_u64()).unwrap()
}

fn u16_of(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap()).unwrap()
}

/// The label that the recordings have for an error.
pub fn label(error: SparseError) -> String {
    match error {
        SparseError::InvalidMessage => "MsgDecode".into(),
        SparseError::InvalidState => "StateDecode".into(),
        SparseError::BadMac => "MacVerifyFailed".into(),
        SparseError::EpochOutOfRange { epoch } => format!("EpochOutOfRange({epoch})"),
        SparseError::VersionMismatch => "VersionMismatch".into(),
        SparseError::MinimumVersion => "MinimumVersion".into(),
        SparseError::KeyJump { counter, index } => format!("KeyJump({counter}, {index})"),
        SparseError::KeyTrimmed { index } => format!("KeyTrimmed({index})"),
        SparseError::KeyAlreadyRequested { index } => format!("KeyAlreadyRequested({index})"),
        SparseError::ErroneousData => "ErroneousDataReceived".into(),
        SparseError::SendEpochDecreased { send_epoch, epoch } => {
            format!("SendKeyEpochDecreased({send_epoch}, {epoch})")
        }
        SparseError::ChainNotAvailable => "ChainNotAvailable".into(),
        SparseError::CounterExhausted => "no such error is recorded".into(),
    }
}

/// Secrets can be read under the feature `inspect` alone; without it their later use is what the tests see.
pub trait Secret {
    fn bytes(&self) -> Option<Vec<u8>>;
}

macro_rules! secret {
    ($($name:ty),*) => {
        $(impl Secret for $name {
            #[cfg(feature = "inspect")]
            fn bytes(&self) -> Option<Vec<u8>> {
                Some(self.expose().to_vec())
            }

            #[cfg(not(feature = "inspect"))]
            fn bytes(&self) -> Option<Vec<u8>> {
                None
            }
        })*
    };
}

secret!(
    MacKey,
    SparseRootKey,
    SparseMessageKey,
    twinratchet::keys::Sha256Digest
);

pub fn assert_secret(secret: &impl Secret, expected: &Value) {
    if let Some(found) = secret.bytes() {
        assert_eq!(hex::encode(found), expected.as_str().unwrap());
    }
}

fn chunk_of(value: &Value) -> Chunk {
    Chunk {
        index: u16_of(&value["index"]),
        data: ChunkData::from_bytes(array(&value["data"])),
    }
}

#[test]
fn field_is_as_recorded() {
    let Some(all) = recorded() else { return };
    for row in list(&all["gf16"]["mul"]) {
        let [a, b, product] = [0, 1, 2].map(|i| u16_of(&row[i]));
        assert_eq!(gf_mul(a, b), product, "{row}");
    }
    for row in list(&all["gf16"]["div"]) {
        let [a, b, quotient] = [0, 1, 2].map(|i| u16_of(&row[i]));
        assert_eq!(gf_div(a, b), quotient, "{row}");
    }
    for row in list(&all["gf16"]["inv"]) {
        assert_eq!(gf_inv(u16_of(&row[0])), u16_of(&row[1]), "{row}");
    }
}

/// The chunk of an index, from an encoder that has given fewer.
fn chunk_at(encoder: &mut Encoder, index: u16) -> Chunk {
    loop {
        let chunk = next_chunk(encoder);
        if chunk.index == index {
            return chunk;
        }
    }
}

#[test]
fn chunks_are_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["erasure_code"]["encode"]) {
        let message = bytes(&case["message"]);
        let mut encoder = encoder(&message).unwrap();
        assert_eq!(case["first_next_chunk_index"], 0);
        for expected in list(&case["chunks"]) {
            let expected = chunk_of(expected);
            assert_eq!(chunk_at(&mut encoder, expected.index), expected);
        }
    }
    let wrap = &all["erasure_code"]["index_wrap"];
    let mut encoder = encoder(&bytes(&wrap["message"])).unwrap();
    let mut given = 0;
    for call in list(&wrap["calls"]) {
        let nth = u32_of(&call["nth"]);
        while given < nth {
            next_chunk(&mut encoder);
            given += 1;
        }
        assert_eq!(next_chunk(&mut encoder), chunk_of(&call["chunk"]));
        given += 1;
    }
}

#[test]
fn encoder_is_stored_as_recorded() {
    let Some(all) = recorded() else { return };
    let case = &all["erasure_code"]["encoder_state"];
    for state in list(&case["states"]) {
        let mut encoder = encoder(&bytes(&case["message"])).unwrap();
        for _ in 0..u32_of(&state["after_chunks"]) {
            next_chunk(&mut encoder);
        }
        assert_eq!(encode_encoder(&encoder), bytes(&state["encoder_protobuf"]));
    }
}

#[test]
fn lengths_are_refused_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["erasure_code"]["errors"]) {
        let length = usize::try_from(u64_of(&case["length"])).unwrap();
        let error = match case["op"].as_str().unwrap() {
            "encode" => encoder(&vec![0; length]).err(),
            _ => decoder(length).err(),
        };
        let expected = match case["result"].as_str().unwrap() {
            "ok" => None,
            "PolynomialError(MessageLengthEven)" => Some(ErasureError::OddLength),
            "PolynomialError(MessageLengthTooLong)" => Some(ErasureError::TooLong),
            other => panic!("{other}"),
        };
        assert_eq!(error, expected, "{case}");
    }
}

/// The stored points of all polynomials.
fn point_sets(decoder: &Decoder) -> Vec<Vec<u8>> {
    let stored = encode_decoder(decoder);
    let fields = parse_fields(&stored).unwrap();
    let sets = all_bytes(&stored, &fields, 3).unwrap();
    sets.into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn chunks_are_put_together_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["erasure_code"]["decode"]) {
        let length = usize::try_from(u64_of(&case["length"])).unwrap();
        let mut decoder = decoder(length).unwrap();
        for step in list(&case["steps"]) {
            add_chunk(&mut decoder, &chunk_of(&step["chunk"]));
            let found = decoded(&decoder).map(hex::encode);
            assert_eq!(found.as_deref(), step["decoded"].as_str(), "{step}");
            let sets = point_sets(&decoder);
            assert_eq!(hex::encode(&sets[0]), step["pts0"].as_str().unwrap());
            let held: Vec<u64> = sets.iter().map(|set| set.len() as u64 / 4).collect();
            let expected: Vec<u64> = list(&step["points_held"]).iter().map(u64_of).collect();
            assert_eq!(held, expected);
        }
    }
}

#[test]
fn authenticator_is_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["authenticator"]["cases"]) {
        let mut before = None;
        for step in list(case) {
            let (new, update) = (&step["op"]["new"], &step["op"]["update"]);
            let now = if let Some(before) = &before {
                let secret = twinratchet::keys::EpochSecret::from_bytes(array(&update["key"]));
                authenticator_update(before, u64_of(&update["epoch"]), &secret)
            } else {
                let key = SparseAuthKey::from_bytes(array(&new["key"]));
                authenticator(&key, u64_of(&new["epoch"]))
            };
            assert_secret(&now.root_key, &step["root_key"]);
            assert_secret(&now.mac_key, &step["mac_key"]);
            let epoch = u64_of(&step["mac_epoch"]);
            assert_secret(
                &mac_header(&now, epoch, &bytes(&step["hdr"])),
                &step["mac_hdr"],
            );
            assert_secret(
                &mac_ciphertext(&now, epoch, &bytes(&step["ct"])),
                &step["mac_ct"],
            );
            before = Some(now);
        }
    }
}

fn payload_of(name: &str, chunk: Option<Chunk>) -> Payload {
    match (name, chunk) {
        ("None", None) => Payload::None,
        ("Hdr", Some(chunk)) => Payload::Hdr(chunk),
        ("Ek", Some(chunk)) => Payload::Ek(chunk),
        ("EkCt1Ack", Some(chunk)) => Payload::EkCt1Ack(chunk),
        ("Ct1Ack", None) => Payload::Ct1Ack,
        ("Ct1", Some(chunk)) => Payload::Ct1(chunk),
        ("Ct2", Some(chunk)) => Payload::Ct2(chunk),
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages_are_written_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["wire"]["serialize"]) {
        let chunk = case["chunk_data"].is_string().then(|| Chunk {
            index: u16_of(&case["chunk_index"]),
            data: ChunkData::from_bytes(array(&case["chunk_data"])),
        });
        let message = SparseMessage {
            epoch: u64_of(&case["epoch"]),
            index: u32_of(&case["index"]),
            payload: payload_of(case["type"].as_str().unwrap(), chunk),
        };
        assert_eq!(encode_sparse_message(&message), bytes(&case["bytes"]));
        assert_eq!(parse_sparse_message(&bytes(&case["bytes"])), Ok(message));
    }
}

fn chunk_index(payload: &Payload) -> Option<u64> {
    match payload {
        Payload::None | Payload::Ct1Ack => None,
        Payload::Hdr(chunk)
        | Payload::Ek(chunk)
        | Payload::EkCt1Ack(chunk)
        | Payload::Ct1(chunk)
        | Payload::Ct2(chunk) => Some(u64::from(chunk.index)),
    }
}

#[test]
fn messages_are_read_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in list(&all["wire"]["parse"]) {
        let result = &case["result"];
        match parse_sparse_message(&bytes(&case["bytes"])) {
            Err(error) => assert_eq!(label(error), result["error"], "{case}"),
            Ok(message) => {
                assert_eq!(message.epoch, u64_of(&result["epoch"]));
                assert_eq!(message.index, u32_of(&result["index"]));
                let name = format!("{:?}", message.payload);
                let name = name.split('(').next();
                assert_eq!(name, result["type"].as_str());
                let index = chunk_index(&message.payload);
                assert_eq!(index, result["chunk_index"].as_u64(), "{case}");
            }
        }
    }
}

#[cfg(feature = "inspect")]
fn assert_chain(chain: &Chain, expected: &Value) {
    let found = chain.snapshot();
    assert_eq!(found.current_epoch, u64_of(&expected["current_epoch"]));
    assert_eq!(found.send_epoch, u64_of(&expected["send_epoch"]));
    assert_eq!(found.next_root, array(&expected["next_root"]));
    let links = list(&expected["links"]);
    assert_eq!(found.links.len(), links.len());
    for (found, expected) in found.links.iter().zip(links) {
        for (half, expected) in [
            (&found.send, &expected["send"]),
            (&found.receive, &expected["recv"]),
        ] {
            assert_eq!(half.counter, u32_of(&expected["ctr"]));
            let next = half.next.map(Vec::from).unwrap_or_default();
            assert_eq!(next, bytes(&expected["next"]));
            let stored = expected["stored"].as_array().unwrap();
            let stored: Vec<u32> = stored.iter().map(u32_of).collect();
            assert_eq!(half.stored, stored);
        }
    }
}

/// Without the feature the keys that the chains give later are what is seen.
#[cfg(not(feature = "inspect"))]
fn assert_chain(_: &Chain, _: &Value) {}

fn chain_step(chain: &mut Chain, step: &Value) -> Result<(), SparseError> {
    let epoch = u64_of(&step["epoch"]);
    match step["op"].as_str().unwrap() {
        "add_epoch" => {
            let secret = twinratchet::keys::EpochSecret::from_bytes(array(&step["secret"]));
            add_epoch(chain, &secret)
        }
        "send_key" => {
            let (index, key) = send_key(chain, epoch)?;
            assert_eq!(index, u32_of(&step["index"]));
            assert_secret(&key, &step["key"]);
            Ok(())
        }
        _ => {
            let key = receive_key(chain, epoch, u32_of(&step["index"]))?;
            assert_secret(&key, &step["key"]);
            Ok(())
        }
    }
}

#[test]
fn chains_are_as_recorded_after_every_step() {
    let Some(all) = recorded() else { return };
    for case in list(&all["chain"]["cases"]) {
        let direction = match case["direction"].as_str().unwrap() {
            "A2B" => Direction::A2B,
            _ => Direction::B2A,
        };
        let parameters = ChainParameters {
            max_jump: u32_of(&case["max_jump"]),
            max_out_of_order: u32_of(&case["max_ooo_keys"]),
        };
        let key = SparseAuthKey::from_bytes(array(&case["initial_key"]));
        let mut chain = chain_start(&key, direction, parameters);
        assert_chain(&chain, &case["initial"]);
        for step in list(&case["steps"]) {
            let error = chain_step(&mut chain, step).err().map(label);
            assert_eq!(error.as_deref(), step["error"].as_str(), "{}", case["name"]);
            assert_chain(&chain, &step["after"]);
        }
    }
}

#[test]
fn recorded_states_are_read_and_written_again() {
    let Some(all) = recorded() else { return };
    let cases = list(&all["state_snapshots"]["cases"]);
    assert_eq!(cases.len(), 11);
    for case in cases {
        let stored = bytes(&case["serialised"]);
        let state = decode_state(&stored).unwrap();
        let name = crate::traces::state_name(&state);
        assert_eq!(name.as_deref(), case["state"].as_str());
        assert_eq!(*encode_state(&state), stored, "{}", case["state"]);
    }
}
