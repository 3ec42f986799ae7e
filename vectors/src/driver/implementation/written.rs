//! The ratchets as written of the implementation.
use super::keys::parsed_key;
use super::{errors, private_key, Implementation};
use crate::driver::library::{
    Array32, PlainHeChain, PlainHeMessage, PlainHeSetup, PlainHeState, PlainStoredKey,
    PlainWrittenMessage, PlainWrittenState, WrittenRatchets,
};
use crate::outcome::ErrorClass;
use twinratchet::keys::{
    ratchet_key_pair, serialize_public_key, CounterBlock, HeaderKey, RatchetKey, RootKey,
    SharedSecret,
};
use twinratchet::ratchet::header_encrypted::{self as he, HeMessage, HeState};
use twinratchet::ratchet::written::{self, WrittenMessage, WrittenState};

impl WrittenRatchets for Implementation {
    type WrittenState = WrittenState;
    type HeState = HeState;

    fn written_start(
        shared_key: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<WrittenState, ErrorClass> {
        let sk = RootKey::from_bytes(shared_key);
        let dhs = ratchet_key_pair(private_key(ratchet_private));
        match ratchet_key(peer_ratchet_key)? {
            Some(dhr) => written::ratchet_init_initiator(&sk, dhr, dhs).map_err(errors::written),
            None => Ok(written::ratchet_init_responder(sk, dhs)),
        }
    }

    fn written_encrypt(
        state: &mut WrittenState,
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<PlainWrittenMessage, ErrorClass> {
        let message =
            written::ratchet_encrypt(state, plaintext, associated_data).map_err(errors::written)?;
        Ok(PlainWrittenMessage {
            header: written::encode_header(message.header).to_vec(),
            ciphertext: message.ciphertext,
        })
    }

    fn written_decrypt(
        state: &mut WrittenState,
        message: &PlainWrittenMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass> {
        let header = written::parse_header(&message.header);
        let message = WrittenMessage {
            header: header.ok_or(ErrorClass::BadInput)?,
            ciphertext: message.ciphertext.clone(),
        };
        let fresh = private_key(ratchet_private);
        written::ratchet_decrypt(state, fresh, &message, associated_data).map_err(errors::written)
    }

    fn written_state(state: &WrittenState) -> PlainWrittenState {
        let state = state.snapshot();
        let serialized = |key: RatchetKey| serialize_public_key(key.key);
        let stored = state.skipped.into_iter();
        PlainWrittenState {
            ratchet_private: state.ratchet_private,
            root_key: state.root_key,
            sending: state.sending,
            receiving: state
                .receiving
                .map(|(dhr, ckr, nr)| (serialized(dhr), ckr, nr)),
            pn: state.pn,
            skipped: stored
                .map(|(dhr, number, key)| PlainStoredKey {
                    chain: serialized(dhr).to_vec(),
                    number,
                    key,
                })
                .collect(),
        }
    }

    fn he_setup(handshake_secret: Array32) -> PlainHeSetup {
        let setup = he::setup_he(&SharedSecret::from_bytes(handshake_secret));
        PlainHeSetup {
            shared_key: *setup.sk.expose(),
            initiator_header_key: *setup.shared_hka.expose(),
            responder_next_header_key: *setup.shared_nhkb.expose(),
        }
    }

    fn he_start(
        handshake_secret: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<HeState, ErrorClass> {
        let setup = he::setup_he(&SharedSecret::from_bytes(handshake_secret));
        let dhs = ratchet_key_pair(private_key(ratchet_private));
        match ratchet_key(peer_ratchet_key)? {
            Some(dhr) => {
                he::ratchet_init_initiator_he(setup, dhr, dhs).map_err(errors::header_encrypted)
            }
            None => Ok(he::ratchet_init_responder_he(setup, dhs)),
        }
    }

    fn he_encrypt(
        state: &mut HeState,
        header_nonce: [u8; 16],
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<PlainHeMessage, ErrorClass> {
        let nonce = CounterBlock::from_bytes(header_nonce);
        let message = he::ratchet_encrypt_he(state, nonce, plaintext, associated_data)
            .map_err(errors::header_encrypted)?;
        Ok(PlainHeMessage {
            encrypted_header: message.enc_header,
            ciphertext: message.ciphertext,
        })
    }

    fn he_header(header_key: Array32, encrypted_header: &[u8]) -> Option<Vec<u8>> {
        let header = he::hdecrypt(&HeaderKey::from_bytes(header_key), encrypted_header)?;
        Some(written::encode_header(header).to_vec())
    }

    fn he_decrypt(
        state: &mut HeState,
        message: &PlainHeMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass> {
        let message = HeMessage {
            enc_header: message.encrypted_header.clone(),
            ciphertext: message.ciphertext.clone(),
        };
        let fresh = private_key(ratchet_private);
        he::ratchet_decrypt_he(state, fresh, &message, associated_data)
            .map_err(errors::header_encrypted)
    }

    fn he_state(state: &HeState) -> PlainHeState {
        let state = state.snapshot();
        let chain = |(header_key, chain_key, number)| PlainHeChain {
            header_key,
            chain_key,
            number,
        };
        let stored = state.skipped.into_iter();
        PlainHeState {
            ratchet_private: state.ratchet_private,
            root_key: state.root_key,
            sending: state.sending.map(chain),
            receiving: state.receiving.map(chain),
            next_sending_header_key: state.nhks,
            next_receiving_header_key: state.nhkr,
            pn: state.pn,
            skipped: stored
                .map(|(hk, number, key)| PlainStoredKey {
                    chain: hk.to_vec(),
                    number,
                    key,
                })
                .collect(),
        }
    }
}

fn ratchet_key(bytes: Option<&[u8]>) -> Result<Option<RatchetKey>, ErrorClass> {
    let key = bytes.map(parsed_key).transpose()?;
    Ok(key.map(|key| RatchetKey { key }))
}
