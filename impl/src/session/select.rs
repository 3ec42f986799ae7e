//! Operations on a record: start a session, encrypt, choose the session that decrypts.
//!
//! Which part: X3DH and PQXDH 3.3 and 3.4 for the order of steps, DR 3.4 and 3.5 inside one session; the choice among sessions is
//! deployed only. Who calls it: applications. Secret: private keys, the record, plaintexts.
//!
//! Every function changes the record, or gives an error and leaves it as it was: a message is tried in one session after the
//! other without touching any, and only what opens it is applied. The caller saves the record after success, and with it the
//! identity that was checked: that of the envelope of a prekey message, or else that of the session, which is current now.
pub mod receive;
pub mod respond;
pub mod send;
pub mod types;

pub use crate::session::select::receive::*;
pub use crate::session::select::respond::*;
pub use crate::session::select::send::*;
pub use crate::session::select::types::*;
