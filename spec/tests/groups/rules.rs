//! Sender keys by their rules: one text for the specification and the implementation. The module above it has the adapters,
//! `Member` and the functions that make and read messages.
#[allow(clippy::wildcard_imports)] // all that the adapters have
use super::*;

pub(super) const PROFILES: [Profile; 3] =
    [Profile::SignalV3, Profile::SignalV4, Profile::WhatsAppV3];
pub(super) const SIGNAL: Profile = Profile::SignalV4;
pub(super) const ID: [u8; 16] = [0xd1; 16];
pub(super) const SIGNING_PRIVATE: [u8; 32] = [0x21; 32];
pub(super) const RANDOM: [u8; 64] = [9; 64];

/// A protobuf field, written here by hand.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2, u8::try_from(value.len()).unwrap()];
    out.extend_from_slice(value);
    out
}

/// A long protobuf field.
fn long_field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    varint(&mut out, u64::try_from(value.len()).unwrap());
    out.extend_from_slice(value);
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

/// An integer field, left out if it is 0.
fn number(number: u8, value: u32) -> Vec<u8> {
    let mut out = Vec::new();
    if value != 0 {
        out.push(number << 3);
        varint(&mut out, u64::from(value));
    }
    out
}

/// A number and a secret, as chains and skipped keys are stored.
fn numbered(iteration: u32, secret: &[u8]) -> Vec<u8> {
    [number(1, iteration), field(2, secret)].concat()
}

/// A state in its stored form.
pub(super) struct StoredState {
    chain_id: u32,
    chain: Vec<u8>,
    signing: Vec<u8>,
    skipped: Vec<Vec<u8>>,
    version: u32,
}

impl StoredState {
    /// A good one of a sender.
    fn new(chain_id: u32, iteration: u32) -> Self {
        let signing = [
            field(1, &signing_public(SIGNING_PRIVATE)),
            field(2, &clamped()),
        ]
        .concat();
        Self {
            chain_id,
            chain: numbered(iteration, &[7; 32]),
            signing,
            skipped: Vec::new(),
            version: 3,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = number(1, self.chain_id);
        out.extend(field(2, &self.chain));
        out.extend(field(3, &self.signing));
        for item in &self.skipped {
            out.extend(field(4, item));
        }
        out.extend(number(5, self.version));
        long_field(1, &out)
    }
}

fn clamped() -> [u8; 32] {
    let mut key = SIGNING_PRIVATE;
    key[0] &= 0xf8;
    key[31] = key[31] & 0x7f | 0x40;
    key
}

pub(super) fn hexed(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn u32_of(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

/// A recorded UUID in text.
fn uuid_of(value: &Value) -> [u8; 16] {
    let digits = value.as_str().unwrap().replace('-', "");
    hex::decode(digits).unwrap().try_into().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// Recorded states in their stored form; the seeds of skipped keys come from the recorded messages.
fn stored_states(states: &Value, events: &[Value]) -> Vec<u8> {
    let seed = |iteration: u32| {
        let sent = |event: &&Value| {
            event["op"] == "send" && u32_of(&event["keys"]["iteration"]) == iteration
        };
        hexed(&events.iter().find(sent).unwrap()["keys"]["message_key_seed"])
    };
    let state = |state: &Value| {
        let mut signing = field(1, &hexed(&state["signing_public"]));
        let private = hexed(&state["signing_private"]);
        if !private.is_empty() {
            signing.extend(field(2, &private));
        }
        let skipped = list(&state["skipped"]).iter().map(u32_of);
        StoredState {
            chain_id: u32_of(&state["chain_id"]),
            chain: numbered(u32_of(&state["iteration"]), &hexed(&state["chain_key"])),
            signing,
            skipped: skipped.map(|i| numbered(i, &seed(i))).collect(),
            version: u32_of(&state["version"]),
        }
        .bytes()
    };
    list(states).iter().flat_map(state).collect()
}

/// The name of an error in the recordings.
fn class(error: GroupError) -> &'static str {
    match error {
        GroupError::Wire(_) => "wire",
        GroupError::NoSenderKeyState => "no_sender_key_state",
        GroupError::NoSigningKey => "no_signing_key",
        GroupError::VersionMismatch => "version_mismatch",
        GroupError::BadSignature => "bad_signature",
        GroupError::DuplicateMessage { .. } => "duplicate_message",
        GroupError::TooFarInFuture { .. } => "too_far_in_future",
        GroupError::CounterExhausted => "counter_exhausted",
        GroupError::BadPadding => "bad_padding",
    }
}

/// Check the outcome of a recorded delivery; an error has changed nothing.
fn deliver(member: &mut Member, event: &Value, ciphertext: &[u8]) {
    let before = member.stored();
    let outcome = member.decrypt(SIGNAL, ciphertext);
    if event["error"].is_string() {
        assert_eq!(class(outcome.unwrap_err()), event["error"], "{event}");
        assert_eq!(member.stored(), before);
    } else {
        assert_eq!(outcome.unwrap(), hexed(&event["plaintext"]), "{event}");
    }
}

/// Make a recorded message again; its random bytes are not recorded, so the signature is another.
fn send_again(sender: &mut Member, id: [u8; 16], event: &Value) {
    let recorded = hexed(&event["ciphertext"]);
    check_keys(&event["keys"]);
    let made = sender
        .encrypt(SIGNAL, id, &hexed(&event["plaintext"]), RANDOM)
        .unwrap();
    assert_eq!(made.len(), recorded.len());
    assert_eq!(made[..made.len() - 64], recorded[..recorded.len() - 64]);
}

fn replay(conversation: &Value) -> usize {
    let events = list(&conversation["events"]);
    let id = uuid_of(&conversation["distribution_id"]);
    let mut sender = Member::new();
    let mut receiver = Member::new();
    let of = |op: &str, name: &Value| {
        let is = |event: &&Value| event["op"] == op && event["id"] == *name;
        events.iter().find(is).unwrap()
    };
    for event in events {
        match event["op"].as_str().unwrap() {
            "distribution" => {
                let state = &event["sender_state"];
                if sender.stored().is_empty() {
                    let chain_id = u32_of(&state[0]["chain_id"]) << 1 | 1;
                    let chain_key = hexed(&state[0]["chain_key"]);
                    let private = hexed(&state[0]["signing_private"]);
                    let made = sender.distribute(SIGNAL, id, chain_id, &chain_key, &private);
                    assert_eq!(made, hexed(&event["bytes"]));
                } else {
                    let made = sender.distribute(SIGNAL, id, 1, &[1; 32], &[2; 32]);
                    assert_eq!(made, hexed(&event["bytes"]));
                }
                assert_eq!(sender.stored(), stored_states(state, events));
            }
            "process_distribution" => {
                let bytes = hexed(&of("distribution", &event["id"])["bytes"]);
                receiver.process(SIGNAL, &bytes).unwrap();
            }
            "rotate" => {
                receiver.process(SIGNAL, &hexed(&event["bytes"])).unwrap();
                let ids: Vec<u32> = list(&event["receiver_chain_ids"])
                    .iter()
                    .map(u32_of)
                    .collect();
                assert_eq!(receiver.chain_ids(), ids);
            }
            "send" => send_again(&mut sender, id, event),
            "deliver" if event["ciphertext"].is_string() => {
                check_keys(&event["keys"]);
                deliver(&mut receiver, event, &hexed(&event["ciphertext"]));
            }
            "deliver" if event["bytes"].is_string() => {
                deliver(&mut receiver, event, &hexed(&event["bytes"]));
            }
            "deliver" => {
                let sent = hexed(&of("send", &event["id"])["ciphertext"]);
                deliver(&mut receiver, event, &sent);
            }
            other => panic!("an unknown event {other}"),
        }
        if event["receiver_state"].is_array() {
            let stored = stored_states(&event["receiver_state"], events);
            assert_eq!(receiver.stored(), stored, "{event}");
            assert_eq!(Member::load(&stored).unwrap().stored(), stored);
        }
    }
    events.len()
}

#[test]
fn recorded_conversations_of_groups_replay_byte_for_byte() {
    let Some(all) = recorded() else { return };
    let events: usize = list(&all["sender_keys"]).iter().map(replay).sum();
    assert!(events >= 40, "only {events} events");
}

#[test]
fn recorded_bytes_are_parsed_or_refused_as_recorded() {
    let Some(all) = recorded() else { return };
    let mut seen = 0;
    for case in list(&all["parsing"]["sender_key"]) {
        let name = case["case"].as_str().unwrap();
        let bytes = hexed(&case["bytes"]);
        let parsed = if name.starts_with("distribution") {
            parse_distribution(SIGNAL, &bytes)
        } else {
            parse_message(SIGNAL, &bytes)
        };
        let expected = match case["error"].as_str() {
            None => Ok((
                Some(uuid_of(&case["distribution_id"])),
                u32_of(&case["chain_id"]),
                u32_of(&case["iteration"]),
            )),
            Some("too_short") => Err(WireError::TooShort),
            Some("legacy_version") => Err(WireError::LegacyVersion),
            Some("unrecognized_version") => Err(WireError::UnrecognizedVersion),
            Some("invalid_protobuf") => Err(WireError::InvalidProtobuf),
            Some(other) => panic!("an unknown error {other}"),
        };
        assert_eq!(parsed, expected, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 16);
}

#[test]
fn recorded_jumps_and_distributions_follow_the_rules() {
    let Some(all) = recorded() else { return };
    let rules = &all["sender_key_rules"];
    for (jump, outcome) in rules["sender_key_jump_from_0"].as_object().unwrap() {
        let mut member = receiver(SIGNAL);
        let message = signed(SIGNAL, 5, jump.parse().unwrap(), &[]);
        let refused = member.decrypt(SIGNAL, &message).unwrap_err();
        assert_eq!(class(refused), outcome.as_str().unwrap());
    }
    // The five cases, with two signing keys.
    let other = [0x22; 32];
    let steps = [
        (5, 3, 1, SIGNING_PRIVATE),
        (5, 9, 2, SIGNING_PRIVATE),
        (6, 0, 2, SIGNING_PRIVATE),
        (5, 7, 3, SIGNING_PRIVATE),
        (5, 9, 2, other),
    ];
    let mut member = Member::new();
    let expected = list(&rules["distribution_rules"]);
    assert_eq!(expected.len(), steps.len());
    for ((chain_id, iteration, key, private), expected) in steps.into_iter().zip(expected) {
        let message = distribution(SIGNAL, chain_id, iteration, [key; 32], private);
        member.process(SIGNAL, &message).unwrap();
        let stored = list(&expected[1]).iter().flat_map(|state| {
            let chain_id = u32_of(&state["chain_id"]);
            // The rest of a chain key is as its start; the chain of this step has its signing key.
            let chain_key = hexed(&state["chain_key"]).repeat(8);
            let private = if chain_id == 5 {
                private
            } else {
                SIGNING_PRIVATE
            };
            StoredState {
                chain_id,
                chain: numbered(u32_of(&state["iteration"]), &chain_key),
                signing: field(1, &signing_public(private)),
                skipped: Vec::new(),
                version: 3,
            }
            .bytes()
        });
        assert_eq!(
            member.stored(),
            stored.collect::<Vec<_>>(),
            "{}",
            expected[0]
        );
    }
}

/// A member that has the sender key of chain 5 from iteration 0 on.
pub(super) fn receiver(profile: Profile) -> Member {
    let mut member = Member::new();
    let message = distribution(profile, 5, 0, [7; 32], SIGNING_PRIVATE);
    member.process(profile, &message).unwrap();
    member
}

/// A sender of chain 5 and a member.
fn pair(profile: Profile) -> (Member, Member) {
    let mut sender = Member::new();
    let message = sender.distribute(profile, ID, 11, &[7; 32], &SIGNING_PRIVATE);
    assert_eq!(
        message,
        distribution(profile, 5, 0, [7; 32], SIGNING_PRIVATE)
    );
    let mut member = Member::new();
    member.process(profile, &message).unwrap();
    (sender, member)
}

#[test]
fn messages_open_once_in_any_order_in_each_profile() {
    for profile in PROFILES {
        let (mut sender, mut member) = pair(profile);
        let messages: Vec<_> = (0..6u8)
            .map(|i| sender.encrypt(profile, ID, &[i; 20], RANDOM).unwrap())
            .collect();
        for i in [2, 0, 5, 4, 3, 1u8] {
            let opened = member.decrypt(profile, &messages[usize::from(i)]);
            assert_eq!(opened, Ok(vec![i; 20]));
        }
        for (i, message) in (0..).zip(&messages) {
            let refused = GroupError::DuplicateMessage {
                next: 6,
                iteration: i,
            };
            assert_eq!(member.decrypt(profile, message), Err(refused));
        }
    }
}

#[test]
fn the_dialect_of_whatsapp_has_no_distribution_id() {
    let (mut sender, _) = pair(Profile::WhatsAppV3);
    let message = sender
        .encrypt(Profile::WhatsAppV3, ID, b"", RANDOM)
        .unwrap();
    assert_eq!(message[..7], [0x33, 0x08, 5, 0x10, 0, 0x1a, 16]);
    assert_eq!(
        parse_message(Profile::WhatsAppV3, &message),
        Ok((None, 5, 0))
    );
    let refused = Err(WireError::InvalidProtobuf);
    assert_eq!(parse_message(SIGNAL, &message), refused);
    let message = sender.distribute(Profile::WhatsAppV3, ID, 0, &[0; 32], &[0; 32]);
    assert_eq!(message[..7], [0x33, 0x08, 5, 0x10, 1, 0x1a, 32]);
    assert_eq!(
        parse_distribution(Profile::WhatsAppV3, &message),
        Ok((None, 5, 1))
    );
    assert_eq!(parse_distribution(SIGNAL, &message), refused);
    let signal = distribution(SIGNAL, 5, 0, [7; 32], SIGNING_PRIVATE);
    assert_eq!(parse_distribution(Profile::WhatsAppV3, &signal), refused);
}

#[test]
fn a_signing_key_is_looked_at_after_all_lengths() {
    let mut message = distribution(SIGNAL, 5, 0, [7; 32], SIGNING_PRIVATE);
    let type_byte = message.len() - 33;
    message[type_byte] = 6;
    let bad_type = Err(WireError::Key(KeyError::BadKeyType));
    assert_eq!(parse_distribution(SIGNAL, &message), bad_type);
    // A last chain key of one byte.
    message.extend([0x22, 1, 0]);
    assert_eq!(
        parse_distribution(SIGNAL, &message),
        Err(WireError::InvalidProtobuf)
    );
}

#[test]
fn damaged_messages_change_nothing() {
    for profile in PROFILES {
        let (mut sender, mut member) = pair(profile);
        let message = sender.encrypt(profile, ID, b"text", RANDOM).unwrap();
        let before = member.stored();
        for at in 0..message.len() {
            let mut damaged = message.clone();
            damaged[at] ^= 1;
            assert!(member.decrypt(profile, &damaged).is_err());
            assert_eq!(member.stored(), before);
        }
        let mut damaged = message.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(
            member.decrypt(profile, &damaged),
            Err(GroupError::BadSignature)
        );
        assert_eq!(member.decrypt(profile, &message), Ok(b"text".to_vec()));
    }
}

#[test]
fn the_signature_is_checked_before_the_number() {
    let mut member = receiver(SIGNAL);
    for iteration in [30_000, u32::MAX] {
        let mut message = signed(SIGNAL, 5, iteration, &[]);
        message[10] ^= 1; // in the distribution id, which no receiver compares
        assert_eq!(
            member.decrypt(SIGNAL, &message),
            Err(GroupError::BadSignature)
        );
    }
}

#[test]
fn wrong_versions_and_unknown_chains_are_refused() {
    let mut member = receiver(SIGNAL);
    let mut message = signed(SIGNAL, 5, 0, &[0; 16]);
    message[0] = 0x43;
    let refused = GroupError::Wire(WireError::UnrecognizedVersion);
    assert_eq!(member.decrypt(SIGNAL, &message), Err(refused));
    message[0] = 0x23;
    let refused = GroupError::Wire(WireError::LegacyVersion);
    assert_eq!(member.decrypt(SIGNAL, &message), Err(refused));
    let refused = Err(GroupError::NoSenderKeyState);
    assert_eq!(member.decrypt(SIGNAL, &signed(SIGNAL, 6, 0, &[])), refused);
    assert_eq!(
        Member::new().decrypt(SIGNAL, &signed(SIGNAL, 5, 0, &[])),
        refused
    );
}

#[test]
fn a_jump_of_25000_is_the_longest_and_leaves_2000_skipped_keys() {
    let (mut sender, mut member) = pair(SIGNAL);
    let mut messages = Vec::new();
    for _ in 0..3 {
        messages.push(sender.encrypt(SIGNAL, ID, b"early", RANDOM).unwrap());
    }
    // Numbers 0 and 1 are kept, then dropped by the long jump.
    assert_eq!(member.decrypt(SIGNAL, &messages[2]), Ok(b"early".to_vec()));
    let before = member.stored();
    let far = signed(SIGNAL, 5, 3 + 25_001, &[0; 16]);
    let refused = GroupError::TooFarInFuture { gap: 25_001 };
    assert_eq!(member.decrypt(SIGNAL, &far), Err(refused));
    // The longest jump; its ciphertext is not padded, so nothing changes.
    let far = signed(SIGNAL, 5, 3 + 25_000, &[0; 16]);
    assert_eq!(member.decrypt(SIGNAL, &far), Err(GroupError::BadPadding));
    assert_eq!(member.stored(), before);
    let far = sealed(3 + 2500, b"far");
    assert_eq!(member.decrypt(SIGNAL, &far), Ok(b"far".to_vec()));
    for dropped in [0, 1, 502] {
        let refused = GroupError::DuplicateMessage {
            next: 2504,
            iteration: dropped,
        };
        assert_eq!(member.decrypt(SIGNAL, &sealed(dropped, b"x")), Err(refused));
    }
    for kept in [503, 2502] {
        let opened = member.decrypt(SIGNAL, &sealed(kept, b"kept"));
        assert_eq!(opened, Ok(b"kept".to_vec()));
    }
    let stored = member.stored();
    assert_eq!(Member::load(&stored).unwrap().stored(), stored);
}

#[test]
fn old_skipped_keys_go_first_when_new_ones_come() {
    let mut member = receiver(SIGNAL);
    assert_eq!(
        member.decrypt(SIGNAL, &sealed(2000, b"a")),
        Ok(b"a".to_vec())
    );
    // 0 ..= 1999 are kept; one more drops 0.
    assert_eq!(
        member.decrypt(SIGNAL, &sealed(2002, b"b")),
        Ok(b"b".to_vec())
    );
    let refused = GroupError::DuplicateMessage {
        next: 2003,
        iteration: 0,
    };
    assert_eq!(member.decrypt(SIGNAL, &sealed(0, b"x")), Err(refused));
    assert_eq!(member.decrypt(SIGNAL, &sealed(1, b"c")), Ok(b"c".to_vec()));
}

#[test]
fn the_sixth_state_is_gone() {
    let mut member = Member::new();
    for chain_id in 0..6 {
        let message = distribution(SIGNAL, chain_id, 0, [7; 32], SIGNING_PRIVATE);
        member.process(SIGNAL, &message).unwrap();
    }
    assert_eq!(member.chain_ids(), [5, 4, 3, 2, 1]);
    let refused = GroupError::NoSenderKeyState;
    assert_eq!(
        member.decrypt(SIGNAL, &signed(SIGNAL, 0, 0, &[])),
        Err(refused)
    );
    // The last is brought to the front, and none goes.
    let again = distribution(SIGNAL, 1, 9, [8; 32], SIGNING_PRIVATE);
    member.process(SIGNAL, &again).unwrap();
    assert_eq!(member.chain_ids(), [1, 5, 4, 3, 2]);
}

#[test]
fn a_distribution_never_rewinds_or_advances_a_chain() {
    let (mut sender, mut member) = pair(SIGNAL);
    let first = sender.encrypt(SIGNAL, ID, b"one", RANDOM).unwrap();
    assert_eq!(member.decrypt(SIGNAL, &first), Ok(b"one".to_vec()));
    let before = member.stored();
    for iteration in [0, 1, 9] {
        let message = distribution(SIGNAL, 5, iteration, [1; 32], SIGNING_PRIVATE);
        member.process(SIGNAL, &message).unwrap();
        assert_eq!(member.stored(), before);
    }
    // Who joins now cannot read the first message.
    let mut late = Member::new();
    late.process(
        SIGNAL,
        &sender.distribute(SIGNAL, ID, 0, &[0; 32], &[0; 32]),
    )
    .unwrap();
    let refused = GroupError::DuplicateMessage {
        next: 1,
        iteration: 0,
    };
    assert_eq!(late.decrypt(SIGNAL, &first), Err(refused));
}

#[test]
fn only_a_sender_sends() {
    let mut member = Member::new();
    let none = member.encrypt(SIGNAL, ID, b"", RANDOM);
    assert_eq!(none, Err(GroupError::NoSenderKeyState));
    let mut member = receiver(SIGNAL);
    let before = member.stored();
    let not_own = member.encrypt(SIGNAL, ID, b"", RANDOM);
    assert_eq!(not_own, Err(GroupError::NoSigningKey));
    assert_eq!(member.stored(), before);
}

#[test]
fn the_last_number_cannot_be_used() {
    let mut sender = Member::load(&StoredState::new(5, u32::MAX).bytes()).unwrap();
    let before = sender.stored();
    let refused = Err(GroupError::CounterExhausted);
    assert_eq!(sender.encrypt(SIGNAL, ID, b"", RANDOM), refused);
    assert_eq!(
        sender.decrypt(SIGNAL, &signed(SIGNAL, 5, u32::MAX, &[0; 16])),
        refused
    );
    assert_eq!(sender.stored(), before);
    let mut sender = Member::load(&StoredState::new(5, u32::MAX - 1).bytes()).unwrap();
    assert!(sender.encrypt(SIGNAL, ID, b"", RANDOM).is_ok());
    assert_eq!(sender.encrypt(SIGNAL, ID, b"", RANDOM), refused);
}

/// The error with which a record is refused.
fn refusal(stored: &[u8]) -> SenderKeyRecordError {
    Member::load(stored).err().unwrap()
}

#[test]
fn stored_records_come_back_as_they_were() {
    let mut old = StoredState::new(5, 10);
    old.skipped = vec![
        numbered(0, &[1; 32]),
        numbered(3, &[2; 32]),
        numbered(9, &[3; 32]),
    ];
    let both = [old.bytes(), StoredState::new(0, 0).bytes()].concat();
    assert_eq!(Member::load(&both).unwrap().stored(), both);
    assert_eq!(Member::load(&[]).unwrap().stored(), Vec::<u8>::new());
    // A stored version 0 reads as 3.
    old.version = 0;
    let read = Member::load(&old.bytes()).unwrap().stored();
    old.version = 3;
    assert_eq!(read, old.bytes());
    // Of 5 states, each with unknown fields beside.
    let unknown = [0x32, 1, 1];
    let five: Vec<u8> = (1..6)
        .flat_map(|i| StoredState::new(i, 0).bytes())
        .collect();
    assert_eq!(
        Member::load(&[&five[..], &unknown].concat())
            .unwrap()
            .stored(),
        five
    );
}

#[test]
fn stored_records_over_a_limit_are_refused() {
    let six: Vec<u8> = (1..7)
        .flat_map(|i| StoredState::new(i, 0).bytes())
        .collect();
    assert_eq!(refusal(&six), SenderKeyRecordError::OverLimit);
    let mut state = StoredState::new(5, 3000);
    state.skipped = (0..2050).map(|i| numbered(i, &[1; 32])).collect();
    assert!(Member::load(&state.bytes()).is_ok());
    state.skipped.push(numbered(2050, &[1; 32]));
    assert_eq!(refusal(&state.bytes()), SenderKeyRecordError::OverLimit);
}

#[test]
fn contradicting_records_are_refused() {
    let twice = StoredState::new(5, 0).bytes().repeat(2);
    assert_eq!(refusal(&twice), SenderKeyRecordError::Inconsistent);
    for numbers in [&[4, 4][..], &[5, 4], &[10], &[11]] {
        let mut state = StoredState::new(5, 10);
        state.skipped = numbers.iter().map(|i| numbered(*i, &[1; 32])).collect();
        assert_eq!(refusal(&state.bytes()), SenderKeyRecordError::Inconsistent);
    }
    let mut state = StoredState::new(5, 0);
    state.signing = [
        field(1, &signing_public(SIGNING_PRIVATE)),
        field(2, &[5; 32]),
    ]
    .concat();
    assert_eq!(refusal(&state.bytes()), SenderKeyRecordError::KeyMismatch);
}

#[test]
fn incomplete_records_are_refused() {
    use SenderKeyRecordError as E;
    let with = |change: fn(&mut StoredState)| {
        let mut state = StoredState::new(5, 10);
        change(&mut state);
        refusal(&state.bytes())
    };
    assert_eq!(with(|s| s.version = 2), E::UnsupportedVersion);
    assert_eq!(with(|s| s.version = 4), E::UnsupportedVersion);
    assert_eq!(with(|s| s.chain.clear()), E::MissingField);
    assert_eq!(with(|s| s.chain = number(1, 10)), E::MissingField);
    assert_eq!(with(|s| s.chain = numbered(10, &[1; 31])), E::BadLength);
    assert_eq!(with(|s| s.chain = vec![0x0a]), E::InvalidProtobuf);
    assert_eq!(with(|s| s.signing.clear()), E::MissingField);
    assert_eq!(with(|s| s.signing = field(2, &[1; 32])), E::MissingField);
    assert_eq!(
        with(|s| s.signing = field(1, &[6; 33])),
        E::Key(KeyError::BadKeyType)
    );
    assert_eq!(
        with(|s| s.signing = field(1, &[5; 32])),
        E::Key(KeyError::BadKeyLength)
    );
    assert_eq!(with(|s| s.signing.extend(field(2, &[1; 33]))), E::BadLength);
    assert_eq!(with(|s| s.skipped.push(number(1, 3))), E::MissingField);
    assert_eq!(
        with(|s| s.skipped.push(numbered(3, &[1; 33]))),
        E::BadLength
    );
    assert_eq!(refusal(&[0x08, 1]), E::InvalidProtobuf);
    let whole = StoredState::new(5, 10).bytes();
    for end in 1..whole.len() {
        assert_eq!(refusal(&whole[..end]), E::InvalidProtobuf);
    }
}
