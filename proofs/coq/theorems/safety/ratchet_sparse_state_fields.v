(** Panic-freedom of [ratchet::sparse::state::fields]: reading the fields of stored bytes. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Walk.
From Twinratchet.generated Require Import wire_protobuf ratchet_sparse_types ratchet_sparse_state_fields.
From Twinratchet.generated Require wire.
From Twinratchet.theorems.safety Require Import wire_protobuf.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** Bytes that can be stored; no machine holds more. *)
Definition storable (b : list Z) : Prop := bytes b /\ seq_len b < 2 ^ 62.

(** Bytes out of others. *)
Definition part (b c : list Z) : Prop := bytes c /\ seq_len c <= seq_len b.

(** A part of storable bytes is storable. *)
Lemma part_storable b c : storable b -> part b c -> storable c.
Proof. intros (_ & Hb) (Hc & Hl). split; [exact Hc|]. apply Z.le_lt_trans with (seq_len b); assumption. Qed.

(** The fields that were read in bytes. *)
Definition fields_of (b : list Z) (fields : list Field) : Prop :=
  storable b /\ Forall (field_within b) fields /\ seq_len fields <= seq_len b.

(** Fields that were read have their type. *)
Lemma fields_of_typed b fields : fields_of b fields -> Forall Field_typed fields.
Proof. intros (_ & H & _). exact (fields_within_are_typed _ _ H). Qed.

(** Any storable bytes give fields or an error. *)
Lemma stored_fields_safe b :
  storable b -> yields (stored_fields b) (typed_result (fields_of b) SparseError_typed).
Proof.
  intros H. pose proof H as (Hb & Hl). unfold stored_fields. apply yields_bind.
  eapply yields_mono; [apply parse_fields_safe; assumption|].
  intros [fields|error] Hf; [|exact I]. split; [exact H|exact Hf].
Qed.

Section Fields.
Context (b : list Z) (fields : list Field) (of_bytes : fields_of b fields) (number : Z).

Lemma stored_uint64_safe :
  yields (stored_uint64 fields number) (typed_result (typed_int 64) SparseError_typed).
Proof.
  unfold stored_uint64. apply yields_bind.
  eapply yields_mono; [apply varint_or_zero_safe, (fields_of_typed _ _ of_bytes)|].
  intros [value|error] H; [exact H|exact I].
Qed.

Lemma stored_uint32_safe :
  yields (stored_uint32 fields number) (typed_result (typed_int 32) SparseError_typed).
Proof.
  unfold stored_uint32. apply yields_bind.
  eapply yields_mono; [apply uint32_or_zero_safe, (fields_of_typed _ _ of_bytes)|].
  intros [value|error] H; [exact H|exact I].
Qed.

Lemma stored_all_safe :
  yields (stored_all b fields number)
    (typed_result (fun items => Forall (part b) items /\ seq_len items <= seq_len b) SparseError_typed).
Proof.
  pose proof of_bytes as ((Hb & Hl) & Hf & Hfl). unfold stored_all. apply yields_bind.
  eapply yields_mono; [apply all_bytes_safe; assumption|].
  intros [items|error] H; [|exact I]. destruct H as (Hi & Hil). split; [exact Hi|].
  apply Z.le_trans with (seq_len fields); assumption.
Qed.

Lemma stored_optional_safe :
  yields (stored_optional b fields number) (typed_result (typed_option (part b)) SparseError_typed).
Proof.
  pose proof of_bytes as ((Hb & Hl) & Hf & Hfl). unfold stored_optional. apply yields_bind.
  eapply yields_mono; [apply last_bytes_safe; assumption|].
  intros [found|error] H; [exact H|exact I].
Qed.

Lemma stored_required_safe :
  yields (stored_required b fields number) (typed_result (part b) SparseError_typed).
Proof.
  unfold stored_required. attempt_by stored_optional_safe found H. destruct found; [exact H|exact I].
Qed.

Lemma stored_bytes_safe : yields (stored_bytes b fields number) (typed_result (part b) SparseError_typed).
Proof.
  pose proof of_bytes as ((Hb & Hl) & Hf & Hfl). unfold stored_bytes. apply yields_bind.
  eapply yields_mono; [apply bytes_or_empty_safe; assumption|].
  intros [content|error] H; [exact H|exact I].
Qed.

Lemma stored_exactly_safe length :
  yields (stored_exactly b fields number length)
    (typed_result (typed_array (typed_int 8) length) SparseError_typed).
Proof.
  unfold stored_exactly. attempt_by stored_bytes_safe content H.
  destruct (Z.eqb_spec (seq_len content) length) as [E|E]; [|exact I]. split; [exact E|apply H].
Qed.

Lemma stored_secret_safe :
  yields (stored_secret b fields number) (typed_result (typed_array (typed_int 8) 32) SparseError_typed).
Proof. unfold stored_secret. attempt_by (stored_exactly_safe SECRET_LENGTH) value H. exact H. Qed.
End Fields.
#[export] Hint Resolve stored_fields_safe stored_uint64_safe stored_uint32_safe stored_all_safe
  stored_optional_safe stored_required_safe stored_bytes_safe stored_exactly_safe stored_secret_safe : spec.
