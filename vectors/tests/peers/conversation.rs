//! A conversation of two sides: bursts in turn, with messages out of order, late, lost, repeated and altered.
use crate::program::Sessions;
use crate::side::{Sealed, Side};
use rand_chacha::rand_core::Rng;
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// Bursts of each side after the first messages; each is a step of the Diffie-Hellman ratchet.
const ROUNDS: usize = 10;
/// Messages of a burst: one comes late, one never.
const BURST: usize = 5;
/// How many bursts of the same side later a late message comes.
const LATE: usize = 2;
/// After which round the responder starts another session.
const RESTART: usize = 5;
/// Repeated messages are among so many last ones: their chains are still there.
const RECENT: usize = 6;

/// The messages of one side, as the other saw them.
#[derive(Default)]
pub struct Tally {
    pub read: usize,
    late: usize,
    prekey: usize,
    refused: BTreeMap<String, usize>,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.late += other.late;
        self.prekey += other.prekey;
        for (kind, count) in &other.refused {
            *self.refused.entry(kind.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            read,
            prekey,
            late,
            refused,
        } = self;
        write!(
            f,
            "{read} messages ({prekey} prekey, {late} late), refused {refused:?}"
        )
    }
}

/// A message and its plaintext.
#[derive(Clone)]
struct Sent {
    plaintext: Vec<u8>,
    sealed: Sealed,
}

/// Side 0 is the initiator.
pub struct Conversation<'a> {
    sides: [&'a mut dyn Side; 2],
    rng: &'a mut ChaCha20Rng,
    /// By sender.
    pub tallies: [Tally; 2],
    read: [VecDeque<Sent>; 2],
    late: [VecDeque<Sent>; 2],
}

impl<'a> Conversation<'a> {
    pub fn new(sides: [&'a mut dyn Side; 2], rng: &'a mut ChaCha20Rng) -> Self {
        Self {
            sides,
            rng,
            tallies: Default::default(),
            read: Default::default(),
            late: Default::default(),
        }
    }

    pub fn run(&mut self, one_time: bool, sessions: Sessions) {
        self.start(0, one_time);
        for round in 0..ROUNDS {
            self.round(1);
            self.round(0);
            if round == RESTART {
                self.restart(sessions);
            }
        }
        self.deliver_late();
    }

    /// Three prekey messages, the middle one first; a repeated one.
    fn start(&mut self, from: usize, one_time: bool) {
        let bundle = self.sides[1 - from].publish(one_time);
        self.sides[from].start(&bundle);
        let sent = [self.seal(from), self.seal(from), self.seal(from)];
        for place in [1, 2, 0] {
            assert_eq!(sent[place].sealed.kind, "pre_key");
            self.deliver(from, sent[place].clone());
            self.repeat(from);
        }
    }

    /// The responder starts another session, while messages of the old one are on their way if they can be read.
    fn restart(&mut self, sessions: Sessions) {
        if sessions == Sessions::One {
            return;
        }
        let delayed = (sessions == Sessions::All).then(|| self.seal(0));
        if delayed.is_none() {
            self.deliver_late();
        }
        self.start(1, true);
        if let Some(sent) = delayed {
            self.deliver(0, sent);
            self.repeat(0);
        }
        self.round(0);
    }

    /// Whatever is late, of both sides.
    fn deliver_late(&mut self) {
        for from in [0, 1] {
            while let Some(sent) = self.late[from].pop_front() {
                self.tallies[from].late += 1;
                self.deliver(from, sent);
            }
        }
    }

    fn round(&mut self, from: usize) {
        let mut sent: Vec<Sent> = (0..BURST).map(|_| self.seal(from)).collect();
        self.late[from].push_back(sent.remove(0));
        // This one is lost.
        sent.remove(0);
        self.alter(from, &sent[0]);
        while !sent.is_empty() {
            let place = self.rng.next_u32() as usize % sent.len();
            self.deliver(from, sent.remove(place));
        }
        self.repeat(from);
        if self.late[from].len() > LATE {
            let sent = self.late[from].pop_front().unwrap();
            self.tallies[from].late += 1;
            self.deliver(from, sent);
            self.repeat(from);
        }
    }

    fn seal(&mut self, from: usize) -> Sent {
        let mut plaintext = vec![0; self.rng.next_u32() as usize % 100];
        self.rng.fill_bytes(&mut plaintext);
        let sealed = self.sides[from].seal(&plaintext);
        Sent { plaintext, sealed }
    }

    /// It must be read.
    fn deliver(&mut self, from: usize, sent: Sent) {
        let opened = self.sides[1 - from].open(&sent.sealed);
        let message = hex::encode(&sent.sealed.message);
        assert_eq!(
            opened,
            Ok(sent.plaintext.clone()),
            "from side {from}: {message}"
        );
        let tally = &mut self.tallies[from];
        tally.read += 1;
        tally.prekey += usize::from(sent.sealed.kind == "pre_key");
        self.read[from].push_back(sent);
        if self.read[from].len() > RECENT {
            self.read[from].pop_front();
        }
    }

    /// A message that was read must be refused.
    fn repeat(&mut self, from: usize) {
        let place = self.rng.next_u32() as usize % self.read[from].len();
        let sealed = self.read[from][place].sealed.clone();
        let kind = self.refused(from, &sealed);
        let named = ["duplicate", "duplicate_message"].contains(&kind.as_str());
        assert!(
            named || !self.sides[1 - from].names_duplicates(),
            "from side {from}: {kind}"
        );
    }

    /// A message with another tag must be refused, and leave the true one readable.
    fn alter(&mut self, from: usize, sent: &Sent) {
        let mut sealed = sent.sealed.clone();
        if sealed.kind == "signal" {
            *sealed.message.last_mut().unwrap() ^= 1;
            self.refused(from, &sealed);
        }
    }

    fn refused(&mut self, from: usize, sealed: &Sealed) -> String {
        let kind = self.sides[1 - from]
            .open(sealed)
            .expect_err("a message that must be refused");
        *self.tallies[from].refused.entry(kind.clone()).or_default() += 1;
        kind
    }
}
