//! What only the stored forms show: the points of a decoder, and the order in which a chain keeps its keys.
use crate::diff::protobuf::byte_fields;

/// Fields of stored forms.
const DECODER_POINTS: u32 = 3;
const STATE_CHAIN: u32 = 2;
const CHAIN_LINK: u32 = 3;
const LINK_RECEIVE: u32 = 2;
const HALF_STORE: u32 = 3;
/// Bytes of a point: x and y.
pub const POINT_LENGTH: usize = 4;
/// Bytes of a kept key: its number, the key.
const KEPT_LENGTH: usize = 36;

/// The points that a decoder holds, for each polynomial.
pub fn points(decoder: &[u8]) -> Vec<&[u8]> {
    byte_fields(decoder, DECODER_POINTS)
}

/// The numbers of the keys kept for each link of a state's chain, oldest link first, in the order of storage.
pub fn kept(state: &[u8]) -> Vec<Vec<u32>> {
    let chains = byte_fields(state, STATE_CHAIN);
    let links = chains.iter().flat_map(|it| byte_fields(it, CHAIN_LINK));
    links.map(kept_in_link).collect()
}

fn kept_in_link(link: &[u8]) -> Vec<u32> {
    let halves = byte_fields(link, LINK_RECEIVE);
    let stores = halves.iter().flat_map(|it| byte_fields(it, HALF_STORE));
    stores.flat_map(numbers).collect()
}

fn numbers(store: &[u8]) -> Vec<u32> {
    let number = |key: &[u8]| key.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    store.chunks(KEPT_LENGTH).filter_map(number).collect()
}
