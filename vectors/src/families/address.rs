//! Service ids and the address block.
use super::build::{group, secret, test, with_sources, Plan, SIGNAL_V3};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "ServiceId",
        description: "Names that are service ids: a hyphenated UUID in either case, or PNI: and the same.",
        effect: "Prekey messages are refused: the two sides compute different blocks.",
    },
    FlagNote {
        flag: "OtherName",
        description: "Names that are no service ids have no block: the output is absent.",
        effect: "A block is made up for a name that has none: peers refuse the message.",
    },
    FlagNote {
        flag: "DeviceId",
        description: "Device ids are 1 to 127.",
        effect: "A device id is cut to a byte: two devices have one block.",
    },
    FlagNote {
        flag: "Direction",
        description: "The sender stands before the recipient.",
        effect: "A message can be sent back to its sender.",
    },
    FlagNote {
        flag: "Tag",
        description: "The tag is the first 8 bytes of HMAC(MAC key, sender, receiver, message), keys with type byte.",
        effect: "No message can be exchanged, or identities are not bound to it.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "An identity key follows the rules of keys.",
        effect: "Foreign keys are taken for X25519 keys, or a crash.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A MAC key is 32 bytes.",
        effect: "A crash, or another key than the one given.",
    },
];

const NAME: &str = "address";
/// A service id.
pub const ALICE: &str = "9d0652a3-dcc3-4d11-975f-74d61598733f";
/// Another.
pub const BOB: &str = "796abedb-ca4e-4f18-8803-1fde5b921f9f";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Address block and tag",
        header: &[
            "What binds a message to accounts, devices and identities: the block of 36 bytes, and the input of the tag.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("address_block", SIGNAL_V3, names()),
            group("address_block", SIGNAL_V3, devices()),
            group("message_tag", SIGNAL_V3, tags()),
        ],
    })
}

fn block(sender: &str, sender_device: u32, recipient: &str, recipient_device: u32) -> Step {
    Step::AddressBlock {
        sender: sender.to_owned(),
        sender_device,
        recipient: recipient.to_owned(),
        recipient_device,
    }
}

fn names() -> Vec<TestPlan> {
    let pni = format!("PNI:{ALICE}");
    let upper = ALICE.to_uppercase();
    let pni_upper = format!("PNI:{upper}");
    let aci = format!("ACI:{ALICE}");
    let pni_small = format!("pni:{ALICE}");
    let unhyphenated = ALICE.replace('-', "");
    let no_digit = ALICE.replacen('9', "g", 1);
    let moved = ALICE.replacen("3-d", "-3d", 1);
    let no_hyphen = ALICE.replacen('-', "0", 1);
    let braces = format!("{{{ALICE}}}");
    let space = format!("{ALICE} ");
    let shorter = &ALICE[..35];
    let pni_shorter = format!("PNI:{shorter}");
    let nil = "00000000-0000-0000-0000-000000000000";
    let fullwidth = "\u{ff19}d0652a3-dcc3-4d11-975f-74d61598733f";
    let two_less = "\u{ff19}0652a3-dcc3-4d11-975f-74d6159873f";
    let cases: Vec<(&str, &str, &str)> = vec![
        ("an account", "ServiceId", ALICE),
        ("an account in upper case", "ServiceId", &upper),
        ("a phone-number identity", "ServiceId", &pni),
        (
            "a phone-number identity in upper case",
            "ServiceId",
            &pni_upper,
        ),
        ("an account of zeros", "ServiceId", nil),
        ("the recipient himself", "ServiceId", BOB),
        ("a phone number", "OtherName", "+14155550100"),
        ("an empty name", "OtherName", ""),
        ("the prefix alone", "OtherName", "PNI:"),
        ("the prefix in lower case", "OtherName", &pni_small),
        ("another prefix", "OtherName", &aci),
        ("no hyphens", "OtherName", &unhyphenated),
        ("a letter above f", "OtherName", &no_digit),
        ("a hyphen in another place", "OtherName", &moved),
        ("a digit in place of a hyphen", "OtherName", &no_hyphen),
        ("braces", "OtherName", &braces),
        ("a space at the end", "OtherName", &space),
        ("35 characters", "OtherName", shorter),
        ("the prefix and 35 characters", "OtherName", &pni_shorter),
        ("a digit that is not ASCII", "OtherName", fullwidth),
        (
            "36 bytes with a digit that is not ASCII",
            "OtherName",
            two_less,
        ),
    ];
    let mut tests: Vec<TestPlan> = (101..)
        .zip(&cases)
        .map(|(id, (comment, flag, name))| {
            test(
                id,
                format!("sender: {comment}"),
                flag,
                block(name, 1, BOB, 2),
            )
        })
        .collect();
    tests.extend([
        test(
            141,
            "recipient: a phone-number identity",
            "ServiceId",
            block(BOB, 1, &pni, 2),
        ),
        test(
            142,
            "recipient: a phone number",
            "OtherName",
            block(BOB, 1, "+14155550100", 2),
        ),
        test(
            143,
            "neither is a service id",
            "OtherName",
            block("alice", 1, "bob", 1),
        ),
        test(
            144,
            "from Alice to Bob",
            "Direction",
            block(ALICE, 1, BOB, 2),
        ),
        test(
            145,
            "from Bob to Alice",
            "Direction",
            block(BOB, 2, ALICE, 1),
        ),
    ]);
    tests
}

fn devices() -> Vec<TestPlan> {
    [
        (161, 1, 1),
        (162, 127, 1),
        (163, 1, 127),
        (164, 0, 1),
        (165, 128, 1),
        (166, 1, 0),
        (167, 1, 128),
        (168, 257, 1),
        (169, 1, u32::MAX),
    ]
    .into_iter()
    .map(|(id, sender, recipient)| {
        let comment = format!("devices {sender} and {recipient}");
        test(
            id,
            comment,
            "DeviceId",
            block(ALICE, sender, BOB, recipient),
        )
    })
    .collect()
}

fn tags() -> Vec<TestPlan> {
    let key =
        |meaning| super::x25519::serialized(&super::keys::public_of(&secret(NAME, 0, meaning)));
    let (alice, bob) = (key("alice"), key("bob"));
    let tag = |sender: &[u8], receiver: &[u8], unsigned: &[u8]| Step::MessageTag {
        mac_key: secret(NAME, 0, "mac key"),
        sender: Bytes::from(sender),
        receiver: Bytes::from(receiver),
        unsigned: Bytes::from(unsigned),
    };
    let mut short = tag(&alice, &bob, b"message");
    if let Step::MessageTag { mac_key, .. } = &mut short {
        mac_key.0.truncate(31);
    }
    let longer = [alice.as_slice(), &[1]].concat();
    [
        ("from Alice to Bob", "Tag", tag(&alice, &bob, b"message")),
        ("from Bob to Alice", "Tag", tag(&bob, &alice, b"message")),
        ("another message", "Tag", tag(&alice, &bob, b"messagf")),
        ("an empty message", "Tag", tag(&alice, &bob, b"")),
        (
            "a key with a byte more",
            "KeyEncoding",
            tag(&longer, &bob, b"message"),
        ),
        (
            "a key of type 06",
            "KeyEncoding",
            tag(&[6; 33], &bob, b"message"),
        ),
        ("no key", "KeyEncoding", tag(&alice, &[], b"message")),
        (
            "a key of 32 bytes",
            "KeyEncoding",
            tag(&alice, &bob[..32], b"message"),
        ),
        ("a MAC key of 31 bytes", "BadInput", short),
    ]
    .into_iter()
    .zip(201..)
    .map(|((comment, flag, step), id)| test(id, comment, flag, step))
    .collect()
}
