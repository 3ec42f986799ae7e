(* The steps of parties: their sessions, and what they store of them. *)

open Given
open Outcome
open Key_steps
open Parties

let names step = (text step "party", text step "peer")

(* A peer as the specification sees it: the address, and the identity that is stored. *)
let remote party_name peer_name : Session_select_types.coq_Remote =
  { coq_Remote_address = (party peer_name).local.coq_Local_address;
    coq_Remote_stored_identity = (peer party_name peer_name).identity }

let store_identity_of_session known =
  match Option.bind known.record (fun record -> record.Session_record.coq_Record_current) with
  | Some session -> known.identity <- Some session.coq_Session_remote_identity
  | None -> ()

let start_session step =
  let base, ratchet = (fixed 32 step "basePrivate", fixed 32 step "ratchetPrivate") in
  let kem = fixed_option 32 step "kemRandom" in
  let party_name, peer_name = names step in
  let local = (party party_name).local in
  if local.coq_Local_profile = Wire.Profile_SignalV4 && kem = None then raise (Invalid "bad_input");
  let kem = Option.value kem ~default:(Sequence.repeat Z.zero 32) in
  let known = peer party_name peer_name in
  let bundle = Handshake_steps.parsed_bundle (inner step "bundle") in
  let started =
    Session_select_send.start_session primitives (record_or_empty known) local (remote party_name peer_name) bundle base
      ratchet kem (integer step "nowMs")
  in
  let record = ok Errors.session (returned started) in
  known.record <- Some record;
  match record.coq_Record_current with
  | None -> raise (Invalid "no_session")
  | Some session ->
    known.identity <- Some session.coq_Session_remote_identity;
    [ ("baseKey", hex (serialized session.coq_Session_base_key)) ]

(* The random bytes of the next message of the current session. *)
let randomness step (record : Session_record.coq_Record) =
  let draw : Ratchet_sparse_types.coq_Draw =
    match record.coq_Record_current with
    | None -> Draw_Nothing
    | Some session -> Ratchet_sparse.draws session.coq_Session_ratchet.coq_TripleState_sparse
  in
  Sparse_states.randomness step draw

(* The keys of the next message of the current session, if it can send. *)
let next_message_keys (record : Session_record.coq_Record) random : Json.t =
  match record.coq_Record_current with
  | None -> `Null
  | Some session -> (
    let ratchet = session.coq_Session_ratchet in
    match returned (Ratchet_sparse.sparse_send primitives ratchet.coq_TripleState_sparse random) with
    | Err _ -> `Null
    | Ok (_, sent) ->
      let chain_key = ratchet.coq_TripleState_double.coq_State_sending.coq_SendingChain_cks in
      let _, seed = returned (Ratchet_symmetric.kdf_ck primitives chain_key) in
      message_keys_value seed sent.coq_Sent_key)

let encrypted step record =
  let party_name, peer_name = names step in
  let random = randomness step record in
  let sent =
    Session_select_send.encrypt primitives record (party party_name).local (remote party_name peer_name)
      (integer step "nowMs") random (bytes step "plaintext")
  in
  ok Errors.session (returned sent)

let encrypt step =
  let party_name, peer_name = names step in
  let known = peer party_name peer_name in
  let record = record_or_empty known in
  let keys = next_message_keys record (randomness step record) in
  let next, (sent : Session_select_types.coq_Ciphertext) = encrypted step record in
  known.record <- Some next;
  store_identity_of_session known;
  let kind = match sent.coq_Ciphertext_kind with MessageKind_Signal -> "signal" | MessageKind_PreKey -> "pre_key" in
  [ ("kind", `String kind); ("message", hex sent.coq_Ciphertext_bytes); ("keys", keys) ]

(* All messages or none. *)
let drop_messages step =
  let party_name, peer_name = names step in
  let known = peer party_name peer_name in
  let count = Z.to_int (integer step "count") in
  known.record <- Some (Written_states.times count (fun record -> fst (encrypted step record)) (record_or_empty known));
  store_identity_of_session known;
  []

let decrypt_signal step party_name peer_name record ratchet =
  let message = ok Errors.wire (returned (Wire_message.parse_signal_message (bytes step "message"))) in
  let opened =
    Session_select_receive.decrypt_message primitives record (party party_name).local (remote party_name peer_name)
      ratchet message
  in
  let opened = ok Errors.session (returned opened) in
  match opened.coq_Decrypted_record.coq_Record_current with
  | None -> raise (Invalid "no_session")
  | Some session -> (opened, session.coq_Session_remote_identity)

(* What the stores hold for a prekey message. *)
let lookup party (envelope : Wire_prekey_message.coq_PreKeyEnvelope) : Session_select_types.coq_PreKeyLookup =
  let signed_id = Z.to_int envelope.coq_PreKeyEnvelope_signed_prekey_id in
  let kem =
    Option.bind envelope.coq_PreKeyEnvelope_kem (fun kem ->
        Hashtbl.find_opt party.kem (Z.to_int kem.coq_KemFields_id))
  in
  let seen = match kem with None -> [] | Some prekey -> List.rev prekey.seen in
  let seen_with_signed = List.filter_map (fun (id, key) -> if id = signed_id then Some key else None) seen in
  { coq_PreKeyLookup_signed_prekey = Hashtbl.find_opt party.signed signed_id;
    coq_PreKeyLookup_kem_prekey = Option.map (fun prekey -> prekey.pair) kem;
    coq_PreKeyLookup_one_time_prekey =
      Option.bind envelope.coq_PreKeyEnvelope_one_time_prekey_id (fun id ->
          Hashtbl.find_opt party.one_time (Z.to_int id));
    coq_PreKeyLookup_seen_base_keys = Sequence.make (Array.of_list seen_with_signed) }

let decrypt_prekey step party_name peer_name record ratchet =
  let message = ok Errors.wire (returned (Wire_prekey_message.parse_prekey_message (bytes step "message"))) in
  let envelope = message.coq_PreKeySignalMessage_envelope in
  let party = party party_name in
  let opened =
    Session_select_respond.decrypt_prekey_message primitives record party.local (remote party_name peer_name)
      (lookup party envelope) ratchet message
  in
  (ok Errors.session (returned opened), envelope.coq_PreKeyEnvelope_identity_key)

(* A one-time KEM prekey is gone after use; of one of last resort the use is remembered. *)
let mark_kem_prekey party (used : Session_select_types.coq_UsedKemPreKey) =
  let id = Z.to_int used.coq_UsedKemPreKey_id in
  match Hashtbl.find_opt party.kem id with
  | Some prekey when prekey.last_resort ->
    let signed_id = Z.to_int used.coq_UsedKemPreKey_signed_prekey_id in
    prekey.seen <- (signed_id, used.coq_UsedKemPreKey_base_key) :: prekey.seen
  | _ -> Hashtbl.remove party.kem id

let decrypt step =
  let ratchet = fixed 32 step "ratchetPrivate" in
  let party_name, peer_name = names step in
  let known = peer party_name peer_name in
  let decrypt = choice [ ("signal", decrypt_signal); ("pre_key", decrypt_prekey) ] step "kind" in
  let opened, identity = decrypt step party_name peer_name (record_or_empty known) ratchet in
  known.record <- Some opened.Session_select_types.coq_Decrypted_record;
  known.identity <- Some identity;
  let party = party party_name in
  let one_time, kem = (opened.coq_Decrypted_used_one_time_prekey, opened.coq_Decrypted_used_kem_prekey) in
  Option.iter (fun id -> Hashtbl.remove party.one_time (Z.to_int id)) one_time;
  Option.iter (mark_kem_prekey party) kem;
  (("plaintext", hex opened.coq_Decrypted_plaintext) :: optional "usedOneTimePrekeyId" one_time number)
  @ optional "usedKemPrekeyId" kem (fun used -> number used.coq_UsedKemPreKey_id)

let save record = returned (Session_record.save_record record)
let load saved = ok Errors.record (returned (Session_record.load_record primitives saved))

let store step =
  let known () = peer (text step "party") (text step "peer") in
  match step.op with
  | "save" -> Some [ ("saved", hex (save (record (known ())))) ]
  | "load" ->
    let known = known () in
    known.record <- Some (load (bytes step "saved"));
    Some []
  | "import" ->
    let known = known () in
    let record = ok Errors.record (returned (Session_record.import_record primitives (bytes step "record"))) in
    known.record <- Some record;
    Some [ ("saved", hex (save record)) ]
  | "accept_identity" ->
    let known = known () in
    known.identity <- Some (parsed_key (bytes step "identityKey"));
    Some []
  | "copy_record" ->
    let party_name = text step "party" in
    let saved = save (record (peer party_name (text step "fromPeer"))) in
    (peer party_name (text step "toPeer")).record <- Some (load saved);
    Some []
  | "delete_record" ->
    (known ()).record <- None;
    Some []
  | _ -> None

let converse step =
  match step.op with
  | "start_session" -> Some (start_session step)
  | "encrypt" -> Some (encrypt step)
  | "drop_messages" -> Some (drop_messages step)
  | "decrypt" -> Some (decrypt step)
  | _ -> None
