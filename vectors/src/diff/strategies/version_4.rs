//! Themes of parties of version 4: their preludes.
use super::{
    actions, case_of, deliver, forgeries, handshake_of, initiations, kem, next, publish_with,
    records, send, start, Theme, TO_ALICE, TO_BOB,
};
use crate::diff::protobuf::FieldEdit;
use crate::diff::scenario::{
    Action, BundleFault, Envelope, KemFault, KemPlan, Pair, Restore, Scenario, Stored, Talk,
    Tamper, Which,
};
use crate::diff::sparse_part::{Change, SparseEdit};
use crate::step::Profile;
use proptest::prelude::*;

const VERSION_4: [Profile; 3] = [Profile::SignalV4; 3];

/// The strategy of a theme of sessions of version 4.
pub fn strategy(theme: Theme) -> BoxedStrategy<Scenario> {
    let two = &VERSION_4[..2];
    let handshake = || handshake_of(Profile::SignalV4);
    let talk = || actions::conversation(Profile::SignalV4);
    match theme {
        Theme::Three4 => case_of(&VERSION_4, handshake(), talk(), 60..200),
        Theme::Stateless4 => {
            let action = actions::stateless(Profile::SignalV4);
            case_of(two, special_steps(), action, 100..250)
        }
        Theme::Forgery4 => {
            let action = actions::forgery(Profile::SignalV4);
            case_of(two, kem_forgeries(), action, 60..200)
        }
        Theme::Records4 => {
            let action = actions::records(Profile::SignalV4);
            case_of(two, kem_records(), action, 80..240)
        }
        Theme::Initiations4 => {
            let action = actions::initiations(Profile::SignalV4);
            case_of(two, replays(), action, 40..150)
        }
        Theme::Epochs => case_of(two, epochs(), talk(), 20..80),
        Theme::LossyEpochs => case_of(two, lossy_epochs(), talk(), 20..80),
        Theme::Mixed => {
            let profiles = [Profile::SignalV4, Profile::SignalV3];
            case_of(&profiles, mixed(), actions::mixed(), 60..180)
        }
        _ => case_of(two, handshake(), talk(), 60..200),
    }
}

/// Steps that random ones may miss.
fn special_steps() -> Vec<Action> {
    kem::special()
        .into_iter()
        .map(|step| Action::Once(Box::new(step)))
        .collect()
}

fn talk(turns: u8, messages: (u8, u8), loss: u8) -> Action {
    Action::Talk {
        pair: TO_BOB,
        talk: Talk {
            turns,
            messages,
            loss,
        },
    }
}

fn save(pair: Pair) -> Action {
    Action::Save { pair }
}

fn restore(pair: Pair, restore: Restore, number: u16, tamper: Vec<Tamper>) -> Action {
    Action::Restore {
        pair,
        restore,
        stored: Stored::Saved(number),
        tamper,
    }
}

/// An epoch of SPQR takes 44 turns of one message each: three of them, the records restored in each form on the way.
fn epochs() -> Vec<Action> {
    let mut actions = handshake_of(Profile::SignalV4);
    actions.extend([
        talk(25, (1, 1), 0),
        save(TO_BOB),
        save(TO_ALICE),
        restore(TO_BOB, Restore::Load, 1, Vec::new()),
        restore(TO_ALICE, Restore::Import, 0, Vec::new()),
        talk(35, (1, 1), 0),
        save(TO_BOB),
        restore(TO_BOB, Restore::Import, 0, Vec::new()),
        talk(50, (1, 1), 0),
        save(TO_ALICE),
        restore(TO_ALICE, Restore::Load, 0, Vec::new()),
        talk(25, (1, 1), 0),
    ]);
    actions
}

/// One message in four is lost; then one party sends six times as much as the other; then what was lost comes late.
fn lossy_epochs() -> Vec<Action> {
    let mut actions = handshake_of(Profile::SignalV4);
    actions.extend([
        talk(70, (1, 1), 64),
        talk(10, (6, 1), 40),
        talk(10, (1, 6), 40),
    ]);
    actions.extend((0..12).map(|_| next()));
    actions.extend((0..6).map(|_| deliver(Which::Latest)));
    actions
}

/// Bundles and envelopes with one thing wrong each, then messages whose sender damages its own SPQR messages.
fn kem_forgeries() -> Vec<Action> {
    let fault = |fault| Action::Start {
        pair: TO_BOB,
        bundle: 0,
        times: 1,
        fault: Some(BundleFault::Kem(fault)),
    };
    let envelope = |envelope| Action::Reenvelope {
        which: Which::Latest,
        envelope,
    };
    let resign = |which, edit| Action::Resign {
        which,
        edits: vec![edit],
    };
    let mut actions: Vec<Action> = [
        KemFault::Signature(3),
        KemFault::Absent,
        KemFault::NoKey,
        KemFault::NoId,
        KemFault::NoSignature,
        KemFault::Unsigned,
        KemFault::Type(10),
        KemFault::Short(1000),
        KemFault::NotReduced,
        KemFault::Other,
    ]
    .map(fault)
    .to_vec();
    actions.extend([send(TO_BOB), next()]);
    actions.extend(forgeries());
    actions.extend([
        start(TO_BOB, 1),
        send(TO_BOB),
        envelope(Envelope::KemPrekeyId(99)),
        envelope(Envelope::KemCiphertext(99)),
        envelope(Envelope::KemType(10)),
        envelope(Envelope::ShortKemCiphertext(1000)),
        envelope(Envelope::Version(3)),
        resign(Which::Latest, SparseEdit::Data(1, 1)),
        next(),
        talk(4, (1, 1), 0),
        send(TO_BOB),
        resign(Which::Latest, SparseEdit::Epoch(Change::By(1))),
        resign(Which::Latest, SparseEdit::Index(Change::By(1))),
        resign(Which::Latest, SparseEdit::Gone),
        resign(Which::Latest, SparseEdit::Version(2)),
        resign(Which::Latest, SparseEdit::Data(1, 1)),
        talk(3, (1, 1), 0),
    ]);
    actions
}

/// Records without what SPQR needs, and with a KEM ciphertext that is damaged.
fn kem_records() -> Vec<Action> {
    let field = |path: &[u32], edit| Tamper::Field(path.to_vec(), edit);
    let mut actions = vec![
        start(TO_BOB, 1),
        save(TO_BOB),
        restore(
            TO_BOB,
            Restore::Load,
            0,
            vec![field(&[1, 14, 2], FieldEdit::Bytes(vec![8; 1569]))],
        ),
        send(TO_BOB),
        next(),
        restore(
            TO_BOB,
            Restore::Load,
            0,
            vec![field(&[1, 14], FieldEdit::Remove)],
        ),
    ];
    actions.extend(records(Profile::SignalV4));
    actions.extend([
        talk(3, (1, 1), 0),
        save(TO_BOB),
        restore(
            TO_BOB,
            Restore::Import,
            0,
            vec![
                field(&[1, 15, 1], FieldEdit::Remove),
                field(&[1, 15, 2], FieldEdit::Remove),
            ],
        ),
        send(TO_BOB),
        restore(
            TO_BOB,
            Restore::Load,
            0,
            vec![field(&[1, 15], FieldEdit::Remove)],
        ),
        send(TO_BOB),
        deliver(Which::Latest),
        restore(TO_BOB, Restore::Load, 0, Vec::new()),
        send(TO_BOB),
        deliver(Which::Latest),
    ]);
    actions
}

/// A prekey message comes again after the record is gone: its KEM prekey is of last resort, or used up. Then simultaneous
/// initiation, as in version 3.
fn replays() -> Vec<Action> {
    let again = |kem, one_time| {
        [
            publish_with(1, one_time, kem),
            start(TO_BOB, 1),
            send(TO_BOB),
            next(),
            Action::Delete { pair: TO_ALICE },
            deliver(Which::Any(0)),
        ]
    };
    let mut actions = again(KemPlan::LastResort, false).to_vec();
    actions.extend(again(KemPlan::LastResort, false));
    actions.extend(again(KemPlan::OneTime, false));
    actions.extend(again(KemPlan::Imported, true));
    actions.extend(initiations());
    actions
}

/// Each refuses what the other begins; then both change their profiles, and what they had goes on.
fn mixed() -> Vec<Action> {
    let other = |party| Action::OtherProfile { party };
    let refused = |pair| [start(pair, 1), send(pair), next()];
    let mut actions = vec![publish_with(1, true, KemPlan::None), start(TO_BOB, 1)];
    actions.extend(refused(TO_ALICE));
    actions.push(publish_with(1, true, KemPlan::OneTime));
    actions.extend(refused(TO_BOB));
    actions.push(other(1));
    actions.extend(handshake_of(Profile::SignalV4));
    actions.extend([
        send(TO_BOB),
        save(TO_BOB),
        save(TO_ALICE),
        other(0),
        restore(TO_BOB, Restore::Load, 1, Vec::new()),
        other(1),
        restore(TO_ALICE, Restore::Load, 0, Vec::new()),
        send(TO_ALICE),
        deliver(Which::Latest),
        start(TO_BOB, 1),
        send(TO_BOB),
        deliver(Which::Latest),
        send(TO_ALICE),
        deliver(Which::Latest),
        next(),
    ]);
    actions
}
