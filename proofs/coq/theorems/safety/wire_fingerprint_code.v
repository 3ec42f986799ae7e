(** Panic-freedom of [wire::fingerprint_code], on any bytes. *)
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet Require Import theorems.safety.wire_protobuf theorems.safety.wire_message.
From Twinratchet.generated Require Import wire wire_protobuf wire_fingerprint_code.

(** One side of a code is written as bytes. *)
Lemma encode_logical_typed content :
  typed_seq (typed_int 8) content -> typed_seq (typed_int 8) (encode_logical content).
Proof. intros H. apply put_bytes_typed; [constructor|exact H]. Qed.

(** A code is written as bytes. *)
Lemma encode_fingerprint_code_typed code :
  FingerprintCode_typed code -> typed_seq (typed_int 8) (encode_fingerprint_code code).
Proof.
  intros ((Hversion & _) & Hlocal & Hremote). unfold encode_fingerprint_code. cbv zeta.
  apply put_bytes_typed; [apply put_bytes_typed|]; auto using encode_logical_typed.
  apply put_uint32_typed; [constructor|exact Hversion].
Qed.

(** What is known of the content of one side: it is bytes, no more than those that it was parsed from. *)
Definition content_within (bytes : list Z) : option (list Z) -> Prop :=
  typed_option (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len bytes).

(** Any bytes are parsed to one side of a code, or refused, without a panic. *)
Lemma parse_logical_safe bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (parse_logical bytes) (typed_result (content_within bytes) WireError_typed).
Proof.
  intros Hbytes Hlen. unfold parse_logical. next parse_fields_safe fields.
  destruct Hfields as (Hfields & Hcount).
  now apply last_bytes_safe.
Qed.

(** The content of one side is found without a panic. *)
Lemma logical_content_safe bytes fields number :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 -> Forall (field_within bytes) fields ->
  yields (logical_content bytes fields number) (typed_result (content_within bytes) WireError_typed).
Proof.
  intros Hbytes Hlen Hfields. unfold logical_content. next all_bytes_safe parts.
  destruct Hparts as (Hparts & _).
  cbv zeta. apply yields_bind. apply (yields_for (fun _ '(content, _) => content_within bytes content)).
  - exact I.
  - intros i [content well_formed] Hi Hcontent. apply yields_bind.
    apply (yields_index _ _ _ _ Hparts); [exact Hi|]. intros part _ (Hpart & Hpart_len).
    apply yields_bind. eapply yields_mono; [apply parse_logical_safe; [exact Hpart|lia]|].
    intros [[found|]|error] H; cbn [yields]; [|exact Hcontent..].
    destruct H as (H1 & H2). split; [exact H1|lia].
  - intros [content well_formed] Hcontent. destruct well_formed; [exact Hcontent|exact I].
Qed.

(** Any bytes are parsed to the fields of a code, or refused, without a panic. *)
Lemma decode_fingerprint_code_safe bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (decode_fingerprint_code bytes)
    (typed_result
      (fun found => FingerprintFields_typed found /\ content_within bytes (FingerprintFields_local found) /\
                    content_within bytes (FingerprintFields_remote found))
      WireError_typed).
Proof.
  intros Hbytes Hlen. unfold decode_fingerprint_code. next parse_fields_safe fields.
  destruct Hfields as (Hfields & Hcount). assert (Htyped := fields_within_are_typed _ _ Hfields).
  next last_uint32_safe version. next logical_content_safe local. next logical_content_safe remote.
  assert (Hside : forall side, content_within bytes side -> typed_option (typed_seq (typed_int 8)) side)
    by (intros [side|]; [intros (H & _); exact H|auto]).
  cbn [yields typed_result]. unfold FingerprintFields_typed. cbn. auto 6.
Qed.

(** Any bytes are parsed to a code, or refused, without a panic. *)
Lemma parse_fingerprint_code_safe bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (parse_fingerprint_code bytes)
    (typed_result
      (fun code => FingerprintCode_typed code /\ seq_len (FingerprintCode_local code) <= seq_len bytes /\
                   seq_len (FingerprintCode_remote code) <= seq_len bytes)
      WireError_typed).
Proof.
  intros Hbytes Hlen. unfold parse_fingerprint_code. next decode_fingerprint_code_safe found.
  destruct found as [version local remote]. destruct Hfound as ((Hversion & _) & Hlocal & Hremote).
  cbn [FingerprintFields_version FingerprintFields_local FingerprintFields_remote] in *.
  destruct version as [version|]; [|exact I]. destruct local as [local|]; [|exact I].
  destruct remote as [remote|]; [|exact I]. destruct Hlocal as (Hl & Hll), Hremote as (Hr & Hrl).
  cbn [required_uint32 required_bytes yields typed_result]. unfold FingerprintCode_typed. cbn.
  repeat first [assumption | split].
Qed.

#[export] Hint Resolve parse_logical_safe logical_content_safe decode_fingerprint_code_safe
  parse_fingerprint_code_safe : spec.
