(** Panic-freedom of [ratchet::double::send]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.keys theorems.safety.ratchet_symmetric
  theorems.safety.ratchet_skipped.
From Twinratchet Require Import theorems.safety.ratchet_double_state.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_skipped ratchet_symmetric wire wire_message
  wire_protobuf.

Section Safety.
Context {P : Primitives} {T : Typed P}.
Local Hint Resolve kdf_ck_safe message_keys_safe : spec.
Local Hint Extern 8 => solve [typed] : spec.

Local Lemma put_varint_typed out value :
  bytes out -> 0 <= value -> bytes (wire_protobuf.put_varint out value).
Proof.
  intros. unfold wire_protobuf.put_varint. cbv zeta.
  match goal with |- context [for_loop ?from ?to ?a ?f] =>
    pose proof (for_invariant (fun _ '(written, rest, _) => bytes written /\ 0 <= rest) from to f a) as L;
    destruct (for_loop from to a f) as [[written rest] done]
  end.
  apply L; [auto|]. clear. intros i [[written rest] done] _ [H1 H2]. destruct done; cbn [negb]; [auto|].
  assert (0 <= shr rest 7) by (apply Z.shiftr_nonneg; exact H2).
  destruct (rest <? 128); (split; [apply Forall_push|]; try assumption).
  - apply typed_int_cast; lia.
  - apply typed_int_lor; [lia|apply typed_int_cast; lia|unfold typed_int; lia].
Qed.

Local Lemma put_bytes_typed out number value :
  bytes out -> bytes value -> bytes (wire_protobuf.put_bytes out number value).
Proof.
  intros. apply Forall_concat; auto. apply put_varint_typed; [|apply seq_len_nonneg].
  apply put_varint_typed; auto. apply Z.lor_nonneg. split; [apply typed_int_shl|]; easy.
Qed.

Local Lemma put_uint32_typed out number value :
  bytes out -> typed_int 32 value -> bytes (wire_protobuf.put_uint32 out number value).
Proof.
  intros. apply put_varint_typed; [|range]. apply put_varint_typed; auto.
  apply Z.lor_nonneg. split; [apply typed_int_shl|]; easy.
Qed.

Local Lemma encode_signal_message_safe header body spqr addresses :
  wire_message.SignalHeader_typed header -> bytes body -> bytes spqr -> typed_option bytes addresses ->
  yields (wire_message.encode_signal_message header body spqr addresses) bytes.
Proof.
  intros (Hw & Hk & Hc & Hp) Hb Hs Ha. unfold wire_message.encode_signal_message. cbv zeta.
  step. step; [range|]. intros _.
  assert (typed_int 8 (wire.version_byte header.(wire_message.SignalHeader_writer))).
  { unfold wire.version_byte. apply typed_int_lor; [lia|apply typed_int_shl; lia|].
    unfold typed_int, wire.newest_version, wire.VERSION_3, wire.VERSION_4.
    destruct (wire.Writer_profile _); lia. }
  step. eapply yields_mono; [apply serialize_public_key_safe; exact Hk|]. intros key [_ Hkey]. cbv zeta.
  assert (bytes (if negb (seq_len spqr =? 0)
    then wire_protobuf.put_bytes (wire_protobuf.put_bytes (wire_protobuf.put_uint32 (wire_protobuf.put_uint32
      (wire_protobuf.put_bytes (set_nth (seq_fill 0 1) (Z.to_nat 0)
         (wire.version_byte header.(wire_message.SignalHeader_writer))) wire_message.FIELD_RATCHET_KEY key)
      wire_message.FIELD_COUNTER header.(wire_message.SignalHeader_counter))
        wire_message.FIELD_PREVIOUS_COUNTER
      header.(wire_message.SignalHeader_previous_counter)) wire_message.FIELD_BODY body)
        wire_message.FIELD_SPQR spqr
    else wire_protobuf.put_bytes (wire_protobuf.put_uint32 (wire_protobuf.put_uint32
      (wire_protobuf.put_bytes (set_nth (seq_fill 0 1) (Z.to_nat 0)
         (wire.version_byte header.(wire_message.SignalHeader_writer))) wire_message.FIELD_RATCHET_KEY key)
      wire_message.FIELD_COUNTER header.(wire_message.SignalHeader_counter))
        wire_message.FIELD_PREVIOUS_COUNTER
      header.(wire_message.SignalHeader_previous_counter)) wire_message.FIELD_BODY body)).
  { assert (bytes (set_nth (seq_fill 0 1) (Z.to_nat 0)
      (wire.version_byte header.(wire_message.SignalHeader_writer)))) by typed.
    destruct (negb _); auto 8 using put_bytes_typed, put_uint32_typed. }
  destruct addresses; step; auto using put_bytes_typed.
Qed.

(** Sending gives a state of the same kind, and bytes, or says that the counter is exhausted. *)
Lemma ratchet_encrypt_safe state writer ad addresses spqr key plaintext :
  State_typed state -> State_well_formed state -> wire.Writer_typed writer -> AssociatedData_typed ad ->
  typed_option bytes addresses -> bytes spqr -> typed_option SparseMessageKey_typed key -> bytes plaintext ->
  yields (ratchet_encrypt state writer ad addresses spqr key plaintext)
    (typed_result
       (fun '(next, message) => State_typed next /\ State_well_formed next /\ bytes message)
       ratchet.RatchetError_typed).
Proof.
  intros (Hrk & Hpn & (Hdhs & Hcks & Hns) & Hrec) Hwell Hwriter Had Haddr Hspqr Hkey Hplain.
  unfold ratchet_encrypt. cbv zeta. step. eapply yields_mono; [apply next_number_safe; exact Hns|].
  intros [ns|error] Hnext; cbn [typed_result] in Hnext; [|exact Hnext]. destruct Hnext as [Hnext _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hcks|]. intros [cks seed] [Hc Hseed].
  cbn [fst snd] in *.
  step. eapply yields_mono; [apply message_keys_safe; auto|]. intros keys (Hcipher & Hmac & Hiv).
  pose proof (aes256_cbc_encrypt_typed _ _ plaintext Hcipher Hiv Hplain) as [_ Hbody].
  step. eapply yields_mono; [apply encode_signal_message_safe; auto|].
  { exact (conj Hwriter (conj (proj2 Hdhs) (conj Hns Hpn))). }
  intros unsigned Hunsigned.
  step. eapply yields_mono; [apply message_tag_safe; auto|]. intros tag [_ Htag].
  step. unfold typed_result. split; [|split; [exact Hwell|apply Forall_concat; auto]].
  exact (conj Hrk (conj Hpn (conj (conj Hdhs (conj Hc Hnext)) Hrec))).
Qed.
End Safety.
#[export] Hint Resolve ratchet_encrypt_safe : spec.
