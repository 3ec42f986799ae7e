//! The erasure code that spreads a long value over many messages, so that enough of them give it back, whichever.
//!
//! What: values cut in chunks, and put together again. Which part: BRAID 2.1, the chunks; the text leaves the code to
//! the implementer, so this one is deployed only. Who calls it: `braid`, `state`. Secret: nothing; every chunk is sent.
//!
//! A value of L bytes is L/2 symbols of GF(2^16), BE16 each. Symbol j is the value of polynomial j mod 16 at x =
//! floor(j/16); each polynomial is the one of least degree through its symbols. Chunk c is the values of all sixteen at
//! x = c:
//!
//! ```text
//!               x = 0     1       2    ...  n-1  |  n      n+1  ... 65535
//! polynomial 0  s_0     s_16    s_32             |  values of the same
//!      ...      ...                              |  polynomials
//! polynomial 15 s_15    s_31    s_47             |
//!               the value itself, in chunks 0..n |  parity chunks
//! ```
use crate::keys::*;
use crate::ratchet::sparse::gf65536::*;
use hacspec_lib::*;

/// Bytes of a chunk: one symbol of each polynomial.
pub const CHUNK_LENGTH: usize = 32;
/// Longest value: 65536 times 16 bytes, which are 32768 chunks.
pub const MAX_MESSAGE_LENGTH: usize = 0x10_0000;
/// How many polynomials.
pub(crate) const POLYNOMIALS: usize = 16;
/// Bytes of a symbol.
const SYMBOL_LENGTH: usize = 2;
/// How many chunks there are; after the last one, the first comes again.
const INDICES: u32 = 0x1_0000u32;

/// The values of the polynomials at one x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chunk {
    /// x.
    pub index: u16,
    /// Sixteen values, BE16 each.
    pub data: ChunkData,
}

/// Why a value cannot be encoded or decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureError {
    /// Its length is odd.
    OddLength,
    /// It is longer than [`MAX_MESSAGE_LENGTH`].
    TooLong,
}

/// How an encoder holds its polynomials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By their values at 0, 1, ...: until the first parity chunk.
    Points,
    /// By their coefficients, that of x^0 first.
    Coefficients,
}

/// What gives the chunks of a value, one after the other.
#[derive(Clone, Debug)]
pub struct Encoder {
    /// How many chunks were given, modulo 2^32.
    pub next: u32,
    /// How the polynomials are held.
    pub(crate) form: Form,
    /// Sixteen polynomials.
    pub(crate) polynomials: Seq<Seq<u16>>,
}

/// A value of a polynomial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    /// Where.
    pub(crate) x: u16,
    /// The value there.
    pub(crate) y: u16,
}

/// What collects chunks until they give the value.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// Bytes of the value.
    pub length: usize,
    /// For each of sixteen polynomials the points held, x ascending.
    pub(crate) points: Seq<Seq<Point>>,
}

/// n: how many symbols of a value of this length are points of polynomial `i`.
pub(crate) fn symbols_of(length: usize, i: usize) -> usize {
    let symbols = length / SYMBOL_LENGTH;
    if i < symbols % POLYNOMIALS {
        symbols / POLYNOMIALS + 1
    } else {
        symbols / POLYNOMIALS
    }
}

/// The symbols of a value that are points of polynomial `i`.
fn symbols_at(message: &Seq<u8>, i: usize) -> Seq<u16> {
    let count = symbols_of(message.len(), i);
    let mut symbols = Seq::<u16>::new(count);
    for x in 0..count {
        let start = SYMBOL_LENGTH * (POLYNOMIALS * x + i);
        symbols[x] = ((message[start] as u16) << 8) | (message[start + 1] as u16);
    }
    symbols
}

/// An encoder of a value whose length is known to be right.
pub(crate) fn encoder_of(message: &Seq<u8>) -> Encoder {
    let mut polynomials = Seq::<Seq<u16>>::new(POLYNOMIALS);
    for i in 0..POLYNOMIALS {
        polynomials[i] = symbols_at(message, i);
    }
    Encoder {
        next: 0u32,
        form: Form::Points,
        polynomials,
    }
}

/// Begin to encode a value.
///
/// Standard: BRAID 2.1, to encode. In: any bytes, public. Out: the encoder, before its first chunk.
/// Errors: `OddLength`, `TooLong`.
pub fn encoder(message: &Seq<u8>) -> Result<Encoder, ErasureError> {
    if message.len() % SYMBOL_LENGTH != 0 {
        Err(ErasureError::OddLength)
    } else if message.len() > MAX_MESSAGE_LENGTH {
        Err(ErasureError::TooLong)
    } else {
        Ok(encoder_of(message))
    }
}

/// The value of a polynomial at x, by Horner's rule.
fn evaluate(coefficients: &Seq<u16>, x: u16) -> u16 {
    let mut value = 0u16;
    for i in 0..coefficients.len() {
        let coefficient = coefficients[coefficients.len() - 1 - i];
        value = gf_add(gf_mul(value, x), coefficient);
    }
    value
}

/// prod (x - x_i) over all points: coefficients, that of x^0 first.
fn product_of_roots(points: &Seq<Point>) -> Seq<u16> {
    let mut product = Seq::<u16>::new(points.len() + 1);
    product[0] = 1u16;
    for i in 0..points.len() {
        // Times (x - x_i), in place: of degree i before, i + 1 after.
        for k in 0..i + 1 {
            let at = i + 1 - k;
            product[at] = gf_add(product[at - 1], gf_mul(product[at], points[i].x));
        }
        product[0] = gf_mul(product[0], points[i].x);
    }
    product
}

/// A polynomial divided by (x - root), which divides it.
fn without_root(polynomial: &Seq<u16>, root: u16) -> Seq<u16> {
    let degree = polynomial.len() - 1;
    let mut quotient = Seq::<u16>::new(degree);
    let mut carry = 0u16;
    for k in 0..degree {
        let at = degree - 1 - k;
        carry = gf_add(polynomial[at + 1], gf_mul(carry, root));
        quotient[at] = carry;
    }
    quotient
}

/// The polynomial of least degree through points of distinct x: as many coefficients as points.
///
/// Lagrange: f(x) = sum_i y_i prod_(j /= i) (x - x_j) / (x_i - x_j).
fn interpolate(points: &Seq<Point>) -> Seq<u16> {
    let product = product_of_roots(points);
    let mut coefficients = Seq::<u16>::new(points.len());
    for i in 0..points.len() {
        // prod_(j /= i) (x - x_j), and its value at x_i
        let basis = without_root(&product, points[i].x);
        let scale = gf_div(points[i].y, evaluate(&basis, points[i].x));
        for k in 0..points.len() {
            coefficients[k] = gf_add(coefficients[k], gf_mul(scale, basis[k]));
        }
    }
    coefficients
}

/// The points of a polynomial given by its values at 0, 1, ...
fn points_of(values: &Seq<u16>) -> Seq<Point> {
    let mut points = Seq::<Point>::new(values.len());
    for x in 0..values.len() {
        points[x] = Point {
            x: x as u16,
            y: values[x],
        };
    }
    points
}

/// Whether chunk `index` is a parity chunk: no symbol of the value for at least one polynomial.
fn is_parity(polynomials: &Seq<Seq<u16>>, index: u16) -> bool {
    // The last polynomial has the fewest symbols.
    index as usize >= polynomials[POLYNOMIALS - 1].len()
}

/// The encoder in the form that chunk `index` needs.
fn in_form_for(encoder: Encoder, index: u16) -> Encoder {
    if encoder.form == Form::Points && is_parity(&encoder.polynomials, index) {
        let mut polynomials = Seq::<Seq<u16>>::new(POLYNOMIALS);
        for i in 0..POLYNOMIALS {
            polynomials[i] = interpolate(&points_of(&encoder.polynomials[i]));
        }
        Encoder {
            next: encoder.next,
            form: Form::Coefficients,
            polynomials,
        }
    } else {
        encoder
    }
}

/// The value of a polynomial at x.
fn value_at(form: Form, polynomial: &Seq<u16>, x: u16) -> u16 {
    match form {
        Form::Points => polynomial[x as usize],
        Form::Coefficients => evaluate(polynomial, x),
    }
}

/// The next chunk.
///
/// Standard: BRAID 2.1, a chunk to send. Deployed: after chunk 65535 comes chunk 0 again.
/// In: an encoder. Out: the encoder after it, and the chunk.
pub fn next_chunk(encoder: Encoder) -> (Encoder, Chunk) {
    let index = (encoder.next % INDICES) as u16;
    let ready = in_form_for(encoder, index);
    let mut data = ChunkData::new();
    for i in 0..POLYNOMIALS {
        let value = value_at(ready.form, &ready.polynomials[i], index);
        data[SYMBOL_LENGTH * i] = (value >> 8) as u8;
        data[SYMBOL_LENGTH * i + 1] = (value & 0xffu16) as u8;
    }
    let next = if ready.next == 0xffff_ffffu32 {
        0u32
    } else {
        ready.next + 1u32
    };
    let after = Encoder {
        next,
        form: ready.form,
        polynomials: ready.polynomials,
    };
    (after, Chunk { index, data })
}

/// A decoder for a length that is known to be even.
pub(crate) fn decoder_of(length: usize) -> Decoder {
    Decoder {
        length,
        points: Seq::<Seq<Point>>::new(POLYNOMIALS),
    }
}

/// Begin to decode a value.
///
/// Standard: BRAID 2.1, to decode. In: its length. Out: a decoder without points.
/// Errors: `OddLength`.
pub fn decoder(length: usize) -> Result<Decoder, ErasureError> {
    if length % SYMBOL_LENGTH == 0 {
        Ok(decoder_of(length))
    } else {
        Err(ErasureError::OddLength)
    }
}

/// How many points have a smaller x.
fn points_before(points: &Seq<Point>, x: u16) -> usize {
    let mut count = 0usize;
    for i in 0..points.len() {
        if points[i].x < x {
            count = count + 1;
        }
    }
    count
}

/// Put a point among the others, in place of one that has the same x.
fn put_point(points: &Seq<Point>, point: Point) -> Seq<Point> {
    let at = points_before(points, point.x);
    let held = at < points.len() && points[at].x == point.x;
    let after = if held { at + 1 } else { at };
    points
        .slice(0, at)
        .push_owned(point)
        .concat(&points.slice(after, points.len() - after))
}

/// The symbol of a chunk for polynomial `i`.
fn symbol_of(chunk: &Chunk, i: usize) -> u16 {
    let high = chunk.data[SYMBOL_LENGTH * i] as u16;
    (high << 8) | (chunk.data[SYMBOL_LENGTH * i + 1] as u16)
}

/// Take in a chunk.
///
/// Standard: BRAID 2.1, a chunk received. Deployed: of two chunks of one index the later counts; a parity chunk is left
/// out where there are enough points, a chunk of the value never is.
/// In: a decoder; any chunk. Out: the decoder after it.
pub fn add_chunk(decoder: Decoder, chunk: &Chunk) -> Decoder {
    let mut points = decoder.points;
    for i in 0..POLYNOMIALS {
        let needed = symbols_of(decoder.length, i);
        if (chunk.index as usize) < needed || points[i].len() < needed {
            let point = Point {
                x: chunk.index,
                y: symbol_of(chunk, i),
            };
            points[i] = put_point(&points[i], point);
        }
    }
    Decoder {
        length: decoder.length,
        points,
    }
}

/// Whether there are enough points of every polynomial.
fn is_complete(decoder: &Decoder) -> bool {
    let mut complete = true;
    for i in 0..POLYNOMIALS {
        if decoder.points[i].len() < symbols_of(decoder.length, i) {
            complete = false;
        }
    }
    complete
}

/// The values of a polynomial at 0, 1, ... `count` - 1: those held, and the others from the `count` points of smallest
/// x.
fn values_of(points: &Seq<Point>, count: usize) -> Seq<u16> {
    let mut values = Seq::<u16>::new(count);
    let mut held = 0usize;
    for i in 0..points.len() {
        if (points[i].x as usize) < count {
            held = held + 1;
        }
    }
    if held < count {
        let coefficients = interpolate(&points.slice(0, count));
        for x in 0..count {
            values[x] = evaluate(&coefficients, x as u16);
        }
    }
    // Points that are held stand as they are, whether they fit the others or not.
    for i in 0..points.len() {
        if (points[i].x as usize) < count {
            values[points[i].x as usize] = points[i].y;
        }
    }
    values
}

/// The value, once there are enough chunks.
///
/// Standard: BRAID 2.1, to decode once there are enough chunks. Deployed: points beyond those needed are not checked
/// against them.
/// In: a decoder. Out: the value, or nothing yet.
pub fn decoded(decoder: &Decoder) -> Option<Seq<u8>> {
    if is_complete(decoder) {
        let mut message = Seq::<u8>::new(decoder.length);
        for i in 0..POLYNOMIALS {
            let count = symbols_of(decoder.length, i);
            let values = values_of(&decoder.points[i], count);
            for x in 0..count {
                let start = SYMBOL_LENGTH * (POLYNOMIALS * x + i);
                message[start] = (values[x] >> 8) as u8;
                message[start + 1] = (values[x] & 0xffu16) as u8;
            }
        }
        Some(message)
    } else {
        None
    }
}
