(** Panic-freedom of [ratchet::sparse::erasure], and what its encoders and decoders always are. *)
From Coq Require Import ZifyBool Sorting.Sorted.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Places.
From Twinratchet.generated Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.generated Require keys_types.
From Twinratchet.theorems.safety Require Import ratchet_sparse_gf65536.

Notation elements := (typed_seq (typed_int 16)) (only parsing).

(** * How many symbols *)

(** What [symbols_of] computes. *)
Definition symbols_count (length i : Z) : Z :=
  if i <? (length / 2) mod 16 then length / 2 / 16 + 1 else length / 2 / 16.

(** 32 bytes are one symbol of each polynomial; the last chunk may be shorter. *)
Lemma symbols_count_bound length i :
  0 <= length -> 0 <= i -> 0 <= symbols_count length i /\ 32 * symbols_count length i <= length + 30.
Proof.
  intros. unfold symbols_count.
  pose proof (Z.div_mod (length / 2) 16). pose proof (Z.mod_pos_bound (length / 2) 16).
  pose proof (Z.div_mod length 2). pose proof (Z.mod_pos_bound length 2).
  destruct (Z.ltb_spec i ((length / 2) mod 16)); lia.
Qed.

(** Symbol [x] of polynomial [i] lies within the value. *)
Lemma symbol_within length i x :
  0 <= length -> 0 <= i < 16 -> 0 <= x < symbols_count length i -> 2 * (16 * x + i) + 1 < length.
Proof.
  unfold symbols_count. intros.
  pose proof (Z.div_mod (length / 2) 16). pose proof (Z.mod_pos_bound (length / 2) 16).
  pose proof (Z.div_mod length 2). pose proof (Z.mod_pos_bound length 2).
  destruct (Z.ltb_spec i ((length / 2) mod 16)); lia.
Qed.

(** The last polynomial has the fewest symbols, and the others at most one more. *)
Lemma symbols_count_last length i :
  0 <= length -> 0 <= i < 16 ->
  symbols_count length 15 <= symbols_count length i <= symbols_count length 15 + 1.
Proof.
  unfold symbols_count. intros. pose proof (Z.mod_pos_bound (length / 2) 16).
  destruct (Z.ltb_spec i ((length / 2) mod 16)), (Z.ltb_spec 15 ((length / 2) mod 16)); lia.
Qed.

(** [symbols_of] gives the number above. *)
Lemma symbols_of_safe length i :
  typed_int 64 length -> 0 <= i ->
  yields (symbols_of length i) (fun n => n = symbols_count length i /\ typed_int 64 n).
Proof.
  unfold typed_int. intros H Hi. pose proof (symbols_count_bound length i).
  assert (0 <= symbols_count length i < 2 ^ 64) by lia. revert H0 H1. unfold symbols_count, symbols_of.
  intros _ HQ. unfold SYMBOL_LENGTH, POLYNOMIALS. step. step; [lia|]. step. step; [lia|].
  step; [step|].
  - step; [lia|]. step; auto.
  - step; [lia|]. auto.
Qed.
#[export] Hint Resolve symbols_of_safe : spec.

(** * Encoders *)

(** Sixteen polynomials, of which the last has the fewest coefficients or points, and no other two more. *)
Definition polynomials_well_formed (polynomials : list (list Z)) : Prop :=
  typed_seq elements polynomials /\ seq_len polynomials = 16 /\
  exists count,
    0 <= count < 2 ^ 62 /\ seq_len (nth 15 polynomials []) = count /\
    Forall (fun polynomial => count <= seq_len polynomial <= count + 1) polynomials.

(** What every encoder is: made by [encoder] or decoded, and kept by [next_chunk]. *)
Definition Encoder_well_formed (e : Encoder) : Prop :=
  Encoder_typed e /\ polynomials_well_formed (Encoder_polynomials e).

(** Two bytes are a symbol. *)
Lemma symbol_typed high low :
  typed_int 8 high -> typed_int 8 low -> typed_int 16 (Z.lor (shl 16 high 8) low).
Proof. intros. apply typed_int_lor; [lia|apply typed_int_shl; lia|range]. Qed.

Lemma symbols_at_safe message i :
  typed_seq (typed_int 8) message -> seq_len message < 2 ^ 62 -> 0 <= i < 16 ->
  yields (symbols_at message i)
    (fun symbols => elements symbols /\ seq_len symbols = symbols_count (seq_len message) i).
Proof.
  intros Hm Hlen Hi. unfold symbols_at. pose proof (seq_len_nonneg message).
  step. eapply yields_mono; [apply symbols_of_safe; [unfold typed_int|]; lia|]. intros n (-> & Hn).
  cbv zeta. pose proof (symbols_count_bound (seq_len message) i).
  set (n := symbols_count (seq_len message) i) in *.
  apply (yields_for (fun _ symbols => elements symbols /\ seq_len symbols = n)).
  - split; [typed|]. apply seq_len_fill. lia.
  - intros x symbols Hx (Hs & Hsl). assert (2 * (16 * x + i) + 1 < seq_len message)
      by (apply symbol_within; subst n; lia).
    unfold POLYNOMIALS, SYMBOL_LENGTH. step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
    step. step; [lia|]. intros high _ Hhigh. step. step; [lia|]. step. step; [lia|]. intros low _ Hlow.
    step; [lia|]. intros Hl. split; [|lia].
    apply Forall_set_nth; [exact Hs|]. now apply symbol_typed.
  - intros symbols Hs. exact Hs.
Qed.
#[export] Hint Resolve symbols_at_safe : spec.

(** Sixteen typed polynomials as long as the symbols of a value are well formed. *)
Lemma counted_polynomials_well_formed length polynomials :
  0 <= length < 2 ^ 62 -> seq_len polynomials = 16 ->
  (forall j, 0 <= j < 16 ->
     elements (nth (Z.to_nat j) polynomials []) /\
     seq_len (nth (Z.to_nat j) polynomials []) = symbols_count length j) ->
  polynomials_well_formed polynomials.
Proof.
  intros Hl H16 H. pose proof (symbols_count_bound length 15). split; [|split; [exact H16|]].
  - apply (Forall_of_nth _ []). intros j Hj. apply H. lia.
  - exists (symbols_count length 15). split; [lia|]. split.
    + apply (H 15). lia.
    + apply (Forall_of_nth _ []). intros j Hj. rewrite H16 in Hj.
      destruct (H j Hj) as (_ & ->). now apply symbols_count_last.
Qed.

(** An encoder of any bytes is well formed. *)
Lemma encoder_of_safe message :
  typed_seq (typed_int 8) message -> seq_len message < 2 ^ 62 ->
  yields (encoder_of message) Encoder_well_formed.
Proof.
  intros Hm Hlen. unfold encoder_of. cbv zeta. step. unfold POLYNOMIALS.
  eapply yields_mono.
  { apply (yields_build
      (fun j p => elements p /\ seq_len p = symbols_count (seq_len message) j) []).
    - reflexivity.
    - intros i t Hi Ht. step. eapply yields_mono; [apply symbols_at_safe; auto|].
      intros p Hp. step; [lia|]. intros _. eauto. }
  intros polynomials (H16 & H). step.
  assert (Hw : polynomials_well_formed polynomials).
  { eapply (counted_polynomials_well_formed (seq_len message)); auto.
    pose proof (seq_len_nonneg message). lia. }
  split; [|exact Hw]. split; [unfold typed_int; simpl; lia|]. split; [exact I|]. apply Hw.
Qed.
#[export] Hint Resolve encoder_of_safe : spec.

(** Any bytes give a well-formed encoder or an error. *)
Lemma encoder_safe message :
  typed_seq (typed_int 8) message -> seq_len message < 2 ^ 62 ->
  yields (encoder message) (typed_result Encoder_well_formed ErasureError_typed).
Proof.
  intros Hm Hlen. unfold encoder, SYMBOL_LENGTH. step. step; [lia|].
  step; [step; exact I|]. step; [step; exact I|].
  step. eapply yields_mono; [apply encoder_of_safe; auto|]. intros e He. step. exact He.
Qed.
#[export] Hint Resolve encoder_safe : spec.

(** * Polynomials *)

Lemma evaluate_safe coefficients x :
  elements coefficients -> seq_len coefficients <= 2 ^ 62 -> typed_int 16 x ->
  yields (evaluate coefficients x) (typed_int 16).
Proof.
  intros Hc Hlen Hx. unfold evaluate. cbv zeta.
  apply (yields_for (fun _ => typed_int 16)).
  - unfold typed_int. lia.
  - intros i value Hi Hv. step. step; [lia|]. step. step; [lia|]. step.
    eapply yields_index; [exact Hc|lia|]. intros c _ Htc.
    step. eapply yields_mono; [apply gf_mul_safe; auto|]. intros y Hy. step. now apply gf_add_typed.
  - auto.
Qed.
#[export] Hint Resolve evaluate_safe : spec.

Lemma product_of_roots_safe points :
  typed_seq Point_typed points -> seq_len points <= 2 ^ 62 ->
  yields (product_of_roots points)
    (fun product => elements product /\ seq_len product = seq_len points + 1).
Proof.
  intros Hp Hlen. pose proof (seq_len_nonneg points) as H0. unfold product_of_roots.
  set (good := fun product => elements product /\ seq_len product = seq_len points + 1).
  step. step; [lia|]. cbv zeta. step. step; [rewrite seq_len_fill; lia|]. intros Hl.
  apply (yields_for (fun _ => good)).
  - split.
    + apply Forall_set_nth; [apply Forall_fill|]; unfold typed_int; lia.
    + rewrite Hl, seq_len_fill; lia.
  - intros i product Hi Hg. step. step; [lia|]. step. apply (yields_for (fun _ => good)); [exact Hg| |].
    + clear product Hg. intros k product Hk (Hg & Hgl).
      step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
      step. eapply yields_index; [exact Hg|lia|]. intros a _ Ha.
      step. eapply yields_index; [exact Hg|lia|]. intros b _ Hb.
      step. eapply yields_index; [exact Hp|lia|]. intros point _ (Hx & _).
      step. eapply yields_mono; [apply gf_mul_safe; auto|]. intros c Hc.
      step; [lia|]. intros Hs. split; [|lia]. apply Forall_set_nth; auto. now apply gf_add_typed.
    + clear product Hg. intros product (Hg & Hgl).
      step. eapply yields_index; [exact Hg|lia|]. intros a _ Ha.
      step. eapply yields_index; [exact Hp|lia|]. intros point _ (Hx & _).
      step. eapply yields_mono; [apply gf_mul_safe; auto|]. intros c Hc.
      step; [lia|]. intros Hs. split; [|lia]. now apply Forall_set_nth.
  - auto.
Qed.
#[export] Hint Resolve product_of_roots_safe : spec.

Lemma without_root_safe polynomial root :
  elements polynomial -> 1 <= seq_len polynomial <= 2 ^ 62 + 1 -> typed_int 16 root ->
  yields (without_root polynomial root)
    (fun quotient => elements quotient /\ seq_len quotient = seq_len polynomial - 1).
Proof.
  intros Hp Hlen Hr. unfold without_root. step. step; [lia|]. cbv zeta. step.
  apply (yields_for (fun _ x =>
    (elements (fst x) /\ seq_len (fst x) = seq_len polynomial - 1) /\ typed_int 16 (snd x))).
  - simpl. split; [split|]; [apply Forall_fill|apply seq_len_fill|]; unfold typed_int; lia.
  - intros k (quotient, carry) Hk ((Hq & Hql) & Hc). simpl in Hq, Hql, Hc.
    step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
    step. eapply yields_index; [exact Hp|lia|]. intros a _ Ha.
    step. eapply yields_mono; [apply gf_mul_safe; auto|]. intros c Htc.
    step. step; [lia|]. intros Hs. step. simpl. pose proof (gf_add_typed a c Ha Htc).
    split; [split; [now apply Forall_set_nth|lia]|assumption].
  - intros (quotient, carry) (Hq & _). step. exact Hq.
Qed.
#[export] Hint Resolve without_root_safe : spec.

Lemma interpolate_safe points :
  typed_seq Point_typed points -> seq_len points <= 2 ^ 62 ->
  yields (interpolate points)
    (fun coefficients => elements coefficients /\ seq_len coefficients = seq_len points).
Proof.
  intros Hp Hlen. pose proof (seq_len_nonneg points) as H0. unfold interpolate.
  step. eapply yields_mono; [apply product_of_roots_safe; auto|]. intros product (Hpr & Hprl). cbv zeta.
  set (good := fun coefficients => elements coefficients /\ seq_len coefficients = seq_len points).
  apply (yields_for (fun _ => good)).
  - split; [apply Forall_fill; unfold typed_int; lia|]. apply seq_len_fill. lia.
  - intros i coefficients Hi Hg.
    step. eapply yields_index; [exact Hp|lia|]. intros point Hn (Hx & Hy).
    step. eapply yields_mono; [apply without_root_safe; auto; lia|]. intros basis (Hb & Hbl).
    step. eapply yields_index; [exact Hp|lia|]. intros point1 Hn1 (_ & Hy1).
    step. eapply yields_index; [exact Hp|lia|]. intros point2 Hn2 (Hx2 & _).
    step. eapply yields_mono; [apply evaluate_safe; auto; lia|]. intros value Hv.
    step. eapply yields_mono; [apply gf_div_safe; auto|]. intros scale Hsc.
    apply (yields_for (fun _ => good)); [exact Hg| |auto].
    clear coefficients Hg. intros k coefficients Hk (Hc & Hcl).
    step. eapply yields_index; [exact Hc|lia|]. intros a _ Ha.
    step. eapply yields_index; [exact Hb|lia|]. intros b _ Hb'.
    step. eapply yields_mono; [apply gf_mul_safe; auto|]. intros c Htc.
    step; [lia|]. intros Hs. split; [|lia]. apply Forall_set_nth; auto. now apply gf_add_typed.
  - auto.
Qed.
#[export] Hint Resolve interpolate_safe : spec.

Lemma points_of_safe values :
  elements values ->
  yields (points_of values) (fun points => typed_seq Point_typed points /\ seq_len points = seq_len values).
Proof.
  intros Hv. pose proof (seq_len_nonneg values) as H0. unfold points_of. cbv zeta.
  apply (yields_for (fun _ points => typed_seq Point_typed points /\ seq_len points = seq_len values)).
  - split; [|apply seq_len_fill; lia]. apply Forall_fill. split; unfold typed_int; simpl; lia.
  - intros x points Hx (Hp & Hpl).
    step. eapply yields_index; [exact Hv|lia|]. intros y _ Hy.
    step; [lia|]. intros Hs. split; [|lia]. apply Forall_set_nth; auto.
    split; [apply typed_int_cast; lia|exact Hy].
  - auto.
Qed.
#[export] Hint Resolve points_of_safe : spec.

(** * Chunks given *)

Lemma is_parity_safe polynomials index :
  seq_len polynomials = 16 ->
  yields (is_parity polynomials index) (fun b => b = (seq_len (nth 15 polynomials []) <=? index)).
Proof.
  intros H16. unfold is_parity, POLYNOMIALS. step. step; [lia|]. step.
  apply yields_index_any; [lia|]. intros p Hn. step.
  change (Z.to_nat (16 - 1)) with 15%nat in Hn. rewrite (nth_error_nth _ _ [] Hn). reflexivity.
Qed.
#[export] Hint Resolve is_parity_safe : spec.

(** An encoder that holds points holds one for the index. *)
Lemma in_form_for_safe e index :
  Encoder_well_formed e ->
  yields (in_form_for e index) (fun ready =>
    Encoder_well_formed ready /\
    (Encoder_form ready = Form_Points -> index < seq_len (nth 15 (Encoder_polynomials ready) []))).
Proof.
  intros He. pose proof He as ((Hnext & _ & Hp) & _ & H16 & count & Hcount & Hlast & Hall).
  unfold in_form_for, POLYNOMIALS. step.
  apply (yields_mono _ (fun b => b = false -> Encoder_form e = Form_Points ->
    index < seq_len (nth 15 (Encoder_polynomials e) []))).
  { destruct (Encoder_form e); simpl; [|discriminate].
    eapply yields_mono; [apply is_parity_safe, H16|]. intros b -> Hb _. lia. }
  intros b Hb. destruct b; [|step; split; auto]. clear Hb. cbv zeta. step.
  eapply yields_mono.
  { apply (yields_build (fun j p =>
      elements p /\ seq_len p = seq_len (nth (Z.to_nat j) (Encoder_polynomials e) [])) []).
    - reflexivity.
    - intros i t Hi Ht. step. eapply yields_index; [exact Hp|lia|]. intros q Hn Hq.
      rewrite (nth_error_nth _ _ [] Hn).
      assert (Hql : count <= seq_len q <= count + 1) by (eapply Forall_nth_error in Hall; eauto).
      step. eapply yields_mono; [apply points_of_safe, Hq|]. intros points (Hpt & Hptl).
      step. eapply yields_mono; [apply interpolate_safe; auto; lia|]. intros r (Hr & Hrl).
      step; [lia|]. intros _. exists r. repeat split; auto. lia. }
  intros polynomials (Hl & H). step.
  assert (Hw : polynomials_well_formed polynomials).
  { split; [apply (Forall_of_nth _ []); intros j Hj; apply H; lia|]. split; [exact Hl|].
    exists count. split; [exact Hcount|]. split.
    - rewrite <- Hlast. apply (H 15). lia.
    - apply (Forall_of_nth _ []). intros j Hj. destruct (H j) as (_ & ->); [lia|].
      apply (nth_of_Forall _ [] _ _ Hall). lia. }
  split; [|discriminate]. split; [|exact Hw]. split; [exact Hnext|]. split; [exact I|]. apply Hw.
Qed.
#[export] Hint Resolve in_form_for_safe : spec.

Lemma value_at_safe form polynomial x :
  elements polynomial -> seq_len polynomial <= 2 ^ 62 -> typed_int 16 x ->
  (form = Form_Points -> x < seq_len polynomial) ->
  yields (value_at form polynomial x) (typed_int 16).
Proof.
  intros Hp Hlen Hx Hform. unfold value_at. destruct form.
  - unfold typed_int in Hx. eapply yields_index; [exact Hp| |auto]. specialize (Hform eq_refl). lia.
  - apply evaluate_safe; auto.
Qed.
#[export] Hint Resolve value_at_safe : spec.

(** A well-formed encoder gives a chunk and stays well formed. *)
Lemma next_chunk_safe e :
  Encoder_well_formed e ->
  yields (next_chunk e) (typed_pair Encoder_well_formed Chunk_typed).
Proof.
  intros He. unfold next_chunk, INDICES. step. step; [lia|].
  assert (Hindex : typed_int 16 (cast 16 (Encoder_next e mod 65536))) by (apply typed_int_cast; lia).
  set (index := cast 16 (Encoder_next e mod 65536)) in *. cbv zeta.
  step. eapply yields_mono; [apply in_form_for_safe, He|]. intros ready (Hr & Hform).
  pose proof Hr as ((Hnext & Hf & Hp) & Hw & H16 & count & Hcount & Hlast & Hall).
  step. apply (yields_for (fun _ => typed_array (typed_int 8) 32)).
  - split; [reflexivity|]. apply Forall_fill. unfold typed_int. lia.
  - intros i data Hi (Hdl & Hd). unfold POLYNOMIALS, SYMBOL_LENGTH in *.
    step. eapply yields_index; [exact Hp|lia|]. intros q Hn Hq.
    assert (Hql : count <= seq_len q <= count + 1) by (eapply Forall_nth_error in Hall; eauto).
    step. eapply yields_mono.
    { apply value_at_safe; [exact Hq|lia|exact Hindex|]. intros E. specialize (Hform E). lia. }
    intros value Hv. step. step; [lia|]. step. step; [lia|]. intros Hs.
    step. step; [lia|]. step. step; [lia|]. step; [lia|]. intros Hs2. split; [lia|].
    apply Forall_set_nth; [apply Forall_set_nth|]; auto; apply typed_int_cast; lia.
  - intros data Hd. step.
    apply (yields_mono _ (typed_int 32)).
    { unfold typed_int in *. step; [step; lia|]. step; lia. }
    intros next Hn. step. split.
    + split; [|exact (proj2 Hr)]. split; [exact Hn|]. split; assumption.
    + split; [exact Hindex|exact Hd].
Qed.
#[export] Hint Resolve next_chunk_safe : spec.

(** * Decoders *)

(** The order of points: by x. *)
Definition before (p q : Point) : Prop := Point_x p < Point_x q.

(** The points of one polynomial: no two have one x, and they are sorted by it. *)
Definition ascending (points : list Point) : Prop :=
  typed_seq Point_typed points /\ StronglySorted before points.

(** What every decoder is: made by [decoder] or decoded, and kept by [add_chunk]. *)
Definition Decoder_well_formed (d : Decoder) : Prop :=
  typed_int 64 (Decoder_length d) /\ seq_len (Decoder_points d) = 16 /\ Forall ascending (Decoder_points d).

(** What is well formed has its type. *)
Lemma Decoder_is_typed d : Decoder_well_formed d -> Decoder_typed d.
Proof.
  intros (Hl & _ & Hall). split; [exact Hl|]. eapply Forall_impl; [|exact Hall]. intros points H. apply H.
Qed.

(** No points are sorted. *)
Lemma ascending_nil : ascending [].
Proof. split; constructor. Qed.

(** At most one point for each x. *)
Lemma ascending_length points : ascending points -> seq_len points <= 65536.
Proof.
  intros (Ht & Hs).
  assert (H : forall low, 0 <= low -> Forall (fun p => low <= Point_x p) points ->
    seq_len points <= Z.max 0 (65536 - low)).
  { induction Hs as [|p points Hs IH Hp]; intros low Hlow Hall; [rewrite seq_len_nil; lia|].
    inversion Ht as [|? ? (Hx & _) Ht']; subst. inversion Hall; subst.
    rewrite seq_len_cons. unfold typed_int in Hx.
    assert (Hb : Forall (fun q => Point_x p + 1 <= Point_x q) points).
    { eapply Forall_impl; [|exact Hp]. unfold before. cbv beta. intros q. lia. }
    specialize (IH Ht' (Point_x p + 1)). assert (0 <= Point_x p + 1) by lia.
    specialize (IH H Hb). change (2 ^ 16) with 65536 in *. lia. }
  apply (H 0); [lia|]. eapply Forall_impl; [|exact Ht]. intros p (Hx & _). unfold typed_int in Hx. lia.
Qed.

(** A new decoder is well formed. *)
Lemma decoder_of_well_formed length : typed_int 64 length -> Decoder_well_formed (decoder_of length).
Proof.
  intros H. split; [exact H|]. split; [reflexivity|]. apply Forall_fill, ascending_nil.
Qed.

(** Any length gives a well-formed decoder or an error. *)
Lemma decoder_safe length :
  typed_int 64 length ->
  yields (decoder length) (typed_result Decoder_well_formed ErasureError_typed).
Proof.
  intros H. unfold decoder, SYMBOL_LENGTH. step. step; [lia|]. step; step; [|exact I].
  now apply decoder_of_well_formed.
Qed.
#[export] Hint Resolve decoder_safe : spec.

(** How many of the points have a smaller x. *)
Fixpoint count_before (points : list Point) (x : Z) : Z :=
  match points with
  | [] => 0
  | p :: rest => (if Point_x p <? x then 1 else 0) + count_before rest x
  end.

(** They are at most all. *)
Lemma count_before_bound points x : 0 <= count_before points x <= seq_len points.
Proof.
  induction points as [|p points IH]; [cbn; lia|]. rewrite seq_len_cons. cbn [count_before].
  destruct (Point_x p <? x); lia.
Qed.

(** One point more is looked at. *)
Lemma count_before_step points x i p :
  0 <= i -> nth_error points (Z.to_nat i) = Some p ->
  count_before (firstn (Z.to_nat (i + 1)) points) x
  = count_before (firstn (Z.to_nat i) points) x + (if Point_x p <? x then 1 else 0).
Proof.
  intros Hi. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia. generalize (Z.to_nat i). clear i Hi.
  intros n. revert points. induction n as [|n IH]; intros [|q points] H; try discriminate.
  - injection H as ->. cbn. lia.
  - change (firstn (S (S n)) (q :: points)) with (q :: firstn (S n) points).
    change (firstn (S n) (q :: points)) with (q :: firstn n points).
    cbn [count_before]. rewrite (IH _ H). lia.
Qed.

Lemma points_before_safe points x :
  seq_len points < 2 ^ 62 ->
  yields (points_before points x) (fun n => n = count_before points x).
Proof.
  intros Hlen. pose proof (seq_len_nonneg points). unfold points_before. cbv zeta.
  apply (yields_for (fun i n => n = count_before (firstn (Z.to_nat i) points) x)).
  - reflexivity.
  - intros i n Hi ->. step. apply yields_index_any; [lia|]. intros p Hn.
    rewrite (count_before_step _ _ i p) by (auto; lia).
    pose proof (count_before_bound (firstn (Z.to_nat i) points) x).
    rewrite seq_len_firstn in H0 by lia.
    destruct (Point_x p <? x); [step; lia|step; lia].
  - intros n ->. rewrite firstn_all2; [reflexivity|]. unfold seq_len. lia.
Qed.
#[export] Hint Resolve points_before_safe : spec.

(** The point, put among sorted ones in place of one of the same x. *)
Fixpoint put (points : list Point) (point : Point) : list Point :=
  match points with
  | [] => [point]
  | p :: rest =>
      if Point_x p <? Point_x point then p :: put rest point
      else if Point_x p =? Point_x point then point :: rest
      else point :: points
  end.

(** What is there afterwards was there or is the point. *)
Lemma put_in points point p : In p (put points point) -> p = point \/ In p points.
Proof.
  induction points as [|q points IH]; simpl; [intuition|].
  destruct (Point_x q <? Point_x point); [simpl; intuition|].
  destruct (Point_x q =? Point_x point); simpl; intuition.
Qed.

(** Sorted points stay sorted. *)
Lemma put_ascending points point : Point_typed point -> ascending points -> ascending (put points point).
Proof.
  intros Hp (Ht & Hs). split.
  - apply Forall_forall. intros p Hin. apply put_in in Hin as [->|Hin]; [exact Hp|].
    revert p Hin. now apply Forall_forall.
  - clear Ht. induction Hs as [|q points Hs IH Hq]; simpl.
    + repeat constructor.
    + destruct (Z.ltb_spec (Point_x q) (Point_x point)).
      * constructor; [exact IH|]. apply Forall_forall. intros p Hin.
        apply put_in in Hin as [->|Hin]; [exact H|]. revert p Hin. now apply Forall_forall.
      * destruct (Z.eqb_spec (Point_x q) (Point_x point)).
        -- constructor; [exact Hs|]. eapply Forall_impl; [|exact Hq]. unfold before. intros. lia.
        -- constructor; [constructor; auto|]. constructor; [unfold before; lia|].
           eapply Forall_impl; [|exact Hq]. unfold before. intros. lia.
Qed.

(** In sorted points, those of smaller x come first. *)
Lemma count_before_none points x :
  Forall (fun p => x <= Point_x p) points -> count_before points x = 0.
Proof.
  induction 1 as [|p points Hp _ IH]; [reflexivity|]. cbn [count_before].
  replace (Point_x p <? x) with false by lia. lia.
Qed.

(** It is what [put_point] puts together of slices. *)
Lemma put_as_slices points point :
  ascending points ->
  let at' := count_before points (Point_x point) in
  let held := match nth_error points (Z.to_nat at') with
              | Some p => Point_x p =? Point_x point
              | None => false
              end in
  put points point
  = firstn (Z.to_nat at') points ++ point :: skipn (Z.to_nat (if held then at' + 1 else at')) points.
Proof.
  intros (_ & Hs). cbv zeta. induction Hs as [|q points Hs IH Hq]; [reflexivity|].
  cbn [put count_before]. destruct (Z.ltb_spec (Point_x q) (Point_x point)).
  - pose proof (count_before_bound points (Point_x point)).
    replace (Z.to_nat (1 + count_before points (Point_x point)))
      with (S (Z.to_nat (count_before points (Point_x point)))) by lia.
    cbn [nth_error firstn app]. rewrite IH. f_equal. f_equal. f_equal.
    set (held := match nth_error points _ with Some _ => _ | None => _ end).
    destruct held.
    + replace (Z.to_nat (1 + count_before points (Point_x point) + 1))
        with (S (Z.to_nat (count_before points (Point_x point) + 1))) by lia. reflexivity.
    + replace (Z.to_nat (1 + count_before points (Point_x point)))
        with (S (Z.to_nat (count_before points (Point_x point)))) by lia. reflexivity.
  - rewrite count_before_none.
    + cbn [Z.add Z.to_nat nth_error firstn app]. destruct (Point_x q =? Point_x point); reflexivity.
    + eapply Forall_impl; [|exact Hq]. unfold before. intros. lia.
Qed.

Lemma put_point_safe points point :
  Point_typed point -> ascending points ->
  yields (put_point points point) (fun after => after = put points point /\ ascending after).
Proof.
  intros Hp Ha. pose proof (ascending_length points Ha) as Hlen. unfold put_point.
  step. eapply yields_mono; [apply points_before_safe; lia|]. intros at' Hat.
  pose proof (count_before_bound points (Point_x point)) as Hb. rewrite <- Hat in Hb.
  pose proof (put_as_slices points point Ha) as Hput. cbv zeta in Hput. rewrite <- Hat in Hput.
  set (held := match nth_error points (Z.to_nat at') with
               | Some p => Point_x p =? Point_x point | None => false end) in *.
  step. apply (yields_mono _ (fun b => b = held)).
  { step.
    - step. apply yields_index_any; [lia|]. intros p Hn. step. unfold held. now rewrite Hn.
    - step. unfold held. replace (nth_error points (Z.to_nat at')) with (@None Point); [reflexivity|].
      symmetry. apply nth_error_None. unfold seq_len in *. lia. }
  intros b ->. step.
  apply (yields_mono _ (fun n => n = (if held then at' + 1 else at') /\ n <= seq_len points)).
  { subst held. destruct (nth_error points (Z.to_nat at')) as [p|] eqn:E; [|step; lia].
    assert (Hs : nth_error points (Z.to_nat at') <> None) by congruence. apply nth_error_Some in Hs.
    destruct (Point_x p =? Point_x point); [step; unfold seq_len in *; lia|step; lia]. }
  intros after (-> & Hafter). set (after := if held then at' + 1 else at') in *.
  assert (0 <= after) by (subst after; destruct held; lia).
  step. step; [lia..|]. intros _. step. step; [lia|]. step. step; [lia..|]. intros _. step.
  rewrite (firstn_all2 (n := Z.to_nat (seq_len points - after)))
    by (rewrite skipn_length; unfold seq_len; lia).
  unfold seq_concat, seq_push. rewrite skipn_O, <- app_assoc. cbn [app].
  fold after in Hput. rewrite <- Hput. split; [reflexivity|]. now apply put_ascending.
Qed.
#[export] Hint Resolve put_point_safe : spec.

Lemma symbol_of_safe chunk i :
  Chunk_typed chunk -> 0 <= i < 16 -> yields (symbol_of chunk i) (typed_int 16).
Proof.
  intros (_ & Hl & Hd) Hi. unfold symbol_of, SYMBOL_LENGTH.
  step. step; [lia|]. step. eapply yields_index; [exact Hd|lia|]. intros high _ Hh.
  step. step; [lia|]. step. step; [lia|]. step. eapply yields_index; [exact Hd|lia|]. intros low _ Hlo.
  step. now apply symbol_typed.
Qed.
#[export] Hint Resolve symbol_of_safe : spec.

(** A well-formed decoder takes in any chunk and stays well formed. *)
Lemma add_chunk_safe d chunk :
  Decoder_well_formed d -> Chunk_typed chunk ->
  yields (add_chunk d chunk) (fun d' => Decoder_well_formed d' /\ Decoder_length d' = Decoder_length d).
Proof.
  intros (Hl & H16 & Hall) Hc. unfold add_chunk, POLYNOMIALS. cbv zeta. step.
  apply (yields_for (fun _ points => seq_len points = 16 /\ Forall ascending points)); [auto| |].
  - intros i points Hi (Hpl & Hp).
    step. eapply yields_mono; [apply symbols_of_safe; [exact Hl|lia]|]. intros needed (-> & Hneeded).
    step. apply (yields_mono _ (fun _ => True)).
    { step; [step; exact I|]. step. apply yields_index_any; [lia|]. intros. step. exact I. }
    intros b _. destruct b; [|step; auto].
    step. eapply yields_mono; [apply symbol_of_safe; auto|]. intros y Hy. cbv zeta.
    step. eapply yields_index; [exact Hp|lia|]. intros q _ Hq.
    step. eapply yields_mono; [apply put_point_safe; [|exact Hq]; split; [apply Hc|exact Hy]|].
    intros after (_ & Hafter). step; [lia|]. intros Hs. split; [lia|]. now apply Forall_set_nth.
  - intros points (Hpl & Hp). step. repeat split; auto; apply Hl.
Qed.
#[export] Hint Resolve add_chunk_safe : spec.

(** A decoder is complete if it holds enough points of every polynomial. *)
Lemma is_complete_safe d :
  Decoder_well_formed d ->
  yields (is_complete d) (fun complete => complete = true <->
    forall i, 0 <= i < 16 ->
      symbols_count (Decoder_length d) i <= seq_len (nth (Z.to_nat i) (Decoder_points d) [])).
Proof.
  intros (Hl & H16 & Hall). unfold is_complete, POLYNOMIALS. cbv zeta.
  apply (yields_for (fun i complete => complete = true <-> forall j, 0 <= j < i ->
      symbols_count (Decoder_length d) j <= seq_len (nth (Z.to_nat j) (Decoder_points d) []))).
  - split; [lia|reflexivity].
  - intros i complete Hi Hinv. step. apply yields_index_any; [lia|]. intros points Hn.
    assert (E : nth (Z.to_nat i) (Decoder_points d) [] = points) by now apply nth_error_nth.
    step. eapply yields_mono; [apply symbols_of_safe; [exact Hl|lia]|]. intros needed (-> & _).
    step.
    + step. split; [discriminate|]. intros H. specialize (H i). rewrite E in H. lia.
    + step. rewrite Hinv. split; intros H j Hj.
      * destruct (Z.eq_dec j i) as [->|]; [rewrite E; lia|]. apply H. lia.
      * apply H. lia.
  - intros complete H. exact H.
Qed.
#[export] Hint Resolve is_complete_safe : spec.

(** Enough sorted points give all values. *)
Lemma values_of_safe points count :
  typed_seq Point_typed points -> seq_len points <= 65536 -> 0 <= count <= seq_len points ->
  yields (values_of points count) (fun values => elements values /\ seq_len values = count).
Proof.
  intros Hp Hlen Hc. pose proof (seq_len_nonneg points). unfold values_of. cbv zeta. step.
  apply (yields_for (fun i held => 0 <= held <= i)).
  - lia.
  - intros i held Hi Hh. step. apply yields_index_any; [lia|]. intros p _. step; step; lia.
  - intros held Hh. set (good := fun values => elements values /\ seq_len values = count).
    step. apply (yields_mono _ good).
    { assert (Hz : good (seq_fill 0 count)).
      { split; [apply Forall_fill; unfold typed_int; lia|]. apply seq_len_fill. lia. }
      step; [|step; exact Hz]. step. step; [lia..|]. intros Hsl. step.
      eapply yields_mono; [apply interpolate_safe; [apply Forall_firstn', Forall_skipn', Hp|lia]|].
      intros coefficients (Hco & Hcol).
      apply (yields_for (fun _ => good)); [exact Hz| |auto].
      intros x values Hx (Hv & Hvl).
      step. eapply yields_mono; [apply evaluate_safe; [exact Hco|lia|apply typed_int_cast; lia]|].
      intros y Hy. step; [lia|]. intros Hs. split; [now apply Forall_set_nth|lia]. }
    intros values Hg. apply (yields_for (fun _ => good)); [exact Hg| |auto]. clear values Hg.
    intros i values Hi (Hv & Hvl).
    step. eapply yields_index; [exact Hp|lia|]. intros p Hn (Hx & Hy).
    step; [|step; split; auto].
    step. apply yields_index_any; [lia|]. intros p1 Hn1.
    step. apply yields_index_any; [lia|]. intros p2 Hn2.
    assert (p1 = p) by congruence. assert (p2 = p) by congruence. subst p1 p2.
    unfold typed_int in Hx. step; [lia|]. intros Hs. split; [now apply Forall_set_nth|lia].
Qed.
#[export] Hint Resolve values_of_safe : spec.

(** A well-formed decoder gives nothing or bytes of its length. *)
Lemma decoded_safe d :
  Decoder_well_formed d ->
  yields (decoded d) (typed_option (typed_array (typed_int 8) (Decoder_length d))).
Proof.
  intros Hd. pose proof Hd as (Hl & H16 & Hall). unfold decoded, POLYNOMIALS, SYMBOL_LENGTH.
  step. eapply yields_mono; [apply is_complete_safe, Hd|]. intros complete Hcomplete.
  step; [|step; exact I]. apply proj1 in Hcomplete. specialize (Hcomplete eq_refl). cbv zeta.
  unfold typed_int in Hl. set (good := typed_array (typed_int 8) (Decoder_length d)).
  step. apply (yields_for (fun _ => good)).
  - split; [apply seq_len_fill; lia|]. apply Forall_fill. unfold typed_int. lia.
  - intros i message Hi Hg.
    step. eapply yields_mono; [apply symbols_of_safe; [exact Hl|lia]|]. intros count (-> & _).
    step. eapply yields_index; [exact Hall|lia|]. intros points Hn Ha.
    specialize (Hcomplete i Hi). rewrite (nth_error_nth _ _ [] Hn) in Hcomplete.
    pose proof (symbols_count_bound (Decoder_length d) i).
    pose proof (ascending_length points Ha). destruct Ha as (Ht & _).
    step. eapply yields_mono; [apply values_of_safe; [exact Ht|lia|lia]|]. intros values (Hv & Hvl).
    apply (yields_for (fun _ => good)); [exact Hg| |auto].
    clear message Hg. intros x message Hx (Hml & Hm).
    assert (2 * (16 * x + i) + 1 < Decoder_length d) by (apply symbol_within; lia).
    step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
    step. apply yields_index_any; [lia|]. intros y1 _.
    step. step; [lia|]. intros Hs1. step. step; [lia|].
    step. apply yields_index_any; [lia|]. intros y2 _.
    step; [lia|]. intros Hs2. split; [lia|].
    apply Forall_set_nth; [apply Forall_set_nth|]; auto; apply typed_int_cast; lia.
  - intros message Hg. step. exact Hg.
Qed.
#[export] Hint Resolve decoded_safe : spec.
