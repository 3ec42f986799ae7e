//! Live conversations with foreign programs: `vectors/peers/README.md` says how to install them.
//!
//! Each program talks with both crates, as the initiator and as the responder, with and without a one-time prekey.
//! One that is not installed is left out with a line that says so; with `CI=true` it is a failure.
#[path = "peers/conversation.rs"]
mod conversation;
#[path = "peers/group.rs"]
mod group;
#[path = "peers/ours.rs"]
mod ours;
#[path = "peers/program.rs"]
mod program;
#[path = "peers/side.rs"]
mod side;

use conversation::{Conversation, Tally};
use ours::Ours;
use program::{Peer, Program, Theirs};
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::io::Write;
use twinratchet_vectors::driver;

/// Messages that must be read in each direction, of each program with each crate.
const MESSAGES: usize = 100;

/// Our random bytes; `TWINRATCHET_SEED` gives others. The programs draw their own.
fn seed() -> u64 {
    let given = std::env::var("TWINRATCHET_SEED").ok();
    given.map_or(20_260_101, |seed| seed.parse().unwrap())
}

/// Past the capture of output by the test runner, so that a run always shows it.
fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    writeln!(out, "peers: {line}").unwrap();
}

/// The program if it is installed. Panics in the continuous build if it is not.
fn open(program: &Program) -> Option<Peer> {
    let Some(missing) = program.missing() else {
        return Some(Peer::start(program));
    };
    let text = format!("{}: {} is not there", program.name, missing.display());
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{text}; vectors/peers/install makes it"
    );
    say(&format!("LEFT OUT {text}; vectors/peers/install makes it"));
    None
}

fn talk(program: &Program) {
    let Some(mut peer) = open(program) else {
        return;
    };
    let version = peer.hello();
    for driver in driver::all() {
        let crate_name = driver.name();
        let mut rng = ChaCha20Rng::seed_from_u64(seed());
        let mut ours = Ours::new(driver, program, &mut rng);
        let [mut sent, mut received] = [Tally::default(), Tally::default()];
        for (we_start, one_time) in [(true, true), (true, false), (false, true), (false, false)] {
            ours.reset();
            let mut theirs = Theirs::new(&mut peer, ours.address(), &mut rng);
            ours.meet(theirs.address());
            let sides: [&mut dyn side::Side; 2] = if we_start {
                [&mut ours, &mut theirs]
            } else {
                [&mut theirs, &mut ours]
            };
            let mut conversation = Conversation::new(sides, &mut rng);
            conversation.run(one_time, program.sessions);
            let [first, second] = conversation.tallies;
            sent.add(if we_start { &first } else { &second });
            received.add(if we_start { &second } else { &first });
        }
        say(&format!(
            "{version} with {crate_name}: it read {sent}; {crate_name} read {received}; seed {}",
            seed()
        ));
        assert!(sent.read >= MESSAGES, "{} read {sent}", program.name);
        assert!(received.read >= MESSAGES, "{crate_name} read {received}");
    }
}

fn talk_in_groups(program: &Program) {
    let Some(mut peer) = open(program) else {
        return;
    };
    let version = peer.hello();
    for mut driver in driver::all() {
        let crate_name = driver.name();
        let mut rng = ChaCha20Rng::seed_from_u64(seed());
        let read = group::talk(driver.as_mut(), &mut peer, program.profile, &mut rng);
        let [sent, received] = read;
        say(&format!(
            "{version} with {crate_name}, in a group: it read {sent}; {crate_name} read {received}; seed {}",
            seed()
        ));
        assert!(sent >= MESSAGES && received >= MESSAGES);
    }
}

#[test]
fn programs_with_groups_talk_in_them() {
    talk_in_groups(&program::WACORE);
    talk_in_groups(&program::LIBSIGNAL_CLIENT);
}

#[test]
fn wacore_talks_with_both_crates() {
    talk(&program::WACORE);
}

#[test]
fn npm_libsignal_talks_with_both_crates() {
    talk(&program::NPM_LIBSIGNAL);
}

#[test]
fn libsignal_client_talks_with_both_crates() {
    talk(&program::LIBSIGNAL_CLIENT);
}

#[test]
fn oldmemo_talks_with_both_crates() {
    talk(&program::OLDMEMO);
}
