//! The command line: exit codes and messages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for a test, under the build folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).expect("the build folder is writable");
    folder
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_twinratchet-proofs"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn a_clean_folder_gives_a_summary_and_0() {
    let folder = folder("clean");
    fs::write(
        folder.join("src/a.rs"),
        "const A: u8 = 1;\nfn f() -> u8 { A }",
    )
    .expect("written");
    fs::create_dir_all(folder.join("src/notation")).expect("written");
    fs::write(folder.join("src/notation/field.rs"), "impl A {}").expect("written");
    let (code, out, _) = run(&["translate", "--check-subset", path(&folder.join("src"))]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("1 files, 2 items, 1 functions: inside the subset; left out: notation"));
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn violations_give_a_line_each_and_1() {
    let folder = folder("violations");
    fs::write(
        folder.join("src/a.rs"),
        "trait T {}\nfn f(x: &mut u8) -> u8 { 0 }",
    )
    .expect("written");
    let (code, out, _) = run(&["translate", "--check-subset", path(&folder.join("src"))]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(code, Some(1));
    assert!(lines[0].ends_with("src/a.rs:1:1: trait"));
    assert!(lines[1].ends_with("src/a.rs:2:10: `&mut`"));
    assert_eq!(lines.len(), 2);
}

#[test]
fn wrong_usage_and_missing_files_give_2() {
    assert_eq!(run(&["translate", "--no-such-option"]).0, Some(2));
    let missing = run(&["translate", "--check-subset", "no/such/folder"]);
    assert_eq!(missing.0, Some(2));
    assert!(missing.2.starts_with("error: no/such/folder"));
}

#[test]
fn check_names_the_file_that_differs() {
    let folder = folder("check");
    let (sources, out) = (folder.join("src"), folder.join("out"));
    fs::write(sources.join("a.rs"), "fn f() -> u8 { 0 }").expect("written");
    let arguments = [
        "translate",
        "--module",
        "a",
        "--out",
        path(&out),
        path(&sources),
    ];
    let mut checking = arguments.to_vec();
    checking.push("--check");
    assert_eq!(run(&arguments).0, Some(0));
    assert_eq!(run(&checking).0, Some(0));
    fs::write(out.join("a.v"), "(* edited *)").expect("written");
    fs::write(out.join("old.v"), "").expect("written");
    let (code, printed, _) = run(&checking);
    assert_eq!(code, Some(1));
    assert!(printed.contains("old.v: is not generated any more\n"));
    assert!(printed.contains("a.v: differs from what is generated\n"));
    assert_eq!(run(&arguments).0, Some(0));
    assert_eq!(run(&checking).0, Some(0));
}

#[test]
fn the_committed_files_are_as_generated() {
    let (code, printed, errors) = run(&["translate", "--check"]);
    assert_eq!(code, Some(0), "{printed}{errors}");
}
