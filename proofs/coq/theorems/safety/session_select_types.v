(** Panic-freedom of [session::select::types]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives address keys session_record_types
  session_select_types.
From Twinratchet.generated Require handshake handshake_pqxdh handshake_x3dh ratchet_double_state
  ratchet_sparse ratchet_sparse_types ratchet_triple session_trust wire.
From Twinratchet.theorems.safety Require Import address ratchet_double_state session_record_types
  ratchet_sparse.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** What a handshake gives: its state of SPQR is well-formed and small. *)
Definition Agreed_well_formed (agreed : Agreed) : Prop :=
  Agreed_typed agreed /\ sparse_well_formed (Agreed_sparse agreed) /\ sparse_fits (Agreed_sparse agreed).

Lemma empty_state_typed : ratchet_sparse.State_typed ratchet_sparse.empty_state.
Proof. repeat split. Qed.

Lemma agreed_by_x3dh_well_formed result :
  typed_result handshake_x3dh.Secrets_typed handshake.HandshakeError_typed result ->
  typed_result Agreed_well_formed SessionError_typed (agreed_by_x3dh result).
Proof.
  intros H. destruct result as [secrets|e]; [|exact H]. destruct H as (Hr & Hc).
  split; [|split; [apply empty_state_well_formed|apply empty_state_fits]].
  split; [split; easy|]. split; [exact Hr|]. split; [exact Hc|]. apply empty_state_typed.
Qed.

Lemma agreed_by_pqxdh_safe secrets direction limit :
  handshake_pqxdh.PqxdhSecrets_typed secrets ->
  yields (agreed_by_pqxdh secrets direction limit) Agreed_well_formed.
Proof.
  intros (Hr & Hc & Ha). unfold agreed_by_pqxdh. cbv zeta. apply yields_bind.
  eapply yields_mono; [apply sparse_init_safe|].
  - split; [destruct direction; exact I|]. split; [exact I|]. split; [exact I|]. split; [exact Ha|].
    split; [destruct limit; split; easy|split; easy].
  - intros s (Hs & Hw & Hf). split; [|split; assumption].
    split; [split; easy|]. split; [exact Hr|]. split; [exact Hc|]. exact Hs.
Qed.

Lemma same_account_safe local remote :
  Local_typed local -> Remote_typed remote -> yields (same_account local remote) (fun _ => True).
Proof.
  intros (_ & _ & Hl & _) (Hr & _). unfold same_account.
  destruct (Local_profile local); [apply same_service_id_safe; assumption..|exact I].
Qed.

Lemma jump_limit_safe local_identity remote_identity local remote :
  Local_typed local -> Remote_typed remote ->
  yields (jump_limit local_identity remote_identity local remote) (fun _ => True).
Proof.
  intros Hl Hr. unfold jump_limit. cbv zeta. apply yields_bind.
  apply (yields_mono _ (fun _ => True)).
  - destruct (same_public_key _ _); [apply same_account_safe; assumption|exact I].
  - intros [|] _; exact I.
Qed.

Lemma check_trust_typed remote presented :
  typed_result (fun _ => True) SessionError_typed (check_trust remote presented).
Proof. unfold check_trust. destruct (session_trust.is_trusted_identity _ _); exact I. Qed.

(** A session with another well-formed ratchet. *)
Lemma with_ratchet_well_formed session ratchet :
  Session_well_formed session -> ratchet_triple.TripleState_typed ratchet ->
  State_well_formed (ratchet_triple.TripleState_double ratchet) ->
  sparse_well_formed (ratchet_triple.TripleState_sparse ratchet) ->
  Session_well_formed (with_ratchet session ratchet).
Proof.
  intros ((H1 & H2 & H3 & _ & H5 & H6 & H7 & H8) & _) Ht Hd Hs. split; [|split; assumption].
  repeat (split; [assumption|]). assumption.
Qed.
End Safety.

#[export] Hint Resolve agreed_by_pqxdh_safe same_account_safe jump_limit_safe : spec.
