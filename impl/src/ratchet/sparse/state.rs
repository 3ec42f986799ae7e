//! The state of SPQR as it is stored.
//!
//! Which part: deployed only; protobuf (PB, proto3: zero and empty values are left out). Who calls it: `session::record`.
//! Secret: the bytes.
pub mod decode;
pub mod encode;
pub mod fields;

pub use crate::ratchet::sparse::state::decode::*;
pub use crate::ratchet::sparse::state::encode::*;
