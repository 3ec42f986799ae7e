//! The profiles keep the checks of spec code on, in release builds as well: run with `cargo test --release`.
//!
//! hacspec-lib checks lengths by debug assertions, and rustc checks sums only where it is told to. Without them a
//! short array would be filled with zeros, a wrong chunk would pass, and a counter would wrap: all silently.
use hacspec_lib::*;
use std::hint::black_box;
use std::panic::{catch_unwind, UnwindSafe};
use twinratchet_spec::keys::types::*;
use twinratchet_spec::primitives::sha2::{sha256_block, SHA256_BLOCK_LEN};

/// Whether a computation panics.
fn panics<T>(computation: impl FnOnce() -> T + UnwindSafe) -> bool {
    catch_unwind(|| {
        black_box(computation());
    })
    .is_err()
}

#[test]
fn an_array_of_the_wrong_length_is_refused() {
    let fill = |length: usize| {
        let bytes = ByteSeq::new(black_box(length));
        panics(|| RootKey::from_seq(&bytes))
    };
    assert!(!fill(32));
    assert!(fill(31));
    assert!(fill(33));
}

#[test]
fn a_public_array_of_the_wrong_length_is_refused() {
    let fill = |length: usize| {
        let bytes = Seq::<u8>::new(black_box(length));
        panics(|| PublicKey::from_seq(&bytes))
    };
    assert!(!fill(32));
    assert!(fill(31));
}

#[test]
fn a_chunk_of_the_wrong_length_is_refused() {
    let set = |length: usize| {
        let chunk = ByteSeq::new(black_box(length));
        panics(|| RootKey::new().set_chunk(16, 1, &chunk))
    };
    assert!(!set(16));
    assert!(set(15));
    assert!(set(17));
}

#[test]
fn a_sum_above_32_bits_is_refused() {
    let add = |a: u32| panics(move || black_box(a) + black_box(1));
    assert!(!add(u32::MAX - 1));
    assert!(add(u32::MAX));
}

#[test]
fn an_overflow_inside_the_spec_is_refused() {
    // Block 2^58 begins at byte 2^64, which would wrap to the first block.
    let compress = |block: usize| {
        let message = ByteSeq::new(SHA256_BLOCK_LEN);
        panics(|| sha256_block(Sha256State::new(), &message, black_box(block)))
    };
    assert!(!compress(0));
    assert!(compress(1 << 58));
}
