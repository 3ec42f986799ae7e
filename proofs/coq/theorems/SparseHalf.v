(** One direction of one epoch of SPQR: which keys a half gives, and what it keeps.

    A half begins with a chain key. [message_key start i] is the key number [i] of the chain that begins with
    [start]: both sides of a session come to the same keys because both are described by it. *)
From Coq Require Import Permutation.
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain.
From Twinratchet.theorems.safety Require Import ratchet_sparse_chain.

Section Halves.
Context {P : Primitives} {T : Typed P}.

(** * The keys of a chain *)

Definition chain_step (next : SparseChainKey) (ctr : Z) : SparseChainKey * SparseMessageKey :=
  value ([], []) (kdf_scka_ck next ctr).

Fixpoint chain_key_after (start : SparseChainKey) (steps : nat) : SparseChainKey :=
  match steps with
  | O => start
  | S before => fst (chain_step (chain_key_after start before) (Z.of_nat steps))
  end.

(** The chain key after key number [i]. *)
Definition chain_key_at (start : SparseChainKey) (i : Z) : SparseChainKey :=
  chain_key_after start (Z.to_nat i).

(** The message key of number [i], the first of which is 1. *)
Definition message_key (start : SparseChainKey) (i : Z) : SparseMessageKey :=
  snd (chain_step (chain_key_at start (i - 1)) i).

Lemma chain_key_at_typed start i : SparseChainKey_typed start -> SparseChainKey_typed (chain_key_at start i).
Proof.
  intros H. unfold chain_key_at. induction (Z.to_nat i) as [|n IH]; [exact H|].
  cbn [chain_key_after]. unfold chain_step.
  apply (yields_its_value ([], []) _ _ (kdf_scka_ck_safe _ (Z.of_nat (S n)) IH)).
Qed.

Lemma chain_steps start i :
  SparseChainKey_typed start -> 0 < i ->
  kdf_scka_ck (chain_key_at start (i - 1)) i = Ret (chain_key_at start i, message_key start i).
Proof.
  intros H Hi.
  destruct (yields_its_value ([], []) _ _ (kdf_scka_ck_safe _ i (chain_key_at_typed start (i - 1) H)))
    as (E & _).
  rewrite E. f_equal. unfold message_key, chain_step. rewrite (surjective_pairing (value _ _)) at 1.
  f_equal. unfold chain_key_at. replace (Z.to_nat i) with (S (Z.to_nat (i - 1))) by lia.
  cbn [chain_key_after]. unfold chain_step. now replace (Z.of_nat (S (Z.to_nat (i - 1)))) with i by lia.
Qed.

(** * A half that sends *)

(** After [count] keys. *)
Definition Half_sends (start : SparseChainKey) (count : Z) (h : Half) : Prop :=
  0 <= count < 2 ^ 32 /\ h = mk_Half count (Some (chain_key_at start count)) [].

(** A sending half gives its keys in order, until its counter is at its end. *)
Lemma step_half_gives_the_next_key start count h :
  SparseChainKey_typed start -> Half_sends start count h ->
  yields (step_half h) (fun r =>
    if count =? LAST_COUNTER then r = Err SparseError_CounterExhausted
    else exists h', r = Ok (h', message_key start (count + 1)) /\ Half_sends start (count + 1) h').
Proof.
  intros Hs (Hc & ->). unfold step_half, chain_key. cbn [Half_next Half_ctr Half_stored].
  destruct (Z.eqb_spec count LAST_COUNTER) as [E|E]; [reflexivity|]. unfold LAST_COUNTER in E.
  step. step; [lia|]. replace (chain_key_at start count) with (chain_key_at start (count + 1 - 1))
    by (f_equal; lia).
  rewrite chain_steps by (auto; lia). cbn [bind yields]. cbv zeta.
  eexists. split; [reflexivity|]. split; [lia|reflexivity].
Qed.

(** * The store of a half that receives *)

Definition numbers (stored : list StoredKey) : list Z := map StoredKey_index stored.

Lemma in_numbers stored x : In x stored -> In (StoredKey_index x) (numbers stored).
Proof. apply in_map. Qed.

(** What the collection of garbage leaves: the young keys all, and old ones only if there are few keys. *)
Lemma collect_garbage_keeps_young_keys stored ctr kept :
  NoDup (numbers stored) -> seq_len stored < 2 ^ 63 -> 0 <= ctr < 2 ^ 32 -> 0 < kept < 2 ^ 32 ->
  (forall x, In x stored -> 0 <= StoredKey_index x < 2 ^ 32) ->
  yields (collect_garbage stored ctr kept) (fun rest =>
    NoDup (numbers rest) /\ incl rest stored /\
    (forall x, In x stored -> ctr <= StoredKey_index x + kept -> In x rest) /\
    (seq_len rest <= kept * 11 / 10 \/ forall x, In x rest -> ctr <= StoredKey_index x + kept)).
Proof.
  intros Hnd Hlen Hctr Hkept Hrange. unfold collect_garbage. pose proof (seq_len_nonneg stored) as H0.
  assert (0 <= kept * 11 / 10 < 2 ^ 36) as Hdiv.
  { split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia. }
  step; step; [lia|]. step; step; [lia|].
  step.
  { step. split; [exact Hnd|]. split; [apply incl_refl|]. split; [auto|]. left. lia. }
  clear Heqb Hdiv. cbv zeta. step.
  apply (yields_for (fun i '(rest, count, at') =>
    seq_len rest = seq_len stored /\ 0 <= at' <= count /\ count <= seq_len stored /\
    (at' = count \/ at' + (seq_len stored - count) = i) /\
    NoDup (numbers (firstn (Z.to_nat count) rest)) /\ incl (firstn (Z.to_nat count) rest) stored /\
    (forall x, In x stored -> ctr <= StoredKey_index x + kept -> In x (firstn (Z.to_nat count) rest)) /\
    (forall j x, 0 <= j < at' -> nth_error rest (Z.to_nat j) = Some x -> ctr <= StoredKey_index x + kept))).
  - assert (firstn (Z.to_nat (seq_len stored)) stored = stored) as Hall.
    { unfold seq_len. rewrite Nat2Z.id. apply firstn_all. }
    rewrite Hall. do 3 (split; [lia|]). split; [right; lia|]. split; [exact Hnd|].
    split; [apply incl_refl|]. split; [auto|]. intros; lia.
  - intros i ((rest, count), at') Hi (R1 & R2 & R3 & R4 & R5 & R6 & R7 & R8).
    step; [|step; do 3 (split; [lia|]); split; [left; lia|auto]].
    destruct (seq_index_ret rest at') as (x & Ex & Nx); [lia|]. rewrite Ex. cbn [bind].
    assert (In x (firstn (Z.to_nat count) rest)) as Hx.
    { apply (nth_error_In _ (Z.to_nat at')). rewrite <- Nx. clear - R1 R2 R3 Heqb.
      rewrite <- (firstn_skipn (Z.to_nat count) rest) at 2. rewrite nth_error_app1; [reflexivity|].
      rewrite firstn_length. unfold seq_len in *. lia. }
    assert (0 <= StoredKey_index x < 2 ^ 32) as Hxr by (apply Hrange, R6, Hx).
    step; step; [lia|]. step.
    + step; step; [lia|]. destruct (seq_index_ret rest (count - 1)) as (y & Ey & Ny); [lia|].
      rewrite Ey. cbn [bind]. step. step; [lia|]. intros Hset. step.
      pose proof (swap_removal_permutes rest (Z.to_nat at') (Z.to_nat (count - 1)) x y Nx Ny ltac:(lia))
        as Hperm.
      replace (S (Z.to_nat (count - 1))) with (Z.to_nat count) in Hperm by lia.
      remember (firstn (Z.to_nat (count - 1)) (set_nth rest (Z.to_nat at') y)) as live eqn:Elive.
      split; [lia|]. split; [lia|]. split; [lia|]. split; [lia|]. split; [|split; [|split]].
      * apply (Permutation_map StoredKey_index) in Hperm.
        fold (numbers (firstn (Z.to_nat count) rest)) in Hperm.
        apply (Permutation_NoDup Hperm) in R5. now inversion R5.
      * intros z Hz. apply R6. apply (Permutation_in z (Permutation_sym Hperm)). now right.
      * intros z Hz Hyoung. specialize (R7 z Hz Hyoung).
        apply (Permutation_in z Hperm) in R7 as [<-|R7]; [lia|exact R7].
      * intros j z Hj Hz. rewrite nth_error_set_nth in Hz by (unfold seq_len in *; lia).
        destruct (Nat.eqb_spec (Z.to_nat at') (Z.to_nat j)); [lia|].
        eapply R8; eauto.
    + step; step; [lia|]. step. split; [lia|]. split; [lia|]. split; [lia|]. split; [lia|].
      split; [exact R5|]. split; [exact R6|]. split; [exact R7|].
      intros j z Hj Hz. destruct (Z.eq_dec j at') as [->|]; [|apply (R8 j); auto; lia].
      rewrite Nx in Hz. injection Hz as <-. lia.
  - intros ((rest, count), at') (R1 & R2 & R3 & R4 & R5 & R6 & R7 & R8).
    step; try lia. intros _. simpl skipn. split; [exact R5|]. split; [exact R6|]. split; [exact R7|]. right.
    intros x Hx. apply In_nth_error in Hx as (n & Hn).
    assert (n < Z.to_nat count)%nat as Hlt.
    { assert (n < length (firstn (Z.to_nat count) rest))%nat by (apply nth_error_Some; congruence).
      rewrite firstn_length in H. lia. }
    apply (R8 (Z.of_nat n)); [lia|]. rewrite Nat2Z.id, <- Hn. clear - Hlt R1 R3.
    rewrite <- (firstn_skipn (Z.to_nat count) rest) at 1. rewrite nth_error_app1; [reflexivity|].
    rewrite firstn_length. unfold seq_len in *. lia.
Qed.

(** Looking for a number finds its place, if it is there. *)
Lemma stored_at_finds stored index :
  seq_len stored < 2 ^ 63 ->
  yields (stored_at stored index) (fun found =>
    match found with
    | Some i => 0 <= i < seq_len stored /\
        exists x, nth_error stored (Z.to_nat i) = Some x /\ StoredKey_index x = index
    | None => ~ In index (numbers stored)
    end).
Proof.
  intros Hlen. unfold stored_at. cbv zeta. pose proof (seq_len_nonneg stored) as H0.
  apply (yields_for (fun i found =>
    match found with
    | Some k => 0 <= k < seq_len stored /\
        exists x, nth_error stored (Z.to_nat k) = Some x /\ StoredKey_index x = index
    | None => forall j x, seq_len stored - i <= j < seq_len stored ->
      nth_error stored (Z.to_nat j) = Some x ->
        StoredKey_index x <> index
    end)).
  - intros; lia.
  - intros i found Hi Hfound. step; step; [lia|]. step; step; [lia|].
    destruct (seq_index_ret stored (seq_len stored - 1 - i)) as (x & Ex & Nx); [lia|].
    rewrite Ex. cbn [bind]. step.
    + step. split; [lia|]. exists x. split; [exact Nx|lia].
    + step. destruct found as [k|]; [exact Hfound|]. intros j y Hj Hy.
      destruct (Z.eq_dec j (seq_len stored - 1 - i)) as [->|]; [|apply (Hfound j); auto; lia].
      rewrite Nx in Hy. injection Hy as <-. lia.
  - intros [k|] H; [exact H|]. intros Hin. apply in_map_iff in Hin as (x & Ex & Hx).
    apply In_nth_error in Hx as (n & Hn). apply (H (Z.of_nat n) x); [|now rewrite Nat2Z.id|exact Ex].
    assert (n < length stored)%nat by (apply nth_error_Some; congruence). unfold seq_len. lia.
Qed.

(** Removal takes one entry out. *)
Lemma remove_stored_removes stored i x :
  seq_len stored < 2 ^ 63 -> 0 <= i < seq_len stored -> nth_error stored (Z.to_nat i) = Some x ->
  yields (remove_stored stored i) (fun rest => Permutation stored (x :: rest)).
Proof.
  intros Hlen Hi Hx. unfold remove_stored. step; step; [lia|]. cbv zeta.
  destruct (seq_index_ret stored (seq_len stored - 1)) as (y & Ey & Ny); [lia|]. rewrite Ey. cbn [bind].
  step. step; [lia|]. intros Hset. step; try lia. intros _. simpl skipn.
  rewrite <- (swap_removal_permutes stored _ (Z.to_nat (seq_len stored - 1)) x y Hx Ny) by lia.
  rewrite firstn_all2; [reflexivity|]. unfold seq_len in *. lia.
Qed.

(** * A half that receives *)

(** The most keys that a half keeps. *)
Definition store_bound (kept : Z) : Z := Z.max (kept * 11 / 10) (kept + 1).

(** After the keys of the numbers [taken] were given out: the half is at the largest of them, and keeps
    exactly those keys before it that were not given out and are not older than [kept], and perhaps some that
    are older. *)
Record Half_receives (start : SparseChainKey) (kept : Z) (taken : list Z) (h : Half) : Prop := {
  receives_ctr : Half_ctr h = highest taken;
  receives_range : highest taken < 2 ^ 32;
  receives_next : Half_next h = Some (chain_key_at start (highest taken));
  receives_positive : forall i, In i taken -> 0 < i;
  receives_once : NoDup taken;
  receives_distinct : NoDup (numbers (Half_stored h));
  receives_stored : forall x, In x (Half_stored h) ->
    0 < StoredKey_index x < highest taken /\ ~ In (StoredKey_index x) taken /\
    StoredKey_key x = message_key start (StoredKey_index x);
  receives_young : forall i, 0 < i < highest taken -> highest taken <= i + kept -> ~ In i taken ->
    In i (numbers (Half_stored h));
  receives_bound : seq_len (Half_stored h) <= store_bound kept
}.

Lemma half_receives_nothing_yet start kept : 0 < kept -> Half_receives start kept [] (half start).
Proof.
  intros H. constructor; simpl; auto; try lia; try tauto.
  - constructor.
  - constructor.
  - unfold store_bound, seq_len. simpl. lia.
Qed.

(** What a half answers to a request for a number. *)
Definition half_answer (start : SparseChainKey) (parameters : ChainParameters) (taken : list Z) (index : Z)
  : result SparseMessageKey SparseError :=
  if index + max_out_of_order parameters <? highest taken then Err (SparseError_KeyTrimmed index)
  else if (index =? 0) || existsb (Z.eqb index) taken then Err (SparseError_KeyAlreadyRequested index)
  else if highest taken + max_jump parameters <? index then Err (SparseError_KeyJump (highest taken) index)
  else Ok (message_key start index).

Lemma half_receives_ahead start parameters taken h index :
  SparseChainKey_typed start -> ChainParameters_typed parameters ->
  Half_receives start (max_out_of_order parameters) taken h -> highest taken < index < 2 ^ 32 ->
  yields (receive_ahead h index parameters) (fun r => exists h',
    r = Ok (h', message_key start index) /\
    Half_receives start (max_out_of_order parameters) (index :: taken) h').
Proof.
  intros Hs Hp [Ec Hr En Hpos Honce Hdist Hstored Hyoung Hbound] Hi.
  pose proof (max_out_of_order_bound _ Hp) as Hkept.
  pose proof (highest_nonneg taken) as H0. unfold receive_ahead, chain_key. rewrite En, Ec.
    cbv beta iota zeta.
  generalize dependent (max_out_of_order parameters). intros kept Hyoung Hbound Hkept.
  assert (0 <= kept * 11 / 10 < 2 ^ 36) as Hdiv.
  { split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia. }
  assert (forall i, In i taken -> i <= highest taken) as Htop by (intros; now apply highest_above).
  assert (0 < highest taken -> In (highest taken) taken) as Hlast by apply highest_is_in.
  step.
  eapply (yields_mono _ (fun stored => NoDup (numbers stored) /\
    (forall x, In x stored -> 0 < StoredKey_index x < highest taken /\ ~ In (StoredKey_index x) taken /\
       StoredKey_key x = message_key start (StoredKey_index x)) /\
    (forall i, 0 < i < highest taken -> index <= i + kept -> ~ In i taken -> In i (numbers stored)))).
  { step; step; [lia|]. step; step.
    - split; [constructor|]. split; [simpl; tauto|]. intros; lia.
    - split; [exact Hdist|]. split; [exact Hstored|]. intros i H1 H2. apply Hyoung; lia. }
  intros stored (S1 & S2 & S3). step; step; [lia|]. step.
  apply (yields_for (fun ctr '(next, keys) =>
    next = chain_key_at start (ctr - 1) /\ NoDup (numbers keys) /\
    (forall x, In x keys -> 0 < StoredKey_index x < ctr /\ ~ In (StoredKey_index x) taken /\
       StoredKey_key x = message_key start (StoredKey_index x)) /\
    (forall i, 0 < i < ctr -> index <= i + kept -> ~ In i taken -> In i (numbers keys)))).
  - split; [f_equal; lia|]. split; [exact S1|]. split.
    + intros x Hx. destruct (S2 x Hx) as (? & ?). split; [lia|assumption].
    + intros i H1 H2 H3. destruct (Z.eq_dec i (highest taken)) as [->|]; [exfalso; apply H3, Hlast; lia|].
      apply S3; auto; lia.
  - intros ctr (next, keys) Hctr (I1 & I2 & I3 & I4). subst next. rewrite chain_steps by (auto; lia).
    cbn [bind]. cbv zeta. step; step; [lia|]. step.
    assert (~ In ctr (numbers keys)) as Hnew.
    { intros Hin. apply in_map_iff in Hin as (x & Ex & Hx). destruct (I3 x Hx) as (? & _). lia. }
    assert (~ In ctr taken) as Hfree by (intros Hin; specialize (Htop ctr Hin); lia).
    step.
    + step. step. split; [f_equal; lia|]. unfold numbers, seq_push. rewrite map_app.
      cbn [map StoredKey_index].
      fold (numbers keys). split; [|split].
      * apply (Permutation_NoDup (Permutation_cons_append _ _)). constructor; assumption.
      * intros x Hx. apply in_app_iff in Hx as [Hx|[<-|[]]].
        -- destruct (I3 x Hx) as (? & ?). split; [lia|assumption].
        -- cbn [StoredKey_index StoredKey_key]. split; [lia|]. split; [exact Hfree|reflexivity].
      * intros i H1 H2 H3. apply in_app_iff. destruct (Z.eq_dec i ctr) as [->|]; [right; now left|].
        left. apply I4; auto; lia.
    + step. step. split; [f_equal; lia|]. split; [exact I2|]. split.
      * intros x Hx. destruct (I3 x Hx) as (? & ?). split; [lia|assumption].
      * intros i H1 H2 H3. apply I4; auto; lia.
  - intros (next, keys) (I1 & I2 & I3 & I4).
    replace (Z.max (highest taken + 1) index) with index in * by lia. subst next.
    step; step; [lia|]. step. eapply yields_mono.
    { apply collect_garbage_keeps_young_keys; [exact I2| |lia|lia|].
      - assert (seq_len keys <= Z.max 0 (index - 1 - 1 + 1)) as Hfew; [|lia].
        replace (seq_len keys) with (seq_len (numbers keys)) by (unfold seq_len, numbers;
          now rewrite map_length).
        apply different_numbers_fit; [exact I2|]. intros i Hin. apply in_map_iff in Hin as (x & <- & Hx).
        destruct (I3 x Hx) as (? & _). lia.
      - intros x Hx. destruct (I3 x Hx) as (? & _). lia. }
    intros rest (R1 & R2 & R3 & R4). rewrite chain_steps by (auto; lia). cbn [bind]. cbv zeta. step.
    eexists. split; [reflexivity|].
    assert (highest (index :: taken) = index) as Etop by (simpl; lia).
    constructor; cbn [Half_ctr Half_next Half_stored]; rewrite ?Etop; try lia; auto.
    + intros i [<-|Hin]; [lia|auto].
    + constructor; [intros Hin; specialize (Htop index Hin); lia|exact Honce].
    + intros x Hx. destruct (I3 x (R2 x Hx)) as (? & ? & ?). split; [lia|]. split; [|assumption].
      intros [E|Hin]; [lia|contradiction].
    + intros i H1 H2 H3. assert (~ In i taken) as H4 by (intros H4; apply H3; now right).
      specialize (I4 i H1 H2 H4). apply in_map_iff in I4 as (x & <- & Hx).
      apply in_numbers, R3; [exact Hx|lia].
    + unfold store_bound. destruct R4 as [R4|R4]; [lia|].
      assert (seq_len rest <= Z.max 0 (index - 1 - (index - 1 - kept) + 1)) as Hfew; [|lia].
      replace (seq_len rest) with (seq_len (numbers rest)) by (unfold seq_len, numbers;
        now rewrite map_length).
      apply different_numbers_fit; [exact R1|]. intros i Hin. apply in_map_iff in Hin as (x & <- & Hx).
      specialize (R4 x Hx). destruct (I3 x (R2 x Hx)) as (? & _). lia.
Qed.

Lemma store_bound_small kept : 0 < kept < 2 ^ 32 -> store_bound kept < 2 ^ 36.
Proof.
  intros. unfold store_bound. assert (kept * 11 / 10 < 2 ^ 36) by (apply Z.div_lt_upper_bound; lia). lia.
Qed.

Lemma existsb_in index l : existsb (Z.eqb index) l = true <-> In index l.
Proof.
  rewrite existsb_exists. split.
  - intros (x & Hx & E). replace index with x by lia. exact Hx.
  - intros H. exists index. split; [exact H|lia].
Qed.

Lemma half_receives_behind start parameters taken h index :
  SparseChainKey_typed start -> ChainParameters_typed parameters ->
  Half_receives start (max_out_of_order parameters) taken h -> 0 <= index < highest taken ->
  yields (receive_behind h index parameters) (fun r =>
    match half_answer start parameters taken index with
    | Ok key => exists h',
        r = Ok (h', key) /\ Half_receives start (max_out_of_order parameters) (index :: taken) h'
    | Err error => r = Err error
    end).
Proof.
  intros Hs Hp [Ec Hr En Hpos Honce Hdist Hstored Hyoung Hbound] Hi. unfold receive_behind, half_answer.
  pose proof (max_out_of_order_bound _ Hp) as Hkept. pose proof (store_bound_small _ Hkept) as Hsmall.
  step; step; [lia|]. rewrite Ec. step; [reflexivity|].
  assert (0 <= max_jump parameters) as Hjump.
  { destruct Hp as (Hp & _). unfold max_jump, DEFAULT_MAX_JUMP, typed_int in *.
    destruct (_ =? 0); lia. }
  replace (highest taken + max_jump parameters <? index) with false by lia.
  step. eapply yields_mono; [apply stored_at_finds; lia|]. intros [i|] Hfound.
  - destruct Hfound as (Hrange & x & Hx & <-). pose proof (nth_error_In _ _ Hx) as Hin.
    destruct (Hstored x Hin) as (H1 & H2 & H3).
    replace (StoredKey_index x =? 0) with false by lia.
    destruct (existsb (Z.eqb (StoredKey_index x)) taken) eqn:E; [apply existsb_in in E; contradiction|].
    cbn [orb]. step. eapply yields_mono; [apply (remove_stored_removes _ i x); auto; lia|].
    intros rest Hperm. cbv zeta. destruct (seq_index_ret (Half_stored h) i Hrange) as (x' & Ex' & Hx').
    rewrite Ex'. rewrite Hx in Hx'. injection Hx' as <-. cbn [bind]. step. rewrite H3.
    eexists. split; [reflexivity|].
    assert (highest (StoredKey_index x :: taken) = highest taken) as Etop by (simpl; lia).
    pose proof (Permutation_NoDup (Permutation_map StoredKey_index Hperm) Hdist) as Hnd.
    cbn [map] in Hnd. inversion Hnd as [|? ? Hni Hnd']; subst.
    constructor; cbn [Half_ctr Half_next Half_stored]; rewrite ?Etop; auto.
    + intros j [<-|Hj]; [lia|auto].
    + constructor; assumption.
    + intros y Hy. destruct (Hstored y) as (? & ? & ?).
      { apply (Permutation_in y (Permutation_sym Hperm)). now right. }
      split; [lia|]. split; [|assumption]. intros [Eq|Hin']; [|contradiction].
      apply Hni. rewrite Eq. now apply in_map.
    + intros j Hj1 Hj2 Hj3. assert (In j (numbers (Half_stored h))) as Hj.
      { apply Hyoung; auto. intros Hj. apply Hj3. now right. }
      apply (Permutation_in j (Permutation_map StoredKey_index Hperm)) in Hj.
      destruct Hj as [<-|Hj]; [|exact Hj].
      exfalso. apply Hj3. now left.
    + apply Permutation_length in Hperm. unfold seq_len in *. simpl length in Hperm. lia.
  - destruct (Z.eqb_spec index 0) as [->|Hne]; [step; reflexivity|].
    destruct (existsb (Z.eqb index) taken) eqn:E; [step; reflexivity|]. exfalso.
    apply Hfound, Hyoung; [lia|lia|]. intros Hin. apply existsb_in in Hin. congruence.
Qed.

(** A receiving half answers a request as [half_answer] says, whatever was asked for before. *)
Lemma receive_half_answers start parameters taken h index :
  SparseChainKey_typed start -> ChainParameters_typed parameters ->
  Half_receives start (max_out_of_order parameters) taken h -> 0 <= index < 2 ^ 32 ->
  yields (receive_half h index parameters) (fun r =>
    match half_answer start parameters taken index with
    | Ok key => exists h',
        r = Ok (h', key) /\ Half_receives start (max_out_of_order parameters) (index :: taken) h'
    | Err error => r = Err error
    end).
Proof.
  intros Hs Hp Hh Hi. pose proof (receives_ctr _ _ _ _ Hh) as Ec.
    pose proof (max_out_of_order_bound _ Hp) as Hkept.
  pose proof (highest_nonneg taken) as H0.
  unfold receive_half. rewrite Ec. step; [apply half_receives_behind; auto; lia|]. step.
  - unfold half_answer. replace (index + max_out_of_order parameters <? highest taken) with false by lia.
    assert (((index =? 0) || existsb (Z.eqb index) taken) = true) as ->; [|step; reflexivity].
    apply orb_true_iff. destruct (Z.eq_dec index 0); [left; lia|right]. apply existsb_in.
    replace index with (highest taken) by lia. apply highest_is_in. lia.
  - step; step; [lia|]. unfold half_answer.
    replace (index + max_out_of_order parameters <? highest taken) with false by lia.
    replace (index =? 0) with false by lia.
    destruct (existsb (Z.eqb index) taken) eqn:E.
    { apply existsb_in, highest_above in E. lia. }
    cbn [orb]. replace (highest taken + max_jump parameters <? index)
      with (max_jump parameters <? index - highest taken)
      by lia.
    step; [step; reflexivity|]. apply half_receives_ahead; auto. lia.
Qed.
End Halves.
