//! The session record of a peer device: the current session and up to 40 archived ones, and its stored form.
//!
//! Which part: deployed only, no public text; the stored form is protobuf (PB, proto3: zero and empty values are
//! left out). Who calls it: `session::select`, and applications to save and load. Secret: the record and its bytes.
//!
//! The stored bytes are secret but their structure is not; inside this module they are public bytes, declassified
//! and classified at its border. Nothing in the format authenticates them: a damaged key is found only where it can
//! be (a ratchet pair that does not match, a length, a limit), and else at the next message.
pub mod decode;
pub mod encode;
pub mod types;

pub use crate::session::record::decode::*;
pub use crate::session::record::encode::*;
pub use crate::session::record::types::*;
use hacspec_lib::*;

/// First byte of the stored form of this project.
pub const SAVED_FORMAT: u8 = 1u8;
/// Most archived sessions in a record.
pub const MAX_ARCHIVED: usize = 40;

const RECORD_CURRENT: u32 = 1u32;
const RECORD_PREVIOUS: u32 = 2u32;

/// The record of a peer device.
#[derive(Clone)]
pub struct Record {
    /// The session that sends.
    pub current: Option<Session>,
    /// Archived sessions in their stored form, newest first, secret; one that cannot be decoded stays as it is.
    pub previous: Seq<ByteSeq>,
}

/// A record without sessions.
///
/// Out: the empty record.
pub fn empty_record() -> Record {
    Record {
        current: None,
        previous: Seq::<ByteSeq>::new(0),
    }
}

/// The session without its pending data: what becomes of it when it is archived or answered.
///
/// In: a session. Out: the same, its pending data gone.
pub fn without_pending(session: Session) -> Session {
    Session {
        version: session.version,
        local_identity: session.local_identity,
        remote_identity: session.remote_identity,
        ratchet: session.ratchet,
        pending: None,
        remote_registration_id: session.remote_registration_id,
        local_registration_id: session.local_registration_id,
        base_key: session.base_key,
    }
}

/// Put a session in front of the archived ones; the last goes if there are too many.
fn push_previous(previous: Seq<ByteSeq>, session: Session) -> Seq<ByteSeq> {
    let mut first = Seq::<ByteSeq>::new(1);
    first[0] = encode_session(&without_pending(session));
    let kept = if previous.len() >= MAX_ARCHIVED {
        previous.slice(0, MAX_ARCHIVED - 1)
    } else {
        previous
    };
    first.concat(&kept)
}

/// Archive the current session: its pending data goes, and it comes first among the archived ones.
///
/// Deployed: at most 40 are kept; the oldest is dropped.
/// In: a record. Out: the record without a current session.
pub fn archive_current(record: Record) -> Record {
    match record.current {
        Some(session) => Record {
            current: None,
            previous: push_previous(record.previous, session),
        },
        None => Record {
            current: None,
            previous: record.previous,
        },
    }
}

/// Make a session current; the one before is archived.
///
/// In: a record; a session. Out: the record.
pub fn set_current(record: Record, session: Session) -> Record {
    let archived = archive_current(record);
    Record {
        current: Some(session),
        previous: archived.previous,
    }
}

/// Put the current session in the place of what it was; none is archived.
///
/// In: a record; its current session as it is now. Out: the record.
pub(crate) fn replace_current(record: Record, session: Session) -> Record {
    Record {
        current: Some(session),
        previous: record.previous,
    }
}

/// Make an archived session current: it leaves the archive, then the current one is archived.
///
/// In: a record; where the session stands in the archive, within it; what it becomes. Out: the record.
pub fn promote(record: Record, i: usize, session: Session) -> Record {
    let before = record.previous.slice(0, i);
    let after = record.previous.slice(i + 1, record.previous.len() - i - 1);
    let rest = Record {
        current: record.current,
        previous: before.concat(&after),
    };
    set_current(rest, session)
}

/// The bare stored form of a record, as the deployed library has it.
///
/// In: a record. Out: its bytes, secret.
pub fn encode_record(record: &Record) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = match record.current.clone() {
        Some(session) => put_secret(out, RECORD_CURRENT, encode_session(&session)),
        None => out,
    };
    for i in 0..record.previous.len() {
        out = put_secret(out, RECORD_PREVIOUS, record.previous[i].clone());
    }
    ByteSeq::from_public_seq(&out)
}

/// Read the current session of a record.
fn import_current(bytes: Option<Seq<u8>>) -> Result<Option<Session>, RecordError> {
    match bytes {
        Some(found) => {
            let session = decode_session(&ByteSeq::from_public_seq(&found))?;
            Ok(Some(session))
        }
        None => Ok(None),
    }
}

/// An archived session as it would be stored again; one that cannot be decoded stays as it is.
fn import_archived(bytes: &Seq<u8>) -> ByteSeq {
    let stored = ByteSeq::from_public_seq(bytes);
    match decode_session(&stored) {
        Ok(session) => encode_session(&session),
        Err(_) => stored,
    }
}

/// Read a bare record, as the deployed library stores it.
///
/// Unknown fields are dropped. An archived session that cannot be decoded is kept and never tried.
/// Choice: the current session is checked as a whole. The deployed library decodes each part when it needs it: there, a
/// damaged receiving chain does not stop sending.
/// In: any bytes, secret. Out: the record.
/// Errors: those of [`decode_session`] for the current session, `InvalidProtobuf`, `OverLimit`.
pub fn import_record(stored: &ByteSeq) -> Result<Record, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let current_field = stored_optional(&bytes, &fields, RECORD_CURRENT)?;
    let items = stored_all(&bytes, &fields, RECORD_PREVIOUS)?;
    let current = import_current(current_field)?;
    if items.len() > MAX_ARCHIVED {
        Err(RecordError::OverLimit)
    } else {
        let mut previous = Seq::<ByteSeq>::new(0);
        for i in 0..items.len() {
            previous = previous.push_owned(import_archived(&items[i]));
        }
        Ok(Record { current, previous })
    }
}

/// The stored form of this project: a version byte, then the bare record.
///
/// In: a record. Out: its bytes, secret.
pub fn save_record(record: &Record) -> ByteSeq {
    let mut out = ByteSeq::new(1);
    out[0] = U8(SAVED_FORMAT);
    out.concat(&encode_record(record))
}

/// Read what [`save_record`] wrote, and nothing else.
///
/// In: any bytes, secret. Out: the record.
/// Errors: `UnsupportedFormat`, those of [`import_record`], `NotCanonical`.
pub fn load_record(stored: &ByteSeq) -> Result<Record, RecordError> {
    if stored.len() == 0 {
        Err(RecordError::UnsupportedFormat)
    } else {
        let bare = stored.slice(1, stored.len() - 1);
        // The version byte is not secret.
        let format = stored.slice(0, 1).declassify();
        if format[0] == SAVED_FORMAT {
            let record = import_record(&bare)?;
            // Public inside this module, as its doc says.
            if encode_record(&record).declassify() == bare.declassify() {
                Ok(record)
            } else {
                Err(RecordError::NotCanonical)
            }
        } else {
            Err(RecordError::UnsupportedFormat)
        }
    }
}
