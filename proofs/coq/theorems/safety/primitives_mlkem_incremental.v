(** Panic-freedom of [primitives::mlkem::incremental]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.generated Require Import primitives_mlkem_k_pke primitives_mlkem
  primitives_mlkem_incremental.
From Twinratchet.theorems.safety Require Import primitives_mlkem_k_pke_ring primitives_mlkem_k_pke
  primitives_mlkem.

(** * Keys *)

(** Any seed gives a header of 64 bytes, a vector of 1152, and a decapsulation key of 2400. *)
Lemma generate_safe seed :
  KemSeed_typed seed ->
  yields (generate seed)
    (fun pair =>
       typed_array (typed_int 8) 64 (IncrementalKeyPair_header pair) /\
       typed_array (typed_int 8) 1152 (IncrementalKeyPair_vector pair) /\
       typed_array (typed_int 8) 2400 (IncrementalKeyPair_decapsulation_key pair)).
Proof.
  intros Hseed. unfold generate, VECTOR_LEN, integers.
  walk. call key_gen_safe; [assumption|]. intros [ek dk] ((Hlen & Hek) & Hdk).
  cbn [kem_lengths fst snd KeyPair_encapsulation_key KeyPair_decapsulation_key] in *. cbv zeta.
  walk. call h_safe; [assumption|lia|]. intros digest (Hlen_d & Hd).
  walk. cbn [IncrementalKeyPair_header IncrementalKeyPair_vector IncrementalKeyPair_decapsulation_key].
  split; [split; [whole|elements]|]. split; [now split|assumption].
Qed.
#[export] Hint Resolve generate_safe : spec.

(** * The stored state *)

(** A reduced polynomial is stored in 512 bytes. *)
Lemma stored_polynomial_safe f : reduced f -> yields (stored_polynomial f) (typed_array (typed_int 8) 512).
Proof.
  intros (Hlen & Hf). unfold stored_polynomial, STORED_POLYNOMIAL_LEN, N. cbv zeta. change (Q / 2) with 1664.
  unfold Q.
  apply (yields_for (fun _ => typed_array (typed_int 8) 512)); [split; [reflexivity|elements]| |auto].
  intros i out Hi (Hcount & Hout). apply yields_bind. eapply yields_element; [eassumption|lia|]. intros c Hc.
  apply yields_bind. apply (yields_mono _ (typed_int 16)); [walk; whole|]. intros word Hword.
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve stored_polynomial_safe : spec.

(** A word of two bytes. *)
Lemma word_at_safe s start :
  bytes s -> 0 <= start -> start + 2 <= seq_len s < 2 ^ 60 -> yields (word_at s start) (typed_int 16).
Proof. intros Hs Hstart Hend. unfold word_at. walk. whole. Qed.
#[export] Hint Resolve word_at_safe : spec.

(** Any 512 bytes are loaded as a reduced polynomial. *)
Lemma loaded_polynomial_safe s start :
  bytes s -> 0 <= start -> start + 512 <= seq_len s < 2 ^ 60 -> yields (loaded_polynomial s start) reduced.
Proof.
  intros Hs Hstart Hend. unfold loaded_polynomial, N. cbv zeta.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto]. intros i f Hi (Hcount & Hf).
  walk. call word_at_safe; [assumption|lia|lia|]. intros word Hword.
  apply yields_bind. apply (yields_mono _ (fun x => 0 <= x)); [unfold Q; walk; whole|]. intros x Hx.
  unfold Q. walk; [apply below_cast_mod; lia|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve loaded_polynomial_safe : spec.

(** Whether the bytes of a stored state are swapped can be told of any 2048 bytes. *)
Lemma is_byte_swapped_safe s : bytes s -> 2048 <= seq_len s < 2 ^ 60 -> yields (is_byte_swapped s) typed_any.
Proof.
  intros Hs Hlen. unfold is_byte_swapped, N, STORED_POLYNOMIAL_LEN. cbv zeta. apply yields_bind.
  apply (yields_for (fun _ _ => True)); [exact I| |].
  - intros i [decided swapped] Hi _. walk. call word_at_safe; [assumption|lia|lia|]. intros word _.
    destruct (_ && _) eqn:Hcase; exact I.
  - intros [decided swapped] _. exact I.
Qed.
#[export] Hint Resolve is_byte_swapped_safe : spec.

(** A stored state keeps its length when its bytes are put in order. *)
Lemma low_byte_first_safe s n :
  typed_array (typed_int 8) n s -> 2048 <= n < 2 ^ 60 ->
  yields (low_byte_first s) (typed_array (typed_int 8) n).
Proof.
  intros (Hlen & Hs) Hn. unfold low_byte_first. cbv zeta. change (MESSAGE_START / 2) with 1024.
  walk. call is_byte_swapped_safe; [assumption|lia|]. intros swapped _. walk; [|now split].
  apply (yields_for (fun _ => typed_array (typed_int 8) n)); [now split| |auto].
  intros i out Hi (Hcount & Hout).
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve low_byte_first_safe : spec.

(** Well-formed masks and the message are stored in 2080 bytes. *)
Lemma state_of_safe masks m :
  masks_well_formed 3 masks -> KemRandom_typed m -> yields (state_of masks m) KemEncapsState_typed.
Proof.
  intros ((Hlen & Hy) & He) (Hlen_m & Hm). unfold state_of. cbv zeta. apply yields_bind.
  apply (yields_for (fun i => typed_array (typed_int 8) (512 * i))); [split; [reflexivity|elements]| |].
  - intros i s Hi (Hcount & Hs). walk. call stored_polynomial_safe; [assumption|]. intros part (Hlen_p & Hp).
    walk. split; [whole|elements].
  - intros s (Hcount & Hs). walk. call stored_polynomial_safe; [assumption|]. intros part (Hlen_p & Hp).
    cbv zeta. walk. split; [whole|elements].
Qed.
#[export] Hint Resolve state_of_safe : spec.

(** * Encapsulation in two halves *)

(** Any bytes as a header give the first 960 bytes, a secret and a state, or an error. *)
Lemma encaps1_safe header m :
  bytes header -> KemRandom_typed m ->
  yields (encaps1 header m)
    (typed_result
       (fun half => FirstHalf_typed half /\ seq_len (FirstHalf_ciphertext1 half) = 960) KemError_typed).
Proof.
  intros Hheader (Hlen & Hm). unfold encaps1, HEADER_LEN. walk; [|exact I].
  call g_safe; [elements|whole|]. intros [k r] ((Hlen_k & Hk) & Hlen_r & Hr). cbn [fst snd] in *.
  cbv zeta. walk. call encrypt_u_safe; [apply parameters_safe|assumption|lia|assumption|lia|].
  cbn [parameters Parameters_k Parameters_du]. intros [c1 masks] ((Hlen_c & Hc) & Hmasks). cbn [fst snd] in *.
  walk. call state_of_safe; [assumption|now split|]. intros state Hstate.
  walk. cbn [typed_result FirstHalf_ciphertext1]. split; [|whole].
  split; [assumption|]. split; [now split|assumption].
Qed.
#[export] Hint Resolve encaps1_safe : spec.

(** Whether a vector belongs to a header can be told of any bytes. *)
Lemma is_match_safe header vector : bytes header -> bytes vector -> yields (is_match header vector) typed_any.
Proof.
  intros Hheader Hvector. unfold is_match, HEADER_LEN, VECTOR_LEN, integers. walk; [exact I|]. cbv zeta.
  walk. call h_safe; [elements|whole|]. intros digest _. walk; [|exact I].
  apply is_reduced_safe; [assumption|lia].
Qed.
#[export] Hint Resolve is_match_safe : spec.

(** Any bytes as a vector and any state give the last 128 bytes, or an error. *)
Lemma encaps2_safe vector state :
  bytes vector -> KemEncapsState_typed state ->
  yields (encaps2 vector state) (typed_result (typed_array (typed_int 8) 128) KemError_typed).
Proof.
  intros Hvector (Hlen & Hstate). unfold encaps2, VECTOR_LEN, STORED_POLYNOMIAL_LEN, MESSAGE_START, integers.
  walk; [|exact I]. call low_byte_first_safe; [now split|lia|]. intros s (Hlen_s & Hs). cbv zeta.
  apply yields_bind.
  apply (yields_for (fun _ => primitives_mlkem_k_pke.vector 3)); [apply zero_vector; lia| |].
  - intros i y Hi (Hcount & Hy). walk. call loaded_polynomial_safe; [assumption|lia|lia|]. intros f Hf.
    walk. split; [whole|assumption].
  - intros y Hy. walk. call loaded_polynomial_safe; [assumption|lia|lia|]. intros e2 He2. walk.
    call encrypt_v_safe;
      [apply parameters_safe|assumption|cbn [parameters Parameters_k]; lia|now split|assumption|assumption|].
    intros c2 Hc2. exact Hc2.
Qed.
#[export] Hint Resolve encaps2_safe : spec.

(** Any bytes as a key and two halves of a ciphertext give a secret or an error. *)
Lemma decaps_halves_safe dk ciphertext1 ciphertext2 :
  bytes dk -> bytes ciphertext1 -> bytes ciphertext2 ->
  yields (decaps_halves dk ciphertext1 ciphertext2) (typed_result KemSecret_typed KemError_typed).
Proof.
  intros Hdk H1 H2. unfold decaps_halves. cbv zeta. apply decaps_safe; [assumption|].
  destruct (_ =? _); elements.
Qed.
#[export] Hint Resolve decaps_halves_safe : spec.
