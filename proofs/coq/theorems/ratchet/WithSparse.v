(** What sessions call: a conversation through both ratchets.

    The Double Ratchet is as in any conversation; what the other ratchet does is taken as given: its message
    and key are those of the sending side, and on the receiving side it gives the same key. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.ratchet.Sealing theorems.ratchet.Conversation
  theorems.DoubleRatchet.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state ratchet_triple.
From Twinratchet.generated Require keys ratchet ratchet_double_receive ratchet_double_send ratchet_sparse wire
  wire_message.

Section WithSparse.
Context {P : Primitives} {T : Typed P} {D : DhCommutes P} {C : CbcInverts P}.

(** What a session sends is what the Double Ratchet sends with the message and the key of SPQR. *)
Theorem session_sends_in_a_conversation state writer ad addresses random plaintext next message :
  triple_encrypt state writer ad addresses random plaintext = Ret (Ok (next, message)) ->
  exists sent,
    ratchet_sparse.sparse_send state.(TripleState_sparse) random
    = Ret (Ok (next.(TripleState_sparse), sent)) /\
    ratchet_double_send.ratchet_encrypt state.(TripleState_double) writer ad addresses
      sent.(ratchet_sparse.Sent_message) sent.(ratchet_sparse.Sent_key) plaintext
    = Ret (Ok (next.(TripleState_double), message)).
Proof.
  unfold triple_encrypt, encrypt_with_sparse_key. intros E.
  destruct (ratchet_sparse.sparse_send _ _) as [[[sparse sent]|]|]; cbn [bind lift_sparse_sent] in E;
    try discriminate.
  destruct (ratchet_double_send.ratchet_encrypt _ _ _ _ _ _ _) as [[[double bytes]|]|] eqn:Ed; cbn [bind] in
    E; try discriminate.
  injection E as <- <-. eauto.
Qed.

(** Every message on its way to the party is, within the limits, decrypted by its session to the plaintext
    that the peer has sealed, if SPQR gives the key that the message was sealed with. *)
Definition session_decrypts_whatever_comes (me peer : Party) : Prop :=
  forall before sealed after profile limits fresh expected sparse,
    me.(Party_inbox) = before ++ sealed :: after ->
    ChainLimits_typed limits -> ChainLimits_well_formed limits ->
    within_limits limits me.(Party_state) peer.(Party_state) sealed ->
    fresh_pair me.(Party_used) sealed.(Sealed_ratchet_key) fresh ->
    addresses_fit sealed.(Sealed_addresses) expected ->
    exists message,
      wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
      forall sparse',
        ratchet_sparse.sparse_receive sparse
          (wire_message.known_fields profile message).(wire_message.SignalMessage_spqr)
        = Ret (Ok (sparse', sealed.(Sealed_key))) ->
        exists next,
          triple_decrypt (mk_TripleState me.(Party_state) sparse) sealed.(Sealed_ad) expected limits fresh
            (wire_message.known_fields profile message)
          = Ret (Ok (mk_TripleState next sparse', sealed.(Sealed_plaintext))).

(** In any conversation of two parties, with any number of Diffie-Hellman steps and messages in any order and
    none twice, every message that is delivered within the limits is decrypted by the sessions of either party
    to the plaintext that was sent, if SPQR gives the key that the message was sealed with. *)
Theorem session_conversation_is_decrypted a b :
  conversation a b -> session_decrypts_whatever_comes a b /\ session_decrypts_whatever_comes b a.
Proof.
  intros H. apply conversation_is_decrypted in H.
  assert (Hall : forall me peer, decrypts_whatever_comes me peer -> session_decrypts_whatever_comes me peer).
  { intros me peer Hd before sealed after profile limits fresh expected sparse Einbox Hlt Hl Hwithin Hfresh
      Ha.
    destruct (Hd before sealed after profile limits fresh expected Einbox Hlt Hl Hwithin Hfresh Ha)
      as (message & next & Eparse & E).
    exists message. split; [exact Eparse|]. intros sparse' Es. exists next.
    unfold decrypt_with_sparse_key in E. unfold triple_decrypt. cbn [TripleState_double TripleState_sparse].
    destruct (ratchet_double_receive.ratchet_receive_key _ _ _ _) as [[[double seed]|]|]; cbn [bind] in *;
      try discriminate.
    rewrite Es. cbn [bind lift_sparse_received].
    destruct (ratchet_double_receive.open_message _ _ _ _ _) as [[plaintext|]|]; cbn [bind] in *;
      try discriminate.
    injection E as -> ->. reflexivity. }
  split; apply Hall; apply H.
Qed.
End WithSparse.
