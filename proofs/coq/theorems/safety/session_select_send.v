(** Panic-freedom of [session::select::send], of any bundle and any well-formed record. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record
  session_select_types session_select_send.
From Twinratchet.generated Require address handshake handshake_bundle handshake_pqxdh handshake_x3dh keys
  keys_kem ratchet ratchet_double_state ratchet_sparse_types ratchet_triple wire wire_prekey_message.
From Twinratchet.theorems.safety Require Import address keys keys_kem handshake_bundle handshake_x3dh
  handshake_pqxdh ratchet_double_state session_record_types session_record session_select_types ratchet_sparse
  wire_prekey_message ratchet_triple.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * A new session *)

Lemma pending_kem_safe bundle ciphertext :
  handshake_bundle.PreKeyBundle_typed bundle -> bytes ciphertext ->
  yields (pending_kem bundle ciphertext) (typed_option PendingKem_typed).
Proof.
  intros (_ & _ & _ & _ & _ & Hk & _) Hc. unfold pending_kem.
  destruct (handshake_bundle.PreKeyBundle_kem_prekey bundle) as [entry|]; [|exact I].
  destruct Hk as (Hid & _).
  call_by (serialize_kem_ciphertext_safe ciphertext Hc) b (_ & Hb). split; assumption.
Qed.

(** What both handshakes give: what is agreed, and the KEM ciphertext that is to be sent. *)
Definition agreement_is_good (agreement : Agreed * option PendingKem) : Prop :=
  Agreed_well_formed (fst agreement) /\ typed_option PendingKem_typed (snd agreement).

Lemma agree_by_pqxdh_safe local remote bundle base kem_random :
  Local_typed local -> Remote_typed remote -> handshake_bundle.PreKeyBundle_typed bundle ->
  keys.BaseKeyPair_typed base -> KemRandom_typed kem_random ->
  yields (agree_by_pqxdh local remote bundle base kem_random)
    (typed_result agreement_is_good SessionError_typed).
Proof.
  intros Hl Hr Hbundle Hb Hk. unfold agree_by_pqxdh.
  apply yields_bind.
  eapply yields_mono; [apply pqxdh_initiate_safe; [apply Hl|exact Hb|exact Hbundle|exact Hk]|].
  intros [(secrets, ciphertext)|e] H; [|exact H]. destruct H as (Hs & _ & Hc). cbn [lift_pqxdh].
  apply yields_bind. eapply yields_mono; [apply jump_limit_safe; assumption|]. intros limit _.
  apply yields_bind. eapply yields_mono; [apply agreed_by_pqxdh_safe, Hs|]. intros agreed Hagreed.
  call_by (pending_kem_safe bundle ciphertext Hbundle Hc) kem Hkem. split; assumption.
Qed.

Lemma agree_safe local remote bundle base kem_random :
  Local_typed local -> Remote_typed remote -> handshake_bundle.PreKeyBundle_typed bundle ->
  keys.BaseKeyPair_typed base -> KemRandom_typed kem_random ->
  yields (agree local remote bundle base kem_random) (typed_result agreement_is_good SessionError_typed).
Proof.
  intros Hl Hr Hbundle Hb Hk. unfold agree.
  destruct (_ =? wire.VERSION_3); [|apply agree_by_pqxdh_safe; assumption].
  apply yields_bind. eapply yields_mono; [apply initiate_safe; [apply Hl|exact Hb|exact Hbundle]|].
  intros result Hresult. apply agreed_by_x3dh_well_formed in Hresult.
  destruct (agreed_by_x3dh result) as [agreed|e]; [|exact Hresult]. split; [exact Hresult|exact I].
Qed.

Lemma pending_of_safe bundle base kem now_ms :
  handshake_bundle.PreKeyBundle_typed bundle -> keys.BaseKey_typed base ->
  typed_option PendingKem_typed kem -> typed_int 64 now_ms ->
  yields (pending_of bundle base kem now_ms) Pending_typed.
Proof.
  intros (_ & Ho & Hs & _) Hb Hk Hnow. unfold pending_of, MS_PER_S.
  apply yields_bind, yields_checked_div; [lia|].
  split; [destruct (handshake_bundle.PreKeyBundle_one_time_prekey bundle); [apply Ho|exact I]|].
  split; [exact Hs|]. split; [exact Hk|]. split; [exact Hb|]. unfold typed_int in *.
  split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia.
Qed.

(** A session is started with any bundle, or the bundle is refused; the record stays well-formed. *)
Lemma start_session_safe record local remote bundle base_private ratchet_private kem_random now_ms :
  Record_well_formed record -> Current_fits record -> Local_typed local -> Remote_typed remote ->
  handshake_bundle.PreKeyBundle_typed bundle -> PrivateKey_typed base_private ->
  PrivateKey_typed ratchet_private -> KemRandom_typed kem_random -> typed_int 64 now_ms ->
  yields (start_session record local remote bundle base_private ratchet_private kem_random now_ms)
    (typed_result Record_well_formed SessionError_typed).
Proof.
  intros Hr Hf Hl Hremote Hbundle Hbase Hratchet Hk Hnow. unfold start_session.
  pose proof (check_trust_typed remote (handshake_bundle.PreKeyBundle_identity_key bundle)) as Htrust.
  destruct (check_trust _ _) as [[]|e]; [|exact Htrust].
  apply yields_bind. eapply yields_mono; [apply check_bundle_safe, Hbundle|]. intros [[]|e] He; [|exact He].
  cbn [lift_check]. cbv zeta. pose proof (base_key_pair_typed _ Hbase) as Hb.
  generalize dependent (keys.base_key_pair base_private). intros base Hb.
  attempt_by (agree_safe local remote bundle base kem_random Hl Hremote Hbundle Hb Hk)
    (agreed, kem) (((Hv & Hrk & Hck & Hst) & Hsw & Hsf) & Hkem). cbn [snd fst] in *.
  pose proof Hbundle as (Hid & _ & _ & Hsigned & _ & _ & Hi).
  apply yields_bind.
  eapply yields_mono;
    [apply ratchet_init_initiator_safe;
      [exact Hrk|exact Hck|exact Hsigned|apply ratchet_key_pair_typed, Hratchet]|].
  intros [double|e] Hdouble; [|exact I]. destruct Hdouble as (Hd & Hdw). cbn [lift_fresh_ratchet].
  call_by (pending_of_safe bundle _ kem now_ms Hbundle (proj2 Hb) Hkem Hnow) pending Hpending.
  apply yields_bind. eapply yields_mono; [apply set_current_safe; [exact Hr|exact Hf|]|].
  - split; [|split; [exact Hdw|exact Hsw]].
    split; [exact Hv|]. split; [apply Hl|]. split; [exact Hi|]. split; [split; [exact Hd|exact Hst]|].
    split; [exact Hpending|]. split; [exact Hid|]. split; [apply Hl|]. apply Hb.
  - intros next (Hnext & _). exact Hnext.
Qed.

(** * Encrypting *)

Lemma check_age_safe session now_ms :
  typed_option Pending_typed (Session_pending session) ->
  yields (check_age session now_ms) (typed_result (fun _ => True) SessionError_typed).
Proof.
  intros Hp. unfold check_age, MS_PER_S, MAX_UNACKNOWLEDGED_AGE_MS.
  destruct (Session_pending session) as [data|]; [|exact I]. destruct Hp as (_ & _ & _ & _ & Hcreated).
  unfold typed_int in Hcreated.
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
  destruct (_ <? now_ms); exact I.
Qed.

Lemma wrap_safe profile session message :
  Session_typed session -> bytes message -> yields (wrap profile session message) Ciphertext_typed.
Proof.
  intros (Hv & Hli & _ & _ & Hp & _ & Hid & _) Hm. unfold wrap.
  destruct (Session_pending session) as [pending|]; [|split; [exact I|exact Hm]].
  destruct Hp as (Ho & Hs & Hk & Hb & _). cbv zeta. apply yields_bind.
  eapply yields_mono; [apply encode_prekey_message_safe; [|exact Hm]|].
  - split; [exact Hv|]. split; [exact Hid|]. split; [exact Ho|]. split; [exact Hs|].
    split; [|split; [exact Hb|exact Hli]].
    destruct (Pending_kem pending) as [kem|]; [|exact I]. exact Hk.
  - intros b (Hbytes & _). split; [exact I|exact Hbytes].
Qed.

Lemma carried_addresses_safe session local remote :
  Local_typed local -> Remote_typed remote ->
  yields (carried_addresses session local remote) (typed_option bytes).
Proof.
  intros (_ & _ & Hl & _) (Hr & _). unfold carried_addresses.
  destruct (Local_profile local), (Session_pending session); try exact I;
    (eapply yields_mono; [apply address_block_safe; assumption|]; intros [b|] H; [apply H|exact I]).
Qed.

(** Any plaintext is encrypted, or refused; the record stays well-formed. *)
Lemma encrypt_safe record local remote now_ms random plaintext :
  Record_well_formed record -> Current_fits record -> Local_typed local -> Remote_typed remote ->
  ratchet_sparse_types.SparseRandom_typed random -> bytes plaintext ->
  yields (encrypt record local remote now_ms random plaintext)
    (typed_result (fun '(next, ciphertext) => Record_well_formed next /\ Ciphertext_typed ciphertext)
      SessionError_typed).
Proof.
  intros Hr Hf Hl Hremote Hrandom Hplaintext. unfold encrypt, sending_session.
  pose proof Hr as (Hs & _). unfold Current_fits in Hf.
  destruct (Record_current record) as [session|]; [|exact I]. cbn [typed_option] in Hs, Hf.
  pose proof Hs as ((Hv & Hli & Hri & Hratchet & Hp & _) & Hd & Hsparse).
  attempt_by (check_age_safe session now_ms Hp) [] _. cbv zeta.
  call_by (carried_addresses_safe session local remote Hl Hremote) addresses Ha.
  apply yields_bind. eapply yields_mono.
  - apply triple_encrypt_safe; try assumption.
    + split; [apply Hl|exact Hv].
    + split; assumption.
  - intros [(ratchet, message)|e] H; [|destruct e; exact I]. destruct H as (H1 & H2 & H3 & H4).
    cbn [lift_sent].
    call_by (wrap_safe (Local_profile local) session message (proj1 Hs) H4) ciphertext Hc.
    pose proof (check_trust_typed remote (Session_remote_identity session)) as Htrust.
    destruct (check_trust _ _) as [[]|e]; [|exact Htrust]. split; [|exact Hc].
    apply replace_current_well_formed; [exact Hr|]. apply with_ratchet_well_formed; assumption.
Qed.
End Safety.

#[export] Hint Resolve pending_kem_safe agree_by_pqxdh_safe agree_safe pending_of_safe start_session_safe
  check_age_safe wrap_safe carried_addresses_safe encrypt_safe : spec.
