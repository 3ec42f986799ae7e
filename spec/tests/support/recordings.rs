//! Recorded answers of the deployed library. They are not part of this crate.
use serde_json::Value;
use std::path::Path;

/// The recordings of the deployed protocol; `None`, with the reason printed, where they are absent.
pub(crate) fn recorded() -> Option<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol/known-answers.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        Some(serde_json::from_str(&text).unwrap())
    } else {
        println!("SKIPPED: no recordings at {}", path.display());
        None
    }
}

/// A section of them.
#[allow(dead_code)] // not every target asks for one section
pub(crate) fn recording(section: &str) -> Option<Value> {
    Some(recorded()?[section].clone())
}
