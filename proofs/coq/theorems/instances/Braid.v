(** The hypotheses of the theorems of [Braid] hold of a computed run, with toy primitives.

    Messages are lost, come twice and come out of order; both sides end in epoch 2, with the secret of epoch
    1. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.Toy.
From Twinratchet Require Import theorems.lib.Injective theorems.braid.Run theorems.braid.Progress.
From Twinratchet Require Import theorems.Braid.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_braid_receive.
From Twinratchet.generated Require primitives_mlkem ratchet_sparse_authenticator.

Definition auth_key : SparseAuthKey := seq_fill 7 32.
Definition seed : KemSeed := seq_fill 3 64.
Definition random : SparseRandom := mk_SparseRandom seed (seq_fill 5 32).

(** The random values have their types. *)
Lemma random_typed : SparseRandom_typed random.
Proof. split; (split; [reflexivity|]); apply Forall_fill; unfold typed_int; lia. Qed.

(** A number of up to 64 bytes is read back from more bytes. *)
Lemma number_of_small n x : 64 <= n -> 0 <= x < 256 ^ 64 -> le_number (le_bytes n x) = x.
Proof.
  intros Hn Hx. pose proof (Z.pow_le_mono_r 256 64 n) as Hle. rewrite <- (Z2Nat.id n) by lia.
  apply le_number_of_le_bytes. rewrite Z2Nat.id by lia. lia.
Qed.

(** The encapsulation with this value to the pair of any seed is good. *)
Lemma always_good any : KemSeed_typed any -> recovered any random.(SparseRandom_encapsulation).
Proof.
  intros (Hl & Ht). pose proof (le_number_bound any Ht) as Hany. rewrite Hl in Hany.
  eexists. eexists. split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|].
  change (@Ok (list Z) primitives_mlkem.KemError
      (toy_dh (le_bytes 2400 (le_number any)) (le_bytes 960 (le_number (seq_fill 5 32))))
    = Ok (toy_dh (le_bytes 64 (le_number any)) (seq_fill 5 32))).
  unfold toy_dh. rewrite !number_of_small; [reflexivity|lia|exact Hany|lia| |lia|exact Hany].
  vm_compute. split; [discriminate|reflexivity].
Qed.

(** So is the one of the run. *)
Lemma random_is_recovered : recovered seed random.(SparseRandom_encapsulation).
Proof. apply always_good, random_typed. Qed.

(** What happens: the initiator or the responder sends; or it receives the message that is so far back among
    those which its peer has sent, 0 for the last one. *)
Inductive Event : Type :=
| Send (initiator : bool)
| Receive (initiator : bool) (back : nat).

(** What a send does. *)
Definition sending (me : Party) : option Party :=
  match braid_send me.(Party_state) random with
  | Ret (Ok (next, payload, output)) => Some (after_send me random 0 next payload output)
  | _ => None
  end.

(** What a receive does. *)
Definition receiving (me peer : Party) (back : nat) : option Party :=
  match nth_error peer.(Party_sent) back with
  | Some message =>
      match braid_receive me.(Party_state) message with
      | Ret (Ok (next, output)) => Some (after_receive me next output)
      | _ => None
      end
  | None => None
  end.

(** What an event does; what is impossible does nothing. *)
Definition happens (both : Party * Party) (event : Event) : Party * Party :=
  let (a, b) := both in
  match event with
  | Send true => match sending a with Some a' => (a', b) | None => both end
  | Send false => match sending b with Some b' => (a, b') | None => both end
  | Receive true back => match receiving a b back with Some a' => (a', b) | None => both end
  | Receive false back => match receiving b a back with Some b' => (a, b') | None => both end
  end.

Definition beginning : Party * Party :=
  match braid_init Direction_A2B auth_key, braid_init Direction_B2A auth_key with
  | Ret state, Ret state' => (mk_Party state [] seed [], mk_Party state' [] seed [])
  | _, _ => (mk_Party (Braid_KeysUnsampled (mk_KeysUnsampled 0
      (ratchet_sparse_authenticator.mk_Authenticator [] []))) [] seed [],
      mk_Party (Braid_KeysUnsampled (mk_KeysUnsampled 0
        (ratchet_sparse_authenticator.mk_Authenticator [] []))) [] seed [])
  end.

(** A run in which all key pairs are of the one seed. *)
Definition good (both : Party * Party) : Prop :=
  run (fst both) (snd both) /\ (fst both).(Party_seed) = seed /\ (snd both).(Party_seed) = seed.

(** A send is a move. *)
Lemma sending_moves me peer me' :
  me.(Party_seed) = seed -> peer.(Party_seed) = seed -> sending me = Some me' ->
  moves me peer me' /\ me'.(Party_seed) = seed.
Proof.
  intros Hme Hpeer H. unfold sending in H.
  destruct (braid_send _ _) as [[((next, payload), output)|]|] eqn:E; try discriminate H.
  injection H as <-. split.
  - apply (sends me peer random 0 next payload output random_typed); [|exact E].
    unfold encapsulates_well. rewrite Hpeer. destruct me.(Party_state); try exact I.
    exact random_is_recovered.
  - cbn [after_send Party_seed]. unfold newest_seed. destruct me.(Party_state); exact Hme || reflexivity.
Qed.

(** A receive is a move. *)
Lemma receiving_moves me peer back me' :
  me.(Party_seed) = seed -> receiving me peer back = Some me' ->
  moves me peer me' /\ me'.(Party_seed) = seed.
Proof.
  intros Hme H. unfold receiving in H.
  destruct (nth_error _ back) as [message|] eqn:Em; [|discriminate H].
  destruct (braid_receive _ _) as [[(next, output)|]|] eqn:E; try discriminate H.
  injection H as <-. split; [|exact Hme].
  exact (receives me peer message next output (nth_error_In _ _ Em) E).
Qed.

(** What happens is a run. *)
Lemma happens_good both event : good both -> good (happens both event).
Proof.
  destruct both as (a, b). intros H. pose proof H as (Hrun & Ha & Hb). cbn [fst snd] in *.
  destruct event as [[|]|[|] back]; cbn [happens].
  - destruct (sending a) as [a'|] eqn:E; [|exact H].
    destruct (sending_moves a b a' Ha Hb E) as (Hm & Ha'). split; [|split; assumption].
    exact (first_moves a b a' Hrun Hm).
  - destruct (sending b) as [b'|] eqn:E; [|exact H].
    destruct (sending_moves b a b' Hb Ha E) as (Hm & Hb'). split; [|split; assumption].
    exact (second_moves a b b' Hrun Hm).
  - destruct (receiving a b back) as [a'|] eqn:E; [|exact H].
    destruct (receiving_moves a b back a' Ha E) as (Hm & Ha'). split; [|split; assumption].
    exact (first_moves a b a' Hrun Hm).
  - destruct (receiving b a back) as [b'|] eqn:E; [|exact H].
    destruct (receiving_moves b a back b' Hb E) as (Hm & Hb'). split; [|split; assumption].
    exact (second_moves a b b' Hrun Hm).
Qed.

(** The beginning is a run. *)
Lemma beginning_good : good beginning.
Proof.
  split; [|split; reflexivity]. apply (run_begins auth_key); [|reflexivity|reflexivity].
  split; [reflexivity|]. apply Forall_fill. unfold typed_int. lia.
Qed.

(** The header: four chunks, of which the last one comes first, the third one never, and the second one
    twice. *)
Definition header_events : list Event :=
  repeat (Send true) 4 ++ [Receive false 0; Receive false 2; Receive false 2; Receive false 3]%nat.

(** One side sends and the other receives, some times. *)
Definition exchanges (from_initiator : bool) (times : nat) : list Event :=
  concat (repeat [Send from_initiator; Receive (negb from_initiator) 0] times).

(** The responder has the header. *)
Definition waiting : Party * Party := Eval vm_compute in fold_left happens header_events beginning.
(** The responder has encapsulated. *)
Definition encapsulated : Party * Party := Eval vm_compute in happens waiting (Send false).
(** The initiator is in epoch 2, the responder in epoch 1. *)
Definition between : Party * Party :=
  Eval vm_compute in
    fold_left happens
      (Receive true 0 :: exchanges false 29 ++ exchanges true 36 ++ exchanges false 5) encapsulated.
(** Both are in epoch 2, after one more message; and one from the beginning comes again. *)
Definition ending : Party * Party :=
  Eval vm_compute in fold_left happens [Send true; Receive false 0; Receive false 40] between.

(** What happens after a run is a run, in the form in which it is computed. *)
Lemma events_good both list after : good both -> fold_left happens list both = after -> good after.
Proof.
  intros H <-. revert both H. induction list as [|event list IH]; intros both H; [exact H|].
  cbn [fold_left]. now apply IH, happens_good.
Qed.

(** The four computed pairs of parties are in runs. *)
Lemma waiting_good : good waiting.
Proof.
  apply (events_good beginning header_events); [exact beginning_good|]. vm_cast_no_check (eq_refl waiting).
Qed.

Lemma encapsulated_good : good encapsulated.
Proof.
  apply (events_good waiting [Send false]); [exact waiting_good|]. vm_cast_no_check (eq_refl encapsulated).
Qed.

Lemma between_good : good between.
Proof.
  apply (events_good encapsulated
    (Receive true 0 :: exchanges false 29 ++ exchanges true 36 ++ exchanges false 5));
    [exact encapsulated_good|].
  vm_cast_no_check (eq_refl between).
Qed.

Lemma ending_good : good ending.
Proof.
  apply (events_good between [Send true; Receive false 0; Receive false 40]%nat); [exact between_good|].
  vm_cast_no_check (eq_refl ending).
Qed.

(** A run in which the epochs differ by one. *)
Lemma epochs_stay_within_one_instance :
  run (fst between) (snd between) /\
  braid_epoch (fst between).(Party_state) = 2 /\ braid_epoch (snd between).(Party_state) = 1.
Proof. split; [exact (proj1 between_good)|]. vm_compute. split; reflexivity. Qed.

(** A run in which a secret came out. *)
Lemma each_secret_comes_out_once_and_in_order_instance :
  in_a_run (snd ending) (fst ending) /\ map EpochOutput_epoch (snd ending).(Party_outputs) = [1].
Proof. split; [right; exact (proj1 ending_good)|]. vm_compute. reflexivity. Qed.

(** A run in which one side has one output and the other none. *)
Lemma outputs_of_one_side_extend_those_of_the_other_instance :
  run (fst encapsulated) (snd encapsulated) /\
  length (fst encapsulated).(Party_outputs) = 0%nat /\ length (snd encapsulated).(Party_outputs) = 1%nat.
Proof. split; [exact (proj1 encapsulated_good)|]. vm_compute. split; reflexivity. Qed.

(** A run in which both sides have output the secret of epoch 1. *)
Lemma both_sides_output_the_same_secret_instance :
  run (fst ending) (snd ending) /\
  exists o o',
    In o (fst ending).(Party_outputs) /\ In o' (snd ending).(Party_outputs) /\
    o.(EpochOutput_epoch) = 1 /\ o'.(EpochOutput_epoch) = 1.
Proof.
  split; [exact (proj1 ending_good)|].
  assert (E : map EpochOutput_epoch (fst ending).(Party_outputs) = [1] /\
    map EpochOutput_epoch (snd ending).(Party_outputs) = [1]) by (vm_compute; split; reflexivity).
  destruct E as (E & E').
  destruct (fst ending).(Party_outputs) as [|o [|]]; try discriminate E.
  destruct (snd ending).(Party_outputs) as [|o' [|]]; try discriminate E'.
  injection E as E. injection E' as E'. exists o, o'. cbn [In]. auto.
Qed.

(** A message of epoch 1 that is still on its way to a side in epoch 2. *)
Lemma honest_messages_are_accepted_instance :
  in_a_run (snd ending) (fst ending) /\
  exists message,
    In message (fst ending).(Party_sent) /\ message.(SparseMessage_epoch) = 1 /\
    braid_epoch (snd ending).(Party_state) <> LAST_EPOCH.
Proof.
  split; [right; exact (proj1 ending_good)|].
  assert (E : option_map SparseMessage_epoch (nth_error (fst ending).(Party_sent) 5) = Some 1)
    by (vm_compute; reflexivity).
  destruct (nth_error (fst ending).(Party_sent) 5) as [message|] eqn:Em; [|discriminate E].
  injection E as E. exists message. split; [exact (nth_error_In _ _ Em)|]. split; [exact E|].
  vm_compute. discriminate.
Qed.

(** A send that encapsulates. *)
Lemma sending_never_fails_instance :
  in_a_run (snd waiting) (fst waiting) /\ SparseRandom_typed random /\
  encapsulates_well (snd waiting) (fst waiting) random /\
  braid_draws (snd waiting).(Party_state) = Draw_Encapsulation.
Proof.
  destruct waiting_good as (Hrun & Ha & _).
  split; [right; exact Hrun|]. split; [exact random_typed|]. split; [|vm_compute; reflexivity].
  unfold encapsulates_well. rewrite Ha. exact random_is_recovered.
Qed.

(** A run in which the sides are in different epochs, and a far epoch. *)
Lemma every_later_epoch_can_be_reached_instance :
  always_recovered /\ run (fst between) (snd between) /\
  braid_epoch (fst between).(Party_state) <= 1000 /\ braid_epoch (snd between).(Party_state) <= 1000 /\
  braid_epoch (fst between).(Party_state) < 1000 /\ 1000 <= LAST_EPOCH.
Proof.
  split; [|split; [exact (proj1 between_good)|vm_compute; repeat split; discriminate]].
  intros any Hany. exists random.(SparseRandom_encapsulation). split; [apply random_typed|].
  now apply always_good.
Qed.
