//! Operations on a record: start a session, encrypt, choose the session that decrypts.
//!
//! Which part: X3DH 3.3 and 3.4, PQXDH 3.3 and 3.4 for the order of steps, DR 3.4 and 3.5, DR4 6 inside one session; the
//! choice among sessions is deployed only. Who calls it: applications. Secret: private keys, the record, plaintexts.
//!
//! Every function gives a new record or an error; on an error the caller keeps the record it has. What the caller's
//! stores know (the identity of an address, prekeys by id) comes in as values; what they must change is in the result.
//! With the record, the caller saves the identity that was checked: that of the envelope of a prekey message, or else
//! `remote_identity` of the session, which is current now. The two differ when an envelope names an older session.
pub mod receive;
pub mod respond;
pub mod send;
pub mod types;

pub use crate::session::select::receive::*;
pub use crate::session::select::respond::*;
pub use crate::session::select::send::*;
pub use crate::session::select::types::*;
