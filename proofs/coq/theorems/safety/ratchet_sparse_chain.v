(** Panic-freedom of [ratchet::sparse::chain].

    [Chain_well_formed] is what decoding a stored chain checks: there is a link, the links are those of the
    latest epochs, and the sending epoch is one of them. [Chain_fits bound] says that no list of a chain has
    [bound] elements: positions are numbers of 64 bits, and no machine holds more than 2^62 elements. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain.

(** * What a state needs besides its types *)

Definition Chain_well_formed (c : Chain) : Prop :=
  1 <= seq_len (Chain_links c) <= Chain_current_epoch c + 1 /\
  Chain_current_epoch c - seq_len (Chain_links c) < Chain_send_epoch c <= Chain_current_epoch c.

Definition Half_fits (bound : Z) (h : Half) : Prop := seq_len (Half_stored h) < bound.

Definition Link_fits (bound : Z) (l : Link) : Prop :=
  Half_fits bound (Link_send l) /\ Half_fits bound (Link_receive l).

Definition Chain_fits (bound : Z) (c : Chain) : Prop :=
  seq_len (Chain_links c) < bound /\ Forall (Link_fits bound) (Chain_links c).

Lemma Link_fits_mono small large l : small <= large -> Link_fits small l -> Link_fits large l.
Proof. unfold Link_fits, Half_fits. lia. Qed.

Lemma Chain_fits_mono small large c : small <= large -> Chain_fits small c -> Chain_fits large c.
Proof.
  intros H (H1 & H2). split; [lia|]. eapply Forall_impl; [|exact H2]. intros l. now apply Link_fits_mono.
Qed.

(** An index of typed and fitting links gives a typed and fitting link. *)
Lemma yields_link bound ls i (Q : Link -> Prop) :
  Forall Link_typed ls -> Forall (Link_fits bound) ls -> 0 <= i < seq_len ls ->
  (forall x, nth_error ls (Z.to_nat i) = Some x -> Link_typed x -> Link_fits bound x -> Q x) ->
  yields (seq_index ls i) Q.
Proof.
  intros H1 H2 H3 H4. apply (yields_index Link_typed); auto.
  intros x E Hx. apply H4; auto. eapply Forall_nth_error; eauto.
Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * The key derivations *)

Lemma root_step_safe okm : typed_array (typed_int 8) 96 okm -> yields (root_step okm) RootStep_typed.
Proof. intros. unfold root_step. steps. Qed.
Hint Resolve root_step_safe : spec.

Lemma kdf_scka_init_safe auth_key :
  SparseAuthKey_typed auth_key -> yields (kdf_scka_init auth_key) RootStep_typed.
Proof.
  intros. unfold kdf_scka_init. cbv zeta. apply root_step_safe. unfold THREE_KEYS_LENGTH.
  apply hkdf_typed; [apply no_salt_typed|typed|typed|typed].
Qed.
Hint Resolve kdf_scka_init_safe : spec.

Lemma kdf_scka_rk_safe next_root secret :
  SparseRootKey_typed next_root -> EpochSecret_typed secret ->
  yields (kdf_scka_rk next_root secret) RootStep_typed.
Proof.
  intros. unfold kdf_scka_rk. cbv zeta. apply root_step_safe. unfold THREE_KEYS_LENGTH.
  apply hkdf_typed; typed.
Qed.
Hint Resolve kdf_scka_rk_safe : spec.

Lemma kdf_scka_ck_safe next ctr :
  SparseChainKey_typed next ->
  yields (kdf_scka_ck next ctr) (typed_pair SparseChainKey_typed SparseMessageKey_typed).
Proof.
  intros. unfold kdf_scka_ck. cbv zeta. unfold TWO_KEYS_LENGTH.
  match goal with
  | |- context [hkdf ?s ?k ?i ?n] =>
      assert (typed_array (typed_int 8) n (hkdf s k i n));
      [apply hkdf_typed; [apply no_salt_typed|typed..] | generalize dependent (hkdf s k i n)]
  end.
  intros okm (Hlen & Hokm).
  step. apply yields_array_from_slice; try lia. intros Hnext.
  step. apply yields_array_from_slice; try lia. intros Hkey. step.
  split; cbn [fst snd]; (split; [assumption|apply Forall_firstn', Forall_skipn'; exact Hokm]).
Qed.
Hint Resolve kdf_scka_ck_safe : spec.

(** * Making chains *)

Lemma half_typed next : SparseChainKey_typed next -> Half_typed (half next).
Proof. unfold half. typed. Qed.

Lemma link_typed direction step : RootStep_typed step -> Link_typed (link direction step).
Proof. intros (H1 & H2 & H3). destruct direction; split; apply half_typed; assumption. Qed.

Lemma link_fits bound direction step : 0 < bound -> Link_fits bound (link direction step).
Proof. intros. destruct direction; split; exact H. Qed.

Lemma chain_start_safe auth_key direction parameters :
  SparseAuthKey_typed auth_key -> ChainParameters_typed parameters ->
  yields (chain_start auth_key direction parameters)
    (fun c => Chain_typed c /\ Chain_well_formed c /\ Chain_fits 2 c).
Proof.
  intros. unfold chain_start.
  step. step. intros step Hstep. apply yields_ret.
  pose proof (link_typed direction step Hstep) as Hlink.
  destruct Hstep as (Hroot & _). split; [|split].
  - repeat split; unfold typed_int; simpl; try lia; try apply Hroot.
    + destruct direction; exact I.
    + constructor; [exact Hlink|constructor].
    + apply H0.
    + apply H0.
    + apply H0.
    + apply H0.
  - unfold Chain_well_formed, seq_len. simpl. lia.
  - unfold Chain_fits, seq_len. simpl. split; [lia|].
    constructor; [apply link_fits; lia|constructor].
Qed.
Hint Resolve chain_start_safe : spec.

(** * Links and epochs *)

Lemma add_epoch_safe bound chain secret :
  Chain_typed chain -> Chain_well_formed chain -> Chain_fits bound chain -> 0 < bound ->
  EpochSecret_typed secret ->
  yields (add_epoch chain secret) (typed_result
    (fun c => Chain_typed c /\ Chain_well_formed c /\ Chain_fits (bound + 1) c) SparseError_typed).
Proof.
  intros (H1 & H2 & H3 & H4 & H5 & H6) (H7 & H8) (H9 & H10) Hbound Hsecret. unfold add_epoch, LAST_EPOCH.
  unfold typed_int in H2, H3.
  step; [exact I|]. apply yields_bind. eapply yields_mono; [apply kdf_scka_rk_safe; assumption|].
  intros step Hstep. step. step; [lia|]. step.
  pose proof (link_typed (Chain_direction chain) step Hstep) as Hlink.
  pose proof (link_fits bound (Chain_direction chain) step Hbound) as Hfit.
  destruct Hstep as (Hroot & _). split; [|split].
  - repeat split; simpl; unfold typed_int; try lia; try apply H6; try apply Hroot.
    + exact H1.
    + apply Forall_push; assumption.
  - unfold Chain_well_formed. simpl. rewrite seq_len_push. lia.
  - split; simpl.
    + rewrite seq_len_push. lia.
    + eapply Forall_impl; [|apply Forall_push; [exact H10|exact Hfit]].
      intros l. apply Link_fits_mono. lia.
Qed.

Lemma link_of_safe chain epoch :
  Chain_typed chain -> Chain_well_formed chain -> typed_int 64 epoch ->
  yields (link_of chain epoch) (typed_result
    (fun i => 0 <= i < seq_len (Chain_links chain) /\
              i = epoch - (Chain_current_epoch chain + 1 - seq_len (Chain_links chain)))
    SparseError_typed).
Proof.
  intros (_ & H2 & _) (H7 & _) H. unfold link_of, typed_int in *. cbv zeta. step.
  assert (yields (if Chain_current_epoch chain <? epoch then Ret true
                  else let! tmp' := checked_sub 64 (Chain_current_epoch chain) epoch in
                       Ret (seq_len (Chain_links chain) <=? tmp'))
    (fun refused => refused = false ->
       epoch <= Chain_current_epoch chain < seq_len (Chain_links chain) + epoch)) as Hcheck.
  { step; [simpl; discriminate|]. step. step; [lia|]. simpl. lia. }
  eapply yields_mono; [exact Hcheck|]. intros refused Hrefused. step; [exact H|].
  specialize (Hrefused eq_refl).
  step; step; [lia|]. step; step; [lia|]. step; step; [lia|]. simpl. lia.
Qed.
Hint Resolve link_of_safe : spec.

Lemma clear_old_epochs_safe bound ls i :
  Forall Link_typed ls -> Forall (Link_fits bound) ls -> 0 <= i < seq_len ls -> seq_len ls < 2 ^ 63 ->
  yields (clear_old_epochs ls i) (fun kept =>
    Forall Link_typed kept /\ Forall (Link_fits bound) kept /\
    seq_len kept = Z.min (seq_len ls) (seq_len ls + 1 - i)).
Proof.
  intros H1 H2 H3 H4. unfold clear_old_epochs.
  step; [step; split; [assumption|split; [assumption|lia]]|].
  step; step; [lia|]. step; step; [lia|]. step; step; [lia|].
  step. rewrite seq_slice_ret by lia.
  remember (firstn (Z.to_nat (seq_len ls + 1 - i)) (skipn (Z.to_nat (i - 1)) ls)) as kept eqn:E.
  assert (seq_len kept = seq_len ls + 1 - i) by (subst kept; apply seq_len_slice; lia).
  assert (Forall Link_typed kept) as H5 by (subst kept; apply Forall_firstn', Forall_skipn'; exact H1).
  assert (Forall (Link_fits bound) kept) as H6 by (subst kept; apply Forall_firstn', Forall_skipn'; exact H2).
  clear E. simpl yields.
  step. apply (yields_link bound); auto; [lia|]. intros first _ Ht Hf.
  step. apply (yields_link bound); auto; [lia|]. intros first' _ Ht' Hf'.
  step; [lia|]. intros Hlen. split; [|split; [|lia]].
  - apply Forall_set_nth; [assumption|]. destruct Ht as ((? & ? & ?) & _), Ht' as (_ & ?).
    split; [split; [assumption|split; [exact I|assumption]]|assumption].
  - apply Forall_set_nth; [assumption|]. destruct Hf, Hf'. split; assumption.
Qed.

Lemma with_send_epoch_safe bound chain epoch i :
  Chain_typed chain -> Chain_well_formed chain -> Chain_fits bound chain -> bound <= 2 ^ 63 ->
  typed_int 64 epoch -> Chain_send_epoch chain <= epoch -> 0 <= i < seq_len (Chain_links chain) ->
  i = epoch - (Chain_current_epoch chain + 1 - seq_len (Chain_links chain)) ->
  yields (with_send_epoch chain epoch i) (fun c =>
    Chain_typed c /\ Chain_well_formed c /\ Chain_fits bound c).
Proof.
  intros Ht Hw Hf Hbound He Hge Hi Hie. unfold with_send_epoch. step; [step; auto|].
  destruct Ht as (H1 & H2 & H3 & H4 & H5 & H6), Hw as (H7 & H8), Hf as (H9 & H10).
  step. eapply yields_mono; [apply (clear_old_epochs_safe bound); auto; lia|].
  intros kept (K1 & K2 & K3). step. split; [|split].
  - repeat split; try assumption; apply H2 || apply He || apply H6 || apply H5.
  - unfold Chain_well_formed. simpl. lia.
  - split; simpl; [lia|assumption].
Qed.

Lemma with_link_safe bound chain i l :
  Chain_typed chain -> Chain_well_formed chain -> Chain_fits bound chain ->
  0 <= i < seq_len (Chain_links chain) -> Link_typed l -> Link_fits bound l ->
  yields (with_link chain i l) (fun c => Chain_typed c /\ Chain_well_formed c /\ Chain_fits bound c).
Proof.
  intros (H1 & H2 & H3 & H4 & H5 & H6) (H7 & H8) (H9 & H10) Hi Hl Hlf. unfold with_link. cbv zeta.
  step. step; [lia|]. intros Hlen. step. split; [|split].
  - repeat split; try assumption; try apply H2; try apply H3; try apply H5; try apply H6.
    apply Forall_set_nth; assumption.
  - unfold Chain_well_formed. simpl. rewrite Hlen. lia.
  - split; simpl; [lia|]. apply Forall_set_nth; assumption.
Qed.

(** * Sending *)

Lemma step_half_safe bound h :
  Half_typed h -> Half_fits bound h ->
  yields (step_half h) (typed_result
    (typed_pair (fun h => Half_typed h /\ Half_fits bound h) SparseMessageKey_typed) SparseError_typed).
Proof.
  intros (H1 & H2 & H3) H4. unfold step_half, chain_key, LAST_COUNTER, typed_int in *.
  destruct (Half_next h) as [next|]; cbv beta iota; [|exact I].
  step; [exact I|]. step. step; [lia|]. step.
  eapply yields_mono; [apply kdf_scka_ck_safe; exact H2|]. intros (after & key) (Hafter & Hkey).
  simpl in Hafter, Hkey. cbv zeta. step. split; [split|]; try assumption.
  repeat split; simpl; try lia; try assumption; apply Hafter.
Qed.

(** [send_key] does not panic, keeps the chain well formed, and no list grows. *)
Lemma send_key_safe bound chain epoch :
  Chain_typed chain -> Chain_well_formed chain -> Chain_fits bound chain -> bound <= 2 ^ 63 ->
  typed_int 64 epoch ->
  yields (send_key chain epoch) (typed_result
    (typed_pair (typed_pair (fun c => Chain_typed c /\ Chain_well_formed c /\ Chain_fits bound c)
                            (typed_int 32))
                SparseMessageKey_typed)
    SparseError_typed).
Proof.
  intros Ht Hw Hf Hbound He. unfold send_key.
  step; [split; [apply Ht|exact He]|].
  step. eapply yields_mono; [apply link_of_safe; assumption|].
  intros [i|error] Hi; [|exact Hi]. destruct Hi as (Hi & Hie).
  step. eapply yields_mono; [apply (with_send_epoch_safe bound); auto; lia|].
  intros c (Hct & Hcw & Hcf).
  step. eapply yields_mono; [apply link_of_safe; assumption|].
  intros [j|error] Hj; [|exact Hj]. destruct Hj as (Hj & _).
  pose proof Hct as (_ & _ & _ & Hl & _). pose proof Hcf as (_ & Hlf).
  step. apply (yields_link bound); auto. intros l _ Hlt Hlf'.
  step. eapply yields_mono; [apply (step_half_safe bound); [apply Hlt|apply Hlf']|].
  intros [(send, key)|error] Hs; [|exact Hs]. destruct Hs as ((Hs1 & Hs2) & Hkey).
  simpl in Hs1, Hs2, Hkey. cbv zeta.
  step. apply (yields_link bound); auto. intros l' _ Hlt2 Hlf2. cbv zeta.
  step. eapply yields_mono; [apply (with_link_safe bound); auto|].
  - split; [exact Hs1|apply Hlt2].
  - split; [exact Hs2|apply Hlf2].
  - intros c' Hc'. step. split; [split|]; simpl; auto. apply Hs1.
Qed.

(** * Receiving *)

Lemma max_out_of_order_bound parameters :
  ChainParameters_typed parameters -> 0 < max_out_of_order parameters < 2 ^ 32.
Proof.
  intros (_ & H). unfold max_out_of_order, DEFAULT_MAX_OUT_OF_ORDER, typed_int in *.
  destruct (Z.eqb_spec (ChainParameters_max_out_of_order parameters) 0); lia.
Qed.

Lemma collect_garbage_safe stored ctr kept :
  Forall StoredKey_typed stored -> seq_len stored < 2 ^ 64 -> typed_int 32 ctr -> 0 < kept < 2 ^ 32 ->
  yields (collect_garbage stored ctr kept) (fun rest =>
    Forall StoredKey_typed rest /\ seq_len rest <= seq_len stored).
Proof.
  intros H1 H2 H3 H4. unfold collect_garbage. pose proof (seq_len_nonneg stored) as H5.
  step; step; [lia|]. step; step.
  { pose proof (Z.div_pos (kept * 11) 10 ltac:(lia) ltac:(lia)).
    pose proof (Z.div_le_upper_bound (kept * 11) 10 (2 ^ 36) ltac:(lia) ltac:(lia)). lia. }
  step; [step; split; [assumption|lia]|]. cbv zeta.
  step. apply (yields_for (fun i '(rest, count, at') =>
    Forall StoredKey_typed rest /\ seq_len rest = seq_len stored /\
    0 <= at' <= i /\ 0 <= count <= seq_len stored)).
  - split; [assumption|]. lia.
  - intros i ((rest, count), at') Hi (R1 & R2 & R3 & R4). step; [|step; repeat split; auto; lia].
    step. apply (yields_index StoredKey_typed); auto; [lia|]. intros x _ (Hx & _). unfold typed_int in Hx.
    step; step; [lia|]. step.
    + step; step; [lia|]. step. apply (yields_index StoredKey_typed); auto; [lia|]. intros y _ Hy.
      step; step; [lia|]. intros Hlen. step. split; [now apply Forall_set_nth|]. lia.
    + step; step; [lia|]. step. split; [assumption|]. lia.
  - intros ((rest, count), at') (R1 & R2 & R3 & R4). step; try lia. intros Hlen. split.
    + apply Forall_firstn', Forall_skipn'. assumption.
    + rewrite Hlen. lia.
Qed.

Lemma receive_ahead_safe bound h index parameters :
  Half_typed h -> Half_fits bound h -> bound <= 2 ^ 63 -> typed_int 32 index -> Half_ctr h < index ->
  ChainParameters_typed parameters ->
  yields (receive_ahead h index parameters) (typed_result
    (typed_pair (fun h => Half_typed h /\ Half_fits (bound + 2 ^ 32) h) SparseMessageKey_typed)
    SparseError_typed).
Proof.
  intros (H1 & H2 & H3) H4 Hbound Hindex Hahead Hp. pose proof (max_out_of_order_bound _ Hp) as Hkept.
  unfold receive_ahead, chain_key, Half_fits, typed_int in *. pose proof (seq_len_nonneg (Half_stored h)).
  destruct (Half_next h) as [start|]; cbv beta iota zeta; [|exact I].
  generalize dependent (max_out_of_order parameters). intros kept Hkept.
  step. eapply (yields_mono _ (fun stored => Forall StoredKey_typed stored /\ seq_len stored < bound)).
  { step; step; [lia|]. step; step; [split; [constructor|unfold seq_len; simpl; lia]|auto]. }
  intros stored (S1 & S2). step; step; [lia|].
  step. apply (yields_for (fun ctr '(next, stored) =>
    SparseChainKey_typed next /\ Forall StoredKey_typed stored /\
    seq_len stored < bound + Z.max 0 (ctr + kept - index))).
  - split; [exact H2|]. split; [assumption|lia].
  - intros ctr (next, keys) Hctr (I1 & I2 & I3).
    step. eapply yields_mono; [apply kdf_scka_ck_safe; exact I1|]. intros (after & key) (Hafter & Hkey).
    simpl in Hafter, Hkey. cbv zeta. step; step; [lia|]. step. step.
    + step. step. split; [exact Hafter|]. split; [|rewrite seq_len_push; lia].
      apply Forall_push; [assumption|]. split; [unfold typed_int; simpl; lia|exact Hkey].
    + step. step. split; [exact Hafter|]. split; [assumption|lia].
  - intros (next, keys) (I1 & I2 & I3). replace (Z.max (Half_ctr h + 1) index) with index in I3 by lia.
    step; step; [lia|]. step.
    eapply yields_mono; [apply collect_garbage_safe; auto; unfold typed_int; lia|].
    intros rest (R1 & R2). step. eapply yields_mono; [apply kdf_scka_ck_safe; exact I1|].
    intros (after & key) (Hafter & Hkey). simpl in Hafter, Hkey. cbv zeta. step.
    split; [split|exact Hkey]; simpl; [|lia]. repeat split; simpl; try assumption; try lia; apply Hafter.
Qed.

Lemma stored_at_safe stored index :
  Forall StoredKey_typed stored -> seq_len stored < 2 ^ 64 ->
  yields (stored_at stored index) (typed_option (fun i => 0 <= i < seq_len stored)).
Proof.
  intros H1 H2. unfold stored_at. cbv zeta.
  apply (yields_for (fun _ => typed_option (fun i => 0 <= i < seq_len stored))); auto; [exact I|].
  intros i found Hi Hfound. step; step; [lia|]. step; step; [lia|].
  step. apply (yields_index StoredKey_typed); auto; [lia|]. intros x _ Hx. step; step; auto. simpl. lia.
Qed.

Lemma remove_stored_safe stored i :
  Forall StoredKey_typed stored -> seq_len stored < 2 ^ 64 -> 0 <= i < seq_len stored ->
  yields (remove_stored stored i) (fun rest =>
    Forall StoredKey_typed rest /\ seq_len rest = seq_len stored - 1).
Proof.
  intros H1 H2 H3. unfold remove_stored. step; step; [lia|]. cbv zeta.
  step. apply (yields_index StoredKey_typed); auto; [lia|]. intros x _ Hx.
  step; step; [lia|]. intros Hlen. step; try lia. intros Hlen'. split; [|exact Hlen'].
  apply Forall_firstn', Forall_skipn', Forall_set_nth; assumption.
Qed.

Lemma receive_behind_safe bound h index parameters :
  Half_typed h -> Half_fits bound h -> bound <= 2 ^ 63 -> typed_int 32 index ->
  ChainParameters_typed parameters ->
  yields (receive_behind h index parameters) (typed_result
    (typed_pair (fun h => Half_typed h /\ Half_fits bound h) SparseMessageKey_typed) SparseError_typed).
Proof.
  intros (H1 & H2 & H3) H4 Hbound Hindex Hp. pose proof (max_out_of_order_bound _ Hp) as Hkept.
  unfold receive_behind, Half_fits, typed_int in *. step; step; [lia|]. step; [exact Hindex|].
  step. eapply yields_mono; [apply stored_at_safe; auto; lia|].
  intros [i|] Hi; [|exact Hindex]. simpl in Hi.
  step. eapply yields_mono; [apply remove_stored_safe; auto; lia|]. intros rest (R1 & R2). cbv zeta.
  step. apply (yields_index StoredKey_typed); auto. intros x _ (_ & Hx). step.
  split; [split|exact Hx]; simpl; [|lia]. split; [exact H1|split; assumption].
Qed.

Lemma receive_half_safe bound h index parameters :
  Half_typed h -> Half_fits bound h -> bound <= 2 ^ 63 -> typed_int 32 index ->
  ChainParameters_typed parameters ->
  yields (receive_half h index parameters) (typed_result
    (typed_pair (fun h => Half_typed h /\ Half_fits (bound + 2 ^ 32) h) SparseMessageKey_typed)
    SparseError_typed).
Proof.
  intros Ht Hf Hbound Hindex Hp. unfold receive_half. step.
  - eapply yields_mono; [apply (receive_behind_safe bound); assumption|].
    intros [(h', key)|error] H; [|exact H]. destruct H as ((H1 & H2) & H3). unfold Half_fits in *.
    split; [split|]; auto. simpl in *. lia.
  - step; [exact Hindex|]. pose proof Ht as (Hctr & _). unfold typed_int in *. step; step; [lia|]. step.
    + step. split; assumption.
    + apply receive_ahead_safe; auto. lia.
Qed.

(** [receive_key] does not panic for any epoch and index, and keeps the chain well formed. *)
Lemma receive_key_safe bound chain epoch index :
  Chain_typed chain -> Chain_well_formed chain -> Chain_fits bound chain -> bound <= 2 ^ 63 ->
  typed_int 64 epoch -> typed_int 32 index ->
  yields (receive_key chain epoch index) (typed_result
    (typed_pair (fun c => Chain_typed c /\ Chain_well_formed c /\ Chain_fits (bound + 2 ^ 32) c)
                SparseMessageKey_typed)
    SparseError_typed).
Proof.
  intros Ht Hw Hf Hbound He Hi. unfold receive_key.
  step. eapply yields_mono; [apply link_of_safe; assumption|].
  intros [i|error] Hpos; [|exact Hpos]. destruct Hpos as (Hpos & _).
  pose proof Ht as (_ & _ & _ & Hl & _ & Hp). pose proof Hf as (_ & Hlf).
  step. apply (yields_link bound); auto. intros l _ Hlt Hlf'.
  step. eapply yields_mono; [apply (receive_half_safe bound); auto; [apply Hlt|apply Hlf']|].
  intros [(receive, key)|error] Hr; [|exact Hr]. destruct Hr as ((Hr1 & Hr2) & Hkey).
  simpl in Hr1, Hr2, Hkey.
  step. apply (yields_link bound); auto. intros l' _ Hlt2 Hlf2. cbv zeta.
  step. eapply yields_mono; [apply (with_link_safe (bound + 2 ^ 32)); auto|].
  - eapply Chain_fits_mono; [|exact Hf]. lia.
  - split; [apply Hlt2|exact Hr1].
  - split; [|exact Hr2]. destruct Hlf2 as (Hs & _). unfold Half_fits in *. simpl in *. lia.
  - intros c' Hc'. step. split; assumption.
Qed.
End Safety.

#[export] Hint Resolve root_step_safe kdf_scka_init_safe kdf_scka_rk_safe kdf_scka_ck_safe chain_start_safe
  add_epoch_safe link_of_safe clear_old_epochs_safe with_send_epoch_safe with_link_safe step_half_safe
  send_key_safe collect_garbage_safe receive_ahead_safe stored_at_safe remove_stored_safe
  receive_behind_safe receive_half_safe receive_key_safe : spec.
