(** Panic-freedom of [groups::sender_key::types], and what a record of a sender key needs besides its types. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives groups_sender_key_types.
From Twinratchet.generated Require keys wire ratchet_skipped.

(** A state has no more skipped keys than any profile gathers. *)
Definition SenderKeyState_well_formed (state : SenderKeyState) : Prop :=
  seq_len (SenderKeyState_skipped state) <= MAX_SENDER_GATHERED.

(** A record has no more states than are kept. *)
Definition SenderKeyRecord_well_formed (record : SenderKeyRecord) : Prop :=
  seq_len (SenderKeyRecord_states record) <= MAX_SENDER_STATES /\
  Forall SenderKeyState_well_formed (SenderKeyRecord_states record).

(** What keeps and makes room in a store: it never holds more than any profile gathers. *)
Definition sender_limit_well_formed (limit : ratchet_skipped.SkippedLimit) : Prop :=
  ratchet_skipped.SkippedLimit_kept limit = MAX_SENDER_SKIPPED - 1 /\
  MAX_SENDER_SKIPPED <= ratchet_skipped.SkippedLimit_full limit <= MAX_SENDER_GATHERED.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma empty_sender_key_record_typed :
  SenderKeyRecord_typed empty_sender_key_record /\ SenderKeyRecord_well_formed empty_sender_key_record.
Proof. split; [constructor|]. split; [discriminate|constructor]. Qed.

Lemma max_sender_jump_typed profile : typed_int 32 (max_sender_jump profile).
Proof. destruct profile; split; reflexivity || discriminate. Qed.

Lemma sender_skipped_limit_safe profile :
  yields (sender_skipped_limit profile) (fun limit =>
    ratchet_skipped.SkippedLimit_typed limit /\ sender_limit_well_formed limit).
Proof.
  destruct profile; unfold sender_skipped_limit, sender_limit_well_formed, ratchet_skipped.SkippedLimit_typed, typed_int;
    vm_compute; intuition congruence.
Qed.

(** The position that is found is one of the list; its state has the chain id, and no state has it if there is none. *)
Lemma state_position_safe states chain_id :
  yields (state_position states chain_id) (fun found =>
    match found with
    | Some i => 0 <= i < seq_len states /\
        exists s, nth_error states (Z.to_nat i) = Some s /\ SenderKeyState_chain_id s = chain_id
    | None => Forall (fun s => SenderKeyState_chain_id s <> chain_id) states
    end).
Proof.
  unfold state_position. cbv zeta. pose proof (seq_len_nonneg states) as H0.
  apply (yields_for (fun i found =>
    match found with
    | Some k => 0 <= k < seq_len states /\
        exists s, nth_error states (Z.to_nat k) = Some s /\ SenderKeyState_chain_id s = chain_id
    | None => forall j s, 0 <= j < i -> nth_error states (Z.to_nat j) = Some s -> SenderKeyState_chain_id s <> chain_id
    end)).
  - intros; lia.
  - intros i found Hi Hfound. destruct (seq_index_ret states i Hi) as (s & Es & Ns). rewrite Es. cbn [bind].
    destruct (Z.eqb_spec (SenderKeyState_chain_id s) chain_id).
    + step. split; [exact Hi|]. exists s. split; assumption.
    + step. destruct found as [k|]; [exact Hfound|]. intros j s' Hj Hs'.
      destruct (Z.eq_dec j i) as [->|]; [congruence|]. apply (Hfound j); auto. lia.
  - intros [k|] H; [exact H|]. apply Forall_forall. intros s Hin. apply In_nth_error in Hin as (n & Hn).
    apply (H (Z.of_nat n)); [|now rewrite Nat2Z.id].
    assert (n < length states)%nat by (apply nth_error_Some; congruence). unfold seq_len. lia.
Qed.
End Safety.

#[export] Hint Resolve sender_skipped_limit_safe state_position_safe : spec.
