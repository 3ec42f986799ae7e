//! The dialect of WhatsApp and Messenger.
use super::super::build::{counting, group, WHATSAPP_V3};
use super::super::protobuf::Fields;
use super::super::wire_rules::{case, Case};
use super::super::GroupPlan;
use super::distribution::{self, chain_key, signing_key};
use super::{message, numbered_by, parsing, PARSE};
use crate::step::Profile;

/// The groups.
pub fn groups() -> Vec<GroupPlan> {
    let profile = Profile::WhatsAppV3;
    let messages = numbered_by(901, messages(), |bytes| parsing(profile, bytes));
    let distributions = numbered_by(941, distributions(), |bytes| {
        distribution::parsing(profile, bytes)
    });
    vec![
        group(PARSE, WHATSAPP_V3, messages),
        group(distribution::PARSE, WHATSAPP_V3, distributions),
    ]
}

fn numbers() -> Fields {
    Fields::new().integer(1, 42).integer(2, 7)
}

fn fields() -> Fields {
    numbers().bytes(3, &counting(16).0)
}

fn all(comment: &str, flag: &'static str, fields: &Fields) -> Case {
    case(comment, flag, message(0x33, fields))
}

fn messages() -> Vec<Case> {
    let versions = [0x23u8, 0x30, 0x34, 0x43];
    let mut cases: Vec<Case> = versions
        .iter()
        .map(|&v| {
            let comment = format!("version byte {v:02x}");
            case(&comment, "SenderKeyVersion", message(v, &fields()))
        })
        .collect();
    cases.extend([
        all("a message", "Dialect", &fields()),
        all(
            "a message of the dialect of Signal",
            "Dialect",
            &super::fields(),
        ),
        all(
            "a field 4 is unknown here",
            "Dialect",
            &fields().integer(4, 5),
        ),
        all(
            "the body first",
            "FieldOrder",
            &Fields::new().bytes(3, b"x").then(&numbers()),
        ),
        all(
            "the chain id twice",
            "RepeatedField",
            &fields().integer(1, 9),
        ),
        all(
            "no chain id",
            "MissingField",
            &Fields::new().integer(2, 7).bytes(3, b"x"),
        ),
        all(
            "no iteration",
            "MissingField",
            &Fields::new().integer(1, 42).bytes(3, b"x"),
        ),
        all("no body", "MissingField", &numbers()),
        all("an empty body", "EmptyValue", &numbers().bytes(3, b"")),
        all("no fields at all", "MissingField", &Fields::new()),
        all(
            "the chain id as bytes",
            "WireType",
            &fields().bytes(1, &[5]),
        ),
        all(
            "the body as an integer",
            "WireType",
            &fields().integer(3, 5),
        ),
        all(
            "iteration 2^32 + 5 reads as 5",
            "Varint",
            &Fields::new()
                .integer(1, 42)
                .tag(2, 0)
                .raw(&[0x85, 0x80, 0x80, 0x80, 0x10])
                .bytes(3, b"x"),
        ),
        case("64 bytes", "Truncated", vec![0x33; 64]),
        case(
            "all but the last byte",
            "Truncated",
            message(0x33, &fields())[..86].to_vec(),
        ),
    ]);
    cases
}

fn distributions() -> Vec<Case> {
    let one = |comment: &str, flag: &'static str, fields: &Fields| {
        case(comment, flag, [&[0x33], fields.0.as_slice()].concat())
    };
    let keys = |chain_key: &[u8], signing_key: &[u8]| {
        Fields::new().bytes(3, chain_key).bytes(4, signing_key)
    };
    let right = || numbers().then(&keys(&chain_key(), &signing_key()));
    let of_signal = Fields::new()
        .bytes(1, &super::id())
        .integer(2, 42)
        .integer(3, 7)
        .bytes(4, &chain_key())
        .bytes(5, &signing_key());
    vec![
        one("a distribution message", "Dialect", &right()),
        one("one of the dialect of Signal", "Dialect", &of_signal),
        one(
            "a field 5 is unknown here",
            "Dialect",
            &right().integer(5, 5),
        ),
        case(
            "version byte 43",
            "SenderKeyVersion",
            [&[0x43], right().0.as_slice()].concat(),
        ),
        case(
            "version byte 23",
            "SenderKeyVersion",
            [&[0x23], right().0.as_slice()].concat(),
        ),
        one(
            "a chain key of 31 bytes",
            "KeyLength",
            &numbers().then(&keys(&chain_key()[..31], &signing_key())),
        ),
        one(
            "a signing key of 34 bytes",
            "KeyLength",
            &numbers().then(&keys(&chain_key(), &[5; 34])),
        ),
        one(
            "a signing key of type 06",
            "KeyLength",
            &numbers().then(&keys(&chain_key(), &[6; 33])),
        ),
        one(
            "no chain id",
            "MissingField",
            &Fields::new()
                .integer(2, 7)
                .then(&keys(&chain_key(), &signing_key())),
        ),
        one(
            "no iteration",
            "MissingField",
            &Fields::new()
                .integer(1, 42)
                .then(&keys(&chain_key(), &signing_key())),
        ),
        one(
            "no signing key",
            "MissingField",
            &numbers().bytes(3, &chain_key()).bytes(15, &[0; 40]),
        ),
        case("64 bytes", "Truncated", vec![0x33; 64]),
    ]
}
