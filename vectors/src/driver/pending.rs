//! Temporary: what the libraries do not have yet. A step that needs it panics.
macro_rules! pending {
    ($library:ty) => {
        use crate::driver::library::{
            Array32, Draw, Kem, PlainAuthenticator, PlainChainParameters, PlainChunk,
            PlainFirstHalf, PlainIncrementalPair, PlainSparseMessage, PlainSparseParameters,
            Randomness, SparseParts, SparseStates,
        };
        use crate::outcome::{ChainSnapshot, ErrorClass, SparseSnapshot};
        use crate::step::{Direction, KemSet};

        type Of<T> = Result<T, ErrorClass>;

        impl Kem for $library {
            fn kem_key_gen(_: KemSet, _: [u8; 64]) -> (Vec<u8>, Vec<u8>) {
                unimplemented!()
            }
            fn kem_encaps(_: KemSet, _: &[u8], _: Array32) -> Of<(Array32, Vec<u8>)> {
                unimplemented!()
            }
            fn kem_decaps(_: KemSet, _: &[u8], _: &[u8]) -> Of<Array32> {
                unimplemented!()
            }
            fn kem_generate(_: [u8; 64]) -> PlainIncrementalPair {
                unimplemented!()
            }
            fn kem_encaps1(_: &[u8], _: Array32) -> Of<PlainFirstHalf> {
                unimplemented!()
            }
            fn kem_is_match(_: &[u8], _: &[u8]) -> bool {
                unimplemented!()
            }
            fn kem_encaps2(_: &[u8], _: [u8; 2080]) -> Of<Vec<u8>> {
                unimplemented!()
            }
            fn kem_decaps_halves(_: &[u8], _: &[u8], _: &[u8]) -> Of<Array32> {
                unimplemented!()
            }
            fn parse_kem_public_key(_: &[u8]) -> Of<Vec<u8>> {
                unimplemented!()
            }
            fn parse_kem_secret_key(_: &[u8]) -> Of<(Vec<u8>, Vec<u8>)> {
                unimplemented!()
            }
            fn parse_kem_ciphertext(_: &[u8]) -> Of<Vec<u8>> {
                unimplemented!()
            }
        }

        impl SparseParts for $library {
            fn gf_mul(_: u16, _: u16) -> u16 {
                unimplemented!()
            }
            fn gf_div(_: u16, _: u16) -> u16 {
                unimplemented!()
            }
            fn gf_inv(_: u16) -> u16 {
                unimplemented!()
            }
            fn erasure_encode(_: &[u8], _: u32, _: u32) -> Of<(Vec<PlainChunk>, Vec<u8>)> {
                unimplemented!()
            }
            fn erasure_decode(_: u32, _: &[PlainChunk]) -> Of<(Option<Vec<u8>>, Vec<u8>)> {
                unimplemented!()
            }
            fn encode_sparse_message(_: &PlainSparseMessage) -> Of<Vec<u8>> {
                unimplemented!()
            }
            fn parse_sparse_message(_: &[u8]) -> Of<PlainSparseMessage> {
                unimplemented!()
            }
            fn authenticator(_: Array32, _: u64) -> PlainAuthenticator {
                unimplemented!()
            }
            fn authenticator_update(
                _: PlainAuthenticator,
                _: u64,
                _: Array32,
            ) -> PlainAuthenticator {
                unimplemented!()
            }
            fn mac_header(_: PlainAuthenticator, _: u64, _: &[u8]) -> Array32 {
                unimplemented!()
            }
            fn mac_ciphertext(_: PlainAuthenticator, _: u64, _: &[u8]) -> Array32 {
                unimplemented!()
            }
            fn epoch_secret(_: Array32, _: u64) -> Array32 {
                unimplemented!()
            }
        }

        impl SparseStates for $library {
            type Chain = ();
            type SparseState = ();

            fn chain_start(_: Direction, _: Array32, _: PlainChainParameters) {
                unimplemented!()
            }
            fn chain_add_epoch(_: &mut (), _: Array32) -> Of<()> {
                unimplemented!()
            }
            fn chain_send_key(_: &mut (), _: u64) -> Of<(u32, Array32)> {
                unimplemented!()
            }
            fn chain_receive_key(_: &mut (), _: u64, _: u32) -> Of<Array32> {
                unimplemented!()
            }
            fn chain_save(_: &()) -> Vec<u8> {
                unimplemented!()
            }
            fn chain_snapshot(_: &()) -> ChainSnapshot {
                unimplemented!()
            }
            fn sparse_start(_: &PlainSparseParameters) -> Of<()> {
                unimplemented!()
            }
            fn sparse_draws(_: &()) -> Draw {
                unimplemented!()
            }
            fn sparse_send(_: &mut (), _: &Randomness) -> Of<(Vec<u8>, Option<Array32>)> {
                unimplemented!()
            }
            fn sparse_receive(_: &mut (), _: &[u8]) -> Of<Option<Array32>> {
                unimplemented!()
            }
            fn sparse_save(_: &()) -> Vec<u8> {
                unimplemented!()
            }
            fn sparse_load(_: &[u8]) -> Of<()> {
                unimplemented!()
            }
            fn sparse_snapshot(_: &()) -> SparseSnapshot {
                unimplemented!()
            }
        }
    };
}
pub(crate) use pending;
