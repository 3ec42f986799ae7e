//! Splitting a case into its inputs and what was recorded.
//!
//! The forms of a path:
//!
//! | path | means |
//! |---|---|
//! | `member`, `outer.member` | the member of the case |
//! | `list[op].member` | the member of each item of a list whose `op` is this one |
//! | `list[].member` | the member of each item of a list |
//! | `&path` | the member is an input, and it is compared as well |
//!
//! An input goes by its path; the inputs of a list stand in a list of the same length, in the place of their item.
use super::inputs::{take, Inputs};
use super::COMMENTS;
use serde_json::{Map, Value};

/// The inputs of a case, and what is left to compare; comments go.
#[must_use]
pub fn split(paths: &[&'static str], case: &Value) -> (Inputs, Value) {
    let mut inputs = Map::new();
    let mut recorded = case.clone();
    for path in paths {
        let (path, compared) = match path.strip_prefix('&') {
            Some(path) => (path, true),
            None => (*path, false),
        };
        let rest = (!compared).then_some(&mut recorded);
        match items_path(path) {
            Some(path) => give_items(&path, case, rest, &mut inputs),
            None => give(path, case, rest, &mut inputs),
        }
    }
    if let Value::Object(members) = &mut recorded {
        members.retain(|name, _| !COMMENTS.contains(&name.as_str()));
    }
    (Inputs::new(inputs), recorded)
}

/// The parts of `list[op].member`.
struct ItemsPath<'a> {
    list: &'a str,
    op: &'a str,
    member: &'a str,
}

impl ItemsPath<'_> {
    fn leads_to(&self, item: &Value) -> bool {
        self.op.is_empty() || item.get("op").and_then(Value::as_str) == Some(self.op)
    }
}

fn items_path(path: &str) -> Option<ItemsPath<'_>> {
    let (list, rest) = path.split_once('[')?;
    let (op, member) = rest.split_once("].")?;
    Some(ItemsPath { list, op, member })
}

/// Copy a member to the inputs, and take it out of the rest if there is one.
fn give(path: &str, from: &Value, rest: Option<&mut Value>, inputs: &mut Map<String, Value>) {
    let members: Vec<&str> = path.split('.').collect();
    let found = members
        .iter()
        .try_fold(from, |value, name| value.get(*name));
    if let Some(value) = found {
        inputs.insert(path.to_owned(), value.clone());
        rest.and_then(|rest| take(rest, &members));
    }
}

fn give_items(
    path: &ItemsPath<'_>,
    case: &Value,
    rest: Option<&mut Value>,
    inputs: &mut Map<String, Value>,
) {
    let Some(Value::Array(items)) = case.get(path.list) else {
        return;
    };
    let given = inputs
        .entry(path.list)
        .or_insert_with(|| vec![Value::Object(Map::new()); items.len()].into());
    let mut rest = rest.and_then(|rest| rest.get_mut(path.list));
    for (place, item) in items.iter().enumerate() {
        if let (true, Some(Value::Object(inputs))) = (path.leads_to(item), given.get_mut(place)) {
            let rest = rest.as_mut().and_then(|rest| rest.get_mut(place));
            give(path.member, item, rest, inputs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;
    use serde_json::{json, Value};

    #[test]
    fn inputs_of_lists_stand_in_the_place_of_their_item() {
        let case = json!({
            "source": "somewhere",
            "party": { "secret": "01", "public": "02" },
            "events": [
                { "op": "send", "text": "a", "wire": "b", "n": 1 },
                { "op": "deliver", "text": "a", "after": { "secret": "c", "n": 2 } },
                "no event",
            ],
        });
        let paths = [
            "party.secret",
            "events[].op",
            "events[send].text",
            "&events[send].wire",
            "&events[deliver].after.secret",
            "events[send].absent",
            "nothing[].here",
        ];
        let (inputs, recorded) = split(&paths, &case);
        let given: Vec<Value> = inputs.list("events").unwrap();
        let expected = json!([
            { "op": "send", "text": "a", "wire": "b" },
            { "op": "deliver", "after.secret": "c" },
            {},
        ]);
        assert_eq!(Value::from(given), expected);
        assert_eq!(inputs.text("party.secret").unwrap(), "01");
        let expected = json!({
            "party": { "public": "02" },
            "events": [
                { "wire": "b", "n": 1 },
                { "text": "a", "after": { "secret": "c", "n": 2 } },
                "no event",
            ],
        });
        assert_eq!(recorded, expected);
    }
}
