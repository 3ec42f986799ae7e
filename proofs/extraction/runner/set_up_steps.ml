(* The steps that make parties, their prekeys and their bundles. *)

open Given
open Outcome
open Key_steps
open Parties

let create step =
  let identity = identity_pair (fixed 32 step "identityPrivate") in
  let profile = Option.value (profile_option step) ~default:Wire.Profile_SignalV3 in
  let local : Session_select_types.coq_Local =
    { coq_Local_identity = identity;
      coq_Local_registration_id = integer step "registrationId";
      coq_Local_address = Wire_steps.parsed_address (text step "name") (integer step "deviceId");
      coq_Local_profile = profile }
  in
  Parties.add (text step "party") local;
  [ ("identityKey", hex (serialized identity.coq_IdentityKeyPair_public)) ]

let known prekeys id unknown =
  match Hashtbl.find_opt prekeys id with
  | Some prekey -> prekey
  | None -> raise (Invalid unknown)

let serialized_kem pair = returned (Keys_kem.serialize_kem_public_key pair.Keys_kem.coq_KemPreKeyPair_public)

let publish_kem step party id =
  let random =
    match fixed_option 64 step "kemSignatureRandom" with
    | Some random -> random
    | None -> raise (Invalid "bad_input")
  in
  let pair = (known party.kem (Z.to_int id) "unknown_kem_prekey_id").pair in
  let identity = party.local.coq_Local_identity in
  let signature = Handshake_bundle.sign_kem_prekey primitives identity pair.coq_KemPreKeyPair_public random in
  [ ("kemPrekeyId", number id);
    ("kemPrekey", hex (serialized_kem pair));
    ("kemPrekeySignature", hex (returned signature)) ]

let publish step =
  let random = fixed 64 step "signatureRandom" in
  let party = party (text step "party") in
  let identity = party.local.coq_Local_identity in
  let signed_id = integer step "signedPrekeyId" in
  let signed = (known party.signed (Z.to_int signed_id) "unknown_signed_prekey_id").coq_SignedPreKeyPair_public in
  let one_time_id = integer_option step "oneTimePrekeyId" in
  let one_time = Option.map (fun id -> known party.one_time (Z.to_int id) "unknown_prekey_id") one_time_id in
  let signature = returned (Handshake_bundle.sign_signed_prekey primitives identity signed random) in
  let kem = Option.map (publish_kem step party) (integer_option step "kemPrekeyId") in
  let bundle =
    [ ("registrationId", number party.local.coq_Local_registration_id);
      ("identityKey", hex (serialized identity.coq_IdentityKeyPair_public));
      ("signedPrekeyId", number signed_id);
      ("signedPrekey", hex (serialized signed));
      ("signedPrekeySignature", hex signature) ]
    @ optional "oneTimePrekeyId" one_time_id number
    @ optional "oneTimePrekey" one_time (fun pair -> hex (serialized pair.Keys.coq_OneTimePreKeyPair_public))
    @ Option.value kem ~default:[]
  in
  [ ("bundle", `Assoc bundle) ]

let add_kem step pair =
  let party = party (text step "party") in
  let prekey = { pair; last_resort = flag step "lastResort"; seen = [] } in
  Hashtbl.replace party.kem (Z.to_int (integer step "id")) prekey;
  [ ("public", hex (serialized_kem pair)) ]

let execute step =
  let id () = Z.to_int (integer step "id") in
  match step.op with
  | "create_party" -> Some (create step)
  | "publish_bundle" -> Some (publish step)
  | "add_signed_prekey" ->
    let pair = Keys.signed_prekey_pair primitives (fixed 32 step "private") in
    Hashtbl.replace (party (text step "party")).signed (id ()) pair;
    Some [ ("public", hex (serialized pair.coq_SignedPreKeyPair_public)) ]
  | "add_one_time_prekey" ->
    let pair = Keys.one_time_prekey_pair primitives (fixed 32 step "private") in
    Hashtbl.replace (party (text step "party")).one_time (id ()) pair;
    Some [ ("public", hex (serialized pair.coq_OneTimePreKeyPair_public)) ]
  | "add_kem_prekey" -> Some (add_kem step (Keys_kem.kem_prekey_pair primitives (fixed 64 step "seed")))
  | "import_kem_prekey" -> Some (add_kem step (Kem_steps.parsed_pair (bytes step "secretKey")))
  | _ -> None
