//! The parts of SPQR of the specification: its field, its code, its messages, its authenticator.
use super::{copy, errors, names, open, public, reveal, Spec};
use crate::driver::library::{
    Array32, PlainAuthenticator, PlainChunk, PlainSparseMessage, SparseParts,
};
use crate::outcome::ErrorClass;
use twinratchet_spec::keys::{
    ChunkData, EpochSecret, KemSecret, MacKey, SparseAuthKey, SparseRootKey,
};
use twinratchet_spec::ratchet::sparse::authenticator::{self, Authenticator};
use twinratchet_spec::ratchet::sparse::erasure::{self, Chunk};
use twinratchet_spec::ratchet::sparse::message::{self, SparseMessage};
use twinratchet_spec::ratchet::sparse::{gf65536, state};

impl SparseParts for Spec {
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
        let mut encoder = erasure::encoder(&public(message)).map_err(errors::erasure)?;
        // From the first parity chunk on nothing changes but the counter: the other chunks need not be made.
        let systematic = u32::try_from(message.len().div_ceil(erasure::CHUNK_LENGTH));
        let made = skip.min(systematic.unwrap_or(u32::MAX).saturating_add(1));
        for _ in 0..made {
            encoder = erasure::next_chunk(encoder).0;
        }
        encoder.next = skip;
        let mut chunks = Vec::new();
        for _ in 0..count {
            let (next, chunk) = erasure::next_chunk(encoder);
            encoder = next;
            chunks.push(plain_chunk(&chunk));
        }
        Ok((chunks, open(&state::encode_encoder(&encoder))))
    }

    fn erasure_decode(
        length: u32,
        chunks: &[PlainChunk],
    ) -> Result<(Option<Vec<u8>>, Vec<u8>), ErrorClass> {
        let length = usize::try_from(length).map_err(|_| ErrorClass::BadInput)?;
        let mut decoder = erasure::decoder(length).map_err(errors::erasure)?;
        for chunk in chunks {
            decoder = erasure::add_chunk(decoder, &chunk_of(chunk));
        }
        let decoded = erasure::decoded(&decoder).as_ref().map(open);
        Ok((decoded, open(&state::encode_decoder(&decoder))))
    }

    fn encode_sparse_message(given: &PlainSparseMessage) -> Result<Vec<u8>, ErrorClass> {
        let message = SparseMessage {
            epoch: given.epoch,
            index: given.index,
            payload: names::payload(given.payload, given.chunk.as_ref().map(chunk_of))?,
        };
        Ok(open(&message::encode_sparse_message(&message)))
    }

    fn parse_sparse_message(bytes: &[u8]) -> Result<PlainSparseMessage, ErrorClass> {
        let message = message::parse_sparse_message(&public(bytes)).map_err(errors::sparse)?;
        let (payload, chunk) = names::payload_parts(message.payload);
        Ok(PlainSparseMessage {
            epoch: message.epoch,
            index: message.index,
            payload,
            chunk: chunk.as_ref().map(plain_chunk),
        })
    }

    fn authenticator(auth_key: Array32, epoch: u64) -> PlainAuthenticator {
        let auth_key = SparseAuthKey::from_public_slice(&auth_key);
        plain_authenticator(&authenticator::authenticator(auth_key, epoch))
    }

    fn authenticator_update(
        keys: PlainAuthenticator,
        epoch: u64,
        key: Array32,
    ) -> PlainAuthenticator {
        let (keys, key) = (authenticator_of(keys), EpochSecret::from_public_slice(&key));
        plain_authenticator(&authenticator::authenticator_update(&keys, epoch, key))
    }

    fn mac_header(keys: PlainAuthenticator, epoch: u64, header: &[u8]) -> Array32 {
        let keys = authenticator_of(keys);
        reveal(&authenticator::mac_header(&keys, epoch, &public(header)))
    }

    fn mac_ciphertext(keys: PlainAuthenticator, epoch: u64, ciphertext: &[u8]) -> Array32 {
        let (keys, ciphertext) = (authenticator_of(keys), public(ciphertext));
        reveal(&authenticator::mac_ciphertext(&keys, epoch, &ciphertext))
    }

    fn epoch_secret(kem_secret: Array32, epoch: u64) -> Array32 {
        let kem_secret = KemSecret::from_public_slice(&kem_secret);
        reveal(&authenticator::epoch_secret(kem_secret, epoch))
    }
}

fn chunk_of(chunk: &PlainChunk) -> Chunk {
    Chunk {
        index: chunk.index,
        data: ChunkData::from_native_slice(&chunk.data),
    }
}

fn plain_chunk(chunk: &Chunk) -> PlainChunk {
    PlainChunk {
        index: chunk.index,
        data: copy(&chunk.data),
    }
}

fn authenticator_of(keys: PlainAuthenticator) -> Authenticator {
    Authenticator {
        root_key: SparseRootKey::from_public_slice(&keys.root_key),
        mac_key: MacKey::from_public_slice(&keys.mac_key),
    }
}

fn plain_authenticator(keys: &Authenticator) -> PlainAuthenticator {
    PlainAuthenticator {
        root_key: reveal(&keys.root_key),
        mac_key: reveal(&keys.mac_key),
    }
}
