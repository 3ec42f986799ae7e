(** What is authenticated says what was meant: inputs of MACs and signatures, and encodings of associated
    data, are the same only if every field is the same.

    A function that computes a MAC hides its input. Here each input is defined by itself, with a lemma that
    the function is the MAC of that input; the theorems are about the inputs, and assume nothing of the
    primitives. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Injective theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf theorems.wire.Encodings theorems.WireFormat.
From Twinratchet.generated Require Import keys_types keys primitives.
From Twinratchet.generated Require wire wire_message wire_sender_key_message ratchet_double_state address.
From Twinratchet.generated Require ratchet_sparse_authenticator ratchet_written ratchet_written_functions.

(** * Messages of sessions *)

Section Message.
Import wire wire_message ratchet_double_state.
Context {P : Primitives}.

Definition message_tag_input (ad : AssociatedData) (unsigned : list Z) : list Z :=
  serialized (IdentityKey_key (AssociatedData_sender ad))
  ++ serialized (IdentityKey_key (AssociatedData_receiver ad)) ++ unsigned.

(** The tag of a message is the start of the MAC of this input. *)
Lemma message_tag_is mac_key ad unsigned :
  AssociatedData_typed ad ->
  message_tag mac_key ad unsigned
  = (let! start := seq_slice (hmac_sha256 mac_key (message_tag_input ad unsigned)) 0 TAG_LENGTH in
     array_from_slice 8 start 0 TAG_LENGTH).
Proof.
  intros (Hsender & Hreceiver). unfold message_tag. rewrite !serialize_public_key_is by assumption.
  cbn [bind].
  cbv zeta. unfold message_tag_input, seq_concat. now rewrite <- app_assoc.
Qed.

(** The input of the tag is the same only for the same identity key of the sender, the same identity key of
    the receiver, and the same bytes of the message. *)
Theorem message_tag_input_is_injective ad ad' unsigned unsigned' :
  AssociatedData_typed ad -> AssociatedData_typed ad' ->
  message_tag_input ad unsigned = message_tag_input ad' unsigned' -> ad = ad' /\ unsigned = unsigned'.
Proof.
  intros (Hs & Hr) (Hs' & Hr') H. unfold message_tag_input in H.
  apply app_is_injective in H as (E1 & H); [|now rewrite !serialized_length].
  apply app_is_injective in H as (E2 & H); [|now rewrite !serialized_length].
  apply serialized_is_injective in E1, E2. split; [|exact H].
  destruct ad as [[s] [r]], ad' as [[s'] [r']]. cbn in E1, E2. congruence.
Qed.

(** Two messages of version 3 or 4 that fit into memory have the same input of their tags only if they are
    from the same identity key to the same identity key, and every field of them is the same. *)
Theorem message_tag_input_determines_every_field ad ad' header header' body body' spqr spqr' addresses
    addresses' unsigned unsigned' :
  AssociatedData_typed ad -> AssociatedData_typed ad' ->
  SignalHeader_typed header -> SignalHeader_typed header' ->
  Writer_version (SignalHeader_writer header) = VERSION_3 \/
  Writer_version (SignalHeader_writer header) = VERSION_4 ->
  Writer_version (SignalHeader_writer header') = VERSION_3 \/
  Writer_version (SignalHeader_writer header') = VERSION_4 ->
  encode_signal_message header body spqr addresses = Ret unsigned ->
  encode_signal_message header' body' spqr' addresses' = Ret unsigned' ->
  seq_len unsigned + 8 < 2 ^ 64 ->
  message_tag_input ad unsigned = message_tag_input ad' unsigned' ->
  ad = ad' /\
  Writer_version (SignalHeader_writer header) = Writer_version (SignalHeader_writer header') /\
  SignalHeader_ratchet_key header = SignalHeader_ratchet_key header' /\
  SignalHeader_counter header = SignalHeader_counter header' /\
  SignalHeader_previous_counter header = SignalHeader_previous_counter header' /\
  body = body' /\ spqr = spqr' /\ addresses = addresses'.
Proof.
  intros Had Had' Hheader Hheader' Hversion Hversion' Hencode Hencode' Hlen Hinput.
  apply message_tag_input_is_injective in Hinput as (<- & <-); [|assumption..]. split; [reflexivity|].
  set (tag := repeat 0 8).
  assert (Htag : keys_types.Tag_typed tag) by (split; [reflexivity|apply Forall_repeat; now split]).
  assert (Hshort : seq_len (serialize_signal_message unsigned tag) < 2 ^ 64).
  { unfold serialize_signal_message. rewrite seq_len_concat. exact Hlen. }
  pose proof (signal_message_is_read_back _ _ _ _ tag _ Hheader Htag Hversion Hencode Hshort) as H.
  pose proof (signal_message_is_read_back _ _ _ _ tag _ Hheader' Htag Hversion' Hencode' Hshort) as H'.
  rewrite H in H'. apply ret_is_injective in H'. injection H' as -> -> -> -> -> -> ->. repeat split.
Qed.
End Message.

(** * Addresses in messages of sessions *)

Section Address.
Import address.

(** A service identifier that is parsed has a UUID of 16 bytes. *)
Lemma parsed_uuid_length name start :
  holds (parse_uuid name start) (fun uuid => forall u, uuid = Some u -> seq_len u = 16).
Proof.
  unfold parse_uuid. cbv zeta. apply holds_bind.
  eapply holds_mono; [apply (holds_for (fun '(uuid, _, _) => seq_len uuid = 16)); [reflexivity|]|].
  - intros i [[uuid digits] well_formed] Huuid.
    apply holds_bind, holds_any. intros at'. apply holds_bind, holds_any. intros c.
    destruct (is_hyphen_position i); [exact Huuid|].
    apply holds_bind, holds_any. intros d. apply holds_bind.
    apply (holds_mono _ (fun '(uuid, _) => seq_len uuid = 16)).
    + destruct (d =? NOT_A_DIGIT); [exact Huuid|].
      apply holds_bind, holds_any. intros byte. apply holds_bind. unfold seq_set.
      destruct (_ && _); [|exact I].
      cbn. unfold seq_len in *. now rewrite set_nth_length.
    + intros [uuid' well_formed'] Huuid'. now apply holds_bind, holds_any.
  - intros [[uuid digits] well_formed] Huuid. destruct well_formed; cbn; [|discriminate].
    intros u E. injection E as <-. exact Huuid.
Qed.

Lemma parsed_service_id_length name :
  holds (parse_service_id name) (fun id => forall s, id = Some s -> seq_len (ServiceId_uuid s) = 16).
Proof.
  unfold parse_service_id. destruct (_ =? _); apply holds_bind.
  - eapply holds_mono; [apply parsed_uuid_length|]. intros [uuid|] H; cbn; [|discriminate].
    intros s E. injection E as <-. now apply H.
  - apply holds_any. intros n. apply holds_bind, holds_any. intros b. destruct b; [|discriminate].
    apply holds_bind. eapply holds_mono; [apply parsed_uuid_length|]. intros [uuid|] H; cbn; [|discriminate].
    intros s E. injection E as <-. now apply H.
Qed.

Definition kind_byte (kind : ServiceIdKind) : Z :=
  match kind with
  | ServiceIdKind_Account => 0
  | ServiceIdKind_PhoneNumberIdentity => 1
  end.

(** Both service identifiers and both devices, one behind the other. *)
Definition block_bytes (from to : ServiceId) (sender_device recipient_device : Z) : list Z :=
  (kind_byte (ServiceId_kind from) :: ServiceId_uuid from)
  ++ [sender_device] ++ (kind_byte (ServiceId_kind to) :: ServiceId_uuid to) ++ [recipient_device].

Lemma list_of_16 (l : list Z) : seq_len l = 16 ->
  exists a b c d e f g h i j k m n o p q, l = [a; b; c; d; e; f; g; h; i; j; k; m; n; o; p; q].
Proof.
  intros H. unfold seq_len in H. assert (length l = 16%nat) as Hl by lia. clear H.
  do 16 (destruct l as [|? l]; [discriminate|]). destruct l; [|discriminate]. repeat eexists.
Qed.

Lemma address_block_is sender recipient block :
  address_block sender recipient = Ret (Some block) ->
  exists from to,
    parse_service_id (Address_name sender) = Ret (Some from) /\
    parse_service_id (Address_name recipient) = Ret (Some to) /\
    seq_len (ServiceId_uuid from) = 16 /\ seq_len (ServiceId_uuid to) = 16 /\
    block = block_bytes from to (Address_device_id sender) (Address_device_id recipient).
Proof.
  unfold address_block. pose proof (parsed_service_id_length (Address_name sender)) as Hfrom.
  pose proof (parsed_service_id_length (Address_name recipient)) as Hto.
  destruct (parse_service_id (Address_name sender)) as [[from|]|];
    destruct (parse_service_id (Address_name recipient)) as [[to|]|]; cbn [bind]; try discriminate.
  specialize (Hfrom from eq_refl). specialize (Hto to eq_refl).
  intros H. exists from, to. do 2 (split; [reflexivity|]). do 2 (split; [assumption|]).
  destruct from as [kind uuid], to as [kind' uuid']. cbn [ServiceId_uuid ServiceId_kind] in *.
  apply list_of_16 in Hfrom as (a & b & c & d & e & f & g & h & i & j & k & m & n & o & p & q & ->).
  apply list_of_16 in Hto as (a' & b' & c' & d' & e' & f' & g' & h' & i' & j' & k' & m' & n' & o' & p' & q'
    & ->).
  vm_compute in H. injection H as <-. destruct kind, kind'; reflexivity.
Qed.

(** The address block of a message is the same only for the same service identifier and device of the sender,
    and the same service identifier and device of the recipient. *)
Theorem address_block_is_injective sender sender' recipient recipient' block :
  address_block sender recipient = Ret (Some block) -> address_block sender' recipient' = Ret (Some block) ->
  parse_service_id (Address_name sender) = parse_service_id (Address_name sender') /\
  Address_device_id sender = Address_device_id sender' /\
  parse_service_id (Address_name recipient) = parse_service_id (Address_name recipient') /\
  Address_device_id recipient = Address_device_id recipient'.
Proof.
  intros H H'. apply address_block_is in H as (from & to & -> & -> & Hfrom & Hto & ->).
  apply address_block_is in H' as (from' & to' & -> & -> & Hfrom' & Hto' & E).
  destruct from as [kind uuid], to as [kind2 uuid2], from' as [kind' uuid'], to' as [kind2' uuid2'].
  unfold block_bytes in E. cbn [ServiceId_uuid ServiceId_kind] in *.
  apply app_is_injective in E as (E1 & E); [|rewrite !seq_len_cons; lia].
  apply app_is_injective in E as (E2 & E); [|reflexivity].
  apply app_is_injective in E as (E3 & E4); [|rewrite !seq_len_cons; lia].
  assert (Hkind : forall k k', kind_byte k = kind_byte k' -> k = k') by (intros [] []; cbn; congruence).
  injection E1 as Ek ->. injection E2 as ->. injection E3 as Ek' ->. injection E4 as ->.
  apply Hkind in Ek as ->. apply Hkind in Ek' as ->. repeat split.
Qed.
End Address.

(** * Messages of groups *)

Section SenderKeyMessage.
Import wire wire_sender_key_message.

(** What the signature of a message of a group covers is the same, for one profile and what fits into memory,
    only for the same identifier of the distribution (which WhatsApp does not write), chain, iteration and
    body. *)
Theorem sender_key_signature_input_is_injective profile id id' chain_id chain_id' iteration iteration' body
    body' unsigned :
  Uuid_typed id -> Uuid_typed id' -> typed_int 32 chain_id -> typed_int 32 chain_id' ->
  typed_int 32 iteration -> typed_int 32 iteration' ->
  encode_sender_key_message profile id chain_id iteration body = Ret unsigned ->
  encode_sender_key_message profile id' chain_id' iteration' body' = Ret unsigned ->
  seq_len unsigned + 64 < 2 ^ 64 ->
  (profile <> Profile_WhatsAppV3 -> id = id') /\
  chain_id = chain_id' /\ iteration = iteration' /\ body = body'.
Proof.
  intros Hid Hid' Hchain Hchain' Hiteration Hiteration' Hencode Hencode' Hlen.
  set (signature := repeat 0 64).
  assert (Hsignature : Signature_typed signature) by (split; [reflexivity|apply Forall_repeat; now split]).
  assert (Hshort : seq_len (serialize_sender_key_message unsigned signature) < 2 ^ 64).
  { unfold serialize_sender_key_message. rewrite seq_len_concat. exact Hlen. }
  pose proof (sender_key_message_is_read_back _ _ _ _ _ _ _ Hid Hchain Hiteration Hsignature Hencode Hshort)
    as H.
  pose proof (sender_key_message_is_read_back _ _ _ _ _ _ _ Hid' Hchain' Hiteration' Hsignature Hencode'
    Hshort) as H'.
  rewrite H in H'. apply ret_is_injective in H'. injection H' as E -> -> ->. split; [|now repeat split].
  intros Hprofile. destruct profile; cbn in E; congruence.
Qed.
End SenderKeyMessage.

(** * Alternate identities *)

Definition alternate_identity_label : list Z :=
  repeat 255 32
  ++ [83; 105; 103; 110; 97; 108; 95; 80; 78; 73; 95; 83; 105; 103; 110; 97; 116; 117; 114; 101].

Lemma alternate_identity_message_is other :
  IdentityKey_typed other ->
  alternate_identity_message other = Ret (alternate_identity_label ++ serialized (IdentityKey_key other)).
Proof.
  intros H. unfold alternate_identity_message. rewrite serialize_public_key_is by exact H. reflexivity.
Qed.

(** What is signed of an alternate identity is the same only for the same key. *)
Theorem alternate_identity_message_is_injective other other' :
  IdentityKey_typed other -> IdentityKey_typed other' ->
  alternate_identity_message other = alternate_identity_message other' -> other = other'.
Proof.
  intros H H' E. rewrite !alternate_identity_message_is in E by assumption. apply ret_is_injective in E.
  apply app_is_injective in E as (_ & E); [|reflexivity]. apply serialized_is_injective in E.
  destruct other, other'. cbn in E. now subst.
Qed.

(** * SPQR *)

Section Sparse.
Import ratchet_sparse_authenticator.
Context {P : Primitives}.

Definition label_of_headers : list Z :=
  [83; 105; 103; 110; 97; 108; 95; 80; 81; 67; 75; 65; 95; 86; 49; 95; 77; 76; 75; 69; 77; 55; 54; 56; 58;
   101; 107; 104; 101; 97; 100; 101; 114].
Definition label_of_ciphertexts : list Z :=
  [83; 105; 103; 110; 97; 108; 95; 80; 81; 67; 75; 65; 95; 86; 49; 95; 77; 76; 75; 69; 77; 55; 54; 56; 58;
   99; 105; 112; 104; 101; 114; 116; 101; 120; 116].

Definition mac_input (label : list Z) (epoch : Z) (content : list Z) : list Z :=
  with_epoch label epoch ++ content.

(** The MAC of a header is the MAC of this input. *)
Lemma mac_header_is auth epoch header :
  mac_header auth epoch header
  = hmac_sha256 (Authenticator_mac_key auth) (mac_input label_of_headers epoch header).
Proof. reflexivity. Qed.

(** The MAC of a ciphertext is the MAC of this input. *)
Lemma mac_ciphertext_is auth epoch ciphertext :
  mac_ciphertext auth epoch ciphertext
  = hmac_sha256 (Authenticator_mac_key auth) (mac_input label_of_ciphertexts epoch ciphertext).
Proof. reflexivity. Qed.

(** Under one label, the input of the MAC is the same only for the same epoch and the same content. *)
Theorem sparse_mac_input_is_injective label epoch epoch' content content' :
  typed_int 64 epoch -> typed_int 64 epoch' ->
  mac_input label epoch content = mac_input label epoch' content' -> epoch = epoch' /\ content = content'.
Proof.
  intros He He' H. unfold mac_input, with_epoch, seq_concat in H. rewrite <- !app_assoc in H.
  apply app_inv_head in H. apply app_is_injective in H as (H & ->).
  - split; [|reflexivity]. apply (be_bytes_is_injective 8) in H; [exact H|lia|assumption..].
  - rewrite !seq_len_be_bytes by lia. reflexivity.
Qed.

(** The input of the MAC of a ciphertext is the same only for the same epoch and the same halves, if the first
    halves have one length. *)
Theorem sparse_ciphertext_input_is_injective epoch epoch' ct1 ct1' ct2 ct2' :
  typed_int 64 epoch -> typed_int 64 epoch' -> seq_len ct1 = seq_len ct1' ->
  mac_input label_of_ciphertexts epoch (seq_concat ct1 ct2)
  = mac_input label_of_ciphertexts epoch' (seq_concat ct1' ct2') ->
  epoch = epoch' /\ ct1 = ct1' /\ ct2 = ct2'.
Proof.
  intros He He' Hlen H. apply sparse_mac_input_is_injective in H as (-> & H); [|assumption..].
  split; [reflexivity|]. now apply app_is_injective.
Qed.

(** No input of the MAC of a header is one of the MAC of a ciphertext. *)
Theorem sparse_mac_inputs_are_of_two_kinds epoch epoch' header ciphertext :
  mac_input label_of_headers epoch header <> mac_input label_of_ciphertexts epoch' ciphertext.
Proof. intros H. apply (f_equal (fun s => nth 25 s 0)) in H. discriminate H. Qed.

(** The information that keys of an epoch are derived with is the same, under one label, only for the same
    epoch. *)
Theorem epoch_information_is_injective label epoch epoch' :
  typed_int 64 epoch -> typed_int 64 epoch' -> with_epoch label epoch = with_epoch label epoch' ->
  epoch = epoch'.
Proof.
  intros He He' H. apply app_inv_head in H. apply (be_bytes_is_injective 8) in H; [exact H|lia|assumption..].
Qed.
End Sparse.

(** * The ratchet as written *)

Section Written.
Import ratchet_written_functions.
Context {P : Primitives}.

Lemma encode_header_is header :
  Header_typed header ->
  encode_header header
  = Ret (serialized (RatchetKey_key (Header_dh header))
         ++ be_bytes 4 (Header_pn header) ++ be_bytes 4 (Header_n header)).
Proof.
  intros (Hkey & _). unfold encode_header. cbv zeta. rewrite serialize_public_key_is by exact Hkey.
  reflexivity.
Qed.

(** Associated data and header, put together, are the same only if both are the same. *)
Theorem concat_header_is_injective ad ad' header header' :
  Header_typed header -> Header_typed header' ->
  ratchet_written.concat_header ad header = ratchet_written.concat_header ad' header' ->
  ad = ad' /\ header = header'.
Proof.
  intros H H' E. unfold ratchet_written.concat_header in E. rewrite !encode_header_is in E by assumption.
  apply ret_is_injective in E. destruct H as (Hk & Hpn & Hn), H' as (Hk' & Hpn' & Hn').
  apply app_is_injective_from_the_end in E as (-> & E);
    [|rewrite !seq_len_app, !serialized_length, !seq_len_be_bytes by (assumption || lia); reflexivity].
  split; [reflexivity|]. apply app_is_injective in E as (Ek & E); [|now rewrite !serialized_length].
  apply app_is_injective in E as (Epn & En); [|now rewrite !seq_len_be_bytes by lia].
  apply serialized_is_injective in Ek.
  apply (be_bytes_is_injective 4) in Epn; [|lia|assumption..].
  apply (be_bytes_is_injective 4) in En; [|lia|assumption..].
  destruct header as [[k] pn n], header' as [[k'] pn' n']. cbn in *. now subst.
Qed.

(** The tag of a ciphertext is the MAC of this input. *)
Lemma written_tag_is mac_key associated ciphertext :
  written_tag mac_key associated ciphertext = hmac_sha256 mac_key (associated ++ ciphertext).
Proof. reflexivity. Qed.

(** For associated data of one length, the input of the tag is the same only for the same associated data,
    header and ciphertext. *)
Theorem written_tag_input_is_injective ad ad' header header' ciphertext ciphertext' associated associated' :
  Header_typed header -> Header_typed header' -> seq_len ad = seq_len ad' ->
  ratchet_written.concat_header ad header = Ret associated ->
  ratchet_written.concat_header ad' header' = Ret associated' ->
  associated ++ ciphertext = associated' ++ ciphertext' ->
  ad = ad' /\ header = header' /\ ciphertext = ciphertext'.
Proof.
  intros H H' Hlen E E' Hinput.
  assert (Hassociated : associated = associated' /\ ciphertext = ciphertext').
  { apply app_is_injective; [exact Hinput|]. unfold ratchet_written.concat_header in E, E'.
    rewrite encode_header_is in E, E' by assumption. apply ret_is_injective in E as <-, E' as <-.
    destruct H as (Hk & _), H' as (Hk' & _). unfold seq_concat.
    rewrite !seq_len_app, !serialized_length, !seq_len_be_bytes by (assumption || lia). lia. }
  destruct Hassociated as (<- & <-). rewrite <- E' in E.
  apply concat_header_is_injective in E as (<- & <-); [|assumption..]. repeat split.
Qed.

(** For associated data of different lengths it can be the same: the ratchet as written, like the text that it
    is written from, leaves it to the caller to fix the length. *)
Theorem written_tag_input_of_other_lengths_can_be_the_same :
  exists ad ad' header ciphertext ciphertext' associated associated',
    Header_typed header /\ ad <> ad' /\
    ratchet_written.concat_header ad header = Ret associated /\
    ratchet_written.concat_header ad' header = Ret associated' /\
    seq_len ciphertext mod 16 = 0 /\ seq_len ciphertext' mod 16 = 0 /\
    associated ++ ciphertext = associated' ++ ciphertext'.
Proof.
  set (header := 5 :: repeat 0 40).
  exists [], (header ++ repeat 0 7), (mk_Header (mk_RatchetKey (repeat 0 32)) 0 0).
  exists (repeat 0 7 ++ header ++ repeat 0 16), (repeat 0 16), header, (header ++ repeat 0 7 ++ header).
  split; [|split; [discriminate|repeat split]].
  split; [split; [reflexivity|apply Forall_repeat; now split]|split; now split].
Qed.
End Written.
