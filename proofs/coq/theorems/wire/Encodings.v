(** The encoders of messages as lists of items: which field holds what. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf.
From Twinratchet.generated Require Import keys_types keys wire wire_protobuf.
From Twinratchet.generated Require wire_message wire_prekey_message wire_sender_key_message wire_fingerprint_code.

(** What is there if an option is. *)
Definition if_some {A B} (o : option A) (f : A -> B) : list B :=
  match o with
  | Some a => [f a]
  | None => []
  end.

(** The first byte, which a writer sets in a sequence of one. *)
Lemma first_byte (b : Z) : seq_set (seq_fill 0 1) 0 b = Ret [b].
Proof. reflexivity. Qed.

Lemma items_bytes_app items items' : items_bytes (items ++ items') = items_bytes items ++ items_bytes items'.
Proof. apply flat_map_app. Qed.

Lemma items_bytes_one it : items_bytes [it] = item_bytes it.
Proof. apply app_nil_r. Qed.

(** One item more, behind those that are there. *)
Lemma items_bytes_cons it items : items_bytes (it :: items) = item_bytes it ++ items_bytes items.
Proof. reflexivity. Qed.

Lemma put_varint_field_nonneg z : typed_int 32 z -> 0 <= z.
Proof. intros (H & _). exact H. Qed.

(** * Messages of sessions *)

Section Message.
Import wire_message.

Definition signal_items (header : SignalHeader) (body spqr : list Z) (addresses : option (list Z)) : list item :=
  [ Content FIELD_RATCHET_KEY (serialized (RatchetKey_key (SignalHeader_ratchet_key header)));
    Number FIELD_COUNTER (SignalHeader_counter header);
    Number FIELD_PREVIOUS_COUNTER (SignalHeader_previous_counter header);
    Content FIELD_BODY body ]
  ++ (if seq_len spqr =? 0 then [] else [Content FIELD_SPQR spqr])
  ++ if_some addresses (Content FIELD_ADDRESSES).

(** A message of a session is its version byte and its items. *)
Lemma encode_signal_message_is header body spqr addresses :
  SignalHeader_typed header ->
  encode_signal_message header body spqr addresses
  = Ret (version_byte (SignalHeader_writer header) :: items_bytes (signal_items header body spqr addresses)).
Proof.
  intros (_ & Hkey & Hn & Hpn). unfold encode_signal_message. cbv zeta. rewrite first_byte. cbn [bind].
  rewrite serialize_public_key_is by exact Hkey. cbn [bind].
  unfold FIELD_RATCHET_KEY, FIELD_COUNTER, FIELD_PREVIOUS_COUNTER, FIELD_BODY, FIELD_SPQR, FIELD_ADDRESSES.
  destruct Hn as (Hn & _), Hpn as (Hpn & _).
  unfold signal_items. destruct (seq_len spqr =? 0); destruct addresses as [block|]; cbn [negb if_some app];
    rewrite ?put_bytes_appends, ?put_uint32_appends, ?put_bytes_appends by (assumption || lia);
    rewrite !items_bytes_cons; cbn [items_bytes flat_map app]; rewrite ?app_nil_r, <- ?app_assoc; reflexivity.
Qed.
End Message.
