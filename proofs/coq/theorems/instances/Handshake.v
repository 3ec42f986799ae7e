(** The hypotheses of the claims about handshakes hold of something: two parties with the toy primitives. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.Toy theorems.Handshake.
From Twinratchet.generated Require Import keys_types primitives keys keys_kem handshake handshake_bundle wire
  handshake_x3dh handshake_pqxdh.
From Twinratchet.generated Require primitives_mlkem.

(** * Two parties *)

Definition private (n : Z) : list Z := seq_fill n 32.
Definition alice : IdentityKeyPair := identity_key_pair (private 1).
Definition base : BaseKeyPair := base_key_pair (private 2).
Definition bob : IdentityKeyPair := identity_key_pair (private 3).
Definition signed : SignedPreKeyPair := signed_prekey_pair (private 4).
Definition one_time : OneTimePreKeyPair := one_time_prekey_pair (private 5).
Definition kem : KemPreKeyPair := kem_prekey_pair (seq_fill 6 64).
Definition random : list Z := seq_fill 7 32.

(** The bundle of Bob, with or without the one-time prekey. *)
Definition bundle (with_one_time : bool) : PreKeyBundle :=
  mk_PreKeyBundle 8
    (if with_one_time then Some (mk_OneTimePreKeyEntry 9 (OneTimePreKeyPair_public one_time)) else None)
    10 (SignedPreKeyPair_public signed) (seq_fill 0 64)
    (Some (mk_KemPreKeyEntry 11 (KemPreKeyPair_public kem) (seq_fill 0 64)))
    (IdentityKeyPair_public bob).

Definition one_time_of (with_one_time : bool) : option OneTimePreKeyPair :=
  if with_one_time then Some one_time else None.

Lemma private_typed n : 0 <= n < 256 -> PrivateKey_typed (private n).
Proof. intros. split; [apply seq_len_fill; lia|]. apply Forall_fill. exact H. Qed.

Lemma alice_matches : identity_pair_matches alice.
Proof. apply identity_key_pair_matches, private_typed. lia. Qed.

Lemma base_matches : base_pair_matches base.
Proof. apply base_key_pair_matches, private_typed. lia. Qed.

Lemma bob_matches : identity_pair_matches bob.
Proof. apply identity_key_pair_matches, private_typed. lia. Qed.

Lemma signed_matches : signed_prekey_pair_matches signed.
Proof. split; [apply private_typed; lia|reflexivity]. Qed.

Lemma one_time_matches with_one_time : typed_option one_time_prekey_pair_matches (one_time_of with_one_time).
Proof. destruct with_one_time; [|exact I]. split; [apply private_typed; lia|reflexivity]. Qed.

Lemma bundle_typed with_one_time : PreKeyBundle_typed (bundle with_one_time).
Proof.
  assert (Hsignature : Signature_typed (seq_fill 0 64)).
  { split; [apply seq_len_fill; lia|]. apply Forall_fill. unfold typed_int. lia. }
  split; [unfold typed_int; simpl; lia|].
  split; [destruct with_one_time; [split; [unfold typed_int; simpl; lia|apply private_typed; lia]|exact I]|].
  split; [unfold typed_int; simpl; lia|]. split; [apply private_typed; lia|]. split; [exact Hsignature|].
  split; [|apply private_typed; lia].
  split; [unfold typed_int; simpl; lia|]. split; [|exact Hsignature]. apply Forall_le_bytes.
Qed.

Lemma bob_publishes with_one_time : publishes (bundle with_one_time) bob signed (one_time_of with_one_time).
Proof. split; [reflexivity|]. split; [reflexivity|]. destruct with_one_time; reflexivity. Qed.

Lemma the_base_key_is_acceptable profile : base_key_is_acceptable profile (BaseKeyPair_public base).
Proof. right. reflexivity. Qed.

Lemma random_typed : KemRandom_typed random.
Proof. split; [reflexivity|]. apply Forall_fill. unfold typed_int. lia. Qed.

(** A number is read back from its bytes. *)
Lemma number_of_bytes n x : 0 <= n -> 0 <= x < 2 ^ (8 * n) -> le_number (le_bytes n x) = x.
Proof.
  intros Hn Hx. unfold le_bytes.
  assert (H : forall k,
    le_number (map (fun i => Z.land (Z.shiftr x (8 * Z.of_nat i)) 255) (seq k (Z.to_nat n)))
    = (x / 2 ^ (8 * Z.of_nat k)) mod 2 ^ (8 * Z.of_nat (Z.to_nat n))).
  { induction (Z.to_nat n) as [|m IH]; intros k; [symmetry; apply Z.mod_1_r|].
    change (seq k (S m)) with (k :: seq (S k) m). cbn [map].
    set (byte := Z.land (Z.shiftr x (8 * Z.of_nat k)) 255).
    change (le_number (byte :: ?rest)) with (le_number rest * 256 + byte). rewrite IH.
    unfold byte. change 255 with (Z.ones 8). rewrite Z.land_ones, Z.shiftr_div_pow2 by lia.
    replace (8 * Z.of_nat (S k)) with (8 * Z.of_nat k + 8) by lia.
    replace (8 * Z.of_nat (S m)) with (8 + 8 * Z.of_nat m) by lia.
    rewrite !Z.pow_add_r, <- Z.div_div by (try apply Z.pow_nonzero; try apply Z.pow_pos_nonneg; lia).
    rewrite Z.rem_mul_r by (try apply Z.pow_nonzero; try apply Z.pow_pos_nonneg; lia). lia. }
  rewrite H. cbn [Z.of_nat]. rewrite Z.mul_0_r, Z.div_1_r, Z2Nat.id by lia. apply Z.mod_small, Hx.
Qed.

Lemma number_of_small_bytes n m x : 0 <= m <= n -> 0 <= x < 2 ^ (8 * m) -> le_number (le_bytes n x) = x.
Proof.
  intros Hn Hx. apply number_of_bytes; [lia|].
  assert (2 ^ (8 * m) <= 2 ^ (8 * n)) by (apply Z.pow_le_mono_r; lia). lia.
Qed.

#[local] Opaque le_bytes le_number.

Definition encapsulated : list Z * list Z :=
  (toy_dh (KemPreKey_key (KemPreKeyPair_public kem)) random, le_bytes 1568 (le_number random)).

Lemma alice_encapsulates :
  encaps primitives_mlkem.ParameterSet_Kyber1024 (KemPreKey_key (KemPreKeyPair_public kem)) random
  = Ok encapsulated.
Proof.
  cbn [encaps toy]. unfold toy_encaps. cbn [kem_lengths fst snd].
  change (KemPreKey_key (KemPreKeyPair_public kem)) with (le_bytes 1568 (le_number (seq_fill 6 64))).
  rewrite seq_len_le_bytes by lia. reflexivity.
Qed.

Lemma bob_decapsulates : decapsulates kem random.
Proof.
  intros secret c E. rewrite alice_encapsulates in E.
  assert (E' : encapsulated = (secret, c)) by congruence.
  replace secret with (fst encapsulated) by now rewrite E'.
  replace c with (snd encapsulated) by now rewrite E'.
  clear. unfold encapsulated. cbn [fst snd].
  cbn [decaps toy]. unfold toy_decaps. cbn [kem_lengths fst snd].
  rewrite seq_len_le_bytes by lia. change (1568 =? 1568) with true. cbv iota. apply (f_equal Ok).
  unfold toy_dh.
  change (KemPreKeyPair_decapsulation_key kem) with (le_bytes 3168 (le_number (seq_fill 6 64))).
  change (KemPreKey_key (KemPreKeyPair_public kem)) with (le_bytes 1568 (le_number (seq_fill 6 64))).
  assert (Hseed : 0 <= le_number (seq_fill 6 64) < 2 ^ (8 * 64)).
  { apply (le_number_bound (seq_fill 6 64)). apply Forall_fill. unfold typed_int. lia. }
  assert (Hrandom : 0 <= le_number random < 2 ^ (8 * 32)).
  { apply (le_number_bound random). apply Forall_fill. unfold typed_int. lia. }
  rewrite (number_of_small_bytes 1568 64 (le_number (seq_fill 6 64))),
    (number_of_small_bytes 3168 64 (le_number (seq_fill 6 64))),
    (number_of_small_bytes 1568 32 (le_number random)); solve [assumption | lia | reflexivity].
Qed.

(** * The claims *)

Lemma both_sides_agree_by_diffie_hellman_instance profile with_one_time :
  initiator_agreement alice base (bundle with_one_time)
  = responder_agreement profile bob signed (one_time_of with_one_time) (IdentityKeyPair_public alice)
      (BaseKeyPair_public base).
Proof.
  exact (both_sides_agree_by_diffie_hellman _ _ _ _ _ _ _ alice_matches base_matches bob_matches
    signed_matches (one_time_matches with_one_time) (bob_publishes with_one_time)
    (the_base_key_is_acceptable profile)).
Qed.

Lemma x3dh_agrees_instance profile with_one_time :
  initiate alice base (bundle with_one_time)
  = respond profile bob signed (one_time_of with_one_time) (IdentityKeyPair_public alice)
      (BaseKeyPair_public base).
Proof.
  exact (x3dh_agrees _ _ _ _ _ _ _ alice_matches base_matches bob_matches signed_matches
    (one_time_matches with_one_time) (bob_publishes with_one_time) (the_base_key_is_acceptable profile)).
Qed.

Lemma x3dh_gives_secrets_to_both_instance profile with_one_time :
  exists secrets,
    initiate alice base (bundle with_one_time) = Ret (Ok secrets) /\
    respond profile bob signed (one_time_of with_one_time) (IdentityKeyPair_public alice)
      (BaseKeyPair_public base)
    = Ret (Ok secrets).
Proof.
  destruct (initiator_agreement alice base (bundle with_one_time)) as [outputs|e] eqn:E.
  - exact (x3dh_gives_secrets_to_both profile _ _ _ _ _ _ _ alice_matches base_matches bob_matches
      signed_matches (one_time_matches with_one_time) (bundle_typed with_one_time)
      (bob_publishes with_one_time) (the_base_key_is_acceptable profile) E).
  - destruct with_one_time; discriminate E.
Qed.

(** Alice gets secrets, and Bob the same from the ciphertext. *)
Lemma pqxdh_agrees_instance with_one_time :
  exists secrets c carried,
    pqxdh_initiate alice base (bundle with_one_time) random = Ret (Ok (secrets, c)) /\
    serialize_kem_ciphertext c = Ret carried /\
    pqxdh_respond bob signed (one_time_of with_one_time) kem (IdentityKeyPair_public alice)
      (BaseKeyPair_public base) carried
    = Ret (Ok secrets).
Proof.
  pose proof (pqxdh_agrees _ _ _ _ _ _ _ _ alice_matches base_matches bob_matches signed_matches
    (one_time_matches with_one_time) (bundle_typed with_one_time) random_typed (bob_publishes with_one_time)
    eq_refl eq_refl bob_decapsulates) as H.
  cbv zeta in H. apply yields_value in H. destruct H as ([(secrets, c)|e] & E & H).
  - destruct H as (carried & Ecarried & Erespond). exists secrets, c, carried. auto.
  - exfalso. unfold pqxdh_initiate in E.
    destruct (initiator_agreement alice base (bundle with_one_time)) as [outputs|] eqn:Eagree;
      [|destruct with_one_time; discriminate Eagree].
    unfold pqxdh_encapsulate in E.
    change (PreKeyBundle_kem_prekey (bundle with_one_time))
      with (Some (mk_KemPreKeyEntry 11 (KemPreKeyPair_public kem) (seq_fill 0 64))) in E.
    cbn [KemPreKeyEntry_key] in E. rewrite alice_encapsulates in E. unfold encapsulated in E.
    destruct (pqxdh_key_material _ _) as [ikm|]; [|discriminate E]. cbn [bind] in E.
    destruct (pqxdh_kdf ikm); discriminate E.
Qed.
