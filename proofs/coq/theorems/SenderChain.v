(** The chain of a sender of a group, at the sender and at one receiver.

    A chain begins with a chain key; [sender_seed start i] is the seed of message [i] of the chain that begins
    with [start]. A receiver that joins at message [first] has the chain key of that message, and what it
    keeps is described by the messages that it has decrypted. *)
From Coq Require Import Permutation.
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives groups groups_sender_key_types
  groups_sender_key.
From Twinratchet.generated Require wire ratchet_skipped.
From Twinratchet.theorems.safety Require Import groups_sender_key_types groups_sender_key_stored
  groups_sender_key.

Section Chains.
Context {P : Primitives} {T : Typed P}.

(** * The seeds of a chain *)

Fixpoint sender_chain_key_after (start : SenderChainKey) (steps : nat) : SenderChainKey :=
  match steps with
  | O => start
  | S before => fst (Value.value ([], []) (kdf_sender_ck (sender_chain_key_after start before)))
  end.

(** The chain key at message [i]. *)
Definition sender_chain_key (start : SenderChainKey) (i : Z) : SenderChainKey :=
  sender_chain_key_after start (Z.to_nat i).

(** The seed of message [i]. *)
Definition sender_seed (start : SenderChainKey) (i : Z) : SenderMessageSeed :=
  snd (Value.value ([], []) (kdf_sender_ck (sender_chain_key start i))).

Lemma sender_chain_key_typed start i :
  SenderChainKey_typed start -> SenderChainKey_typed (sender_chain_key start i).
Proof.
  intros H. unfold sender_chain_key. induction (Z.to_nat i) as [|n IH]; [exact H|].
  cbn [sender_chain_key_after].
  apply (yields_its_value ([], []) _ _ (kdf_sender_ck_safe _ IH)).
Qed.

Lemma sender_seed_typed start i : SenderChainKey_typed start -> SenderMessageSeed_typed (sender_seed start i).
Proof.
  intros H. apply (yields_its_value ([], []) _ _ (kdf_sender_ck_safe _ (sender_chain_key_typed start i H))).
Qed.

Lemma sender_chain_steps start i :
  SenderChainKey_typed start -> 0 <= i ->
  kdf_sender_ck (sender_chain_key start i) = Ret (sender_chain_key start (i + 1), sender_seed start i).
Proof.
  intros H Hi.
  destruct (yields_its_value ([], []) _ _ (kdf_sender_ck_safe _ (sender_chain_key_typed start i H)))
    as (E & _).
  rewrite E. f_equal. unfold sender_seed. rewrite (surjective_pairing (Value.value _ _)) at 1.
  f_equal.
  unfold sender_chain_key. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia. reflexivity.
Qed.

(** * The store of a receiver *)

(** The most skipped keys of a state, in each profile. *)
Definition sender_store_bound (profile : wire.Profile) : Z :=
  match profile with
  | wire.Profile_WhatsAppV3 => MAX_SENDER_GATHERED
  | _ => MAX_SENDER_SKIPPED
  end.

(** The number of the next message of the chain, for a receiver that joined at [first] and has decrypted
    [taken]. *)
Definition next_of (first : Z) (taken : list Z) : Z :=
  fold_right (fun i next => Z.max (i + 1) next) first taken.

Lemma next_of_from first taken : first <= next_of first taken.
Proof. induction taken; simpl; lia. Qed.

Lemma next_of_above first taken i : In i taken -> i < next_of first taken.
Proof. induction taken as [|j taken IH]; simpl; [tauto|]. intros [->|H]; [lia|]. specialize (IH H). lia. Qed.

(** A store at message [next]: seeds of messages since [first] that were not decrypted, and of these all that
    are not more than 2000 behind. *)
Record Store_receives (profile : wire.Profile) (start : SenderChainKey) (first : Z) (taken : list Z)
    (next : Z) (skipped : list SenderSkippedKey) : Prop := {
  store_well_formed : sender_store_well_formed next skipped;
  store_seeds : forall x, In x skipped ->
    first <= SenderSkippedKey_iteration x /\ ~ In (SenderSkippedKey_iteration x) taken /\
    SenderSkippedKey_seed x = sender_seed start (SenderSkippedKey_iteration x);
  store_young : forall i, first <= i < next -> next <= i + MAX_SENDER_SKIPPED -> ~ In i taken ->
    In i (iterations skipped);
  store_bounded : seq_len skipped <= sender_store_bound profile
}.

Lemma in_iterations x skipped : In x skipped -> In (SenderSkippedKey_iteration x) (iterations skipped).
Proof. apply in_map. Qed.

(** One more seed is stored; what is dropped is more than 2000 behind. *)
Lemma store_sender_skipped_stores profile start first taken next skipped :
  Store_receives profile start first taken next skipped -> 0 <= first <= next -> ~ In next taken ->
  yields (let! limit := sender_skipped_limit profile in
          store_sender_skipped skipped limit next (sender_seed start next))
    (Store_receives profile start first taken (next + 1)).
Proof.
  intros [(W1 & W2 & W3) S1 S2 S3] Hnext Hnew. pose proof (seq_len_nonneg skipped).
  assert (exists full, sender_skipped_limit profile = Ret (ratchet_skipped.mk_SkippedLimit full 1999) /\
    full = sender_store_bound profile /\ 2000 <= full <= 2050) as (full & -> & Efull & Hfull).
  { destruct profile; eexists; (split; [reflexivity|]); cbn; unfold MAX_SENDER_SKIPPED, MAX_SENDER_GATHERED;
      split; reflexivity || lia. }
  cbn [bind]. unfold store_sender_skipped.
  cbn [ratchet_skipped.SkippedLimit_full ratchet_skipped.SkippedLimit_kept].
  unfold MAX_SENDER_SKIPPED, MAX_SENDER_GATHERED in *.
  step. eapply (yields_mono _ (fun kept =>
    (exists n, kept = skipn n skipped) /\ seq_len kept < full /\
    (forall i, first <= i < next -> next + 1 <= i + 2000 -> ~ In i taken -> In i (iterations kept)))).
  - step.
    + step. step; [lia|]. rewrite seq_slice_ret by lia.
      rewrite firstn_all2 by (rewrite skipn_length; unfold seq_len in *; lia).
      remember (Z.to_nat (seq_len skipped - 1999)) as n eqn:En. simpl yields.
      assert (seq_len (skipn n skipped) = 1999) as Hlen.
      { subst n. rewrite seq_len_skipn; lia. }
      split; [exists n; reflexivity|]. split; [lia|]. intros i Hi Hyoung Hfree.
      assert (In i (iterations skipped)) as Hin by (apply S2; auto; lia).
      unfold iterations in *. rewrite <- (firstn_skipn n skipped), map_app in Hin, W2.
      apply in_app_iff in Hin as [Hin|Hin]; [exfalso|exact Hin].
      apply ascending_app in W2 as (_ & W4 & W5).
      assert (seq_len (map SenderSkippedKey_iteration (skipn n skipped)) <= Z.max 0 (next - 1 - (i + 1) + 1))
        as Hfew.
      { apply different_numbers_fit; [exact (ascending_are_different _ _ W4)|]. intros j Hj.
        specialize (W5 i j Hin Hj). assert (j < next); [|lia]. apply W3.
        rewrite <- (firstn_skipn n skipped), map_app. apply in_or_app. now right. }
      unfold seq_len in Hfew, Hlen. rewrite map_length in Hfew. lia.
    + step. split; [exists 0%nat; reflexivity|]. split; [lia|]. intros i Hi Hyoung Hfree. apply S2; auto; lia.
  - intros kept ((n & ->) & Hlen & Hyoung). step.
    constructor.
    + apply sender_store_well_formed_push; [|lia|unfold MAX_SENDER_GATHERED; lia|reflexivity].
      apply sender_store_well_formed_skipn. split; [exact W1|]. split; assumption.
    + intros x Hx. unfold seq_push in Hx. apply in_app_iff in Hx as [Hx|[<-|[]]].
      * apply S1. rewrite <- (firstn_skipn n skipped). apply in_or_app. now right.
      * cbn [SenderSkippedKey_iteration SenderSkippedKey_seed]. split; [lia|].
        split; [exact Hnew|reflexivity].
    + intros i Hi1 Hi2 Hi3. unfold iterations, seq_push. rewrite map_app. apply in_or_app.
      destruct (Z.eq_dec i next) as [->|]; [right; now left|left].
      apply Hyoung; auto; unfold MAX_SENDER_SKIPPED in *; lia.
    + rewrite seq_len_push. lia.
Qed.

(** * The state of a receiver *)

Record State_receives (profile : wire.Profile) (chain_id : Z) (key : PublicKey) (start : SenderChainKey)
    (first : Z) (taken : list Z) (state : SenderKeyState) : Prop := {
  state_version : SenderKeyState_version state = wire.SENDER_KEY_VERSION;
  state_chain_id : SenderKeyState_chain_id state = chain_id;
  state_key : keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing state)) = key;
  state_first : 0 <= first;
  state_next : SenderKeyState_iteration state = next_of first taken;
  state_range : next_of first taken < 2 ^ 32;
  state_chain : SenderKeyState_chain_key state = sender_chain_key start (next_of first taken);
  state_since : forall i, In i taken -> first <= i;
  state_once : NoDup taken;
  state_store : Store_receives profile start first taken (next_of first taken) (SenderKeyState_skipped state)
}.

(** What a receiver that has a state gives for a message, and the state after it. *)
Definition gives_seed profile chain_id key start first taken (i : Z) (r : result SenderStep GroupError)
  : Prop :=
  exists step, r = Ok step /\ SenderStep_seed step = sender_seed start i /\
    State_receives profile chain_id key start first (i :: taken) (SenderStep_state step).

Lemma step_to_message_gives profile chain_id key start first taken state i :
  SenderChainKey_typed start -> State_receives profile chain_id key start first taken state ->
  next_of first taken <= i < 2 ^ 32 - 1 -> i - next_of first taken <= max_sender_jump profile ->
  yields (step_to_message profile state i) (gives_seed profile chain_id key start first taken i).
Proof.
  intros Hstart [Rv Rc Rk Rf Rn Rr Rck Rs Ro Rst] Hi Hjump. unfold step_to_message.
  pose proof (next_of_from first taken) as Hfrom.
  assert (forall j, In j taken -> j < next_of first taken) as Htaken.
  { intros j. apply next_of_above. }
  rewrite Rn, Rck. generalize dependent (next_of first taken).
  intros next Rn Rr Rck Rst Hi Hjump Hfrom Htaken.
  step. step; [lia|]. step; [lia|]. unfold next_iteration.
  replace (i =? 4294967295) with false by lia. unfold checked_add. rewrite checked_ret by lia. cbn [bind].
  cbv zeta.
  step. apply (yields_for (fun j '(chain_key, skipped) =>
    chain_key = sender_chain_key start j /\ Store_receives profile start first taken j skipped)).
  - split; [reflexivity|exact Rst].
  - intros j (chain_key & skipped) Hj (-> & Hstore). rewrite sender_chain_steps by (auto; lia). cbn [bind].
    assert (~ In j taken) as Hnew by (intros Hin; specialize (Htaken j Hin); lia).
    pose proof (store_sender_skipped_stores _ _ _ _ _ _ Hstore ltac:(lia) Hnew) as Hstored.
    destruct (sender_skipped_limit profile) as [limit|]; [|contradiction]. cbn [bind] in *.
    step. eapply yields_mono; [exact Hstored|]. intros kept Hkept. split; [reflexivity|exact Hkept].
  - intros (chain_key & skipped) (-> & Hstore). replace (Z.max next i) with i in * by lia.
    rewrite sender_chain_steps by (auto; lia). cbn [bind yields]. eexists. split; [reflexivity|].
    split; [reflexivity|].
    assert (next_of first (i :: taken) = i + 1) as Enext.
    { cbn [next_of fold_right]. fold (next_of first taken). assert (next_of first taken <= i); [|lia].
      clear - Htaken Hfrom Hi. induction taken as [|j rest IH]; simpl; [lia|].
      specialize (Htaken j (or_introl eq_refl)) as Hj. assert (next_of first rest <= i); [|simpl in *; lia].
      apply IH. intros k Hk. apply Htaken. now right. }
    destruct Hstore as [(W1 & W2 & W3) S1 S2 S3].
    constructor; cbn [SenderStep_state with_chain SenderKeyState_version SenderKeyState_chain_id
      SenderKeyState_signing
      SenderKeyState_iteration SenderKeyState_chain_key SenderKeyState_skipped]; rewrite ?Enext; auto;
        try lia.
    + intros j [<-|Hj]; [lia|auto].
    + constructor; [|exact Ro]. intros Hin. specialize (Htaken i Hin). lia.
    + constructor.
      * apply (sender_store_well_formed_later i); [lia|]. split; [exact W1|]. split; assumption.
      * intros x Hx. destruct (S1 x Hx) as (H1 & H2 & H3). split; [exact H1|]. split; [|exact H3].
        specialize (W3 _ (in_iterations _ _ Hx)). intros [E|Hin]; [lia|contradiction].
      * intros j Hj1 Hj2 Hj3. assert (j <> i) by (intros ->; apply Hj3; now left).
        apply S2; [lia|lia|]. intros Hin. apply Hj3. now right.
      * exact S3.
Qed.

(** The stored seed of a message is found, if it is there, and taken out. *)
Lemma take_sender_skipped_takes state i :
  seq_len (SenderKeyState_skipped state) <= MAX_SENDER_GATHERED ->
  yields (take_sender_skipped state i) (fun r =>
    let skipped := SenderKeyState_skipped state in
    (exists k x, nth_error skipped k = Some x /\ SenderSkippedKey_iteration x = i /\
       r = Ok (mk_SenderStep
         (with_chain state (SenderKeyState_iteration state) (SenderKeyState_chain_key state)
            (firstn k skipped ++ skipn (S k) skipped))
         (SenderSkippedKey_seed x))) \/
    (~ In i (iterations skipped) /\ r
      = Err (GroupError_DuplicateMessage (SenderKeyState_iteration state) i))).
Proof.
  intros Hlen. unfold take_sender_skipped, MAX_SENDER_GATHERED in *. cbv zeta.
  pose proof (seq_len_nonneg (SenderKeyState_skipped state)).
  remember (SenderKeyState_skipped state) as skipped eqn:Eskipped.
  step. apply (yields_for (fun n found =>
    match found with
    | Some k => 0 <= k < seq_len skipped /\
        exists x, nth_error skipped (Z.to_nat k) = Some x /\ SenderSkippedKey_iteration x = i
    | None => forall j x, 0 <= j < n -> nth_error skipped (Z.to_nat j) = Some x ->
      SenderSkippedKey_iteration x <> i
    end)).
  - intros; lia.
  - intros n found Hn Hfound. destruct (seq_index_ret skipped n Hn) as (x & Ex & Nx). rewrite Ex. cbn [bind].
    destruct (Z.eqb_spec (SenderSkippedKey_iteration x) i).
    + step. split; [exact Hn|]. exists x. split; assumption.
    + step. destruct found as [k|]; [exact Hfound|]. intros j y Hj Hy.
      destruct (Z.eq_dec j n) as [->|]; [congruence|]. apply (Hfound j); auto. lia.
  - intros [k|] Hfound.
    + destruct Hfound as (Hk & x & Nx & <-).
      step. rewrite seq_slice_ret by lia. cbn [bind yields]. step. step; [lia|]. step. step; [lia|].
      step. step; [lia|]. step. rewrite seq_slice_ret by lia. cbn [bind yields].
      destruct (seq_index_ret skipped k Hk) as (x' & Ex' & Nx'). rewrite Nx in Nx'. injection Nx' as <-.
      rewrite Ex'.
      cbn [bind]. step. left. exists (Z.to_nat k), x. split; [exact Nx|]. split; [reflexivity|].
      rewrite (firstn_all2 (n := Z.to_nat (seq_len skipped - k - 1)))
        by (rewrite skipn_length; unfold seq_len in *; lia).
      replace (Z.to_nat (k + 1)) with (S (Z.to_nat k)) by lia. reflexivity.
    + step. right. split; [|reflexivity]. intros Hin. apply in_map_iff in Hin as (x & Ex & Hx).
      apply In_nth_error in Hx as (n & Nn). apply (Hfound (Z.of_nat n) x); [|now rewrite Nat2Z.id|exact Ex].
      assert (n < length skipped)%nat by (apply nth_error_Some; congruence). unfold seq_len. lia.
Qed.

Lemma take_sender_skipped_gives profile chain_id key start first taken state i :
  State_receives profile chain_id key start first taken state -> 0 <= i < next_of first taken ->
  yields (take_sender_skipped state i) (fun r =>
    (In i (iterations (SenderKeyState_skipped state)) /\
      gives_seed profile chain_id key start first taken i r) \/
    (~ In i (iterations (SenderKeyState_skipped state)) /\
     r = Err (GroupError_DuplicateMessage (next_of first taken) i))).
Proof.
  intros [Rv Rc Rk Rf Rn Rr Rck Rs Ro [(W1 & W2 & W3) S1 S2 S3]] Hi.
  eapply yields_mono; [apply (take_sender_skipped_takes state i W1)|]. cbv beta zeta.
  intros r [(k & x & Nx & <- & ->)|(Hno & ->)]; [left|right; rewrite Rn; auto].
  pose proof (nth_error_In _ _ Nx) as Hin. split; [now apply in_iterations|]. eexists. split; [reflexivity|].
  destruct (S1 x Hin) as (X1 & X2 & X3). split; [exact X3|].
  pose proof (removal_permutes _ _ _ Nx) as Hperm.
  pose proof (Permutation_map SenderSkippedKey_iteration Hperm) as Hperm'. cbn [map] in Hperm'.
  pose proof (Permutation_NoDup Hperm' (ascending_are_different _ _ W2)) as Hnd.
  inversion Hnd as [|? ? Hni _]; subst.
  assert (next_of first (SenderSkippedKey_iteration x :: taken) = next_of first taken) as Enext.
  { cbn [next_of fold_right]. fold (next_of first taken). lia. }
  constructor; cbn [SenderStep_state with_chain SenderKeyState_version SenderKeyState_chain_id
    SenderKeyState_signing SenderKeyState_iteration SenderKeyState_chain_key SenderKeyState_skipped];
    rewrite ?Enext; auto.
  - intros j [<-|Hj]; auto.
  - constructor; assumption.
  - constructor.
    + apply sender_store_well_formed_removal. split; [exact W1|]. split; assumption.
    + intros y Hy. destruct (S1 y) as (Y1 & Y2 & Y3).
      { apply (Permutation_in y (Permutation_sym Hperm)). now right. }
      split; [exact Y1|]. split; [|exact Y3]. intros [E|Hin']; [|contradiction].
      apply Hni. rewrite E. now apply in_map.
    + intros j Hj1 Hj2 Hj3. assert (In j (iterations (SenderKeyState_skipped state))) as Hj.
      { apply S2; auto. intros Hj. apply Hj3. now right. }
      apply (Permutation_in j Hperm') in Hj. destruct Hj as [<-|Hj]; [exfalso; apply Hj3; now left|exact Hj].
    + apply Permutation_length in Hperm. unfold seq_len in *. cbn [length] in Hperm. lia.
Qed.

(** A message since [first] that was not decrypted is decrypted, unless it is too far ahead or behind. *)
Lemma receive_seed_gives profile chain_id key start first taken state i :
  SenderChainKey_typed start -> State_receives profile chain_id key start first taken state ->
  first <= i < 2 ^ 32 - 1 -> ~ In i taken ->
  i - next_of first taken <= max_sender_jump profile -> next_of first taken - i <= MAX_SENDER_SKIPPED ->
  yields (receive_seed profile state i) (gives_seed profile chain_id key start first taken i).
Proof.
  intros Hstart Hstate Hi Hnew Hahead Hbehind. unfold receive_seed. rewrite (state_next _ _ _ _ _ _ _ Hstate).
  pose proof (state_first _ _ _ _ _ _ _ Hstate). destruct (Z.ltb_spec i (next_of first taken)).
  - eapply yields_mono; [apply (take_sender_skipped_gives _ _ _ _ _ _ _ _ Hstate); lia|].
    intros r [(_ & Hr)|(Hr & _)]; [exact Hr|]. exfalso. apply Hr.
    apply (store_young _ _ _ _ _ _ (state_store _ _ _ _ _ _ _ Hstate)); auto; lia.
  - apply step_to_message_gives; auto. lia.
Qed.

(** * Messages that were used *)

(** Message [i] was used: the chain has passed it, and its seed is not kept. *)
Definition used (i : Z) (state : SenderKeyState) : Prop :=
  i < SenderKeyState_iteration state /\ ~ In i (iterations (SenderKeyState_skipped state)).

(** What a step keeps: what was used, the message of the step too, and the bound of the store. *)
Definition step_keeps (profile : wire.Profile) (state : SenderKeyState) (i : Z)
  (r : result SenderStep GroupError)
  : Prop :=
  match r with
  | Ok step =>
      used i (SenderStep_state step) /\ (forall j, used j state -> used j (SenderStep_state step)) /\
      (seq_len (SenderKeyState_skipped state) <= sender_store_bound profile ->
       seq_len (SenderKeyState_skipped (SenderStep_state step)) <= sender_store_bound profile)
  | Err _ => True
  end.

Lemma store_sender_skipped_adds profile skipped limit i seed :
  sender_skipped_limit profile = Ret limit -> seq_len skipped <= MAX_SENDER_GATHERED ->
  yields (store_sender_skipped skipped limit i seed) (fun kept =>
    (forall j, In j (iterations kept) -> In j (iterations skipped) \/ j = i) /\
    (seq_len skipped <= sender_store_bound profile -> seq_len kept <= sender_store_bound profile)).
Proof.
  intros E Hlen. pose proof (seq_len_nonneg skipped).
  assert (ratchet_skipped.SkippedLimit_full limit = sender_store_bound profile /\
    ratchet_skipped.SkippedLimit_kept limit = 1999 /\ 2000 <= sender_store_bound profile <= 2050)
      as (Efull & Ekept & Hb).
  { destruct profile; cbn in E; injection E as <-; repeat split; discriminate. }
  unfold store_sender_skipped, MAX_SENDER_GATHERED in *. rewrite Efull, Ekept.
  step. apply (yields_mono _ (fun kept =>
    (exists n, kept = skipn n skipped) /\ (seq_len skipped <= sender_store_bound profile ->
     seq_len kept < sender_store_bound profile))).
  - step.
    + step. step; [lia|]. rewrite seq_slice_ret by lia.
      rewrite firstn_all2 by (rewrite skipn_length; unfold seq_len in *; lia). simpl yields.
      split; [eexists; reflexivity|]. intros _. rewrite seq_len_skipn; lia.
    + step. split; [exists 0%nat; reflexivity|]. lia.
  - intros kept ((n & ->) & Hk). step. split.
    + intros j Hj. unfold iterations, seq_push in *. rewrite map_app in Hj.
      apply in_app_iff in Hj as [Hj|[<-|[]]]; [left|now right].
      rewrite <- (firstn_skipn n skipped), map_app. apply in_or_app. now right.
    + rewrite seq_len_push. intros H1. specialize (Hk H1). lia.
Qed.

Lemma receive_seed_keeps profile state i :
  SenderKeyState_typed state -> SenderKeyState_well_formed state -> typed_int 32 i ->
  yields (receive_seed profile state i) (step_keeps profile state i).
Proof.
  intros Hs Hw Hi. pose proof Hw as (W1 & W2 & W3). unfold receive_seed. step.
  - eapply yields_mono; [apply (take_sender_skipped_takes state i W1)|]. cbv beta zeta.
    intros r [(k & x & Nx & <- & ->)|(Hno & ->)]; [|exact I].
    pose proof (removal_permutes _ _ _ Nx) as Hperm.
    pose proof (Permutation_map SenderSkippedKey_iteration Hperm) as Hperm'. cbn [map] in Hperm'.
    pose proof (Permutation_NoDup Hperm' (ascending_are_different _ _ W2)) as Hnd.
    inversion Hnd as [|? ? Hni _]; subst.
    unfold step_keeps, used. cbn [SenderStep_state with_chain SenderKeyState_iteration
      SenderKeyState_skipped].
    split; [split; [lia|exact Hni]|]. split.
    + intros j (Hj1 & Hj2). split; [exact Hj1|]. intros Hin. apply Hj2.
      apply (Permutation_in j (Permutation_sym Hperm')). now right.
    + intros Hb. apply Permutation_length in Hperm. unfold seq_len in *. cbn [length] in Hperm. lia.
  - pose proof Hs as (_ & _ & (Hi0 & _) & Hck & _ & Hskipped). unfold step_to_message.
    pose proof Hi as (_ & Hi1). step. step; [lia|]. step; [exact I|].
    unfold next_iteration. destruct (i =? 4294967295) eqn:Elast; [exact I|].
    unfold checked_add. rewrite checked_ret by lia. cbn [bind]. cbv zeta.
    apply yields_bind, (yields_for (fun n '(chain_key, skipped) =>
      SenderChainKey_typed chain_key /\ sender_skipped_so_far n skipped /\
      (forall j, In j (iterations skipped) ->
        In j (iterations (SenderKeyState_skipped state)) \/ SenderKeyState_iteration state <= j < n) /\
      (seq_len (SenderKeyState_skipped state) <= sender_store_bound profile ->
       seq_len skipped <= sender_store_bound profile))).
    + split; [exact Hck|]. split; [split; assumption|]. auto.
    + intros n (chain_key & skipped) Hrange (H1 & H2 & H3 & H4).
      call_by (kdf_sender_ck_safe _ H1) stepped Hstepped.
      destruct stepped as (stepped & seed), Hstepped as (H5 & H6).
      cbn [fst snd] in H5, H6. pose proof (sender_skipped_limit_safe profile) as Hlimit.
      destruct (sender_skipped_limit profile) as [limit|] eqn:Elimit; [|contradiction].
      simpl yields in Hlimit.
      cbn [bind]. apply yields_bind. eapply yields_mono.
      * apply yields_and.
        -- exact (store_sender_skipped_safe _ limit n _ H2 (proj2 Hlimit) ltac:(split; lia) H6).
        -- exact (store_sender_skipped_adds profile skipped limit n seed Elimit (proj1 (proj2 H2))).
      * intros kept (K1 & K2 & K3). split; [exact H5|]. split; [exact K1|]. split; [|auto].
        intros j Hj. destruct (K2 j Hj) as [Hj'| ->]; [|lia]. destruct (H3 j Hj'); [now left|right; lia].
    + intros (chain_key & skipped) (H1 & H2 & H3 & H4).
      call_by (kdf_sender_ck_safe _ H1) stepped Hstepped.
      destruct stepped as (after & seed), Hstepped as (H5 & H6).
      unfold step_keeps, used. cbn [yields SenderStep_state with_chain SenderKeyState_iteration
        SenderKeyState_skipped].
      split; [split; [lia|]|split; [|exact H4]].
      * intros Hin. destruct (H3 i Hin) as [Hin'|Hin']; [specialize (W3 i Hin')|]; lia.
      * intros j (Hj1 & Hj2). split; [lia|]. intros Hin.
        destruct (H3 j Hin) as [Hin'|Hin']; [contradiction|lia].
Qed.

(** A message that was used is refused. *)
Lemma used_is_refused profile state i :
  SenderKeyState_well_formed state -> used i state ->
  receive_seed profile state i = Ret (Err (GroupError_DuplicateMessage (SenderKeyState_iteration state) i)).
Proof.
  intros (W1 & _) (Hpassed & Hgone). unfold receive_seed.
  replace (i <? SenderKeyState_iteration state) with true by lia.
  pose proof (take_sender_skipped_takes state i W1) as H.
  destruct (take_sender_skipped state i) as [r|]; [|contradiction].
  simpl yields in H. destruct H as [(k & x & Nx & E & _)|(_ & ->)]; [exfalso|reflexivity].
  apply Hgone. rewrite <- E. apply in_iterations. eapply nth_error_In; eauto.
Qed.
End Chains.
