//! The messages of the implementation.
use super::keys::{parsed_identity, parsed_key};
use super::{errors, Implementation};
use crate::driver::library::{Array32, PlainPreKeyMessage, PlainSignalMessage, Wire};
use crate::outcome::ErrorClass;
use twinratchet::address::{self, Address};
use twinratchet::keys::{serialize_public_key, BaseKey, MacKey, RatchetKey, Tag};
use twinratchet::ratchet::double::{self, AssociatedData};
use twinratchet::wire::message::{self, SignalHeader, SignalMessage};
use twinratchet::wire::prekey_message::{self, KemFields, PreKeyEnvelope};
use twinratchet::wire::{Profile, Writer};

/// An address from its parts.
pub fn parsed_address((name, device_id): (&str, u32)) -> Result<Address, ErrorClass> {
    address::address(name.as_bytes().to_vec(), device_id).map_err(errors::address)
}

impl Wire for Implementation {
    fn parse_signal_message(bytes: &[u8]) -> Result<(PlainSignalMessage, Vec<u8>), ErrorClass> {
        let parsed = message::parse_signal_message(bytes).map_err(errors::wire)?;
        Ok((plain_signal(&parsed), as_received(&parsed)))
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
        let addresses = given.addresses.as_deref();
        let unsigned = message::encode_signal_message(&header, &given.body, &given.spqr, addresses);
        let tag = Tag::from_bytes(given.tag);
        Ok(message::serialize_signal_message(unsigned, tag))
    }

    fn parse_prekey_message(bytes: &[u8]) -> Result<PlainPreKeyMessage, ErrorClass> {
        let parsed = prekey_message::parse_prekey_message(bytes).map_err(errors::wire)?;
        let envelope = &parsed.envelope;
        Ok(PlainPreKeyMessage {
            version: envelope.version,
            registration_id: envelope.registration_id,
            one_time_prekey_id: envelope.one_time_prekey_id,
            signed_prekey_id: envelope.signed_prekey_id,
            kem: envelope.kem.map(|kem| (kem.id, kem.ciphertext.to_vec())),
            base_key: serialize_public_key(envelope.base_key.key).to_vec(),
            identity_key: serialize_public_key(envelope.identity_key.key).to_vec(),
            message: as_received(&parsed.message),
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
                ciphertext,
            }),
            base_key: BaseKey {
                key: parsed_key(&given.base_key)?,
            },
            identity_key: parsed_identity(&given.identity_key)?,
        };
        let inner = &given.message;
        Ok(prekey_message::encode_prekey_message(
            Profile::SignalV4,
            &envelope,
            inner,
        ))
    }

    fn address_block(
        sender: (&str, u32),
        recipient: (&str, u32),
    ) -> Result<Option<Vec<u8>>, ErrorClass> {
        let (sender, recipient) = (parsed_address(sender)?, parsed_address(recipient)?);
        Ok(address::address_block(&sender, &recipient).map(|block| block.to_vec()))
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
        let tag = double::message_tag(&MacKey::from_bytes(mac_key), ad, unsigned);
        Ok(*tag.as_bytes())
    }
}

fn plain_signal(parsed: &SignalMessage<'_>) -> PlainSignalMessage {
    PlainSignalMessage {
        version: parsed.version,
        ratchet_key: serialize_public_key(parsed.ratchet_key.key).to_vec(),
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
        body: parsed.body.to_vec(),
        spqr: parsed.spqr.to_vec(),
        addresses: parsed.addresses.map(<[u8]>::to_vec),
        tag: *parsed.tag.as_bytes(),
    }
}

/// A message in full, from what the parser kept of it.
fn as_received(parsed: &SignalMessage<'_>) -> Vec<u8> {
    message::serialize_signal_message(parsed.unsigned.to_vec(), parsed.tag)
}
