(** Panic-freedom of [primitives::sha2].

    A message may have any length whose number of bits fits into 64 bits. FIPS 180-4 sets this limit for
    SHA-256; for SHA-512, no machine holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet.generated Require Import keys_types primitives_sha2.

(** * SHA-256 *)

Lemma K_256_typed : Sha256Words_typed K_256.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

Lemma H0_256_typed : Sha256State_typed H0_256.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

(** Four bytes that a message has make a word. *)
Lemma word_256_safe message start :
  bytes message -> 0 <= start -> start + 4 <= seq_len message -> seq_len message < 2 ^ 63 ->
  yields (word_256 message start) (typed_int 32).
Proof.
  intros Hm Hs Hl Hb. pose proof (conj eq_refl Hm : typed_array (typed_int 8) (seq_len message) message).
  unfold word_256. do 15 array_step. typed_integer.
Qed.
#[export] Hint Resolve word_256_safe : spec.

(** The padded message is whole blocks, longer than the message. *)
Lemma pad_256_safe message :
  bytes message -> seq_len message < 2 ^ 61 ->
  yields (pad_256 message) (typed_array (typed_int 8) (((seq_len message + 8) / 64 + 1) * 64)).
Proof.
  intros Hm Hlen. pose proof (seq_len_nonneg message). unfold pad_256, SHA256_BLOCK_LEN. cbv zeta.
  do 4 array_step.
  set (blocks := (seq_len message + 8) / 64).
  assert (0 <= blocks /\ 64 * blocks <= seq_len message + 8 < 64 * blocks + 64)
    by (unfold blocks; lia).
  clearbody blocks. do 4 array_step.
  step. apply (yields_update_start (typed_int 8));
    [apply Forall_fill; range | exact Hm | rewrite seq_len_fill; lia |].
  rewrite seq_len_fill by lia. intros padded Hpl Hp.
  pose proof (conj Hpl Hp : typed_array (typed_int 8) ((blocks + 1) * 64) padded). clear Hpl Hp Hm.
  step. eapply yields_array_set; [eassumption | lia | range |]. intros marked Hmarked.
  do 4 array_step.
  apply (yields_update (typed_int 8));
    [apply Hmarked | apply Forall_be_bytes | lia | rewrite seq_len_be_bytes, (proj1 Hmarked); lia |].
  intros u Hul Hu. split; [rewrite Hul; apply Hmarked | exact Hu].
Qed.
#[export] Hint Resolve pad_256_safe : spec.

(** The message schedule of a block inside the padded message. *)
Lemma schedule_256_safe padded start :
  bytes padded -> 0 <= start -> start + 64 <= seq_len padded -> seq_len padded < 2 ^ 63 ->
  yields (schedule_256 padded start) Sha256Words_typed.
Proof.
  intros. unfold schedule_256. cbv zeta. step.
  apply (yields_for (fun _ w => typed_array (typed_int 32) 64 w)); [apply array_filled; range| |].
  - intros i w Hi Hw. do 5 array_step. call word_256_safe. intros x Hx. array_step. assumption.
  - intros w Hw.
    apply (yields_for (fun _ w => typed_array (typed_int 32) 64 w)); [assumption| |auto].
    clear. intros i w Hi Hw. do 17 array_step. assumption.
Qed.
#[export] Hint Resolve schedule_256_safe : spec.

(** A block inside the padded message makes a state of the last one. *)
Lemma sha256_block_safe hash padded block :
  Sha256State_typed hash -> bytes padded -> 0 <= block -> 64 * block + 64 <= seq_len padded ->
  seq_len padded < 2 ^ 63 -> yields (sha256_block hash padded block) Sha256State_typed.
Proof.
  intros Hh Hp Hb Hl Hm. pose proof K_256_typed as HK. unfold sha256_block, SHA256_BLOCK_LEN.
  step. step; [lia|]. step. call schedule_256_safe. clear Hp Hb Hl Hm. intros w Hw.
  do 16 array_step.
  step.
  apply (yields_for (fun _ s =>
    let '(a, b, c, d, e, f, g, h) := s in
    Forall (typed_int 32) [a; b; c; d; e; f; g; h])).
  - repeat (apply Forall_cons; [assumption|]). apply Forall_nil.
  - clear - HK Hw. intros i [[[[[[[a b] c] d] e] f] g] h] Hi Hs.
    repeat match goal with H : Forall _ (_ :: _) |- _ => apply Forall_cons_iff in H as [? H] end.
    cbv beta iota zeta. do 5 array_step. repeat (apply Forall_cons; [typed_integer|]). apply Forall_nil.
  - clear - Hh. intros [[[[[[[a b] c] d] e] f] g] h] _. cbv beta iota zeta.
    assert (Hn : Sha256State_typed (seq_fill 0 8)) by (apply array_filled; [lia|range]).
    generalize dependent (seq_fill 0 8). intros next Hn.
    do 31 array_step. assumption.
Qed.
#[export] Hint Resolve sha256_block_safe : spec.

(** A digest has its type and length. *)
Lemma sha256_safe message :
  bytes message -> seq_len message < 2 ^ 61 -> yields (sha256 message) Sha256Digest_typed.
Proof.
  intros. unfold sha256. cbv zeta. step. step. intros padded [Hl Hp].
  assert (seq_len padded < 2 ^ 63) by range.
  unfold SHA256_BLOCK_LEN in *. step. step; [lia|]. step.
  apply (yields_for (fun _ hash => Sha256State_typed hash)); [apply H0_256_typed| |].
  - intros i hash Hi Hh. apply sha256_block_safe; auto; range.
  - intros hash [Hhl Hht]. destruct (be_bytes_of_words_typed 4 hash) as [Hdl Hdt]; [lia|].
    rewrite Hhl in Hdl. step; [exact Hdl|]. split; assumption.
Qed.
#[export] Hint Resolve sha256_safe : spec.

(** * SHA-512 *)

Lemma K_512_typed : Sha512Words_typed K_512.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

Lemma H0_512_typed : Sha512State_typed H0_512.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

(** Eight bytes that a message has make a word. *)
Lemma word_512_safe message start :
  bytes message -> 0 <= start -> start + 8 <= seq_len message -> seq_len message < 2 ^ 63 ->
  yields (word_512 message start) (typed_int 64).
Proof.
  intros Hm Hs Hl Hb. pose proof (conj eq_refl Hm : typed_array (typed_int 8) (seq_len message) message).
  unfold word_512. cbv zeta. apply (yields_for (fun _ => typed_int 64)); [range| |auto].
  intros i word Hi Hw. do 5 array_step. typed_integer.
Qed.
#[export] Hint Resolve word_512_safe : spec.

(** The padded message is whole blocks, longer than the message. *)
Lemma pad_512_safe message :
  bytes message -> seq_len message < 2 ^ 61 ->
  yields (pad_512 message) (typed_array (typed_int 8) (((seq_len message + 16) / 128 + 1) * 128)).
Proof.
  intros Hm Hlen. pose proof (seq_len_nonneg message). unfold pad_512, SHA512_BLOCK_LEN. cbv zeta.
  do 4 array_step.
  set (blocks := (seq_len message + 16) / 128).
  assert (0 <= blocks /\ 128 * blocks <= seq_len message + 16 < 128 * blocks + 128)
    by (unfold blocks; lia).
  clearbody blocks. do 4 array_step.
  step. apply (yields_update_start (typed_int 8));
    [apply Forall_fill; range | exact Hm | rewrite seq_len_fill; lia |].
  rewrite seq_len_fill by lia. intros padded Hpl Hp.
  pose proof (conj Hpl Hp : typed_array (typed_int 8) ((blocks + 1) * 128) padded). clear Hpl Hp Hm.
  step. eapply yields_array_set; [eassumption | lia | range |]. intros marked Hmarked.
  do 4 array_step.
  apply (yields_update (typed_int 8));
    [apply Hmarked | apply Forall_be_bytes | lia | rewrite seq_len_be_bytes, (proj1 Hmarked); lia |].
  intros u Hul Hu. split; [rewrite Hul; apply Hmarked | exact Hu].
Qed.
#[export] Hint Resolve pad_512_safe : spec.

(** The message schedule of a block inside the padded message. *)
Lemma schedule_512_safe padded start :
  bytes padded -> 0 <= start -> start + 128 <= seq_len padded -> seq_len padded < 2 ^ 63 ->
  yields (schedule_512 padded start) Sha512Words_typed.
Proof.
  intros. unfold schedule_512. cbv zeta. step.
  apply (yields_for (fun _ w => typed_array (typed_int 64) 80 w)); [apply array_filled; range| |].
  - intros i w Hi Hw. do 5 array_step. call word_512_safe. intros x Hx. array_step. assumption.
  - intros w Hw.
    apply (yields_for (fun _ w => typed_array (typed_int 64) 80 w)); [assumption| |auto].
    clear. intros i w Hi Hw. do 17 array_step. assumption.
Qed.
#[export] Hint Resolve schedule_512_safe : spec.

(** A block inside the padded message makes a state of the last one. *)
Lemma sha512_block_safe hash padded block :
  Sha512State_typed hash -> bytes padded -> 0 <= block -> 128 * block + 128 <= seq_len padded ->
  seq_len padded < 2 ^ 63 -> yields (sha512_block hash padded block) Sha512State_typed.
Proof.
  intros Hh Hp Hb Hl Hm. pose proof K_512_typed as HK. unfold sha512_block, SHA512_BLOCK_LEN.
  step. step; [lia|]. step. call schedule_512_safe. clear Hp Hb Hl Hm. intros w Hw.
  do 16 array_step.
  step.
  apply (yields_for (fun _ s =>
    let '(a, b, c, d, e, f, g, h) := s in
    Forall (typed_int 64) [a; b; c; d; e; f; g; h])).
  - repeat (apply Forall_cons; [assumption|]). apply Forall_nil.
  - clear - HK Hw. intros i [[[[[[[a b] c] d] e] f] g] h] Hi Hs.
    repeat match goal with H : Forall _ (_ :: _) |- _ => apply Forall_cons_iff in H as [? H] end.
    cbv beta iota zeta. do 5 array_step. repeat (apply Forall_cons; [typed_integer|]). apply Forall_nil.
  - clear - Hh. intros [[[[[[[a b] c] d] e] f] g] h] _. cbv beta iota zeta.
    assert (Hn : Sha512State_typed (seq_fill 0 8)) by (apply array_filled; [lia|range]).
    generalize dependent (seq_fill 0 8). intros next Hn.
    do 31 array_step. assumption.
Qed.
#[export] Hint Resolve sha512_block_safe : spec.

(** A digest has its type and length. *)
Lemma sha512_safe message :
  bytes message -> seq_len message < 2 ^ 61 -> yields (sha512 message) Sha512Digest_typed.
Proof.
  intros. unfold sha512. cbv zeta. step. step. intros padded [Hl Hp].
  assert (seq_len padded < 2 ^ 63) by range.
  unfold SHA512_BLOCK_LEN in *. step. step; [lia|]. step.
  apply (yields_for (fun _ hash => Sha512State_typed hash)); [apply H0_512_typed| |].
  - intros i hash Hi Hh. apply sha512_block_safe; auto; range.
  - intros hash [Hhl Hht]. destruct (be_bytes_of_words_typed 8 hash) as [Hdl Hdt]; [lia|].
    rewrite Hhl in Hdl. step; [exact Hdl|]. split; assumption.
Qed.
#[export] Hint Resolve sha512_safe : spec.
