(** What is written with [wire::protobuf] is bytes, whatever the numbers are and however long the contents. *)
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet.generated Require Import wire_protobuf.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

Lemma put_varint_gives_bytes out value : bytes out -> bytes (put_varint out value).
Proof.
  intros Hout. unfold put_varint. cbv zeta.
  match goal with |- context [for_loop ?from ?to ?a ?f] =>
    assert (H : bytes (fst (fst (for_loop from to a f)))); [|destruct (for_loop from to a f) as ((? & ?) & ?)]
  end; [|exact H].
  apply (for_invariant (fun _ state => bytes (fst (fst state)))); [exact Hout|].
  intros _ ((written & rest) & done) _ H. cbn [fst] in *.
  destruct (negb done); [|exact H]. destruct (rest <? 128); apply Forall_push; try exact H.
  - apply typed_int_cast. lia.
  - apply typed_int_lor; [lia|apply typed_int_cast; lia|]. unfold typed_int. simpl. lia.
Qed.

Lemma put_varint_field_gives_bytes out number value : bytes out -> bytes (put_varint_field out number value).
Proof. intros. unfold put_varint_field. cbv zeta. now do 2 apply put_varint_gives_bytes. Qed.

Lemma put_uint32_gives_bytes out number value : bytes out -> bytes (put_uint32 out number value).
Proof. apply put_varint_field_gives_bytes. Qed.

Lemma put_nonzero_gives_bytes out number value : bytes out -> bytes (put_nonzero out number value).
Proof. intros. unfold put_nonzero. destruct (value =? 0); auto using put_varint_field_gives_bytes. Qed.

Lemma put_bytes_gives_bytes out number value : bytes out -> bytes value -> bytes (put_bytes out number value).
Proof.
  intros. unfold put_bytes. cbv zeta. apply Forall_concat; [|assumption].
  now do 2 apply put_varint_gives_bytes.
Qed.

Create HintDb written.
#[export] Hint Resolve put_varint_gives_bytes put_uint32_gives_bytes put_nonzero_gives_bytes
  put_bytes_gives_bytes : written.
