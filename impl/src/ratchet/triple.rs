//! The Triple Ratchet: the Double Ratchet and SPQR side by side, each with a key for every message.
//!
//! Which part: DR4 6. Who calls it: `session`. Secret: the state, and plaintexts.
//!
//! Sessions of version 3 take the same way, with the empty state of SPQR: no message of it, and no key.
//!
//! A message is sent by `send`, and received in steps, as in the Double Ratchet:
//!
//! ```text
//!  &TripleState --open--> (TriplePlan, plaintext) --TriplePlan::ready--> TripleStep --apply--> &mut TripleState
//! ```
use crate::keys::{PrivateKey, SparseMessageKey};
use crate::ratchet::double::{
    open_message, plan, ratchet_encrypt, AssociatedData, ChainLimits, Plan, SendingStep, Step,
};
use crate::ratchet::sparse::{
    apply_receive, apply_send, plan_receive, plan_send, SparseError, SparseRandom, SparseStep,
};
use crate::ratchet::{double, sparse, RatchetError};
use crate::wire::message::SignalMessage;
use crate::wire::Writer;

/// The state of both ratchets.
#[derive(Debug)]
pub struct TripleState {
    /// The Double Ratchet, secret.
    pub double: double::State,
    /// SPQR, secret; empty in version 3.
    pub sparse: sparse::State,
}

/// A message about to be sent: nothing has changed yet.
pub(crate) struct Sending<'a> {
    state: &'a double::State,
    step: &'a SendingStep,
    spqr: &'a [u8],
}

/// What receiving a message would change, but for the sending half of a Diffie-Hellman step.
pub(crate) struct TriplePlan {
    double: Plan,
    sparse: SparseStep,
}

/// All that receiving a message changes.
pub(crate) struct TripleStep {
    double: Step,
    sparse: SparseStep,
}

/// Mirror of `spec::ratchet::triple::triple_encrypt`.
///
/// In: the state; the profile and the session version; AD; the address block, if the message is to carry one; the random bytes of SPQR, secret;
/// any plaintext, secret. Out: the bytes of a SignalMessage.
/// Errors: `Sparse`, then `CounterExhausted`; the state is as before.
pub fn triple_encrypt(
    state: &mut TripleState,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    random: &SparseRandom,
    plaintext: &[u8],
) -> Result<Vec<u8>, RatchetError> {
    let lift = |error| error;
    send(state, random, lift, |sending| {
        Ok(sending.seal(writer, ad, addresses, plaintext))
    })
}

/// Mirror of `spec::ratchet::triple::triple_decrypt`.
///
/// In: the state; AD; the address block of the two devices, if their names have one; the limits of a chain; 32 random bytes for a
/// fresh pair, used if the ratchet key is new; the message. Out: the plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`, then `Sparse`, then `Rejected`; the
/// state is as before.
pub fn triple_decrypt(
    state: &mut TripleState,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    limits: ChainLimits,
    fresh: PrivateKey,
    message: &SignalMessage<'_>,
) -> Result<Vec<u8>, RatchetError> {
    let (plan, plaintext) = open(state, ad, expected_addresses, limits, message)?;
    let step = plan.ready(fresh)?;
    apply(state, step);
    Ok(plaintext)
}

/// Mirror of `spec::ratchet::triple::encrypt_with_sparse_key`.
///
/// In: the state of the Double Ratchet; the profile and the session version; AD; the address block; the SPQR message and its key, secret; any
/// plaintext, secret. Out: the bytes of a SignalMessage.
/// Errors: `CounterExhausted`; the state is as before.
pub fn encrypt_with_sparse_key(
    state: &mut double::State,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    sparse_message: &[u8],
    key: Option<&SparseMessageKey>,
    plaintext: &[u8],
) -> Result<Vec<u8>, RatchetError> {
    ratchet_encrypt(state, writer, ad, addresses, sparse_message, key, plaintext)
}

/// Mirror of `spec::ratchet::triple::decrypt_with_sparse_key`.
///
/// In: the state of the Double Ratchet; AD; the address block of the two devices; the limits of a chain; 32 random bytes for a fresh
/// pair; the key of SPQR, secret; the message. Out: the plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`, then `Rejected`; the state is as
/// before.
pub fn decrypt_with_sparse_key(
    state: &mut double::State,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    limits: ChainLimits,
    fresh: PrivateKey,
    key: Option<&SparseMessageKey>,
    message: &SignalMessage<'_>,
) -> Result<Vec<u8>, RatchetError> {
    let (plan, seed) = plan(state, limits, message)?;
    let plaintext = open_message(&seed, key, ad, expected_addresses, message)?;
    let step = plan.ready(fresh)?;
    double::apply(state, step);
    Ok(plaintext)
}

/// Send a message: plan the steps of both ratchets, let `make` make the message, which may refuse, and make the steps.
/// The steps are not put together: moving them for every message was measured to take 3 % of it in version 3.
///
/// Errors: `Sparse`, then `CounterExhausted`, both by `lift`; then those of `make`. The state is as before.
#[inline]
pub(crate) fn send<T, E>(
    state: &mut TripleState,
    random: &SparseRandom,
    lift: impl Fn(RatchetError) -> E,
    make: impl FnOnce(Sending<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let (sparse, bytes, key) =
        plan_send(&state.sparse, random).map_err(|error| lift(RatchetError::Sparse(error)))?;
    let step = double::plan_sending(&state.double, key.as_ref()).map_err(lift)?;
    let made = make(Sending {
        state: &state.double,
        step: &step,
        spqr: &bytes,
    })?;
    double::apply_sending(&mut state.double, step);
    apply_send(&mut state.sparse, sparse);
    Ok(made)
}

impl Sending<'_> {
    /// The message; reads only.
    #[inline]
    pub(crate) fn seal(
        &self,
        writer: Writer,
        ad: AssociatedData,
        addresses: Option<&[u8]>,
        plaintext: &[u8],
    ) -> Vec<u8> {
        let (state, step) = (self.state, self.step);
        double::seal(state, step, writer, ad, addresses, self.spqr, plaintext)
    }
}

/// Open a message: what it would change, and its plaintext; reads only.
///
/// Errors: those of [`triple_decrypt`].
#[inline]
pub(crate) fn open(
    state: &TripleState,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    limits: ChainLimits,
    message: &SignalMessage<'_>,
) -> Result<(TriplePlan, Vec<u8>), RatchetError> {
    let (double, seed) = plan(&state.double, limits, message)?;
    let (sparse, key) = lift_sparse(plan_receive(&state.sparse, message.spqr))?;
    let plaintext = open_message(&seed, key.as_ref(), ad, expected_addresses, message)?;
    Ok((TriplePlan { double, sparse }, plaintext))
}

impl TriplePlan {
    /// Complete the plan, as [`Plan::ready`] does. Errors: `InvalidAgreement`, in form.
    #[inline]
    pub(crate) fn ready(self, fresh: PrivateKey) -> Result<TripleStep, RatchetError> {
        Ok(TripleStep {
            double: self.double.ready(fresh)?,
            sparse: self.sparse,
        })
    }
}

/// Make a receiving step, planned on this very state. It cannot fail.
#[inline]
pub(crate) fn apply(state: &mut TripleState, step: TripleStep) {
    double::apply(&mut state.double, step.double);
    apply_receive(&mut state.sparse, step.sparse);
}

/// A result of SPQR as one of this layer. Errors: `Sparse`.
#[inline]
fn lift_sparse<T>(result: Result<T, SparseError>) -> Result<T, RatchetError> {
    result.map_err(RatchetError::Sparse)
}
