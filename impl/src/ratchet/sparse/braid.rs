//! The ML-KEM Braid: two parties agree on one secret an epoch, a chunk of it in each message.
//!
//! Which part: BRAID 2.5, as deployed. Who calls it: `ratchet::sparse`. Secret: the states, but for chunks and epochs.
//!
//! ```text
//!            key side                                     ciphertext side
//!  KeysUnsampled                                          NoHeaderReceived
//!     | send: draw a key pair              Hdr ..            | the header is complete
//!  KeysSampled           -------------------------------> HeaderReceived
//!     | first Ct1                                            | send: draw, encapsulate; the secret comes out
//!  HeaderSent            <-------------------------- Ct1 .. Ct1Sampled ------------.
//!     | ct1 is complete                     Ek ..            | EkCt1Ack            | ek is complete
//!  Ct1Received           ---------------- EkCt1Ack .. ---> Ct1Acknowledged   EkReceivedCt1Sampled
//!     | first Ct2                                            | ek is complete      | EkCt1Ack, Ct1Ack
//!  EkSentCt1Received     <-------------------------- Ct2 .. Ct2Sampled <-----------'
//!     | ct2 is complete; the secret comes out                | a message of the next epoch
//!  NoHeaderReceived, next epoch                           KeysUnsampled, next epoch
//! ```
//!
//! A transition takes a state and gives the next. It is planned before, on a reference, and the plan holds only what is
//! new: keys, decoders and encoders pass from state to state in their boxes, and are never copied.
pub mod receive;
pub mod send;
pub mod states;

pub use crate::ratchet::sparse::braid::receive::*;
pub use crate::ratchet::sparse::braid::send::*;
pub use crate::ratchet::sparse::braid::states::*;
