//! The Double Ratchet as deployed.
//!
//! Which part: DR 3. Who calls it: `ratchet::triple`; `session` for how it begins. Secret: the state, all but its public
//! keys and numbers.
//!
//! ```text
//!            initiator                                   responder
//!  RK0 --KDF_RK(DHs, SPKB)--> RK1, CKs         RK0, sending chain (SPKB pair, CK0)
//!  receiving chain (SPKB, CK0)
//!     message with an unknown ratchet key K, on either side:
//!  RK --KDF_RK(DHs, K)--> CKr of a new receiving chain --KDF_RK(fresh DHs, K)--> CKs of the new sending chain
//! ```
pub mod receive;
pub mod send;
pub mod state;

pub use crate::ratchet::double::receive::*;
pub use crate::ratchet::double::send::*;
pub use crate::ratchet::double::state::*;
