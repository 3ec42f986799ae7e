//! What version 4 adds: KEM prekeys, epochs of SPQR, and records with sessions of both versions.
use crate::parties::{
    alice, bob, established, in_envelope, inner_bytes, started, Party, KEM_PREKEY_ID, NOW_MS,
    ONE_TIME_PREKEY_ID, SIGNED_PREKEY_ID,
};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use twinratchet::handshake::HandshakeError;
use twinratchet::keys::{BaseKey, Signature};
use twinratchet::ratchet::sparse::braid::braid_epoch;
use twinratchet::session::select::{
    Ciphertext, MessageKind, PreKeyLookup, SessionError, UsedKemPreKey,
};
use twinratchet::wire::prekey_message::{encode_prekey_message, parse_prekey_message};
use twinratchet::wire::Profile;
use twinratchet::{Conversation, Error};

const V3: Profile = Profile::SignalV3;
const V4: Profile = Profile::SignalV4;

fn refused(error: SessionError) -> Result<Vec<u8>, Error> {
    Err(Error::Session(error))
}

fn handshake(error: HandshakeError) -> SessionError {
    SessionError::Handshake(error)
}

/// The same party with another profile.
fn with_profile(party: Party, profile: Profile) -> Party {
    Party {
        identity: party.identity.with_profile(profile),
        ..party
    }
}

fn base_key_of(message: &Ciphertext) -> BaseKey {
    parse_prekey_message(&message.bytes)
        .unwrap()
        .envelope
        .base_key
}

fn epoch_of(conversation: &Conversation) -> u64 {
    let session = conversation.record().current().unwrap();
    braid_epoch(session.ratchet.sparse.braid.as_ref().unwrap())
}

#[test]
fn kem_prekey_is_reported_with_the_first_message_alone() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let messages = [alice.send(&mut to_bob, b"0"), alice.send(&mut to_bob, b"1")];
    let mut rng = bob.rng.clone();
    let used = messages.each_ref().map(|message| {
        let decrypted = to_alice.decrypt_with(&bob.identity, message, &bob.lookup(), &mut rng);
        decrypted.unwrap().used_kem_prekey
    });
    let expected = UsedKemPreKey {
        id: KEM_PREKEY_ID,
        signed_prekey_id: SIGNED_PREKEY_ID,
        base_key: base_key_of(&messages[0]),
    };
    assert_eq!(used, [Some(expected), None]);
}

#[test]
fn version_3_reports_no_kem_prekey() {
    let (mut alice, mut bob) = (alice(V3), bob(V3));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    // KEM fields in an envelope of version 3 are not looked at.
    let message = in_envelope(&alice.send(&mut to_bob, b"0"), |envelope| {
        envelope.kem = Some(twinratchet::wire::prekey_message::KemFields {
            id: KEM_PREKEY_ID,
            ciphertext: &[1],
        });
    });
    let lookup = bob.lookup();
    let decrypted = to_alice.decrypt_with(&bob.identity, &message, &lookup, &mut bob.rng.clone());
    let decrypted = decrypted.unwrap();
    assert_eq!(decrypted.used_kem_prekey, None);
    assert_eq!(decrypted.used_one_time_prekey, Some(ONE_TIME_PREKEY_ID));
}

/// A first message that uses no one-time prekey.
fn first_without_one_time_prekey(alice: &mut Party, bob: &mut Party) -> (Conversation, Ciphertext) {
    let mut bundle = bob.bundle();
    bundle.one_time_prekey = None;
    let to = bob.identity.address();
    let to_bob = Conversation::initiate(&alice.identity, to, &bundle, NOW_MS, &mut alice.rng);
    let mut to_bob = to_bob.unwrap();
    let first = alice.send(&mut to_bob, b"first");
    (to_bob, first)
}

#[test]
fn last_resort_prekey_refuses_a_base_key_that_it_has_seen() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (_, first) = first_without_one_time_prekey(&mut alice, &mut bob);
    let (_, other) = first_without_one_time_prekey(&mut alice, &mut bob);
    let seen = [base_key_of(&first)];
    let remembering = PreKeyLookup {
        seen_base_keys: &seen,
        ..bob.lookup()
    };
    let mut rng = bob.rng.clone();
    let mut receive = |to_alice: &mut Conversation, message, lookup: &PreKeyLookup<'_>| {
        let decrypted = to_alice.decrypt_with(&bob.identity, message, lookup, &mut rng);
        decrypted.map(|decrypted| decrypted.plaintext)
    };
    let mut lost = Conversation::new(alice.identity.address(), None);
    let before = lost.save();
    let duplicate = refused(SessionError::DuplicateMessage);
    assert_eq!(receive(&mut lost, &first, &remembering), duplicate);
    assert_eq!(*lost.save(), *before);
    assert_eq!(lost.trusted_identity(), None);
    // Without the memory it is accepted once more; another base key is accepted with it.
    let ok = Ok(b"first".to_vec());
    assert_eq!(receive(&mut lost, &other, &remembering), ok);
    let mut again = Conversation::new(alice.identity.address(), None);
    assert_eq!(receive(&mut again, &first, &bob.lookup()), ok);
}

#[test]
fn damaged_message_is_refused_before_its_base_key_is_looked_for() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (_, mut first) = first_without_one_time_prekey(&mut alice, &mut bob);
    let seen = [base_key_of(&first)];
    let at = first.bytes.len() - 1; // in the KEM ciphertext
    first.bytes[at] ^= 1;
    let lookup = PreKeyLookup {
        seen_base_keys: &seen,
        ..bob.lookup()
    };
    let mut to_alice = Conversation::new(alice.identity.address(), None);
    let decrypted = to_alice.decrypt_with(&bob.identity, &first, &lookup, &mut bob.rng.clone());
    let failed = Error::Session(SessionError::DecryptionFailed);
    assert_eq!(decrypted.err(), Some(failed));
}

#[test]
fn known_session_asks_for_no_prekeys() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let first = alice.send(&mut to_bob, b"first");
    assert!(bob.receive(&mut to_alice, &first).is_ok());
    let seen = [base_key_of(&first)];
    let lookup = PreKeyLookup {
        seen_base_keys: &seen,
        ..PreKeyLookup::default()
    };
    // Nor does it look at the ids and the ciphertext.
    let second = in_envelope(&alice.send(&mut to_bob, b"second"), |envelope| {
        envelope.signed_prekey_id ^= 1;
        envelope.kem.as_mut().unwrap().ciphertext = &[];
    });
    let decrypted = to_alice.decrypt_with(&bob.identity, &second, &lookup, &mut bob.rng.clone());
    assert_eq!(decrypted.unwrap().plaintext, b"second");
}

#[test]
fn bundle_without_kem_prekey_starts_version_3_only() {
    let missing = Err(handshake(HandshakeError::MissingKemPreKey));
    for (profile, expected) in [(V3, Ok(())), (V4, missing)] {
        let (mut alice, mut bob) = (alice(profile), bob(V4));
        let (mut bundle, mut forged) = (bob.bundle(), bob.bundle());
        bundle.kem_prekey = None;
        let mut to_bob = Conversation::new(bob.identity.address(), None);
        let (identity, rng) = (&alice.identity, &mut alice.rng);
        assert_eq!(to_bob.restart(identity, &bundle, NOW_MS, rng), expected);
        // Signatures are checked first, and that of a KEM prekey in both versions.
        bundle.signed_prekey_signature = Signature::from_bytes([0; 64]);
        forged.kem_prekey.as_mut().unwrap().signature = Signature::from_bytes([0; 64]);
        let before = to_bob.save();
        for bundle in [bundle, forged] {
            let refused = Err(handshake(HandshakeError::BadSignature));
            assert_eq!(to_bob.restart(identity, &bundle, NOW_MS, rng), refused);
        }
        assert_eq!(*to_bob.save(), *before);
    }
}

#[test]
fn signature_of_one_prekey_does_not_serve_the_other() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let mut bundle = bob.bundle();
    let kem_prekey = bundle.kem_prekey.as_mut().unwrap();
    core::mem::swap(
        &mut kem_prekey.signature,
        &mut bundle.signed_prekey_signature,
    );
    let mut to_bob = Conversation::new(bob.identity.address(), None);
    let restarted = to_bob.restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng);
    assert_eq!(restarted, Err(handshake(HandshakeError::BadSignature)));
}

fn one_in(dice: &mut ChaCha20Rng, n: u32) -> bool {
    dice.next_u32().is_multiple_of(n)
}

/// A network that loses, repeats and reorders, for one direction.
struct Channel {
    waiting: Vec<(Ciphertext, u8)>,
    delivered: Vec<Ciphertext>,
}

impl Channel {
    const fn new() -> Self {
        Self {
            waiting: Vec::new(),
            delivered: Vec::new(),
        }
    }

    fn deliver(
        &mut self,
        party: &mut Party,
        conversation: &mut Conversation,
        dice: &mut ChaCha20Rng,
    ) {
        if !self.waiting.is_empty() && !one_in(dice, 4) {
            let at = dice.next_u32() as usize % self.waiting.len().min(3);
            let (message, text) = self.waiting.remove(at);
            let mut damaged = message.clone();
            let at = dice.next_u32() as usize % damaged.bytes.len();
            damaged.bytes[at] ^= 1 << (dice.next_u32() % 8);
            let before = conversation.save();
            assert!(party.receive(conversation, &damaged).is_err());
            assert_eq!(*conversation.save(), *before);
            assert_eq!(party.receive(conversation, &message), Ok(vec![text]));
            self.delivered.push(message);
        }
        if let Some(message) = self.delivered.last() {
            let before = conversation.save();
            assert!(party.receive(conversation, message).is_err());
            assert_eq!(*conversation.save(), *before);
        }
    }
}

/// The same conversation after it was saved and loaded: nothing is lost.
fn reloaded(conversation: &Conversation, peer: &Party) -> Conversation {
    let saved = conversation.save();
    let identity = conversation.trusted_identity();
    let loaded = Conversation::load(peer.identity.address(), identity, &saved).unwrap();
    assert_eq!(*loaded.save(), *saved);
    loaded
}

#[test]
fn epochs_pass_over_a_bad_network_and_through_storage() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let mut dice = ChaCha20Rng::from_seed([77; 32]);
    let (mut there, mut back) = (Channel::new(), Channel::new());
    for round in 0..420u32 {
        let text = round.to_le_bytes()[0];
        if !one_in(&mut dice, 3) {
            there.waiting.push((alice.send(&mut to_bob, &[text]), text));
        }
        if !one_in(&mut dice, 3) {
            back.waiting.push((bob.send(&mut to_alice, &[text]), text));
        }
        // One of eight is lost for good.
        for channel in [&mut there, &mut back] {
            if channel.waiting.len() > 1 && one_in(&mut dice, 8) {
                channel.waiting.remove(0);
            }
        }
        there.deliver(&mut bob, &mut to_alice, &mut dice);
        back.deliver(&mut alice, &mut to_bob, &mut dice);
        to_bob = reloaded(&to_bob, &bob);
        to_alice = reloaded(&to_alice, &alice);
    }
    let epochs = (epoch_of(&to_bob), epoch_of(&to_alice));
    assert!(epochs.0 >= 4 && epochs.1 >= 4, "{epochs:?}");
}

/// Alice and Bob with a session of version 3 that is established, then one of version 4 that Alice has started and Bob has
/// received. Out: their conversations, a message of each session that Bob has not seen; the one of version 3 was sent first.
fn both_versions() -> (
    Party,
    Party,
    Conversation,
    Conversation,
    Ciphertext,
    Ciphertext,
) {
    let (mut alice, mut bob) = (alice(V3), bob(V3));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let old = alice.send(&mut to_bob, b"version 3");
    let (mut alice, mut bob) = (with_profile(alice, V4), with_profile(bob, V4));
    let bundle = bob.bundle();
    to_bob
        .restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng)
        .unwrap();
    let first = alice.send(&mut to_bob, b"first");
    assert_eq!(bob.receive(&mut to_alice, &first), Ok(b"first".to_vec()));
    let new = alice.send(&mut to_bob, b"version 4");
    assert_eq!(
        [old.bytes[0], first.bytes[0], new.bytes[0]],
        [0x34, 0x44, 0x44]
    );
    (alice, bob, to_bob, to_alice, old, new)
}

fn current_version(conversation: &Conversation) -> u8 {
    conversation.record().current().unwrap().version
}

#[test]
fn sessions_of_both_versions_go_on_side_by_side() {
    let (mut alice, mut bob, mut to_bob, to_alice, old, new) = both_versions();
    let mut to_alice = reloaded(&to_alice, &alice);
    assert_eq!(bob.receive(&mut to_alice, &old), Ok(b"version 3".to_vec()));
    assert_eq!(current_version(&to_alice), 3);
    let answer = bob.send(&mut to_alice, b"answer");
    assert_eq!(answer.bytes[0], 0x34);
    assert_eq!(alice.receive(&mut to_bob, &answer), Ok(b"answer".to_vec()));
    assert_eq!(current_version(&to_bob), 3);
    assert_eq!(bob.receive(&mut to_alice, &new), Ok(b"version 4".to_vec()));
    assert_eq!(current_version(&to_alice), 4);
    assert_eq!(to_alice.record().archived(), 1);
}

#[test]
fn prekey_message_of_a_known_session_of_the_other_version_opens() {
    let (mut alice, mut bob) = (alice(V3), bob(V3));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let first = alice.send(&mut to_bob, b"first");
    let second = alice.send(&mut to_bob, b"second");
    assert!(bob.receive(&mut to_alice, &first).is_ok());
    let mut bob = with_profile(bob, V4);
    assert_eq!(bob.receive(&mut to_alice, &second), Ok(b"second".to_vec()));
    let mut empty = Conversation::new(alice.identity.address(), None);
    assert_eq!(
        bob.receive(&mut empty, &first),
        refused(SessionError::UnsupportedVersion)
    );
}

/// A message in the envelope of another one.
fn enveloped(inner: &Ciphertext, envelope_of: &Ciphertext) -> Ciphertext {
    let parsed = parse_prekey_message(&envelope_of.bytes).unwrap();
    Ciphertext {
        kind: MessageKind::PreKey,
        bytes: encode_prekey_message(Profile::SignalV4, &parsed.envelope, &inner.bytes),
    }
}

#[test]
fn inner_message_of_the_other_version_is_looked_for_in_the_archive() {
    let (_, mut bob, _, mut to_alice, old, new) = both_versions();
    // The envelope names the current session, of version 4; the message is of the archived one, of version 3.
    let mixed = enveloped(&old, &new);
    let base_key = base_key_of(&new);
    assert_eq!(
        bob.receive(&mut to_alice, &mixed),
        Ok(b"version 3".to_vec())
    );
    assert_eq!(current_version(&to_alice), 3);
    assert_eq!(to_alice.record().archived(), 1);
    // Once more: now the envelope names the archived session, and the message is looked for beside it.
    let before = to_alice.save();
    assert_eq!(
        bob.receive(&mut to_alice, &mixed),
        refused(SessionError::DuplicateMessage)
    );
    assert_eq!(*to_alice.save(), *before);
    assert_eq!(bob.receive(&mut to_alice, &new), Ok(b"version 4".to_vec()));
    assert_eq!(to_alice.record().current().unwrap().base_key, base_key);
}

#[test]
fn new_session_is_archived_when_another_one_opens_its_message() {
    let (mut alice, mut bob, mut to_bob, mut to_alice, old, _) = both_versions();
    let bundle = bob.bundle();
    to_bob
        .restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng)
        .unwrap();
    let newest = alice.send(&mut to_bob, b"newest");
    let mixed = enveloped(&old, &newest);
    // What made the session is checked in this case, too.
    let seen = [base_key_of(&newest)];
    let remembering = PreKeyLookup {
        seen_base_keys: &seen,
        ..bob.lookup()
    };
    let before = to_alice.save();
    let mut rng = bob.rng.clone();
    let decrypted = to_alice.decrypt_with(&bob.identity, &mixed, &remembering, &mut rng);
    let duplicate = Error::Session(SessionError::DuplicateMessage);
    assert_eq!(decrypted.err(), Some(duplicate));
    assert_eq!(*to_alice.save(), *before);

    let decrypted = to_alice.decrypt_with(&bob.identity, &mixed, &bob.lookup(), &mut rng);
    let decrypted = decrypted.unwrap();
    assert_eq!(decrypted.plaintext, b"version 3");
    assert_eq!(decrypted.used_one_time_prekey, Some(ONE_TIME_PREKEY_ID));
    let used = decrypted.used_kem_prekey.unwrap();
    assert_eq!(used.base_key, base_key_of(&newest));
    assert_eq!(current_version(&to_alice), 3);
    assert_eq!(to_alice.record().archived(), 2);
    assert_eq!(bob.receive(&mut to_alice, &newest), Ok(b"newest".to_vec()));
    assert_eq!(to_alice.record().archived(), 2);
}

#[test]
fn inner_message_of_the_other_version_that_nobody_opens_changes_nothing() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let first = alice.send(&mut to_bob, b"first");
    let parsed = parse_prekey_message(&first.bytes).unwrap();
    let mut inner = inner_bytes(&parsed);
    inner[0] = 0x34;
    let bytes = encode_prekey_message(Profile::SignalV4, &parsed.envelope, &inner);
    let mixed = Ciphertext { bytes, ..first };
    let before = to_alice.save();
    let failed = refused(SessionError::DecryptionFailed);
    assert_eq!(bob.receive(&mut to_alice, &mixed), failed);
    assert_eq!(*to_alice.save(), *before);
}

#[test]
fn flipped_bit_in_a_first_message_changes_nothing() {
    let (mut alice, mut bob) = (alice(V4), bob(V4));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"first");
    let before = to_alice.save();
    let (mut accepted, mut refused) = (0, 0);
    for i in 0..message.bytes.len() {
        let mut changed = message.clone();
        changed.bytes[i] ^= 1 << (i % 8);
        let mut rng = bob.rng.clone();
        let lookup = bob.lookup();
        // Ids, which name nothing in this store, and the registration id are not authenticated.
        if let Ok(decrypted) = to_alice.decrypt_with(&bob.identity, &changed, &lookup, &mut rng) {
            assert_eq!(decrypted.plaintext, b"first", "{i}");
            to_alice = Conversation::new(alice.identity.address(), None);
            accepted += 1;
        } else {
            assert_eq!(*to_alice.save(), *before, "{i}");
            refused += 1;
        }
    }
    assert!(accepted < 16, "{accepted} of {refused}");
    assert!(bob.receive(&mut to_alice, &message).is_ok());
}
