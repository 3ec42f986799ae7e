//! Computing what was recorded of the sparse post-quantum ratchet: its parts, its conversations, its stored states.
pub mod chain;
pub mod erasure;
pub mod kem;
mod labels;
pub mod parts;
mod replay;
pub mod snapshots;
mod stored;
pub mod traces;
