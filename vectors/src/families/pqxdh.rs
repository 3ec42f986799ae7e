//! PQXDH, session version 4, both roles.
mod initiator;
mod responder;

use super::build::{group, output, random64, secret, test, with_sources, Plan, SIGNAL_V4};
use super::keys::public_of;
use super::x25519::serialized;
use super::xeddsa_sign::signed;
use super::{sources, Family, FlagNote, GroupPlan, Known, PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::step::{Bundle, KemSet, Step};
use serde_json::json;
use twinratchet_spec::primitives::xeddsa::Form;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "A handshake with a one-time prekey.",
        effect: "No session can be made.",
    },
    FlagNote {
        flag: "NoOneTimePrekey",
        description: "A handshake without a one-time prekey: three agreements and the KEM.",
        effect: "No session can be made when the server has no one-time prekeys left.",
    },
    FlagNote {
        flag: "Kdf",
        description: "Root key, chain key and the key of SPQR, from the key material.",
        effect: "A wrong label or a wrong order of the outputs: no message of a peer can be read.",
    },
    FlagNote {
        flag: "BadSignature",
        description: "A signature in the bundle does not verify; both are checked before anything is computed.",
        effect: "A server or anybody between can put its own prekey into the bundle.",
    },
    FlagNote {
        flag: "SignatureForm",
        description: "Signatures that verify though their form is unusual.",
        effect: "Bundles of peers are refused.",
    },
    FlagNote {
        flag: "MissingKemPrekey",
        description: "A bundle without KEM prekey makes no session of version 4.",
        effect: "A server that leaves the KEM prekey out takes the protection against quantum computers away.",
    },
    FlagNote {
        flag: "PrekeyFields",
        description: "A one-time prekey has an id and a key, a KEM prekey an id, a key and a signature, or none of them.",
        effect: "The two sides disagree on which keys are used.",
    },
    FlagNote {
        flag: "KemKey",
        description: "KEM prekeys and ciphertexts follow the rules of KEM keys: type 08, exact length.",
        effect: "Keys of another KEM are taken for Kyber keys, or a crash.",
    },
    FlagNote {
        flag: "KemNotReduced",
        description: "A KEM prekey gets no check of its coefficients.",
        effect: "A handshake is refused that peers make.",
    },
    FlagNote {
        flag: "Rejection",
        description: "A wrong ciphertext is no error: the handshake gives other keys, and the first message fails.",
        effect: "An error or another secret: whoever sends wrong ciphertexts learns about the key from the answer.",
    },
    FlagNote {
        flag: "LowOrder",
        description: "A key of small order makes an agreement of zeros: the handshake fails.",
        effect: "Part of the key material is known to everybody.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "Identity keys and prekeys are neither reduced nor checked.",
        effect: "A handshake is refused that peers make.",
    },
    FlagNote {
        flag: "BaseKey",
        description: "The responder takes canonical base keys without torsion only.",
        effect: "A replayed message with another form of its base key makes a new session.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "Keys of the bundle and of the message follow the rules of keys.",
        effect: "Foreign keys are taken for X25519 keys, or a crash.",
    },
    FlagNote {
        flag: "Order",
        description: "Two things are wrong: which error comes first.",
        effect: "Something is computed with keys before their signatures are checked, or peers report different errors.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Private keys and random bytes are 32 bytes.",
        effect: "A crash.",
    },
];

const NAME: &str = "pqxdh";

/// The family.
pub fn family() -> Plan<Family> {
    let mut groups = vec![group("pqxdh_kdf", SIGNAL_V4, derivations())];
    groups.extend(initiator::groups()?);
    groups.extend(responder::groups()?);
    with_sources(Family {
        name: NAME,
        algorithm: "PQXDH, session version 4",
        header: &[
            "DH1 = DH(IKA, SPKB), DH2 = DH(EKA, IKB), DH3 = DH(EKA, SPKB), DH4 = DH(EKA, OPKB) if there is an OPK; SS of Kyber-1024;",
            "ikm = ff*32, DH1, DH2, DH3, DH4, SS; root key, chain key and key of SPQR =",
            "HKDF(no salt, ikm, WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024, 96).",
        ],
        notes: NOTES.to_vec(),
        groups,
    })
}

/// A case: what it shows, its flag, the step.
type Case = (&'static str, &'static str, Step);

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}

/// Tests whose results were recorded, by their names in the sources; the inputs are ours.
fn recorded(kind: &str, first: u32, cases: Vec<Case>) -> Plan<GroupPlan> {
    let mut tests = numbered(first, cases);
    for test in &mut tests {
        let known = known(&sources::value(NAME, &test.comment)?)?;
        test.known = vec![(0, known)];
    }
    Ok(GroupPlan {
        source: "libsignal-client 0.103.0 (node): the results; the inputs are ours".to_owned(),
        ..group(kind, SIGNAL_V4, tests)
    })
}

fn known(result: &str) -> Plan<Known> {
    let value = match result {
        "valid" => json!({ "result": result }),
        class => json!({ "result": "invalid", "errorClass": class }),
    };
    serde_json::from_value(value).map_err(|error| PlanError(error.to_string()))
}

fn derivations() -> Vec<TestPlan> {
    let ikm = |agreements: usize| {
        let mut bytes = vec![0xff; 32];
        for n in 1..=agreements {
            bytes.extend(secret(NAME, 0, &format!("dh{n}")).0);
        }
        bytes.extend(secret(NAME, 0, "kem secret").0);
        Bytes(bytes)
    };
    let kdf = |ikm| Step::PqxdhKdf { ikm };
    numbered(
        101,
        vec![
            ("three agreements", "Kdf", kdf(ikm(3))),
            ("four agreements", "Kdf", kdf(ikm(4))),
            ("key material of zeros", "Kdf", kdf(Bytes(vec![0; 160]))),
        ],
    )
}

/// A private key of a set of parties.
fn private(set: u32, meaning: &str) -> Bytes {
    secret(NAME, set, meaning)
}

fn public(set: u32, meaning: &str) -> Bytes {
    Bytes(serialized(&public_of(&private(set, meaning))))
}

fn signature_of(set: u32, prekey: &Bytes) -> Bytes {
    sign(Form::Deployed, set, prekey)
}

fn sign(form: Form, set: u32, prekey: &Bytes) -> Bytes {
    let random = random64(NAME, set, "signature");
    let identity = private(set, "responder identity");
    Bytes(signed(form, &identity, &prekey.0, &random))
}

/// The KEM prekey of a set: secret and public key, serialised.
fn kem_prekey(set: u32) -> Plan<(Bytes, Bytes)> {
    let step = Step::KemKeyGen {
        set: KemSet::Kyber1024,
        seed: random64(NAME, set, "KEM prekey"),
    };
    let typed = |name| Ok([vec![8], output(&step, name)?].concat().into());
    Ok((typed("decapsulationKey")?, typed("encapsulationKey")?))
}

/// A bundle with everything but a one-time prekey.
fn bundle(set: u32) -> Plan<Bundle> {
    let signed_prekey = public(set, "signed prekey");
    let (_, kem_prekey) = kem_prekey(set)?;
    Ok(Bundle {
        registration_id: 1001,
        identity_key: public(set, "responder identity"),
        signed_prekey_id: 7,
        signed_prekey_signature: signature_of(set, &signed_prekey),
        signed_prekey,
        one_time_prekey_id: None,
        one_time_prekey: None,
        kem_prekey_id: Some(9),
        kem_prekey_signature: Some(signature_of(set, &kem_prekey)),
        kem_prekey: Some(kem_prekey),
    })
}

/// The same with a one-time prekey.
fn full_bundle(set: u32) -> Plan<Bundle> {
    Ok(Bundle {
        one_time_prekey_id: Some(31),
        one_time_prekey: Some(public(set, "one-time prekey")),
        ..bundle(set)?
    })
}

fn initiate(set: u32, bundle: Bundle) -> Step {
    Step::PqxdhInitiator {
        identity_private: private(set, "initiator identity"),
        base_private: private(set, "base key"),
        kem_random: private(set, "KEM random"),
        bundle,
    }
}

/// The same handshakes at both roles: set by set the outputs agree.
fn handshakes(first: u32, role: fn(u32, bool) -> Plan<Step>) -> Plan<Vec<TestPlan>> {
    let sets = (1..=2).flat_map(|set| [(set, true), (set, false)]);
    (first..)
        .zip(sets)
        .map(|(id, (set, with))| {
            let flag = if with { "Normal" } else { "NoOneTimePrekey" };
            let end = if with { "with" } else { "without" };
            let comment = format!("parties {set}, {end} one-time prekey");
            Ok(test(id, comment, flag, role(set, with)?))
        })
        .collect()
}
