//! `verify`, on files of vectors.
use super::output::{complain, fail, finish, print, progress_bar};
use super::{End, VerifyOptions};
use crate::files::Loaded;
use crate::json::shorten;
use crate::verify::{self, Selected, Selection};
use serde_json::{json, Value};
use std::path::PathBuf;

/// Replay the selected tests, or list them.
pub fn command(files: Vec<PathBuf>, options: VerifyOptions) -> End {
    let selection = Selection {
        files,
        family: options.family,
        tc: options.tc,
        driver: options.driver,
    };
    if options.list {
        list(&selection, options.output.json)
    } else {
        finish(&verify::run(&selection, &progress_bar()), &options.output)
    }
}

fn list(selection: &Selection, as_json: bool) -> End {
    let (loaded, failures) = selection.load();
    for failure in &failures {
        complain(&failure.to_string());
    }
    let tests = selection.tests(&loaded);
    print(&if as_json {
        let entries: Vec<Value> = tests.iter().map(|test| entry(test, &loaded)).collect();
        format!("{:#}\n", json!({ "command": "list", "tests": entries }))
    } else {
        tests.iter().map(|test| line(test, &loaded)).collect()
    });
    if tests.is_empty() {
        return fail("no test is selected");
    }
    if failures.is_empty() {
        End::Agree
    } else {
        End::Disagree
    }
}

fn line(selected: &Selected<'_>, loaded: &[Loaded]) -> String {
    let family = &loaded[selected.file].family;
    let comment = shorten(&selected.test.comment);
    format!("{family} {} {comment}\n", selected.test.tc_id)
}

fn entry(selected: &Selected<'_>, loaded: &[Loaded]) -> Value {
    let Loaded { family, name, .. } = &loaded[selected.file];
    json!({
        "family": family,
        "file": name,
        "tcId": selected.test.tc_id,
        "type": selected.group.kind,
        "flags": selected.test.flags,
        "comment": selected.test.comment,
    })
}
