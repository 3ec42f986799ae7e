//! Making a failure small, and writing it as a file of vectors.
use super::lockstep::{Divergence, Lockstep};
use super::scenario::Scenario;
use super::{Drivers, Found};
use crate::format::{Note, Test, TestGroup, TestStep, VectorFile};
use crate::outcome::Outcome;
use crate::runner::STEPS;
use crate::step::{Step, Subject};
use proptest::strategy::ValueTree;
use serde_json::Map;
use std::time::{Duration, Instant};

/// Most scenarios tried while shrinking.
const MOST_SCENARIOS: usize = 600;
/// Most lists of steps tried while shrinking.
const MOST_LISTS: usize = 600;
/// How long failures are shrunk, whatever is left to try: some cases take seconds.
const LONGEST: Duration = Duration::from_secs(300);
const FLAG: &str = "DifferentialFailure";

/// Shrink a failure: first its actions, then its steps.
pub fn shrink(
    tree: &mut dyn ValueTree<Value = Scenario>,
    found: Found,
    drivers: &mut Drivers<'_>,
) -> Found {
    let end = Instant::now() + LONGEST;
    let smaller = shrink_actions(tree, found, drivers, end);
    shrink_steps(smaller, drivers, end)
}

/// Any failure will do, not only the first one.
fn shrink_actions(
    tree: &mut dyn ValueTree<Value = Scenario>,
    mut best: Found,
    drivers: &mut Drivers<'_>,
    end: Instant,
) -> Found {
    let mut more = tree.simplify();
    for _ in 0..MOST_SCENARIOS {
        if !more || Instant::now() > end {
            break;
        }
        more = match drivers.run(&tree.current()) {
            Err(found) => {
                best = *found;
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    best
}

/// Take out steps, in pieces of half the list and less, as long as the rest fails.
fn shrink_steps(mut best: Found, drivers: &mut Drivers<'_>, end: Instant) -> Found {
    let mut tries = 0;
    let mut piece = best.history.len() / 2;
    while piece > 0 {
        let mut start = 0;
        while start < best.history.len() && tries < MOST_LISTS && Instant::now() < end {
            tries += 1;
            match without(&best.history, start, piece, drivers) {
                Some(found) => best = found,
                None => start += piece,
            }
        }
        piece /= 2;
    }
    best
}

/// What a list of steps without a piece gives, if it fails and is smaller.
fn without(
    history: &[TestStep],
    start: usize,
    piece: usize,
    drivers: &mut Drivers<'_>,
) -> Option<Found> {
    let end = (start + piece).min(history.len());
    let rest = [&history[..start], &history[end..]].concat();
    replay(&rest, drivers).filter(|found| found.history.len() < history.len())
}

/// Execute steps whatever their outcomes; how the drivers disagree, if they do.
fn replay(steps: &[TestStep], drivers: &mut Drivers<'_>) -> Option<Found> {
    let mut lockstep = Lockstep::new(drivers.reference, drivers.subject);
    let divergence = execute_all(steps, &mut lockstep).err()?;
    Some(Found {
        divergence,
        history: lockstep.history,
    })
}

fn execute_all(steps: &[TestStep], lockstep: &mut Lockstep<'_>) -> Result<(), Divergence> {
    for step in steps {
        lockstep.execute(&step.step)?;
    }
    lockstep.finish()
}

/// A failure as a file of vectors: the steps with the outcomes of the reference.
///
/// A difference in saved bytes alone becomes visible by one step more that saves.
#[must_use]
pub fn vector_file(seed: u64, case: u64, found: &Found) -> VectorFile {
    let mut steps = found.history.clone();
    steps.extend(saving_step(found));
    let note = Note {
        description: "The drivers disagree in the last step.".to_owned(),
        effect: found.divergence.to_string(),
    };
    let test = Test {
        tc_id: 1,
        comment: format!("case {case} of the campaign with seed {seed}, shrunk"),
        flags: vec![FLAG.to_owned()],
        confirmed_by: Vec::new(),
        steps: Some(steps),
        expected: None,
        inputs: Map::new(),
    };
    VectorFile {
        algorithm: "differential failure".to_owned(),
        schema: "steps.json".to_owned(),
        version: crate::files::FORMAT_VERSION,
        number_of_tests: 1,
        header: vec![
            "Written by the differential campaign; the outcomes are those of spec.".to_owned(),
        ],
        notes: [(FLAG.to_owned(), note)].into(),
        test_groups: vec![TestGroup {
            kind: STEPS.to_owned(),
            profile: "signal-v3".to_owned(),
            source: "twinratchet diff".to_owned(),
            tests: vec![test],
        }],
    }
}

/// The step that shows what is only in the saved bytes.
fn saving_step(found: &Found) -> Option<TestStep> {
    let Divergence::Saved(about, saved, _) = &found.divergence else {
        return None;
    };
    let step = match about.clone() {
        Subject::Record { party, peer } => Step::Save { party, peer },
        Subject::Sparse(party) => Step::SpqrSave { party },
        Subject::Chain(_) | Subject::Written(_) | Subject::HeaderEncrypted(_) => return None,
        Subject::SenderKey { party, name } => Step::GroupSave {
            party,
            sender: name.sender,
            sender_device: name.sender_device,
            distribution_id: name.distribution_id,
        },
    };
    let expected = Outcome {
        state: found.history.last()?.expected.state.clone(),
        ..Outcome::valid().with_bytes("saved", saved.as_ref()?)
    };
    Some(TestStep { step, expected })
}
