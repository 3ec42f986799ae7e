(** The hypotheses of the claims about sessions hold of something: two parties with the toy primitives. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.Toy theorems.Handshake
  theorems.HandshakeSession theorems.Sessions theorems.instances.Handshake theorems.instances.SenderKeys.
From Twinratchet.generated Require Import keys_types primitives handshake_bundle session_record_types
  session_record session_select_types session_select_receive session_select_respond session_select_send.
From Twinratchet.generated Require address keys keys_kem ratchet_sparse_types wire wire_message
  wire_prekey_message.
From Twinratchet.theorems.safety Require Import handshake_bundle session_record_decode session_record.

(** * Two parties *)

Definition address_of (letter : Z) : address.Address := address.mk_Address [letter] 1.
Definition local_of (pair : keys.IdentityKeyPair) (letter : Z) (profile : wire.Profile) : Local :=
  mk_Local pair 12 (address_of letter) profile.
Definition remote_of (letter : Z) : Remote := mk_Remote (address_of letter) None.

Definition value {A} (m : M A) (default : A) : A :=
  match m with
  | Ret a => a
  | Panic => default
  end.

Definition with_signatures (b : PreKeyBundle) (of_prekey of_kem : list Z) : PreKeyBundle :=
  mk_PreKeyBundle (PreKeyBundle_registration_id b) (PreKeyBundle_one_time_prekey b)
    (PreKeyBundle_signed_prekey_id b)
    (PreKeyBundle_signed_prekey b) of_prekey
    (Some (mk_KemPreKeyEntry 11 (keys_kem.KemPreKeyPair_public kem) of_kem)) (PreKeyBundle_identity_key b).

(** The bundle of Bob, signed. *)
Definition signed_bundle (with_one_time : bool) : PreKeyBundle :=
  with_signatures (bundle with_one_time)
    (value (sign_signed_prekey bob (keys.SignedPreKeyPair_public signed) (seq_fill 0 64)) [])
    (value (sign_kem_prekey bob (keys_kem.KemPreKeyPair_public kem) (seq_fill 0 64)) []).

Definition lookup (with_one_time : bool) : PreKeyLookup :=
  mk_PreKeyLookup (Some signed) (Some kem) (one_time_of with_one_time) [].

Definition started (profile : wire.Profile) (with_one_time : bool) : M (result Record SessionError) :=
  start_session empty_record (local_of alice 65 profile) (remote_of 66) (signed_bundle with_one_time)
    (private 2) (private 13) random 1000.


Definition sparse_random : ratchet_sparse_types.SparseRandom :=
  ratchet_sparse_types.mk_SparseRandom (seq_fill 14 64) (seq_fill 15 32).

Definition plaintext : list Z := [104; 101; 108; 108; 111].

(** The first message of Alice. *)
Definition first_message (profile : wire.Profile) (with_one_time : bool) : M (result (list Z) SessionError) :=
  let! result := started profile with_one_time in
  match result with
  | Ok record =>
      let! sent := encrypt record (local_of alice 65 profile) (remote_of 66) 2000 sparse_random plaintext in
      match sent with
      | Ok (_, ciphertext) => Ret (Ok (Ciphertext_bytes ciphertext))
      | Err e => Ret (Err e)
      end
  | Err e => Ret (Err e)
  end.

(** What Bob, who has stored [record_bytes], reads in a first message. *)
Definition read_by_bob (profile : wire.Profile) (with_one_time : bool) (record_bytes message_bytes : list Z)
  : M (option (list Z)) :=
  let! loaded := load_record record_bytes in
  let! parsed := wire_prekey_message.parse_prekey_message message_bytes in
  match loaded, parsed with
  | Ok record, Ok message =>
      let! result :=
        decrypt_prekey_message record (local_of bob 66 profile) (remote_of 65) (lookup with_one_time)
          (private 16) message in
      match result with
      | Ok decrypted => Ret (Some (Decrypted_plaintext decrypted))
      | Err _ => Ret None
      end
  | _, _ => Ret None
  end.

Definition conversation profile with_one_time : M (option (list Z)) :=
  let! sent := first_message profile with_one_time in
  match sent with
  | Ok b => read_by_bob profile with_one_time [1] b
  | Err _ => Ret None
  end.

(** Bob reads what Alice wrote, in every profile, with and without a one-time prekey. *)
Lemma bob_reads_what_alice_wrote profile with_one_time :
  conversation profile with_one_time = Ret (Some plaintext).
Proof. destruct profile, with_one_time; vm_cast_no_check (@eq_refl _ (Ret (Some plaintext))). Qed.

(** * Types *)

#[local] Opaque le_bytes le_number.

Lemma value_has {A} (m : M A) Q default : yields m Q -> Q (value m default).
Proof. destruct m; cbn; tauto. Qed.

Lemma value_given {A} (m : M A) Q default : yields m Q -> m = Ret (value m default).
Proof. destruct m; cbn; tauto. Qed.

Lemma zeros_typed n : 0 <= n -> typed_array (typed_int 8) n (seq_fill 0 n).
Proof. intros. split; [apply seq_len_fill; lia|]. apply Forall_fill. unfold typed_int. lia. Qed.

Lemma with_signatures_typed with_one_time of_prekey of_kem :
  Signature_typed of_prekey -> Signature_typed of_kem ->
  PreKeyBundle_typed (with_signatures (bundle with_one_time) of_prekey of_kem).
Proof.
  intros Hprekey Hkem. destruct (bundle_typed with_one_time) as (H1 & H2 & H3 & H4 & _ & (H6 & H7 & _) & H8).
  split; [exact H1|]. split; [exact H2|]. split; [exact H3|]. split; [exact H4|]. split; [exact Hprekey|].
  split; [|exact H8]. split; [exact H6|]. split; [exact H7|exact Hkem].
Qed.

Lemma signed_bundle_typed with_one_time : PreKeyBundle_typed (signed_bundle with_one_time).
Proof.
  assert (Hr : SignatureRandom_typed (seq_fill 0 64)) by (apply zeros_typed; lia).
  pose proof (matching_identity_pair_typed _ bob_matches) as Hbob. apply with_signatures_typed.
  - apply (value_has _ Signature_typed), sign_signed_prekey_safe;
      [exact Hbob|apply private_typed; lia|exact Hr].
  - apply (value_has _ Signature_typed), sign_kem_prekey_safe; [exact Hbob|apply Forall_le_bytes|exact Hr].
Qed.

Lemma bob_publishes_signed with_one_time of_prekey of_kem :
  publishes (with_signatures (bundle with_one_time) of_prekey of_kem) bob signed (one_time_of with_one_time).
Proof. exact (bob_publishes with_one_time). Qed.

Lemma address_typed letter : 0 <= letter < 256 -> address.Address_typed (address_of letter).
Proof. intros. split; [constructor; [exact H|constructor]|]. unfold typed_int. cbn. lia. Qed.

Lemma local_typed pair letter profile :
  identity_pair_matches pair -> 0 <= letter < 256 -> Local_typed (local_of pair letter profile).
Proof.
  intros Hp Hl. split; [apply matching_identity_pair_typed, Hp|]. split; [unfold typed_int; cbn; lia|].
  split; [apply address_typed, Hl|destruct profile; exact I].
Qed.

Lemma remote_typed letter : 0 <= letter < 256 -> Remote_typed (remote_of letter).
Proof. intros. split; [apply address_typed; assumption|exact I]. Qed.

Lemma alice_and_bob profile : parties (local_of alice 65 profile) (remote_of 66).
Proof. split; [apply local_typed; [apply alice_matches|lia]|apply remote_typed; lia]. Qed.

Lemma bob_and_alice profile : parties (local_of bob 66 profile) (remote_of 65).
Proof. split; [apply local_typed; [apply bob_matches|lia]|apply remote_typed; lia]. Qed.

Lemma lookup_typed with_one_time : PreKeyLookup_typed (lookup with_one_time).
Proof.
  split; [split; apply private_typed; lia|]. split; [split; apply Forall_le_bytes|].
  split; [|constructor]. destruct with_one_time; [split; apply private_typed; lia|exact I].
Qed.

Lemma sparse_random_typed : ratchet_sparse_types.SparseRandom_typed sparse_random.
Proof. split; split; try reflexivity; apply Forall_fill; unfold typed_int; lia. Qed.

Lemma plaintext_typed : bytes plaintext.
Proof. repeat (constructor; [unfold typed_int; lia|]). constructor. Qed.

(** The bytes of a record without any session. *)
Lemma no_session_is_stored : stored [1].
Proof. split; [constructor; [unfold typed_int; lia|constructor]|]. reflexivity. Qed.

(** * The claims *)

Lemma the_responder_mirrors_the_initiator_instance profile with_one_time :
  exists record a p b,
    started profile with_one_time = Ret (Ok record) /\
    Record_current record = Some a /\ Session_pending a = Some p /\
    respond_session (local_of bob 66 profile) (remote_of 65) (lookup with_one_time) (envelope_of a p)
    = Ret (Ok b) /\
    mirrors (keys.ratchet_key_pair (private 13)) signed a b.
Proof.
  assert (E : exists record, started profile with_one_time = Ret (Ok record)).
  { pose proof (bob_reads_what_alice_wrote profile with_one_time) as H.
    unfold conversation, first_message in H.
    destruct (started profile with_one_time) as [[record|e]|]; try discriminate H. eauto. }
  destruct E as (record & E). exists record.
  destruct (the_responder_mirrors_the_initiator empty_record (local_of alice 65 profile)
    (local_of bob 66 profile) (remote_of 66) (remote_of 65) (signed_bundle with_one_time) signed
    (one_time_of with_one_time) kem (lookup with_one_time) (private 2) (private 13) random 1000 record)
    as (a & p & b & H); try assumption.
  - exact (proj1 empty_record_is_well_formed).
  - exact I.
  - exact (proj1 (alice_and_bob profile)).
  - exact (proj1 (bob_and_alice profile)).
  - exact (proj2 (alice_and_bob profile)).
  - exact (proj2 (bob_and_alice profile)).
  - exact alice_matches.
  - exact bob_matches.
  - exact signed_matches.
  - apply one_time_matches.
  - apply signed_bundle_typed.
  - apply bob_publishes_signed.
  - split; reflexivity.
  - intros _. split; [reflexivity|]. split; [exact bob_decapsulates|reflexivity].
  - apply private_typed. lia.
  - apply private_typed. lia.
  - exact random_typed.
  - reflexivity.
  - right. reflexivity.
  - exists a, p, b. split; [exact E|exact H].
Qed.

Lemma mirrored_sessions_have_the_same_associated_data_instance (profile : wire.Profile)
    (with_one_time : bool) :
  exists a b,
    mirrors (keys.ratchet_key_pair (private 13)) signed a b /\
    data_when_sending a = data_when_receiving b /\ data_when_sending b = data_when_receiving a.
Proof.
  destruct (the_responder_mirrors_the_initiator_instance profile with_one_time)
    as (_ & a & _ & b & _ & _ & _ & _ & H).
  exists a, b. split; [exact H|]. exact (mirrored_sessions_have_the_same_associated_data _ _ _ _ H).
Qed.

Lemma both_sides_expect_the_same_addresses_instance session profile :
  carried_addresses session (local_of alice 65 profile) (remote_of 66) = Ret None \/
  carried_addresses session (local_of alice 65 profile) (remote_of 66)
  = address.address_block (Remote_address (remote_of 65)) (Local_address (local_of bob 66 profile)).
Proof.
  apply (both_sides_expect_the_same_addresses session (local_of alice 65 profile) (local_of bob 66 profile));
    reflexivity.
Qed.

Lemma a_signed_bundle_is_accepted_instance with_one_time :
  check_bundle (signed_bundle with_one_time) = Ret (Ok tt).
Proof.
  assert (Hr : SignatureRandom_typed (seq_fill 0 64)) by (apply zeros_typed; lia).
  pose proof (matching_identity_pair_typed _ bob_matches) as Hbob.
  apply (a_signed_bundle_is_accepted (private 3) _ (seq_fill 0 64) (seq_fill 0 64)).
  - apply private_typed. lia.
  - apply signed_bundle_typed.
  - exact Hr.
  - exact Hr.
  - reflexivity.
  - apply (value_given _ Signature_typed), sign_signed_prekey_safe; [exact Hbob|apply private_typed;
    lia|exact Hr].
  - apply (value_given _ Signature_typed), sign_kem_prekey_safe; [exact Hbob|apply Forall_le_bytes|exact Hr].
Qed.

Lemma starting_a_session_never_panics_instance profile with_one_time :
  then_yields (load_record [1]) (fun record =>
    then_yields (start_session record (local_of alice 65 profile) (remote_of 66) (signed_bundle with_one_time)
      (private 2) (private 13) random 1000) Record_well_formed).
Proof.
  apply starting_a_session_never_panics.
  - exact no_session_is_stored.
  - apply alice_and_bob.
  - apply signed_bundle_typed.
  - apply private_typed. lia.
  - apply private_typed. lia.
  - exact random_typed.
  - unfold typed_int. lia.
Qed.

Lemma encrypting_never_panics_instance profile :
  then_yields (load_record [1]) (fun record =>
    then_yields (encrypt record (local_of alice 65 profile) (remote_of 66) 2000 sparse_random plaintext)
      (fun '(next, ciphertext) => Record_well_formed next /\ Ciphertext_typed ciphertext)).
Proof.
  exact (encrypting_never_panics _ _ _ 2000 _ _ no_session_is_stored (alice_and_bob profile)
    sparse_random_typed plaintext_typed).
Qed.

Lemma receiving_a_prekey_message_never_panics_instance profile with_one_time :
  then_yields (load_record [1]) (fun record =>
    then_yields (wire_prekey_message.parse_prekey_message [1]) (fun message =>
      then_yields (decrypt_prekey_message record (local_of bob 66 profile) (remote_of 65)
        (lookup with_one_time) (private 16) message) (fun decrypted =>
          Record_well_formed (Decrypted_record decrypted)))).
Proof.
  apply receiving_a_prekey_message_never_panics.
  - exact no_session_is_stored.
  - exact no_session_is_stored.
  - apply bob_and_alice.
  - apply lookup_typed.
  - apply private_typed. lia.
Qed.

Lemma receiving_a_message_never_panics_instance profile :
  then_yields (load_record [1]) (fun record =>
    then_yields (wire_message.parse_signal_message [1]) (fun message =>
      then_yields (decrypt_message record (local_of bob 66 profile) (remote_of 65) (private 16) message)
        (fun decrypted => Record_well_formed (Decrypted_record decrypted)))).
Proof.
  apply receiving_a_message_never_panics.
  - exact no_session_is_stored.
  - exact no_session_is_stored.
  - apply bob_and_alice.
  - apply private_typed. lia.
Qed.
