//! Trust in the identity key of an address, as a decision without a store.
//!
//! Which part: X3DH 4.1, authentication, left to the application. Deployed: trust on first use; a changed key is refused
//! until the user accepts it. Who calls it: `session::select`, and the application that keeps the store. Secret: nothing.
use crate::keys::{same_public_key, IdentityKey};

/// What saving an identity does to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityChange {
    /// There was none.
    New,
    /// The same key was there.
    Unchanged,
    /// Another key was there.
    Replaced,
}

/// Mirror of `spec::session::trust::identity_change`.
///
/// In: the stored identity of an address, if any; the presented one. Out: what saving it would do.
#[must_use]
pub fn identity_change(stored: Option<IdentityKey>, presented: IdentityKey) -> IdentityChange {
    match stored {
        None => IdentityChange::New,
        Some(known) if same_public_key(known.key, presented.key) => IdentityChange::Unchanged,
        Some(_) => IdentityChange::Replaced,
    }
}

/// Mirror of `spec::session::trust::is_trusted_identity`.
///
/// In: the stored identity of an address, if any; the presented one. Out: the decision.
#[must_use]
pub fn is_trusted_identity(stored: Option<IdentityKey>, presented: IdentityKey) -> bool {
    identity_change(stored, presented) != IdentityChange::Replaced
}
