(* The steps about states of SPQR outside of sessions: chains, and the two sides of a transcript, both by name. *)

open Given
open Outcome
module Chain = Ratchet_sparse_chain
module Sparse = Ratchet_sparse

let primitives = Key_steps.primitives
let chains : (string, Chain.coq_Chain) Hashtbl.t = Hashtbl.create 8
let states : (string, Sparse.coq_State) Hashtbl.t = Hashtbl.create 8

let forget () =
  Hashtbl.reset chains;
  Hashtbl.reset states

let named all name =
  match Hashtbl.find_opt all name with
  | Some found -> found
  | None -> raise (Invalid "bad_input")

let directions = [ ("a2b", Ratchet_sparse_types.Direction_A2B); ("b2a", Ratchet_sparse_types.Direction_B2A) ]

let chain_parameters step : Ratchet_sparse_types.coq_ChainParameters =
  { coq_ChainParameters_max_jump = integer step "maxJump";
    coq_ChainParameters_max_out_of_order = integer step "maxOutOfOrder" }

let execute_on_chain step =
  let name () = text step "chain" in
  match step.op with
  | "chain_start" ->
    let parameters, direction = (chain_parameters step, choice directions step "direction") in
    let chain = returned (Chain.chain_start primitives (fixed 32 step "authKey") direction parameters) in
    Hashtbl.replace chains (name ()) chain;
    Some []
  | "chain_add_epoch" ->
    let chain = named chains (name ()) in
    let next = ok Errors.sparse (returned (Chain.add_epoch primitives chain (fixed 32 step "secret"))) in
    Hashtbl.replace chains (name ()) next;
    Some []
  | "chain_send_key" ->
    let chain = named chains (name ()) in
    let sent = returned (Chain.send_key primitives chain (decimal step "epoch")) in
    let (next, index), key = ok Errors.sparse sent in
    Hashtbl.replace chains (name ()) next;
    Some [ ("index", number index); ("key", hex key) ]
  | "chain_receive_key" ->
    let chain = named chains (name ()) in
    let epoch, index = (decimal step "epoch", integer step "index") in
    let next, key = ok Errors.sparse (returned (Chain.receive_key primitives chain epoch index)) in
    Hashtbl.replace chains (name ()) next;
    Some [ ("key", hex key) ]
  | _ -> None

(* The random bytes of a message; what is drawn must be there. *)
let randomness step (draw : Ratchet_sparse_types.coq_Draw) : Ratchet_sparse_types.coq_SparseRandom =
  let seed, random = (fixed_option 64 step "kemSeed", fixed_option 32 step "kemRandom") in
  match (draw, seed, random) with
  | Draw_KeyPair, None, _ | Draw_Encapsulation, _, None -> raise (Invalid "bad_input")
  | _ ->
    { coq_SparseRandom_key_pair = Option.value seed ~default:(Sequence.repeat Z.zero 64);
      coq_SparseRandom_encapsulation = Option.value random ~default:(Sequence.repeat Z.zero 32) }

let converse step =
  match step.op with
  | "spqr_send" ->
    let party = text step "party" in
    let state = named states party in
    let random = randomness step (Sparse.draws state) in
    let next, sent = ok Errors.sparse (returned (Sparse.sparse_send primitives state random)) in
    Hashtbl.replace states party next;
    Some (("message", hex sent.coq_Sent_message) :: optional "key" sent.coq_Sent_key hex)
  | "spqr_receive" ->
    let party = text step "party" in
    let state = named states party in
    let next, key = ok Errors.sparse (returned (Sparse.sparse_receive primitives state (bytes step "message"))) in
    Hashtbl.replace states party next;
    Some (optional "key" key hex)
  | _ -> None

let version step name : Ratchet_sparse_types.coq_Version =
  match Z.to_int (integer step name) with
  | 0 -> Version_V0
  | 1 -> Version_V1
  | _ -> raise (Invalid "bad_input")

let parameters step : Sparse.coq_Parameters =
  { coq_Parameters_direction = choice directions step "direction";
    coq_Parameters_version = version step "version";
    coq_Parameters_min_version = version step "minVersion";
    coq_Parameters_auth_key = fixed 32 step "authKey";
    coq_Parameters_chain = chain_parameters step }

let store step =
  match step.op with
  | "spqr_start" ->
    Hashtbl.replace states (text step "party") (returned (Sparse.sparse_init primitives (parameters step)));
    Some []
  | "spqr_save" ->
    let state = named states (text step "party") in
    Some [ ("saved", hex (returned (Ratchet_sparse_state_encode.encode_state state))) ]
  | "spqr_load" ->
    let state = returned (Ratchet_sparse_state_decode.decode_state primitives (bytes step "saved")) in
    Hashtbl.replace states (text step "party") (ok Errors.sparse state);
    Some []
  | _ -> None
