(** Types of the results of [wire]; nothing in it can panic. *)
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet.generated Require Import keys_types keys wire.

(** What [lift_key] gives has its type if what it got has. *)
Lemma lift_key_typed r :
  typed_result PublicKey_typed KeyError_typed r -> typed_result PublicKey_typed WireError_typed (lift_key r).
Proof. destruct r; auto. Qed.

(** A version that is read from the first byte of a message of a session is 3 or 4. *)
Lemma parse_version_typed first :
  typed_int 8 first ->
  typed_result (fun version => version = VERSION_3 \/ version = VERSION_4) WireError_typed
    (parse_version first).
Proof.
  intros H. unfold parse_version, VERSION_3, VERSION_4.
  destruct (Z.ltb_spec (shr first 4) 3); [exact I|]. destruct (Z.ltb_spec 4 (shr first 4)); [exact I|].
  cbn [typed_result]. lia.
Qed.

(** A version that is read from the first byte of a message of a group is 3. *)
Lemma parse_sender_key_version_typed first :
  typed_int 8 first ->
  typed_result (fun version => version = SENDER_KEY_VERSION) WireError_typed (parse_sender_key_version first).
Proof.
  intros H. unfold parse_sender_key_version, SENDER_KEY_VERSION.
  destruct (Z.ltb_spec (shr first 4) 3); [exact I|]. destruct (Z.ltb_spec 3 (shr first 4)); [exact I|].
  cbn [typed_result]. lia.
Qed.

(** The newest version of a profile is a byte. *)
Lemma newest_version_typed profile : typed_int 8 (newest_version profile).
Proof. destruct profile; now split. Qed.

(** The version of a new session is a byte. *)
Lemma session_version_typed profile : typed_int 8 (session_version profile).
Proof. destruct profile; now split. Qed.

(** The first byte of a message is a byte. *)
Lemma version_byte_typed writer : typed_int 8 (version_byte writer).
Proof.
  unfold version_byte. apply typed_int_lor; [lia|apply typed_int_shl; lia|apply newest_version_typed].
Qed.
