//! The executable specification.
use super::{
    Party, PrivateKeys, Side, NOW_MS, ONE_TIME_PREKEY_ID, SIGNATURE_RANDOM, SIGNED_PREKEY_ID,
};
use hacspec_lib::{ByteSeq, Seq};
use twinratchet_spec::address::{address, Address};
use twinratchet_spec::handshake::bundle::{sign_signed_prekey, OneTimePreKeyEntry, PreKeyBundle};
use twinratchet_spec::keys::{
    identity_key_pair, one_time_prekey_pair, ratchet_key_pair, signed_prekey_pair, BaseKey,
    KemRandom, KemSeed, OneTimePreKeyPair, PrivateKey, PublicKey, RatchetKeyPair, SharedSecret,
    Signature, SignatureRandom, SignedPreKey, SignedPreKeyPair,
};
use twinratchet_spec::primitives::x25519::x25519;
use twinratchet_spec::ratchet::sparse::SparseRandom;
use twinratchet_spec::session::record::{empty_record, Record};
use twinratchet_spec::session::select::{
    decrypt_message, decrypt_prekey_message, encrypt, start_session, Decrypted, Local,
    PreKeyLookup, Remote,
};
use twinratchet_spec::wire::message::parse_signal_message;
use twinratchet_spec::wire::prekey_message::parse_prekey_message;
use twinratchet_spec::wire::Profile;

/// The crate `twinratchet-spec`.
pub struct Specification;

/// A device.
#[derive(Clone)]
pub struct Device {
    keys: PrivateKeys,
    local: Local,
    remote: Remote,
    signed_prekey: SignedPreKeyPair,
    one_time_prekey: OneTimePreKeyPair,
    record: Record,
}

impl Side for Specification {
    type Device = Device;
    type Bundle = PreKeyBundle;
    type Message = Seq<u8>;
    type Plaintext = ByteSeq;
    type KeyPair = RatchetKeyPair;
    type Agreement = SharedSecret;
    type Signature = Signature;

    fn x25519(private: [u8; 32], public: [u8; 32]) -> SharedSecret {
        x25519(
            PrivateKey::from_public_slice(&private),
            PublicKey::from_seq(&Seq::from_native_slice(&public)),
        )
    }

    fn key_pair(private: [u8; 32]) -> RatchetKeyPair {
        ratchet_key_pair(PrivateKey::from_public_slice(&private))
    }

    fn plaintext(bytes: &[u8]) -> ByteSeq {
        ByteSeq::from_public_slice(bytes)
    }

    fn device(own: Party, peer: Party) -> Device {
        let mut keys = PrivateKeys::of(own);
        let local = Local {
            identity: identity_key_pair(private(&mut keys)),
            registration_id: own.registration_id,
            address: address_of(own),
            profile: Profile::SignalV3,
        };
        Device {
            local,
            remote: Remote {
                address: address_of(peer),
                stored_identity: None,
            },
            signed_prekey: signed_prekey_pair(private(&mut keys)),
            one_time_prekey: one_time_prekey_pair(private(&mut keys)),
            record: empty_record(),
            keys,
        }
    }

    fn fork(device: &Device) -> Device {
        device.clone()
    }

    fn signed_prekey(device: &Device, private: [u8; 32]) -> Signature {
        sign(
            device,
            signed_prekey_pair(PrivateKey::from_public_slice(&private)).public,
        )
    }

    fn publish(device: &Device) -> PreKeyBundle {
        let signed_prekey = device.signed_prekey.public;
        PreKeyBundle {
            registration_id: device.local.registration_id,
            one_time_prekey: Some(OneTimePreKeyEntry {
                id: ONE_TIME_PREKEY_ID,
                key: device.one_time_prekey.public,
            }),
            signed_prekey_id: SIGNED_PREKEY_ID,
            signed_prekey,
            signed_prekey_signature: sign(device, signed_prekey),
            kem_prekey: None,
            identity_key: device.local.identity.public,
        }
    }

    fn start_session(device: &mut Device, bundle: &PreKeyBundle) {
        let (base, ratchet) = (private(&mut device.keys), private(&mut device.keys));
        let record = take(&mut device.record);
        let started = start_session(
            record,
            &device.local,
            &device.remote,
            bundle,
            base,
            ratchet,
            // Version 3 takes no bytes for the KEM.
            KemRandom::new(),
            NOW_MS,
        );
        device.record = started.expect("the bundle is good");
    }

    fn encrypt(device: &mut Device, plaintext: &ByteSeq) -> Seq<u8> {
        let record = take(&mut device.record);
        // Version 3 takes no bytes for SPQR.
        let random = SparseRandom {
            key_pair: KemSeed::new(),
            encapsulation: KemRandom::new(),
        };
        let encrypted = encrypt(
            record,
            &device.local,
            &device.remote,
            NOW_MS,
            &random,
            plaintext,
        );
        let (record, ciphertext) = encrypted.expect("there is a session");
        device.record = record;
        ciphertext.bytes
    }

    fn decrypt(device: &mut Device, message: &Seq<u8>) -> ByteSeq {
        let fresh = private(&mut device.keys);
        let message = parse_signal_message(message).expect("the message is well formed");
        let record = take(&mut device.record);
        keep(
            device,
            decrypt_message(record, &device.local, &device.remote, fresh, &message),
        )
    }

    fn decrypt_prekey(device: &mut Device, message: &Seq<u8>) -> ByteSeq {
        let fresh = private(&mut device.keys);
        let message = parse_prekey_message(message).expect("the message is well formed");
        let lookup = PreKeyLookup {
            signed_prekey: Some(device.signed_prekey),
            kem_prekey: None,
            one_time_prekey: Some(device.one_time_prekey),
            seen_base_keys: Seq::<BaseKey>::new(0),
        };
        let record = take(&mut device.record);
        keep(
            device,
            decrypt_prekey_message(
                record,
                &device.local,
                &device.remote,
                &lookup,
                fresh,
                &message,
            ),
        )
    }
}

/// Keep the record after a message. Out: the plaintext.
fn keep<E: core::fmt::Debug>(device: &mut Device, decrypted: Result<Decrypted, E>) -> ByteSeq {
    let decrypted = decrypted.expect("the message is good");
    device.record = decrypted.record;
    decrypted.plaintext
}

/// The record, by value as the specification takes it.
fn take(record: &mut Record) -> Record {
    core::mem::replace(record, empty_record())
}

fn sign(device: &Device, prekey: SignedPreKey) -> Signature {
    let random = SignatureRandom::from_public_slice(&SIGNATURE_RANDOM);
    sign_signed_prekey(&device.local.identity, prekey, &random)
}

fn private(keys: &mut PrivateKeys) -> PrivateKey {
    PrivateKey::from_public_slice(&keys.draw())
}

fn address_of(party: Party) -> Address {
    let name = Seq::from_native_slice(party.name.as_bytes());
    address(name, party.device_id).expect("the device id is in range")
}
