//! The executable specification.
use super::{
    Party, PrivateKeys, Side, Version, KEM_PREKEY_ID, KEM_RANDOM, NOW_MS, ONE_TIME_PREKEY_ID,
    SIGNATURE_RANDOM, SIGNED_PREKEY_ID, SPARSE_AUTH_KEY, SPARSE_SEED,
};
use hacspec_lib::{ByteSeq, Seq};
use twinratchet_spec::address::{address, Address};
use twinratchet_spec::handshake::bundle::{
    sign_kem_prekey, sign_signed_prekey, KemPreKeyEntry, OneTimePreKeyEntry, PreKeyBundle,
};
use twinratchet_spec::keys::kem::{kem_prekey_pair, KemPreKey, KemPreKeyPair};
use twinratchet_spec::keys::{
    identity_key_pair, one_time_prekey_pair, ratchet_key_pair, signed_prekey_pair, BaseKey,
    KemRandom, KemSeed, OneTimePreKeyPair, PrivateKey, PublicKey, RatchetKeyPair, SharedSecret,
    Signature, SignatureRandom, SignedPreKey, SignedPreKeyPair, SparseAuthKey,
};
use twinratchet_spec::primitives::x25519::x25519;
use twinratchet_spec::ratchet::sparse::{self, braid::braid_epoch};
use twinratchet_spec::ratchet::sparse::{
    empty_state, sparse_init, sparse_receive, sparse_send, ChainParameters, Direction, Parameters,
    SparseRandom, State, DEFAULT_MAX_JUMP, DEFAULT_MAX_OUT_OF_ORDER,
};
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
    kem_prekey: Option<KemPreKeyPair>,
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
    type Sparse = State;
    type SparseMessage = Seq<u8>;

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
        let record = take(&mut device.record);
        let started = start_session(
            record,
            &device.local,
            &device.remote,
            bundle,
            base,
            ratchet,
            KemRandom::from_public_slice(&KEM_RANDOM),
            NOW_MS,
        );
        device.record = started.expect("the bundle is good");
    }

    fn encrypt(device: &mut Device, plaintext: &ByteSeq) -> Seq<u8> {
        let record = take(&mut device.record);
        let encrypted = encrypt(
            record,
            &device.local,
            &device.remote,
            NOW_MS,
            &sparse_random(),
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
            kem_prekey: device.kem_prekey.clone(),
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

    fn sparse_parties() -> [State; 2] {
        [Direction::A2B, Direction::B2A].map(|direction| {
            sparse_init(Parameters {
                direction,
                version: sparse::Version::V1,
                min_version: sparse::Version::V1,
                auth_key: SparseAuthKey::from_public_slice(&SPARSE_AUTH_KEY),
                chain: ChainParameters {
                    max_jump: DEFAULT_MAX_JUMP,
                    max_out_of_order: DEFAULT_MAX_OUT_OF_ORDER,
                },
            })
        })
    }

    fn sparse_send(party: &mut State) -> Seq<u8> {
        let sent = sparse_send(take_sparse(party), &sparse_random());
        let (next, sent) = sent.expect("a state that was not stored can send");
        *party = next;
        sent.message
    }

    fn sparse_receive(party: &mut State, message: &Seq<u8>) {
        let received = sparse_receive(take_sparse(party), message);
        let (next, _) = received.expect("the message is good");
        *party = next;
    }

    fn sparse_epoch(party: &State) -> u64 {
        party.braid.as_ref().map_or(0, braid_epoch)
    }
}

/// The random bytes of a send; it takes what it draws.
fn sparse_random() -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::from_public_slice(&SPARSE_SEED),
        encapsulation: KemRandom::from_public_slice(&KEM_RANDOM),
    }
}

/// The state of SPQR, by value as the specification takes it.
fn take_sparse(state: &mut State) -> State {
    core::mem::replace(state, empty_state())
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

fn sign_kem(device: &Device, prekey: &KemPreKey) -> Signature {
    let random = SignatureRandom::from_public_slice(&SIGNATURE_RANDOM);
    sign_kem_prekey(&device.local.identity, prekey, &random)
}

fn kem_pair(seed: [u8; 64]) -> KemPreKeyPair {
    kem_prekey_pair(KemSeed::from_public_slice(&seed))
}

fn private(keys: &mut PrivateKeys) -> PrivateKey {
    PrivateKey::from_public_slice(&keys.draw())
}

fn profile_of(party: Party) -> Profile {
    match party.version {
        Version::V3 => Profile::SignalV3,
        Version::V4 => Profile::SignalV4,
    }
}

fn address_of(party: Party) -> Address {
    let name = Seq::from_native_slice(party.name.as_bytes());
    address(name, party.device_id).expect("the device id is in range")
}
