//! Keys (to be written).
pub mod types;
