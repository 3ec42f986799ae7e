(** The hypotheses of the claims of [SparseChain] hold of a small conversation, with toy primitives.

    Side A sends two keys of epoch 0, both sides add a secret, A sends two keys of epoch 1 and is refused one
    of epoch 0. Side B gets the keys out of order, over the border of the epochs, and asks for one key twice.
    *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.Toy theorems.lib.NumberedLists
  theorems.SparseHalf theorems.SparseRequests theorems.SparseChain.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain.

Definition auth_key : SparseAuthKey := seq_fill 7 32.
Definition secret : EpochSecret := seq_fill 9 32.
Definition parameters : ChainParameters := mk_ChainParameters 0 0.

Definition requests : list Request := [Send 0; Send 0; Add secret; Send 1; Send 0; Send 1].
Definition requests' : list Request := [Receive 0 2; Add secret; Receive 0 2; Send 1; Receive 1 2].
Definition outcome : Chain * list Answer :=
  Eval vm_compute in value (mk_Chain Direction_A2B 0 0 [] [] parameters, [])
    (converse auth_key Direction_A2B parameters requests).
Definition outcome' : Chain * list Answer :=
  Eval vm_compute in value (mk_Chain Direction_B2A 0 0 [] [] parameters, [])
    (converse auth_key Direction_B2A parameters requests').

(** The key of a number in an epoch, from A. *)
Definition key_of (epoch index : Z) : SparseMessageKey :=
  sparse_key auth_key [secret] Direction_A2B epoch index.

Lemma fill_typed b : typed_int 8 b -> typed_array (typed_int 8) 32 (seq_fill b 32).
Proof. intros H. split; [reflexivity|now apply Forall_fill]. Qed.

Lemma both_possible : possible auth_key parameters requests /\ possible auth_key parameters requests'.
Proof.
  assert (SparseAuthKey_typed auth_key) by (apply fill_typed; unfold typed_int; lia).
  assert (EpochSecret_typed secret) by (apply fill_typed; unfold typed_int; lia).
  assert (ChainParameters_typed parameters) by (split; unfold typed_int; simpl; lia).
  split; (split; [assumption|split; [assumption|split; [|reflexivity]]]);
    repeat constructor; try assumption; unfold typed_int; lia.
Qed.

Lemma outcome_ret : converse auth_key Direction_A2B parameters requests = Ret outcome.
Proof. vm_compute. reflexivity. Qed.

Lemma outcome_ret' : converse auth_key Direction_B2A parameters requests' = Ret outcome'.
Proof. vm_compute. reflexivity. Qed.

Lemma outcomes_have_same_secrets : same_secrets (snd outcome) (snd outcome').
Proof. exists [secret], 1%nat, 1%nat. split; vm_compute; reflexivity. Qed.

Lemma chains_answer_as_specified_instance : possible auth_key parameters requests.
Proof. apply both_possible. Qed.

Lemma both_sides_get_the_same_key_instance :
  possible auth_key parameters requests /\ possible auth_key parameters requests' /\
  converse auth_key Direction_A2B parameters requests = Ret outcome /\
  converse auth_key (opposite Direction_A2B) parameters requests' = Ret outcome' /\
  same_secrets (snd outcome) (snd outcome') /\
  In (Sent 1 2 (key_of 1 2)) (snd outcome) /\ In (Received 1 2 (key_of 1 2)) (snd outcome').
Proof.
  split; [apply both_possible|]. split; [apply both_possible|]. split; [apply outcome_ret|].
  split; [apply outcome_ret'|]. split; [apply outcomes_have_same_secrets|].
  split; vm_compute; auto.
Qed.

Lemma each_key_is_given_once_instance :
  possible auth_key parameters requests /\
    converse auth_key Direction_A2B parameters requests = Ret outcome /\
  sent 1 (snd outcome) = [2; 1].
Proof. split; [apply both_possible|]. split; [apply outcome_ret|]. vm_compute. reflexivity. Qed.

Lemma second_request_is_refused_instance :
  possible auth_key parameters (firstn 2 requests' ++ [Send 1]) /\
  exists c history c' history' key,
    converse auth_key Direction_B2A parameters (firstn 2 requests') = Ret (c, history) /\
    In (Received 0 2 key) history /\ run (c, history) [Send 1] = Ret (c', history').
Proof.
  split.
  - destruct both_possible as (_ & Ha & Hp & Hr & _). split; [exact Ha|]. split; [exact Hp|].
    split; [|reflexivity].
    apply Forall_app. split; [now apply Forall_firstn'|]. repeat constructor; unfold typed_int; lia.
  - do 4 eexists. exists (key_of 0 2). split; [vm_compute; reflexivity|].
    split; [vm_compute; auto|vm_compute; reflexivity].
Qed.

Lemma refused_requests_change_nothing_instance :
  exists c c' history,
    chain_start auth_key Direction_B2A parameters = Ret c /\ run (c, []) requests' = Ret (c', history) /\
    filter is_accepted history <> history.
Proof.
  do 3 eexists. split; [vm_compute; reflexivity|]. split; [vm_compute; reflexivity|]. vm_compute.
  discriminate.
Qed.

Lemma stored_keys_stay_below_their_bound_instance :
  possible auth_key parameters requests' /\
    converse auth_key Direction_B2A parameters requests' = Ret outcome' /\
  exists l, In l (Chain_links (fst outcome')) /\ Half_stored (Link_receive l) <> [].
Proof.
  split; [apply both_possible|]. split; [apply outcome_ret'|].
  eexists. split; [vm_compute; left; reflexivity|]. vm_compute. discriminate.
Qed.

(** What is left for B: the first keys of both epochs, those of epoch 1 first. *)
Definition order : list (Z * Z * SparseMessageKey) := [(1, 1, key_of 1 1); (0, 1, key_of 0 1)].

Lemma keys_are_received_in_any_order_instance :
  possible auth_key parameters requests /\ possible auth_key parameters requests' /\
  seq_len requests' + seq_len order < 2 ^ 62 /\
  converse auth_key Direction_A2B parameters requests = Ret outcome /\
  converse auth_key (opposite Direction_A2B) parameters requests' = Ret outcome' /\
  same_secrets (snd outcome) (snd outcome') /\
  Forall (fun '(epoch, index, key) => In (Sent epoch index key) (snd outcome)) order /\
  Forall (fun '(epoch, index, key) =>
    oldest_epoch (sending_epoch (snd outcome')) <= epoch <= newest_epoch (snd outcome') /\
    ~ In index (received epoch (snd outcome'))) order /\
  NoDup (map fst order) /\
  within_limits parameters (fun epoch => highest (received epoch (snd outcome'))) (map fst order).
Proof.
  split; [apply both_possible|]. split; [apply both_possible|]. split; [reflexivity|].
  split; [apply outcome_ret|].
  split; [apply outcome_ret'|]. split; [apply outcomes_have_same_secrets|].
  split; [apply Forall_cons; [|apply Forall_cons; [|apply Forall_nil]]; vm_compute; auto 8|].
  split; [apply Forall_cons; [|apply Forall_cons; [|apply Forall_nil]]; vm_compute; intuition discriminate|].
  split.
  - repeat apply NoDup_cons; [vm_compute; intuition discriminate|vm_compute; tauto|apply NoDup_nil].
  - vm_compute. intuition discriminate.
Qed.
