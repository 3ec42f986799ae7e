//! Stored records, read and changed field by field.
//!
//! What is read here comes from a driver, which wrote it; so it is well-formed.
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::families::protobuf::{edited, items, set, Fields, Item};
use crate::recordings::inputs::{call, output, Fault};
use crate::step::Step;

/// Fields of a record.
const CURRENT: u64 = 1;
const PREVIOUS: u64 = 2;
/// Fields of a session.
const ROOT_KEY: u64 = 4;
const SENDING: u64 = 6;
const RECEIVING: u64 = 7;
const PENDING: u64 = 9;
const BASE_KEY: u64 = 13;
const PENDING_KEM: u64 = 14;
const SPQR: u64 = 15;
/// Fields of a chain, of a chain key, of pending data.
const RATCHET_PRIVATE: u64 = 2;
const CHAIN_KEY: u64 = 3;
const CHAIN_KEY_BYTES: u64 = 2;
const PENDING_BASE_KEY: u64 = 2;
const PENDING_CIPHERTEXT: u64 = 2;
/// Fields of SPQR: negotiation, V1 inner state; in them the key, and the state, its core and its authenticator.
const NEGOTIATION: u64 = 1;
const AUTH_KEY: u64 = 1;
const BRAID: u64 = 3;
const KEYS_UNSAMPLED: u64 = 1;
const CORE: u64 = 1;
const AUTHENTICATOR: u64 = 2;

/// A record in parts: the byte that names the format, and the sessions as they are stored.
pub struct Record {
    format: u8,
    current: Option<Session>,
    previous: Vec<Session>,
}

/// A stored session.
pub struct Session(Vec<u8>);

/// The keys of an initiator's session that depend on its base key.
pub struct InitialKeys {
    /// RK after the initiator's ratchet step.
    pub root_key: Bytes,
    /// The chain key to send with.
    pub sending: Bytes,
    /// The chain key of the handshake.
    pub receiving: Bytes,
    /// EK, serialised.
    pub base_key: Bytes,
    /// The KEM ciphertext, serialised.
    pub ciphertext: Bytes,
    /// The key that SPQR starts from.
    pub auth_key: Bytes,
    /// Root key and MAC key of its authenticator at the start.
    pub authenticator: (Bytes, Bytes),
}

/// The record that an import makes of a bare one.
///
/// Errors: it is refused.
pub fn imported(
    driver: &mut dyn Driver,
    party: &str,
    peer: &str,
    bare: &Bytes,
) -> Result<Record, Fault> {
    let step = Step::Import {
        party: party.to_owned(),
        peer: peer.to_owned(),
        record: bare.clone(),
    };
    Record::read(&output(&call(driver, &step)?, "saved")?)
}

impl Record {
    /// Read what a driver saved.
    ///
    /// Errors: there is nothing.
    pub fn read(saved: &Bytes) -> Result<Self, Fault> {
        let (format, fields) = saved.0.split_first().ok_or(Fault::Output("saved"))?;
        let mut record = Self {
            format: *format,
            current: None,
            previous: Vec::new(),
        };
        for item in items(fields) {
            match item {
                Item::Bytes(CURRENT, session) => record.current = Some(Session(session)),
                Item::Bytes(PREVIOUS, session) => record.previous.push(Session(session)),
                _ => return Err(Fault::Output("saved")),
            }
        }
        Ok(record)
    }

    /// The bare record.
    #[must_use]
    pub fn bare(&self) -> Bytes {
        let current = self.current.iter().map(|session| (CURRENT, session));
        let previous = self.previous.iter().map(|session| (PREVIOUS, session));
        let fields = current
            .chain(previous)
            .fold(Fields::new(), |fields, (number, session)| {
                fields.bytes(number, &session.0)
            });
        Bytes(fields.0)
    }

    /// The record as it is saved.
    #[must_use]
    pub fn saved(&self) -> Bytes {
        Bytes([&[self.format], self.bare().0.as_slice()].concat())
    }

    /// The current session.
    ///
    /// Errors: there is none.
    pub fn current(&mut self) -> Result<&mut Session, Fault> {
        self.current.as_mut().ok_or(Fault::Output("current"))
    }

    /// All sessions.
    pub fn sessions(&mut self) -> impl Iterator<Item = &mut Session> {
        self.current.iter_mut().chain(&mut self.previous)
    }

    /// The private ratchet key of the current session.
    #[must_use]
    pub fn ratchet_private(&self) -> Option<Bytes> {
        let session = self.current.as_ref()?;
        bytes_at(&session.0, &[SENDING, RATCHET_PRIVATE]).map(Bytes)
    }
}

impl Session {
    /// EK, serialised.
    ///
    /// Errors: there is none.
    pub fn base_key(&self) -> Result<Bytes, Fault> {
        let key = bytes_at(&self.0, &[BASE_KEY]).map(Bytes);
        key.ok_or(Fault::Output("base key"))
    }

    /// The state of SPQR; empty if there is none.
    #[must_use]
    pub fn sparse(&self) -> Vec<u8> {
        bytes_at(&self.0, &[SPQR]).unwrap_or_default()
    }

    /// The braid of SPQR.
    #[must_use]
    pub fn braid(&self) -> Option<Vec<u8>> {
        bytes_at(&self.0, &[SPQR, BRAID])
    }

    /// Put a state of SPQR in place of the one there is.
    pub fn set_sparse(&mut self, state: Vec<u8>) {
        self.set(&[], SPQR, &Bytes(state));
    }

    /// Put a braid in place of the one there is.
    pub fn set_braid(&mut self, braid: Vec<u8>) {
        self.set(&[SPQR], BRAID, &Bytes(braid));
    }

    /// Put the keys in place that a session of another base key has.
    pub fn set_initial(&mut self, keys: &InitialKeys) {
        self.set(&[], ROOT_KEY, &keys.root_key);
        self.set(&[SENDING, CHAIN_KEY], CHAIN_KEY_BYTES, &keys.sending);
        self.set(&[RECEIVING, CHAIN_KEY], CHAIN_KEY_BYTES, &keys.receiving);
        self.set(&[], BASE_KEY, &keys.base_key);
        self.set(&[PENDING], PENDING_BASE_KEY, &keys.base_key);
        self.set(&[PENDING_KEM], PENDING_CIPHERTEXT, &keys.ciphertext);
        self.set(&[SPQR, NEGOTIATION], AUTH_KEY, &keys.auth_key);
        let (root_key, mac_key) = &keys.authenticator;
        let authenticator = [SPQR, BRAID, KEYS_UNSAMPLED, CORE, AUTHENTICATOR];
        self.set(&authenticator, 1, root_key);
        self.set(&authenticator, 2, mac_key);
    }

    /// Replace a field of bytes at a path.
    fn set(&mut self, path: &[u64], number: u64, value: &Bytes) {
        self.0 = edited(&self.0, path, &|items| {
            set(items, Item::Bytes(number, value.0.clone()));
        });
    }
}

/// The bytes at a path of fields: of the first field of each number.
#[must_use]
pub fn bytes_at(message: &[u8], path: &[u64]) -> Option<Vec<u8>> {
    let (number, rest) = path.split_first()?;
    let value = items(message).into_iter().find_map(|item| match item {
        Item::Bytes(found, value) if found == *number => Some(value),
        _ => None,
    })?;
    if rest.is_empty() {
        Some(value)
    } else {
        bytes_at(&value, rest)
    }
}
