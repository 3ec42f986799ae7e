(** The symmetric ratchet of SPQR: both sides get the same key for the same epoch and number, each key once.

    A session is two chains that begin with the same key, one for each direction, to which the same epoch
    secrets are added. Requests are made of each in any order and number; a refused request leaves the chain
    as it is. Assumed of the primitives is [Typed] alone. A chain has fewer than 2^62 requests: no machine
    makes more. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.NumberedLists
  theorems.SparseHalf
  theorems.SparseRequests.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain.
From Twinratchet.theorems.safety Require Import ratchet_sparse_chain.

(** The answers that both sides give agree on the secrets of the epochs, as far as they have them. *)
Definition same_secrets (history history' : list Answer) : Prop :=
  exists secrets n m, added history = firstn n secrets /\ added history' = firstn m secrets.

(** What was accepted. *)
Definition is_accepted (given : Answer) : bool :=
  match given with
  | Refused _ => false
  | _ => true
  end.

Section SparseChain.
Context {P : Primitives} {T : Typed P}.

(** A session that can be: typed values, and fewer requests than 2^62. *)
Definition possible (auth_key : SparseAuthKey) (parameters : ChainParameters) (requests : list Request)
  : Prop :=
  SparseAuthKey_typed auth_key /\ ChainParameters_typed parameters /\ Forall Request_typed requests /\
  seq_len requests < 2 ^ 62.

(** * Answers *)

(** A chain does not panic, and its answers to any requests are those that [answer] says. *)
Theorem chains_answer_as_specified auth_key d parameters requests :
  possible auth_key parameters requests ->
  exists c, converse auth_key d parameters requests = Ret (c, answers auth_key d parameters requests).
Proof.
  intros (Ha & Hp & Hr & Hfew). unfold converse.
  pose proof (chain_start_reached auth_key d parameters Ha Hp) as Hstart.
  destruct (chain_start auth_key d parameters) as [c|]; [|contradiction]. simpl yields in Hstart. cbn [bind].
  destruct (run_answers auth_key d parameters Ha Hp requests [] c Hstart (Forall_nil _) Hr) as (c' & E & _).
  { unfold seq_len at 1. simpl. lia. }
  exists c'. exact E.
Qed.

(** The chain that is come to, with what is known of it. *)
Lemma converse_reaches auth_key d parameters requests c history :
  possible auth_key parameters requests -> converse auth_key d parameters requests = Ret (c, history) ->
  history = answers auth_key d parameters requests /\
  Chain_reached auth_key d parameters (sending_epoch history) history c /\
  Forall EpochSecret_typed (added history).
Proof.
  intros (Ha & Hp & Hr & Hfew). unfold converse.
  pose proof (chain_start_reached auth_key d parameters Ha Hp) as Hstart.
  destruct (chain_start auth_key d parameters) as [c0|]; [|contradiction]. simpl yields in Hstart. cbn [bind].
  destruct (run_answers auth_key d parameters Ha Hp requests [] c0 Hstart (Forall_nil _) Hr) as (c' & E & H).
  { unfold seq_len at 1. simpl. lia. }
  intros E'. rewrite E in E'. injection E' as <- <-. split; [reflexivity|exact H].
Qed.

(** * What the answers have in common *)

(** Everything that was given is the key of its epoch and number, of an epoch that was there. *)
Record History_sound (auth_key : SparseAuthKey) (d : Direction) (history : list Answer) : Prop := {
  sound_sending : 0 <= sending_epoch history <= newest_epoch history;
  sound_sent : forall epoch index key, In (Sent epoch index key) history ->
    0 <= epoch <= newest_epoch history /\ epoch <= sending_epoch history /\
    0 < index < 2 ^ 32 /\ index <= seq_len (sent epoch history) /\
    key = sparse_key auth_key (added history) d epoch index;
  sound_received : forall epoch index key, In (Received epoch index key) history ->
    0 <= epoch <= newest_epoch history /\ key = sparse_key auth_key (added history) (opposite d) epoch index;
  sound_sent_once : forall epoch, NoDup (sent epoch history);
  sound_received_once : forall epoch, NoDup (received epoch history)
}.

Lemma in_sent epoch index history : In index (sent epoch history) <-> exists key,
  In (Sent epoch index key) history.
Proof.
  induction history as [|given before IH]; [simpl; split; [tauto|intros (? & [])]|].
  destruct given; cbn [sent]; try (rewrite IH; simpl; split; intros (k & H); exists k; intuition congruence).
  destruct (Z.eqb_spec epoch0 epoch) as [->|Hne]; simpl; rewrite IH.
  - split.
    + intros [->|(k & H)]; [exists key; now left|exists k; now right].
    + intros (k & [H|H]); [injection H as ->; now left|right; now exists k].
  - split; intros (k & H); exists k; [now right|]. destruct H as [H|H]; [congruence|exact H].
Qed.

Lemma in_received epoch index history :
  In index (received epoch history) <-> exists key, In (Received epoch index key) history.
Proof.
  induction history as [|given before IH]; [simpl; split; [tauto|intros (? & [])]|].
  destruct given; cbn [received]; try (rewrite IH; simpl; split; intros (k & H); exists k;
    intuition congruence).
  destruct (Z.eqb_spec epoch0 epoch) as [->|Hne]; simpl; rewrite IH.
  - split.
    + intros [->|(k & H)]; [exists key; now left|exists k; now right].
    + intros (k & [H|H]); [injection H as ->; now left|right; now exists k].
  - split; intros (k & H); exists k; [now right|]. destruct H as [H|H]; [congruence|exact H].
Qed.

Lemma sparse_key_stays auth_key secrets more d epoch index :
  epoch <= seq_len secrets -> sparse_key auth_key (secrets ++ more) d epoch index
    = sparse_key auth_key secrets d epoch index.
Proof. intros H. unfold sparse_key. now rewrite epoch_start_stays. Qed.

Lemma half_answer_given start parameters taken index key :
  half_answer start parameters taken index = Ok key -> index <> 0 /\ ~ In index taken /\
    key = message_key start index.
Proof.
  unfold half_answer. destruct (_ <? _); [discriminate|].
  destruct (Z.eqb_spec index 0); [discriminate|].
  destruct (existsb (Z.eqb index) taken) eqn:E; [discriminate|]. cbn [orb].
    destruct (_ <? _); [discriminate|].
  intros H. injection H as <-. split; [assumption|]. split; [|reflexivity].
  intros Hin. apply existsb_in in Hin. congruence.
Qed.

Lemma sound_after_refusal auth_key d history error :
  History_sound auth_key d history -> History_sound auth_key d (Refused error :: history).
Proof.
  intros [S1 S2 S3 S4 S5]. constructor; auto; intros e i k [H|H]; try discriminate.
  - exact (S2 e i k H).
  - exact (S3 e i k H).
Qed.

Lemma with_answer_sound auth_key d parameters history r :
  Request_typed r -> History_sound auth_key d history ->
  History_sound auth_key d (with_answer auth_key d parameters history r).
Proof.
  intros Hr Hsound. unfold with_answer. pose proof Hsound as [S1 S2 S3 S4 S5].
    destruct r as [secret|epoch|epoch index]; cbn [answer].
  - destruct (newest_epoch history =? LAST_EPOCH).
    { now apply sound_after_refusal. }
    assert (newest_epoch (Added secret :: history) = newest_epoch history + 1) as E.
    { unfold newest_epoch. cbn [added]. rewrite seq_len_app. reflexivity. }
    constructor; cbn [sending_epoch sent received added]; rewrite ?E; auto; [lia| |].
    + intros e i k [H|H]; [discriminate|]. destruct (S2 e i k H) as (H1 & H2 & H3 & H4 & ->).
      repeat split; auto; try lia. symmetry. apply sparse_key_stays. unfold newest_epoch in H1. lia.
    + intros e i k [H|H]; [discriminate|]. destruct (S3 e i k H) as (H1 & ->).
      split; [lia|]. symmetry. apply sparse_key_stays. unfold newest_epoch in H1. lia.
  - cbv zeta. destruct (Z.ltb_spec epoch (sending_epoch history)).
    { now apply sound_after_refusal. }
    destruct (Z.ltb_spec (newest_epoch history) epoch).
    { now apply sound_after_refusal. }
    destruct (Z.eqb_spec (seq_len (sent epoch history)) LAST_COUNTER) as [Hl|Hl].
    { now apply sound_after_refusal. }
    assert (forall e i, In i (sent e history) -> i <= seq_len (sent e history)) as Hin.
    { intros e i Hi. apply in_sent in Hi as (k & Hk). apply (S2 e i k Hk). }
    assert (seq_len (sent epoch history) <= LAST_COUNTER) as Hle.
    { unfold LAST_COUNTER. pose proof (seq_len_nonneg (sent epoch history)).
      assert (seq_len (sent epoch history) <= Z.max 0 (4294967295 - 1 + 1)); [|lia].
      apply different_numbers_fit; [apply S4|]. intros i Hi. apply in_sent in Hi as (k & Hk).
      destruct (S2 epoch i k Hk) as (_ & _ & ? & _). lia. }
    unfold LAST_COUNTER in *. pose proof (seq_len_nonneg (sent epoch history)).
    constructor; cbn [sending_epoch added].
    + unfold newest_epoch in *. cbn [added]. lia.
    + intros e i k. cbn [sent]. intros [H2|H2].
      * injection H2 as <- <- <-. rewrite Z.eqb_refl, seq_len_cons. unfold newest_epoch in *. cbn [added].
        repeat split; try lia.
      * destruct (S2 e i k H2) as (H3 & H4 & H5 & H6 & H7). unfold newest_epoch in *. cbn [added].
        repeat split; auto; try lia. destruct (epoch =? e); rewrite ?seq_len_cons; lia.
    + intros e i k [H2|H2]; [discriminate|]. unfold newest_epoch in *. cbn [added]. apply S3 in H2. exact H2.
    + intros e. cbn [sent]. destruct (Z.eqb_spec epoch e) as [->|]; [|apply S4]. constructor; [|apply S4].
      intros Hi. apply Hin in Hi. lia.
    + exact S5.
  - destruct (Z.ltb_spec epoch (oldest_epoch (sending_epoch history))).
    { now apply sound_after_refusal. }
    destruct (Z.ltb_spec (newest_epoch history) epoch); cbn [orb].
    { now apply sound_after_refusal. }
    destruct (half_answer _ _ _ _) as [key|error] eqn:E.
    2: { now apply sound_after_refusal. }
    apply half_answer_given in E as (Hne & Hnew & ->). unfold oldest_epoch in *.
    constructor; cbn [sending_epoch sent added].
    + exact S1.
    + intros e i k [H1|H1]; [discriminate|]. apply S2 in H1. exact H1.
    + intros e i k [H1|H1].
      * injection H1 as <- <- <-. unfold newest_epoch in *. cbn [added]. split; [lia|reflexivity].
      * apply S3 in H1. exact H1.
    + exact S4.
    + intros e. cbn [received]. destruct (Z.eqb_spec epoch e) as [->|]; [|apply S5].
      constructor; [exact Hnew|apply S5].
Qed.

Lemma answers_sound auth_key d parameters requests :
  Forall Request_typed requests -> History_sound auth_key d (answers auth_key d parameters requests).
Proof.
  intros H. unfold answers. assert (History_sound auth_key d []) as H0.
  { constructor; simpl; try tauto; try constructor; unfold newest_epoch, seq_len; simpl; lia. }
  revert H0. generalize (@nil Answer). induction H as [|r rest Hr Hrest IH]; intros history H0; [exact H0|].
  cbn [fold_left]. apply IH, with_answer_sound; assumption.
Qed.

(** * Both sides *)

(** If one side gave a key for sending and the other a key for receiving, of the same epoch and number,
    then these keys are equal, whatever else was asked of either side, in any order. *)
Theorem both_sides_get_the_same_key auth_key d parameters parameters' requests requests' c c' history
  history' :
  possible auth_key parameters requests -> possible auth_key parameters' requests' ->
  converse auth_key d parameters requests = Ret (c, history) ->
  converse auth_key (opposite d) parameters' requests' = Ret (c', history') ->
  same_secrets history history' ->
  forall epoch index key key',
    In (Sent epoch index key) history -> In (Received epoch index key') history' -> key = key'.
Proof.
  intros H1 H2 E1 E2 (secrets & n & m & F1 & F2) epoch index key key' K1 K2.
  destruct (converse_reaches _ _ _ _ _ _ H1 E1) as (-> & _), (converse_reaches _ _ _ _ _ _ H2 E2) as (-> & _).
  destruct H1 as (_ & _ & H1 & _), H2 as (_ & _ & H2 & _).
  apply (sound_sent _ _ _ (answers_sound auth_key d parameters _ H1)) in K1 as (K1 & _ & _ & _ & ->).
  apply (sound_received _ _ _ (answers_sound auth_key (opposite d) parameters' _ H2)) in K2 as (K2 & ->).
  replace (opposite (opposite d)) with d by (destruct d; reflexivity). unfold newest_epoch in *.
  rewrite F1, F2 in *.
  rewrite <- (sparse_key_stays _ (firstn n secrets) (skipn n secrets)) by lia.
  rewrite <- (sparse_key_stays _ (firstn m secrets) (skipn m secrets)) by lia.
  now rewrite !firstn_skipn.
Qed.

(** * Each key once *)

(** A chain gives the key of an epoch and number at most once for sending, and at most once for
    receiving. *)
Theorem each_key_is_given_once auth_key d parameters requests c history :
  possible auth_key parameters requests -> converse auth_key d parameters requests = Ret (c, history) ->
  forall epoch, NoDup (sent epoch history) /\ NoDup (received epoch history).
Proof.
  intros H E epoch. destruct (converse_reaches _ _ _ _ _ _ H E) as (-> & _). destruct H as (_ & _ & H & _).
  destruct (answers_sound auth_key d parameters _ H) as [S1 S2 S3 S4 S5]. auto.
Qed.

Lemma received_stays epoch index key more history auth_key d parameters :
  In (Received epoch index key) history ->
  In (Received epoch index key) (fold_left (with_answer auth_key d parameters) more history).
Proof.
  revert history. induction more as [|r rest IH]; intros history H; [exact H|]. cbn [fold_left]. apply IH.
  unfold with_answer. destruct (answer _ _ _ _ _); now right.
Qed.

Lemma seq_len_fold_answers auth_key d parameters more history :
  seq_len (fold_left (with_answer auth_key d parameters) more history) = seq_len history + seq_len more.
Proof.
  revert history. induction more as [|r rest IH]; intros history; cbn [fold_left].
  - rewrite seq_len_nil. lia.
  - rewrite IH, seq_len_with_answer, seq_len_cons. lia.
Qed.

(** A key that was given for receiving is refused ever after, whatever is asked in between. *)
Theorem second_request_is_refused auth_key d parameters requests more c c' history history' epoch index key :
  possible auth_key parameters (requests ++ more) -> typed_int 64 epoch -> typed_int 32 index ->
  converse auth_key d parameters requests = Ret (c, history) -> In (Received epoch index key) history ->
  run (c, history) more = Ret (c', history') ->
  exists error, receive_key c' epoch index = Ret (Err error).
Proof.
  intros (Ha & Hp & Hr & Hfew) He Hi E Hin E'. rewrite seq_len_app in Hfew. pose proof (seq_len_nonneg more).
  apply Forall_app in Hr as (Hr1 & Hr2).
  assert (possible auth_key parameters requests) as Hposs.
  { split; [exact Ha|]. split; [exact Hp|]. split; [exact Hr1|lia]. }
  destruct (converse_reaches _ _ _ _ _ _ Hposs E) as (Eh & Hc & Hs).
  assert (seq_len history = seq_len requests) as Elen.
  { rewrite Eh. unfold answers. rewrite seq_len_fold_answers, seq_len_nil. lia. }
  destruct (run_answers auth_key d parameters Ha Hp more history c Hc Hs Hr2) as (c2 & E2 & Hc2 & Hs2);
    [lia|].
  rewrite E' in E2. injection E2 as <- ->.
  assert (yields (ask c' (Receive epoch index)) (fun r => exists error, r = Err error)) as H1.
  { eapply yields_mono.
    - apply (ask_answers auth_key d parameters Ha Hp _ c' (Receive epoch index) Hc2 Hs2).
      + rewrite seq_len_fold_answers. lia.
      + split; assumption.
    - cbn [answer]. intros r. destruct (_ || _); [intros ->; eauto|].
      destruct (half_answer _ _ _ _) as [k|error] eqn:Ek; [|intros ->; eauto]. exfalso.
      apply half_answer_given in Ek as (_ & Hnew & _). apply Hnew, in_received. exists key.
      now apply received_stays. }
  cbn [ask] in H1. destruct (receive_key c' epoch index) as [[(c3, k)|error]|]; cbn in H1.
  - destruct H1 as (error & H1). discriminate.
  - eauto.
  - contradiction.
Qed.

(** * Refused requests *)

(** The requests that a chain accepts. *)
Fixpoint accepted (c : Chain) (requests : list Request) : M (list Request) :=
  match requests with
  | [] => Ret []
  | r :: rest =>
      let! result' := ask c r in
      match result' with
      | Ok (c', _) =>
          let! more := accepted c' rest in
          Ret (r :: more)
      | Err _ => accepted c rest
      end
  end.

Lemma ask_is_not_refused c r c' given : ask c r = Ret (Ok (c', given)) -> is_accepted given = true.
Proof.
  destruct r; cbn [ask].
  - destruct (add_epoch c secret) as [[]|]; cbn; intros E; try discriminate. now injection E as _ <-.
  - destruct (send_key c epoch) as [[((?, ?), ?)|]|]; cbn; intros E; try discriminate.
    now injection E as _ <-.
  - destruct (receive_key c epoch index) as [[(?, ?)|]|]; cbn; intros E; try discriminate.
    now injection E as _ <-.
Qed.

(** Whatever is asked, the requests that are accepted alone lead to the same chain and to the same
    keys: a refused request changes nothing. *)
Theorem refused_requests_change_nothing c history requests c' history' :
  run (c, history) requests = Ret (c', history') ->
  exists good, accepted c requests = Ret good /\
    run (c, filter is_accepted history) good = Ret (c', filter is_accepted history').
Proof.
  revert c history. induction requests as [|r rest IH]; intros c history; cbn [run accepted].
  - intros E. injection E as <- <-. exists []. split; reflexivity.
  - unfold advance at 1. destruct (ask c r) as [[(c2, given)|error]|] eqn:E; cbn [bind]; [| |discriminate].
    + intros Hrun. destruct (IH c2 _ Hrun) as (good & E1 & E2). rewrite E1. exists (r :: good).
      split; [reflexivity|]. cbn [run]. unfold advance at 1. rewrite E. cbn [bind].
      cbn [filter] in E2. rewrite (ask_is_not_refused _ _ _ _ E) in E2. exact E2.
    + intros Hrun. destruct (IH c _ Hrun) as (good & E1 & E2). exists good. split; [exact E1|exact E2].
Qed.

(** * What is kept *)

(** A chain has the links of the sending epoch, of the one before it and of those after it alone; a
    link keeps no keys for sending, and for receiving no more than [store_bound], which is 2200 with the
    default parameters. *)
Theorem stored_keys_stay_below_their_bound auth_key d parameters requests c history :
  possible auth_key parameters requests -> converse auth_key d parameters requests = Ret (c, history) ->
  seq_len (Chain_links c) <= Chain_current_epoch c - Chain_send_epoch c + 2 /\
  Forall (fun l => Half_stored (Link_send l) = [] /\
                   seq_len (Half_stored (Link_receive l)) <= store_bound (max_out_of_order parameters))
    (Chain_links c).
Proof.
  intros H E. destruct (converse_reaches _ _ _ _ _ _ H E) as (_ & [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf] & _).
    split.
  - unfold oldest_epoch in Rc. lia.
  - apply Forall_forall. intros l Hl. split; [rewrite Forall_forall in Rt; now apply Rt|].
    apply In_nth_error in Hl as (n & Hn).
    pose proof (Rv (oldest_epoch (sending_epoch history) + Z.of_nat n) l ltac:(lia)) as Hhalf.
    replace (Z.to_nat _) with n in Hhalf by lia. exact (receives_bound _ _ _ _ (Hhalf Hn)).
Qed.

(** The bound with the default parameters. *)
Lemma default_store_bound :
  store_bound (max_out_of_order (mk_ChainParameters 0 0)) = 2200.
Proof. reflexivity. Qed.

(** * Any order *)

(** An order of epochs and numbers that the limits allow, when [last] says the largest number received in each
    epoch. *)
Fixpoint within_limits (parameters : ChainParameters) (last : Z -> Z) (order : list (Z * Z)) : Prop :=
  match order with
  | [] => True
  | (epoch, index) :: rest =>
      index - last epoch <= max_jump parameters /\ last epoch - index <= max_out_of_order parameters /\
      within_limits parameters (fun e => if e =? epoch then Z.max index (last e) else last e) rest
  end.

Lemma within_limits_ext parameters last last' order :
  (forall e, last e = last' e) -> within_limits parameters last order -> within_limits parameters last' order.
Proof.
  revert last last'. induction order as [|(epoch, index) rest IH]; intros last last' E; [auto|].
  cbn [within_limits]. rewrite E. intros (H1 & H2 & H3). split; [exact H1|]. split; [exact H2|].
  eapply IH; [|exact H3]. intros e. cbv beta. now rewrite E.
Qed.

(** Keys that one side gave for sending are given to the other side, each the same, in any order
    without duplicates that keeps within the limits: of epochs whose keys are there, not received before, and
    no number further ahead or behind than the parameters say. *)
Theorem keys_are_received_in_any_order
    auth_key d parameters parameters' requests requests' c c' history history'
    (order : list (Z * Z * SparseMessageKey)) :
  possible auth_key parameters requests -> possible auth_key parameters' requests' ->
  seq_len requests' + seq_len order < 2 ^ 62 ->
  converse auth_key d parameters requests = Ret (c, history) ->
  converse auth_key (opposite d) parameters' requests' = Ret (c', history') ->
  same_secrets history history' ->
  Forall (fun '(epoch, index, key) => In (Sent epoch index key) history) order ->
  Forall (fun '(epoch, index, key) =>
    oldest_epoch (sending_epoch history') <= epoch <= newest_epoch history' /\
    ~ In index (received epoch history')) order ->
  NoDup (map fst order) ->
  within_limits parameters' (fun epoch => highest (received epoch history')) (map fst order) ->
  exists c'',
    run (c', history') (map (fun '(epoch, index, key) => Receive epoch index) order)
    = Ret (c'', rev (map (fun '(epoch, index, key) => Received epoch index key) order) ++ history').
Proof.
  intros H1 H2 Hfew E1 E2 (secrets & n & m & F1 & F2) Hsent.
  destruct (converse_reaches _ _ _ _ _ _ H1 E1) as (Eh & _).
  destruct (converse_reaches _ _ _ _ _ _ H2 E2) as (Eh' & Hc & Hs).
  destruct H2 as (Ha & Hp & Hr' & _).
  assert (seq_len history' = seq_len requests') as Elen.
  { rewrite Eh'. unfold answers. rewrite seq_len_fold_answers, seq_len_nil. lia. }
  rewrite <- Elen in Hfew. clear Elen E1 E2 Eh' Hr'.
  assert (forall epoch index key, In (epoch, index, key) order ->
    0 <= epoch < 2 ^ 62 /\ 0 < index < 2 ^ 32 /\ epoch <= newest_epoch history /\
    key = sparse_key auth_key (added history) d epoch index) as Hkeys.
  { intros epoch index key Hin. rewrite Forall_forall in Hsent. specialize (Hsent _ Hin).
    cbv beta iota in Hsent.
    destruct H1 as (_ & _ & H1 & Hfew1). pose proof (newest_epoch_bounds history) as Hb.
    assert (seq_len history = seq_len requests) as El.
    { rewrite Eh. unfold answers. rewrite seq_len_fold_answers, seq_len_nil. lia. }
    rewrite Eh in Hsent. pose proof (answers_sound auth_key d parameters _ H1) as Hsound. rewrite <- Eh in *.
    apply (sound_sent _ _ _ Hsound) in Hsent as (K1 & K2 & K3 & K4 & K5). repeat split; auto; lia. }
  clear Hsent Eh H1. revert c' history' F2 Hc Hs Hfew.
  induction order as [|((epoch, index), key) rest IH]; intros c' history' F2 Hc Hs Hfew Hthere Hnd Hlim.
  { exists c'. reflexivity. }
  cbn [map fst] in Hnd, Hlim. rewrite seq_len_cons in Hfew. pose proof (seq_len_nonneg rest).
  pose proof (Forall_inv Hthere) as (Hepoch & Hnew). apply Forall_inv_tail in Hthere as Hthere'.
  inversion Hnd as [|? ? Hni Hnd']; subst.
  destruct Hlim as (L1 & L2 & L3). destruct (Hkeys epoch index key ltac:(now left)) as (K1 & K2 & K3 & K4).
  assert (answer auth_key (opposite d) parameters' history' (Receive epoch index)
    = Ok (Received epoch index key)) as Hans.
  { cbn [answer]. replace ((epoch <? _) || _) with false by lia. unfold half_answer.
    replace (index + max_out_of_order parameters' <? highest (received epoch history')) with false by lia.
    replace (index =? 0) with false by lia.
    destruct (existsb (Z.eqb index) (received epoch history')) eqn:Ee; [apply existsb_in in Ee;
      contradiction|].
    cbn [orb]. replace (highest (received epoch history') + max_jump parameters' <? index) with false by lia.
    f_equal. f_equal. rewrite K4. unfold sparse_key.
    replace (opposite (opposite d)) with d by (destruct d; reflexivity).
    f_equal. unfold newest_epoch in *. rewrite F1, F2 in *.
    rewrite <- (epoch_start_stays auth_key (firstn n secrets) (skipn n secrets)) by lia.
    rewrite <- (epoch_start_stays auth_key (firstn m secrets) (skipn m secrets)) by lia.
    now rewrite !firstn_skipn. }
  assert (Request_typed (Receive epoch index)) as Htyped by (split; unfold typed_int; lia).
  pose proof (ask_answers auth_key (opposite d) parameters' Ha Hp history' c' _ Hc Hs ltac:(lia) Htyped)
    as Hask.
  rewrite Hans in Hask. cbn [map run]. unfold advance.
  destruct (ask c' (Receive epoch index)) as [result'|]; [|contradiction]. simpl yields in Hask.
  destruct Hask as (c2 & -> & Hc2). cbn [bind].
  destruct (IH ltac:(intros; apply Hkeys; now right) c2 (Received epoch index key :: history')) as (c3 & E3);
    auto.
  - rewrite seq_len_cons. lia.
  - eapply Forall_impl; [|apply (Forall_and Hthere'
      (proj2 (Forall_forall (fun x => In x rest) rest) (fun x Hx => Hx)))].
    intros ((e, i), k) ((G1 & G2) & G3). cbn [sending_epoch received]. split; [exact G1|].
    destruct (Z.eqb_spec epoch e) as [->|]; [|exact G2]. intros [->|G]; [|contradiction].
    apply Hni. apply (in_map fst) in G3. exact G3.
  - eapply within_limits_ext; [|exact L3]. intros e. cbv beta. cbn [received].
    destruct (Z.eqb_spec e epoch) as [->|].
    + rewrite Z.eqb_refl. reflexivity.
    + replace (epoch =? e) with false by lia. reflexivity.
  - exists c3. rewrite E3. cbn [rev]. now rewrite <- app_assoc.
Qed.
End SparseChain.
