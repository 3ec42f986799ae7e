//! What is timed is the same work on both sides, and of the length that the floors count.
use twinratchet_benches::floor::{MessageShape, EPOCH_MESSAGES, JUMP};
use twinratchet_benches::operation::{Operation, SparseTurns};
use twinratchet_benches::side::optimised::Optimised;
use twinratchet_benches::side::specification::Specification;
use twinratchet_benches::side::Version::{self, V3, V4};
use twinratchet_benches::side::{answered, on_a_chain, started, Side};

const TAG: usize = 8;

/// A message in a session that was answered, after so many others on its chain.
fn message<S: Side>(version: Version, plaintext: usize, after: u32) -> S::Message {
    let (mut alice, _) = match version {
        V3 => answered::<S>(V3),
        V4 => on_a_chain::<S>(V4),
    };
    let plaintext = S::plaintext(&vec![0x61; plaintext]);
    for _ in 0..after {
        S::encrypt(&mut alice, &plaintext);
    }
    S::encrypt(&mut alice, &plaintext)
}

#[test]
fn both_sides_send_the_same_bytes() {
    for version in [V3, V4] {
        let first = started::<Optimised>(version, &Optimised::plaintext(b"first")).2;
        let plaintext = Specification::plaintext(b"first");
        let first_of_spec = started::<Specification>(version, &plaintext).2;
        assert_eq!(first, first_of_spec.native_slice());
        for length in [16, 1024] {
            let of_spec = message::<Specification>(version, length, 0);
            let of_impl = message::<Optimised>(version, length, 0);
            assert_eq!(of_impl, of_spec.native_slice());
        }
    }
}

#[test]
fn both_sides_of_spqr_send_the_same_bytes() {
    let mut of_spec = SparseTurns::<Specification>::new();
    let mut of_impl = SparseTurns::<Optimised>::new();
    for _ in 0..=2 * EPOCH_MESSAGES {
        assert_eq!(of_impl.message(), of_spec.message().native_slice());
    }
}

#[test]
fn messages_have_the_lengths_that_the_floors_count() {
    for version in [V3, V4] {
        let plain = MessageShape::plain(version, 16);
        let (long, jump) = (MessageShape::plain(version, 1024), plain.after(JUMP));
        for (shape, after) in [(plain, 0), (plain, 15), (long, 0), (jump, JUMP + 1)] {
            let message = message::<Optimised>(version, shape.plaintext, after);
            assert_eq!(message.len(), shape.covered() + TAG);
        }
    }
}

#[test]
fn forked_device_goes_on_with_the_conversation() {
    for version in [V3, V4] {
        let (mut alice, bob) = on_a_chain::<Optimised>(version);
        let plaintext = Optimised::plaintext(b"again");
        let message = Optimised::encrypt(&mut alice, &plaintext);
        for _ in 0..2 {
            assert_eq!(
                Optimised::decrypt(&mut Optimised::fork(&bob), &message),
                plaintext
            );
        }
    }
}

#[test]
fn every_operation_of_impl_and_floor_runs() {
    for operation in Operation::ALL {
        operation.timer::<Optimised>()(3);
        assert!(
            !operation.floor_timer()(3).is_zero(),
            "{operation:?} does work"
        );
    }
}
