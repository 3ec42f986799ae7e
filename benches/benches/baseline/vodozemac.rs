//! The outside baseline: Olm of vodozemac 0.11, a different protocol.
//!
//! Olm is a double ratchet as well, with the same primitives: HMAC-SHA-256, HKDF, AES-256-CBC, X25519, a truncated tag. It is
//! not the protocol of Signal: three agreements and no fourth, no signature check of its own in a handshake, other associated
//! data, other formats. Its figures say what a good implementation of something like it takes.
use twinratchet_benches::operation::Operation;
use twinratchet_benches::side::{Party, Side, Version};
use vodozemac::olm::{Account, OlmMessage, Session, SessionConfig};
use vodozemac::{Curve25519PublicKey, Curve25519SecretKey, SharedSecret};

/// Olm.
pub struct Olm;

/// A device.
pub struct Device {
    account: Account,
    session: Option<Session>,
}

/// What a server hands out: identity key and one-time key.
pub struct Bundle {
    identity_key: Curve25519PublicKey,
    one_time_key: Curve25519PublicKey,
}

impl Olm {
    /// Whether Olm has something like this operation. A jump has not: Olm keeps 40 keys of 2,000. Nor has version 4: Olm has
    /// no KEM.
    pub fn does(operation: Operation) -> bool {
        operation.version() == Version::V3
            && !matches!(operation, Operation::SignedPrekey | Operation::Jump(_))
    }

    fn session(device: &mut Device) -> &mut Session {
        device.session.as_mut().expect("there is a session")
    }
}

impl Side for Olm {
    type Device = Device;
    type Bundle = Bundle;
    type Message = OlmMessage;
    type Plaintext = Vec<u8>;
    type KeyPair = Curve25519PublicKey;
    type Agreement = Option<SharedSecret>;
    type Signature = ();
    type Sparse = ();
    type SparseMessage = ();

    fn x25519(private: [u8; 32], public: [u8; 32]) -> Self::Agreement {
        Curve25519SecretKey::from_slice(&private)
            .diffie_hellman(&Curve25519PublicKey::from_bytes(public))
    }

    fn key_pair(private: [u8; 32]) -> Curve25519PublicKey {
        Curve25519PublicKey::from(&Curve25519SecretKey::from_slice(&private))
    }

    fn plaintext(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn device(_: Party, _: Party) -> Device {
        let mut account = Account::new();
        account.generate_one_time_keys(1);
        Device {
            account,
            session: None,
        }
    }

    fn fork(device: &Device) -> Device {
        Device {
            account: Account::from_pickle(device.account.pickle()),
            session: device
                .session
                .as_ref()
                .map(|session| Session::from_pickle(session.pickle())),
        }
    }

    fn signed_prekey(_: &Device, _: [u8; 32]) {}

    fn kem_prekey(_: &Device, _: [u8; 64]) {}

    fn publish(device: &Device) -> Bundle {
        let one_time_key = device.account.one_time_keys().into_values().next();
        Bundle {
            identity_key: device.account.curve25519_key(),
            one_time_key: one_time_key.expect("a device has a one-time key"),
        }
    }

    fn start_session(device: &mut Device, bundle: &Bundle) {
        let config = SessionConfig::version_1();
        let session = device.account.create_outbound_session(
            config,
            bundle.identity_key,
            bundle.one_time_key,
        );
        device.session = Some(session.expect("the keys are good"));
    }

    fn encrypt(device: &mut Device, plaintext: &Vec<u8>) -> OlmMessage {
        Self::session(device)
            .encrypt(plaintext)
            .expect("there is a session")
    }

    fn decrypt(device: &mut Device, message: &OlmMessage) -> Vec<u8> {
        Self::session(device)
            .decrypt(message)
            .expect("the message is good")
    }

    fn decrypt_prekey(device: &mut Device, message: &OlmMessage) -> Vec<u8> {
        let OlmMessage::PreKey(message) = message else {
            unreachable!("the first message is a prekey message")
        };
        let config = SessionConfig::version_1();
        let created =
            device
                .account
                .create_inbound_session(config, message.identity_key(), message);
        let created = created.expect("the message is good");
        device.session = Some(created.session);
        created.plaintext
    }

    fn sparse_parties() -> [(); 2] {
        [(), ()]
    }

    fn sparse_send((): &mut ()) {}

    fn sparse_receive((): &mut (), (): &()) {}

    fn sparse_epoch((): &()) -> u64 {
        0
    }
}
