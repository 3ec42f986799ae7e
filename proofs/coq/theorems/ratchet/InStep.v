(** The parties of a conversation stay in step: every move keeps the invariant, and every message is
    decrypted. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_receive theorems.safety.ratchet_double_send.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet Require Import theorems.ratchet.Reachable theorems.ratchet.Conversation theorems.WireFormat.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_triple wire wire_message.

Section InStep.
Context {P : Primitives} {T : Typed P} {D : DhCommutes P} {C : CbcInverts P}.

(** * Sending *)

Lemma speaks_has_chain_key state used chains :
  speaks state used chains ->
  exists origin, In (sending_key state, origin) chains /\ ChainKey_typed origin /\
    state.(State_sending).(SendingChain_cks) = chain_key origin (sending_number state).
Proof.
  intros (past & origin & -> & _ & _ & Ho & Hck & _). exists origin.
  assert (Hin : In (sending_key state, origin) (past ++ [(sending_key state, origin)])) by apply in_elt.
  split; [exact Hin|]. split; [|exact Hck]. rewrite Forall_forall in Ho. exact (Ho _ Hin).
Qed.

(** What a party sends is made by its current chain, with the number of that chain, which goes up by one. *)
Lemma sending_makes origin state writer ad addresses spqr key plaintext next message :
  ChainKey_typed origin -> State_typed state -> State_well_formed state ->
  state.(State_sending).(SendingChain_cks) = chain_key origin (sending_number state) ->
  typed_sending writer ad addresses spqr key plaintext ->
  wire.Writer_version writer = wire.VERSION_3 \/ wire.Writer_version writer = wire.VERSION_4 ->
  seq_len message < 2 ^ 64 ->
  ratchet_encrypt state writer ad addresses spqr key plaintext = Ret (Ok (next, message)) ->
  0 <= sending_number state < LAST_NUMBER /\
  next = after_sending state (chain_key origin (sending_number state + 1)) /\
  made_by origin (mk_Sealed message (sending_key state) (sending_number state) plaintext key ad addresses).
Proof.
  intros Ho Hs Hw Hck (H1 & H2 & H3 & H4 & H5 & H6) Hv Hlen E. unfold sending_number in *.
  assert (Hns : typed_int 32 state.(State_sending).(SendingChain_ns)) by apply Hs. unfold typed_int in Hns.
  assert (Hlast : state.(State_sending).(SendingChain_ns) < LAST_NUMBER).
  { destruct (Z.eq_dec state.(State_sending).(SendingChain_ns) LAST_NUMBER) as [El|]; [|unfold LAST_NUMBER in
      *; lia].
    exfalso. unfold ratchet_encrypt, next_number in E. cbv zeta in E. rewrite El, Z.eqb_refl in E.
    discriminate. }
  split; [lia|].
  destruct (sending_seals origin state writer ad addresses spqr key plaintext Ho Hs Hw H1 H2 H3 H4 H5 H6 Hlast
    Hck) as (keys & body & unsigned & tag & E' & Ee & Ek & Eb & Hbody & Hunsigned & Htag & Et).
  rewrite E in E'. injection E' as -> ->. split; [reflexivity|].
  assert (Hheader : wire_message.SignalHeader_typed (header_of state writer))
    by (destruct Hs as (_ & Hpn & (Hdhs & _ & Hn) & _); exact (conj H1 (conj (proj2 Hdhs) (conj Hn Hpn)))).
  unfold made_by.
  cbn [Sealed_bytes Sealed_ratchet_key Sealed_number Sealed_plaintext Sealed_key Sealed_ad Sealed_addresses].
  eexists. split; [exact (signal_message_is_read_back _ _ _ _ _ _ Hheader Htag Hv Ee Hlen)|].
  cbn [wire_message.SignalMessage_ratchet_key wire_message.SignalMessage_counter
    wire_message.SignalMessage_addresses].
  split; [|split; [|split; [reflexivity|split; [reflexivity|split; [exact H5|split; [exact H6|]]]]]].
  - destruct Hheader as ((_ & Hv') & Hk & Hn & Hp).
    exact (conj Hv' (conj Hk (conj Hn (conj Hp (conj Hbody (conj H4 (conj H3 (conj Hunsigned Htag)))))))).
  - unfold header_of, sending_key. cbn [wire_message.SignalHeader_ratchet_key].
    destruct (keys.RatchetKeyPair_public _). reflexivity.
  - exists keys. cbn [wire_message.SignalMessage_body wire_message.SignalMessage_unsigned
      wire_message.SignalMessage_tag].
    auto.
Qed.

(** The speaker's direction after it has sent. *)
Lemma heard_after_sending me used peer inbox chains known origin writer ad addresses spqr key plaintext next
    message :
  State_typed me -> State_well_formed me ->
  In (sending_key me, origin) chains -> ChainKey_typed origin ->
  typed_sending writer ad addresses spqr key plaintext ->
  wire.Writer_version writer = wire.VERSION_3 \/ wire.Writer_version writer = wire.VERSION_4 ->
  seq_len message < 2 ^ 64 ->
  ratchet_encrypt me writer ad addresses spqr key plaintext = Ret (Ok (next, message)) ->
  heard me used peer inbox chains known ->
  heard next used peer
    (inbox ++ [mk_Sealed message (sending_key me) (sending_number me) plaintext key ad addresses])
    chains known.
Proof.
  intros Hs Hw Hin Ho Ht Hv Hlen E ((past & o & Echains & Hpriv & Hpub & Horigins & Hck & Hd & Hincl) &
    Hknown & Htied & Hplaces & Hway & Hnr).
  assert (o = origin) as ->.
  { apply (same_first_same_second chains (sending_key me)); auto. rewrite Echains. apply in_elt. }
  destruct (sending_makes origin me writer ad addresses spqr key plaintext next message Ho Hs Hw Hck Ht Hv
    Hlen E) as (Hn & -> & Hmade).
  assert (Hkey : sending_key (after_sending me (chain_key origin (sending_number me + 1))) = sending_key me)
    by reflexivity.
  assert (Hnumber : sending_number (after_sending me (chain_key origin (sending_number me + 1)))
                    = sending_number me + 1) by reflexivity.
  split; [exists past, origin; rewrite Hkey, Hnumber; auto 10|]. split; [exact Hknown|].
  split; [exact Htied|]. split; [|split].
  - rewrite map_app. cbn [map]. apply NoDup_app_one; [exact Hplaces|].
    intros H. apply in_map_iff in H as (sealed & Hp & Hsealed). unfold place in Hp.
    cbn [Sealed_ratchet_key Sealed_number] in Hp. injection Hp as Hp1 Hp2.
    rewrite Forall_forall in Hway. destruct (Hway _ Hsealed) as (_ & _ & _ & _ & Hlt & _).
    specialize (Hlt Hp1). lia.
  - apply Forall_app. split.
    + eapply Forall_impl; [|exact Hway]. intros sealed (so & H1 & H2 & H3 & H4 & H5). exists so.
      rewrite Hkey, Hnumber.
      split; [exact H1|]. split; [exact H2|]. split; [exact H3|]. split; [|exact H5]. intros H.
      specialize (H4 H). lia.
    + constructor; [|constructor]. exists origin. cbn [Sealed_ratchet_key Sealed_number]. rewrite Hnumber.
      split; [exact Hin|]. split; [exact Hmade|]. split; [exact Hn|]. split; [lia|].
      intros chain Hc Hk. left. exact (Hnr chain Hc Hk).
  - intros chain Hc Hk. rewrite Hnumber. specialize (Hnr chain Hc Hk). lia.
Qed.

(** * Receiving: what does not depend on the chain *)

(** Messages that the profile strips of what it does not know are opened all the same. *)
Lemma opening_a_known_message profile message seed key ad plaintext carried expected :
  MessageKeySeed_typed seed -> typed_option SparseMessageKey_typed key -> bytes plaintext ->
  sealed_with seed key ad plaintext message ->
  message.(wire_message.SignalMessage_addresses) = carried -> addresses_fit carried expected ->
  open_message seed key ad expected (wire_message.known_fields profile message) = Ret (Ok plaintext).
Proof.
  intros Hseed Hkey Hplain Hsealed <- Ha.
  destruct profile; apply sealed_message_opens; auto; now left.
Qed.

Lemma known_fields_typed profile message :
  wire_message.SignalMessage_typed message ->
  wire_message.SignalMessage_typed (wire_message.known_fields profile message).
Proof.
  destruct profile; cbn [wire_message.known_fields]; auto. intros (H1 & H2 & H3 & H4 & H5 & _ & _ & H8 & H9).
  exact (conj H1 (conj H2 (conj H3 (conj H4 (conj H5 (conj (Forall_nil _) (conj I (conj H8 H9)))))))).
Qed.

Lemma known_fields_ratchet_key profile message :
  (wire_message.known_fields profile message).(wire_message.SignalMessage_ratchet_key)
  = message.(wire_message.SignalMessage_ratchet_key).
Proof. destruct profile; reflexivity. Qed.

Lemma known_fields_counter profile message :
  (wire_message.known_fields profile message).(wire_message.SignalMessage_counter)
  = message.(wire_message.SignalMessage_counter).
Proof. destruct profile; reflexivity. Qed.

(** A step of a chain that follows the origin of the message, at an available number within the limits. *)
Lemma step_of_the_chain origin chain n limits :
  ChainKey_typed origin -> follows origin chain -> ChainLimits_well_formed limits -> 0 <= n < LAST_NUMBER ->
  available chain n -> fits limits chain n ->
  exists chain',
    chain_step chain n limits = Ret (Ok (mk_ChainStep chain' (seed_at origin n))) /\
    follows origin chain' /\ key_of chain' = key_of chain /\
    chain'.(ReceivingChain_nr) = Z.max chain.(ReceivingChain_nr) (n + 1) /\
    forall i, available chain i -> i <> n -> available chain' i.
Proof.
  intros Ho Hc Hl Hn Hav Hfit. assert (Hn' : typed_int 32 n) by (unfold typed_int, LAST_NUMBER in *; lia).
  destruct (chain_step_spec origin chain n limits Ho Hc Hl Hn') as
    [[Hnot _]|[(Hge & Hex & _)|[[Heq _]|(_ & _ & chain' & E & Hc' & Hd & Hnr & _ & Hkept & _)]]].
  - contradiction.
  - destruct Hfit as [Hfit|[Hfit _]]; [lia|contradiction].
  - lia.
  - exists chain'. split; [exact E|]. split; [exact Hc'|]. split; [unfold key_of; now rewrite Hd|].
    split; [exact Hnr|]. now apply Hkept.
Qed.

(** The places of the messages that are left are other places. *)
Lemma other_places before sealed after other :
  NoDup (map place (before ++ sealed :: after)) -> In other (before ++ after) ->
  place other <> place sealed.
Proof.
  intros Hd Hin E. rewrite map_app in Hd. cbn [map] in Hd. apply NoDup_remove_2 in Hd. apply Hd.
  rewrite <- map_app, <- E. now apply in_map.
Qed.

Lemma places_left before sealed after :
  NoDup (map place (before ++ sealed :: after)) -> NoDup (map place (before ++ after)).
Proof. rewrite !map_app. cbn [map]. apply NoDup_remove_1. Qed.

(** * Receiving in a known chain *)

Lemma receive_known speaker used me inbox chains known before sealed after profile limits fresh expected
    message :
  heard speaker used me inbox chains known -> inbox = before ++ sealed :: after ->
  ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  within_limits limits me speaker sealed -> has_chain sealed.(Sealed_ratchet_key) me ->
  addresses_fit sealed.(Sealed_addresses) expected ->
  wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) ->
  exists receiving,
    ratchet_triple.decrypt_with_sparse_key me sealed.(Sealed_ad) expected limits fresh
      sealed.(Sealed_key) (wire_message.known_fields profile message)
    = Ret (Ok (with_receiving me receiving, sealed.(Sealed_plaintext))) /\
    heard speaker used (with_receiving me receiving) (before ++ after) chains known.
Proof.
  intros (Hspeaks & Hknown & Htied & Hplaces & Hway & Hnr) -> Hlt Hl (_ & Hfits & _) Hhas Ha Hparse.
  assert (Hsealed : on_its_way chains speaker me sealed)
    by (rewrite Forall_forall in Hway; apply Hway, in_elt).
  destruct Hsealed as (origin & Hin & (message' & Hparse' & Hm & Hkey & Hcounter & Haddr & Hsk & Hplain &
    Hsealed) & Hn & Hlt' & Hav).
  rewrite Hparse in Hparse'. injection Hparse' as <-.
  pose proof Hspeaks as (_ & _ & _ & _ & _ & Horigins & _ & Hdistinct & _).
  assert (Ho : ChainKey_typed origin) by (rewrite Forall_forall in Horigins; exact (Horigins _ Hin)).
  unfold has_chain in Hhas. apply in_map_iff in Hhas as (c & Hkc & Hc).
  destruct (receive_in_known_chain me limits fresh (wire_message.known_fields profile message) c Hc) as
    (b & chain & a & El & Hk & E).
  { rewrite known_fields_ratchet_key, Hkey. exact Hkc. }
  rewrite known_fields_ratchet_key, Hkey in Hk. cbn [keys.RatchetKey_key] in Hk.
  assert (Hchain : In chain me.(State_receiving)) by (rewrite El; apply in_elt).
  assert (Hfollows : follows origin chain).
  { destruct (tied_chain _ _ _ Htied Hchain) as (o' & Hin' & Hf).
    replace origin with o'; [exact Hf|]. apply (same_first_same_second chains sealed.(Sealed_ratchet_key));
      auto.
    rewrite <- Hk. now apply Hknown. }
  destruct (step_of_the_chain origin chain sealed.(Sealed_number) limits Ho Hfollows Hl Hn (Hav _ Hchain Hk)
    (Hfits _ Hchain Hk)) as (chain' & Es & Hf' & Hk' & Hnr' & Hav').
  rewrite known_fields_counter, Hcounter, Es in E. cbn [in_place bind ChainStep_chain ChainStep_seed] in E.
  exists (b ++ chain' :: a). unfold ratchet_triple.decrypt_with_sparse_key. rewrite E. cbn [bind].
  rewrite (opening_a_known_message profile message _ _ _ sealed.(Sealed_plaintext) _ expected
    (seed_at_typed _ _ Ho) Hsk Hplain Hsealed Haddr Ha). cbn [bind].
  split; [reflexivity|].
  assert (Hshape : forall x, In x (b ++ chain' :: a) -> x = chain' \/ In x me.(State_receiving)).
  { intros x Hx. rewrite El. apply in_app_iff in Hx. rewrite in_app_iff. cbn [In] in *.
    destruct Hx as [Hx|[<-|Hx]]; auto. }
  split; [exact Hspeaks|]. split; [exact Hknown|]. cbn [with_receiving State_receiving].
  split; [|split; [|split]].
  - rewrite El in Htied. apply Forall2_app_inv_r in Htied as (kb & ka & Hb & Ha' & E').
    inversion Ha' as [|k ? ka' ? [Htk Htf] Hrest]; subst. rewrite E'.
    apply Forall2_app; [exact Hb|]. constructor; [|exact Hrest]. split; [congruence|].
    replace (snd k) with origin; [exact Hf'|].
    apply (same_first_same_second chains sealed.(Sealed_ratchet_key)); auto.
    replace sealed.(Sealed_ratchet_key) with (fst k) by congruence. destruct k as [k1 k2]. cbn [fst snd].
    apply Hknown, in_last_five. rewrite E'. apply in_elt.
  - exact (places_left _ _ _ Hplaces).
  - apply Forall_forall. intros other Hother.
    assert (Hother' : In other (before ++ sealed :: after))
      by (apply in_app_iff in Hother; apply in_app_iff; cbn [In]; tauto).
    rewrite Forall_forall in Hway. destruct (Hway other Hother') as (o2 & H1 & H2 & H3 & H4 & H5).
    exists o2. split; [exact H1|]. split; [exact H2|]. split; [exact H3|]. split; [exact H4|].
    cbn [with_receiving State_receiving]. intros x Hx Hkx. destruct (Hshape x Hx) as [->|Hold]; [|auto].
    apply Hav'; [apply H5; [exact Hchain|congruence]|].
    intros En. apply (other_places _ _ _ _ Hplaces Hother). unfold place. congruence.
  - intros x Hx Hkx. destruct (Hshape x Hx) as [->|Hold]; [|auto].
    rewrite Hnr'. specialize (Hnr chain Hchain ltac:(congruence)). specialize (Hlt' ltac:(congruence)). lia.
Qed.

(** What a party has heard does not change what it says. *)
Lemma heard_whatever_received me used more peer inbox chains known receiving :
  heard me used peer inbox chains known ->
  heard (with_receiving me receiving) (used ++ more) peer inbox chains known.
Proof.
  intros ((past & o & H1 & H2 & H3 & H4 & H5 & H6 & H7) & Hrest). split; [|exact Hrest].
  exists past, o. repeat (split; [assumption|]). intros x Hx. apply in_app_iff. auto.
Qed.
End InStep.
