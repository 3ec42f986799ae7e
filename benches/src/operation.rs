//! The operations that are timed, each the same on every side.
use crate::floor::{Floor, MessageShape, Primitives, Real, JUMP};
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
    /// A session from a bundle with a one-time prekey; the signature is checked.
    Initiate,
    /// The session of a first prekey message, and its plaintext of 16 bytes.
    Respond,
    /// Encryption of so many bytes on an existing chain.
    Encrypt(usize),
    /// Parsing and decryption of so many bytes on an existing chain.
    Decrypt(usize),
    /// 16 bytes each way, each received with a Diffie-Hellman step.
    PingPong,
    /// Decryption of a message of 16 bytes that is 2,000 ahead of its chain.
    Jump,
}

const SMALL: usize = 16;
const LARGE: usize = 1024;
/// How many runs are prepared at a time: few enough for messages and plaintexts of 1 KiB to stay in the first cache, as do
/// those of the floor.
const BATCH: u64 = 16;

impl Operation {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::X25519,
        Self::KeyPair,
        Self::SignedPrekey,
        Self::Initiate,
        Self::Respond,
        Self::Encrypt(SMALL),
        Self::Encrypt(LARGE),
        Self::Decrypt(SMALL),
        Self::Decrypt(LARGE),
        Self::PingPong,
        Self::Jump,
    ];

    /// Its name in results.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::X25519 => "x25519".into(),
            Self::KeyPair => "key_pair".into(),
            Self::SignedPrekey => "signed_prekey".into(),
            Self::Initiate => "initiate".into(),
            Self::Respond => "respond".into(),
            Self::Encrypt(length) => format!("encrypt_{length}"),
            Self::Decrypt(length) => format!("decrypt_{length}"),
            Self::PingPong => "ping_pong".into(),
            Self::Jump => format!("jump_{JUMP}"),
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
            Self::Initiate => {
                let bundle = S::publish(&S::device(BOB, ALICE));
                timer(
                    || S::device(ALICE, BOB),
                    move |alice| S::start_session(alice, &bundle),
                )
            }
            Self::Respond => {
                let (_, bob, first) = started::<S>(&S::plaintext(&[0x61; SMALL]));
                timer(
                    move || S::fork(&bob),
                    move |bob| S::decrypt_prekey(bob, &first),
                )
            }
            Self::Encrypt(length) => {
                let ((mut alice, _), plaintext) =
                    (on_a_chain::<S>(), S::plaintext(&vec![0x61; length]));
                timer(|| (), move |()| S::encrypt(&mut alice, &plaintext))
            }
            Self::Decrypt(length) => {
                let ((mut alice, mut bob), plaintext) =
                    (on_a_chain::<S>(), S::plaintext(&vec![0x61; length]));
                timer(
                    move || S::encrypt(&mut alice, &plaintext),
                    move |message| S::decrypt(&mut bob, message),
                )
            }
            Self::PingPong => ping_pong::<S>(),
            Self::Jump => jump::<S>(),
        }
    }

    /// The floor of the operation.
    pub fn floor<P: Primitives>(self, floor: &mut Floor<P>) {
        match self {
            Self::X25519 => floor.x25519(),
            Self::KeyPair => floor.key_pair(),
            Self::SignedPrekey => floor.signed_prekey(),
            Self::Initiate => floor.initiate(),
            Self::Respond => floor.respond(MessageShape {
                carries_addresses: true,
                ..MessageShape::plain(SMALL)
            }),
            Self::Encrypt(length) => floor.encrypt(MessageShape::plain(length)),
            Self::Decrypt(length) => floor.decrypt(MessageShape::plain(length)),
            Self::PingPong => floor.ping_pong(MessageShape::plain(SMALL)),
            Self::Jump => floor.jump(MessageShape {
                counter: JUMP + 1,
                ..MessageShape::plain(SMALL)
            }),
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

fn ping_pong<S: Side + 'static>() -> Timer {
    let (mut alice, mut bob) = answered::<S>();
    let plaintext = S::plaintext(&[0x61; SMALL]);
    let run = move |(): &mut ()| {
        let ping = S::encrypt(&mut alice, &plaintext);
        let read_by_bob = S::decrypt(&mut bob, &ping);
        let pong = S::encrypt(&mut bob, &plaintext);
        (read_by_bob, S::decrypt(&mut alice, &pong))
    };
    timer(|| (), run)
}

fn jump<S: Side + 'static>() -> Timer {
    let (mut alice, bob) = on_a_chain::<S>();
    let plaintext = S::plaintext(&[0x61; SMALL]);
    for _ in 0..JUMP {
        S::encrypt(&mut alice, &plaintext);
    }
    let message = S::encrypt(&mut alice, &plaintext);
    timer(move || S::fork(&bob), move |bob| S::decrypt(bob, &message))
}

/// Time `run` on what `prepare` gives, in batches; both are dropped outside of the time.
fn timer<I, O>(
    mut prepare: impl FnMut() -> I + 'static,
    mut run: impl FnMut(&mut I) -> O + 'static,
) -> Timer {
    Box::new(move |iterations| {
        let mut total = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let size = left.min(BATCH);
            let mut inputs: Vec<I> = (0..size).map(|_| prepare()).collect();
            let mut outputs: Vec<O> = Vec::with_capacity(inputs.len());
            let start = Instant::now();
            for input in black_box(&mut inputs) {
                outputs.push(run(input));
            }
            total += start.elapsed();
            black_box(outputs);
            left -= size;
        }
        total
    })
}
