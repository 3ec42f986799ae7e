//! Executable specification of the Signal protocol as deployed.
pub mod keys;
pub mod primitives;
