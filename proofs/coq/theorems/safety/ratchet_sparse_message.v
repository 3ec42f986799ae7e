(** Panic-freedom of [ratchet::sparse::message], on any bytes. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.Slices
  theorems.wire.SparseMessage.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_erasure
  ratchet_sparse_message.

(** * Encoding *)

(** A chunk is written as bytes behind what is there. *)
Lemma put_chunk_typed out message_type chunk :
  typed_seq (typed_int 8) out -> typed_int 8 message_type -> Chunk_typed chunk ->
  typed_seq (typed_int 8) (put_chunk out message_type chunk).
Proof.
  intros Hout Htype ((Hindex & _) & _ & Hdata). unfold put_chunk. rewrite put_varint_appends by exact Hindex.
  repeat apply Forall_concat; auto using Forall_push, varint_typed.
Qed.

(** A message is written as bytes. *)
Lemma encode_sparse_message_typed message :
  SparseMessage_typed message -> typed_seq (typed_int 8) (encode_sparse_message message).
Proof.
  intros Hm. rewrite encode_sparse_message_is by exact Hm. destruct Hm as ((He & _) & (Hi & _) & Hpayload).
  assert (Hchunk : forall type chunk, typed_int 8 type -> Chunk_typed chunk ->
    Forall (typed_int 8) (chunk_bytes type chunk)).
  { intros type chunk Ht ((Hindex & _) & _ & Hdata). constructor; [exact Ht|]. apply Forall_app.
    auto using varint_typed. }
  repeat (apply Forall_app; split); try now apply varint_typed.
  - constructor; [now split|constructor].
  - destruct (SparseMessage_payload message); cbn [payload_bytes Payload_typed] in *;
      try (apply Hchunk; [now split|assumption]); constructor; now split || constructor.
Qed.

(** * Parsing *)

(** The version of any bytes is found without a panic. *)
Lemma message_version_safe bytes :
  yields (message_version bytes) (fun version => version = MessageVersion_V1 -> 1 <= seq_len bytes).
Proof.
  unfold message_version. pose proof (seq_len_nonneg bytes) as Hpos.
  destruct (Z.eqb_spec (seq_len bytes) 0); [cbn; discriminate|].
  destruct (seq_index_ret bytes 0) as (first & -> & _); [lia|]. cbn [bind].
  destruct (first =? 0); [cbn; discriminate|]. destruct (first =? VERSION_BYTE_1); cbn; lia.
Qed.

Section Parsing.
Variable bytes : list Z.
Hypothesis bytes_typed : typed_seq (typed_int 8) bytes.
Hypothesis bytes_short : seq_len bytes < 2 ^ 62.

(** A varint is read without a panic; it is within its limit, and ends within the bytes. *)
Lemma read_varint_safe at' max :
  0 <= at' <= seq_len bytes ->
  yields (read_varint bytes at' max)
    (typed_result
      (fun v => Varint_typed v /\ Varint_value v <= max /\ at' < Varint_next v <= seq_len bytes)
      SparseError_typed).
Proof.
  intros Hat. unfold read_varint, MAX_VARINT_LENGTH. cbv zeta. apply yields_bind.
  apply (yields_for (fun i '(value, length', done) =>
    typed_int 64 value /\ 0 <= length' <= 10 /\
    (done = true -> 1 <= length' /\ at' + length' <= seq_len bytes))).
  - unfold typed_int. lia.
  - intros i [[value length'] done] Hi (Hv & Hl & Hd). unfold checked_add, checked_mul, checked_shl.
    rewrite checked_ret by lia.
    destruct (negb done); cbn [bind]; [|exact (conj Hv (conj Hl Hd))].
    destruct (Z.ltb_spec (at' + i) (seq_len bytes)); [|exact (conj Hv (conj Hl Hd))].
    destruct (seq_index_ret bytes (at' + i)) as (byte & -> & _); [lia|]. cbn [bind].
    rewrite !checked_ret by lia. cbn [bind]. replace (7 * i <? 64) with true by lia. cbn [bind yields].
    split; [|lia]. apply typed_int_lor; [lia|exact Hv|]. apply typed_int_shl. lia.
  - intros [[value length'] done] (Hv & Hl & Hd). destruct (done && (value <=? max)) eqn:E; [|exact I].
    apply andb_true_iff in E as (Ed & Em). specialize (Hd Ed). unfold checked_add. rewrite checked_ret by lia.
    cbn [bind yields typed_result Varint_value Varint_next]. unfold Varint_typed, typed_int in *.
    cbn [Varint_value Varint_next]. lia.
Qed.

(** A chunk is read without a panic. *)
Lemma parse_chunk_safe at' :
  0 <= at' <= seq_len bytes -> yields (parse_chunk bytes at') (typed_result Chunk_typed SparseError_typed).
Proof.
  intros Hat. unfold parse_chunk, CHUNK_LENGTH, checked_sub. apply yields_bind.
  eapply yields_mono; [apply (read_varint_safe at' _ Hat)|].
  intros [index|error] H; [|exact H]. destruct H as ((Hv & Hn) & Hmax & Hnext).
  rewrite checked_ret by lia. cbn [bind].
  destruct (Z.ltb_spec (seq_len bytes - Varint_next index) 32); [exact I|].
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Hl. cbn [yields typed_result].
  split; [apply typed_int_cast; lia|]. split; [exact Hl|]. apply Forall_firstn', Forall_skipn'.
  exact bytes_typed.
Qed.

(** A type with a chunk has a payload, or is refused. *)
Lemma payload_of_typed message_type chunk :
  Chunk_typed chunk -> typed_result Payload_typed SparseError_typed (payload_of message_type chunk).
Proof. intros H. unfold payload_of. repeat destruct (_ =? _); exact H || exact I. Qed.

(** A payload is read without a panic. *)
Lemma parse_payload_safe at' :
  0 <= at' -> yields (parse_payload bytes at') (typed_result Payload_typed SparseError_typed).
Proof.
  intros Hat. unfold parse_payload, checked_add.
  destruct (Z.leb_spec (seq_len bytes) at') as [_|Hinside]; [exact I|].
  destruct (seq_index_ret bytes at') as (type & -> & _); [lia|]. cbn [bind].
  destruct (type =? TYPE_NONE); [exact I|]. destruct (type =? TYPE_CT1_ACK); [exact I|].
  rewrite checked_ret by lia. cbn [bind]. apply yields_bind.
  eapply yields_mono; [apply parse_chunk_safe; lia|].
  intros [chunk|error] H; [|exact H]. now apply payload_of_typed.
Qed.

(** Any bytes are parsed to a message whose epoch is not 0, or refused, without a panic. *)
Lemma parse_sparse_message_safe :
  yields (parse_sparse_message bytes)
    (typed_result (fun m => SparseMessage_typed m /\ 1 <= SparseMessage_epoch m) SparseError_typed).
Proof.
  unfold parse_sparse_message. apply yields_bind. eapply yields_mono; [apply message_version_safe|].
  intros version Hversion. destruct version; cbn [MessageVersion_eqb]; [exact I| |exact I].
  specialize (Hversion eq_refl). apply yields_bind.
  eapply yields_mono; [apply (read_varint_safe 1); lia|]. intros [epoch|error] H; [|exact H].
  destruct H as ((Hepoch & _) & _ & Hnext). apply yields_bind.
  eapply yields_mono; [apply (read_varint_safe (Varint_next epoch)); lia|].
  intros [index|error] H; [|exact H].
  destruct H as (_ & _ & Hindex_next). apply yields_bind.
  eapply yields_mono; [apply parse_payload_safe; lia|]. intros [payload|error] H; [|exact H].
  destruct (Z.eqb_spec (Varint_value epoch) 0); [exact I|]. cbn [yields typed_result SparseMessage_epoch].
  split; [|unfold typed_int in Hepoch; lia].
  split; [exact Hepoch|]. split; [apply typed_int_cast; lia|exact H].
Qed.
End Parsing.

#[export] Hint Resolve message_version_safe read_varint_safe parse_chunk_safe parse_payload_safe
  parse_sparse_message_safe : spec.
