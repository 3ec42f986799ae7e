//! A session read from its stored form.
//!
//! Which part: deployed only; protobuf (PB, proto3). Who calls it: `session::record`. Secret: the bytes; their structure is
//! not.
use crate::keys::kem::{parse_kem_ciphertext, serialize_kem_ciphertext};
use crate::keys::{
    identity_key_pair, parse_public_key, ratchet_key_pair, same_public_key, BaseKey, ChainKey,
    IdentityKey, IdentityKeyPair, MessageKeySeed, PrivateKey, PublicKey, RatchetKey,
    RatchetKeyPair, RootKey,
};
use crate::ratchet::double::{ReceivingChain, SendingChain, State, MAX_RECEIVING_CHAINS};
use crate::ratchet::skipped::{Skipped, SkippedKey, MAX_GATHERED};
use crate::ratchet::sparse::state::decode_state;
use crate::ratchet::triple::TripleState;
#[allow(clippy::wildcard_imports)] // the numbers of all stored fields
use crate::session::record::types::*;
use crate::wire::protobuf::{self, Field, StoredError};
use crate::wire::{VERSION_3, VERSION_4};
use core::ops::Deref;

/// Mirror of `spec::session::record::decode_session`.
///
/// In: any bytes, secret. Out: the session.
/// Errors: `InvalidProtobuf`, `UnsupportedVersion`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`, `OverLimit`,
/// `Inconsistent`, `OldMessageKeys`, `Sparse`; the first that is met.
pub fn decode_session(stored: &[u8]) -> Result<Session, RecordError> {
    let fields = Stored::parse(stored)?;
    let version = decode_version(fields.uint32(SESSION_VERSION)?)?;
    let local_identity = fields.public_key(SESSION_LOCAL_IDENTITY)?;
    let remote_identity = fields.public_key(SESSION_REMOTE_IDENTITY)?;
    let double = decode_ratchet(&fields)?;
    let pending = decode_pending(&fields, version)?;
    let remote_registration_id = fields.uint32(SESSION_REMOTE_REGISTRATION)?;
    let local_registration_id = fields.uint32(SESSION_LOCAL_REGISTRATION)?;
    let base_key = fields.public_key(SESSION_BASE_KEY)?;
    let sparse = fields.optional(SESSION_SPARSE)?.unwrap_or_default();
    let sparse = decode_state(sparse).map_err(RecordError::Sparse)?;
    Ok(Session {
        version,
        local_identity: IdentityKey {
            key: local_identity,
        },
        remote_identity: IdentityKey {
            key: remote_identity,
        },
        ratchet: TripleState { double, sparse },
        pending,
        remote_registration_id,
        local_registration_id,
        base_key: BaseKey { key: base_key },
    })
}

/// The version of a stored session. Errors: `UnsupportedVersion`.
fn decode_version(version: u32) -> Result<u8, RecordError> {
    [VERSION_3, VERSION_4]
        .into_iter()
        .find(|known| u32::from(*known) == version)
        .ok_or(RecordError::UnsupportedVersion)
}

/// Mirror of `spec::session::record::decode_identity_key_pair`.
///
/// In: any bytes, secret. Out: the pair.
/// Errors: `InvalidProtobuf`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`.
pub fn decode_identity_key_pair(stored: &[u8]) -> Result<IdentityKeyPair, RecordError> {
    let fields = Stored::parse(stored)?;
    let public = fields.public_key(IDENTITY_PAIR_PUBLIC)?;
    let pair = identity_key_pair(PrivateKey::from_bytes(
        *fields.secret(IDENTITY_PAIR_PRIVATE)?,
    ));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}

impl StoredError for RecordError {
    const MALFORMED: Self = Self::InvalidProtobuf;
}

/// A part of a stored record, and its fields.
pub(crate) type Stored<'a, F> = protobuf::Stored<'a, F, RecordError>;

impl<'a, F: Deref<Target = [Field]>> Stored<'a, F> {
    /// A message that must be there.
    fn required(&self, number: u32) -> Result<&'a [u8], RecordError> {
        self.optional(number)?.ok_or(RecordError::MissingField)
    }

    /// Bytes that must not be empty; absent reads as empty.
    fn filled(&self, number: u32) -> Result<&'a [u8], RecordError> {
        let value = self.bytes(number)?;
        if value.is_empty() {
            return Err(RecordError::MissingField);
        }
        Ok(value)
    }

    /// A secret of 32 bytes.
    fn secret(&self, number: u32) -> Result<&'a [u8; SECRET_LENGTH], RecordError> {
        self.filled(number)?
            .try_into()
            .map_err(|_| RecordError::BadLength)
    }

    /// A serialised public key.
    fn public_key(&self, number: u32) -> Result<PublicKey, RecordError> {
        parse_public_key(self.filled(number)?).map_err(RecordError::Key)
    }
}

fn decode_ratchet<F: Deref<Target = [Field]>>(
    fields: &Stored<'_, F>,
) -> Result<State, RecordError> {
    let rk = RootKey::from_bytes(*fields.secret(SESSION_ROOT_KEY)?);
    let pn = fields.uint32(SESSION_PREVIOUS_COUNTER)?;
    let sending = decode_sending_chain(fields.required(SESSION_SENDING_CHAIN)?)?;
    let mut receiving: Vec<ReceivingChain> = Vec::with_capacity(MAX_RECEIVING_CHAINS);
    for item in fields.all(SESSION_RECEIVING_CHAIN)? {
        let chain = decode_receiving_chain(item)?;
        if receiving.len() >= MAX_RECEIVING_CHAINS {
            return Err(RecordError::OverLimit);
        }
        if receiving
            .iter()
            .any(|other| same_public_key(other.dhr.key, chain.dhr.key))
        {
            return Err(RecordError::Inconsistent);
        }
        receiving.push(chain);
    }
    Ok(State {
        rk,
        pn,
        sending,
        receiving,
    })
}

fn decode_sending_chain(bytes: &[u8]) -> Result<SendingChain, RecordError> {
    let fields = Stored::parse(bytes)?;
    let dhs = decode_ratchet_pair(&fields)?;
    let (ns, cks) = decode_chain_key(fields.required(CHAIN_KEY)?)?;
    Ok(SendingChain { dhs, cks, ns })
}

fn decode_ratchet_pair<F: Deref<Target = [Field]>>(
    fields: &Stored<'_, F>,
) -> Result<RatchetKeyPair, RecordError> {
    let public = fields.public_key(CHAIN_RATCHET_PUBLIC)?;
    let pair = ratchet_key_pair(PrivateKey::from_bytes(
        *fields.secret(CHAIN_RATCHET_PRIVATE)?,
    ));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}

/// The next number of a chain and its key.
fn decode_chain_key(bytes: &[u8]) -> Result<(u32, ChainKey), RecordError> {
    let fields = Stored::parse(bytes)?;
    let index = fields.uint32(CHAIN_KEY_INDEX)?;
    Ok((index, ChainKey::from_bytes(*fields.secret(CHAIN_KEY_KEY)?)))
}

fn decode_receiving_chain(bytes: &[u8]) -> Result<ReceivingChain, RecordError> {
    let fields = Stored::parse(bytes)?;
    let dhr = RatchetKey {
        key: fields.public_key(CHAIN_RATCHET_PUBLIC)?,
    };
    let (nr, ckr) = decode_chain_key(fields.required(CHAIN_KEY)?)?;
    let mkskipped = decode_skipped(nr, &fields.all(CHAIN_SKIPPED)?)?;
    Ok(ReceivingChain {
        dhr,
        ckr,
        nr,
        mkskipped,
    })
}

/// The skipped keys of a chain; numbers descend strictly, and all are below Nr.
fn decode_skipped(nr: u32, items: &[&[u8]]) -> Result<Skipped, RecordError> {
    let mut mkskipped = Skipped::new();
    let mut bound = nr;
    for item in items {
        let skipped = decode_skipped_key(item)?;
        if mkskipped.len() >= MAX_GATHERED {
            return Err(RecordError::OverLimit);
        }
        if skipped.number >= bound {
            return Err(RecordError::Inconsistent);
        }
        bound = skipped.number;
        mkskipped.insert(bound, skipped);
    }
    Ok(mkskipped)
}

fn decode_skipped_key(bytes: &[u8]) -> Result<Box<SkippedKey>, RecordError> {
    let fields = Stored::parse(bytes)?;
    let number = fields.uint32(SKIPPED_NUMBER)?;
    let cipher_key = fields.optional(SKIPPED_CIPHER_KEY)?;
    let mac_key = fields.optional(SKIPPED_MAC_KEY)?;
    let iv = fields.optional(SKIPPED_IV)?;
    if [cipher_key, mac_key, iv]
        .into_iter()
        .flatten()
        .any(|old| !old.is_empty())
    {
        return Err(RecordError::OldMessageKeys);
    }
    let seed = MessageKeySeed::from_bytes(*fields.secret(SKIPPED_SEED)?);
    Ok(Box::new(SkippedKey { number, seed }))
}

/// What is pending. The KEM part stands beside it, and is read only with it; version 4 has both.
fn decode_pending<F: Deref<Target = [Field]>>(
    fields: &Stored<'_, F>,
    version: u8,
) -> Result<Option<Pending>, RecordError> {
    let Some(bytes) = fields.optional(SESSION_PENDING)? else {
        return Ok(None);
    };
    let pending = decode_pending_prekeys(bytes)?;
    let kem = fields.optional(SESSION_PENDING_KEM)?;
    let kem = kem.map(decode_pending_kem).transpose()?;
    if version == VERSION_4 && kem.is_none() {
        return Err(RecordError::MissingField);
    }
    Ok(Some(Pending { kem, ..pending }))
}

fn decode_pending_prekeys(bytes: &[u8]) -> Result<Pending, RecordError> {
    let fields = Stored::parse(bytes)?;
    Ok(Pending {
        one_time_prekey_id: fields.optional_uint32(PENDING_ONE_TIME_PREKEY_ID)?,
        base_key: BaseKey {
            key: fields.public_key(PENDING_BASE_KEY)?,
        },
        signed_prekey_id: fields.uint32(PENDING_SIGNED_PREKEY_ID)?,
        created_s: fields.uint64(PENDING_CREATED)?,
        kem: None,
    })
}

fn decode_pending_kem(bytes: &[u8]) -> Result<PendingKem, RecordError> {
    let fields = Stored::parse(bytes)?;
    let id = fields.uint32(PENDING_KEM_ID)?;
    let ciphertext = fields.filled(PENDING_KEM_CIPHERTEXT)?;
    let ciphertext = parse_kem_ciphertext(ciphertext).map_err(RecordError::Key)?;
    Ok(PendingKem {
        id,
        ciphertext: Box::new(serialize_kem_ciphertext(ciphertext)),
    })
}
