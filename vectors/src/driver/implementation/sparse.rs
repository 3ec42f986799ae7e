//! The parts of SPQR of the implementation: its field, its code, its messages, its authenticator.
use super::{errors, names, Implementation};
use crate::driver::library::{
    Array32, PlainAuthenticator, PlainChunk, PlainSparseMessage, SparseParts,
};
use crate::outcome::ErrorClass;
use twinratchet::keys::{ChunkData, EpochSecret, KemSecret, MacKey, SparseAuthKey, SparseRootKey};
use twinratchet::ratchet::sparse::authenticator::{self, Authenticator};
use twinratchet::ratchet::sparse::erasure::{self, Chunk};
use twinratchet::ratchet::sparse::message::{self, SparseMessage};
use twinratchet::ratchet::sparse::{gf65536, state};

impl SparseParts for Implementation {
    fn gf_mul(a: u16, b: u16) -> u16 {
        gf65536::gf_mul(a, b)
    }

    fn gf_div(a: u16, b: u16) -> u16 {
        gf65536::gf_div(a, b)
    }

    fn gf_inv(a: u16) -> u16 {
        gf65536::gf_inv(a)
    }

    fn erasure_encode(
        message: &[u8],
        skip: u32,
        count: u32,
    ) -> Result<(Vec<PlainChunk>, Vec<u8>), ErrorClass> {
        let mut encoder = erasure::encoder(message).map_err(errors::erasure)?;
        for _ in 0..skip {
            erasure::next_chunk(&mut encoder);
        }
        let chunks = (0..count).map(|_| plain_chunk(&erasure::next_chunk(&mut encoder)));
        let chunks = chunks.collect();
        Ok((chunks, state::encode_encoder(&encoder)))
    }

    fn erasure_decode(
        length: u32,
        chunks: &[PlainChunk],
    ) -> Result<(Option<Vec<u8>>, Vec<u8>), ErrorClass> {
        let length = usize::try_from(length).map_err(|_| ErrorClass::BadInput)?;
        let mut decoder = erasure::decoder(length).map_err(errors::erasure)?;
        for chunk in chunks {
            erasure::add_chunk(&mut decoder, &chunk_of(chunk));
        }
        Ok((erasure::decoded(&decoder), state::encode_decoder(&decoder)))
    }

    fn encode_sparse_message(given: &PlainSparseMessage) -> Result<Vec<u8>, ErrorClass> {
        Ok(message::encode_sparse_message(&SparseMessage {
            epoch: given.epoch,
            index: given.index,
            payload: names::payload(given.payload, given.chunk.as_ref().map(chunk_of))?,
        }))
    }

    fn parse_sparse_message(bytes: &[u8]) -> Result<PlainSparseMessage, ErrorClass> {
        let message = message::parse_sparse_message(bytes).map_err(errors::sparse)?;
        let (payload, chunk) = names::payload_parts(message.payload);
        Ok(PlainSparseMessage {
            epoch: message.epoch,
            index: message.index,
            payload,
            chunk: chunk.as_ref().map(plain_chunk),
        })
    }

    fn authenticator(auth_key: Array32, epoch: u64) -> PlainAuthenticator {
        let auth_key = SparseAuthKey::from_bytes(auth_key);
        plain_authenticator(&authenticator::authenticator(&auth_key, epoch))
    }

    fn authenticator_update(
        keys: PlainAuthenticator,
        epoch: u64,
        key: Array32,
    ) -> PlainAuthenticator {
        let (keys, key) = (authenticator_of(keys), EpochSecret::from_bytes(key));
        plain_authenticator(&authenticator::authenticator_update(&keys, epoch, &key))
    }

    fn mac_header(keys: PlainAuthenticator, epoch: u64, header: &[u8]) -> Array32 {
        *authenticator::mac_header(&authenticator_of(keys), epoch, header).expose()
    }

    fn mac_ciphertext(keys: PlainAuthenticator, epoch: u64, ciphertext: &[u8]) -> Array32 {
        *authenticator::mac_ciphertext(&authenticator_of(keys), epoch, ciphertext).expose()
    }

    fn epoch_secret(kem_secret: Array32, epoch: u64) -> Array32 {
        *authenticator::epoch_secret(&KemSecret::from_bytes(kem_secret), epoch).expose()
    }
}

fn chunk_of(chunk: &PlainChunk) -> Chunk {
    Chunk {
        index: chunk.index,
        data: ChunkData::from_bytes(chunk.data),
    }
}

fn plain_chunk(chunk: &Chunk) -> PlainChunk {
    PlainChunk {
        index: chunk.index,
        data: *chunk.data.as_bytes(),
    }
}

fn authenticator_of(keys: PlainAuthenticator) -> Authenticator {
    Authenticator {
        root_key: SparseRootKey::from_bytes(keys.root_key),
        mac_key: MacKey::from_bytes(keys.mac_key),
    }
}

fn plain_authenticator(keys: &Authenticator) -> PlainAuthenticator {
    PlainAuthenticator {
        root_key: *keys.root_key.expose(),
        mac_key: *keys.mac_key.expose(),
    }
}
