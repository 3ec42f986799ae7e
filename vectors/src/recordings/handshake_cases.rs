//! Computing recorded handshakes of which the title says what was done: each is played with keys of our own.
use super::coordinates::{
    serialized, KEM_KEY_LENGTH, KYBER_1024, ML_KEM_1024, NINE, ONE, P, P_MINUS_1, P_PLUS_9, TWO,
    ZERO,
};
use super::inputs::{call, output, results, Computed, Fault, Inputs};
use super::scene::{
    self, error, text_or_error, Cast, Letter, Scene, ALICE, BOB, NOW_MS, ONE_TIME_PREKEY,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::families::protobuf::{items, Item};
use crate::step::{Bundle, Kind, PrekeyParts, Step};
use serde_json::Value;

/// Somebody else.
const MALLORY: &str = "mallory";
const MALLORY_NAME: &str = "0c3a3b3c-3d3e-4f30-8132-333435363738";
const MALLORY_IDENTITY: &str = "identity of mallory";
const TEXT: &str = "hi";

/// An id that no prekey has.
const UNKNOWN_ID: u32 = 4000;
const OTHER_REGISTRATION_ID: u32 = 4242;
/// Where a stored session keeps the registration id of the peer.
const CURRENT: u64 = 1;
const REMOTE_REGISTRATION_ID: u64 = 10;

const HIGH_BIT: u8 = 0x80;

/// The steps of a case: what comes out.
type Play = fn(&mut Scene<'_>) -> Result<String, Fault>;

const CASES: [(&str, Play); 36] = [
    ("base key with high bit set", base_key_with_high_bit),
    ("base key u=0", |scene| base_key(scene, &ZERO)),
    ("base key u=1", |scene| base_key(scene, &ONE)),
    ("base key u=p", |scene| base_key(scene, &P)),
    ("base key u=p-1", |scene| base_key(scene, &P_MINUS_1)),
    ("base key u=2 (on twist)", |scene| base_key(scene, &TWO)),
    ("base key u=9", |scene| base_key(scene, &NINE)),
    ("base key u=p+9", |scene| base_key(scene, &P_PLUS_9)),
    ("identity key u=0", |scene| {
        changed(scene, |message| message.identity_key = serialized(&ZERO))
    }),
    ("KEM ciphertext wrong length", |scene| {
        ciphertext(scene, |bytes| bytes.truncate(bytes.len() - 1))
    }),
    ("KEM ciphertext type 0x0a", |scene| {
        ciphertext(scene, |bytes| bytes[0] = ML_KEM_1024)
    }),
    ("KEM ciphertext empty", |scene| ciphertext(scene, Vec::clear)),
    ("one-time id removed (KDF input differs)", |scene| {
        changed(scene, |message| message.one_time_prekey_id = None)
    }),
    ("unknown one-time id", |scene| {
        changed(scene, |message| message.one_time_prekey_id = Some(UNKNOWN_ID))
    }),
    ("unknown signed prekey id", |scene| {
        changed(scene, |message| message.signed_prekey_id = UNKNOWN_ID)
    }),
    ("unknown KEM prekey id", |scene| {
        changed(scene, |message| message.kem_prekey_id = Some(UNKNOWN_ID))
    }),
    ("registration id changed: not authenticated", registration_id_changed),
    ("outer version 3 without KEM", |scene| {
        changed(scene, |message| {
            message.version = 3;
            message.kem_prekey_id = None;
            message.kem_ciphertext = None;
        })
    }),
    ("outer version 3 with KEM", |scene| {
        changed(scene, |message| message.version = 3)
    }),
    ("inner version nibble 3", |scene| {
        changed(scene, |message| message.inner.0[0] = 0x34)
    }),
    (
        "prekey message with different identity key after first use",
        different_identity,
    ),
    (
        "delivered with wrong sender address (address field mismatch)",
        wrong_sender,
    ),
    ("delivered with wrong sender device id", wrong_sender_device),
    (
        "whisper delivered under another address with the same session record (no address field)",
        copied_record,
    ),
    ("bundle: bad signed prekey signature", |scene| {
        bundle(scene, |bundle| bundle.signed_prekey_signature.0[0] ^= 1)
    }),
    ("bundle: bad KEM prekey signature", |scene| {
        bundle(scene, |bundle| {
            let signature = bundle.kem_prekey_signature.iter_mut();
            signature.for_each(|bytes| bytes.0[0] ^= 1);
        })
    }),
    ("bundle: low-order one-time prekey u=0", |scene| {
        bundle(scene, |bundle| bundle.one_time_prekey = Some(serialized(&ZERO)))
    }),
    (
        "bundle: non-canonical signed prekey (high bit), validly signed",
        signed_prekey_with_high_bit,
    ),
    ("bundle: KEM public key all ff, validly signed", kem_prekey_of_ff),
    ("bundle: one-time id without key", |scene| {
        bundle(scene, |bundle| bundle.one_time_prekey = None)
    }),
    ("bundle: identity changed since last save", identity_changed),
    (
        "same prekey message twice, one-time key already removed",
        |scene| replayed(scene, Some(ONE_TIME_PREKEY), |_| Ok(())),
    ),
    (
        "prekey message replayed after session record deleted, one-time key gone",
        |scene| replayed(scene, Some(ONE_TIME_PREKEY), delete_record),
    ),
    (
        "prekey message replayed after session record deleted, no one-time key (last resort): depends on the store refusing a \
         reused base key",
        replayed_to_two_stores,
    ),
    ("whisper with no session", plain_message_without_session),
    ("encrypt with no session", |scene| {
        Ok(error(&scene.encrypt_at(ALICE, BOB, TEXT, NOW_MS)?))
    }),
];

/// Compute the case of a title.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let title = inputs.text("case")?;
    let (_, play) = CASES
        .iter()
        .find(|(known, _)| *known == title)
        .ok_or_else(|| Fault::Unknown("case", title.to_owned()))?;
    let mut scene = Scene::new(driver, &scene::bob())?;
    Ok(results([("result", Value::from(play(&mut scene)?))]))
}

/// Alice's first message to Bob, and it in parts.
fn first_message(scene: &mut Scene<'_>) -> Result<(Letter, PrekeyParts), Fault> {
    scene.established(Some(ONE_TIME_PREKEY))?;
    let letter = scene.letter(ALICE, BOB, TEXT)?;
    let bytes = letter.bytes.clone();
    let parsed = call(scene.driver, &Step::ParsePrekeyMessage { bytes })?;
    let parts = PrekeyParts::of(&parsed).ok_or(Fault::Output("part of the message"))?;
    let is_whole = parts.one_time_prekey_id.is_some()
        && parts.kem_prekey_id.is_some()
        && parts.kem_ciphertext.is_some();
    if is_whole {
        Ok((letter, parts))
    } else {
        Err(Fault::Output("prekey id"))
    }
}

/// The parts put together.
fn joined(parts: PrekeyParts, scene: &mut Scene<'_>) -> Result<Letter, Fault> {
    Ok(Letter {
        kind: Kind::PreKey,
        bytes: output(&call(scene.driver, &parts.encode())?, "message")?,
    })
}

/// Deliver Alice's first message after a change.
fn changed(scene: &mut Scene<'_>, change: impl FnOnce(&mut PrekeyParts)) -> Result<String, Fault> {
    let (_, mut parts) = first_message(scene)?;
    change(&mut parts);
    let letter = joined(parts, scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)
}

fn base_key(scene: &mut Scene<'_>, u: &[u8; 32]) -> Result<String, Fault> {
    changed(scene, |message| message.base_key = serialized(u))
}

fn base_key_with_high_bit(scene: &mut Scene<'_>) -> Result<String, Fault> {
    changed(scene, |message| set_high_bit(&mut message.base_key))
}

fn set_high_bit(key: &mut Bytes) {
    key.0
        .iter_mut()
        .next_back()
        .into_iter()
        .for_each(|byte| *byte |= HIGH_BIT);
}

fn ciphertext(scene: &mut Scene<'_>, change: impl Fn(&mut Vec<u8>)) -> Result<String, Fault> {
    changed(scene, |message| {
        let ciphertext = message.kem_ciphertext.iter_mut();
        ciphertext.for_each(|bytes| change(&mut bytes.0));
    })
}

/// Recorded is the registration id of the session as well.
fn registration_id_changed(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let text = changed(scene, |message| {
        message.registration_id = OTHER_REGISTRATION_ID;
    })?;
    let save = Step::Save {
        party: BOB.to_owned(),
        peer: ALICE.to_owned(),
    };
    let saved = output(&call(scene.driver, &save)?, "saved")?;
    let session = crate::families::protobuf::items(saved.0.get(1..).unwrap_or_default())
        .into_iter()
        .find_map(|item| match item {
            Item::Bytes(CURRENT, session) => Some(session),
            _ => None,
        })
        .ok_or(Fault::Output("current"))?;
    let id = items(&session).into_iter().find_map(|item| match item {
        Item::Integer(REMOTE_REGISTRATION_ID, id) => Some(id),
        _ => None,
    });
    Ok(format!("{text} remote reg {}", id.unwrap_or(0)))
}

/// Somebody at an address.
fn create_mallory(scene: &mut Scene<'_>, name: &str, device_id: u32) -> Result<Bytes, Fault> {
    scene.create(&Cast {
        label: MALLORY,
        name,
        device_id,
        identity: MALLORY_IDENTITY,
    })
}

fn different_identity(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let (letter, mut parts) = first_message(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)?;
    parts.identity_key = create_mallory(scene, MALLORY_NAME, 1)?;
    let letter = joined(parts, scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)
}

fn wrong_sender(scene: &mut Scene<'_>) -> Result<String, Fault> {
    create_mallory(scene, MALLORY_NAME, 1)?;
    let (letter, _) = first_message(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, MALLORY)?)
}

fn wrong_sender_device(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let alice = scene::alice();
    create_mallory(scene, alice.name, alice.device_id + 1)?;
    let (letter, _) = first_message(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, MALLORY)?)
}

/// A plain message of Alice, under the address of somebody else whose record is a copy.
fn copied_record(scene: &mut Scene<'_>) -> Result<String, Fault> {
    create_mallory(scene, MALLORY_NAME, 1)?;
    let letter = plain_message(scene)?;
    let copy = Step::CopyRecord {
        party: BOB.to_owned(),
        from_peer: ALICE.to_owned(),
        to_peer: MALLORY.to_owned(),
    };
    call(scene.driver, &copy)?;
    text_or_error(&scene.deliver(&letter, BOB, MALLORY)?)
}

/// A plain message of Alice, after a prekey message and its answer.
fn plain_message(scene: &mut Scene<'_>) -> Result<Letter, Fault> {
    let (letter, _) = first_message(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)?;
    let answer = scene.letter(BOB, ALICE, TEXT)?;
    text_or_error(&scene.deliver(&answer, ALICE, BOB)?)?;
    scene.letter(ALICE, BOB, "w")
}

fn plain_message_without_session(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let letter = plain_message(scene)?;
    delete_record(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)
}

/// Start a session with Bob's bundle after a change.
fn bundle(scene: &mut Scene<'_>, change: impl FnOnce(&mut Bundle)) -> Result<String, Fault> {
    let mut bundle = scene.bundle(Some(ONE_TIME_PREKEY))?;
    change(&mut bundle);
    Ok(error(&scene.start(&bundle)?))
}

/// The same key with bit 255 set, signed as it is: Bob, who has the private key, opens what it protects.
fn signed_prekey_with_high_bit(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let mut bundle = scene.bundle(Some(ONE_TIME_PREKEY))?;
    set_high_bit(&mut bundle.signed_prekey);
    bundle.signed_prekey_signature = scene.signed_by_bob(&bundle.signed_prekey)?;
    let started = error(&scene.start(&bundle)?);
    let letter = scene.letter(ALICE, BOB, TEXT)?;
    let text = text_or_error(&scene.deliver(&letter, BOB, ALICE)?)?;
    Ok(format!("bundle {started}; message: {text}"))
}

/// Coefficients that are not reduced, signed as they are.
fn kem_prekey_of_ff(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let mut key = vec![0xff; KEM_KEY_LENGTH];
    key[0] = KYBER_1024;
    let key = Bytes(key);
    let signature = scene.signed_by_bob(&key)?;
    bundle(scene, |bundle| {
        bundle.kem_prekey = Some(key);
        bundle.kem_prekey_signature = Some(signature);
    })
}

/// Bob makes a new identity after Alice has stored the old one.
fn identity_changed(scene: &mut Scene<'_>) -> Result<String, Fault> {
    scene.established(Some(ONE_TIME_PREKEY))?;
    scene.create_with_prekeys(&Cast {
        identity: MALLORY_IDENTITY,
        ..scene::bob()
    })?;
    bundle(scene, |_| ())
}

/// Bob's record of Alice is lost.
fn delete_record(scene: &mut Scene<'_>) -> Result<(), Fault> {
    let delete = Step::DeleteRecord {
        party: BOB.to_owned(),
        peer: ALICE.to_owned(),
    };
    call(scene.driver, &delete).map(drop)
}

/// Deliver a first message twice, with something in between.
fn replayed(
    scene: &mut Scene<'_>,
    one_time_prekey_id: Option<u32>,
    between: impl FnOnce(&mut Scene<'_>) -> Result<(), Fault>,
) -> Result<String, Fault> {
    scene.established(one_time_prekey_id)?;
    let letter = scene.letter(ALICE, BOB, TEXT)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)?;
    between(scene)?;
    text_or_error(&scene.deliver(&letter, BOB, ALICE)?)
}

/// A store that forgets how the KEM prekey was used, and one that remembers it.
fn replayed_to_two_stores(scene: &mut Scene<'_>) -> Result<String, Fault> {
    let forgetful = replayed(scene, None, |scene| {
        delete_record(scene)?;
        scene.add_kem_prekey()
    })?;
    let marking = replayed(scene, None, delete_record)?;
    Ok(format!("accepted again: {forgetful} / marks: {marking}"))
}
