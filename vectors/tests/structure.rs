//! The shape of the two crates: they mirror each other, and their dependencies point down only.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Item, UseTree, Visibility};

/// What one crate has and the other has not, each with its reason. At most 12.
const EXCEPTIONS: [(&str, &str); 10] = [
    (
        "notation",
        "spec only: integers modulo p and q; impl takes field arithmetic from libraries",
    ),
    (
        "primitives::field25519",
        "spec only: impl takes the field from graviola and curve25519-dalek",
    ),
    (
        "primitives::scalar25519",
        "spec only: impl takes the scalars from curve25519-dalek",
    ),
    (
        "primitives::aes",
        "spec only: impl takes the block cipher from the crate aes",
    ),
    (
        "primitives::sha3",
        "spec only: a part of the KEM, which impl takes from libcrux-ml-kem",
    ),
    (
        "primitives::mlkem::k_pke",
        "spec only: the inside of the KEM, which impl takes from libcrux-ml-kem",
    ),
    (
        "primitives::sha2::sha256_block",
        "spec only: impl takes the compression from the crate sha2",
    ),
    (
        "primitives::sha2::sha512_block",
        "spec only: impl takes the compression from the crate sha2",
    ),
    (
        "primitives::edwards25519::integer_mul",
        "spec only: impl takes the test for torsion from curve25519-dalek",
    ),
    (
        "primitives::edwards25519::point_of_y",
        "spec only: impl takes the decompression from curve25519-dalek",
    ),
];
/// Modules of impl without a twin: what the platform gives, and constant-time comparison.
const IMPL_ONLY: [&str; 2] = ["backend", "ct"];

/// Layers from the bottom up; a module may use what stands before its own layer, and its own folder.
const LAYERS: [&[&str]; 9] = [
    &["ct"],
    &["keys::types"],
    &["notation", "address", "backend"],
    &["primitives"],
    &["keys"],
    &["wire"],
    &["handshake", "ratchet"],
    &["groups", "fingerprint"],
    &["session"],
];

fn root(package: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(package)
}

/// Every module of a crate with its parsed file, by path such as `ratchet::double`.
fn modules(package: &str) -> BTreeMap<String, syn::File> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, syn::File>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let name = if prefix.is_empty() {
                stem.clone()
            } else {
                format!("{prefix}::{stem}")
            };
            if path.is_dir() {
                walk(&path, &name, found);
            } else {
                assert_ne!(
                    stem,
                    "mod",
                    "{}: name the file after its module",
                    path.display()
                );
                found.insert(
                    name,
                    syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap(),
                );
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&root(package).join("src"), "", &mut found);
    found.remove("lib").expect("a crate root");
    found
}

fn is_within(name: &str, modules: &[&str]) -> bool {
    modules
        .iter()
        .any(|m| name == *m || name.starts_with(&format!("{m}::")))
}

fn exceptions() -> Vec<&'static str> {
    EXCEPTIONS.iter().map(|(name, _)| *name).collect()
}

fn is_exception(module: &str, function: &syn::Ident) -> bool {
    exceptions().contains(&format!("{module}::{function}").as_str())
}

/// The public names of a module, exceptions aside; of an enum its variants too.
fn public_names(module: &str, file: &syn::File) -> BTreeSet<String> {
    let public = |vis: &Visibility| matches!(vis, Visibility::Public(_));
    let mut names = BTreeSet::new();
    for item in &file.items {
        match item {
            Item::Fn(f) if public(&f.vis) && !is_exception(module, &f.sig.ident) => {
                names.insert(format!("fn {}", f.sig.ident));
            }
            Item::Struct(s) if public(&s.vis) => {
                names.insert(format!("type {}", s.ident));
            }
            Item::Enum(e) if public(&e.vis) => {
                names.insert(format!("type {}", e.ident));
                names.extend(
                    e.variants
                        .iter()
                        .map(|v| format!("type {}::{}", e.ident, v.ident)),
                );
            }
            Item::Const(c) if public(&c.vis) => {
                names.insert(format!("const {}", c.ident));
            }
            _ => {}
        }
    }
    names
}

#[test]
fn spec_and_impl_have_the_same_modules() {
    println!("{} exceptions:", EXCEPTIONS.len());
    for (name, reason) in EXCEPTIONS {
        println!("  {name}: {reason}");
    }
    assert!(EXCEPTIONS.len() <= 12, "too many exceptions");
    let kept = |package, left_out: &[&str]| -> BTreeSet<String> {
        modules(package)
            .into_keys()
            .filter(|name| !is_within(name, left_out))
            .collect()
    };
    assert_eq!(kept("spec", &exceptions()), kept("impl", &IMPL_ONLY));
}

#[test]
fn spec_and_impl_have_the_same_public_names() {
    let implementation = modules("impl");
    let mut differences = Vec::new();
    for (name, file) in modules("spec") {
        // The types of `keys::types` come out of macros on both sides; the compiler compares their uses.
        if is_within(&name, &exceptions()) || name == "keys::types" {
            continue;
        }
        let (spec, twin) = (
            public_names(&name, &file),
            public_names(&name, &implementation[&name]),
        );
        differences.extend(
            spec.difference(&twin)
                .map(|n| format!("{name}: spec only: {n}")),
        );
        differences.extend(
            twin.difference(&spec)
                .map(|n| format!("{name}: impl only: {n}")),
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_exception_exists() {
    let spec = modules("spec");
    let has_function = |name: &str| {
        let (module, function) = name.rsplit_once("::").unwrap_or_default();
        let named = |item: &Item| matches!(item, Item::Fn(f) if f.sig.ident == function);
        spec.get(module)
            .is_some_and(|file| file.items.iter().any(named))
    };
    for (name, _) in EXCEPTIONS {
        let exists = spec.contains_key(name) || has_function(name);
        assert!(exists, "{name} is gone: remove the exception");
    }
}

/// The crate paths that a `use` item names, as `ratchet::double::State`.
fn used_paths(tree: &UseTree, prefix: &str, found: &mut Vec<String>) {
    let join = |name: &dyn ToString| match prefix {
        "" => name.to_string(),
        _ => format!("{prefix}::{}", name.to_string()),
    };
    match tree {
        UseTree::Path(path) => used_paths(&path.tree, &join(&path.ident), found),
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|t| used_paths(t, prefix, found)),
        UseTree::Name(name) => found.push(join(&name.ident)),
        UseTree::Rename(rename) => found.push(join(&rename.ident)),
        UseTree::Glob(_) => found.push(prefix.to_owned()),
    }
}

fn layer(name: &str) -> usize {
    let of = |m: &&[&str]| is_within(name, m);
    LAYERS
        .iter()
        .position(of)
        .unwrap_or_else(|| panic!("{name} is in no layer"))
}

#[test]
fn dependencies_point_down_only() {
    for package in ["spec", "impl"] {
        let mut seen = 0;
        for (name, file) in modules(package) {
            for item in &file.items {
                let Item::Use(item) = item else { continue };
                let mut paths = Vec::new();
                used_paths(&item.tree, "", &mut paths);
                for path in paths.iter().filter_map(|p| p.strip_prefix("crate::")) {
                    seen += 1;
                    let folder = |n: &str| n.split("::").next().unwrap().to_owned();
                    let down = layer(path) < layer(&name);
                    assert!(
                        down || folder(path) == folder(&name),
                        "{package}: {name} uses {path}: dependencies point down only"
                    );
                }
            }
        }
        assert!(seen > 20, "{package}: only {seen} uses were seen");
    }
}

fn sources(package: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(package).join("src"), &mut found);
    found
}

#[test]
fn no_crate_catches_panics_and_wire_does_no_cryptography() {
    for package in ["spec", "impl"] {
        for (path, text) in sources(package) {
            assert!(
                !text.contains("catch_unwind"),
                "{}: catches panics",
                path.display()
            );
        }
        for (name, file) in modules(package) {
            let mut paths = Vec::new();
            for item in &file.items {
                if let Item::Use(item) = item {
                    used_paths(&item.tree, "", &mut paths);
                }
            }
            let cryptography = paths.iter().any(|p| p.starts_with("crate::primitives"));
            assert!(
                !(is_within(&name, &["wire"]) && cryptography),
                "{package}: {name} uses primitives"
            );
        }
    }
}

/// The names under `[dependencies]` of a manifest, target-specific ones included.
fn dependencies(package: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root(package).join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-");
        } else if let (true, Some((name, _))) = (inside, line.split_once('=')) {
            names.insert(name.trim().to_owned());
        }
    }
    names
}

#[test]
fn neither_crate_depends_on_the_other() {
    let expected = ["hacspec-lib", "num-traits", "ruint"].map(str::to_owned);
    assert_eq!(dependencies("spec"), BTreeSet::from(expected));
    let found = dependencies("impl");
    assert!(found.contains("curve25519-dalek"), "{found:?}");
    assert!(
        !found.iter().any(|name| name.contains("twinratchet")),
        "{found:?}"
    );
}
