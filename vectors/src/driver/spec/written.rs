//! The ratchets as written of the specification.
use super::keys::parsed_key;
use super::{errors, open, private_key, public, reveal, secret, serialized, Spec};
use crate::driver::library::{
    Array32, PlainHeChain, PlainHeMessage, PlainHeSetup, PlainHeState, PlainStoredKey,
    PlainWrittenMessage, PlainWrittenState, WrittenRatchets,
};
use crate::outcome::ErrorClass;
use hacspec_lib::SeqTrait;
use twinratchet_spec::keys::{
    ratchet_key_pair, CounterBlock, HeaderKey, RatchetKey, RootKey, SharedSecret,
};
use twinratchet_spec::ratchet::header_encrypted::{self as he, HeMessage, HeState};
use twinratchet_spec::ratchet::written::{self, WrittenMessage, WrittenState};

impl WrittenRatchets for Spec {
    type WrittenState = WrittenState;
    type HeState = HeState;

    fn written_start(
        shared_key: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<WrittenState, ErrorClass> {
        let sk = RootKey::from_public_slice(&shared_key);
        let dhs = ratchet_key_pair(private_key(ratchet_private));
        match ratchet_key(peer_ratchet_key)? {
            Some(dhr) => written::ratchet_init_initiator(sk, dhr, dhs).map_err(errors::written),
            None => Ok(written::ratchet_init_responder(sk, dhs)),
        }
    }

    fn written_encrypt(
        state: &mut WrittenState,
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<PlainWrittenMessage, ErrorClass> {
        let (plaintext, ad) = (secret(plaintext), public(associated_data));
        let sent = written::ratchet_encrypt(state.clone(), &plaintext, &ad);
        let (next, message) = sent.map_err(errors::written)?;
        *state = next;
        Ok(PlainWrittenMessage {
            header: open(&written::encode_header(message.header)),
            ciphertext: open(&message.ciphertext),
        })
    }

    fn written_decrypt(
        state: &mut WrittenState,
        message: &PlainWrittenMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass> {
        let header = written::parse_header(&public(&message.header));
        let message = WrittenMessage {
            header: header.ok_or(ErrorClass::BadInput)?,
            ciphertext: public(&message.ciphertext),
        };
        let fresh = ratchet_key_pair(private_key(ratchet_private));
        let ad = public(associated_data);
        let received = written::ratchet_decrypt(state.clone(), fresh, &message, &ad);
        let (next, plaintext) = received.map_err(errors::written)?;
        *state = next;
        Ok(plaintext.into_native())
    }

    fn written_state(state: &WrittenState) -> PlainWrittenState {
        let stored = state.mkskipped.iter();
        PlainWrittenState {
            ratchet_private: reveal(&state.dhs.private),
            root_key: reveal(&state.rk),
            sending: state
                .sending
                .as_ref()
                .map(|chain| (reveal(&chain.cks), chain.ns)),
            receiving: state
                .receiving
                .as_ref()
                .map(|chain| (serialized(chain.dhr.key), reveal(&chain.ckr), chain.nr)),
            pn: state.pn,
            skipped: stored
                .map(|key| PlainStoredKey {
                    chain: serialized(key.dhr.key).to_vec(),
                    number: key.number,
                    key: reveal(&key.mk),
                })
                .collect(),
        }
    }

    fn he_setup(handshake_secret: Array32) -> PlainHeSetup {
        let setup = he::setup_he(SharedSecret::from_public_slice(&handshake_secret));
        PlainHeSetup {
            shared_key: reveal(&setup.sk),
            initiator_header_key: reveal(&setup.shared_hka),
            responder_next_header_key: reveal(&setup.shared_nhkb),
        }
    }

    fn he_start(
        handshake_secret: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<HeState, ErrorClass> {
        let setup = he::setup_he(SharedSecret::from_public_slice(&handshake_secret));
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
        let nonce = CounterBlock::from_native_slice(&header_nonce);
        let (plaintext, ad) = (secret(plaintext), public(associated_data));
        let sent = he::ratchet_encrypt_he(state.clone(), nonce, &plaintext, &ad);
        let (next, message) = sent.map_err(errors::header_encrypted)?;
        *state = next;
        Ok(PlainHeMessage {
            encrypted_header: open(&message.enc_header),
            ciphertext: open(&message.ciphertext),
        })
    }

    fn he_header(header_key: Array32, encrypted_header: &[u8]) -> Option<Vec<u8>> {
        let key = HeaderKey::from_public_slice(&header_key);
        let header = he::hdecrypt(key, &public(encrypted_header))?;
        Some(open(&written::encode_header(header)))
    }

    fn he_decrypt(
        state: &mut HeState,
        message: &PlainHeMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass> {
        let message = HeMessage {
            enc_header: public(&message.encrypted_header),
            ciphertext: public(&message.ciphertext),
        };
        let fresh = ratchet_key_pair(private_key(ratchet_private));
        let ad = public(associated_data);
        let received = he::ratchet_decrypt_he(state.clone(), fresh, &message, &ad);
        let (next, plaintext) = received.map_err(errors::header_encrypted)?;
        *state = next;
        Ok(plaintext.into_native())
    }

    fn he_state(state: &HeState) -> PlainHeState {
        let stored = state.mkskipped.iter();
        PlainHeState {
            ratchet_private: reveal(&state.dhs.private),
            root_key: reveal(&state.rk),
            sending: state.sending.as_ref().map(|chain| PlainHeChain {
                header_key: reveal(&chain.hks),
                chain_key: reveal(&chain.cks),
                number: chain.ns,
            }),
            receiving: state.receiving.as_ref().map(|chain| PlainHeChain {
                header_key: reveal(&chain.hkr),
                chain_key: reveal(&chain.ckr),
                number: chain.nr,
            }),
            next_sending_header_key: reveal(&state.nhks),
            next_receiving_header_key: reveal(&state.nhkr),
            pn: state.pn,
            skipped: stored
                .map(|key| PlainStoredKey {
                    chain: reveal::<32>(&key.hk).to_vec(),
                    number: key.number,
                    key: reveal(&key.mk),
                })
                .collect(),
        }
    }
}

fn ratchet_key(bytes: Option<&[u8]>) -> Result<Option<RatchetKey>, ErrorClass> {
    let key = bytes.map(parsed_key).transpose()?;
    Ok(key.map(|key| RatchetKey { key }))
}
