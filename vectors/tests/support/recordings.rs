//! What the tests of recordings share: where the files are, and values altered at random.
use rand_chacha::rand_core::Rng;
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How many leaves are altered, one after the other.
pub const ALTERATIONS: usize = 100;
pub const SEED: u64 = 20_260_101;

/// A file of recordings, if it is there: it is in the workplace and not part of the repository.
pub fn recording(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol");
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("LEFT OUT: there are no recordings at {}", path.display());
    None
}

pub fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Replay a file by the command.
pub fn command(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinratchet"))
        .args(["verify", "--recordings"])
        .arg(path)
        .output()
        .unwrap()
}

/// Another value of the same kind.
pub fn alter(value: &mut Value, rng: &mut ChaCha20Rng) {
    *value = match &*value {
        Value::Bool(old) => Value::Bool(!old),
        Value::Number(old) => Value::from(old.as_u64().unwrap() + 1),
        Value::String(old) => Value::String(altered_text(old, rng)),
        _ => Value::from(0),
    };
}

fn altered_text(old: &str, rng: &mut ChaCha20Rng) -> String {
    if old.is_empty() || hex::decode(old).is_err() {
        return format!("{old}x");
    }
    let at = rng.next_u32() as usize % old.len();
    let digit = u32::from_str_radix(&old[at..=at], 16).unwrap();
    let other = (digit + 1 + rng.next_u32() % 15) % 16;
    format!("{}{other:x}{}", &old[..at], &old[at + 1..])
}
