//! The state of SPQR as it is stored.
//!
//! Which part: deployed only, no public text; protobuf (PB, proto3: zero and empty values are left out). Who calls it:
//! `session::record`. Secret: the bytes.
//!
//! ```text
//! state       { 1 negotiation, 2 chain, 3 one of the eleven states }     all absent: version 0, no bytes
//! negotiation { 1 auth key, 2 direction, 3 min version, 4 parameters }
//! chain       { 1 direction, 2 current epoch, 3 links, 4 next root, 5 send epoch, 6 parameters }
//! link        { 1 send, 2 receive }, each { 1 counter, 2 chain key, 3 store: (BE32 index || key)* }
//! parameters  { 1 max jump, 2 max out of order }                         a default is stored as 0
//! states      { 1 KeysUnsampled, .. 11 Ct2Sampled }, each { 1 core, then encoder and decoder }
//! core        { 1 epoch, 2 { 1 root key, 2 mac key }, then keys and ciphertexts }
//! encoder     { 1 counter, 2 values * 16, or 3 coefficients * 16 }       BE16 each
//! decoder     { 1 symbols needed, 2 polynomials: 16, 3 points * 16 }     BE16 x || BE16 y, x ascending
//! ```
//!
//! The stored bytes are secret but their structure is not; inside this module they are public bytes, declassified and
//! classified at its border. Nothing in the format authenticates them.
//!
//! Choice: a state is loaded only if it is one that later steps can work with, whatever comes. The deployed library
//! checks lengths, and finds the rest when it uses it. Refused are: an epoch 0; no link, more links than epochs, a
//! sending epoch without a link; a current epoch of the chains that does not fit the state of the Braid; numbers that
//! name no direction or version; none or two of the eleven states; a code of other than 16 polynomials; an encoder of
//! another size than its state needs, or with both forms; points that do not ascend; a decoder marked as complete.
//! Absent limits are the defaults.
pub mod decode;
pub mod encode;
pub mod fields;

pub use crate::ratchet::sparse::state::decode::*;
pub use crate::ratchet::sparse::state::encode::*;
