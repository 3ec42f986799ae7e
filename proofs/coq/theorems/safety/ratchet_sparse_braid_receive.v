(** Panic-freedom of [ratchet::sparse::braid::receive]: receiving keeps states of the braid well formed. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types
  ratchet_sparse_braid_states ratchet_sparse_braid_receive.
From Twinratchet.generated Require primitives_mlkem primitives_mlkem_incremental ratchet_sparse_authenticator
  ratchet_sparse_erasure ratchet_sparse_message.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure ratchet_sparse_authenticator
  ratchet_sparse_braid_states.

(** What receiving gives: a state, and perhaps the secret of an epoch. *)
Definition receiving (x : Braid * option EpochOutput) : Prop :=
  Braid_well_formed (fst x) /\ output_typed (snd x).

(** A new decoder. *)
Lemma new_decoder_well_formed length :
  0 <= length < 2 ^ 64 -> Decoder_well_formed (ratchet_sparse_erasure.decoder_of length).
Proof. exact (decoder_of_well_formed length). Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Section Chunk.
Context (chunk : ratchet_sparse_erasure.Chunk) (chunk_typed : ratchet_sparse_erasure.Chunk_typed chunk).

Lemma receive_ct1_first_safe state :
  Braid_well_formed (Braid_KeysSampled state) -> yields (receive_ct1_first state chunk) Braid_well_formed.
Proof.
  intros ((Hepoch & Hauth & Hek & Hdk & _) & Hfirst & Hl & _). unfold receive_ct1_first.
  call_by (encoder_of_safe _ Hek ltac:(rewrite Hl; lia)) e He.
  call_by (add_chunk_safe _ chunk (new_decoder_well_formed 960 ltac:(lia)) chunk_typed) d (Hd & _).
  step. split; [|split; [exact Hfirst|split; [exact He|exact Hd]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [apply He|].
  now apply Decoder_is_typed.
Qed.

Lemma receive_ct1_safe state :
  Braid_well_formed (Braid_HeaderSent state) -> yields (receive_ct1 state chunk) Braid_well_formed.
Proof.
  intros ((Hepoch & Hauth & Hdk & Het & _) & Hfirst & He & Hd). unfold receive_ct1.
  call_by (add_chunk_safe _ chunk Hd chunk_typed) d (Hd' & _).
  call_by (decoded_safe d Hd') found Hfound. destruct found as [ct1|]; step.
  - split; [|split; [exact Hfirst|exact He]].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [apply Hfound|exact Het].
  - split; [|split; [exact Hfirst|split; [exact He|exact Hd']]].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [exact Het|].
    now apply Decoder_is_typed.
Qed.

Lemma receive_ct2_first_safe state :
  Braid_well_formed (Braid_Ct1Received state) -> yields (receive_ct2_first state chunk) Braid_well_formed.
Proof.
  intros ((Hepoch & Hauth & Hdk & Hct1 & _) & Hfirst & _). unfold receive_ct2_first.
  call_by (add_chunk_safe _ chunk (new_decoder_well_formed 160 ltac:(lia)) chunk_typed) d (Hd & Hl).
  step. split; [|split; [exact Hfirst|split; [exact Hd|exact Hl]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [exact Hct1|].
  now apply Decoder_is_typed.
Qed.

(** The second part of a ciphertext and its MAC, 160 bytes, end an epoch or give an error. *)
Lemma open_ciphertext_safe epoch auth dk ct1 ct2_and_mac :
  typed_int 64 epoch -> 1 <= epoch -> ratchet_sparse_authenticator.Authenticator_typed auth ->
  bytes dk -> bytes ct1 -> typed_array (typed_int 8) 160 ct2_and_mac ->
  yields (open_ciphertext epoch auth dk ct1 ct2_and_mac) (typed_result receiving SparseError_typed).
Proof.
  intros Hepoch Hfirst Hauth Hdk Hct1 (Hl & Hct2). unfold open_ciphertext.
  unfold primitives_mlkem_incremental.CIPHERTEXT2_LEN, MAC_LENGTH.
  step. step; [lia..|]. intros _. rewrite skipn_O. set (ct2 := firstn _ ct2_and_mac).
  assert (Hct2' : bytes ct2) by apply Forall_firstn', Hct2.
  pose proof (lift_secret_typed _ _ (decaps_halves_typed dk ct1 ct2 Hdk Hct1 Hct2')) as Hsecret.
  destruct (lift_secret _) as [kem_secret|error]; [|exact Hsecret].
  call_by (epoch_secret_safe kem_secret epoch Hsecret) secret Hes.
  call_by (authenticator_update_safe auth epoch secret Hauth Hes) renewed Hrenewed. cbv zeta.
  step. step; [lia..|]. intros _. step; [step; exact I|].
  destruct (Z.eqb_spec epoch LAST_EPOCH) as [E|E]; [step; exact I|].
  assert (Hnext : typed_int 64 (epoch + 1)) by (unfold typed_int, LAST_EPOCH in *; lia).
  step. step; [exact Hnext|]. step. split.
  - apply no_header_received_well_formed; auto; lia.
  - split; assumption.
Qed.

Lemma receive_ct2_safe state :
  Braid_well_formed (Braid_EkSentCt1Received state) ->
  yields (receive_ct2 state chunk) (typed_result receiving SparseError_typed).
Proof.
  intros ((Hepoch & Hauth & Hdk & Hct1 & _) & Hfirst & Hd & Hl). unfold receive_ct2.
  call_by (add_chunk_safe _ chunk Hd chunk_typed) d (Hd' & Hl'). rewrite Hl in Hl'.
  call_by (decoded_safe d Hd') found Hfound. rewrite Hl' in Hfound. destruct found as [ct2|].
  - now apply open_ciphertext_safe.
  - step. split; [|exact I]. split; [|split; [exact Hfirst|split; [exact Hd'|exact Hl']]].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [exact Hct1|].
    now apply Decoder_is_typed.
Qed.

(** A header and its MAC, 96 bytes, give a state or an error. *)
Lemma open_header_safe epoch auth header_and_mac :
  typed_int 64 epoch -> 1 <= epoch -> ratchet_sparse_authenticator.Authenticator_typed auth ->
  typed_array (typed_int 8) 96 header_and_mac ->
  yields (open_header epoch auth header_and_mac) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros Hepoch Hfirst Hauth (Hl & Hh).
  unfold open_header, primitives_mlkem_incremental.HEADER_LEN, MAC_LENGTH.
  step. step; [lia..|]. intros _. cbv zeta. step. step; [lia..|]. intros _. step; [|step; exact I]. step.
  assert (Hd : Decoder_well_formed
    (ratchet_sparse_erasure.decoder_of primitives_mlkem_incremental.VECTOR_LEN))
    by (apply (new_decoder_well_formed 1152); lia).
  split; [|split; [exact Hfirst|exact Hd]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [apply Forall_firstn', Forall_skipn', Hh|].
  now apply Decoder_is_typed.
Qed.

Lemma receive_header_safe state :
  Braid_well_formed (Braid_NoHeaderReceived state) ->
  yields (receive_header state chunk) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros ((Hepoch & Hauth & _) & Hfirst & Hd & Hl). unfold receive_header.
  call_by (add_chunk_safe _ chunk Hd chunk_typed) d (Hd' & Hl'). rewrite Hl in Hl'.
  call_by (decoded_safe d Hd') found Hfound. rewrite Hl' in Hfound. destruct found as [header|].
  - now apply open_header_safe.
  - step. split; [|split; [exact Hfirst|split; [exact Hd'|exact Hl']]].
    split; [exact Hepoch|]. split; [exact Hauth|]. now apply Decoder_is_typed.
Qed.

(** What matches is given back. *)
Lemma matched_typed header ek :
  bytes ek -> typed_result (typed_seq (typed_int 8)) SparseError_typed (matched header ek).
Proof. intros H. unfold matched. destruct (is_match header ek); [exact H|exact I]. Qed.

Lemma encapsulate_safe epoch auth es ek ct1 :
  typed_int 64 epoch -> 1 <= epoch -> ratchet_sparse_authenticator.Authenticator_typed auth ->
  KemEncapsState_typed es -> bytes ek -> bytes ct1 ->
  yields (encapsulate epoch auth es ek ct1) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros Hepoch Hfirst Hauth Hes Hek Hct1. unfold encapsulate.
  pose proof (lift_ciphertext_typed _ _ (encaps2_typed ek es Hek Hes)) as Hct2.
  destruct (lift_ciphertext _) as [ct2|error]; [|exact Hct2]. cbv zeta.
  assert (Hboth : bytes (seq_concat ct1 ct2)) by (apply Forall_concat; [exact Hct1|apply Hct2]).
  pose proof (mac_ciphertext_typed auth epoch _ Hauth Hboth) as Hmac.
  pose proof (with_mac_typed _ _ _ Hct2 Hmac) as (Hl & Hc).
  call_by (encoder_of_safe _ Hc ltac:(rewrite Hl; lia)) e He.
  step. split; [|split; [exact Hfirst|exact He]].
  split; [exact Hepoch|]. split; [exact Hauth|]. apply He.
Qed.

Lemma receive_ek_safe state :
  Braid_well_formed (Braid_Ct1Sampled state) ->
  yields (receive_ek state chunk) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros ((Hepoch & Hauth & Hheader & Hes & Hct1 & Het & _) & Hfirst & He & Hd). unfold receive_ek.
  call_by (add_chunk_safe _ chunk Hd chunk_typed) d (Hd' & _).
  call_by (decoded_safe d Hd') found Hfound. destruct found as [found|].
  - pose proof (matched_typed (Ct1Sampled_header state) found (proj2 Hfound)) as Hek.
    destruct (matched _ found) as [ek|error]; [|exact Hek].
    step. split; [|split; [exact Hfirst|exact He]].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hes|]. split; [exact Hek|].
    split; [exact Hct1|exact Het].
  - step. split; [|split; [exact Hfirst|split; [exact He|exact Hd']]].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hheader|]. split; [exact Hes|].
    split; [exact Hct1|]. split; [exact Het|]. now apply Decoder_is_typed.
Qed.

Lemma receive_acknowledged_ek_safe state :
  Braid_well_formed (Braid_Ct1Acknowledged state) ->
  yields (receive_acknowledged_ek state chunk) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros ((Hepoch & Hauth & Hheader & Hes & Hct1 & _) & Hfirst & Hd). unfold receive_acknowledged_ek.
  call_by (add_chunk_safe _ chunk Hd chunk_typed) d (Hd' & _).
  call_by (decoded_safe d Hd') found Hfound. destruct found as [found|].
  - pose proof (matched_typed (Ct1Acknowledged_header state) found (proj2 Hfound)) as Hek.
    destruct (matched _ found) as [ek|error]; [|exact Hek]. now apply encapsulate_safe.
  - step. split; [|split; [exact Hfirst|exact Hd']].
    split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hheader|]. split; [exact Hes|].
    split; [exact Hct1|]. now apply Decoder_is_typed.
Qed.

(** The acknowledgement keeps a state well formed. *)
Lemma acknowledged_well_formed state :
  Braid_well_formed (Braid_Ct1Sampled state) ->
  Braid_well_formed (Braid_Ct1Acknowledged (acknowledged state)).
Proof.
  intros ((Hepoch & Hauth & Hheader & Hes & Hct1 & _ & Hdt) & Hfirst & _ & Hd).
  split; [|split; [exact Hfirst|exact Hd]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hheader|]. split; [exact Hes|].
  split; [exact Hct1|exact Hdt].
Qed.
End Chunk.

(** * Any message in any state *)

Section Payload.
Context (payload : ratchet_sparse_message.Payload).
Context (payload_typed : ratchet_sparse_message.Payload_typed payload).

Lemma in_keys_sampled_safe state :
  Braid_well_formed (Braid_KeysSampled state) -> yields (in_keys_sampled state payload) Braid_well_formed.
Proof. intros H. destruct payload; try exact H. now apply receive_ct1_first_safe. Qed.

Lemma in_header_sent_safe state :
  Braid_well_formed (Braid_HeaderSent state) -> yields (in_header_sent state payload) Braid_well_formed.
Proof. intros H. destruct payload; try exact H. now apply receive_ct1_safe. Qed.

Lemma in_ct1_received_safe state :
  Braid_well_formed (Braid_Ct1Received state) -> yields (in_ct1_received state payload) Braid_well_formed.
Proof. intros H. destruct payload; try exact H. now apply receive_ct2_first_safe. Qed.

Lemma in_no_header_received_safe state :
  Braid_well_formed (Braid_NoHeaderReceived state) ->
  yields (in_no_header_received state payload) (typed_result Braid_well_formed SparseError_typed).
Proof. intros H. destruct payload; try exact H. now apply receive_header_safe. Qed.

Lemma in_ct1_sampled_safe state :
  Braid_well_formed (Braid_Ct1Sampled state) ->
  yields (in_ct1_sampled state payload) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros H. destruct payload; try exact H.
  - now apply receive_ek_safe.
  - apply receive_acknowledged_ek_safe; [assumption|]. now apply acknowledged_well_formed.
Qed.

Lemma in_ek_received_ct1_sampled_safe state :
  Braid_well_formed (Braid_EkReceivedCt1Sampled state) ->
  yields (in_ek_received_ct1_sampled state payload) (typed_result Braid_well_formed SparseError_typed).
Proof.
  intros H. pose proof H as ((Hepoch & Hauth & Hes & Hek & Hct1 & _) & Hfirst & _).
  destruct payload; try exact H; now apply encapsulate_safe.
Qed.

Lemma in_ct1_acknowledged_safe state :
  Braid_well_formed (Braid_Ct1Acknowledged state) ->
  yields (in_ct1_acknowledged state payload) (typed_result Braid_well_formed SparseError_typed).
Proof. intros H. destruct payload; try exact H; now apply receive_acknowledged_ek_safe. Qed.

(** A state without an output. *)
Lemma quietly_receiving result :
  typed_result Braid_well_formed SparseError_typed result ->
  typed_result receiving SparseError_typed (quietly result).
Proof. destruct result as [braid|error]; intros H; [|exact H]. split; [exact H|exact I]. Qed.

(** Whatever a message of the epoch of the state carries, the state stays well formed. *)
Lemma receive_same_epoch_safe braid :
  Braid_well_formed braid ->
  yields (receive_same_epoch braid payload) (typed_result receiving SparseError_typed).
Proof.
  intros H. assert (Hsame : receiving (braid, None)) by (split; [exact H|exact I]).
  destruct braid as [s|s|s|s|s|s|s|s|s|s|s]; cbn [receive_same_epoch]; try exact Hsame.
  - call_by (in_keys_sampled_safe s H) b Hb. split; [exact Hb|exact I].
  - call_by (in_header_sent_safe s H) b Hb. split; [exact Hb|exact I].
  - call_by (in_ct1_received_safe s H) b Hb. split; [exact Hb|exact I].
  - destruct payload; try exact Hsame. now apply receive_ct2_safe.
  - call_by (in_no_header_received_safe s H) b Hb. now apply quietly_receiving.
  - call_by (in_ct1_sampled_safe s H) b Hb. now apply quietly_receiving.
  - call_by (in_ek_received_ct1_sampled_safe s H) b Hb. now apply quietly_receiving.
  - call_by (in_ct1_acknowledged_safe s H) b Hb. now apply quietly_receiving.
Qed.
End Payload.

(** A message of a later epoch begins it or is refused. *)
Lemma receive_later_epoch_safe braid epoch :
  Braid_well_formed braid -> typed_int 64 epoch -> braid_epoch braid < epoch ->
  yields (receive_later_epoch braid epoch) (typed_result receiving SparseError_typed).
Proof.
  intros H He Hlater. pose proof H as (Ht & Hfirst & _). apply braid_epoch_typed in Ht.
  destruct braid as [s|s|s|s|s|s|s|s|s|s|s]; try exact He. cbn [receive_later_epoch braid_epoch] in *.
  unfold typed_int in Ht, He. step. step; [lia|]. step; [|step; exact He]. step.
  split; [|exact I]. split; [|split; [simpl; lia|exact I]].
  split; [exact He|]. destruct H as ((_ & Hauth & _) & _). exact Hauth.
Qed.

(** Whatever comes, the state stays well formed. *)
Lemma braid_receive_safe braid message :
  Braid_well_formed braid -> ratchet_sparse_message.SparseMessage_typed message ->
  yields (braid_receive braid message) (typed_result receiving SparseError_typed).
Proof.
  intros H (He & _ & Hp). unfold braid_receive. cbv zeta.
  destruct (Z.ltb_spec (ratchet_sparse_message.SparseMessage_epoch message) (braid_epoch braid)).
  - split; [exact H|exact I].
  - destruct (Z.eqb_spec (ratchet_sparse_message.SparseMessage_epoch message) (braid_epoch braid)).
    + now apply receive_same_epoch_safe.
    + apply receive_later_epoch_safe; auto. lia.
Qed.
End Safety.
#[export] Hint Resolve receive_ct1_first_safe receive_ct1_safe receive_ct2_first_safe open_ciphertext_safe
  receive_ct2_safe open_header_safe receive_header_safe encapsulate_safe receive_ek_safe
  receive_acknowledged_ek_safe in_keys_sampled_safe in_header_sent_safe in_ct1_received_safe
  in_no_header_received_safe in_ct1_sampled_safe in_ek_received_ct1_sampled_safe in_ct1_acknowledged_safe
  receive_same_epoch_safe receive_later_epoch_safe braid_receive_safe : spec.
