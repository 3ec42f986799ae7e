//! The symmetric chains of SPQR: keys by epoch and number, and what is kept of them.
mod epochs;
mod limits;

use super::build::{group, secret, test, with_sources, Plan, SIGNAL_V4};
use super::script::Script;
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::epoch::Epoch;
use crate::outcome::ErrorClass;
use crate::step::{Direction, Step};

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Keys in order, in both directions: what one side sends with, the other receives with.",
        effect: "Wrong labels or a wrong order of the outputs: no message of a peer can be read.",
    },
    FlagNote {
        flag: "Label",
        description: "The key derivation itself, with its label; that of the start has two spaces.",
        effect: "Another label than the peer's.",
    },
    FlagNote {
        flag: "MessageKeys",
        description: "What the keys are for: the salt of the keys of a message.",
        effect: "Messages are not protected by the KEM, or cannot be read by the peer.",
    },
    FlagNote {
        flag: "OutOfOrder",
        description: "Keys that are asked for late: they were kept when a later one was asked for.",
        effect: "Messages that overtake one another cannot be read.",
    },
    FlagNote {
        flag: "Replay",
        description: "A key that was given out, or number 0, which is no key.",
        effect: "A message is accepted twice.",
    },
    FlagNote {
        flag: "Jump",
        description: "How far ahead of the last key a number may be: exactly the limit, and one more.",
        effect: "Anybody makes the receiver compute for as long as it likes, or a peer is refused that should not be.",
    },
    FlagNote {
        flag: "Trimmed",
        description: "How far behind the last key a number may be, and which keys go when others come.",
        effect: "Keys are kept for ever, or are gone too early.",
    },
    FlagNote {
        flag: "Garbage",
        description: "Old keys are removed when more than the limit and a tenth are kept, with the counter from before the key that is asked for.",
        effect: "The stored states of two implementations differ after the same messages.",
    },
    FlagNote {
        flag: "Limits",
        description: "The limits of a chain; 0 is the default, 25,000 and 2,000.",
        effect: "Peers of other limits refuse what this one sends.",
    },
    FlagNote {
        flag: "Epochs",
        description: "A secret of the KEM begins new chains; the one before stays for late messages once the new one is sent with.",
        effect: "Late messages cannot be read, or old keys are kept for ever.",
    },
    FlagNote {
        flag: "EpochRange",
        description: "Epochs that are not there yet, or any more.",
        effect: "A crash, or the key of another epoch.",
    },
    FlagNote {
        flag: "SendEpoch",
        description: "The epoch of sending never goes back.",
        effect: "A key is used twice, or one that the peer has dropped.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Keys are 32 bytes, and a chain must be there.",
        effect: "A crash.",
    },
];

const NAME: &str = "spqr_chain";

/// The family.
pub fn family() -> Plan<Family> {
    let tests = [conversations()?, limits::tests()?, epochs::tests()?].concat();
    with_sources(Family {
        name: NAME,
        algorithm: "SPQR: chains of message keys",
        header: &[
            "Start: HKDF(zeros, auth key, Signal PQ Ratchet V1 Chain  Start, 96): next root, key of A to B, key of B to A.",
            "Epoch: HKDF(next root, secret, Signal PQ Ratchet V1 Chain Add Epoch, 96), the same. Key n: HKDF(zeros, chain key, n || Signal PQ",
            "Ratchet V1 Chain Next, 64): next chain key, message key; n is 32 bits, the high byte first, and begins at 1.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V4, tests),
            group("message_keys", SIGNAL_V4, message_keys()),
        ],
    })
}

/// A chain in a script.
struct Chains(Script);

impl Chains {
    fn new(tc_id: u32) -> Self {
        Self(Script::new(NAME, tc_id))
    }

    /// A script with one chain, the receiver's side of A to B, of these limits.
    fn receiver(tc_id: u32, max_jump: u32, max_out_of_order: u32) -> Plan<Self> {
        let mut chains = Self::new(tc_id);
        chains.start("bob", Direction::B2A, max_jump, max_out_of_order)?;
        Ok(chains)
    }

    /// Both sides, with the default limits.
    fn both(tc_id: u32) -> Plan<Self> {
        let mut chains = Self::new(tc_id);
        chains.start("alice", Direction::A2B, 0, 0)?;
        chains.start("bob", Direction::B2A, 0, 0)?;
        Ok(chains)
    }

    fn start(
        &mut self,
        chain: &str,
        direction: Direction,
        max_jump: u32,
        max_out_of_order: u32,
    ) -> Plan<()> {
        let step = starting(
            chain,
            direction,
            secret(NAME, 0, "auth key"),
            max_jump,
            max_out_of_order,
        );
        self.0.valid(step)?;
        Ok(())
    }

    /// Add the next epoch to chains, with the same secret.
    fn epoch(&mut self, chains: &[&str]) -> Plan<()> {
        let secret = self.0.draw("epoch secret");
        for chain in chains {
            self.0.valid(adding(chain, secret.clone()))?;
        }
        Ok(())
    }

    /// The next key to send with: its number and itself.
    fn send(&mut self, chain: &str, epoch: u64) -> Plan<(u32, Vec<u8>)> {
        let outcome = self.0.valid(sending(chain, epoch))?;
        let index = outcome
            .outputs
            .get("index")
            .and_then(serde_json::Value::as_u64);
        let index = index.and_then(|n| u32::try_from(n).ok());
        Ok((
            index.unwrap_or_default(),
            outcome.bytes("key").unwrap_or_default(),
        ))
    }

    fn receive(&mut self, chain: &str, epoch: u64, index: u32) -> Plan<Vec<u8>> {
        let outcome = self.0.valid(receiving(chain, epoch, index))?;
        Ok(outcome.bytes("key").unwrap_or_default())
    }

    /// Ask for keys of numbers, in this order.
    fn receive_all(&mut self, chain: &str, epoch: u64, indices: &[u32]) -> Plan<()> {
        for index in indices {
            self.receive(chain, epoch, *index)?;
        }
        Ok(())
    }

    fn refused(&mut self, chain: &str, epoch: u64, index: u32, class: ErrorClass) -> Plan<()> {
        self.0.invalid(receiving(chain, epoch, index), class)
    }

    /// Send at one side and receive at the other: the keys are the same.
    fn pass(&mut self, from: &str, to: &str, epoch: u64) -> Plan<()> {
        let (index, sent) = self.send(from, epoch)?;
        let received = self.receive(to, epoch, index)?;
        if sent == received {
            Ok(())
        } else {
            Err(super::PlanError(format!(
                "key {index} of {from} is another one"
            )))
        }
    }

    fn finish(self, comment: &str, flag: &str) -> TestPlan {
        self.0.finish(comment, &[flag])
    }
}

fn starting(
    chain: &str,
    direction: Direction,
    auth_key: Bytes,
    max_jump: u32,
    max_out_of_order: u32,
) -> Step {
    Step::ChainStart {
        chain: chain.to_owned(),
        direction,
        auth_key,
        max_jump,
        max_out_of_order,
    }
}

fn adding(chain: &str, secret: Bytes) -> Step {
    Step::ChainAddEpoch {
        chain: chain.to_owned(),
        secret,
    }
}

fn sending(chain: &str, epoch: u64) -> Step {
    Step::ChainSendKey {
        chain: chain.to_owned(),
        epoch: Epoch(epoch),
    }
}

fn receiving(chain: &str, epoch: u64, index: u32) -> Step {
    Step::ChainReceiveKey {
        chain: chain.to_owned(),
        epoch: Epoch(epoch),
        index,
    }
}

fn conversations() -> Plan<Vec<TestPlan>> {
    let mut in_order = Chains::both(101)?;
    for _ in 0..3 {
        in_order.pass("alice", "bob", 0)?;
        in_order.pass("bob", "alice", 0)?;
    }
    let mut overtaking = Chains::both(102)?;
    for _ in 0..6 {
        overtaking.send("alice", 0)?;
    }
    overtaking.receive_all("bob", 0, &[3, 1, 6, 5, 2, 4])?;
    let mut twice = Chains::receiver(103, 0, 0)?;
    twice.refused("bob", 0, 0, ErrorClass::KeyAlreadyRequested)?;
    twice.receive_all("bob", 0, &[1, 4])?;
    for index in [4, 1, 0] {
        twice.refused("bob", 0, index, ErrorClass::KeyAlreadyRequested)?;
    }
    twice.receive_all("bob", 0, &[2])?;
    twice.refused("bob", 0, 2, ErrorClass::KeyAlreadyRequested)?;
    Ok(vec![
        in_order.finish("three messages each way", "Normal"),
        overtaking.finish("six messages that overtake one another", "OutOfOrder"),
        twice.finish("keys that were given out, and number 0", "Replay"),
        bad_inputs(104)?,
    ])
}

fn bad_inputs(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    for length in [0, 31, 33] {
        let key = Bytes(vec![1; length]);
        let steps = [
            starting("bob", Direction::A2B, key.clone(), 0, 0),
            adding("bob", key),
        ];
        for step in steps {
            chains.0.invalid(step, ErrorClass::BadInput)?;
        }
    }
    for step in [
        adding("carol", secret(NAME, 0, "epoch secret")),
        sending("carol", 0),
        receiving("carol", 0, 1),
    ] {
        chains.0.invalid(step, ErrorClass::BadInput)?;
    }
    Ok(chains.finish(
        "keys of wrong lengths, and no chain of that name",
        "BadInput",
    ))
}

fn message_keys() -> Vec<TestPlan> {
    let keys = |salt: Option<Bytes>| Step::MessageKeys {
        seed: secret(NAME, 0, "seed"),
        spqr_key: salt,
    };
    let cases = [
        (
            "with a key of SPQR",
            "MessageKeys",
            keys(Some(secret(NAME, 0, "key"))),
        ),
        ("without one: the salt is absent", "MessageKeys", keys(None)),
        (
            "with a key of zeros: the same as without one",
            "MessageKeys",
            keys(Some(Bytes(vec![0; 32]))),
        ),
        (
            "a key of 31 bytes",
            "BadInput",
            keys(Some(Bytes(vec![0; 31]))),
        ),
        (
            "an empty key: not the same as none",
            "BadInput",
            keys(Some(Bytes::default())),
        ),
    ];
    (501..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}
