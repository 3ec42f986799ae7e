//! Bytes that are nearly messages or records: protobuf with anything wrong that can be.
use super::bytes::{any_bytes, counter, expanded, id, public_key};
use super::sparse_state::sparse_state;
use crate::diff::protobuf::varint;
use crate::diff::world::kem_typed;
use proptest::collection::vec;
use proptest::prelude::*;

/// A varint, minimal or not, or too long.
fn any_varint() -> BoxedStrategy<Vec<u8>> {
    let padded = (any::<u64>(), 0..12usize).prop_map(|(value, padding)| {
        let mut bytes = varint(value);
        if let Some(last) = bytes.last_mut().filter(|_| padding > 0) {
            *last |= 0x80;
            bytes.extend(vec![0x80; padding - 1]);
            bytes.push(0);
        }
        bytes
    });
    prop_oneof![
        10 => counter().prop_map(|value| varint(u64::from(value))),
        3 => any::<u64>().prop_map(varint),
        2 => padded,
        1 => Just(vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]),
    ]
    .boxed()
}

/// A tag.
fn tag(number: u32, wire_type: u8) -> Vec<u8> {
    varint(u64::from(number) << 3 | u64::from(wire_type))
}

/// A field of bytes.
pub(super) fn bytes_field(number: u32, content: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    content
        .prop_map(move |content| [tag(number, 2), varint(content.len() as u64), content].concat())
        .boxed()
}

/// A varint field.
fn varint_field(number: u32) -> BoxedStrategy<Vec<u8>> {
    any_varint()
        .prop_map(move |value| [tag(number, 0), value].concat())
        .boxed()
}

/// A varint field of a value, most of the time minimal.
pub(super) fn number_field(number: u32, value: u64) -> BoxedStrategy<Vec<u8>> {
    let minimal = Just([tag(number, 0), varint(value)].concat());
    prop_oneof![40 => minimal, 1 => varint_field(number)].boxed()
}

/// Any field: of any number and wire type, maybe without its content; groups, maybe not closed.
fn any_field() -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![12 => 0..17u32, 1 => any::<u32>().prop_map(|n| n >> 3)];
    let loose = (number.clone(), 0..8u8, any_bytes(12))
        .prop_map(|(number, wire_type, rest)| [tag(number, wire_type), rest].concat());
    let group = (number.clone(), any_bytes(6), number.clone(), any::<bool>()).prop_map(
        |(open, inside, other, closed)| {
            let close = if closed { open } else { other };
            [
                tag(open, 3),
                tag(9, 2),
                varint(inside.len() as u64),
                inside,
                tag(close, 4),
            ]
            .concat()
        },
    );
    let fixed = (number, any::<bool>(), any::<u64>()).prop_map(|(number, wide, value)| {
        let wire_type = if wide { 1 } else { 5 };
        let bytes = value.to_le_bytes();
        [&tag(number, wire_type), &bytes[..if wide { 8 } else { 4 }]].concat()
    });
    prop_oneof![2 => loose, 1 => group, 1 => fixed, 2 => (1..17u32).prop_flat_map(varint_field)]
        .boxed()
}

/// A protobuf with these fields, most of the time in order and without others.
pub(super) fn protobuf(fields: Vec<BoxedStrategy<Vec<u8>>>) -> BoxedStrategy<Vec<u8>> {
    let present = |field: BoxedStrategy<Vec<u8>>| prop_oneof![20 => field, 1 => any_field(), 1 => Just(Vec::new())];
    let fields: Vec<_> = fields.into_iter().map(present).collect();
    let extra = prop_oneof![3 => Just(Vec::new()), 1 => vec(any_field(), 1..3)];
    (fields, extra, 0..8u8)
        .prop_map(|(mut fields, extra, order)| {
            fields.extend(extra);
            match order {
                0 => fields.reverse(),
                1 => {
                    let turn = fields.len().min(2);
                    fields.rotate_left(turn);
                }
                _ => {}
            }
            fields.concat()
        })
        .boxed()
}

/// A version byte.
fn version() -> BoxedStrategy<u8> {
    let known = prop::sample::select(vec![0x33, 0x34, 0x34, 0x44]);
    prop_oneof![6 => known, 1 => any::<u8>()].boxed()
}

fn key() -> BoxedStrategy<Vec<u8>> {
    public_key().prop_map(|key| key.0).boxed()
}

/// A `SignalMessage`, nearly.
pub fn signal_message() -> BoxedStrategy<Vec<u8>> {
    let maybe = |field| prop_oneof![3 => Just(Vec::new()), 1 => field].boxed();
    let fields = vec![
        bytes_field(1, key()),
        varint_field(2),
        varint_field(3),
        bytes_field(4, any_bytes(40)),
        maybe(bytes_field(5, any_bytes(8))),
        maybe(bytes_field(6, any_bytes(40))),
    ];
    let tag = prop_oneof![9 => vec(any::<u8>(), 8), 1 => vec(any::<u8>(), 0..8)];
    (version(), protobuf(fields), tag)
        .prop_map(|(version, protobuf, tag)| [vec![version], protobuf, tag].concat())
        .boxed()
}

/// A `PreKeySignalMessage`, nearly.
pub fn prekey_message() -> BoxedStrategy<Vec<u8>> {
    let maybe = |field| prop_oneof![2 => Just(Vec::new()), 1 => field].boxed();
    let id_field = |number| {
        id().prop_map(move |id| [tag(number, 0), varint(u64::from(id))].concat())
            .boxed()
    };
    let fields = vec![
        maybe(id_field(1)),
        bytes_field(2, key()),
        bytes_field(3, key()),
        bytes_field(4, signal_message()),
        id_field(5),
        id_field(6),
        maybe(id_field(7)),
        maybe(bytes_field(8, any_bytes(20))),
    ];
    (version(), protobuf(fields))
        .prop_map(|(version, protobuf)| [vec![version], protobuf].concat())
        .boxed()
}

/// A chain of a stored session, nearly.
fn chain() -> BoxedStrategy<Vec<u8>> {
    let secret = || any_secret();
    let chain_key = protobuf(vec![varint_field(1), bytes_field(2, secret())]);
    let skipped = protobuf(vec![varint_field(1), bytes_field(5, secret())]);
    protobuf(vec![
        bytes_field(1, key()),
        bytes_field(3, chain_key),
        prop_oneof![1 => Just(Vec::new()), 1 => bytes_field(4, skipped)].boxed(),
    ])
}

/// A key, most of the time.
pub(super) fn any_secret() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![20 => vec(any::<u8>(), 32), 1 => any_bytes(40)].boxed()
}

/// What an initiator of version 4 repeats of its encapsulation, nearly.
fn pending_kem() -> BoxedStrategy<Vec<u8>> {
    let ciphertext = prop_oneof![
        6 => expanded(1568).prop_map(|bytes| kem_typed(&bytes).0),
        1 => any_bytes(40),
    ];
    protobuf(vec![varint_field(1), bytes_field(2, ciphertext.boxed())])
}

/// What an initiator repeats until it has an answer, nearly.
fn pending() -> BoxedStrategy<Vec<u8>> {
    protobuf(vec![
        varint_field(1),
        bytes_field(2, key()),
        varint_field(3),
        varint_field(4),
    ])
}

/// A bare record, nearly.
pub fn record() -> BoxedStrategy<Vec<u8>> {
    let sending = protobuf(vec![
        bytes_field(1, key()),
        bytes_field(2, any_secret()),
        bytes_field(
            3,
            protobuf(vec![varint_field(1), bytes_field(2, any_secret())]),
        ),
    ]);
    let maybe = |field| prop_oneof![1 => Just(Vec::new()), 1 => field].boxed();
    let session = || {
        protobuf(vec![
            prop_oneof![Just(vec![8, 3]), Just(vec![8, 4])].boxed(),
            bytes_field(2, key()),
            bytes_field(3, key()),
            bytes_field(4, any_secret()),
            varint_field(5),
            bytes_field(6, sending.clone()),
            bytes_field(7, chain()),
            maybe(bytes_field(9, pending())),
            varint_field(10),
            varint_field(11),
            bytes_field(13, key()),
            maybe(bytes_field(14, pending_kem())),
            maybe(bytes_field(15, sparse_state())),
        ])
    };
    protobuf(vec![
        bytes_field(1, session()),
        bytes_field(2, session()),
        bytes_field(2, any_bytes(40)),
    ])
}

/// An identity pair, nearly.
pub fn identity_pair() -> BoxedStrategy<Vec<u8>> {
    protobuf(vec![bytes_field(1, key()), bytes_field(2, any_secret())])
}
