//! The ML-KEM Braid: a KEM key pair and its ciphertext, spread over the messages of both parties, give one secret an
//! epoch.
//!
//! Which part: BRAID 2. Who calls it: `ratchet::sparse`. Secret: decapsulation keys, the state of an encapsulation, the
//! authenticator and the epoch secrets; all that is sent, and the state a party is in, is public.
//!
//! In odd epochs the initiator makes the keys and the responder the ciphertext, in even epochs the other way round. The
//! first epoch is 1. A party is in one of eleven states. Below, `>` is a message sent, `<` one received of the same
//! epoch; beside a state stands what it sends while it waits. What is not drawn changes nothing.
//!
//! ```text
//!  key side of epoch e                             ciphertext side of epoch e
//!
//!  KeysUnsampled                                   NoHeaderReceived   > None
//!    | > Hdr: draws the key pair                     | < Hdr, header complete, MAC good
//!  KeysSampled        > Hdr                        HeaderReceived
//!    | < Ct1                                         | > Ct1: draws the encapsulation, SECRET OUT
//!  HeaderSent         > Ek                         Ct1Sampled         > Ct1
//!    | < Ct1, ct1 complete                           |-- < Ek, ek complete ---------> EkReceivedCt1Sampled  > Ct1
//!  Ct1Received        > EkCt1Ack                     |                                  | < EkCt1Ack or Ct1Ack
//!    | < Ct2                                         |-- < EkCt1Ack, ek incomplete -> Ct1Acknowledged       > None
//!  EkSentCt1Received  > Ct1Ack                       |                                  | < Ek, EkCt1Ack: ek complete
//!    | < Ct2, ct2 complete, MAC good: SECRET OUT     | < EkCt1Ack, ek complete          |
//!    v                                             Ct2Sampled  <------------------------'   > Ct2
//!  NoHeaderReceived of epoch e + 1                   | < any of epoch e + 1
//!                                                    v
//!                                                  KeysUnsampled of epoch e + 1
//! ```
//!
//! Deployed, against the text:
//! - a message of a later epoch is an error, where the text ignores it;
//! - `EkSentCt1Received` sends Ct1Ack, which no state of the text sends, and `EkReceivedCt1Sampled` takes it for an
//!   answer;
//! - `Ct1Acknowledged` takes plain Ek chunks;
//! - H(ek) is over t-hat ‖ rho, the order of FIPS 203; the text has rho first. When ek meets its header the modulus of
//!   FIPS 203 is checked too;
//! - after a wrong MAC the text gives the session up; here the message is refused, and the state stays as it was.
pub mod receive;
pub mod send;
pub mod states;

pub use crate::ratchet::sparse::braid::receive::*;
pub use crate::ratchet::sparse::braid::send::*;
pub use crate::ratchet::sparse::braid::states::*;
