(** The padding of PKCS#7: what it is, and that it is removed again. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet Require Import theorems.lib.Bytes theorems.lib.Fill theorems.lib.Parts.
From Twinratchet.generated Require Import primitives_aes_cbc.

(** The number of bytes that are added, which is also their value. *)
Definition padding (m : list Z) : Z := 16 - seq_len m mod 16.

Lemma padding_range m : 1 <= padding m <= 16.
Proof. unfold padding. pose proof (Z.mod_pos_bound (seq_len m) 16). lia. Qed.

(** A padded message is the message and its padding. *)
Lemma pad_value m : seq_len m < 2 ^ 62 -> pad m = Ret (m ++ seq_fill (padding m) (padding m)).
Proof.
  intros Hl. apply yields_exactly. unfold pad, primitives_aes.BLOCK_LEN. cbv zeta.
  pose proof (seq_len_nonneg m). do 4 array_step. fold (padding m).
  pose proof (padding_range m). generalize dependent (padding m). intros n Hn. simpl Z.pow in Hl.
  do 2 array_step. step. unfold seq_update_start. rewrite seq_fill_parts by lia.
  rewrite <- (app_nil_l (_ ++ seq_fill 0 n)), update_part by (rewrite ?seq_len_fill; auto; lia).
  cbn [app yields]. do 2 array_step.
  apply (yields_for (fun i padded =>
    padded = m ++ seq_fill n (i - seq_len m) ++ seq_fill 0 (seq_len m + n - i))).
  - rewrite Z.sub_diag. change (seq_fill n 0) with (@nil Z). cbn [app]. do 2 f_equal. lia.
  - intros i padded Hi ->. rewrite (seq_fill_next _ (seq_len m + n - i)) by lia.
    apply yields_set; [rewrite !seq_len_app, seq_len_cons, !seq_len_fill by lia; lia|]. intros _.
    rewrite app_assoc. replace (Z.to_nat i) with (length (m ++ seq_fill n (i - seq_len m))).
    2: { unfold seq_fill, seq_len in *. rewrite app_length, repeat_length. lia. }
    rewrite set_nth_after, <- app_assoc. f_equal.
    replace (i + 1 - seq_len m) with (i - seq_len m + 1) by lia. rewrite seq_fill_parts by lia.
    rewrite <- app_assoc. f_equal. unfold cast. rewrite Z.mod_small by (simpl Z.pow; lia).
    change (seq_fill n 1) with [n]. cbn [app]. do 2 f_equal. lia.
  - intros padded ->. rewrite Z.max_r by lia.
    replace (seq_len m + n - seq_len m) with n by lia. rewrite Z.sub_diag. now rewrite app_nil_r.
Qed.

(** The padding is found and removed. *)
Lemma unpad_value m n :
  seq_len m < 2 ^ 62 -> 1 <= n <= 16 -> unpad (m ++ seq_fill n n) = Ret (Some m).
Proof.
  intros Hl Hn. apply yields_exactly. unfold unpad, primitives_aes.BLOCK_LEN. cbv zeta.
  pose proof (seq_len_nonneg m). simpl Z.pow in Hl.
  rewrite seq_len_app, seq_len_fill by lia. do 2 array_step. step.
  rewrite index_get, get_part by (rewrite ?seq_len_app, ?seq_len_fill; lia). cbn [yields].
  replace ((n =? 0) || (16 <? n)) with false by lia. do 2 array_step.
  replace (seq_len m + n - n) with (seq_len m) by lia. step.
  apply (yields_for (fun _ valid => valid = true)); [reflexivity| |].
  - intros i valid Hi ->. step.
    rewrite index_get, get_part by (rewrite ?seq_len_app, ?seq_len_fill; lia). cbn [yields].
    rewrite Z.eqb_refl. reflexivity.
  - intros valid ->. do 2 array_step. replace (seq_len m + n - n) with (seq_len m) by lia. step.
    change (m ++ seq_fill n n) with ([] ++ m ++ seq_fill n n). rewrite slice_part by reflexivity.
    reflexivity.
Qed.
