(** One receiving chain of the Double Ratchet: what a step of it does, completely.

    A chain comes from its first chain key, the origin; the seed of message [i] is that of the chain key after
    [i] steps. A receiving chain that follows an origin gives every number that is still available exactly the
    seed that the sender had for it, and makes that number unavailable. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive.
From Twinratchet.generated Require ratchet ratchet_symmetric.

Definition numbers (mkskipped : list SkippedKey) : list Z := map SkippedKey_number mkskipped.

(** The number can still be received: the chain has not passed it, or has kept its seed. *)
Definition available (chain : ReceivingChain) (n : Z) : Prop :=
  chain.(ReceivingChain_nr) <= n \/ In n (numbers chain.(ReceivingChain_mkskipped)).

(** A jump over so many numbers is within the limit, if there is one. *)
Definition jump_allowed (limits : ChainLimits) (gap : Z) : Prop :=
  match limits.(ChainLimits_max_jump) with
  | Some most => gap <= most
  | None => True
  end.

(** The limits allow to go to the number, and no skipped seed has to be dropped for it. *)
Definition fits (limits : ChainLimits) (chain : ReceivingChain) (n : Z) : Prop :=
  n < chain.(ReceivingChain_nr) \/
  jump_allowed limits (n - chain.(ReceivingChain_nr)) /\
  seq_len chain.(ReceivingChain_mkskipped) + (n - chain.(ReceivingChain_nr))
    <= limits.(ChainLimits_skipped).(SkippedLimit_full).

(** How many skipped seeds there are after the number, if it fits. *)
Definition skipped_after (chain : ReceivingChain) (n : Z) : Z :=
  seq_len chain.(ReceivingChain_mkskipped)
  + (if n <? chain.(ReceivingChain_nr) then -1 else n - chain.(ReceivingChain_nr)).

Section Chain.
Context {P : Primitives} {T : Typed P}.

(** * Chain keys and seeds *)

Definition next_chain_key (ck : ChainKey) : ChainKey := hmac_sha256 ck [ratchet_symmetric.CHAIN_KEY_INPUT].
Definition message_seed (ck : ChainKey) : MessageKeySeed :=
  hmac_sha256 ck [ratchet_symmetric.MESSAGE_KEY_INPUT].
Definition chain_key (origin : ChainKey) (i : Z) : ChainKey := Nat.iter (Z.to_nat i) next_chain_key origin.
Definition seed_at (origin : ChainKey) (i : Z) : MessageKeySeed := message_seed (chain_key origin i).

Lemma next_chain_key_typed ck : ChainKey_typed ck -> ChainKey_typed (next_chain_key ck).
Proof.
  intros. apply hmac_sha256_typed; [typed|]. constructor; [|constructor].
  unfold typed_int, ratchet_symmetric.CHAIN_KEY_INPUT. lia.
Qed.

Lemma message_seed_typed ck : ChainKey_typed ck -> MessageKeySeed_typed (message_seed ck).
Proof.
  intros. apply hmac_sha256_typed; [typed|]. constructor; [|constructor].
  unfold typed_int, ratchet_symmetric.MESSAGE_KEY_INPUT. lia.
Qed.

Lemma kdf_ck_value ck :
  ChainKey_typed ck -> ratchet_symmetric.kdf_ck ck = Ret (next_chain_key ck, message_seed ck).
Proof.
  intros Hck. destruct (next_chain_key_typed ck Hck) as [Hn _].
  destruct (message_seed_typed ck Hck) as [Hs _]. unfold next_chain_key, message_seed in *.
  unfold ratchet_symmetric.kdf_ck, ratchet_symmetric.chain_hmac.
  change (seq_fill 0 1) with [0]. cbv zeta. rewrite !seq_set_ret by (cbn; lia). cbn [set_nth Z.to_nat bind].
  unfold array_from_seq. rewrite Hn, Hs. reflexivity.
Qed.

Lemma chain_key_typed origin i : ChainKey_typed origin -> ChainKey_typed (chain_key origin i).
Proof.
  intros H. unfold chain_key. induction (Z.to_nat i); [exact H|]. now apply next_chain_key_typed.
Qed.

Lemma chain_key_next origin i : 0 <= i -> next_chain_key (chain_key origin i) = chain_key origin (i + 1).
Proof. intros. unfold chain_key. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia. reflexivity. Qed.

Lemma seed_at_typed origin i : ChainKey_typed origin -> MessageKeySeed_typed (seed_at origin i).
Proof. intros. now apply message_seed_typed, chain_key_typed. Qed.

(** * Lists of skipped seeds *)

Lemma store_skipped_value mkskipped limit number seed :
  SkippedLimit_well_formed limit ->
  store_skipped mkskipped limit number seed
  = Ret (mk_SkippedKey number seed ::
      (if limit.(SkippedLimit_full) <=? seq_len mkskipped
       then firstn (Z.to_nat limit.(SkippedLimit_kept)) mkskipped
       else mkskipped)).
Proof.
  intros [Hl _]. unfold store_skipped. change (seq_fill SkippedKey_default 1) with [SkippedKey_default].
  cbv zeta. rewrite seq_set_ret by (cbn; lia). cbn [set_nth Z.to_nat bind].
  destruct (Z.leb_spec limit.(SkippedLimit_full) (seq_len mkskipped)); [|reflexivity].
  rewrite seq_slice_ret by lia. reflexivity.
Qed.

Lemma position_value mkskipped number :
  exists found, position mkskipped number = Ret found /\
    match found with
    | Some i => 0 <= i < seq_len mkskipped /\
        exists e, nth_error mkskipped (Z.to_nat i) = Some e /\ SkippedKey_number e = number
    | None => ~ In number (numbers mkskipped)
    end.
Proof.
  unfold position. cbv zeta.
  apply yields_value, yields_for with (I := fun i found =>
    match found with
    | Some i => 0 <= i < seq_len mkskipped /\
        exists e, nth_error mkskipped (Z.to_nat i) = Some e /\ SkippedKey_number e = number
    | None => ~ In number (numbers (firstn (Z.to_nat i) mkskipped))
    end).
  - intros [].
  - intros i found Hi Hfound. step. apply yields_index_any; [exact Hi|]. intros e He.
    destruct (Z.eqb_spec (SkippedKey_number e) number) as [Heq|Hne]; step; [eauto|].
    destruct found as [k|]; [exact Hfound|]. intros Hin. apply Hfound.
    replace (Z.to_nat (i + 1)) with (Z.to_nat i + 1)%nat in Hin by lia.
    apply nth_error_split in He as (l1 & l2 & -> & Hlen). rewrite <- Hlen in *.
    rewrite firstn_app_2, firstn_app, Nat.sub_diag, firstn_all in *. cbn [firstn] in *.
    unfold numbers in *. rewrite map_app, in_app_iff in *. cbn in *. tauto.
  - intros found Hfound. destruct found; [exact Hfound|]. rewrite Z.max_r in Hfound by apply seq_len_nonneg.
    unfold seq_len in Hfound. now rewrite Nat2Z.id, firstn_all in Hfound.
Qed.

Lemma take_skipped_value mkskipped number :
  skipped_well_formed mkskipped ->
  ~ In number (numbers mkskipped) /\ take_skipped mkskipped number = Ret None \/
  exists before e after, mkskipped = before ++ e :: after /\ SkippedKey_number e = number /\
    take_skipped mkskipped number = Ret (Some (SkippedKey_seed e, before ++ after)).
Proof.
  intros Hw. unfold take_skipped. destruct (position_value mkskipped number) as (found & -> & Hfound).
  cbn [bind]. destruct found as [i|]; [right|left; auto]. destruct Hfound as (Hi & e & He & Hnumber).
  apply nth_error_split in He as (before & after & E & Hlen). exists before, e, after.
  split; [exact E|]. split; [exact Hnumber|]. unfold skipped_well_formed, MAX_GATHERED in Hw.
  assert (Hb : seq_len before = i) by (unfold seq_len; lia).
  assert (Hl : seq_len mkskipped = i + 1 + seq_len after) by (rewrite E, seq_len_app, seq_len_cons; lia).
  pose proof (seq_len_nonneg after).
  rewrite seq_slice_ret by lia. cbn [bind].
  unfold checked_add, checked_sub. rewrite !checked_ret by lia. cbn [bind].
  rewrite !checked_ret by lia. cbn [bind]. rewrite seq_slice_ret by lia. cbn [bind].
  destruct (seq_index_ret mkskipped i Hi) as (e' & -> & He'). cbn [bind].
  rewrite E in He'. rewrite nth_error_app2, Hlen, Nat.sub_diag in He' by lia. injection He' as <-.
  f_equal. f_equal. f_equal. unfold seq_concat. f_equal.
  - rewrite E. cbn [Z.to_nat skipn]. rewrite <- Hlen, firstn_app, Nat.sub_diag, firstn_all. cbn.
    apply app_nil_r.
  - rewrite E. replace (Z.to_nat (i + 1)) with (length before + 1)%nat by lia.
    replace (before ++ e :: after) with ((before ++ [e]) ++ after) by now rewrite <- app_assoc.
    rewrite skipn_app, app_length. cbn [length]. rewrite Nat.sub_diag, skipn_O.
    rewrite skipn_all2 by (rewrite app_length; cbn; lia). cbn [app].
    apply firstn_all2. rewrite !seq_len_app, seq_len_cons, seq_len_nil. unfold seq_len in *. lia.
Qed.

(** * A chain that follows an origin *)

Lemma exceeding_is_not_allowed limits gap :
  if exceeds limits.(ChainLimits_max_jump) gap then ~ jump_allowed limits gap else jump_allowed limits gap.
Proof.
  unfold exceeds, jump_allowed. destruct (ChainLimits_max_jump limits) as [most|]; [|exact I].
  destruct (Z.ltb_spec most gap); lia.
Qed.

(** The chain is what becomes of the origin: its chain key and its skipped seeds are those of the sender. *)
Definition follows (origin : ChainKey) (chain : ReceivingChain) : Prop :=
  0 <= chain.(ReceivingChain_nr) <= LAST_NUMBER /\
  chain.(ReceivingChain_ckr) = chain_key origin chain.(ReceivingChain_nr) /\
  skipped_well_formed chain.(ReceivingChain_mkskipped) /\
  NoDup (numbers chain.(ReceivingChain_mkskipped)) /\
  Forall (fun e => 0 <= SkippedKey_number e < chain.(ReceivingChain_nr) /\
                   SkippedKey_seed e = seed_at origin (SkippedKey_number e))
    chain.(ReceivingChain_mkskipped).

Lemma new_chain_follows dhr origin : follows origin (mk_ReceivingChain dhr origin 0 []).
Proof.
  unfold follows. cbn [ReceivingChain_nr ReceivingChain_ckr ReceivingChain_mkskipped].
  split; [unfold LAST_NUMBER; lia|]. split; [reflexivity|].
  split; [unfold skipped_well_formed, MAX_GATHERED, seq_len; cbn; lia|]. split; constructor.
Qed.

(** What the skipped list is after it has taken the seeds of [from..to]. *)
Definition skipped_to (origin : ChainKey) (limit : SkippedLimit) (before : list SkippedKey) (from to : Z)
    (after : list SkippedKey) : Prop :=
  NoDup (numbers after) /\
  Forall (fun e => 0 <= SkippedKey_number e < to /\ SkippedKey_seed e = seed_at origin (SkippedKey_number e))
    after /\
  (forall i, In i (numbers after) -> In i (numbers before) \/ from <= i < to) /\
  seq_len after <= Z.max (seq_len before) limit.(SkippedLimit_full) /\
  (seq_len before + (to - from) <= limit.(SkippedLimit_full) ->
   seq_len after = seq_len before + (to - from) /\
   forall i, In i (numbers before) \/ from <= i < to -> In i (numbers after)).

Lemma numbers_firstn k mkskipped i : In i (numbers (firstn k mkskipped)) -> In i (numbers mkskipped).
Proof.
  intros H. rewrite <- (firstn_skipn k mkskipped). unfold numbers in *. rewrite map_app, in_app_iff. auto.
Qed.

Lemma store_extends_skipped origin limit before from to after :
  SkippedLimit_well_formed limit -> 0 <= from <= to ->
  skipped_to origin limit before from to after ->
  skipped_to origin limit before from (to + 1)
    (mk_SkippedKey to (seed_at origin to) ::
      (if limit.(SkippedLimit_full) <=? seq_len after
       then firstn (Z.to_nat limit.(SkippedLimit_kept)) after
       else after)).
Proof.
  intros [Hl _] Hle (Hd & Hf & Hin & Hlen & Hall).
  set (kept := if limit.(SkippedLimit_full) <=? seq_len after
               then firstn (Z.to_nat limit.(SkippedLimit_kept)) after else after).
  assert (Hsub : forall i, In i (numbers kept) -> In i (numbers after)).
  { subst kept. destruct (_ <=? _); eauto using numbers_firstn. }
  assert (Hkf : Forall (fun e => 0 <= SkippedKey_number e < to /\
                                 SkippedKey_seed e = seed_at origin (SkippedKey_number e)) kept).
  { subst kept. destruct (_ <=? _); auto using Forall_firstn'. }
  assert (Hkd : NoDup (numbers kept)).
  { subst kept. destruct (_ <=? _); [|exact Hd]. unfold numbers. rewrite <- firstn_map.
    now apply NoDup_firstn. }
  assert (Hkl : seq_len kept < limit.(SkippedLimit_full)).
  { subst kept. destruct (Z.leb_spec limit.(SkippedLimit_full) (seq_len after)); [|assumption].
    rewrite seq_len_firstn; lia. }
  unfold skipped_to. cbn [numbers map SkippedKey_number]. rewrite seq_len_cons. repeat split.
  - constructor; [|exact Hkd]. intros H. unfold numbers in H. apply in_map_iff in H as (e & He & Hine).
    rewrite Forall_forall in Hkf. apply Hkf in Hine. lia.
  - constructor; [cbn; split; [lia|reflexivity]|].
    eapply Forall_impl; [|exact Hkf]. cbn beta. intros e [H1 H2]. split; [lia|exact H2].
  - intros i [<-|H]; [right; lia|]. apply Hsub, Hin in H. destruct H; [auto|right; lia].
  - lia.
  - destruct (Hall ltac:(lia)) as [Heq _]. subst kept.
    destruct (Z.leb_spec limit.(SkippedLimit_full) (seq_len after)); lia.
  - intros i H'. destruct (Hall ltac:(lia)) as [Heq Hi]. subst kept.
    destruct (Z.leb_spec limit.(SkippedLimit_full) (seq_len after)); [lia|].
    destruct (Z.eq_dec i to); [left; auto|right]. apply Hi. destruct H'; [auto|right; lia].
Qed.

Lemma skip_message_keys_spec origin chain until limits :
  ChainKey_typed origin -> follows origin chain -> ChainLimits_well_formed limits ->
  chain.(ReceivingChain_nr) <= until <= LAST_NUMBER ->
  ~ jump_allowed limits (until - chain.(ReceivingChain_nr)) /\
  skip_message_keys chain until limits
  = Ret (Err (ratchet.RatchetError_TooFarInFuture (until - chain.(ReceivingChain_nr)))) \/
  jump_allowed limits (until - chain.(ReceivingChain_nr)) /\
  exists mkskipped,
    skip_message_keys chain until limits
    = Ret (Ok (mk_ReceivingChain chain.(ReceivingChain_dhr) (chain_key origin until) until mkskipped)) /\
    skipped_to origin limits.(ChainLimits_skipped) chain.(ReceivingChain_mkskipped)
      chain.(ReceivingChain_nr) until mkskipped.
Proof.
  intros Ho (Hnr & Hck & Hw & Hd & Hf) Hl Hu. unfold skip_message_keys. unfold LAST_NUMBER in *.
  unfold checked_sub. rewrite checked_ret by lia. cbn [bind].
  pose proof (exceeding_is_not_allowed limits (until - chain.(ReceivingChain_nr))) as Hjump.
  destruct (exceeds _ _); [left; auto|right; split; [exact Hjump|]]. cbv zeta.
  match goal with |- context [for_loop_m ?from ?to ?a ?f] =>
    assert (L : yields (for_loop_m from to a f) (fun '(ck, mkskipped) =>
      ck = chain_key origin until /\
      skipped_to origin limits.(ChainLimits_skipped) chain.(ReceivingChain_mkskipped)
        chain.(ReceivingChain_nr) until mkskipped))
  end.
  { apply yields_for with (I := fun i '(ck, mkskipped) => ck = chain_key origin i /\
      skipped_to origin limits.(ChainLimits_skipped) chain.(ReceivingChain_mkskipped)
        chain.(ReceivingChain_nr) i mkskipped).
    - split; [exact Hck|]. unfold skipped_to. repeat split; auto; try lia.
      intros i [Hi|Hi]; [exact Hi|lia].
    - intros i [ck mkskipped] Hi [-> Hs]. rewrite kdf_ck_value by (apply chain_key_typed; exact Ho).
      cbn [bind].
      rewrite store_skipped_value by exact Hl. cbn [bind yields]. split; [apply chain_key_next; lia|].
      apply store_extends_skipped; [exact Hl|lia|exact Hs].
    - rewrite Z.max_r by lia. auto. }
  apply yields_value in L as ([ck mkskipped] & E & -> & Hs). rewrite E. cbn [bind]. eauto.
Qed.

(** * One step, completely *)

(** A step of a chain that follows an origin does not panic, and is exactly one of: refused as a duplicate,
    because the number is not available; refused as too far ahead; refused because no number comes after it;
    or accepted, with the seed that the sender had, after which that number is unavailable, nothing else has
    become available, nothing else has become unavailable if the number fits, and the skipped seeds are within
    their bound. *)
Theorem chain_step_spec origin chain n limits :
  ChainKey_typed origin -> follows origin chain -> ChainLimits_well_formed limits -> typed_int 32 n ->
  ~ available chain n /\
  chain_step chain n limits = Ret (Err (ratchet.RatchetError_DuplicateMessage chain.(ReceivingChain_nr) n)) \/
  chain.(ReceivingChain_nr) <= n /\
  ~ jump_allowed limits (n - chain.(ReceivingChain_nr)) /\
  chain_step chain n limits
  = Ret (Err (ratchet.RatchetError_TooFarInFuture (n - chain.(ReceivingChain_nr)))) \/
  n = LAST_NUMBER /\ chain_step chain n limits = Ret (Err ratchet.RatchetError_CounterExhausted) \/
  n < LAST_NUMBER /\ available chain n /\
  exists chain',
    chain_step chain n limits = Ret (Ok (mk_ChainStep chain' (seed_at origin n))) /\
    follows origin chain' /\
    chain'.(ReceivingChain_dhr) = chain.(ReceivingChain_dhr) /\
    chain'.(ReceivingChain_nr) = Z.max chain.(ReceivingChain_nr) (n + 1) /\
    (forall i, available chain' i -> available chain i /\ i <> n) /\
    (fits limits chain n ->
     seq_len chain'.(ReceivingChain_mkskipped) = skipped_after chain n /\
     forall i, available chain i -> i <> n -> available chain' i) /\
    seq_len chain'.(ReceivingChain_mkskipped)
      <= Z.max (seq_len chain.(ReceivingChain_mkskipped)) limits.(ChainLimits_skipped).(SkippedLimit_full).
Proof.
  intros Ho Hc Hl Hn. pose proof Hc as (Hnr & Hck & Hw & Hd & Hf). unfold typed_int in Hn.
  unfold chain_step. destruct (Z.ltb_spec n chain.(ReceivingChain_nr)) as [Hlt|Hge].
  - unfold try_skipped_message_keys.
    destruct (take_skipped_value chain.(ReceivingChain_mkskipped) n Hw) as
      [[Hnot E]|(before & e & after & El & En & E)]; rewrite E; cbn [bind].
    + left. split; [|reflexivity]. intros [H|H]; [lia|auto].
    + right; right; right.
      assert (He : In e chain.(ReceivingChain_mkskipped)) by (rewrite El; apply in_elt).
      rewrite Forall_forall in Hf. pose proof (Hf e He) as [Hlow Hseed].
      split; [lia|]. split; [right; rewrite <- En; now apply in_map|].
      eexists. rewrite Hseed, En. split; [reflexivity|].
      unfold numbers in Hd. rewrite El, map_app in Hd. cbn [map] in Hd.
      assert (Hlen : seq_len chain.(ReceivingChain_mkskipped) = seq_len (before ++ after) + 1)
        by (rewrite El, !seq_len_app, seq_len_cons; lia).
      unfold follows, available. cbn [ReceivingChain_nr ReceivingChain_ckr ReceivingChain_mkskipped
        ReceivingChain_dhr].
      assert (Hin : forall i, In i (numbers (before ++ after)) <->
                              In i (numbers chain.(ReceivingChain_mkskipped)) /\ i <> n).
      { intros i. apply NoDup_remove_2 in Hd. rewrite <- map_app in Hd. rewrite El. unfold numbers.
        rewrite !map_app in *. cbn [map]. rewrite !in_app_iff in *. cbn [In]. rewrite En in *.
        intuition congruence. }
      repeat split; auto; try lia.
      * unfold skipped_well_formed in *. lia.
      * unfold numbers. rewrite map_app. now apply NoDup_remove_1 in Hd.
      * apply Forall_forall. intros x Hx. apply Hf. rewrite El. apply in_app_iff in Hx. apply in_app_iff.
        cbn [In]. tauto.
      * destruct H as [H|H]; [auto|right; now apply Hin].
      * destruct H as [H|H]; [lia|now apply Hin].
      * unfold skipped_after. destruct (Z.ltb_spec n chain.(ReceivingChain_nr)); lia.
      * intros i [Hi|Hi] Hne; [auto|right; now apply Hin].
  - destruct (skip_message_keys_spec origin chain n limits Ho Hc Hl ltac:(unfold LAST_NUMBER in *; lia)) as
      [[G E]|(G & mkskipped & E & Hs)]; rewrite E; cbn [bind]; [right; left; auto|right; right].
    destruct Hs as (Sd & Sf & Sin & Slen & Sall).
    unfold next_number. destruct (Z.eqb_spec n LAST_NUMBER) as [->|Hne]; cbn [bind]; [left; auto|right].
    unfold checked_add, LAST_NUMBER in *. rewrite checked_ret by lia. cbn [bind ReceivingChain_ckr].
    rewrite kdf_ck_value by (apply chain_key_typed; exact Ho).
    cbn [bind ReceivingChain_dhr ReceivingChain_mkskipped].
    split; [lia|]. split; [left; exact Hge|]. eexists. split; [reflexivity|].
    unfold follows, available. cbn [ReceivingChain_nr ReceivingChain_ckr ReceivingChain_mkskipped
      ReceivingChain_dhr].
    repeat split; auto; try lia.
    + unfold LAST_NUMBER. lia.
    + apply chain_key_next. lia.
    + unfold skipped_well_formed in *. destruct Hl as [_ Hl]. lia.
    + eapply Forall_impl; [|exact Sf]. cbn beta. intros e [H1 H2]. split; [lia|exact H2].
    + destruct H as [H|H]; [left; lia|]. apply Sin in H. destruct H; [auto|left; lia].
    + intros ->. destruct H as [H|H]; [lia|]. unfold numbers in H. apply in_map_iff in H as (e & He & Hine).
      rewrite Forall_forall in Sf. apply Sf in Hine. lia.
    + destruct H as [Hfit|[_ Hfit]]; [lia|]. destruct (Sall Hfit) as [Heq _].
      unfold skipped_after. destruct (Z.ltb_spec n chain.(ReceivingChain_nr)); lia.
    + intros i Hi Hne'. destruct H as [Hfit|[_ Hfit]]; [lia|]. destruct (Sall Hfit) as [_ Hall].
      destruct (Z.le_gt_cases (n + 1) i); [auto|right]. apply Hall. destruct Hi; [right; lia|auto].
Qed.
End Chain.
