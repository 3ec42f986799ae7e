(* The steps that call a KEM, and those about KEM keys as bytes. *)

open Given
open Outcome
module Kem = Primitives_mlkem
module Pieces = Primitives_mlkem_incremental

let sets =
  [ ("kyber_1024", Kem.ParameterSet_Kyber1024);
    ("ml_kem_1024", Kem.ParameterSet_MlKem1024);
    ("ml_kem_768", Kem.ParameterSet_MlKem768) ]

let set step = choice sets step "set"

let whole step =
  match step.op with
  | "kem_key_gen" ->
    let set = set step in
    let pair = returned (Kem.key_gen set (fixed 64 step "seed")) in
    Some
      [ ("encapsulationKey", hex pair.coq_KeyPair_encapsulation_key);
        ("decapsulationKey", hex pair.coq_KeyPair_decapsulation_key) ]
  | "kem_encaps" ->
    let set, random = (set step, fixed 32 step "random") in
    let secret, ciphertext = ok Errors.kem (returned (Kem.encaps set (bytes step "encapsulationKey") random)) in
    Some [ ("ciphertext", hex ciphertext); ("secret", hex secret) ]
  | "kem_decaps" ->
    let set, key, ciphertext = (set step, bytes step "decapsulationKey", bytes step "ciphertext") in
    Some [ ("secret", hex (ok Errors.kem (returned (Kem.decaps set key ciphertext)))) ]
  | _ -> None

let in_pieces step =
  match step.op with
  | "kem_generate" ->
    let pair = returned (Pieces.generate (fixed 64 step "seed")) in
    Some
      [ ("header", hex pair.coq_IncrementalKeyPair_header);
        ("vector", hex pair.coq_IncrementalKeyPair_vector);
        ("decapsulationKey", hex pair.coq_IncrementalKeyPair_decapsulation_key) ]
  | "kem_encaps1" ->
    let header, random = (bytes step "header", fixed 32 step "random") in
    let half = ok Errors.kem (returned (Pieces.encaps1 header random)) in
    Some
      [ ("ciphertext1", hex half.coq_FirstHalf_ciphertext1);
        ("secret", hex half.coq_FirstHalf_shared_secret);
        ("encapsState", hex half.coq_FirstHalf_state) ]
  | "kem_is_match" ->
    let header, vector = (bytes step "header", bytes step "vector") in
    Some [ ("matches", `Bool (returned (Pieces.is_match header vector))) ]
  | "kem_encaps2" ->
    let vector, state = (bytes step "vector", fixed 2080 step "encapsState") in
    Some [ ("ciphertext2", hex (ok Errors.kem (returned (Pieces.encaps2 vector state)))) ]
  | "kem_decaps_halves" ->
    let key = bytes step "decapsulationKey" in
    let first, second = (bytes step "ciphertext1", bytes step "ciphertext2") in
    Some [ ("secret", hex (ok Errors.kem (returned (Pieces.decaps_halves key first second)))) ]
  | _ -> None

let parsed_pair bytes = ok Errors.key (returned (Keys_kem.parse_kem_secret_key bytes))
let serialized_public key = hex (returned (Keys_kem.serialize_kem_public_key key))

let serialized step =
  match step.op with
  | "parse_kem_public_key" ->
    let key = ok Errors.key (returned (Keys_kem.parse_kem_public_key (bytes step "bytes"))) in
    Some [ ("key", serialized_public key) ]
  | "parse_kem_secret_key" ->
    let pair = parsed_pair (bytes step "bytes") in
    Some
      [ ("key", hex (returned (Keys_kem.serialize_kem_secret_key pair)));
        ("public", serialized_public pair.coq_KemPreKeyPair_public) ]
  | "parse_kem_ciphertext" ->
    let ciphertext = ok Errors.key (returned (Keys_kem.parse_kem_ciphertext (bytes step "bytes"))) in
    Some [ ("ciphertext", hex (returned (Keys_kem.serialize_kem_ciphertext ciphertext))) ]
  | _ -> None
