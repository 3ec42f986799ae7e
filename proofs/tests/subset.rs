//! Every form outside the subset is rejected at its place and with its reason.

use std::path::Path;
use twinratchet_proofs::program::Program;
use twinratchet_proofs::source::{read, Source};

/// The violations of one module, as `line:column: reason`.
fn violations(module: &str, text: &str) -> Vec<String> {
    match Program::load(&[Source::snippet(module, text)]) {
        Ok(_) => Vec::new(),
        Err(violations) => violations
            .iter()
            .map(|v| format!("{}:{}: {}", v.pos.line, v.pos.column, v.reason))
            .collect(),
    }
}

fn rejects(text: &str, expected: &str) {
    assert_eq!(violations("sample", text), [expected], "{text}");
}

/// A statement in a function whose result is a `u32`.
fn rejects_statement(statement: &str, expected: &str) {
    rejects(
        &format!("fn f(a: u32, s: Seq<u8>) -> u32 {{\n{statement}\n0u32\n}}"),
        expected,
    );
}

/// An expression as the value of a `let`; it begins in column 9 of line 2.
fn rejects_expression(expression: &str, expected: &str) {
    rejects_statement(&format!("let b = {expression};"), expected);
}

fn accepts(module: &str, text: &str) {
    assert_eq!(violations(module, text), Vec::<String>::new(), "{text}");
}

#[test]
fn the_specification_is_inside_the_subset() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/src");
    let found = match Program::load(&read(&path).expect("the specification is there")) {
        Ok(program) => {
            assert!(program.modules.len() > 1, "no module was read");
            Vec::new()
        }
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    };
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_module_of_every_allowed_form_is_accepted() {
    accepts(
        "keys::types",
        "bytes!(A, 32);\npublic_bytes!(B, 4);\narray!(C, 8, U32);\n",
    );
    accepts(
        "sample",
        r#"//! A module.
use hacspec_lib::*;
pub mod child;
/// A constant.
pub const LIMIT: u32 = 7;
const TABLE: [u8; 2] = [1, 2];
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Error { #[default] Plain, Pair(u32, bool), Named { gap: u32 } }
type Answer = Result<u32, Error>;
#[derive(Clone)]
pub struct State { pub n: u32, pub list: Seq<u8> }
fn helper(state: &State, n: u32) -> Answer {
    if n > LIMIT { Answer::Err(Error::Named { gap: n - LIMIT }) } else { Ok(state.n) }
}
fn main(state: State, bytes: &ByteSeq) -> Result<(u32, ByteSeq), Error> {
    let n = helper(&state, 3u32)?;
    let mut out = ByteSeq::from_public_slice(b"label");
    let (mut a, _): (u32, bool) = (n, !true);
    for i in 0..out.len() {
        if state.list[i] == 0u8 && i < 3 { out[i] = U8(0x5c) ^ bytes[i]; } else { a = a + 1u32; }
    }
    match a { 0 => a = 1, _ => () }
    match Error::Plain {
        Error::Pair(x, _) => Ok((x as u32, out)),
        Error::Named { gap } => Ok((gap, out.concat(bytes))),
        Error::Plain => { let m = helper(&state, a)?; Ok((m, out.slice(0, 1))) }
    }
}
"#,
    );
}

#[test]
fn all_violations_are_reported_and_not_only_the_first() {
    let found = violations(
        "sample",
        "trait T {}\nstatic X: u32 = 1;\nunion U { a: u8 }\n",
    );
    assert_eq!(found, ["1:1: trait", "2:1: static", "3:1: union"]);
}

#[test]
fn a_violation_is_printed_with_file_line_and_column() {
    let violations = Program::load(&[Source::snippet("wire::message", "\n  trait T {}")]);
    let first = violations.expect_err("a trait is outside the subset")[0].to_string();
    assert_eq!(first, "wire/message.rs:2:3: trait");
}

#[test]
fn text_that_is_not_rust_is_rejected() {
    rejects(
        "fn f( {",
        "1:7: not Rust: cannot parse string into token stream",
    );
}

// Items.

#[test]
fn items_outside_the_list_are_rejected() {
    rejects("impl A {}", "1:1: impl");
    rejects("extern crate a;", "1:1: extern");
    rejects(
        "macro_rules! m { () => {} }",
        "1:1: macro `macro_rules!` as an item",
    );
    rejects("mod a { }", "1:7: module inside a file");
    rejects("struct A(u8);", "1:8: struct without named fields");
    rejects("struct A;", "1:8: struct without named fields");
    rejects("enum A { B = 3 }", "1:12: number given to a variant");
}

#[test]
fn array_types_elsewhere_are_rejected() {
    rejects("bytes!(Key, 32);", "1:1: `bytes!` outside keys/types.rs");
    assert_eq!(
        violations("keys::types", "bytes!(Key, N);"),
        ["1:8: array type not of the form `Name, 32` or `Name, 8, U32`"]
    );
}

#[test]
fn attributes_outside_the_list_are_rejected() {
    let reason = "1:1: attribute other than a doc comment or a known derive";
    rejects("#[inline]\nfn f() -> u8 { 0 }", reason);
    rejects("#[cfg(test)]\nfn f() -> u8 { 0 }", reason);
    rejects("#[allow(dead_code)]\nfn f() -> u8 { 0 }", reason);
    rejects(
        "#[derive(Hash)]\nstruct A { a: u8 }",
        "1:10: derive of `Hash`",
    );
}

#[test]
fn attributes_inside_functions_are_rejected() {
    let reason = "attribute other than a doc comment or a known derive";
    rejects_statement("#[cfg(test)] a = 1;", &format!("2:1: {reason}"));
    rejects_statement("#[cfg(test)] let b = a;", &format!("2:1: {reason}"));
    rejects_expression("#[cfg(test)] { a }", &format!("2:9: {reason}"));
}

#[test]
fn functions_with_more_than_a_plain_signature_are_rejected() {
    rejects("const fn f() -> u8 { 0 }", "1:1: `const fn`");
    rejects("async fn f() -> u8 { 0 }", "1:1: `async fn`");
    rejects("unsafe fn f() -> u8 { 0 }", "1:1: `unsafe fn`");
    rejects("extern \"C\" fn f() -> u8 { 0 }", "1:1: `extern fn`");
    rejects("fn f(self) -> u8 { 0 }", "1:6: `self` parameter");
    rejects(
        "fn f((a, b): (u8, u8)) -> u8 { 0 }",
        "1:6: pattern as a parameter",
    );
    rejects(
        "fn f<const N: usize>() -> u8 { 0 }",
        "1:6: generic parameter",
    );
    rejects("fn f() -> u8 where u8: Copy { 0 }", "1:14: `where` clause");
}

#[test]
fn functions_without_a_result_are_rejected() {
    let found = violations("sample", "fn f() { }");
    assert_eq!(
        found,
        [
            "1:4: function without a result",
            "1:8: block without a value"
        ]
    );
}

#[test]
fn uses_outside_the_program_are_rejected() {
    rejects(
        "use std::io::*;",
        "1:14: import from `std::io`, which is not in the subset",
    );
    rejects(
        "use crate::other::*;",
        "1:19: import from `crate::other`, which is not in the subset",
    );
    rejects("use hacspec_lib::Seq as S;", "1:18: `use .. as ..`");
}

// Types.

#[test]
fn types_outside_the_list_are_rejected() {
    rejects("fn f(a: &mut u8) -> u8 { 0 }", "1:10: `&mut`");
    rejects("fn f(a: &'static u8) -> u8 { 0 }", "1:10: lifetime");
    rejects(
        "struct A { a: &u8 }",
        "1:15: reference other than a parameter",
    );
    rejects(
        "fn f(a: [u8; 4]) -> u8 { 0 }",
        "1:9: native array other than a constant",
    );
    rejects("fn f(a: &[u8]) -> u8 { 0 }", "1:10: slice");
    rejects("fn f(a: impl Copy) -> u8 { 0 }", "1:9: trait as a type");
    rejects(
        "fn f(a: fn(u8) -> u8) -> u8 { 0 }",
        "1:9: function as a type",
    );
    rejects("fn f(a: *const u8) -> u8 { 0 }", "1:9: pointer");
    rejects(
        "fn f(a: Vec<u8>) -> u8 { 0 }",
        "1:9: unknown generic type `Vec`",
    );
    rejects("fn f(a: f64) -> u8 { 0 }", "1:9: unknown type `f64`");
    rejects("fn f(a: i32) -> u8 { 0 }", "1:9: unknown type `i32`");
    rejects(
        "fn f(a: keys::K) -> u8 { 0 }",
        "1:9: qualified type `keys::K`",
    );
}

// Statements.

#[test]
fn control_flow_outside_the_list_is_rejected() {
    rejects_statement("return a;", "2:1: early `return`");
    rejects_statement("while true {}", "2:1: `while`");
    rejects_statement("loop {}", "2:1: `loop`");
    rejects_statement("for i in 0..1 { break; }", "2:17: `break`");
    rejects_statement("for i in 0..1 { continue; }", "2:17: `continue`");
    rejects_statement("for i in 0..=1 {}", "2:10: range other than `a..b`");
    rejects_statement(
        "for i in s {}",
        "2:10: `for` over something other than `a..b`",
    );
    rejects_statement("'l: for i in 0..1 {}", "2:1: loop label");
    rejects_statement("unsafe {};", "2:1: `unsafe`");
    rejects_statement("match a { 0 if true => {} _ => {} }", "2:13: `match` guard");
    rejects_statement("if let 0 = a {}", "2:4: `if let`");
}

#[test]
fn bindings_outside_the_list_are_rejected() {
    rejects_statement("let b;", "2:1: `let` without a value");
    rejects_statement("let 0 = a;", "2:5: pattern that may not match");
    rejects_statement("let b = a else { };", "2:11: `let .. else`");
    rejects_statement("let ref b = a;", "2:5: `ref` pattern");
    rejects_statement("fn g() -> u8 { 0 }", "2:1: item inside a function");
    rejects_statement("a + 1;", "2:1: compound assignment");
}

#[test]
fn assignments_outside_the_list_are_rejected() {
    rejects_statement("a += 1;", "2:1: compound assignment");
    rejects_statement("a.b = 1;", "2:1: assignment to a field");
    rejects_statement(
        "a.b[0] = 1;",
        "2:1: assignment into something other than a local",
    );
    rejects_statement(
        "(a, a) = (1, 2);",
        "2:1: assignment to something other than a local",
    );
    rejects_statement("c = 1;", "2:1: assignment to `c`, which is not a local");
    rejects_statement(
        "let b = if true { a = 2; 1 } else { 3 };",
        "2:19: assignment, inside a value, to `a` outside of it",
    );
}

#[test]
fn question_marks_outside_the_list_are_rejected() {
    let place = "`?` other than as the whole value of a `let`";
    rejects_statement("g(a)?;", &format!("2:1: {place}"));
    rejects_expression("(a, g(a)?)", &format!("2:13: {place}"));
    rejects_statement("for i in 0..1 { let b = a?; }", "2:26: `?` inside a loop");
    let not_result = "`?` in a block whose value is not the result of the function";
    rejects_statement("if true { let b = a?; }", &format!("2:20: {not_result}"));
    rejects_expression(
        "if true { let c = a?; c } else { a }",
        &format!("2:28: {not_result}"),
    );
}

#[test]
fn values_that_are_lost_are_rejected() {
    rejects_statement("for i in 0..1 { 5 }", "2:15: value that is not used");
    rejects_expression("if true { 1 }", "2:9: `if` without `else` as a value");
}

// Patterns.

#[test]
fn patterns_outside_the_list_are_rejected() {
    let arm = |pattern: &str| format!("match a {{ {pattern} => {{}} _ => {{}} }}");
    rejects_statement(&arm("0 | 1"), "2:11: `|` pattern");
    rejects_statement(&arm("0..=1"), "2:11: range pattern");
    rejects_statement(&arm("[_]"), "2:11: slice pattern");
    rejects_statement(&arm("&b"), "2:11: `&` pattern");
    rejects_statement(&arm("b @ 0"), "2:13: `@` pattern");
    rejects_statement(&arm("LIMIT"), "2:11: constant as a pattern");
    let reason = "2:11: literal pattern other than an integer or a bool";
    rejects_statement(&arm("b\"x\""), reason);
    rejects_statement(&arm("Nothing(_)"), "2:11: unknown constructor `Nothing`");
}

#[test]
fn unknown_variants_are_rejected() {
    rejects(
        "enum E { A }\nfn f() -> E { E::B }",
        "2:15: unknown variant `E::B`",
    );
}

// Expressions.

#[test]
fn expressions_outside_the_list_are_rejected() {
    rejects_expression("|c| c", "2:9: closure");
    rejects_expression("&s", "2:9: `&` other than an argument");
    rejects_expression("s.concat(&mut s)", "2:19: `&mut`");
    rejects_expression("1.5", "2:9: float");
    rejects_expression("-a", "2:9: `-` of an unsigned integer");
    rejects_expression(
        "1i64",
        "2:9: number of a type that is not public and unsigned",
    );
    rejects_expression("\"text\"", "2:9: string");
    rejects_expression(
        "b\"text\"",
        "2:9: byte string outside `from_public_slice(b\"..\")`",
    );
    rejects_expression("'c'", "2:9: unknown literal");
    rejects_expression("s.0", "2:9: numbered field");
    rejects_expression("s[0..1]", "2:11: range outside `for`");
    rejects_expression(
        "a as i64",
        "2:14: `as` other than between public unsigned integers",
    );
    rejects_expression(
        "a as U32",
        "2:14: `as` other than between public unsigned integers",
    );
    rejects_expression("loop {}", "2:9: `loop`");
    rejects_expression("unsafe { 1 }", "2:9: `unsafe`");
    rejects_expression("return a", "2:9: early `return`");
    rejects_expression("(s)(a)", "2:9: call of something other than a name");
    rejects_expression("'l: { 1 }", "2:9: block label");
}

#[test]
fn struct_literals_with_a_rest_are_rejected() {
    rejects(
        "struct A { a: u8 }\nfn f(x: A) -> A { A { ..x } }",
        "2:23: struct literal with `..`",
    );
}

#[test]
fn macros_outside_the_list_are_rejected() {
    rejects_statement("assert!(true);", "2:1: macro `assert!`");
    rejects_expression("vec![1]", "2:9: macro `vec!`");
    rejects_expression("format!(\"\")", "2:9: macro `format!`");
    rejects_expression("panic!()", "2:9: macro `panic!`");
    let malformed = "2:9: malformed `secret_array!`: expected square brackets";
    rejects_expression("secret_array!(U8, 3)", malformed);
}

#[test]
fn calls_outside_the_library_are_rejected() {
    rejects_expression("s.iter()", "2:11: unknown method `iter`");
    rejects_expression("None.unwrap()", "2:14: unknown method `unwrap`");
}

#[test]
fn unknown_names_are_rejected() {
    rejects_expression("g(a)", "2:9: unknown function `g`");
    rejects_expression("LIMIT", "2:9: unknown constant `LIMIT`");
    rejects_expression("c", "2:9: unknown name `c`");
    rejects_expression(
        "Seq::<u8>::with_capacity(3)",
        "2:9: unknown function `Seq::with_capacity`",
    );
    rejects_expression("s.slice::<u8>(0, 1)", "2:16: type arguments of a method");
    rejects_expression("g::<u8>(a)", "2:9: type arguments in a path");
}

// Order.

#[test]
fn use_before_definition_is_rejected() {
    rejects(
        "fn f() -> u8 { g() }\nfn g() -> u8 { 0 }",
        "1:16: `g` is used before its definition",
    );
    rejects(
        "const A: u8 = B;\nconst B: u8 = 1;",
        "1:15: `B` is used before its definition",
    );
    rejects(
        "struct A { b: B }\nstruct B { c: u8 }",
        "1:15: `B` is used before its definition",
    );
}

#[test]
fn recursion_is_rejected() {
    rejects("fn f() -> u8 { f() }", "1:16: recursion: `f` uses itself");
}

#[test]
fn cycles_of_modules_are_rejected() {
    let sources = [
        Source::snippet("a", "use crate::b::*;\nfn f() -> u8 { 0 }"),
        Source::snippet("b", "use crate::a::*;\nfn g() -> u8 { 0 }"),
    ];
    let violations = Program::load(&sources).expect_err("the modules form a cycle");
    let printed: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        printed,
        [
            "a.rs:1:15: cycle of modules: `a` and `b`",
            "b.rs:1:15: cycle of modules: `b` and `a`"
        ]
    );
}

#[test]
fn the_notation_folder_is_left_out() {
    let sources = [
        Source::snippet("notation::field", "pub struct Fe(U256);\nimpl Fe {}"),
        Source::snippet(
            "primitives::curve",
            "use crate::notation::field::Fe;\nfn f(a: Fe) -> Fe { a }",
        ),
    ];
    let program = Program::load(&sources).expect("the folder is not checked");
    assert_eq!((program.modules.len(), program.outside.len()), (1, 1));
}
