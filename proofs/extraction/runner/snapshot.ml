(* What parties keep, in the neutral terms of vectors/README.md. *)

open Given
open Outcome

let key key = hex (returned (Keys.serialize_public_key key))
let all to_json s : Json.t = `List (List.map to_json (to_list s))
let numbers number_of s = List.map number_of (to_list s)

(* Sender keys. *)

let sender_key_state (state : Groups_sender_key_types.coq_SenderKeyState) : Json.t =
  let signing = state.coq_SenderKeyState_signing in
  let skipped = numbers (fun key -> key.Groups_sender_key_types.coq_SenderSkippedKey_iteration) in
  `Assoc
    ([ ("version", number state.coq_SenderKeyState_version);
       ("chainId", number state.coq_SenderKeyState_chain_id);
       ("iteration", number state.coq_SenderKeyState_iteration);
       ("chainKey", hex state.coq_SenderKeyState_chain_key);
       ("signingPublic", key signing.coq_SigningKey_public);
       ("skipped", runs_from_highest (skipped state.coq_SenderKeyState_skipped)) ]
    @ optional "signingPrivate" signing.coq_SigningKey_private hex)

let sender_key_states record = all sender_key_state (Groups_sender_key_types.coq_SenderKeyRecord_states record)
let sender_key record : Json.t = `Assoc [ ("states", sender_key_states record) ]

(* SPQR. *)

let send_half (half : Ratchet_sparse_chain.coq_Half) : Json.t =
  `Assoc (("counter", number half.coq_Half_ctr) :: optional "next" half.coq_Half_next hex)

let receive_half (half : Ratchet_sparse_chain.coq_Half) : Json.t =
  let stored = numbers (fun key -> key.Ratchet_sparse_chain.coq_StoredKey_index) half.coq_Half_stored in
  `Assoc
    ([ ("counter", number half.coq_Half_ctr); ("stored", runs_from_highest stored) ]
    @ optional "next" half.coq_Half_next hex)

let link (link : Ratchet_sparse_chain.coq_Link) : Json.t =
  `Assoc [ ("send", send_half link.coq_Link_send); ("receive", receive_half link.coq_Link_receive) ]

let chain (chain : Ratchet_sparse_chain.coq_Chain) : Json.t =
  `Assoc
    [ ("currentEpoch", epoch chain.coq_Chain_current_epoch);
      ("sendEpoch", epoch chain.coq_Chain_send_epoch);
      ("nextRoot", hex chain.coq_Chain_next_root);
      ("links", all link chain.coq_Chain_links) ]

(* The name of a state of the braid, and its authenticator. *)
let braid_parts : Ratchet_sparse_braid_states.coq_Braid -> string * Ratchet_sparse_authenticator.coq_Authenticator =
  function
  | Braid_KeysUnsampled state -> ("keys_unsampled", state.coq_KeysUnsampled_auth)
  | Braid_KeysSampled state -> ("keys_sampled", state.coq_KeysSampled_auth)
  | Braid_HeaderSent state -> ("header_sent", state.coq_HeaderSent_auth)
  | Braid_Ct1Received state -> ("ct1_received", state.coq_Ct1Received_auth)
  | Braid_EkSentCt1Received state -> ("ek_sent_ct1_received", state.coq_EkSentCt1Received_auth)
  | Braid_NoHeaderReceived state -> ("no_header_received", state.coq_NoHeaderReceived_auth)
  | Braid_HeaderReceived state -> ("header_received", state.coq_HeaderReceived_auth)
  | Braid_Ct1Sampled state -> ("ct1_sampled", state.coq_Ct1Sampled_auth)
  | Braid_EkReceivedCt1Sampled state -> ("ek_received_ct1_sampled", state.coq_EkReceivedCt1Sampled_auth)
  | Braid_Ct1Acknowledged state -> ("ct1_acknowledged", state.coq_Ct1Acknowledged_auth)
  | Braid_Ct2Sampled state -> ("ct2_sampled", state.coq_Ct2Sampled_auth)

let braid braid : Json.t =
  let name, keys = braid_parts braid in
  `Assoc
    [ ("state", `String name);
      ("epoch", epoch (Ratchet_sparse_braid_states.braid_epoch braid));
      ("rootKey", hex keys.coq_Authenticator_root_key);
      ("macKey", hex keys.coq_Authenticator_mac_key) ]

let sparse (state : Ratchet_sparse.coq_State) : Json.t =
  `Assoc
    ([ ("version", `Int (if state.coq_State_braid = None then 0 else 1));
       ("negotiating", `Bool (state.coq_State_negotiation <> None)) ]
    @ optional "braid" state.coq_State_braid braid
    @ optional "chain" state.coq_State_chain chain)

(* Sessions. *)

let sending (chain : Ratchet_double_state.coq_SendingChain) : Json.t =
  `Assoc
    [ ("ratchetKey", key chain.coq_SendingChain_dhs.coq_RatchetKeyPair_public);
      ("chainKey", hex chain.coq_SendingChain_cks);
      ("ns", number chain.coq_SendingChain_ns) ]

let receiving (chain : Ratchet_double_state.coq_ReceivingChain) : Json.t =
  let skipped = numbers (fun key -> key.Ratchet_skipped.coq_SkippedKey_number) chain.coq_ReceivingChain_mkskipped in
  `Assoc
    [ ("ratchetKey", key chain.coq_ReceivingChain_dhr);
      ("chainKey", hex chain.coq_ReceivingChain_ckr);
      ("nr", number chain.coq_ReceivingChain_nr);
      ("skipped", runs skipped) ]

let session (session : Session_record_types.coq_Session) : Json.t =
  let ratchet = session.coq_Session_ratchet.coq_TripleState_double in
  let is_version_4 = Z.equal session.coq_Session_version Wire.coq_VERSION_4 in
  let spqr = if is_version_4 then Some session.coq_Session_ratchet.coq_TripleState_sparse else None in
  `Assoc
    ([ ("version", number session.coq_Session_version);
       ("baseKey", key session.coq_Session_base_key);
       ("pending", `Bool (session.coq_Session_pending <> None));
       ("rootKey", hex ratchet.coq_State_rk);
       ("pn", number ratchet.coq_State_pn);
       ("sending", sending ratchet.coq_State_sending);
       ("receiving", all receiving ratchet.coq_State_receiving) ]
    @ optional "spqr" spqr sparse)

let record (record : Session_record.coq_Record) : Json.t =
  let archived = Sequence.length record.coq_Record_previous in
  `Assoc (("archived", `Int archived) :: optional "current" record.coq_Record_current session)

(* The ratchets of the public text. *)

(* The numbers of kept keys, newest first, by chain: those that stand side by side. *)
let by_chain name chain_of number_of stored : Json.t =
  let add chains stored =
    let chain, number = (chain_of stored, number_of stored) in
    match chains with
    | (last, numbers) :: rest when last = chain -> (last, number :: numbers) :: rest
    | _ -> (chain, [ number ]) :: chains
  in
  let newest_first = List.rev (to_list stored) in
  let of_chain (chain, numbers) : Json.t = `Assoc [ (name, chain); ("numbers", runs (List.rev numbers)) ] in
  `List (List.rev_map of_chain (List.fold_left add [] newest_first))

let written (state : Ratchet_written_state.coq_WrittenState) : Json.t =
  let sending (chain : Ratchet_written_state.coq_WrittenSendingChain) : Json.t =
    `Assoc [ ("chainKey", hex chain.coq_WrittenSendingChain_cks); ("ns", number chain.coq_WrittenSendingChain_ns) ]
  in
  let receiving (chain : Ratchet_written_state.coq_WrittenReceivingChain) : Json.t =
    `Assoc
      [ ("ratchetKey", key chain.coq_WrittenReceivingChain_dhr);
        ("chainKey", hex chain.coq_WrittenReceivingChain_ckr);
        ("nr", number chain.coq_WrittenReceivingChain_nr) ]
  in
  let skipped =
    by_chain "ratchetKey"
      (fun stored -> key stored.Ratchet_written_state.coq_StoredKey_dhr)
      (fun stored -> stored.Ratchet_written_state.coq_StoredKey_number)
  in
  `Assoc
    ([ ("ratchetPrivate", hex state.coq_WrittenState_dhs.coq_RatchetKeyPair_private);
       ("rootKey", hex state.coq_WrittenState_rk);
       ("pn", number state.coq_WrittenState_pn);
       ("skipped", skipped state.coq_WrittenState_mkskipped) ]
    @ optional "sending" state.coq_WrittenState_sending sending
    @ optional "receiving" state.coq_WrittenState_receiving receiving)

let header_encrypted (state : Ratchet_header_encrypted_state.coq_HeState) : Json.t =
  let sending (chain : Ratchet_header_encrypted_state.coq_HeSendingChain) : Json.t =
    `Assoc
      [ ("headerKey", hex chain.coq_HeSendingChain_hks);
        ("chainKey", hex chain.coq_HeSendingChain_cks);
        ("ns", number chain.coq_HeSendingChain_ns) ]
  in
  let receiving (chain : Ratchet_header_encrypted_state.coq_HeReceivingChain) : Json.t =
    `Assoc
      [ ("headerKey", hex chain.coq_HeReceivingChain_hkr);
        ("chainKey", hex chain.coq_HeReceivingChain_ckr);
        ("nr", number chain.coq_HeReceivingChain_nr) ]
  in
  let skipped =
    by_chain "headerKey"
      (fun stored -> hex stored.Ratchet_header_encrypted_state.coq_HeStoredKey_hk)
      (fun stored -> stored.Ratchet_header_encrypted_state.coq_HeStoredKey_number)
  in
  `Assoc
    ([ ("ratchetPrivate", hex state.coq_HeState_dhs.coq_RatchetKeyPair_private);
       ("rootKey", hex state.coq_HeState_rk);
       ("nextSendingHeaderKey", hex state.coq_HeState_nhks);
       ("nextReceivingHeaderKey", hex state.coq_HeState_nhkr);
       ("pn", number state.coq_HeState_pn);
       ("skipped", skipped state.coq_HeState_mkskipped) ]
    @ optional "sending" state.coq_HeState_sending sending
    @ optional "receiving" state.coq_HeState_receiving receiving)
