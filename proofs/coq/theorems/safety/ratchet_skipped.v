(** Panic-freedom of [ratchet::skipped].

    A list of skipped keys needs a bound on its length: positions in it are added. The bound is the one that
    the code keeps, [MAX_GATHERED]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped.
From Twinratchet.generated Require wire.

(** A limit that can be kept: what stays leaves room for one more. *)
Definition SkippedLimit_well_formed (limit : SkippedLimit) : Prop :=
  0 <= limit.(SkippedLimit_kept) < limit.(SkippedLimit_full) /\ limit.(SkippedLimit_full) <= MAX_GATHERED.
#[global] Hint Unfold SkippedLimit_well_formed : typed.

(** A list of skipped keys that a receiving chain may have. *)
Definition skipped_well_formed (mkskipped : list SkippedKey) : Prop := seq_len mkskipped <= MAX_GATHERED.
#[global] Hint Unfold skipped_well_formed MAX_GATHERED : typed.

Section Safety.
Context {P : Primitives}.

Lemma skipped_limit_safe profile :
  yields (skipped_limit profile) (fun limit => SkippedLimit_typed limit /\ SkippedLimit_well_formed limit).
Proof.
  unfold skipped_limit. destruct profile; unfold SkippedLimit_well_formed, SkippedLimit_typed, typed_int;
    vm_compute; intuition congruence.
Qed.

Lemma store_skipped_safe mkskipped limit number seed :
  typed_seq SkippedKey_typed mkskipped -> skipped_well_formed mkskipped ->
  SkippedLimit_typed limit -> SkippedLimit_well_formed limit ->
  typed_int 32 number -> MessageKeySeed_typed seed ->
  yields (store_skipped mkskipped limit number seed)
    (fun stored => typed_seq SkippedKey_typed stored /\ skipped_well_formed stored).
Proof.
  intros. unfold store_skipped. change (seq_fill SkippedKey_default 1) with [SkippedKey_default].
  cbv zeta. step. step; [cbn; lia|]. intros _.
  cbn [set_nth Z.to_nat]. step.
  assert (SkippedKey_typed (mk_SkippedKey number seed)) by typed.
  steps.
Qed.

Lemma position_safe mkskipped number :
  typed_seq SkippedKey_typed mkskipped -> typed_int 32 number ->
  yields (position mkskipped number) (typed_option (fun i => 0 <= i < seq_len mkskipped)).
Proof.
  intros. unfold position. cbv zeta.
  apply yields_for with (I := fun _ found => typed_option (fun i => 0 <= i < seq_len mkskipped) found).
  - exact I.
  - steps.
  - auto.
Qed.
Hint Resolve position_safe : spec.

Lemma take_skipped_safe mkskipped number :
  typed_seq SkippedKey_typed mkskipped -> skipped_well_formed mkskipped -> typed_int 32 number ->
  yields (take_skipped mkskipped number)
    (typed_option (fun '(seed, rest) =>
       MessageKeySeed_typed seed /\ typed_seq SkippedKey_typed rest /\ skipped_well_formed rest)).
Proof.
  intros. unfold take_skipped. untype. step.
  step. intros [i|] Hi; cbn [typed_option] in Hi; [steps|exact I].
Qed.
End Safety.
#[export] Hint Resolve skipped_limit_safe store_skipped_safe position_safe take_skipped_safe : spec.
