(** Toy primitives, for which all laws of [Laws] hold.

    No theorem is about them. They show that the laws do not contradict each other, and they are small enough to compute
    with: the instances of the claims use them. A key is its own public key, an agreement adds, a hash is a sum. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives.
From Twinratchet.generated Require primitives_x25519 primitives_xeddsa primitives_mlkem primitives_mlkem_incremental
  primitives_aes_cbc.

Local Notation Mlkem := primitives_mlkem.KemError_BadCiphertextLength (only parsing).

(** [n] bytes that depend on all of the sequences. *)
Definition mix (n : Z) (parts : list (list Z)) : list Z :=
  le_bytes n (fold_left (fun sum part => sum * 65599 + le_number part + seq_len part + 1) parts 5381).

Lemma mix_typed n parts : 0 <= n -> typed_array (typed_int 8) n (mix n parts).
Proof. intros. split; [now apply seq_len_le_bytes | apply Forall_le_bytes]. Qed.

Definition toy_dh (a b : list Z) : list Z := le_bytes 32 (le_number a + le_number b).

Definition toy_pad (m : list Z) : list Z :=
  let n := 16 - seq_len m mod 16 in
  m ++ seq_fill n n.

Definition toy_unpad (c : list Z) : result (list Z) primitives_aes_cbc.CbcError :=
  let n := last c 0 in
  if (1 <=? n) && (n <=? 16) && (n <=? seq_len c)
  then Ok (firstn (Z.to_nat (seq_len c - n)) c)
  else Err primitives_aes_cbc.CbcError_BadCiphertext.

Definition toy_encaps (set : primitives_mlkem.ParameterSet) (ek r : list Z)
  : result (list Z * list Z) primitives_mlkem.KemError :=
  if seq_len ek =? fst (fst (kem_lengths set))
  then Ok (toy_dh ek r, le_bytes (snd (fst (kem_lengths set))) (le_number r))
  else Err primitives_mlkem.KemError_BadEncapsulationKeyLength.

Definition toy_decaps (set : primitives_mlkem.ParameterSet) (dk c : list Z)
  : result (list Z) primitives_mlkem.KemError :=
  if seq_len c =? snd (fst (kem_lengths set)) then Ok (toy_dh dk c) else Err Mlkem.

#[export] Instance toy : Primitives := {|
  clamp k := k;
  public_key k := k;
  dh k u := Ok (toy_dh k u);
  is_canonical _ := true;
  sha512 m := mix 64 [m];
  sign _ k m _ := mix 64 [k; m];
  verify _ u m s := seq_eqb Z.eqb s (mix 64 [u; m]);
  aes256_cbc_encrypt _ _ m := toy_pad m;
  aes256_cbc_decrypt _ _ c := toy_unpad c;
  hmac_sha256 k m := mix 32 [k; m];
  no_salt := seq_fill 0 32;
  hkdf salt ikm info n := mix n [salt; ikm; info];
  decapsulation_key_len set := snd (kem_lengths set);
  key_gen set seed :=
    primitives_mlkem.mk_KeyPair (le_bytes (fst (fst (kem_lengths set))) (le_number seed))
      (le_bytes (snd (kem_lengths set)) (le_number seed));
  encaps := toy_encaps;
  decaps := toy_decaps;
  aes256_ctr _ _ m := m;
  generate seed :=
    primitives_mlkem_incremental.mk_IncrementalKeyPair (le_bytes 64 (le_number seed)) (le_bytes 1152 0)
      (le_bytes 2400 (le_number seed));
  encaps1 header r :=
    Ok (primitives_mlkem_incremental.mk_FirstHalf (le_bytes 960 (le_number r)) (toy_dh header r) (le_bytes 2080 0));
  is_match _ _ := true;
  encaps2 _ _ := Ok (le_bytes 128 0);
  decaps_halves dk c1 _ := Ok (toy_dh dk c1)
|}.

Lemma toy_unpad_typed c :
  bytes c ->
  typed_result (fun m => bytes m /\ seq_len m < seq_len c) primitives_aes_cbc.CbcError_typed (toy_unpad c).
Proof.
  intros H. unfold toy_unpad. cbv zeta. set (n := last c 0).
  destruct ((1 <=? n) && (n <=? 16) && (n <=? seq_len c)) eqn:E; simpl; [|exact I].
  split; [now apply Forall_firstn'|]. rewrite seq_len_firstn by lia. lia.
Qed.

Lemma toy_pad_typed m : bytes m -> typed_array (typed_int 8) (16 * (seq_len m / 16 + 1)) (toy_pad m).
Proof.
  intros H. unfold toy_pad. cbv zeta.
  pose proof (Z.mod_pos_bound (seq_len m) 16). pose proof (Z.div_mod (seq_len m) 16). split.
  - rewrite seq_len_app, seq_len_fill by lia. lia.
  - apply Forall_app. split; [exact H|]. apply Forall_fill. unfold typed_int. lia.
Qed.

Lemma last_of_padding m n : 1 <= n -> last (m ++ seq_fill n n) 0 = n.
Proof.
  intros. replace (seq_fill n n) with (seq_fill n (n - 1) ++ [n]).
  - rewrite app_assoc. apply last_last.
  - unfold seq_fill. replace (Z.to_nat n) with (Z.to_nat (n - 1) + 1)%nat by lia.
    now rewrite repeat_app.
Qed.

#[export] Instance toy_typed : Typed toy.
Proof.
  split; intros; cbn [clamp public_key dh sha512 sign aes256_cbc_encrypt aes256_cbc_decrypt hmac_sha256 no_salt hkdf
    decapsulation_key_len key_gen encaps decaps aes256_ctr generate encaps1 encaps2 decaps_halves toy];
    try solve [assumption | apply mix_typed; range | unfold toy_dh; typed | reflexivity].
  - now apply toy_pad_typed.
  - now apply toy_unpad_typed.
  - destruct set; cbn [kem_lengths fst snd primitives_mlkem.KeyPair_encapsulation_key
      primitives_mlkem.KeyPair_decapsulation_key]; typed.
  - unfold toy_encaps, toy_dh. destruct (seq_len ek =? _); [|exact I]. cbn [typed_result].
    destruct set; cbn [kem_lengths fst snd]; typed.
  - unfold toy_decaps, toy_dh. destruct (seq_len c =? _); [|exact I]. cbn [typed_result]. typed.
Qed.

#[export] Instance toy_commutes : DhCommutes toy.
Proof. intros a b _ _. cbn. unfold toy_dh. now rewrite Z.add_comm. Qed.

#[export] Instance toy_inverts : CbcInverts toy.
Proof.
  intros k iv m _ _ _. cbn. unfold toy_unpad, toy_pad. cbv zeta.
  pose proof (Z.mod_pos_bound (seq_len m) 16). set (n := 16 - seq_len m mod 16) in *.
  rewrite last_of_padding, seq_len_app, seq_len_fill by lia. lengths.
  replace ((1 <=? n) && (n <=? 16) && (n <=? seq_len m + n)) with true by lia.
  f_equal. replace (Z.to_nat (seq_len m + n - n)) with (length m) by (unfold seq_len; lia).
  rewrite firstn_app, Nat.sub_diag, firstn_all. apply app_nil_r.
Qed.
