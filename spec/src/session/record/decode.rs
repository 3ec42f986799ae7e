//! A session read from its stored form.
//!
//! Which part: deployed only; protobuf (PB, proto3). Who calls it: `session::record`, `session::select`. Secret: the
//! bytes; inside this module they are public, as the doc of `session::record` says.
use crate::keys::kem::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::skipped::*;
use crate::ratchet::sparse::state::decode_state;
use crate::ratchet::sparse::SparseState;
use crate::ratchet::triple::*;
use crate::session::record::types::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

/// The fields of a stored message.
pub(crate) fn stored_fields(bytes: &Seq<u8>) -> Result<Seq<Field>, RecordError> {
    match parse_fields(bytes) {
        Ok(fields) => Ok(fields),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer; absent reads as 0.
fn stored_uint64(fields: &Seq<Field>, number: u32) -> Result<u64, RecordError> {
    match varint_or_zero(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer of 32 bits; absent reads as 0.
fn stored_uint32(fields: &Seq<Field>, number: u32) -> Result<u32, RecordError> {
    match uint32_or_zero(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer of 32 bits whose presence matters.
fn stored_optional_uint32(fields: &Seq<Field>, number: u32) -> Result<Option<u32>, RecordError> {
    match last_uint32(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// Every value of a repeated field.
pub(crate) fn stored_all(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<Seq<u8>>, RecordError> {
    match all_bytes(bytes, fields, number) {
        Ok(values) => Ok(values),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// A message whose presence matters.
pub(crate) fn stored_optional(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Option<Seq<u8>>, RecordError> {
    match last_bytes(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// Bytes; absent reads as empty.
fn stored_bytes(bytes: &Seq<u8>, fields: &Seq<Field>, number: u32) -> Result<Seq<u8>, RecordError> {
    match bytes_or_empty(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// A message that must be there.
fn stored_required(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, RecordError> {
    let value = stored_optional(bytes, fields, number)?;
    match value {
        Some(found) => Ok(found),
        None => Err(RecordError::MissingField),
    }
}

/// A secret of 32 bytes.
fn stored_secret(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<ByteSeq, RecordError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == 0 {
        Err(RecordError::MissingField)
    } else if value.len() == SECRET_LENGTH {
        Ok(ByteSeq::from_public_seq(&value))
    } else {
        Err(RecordError::BadLength)
    }
}

/// A serialised public key.
fn stored_public_key(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<PublicKey, RecordError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == 0 {
        Err(RecordError::MissingField)
    } else {
        match parse_public_key(&value) {
            Ok(key) => Ok(key),
            Err(error) => Err(RecordError::Key(error)),
        }
    }
}

/// Read the position of a chain.
fn decode_chain_key(bytes: &Seq<u8>) -> Result<(u32, ChainKey), RecordError> {
    let fields = stored_fields(bytes)?;
    let index = stored_uint32(&fields, CHAIN_KEY_INDEX)?;
    let key = stored_secret(bytes, &fields, CHAIN_KEY_KEY)?;
    Ok((index, ChainKey::from_seq(&key)))
}

/// Read the pair of a sending chain.
fn decode_ratchet_pair(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
) -> Result<RatchetKeyPair, RecordError> {
    let public = stored_public_key(bytes, fields, CHAIN_RATCHET_PUBLIC)?;
    let private = stored_secret(bytes, fields, CHAIN_RATCHET_PRIVATE)?;
    let pair = ratchet_key_pair(PrivateKey::from_seq(&private));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}

/// Read a sending chain.
fn decode_sending_chain(bytes: &Seq<u8>) -> Result<SendingChain, RecordError> {
    let fields = stored_fields(bytes)?;
    let dhs = decode_ratchet_pair(bytes, &fields)?;
    let chain_key = stored_required(bytes, &fields, CHAIN_KEY)?;
    let (ns, cks) = decode_chain_key(&chain_key)?;
    Ok(SendingChain { dhs, cks, ns })
}

/// Read a skipped key.
fn decode_skipped_key(bytes: &Seq<u8>) -> Result<SkippedKey, RecordError> {
    let fields = stored_fields(bytes)?;
    let number = stored_uint32(&fields, SKIPPED_NUMBER)?;
    let cipher_key = stored_bytes(bytes, &fields, SKIPPED_CIPHER_KEY)?;
    let mac_key = stored_bytes(bytes, &fields, SKIPPED_MAC_KEY)?;
    let iv = stored_bytes(bytes, &fields, SKIPPED_IV)?;
    if cipher_key.len() + mac_key.len() + iv.len() == 0 {
        let seed = stored_secret(bytes, &fields, SKIPPED_SEED)?;
        Ok(SkippedKey {
            number,
            seed: MessageKeySeed::from_seq(&seed),
        })
    } else {
        Err(RecordError::OldMessageKeys)
    }
}

/// One skipped key more; numbers descend strictly, and all are below Nr.
fn append_skipped(
    mkskipped: Seq<SkippedKey>,
    nr: u32,
    bytes: &Seq<u8>,
) -> Result<Seq<SkippedKey>, RecordError> {
    let skipped = decode_skipped_key(bytes)?;
    let count = mkskipped.len();
    let bound = if count == 0 {
        nr
    } else {
        mkskipped[count - 1].number
    };
    if count >= MAX_GATHERED {
        Err(RecordError::OverLimit)
    } else if skipped.number >= bound {
        Err(RecordError::Inconsistent)
    } else {
        Ok(mkskipped.push_owned(skipped))
    }
}

/// Read the skipped keys of a chain.
fn decode_skipped(nr: u32, items: &Seq<Seq<u8>>) -> Result<Seq<SkippedKey>, RecordError> {
    let mut result: Result<Seq<SkippedKey>, RecordError> = Ok(Seq::<SkippedKey>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(mkskipped) => append_skipped(mkskipped, nr, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Read a receiving chain.
fn decode_receiving_chain(bytes: &Seq<u8>) -> Result<ReceivingChain, RecordError> {
    let fields = stored_fields(bytes)?;
    let dhr = stored_public_key(bytes, &fields, CHAIN_RATCHET_PUBLIC)?;
    let chain_key = stored_required(bytes, &fields, CHAIN_KEY)?;
    let (nr, ckr) = decode_chain_key(&chain_key)?;
    let items = stored_all(bytes, &fields, CHAIN_SKIPPED)?;
    let mkskipped = decode_skipped(nr, &items)?;
    Ok(ReceivingChain {
        dhr: RatchetKey { key: dhr },
        ckr,
        nr,
        mkskipped,
    })
}

/// Whether a chain of this ratchet key is among those read.
fn has_chain(receiving: &Seq<ReceivingChain>, dhr: RatchetKey) -> bool {
    let mut found = false;
    for i in 0..receiving.len() {
        if same_public_key(receiving[i].dhr.key, dhr.key) {
            found = true;
        }
    }
    found
}

/// One receiving chain more.
fn append_chain(
    receiving: Seq<ReceivingChain>,
    bytes: &Seq<u8>,
) -> Result<Seq<ReceivingChain>, RecordError> {
    let chain = decode_receiving_chain(bytes)?;
    if receiving.len() >= MAX_RECEIVING_CHAINS {
        Err(RecordError::OverLimit)
    } else if has_chain(&receiving, chain.dhr) {
        Err(RecordError::Inconsistent)
    } else {
        Ok(receiving.push_owned(chain))
    }
}

/// Read the receiving chains of a session.
fn decode_receiving(items: &Seq<Seq<u8>>) -> Result<Seq<ReceivingChain>, RecordError> {
    let mut result: Result<Seq<ReceivingChain>, RecordError> = Ok(Seq::<ReceivingChain>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(receiving) => append_chain(receiving, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Read what the KEM adds to the pending data.
fn decode_pending_kem(bytes: &Seq<u8>) -> Result<PendingKem, RecordError> {
    let fields = stored_fields(bytes)?;
    let id = stored_uint32(&fields, PENDING_KEM_ID)?;
    let ciphertext = stored_bytes(bytes, &fields, PENDING_KEM_CIPHERTEXT)?;
    if ciphertext.len() == 0 {
        Err(RecordError::MissingField)
    } else {
        match parse_kem_ciphertext(&ciphertext) {
            Ok(_) => Ok(PendingKem { id, ciphertext }),
            Err(error) => Err(RecordError::Key(error)),
        }
    }
}

/// Read what the KEM adds to the pending data: version 4 needs it, in version 3 it may be there.
fn decode_optional_pending_kem(
    version: u8,
    bytes: Option<Seq<u8>>,
) -> Result<Option<PendingKem>, RecordError> {
    match bytes {
        Some(found) => {
            let kem = decode_pending_kem(&found)?;
            Ok(Some(kem))
        }
        None => {
            if version == VERSION_4 {
                Err(RecordError::MissingField)
            } else {
                Ok(None)
            }
        }
    }
}

/// Read the pending data, all but what the KEM adds.
fn decode_pending(bytes: &Seq<u8>) -> Result<Pending, RecordError> {
    let fields = stored_fields(bytes)?;
    let one_time_prekey_id = stored_optional_uint32(&fields, PENDING_ONE_TIME_PREKEY_ID)?;
    let base_key = stored_public_key(bytes, &fields, PENDING_BASE_KEY)?;
    let signed_prekey_id = stored_uint32(&fields, PENDING_SIGNED_PREKEY_ID)?;
    let created_s = stored_uint64(&fields, PENDING_CREATED)?;
    Ok(Pending {
        one_time_prekey_id,
        signed_prekey_id,
        kem: None,
        base_key: BaseKey { key: base_key },
        created_s,
    })
}

/// Read the pending data of a session, if there is any; without it, what the KEM adds is not looked at.
fn decode_all_pending(
    version: u8,
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
) -> Result<Option<Pending>, RecordError> {
    let pending_field = stored_optional(bytes, fields, SESSION_PENDING)?;
    match pending_field {
        Some(found) => {
            let pending = decode_pending(&found)?;
            let kem_field = stored_optional(bytes, fields, SESSION_PENDING_KEM)?;
            let kem = decode_optional_pending_kem(version, kem_field)?;
            Ok(Some(Pending {
                one_time_prekey_id: pending.one_time_prekey_id,
                signed_prekey_id: pending.signed_prekey_id,
                kem,
                base_key: pending.base_key,
                created_s: pending.created_s,
            }))
        }
        None => Ok(None),
    }
}

/// Read the state of SPQR; nothing stored is its empty state.
fn decode_sparse(bytes: &Seq<u8>, fields: &Seq<Field>) -> Result<SparseState, RecordError> {
    let stored = stored_bytes(bytes, fields, SESSION_SPARSE)?;
    match decode_state(&ByteSeq::from_public_seq(&stored)) {
        Ok(state) => Ok(state),
        Err(error) => Err(RecordError::Sparse(error)),
    }
}

/// Read the Double Ratchet of a session.
fn decode_ratchet(bytes: &Seq<u8>, fields: &Seq<Field>) -> Result<State, RecordError> {
    let rk = stored_secret(bytes, fields, SESSION_ROOT_KEY)?;
    let pn = stored_uint32(fields, SESSION_PREVIOUS_COUNTER)?;
    let sending_chain = stored_required(bytes, fields, SESSION_SENDING_CHAIN)?;
    let sending = decode_sending_chain(&sending_chain)?;
    let items = stored_all(bytes, fields, SESSION_RECEIVING_CHAIN)?;
    let receiving = decode_receiving(&items)?;
    Ok(State {
        rk: RootKey::from_seq(&rk),
        pn,
        sending,
        receiving,
    })
}

/// Read the fields of a session of a known version, in ascending order but for the KEM's, which come with the pending data.
fn decode_known_version(
    version: u8,
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
) -> Result<Session, RecordError> {
    let local_identity = stored_public_key(bytes, fields, SESSION_LOCAL_IDENTITY)?;
    let remote_identity = stored_public_key(bytes, fields, SESSION_REMOTE_IDENTITY)?;
    let double = decode_ratchet(bytes, fields)?;
    let pending = decode_all_pending(version, bytes, fields)?;
    let remote_registration_id = stored_uint32(fields, SESSION_REMOTE_REGISTRATION)?;
    let local_registration_id = stored_uint32(fields, SESSION_LOCAL_REGISTRATION)?;
    let base_key = stored_public_key(bytes, fields, SESSION_BASE_KEY)?;
    let sparse = decode_sparse(bytes, fields)?;
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

/// Read a session.
///
/// In: any bytes, secret. Out: the session.
/// Errors: `InvalidProtobuf`, `UnsupportedVersion`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`, `OverLimit`,
/// `Inconsistent`, `OldMessageKeys`, `Sparse`; the first that is met.
pub fn decode_session(stored: &ByteSeq) -> Result<Session, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let version = stored_uint32(&fields, SESSION_VERSION)?;
    if version == VERSION_3 as u32 {
        decode_known_version(VERSION_3, &bytes, &fields)
    } else if version == VERSION_4 as u32 {
        decode_known_version(VERSION_4, &bytes, &fields)
    } else {
        Err(RecordError::UnsupportedVersion)
    }
}

/// Read the stored form of an identity pair.
///
/// In: any bytes, secret. Out: the pair.
/// Errors: `InvalidProtobuf`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`.
pub fn decode_identity_key_pair(stored: &ByteSeq) -> Result<IdentityKeyPair, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let public = stored_public_key(&bytes, &fields, IDENTITY_PAIR_PUBLIC)?;
    let private = stored_secret(&bytes, &fields, IDENTITY_PAIR_PRIVATE)?;
    let pair = identity_key_pair(PrivateKey::from_seq(&private));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}
