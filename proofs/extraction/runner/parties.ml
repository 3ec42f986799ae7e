(* What the parties of a scenario keep: their keys, per peer a record and an identity, and sender keys. *)

open Given

type kem_prekey = {
  pair : Keys_kem.coq_KemPreKeyPair;
  last_resort : bool;
  mutable seen : (int * Keys.coq_BaseKey) list; (* signed prekeys and base keys that it was used with, newest first *)
}

type peer = {
  mutable record : Session_record.coq_Record option;
  mutable identity : Keys.coq_IdentityKey option;
}

type party = {
  local : Session_select_types.coq_Local;
  signed : (int, Keys.coq_SignedPreKeyPair) Hashtbl.t;
  one_time : (int, Keys.coq_OneTimePreKeyPair) Hashtbl.t;
  kem : (int, kem_prekey) Hashtbl.t;
  peers : (string, peer) Hashtbl.t;
  (* By the name of the sender, its device and the distribution id in hex. *)
  sender_keys : (string * int * string, Groups_sender_key_types.coq_SenderKeyRecord) Hashtbl.t;
}

let parties : (string, party) Hashtbl.t = Hashtbl.create 8
let forget () = Hashtbl.reset parties

let party name =
  match Hashtbl.find_opt parties name with
  | Some party -> party
  | None -> raise (Invalid "bad_input")

let add name local =
  let made =
    { local;
      signed = Hashtbl.create 4;
      one_time = Hashtbl.create 4;
      kem = Hashtbl.create 4;
      peers = Hashtbl.create 4;
      sender_keys = Hashtbl.create 4 }
  in
  Hashtbl.replace parties name made

(* What a party keeps of a peer, which must be a party as well. *)
let peer name peer_name =
  ignore (party peer_name);
  let peers = (party name).peers in
  match Hashtbl.find_opt peers peer_name with
  | Some peer -> peer
  | None ->
    let peer = { record = None; identity = None } in
    Hashtbl.replace peers peer_name peer;
    peer

let record peer =
  match peer.record with
  | Some record -> record
  | None -> raise (Invalid "no_session")

(* An absent record reads as an empty one. *)
let record_or_empty peer = Option.value peer.record ~default:Session_record.empty_record
