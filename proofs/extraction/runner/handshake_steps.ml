(* The steps of the handshakes outside of sessions. *)

open Given
open Outcome
open Key_steps

(* A bundle, parsed in this order: identity key, signed prekey, its signature, one-time prekey, KEM prekey, its own. *)
let parsed_bundle given : Handshake_bundle.coq_PreKeyBundle =
  let identity = parsed_key (bytes given "identityKey") in
  let signed_prekey = parsed_key (bytes given "signedPrekey") in
  let signature = parsed_signature (bytes given "signedPrekeySignature") in
  let one_time_prekey = Option.map parsed_key (bytes_option given "oneTimePrekey") in
  let parsed_kem key = ok Errors.key (returned (Keys_kem.parse_kem_public_key key)) in
  let kem_prekey = Option.map parsed_kem (bytes_option given "kemPrekey") in
  let kem_signature = Option.map parsed_signature (bytes_option given "kemPrekeySignature") in
  let one_time_prekey =
    ok Errors.handshake
      (Handshake_bundle.one_time_prekey_entry (integer_option given "oneTimePrekeyId") one_time_prekey)
  in
  let kem_prekey =
    ok Errors.handshake
      (Handshake_bundle.kem_prekey_entry (integer_option given "kemPrekeyId") kem_prekey kem_signature)
  in
  { coq_PreKeyBundle_registration_id = integer given "registrationId";
    coq_PreKeyBundle_one_time_prekey = one_time_prekey;
    coq_PreKeyBundle_signed_prekey_id = integer given "signedPrekeyId";
    coq_PreKeyBundle_signed_prekey = signed_prekey;
    coq_PreKeyBundle_signed_prekey_signature = signature;
    coq_PreKeyBundle_kem_prekey = kem_prekey;
    coq_PreKeyBundle_identity_key = identity }

let checked_bundle step =
  let bundle = parsed_bundle (inner step "bundle") in
  ok Errors.handshake (returned (Handshake_bundle.check_bundle primitives bundle));
  bundle

let agreement_outputs (outputs : Handshake_x3dh.coq_DhOutputs) =
  [ ("dh1", hex outputs.coq_DhOutputs_dh1);
    ("dh2", hex outputs.coq_DhOutputs_dh2);
    ("dh3", hex outputs.coq_DhOutputs_dh3) ]
  @ optional "dh4" outputs.coq_DhOutputs_dh4 hex

let by_x3dh outputs =
  let ikm = returned (Handshake_x3dh.key_material outputs) in
  let secrets = returned (Handshake_x3dh.x3dh_kdf primitives ikm) in
  agreement_outputs outputs
  @ [ ("ikm", hex ikm);
      ("rootKey", hex secrets.coq_Secrets_root_key);
      ("chainKey", hex secrets.coq_Secrets_chain_key) ]

let by_pqxdh outputs shared ciphertext (secrets : Handshake_pqxdh.coq_PqxdhSecrets) =
  agreement_outputs outputs
  @ [ ("ikm", hex (returned (Handshake_pqxdh.pqxdh_key_material outputs shared)));
      ("rootKey", hex secrets.coq_PqxdhSecrets_root_key);
      ("chainKey", hex secrets.coq_PqxdhSecrets_chain_key);
      ("kemSecret", hex shared);
      ("spqrAuthKey", hex secrets.coq_PqxdhSecrets_auth_key) ]
  @ optional "kemCiphertext" ciphertext hex

let initiator_agreement identity base bundle =
  ok Errors.handshake (Handshake_x3dh.initiator_agreement primitives identity base bundle)

let initiator step =
  let identity, base = (fixed 32 step "identityPrivate", fixed 32 step "basePrivate") in
  (identity_pair identity, Keys.base_key_pair primitives base)

let responder step =
  let identity, signed_prekey = (fixed 32 step "identityPrivate", fixed 32 step "signedPrekeyPrivate") in
  let one_time_prekey = fixed_option 32 step "oneTimePrekeyPrivate" in
  ( identity_pair identity,
    Keys.signed_prekey_pair primitives signed_prekey,
    Option.map (Keys.one_time_prekey_pair primitives) one_time_prekey )

let remote step =
  let identity = parsed_key (bytes step "remoteIdentity") in
  let base = parsed_key (bytes step "baseKey") in
  (identity, base)

let responder_agreement (identity, signed_prekey, one_time_prekey) (remote_identity, base) =
  ok Errors.handshake
    (Handshake_x3dh.responder_agreement primitives Wire.Profile_SignalV4 identity signed_prekey one_time_prekey
       remote_identity base)

let handshake step =
  match step.op with
  | "x3dh_initiator" ->
    let identity, base = initiator step in
    Some (by_x3dh (initiator_agreement identity base (checked_bundle step)))
  | "x3dh_responder" ->
    let keys = responder step in
    Some (by_x3dh (responder_agreement keys (remote step)))
  | "pqxdh_initiator" ->
    let identity, base = initiator step in
    let random = fixed 32 step "kemRandom" in
    let bundle = checked_bundle step in
    let made = Handshake_pqxdh.pqxdh_initiate primitives identity base bundle random in
    let secrets, ciphertext = ok Errors.handshake (returned made) in
    (* The same again in its parts, to show them. *)
    let outputs = initiator_agreement identity base bundle in
    let shared, _ = ok Errors.handshake (Handshake_pqxdh.pqxdh_encapsulate primitives bundle random) in
    let ciphertext = returned (Keys_kem.serialize_kem_ciphertext ciphertext) in
    Some (by_pqxdh outputs shared (Some ciphertext) secrets)
  | "pqxdh_responder" ->
    let ((identity, signed_prekey, one_time_prekey) as keys) = responder step in
    let kem_prekey = Kem_steps.parsed_pair (bytes step "kemSecretKey") in
    let ((remote_identity, base) as remote) = remote step in
    let ciphertext = bytes step "kemCiphertext" in
    let secrets =
      Handshake_pqxdh.pqxdh_respond primitives identity signed_prekey one_time_prekey kem_prekey remote_identity base
        ciphertext
    in
    let secrets = ok Errors.handshake (returned secrets) in
    (* The same again in its parts, to show them. *)
    let outputs = responder_agreement keys remote in
    let shared = Handshake_pqxdh.pqxdh_decapsulate primitives kem_prekey ciphertext in
    Some (by_pqxdh outputs (ok Errors.handshake (returned shared)) None secrets)
  | _ -> None
