(** The encoders of messages as lists of items: which field holds what. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf.
From Twinratchet.generated Require Import keys_types keys wire wire_protobuf.
From Twinratchet.generated Require wire_message wire_prekey_message wire_sender_key_message
  wire_fingerprint_code.

(** What is there if an option is. *)
Definition if_some {A B} (o : option A) (f : A -> B) : list B :=
  match o with
  | Some a => [f a]
  | None => []
  end.

(** The first byte, which a writer sets in a sequence of one. *)
Lemma first_byte (b : Z) : seq_set (seq_fill 0 1) 0 b = Ret [b].
Proof. reflexivity. Qed.

(** One item more, behind those that are there. *)
Lemma items_bytes_cons it items : items_bytes (it :: items) = item_bytes it ++ items_bytes items.
Proof. reflexivity. Qed.

(** A number of a type of Rust is not negative. *)
Ltac not_negative :=
  unfold typed_int in *; assumption || lia.

(** The items of an encoder, field by field. *)
Ltac items :=
  rewrite ?put_bytes_appends, ?put_uint32_appends, ?put_bytes_appends, ?put_uint32_appends, ?put_bytes_appends
    by not_negative;
  rewrite !items_bytes_cons; cbn [items_bytes flat_map app]; rewrite ?app_nil_r, <- ?app_assoc; reflexivity.

(** * Messages *)

Section Message.
Import wire_message.

Definition signal_items (header : SignalHeader) (body spqr : list Z) (addresses : option (list Z))
  : list item :=
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
  unfold signal_items.
  destruct (seq_len spqr =? 0); destruct addresses as [block|]; cbn [negb if_some app]; items.
Qed.
End Message.

Section PrekeyMessage.
Import wire_prekey_message.

Definition prekey_items (envelope : PreKeyEnvelope) (message : list Z) : list item :=
  if_some (PreKeyEnvelope_one_time_prekey_id envelope) (Number FIELD_ONE_TIME_PREKEY_ID)
  ++ [ Content FIELD_BASE_KEY (serialized (BaseKey_key (PreKeyEnvelope_base_key envelope)));
       Content FIELD_IDENTITY_KEY (serialized (IdentityKey_key (PreKeyEnvelope_identity_key envelope)));
       Content FIELD_MESSAGE message;
       Number FIELD_REGISTRATION_ID (PreKeyEnvelope_registration_id envelope);
       Number FIELD_SIGNED_PREKEY_ID (PreKeyEnvelope_signed_prekey_id envelope) ]
  ++ match PreKeyEnvelope_kem envelope with
     | Some kem =>
         [ Number FIELD_KEM_PREKEY_ID (KemFields_id kem);
           Content FIELD_KEM_CIPHERTEXT (KemFields_ciphertext kem) ]
     | None => []
     end.

(** A first message of a session is its version byte and its items. *)
Lemma encode_prekey_message_is profile envelope message :
  PreKeyEnvelope_typed envelope ->
  encode_prekey_message profile envelope message
  = Ret (version_byte (mk_Writer profile (PreKeyEnvelope_version envelope))
         :: items_bytes (prekey_items envelope message)).
Proof.
  intros (_ & Hregistration & Hone_time & Hsigned & Hkem & Hbase & Hidentity).
  unfold encode_prekey_message. cbv zeta. rewrite first_byte. cbn [bind].
  rewrite !serialize_public_key_is by assumption. cbn [bind].
  unfold prekey_items, FIELD_ONE_TIME_PREKEY_ID, FIELD_BASE_KEY, FIELD_IDENTITY_KEY, FIELD_MESSAGE,
    FIELD_REGISTRATION_ID, FIELD_SIGNED_PREKEY_ID, FIELD_KEM_PREKEY_ID, FIELD_KEM_CIPHERTEXT.
  destruct (PreKeyEnvelope_one_time_prekey_id envelope) as [id|];
    destruct (PreKeyEnvelope_kem envelope) as [kem|];
    cbn [if_some app typed_option] in *; try destruct Hkem as (Hid & _); items.
Qed.
End PrekeyMessage.

Section SenderKeyMessage.
Import wire_sender_key_message.

(** The first byte of a message of a group: version 3 twice. *)
Definition sender_key_first_byte : Z := 51.

Definition start_items (profile : Profile) (distribution_id : list Z) (chain_id iteration : Z) : list item :=
  (if chain_id_field profile =? FIELD_DISTRIBUTION_ID then [] else
   [Content FIELD_DISTRIBUTION_ID distribution_id])
  ++ [ Number (chain_id_field profile) chain_id;
       Number (chain_id_field profile + AFTER_ITERATION) iteration ].

Definition sender_key_items profile distribution_id chain_id iteration (body : list Z) : list item :=
  start_items profile distribution_id chain_id iteration
  ++ [Content (chain_id_field profile + AFTER_BODY) body].

Definition distribution_items profile distribution_id chain_id iteration (chain_key signing_key : list Z)
  : list item :=
  start_items profile distribution_id chain_id iteration
  ++ [ Content (chain_id_field profile + AFTER_CHAIN_KEY) chain_key;
       Content (chain_id_field profile + AFTER_SIGNING_KEY) (serialized signing_key) ].

(** What messages of groups have in common is their first byte and their first items. *)
Lemma encode_start_is profile distribution_id chain_id iteration :
  typed_int 32 chain_id -> typed_int 32 iteration ->
  encode_start profile distribution_id chain_id iteration
  = Ret (sender_key_first_byte :: items_bytes (start_items profile distribution_id chain_id iteration)).
Proof.
  intros Hchain Hiteration. unfold encode_start. cbv zeta. rewrite first_byte. cbn [bind].
  unfold start_items, FIELD_DISTRIBUTION_ID, AFTER_ITERATION, checked_add.
  destruct profile; cbn [chain_id_field]; rewrite checked_ret by easy;
    cbn [bind Z.eqb Pos.eqb negb app Z.add Pos.add Pos.succ]; items.
Qed.

(** A message of a group is its first byte and its items. *)
Lemma encode_sender_key_message_is profile distribution_id chain_id iteration body :
  typed_int 32 chain_id -> typed_int 32 iteration ->
  encode_sender_key_message profile distribution_id chain_id iteration body
  = Ret (sender_key_first_byte
         :: items_bytes (sender_key_items profile distribution_id chain_id iteration body)).
Proof.
  intros Hchain Hiteration. unfold encode_sender_key_message. rewrite encode_start_is by assumption.
  cbn [bind].
  unfold checked_add, AFTER_BODY. rewrite checked_ret by (destruct profile; easy). cbn [bind].
  unfold sender_key_items, AFTER_BODY. rewrite put_bytes_appends by (destruct profile; easy).
  unfold items_bytes. rewrite flat_map_app. cbn [flat_map app]. now rewrite app_nil_r.
Qed.

(** A message that distributes a sender key is its first byte and its items. *)
Lemma encode_distribution_message_is profile distribution_id chain_id iteration chain_key signing_key :
  typed_int 32 chain_id -> typed_int 32 iteration -> SenderSigningKey_typed signing_key ->
  encode_distribution_message profile distribution_id chain_id iteration chain_key signing_key
  = Ret (sender_key_first_byte
         :: items_bytes (distribution_items profile distribution_id chain_id iteration chain_key
                           (SenderSigningKey_key signing_key))).
Proof.
  intros Hchain Hiteration Hsigning. unfold encode_distribution_message. cbv zeta.
  rewrite encode_start_is by assumption. cbn [bind].
  unfold checked_add, AFTER_CHAIN_KEY, AFTER_SIGNING_KEY. rewrite !checked_ret by (destruct profile; easy).
  cbn [bind]. rewrite serialize_public_key_is by exact Hsigning. cbn [bind].
  unfold distribution_items, AFTER_CHAIN_KEY, AFTER_SIGNING_KEY.
  rewrite !put_bytes_appends by (destruct profile; easy).
  unfold items_bytes. rewrite flat_map_app. cbn [flat_map app]. now rewrite app_nil_r, <- app_assoc.
Qed.
End SenderKeyMessage.

Section FingerprintCode.
Import wire_fingerprint_code.

(** One side of a code, as a message of its own. *)
Lemma encode_logical_is content : encode_logical content = items_bytes [Content FIELD_CONTENT content].
Proof. unfold encode_logical. rewrite put_bytes_appends by easy. symmetry. apply app_nil_r. Qed.

Definition fingerprint_items (code : FingerprintCode) : list item :=
  [ Number FIELD_VERSION (FingerprintCode_version code);
    Content FIELD_LOCAL (encode_logical (FingerprintCode_local code));
    Content FIELD_REMOTE (encode_logical (FingerprintCode_remote code)) ].

(** A code to scan is its items. *)
Lemma encode_fingerprint_code_is code :
  FingerprintCode_typed code -> encode_fingerprint_code code = items_bytes (fingerprint_items code).
Proof.
  intros (Hversion & _).
  unfold encode_fingerprint_code, fingerprint_items, FIELD_VERSION, FIELD_LOCAL, FIELD_REMOTE.
  cbv zeta. items.
Qed.
End FingerprintCode.
