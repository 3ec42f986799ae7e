//! A side of a conversation, whoever it is.
use rand_chacha::rand_core::Rng;
use rand_chacha::ChaCha20Rng;
use serde_json::Value;

/// The address of a side: its name is a service id.
#[derive(Clone)]
pub struct Address {
    pub name: String,
    pub device_id: u32,
}

impl Address {
    pub fn random(rng: &mut ChaCha20Rng) -> Self {
        let digits = hex::encode(bytes::<16>(rng));
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
        Self {
            name: parts.join("-"),
            device_id: 1 + rng.next_u32() % 127,
        }
    }
}

/// A message on its way.
#[derive(Clone)]
pub struct Sealed {
    /// As in a step: `signal` or `pre_key`.
    pub kind: String,
    pub message: Vec<u8>,
}

/// What a side can do. Everything but `open` must succeed.
pub trait Side {
    /// A new bundle, as it stands in a step.
    fn publish(&mut self, one_time: bool) -> Value;
    /// Start a session.
    fn start(&mut self, bundle: &Value);
    fn seal(&mut self, plaintext: &[u8]) -> Sealed;
    /// The plaintext, or why there is none.
    fn open(&mut self, sealed: &Sealed) -> Result<Vec<u8>, String>;
    /// Whether it refuses a message that was read with a reason for it alone.
    fn names_duplicates(&self) -> bool;
}

pub fn bytes<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
