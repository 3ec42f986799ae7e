(* The steps about SPQR that keep nothing: its field, its code, its messages, its authenticator. *)

open Given
open Outcome
module Field = Ratchet_sparse_gf65536
module Erasure = Ratchet_sparse_erasure
module Message = Ratchet_sparse_message
module Authenticator = Ratchet_sparse_authenticator
module State = Ratchet_sparse_state_encode

let primitives = Key_steps.primitives

let field step =
  let operands () =
    let a = integer step "a" in
    (a, integer step "b")
  in
  match step.op with
  | "gf_mul" ->
    let a, b = operands () in
    Some [ ("product", number (returned (Field.gf_mul a b))) ]
  | "gf_div" ->
    let a, b = operands () in
    Some [ ("quotient", number (returned (Field.gf_div a b))) ]
  | "gf_inv" -> Some [ ("inverse", number (returned (Field.gf_inv (integer step "a")))) ]
  | _ -> None

let chunk_of step : Erasure.coq_Chunk =
  { coq_Chunk_index = integer step "index"; coq_Chunk_data = fixed 32 step "data" }

let chunk_value (chunk : Erasure.coq_Chunk) : Json.t =
  `Assoc [ ("index", number chunk.coq_Chunk_index); ("data", hex chunk.coq_Chunk_data) ]

let chunks_of step =
  let chunk : Json.t -> Erasure.coq_Chunk = function
    | `Assoc members -> chunk_of (Given.step "chunk" members)
    | _ -> malformed "chunks"
  in
  List.map chunk (list step "chunks")

(* Twice what the code can encode: a step that asks for more asks for memory only. *)
let longest_message = 1 lsl 21

(* So many times the same bytes. *)
let repeated bytes times =
  let length = Sequence.length bytes * times in
  if length > longest_message then raise (Invalid "bad_input");
  let bytes = Sequence.elements bytes in
  Sequence.make (Array.concat (List.init times (fun _ -> bytes)))

(* The encoder without its first chunks, and how many it makes before only its counter changes. *)
let skipped encoder message skip =
  let systematic = (Sequence.length message + 31) / 32 in
  let made = min skip (systematic + 1) in
  let rec after n encoder = if n = 0 then encoder else after (n - 1) (fst (returned (Erasure.next_chunk encoder))) in
  { (after made encoder) with Erasure.coq_Encoder_next = Z.of_int skip }

let encode_erasure step =
  let times = Option.value (integer_option step "repeat") ~default:Z.one in
  let message = repeated (bytes step "message") (Z.to_int times) in
  let skip, count = (Z.to_int (integer step "skip"), Z.to_int (integer step "count")) in
  let encoder = ok Errors.erasure (returned (Erasure.encoder message)) in
  let rec chunks n encoder made =
    if n = 0 then (List.rev made, encoder)
    else
      let encoder, chunk = returned (Erasure.next_chunk encoder) in
      chunks (n - 1) encoder (chunk_value chunk :: made)
  in
  let made, encoder = chunks count (skipped encoder message skip) [] in
  [ ("chunks", `List made); ("encoderState", hex (returned (State.encode_encoder encoder))) ]

let decode_erasure step =
  let chunks = chunks_of step in
  let decoder = ok Errors.erasure (returned (Erasure.decoder (integer step "length"))) in
  let decoder = List.fold_left (fun decoder chunk -> returned (Erasure.add_chunk decoder chunk)) decoder chunks in
  ("decoderState", hex (returned (State.encode_decoder decoder)))
  :: optional "decoded" (returned (Erasure.decoded decoder)) hex

let erasure_code step =
  match step.op with
  | "erasure_encode" -> Some (encode_erasure step)
  | "erasure_decode" -> Some (decode_erasure step)
  | _ -> None

let payload_of step : Message.coq_Payload =
  let chunk = if List.mem_assoc "chunk" step.members then Some (chunk_of (inner step "chunk")) else None in
  match (text step "payload", chunk) with
  | "none", None -> Payload_None
  | "hdr", Some chunk -> Payload_Hdr chunk
  | "ek", Some chunk -> Payload_Ek chunk
  | "ek_ct1_ack", Some chunk -> Payload_EkCt1Ack chunk
  | "ct1_ack", None -> Payload_Ct1Ack
  | "ct1", Some chunk -> Payload_Ct1 chunk
  | "ct2", Some chunk -> Payload_Ct2 chunk
  | _ -> raise (Invalid "bad_input")

let payload_outputs (payload : Message.coq_Payload) =
  let name, chunk =
    match payload with
    | Payload_None -> ("none", None)
    | Payload_Hdr chunk -> ("hdr", Some chunk)
    | Payload_Ek chunk -> ("ek", Some chunk)
    | Payload_EkCt1Ack chunk -> ("ek_ct1_ack", Some chunk)
    | Payload_Ct1Ack -> ("ct1_ack", None)
    | Payload_Ct1 chunk -> ("ct1", Some chunk)
    | Payload_Ct2 chunk -> ("ct2", Some chunk)
  in
  ("payload", `String name) :: optional "chunk" chunk chunk_value

let message step =
  match step.op with
  | "spqr_encode_message" ->
    let message : Message.coq_SparseMessage =
      { coq_SparseMessage_epoch = decimal step "epoch";
        coq_SparseMessage_index = integer step "index";
        coq_SparseMessage_payload = payload_of step }
    in
    Some [ ("message", hex (Message.encode_sparse_message message)) ]
  | "spqr_parse_message" ->
    let message = ok Errors.sparse (returned (Message.parse_sparse_message (bytes step "bytes"))) in
    Some
      ([ ("epoch", epoch message.coq_SparseMessage_epoch); ("index", number message.coq_SparseMessage_index) ]
      @ payload_outputs message.coq_SparseMessage_payload)
  | _ -> None

let authenticator_of step : Authenticator.coq_Authenticator =
  { coq_Authenticator_root_key = fixed 32 step "rootKey"; coq_Authenticator_mac_key = fixed 32 step "macKey" }

let authenticator_outputs keys =
  let keys : Authenticator.coq_Authenticator = returned keys in
  [ ("rootKey", hex keys.coq_Authenticator_root_key); ("macKey", hex keys.coq_Authenticator_mac_key) ]

let authenticator step =
  let epoch () = decimal step "epoch" in
  match step.op with
  | "spqr_auth_new" ->
    Some (authenticator_outputs (Authenticator.authenticator primitives (fixed 32 step "authKey") (epoch ())))
  | "spqr_auth_update" ->
    let keys, key = (authenticator_of step, fixed 32 step "key") in
    Some (authenticator_outputs (Authenticator.authenticator_update primitives keys (epoch ()) key))
  | "spqr_mac_header" ->
    let keys = authenticator_of step in
    Some [ ("mac", hex (Authenticator.mac_header primitives keys (epoch ()) (bytes step "header"))) ]
  | "spqr_mac_ciphertext" ->
    let keys = authenticator_of step in
    Some [ ("mac", hex (Authenticator.mac_ciphertext primitives keys (epoch ()) (bytes step "ciphertext"))) ]
  | "spqr_epoch_secret" ->
    let secret = fixed 32 step "kemSecret" in
    Some [ ("epochSecret", hex (returned (Authenticator.epoch_secret primitives secret (epoch ())))) ]
  | _ -> None
