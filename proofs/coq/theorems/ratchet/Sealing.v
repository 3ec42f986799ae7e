(** What is sealed with a seed is opened with it, and what a sending chain makes is sealed with the seed of
    its number. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_symmetric theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.safety.ratchet_double_send theorems.safety.wire_message.
From Twinratchet Require Import theorems.ratchet.Chain.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state ratchet_double_send.
From Twinratchet.generated Require Import ratchet_double_receive.
From Twinratchet.generated Require keys ratchet ratchet_symmetric wire wire_message.

(** The address block that a message carries is one that the receiver can accept: there is none, or it is the
    one that the receiver expects. *)
Definition addresses_fit (carried expected : option (list u8)) : Prop := carried = None \/ carried = expected.

Lemma agreeing_addresses_fit carried expected :
  addresses_agree carried expected = true <-> addresses_fit carried expected.
Proof.
  unfold addresses_agree, addresses_fit. destruct carried as [block|]; [|tauto]. destruct expected as [own|].
  - rewrite seq_eqb_eq. split; [intros ->; auto|intros [H|H]; congruence].
  - split; [discriminate|intros [H|H]; discriminate].
Qed.

Section Sealing.
Context {P : Primitives} {T : Typed P}.

(** The message carries the plaintext, sealed with the seed, the key of SPQR and the associated data. *)
Definition sealed_with (seed : MessageKeySeed) (key : option SparseMessageKey) (ad : AssociatedData)
    (plaintext : list U8) (message : wire_message.SignalMessage) : Prop :=
  exists message_keys,
    ratchet_symmetric.message_keys seed key = Ret message_keys /\
    message.(wire_message.SignalMessage_body)
    = aes256_cbc_encrypt message_keys.(ratchet_symmetric.MessageKeys_cipher_key)
        message_keys.(ratchet_symmetric.MessageKeys_iv) plaintext /\
    message_tag message_keys.(ratchet_symmetric.MessageKeys_mac_key) ad
      message.(wire_message.SignalMessage_unsigned)
    = Ret message.(wire_message.SignalMessage_tag).

(** A message is opened with the seed, key and associated data that it was sealed with, to its plaintext. *)
Theorem sealed_message_opens {C : CbcInverts P} seed key ad plaintext message expected :
  MessageKeySeed_typed seed -> typed_option SparseMessageKey_typed key -> bytes plaintext ->
  sealed_with seed key ad plaintext message ->
  addresses_fit message.(wire_message.SignalMessage_addresses) expected ->
  open_message seed key ad expected message = Ret (Ok plaintext).
Proof.
  intros Hseed Hkey Hplain (keys & Ek & Eb & Et) Ha.
  pose proof (message_keys_safe seed key Hseed Hkey) as Hk. rewrite Ek in Hk. destruct Hk as (Hc & _ & Hiv).
  unfold open_message. rewrite Ek. cbn [bind]. rewrite Et. cbn [bind].
  rewrite (proj2 (seq_eqb_eq _ _) eq_refl), (proj2 (agreeing_addresses_fit _ _) Ha), Eb, cbc_inverts
    by assumption. reflexivity.
Qed.

(** A message that is opened has the tag of its bytes under the keys of the seed and the associated data, and
    addresses that the receiver can accept; its plaintext is what its body is decrypted to. *)
Theorem opened_message_has_its_tag seed key ad expected message plaintext :
  open_message seed key ad expected message = Ret (Ok plaintext) ->
  exists message_keys,
    ratchet_symmetric.message_keys seed key = Ret message_keys /\
    message_tag message_keys.(ratchet_symmetric.MessageKeys_mac_key) ad
      message.(wire_message.SignalMessage_unsigned)
    = Ret message.(wire_message.SignalMessage_tag) /\
    addresses_fit message.(wire_message.SignalMessage_addresses) expected /\
    aes256_cbc_decrypt message_keys.(ratchet_symmetric.MessageKeys_cipher_key)
      message_keys.(ratchet_symmetric.MessageKeys_iv) message.(wire_message.SignalMessage_body) = Ok
        plaintext.
Proof.
  unfold open_message. intros E. destruct (ratchet_symmetric.message_keys seed key) as [keys|];
    [|discriminate].
  exists keys. cbn [bind] in E. destruct (message_tag _ _ _) as [tag|]; [|discriminate]. cbn [bind] in E.
  destruct (seq_eqb Z.eqb tag _) eqn:Et; [|discriminate]. apply seq_eqb_eq in Et.
  destruct (addresses_agree _ _) eqn:Ea; [|discriminate]. apply agreeing_addresses_fit in Ea. cbn [andb] in E.
  destruct (aes256_cbc_decrypt _ _ _); [|discriminate]. injection E as ->. rewrite Et. auto.
Qed.

(** What a message of the sending chain is made of. *)
Definition header_of (state : State) (writer : wire.Writer) : wire_message.SignalHeader :=
  wire_message.mk_SignalHeader writer
    state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_public)
    state.(State_sending).(SendingChain_ns) state.(State_pn).

(** The state after a message of the sending chain. *)
Definition after_sending (state : State) (ck : ChainKey) : State :=
  mk_State state.(State_rk) state.(State_pn)
    (mk_SendingChain state.(State_sending).(SendingChain_dhs) ck
       (state.(State_sending).(SendingChain_ns) + 1))
    state.(State_receiving).

Lemma next_number_value n : 0 <= n < LAST_NUMBER -> next_number n = Ret (Ok (n + 1)).
Proof.
  intros. unfold next_number, checked_add. replace (n =? LAST_NUMBER) with false by lia.
  unfold LAST_NUMBER in *. rewrite checked_ret by lia. reflexivity.
Qed.

(** Sending with a chain that has a number left gives a message with that number, sealed with the seed of that
    number, and moves the chain on by one. *)
Theorem sending_seals origin state writer ad addresses spqr key plaintext :
  ChainKey_typed origin -> State_typed state -> State_well_formed state -> wire.Writer_typed writer ->
  AssociatedData_typed ad -> typed_option bytes addresses -> bytes spqr ->
  typed_option SparseMessageKey_typed key -> bytes plaintext ->
  state.(State_sending).(SendingChain_ns) < LAST_NUMBER ->
  state.(State_sending).(SendingChain_cks) = chain_key origin state.(State_sending).(SendingChain_ns) ->
  exists message_keys body unsigned tag,
    ratchet_encrypt state writer ad addresses spqr key plaintext
    = Ret (Ok (after_sending state (chain_key origin (state.(State_sending).(SendingChain_ns) + 1)),
               wire_message.serialize_signal_message unsigned tag)) /\
    wire_message.encode_signal_message (header_of state writer) body spqr addresses = Ret unsigned /\
    ratchet_symmetric.message_keys (seed_at origin state.(State_sending).(SendingChain_ns)) key
    = Ret message_keys /\
    body = aes256_cbc_encrypt message_keys.(ratchet_symmetric.MessageKeys_cipher_key)
             message_keys.(ratchet_symmetric.MessageKeys_iv) plaintext /\
    bytes body /\ bytes unsigned /\ Tag_typed tag /\
    message_tag message_keys.(ratchet_symmetric.MessageKeys_mac_key) ad unsigned = Ret tag.
Proof.
  intros Ho Hs Hw Hwriter Had Haddr Hspqr Hkey Hplain Hns Hcks.
  pose proof (ratchet_encrypt_safe state writer ad addresses spqr key plaintext Hs Hw Hwriter Had Haddr Hspqr
    Hkey Hplain) as Hsafe.
  destruct Hs as (_ & Hpn & (Hdhs & _ & Hnstyped) & _). pose proof Hnstyped as Hpositive.
  unfold typed_int in Hpositive.
  unfold ratchet_encrypt in *. rewrite next_number_value in * by lia. cbv zeta in *. cbn [bind] in *.
  rewrite Hcks in *. rewrite kdf_ck_value in * by now apply chain_key_typed. cbn [bind] in *.
  change (message_seed (chain_key origin ?i)) with (seed_at origin i) in *.
  pose proof (message_keys_safe (seed_at origin state.(State_sending).(SendingChain_ns)) key
    (seed_at_typed _ _ Ho) Hkey) as Hk.
  destruct (ratchet_symmetric.message_keys _ _) as [keys|] eqn:Ek; [|contradiction].
  destruct Hk as (Hc & Hm & Hiv). cbn [bind] in *.
  destruct (wire_message.encode_signal_message _ _ _ _) as [unsigned|] eqn:Ee; [|contradiction].
  cbn [bind] in *.
  destruct (message_tag _ _ _) as [tag|] eqn:Et; [|contradiction]. cbn [bind yields typed_result] in *.
  rewrite chain_key_next by lia.
  exists keys; eexists; exists unsigned, tag. split; [reflexivity|]. split; [exact Ee|].
  split; [reflexivity|]. split; [reflexivity|]. split; [apply aes256_cbc_encrypt_typed; assumption|].
  assert (Hunsigned : bytes unsigned).
  { assert (Hsafe' : yields (wire_message.encode_signal_message (header_of state writer)
      (aes256_cbc_encrypt keys.(ratchet_symmetric.MessageKeys_cipher_key)
         keys.(ratchet_symmetric.MessageKeys_iv) plaintext) spqr addresses) bytes)
      by (eapply yields_mono; [apply encode_signal_message_safe; auto|intros out [Hout _]; exact Hout];
          [exact (conj Hwriter (conj (proj2 Hdhs) (conj Hnstyped Hpn)))|now apply aes256_cbc_encrypt_typed]).
    unfold header_of in Hsafe'. rewrite Ee in Hsafe'. exact Hsafe'. }
  pose proof (message_tag_safe keys.(ratchet_symmetric.MessageKeys_mac_key) ad unsigned Hm Had Hunsigned) as
    Htag.
  rewrite Et in Htag. auto.
Qed.
End Sealing.
