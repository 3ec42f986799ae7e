//! A group of two: each side sends to it, and the other reads.
use crate::program::{Peer, Theirs};
use crate::side::{bytes, Address};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use twinratchet_vectors::driver::Driver;
use twinratchet_vectors::outcome::Verdict;
use twinratchet_vectors::step::Step;

/// Messages of each side: 150, of which one in `BURST` is lost.
const BURSTS: usize = 30;
const BURST: usize = 5;
/// After so many bursts the sender distributes its key again, and the reader takes the first distribution again.
const AGAIN: usize = 10;

/// A side of a group.
trait Member {
    fn distribute(&mut self) -> String;
    /// Take a distribution of the other side.
    fn take(&mut self, distribution: &str);
    fn seal(&mut self, plaintext: &str) -> String;
    /// The plaintext of a message of the other side, or why there is none.
    fn open(&mut self, message: &str) -> Result<String, String>;
}

/// A crate in a group.
struct Ours<'a> {
    driver: &'a mut dyn Driver,
    address: Address,
    them: Address,
    group: String,
    rng: ChaCha20Rng,
}

impl Ours<'_> {
    fn step(&mut self, op: &str, sender: &Address, mut members: Value) -> Result<Value, String> {
        members["op"] = op.into();
        members["party"] = "us".into();
        members["sender"] = sender.name.as_str().into();
        members["senderDevice"] = sender.device_id.into();
        members["distributionId"] = self.group.replace('-', "").into();
        let step: Step = serde_json::from_value(members).unwrap();
        let outcome = self.driver.execute(&step);
        match outcome.result {
            Verdict::Valid => Ok(serde_json::to_value(outcome.outputs).unwrap()),
            Verdict::Invalid => Err(serde_json::to_value(outcome.error_class)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()),
        }
    }

    fn random<const N: usize>(&mut self) -> String {
        hex::encode(bytes::<N>(&mut self.rng))
    }
}

impl Member for Ours<'_> {
    fn distribute(&mut self) -> String {
        let fresh = json!({
            "chainIdRandom": self.rng.next_u32(), "chainKey": self.random::<32>(),
            "signingPrivate": self.random::<32>(),
        });
        let own = self.address.clone();
        text(
            &self.step("group_create_distribution", &own, fresh).unwrap(),
            "message",
        )
    }

    fn take(&mut self, distribution: &str) {
        let (them, message) = (self.them.clone(), json!({ "message": distribution }));
        self.step("group_process_distribution", &them, message)
            .unwrap();
    }

    fn seal(&mut self, plaintext: &str) -> String {
        let own = self.address.clone();
        let members = json!({ "plaintext": plaintext, "signatureRandom": self.random::<64>() });
        text(
            &self.step("group_encrypt", &own, members).unwrap(),
            "message",
        )
    }

    fn open(&mut self, message: &str) -> Result<String, String> {
        let them = self.them.clone();
        let opened = self.step("group_decrypt", &them, json!({ "message": message }))?;
        Ok(text(&opened, "plaintext"))
    }
}

/// A program in a group.
struct Foreign<'a> {
    theirs: Theirs<'a>,
    group: String,
}

impl Foreign<'_> {
    fn ask(&mut self, op: &str, mut members: Value) -> Result<Value, String> {
        members["group"] = self.group.as_str().into();
        self.theirs.ask(op, members)
    }
}

impl Member for Foreign<'_> {
    fn distribute(&mut self) -> String {
        text(
            &self.ask("group_create", json!({})).unwrap(),
            "distribution",
        )
    }

    fn take(&mut self, distribution: &str) {
        self.ask("group_process", json!({ "distribution": distribution }))
            .unwrap();
    }

    fn seal(&mut self, plaintext: &str) -> String {
        let members = json!({ "plaintext": plaintext });
        text(&self.ask("group_encrypt", members).unwrap(), "message")
    }

    fn open(&mut self, message: &str) -> Result<String, String> {
        let opened = self.ask("group_decrypt", json!({ "message": message }))?;
        Ok(text(&opened, "plaintext"))
    }
}

fn text(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap().to_owned()
}

/// What the program read of the crate, and the crate of the program.
pub fn talk(
    driver: &mut dyn Driver,
    peer: &mut Peer,
    profile: &str,
    rng: &mut ChaCha20Rng,
) -> [usize; 2] {
    driver.reset();
    let address = Address::random(rng);
    let step = json!({
        "op": "create_party", "party": "us", "name": address.name, "deviceId": address.device_id,
        "identityPrivate": hex::encode(bytes::<32>(rng)), "registrationId": 1, "profile": profile,
    });
    let created = driver.execute(&serde_json::from_value(step).unwrap());
    assert_eq!(created.result, Verdict::Valid);
    let theirs = Theirs::new(peer, address.clone(), rng);
    let group = Address::random(rng).name;
    let mut ours = Ours {
        driver,
        address,
        them: theirs.address().clone(),
        group: group.clone(),
        rng: ChaCha20Rng::from_seed(bytes(rng)),
    };
    let mut foreign = Foreign { theirs, group };
    [
        send(&mut ours, &mut foreign, rng),
        send(&mut foreign, &mut ours, rng),
    ]
}

/// One side sends, out of order and with losses; repeated and altered messages must be refused. How many were read.
fn send(sender: &mut dyn Member, reader: &mut dyn Member, rng: &mut ChaCha20Rng) -> usize {
    let first = sender.distribute();
    reader.take(&first);
    let mut read = 0;
    for burst in 0..BURSTS {
        let mut sent: Vec<[String; 2]> = (0..BURST)
            .map(|_| {
                let plaintext = hex::encode(bytes::<20>(rng));
                [sender.seal(&plaintext), plaintext]
            })
            .collect();
        // This one is lost.
        sent.remove(0);
        assert!(reader.open(&altered(&sent[0][0])).is_err());
        while !sent.is_empty() {
            let place = rng.next_u32() as usize % sent.len();
            let [message, plaintext] = sent.remove(place);
            assert_eq!(reader.open(&message), Ok(plaintext), "{message}");
            let again = reader.open(&message).unwrap_err();
            assert!(again.starts_with("duplicate"), "{again}");
            read += 1;
        }
        if burst == AGAIN {
            // Neither moves the chain of the reader.
            reader.take(&sender.distribute());
            reader.take(&first);
        }
    }
    read
}

/// The message with another signature.
fn altered(message: &str) -> String {
    let mut bytes = hex::decode(message).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    hex::encode(bytes)
}
