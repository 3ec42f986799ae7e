//! `v1/INDEX.json`: a digest of every published file and of every test in it.
//!
//! Most of a test is checked by running it; its comment, its flags and the head of its file are not. The digests find a
//! change there too, and name the test.
use crate::driver::implementation::Implementation;
use crate::driver::library::Primitives;
use crate::json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Its file name, beside the files it describes.
pub const NAME: &str = "INDEX.json";

/// The digests of a folder of vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Index {
    /// Lines for the reader.
    pub header: Vec<String>,
    /// By file name.
    pub files: BTreeMap<String, Entry>,
}

/// The digests of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// SHA-256 of the file.
    pub sha256: String,
    /// By `tcId`: SHA-256 of the test as JSON without spaces, members sorted by name.
    pub tests: BTreeMap<u32, String>,
}

impl Entry {
    /// The digests of a file: its bytes, and the same parsed.
    #[must_use]
    pub fn of(bytes: &[u8], parsed: &Value) -> Self {
        let tests = tests(parsed).filter_map(|test| Some((tc_id(test)?, test_digest(test))));
        Self {
            sha256: digest(bytes),
            tests: tests.collect(),
        }
    }
}

impl Default for Index {
    fn default() -> Self {
        let header = [
            "SHA-256 of every file in this folder, and of every test.",
            "A test is hashed as JSON without spaces, its members sorted by name at every depth.",
        ];
        Self {
            header: header.map(str::to_owned).to_vec(),
            files: BTreeMap::new(),
        }
    }
}

impl Index {
    /// The index of a folder, if it has one.
    ///
    /// Errors: it cannot be read, or is not what `generate` writes.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(NAME);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
        let value = json::parse(&bytes).map_err(|error| error.to_string())?;
        let index: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let written = index.to_bytes().map_err(|error| error.to_string())?;
        if index.header != Self::default().header || written != bytes {
            return Err("not as `generate` writes it".to_owned());
        }
        Ok(Some(index))
    }

    /// Its text.
    ///
    /// Errors: none that are known.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The tests of a parsed file.
pub fn tests(file: &Value) -> impl Iterator<Item = &Value> {
    let groups = file["testGroups"].as_array().into_iter().flatten();
    groups.flat_map(|group| group["tests"].as_array().into_iter().flatten())
}

/// The id of a parsed test.
#[must_use]
pub fn tc_id(test: &Value) -> Option<u32> {
    test["tcId"].as_u64()?.try_into().ok()
}

fn test_digest(test: &Value) -> String {
    digest(json::canonical(test).as_bytes())
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Implementation::sha256(bytes))
}
