(** Panic-freedom of [ratchet::sparse::state::decode::braid]: a decoded state of the braid is well formed. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives wire_protobuf ratchet_sparse_types
  ratchet_sparse_state_decode_braid.
From Twinratchet.generated Require primitives_mlkem_incremental ratchet_sparse_authenticator
  ratchet_sparse_erasure ratchet_sparse_braid_states ratchet_sparse_state_fields.
From Twinratchet.theorems.safety Require Import wire_protobuf ratchet_sparse_erasure
  ratchet_sparse_state_fields ratchet_sparse_state_decode_coders.
From Twinratchet.theorems.safety Require Import ratchet_sparse_braid_states.

(** A stored state, cut to its fields, with an epoch of at least 1. *)
Definition Stored_well_formed (s : Stored) : Prop :=
  fields_of (Stored_bytes s) (Stored_fields s) /\ fields_of (Stored_core_bytes s) (Stored_core_fields s) /\
  typed_int 64 (Stored_epoch s) /\ 1 <= Stored_epoch s /\
  ratchet_sparse_authenticator.Authenticator_typed (Stored_auth s).

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma decode_authenticator_safe b :
  storable b ->
  yields (decode_authenticator b)
    (typed_result ratchet_sparse_authenticator.Authenticator_typed SparseError_typed).
Proof.
  intros Hb. unfold decode_authenticator. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_secret_safe b fields Hf ratchet_sparse_state_fields.AUTHENTICATOR_ROOT_KEY) root Hroot.
  attempt_by (stored_secret_safe b fields Hf ratchet_sparse_state_fields.AUTHENTICATOR_MAC_KEY) mac Hmac.
  step. step; [apply Hroot|]. step. step; [apply Hmac|]. step. split; assumption.
Qed.

(** A stored state is cut to well-formed pieces, or refused. *)
Lemma split_safe b : storable b -> yields (split b) (typed_result Stored_well_formed SparseError_typed).
Proof.
  intros Hb. unfold split. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_required_safe b fields Hf ratchet_sparse_state_fields.BRAID_CORE) core Hcore.
  apply (part_storable b core Hb) in Hcore.
  attempt_by (stored_fields_safe core Hcore) core_fields Hcf.
  attempt_by (stored_uint64_safe core core_fields Hcf ratchet_sparse_state_fields.CORE_EPOCH) epoch Hepoch.
  attempt_by (stored_required_safe core core_fields Hcf ratchet_sparse_state_fields.CORE_AUTHENTICATOR)
    ab Hab.
  attempt_by (decode_authenticator_safe ab (part_storable core ab Hcore Hab)) auth Hauth.
  destruct (Z.eqb_spec epoch 0) as [E|E]; [exact I|]. unfold typed_int in Hepoch.
  split; [exact Hf|]. split; [exact Hcf|]. split; [exact Hepoch|]. split; [simpl; lia|exact Hauth].
Qed.

Section Stored.
Context (stored : Stored) (stored_well_formed : Stored_well_formed stored) (number : Z).

Lemma piece_safe length :
  yields (piece stored number length) (typed_result (typed_array (typed_int 8) length) SparseError_typed).
Proof. apply stored_exactly_safe. apply stored_well_formed. Qed.

Lemma decapsulation_key_safe :
  yields (decapsulation_key stored number) (typed_result (typed_seq (typed_int 8)) SparseError_typed).
Proof. unfold decapsulation_key. cbv zeta. attempt_by piece_safe key H. apply H. Qed.

Lemma encaps_state_safe :
  yields (encaps_state stored number) (typed_result KemEncapsState_typed SparseError_typed).
Proof.
  unfold encaps_state. attempt_by piece_safe state H. step. step; [apply H|]. step. exact H.
Qed.

Lemma stored_encoder_safe length :
  0 <= length < 2 ^ 62 ->
  yields (stored_encoder stored number length) (typed_result Encoder_well_formed SparseError_typed).
Proof.
  intros Hl. pose proof stored_well_formed as (Hf & _). unfold stored_encoder.
  attempt_by (stored_required_safe _ _ Hf number) b Hb.
  apply decode_encoder_safe; [|exact Hl]. exact (part_storable _ _ (proj1 Hf) Hb).
Qed.

Lemma stored_decoder_safe length :
  typed_int 64 length ->
  yields (stored_decoder stored number length)
    (typed_result (fun d => Decoder_well_formed d /\ ratchet_sparse_erasure.Decoder_length d = length)
      SparseError_typed).
Proof.
  intros Hl. pose proof stored_well_formed as (Hf & _). unfold stored_decoder.
  attempt_by (stored_required_safe _ _ Hf number) b Hb.
  apply decode_decoder_safe; [|exact Hl]. exact (part_storable _ _ (proj1 Hf) Hb).
Qed.
End Stored.

(** * Each state *)

(** The lengths of this module. *)
Ltac length := unfold typed_int, primitives_mlkem_incremental.VECTOR_LEN,
  primitives_mlkem_incremental.HEADER_LEN,
  primitives_mlkem_incremental.CIPHERTEXT1_LEN, ratchet_sparse_braid_states.HEADER_AND_MAC_LENGTH,
  ratchet_sparse_braid_states.CIPHERTEXT2_AND_MAC_LENGTH; lia.

Section State.
Context (stored : Stored) (stored_well_formed : Stored_well_formed stored).

Lemma decode_keys_sampled_safe :
  yields (decode_keys_sampled stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_keys_sampled.
  attempt_by piece_safe ek (Hel & Hek). { exact stored_well_formed. }
  attempt_by decapsulation_key_safe dk Hdk. { exact stored_well_formed. }
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|split; [exact Hel|exact Henc]]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hek|]. split; [exact Hdk|apply Henc].
Qed.

Lemma decode_header_sent_safe :
  yields (decode_header_sent stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_header_sent.
  attempt_by decapsulation_key_safe dk Hdk. { exact stored_well_formed. }
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  attempt_by stored_decoder_safe decoder (Hdec & _). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|split; [exact Henc|exact Hdec]]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hdk|]. split; [apply Henc|now apply Decoder_is_typed].
Qed.

Lemma decode_ct1_received_safe :
  yields (decode_ct1_received stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ct1_received.
  attempt_by decapsulation_key_safe dk Hdk. { exact stored_well_formed. }
  attempt_by piece_safe ct1 (_ & Hct1). { exact stored_well_formed. }
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|exact Henc]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hdk|]. split; [exact Hct1|apply Henc].
Qed.

Lemma decode_ek_sent_ct1_received_safe :
  yields (decode_ek_sent_ct1_received stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ek_sent_ct1_received.
  attempt_by decapsulation_key_safe dk Hdk. { exact stored_well_formed. }
  attempt_by piece_safe ct1 (_ & Hct1). { exact stored_well_formed. }
  attempt_by stored_decoder_safe decoder (Hdec & Hl). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|split; [exact Hdec|exact Hl]]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hdk|]. split; [exact Hct1|now apply Decoder_is_typed].
Qed.

Lemma decode_no_header_received_safe :
  yields (decode_no_header_received stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_no_header_received.
  attempt_by stored_decoder_safe decoder (Hdec & Hl). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|split; [exact Hdec|exact Hl]]].
  split; [exact He|]. split; [exact Ha|now apply Decoder_is_typed].
Qed.

Lemma decode_header_received_safe :
  yields (decode_header_received stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_header_received.
  attempt_by piece_safe header (_ & Hh). { exact stored_well_formed. }
  attempt_by stored_decoder_safe decoder (Hdec & _). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|exact Hdec]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hh|now apply Decoder_is_typed].
Qed.

Lemma decode_ct1_sampled_safe :
  yields (decode_ct1_sampled stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ct1_sampled.
  attempt_by piece_safe header (_ & Hh). { exact stored_well_formed. }
  attempt_by encaps_state_safe es Hes. { exact stored_well_formed. }
  attempt_by piece_safe ct1 (_ & Hct1). { exact stored_well_formed. }
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  attempt_by stored_decoder_safe decoder (Hdec & _). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|split; [exact Henc|exact Hdec]]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hh|]. split; [exact Hes|]. split; [exact Hct1|].
  split; [apply Henc|now apply Decoder_is_typed].
Qed.

Lemma decode_ek_received_ct1_sampled_safe :
  yields (decode_ek_received_ct1_sampled stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ek_received_ct1_sampled.
  attempt_by encaps_state_safe es Hes. { exact stored_well_formed. }
  attempt_by piece_safe ek (_ & Hek). { exact stored_well_formed. }
  attempt_by piece_safe ct1 (_ & Hct1). { exact stored_well_formed. }
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|exact Henc]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hes|]. split; [exact Hek|]. split; [exact Hct1|].
  apply Henc.
Qed.

Lemma decode_ct1_acknowledged_safe :
  yields (decode_ct1_acknowledged stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ct1_acknowledged.
  attempt_by piece_safe header (_ & Hh). { exact stored_well_formed. }
  attempt_by encaps_state_safe es Hes. { exact stored_well_formed. }
  attempt_by piece_safe ct1 (_ & Hct1). { exact stored_well_formed. }
  attempt_by stored_decoder_safe decoder (Hdec & _). { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|exact Hdec]].
  split; [exact He|]. split; [exact Ha|]. split; [exact Hh|]. split; [exact Hes|]. split; [exact Hct1|].
  now apply Decoder_is_typed.
Qed.

Lemma decode_ct2_sampled_safe :
  yields (decode_ct2_sampled stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_ct2_sampled.
  attempt_by stored_encoder_safe encoder Henc. { exact stored_well_formed. } { length. }
  split; [|split; [exact H1|exact Henc]].
  split; [exact He|]. split; [exact Ha|apply Henc].
Qed.

Lemma decode_numbered_safe number :
  yields (decode_numbered number stored) (typed_result Braid_well_formed SparseError_typed).
Proof.
  pose proof stored_well_formed as (_ & _ & He & H1 & Ha). unfold decode_numbered.
  destruct (_ =? _); [split; [split; assumption|split; [exact H1|exact I]]|].
  destruct (_ =? _); [exact decode_keys_sampled_safe|].
  destruct (_ =? _); [exact decode_header_sent_safe|].
  destruct (_ =? _); [exact decode_ct1_received_safe|].
  destruct (_ =? _); [exact decode_ek_sent_ct1_received_safe|].
  destruct (_ =? _); [exact decode_no_header_received_safe|].
  destruct (_ =? _); [exact decode_header_received_safe|].
  destruct (_ =? _); [exact decode_ct1_sampled_safe|].
  destruct (_ =? _); [exact decode_ek_received_ct1_sampled_safe|].
  destruct (_ =? _); [exact decode_ct1_acknowledged_safe|exact decode_ct2_sampled_safe].
Qed.
End State.

(** * The one state of a braid *)

(** The one state is one of the fields. *)
Lemma sole_state_safe fields :
  seq_len fields < 2 ^ 64 ->
  yields (sole_state fields) (typed_result (fun i => 0 <= i < seq_len fields) SparseError_typed).
Proof.
  intros Hl. pose proof (seq_len_nonneg fields). unfold sole_state. cbv zeta. step.
  apply (yields_for (fun i '(found, count, well_typed) =>
    0 <= count <= i /\ (1 <= count -> 0 <= found < seq_len fields))).
  - lia.
  - intros i ((found & count) & well_typed) Hi (Hc & Hfound).
    step. apply yields_index_any; [exact Hi|]. intros f Hn. step; [|step; lia].
    step. step; [lia|]. step. apply (yields_mono _ (fun _ => True)).
    { step; [|step; exact I]. step. apply yields_index_any; [exact Hi|]. intros. step. exact I. }
    intros b _. step. lia.
  - intros ((found & count) & well_typed) (Hc & Hfound).
    destruct (Z.eqb_spec count 1) as [E|E]; [|exact I]. destruct well_typed; [|exact I].
    apply Hfound. lia.
Qed.

(** Any storable bytes give a well-formed state or an error. *)
Lemma decode_braid_safe b :
  storable b -> yields (decode_braid b) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros Hb. unfold decode_braid. attempt_by (stored_fields_safe b Hb) fields Hf.
  pose proof Hf as (_ & Hw & Hfl). pose proof Hb as (Hbt & Hbl).
  attempt_by (sole_state_safe fields ltac:(lia)) i Hi.
  destruct (seq_index_ret fields i Hi) as (f & -> & Hn).
  pose proof (Forall_nth_error _ _ _ _ Hw Hn) as ((_ & _ & _ & Hs & Hlen & _) & Hwithin).
  unfold typed_int in Hs, Hlen. step. step. step. step. step. step; [lia..|]. intros Hsl.
  assert (Hinner : storable (firstn (Z.to_nat (Field_length f)) (skipn (Z.to_nat (Field_start f)) b))).
  { split; [apply Forall_firstn', Forall_skipn', Hbt|]. lia. }
  attempt_by (split_safe _ Hinner) stored Hstored. step. step. now apply decode_numbered_safe.
Qed.
End Safety.
#[export] Hint Resolve decode_authenticator_safe split_safe piece_safe decapsulation_key_safe
  encaps_state_safe stored_encoder_safe stored_decoder_safe decode_keys_sampled_safe decode_header_sent_safe
  decode_ct1_received_safe decode_ek_sent_ct1_received_safe decode_no_header_received_safe
  decode_header_received_safe decode_ct1_sampled_safe decode_ek_received_ct1_sampled_safe
  decode_ct1_acknowledged_safe decode_ct2_sampled_safe decode_numbered_safe sole_state_safe
  decode_braid_safe : spec.
