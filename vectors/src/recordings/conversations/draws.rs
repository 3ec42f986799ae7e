//! What SPQR drew, as far as the snapshots at the end of a conversation give it away.
//!
//! In epoch 1 the initiator holds a decapsulation key, which contains the encapsulation key and its header; the responder
//! holds the state of its encapsulation, which contains the random bytes. So the first message can be sent by a braid with
//! this key pair, and everything after it follows.
use super::event::{Event, TakeSnapshot};
use super::stored::{bytes_at, imported};
use super::{sides, KEEPER};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::families::protobuf::{items, Fields, Item};
use crate::recordings::inputs::{call, output, output_value, Fault};
use crate::step::Step;
use serde_json::Value;

/// The epoch of which everything is known.
const EPOCH: u64 = 1;
/// States of the braid, the core in them, and what is read of it.
const KEYS_SAMPLED: u64 = 2;
const HEADER_SENT: u64 = 3;
const CT1_SAMPLED: u64 = 8;
const CORE: u64 = 1;
const HEADER_SENT_KEY: u64 = 3;
const CT1_SAMPLED_STATE: u64 = 4;
/// Parts of a decapsulation key of ML-KEM-768.
const VECTOR: std::ops::Range<usize> = 1152..2304;
const HEADER: std::ops::Range<usize> = 2304..2368;
const RANDOM_LENGTH: usize = 32;

/// The key pair and the random bytes of epoch 1, and what follows from them.
pub struct Draws {
    /// d || z gives it, but is not kept.
    decapsulation_key: Bytes,
    header: Bytes,
    vector: Bytes,
    /// m.
    pub random: Bytes,
    /// The secret of epoch 1.
    pub epoch_secret: Bytes,
}

/// What the snapshots of a conversation give away; nothing without snapshots.
///
/// Errors: one is refused, or they do not fit together.
pub fn given_away(driver: &mut dyn Driver, events: &[Event]) -> Result<Option<Draws>, Fault> {
    let mut key = None;
    let mut random = None;
    let mut any = false;
    for event in events {
        let Event::Snapshot(snapshot) = event else {
            continue;
        };
        any = true;
        match braid(driver, snapshot)? {
            Some(Item::Bytes(HEADER_SENT, state)) => {
                key = bytes_at(&state, &[CORE, HEADER_SENT_KEY]);
            }
            Some(Item::Bytes(CT1_SAMPLED, state)) => {
                random = bytes_at(&state, &[CORE, CT1_SAMPLED_STATE])
                    .and_then(|state| state.last_chunk::<RANDOM_LENGTH>().copied());
            }
            _ => {}
        }
    }
    match (any, key, random) {
        (false, _, _) => Ok(None),
        (true, Some(key), Some(random)) => Draws::new(driver, key, &random).map(Some),
        (true, _, _) => Err(Fault::Contradiction(
            "the snapshots do not tell what SPQR drew",
        )),
    }
}

/// The braid of a snapshot: the field of its state.
fn braid(driver: &mut dyn Driver, snapshot: &TakeSnapshot) -> Result<Option<Item>, Fault> {
    let (of, _) = sides(&snapshot.of)?;
    let mut record = imported(driver, of, KEEPER, &snapshot.record()?)?;
    let braid = record.current()?.braid().unwrap_or_default();
    Ok(items(&braid).into_iter().next())
}

impl Draws {
    /// The key pair must be one: its parts belong together, and it opens what is encapsulated to it.
    fn new(
        driver: &mut dyn Driver,
        key: Vec<u8>,
        random: &[u8; RANDOM_LENGTH],
    ) -> Result<Self, Fault> {
        let part = |range| key.get(range).map(Bytes::from);
        let (Some(header), Some(vector)) = (part(HEADER), part(VECTOR)) else {
            return Err(Fault::Input("session_record_b64"));
        };
        let matching = Step::KemIsMatch {
            header: header.clone(),
            vector: vector.clone(),
        };
        if output_value(&call(driver, &matching)?, "matches")? != Value::Bool(true) {
            return Err(Fault::Contradiction("the halves of a KEM key do not match"));
        }
        let random: Bytes = random.as_slice().into();
        let first = Step::KemEncaps1 {
            header: header.clone(),
            random: random.clone(),
        };
        let first = call(driver, &first)?;
        let second = Step::KemEncaps2 {
            vector: vector.clone(),
            encaps_state: output(&first, "encapsState")?,
        };
        let decapsulation_key = Bytes(key);
        let open = Step::KemDecapsHalves {
            decapsulation_key: decapsulation_key.clone(),
            ciphertext1: output(&first, "ciphertext1")?,
            ciphertext2: output(&call(driver, &second)?, "ciphertext2")?,
        };
        let secret = output(&first, "secret")?;
        if output(&call(driver, &open)?, "secret")? != secret {
            return Err(Fault::Contradiction(
                "a KEM key does not open what is encapsulated to it",
            ));
        }
        let epoch_secret = Step::SpqrEpochSecret {
            kem_secret: secret,
            epoch: EPOCH.into(),
        };
        Ok(Self {
            epoch_secret: output(&call(driver, &epoch_secret)?, "epochSecret")?,
            decapsulation_key,
            header,
            vector,
            random,
        })
    }

    /// The braid of the initiator that has drawn its key pair and sent nothing.
    ///
    /// Errors: a step is invalid.
    pub fn braid(
        &self,
        driver: &mut dyn Driver,
        (root_key, mac_key): (&Bytes, &Bytes),
    ) -> Result<Vec<u8>, Fault> {
        let mac = Step::SpqrMacHeader {
            root_key: root_key.clone(),
            mac_key: mac_key.clone(),
            epoch: EPOCH.into(),
            header: self.header.clone(),
        };
        let mac = output(&call(driver, &mac)?, "mac")?;
        let encode = Step::ErasureEncode {
            message: Bytes([self.header.0.as_slice(), &mac.0].concat()),
            repeat: None,
            skip: 0,
            count: 0,
        };
        let encoder = output(&call(driver, &encode)?, "encoderState")?;
        let authenticator = Fields::new().bytes(1, &root_key.0).bytes(2, &mac_key.0);
        let core = Fields::new()
            .integer(1, EPOCH)
            .bytes(2, &authenticator.0)
            .bytes(3, &self.vector.0)
            .bytes(4, &self.decapsulation_key.0);
        let state = Fields::new().bytes(CORE, &core.0).bytes(2, &encoder.0);
        Ok(Fields::new().bytes(KEYS_SAMPLED, &state.0).0)
    }
}
