(* The steps about the ratchets of the public text, without and with header encryption, of parties without sessions. *)

open Given
open Outcome
module Written = Ratchet_written
module Written_state = Ratchet_written_state
module Functions = Ratchet_written_functions
module He = Ratchet_header_encrypted
module He_state = Ratchet_header_encrypted_state
module He_functions = Ratchet_header_encrypted_functions

let primitives = Key_steps.primitives
let written : (string, Written_state.coq_WrittenState) Hashtbl.t = Hashtbl.create 8
let header_encrypted : (string, He_state.coq_HeState) Hashtbl.t = Hashtbl.create 8

let forget () =
  Hashtbl.reset written;
  Hashtbl.reset header_encrypted

let named = Sparse_states.named
let pair_of secret = Keys.ratchet_key_pair primitives secret
let nothing = Sequence.empty ()
let party step = text step "party"

(* More messages than any test drops. *)
let most_dropped = 10_000

let count step =
  let count = Z.to_int (integer step "count") in
  if count > most_dropped then raise (Invalid "bad_input") else count

let rec times n next state = if n = 0 then state else times (n - 1) next (next state)

let message_key chain_key = hex (snd (returned (Ratchet_symmetric.kdf_ck primitives chain_key)))

let written_encrypt state plaintext associated =
  ok Errors.written (returned (Written.ratchet_encrypt primitives state plaintext associated))

let start_written step =
  let shared, secret = (fixed 32 step "sharedKey", fixed 32 step "ratchetPrivate") in
  let pair = pair_of secret in
  match Option.map Key_steps.parsed_key (bytes_option step "peerRatchetKey") with
  | Some peer -> ok Errors.written (returned (Written_state.ratchet_init_initiator primitives shared peer pair))
  | None -> Written_state.ratchet_init_responder shared pair

let decrypt_written step =
  let fresh = fixed 32 step "ratchetPrivate" in
  let state = named written (party step) in
  match returned (Functions.parse_header (bytes step "header")) with
  | None -> raise (Invalid "bad_input")
  | Some header ->
    let message : Written_state.coq_WrittenMessage =
      { coq_WrittenMessage_header = header; coq_WrittenMessage_ciphertext = bytes step "ciphertext" }
    in
    let associated = bytes step "associatedData" in
    ok Errors.written (returned (Written.ratchet_decrypt primitives state (pair_of fresh) message associated))

let execute_written step =
  match step.op with
  | "written_start" ->
    Hashtbl.replace written (party step) (start_written step);
    Some []
  | "written_encrypt" ->
    let state = named written (party step) in
    let next, message = written_encrypt state (bytes step "plaintext") (bytes step "associatedData") in
    Hashtbl.replace written (party step) next;
    let sending = Option.get state.coq_WrittenState_sending in
    Some
      [ ("header", hex (returned (Functions.encode_header message.coq_WrittenMessage_header)));
        ("ciphertext", hex message.coq_WrittenMessage_ciphertext);
        ("messageKey", message_key sending.coq_WrittenSendingChain_cks) ]
  | "written_drop" ->
    let count = count step in
    let drop state = fst (written_encrypt state nothing nothing) in
    Hashtbl.replace written (party step) (times count drop (named written (party step)));
    Some []
  | "written_decrypt" ->
    let next, plaintext = decrypt_written step in
    Hashtbl.replace written (party step) next;
    Some [ ("plaintext", hex plaintext) ]
  | _ -> None

let he_encrypt state nonce plaintext associated =
  ok Errors.header_encrypted (returned (He.ratchet_encrypt_he primitives state nonce plaintext associated))

let setup step = returned (He_functions.setup_he primitives (fixed 32 step "handshakeSecret"))

let start_he step setup =
  let pair = pair_of (fixed 32 step "ratchetPrivate") in
  match Option.map Key_steps.parsed_key (bytes_option step "peerRatchetKey") with
  | Some peer ->
    ok Errors.header_encrypted (returned (He_state.ratchet_init_initiator_he primitives setup peer pair))
  | None -> He_state.ratchet_init_responder_he setup pair

let decrypt_he step =
  let fresh = fixed 32 step "ratchetPrivate" in
  let state = named header_encrypted (party step) in
  let message : He_state.coq_HeMessage =
    { coq_HeMessage_enc_header = bytes step "encryptedHeader"; coq_HeMessage_ciphertext = bytes step "ciphertext" }
  in
  let associated = bytes step "associatedData" in
  ok Errors.header_encrypted (returned (He.ratchet_decrypt_he primitives state (pair_of fresh) message associated))

let execute_header_encrypted step =
  match step.op with
  | "he_start" ->
    let setup = setup step in
    Hashtbl.replace header_encrypted (party step) (start_he step setup);
    Some
      [ ("sharedKey", hex setup.coq_HeSetup_sk);
        ("initiatorHeaderKey", hex setup.coq_HeSetup_shared_hka);
        ("responderNextHeaderKey", hex setup.coq_HeSetup_shared_nhkb) ]
  | "he_encrypt" ->
    let nonce = fixed 16 step "headerNonce" in
    let state = named header_encrypted (party step) in
    let next, message = he_encrypt state nonce (bytes step "plaintext") (bytes step "associatedData") in
    Hashtbl.replace header_encrypted (party step) next;
    let sending = Option.get state.coq_HeState_sending in
    let encrypted = message.coq_HeMessage_enc_header in
    let header = returned (He_functions.hdecrypt primitives sending.coq_HeSendingChain_hks encrypted) in
    Some
      (optional "header" header (fun header -> hex (returned (Functions.encode_header header)))
      @ [ ("encryptedHeader", hex encrypted);
          ("ciphertext", hex message.coq_HeMessage_ciphertext);
          ("messageKey", message_key sending.coq_HeSendingChain_cks) ])
  | "he_drop" ->
    let count = count step in
    let nonce = Sequence.repeat Z.zero 16 in
    let drop state = fst (he_encrypt state nonce nothing nothing) in
    Hashtbl.replace header_encrypted (party step) (times count drop (named header_encrypted (party step)));
    Some []
  | "he_decrypt" ->
    let next, plaintext = decrypt_he step in
    Hashtbl.replace header_encrypted (party step) next;
    Some [ ("plaintext", hex plaintext) ]
  | _ -> None
