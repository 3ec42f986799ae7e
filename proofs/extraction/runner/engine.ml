(* Executing steps one after another. *)

open Given
open Outcome

let forget () =
  Parties.forget ();
  Sparse_states.forget ();
  Written_states.forget ()

let families =
  [ Primitive_steps.hash; Primitive_steps.cipher; Primitive_steps.curve; Primitive_steps.vxeddsa;
    Kem_steps.whole; Kem_steps.in_pieces; Kem_steps.serialized;
    Key_steps.key; Key_steps.alternate_identity; Key_steps.derivation; Handshake_steps.handshake;
    Wire_steps.parse; Wire_steps.encode; Wire_steps.authentication;
    Group_steps.message; Group_steps.key; Sender_key_steps.execute;
    Fingerprint_steps.of_sides; Fingerprint_steps.of_codes;
    Sparse_steps.field; Sparse_steps.erasure_code; Sparse_steps.message; Sparse_steps.authenticator;
    Sparse_states.execute_on_chain; Sparse_states.converse; Sparse_states.store;
    Written_states.execute_written; Written_states.execute_header_encrypted;
    Set_up_steps.execute; Session_steps.converse; Session_steps.store ]

let outputs step =
  match List.find_map (fun execute -> execute step) families with
  | None -> raise (Malformed ("the step " ^ step.op ^ " is not known"))
  | Some outputs ->
    if step.unread <> [] then raise (Malformed ("not read: " ^ String.concat ", " step.unread));
    outputs

let starts_with prefix text =
  String.length text >= String.length prefix && String.sub text 0 (String.length prefix) = prefix

(* What the step is about, after it, if that is kept and there is one. *)
let state step : Json.t option =
  let name member = match List.assoc_opt member step.members with Some (`String name) -> name | _ -> malformed member in
  let named all to_json = Option.map to_json (Hashtbl.find_opt all (name "party")) in
  let record peer =
    let ( let* ) = Option.bind in
    let* party = Hashtbl.find_opt Parties.parties (name "party") in
    let* peer = Hashtbl.find_opt party.peers peer in
    Option.map Snapshot.record peer.record
  in
  match step.op with
  | "start_session" | "encrypt" | "drop_messages" | "decrypt" | "save" | "load" | "import" | "accept_identity"
  | "delete_record" ->
    record (name "peer")
  | "copy_record" -> record (name "toPeer")
  | "chain_start" | "chain_add_epoch" | "chain_send_key" | "chain_receive_key" ->
    Option.map Snapshot.chain (Hashtbl.find_opt Sparse_states.chains (name "chain"))
  | "spqr_start" | "spqr_send" | "spqr_receive" | "spqr_save" | "spqr_load" ->
    named Sparse_states.states Snapshot.sparse
  | op when starts_with "written_" op -> named Written_states.written Snapshot.written
  | op when starts_with "he_" op -> named Written_states.header_encrypted Snapshot.header_encrypted
  | op when List.mem_assoc op Sender_key_steps.operations ->
    if Hashtbl.mem Parties.parties (name "party") then Option.map Snapshot.sender_key (Sender_key_steps.record step)
    else None
  | _ -> None

(* The whole outcome, as it stands in a vector under [expected]. *)
let execute step : Json.t =
  let result =
    try ("result", `String "valid") :: outputs step
    with Invalid error -> [ ("result", `String "invalid"); ("errorClass", `String error) ]
  in
  `Assoc (result @ optional "state" (state step) Fun.id)
