//! The steps about the ratchets as written, without and with header encryption, of parties without sessions.
use super::{fixed, Done};
use crate::bytes::Bytes;
use crate::driver::library::{
    Library, PlainHeChain, PlainHeMessage, PlainHeState, PlainStoredKey, PlainWrittenMessage,
    PlainWrittenState,
};
use crate::outcome::{
    runs, ErrorClass, HeReceivingSnapshot, HeSendingSnapshot, HeSkippedSnapshot, HeSnapshot,
    Outcome, WrittenReceivingSnapshot, WrittenSendingSnapshot, WrittenSkippedSnapshot,
    WrittenSnapshot,
};
use crate::step::Step;
use serde::Serialize;
use std::collections::BTreeMap;

/// More messages than any test drops.
const MOST_DROPPED: u32 = 10_000;

/// The states of a scenario, by party.
pub struct Written<L: Library> {
    written: BTreeMap<String, L::WrittenState>,
    header_encrypted: BTreeMap<String, L::HeState>,
}

impl<L: Library> Default for Written<L> {
    fn default() -> Self {
        Self {
            written: BTreeMap::new(),
            header_encrypted: BTreeMap::new(),
        }
    }
}

impl<L: Library> Written<L> {
    /// The state of a party of the ratchet as written.
    #[must_use]
    pub fn written(&self, party: &str) -> Option<WrittenSnapshot> {
        let state = L::written_state(self.written.get(party)?);
        Some(written_snapshot(&state))
    }

    /// All of it as bytes, the keys of skipped messages too.
    #[must_use]
    pub fn written_saved(&self, party: &str) -> Option<Vec<u8>> {
        let state = L::written_state(self.written.get(party)?);
        Some(saved(&written_snapshot(&state), &state.skipped))
    }

    /// The state of a party with header encryption.
    #[must_use]
    pub fn header_encrypted(&self, party: &str) -> Option<HeSnapshot> {
        let state = L::he_state(self.header_encrypted.get(party)?);
        Some(he_snapshot(&state))
    }

    /// All of it as bytes, the keys of skipped messages too.
    #[must_use]
    pub fn header_encrypted_saved(&self, party: &str) -> Option<Vec<u8>> {
        let state = L::he_state(self.header_encrypted.get(party)?);
        Some(saved(&he_snapshot(&state), &state.skipped))
    }

    /// Execute a step about these states.
    pub fn execute(&mut self, step: &Step) -> Done {
        if let Some(outcome) = self.execute_written(step)? {
            return Ok(Some(outcome));
        }
        self.execute_header_encrypted(step)
    }

    fn execute_written(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::WrittenStart {
                party,
                shared_key,
                ratchet_private,
                peer_ratchet_key,
            } => {
                let peer = peer_ratchet_key.as_ref().map(|key| key.0.as_slice());
                let state = L::written_start(fixed(shared_key)?, fixed(ratchet_private)?, peer)?;
                self.written.insert(party.clone(), state);
                Outcome::valid()
            }
            Step::WrittenEncrypt {
                party,
                plaintext,
                associated_data,
            } => written_encrypt::<L>(self.written_of(party)?, plaintext, associated_data)?,
            Step::WrittenDrop { party, count } => {
                check_count(*count)?;
                let state = self.written_of(party)?;
                for _ in 0..*count {
                    L::written_encrypt(state, &[], &[])?;
                }
                Outcome::valid()
            }
            Step::WrittenDecrypt {
                party,
                header,
                ciphertext,
                associated_data,
                ratchet_private,
            } => {
                let message = PlainWrittenMessage {
                    header: header.0.clone(),
                    ciphertext: ciphertext.0.clone(),
                };
                let fresh = fixed(ratchet_private)?;
                let state = self.written_of(party)?;
                let plaintext = L::written_decrypt(state, &message, &associated_data.0, fresh)?;
                Outcome::valid().with_bytes("plaintext", &plaintext)
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn execute_header_encrypted(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::HeStart {
                party,
                handshake_secret,
                ratchet_private,
                peer_ratchet_key,
            } => {
                let secret = fixed(handshake_secret)?;
                let peer = peer_ratchet_key.as_ref().map(|key| key.0.as_slice());
                let state = L::he_start(secret, fixed(ratchet_private)?, peer)?;
                self.header_encrypted.insert(party.clone(), state);
                let setup = L::he_setup(secret);
                Outcome::valid()
                    .with_bytes("sharedKey", &setup.shared_key)
                    .with_bytes("initiatorHeaderKey", &setup.initiator_header_key)
                    .with_bytes("responderNextHeaderKey", &setup.responder_next_header_key)
            }
            Step::HeEncrypt {
                party,
                header_nonce,
                plaintext,
                associated_data,
            } => {
                let nonce = fixed(header_nonce)?;
                he_encrypt::<L>(self.he_of(party)?, nonce, plaintext, associated_data)?
            }
            Step::HeDrop { party, count } => {
                check_count(*count)?;
                let state = self.he_of(party)?;
                for _ in 0..*count {
                    L::he_encrypt(state, [0; 16], &[], &[])?;
                }
                Outcome::valid()
            }
            Step::HeDecrypt {
                party,
                encrypted_header,
                ciphertext,
                associated_data,
                ratchet_private,
            } => {
                let message = PlainHeMessage {
                    encrypted_header: encrypted_header.0.clone(),
                    ciphertext: ciphertext.0.clone(),
                };
                let fresh = fixed(ratchet_private)?;
                let state = self.he_of(party)?;
                let plaintext = L::he_decrypt(state, &message, &associated_data.0, fresh)?;
                Outcome::valid().with_bytes("plaintext", &plaintext)
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn written_of(&mut self, party: &str) -> Result<&mut L::WrittenState, ErrorClass> {
        self.written.get_mut(party).ok_or(ErrorClass::BadInput)
    }

    fn he_of(&mut self, party: &str) -> Result<&mut L::HeState, ErrorClass> {
        let state = self.header_encrypted.get_mut(party);
        state.ok_or(ErrorClass::BadInput)
    }
}

/// Errors: `bad_input` for a step that asks for time only.
fn check_count(count: u32) -> Result<(), ErrorClass> {
    (count <= MOST_DROPPED)
        .then_some(())
        .ok_or(ErrorClass::BadInput)
}

/// The message, and its key: that of the sending chain before.
fn written_encrypt<L: Library>(
    state: &mut L::WrittenState,
    plaintext: &Bytes,
    associated_data: &Bytes,
) -> Result<Outcome, ErrorClass> {
    let sending = L::written_state(state).sending;
    let message = L::written_encrypt(state, &plaintext.0, &associated_data.0)?;
    let (chain_key, _) = sending.ok_or(ErrorClass::NoSendingChain)?;
    let (_, message_key) = L::kdf_ck(chain_key);
    Ok(Outcome::valid()
        .with_bytes("header", &message.header)
        .with_bytes("ciphertext", &message.ciphertext)
        .with_bytes("messageKey", &message_key))
}

/// The message, its header in the clear, and its key, from the keys of the sending chain before.
fn he_encrypt<L: Library>(
    state: &mut L::HeState,
    header_nonce: [u8; 16],
    plaintext: &Bytes,
    associated_data: &Bytes,
) -> Result<Outcome, ErrorClass> {
    let sending = L::he_state(state).sending;
    let message = L::he_encrypt(state, header_nonce, &plaintext.0, &associated_data.0)?;
    let sending = sending.ok_or(ErrorClass::NoSendingChain)?;
    let header = L::he_header(sending.header_key, &message.encrypted_header);
    let (_, message_key) = L::kdf_ck(sending.chain_key);
    Ok(Outcome::valid()
        .with_optional("header", header)
        .with_bytes("encryptedHeader", &message.encrypted_header)
        .with_bytes("ciphertext", &message.ciphertext)
        .with_bytes("messageKey", &message_key))
}

fn written_snapshot(state: &PlainWrittenState) -> WrittenSnapshot {
    let skipped = by_chain(&state.skipped);
    WrittenSnapshot {
        ratchet_private: state.ratchet_private.to_vec().into(),
        root_key: state.root_key.to_vec().into(),
        sending: state.sending.map(|(chain_key, ns)| WrittenSendingSnapshot {
            chain_key: chain_key.to_vec().into(),
            ns,
        }),
        receiving: state
            .receiving
            .map(|(key, chain_key, nr)| WrittenReceivingSnapshot {
                ratchet_key: key.to_vec().into(),
                chain_key: chain_key.to_vec().into(),
                nr,
            }),
        pn: state.pn,
        skipped: skipped
            .into_iter()
            .map(|(ratchet_key, numbers)| WrittenSkippedSnapshot {
                ratchet_key,
                numbers,
            })
            .collect(),
    }
}

fn he_snapshot(state: &PlainHeState) -> HeSnapshot {
    let skipped = by_chain(&state.skipped);
    HeSnapshot {
        ratchet_private: state.ratchet_private.to_vec().into(),
        root_key: state.root_key.to_vec().into(),
        sending: state.sending.map(he_sending),
        receiving: state.receiving.map(he_receiving),
        next_sending_header_key: state.next_sending_header_key.to_vec().into(),
        next_receiving_header_key: state.next_receiving_header_key.to_vec().into(),
        pn: state.pn,
        skipped: skipped
            .into_iter()
            .map(|(header_key, numbers)| HeSkippedSnapshot {
                header_key,
                numbers,
            })
            .collect(),
    }
}

fn he_sending(chain: PlainHeChain) -> HeSendingSnapshot {
    HeSendingSnapshot {
        header_key: chain.header_key.to_vec().into(),
        chain_key: chain.chain_key.to_vec().into(),
        ns: chain.number,
    }
}

fn he_receiving(chain: PlainHeChain) -> HeReceivingSnapshot {
    HeReceivingSnapshot {
        header_key: chain.header_key.to_vec().into(),
        chain_key: chain.chain_key.to_vec().into(),
        nr: chain.number,
    }
}

/// The numbers of kept keys, newest first, by chain: those that stand side by side.
fn by_chain(skipped: &[PlainStoredKey]) -> Vec<(Bytes, Vec<(u32, u32)>)> {
    let newest_first: Vec<&PlainStoredKey> = skipped.iter().rev().collect();
    newest_first
        .chunk_by(|a, b| a.chain == b.chain)
        .filter_map(|of_chain| {
            let chain = Bytes(of_chain.first()?.chain.clone());
            Some((chain, runs(of_chain.iter().map(|key| key.number))))
        })
        .collect()
}

/// The state as it is published, and the keys that it leaves out.
fn saved(snapshot: &impl Serialize, skipped: &[PlainStoredKey]) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(snapshot).unwrap_or_default();
    bytes.extend(skipped.iter().flat_map(|key| key.key));
    bytes
}
