(** Panic-freedom of [ratchet::sparse]: its states stay well formed, whatever comes.

    A chain holds the keys of messages that did not come yet. How many it holds is bounded by what was stored
    and by 2^32 for each message; the bounds below say that no machine holds 2^63 of them. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain
  ratchet_sparse.
From Twinratchet.generated Require ratchet_sparse_braid_states ratchet_sparse_braid_send
  ratchet_sparse_braid_receive ratchet_sparse_message.
From Twinratchet.theorems.safety Require Import ratchet_sparse_message ratchet_sparse_chain
  ratchet_sparse_state_fields ratchet_sparse_braid_states ratchet_sparse_braid_send
  ratchet_sparse_braid_receive.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** What [sparse_init] and [decode_state] make, and sending and receiving keep. *)
Definition sparse_well_formed (s : State) : Prop :=
  typed_option Chain_well_formed (State_chain s) /\ typed_option Braid_well_formed (State_braid s).

(** Its lists are shorter than [bound]. *)
Definition State_within (bound : Z) (s : State) : Prop := typed_option (Chain_fits bound) (State_chain s).

(** Its lists are not longer than a machine can hold. *)
Definition sparse_fits (s : State) : Prop :=
  typed_option (fun c => seq_len (Chain_links c) < 2 ^ 62 /\ Forall (Link_fits (2 ^ 58)) (Chain_links c))
    (State_chain s).

(** What a machine can hold is shorter than 2^62. *)
Lemma sparse_fits_within s : sparse_fits s -> State_within (2 ^ 62) s.
Proof.
  unfold sparse_fits, State_within. destruct (State_chain s) as [c|]; [|auto]. intros (Hl & Hs).
  split; [exact Hl|]. eapply Forall_impl; [|exact Hs]. intros l. apply Link_fits_mono. lia.
Qed.

(** All that is known of a chain. *)
Definition Chain_good (bound : Z) (c : Chain) : Prop :=
  Chain_typed c /\ Chain_well_formed c /\ Chain_fits bound c.

(** All that is known of a state. *)
Definition State_good (bound : Z) (s : State) : Prop :=
  State_typed s /\ sparse_well_formed s /\ State_within bound s.

(** A larger bound holds too. *)
Lemma Chain_good_mono small large c : small <= large -> Chain_good small c -> Chain_good large c.
Proof. intros H (Ht & Hw & Hf). split; [exact Ht|]. split; [exact Hw|]. eapply Chain_fits_mono; eauto. Qed.

(** The state without a braid is well formed. *)
Lemma empty_state_good bound : State_good bound empty_state.
Proof. repeat split. Qed.

Lemma empty_state_well_formed : sparse_well_formed empty_state.
Proof. repeat split. Qed.

Lemma empty_state_fits : sparse_fits empty_state.
Proof. exact I. Qed.

(** A state of well-formed parts is well formed. *)
Lemma state_good_intro bound negotiation chain braid :
  typed_option Negotiation_typed negotiation -> typed_option (Chain_good bound) chain ->
  Braid_well_formed braid ->
  State_good bound (mk_State negotiation chain (Some braid)).
Proof.
  intros Hn Hc Hb. split; [|split].
  - split; [exact Hn|]. split; [destruct chain; [apply Hc|exact I]|apply Hb].
  - split; [destruct chain; [apply Hc|exact I]|exact Hb].
  - unfold State_within. cbn [State_chain]. destruct chain; [apply Hc|exact I].
Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** Any parameters give a well-formed state. *)
Lemma sparse_init_safe parameters :
  Parameters_typed parameters ->
  yields (sparse_init parameters) (fun s => State_typed s /\ sparse_well_formed s /\ sparse_fits s).
Proof.
  intros (Hd & Hv & Hm & Hkey & Hc). unfold sparse_init. destruct (Parameters_version parameters).
  - step. split; [apply (empty_state_good 1)|]. split; [apply empty_state_well_formed|exact empty_state_fits].
  - call_by (braid_init_safe (Parameters_direction parameters) _ Hkey) braid Hbraid. step.
    split; [|split; [|exact I]].
    + split; [|split; [exact I|apply Hbraid]]. split; [exact Hkey|]. split; [exact Hd|]. split; assumption.
    + split; [exact I|exact Hbraid].
Qed.

Lemma negotiated_chain_safe negotiation :
  Negotiation_typed negotiation -> yields (negotiated_chain negotiation) (Chain_good 2).
Proof. intros (Hkey & _ & _ & Hc). now apply chain_start_safe. Qed.

Section Bound.
Context (bound : Z) (enough : 2 <= bound).
Context (negotiation : option Negotiation) (negotiation_typed : typed_option Negotiation_typed negotiation).
Context (chain : option Chain) (chain_good : typed_option (Chain_good bound) chain).

Lemma chain_for_sending_safe :
  yields (chain_for_sending chain negotiation)
    (typed_result (typed_option (Chain_good bound)) SparseError_typed).
Proof.
  unfold chain_for_sending. destruct chain as [c|]; [exact chain_good|].
  destruct negotiation as [record|]; [|exact I]. destruct (Negotiation_min_version record); [exact I|].
  call_by (negotiated_chain_safe record negotiation_typed) c Hc. exact (Chain_good_mono 2 bound c enough Hc).
Qed.

Lemma chain_for_receiving_safe :
  yields (chain_for_receiving chain negotiation) (typed_result (Chain_good bound) SparseError_typed).
Proof.
  unfold chain_for_receiving. destruct chain as [c|]; [exact chain_good|].
  destruct negotiation as [record|]; [|exact I].
  call_by (negotiated_chain_safe record negotiation_typed) c Hc. exact (Chain_good_mono 2 bound c enough Hc).
Qed.
End Bound.

(** The secret of an epoch adds one link. *)
Lemma with_output_safe bound chain output :
  0 < bound -> Chain_good bound chain -> output_typed output ->
  yields (with_output chain output) (typed_result (Chain_good (bound + 1)) SparseError_typed).
Proof.
  intros Hb (Ht & Hw & Hf) Ho. destruct output as [[epoch secret]|]; cbn [with_output].
  - now apply add_epoch_safe; try apply Ho.
  - apply (Chain_good_mono bound); [lia|]. split; [exact Ht|]. split; assumption.
Qed.

(** * Sending *)

(** A state, and what is sent. *)
Definition sent_good (bound : Z) : State * Sent -> Prop := typed_pair (State_good bound) Sent_typed.

Lemma send_v1_safe bound negotiation chain braid random :
  2 <= bound < 2 ^ 63 -> typed_option Negotiation_typed negotiation ->
  typed_option (Chain_good bound) chain ->
  Braid_well_formed braid -> SparseRandom_typed random ->
  yields (send_v1 negotiation chain braid random) (typed_result (sent_good (bound + 1)) SparseError_typed).
Proof.
  intros Hbound Hn Hc Hbraid Hrandom. unfold send_v1. cbv zeta. pose proof Hbraid as (Hbt & Hfirst & _).
  apply braid_epoch_typed in Hbt. set (epoch := ratchet_sparse_braid_states.braid_epoch braid) in *.
  attempt_by (braid_send_safe braid random Hbraid Hrandom) ((braid', payload), output) (Hb & Hp & Ho).
  attempt_by (chain_for_sending_safe bound ltac:(lia) negotiation Hn chain Hc) available Havailable.
  destruct available as [available|].
  - attempt_by (with_output_safe bound available output ltac:(lia) Havailable Ho) added (Hat & Haw & Haf).
    unfold typed_int in Hbt. step. step; [lia|].
    attempt_by (send_key_safe (bound + 1) added (epoch - 1) Hat Haw Haf ltac:(lia)
      ltac:(unfold typed_int; lia))
      ((stepped, index), key) ((Hstepped & Hindex) & Hkey).
    cbn [fst snd] in *. split.
    + now apply state_good_intro.
    + split; [|exact Hkey]. apply encode_sparse_message_typed. split; [exact Hbt|]. split; assumption.
  - split.
    + now apply state_good_intro.
    + split; [|exact I]. apply encode_sparse_message_typed. split; [exact Hbt|].
      split; [unfold typed_int; simpl; lia|exact Hp].
Qed.

(** The chain of a well-formed state. *)
Lemma option_chain_good bound s : State_good bound s -> typed_option (Chain_good bound) (State_chain s).
Proof.
  intros ((_ & Ht & _) & (Hw & _) & Hf). unfold State_within in Hf.
  destruct (State_chain s); [|exact I]. split; [exact Ht|]. split; assumption.
Qed.

(** A well-formed state gives a message, perhaps with a key, and stays well formed. *)
Lemma sparse_send_safe bound s random :
  2 <= bound < 2 ^ 63 -> State_good bound s -> SparseRandom_typed random ->
  yields (sparse_send s random) (typed_result (sent_good (bound + 1)) SparseError_typed).
Proof.
  intros Hbound Hs Hrandom. pose proof Hs as ((Hn & _ & _) & (_ & Hb) & _).
  apply option_chain_good in Hs. unfold sparse_send. destruct (State_braid s) as [braid|].
  - now apply send_v1_safe.
  - step. split; [apply empty_state_good|]. split; [constructor|exact I].
Qed.

(** * Receiving *)

(** Stepping down gives the state without a braid or an error. *)
Lemma step_down_good bound negotiation :
  typed_result (State_good bound) SparseError_typed (step_down negotiation).
Proof.
  destruct negotiation as [record|]; [|exact I]. cbn [step_down].
  destruct (Negotiation_min_version record); [apply empty_state_good|exact I].
Qed.

(** A message adds fewer than 2^32 keys. *)
Lemma key_of_safe bound chain message :
  bound <= 2 ^ 63 -> Chain_good bound chain -> ratchet_sparse_message.SparseMessage_typed message ->
  1 <= ratchet_sparse_message.SparseMessage_epoch message ->
  yields (key_of chain message)
    (typed_result (typed_pair (Chain_good (bound + 2 ^ 32)) (typed_option SparseMessageKey_typed))
      SparseError_typed).
Proof.
  intros Hbound Hc (He & Hi & _) H1. unfold key_of. step.
  - step. split; [|exact I]. apply (Chain_good_mono bound); [lia|exact Hc].
  - unfold typed_int in He. step. step; [lia|]. destruct Hc as (Ht & Hw & Hf).
    attempt_by (receive_key_safe bound chain (ratchet_sparse_message.SparseMessage_epoch message - 1)
      (ratchet_sparse_message.SparseMessage_index message) Ht Hw Hf Hbound ltac:(unfold typed_int; lia) Hi)
      (stepped, key) (Hstepped & Hkey).
    split; assumption.
Qed.

(** A state, and perhaps the key of the message. *)
Definition received_good (bound : Z) : State * option SparseMessageKey -> Prop :=
  typed_pair (State_good bound) (typed_option SparseMessageKey_typed).

Lemma receive_v1_safe bound negotiation chain braid b :
  2 <= bound < 2 ^ 63 -> typed_option Negotiation_typed negotiation ->
  typed_option (Chain_good bound) chain ->
  Braid_well_formed braid -> storable b ->
  yields (receive_v1 negotiation chain braid b)
    (typed_result (received_good (bound + 1 + 2 ^ 32)) SparseError_typed).
Proof.
  intros Hbound Hn Hc Hbraid Hb. unfold receive_v1.
  attempt_by (parse_sparse_message_safe b (proj1 Hb) (proj2 Hb)) message (Hm & H1).
  attempt_by (braid_receive_safe braid message Hbraid Hm) (braid', output) (Hbraid' & Ho). cbn [fst snd] in *.
  attempt_by (chain_for_receiving_safe bound ltac:(lia) negotiation Hn chain Hc) available Havailable.
  attempt_by (with_output_safe bound available output ltac:(lia) Havailable Ho) added Hadded.
  attempt_by (key_of_safe (bound + 1) added message ltac:(lia) Hadded Hm H1) (stepped, key) (Hstepped & Hkey).
  cbn [fst snd] in *. split; [|exact Hkey]. apply state_good_intro; [exact I|exact Hstepped|exact Hbraid'].
Qed.

(** A larger bound holds too. *)
Lemma State_good_mono small large s : small <= large -> State_good small s -> State_good large s.
Proof.
  intros H (Ht & Hw & Hf). split; [exact Ht|]. split; [exact Hw|]. unfold State_within in *.
  destruct (State_chain s); [|exact I]. eapply Chain_fits_mono; eauto.
Qed.

(** Any bytes give a key, nothing or an error, and the state stays well formed. *)
Lemma sparse_receive_safe bound s b :
  2 <= bound < 2 ^ 63 -> State_good bound s -> storable b ->
  yields (sparse_receive s b) (typed_result (received_good (bound + 1 + 2 ^ 32)) SparseError_typed).
Proof.
  intros Hbound Hs Hb. pose proof Hs as ((Hn & _ & _) & (_ & Hbraid) & _). unfold sparse_receive.
  assert (Hempty : forall bound, received_good bound (empty_state, None)).
  { intros any. split; [apply empty_state_good|exact I]. }
  call_by (message_version_safe b) version _. destruct version.
  - destruct (State_braid s); [|apply Hempty].
    pose proof (step_down_good (bound + 1 + 2 ^ 32) (State_negotiation s)) as H.
    destruct (step_down _); [|exact H]. split; [exact H|exact I].
  - apply option_chain_good in Hs. destruct (State_braid s) as [braid|]; [|apply Hempty].
    now apply receive_v1_safe.
  - split; [|exact I]. cbn [fst]. apply (State_good_mono bound); [lia|exact Hs].
Qed.
End Safety.
#[export] Hint Resolve sparse_init_safe negotiated_chain_safe chain_for_sending_safe chain_for_receiving_safe
  with_output_safe send_v1_safe sparse_send_safe key_of_safe receive_v1_safe sparse_receive_safe : spec.
