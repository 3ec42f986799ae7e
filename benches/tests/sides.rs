//! What is timed is the same work on both sides, and of the length that the floors count.
use twinratchet_benches::floor::{MessageShape, JUMP};
use twinratchet_benches::operation::Operation;
use twinratchet_benches::side::optimised::Optimised;
use twinratchet_benches::side::specification::Specification;
use twinratchet_benches::side::{answered, on_a_chain, started, Side};

const TAG: usize = 8;

/// A message in a session that was answered, after so many others on its chain.
fn message<S: Side>(plaintext: usize, after: u32) -> S::Message {
    let (mut alice, _) = answered::<S>();
    let plaintext = S::plaintext(&vec![0x61; plaintext]);
    for _ in 0..after {
        S::encrypt(&mut alice, &plaintext);
    }
    S::encrypt(&mut alice, &plaintext)
}

#[test]
fn both_sides_send_the_same_bytes() {
    let first = started::<Optimised>(&Optimised::plaintext(b"first")).2;
    let first_of_spec = started::<Specification>(&Specification::plaintext(b"first")).2;
    assert_eq!(first, first_of_spec.native_slice());
    for length in [16, 1024] {
        let of_spec = message::<Specification>(length, 0);
        assert_eq!(message::<Optimised>(length, 0), of_spec.native_slice());
    }
}

#[test]
fn messages_have_the_lengths_that_the_floors_count() {
    let jump = MessageShape {
        counter: JUMP + 1,
        ..MessageShape::plain(16)
    };
    for shape in [MessageShape::plain(16), MessageShape::plain(1024), jump] {
        let message = message::<Optimised>(shape.plaintext, shape.counter);
        assert_eq!(message.len(), shape.covered() + TAG);
    }
}

#[test]
fn forked_device_goes_on_with_the_conversation() {
    let (mut alice, bob) = on_a_chain::<Optimised>();
    let plaintext = Optimised::plaintext(b"again");
    let message = Optimised::encrypt(&mut alice, &plaintext);
    for _ in 0..2 {
        assert_eq!(
            Optimised::decrypt(&mut Optimised::fork(&bob), &message),
            plaintext
        );
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
