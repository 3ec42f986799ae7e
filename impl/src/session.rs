//! Sessions with a peer device: their record, the choice of one for a message, trust in identities.
pub mod record;
pub mod select;
pub mod trust;
