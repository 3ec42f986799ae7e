(** The Double Ratchet: any conversation is decrypted to what was sent.

    The other claims about it: one chain in any order, [ratchet/AnyOrder.v]; bounds, replays and refused
    messages, [ratchet/Reachable.v]; one step of a chain, completely, [ratchet/Chain.v]; sessions, which use
    SPQR too, [ratchet/WithSparse.v]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_receive theorems.safety.ratchet_double_send.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet Require Import theorems.ratchet.Reachable theorems.ratchet.Conversation
  theorems.ratchet.InStep.
From Twinratchet Require Import theorems.ratchet.NewChain.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_triple wire wire_message.

Section DoubleRatchet.
Context {P : Primitives} {T : Typed P} {D : DhCommutes P} {C : CbcInverts P}.

(** * The beginning *)

Lemma initiator_value root_key ck signed_prekey dhs state :
  RootKey_typed root_key -> PrivateKey_typed dhs.(keys.RatchetKeyPair_private) ->
  PublicKey_typed signed_prekey.(keys.SignedPreKey_key) ->
  ratchet_init_initiator root_key ck signed_prekey dhs = Ret (Ok state) ->
  exists secret,
    dh dhs.(keys.RatchetKeyPair_private) signed_prekey.(keys.SignedPreKey_key) = Ok secret /\
    SharedSecret_typed secret /\
    state = mk_State (fst (root_step root_key secret)) 0
      (mk_SendingChain dhs (snd (root_step root_key secret)) 0)
      [new_chain (keys.mk_RatchetKey signed_prekey.(keys.SignedPreKey_key)) ck].
Proof.
  intros Hrk Hp Hk E. unfold ratchet_init_initiator in E. pose proof (dh_typed _ _ Hp Hk) as H.
  destruct (dh _ _) as [secret|]; [|discriminate]. cbn [ratchet.lift_agreement typed_result] in *.
  rewrite kdf_rk_value in E by assumption. destruct (root_step root_key secret) as [rk cks] eqn:Er.
  cbn [bind] in E. injection E as <-. exists secret. rewrite Er. auto.
Qed.

(** The initiator leads: the responder does not know its chain yet. *)
Lemma beginning_is_in_step a b : begins a b -> in_step a b.
Proof.
  intros [root_key ck signed_private private state Hrk Hck Hsp Hp E].
  pose proof (public_key_typed _ Hsp) as Hspk. pose proof (public_key_typed _ Hp) as Hpk.
  pose proof (ratchet_init_initiator_safe root_key ck (keys.mk_SignedPreKey (public_key signed_private))
    (keys.mk_RatchetKeyPair private (keys.mk_RatchetKey (public_key private))) Hrk Hck Hspk (conj Hp Hpk)) as
      Hsafe.
  rewrite E in Hsafe. split; [exact Hsafe|]. split.
  { apply (ratchet_init_responder_typed root_key ck (keys.mk_SignedPreKeyPair signed_private
      (keys.mk_SignedPreKey (public_key signed_private))) Hrk Hck (conj Hsp Hspk)). }
  apply initiator_value in E as (secret & Edh & Hsecret & ->); [|assumption..].
  destruct (root_step_typed _ _ Hrk Hsecret) as [_ Hcks]. clear Hsafe.
  destruct (root_step root_key secret) as [rk cks] eqn:Er. cbn [fst snd] in *.
  left. exists [], cks, [(public_key signed_private, ck)], secret.
  unfold ratchet_init_responder, keys.ratchet_pair_of_signed_prekey, sending_key, sending_private.
  cbv zeta. cbn [Party_state Party_inbox Party_used State_sending State_rk SendingChain_dhs
    keys.RatchetKeyPair_public keys.RatchetKeyPair_private keys.RatchetKey_key keys.SignedPreKeyPair_private
    keys.SignedPreKeyPair_public keys.SignedPreKey_key] in *.
  split; [|split; [|split; [exact Edh|exact Er]]].
  - split; [exists [], cks|split; [intros x []|split; [constructor|split; [constructor|split;
      [constructor|intros x []]]]]].
    unfold sending_key, sending_private, sending_number. cbn. split; [reflexivity|]. split; [exact Hp|].
    split; [reflexivity|]. split; [auto|]. split; [reflexivity|]. split; [|apply incl_refl].
    constructor; [intros []|constructor].
  - split; [exists [], ck|split; [apply incl_refl|split; [|split; [constructor|split; [constructor|]]]]].
    + unfold sending_key, sending_private, sending_number. cbn. split; [reflexivity|]. split; [exact Hsp|].
      split; [reflexivity|]. split; [auto|]. split; [reflexivity|]. split; [|apply incl_refl].
      constructor; [intros []|constructor].
    + constructor; [|constructor]. split; [reflexivity|]. apply new_chain_follows.
    + intros chain [<-|[]] _. cbn. lia.
Qed.

(** * The invariant *)

Lemma in_step_symmetric a b : in_step a b -> in_step b a.
Proof. intros (Ha & Hb & H). split; [exact Hb|]. split; [exact Ha|]. tauto. Qed.

(** Any message on its way that is within the limits is decrypted to what was sent, and the parties stay in
    step. *)
Lemma receiving_in_step me peer before sealed after profile limits fresh expected message :
  in_step me peer -> me.(Party_inbox) = before ++ sealed :: after ->
  ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  within_limits limits me.(Party_state) peer.(Party_state) sealed ->
  fresh_pair me.(Party_used) sealed.(Sealed_ratchet_key) fresh ->
  addresses_fit sealed.(Sealed_addresses) expected ->
  wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) ->
  wire_message.SignalMessage_typed message ->
  exists next,
    ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) expected limits fresh
      sealed.(Sealed_key) (wire_message.known_fields profile message)
    = Ret (Ok (next, sealed.(Sealed_plaintext))) /\
    in_step (mk_Party next (before ++ after)
      (me.(Party_used) ++ [fresh.(keys.RatchetKeyPair_public).(keys.RatchetKey_key)])) peer.
Proof.
  intros (Hgood & Hpeer & Hleads) Einbox Hlt Hl Hwithin Hfresh Ha Hparse Htyped.
  assert (Hkeeps : forall next plaintext,
    ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) expected limits fresh
      sealed.(Sealed_key) (wire_message.known_fields profile message) = Ret (Ok (next, plaintext)) ->
    State_typed next /\ State_well_formed next).
  { intros next plaintext E. destruct Hgood as [Hs Hw].
    pose proof (ratchet_receive_key_safe me.(Party_state) limits fresh (wire_message.known_fields profile
      message) Hs Hw Hlt Hl (fresh_pair_typed _ _ _ Hfresh) (known_fields_typed _ _ Htyped)) as H.
    unfold ratchet_triple.decrypt_with_sparse_key in E.
    destruct (ratchet_receive_key _ _ _ _) as [[[next' seed]|]|]; cbn [bind] in E; try discriminate.
    destruct (open_message _ _ _ _ _) as [[]|]; cbn [bind] in E; try discriminate. injection E as -> _.
    cbn [yields typed_result] in H. tauto. }
  destruct (in_dec (list_eq_dec Z.eq_dec) sealed.(Sealed_ratchet_key)
    (map key_of me.(Party_state).(State_receiving))) as [Hhas|Hnone].
  - destruct Hleads as [(past & origin & theirs & secret & Hmine & Htheirs & Edh & Eroot)
                       |(past & origin & mine & secret & Htheirs & Hmine & Edh & Eroot)].
    + destruct (receive_known _ _ _ _ _ _ _ _ _ profile limits fresh expected message Htheirs Einbox Hlt Hl
        Hwithin Hhas Ha Hparse) as (receiving & E & Htheirs').
      eexists. split; [exact E|]. split; [exact (Hkeeps _ _ E)|]. split; [exact Hpeer|].
      left. exists past, origin, theirs, secret. cbn [Party_state Party_inbox Party_used].
      split; [now apply heard_whatever_received|]. auto.
    + destruct (receive_known _ _ _ _ _ _ _ _ _ profile limits fresh expected message Htheirs Einbox Hlt Hl
        Hwithin Hhas Ha Hparse) as (receiving & E & Htheirs').
      eexists. split; [exact E|]. split; [exact (Hkeeps _ _ E)|]. split; [exact Hpeer|].
      right. exists past, origin, mine, secret. cbn [Party_state Party_inbox Party_used].
      split; [exact Htheirs'|]. split; [now apply heard_whatever_received|]. auto.
  - destruct Hleads as [(past & origin & theirs & secret & _ & Htheirs & _)|Hleads].
    + exfalso. destruct Hwithin as [[H|Hkey] _]; [exact (Hnone H)|]. apply Hnone. rewrite Hkey.
      destruct Htheirs as ((p & o & -> & _) & _ & Htied & _). exact (known_has_chain _ _ _ _ Htied).
    + destruct (receive_new me peer before sealed after profile limits fresh expected message Hgood Hpeer
        Hleads Einbox Hlt Hl Hwithin Hnone Hfresh Ha Hparse) as (next & E & Hleads').
      exists next. split; [exact E|]. split; [exact (Hkeeps _ _ E)|]. split; [exact Hpeer|]. now left.
Qed.

(** A message on its way is read back from its bytes. *)
Lemma on_its_way_is_read me peer sealed :
  in_step me peer -> In sealed me.(Party_inbox) ->
  exists message, wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
    wire_message.SignalMessage_typed message.
Proof.
  intros (_ & _ & Hleads) Hin.
  assert (H : exists chains known, heard peer.(Party_state) peer.(Party_used) me.(Party_state)
    me.(Party_inbox) chains known).
  { destruct Hleads as [(past & origin & theirs & secret & _ & H & _)|(past & origin & mine & secret & H &
      _)]; eauto. }
  destruct H as (chains & known & _ & _ & _ & _ & Hway & _). rewrite Forall_forall in Hway.
  destruct (Hway _ Hin) as (origin & _ & (message & E & Ht & _) & _). eauto.
Qed.

Lemma moving_keeps_in_step me peer me' peer' :
  in_step me peer -> moves me peer me' peer' -> in_step me' peer'.
Proof.
  intros Hin Hmove. pose proof Hin as ([Hs Hw] & Hpeer & Hleads).
  destruct Hmove as [writer ad addresses spqr key plaintext next message Ht Hv Hlen E
    |before sealed after profile limits fresh expected message next plaintext Einbox Hlt Hl Hwithin Hfresh Ha
      Hparse E].
  - assert (Hgood : State_typed next /\ State_well_formed next).
    { destruct Ht as (H1 & H2 & H3 & H4 & H5 & H6).
      pose proof (ratchet_encrypt_safe me.(Party_state) writer ad addresses spqr key plaintext Hs Hw H1 H2 H3
        H4 H5 H6) as H.
      rewrite E in H. cbn [yields typed_result] in H. tauto. }
    assert (Hsame : exists origin,
      next = after_sending me.(Party_state) (chain_key origin (sending_number me.(Party_state) + 1)) /\
      forall used inbox chains known,
        heard me.(Party_state) used peer.(Party_state) inbox chains known ->
        heard next used peer.(Party_state) (inbox ++ [mk_Sealed message (sending_key me.(Party_state))
          (sending_number me.(Party_state)) plaintext key ad addresses]) chains known).
    { assert (Hspeaks : exists used chains, speaks me.(Party_state) used chains).
      { destruct Hleads as [(past & origin & theirs & secret & H & _)|(past & origin & mine & secret & _ & H &
          _)]; destruct H as (H & _); eauto. }
      destruct Hspeaks as (used & chains & Hspeaks).
      apply speaks_has_chain_key in Hspeaks as (origin & _ & Ho & Hck).
      destruct (sending_makes origin _ _ _ _ _ _ _ _ _ Ho Hs Hw Hck Ht Hv Hlen E) as (_ & Enext & _).
      exists origin. split; [exact Enext|]. intros used' inbox chains' known Hheard.
      pose proof Hheard as (Hspeaks' & _). apply speaks_has_chain_key in Hspeaks' as (origin' & Hin' & Ho' &
        _).
      exact (heard_after_sending _ _ _ _ _ _ origin' _ _ _ _ _ _ _ _ Hs Hw Hin' Ho' Ht Hv Hlen E Hheard). }
    destruct Hsame as (o & Enext & Hheard).
    assert (Hfixed : sending_key next = sending_key me.(Party_state) /\
      sending_private next = sending_private me.(Party_state) /\
      next.(State_rk) = me.(Party_state).(State_rk) /\
      next.(State_receiving) = me.(Party_state).(State_receiving))
      by (rewrite Enext; auto).
    destruct Hfixed as (Fk & Fp & Fr & Fc).
    assert (Hhearer : forall used inbox chains known,
      heard peer.(Party_state) used me.(Party_state) inbox chains known ->
      heard peer.(Party_state) used next inbox chains known).
    { intros used inbox chains known (H1 & H2 & H3 & H4 & H5 & H6). unfold heard, on_its_way. rewrite Fc.
      exact (conj H1 (conj H2 (conj H3 (conj H4 (conj H5 H6))))). }
    split; [exact Hgood|]. split; [exact Hpeer|].
    destruct Hleads as [(past & origin & theirs & secret & Hmine & Htheirs & Edh & Eroot)
                       |(past & origin & mine & secret & Htheirs & Hmine & Edh & Eroot)].
    + left. exists past, origin, theirs, secret. cbn [Party_state Party_inbox Party_used].
      rewrite Fk, Fp, Fr. split; [now apply Hheard|]. split; [now apply Hhearer|]. auto.
    + right. exists past, origin, mine, secret. cbn [Party_state Party_inbox Party_used].
      rewrite Fk, Fr. split; [now apply Hhearer|]. split; [now apply Hheard|]. auto.
  - destruct (on_its_way_is_read me peer sealed Hin) as (message' & Hparse' & Htyped).
    { rewrite Einbox. apply in_elt. }
    rewrite Hparse in Hparse'. injection Hparse' as <-.
    destruct (receiving_in_step me peer before sealed after profile limits fresh expected message Hin Einbox
      Hlt Hl Hwithin Hfresh Ha Hparse Htyped) as (next' & E' & H').
    rewrite E in E'. injection E' as -> _. exact H'.
Qed.

Lemma conversation_is_in_step a b : conversation a b -> in_step a b.
Proof.
  induction 1 as [a b H|a b a' b' _ IH H|a b a' b' _ IH H].
  - now apply beginning_is_in_step.
  - exact (moving_keeps_in_step _ _ _ _ IH H).
  - apply in_step_symmetric. exact (moving_keeps_in_step _ _ _ _ (in_step_symmetric _ _ IH) H).
Qed.

(** * The claims *)

(** Every message on its way to the party is, within the limits, decrypted to the plaintext that the peer has
    sealed. *)
Definition decrypts_whatever_comes (me peer : Party) : Prop :=
  forall before sealed after profile limits fresh expected,
    me.(Party_inbox) = before ++ sealed :: after ->
    ChainLimits_typed limits -> ChainLimits_well_formed limits ->
    within_limits limits me.(Party_state) peer.(Party_state) sealed ->
    fresh_pair me.(Party_used) sealed.(Sealed_ratchet_key) fresh ->
    addresses_fit sealed.(Sealed_addresses) expected ->
    exists message next,
      wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
      ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) expected limits fresh
        sealed.(Sealed_key) (wire_message.known_fields profile message)
      = Ret (Ok (next, sealed.(Sealed_plaintext))).

(** In any conversation of two parties that begins with what the handshake gives, with any number of
    Diffie-Hellman steps and messages in any order and none twice, every message that is delivered within the
    limits is decrypted by either party to the plaintext that was sent. *)
Theorem conversation_is_decrypted a b :
  conversation a b -> decrypts_whatever_comes a b /\ decrypts_whatever_comes b a.
Proof.
  intros H. apply conversation_is_in_step in H.
  assert (Hall : forall me peer, in_step me peer -> decrypts_whatever_comes me peer).
  { intros me peer Hin before sealed after profile limits fresh expected Einbox Hlt Hl Hwithin Hfresh Ha.
    destruct (on_its_way_is_read me peer sealed Hin) as (message & Hparse & Htyped).
    { rewrite Einbox. apply in_elt. }
    destruct (receiving_in_step me peer before sealed after profile limits fresh expected message Hin Einbox
      Hlt Hl Hwithin Hfresh Ha Hparse Htyped) as (next & E & _).
    eauto. }
  split; apply Hall; [exact H|now apply in_step_symmetric].
Qed.

(** A party keeps a receiving chain for each of the last five chains of the peer that it knows, which are all
    of them or all but the last. *)
Definition keeps_the_last_five (me peer : Party) : Prop :=
  exists chains known,
    speaks peer.(Party_state) peer.(Party_used) chains /\
    (chains = known \/ exists newest, chains = known ++ [newest]) /\
    map key_of me.(Party_state).(State_receiving) = map fst (last_five known).

(** In any such conversation both parties keep the receiving chains of the last five ratchet keys that they
    have received, so that only messages of older chains are out of the limits for their age. *)
Theorem conversation_keeps_the_last_five_chains a b :
  conversation a b -> keeps_the_last_five a b /\ keeps_the_last_five b a.
Proof.
  intros H. apply conversation_is_in_step in H as (_ & _ & H).
  assert (Htied : forall known receiving, Forall2 tied (last_five known) receiving ->
    map key_of receiving = map fst (last_five known)).
  { intros known receiving Hf. induction Hf as [|k c l m [Hk _] _ IH]; [reflexivity|]. cbn [map]. congruence.
    }
  assert (Hall : forall me peer, leads me peer -> keeps_the_last_five me peer /\ keeps_the_last_five peer me).
  { intros me peer (past & origin & theirs & secret & (H1 & _ & H2 & _) & (H3 & _ & H4 & _) & _). split.
    - exists theirs, theirs. auto.
    - exists (past ++ [(sending_key me.(Party_state), origin)]), past.
      split; [exact H1|]. split; [eauto|]. apply Htied. exact H2. }
  destruct H as [H|H]; apply Hall in H; tauto.
Qed.

(** The states of a conversation are states that the code makes, so that the claims about replays and bounds
    hold of them. *)
Theorem conversation_states_are_made a b :
  conversation a b -> made a.(Party_state) /\ made b.(Party_state).
Proof.
  intros H. apply conversation_is_in_step in H as (Ha & Hb & Hleads).
  assert (Hheard : forall speaker used hearer inbox chains known rest,
    State_typed hearer -> State_well_formed hearer -> heard speaker used hearer inbox chains known ->
    chains = known ++ rest -> made hearer).
  { intros speaker used hearer inbox chains known rest Hs Hw (Hspeaks & Hincl & Htied & _) E.
    destruct Hspeaks as (_ & _ & _ & _ & _ & Ho & _ & Hd & _).
    split; [exact Hs|]. split; [exact Hw|]. split.
    - apply Forall_forall. intros chain Hin. destruct (tied_chain _ _ _ Htied Hin) as (o & Hin' & Hf).
      exists o. split; [|exact Hf]. rewrite Forall_forall in Ho. exact (Ho _ (Hincl _ Hin')).
    - replace (map key_of hearer.(State_receiving)) with (map fst (last_five known)).
      + unfold last_five. rewrite <- skipn_map. apply NoDup_skipn. rewrite E, map_app in Hd.
        apply NoDup_firstn with (k := length (map fst known)) in Hd.
        now rewrite firstn_app, Nat.sub_diag, firstn_all, app_nil_r in Hd.
      + clear - Htied. induction Htied as [|k c l m [Hk _] _ IH]; [reflexivity|]. cbn [map]. congruence. }
  assert (Hall : forall me peer, good me -> good peer -> leads me peer ->
    made me.(Party_state) /\ made peer.(Party_state)).
  { intros me peer [H1 H2] [H3 H4] (past & origin & theirs & secret & Hmine & Htheirs & _). split.
    - exact (Hheard _ _ _ _ _ _ [] H1 H2 Htheirs (eq_sym (app_nil_r _))).
    - exact (Hheard _ _ _ _ _ _ _ H3 H4 Hmine eq_refl). }
  destruct Hleads as [Hl|Hl]; apply Hall in Hl; tauto.
Qed.

(** In any such conversation either party can send at any time, as long as its chain has a number left. *)
Theorem conversation_goes_on a b writer ad addresses spqr key plaintext :
  conversation a b -> typed_sending writer ad addresses spqr key plaintext ->
  (sending_number a.(Party_state) < LAST_NUMBER ->
   exists next message,
     ratchet_encrypt a.(Party_state) writer ad addresses spqr key plaintext = Ret (Ok (next, message))) /\
  (sending_number b.(Party_state) < LAST_NUMBER ->
   exists next message,
     ratchet_encrypt b.(Party_state) writer ad addresses spqr key plaintext = Ret (Ok (next, message))).
Proof.
  intros H (H1 & H2 & H3 & H4 & H5 & H6). apply conversation_is_in_step in H.
  assert (Hall : forall me peer, in_step me peer -> sending_number me.(Party_state) < LAST_NUMBER ->
    exists next message,
      ratchet_encrypt me.(Party_state) writer ad addresses spqr key plaintext = Ret (Ok (next, message))).
  { intros me peer ([Hs Hw] & _ & Hleads) Hn.
    assert (Hspeaks : exists used chains, speaks me.(Party_state) used chains).
    { destruct Hleads as [(past & origin & theirs & secret & H' & _)|(past & origin & mine & secret & _ & H' &
        _)]; destruct H' as (H' & _); eauto. }
    destruct Hspeaks as (used & chains & Hspeaks). apply speaks_has_chain_key in Hspeaks as (origin & _ & Ho &
      Hck).
    destruct (sending_seals origin me.(Party_state) writer ad addresses spqr key plaintext Ho Hs Hw H1 H2 H3
      H4 H5 H6 Hn Hck) as (message_keys & body & unsigned & tag & E & _).
    eauto. }
  split; [apply (Hall a b H)|apply (Hall b a), in_step_symmetric, H].
Qed.
End DoubleRatchet.
