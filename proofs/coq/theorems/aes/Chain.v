(** CBC decryption of whole blocks undoes CBC encryption. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet Require Import theorems.lib.Bytes theorems.lib.Fill theorems.lib.Parts.
From Twinratchet Require Import theorems.safety.primitives_aes theorems.safety.primitives_aes_cbc.
From Twinratchet Require Import theorems.aes.Block.
From Twinratchet.generated Require Import keys_types primitives_aes primitives_aes_cbc.

Lemma xor_blocks_value a b :
  AesState_typed a -> AesState_typed b ->
  xor_blocks a b = Ret (map (fun i => Z.lxor (get a i) (get b i)) (counted 16)).
Proof.
  intros [Ha _] [Hb _]. apply for_fills; [discriminate|]. intros i out Hi _. unfold BLOCK_LEN in Hi.
  rewrite !index_get by lia. reflexivity.
Qed.

(** A block that was added is taken away by the same sum. *)
Lemma xor_blocks_is_inverted a b :
  AesState_typed a -> AesState_typed b ->
  yields (xor_blocks a b) (fun sum => AesState_typed sum /\ xor_blocks sum b = Ret a).
Proof.
  intros Ha Hb. pose proof (xor_blocks_safe a b Ha Hb) as Hsafe. rewrite xor_blocks_value in * by assumption.
  split; [exact Hsafe|]. rewrite xor_blocks_value by assumption. f_equal.
  transitivity (map (get a) (counted 16)); [|apply map_get, Ha]. apply map_counted_ext. intros i Hi.
  rewrite get_counted by exact Hi. now rewrite Z.lxor_assoc, Z.lxor_nilpotent, Z.lxor_0_r.
Qed.

(** Round [j] of decryption, on the plaintext so far and the previous block of ciphertext. *)
Definition decrypt_round (expanded ciphertext : list Z) (j : Z) : list Z * list Z -> M (list Z * list Z) :=
  fun '(plaintext, previous) =>
    let! at' := checked_mul 64 BLOCK_LEN j in
    let! c := array_from_slice 16 ciphertext at' BLOCK_LEN in
    let! sum := decrypt_block expanded c in
    let! p := xor_blocks sum previous in
    let! at' := checked_mul 64 BLOCK_LEN j in
    let! plaintext := seq_update plaintext at' p in
    Ret (plaintext, c).

Lemma cbc_decrypt_in_rounds key iv c :
  cbc_decrypt key iv c
  = bind (key_expansion key) (fun expanded =>
    bind (seq_num_exact_chunks c BLOCK_LEN) (fun n =>
    bind (for_loop_m 0 n (seq_fill 0 (seq_len c), iv) (decrypt_round expanded c)) (fun '(plaintext, _) =>
    Ret plaintext))).
Proof. reflexivity. Qed.

Lemma array_of_part x y z n :
  seq_len x = n -> seq_len y = 16 -> array_from_slice 16 (x ++ y ++ z) n 16 = Ret y.
Proof.
  intros Hx Hy. unfold array_from_slice, array_from_slice_with. cbn [Z.leb Z.compare Pos.compare].
  rewrite Z.leb_refl, slice_part by assumption. cbn [bind]. rewrite Z.sub_diag. apply f_equal, app_nil_r.
Qed.

Section Chain.
Context (expanded iv plaintext : list Z).
Hypotheses (He : typed_array (typed_int 8) 240 expanded) (Hiv : AesState_typed iv).
Hypotheses (Hp : bytes plaintext) (Hlen : seq_len plaintext < 2 ^ 63).

(** After [j] rounds of encryption: any ciphertext that begins with the blocks so far is decrypted, in [j]
    rounds, to as many blocks of the plaintext. *)
Definition decrypts_so_far (j : Z) : list Z * list Z -> Prop :=
  fun '(ciphertext, previous) =>
    AesState_typed previous /\
    exists done, bytes done /\ seq_len done = 16 * j /\
      ciphertext = done ++ seq_fill 0 (seq_len plaintext - 16 * j) /\
      forall rest, seq_len rest = seq_len plaintext - 16 * j ->
        iterate_m (Z.to_nat j) 0 (decrypt_round expanded (done ++ rest)) (seq_fill 0 (seq_len plaintext), iv)
        = Ret (firstn (Z.to_nat (16 * j)) plaintext ++ seq_fill 0 (seq_len plaintext - 16 * j), previous).

Lemma decrypt_round_value j done c rest previous sum p x :
  0 <= j -> seq_len done = 16 * j -> seq_len c = 16 -> seq_len p = 16 -> seq_len x = 16 * j ->
  16 * (j + 1) <= seq_len plaintext ->
  decrypt_block expanded c = Ret sum -> xor_blocks sum previous = Ret p ->
  decrypt_round expanded (done ++ c ++ rest) j (x ++ seq_fill 0 (seq_len plaintext - 16 * j), previous)
  = Ret ((x ++ p) ++ seq_fill 0 (seq_len plaintext - 16 * (j + 1)), c).
Proof.
  intros Hj Hd Hc Hpl Hx Hend Ec Ep. unfold decrypt_round, BLOCK_LEN, checked_mul.
  rewrite checked_ret by (simpl Z.pow in *; lia). cbn [bind].
  rewrite array_of_part by assumption. cbn [bind]. rewrite Ec. cbn [bind]. rewrite Ep. cbn [bind].
  replace (seq_len plaintext - 16 * j) with (16 + (seq_len plaintext - 16 * (j + 1))) by lia.
  rewrite seq_fill_parts, update_part by (rewrite ?seq_len_fill; lia). cbn [bind]. now rewrite app_assoc.
Qed.

Lemma encrypt_round_decrypts j ciphertext previous :
  0 <= j < seq_len plaintext / 16 -> decrypts_so_far j (ciphertext, previous) ->
  yields
    (let! at' := checked_mul 64 BLOCK_LEN j in
     let! p := array_from_slice 16 plaintext at' BLOCK_LEN in
     let! sum := xor_blocks p previous in
     let! previous := encrypt_block expanded sum in
     let! at' := checked_mul 64 BLOCK_LEN j in
     let! ciphertext := seq_update ciphertext at' previous in
     Ret (ciphertext, previous))
    (decrypts_so_far (j + 1)).
Proof.
  intros Hj (Hprev & done & Hdone & Hdl & -> & Hback). unfold BLOCK_LEN.
  assert (16 * (j + 1) <= seq_len plaintext) by lia.
  step. array_step. set (p := firstn (Z.to_nat 16) (skipn (Z.to_nat (16 * j)) plaintext)).
  assert (Hblock : AesState_typed p).
  { split; [apply seq_len_slice; lia|]. apply Forall_firstn', Forall_skipn', Hp. }
  unfold array_from_slice. rewrite array_from_slice_ret by lia. fold p. cbn [bind].
  eapply yields_call; [apply xor_blocks_is_inverted; eassumption|]. intros sum [Hsum Esum].
  eapply yields_call; [apply decrypt_block_inverts_encrypt_block; eassumption|]. intros c [Hc Ec].
  step. array_step.
  replace (seq_len plaintext - 16 * j) with (16 + (seq_len plaintext - 16 * (j + 1))) by lia.
  rewrite seq_fill_parts, update_part by (rewrite ?seq_len_fill; destruct Hc; lia). cbn [bind yields].
  split; [exact Hc|]. exists (done ++ c). split; [apply Forall_app; split; [exact Hdone|apply Hc]|].
  split; [rewrite seq_len_app; destruct Hc; lia|]. split; [apply app_assoc|]. intros rest Hrest.
  replace (Z.to_nat (j + 1)) with (S (Z.to_nat j)) by lia. rewrite iterate_m_last, <- app_assoc.
  rewrite Hback by (rewrite seq_len_app; destruct Hc; lia). cbn [bind].
  replace (0 + Z.of_nat (Z.to_nat j)) with j by lia.
  rewrite (decrypt_round_value _ _ _ _ _ sum p)
    by (try assumption; try lia; try apply Hc; try apply Hblock; apply seq_len_firstn; lia).
  replace (16 * (j + 1)) with (16 * j + 16) by lia. now rewrite (firstn_more (16 * j)) by lia.
Qed.
End Chain.

(** Whole blocks that were encrypted are decrypted to themselves. *)
Lemma cbc_decrypt_inverts_cbc_encrypt key iv plaintext :
  CipherKey_typed key -> AesState_typed iv -> bytes plaintext -> seq_len plaintext < 2 ^ 63 ->
  seq_len plaintext mod 16 = 0 ->
  yields (cbc_encrypt key iv plaintext) (fun c => cbc_decrypt key iv c = Ret plaintext).
Proof.
  intros Hk Hiv Hp Hlen Hwhole. unfold cbc_encrypt. cbv zeta.
  pose proof (key_expansion_safe key Hk) as He. apply yields_value in He as (expanded & Ee & He).
  rewrite Ee. cbn [bind]. apply yields_bind, yields_num_exact_chunks; [reflexivity|].
  change BLOCK_LEN with 16. apply yields_bind.
  apply (yields_for (decrypts_so_far expanded iv plaintext)).
  - split; [exact Hiv|]. exists []. split; [constructor|]. split; [reflexivity|].
    rewrite Z.mul_0_r, Z.sub_0_r. split; reflexivity.
  - intros j [ciphertext previous] Hj Hback. apply (encrypt_round_decrypts expanded iv); assumption.
  - intros [ciphertext previous] (_ & done & _ & Hdl & -> & Hback). cbn [yields].
    pose proof (seq_len_nonneg plaintext).
    replace (Z.max 0 (seq_len plaintext / 16)) with (seq_len plaintext / 16) in * by lia.
    replace (16 * (seq_len plaintext / 16)) with (seq_len plaintext) in * by lia.
    rewrite Z.sub_diag in *. specialize (Hback [] eq_refl). change (seq_fill 0 0) with (@nil Z) in *.
    rewrite cbc_decrypt_in_rounds, Ee. cbn [bind].
    rewrite app_nil_r in *. unfold seq_num_exact_chunks, checked_div. change BLOCK_LEN with 16.
    cbn [Z.eqb bind].
    rewrite Hdl. unfold for_loop_m. rewrite Z.sub_0_r, Hback. cbn [bind]. f_equal.
    rewrite app_nil_r. apply firstn_all2. unfold seq_len. lia.
Qed.
