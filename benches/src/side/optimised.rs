//! The optimised implementation, through the functions that the specification has as well.
use super::{
    Party, PrivateKeys, Side, NOW_MS, ONE_TIME_PREKEY_ID, SIGNATURE_RANDOM, SIGNED_PREKEY_ID,
};
use twinratchet::address::{address, Address};
use twinratchet::handshake::bundle::{sign_signed_prekey, OneTimePreKeyEntry, PreKeyBundle};
use twinratchet::keys::{
    identity_key_pair, one_time_prekey_pair, ratchet_key_pair, signed_prekey_pair, KemRandom,
    KemSeed, OneTimePreKeyPair, PrivateKey, PublicKey, RatchetKeyPair, SharedSecret, Signature,
    SignatureRandom, SignedPreKey, SignedPreKeyPair,
};
use twinratchet::primitives::x25519::x25519;
use twinratchet::ratchet::sparse::SparseRandom;
use twinratchet::session::record::{empty_record, load_record, save_record, Record};
use twinratchet::session::select::{
    decrypt_message, decrypt_prekey_message, encrypt, start_session, Local, PreKeyLookup, Remote,
};
use twinratchet::wire::message::parse_signal_message;
use twinratchet::wire::prekey_message::parse_prekey_message;
use twinratchet::wire::Profile;

/// The crate `twinratchet`.
pub struct Optimised;

/// A device.
pub struct Device {
    own: Party,
    peer: Party,
    keys: PrivateKeys,
    local: Local,
    remote: Remote,
    signed_prekey: SignedPreKeyPair,
    one_time_prekey: OneTimePreKeyPair,
    sparse_random: SparseRandom,
    record: Record,
}

impl Side for Optimised {
    type Device = Device;
    type Bundle = PreKeyBundle;
    type Message = Vec<u8>;
    type Plaintext = Vec<u8>;
    type KeyPair = RatchetKeyPair;
    type Agreement = SharedSecret;
    type Signature = Signature;

    fn x25519(private: [u8; 32], public: [u8; 32]) -> SharedSecret {
        x25519(
            &PrivateKey::from_bytes(private),
            PublicKey::from_bytes(public),
        )
    }

    fn key_pair(private: [u8; 32]) -> RatchetKeyPair {
        ratchet_key_pair(PrivateKey::from_bytes(private))
    }

    fn plaintext(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
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
            sparse_random: SparseRandom {
                key_pair: KemSeed::from_bytes([0; 64]), // not used in version 3, as the next
                encapsulation: KemRandom::from_bytes([0; 32]),
            },
            record: empty_record(),
            keys,
            own,
            peer,
        }
    }

    fn fork(device: &Device) -> Device {
        let record = load_record(&save_record(&device.record)).expect("saved records load");
        Device {
            record,
            keys: device.keys,
            ..Self::device(device.own, device.peer)
        }
    }

    fn signed_prekey(device: &Device, private: [u8; 32]) -> Signature {
        sign(
            device,
            signed_prekey_pair(PrivateKey::from_bytes(private)).public,
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
        let Device {
            record,
            local,
            remote,
            ..
        } = device;
        let kem = KemRandom::from_bytes([0; 32]); // not used in version 3
        start_session(record, local, remote, bundle, base, ratchet, kem, NOW_MS)
            .expect("the bundle is good");
    }

    fn encrypt(device: &mut Device, plaintext: &Vec<u8>) -> Vec<u8> {
        let Device {
            record,
            local,
            remote,
            sparse_random,
            ..
        } = device;
        encrypt(record, local, remote, NOW_MS, sparse_random, plaintext)
            .expect("there is a session")
            .bytes
    }

    fn decrypt(device: &mut Device, message: &Vec<u8>) -> Vec<u8> {
        let fresh = private(&mut device.keys);
        let message = parse_signal_message(message).expect("the message is well formed");
        let Device {
            record,
            local,
            remote,
            ..
        } = device;
        decrypt_message(record, local, remote, fresh, &message)
            .expect("the message is good")
            .plaintext
    }

    fn decrypt_prekey(device: &mut Device, message: &Vec<u8>) -> Vec<u8> {
        let fresh = private(&mut device.keys);
        let message = parse_prekey_message(message).expect("the message is well formed");
        let lookup = PreKeyLookup {
            signed_prekey: Some(&device.signed_prekey),
            one_time_prekey: Some(&device.one_time_prekey),
            ..PreKeyLookup::default()
        };
        let (record, local, remote) = (&mut device.record, &device.local, &device.remote);
        decrypt_prekey_message(record, local, remote, &lookup, fresh, &message)
            .expect("the message is good")
            .plaintext
    }
}

fn sign(device: &Device, prekey: SignedPreKey) -> Signature {
    let random = SignatureRandom::from_bytes(SIGNATURE_RANDOM);
    sign_signed_prekey(&device.local.identity, prekey, &random)
}

fn private(keys: &mut PrivateKeys) -> PrivateKey {
    PrivateKey::from_bytes(keys.draw())
}

fn address_of(party: Party) -> Address {
    address(party.name.as_bytes().to_vec(), party.device_id).expect("the device id is in range")
}
