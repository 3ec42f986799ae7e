(** The elements of [ratchet::sparse::gf65536] are a field.

    Products are additive in each factor by the structure of [gf_mul]; so laws of products are checked on the
    16 powers of x alone. Every element but 0 is a power of x, which gives the inverses. *)
From Coq Require Import ZifyBool Field.
From Coq Require Eqdep_dec.
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet.generated Require Import ratchet_sparse_gf65536.
From Twinratchet.theorems.safety Require Import ratchet_sparse_gf65536.

(** * The functions without panics *)

(** A loop whose rounds do not panic is the loop of what its rounds give. *)
Lemma for_loop_m_value {A} (I : Z -> A -> Prop) from to a f g :
  I from a ->
  (forall i x, from <= i < to -> I i x -> f i x = Ret (g i x) /\ I (i + 1) (g i x)) ->
  for_loop_m from to a f = Ret (for_loop from to a g).
Proof.
  unfold for_loop_m, for_loop. intros Ha Hstep.
  assert (H : forall n i a, from <= i -> i + Z.of_nat n <= Z.max from to -> I i a ->
    iterate_m n i f a = Ret (iterate n i g a)).
  { clear a Ha. induction n as [|n IH]; intros i a Hi Hn Ha; [reflexivity|].
    cbn [iterate_m iterate]. destruct (Hstep i a) as (-> & Hnext); [lia|exact Ha|].
    cbn [bind]. apply IH; [lia|lia|exact Hnext]. }
  apply H; [lia|lia|exact Ha].
Qed.

(** A round of the loop of [gf_mul]. *)
Definition mul_step (a b i product : Z) : Z :=
  Z.lxor (times_x product) (Z.land (shr b (15 - i)) 1 * a).

(** What [gf_mul] gives. *)
Definition mul (a b : Z) : Z := for_loop 0 16 0 (mul_step a b).

(** A round of the loop of [gf_inv]. *)
Definition inv_step (i : Z) (x : Z * Z) : Z * Z :=
  let power := mul (fst x) (fst x) in (power, mul (snd x) power).

(** What [gf_inv] gives. *)
Definition inv (a : Z) : Z := snd (for_loop 0 15 (a, 1) inv_step).

(** Conversion is to unfold these before it runs their loops. *)
Strategy expand [mul inv].

(** A round stays within 16 bits. *)
Lemma mul_step_typed a b i p : typed_int 16 a -> typed_int 16 p -> typed_int 16 (mul_step a b i p).
Proof.
  intros Ha Hp. apply typed_int_lxor; [lia|now apply times_x_typed|now apply bit_times_typed].
Qed.

(** A product has 16 bits. *)
Lemma mul_typed a b : typed_int 16 a -> typed_int 16 (mul a b).
Proof.
  intros Ha. unfold mul. apply (for_invariant (fun _ => typed_int 16)).
  - unfold typed_int. lia.
  - intros. now apply mul_step_typed.
Qed.

(** [gf_mul] gives [mul]. *)
Lemma gf_mul_value a b : typed_int 16 a -> typed_int 16 b -> gf_mul a b = Ret (mul a b).
Proof.
  intros Ha Hb. unfold gf_mul. cbv zeta.
  rewrite (for_loop_m_value (fun _ => typed_int 16) 0 16 0 _ (mul_step a b)).
  - cbn [bind]. pose proof (mul_typed a b Ha) as H. unfold mul, cast in *. f_equal.
    apply Z.mod_small. exact H.
  - unfold typed_int. lia.
  - intros i p Hi Hp. split; [|now apply mul_step_typed].
    assert (Hbit : 0 <= shr p 15 * MODULUS < 2 ^ 32)
      by (destruct (times_x_cases p Hp) as [(_ & -> & _)|(_ & -> & _)]; unfold MODULUS; lia).
    unfold checked_mul. rewrite (checked_ret 32 (shr p 15 * MODULUS)) by exact Hbit. cbn [bind].
    unfold checked_sub. rewrite checked_ret by lia. cbn [bind].
    unfold checked_shr. replace (15 - i <? 16) with true by lia. cbn [bind].
    pose proof (bit_times_typed (shr b (15 - i)) a Ha) as Hy. unfold typed_int in Hy.
    rewrite checked_ret by lia. reflexivity.
Qed.

(** [gf_inv] gives [inv]. *)
Lemma gf_inv_value a : typed_int 16 a -> gf_inv a = Ret (inv a).
Proof.
  intros Ha. unfold gf_inv. cbv zeta.
  rewrite (for_loop_m_value (fun _ x => typed_int 16 (fst x) /\ typed_int 16 (snd x)) 0 15 (a, 1) _ inv_step).
  - cbn [bind]. unfold inv. now destruct (for_loop 0 15 (a, 1) inv_step).
  - split; [exact Ha|]. unfold typed_int. simpl. lia.
  - intros i (p, v) _ (Hp & Hv). cbn [fst snd] in *. unfold inv_step. cbn [fst snd].
    rewrite !gf_mul_value by auto using mul_typed. cbn [bind].
    rewrite gf_mul_value by auto using mul_typed. auto using mul_typed.
Qed.

(** An inverse has 16 bits. *)
Lemma inv_typed a : typed_int 16 a -> typed_int 16 (inv a).
Proof.
  intros Ha. pose proof (gf_inv_safe a Ha) as H. rewrite gf_inv_value in H by exact Ha. exact H.
Qed.

(** [gf_div] gives the product with the inverse. *)
Lemma gf_div_value a b : typed_int 16 a -> typed_int 16 b -> gf_div a b = Ret (mul a (inv b)).
Proof.
  intros Ha Hb. unfold gf_div. rewrite gf_inv_value by exact Hb. apply gf_mul_value; auto using inv_typed.
Qed.

(** * Products are additive in each factor *)

(** Times x is a shift, and the modulus if bit 15 is set. *)
Lemma times_x_bits p :
  typed_int 16 p -> times_x p = Z.lxor (Z.shiftl p 1) (if Z.testbit p 15 then MODULUS else 0).
Proof.
  intros Hp. assert (E : shl 32 p 1 = Z.shiftl p 1).
  { unfold shl. apply Z.mod_small. rewrite Z.shiftl_mul_pow2 by lia. unfold typed_int in Hp. lia. }
  unfold times_x. rewrite E. f_equal. rewrite Z.testbit_odd. fold (shr p 15).
  destruct (times_x_cases p Hp) as [(_ & -> & _)|(_ & -> & _)]; reflexivity.
Qed.

(** A bit times an element is the element or 0. *)
Lemma bit_times b k a : Z.land (shr b k) 1 * a = if Z.testbit b k then a else 0.
Proof.
  rewrite Z.testbit_odd. unfold shr. change 1 with (Z.ones 1) at 1. rewrite Z.land_ones by lia.
  change (2 ^ 1) with 2. rewrite Zmod_odd. destruct (Z.odd _); lia.
Qed.

(** Four terms in another order. *)
Lemma lxor_exchange a b c d : Z.lxor (Z.lxor a b) (Z.lxor c d) = Z.lxor (Z.lxor a c) (Z.lxor b d).
Proof.
  apply Z.bits_inj'. intros k _. rewrite !Z.lxor_spec.
  now destruct (Z.testbit a k), (Z.testbit b k), (Z.testbit c k), (Z.testbit d k).
Qed.

(** An element that is chosen by the sum of two bits is the sum of both choices. *)
Lemma if_xorb (c d : bool) a :
  (if xorb c d then a else 0) = Z.lxor (if c then a else 0) (if d then a else 0).
Proof. destruct c, d; simpl; rewrite ?Z.lxor_nilpotent, ?Z.lxor_0_l, ?Z.lxor_0_r; reflexivity. Qed.

(** Times x is additive. *)
Lemma times_x_additive p q :
  typed_int 16 p -> typed_int 16 q -> times_x (Z.lxor p q) = Z.lxor (times_x p) (times_x q).
Proof.
  intros Hp Hq. rewrite !times_x_bits by auto using typed_int_lxor with zarith.
  rewrite Z.shiftl_lxor, Z.lxor_spec, if_xorb. apply lxor_exchange.
Qed.

(** A relation between three runs of a loop that each round keeps. *)
Lemma iterate_three {A} (R : A -> A -> A -> Prop) f g h n :
  (forall i x y z, R x y z -> R (f i x) (g i y) (h i z)) ->
  forall i x y z, R x y z -> R (iterate n i f x) (iterate n i g y) (iterate n i h z).
Proof. intros H. induction n; simpl; auto. Qed.

(** The third of three elements is the sum of the first two. *)
Definition sum_of (x y z : Z) : Prop := typed_int 16 x /\ typed_int 16 y /\ z = Z.lxor x y.

(** A product is additive in its first factor. *)
Lemma mul_additive_l a a' b :
  typed_int 16 a -> typed_int 16 a' -> mul (Z.lxor a a') b = Z.lxor (mul a b) (mul a' b).
Proof.
  intros Ha Ha'. assert (H : sum_of (mul a b) (mul a' b) (mul (Z.lxor a a') b)); [|apply H].
  apply (iterate_three sum_of).
  - intros i x y z (Hx & Hy & ->). repeat split; try now apply mul_step_typed. unfold mul_step.
    rewrite times_x_additive by auto. rewrite !bit_times. rewrite lxor_exchange. f_equal.
    destruct (Z.testbit b (15 - i)); [reflexivity|now rewrite Z.lxor_0_r].
  - repeat split; unfold typed_int; lia.
Qed.

(** A product is additive in its second factor. *)
Lemma mul_additive_r a b b' :
  typed_int 16 a -> mul a (Z.lxor b b') = Z.lxor (mul a b) (mul a b').
Proof.
  intros Ha. assert (H : sum_of (mul a b) (mul a b') (mul a (Z.lxor b b'))); [|apply H].
  apply (iterate_three sum_of).
  - intros i x y z (Hx & Hy & ->). repeat split; try now apply mul_step_typed. unfold mul_step.
    rewrite times_x_additive by auto. rewrite !bit_times. rewrite lxor_exchange. f_equal.
    now rewrite Z.lxor_spec, if_xorb.
  - repeat split; unfold typed_int; lia.
Qed.

(** * What is additive is known by the powers of x *)

(** A function that takes sums to sums. *)
Definition additive (f : Z -> Z) : Prop :=
  forall a b, typed_int 16 a -> typed_int 16 b -> f (Z.lxor a b) = Z.lxor (f a) (f b).

(** An element whose highest bit is [n] is x^n and a rest. *)
Lemma power_and_rest n a : 0 <= n -> 2 ^ n <= a < 2 ^ (n + 1) -> a = Z.lxor (2 ^ n) (a - 2 ^ n).
Proof.
  intros Hn Ha. rewrite <- Z.add_nocarry_lxor; [lia|]. rewrite Z.pow_add_r in Ha by lia.
  apply Z.bits_inj'. intros k Hk. rewrite Z.land_spec, Z.bits_0, Z.pow2_bits_eqb by lia.
  destruct (Z.eqb_spec n k) as [<-|]; [|reflexivity].
  replace (Z.testbit (a - 2 ^ n) n) with false; [reflexivity|]. symmetry.
  destruct (Z.eq_dec (a - 2 ^ n) 0) as [->|]; [apply Z.bits_0|].
  apply Z.bits_above_log2; [lia|]. apply Z.log2_lt_pow2; lia.
Qed.

(** Additive functions that are the same on the powers of x are the same. *)
Lemma additive_ext f g :
  additive f -> additive g ->
  (forall k, 0 <= k < 16 -> f (2 ^ k) = g (2 ^ k)) ->
  forall a, typed_int 16 a -> f a = g a.
Proof.
  intros Hf Hg Hk.
  assert (Hzero : forall h, additive h -> h 0 = 0).
  { intros h Hh. specialize (Hh 0 0). rewrite Z.lxor_nilpotent in Hh. rewrite Hh at 1; [|range..].
    apply Z.lxor_nilpotent. }
  assert (H : forall n, 0 <= n -> n <= 16 -> forall a, 0 <= a < 2 ^ n -> f a = g a).
  { intros n Hn. pattern n. apply natlike_ind; [|clear n Hn; intros n Hn IH|exact Hn].
    - intros _ a Ha. change (2 ^ 0) with 1 in Ha. replace a with 0 by lia. now rewrite !Hzero.
    - intros Hlast a Ha. change (Z.succ n) with (n + 1) in *.
      assert (2 ^ (n + 1) = 2 * 2 ^ n) by (rewrite Z.pow_add_r by lia; lia).
      assert (2 ^ (n + 1) <= 2 ^ 16) by (apply Z.pow_le_mono_r; lia).
      assert (0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
      destruct (Z.lt_ge_cases a (2 ^ n)); [apply IH; lia|].
      rewrite (power_and_rest n a) by lia.
      rewrite Hf, Hg by (unfold typed_int; lia). rewrite Hk, IH by lia. reflexivity. }
  intros a Ha. apply (H 16); [lia|lia|exact Ha].
Qed.

(** x^0, x^1, ..., x^15. *)
Definition powers_of_x : list Z := Eval compute in map (fun k => 2 ^ Z.of_nat k) (seq 0 16).

(** They are the powers of two. *)
Lemma power_of_x_listed k : 0 <= k < 16 -> In (2 ^ k) powers_of_x.
Proof.
  intros Hk. change powers_of_x with (map (fun k => 2 ^ Z.of_nat k) (seq 0 16)).
  apply in_map_iff. exists (Z.to_nat k). split; [f_equal; lia|]. apply in_seq. lia.
Qed.

(** They have 16 bits. *)
Lemma power_of_x_typed k : 0 <= k < 16 -> typed_int 16 (2 ^ k).
Proof.
  intros Hk. split; [apply Z.pow_nonneg; lia|]. apply Z.pow_lt_mono_r; lia.
Qed.

(** Products commute. *)
Lemma mul_commutative a b : typed_int 16 a -> typed_int 16 b -> mul a b = mul b a.
Proof.
  intros Ha Hb. revert a Ha. apply (additive_ext (fun a => mul a b) (fun a => mul b a)).
  - intros a a' Ha Ha'. now apply mul_additive_l.
  - intros a a' Ha Ha'. now apply mul_additive_r.
  - intros k Hk. revert b Hb. apply (additive_ext (fun b => mul (2 ^ k) b) (fun b => mul b (2 ^ k))).
    + intros b b' Hb Hb'. now apply mul_additive_r, power_of_x_typed.
    + intros b b' Hb Hb'. now apply mul_additive_l.
    + intros j Hj. apply Z.eqb_eq.
      assert (H : forallb (fun a => forallb (fun b => mul a b =? mul b a) powers_of_x) powers_of_x = true)
        by (vm_compute; reflexivity).
      rewrite forallb_forall in H. specialize (H _ (power_of_x_listed k Hk)).
      rewrite forallb_forall in H. exact (H _ (power_of_x_listed j Hj)).
Qed.

(** Products associate. *)
Lemma mul_associative a b c :
  typed_int 16 a -> typed_int 16 b -> typed_int 16 c -> mul (mul a b) c = mul a (mul b c).
Proof.
  intros Ha Hb Hc. revert a Ha. apply (additive_ext (fun a => mul (mul a b) c) (fun a => mul a (mul b c))).
  - intros a a' Ha Ha'. rewrite mul_additive_l by auto. apply mul_additive_l; auto using mul_typed.
  - intros a a' Ha Ha'. now apply mul_additive_l.
  - intros i Hi. pose proof (power_of_x_typed i Hi). revert b Hb.
    apply (additive_ext (fun b => mul (mul (2 ^ i) b) c) (fun b => mul (2 ^ i) (mul b c))).
    + intros b b' Hb Hb'. rewrite mul_additive_r by auto. apply mul_additive_l; auto using mul_typed.
    + intros b b' Hb Hb'. rewrite mul_additive_l by auto. now apply mul_additive_r.
    + intros j Hj. pose proof (power_of_x_typed j Hj). revert c Hc.
      apply (additive_ext (fun c => mul (mul (2 ^ i) (2 ^ j)) c) (fun c => mul (2 ^ i) (mul (2 ^ j) c))).
      * intros c c' Hc Hc'. apply mul_additive_r. now apply mul_typed.
      * intros c c' Hc Hc'. rewrite mul_additive_r by auto. now apply mul_additive_r.
      * intros k Hk. apply Z.eqb_eq.
        assert (Hall : forallb (fun a => forallb (fun b => forallb (fun c =>
                    mul (mul a b) c =? mul a (mul b c)) powers_of_x) powers_of_x) powers_of_x = true)
          by (vm_cast_no_check (eq_refl true)).
        rewrite forallb_forall in Hall. specialize (Hall _ (power_of_x_listed i Hi)).
        rewrite forallb_forall in Hall. specialize (Hall _ (power_of_x_listed j Hj)).
        rewrite forallb_forall in Hall. exact (Hall _ (power_of_x_listed k Hk)).
Qed.

(** 1 is neutral. *)
Lemma mul_1_r a : typed_int 16 a -> mul a 1 = a.
Proof.
  revert a. apply (additive_ext (fun a => mul a 1) (fun a => a)).
  - intros a a' Ha Ha'. now apply mul_additive_l.
  - intros a a' _ _. reflexivity.
  - intros k Hk. apply Z.eqb_eq.
    assert (H : forallb (fun a => mul a 1 =? a) powers_of_x = true) by (vm_compute; reflexivity).
    rewrite forallb_forall in H. exact (H _ (power_of_x_listed k Hk)).
Qed.

(** The product with x is times x. *)
Lemma mul_x_r a : typed_int 16 a -> mul a 2 = times_x a.
Proof.
  revert a. apply (additive_ext (fun a => mul a 2) times_x).
  - intros a a' Ha Ha'. now apply mul_additive_l.
  - intros a a' Ha Ha'. now apply times_x_additive.
  - intros k Hk. apply Z.eqb_eq.
    assert (H : forallb (fun a => mul a 2 =? times_x a) powers_of_x = true) by (vm_compute; reflexivity).
    rewrite forallb_forall in H. exact (H _ (power_of_x_listed k Hk)).
Qed.

(** * Every element but 0 is a power of x *)

(** An element, it times x, times x^2, ...: [n] of them. *)
Fixpoint orbit (n : nat) (a : Z) : list Z :=
  match n with
  | O => []
  | S m => a :: orbit m (times_x a)
  end.

(** Whether none of [n] powers after [a] is 1. *)
Fixpoint no_return (n : nat) (a : Z) : bool :=
  match n with
  | O => true
  | S m => let next := times_x a in negb (next =? 1) && no_return m next
  end.

(** Only 0 times x is 0. *)
Lemma times_x_0 p : typed_int 16 p -> times_x p = 0 -> p = 0.
Proof.
  intros Hp. destruct (times_x_cases p Hp) as [(_ & _ & ->)|(H & _ & ->)]; [lia|].
  intros E. apply Z.lxor_eq in E. lia.
Qed.

(** Times x loses nothing. *)
Lemma times_x_injective p q : typed_int 16 p -> typed_int 16 q -> times_x p = times_x q -> p = q.
Proof.
  intros Hp Hq H. apply Z.lxor_eq. apply times_x_0; [apply typed_int_lxor; auto; lia|].
  rewrite times_x_additive, H by auto. apply Z.lxor_nilpotent.
Qed.

(** An element that is not 0. *)
Definition nonzero (a : Z) : Prop := typed_int 16 a /\ a <> 0.

(** 1 is not 0. *)
Lemma one_nonzero : nonzero 1.
Proof. split; [range|lia]. Qed.

(** What is not 0 is not 0 times x. *)
Lemma times_x_nonzero a : nonzero a -> nonzero (times_x a).
Proof.
  intros (Ha & H0). split; [now apply times_x_typed|]. intros H. now apply times_x_0 in H.
Qed.

(** No power of x is 0. *)
Lemma orbit_nonzero n a : nonzero a -> Forall nonzero (orbit n a).
Proof. revert a. induction n; simpl; intros a Ha; constructor; auto using times_x_nonzero. Qed.

(** It has [n] elements. *)
Lemma orbit_length n a : length (orbit n a) = n.
Proof. revert a. induction n; simpl; auto. Qed.

(** If 1 does not come again after 1, no power comes again. *)
Lemma no_return_at n a b k :
  no_return n a = true -> (k < n)%nat -> nth_error (orbit n (times_x a)) k = Some b -> b <> 1.
Proof.
  revert a k. induction n as [|n IH]; intros a k H Hk E; [lia|]. cbn [no_return] in H. cbv zeta in H.
  apply andb_true_iff in H as (H1 & H2). destruct k as [|k]; cbn [orbit nth_error] in E.
  - injection E as <-. lia.
  - eapply IH; [exact H2| |exact E]. lia.
Qed.

(** Each is the one before times x. *)
Lemma orbit_shift n a k b :
  (S k < n)%nat -> nth_error (orbit n a) k = Some b -> nth_error (orbit n a) (S k) = Some (times_x b).
Proof.
  revert a k. induction n as [|n IH]; intros a k Hk E; [lia|]. cbn [orbit] in *. destruct k as [|k].
  - injection E as <-. destruct n; [lia|]. reflexivity.
  - cbn [nth_error] in E |- *. apply IH; [lia|exact E].
Qed.

(** If 1 does not come again, all powers of x are distinct. *)
Lemma orbit_distinct n m :
  no_return m 1 = true -> (n <= S m)%nat -> NoDup (orbit n 1).
Proof.
  intros H Hn. apply NoDup_nth_error.
  assert (Hback : forall i j a, (i < j)%nat -> (j < n)%nat ->
    nth_error (orbit n 1) i = Some a -> nth_error (orbit n 1) j = Some a ->
    nth_error (orbit n 1) (j - i) = Some 1).
  { induction i as [|i IH]; intros j a Hij Hj Ei Ej.
    - rewrite Nat.sub_0_r. destruct n; [lia|]. cbn in Ei. congruence.
    - destruct (nth_error (orbit n 1) i) as [p|] eqn:Ep;
        [|apply nth_error_None in Ep; rewrite orbit_length in Ep; lia].
      destruct j as [|j]; [lia|].
      destruct (nth_error (orbit n 1) j) as [q|] eqn:Eq;
        [|apply nth_error_None in Eq; rewrite orbit_length in Eq; lia].
      pose proof (orbit_shift n 1 i p ltac:(lia) Ep). pose proof (orbit_shift n 1 j q ltac:(lia) Eq).
      pose proof (Forall_nth_error _ _ _ _ (orbit_nonzero n 1 one_nonzero) Ep) as (Hp & _).
      pose proof (Forall_nth_error _ _ _ _ (orbit_nonzero n 1 one_nonzero) Eq) as (Hq & _).
      assert (p = q) as <- by (apply times_x_injective; auto; congruence).
      rewrite Nat.sub_succ. apply (IH j p); auto; lia. }
  assert (Hno : forall k, (0 < k)%nat -> (k < n)%nat -> nth_error (orbit n 1) k <> Some 1).
  { intros [|k] Hk Hkn E; [lia|]. destruct n as [|n]; [lia|]. cbn [orbit nth_error] in E.
    assert (Hlonger : forall a, nth_error (orbit n a) k = nth_error (orbit m a) k).
    { clear - Hkn Hn. assert (Hk : (k < n)%nat) by lia. assert (Hm : (k < m)%nat) by lia. clear Hkn Hn.
      revert n m Hk Hm. induction k as [|k IH]; intros [|n] [|m] Hk Hm a; try lia; [reflexivity|].
      cbn [orbit nth_error]. apply IH; lia. }
    rewrite Hlonger in E. eapply no_return_at; [exact H| |exact E|reflexivity]. lia. }
  intros i j Hi E. rewrite orbit_length in Hi.
  destruct (nth_error (orbit n 1) i) as [a|] eqn:Ea;
    [|apply nth_error_None in Ea; rewrite orbit_length in Ea; lia].
  assert (Hj : (j < n)%nat) by (rewrite <- (orbit_length n 1); apply nth_error_Some; congruence).
  destruct (Nat.lt_trichotomy i j) as [Hij|[Hij|Hij]]; [|exact Hij|].
  - exfalso. apply (Hno (j - i)%nat); [lia|lia|]. apply (Hback i j a); auto.
  - exfalso. apply (Hno (i - j)%nat); [lia|lia|]. apply (Hback j i a); auto.
Qed.

(** Powers that are all different and as many as the elements but 0 are these elements. *)
Lemma distinct_orbit_is_everything order :
  Z.of_nat order = 2 ^ 16 - 1 -> NoDup (orbit order 1) -> forall a, nonzero a -> In a (orbit order 1).
Proof.
  intros Horder Hdistinct a (Ha & H0). unfold typed_int in Ha.
  assert (Hcover : incl (map Z.of_nat (seq 1 order)) (orbit order 1)).
  { apply NoDup_length_incl; [exact Hdistinct| |].
    - rewrite map_length, seq_length, orbit_length. reflexivity.
    - intros b Hb. pose proof (orbit_nonzero order 1 one_nonzero) as H. rewrite Forall_forall in H.
      destruct (H b Hb) as (Hbt & Hb0). unfold typed_int in Hbt.
      apply in_map_iff. exists (Z.to_nat b). split; [lia|]. apply in_seq. lia. }
  apply Hcover, in_map_iff. exists (Z.to_nat a). split; [lia|]. apply in_seq. lia.
Qed.

(** The order of x is 2^16 - 1: all elements but 0 are among its powers. *)
Lemma nonzero_is_power_of_x a : nonzero a -> exists n, In a (orbit n 1).
Proof.
  assert (Hno : no_return (Z.to_nat 65534) 1 = true) by (vm_cast_no_check (eq_refl true)).
  intros Ha. exists (Z.to_nat 65535). revert a Ha. apply distinct_orbit_is_everything; [lia|].
  revert Hno. assert (H : (Z.to_nat 65535 <= S (Z.to_nat 65534))%nat) by lia. revert H.
  generalize (Z.to_nat 65535) (Z.to_nat 65534). intros n m H Hno. exact (orbit_distinct n m Hno H).
Qed.

(** * Inverses *)

(** The loop of [gf_inv] takes products to products. *)
Lemma inv_multiplicative a b :
  typed_int 16 a -> typed_int 16 b -> inv (mul a b) = mul (inv a) (inv b).
Proof.
  intros Ha Hb.
  set (related := fun x y z : Z * Z =>
    (typed_int 16 (fst x) /\ typed_int 16 (snd x)) /\ (typed_int 16 (fst y) /\ typed_int 16 (snd y)) /\
    fst z = mul (fst x) (fst y) /\ snd z = mul (snd x) (snd y)).
  assert (Hexchange : forall p q r s, typed_int 16 p -> typed_int 16 q -> typed_int 16 r -> typed_int 16 s ->
    mul (mul p q) (mul r s) = mul (mul p r) (mul q s)).
  { intros p q r s Hp Hq Hr Hs. rewrite !mul_associative by auto using mul_typed. f_equal.
    rewrite <- !mul_associative by auto. f_equal. now apply mul_commutative. }
  assert (H : related (for_loop 0 15 (a, 1) inv_step) (for_loop 0 15 (b, 1) inv_step)
    (for_loop 0 15 (mul a b, 1) inv_step)); [|unfold related in H; apply H].
  apply (iterate_three related).
  - intros i (p, v) (p', v') (q, w) ((Hp & Hv) & (Hp' & Hv') & E1 & E2). cbn [fst snd] in *. subst.
    assert (E : mul (mul p p') (mul p p') = mul (mul p p) (mul p' p')) by now apply Hexchange.
    unfold related, inv_step. cbn [fst snd].
    split; [split; now repeat apply mul_typed|]. split; [split; now repeat apply mul_typed|].
    split; [exact E|]. rewrite E. apply Hexchange; auto using mul_typed.
  - unfold related. cbn [fst snd]. assert (typed_int 16 1) by range.
    split; [auto|]. split; [auto|]. split; [reflexivity|]. symmetry. now apply mul_1_r.
Qed.

(** An element that is not 0 times its inverse is 1. *)
Lemma mul_inv a : nonzero a -> mul a (inv a) = 1.
Proof.
  intros Ha. destruct (nonzero_is_power_of_x a Ha) as (n & H).
  assert (H2 : typed_int 16 2) by range.
  assert (Hx : mul 2 (inv 2) = 1) by (vm_compute; reflexivity).
  assert (Hgood : forall n b, nonzero b -> mul b (inv b) = 1 -> In a (orbit n b) -> mul a (inv a) = 1).
  { clear n H. induction n as [|n IH]; intros b Hb E H; [destruct H|]. destruct H as [<-|H]; [exact E|].
    apply (IH (times_x b)); [now apply times_x_nonzero| |exact H]. destruct Hb as (Hb & _).
    rewrite <- mul_x_r by exact Hb. rewrite inv_multiplicative by auto.
    rewrite mul_associative by auto using inv_typed, mul_typed.
    rewrite <- (mul_associative 2 (inv b)) by auto using inv_typed.
    rewrite (mul_commutative 2 (inv b)) by auto using inv_typed.
    rewrite (mul_associative (inv b) 2) by auto using inv_typed.
    rewrite Hx, mul_1_r by auto using inv_typed. exact E. }
  apply (Hgood n 1); [exact one_nonzero|vm_compute; reflexivity|exact H].
Qed.

(** * The laws, of the generated functions *)

(** Of 16-bit elements, [gf_mul] gives the same whichever factor comes first. *)
Theorem products_commute a b : typed_int 16 a -> typed_int 16 b -> gf_mul a b = gf_mul b a.
Proof. intros Ha Hb. rewrite !gf_mul_value by assumption. f_equal. now apply mul_commutative. Qed.

(** Of 16-bit elements, [gf_mul] gives the same whichever product is taken first. *)
Theorem products_associate a b c :
  typed_int 16 a -> typed_int 16 b -> typed_int 16 c ->
  bind (gf_mul a b) (fun ab => gf_mul ab c) = bind (gf_mul b c) (fun bc => gf_mul a bc).
Proof.
  intros Ha Hb Hc. rewrite (gf_mul_value a b), (gf_mul_value b c) by assumption. cbn [bind].
  rewrite !gf_mul_value by auto using mul_typed. f_equal. now apply mul_associative.
Qed.

(** Of 16-bit elements, [gf_mul] distributes over [gf_add]. *)
Theorem products_distribute a b c :
  typed_int 16 a -> typed_int 16 b -> typed_int 16 c ->
  gf_mul a (gf_add b c)
  = bind (gf_mul a b) (fun ab => bind (gf_mul a c) (fun ac => Ret (gf_add ab ac))).
Proof.
  intros Ha Hb Hc. rewrite !gf_mul_value by auto using gf_add_typed. cbn [bind]. f_equal.
  now apply mul_additive_r.
Qed.

(** Every 16-bit element is itself times 1. *)
Theorem one_is_neutral a : typed_int 16 a -> gf_mul a 1 = Ret a.
Proof.
  intros Ha. rewrite gf_mul_value by (exact Ha || apply one_nonzero). f_equal. now apply mul_1_r.
Qed.

(** Every 16-bit element but 0 times what [gf_inv] makes of it is 1. *)
Theorem every_nonzero_element_has_an_inverse a :
  typed_int 16 a -> a <> 0 -> bind (gf_inv a) (fun inverse => gf_mul a inverse) = Ret 1.
Proof.
  intros Ha H0. rewrite gf_inv_value by exact Ha. cbn [bind].
  rewrite gf_mul_value by auto using inv_typed. f_equal. apply mul_inv. now split.
Qed.

(** * The field as a type *)

(** The numbers of 16 bits. *)
Definition element : Type := { z : Z | in_range 16 z = true }.
(** An element as a number. *)
Definition value (a : element) : Z := proj1_sig a.

(** The low 16 bits of a number are 16 bits. *)
Lemma cast_in_range z : in_range 16 (cast 16 z) = true.
Proof. unfold in_range, cast. pose proof (Z.mod_pos_bound z (2 ^ 16)). lia. Qed.

(** The low 16 bits of a number as an element. *)
Definition of_int (z : Z) : element := exist _ (cast 16 z) (cast_in_range z).

(** An element has 16 bits. *)
Lemma value_typed a : typed_int 16 (value a).
Proof. destruct a as (z & H). unfold in_range in H. unfold typed_int, value. simpl proj1_sig. lia. Qed.

(** A number of 16 bits is its element. *)
Lemma value_of_int z : typed_int 16 z -> value (of_int z) = z.
Proof. intros H. apply Z.mod_small. exact H. Qed.

(** Elements of the same number are the same. *)
Lemma value_injective a b : value a = value b -> a = b.
Proof.
  destruct a as (x & Hx), b as (y & Hy). unfold value. simpl proj1_sig. intros E. subst y. f_equal.
  apply Eqdep_dec.eq_proofs_unicity. intros c d. destruct (bool_dec c d); auto.
Qed.

(** An element is that of its number. *)
Lemma of_int_value a : of_int (value a) = a.
Proof. apply value_injective, value_of_int, value_typed. Qed.

(** What a computation gives, if it does not panic. *)
Definition given (m : M Z) : Z := match m with Ret z => z | Panic => 0 end.

(** The elements and operations of the field, by the generated functions. *)
Definition zero : element := of_int 0.
Definition one : element := of_int 1.
Definition add (a b : element) : element := of_int (gf_add (value a) (value b)).
Definition negative (a : element) : element := a.
Definition multiply (a b : element) : element := of_int (given (gf_mul (value a) (value b))).
Definition inverse (a : element) : element := of_int (given (gf_inv (value a))).
Definition divide (a b : element) : element := of_int (given (gf_div (value a) (value b))).

(** The number of a sum. *)
Lemma value_add a b : value (add a b) = gf_add (value a) (value b).
Proof. apply value_of_int, gf_add_typed; apply value_typed. Qed.

(** The number of a product. *)
Lemma value_multiply a b : value (multiply a b) = mul (value a) (value b).
Proof.
  unfold multiply. rewrite gf_mul_value by apply value_typed. apply value_of_int, mul_typed, value_typed.
Qed.

(** The number of an inverse. *)
Lemma value_inverse a : value (inverse a) = inv (value a).
Proof.
  unfold inverse. rewrite gf_inv_value by apply value_typed. apply value_of_int, inv_typed, value_typed.
Qed.

(** A quotient is the product with the inverse. *)
Lemma divide_is_multiply a b : divide a b = multiply a (inverse b).
Proof.
  apply value_injective. rewrite value_multiply, value_inverse. unfold divide.
  rewrite gf_div_value by apply value_typed. apply value_of_int, mul_typed, value_typed.
Qed.

(** The number of 0. *)
Lemma value_zero : value zero = 0.
Proof. reflexivity. Qed.

(** The number of 1. *)
Lemma value_one : value one = 1.
Proof. reflexivity. Qed.

(** The numbers of 16 bits with [gf_add], [gf_mul], [gf_inv] and [gf_div] are a field, in which every number
    is its own negative. *)
Theorem elements_are_a_field : field_theory zero one add multiply add negative divide inverse eq.
Proof.
  constructor.
  - constructor.
    + intros x. apply value_injective. rewrite value_add. apply Z.lxor_0_l.
    + intros x y. apply value_injective. rewrite !value_add. apply Z.lxor_comm.
    + intros x y z. apply value_injective. rewrite !value_add. symmetry. apply Z.lxor_assoc.
    + intros x. apply value_injective. rewrite value_multiply, value_one.
      rewrite mul_commutative by (apply one_nonzero || apply value_typed). apply mul_1_r, value_typed.
    + intros x y. apply value_injective. rewrite !value_multiply. apply mul_commutative; apply value_typed.
    + intros x y z. apply value_injective. rewrite !value_multiply. symmetry.
      apply mul_associative; apply value_typed.
    + intros x y z. apply value_injective. rewrite value_multiply, !value_add, !value_multiply.
      apply mul_additive_l; apply value_typed.
    + reflexivity.
    + intros x. apply value_injective. rewrite value_add. apply Z.lxor_nilpotent.
  - intros H. apply (f_equal value) in H. discriminate.
  - exact divide_is_multiply.
  - intros p Hp. apply value_injective. rewrite value_multiply, value_inverse, value_one.
    rewrite mul_commutative by auto using inv_typed, value_typed. apply mul_inv.
    split; [apply value_typed|]. intros H. apply Hp, value_injective. exact H.
Qed.
