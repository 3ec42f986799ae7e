(** Panic-freedom of [primitives::mlkem]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_encoding primitives_mlkem_k_pke
  primitives_mlkem.
From Twinratchet.theorems.safety Require Import primitives_sha3 primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.theorems.safety Require Import primitives_mlkem_k_pke.

(** The lengths of keys and ciphertexts of each set, as the laws state them. *)
Notation ek_len set := (fst (fst (kem_lengths set))).
Notation ct_len set := (snd (fst (kem_lengths set))).
Notation dk_len set := (snd (kem_lengths set)).

(** * Lengths *)

(** The parameters of each set are well formed. *)
Lemma parameters_safe set : parameters_well_formed (parameters set).
Proof.
  unfold parameters_well_formed. destruct set;
    cbn [parameters Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv]; lia.
Qed.

(** The lengths that follow from the parameters are those that the laws state. *)
Lemma lengths_agree set :
  384 * Parameters_k (parameters set) + 32 = ek_len set /\
  768 * Parameters_k (parameters set) + 96 = dk_len set /\
  32 * Parameters_du (parameters set) * Parameters_k (parameters set) + 32 * Parameters_dv (parameters set)
    = ct_len set.
Proof. destruct set; repeat split; reflexivity. Qed.

(** All lengths are small. *)
Lemma lengths_small set : 1000 < ek_len set < 4000 /\ 1000 < dk_len set < 4000 /\ 1000 < ct_len set < 4000.
Proof. destruct set; cbn [kem_lengths fst snd]; lia. Qed.

(** The length of an encapsulation key is that of its set. *)
Lemma encapsulation_key_len_safe set : yields (encapsulation_key_len set) (eq (ek_len set)).
Proof. destruct set; reflexivity. Qed.
#[export] Hint Resolve encapsulation_key_len_safe : spec.

(** The length of a decapsulation key is that of its set. *)
Lemma decapsulation_key_len_safe set : yields (decapsulation_key_len set) (eq (dk_len set)).
Proof. destruct set; reflexivity. Qed.
#[export] Hint Resolve decapsulation_key_len_safe : spec.

(** The length of a ciphertext is that of its set. *)
Lemma ciphertext_len_safe set : yields (ciphertext_len set) (eq (ct_len set)).
Proof. destruct set; reflexivity. Qed.
#[export] Hint Resolve ciphertext_len_safe : spec.

(** * Hashes *)

(** The hash H gives 32 bytes. *)
Lemma h_safe s : bytes s -> seq_len s < 2 ^ 62 -> yields (h s) (typed_array (typed_int 8) 32).
Proof. apply sha3_256_safe. Qed.
#[export] Hint Resolve h_safe : spec.

(** The hash J gives a secret. *)
Lemma j_safe s : bytes s -> seq_len s < 2 ^ 62 -> yields (j s) KemSecret_typed.
Proof.
  intros Hs Hlen. unfold j, PART_LEN. walk. call shake256_safe; [assumption..|lia|].
  intros out (Hcount & Hout). walk. now split.
Qed.
#[export] Hint Resolve j_safe : spec.

(** What goes into key generation: the seed and at most a byte. *)
Lemma key_gen_input_typed set d :
  bytes d -> bytes (key_gen_input set d) /\ seq_len (key_gen_input set d) <= seq_len d + 1.
Proof. intros Hd. destruct set; cbn [key_gen_input]; split; try elements; whole. Qed.

(** The message that is encrypted has 32 bytes, as has the randomness. *)
Lemma encapsulated_message_safe set m :
  typed_array (typed_int 8) 32 m -> yields (encapsulated_message set m) (typed_array (typed_int 8) 32).
Proof.
  intros (Hlen & Hm).
  destruct set; cbn [encapsulated_message]; [apply sha3_256_safe; [assumption|lia]|now split..].
Qed.
#[export] Hint Resolve encapsulated_message_safe : spec.

(** A shared secret has 32 bytes. *)
Lemma shared_secret_safe set k c :
  typed_array (typed_int 8) 32 k -> bytes c -> seq_len c < 2 ^ 60 ->
  yields (shared_secret set k c) KemSecret_typed.
Proof.
  intros (Hlen & Hk) Hc Hlen_c. destruct set; cbn [shared_secret]; [|walk; now split..].
  walk. call h_safe; [assumption|lia|]. intros digest (Hlen_d & Hd). apply j_safe; [elements|whole].
Qed.
#[export] Hint Resolve shared_secret_safe : spec.

(** The secret of a wrong ciphertext has 32 bytes. *)
Lemma rejection_secret_safe set z c :
  typed_array (typed_int 8) 32 z -> bytes c -> seq_len c < 2 ^ 60 ->
  yields (rejection_secret set z c) KemSecret_typed.
Proof.
  intros (Hlen & Hz) Hc Hlen_c. destruct set; cbn [rejection_secret]; [|apply j_safe; [elements|whole]..].
  walk. call j_safe; [elements|whole|]. intros rejected (Hlen_r & Hr).
  walk. call h_safe; [assumption|lia|]. intros digest (Hlen_d & Hd). apply j_safe; [elements|whole].
Qed.
#[export] Hint Resolve rejection_secret_safe : spec.

(** * Keys *)

(** Whether all coefficients are reduced can be told of any bytes. *)
Lemma is_reduced_safe t : bytes t -> seq_len t < 2 ^ 32 -> yields (is_reduced t) typed_any.
Proof.
  intros Ht Hlen. unfold is_reduced, UNCOMPRESSED. pose proof (seq_len_nonneg t).
  walk. call byte_decode_vector_safe; [assumption|lia|lia|]. intros v (Hlen_v & Hv).
  assert (seq_len t / (32 * 12) <= seq_len t) by (apply Z.div_le_upper_bound; lia).
  walk. call byte_encode_vector_safe; [|lia|lia|].
  - revert Hv. apply Forall_impl. intros f. apply polynomial_typed. discriminate.
  - intros again _. exact I.
Qed.
#[export] Hint Resolve is_reduced_safe : spec.

(** Keys have the lengths of their set. *)
Lemma key_gen_safe set seed :
  KemSeed_typed seed ->
  yields (key_gen set seed)
    (fun pair =>
       typed_array (typed_int 8) (ek_len set) (KeyPair_encapsulation_key pair) /\
       typed_array (typed_int 8) (dk_len set) (KeyPair_decapsulation_key pair)).
Proof.
  intros (Hlen & Hseed). unfold key_gen, PART_LEN. pose proof (lengths_agree set) as (Hek & Hdk & _).
  pose proof (lengths_small set).
  walk. match goal with |- context [key_gen_input set ?d] =>
    pose proof (key_gen_input_typed set d ltac:(assumption)) as (Hinput & Hlen_input) end.
  call k_pke_key_gen_safe; [apply parameters_safe|assumption|lia|].
  intros [ek dk] ((Hlen_ek & Hek') & Hlen_dk & Hdk'). cbn [fst snd] in *.
  walk. call h_safe; [assumption|lia|]. intros digest (Hlen_d & Hd).
  walk. cbn [KeyPair_encapsulation_key KeyPair_decapsulation_key].
  split; [split; [lia|assumption]|split; [whole|elements]].
Qed.
#[export] Hint Resolve key_gen_safe : spec.

(** Any bytes are checked; those that pass have the length of their set. *)
Lemma check_encapsulation_key_safe set ek :
  bytes ek ->
  yields (check_encapsulation_key set ek) (typed_result (fun _ => seq_len ek = ek_len set) KemError_typed).
Proof.
  intros Hek. unfold check_encapsulation_key, PART_LEN. pose proof (lengths_small set).
  walk. call encapsulation_key_len_safe. intros expected <-. walk_step; [walk; exact I|].
  assert (Hlen : seq_len ek = ek_len set) by lia.
  apply yields_bind. apply (yields_mono _ typed_any).
  - walk; [exact I|]. apply is_reduced_safe; [assumption|lia].
  - intros reduced _. walk; [exact Hlen|exact I].
Qed.
#[export] Hint Resolve check_encapsulation_key_safe : spec.

(** * Encapsulation and decapsulation *)

(** Any bytes as a key give a secret and a ciphertext of the right length, or an error. *)
Lemma encaps_safe set ek m :
  bytes ek -> KemRandom_typed m ->
  yields (encaps set ek m)
    (typed_result (typed_pair KemSecret_typed (typed_array (typed_int 8) (ct_len set))) KemError_typed).
Proof.
  intros Hek (Hlen & Hm). unfold encaps. pose proof (lengths_small set).
  pose proof (lengths_agree set) as (Hlen_ek' & _ & Hlen_ct).
  walk. call check_encapsulation_key_safe; [assumption|]. intros [[]|error] Hcheck; [|exact Hcheck].
  cbn [typed_result] in Hcheck.
  walk. call encapsulated_message_safe; [now split|]. intros message (Hlen_m & Hmessage).
  walk. call h_safe; [assumption|lia|]. intros digest (Hlen_d & Hd).
  walk. call g_safe; [elements|whole|]. intros [k r] (Hk & Hlen_r & Hr). cbn [fst snd] in *.
  walk. call k_pke_encrypt_safe; [apply parameters_safe|assumption|lia|assumption|lia|assumption|lia|].
  rewrite Hlen_ct. intros c (Hlen_c & Hc).
  walk. call shared_secret_safe; [assumption..|lia|]. intros secret Hsecret.
  walk. split; [assumption|]. now split.
Qed.
#[export] Hint Resolve encaps_safe : spec.

(** A key and a ciphertext of the right lengths always give a secret. *)
Lemma decaps_internal_safe set dk c :
  typed_array (typed_int 8) (dk_len set) dk -> typed_array (typed_int 8) (ct_len set) c ->
  yields (decaps_internal set dk c) KemSecret_typed.
Proof.
  intros (Hlen_dk & Hdk) (Hlen_c & Hc). unfold decaps_internal, PART_LEN, integers.
  pose proof (lengths_small set).
  pose proof (lengths_agree set) as (Hlen_ek' & Hlen_dk' & Hlen_ct).
  pose proof (parameters_safe set) as Hp. pose proof Hp as (Hk & _). cbv zeta.
  walk. call encapsulation_key_len_safe. intros ek_length <-. walk. cbv zeta. walk.
  call k_pke_decrypt_safe; [assumption|eassumption|lia|assumption|lia|]. intros m (Hlen_m & Hm).
  walk. call g_safe; [elements|whole|]. intros [k r] (Hk' & Hlen_r & Hr). cbn [fst snd] in *.
  walk. call k_pke_encrypt_safe; [assumption|eassumption|lia|assumption|lia|assumption|lia|]. intros again _.
  walk.
  - apply shared_secret_safe; [assumption..|lia].
  - apply rejection_secret_safe; [now split|assumption|lia].
Qed.
#[export] Hint Resolve decaps_internal_safe : spec.

(** Any bytes as a key and a ciphertext give a secret or an error. *)
Lemma decaps_safe set dk c :
  bytes dk -> bytes c -> yields (decaps set dk c) (typed_result KemSecret_typed KemError_typed).
Proof.
  intros Hdk Hc. unfold decaps.
  walk. call decapsulation_key_len_safe. intros dk_length <-. walk; [exact I|].
  walk. call ciphertext_len_safe. intros ct_length <-. walk; [exact I|].
  call decaps_internal_safe; [split; [lia|assumption]..|]. intros secret Hsecret. exact Hsecret.
Qed.
#[export] Hint Resolve decaps_safe : spec.
