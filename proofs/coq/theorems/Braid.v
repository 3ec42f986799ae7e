(** The braid of SPQR: both sides stay in step and output the same secrets, on any delivery of honest
    messages.

    What a run is stands in [braid.Run]: two parties begin with the same key; each sends whenever it likes,
    and receives any messages that the other has sent at any time before, in any order, any number of times,
    or never. That the encapsulations of the run are good (that the KEM does not fail) is a hypothesis of
    the moves that make them, [encapsulates_well]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.theorems.safety Require Import ratchet_sparse_authenticator ratchet_sparse_braid_states.
From Twinratchet.theorems.braid Require Import Parts Run Sending Receiving Transfer Progress.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_braid_receive.

Section Braid.
Context {P : Primitives} {T : Typed P}.

(** * Runs are in step *)

(** Two parties of a run, whichever of them began as which. *)
Definition in_a_run (me peer : Party) : Prop := run me peer \/ run peer me.

(** Both directions begin in step. *)
Lemma begins_in_step auth_key state state' seed seed' :
  SparseAuthKey_typed auth_key ->
  braid_init Direction_A2B auth_key = Ret state -> braid_init Direction_B2A auth_key = Ret state' ->
  in_step (mk_Party state [] seed []) (mk_Party state' [] seed' []).
Proof.
  intros Hkey. pose proof (authenticator_safe auth_key FIRST_EPOCH Hkey) as H.
  apply yields_value in H as (auth & E & Hauth). unfold braid_init. rewrite E. cbn [bind].
  intros [= <-] [= <-]. exists FIRST_EPOCH, auth, []. unfold FIRST_EPOCH, LAST_EPOCH in *.
  split; [lia|]. split; [exact Hauth|]. split; [split; reflexivity|].
  apply no_key_pair; cbn [Party_state Party_sent Party_outputs]; auto.
Qed.

(** A move of either side keeps them in step. *)
Lemma moves_in_step me me' peer :
  in_step me peer \/ in_step peer me -> moves me peer me' -> in_step me' peer \/ in_step peer me'.
Proof.
  intros H Hmove. destruct Hmove as [random index next payload output Hrandom Hwell E
    |message next output Hm E|message error Hm E].
  - destruct H as [H|H].
    + pose proof (key_sends me peer random H Hrandom) as Hs. rewrite E in Hs. left. apply Hs.
    + pose proof (ciphertext_sends peer me random H Hrandom Hwell) as Hs. rewrite E in Hs. right. apply Hs.
  - destruct H as [H|H].
    + pose proof (key_receives me peer message H Hm) as Hr. rewrite E in Hr. left. exact Hr.
    + pose proof (ciphertext_receives peer me message H Hm) as Hr. rewrite E in Hr. cbn in Hr. tauto.
  - exact H.
Qed.

(** The two parties of a run are in step, one of them as the key side. *)
Lemma run_in_step a b : run a b -> in_step a b \/ in_step b a.
Proof.
  induction 1 as [auth_key state state' seed seed' Hkey E E'|a b a' _ IH Hmove|a b b' _ IH Hmove].
  - left. exact (begins_in_step auth_key state state' seed seed' Hkey E E').
  - exact (moves_in_step a a' b IH Hmove).
  - destruct (moves_in_step b b' a) with (2 := Hmove); tauto.
Qed.

(** What holds of the parties that are in step, both ways, holds of those of a run. *)
Lemma in_a_run_in_step me peer : in_a_run me peer -> in_step me peer \/ in_step peer me.
Proof. intros [H|H]; apply run_in_step in H; tauto. Qed.

(** * Epochs *)

(** The epoch of a party, and how many secrets came out: those of the epochs before, and that of the epoch
    if the state says so. *)
Definition follows_its_epoch (party : Party) : Prop :=
  before_epoch
    (braid_epoch party.(Party_state) + if has_epoch_secret party.(Party_state) then 1 else 0)
    party.(Party_outputs).

(** What [in_step] says of epochs and outputs. *)
Lemma in_step_epochs key ciphertext :
  in_step key ciphertext ->
  follows_its_epoch key /\ follows_its_epoch ciphertext /\
  (braid_epoch key.(Party_state) = braid_epoch ciphertext.(Party_state) \/
   braid_epoch key.(Party_state) = braid_epoch ciphertext.(Party_state) + 1) /\
  exists more, ciphertext.(Party_outputs) = key.(Party_outputs) ++ more /\ (length more <= 1)%nat.
Proof.
  intros (e & auth & past & He & Hauth & Hpast & H). unfold follows_its_epoch.
  pose proof (fun secret => before_next_epoch e past secret Hpast) as Hnext.
  rewrite <- (Z.add_0_r e) in Hpast.
  destruct H as [Hs Hc _ _ Hout Hcout|enc _ Hs _ Hc _ _ Hout Hcout
    |half secret renewed ct2 _ _ Hs Hc _ _ _ Hout Hcout
    |renewed part enc secret _ _ _ Hs Hc _ _ _ Hout Hcout].
  - rewrite Hs, Hc, Hout, Hcout. split; [exact Hpast|]. split; [exact Hpast|]. split; [now left|].
    exists []. split; [now rewrite app_nil_r|cbn; lia].
  - rewrite Hs, Hout, Hcout. split; [exact Hpast|].
    split; [destruct Hc; exact Hpast|]. split; [left; now destruct Hc|].
    exists []. split; [now rewrite app_nil_r|cbn; lia].
  - rewrite Hout, Hcout. split; [destruct Hs; exact Hpast|]. split; [destruct Hc; apply Hnext|].
    split; [left; destruct Hs, Hc; reflexivity|].
    exists [mk_EpochOutput e secret]. split; [reflexivity|cbn; lia].
  - rewrite Hs, Hc, Hout, Hcout. cbn [braid_epoch has_epoch_secret no_header_received NoHeaderReceived_epoch
      Ct2Sampled_epoch].
    split; [rewrite Z.add_0_r; apply Hnext|]. split; [apply Hnext|]. split; [now right|].
    exists []. split; [now rewrite app_nil_r|cbn; lia].
Qed.

(** * The theorems *)

(** At any time of any run with honest messages, the epochs of the two sides differ by at most one. *)
Theorem epochs_stay_within_one a b :
  run a b -> Z.abs (braid_epoch a.(Party_state) - braid_epoch b.(Party_state)) <= 1.
Proof. intros H. apply run_in_step in H as [H|H]; apply in_step_epochs in H as (_ & _ & H & _); lia. Qed.

(** At any time of any run with honest messages, a side has output the secrets of the epochs 1, 2, 3 and so
    on, each once and in order: those of all epochs before its own, and of its own if its state is one that
    has a secret. *)
Theorem each_secret_comes_out_once_and_in_order me peer :
  in_a_run me peer ->
  map EpochOutput_epoch me.(Party_outputs)
  = map (fun k => Z.of_nat k + 1) (seq 0 (length me.(Party_outputs))) /\
  Z.of_nat (length me.(Party_outputs))
  = braid_epoch me.(Party_state) - if has_epoch_secret me.(Party_state) then 0 else 1.
Proof.
  intros H. assert (Hf : follows_its_epoch me).
  { apply in_a_run_in_step in H as [H|H]; apply in_step_epochs in H; tauto. }
  destruct Hf as (Hl & Hm). split; [exact Hm|]. destruct (has_epoch_secret _); lia.
Qed.

(** At any time of any run with honest messages, the outputs of one side (epochs and secrets) are those of
    the other, and at most one more. *)
Theorem outputs_of_one_side_extend_those_of_the_other a b :
  run a b ->
  exists more, (length more <= 1)%nat /\
    (a.(Party_outputs) = b.(Party_outputs) ++ more \/ b.(Party_outputs) = a.(Party_outputs) ++ more).
Proof.
  intros H. apply run_in_step in H as [H|H]; apply in_step_epochs in H as (_ & _ & _ & more & E & Hl);
    exists more; auto.
Qed.

(** At any time of any run with honest messages, if both sides have output the secret of an epoch, it is the
    same secret. *)
Theorem both_sides_output_the_same_secret a b o o' :
  run a b -> In o a.(Party_outputs) -> In o' b.(Party_outputs) ->
  o.(EpochOutput_epoch) = o'.(EpochOutput_epoch) -> o.(EpochOutput_secret) = o'.(EpochOutput_secret).
Proof.
  intros H Ho Ho' E.
  assert (Hboth : exists all, incl a.(Party_outputs) all /\ incl b.(Party_outputs) all /\
    NoDup (map EpochOutput_epoch all)).
  { assert (Hd : forall party, follows_its_epoch party ->
      NoDup (map EpochOutput_epoch party.(Party_outputs))).
    { intros party (_ & ->). apply FinFun.Injective_map_NoDup; [|apply seq_NoDup]. intros j k Hjk. lia. }
    apply run_in_step in H as [H|H]; apply in_step_epochs in H as (_ & Hc & _ & more & Em & _).
    - exists b.(Party_outputs). split; [rewrite Em; now apply incl_appl, incl_refl|].
      split; [apply incl_refl|]. now apply Hd.
    - exists a.(Party_outputs). split; [apply incl_refl|].
      split; [rewrite Em; now apply incl_appl, incl_refl|]. now apply Hd. }
  destruct Hboth as (all & Ha & Hb & Hd). apply Ha in Ho. apply Hb in Ho'. clear Ha Hb H a b.
  induction all as [|x all IH]; [contradiction Ho|]. cbn [map] in Hd. inversion Hd as [|? ? Hx Hd']; subst.
  destruct Ho as [->|Ho], Ho' as [->|Ho'].
  - reflexivity.
  - exfalso. apply Hx. rewrite E. now apply in_map.
  - exfalso. apply Hx. rewrite <- E. now apply in_map.
  - exact (IH Ho Ho' Hd').
Qed.

(** At any time of any run with honest messages, every message that the peer has sent, whenever, is
    accepted, except by a party that is in the last epoch, 2^64 - 1. *)
Theorem honest_messages_are_accepted me peer message :
  in_a_run me peer -> In message peer.(Party_sent) -> braid_epoch me.(Party_state) <> LAST_EPOCH ->
  exists next output, braid_receive me.(Party_state) message = Ret (Ok (next, output)).
Proof.
  intros H Hm Hlast.
  assert (Hr : exists Q, yields (braid_receive me.(Party_state) message) (receives_well me.(Party_state) Q)).
  { apply in_a_run_in_step in H as [H|H]; eexists;
      [now apply (key_receives me peer)|now apply (ciphertext_receives peer me)]. }
  destruct Hr as (Q & Hr). destruct (braid_receive _ _) as [[(next, output)|error]|]; cbn in Hr;
    [eauto|contradiction|contradiction].
Qed.

(** At any time of any run with honest messages, a party can send, if the encapsulation that the send may
    make is good. *)
Theorem sending_never_fails me peer random :
  in_a_run me peer -> SparseRandom_typed random -> encapsulates_well me peer random ->
  exists next payload output, braid_send me.(Party_state) random = Ret (Ok (next, payload, output)).
Proof.
  intros H Hrandom Hwell.
  assert (Hs : exists Q, yields (braid_send me.(Party_state) random) (sends_well me random Q)).
  { apply in_a_run_in_step in H as [H|H]; eexists;
      [now apply (key_sends me peer)|now apply (ciphertext_sends peer me)]. }
  destruct Hs as (Q & Hs). destruct (braid_send _ _) as [[((next, payload), output)|error]|]; cbn in Hs;
    [eauto|contradiction|contradiction].
Qed.

(** At any time of any run with honest messages, whatever was lost, the run can be continued so that both
    sides come to any later epoch, if to every key pair there is an encapsulation that is good. *)
Theorem every_later_epoch_can_be_reached a b e :
  always_recovered -> run a b ->
  braid_epoch a.(Party_state) <= e -> braid_epoch b.(Party_state) <= e ->
  braid_epoch a.(Party_state) < e \/ braid_epoch b.(Party_state) < e -> e <= LAST_EPOCH ->
  exists a' b',
    continues a b a' b' /\ run a' b' /\
    braid_epoch a'.(Party_state) = e /\ braid_epoch b'.(Party_state) = e.
Proof.
  intros Hgood Hrun Ha Hb Hlater Hlast.
  assert (H : forall n a b, in_step a b \/ in_step b a ->
    braid_epoch a.(Party_state) <= e -> braid_epoch b.(Party_state) <= e ->
    Z.of_nat n = e - Z.min (braid_epoch a.(Party_state)) (braid_epoch b.(Party_state)) ->
    (n = O -> False) ->
    exists a' b', continues a b a' b' /\
      braid_epoch a'.(Party_state) = e /\ braid_epoch b'.(Party_state) = e).
  { clear a b Hrun Ha Hb Hlater. induction n as [|n IH]; intros a b H Ha Hb Hn Hmore;
      [now contradiction Hmore|].
    clear Hmore.
    assert (Hnext : exists a' b', continues a b a' b' /\ (in_step a' b' \/ in_step b' a') /\
      braid_epoch a'.(Party_state) = e - Z.of_nat n /\ braid_epoch b'.(Party_state) = e - Z.of_nat n).
    { destruct H as [H|H]; pose proof (in_step_epochs _ _ H) as (_ & _ & Heq & _);
        destruct (the_next_epoch_is_reached Hgood _ _ (e - Z.of_nat (S n)) ltac:(lia) H ltac:(lia))
          as (k & c & Hcont & Hstep & Hc & Hk).
      - exists k, c. split; [exact Hcont|]. split; [now right|]. lia.
      - exists c, k. split; [now apply continues_swapped|]. split; [now left|]. lia. }
    destruct Hnext as (a' & b' & Hcont & Hstep & Ha' & Hb'). destruct n as [|n].
    - exists a', b'. split; [exact Hcont|]. lia.
    - destruct (IH a' b' Hstep) as (a'' & b'' & Hcont' & Hends); try lia.
      exists a'', b''. split; [exact (continues_further _ _ _ _ _ _ Hcont Hcont')|exact Hends]. }
  destruct (H (Z.to_nat (e - Z.min (braid_epoch a.(Party_state)) (braid_epoch b.(Party_state)))) a b)
    as (a' & b' & Hcont & Ha' & Hb'); try lia; [now apply run_in_step|].
  exists a', b'. split; [exact Hcont|]. split; [exact (continues_a_run _ _ _ _ Hrun Hcont)|now split].
Qed.
End Braid.
