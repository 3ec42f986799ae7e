(** Panic-freedom of [groups::distribution]; records are well formed before and after every operation. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives groups_sender_key_types groups_distribution.
From Twinratchet.generated Require keys wire wire_sender_key_message.
From Twinratchet.theorems.safety Require Import wire_sender_key_message groups_sender_key_types
  groups_sender_key.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Definition sender_record_is_good (record : SenderKeyRecord) : Prop :=
  SenderKeyRecord_typed record /\ SenderKeyRecord_well_formed record.

Lemma ready_to_send_safe record fresh :
  sender_record_is_good record -> SenderKeyRandom_typed fresh ->
  yields (ready_to_send record fresh) (fun r =>
    sender_record_is_good r /\ 0 < seq_len (SenderKeyRecord_states r)).
Proof.
  intros Hr (Hid & Hck & Hprivate). unfold ready_to_send.
  pose proof (seq_len_nonneg (SenderKeyRecord_states record)).
  step.
  - eapply yields_mono; [apply create_sender_key_safe; assumption|]. intros r (H1 & H2 & H3).
    split; [split; assumption|lia].
  - step. split; [exact Hr|lia].
Qed.

(** [create_distribution] does not panic, and its record has a state to send with. *)
Lemma create_distribution_safe profile record distribution_id fresh :
  sender_record_is_good record -> Uuid_typed distribution_id -> SenderKeyRandom_typed fresh ->
  yields (create_distribution profile record distribution_id fresh)
    (typed_pair (fun r => sender_record_is_good r /\ 0 < seq_len (SenderKeyRecord_states r)) bytes).
Proof.
  intros Hr Hid Hfresh. unfold create_distribution.
  call_by (ready_to_send_safe record fresh Hr Hfresh) ready Hready. destruct Hready as ((Ht & Hw) & Hn).
  assert (0 <= 0 < seq_len (SenderKeyRecord_states ready)) as H0 by lia.
  apply yields_bind, (yields_index _ _ _ _ Ht H0). intros state _ Hstate.
  destruct Hstate as (_ & H1 & H2 & H3 & (H4 & _) & _).
  call_by (encode_distribution_message_safe profile _ _ _ _ _ Hid H1 H2 H3 H4) message Hmessage.
  split; [split; [split; assumption|exact Hn]|apply Hmessage].
Qed.

Lemma distributed_state_is_good message :
  wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
  SenderKeyState_typed (distributed_state message) /\ SenderKeyState_well_formed (distributed_state message).
Proof.
  intros (H1 & _ & H3 & H4 & H5 & H6). split; [|apply sender_store_well_formed_nothing].
  repeat (split; [assumption|]).
  split; [split; [exact H6|exact I]|constructor].
Qed.

Lemma without_state_safe states i :
  Forall SenderKeyState_typed states -> Forall SenderKeyState_well_formed states ->
  seq_len states < 2 ^ 63 -> 0 <= i < seq_len states ->
  yields (without_state states i) (fun rest =>
    Forall SenderKeyState_typed rest /\ Forall SenderKeyState_well_formed rest /\
    rest = firstn (Z.to_nat i) states ++ skipn (S (Z.to_nat i)) states).
Proof.
  intros H1 H2 H3 H4. unfold without_state.
  step. step; [lia|]. step. step; [lia|]. step. step; [lia|]. step. step; try lia. intros Hafter.
  step. step; try lia. intros Hbefore. step. split; [|split].
  - apply Forall_concat; apply Forall_firstn', Forall_skipn'; exact H1.
  - apply Forall_concat; apply Forall_firstn', Forall_skipn'; exact H2.
  - unfold seq_concat. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia. f_equal.
    apply firstn_all2. rewrite skipn_length. unfold seq_len. lia.
Qed.

Lemma with_first_safe state rest :
  SenderKeyState_typed state -> SenderKeyState_well_formed state ->
  Forall SenderKeyState_typed rest -> Forall SenderKeyState_well_formed rest ->
  NoDup (chain_ids rest) -> ~ In (SenderKeyState_chain_id state) (chain_ids rest) ->
  yields (with_first state rest) (fun r =>
    sender_record_is_good r /\ exists n, SenderKeyRecord_states r = state :: firstn n rest).
Proof.
  intros Hs Hw Ht Hrw Hd Hnew. unfold with_first, MAX_SENDER_STATES. cbv zeta.
  change (seq_fill SenderKeyState_default 1) with [SenderKeyState_default].
  step. step; [unfold seq_len; simpl; lia|]. intros _. cbn [Z.to_nat set_nth].
  step. eapply (yields_mono _ (fun kept => seq_len kept <= 4 /\ exists n, kept = firstn n rest)).
  - step.
    + step. step; [lia|]. step; try lia. intros Hlen. rewrite Hlen. split; [lia|]. eexists. reflexivity.
    + step. split; [lia|]. exists (length rest). symmetry. apply firstn_all.
  - intros kept (Hn & n & ->). step. split; [|exists n; reflexivity]. split; [|split; [|split]];
      cbn [SenderKeyRecord_states].
    + apply Forall_concat; [constructor; [exact Hs|constructor]|now apply Forall_firstn'].
    + rewrite seq_len_concat, seq_len_cons, seq_len_nil. unfold MAX_SENDER_STATES. lia.
    + apply Forall_concat; [constructor; [exact Hw|constructor]|now apply Forall_firstn'].
    + unfold chain_ids, seq_concat in *. cbn [app map]. rewrite <- firstn_map. constructor.
      * intros Hin. apply Hnew. revert Hin. generalize (map SenderKeyState_chain_id rest). clear.
        induction n as [|n IH]; intros [|k l]; simpl; tauto || intros [->|Hin]; auto.
      * rewrite <- (firstn_skipn n (map _ rest)) in Hd. revert Hd. clear.
        generalize (firstn n (map SenderKeyState_chain_id rest)),
          (skipn n (map SenderKeyState_chain_id rest)).
        induction l as [|k l IH]; intros l' H; [constructor|]. inversion H; subst. constructor; [|eauto].
        intros Hin. apply H2, in_or_app. now left.
Qed.

(** [process_distribution] does not panic, and the record stays well formed. *)
Lemma process_distribution_safe record message :
  sender_record_is_good record -> wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
  yields (process_distribution record message) sender_record_is_good.
Proof.
  intros (Ht & Hn & Hw & Hd) Hm. unfold process_distribution, MAX_SENDER_STATES in *.
  destruct (distributed_state_is_good message Hm) as (Hdt & Hdw).
  call_by (state_position_safe (SenderKeyRecord_states record)
    (wire_sender_key_message.SenderKeyDistributionMessage_chain_id message)) found Hfound.
  destruct found as [i|].
  2: { eapply yields_mono; [apply with_first_safe; try assumption|].
    - intros Hin. apply in_map_iff in Hin as (s & Es & Hin). rewrite Forall_forall in Hfound.
      exact (Hfound s Hin Es).
    - intros r Hr. apply Hr. }
  destruct Hfound as (Hi & s & Hnth' & Es).
  apply yields_bind, (yields_index _ _ _ _ Ht Hi). intros known Hnth Hknown.
  rewrite Hnth in Hnth'. injection Hnth' as ->.
  pose proof (Forall_nth_error _ _ _ _ Hw Hnth) as Hkw.
  call_by (without_state_safe _ _ Ht Hw ltac:(lia) Hi) rest Hrest. destruct Hrest as (H1 & H2 & ->).
  pose proof (removal_permutes _ _ _ Hnth) as Hperm.
  apply (Permutation.Permutation_map SenderKeyState_chain_id) in Hperm.
  pose proof (Permutation.Permutation_NoDup Hperm Hd) as Hd'. cbn [map] in Hd'. inversion Hd'; subst.
  destruct (keys.same_public_key _ _);
    (eapply yields_mono; [apply with_first_safe; try assumption|intros r Hr; apply Hr]).
  cbn [distributed_state SenderKeyState_chain_id]. rewrite <- Es. assumption.
Qed.
End Safety.

#[export] Hint Resolve ready_to_send_safe create_distribution_safe without_state_safe with_first_safe
  process_distribution_safe : spec.
