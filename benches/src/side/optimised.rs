//! The optimised implementation, through the functions that the specification has as well.
use super::{
    Party, PrivateKeys, Side, Version, KEM_PREKEY_ID, KEM_RANDOM, NOW_MS, ONE_TIME_PREKEY_ID,
    SIGNATURE_RANDOM, SIGNED_PREKEY_ID, SPARSE_AUTH_KEY, SPARSE_SEED,
};
use twinratchet::address::{address, Address};
use twinratchet::handshake::bundle::{
    sign_kem_prekey, sign_signed_prekey, KemPreKeyEntry, OneTimePreKeyEntry, PreKeyBundle,
};
use twinratchet::keys::kem::{kem_prekey_pair, KemPreKey, KemPreKeyPair};
use twinratchet::keys::{
    identity_key_pair, one_time_prekey_pair, ratchet_key_pair, signed_prekey_pair, KemRandom,
    KemSeed, OneTimePreKeyPair, PrivateKey, PublicKey, RatchetKeyPair, SharedSecret, Signature,
    SignatureRandom, SignedPreKey, SignedPreKeyPair, SparseAuthKey,
};
use twinratchet::primitives::x25519::x25519;
use twinratchet::ratchet::sparse::{self, braid::braid_epoch};
use twinratchet::ratchet::sparse::{
    draws, sparse_init, sparse_receive, sparse_send, ChainParameters, Direction, Draw, Parameters,
    SparseRandom, State, DEFAULT_MAX_JUMP, DEFAULT_MAX_OUT_OF_ORDER,
};
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
    kem_prekey: Option<KemPreKeyPair>,
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
    type Sparse = State;
    type SparseMessage = Vec<u8>;

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
            profile: profile_of(own),
        };
        Device {
            local,
            remote: Remote {
                address: address_of(peer),
                stored_identity: None,
            },
            signed_prekey: signed_prekey_pair(private(&mut keys)),
            one_time_prekey: one_time_prekey_pair(private(&mut keys)),
            kem_prekey: match own.version {
                Version::V3 => None,
                Version::V4 => Some(kem_pair(keys.draw_seed())),
            },
            record: empty_record(),
            keys,
            own,
            peer,
        }
    }

    fn fork(device: &Device) -> Device {
        let mut fork = Self::device(device.own, device.peer);
        Self::rewind(&mut fork, device);
        fork
    }

    fn rewind(device: &mut Device, to: &Device) {
        device.record = load_record(&save_record(&to.record)).expect("saved records load");
        device.keys = to.keys;
    }

    fn signed_prekey(device: &Device, private: [u8; 32]) -> Signature {
        sign(
            device,
            signed_prekey_pair(PrivateKey::from_bytes(private)).public,
        )
    }

    fn kem_prekey(device: &Device, seed: [u8; 64]) -> Signature {
        sign_kem(device, &kem_pair(seed).public)
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
            kem_prekey: device.kem_prekey.as_ref().map(|pair| KemPreKeyEntry {
                id: KEM_PREKEY_ID,
                key: pair.public.clone(),
                signature: sign_kem(device, &pair.public),
            }),
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
        let kem = KemRandom::from_bytes(KEM_RANDOM);
        start_session(record, local, remote, bundle, base, ratchet, kem, NOW_MS)
            .expect("the bundle is good");
    }

    fn encrypt(device: &mut Device, plaintext: &Vec<u8>) -> Vec<u8> {
        let Device {
            record,
            local,
            remote,
            ..
        } = device;
        let session = record.current().expect("there is a session");
        let random = sparse_random(&session.ratchet.sparse);
        encrypt(record, local, remote, NOW_MS, &random, plaintext)
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
            kem_prekey: device.kem_prekey.as_ref(),
            seen_base_keys: &[],
        };
        let (record, local, remote) = (&mut device.record, &device.local, &device.remote);
        decrypt_prekey_message(record, local, remote, &lookup, fresh, &message)
            .expect("the message is good")
            .plaintext
    }

    fn sparse_parties() -> [State; 2] {
        [Direction::A2B, Direction::B2A].map(|direction| {
            sparse_init(Parameters {
                direction,
                version: sparse::Version::V1,
                min_version: sparse::Version::V1,
                auth_key: SparseAuthKey::from_bytes(SPARSE_AUTH_KEY),
                chain: ChainParameters {
                    max_jump: DEFAULT_MAX_JUMP,
                    max_out_of_order: DEFAULT_MAX_OUT_OF_ORDER,
                },
            })
        })
    }

    fn sparse_send(party: &mut State) -> Vec<u8> {
        let random = sparse_random(party);
        sparse_send(party, &random)
            .expect("a state that was not stored can send")
            .message
    }

    fn sparse_receive(party: &mut State, message: &Vec<u8>) {
        sparse_receive(party, message).expect("the message is good");
    }

    fn sparse_epoch(party: &State) -> u64 {
        party.braid.as_ref().map_or(0, braid_epoch)
    }
}

/// The random bytes of a send, filled in where one draws them, as [`twinratchet::Conversation::encrypt`] does.
fn sparse_random(state: &State) -> SparseRandom {
    let mut random = SparseRandom {
        key_pair: KemSeed::from_bytes([0; 64]),
        encapsulation: KemRandom::from_bytes([0; 32]),
    };
    match draws(state) {
        Draw::Nothing => {}
        Draw::KeyPair => random.key_pair = KemSeed::from_bytes(SPARSE_SEED),
        Draw::Encapsulation => random.encapsulation = KemRandom::from_bytes(KEM_RANDOM),
    }
    random
}

fn sign(device: &Device, prekey: SignedPreKey) -> Signature {
    let random = SignatureRandom::from_bytes(SIGNATURE_RANDOM);
    sign_signed_prekey(&device.local.identity, prekey, &random)
}

fn sign_kem(device: &Device, prekey: &KemPreKey) -> Signature {
    let random = SignatureRandom::from_bytes(SIGNATURE_RANDOM);
    sign_kem_prekey(&device.local.identity, prekey, &random)
}

fn kem_pair(seed: [u8; 64]) -> KemPreKeyPair {
    kem_prekey_pair(KemSeed::from_bytes(seed))
}

fn private(keys: &mut PrivateKeys) -> PrivateKey {
    PrivateKey::from_bytes(keys.draw())
}

fn profile_of(party: Party) -> Profile {
    match party.version {
        Version::V3 => Profile::SignalV3,
        Version::V4 => Profile::SignalV4,
    }
}

fn address_of(party: Party) -> Address {
    address(party.name.as_bytes().to_vec(), party.device_id).expect("the device id is in range")
}
