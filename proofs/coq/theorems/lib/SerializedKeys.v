(** Public keys as messages carry them: a byte 5 before the 32 bytes of the key. *)
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet.generated Require Import keys_types keys.

(** The serialized form of a key: its type, then its bytes. *)
Definition serialized (key : list Z) : list Z := KEY_TYPE_X25519 :: key.

(** Serializing a key of 32 bytes does not panic, and puts the type before it. *)
Lemma serialize_public_key_is key : PublicKey_typed key -> serialize_public_key key = Ret (serialized key).
Proof.
  intros (Hl & _). unfold serialize_public_key. rewrite seq_set_ret by now split. cbn [bind].
  rewrite seq_update_ret; [|lia|].
  - f_equal. unfold seq_len in Hl. replace (length key) with 32%nat by lia. cbn. now rewrite app_nil_r.
  - rewrite Hl. discriminate.
Qed.

Lemma serialized_length key : PublicKey_typed key -> seq_len (serialized key) = 33.
Proof. intros (H & _). unfold serialized. rewrite seq_len_cons. lia. Qed.

Lemma serialized_typed key : PublicKey_typed key -> typed_seq (typed_int 8) (serialized key).
Proof. intros (_ & H). constructor; [now split|exact H]. Qed.

Lemma serialized_is_injective key key' : serialized key = serialized key' -> key = key'.
Proof. intros H. injection H. auto. Qed.

(** What is serialized is parsed to the same key. *)
Lemma parse_public_key_of_serialized key :
  PublicKey_typed key -> parse_public_key (serialized key) = Ret (Ok key).
Proof.
  intros (Hl & _). unfold parse_public_key, serialized, SERIALIZED_KEY_LENGTH. rewrite seq_len_cons, Hl.
  cbn [Z.eqb].
  change (seq_index (KEY_TYPE_X25519 :: key) 0) with (Ret KEY_TYPE_X25519). cbn [bind].
  change (negb (KEY_TYPE_X25519 =? KEY_TYPE_X25519)) with false. cbv iota.
  change (32 + 1 =? 0) with false. change (32 + 1 <? 33) with false. cbv iota.
  unfold array_from_slice, KEY_LENGTH. rewrite array_from_slice_ret; [|lia|lia|rewrite seq_len_cons; lia].
  cbn [bind]. do 2 f_equal. unfold seq_len in Hl.
  change (skipn (Z.to_nat 1) (KEY_TYPE_X25519 :: key)) with key.
  apply firstn_all2. lia.
Qed.

(** Any bytes are parsed to a key, or refused, without a panic. *)
Lemma parse_public_key_yields bytes :
  typed_seq (typed_int 8) bytes ->
  yields (parse_public_key bytes) (typed_result PublicKey_typed KeyError_typed).
Proof.
  intros H. unfold parse_public_key, SERIALIZED_KEY_LENGTH, KEY_LENGTH. pose proof (seq_len_nonneg bytes).
  destruct (Z.eqb_spec (seq_len bytes) 0); [exact I|]. step. apply yields_index_any; [lia|]. intros first _.
  destruct (negb _); [exact I|]. destruct (Z.ltb_spec (seq_len bytes) 33); [exact I|].
  step. apply yields_array_from_slice; [lia|lia|lia|]. intros Hl. cbn [yields typed_result].
  split; [exact Hl|].
  apply Forall_firstn', Forall_skipn'. exact H.
Qed.
