(** What was put together can be taken apart, if one part has a known length. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib.

(** Two parts are the same if they are together the same, and the first ones have one length. *)
Lemma app_is_injective {A} (s s' t t' : list A) :
  s ++ t = s' ++ t' -> seq_len s = seq_len s' -> s = s' /\ t = t'.
Proof.
  revert s'. induction s as [|x s IH]; intros [|x' s'] H Hlen; rewrite ?seq_len_nil, ?seq_len_cons in Hlen.
  - now split.
  - pose proof (seq_len_nonneg s'). lia.
  - pose proof (seq_len_nonneg s). lia.
  - injection H as <- H. destruct (IH s' H) as (<- & <-); [lia|]. now split.
Qed.

(** The same, if the last ones have one length. *)
Lemma app_is_injective_from_the_end {A} (s s' t t' : list A) :
  s ++ t = s' ++ t' -> seq_len t = seq_len t' -> s = s' /\ t = t'.
Proof.
  intros H Hlen. apply app_is_injective; [exact H|]. apply (f_equal seq_len) in H. rewrite !seq_len_app in H.
  lia.
Qed.

(** Big-endian bytes say which number they are of. *)
Lemma le_bytes_step n x : le_bytes (Z.of_nat (S n)) x = x mod 256 :: le_bytes (Z.of_nat n) (x / 256).
Proof.
  unfold le_bytes. rewrite !Nat2Z.id. cbn [seq map]. f_equal.
  - change 255 with (Z.ones 8). rewrite Z.land_ones by lia. now rewrite Z.shiftr_0_r.
  - rewrite <- seq_shift, map_map. apply map_ext. intros i. f_equal.
    replace (8 * Z.of_nat (S i)) with (8 + 8 * Z.of_nat i) by lia.
    rewrite <- Z.shiftr_shiftr by lia. f_equal. now rewrite Z.shiftr_div_pow2 by lia.
Qed.

Lemma le_number_of_le_bytes n x : 0 <= x < 256 ^ Z.of_nat n -> le_number (le_bytes (Z.of_nat n) x) = x.
Proof.
  revert x. induction n as [|n IH]; intros x Hx.
  - cbn in Hx. assert (x = 0) by lia. now subst.
  - rewrite le_bytes_step. change (le_number (x mod 256 :: le_bytes (Z.of_nat n) (x / 256)))
      with (le_number (le_bytes (Z.of_nat n) (x / 256)) * 256 + x mod 256).
    rewrite IH.
    + rewrite Z.mul_comm. symmetry. apply Z.div_mod. discriminate.
    + rewrite Nat2Z.inj_succ, Z.pow_succ_r in Hx by lia. split; [apply Z.div_pos; lia|].
      apply Z.div_lt_upper_bound; lia.
Qed.

Lemma be_bytes_is_injective n x y :
  0 <= n -> typed_int (8 * n) x -> typed_int (8 * n) y -> be_bytes n x = be_bytes n y -> x = y.
Proof.
  intros Hn Hx Hy H. unfold be_bytes in H. apply (f_equal (@rev Z)) in H. rewrite !rev_involutive in H.
  unfold typed_int in Hx, Hy. rewrite Z.pow_mul_r in Hx, Hy by lia. change (2 ^ 8) with 256 in Hx, Hy.
  rewrite <- (Z2Nat.id n) in H, Hx, Hy by exact Hn.
  rewrite <- (le_number_of_le_bytes (Z.to_nat n) x Hx), H. now apply le_number_of_le_bytes.
Qed.

(** * What holds of the value of a term, if it has one *)

Definition holds {A} (m : M A) (Q : A -> Prop) : Prop :=
  match m with
  | Ret a => Q a
  | Panic => True
  end.

Lemma holds_bind {A B} (m : M A) (f : A -> M B) Q : holds m (fun a => holds (f a) Q) -> holds (bind m f) Q.
Proof. destruct m; auto. Qed.

Lemma holds_mono {A} (m : M A) (P Q : A -> Prop) : holds m P -> (forall a, P a -> Q a) -> holds m Q.
Proof. destruct m; cbn; auto. Qed.

Lemma holds_any {A} (m : M A) (Q : A -> Prop) : (forall a, Q a) -> holds m Q.
Proof. destruct m; cbn; auto. Qed.

Lemma holds_for {A} (J : A -> Prop) from to f a :
  J a -> (forall i x, J x -> holds (f i x) J) -> holds (for_loop_m from to a f) J.
Proof.
  intros Ha Hstep. unfold for_loop_m. generalize from at 2. generalize (Z.to_nat (to - from)) as n.
  intros n. revert a Ha. induction n as [|n IH]; intros a Ha i; [exact Ha|]. cbn [iterate_m].
  pose proof (Hstep i a Ha) as H. destruct (f i a) as [b|]; [|exact I]. now apply IH.
Qed.
