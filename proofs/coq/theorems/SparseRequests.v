(** Requests to the symmetric ratchet of SPQR, and the answers to them.

    Requests are made of a chain one after the other, in any order and number; a refused request leaves the
    chain as it is. [answer] says what the answer to a request is, from the answers before it alone; that the
    chain of the specification gives these answers is shown here, the claims about them are in [SparseChain].
    *)
From Coq Require Import Permutation.
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.NumberedLists
  theorems.SparseHalf.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain.
From Twinratchet.theorems.safety Require Import ratchet_sparse_chain.

(** * Requests and answers *)

Inductive Request : Type :=
| Add (secret : EpochSecret)
| Send (epoch : Z)
| Receive (epoch index : Z).

Definition Request_typed (r : Request) : Prop :=
  match r with
  | Add secret => EpochSecret_typed secret
  | Send epoch => typed_int 64 epoch
  | Receive epoch index => typed_int 64 epoch /\ typed_int 32 index
  end.

Inductive Answer : Type :=
| Added (secret : EpochSecret)
| Sent (epoch index : Z) (key : SparseMessageKey)
| Received (epoch index : Z) (key : SparseMessageKey)
| Refused (error : SparseError).

Definition opposite (d : Direction) : Direction :=
  match d with
  | Direction_A2B => Direction_B2A
  | Direction_B2A => Direction_A2B
  end.

(** ** What the answers say, the last one first *)

(** The secrets of the epochs, the first one first. *)
Fixpoint added (history : list Answer) : list EpochSecret :=
  match history with
  | [] => []
  | Added secret :: before => added before ++ [secret]
  | _ :: before => added before
  end.

Definition newest_epoch (history : list Answer) : Z := seq_len (added history).

(** The epoch of the last key sent. *)
Fixpoint sending_epoch (history : list Answer) : Z :=
  match history with
  | [] => 0
  | Sent epoch _ _ :: _ => epoch
  | _ :: before => sending_epoch before
  end.

(** Keys are there from the epoch before the sending epoch. *)
Definition oldest_epoch (sending : Z) : Z := Z.max 0 (sending - 1).

(** The numbers that were sent, and that were received, in an epoch. *)
Fixpoint sent (epoch : Z) (history : list Answer) : list Z :=
  match history with
  | [] => []
  | Sent e index _ :: before => if e =? epoch then index :: sent epoch before else sent epoch before
  | _ :: before => sent epoch before
  end.

Fixpoint received (epoch : Z) (history : list Answer) : list Z :=
  match history with
  | [] => []
  | Received e index _ :: before => if e =? epoch then index :: received epoch before else received epoch
    before
  | _ :: before => received epoch before
  end.

Lemma newest_epoch_bounds history : 0 <= newest_epoch history <= seq_len history.
Proof.
  unfold newest_epoch, seq_len. induction history as [|[] before IH]; cbn [added length]; rewrite ?app_length;
    cbn [length]; lia.
Qed.

Section Chains.
Context {P : Primitives} {T : Typed P}.

(** ** The keys of a session *)

Definition no_step : RootStep := mk_RootStep [] [] [].

(** The root step of the last epoch, when these secrets were added. *)
Definition root_step_after (auth_key : SparseAuthKey) (secrets : list EpochSecret) : RootStep :=
  fold_left (fun step secret => value no_step (kdf_scka_rk (RootStep_next_root step) secret)) secrets
    (value no_step (kdf_scka_init auth_key)).

(** The first chain key of a direction in an epoch. *)
Definition epoch_start auth_key (secrets : list EpochSecret) (d : Direction) (epoch : Z) : SparseChainKey :=
  let step := root_step_after auth_key (firstn (Z.to_nat epoch) secrets) in
  match d with
  | Direction_A2B => RootStep_a2b step
  | Direction_B2A => RootStep_b2a step
  end.

(** The key of a number in an epoch, from a sender of direction [d]. *)
Definition sparse_key auth_key secrets d epoch index : SparseMessageKey :=
  message_key (epoch_start auth_key secrets d epoch) index.

(** ** Asking a chain *)

Definition ask (c : Chain) (r : Request) : M (result (Chain * Answer) SparseError) :=
  match r with
  | Add secret =>
      let! r := add_epoch c secret in
      Ret (match r with
           | Ok c' => Ok (c', Added secret)
           | Err error => Err error
           end)
  | Send epoch =>
      let! r := send_key c epoch in
      Ret (match r with
           | Ok (c', index, key) => Ok (c', Sent epoch index key)
           | Err error => Err error
           end)
  | Receive epoch index =>
      let! r := receive_key c epoch index in
      Ret (match r with
           | Ok (c', key) => Ok (c', Received epoch index key)
           | Err error => Err error
           end)
  end.

(** One request after others: the answers before it, the last one first. A refused request leaves the chain as
    it is. *)
Definition advance (state : Chain * list Answer) (r : Request) : M (Chain * list Answer) :=
  let '(c, history) := state in
  let! result' := ask c r in
  Ret (match result' with
       | Ok (c', given) => (c', given :: history)
       | Err error => (c, Refused error :: history)
       end).

Fixpoint run (state : Chain * list Answer) (requests : list Request) : M (Chain * list Answer) :=
  match requests with
  | [] => Ret state
  | r :: rest => let! state := advance state r in run state rest
  end.

Section Session.
Variables (auth_key : SparseAuthKey) (d : Direction) (parameters : ChainParameters).

(** A chain from its start on. *)
Definition converse (requests : list Request) : M (Chain * list Answer) :=
  let! c := chain_start auth_key d parameters in
  run (c, []) requests.

(** The answer to a request after these answers. *)
Definition answer (history : list Answer) (r : Request) : result Answer SparseError :=
  match r with
  | Add secret =>
      if newest_epoch history =? LAST_EPOCH then Err SparseError_CounterExhausted else Ok (Added secret)
  | Send epoch =>
      let count := seq_len (sent epoch history) in
      if epoch <? sending_epoch history then Err (SparseError_SendEpochDecreased (sending_epoch history)
        epoch)
      else if newest_epoch history <? epoch then Err (SparseError_EpochOutOfRange epoch)
      else if count =? LAST_COUNTER then Err SparseError_CounterExhausted
      else Ok (Sent epoch (count + 1) (sparse_key auth_key (added history) d epoch (count + 1)))
  | Receive epoch index =>
      if (epoch <? oldest_epoch (sending_epoch history)) || (newest_epoch history <? epoch)
      then Err (SparseError_EpochOutOfRange epoch)
      else match half_answer (epoch_start auth_key (added history) (opposite d) epoch) parameters
        (received epoch history) index with
           | Ok key => Ok (Received epoch index key)
           | Err error => Err error
           end
  end.

Definition with_answer (history : list Answer) (r : Request) : list Answer :=
  match answer history r with
  | Ok given => given :: history
  | Err error => Refused error :: history
  end.

Definition answers (requests : list Request) : list Answer := fold_left with_answer requests [].

(** * What a chain is after its answers *)

Record Chain_reached (sending : Z) (history : list Answer) (c : Chain) : Prop := {
  reached_direction : Chain_direction c = d;
  reached_parameters : Chain_parameters c = parameters;
  reached_epoch : Chain_current_epoch c = newest_epoch history;
  reached_sending : Chain_send_epoch c = sending;
  reached_range : 0 <= sending <= newest_epoch history;
  reached_root : Chain_next_root c = RootStep_next_root (root_step_after auth_key (added history));
  reached_count : seq_len (Chain_links c) = newest_epoch history + 1 - oldest_epoch sending;
  reached_send : forall e l, sending <= e -> nth_error (Chain_links c) (Z.to_nat (e - oldest_epoch sending))
    = Some l ->
    Half_sends (epoch_start auth_key (added history) d e) (seq_len (sent e history)) (Link_send l);
  reached_receive : forall e l, oldest_epoch sending <= e ->
    nth_error (Chain_links c) (Z.to_nat (e - oldest_epoch sending)) = Some l ->
    Half_receives (epoch_start auth_key (added history) (opposite d) e) (max_out_of_order parameters)
      (received e history) (Link_receive l);
  reached_store : Forall (fun l => Half_stored (Link_send l) = []) (Chain_links c);
  reached_future : forall e, newest_epoch history < e -> sent e history = [] /\ received e history = []
}.

Hypothesis auth_key_typed : SparseAuthKey_typed auth_key.
Hypothesis parameters_typed : ChainParameters_typed parameters.

Lemma first_step_ret :
  kdf_scka_init auth_key = Ret (root_step_after auth_key []) /\ RootStep_typed (root_step_after auth_key []).
Proof. apply (yields_its_value no_step _ _ (kdf_scka_init_safe auth_key auth_key_typed)). Qed.

Lemma root_step_after_typed secrets :
  Forall EpochSecret_typed secrets -> RootStep_typed (root_step_after auth_key secrets).
Proof.
  rewrite <- (rev_involutive secrets). intros H. apply Forall_rev in H. rewrite rev_involutive in H.
  induction (rev secrets) as [|secret before IH]; [apply first_step_ret|].
  inversion H; subst. cbn [rev]. unfold root_step_after. rewrite fold_left_app.
  apply (yields_its_value no_step _ _ (kdf_scka_rk_safe _ secret (proj1 (IH H3)) H2)).
Qed.

Lemma next_step_ret secrets secret :
  Forall EpochSecret_typed secrets -> EpochSecret_typed secret ->
  kdf_scka_rk (RootStep_next_root (root_step_after auth_key secrets)) secret
  = Ret (root_step_after auth_key (secrets ++ [secret])).
Proof.
  intros H1 H2. unfold root_step_after. rewrite fold_left_app.
  apply (yields_its_value no_step _ _
    (kdf_scka_rk_safe _ secret (proj1 (root_step_after_typed secrets H1)) H2)).
Qed.

Lemma epoch_start_typed secrets d' epoch :
  Forall EpochSecret_typed secrets -> SparseChainKey_typed (epoch_start auth_key secrets d' epoch).
Proof.
  intros H. pose proof (root_step_after_typed _ (Forall_firstn' _ (Z.to_nat epoch) _ H)) as (_ & H1 & H2).
  destruct d'; assumption.
Qed.

(** The keys of an epoch do not change when more epochs come. *)
Lemma epoch_start_stays secrets more d' epoch :
  epoch <= seq_len secrets -> epoch_start auth_key (secrets ++ more) d' epoch
    = epoch_start auth_key secrets d' epoch.
Proof.
  intros H. unfold epoch_start. rewrite firstn_app.
  replace (Z.to_nat epoch - length secrets)%nat with 0%nat by (unfold seq_len in H; lia).
  now rewrite firstn_O, app_nil_r.
Qed.

(** The link of the newest epoch. *)
Lemma link_reached secrets :
  let epoch := seq_len secrets in
  link d (root_step_after auth_key secrets)
  = mk_Link (half (epoch_start auth_key secrets d epoch)) (half (epoch_start auth_key secrets (opposite d)
    epoch)).
Proof.
  cbv zeta. unfold epoch_start, seq_len. rewrite Nat2Z.id, firstn_all. destruct d; reflexivity.
Qed.

Lemma chain_start_reached : yields (chain_start auth_key d parameters) (Chain_reached 0 []).
Proof.
  unfold chain_start. rewrite (proj1 first_step_ret). cbn [bind]. cbv zeta.
  rewrite (link_reached []). simpl yields.
  pose proof (max_out_of_order_bound _ parameters_typed) as Hkept.
  constructor; cbn; auto; try lia.
  - intros e l He Hl. destruct (Z.to_nat (e - 0)) as [|[]] eqn:E; try discriminate. injection Hl as <-.
    replace e with 0 by lia. split; [lia|reflexivity].
  - intros e l He Hl. destruct (Z.to_nat (e - 0)) as [|[]] eqn:E; try discriminate. injection Hl as <-.
    replace e with 0 by lia. apply half_receives_nothing_yet. lia.
Qed.

(** * Each request *)

Section Requests.
Variables (sending : Z) (history : list Answer) (c : Chain).
Hypothesis reached : Chain_reached sending history c.
Hypothesis secrets_typed : Forall EpochSecret_typed (added history).
Hypothesis few : seq_len history < 2 ^ 62.

Lemma reached_numbers :
  0 <= sending <= newest_epoch history /\ newest_epoch history < 2 ^ 62 /\
  0 <= oldest_epoch sending <= sending.
Proof.
  pose proof (reached_range _ _ _ reached). pose proof (newest_epoch_bounds history). unfold oldest_epoch.
    lia.
Qed.

Lemma add_epoch_reached secret :
  EpochSecret_typed secret ->
  yields (add_epoch c secret) (fun r => exists c',
    r = Ok c' /\ newest_epoch history <> LAST_EPOCH /\ Chain_reached sending (Added secret :: history) c').
Proof.
  intros Hsecret. pose proof reached_numbers as (N1 & N2 & N3).
    destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf].
  unfold add_epoch. rewrite Re, Rk, Rd. unfold LAST_EPOCH.
  replace (newest_epoch history =? 18446744073709551615) with false by lia.
  rewrite (next_step_ret _ _ secrets_typed Hsecret). cbn [bind]. step. step; [lia|]. step.
  eexists. split; [reflexivity|]. split; [lia|].
  assert (newest_epoch (Added secret :: history) = newest_epoch history + 1) as Enew.
  { unfold newest_epoch. cbn [added]. rewrite seq_len_app. reflexivity. }
  assert (newest_epoch history + 1 = seq_len (added history ++ [secret])) as Enew'.
  { rewrite seq_len_app. reflexivity. }
  pose proof (link_reached (added history ++ [secret])) as Hlink. cbv zeta in Hlink.
  rewrite <- Enew' in Hlink.
  destruct (Rf (newest_epoch history + 1) ltac:(lia)) as (Fs & Fr).
  assert (forall e l, oldest_epoch sending <= e ->
    nth_error (seq_push (Chain_links c) (link d (root_step_after auth_key (added history ++ [secret]))))
      (Z.to_nat (e - oldest_epoch sending)) = Some l ->
    (e <= newest_epoch history /\ nth_error (Chain_links c) (Z.to_nat (e - oldest_epoch sending)) = Some l) \/
    (e = newest_epoch history + 1 /\ l = link d (root_step_after auth_key (added history ++ [secret]))))
      as Hcases.
  { intros e l He Hl. unfold seq_push in Hl. unfold seq_len in Rc.
    destruct (Z.leb_spec e (newest_epoch history)).
    - left. split; [assumption|]. rewrite nth_error_app1 in Hl by lia. exact Hl.
    - right. rewrite nth_error_app2 in Hl by lia.
      destruct (Z.to_nat (e - oldest_epoch sending) - length (Chain_links c))%nat as [|[]] eqn:E;
        try discriminate.
      injection Hl as <-. split; [lia|reflexivity]. }
  constructor; cbn [Chain_direction Chain_parameters Chain_current_epoch Chain_send_epoch Chain_next_root
    Chain_links
    added sent received]; rewrite ?Enew; auto; try lia.
  - rewrite seq_len_push. lia.
  - intros e l He Hl. destruct (Hcases e l) as [(H1 & H2)|(-> & ->)]; [lia|exact Hl| |].
    + rewrite epoch_start_stays by (unfold newest_epoch in H1; exact H1). apply Rh; assumption.
    + rewrite Fs, Hlink. split; [unfold seq_len; simpl; lia|reflexivity].
  - intros e l He Hl. destruct (Hcases e l) as [(H1 & H2)|(-> & ->)]; [lia|exact Hl| |].
    + rewrite epoch_start_stays by (unfold newest_epoch in H1; exact H1). apply Rv; assumption.
    + rewrite Fr, Hlink. apply half_receives_nothing_yet.
      pose proof (max_out_of_order_bound _ parameters_typed). lia.
  - apply Forall_push; [exact Rt|]. rewrite Hlink. reflexivity.
  - intros e He. apply Rf. lia.
Qed.

Lemma link_of_reached epoch :
  0 <= epoch < 2 ^ 64 ->
  yields (link_of c epoch) (fun r =>
    r = if (epoch <? oldest_epoch sending) || (newest_epoch history <? epoch)
        then Err (SparseError_EpochOutOfRange epoch) else Ok (epoch - oldest_epoch sending)).
Proof.
  intros He. pose proof reached_numbers as (N1 & N2 & N3).
    destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf].
  unfold link_of. rewrite Re, Rc. cbv zeta. step.
  eapply (yields_mono _ (fun refused =>
    refused = (epoch <? oldest_epoch sending) || (newest_epoch history <? epoch))).
  { step; step; [lia|]. step; [lia|]. step. lia. }
  intros refused ->. step; [step; reflexivity|].
  step; step; [lia|]. step; step; [lia|]. step; step; [lia|]. step. f_equal. lia.
Qed.

Lemma link_at epoch :
  oldest_epoch sending <= epoch <= newest_epoch history ->
  exists l, seq_index (Chain_links c) (epoch - oldest_epoch sending) = Ret l /\
    nth_error (Chain_links c) (Z.to_nat (epoch - oldest_epoch sending)) = Some l.
Proof.
  intros H. pose proof reached_numbers. pose proof (reached_count _ _ _ reached). apply seq_index_ret. lia.
Qed.

(** Moving the sending epoch. *)
Lemma with_send_epoch_reached epoch :
  sending <= epoch <= newest_epoch history ->
  yields (with_send_epoch c epoch (epoch - oldest_epoch sending)) (Chain_reached epoch history).
Proof.
  intros He. pose proof reached_numbers as (N1 & N2 & N3). unfold with_send_epoch.
  rewrite (reached_sending _ _ _ reached). step; [step; replace epoch with sending by lia; exact reached|].
  destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf]. unfold clear_old_epochs.
  replace (epoch - oldest_epoch sending =? 0) with false by lia. rewrite Rc.
  assert (oldest_epoch epoch = epoch - 1) as Eold by (unfold oldest_epoch; lia).
  step. step; step; [lia|]. step; step; [lia|]. step; step; [lia|]. step.
  rewrite seq_slice_ret by lia.
  remember (firstn _ (skipn _ (Chain_links c))) as kept eqn:Ekept.
  assert (forall j, nth_error kept j = nth_error (Chain_links c) (Z.to_nat (epoch - 1 - oldest_epoch sending)
    + j)) as Hkept.
  { intros j. subst kept.
    rewrite firstn_all2 by (rewrite skipn_length; unfold seq_len in Rc; lia).
    replace (Z.to_nat (epoch - oldest_epoch sending - 1)) with (Z.to_nat (epoch - 1 - oldest_epoch sending))
      by lia.
    generalize (Z.to_nat (epoch - 1 - oldest_epoch sending)) as n, (Chain_links c) as ls. clear.
    induction n as [|n IH]; intros [|l ls]; simpl; auto. now destruct j. }
  assert (seq_len kept = newest_epoch history + 1 - oldest_epoch epoch) as Hlen.
  { subst kept. rewrite seq_len_slice; lia. }
  assert (Forall (fun l => Half_stored (Link_send l) = []) kept) as Hstored.
  { subst kept. apply Forall_firstn', Forall_skipn', Rt. }
  clear Ekept. simpl yields.
  destruct (seq_index_ret kept 0) as (l & El & Nl); [lia|]. rewrite El. cbn [bind].
  rewrite seq_set_ret by lia. simpl yields.
  assert (forall e l', oldest_epoch epoch <= e ->
    nth_error (set_nth kept 0 (mk_Link (erased (Link_send l)) (Link_receive l)))
      (Z.to_nat (e - oldest_epoch epoch)) = Some l' ->
    exists l0, nth_error (Chain_links c) (Z.to_nat (e - oldest_epoch sending)) = Some l0 /\
      Link_receive l' = Link_receive l0 /\ (epoch <= e -> Link_send l' = Link_send l0)) as Hlinks.
  { intros e l' Hge Hl'. rewrite nth_error_set_nth in Hl' by (unfold seq_len in Hlen; lia).
    destruct (Nat.eqb_spec 0 (Z.to_nat (e - oldest_epoch epoch))).
    - injection Hl' as <-. exists l. split; [|split; [reflexivity|lia]].
      rewrite Hkept in Nl. rewrite <- Nl. f_equal. lia.
    - exists l'. split; [|split; reflexivity]. rewrite Hkept in Hl'. rewrite <- Hl'. f_equal. lia. }
  constructor; cbn [Chain_direction Chain_parameters Chain_current_epoch Chain_send_epoch Chain_next_root
    Chain_links];
    auto; try lia.
  - unfold seq_len in *. rewrite set_nth_length. exact Hlen.
  - intros e l' Hge Hl'. destruct (Hlinks e l') as (l0 & H1 & _ & H2); [lia|exact Hl'|].
    rewrite H2 by lia. apply Rh; [lia|exact H1].
  - intros e l' Hge Hl'. destruct (Hlinks e l') as (l0 & H1 & H2 & _); [lia|exact Hl'|].
    rewrite H2. apply Rv; [lia|exact H1].
  - apply Forall_set_nth; [exact Hstored|]. simpl. apply nth_error_In in Nl.
    rewrite Forall_forall in Hstored. auto.
Qed.

(** Putting a link in the place of that of an epoch. *)
Lemma with_link_ret epoch l :
  oldest_epoch sending <= epoch <= newest_epoch history ->
  with_link c (epoch - oldest_epoch sending) l
  = Ret (mk_Chain d (newest_epoch history) sending
           (set_nth (Chain_links c) (Z.to_nat (epoch - oldest_epoch sending)) l)
           (RootStep_next_root (root_step_after auth_key (added history))) parameters).
Proof.
  intros H. pose proof reached_numbers as (N1 & N2 & N3).
    destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf].
  unfold with_link. cbv zeta. rewrite seq_set_ret by lia. cbn [bind]. congruence.
Qed.

Lemma nth_link_replaced epoch l e l' :
  oldest_epoch sending <= epoch <= newest_epoch history -> oldest_epoch sending <= e ->
  nth_error (set_nth (Chain_links c) (Z.to_nat (epoch - oldest_epoch sending)) l)
    (Z.to_nat (e - oldest_epoch sending))
    = Some l' ->
  (e = epoch /\ l' = l) \/
  (e <> epoch /\ nth_error (Chain_links c) (Z.to_nat (e - oldest_epoch sending)) = Some l').
Proof.
  intros H1 H2 H3. pose proof reached_numbers. pose proof (reached_count _ _ _ reached) as Rc.
  rewrite nth_error_set_nth in H3 by (unfold seq_len in Rc; lia).
  destruct (Nat.eqb_spec (Z.to_nat (epoch - oldest_epoch sending)) (Z.to_nat (e - oldest_epoch sending)))
    as [E|E].
  - injection H3 as <-. left. split; [lia|reflexivity].
  - right. split; [intros ->; lia|exact H3].
Qed.

(** The part of sending after the sending epoch has moved. *)
Lemma send_step_reached epoch :
  epoch = sending ->
  yields (let! at' := link_of c epoch in
          match at' with
          | Ok at'2 =>
              let! tmp'4 := seq_index c.(Chain_links) at'2 in
              let! tmp'5 := step_half tmp'4.(Link_send) in
              match tmp'5 with
              | Ok (send, key) =>
                  let ctr := send.(Half_ctr) in
                  let! tmp'6 := seq_index c.(Chain_links) at'2 in
                  let receive := tmp'6.(Link_receive) in
                  let! tmp'7 := with_link c at'2 (mk_Link send receive) in
                  Ret (Ok (tmp'7, ctr, key))
              | Err error'3 => Ret (Err error'3)
              end
          | Err error'2 => Ret (Err error'2)
          end)
    (fun r =>
       let count := seq_len (sent epoch history) in
       let key := sparse_key auth_key (added history) d epoch (count + 1) in
       if count =? LAST_COUNTER then r = Err SparseError_CounterExhausted
       else exists c', r = Ok (c', count + 1, key) /\
         Chain_reached epoch (Sent epoch (count + 1) key :: history) c').
Proof.
  intros ->. pose proof reached_numbers as (N1 & N2 & N3).
  step. eapply yields_mono; [apply link_of_reached; lia|]. intros r ->.
  replace ((sending <? oldest_epoch sending) || (newest_epoch history <? sending)) with false by lia.
  destruct (link_at sending) as (l & El & Nl); [lia|]. rewrite El. cbn [bind].
  pose proof (reached_send _ _ _ reached sending l ltac:(lia) Nl) as Hhalf.
  pose proof (epoch_start_typed (added history) d sending secrets_typed) as Hstart.
  step. eapply yields_mono; [apply (step_half_gives_the_next_key _ _ _ Hstart Hhalf)|]. cbv beta zeta.
  intros r Hr. destruct (Z.eqb_spec (seq_len (sent sending history)) LAST_COUNTER); [subst r; step;
    reflexivity|].
  destruct Hr as (h' & -> & Hh'). cbv zeta. cbn [bind]. rewrite with_link_ret by lia. cbn [bind].
  step. pose proof Hh' as (_ & Eh).
  replace (Half_ctr h') with (seq_len (sent sending history) + 1) by now rewrite Eh.
  eexists. split; [reflexivity|].
  pose proof nth_link_replaced as Hnth. destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf].
  constructor; cbn [Chain_direction Chain_parameters Chain_current_epoch Chain_send_epoch Chain_next_root
    Chain_links
    added received]; auto; try (unfold newest_epoch in *; cbn [added]; lia).
  - unfold seq_len in *. rewrite set_nth_length. exact Rc.
  - intros e l' He Hl'. cbn [sent].
    destruct (Hnth sending _ e l' ltac:(lia) ltac:(lia) Hl') as [(-> & ->)|(Hne & Hl)].
    + rewrite Z.eqb_refl, seq_len_cons. exact Hh'.
    + replace (sending =? e) with false by lia. apply Rh; assumption.
  - intros e l' He Hl'. destruct (Hnth sending _ e l' ltac:(lia) He Hl') as [(-> & ->)|(Hne & Hl)].
    + apply (Rv sending l); [exact He|exact Nl].
    + apply Rv; assumption.
  - apply Forall_set_nth; [exact Rt|]. rewrite Eh. reflexivity.
  - intros e He. cbn [sent]. replace (sending =? e) with false by (unfold newest_epoch in *;
    cbn [added] in He; lia).
    apply Rf. exact He.
Qed.

Lemma receive_key_reached epoch index :
  0 <= epoch < 2 ^ 64 -> 0 <= index < 2 ^ 32 ->
  yields (receive_key c epoch index) (fun r =>
    if (epoch <? oldest_epoch sending) || (newest_epoch history <? epoch)
    then r = Err (SparseError_EpochOutOfRange epoch)
    else match half_answer (epoch_start auth_key (added history) (opposite d) epoch) parameters
      (received epoch history) index with
         | Ok key => exists c', r = Ok (c', key) /\
           Chain_reached sending (Received epoch index key :: history) c'
         | Err error => r = Err error
         end).
Proof.
  intros He Hi. pose proof reached_numbers as (N1 & N2 & N3). unfold receive_key.
  step. eapply yields_mono; [apply link_of_reached; lia|]. intros r ->.
  destruct ((epoch <? oldest_epoch sending) || (newest_epoch history <? epoch)) eqn:E; [step; reflexivity|].
  destruct (link_at epoch) as (l & El & Nl); [lia|]. rewrite El. cbn [bind].
  pose proof (reached_receive _ _ _ reached epoch l ltac:(lia) Nl) as Hhalf.
  pose proof (epoch_start_typed (added history) (opposite d) epoch secrets_typed) as Hstart.
  step. rewrite (reached_parameters _ _ _ reached).
  eapply yields_mono; [apply (receive_half_answers _ _ _ _ _ Hstart parameters_typed Hhalf Hi)|].
  intros r Hr. destruct (half_answer _ _ _ _) as [key|error]; [|subst r; step; reflexivity].
  destruct Hr as (h' & -> & Hh'). cbn [bind]. cbv zeta. rewrite with_link_ret by lia. cbn [bind].
  step. eexists. split; [reflexivity|].
  pose proof nth_link_replaced as Hnth. destruct reached as [Rd Rp Re Rs Rr Rk Rc Rh Rv Rt Rf].
  constructor; cbn [Chain_direction Chain_parameters Chain_current_epoch Chain_send_epoch Chain_next_root
    Chain_links
    added sent]; auto.
  - unfold seq_len in *. rewrite set_nth_length. exact Rc.
  - intros e l' He' Hl'. destruct (Hnth epoch _ e l' ltac:(lia) ltac:(lia) Hl') as [(-> & ->)|(Hne & Hl)].
    + apply (Rh epoch l); [exact He'|exact Nl].
    + apply Rh; assumption.
  - intros e l' He' Hl'. cbn [received].
    destruct (Hnth epoch _ e l' ltac:(lia) He' Hl') as [(-> & ->)|(Hne & Hl)].
    + rewrite Z.eqb_refl. exact Hh'.
    + replace (epoch =? e) with false by lia. apply Rv; assumption.
  - apply Forall_set_nth; [exact Rt|]. simpl. apply nth_error_In in Nl. rewrite Forall_forall in Rt. auto.
  - intros e He'. cbn [received]. unfold newest_epoch in *. cbn [added] in He'.
    replace (epoch =? e) with false by lia.
    apply Rf. exact He'.
Qed.
End Requests.

(** A chain answers a request as [answer] says, and is then as the answers say. *)
Lemma ask_answers history c r :
  Chain_reached (sending_epoch history) history c -> Forall EpochSecret_typed (added history) ->
  seq_len history < 2 ^ 62 -> Request_typed r ->
  yields (ask c r) (fun result' =>
    match answer history r with
    | Ok given => exists c', result' = Ok (c', given) /\
        Chain_reached (sending_epoch (given :: history)) (given :: history) c'
    | Err error => result' = Err error
    end).
Proof.
  intros Hc Hs Hfew Hr. destruct r as [secret|epoch|epoch index]; cbn [ask answer].
  - step. eapply yields_mono; [apply (add_epoch_reached _ _ _ Hc Hs Hfew secret Hr)|].
    intros r (c' & -> & Hne & Hc'). step. replace (newest_epoch history =? LAST_EPOCH) with false by lia.
    eexists. split; [reflexivity|exact Hc'].
  - pose proof (reached_numbers _ _ _ Hc Hfew) as (N1 & N2 & N3). simpl in Hr. unfold typed_int in Hr.
    unfold send_key. rewrite (reached_sending _ _ _ Hc). step. step; [step; reflexivity|].
    step. eapply yields_mono; [apply (link_of_reached _ _ _ Hc Hfew); exact Hr|]. intros r ->.
    replace (epoch <? oldest_epoch (sending_epoch history)) with false by lia. cbn [orb].
    destruct (newest_epoch history <? epoch) eqn:E; [step; step; reflexivity|].
    step. eapply yields_mono; [apply (with_send_epoch_reached _ _ _ Hc Hfew); lia|].
    intros c2 Hc2. eapply yields_mono; [apply (send_step_reached _ _ _ Hc2 Hs Hfew); reflexivity|].
    cbv zeta. intros r Hr2. destruct (seq_len (sent epoch history) =? LAST_COUNTER); [subst r; step;
      reflexivity|].
    destruct Hr2 as (c' & -> & Hc'). step. eexists. split; [reflexivity|exact Hc'].
  - destruct Hr as (He & Hi). step.
    eapply yields_mono; [apply (receive_key_reached _ _ _ Hc Hs Hfew); [exact He|exact Hi]|].
    intros r Hr. destruct (_ || _); [subst r; step; reflexivity|].
    destruct (half_answer _ _ _ _) as [key|error]; [|subst r; step; reflexivity].
    destruct Hr as (c' & -> & Hc'). step. eexists. split; [reflexivity|exact Hc'].
Qed.

Lemma reached_after_refusal sending history c error :
  Chain_reached sending history c -> Chain_reached sending (Refused error :: history) c.
Proof. intros []. constructor; auto. Qed.

Lemma answer_typed history r :
  Forall EpochSecret_typed (added history) -> Request_typed r ->
    Forall EpochSecret_typed (added (with_answer history r)).
Proof.
  intros H Hr. unfold with_answer. destruct (answer history r) as [given|error] eqn:E; [|exact H].
  destruct r; cbn [answer] in E.
  - destruct (newest_epoch history =? LAST_EPOCH); [discriminate|]. injection E as <-. cbn [added].
    apply Forall_app. split; [exact H|]. constructor; [exact Hr|constructor].
  - cbv zeta in E. destruct (_ <? _); [discriminate|]. destruct (_ <? _); [discriminate|].
    destruct (_ =? _); [discriminate|]. injection E as <-. exact H.
  - destruct (_ || _); [discriminate|]. destruct (half_answer _ _ _ _); [|discriminate]. injection E as <-.
    exact H.
Qed.

Lemma seq_len_with_answer history r : seq_len (with_answer history r) = seq_len history + 1.
Proof. unfold with_answer. destruct (answer history r); apply seq_len_cons. Qed.

(** Any requests, after any answers. *)
Lemma run_answers requests history c :
  Chain_reached (sending_epoch history) history c -> Forall EpochSecret_typed (added history) ->
  Forall Request_typed requests -> seq_len history + seq_len requests < 2 ^ 62 ->
  exists c', run (c, history) requests = Ret (c', fold_left with_answer requests history) /\
    Chain_reached (sending_epoch (fold_left with_answer requests history))
      (fold_left with_answer requests history) c' /\
    Forall EpochSecret_typed (added (fold_left with_answer requests history)).
Proof.
  revert history c. induction requests as [|r rest IH]; intros history c Hc Hs Hr Hfew.
  - exists c. auto.
  - inversion Hr as [|? ? Hr1 Hr2]; subst. rewrite seq_len_cons in Hfew. pose proof (seq_len_nonneg rest).
    pose proof (ask_answers history c r Hc Hs ltac:(lia) Hr1) as H1.
    pose proof (answer_typed history r Hs Hr1) as Hs'. pose proof (seq_len_with_answer history r) as Hlen.
    cbn [run fold_left]. unfold advance.
    destruct (ask c r) as [result'|]; [|contradiction]. simpl yields in H1. cbn [bind].
    destruct (answer history r) as [given|error] eqn:E.
    + assert (with_answer history r = given :: history) as Ew by (unfold with_answer; now rewrite E).
      rewrite Ew in *. destruct H1 as (c' & -> & Hc'). cbn [bind]. apply IH; auto. lia.
    + assert (with_answer history r = Refused error :: history) as Ew by (unfold with_answer; now rewrite E).
      rewrite Ew in *. subst result'. cbn [bind]. apply IH; auto; [|lia]. cbn [sending_epoch].
      now apply reached_after_refusal.
Qed.
End Session.
End Chains.
