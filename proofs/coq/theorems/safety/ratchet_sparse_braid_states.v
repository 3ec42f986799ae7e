(** Panic-freedom of [ratchet::sparse::braid::states], and what every state of the braid is. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types
  ratchet_sparse_braid_states.
From Twinratchet.generated Require primitives_mlkem primitives_mlkem_incremental ratchet_sparse_authenticator
  ratchet_sparse_erasure.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure ratchet_sparse_authenticator.

(** What [braid_init] and the decoders make, and sending and receiving keep: the epochs begin at 1; encoders
    and decoders are well formed; what will be cut to pieces has its length. *)
Definition Braid_well_formed (braid : Braid) : Prop :=
  Braid_typed braid /\ 1 <= braid_epoch braid /\
  match braid with
  | Braid_KeysUnsampled _ => True
  | Braid_KeysSampled s =>
      seq_len (KeysSampled_ek s) = 1152 /\ Encoder_well_formed (KeysSampled_header_encoder s)
  | Braid_HeaderSent s =>
      Encoder_well_formed (HeaderSent_ek_encoder s) /\ Decoder_well_formed (HeaderSent_ct1_decoder s)
  | Braid_Ct1Received s => Encoder_well_formed (Ct1Received_ek_encoder s)
  | Braid_EkSentCt1Received s =>
      Decoder_well_formed (EkSentCt1Received_ct2_decoder s) /\
      ratchet_sparse_erasure.Decoder_length (EkSentCt1Received_ct2_decoder s) = 160
  | Braid_NoHeaderReceived s =>
      Decoder_well_formed (NoHeaderReceived_header_decoder s) /\
      ratchet_sparse_erasure.Decoder_length (NoHeaderReceived_header_decoder s) = 96
  | Braid_HeaderReceived s => Decoder_well_formed (HeaderReceived_ek_decoder s)
  | Braid_Ct1Sampled s =>
      Encoder_well_formed (Ct1Sampled_ct1_encoder s) /\ Decoder_well_formed (Ct1Sampled_ek_decoder s)
  | Braid_EkReceivedCt1Sampled s => Encoder_well_formed (EkReceivedCt1Sampled_ct1_encoder s)
  | Braid_Ct1Acknowledged s => Decoder_well_formed (Ct1Acknowledged_ek_decoder s)
  | Braid_Ct2Sampled s => Encoder_well_formed (Ct2Sampled_ct2_encoder s)
  end.

(** An output of an epoch, if there is one. *)
Definition output_typed : option EpochOutput -> Prop := typed_option EpochOutput_typed.

(** The epoch of a state has its type. *)
Lemma braid_epoch_typed braid : Braid_typed braid -> typed_int 64 (braid_epoch braid).
Proof. destruct braid; intros H; exact (proj1 H). Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** The first state of the receiving side is well formed. *)
Lemma no_header_received_well_formed epoch auth :
  typed_int 64 epoch -> 1 <= epoch -> ratchet_sparse_authenticator.Authenticator_typed auth ->
  Braid_well_formed (Braid_NoHeaderReceived (no_header_received epoch auth)).
Proof.
  intros He H1 Ha.
  assert (Hd : Decoder_well_formed (ratchet_sparse_erasure.decoder_of HEADER_AND_MAC_LENGTH)).
  { apply decoder_of_well_formed. unfold HEADER_AND_MAC_LENGTH, typed_int. lia. }
  split; [|split; [exact H1|split; [exact Hd|reflexivity]]].
  split; [exact He|]. split; [exact Ha|]. now apply Decoder_is_typed.
Qed.

(** Both sides begin with a well-formed state. *)
Lemma braid_init_safe direction auth_key :
  SparseAuthKey_typed auth_key -> yields (braid_init direction auth_key) Braid_well_formed.
Proof.
  intros Hkey. unfold braid_init, FIRST_EPOCH.
  call_by (authenticator_safe auth_key 1 Hkey) auth Hauth.
  assert (typed_int 64 1) by (unfold typed_int; lia). destruct direction.
  - split; [split; assumption|]. split; [simpl; lia|exact I].
  - apply no_header_received_well_formed; auto; lia.
Qed.

(** * Errors of primitives *)

(** The error changes its type, not the value. *)
Lemma lift_half_typed (Q : primitives_mlkem_incremental.FirstHalf -> Prop) result :
  typed_result Q primitives_mlkem.KemError_typed result ->
  typed_result Q SparseError_typed (lift_half result).
Proof. destruct result; simpl; auto. Qed.

Lemma lift_ciphertext_typed (Q : list Z -> Prop) result :
  typed_result Q primitives_mlkem.KemError_typed result ->
  typed_result Q SparseError_typed (lift_ciphertext result).
Proof. destruct result; simpl; auto. Qed.

Lemma lift_secret_typed (Q : list Z -> Prop) result :
  typed_result Q primitives_mlkem.KemError_typed result ->
  typed_result Q SparseError_typed (lift_secret result).
Proof. destruct result; simpl; auto. Qed.

(** A content with its MAC is 32 bytes longer. *)
Lemma with_mac_typed content digest n :
  typed_array (typed_int 8) n content -> Sha256Digest_typed digest ->
  typed_array (typed_int 8) (n + 32) (with_mac content digest).
Proof.
  intros (Hl & Hc) (Hdl & Hd). split.
  - unfold with_mac. rewrite seq_len_concat, Hl, Hdl. reflexivity.
  - now apply Forall_concat.
Qed.
End Safety.
#[export] Hint Resolve braid_init_safe : spec.
