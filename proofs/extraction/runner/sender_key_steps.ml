(* The steps about the sender keys of parties. *)

open Given
open Outcome
open Key_steps
open Parties

let name step = (text step "sender", Z.to_int (integer step "senderDevice"), text step "distributionId")
let id step = fixed 16 step "distributionId"
let party step = Parties.party (text step "party")
let profile party = party.local.Session_select_types.coq_Local_profile
let record step = Hashtbl.find_opt (party step).sender_keys (name step)
let put step record = Hashtbl.replace (party step).sender_keys (name step) record

(* An absent sender key reads as an empty one. *)
let record_or_empty step = Option.value (record step) ~default:Groups_sender_key_types.empty_sender_key_record

(* A message of Signal names its group itself; one of another group is not what the transport says. *)
let check_group step named_id error =
  match named_id with
  | Some other when hex other <> hex (id step) -> raise (Invalid error)
  | _ -> ()

let create_distribution step =
  let random : Groups_distribution.coq_SenderKeyRandom =
    { coq_SenderKeyRandom_chain_id = integer step "chainIdRandom";
      coq_SenderKeyRandom_chain_key = fixed 32 step "chainKey";
      coq_SenderKeyRandom_signing_private = fixed 32 step "signingPrivate" }
  in
  let profile = profile (party step) in
  let made = Groups_distribution.create_distribution primitives profile (record_or_empty step) (id step) random in
  let record, message = returned made in
  put step record;
  [ ("message", hex message) ]

let process_distribution step =
  let parsed = Group_steps.parsed_distribution (profile (party step)) (bytes step "message") in
  check_group step parsed.coq_SenderKeyDistributionMessage_distribution_id "bad_input";
  put step (returned (Groups_distribution.process_distribution (record_or_empty step) parsed));
  []

(* The keys of the next message of a sender key. *)
let next_keys record : Json.t =
  match to_list (Groups_sender_key_types.coq_SenderKeyRecord_states record) with
  | [] -> raise (Invalid "no_sender_key_state")
  | newest :: _ ->
    let _, seed = Group_steps.kdf_sender_ck newest.coq_SenderKeyState_chain_key in
    let keys = Group_steps.sender_message_keys seed in
    `Assoc
      [ ("messageKeySeed", hex seed);
        ("iv", hex keys.coq_SenderMessageKeys_iv);
        ("cipherKey", hex keys.coq_SenderMessageKeys_cipher_key) ]

let encrypt step =
  let random = fixed 64 step "signatureRandom" in
  let record = record_or_empty step in
  let profile, plaintext = (profile (party step), bytes step "plaintext") in
  let sent = Groups_sender_key.group_encrypt primitives profile record (id step) plaintext random in
  let next, message = ok Errors.group (returned sent) in
  let keys = next_keys record in
  put step next;
  [ ("message", hex message); ("keys", keys) ]

let decrypt step =
  let profile, message = (profile (party step), bytes step "message") in
  let parsed = Group_steps.parsed_message profile message in
  check_group step parsed.coq_SenderKeyMessage_distribution_id "no_sender_key_state";
  let opened = returned (Groups_sender_key.group_decrypt primitives profile (record_or_empty step) message) in
  let next, plaintext = ok Errors.group opened in
  put step next;
  [ ("plaintext", hex plaintext) ]

let save step =
  match record step with
  | Some record -> [ ("saved", hex (Group_steps.save record)) ]
  | None -> raise (Invalid "no_sender_key_state")

let operations =
  [ ("group_create_distribution", create_distribution);
    ("group_process_distribution", process_distribution);
    ("group_encrypt", encrypt);
    ("group_decrypt", decrypt);
    ("group_save", save);
    ("group_load", fun step -> put step (Group_steps.load (bytes step "saved")); []);
    ("group_delete", fun step -> Hashtbl.remove (party step).sender_keys (name step); []) ]

let execute step =
  match List.assoc_opt step.op operations with
  | None -> None
  | Some operation ->
    (* First of all the party and the distribution id are looked at. *)
    ignore (party step);
    ignore (id step);
    ignore (name step);
    Some (operation step)
