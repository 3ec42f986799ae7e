//! Encoders and decoders of the erasure code, read.
//!
//! Which part: deployed only; PB. Who calls it: `state::decode`. Secret: nothing.
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::types::*;
use hacspec_lib::*;

/// Read symbols, BE16 each; an odd byte at the end is not looked at.
fn decode_symbols(bytes: &Seq<u8>) -> Seq<u16> {
    let mut symbols = Seq::<u16>::new(bytes.len() / SYMBOL_LENGTH);
    for i in 0..symbols.len() {
        let start = SYMBOL_LENGTH * i;
        symbols[i] = ((bytes[start] as u16) << 8) | (bytes[start + 1] as u16);
    }
    symbols
}

/// Whether the polynomials are as many and as long as a value of `length` bytes has.
fn has_length(items: &Seq<Seq<u8>>, length: usize) -> bool {
    let mut fits = items.len() == POLYNOMIALS;
    for i in 0..items.len() {
        if items[i].len() != SYMBOL_LENGTH * symbols_of(length, i) {
            fits = false;
        }
    }
    fits
}

/// Read the polynomials of an encoder.
fn decode_polynomials(items: &Seq<Seq<u8>>, length: usize) -> Result<Seq<Seq<u16>>, SparseError> {
    if has_length(items, length) {
        let mut polynomials = Seq::<Seq<u16>>::new(POLYNOMIALS);
        for i in 0..POLYNOMIALS {
            polynomials[i] = decode_symbols(&items[i]);
        }
        Ok(polynomials)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read the encoder of a value of `length` bytes.
pub(crate) fn decode_encoder(bytes: &Seq<u8>, length: usize) -> Result<Encoder, SparseError> {
    let fields = stored_fields(bytes)?;
    let next = stored_uint32(&fields, ENCODER_COUNTER)?;
    let points = stored_all(bytes, &fields, ENCODER_POINTS)?;
    let coefficients = stored_all(bytes, &fields, ENCODER_COEFFICIENTS)?;
    if coefficients.len() == 0 {
        let polynomials = decode_polynomials(&points, length)?;
        Ok(Encoder {
            next,
            form: Form::Points,
            polynomials,
        })
    } else if points.len() == 0 {
        let polynomials = decode_polynomials(&coefficients, length)?;
        Ok(Encoder {
            next,
            form: Form::Coefficients,
            polynomials,
        })
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Whether every x is above the one before.
fn is_ascending(points: &Seq<Point>) -> bool {
    let mut ascending = true;
    for i in 1..points.len() {
        if points[i - 1].x >= points[i].x {
            ascending = false;
        }
    }
    ascending
}

/// Read the points of one polynomial.
fn decode_points(bytes: &Seq<u8>) -> Result<Seq<Point>, SparseError> {
    if bytes.len() % POINT_LENGTH == 0 {
        let symbols = decode_symbols(bytes);
        let mut points = Seq::<Point>::new(bytes.len() / POINT_LENGTH);
        for i in 0..points.len() {
            points[i] = Point {
                x: symbols[2 * i],
                y: symbols[2 * i + 1],
            };
        }
        if is_ascending(&points) {
            Ok(points)
        } else {
            Err(SparseError::InvalidState)
        }
    } else {
        Err(SparseError::InvalidState)
    }
}

/// The points of one polynomial more.
fn append_points(sets: Seq<Seq<Point>>, bytes: &Seq<u8>) -> Result<Seq<Seq<Point>>, SparseError> {
    let points = decode_points(bytes)?;
    Ok(sets.push_owned(points))
}

/// Read the points of all polynomials.
fn decode_point_sets(items: &Seq<Seq<u8>>) -> Result<Seq<Seq<Point>>, SparseError> {
    let mut result: Result<Seq<Seq<Point>>, SparseError> = Ok(Seq::<Seq<Point>>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(sets) => append_points(sets, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Read the decoder of a value of `length` bytes.
///
/// Deployed: another size is refused as a message would be.
pub(crate) fn decode_decoder(bytes: &Seq<u8>, length: usize) -> Result<Decoder, SparseError> {
    let fields = stored_fields(bytes)?;
    let symbols = stored_uint32(&fields, DECODER_SYMBOLS)?;
    if symbols as usize == length / SYMBOL_LENGTH {
        let polynomials = stored_uint32(&fields, DECODER_POLYNOMIALS)?;
        let complete = stored_uint64(&fields, DECODER_COMPLETE)?;
        let items = stored_all(bytes, &fields, DECODER_POINTS)?;
        let points = decode_point_sets(&items)?;
        if polynomials as usize == POLYNOMIALS && points.len() == POLYNOMIALS && complete == 0u64 {
            Ok(Decoder { length, points })
        } else {
            Err(SparseError::InvalidState)
        }
    } else {
        Err(SparseError::InvalidMessage)
    }
}
