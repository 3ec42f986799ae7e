//! Finding and reading the source files of the specification.

use std::fs;
use std::path::{Path, PathBuf};

/// The one folder outside the subset, and why.
pub const OUTSIDE: (&str, &str) = (
    "notation",
    "field elements over ruint: an element is an integer mod p and is translated to Z mod p",
);

/// The one module that declares byte-array types.
pub const ARRAY_TYPES: &str = "keys::types";

/// A file before parsing.
#[derive(Clone, Debug)]
pub struct Source {
    /// `handshake::x3dh`; empty for `lib.rs`.
    pub module: String,
    /// As it is printed in messages.
    pub file: String,
    pub text: String,
}

impl Source {
    /// A file that exists in memory only.
    #[must_use]
    pub fn snippet(module: &str, text: &str) -> Self {
        let file = format!("{}.rs", module.replace("::", "/"));
        Self {
            module: module.to_owned(),
            file,
            text: text.to_owned(),
        }
    }

    /// Whether the file stands in the folder outside the subset.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.module.starts_with(&format!("{}::", OUTSIDE.0))
    }
}

/// Why the sources could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path}: {error}")]
    Io { path: String, error: std::io::Error },
    #[error("{0}: no Rust source file")]
    Empty(String),
}

/// All `.rs` files under a folder (or the one file), in a fixed order.
pub fn read(path: &Path) -> Result<Vec<Source>, ReadError> {
    let mut files = Vec::new();
    collect(path, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(ReadError::Empty(path.display().to_string()));
    }
    let root = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    files.iter().map(|file| read_file(root, file)).collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(|error| io(path, error))? {
        let child = entry.map_err(|error| io(path, error))?.path();
        if child.is_dir() {
            collect(&child, files)?;
        } else if child.extension().is_some_and(|extension| extension == "rs") {
            files.push(child);
        }
    }
    Ok(())
}

fn read_file(root: &Path, file: &Path) -> Result<Source, ReadError> {
    let text = fs::read_to_string(file).map_err(|error| io(file, error))?;
    let inside = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let segments: Vec<String> = inside
        .iter()
        .map(|segment| segment.to_string_lossy().into_owned())
        .collect();
    let module = if segments == ["lib"] {
        String::new()
    } else {
        segments.join("::")
    };
    Ok(Source {
        module,
        file: file.display().to_string(),
        text,
    })
}

fn io(path: &Path, error: std::io::Error) -> ReadError {
    ReadError::Io {
        path: path.display().to_string(),
        error,
    }
}
