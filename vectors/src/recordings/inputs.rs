//! What the functions that compute a case are given, and what they give.
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{Outcome, Verdict};
use crate::step::Step;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Why a case could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An input is absent, or not of the form it should have.
    #[error("the input {0} is absent or malformed")]
    Input(&'static str),
    /// An input names something that is not known here.
    #[error("unknown {0}: {1}")]
    Unknown(&'static str, String),
    /// A step that should be valid is not.
    #[error("the step {0} is invalid: {1}")]
    Step(String, String),
    /// The driver left out an output.
    #[error("the driver gave no {0}")]
    Output(&'static str),
    /// Two ways to the same result differ, or a recorded signature does not verify.
    #[error("{0}")]
    Contradiction(&'static str),
    /// An item of a list of inputs is at fault.
    #[error("item {0}: {1}")]
    Item(usize, String),
    /// One of many of a case has a fault.
    #[error("{0} {1}: {2}")]
    At(&'static str, usize, Box<Fault>),
}

impl Fault {
    /// The same, with the place in the case: what stands there, and its number.
    #[must_use]
    pub fn at(self, what: &'static str, index: usize) -> Self {
        Self::At(what, index, Box::new(self))
    }
}

/// What computing a case gave: the results, by their names in the recording.
pub type Computed = Map<String, Value>;

/// The inputs of a case, by their paths.
#[derive(Clone, Debug)]
pub struct Inputs(Map<String, Value>);

impl Inputs {
    /// The inputs of a case.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// Put one more beside them.
    pub fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// All of them.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// An input of any kind.
    ///
    /// Errors: it is absent, or of another kind.
    pub fn read<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, Fault> {
        self.0
            .get(name)
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .ok_or(Fault::Input(name))
    }

    /// An input of any kind that may be absent or null.
    ///
    /// Errors: it is there and of another kind.
    pub fn optional<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.read(name).map(Some),
        }
    }

    /// Whether an input is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// An input of bytes.
    ///
    /// Errors: it is absent, or not lower-case hex.
    pub fn bytes(&self, name: &'static str) -> Result<Bytes, Fault> {
        self.read(name)
    }

    /// An input of bytes that may be null.
    ///
    /// Errors: it is absent, or neither null nor lower-case hex.
    pub fn optional_bytes(&self, name: &'static str) -> Result<Option<Bytes>, Fault> {
        self.read(name)
    }

    /// An input of text.
    ///
    /// Errors: it is absent, or not text.
    pub fn text(&self, name: &'static str) -> Result<&str, Fault> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .ok_or(Fault::Input(name))
    }

    /// An input of small numbers.
    ///
    /// Errors: it is absent, or not a number below 256.
    pub fn small(&self, name: &'static str) -> Result<u8, Fault> {
        self.read(name)
    }

    /// An input of numbers.
    ///
    /// Errors: it is absent, or not a number below 2^32.
    pub fn number(&self, name: &'static str) -> Result<u32, Fault> {
        self.0
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok())
            .ok_or(Fault::Input(name))
    }

    /// An input that is a list.
    ///
    /// Errors: it is absent or no list, or an item is not of the form it should have.
    pub fn list<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<T>, Fault> {
        let items = self
            .0
            .get(name)
            .and_then(Value::as_array)
            .ok_or(Fault::Input(name))?;
        let read = |(place, item): (usize, &Value)| {
            serde_json::from_value(item.clone())
                .map_err(|error| Fault::Item(place, error.to_string()))
        };
        items.iter().enumerate().map(read).collect()
    }

    /// An input that is a list of texts.
    ///
    /// Errors: it is absent, or not a list of texts.
    pub fn texts(&self, name: &'static str) -> Result<Vec<String>, Fault> {
        self.read(name)
    }

    /// The inputs of each item of a list.
    ///
    /// Errors: there is no list.
    pub fn items(&self, name: &'static str) -> Result<Vec<Inputs>, Fault> {
        let items: Vec<Map<String, Value>> = self.read(name)?;
        Ok(items.into_iter().map(Self::new).collect())
    }
}

/// A member of nested objects.
fn find_mut<'a>(value: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    let mut found = value;
    for name in path {
        found = found.get_mut(name)?;
    }
    Some(found)
}

/// Take a member out of nested objects.
pub fn take(value: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    find_mut(value, parents)?.as_object_mut()?.remove(*last)
}

/// A member of nested objects, at any depth.
#[must_use]
pub fn find<'a>(members: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(members.get(*first)?, |value, name| value.get(name))
}

/// The results that a list of names and values makes.
#[must_use]
pub fn results<const N: usize>(members: [(&str, Value); N]) -> Computed {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Bytes as they are recorded.
#[must_use]
pub fn hex_value(bytes: &[u8]) -> Value {
    Value::String(hex::encode(bytes))
}

/// Execute a step that should be valid.
///
/// Errors: it is not.
pub fn call(driver: &mut dyn Driver, step: &Step) -> Result<Outcome, Fault> {
    let outcome = driver.execute(step);
    match outcome.result {
        Verdict::Valid => Ok(outcome),
        Verdict::Invalid => Err(Fault::Step(
            format!("{step:?}"),
            class_name(&outcome).to_string(),
        )),
    }
}

/// Whether a step is valid.
pub fn holds(driver: &mut dyn Driver, step: &Step) -> bool {
    driver.execute(step).result == Verdict::Valid
}

/// The error class of an outcome as it is recorded; `ok` if there is none.
#[must_use]
pub fn class_name(outcome: &Outcome) -> Value {
    serde_json::to_value(outcome.error_class)
        .ok()
        .filter(Value::is_string)
        .unwrap_or_else(|| Value::String("ok".to_owned()))
}

/// An output of bytes.
///
/// Errors: there is none of that name.
pub fn output(outcome: &Outcome, name: &'static str) -> Result<Bytes, Fault> {
    outcome.bytes(name).map(Bytes).ok_or(Fault::Output(name))
}

/// An output of any kind.
///
/// Errors: there is none of that name.
pub fn output_value(outcome: &Outcome, name: &'static str) -> Result<Value, Fault> {
    outcome
        .outputs
        .get(name)
        .cloned()
        .ok_or(Fault::Output(name))
}

/// The serialised public key of a private key.
///
/// Errors: the private key is refused.
pub fn public_of(driver: &mut dyn Driver, private: &Bytes) -> Result<Bytes, Fault> {
    let step = Step::ParsePrivateKey {
        bytes: private.clone(),
    };
    output(&call(driver, &step)?, "public")
}

/// The coordinate u of a serialised public key.
///
/// Errors: it is shorter than a key.
pub fn coordinate(serialized: &Bytes) -> Result<Bytes, Fault> {
    match serialized.0.split_first() {
        Some((_, u)) => Ok(u.into()),
        None => Err(Fault::Output("public")),
    }
}
