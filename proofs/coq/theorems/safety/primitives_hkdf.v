(** Panic-freedom of [primitives::hkdf]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet Require Import theorems.safety.primitives_hmac.
From Twinratchet.generated Require Import keys_types primitives_hkdf.

(** The salt of no salt is a block of zeros. *)
Lemma no_salt_typed : typed_array (typed_int 8) 32 no_salt.
Proof. unfold no_salt, HASH_LEN. apply array_filled; range. Qed.

(** What is extracted is a digest. *)
Lemma hkdf_extract_safe salt ikm :
  bytes salt -> seq_len salt < 2 ^ 61 -> bytes ikm -> seq_len ikm < 2 ^ 60 ->
  yields (hkdf_extract salt ikm) Sha256Digest_typed.
Proof. intros. unfold hkdf_extract. apply hmac_sha256_safe; auto. range. Qed.
#[export] Hint Resolve hkdf_extract_safe : spec.

(** What is expanded has the length that is asked for: at most eight blocks, of which the last is cut. *)
Lemma hkdf_expand_safe prk info n :
  Sha256Digest_typed prk -> bytes info -> seq_len info < 2 ^ 60 -> typed_int 8 n ->
  yields (hkdf_expand prk info n) (typed_array (typed_int 8) n).
Proof.
  intros Hprk Hinfo Hlen Hn. unfold hkdf_expand, HASH_LEN. cbv zeta.
  step. eapply yields_mono with (P := fun blocks => 0 <= blocks <= 8 /\ n <= 32 * blocks).
  { step. step; [lia|]. step; [|step; step; [lia|]]; step; range. }
  intros blocks [Hb Hnb]. step.
  apply (yields_for (fun i '(previous, t) =>
    bytes previous /\ seq_len previous <= 32 /\ bytes t /\ seq_len t = 32 * i)).
  - cbv beta iota. split; [constructor|]. split; [cbn; lia|]. split; [constructor|reflexivity].
  - intros i [previous t] Hi (Hp & Hpl & Ht & Htl). cbv beta iota zeta.
    step. step; [range|]. step. call hmac_sha256_safe. intros tag [Hl Htag]. step.
    repeat split; try range; [assumption|]. apply Forall_concat; assumption.
  - intros [previous t] (Hp & Hpl & Ht & Htl). cbv beta iota.
    step; [lia|range..|]. intros Hl. split; [exact Hl|]. typed.
Qed.
#[export] Hint Resolve hkdf_expand_safe : spec.

(** The output has the length that is asked for. *)
Lemma hkdf_safe salt ikm info n :
  bytes salt -> seq_len salt < 2 ^ 61 -> bytes ikm -> seq_len ikm < 2 ^ 60 ->
  bytes info -> seq_len info < 2 ^ 60 -> typed_int 8 n ->
  yields (hkdf salt ikm info n) (typed_array (typed_int 8) n).
Proof.
  intros. unfold hkdf. step. call hkdf_extract_safe. intros prk Hprk. apply hkdf_expand_safe; auto.
Qed.
#[export] Hint Resolve hkdf_safe : spec.
