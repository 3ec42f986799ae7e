//! Damaged stored states: refused, and the state that is there stays.
use super::super::protobuf::{edited, resize, set, without, Item};
use super::super::transcript::{loading, Transcript, ALICE, BOB, DEPLOYED};
use super::stages::{Stage, Stages};
use super::{Plan, STATE as NAME};
use crate::families::TestPlan;
use crate::outcome::ErrorClass::{self, InvalidSpqrMessage, InvalidSpqrState};

/// A change of some fields.
type Change = fn(&mut Vec<Item>);
/// What it shows, its flag, where the fields stand, and the change.
type Case = (&'static str, &'static str, &'static [u64], Change);

/// The tests.
pub fn tests(stages: &Stages) -> Plan<Vec<TestPlan>> {
    let bob = stages.saved(Stage::KeysSampled, BOB)?;
    let mut tests = Vec::new();
    for (tc_id, (comment, bytes)) in (201..).zip(truncated(bob)) {
        tests.push(refused(
            tc_id,
            &comment,
            "Truncated",
            &bytes,
            InvalidSpqrState,
        )?);
    }
    let of_message = edited(bob, &[3, 6, 2], &|items| set(items, Item::Integer(1, 80)));
    tests.push(refused(
        221,
        "a decoder of another size than its state needs: refused as a message is",
        "BadCoder",
        &of_message,
        InvalidSpqrMessage,
    )?);
    let alice = (Stage::Start, ALICE);
    for (first, base, cases) in [
        (301, (Stage::KeysSampled, BOB), chains()),
        (341, (Stage::KeysSampled, BOB), braids()),
        (371, alice, negotiations()),
        (401, (Stage::KeysSampled, BOB), decoders()),
        (421, (Stage::Ct2Sampled, BOB), encoders()),
        (441, (Stage::KeysSampled, ALICE), keys_sampled()),
        (451, (Stage::Ct1Sampled, BOB), ct1_sampled()),
        (461, (Stage::Header, BOB), header_received()),
        (471, (Stage::Epoch2, BOB), several_links()),
    ] {
        let saved = stages.saved(base.0, base.1)?;
        for (tc_id, (comment, flag, path, change)) in (first..).zip(cases) {
            let bytes = edited(saved, path, &change);
            tests.push(refused(tc_id, comment, flag, &bytes, InvalidSpqrState)?);
        }
    }
    Ok(tests)
}

/// A party that is there, and a state for it that is refused.
fn refused(
    tc_id: u32,
    comment: &str,
    flag: &str,
    saved: &[u8],
    class: ErrorClass,
) -> Plan<TestPlan> {
    let mut t = Transcript::empty(NAME, tc_id);
    t.start(BOB, DEPLOYED)?;
    t.fails(loading(BOB, saved), class)?;
    Ok(t.finish(comment, &[flag]))
}

fn truncated(saved: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = saved.len();
    let mut cases: Vec<(String, Vec<u8>)> = [1, 2, 3, end / 2, end - 33, end - 1]
        .into_iter()
        .map(|n| {
            (
                format!("the first {n} bytes of a state"),
                saved[..n].to_vec(),
            )
        })
        .collect();
    cases.extend([
        ("a byte after a state".to_owned(), [saved, &[0x18]].concat()),
        ("ff".to_owned(), vec![0xff]),
        ("field 0".to_owned(), vec![0x02, 0x00]),
        ("a group that does not end".to_owned(), vec![0x0b]),
    ]);
    cases
}

fn chains() -> Vec<Case> {
    vec![
        ("the chain as an integer", "BadValue", &[], |i| {
            without(i, 2);
            i.push(Item::Integer(2, 1));
        }),
        ("a chain of direction 2", "BadValue", &[2], |i| {
            set(i, Item::Integer(1, 2));
        }),
        ("no link", "Missing", &[2], |i| without(i, 3)),
        ("no next root", "Missing", &[2], |i| without(i, 4)),
        ("a next root of 31 bytes", "BadValue", &[2], |i| {
            resize(i, 4, 31);
        }),
        ("a next root of 33 bytes", "BadValue", &[2], |i| {
            resize(i, 4, 33);
        }),
        ("an empty link", "Missing", &[2], |i| {
            set(i, Item::Bytes(3, Vec::new()));
        }),
        ("a link without sending half", "Missing", &[2, 3], |i| {
            without(i, 1);
        }),
        ("a link without receiving half", "Missing", &[2, 3], |i| {
            without(i, 2);
        }),
        ("a chain key of 31 bytes", "BadValue", &[2, 3, 1], |i| {
            resize(i, 2, 31);
        }),
        ("a chain key of 33 bytes", "BadValue", &[2, 3, 2], |i| {
            resize(i, 2, 33);
        }),
        ("a store of 35 bytes", "BadValue", &[2, 3, 2], |i| {
            i.push(Item::Bytes(3, vec![1; 35]));
        }),
        ("a store of 37 bytes", "BadValue", &[2, 3, 2], |i| {
            i.push(Item::Bytes(3, vec![1; 37]));
        }),
        ("the limits as an integer", "BadValue", &[2], |i| {
            without(i, 6);
            i.push(Item::Integer(6, 1));
        }),
        ("two links in epoch 0", "OutOfStep", &[2], |i| {
            let link = i.iter().find(|item| item.number() == 3).cloned();
            i.extend(link);
        }),
        (
            "an epoch of sending that is not there yet",
            "OutOfStep",
            &[2],
            |i| {
                without(i, 5);
                i.push(Item::Integer(5, 1));
            },
        ),
        (
            "chains of epoch 1, the Braid in epoch 1 without its secret",
            "OutOfStep",
            &[2],
            |i| {
                without(i, 2);
                i.push(Item::Integer(2, 1));
                without(i, 5);
                i.push(Item::Integer(5, 1));
            },
        ),
        ("chains of the greatest epoch", "OutOfStep", &[2], |i| {
            without(i, 2);
            i.push(Item::Integer(2, u64::MAX));
            without(i, 5);
            i.push(Item::Integer(5, u64::MAX));
        }),
    ]
}

fn braids() -> Vec<Case> {
    vec![
        ("an empty Braid", "Missing", &[], |i| {
            set(i, Item::Bytes(3, Vec::new()));
        }),
        ("two states of the Braid", "BadValue", &[3], |i| {
            i.push(Item::Bytes(1, Vec::new()));
        }),
        ("a state of the Braid twice", "BadValue", &[3], |i| {
            let state = i.first().cloned();
            i.extend(state);
        }),
        (
            "a state of the Braid as an integer",
            "BadValue",
            &[3],
            |i| {
                i.clear();
                i.push(Item::Integer(6, 1));
            },
        ),
        ("a state of the Braid of number 12", "BadValue", &[3], |i| {
            i.clear();
            i.push(Item::Bytes(12, Vec::new()));
        }),
        ("an empty state of the Braid", "Missing", &[3], |i| {
            set(i, Item::Bytes(6, Vec::new()));
        }),
        ("no core", "Missing", &[3, 6], |i| without(i, 1)),
        ("no epoch: it is 0", "Missing", &[3, 6, 1], |i| {
            without(i, 1);
        }),
        ("epoch 0", "BadValue", &[3, 6, 1], |i| {
            set(i, Item::Integer(1, 0));
        }),
        (
            "epoch 2, the chains of epoch 0",
            "OutOfStep",
            &[3, 6, 1],
            |i| {
                set(i, Item::Integer(1, 2));
            },
        ),
        ("the epoch as bytes", "BadValue", &[3, 6, 1], |i| {
            without(i, 1);
            i.push(Item::Bytes(1, vec![1]));
        }),
        ("no authenticator", "Missing", &[3, 6, 1], |i| without(i, 2)),
        ("no root key", "Missing", &[3, 6, 1, 2], |i| without(i, 1)),
        ("no MAC key", "Missing", &[3, 6, 1, 2], |i| without(i, 2)),
        ("a root key of 31 bytes", "BadValue", &[3, 6, 1, 2], |i| {
            resize(i, 1, 31);
        }),
        ("a MAC key of 33 bytes", "BadValue", &[3, 6, 1, 2], |i| {
            resize(i, 2, 33);
        }),
        ("no decoder", "Missing", &[3, 6], |i| without(i, 2)),
    ]
}

fn negotiations() -> Vec<Case> {
    vec![
        ("the negotiation as an integer", "BadValue", &[], |i| {
            without(i, 1);
            i.push(Item::Integer(1, 1));
        }),
        ("no key from the handshake", "Missing", &[1], |i| {
            without(i, 1);
        }),
        (
            "a key from the handshake of 31 bytes",
            "BadValue",
            &[1],
            |i| resize(i, 1, 31),
        ),
        ("a negotiation of direction 2", "BadValue", &[1], |i| {
            without(i, 2);
            i.push(Item::Integer(2, 2));
        }),
        ("a least version of 2", "BadValue", &[1], |i| {
            set(i, Item::Integer(3, 2));
        }),
        (
            "the limits of a negotiation as an integer",
            "BadValue",
            &[1],
            |i| {
                without(i, 4);
                i.push(Item::Integer(4, 1));
            },
        ),
    ]
}

fn decoders() -> Vec<Case> {
    vec![
        ("a decoder of 15 polynomials", "BadCoder", &[3, 6, 2], |i| {
            set(i, Item::Integer(2, 15));
        }),
        (
            "a decoder without number of polynomials",
            "BadCoder",
            &[3, 6, 2],
            |i| without(i, 2),
        ),
        (
            "a decoder with 15 sets of points",
            "BadCoder",
            &[3, 6, 2],
            |i| {
                i.pop();
            },
        ),
        (
            "a decoder with 17 sets of points",
            "BadCoder",
            &[3, 6, 2],
            |i| {
                i.push(Item::Bytes(3, Vec::new()));
            },
        ),
        (
            "a decoder that says it is complete",
            "BadCoder",
            &[3, 6, 2],
            |i| {
                i.push(Item::Integer(4, 1));
            },
        ),
        ("a point of 3 bytes", "BadCoder", &[3, 6, 2], |i| {
            resize(i, 3, 3);
        }),
        (
            "two points of the same index",
            "BadCoder",
            &[3, 6, 2],
            |i| {
                set(i, Item::Bytes(3, vec![0, 1, 5, 5, 0, 1, 5, 5]));
            },
        ),
        ("points in descending order", "BadCoder", &[3, 6, 2], |i| {
            set(i, Item::Bytes(3, vec![0, 1, 5, 5, 0, 0, 5, 5]));
        }),
        (
            "a set of points as an integer",
            "BadCoder",
            &[3, 6, 2],
            |i| {
                i.pop();
                i.push(Item::Integer(3, 0));
            },
        ),
    ]
}

fn encoders() -> Vec<Case> {
    vec![
        ("no encoder", "Missing", &[3, 11], |i| without(i, 2)),
        ("an empty encoder", "BadCoder", &[3, 11], |i| {
            set(i, Item::Bytes(2, Vec::new()));
        }),
        (
            "an encoder with 15 polynomials",
            "BadCoder",
            &[3, 11, 2],
            |i| {
                i.pop();
            },
        ),
        (
            "an encoder with 17 polynomials",
            "BadCoder",
            &[3, 11, 2],
            |i| {
                let last = i.last().cloned();
                i.extend(last);
            },
        ),
        (
            "an encoder with values and coefficients",
            "BadCoder",
            &[3, 11, 2],
            |i| {
                i.push(Item::Bytes(3, vec![0; 10]));
            },
        ),
        (
            "a polynomial with a value less",
            "BadCoder",
            &[3, 11, 2],
            |i| resize(i, 2, 8),
        ),
        (
            "a polynomial with a value more",
            "BadCoder",
            &[3, 11, 2],
            |i| resize(i, 2, 12),
        ),
        (
            "a polynomial of an odd length",
            "BadCoder",
            &[3, 11, 2],
            |i| resize(i, 2, 9),
        ),
        (
            "a counter of an encoder as bytes",
            "BadCoder",
            &[3, 11, 2],
            |i| {
                i.push(Item::Bytes(1, vec![1]));
            },
        ),
    ]
}

fn keys_sampled() -> Vec<Case> {
    vec![
        (
            "keys_sampled: a vector of 1151 bytes",
            "BadValue",
            &[3, 2, 1],
            |i| resize(i, 3, 1151),
        ),
        (
            "keys_sampled: a decapsulation key of 2401 bytes",
            "BadValue",
            &[3, 2, 1],
            |i| resize(i, 4, 2401),
        ),
        (
            "keys_sampled: no decapsulation key",
            "Missing",
            &[3, 2, 1],
            |i| without(i, 4),
        ),
    ]
}

fn ct1_sampled() -> Vec<Case> {
    vec![
        (
            "ct1_sampled: a state of the KEM of 2079 bytes",
            "BadValue",
            &[3, 8, 1],
            |i| resize(i, 4, 2079),
        ),
        (
            "ct1_sampled: half a ciphertext of 961 bytes",
            "BadValue",
            &[3, 8, 1],
            |i| resize(i, 5, 961),
        ),
        (
            "ct1_sampled: chains of epoch 0, though the secret of epoch 1 is drawn",
            "OutOfStep",
            &[2],
            |i| {
                without(i, 2);
                let first = i.iter().position(|item| item.number() == 3);
                if let Some(at) = first {
                    i.remove(at);
                }
            },
        ),
    ]
}

fn header_received() -> Vec<Case> {
    vec![
        (
            "header_received: a header of 63 bytes",
            "BadValue",
            &[3, 7, 1],
            |i| resize(i, 3, 63),
        ),
        (
            "header_received: a header of 65 bytes",
            "BadValue",
            &[3, 7, 1],
            |i| resize(i, 3, 65),
        ),
        ("header_received: no header", "Missing", &[3, 7, 1], |i| {
            without(i, 3);
        }),
    ]
}

fn several_links() -> Vec<Case> {
    vec![
        (
            "the epoch of sending is older than the oldest link",
            "OutOfStep",
            &[2],
            |i| {
                let first = i.iter().position(|item| item.number() == 3);
                if let Some(at) = first {
                    i.remove(at);
                }
            },
        ),
        ("three links in epoch 1", "OutOfStep", &[2], |i| {
            let link = i.iter().find(|item| item.number() == 3).cloned();
            i.extend(link);
        }),
    ]
}
