//! Stored records altered: within what the specification can hold, or as bytes.
use super::build::{spec_bytes, Plan};
use super::PlanError;
use hacspec_lib::ByteSeq;
use twinratchet_spec::session::record::{load_record, save_record, Record, Session};

/// A saved record after a change.
pub fn saved_with(saved: &[u8], change: impl FnOnce(&mut Record)) -> Plan<Vec<u8>> {
    let mut record = load_record(&ByteSeq::from_public_slice(saved))
        .map_err(|error| PlanError(format!("{error:?}")))?;
    change(&mut record);
    Ok(spec_bytes(&save_record(&record)))
}

/// Change the current session of a record.
pub fn edit_current(record: &mut Record, change: impl FnOnce(&mut Session)) {
    if let Some(session) = &mut record.current {
        change(session);
    }
}
