(** Polynomials over the field of the erasure code: division by a root, uniqueness, interpolation.

    A polynomial is the list of its coefficients, that of x^0 first. *)
From Coq Require Import Field.
From Twinratchet Require Import Prelude theorems.erasure.Field.

Add Field elements : elements_are_a_field.

Declare Scope element_scope.
Delimit Scope element_scope with element.
Infix "+" := add : element_scope.
Infix "*" := multiply : element_scope.
Infix "/" := divide : element_scope.
Local Open Scope element_scope.

(** * Elements *)

(** Addition is also subtraction. *)
Lemma add_self a : a + a = zero.
Proof. apply value_injective. rewrite value_add. apply Z.lxor_nilpotent. Qed.

(** A summand moves to the other side. *)
Lemma add_moves a b c : a + b = c -> a = c + b.
Proof. intros <-. replace (a + b + b) with (a + (b + b)) by ring. rewrite add_self. ring. Qed.

(** If a sum is 0, its summands are the same. *)
Lemma add_zero_equal a b : a + b = zero -> a = b.
Proof. intros H. apply add_moves in H. rewrite H. ring. Qed.

(** If a product is 0, one of its factors is. *)
Lemma multiply_zero a b : a * b = zero -> a <> zero -> b = zero.
Proof. intros H Ha. replace b with (a * b / a) by (field; exact Ha). rewrite H. field. exact Ha. Qed.

(** Elements are the same or not. *)
Lemma element_dec (a b : element) : {a = b} + {a <> b}.
Proof.
  destruct (Z.eq_dec (value a) (value b)) as [E|E]; [left|right].
  - now apply value_injective.
  - congruence.
Qed.

(** * Values *)

(** The value of a polynomial at [x]. *)
Fixpoint eval (p : list element) (x : element) : element :=
  match p with
  | [] => zero
  | c :: q => c + x * eval q x
  end.

(** A polynomial whose coefficients are all 0 is 0 everywhere. *)
Lemma eval_zeros p x : Forall (eq zero) p -> eval p x = zero.
Proof. induction 1 as [|c p Hc _ IH]; [reflexivity|]. cbn [eval]. rewrite <- Hc, IH. ring. Qed.

(** The sum, as long as both. *)
Fixpoint plus (p q : list element) : list element :=
  match p, q with
  | a :: p', b :: q' => a + b :: plus p' q'
  | _, _ => []
  end.

(** A sum has as many coefficients. *)
Lemma plus_length p q : length p = length q -> length (plus p q) = length p.
Proof. revert q. induction p as [|a p IH]; intros [|b q] H; simpl in *; auto. Qed.

(** The value of a sum is the sum of the values. *)
Lemma eval_plus p q x : length p = length q -> eval (plus p q) x = eval p x + eval q x.
Proof.
  revert q. induction p as [|a p IH]; intros [|b q] H; try discriminate; cbn [plus eval]; [ring|].
  injection H as H. rewrite IH by exact H. ring.
Qed.

(** Each coefficient of a sum is the sum of the coefficients. *)
Lemma nth_plus p q j :
  length p = length q -> nth j (plus p q) zero = nth j p zero + nth j q zero.
Proof.
  revert q j. induction p as [|a p IH]; intros [|b q] [|j] H; try discriminate; cbn [plus nth]; try ring.
  apply IH. now injection H.
Qed.

(** A polynomial times an element. *)
Definition scaled (a : element) (p : list element) : list element := map (multiply a) p.

(** Its values are multiplied. *)
Lemma eval_scaled a p x : eval (scaled a p) x = a * eval p x.
Proof. unfold scaled. induction p as [|c p IH]; cbn [map eval]; [ring|]. rewrite IH. ring. Qed.

(** Its coefficients are multiplied. *)
Lemma nth_scaled a p j : nth j (scaled a p) zero = a * nth j p zero.
Proof.
  unfold scaled. revert j. induction p as [|c p IH]; intros [|j]; cbn [map nth]; auto; ring.
Qed.

(** * Division by a root *)

(** The values of what remains of a list after each place. *)
Fixpoint suffix_values (q : list element) (r : element) : list element :=
  match q with
  | [] => []
  | _ :: t => eval q r :: suffix_values t r
  end.

(** There is one value for each place. *)
Lemma suffix_values_length q r : length (suffix_values q r) = length q.
Proof. induction q; simpl; auto. Qed.

(** Each value is that of what remains. *)
Lemma nth_suffix_values q r j : nth j (suffix_values q r) zero = eval (skipn j q) r.
Proof.
  revert j. induction q as [|c q IH]; intros [|j]; try reflexivity. cbn [suffix_values nth skipn]. apply IH.
Qed.

(** The last value is the last coefficient. *)
Lemma last_suffix_values q r d : last (suffix_values q r) d = last q d.
Proof.
  induction q as [|c q IH]; [reflexivity|]. destruct q as [|c' q].
  - cbn [suffix_values last eval]. ring.
  - change (last (suffix_values (c :: c' :: q) r) d) with (last (suffix_values (c' :: q) r) d).
    rewrite IH. reflexivity.
Qed.

(** What is divided is the quotient times (x - r), and the value at r. *)
Lemma division c q r x :
  eval (c :: q) x = (x + r) * eval (suffix_values q r) x + eval (c :: q) r.
Proof.
  revert c. induction q as [|d q IH]; intros c.
  - cbn [suffix_values eval]. ring.
  - cbn [suffix_values]. change (eval (c :: d :: q) x) with (c + x * eval (d :: q) x).
    change (eval (c :: d :: q) r) with (c + r * eval (d :: q) r).
    change (eval (eval (d :: q) r :: suffix_values q r) x)
      with (eval (d :: q) r + x * eval (suffix_values q r) x).
    rewrite (IH d). set (v := eval (d :: q) r). set (s := eval (suffix_values q r) x).
    replace ((x + r) * (v + x * s) + (c + r * v)) with (c + x * ((x + r) * s + v) + (r * v + r * v)) by ring.
    rewrite add_self. ring.
Qed.

(** * A polynomial has fewer roots than coefficients, unless it is 0 *)

(** If all values are 0, so are all coefficients. *)
Lemma suffix_values_zero q r : Forall (eq zero) (suffix_values q r) -> Forall (eq zero) q.
Proof.
  induction q as [|c q IH]; intros H; [constructor|]. cbn [suffix_values] in H.
  inversion H as [|? ? Hc Hq]; subst.
  apply IH in Hq. constructor; [|exact Hq]. rewrite Hc. cbn [eval]. rewrite eval_zeros by exact Hq. ring.
Qed.

(** A polynomial of [n] coefficients with [n] roots is 0. *)
Lemma too_many_roots p xs :
  NoDup xs -> length xs = length p -> (forall x, In x xs -> eval p x = zero) -> Forall (eq zero) p.
Proof.
  revert xs. remember (length p) as n eqn:Hn. revert p Hn.
  induction n as [|n IH]; intros p Hn xs Hd Hl Hroots.
  - destruct p; [constructor|discriminate].
  - destruct p as [|c q]; [discriminate|]. destruct xs as [|r xs]; [discriminate|].
    injection Hn as Hn. injection Hl as Hl. inversion Hd as [|? ? Hr Hd']; subst.
    assert (Hq : Forall (eq zero) q).
    { apply (suffix_values_zero q r). apply (IH _ (eq_sym (suffix_values_length q r)) xs); auto.
      intros x Hx. pose proof (division c q r x) as E.
      rewrite (Hroots x), (Hroots r) in E by (simpl; auto). apply (multiply_zero (x + r)).
      - rewrite E. ring.
      - intros E'. apply add_zero_equal in E'. congruence. }
    constructor; [|exact Hq]. rewrite <- (Hroots r) by (simpl; auto). cbn [eval].
    rewrite eval_zeros by exact Hq. ring.
Qed.

(** Two polynomials of [n] coefficients with the same values at [n] places are the same. *)
Theorem interpolation_is_unique p q xs :
  NoDup xs -> length p = length xs -> length q = length xs ->
  (forall x, In x xs -> eval p x = eval q x) -> p = q.
Proof.
  intros Hd Hp Hq H.
  assert (Hz : Forall (eq zero) (plus p q)).
  { apply (too_many_roots _ xs Hd); [rewrite plus_length; congruence|]. intros x Hx.
    rewrite eval_plus by congruence. rewrite (H x Hx). apply add_self. }
  assert (Hl : length p = length q) by congruence. clear - Hz Hl. revert q Hl Hz.
  induction p as [|a p IH]; intros [|b q] Hl Hz; try discriminate; [reflexivity|].
  cbn [plus] in Hz. inversion Hz as [|? ? Ha Hz']; subst. f_equal.
  - now apply add_zero_equal.
  - apply IH; [now injection Hl|exact Hz'].
Qed.

(** * The product of all (x - r) *)

(** A polynomial times (x - r), with [carry] from below. *)
Fixpoint times_root_from (carry : element) (p : list element) (r : element) : list element :=
  match p with
  | [] => [carry]
  | c :: q => carry + c * r :: times_root_from c q r
  end.

(** A polynomial times (x - r). *)
Definition times_root (p : list element) (r : element) : list element := times_root_from zero p r.

(** There is one coefficient more. *)
Lemma times_root_from_length carry p r : length (times_root_from carry p r) = S (length p).
Proof. revert carry. induction p; simpl; auto. Qed.

(** Each coefficient of the product. *)
Lemma nth_times_root_from carry p r j :
  nth j (times_root_from carry p r) zero = nth j (carry :: p) zero + nth j p zero * r.
Proof.
  revert carry j. induction p as [|c p IH]; intros carry [|j]; cbn [times_root_from]; try reflexivity.
  - cbn [nth]. ring.
  - cbn [nth]. destruct j; ring.
  - cbn [nth]. apply IH.
Qed.

(** The value of the product. *)
Lemma eval_times_root_from carry p r x : eval (times_root_from carry p r) x = carry + (x + r) * eval p x.
Proof.
  revert carry. induction p as [|c p IH]; intros carry; cbn [times_root_from eval]; [ring|].
  rewrite IH. ring.
Qed.

(** The last element of a list that is not empty. *)
Lemma last_of_cons {A} (a : A) l d : last (a :: l) d = last l a.
Proof.
  revert a d. induction l as [|b l IH]; intros a d; [reflexivity|].
  change (last (a :: b :: l) d) with (last (b :: l) d). now rewrite !IH.
Qed.

(** The leading coefficient stays. *)
Lemma last_times_root_from carry p r d : last (times_root_from carry p r) d = last p carry.
Proof.
  revert carry d. induction p as [|c p IH]; intros carry d; [reflexivity|].
  cbn [times_root_from]. now rewrite !last_of_cons, IH.
Qed.

(** The product of all (x - r). *)
Definition product_of (xs : list element) : list element := fold_left times_root xs [one].

(** Each factor adds a coefficient. *)
Lemma fold_times_root_length xs p : length (fold_left times_root xs p) = (length xs + length p)%nat.
Proof.
  revert p. induction xs as [|r xs IH]; intros p; [reflexivity|]. cbn [fold_left length].
  rewrite IH. unfold times_root. rewrite times_root_from_length. lia.
Qed.

(** It has one coefficient more than roots. *)
Lemma product_of_length xs : length (product_of xs) = S (length xs).
Proof. unfold product_of. rewrite fold_times_root_length. simpl. lia. Qed.

(** Its leading coefficient is 1. *)
Lemma product_of_last xs d : last (product_of xs) d = one.
Proof.
  unfold product_of. assert (H : forall p, p <> [] -> (forall d, last p d = one) ->
    forall d, last (fold_left times_root xs p) d = one).
  { induction xs as [|r xs IH]; intros p Hp Hl; [exact Hl|]. cbn [fold_left]. apply IH.
    - intros E. apply (f_equal (@length element)) in E. unfold times_root in E.
      rewrite times_root_from_length in E. discriminate.
    - intros d'. unfold times_root. rewrite last_times_root_from. apply Hl. }
  apply H; [discriminate|reflexivity].
Qed.

(** It is 0 at each root. *)
Lemma product_of_root xs x : In x xs -> eval (product_of xs) x = zero.
Proof.
  unfold product_of. generalize [one] as p. induction xs as [|r xs IH]; intros p [].
  - subst r. cbn [fold_left].
    assert (H : eval (times_root p x) x = zero).
    { unfold times_root. rewrite eval_times_root_from, add_self. ring. }
    revert H. generalize (times_root p x). clear. induction xs as [|r xs IH]; intros p H; [exact H|].
    cbn [fold_left]. apply IH. unfold times_root. rewrite eval_times_root_from, H. ring.
  - cbn [fold_left]. now apply IH.
Qed.

(** * Interpolation *)

(** The product of all (x - x_j) but one. *)
Definition basis (xs : list element) (r : element) : list element := suffix_values (tl (product_of xs)) r.

(** It has as many coefficients as there are points. *)
Lemma basis_length xs r : length (basis xs r) = length xs.
Proof.
  unfold basis. rewrite suffix_values_length. pose proof (product_of_length xs) as H.
  destruct (product_of xs); simpl in *; congruence.
Qed.

(** It is 0 at all other roots. *)
Lemma basis_elsewhere xs r x : In r xs -> In x xs -> x <> r -> eval (basis xs r) x = zero.
Proof.
  intros Hr Hx Hne. unfold basis. pose proof (product_of_length xs) as Hl.
  pose proof (product_of_root xs r Hr) as Er. pose proof (product_of_root xs x Hx) as Ex.
  destruct (product_of xs) as [|c q]; [discriminate|]. cbn [tl].
  pose proof (division c q r x) as E. rewrite Ex, Er in E. apply (multiply_zero (x + r)).
  - rewrite E. ring.
  - intros E'. apply add_zero_equal in E'. congruence.
Qed.

(** It is not 0 at its own. *)
Lemma basis_at_itself xs r : NoDup xs -> In r xs -> eval (basis xs r) r <> zero.
Proof.
  intros Hd Hr E.
  assert (Hz : Forall (eq zero) (basis xs r)).
  { apply (too_many_roots _ xs Hd); [now rewrite basis_length|]. intros x Hx.
    destruct (element_dec x r) as [->|Hne]; [exact E|]. now apply basis_elsewhere. }
  assert (Hlast : last (basis xs r) one = one).
  { unfold basis. rewrite last_suffix_values. pose proof (product_of_last xs one) as H.
    destruct (product_of xs) as [|c [|c' q]]; [reflexivity|reflexivity|exact H]. }
  pose proof (basis_length xs r) as Hl. destruct (basis xs r) as [|b bs].
  - destruct xs; [destruct Hr|discriminate].
  - rewrite (app_removelast_last (l := b :: bs) one) in Hz by discriminate. rewrite Hlast in Hz.
    apply Forall_app in Hz as (_ & Hz). inversion Hz as [|? ? Hone _]. discriminate (f_equal value Hone).
Qed.

(** The multiple of the basis polynomial of a point that has its value there. *)
Definition term (xs : list element) (point : element * element) : list element :=
  let b := basis xs (fst point) in scaled (snd point / eval b (fst point)) b.

(** A sum and one term more. *)
Definition add_term (xs : list element) (p : list element) (point : element * element) : list element :=
  plus p (term xs point).

(** Lagrange's sum. *)
Definition interpolation (points : list (element * element)) : list element :=
  fold_left (add_term (map fst points)) points (repeat zero (length points)).

(** A term has as many coefficients as there are points. *)
Lemma term_length xs point : length (term xs point) = length xs.
Proof. unfold term, scaled. rewrite map_length. apply basis_length. Qed.

(** So have all sums of them. *)
Lemma add_terms_length xs points p :
  length p = length xs -> length (fold_left (add_term xs) points p) = length xs.
Proof.
  revert p. induction points as [|point points IH]; intros p Hp; [exact Hp|]. cbn [fold_left]. apply IH.
  unfold add_term. rewrite plus_length; rewrite ?term_length; exact Hp.
Qed.

(** Interpolation gives as many coefficients as points. *)
Lemma interpolation_length points : length (interpolation points) = length points.
Proof.
  unfold interpolation. rewrite add_terms_length; [apply map_length|].
  now rewrite repeat_length, map_length.
Qed.

(** A term is 0 at all other points. *)
Lemma term_elsewhere xs point x :
  In (fst point) xs -> In x xs -> x <> fst point -> eval (term xs point) x = zero.
Proof.
  intros Hp Hx Hne. unfold term. rewrite eval_scaled, (basis_elsewhere xs (fst point) x) by auto. ring.
Qed.

(** A term has the value of its point there. *)
Lemma term_at_itself xs point :
  NoDup xs -> In (fst point) xs -> eval (term xs point) (fst point) = snd point.
Proof.
  intros Hd Hp. unfold term. rewrite eval_scaled. field. now apply basis_at_itself.
Qed.

(** Interpolation goes through all points. *)
Theorem interpolation_goes_through_points points point :
  NoDup (map fst points) -> In point points -> eval (interpolation points) (fst point) = snd point.
Proof.
  intros Hd Hin. unfold interpolation. set (xs := map fst points) in *.
  assert (Hxs : forall q, In q points -> In (fst q) xs) by (intros; now apply in_map).
  assert (Hfirst : eval (repeat zero (length points)) (fst point) = zero).
  { apply eval_zeros, Forall_forall. intros c Hc. symmetry. eapply repeat_spec, Hc. }
  assert (Hstep : forall p q, length p = length xs ->
    eval (add_term xs p q) (fst point) = eval p (fst point) + eval (term xs q) (fst point)).
  { intros p q Hp. unfold add_term. apply eval_plus. now rewrite term_length. }
  assert (Hpx : In (fst point) xs) by auto.
  assert (Hout : forall l p, length p = length xs -> incl l points -> ~ In (fst point) (map fst l) ->
    eval (fold_left (add_term xs) l p) (fst point) = eval p (fst point)).
  { induction l as [|q l IH]; intros p Hp Hl Hnot; [reflexivity|]. cbn [fold_left]. rewrite IH.
    - rewrite Hstep by exact Hp. rewrite term_elsewhere; [ring|apply Hxs, Hl; simpl; auto|exact Hpx|].
      intros E. apply Hnot. rewrite E. simpl. auto.
    - unfold add_term. rewrite plus_length; rewrite ?term_length; exact Hp.
    - intros q' Hq'. apply Hl. simpl. auto.
    - intros H. apply Hnot. simpl. auto. }
  assert (Hall : forall l p, length p = length xs -> incl l points -> NoDup (map fst l) -> In point l ->
    eval (fold_left (add_term xs) l p) (fst point) = eval p (fst point) + snd point).
  { induction l as [|q l IH]; intros p Hp Hl Hdl []; cbn [fold_left]; cbn [map] in Hdl;
      inversion Hdl as [|? ? Hq Hdl']; subst.
    - rewrite Hout; [|unfold add_term; rewrite plus_length; rewrite ?term_length; exact Hp| |exact Hq].
      + rewrite Hstep by exact Hp. now rewrite term_at_itself by auto.
      + intros q' Hq'. apply Hl. simpl. auto.
    - rewrite IH; auto.
      + rewrite Hstep by exact Hp. rewrite term_elsewhere; [ring|apply Hxs, Hl; simpl; auto|exact Hpx|].
        intros E. apply Hq. rewrite <- E. now apply in_map.
      + unfold add_term. rewrite plus_length; rewrite ?term_length; exact Hp.
      + intros q' Hq'. apply Hl. simpl. auto. }
  rewrite Hall.
  - rewrite Hfirst. ring.
  - unfold xs. now rewrite repeat_length, map_length.
  - intros q Hq. exact Hq.
  - exact Hd.
  - exact Hin.
Qed.
