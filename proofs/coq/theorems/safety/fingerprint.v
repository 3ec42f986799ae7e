(** Panic-freedom of [fingerprint]: names, versions and what is scanned are anything. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys wire wire_fingerprint_code fingerprint.
From Twinratchet.theorems.safety Require Import keys wire_fingerprint_code.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** The hash is iterated on hashes. *)
Lemma iterate'_typed iterations id key :
  bytes id -> bytes key -> Sha512Digest_typed (iterate' iterations id key).
Proof.
  intros Hid Hkey. unfold iterate', FORMAT_LENGTH. cbv zeta.
  apply (for_invariant (fun _ hash => Sha512Digest_typed hash)).
  - apply sha512_typed. repeat apply Forall_concat; try assumption. typed.
  - intros _ hash _ (_ & Hhash). apply sha512_typed, Forall_concat; assumption.
Qed.

(** The fingerprint of any identity under any name is made, for any number of iterations, or the number is
    refused. *)
Lemma fingerprint_safe iterations id key :
  bytes id -> IdentityKey_typed key ->
  yields (fingerprint iterations id key) (typed_result Fingerprint_typed FingerprintError_typed).
Proof.
  intros Hid Hkey. unfold fingerprint. destruct (_ || _); [exact I|].
  apply yields_bind. eapply yields_mono; [apply serialize_public_key_safe, Hkey|]. intros b (_ & Hb).
  destruct (iterate'_typed iterations _ _ Hid Hb) as (Hlen & Hhash).
  apply yields_bind, yields_array_from_seq; [exact Hlen|]. split; assumption.
Qed.

Lemma group_value_safe side group :
  Fingerprint_typed side -> 0 <= group < 6 -> yields (group_value side group) (fun v => 0 <= v < 100000).
Proof.
  intros (Hlen & Hside) Hgroup. unfold group_value, GROUP_LENGTH, GROUP_MODULUS. cbv zeta.
  apply yields_bind, (yields_for (fun _ value => typed_int 64 value)).
  - range.
  - intros i value Hi Hvalue.
    apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
    apply yields_bind, (yields_index (typed_int 8)); [exact Hside|lia|]. intros x _ Hx.
    apply typed_int_lor; [lia|apply typed_int_shl; lia|]. unfold typed_int in *. lia.
  - intros value Hvalue. apply yields_checked_rem; [lia|]. apply Z.mod_pos_bound. lia.
Qed.

(** The digits are ASCII digits. *)
Lemma digits_of_side_safe side :
  Fingerprint_typed side -> yields (digits_of_side side) (typed_array (typed_int 8) 30).
Proof.
  intros Hside. unfold digits_of_side, DIGITS_PER_SIDE, GROUPS_PER_SIDE, GROUP_LENGTH, DIGIT_ZERO. cbv zeta.
  apply (yields_for (fun _ digits => typed_array (typed_int 8) 30 digits)).
  - typed.
  - intros group digits Hgroup Hdigits.
    apply yields_bind. eapply yields_mono; [apply group_value_safe; [exact Hside|exact Hgroup]|].
    intros value Hvalue. apply yields_bind.
    apply (yields_for (fun _ '(digits, rest) => typed_array (typed_int 8) 30 digits /\ 0 <= rest)).
    + split; [exact Hdigits|apply Hvalue].
    + clear Hdigits digits Hvalue value. intros i (digits & rest) Hi ((Hlen & Hdigits) & Hrest).
      apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
      apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
      assert (0 <= rest mod 10 < 10) by (apply Z.mod_pos_bound; lia).
      assert (E : cast 8 (rest mod 10) = rest mod 10) by (apply Z.mod_small; simpl; lia).
      rewrite E.
      apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_set; [lia|]. intros Hset.
      split; [split; [congruence|]|apply Z.div_pos; lia].
      apply Forall_set_nth; [exact Hdigits|]. unfold typed_int. lia.
    + intros (digits' & rest) (H & _). exact H.
  - intros digits Hdigits. exact Hdigits.
Qed.

Lemma is_before_safe a b :
  seq_len a = 30 -> seq_len b = 30 -> yields (is_before a b) (fun _ => True).
Proof.
  intros Ha Hb. unfold is_before, DIGITS_PER_SIDE. cbv zeta.
  apply yields_bind, (yields_for (fun _ _ => True)); [exact I| |].
  - intros i (decided & before) Hi _. apply yields_bind.
    destruct (negb decided); [|exact I].
    apply yields_bind, yields_index_any; [lia|]. intros x Ex.
    apply yields_bind, yields_index_any; [lia|]. intros y Ey.
    cbn [yields]. destruct (negb (x =? y)); [|exact I].
    apply yields_bind, yields_index_any; [lia|]. intros ? _.
    apply yields_bind, yields_index_any; [lia|]. intros ? _. exact I.
  - intros (decided & before) _. exact I.
Qed.

(** Any two fingerprints are displayed, as 60 digits. *)
Lemma displayable_safe local remote :
  Fingerprint_typed local -> Fingerprint_typed remote ->
  yields (displayable local remote) (typed_array (typed_int 8) 60).
Proof.
  intros Hl Hr. unfold displayable.
  apply yields_bind. eapply yields_mono; [apply digits_of_side_safe, Hl|]. intros l (Hll & Hl8).
  apply yields_bind. eapply yields_mono; [apply digits_of_side_safe, Hr|]. intros r (Hrl & Hr8).
  apply yields_bind. eapply yields_mono; [apply is_before_safe; [exact Hll|exact Hrl]|]. intros [|] _.
  - split; [rewrite seq_len_concat; lia|apply Forall_concat; assumption].
  - split; [rewrite seq_len_concat; lia|apply Forall_concat; assumption].
Qed.

Lemma scannable_code_safe version local remote :
  typed_int 32 version -> Fingerprint_typed local -> Fingerprint_typed remote ->
  yields (scannable_code version local remote) (fun code =>
    FingerprintCode_typed code /\
    seq_len (FingerprintCode_local code) = 32 /\ seq_len (FingerprintCode_remote code) = 32).
Proof.
  intros Hv (Hll & Hl) (Hrl & Hr). unfold scannable_code, SCANNABLE_LENGTH.
  apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hls.
  apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hrs.
  split; [|split; assumption].
  split; [exact Hv|]. split; apply Forall_firstn', Forall_skipn'; assumption.
Qed.

Lemma scannable_safe version local remote :
  typed_int 32 version -> Fingerprint_typed local -> Fingerprint_typed remote ->
  yields (scannable version local remote) bytes.
Proof.
  intros Hv Hl Hr. unfold scannable. apply yields_bind.
  eapply yields_mono; [apply scannable_code_safe; [exact Hv|exact Hl|exact Hr]|].
  intros code (Hcode & _). apply encode_fingerprint_code_typed, Hcode.
Qed.

(** Any bytes that are scanned are compared with any code, or refused. *)
Lemma compare_scannable_safe own scanned :
  bytes scanned -> seq_len scanned < 2 ^ 62 ->
  yields (compare_scannable own scanned) (typed_result (fun _ => True) FingerprintError_typed).
Proof.
  intros Hs Hlen. unfold compare_scannable. apply yields_bind.
  eapply yields_mono; [apply decode_fingerprint_code_safe; [exact Hs|exact Hlen]|].
  intros [found|e] _; [|exact I]. cbn [lift_wire]. cbv zeta.
  destruct (_ =? _); [|exact I].
  destruct (FingerprintFields_local found) as [local|]; [|exact I].
  destruct (FingerprintFields_remote found) as [remote|]; exact I.
Qed.
End Safety.

#[export] Hint Resolve fingerprint_safe group_value_safe digits_of_side_safe is_before_safe displayable_safe
  scannable_code_safe scannable_safe compare_scannable_safe : spec.
