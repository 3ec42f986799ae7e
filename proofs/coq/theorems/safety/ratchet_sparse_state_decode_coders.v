(** Panic-freedom of [ratchet::sparse::state::decode::coders]: decoded encoders and decoders are well
    formed. *)
From Coq Require Import ZifyBool Sorting.Sorted.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Walk theorems.lib.Places.
From Twinratchet.generated Require Import ratchet_sparse_types ratchet_sparse_erasure
  ratchet_sparse_state_decode_coders.
From Twinratchet.generated Require ratchet_sparse_state_fields.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure ratchet_sparse_state_fields.

(** * Encoders *)

(** Two bytes are a symbol. *)
Lemma decode_symbols_safe b :
  storable b ->
  yields (decode_symbols b) (fun symbols => elements symbols /\ seq_len symbols = seq_len b / 2).
Proof.
  intros (Hb & Hl). pose proof (seq_len_nonneg b). unfold decode_symbols, SYMBOL_LENGTH.
  step. step; [lia|]. cbv zeta. assert (Hn : 0 <= seq_len b / 2) by (apply Z.div_pos; lia).
  rewrite seq_len_fill by exact Hn. pose proof (Z.div_mod (seq_len b) 2).
  pose proof (Z.mod_pos_bound (seq_len b) 2).
  apply (yields_for (fun _ symbols => elements symbols /\ seq_len symbols = seq_len b / 2)).
  - split; [apply Forall_fill; unfold typed_int; lia|]. now apply seq_len_fill.
  - intros i symbols Hi (Hs & Hsl). step. step; [lia|]. step. eapply yields_index; [exact Hb|lia|].
    intros high _ Hh. step. step; [lia|]. step. eapply yields_index; [exact Hb|lia|]. intros low _ Hlo.
    step; [lia|]. intros Hset. split; [|lia]. apply Forall_set_nth; [exact Hs|]. now apply symbol_typed.
  - intros symbols Hs. exact Hs.
Qed.

(** What has the length of a value is sixteen items of the right lengths. *)
Lemma has_length_safe items length :
  0 <= length < 2 ^ 62 ->
  yields (has_length items length) (fun fits => fits = true ->
    seq_len items = 16 /\
    forall i, 0 <= i < 16 -> seq_len (nth (Z.to_nat i) items []) = 2 * symbols_count length i).
Proof.
  intros Hl. pose proof (seq_len_nonneg items). unfold has_length, POLYNOMIALS, SYMBOL_LENGTH. cbv zeta.
  apply (yields_for (fun i fits => fits = true -> seq_len items = 16 /\
    forall j, 0 <= j < i -> seq_len (nth (Z.to_nat j) items []) = 2 * symbols_count length j)).
  - intros E. split; [lia|]. intros j Hj. lia.
  - intros i fits Hi Hinv. step. apply yields_index_any; [lia|]. intros item Hn.
    assert (E : nth (Z.to_nat i) items [] = item) by now apply nth_error_nth.
    step. eapply yields_mono; [apply symbols_of_safe; [unfold typed_int|]; lia|]. intros n (-> & Hnt).
    pose proof (symbols_count_bound length i).
    step. step; [lia|]. destruct (Z.eqb_spec (seq_len item) (2 * symbols_count length i)) as [Eq|Ne];
      cbn [negb].
    + step. intros Hfits. destruct (Hinv Hfits) as (H16 & Hall). split; [exact H16|]. intros j Hj.
      destruct (Z.eq_dec j i) as [->|]; [rewrite E; exact Eq|]. apply Hall. lia.
    + step. discriminate.
  - intros fits Hinv Hfits. destruct (Hinv Hfits) as (H16 & Hall). split; [exact H16|].
    intros i Hi. apply Hall. lia.
Qed.

(** Decoded polynomials are well formed. *)
Lemma decode_polynomials_safe b items length :
  storable b -> Forall (part b) items -> 0 <= length < 2 ^ 62 ->
  yields (decode_polynomials items length) (typed_result polynomials_well_formed SparseError_typed).
Proof.
  intros Hb Hitems Hl. unfold decode_polynomials, POLYNOMIALS.
  call_by (has_length_safe items length Hl) fits Hfits. destruct fits; [|exact I].
  destruct (Hfits eq_refl) as (H16 & Hall). cbv zeta. step. eapply yields_mono.
  { apply (yields_build (fun i p => elements p /\ seq_len p = symbols_count length i) []); [reflexivity|].
    intros i t Hi Ht. step. eapply yields_index; [exact Hitems|lia|]. intros item Hn Hpart.
    specialize (Hall i Hi). rewrite (nth_error_nth _ _ [] Hn) in Hall.
    call_by (decode_symbols_safe item (part_storable b item Hb Hpart)) symbols (Hs & Hsl).
    step; [lia|]. intros _. exists symbols. split; [reflexivity|]. split; [exact Hs|].
    rewrite Hsl, Hall. symmetry. apply Z.div_unique with 0; lia. }
  intros polynomials (Hpl & Hp). step. now apply (counted_polynomials_well_formed length).
Qed.

(** A decoded encoder is well formed. *)
Lemma decode_encoder_safe b length :
  storable b -> 0 <= length < 2 ^ 62 ->
  yields (decode_encoder b length) (typed_result Encoder_well_formed SparseError_typed).
Proof.
  intros Hb Hl. unfold decode_encoder.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.ENCODER_COUNTER) next Hnext.
  attempt_by (stored_all_safe b fields Hf ratchet_sparse_state_fields.ENCODER_POINTS) points (Hpoints & _).
  attempt_by (stored_all_safe b fields Hf ratchet_sparse_state_fields.ENCODER_COEFFICIENTS)
    coefficients (Hco & _).
  assert (Hmade : forall form polynomials, polynomials_well_formed polynomials ->
    Encoder_well_formed (mk_Encoder next form polynomials)).
  { intros form polynomials H. split; [|exact H]. split; [exact Hnext|].
    split; [destruct form; exact I|apply H]. }
  destruct (seq_len coefficients =? 0).
  - attempt_by (decode_polynomials_safe b points length Hb Hpoints Hl) polynomials Hp. now apply Hmade.
  - destruct (seq_len points =? 0); [|exact I].
    attempt_by (decode_polynomials_safe b coefficients length Hb Hco Hl) polynomials Hp. now apply Hmade.
Qed.

(** * Decoders *)

(** Points of which each two neighbours are in order are sorted. *)
Lemma neighbours_sorted points :
  (forall i, 1 <= i < seq_len points ->
     Point_x (nth (Z.to_nat (i - 1)) points Point_default)
       < Point_x (nth (Z.to_nat i) points Point_default)) ->
  StronglySorted before points.
Proof.
  intros H. apply Sorted_StronglySorted; [unfold before; intros p q r; lia|].
  induction points as [|p points IH]; [constructor|]. constructor.
  - apply IH. intros i Hi. specialize (H (i + 1)). rewrite seq_len_cons in H.
    replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) in H by lia.
    replace (Z.to_nat (i + 1 - 1)) with (S (Z.to_nat (i - 1))) in H by lia. cbn [nth] in H. apply H. lia.
  - destruct points as [|q points]; [constructor|]. constructor. apply (H 1).
    rewrite !seq_len_cons. pose proof (seq_len_nonneg points). lia.
Qed.

(** What [is_ascending] accepts is sorted. *)
Lemma is_ascending_safe points :
  seq_len points < 2 ^ 62 ->
  yields (is_ascending points) (fun sorted => sorted = true -> StronglySorted before points).
Proof.
  intros Hl. unfold is_ascending. cbv zeta.
  apply (yields_for (fun i sorted => sorted = true -> forall j, 1 <= j < i ->
     Point_x (nth (Z.to_nat (j - 1)) points Point_default)
       < Point_x (nth (Z.to_nat j) points Point_default))).
  - intros _ j Hj. lia.
  - intros i sorted Hi Hinv. step. step; [lia|].
    step. apply yields_index_any; [lia|]. intros p Hp. step. apply yields_index_any; [lia|]. intros q Hq.
    step; step; [discriminate|]. intros Hsorted j Hj. destruct (Z.eq_dec j i) as [->|].
    + rewrite (nth_error_nth _ _ Point_default Hp), (nth_error_nth _ _ Point_default Hq). lia.
    + apply Hinv; [exact Hsorted|lia].
  - intros sorted Hinv Hsorted. apply neighbours_sorted. intros i Hi. apply Hinv; [exact Hsorted|lia].
Qed.

(** Decoded points are sorted. *)
Lemma decode_points_safe b :
  storable b -> yields (decode_points b) (typed_result ascending SparseError_typed).
Proof.
  intros Hb. pose proof Hb as (_ & Hl). pose proof (seq_len_nonneg b).
  unfold decode_points, ratchet_sparse_state_fields.POINT_LENGTH. step. step; [lia|].
  destruct (Z.eqb_spec (seq_len b mod 4) 0) as [E|E]; [|exact I].
  call_by (decode_symbols_safe b Hb) symbols (Hs & Hsl). step. step; [lia|]. cbv zeta.
  pose proof (Z.div_mod (seq_len b) 4). assert (Hhalf : seq_len b / 2 = 2 * (seq_len b / 4)).
  { symmetry. apply Z.div_unique with 0; lia. }
  rewrite Hhalf in Hsl. set (n := seq_len b / 4) in *. rewrite seq_len_fill by lia.
  step. apply (yields_for (fun _ points => typed_seq Point_typed points /\ seq_len points = n)).
  - split; [|apply seq_len_fill; lia]. apply Forall_fill. split; unfold typed_int; simpl; lia.
  - intros i points Hi (Hp & Hpl). step. step; [lia|]. step. eapply yields_index; [exact Hs|lia|].
    intros x _ Hx.
    step. step; [lia|]. step. step; [lia|]. step. eapply yields_index; [exact Hs|lia|]. intros y _ Hy.
    step; [lia|]. intros Hset. split; [|lia]. apply Forall_set_nth; [exact Hp|]. split; assumption.
  - intros points (Hp & Hpl). call_by (is_ascending_safe points ltac:(lia)) sorted Hsorted.
    destruct sorted; [|exact I]. split; [exact Hp|now apply Hsorted].
Qed.

Lemma append_points_safe sets b :
  storable b -> Forall ascending sets ->
  yields (append_points sets b) (typed_result (Forall ascending) SparseError_typed).
Proof.
  intros Hb Hsets. unfold append_points. attempt_by (decode_points_safe b Hb) points Hp.
  now apply Forall_push.
Qed.

Lemma decode_point_sets_safe b items :
  storable b -> Forall (part b) items ->
  yields (decode_point_sets items) (typed_result (Forall ascending) SparseError_typed).
Proof.
  intros Hb Hitems. unfold decode_point_sets. cbv zeta.
  apply (yields_for (fun _ => typed_result (Forall ascending) SparseError_typed)).
  - constructor.
  - intros i [sets|error] Hi Hsets; [|exact Hsets].
    step. eapply yields_index; [exact Hitems|exact Hi|]. intros item _ Hpart.
    apply append_points_safe; [exact (part_storable b item Hb Hpart)|exact Hsets].
  - intros sets Hsets. exact Hsets.
Qed.

(** A decoded decoder has the length that was asked for. *)
Lemma decode_decoder_safe b length :
  storable b -> typed_int 64 length ->
  yields (decode_decoder b length)
    (typed_result (fun d => Decoder_well_formed d /\ Decoder_length d = length) SparseError_typed).
Proof.
  intros Hb Hl. unfold decode_decoder.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.DECODER_SYMBOLS) symbols Hsymbols.
  step. step; [unfold SYMBOL_LENGTH; lia|]. destruct (symbols =? length / SYMBOL_LENGTH); [|exact I].
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.DECODER_POLYNOMIALS) polynomials Hp.
  attempt_by (stored_uint64_safe b fields Hf ratchet_sparse_state_fields.DECODER_COMPLETE) complete Hc.
  attempt_by (stored_all_safe b fields Hf ratchet_sparse_state_fields.DECODER_POINTS) items (Hitems & _).
  attempt_by (decode_point_sets_safe b items Hb Hitems) points Hpoints.
  destruct (Z.eqb_spec (seq_len points) POLYNOMIALS) as [E|E];
    [|rewrite andb_false_r; exact I].
  destruct (_ && _); [|exact I]. split; [|reflexivity]. split; [exact Hl|]. split; [exact E|exact Hpoints].
Qed.
#[export] Hint Resolve decode_symbols_safe has_length_safe decode_polynomials_safe decode_encoder_safe
  is_ascending_safe decode_points_safe append_points_safe decode_point_sets_safe decode_decoder_safe : spec.
