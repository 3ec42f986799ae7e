//! Encoders and decoders of the erasure code, read.
//!
//! Which part: deployed only; PB. Who calls it: `state::decode`. Secret: nothing.
use crate::ratchet::sparse::erasure::{
    decoder_of, put_point, symbols_of, Decoder, Encoder, Form, POINT_LENGTH, POLYNOMIALS,
    SYMBOL_LENGTH,
};
use crate::ratchet::sparse::gf65536::Row;
use crate::ratchet::sparse::state::fields::{
    Stored, DECODER_COMPLETE, DECODER_POINTS, DECODER_POLYNOMIALS, DECODER_SYMBOLS,
    ENCODER_COEFFICIENTS, ENCODER_COUNTER, ENCODER_POINTS,
};
use crate::ratchet::sparse::types::SparseError;

/// Mirror of `spec::ratchet::sparse::state::decode::coders::decode_encoder`.
pub(crate) fn decode_encoder(bytes: &[u8], length: usize) -> Result<Encoder, SparseError> {
    let fields = Stored::parse(bytes)?;
    let next = fields.uint32(ENCODER_COUNTER)?;
    let points = fields.all(ENCODER_POINTS)?;
    let coefficients = fields.all(ENCODER_COEFFICIENTS)?;
    let form = if coefficients.is_empty() {
        Form::Points(decode_rows(&points, length)?)
    } else if points.is_empty() {
        Form::Coefficients(decode_rows(&coefficients, length)?)
    } else {
        return Err(SparseError::InvalidState);
    };
    Ok(Encoder { next, length, form })
}

/// The polynomials of an encoder, side by side.
fn decode_rows(items: &[&[u8]], length: usize) -> Result<Box<[Row]>, SparseError> {
    if items.len() != POLYNOMIALS {
        return Err(SparseError::InvalidState);
    }
    let mut rows = vec![[0; POLYNOMIALS]; symbols_of(length, 0)].into_boxed_slice();
    for (i, item) in items.iter().enumerate() {
        let (symbols, []) = item.as_chunks::<SYMBOL_LENGTH>() else {
            return Err(SparseError::InvalidState);
        };
        if symbols.len() != symbols_of(length, i) {
            return Err(SparseError::InvalidState);
        }
        for (row, symbol) in rows.iter_mut().zip(symbols) {
            if let Some(lane) = row.get_mut(i) {
                *lane = u16::from_be_bytes(*symbol);
            }
        }
    }
    Ok(rows)
}

/// Mirror of `spec::ratchet::sparse::state::decode::coders::decode_decoder`.
pub(crate) fn decode_decoder(bytes: &[u8], length: usize) -> Result<Decoder, SparseError> {
    let fields = Stored::parse(bytes)?;
    // Deployed: another size is refused as a message would be.
    if usize::try_from(fields.uint32(DECODER_SYMBOLS)?) != Ok(length / SYMBOL_LENGTH) {
        return Err(SparseError::InvalidMessage);
    }
    let polynomials = usize::try_from(fields.uint32(DECODER_POLYNOMIALS)?);
    let complete = fields.uint64(DECODER_COMPLETE)?;
    let items = fields.all(DECODER_POINTS)?;
    if polynomials != Ok(POLYNOMIALS) || items.len() != POLYNOMIALS || complete != 0 {
        return Err(SparseError::InvalidState);
    }
    let mut decoder = decoder_of(length);
    for (i, item) in items.iter().enumerate() {
        decode_points(&mut decoder, i, item)?;
    }
    Ok(decoder)
}

/// The points of one polynomial; x ascends.
fn decode_points(decoder: &mut Decoder, i: usize, bytes: &[u8]) -> Result<(), SparseError> {
    let (points, []) = bytes.as_chunks::<POINT_LENGTH>() else {
        return Err(SparseError::InvalidState);
    };
    let mut last = None;
    for (before, [x_high, x_low, y_high, y_low]) in points.iter().enumerate() {
        let x = u16::from_be_bytes([*x_high, *x_low]);
        let y = u16::from_be_bytes([*y_high, *y_low]);
        if last.is_some_and(|last| last >= x) {
            return Err(SparseError::InvalidState);
        }
        last = Some(x);
        put_point(decoder, i, before, x, y);
    }
    Ok(())
}
