(** What [wire_protobuf.put_varint] writes, in plain arithmetic, and what a reader makes of it.

    Seven bits a byte, the lowest first; all bytes but the last have their top bit set. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet.generated Require Import wire_protobuf.

(** * The bytes of a varint *)

Fixpoint varint_bytes (n : nat) (v : Z) : list Z :=
  match n with
  | O => []
  | S m => if v <? 128 then [v] else (v mod 128 + 128) :: varint_bytes m (v / 128)
  end.

Definition varint (v : Z) : list Z := varint_bytes 10 v.

(** * Arithmetic of bits *)

Lemma land_127 v : Z.land v 127 = v mod 128.
Proof. change 127 with (Z.ones 7). rewrite Z.land_ones by lia. reflexivity. Qed.

Lemma shr_7 v : shr v 7 = v / 128.
Proof. unfold shr. rewrite Z.shiftr_div_pow2 by lia. reflexivity. Qed.

(** The sum of what has no bit in common is the union of the bits. *)
Lemma lor_high low high k : 0 <= k -> 0 <= low < 2 ^ k -> Z.lor low (high * 2 ^ k) = low + high * 2 ^ k.
Proof.
  intros Hk Hlow. assert (Hland : Z.land low (high * 2 ^ k) = 0).
  { apply Z.bits_inj'. intros i Hi. rewrite Z.bits_0, Z.land_spec. destruct (Z.ltb_spec i k).
    - rewrite Z.mul_pow2_bits_low by lia. apply andb_false_r.
    - replace low with (low mod 2 ^ k) by (apply Z.mod_small; lia).
      rewrite Z.mod_pow2_bits_high by lia. reflexivity. }
  rewrite <- Z.lxor_lor by exact Hland. symmetry. now apply Z.add_nocarry_lxor.
Qed.

Lemma lor_128 v : 0 <= v < 128 -> Z.lor v 128 = v + 128.
Proof. intros. apply (lor_high v 1 7); lia. Qed.

(** * Writing *)

Lemma put_varint_rounds f n i out v :
  (forall j written rest done,
    f j (written, rest, done)
    = if negb done then
        if rest <? 128 then (seq_push written (cast 8 rest), rest, true)
        else (seq_push written (Z.lor (cast 8 (Z.land rest 127)) 128), shr rest 7, done)
      else (written, rest, done)) ->
  0 <= v ->
  fst (fst (iterate n i f (out, v, false))) = out ++ varint_bytes n v.
Proof.
  intros Hf. revert i out v. induction n as [|n IH]; intros i out v Hv; simpl iterate; simpl varint_bytes.
  - now rewrite app_nil_r.
  - rewrite Hf. simpl negb. cbv iota. destruct (Z.ltb_spec v 128).
    + unfold cast. rewrite Z.mod_small by lia. unfold seq_push.
      generalize (i + 1), (out ++ [v]) as w. clear IH i.
      induction n as [|n IH]; intros i w; simpl iterate; auto.
      rewrite Hf. simpl negb. cbv iota. apply IH.
    + rewrite land_127, shr_7. unfold cast.
      assert (0 <= v mod 128 < 128) by (apply Z.mod_pos_bound; lia).
      rewrite (Z.mod_small (v mod 128)) by lia. rewrite lor_128 by lia.
      rewrite IH by (apply Z.div_pos; lia). unfold seq_push. now rewrite <- app_assoc.
Qed.

(** A varint is written behind what is there. *)
Lemma put_varint_appends out v : 0 <= v -> put_varint out v = out ++ varint v.
Proof.
  intros Hv. unfold varint. rewrite <- (put_varint_rounds (fun _ '(written, rest, done) =>
    if negb done then
      if rest <? 128 then (seq_push written (cast 8 rest), rest, true)
      else (seq_push written (Z.lor (cast 8 (Z.land rest 127)) 128), shr rest 7, done)
    else (written, rest, done)) 10 0 out v); auto.
  unfold put_varint, for_loop, MAX_VARINT_LENGTH. cbv zeta. change (Z.to_nat (10 - 0)) with 10%nat.
  destruct (iterate _ _ _ _) as [[written rest] done]. reflexivity.
Qed.

Lemma varint_bytes_typed n v : 0 <= v -> Forall (typed_int 8) (varint_bytes n v).
Proof.
  revert v. induction n as [|n IH]; intros v Hv; simpl; [constructor|].
  assert (0 <= v mod 128 < 128) by (apply Z.mod_pos_bound; lia).
  destruct (Z.ltb_spec v 128); repeat constructor; try lia.
  apply IH. apply Z.div_pos; lia.
Qed.

(** A varint is made of bytes. *)
Lemma varint_typed v : 0 <= v -> Forall (typed_int 8) (varint v).
Proof. apply varint_bytes_typed. Qed.

Lemma varint_bytes_length n v : seq_len (varint_bytes n v) <= Z.of_nat n.
Proof.
  revert v. induction n as [|n IH]; intros v; [reflexivity|]. cbn [varint_bytes].
  destruct (v <? 128); rewrite seq_len_cons; [rewrite seq_len_nil; lia|]. specialize (IH (v / 128)). lia.
Qed.

(** A varint takes from 1 to 10 bytes. *)
Lemma varint_length v : 1 <= seq_len (varint v) <= 10.
Proof.
  split; [|apply (varint_bytes_length 10)]. unfold varint. cbn [varint_bytes].
  destruct (v <? 128); rewrite seq_len_cons;
    match goal with |- context [seq_len ?s] => pose proof (seq_len_nonneg s) end; lia.
Qed.

(** * Reading back *)

Section Reading.
Context {A : Type} (pack : Z -> Z -> bool -> A) (f : Z -> A -> M A) (bytes : list Z) (at' : Z).

(** A reader that is done leaves its state as it is; before, it adds the seven bits of the byte at its
    position. The tenth byte may have one bit only. *)
Hypothesis done_stays : forall i value l, f i (pack value l true) = Ret (pack value l true).
Hypothesis byte_is_added : forall i value l b,
  0 <= i < 10 -> 0 <= at' + i < seq_len bytes -> seq_index bytes (at' + i) = Ret b -> (i = 9 -> b <= 1) ->
  f i (pack value l false)
  = Ret (pack (Z.lor value (shl 64 (Z.land b 127) (7 * i))) (i + 1) (b <? 128)).

Lemma done_stays_for_all_rounds n i value l : iterate_m n i f (pack value l true) = Ret (pack value l true).
Proof.
  revert i. induction n as [|n IH]; intros i; cbn [iterate_m]; [reflexivity|].
  rewrite done_stays. apply IH.
Qed.

Lemma rounds_read_varint n i pre value l v rest :
  bytes = pre ++ varint_bytes n v ++ rest -> seq_len pre = at' + i -> i + Z.of_nat n = 10 -> 0 <= i <= 9 ->
  0 <= at' -> 0 <= value < 2 ^ (7 * i) -> 0 <= v < 2 ^ (64 - 7 * i) ->
  iterate_m n i f (pack value l false)
  = Ret (pack (value + v * 2 ^ (7 * i)) (i + seq_len (varint_bytes n v)) true).
Proof.
  revert i pre value l v. induction n as [|n IH]; intros i pre value l v Hb Hpre Hn Hi Hat Hvalue Hv; [lia|].
  cbn [iterate_m]. cbn [varint_bytes] in *.
  assert (Hindex : forall b tail, bytes = pre ++ b :: tail ->
    seq_index bytes (at' + i) = Ret b /\ 0 <= at' + i < seq_len bytes).
  { intros b tail ->. unfold seq_len in Hpre. split.
    - unfold seq_index. replace (at' + i <? 0) with false by lia.
      rewrite nth_error_app2 by lia. now replace (Z.to_nat (at' + i) - length pre)%nat with O by lia.
    - rewrite seq_len_app, seq_len_cons. unfold seq_len. lia. }
  assert (Hpow : 2 ^ 64 = 2 ^ (64 - 7 * i) * 2 ^ (7 * i)) by (rewrite <- Z.pow_add_r; [f_equal|..]; lia).
  assert (Hlast : i = 9 -> v < 2).
  { intros ->. change (2 ^ (64 - 7 * 9)) with 2 in Hv. lia. }
  assert (0 < 2 ^ (7 * i)) by (apply Z.pow_pos_nonneg; lia).
  (* The seven bits of a byte, added to what was read. *)
  assert (Hadd : forall b, 0 <= b < 128 -> b <= v ->
    Z.lor value (shl 64 b (7 * i)) = value + b * 2 ^ (7 * i)).
  { intros b Hb7 Hbv. unfold shl. rewrite Z.shiftl_mul_pow2, Z.mod_small by (rewrite ?Hpow; nia).
    apply lor_high; lia. }
  destruct (Z.ltb_spec v 128) as [Hsmall|Hlarge].
  - destruct (Hindex v rest) as (Hix & Hin); [exact Hb|].
    rewrite (byte_is_added i value l v) by (auto; lia). cbn [bind]. replace (v <? 128) with true by lia.
    rewrite done_stays_for_all_rounds, land_127, Z.mod_small, Hadd by lia. reflexivity.
  - assert (0 <= v mod 128 < 128) by (apply Z.mod_pos_bound; lia).
    assert (Hdiv : v = 128 * (v / 128) + v mod 128) by (apply Z.div_mod; lia).
    assert (0 <= v / 128) by (apply Z.div_pos; lia).
    assert (i < 9) by lia.
    destruct (Hindex (v mod 128 + 128) (varint_bytes n (v / 128) ++ rest)) as (Hix & Hin); [exact Hb|].
    rewrite (byte_is_added i value l (v mod 128 + 128)) by (auto; lia). cbn [bind].
    replace (v mod 128 + 128 <? 128) with false by lia.
    rewrite land_127. replace ((v mod 128 + 128) mod 128) with (v mod 128)
      by (rewrite <- Z.add_mod_idemp_r, Z.mod_same, Z.add_0_r, Z.mod_mod; lia).
    rewrite Hadd by lia.
    assert (Hnext : 2 ^ (7 * (i + 1)) = 128 * 2 ^ (7 * i)).
    { replace (7 * (i + 1)) with (7 * i + 7) by lia. rewrite Z.pow_add_r by lia. lia. }
    assert (Hhigh : 2 ^ (64 - 7 * i) = 128 * 2 ^ (64 - 7 * (i + 1))).
    { replace (64 - 7 * i) with (64 - 7 * (i + 1) + 7) by lia. rewrite Z.pow_add_r by lia. lia. }
    rewrite (IH (i + 1) (pre ++ [v mod 128 + 128]) _ _ (v / 128)); try lia.
    + rewrite seq_len_cons, Hnext. do 2 f_equal; [|lia]. nia.
    + rewrite <- app_assoc. exact Hb.
    + rewrite seq_len_app, seq_len_cons, seq_len_nil. lia.
    + rewrite Hnext. nia.
Qed.

(** A reader of ten rounds reads the varint that stands at its position. *)
Lemma reader_reads_varint pre v rest :
  bytes = pre ++ varint v ++ rest -> seq_len pre = at' -> 0 <= v < 2 ^ 64 ->
  for_loop_m 0 10 (pack 0 0 false) f = Ret (pack v (seq_len (varint v)) true).
Proof.
  intros Hb Hpre Hv. unfold for_loop_m. pose proof (seq_len_nonneg pre).
  change (Z.to_nat (10 - 0)) with 10%nat.
  rewrite (rounds_read_varint 10 0 pre 0 0 v rest); [|exact Hb|lia|lia|lia|lia|now split|exact Hv].
  change (2 ^ (7 * 0)) with 1. now rewrite Z.mul_1_r.
Qed.
End Reading.
