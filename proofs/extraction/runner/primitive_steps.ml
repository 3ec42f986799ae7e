(* The steps that call one primitive. *)

open Given
open Outcome

let forms = [ ("deployed", Primitives_xeddsa.Form_Deployed); ("public_text", Primitives_xeddsa.Form_PublicText) ]
let accepted verified = if verified then [] else raise (Invalid "bad_signature")

let hash step =
  match step.op with
  | "sha256" -> Some [ ("digest", hex (returned (Primitives_sha2.sha256 (bytes step "message")))) ]
  | "sha512" -> Some [ ("digest", hex (returned (Primitives_sha2.sha512 (bytes step "message")))) ]
  | "hmac_sha256" ->
    let key, message = (bytes step "key", bytes step "message") in
    Some [ ("mac", hex (returned (Primitives_hmac.hmac_sha256 key message))) ]
  | "hkdf" ->
    let salt = Option.value (bytes_option step "salt") ~default:Primitives_hkdf.no_salt in
    let ikm, info, length = (bytes step "ikm", bytes step "info", integer step "length") in
    let prk = returned (Primitives_hkdf.hkdf_extract salt ikm) in
    Some [ ("prk", hex prk); ("okm", hex (returned (Primitives_hkdf.hkdf salt ikm info length))) ]
  | _ -> None

let cipher step =
  match step.op with
  | "aes256_cbc_encrypt" ->
    let key, iv = (fixed 32 step "key", fixed 16 step "iv") in
    Some [ ("ciphertext", hex (returned (Primitives_aes_cbc.aes256_cbc_encrypt key iv (bytes step "plaintext")))) ]
  | "aes256_cbc_decrypt" ->
    let key, iv = (fixed 32 step "key", fixed 16 step "iv") in
    let opened = returned (Primitives_aes_cbc.aes256_cbc_decrypt key iv (bytes step "ciphertext")) in
    Some [ ("plaintext", hex (ok Errors.cbc opened)) ]
  | _ -> None

let curve step =
  match step.op with
  | "x25519" ->
    let scalar, u = (fixed 32 step "scalar", fixed 32 step "u") in
    Some [ ("output", hex (returned (Primitives_x25519.x25519 scalar u))) ]
  | "agreement" ->
    let mine = fixed 32 step "private" in
    let theirs = ok Errors.key (returned (Keys.parse_public_key (bytes step "public"))) in
    Some [ ("secret", hex (ok Errors.dh (returned (Primitives_x25519.dh mine theirs)))) ]
  | "is_canonical" ->
    Some [ ("canonical", `Bool (returned (Primitives_edwards25519.is_canonical (fixed 32 step "u")))) ]
  | "xeddsa_sign" ->
    let form = choice forms step "form" in
    let clamped = returned (Primitives_x25519.clamp (fixed 32 step "private")) in
    let random = fixed 64 step "random" in
    Some [ ("signature", hex (returned (Primitives_xeddsa.sign form clamped (bytes step "message") random))) ]
  | "xeddsa_verify" ->
    let form, key = (choice forms step "form", fixed 32 step "public") in
    let message = bytes step "message" in
    let signature = ok Errors.key (returned (Keys.parse_signature (bytes step "signature"))) in
    Some (accepted (returned (Primitives_xeddsa.verify form key message signature)))
  | _ -> None

let compressed point = hex (returned (Primitives_edwards25519.compress point))

let vxeddsa step =
  match step.op with
  | "vxeddsa_sign" ->
    let clamped = returned (Primitives_x25519.clamp (fixed 32 step "private")) in
    let random = fixed 64 step "random" in
    let signature, output = returned (Primitives_vxeddsa.sign clamped (bytes step "message") random) in
    Some [ ("signature", hex signature); ("vrfOutput", hex output) ]
  | "vxeddsa_verify" -> begin
    let key, signature = (fixed 32 step "public", fixed 96 step "signature") in
    match returned (Primitives_vxeddsa.verify key (bytes step "message") signature) with
    | Some output -> Some [ ("vrfOutput", hex output) ]
    | None -> raise (Invalid "bad_signature")
  end
  | "elligator2" -> Some [ ("u", hex (returned (Primitives_vxeddsa.elligator2 (fixed 32 step "r")))) ]
  | "hash_to_point" ->
    Some [ ("point", compressed (returned (Primitives_vxeddsa.hash_to_point (bytes step "message")))) ]
  | "point_of_hash" ->
    Some [ ("point", compressed (returned (Primitives_vxeddsa.point_of_hash (fixed 32 step "hash")))) ]
  | _ -> None
