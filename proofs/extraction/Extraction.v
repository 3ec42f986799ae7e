(** The specification as OCaml.

    What is proved about [generated/*.v] holds of what comes out of this file as far as the following can be
    trusted: the extraction of Coq; what stands below in place of functions of Coq; the OCaml compiler, its
    library and Zarith. [tests/realizations.ml] compares what stands below with plain definitions. Nothing of
    the specification is replaced; of [Prelude.v] two functions on lists are, the rest is Coq's library. *)
From Coq Require Import Extraction ExtrOcamlBasic ZArith List.
From Twinratchet Require Import Prelude Modular.
From Twinratchet.theorems Require Import Translated lib.Value.
From Twinratchet.generated Require address fingerprint groups_distribution groups_sender_key
  groups_sender_key_stored groups_sender_key_types handshake_bundle handshake_pqxdh handshake_x3dh keys
  keys_kem primitives_vxeddsa ratchet_double_send ratchet_double_state ratchet_header_encrypted
  ratchet_header_encrypted_functions ratchet_header_encrypted_state ratchet_sparse
  ratchet_sparse_authenticator ratchet_sparse_braid_states ratchet_sparse_chain ratchet_sparse_erasure
  ratchet_sparse_gf65536 ratchet_sparse_message ratchet_sparse_state_decode ratchet_sparse_state_encode
  ratchet_symmetric ratchet_written ratchet_written_functions ratchet_written_state session_record
  session_record_decode session_record_encode session_select_receive session_select_respond
  session_select_send wire_fingerprint_code wire_message wire_prekey_message wire_sender_key_message.

Extraction Language OCaml.
(* Modules of Coq's library must not hide those of OCaml. *)
Extraction Blacklist List String Int Nat Z.

(** * Numbers: integer.ml, over Zarith *)

(** A [nat] is a length or counts the rounds of a loop; what no memory can hold is an error of the run. *)
Extract Inductive nat => "int" [ "0" "Stdlib.succ" ]
  "(fun if_zero if_succ n -> if n = 0 then if_zero () else if_succ (n - 1))".
Extract Inlined Constant Nat.add => "(+)".
Extract Inlined Constant Z.of_nat => "Integer.of_nat".
Extract Inlined Constant Z.to_nat => "Integer.to_nat".

Extract Inductive positive => "Z.t" [ "Integer.twice_and_one" "Integer.twice" "Z.one" ]
  "Integer.match_positive".
Extract Inductive Z => "Z.t" [ "Z.zero" "" "Z.neg" ] "Integer.match_z".
Extract Inlined Constant Z.add => "Z.add".
Extract Inlined Constant Z.sub => "Z.sub".
Extract Inlined Constant Z.mul => "Z.mul".
Extract Inlined Constant Z.opp => "Z.neg".
Extract Inlined Constant Z.div => "Integer.div".
Extract Inlined Constant Z.modulo => "Integer.modulo".
Extract Inlined Constant Z.pow => "Integer.pow".
Extract Inlined Constant Z.eqb => "Integer.equal".
Extract Inlined Constant Z.ltb => "Integer.less".
Extract Inlined Constant Z.leb => "Integer.at_most".
Extract Inlined Constant Z.land => "Z.logand".
Extract Inlined Constant Z.lor => "Z.logor".
Extract Inlined Constant Z.lxor => "Z.logxor".
Extract Inlined Constant Z.shiftl => "Integer.shiftl".
Extract Inlined Constant Z.shiftr => "Integer.shiftr".

(** * Lists: sequence.ml, over arrays

    Most of the specification takes elements by their index, which is slow in lists. *)

Extract Inductive list => "Sequence.t" [ "(Sequence.empty ())" "Sequence.cons" ]
  "Sequence.match_list".
Extract Inlined Constant length => "Sequence.length".
Extract Inlined Constant app => "Sequence.append".
Extract Inlined Constant nth_error => "Sequence.nth_error".
Extract Inlined Constant firstn => "Sequence.firstn".
Extract Inlined Constant skipn => "Sequence.skipn".
Extract Inlined Constant repeat => "Sequence.repeat".
Extract Inlined Constant seq => "Sequence.seq".
Extract Inlined Constant map => "Sequence.map".
Extract Inlined Constant concat => "Sequence.concat".
Extract Inlined Constant fold_left => "Sequence.fold_left".
Extract Inlined Constant fold_right => "Sequence.fold_right".
Extract Inlined Constant rev => "Sequence.rev".
Extract Inlined Constant set_nth => "Sequence.set_nth".
Extract Inlined Constant seq_eqb => "Sequence.equal".

(** * Panics

    The translated primitives are total by a value in the place of a panic. None is given in a run: it fails. *)
Extract Constant value =>
  "fun _ m -> match m with Ret a -> a | Panic -> raise Panics.In_a_primitive".

(** A [match] in place of a closure. *)
Extraction Inline bind.

Separate Extraction translated address fingerprint groups_distribution groups_sender_key
  groups_sender_key_stored groups_sender_key_types handshake_bundle handshake_pqxdh handshake_x3dh keys
  keys_kem primitives_vxeddsa ratchet_double_send ratchet_double_state ratchet_header_encrypted
  ratchet_header_encrypted_functions ratchet_header_encrypted_state ratchet_sparse
  ratchet_sparse_authenticator ratchet_sparse_braid_states ratchet_sparse_chain ratchet_sparse_erasure
  ratchet_sparse_gf65536 ratchet_sparse_message ratchet_sparse_state_decode ratchet_sparse_state_encode
  ratchet_symmetric ratchet_written ratchet_written_functions ratchet_written_state session_record
  session_record_decode session_record_encode session_select_receive session_select_respond
  session_select_send wire_fingerprint_code wire_message wire_prekey_message wire_sender_key_message.
