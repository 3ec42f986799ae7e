//! The operations that are timed, each the same on every side.
use crate::floor::{Floor, MessageShape, Primitives, Real, JUMP};
use crate::side::Version::{self, V3, V4};
use crate::side::{answered, on_a_chain, started, PrivateKeys, Side, ALICE, BOB};
use core::hint::black_box;
use std::time::{Duration, Instant};

/// Runs an operation so many times. Out: how long that took, without what prepares it.
pub type Timer = Box<dyn FnMut(u64) -> Duration>;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// X25519 of a private key and a public key.
    X25519,
    /// One key pair.
    KeyPair,
    /// One signed prekey: its pair and the signature.
    SignedPrekey,
    /// One KEM prekey: its pair and the signature.
    KemPrekey,
    /// A session from a bundle with a one-time prekey; all signatures are checked.
    Initiate(Version),
    /// The session of a first prekey message, and its plaintext of 16 bytes.
    Respond(Version),
    /// Encryption of so many bytes on an existing chain.
    Encrypt(Version, usize),
    /// Parsing and decryption of so many bytes on an existing chain.
    Decrypt(Version, usize),
    /// 16 bytes each way, each received with a Diffie-Hellman step.
    PingPong(Version),
    /// Decryption of a message of 16 bytes that is 2,000 ahead of its chain.
    Jump(Version),
    /// A whole epoch of SPQR alone, each party sending in turn.
    SparseEpoch,
}

const SMALL: usize = 16;
const LARGE: usize = 1024;
/// How many runs are prepared at a time: few enough for messages and plaintexts of 1 KiB to stay in the first cache, as do
/// those of the floor; and for the messages of a batch to be in one part of an epoch.
const BATCH: u64 = 16;

impl Operation {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::X25519,
        Self::KeyPair,
        Self::SignedPrekey,
        Self::Initiate(V3),
        Self::Respond(V3),
        Self::Encrypt(V3, SMALL),
        Self::Encrypt(V3, LARGE),
        Self::Decrypt(V3, SMALL),
        Self::Decrypt(V3, LARGE),
        Self::PingPong(V3),
        Self::Jump(V3),
        Self::KemPrekey,
        Self::Initiate(V4),
        Self::Respond(V4),
        Self::Encrypt(V4, SMALL),
        Self::Encrypt(V4, LARGE),
        Self::Decrypt(V4, SMALL),
        Self::Decrypt(V4, LARGE),
        Self::PingPong(V4),
        Self::Jump(V4),
        Self::SparseEpoch,
    ];

    /// Its name in results.
    #[must_use]
    pub fn name(self) -> String {
        let suffix = match self.version() {
            V3 => "",
            V4 => "_v4",
        };
        match self {
            Self::X25519 => "x25519".into(),
            Self::KeyPair => "key_pair".into(),
            Self::SignedPrekey => "signed_prekey".into(),
            Self::KemPrekey => "kem_prekey".into(),
            Self::Initiate(_) => format!("initiate{suffix}"),
            Self::Respond(_) => format!("respond{suffix}"),
            Self::Encrypt(_, length) => format!("encrypt_{length}{suffix}"),
            Self::Decrypt(_, length) => format!("decrypt_{length}{suffix}"),
            Self::PingPong(_) => format!("ping_pong{suffix}"),
            Self::Jump(_) => format!("jump_{JUMP}{suffix}"),
            Self::SparseEpoch => "spqr_epoch".into(),
        }
    }

    /// The version whose sessions need it; version 3 for what both need.
    #[must_use]
    pub fn version(self) -> Version {
        match self {
            Self::X25519 | Self::KeyPair | Self::SignedPrekey => V3,
            Self::Initiate(version)
            | Self::Respond(version)
            | Self::Encrypt(version, _)
            | Self::Decrypt(version, _)
            | Self::PingPong(version)
            | Self::Jump(version) => version,
            Self::KemPrekey | Self::SparseEpoch => V4,
        }
    }

    /// The operation on a side.
    #[must_use]
    pub fn timer<S: Side + 'static>(self) -> Timer {
        match self {
            Self::X25519 => {
                let mut keys = PrivateKeys::of(ALICE);
                timer(
                    move || keys.draw(),
                    |private| S::x25519(*private, AGREED_WITH),
                )
            }
            Self::KeyPair => {
                let mut keys = PrivateKeys::of(ALICE);
                timer(move || keys.draw(), |private| S::key_pair(*private))
            }
            Self::SignedPrekey => {
                let (mut keys, bob) = (PrivateKeys::of(BOB), S::device(BOB, ALICE));
                timer(
                    move || keys.draw(),
                    move |private| S::signed_prekey(&bob, *private),
                )
            }
            Self::KemPrekey => {
                let (mut keys, bob) = (PrivateKeys::of(BOB), S::device(BOB, ALICE));
                timer(
                    move || keys.draw_seed(),
                    move |seed| S::kem_prekey(&bob, *seed),
                )
            }
            Self::Initiate(version) => {
                let (alice, bob) = (ALICE.of(version), BOB.of(version));
                let bundle = S::publish(&S::device(bob, alice));
                timer(
                    move || S::device(alice, bob),
                    move |alice| S::start_session(alice, &bundle),
                )
            }
            Self::Respond(version) => {
                let (_, bob, first) = started::<S>(version, &S::plaintext(&[0x61; SMALL]));
                timer(
                    move || S::fork(&bob),
                    move |bob| S::decrypt_prekey(bob, &first),
                )
            }
            Self::Encrypt(version, length) => encrypt::<S>(version, length),
            Self::Decrypt(version, length) => decrypt::<S>(version, length),
            Self::PingPong(version) => ping_pong::<S>(version),
            Self::Jump(version) => jump::<S>(version),
            Self::SparseEpoch => sparse_epoch::<S>(),
        }
    }

    /// The floor of the operation.
    pub fn floor<P: Primitives>(self, floor: &mut Floor<P>) {
        let plain = |plaintext| MessageShape::plain(self.version(), plaintext);
        match self {
            Self::X25519 => floor.x25519(),
            Self::KeyPair => floor.key_pair(),
            Self::SignedPrekey => floor.signed_prekey(),
            Self::KemPrekey => floor.kem_prekey(),
            Self::Initiate(version) => floor.initiate(version),
            Self::Respond(_) => floor.respond(MessageShape {
                carries_addresses: true,
                ..plain(SMALL)
            }),
            Self::Encrypt(_, length) => floor.encrypt(plain(length)),
            Self::Decrypt(_, length) => floor.decrypt(plain(length)),
            Self::PingPong(_) => floor.ping_pong(plain(SMALL)),
            Self::Jump(_) => floor.jump(plain(SMALL).after(JUMP)),
            Self::SparseEpoch => floor.sparse_epoch(),
        }
    }

    /// The floor of the operation, on the libraries.
    #[must_use]
    pub fn floor_timer(self) -> Timer {
        let mut primitives = Real::new();
        let private = PrivateKeys::of(ALICE).draw();
        let public = primitives.public_key(&PrivateKeys::of(BOB).draw());
        let mut floor = Floor::new(primitives, private, public);
        timer(|| (), move |()| self.floor(&mut floor))
    }
}

/// Any 32 bytes are a public key to X25519.
const AGREED_WITH: [u8; 32] = [0x42; 32];

fn encrypt<S: Side + 'static>(version: Version, length: usize) -> Timer {
    let plaintext = S::plaintext(&vec![0x61; length]);
    chain_timer::<S, _, _>(
        version,
        |_| (),
        move |(alice, _), ()| S::encrypt(alice, &plaintext),
    )
}

fn decrypt<S: Side + 'static>(version: Version, length: usize) -> Timer {
    let plaintext = S::plaintext(&vec![0x61; length]);
    chain_timer::<S, _, _>(
        version,
        move |(alice, _)| S::encrypt(alice, &plaintext),
        |(_, bob), message| S::decrypt(bob, message),
    )
}

/// Time `run` on Alice and Bob with a chain from her to him. In version 4 every batch begins at the same message of an epoch:
/// without an answer the epoch does not go on, and the chunks of one that hangs cost ever more.
fn chain_timer<S: Side + 'static, I, O>(
    version: Version,
    prepare: impl FnMut(&mut (S::Device, S::Device)) -> I + 'static,
    run: impl FnMut(&mut (S::Device, S::Device), &mut I) -> O + 'static,
) -> Timer {
    let (alice, bob) = on_a_chain::<S>(version);
    let at_first = match version {
        V3 => None,
        V4 => Some((S::fork(&alice), S::fork(&bob))),
    };
    batch_timer(
        (alice, bob),
        move |both| {
            if let Some((alice, bob)) = &at_first {
                S::rewind(&mut both.0, alice);
                S::rewind(&mut both.1, bob);
            }
        },
        prepare,
        run,
    )
}

fn ping_pong<S: Side + 'static>(version: Version) -> Timer {
    let (mut alice, mut bob) = answered::<S>(version);
    let plaintext = S::plaintext(&[0x61; SMALL]);
    let run = move |(): &mut ()| {
        let ping = S::encrypt(&mut alice, &plaintext);
        let read_by_bob = S::decrypt(&mut bob, &ping);
        let pong = S::encrypt(&mut bob, &plaintext);
        (read_by_bob, S::decrypt(&mut alice, &pong))
    };
    timer(|| (), run)
}

fn jump<S: Side + 'static>(version: Version) -> Timer {
    let (mut alice, bob) = on_a_chain::<S>(version);
    let plaintext = S::plaintext(&[0x61; SMALL]);
    for _ in 0..JUMP {
        S::encrypt(&mut alice, &plaintext);
    }
    let message = S::encrypt(&mut alice, &plaintext);
    timer(move || S::fork(&bob), move |bob| S::decrypt(bob, &message))
}

fn sparse_epoch<S: Side + 'static>() -> Timer {
    let mut turns = SparseTurns::<S>::new();
    // The chains begin with the first message, and old ones are dropped from the second epoch on.
    turns.epoch();
    turns.epoch();
    timer(|| (), move |()| turns.epoch())
}

/// SPQR alone, each party sending in turn.
pub struct SparseTurns<S: Side> {
    /// Who sends next, and the other.
    parties: [S::Sparse; 2],
}

impl<S: Side> SparseTurns<S> {
    /// Before the first message.
    #[must_use]
    pub fn new() -> Self {
        Self {
            parties: S::sparse_parties(),
        }
    }

    /// A message. Out: what was sent.
    pub fn message(&mut self) -> S::SparseMessage {
        let [sender, receiver] = &mut self.parties;
        let message = S::sparse_send(sender);
        S::sparse_receive(receiver, &message);
        self.parties.swap(0, 1);
        message
    }

    /// Messages until both parties are in the next epoch. Out: how many they were.
    pub fn epoch(&mut self) -> usize {
        let [one, other] = &self.parties;
        let epoch = S::sparse_epoch(one).max(S::sparse_epoch(other));
        let mut messages = 0;
        while self
            .parties
            .iter()
            .any(|party| S::sparse_epoch(party) == epoch)
        {
            self.message();
            messages += 1;
        }
        messages
    }
}

impl<S: Side> Default for SparseTurns<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// Time `run` on what `prepare` gives.
fn timer<I, O>(
    mut prepare: impl FnMut() -> I + 'static,
    mut run: impl FnMut(&mut I) -> O + 'static,
) -> Timer {
    batch_timer(
        (),
        |()| (),
        move |()| prepare(),
        move |(), input| run(input),
    )
}

/// Time `run` on what `prepare` gives, in batches, of which `renew` begins each; outputs are dropped outside of the time.
fn batch_timer<B: 'static, I, O>(
    mut state: B,
    mut renew: impl FnMut(&mut B) + 'static,
    mut prepare: impl FnMut(&mut B) -> I + 'static,
    mut run: impl FnMut(&mut B, &mut I) -> O + 'static,
) -> Timer {
    Box::new(move |iterations| {
        let mut total = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let size = left.min(BATCH);
            renew(&mut state);
            let mut inputs: Vec<I> = (0..size).map(|_| prepare(&mut state)).collect();
            let mut outputs: Vec<O> = Vec::with_capacity(inputs.len());
            let start = Instant::now();
            for input in black_box(&mut inputs) {
                outputs.push(run(&mut state, input));
            }
            total += start.elapsed();
            black_box(outputs);
            left -= size;
        }
        total
    })
}
