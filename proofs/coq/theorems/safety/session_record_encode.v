(** Panic-freedom of [session::record::encode], of any well-formed session. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.Written.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record_encode.
From Twinratchet.generated Require keys ratchet_double_state ratchet_skipped ratchet_sparse_state_encode
  ratchet_triple wire_protobuf.
From Twinratchet.theorems.safety Require Import keys ratchet_double_state session_record_types ratchet_sparse
  ratchet_sparse_state_encode.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma put_secret_gives_bytes out number value :
  bytes out -> bytes value -> bytes (put_secret out number value).
Proof. apply put_bytes_gives_bytes. Qed.

Lemma put_public_key_safe out number key :
  bytes out -> PublicKey_typed key -> yields (put_public_key out number key) bytes.
Proof.
  intros Hout Hkey. unfold put_public_key. call_by (serialize_public_key_safe key Hkey) b (_ & Hb).
  apply put_bytes_gives_bytes; assumption.
Qed.

Lemma encode_chain_key_gives_bytes index key : ChainKey_typed key -> bytes (encode_chain_key index key).
Proof.
  intros (_ & Hkey). apply put_secret_gives_bytes; [|exact Hkey]. apply put_nonzero_gives_bytes. constructor.
Qed.

Lemma encode_sending_chain_safe chain :
  ratchet_double_state.SendingChain_typed chain -> yields (encode_sending_chain chain) bytes.
Proof.
  intros ((Hprivate & Hpublic) & Hcks & Hns). unfold encode_sending_chain. cbv zeta.
  call_by (put_public_key_safe [] _ _ ltac:(constructor) Hpublic) out Hout.
  apply put_bytes_gives_bytes; [|apply encode_chain_key_gives_bytes, Hcks].
  apply put_secret_gives_bytes; [exact Hout|apply Hprivate].
Qed.

Lemma encode_skipped_key_gives_bytes skipped :
  ratchet_skipped.SkippedKey_typed skipped -> bytes (encode_skipped_key skipped).
Proof.
  intros (_ & _ & Hseed). apply put_secret_gives_bytes; [|exact Hseed]. apply put_nonzero_gives_bytes.
  constructor.
Qed.

Lemma encode_receiving_chain_safe chain :
  ratchet_double_state.ReceivingChain_typed chain -> yields (encode_receiving_chain chain) bytes.
Proof.
  intros (Hdhr & Hckr & _ & Hskipped). unfold encode_receiving_chain. cbv zeta.
  call_by (put_public_key_safe [] _ _ ltac:(constructor) Hdhr) out Hout.
  apply (yields_for (fun _ => bytes)); [| |auto].
  - apply put_bytes_gives_bytes; [exact Hout|apply encode_chain_key_gives_bytes, Hckr].
  - intros i written Hi Hw. apply yields_bind, (yields_index _ _ _ _ Hskipped Hi). intros skipped _ Hs.
    apply put_bytes_gives_bytes; [exact Hw|apply encode_skipped_key_gives_bytes, Hs].
Qed.

Lemma encode_pending_safe pending : Pending_typed pending -> yields (encode_pending pending) bytes.
Proof.
  intros (_ & _ & _ & Hbase & _). unfold encode_pending. cbv zeta. apply yields_bind.
  eapply yields_mono; [apply put_public_key_safe; [|exact Hbase]|].
  - destruct (Pending_one_time_prekey_id pending); [apply put_uint32_gives_bytes|]; constructor.
  - intros out Hout. now do 2 apply put_nonzero_gives_bytes.
Qed.

Lemma put_pending_safe out pending :
  bytes out -> typed_option Pending_typed pending -> yields (put_pending out pending) bytes.
Proof.
  intros Hout Hp. destruct pending as [data|]; [|exact Hout]. unfold put_pending.
  call_by (encode_pending_safe data Hp) b Hb. apply put_bytes_gives_bytes; assumption.
Qed.

Lemma put_pending_kem_gives_bytes out pending :
  bytes out -> typed_option Pending_typed pending -> bytes (put_pending_kem out pending).
Proof.
  intros Hout Hp. destruct pending as [data|]; [|exact Hout]. destruct Hp as (_ & _ & Hkem & _).
  unfold put_pending_kem. destruct (Pending_kem data) as [kem|]; [|exact Hout]. destruct Hkem as (_ & Hc).
  apply put_bytes_gives_bytes; [exact Hout|]. apply put_bytes_gives_bytes; [|exact Hc].
  apply put_nonzero_gives_bytes. constructor.
Qed.

Lemma put_sparse_gives_bytes out b : bytes out -> bytes b -> bytes (put_sparse out b).
Proof. intros Ho Hb. unfold put_sparse. destruct (_ =? 0); [exact Ho|]. now apply put_secret_gives_bytes. Qed.

Lemma put_ratchet_safe out ratchet :
  bytes out -> ratchet_double_state.State_typed ratchet -> yields (put_ratchet out ratchet) bytes.
Proof.
  intros Hout (Hrk & _ & Hsending & Hreceiving). unfold put_ratchet. cbv zeta.
  call_by (encode_sending_chain_safe _ Hsending) sending Hs.
  apply (yields_for (fun _ => bytes)); [| |auto].
  - apply put_bytes_gives_bytes; [|exact Hs]. apply put_nonzero_gives_bytes.
    apply put_secret_gives_bytes; [exact Hout|apply Hrk].
  - intros i written Hi Hw. apply yields_bind, (yields_index _ _ _ _ Hreceiving Hi). intros chain _ Hchain.
    call_by (encode_receiving_chain_safe chain Hchain) b Hb. apply put_bytes_gives_bytes; assumption.
Qed.

Lemma encode_session_safe session :
  Session_well_formed session -> Session_fits session -> yields (encode_session session) bytes.
Proof.
  intros ((_ & Hlocal & Hremote & (Hdouble & Hsparse) & Hpending & _ & _ & Hbase) & _ & Hsw) Hfits.
  unfold encode_session. cbv zeta. apply yields_bind.
  eapply yields_mono; [apply put_public_key_safe; [|exact Hlocal]|].
  { apply put_nonzero_gives_bytes. constructor. }
  intros out1 H1. call_by (put_public_key_safe _ _ _ H1 Hremote) out2 H2.
  call_by (put_ratchet_safe _ _ H2 Hdouble) out3 H3.
  call_by (put_pending_safe _ _ H3 Hpending) out4 H4. apply yields_bind.
  eapply yields_mono; [apply put_public_key_safe; [|exact Hbase]|]; [now do 2 apply put_nonzero_gives_bytes|].
  intros out5 H5. call_by (encode_state_safe _ Hsparse Hsw Hfits) sparse H6.
  apply put_sparse_gives_bytes; [|exact H6]. apply put_pending_kem_gives_bytes; assumption.
Qed.

Lemma encode_identity_key_pair_safe pair :
  keys.IdentityKeyPair_typed pair -> yields (encode_identity_key_pair pair) bytes.
Proof.
  intros (Hprivate & Hpublic). unfold encode_identity_key_pair. cbv zeta.
  call_by (put_public_key_safe [] _ _ ltac:(constructor) Hpublic) out Hout.
  apply put_secret_gives_bytes; [exact Hout|apply Hprivate].
Qed.

(** * A session without what is pending is not longer *)

Lemma put_public_key_appends number key : appends_m (fun out => put_public_key out number key).
Proof.
  apply appends_m_after. intros b. apply (appends_m_ret (fun out => wire_protobuf.put_bytes out number b)).
  apply put_bytes_appends.
Qed.

Lemma put_ratchet_appends ratchet : appends_m (fun out => put_ratchet out ratchet).
Proof.
  unfold put_ratchet. cbv zeta. apply appends_m_after. intros sending.
  match goal with |- appends_m (fun out => for_loop_m 0 ?count _ ?body) =>
    apply (appends_m_then (fun out => Ret (wire_protobuf.put_bytes (wire_protobuf.put_nonzero (put_secret out
        SESSION_ROOT_KEY (ratchet_double_state.State_rk ratchet)) SESSION_PREVIOUS_COUNTER
        (ratchet_double_state.State_pn ratchet)) SESSION_SENDING_CHAIN sending))
      (fun written => for_loop_m 0 count written body))
  end.
  - apply appends_m_ret. apply (appends_then (fun out => wire_protobuf.put_nonzero (put_secret out
        SESSION_ROOT_KEY (ratchet_double_state.State_rk ratchet)) SESSION_PREVIOUS_COUNTER
        (ratchet_double_state.State_pn ratchet)) (fun out => wire_protobuf.put_bytes out _ _));
      [|apply put_bytes_appends].
    apply (appends_then (fun out => put_secret out SESSION_ROOT_KEY (ratchet_double_state.State_rk ratchet))
      (fun out => wire_protobuf.put_nonzero out _ _)); [apply put_bytes_appends|apply put_nonzero_appends].
  - apply appends_m_for. intros i. do 2 (apply appends_m_after; intros ?).
    apply (appends_m_ret (fun out => wire_protobuf.put_bytes out SESSION_RECEIVING_CHAIN _)),
      put_bytes_appends.
Qed.

Lemma put_pending_appends pending : appends_m (fun out => put_pending out pending).
Proof.
  destruct pending as [data|]; cbn [put_pending].
  - apply appends_m_after. intros b.
    apply (appends_m_ret (fun out => wire_protobuf.put_bytes out SESSION_PENDING b)), put_bytes_appends.
  - apply (appends_m_ret (fun out => out)), appends_nothing.
Qed.

Lemma put_pending_kem_appends pending : appends (fun out => put_pending_kem out pending).
Proof.
  unfold put_pending_kem. destruct pending as [data|]; [|apply appends_nothing].
  destruct (Pending_kem data); [apply put_bytes_appends|apply appends_nothing].
Qed.

Lemma put_sparse_appends b : appends (fun out => put_sparse out b).
Proof. unfold put_sparse. destruct (seq_len b =? 0); [apply appends_nothing|apply put_bytes_appends]. Qed.

Definition without (session : Session) : Session :=
  mk_Session (Session_version session) (Session_local_identity session) (Session_remote_identity session)
    (Session_ratchet session) None (Session_remote_registration_id session)
    (Session_local_registration_id session) (Session_base_key session).

Lemma encoding_without_pending_is_not_longer session out :
  encode_session session = Ret out ->
  exists shorter, encode_session (without session) = Ret shorter /\ seq_len shorter <= seq_len out.
Proof.
  unfold encode_session, without. cbn [Session_version Session_local_identity Session_remote_identity
    Session_ratchet Session_pending Session_remote_registration_id Session_local_registration_id
    Session_base_key]. cbv zeta.
  destruct (put_public_key _ SESSION_LOCAL_IDENTITY _) as [out1|]; [|discriminate]. cbn [bind].
  destruct (put_public_key _ SESSION_REMOTE_IDENTITY _) as [out2|]; [|discriminate]. cbn [bind].
  destruct (put_ratchet _ _) as [out3|]; [|discriminate]. cbn [bind].
  destruct (put_pending_appends (Session_pending session)) as (pending & Hpending). rewrite Hpending.
  destruct pending as [p|]; [|discriminate]. cbn [bind put_pending].
  destruct (put_nonzero_appends SESSION_REMOTE_REGISTRATION (Session_remote_registration_id session))
    as (r & Hr).
  destruct (put_nonzero_appends SESSION_LOCAL_REGISTRATION (Session_local_registration_id session))
    as (l & Hl).
  destruct (put_public_key_appends SESSION_BASE_KEY (keys.BaseKey_key (Session_base_key session)))
    as (b & Hb).
  rewrite !Hr, !Hl, !Hb. destruct b as [b|]; [|discriminate]. cbn [bind].
  destruct (put_pending_kem_appends (Session_pending session)) as (k & Hk). rewrite Hk.
  destruct (ratchet_sparse_state_encode.encode_state _) as [sparse|]; [|discriminate]. cbn [bind].
  destruct (put_sparse_appends sparse) as (s & Hs). rewrite !Hs. intros H. injection H as <-.
  cbn [put_pending_kem]. eexists. split; [reflexivity|].
  rewrite !seq_len_app. pose proof (seq_len_nonneg p). pose proof (seq_len_nonneg k). lia.
Qed.
End Safety.

#[export] Hint Resolve put_public_key_safe encode_sending_chain_safe encode_receiving_chain_safe
  encode_pending_safe put_pending_safe put_ratchet_safe encode_session_safe encode_identity_key_pair_safe
  : spec.
