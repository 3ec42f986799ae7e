//! The program `twinratchet`: exit codes, selection, reports, and that no changed byte goes unnoticed.
use serde_json::{json, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use twinratchet_vectors::files;
use twinratchet_vectors::report::table::{table, Colour};
use twinratchet_vectors::report::{DriverReport, FamilyReport, Report};

fn twinratchet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinratchet"))
        .args(arguments)
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of its own for a test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A family of two tests, both right.
fn right() -> Value {
    json!({
        "algorithm": "SHA-256",
        "schema": "own.json",
        "version": 1,
        "numberOfTests": 2,
        "header": ["A family of a test of the command line."],
        "notes": { "Own": { "description": "Empty and short input.", "effect": "Wrong digests." } },
        "testGroups": [{
            "type": "sha256",
            "profile": "spec",
            "source": "FIPS 180-4 and its examples",
            "tests": [
                {
                    "tcId": 1, "comment": "empty", "flags": ["Own"], "message": "",
                    "expected": {
                        "result": "valid",
                        "digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                    }
                },
                {
                    "tcId": 7, "comment": "abc", "flags": ["Own"], "message": "616263",
                    "expected": {
                        "result": "valid",
                        "digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                    }
                }
            ]
        }]
    })
}

fn written(folder: &Path, name: &str, file: &Value) -> String {
    let path = folder.join(name);
    fs::write(&path, format!("{file:#}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Verify a family that was altered: it must fail, and say what is meant.
fn refused(test: &str, alter: impl FnOnce(&mut Value), named: &[&str]) {
    let mut file = right();
    alter(&mut file);
    let path = written(&folder("refused"), &format!("{test}.json"), &file);
    let output = twinratchet(&["verify", &path]);
    assert_eq!(code(&output), 1, "{test}");
    for text in named.iter().copied().chain([test]) {
        assert!(
            stderr(&output).contains(text),
            "{test}: {text} in {}",
            stderr(&output)
        );
    }
}

#[test]
fn published_vectors_agree_from_any_directory() {
    let output = Command::new(env!("CARGO_BIN_EXE_twinratchet"))
        .current_dir(folder("elsewhere"))
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["family", "tests", "spec", "impl", "time"]);
    let total: Vec<&str> = lines.last().unwrap().split_whitespace().collect();
    assert_eq!((total[0], total[2], total[3]), ("total", "ok", "ok"));
    assert_eq!(stderr(&output), "");
}

#[test]
fn committed_vectors_are_what_the_specification_computes() {
    let output = twinratchet(&["generate", "--check"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn usage_errors_exit_with_2() {
    for arguments in [
        &["nonsense"][..],
        &["verify", "--nonsense"],
        &["verify", "--tc", "one"],
        &["verify", "--family"],
        &["verify", "--driver", "nonsense"],
        &["verify", "--recordings", "a.json", "b.json"],
        &["diff", "--cases", "1"],
        &["diff", "--cases", "1", "--seed", "1", "--shard", "2/1"],
        &["generate", "file.json"],
    ] {
        let output = twinratchet(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stdout(&output).is_empty() && !stderr(&output).is_empty());
    }
}

#[test]
fn a_run_without_tests_exits_with_1() {
    for arguments in [
        &["verify", "--family", "nonsense"][..],
        &["verify", "--tc", "4000000000"],
        &["verify", "--list", "--tc", "4000000000"],
        &["diff", "--cases", "0", "--seed", "1"],
    ] {
        assert_eq!(code(&twinratchet(arguments)), 1, "{arguments:?}");
    }
}

#[test]
fn a_right_file_agrees() {
    let path = written(&folder("right"), "right.json", &right());
    let output = twinratchet(&["verify", &path]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn a_malformed_file_is_named() {
    refused(
        "count",
        |file| file["numberOfTests"] = json!(3),
        &["numberOfTests"],
    );
    refused("version", |file| file["version"] = json!(2), &["version"]);
    refused("extra", |file| file["extra"] = json!(1), &["extra"]);
    refused("head", |file| file["header"] = json!("text"), &[]);
    let folder = folder("refused");
    let missing = folder.join("missing.json");
    let output = twinratchet(&["verify", missing.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("missing.json"));
    for (name, text) in [
        ("text.json", "text".to_owned()),
        (
            "twice.json",
            right().to_string().replacen('{', "{\"version\":1,", 1),
        ),
        ("cut.json", right().to_string()[..500].to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
        let output = twinratchet(&["verify", folder.join(name).to_str().unwrap()]);
        assert_eq!(code(&output), 1, "{name}");
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
}

#[test]
fn a_malformed_test_is_named() {
    fn test(file: &mut Value) -> &mut Value {
        &mut file["testGroups"][0]["tests"][1]
    }
    refused("id", |file| test(file)["tcId"] = json!(1), &["tcId 1"]);
    refused(
        "flag",
        |file| test(file)["flags"] = json!(["Other"]),
        &["tcId 7", "Other"],
    );
    refused(
        "member",
        |file| test(file)["other"] = json!("00"),
        &["tcId 7", "other"],
    );
    refused(
        "input",
        |file| test(file)["message"] = json!("6162 63"),
        &["tcId 7"],
    );
    refused(
        "upper",
        |file| test(file)["message"] = json!("6A"),
        &["tcId 7"],
    );
    refused(
        "op",
        |file| file["testGroups"][0]["type"] = json!("sha257"),
        &["tcId 7", "sha257"],
    );
    refused("steps", |file| test(file)["steps"] = json!([]), &["tcId 7"]);
    refused(
        "peers",
        |file| test(file)["confirmedBy"] = json!([]),
        &["/testGroups/0/tests/1"],
    );
    refused(
        "result",
        |file| test(file)["expected"]["result"] = json!("acceptable"),
        &["tcId 7"],
    );
    refused(
        "class",
        |file| test(file)["expected"]["errorClass"] = json!("other"),
        &["tcId 7"],
    );
}

#[test]
fn a_mismatch_names_the_test_the_step_the_path_and_both_values() {
    refused(
        "digest",
        |file| file["testGroups"][0]["tests"][1]["expected"]["digest"] = json!("00"),
        &[
            "tcId 7",
            "step 0 (sha256)",
            "spec",
            "impl",
            "/digest",
            "expected \"00\"",
            "got \"ba78",
        ],
    );
    refused(
        "output",
        |file| file["testGroups"][0]["tests"][1]["expected"]["other"] = json!(null),
        &["tcId 7", "/other: expected null, got nothing"],
    );
    refused(
        "absent",
        |file| {
            let expected = &mut file["testGroups"][0]["tests"][1]["expected"];
            expected.as_object_mut().unwrap().remove("digest");
        },
        &["tcId 7", "/digest: expected nothing, got \"ba78"],
    );
}

/// The published file with the fewest bytes.
fn smallest() -> PathBuf {
    let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let all = files::list(&files::published()).unwrap();
    all.into_iter().min_by_key(size).unwrap()
}

#[test]
fn one_changed_byte_is_found_by_the_program() {
    let source = smallest();
    let copy = folder("changed").join(source.file_name().unwrap());
    let text = fs::read_to_string(&source).unwrap();
    let id = text
        .split("\"tcId\": ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    let at = text.find("\"comment\": \"").unwrap() + "\"comment\": \"".len();
    let mut bytes = text.clone().into_bytes();
    bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
    for (bytes, expected) in [(text.clone().into_bytes(), 0), (bytes, 1)] {
        fs::write(&copy, bytes).unwrap();
        let output = twinratchet(&["verify", copy.to_str().unwrap()]);
        assert_eq!(code(&output), expected, "{}", stderr(&output));
        if expected == 1 {
            assert!(
                stderr(&output).contains(&format!("tcId {id}:")),
                "{}",
                stderr(&output)
            );
        }
    }
    fs::write(
        &copy,
        text.replacen("  \"algorithm\"", " \t\"algorithm\"", 1),
    )
    .unwrap();
    let output = twinratchet(&["verify", copy.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("is not the published file"));
}

#[test]
fn every_changed_byte_is_found_before_any_test_runs() {
    let source = smallest();
    let copy = folder("every").join(source.file_name().unwrap());
    let bytes = fs::read(&source).unwrap();
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&copy, changed).unwrap();
        let (_, failures) = files::load(&copy, &mut files::Indices::default());
        assert!(!failures.is_empty(), "byte {at}");
    }
}

#[test]
fn every_wrong_vector_fails_on_every_driver() {
    let path = files::root().join("canary.json");
    let output = twinratchet(&["verify", "--json", path.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let family = &report["families"][0];
    let tests = family["tests"].as_u64().unwrap();
    let kinds = operations().len() as u64;
    assert_eq!(tests, kinds + 2, "one per kind of step, two others");
    assert_eq!(report["drivers"], json!(["spec", "impl"]));
    for driver in family["drivers"].as_array().unwrap() {
        assert_eq!(
            (&driver["passed"], &driver["failed"]),
            (&json!(0), &json!(tests))
        );
    }
    let failures = report["failures"].as_array().unwrap();
    assert_eq!(failures.len() as u64, 2 * tests);
    for failure in failures {
        assert_eq!(failure["message"], json!("the outcome differs"));
    }
}

/// Every kind of step, from the message about one that is not known.
fn operations() -> Vec<String> {
    let unknown = json!({ "op": "?" });
    let error = serde_json::from_value::<twinratchet_vectors::step::Step>(unknown).unwrap_err();
    let text = error.to_string();
    let names = text.split("expected one of ").nth(1).unwrap();
    names
        .split(", ")
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

#[test]
fn tests_are_selected_by_family_and_id() {
    let all = twinratchet(&["verify", "--list"]);
    assert_eq!(code(&all), 0);
    let first = stdout(&all).lines().next().unwrap().to_owned();
    let mut words = first.split_whitespace();
    let (family, id) = (words.next().unwrap(), words.next().unwrap());
    let one = twinratchet(&["verify", "--list", "--family", family, "--tc", id]);
    assert_eq!(stdout(&one).trim_end(), first);
    let run = twinratchet(&["--json", "--family", family, "--tc", id]);
    assert_eq!(code(&run), 0, "{}", stderr(&run));
    let report: Value = serde_json::from_str(&stdout(&run)).unwrap();
    assert_eq!(
        (&report["tests"], &report["families"][0]["family"]),
        (&json!(1), &json!(family))
    );
}

#[test]
fn tests_run_on_the_selected_driver_alone() {
    for name in ["spec", "impl"] {
        let path = written(&folder(name), "right.json", &right());
        let output = twinratchet(&["verify", "--json", "--driver", name, &path]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(report["drivers"], json!([name]));
        let drivers = report["families"][0]["drivers"].as_array().unwrap();
        assert_eq!((drivers.len(), &drivers[0]["passed"]), (1, &json!(2)));
    }
}

#[test]
fn the_json_report_has_its_documented_members() {
    let path = written(&folder("json"), "own.json", &right());
    let output = twinratchet(&["verify", "--json", &path]);
    let mut report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for driver in report["families"][0]["drivers"].as_array_mut().unwrap() {
        assert!(driver["milliseconds"].take().as_f64().unwrap() >= 0.0);
    }
    let driver = |name| json!({ "driver": name, "passed": 2, "failed": 0, "milliseconds": null });
    let family = json!({
        "family": "own", "file": path, "tests": 2, "drivers": [driver("spec"), driver("impl")]
    });
    let expected = json!({
        "command": "verify", "ok": true, "tests": 2, "drivers": ["spec", "impl"],
        "families": [family], "failures": []
    });
    assert_eq!(report, expected);
}

#[test]
fn a_failure_in_the_json_report_has_its_documented_members() {
    let mut file = right();
    file["testGroups"][0]["tests"][0]["expected"]["digest"] = json!("00");
    let path = written(&folder("json"), "failing.json", &file);
    let output = twinratchet(&["verify", "--json", &path]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let expected = json!({
        "file": path, "tcId": 1, "driver": "spec", "step": 0, "op": "sha256",
        "message": "the outcome differs",
        "differences": [{
            "path": "/digest",
            "expected": "00",
            "got": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        }]
    });
    assert_eq!(
        (&report["failures"][0], &report["ok"]),
        (&expected, &json!(false))
    );
}

#[test]
fn the_junit_report_is_well_formed() {
    let mut file = right();
    file["numberOfTests"] = json!(5);
    let tests = &mut file["testGroups"][0]["tests"];
    tests[0]["comment"] = json!("<\"quoted\" & 'bent'>\n\u{1}");
    tests[0]["expected"]["digest"] = json!("00");
    let folder = folder("junit");
    let (path, xml) = (
        written(&folder, "own.json", &file),
        folder.join("report.xml"),
    );
    let output = twinratchet(&["verify", &path, "--junit", xml.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    let text = fs::read_to_string(xml).unwrap();
    let names = well_formed(&text);
    let count = |name: &str| names.iter().filter(|found| *found == name).count();
    assert_eq!((count("testsuites"), count("testsuite")), (1, 3));
    assert_eq!((count("testcase"), count("failure")), (5, 3));
    let nowhere = folder.join("no such folder/report.xml");
    let output = twinratchet(&["verify", &path, "--junit", nowhere.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
}

/// The names of all elements; panics unless tags are balanced and text is escaped.
fn well_formed(xml: &str) -> Vec<String> {
    let body = xml
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .unwrap();
    assert!(body.chars().all(|c| !c.is_control() || c == '\n'));
    let (mut open, mut names) = (Vec::new(), Vec::new());
    for tag in body.split('<').skip(1) {
        let (inside, text) = tag.split_once('>').unwrap();
        assert_eq!(text.trim(), "");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let element = inside.trim_end_matches('/');
        let name = element.split_whitespace().next().unwrap().to_owned();
        assert_eq!(element.matches('"').count() % 2, 0, "{inside}");
        for entity in element.split('&').skip(1) {
            assert!(entity.split(';').next().unwrap().len() < 6, "{inside}");
        }
        names.push(name.clone());
        if !inside.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty());
    names
}

#[test]
fn output_that_is_not_a_terminal_has_no_colour_and_no_progress() {
    let path = written(&folder("plain"), "own.json", &right());
    for no_color in ["", "1"] {
        let output = Command::new(env!("CARGO_BIN_EXE_twinratchet"))
            .args(["verify", &path])
            .env("NO_COLOR", no_color)
            .output()
            .unwrap();
        assert!(!stdout(&output).contains('\u{1b}'));
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn no_color_is_honoured_on_a_terminal() {
    assert_eq!(Colour::on_terminal(Some("1".as_ref())), Colour::Plain);
    assert_eq!(Colour::on_terminal(Some("".as_ref())), Colour::Ansi);
    assert_eq!(Colour::on_terminal(None), Colour::Ansi);
    let driver = DriverReport {
        driver: "spec".to_owned(),
        passed: 1,
        ..DriverReport::default()
    };
    let mut report = Report::new("verify", vec!["spec".to_owned()]);
    report.families = vec![FamilyReport {
        family: "own".to_owned(),
        tests: 1,
        drivers: vec![driver],
        ..FamilyReport::default()
    }];
    assert!(!table(&report, Colour::Plain).contains('\u{1b}'));
    assert!(table(&report, Colour::Ansi).contains("\u{1b}[32m"));
}
