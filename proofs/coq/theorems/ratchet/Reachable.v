(** Every state that a party can come to: bounds, replays, and refused messages. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_receive theorems.safety.ratchet_double_send.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_triple wire wire_message.

(** What decides whether a step is one that the protocol makes: arguments have their types. *)
Definition typed_sending (writer : wire.Writer) (ad : AssociatedData) (addresses : option (list u8))
    (spqr : list u8) (key : option SparseMessageKey) (plaintext : list U8) : Prop :=
  wire.Writer_typed writer /\ AssociatedData_typed ad /\ typed_option bytes addresses /\ bytes spqr /\
  typed_option SparseMessageKey_typed key /\ bytes plaintext.

Definition typed_receiving (limits : ChainLimits) (fresh : keys.RatchetKeyPair)
    (message : wire_message.SignalMessage) : Prop :=
  ChainLimits_typed limits /\ ChainLimits_well_formed limits /\ keys.RatchetKeyPair_typed fresh /\
  wire_message.SignalMessage_typed message.

Definition message_key (message : wire_message.SignalMessage) : PublicKey :=
  message.(wire_message.SignalMessage_ratchet_key).(keys.RatchetKey_key).

Section Reachable.
Context {P : Primitives} {T : Typed P}.

(** * States that the code makes *)

Definition comes_from_an_origin (chain : ReceivingChain) : Prop :=
  exists origin, ChainKey_typed origin /\ follows origin chain.

Definition made (state : State) : Prop :=
  State_typed state /\ State_well_formed state /\ Forall comes_from_an_origin state.(State_receiving) /\
  NoDup (map key_of state.(State_receiving)).

(** What an accepted message has done to the receiving chains: one of them has stepped, or one is new. *)
Definition chains_after (limits : ChainLimits) (key : PublicKey) (n : Z) (old new : list ReceivingChain)
    : Prop :=
  exists before chain after,
    new = before ++ chain :: after /\ key_of chain = key /\ ~ available chain n /\
    ((exists previous, old = before ++ previous :: after /\ key_of previous = key /\
        (forall i, available chain i -> available previous i) /\
        seq_len chain.(ReceivingChain_mkskipped) <= Z.max (seq_len previous.(ReceivingChain_mkskipped))
          limits.(ChainLimits_skipped).(SkippedLimit_full)) \/
     (before = kept_chains old /\ after = [] /\ (forall other, In other old -> key_of other <> key) /\
        seq_len chain.(ReceivingChain_mkskipped) <= limits.(ChainLimits_skipped).(SkippedLimit_full))).

Lemma in_place_accepted state before after outcome next seed :
  in_place state before after outcome = Ret (Ok (next, seed)) ->
  exists chain, outcome = Ret (Ok (mk_ChainStep chain seed)) /\
    next = with_receiving state (before ++ chain :: after).
Proof.
  unfold in_place. destruct outcome as [[[chain seed']|error]|]; cbn; intros E; try discriminate.
  injection E as <- <-. eauto.
Qed.

Lemma chain_step_accepted origin chain n limits chain' seed :
  ChainKey_typed origin -> follows origin chain -> ChainLimits_well_formed limits -> typed_int 32 n ->
  chain_step chain n limits = Ret (Ok (mk_ChainStep chain' seed)) ->
  follows origin chain' /\ key_of chain' = key_of chain /\ ~ available chain' n /\
  (forall i, available chain' i -> available chain i) /\
  seq_len chain'.(ReceivingChain_mkskipped)
    <= Z.max (seq_len chain.(ReceivingChain_mkskipped)) limits.(ChainLimits_skipped).(SkippedLimit_full).
Proof.
  intros Ho Hc Hl Hn E.
  destruct (chain_step_spec origin chain n limits Ho Hc Hl Hn) as
    [[_ E']|[(_ & _ & E')|[[_ E']|(_ & _ & chain'' & E' & Hc' & Hd & _ & Hav & _ & Hlen)]]];
    rewrite E in E'; try discriminate.
  injection E' as <- _. split; [exact Hc'|]. split; [unfold key_of; now rewrite Hd|].
  split; [intros H; now apply Hav in H|]. split; [|exact Hlen]. intros i H. now apply Hav.
Qed.

(** Receiving keeps a state one that the code makes, and does to its chains what [chains_after] says. *)
Lemma receiving_keeps_made state limits fresh message next seed :
  made state -> typed_receiving limits fresh message ->
  ratchet_receive_key state limits fresh message = Ret (Ok (next, seed)) ->
  made next /\ MessageKeySeed_typed seed /\
  chains_after limits (message_key message) message.(wire_message.SignalMessage_counter)
    state.(State_receiving) next.(State_receiving).
Proof.
  intros (Hs & Hw & Hmade & Hdistinct) (Hlt & Hl & Hf & Hm) E.
  pose proof (ratchet_receive_key_safe state limits fresh message Hs Hw Hlt Hl Hf Hm) as Hsafe.
  rewrite E in Hsafe. cbn [yields typed_result] in Hsafe. destruct Hsafe as (Hs' & Hw' & Hseed).
  assert (Hn : typed_int 32 message.(wire_message.SignalMessage_counter)) by apply Hm.
  assert (A : Forall comes_from_an_origin next.(State_receiving) /\
    chains_after limits (message_key message) message.(wire_message.SignalMessage_counter)
      state.(State_receiving) next.(State_receiving)).
  { destruct (chain_of_key state.(State_receiving) (message_key message)) as [Hnone|(b & chain & a & El & Hk &
      _)].
    - rewrite receive_in_new_chain in E by assumption.
      destruct (dh _ _) as [secret1|] eqn:E1; [|discriminate].
      destruct (dh fresh.(keys.RatchetKeyPair_private) _) as [secret2|];
        [|discriminate].
      apply in_place_accepted in E as (chain & E & ->). unfold with_receiving. cbn [State_receiving].
      assert (Ho : ChainKey_typed (snd (root_step state.(State_rk) secret1))).
      { apply root_step_typed; [apply Hs|].
        assert (H : typed_result SharedSecret_typed primitives_x25519.DhError_typed
          (Ok (E := primitives_x25519.DhError) secret1))
          by (rewrite <- E1; apply dh_typed; [apply Hs|apply Hm]).
        exact H. }
      destruct (chain_step_accepted _ _ _ _ _ _ Ho (new_chain_follows _ _) Hl Hn E) as (Hc & Hk & Hav & _ &
        Hlen).
      split.
      + apply Forall_app. split; [|constructor; [eexists; eauto|constructor]].
        apply Forall_skipn'. exact Hmade.
      + exists (kept_chains state.(State_receiving)), chain, []. split; [reflexivity|]. split; [exact Hk|].
        split; [exact Hav|]. right. repeat split; auto. unfold new_chain in Hlen.
        cbn [ReceivingChain_mkskipped] in Hlen. rewrite seq_len_nil in Hlen. destruct Hl as [Hl _]. lia.
    - assert (Hin : In chain state.(State_receiving)) by (rewrite El; apply in_elt).
      destruct (receive_in_known_chain state limits fresh message chain Hin Hk) as (before & previous &
        after & El' & Hk' & E').
      rewrite E in E'. symmetry in E'. apply in_place_accepted in E' as (chain' & E' & ->).
      cbn [with_receiving State_receiving].
      rewrite El' in Hmade. apply Forall_app in Hmade as [Hbefore Hmade].
      inversion Hmade as [|? ? (o & Ho & Hc) Hafter]; subst.
      destruct (chain_step_accepted _ _ _ _ _ _ Ho Hc Hl Hn E') as (Hc' & Hk'' & Hav & Hsub & Hlen).
      split.
      + apply Forall_app. split; [exact Hbefore|]. constructor; [eexists; eauto|exact Hafter].
      + exists before, chain', after. split; [reflexivity|]. split; [rewrite Hk''; exact Hk'|].
        split; [exact Hav|]. left. exists previous. auto. }
  destruct A as [A1 A2]. split; [|auto]. split; [exact Hs'|]. split; [exact Hw'|]. split; [exact A1|].
  destruct A2 as (before & chain & after & -> & Hk & _ & [(previous & B & Hkp & _)|(-> & -> & Hnone & _)]).
  - rewrite B, map_app in Hdistinct. rewrite map_app. cbn [map] in *. now rewrite Hk, <- Hkp.
  - rewrite map_app. cbn [map]. apply NoDup_app_one.
    + unfold kept_chains. rewrite <- skipn_map. now apply NoDup_skipn.
    + intros Hin. apply in_map_iff in Hin as (other & Ho & Hino). apply (Hnone other); [|congruence].
      now apply in_kept_chains.
Qed.

(** Sending keeps a state one that the code makes, and leaves its receiving chains as they are. *)
Lemma sending_keeps_made state writer ad addresses spqr key plaintext next message :
  made state -> typed_sending writer ad addresses spqr key plaintext ->
  ratchet_encrypt state writer ad addresses spqr key plaintext = Ret (Ok (next, message)) ->
  made next /\ next.(State_receiving) = state.(State_receiving).
Proof.
  intros (Hs & Hw & Hmade & Hdistinct) (H1 & H2 & H3 & H4 & H5 & H6) E.
  pose proof (ratchet_encrypt_safe state writer ad addresses spqr key plaintext Hs Hw H1 H2 H3 H4 H5 H6) as
    Hsafe.
  rewrite E in Hsafe. destruct Hsafe as (Hs' & Hw' & _).
  assert (A : next.(State_receiving) = state.(State_receiving)).
  { clear - E. unfold ratchet_encrypt in E. cbv zeta in E.
    destruct (next_number _) as [[ns|]|]; cbn [bind] in E; try discriminate.
    destruct (ratchet_symmetric.kdf_ck _) as [[cks seed]|]; cbn [bind] in E; [|discriminate].
    destruct (ratchet_symmetric.message_keys _ _); cbn [bind] in E; [|discriminate].
    destruct (wire_message.encode_signal_message _ _ _ _); cbn [bind] in E; [|discriminate].
    destruct (message_tag _ _ _); cbn [bind] in E; [|discriminate]. injection E as <- _. reflexivity. }
  split; [|exact A]. split; [exact Hs'|]. split; [exact Hw'|]. rewrite A. auto.
Qed.

Lemma initiator_is_made root_key ck signed_prekey dhs state :
  RootKey_typed root_key -> ChainKey_typed ck -> keys.SignedPreKey_typed signed_prekey ->
  keys.RatchetKeyPair_typed dhs -> ratchet_init_initiator root_key ck signed_prekey dhs = Ret (Ok state) ->
  made state /\
  state.(State_receiving) = [new_chain (keys.mk_RatchetKey signed_prekey.(keys.SignedPreKey_key)) ck].
Proof.
  intros H1 H2 H3 H4 E. pose proof (ratchet_init_initiator_safe root_key ck signed_prekey dhs H1 H2 H3 H4) as
    Hsafe.
  rewrite E in Hsafe. destruct Hsafe as [Hs Hw].
  assert (A : state.(State_receiving) = [new_chain (keys.mk_RatchetKey signed_prekey.(keys.SignedPreKey_key))
    ck]).
  { unfold ratchet_init_initiator in E. destruct (ratchet.lift_agreement _); [|discriminate].
    destruct (kdf_rk _ _) as [[rk cks]|]; [|discriminate]. cbn [bind] in E. injection E as <-. reflexivity. }
  split; [|exact A]. split; [exact Hs|]. split; [exact Hw|]. rewrite A. split.
  - constructor; [|constructor]. exists ck. split; [exact H2|]. apply new_chain_follows.
  - constructor; [intros []|constructor].
Qed.

(** * Bounds *)

(** The states that a party can come to from the beginning, whatever messages it is given. *)
Inductive reachable (limits : ChainLimits) : State -> Prop :=
| reachable_initiator root_key ck signed_prekey dhs state :
    RootKey_typed root_key -> ChainKey_typed ck -> keys.SignedPreKey_typed signed_prekey ->
    keys.RatchetKeyPair_typed dhs -> ratchet_init_initiator root_key ck signed_prekey dhs = Ret (Ok state) ->
    reachable limits state
| reachable_responder root_key ck signed_prekey :
    RootKey_typed root_key -> ChainKey_typed ck -> keys.SignedPreKeyPair_typed signed_prekey ->
    reachable limits (ratchet_init_responder root_key ck signed_prekey)
| reachable_sending state writer ad addresses spqr key plaintext next message :
    reachable limits state -> typed_sending writer ad addresses spqr key plaintext ->
    ratchet_encrypt state writer ad addresses spqr key plaintext = Ret (Ok (next, message)) ->
    reachable limits next
| reachable_receiving state fresh message next seed :
    reachable limits state -> typed_receiving limits fresh message ->
    ratchet_receive_key state limits fresh message = Ret (Ok (next, seed)) ->
    reachable limits next.

Definition chain_within (limits : ChainLimits) (chain : ReceivingChain) : Prop :=
  seq_len chain.(ReceivingChain_mkskipped) <= limits.(ChainLimits_skipped).(SkippedLimit_full).

Lemma reachable_is_made limits state :
  ChainLimits_well_formed limits -> reachable limits state ->
  made state /\ Forall (chain_within limits) state.(State_receiving).
Proof.
  intros Hl. induction 1 as [root_key ck signed_prekey dhs state H1 H2 H3 H4 E|root_key ck signed_prekey H1 H2
    H3
    |state writer ad addresses spqr key plaintext next message _ [IHm IHb] Ht E
    |state fresh message next seed _ [IHm IHb] Ht E].
  - destruct (initiator_is_made _ _ _ _ _ H1 H2 H3 H4 E) as [Hm A]. split; [exact Hm|]. rewrite A.
    constructor; [|constructor]. unfold chain_within, new_chain. cbn [ReceivingChain_mkskipped].
    rewrite seq_len_nil. destruct Hl as [Hl _]. lia.
  - destruct (ratchet_init_responder_typed root_key ck signed_prekey H1 H2 H3) as [Hs Hw].
    split; [split; [exact Hs|split; [exact Hw|split; constructor]]|constructor].
  - destruct (sending_keeps_made _ _ _ _ _ _ _ _ _ IHm Ht E) as [Hm A]. split; [exact Hm|]. now rewrite A.
  - destruct (receiving_keeps_made _ _ _ _ _ _ IHm Ht E) as (Hm & _ & before & chain & after & A & _ & _ &
      Hold).
    split; [exact Hm|]. rewrite A.
    destruct Hold as [(previous & B & _ & _ & Hlen)|(-> & -> & _ & Hlen)].
    + rewrite B in IHb. apply Forall_app in IHb as [Hb Ha]. inversion Ha as [|? ? Hp Ha']; subst.
      apply Forall_app. split; [exact Hb|]. constructor; [|exact Ha']. unfold chain_within in *. lia.
    + apply Forall_app. split; [now apply Forall_skipn'|]. constructor; [exact Hlen|constructor].
Qed.

(** Whatever messages a party is given, it never has more than five receiving chains, and none of them ever
    has more skipped seeds than the limit. *)
Theorem skipped_seeds_stay_within_their_bound limits state :
  ChainLimits_well_formed limits -> reachable limits state ->
  seq_len state.(State_receiving) <= 5 /\
  Forall (fun chain => seq_len chain.(ReceivingChain_mkskipped)
                       <= limits.(ChainLimits_skipped).(SkippedLimit_full)) state.(State_receiving).
Proof. intros Hl H. destruct (reachable_is_made limits state Hl H) as [(_ & [Hlen _] & _) Hb]. auto. Qed.

(** The bound of the profiles: 2000 skipped seeds for a chain of Signal, 2051 for one of WhatsApp. *)
Theorem bounds_of_the_profiles profile jump :
  exists limits, chain_limits profile jump = Ret limits /\ ChainLimits_well_formed limits /\
    limits.(ChainLimits_skipped).(SkippedLimit_full)
    = match profile with wire.Profile_WhatsAppV3 => 2051 | _ => 2000 end.
Proof.
  pose proof (chain_limits_safe profile jump) as H. apply yields_value in H as (limits & E & _ & Hw).
  exists limits. split; [exact E|]. split; [exact Hw|].
  unfold chain_limits, skipped_limit in E. destruct profile; cbv in E; injection E as <-; reflexivity.
Qed.

(** * Replays *)

Definition has_chain (key : PublicKey) (state : State) : Prop := In key (map key_of state.(State_receiving)).

(** The number is not available in the chain of the key. *)
Definition passed (key : PublicKey) (n : Z) (state : State) : Prop :=
  forall chain, In chain state.(State_receiving) -> key_of chain = key -> ~ available chain n.

(** The later states of a party as long as it keeps the receiving chain of the key: it may have sent anything
    and received any messages under any limits. *)
Inductive later_with_chain (key : PublicKey) : State -> State -> Prop :=
| later_now state : later_with_chain key state state
| later_sending state state1 writer ad addresses spqr sparse_key plaintext state2 message :
    later_with_chain key state state1 -> typed_sending writer ad addresses spqr sparse_key plaintext ->
    ratchet_encrypt state1 writer ad addresses spqr sparse_key plaintext = Ret (Ok (state2, message)) ->
    later_with_chain key state state2
| later_receiving state state1 limits fresh message state2 seed :
    later_with_chain key state state1 -> typed_receiving limits fresh message ->
    ratchet_receive_key state1 limits fresh message = Ret (Ok (state2, seed)) -> has_chain key state2 ->
    later_with_chain key state state2.

Lemma passed_stays_passed key n state later :
  later_with_chain key state later -> made state -> has_chain key state -> passed key n state ->
  made later /\ has_chain key later /\ passed key n later.
Proof.
  intros H Hm Hh Hp. induction H as [state|state state1 writer ad addresses spqr sparse_key plaintext state2
    message _ IH Ht E
    |state state1 limits fresh message state2 seed _ IH Ht E Hh2]; [auto| |].
  - destruct (IH Hm Hh Hp) as (Hm1 & Hh1 & Hp1).
    destruct (sending_keeps_made _ _ _ _ _ _ _ _ _ Hm1 Ht E) as [Hm2 A].
    unfold has_chain, passed. rewrite A. auto.
  - destruct (IH Hm Hh Hp) as (Hm1 & Hh1 & Hp1).
    destruct (receiving_keeps_made _ _ _ _ _ _ Hm1 Ht E) as (Hm2 & _ & before & chain & after & A & Hk & _ &
      Hold).
    split; [exact Hm2|]. split; [exact Hh2|]. intros c Hin Hkey. rewrite A in Hin.
    destruct Hold as [(previous & B & Hkp & Hsub & _)|(-> & -> & Hnone & _)].
    + unfold passed in Hp1. rewrite B in Hp1. apply in_elt_inv in Hin as [<-|Hin].
      * intros Hav. apply (Hp1 previous); [apply in_elt|congruence|auto].
      * apply Hp1; [|exact Hkey]. apply in_app_iff in Hin. apply in_app_iff. cbn [In]. tauto.
    + apply in_app_iff in Hin as [Hin|[<-|[]]].
      * apply Hp1; [now apply in_kept_chains|exact Hkey].
      * exfalso. unfold has_chain in Hh1. apply in_map_iff in Hh1 as (other & Ho & Hino).
        apply (Hnone other Hino). congruence.
Qed.

Lemma passed_is_refused state key limits fresh message :
  made state -> has_chain key state -> passed key message.(wire_message.SignalMessage_counter) state ->
  typed_receiving limits fresh message -> message_key message = key ->
  exists nr, ratchet_receive_key state limits fresh message
    = Ret (Err (ratchet.RatchetError_DuplicateMessage nr message.(wire_message.SignalMessage_counter))).
Proof.
  intros (_ & _ & Hmade & _) Hh Hp (_ & Hl & _ & Hm) Hkey.
  unfold has_chain in Hh. apply in_map_iff in Hh as (chain & Hk & Hin).
  destruct (receive_in_known_chain state limits fresh message chain Hin) as (before & chain' & after & El &
    Hk' & ->).
  { now rewrite Hk, <- Hkey. }
  assert (Hin' : In chain' state.(State_receiving)) by (rewrite El; apply in_elt).
  rewrite Forall_forall in Hmade. destruct (Hmade _ Hin') as (o & Ho & Hc).
  assert (Hnot : ~ available chain' message.(wire_message.SignalMessage_counter)).
  { apply Hp; [exact Hin'|]. rewrite <- Hkey. exact Hk'. }
  assert (Hn : typed_int 32 message.(wire_message.SignalMessage_counter)) by apply Hm.
  destruct (chain_step_spec o chain' _ limits Ho Hc Hl Hn) as [[_ ->]|[(Hge & _)|[(E & _)|(_ & Hav & _)]]].
  - cbn. eauto.
  - exfalso. apply Hnot. now left.
  - exfalso. apply Hnot. left. destruct Hc as (Hnr & _). lia.
  - contradiction.
Qed.

(** A message that a party has accepted is refused as a duplicate ever after, whatever the party has sent and
    received in between, as long as it keeps the receiving chain of that message; so is every other message of
    the same number and ratchet key. *)
Theorem delivered_message_is_refused_ever_after state limits fresh message next seed later limits' fresh'
    message' :
  made state -> typed_receiving limits fresh message ->
  ratchet_receive_key state limits fresh message = Ret (Ok (next, seed)) ->
  later_with_chain (message_key message) next later ->
  typed_receiving limits' fresh' message' ->
  message_key message' = message_key message ->
  message'.(wire_message.SignalMessage_counter) = message.(wire_message.SignalMessage_counter) ->
  exists nr, ratchet_receive_key later limits' fresh' message'
    = Ret (Err (ratchet.RatchetError_DuplicateMessage nr message.(wire_message.SignalMessage_counter))).
Proof.
  intros Hm Ht E Hlater Ht' Hk Hn.
  destruct (receiving_keeps_made _ _ _ _ _ _ Hm Ht E) as (Hm' & _ & before & chain & after & A & Hkey & Hav &
    _).
  assert (Hh : has_chain (message_key message) next).
  { unfold has_chain. rewrite A, <- Hkey. apply in_map, in_elt. }
  assert (Hp : passed (message_key message) message.(wire_message.SignalMessage_counter) next).
  { intros other Hin Hko. destruct Hm' as (_ & _ & _ & Hdistinct). rewrite A in Hin, Hdistinct.
    apply in_elt_inv in Hin as [<-|Hin]; [exact Hav|]. exfalso.
    rewrite map_app in Hdistinct. cbn [map] in Hdistinct. apply NoDup_remove_2 in Hdistinct. apply Hdistinct.
    rewrite <- map_app, Hkey, <- Hko. now apply in_map. }
  destruct (passed_stays_passed _ _ _ _ Hlater Hm' Hh Hp) as (Hml & Hhl & Hpl).
  rewrite <- Hn in Hpl |- *. exact (passed_is_refused _ _ _ _ _ Hml Hhl Hpl Ht' Hk).
Qed.

(** A receiving chain is lost only when a message with a new ratchet key is accepted, and then only the oldest
    of five. *)
Theorem only_the_oldest_of_five_chains_is_dropped state limits fresh message next seed key :
  made state -> typed_receiving limits fresh message ->
  ratchet_receive_key state limits fresh message = Ret (Ok (next, seed)) ->
  has_chain key state -> ~ has_chain key next ->
  exists chain rest, state.(State_receiving) = chain :: rest /\ key_of chain = key /\ seq_len rest = 4.
Proof.
  intros Hm Ht E Hh Hnot.
  destruct (receiving_keeps_made _ _ _ _ _ _ Hm Ht E) as (_ & _ & before & chain & after & A & Hk & _ & Hold).
  unfold has_chain in *. rewrite A in Hnot.
  destruct Hold as [(previous & B & Hkp & _)|(-> & -> & Hnone & _)].
  - exfalso. apply Hnot. rewrite B, map_app in Hh. rewrite map_app. cbn [map] in *. now rewrite Hk, <- Hkp.
  - destruct Hm as (_ & [Hlen _] & _). unfold MAX_RECEIVING_CHAINS, seq_len in *.
    destruct state.(State_receiving) as [|oldest rest] eqn:El; [destruct Hh|].
    exists oldest, rest. cbn [length] in *.
    assert (~ In key (map key_of (skipn (length rest - 3) (oldest :: rest)))).
    { intros H. apply Hnot. rewrite map_app. apply in_app_iff. left. unfold kept_chains. cbn [length].
      exact H. }
    destruct (Nat.eq_dec (length rest) 4) as [Hfour|Hfew].
    + rewrite Hfour in *. cbn [Nat.sub skipn map In] in *. split; [reflexivity|].
      split; [|unfold seq_len; lia]. tauto.
    + exfalso. replace (length rest - 3)%nat with 0%nat in * by lia. auto.
Qed.

(** * Refused messages *)

(** What comes in: bytes that were parsed, and what they are opened with. *)
Record Incoming : Type := mk_Incoming {
  Incoming_fresh : keys.RatchetKeyPair;
  Incoming_key : option SparseMessageKey;
  Incoming_ad : AssociatedData;
  Incoming_addresses : option (list u8);
  Incoming_message : wire_message.SignalMessage
}.

Definition Incoming_typed (i : Incoming) : Prop :=
  keys.RatchetKeyPair_typed i.(Incoming_fresh) /\ typed_option SparseMessageKey_typed i.(Incoming_key) /\
  AssociatedData_typed i.(Incoming_ad) /\ typed_option bytes i.(Incoming_addresses) /\
  wire_message.SignalMessage_typed i.(Incoming_message).

Definition receive_one (limits : ChainLimits) (state : State) (i : Incoming)
    : M (result (State * list U8) ratchet.RatchetError) :=
  ratchet_triple.decrypt_with_sparse_key state i.(Incoming_ad) i.(Incoming_addresses) limits
    i.(Incoming_fresh) i.(Incoming_key) i.(Incoming_message).

(** All of them in turn: an error leaves the state as it is. With the last state, what each of them gave. *)
Fixpoint receive_all (limits : ChainLimits) (state : State) (incoming : list Incoming)
    : M (State * list (option (list U8))) :=
  match incoming with
  | [] => Ret (state, [])
  | i :: rest =>
      let! received := receive_one limits state i in
      match received with
      | Ok (next, plaintext) =>
          let! (last, outcomes) := receive_all limits next rest in
          Ret (last, Some plaintext :: outcomes)
      | Err _ =>
          let! (last, outcomes) := receive_all limits state rest in
          Ret (last, None :: outcomes)
      end
  end.

Fixpoint accepted (incoming : list Incoming) (outcomes : list (option (list U8))) : list Incoming :=
  match incoming, outcomes with
  | i :: rest, Some _ :: outcomes => i :: accepted rest outcomes
  | _ :: rest, None :: outcomes => accepted rest outcomes
  | _, _ => []
  end.

Definition is_accepted (outcome : option (list U8)) : bool :=
  match outcome with Some _ => true | None => false end.

(** Whatever messages come in, in whatever order, nothing panics, and the refused ones change nothing:
    receiving only those that were accepted gives the same plaintexts and the same last state, which is again
    well-formed. *)
Theorem refused_messages_change_nothing limits :
  ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  forall incoming state,
    State_typed state -> State_well_formed state -> Forall Incoming_typed incoming ->
    exists last outcomes,
      receive_all limits state incoming = Ret (last, outcomes) /\
     receive_all limits state (accepted incoming outcomes) = Ret (last, filter is_accepted outcomes) /\
     State_typed last /\ State_well_formed last.
Proof.
  intros Hlt Hl. induction incoming as [|i rest IH]; intros state Hs Hw Hi; [exists state, []; cbn; auto|].
  inversion Hi as [|? ? (Hf & Hk & Had & Haddr & Hm) Hrest]; subst. cbn [receive_all].
  assert (Hone : yields (receive_one limits state i) (typed_result
    (fun '(next, _) => State_typed next /\ State_well_formed next) ratchet.RatchetError_typed)).
  { unfold receive_one, ratchet_triple.decrypt_with_sparse_key. step.
    eapply yields_mono; [apply ratchet_receive_key_safe; assumption|].
    intros [[next seed]|error] H; [|exact H]. destruct H as (H1 & H2 & H3). step.
    eapply yields_mono; [apply open_message_safe; assumption|]. intros [plaintext|error] H; [|exact H].
    cbn. auto. }
  destruct (receive_one limits state i) as [[[next plaintext]|error]|] eqn:E; [| |contradiction];
    cbn [yields typed_result] in Hone; cbn [bind].
  - destruct Hone as [Hs' Hw']. destruct (IH next Hs' Hw' Hrest) as (last & outcomes & E1 & E2 & Hlast).
    exists last, (Some plaintext :: outcomes). rewrite E1. split; [reflexivity|]. split; [|exact Hlast].
    cbn [accepted receive_all filter is_accepted]. rewrite E. cbn [bind]. now rewrite E2.
  - destruct (IH state Hs Hw Hrest) as (last & outcomes & E1 & E2 & Hlast).
    exists last, (None :: outcomes). rewrite E1. split; [reflexivity|]. split; [exact E2|exact Hlast].
Qed.
End Reachable.
