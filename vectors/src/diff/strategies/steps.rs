//! Random steps that need no party.
use super::bytes::{any_bytes, counter, fixed, id, key, message, public_key, random};
use super::sparse_state::sparse_state;
use super::{wire, written};
use crate::bytes::Bytes;
use crate::diff::scenario::NamePlan;
use crate::diff::world::name;
use crate::step::{Bundle, Profile, SignatureForm, Step};
use proptest::prelude::*;

/// A form of signature.
pub fn form() -> BoxedStrategy<SignatureForm> {
    prop::sample::select(vec![SignatureForm::Deployed, SignatureForm::PublicText]).boxed()
}

/// Any step.
pub fn any_step() -> BoxedStrategy<Step> {
    prop_oneof![
        2 => hash(),
        2 => cipher(),
        3 => curve(),
        3 => keys(),
        2 => derivation(),
        1 => handshake(),
        4 => parse(),
        2 => encode(),
        2 => authentication(),
        1 => party(),
        2 => written::step(),
    ]
    .boxed()
}

fn hash() -> BoxedStrategy<Step> {
    let salt = prop::option::of(message(100));
    prop_oneof![
        message(300).prop_map(|message| Step::Sha256 { message }),
        message(300).prop_map(|message| Step::Sha512 { message }),
        (message(140), message(300)).prop_map(|(key, message)| Step::HmacSha256 { key, message }),
        (salt, message(140), message(40), any::<u8>()).prop_map(|(salt, ikm, info, length)| {
            Step::Hkdf {
                salt,
                ikm,
                info,
                length,
            }
        }),
    ]
    .boxed()
}

fn cipher() -> BoxedStrategy<Step> {
    let blocks = (0..5usize).prop_flat_map(|n| random(16 * n));
    let ciphertext = prop_oneof![3 => blocks, 1 => message(80)];
    prop_oneof![
        (fixed(32), fixed(16), message(100))
            .prop_map(|(key, iv, plaintext)| { Step::Aes256CbcEncrypt { key, iv, plaintext } }),
        (fixed(32), fixed(16), ciphertext).prop_map(|(key, iv, ciphertext)| {
            Step::Aes256CbcDecrypt {
                key,
                iv,
                ciphertext,
            }
        }),
    ]
    .boxed()
}

fn curve() -> BoxedStrategy<Step> {
    let sign =
        (form(), key(), message(200), fixed(64)).prop_map(|(form, private, message, random)| {
            Step::XeddsaSign {
                form,
                private,
                message,
                random,
            }
        });
    let verify =
        (form(), key(), message(200), fixed(64)).prop_map(|(form, public, message, signature)| {
            Step::XeddsaVerify {
                form,
                public,
                message,
                signature,
            }
        });
    prop_oneof![
        (key(), key()).prop_map(|(scalar, u)| Step::X25519 { scalar, u }),
        (key(), public_key()).prop_map(|(private, public)| Step::Agreement { private, public }),
        key().prop_map(|u| Step::IsCanonical { u }),
        sign,
        verify,
    ]
    .boxed()
}

fn keys() -> BoxedStrategy<Step> {
    let pair = identity_pair_bytes();
    prop_oneof![
        public_key().prop_map(|bytes| Step::ParsePublicKey { bytes }),
        key().prop_map(|bytes| Step::ParsePrivateKey { bytes }),
        (public_key(), public_key()).prop_map(|(a, b)| Step::SamePublicKey { a, b }),
        public_key().prop_map(|a| Step::SamePublicKey { b: a.clone(), a }),
        key().prop_map(|private| Step::EncodeIdentityKeyPair { private }),
        pair.prop_map(|bytes| Step::DecodeIdentityKeyPair { bytes }),
        (key(), public_key(), fixed(64)).prop_map(|(private, other, random)| {
            Step::SignAlternateIdentity {
                private,
                other,
                random,
            }
        }),
        (public_key(), public_key(), fixed(64)).prop_map(|(identity, other, signature)| {
            Step::VerifyAlternateIdentity {
                identity,
                other,
                signature,
            }
        }),
    ]
    .boxed()
}

fn derivation() -> BoxedStrategy<Step> {
    prop_oneof![
        fixed(32).prop_map(|chain_key| Step::KdfCk { chain_key }),
        (fixed(32), fixed(32)).prop_map(|(root_key, dh_output)| Step::KdfRk {
            root_key,
            dh_output,
        }),
        fixed(32).prop_map(|seed| Step::MessageKeys {
            seed,
            spqr_key: None,
        }),
        message(200).prop_map(|ikm| Step::X3dhKdf { ikm }),
    ]
    .boxed()
}

fn handshake() -> BoxedStrategy<Step> {
    let ids = (id(), id(), prop::option::of(id()));
    let keys = (
        public_key(),
        public_key(),
        fixed(64),
        prop::option::of(public_key()),
    );
    let bundle = (ids, keys).prop_map(|(ids, keys)| Bundle {
        registration_id: ids.0,
        identity_key: keys.0,
        signed_prekey_id: ids.1,
        signed_prekey: keys.1,
        signed_prekey_signature: keys.2,
        one_time_prekey_id: ids.2,
        one_time_prekey: keys.3,
        kem_prekey_id: None,
        kem_prekey: None,
        kem_prekey_signature: None,
    });
    let initiator = (key(), key(), bundle).prop_map(|(identity_private, base_private, bundle)| {
        Step::X3dhInitiator {
            identity_private,
            base_private,
            bundle,
        }
    });
    let private = (key(), key(), prop::option::of(key()));
    let responder =
        (private, public_key(), public_key()).prop_map(|(private, remote_identity, base_key)| {
            Step::X3dhResponder {
                identity_private: private.0,
                signed_prekey_private: private.1,
                one_time_prekey_private: private.2,
                remote_identity,
                base_key,
            }
        });
    prop_oneof![1 => initiator, 2 => responder].boxed()
}

/// The bytes of a `SignalMessage`, nearly, or any.
pub fn signal_message_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![6 => wire::signal_message(), 1 => any_bytes(200)]
        .prop_map(Bytes)
        .boxed()
}

/// The bytes of a `PreKeySignalMessage`, nearly, or any.
pub fn prekey_message_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![6 => wire::prekey_message(), 1 => any_bytes(200)]
        .prop_map(Bytes)
        .boxed()
}

/// The bytes of a bare record, nearly, or any.
pub fn stored_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![6 => wire::record(), 1 => any_bytes(200)]
        .prop_map(Bytes)
        .boxed()
}

/// The bytes of a stored state of SPQR, nearly, or any.
pub fn sparse_state_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![6 => sparse_state(), 1 => any_bytes(200)]
        .prop_map(Bytes)
        .boxed()
}

/// The bytes of an identity pair, nearly, or any.
pub fn identity_pair_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![3 => wire::identity_pair(), 1 => any_bytes(80)]
        .prop_map(Bytes)
        .boxed()
}

fn parse() -> BoxedStrategy<Step> {
    prop_oneof![
        signal_message_bytes().prop_map(|bytes| Step::ParseSignalMessage { bytes }),
        prekey_message_bytes().prop_map(|bytes| Step::ParsePrekeyMessage { bytes }),
    ]
    .boxed()
}

/// A step that writes a message.
pub fn encode() -> BoxedStrategy<Step> {
    let version = prop_oneof![6 => Just(3u8), 2 => Just(4), 1 => any::<u8>()];
    let header = (version.clone(), public_key(), counter(), counter());
    let rest = (
        message(60),
        message(5),
        prop::option::of(message(40)),
        fixed(8),
    );
    let signal = (header, rest).prop_map(|(header, rest)| Step::EncodeSignalMessage {
        version: header.0,
        ratchet_key: header.1,
        counter: header.2,
        previous_counter: header.3,
        body: rest.0,
        spqr: rest.1,
        addresses: rest.2,
        tag: rest.3,
    });
    let ids = (version, id(), prop::option::of(id()), id());
    let prekey = (ids, public_key(), public_key(), signal_message_bytes()).prop_map(
        |(ids, base_key, identity_key, inner)| Step::EncodePrekeyMessage {
            version: ids.0,
            registration_id: ids.1,
            one_time_prekey_id: ids.2,
            signed_prekey_id: ids.3,
            kem_prekey_id: None,
            kem_ciphertext: None,
            base_key,
            identity_key,
            inner,
        },
    );
    prop_oneof![signal, prekey].boxed()
}

fn address() -> BoxedStrategy<(String, u32)> {
    let plan = prop_oneof![
        any::<u8>().prop_map(NamePlan::Account),
        any::<u8>().prop_map(NamePlan::UpperAccount),
        any::<u8>().prop_map(NamePlan::PhoneNumber),
        any::<u8>().prop_map(NamePlan::Plain),
    ];
    let broken = (plan.clone(), 0..40usize, any::<char>()).prop_map(|(plan, at, c)| {
        let text = name(plan);
        text.chars()
            .enumerate()
            .map(|(i, old)| if i == at { c } else { old })
            .collect()
    });
    let name = prop_oneof![6 => plan.prop_map(name), 2 => broken, 1 => "[ -~]{0,41}"];
    let device = prop_oneof![12 => 1..=127u32, 1 => 0..=130u32, 1 => any::<u32>()];
    (name, device).boxed()
}

/// The block of two addresses, their names nearly service ids or anything.
pub fn address_block() -> BoxedStrategy<Step> {
    (address(), address())
        .prop_map(|(sender, recipient)| Step::AddressBlock {
            sender: sender.0,
            sender_device: sender.1,
            recipient: recipient.0,
            recipient_device: recipient.1,
        })
        .boxed()
}

fn authentication() -> BoxedStrategy<Step> {
    let tag = (fixed(32), public_key(), public_key(), message(200)).prop_map(
        |(mac_key, sender, receiver, unsigned)| Step::MessageTag {
            mac_key,
            sender,
            receiver,
            unsigned,
        },
    );
    prop_oneof![address_block(), tag].boxed()
}

/// A party of no consequence.
fn party() -> BoxedStrategy<Step> {
    let party = "dave".to_owned();
    (address(), key(), id())
        .prop_map(
            move |(address, identity_private, registration_id)| Step::CreateParty {
                party: party.clone(),
                name: address.0,
                device_id: address.1,
                identity_private,
                registration_id,
                profile: Profile::SignalV3,
            },
        )
        .boxed()
}

/// Steps that random ones may miss: an error each.
#[must_use]
pub fn special() -> Vec<Step> {
    let nobody = || "nobody".to_owned();
    let bundle = |signed_prekey_id, one_time_prekey_id| Step::PublishBundle {
        party: "alice".to_owned(),
        signed_prekey_id,
        one_time_prekey_id,
        signature_random: Bytes(vec![7; 64]),
        kem_prekey_id: None,
        kem_signature_random: None,
    };
    vec![
        Step::ParsePublicKey {
            bytes: Bytes::default(),
        },
        Step::ParsePublicKey {
            bytes: Bytes(vec![6; 33]),
        },
        Step::ParsePublicKey {
            bytes: Bytes(vec![5; 32]),
        },
        Step::ParseSignalMessage {
            bytes: Bytes(vec![0x33; 8]),
        },
        Step::AddressBlock {
            sender: nobody(),
            sender_device: 128,
            recipient: nobody(),
            recipient_device: 1,
        },
        Step::Save {
            party: nobody(),
            peer: nobody(),
        },
        bundle(77, None),
    ]
    .into_iter()
    .chain(written::special())
    .collect()
}
