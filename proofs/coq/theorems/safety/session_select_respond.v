(** Panic-freedom of [session::select::respond], of any prekey message and any well-formed record. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record_decode
  session_record session_select_types session_select_receive session_select_respond.
From Twinratchet.generated Require handshake handshake_pqxdh handshake_x3dh keys keys_kem ratchet_double_state
  ratchet_sparse_types ratchet_triple wire wire_message wire_prekey_message.
From Twinratchet.theorems.safety Require Import handshake_x3dh handshake_pqxdh ratchet_double_state
  session_record_types session_record_decode session_record session_select_types session_select_receive.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * The sessions that are known *)

(** What is found is one of the archive, and well-formed. *)
Definition Search_well_formed (record : Record) (search : Search) : Prop :=
  match search with
  | Search_Open => True
  | Search_Found i session =>
      0 <= i < seq_len (Record_previous record) /\ Session_well_formed session /\ Session_fits session
  | Search_Corrupt e => RecordError_typed e
  end.

Lemma search_archived_safe record b i envelope :
  stored b -> 0 <= i < seq_len (Record_previous record) ->
  yields (search_archived b i envelope) (Search_well_formed record).
Proof.
  intros Hb Hi. unfold search_archived. eapply yields_try; [exact (decode_session_safe b Hb)| |auto].
  intros session (Hs & Hf). destruct (is_named_by session envelope); [|exact I].
  split; [exact Hi|]. split; assumption.
Qed.

Lemma search_previous_safe record envelope :
  Record_well_formed record -> Previous_fits record ->
  yields (search_previous record envelope) (Search_well_formed record).
Proof.
  intros (_ & Hp & _) Hf. unfold search_previous. cbv zeta.
  apply (yields_for (fun _ => Search_well_formed record)); [exact I| |auto].
  intros i search Hi Hsearch. destruct search; [|exact Hsearch..].
  assert (Hs : Forall stored (Record_previous record)).
  { unfold Previous_fits, short in Hf. rewrite Forall_forall in *. intros b Hin. split; auto. }
  apply yields_bind, (yields_index stored); [exact Hs|exact Hi|]. intros b _ Hb.
  apply search_archived_safe; assumption.
Qed.

(** * Answering a handshake *)

Lemma found_signed_prekey_typed lookup :
  PreKeyLookup_typed lookup ->
  typed_result keys.SignedPreKeyPair_typed SessionError_typed (found_signed_prekey lookup).
Proof.
  intros (H & _). unfold found_signed_prekey. destruct (PreKeyLookup_signed_prekey lookup); [exact H|exact I].
Qed.

Lemma found_kem_prekey_typed lookup :
  PreKeyLookup_typed lookup ->
  typed_result keys_kem.KemPreKeyPair_typed SessionError_typed (found_kem_prekey lookup).
Proof.
  intros (_ & H & _). unfold found_kem_prekey. destruct (PreKeyLookup_kem_prekey lookup); [exact H|exact I].
Qed.

Lemma found_one_time_prekey_typed id lookup :
  PreKeyLookup_typed lookup ->
  typed_result (typed_option keys.OneTimePreKeyPair_typed) SessionError_typed
    (found_one_time_prekey id lookup).
Proof.
  intros (_ & _ & H & _). unfold found_one_time_prekey. destruct id; [|exact I].
  destruct (PreKeyLookup_one_time_prekey lookup); [exact H|exact I].
Qed.

Lemma carried_kem_typed envelope :
  wire_prekey_message.PreKeyEnvelope_typed envelope ->
  typed_result wire_prekey_message.KemFields_typed SessionError_typed (carried_kem envelope).
Proof.
  intros (_ & _ & _ & _ & H & _). unfold carried_kem.
  destruct (wire_prekey_message.PreKeyEnvelope_kem envelope); [exact H|exact I].
Qed.

Section Answer.
Context (local : Local) (remote : Remote) (lookup : PreKeyLookup).
Context (envelope : wire_prekey_message.PreKeyEnvelope).
Context (local_typed : Local_typed local) (remote_typed : Remote_typed remote).
Context (lookup_typed : PreKeyLookup_typed lookup).
Context (envelope_typed : wire_prekey_message.PreKeyEnvelope_typed envelope).

Lemma answer_by_x3dh_safe signed_prekey :
  keys.SignedPreKeyPair_typed signed_prekey ->
  yields (answer_by_x3dh local signed_prekey lookup envelope)
    (typed_result Agreed_well_formed SessionError_typed).
Proof.
  intros Hs. pose proof envelope_typed as (_ & _ & _ & _ & _ & Hb & Hi). unfold answer_by_x3dh.
  pose proof (found_one_time_prekey_typed
    (wire_prekey_message.PreKeyEnvelope_one_time_prekey_id envelope) lookup lookup_typed) as Ho.
  destruct (found_one_time_prekey _ _) as [one_time|e]; [|exact Ho]. apply yields_bind.
  eapply yields_mono; [apply respond_safe; [apply local_typed|exact Hs|exact Ho|exact Hi|exact Hb]|].
  intros result Hresult. apply agreed_by_x3dh_well_formed, Hresult.
Qed.

Lemma answer_by_pqxdh_safe signed_prekey :
  keys.SignedPreKeyPair_typed signed_prekey ->
  yields (answer_by_pqxdh local remote signed_prekey lookup envelope)
    (typed_result Agreed_well_formed SessionError_typed).
Proof.
  intros Hs. pose proof envelope_typed as (_ & _ & _ & _ & _ & Hb & Hi). unfold answer_by_pqxdh.
  pose proof (carried_kem_typed envelope envelope_typed) as Hc.
  destruct (carried_kem envelope) as [kem|e]; [|exact Hc]. destruct Hc as (_ & Hc).
  pose proof (found_kem_prekey_typed lookup lookup_typed) as Hk.
  destruct (found_kem_prekey lookup) as [kem_prekey|e]; [|exact Hk].
  pose proof (found_one_time_prekey_typed
    (wire_prekey_message.PreKeyEnvelope_one_time_prekey_id envelope) lookup lookup_typed) as Ho.
  destruct (found_one_time_prekey _ _) as [one_time|e]; [|exact Ho]. apply yields_bind.
  eapply yields_mono;
    [apply pqxdh_respond_safe; [apply local_typed|exact Hs|exact Ho|exact Hk|exact Hi|exact Hb|exact Hc]|].
  intros [secrets|e] H; [|exact H]. cbn [lift_pqxdh]. cbv zeta.
  apply yields_bind. eapply yields_mono; [apply jump_limit_safe; assumption|]. intros limit _.
  apply yields_bind. eapply yields_mono; [apply agreed_by_pqxdh_safe, H|]. auto.
Qed.

Lemma respond_session_safe :
  yields (respond_session local remote lookup envelope)
    (typed_result (fun s => Session_well_formed s /\ Session_fits s) SessionError_typed).
Proof.
  pose proof envelope_typed as (_ & Hid & _ & _ & _ & Hb & Hi).
  pose proof local_typed as ((_ & Hl) & Hlid & _).
  unfold respond_session, check_version.
  destruct (_ =? wire.session_version _); [|exact I].
  pose proof (found_signed_prekey_typed lookup lookup_typed) as Hs.
  destruct (found_signed_prekey lookup) as [signed|e]; [|exact Hs]. cbn [typed_result] in Hs.
  apply yields_bind. apply (yields_mono _ (typed_result Agreed_well_formed SessionError_typed)).
  - destruct (_ =? wire.VERSION_3); [apply answer_by_x3dh_safe, Hs|apply answer_by_pqxdh_safe, Hs].
  - intros [agreed|e] H; [|exact H]. destruct H as ((Hv & Hr & Hc & Hst) & Hsw & Hsf).
    pose proof (ratchet_init_responder_typed _ _ _ Hr Hc Hs) as (Hd & Hdw).
    split; [|exact Hsf]. split; [|split; [exact Hdw|exact Hsw]].
    split; [exact Hv|]. split; [exact Hl|]. split; [exact Hi|]. split; [split; [exact Hd|exact Hst]|].
    split; [exact I|]. split; [exact Hid|]. split; [exact Hlid|]. exact Hb.
Qed.

(** * The record that a prekey message is for *)

Lemma session_of_prekey_message_safe record :
  Record_well_formed record -> Record_fits record ->
  yields (session_of_prekey_message record local remote lookup envelope)
    (typed_result (fun '(made, _) => Record_well_formed made /\ Current_fits made /\ Previous_fits made)
      SessionError_typed).
Proof.
  intros Hr (Hc & Hp & Hshort). unfold session_of_prekey_message.
  destruct (current_is_named record envelope); [split; [exact Hr|split; assumption]|].
  call_by (search_previous_safe record envelope Hr Hp) search Hsearch.
  destruct search as [|i session|e]; [|destruct Hsearch as (Hi & Hs & Hsf)|exact Hsearch].
  - attempt_by respond_session_safe session (Hs & Hsf).
    call_by (set_current_safe record session Hr Hc Hs) made (Hm & E & Ha).
    split; [exact Hm|]. split; [|exact (Ha Hshort Hp)]. unfold Current_fits. rewrite E. exact Hsf.
  - call_by (promote_safe record i session Hr Hc Hi Hs) made (Hm & E & Ha).
    split; [exact Hm|]. split; [|exact (Ha Hshort Hp)]. unfold Current_fits. rewrite E. exact Hsf.
Qed.
End Answer.

(** * Decrypting *)

Lemma decrypt_inner_safe record local remote ratchet_private version message :
  Record_well_formed record -> Current_fits record -> Previous_fits record ->
  Local_typed local -> Remote_typed remote -> PrivateKey_typed ratchet_private -> received message ->
  yields (decrypt_inner record local remote ratchet_private version message)
    (typed_result (fun '(next, plaintext) => Record_well_formed next /\ bytes plaintext) SessionError_typed).
Proof.
  intros Hr Hc Hp Hl Hremote Hprivate Hm. unfold decrypt_inner.
  destruct (_ =? version); [|apply decrypt_with_previous_safe; assumption].
  apply yields_bind.
  eapply yields_mono; [exact (attempt_current_safe local remote ratchet_private message Hl Hremote Hprivate Hm
    record Hr Hc)|].
  intros [session plaintext| |] H; [|exact I..]. destruct H as (Hs & Hplaintext).
  split; [|exact Hplaintext]. apply replace_current_well_formed; assumption.
Qed.

Lemma was_seen_safe seen base_key : yields (was_seen seen base_key) (fun _ => True).
Proof.
  unfold was_seen. cbv zeta. apply (yields_for (fun _ _ => True)); [exact I| |auto].
  intros i found Hi _. apply yields_bind, yields_index_any; [exact Hi|]. intros key _.
  destruct (keys.same_public_key _ _); exact I.
Qed.

Lemma check_unseen_safe lookup used :
  yields (check_unseen lookup used) (typed_result (fun _ => True) SessionError_typed).
Proof.
  destruct used as [kem|]; [|exact I]. unfold check_unseen.
  call_by (was_seen_safe (PreKeyLookup_seen_base_keys lookup) (UsedKemPreKey_base_key kem)) seen Hseen.
  destruct seen; exact I.
Qed.

Lemma used_one_time_prekey_typed origin envelope :
  wire_prekey_message.PreKeyEnvelope_typed envelope ->
  typed_option (typed_int 32) (used_one_time_prekey origin envelope).
Proof. intros (_ & _ & H & _). destruct origin; [exact I|exact H]. Qed.

Lemma used_kem_prekey_typed origin envelope :
  wire_prekey_message.PreKeyEnvelope_typed envelope ->
  typed_option UsedKemPreKey_typed (used_kem_prekey origin envelope).
Proof.
  intros (_ & _ & _ & Hs & Hk & Hb & _). unfold used_kem_prekey. destruct origin; [exact I|].
  destruct (wire_prekey_message.PreKeyEnvelope_kem envelope) as [kem|]; [|exact I]. destruct Hk as (Hk & _).
  destruct (_ =? wire.VERSION_4); [|exact I]. split; [exact Hk|]. split; assumption.
Qed.

(** Any prekey message is decrypted or refused, and the record stays well-formed. *)
Lemma decrypt_prekey_message_safe record local remote lookup ratchet_private message :
  Record_well_formed record -> Record_fits record ->
  Local_typed local -> Remote_typed remote -> PreKeyLookup_typed lookup -> PrivateKey_typed ratchet_private ->
  wire_prekey_message.PreKeyEnvelope_typed (wire_prekey_message.PreKeySignalMessage_envelope message) ->
  received (wire_prekey_message.PreKeySignalMessage_message message) ->
  yields (decrypt_prekey_message record local remote lookup ratchet_private message)
    (typed_result (fun d => Decrypted_typed d /\ Record_well_formed (Decrypted_record d)) SessionError_typed).
Proof.
  intros Hr Hf Hl Hremote Hlookup Hprivate He Hm. unfold decrypt_prekey_message. cbv zeta.
  match goal with |- context [check_trust remote ?key] =>
    pose proof (check_trust_typed remote key) as Htrust end.
  destruct (check_trust _ _) as [[]|e]; [|exact Htrust].
  attempt_by (session_of_prekey_message_safe local remote lookup _ Hl Hremote Hlookup He record Hr Hf)
    (made, origin) (Hmade & Hc & Hp).
  eapply yields_try; [apply decrypt_inner_safe; assumption| |auto].
  intros (next, plaintext) (Hn & Hplaintext).
  eapply yields_try; [apply check_unseen_safe| |auto].
  intros [] _. split; [|exact Hn].
  split; [apply well_formed_record_is_typed, Hn|]. split; [exact Hplaintext|].
  split; [apply used_one_time_prekey_typed, He|apply used_kem_prekey_typed, He].
Qed.
End Safety.

#[export] Hint Resolve search_archived_safe search_previous_safe answer_by_x3dh_safe answer_by_pqxdh_safe
  respond_session_safe session_of_prekey_message_safe decrypt_inner_safe was_seen_safe check_unseen_safe
  decrypt_prekey_message_safe : spec.
