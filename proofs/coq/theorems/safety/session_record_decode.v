(** Panic-freedom of [session::record::decode], on any stored bytes.

    The bound of [2 ^ 62] on their length comes from Protocol Buffers, where positions are added; no machine
    holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record_decode.
From Twinratchet.generated Require keys keys_kem ratchet_double_state ratchet_skipped ratchet_sparse
  ratchet_triple wire wire_protobuf.
From Twinratchet.theorems.safety Require Import keys keys_kem wire_protobuf ratchet_skipped
  ratchet_double_state session_record_types ratchet_sparse ratchet_sparse_state_decode.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** Bytes that can be parsed. *)
Definition stored (b : list Z) : Prop := bytes b /\ seq_len b < 2 ^ 62.

(** Fields that were read from bytes that can be parsed. *)
Definition fields_of (b : list Z) (fields : list wire_protobuf.Field) : Prop :=
  stored b /\ Forall (field_within b) fields /\ seq_len fields <= seq_len b.

Lemma fields_of_are_typed b fields : fields_of b fields -> Forall wire_protobuf.Field_typed fields.
Proof. intros (_ & H & _). apply (fields_within_are_typed b), H. Qed.

Lemma within_is_stored b content :
  stored b -> bytes content /\ seq_len content <= seq_len b -> stored content.
Proof. intros (_ & Hb) (Hc & Hlen). split; [exact Hc|]. lia. Qed.

(** * Fields *)

Lemma stored_fields_safe b :
  stored b -> yields (stored_fields b) (typed_result (fields_of b) RecordError_typed).
Proof.
  intros Hb. unfold stored_fields.
  eapply yields_try; [apply parse_fields_safe; apply Hb| |intros; exact I].
  intros fields (Hf & Hn). split; [exact Hb|]. split; assumption.
Qed.

Lemma stored_uint64_safe b fields number :
  fields_of b fields -> yields (stored_uint64 fields number) (typed_result (typed_int 64) RecordError_typed).
Proof.
  intros Hf. unfold stored_uint64.
  eapply yields_try; [apply varint_or_zero_safe, (fields_of_are_typed b), Hf|auto|intros; exact I].
Qed.

Lemma stored_uint32_safe b fields number :
  fields_of b fields -> yields (stored_uint32 fields number) (typed_result (typed_int 32) RecordError_typed).
Proof.
  intros Hf. unfold stored_uint32.
  eapply yields_try; [apply uint32_or_zero_safe, (fields_of_are_typed b), Hf|auto|intros; exact I].
Qed.

Lemma stored_optional_uint32_safe b fields number :
  fields_of b fields ->
  yields (stored_optional_uint32 fields number)
    (typed_result (typed_option (typed_int 32)) RecordError_typed).
Proof.
  intros Hf. unfold stored_optional_uint32.
  eapply yields_try; [apply last_uint32_safe, (fields_of_are_typed b), Hf|auto|intros; exact I].
Qed.

Lemma stored_all_safe b fields number :
  fields_of b fields ->
  yields (stored_all b fields number)
    (typed_result (fun items => Forall stored items /\ seq_len items < 2 ^ 62) RecordError_typed).
Proof.
  intros (Hb & Hf & Hn). unfold stored_all.
  eapply yields_try; [apply all_bytes_safe; [apply Hb|exact Hf]| |intros; exact I].
  intros items (Hi & Hin). split; [|destruct Hb; lia].
  eapply Forall_impl; [|exact Hi]. intros content. apply within_is_stored, Hb.
Qed.

Lemma stored_optional_safe b fields number :
  fields_of b fields ->
  yields (stored_optional b fields number) (typed_result (typed_option stored) RecordError_typed).
Proof.
  intros (Hb & Hf & Hn). unfold stored_optional.
  eapply yields_try; [apply last_bytes_safe; [apply Hb|apply Hb|exact Hf|exact Hn]| |intros; exact I].
  intros [content|] H; [|exact I]. exact (within_is_stored _ _ Hb H).
Qed.

Lemma stored_bytes_safe b fields number :
  fields_of b fields -> yields (stored_bytes b fields number) (typed_result stored RecordError_typed).
Proof.
  intros (Hb & Hf & Hn). unfold stored_bytes.
  eapply yields_try; [apply bytes_or_empty_safe; [apply Hb|apply Hb|exact Hf|exact Hn]| |intros; exact I].
  intros content H. exact (within_is_stored _ _ Hb H).
Qed.

Lemma stored_required_safe b fields number :
  fields_of b fields -> yields (stored_required b fields number) (typed_result stored RecordError_typed).
Proof.
  intros Hf. unfold stored_required. attempt_by (stored_optional_safe b fields number Hf) value Hv.
  destruct value; [exact Hv|exact I].
Qed.

Lemma stored_secret_safe b fields number :
  fields_of b fields ->
  yields (stored_secret b fields number) (typed_result (typed_array (typed_int 8) 32) RecordError_typed).
Proof.
  intros Hf. unfold stored_secret, SECRET_LENGTH. attempt_by (stored_bytes_safe b fields number Hf) value Hv.
  destruct (seq_len value =? 0); [exact I|]. destruct (seq_len value =? 32) eqn:E; [|exact I].
  split; [lia|apply Hv].
Qed.

Lemma stored_public_key_safe b fields number :
  fields_of b fields ->
  yields (stored_public_key b fields number) (typed_result PublicKey_typed RecordError_typed).
Proof.
  intros Hf. unfold stored_public_key. attempt_by (stored_bytes_safe b fields number Hf) value Hv.
  destruct (seq_len value =? 0); [exact I|].
  eapply yields_try; [apply parse_public_key_safe, Hv|auto|auto].
Qed.

(** * Chains *)

Lemma decode_chain_key_safe b :
  stored b ->
  yields (decode_chain_key b) (typed_result (typed_pair (typed_int 32) ChainKey_typed) RecordError_typed).
Proof.
  intros Hb. unfold decode_chain_key.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields CHAIN_KEY_INDEX Hf) index Hindex.
  attempt_by (stored_secret_safe b fields CHAIN_KEY_KEY Hf) key Hkey.
  apply yields_bind, yields_array_from_seq; [apply Hkey|]. split; [exact Hindex|exact Hkey].
Qed.

Lemma decode_ratchet_pair_safe b fields :
  fields_of b fields ->
  yields (decode_ratchet_pair b fields) (typed_result keys.RatchetKeyPair_typed RecordError_typed).
Proof.
  intros Hf. unfold decode_ratchet_pair.
  attempt_by (stored_public_key_safe b fields CHAIN_RATCHET_PUBLIC Hf) public Hpublic.
  attempt_by (stored_secret_safe b fields CHAIN_RATCHET_PRIVATE Hf) private Hprivate.
  apply yields_bind, yields_array_from_seq; [apply Hprivate|]. cbv zeta.
  destruct (keys.same_public_key _ _); [|exact I]. apply ratchet_key_pair_typed, Hprivate.
Qed.

Lemma decode_sending_chain_safe b :
  stored b ->
  yields (decode_sending_chain b) (typed_result ratchet_double_state.SendingChain_typed RecordError_typed).
Proof.
  intros Hb. unfold decode_sending_chain.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (decode_ratchet_pair_safe b fields Hf) dhs Hdhs.
  attempt_by (stored_required_safe b fields CHAIN_KEY Hf) chain_key Hchain_key.
  attempt_by (decode_chain_key_safe chain_key Hchain_key) chain Hchain.
  destruct chain as (ns, cks), Hchain as (Hns & Hcks). split; [exact Hdhs|]. split; assumption.
Qed.

Lemma decode_skipped_key_safe b :
  stored b -> yields (decode_skipped_key b) (typed_result ratchet_skipped.SkippedKey_typed RecordError_typed).
Proof.
  intros Hb. unfold decode_skipped_key.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields SKIPPED_NUMBER Hf) number Hnumber.
  attempt_by (stored_bytes_safe b fields SKIPPED_CIPHER_KEY Hf) cipher_key Hcipher.
  attempt_by (stored_bytes_safe b fields SKIPPED_MAC_KEY Hf) mac_key Hmac.
  attempt_by (stored_bytes_safe b fields SKIPPED_IV Hf) iv Hiv.
  destruct Hcipher as (_ & Hcipher), Hmac as (_ & Hmac), Hiv as (_ & Hiv).
  pose proof (seq_len_nonneg cipher_key). pose proof (seq_len_nonneg mac_key). pose proof (seq_len_nonneg iv).
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
  destruct (_ =? 0); [|exact I].
  attempt_by (stored_secret_safe b fields SKIPPED_SEED Hf) seed Hseed.
  apply yields_bind, yields_array_from_seq; [apply Hseed|]. split; [exact Hnumber|exact Hseed].
Qed.

(** The keys that are skipped, as far as they are decoded: no more than a receiving chain may have. *)
Definition skipped_so_far := fun mkskipped =>
  typed_seq ratchet_skipped.SkippedKey_typed mkskipped /\ skipped_well_formed mkskipped.

Lemma append_skipped_safe mkskipped nr b :
  skipped_so_far mkskipped -> stored b ->
  yields (append_skipped mkskipped nr b) (typed_result skipped_so_far RecordError_typed).
Proof.
  intros (Hs & Hw) Hb. unfold append_skipped.
  attempt_by (decode_skipped_key_safe b Hb) skipped Hskipped. cbv zeta.
  apply yields_bind. apply (yields_mono _ (fun _ => True)).
  - destruct (seq_len mkskipped =? 0) eqn:E; [exact I|]. pose proof (seq_len_nonneg mkskipped).
    unfold skipped_well_formed, ratchet_skipped.MAX_GATHERED in Hw.
    apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_index_any; [lia|]. intros; exact I.
  - intros bound _. destruct (_ <=? seq_len mkskipped) eqn:E; [exact I|].
    destruct (bound <=? _); [exact I|]. split; [apply Forall_push; assumption|].
    unfold skipped_well_formed. rewrite seq_len_push. lia.
Qed.

Lemma decode_skipped_safe nr items :
  Forall stored items -> yields (decode_skipped nr items) (typed_result skipped_so_far RecordError_typed).
Proof.
  intros Hi. unfold decode_skipped. cbv zeta.
  apply (yields_for (fun _ => typed_result skipped_so_far RecordError_typed)).
  - split; [constructor|]. unfold skipped_well_formed, ratchet_skipped.MAX_GATHERED, seq_len. simpl. lia.
  - intros i [mkskipped|e] Hrange H; [|exact H].
    apply yields_bind, (yields_index stored); [exact Hi|exact Hrange|]. intros item _ Hitem.
    apply append_skipped_safe; assumption.
  - auto.
Qed.

Definition chain_is_good (chain : ratchet_double_state.ReceivingChain) : Prop :=
  ratchet_double_state.ReceivingChain_typed chain /\ ReceivingChain_well_formed chain.

Lemma decode_receiving_chain_safe b :
  stored b -> yields (decode_receiving_chain b) (typed_result chain_is_good RecordError_typed).
Proof.
  intros Hb. unfold decode_receiving_chain.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_public_key_safe b fields CHAIN_RATCHET_PUBLIC Hf) dhr Hdhr.
  attempt_by (stored_required_safe b fields CHAIN_KEY Hf) chain_key Hchain_key.
  attempt_by (decode_chain_key_safe chain_key Hchain_key) chain Hchain.
  destruct chain as (nr, ckr), Hchain as (Hnr & Hckr).
  attempt_by (stored_all_safe b fields CHAIN_SKIPPED Hf) items Hitems.
  attempt_by (decode_skipped_safe nr items (proj1 Hitems)) mkskipped Hskipped.
  destruct Hskipped as (Hs & Hw). split; [|exact Hw].
  repeat split; assumption || apply Hdhr || apply Hckr || apply Hnr.
Qed.

Lemma has_chain_safe receiving dhr : yields (has_chain receiving dhr) (fun _ => True).
Proof.
  unfold has_chain. cbv zeta. apply (yields_for (fun _ _ => True)); [exact I| |auto].
  intros i found Hi _. apply yields_bind, yields_index_any; [exact Hi|]. intros chain _.
  destruct (keys.same_public_key _ _); exact I.
Qed.

(** The receiving chains, as far as they are decoded: no more than a session may have. *)
Definition chains_so_far := fun receiving =>
  Forall chain_is_good receiving /\ seq_len receiving <= ratchet_double_state.MAX_RECEIVING_CHAINS.

Lemma append_chain_safe receiving b :
  chains_so_far receiving -> stored b ->
  yields (append_chain receiving b) (typed_result chains_so_far RecordError_typed).
Proof.
  intros (Hr & Hn) Hb. unfold append_chain.
  attempt_by (decode_receiving_chain_safe b Hb) chain Hchain.
  destruct (_ <=? seq_len receiving) eqn:E; [exact I|].
  call_by (has_chain_safe receiving (ratchet_double_state.ReceivingChain_dhr chain)) found Hfound.
  destruct found; [exact I|]. split; [apply Forall_push; assumption|]. rewrite seq_len_push. lia.
Qed.

Lemma decode_receiving_safe items :
  Forall stored items -> yields (decode_receiving items) (typed_result chains_so_far RecordError_typed).
Proof.
  intros Hi. unfold decode_receiving. cbv zeta.
  apply (yields_for (fun _ => typed_result chains_so_far RecordError_typed)).
  - split; [constructor|]. unfold ratchet_double_state.MAX_RECEIVING_CHAINS, seq_len. simpl. lia.
  - intros i [receiving|e] Hrange H; [|exact H].
    apply yields_bind, (yields_index stored); [exact Hi|exact Hrange|]. intros item _ Hitem.
    apply append_chain_safe; assumption.
  - auto.
Qed.

(** * What is pending *)

Lemma decode_pending_kem_safe b :
  stored b -> yields (decode_pending_kem b) (typed_result PendingKem_typed RecordError_typed).
Proof.
  intros Hb. unfold decode_pending_kem.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields PENDING_KEM_ID Hf) id Hid.
  attempt_by (stored_bytes_safe b fields PENDING_KEM_CIPHERTEXT Hf) ciphertext Hc.
  destruct (seq_len ciphertext =? 0); [exact I|].
  eapply yields_try; [apply parse_kem_ciphertext_safe, Hc| |auto].
  intros _ _. split; [exact Hid|apply Hc].
Qed.

Lemma decode_optional_pending_kem_safe version b :
  typed_option stored b ->
  yields (decode_optional_pending_kem version b)
    (typed_result (typed_option PendingKem_typed) RecordError_typed).
Proof.
  intros Hb. destruct b as [b|]; cbn [decode_optional_pending_kem].
  - attempt_by (decode_pending_kem_safe b Hb) kem Hkem. exact Hkem.
  - destruct (version =? _); exact I.
Qed.

Lemma decode_pending_safe b :
  stored b -> yields (decode_pending b) (typed_result Pending_typed RecordError_typed).
Proof.
  intros Hb. unfold decode_pending.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_optional_uint32_safe b fields PENDING_ONE_TIME_PREKEY_ID Hf) one_time Hone_time.
  attempt_by (stored_public_key_safe b fields PENDING_BASE_KEY Hf) base_key Hbase.
  attempt_by (stored_uint32_safe b fields PENDING_SIGNED_PREKEY_ID Hf) signed Hsigned.
  attempt_by (stored_uint64_safe b fields PENDING_CREATED Hf) created Hcreated.
  split; [exact Hone_time|]. split; [exact Hsigned|]. split; [exact I|]. split; assumption.
Qed.

Lemma decode_all_pending_safe version b fields :
  fields_of b fields ->
  yields (decode_all_pending version b fields) (typed_result (typed_option Pending_typed) RecordError_typed).
Proof.
  intros Hf. unfold decode_all_pending.
  attempt_by (stored_optional_safe b fields SESSION_PENDING Hf) field Hfield.
  destruct field as [found|]; [|exact I].
  attempt_by (decode_pending_safe found Hfield) pending Hpending.
  attempt_by (stored_optional_safe b fields SESSION_PENDING_KEM Hf) kem_field Hkem_field.
  attempt_by (decode_optional_pending_kem_safe version kem_field Hkem_field) kem Hkem.
  destruct Hpending as (H1 & H2 & _ & H3 & H4). repeat (split; [assumption|]). assumption.
Qed.

(** * Sessions *)

Lemma decode_sparse_safe b fields :
  fields_of b fields ->
  yields (decode_sparse b fields)
    (typed_result (fun s => ratchet_sparse.State_typed s /\ sparse_well_formed s /\ sparse_fits s)
      RecordError_typed).
Proof.
  intros Hf. unfold decode_sparse.
  attempt_by (stored_bytes_safe b fields SESSION_SPARSE Hf) content Hcontent.
  eapply yields_try; [apply decode_state_safe; apply Hcontent|auto|auto].
Qed.

Lemma decode_ratchet_safe b fields :
  fields_of b fields ->
  yields (decode_ratchet b fields)
    (typed_result (fun s => ratchet_double_state.State_typed s /\ State_well_formed s) RecordError_typed).
Proof.
  intros Hf. unfold decode_ratchet.
  attempt_by (stored_secret_safe b fields SESSION_ROOT_KEY Hf) rk Hrk.
  attempt_by (stored_uint32_safe b fields SESSION_PREVIOUS_COUNTER Hf) pn Hpn.
  attempt_by (stored_required_safe b fields SESSION_SENDING_CHAIN Hf) sending_chain Hsending_chain.
  attempt_by (decode_sending_chain_safe sending_chain Hsending_chain) sending Hsending.
  attempt_by (stored_all_safe b fields SESSION_RECEIVING_CHAIN Hf) items Hitems.
  attempt_by (decode_receiving_safe items (proj1 Hitems)) receiving Hreceiving.
  apply yields_bind, yields_array_from_seq; [apply Hrk|]. destruct Hreceiving as (Hr & Hn).
  split; [|split; [exact Hn|]].
  - split; [exact Hrk|]. split; [exact Hpn|]. split; [exact Hsending|].
    eapply Forall_impl; [|exact Hr]. intros chain H. apply H.
  - eapply Forall_impl; [|exact Hr]. intros chain H. apply H.
Qed.

(** A session that is decoded is well-formed, and its lists are not longer than the bytes. *)
Lemma decode_known_version_safe version b fields :
  typed_int 8 version -> fields_of b fields ->
  yields (decode_known_version version b fields)
    (typed_result (fun s => Session_well_formed s /\ Session_fits s) RecordError_typed).
Proof.
  intros Hversion Hf. unfold decode_known_version.
  attempt_by (stored_public_key_safe b fields SESSION_LOCAL_IDENTITY Hf) local Hlocal.
  attempt_by (stored_public_key_safe b fields SESSION_REMOTE_IDENTITY Hf) remote Hremote.
  attempt_by (decode_ratchet_safe b fields Hf) double Hdouble.
  attempt_by (decode_all_pending_safe version b fields Hf) pending Hpending.
  attempt_by (stored_uint32_safe b fields SESSION_REMOTE_REGISTRATION Hf) remote_id Hremote_id.
  attempt_by (stored_uint32_safe b fields SESSION_LOCAL_REGISTRATION Hf) local_id Hlocal_id.
  attempt_by (stored_public_key_safe b fields SESSION_BASE_KEY Hf) base_key Hbase_key.
  attempt_by (decode_sparse_safe b fields Hf) sparse Hsparse.
  destruct Hdouble as (Hd & Hdw), Hsparse as (Hs & Hsw & Hsf).
  split; [|exact Hsf]. split; [|split; [exact Hdw|exact Hsw]].
  split; [exact Hversion|]. split; [exact Hlocal|]. split; [exact Hremote|].
  split; [split; [exact Hd|exact Hs]|]. split; [exact Hpending|]. split; [exact Hremote_id|].
  split; [exact Hlocal_id|]. exact Hbase_key.
Qed.

Lemma decode_session_safe b :
  stored b ->
  yields (decode_session b)
    (typed_result (fun s => Session_well_formed s /\ Session_fits s) RecordError_typed).
Proof.
  intros Hb. unfold decode_session. cbv zeta.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields SESSION_VERSION Hf) version Hversion.
  destruct (version =? wire.VERSION_3); [apply decode_known_version_safe; [split; easy|exact Hf]|].
  destruct (version =? wire.VERSION_4); [apply decode_known_version_safe; [split; easy|exact Hf]|].
  exact I.
Qed.

Lemma decode_identity_key_pair_safe b :
  stored b -> yields (decode_identity_key_pair b) (typed_result keys.IdentityKeyPair_typed RecordError_typed).
Proof.
  intros Hb. unfold decode_identity_key_pair. cbv zeta.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_public_key_safe b fields IDENTITY_PAIR_PUBLIC Hf) public Hpublic.
  attempt_by (stored_secret_safe b fields IDENTITY_PAIR_PRIVATE Hf) private Hprivate.
  apply yields_bind, yields_array_from_seq; [apply Hprivate|].
  destruct (keys.same_public_key _ _); [|exact I]. apply identity_key_pair_typed, Hprivate.
Qed.
End Safety.

#[export] Hint Resolve stored_fields_safe stored_uint64_safe stored_uint32_safe stored_optional_uint32_safe
  stored_all_safe stored_optional_safe stored_bytes_safe stored_required_safe stored_secret_safe
  stored_public_key_safe decode_chain_key_safe decode_ratchet_pair_safe decode_sending_chain_safe
  decode_skipped_key_safe append_skipped_safe decode_skipped_safe decode_receiving_chain_safe has_chain_safe
  append_chain_safe decode_receiving_safe decode_pending_kem_safe decode_optional_pending_kem_safe
  decode_pending_safe decode_all_pending_safe decode_sparse_safe decode_ratchet_safe decode_known_version_safe
  decode_session_safe decode_identity_key_pair_safe : spec.
