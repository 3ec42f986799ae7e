//! Computing the recorded limits: of jumps and stored keys, of archived sessions, of unacknowledged ones.
use super::inputs::{Computed, Fault, Inputs};
use super::scene::{self, error, other_device_of_alice, Cast, Letter, Scene, ALICE, BOB, NOW_MS};
use crate::driver::Driver;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// Jumps that are tried.
const FIRST_DELIVERED: [u32; 5] = [24_998, 24_999, 25_000, 25_001, 25_002];
const AFTER_THE_FIRST: [u32; 4] = [24_999, 25_000, 25_001, 25_002];
/// Jumps after which the first message is delivered.
const BEFORE_THE_FIRST: [u32; 3] = [2001, 2000, 1999];

/// How many sessions are started, and whose late messages are delivered.
const SESSIONS: u32 = 43;
const LATE: [u32; 5] = [0, 1, 2, 3, 42];

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Ages of an unacknowledged session.
const AGES: [(&str, u64); 4] = [
    ("30d", 30 * DAY_MS),
    ("30d+999ms", 30 * DAY_MS + 999),
    ("30d+1s", 30 * DAY_MS + 1000),
    ("31d", 31 * DAY_MS),
];

/// Jumps between two people.
pub fn normal(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    jumps(driver, &scene::bob())
}

/// Jumps between two devices of one person.
pub fn note_to_self(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    jumps(driver, &other_device_of_alice())
}

/// The messages of one session, delivered in several orders to a Bob who has received nothing.
fn jumps(driver: &mut dyn Driver, bob: &Cast<'_>) -> Result<Computed, Fault> {
    let mut scene = Scene::new(driver, bob)?;
    let letters = letters(&mut scene)?;
    let mut found = Map::new();
    for counter in FIRST_DELIVERED {
        let result = deliver_in_order(&mut scene, bob, &letters, &[counter])?;
        let is_ok = result == "ok";
        found.insert(format!("first delivered counter {counter}"), result.into());
        if is_ok {
            found.insert(format!("skipped kept {counter}"), skipped(&scene)?);
        }
    }
    for counter in AFTER_THE_FIRST {
        let result = deliver_in_order(&mut scene, bob, &letters, &[0, counter])?;
        found.insert(format!("after 0, counter {counter}"), result.into());
    }
    for counter in BEFORE_THE_FIRST {
        let result = deliver_in_order(&mut scene, bob, &letters, &[counter, 0])?;
        found.insert(format!("after {counter}, counter 0"), result.into());
    }
    Ok(found)
}

/// The messages that are delivered, by their counters.
fn letters(scene: &mut Scene<'_>) -> Result<BTreeMap<u32, Letter>, Fault> {
    scene.established(None)?;
    let mut wanted: Vec<u32> = [FIRST_DELIVERED.as_slice(), &BEFORE_THE_FIRST, &[0]].concat();
    wanted.sort_unstable();
    let mut letters = BTreeMap::new();
    let mut next = 0;
    for counter in wanted {
        scene.drop_messages(ALICE, BOB, counter - next)?;
        letters.insert(counter, scene.letter(ALICE, BOB, "")?);
        next = counter + 1;
    }
    Ok(letters)
}

/// Deliver the messages of these counters to a new Bob: what the last one gives.
fn deliver_in_order(
    scene: &mut Scene<'_>,
    bob: &Cast<'_>,
    letters: &BTreeMap<u32, Letter>,
    order: &[u32],
) -> Result<String, Fault> {
    scene.create_with_prekeys(bob)?;
    let mut last = String::new();
    for counter in order {
        last = error(&scene.deliver(&letters[counter], BOB, ALICE)?);
    }
    Ok(last)
}

/// The stored keys of the chain that messages came in: how many, the lowest and the highest number.
fn skipped(scene: &Scene<'_>) -> Result<Value, Fault> {
    let session = scene
        .driver
        .snapshot(BOB, ALICE)
        .and_then(|snapshot| snapshot.current)
        .ok_or(Fault::Output("snapshot"))?;
    let runs = session
        .receiving
        .into_iter()
        .flat_map(|chain| chain.skipped);
    let numbers: Vec<u32> = runs.flat_map(|(from, to)| to..=from).collect();
    Ok(json!([
        numbers.len(),
        numbers.iter().min(),
        numbers.iter().max()
    ]))
}

/// More sessions than are kept, each with its own one-time prekey; then the second message of some.
pub fn archive(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    let mut scene = Scene::new(driver, &scene::bob())?;
    let mut late = Vec::new();
    for session in 0..SESSIONS {
        scene.add_one_time_prekey(session + 1)?;
        scene.established(Some(session + 1))?;
        let first = scene.letter(ALICE, BOB, "")?;
        late.push(scene.letter(ALICE, BOB, "")?);
        let result = error(&scene.deliver(&first, BOB, ALICE)?);
        if result != "ok" {
            return Err(Fault::Contradiction("a first message is refused"));
        }
    }
    let snapshot = scene.driver.snapshot(BOB, ALICE);
    let archived = snapshot.ok_or(Fault::Output("snapshot"))?.archived;
    let mut found = Map::new();
    found.insert(
        format!("archived_after_{SESSIONS}_sessions"),
        archived.into(),
    );
    for (session, letter) in (0..).zip(&late) {
        if LATE.contains(&session) {
            let result = error(&scene.deliver(letter, BOB, ALICE)?);
            found.insert(format!("late prekey {session}"), result.into());
        }
    }
    Ok(found)
}

/// Sending in a session that was never acknowledged.
///
/// The peer was also asked, at the first and at the last age, whether there is a session to send in; here that is whether
/// sending works.
pub fn age(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    let mut scene = Scene::new(driver, &scene::bob())?;
    scene.established(None)?;
    let mut found = Map::new();
    for (name, age) in AGES {
        let result = error(&scene.encrypt_at(ALICE, BOB, "", NOW_MS + age)?);
        found.insert(name.to_owned(), result.into());
    }
    let usable = |name: &str| found.get(name).and_then(Value::as_str) == Some("ok");
    let has_session = json!([usable("30d"), usable("31d")]);
    found.insert("hasCurrentState".to_owned(), has_session);
    Ok(found)
}
