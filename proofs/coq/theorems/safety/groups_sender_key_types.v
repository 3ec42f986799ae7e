(** Panic-freedom of [groups::sender_key::types], and what a record of a sender key needs besides its types.
    *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives groups_sender_key_types.
From Twinratchet.generated Require keys wire ratchet_skipped.

(** The numbers of skipped keys, and the chain ids of states. *)
Definition iterations (skipped : list SenderSkippedKey) : list Z := map SenderSkippedKey_iteration skipped.
Definition chain_ids (states : list SenderKeyState) : list Z := map SenderKeyState_chain_id states.

(** Skipped keys are no more than any profile gathers, in ascending order, and all before the next iteration.
    *)
Definition sender_store_well_formed (next : Z) (skipped : list SenderSkippedKey) : Prop :=
  seq_len skipped <= MAX_SENDER_GATHERED /\ ascending 0 (iterations skipped) /\
  forall i, In i (iterations skipped) -> i < next.

Definition SenderKeyState_well_formed (state : SenderKeyState) : Prop :=
  sender_store_well_formed (SenderKeyState_iteration state) (SenderKeyState_skipped state).

(** A record has no more states than are kept, each of another chain. *)
Definition SenderKeyRecord_well_formed (record : SenderKeyRecord) : Prop :=
  seq_len (SenderKeyRecord_states record) <= MAX_SENDER_STATES /\
  Forall SenderKeyState_well_formed (SenderKeyRecord_states record) /\
  NoDup (chain_ids (SenderKeyRecord_states record)).

(** What keeps and makes room in a store: it never holds more than any profile gathers. *)
Definition sender_limit_well_formed (limit : ratchet_skipped.SkippedLimit) : Prop :=
  ratchet_skipped.SkippedLimit_kept limit = MAX_SENDER_SKIPPED - 1 /\
  MAX_SENDER_SKIPPED <= ratchet_skipped.SkippedLimit_full limit <= MAX_SENDER_GATHERED.

Lemma sender_store_well_formed_nothing next : sender_store_well_formed next [].
Proof. split; [discriminate|]. split; [exact I|]. intros i []. Qed.

(** Part of a store, and a key without which it is. *)
Lemma sender_store_well_formed_skipn next skipped n :
  sender_store_well_formed next skipped -> sender_store_well_formed next (skipn n skipped).
Proof.
  intros (H1 & H2 & H3). unfold sender_store_well_formed, iterations in *. split; [|split].
  - unfold seq_len in *. rewrite skipn_length. lia.
  - rewrite <- skipn_map. now apply ascending_skipn.
  - intros i Hi. apply H3. rewrite <- skipn_map in Hi. revert Hi.
    generalize (map SenderSkippedKey_iteration skipped). clear.
    induction n as [|n IH]; intros [|j l]; simpl; auto.
Qed.

Lemma sender_store_well_formed_removal next skipped n :
  sender_store_well_formed next skipped ->
    sender_store_well_formed next (firstn n skipped ++ skipn (S n) skipped).
Proof.
  intros (H1 & H2 & H3). unfold sender_store_well_formed, iterations in *.
  rewrite map_app, <- firstn_map, <- skipn_map. split; [|split].
  - unfold seq_len in *. rewrite app_length, firstn_length, skipn_length. lia.
  - now apply ascending_removal.
  - intros i Hi. apply H3. revert Hi. generalize (map SenderSkippedKey_iteration skipped). clear.
    induction n as [|n IH]; intros [|j l]; simpl; auto. intros [->|Hi]; auto.
Qed.

(** A key for the next iteration. *)
Lemma sender_store_well_formed_push next skipped key :
  sender_store_well_formed next skipped -> 0 <= next -> seq_len skipped < MAX_SENDER_GATHERED ->
  SenderSkippedKey_iteration key = next -> sender_store_well_formed (next + 1) (seq_push skipped key).
Proof.
  intros (H1 & H2 & H3) H4 H5 H6. unfold sender_store_well_formed, iterations, seq_push in *.
  rewrite map_app. cbn [map]. rewrite H6. split; [|split].
  - rewrite seq_len_app, seq_len_cons, seq_len_nil. lia.
  - apply ascending_push; auto.
  - intros i Hi. apply in_app_iff in Hi as [Hi|[<-|[]]]; [specialize (H3 i Hi)|]; lia.
Qed.

Lemma sender_store_well_formed_later next later skipped :
  next <= later -> sender_store_well_formed next skipped -> sender_store_well_formed later skipped.
Proof.
  intros H (H1 & H2 & H3). split; [exact H1|]. split; [exact H2|]. intros i Hi. specialize (H3 i Hi). lia.
Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma empty_sender_key_record_typed :
  SenderKeyRecord_typed empty_sender_key_record /\ SenderKeyRecord_well_formed empty_sender_key_record.
Proof. split; [constructor|]. split; [discriminate|]. split; constructor. Qed.

Lemma sender_skipped_limit_safe profile :
  yields (sender_skipped_limit profile) (fun limit =>
    ratchet_skipped.SkippedLimit_typed limit /\ sender_limit_well_formed limit).
Proof.
  destruct profile; unfold sender_skipped_limit, sender_limit_well_formed,
    ratchet_skipped.SkippedLimit_typed, typed_int;
    vm_compute; intuition congruence.
Qed.

(** The position that is found is one of the list; its state has the chain id, and no state has it if there is
    none. *)
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
    | None => forall j s, 0 <= j < i -> nth_error states (Z.to_nat j) = Some s ->
      SenderKeyState_chain_id s <> chain_id
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
