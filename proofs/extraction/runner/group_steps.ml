(* The steps about groups that are not those of a party: messages as bytes, key derivation, stored sender keys. *)

open Given
open Outcome
open Key_steps
module Message = Wire_sender_key_message

let parsed_message profile message = ok Errors.wire (returned (Message.parse_sender_key_message profile message))
let parsed_distribution profile message = ok Errors.wire (returned (Message.parse_distribution_message profile message))

(* The distribution id that is written: there must be one in the dialect that has it, and none in the other, where any
   will do. *)
let written_id step profile =
  match (profile, bytes_option step "distributionId") with
  | (Wire.Profile_SignalV3 | Wire.Profile_SignalV4), Some _ -> fixed 16 step "distributionId"
  | Wire.Profile_WhatsAppV3, None -> Sequence.repeat Z.zero 16
  | _ -> raise (Invalid "bad_input")

let encode_message step =
  let profile = profile step in
  let id = written_id step profile in
  let chain_id, iteration = (integer step "chainId", integer step "iteration") in
  let unsigned = Message.encode_sender_key_message profile id chain_id iteration (bytes step "body") in
  Message.serialize_sender_key_message (returned unsigned) (fixed 64 step "signature")

let encode_distribution step =
  let profile = profile step in
  let id = written_id step profile in
  let chain_id, iteration = (integer step "chainId", integer step "iteration") in
  let chain_key = fixed 32 step "chainKey" in
  let signing_key = parsed_key (bytes step "signingKey") in
  returned (Message.encode_distribution_message profile id chain_id iteration chain_key signing_key)

let message step =
  match step.op with
  | "parse_sender_key_message" ->
    let parsed = parsed_message (profile step) (bytes step "bytes") in
    Some
      ([ ("version", number parsed.coq_SenderKeyMessage_version);
         ("chainId", number parsed.coq_SenderKeyMessage_chain_id);
         ("iteration", number parsed.coq_SenderKeyMessage_iteration);
         ("body", hex parsed.coq_SenderKeyMessage_body);
         ("unsigned", hex parsed.coq_SenderKeyMessage_unsigned);
         ("signature", hex parsed.coq_SenderKeyMessage_signature) ]
      @ optional "distributionId" parsed.coq_SenderKeyMessage_distribution_id hex)
  | "parse_distribution_message" ->
    let parsed = parsed_distribution (profile step) (bytes step "bytes") in
    Some
      ([ ("version", number parsed.coq_SenderKeyDistributionMessage_version);
         ("chainId", number parsed.coq_SenderKeyDistributionMessage_chain_id);
         ("iteration", number parsed.coq_SenderKeyDistributionMessage_iteration);
         ("chainKey", hex parsed.coq_SenderKeyDistributionMessage_chain_key);
         ("signingKey", hex (serialized parsed.coq_SenderKeyDistributionMessage_signing_key)) ]
      @ optional "distributionId" parsed.coq_SenderKeyDistributionMessage_distribution_id hex)
  | "encode_sender_key_message" -> Some [ ("message", hex (encode_message step)) ]
  | "encode_distribution_message" -> Some [ ("message", hex (encode_distribution step)) ]
  | _ -> None

let kdf_sender_ck chain_key = returned (Groups_sender_key.kdf_sender_ck primitives chain_key)
let sender_message_keys seed = returned (Groups_sender_key.sender_message_keys primitives seed)
let save record = returned (Groups_sender_key_stored.encode_sender_key_record record)

let load saved =
  ok Errors.sender_key_record (returned (Groups_sender_key_stored.decode_sender_key_record primitives saved))

let key step =
  match step.op with
  | "kdf_sender_ck" ->
    let next, seed = kdf_sender_ck (fixed 32 step "chainKey") in
    Some [ ("chainKey", hex next); ("messageKeySeed", hex seed) ]
  | "sender_message_keys" ->
    let keys = sender_message_keys (fixed 32 step "seed") in
    Some [ ("iv", hex keys.coq_SenderMessageKeys_iv); ("cipherKey", hex keys.coq_SenderMessageKeys_cipher_key) ]
  | "decode_sender_key_record" ->
    let record = load (bytes step "bytes") in
    Some [ ("record", hex (save record)); ("states", Snapshot.sender_key_states record) ]
  | _ -> None
