//! The messages of the specification.
use super::keys::{parsed_identity, parsed_key};
use super::{copy, errors, open, public, serialized, Spec};
use crate::driver::library::{Array32, PlainPreKeyMessage, PlainSignalMessage, Wire};
use crate::outcome::ErrorClass;
use twinratchet_spec::address::{self, Address};
use twinratchet_spec::keys::{BaseKey, MacKey, RatchetKey, Tag};
use twinratchet_spec::ratchet::double::{self, AssociatedData};
use twinratchet_spec::wire::message::{self, SignalHeader, SignalMessage};
use twinratchet_spec::wire::prekey_message::{self, KemFields, PreKeyEnvelope};
use twinratchet_spec::wire::{Profile, Writer};

/// An address from its parts.
pub fn parsed_address((name, device_id): (&str, u32)) -> Result<Address, ErrorClass> {
    address::address(public(name.as_bytes()), device_id).map_err(errors::address)
}

impl Wire for Spec {
    fn parse_signal_message(bytes: &[u8]) -> Result<(PlainSignalMessage, Vec<u8>), ErrorClass> {
        let parsed = message::parse_signal_message(&public(bytes)).map_err(errors::wire)?;
        // The received bytes are kept: a parsed message is written again as it came.
        let written = message::serialize_signal_message(&parsed.unsigned, parsed.tag);
        Ok((plain_signal(&parsed), open(&written)))
    }

    fn encode_signal_message(given: &PlainSignalMessage) -> Result<Vec<u8>, ErrorClass> {
        let header = SignalHeader {
            writer: Writer {
                profile: Profile::SignalV4,
                version: given.version,
            },
            ratchet_key: RatchetKey {
                key: parsed_key(&given.ratchet_key)?,
            },
            counter: given.counter,
            previous_counter: given.previous_counter,
        };
        let addresses = given.addresses.as_deref().map(public);
        let (body, spqr) = (public(&given.body), public(&given.spqr));
        let unsigned = message::encode_signal_message(header, &body, &spqr, addresses);
        let tag = Tag::from_native_slice(&given.tag);
        Ok(open(&message::serialize_signal_message(&unsigned, tag)))
    }

    fn parse_prekey_message(bytes: &[u8]) -> Result<PlainPreKeyMessage, ErrorClass> {
        let parsed = prekey_message::parse_prekey_message(&public(bytes)).map_err(errors::wire)?;
        let (envelope, inner) = (parsed.envelope, parsed.message);
        Ok(PlainPreKeyMessage {
            version: envelope.version,
            registration_id: envelope.registration_id,
            one_time_prekey_id: envelope.one_time_prekey_id,
            signed_prekey_id: envelope.signed_prekey_id,
            kem: envelope.kem.map(|kem| (kem.id, open(&kem.ciphertext))),
            base_key: serialized(envelope.base_key.key).to_vec(),
            identity_key: serialized(envelope.identity_key.key).to_vec(),
            message: open(&message::serialize_signal_message(
                &inner.unsigned,
                inner.tag,
            )),
        })
    }

    fn encode_prekey_message(given: &PlainPreKeyMessage) -> Result<Vec<u8>, ErrorClass> {
        let envelope = PreKeyEnvelope {
            version: given.version,
            registration_id: given.registration_id,
            one_time_prekey_id: given.one_time_prekey_id,
            signed_prekey_id: given.signed_prekey_id,
            kem: given.kem.as_ref().map(|(id, ciphertext)| KemFields {
                id: *id,
                ciphertext: public(ciphertext),
            }),
            base_key: BaseKey {
                key: parsed_key(&given.base_key)?,
            },
            identity_key: parsed_identity(&given.identity_key)?,
        };
        let inner = public(&given.message);
        Ok(open(&prekey_message::encode_prekey_message(
            Profile::SignalV4,
            &envelope,
            &inner,
        )))
    }

    fn address_block(
        sender: (&str, u32),
        recipient: (&str, u32),
    ) -> Result<Option<Vec<u8>>, ErrorClass> {
        let (sender, recipient) = (parsed_address(sender)?, parsed_address(recipient)?);
        Ok(address::address_block(&sender, &recipient).map(|block| open(&block)))
    }

    fn message_tag(
        mac_key: Array32,
        sender: &[u8],
        receiver: &[u8],
        unsigned: &[u8],
    ) -> Result<[u8; 8], ErrorClass> {
        let ad = AssociatedData {
            sender: parsed_identity(sender)?,
            receiver: parsed_identity(receiver)?,
        };
        let mac_key = MacKey::from_public_slice(&mac_key);
        Ok(copy(&double::message_tag(&mac_key, ad, &public(unsigned))))
    }
}

fn plain_signal(parsed: &SignalMessage) -> PlainSignalMessage {
    PlainSignalMessage {
        version: parsed.version,
        ratchet_key: serialized(parsed.ratchet_key.key).to_vec(),
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
        body: open(&parsed.body),
        spqr: open(&parsed.spqr),
        addresses: parsed.addresses.as_ref().map(open),
        tag: copy(&parsed.tag),
    }
}
