//! Replaying recorded conversations.
//!
//! A conversation records the private keys of identities and prekeys and the ratchet keys that were drawn, but neither
//! the private base keys nor what SPQR drew for its KEM. So a part of each replay is computed and a part is grafted onto
//! it:
//!
//! - Handshakes ([`handshake`]): the responder's side is computed from its private keys and from the base key and the
//!   KEM ciphertext of the first prekey message. The initiator starts a session from the bundle with a base key of our
//!   own (signatures, trust, archiving and pending data are real), and what depends on the base key is replaced by what
//!   the responder's side and the recorded ratchet key give. Nothing is taken from the recorded state.
//! - Messages ([`messages`]): every message is encrypted and decrypted, so that choice of session, archiving, promotion,
//!   trust, pending data, address block, chains and stored keys are real.
//! - SPQR ([`graft`]): its chains are real: they start from the computed key, and they take and store keys as messages
//!   come. An epoch whose secret is not known is added with the recorded chain keys (`spqr_chain_starts`). The braid is
//!   replaced before each step: to send, by one that emits the recorded chunk; to receive, by one that ignores the
//!   message. The braid of a session that a received message makes is real up to the next step.
//! - A conversation that ends with snapshots of both parties ([`draws`]) gives away what its SPQR drew: the decapsulation
//!   key of one party and the random bytes of the other. There SPQR is real as a whole, and nothing is grafted but the
//!   key pair that the first message draws.
//!
//! Of a snapshot every byte is compared with the record of the replay, SPQR included, and with what importing and saving
//! it gives. The decapsulation key is in it on trust; it must fit its own encapsulation key and header, and open a
//! ciphertext of the other party.
//!
//! What cannot be checked: the rejection secret z inside the stored decapsulation key (32 bytes that nothing depends on
//! in an honest conversation), and the chain keys of an epoch in which no message was sent, if there is no snapshot.
mod chain_starts;
mod draws;
mod event;
mod graft;
mod handshake;
mod messages;
mod stored;

use super::inputs::{call, output, public_of, results, Computed, Fault, Inputs};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::ReceivingSnapshot;
use crate::step::{Bundle, Profile, Step};
use base64::prelude::{Engine, BASE64_STANDARD};
use chain_starts::ChainStart;
use draws::Draws;
use event::{Event, Private, TakeSnapshot};
use messages::Wire;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use stored::Record;

const ALICE: &str = "alice";
const BOB: &str = "bob";
/// A party of our own: records of snapshots are imported for it.
const KEEPER: &str = "keeper";
/// Times are not recorded; nothing here depends on them.
const NOW_MS: u64 = 0;

/// How much is recorded of the state after a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// All of the current session.
    Whole,
    /// Its root key and its sending chain.
    Keys,
}

/// What is known to be recorded; another title is another case.
const TITLES: [(&str, Detail); 7] = [
    (
        "one-time prekey present; out of order within and across chains; duplicates; corrupted MAC, body and header",
        Detail::Whole,
    ),
    (
        "no one-time prekey; names are not service identifiers so no address field",
        Detail::Whole,
    ),
    (
        "long alternating conversation, SPQR epochs advance",
        Detail::Keys,
    ),
    (
        "both sides initiate at once; sessions archived and promoted",
        Detail::Whole,
    ),
    (
        "second handshake replaces a session; delayed message on the archived session promotes it",
        Detail::Whole,
    ),
    (
        "more than five receiving chains: the oldest chain and its skipped keys are dropped",
        Detail::Whole,
    ),
    (
        "note to self: same service id and identity key, two devices",
        Detail::Whole,
    ),
];
/// When a snapshot was taken.
const LABELS: [&str; 1] = ["end"];

/// The inputs of a party: name, device id, registration id, private identity key.
type PersonInputs = [&'static str; 4];
const ALICE_INPUTS: PersonInputs = [
    "alice.name",
    "alice.device_id",
    "alice.registration_id",
    "alice.identity_private",
];
const BOB_INPUTS: PersonInputs = [
    "bob.name",
    "bob.device_id",
    "bob.registration_id",
    "bob.identity_private",
];

/// A party of a conversation.
struct Person {
    name: String,
    device_id: u32,
    registration_id: u32,
    identity_private: Bytes,
    identity: Bytes,
}

/// A bundle, who published it, and the private keys that belong to it.
struct Published {
    label: String,
    by: &'static str,
    bundle: Bundle,
    private: Private,
}

/// A conversation as far as it was replayed.
struct Replay<'a> {
    driver: &'a mut dyn Driver,
    detail: Detail,
    people: BTreeMap<&'static str, Person>,
    published: Vec<Published>,
    /// The key that SPQR of a session starts from, by the base key of the session.
    auth_keys: BTreeMap<Bytes, Bytes>,
    starts: Vec<ChainStart>,
    draws: Option<Draws>,
    sent: BTreeMap<String, Wire>,
}

/// Replay a conversation.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let detail = detail(inputs.text("title")?)?;
    let events: Vec<Event> = inputs.list("events")?;
    let mut replay = Replay::new(driver, inputs, detail)?;
    replay.draws = draws::given_away(replay.driver, &events)?;
    let mut computed = Vec::new();
    for place in 0..events.len() {
        let result = replay.event(&events[place..]);
        computed.push(result.map_err(|fault| Fault::Item(place, fault.to_string()))?);
    }
    let identity = |who| json!({ "identity_public": replay.people[who].identity });
    let (alice, bob) = (identity(ALICE), identity(BOB));
    Ok(results([
        ("alice", alice),
        ("bob", bob),
        ("events", computed.into()),
        ("spqr_chain_starts", replay.chain_starts()?),
    ]))
}

/// How much the conversation of a title records.
///
/// Errors: there is none that is known.
fn detail(title: &str) -> Result<Detail, Fault> {
    let found = TITLES.iter().find(|(known, _)| *known == title);
    found
        .map(|(_, detail)| *detail)
        .ok_or_else(|| Fault::Unknown("title", title.to_owned()))
}

/// Errors: the text is none of those that are known.
fn known(what: &'static str, text: &str, all: &[&str]) -> Result<(), Fault> {
    if all.contains(&text) {
        Ok(())
    } else {
        Err(Fault::Unknown(what, text.to_owned()))
    }
}

/// The party of this name, and the other one.
fn sides(party: &str) -> Result<(&'static str, &'static str), Fault> {
    match party {
        ALICE => Ok((ALICE, BOB)),
        BOB => Ok((BOB, ALICE)),
        _ => Err(Fault::Unknown("party", party.to_owned())),
    }
}

/// Make a party of the driver.
fn create(driver: &mut dyn Driver, label: &str, person: &Person) -> Result<(), Fault> {
    let step = Step::CreateParty {
        party: label.to_owned(),
        name: person.name.clone(),
        device_id: person.device_id,
        identity_private: person.identity_private.clone(),
        registration_id: person.registration_id,
        profile: Profile::SignalV4,
    };
    call(driver, &step).map(drop)
}

impl Person {
    fn new(driver: &mut dyn Driver, inputs: &Inputs, paths: PersonInputs) -> Result<Self, Fault> {
        let [name, device_id, registration_id, identity_private] = paths;
        let identity_private = inputs.bytes(identity_private)?;
        Ok(Self {
            name: inputs.text(name)?.to_owned(),
            device_id: inputs.number(device_id)?,
            registration_id: inputs.number(registration_id)?,
            identity: public_of(driver, &identity_private)?,
            identity_private,
        })
    }
}

impl<'a> Replay<'a> {
    fn new(driver: &'a mut dyn Driver, inputs: &Inputs, detail: Detail) -> Result<Self, Fault> {
        let alice = Person::new(driver, inputs, ALICE_INPUTS)?;
        let bob = Person::new(driver, inputs, BOB_INPUTS)?;
        create(driver, ALICE, &alice)?;
        create(driver, BOB, &bob)?;
        create(driver, KEEPER, &alice)?;
        Ok(Self {
            driver,
            detail,
            people: BTreeMap::from([(ALICE, alice), (BOB, bob)]),
            published: Vec::new(),
            auth_keys: BTreeMap::new(),
            starts: inputs.list("spqr_chain_starts")?,
            draws: None,
            sent: BTreeMap::new(),
        })
    }

    /// What is recorded of the first of these events.
    fn event(&mut self, events: &[Event]) -> Result<Value, Fault> {
        match events {
            [Event::PublishBundle(event), ..] => self.publish(event),
            [Event::ProcessBundle(event), later @ ..] => self.process(event, later),
            [Event::Send(event), ..] => self.send(event),
            [Event::Deliver(event), ..] => self.deliver(event),
            [Event::Snapshot(event), ..] => self.snapshot(event),
            [] => Err(Fault::Input("events")),
        }
    }

    /// The record of a party for the other one.
    fn record(&mut self, party: &str, peer: &str) -> Result<Record, Fault> {
        let step = Step::Save {
            party: party.to_owned(),
            peer: peer.to_owned(),
        };
        Record::read(&output(&call(self.driver, &step)?, "saved")?)
    }

    /// Put a record in its place.
    fn replace(&mut self, party: &str, peer: &str, record: &Record) -> Result<(), Fault> {
        let step = Step::Load {
            party: party.to_owned(),
            peer: peer.to_owned(),
            saved: record.saved(),
        };
        call(self.driver, &step).map(drop)
    }

    /// The current session of a party as it is recorded after a delivery.
    fn after_delivery(&mut self, party: &str, peer: &str) -> Result<Value, Fault> {
        let after = self.after(party, peer)?;
        Ok(match self.detail {
            Detail::Whole => after,
            Detail::Keys => json!({ "root_key": after["root_key"], "sender": after["sender"] }),
        })
    }

    /// The current session of a party as it is recorded.
    fn after(&mut self, party: &str, peer: &str) -> Result<Value, Fault> {
        let snapshot = self
            .driver
            .snapshot(party, peer)
            .ok_or(Fault::Output("snapshot"))?;
        let session = snapshot.current.ok_or(Fault::Output("current"))?;
        let record = self.record(party, peer)?;
        let receivers: Vec<Value> = session.receiving.iter().map(receiver).collect();
        Ok(json!({
            "version": session.version,
            "root_key": session.root_key,
            "previous_counter": session.pn,
            "sender": {
                "ratchet_public": session.sending.ratchet_key,
                "ratchet_private": record.ratchet_private(),
                "chain_key": session.sending.chain_key,
                "index": session.sending.ns,
            },
            "receivers": receivers,
            "alice_base_key": session.base_key,
            "pending_pre_key": session.pending,
            "archived": snapshot.archived,
        }))
    }

    /// The record of a snapshot is that of the replay, and it comes out of an import as it went in.
    fn snapshot(&mut self, event: &TakeSnapshot) -> Result<Value, Fault> {
        known("label", &event.label, &LABELS)?;
        let (of, peer) = sides(&event.of)?;
        let bare = event.record()?;
        if stored::imported(self.driver, of, KEEPER, &bare)?.bare() != bare {
            return Err(Fault::Contradiction(
                "an imported record is saved otherwise",
            ));
        }
        let own = self.record(of, peer)?.bare();
        Ok(json!({ "session_record_b64": BASE64_STANDARD.encode(&own.0) }))
    }
}

/// A receiving chain as it is recorded.
fn receiver(chain: &ReceivingSnapshot) -> Value {
    let skipped: Vec<u32> = chain
        .skipped
        .iter()
        .flat_map(|(from, to)| (*to..=*from).rev())
        .collect();
    json!({
        "ratchet_public": chain.ratchet_key,
        "chain_key": chain.chain_key,
        "index": chain.nr,
        "skipped": skipped,
    })
}
