(** A conversation of two parties: what is said, and the invariant that ties each receiving chain of one party
    to the sending chain of the other that made it. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Distinct.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_receive theorems.safety.ratchet_double_send.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet Require Import theorems.ratchet.Reachable.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_triple wire wire_message.

(** * What is said *)

(** A message on its way: its bytes; the ratchet key and number of the chain that made it, and what it
    carries; and what it was sealed with, on which both sides agree. *)
Record Sealed : Type := mk_Sealed {
  Sealed_bytes : list u8;
  Sealed_ratchet_key : PublicKey;
  Sealed_number : Z;
  Sealed_plaintext : list U8;
  Sealed_key : option SparseMessageKey;
  Sealed_ad : AssociatedData;
  Sealed_addresses : option (list u8)
}.

(** A party: its state, the messages on their way to it, and the ratchet keys that it has made so far. *)
Record Party : Type := mk_Party {
  Party_state : State;
  Party_inbox : list Sealed;
  Party_used : list PublicKey
}.

Definition sending_key (state : State) : PublicKey :=
  state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_public).(keys.RatchetKey_key).
Definition sending_private (state : State) : PrivateKey :=
  state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_private).
Definition sending_number (state : State) : Z := state.(State_sending).(SendingChain_ns).

Section Conversation.
Context {P : Primitives}.

(** The chain of the message is known or is the current one of the peer, and the limits allow to go to its
    number, with no skipped seed dropped. *)
Definition within_limits (limits : ChainLimits) (me peer : State) (sealed : Sealed) : Prop :=
  (has_chain sealed.(Sealed_ratchet_key) me \/ sealed.(Sealed_ratchet_key) = sending_key peer) /\
  (forall chain, In chain me.(State_receiving) -> key_of chain = sealed.(Sealed_ratchet_key) ->
     fits limits chain sealed.(Sealed_number)) /\
  (~ has_chain sealed.(Sealed_ratchet_key) me ->
     fits limits (new_chain (keys.mk_RatchetKey sealed.(Sealed_ratchet_key)) []) sealed.(Sealed_number)).

(** A fresh ratchet pair: a private key with its public key, which the party has not used before; the
    agreement with the ratchet key of the message is not an error, which it is only for a few points that no
    honest party has. *)
Definition fresh_pair (used : list PublicKey) (theirs : PublicKey) (pair : keys.RatchetKeyPair) : Prop :=
  PrivateKey_typed pair.(keys.RatchetKeyPair_private) /\
  pair.(keys.RatchetKeyPair_public) = keys.mk_RatchetKey (public_key pair.(keys.RatchetKeyPair_private)) /\
  ~ In pair.(keys.RatchetKeyPair_public).(keys.RatchetKey_key) used /\
  exists secret, dh pair.(keys.RatchetKeyPair_private) theirs = Ok secret.

(** What a party does: it sends, and the message is on its way to the peer; or it receives one of the messages
    on their way to it, in any order, within the limits. *)
Inductive moves (me peer : Party) : Party -> Party -> Prop :=
| sends writer ad addresses spqr key plaintext next message :
    typed_sending writer ad addresses spqr key plaintext ->
    wire.Writer_version writer = wire.VERSION_3 \/ wire.Writer_version writer = wire.VERSION_4 ->
    seq_len message < 2 ^ 64 ->
    ratchet_encrypt me.(Party_state) writer ad addresses spqr key plaintext = Ret (Ok (next, message)) ->
    moves me peer (mk_Party next me.(Party_inbox) me.(Party_used))
      (mk_Party peer.(Party_state)
         (peer.(Party_inbox) ++ [mk_Sealed message (sending_key me.(Party_state))
            (sending_number me.(Party_state)) plaintext key ad addresses])
         peer.(Party_used))
| receives before sealed after profile limits fresh expected message next plaintext :
    me.(Party_inbox) = before ++ sealed :: after ->
    ChainLimits_typed limits -> ChainLimits_well_formed limits ->
    within_limits limits me.(Party_state) peer.(Party_state) sealed ->
    fresh_pair me.(Party_used) sealed.(Sealed_ratchet_key) fresh ->
    addresses_fit sealed.(Sealed_addresses) expected ->
    wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) ->
    ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) expected limits fresh
      sealed.(Sealed_key) (wire_message.known_fields profile message) = Ret (Ok (next, plaintext)) ->
    moves me peer
      (mk_Party next (before ++ after)
         (me.(Party_used) ++ [fresh.(keys.RatchetKeyPair_public).(keys.RatchetKey_key)]))
      peer.

(** The two parties after the handshake: the same root key and chain key, and the signed prekey of the
    responder. *)
Inductive begins : Party -> Party -> Prop :=
| begins_with root_key ck signed_private private state :
    RootKey_typed root_key -> ChainKey_typed ck -> PrivateKey_typed signed_private ->
    PrivateKey_typed private ->
    ratchet_init_initiator root_key ck (keys.mk_SignedPreKey (public_key signed_private))
      (keys.mk_RatchetKeyPair private (keys.mk_RatchetKey (public_key private))) = Ret (Ok state) ->
    begins (mk_Party state [] [public_key private])
      (mk_Party
         (ratchet_init_responder root_key ck
            (keys.mk_SignedPreKeyPair signed_private (keys.mk_SignedPreKey (public_key signed_private))))
         [] [public_key signed_private]).

(** All conversations: the parties move one after the other, in any order. *)
Inductive conversation : Party -> Party -> Prop :=
| conversation_begins a b : begins a b -> conversation a b
| first_moves a b a' b' : conversation a b -> moves a b a' b' -> conversation a' b'
| second_moves a b a' b' : conversation a b -> moves b a b' a' -> conversation a' b'.

(** * The invariant *)

(** The message was made by the chain with this origin. *)
Definition made_by (origin : ChainKey) (sealed : Sealed) : Prop :=
  exists message,
    wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
    wire_message.SignalMessage_typed message /\
    message.(wire_message.SignalMessage_ratchet_key) = keys.mk_RatchetKey sealed.(Sealed_ratchet_key) /\
    message.(wire_message.SignalMessage_counter) = sealed.(Sealed_number) /\
    message.(wire_message.SignalMessage_addresses) = sealed.(Sealed_addresses) /\
    typed_option SparseMessageKey_typed sealed.(Sealed_key) /\ bytes sealed.(Sealed_plaintext) /\
    sealed_with (seed_at origin sealed.(Sealed_number)) sealed.(Sealed_key) sealed.(Sealed_ad)
      sealed.(Sealed_plaintext) message.

Definition tied (chain : PublicKey * ChainKey) (receiving : ReceivingChain) : Prop :=
  key_of receiving = fst chain /\ follows (snd chain) receiving.

Definition last_five {A} (l : list A) : list A := skipn (length l - 5) l.

(** The state sends on the last of its chains, each with the ratchet key and the first chain key. *)
Definition speaks (state : State) (used : list PublicKey) (chains : list (PublicKey * ChainKey)) : Prop :=
  exists past origin,
    chains = past ++ [(sending_key state, origin)] /\
    PrivateKey_typed (sending_private state) /\ sending_key state = public_key (sending_private state) /\
    Forall (fun chain => ChainKey_typed (snd chain)) chains /\
    state.(State_sending).(SendingChain_cks) = chain_key origin (sending_number state) /\
    NoDup (map fst chains) /\ incl (map fst chains) used.

(** A message on its way comes from one of the chains, and can still be received. *)
Definition on_its_way (chains : list (PublicKey * ChainKey)) (speaker hearer : State) (sealed : Sealed)
    : Prop :=
  exists origin,
    In (sealed.(Sealed_ratchet_key), origin) chains /\ made_by origin sealed /\
    0 <= sealed.(Sealed_number) < LAST_NUMBER /\
    (sealed.(Sealed_ratchet_key) = sending_key speaker -> sealed.(Sealed_number) < sending_number speaker) /\
    (forall chain, In chain hearer.(State_receiving) -> key_of chain = sealed.(Sealed_ratchet_key) ->
       available chain sealed.(Sealed_number)).

Definition place (sealed : Sealed) : PublicKey * Z := (sealed.(Sealed_ratchet_key), sealed.(Sealed_number)).

(** One direction of the conversation: the hearer's receiving chains are the last five of the chains it
    knows. *)
Definition heard (speaker : State) (used : list PublicKey) (hearer : State) (inbox : list Sealed)
    (chains known : list (PublicKey * ChainKey)) : Prop :=
  speaks speaker used chains /\ incl known chains /\
  Forall2 tied (last_five known) hearer.(State_receiving) /\
  NoDup (map place inbox) /\
  Forall (on_its_way chains speaker hearer) inbox /\
  forall chain, In chain hearer.(State_receiving) -> key_of chain = sending_key speaker ->
    chain.(ReceivingChain_nr) <= sending_number speaker.

(** The first party has made the last step: the peer knows all of its chains but the last one, which it will
    find. *)
Definition leads (me peer : Party) : Prop :=
  exists past origin theirs secret,
    heard me.(Party_state) me.(Party_used) peer.(Party_state) peer.(Party_inbox)
      (past ++ [(sending_key me.(Party_state), origin)]) past /\
    heard peer.(Party_state) peer.(Party_used) me.(Party_state) me.(Party_inbox) theirs theirs /\
    dh (sending_private me.(Party_state)) (sending_key peer.(Party_state)) = Ok secret /\
    root_step peer.(Party_state).(State_rk) secret = (me.(Party_state).(State_rk), origin).

Definition good (party : Party) : Prop :=
  State_typed party.(Party_state) /\ State_well_formed party.(Party_state).

Definition in_step (a b : Party) : Prop := good a /\ good b /\ (leads a b \/ leads b a).

(** * Lists *)

Lemma in_last_five {A} (l : list A) x : In x (last_five l) -> In x l.
Proof. intros H. rewrite <- (firstn_skipn (length l - 5) l). apply in_app_iff. auto. Qed.

Lemma last_is_of_the_last_five {A} (l : list A) x : In x (last_five (l ++ [x])).
Proof.
  unfold last_five. rewrite skipn_app. apply in_app_iff. right. rewrite app_length. cbn [length].
  replace (length l + 1 - 5 - length l)%nat with 0%nat by lia. now left.
Qed.

(** The five after one more are what is kept of the five before, and that one. *)
Lemma last_five_push (past : list (PublicKey * ChainKey)) chain receiving new :
  Forall2 tied (last_five past) receiving -> tied chain new ->
  Forall2 tied (last_five (past ++ [chain])) (kept_chains receiving ++ [new]).
Proof.
  intros H Ht. pose proof (Forall2_same_length _ _ _ H) as Hlen. unfold last_five in *.
  rewrite skipn_length in Hlen. rewrite skipn_app, app_length. cbn [length].
  replace (length past + 1 - 5 - length past)%nat with 0%nat by lia. cbn [skipn].
  apply Forall2_app; [|auto]. unfold kept_chains.
  replace (skipn (length past + 1 - 5) past)
    with (skipn (length receiving - 4) (skipn (length past - 5) past)).
  - now apply Forall2_skipn.
  - rewrite skipn_skipn. f_equal. lia.
Qed.

Lemma tied_chain known receiving chain :
  Forall2 tied (last_five known) receiving -> In chain receiving ->
  exists origin, In (key_of chain, origin) known /\ follows origin chain.
Proof.
  intros H Hin. apply in_split in Hin as (before & after & ->).
  apply Forall2_app_inv_r in H as (kb & ka & _ & Ha & E). inversion Ha as [|[k o] ? ka' ? [Hk Hf] _]; subst.
  exists o. rewrite Hk. split; [|exact Hf]. apply in_last_five. rewrite E. apply in_elt.
Qed.

Lemma known_has_chain known state key origin :
  Forall2 tied (last_five (known ++ [(key, origin)])) state.(State_receiving) -> has_chain key state.
Proof.
  intros H. pose proof (last_is_of_the_last_five known (key, origin)) as Hin.
  apply in_split in Hin as (before & after & E). rewrite E in H.
  apply Forall2_app_inv_l in H as (rb & ra & _ & Ha & E'). inversion Ha as [|? chain ? ra' [Hk _] _]; subst.
  unfold has_chain. rewrite E'. cbn [fst] in Hk. rewrite <- Hk. apply in_map, in_elt.
Qed.
End Conversation.
