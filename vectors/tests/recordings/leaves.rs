//! The recorded results of SPQR, and which members are none.
use serde_json::{json, Value};

/// The sections: where, under which name, and which members are no results.
pub const SECTIONS: [(&str, &str, &[&str]); 16] = [
    ("/gf16/mul", "gf16.mul", &["0", "1"]),
    ("/gf16/div", "gf16.div", &["0", "1"]),
    ("/gf16/inv", "gf16.inv", &["0"]),
    (
        "/erasure_code/encode",
        "erasure_code.encode",
        &["message", "index"],
    ),
    (
        "/erasure_code/decode",
        "erasure_code.decode",
        &["name", "length", "chunk"],
    ),
    (
        "/erasure_code/errors",
        "erasure_code.errors",
        &["op", "length"],
    ),
    (
        "/erasure_code/encoder_state",
        "erasure_code.encoder_state",
        &["message", "after_chunks"],
    ),
    (
        "/erasure_code/index_wrap",
        "erasure_code.index_wrap",
        &["message", "nth"],
    ),
    ("/hkdf/cases", "hkdf", &["ikm", "salt", "info", "length"]),
    (
        "/authenticator/cases",
        "authenticator",
        &["op", "mac_epoch", "hdr", "ct"],
    ),
    (
        "/incremental_mlkem768/cases",
        "incremental_mlkem768",
        &["keygen_random_d_z", "encaps_random_m"],
    ),
    (
        "/chain/cases",
        "chain",
        &[
            "name",
            "direction",
            "initial_key",
            "max_jump",
            "max_ooo_keys",
            "secret",
            "op",
        ],
    ),
    (
        "/wire/serialize",
        "wire.serialize",
        &["epoch", "index", "type", "chunk_index", "chunk_data"],
    ),
    ("/wire/parse", "wire.parse", &["name", "bytes"]),
    (
        "/traces/cases",
        "traces",
        &[
            "name",
            "source",
            "auth_key",
            "parameters",
            "op",
            "by",
            "random",
            "change",
        ],
    ),
    (
        "/state_snapshots/cases",
        "state_snapshots",
        &["trace", "at"],
    ),
];

/// A recorded result: the section, the place of its case there, and its place in the case.
#[derive(Clone)]
pub struct Leaf {
    pub section: usize,
    pub case: Option<usize>,
    pub inner: String,
}

impl Leaf {
    /// How a failure there is named.
    pub fn name(&self) -> String {
        let (_, name, _) = SECTIONS[self.section];
        format!("{name}[{}]", self.case.unwrap_or(0))
    }

    pub fn pointer(&self) -> String {
        let (section, _, _) = SECTIONS[self.section];
        match self.case {
            Some(case) => format!("{section}/{case}{}", self.inner),
            None => format!("{section}{}", self.inner),
        }
    }

    /// Its place in the case as a failure tells it: rows and lists have names there.
    pub fn told(&self) -> String {
        match SECTIONS[self.section].1 {
            "gf16.mul" => "/product".to_owned(),
            "gf16.div" => "/quotient".to_owned(),
            "gf16.inv" => "/inverse".to_owned(),
            "authenticator" => format!("/steps{}", self.inner),
            _ => self.inner.clone(),
        }
    }

    /// The same, of a case that is the first of its section.
    pub fn first(&self) -> Self {
        Self {
            case: self.case.map(|_| 0),
            ..self.clone()
        }
    }

    /// A file with nothing but this case, and the leaf in it.
    pub fn alone(&self, file: &Value) -> (Value, Self) {
        let (section, _, _) = SECTIONS[self.section];
        let whole = file.pointer(section).unwrap();
        let Some(case) = self.case else {
            return (with(section, whole.clone()), self.clone());
        };
        let mut reduced = with(section, json!([whole[case]]));
        if section == "/state_snapshots/cases" {
            reduced["traces"] = json!({ "cases": [conversation(file, &whole[case])] });
        }
        (reduced, self.first())
    }
}

/// A file with one section.
pub fn with(section: &str, content: Value) -> Value {
    let names: Vec<&str> = section.trim_start_matches('/').split('/').collect();
    let wrap = |content, name: &&str| json!({ *name: content });
    let mut file = names.iter().rev().fold(content, wrap);
    file["about"] = json!({});
    file
}

/// The conversation that a stored state is from.
fn conversation<'a>(file: &'a Value, state: &Value) -> &'a Value {
    let start = match state["trace"].as_str().unwrap() {
        "in order" => "in order, strict",
        _ => "loss",
    };
    let traces = file["traces"]["cases"].as_array().unwrap();
    let name = |trace: &Value| trace["name"].as_str().unwrap().starts_with(start);
    traces.iter().find(|trace| name(trace)).unwrap()
}

/// Every recorded result, by section.
pub fn leaves(file: &Value) -> Vec<Vec<Leaf>> {
    let of_section = |section: usize| {
        let (pointer, _, _) = SECTIONS[section];
        let mut found = Vec::new();
        match file.pointer(pointer).unwrap() {
            Value::Array(cases) => {
                for (index, case) in cases.iter().enumerate() {
                    collect(case, (section, Some(index)), "", &mut found);
                }
            }
            one => collect(one, (section, None), "", &mut found),
        }
        found
    };
    (0..SECTIONS.len()).map(of_section).collect()
}

fn collect(
    value: &Value,
    (section, case): (usize, Option<usize>),
    inner: &str,
    found: &mut Vec<Leaf>,
) {
    let (_, _, others) = SECTIONS[section];
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(n, v)| (n.clone(), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        _ => {
            found.push(Leaf {
                section,
                case,
                inner: inner.to_owned(),
            });
            return;
        }
    };
    for (name, member) in members {
        if !others.contains(&name.as_str()) && !is_given(value, &name) {
            collect(member, (section, case), &format!("{inner}/{name}"), found);
        }
    }
}

/// Whether a member is an input here that is a result elsewhere in its section.
fn is_given(members: &Value, name: &str) -> bool {
    let validates = members.get("matches").is_some();
    match (members["op"].as_str(), name) {
        (Some("send_key" | "recv_key"), "epoch")
        | (Some("recv_key"), "index")
        | (Some("recv"), "n") => true,
        (_, "ek" | "hdr") => validates,
        _ => false,
    }
}
