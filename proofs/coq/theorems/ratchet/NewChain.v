(** The Diffie-Hellman step: the first message of a new chain is decrypted, and who received it leads from
    then on. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet Require Import theorems.ratchet.Reachable theorems.ratchet.Conversation
  theorems.ratchet.InStep.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive.
From Twinratchet.generated Require keys ratchet ratchet_triple wire wire_message.

Section NewChain.
Context {P : Primitives} {T : Typed P} {D : DhCommutes P} {C : CbcInverts P}.

Lemma fresh_pair_typed used theirs pair : fresh_pair used theirs pair -> keys.RatchetKeyPair_typed pair.
Proof.
  intros (Hp & Hk & _). split; [exact Hp|]. rewrite Hk. now apply public_key_typed.
Qed.

(** Both sides of the agreement on the new chain come to the same secret. *)
Lemma same_secret me peer used1 used2 chains1 chains2 secret :
  speaks me used1 chains1 -> speaks peer used2 chains2 ->
  dh (sending_private peer) (sending_key me) = Ok secret ->
  dh (sending_private me) (sending_key peer) = Ok secret.
Proof.
  intros (_ & _ & _ & Hp1 & Hk1 & _) (_ & _ & _ & Hp2 & Hk2 & _) E.
  rewrite Hk2. rewrite dh_commutes by assumption. now rewrite <- Hk1.
Qed.

Lemma heard_in_new_chain peer used me inbox past origin before sealed after chain' next :
  heard peer used me inbox (past ++ [(sending_key peer, origin)]) past -> inbox = before ++ sealed :: after ->
  ~ has_chain (sending_key peer) me -> sealed.(Sealed_ratchet_key) = sending_key peer ->
  0 <= sealed.(Sealed_number) < sending_number peer ->
  follows origin chain' -> key_of chain' = sending_key peer ->
  chain'.(ReceivingChain_nr) = Z.max 0 (sealed.(Sealed_number) + 1) ->
  (forall i, available (new_chain (keys.mk_RatchetKey (sending_key peer)) origin) i ->
    i <> sealed.(Sealed_number) -> available chain' i) ->
  next.(State_receiving) = kept_chains me.(State_receiving) ++ [chain'] ->
  heard peer used next (before ++ after) (past ++ [(sending_key peer, origin)])
    (past ++ [(sending_key peer, origin)]).
Proof.
  intros (Hspeaks & _ & Htied & Hplaces & Hway & _) -> Hnone Hkey Hn Hf Hk Hnr Hav Enext.
  assert (Hold : forall chain, In chain (kept_chains me.(State_receiving)) -> key_of chain <> sending_key
    peer).
  { intros chain Hin E. apply Hnone. unfold has_chain. rewrite <- E. now apply in_map, in_kept_chains. }
  split; [exact Hspeaks|]. split; [apply incl_refl|]. rewrite Enext. split; [|split; [|split]].
  - apply last_five_push; [exact Htied|]. split; [exact Hk|exact Hf].
  - exact (places_left _ _ _ Hplaces).
  - apply Forall_forall. intros other Hother.
    assert (Hother' : In other (before ++ sealed :: after))
      by (apply in_app_iff in Hother; apply in_app_iff; cbn [In]; tauto).
    rewrite Forall_forall in Hway. destruct (Hway other Hother') as (o2 & H1 & H2 & H3 & H4 & H5).
    exists o2. split; [exact H1|]. split; [exact H2|]. split; [exact H3|]. split; [exact H4|].
    rewrite Enext. intros x Hx Hkx. apply in_app_iff in Hx as [Hx|[<-|[]]].
    + apply H5; [now apply in_kept_chains|exact Hkx].
    + apply Hav.
      * left. unfold new_chain. cbn [ReceivingChain_nr]. lia.
      * intros En. apply (other_places _ _ _ _ Hplaces Hother). unfold place. congruence.
  - intros x Hx Hkx. apply in_app_iff in Hx as [Hx|[<-|[]]].
    + exfalso. exact (Hold x Hx Hkx).
    + lia.
Qed.

(** What the new sending chain says: nothing yet, and the peer knows all chains before it. *)
Lemma heard_before_speaking me used peer inbox chains next fresh origin theirs :
  heard me used peer inbox chains chains ->
  fresh_pair used theirs fresh -> ChainKey_typed origin ->
  next.(State_sending) = mk_SendingChain fresh origin 0 ->
  heard next (used ++ [fresh.(keys.RatchetKeyPair_public).(keys.RatchetKey_key)]) peer inbox
    (chains ++ [(sending_key next, origin)]) chains.
Proof.
  intros ((past & o & Echains & _ & _ & Ho & _ & Hd & Hincl) & _ & Htied & Hplaces & Hway & _)
    (Hp & Hpub & Hunused & _) Horigin Enext.
  assert (Hkey : sending_key next = fresh.(keys.RatchetKeyPair_public).(keys.RatchetKey_key))
    by (unfold sending_key; rewrite Enext; reflexivity).
  assert (Hnew : forall key, In key (map fst chains) -> key <> sending_key next).
  { intros key Hin ->. apply Hunused. rewrite <- Hkey. now apply Hincl. }
  split; [|split; [|split; [|split; [|split]]]].
  - exists chains, origin. split; [reflexivity|]. unfold sending_private, sending_number. rewrite Enext.
    cbn [SendingChain_dhs SendingChain_cks SendingChain_ns]. split; [exact Hp|].
    split; [rewrite Hkey, Hpub; reflexivity|].
    split; [apply Forall_app; split; [exact Ho|constructor; [exact Horigin|constructor]]|].
    split; [reflexivity|]. rewrite map_app. cbn [map fst]. split.
    + apply NoDup_app_one; [exact Hd|]. intros H. exact (Hnew _ H eq_refl).
    + intros x Hx. apply in_app_iff in Hx. apply in_app_iff. destruct Hx as [Hx|[<-|[]]]; [left; auto|right].
      rewrite Hkey. now left.
  - apply incl_appl, incl_refl.
  - exact Htied.
  - exact Hplaces.
  - eapply Forall_impl; [|exact Hway]. intros sealed (so & H1 & H2 & H3 & _ & H5). exists so.
    split; [apply in_app_iff; auto|]. split; [exact H2|]. split; [exact H3|]. split; [|exact H5].
    intros E. exfalso. apply (Hnew sealed.(Sealed_ratchet_key)); [|exact E].
    change sealed.(Sealed_ratchet_key) with (fst (sealed.(Sealed_ratchet_key), so)). now apply in_map.
  - intros chain Hin E. exfalso. destruct (tied_chain _ _ _ Htied Hin) as (o' & Hin' & _).
    apply (Hnew (key_of chain)); [|exact E]. change (key_of chain) with (fst (key_of chain, o')).
    now apply in_map.
Qed.

(** The first message that is received of a new chain is decrypted to what was sent, and the receiver
    leads. *)
Lemma receive_new me peer before sealed after profile limits fresh expected message :
  good me -> good peer -> leads peer me -> me.(Party_inbox) = before ++ sealed :: after ->
  ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  within_limits limits me.(Party_state) peer.(Party_state) sealed ->
  ~ has_chain sealed.(Sealed_ratchet_key) me.(Party_state) ->
  fresh_pair me.(Party_used) sealed.(Sealed_ratchet_key) fresh ->
  addresses_fit sealed.(Sealed_addresses) expected ->
  wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) ->
  exists next,
    ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) expected limits fresh
      sealed.(Sealed_key) (wire_message.known_fields profile message)
    = Ret (Ok (next, sealed.(Sealed_plaintext))) /\
    leads (mk_Party next (before ++ after)
             (me.(Party_used) ++ [fresh.(keys.RatchetKeyPair_public).(keys.RatchetKey_key)])) peer.
Proof.
  intros [Hs Hw] _ (past & origin & mine & secret & Htheirs & Hmine & Edh & Eroot) Einbox Hlt Hl (Hknown & _ &
    Hfits) Hnone Hfresh Ha Hparse.
  destruct Hknown as [Hknown|Hkey]; [contradiction|]. specialize (Hfits Hnone).
  pose proof Htheirs as (Hspeaks & _ & _ & _ & Hway & _). rewrite Einbox in Hway.
  assert (Hsealed : on_its_way (past ++ [(sending_key peer.(Party_state), origin)]) peer.(Party_state)
    me.(Party_state) sealed) by (rewrite Forall_forall in Hway; apply Hway, in_elt).
  destruct Hsealed as (origin' & Hin & (message' & Hparse' & Hm & Hmk & Hcounter & Haddr & Hsk & Hplain &
    Hsealed) & Hn & Hbelow & _).
  rewrite Hparse in Hparse'. injection Hparse' as <-. specialize (Hbelow Hkey).
  pose proof Hspeaks as (_ & _ & _ & _ & _ & Horigins & _ & Hdistinct & _).
  assert (origin' = origin) as ->.
  { rewrite Hkey in Hin. apply (same_first_same_second _ _ _ _ Hdistinct Hin), in_elt. }
  assert (Ho : ChainKey_typed origin) by (rewrite Forall_forall in Horigins; exact (Horigins _ Hin)).
  destruct (step_of_the_chain origin (new_chain (keys.mk_RatchetKey (sending_key peer.(Party_state))) origin)
    sealed.(Sealed_number) limits Ho (new_chain_follows _ _) Hl Hn) as (chain' & Es & Hf' & Hk' & Hnr' &
      Hav').
  { left. unfold new_chain. cbn [ReceivingChain_nr]. lia. }
  { exact Hfits. }
  pose proof Hmine as (Hspeaks' & _).
  pose proof (same_secret _ _ _ _ _ _ _ Hspeaks' Hspeaks Edh) as Edh'.
  assert (Hpair := fresh_pair_typed _ _ _ Hfresh).
  pose proof Hfresh as (Hfp & _ & _ & secret2 & Edh2).
  assert (Hsecret : SharedSecret_typed secret).
  { assert (Hk : PublicKey_typed (sending_key peer.(Party_state)))
      by (destruct Hspeaks as (_ & _ & _ & Hp & -> & _); now apply public_key_typed).
    pose proof (dh_typed (sending_private me.(Party_state)) (sending_key peer.(Party_state)) ltac:(apply Hs)
      Hk) as H.
    rewrite Edh' in H. exact H. }
  assert (Hsecret2 : SharedSecret_typed secret2).
  { pose proof (dh_typed fresh.(keys.RatchetKeyPair_private) (sealed.(Sealed_ratchet_key)) Hfp) as H.
    rewrite Edh2 in H. apply H. rewrite Hkey. destruct Hspeaks as (_ & _ & _ & Hp & -> & _).
    now apply public_key_typed. }
  pose proof (receive_in_new_chain me.(Party_state) limits fresh (wire_message.known_fields profile message)
    Hs Hw Hpair (known_fields_typed _ _ Hm)) as E.
  rewrite known_fields_ratchet_key, known_fields_counter, Hmk, Hcounter in E. cbn [keys.RatchetKey_key] in E.
  change me.(Party_state).(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_private)
    with (sending_private me.(Party_state)) in E.
  rewrite Edh2 in E. rewrite Hkey in E. rewrite Edh', Eroot in E. cbn [snd] in E. rewrite Es in E.
  cbn [in_place bind ChainStep_chain ChainStep_seed] in E.
  eexists. unfold ratchet_triple.decrypt_with_sparse_key. rewrite E.
  2: { intros chain Hchain Hkc. apply Hnone. unfold has_chain. rewrite Hkey, <- Hkc. now apply in_map. }
  cbn [bind].
  rewrite (opening_a_known_message profile message _ _ _ sealed.(Sealed_plaintext) _ expected
    (seed_at_typed _ _ Ho) Hsk Hplain Hsealed Haddr Ha). cbn [bind]. split; [reflexivity|].
  assert (Hroot : RootKey_typed (fst (root_step me.(Party_state).(State_rk) secret)))
    by (apply root_step_typed; [apply Hs|exact Hsecret]).
  rewrite Eroot in Hroot. cbn [fst] in Hroot.
  destruct (root_step_typed _ secret2 Hroot Hsecret2) as [Hrk Hck].
  exists mine, (snd (root_step peer.(Party_state).(State_rk) secret2)),
    (past ++ [(sending_key peer.(Party_state), origin)]), secret2.
  cbn [Party_state Party_used Party_inbox]. split; [|split; [|split]].
  - eapply heard_before_speaking; [exact Hmine|exact Hfresh|exact Hck|].
    unfold with_receiving, stepped. cbn [State_sending]. now rewrite Eroot.
  - eapply heard_in_new_chain; [exact Htheirs|exact Einbox|now rewrite <- Hkey|exact Hkey|lia|exact Hf'|exact
      Hk'
      |exact Hnr'|exact Hav'|reflexivity].
  - unfold with_receiving, stepped, sending_private. cbn [State_sending SendingChain_dhs].
    now rewrite <- Hkey.
  - unfold with_receiving, stepped. cbn [State_rk]. rewrite Eroot. cbn [fst].
    now destruct (root_step _ secret2).
Qed.
End NewChain.
