//! Encrypt in a ratchet.
//!
//! Which part: DR 3.4. Who calls it: `ratchet::triple`. Secret: the state, the key of SPQR and the plaintext.
use crate::keys::{ChainKey, SparseMessageKey};
use crate::primitives::aes_cbc::{append_ciphertext, ciphertext_length};
use crate::ratchet::double::state::{message_tag, next_number, AssociatedData, State};
use crate::ratchet::symmetric::{kdf_ck, message_keys, MessageKeys};
use crate::ratchet::RatchetError;
use crate::wire::message::{
    put_after_body, serialize_signal_message, start_signal_message, SignalHeader,
};
use crate::wire::Writer;

/// What sending a message changes.
pub(crate) struct SendingStep {
    cks: ChainKey,
    ns: u32,
    keys: MessageKeys,
}

/// Mirror of `spec::ratchet::double::ratchet_encrypt`.
///
/// In: the state; the profile and the session version; AD; the address block, if the message is to carry one; the SPQR message, empty in
/// version 3, and its key, secret; any plaintext, secret. Out: the bytes of a SignalMessage.
/// Errors: `CounterExhausted`; the state is as before.
pub fn ratchet_encrypt(
    state: &mut State,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    spqr: &[u8],
    key: Option<&SparseMessageKey>,
    plaintext: &[u8],
) -> Result<Vec<u8>, RatchetError> {
    let step = plan_sending(state, key)?;
    let message = seal(state, &step, writer, ad, addresses, spqr, plaintext);
    apply_sending(state, step);
    Ok(message)
}

/// The step of the sending chain, and the keys of the message; reads only. Errors: `CounterExhausted`.
#[inline]
pub(crate) fn plan_sending(
    state: &State,
    key: Option<&SparseMessageKey>,
) -> Result<SendingStep, RatchetError> {
    let ns = next_number(state.sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, seed) = kdf_ck(&state.sending.cks);
    Ok(SendingStep {
        cks,
        ns,
        keys: message_keys(&seed, key),
    })
}

/// The message of a sending step; reads only.
/// Faster: header, ciphertext and tag are written to one buffer, which is the message.
pub(crate) fn seal(
    state: &State,
    step: &SendingStep,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    spqr: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = SignalHeader {
        writer,
        ratchet_key: state.sending.dhs.public,
        counter: state.sending.ns,
        previous_counter: state.pn,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let keys = &step.keys;
    let body_length = ciphertext_length(plaintext.len());
    let mut unsigned = start_signal_message(&header, body_length, spqr, addresses);
    append_ciphertext(&keys.cipher_key, &keys.iv, plaintext, &mut unsigned);
    put_after_body(&mut unsigned, spqr, addresses);
    let tag = message_tag(&keys.mac_key, ad, &unsigned);
    serialize_signal_message(unsigned, tag)
}

/// Make a sending step. It cannot fail.
#[inline]
pub(crate) fn apply_sending(state: &mut State, step: SendingStep) {
    // state.Ns += 1
    state.sending.cks = step.cks;
    state.sending.ns = step.ns;
}
