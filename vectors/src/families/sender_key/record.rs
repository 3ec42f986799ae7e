//! Stored sender keys: kept, read in other forms, damaged, cut.
use super::super::build::{output, secret, test, Plan};
use super::super::keys::public_of;
use super::super::protobuf::{edited, flip, resize, set, without, Fields, Item};
use super::super::script::{Script, Setting};
use super::super::x25519::serialized;
use super::super::TestPlan;
use super::room::Room;
use super::RECORD;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::DuplicateMessage;
use crate::step::{Profile, Step};

const ALICE: (&str, u8) = ("alice", 1);
const STATE: &[u64] = &[1];
const CHAIN: &[u64] = &[1, 2];
const SIGNING: &[u64] = &[1, 3];
const KEPT: &[u64] = &[1, 4];

/// A change of the fields at a path: what it is, its flag, the path, the change.
type Case = (
    &'static str,
    &'static str,
    &'static [u64],
    fn(&mut Vec<Item>),
);

fn setting() -> Setting {
    Setting {
        family: RECORD,
        profile: Profile::SignalV4,
    }
}

fn decoding(bytes: &[u8]) -> Step {
    Step::DecodeSenderKeyRecord {
        bytes: bytes.into(),
    }
}

fn chain(iteration: u32) -> Fields {
    let start = if iteration == 0 {
        Fields::new()
    } else {
        Fields::new().integer(1, u64::from(iteration))
    };
    start.bytes(2, &secret(RECORD, 0, "chain key").0)
}

fn private() -> Bytes {
    let bytes = secret(RECORD, 0, "signing key");
    let clamp = Step::ParsePrivateKey { bytes };
    output(&clamp, "key").map(Bytes).unwrap_or_default()
}

fn public() -> Vec<u8> {
    serialized(&public_of(&private()))
}

fn kept(iteration: u32) -> Vec<u8> {
    let seed = secret(RECORD, 0, &format!("seed {iteration}")).0;
    let start = if iteration == 0 {
        Fields::new()
    } else {
        Fields::new().integer(1, u64::from(iteration))
    };
    start.bytes(2, &seed).0
}

/// A state of a receiver: its chain id, iteration and kept keys.
fn state(chain_id: u32, iteration: u32, keys: &[u32]) -> Fields {
    let start = Fields::new()
        .integer(1, u64::from(chain_id))
        .bytes(2, &chain(iteration).0)
        .bytes(3, &Fields::new().bytes(1, &public()).0);
    let all = keys
        .iter()
        .fold(start, |fields, key| fields.bytes(4, &kept(*key)));
    all.integer(5, 3)
}

fn record(states: &[Fields]) -> Vec<u8> {
    let all = states.iter();
    all.fold(Fields::new(), |fields, state| fields.bytes(1, &state.0))
        .0
}

/// A sender key with every field: its private signing key, and one kept key.
fn sample() -> Vec<u8> {
    let signing = Fields::new().bytes(1, &public()).bytes(2, &private().0);
    let state = Fields::new()
        .integer(1, 42)
        .bytes(2, &chain(7).0)
        .bytes(3, &signing.0)
        .bytes(4, &kept(3))
        .integer(5, 3);
    record(&[state])
}

/// Sender keys that conversations made.
pub fn conversations() -> Plan<Vec<TestPlan>> {
    let mut sender = Room::joined(setting(), 101)?;
    sender.encrypt_many(ALICE, 3)?;
    let saved = sender.save("alice", ALICE)?;
    sender.delete("alice", ALICE)?;
    sender.load("alice", ALICE, &saved)?;
    let next = sender.encrypt(ALICE, "the next")?;
    sender.opens("bob", &next)?;
    let again = sender.save("bob", ALICE)?;
    sender.load("bob", ALICE, &again)?;
    sender.fails("bob", &next, DuplicateMessage)?;
    let mut states = Room::joined(setting(), 102)?;
    let mut late = Vec::new();
    for _ in 0..4 {
        let sent = states.encrypt_many(ALICE, 4)?;
        states.opens("bob", &sent[2])?;
        late.push(sent[0].clone());
        states.delete("alice", ALICE)?;
        states.join("bob", ALICE)?;
    }
    let saved = states.save("bob", ALICE)?;
    states.load("bob", ALICE, &saved)?;
    states.opens_all("bob", &late)?;
    let mut many = Room::joined(setting(), 103)?;
    let far = many.ahead(ALICE, 2000, "far")?;
    many.opens("bob", &far)?;
    let saved = many.save("bob", ALICE)?;
    many.load("bob", ALICE, &saved)?;
    let first = many.encrypt(ALICE, "the first")?;
    many.opens("bob", &first)?;
    let mut none = Room::joined(setting(), 104)?;
    none.load("bob", ALICE, &[])?;
    let saved = none.save("bob", ALICE)?;
    none.load("bob", ("alice", 2), &saved)?;
    Ok(vec![
        sender.finish(
            "the sender key of a sender, and that of a receiver",
            &["Stored"],
        ),
        states.finish(
            "five states, four of them with kept keys",
            &["Stored", "States"],
        ),
        many.finish("2000 kept keys", &["Stored", "Trimmed"]),
        none.finish("a sender key without states: no bytes", &["Stored"]),
    ])
}

/// Sender keys that are read.
pub fn read() -> Vec<TestPlan> {
    let five: Vec<Fields> = (1..=5).map(|id| state(id, 3, &[0, 2])).collect();
    let whole = |states: &[Fields]| record(states);
    let reversed = |path: &[u64]| edited(&sample(), path, &|items| items.reverse());
    let at = |path: &[u64], change: fn(&mut Vec<Item>)| edited(&sample(), path, &change);
    let many: Vec<u32> = (0..2000).collect();
    let cases = vec![
        ("a state with every field", "Stored", sample()),
        ("no state", "Stored", Vec::new()),
        ("five states", "Stored", whole(&five)),
        (
            "chain id and iteration 0",
            "Stored",
            whole(&[state(0, 0, &[])]),
        ),
        (
            "chain id, iteration and kept keys at the end of numbers",
            "LastNumber",
            whole(&[state(u32::MAX, u32::MAX, &[0, 1, u32::MAX - 1])]),
        ),
        ("2000 kept keys", "Trimmed", whole(&[state(1, 2000, &many)])),
        (
            "no version",
            "Version",
            at(STATE, |items| without(items, 5)),
        ),
        (
            "version 0",
            "Version",
            at(STATE, |items| set(items, Item::Integer(5, 0))),
        ),
        (
            "version 2^32 + 3 reads as 3",
            "Version",
            at(STATE, |items| set(items, Item::Integer(5, (1 << 32) + 3))),
        ),
        (
            "fields of the state in another order",
            "NotCanonical",
            reversed(STATE),
        ),
        (
            "fields of the chain in another order",
            "NotCanonical",
            reversed(CHAIN),
        ),
        (
            "fields of the signing key in another order",
            "NotCanonical",
            reversed(SIGNING),
        ),
        (
            "fields of a kept key in another order",
            "NotCanonical",
            reversed(KEPT),
        ),
        (
            "an unknown field in the record",
            "NotCanonical",
            at(&[], |items| items.push(Item::Bytes(15, vec![1]))),
        ),
        (
            "an unknown field in the state",
            "NotCanonical",
            at(STATE, |items| items.insert(0, Item::Integer(9, 1))),
        ),
        (
            "an unknown field in the chain",
            "NotCanonical",
            at(CHAIN, |items| items.insert(0, Item::Integer(9, 1))),
        ),
        (
            "chain id 0 is written",
            "NotCanonical",
            at(STATE, |items| set(items, Item::Integer(1, 0))),
        ),
        (
            "the chain twice: the last one counts",
            "NotCanonical",
            at(STATE, |items| items.insert(0, Item::Bytes(2, vec![]))),
        ),
        (
            "an empty private signing key: as none",
            "NotCanonical",
            at(SIGNING, |items| resize(items, 2, 0)),
        ),
        (
            "a private signing key that is not clamped",
            "NotCanonical",
            at(SIGNING, |items| flip(items, 2, 0, 1)),
        ),
        (
            "a public signing key of 34 bytes: the rest is dropped",
            "NotCanonical",
            at(SIGNING, |items| resize(items, 1, 34)),
        ),
    ];
    (201..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| test(id, comment, flag, decoding(&bytes)))
        .collect()
}

fn of_states() -> Vec<Case> {
    vec![
        ("a state as an integer", "BadKey", &[], |items| {
            set(items, Item::Integer(1, 1));
        }),
        ("an empty state", "MissingField", &[], |items| {
            set(items, Item::Bytes(1, Vec::new()));
        }),
        ("version 2", "Version", STATE, |items| {
            set(items, Item::Integer(5, 2));
        }),
        ("version 4", "Version", STATE, |items| {
            set(items, Item::Integer(5, 4));
        }),
        ("version 259", "Version", STATE, |items| {
            set(items, Item::Integer(5, 259));
        }),
        ("the version as bytes", "Version", STATE, |items| {
            set(items, Item::Bytes(5, vec![3]));
        }),
        ("the chain id as bytes", "BadKey", STATE, |items| {
            set(items, Item::Bytes(1, vec![1]));
        }),
        ("no chain", "MissingField", STATE, |items| without(items, 2)),
        ("an empty chain", "MissingField", STATE, |items| {
            resize(items, 2, 0);
        }),
        ("the chain as an integer", "BadKey", STATE, |items| {
            set(items, Item::Integer(2, 1));
        }),
        ("no signing key", "MissingField", STATE, |items| {
            without(items, 3);
        }),
        (
            "a signing key without its halves",
            "MissingField",
            STATE,
            |items| {
                resize(items, 3, 0);
            },
        ),
        ("a kept key as an integer", "BadKey", STATE, |items| {
            set(items, Item::Integer(4, 1));
        }),
        ("an empty kept key", "MissingField", STATE, |items| {
            resize(items, 4, 0);
        }),
        (
            "a version that is not spoken comes before a missing chain",
            "Version",
            STATE,
            |items| {
                without(items, 2);
                set(items, Item::Integer(5, 2));
            },
        ),
    ]
}

fn of_keys() -> Vec<Case> {
    vec![
        ("no chain key", "MissingField", CHAIN, |items| {
            without(items, 2);
        }),
        ("a chain key of 31 bytes", "BadKey", CHAIN, |items| {
            resize(items, 2, 31);
        }),
        ("a chain key of 33 bytes", "BadKey", CHAIN, |items| {
            resize(items, 2, 33);
        }),
        ("the chain key as an integer", "BadKey", CHAIN, |items| {
            set(items, Item::Integer(2, 1));
        }),
        ("the iteration as bytes", "BadKey", CHAIN, |items| {
            set(items, Item::Bytes(1, vec![1]));
        }),
        ("no public signing key", "MissingField", SIGNING, |items| {
            without(items, 1);
        }),
        (
            "a public signing key of type 06",
            "BadKey",
            SIGNING,
            |items| {
                flip(items, 1, 0, 3);
            },
        ),
        (
            "a public signing key of 32 bytes",
            "BadKey",
            SIGNING,
            |items| {
                resize(items, 1, 32);
            },
        ),
        (
            "a private signing key of 31 bytes",
            "BadKey",
            SIGNING,
            |items| {
                resize(items, 2, 31);
            },
        ),
        (
            "a private signing key of 33 bytes",
            "BadKey",
            SIGNING,
            |items| {
                resize(items, 2, 33);
            },
        ),
        (
            "another private signing key",
            "KeyMismatch",
            SIGNING,
            |items| {
                flip(items, 2, 9, 1);
            },
        ),
        (
            "another public signing key",
            "KeyMismatch",
            SIGNING,
            |items| {
                flip(items, 1, 9, 1);
            },
        ),
        ("no seed", "MissingField", KEPT, |items| without(items, 2)),
        ("a seed of 31 bytes", "BadKey", KEPT, |items| {
            resize(items, 2, 31);
        }),
        ("a seed of 33 bytes", "BadKey", KEPT, |items| {
            resize(items, 2, 33);
        }),
        (
            "a kept key at the iteration of the chain",
            "Inconsistent",
            KEPT,
            |items| {
                set(items, Item::Integer(1, 7));
            },
        ),
        (
            "a kept key beyond the chain",
            "Inconsistent",
            KEPT,
            |items| {
                set(items, Item::Integer(1, 4_294_967_295));
            },
        ),
    ]
}

/// Sender keys that are refused.
pub fn refused() -> Vec<TestPlan> {
    let mut cases: Vec<(&str, &str, Vec<u8>)> = [of_states(), of_keys()]
        .concat()
        .into_iter()
        .map(|(comment, flag, path, change)| (comment, flag, edited(&sample(), path, &change)))
        .collect();
    let six: Vec<Fields> = (1..=6).map(|id| state(id, 3, &[])).collect();
    let many: Vec<u32> = (0..2051).collect();
    cases.extend([
        ("six states", "OverLimit", record(&six)),
        (
            "2051 kept keys",
            "OverLimit",
            record(&[state(1, 2051, &many)]),
        ),
        (
            "two states of one chain id",
            "Inconsistent",
            record(&[state(5, 3, &[]), state(5, 4, &[])]),
        ),
        (
            "the first and the fifth state have one chain id",
            "Inconsistent",
            record(&[1, 2, 3, 4, 1].map(|id| state(id, 3, &[]))),
        ),
        (
            "kept keys in descending order",
            "Inconsistent",
            record(&[state(5, 9, &[4, 2])]),
        ),
        (
            "a kept key twice",
            "Inconsistent",
            record(&[state(5, 9, &[4, 4])]),
        ),
        (
            "a kept key 0 of a chain at 0",
            "Inconsistent",
            record(&[state(5, 0, &[0])]),
        ),
        (
            "the sixth state is malformed: that comes before their number",
            "OverLimit",
            [record(&six[..5]), Fields::new().bytes(1, &[0xff]).0].concat(),
        ),
        ("one byte", "Truncated", vec![0x0a]),
        (
            "bytes after the last field",
            "Truncated",
            [sample(), vec![0]].concat(),
        ),
    ]);
    (301..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| test(id, comment, flag, decoding(&bytes)))
        .collect()
}

/// A sender key cut after each of its bytes.
pub fn cut() -> Plan<Vec<TestPlan>> {
    let whole = sample();
    let mut script = Script::new(setting(), 401);
    for length in 1..whole.len() {
        script.tried(decoding(&whole[..length]))?;
    }
    let all = [
        ("the state", STATE),
        ("the chain", CHAIN),
        ("the signing key", SIGNING),
        ("a kept key", KEPT),
    ];
    let mut tests = vec![script.finish("a sender key cut after each of its bytes", &["Truncated"])];
    for (id, (what, path)) in (402..).zip(all) {
        let mut script = Script::new(setting(), id);
        for count in 0..5 {
            let cut = edited(&whole, path, &|items| items.truncate(count));
            script.tried(decoding(&cut))?;
        }
        tests.push(script.finish(
            format!("{what} cut after each of its fields, all lengths around it being right"),
            &["Truncated"],
        ));
    }
    Ok(tests)
}
