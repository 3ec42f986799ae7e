(** The theorems of [Injectivity] on concrete data: what differs in one field has another input or another
    encoding. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Injectivity theorems.instances.WireFormat.
From Twinratchet Require theorems.WireFormat.
From Twinratchet.generated Require Import keys_types keys wire.
From Twinratchet.generated Require wire_message wire_sender_key_message ratchet_double_state address.
From Twinratchet.generated Require ratchet_sparse_authenticator ratchet_written ratchet_written_functions.

Definition other_key : list Z := repeat 8 32.

Definition to_other : ratchet_double_state.AssociatedData :=
  ratchet_double_state.mk_AssociatedData (mk_IdentityKey key) (mk_IdentityKey other_key).
Definition from_other : ratchet_double_state.AssociatedData :=
  ratchet_double_state.mk_AssociatedData (mk_IdentityKey other_key) (mk_IdentityKey key).

(** Typed identities. *)
Lemma message_tag_is_instance : ratchet_double_state.AssociatedData_typed to_other.
Proof. concrete. Qed.

(** Two directions. *)
Lemma message_tag_input_is_injective_instance :
  message_tag_input to_other [1; 2] <> message_tag_input from_other [1; 2].
Proof. intros H. apply message_tag_input_is_injective in H as (H & _); [discriminate H|concrete..]. Qed.

(** Two bodies. *)
Lemma message_tag_input_determines_every_field_instance : exists unsigned unsigned',
  wire_message.encode_signal_message header [1] [] None = Ret unsigned /\
  wire_message.encode_signal_message header [2] [] None = Ret unsigned' /\
  message_tag_input to_other unsigned <> message_tag_input to_other unsigned'.
Proof.
  do 2 eexists. split; [vm_compute; reflexivity|]. split; [vm_compute; reflexivity|]. intros H.
  apply (message_tag_input_determines_every_field to_other to_other header header [1] [2] [] [] None None)
    in H as (_ & _ & _ & _ & _ & H & _);
    [discriminate H|concrete|concrete|exact header_typed|exact header_typed|..].
  - now right.
  - now right.
  - vm_compute. reflexivity.
  - vm_compute. reflexivity.
  - reflexivity.
Qed.

(** The name 00000000-0000-0000-0000-000000000000. *)
Definition name : list Z :=
  repeat 48 8 ++ [45] ++ repeat 48 4 ++ [45] ++ repeat 48 4 ++ [45] ++ repeat 48 4 ++ [45] ++ repeat 48 12.

(** Two devices of one name. *)
Lemma address_block_is_injective_instance : exists block,
  address.address_block (address.mk_Address name 1) (address.mk_Address name 2) = Ret (Some block) /\
  address.address_block (address.mk_Address name 3) (address.mk_Address name 2) <> Ret (Some block).
Proof.
  assert (E : exists block,
    address.address_block (address.mk_Address name 1) (address.mk_Address name 2) = Ret (Some block))
    by (eexists; vm_compute; reflexivity).
  destruct E as (block & E). exists block. split; [exact E|]. intros H.
  destruct (address_block_is_injective _ _ _ _ _ E H) as (_ & D & _). discriminate D.
Qed.

(** Two iterations. *)
Lemma sender_key_signature_input_is_injective_instance : exists unsigned,
  wire_sender_key_message.encode_sender_key_message Profile_SignalV3 uuid 17 300 [1; 2; 3] = Ret unsigned /\
  wire_sender_key_message.encode_sender_key_message Profile_SignalV3 uuid 17 301 [1; 2; 3] <> Ret unsigned.
Proof.
  destruct sender_key_message_is_read_back_instance as (unsigned & E & _). exists unsigned. split; [exact E|].
  intros H. assert (Hlen : seq_len unsigned + 64 < 2 ^ 64).
  { vm_compute in E. apply WireFormat.ret_is_injective in E as <-. reflexivity. }
  assert (Hid : Uuid_typed uuid) by concrete. assert (H17 : typed_int 32 17) by concrete.
  assert (H300 : typed_int 32 300) by concrete. assert (H301 : typed_int 32 301) by concrete.
  destruct (sender_key_signature_input_is_injective _ _ _ _ _ _ _ _ _ _ Hid Hid H17 H17 H300 H301 E H Hlen)
    as (_ & _ & D & _). discriminate D.
Qed.

(** Two alternate identities. *)
Lemma alternate_identity_message_is_injective_instance :
  alternate_identity_message (mk_IdentityKey key) <> alternate_identity_message (mk_IdentityKey other_key).
Proof. intros H. apply alternate_identity_message_is_injective in H; [discriminate H|concrete..]. Qed.

(** Two epochs. *)
Lemma sparse_mac_input_is_injective_instance :
  mac_input label_of_headers 1 [1; 2] <> mac_input label_of_headers 2 [1; 2].
Proof. intros H. apply sparse_mac_input_is_injective in H as (H & _); [discriminate H|concrete..]. Qed.

(** Two second halves. *)
Lemma sparse_ciphertext_input_is_injective_instance :
  mac_input label_of_ciphertexts 1 (seq_concat [1; 2] [3])
  <> mac_input label_of_ciphertexts 1 (seq_concat [1; 2] [4]).
Proof.
  intros H. apply sparse_ciphertext_input_is_injective in H as (_ & _ & H); [discriminate H|concrete..].
Qed.

(** Two epochs again. *)
Lemma epoch_information_is_injective_instance :
  ratchet_sparse_authenticator.with_epoch label_of_headers 1
  <> ratchet_sparse_authenticator.with_epoch label_of_headers 2.
Proof. intros H. apply epoch_information_is_injective in H; [discriminate H|concrete..]. Qed.

Definition written_header (n : Z) : ratchet_written_functions.Header :=
  ratchet_written_functions.mk_Header (mk_RatchetKey key) 0 n.

(** Two numbers, with associated data of two lengths. *)
Lemma concat_header_is_injective_instance :
  ratchet_written.concat_header [1] (written_header 1) <> ratchet_written.concat_header [] (written_header 2).
Proof. intros H. apply concat_header_is_injective in H as (H & _); [discriminate H|concrete..]. Qed.

(** Two associated data of one length. *)
Lemma written_tag_input_is_injective_instance : exists associated associated',
  ratchet_written.concat_header [1] (written_header 1) = Ret associated /\
  ratchet_written.concat_header [2] (written_header 1) = Ret associated' /\
  associated ++ [3] <> associated' ++ [3].
Proof.
  do 2 eexists. split; [vm_compute; reflexivity|]. split; [vm_compute; reflexivity|]. intros H.
  apply (written_tag_input_is_injective [1] [2] (written_header 1) (written_header 1)) in H as (H & _);
    [discriminate H|concrete|concrete|reflexivity|vm_compute; reflexivity|vm_compute; reflexivity].
Qed.
