//! Messages in any order, lost, and repeated.
use super::super::address::ALICE;
use super::super::build::Plan;
use super::super::double_ratchet::order;
use super::super::forge::{spqr_of, with_fields, Direction, SPQR};
use super::super::protobuf::Item;
use super::super::script::{Script, Sent, Setting, ONE_TIME_PREKEY, SIGNED_PREKEY};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::BraidState;
use crate::outcome::ErrorClass::DuplicateMessage;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(order::BOTH_VERSIONS)?;
    tests.extend(order::orders(of).take(2).collect::<Plan<Vec<_>>>()?);
    tests.extend(of.all(&[self_session, lost_header_chunk, other_writers])?);
    Ok(tests)
}

/// Two devices of one account, with one identity.
fn self_session(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 31);
    let identity = script.draw("identity of the account");
    script.party_with("phone", ALICE, 1, 1001, identity.clone())?;
    script.party_with("laptop", ALICE, 2, 1002, identity)?;
    script.signed_prekey("laptop", SIGNED_PREKEY)?;
    script.one_time_prekey("laptop", ONE_TIME_PREKEY)?;
    let bundle = script.bundle("laptop", Some(ONE_TIME_PREKEY))?;
    script.start("phone", "laptop", &bundle)?;
    script.exchange("phone", "laptop", "hello")?;
    script.save("laptop", "phone")?;
    script.exchange("laptop", "phone", "hello back")?;
    Ok(script.finish("two devices of one account", &["SelfSession", "InOrder"]))
}

/// Three chunks are the header: 0 arrives, 1 is lost, 2 arrives, and 3 completes it.
fn lost_header_chunk(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 32)?;
    let sent = script.encrypt_many("alice", "bob", "message", 3)?;
    script.opens_all("bob", "alice", [&sent[1], &sent[2]])?;
    expect(&script, BraidState::HeaderReceived)?;
    script.exchange("bob", "alice", "the first chunk of a ciphertext")?;
    script.opens("bob", "alice", &sent[0])?;
    Ok(script.finish(
        "a chunk of the header is late: a parity chunk stands in for it",
        &["LostChunks", "OutOfOrder"],
    ))
}

/// What the braid of Bob must be.
fn expect(script: &Script, state: BraidState) -> Plan<()> {
    match script.braid("bob", "alice") {
        Some(found) if found == state => Ok(()),
        found => Err(super::super::PlanError(format!("bob is in {found:?}"))),
    }
}

/// A change of a message under its tag.
type Change = fn(&Sent) -> Vec<u8>;

/// Messages of writers that this project is not.
fn other_writers(of: Setting) -> Plan<TestPlan> {
    let changes: [Change; 4] = [
        |sent| [&[0x43][..], &sent.message[1..]].concat(),
        |sent| with_sparse(sent, |spqr| spqr.extend([0xff, 0])),
        // 01 | epoch | index | type | chunk index | 32 bytes
        |sent| with_sparse(sent, |spqr| drop(spqr.splice(1..2, [0x81, 0x80, 0x00]))),
        |sent| {
            with_fields(&sent.message, &|fields| {
                fields.push(Item::Bytes(15, b"?".to_vec()));
            })
        },
    ];
    let mut script = Script::established(of, 33)?;
    let direction = Direction::of(&script, "alice", "bob")?;
    let sent = script.encrypt_many("alice", "bob", "message", 4)?;
    for (sent, change) in sent.iter().zip(changes) {
        let bytes = change(sent);
        let other = direction.retag(sent, |unsigned| {
            *unsigned = bytes[..bytes.len() - 8].to_vec();
        });
        script.opens("bob", "alice", &other)?;
    }
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    Ok(script.finish(
        "version byte 43; bytes after the SPQR message; an epoch that is not minimal; an unknown field",
        &["OtherWriters"],
    ))
}

/// A message whose SPQR message is altered.
fn with_sparse(sent: &Sent, change: fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut spqr = spqr_of(&sent.message);
    change(&mut spqr);
    with_fields(&sent.message, &|fields| {
        super::super::protobuf::set(fields, Item::Bytes(SPQR, spqr.clone()));
    })
}
