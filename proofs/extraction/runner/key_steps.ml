(* The steps about keys and about key derivation. *)

open Given
open Outcome

(* What the protocol modules are run with. *)
let primitives = Translated.translated
let parsed_key bytes = ok Errors.key (returned (Keys.parse_public_key bytes))
let parsed_signature bytes = ok Errors.key (returned (Keys.parse_signature bytes))
let serialized key = returned (Keys.serialize_public_key key)
let identity_pair secret = Keys.identity_key_pair primitives secret

let key step =
  match step.op with
  | "parse_public_key" -> Some [ ("key", hex (serialized (parsed_key (bytes step "bytes")))) ]
  | "parse_private_key" ->
    let key = ok Errors.key (returned (Keys.parse_private_key primitives (bytes step "bytes"))) in
    Some [ ("key", hex key); ("public", hex (serialized (returned (Primitives_x25519.public_key key)))) ]
  | "same_public_key" ->
    let a = parsed_key (bytes step "a") in
    let b = parsed_key (bytes step "b") in
    Some [ ("same", `Bool (Keys.same_public_key a b)) ]
  | "encode_identity_key_pair" ->
    let pair = identity_pair (fixed 32 step "private") in
    Some [ ("serialized", hex (Session_record_encode.encode_identity_key_pair pair |> returned)) ]
  | "decode_identity_key_pair" ->
    let pair = Session_record_decode.decode_identity_key_pair primitives (bytes step "bytes") in
    let pair = ok Errors.record (returned pair) in
    Some
      [ ("private", hex pair.coq_IdentityKeyPair_private);
        ("public", hex (serialized pair.coq_IdentityKeyPair_public)) ]
  | _ -> None

let alternate_identity step =
  match step.op with
  | "sign_alternate_identity" ->
    let secret, random = (fixed 32 step "private", fixed 64 step "random") in
    let other = parsed_key (bytes step "other") in
    let signature = Keys.sign_alternate_identity primitives (identity_pair secret) other random in
    Some
      [ ("message", hex (returned (Keys.alternate_identity_message other))); ("signature", hex (returned signature)) ]
  | "verify_alternate_identity" ->
    let identity = parsed_key (bytes step "identity") in
    let other = parsed_key (bytes step "other") in
    let signature = parsed_signature (bytes step "signature") in
    Some
      (Primitive_steps.accepted (returned (Keys.verify_alternate_identity primitives identity other signature)))
  | _ -> None

let message_keys seed sparse_key = returned (Ratchet_symmetric.message_keys primitives seed sparse_key)

let derivation step =
  match step.op with
  | "kdf_ck" ->
    let next, seed = returned (Ratchet_symmetric.kdf_ck primitives (fixed 32 step "chainKey")) in
    Some [ ("chainKey", hex next); ("messageKeySeed", hex seed) ]
  | "kdf_rk" ->
    let root, output = (fixed 32 step "rootKey", fixed 32 step "dhOutput") in
    let root, chain = returned (Ratchet_double_state.kdf_rk primitives root output) in
    Some [ ("rootKey", hex root); ("chainKey", hex chain) ]
  | "message_keys" ->
    let keys = message_keys (fixed 32 step "seed") (fixed_option 32 step "spqrKey") in
    Some
      [ ("cipherKey", hex keys.coq_MessageKeys_cipher_key);
        ("macKey", hex keys.coq_MessageKeys_mac_key);
        ("iv", hex keys.coq_MessageKeys_iv) ]
  | "x3dh_kdf" ->
    let secrets = returned (Handshake_x3dh.x3dh_kdf primitives (bytes step "ikm")) in
    Some [ ("rootKey", hex secrets.coq_Secrets_root_key); ("chainKey", hex secrets.coq_Secrets_chain_key) ]
  | "pqxdh_kdf" ->
    let secrets = returned (Handshake_pqxdh.pqxdh_kdf primitives (bytes step "ikm")) in
    Some
      [ ("rootKey", hex secrets.coq_PqxdhSecrets_root_key);
        ("chainKey", hex secrets.coq_PqxdhSecrets_chain_key);
        ("spqrAuthKey", hex secrets.coq_PqxdhSecrets_auth_key) ]
  | _ -> None

(* The keys of a message as an output. *)
let message_keys_value seed sparse_key : Json.t =
  let keys = message_keys seed sparse_key in
  `Assoc
    ([ ("messageKeySeed", hex seed);
       ("cipherKey", hex keys.coq_MessageKeys_cipher_key);
       ("macKey", hex keys.coq_MessageKeys_mac_key);
       ("iv", hex keys.coq_MessageKeys_iv) ]
    @ optional "spqrKey" sparse_key hex)
