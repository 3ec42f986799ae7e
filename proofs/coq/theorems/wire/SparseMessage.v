(** Reading back what [ratchet_sparse_message] writes: a byte, varints and, for most types, a chunk. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.Slices.
From Twinratchet.generated Require Import keys_types wire_protobuf ratchet_sparse_types
  ratchet_sparse_erasure.
From Twinratchet.generated Require Import ratchet_sparse_message.

(** A varint up to a limit that stands at a position, with anything before and behind it, is read as the
    number that was written. *)
Lemma sparse_varint_is_read_back pre v rest max :
  0 <= v < 2 ^ 64 -> v <= max -> seq_len (pre ++ varint v ++ rest) < 2 ^ 64 ->
  read_varint (pre ++ varint v ++ rest) (seq_len pre) max
  = Ret (Ok (mk_Varint v (seq_len pre + seq_len (varint v)))).
Proof.
  intros Hv Hmax Hlen. unfold read_varint, MAX_VARINT_LENGTH. cbv zeta.
  rewrite (reader_reads_varint (fun value length' done => (value, length', done)) _
    (pre ++ varint v ++ rest) (seq_len pre)) with (pre := pre) (v := v) (rest := rest); auto.
  - cbn [bind andb]. replace (v <=? max) with true by lia.
    pose proof (varint_length v). pose proof (seq_len_nonneg pre).
    pose proof (seq_len_nonneg rest). rewrite !seq_len_app in Hlen.
    unfold checked_add. rewrite checked_ret by lia. reflexivity.
  - intros i value l b Hi Hin Hindex Hlast. cbn [negb]. unfold checked_add, checked_mul, checked_shl.
    rewrite checked_ret by lia. cbn [bind].
    replace (seq_len pre + i <? seq_len (pre ++ varint v ++ rest)) with true by lia.
    rewrite Hindex. cbn [bind]. rewrite !checked_ret by lia. cbn [bind].
    replace (7 * i <? 64) with true by lia. reflexivity.
Qed.

(** * Writing *)

Definition chunk_bytes (type : Z) (chunk : Chunk) : list Z :=
  type :: varint (Chunk_index chunk) ++ Chunk_data chunk.

Definition payload_bytes (payload : Payload) : list Z :=
  match payload with
  | Payload_None => [TYPE_NONE]
  | Payload_Hdr chunk => chunk_bytes TYPE_HDR chunk
  | Payload_Ek chunk => chunk_bytes TYPE_EK chunk
  | Payload_EkCt1Ack chunk => chunk_bytes TYPE_EK_CT1_ACK chunk
  | Payload_Ct1Ack => [TYPE_CT1_ACK]
  | Payload_Ct1 chunk => chunk_bytes TYPE_CT1 chunk
  | Payload_Ct2 chunk => chunk_bytes TYPE_CT2 chunk
  end.

(** A message is its version, its epoch, its index and its payload. *)
Lemma encode_sparse_message_is message :
  SparseMessage_typed message ->
  encode_sparse_message message
  = [VERSION_BYTE_1] ++ varint (SparseMessage_epoch message) ++ varint (SparseMessage_index message)
    ++ payload_bytes (SparseMessage_payload message).
Proof.
  intros ((Hepoch & _) & (Hindex & _) & Hpayload). unfold encode_sparse_message. cbv zeta.
  rewrite !put_varint_appends by assumption. cbn [seq_push app]. rewrite <- app_assoc.
  assert (Hchunk : forall out type chunk, Chunk_typed chunk ->
    put_chunk out type chunk = out ++ chunk_bytes type chunk).
  { intros out type chunk ((Hi & _) & _). unfold put_chunk, chunk_bytes, seq_concat, seq_push.
    rewrite put_varint_appends by exact Hi. now rewrite <- !app_assoc. }
  destruct (SparseMessage_payload message); cbn [Payload_typed payload_bytes] in *;
    rewrite ?Hchunk by exact Hpayload; unfold seq_push; cbn [app]; now rewrite <- ?app_assoc.
Qed.

(** * Reading *)

Lemma chunk_is_read_back pre chunk :
  Chunk_typed chunk -> seq_len (pre ++ varint (Chunk_index chunk) ++ Chunk_data chunk) < 2 ^ 64 ->
  parse_chunk (pre ++ varint (Chunk_index chunk) ++ Chunk_data chunk) (seq_len pre) = Ret (Ok chunk).
Proof.
  intros (Hindex & Hdata & _) Hlen. unfold parse_chunk, MAX_CHUNK_INDEX. unfold typed_int in Hindex.
  rewrite sparse_varint_is_read_back by lia. cbn [bind Varint_next Varint_value].
  pose proof (varint_length (Chunk_index chunk)). pose proof (seq_len_nonneg pre).
  rewrite !seq_len_app in *. unfold checked_sub, CHUNK_LENGTH. rewrite checked_ret by lia. cbn [bind].
  match goal with |- context [if ?b then _ else _] => replace b with false by lia end.
  unfold array_from_slice. rewrite array_of_slice, app_assoc, <- seq_len_app.
  replace 32 with (seq_len (Chunk_data chunk)) by exact Hdata. rewrite slice_of_suffix. cbn [bind].
  unfold cast. rewrite Z.mod_small by lia. now destruct chunk.
Qed.

Lemma payload_is_read_back pre payload :
  Payload_typed payload -> seq_len (pre ++ payload_bytes payload) < 2 ^ 64 ->
  parse_payload (pre ++ payload_bytes payload) (seq_len pre) = Ret (Ok payload).
Proof.
  intros Hpayload Hlen. unfold parse_payload.
  assert (Hfirst : exists type rest, payload_bytes payload = type :: rest)
    by (destruct payload; do 2 eexists; reflexivity).
  destruct Hfirst as (type & rest & E).
  assert (Hindex : seq_index (pre ++ payload_bytes payload) (seq_len pre) = Ret type).
  { rewrite E. unfold seq_index, seq_len. replace (Z.of_nat (length pre) <? 0) with false by lia.
    rewrite Nat2Z.id, nth_error_app2, Nat.sub_diag by lia. reflexivity. }
  rewrite Hindex.
  replace (seq_len (pre ++ payload_bytes payload) <=? seq_len pre) with false
    by (rewrite E, seq_len_app, seq_len_cons; pose proof (seq_len_nonneg rest); lia).
  cbn [bind].
  assert (Hchunk : forall chunk, Chunk_typed chunk -> payload_bytes payload = chunk_bytes type chunk ->
    (let! tmp' := checked_add 64 (seq_len pre) 1 in parse_chunk (pre ++ payload_bytes payload) tmp')
    = Ret (Ok chunk)).
  { intros chunk Htyped Hbytes. pose proof (seq_len_nonneg pre).
    assert (seq_len pre + 1 <= seq_len (pre ++ payload_bytes payload))
      by (rewrite E, seq_len_app, seq_len_cons; pose proof (seq_len_nonneg rest); lia).
    unfold checked_add. rewrite checked_ret by lia. cbn [bind].
    assert (Hsplit : pre ++ payload_bytes payload
      = (pre ++ [type]) ++ varint (Chunk_index chunk) ++ Chunk_data chunk).
    { rewrite Hbytes, <- app_assoc. reflexivity. }
    rewrite Hsplit in *.
    replace (seq_len pre + 1) with (seq_len (pre ++ [type])) by (rewrite seq_len_app; reflexivity).
    now apply chunk_is_read_back. }
  assert (Hrest : forall chunk, Chunk_typed chunk -> payload_bytes payload = chunk_bytes type chunk ->
    (let! tmp' := checked_add 64 (seq_len pre) 1 in
     let! tmp'4 := parse_chunk (pre ++ payload_bytes payload) tmp' in
     match tmp'4 with
     | Ok chunk => let! tmp'5 := Ret type in Ret (payload_of tmp'5 chunk)
     | Err error' => Ret (Err error')
     end) = Ret (payload_of type chunk)).
  { intros chunk Htyped Hbytes. specialize (Hchunk chunk Htyped Hbytes).
    destruct (checked_add 64 (seq_len pre) 1) as [at'|]; [|discriminate]. cbn [bind] in *.
    now rewrite Hchunk. }
  clear Hindex Hlen Hchunk.
  destruct payload as [|chunk|chunk|chunk| |chunk|chunk]; cbn [payload_bytes Payload_typed] in *;
    injection E as <- <-; try reflexivity; exact (Hrest chunk Hpayload eq_refl).
Qed.

(** A message is short: no more than 64 bytes. *)
Lemma sparse_message_length message :
  SparseMessage_typed message -> seq_len (encode_sparse_message message) <= 64.
Proof.
  intros Hm. rewrite encode_sparse_message_is by exact Hm. destruct Hm as (_ & _ & Hpayload).
  rewrite !seq_len_app. change (seq_len [VERSION_BYTE_1]) with 1.
  pose proof (varint_length (SparseMessage_epoch message)).
  pose proof (varint_length (SparseMessage_index message)).
  assert (seq_len (payload_bytes (SparseMessage_payload message)) <= 43); [|lia].
  assert (Hchunk : forall type chunk, Chunk_typed chunk -> seq_len (chunk_bytes type chunk) <= 43).
  { intros type chunk (_ & Hdata & _). unfold chunk_bytes. rewrite seq_len_cons, seq_len_app, Hdata.
    pose proof (varint_length (Chunk_index chunk)). lia. }
  destruct (SparseMessage_payload message); cbn [payload_bytes Payload_typed] in *;
    try (apply Hchunk; assumption);
    rewrite seq_len_cons, seq_len_nil; lia.
Qed.
