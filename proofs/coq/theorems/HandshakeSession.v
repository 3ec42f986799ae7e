(** The sessions that a handshake starts mirror each other.

    The initiator starts a session from the bundle of the responder, and the responder makes its own from what
    the first message carries. Each side has the identity of the other, the base key and the version are the
    same, so both compute the same associated data; both ratchets start from the same root key and chain key,
    and both states of SPQR from the same key. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet Require Import theorems.Handshake.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record
  session_select_types session_select_respond session_select_send.
From Twinratchet.generated Require address handshake handshake_bundle handshake_pqxdh handshake_x3dh keys
  keys_kem ratchet_double_state ratchet_sparse ratchet_sparse_types ratchet_triple wire wire_prekey_message.
From Twinratchet.theorems.safety Require Import keys handshake_x3dh session_record session_select_types
  session_select_send.

Section Sessions.
Context {P : Primitives} {T : Typed P} {C : DhCommutes P}.

(** What the first messages of a session carry of it, beside their contents: the same that [wrap] writes. *)
Definition envelope_of (s : Session) (p : Pending) : wire_prekey_message.PreKeyEnvelope :=
  wire_prekey_message.mk_PreKeyEnvelope (Session_version s) (Session_local_registration_id s)
    (Pending_one_time_prekey_id p) (Pending_signed_prekey_id p) (kem_fields_of (Pending_kem p))
    (Pending_base_key p) (Session_local_identity s).

(** What one party puts before what it authenticates when it sends, and the other when it receives. *)
Definition data_when_sending (s : Session) : ratchet_double_state.AssociatedData :=
  ratchet_double_state.mk_AssociatedData (Session_local_identity s) (Session_remote_identity s).

Definition data_when_receiving (s : Session) : ratchet_double_state.AssociatedData :=
  ratchet_double_state.mk_AssociatedData (Session_remote_identity s) (Session_local_identity s).

(** A state of SPQR that one side starts with from the secrets of a handshake. *)
Definition sparse_from (secrets : handshake_pqxdh.PqxdhSecrets) (direction : ratchet_sparse_types.Direction)
    (s : ratchet_sparse.State) : Prop :=
  exists limit agreed, agreed_by_pqxdh secrets direction limit = Ret agreed /\ s = Agreed_sparse agreed.

(** The two sides of a session: identities, registration numbers, version, base key and the secrets of both
    ratchets. *)
Definition mirrors (fresh : keys.RatchetKeyPair) (signed : keys.SignedPreKeyPair) (a b : Session) : Prop :=
  Session_version a = Session_version b /\
  Session_base_key a = Session_base_key b /\
  Session_local_identity a = Session_remote_identity b /\
  Session_remote_identity a = Session_local_identity b /\
  Session_local_registration_id a = Session_remote_registration_id b /\
  exists root_key chain_key,
    ratchet_double_state.ratchet_init_initiator root_key chain_key (keys.SignedPreKeyPair_public signed) fresh
    = Ret (Ok (ratchet_triple.TripleState_double (Session_ratchet a))) /\
    ratchet_double_state.ratchet_init_responder root_key chain_key signed
    = ratchet_triple.TripleState_double (Session_ratchet b) /\
    ((ratchet_triple.TripleState_sparse (Session_ratchet a) = ratchet_sparse.empty_state /\
      ratchet_triple.TripleState_sparse (Session_ratchet b) = ratchet_sparse.empty_state) \/
     exists auth_key,
       let secrets := handshake_pqxdh.mk_PqxdhSecrets root_key chain_key auth_key in
       sparse_from secrets ratchet_sparse_types.Direction_A2B
         (ratchet_triple.TripleState_sparse (Session_ratchet a)) /\
       sparse_from secrets ratchet_sparse_types.Direction_B2A
         (ratchet_triple.TripleState_sparse (Session_ratchet b))).

(** What is sent with one of two sessions that mirror each other is authenticated with the same data by the
    other. *)
Theorem mirrored_sessions_have_the_same_associated_data fresh signed a b :
  mirrors fresh signed a b ->
  data_when_sending a = data_when_receiving b /\ data_when_sending b = data_when_receiving a.
Proof.
  intros (_ & _ & H1 & H2 & _). unfold data_when_sending, data_when_receiving. now rewrite H1, H2.
Qed.

(** Two parties that know each other's addresses compute the same block of them: what the one sends along is
    what the other expects. *)
Theorem both_sides_expect_the_same_addresses session alice bob alice_remote bob_remote :
  Local_address alice = Remote_address bob_remote -> Local_address bob = Remote_address alice_remote ->
  carried_addresses session alice alice_remote = Ret None \/
  carried_addresses session alice alice_remote
  = address.address_block (Remote_address bob_remote) (Local_address bob).
Proof.
  intros Ha Hb. unfold carried_addresses. rewrite Ha, Hb.
  destruct (Local_profile alice), (Session_pending session); auto.
Qed.

(** A session that was started is the current one, and comes from what was agreed. *)
Lemma a_started_session_is_current record local remote bundle base_private ratchet_private random now_ms
    record' :
  Record_well_formed record -> Current_fits record -> Local_typed local -> Remote_typed remote ->
  handshake_bundle.PreKeyBundle_typed bundle -> PrivateKey_typed base_private ->
  PrivateKey_typed ratchet_private -> KemRandom_typed random ->
  start_session record local remote bundle base_private ratchet_private random now_ms = Ret (Ok record') ->
  let base := keys.base_key_pair base_private in
  exists agreed kem double pending,
    agree local remote bundle base random = Ret (Ok (agreed, kem)) /\
    ratchet_double_state.ratchet_init_initiator (Agreed_root_key agreed) (Agreed_chain_key agreed)
      (handshake_bundle.PreKeyBundle_signed_prekey bundle) (keys.ratchet_key_pair ratchet_private)
    = Ret (Ok double) /\
    pending_of bundle (keys.BaseKeyPair_public base) kem now_ms = Ret pending /\
    Record_current record' = Some (mk_Session (Agreed_version agreed)
      (keys.IdentityKeyPair_public (Local_identity local)) (handshake_bundle.PreKeyBundle_identity_key bundle)
      (ratchet_triple.mk_TripleState double (Agreed_sparse agreed)) (Some pending)
      (handshake_bundle.PreKeyBundle_registration_id bundle) (Local_registration_id local)
      (keys.BaseKeyPair_public base)).
Proof.
  intros Hr Hf Hl Hremote Hbundle Hbase Hratchet Hrandom H base. unfold start_session in H. fold base in H.
  destruct (check_trust _ _) as [[]|e]; [|discriminate H].
  destruct (handshake_bundle.check_bundle bundle) as [[[]|e]|]; try discriminate H.
  cbn [bind lift_check] in H.
  destruct (agree local remote bundle base random) as [[(agreed, kem)|e]|]; try discriminate H.
  cbn [bind] in H.
  destruct (ratchet_double_state.ratchet_init_initiator _ _ _ _) as [[double|e]|] eqn:Ed; try discriminate H.
  cbn [bind lift_fresh_ratchet] in H.
  destruct (pending_of _ _ _ _) as [pending|] eqn:Ep; [|discriminate H]. cbn [bind] in H. cbv zeta in H.
  exists agreed, kem, double, pending. split; [reflexivity|]. split; [exact Ed|]. split; [exact Ep|].
  unfold set_current in H. destruct (archive_current record) as [archived|]; [|discriminate H].
  cbn [bind] in H. injection H as <-. reflexivity.
Qed.

Lemma what_pqxdh_agrees_on secrets direction limit agreed :
  agreed_by_pqxdh secrets direction limit = Ret agreed ->
  Agreed_version agreed = wire.VERSION_4 /\
  Agreed_root_key agreed = handshake_pqxdh.PqxdhSecrets_root_key secrets /\
  Agreed_chain_key agreed = handshake_pqxdh.PqxdhSecrets_chain_key secrets.
Proof.
  unfold agreed_by_pqxdh. cbv zeta. destruct (ratchet_sparse.sparse_init _); [|discriminate].
  intros H. injection H as <-. split; [reflexivity|]. split; reflexivity.
Qed.

(** What a responder has when a first message of the initiator comes: its prekeys, found by their numbers. *)
Definition finds (lookup : PreKeyLookup) (signed : keys.SignedPreKeyPair)
    (one_time : option keys.OneTimePreKeyPair) : Prop :=
  PreKeyLookup_signed_prekey lookup = Some signed /\ PreKeyLookup_one_time_prekey lookup = one_time.

(** In PQXDH there is a KEM prekey too: published, found, and it decapsulates this one secret. *)
Definition kem_works (profile : wire.Profile) (bundle : handshake_bundle.PreKeyBundle)
    (kem : keys_kem.KemPreKeyPair) (lookup : PreKeyLookup) (random : KemRandom) : Prop :=
  profile = wire.Profile_SignalV4 ->
  publishes_kem bundle kem /\ decapsulates kem random /\ PreKeyLookup_kem_prekey lookup = Some kem.

Lemma the_one_time_prekey_is_found bundle bob signed one_time lookup :
  publishes bundle bob signed one_time -> finds lookup signed one_time ->
  found_one_time_prekey
    match handshake_bundle.PreKeyBundle_one_time_prekey bundle with
    | Some opk => Some (handshake_bundle.OneTimePreKeyEntry_id opk)
    | None => None
    end lookup = Ok one_time.
Proof.
  intros (_ & _ & H) (_ & Hf). unfold found_one_time_prekey. rewrite Hf.
  destruct (handshake_bundle.PreKeyBundle_one_time_prekey bundle), one_time; try discriminate H; reflexivity.
Qed.

(** If an initiator starts a session from the bundle of a responder of the same profile, the responder makes
    of the first message a session that mirrors it: for every record, prekeys and pair of keys, in X3DH and in
    PQXDH, with and without a one-time prekey. *)
Theorem the_responder_mirrors_the_initiator record alice bob alice_remote bob_remote bundle signed one_time
    kem lookup base_private ratchet_private random now_ms record' :
  let base := keys.base_key_pair base_private in
  Record_well_formed record -> Current_fits record ->
  Local_typed alice -> Local_typed bob -> Remote_typed alice_remote -> Remote_typed bob_remote ->
  identity_pair_matches (Local_identity alice) -> identity_pair_matches (Local_identity bob) ->
  signed_prekey_pair_matches signed -> typed_option one_time_prekey_pair_matches one_time ->
  handshake_bundle.PreKeyBundle_typed bundle -> publishes bundle (Local_identity bob) signed one_time ->
  finds lookup signed one_time -> kem_works (Local_profile bob) bundle kem lookup random ->
  PrivateKey_typed base_private -> PrivateKey_typed ratchet_private -> KemRandom_typed random ->
  Local_profile alice = Local_profile bob ->
  base_key_is_acceptable (Local_profile bob) (keys.BaseKeyPair_public base) ->
  start_session record alice alice_remote bundle base_private ratchet_private random now_ms
  = Ret (Ok record') ->
  exists a p b,
    Record_current record' = Some a /\ Session_pending a = Some p /\
    respond_session bob bob_remote lookup (envelope_of a p) = Ret (Ok b) /\
    mirrors (keys.ratchet_key_pair ratchet_private) signed a b.
Proof.
  intros base Hr Hf Hla Hlb Hra Hrb Ha Hb Hs Ho Hbundle Hp Hlookup Hkem_works Hbase Hratchet Hrandom Hprofile
    Hacc H.
  destruct (a_started_session_is_current _ _ _ _ _ _ _ _ _ Hr Hf Hla Hra Hbundle Hbase Hratchet Hrandom H)
    as (agreed & pending_kem' & double & pending & Eagree & Edouble & Epending & Ecurrent).
  fold base in Eagree, Epending, Ecurrent.
  assert (Hbp : base_pair_matches base) by (apply base_key_pair_matches, Hbase).
  clearbody base.
  assert (Hone := the_one_time_prekey_is_found _ _ _ _ _ Hp Hlookup).
  destruct Hlookup as (Lsigned & _).
  unfold pending_of in Epending. cbn [checked_div bind] in Epending. injection Epending as <-.
  rewrite (proj1 (proj2 Hp)) in Edouble. pose proof (proj1 Hp) as Eidentity.
  unfold agree in Eagree. rewrite Hprofile in Eagree.
  destruct (wire.session_version (Local_profile bob) =? wire.VERSION_3) eqn:Eversion.
  - (* X3DH *)
    destruct (handshake_x3dh.initiate (Local_identity alice) base bundle) as [result|] eqn:Einitiate;
      [|discriminate Eagree].
    cbn [bind] in Eagree. destruct result as [secrets|e]; [|discriminate Eagree].
    cbn [agreed_by_x3dh] in Eagree. injection Eagree as <- <-.
    rewrite (x3dh_agrees (Local_profile bob) _ _ _ _ _ _ Ha Hbp Hb Hs Ho Hp Hacc) in Einitiate.
    eexists _, _, _. split; [exact Ecurrent|]. split; [reflexivity|]. split.
    + unfold respond_session, check_version, found_signed_prekey, envelope_of, answer_by_x3dh.
      rewrite Lsigned.
      cbn [wire_prekey_message.PreKeyEnvelope_version Session_version Agreed_version
        wire_prekey_message.PreKeyEnvelope_one_time_prekey_id Pending_one_time_prekey_id
        wire_prekey_message.PreKeyEnvelope_identity_key Session_local_identity
        wire_prekey_message.PreKeyEnvelope_base_key Pending_base_key].
      replace (wire.VERSION_3 =? wire.session_version (Local_profile bob)) with true by lia.
      change (wire.VERSION_3 =? wire.VERSION_3) with true. cbv iota.
      rewrite Hone, Einitiate. cbn [bind agreed_by_x3dh]. reflexivity.
    + split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|]. split; [exact Eidentity|].
      split; [reflexivity|]. eexists _, _. split; [exact Edouble|]. split; [reflexivity|].
      left. split; reflexivity.
  - (* PQXDH *)
    assert (Hcanonical : is_canonical (keys.BaseKey_key (keys.BaseKeyPair_public base)) = true).
    { destruct Hacc as [E|E]; [rewrite E in Eversion; discriminate Eversion|exact E]. }
    assert (Hv4 : Local_profile bob = wire.Profile_SignalV4).
    { destruct (Local_profile bob); try discriminate Eversion. reflexivity. }
    destruct (Hkem_works Hv4) as (Hk & Hkem & Lkem).
    assert (E4 : wire.session_version (Local_profile bob) = wire.VERSION_4) by now rewrite Hv4.
    pose proof (pqxdh_agrees _ _ _ _ _ _ _ _ Ha Hbp Hb Hs Ho Hbundle Hrandom Hp Hk Hcanonical Hkem) as Hagree.
    cbv zeta in Hagree.
    pose proof (handshake_pqxdh.pqxdh_initiate_safe _ _ _ _ (proj1 Hla) (matching_base_pair_typed _ Hbp)
      Hbundle Hrandom) as Hsafe.
    unfold agree_by_pqxdh in Eagree.
    destruct (handshake_pqxdh.pqxdh_initiate (Local_identity alice) base bundle random)
      as [[(secrets, c)|e]|]; try discriminate Eagree.
    cbn [yields typed_result] in Hagree, Hsafe. destruct Hagree as (carried & Ecarried & Erespond).
    cbn [bind session_select_send.lift_pqxdh] in Eagree. destruct Hsafe as (Hsecrets & _).
    cbn [fst] in Hsecrets.
    destruct (jump_limit _ _ alice alice_remote) as [limit|]; [|discriminate Eagree]. cbn [bind] in Eagree.
    destruct (agreed_by_pqxdh secrets _ limit) as [agreed'|] eqn:Eagreed; [|discriminate Eagree].
    cbn [bind] in Eagree. unfold pending_kem in Eagree. unfold publishes_kem in Hk.
    destruct (handshake_bundle.PreKeyBundle_kem_prekey bundle) as [entry|]; [|discriminate Hk].
    rewrite Ecarried in Eagree. cbn [bind] in Eagree. injection Eagree as -> <-.
    destruct (what_pqxdh_agrees_on _ _ _ _ Eagreed) as (Ev & Erk & Eck).
    pose proof (jump_limit_safe (keys.IdentityKeyPair_public (Local_identity bob))
      (keys.IdentityKeyPair_public (Local_identity alice)) bob bob_remote Hlb Hrb) as Hlimit.
    apply yields_value in Hlimit. destruct Hlimit as (bob_limit & Ebob_limit & _).
    pose proof (agreed_by_pqxdh_safe secrets ratchet_sparse_types.Direction_B2A bob_limit Hsecrets) as Hbob.
    apply yields_value in Hbob. destruct Hbob as (bob_agreed & Ebob & _).
    destruct (what_pqxdh_agrees_on _ _ _ _ Ebob) as (Ev' & Erk' & Eck').
    eexists _, _, _. split; [exact Ecurrent|]. split; [reflexivity|]. split.
    + unfold respond_session, check_version, found_signed_prekey, envelope_of, answer_by_pqxdh, carried_kem,
        found_kem_prekey. rewrite Lsigned, Lkem.
      cbn [wire_prekey_message.PreKeyEnvelope_version Session_version Agreed_version
        wire_prekey_message.PreKeyEnvelope_one_time_prekey_id Pending_one_time_prekey_id
        wire_prekey_message.PreKeyEnvelope_identity_key Session_local_identity
        wire_prekey_message.PreKeyEnvelope_base_key Pending_base_key
        wire_prekey_message.PreKeyEnvelope_kem Pending_kem kem_fields_of
        wire_prekey_message.KemFields_ciphertext PendingKem_ciphertext].
      rewrite Ev, E4. change (wire.VERSION_4 =? wire.VERSION_4) with true.
      change (wire.VERSION_4 =? wire.VERSION_3) with false. cbv iota.
      rewrite Hone, Erespond. cbn [bind session_select_respond.lift_pqxdh]. cbv zeta. rewrite Ebob_limit.
      cbn [bind]. rewrite Ebob. cbn [bind]. reflexivity.
    + split; [cbn [Session_version]; congruence|]. split; [reflexivity|]. split; [reflexivity|].
      split; [exact Eidentity|]. split; [reflexivity|].
      exists (handshake_pqxdh.PqxdhSecrets_root_key secrets),
        (handshake_pqxdh.PqxdhSecrets_chain_key secrets).
      rewrite <- Erk, <- Eck at 1. split; [exact Edouble|].
      split; [cbn [Session_ratchet ratchet_triple.TripleState_double]; congruence|].
      right. exists (handshake_pqxdh.PqxdhSecrets_auth_key secrets).
      destruct secrets as [rk ck auth]. cbn in *. split.
      * exists limit, agreed. split; [exact Eagreed|reflexivity].
      * exists bob_limit, bob_agreed. split; [exact Ebob|reflexivity].
Qed.
End Sessions.
