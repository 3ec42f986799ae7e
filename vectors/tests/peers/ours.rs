//! Our side: a driver, with random bytes from a seed.
use crate::program::Program;
use crate::side::{bytes, Address, Sealed, Side};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use twinratchet_vectors::driver::Driver;
use twinratchet_vectors::outcome::{Outcome, Verdict};
use twinratchet_vectors::step::{Step, Subject};

const NOW_MS: u64 = 1_700_000_000_000;
/// Names of parties in steps; the other one is there for its address alone.
const US: &str = "us";
const THEM: &str = "them";

pub struct Ours {
    driver: Box<dyn Driver>,
    profile: &'static str,
    address: Address,
    rng: ChaCha20Rng,
    last_id: u32,
}

impl Ours {
    /// A side that suits a program.
    pub fn new(driver: Box<dyn Driver>, program: &Program, rng: &mut ChaCha20Rng) -> Self {
        Self {
            driver,
            profile: program.profile,
            address: Address::random(rng),
            rng: ChaCha20Rng::from_seed(bytes(rng)),
            last_id: 0,
        }
    }

    pub fn address(&self) -> Address {
        self.address.clone()
    }

    /// Forget everything, and be someone else.
    pub fn reset(&mut self) {
        self.driver.reset();
        self.address = Address::random(&mut self.rng);
        let address = self.address();
        self.create(US, &address);
    }

    /// Learn who the other side is.
    pub fn meet(&mut self, them: &Address) {
        self.create(THEM, them);
    }

    fn create(&mut self, party: &str, address: &Address) {
        let step = json!({
            "op": "create_party", "party": party, "name": address.name, "deviceId": address.device_id,
            "identityPrivate": self.random::<32>(), "registrationId": self.rng.next_u32() % 0x3fff + 1,
            "profile": self.profile,
        });
        self.valid(step);
    }

    fn random<const N: usize>(&mut self) -> String {
        hex::encode(bytes::<N>(&mut self.rng))
    }

    fn execute(&mut self, step: &Value) -> Outcome {
        let read: Step = serde_json::from_value(step.clone()).unwrap();
        self.driver.execute(&read)
    }

    #[allow(clippy::needless_pass_by_value)] // steps are written where they are executed
    fn valid(&mut self, step: Value) -> Outcome {
        let outcome = self.execute(&step);
        assert_eq!(outcome.result, Verdict::Valid, "{step}: {outcome:?}");
        outcome
    }

    fn add_prekey(&mut self, op: &str) -> u32 {
        self.last_id += 1;
        let mut step = json!({ "op": op, "party": US, "id": self.last_id });
        if op == "add_kem_prekey" {
            step["seed"] = self.random::<64>().into();
            step["lastResort"] = false.into();
        } else {
            step["private"] = self.random::<32>().into();
        }
        self.valid(step);
        self.last_id
    }
}

impl Side for Ours {
    fn publish(&mut self, one_time: bool) -> Value {
        let mut step = json!({
            "op": "publish_bundle", "party": US, "signedPrekeyId": self.add_prekey("add_signed_prekey"),
            "signatureRandom": self.random::<64>(),
        });
        if one_time {
            step["oneTimePrekeyId"] = self.add_prekey("add_one_time_prekey").into();
        }
        if self.profile == "signal_v4" {
            step["kemPrekeyId"] = self.add_prekey("add_kem_prekey").into();
            step["kemSignatureRandom"] = self.random::<64>().into();
        }
        self.valid(step).outputs["bundle"].clone()
    }

    fn start(&mut self, bundle: &Value) {
        let step = json!({
            "op": "start_session", "party": US, "peer": THEM, "bundle": bundle,
            "basePrivate": self.random::<32>(), "ratchetPrivate": self.random::<32>(),
            "kemRandom": self.random::<32>(), "nowMs": NOW_MS,
        });
        self.valid(step);
    }

    fn seal(&mut self, plaintext: &[u8]) -> Sealed {
        let step = json!({
            "op": "encrypt", "party": US, "peer": THEM, "plaintext": hex::encode(plaintext),
            "kemSeed": self.random::<64>(), "kemRandom": self.random::<32>(), "nowMs": NOW_MS,
        });
        let outcome = self.valid(step);
        let kind = outcome.outputs["kind"].as_str().unwrap().to_owned();
        let message = outcome.bytes("message").unwrap();
        Sealed { kind, message }
    }

    /// A refused message must leave the record as it was, byte for byte.
    fn open(&mut self, sealed: &Sealed) -> Result<Vec<u8>, String> {
        let record = Subject::record(US, THEM);
        let before = self.driver.saved(&record);
        let step = json!({
            "op": "decrypt", "party": US, "peer": THEM, "kind": sealed.kind,
            "message": hex::encode(&sealed.message), "ratchetPrivate": self.random::<32>(),
        });
        let outcome = self.execute(&step);
        if let Some(class) = outcome.error_class {
            assert_eq!(before, self.driver.saved(&record), "{step}");
            return Err(serde_json::to_value(class)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned());
        }
        Ok(outcome.bytes("plaintext").unwrap())
    }

    fn names_duplicates(&self) -> bool {
        true
    }
}
