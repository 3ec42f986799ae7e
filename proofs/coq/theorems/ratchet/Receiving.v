(** What receiving does to the state of the Double Ratchet: a step of a known chain, or a new chain. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_receive theorems.ratchet.Chain.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive.
From Twinratchet.generated Require keys ratchet wire_message.

Definition key_of (chain : ReceivingChain) : PublicKey := chain.(ReceivingChain_dhr).(keys.RatchetKey_key).

(** The chains that stay when one more comes. *)
Definition kept_chains (receiving : list ReceivingChain) : list ReceivingChain :=
  skipn (length receiving - 4) receiving.

Definition new_chain (dhr : keys.RatchetKey) (ck : ChainKey) : ReceivingChain :=
  mk_ReceivingChain dhr ck 0 [].

Definition with_receiving (state : State) (receiving : list ReceivingChain) : State :=
  mk_State state.(State_rk) state.(State_pn) state.(State_sending) receiving.

Section Receiving.
Context {P : Primitives} {T : Typed P}.

(** * The root chain *)

(** The next root key and a chain key, as a function that does not panic. *)
Definition root_step (rk : RootKey) (secret : SharedSecret) : RootKey * ChainKey :=
  match kdf_rk rk secret with
  | Ret keys => keys
  | Panic => ([], [])
  end.

Lemma kdf_rk_value rk secret :
  RootKey_typed rk -> SharedSecret_typed secret -> kdf_rk rk secret = Ret (root_step rk secret).
Proof.
  intros Hrk Hs. pose proof (kdf_rk_safe rk secret Hrk Hs) as H. unfold root_step.
  destruct (kdf_rk rk secret); [reflexivity|destruct H].
Qed.

Lemma root_step_typed rk secret :
  RootKey_typed rk -> SharedSecret_typed secret ->
  RootKey_typed (fst (root_step rk secret)) /\ ChainKey_typed (snd (root_step rk secret)).
Proof.
  intros Hrk Hs. pose proof (kdf_rk_safe rk secret Hrk Hs) as H. rewrite kdf_rk_value in H by assumption.
  exact H.
Qed.

(** * Chains *)

(** The chain of the key that counts is the last one. *)
Lemma chain_of_key receiving key :
  (forall chain, In chain receiving -> key_of chain <> key) \/
  exists before chain after, receiving = before ++ chain :: after /\ key_of chain = key /\
    forall later, In later after -> key_of later <> key.
Proof.
  induction receiving as [|c rest [IH|(before & chain & after & -> & Hk & Hl)]].
  - left. intros ? [].
  - destruct (seq_eqb Z.eqb (key_of c) key) eqn:E.
    + right. apply seq_eqb_eq in E. exists [], c, rest. auto.
    + left. intros chain [<-|H]; [|auto]. intros H. apply seq_eqb_eq in H. congruence.
  - right. exists (c :: before), chain, after. auto.
Qed.

Lemma receiving_chain_value receiving key :
  (forall chain, In chain receiving -> key_of chain <> key.(keys.RatchetKey_key)) /\
  receiving_chain receiving key = Ret None \/
  exists before chain after, receiving = before ++ chain :: after /\ key_of chain = key.(keys.RatchetKey_key)
    /\ receiving_chain receiving key = Ret (Some (seq_len before)).
Proof.
  assert (L : yields (receiving_chain receiving key) (fun found =>
    match found with
    | Some i => exists before chain after, receiving = before ++ chain :: after /\ seq_len before = i /\
        key_of chain = key.(keys.RatchetKey_key)
    | None => forall chain, In chain receiving -> key_of chain <> key.(keys.RatchetKey_key)
    end)).
  { unfold receiving_chain. cbv zeta. apply yields_for with (I := fun i found =>
      match found with
      | Some i => exists before chain after, receiving = before ++ chain :: after /\ seq_len before = i /\
          key_of chain = key.(keys.RatchetKey_key)
      | None => forall chain, In chain (firstn (Z.to_nat i) receiving) ->
          key_of chain <> key.(keys.RatchetKey_key)
      end).
    - intros chain [].
    - intros i found Hi Hfound. step. apply yields_index_any; [exact Hi|]. intros c Hc.
      apply nth_error_split in Hc as (l1 & l2 & E & Hlen).
      unfold keys.same_public_key. destruct (seq_eqb _ _ _) eqn:Ek; step.
      + apply seq_eqb_eq in Ek. exists l1, c, l2. split; [exact E|]. split; [unfold seq_len; lia|exact Ek].
      + destruct found as [k|]; [exact Hfound|]. rewrite E in *.
        replace (Z.to_nat (i + 1)) with (length l1 + 1)%nat by lia. rewrite <- Hlen in Hfound.
        rewrite firstn_app, Nat.sub_diag, firstn_all, app_nil_r in Hfound.
        rewrite firstn_app_2. intros chain Hin. apply in_app_iff in Hin as [Hin|[<-|[]]]; [auto|].
        intros H. apply (seq_eqb_eq (key_of c) key.(keys.RatchetKey_key)) in H. unfold key_of in H.
        congruence.
    - intros [k|] Hfound; [exact Hfound|]. rewrite Z.max_r in Hfound by apply seq_len_nonneg.
      unfold seq_len in Hfound. now rewrite Nat2Z.id, firstn_all in Hfound. }
  apply yields_value in L as ([i|] & E & H); [right|left; auto].
  destruct H as (before & chain & after & -> & <- & Hk). eauto 6.
Qed.

Lemma kept_chains_length receiving :
  seq_len receiving <= MAX_RECEIVING_CHAINS -> seq_len (kept_chains receiving) <= 4.
Proof. unfold kept_chains, seq_len, MAX_RECEIVING_CHAINS. rewrite skipn_length. lia. Qed.

Lemma in_kept_chains receiving chain : In chain (kept_chains receiving) -> In chain receiving.
Proof. intros H. rewrite <- (firstn_skipn (length receiving - 4) receiving). apply in_app_iff. auto. Qed.

Lemma push_chain_value receiving chain :
  seq_len receiving <= MAX_RECEIVING_CHAINS ->
  push_chain receiving chain = Ret (kept_chains receiving ++ [chain]).
Proof.
  unfold MAX_RECEIVING_CHAINS. intros Hlen. unfold push_chain, kept_chains, MAX_RECEIVING_CHAINS. cbv zeta.
  destruct (Z.leb_spec 5 (seq_len receiving)).
  - unfold checked_add, checked_sub. rewrite checked_ret by lia. cbn [bind].
    rewrite checked_ret by lia. cbn [bind]. rewrite checked_ret by lia. cbn [bind].
    rewrite seq_slice_ret by lia. cbn [bind]. unfold seq_push. f_equal. f_equal.
    replace (Z.to_nat (seq_len receiving + 1 - 5)) with (length receiving - 4)%nat by (unfold seq_len in *;
      lia).
    apply firstn_all2. rewrite skipn_length. unfold seq_len in *. lia.
  - replace (length receiving - 4)%nat with 0%nat by (unfold seq_len in *; lia). reflexivity.
Qed.

Lemma set_nth_middle {A} (before : list A) x y after :
  set_nth (before ++ x :: after) (length before) y = before ++ y :: after.
Proof. induction before as [|b before IH]; cbn; [reflexivity|]. now rewrite IH. Qed.

Lemma seq_index_middle {A} (before : list A) x after :
  seq_index (before ++ x :: after) (seq_len before) = Ret x.
Proof.
  unfold seq_index, seq_len. replace (Z.of_nat (length before) <? 0) with false by lia.
  rewrite Nat2Z.id, nth_error_app2, Nat.sub_diag by lia. reflexivity.
Qed.

Lemma seq_set_middle {A} (before : list A) x y after :
  seq_set (before ++ x :: after) (seq_len before) y = Ret (before ++ y :: after).
Proof.
  pose proof (seq_len_nonneg before). pose proof (seq_len_nonneg after).
  rewrite seq_set_ret by (rewrite seq_len_app, seq_len_cons; lia).
  unfold seq_len. now rewrite Nat2Z.id, set_nth_middle.
Qed.

(** * Receiving *)

(** The state after a Diffie-Hellman step with these two secrets, but for its new receiving chain. *)
Definition stepped (state : State) (fresh : keys.RatchetKeyPair) (secret1 secret2 : SharedSecret) : State :=
  let first := root_step state.(State_rk) secret1 in
  let second := root_step (fst first) secret2 in
  mk_State (fst second)
    (if state.(State_sending).(SendingChain_ns) =? 0 then 0 else state.(State_sending).(SendingChain_ns) - 1)
    (mk_SendingChain fresh (snd second) 0) (kept_chains state.(State_receiving)).

(** The outcome of a step of a chain that stands between others. *)
Definition in_place (state : State) (before after : list ReceivingChain)
    (outcome : M (result ChainStep ratchet.RatchetError))
    : M (result (State * MessageKeySeed) ratchet.RatchetError) :=
  let! outcome := outcome in
  match outcome with
  | Ok step =>
      Ret (Ok (with_receiving state (before ++ step.(ChainStep_chain) :: after), step.(ChainStep_seed)))
  | Err error => Ret (Err error)
  end.

(** A message of a known ratchet key is a step of its chain, and leaves the rest of the state as it is. *)
Lemma receive_in_known_chain state limits fresh message chain :
  In chain state.(State_receiving) ->
  key_of chain = message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key) ->
  exists before chain after,
    state.(State_receiving) = before ++ chain :: after /\
    key_of chain = message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key) /\
    ratchet_receive_key state limits fresh message
    = in_place state before after (chain_step chain message.(wire_message.SignalMessage_counter) limits).
Proof.
  intros Hin Hk. unfold ratchet_receive_key, with_receiving_chain.
  destruct (receiving_chain_value state.(State_receiving) message.(wire_message.SignalMessage_ratchet_key))
    as [[H _]|(before & chain' & after & E & Hk' & ->)]; [exfalso; exact (H _ Hin Hk)|].
  exists before, chain', after. split; [exact E|]. split; [exact Hk'|]. cbn [bind]. cbv zeta.
  rewrite E, seq_index_middle. cbn [bind]. unfold in_place.
  destruct (chain_step _ _ _) as [[step|error]|]; [|reflexivity..]. cbn [bind]. now rewrite seq_set_middle.
Qed.

(** A message of an unknown ratchet key makes two agreements with it and a new chain. *)
Lemma receive_in_new_chain state limits fresh message :
  State_typed state -> State_well_formed state -> keys.RatchetKeyPair_typed fresh ->
  wire_message.SignalMessage_typed message ->
  (forall chain, In chain state.(State_receiving) ->
    key_of chain <> message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key)) ->
  ratchet_receive_key state limits fresh message
  = match dh state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_private)
            message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key),
          dh fresh.(keys.RatchetKeyPair_private)
            message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key) with
    | Ok secret1, Ok secret2 =>
        in_place (stepped state fresh secret1 secret2) (kept_chains state.(State_receiving)) []
          (chain_step
             (new_chain message.(wire_message.SignalMessage_ratchet_key)
                (snd (root_step state.(State_rk) secret1)))
             message.(wire_message.SignalMessage_counter) limits)
    | _, _ => Ret (Err ratchet.RatchetError_InvalidAgreement)
    end.
Proof.
  intros (Hrk & Hpn & (Hdhs & Hcks & Hns) & Hrec) [Hlen _] Hf (_ & Hkey & _) Hnone.
  unfold ratchet_receive_key, with_receiving_chain.
  destruct (receiving_chain_value state.(State_receiving) message.(wire_message.SignalMessage_ratchet_key))
    as [[_ ->]|(before & chain' & after & E & Hk' & _)].
  2: { exfalso. apply (Hnone chain'); [rewrite E; apply in_elt|exact Hk']. }
  cbn [bind]. unfold dh_ratchet.
  assert (Hsub : (if state.(State_sending).(SendingChain_ns) =? 0 then Ret 0
                  else checked_sub 32 state.(State_sending).(SendingChain_ns) 1)
    = Ret (if state.(State_sending).(SendingChain_ns) =? 0 then 0
           else state.(State_sending).(SendingChain_ns) - 1)).
  { unfold typed_int in Hns. destruct (Z.eqb_spec state.(State_sending).(SendingChain_ns) 0); [reflexivity|].
    unfold checked_sub. rewrite checked_ret by lia. reflexivity. }
  rewrite Hsub. cbn [bind]. clear Hsub. unfold ratchet.lift_agreement.
  pose proof (dh_typed _ _ (proj1 Hdhs) Hkey) as H1. pose proof (dh_typed _ _ (proj1 Hf) Hkey) as H2.
  destruct (dh state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_private) _) as [secret1|];
    cbn [typed_result] in H1; [|reflexivity].
  rewrite kdf_rk_value by assumption. destruct (root_step_typed _ _ Hrk H1) as [Hrk1 Hckr].
  destruct (dh fresh.(keys.RatchetKeyPair_private) _) as [secret2|];
    cbn [typed_result] in H2; cbn [bind]; destruct (root_step state.(State_rk) secret1) as [rk1 ckr] eqn:E1;
      [|reflexivity].
  cbn [fst snd] in *. rewrite kdf_rk_value by assumption. cbn [bind].
  destruct (root_step rk1 secret2) as [rk2 cks] eqn:E2. cbv zeta.
  rewrite push_chain_value by exact Hlen. cbn [bind State_receiving].
  pose proof (kept_chains_length _ Hlen) as Hkept. pose proof (seq_len_nonneg (kept_chains
    state.(State_receiving))).
  assert (Hone : forall chain, seq_len (kept_chains state.(State_receiving) ++ [chain])
    = seq_len (kept_chains state.(State_receiving)) + 1) by (intros chain; apply seq_len_push).
  rewrite Hone. unfold checked_sub. rewrite checked_ret by lia. cbn [bind State_receiving].
  replace (seq_len (kept_chains state.(State_receiving)) + 1 - 1)
    with (seq_len (kept_chains state.(State_receiving))) by lia.
  rewrite seq_index_middle. cbn [bind]. unfold in_place, new_chain.
  destruct (chain_step _ _ _) as [[step|error]|]; [|reflexivity..]. cbn [bind]. rewrite seq_set_middle.
  cbn [bind]. unfold with_receiving, stepped. cbn [State_rk State_pn State_sending State_receiving].
  rewrite E1. cbn [fst]. rewrite E2. reflexivity.
Qed.
End Receiving.
