(** The hypotheses of the claims of [SenderKeys] hold of a small group, with toy primitives.

    A sender sends three messages. One member joins before the first and gets them out of order, another joins
    after the first. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.Toy theorems.lib.NumberedLists
  theorems.SenderChain theorems.SenderKeys.
From Twinratchet.generated Require Import keys_types primitives groups groups_sender_key_types
  groups_sender_key
  groups_distribution.
From Twinratchet.generated Require keys wire wire_sender_key_message.
From Twinratchet.theorems.safety Require Import groups_sender_key_types groups_distribution.

#[export] Instance toy_verifies : SignatureVerifies toy.
Proof. intros form k m r _ _ _. cbn [verify sign public_key clamp toy]. now apply seq_eqb_eq. Qed.

Lemma all_bytes (l : list Z) : forallb (in_range 8) l = true -> bytes l.
Proof.
  intros H. rewrite forallb_forall in H. apply Forall_forall. intros b Hb. specialize (H b Hb).
  unfold in_range in H. unfold typed_int. lia.
Qed.

Lemma array_of_bytes (l : list Z) n : seq_len l = n -> forallb (in_range 8) l = true ->
  typed_array (typed_int 8) n l.
Proof. intros Hn H. split; [exact Hn|now apply all_bytes]. Qed.

Ltac array := apply array_of_bytes; vm_compute; reflexivity.
Ltac number := split; [vm_compute; discriminate|vm_compute; reflexivity].

Definition profile : wire.Profile := wire.Profile_SignalV4.
Definition id : Uuid := seq_fill 3 16.
Definition fresh : SenderKeyRandom := mk_SenderKeyRandom 6 (seq_fill 7 32) (seq_fill 9 32).
Definition inputs : list Input := [([1], seq_fill 4 64); ([2; 2], seq_fill 5 64); ([], seq_fill 6 64)].
Definition early : Member := mk_Member 0 empty_sender_key_record [2; 0; 1]%nat.
Definition late : Member := mk_Member 1 empty_sender_key_record [2; 1]%nat.

Lemma empty_is_good : sender_record_is_good empty_sender_key_record.
Proof. exact empty_sender_key_record_typed. Qed.

Lemma every_member_reads_every_later_message_instance :
  Uuid_typed id /\ SenderKeyRandom_typed fresh /\ Forall Input_typed inputs /\ seq_len inputs <= 2 ^ 32 - 1 /\
  Forall (can_read profile (shr (SenderKeyRandom_chain_id fresh) 1) (length inputs)) [early; late].
Proof.
  split; [array|]. split; [split; [number|split; array]|]. split.
  { repeat apply Forall_cons; try apply Forall_nil;
      (split; [apply all_bytes; reflexivity|split; [reflexivity|array]]). }
  split; [discriminate|].
  assert (forall l : list nat, nodup Nat.eq_dec l = l -> NoDup l) as Hnodup.
  { intros l <-. apply NoDup_nodup. }
  apply Forall_cons; [|apply Forall_cons; [|apply Forall_nil]];
    (split; [exact empty_is_good|]; split; [intros []|]; split; [cbn; lia|]; split;
      [apply Hnodup; reflexivity|]; split).
  - cbn. lia.
  - cbn; unfold MAX_SENDER_SKIPPED, MAX_SENDER_JUMP; lia.
  - cbn. lia.
  - cbn; unfold MAX_SENDER_SKIPPED, MAX_SENDER_JUMP; lia.
Qed.

(** The distribution message of the sender, the record of a member that took it, and the messages. *)
Definition message : wire_sender_key_message.SenderKeyDistributionMessage :=
  wire_sender_key_message.mk_SenderKeyDistributionMessage 3 (Some id) 3 0 (seq_fill 7 32)
    (keys.mk_SenderSigningKey (seq_fill 9 32)).
Definition joined : SenderKeyRecord :=
  Eval vm_compute in Value.value empty_sender_key_record
    (process_distribution empty_sender_key_record message).
Definition messages : list (list u8) :=
  Eval vm_compute in
    match bind (ready_to_send empty_sender_key_record fresh)
      (fun sender => send_all profile id sender inputs) with
    | Ret (Ok (_, messages)) => messages
    | _ => []
    end.

Lemma message_is_typed : wire_sender_key_message.SenderKeyDistributionMessage_typed message.
Proof. split; [number|]. split; [array|]. split; [number|]. split; [number|]. split; array. Qed.

Lemma joined_ret : process_distribution empty_sender_key_record message = Ret joined.
Proof. vm_compute. reflexivity. Qed.

Lemma joined_is_good : sender_record_is_good joined.
Proof.
  pose proof (process_distribution_safe _ message empty_is_good message_is_typed) as H.
  now rewrite joined_ret in H.
Qed.

Lemma messages_are_receivable : Forall receivable messages /\ length messages = 3%nat.
Proof.
  split; [|reflexivity]. repeat apply Forall_cons; try apply Forall_nil;
    (split; [apply all_bytes; vm_compute; reflexivity|reflexivity]).
Qed.

Lemma a_distribution_never_rewinds_a_chain_instance :
  SenderKeyRecord_well_formed joined /\
  exists state, SenderKeyRecord_states joined = [] ++ state :: [] /\
    SenderKeyState_chain_id state = wire_sender_key_message.SenderKeyDistributionMessage_chain_id message /\
    keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing state))
    = keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key message).
Proof. split; [apply joined_is_good|]. eexists. split; [reflexivity|]. split; reflexivity. Qed.

Lemma a_distribution_changes_no_other_state_instance :
  sender_record_is_good joined /\ wire_sender_key_message.SenderKeyDistributionMessage_typed message.
Proof. split; [exact joined_is_good|exact message_is_typed]. Qed.

Lemma a_distribution_keeps_stores_bounded_instance :
  sender_record_is_good joined /\ wire_sender_key_message.SenderKeyDistributionMessage_typed message /\
  stores_bounded profile joined.
Proof.
  split; [exact joined_is_good|]. split; [exact message_is_typed|].
  apply Forall_cons; [discriminate|constructor].
Qed.

(** The record after the last message, of which the first is still kept, and not the last. *)
Definition read : SenderKeyRecord :=
  Eval vm_compute in
    match group_decrypt profile joined (nth 2 messages []) with
    | Ret (Ok (read, _)) => read
    | _ => joined
    end.

Lemma read_ret : group_decrypt profile joined (nth 2 messages []) = Ret (Ok (read, [])).
Proof. vm_compute. reflexivity. Qed.

Lemma a_distribution_restores_no_used_key_instance :
  sender_record_is_good read /\ wire_sender_key_message.SenderKeyDistributionMessage_typed message /\
  (exists known, In known (SenderKeyRecord_states read) /\
     SenderKeyState_chain_id known = wire_sender_key_message.SenderKeyDistributionMessage_chain_id message /\
     keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing known))
     = keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key message))
       /\
  used_in 3 2 read.
Proof.
  destruct messages_are_receivable as (Hm & _). rewrite Forall_forall in Hm.
  destruct (Hm (nth 2 messages [])) as (Hb & Hlen); [apply nth_In; vm_compute; lia|].
  pose proof (group_decrypt_keeps profile joined _ joined_is_good Hb Hlen) as H. rewrite read_ret in H.
  split; [apply H|]. split; [exact message_is_typed|].
  split; [eexists; split; [left; reflexivity|split; reflexivity]|].
  intros state [<-|[]] _. split; [reflexivity|]. vm_compute. intuition discriminate.
Qed.

Lemma a_delivered_message_is_refused_ever_after_instance :
  sender_record_is_good joined /\ receivable (nth 2 messages []) /\ Forall receivable (firstn 2 messages) /\
  group_decrypt profile joined (nth 2 messages []) = Ret (Ok (read, [])).
Proof.
  destruct messages_are_receivable as (Hm & _). split; [exact joined_is_good|].
  split; [rewrite Forall_forall in Hm; apply Hm, nth_In; vm_compute; lia|].
  split; [now apply Forall_firstn'|exact read_ret].
Qed.

(** After the last message comes its distribution message again, then the first message. *)
Lemma a_delivered_message_is_refused_after_distributions_instance :
  sender_record_is_good joined /\ receivable (nth 2 messages []) /\
  (exists parsed,
    wire_sender_key_message.parse_sender_key_message profile (nth 2 messages []) = Ret (Ok parsed) /\
    wire_sender_key_message.SenderKeyMessage_chain_id parsed = 3) /\
  group_decrypt profile joined (nth 2 messages []) = Ret (Ok (read, [])) /\
  exists last, continues profile 3 read last /\ last <> read.
Proof.
  destruct messages_are_receivable as (Hm & _). rewrite Forall_forall in Hm.
  split; [exact joined_is_good|]. split; [apply Hm, nth_In; vm_compute; lia|].
  split; [eexists; split; [vm_compute; reflexivity|reflexivity]|]. split; [exact read_ret|].
  eexists. split.
  - eapply continues_with_distribution; [exact message_is_typed| |vm_compute; reflexivity|].
    + right. eexists. split; [left; reflexivity|split; reflexivity].
    + eapply continues_with_message;
        [apply (Hm (nth 0 messages [])), nth_In; vm_compute; lia|vm_compute; reflexivity|].
      apply continues_with_nothing.
  - vm_compute. discriminate.
Qed.

Lemma skipped_keys_stay_below_their_bound_instance :
  sender_record_is_good joined /\ stores_bounded profile joined /\ Forall receivable messages.
Proof.
  split; [exact joined_is_good|]. split; [apply Forall_cons; [discriminate|constructor]|].
  apply messages_are_receivable.
Qed.

(** All three messages, the last one first, one of them twice, and bytes that are no message. *)
Lemma refused_messages_change_nothing_instance :
  exists record, receive_all profile joined
    [nth 2 messages []; [51]; nth 0 messages []; nth 0 messages []; nth 1 messages []]
  = Ret (record, [[]; [1]; [2; 2]]).
Proof. eexists. vm_compute. reflexivity. Qed.

Lemma a_decrypted_message_was_signed_instance :
  group_decrypt profile joined (nth 2 messages []) = Ret (Ok (read, [])).
Proof. exact read_ret. Qed.
