//! Files of vectors: finding them, reading them strictly, checking what no driver checks.
use crate::format::{Note, VectorFile};
use crate::index::{self, Entry, Index};
use crate::json;
use crate::report::Failure;
use crate::runner;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The version of the format.
pub const FORMAT_VERSION: u32 = 1;

/// A file of vectors, read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// As it is named in reports.
    pub name: String,
    /// The file stem.
    pub family: String,
    /// What it says.
    pub file: VectorFile,
}

/// The folder of this crate.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the published vectors.
#[must_use]
pub fn published() -> PathBuf {
    root().join("v1")
}

/// The files of vectors in a folder, sorted by name.
///
/// Errors: the folder cannot be read.
pub fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if is_json && path.file_name().is_some_and(|name| name != index::NAME) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The name of a file in reports: from the current directory, if it is under it.
#[must_use]
pub fn display_name(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The file stem: the family, if the file is a published one.
#[must_use]
pub fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Read a file and check everything that is not about outcomes.
///
/// What can be run is given even if something else is wrong.
pub fn load(path: &Path, indices: &mut Indices) -> (Option<Loaded>, Vec<Failure>) {
    let name = display_name(path);
    let fail = |message: String| (None, vec![Failure::of_file(&name, message)]);
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return fail(format!("cannot be read: {error}")),
    };
    let value = match json::parse(&bytes) {
        Ok(value) => value,
        Err(error) => return fail(format!("is not JSON: {error}")),
    };
    let mut failures = match indices.entry(path) {
        Ok(Some(entry)) => check_digests(&name, entry, &Entry::of(&bytes, &value)),
        Ok(None) => Vec::new(),
        Err(why) => vec![Failure::of_file(&name, why)],
    };
    let file = match serde_json::from_value::<VectorFile>(value.clone()) {
        Ok(file) => file,
        Err(error) => {
            failures.push(malformed(&name, &value, &error));
            return (None, failures);
        }
    };
    failures.extend(check_file(&name, &file, &value));
    let loaded = Loaded {
        family: stem(path),
        name,
        file,
    };
    (Some(loaded), failures)
}

/// Which test of a file cannot be read, if one can be named.
fn malformed(name: &str, value: &Value, error: &serde_json::Error) -> Failure {
    let bad = index::tests(value).find_map(|test| {
        let parsed = serde_json::from_value::<crate::format::Test>(test.clone());
        Some((index::tc_id(test)?, parsed.err()?))
    });
    match bad {
        Some((tc_id, error)) => Failure::of_test(name, tc_id, format!("cannot be read: {error}")),
        None => Failure::of_file(name, format!("is not a file of vectors: {error}")),
    }
}

fn check_file(name: &str, file: &VectorFile, value: &Value) -> Vec<Failure> {
    let mut failures = check_head(name, file);
    let mut seen = BTreeSet::new();
    for group in &file.test_groups {
        for test in &group.tests {
            let mut fail = |message| failures.push(Failure::of_test(name, test.tc_id, message));
            if !seen.insert(test.tc_id) {
                fail("the tcId is there twice".to_owned());
            }
            for flag in unknown_flags(&test.flags, &file.notes) {
                fail(format!("the notes do not explain the flag {flag}"));
            }
            if let Err(why) = runner::steps(group, test) {
                fail(why);
            }
        }
    }
    match serde_json::to_value(file) {
        Ok(written) => {
            failures.extend(
                json::differences(&written, value)
                    .into_iter()
                    .map(|difference| {
                        Failure::of_file(name, "is not read in full").with(difference)
                    }),
            );
        }
        Err(error) => failures.push(Failure::of_file(name, error.to_string())),
    }
    failures
}

fn check_head(name: &str, file: &VectorFile) -> Vec<Failure> {
    let mut failures = Vec::new();
    let tests: usize = file.test_groups.iter().map(|group| group.tests.len()).sum();
    if file.number_of_tests != tests {
        let message = format!(
            "numberOfTests is {}, there are {tests}",
            file.number_of_tests
        );
        failures.push(Failure::of_file(name, message));
    }
    if file.version != FORMAT_VERSION {
        let message = format!("version is {}, not {FORMAT_VERSION}", file.version);
        failures.push(Failure::of_file(name, message));
    }
    failures
}

fn unknown_flags<'a>(
    flags: &'a [String],
    notes: &'a BTreeMap<String, Note>,
) -> impl Iterator<Item = &'a String> {
    flags.iter().filter(|flag| !notes.contains_key(*flag))
}

/// The tests that changed, or else the file.
fn check_digests(name: &str, published: &Entry, found: &Entry) -> Vec<Failure> {
    if published == found {
        return Vec::new();
    }
    let ids: BTreeSet<&u32> = published.tests.keys().chain(found.tests.keys()).collect();
    let failures: Vec<Failure> = ids
        .into_iter()
        .filter_map(|id| {
            let message = match (published.tests.get(id), found.tests.get(id)) {
                (Some(a), Some(b)) if a == b => return None,
                (Some(_), Some(_)) => "is not the published test",
                (Some(_), None) => "is published and not in the file",
                (None, _) => "is not published",
            };
            Some(Failure::of_test(name, *id, message))
        })
        .collect();
    if failures.is_empty() {
        return vec![Failure::of_file(
            name,
            "is not the published file: its SHA-256 differs",
        )];
    }
    failures
}

/// The indices of the folders that were looked into.
#[derive(Default)]
pub struct Indices(BTreeMap<PathBuf, Result<Option<Index>, String>>);

impl Indices {
    /// The digests that a file should have: by the index beside it, or else by that of the published vectors if the
    /// file has the name of one of them.
    fn entry(&mut self, path: &Path) -> Result<Option<&Entry>, String> {
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        if self.folder(&folder)?.is_none() {
            let index = self.folder(&published())?;
            return Ok(index.and_then(|index| index.files.get(&name)));
        }
        match self.folder(&folder)? {
            Some(index) => index
                .files
                .get(&name)
                .map(Some)
                .ok_or_else(|| format!("is not in {}", index::NAME)),
            None => Ok(None),
        }
    }

    /// The index of a folder.
    ///
    /// Errors: why it cannot be used.
    pub fn folder(&mut self, folder: &Path) -> Result<Option<&Index>, String> {
        let read = || Index::read(folder).map_err(|why| format!("{}: {why}", index::NAME));
        let entry = self.0.entry(folder.to_path_buf()).or_insert_with(read);
        entry.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}
