(** Panic-freedom of [session::select::receive], of any message and any well-formed record. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record_decode
  session_record session_select_types session_select_receive.
From Twinratchet.generated Require address keys ratchet ratchet_double_state ratchet_triple wire wire_message.
From Twinratchet.theorems.safety Require Import address keys ratchet_double_state session_record_types
  session_record_decode session_record session_select_types ratchet_sparse wire_message ratchet_triple.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** A message as the parser gives it: what it carries for SPQR can be parsed. *)
Definition received (message : wire_message.SignalMessage) : Prop :=
  wire_message.SignalMessage_typed message /\ seq_len (wire_message.SignalMessage_spqr message) < 2 ^ 62.

Lemma parsed_message_is_received b message : stored b -> parsed_from b message -> received message.
Proof. intros (_ & Hb) (Hm & _ & _ & _ & Hspqr & _). split; [exact Hm|]. lia. Qed.

Lemma known_fields_received profile message :
  received message -> received (wire_message.known_fields profile message).
Proof.
  intros ((H1 & H2 & H3 & H4 & H5 & H6 & H7 & H8 & H9) & H).
  destruct profile; cbn [wire_message.known_fields].
  - split; [|exact H]. repeat (split; [assumption|]). assumption.
  - split; [|exact H]. repeat (split; [assumption|]). assumption.
  - split; [|cbn; lia]. repeat (split; [solve [assumption|constructor|exact I]|]). assumption.
Qed.

(** What an attempt leaves: a well-formed session with no prekey pending. *)
Definition Attempt_well_formed (a : Attempt) : Prop :=
  match a with
  | Attempt_Opened session plaintext => Session_well_formed session /\ bytes plaintext
  | _ => True
  end.

Section Message.
Context (local : Local) (remote : Remote) (ratchet_private : PrivateKey).
Context (message : wire_message.SignalMessage).
Context (local_typed : Local_typed local) (remote_typed : Remote_typed remote).
Context (private_typed : PrivateKey_typed ratchet_private) (message_received : received message).

Lemma attempt_safe session :
  Session_well_formed session -> Session_fits session ->
  yields (attempt session local remote ratchet_private message) Attempt_well_formed.
Proof.
  intros Hs Hf. pose proof Hs as ((_ & Hli & Hri & Hratchet & _) & Hd & Hsparse). unfold attempt.
  destruct (_ =? _); [|exact I]. cbv zeta.
  call_by (address_block_safe _ _ (proj1 remote_typed) (proj1 (proj2 (proj2 local_typed)))) addresses Ha.
  call_by (jump_limit_safe (Session_local_identity session) (Session_remote_identity session) local remote
    local_typed remote_typed) limit Hlimit.
  call_by (chain_limits_safe (Local_profile local) limit) limits (Hlt & Hlw).
  destruct (known_fields_received (Local_profile local) message message_received) as (Hm & Hspqr).
  apply yields_bind. eapply yields_mono.
  - apply triple_decrypt_safe; try assumption.
    + split; assumption.
    + destruct addresses; [apply Ha|exact I].
    + apply ratchet_key_pair_typed, private_typed.
  - intros [(ratchet, plaintext)|e] H.
    + destruct H as (H1 & H2 & H3 & H4). split; [|exact H4].
      apply without_pending_well_formed, with_ratchet_well_formed; assumption.
    + destruct e; exact I.
Qed.

Lemma attempt_current_safe record :
  Record_well_formed record -> Current_fits record ->
  yields (attempt_current record local remote ratchet_private message) Attempt_well_formed.
Proof.
  intros (Hr & _) Hf. unfold attempt_current. unfold Current_fits in Hf.
  destruct (Record_current record) as [session|]; [|exact I]. apply attempt_safe; assumption.
Qed.

(** An archived session may be any bytes. *)
Lemma attempt_archived_safe b :
  stored b -> yields (attempt_archived b local remote ratchet_private message) Attempt_well_formed.
Proof.
  intros Hb. unfold attempt_archived. eapply yields_try; [exact (decode_session_safe b Hb)| |intros; exact I].
  intros session (Hs & Hf). apply attempt_safe; assumption.
Qed.

(** The number of the session that settled it is one of the archive, if any did. *)
Definition settled_within (record : Record) (settled : Z * Attempt) : Prop :=
  Attempt_well_formed (snd settled) /\
  match snd settled with
  | Attempt_Failed => True
  | _ => 0 <= fst settled < seq_len (Record_previous record)
  end.

Lemma attempt_previous_safe record :
  Record_well_formed record -> Previous_fits record ->
  yields (attempt_previous record local remote ratchet_private message) (settled_within record).
Proof.
  intros (_ & Hp & _) Hf. unfold attempt_previous. cbv zeta.
  apply (yields_for (fun _ => settled_within record)); [split; exact I| |auto].
  intros i (at', settled) Hi Hsettled. destruct settled; [exact Hsettled..|].
  assert (Hs : Forall stored (Record_previous record)).
  { unfold Previous_fits, short in Hf. rewrite Forall_forall in *. intros b Hin. split; auto. }
  apply yields_bind, (yields_index stored); [exact Hs|exact Hi|]. intros b _ Hb.
  call_by (attempt_archived_safe b Hb) result Hresult. split; [exact Hresult|]. destruct result; auto.
Qed.

Lemma decrypt_with_previous_safe record :
  Record_well_formed record -> Current_fits record -> Previous_fits record ->
  yields (decrypt_with_previous record local remote ratchet_private message)
    (typed_result (fun '(next, plaintext) => Record_well_formed next /\ bytes plaintext) SessionError_typed).
Proof.
  intros Hr Hc Hp. unfold decrypt_with_previous.
  call_by (attempt_previous_safe record Hr Hp) (i, result) (Hresult & Hi).
  destruct result as [session plaintext| |]; [|exact I..]. destruct Hresult as (Hs & Hplaintext).
  call_by (promote_safe record i session Hr Hc Hi Hs) next (Hn & _). split; assumption.
Qed.

Lemma decrypt_with_any_safe record :
  Record_well_formed record -> Current_fits record -> Previous_fits record ->
  yields (decrypt_with_any record local remote ratchet_private message)
    (typed_result (fun '(next, plaintext) => Record_well_formed next /\ bytes plaintext) SessionError_typed).
Proof.
  intros Hr Hc Hp. unfold decrypt_with_any. call_by (attempt_current_safe record Hr Hc) result Hresult.
  destruct result as [session plaintext| |]; [|exact I|apply decrypt_with_previous_safe; assumption].
  destruct Hresult as (Hs & Hplaintext). split; [|exact Hplaintext].
  apply replace_current_well_formed; assumption.
Qed.

(** Any message is decrypted or refused, and the record stays well-formed. *)
Lemma decrypt_message_safe record :
  Record_well_formed record -> Current_fits record -> Previous_fits record ->
  yields (decrypt_message record local remote ratchet_private message)
    (typed_result (fun d => Decrypted_typed d /\ Record_well_formed (Decrypted_record d)) SessionError_typed).
Proof.
  intros Hr Hc Hp. unfold decrypt_message. destruct (is_empty record); [exact I|].
  attempt_by (decrypt_with_any_safe record Hr Hc Hp) (next, plaintext) (Hn & Hplaintext).
  unfold current_identity. destruct (Record_current next); [|exact I].
  pose proof (check_trust_typed remote (Session_remote_identity s)) as Htrust.
  destruct (check_trust _ _) as [[]|e]; [|exact Htrust]. split; [|exact Hn].
  split; [apply well_formed_record_is_typed, Hn|]. split; [exact Hplaintext|]. split; exact I.
Qed.
End Message.
End Safety.

#[export] Hint Resolve attempt_safe attempt_current_safe attempt_archived_safe attempt_previous_safe
  decrypt_with_previous_safe decrypt_with_any_safe decrypt_message_safe : spec.
