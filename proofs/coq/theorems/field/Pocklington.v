(** Primes by certificate: enough prime factors of the number before it (Pocklington, 1914), or trial
    division. *)
From Coq Require Import Znumtheory.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.field.Fermat.

(** * Prime divisors *)

(** Every number above one has a prime divisor. *)
Lemma prime_divisor n : 1 < n -> exists r, prime r /\ (r | n).
Proof.
  intros Hn. assert (Hpos : 0 <= n) by lia. revert Hn. pattern n. apply Zlt_0_ind; [|assumption].
  clear n Hpos. intros n IH _ Hn. destruct (prime_dec n) as [Hprime|Hcomposite].
  - exists n. split; [assumption|apply Z.divide_refl].
  - apply not_prime_divide in Hcomposite as (d & Hd & Hdiv); [|assumption].
    destruct (IH d) as (r & Hr & Hrd); [lia|lia|]. exists r. split; [assumption|].
    now apply Z.divide_trans with d.
Qed.

(** A number above one without a prime divisor up to its root is prime. *)
Lemma prime_without_small_divisors n :
  1 < n -> (forall r, prime r -> (r | n) -> n < r * r) -> prime n.
Proof.
  intros Hn Hdivisors. destruct (prime_dec n) as [Hprime|Hcomposite]; [assumption|exfalso].
  apply not_prime_divide in Hcomposite as (d & Hd & e & He); [|assumption].
  assert (Hsmall : exists s, 1 < s /\ s * s <= n /\ (s | n)).
  { destruct (Z.le_gt_cases d e) as [Hle|Hgt].
    - exists d. split; [lia|]. split; [nia|]. now exists e.
    - exists e. split; [nia|]. split; [nia|]. exists d. lia. }
  destruct Hsmall as (s & Hs & Hsquare & Hsn). destruct (prime_divisor s Hs) as (r & Hr & Hrs).
  specialize (Hdivisors r Hr (Z.divide_trans _ _ _ Hrs Hsn)).
  pose proof (Z.divide_pos_le r s ltac:(lia) Hrs). destruct Hr. nia.
Qed.

(** * Trial division *)

(** No number from 2 to the root divides. *)
Definition trial_division (n : Z) : bool :=
  (1 <? n) && forallb (fun d => negb (n mod d =? 0)) (map Z.of_nat (seq 2 (Z.to_nat (Z.sqrt n) - 1))).

(** What passes trial division is prime. *)
Theorem trial_division_prime n : trial_division n = true -> prime n.
Proof.
  unfold trial_division. intros H. apply andb_true_iff in H as (Hn & Hall).
  apply prime_without_small_divisors; [lia|]. intros r Hr Hdiv.
  destruct (Z.lt_ge_cases n (r * r)) as [|Hle]; [assumption|exfalso]. destruct Hr as [Hr _].
  rewrite forallb_forall in Hall. specialize (Hall r). apply Z.mod_divide in Hdiv; [|lia].
  rewrite Hdiv in Hall. discriminate Hall. apply in_map_iff. exists (Z.to_nat r). split; [lia|].
  apply in_seq. assert (r <= Z.sqrt n) by (apply Z.sqrt_le_square; lia). lia.
Qed.

(** * Pocklington's criterion *)

(** A power of what leaves one leaves one. *)
Lemma power_of_one r x n : 1 < r -> x mod r = 1 -> 0 <= n -> x ^ n mod r = 1.
Proof.
  intros Hr Hx Hn. rewrite <- power_of_remainder, Hx, Z.pow_1_l by lia. apply Z.mod_1_l. assumption.
Qed.

(** What leaves one to two powers without a common divisor leaves one. *)
Lemma common_power_of_one r b q t :
  1 < r -> 0 < q -> 0 < t -> rel_prime q t -> b ^ q mod r = 1 -> b ^ t mod r = 1 -> b mod r = 1.
Proof.
  intros Hr Hq Ht Hprime Hbq Hbt. destruct (rel_prime_bezout _ _ Hprime) as [u v Huv].
  set (x := u mod t + t). assert (Hx : 0 < x) by (unfold x; pose proof (Z.mod_pos_bound u t Ht); lia).
  set (y := (1 - u / t) * q - v).
  assert (Hxy : x * q = 1 + y * t).
  { unfold x, y. rewrite Z.mod_eq by lia. generalize (u / t). intros k. lia. }
  clearbody x y. clear Huv.
  assert (Hyt : 0 <= y * t) by (pose proof (Z.mul_pos_pos x q Hx Hq); lia).
  assert (Hy : 0 <= y) by (clear - Ht Hyt; nia).
  assert (Hleft : b ^ (q * x) mod r = 1) by (rewrite Z.pow_mul_r by lia; apply power_of_one;
    lia || assumption).
  assert (Hright : b ^ (1 + y * t) mod r = b mod r).
  { rewrite Z.pow_add_r, Z.pow_1_r, (Z.mul_comm y), Z.pow_mul_r by lia.
    rewrite <- Z.mul_mod_idemp_r by lia. rewrite (power_of_one r (b ^ t) y Hr Hbt Hy). now rewrite Z.mul_1_r.
    }
  rewrite <- Hright, <- Hxy, Z.mul_comm. exact Hleft.
Qed.

(** What leaves one modulo a number leaves one modulo a divisor. *)
Lemma one_modulo_divisor x n r : 0 < n -> 1 < r -> (r | n) -> x mod n = 1 -> x mod r = 1.
Proof.
  intros Hn Hr (s & Hs) Hx. rewrite (Z.div_mod x n), Hx by lia. generalize (x / n). intros k.
  replace (n * k + 1) with (1 + (k * s) * r) by (rewrite Hs; ring). rewrite Z.mod_add by lia.
  now apply Z.mod_1_l.
Qed.

(** One prime factor [q] of [n - 1], and a base: then [q] divides [r - 1] for each prime divisor [r] of [n].
    *)
Lemma prime_factor_divides n a q r :
  1 < n -> prime q -> (q | n - 1) -> a ^ (n - 1) mod n = 1 -> Z.gcd (a ^ ((n - 1) / q) mod n - 1) n = 1 ->
  prime r -> (r | n) -> (q | r - 1).
Proof.
  intros Hn Hq (m & Hm) Hpower Hgcd Hr Hdiv.
  assert (Hq_large : 1 < q) by now destruct Hq. assert (Hr_large : 1 < r) by now destruct Hr.
  assert (Hm_pos : 0 <= m) by (clear - Hn Hm Hq_large; nia).
  replace ((n - 1) / q) with m in Hgcd by (rewrite Hm, Z.div_mul; lia).
  rewrite Hm, Z.pow_mul_r in Hpower by lia. generalize dependent (a ^ m). intros b Hpower Hgcd.
  clear m Hm Hm_pos.
  destruct (Znumtheory.Zdivide_dec q (r - 1)) as [|Hnot]; [assumption|exfalso].
  assert (Hpower_r : b ^ q mod r = 1) by (apply (one_modulo_divisor _ n); lia || assumption).
  assert (Hb : ~ (r | b)).
  { intros Hb. assert (H0 : b ^ q mod r = 0); [|lia]. apply Z.mod_divide; [lia|].
    replace q with (Z.succ (q - 1)) by lia. rewrite Z.pow_succ_r by lia. now apply Z.divide_mul_l. }
  assert (Hone : b mod r = 1).
  { apply (common_power_of_one r b q (r - 1)); try lia; [now apply prime_rel_prime|now apply fermat]. }
  assert (Hdivides : (r | 1)); [|apply Z.divide_pos_le in Hdivides; lia].
  rewrite <- Hgcd. apply Z.gcd_greatest; [|assumption]. destruct Hdiv as (s & Hs).
  apply Z.mod_divide; [lia|]. rewrite (Z.mod_eq b n) by lia. rewrite (Z.div_mod b r), Hone by lia.
  generalize (b / r) at 1. intros j. generalize ((r * (b / r) + 1) / n). intros k.
  replace (r * j + 1 - n * k - 1) with ((j - s * k) * r) by (rewrite Hs; ring). apply Z.mod_mul. lia.
Qed.

(** The product of the factors. *)
Definition product (factors : list Z) : Z := fold_right Z.mul 1 factors.

(** No two factors have anything in common. *)
Fixpoint coprime (factors : list Z) : bool :=
  match factors with
  | [] => true
  | q :: rest => (Z.gcd q (product rest) =? 1) && coprime rest
  end.

(** [a] to the power of [n - 1] leaves one, no lower power for a factor does, and the factors are more than a
    root. *)
Definition certificate (n a : Z) (factors : list Z) : bool :=
  (1 <? n) && (power_mod n a (n - 1) =? 1)
  && forallb (fun q => ((n - 1) mod q =? 0) && (Z.gcd (power_mod n a ((n - 1) / q) - 1) n =? 1)) factors
  && coprime factors && (0 <? product factors) && (n <? (product factors + 1) * (product factors + 1)).

(** What has a certificate is prime, if the factors are. *)
Theorem certificate_prime n a factors : certificate n a factors = true -> Forall prime factors -> prime n.
Proof.
  unfold certificate. intros H Hprimes. rewrite !andb_true_iff in H.
  destruct H as (((((Hn & Hpower) & Hall) & Hcoprime) & Hpositive) & Hlarge).
  apply Z.ltb_lt in Hn, Hpositive, Hlarge. apply Z.eqb_eq in Hpower. rewrite power_mod_power in Hpower by lia.
  apply prime_without_small_divisors; [assumption|]. intros r Hr Hdiv.
  assert (Hr_large : 1 < r) by now destruct Hr.
  assert (Hproduct : (product factors | r - 1)).
  { clear Hpositive Hlarge. revert Hall Hcoprime. induction Hprimes as [|q rest Hq Hrest IH];
      intros Hall Hcoprime.
    - apply Z.divide_1_l.
    - cbn [forallb coprime] in *. apply andb_true_iff in Hall as (Hfactor & Hall).
      apply andb_true_iff in Hfactor as (Hmod & Hgcd). apply andb_true_iff in Hcoprime as (Hq_rest &
        Hcoprime).
      apply Z.eqb_eq in Hmod, Hgcd, Hq_rest. assert (Hq_large : 1 < q) by now destruct Hq.
      rewrite power_mod_power in Hgcd by (lia || (apply Z.div_pos; lia)).
      apply Z.mod_divide in Hmod; [|lia].
      destruct (IH Hall Hcoprime) as (k & Hk).
      assert (Hqk : (q | product rest * k)).
      { replace (product rest * k) with (r - 1) by (clear - Hk; lia). now apply (prime_factor_divides n a). }
      apply Gauss in Hqk as (j & Hj); [|now apply Zgcd_1_rel_prime].
      exists j. unfold product in *. cbn [fold_right]. rewrite Hk, Hj. ring. }
  apply Z.divide_pos_le in Hproduct; [|lia]. nia.
Qed.
