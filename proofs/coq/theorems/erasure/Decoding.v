(** A decoder of chunks of a message holds points of the polynomials of the message, and gives the message
    back. *)
From Coq Require Import ZifyBool Sorting.Sorted.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Fill theorems.lib.Places.
From Twinratchet.generated Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.theorems.safety Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Field Polynomial Values Encoding.

(** * Sorted points *)

(** For each x that was there a point is there afterwards. *)
Lemma put_keeps ps p q : In p ps -> exists p', In p' (put ps q) /\ Point_x p' = Point_x p.
Proof.
  induction ps as [|r ps IH]; intros []; cbn [put].
  - subst r. destruct (Z.ltb_spec (Point_x p) (Point_x q)); [exists p; simpl; auto|].
    destruct (Z.eqb_spec (Point_x p) (Point_x q)); [exists q; simpl; auto|exists p; simpl; auto].
  - destruct (Point_x r <? Point_x q).
    + destruct (IH H) as (p' & Hp' & E). exists p'. simpl. auto.
    + destruct (Point_x r =? Point_x q); exists p; simpl; auto.
Qed.

(** The point that is put is there. *)
Lemma put_puts ps q : In q (put ps q).
Proof.
  induction ps as [|r ps IH]; cbn [put]; [simpl; auto|].
  destruct (Point_x r <? Point_x q); [simpl; auto|].
  destruct (Point_x r =? Point_x q); simpl; auto.
Qed.

(** No point is lost. *)
Lemma put_not_shorter ps q : seq_len ps <= seq_len (put ps q).
Proof.
  induction ps as [|r ps IH]; cbn [put]; [rewrite seq_len_nil; apply seq_len_nonneg|].
  destruct (Point_x r <? Point_x q); [rewrite !seq_len_cons; lia|].
  destruct (Point_x r =? Point_x q); rewrite !seq_len_cons; pose proof (seq_len_nonneg ps); lia.
Qed.

(** Sorted points have distinct x. *)
Lemma ascending_distinct ps : ascending ps -> NoDup (map Point_x ps).
Proof.
  intros (_ & H). induction H as [|p ps _ IH Hp]; [constructor|]. cbn [map]. constructor; [|exact IH].
  intros Hin. apply in_map_iff in Hin as (q & E & Hq). rewrite Forall_forall in Hp.
  specialize (Hp q Hq). unfold before in Hp. lia.
Qed.

(** * Decoders of a message *)

(** A point lies on polynomial [i] of the message. *)
Definition fits (message : list Z) (i : Z) (p : Point) : Prop := Point_y p = code message i (Point_x p).

(** The points held of polynomial [i], when chunks of the indices [seen] were added: they fit the message, and
    they are enough or one for each index. *)
Definition holds_points (message : list Z) (i : Z) (ps : list Point) (seen : list Z) : Prop :=
  ascending ps /\ Forall (fits message i) ps /\
  (symbols_count (seq_len message) i <= seq_len ps \/ incl seen (map Point_x ps)).

(** A decoder of chunks of the message whose indices are [seen]. *)
Definition holds (message : list Z) (d : Decoder) (seen : list Z) : Prop :=
  Decoder_length d = seq_len message /\ seq_len (Decoder_points d) = 16 /\
  forall i, 0 <= i < 16 -> holds_points message i (nth (Z.to_nat i) (Decoder_points d) []) seen.

Section Decoder.
Context (message : list Z) (message_typed : typed_seq (typed_int 8) message).
Context (short : seq_len message <= 2 ^ 20).

(** It is well formed. *)
Lemma holds_well_formed d seen : holds message d seen -> Decoder_well_formed d.
Proof.
  intros (Hl & H16 & H). pose proof (seq_len_nonneg message). split; [unfold typed_int; lia|].
  split; [exact H16|]. apply (Forall_of_nth _ []). intros j Hj. apply H. lia.
Qed.

(** A new decoder has seen nothing. *)
Lemma decoder_of_holds : holds message (decoder_of (seq_len message)) [].
Proof.
  split; [reflexivity|]. split; [reflexivity|]. intros i Hi.
  assert (E : nth (Z.to_nat i) (Decoder_points (decoder_of (seq_len message))) [] = []).
  { cbn [decoder_of Decoder_points]. unfold seq_fill. apply nth_repeat. }
  rewrite E. split; [apply ascending_nil|]. split; [constructor|]. right. intros c [].
Qed.

(** A fitting point keeps what is known of the points. *)
Lemma put_holds i ps seen c :
  typed_int 16 c -> holds_points message i ps seen ->
  holds_points message i (put ps (mk_Point c (code message i c))) (c :: seen).
Proof.
  intros Hc (Ha & Hf & Henough). split; [|split].
  - apply put_ascending; [|exact Ha]. split; [exact Hc|apply code_typed].
  - apply Forall_forall. intros p Hp. apply put_in in Hp as [->|Hp]; [reflexivity|].
    revert p Hp. now apply Forall_forall.
  - pose proof (put_not_shorter ps (mk_Point c (code message i c))).
    destruct Henough as [Henough|Hall]; [left; lia|]. right. intros x [<-|Hx].
    + apply in_map_iff. exists (mk_Point c (code message i c)). split; [reflexivity|apply put_puts].
    + apply Hall, in_map_iff in Hx as (p & <- & Hp).
      destruct (put_keeps ps p (mk_Point c (code message i c)) Hp) as (p' & Hp' & E).
      rewrite <- E. now apply in_map.
Qed.

(** A decoder that takes in a chunk of the message has seen its index too. *)
Lemma add_chunk_holds d seen c :
  typed_int 16 c -> holds message d seen ->
  yields (add_chunk d (chunk message c)) (fun d' => holds message d' (c :: seen)).
Proof.
  intros Hc (Hl & H16 & Hall). pose proof (seq_len_nonneg message). unfold add_chunk, POLYNOMIALS. cbv zeta.
  step.
  apply (yields_for (fun i points => seq_len points = 16 /\ forall j, 0 <= j < 16 ->
    holds_points message j (nth (Z.to_nat j) points []) (if j <? i then c :: seen else seen))).
  - split; [exact H16|]. intros j Hj. replace (j <? 0) with false by lia. now apply Hall.
  - intros i points Hi (Hpl & Hp). rewrite Hl.
    step. eapply yields_mono; [apply symbols_of_safe; [unfold typed_int; lia|lia]|].
    intros needed (-> & _). cbn [chunk Chunk_index].
    pose proof (Hp i Hi) as Hpi. rewrite Z.ltb_irrefl in Hpi.
    set (ps := nth (Z.to_nat i) points []) in *.
    assert (Eps : seq_index points i = Ret ps) by (apply seq_index_nth; lia).
    rewrite Eps.
    assert (Hstep : forall (b : bool) (k : M (list (list Point))),
      (if b then Ret true else bind (Ret ps) (fun x => Ret (seq_len x <? symbols_count (seq_len message) i)))
      = Ret (b || (seq_len ps <? symbols_count (seq_len message) i))).
    { intros [] _; reflexivity. }
    rewrite Hstep by exact (Ret []). clear Hstep. step. step.
    assert (Hother : forall j, 0 <= j < 16 -> j <> i ->
      holds_points message j (nth (Z.to_nat j) points []) (if j <? i + 1 then c :: seen else seen)).
    { intros j Hj Hne. replace (j <? i + 1) with (j <? i) by lia. now apply Hp. }
    destruct ((c <? symbols_count (seq_len message) i) || (seq_len ps <? symbols_count (seq_len message) i))
      eqn:E.
    + step. eapply yields_mono; [apply symbol_of_chunk; exact Hi|]. intros y ->. cbv zeta.
      step. step. destruct Hpi as (Ha & Hrest).
      step. eapply yields_mono; [apply put_point_safe; [|exact Ha]; split; [exact Hc|apply code_typed]|].
      intros after (-> & _). step; [lia|]. intros Hs. split; [lia|]. intros j Hj.
      rewrite nth_set_nth by (unfold seq_len in Hpl; lia).
      destruct (Nat.eqb_spec (Z.to_nat i) (Z.to_nat j)) as [Eij|Eij].
      * replace j with i by lia. replace (i <? i + 1) with true by lia.
        apply put_holds; [exact Hc|]. split; [exact Ha|exact Hrest].
      * apply Hother; lia.
    + step. split; [exact Hpl|]. intros j Hj. destruct (Z.eq_dec j i) as [->|Hne]; [|now apply Hother].
      replace (i <? i + 1) with true by lia. destruct Hpi as (Ha & Hf & _). split; [exact Ha|].
      split; [exact Hf|]. left. fold ps. lia.
  - intros points (Hpl & Hp). step. split; [exact Hl|]. split; [exact Hpl|]. intros i Hi.
    specialize (Hp i Hi). cbn [Decoder_points]. replace (i <? Z.max 0 16) with true in Hp by lia. exact Hp.
Qed.

(** * Complete decoders *)

(** Chunks of enough different indices are enough for every polynomial. *)
Lemma enough_seen i ps seen distinct :
  0 <= i < 16 -> holds_points message i ps seen ->
  NoDup distinct -> incl distinct seen -> seq_len message <= 32 * Z.of_nat (length distinct) ->
  symbols_count (seq_len message) i <= seq_len ps.
Proof.
  intros Hi (_ & _ & [H|H]) Hd Hincl Hlen; [exact H|].
  pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _) (proj1 Hi)).
  assert (Hle : (length distinct <= length (map Point_x ps))%nat).
  { apply NoDup_incl_length; [exact Hd|]. intros x Hx. apply H, Hincl, Hx. }
  rewrite map_length in Hle. unfold seq_len at 2. lia.
Qed.

(** Points that fit, as pairs of elements. *)
Definition pair_of (p : Point) : element * element := (of_int (Point_x p), of_int (Point_y p)).

(** A point is that of its pair. *)
Lemma point_of_pair p : Point_typed p -> point_of (pair_of p) = p.
Proof.
  destruct p as [x y]. intros (Hx & Hy). cbn [Point_x Point_y] in *. unfold point_of, pair_of.
  cbn [fst snd Point_x Point_y]. now rewrite !value_of_int.
Qed.

(** Points are those of their pairs. *)
Lemma points_of_pairs ps : typed_seq Point_typed ps -> map point_of (map pair_of ps) = ps.
Proof.
  intros H. rewrite map_map. rewrite <- (map_id ps) at 2. apply map_ext_in. intros p Hp.
  apply point_of_pair. unfold typed_seq in H. rewrite Forall_forall in H. now apply H.
Qed.

(** As many points as a polynomial has coefficients, all fitting, interpolate to it. *)
Lemma fitting_points_interpolate i ps :
  0 <= i -> typed_seq Point_typed ps -> NoDup (map Point_x ps) -> Forall (fits message i) ps ->
  seq_len ps = symbols_count (seq_len message) i ->
  interpolation (map pair_of ps) = polynomial message i.
Proof.
  intros Hi Ht Hd Hf Hlen.
  assert (Exs : map fst (map pair_of ps) = map of_int (map Point_x ps)) by now rewrite !map_map.
  assert (Hdx : NoDup (map fst (map pair_of ps))).
  { rewrite Exs. apply of_ints_distinct; [|exact Hd]. apply Forall_map.
    eapply Forall_impl; [|exact Ht]. intros p Hp. apply Hp. }
  apply (interpolation_is_unique _ _ (map fst (map pair_of ps)) Hdx).
  - now rewrite interpolation_length, !map_length.
  - rewrite polynomial_length, !map_length. unfold seq_len in Hlen at 1. lia.
  - intros x Hx. rewrite map_map in Hx. apply in_map_iff in Hx as (p & <- & Hp).
    rewrite (interpolation_goes_through_points _ (pair_of p) Hdx) by now apply in_map.
    rewrite Forall_forall in Hf. specialize (Hf p Hp). unfold fits in Hf. cbn [pair_of fst snd].
    rewrite Hf. apply of_int_value.
Qed.

(** The first of sorted points are sorted. *)
Lemma Forall_sorted_firstn n ps : ascending ps -> ascending (firstn n ps).
Proof.
  intros (Ht & Hs). split; [now apply Forall_firstn'|]. clear Ht. revert n.
  induction Hs as [|p ps _ IH Hp]; intros [|n]; cbn [firstn]; constructor; auto using Forall_firstn'.
Qed.

(** How many points have an x below [count]. *)
Definition held (count : Z) (ps : list Point) : list Point := filter (fun p => Point_x p <? count) ps.

(** [values_of] finds the symbols of the message. *)
Lemma values_of_symbols i ps seen :
  0 <= i < 16 -> holds_points message i ps seen -> symbols_count (seq_len message) i <= seq_len ps ->
  yields (values_of ps (symbols_count (seq_len message) i)) (fun vs => vs = symbols message i).
Proof.
  intros Hi (Ha & Hf & _) Henough. pose proof (ascending_length ps Ha) as Hmax. pose proof Ha as (Ht & _).
  pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _) (proj1 Hi)) as Hcount.
  set (count := symbols_count (seq_len message) i) in *. unfold values_of. cbv zeta. step.
  apply (yields_for (fun k n => n = seq_len (held count (firstn (Z.to_nat k) ps)) /\ n <= k)).
  { split; [reflexivity|lia]. }
  { intros k n Hk (-> & Hn). rewrite (seq_index_nth Point_default) by exact Hk. step. step.
    replace (Z.to_nat (k + 1)) with (Z.to_nat k + 1)%nat by lia.
    assert (E : firstn (Z.to_nat k + 1) ps = firstn (Z.to_nat k) ps ++ [nth (Z.to_nat k) ps Point_default]).
    { assert (Hlt : (Z.to_nat k < length ps)%nat) by (unfold seq_len in Hk; lia). clear - Hlt. revert Hlt.
      generalize (Z.to_nat k). induction ps as [|p ps IH]; intros m Hm; cbn [length] in Hm; [lia|].
      destruct m as [|m]; [reflexivity|]. cbn [Nat.add firstn nth app]. now rewrite IH by lia. }
    pose proof (seq_len_nonneg (held count (firstn (Z.to_nat k) ps))).
    rewrite E. unfold held. rewrite filter_app. cbn [filter]. fold (held count (firstn (Z.to_nat k) ps)).
    rewrite seq_len_app.
    destruct (Point_x (nth (Z.to_nat k) ps Point_default) <? count).
    - step; [lia|]. rewrite seq_len_cons, seq_len_nil. lia.
    - step. rewrite seq_len_nil. lia. }
  intros n (Hn & _). replace (Z.max 0 (seq_len ps)) with (seq_len ps) in Hn
    by (pose proof (seq_len_nonneg ps); lia).
  rewrite firstn_all2 in Hn by (unfold seq_len; lia).
  (* What the values are before the points that are held are put in. *)
  step. apply (yields_mono _ (fun vs => seq_len vs = count /\
    forall x, 0 <= x < count -> nth (Z.to_nat x) vs 0 = code message i x \/ In x (map Point_x ps))).
  { step.
    - step. step; [lia..|]. intros Hsl. rewrite skipn_O in *. step.
      assert (Haf : ascending (firstn (Z.to_nat count) ps)) by now apply Forall_sorted_firstn.
      rewrite <- (points_of_pairs (firstn (Z.to_nat count) ps)) by apply Haf.
      eapply yields_mono.
      { apply interpolate_is_interpolation. rewrite map_length. unfold seq_len in Hsl. lia. }
      intros coefficients ->. rewrite (fitting_points_interpolate i).
      + apply (yields_mono _ (fun vs => seq_len vs = count /\
          forall x, 0 <= x < count -> nth (Z.to_nat x) vs 0 = code message i x));
            [|intros vs (H1 & H2); auto].
        apply (yields_build (fun x v => v = code message i x) 0); [apply seq_len_fill; lia|].
        intros x t Hx Htl. step. replace (cast 16 x) with (value (of_int x)) by reflexivity.
        eapply yields_mono; [apply evaluate_is_eval; rewrite polynomial_length; fold count; lia|].
        intros v ->. step; [lia|]. intros _. eexists. split; reflexivity.
      + lia.
      + apply Haf.
      + now apply ascending_distinct.
      + now apply Forall_firstn'.
      + exact Hsl.
    - step. split; [apply seq_len_fill; lia|]. intros x Hx. right.
      (* All of 0 .. count - 1 are held. *)
      assert (Hcover : incl (counted count) (map Point_x (held count ps))).
      { apply NoDup_length_incl.
        - pose proof (ascending_distinct ps Ha) as Hd. clear - Hd. unfold held.
          induction ps as [|p ps IH]; [constructor|]. cbn [map] in Hd. inversion Hd as [|? ? Hp Hd']; subst.
          cbn [filter]. destruct (Point_x p <? count); [|now apply IH]. cbn [map].
          constructor; [|now apply IH].
          intros Hin. apply Hp. apply in_map_iff in Hin as (q & E & Hq). apply filter_In in Hq as (Hq & _).
          rewrite <- E. now apply in_map.
        - rewrite map_length, counted_length. unfold seq_len in Hn. lia.
        - intros y Hy. apply in_map_iff in Hy as (p & <- & Hp). apply filter_In in Hp as (Hp & Hlt).
          apply counted_in. unfold typed_seq in Ht. rewrite Forall_forall in Ht.
          destruct (Ht p Hp) as (Hxt & _).
          unfold typed_int in Hxt. lia. }
      assert (Hin : In x (map Point_x (held count ps))) by now apply Hcover, counted_in.
      apply in_map_iff in Hin as (p & <- & Hp). apply filter_In in Hp as (Hp & _). now apply in_map. }
  intros vs (Hvl & Hv).
  apply (yields_for (fun k vs => seq_len vs = count /\ forall x, 0 <= x < count ->
    nth (Z.to_nat x) vs 0 = code message i x \/ In x (map Point_x (skipn (Z.to_nat k) ps)))).
  - split; [exact Hvl|exact Hv].
  - clear vs Hvl Hv. intros k vs Hk (Hvl & Hv).
    rewrite !(seq_index_nth Point_default) by exact Hk. step. step.
    set (p := nth (Z.to_nat k) ps Point_default).
    assert (Hp : In p ps) by (apply nth_In; unfold seq_len in Hk; lia).
    assert (Hskip : skipn (Z.to_nat k) ps = p :: skipn (Z.to_nat (k + 1)) ps).
    { replace (Z.to_nat (k + 1)) with (S (Z.to_nat k)) by lia. apply skipn_step. unfold seq_len in Hk. lia. }
    rewrite Hskip in Hv. cbn [map] in Hv.
    unfold typed_seq in Ht. rewrite Forall_forall in Ht, Hf. destruct (Ht p Hp) as (Hxt & _).
    unfold typed_int in Hxt.
    specialize (Hf p Hp). unfold fits in Hf. step.
    + step. step. step. step. step; [lia|]. intros Hs. split; [lia|]. intros x Hx.
      rewrite nth_after_set by lia. destruct (Z.eqb_spec (Z.of_nat (Z.to_nat x)) (Point_x p)) as [E|E].
      * left. replace x with (Point_x p) by lia. exact Hf.
      * destruct (Hv x Hx) as [H|[H|H]]; [auto|lia|auto].
    + step. split; [exact Hvl|]. intros x Hx. destruct (Hv x Hx) as [H|[H|H]]; [auto|lia|auto].
  - intros vs' (Hvl' & Hv'). unfold symbols. fold count.
    apply (list_by_places 0); [lia|exact Hvl'|]. intros x Hx.
    rewrite <- code_is_symbol by (auto; subst count; lia).
    destruct (Hv' x Hx) as [H|H]; [exact H|].
    rewrite skipn_all2 in H by (unfold seq_len; lia). destruct H.
Qed.

(** What a complete decoder gives is the message. *)
Lemma decoded_is_message d seen :
  Z.even (seq_len message) = true -> holds message d seen ->
  yields (decoded d) (fun o =>
    if forallb
      (fun i => symbols_count (seq_len message) i <=? seq_len (nth (Z.to_nat i) (Decoder_points d) []))
      (counted 16)
    then o = Some message else o = None).
Proof.
  intros Heven Hd. pose proof Hd as (Hl & H16 & Hall). unfold decoded, POLYNOMIALS, SYMBOL_LENGTH.
  pose proof (seq_len_nonneg message) as Hpos.
  step. eapply yields_mono; [apply is_complete_safe, (holds_well_formed d seen Hd)|].
  intros complete Hcomplete.
  rewrite Hl in *.
  set (all := forallb _ _).
  assert (E : all = complete).
  { apply eq_true_iff_eq. rewrite Hcomplete. unfold all. rewrite forallb_forall. split; intros H i Hi.
    - apply Z.leb_le, H, counted_in, Hi.
    - apply Z.leb_le, H, counted_in, Hi. }
  rewrite E. clear all E. destruct complete; [|step; reflexivity].
  apply proj1 in Hcomplete. specialize (Hcomplete eq_refl). cbv zeta. step.
  apply (yields_for (fun i t => seq_len t = seq_len message /\
    forall b, 0 <= b < seq_len message -> (b / 2) mod 16 < i -> nth (Z.to_nat b) t 0 = byte message b)).
  - split; [apply seq_len_fill; lia|]. intros b Hb Hlt. pose proof (Z.mod_pos_bound (b / 2) 16). lia.
  - intros i t Hi (Htl & Hbytes).
    step. eapply yields_mono; [apply symbols_of_safe; [unfold typed_int; lia|lia]|]. intros count (-> & _).
    rewrite (seq_index_nth []) by lia. step. step. step.
    eapply yields_mono; [apply (values_of_symbols i _ seen Hi); [now apply Hall|now apply Hcomplete]|].
    intros vs ->.
    pose proof (symbols_count_bound (seq_len message) i Hpos (proj1 Hi)) as Hcount.
    apply (yields_for (fun x t => seq_len t = seq_len message /\
      forall b, 0 <= b < seq_len message -> (b / 2) mod 16 < i \/ (b / 2) mod 16 = i /\ b / 2 / 16 < x ->
      nth (Z.to_nat b) t 0 = byte message b)).
    + split; [exact Htl|]. intros b Hb [Hlt|(_ & Hlt)]; [now apply Hbytes|].
      assert (0 <= b / 2 / 16) by (repeat apply Z.div_pos; lia). lia.
    + clear t Htl Hbytes. intros x t Hx (Htl & Hbytes).
      pose proof (symbol_within (seq_len message) i x Hpos Hi Hx) as Hwithin.
      step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
      rewrite (seq_index_nth 0) by (rewrite symbols_len; lia). step. step.
      unfold symbols. rewrite nth_map_counted by exact Hx.
      pose proof (symbol_typed_16 message (16 * x + i) message_typed) as Hst.
      rewrite high_byte by exact Hst.
      pose proof (byte_typed message (2 * (16 * x + i)) message_typed) as Hhigh.
      pose proof (byte_typed message (2 * (16 * x + i) + 1) message_typed) as Hlow.
      unfold typed_int in Hhigh, Hlow. change (2 ^ 8) with 256 in *.
      assert (Ehigh : symbol message (16 * x + i) / 256 = byte message (2 * (16 * x + i))).
      { symmetry. apply Z.div_unique with (byte message (2 * (16 * x + i) + 1)); [lia|]. unfold symbol. lia. }
      assert (Elow : symbol message (16 * x + i) mod 256 = byte message (2 * (16 * x + i) + 1)).
      { symmetry. apply Z.mod_unique with (byte message (2 * (16 * x + i))); [lia|]. unfold symbol. lia. }
      rewrite Ehigh. clear Ehigh Hst Hhigh Hlow.
      step. step; [lia|]. intros Hs1. step. step; [lia|]. step. step. rewrite low_byte, Elow. clear Elow.
      step; [lia|]. intros Hs2. split; [lia|]. intros b Hb Hwhere.
      rewrite nth_after_set by lia.
      destruct (Z.eqb_spec (Z.of_nat (Z.to_nat b)) (2 * (16 * x + i) + 1)) as [Eb|Nb]; [f_equal; lia|].
      rewrite nth_after_set by lia.
      destruct (Z.eqb_spec (Z.of_nat (Z.to_nat b)) (2 * (16 * x + i))) as [Eb|Nb']; [f_equal; lia|].
      apply Hbytes; [exact Hb|]. destruct Hwhere as [H|(H & Hlt)]; [auto|]. right. split; [exact H|].
      pose proof (Z.div_mod (b / 2) 16). pose proof (Z.div_mod b 2). pose proof (Z.mod_pos_bound b 2). lia.
    + clear t Htl Hbytes. intros t (Htl & Hbytes). split; [exact Htl|]. intros b Hb Hlt.
      apply Hbytes; [exact Hb|]. destruct (Z.eq_dec ((b / 2) mod 16) i) as [E|E]; [right|left; lia].
      split; [exact E|]. replace (Z.max 0 (symbols_count (seq_len message) i))
        with (symbols_count (seq_len message) i) by lia.
      apply Z.even_spec in Heven as (h & Hh). unfold symbols_count.
      replace (seq_len message / 2) with h by (apply Z.div_unique with 0; lia).
      pose proof (Z.div_mod (b / 2) 16). pose proof (Z.div_mod b 2). pose proof (Z.mod_pos_bound b 2).
      pose proof (Z.div_mod h 16). pose proof (Z.mod_pos_bound h 16).
      destruct (Z.ltb_spec i (h mod 16)); lia.
  - intros t (Htl & Hbytes). step. f_equal. apply (nth_ext _ _ 0 0).
    + unfold seq_len in Htl. lia.
    + intros j Hj. unfold seq_len in Htl, Hbytes.
      specialize (Hbytes (Z.of_nat j)). unfold byte in Hbytes. rewrite Nat2Z.id in Hbytes.
      apply Hbytes; [lia|].
      pose proof (Z.mod_pos_bound (Z.of_nat j / 2) 16). lia.
Qed.
End Decoder.
