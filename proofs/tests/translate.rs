//! Every construct of the subset has the Coq meaning that stands here.

use twinratchet_proofs::generate::generate;
use twinratchet_proofs::source::Source;

/// The declarations and functions of a module as they are written to its file.
fn coq(text: &str) -> String {
    let generated = generate(&[Source::snippet("sample", text)], &["sample"]);
    let file = &generated.expect("the snippet is inside the subset").files["sample"];
    let body = file
        .split_once("Import Prelude Modular.\n")
        .expect("a header")
        .1;
    let lines = body.lines().filter(|line| {
        !line.is_empty() && !line.starts_with("Section") && !line.starts_with("End sample")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn means(text: &str, expected: &str) {
    assert_eq!(coq(text), expected.trim(), "{text}");
}

#[test]
fn a_pure_function_stays_pure() {
    means(
        "fn f(a: bool, b: u8) -> (bool, u8) { (!a, b ^ 1) }",
        r"
Definition f (a : bool) (b : u8) : (bool * u8) :=
  (negb a, Z.lxor b 1).
",
    );
}

#[test]
fn public_arithmetic_is_checked_and_secret_arithmetic_wraps() {
    means(
        "fn f(a: u32, b: U32) -> (u32, U32) { (a * 2 - 1, b + b * U32(3)) }",
        r"
Definition f (a : u32) (b : U32) : M (u32 * U32) :=
  let! tmp' := checked_mul 32 a 2 in
  let! tmp'2 := checked_sub 32 tmp' 1 in
  Ret (tmp'2, wrap_add 32 b (wrap_mul 32 b 3)).
",
    );
}

#[test]
fn division_by_a_literal_is_total_and_by_a_variable_is_not() {
    means(
        "fn f(a: usize, b: usize) -> usize { a / 2 % 3 / b }",
        r"
Definition f (a : u64) (b : u64) : M u64 :=
  checked_div ((a / 2) mod 3) b.
",
    );
}

#[test]
fn shifts_by_a_small_literal_are_total() {
    means(
        "fn f(a: u8, b: U8, n: usize) -> (u8, u8, U8) { (a << 4 >> 1, a << n, b << n) }",
        r"
Definition f (a : u8) (b : U8) (n : u64) : M (u8 * u8 * U8) :=
  let! tmp' := checked_shl 8 a n in
  Ret (shr (shl 8 a 4) 1, tmp', wrap_shl 8 b n).
",
    );
}

#[test]
fn casts_narrow_by_the_low_bits_and_widen_as_they_are() {
    means(
        "fn f(a: u64, b: u8) -> (u8, u64) { (a as u8, b as u64) }",
        r"
Definition f (a : u64) (b : u8) : (u8 * u64) :=
  (cast 8 a, b).
",
    );
}

#[test]
fn comparisons_are_written_with_less_than() {
    means(
        "fn f(a: u32, b: u32) -> bool { a > b || a >= b && a != 3u32 }",
        r"
Definition f (a : u32) (b : u32) : bool :=
  (b <? a) || ((b <=? a) && negb (a =? 3)).
",
    );
}

#[test]
fn a_right_side_that_can_panic_is_lazy() {
    means(
        "fn f(s: &Seq<u8>, i: usize) -> bool { i < s.len() && s[i] == 5 }",
        r"
Definition f (s : list u8) (i : u64) : M bool :=
  if i <? seq_len s then
    let! tmp' := seq_index s i in
    Ret (tmp' =? 5)
  else
    Ret false.
",
    );
}

#[test]
fn lets_bind_tuples_and_what_can_panic() {
    means(
        "fn f(a: u32) -> u32 { let (b, _) = (a, a); let c = b + 1; c }",
        r"
Definition f (a : u32) : M u32 :=
  let '(b, _) := (a, a) in
  checked_add 32 b 1.
",
    );
}

#[test]
fn shadowed_names_stay_apart() {
    means(
        "fn f(x: u32) -> u32 { let mut y = x; if y == 0 { let x = 5; y = x; } else { y = x; } y }",
        r"
Definition f (x : u32) : u32 :=
  let y := x in
  if y =? 0 then
    5
  else
    x.
",
    );
}

#[test]
fn a_loop_passes_on_the_variables_it_assigns() {
    means(
        "fn f(n: usize) -> (u8, U8) { let mut a = 0u8; let mut b = U8(0); for i in 0..n { a = a ^ 1; let c = b; b = c + U8(1); } (a, b) }",
        r"
Definition f (n : u64) : (u8 * U8) :=
  let a := 0 in
  let b := 0 in
  for_loop 0 n (a, b) (fun i '(a, b) =>
    let a := Z.lxor a 1 in
    let c := b in
    let b := wrap_add 8 c 1 in
    (a, b)).
",
    );
}

#[test]
fn a_loop_that_can_panic_is_monadic() {
    means(
        "fn f(s: Seq<u8>) -> Seq<u8> { let mut out = s; for i in 0..out.len() { out[i] = 0; } out }",
        r"
Definition f (s : list u8) : M (list u8) :=
  let out := s in
  for_loop_m 0 (seq_len out) out (fun i out =>
    seq_set out i 0).
",
    );
}

#[test]
fn a_loop_variable_that_is_not_used_is_kept() {
    means(
        "fn f(n: u32) -> u32 { let mut a = 0; for _ in 0..n { a = 1; } a }",
        r"
Definition f (n : u32) : u32 :=
  let a := 0 in
  for_loop 0 n a (fun _ a =>
    1).
",
    );
}

#[test]
fn an_if_without_else_gives_back_what_it_may_assign() {
    means(
        "fn f(c: bool) -> u8 { let mut a = 1; if c { a = 2; } a }",
        r"
Definition f (c : bool) : u8 :=
  let a := 1 in
  if c then
    2
  else
    a.
",
    );
}

#[test]
fn else_if_chains_stay_flat() {
    means(
        "fn f(a: u8) -> u8 { if a == 0 { 1 } else if a == 1 { 2 } else { 3 } }",
        r"
Definition f (a : u8) : u8 :=
  if a =? 0 then
    1
  else if a =? 1 then
    2
  else
    3.
",
    );
}

#[test]
fn an_if_is_a_value() {
    means(
        "fn f(s: Seq<u8>, c: bool) -> u8 { let a = if c { 1 } else { 2 }; let b = if c { s[0] } else { a }; b }",
        r"
Definition f (s : list u8) (c : bool) : M u8 :=
  let a :=
    if c then
      1
    else
      2 in
  if c then
    seq_index s 0
  else
    Ret a.
",
    );
}

#[test]
fn a_match_statement_assigns() {
    means(
        "fn f(o: Option<u8>) -> u8 { let mut a = 1; match o { Some(x) => a = x, None => {} } a }",
        r"
Definition f (o : option u8) : u8 :=
  let a := 1 in
  match o with
  | Some x =>
      x
  | None =>
      a
  end.
",
    );
}

#[test]
fn question_mark_gives_back_the_error() {
    means(
        r"fn g(a: u8) -> Result<u8, bool> { Ok(a) }
fn f(a: u8) -> Result<u8, bool> { let b = g(a)?; Ok(b) }",
        r"
Definition g (a : u8) : result u8 bool :=
  Ok a.
Definition f (a : u8) : result u8 bool :=
  match g a with
  | Ok b =>
      Ok b
  | Err error' =>
      Err error'
  end.
",
    );
}

#[test]
fn question_mark_keeps_panics_and_errors_apart() {
    means(
        r"fn g(s: &Seq<u8>) -> Result<u8, bool> { Ok(s[0]) }
fn f(s: &Seq<u8>) -> Result<u8, bool> { let b = g(s)?; Ok(b) }",
        r"
Definition g (s : list u8) : M (result u8 bool) :=
  let! tmp' := seq_index s 0 in
  Ret (Ok tmp').
Definition f (s : list u8) : M (result u8 bool) :=
  let! tmp' := g s in
  match tmp' with
  | Ok b =>
      Ret (Ok b)
  | Err error' =>
      Ret (Err error')
  end.
",
    );
}

#[test]
fn enums_have_payloads_and_prefixed_names() {
    means(
        r"#[derive(Clone, Default, PartialEq)]
enum E { #[default] A, B(u8, bool), C { gap: u32 } }
fn f(e: E) -> E { match e { E::A => E::B(1, true), E::B(x, _) => E::C { gap: x as u32 }, E::C { gap } => E::A } }",
        r"
Inductive E : Type :=
| E_A
| E_B (payload'0 : u8) (payload'1 : bool)
| E_C (gap : u32).
Definition E_typed (x : E) : Prop :=
  match x with
  | E_A =>
      True
  | E_B x'0 x'1 =>
      typed_int 8 x'0 /\
      typed_any x'1
  | E_C x'0 =>
      typed_int 32 x'0
  end.
Definition E_default : E := E_A.
Definition E_eqb (a b : E) : bool :=
  match a, b with
  | E_A, E_A => true
  | E_B a'0 a'1, E_B b'0 b'1 => Z.eqb a'0 b'0 && Bool.eqb a'1 b'1
  | E_C a'0, E_C b'0 => Z.eqb a'0 b'0
  | _, _ => false
  end.
Definition f (e : E) : E :=
  match e with
  | E_A =>
      E_B 1 true
  | E_B x _ =>
      E_C x
  | E_C gap =>
      E_A
  end.
",
    );
}

#[test]
fn structs_are_records() {
    means(
        r"#[derive(Clone, Default, PartialEq)]
struct S { a: u8, b: Seq<u8> }
fn f(s: S) -> S { S { b: s.b, a: s.a } }",
        r"
Record S : Type := mk_S {
  S_a : u8;
  S_b : list u8
}.
Definition S_typed (x : S) : Prop :=
  typed_int 8 x.(S_a) /\
  typed_seq (typed_int 8) x.(S_b).
#[global] Hint Unfold S_typed : typed.
Definition S_default : S := mk_S 0 [].
Definition S_eqb (a b : S) : bool :=
  Z.eqb a.(S_a) b.(S_a) && seq_eqb Z.eqb a.(S_b) b.(S_b).
Definition f (s : S) : S :=
  mk_S s.(S_a) s.(S_b).
",
    );
}

#[test]
fn equality_follows_the_type() {
    means(
        "fn f(a: Seq<u8>, b: Seq<u8>, c: Option<u8>, d: bool) -> bool { a == b && c != None && d == true }",
        r"
Definition f (a : list u8) (b : list u8) (c : option u8) (d : bool) : bool :=
  (seq_eqb Z.eqb a b && negb (option_eqb Z.eqb c None)) && Bool.eqb d true.
",
    );
}

#[test]
fn sequences_are_made_sliced_and_joined() {
    means(
        "fn f(s: &ByteSeq) -> ByteSeq { let a = ByteSeq::new(4); a.concat(s).slice(1, 2).push(&U8(7)) }",
        r"
Definition f (s : list U8) : M (list U8) :=
  let a := seq_fill 0 4 in
  let! tmp' := seq_slice (seq_concat a s) 1 2 in
  Ret (seq_push tmp' 7).
",
    );
}

#[test]
fn an_empty_sequence_of_structs_needs_no_default() {
    means(
        r"struct S { a: u8 }
fn f() -> Seq<S> { Seq::<S>::new(0) }",
        r"
Record S : Type := mk_S {
  S_a : u8
}.
Definition S_typed (x : S) : Prop :=
  typed_int 8 x.(S_a).
#[global] Hint Unfold S_typed : typed.
Definition f : list S :=
  [].
",
    );
}

#[test]
fn updates_give_a_new_sequence() {
    means(
        "fn f(s: Seq<u8>, t: &Seq<u8>) -> Seq<u8> { s.update_start(t).update(1, t).update_slice(0, t, 1, 2) }",
        r"
Definition f (s : list u8) (t : list u8) : M (list u8) :=
  let! tmp' := seq_update_start s t in
  let! tmp'2 := seq_update tmp' 1 t in
  seq_update_slice tmp'2 0 t 1 2.
",
    );
}

#[test]
fn chunks_can_panic() {
    means(
        "fn f(s: &Seq<u8>) -> Seq<u8> { let n = s.num_chunks(4); let (_, c) = s.get_chunk(4, n); c.set_chunk(4, 0, &s.get_exact_chunk(4, 1)) }",
        r"
Definition f (s : list u8) : M (list u8) :=
  let! n := seq_num_chunks s 4 in
  let! (_, c) := seq_get_chunk s 4 n in
  let! tmp'3 := seq_get_exact_chunk s 4 1 in
  seq_set_chunk c 4 0 tmp'3.
",
    );
}

#[test]
fn classify_and_declassify_are_the_identity() {
    means(
        "fn f(s: &Seq<u8>) -> Seq<u8> { let b = ByteSeq::from_public_seq(s); b.clone().declassify() }",
        r"
Definition f (s : list u8) : list u8 :=
  s.
",
    );
}

#[test]
fn words_turn_into_bytes_and_back() {
    means(
        "fn f(a: U64) -> U64 { U64_from_be_bytes(U64_to_be_bytes(a)) }",
        r"
Definition f (a : U64) : U64 :=
  be_number (be_bytes 8 a).
",
    );
}

#[test]
fn secret_words_widen_and_rotate() {
    means(
        "fn f(a: U8) -> U32 { U32_from_U8(a).rotate_left(7) }",
        r"
Definition f (a : U8) : U32 :=
  rotate_left 32 a 7.
",
    );
}

#[test]
fn labels_are_lists_of_bytes() {
    means(
        r#"fn f() -> ByteSeq { ByteSeq::from_public_slice(b"abc") }"#,
        r"
Definition f : list U8 :=
  (* abc *) [97; 98; 99].
",
    );
}

#[test]
fn literal_macros_are_lists() {
    means(
        "fn f() -> ByteSeq { byte_seq!(1u8, 2u8).concat(&ByteSeq::from_seq(&secret_bytes!([3, 4]))) }",
        r"
Definition f : list U8 :=
  seq_concat [1; 2] [3; 4].
",
    );
}

#[test]
fn constants_are_definitions() {
    means(
        r"pub const LIMIT: u32 = 25_000;
const TABLE: [u8; 2] = [1, 0xff];
fn f() -> u32 { LIMIT }",
        r"
Definition LIMIT : u32 :=
  25000.
Definition TABLE : list u8 :=
  [1; 255].
Definition f : u32 :=
  LIMIT.
",
    );
}

#[test]
fn type_aliases_are_notations() {
    means(
        r"type Answer = Result<u8, bool>;
fn f() -> Answer { Answer::Ok(1) }",
        r"
Notation Answer := (result u8 bool) (only parsing).
Definition f : result u8 bool :=
  Ok 1.
",
    );
}

#[test]
fn names_that_coq_keeps_for_itself_are_changed() {
    means(
        "fn f(at: u8, seq_len: u8, left: u8) -> u8 { let end = at; end ^ seq_len ^ left }",
        r"
Definition f (at' : u8) (seq_len' : u8) (left' : u8) : u8 :=
  let end' := at' in
  Z.lxor (Z.lxor end' seq_len') left'.
",
    );
}

#[test]
fn references_are_read_through() {
    means(
        r"fn g(a: &u8) -> u8 { *a }
fn f(a: &u8) -> u8 { g(&g(a)) }",
        r"
Definition g (a : u8) : u8 :=
  a.
Definition f (a : u8) : u8 :=
  g (g a).
",
    );
}

#[test]
fn integers_are_patterns() {
    means(
        "fn f(a: u32) -> u32 { match a { 0 => 1, 255 => 2, _ => a } }",
        r"
Definition f (a : u32) : u32 :=
  match a with
  | 0 =>
      1
  | 255 =>
      2
  | _ =>
      a
  end.
",
    );
}

#[test]
fn inner_variables_do_not_leak_out_of_a_loop() {
    means(
        "fn f(n: u32) -> u32 { let mut x = 1; for i in 0..n { x = i; let x = 5; let mut y = x; y = 2; } x }",
        r"
Definition f (n : u32) : u32 :=
  let x := 1 in
  for_loop 0 n x (fun i x =>
    let x := i in
    let x'2 := 5 in
    let y := x'2 in
    let y := 2 in
    x).
",
    );
}

#[test]
fn nested_patterns_are_kept() {
    means(
        "fn f(a: Option<(u8, bool)>) -> u8 { match (a, true) { (Some((x, true)), _) => x, (None, false) => 1, _ => 2 } }",
        r"
Definition f (a : option (u8 * bool)) : u8 :=
  match (a, true) with
  | (Some (x, true), _) =>
      x
  | (None, false) =>
      1
  | _ =>
      2
  end.
",
    );
}

#[test]
fn primitives_are_members_of_a_class() {
    let sources = [
        Source::snippet(
            "primitives::mac",
            "#[derive(PartialEq)]\npub enum MacError { Bad }\n\
             pub fn mac(key: &ByteSeq) -> Result<u8, MacError> { Ok(1 + 1) }\n\
             pub fn unused(key: &ByteSeq) -> u8 { 1 }",
        ),
        Source::snippet(
            "keys",
            "use crate::primitives::mac::*;\nuse hacspec_lib::*;\n\
             pub fn f(key: &ByteSeq) -> Result<u8, MacError> { mac(key) }",
        ),
        Source::snippet(
            "wire",
            "use crate::keys::*;\nuse crate::primitives::mac::*;\nuse hacspec_lib::*;\n\
             pub fn g(key: &ByteSeq) -> Result<u8, MacError> { f(key) }",
        ),
    ];
    let generated = generate(&sources, &["wire"]).expect("inside the subset");
    assert_eq!(
        generated.order,
        ["primitives_mac", "primitives", "keys", "wire"]
    );
    let class = "Class Primitives : Type := {\n  (** [primitives::mac] *)\n  \
                 mac : list U8 -> result u8 primitives_mac.MacError\n}.";
    assert!(generated.files["primitives"].contains(class));
    assert!(!generated.files["primitives"].contains("unused"));
    // Inside the primitives a call can panic; the parameter is total.
    let mac = "Definition mac (key : list U8) : M (result u8 MacError) :=";
    assert!(generated.files["primitives_mac"].contains(mac));
    let keys = "Context {P : primitives.Primitives}.\n\n\
                Definition f (key : list U8) : result u8 primitives_mac.MacError :=\n  \
                primitives.mac key.\n";
    assert!(generated.files["keys"].contains(keys));
    assert!(generated.files["wire"].contains(":=\n  keys.f key.\n"));
    let requires = "generated Require keys primitives primitives_mac.\n";
    assert!(generated.files["wire"].contains(requires));
}

#[test]
fn integers_modulo_a_prime_have_operations_of_their_own() {
    let sources = [
        Source::snippet(
            "notation::field",
            "pub struct Fe(U256);\npub fn fe_literal(n: u64) -> Fe { Fe(n) }\n\
             pub fn fe_to_bytes(a: Fe) -> Integer256 { a.0 }\npub fn unknown(a: Fe) -> Fe { a }",
        ),
        Source::snippet(
            "primitives::curve",
            "use crate::notation::field::{fe_literal, fe_to_bytes, Fe};\n\
             pub fn f(x: Fe) -> (Fe, bool, u8) {\n\
             (x * x - fe_literal(2) + x, x != fe_literal(0), fe_to_bytes(x)[0]) }",
        ),
    ];
    let generated = generate(&sources, &[]).expect("inside the subset");
    assert_eq!(generated.order, ["primitives_curve"]);
    let expected = "Definition f (x : Fe) : M (Fe * bool * u8) :=\n  \
                    let! tmp' := seq_index (fe_to_bytes x) 0 in\n  \
                    Ret (fe_add (fe_sub (fe_mul x x) (fe_literal 2)) x, negb (x =? fe_literal 0), tmp').\n";
    let curve = &generated.files["primitives_curve"];
    assert!(curve.ends_with(expected), "{curve}");
}

#[test]
fn a_variant_may_have_the_name_of_a_constructor_of_the_language() {
    means(
        "pub enum E { None, Some(u8) }\nfn f(e: E) -> Option<u8> { match e { E::None => None, E::Some(x) => Some(x) } }\n\
         fn g() -> E { E::None }",
        r"
Inductive E : Type :=
| E_None
| E_Some (payload'0 : u8).
Definition E_typed (x : E) : Prop :=
  match x with
  | E_None =>
      True
  | E_Some x'0 =>
      typed_int 8 x'0
  end.
Definition f (e : E) : option u8 :=
  match e with
  | E_None =>
      None
  | E_Some x =>
      Some x
  end.
Definition g : E :=
  E_None.
",
    );
}

#[test]
fn types_say_what_their_values_are() {
    means(
        "pub struct S { a: Option<Result<u8, U16>>, b: Seq<(bool, u32)>, c: (u8, u8, ()) }",
        r"
Record S : Type := mk_S {
  S_a : option (result u8 U16);
  S_b : list (bool * u32);
  S_c : (u8 * u8 * unit)
}.
Definition S_typed (x : S) : Prop :=
  typed_option (typed_result (typed_int 8) (typed_int 16)) x.(S_a) /\
  typed_seq (typed_pair typed_any (typed_int 32)) x.(S_b) /\
  typed_pair (typed_pair (typed_int 8) (typed_int 8)) typed_any x.(S_c).
#[global] Hint Unfold S_typed : typed.
",
    );
}

#[test]
fn array_types_know_their_length() {
    let sources = [
        Source::snippet("keys::types", "bytes!(Key, 32);\narray!(Words, 8, U32);"),
        Source::snippet(
            "keys",
            "use crate::keys::types::*;\nuse hacspec_lib::*;\n\
             const FIRST: Words = Words(secret_array!(U32, [1, 2, 3, 4, 5, 6, 7, 8]));\n\
             fn f(s: &ByteSeq) -> (Key, Key, usize) {\n\
             (Key::from_seq(s), Key::from_slice(s, 1, 32), Key::length()) }\n\
             fn g() -> Key { Key::new() }",
        ),
    ];
    let generated = generate(&sources, &["keys"]).expect("inside the subset");
    let types = "(** 32 elements. *)\nNotation Key := (list U8) (only parsing).\n\
                 Definition Key_typed : Key -> Prop := typed_array (typed_int 8) 32.\n\
                 #[global] Hint Unfold Key_typed : typed.\n";
    assert!(generated.files["keys_types"].contains(types));
    let keys = &generated.files["keys"];
    assert!(keys.contains("FIRST : keys_types.Words :=\n  [1; 2; 3; 4; 5; 6; 7; 8].\n"));
    assert!(keys.contains(
        "  let! tmp' := array_from_seq 32 s in\n  \
           let! tmp'2 := array_from_slice 32 s 1 32 in\n  Ret (tmp', tmp'2, 32).\n"
    ));
    assert!(keys.contains("Definition g : keys_types.Key :=\n  seq_fill 0 32.\n"));
}

/// What rustc would not have accepted either, or what has no meaning, is an error with its place.
fn has_no_meaning(text: &str, expected: &str) {
    let violations = generate(&[Source::snippet("sample", text)], &["sample"]);
    let violations = violations.expect_err(text);
    let printed: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(printed, [format!("sample.rs:{expected}")], "{text}");
}

#[test]
fn what_has_no_meaning_is_an_error() {
    has_no_meaning(
        "fn f(a: U8) -> u8 { a as u8 }",
        "1:21: `as` of something other than a public integer",
    );
    has_no_meaning(
        "fn f(a: U8, b: U8) -> bool { a == b }",
        "1:30: comparison of values of a type that is not known or is secret",
    );
    has_no_meaning(
        "fn f(a: U8, b: U8) -> bool { a < b }",
        "1:30: operator without a meaning for operands of this type",
    );
    has_no_meaning(
        "fn f(a: u8) -> u8 { a.len() }",
        "1:23: method `len` has no meaning for this receiver",
    );
    has_no_meaning(
        "const A: u8 = 1 + 1;\nfn f() -> u8 { A }",
        "1:15: constant that is computed",
    );
    has_no_meaning(
        "fn g() -> u8 { 1 }\nfn f() -> u8 { let a = g()?; a }",
        "2:24: `?` in a function without a Result",
    );
    let sources = [
        Source::snippet("notation::field", "pub fn fe_sqrt(n: u64) -> u64 { n }"),
        Source::snippet(
            "sample",
            "use crate::notation::field::fe_sqrt;\nfn f() -> u64 { fe_sqrt(4) }",
        ),
    ];
    let violations = generate(&sources, &[]).expect_err("no meaning");
    let printed: Vec<String> = violations.iter().map(ToString::to_string).collect();
    let expected = "sample.rs:2:17: function `fe_sqrt` of `notation` has no meaning";
    assert_eq!(printed, [expected]);
}
