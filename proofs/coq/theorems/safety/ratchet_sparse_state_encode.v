(** Panic-freedom of [ratchet::sparse::state::encode]: a well-formed state can be stored. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Walk theorems.lib.Written.
From Twinratchet.generated Require Import primitives wire_protobuf ratchet_sparse_types ratchet_sparse_erasure
  ratchet_sparse_braid_states ratchet_sparse_chain ratchet_sparse ratchet_sparse_state_encode.
From Twinratchet.generated Require ratchet_sparse_authenticator ratchet_sparse_state_fields.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure ratchet_sparse_chain
  ratchet_sparse_braid_states ratchet_sparse.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** What is written is bytes. *)
Lemma put_secret_gives_bytes out number value :
  bytes out -> bytes value -> bytes (put_secret out number value).
Proof. apply put_bytes_gives_bytes. Qed.

(** * The chain *)

(** What is written is bytes. *)
Lemma encode_parameters_gives_bytes parameters : bytes (encode_parameters parameters).
Proof. unfold encode_parameters. cbv zeta. do 2 apply put_nonzero_gives_bytes. constructor. Qed.

(** What is written is bytes. *)
Lemma encode_negotiation_gives_bytes negotiation :
  Negotiation_typed negotiation -> bytes (encode_negotiation negotiation).
Proof.
  intros ((_ & Hkey) & _). unfold encode_negotiation. cbv zeta.
  apply put_bytes_gives_bytes; [|apply encode_parameters_gives_bytes].
  do 2 apply put_nonzero_gives_bytes. apply put_secret_gives_bytes; [constructor|exact Hkey].
Qed.

(** 2^58 keys of 36 bytes are fewer than 2^64 bytes. *)
Lemma encode_store_safe stored :
  Forall StoredKey_typed stored -> seq_len stored < 2 ^ 58 -> yields (encode_store stored) bytes.
Proof.
  intros Hs Hl. pose proof (seq_len_nonneg stored).
  unfold encode_store, ratchet_sparse_state_fields.STORED_KEY_LENGTH. step. step; [lia|]. cbv zeta.
  apply (yields_mono _ (fun out => bytes out /\ seq_len out = 36 * seq_len stored));
    [|intros out Ho; apply Ho].
  apply (yields_for (fun _ out => bytes out /\ seq_len out = 36 * seq_len stored)).
  - split; [apply Forall_fill; unfold typed_int; lia|]. apply seq_len_fill. lia.
  - intros i out Hi (Ho & Hol). step. eapply yields_index; [exact Hs|exact Hi|].
    intros key Hn (Hki & Hkl & Hkb).
    cbv zeta. step. step; [lia|]. step.
    apply (yields_update (typed_int 8)); [exact Ho|apply Forall_be_bytes|lia|rewrite seq_len_be_bytes; lia|].
    intros u Hul Hu. step. step; [lia|]. step. step; [lia|]. step. apply yields_index_any; [exact Hi|].
    intros key2 Hn2. assert (key2 = key) as -> by congruence.
    apply (yields_update (typed_int 8)); [exact Hu|exact Hkb|lia|lia|]. intros v Hvl Hv.
    split; [exact Hv|lia].
  - intros out Ho. exact Ho.
Qed.

Lemma encode_half_safe half : Half_typed half -> Half_fits (2 ^ 58) half -> yields (encode_half half) bytes.
Proof.
  intros (_ & Hnext & Hs) Hf. unfold encode_half. cbv zeta.
  set (out := match Half_next half with Some _ => _ | None => _ end).
  assert (Hout : bytes out).
  { subst out. destruct (Half_next half) as [next|].
    - apply put_secret_gives_bytes; [|apply Hnext]. apply put_nonzero_gives_bytes. constructor.
    - apply put_nonzero_gives_bytes. constructor. }
  destruct (seq_len (Half_stored half) =? 0); [exact Hout|].
  call_by (encode_store_safe _ Hs Hf) store Hstore. now apply put_secret_gives_bytes.
Qed.

Lemma encode_link_safe link : Link_typed link -> Link_fits (2 ^ 58) link -> yields (encode_link link) bytes.
Proof.
  intros (Hs & Hr) (Hsf & Hrf). unfold encode_link. call_by (encode_half_safe _ Hs Hsf) send Hsend. cbv zeta.
  call_by (encode_half_safe _ Hr Hrf) receive Hreceive.
  apply put_bytes_gives_bytes; [|exact Hreceive]. apply put_bytes_gives_bytes; [constructor|exact Hsend].
Qed.

(** A chain of fewer than 2^58 keys in each half can be stored. *)
Lemma encode_chain_safe chain :
  Chain_typed chain -> Forall (Link_fits (2 ^ 58)) (Chain_links chain) -> yields (encode_chain chain) bytes.
Proof.
  intros (_ & _ & _ & Hlinks & (_ & Hroot) & _) Hf. unfold encode_chain. cbv zeta. step.
  apply (yields_for (fun _ out => bytes out)).
  - do 2 apply put_nonzero_gives_bytes. constructor.
  - intros i out Hi Ho. step. eapply yields_index; [exact Hlinks|exact Hi|]. intros link Hn Hlink.
    call_by (encode_link_safe link Hlink (Forall_nth_error _ _ _ _ Hf Hn)) b Hb.
    now apply put_bytes_gives_bytes.
  - intros out Ho. step. apply put_bytes_gives_bytes; [|apply encode_parameters_gives_bytes].
    apply put_nonzero_gives_bytes. now apply put_secret_gives_bytes.
Qed.

(** * Encoders and decoders *)

Lemma encode_symbols_safe symbols : seq_len symbols <= 2 ^ 62 -> yields (encode_symbols symbols) bytes.
Proof.
  intros Hl. pose proof (seq_len_nonneg symbols). unfold encode_symbols, SYMBOL_LENGTH. step. step; [lia|].
  cbv zeta.
  apply (yields_mono _ (fun out => bytes out /\ seq_len out = 2 * seq_len symbols));
    [|intros out Ho; apply Ho].
  apply (yields_for (fun _ out => bytes out /\ seq_len out = 2 * seq_len symbols)).
  - split; [apply Forall_fill; unfold typed_int; lia|]. apply seq_len_fill. lia.
  - intros i out Hi (Ho & Hol). step. step; [lia|]. step. apply yields_index_any; [exact Hi|]. intros s1 _.
    step. step; [lia|]. intros Hset1. step. step; [lia|]. step. step; [lia|].
    step. apply yields_index_any; [exact Hi|]. intros s2 _. step; [lia|]. intros Hset2. split; [|lia].
    apply Forall_set_nth; [apply Forall_set_nth|]; [exact Ho| |]; apply typed_int_cast; lia.
  - intros out Ho. exact Ho.
Qed.

(** A well-formed encoder can be stored. *)
Lemma encode_encoder_safe encoder : Encoder_well_formed encoder -> yields (encode_encoder encoder) bytes.
Proof.
  intros (_ & _ & _ & count & Hcount & _ & Hall). unfold encode_encoder. cbv zeta.
  apply (yields_for (fun _ out => bytes out)); [apply put_nonzero_gives_bytes; constructor| |auto].
  intros i out Hi Ho. step. eapply yields_index; [exact Hall|exact Hi|]. intros polynomial _ Hpl.
  cbv beta in Hpl.
  call_by (encode_symbols_safe polynomial ltac:(lia)) b Hb. now apply put_bytes_gives_bytes.
Qed.

Lemma encode_points_safe points : seq_len points <= 65536 -> yields (encode_points points) bytes.
Proof.
  intros Hl. pose proof (seq_len_nonneg points). unfold encode_points. step. step; [lia|]. cbv zeta. step.
  apply (yields_for (fun _ symbols => seq_len symbols = 2 * seq_len points)).
  - apply seq_len_fill. lia.
  - intros i symbols Hi Hsl. step. step; [lia|]. step. apply yields_index_any; [exact Hi|]. intros p _.
    step. step; [lia|]. intros Hset1. step. step; [lia|]. step. step; [lia|].
    step. apply yields_index_any; [exact Hi|]. intros q _. step; [lia|]. intros Hset2. lia.
  - intros symbols Hsl. apply encode_symbols_safe. lia.
Qed.

(** A well-formed decoder can be stored. *)
Lemma encode_decoder_safe decoder : Decoder_well_formed decoder -> yields (encode_decoder decoder) bytes.
Proof.
  intros (_ & _ & Hall). unfold encode_decoder, SYMBOL_LENGTH. step. step; [lia|]. cbv zeta.
  apply (yields_for (fun _ out => bytes out)); [do 2 apply put_nonzero_gives_bytes; constructor| |auto].
  intros i out Hi Ho. step. eapply yields_index; [exact Hall|exact Hi|]. intros points _ Hp.
  call_by (encode_points_safe points (ascending_length points Hp)) b Hb. now apply put_bytes_gives_bytes.
Qed.

(** * The braid *)

Lemma encode_authenticator_gives_bytes auth :
  ratchet_sparse_authenticator.Authenticator_typed auth -> bytes (encode_authenticator auth).
Proof.
  intros ((_ & Hroot) & (_ & Hmac)). unfold encode_authenticator. cbv zeta.
  apply put_secret_gives_bytes; [|exact Hmac]. apply put_secret_gives_bytes; [constructor|exact Hroot].
Qed.

Lemma encode_core_gives_bytes epoch auth :
  ratchet_sparse_authenticator.Authenticator_typed auth -> bytes (encode_core epoch auth).
Proof.
  intros H. unfold encode_core. cbv zeta.
  apply put_bytes_gives_bytes; [|now apply encode_authenticator_gives_bytes].
  apply put_nonzero_gives_bytes. constructor.
Qed.

Lemma with_core_gives_bytes core : bytes core -> bytes (with_core core).
Proof. apply put_bytes_gives_bytes. constructor. Qed.

(** What is put together of bytes is bytes. *)
Ltac written :=
  cbv zeta;
  repeat match goal with
  | |- yields (Ret _) _ => apply yields_ret
  | |- bytes (put_bytes _ _ _) => apply put_bytes_gives_bytes
  | |- bytes (put_secret _ _ _) => apply put_secret_gives_bytes
  | |- bytes (with_core _) => apply with_core_gives_bytes
  | |- bytes (encode_core _ _) => apply encode_core_gives_bytes
  | |- bytes [] => constructor
  | _ => assumption
  end.

Lemma encode_keys_sampled_safe state :
  Braid_well_formed (Braid_KeysSampled state) -> yields (encode_keys_sampled state) bytes.
Proof.
  intros ((_ & Ha & Hek & Hdk & _) & _ & _ & He). unfold encode_keys_sampled. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. written.
Qed.

Lemma encode_header_sent_safe state :
  Braid_well_formed (Braid_HeaderSent state) -> yields (encode_header_sent state) bytes.
Proof.
  intros ((_ & Ha & Hdk & _) & _ & He & Hd). unfold encode_header_sent. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_ct1_received_safe state :
  Braid_well_formed (Braid_Ct1Received state) -> yields (encode_ct1_received state) bytes.
Proof.
  intros ((_ & Ha & Hdk & Hct1 & _) & _ & He). unfold encode_ct1_received. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. written.
Qed.

Lemma encode_ek_sent_ct1_received_safe state :
  Braid_well_formed (Braid_EkSentCt1Received state) -> yields (encode_ek_sent_ct1_received state) bytes.
Proof.
  intros ((_ & Ha & Hdk & Hct1 & _) & _ & Hd & _). unfold encode_ek_sent_ct1_received. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_no_header_received_safe state :
  Braid_well_formed (Braid_NoHeaderReceived state) -> yields (encode_no_header_received state) bytes.
Proof.
  intros ((_ & Ha & _) & _ & Hd & _). unfold encode_no_header_received. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_header_received_safe state :
  Braid_well_formed (Braid_HeaderReceived state) -> yields (encode_header_received state) bytes.
Proof.
  intros ((_ & Ha & Hh & _) & _ & Hd). unfold encode_header_received. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_ct1_sampled_safe state :
  Braid_well_formed (Braid_Ct1Sampled state) -> yields (encode_ct1_sampled state) bytes.
Proof.
  intros ((_ & Ha & Hh & (_ & Hes) & Hct1 & _) & _ & He & Hd). unfold encode_ct1_sampled. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_ek_received_ct1_sampled_safe state :
  Braid_well_formed (Braid_EkReceivedCt1Sampled state) -> yields (encode_ek_received_ct1_sampled state) bytes.
Proof.
  intros ((_ & Ha & (_ & Hes) & Hek & Hct1 & _) & _ & He). unfold encode_ek_received_ct1_sampled. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. written.
Qed.

Lemma encode_ct1_acknowledged_safe state :
  Braid_well_formed (Braid_Ct1Acknowledged state) -> yields (encode_ct1_acknowledged state) bytes.
Proof.
  intros ((_ & Ha & Hh & (_ & Hes) & Hct1 & _) & _ & Hd). unfold encode_ct1_acknowledged. cbv zeta.
  call_by (encode_decoder_safe _ Hd) decoder Hdecoder. written.
Qed.

Lemma encode_ct2_sampled_safe state :
  Braid_well_formed (Braid_Ct2Sampled state) -> yields (encode_ct2_sampled state) bytes.
Proof.
  intros ((_ & Ha & _) & _ & He). unfold encode_ct2_sampled. cbv zeta.
  call_by (encode_encoder_safe _ He) encoder Hencoder. written.
Qed.

(** A well-formed state of the braid can be stored. *)
Lemma encode_braid_safe braid : Braid_well_formed braid -> yields (encode_braid braid) bytes.
Proof.
  intros H. unfold encode_braid. step.
  apply (yields_mono _ (fun x => bytes (snd x))); [|intros (number, b) Hb; cbn [snd] in Hb; written].
  destruct braid as [s|s|s|s|s|s|s|s|s|s|s].
  - destruct H as ((_ & Ha) & _). step. cbn [snd]. written.
  - call_by (encode_keys_sampled_safe s H) b Hb. exact Hb.
  - call_by (encode_header_sent_safe s H) b Hb. exact Hb.
  - call_by (encode_ct1_received_safe s H) b Hb. exact Hb.
  - call_by (encode_ek_sent_ct1_received_safe s H) b Hb. exact Hb.
  - call_by (encode_no_header_received_safe s H) b Hb. exact Hb.
  - call_by (encode_header_received_safe s H) b Hb. exact Hb.
  - call_by (encode_ct1_sampled_safe s H) b Hb. exact Hb.
  - call_by (encode_ek_received_ct1_sampled_safe s H) b Hb. exact Hb.
  - call_by (encode_ct1_acknowledged_safe s H) b Hb. exact Hb.
  - call_by (encode_ct2_sampled_safe s H) b Hb. exact Hb.
Qed.

(** * The state *)

(** The claim that sessions rely on. *)
Lemma encode_state_safe s :
  State_typed s -> sparse_well_formed s -> sparse_fits s -> yields (encode_state s) bytes.
Proof.
  intros (Hn & Hct & _) (_ & Hb) Hf. unfold encode_state, sparse_fits in *. cbv zeta.
  set (out := match State_negotiation s with Some _ => _ | None => _ end).
  assert (Hout : bytes out).
  { subst out. destruct (State_negotiation s) as [negotiation|]; [|constructor].
    apply put_bytes_gives_bytes; [constructor|now apply encode_negotiation_gives_bytes]. }
  step. apply (yields_mono _ (typed_seq (typed_int 8))).
  - destruct (State_chain s) as [chain|]; [|exact Hout].
    call_by (encode_chain_safe chain Hct (proj2 Hf)) b Hbytes. written.
  - intros out2 Hout2. destruct (State_braid s) as [braid|]; [|exact Hout2].
    call_by (encode_braid_safe braid Hb) b Hbytes. written.
Qed.
#[export] Hint Resolve encode_store_safe encode_half_safe encode_link_safe encode_chain_safe
  encode_symbols_safe encode_encoder_safe encode_points_safe encode_decoder_safe encode_keys_sampled_safe
  encode_header_sent_safe encode_ct1_received_safe encode_ek_sent_ct1_received_safe
  encode_no_header_received_safe encode_header_received_safe encode_ct1_sampled_safe
  encode_ek_received_ct1_sampled_safe encode_ct1_acknowledged_safe encode_ct2_sampled_safe encode_braid_safe
  encode_state_safe : spec.
