(** X3DH and PQXDH: the initiator and the responder derive the same secrets.

    The initiator has the bundle of the responder, the responder has the public keys of the initiator and, in
    PQXDH, the ciphertext. What is assumed: the types of the primitives ([Typed]) and that Diffie-Hellman
    commutes ([DhCommutes]). That the KEM decapsulates what was encapsulated is a hypothesis about the one
    encapsulation of the handshake. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys keys_kem handshake handshake_bundle wire
  handshake_x3dh handshake_pqxdh.
From Twinratchet.generated Require primitives_mlkem.
From Twinratchet.theorems.safety Require Import keys keys_kem handshake_x3dh handshake_pqxdh.

(** * Pairs of keys, and the bundle of a responder *)

Section Keys.
Context {P : Primitives}.

(** The public key of a pair is that of its private key. *)
Definition identity_pair_matches (pair : IdentityKeyPair) : Prop :=
  PrivateKey_typed (IdentityKeyPair_private pair) /\
  IdentityKeyPair_public pair = mk_IdentityKey (public_key (IdentityKeyPair_private pair)).

Definition base_pair_matches (pair : BaseKeyPair) : Prop :=
  PrivateKey_typed (BaseKeyPair_private pair) /\
  BaseKeyPair_public pair = mk_BaseKey (public_key (BaseKeyPair_private pair)).

Definition signed_prekey_pair_matches (pair : SignedPreKeyPair) : Prop :=
  PrivateKey_typed (SignedPreKeyPair_private pair) /\
  SignedPreKeyPair_public pair = mk_SignedPreKey (public_key (SignedPreKeyPair_private pair)).

Definition one_time_prekey_pair_matches (pair : OneTimePreKeyPair) : Prop :=
  PrivateKey_typed (OneTimePreKeyPair_private pair) /\
  OneTimePreKeyPair_public pair = mk_OneTimePreKey (public_key (OneTimePreKeyPair_private pair)).

(** What a responder publishes of its pairs: identity, signed prekey and, if it has one left, a one-time
    prekey. Of its KEM prekey, the numbers and the signatures nothing is said. *)
Definition publishes (bundle : PreKeyBundle) (identity : IdentityKeyPair) (signed : SignedPreKeyPair)
    (one_time : option OneTimePreKeyPair) : Prop :=
  PreKeyBundle_identity_key bundle = IdentityKeyPair_public identity /\
  PreKeyBundle_signed_prekey bundle = SignedPreKeyPair_public signed /\
  option_map OneTimePreKeyEntry_key (PreKeyBundle_one_time_prekey bundle)
  = option_map OneTimePreKeyPair_public one_time.

(** A responder of Signal refuses a base key whose u is not below the prime; one of WhatsApp takes any. *)
Definition base_key_is_acceptable (profile : Profile) (base : BaseKey) : Prop :=
  profile = Profile_WhatsAppV3 \/ is_canonical (BaseKey_key base) = true.

Lemma acceptable_base_keys_are_accepted profile base :
  base_key_is_acceptable profile base -> accepts_base_key profile base = true.
Proof. intros [->|H]; [reflexivity|]. destruct profile; auto. Qed.
End Keys.

Section Agreement.
Context {P : Primitives} {T : Typed P} {C : DhCommutes P}.

(** Every pair that is made from a private key matches. *)
Lemma identity_key_pair_matches private :
  PrivateKey_typed private -> identity_pair_matches (identity_key_pair private).
Proof. intros H. split; [apply clamp_typed, H|reflexivity]. Qed.

Lemma base_key_pair_matches private :
  PrivateKey_typed private -> base_pair_matches (base_key_pair private).
Proof. intros H. split; [apply clamp_typed, H|reflexivity]. Qed.

Lemma matching_identity_pair_typed pair : identity_pair_matches pair -> IdentityKeyPair_typed pair.
Proof. intros (H & E). split; [exact H|]. rewrite E. apply public_key_typed, H. Qed.

Lemma matching_base_pair_typed pair : base_pair_matches pair -> BaseKeyPair_typed pair.
Proof. intros (H & E). split; [exact H|]. rewrite E. apply public_key_typed, H. Qed.

(** * The agreements of Diffie-Hellman *)

(** For every acceptable base key the four agreements of both sides are equal, or both sides fail with the
    same error. *)
Theorem both_sides_agree_by_diffie_hellman profile alice base bob signed one_time bundle :
  identity_pair_matches alice -> base_pair_matches base -> identity_pair_matches bob ->
  signed_prekey_pair_matches signed -> typed_option one_time_prekey_pair_matches one_time ->
  publishes bundle bob signed one_time -> base_key_is_acceptable profile (BaseKeyPair_public base) ->
  initiator_agreement alice base bundle
  = responder_agreement profile bob signed one_time (IdentityKeyPair_public alice) (BaseKeyPair_public base).
Proof.
  intros (Ha & Ea) (Hb & Eb) (Hi & Ei) (Hs & Es) Ho (Pi & Ps & Po) Hbase.
  unfold initiator_agreement, responder_agreement. rewrite (acceptable_base_keys_are_accepted _ _ Hbase).
  rewrite Pi, Ps, Ea, Eb, Ei, Es. cbn [IdentityKey_key SignedPreKey_key BaseKey_key].
  rewrite (dh_commutes _ _ Ha Hs), (dh_commutes _ _ Hb Hi), (dh_commutes _ _ Hb Hs).
  replace (initiator_dh4 base (PreKeyBundle_one_time_prekey bundle))
    with (responder_dh4 one_time (mk_BaseKey (public_key (BaseKeyPair_private base)))); [reflexivity|].
  destruct one_time as [opk|], (PreKeyBundle_one_time_prekey bundle) as [entry|]; try discriminate Po.
  - destruct Ho as (Ho & Eo). injection Po as Po. unfold initiator_dh4, responder_dh4.
    rewrite Po, Eo. cbn [OneTimePreKey_key BaseKey_key]. now rewrite (dh_commutes _ _ Hb Ho).
  - reflexivity.
Qed.

(** * X3DH *)

(** For every initiator, every responder, with or without a one-time prekey, and every base key that the
    profile of the responder accepts, both sides of X3DH derive the same root key and chain key, or fail with
    the same error. *)
Theorem x3dh_agrees profile alice base bob signed one_time bundle :
  identity_pair_matches alice -> base_pair_matches base -> identity_pair_matches bob ->
  signed_prekey_pair_matches signed -> typed_option one_time_prekey_pair_matches one_time ->
  publishes bundle bob signed one_time -> base_key_is_acceptable profile (BaseKeyPair_public base) ->
  initiate alice base bundle
  = respond profile bob signed one_time (IdentityKeyPair_public alice) (BaseKeyPair_public base).
Proof.
  intros Ha Hb Hi Hs Ho Hp Hbase. unfold initiate, respond.
  now rewrite (both_sides_agree_by_diffie_hellman profile _ _ _ _ _ _ Ha Hb Hi Hs Ho Hp Hbase).
Qed.

(** If the four agreements succeed, both sides of X3DH have the same secrets: neither fails nor panics. *)
Theorem x3dh_gives_secrets_to_both profile alice base bob signed one_time bundle outputs :
  identity_pair_matches alice -> base_pair_matches base -> identity_pair_matches bob ->
  signed_prekey_pair_matches signed -> typed_option one_time_prekey_pair_matches one_time ->
  PreKeyBundle_typed bundle -> publishes bundle bob signed one_time ->
  base_key_is_acceptable profile (BaseKeyPair_public base) ->
  initiator_agreement alice base bundle = Ok outputs ->
  exists secrets,
    initiate alice base bundle = Ret (Ok secrets) /\
    respond profile bob signed one_time (IdentityKeyPair_public alice) (BaseKeyPair_public base)
    = Ret (Ok secrets).
Proof.
  intros Ha Hb Hi Hs Ho Ht Hp Hbase E.
  rewrite <- (x3dh_agrees profile _ _ _ _ _ _ Ha Hb Hi Hs Ho Hp Hbase).
  pose proof (initiator_agreement_typed _ _ _ (matching_identity_pair_typed _ Ha)
    (matching_base_pair_typed _ Hb) Ht) as Houtputs.
  unfold initiate. rewrite E in *.
  destruct (proj1 (yields_value _ _) (key_material_safe _ Houtputs)) as (ikm & -> & Hikm). cbn [bind].
  destruct (proj1 (yields_value _ _) (x3dh_kdf_safe _ Hikm)) as (secrets & -> & _). cbn [bind]. eauto.
Qed.

(** * PQXDH *)

(** The bundle publishes the encapsulation key of the pair. *)
Definition publishes_kem (bundle : PreKeyBundle) (kem : KemPreKeyPair) : Prop :=
  option_map KemPreKeyEntry_key (PreKeyBundle_kem_prekey bundle) = Some (KemPreKeyPair_public kem).

(** The responder decapsulates the secret of this encapsulation, the one with these random bytes. *)
Definition decapsulates (kem : KemPreKeyPair) (random : KemRandom) : Prop :=
  forall secret c,
    encaps primitives_mlkem.ParameterSet_Kyber1024 (KemPreKey_key (KemPreKeyPair_public kem)) random
    = Ok (secret, c) ->
    decaps primitives_mlkem.ParameterSet_Kyber1024 (KemPreKeyPair_decapsulation_key kem) c = Ok secret.

Lemma bytes_after_the_type b :
  seq_len b = 1568 ->
  exists carried, serialize_kem_ciphertext b = Ret carried /\ parse_kem_ciphertext carried = Ret (Ok b).
Proof.
  intros Hlen. exists (KEY_TYPE_KYBER_1024 :: b). split; [reflexivity|].
  unfold parse_kem_ciphertext, check_kem_type, KEM_CIPHERTEXT_LENGTH.
  assert (E : seq_len (KEY_TYPE_KYBER_1024 :: b) = 1569) by (rewrite seq_len_cons; lia).
  rewrite E. change (1569 =? 0) with false. change (1569 =? 1569) with true. cbn [bind].
  change (seq_index (KEY_TYPE_KYBER_1024 :: b) 0) with (Ret KEY_TYPE_KYBER_1024). cbn [bind].
  change (KEY_TYPE_KYBER_1024 =? KEY_TYPE_KYBER_1024) with true. cbn iota.
  change (checked_sub 64 1569 1) with (Ret 1568). cbn [bind].
  rewrite seq_slice_ret by lia. cbn [bind]. do 2 f_equal.
  change (Z.to_nat 1) with 1%nat. cbn [skipn]. apply firstn_all2. unfold seq_len in Hlen. lia.
Qed.

(** If the initiator of PQXDH gets secrets and a ciphertext, the responder derives the same root key, chain
    key and key of SPQR from the ciphertext as it is carried; if the initiator fails, it is for the KEM
    prekey, or the responder fails with the same error whatever ciphertext comes. With or without a one-time
    prekey. *)
Theorem pqxdh_agrees alice base bob signed one_time kem bundle random :
  identity_pair_matches alice -> base_pair_matches base -> identity_pair_matches bob ->
  signed_prekey_pair_matches signed -> typed_option one_time_prekey_pair_matches one_time ->
  PreKeyBundle_typed bundle -> KemRandom_typed random ->
  publishes bundle bob signed one_time -> publishes_kem bundle kem ->
  is_canonical (BaseKey_key (BaseKeyPair_public base)) = true -> decapsulates kem random ->
  let answer :=
    pqxdh_respond bob signed one_time kem (IdentityKeyPair_public alice) (BaseKeyPair_public base) in
  yields (pqxdh_initiate alice base bundle random) (fun result =>
    match result with
    | Ok (secrets, c) =>
        exists carried, serialize_kem_ciphertext c = Ret carried /\ answer carried = Ret (Ok secrets)
    | Err e =>
        pqxdh_encapsulate bundle random = Err e \/ forall carried, answer carried = Ret (Err e)
    end).
Proof.
  intros Ha Hb Hi Hs Ho Ht Hr Hp Hk Hbase Hkem answer.
  assert (Hagree := both_sides_agree_by_diffie_hellman Profile_SignalV4 _ _ _ _ _ _ Ha Hb Hi Hs Ho Hp
    (or_intror Hbase)).
  pose proof (initiator_agreement_typed _ _ _ (matching_identity_pair_typed _ Ha)
    (matching_base_pair_typed _ Hb) Ht) as Houtputs.
  pose proof (pqxdh_encapsulate_typed _ _ Ht Hr) as Henc.
  assert (Hanswer : forall carried, answer carried = match initiator_agreement alice base bundle with
      | Ok outputs =>
          let! opened := pqxdh_decapsulate kem carried in
          match opened with
          | Ok secret =>
              let! ikm := pqxdh_key_material outputs secret in
              let! secrets := pqxdh_kdf ikm in
              Ret (Ok secrets)
          | Err e => Ret (Err e)
          end
      | Err e => Ret (Err e)
      end) by (rewrite Hagree; reflexivity).
  clearbody answer. unfold pqxdh_initiate.
  destruct (initiator_agreement alice base bundle) as [outputs|e]; [|right; exact Hanswer].
  unfold pqxdh_encapsulate in *. unfold publishes_kem in Hk.
  destruct (PreKeyBundle_kem_prekey bundle) as [entry|]; [|discriminate Hk]. injection Hk as Hk.
  rewrite Hk in *.
  destruct (encaps _ _ _) as [(secret, c)|e] eqn:E; [|left; reflexivity].
  specialize (Hkem _ _ E). destruct Henc as (Hsecret & Hc). cbn [fst snd] in *.
  destruct (proj1 (yields_value _ _) (pqxdh_key_material_safe _ _ Houtputs Hsecret)) as (ikm & Eikm & Hikm).
  destruct (proj1 (yields_value _ _) (pqxdh_kdf_safe _ Hikm)) as (secrets & Esecrets & _).
  rewrite Eikm. cbn [bind]. rewrite Esecrets. cbn [bind yields].
  destruct (bytes_after_the_type c (proj1 Hc)) as (carried & Ecarried & Eparse).
  exists carried. split; [exact Ecarried|].
  rewrite Hanswer. unfold pqxdh_decapsulate, ciphertext_of. rewrite Eparse. cbn [bind]. rewrite Hkem.
  cbn [bind]. rewrite Eikm. cbn [bind]. now rewrite Esecrets.
Qed.
End Agreement.

(** * The signatures of a bundle *)

(** A bundle whose prekeys its responder has signed is accepted, with or without a KEM prekey. *)
Theorem a_signed_bundle_is_accepted {P : Primitives} {T : Typed P} {V : SignatureVerifies P} private bundle
    random kem_random :
  let bob := identity_key_pair private in
  PrivateKey_typed private -> PreKeyBundle_typed bundle ->
  SignatureRandom_typed random -> SignatureRandom_typed kem_random ->
  PreKeyBundle_identity_key bundle = IdentityKeyPair_public bob ->
  sign_signed_prekey bob (PreKeyBundle_signed_prekey bundle) random
  = Ret (PreKeyBundle_signed_prekey_signature bundle) ->
  typed_option (fun entry =>
    sign_kem_prekey bob (KemPreKeyEntry_key entry) kem_random = Ret (KemPreKeyEntry_signature entry))
    (PreKeyBundle_kem_prekey bundle) ->
  check_bundle bundle = Ret (Ok tt).
Proof.
  intros bob Hprivate (_ & _ & _ & Hsigned & _ & Hkem & _) Hr Hkr Ebob Esigned Ekem.
  unfold check_bundle, check_signature, sign_signed_prekey, sign_kem_prekey in *. rewrite Ebob. cbv zeta.
  destruct (proj1 (yields_value _ _) (serialize_public_key_safe _ Hsigned)) as (message & E & _ & Hmessage).
  rewrite E in *. cbn [bind] in *. injection Esigned as <-. subst bob.
  cbn [identity_key_pair IdentityKeyPair_public IdentityKeyPair_private IdentityKey_key].
  rewrite (signature_verifies _ private _ _ Hprivate Hmessage Hr).
  destruct (PreKeyBundle_kem_prekey bundle) as [entry|]; [|reflexivity]. destruct Hkem as (_ & Hkem & _).
  cbn [typed_option] in Ekem.
  destruct (proj1 (yields_value _ _) (serialize_kem_public_key_safe _ Hkem)) as (signed & E2 & _ & Hsigned2).
  rewrite E2 in *. cbn [bind] in *. injection Ekem as <-.
  cbn [identity_key_pair IdentityKeyPair_private].
  now rewrite (signature_verifies _ private _ _ Hprivate Hsigned2 Hkr).
Qed.
