//! Bytes that are nearly stored states of SPQR.
use super::bytes::{counter, expanded};
use super::wire::{any_secret, bytes_field, number_field, protobuf};
use proptest::collection::vec;
use proptest::prelude::*;

/// The polynomials of the erasure code.
const POLYNOMIALS: usize = 16;
/// Lengths of what is encoded: the header and its MAC, the vector, both halves of the ciphertext, the latter with its MAC.
const HEADER: usize = 96;
const VECTOR: usize = 1152;
const CT1: usize = 960;
const CT2: usize = 160;

/// A state.
pub fn sparse_state() -> BoxedStrategy<Vec<u8>> {
    // The newest epoch of the chain, and whether the braid has given its secret out but is still in it.
    let place = (0..4u64, any::<bool>());
    place
        .prop_flat_map(|(newest, is_ahead)| {
            let is_ahead = is_ahead && newest > 0;
            let epoch = if is_ahead { newest } else { newest + 1 };
            let maybe = |field| prop_oneof![2 => field, 1 => Just(Vec::new())].boxed();
            protobuf(vec![
                maybe(bytes_field(1, negotiation())),
                maybe(bytes_field(2, chain(newest))),
                bytes_field(3, braid(epoch, is_ahead)),
            ])
        })
        .boxed()
}

/// A number, most of the time this one.
fn near(number: u32, value: u64) -> BoxedStrategy<Vec<u8>> {
    prop_oneof![20 => Just(value), 1 => 0..6u64, 1 => any::<u64>()]
        .prop_flat_map(move |value| number_field(number, value))
        .boxed()
}

/// One of two values.
fn choice(number: u32) -> BoxedStrategy<Vec<u8>> {
    prop_oneof![9 => 0..2u64, 1 => 0..300u64]
        .prop_flat_map(move |value| number_field(number, value))
        .boxed()
}

fn parameters() -> BoxedStrategy<Vec<u8>> {
    let limit = || prop_oneof![2 => Just(0u64), 1 => 1..30u64, 1 => 24_999..25_002u64];
    let limits = (limit(), limit());
    limits
        .prop_flat_map(|(jump, kept)| protobuf(vec![number_field(1, jump), number_field(2, kept)]))
        .boxed()
}

fn negotiation() -> BoxedStrategy<Vec<u8>> {
    protobuf(vec![
        bytes_field(1, any_secret()),
        choice(2),
        choice(3),
        bytes_field(4, parameters()),
    ])
}

fn half(number: u32, stores: bool) -> BoxedStrategy<Vec<u8>> {
    let next = prop_oneof![6 => any_secret(), 1 => Just(Vec::new()).boxed()].boxed();
    let stored = (0..40u8, expanded(32)).prop_map(|(index, key)| {
        let index = u32::from(index).to_be_bytes();
        [&index[..], &key.0].concat()
    });
    let stored = vec(stored, 0..3).prop_map(|keys| keys.concat()).boxed();
    let mut fields = vec![
        counter()
            .prop_flat_map(|value| number_field(1, u64::from(value)))
            .boxed(),
        bytes_field(2, next),
    ];
    if stores {
        fields.push(bytes_field(3, stored));
    }
    bytes_field(number, protobuf(fields))
}

fn chain(newest: u64) -> BoxedStrategy<Vec<u8>> {
    let link = || bytes_field(3, protobuf(vec![half(1, false), half(2, true)]));
    let links = prop_oneof![4 => Just(1 + newest.min(1)), 1 => 0..3u64];
    links
        .prop_flat_map(move |links| {
            let mut fields = vec![choice(1), near(2, newest)];
            fields.extend((0..links).map(|_| link()));
            fields.extend([
                bytes_field(4, any_secret()),
                near(5, newest),
                bytes_field(6, parameters()),
            ]);
            protobuf(fields)
        })
        .boxed()
}

/// So many bytes.
fn piece(number: u32, length: usize) -> BoxedStrategy<Vec<u8>> {
    let other = prop::sample::select(vec![0, length - 1, length + 1]).prop_flat_map(expanded);
    let content = prop_oneof![40 => expanded(length), 1 => other];
    bytes_field(number, content.prop_map(|bytes| bytes.0).boxed())
}

/// One string for each polynomial.
fn strings(number: u32, content: impl Fn() -> BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let count = prop_oneof![30 => Just(POLYNOMIALS), 1 => POLYNOMIALS - 1..POLYNOMIALS + 2];
    let field = bytes_field(number, content());
    count
        .prop_flat_map(move |count| vec(field.clone(), count))
        .prop_map(|fields| fields.concat())
        .boxed()
}

/// An encoder of so many bytes, before or after its first parity chunk.
fn encoder(number: u32, length: usize) -> BoxedStrategy<Vec<u8>> {
    let content = move || {
        expanded(length / POLYNOMIALS)
            .prop_map(|bytes| bytes.0)
            .boxed()
    };
    let form = 2..4u32;
    let fields = form.prop_flat_map(move |form| {
        let next = counter().prop_flat_map(|value| number_field(1, u64::from(value)));
        protobuf(vec![next.boxed(), strings(form, content)])
    });
    bytes_field(number, fields.boxed())
}

/// A decoder of so many bytes with a few points.
fn decoder(number: u32, length: usize) -> BoxedStrategy<Vec<u8>> {
    let points = || {
        let point = (0..9u8, any::<u16>());
        vec(point, 0..4)
            .prop_map(|mut points| {
                points.sort_unstable();
                points.dedup_by_key(|(x, _)| *x);
                let bytes = |(x, y): (u8, u16)| {
                    let (x, y) = (u16::from(x).to_be_bytes(), y.to_be_bytes());
                    [x, y].concat()
                };
                points.into_iter().flat_map(bytes).collect()
            })
            .boxed()
    };
    let needed = u64::try_from(length / 2).unwrap_or_default();
    let fields = protobuf(vec![near(1, needed), near(2, 16), strings(3, points)]);
    bytes_field(number, fields)
}

/// The core of a braid, with what its state adds.
fn core(epoch: u64, more: Vec<BoxedStrategy<Vec<u8>>>) -> BoxedStrategy<Vec<u8>> {
    let keys = vec![bytes_field(1, any_secret()), bytes_field(2, any_secret())];
    let mut fields = vec![near(1, epoch), bytes_field(2, protobuf(keys))];
    fields.extend(more);
    bytes_field(1, protobuf(fields))
}

/// A braid: if it is ahead of the chain's epochs, in a state that comes after the first half of the ciphertext.
fn braid(epoch: u64, is_ahead: bool) -> BoxedStrategy<Vec<u8>> {
    let core = |more| core(epoch, more);
    let (hdr, dk) = (|| piece(3, 64), |number| piece(number, 2400));
    let (ct1, es) = (|number| piece(number, CT1), |number| piece(number, 2080));
    let states = if is_ahead {
        vec![
            (
                8,
                vec![
                    core(vec![hdr(), es(4), ct1(5)]),
                    encoder(2, CT1),
                    decoder(3, VECTOR),
                ],
            ),
            (
                9,
                vec![core(vec![es(3), piece(4, VECTOR), ct1(5)]), encoder(2, CT1)],
            ),
            (
                10,
                vec![core(vec![hdr(), es(4), ct1(5)]), decoder(2, VECTOR)],
            ),
            (11, vec![core(Vec::new()), encoder(2, CT2)]),
        ]
    } else {
        vec![
            (1, vec![core(Vec::new())]),
            (
                2,
                vec![core(vec![piece(3, VECTOR), dk(4)]), encoder(2, HEADER)],
            ),
            (
                3,
                vec![core(vec![dk(3)]), encoder(2, VECTOR), decoder(3, CT1)],
            ),
            (4, vec![core(vec![dk(3), ct1(4)]), encoder(2, VECTOR)]),
            (5, vec![core(vec![dk(3), ct1(4)]), decoder(3, CT2)]),
            (6, vec![core(Vec::new()), decoder(2, HEADER)]),
            (7, vec![core(vec![hdr()]), decoder(2, VECTOR)]),
        ]
    };
    let states = states.into_iter();
    let states = states.map(|(number, fields)| bytes_field(number, protobuf(fields)));
    prop::strategy::Union::new(states).boxed()
}
