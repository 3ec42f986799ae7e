(* The steps about fingerprints. *)

open Given
open Outcome

let sides step =
  let local = fixed 64 step "local" in
  (local, fixed 64 step "remote")

let of_sides step =
  match step.op with
  | "fingerprint" ->
    let key = Key_steps.parsed_key (bytes step "key") in
    let iterations, id = (integer step "iterations", bytes step "id") in
    let made = returned (Fingerprint.fingerprint Key_steps.primitives iterations id key) in
    Some [ ("fingerprint", hex (ok Errors.fingerprint made)) ]
  | "fingerprint_display" ->
    let local, remote = sides step in
    Some [ ("digits", `String (to_string (returned (Fingerprint.displayable local remote)))) ]
  | "fingerprint_scannable" ->
    let local, remote = sides step in
    Some [ ("code", hex (returned (Fingerprint.scannable (integer step "version") local remote))) ]
  | "fingerprint_compare" ->
    let local, remote = sides step in
    let own = returned (Fingerprint.scannable_code (integer step "version") local remote) in
    let matches = returned (Fingerprint.compare_scannable own (bytes step "scanned")) in
    Some [ ("matches", `Bool (ok Errors.fingerprint matches)) ]
  | _ -> None

let of_codes step =
  match step.op with
  | "parse_fingerprint_code" ->
    let code = ok Errors.wire (returned (Wire_fingerprint_code.parse_fingerprint_code (bytes step "bytes"))) in
    Some
      [ ("version", number code.coq_FingerprintCode_version);
        ("local", hex code.coq_FingerprintCode_local);
        ("remote", hex code.coq_FingerprintCode_remote) ]
  | "encode_fingerprint_code" ->
    let code : Wire_fingerprint_code.coq_FingerprintCode =
      { coq_FingerprintCode_version = integer step "version";
        coq_FingerprintCode_local = bytes step "local";
        coq_FingerprintCode_remote = bytes step "remote" }
    in
    Some [ ("code", hex (Wire_fingerprint_code.encode_fingerprint_code code)) ]
  | _ -> None
