(** What [wire_protobuf.put_varint] writes, in plain arithmetic.

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
      generalize (i + 1), (out ++ [v]) as w. clear IH i. induction n as [|n IH]; intros i w; simpl iterate; auto.
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
