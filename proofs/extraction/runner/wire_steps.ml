(* The steps about messages of sessions as bytes, and about addresses. *)

open Given
open Outcome
open Key_steps

let parsed_address name device_id = ok Errors.address (Address.address (sequence_of_string name) device_id)

let signal_outputs (message : Wire_message.coq_SignalMessage) =
  [ ("version", number message.coq_SignalMessage_version);
    ("ratchetKey", hex (serialized message.coq_SignalMessage_ratchet_key));
    ("counter", number message.coq_SignalMessage_counter);
    ("previousCounter", number message.coq_SignalMessage_previous_counter);
    ("body", hex message.coq_SignalMessage_body);
    ("spqr", hex message.coq_SignalMessage_spqr);
    ("tag", hex message.coq_SignalMessage_tag) ]
  @ optional "addresses" message.coq_SignalMessage_addresses hex

(* A parsed message is written again as it came. *)
let reserialized (message : Wire_message.coq_SignalMessage) =
  Wire_message.serialize_signal_message message.coq_SignalMessage_unsigned message.coq_SignalMessage_tag

let prekey_outputs (parsed : Wire_prekey_message.coq_PreKeySignalMessage) =
  let envelope = parsed.coq_PreKeySignalMessage_envelope in
  let kem = envelope.coq_PreKeyEnvelope_kem in
  [ ("version", number envelope.coq_PreKeyEnvelope_version);
    ("registrationId", number envelope.coq_PreKeyEnvelope_registration_id);
    ("signedPrekeyId", number envelope.coq_PreKeyEnvelope_signed_prekey_id);
    ("baseKey", hex (serialized envelope.coq_PreKeyEnvelope_base_key));
    ("identityKey", hex (serialized envelope.coq_PreKeyEnvelope_identity_key));
    ("message", hex (reserialized parsed.coq_PreKeySignalMessage_message)) ]
  @ optional "oneTimePrekeyId" envelope.coq_PreKeyEnvelope_one_time_prekey_id number
  @ optional "kemPrekeyId" kem (fun kem -> number kem.coq_KemFields_id)
  @ optional "kemCiphertext" kem (fun kem -> hex kem.coq_KemFields_ciphertext)

let parse step =
  match step.op with
  | "parse_signal_message" ->
    let message = ok Errors.wire (returned (Wire_message.parse_signal_message (bytes step "bytes"))) in
    Some (("reserialized", hex (reserialized message)) :: signal_outputs message)
  | "parse_prekey_message" ->
    Some (prekey_outputs (ok Errors.wire (returned (Wire_prekey_message.parse_prekey_message (bytes step "bytes")))))
  | _ -> None

(* A writer takes versions 3 and 4 only. *)
let known_version step =
  let version = integer step "version" in
  if List.mem (Z.to_int version) [ 3; 4 ] then version else raise (Invalid "bad_input")

let encode_signal step =
  let version = known_version step in
  let tag = fixed 8 step "tag" in
  let header : Wire_message.coq_SignalHeader =
    { coq_SignalHeader_writer = { coq_Writer_profile = Wire.Profile_SignalV4; coq_Writer_version = version };
      coq_SignalHeader_ratchet_key = parsed_key (bytes step "ratchetKey");
      coq_SignalHeader_counter = integer step "counter";
      coq_SignalHeader_previous_counter = integer step "previousCounter" }
  in
  let body, spqr, addresses = (bytes step "body", bytes step "spqr", bytes_option step "addresses") in
  let unsigned = returned (Wire_message.encode_signal_message header body spqr addresses) in
  Wire_message.serialize_signal_message unsigned tag

(* A writer takes both fields of the KEM or none. *)
let kem_fields step : Wire_prekey_message.coq_KemFields option =
  match (integer_option step "kemPrekeyId", bytes_option step "kemCiphertext") with
  | Some id, Some ciphertext -> Some { coq_KemFields_id = id; coq_KemFields_ciphertext = ciphertext }
  | None, None -> None
  | _ -> raise (Invalid "bad_input")

let encode_prekey step =
  let version = known_version step in
  let kem = kem_fields step in
  let base_key = parsed_key (bytes step "baseKey") in
  let identity_key = parsed_key (bytes step "identityKey") in
  let envelope : Wire_prekey_message.coq_PreKeyEnvelope =
    { coq_PreKeyEnvelope_version = version;
      coq_PreKeyEnvelope_registration_id = integer step "registrationId";
      coq_PreKeyEnvelope_one_time_prekey_id = integer_option step "oneTimePrekeyId";
      coq_PreKeyEnvelope_signed_prekey_id = integer step "signedPrekeyId";
      coq_PreKeyEnvelope_kem = kem;
      coq_PreKeyEnvelope_base_key = base_key;
      coq_PreKeyEnvelope_identity_key = identity_key }
  in
  returned (Wire_prekey_message.encode_prekey_message Wire.Profile_SignalV4 envelope (bytes step "inner"))

let encode step =
  match step.op with
  | "encode_signal_message" -> Some [ ("message", hex (encode_signal step)) ]
  | "encode_prekey_message" -> Some [ ("message", hex (encode_prekey step)) ]
  | _ -> None

let authentication step =
  match step.op with
  | "address_block" ->
    let sender = parsed_address (text step "sender") (integer step "senderDevice") in
    let recipient = parsed_address (text step "recipient") (integer step "recipientDevice") in
    Some (optional "block" (returned (Address.address_block sender recipient)) hex)
  | "message_tag" ->
    let mac_key = fixed 32 step "macKey" in
    let sender = parsed_key (bytes step "sender") in
    let receiver = parsed_key (bytes step "receiver") in
    let associated : Ratchet_double_state.coq_AssociatedData =
      { coq_AssociatedData_sender = sender; coq_AssociatedData_receiver = receiver }
    in
    let tag = Ratchet_double_state.message_tag primitives mac_key associated (bytes step "unsigned") in
    Some [ ("tag", hex (returned tag)) ]
  | _ -> None
