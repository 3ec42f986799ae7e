//! The erasure code that spreads a long value over many messages, so that enough of them give it back, whichever.
//!
//! Which part: BRAID 2.2, which leaves the code to the implementer; this one is deployed only. Who calls it: `braid`, `state`.
//! Secret: nothing; every chunk is sent.
//!
//! The sixteen polynomials of a value are held side by side: a row is a value of each at one x, or a coefficient of
//! each, and all are evaluated and interpolated at once. Interpolation is Newton's: the spec's is Lagrange's, and through
//! given points there is one polynomial of least degree.
use crate::keys::ChunkData;
use crate::ratchet::sparse::gf65536::{add_rows, inverse_of_difference, scale_row, Row};
use core::fmt;
use thiserror::Error;

/// Bytes of a chunk: one symbol of each polynomial.
pub const CHUNK_LENGTH: usize = 32;
/// Longest value: 65536 times 16 bytes, which are 32768 chunks.
pub const MAX_MESSAGE_LENGTH: usize = 0x10_0000;
/// How many polynomials.
pub(crate) const POLYNOMIALS: usize = 16;
/// Bytes of a symbol.
pub(crate) const SYMBOL_LENGTH: usize = 2;
/// Bytes of a stored point: x and y.
pub(crate) const POINT_LENGTH: usize = 4;
/// All polynomials, in a set of them.
const ALL: u16 = 0xffff;
/// Columns for which a new decoder has room: the longest value of the protocol has 36 chunks.
const USUAL_COLUMNS: usize = 36;

/// The values of the polynomials at one x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// x.
    pub index: u16,
    /// Sixteen values, BE16 each.
    pub data: ChunkData,
}

/// Why a value cannot be encoded or decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ErasureError {
    /// Its length is odd.
    #[error("the length is odd")]
    OddLength,
    /// It is longer than [`MAX_MESSAGE_LENGTH`].
    #[error("the value is too long")]
    TooLong,
}

/// How an encoder holds its polynomials.
pub(crate) enum Form {
    /// By their values at 0, 1, ...: until the first parity chunk.
    Points(Box<[Row]>),
    /// By their coefficients, those of x^0 first.
    Coefficients(Box<[Row]>),
}

/// What gives the chunks of a value, one after the other.
pub struct Encoder {
    /// How many chunks were given, modulo 2^32.
    pub(crate) next: u32,
    /// Bytes of the value. What polynomials with fewer symbols have in the last row is 0.
    pub(crate) length: usize,
    /// The polynomials.
    pub(crate) form: Form,
}

/// What giving a chunk changes.
pub(crate) enum EncoderStep {
    /// The count.
    Count,
    /// The count and the form: coefficients from now on.
    Coefficients(Box<[Row]>),
}

/// What polynomials have at one x.
#[derive(Clone)]
pub(crate) struct Column {
    /// Where.
    pub(crate) x: u16,
    /// The set of polynomials that have a point here, bit i for polynomial i; never empty.
    pub(crate) held: u16,
    /// The values there.
    pub(crate) y: Row,
}

/// What collects chunks until they give the value.
#[derive(Clone)]
pub struct Decoder {
    /// Bytes of the value.
    pub(crate) length: usize,
    /// The points held, x ascending.
    pub(crate) columns: Vec<Column>,
    /// In how many columns some polynomials have no point.
    incomplete: usize,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Encoder");
        out.field("next", &self.next).field("length", &self.length);
        out.finish_non_exhaustive()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Decoder");
        out.field("length", &self.length)
            .field("chunks", &self.columns.len());
        out.finish_non_exhaustive()
    }
}

impl Encoder {
    /// How many values or coefficients polynomial `i` has.
    pub(crate) fn symbols_of(&self, i: usize) -> usize {
        symbols_of(self.length, i)
    }
}

impl Decoder {
    /// Whether all polynomials have their points at the same x, and need as many. So it is but in strange stored state.
    fn is_even(&self) -> bool {
        self.incomplete == 0 && self.length.is_multiple_of(CHUNK_LENGTH)
    }

    /// How many points polynomial `i` has.
    fn count_of(&self, i: usize) -> usize {
        self.points_of(i).count()
    }

    /// The points held of polynomial `i`, x ascending.
    pub(crate) fn points_of(&self, i: usize) -> impl Iterator<Item = (u16, u16)> + '_ {
        let held = self.columns.iter().filter(move |c| (c.held >> i) & 1 == 1);
        held.filter_map(move |column| Some((column.x, *column.y.get(i)?)))
    }
}

/// n: how many symbols of a value of this length are points of polynomial `i`.
pub(crate) fn symbols_of(length: usize, i: usize) -> usize {
    let symbols = length / SYMBOL_LENGTH;
    (symbols / POLYNOMIALS).saturating_add(usize::from(i < symbols % POLYNOMIALS))
}

/// Mirror of `spec::ratchet::sparse::erasure::encoder`.
///
/// In: any bytes, public. Out: the encoder, before its first chunk.
/// Errors: `OddLength`, `TooLong`.
pub fn encoder(message: &[u8]) -> Result<Encoder, ErasureError> {
    if !message.len().is_multiple_of(SYMBOL_LENGTH) {
        Err(ErasureError::OddLength)
    } else if message.len() > MAX_MESSAGE_LENGTH {
        Err(ErasureError::TooLong)
    } else {
        Ok(encoder_of(&[message]))
    }
}

/// Mirror of `spec::ratchet::sparse::erasure::encoder_of`, of a value in parts, each of them whole symbols.
pub(crate) fn encoder_of(parts: &[&[u8]]) -> Encoder {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut rows = vec![[0; POLYNOMIALS]; symbols_of(length, 0)].into_boxed_slice();
    let mut rest = rows.as_flattened_mut();
    for part in parts {
        let (symbols, _) = part.as_chunks();
        let split = core::mem::take(&mut rest).split_at_mut_checked(symbols.len());
        let (to, after) = split.unwrap_or_default();
        for (to, symbol) in to.iter_mut().zip(symbols) {
            *to = u16::from_be_bytes(*symbol);
        }
        rest = after;
    }
    Encoder {
        next: 0,
        length,
        form: Form::Points(rows),
    }
}

/// Mirror of `spec::ratchet::sparse::erasure::next_chunk`.
///
/// In: an encoder, which counts on. Out: the chunk.
pub fn next_chunk(encoder: &mut Encoder) -> Chunk {
    let (chunk, step) = plan_chunk(encoder);
    apply_chunk(encoder, step);
    chunk
}

/// The next chunk, and what giving it changes; reads only.
pub(crate) fn plan_chunk(encoder: &Encoder) -> (Chunk, EncoderStep) {
    let [low, high, ..] = encoder.next.to_le_bytes();
    let index = u16::from_le_bytes([low, high]);
    let (row, step) = match &encoder.form {
        Form::Coefficients(rows) => (evaluate(rows, index), EncoderStep::Count),
        Form::Points(rows) => {
            if let Some(row) = whole_row(rows, encoder.length, index) {
                (*row, EncoderStep::Count)
            } else {
                let rows = coefficients(rows, encoder.length);
                (evaluate(&rows, index), EncoderStep::Coefficients(rows))
            }
        }
    };
    let data = ChunkData::from_bytes(row_bytes(&row));
    (Chunk { index, data }, step)
}

/// Make a step, planned on this very encoder.
pub(crate) fn apply_chunk(encoder: &mut Encoder, step: EncoderStep) {
    encoder.next = encoder.next.wrapping_add(1);
    if let EncoderStep::Coefficients(rows) = step {
        encoder.form = Form::Coefficients(rows);
    }
}

/// The symbols of the value at x, if every polynomial has one.
fn whole_row(rows: &[Row], length: usize, x: u16) -> Option<&Row> {
    // The last polynomial has the fewest symbols.
    let whole = symbols_of(length, POLYNOMIALS.saturating_sub(1));
    let x = usize::from(x);
    rows.get(x).filter(|_| x < whole)
}

/// The values of polynomials at x, by Horner's rule.
fn evaluate(coefficients: &[Row], x: u16) -> Row {
    let highest_first = coefficients.iter().rev();
    highest_first.fold([0; POLYNOMIALS], |value, row| {
        add_rows(&scale_row(&value, x), row)
    })
}

/// The coefficients of the polynomials of a value.
fn coefficients(points: &[Row], length: usize) -> Box<[Row]> {
    let mut rows: Box<[Row]> = points.into();
    let xs: Vec<u16> = (0..=u16::MAX).take(rows.len()).collect();
    divided_differences(&xs, &mut rows);
    // Of a polynomial with a point less, the last difference is none.
    if let Some(last) = rows.last_mut() {
        let shorter = last.iter_mut().enumerate();
        for (_, lane) in shorter.filter(|(i, _)| symbols_of(length, *i) < points.len()) {
            *lane = 0;
        }
    }
    // From the basis 1, (x - x_0), (x - x_0)(x - x_1), ... to 1, x, x^2, ...
    for (k, x) in xs.iter().enumerate().rev() {
        let mut rest = rows.get_mut(k..).unwrap_or_default();
        while let [row, after @ ..] = rest {
            if let Some(higher) = after.first() {
                *row = add_rows(row, &scale_row(higher, *x));
            }
            rest = after;
        }
    }
    rows
}

/// Newton's coefficients, in place of the values at these x, which are distinct.
fn divided_differences(xs: &[u16], rows: &mut [Row]) {
    for level in 1..rows.len() {
        let (done, rest) = rows.split_at_mut(level);
        let mut before = done.last().copied().unwrap_or_default();
        let pairs = xs.iter().skip(level).zip(xs);
        for (row, (b, a)) in rest.iter_mut().zip(pairs) {
            let difference = add_rows(row, &before);
            before = *row;
            *row = scale_row(&difference, inverse_of_difference(*a, *b));
        }
    }
}

/// The values of polynomials at x, from Newton's coefficients.
fn evaluate_newton(xs: &[u16], coefficients: &[Row], x: u16) -> Row {
    let highest_first = xs.iter().zip(coefficients).rev();
    highest_first.fold([0; POLYNOMIALS], |value, (root, row)| {
        add_rows(&scale_row(&value, x ^ root), row)
    })
}

/// Mirror of `spec::ratchet::sparse::erasure::decoder`.
///
/// In: the length of the value. Out: a decoder without points.
/// Errors: `OddLength`.
pub fn decoder(length: usize) -> Result<Decoder, ErasureError> {
    if length.is_multiple_of(SYMBOL_LENGTH) {
        Ok(decoder_of(length))
    } else {
        Err(ErasureError::OddLength)
    }
}

/// Mirror of `spec::ratchet::sparse::erasure::decoder_of`.
pub(crate) fn decoder_of(length: usize) -> Decoder {
    Decoder {
        length,
        columns: Vec::with_capacity(symbols_of(length, 0).min(USUAL_COLUMNS)),
        incomplete: 0,
    }
}

/// Mirror of `spec::ratchet::sparse::erasure::add_chunk`.
///
/// In: a decoder; any chunk.
pub fn add_chunk(decoder: &mut Decoder, chunk: &Chunk) {
    let wanted = wanted(decoder, chunk.index);
    if wanted != 0 {
        put_points(decoder, chunk.index, wanted, &row_of(&chunk.data));
    }
}

/// The polynomials for which a chunk counts: where it is a chunk of the value, or where points are still missing.
fn wanted(decoder: &Decoder, index: u16) -> u16 {
    let index = usize::from(index);
    if decoder.is_even() {
        let needed = symbols_of(decoder.length, 0);
        let counts = index < needed || decoder.columns.len() < needed;
        return if counts { ALL } else { 0 };
    }
    set_of(|i| {
        let needed = symbols_of(decoder.length, i);
        index < needed || decoder.count_of(i) < needed
    })
}

/// The set of the polynomials of whose number something holds.
fn set_of(holds: impl Fn(usize) -> bool) -> u16 {
    let bits = (0usize..POLYNOMIALS).zip(0u32..);
    bits.fold(0, |set, (i, bit)| set | (u16::from(holds(i)) << bit))
}

/// Put points at x, for a set of polynomials, in place of those they have there.
fn put_points(decoder: &mut Decoder, x: u16, set: u16, y: &Row) {
    let at = place_of(decoder, x);
    let y = |column: &mut Column| put_lanes(&mut column.y, set, y);
    put_column(decoder, at, x, set, y);
}

/// Put a point of polynomial `i`, which has `before` points, all of smaller x.
pub(crate) fn put_point(decoder: &mut Decoder, i: usize, before: usize, x: u16, y: u16) {
    // Where all polynomials have the same points, the column is there already.
    let guess = decoder.columns.get(before).filter(|column| column.x == x);
    let at = match guess {
        Some(_) => before,
        None => place_of(decoder, x),
    };
    put_column(decoder, at, x, 1 << i, |column| {
        if let Some(lane) = column.y.get_mut(i) {
            *lane = y;
        }
    });
}

/// Where the column of x is or belongs. Chunks mostly come in order.
fn place_of(decoder: &Decoder, x: u16) -> usize {
    let columns = &decoder.columns;
    match columns.last() {
        Some(last) if last.x >= x => columns.partition_point(|column| column.x < x),
        _ => columns.len(),
    }
}

/// Put points of a set of polynomials into the column of x, which is or belongs at a place.
fn put_column(decoder: &mut Decoder, at: usize, x: u16, set: u16, put: impl FnOnce(&mut Column)) {
    let columns = &mut decoder.columns;
    let mut incomplete = decoder.incomplete;
    if columns.get(at).is_none_or(|column| column.x != x) {
        let column = Column {
            x,
            held: 0,
            y: [0; POLYNOMIALS],
        };
        columns.insert(at, column);
        incomplete = incomplete.saturating_add(1);
    }
    if let Some(column) = columns.get_mut(at) {
        put(column);
        let before = column.held;
        column.held |= set;
        if before != ALL && column.held == ALL {
            incomplete = incomplete.saturating_sub(1);
        }
    }
    decoder.incomplete = incomplete;
}

/// Mirror of `spec::ratchet::sparse::erasure::decoded`.
/// Faster: all polynomials at once where they have the same points, which is always so but in strange stored state.
///
/// In: a decoder. Out: the value, or nothing yet.
#[must_use]
pub fn decoded(decoder: &Decoder) -> Option<Vec<u8>> {
    let needed = symbols_of(decoder.length, 0);
    let is_even = decoder.is_even();
    let missing = if is_even {
        decoder.columns.len() < needed
    } else {
        (0..POLYNOMIALS).any(|i| decoder.count_of(i) < symbols_of(decoder.length, i))
    };
    if missing {
        return None;
    }
    let mut rows = vec![[0; POLYNOMIALS]; needed];
    if is_even {
        put_values(decoder, ALL, rows.len(), &mut rows);
    } else {
        for i in 0..POLYNOMIALS {
            put_values(decoder, 1 << i, symbols_of(decoder.length, i), &mut rows);
        }
    }
    let mut message: Vec<u8> = rows.iter().flat_map(row_bytes).collect();
    message.truncate(decoder.length);
    Some(message)
}

/// The value that a decoder gives with one more chunk; reads only.
pub(crate) fn decoded_with(decoder: &Decoder, chunk: &Chunk) -> Option<Vec<u8>> {
    // At most one column more.
    let after = decoder.columns.len().saturating_add(1);
    if decoder.is_even() && after < symbols_of(decoder.length, 0) {
        return None;
    }
    let mut with = decoder.clone();
    add_chunk(&mut with, chunk);
    decoded(&with)
}

/// The polynomials that have a point at x.
fn held_at(decoder: &Decoder, x: u16) -> u16 {
    let found = decoder.columns.binary_search_by_key(&x, |column| column.x);
    let column = found.ok().and_then(|at| decoder.columns.get(at));
    column.map_or(0, |column| column.held)
}

/// The values at 0, 1, ... `count` - 1 of a set of polynomials with the same points, `count` or more: those held, and the
/// others from the `count` points of smallest x.
fn put_values(decoder: &Decoder, set: u16, count: usize, rows: &mut [Row]) {
    let held = || {
        decoder
            .columns
            .iter()
            .filter(|column| column.held & set != 0)
    };
    let of_value = || held().filter(|column| usize::from(column.x) < count);
    if of_value().count() < count {
        let (xs, mut newton): (Vec<u16>, Vec<Row>) = held()
            .take(count)
            .map(|column| (column.x, column.y))
            .unzip();
        divided_differences(&xs, &mut newton);
        for (row, x) in rows.iter_mut().take(count).zip(0..=u16::MAX) {
            if held_at(decoder, x) & set == 0 {
                put_lanes(row, set, &evaluate_newton(&xs, &newton, x));
            }
        }
    }
    // Points that are held stand as they are, whether they fit the others or not.
    for column in of_value() {
        if let Some(row) = rows.get_mut(usize::from(column.x)) {
            put_lanes(row, set, &column.y);
        }
    }
}

/// Copy the lanes of a set of polynomials.
fn put_lanes(to: &mut Row, set: u16, from: &Row) {
    if set == ALL {
        *to = *from;
        return;
    }
    for ((to, from), bit) in to.iter_mut().zip(from).zip(0u32..) {
        if (set >> bit) & 1 == 1 {
            *to = *from;
        }
    }
}

/// The sixteen values of a chunk.
fn row_of(data: &ChunkData) -> Row {
    let mut row = [0; POLYNOMIALS];
    let (symbols, _) = data.as_bytes().as_chunks();
    for (to, symbol) in row.iter_mut().zip(symbols) {
        *to = u16::from_be_bytes(*symbol);
    }
    row
}

/// The bytes of sixteen values.
fn row_bytes(row: &Row) -> [u8; CHUNK_LENGTH] {
    let mut bytes = [0; CHUNK_LENGTH];
    let (symbols, _) = bytes.as_chunks_mut();
    for (to, symbol) in symbols.iter_mut().zip(row) {
        *to = symbol.to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Vec<u8> {
        (0..length)
            .map(|i| u8::try_from((i * i * 7 + i * 31 + i / 5) % 256).unwrap())
            .collect()
    }

    fn chunks(message: &[u8], count: usize) -> Vec<Chunk> {
        let mut encoder = encoder(message).unwrap();
        (0..count).map(|_| next_chunk(&mut encoder)).collect()
    }

    #[test]
    fn enough_chunks_of_any_index_give_the_value() {
        for length in [0, 2, 10, 30, 32, 34, 62, 64, 66, 96, 160, 960, 1152] {
            let message = message(length);
            let needed = symbols_of(length, 0);
            let chunks = chunks(&message, 400);
            for (start, step) in [(0, 1), (0, 3), (needed, 1), (399 - needed, 1), (350, 1)] {
                let mut decoder = decoder(length).unwrap();
                for k in 0..needed {
                    assert_eq!(decoded(&decoder), None);
                    let chunk = &chunks[(start + k * step) % 400];
                    let with = decoded_with(&decoder, chunk);
                    add_chunk(&mut decoder, chunk);
                    assert_eq!(with, decoded(&decoder));
                }
                assert_eq!(decoded(&decoder), Some(message.clone()), "{length} {start}");
            }
        }
    }

    #[test]
    fn unequal_sets_of_points_are_decoded_one_by_one() {
        let message = message(96);
        let chunks = chunks(&message, 12);
        let mut decoder = decoder(96).unwrap();
        for i in 0..POLYNOMIALS {
            for k in [i % 5, i % 5 + 2, i % 5 + 5] {
                let chunk = &chunks[k];
                put_points(&mut decoder, chunk.index, 1 << i, &row_of(&chunk.data));
            }
        }
        assert_eq!(decoded(&decoder), Some(message));
    }

    #[test]
    fn after_the_last_index_comes_the_first() {
        let mut encoder = encoder(&message(96)).unwrap();
        let first = next_chunk(&mut encoder);
        encoder.next = 0xffff;
        assert_eq!(next_chunk(&mut encoder).index, 0xffff);
        assert_eq!(next_chunk(&mut encoder), first);
        encoder.next = u32::MAX;
        assert_eq!(next_chunk(&mut encoder).index, 0xffff);
        assert_eq!(encoder.next, 0);
    }

    #[test]
    fn lengths_are_checked() {
        assert_eq!(encoder(&[0]).err(), Some(ErasureError::OddLength));
        let long = vec![0; MAX_MESSAGE_LENGTH + 2];
        assert_eq!(encoder(&long).err(), Some(ErasureError::TooLong));
        assert!(encoder(&long[2..]).is_ok());
        assert_eq!(decoder(33).err(), Some(ErasureError::OddLength));
        assert_eq!(decoded(&decoder(usize::MAX - 1).unwrap()), None);
    }
}
