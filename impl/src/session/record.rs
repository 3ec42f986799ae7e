//! The session record of a peer device: the current session and up to 40 archived ones, and its stored form.
//!
//! Which part: deployed only, no public text; the stored form is protobuf (PB, proto3: zero and empty values are left
//! out). Who calls it: `session::select`, and applications to save and load. Secret: the record and its bytes.
//!
//! In memory all sessions are typed, also the archived ones, which the spec keeps as bytes: nothing is encoded or decoded to
//! send or receive. Sessions are in boxes, so that moving one to the archive or back leaves no copy behind. Every
//! buffer that holds secrets is made large enough at once and wiped when dropped.
pub mod decode;
pub mod encode;
pub mod types;

pub use crate::session::record::decode::*;
pub use crate::session::record::encode::*;
pub use crate::session::record::types::*;

use crate::ct::equal;
use crate::session::record::decode::Stored;
use crate::session::record::encode::{buffer, put_nested, put_session, session_room, SKIPPED_ROOM};
use crate::wire::protobuf::put_bytes;
use core::fmt;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// First byte of the stored form of this project.
pub const SAVED_FORMAT: u8 = 1;
/// Most archived sessions in a record.
pub const MAX_ARCHIVED: usize = 40;

const RECORD_CURRENT: u32 = 1;
const RECORD_PREVIOUS: u32 = 2;

/// The record of a peer device.
#[derive(Debug)]
pub struct Record {
    /// The session that sends.
    pub(crate) current: Option<Box<Session>>,
    /// Archived sessions, newest first.
    pub(crate) previous: VecDeque<Archived>,
}

/// An archived session.
pub(crate) enum Archived {
    /// One that can be used.
    Session(Box<Session>),
    /// One that could not be decoded, and why; it stays as it is.
    Undecoded(Zeroizing<Vec<u8>>, RecordError),
}

impl fmt::Debug for Archived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => session.fmt(f),
            Self::Undecoded(_, error) => f.debug_tuple("Undecoded").field(error).finish(),
        }
    }
}

/// Mirror of `spec::session::record::empty_record`.
///
/// Out: a record without sessions.
#[must_use]
pub fn empty_record() -> Record {
    Record {
        current: None,
        previous: VecDeque::new(),
    }
}

/// Mirror of `spec::session::record::without_pending`.
///
/// In: a session; its pending data goes.
pub fn without_pending(session: &mut Session) {
    session.pending = None;
}

/// Mirror of `spec::session::record::archive_current`.
///
/// In: a record; its current session loses its pending data and comes first among the archived ones, of which 40 are kept.
pub fn archive_current(record: &mut Record) {
    if let Some(mut session) = record.current.take() {
        without_pending(&mut session);
        record.previous.truncate(MAX_ARCHIVED.saturating_sub(1));
        record.previous.push_front(Archived::Session(session));
    }
}

/// Mirror of `spec::session::record::set_current`.
///
/// In: a record; a session, current from now on; the one before is archived.
pub fn set_current(record: &mut Record, session: Box<Session>) {
    archive_current(record);
    record.current = Some(session);
}

/// Mirror of `spec::session::record::promote`. What the session becomes is set after that, in place.
///
/// In: a record; where the session stands in the archive. It becomes current, and the one before is archived. A place without
/// a usable session changes nothing.
pub fn promote(record: &mut Record, i: usize) {
    if !matches!(record.previous.get(i), Some(Archived::Session(_))) {
        return;
    }
    if let Some(Archived::Session(session)) = record.previous.remove(i) {
        set_current(record, session);
    }
}

/// Mirror of `spec::session::record::encode_record`.
///
/// In: a record. Out: its bare stored form, secret.
#[must_use]
pub fn encode_record(record: &Record) -> Zeroizing<Vec<u8>> {
    let mut out = buffer(record_room(record));
    put_record(&mut out, record);
    out
}

/// Mirror of `spec::session::record::import_record`.
///
/// In: any bytes, secret. Out: the record; an archived session that cannot be decoded is kept and never tried.
/// Errors: those of [`decode_session`] for the current session, `InvalidProtobuf`, `OverLimit`.
pub fn import_record(stored: &[u8]) -> Result<Record, RecordError> {
    let fields = Stored::parse(stored)?;
    let current = fields.optional(RECORD_CURRENT)?;
    let items = fields.all(RECORD_PREVIOUS)?;
    let current = current.map(decode_session).transpose()?.map(Box::new);
    if items.len() > MAX_ARCHIVED {
        return Err(RecordError::OverLimit);
    }
    let previous = items.into_iter().map(import_archived).collect();
    Ok(Record { current, previous })
}

/// Mirror of `spec::session::record::save_record`.
///
/// In: a record. Out: a version byte and the bare record, secret.
#[must_use]
pub fn save_record(record: &Record) -> Zeroizing<Vec<u8>> {
    let mut out = buffer(record_room(record).saturating_add(1));
    out.push(SAVED_FORMAT);
    put_record(&mut out, record);
    out
}

/// Mirror of `spec::session::record::load_record`.
///
/// In: any bytes, secret. Out: the record, if [`save_record`] gives these bytes for it.
/// Errors: `UnsupportedFormat`, those of [`import_record`], `NotCanonical`.
pub fn load_record(stored: &[u8]) -> Result<Record, RecordError> {
    let Some((&SAVED_FORMAT, bare)) = stored.split_first() else {
        return Err(RecordError::UnsupportedFormat);
    };
    let record = import_record(bare)?;
    if equal(&encode_record(&record), bare) {
        Ok(record)
    } else {
        Err(RecordError::NotCanonical)
    }
}

/// An archived session; one that cannot be decoded stays as it is.
fn import_archived(bytes: &[u8]) -> Archived {
    match decode_session(bytes) {
        Ok(session) => Archived::Session(Box::new(session)),
        Err(error) => Archived::Undecoded(Zeroizing::new(bytes.to_vec()), error),
    }
}

fn record_room(record: &Record) -> usize {
    let current = record.current.as_deref().map_or(0, session_room);
    let previous = record.previous.iter().map(|archived| match archived {
        Archived::Session(session) => session_room(session),
        Archived::Undecoded(bytes, _) => bytes.len().saturating_add(SKIPPED_ROOM),
    });
    previous.fold(current.saturating_add(SKIPPED_ROOM), usize::saturating_add)
}

fn put_record(out: &mut Vec<u8>, record: &Record) {
    if let Some(session) = &record.current {
        put_nested(out, RECORD_CURRENT, session_room(session), |out| {
            put_session(out, session);
        });
    }
    for archived in &record.previous {
        match archived {
            Archived::Session(session) => {
                put_nested(out, RECORD_PREVIOUS, session_room(session), |out| {
                    put_session(out, session);
                });
            }
            Archived::Undecoded(bytes, _) => put_bytes(out, RECORD_PREVIOUS, bytes),
        }
    }
}
