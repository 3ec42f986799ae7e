(** Well-formed sessions: [session::record::types] itself computes nothing that could panic. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import ratchet_triple session_record_types.
From Twinratchet.theorems.safety Require Import ratchet_double_state ratchet_sparse.

(** A session that the code makes or decodes: both ratchets are well-formed. *)
Definition Session_well_formed (s : Session) : Prop :=
  Session_typed s /\
  State_well_formed (TripleState_double (Session_ratchet s)) /\
  sparse_well_formed (TripleState_sparse (Session_ratchet s)).

(** The lists of a session are not longer than a machine can hold. *)
Definition Session_fits (s : Session) : Prop := sparse_fits (TripleState_sparse (Session_ratchet s)).
