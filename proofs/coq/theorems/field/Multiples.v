(** The generated ladder of X25519 computes a multiple of a point, if no denominator on the way is zero. *)
From Coq Require Import Setoid Morphisms.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet Require Import theorems.field.Ladder theorems.safety.primitives_x25519.
From Twinratchet.generated Require Import keys_types primitives_field25519 primitives_x25519.
From Twinratchet.generated Require primitives_scalar25519.

(** * Bits *)

(** A byte of a number in bytes, lowest first. *)
Lemma byte_of_number s k b :
  Forall (typed_int 8) s -> nth_error s k = Some b -> le_number s / 2 ^ (8 * Z.of_nat k) mod 256 = b.
Proof.
  intros Hs. revert k. induction Hs as [|x s Hx Hs IH]; intros k Hk; [destruct k; discriminate Hk|].
  change (le_number (x :: s)) with (le_number s * 256 + x). unfold typed_int in Hx.
  destruct k as [|k]; cbn [nth_error] in Hk.
  - injection Hk as ->. change (2 ^ (8 * Z.of_nat 0)) with 1. rewrite Z.div_1_r, Z.add_comm, Z.mod_add by lia.
    apply Z.mod_small. lia.
  - rewrite <- (IH k Hk). replace (8 * Z.of_nat (S k)) with (8 + 8 * Z.of_nat k) by lia.
    rewrite Z.pow_add_r, <- Z.div_div by (lia || (apply Z.pow_pos_nonneg; lia)). do 2 f_equal.
    change (2 ^ 8) with 256. rewrite Z.add_comm, Z.div_add, Z.div_small by lia. lia.
Qed.

(** The generated bit of 32 bytes is that of their number. *)
Lemma bit_of_number s i :
  Integer256_typed s -> 0 <= i < 256 -> primitives_scalar25519.bit s i = Ret (le_number s / 2 ^ i mod 2).
Proof.
  intros (Hlen & Hs) Hi. pose proof (Z.div_mod i 8 ltac:(lia)) as Hdiv.
  pose proof (Z.mod_pos_bound i 8 ltac:(lia)) as Hmod. unfold primitives_scalar25519.bit.
  destruct (seq_index_ret s (i / 8)) as (b & -> & Hb); [lia|].
  apply byte_of_number in Hb; [|assumption]. rewrite Z2Nat.id in Hb by lia.
  cbn [bind]. unfold checked_shr. replace (i mod 8 <? 8) with true by lia. cbn [bind]. f_equal.
  change 1 with (Z.ones 1). rewrite Z.land_ones by lia. unfold shr. rewrite Z.shiftr_div_pow2 by lia.
  rewrite <- Hb. change (2 ^ 1) with 2. clear Hb. rewrite Hdiv at 3.
  rewrite Z.pow_add_r, <- Z.div_div by (lia || (apply Z.pow_pos_nonneg; lia)).
  generalize (le_number s / 2 ^ (8 * (i / 8))). intros n.
  generalize dependent (i mod 8). intros r _ Hr.
  assert (Hpower : 256 = 2 ^ r * (2 * 2 ^ (7 - r))).
  { change 256 with (2 ^ 8). rewrite <- Z.pow_succ_r, <- Z.pow_add_r by lia. f_equal. lia. }
  assert (0 < 2 ^ r) by (apply Z.pow_pos_nonneg; lia).
  assert (0 < 2 ^ (7 - r)) by (apply Z.pow_pos_nonneg; lia).
  rewrite Hpower, Z.rem_mul_r, (Z.mul_comm (2 ^ r)), Z.div_add by lia.
  rewrite Z.div_small, Z.add_0_l by (apply Z.mod_pos_bound; lia).
  rewrite Z.rem_mul_r, (Z.mul_comm 2), Z.mod_add, Z.mod_mod by lia. reflexivity.
Qed.

(** * Multiples *)

(** [U n] and [V n] are the coordinates of the [n]-th multiple and of the one after it, and no denominator is
    zero where they are doubled, added and subtracted: [u] is the coordinate of their difference. *)
Definition regular (u : Fe) (U V : Z -> Fe) (n : Z) : Prop :=
  on_curve (U n) (V n) /\ on_curve (U (n + 1)) (V (n + 1)) /\
  ~ congruent (V n) 0 /\ ~ congruent (V (n + 1)) 0 /\ ~ congruent (U n) (U (n + 1)) /\
  congruent u (sum_u (U n) (negate (V n)) (U (n + 1)) (V (n + 1))).

(** The next multiples are what the law of addition makes of them. *)
Definition multiplied (U V : Z -> Fe) (n : Z) : Prop :=
  congruent (double_u (U n) (V n)) (U (2 * n)) /\
  congruent (sum_u (U n) (V n) (U (n + 1)) (V (n + 1))) (U (2 * n + 1)) /\
  congruent (double_u (U (n + 1)) (V (n + 1))) (U (2 * n + 1 + 1)).

(** Two points stand for two multiples that follow each other. *)
Definition stand_for (U : Z -> Fe) (n : Z) (points : LadderPoint * LadderPoint) : Prop :=
  represents (fst points) (U n) /\ represents (snd points) (U (n + 1)).

(** A step with a bit goes from a multiple to twice it, and the bit. *)
Lemma step_doubles_and_adds u U V n swap two three digit :
  regular u U V n -> multiplied U V n -> ~ congruent u 0 -> swap = 0 \/ swap = 1 -> digit = 0 \/ digit = 1 ->
  stand_for U n (cswap swap two three) ->
  let '(swapped_two, swapped_three) := cswap (Z.lxor swap digit) two three in
  let '(next_two, next_three) := ladder_step u swapped_two swapped_three in
  stand_for U (2 * n + digit) (cswap digit next_two next_three).
Proof.
  intros (Hcurve & Hcurve' & Hv & Hv' & Hdistinct & Hdifference) (Hdouble & Hsum & Hdouble') Hu Hswap Hdigit
    Hstand.
  assert (Hordered : exists a b, cswap swap two three = (a, b) /\
    cswap (Z.lxor swap digit) two three = if digit =? 1 then (b, a) else (a, b)).
  { destruct Hswap as [->| ->], Hdigit as [->| ->]; do 2 eexists; split; reflexivity. }
  destruct Hordered as (a & b & Hab & ->). rewrite Hab in Hstand. destruct Hstand as (Ha & Hb).
  cbn [fst snd] in Ha, Hb. destruct Hdigit as [->| ->]; cbn [Z.eqb Pos.eqb].
  - pose proof (ladder_step_doubles u a b _ _ Hcurve Hv Ha) as Hfirst.
    pose proof (ladder_step_adds u a b _ _ _ _ Hcurve Hcurve' Hdistinct Ha Hb Hu Hdifference) as Hsecond.
    destruct (ladder_step u a b) as [first second]. cbn [fst snd] in *. rewrite Z.add_0_r.
    split; cbn [cswap Z.eqb fst snd].
    + now apply (represents_congruent _ _ _ Hdouble).
    + now apply (represents_congruent _ _ _ Hsum).
  - assert (Hdistinct' : ~ congruent (U (n + 1)) (U n)) by (intros H; apply Hdistinct; now symmetry).
    pose proof (ladder_step_doubles u b a _ _ Hcurve' Hv' Hb) as Hfirst.
    assert (Hdifference' : congruent u (sum_u (U (n + 1)) (negate (V (n + 1))) (U n) (V n))).
    { transitivity (sum_u (U n) (negate (V n)) (U (n + 1)) (V (n + 1))); [assumption|].
      symmetry. now apply difference_of_swapped. }
    pose proof (ladder_step_adds u b a _ _ _ _ Hcurve' Hcurve Hdistinct' Hb Ha Hu Hdifference') as Hsecond.
    destruct (ladder_step u b a) as [first second]. cbn [fst snd] in *.
    split; cbn [cswap Z.eqb Pos.eqb fst snd].
    + apply (represents_congruent _ _ _ Hsum). eapply represents_congruent; [|exact Hsecond].
      now apply sum_of_swapped.
    + now apply (represents_congruent _ _ _ Hdouble').
Qed.

(** The ladder gives the coordinate u of the multiple that 32 bytes say, highest bit 254, if every number that
    is the first bits of it is regular. *)
Theorem ladder_computes_multiples k u U V :
  Integer256_typed k -> 2 ^ 254 <= le_number k < 2 ^ 255 ->
  typed_fe u -> u <> 0 -> U 1 = u -> on_curve u (V 1) -> ~ congruent (V 1) 0 ->
  congruent (double_u u (V 1)) (U 2) ->
  (forall i, 1 <= i <= 254 -> regular u U V (le_number k / 2 ^ i)) ->
  (forall i, 1 <= i <= 254 -> multiplied U V (le_number k / 2 ^ i)) ->
  typed_fe (U (le_number k)) ->
  ladder k u = Ret (U (le_number k)).
Proof.
  intros Hk Hnumber Hu Hzero HU HV HV' Hdouble Hregular Hmultiplied Hresult.
  assert (Hnot : ~ congruent u 0).
  { intros H. apply Hzero. unfold congruent in H. unfold typed_fe in Hu.
    rewrite Z.mod_small, Z.mod_0_l in H by (exact Hu || discriminate). exact H. }
  set (number := le_number k) in *.
  assert (H : yields (ladder k u) (eq (U number))).
  2: { destruct (ladder k u) as [a|]; [now rewrite H|contradiction]. }
  unfold ladder. cbv zeta. apply yields_bind.
  apply (yields_for (fun i state =>
    let '(two, three, swap) := state in
    (LadderPoint_typed two /\ LadderPoint_typed three) /\ (swap = 0 \/ swap = 1) /\
    if i =? 0 then state = (mk_LadderPoint 1 0, mk_LadderPoint u 1, 0)
    else stand_for U (number / 2 ^ (255 - i)) (cswap swap two three))).
  - split; [|split; [now left|reflexivity]].
    unfold LadderPoint_typed, fe_literal. cbn [LadderPoint_x LadderPoint_z].
    repeat split; try apply Hu; discriminate || reflexivity.
  - intros i [[two three] swap] Hi (Htyped & Hswap & Hstate).
    apply yields_bind. apply yields_checked; [lia|]. rewrite bit_of_number by (assumption || lia). cbn [bind].
    fold number. set (m := number / 2 ^ (254 - i)).
    assert (Hdigit : m mod 2 = 0 \/ m mod 2 = 1) by (pose proof (Z.mod_pos_bound m 2); lia).
    replace (i + 1 =? 0) with false by lia. replace (255 - (i + 1)) with (254 - i) by lia. fold m.
    assert (Hm : m = 2 * (number / 2 ^ (255 - i)) + m mod 2).
    { rewrite (Z.div_mod m 2) at 1 by lia. do 2 f_equal. unfold m.
    rewrite Z.div_div by (try apply Z.pow_pos_nonneg; lia).
      f_equal. replace (255 - i) with (254 - i + 1) by lia. rewrite Z.pow_add_r by lia. reflexivity. }
    pose proof (ladder_step_typed u) as Hsteps. destruct (i =? 0) eqn:Hfirst.
    + injection Hstate as -> -> ->. assert (Hi0 : i = 0) by lia. subst i.
      assert (Hone : m = 1).
      { unfold m. change (254 - 0) with 254. symmetry. apply (Z.div_unique _ _ _ (number - 2 ^ 254)); lia. }
      rewrite Hone. change (1 mod 2) with 1. cbn [Z.lxor cswap Z.eqb Pos.eqb].
      pose proof (ladder_step_doubles u (mk_LadderPoint u 1) (mk_LadderPoint 1 0) u (V 1) HV HV') as Hnext.
      pose proof (ladder_step_from_neutral u Hnot) as Hsame.
      specialize (Hsteps (mk_LadderPoint u 1) (mk_LadderPoint 1 0)).
      destruct (ladder_step u _ _) as [first second]. cbn [fst snd] in *. apply yields_ret.
      split; [exact Hsteps|]. split; [now right|]. split; cbn [cswap Z.eqb Pos.eqb fst snd].
      * rewrite HU. exact Hsame.
      * change (1 + 1) with 2. apply (represents_congruent _ _ _ Hdouble), Hnext.
        split; [intros H; discriminate H|]. cbn [LadderPoint_x LadderPoint_z]. now rewrite Z.mul_1_r.
    + pose proof (step_doubles_and_adds u U V _ swap two three (m mod 2)
        (Hregular (255 - i) ltac:(lia)) (Hmultiplied (255 - i) ltac:(lia)) Hnot Hswap Hdigit Hstate) as Hnext.
      rewrite <- Hm in Hnext.
      destruct (cswap (Z.lxor swap (m mod 2)) two three) as [swapped_two swapped_three].
      specialize (Hsteps swapped_two swapped_three).
      destruct (ladder_step u swapped_two swapped_three) as [first second]. apply yields_ret.
      split; [exact Hsteps|]. split; assumption.
  - intros [[two three] swap] ((Htwo & Hthree) & Hswap & Hstate). cbn [Z.eqb Z.max Z.compare] in Hstate.
    change (Z.max 0 255 =? 0) with false in Hstate. change (255 - Z.max 0 255) with 0 in Hstate.
    change (2 ^ 0) with 1 in Hstate. rewrite Z.div_1_r in Hstate. destruct Hstate as (Hstands & _).
    assert (Htyped : LadderPoint_typed (fst (cswap swap two three))) by (unfold cswap;
      now destruct (swap =? 1)).
    destruct (cswap swap two three) as [last other]. cbn [fst] in *. apply yields_ret.
    symmetry. apply quotient_of_represented; assumption.
Qed.

(** * Clamped keys *)

(** The highest byte of a clamped key. *)
Lemma highest_byte_clamped x : typed_int 8 x -> 64 <= Z.lor (Z.land x 127) 64 < 128.
Proof.
  intros Hx. unfold typed_int in Hx.
  assert (Hall : forallb (fun n => (64 <=? Z.lor (Z.land n 127) 64) && (Z.lor (Z.land n 127) 64 <? 128))
    (map Z.of_nat (seq 0 256)) = true) by (vm_compute; reflexivity).
  rewrite forallb_forall in Hall. specialize (Hall x). cbv beta in Hall.
  assert (Hin : In x (map Z.of_nat (seq 0 256))).
  { apply in_map_iff. exists (Z.to_nat x). split; [lia|]. apply in_seq. lia. }
  specialize (Hall Hin). lia.
Qed.

(** Every clamped key has bit 254 as its highest, as the ladder takes it. *)
Theorem clamped_key_has_bit_254 private :
  PrivateKey_typed private -> yields (clamp private) (fun k => 2 ^ 254 <= le_number k < 2 ^ 255).
Proof.
  intros (Hlen & Hbytes). unfold clamp. cbv zeta. do 6 walk_step.
  apply yields_set; [lia|]. intros Hcount. set (highest := Z.lor (Z.land x0 127) 64) in *.
  assert (Hhighest : 64 <= highest < 128) by now apply highest_byte_clamped.
  assert (Hall : Forall (typed_int 8) (set_nth u (Z.to_nat 31) highest)).
  { apply Forall_set_nth; [assumption|]. unfold typed_int. lia. }
  assert (Hbyte : nth_error (set_nth u (Z.to_nat 31) highest) 31 = Some highest).
  { rewrite nth_error_set_nth; [reflexivity|]. unfold seq_len in *. lia. }
  pose proof (le_number_bound _ Hall) as Hbound. apply byte_of_number in Hbyte; [|assumption].
  rewrite Hcount in Hbound. replace (8 * seq_len u) with 256 in Hbound by lia.
  generalize dependent (le_number (set_nth u (Z.to_nat 31) highest)). intros number Hbyte Hbound.
  change (8 * Z.of_nat 31) with 248 in Hbyte.
  assert (Hquotient : 0 <= number / 2 ^ 248 < 256).
  { split; [apply Z.div_pos; lia|apply Z.div_lt_upper_bound; lia]. }
  rewrite Z.mod_small in Hbyte by assumption.
  pose proof (Z.div_mod number (2 ^ 248) ltac:(lia)) as Hdiv.
  pose proof (Z.mod_pos_bound number (2 ^ 248) ltac:(lia)) as Hmod. lia.
Qed.

(** A public key is the coordinate u, in bytes, of the multiple of the base point that the clamped private key
    says, if every number that is the first bits of it is regular. *)
Theorem public_key_is_a_multiple private k U V :
  PrivateKey_typed private -> clamp private = Ret k ->
  U 1 = 9 -> on_curve 9 (V 1) -> ~ congruent (V 1) 0 -> congruent (double_u 9 (V 1)) (U 2) ->
  (forall i, 1 <= i <= 254 -> regular 9 U V (le_number k / 2 ^ i)) ->
  (forall i, 1 <= i <= 254 -> multiplied U V (le_number k / 2 ^ i)) ->
  typed_fe (U (le_number k)) ->
  public_key private = Ret (fe_to_bytes (U (le_number k))).
Proof.
  intros Hprivate Hclamp HU HV HV' Hdouble Hregular Hmultiplied Hresult.
  pose proof (clamp_safe private Hprivate) as Hk.
  pose proof (clamped_key_has_bit_254 private Hprivate) as Hnumber.
  unfold public_key, x25519. rewrite Hclamp in *. cbn [yields] in Hk, Hnumber. pose proof Hk as (Hlen & _).
  change (seq_set (seq_fill 0 32) 0 BASE_U) with (Ret (9 :: seq_fill 0 31)). cbv zeta. cbn [bind].
  replace (array_from_seq 32 k) with (Ret k)
    by (unfold array_from_seq; now replace (seq_len k =? 32) with true by lia).
  cbn [bind].
  change (array_from_seq 32 (9 :: seq_fill 0 31)) with (Ret (9 :: seq_fill 0 31)). cbn [bind].
  change (seq_index (9 :: seq_fill 0 31) 31) with (Ret 0). cbn [bind].
  change (seq_set (9 :: seq_fill 0 31) 31 (Z.land 0 127)) with (Ret (9 :: seq_fill 0 31)). cbn [bind].
  replace (fe_from_bytes (9 :: seq_fill 0 31)) with 9 by (vm_compute; reflexivity).
  rewrite (ladder_computes_multiples k 9 U V); try assumption; [|split;
    [discriminate|reflexivity]|discriminate].
  cbn [bind]. unfold array_from_seq. destruct (typed_fe_to_bytes (U (le_number k))) as (-> & _). reflexivity.
Qed.
