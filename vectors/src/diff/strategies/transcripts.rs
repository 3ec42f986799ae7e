//! Themes of SPQR alone: transcripts, and chains.
use super::{case_of, kem, sparse};
use crate::diff::protobuf::FieldEdit;
use crate::diff::scenario::{
    Action, Scenario, SparseAction, SparseStart, Stored, Talk, Tamper, Which,
};
use crate::diff::sparse_part::{Change, SparseEdit};
use crate::step::Profile;
use proptest::prelude::*;

const ALICE: u8 = 0;
const BOB: u8 = 1;
/// Two parties of no consequence.
const PROFILES: [Profile; 2] = [Profile::SignalV4; 2];
/// How both begin in a session.
const AS_IN_SESSIONS: SparseStart = SparseStart {
    versions: (1, 1),
    min_versions: (1, 1),
    max_jump: 0,
    max_out_of_order: 0,
    same_key: true,
};

fn case(
    prelude: Vec<SparseAction>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    let prelude = prelude.into_iter().map(Action::Sparse).collect();
    case_of(&PROFILES, prelude, action, count)
}

/// Several epochs, in order and with losses, saved and loaded on the way; all states of the braid.
pub fn transcript() -> BoxedStrategy<Scenario> {
    let save = |party| SparseAction::Save { party };
    let load = |party| load(party, Vec::new());
    let prelude = vec![
        SparseAction::Start(AS_IN_SESSIONS),
        talk(60, (1, 1), 0),
        save(ALICE),
        load(ALICE),
        save(BOB),
        load(BOB),
        talk(60, (1, 1), 60),
        // Alice sends so much more that Bob has the key before Alice has the first half of the ciphertext.
        SparseAction::Start(AS_IN_SESSIONS),
        talk(40, (6, 1), 0),
        deliver(Which::Any(5), Vec::new()),
    ];
    case(prelude, sparse::transcript(), 100..400)
}

/// One thing wrong after the other, each once.
pub fn damaged() -> BoxedStrategy<Scenario> {
    let prelude = [
        damaged_chunks(),
        damaged_numbers(),
        versions(),
        damaged_states(),
    ];
    case(prelude.concat(), sparse::damaged_transcript(), 150..500)
}

/// Named chains.
pub fn chains() -> BoxedStrategy<Scenario> {
    let steps = kem::special().into_iter();
    let prelude = steps.map(|step| Action::Once(Box::new(step))).collect();
    case_of(&PROFILES, prelude, sparse::chain(), 100..300)
}

fn talk(turns: u8, messages: (u8, u8), loss: u8) -> SparseAction {
    SparseAction::Talk(Talk {
        turns,
        messages,
        loss,
    })
}

fn send(party: u8) -> SparseAction {
    SparseAction::Send {
        party,
        withheld: false,
    }
}

fn deliver(which: Which, edits: Vec<SparseEdit>) -> SparseAction {
    SparseAction::Deliver {
        which,
        back: false,
        edits,
    }
}

fn spoilt(edit: SparseEdit) -> SparseAction {
    deliver(Which::Latest, vec![edit])
}

fn load(party: u8, tamper: Vec<Tamper>) -> SparseAction {
    SparseAction::Load {
        party,
        stored: Stored::Saved(0),
        tamper,
    }
}

fn forge(party: u8, bytes: &[u8]) -> SparseAction {
    SparseAction::Forge {
        party,
        bytes: bytes.to_vec(),
    }
}

/// A chunk of the header, then one of the vector, then one of the ciphertext: what they belong to is never accepted.
fn damaged_chunks() -> Vec<SparseAction> {
    let data = || SparseEdit::Data(7, 1);
    vec![
        SparseAction::Start(AS_IN_SESSIONS),
        send(ALICE),
        spoilt(data()),
        talk(4, (1, 1), 0),
        SparseAction::Start(AS_IN_SESSIONS),
        talk(3, (1, 1), 0),
        send(ALICE),
        spoilt(data()),
        talk(40, (1, 1), 0),
        SparseAction::Start(AS_IN_SESSIONS),
        talk(3, (1, 1), 0),
        send(BOB),
        spoilt(data()),
        talk(48, (1, 1), 0),
    ]
}

/// Epochs, numbers and types that are wrong.
fn damaged_numbers() -> Vec<SparseAction> {
    let few = SparseStart {
        max_jump: 30,
        max_out_of_order: 2,
        ..AS_IN_SESSIONS
    };
    let mut actions = vec![SparseAction::Start(few), talk(1, (1, 1), 0)];
    actions.extend((0..6).map(|_| send(ALICE)));
    actions.extend([
        spoilt(SparseEdit::Epoch(Change::By(5))),
        send(ALICE),
        spoilt(SparseEdit::Kind(9)),
        send(ALICE),
        spoilt(SparseEdit::Index(Change::By(31))),
        send(ALICE),
        deliver(Which::Latest, Vec::new()),
        deliver(Which::Any(0), Vec::new()),
        deliver(Which::Next, Vec::new()),
        deliver(Which::Latest, Vec::new()),
    ]);
    actions
}

/// A peer of another version: accepted, refused, too late.
fn versions() -> Vec<SparseAction> {
    let lenient = SparseStart {
        min_versions: (0, 0),
        ..AS_IN_SESSIONS
    };
    let one_sided = SparseStart {
        versions: (1, 0),
        min_versions: (0, 1),
        ..AS_IN_SESSIONS
    };
    vec![
        SparseAction::Start(lenient),
        talk(2, (1, 1), 0),
        SparseAction::Start(lenient),
        forge(ALICE, &[]),
        talk(2, (1, 1), 0),
        SparseAction::Start(one_sided),
        talk(2, (1, 1), 0),
        SparseAction::Start(AS_IN_SESSIONS),
        forge(ALICE, &[0]),
        send(ALICE),
        spoilt(SparseEdit::Version(2)),
        talk(2, (1, 1), 0),
        forge(ALICE, &[]),
        SparseAction::Send {
            party: BOB,
            withheld: true,
        },
    ]
}

/// A state without what chains are made of, one whose chain is used up, one that is cut.
fn damaged_states() -> Vec<SparseAction> {
    let field = |path: &[u32], edit| Tamper::Field(path.to_vec(), edit);
    let last = FieldEdit::Varint(u64::from(u32::MAX));
    vec![
        SparseAction::Start(AS_IN_SESSIONS),
        talk(2, (1, 1), 0),
        SparseAction::Save { party: ALICE },
        load(
            ALICE,
            vec![
                field(&[1], FieldEdit::Remove),
                field(&[2], FieldEdit::Remove),
            ],
        ),
        talk(1, (1, 1), 0),
        load(ALICE, vec![field(&[2, 3, 1, 1], last)]),
        send(ALICE),
        load(ALICE, vec![Tamper::Cut(40)]),
        load(ALICE, Vec::new()),
        talk(2, (1, 1), 0),
    ]
}
