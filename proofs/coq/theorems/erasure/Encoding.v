(** Every chunk of an encoder is the values of sixteen polynomials that go through the symbols of the
    message. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Fill theorems.lib.Places.
From Twinratchet.generated Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.generated Require keys_types.
From Twinratchet.theorems.safety Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Field Polynomial Values.

(** * Symbols *)

(** Byte [b] of a message. *)
Definition byte (message : list Z) (b : Z) : Z := nth (Z.to_nat b) message 0.

(** Symbol [j] of a message: bytes [2 j] and [2 j + 1]. *)
Definition symbol (message : list Z) (j : Z) : Z := byte message (2 * j) * 256 + byte message (2 * j + 1).

(** The symbols of a message that are points of polynomial [i]. *)
Definition symbols (message : list Z) (i : Z) : list Z :=
  map (fun x => symbol message (16 * x + i)) (counted (symbols_count (seq_len message) i)).

(** It is a byte. *)
Lemma byte_typed message b : typed_seq (typed_int 8) message -> typed_int 8 (byte message b).
Proof.
  intros H. unfold byte. destruct (Nat.lt_ge_cases (Z.to_nat b) (length message)) as [Hb|Hb].
  - unfold typed_seq in H. rewrite Forall_forall in H. apply H, nth_In, Hb.
  - rewrite nth_overflow by exact Hb. unfold typed_int. lia.
Qed.

(** A symbol has 16 bits. *)
Lemma symbol_typed_16 message j : typed_seq (typed_int 8) message -> typed_int 16 (symbol message j).
Proof.
  intros H. pose proof (byte_typed message (2 * j) H). pose proof (byte_typed message (2 * j + 1) H).
  unfold symbol, typed_int in *. lia.
Qed.

(** There are as many symbols as [symbols_of] says. *)
Lemma symbols_len message i :
  0 <= i -> seq_len (symbols message i) = symbols_count (seq_len message) i.
Proof.
  intros Hi. apply map_counted_len. pose proof (seq_len_nonneg message). now apply symbols_count_bound.
Qed.

(** Two bytes of a symbol, put together as the code does. *)
Lemma joined high low : typed_int 8 high -> typed_int 8 low -> Z.lor (shl 16 high 8) low = high * 256 + low.
Proof.
  unfold typed_int, shl. intros Hh Hl. rewrite Z.shiftl_mul_pow2 by lia. rewrite Z.mod_small by lia.
  assert (E : Z.land (high * 2 ^ 8) low = 0).
  { apply Z.bits_inj'. intros k Hk. rewrite Z.land_spec, Z.bits_0. destruct (Z.lt_ge_cases k 8).
    - rewrite Z.mul_pow2_bits_low by lia. reflexivity.
    - destruct (Z.eq_dec low 0) as [->|]; [rewrite Z.bits_0; apply andb_false_r|].
      rewrite (Z.bits_above_log2 low k); [apply andb_false_r|lia|].
      apply Z.lt_le_trans with 8; [apply Z.log2_lt_pow2; lia|lia]. }
  rewrite <- Z.lxor_lor by exact E. rewrite <- Z.add_nocarry_lxor by exact E. reflexivity.
Qed.

(** The high byte of a symbol. *)
Lemma high_byte v : typed_int 16 v -> cast 8 (shr v 8) = v / 256.
Proof.
  unfold typed_int, cast, shr. intros H. rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 8) with 256.
  apply Z.mod_small. split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia.
Qed.

(** The low byte of a symbol. *)
Lemma low_byte v : cast 8 (Z.land v 255) = v mod 256.
Proof.
  unfold cast. change 255 with (Z.ones 8). rewrite Z.land_ones by lia. apply Z.mod_mod. lia.
Qed.

(** [symbols_at] gives the symbols of polynomial [i]. *)
Lemma symbols_at_value message i :
  typed_seq (typed_int 8) message -> seq_len message < 2 ^ 62 -> 0 <= i < 16 ->
  yields (symbols_at message i) (fun s => s = symbols message i).
Proof.
  intros Hm Hlen Hi. unfold symbols_at. pose proof (seq_len_nonneg message).
  step. eapply yields_mono; [apply symbols_of_safe; [unfold typed_int|]; lia|]. intros n (-> & Hn).
  cbv zeta. pose proof (symbols_count_bound (seq_len message) i).
  set (n := symbols_count (seq_len message) i) in *. eapply yields_mono.
  - apply (yields_build (fun x v => v = symbol message (16 * x + i)) 0).
    + apply seq_len_fill. lia.
    + intros x t Hx Ht. assert (2 * (16 * x + i) + 1 < seq_len message)
        by (apply symbol_within; subst n; lia).
      unfold POLYNOMIALS, SYMBOL_LENGTH. step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
      rewrite (seq_index_nth 0 message) by lia. step. step. step. step; [lia|].
      rewrite (seq_index_nth 0 message) by lia. step. step. step; [lia|]. intros _.
      eexists. split; [reflexivity|]. apply joined; now apply byte_typed.
  - intros s (Hs & Hplaces). apply (list_by_places 0); [lia|exact Hs|exact Hplaces].
Qed.

(** * The polynomials of a message *)

(** The points of polynomial [i]. *)
Definition points (message : list Z) (i : Z) : list (element * element) :=
  map (fun x => (of_int x, of_int (symbol message (16 * x + i))))
    (counted (symbols_count (seq_len message) i)).

(** Polynomial [i]: the one through its points. *)
Definition polynomial (message : list Z) (i : Z) : list element := interpolation (points message i).

(** The value of polynomial [i] at [c]: symbol [i] of chunk [c]. *)
Definition code (message : list Z) (i c : Z) : Z := value (eval (polynomial message i) (of_int c)).

(** A value has 16 bits. *)
Lemma code_typed message i c : typed_int 16 (code message i c).
Proof. apply value_typed. Qed.

(** There is a point for each symbol. *)
Lemma points_length message i :
  length (points message i) = Z.to_nat (symbols_count (seq_len message) i).
Proof. unfold points. now rewrite map_length, counted_length. Qed.

(** A polynomial has as many coefficients as symbols. *)
Lemma polynomial_length message i :
  length (polynomial message i) = Z.to_nat (symbols_count (seq_len message) i).
Proof. unfold polynomial. now rewrite interpolation_length, points_length. Qed.

(** Numbers of 16 bits of the same element are the same. *)
Lemma of_int_injective a b : typed_int 16 a -> typed_int 16 b -> of_int a = of_int b -> a = b.
Proof. intros Ha Hb H. apply (f_equal value) in H. now rewrite !value_of_int in H. Qed.

(** Distinct numbers of 16 bits are distinct elements. *)
Lemma of_ints_distinct xs : Forall (typed_int 16) xs -> NoDup xs -> NoDup (map of_int xs).
Proof.
  intros Ht. induction 1 as [|x xs Hx _ IH]; [constructor|]. inversion Ht as [|? ? Hxt Hxst]; subst.
  cbn [map]. constructor; [|now apply IH]. intros H. apply in_map_iff in H as (y & E & Hy). apply Hx.
  rewrite Forall_forall in Hxst. apply of_int_injective in E; [now subst|now apply Hxst|exact Hxt].
Qed.

(** Where a message has a symbol, the polynomial has its value. *)
Lemma code_is_symbol message i x :
  typed_seq (typed_int 8) message -> seq_len message <= 2 ^ 20 -> 0 <= i ->
  0 <= x < symbols_count (seq_len message) i -> code message i x = symbol message (16 * x + i).
Proof.
  intros Hm Hl Hi Hx. pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _) Hi).
  rewrite <- (value_of_int (symbol message (16 * x + i))) by now apply symbol_typed_16.
  unfold code. f_equal.
  apply (interpolation_goes_through_points (points message i)
    (of_int x, of_int (symbol message (16 * x + i)))).
  - unfold points. rewrite map_map. cbn [fst]. apply of_ints_distinct; [|apply counted_distinct].
    apply Forall_forall. intros y Hy. apply counted_in in Hy. unfold typed_int. lia.
  - unfold points. apply in_map_iff. exists x. split; [reflexivity|]. now apply counted_in.
Qed.

(** * Encoders of a message *)

(** What an encoder of [message] is, whatever chunks it gave. *)
Definition encodes (message : list Z) (e : Encoder) : Prop :=
  typed_int 32 (Encoder_next e) /\
  Encoder_polynomials e =
    match Encoder_form e with
    | Form_Points => map (symbols message) (counted 16)
    | Form_Coefficients => map (fun i => values (polynomial message i)) (counted 16)
    end.

Section Encoder.
Context (message : list Z) (message_typed : typed_seq (typed_int 8) message).
Context (short : seq_len message <= 2 ^ 20).

(** A new encoder is one of its message, before chunk 0. *)
Lemma encoder_of_encodes :
  yields (encoder_of message) (fun e => encodes message e /\ Encoder_next e = 0).
Proof.
  unfold encoder_of. cbv zeta. step. unfold POLYNOMIALS.
  eapply yields_mono.
  { apply (yields_build (fun j p => p = symbols message j) []).
    - reflexivity.
    - intros i t Hi Ht. step.
      eapply yields_mono; [apply symbols_at_value; [exact message_typed|lia|exact Hi]|].
      intros p ->. step; [lia|]. intros _. eauto. }
  intros ps (Hl & Hplaces). step. split; [|reflexivity]. split; [unfold typed_int; simpl; lia|].
  apply (list_by_places []); [lia|exact Hl|exact Hplaces].
Qed.

(** [points_of] gives the points of polynomial [i]. *)
Lemma points_of_symbols i :
  0 <= i < 16 -> yields (points_of (symbols message i)) (fun ps => ps = map point_of (points message i)).
Proof.
  intros Hi. pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _)).
  unfold points_of. cbv zeta. rewrite symbols_len by lia. eapply yields_mono.
  - apply (yields_build (fun x p => p = point_of (of_int x, of_int (symbol message (16 * x + i))))
      Point_default).
    + apply seq_len_fill. lia.
    + intros x t Hx Ht. rewrite (seq_index_nth 0) by (rewrite symbols_len; lia). step. step.
      step; [lia|]. intros _. eexists. split; [reflexivity|].
      unfold symbols. rewrite nth_map_counted by exact Hx. unfold point_of. cbn [fst snd].
      now rewrite (value_of_int (symbol _ _)) by now apply symbol_typed_16.
  - intros ps (Hps & Hplaces). unfold points. rewrite map_map.
    apply (list_by_places Point_default); [lia|exact Hps|exact Hplaces].
Qed.

(** The form of an encoder changes, not what it encodes. *)
Lemma in_form_for_encodes e index :
  encodes message e ->
  yields (in_form_for e index) (fun ready =>
    encodes message ready /\ Encoder_next ready = Encoder_next e /\
    (Encoder_form ready = Form_Points -> index < symbols_count (seq_len message) 15)).
Proof.
  intros (Hnext & Hp). unfold in_form_for. unfold POLYNOMIALS. step.
  destruct (Encoder_form e) eqn:Hform; cbn [Form_eqb].
  - eapply yields_mono.
    { apply is_parity_safe. rewrite Hp. now apply map_counted_len. }
    intros b ->. rewrite Hp. change 15%nat with (Z.to_nat 15) at 1. rewrite nth_map_counted by lia.
    rewrite symbols_len by lia.
    destruct (Z.leb_spec (symbols_count (seq_len message) 15) index).
    + cbv zeta. step. eapply yields_mono.
      { apply (yields_build (fun i p => p = values (polynomial message i)) []); [reflexivity|].
        intros i t Hi Ht. rewrite (seq_index_nth []) by now rewrite map_counted_len. step. step.
        rewrite nth_map_counted by exact Hi. step. eapply yields_mono; [apply points_of_symbols, Hi|].
        intros ps ->. step. eapply yields_mono.
        { apply interpolate_is_interpolation. rewrite points_length.
          pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _)). lia. }
        intros p ->. step; [lia|]. intros _. eexists. split; reflexivity. }
      intros ps (Hl & Hplaces). step. cbn [Encoder_form Encoder_next].
      split; [|split; [reflexivity|discriminate]].
      split; [exact Hnext|]. apply (list_by_places []); [lia|exact Hl|exact Hplaces].
    + step. rewrite Hform. split; [|split; [reflexivity|auto]]. split; [exact Hnext|]. now rewrite Hform.
  - step. step. rewrite Hform. split; [|split; [reflexivity|discriminate]]. split; [exact Hnext|].
    now rewrite Hform.
Qed.

(** Byte [b] of chunk [c]. *)
Definition code_byte (c b : Z) : Z :=
  if Z.even b then code message (b / 2) c / 256 else code message (b / 2) c mod 256.

(** An even byte is the high one of a symbol. *)
Lemma code_byte_high c i : code_byte c (2 * i) = code message i c / 256.
Proof.
  unfold code_byte. replace (2 * i / 2) with i by (apply Z.div_unique with 0; lia).
  now replace (Z.even (2 * i)) with true by (symmetry; apply Z.even_spec; now exists i).
Qed.

(** An odd byte is the low one of a symbol. *)
Lemma code_byte_low c i : code_byte c (2 * i + 1) = code message i c mod 256.
Proof.
  unfold code_byte. replace ((2 * i + 1) / 2) with i by (apply Z.div_unique with 1; lia).
  replace (2 * i + 1) with (1 + 2 * i) by lia. now rewrite Z.even_add_mul_2.
Qed.

(** Chunk [c] of a message. *)
Definition chunk (c : Z) : Chunk := mk_Chunk c (map (code_byte c) (counted 32)).

(** In both forms an encoder gives the value of the polynomial. *)
Lemma value_at_code e i c :
  encodes message e -> 0 <= i < 16 -> typed_int 16 c ->
  (Encoder_form e = Form_Points -> c < symbols_count (seq_len message) 15) ->
  bind (seq_index (Encoder_polynomials e) i) (fun p => value_at (Encoder_form e) p c)
  = Ret (code message i c).
Proof.
  intros (_ & Hp) Hi Hc Hform. rewrite Hp.
  pose proof (symbols_count_bound (seq_len message) i (seq_len_nonneg _) (proj1 Hi)).
  destruct (Encoder_form e); cbn [value_at].
  - rewrite (seq_index_nth []) by now rewrite map_counted_len. cbn [bind].
    rewrite nth_map_counted by exact Hi.
    specialize (Hform eq_refl). pose proof (symbols_count_last (seq_len message) i (seq_len_nonneg _) Hi).
    unfold typed_int in Hc. rewrite (seq_index_nth 0) by (rewrite symbols_len; lia). f_equal.
    unfold symbols. rewrite nth_map_counted by lia. symmetry. apply code_is_symbol; auto; lia.
  - rewrite (seq_index_nth []) by now rewrite map_counted_len. cbn [bind].
    rewrite nth_map_counted by exact Hi.
    assert (H1 : yields (evaluate (values (polynomial message i)) c) (fun v => v = code message i c)).
    { rewrite <- (value_of_int c Hc) at 1. apply evaluate_is_eval. rewrite polynomial_length. lia. }
    apply yields_value in H1 as (v & -> & ->). reflexivity.
Qed.

(** The next chunk of an encoder is that of its counter, which goes up by one. *)
Lemma next_chunk_gives e :
  encodes message e ->
  yields (next_chunk e) (fun x =>
    snd x = chunk (Encoder_next e mod 65536) /\
    encodes message (fst x) /\ Encoder_next (fst x) = (Encoder_next e + 1) mod 2 ^ 32).
Proof.
  intros He. pose proof He as (Hnext & _). unfold next_chunk, INDICES. step. step; [lia|].
  assert (Hmod : 0 <= Encoder_next e mod 65536 < 65536) by (apply Z.mod_pos_bound; lia).
  replace (cast 16 (Encoder_next e mod 65536)) with (Encoder_next e mod 65536)
    by (symmetry; apply Z.mod_small; exact Hmod).
  set (c := Encoder_next e mod 65536) in *. cbv zeta.
  step. eapply yields_mono; [apply in_form_for_encodes, He|]. intros ready (Hr & Hrnext & Hform).
  step. unfold POLYNOMIALS, SYMBOL_LENGTH.
  apply (yields_for (fun i t => seq_len t = 32 /\ forall b, 0 <= b < 2 * i ->
    nth (Z.to_nat b) t 0 = code_byte c b)).
  - split; [reflexivity|]. lia.
  - intros i t Hi (Ht & Hplaces). pose proof (value_at_code ready i c Hr Hi Hmod Hform) as Hv.
    destruct (seq_index (Encoder_polynomials ready) i) as [p|]; [|discriminate]. cbn [bind] in Hv.
    step. step. rewrite Hv. step. step. step. step; [lia|].
    rewrite high_byte, low_byte by apply code_typed.
    step. step; [lia|]. intros Hs1. step. step; [lia|]. step. step; [lia|]. step; [lia|]. intros Hs2.
    split; [lia|]. intros b Hb. rewrite nth_after_set by lia.
    destruct (Z.eqb_spec (Z.of_nat (Z.to_nat b)) (2 * i + 1)) as [E|E].
    + replace b with (2 * i + 1) by lia. now rewrite code_byte_low.
    + rewrite nth_after_set by lia. destruct (Z.eqb_spec (Z.of_nat (Z.to_nat b)) (2 * i)) as [E'|E'].
      * replace b with (2 * i) by lia. now rewrite code_byte_high.
      * apply Hplaces. lia.
  - intros t (Ht & Hplaces). step. unfold typed_int in Hnext.
    apply (yields_mono _ (fun n => n = (Encoder_next e + 1) mod 2 ^ 32)).
    { rewrite Hrnext. step.
      - step. replace (Encoder_next e) with (2 ^ 32 - 1) by lia. reflexivity.
      - step; [lia|]. symmetry. apply Z.mod_small. lia. }
    intros n ->. step. cbn [fst snd Encoder_next]. split; [|split; [|reflexivity]].
    + unfold chunk. f_equal. apply (list_by_places 0); [lia|exact Ht|]. intros b Hb. apply Hplaces. lia.
    + split; [cbn [Encoder_next]; unfold typed_int; apply Z.mod_pos_bound; lia|]. apply Hr.
Qed.

(** * Chunks of a message *)

(** A chunk has its type. *)
Lemma chunk_typed c : typed_int 16 c -> Chunk_typed (chunk c).
Proof.
  intros Hc. split; [exact Hc|]. split; [now apply map_counted_len|].
  apply Forall_map, Forall_forall. intros b _. unfold code_byte.
  pose proof (code_typed message (b / 2) c) as H. unfold typed_int in *. change (2 ^ 16) with 65536 in H.
  destruct (Z.even b).
  - change (2 ^ 8) with 256. split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia.
  - apply Z.mod_pos_bound. lia.
Qed.

(** [symbol_of] finds the values of the polynomials in a chunk. *)
Lemma symbol_of_chunk i c :
  0 <= i < 16 -> yields (symbol_of (chunk c) i) (fun v => v = code message i c).
Proof.
  intros Hi. unfold symbol_of, SYMBOL_LENGTH. cbn [chunk Chunk_data].
  step. step; [lia|]. rewrite (seq_index_nth 0) by (rewrite map_counted_len; lia). step. step.
  step. step; [lia|]. step. step; [lia|].
  rewrite (seq_index_nth 0) by (rewrite map_counted_len; lia). step. step. step.
  rewrite !nth_map_counted by lia. rewrite code_byte_high, code_byte_low.
  pose proof (code_typed message i c) as H. unfold typed_int in H. change (2 ^ 16) with 65536 in H.
  pose proof (Z.div_mod (code message i c) 256). rewrite joined.
  - lia.
  - unfold typed_int. change (2 ^ 8) with 256. split; [apply Z.div_pos; lia|].
    apply Z.div_lt_upper_bound; lia.
  - apply Z.mod_pos_bound. lia.
Qed.

(** Byte [b] of chunk [c] is byte [32 c + b] of the message, if it has so many. *)
Lemma chunk_carries c b :
  0 <= c -> 0 <= b < 32 -> 32 * c + b < seq_len message -> Z.even (seq_len message) = true ->
  nth (Z.to_nat b) (Chunk_data (chunk c)) 0 = byte message (32 * c + b).
Proof.
  intros Hc Hb Hwithin Heven. cbn [chunk Chunk_data]. rewrite nth_map_counted by exact Hb.
  assert (Hx : c < symbols_count (seq_len message) (b / 2)).
  { apply Z.even_spec in Heven as (h & Hh). unfold symbols_count. rewrite Hh, Z.mul_comm, Z.div_mul by lia.
    pose proof (Z.div_mod h 16). pose proof (Z.mod_pos_bound h 16).
    pose proof (Z.div_mod b 2). pose proof (Z.mod_pos_bound b 2).
    destruct (Z.ltb_spec (b / 2) (h mod 16)); lia. }
  assert (Hi : 0 <= b / 2) by (apply Z.div_pos; lia).
  unfold code_byte. rewrite code_is_symbol by (auto; lia). unfold symbol.
  pose proof (byte_typed message (2 * (16 * c + b / 2)) message_typed).
  pose proof (byte_typed message (2 * (16 * c + b / 2) + 1) message_typed). unfold typed_int in *.
  change (2 ^ 8) with 256 in *.
  rewrite Z.add_comm, Z.div_add, Z.mod_add by lia. rewrite Z.div_small, Z.mod_small by lia.
  pose proof (Z.div_mod b 2). rewrite Zmod_even in H1.
  destruct (Z.even b); [rewrite Z.add_0_l|]; f_equal; lia.
Qed.
End Encoder.
