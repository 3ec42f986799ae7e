//! X3DH in version 3, both roles.
use super::build::{group, random64, secret, test, with_sources, Plan, SIGNAL_V3};
use super::keys::public_of;
use super::sources;
use super::x25519::{near_p, serialized, small, with_bit_255};
use super::xeddsa_sign::signed;
use super::{Family, FlagNote, GroupPlan, Known, PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::step::{Bundle, Step};
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
        description: "A handshake without a one-time prekey: three agreements.",
        effect: "No session can be made when the server has no one-time prekeys left.",
    },
    FlagNote {
        flag: "BadSignature",
        description: "The signature in the bundle does not verify; it is checked before anything is computed.",
        effect: "A server or anybody between can put its own prekey into the bundle.",
    },
    FlagNote {
        flag: "SignatureForm",
        description: "Signatures that verify though their form is unusual.",
        effect: "Bundles of peers are refused.",
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
        flag: "PrekeyFields",
        description: "A one-time prekey has an id and a key, or neither.",
        effect: "The two sides disagree on whether there is a fourth agreement.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "Keys of the bundle and of the message follow the rules of keys.",
        effect: "Foreign keys are taken for X25519 keys, or a crash.",
    },
];

const NAME: &str = "x3dh";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "X3DH, session version 3",
        header: &[
            "DH1 = DH(IKA, SPKB), DH2 = DH(EKA, IKB), DH3 = DH(EKA, SPKB), DH4 = DH(EKA, OPKB) if there is an OPK;",
            "ikm = ff*32, DH1, DH2, DH3, DH4; root key and chain key = HKDF(no salt, ikm, WhisperText, 64).",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            known_initiator()?,
            group("x3dh_initiator", SIGNAL_V3, handshakes(101, initiator)),
            group("x3dh_initiator", SIGNAL_V3, numbered(121, signatures())),
            group("x3dh_initiator", SIGNAL_V3, numbered(161, [bundle_keys(), bundle_encodings()].concat())),
            group("x3dh_responder", SIGNAL_V3, handshakes(201, responder)),
            group("x3dh_responder", SIGNAL_V3, numbered(221, responder_keys())),
        ],
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

/// The published handshake, at the initiator: its bundle was not published, so the signature is ours.
fn known_initiator() -> Plan<GroupPlan> {
    let value = |name| sources::value(NAME, name);
    let bytes = |name| hex::decode(value(name)?).map_err(|error| PlanError(error.to_string()));
    let prekey = bytes("responderSignedPrekey")?;
    let identity = Bytes(bytes("responderIdentityPrivate")?);
    let step = Step::X3dhInitiator {
        identity_private: Bytes(bytes("initiatorIdentityPrivate")?),
        base_private: Bytes(bytes("initiatorBasePrivate")?),
        bundle: Bundle {
            registration_id: 1,
            identity_key: Bytes(bytes("responderIdentity")?),
            signed_prekey_id: 1,
            signed_prekey_signature: Bytes(signed(
                Form::Deployed,
                &identity,
                &prekey,
                &random64(NAME, 1101, "signature"),
            )),
            signed_prekey: Bytes(prekey),
            one_time_prekey_id: None,
            one_time_prekey: None,
            kem_prekey_id: None,
            kem_prekey: None,
            kem_prekey_signature: None,
        },
    };
    let known = json!({ "result": "valid", "ikm": value("ikm")?, "rootKey": value("rootKey")?, "chainKey": value("chainKey")? });
    let known: Known =
        serde_json::from_value(known).map_err(|error| PlanError(error.to_string()))?;
    let mut plan = test(
        1101,
        "the initiator's side of a handshake without one-time prekey",
        "NoOneTimePrekey",
        step,
    );
    plan.known = vec![(0, known)];
    Ok(GroupPlan {
        source: value("source")?,
        ..group("x3dh_initiator", SIGNAL_V3, vec![plan])
    })
}

/// A private key of a set of parties.
fn private(set: u32, meaning: &str) -> Bytes {
    secret(NAME, set, meaning)
}

fn public(set: u32, meaning: &str) -> Bytes {
    Bytes(serialized(&public_of(&private(set, meaning))))
}

fn signature_of(set: u32, prekey: &Bytes) -> Bytes {
    let random = random64(NAME, set, "signature");
    Bytes(signed(
        Form::Deployed,
        &private(set, "responder identity"),
        &prekey.0,
        &random,
    ))
}

fn bundle(set: u32, with_one_time_prekey: bool) -> Bundle {
    let signed_prekey = public(set, "signed prekey");
    Bundle {
        registration_id: 1001,
        identity_key: public(set, "responder identity"),
        signed_prekey_id: 7,
        signed_prekey_signature: signature_of(set, &signed_prekey),
        signed_prekey,
        one_time_prekey_id: with_one_time_prekey.then_some(31),
        one_time_prekey: with_one_time_prekey.then(|| public(set, "one-time prekey")),
        kem_prekey_id: None,
        kem_prekey: None,
        kem_prekey_signature: None,
    }
}

fn initiate(set: u32, bundle: Bundle) -> Step {
    Step::X3dhInitiator {
        identity_private: private(set, "initiator identity"),
        base_private: private(set, "base key"),
        bundle,
    }
}

fn initiator(set: u32, with_one_time_prekey: bool) -> Step {
    initiate(set, bundle(set, with_one_time_prekey))
}

fn responder(set: u32, with_one_time_prekey: bool) -> Step {
    respond(
        set,
        with_one_time_prekey,
        public(set, "initiator identity"),
        public(set, "base key"),
    )
}

fn respond(set: u32, with_one_time_prekey: bool, remote_identity: Bytes, base_key: Bytes) -> Step {
    Step::X3dhResponder {
        identity_private: private(set, "responder identity"),
        signed_prekey_private: private(set, "signed prekey"),
        one_time_prekey_private: with_one_time_prekey.then(|| private(set, "one-time prekey")),
        remote_identity,
        base_key,
    }
}

/// The same handshakes at both roles: set by set the outputs agree.
fn handshakes(first: u32, role: fn(u32, bool) -> Step) -> Vec<TestPlan> {
    let sets = (1..=4).flat_map(|set| [(set, true), (set, false)]);
    (first..)
        .zip(sets)
        .map(|(id, (set, with))| {
            let flag = if with { "Normal" } else { "NoOneTimePrekey" };
            let end = if with { "with" } else { "without" };
            test(
                id,
                format!("parties {set}, {end} one-time prekey"),
                flag,
                role(set, with),
            )
        })
        .collect()
}

/// A bundle with something altered.
fn altered(alter: impl FnOnce(&mut Bundle)) -> Step {
    let mut changed = bundle(1, true);
    alter(&mut changed);
    initiate(1, changed)
}

fn signatures() -> Vec<Case> {
    let flip = |at: usize, bits: u8| altered(|b| b.signed_prekey_signature.0[at] ^= bits);
    let length = |n: usize| altered(|b| b.signed_prekey_signature.0.resize(n, 0));
    let unsigned_prekey = altered(|b| b.signed_prekey = public(2, "signed prekey"));
    let other_identity = altered(|b| b.identity_key = public(2, "responder identity"));
    let without_type = altered(|b| {
        let u = Bytes(b.signed_prekey.0[1..].to_vec());
        b.signed_prekey_signature = signature_of(1, &u);
    });
    let by_text = altered(|b| {
        let random = random64(NAME, 1, "signature");
        let made = signed(
            Form::PublicText,
            &private(1, "responder identity"),
            &b.signed_prekey.0,
            &random,
        );
        b.signed_prekey_signature = Bytes(made);
    });
    let trailing = altered(|b| b.signed_prekey.0.push(0xaa));
    vec![
        ("a flipped bit of R", "BadSignature", flip(0, 1)),
        ("a flipped bit of s", "BadSignature", flip(40, 1)),
        ("the sign bit flipped", "BadSignature", flip(63, 0x80)),
        ("bit 253 of s set", "BadSignature", flip(63, 0x20)),
        (
            "a signature of zeros",
            "BadSignature",
            altered(|b| b.signed_prekey_signature.0.fill(0)),
        ),
        ("no signature", "BadSignature", length(0)),
        ("63 bytes of signature", "BadSignature", length(63)),
        ("65 bytes of signature", "BadSignature", length(65)),
        (
            "another prekey than the signed one",
            "BadSignature",
            unsigned_prekey,
        ),
        (
            "another identity key than the signing one",
            "BadSignature",
            other_identity,
        ),
        (
            "a signature over the prekey without its type byte",
            "BadSignature",
            without_type,
        ),
        (
            "a signature by the rule of the public text",
            "SignatureForm",
            by_text,
        ),
        (
            "a byte after the signed prekey, which is not kept",
            "SignatureForm",
            trailing,
        ),
    ]
}

/// A bundle whose signed prekey is this coordinate, signed.
fn with_prekey(u: [u8; 32]) -> Step {
    altered(|b| {
        b.signed_prekey = Bytes(serialized(&u));
        b.signed_prekey_signature = signature_of(1, &b.signed_prekey);
    })
}

fn bundle_keys() -> Vec<Case> {
    let one_time = |u: [u8; 32]| altered(|b| b.one_time_prekey = Some(Bytes(serialized(&u))));
    let mut high = [0; 32];
    high.copy_from_slice(&public(1, "signed prekey").0[1..]);
    let high = with_bit_255(high);
    vec![
        (
            "a signed prekey with u = 0",
            "LowOrder",
            with_prekey(small(0)),
        ),
        (
            "a signed prekey with u = 1",
            "LowOrder",
            with_prekey(small(1)),
        ),
        (
            "a signed prekey with u = p",
            "LowOrder",
            with_prekey(near_p(0)),
        ),
        (
            "a one-time prekey with u = 0",
            "LowOrder",
            one_time(small(0)),
        ),
        (
            "a one-time prekey with u = p - 1",
            "LowOrder",
            one_time(near_p(-1)),
        ),
        (
            "a signed prekey with bit 255",
            "NotReduced",
            with_prekey(high),
        ),
        (
            "a signed prekey with u = p + 9",
            "NotReduced",
            with_prekey(near_p(9)),
        ),
        (
            "a one-time prekey with u = p + 9",
            "NotReduced",
            one_time(near_p(9)),
        ),
        (
            "a one-time prekey on the twist",
            "NotReduced",
            one_time(small(2)),
        ),
        (
            "a one-time prekey without id",
            "PrekeyFields",
            altered(|b| b.one_time_prekey_id = None),
        ),
        (
            "the id of a one-time prekey without key",
            "PrekeyFields",
            altered(|b| b.one_time_prekey = None),
        ),
    ]
}

fn bundle_encodings() -> Vec<Case> {
    let typed = |bytes: &mut Bytes| bytes.0[0] = 6;
    let both = altered(|b| {
        typed(&mut b.identity_key);
        b.signed_prekey_signature.0.clear();
    });
    vec![
        (
            "an identity key of type 06",
            "KeyEncoding",
            altered(|b| typed(&mut b.identity_key)),
        ),
        (
            "a signed prekey of type 06",
            "KeyEncoding",
            altered(|b| typed(&mut b.signed_prekey)),
        ),
        (
            "a one-time prekey of type 06",
            "KeyEncoding",
            altered(|b| b.one_time_prekey = Some(Bytes(vec![6; 33]))),
        ),
        (
            "an identity key of 32 bytes",
            "KeyEncoding",
            altered(|b| b.identity_key.0.truncate(32)),
        ),
        (
            "an empty signed prekey",
            "KeyEncoding",
            altered(|b| b.signed_prekey.0.clear()),
        ),
        (
            "a one-time prekey of 32 bytes",
            "KeyEncoding",
            altered(|b| b.one_time_prekey = Some(Bytes(vec![5; 32]))),
        ),
        (
            "a malformed identity key and no signature",
            "KeyEncoding",
            both,
        ),
    ]
}

fn responder_keys() -> Vec<Case> {
    let identity = |u: [u8; 32]| respond(1, true, Bytes(serialized(&u)), public(1, "base key"));
    let base = |u: [u8; 32]| {
        respond(
            1,
            true,
            public(1, "initiator identity"),
            Bytes(serialized(&u)),
        )
    };
    let mut high = [0; 32];
    high.copy_from_slice(&public(1, "base key").0[1..]);
    let raw =
        |identity: &[u8], base: &[u8]| respond(1, false, Bytes::from(identity), Bytes::from(base));
    let (usual, usual_base) = (public(1, "initiator identity").0, public(1, "base key").0);
    vec![
        ("an identity key with u = 0", "LowOrder", identity(small(0))),
        (
            "an identity key with u = p",
            "LowOrder",
            identity(near_p(0)),
        ),
        (
            "an identity key with u = p + 9",
            "NotReduced",
            identity(near_p(9)),
        ),
        (
            "an identity key on the twist",
            "NotReduced",
            identity(small(2)),
        ),
        (
            "a base key with bit 255",
            "BaseKey",
            base(with_bit_255(high)),
        ),
        ("a base key with u = 0", "BaseKey", base(small(0))),
        ("a base key with u = 1", "BaseKey", base(small(1))),
        ("a base key with u = p - 1", "BaseKey", base(near_p(-1))),
        ("a base key with u = p", "BaseKey", base(near_p(0))),
        ("a base key with u = p + 9", "BaseKey", base(near_p(9))),
        ("a base key on the twist", "BaseKey", base(small(2))),
        ("a base key with u = 9", "BaseKey", base(small(9))),
        (
            "a bad base key comes before an identity key of small order",
            "BaseKey",
            raw(&serialized(&small(0)), &serialized(&small(0))),
        ),
        (
            "an identity key of type 06",
            "KeyEncoding",
            raw(&[6; 33], &usual_base),
        ),
        (
            "an identity key of 32 bytes",
            "KeyEncoding",
            raw(&usual[..32], &usual_base),
        ),
        ("an empty base key", "KeyEncoding", raw(&usual, &[])),
        (
            "a base key of type 06",
            "KeyEncoding",
            raw(&usual, &[6; 33]),
        ),
        (
            "a base key of 32 bytes",
            "KeyEncoding",
            raw(&usual, &usual_base[..32]),
        ),
    ]
}
