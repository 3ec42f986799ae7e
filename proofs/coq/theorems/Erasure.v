(** The erasure code of the sparse ratchet gives a value back from enough of its chunks, whichever.

    The laws of its field are in [erasure.Field] ([elements_are_a_field]), interpolation in
    [erasure.Polynomial], what encoders and decoders hold in [erasure.Encoding] and [erasure.Decoding]. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Fill.
From Twinratchet.generated Require Import ratchet_sparse_erasure.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Encoding Decoding.

(** * Many chunks *)

(** The next [n] chunks of an encoder. *)
Fixpoint next_chunks (e : Encoder) (n : nat) : M (list Chunk) :=
  match n with
  | O => Ret []
  | S m =>
      let! (after, chunk) := next_chunk e in
      let! rest := next_chunks after m in
      Ret (chunk :: rest)
  end.

(** A decoder takes in chunks, one after the other. *)
Fixpoint add_chunks (d : Decoder) (chunks : list Chunk) : M Decoder :=
  match chunks with
  | [] => Ret d
  | chunk :: rest =>
      let! after := add_chunk d chunk in
      add_chunks after rest
  end.

(** What is decoded from some chunks, for a value of a known length. *)
Definition decode (length : Z) (chunks : list Chunk) : M (option (list Z)) :=
  let! d := decoder length in
  match d with
  | Ok d =>
      let! d := add_chunks d chunks in
      decoded d
  | Err _ => Ret None
  end.

(** How many chunks of different indices there are. *)
Definition different (chunks : list Chunk) : Z :=
  Z.of_nat (length (nodup Z.eq_dec (map Chunk_index chunks))).

Section Message.
Context (message : list Z) (message_typed : typed_seq (typed_int 8) message).
Context (even : Z.even (seq_len message) = true) (short : seq_len message <= MAX_MESSAGE_LENGTH).

(** The longest message has 2^20 bytes. *)
Lemma short_power : seq_len message <= 2 ^ 20.
Proof. exact short. Qed.

(** An even value that is not too long has an encoder, at its first chunk. *)
Lemma encoder_made :
  exists e, encoder message = Ret (Ok e) /\ encodes message e /\ Encoder_next e = 0.
Proof.
  unfold encoder, SYMBOL_LENGTH, checked_rem. cbn [Z.eqb bind].
  rewrite Zmod_even, even. cbn [Z.eqb negb].
  replace (MAX_MESSAGE_LENGTH <? seq_len message) with false by lia.
  pose proof (encoder_of_encodes message message_typed short_power) as H.
  apply yields_value in H as (e & -> & H). exists e. split; [reflexivity|exact H].
Qed.

(** Chunk [k] from now on is the chunk of the message of the counter and [k]. *)
Lemma next_chunks_given n e :
  encodes message e ->
  exists given, next_chunks e n = Ret given /\ length given = n /\
    forall k c, nth_error given k = Some c ->
      c = chunk message ((Encoder_next e + Z.of_nat k) mod 65536).
Proof.
  revert e. induction n as [|n IH]; intros e He.
  - exists []. split; [reflexivity|]. split; [reflexivity|]. intros [|k] c; discriminate.
  - pose proof (next_chunk_gives message message_typed short_power e He) as H.
    apply yields_value in H as ((after, first) & E & Hfirst & Hafter & Hnext). cbn [fst snd] in *.
    destruct (IH after Hafter) as (rest & Erest & Hlen & Hrest). exists (first :: rest). cbn [next_chunks].
    rewrite E. cbn [bind]. rewrite Erest. split; [reflexivity|]. split; [cbn [length]; now rewrite Hlen|].
    intros [|k] c Hc; cbn [nth_error] in Hc.
    + injection Hc as <-. rewrite Z.add_0_r. exact Hfirst.
    + rewrite (Hrest k c Hc), Hnext. f_equal. rewrite (Z.mod_eq _ (2 ^ 32)) by lia.
      set (q := (Encoder_next e + 1) / 2 ^ 32).
      replace (Encoder_next e + 1 - 2 ^ 32 * q + Z.of_nat k)
        with (Encoder_next e + Z.of_nat (S k) + (- (65536 * q)) * 65536) by lia.
      apply Z.mod_add. lia.
Qed.

(** A decoder that takes in chunks of the message has seen their indices. *)
Lemma add_chunks_holds chosen d seen :
  Forall (fun c => exists index, 0 <= index < 65536 /\ c = chunk message index) chosen ->
  holds message d seen ->
  yields (add_chunks d chosen) (fun d' => holds message d' (rev (map Chunk_index chosen) ++ seen)).
Proof.
  intros H. revert d seen.
  induction H as [|c chosen (index & Hindex & ->) _ IH]; intros d seen Hd; [exact Hd|].
  cbn [add_chunks]. step.
  eapply yields_mono; [apply add_chunk_holds; [exact short_power|exact Hindex|exact Hd]|].
  intros d' Hd'. eapply yields_mono; [apply IH, Hd'|]. intros d'' Hd''.
  cbn [map rev chunk Chunk_index]. rewrite <- app_assoc. exact Hd''.
Qed.

(** Some chunks, all made by one encoder: enough of them decode to the value, fewer to it or to nothing. *)
Lemma chosen_chunks_decode chosen :
  Forall (fun c => exists index, 0 <= index < 65536 /\ c = chunk message index) chosen ->
  (decode (seq_len message) chosen = Ret None \/ decode (seq_len message) chosen = Ret (Some message)) /\
  (seq_len message <= 32 * different chosen -> decode (seq_len message) chosen = Ret (Some message)).
Proof.
  intros Hchosen.
  assert (E : decoder (seq_len message) = Ret (Ok (decoder_of (seq_len message)))).
  { unfold decoder, SYMBOL_LENGTH, checked_rem. cbn [Z.eqb bind]. rewrite Zmod_even, even. reflexivity. }
  pose proof (add_chunks_holds chosen _ [] Hchosen (decoder_of_holds message)) as H.
  apply yields_value in H as (d & Ed & Hd).
  assert (Edecode : decode (seq_len message) chosen = decoded d).
  { unfold decode. rewrite E. cbn [bind]. rewrite Ed. reflexivity. }
  rewrite Edecode. rewrite app_nil_r in Hd. set (seen := rev (map Chunk_index chosen)) in *.
  pose proof (decoded_is_message message message_typed short_power d seen even Hd) as H.
  apply yields_value in H as (o & Eo & H). rewrite Eo.
  set (complete := forallb _ _) in H. split.
  - destruct complete; subst o; auto.
  - intros Henough. assert (Hcomplete : complete = true); [|rewrite Hcomplete in H; now subst o].
    unfold complete. apply forallb_forall. intros i Hi. apply counted_in in Hi. apply Z.leb_le.
    destruct Hd as (_ & _ & Hd).
    apply (enough_seen message i _ seen (nodup Z.eq_dec (map Chunk_index chosen)) Hi (Hd i Hi)).
    + apply NoDup_nodup.
    + intros x Hx. apply nodup_In in Hx. apply -> in_rev. exact Hx.
    + exact Henough.
Qed.
End Message.

(** * The theorems *)

(** Any chunks that an encoder of a value gave (any number of them, in any order, some perhaps twice) decode
    to the value if at least as many of them are different as the value has chunks (32 bytes each, the last
    perhaps shorter), and never to another value. *)
Theorem enough_chunks_give_the_value_back message n :
  typed_seq (typed_int 8) message ->
  Z.even (seq_len message) = true -> seq_len message <= MAX_MESSAGE_LENGTH ->
  exists e given,
    encoder message = Ret (Ok e) /\ next_chunks e n = Ret given /\
    forall chosen, incl chosen given ->
      (decode (seq_len message) chosen = Ret None \/ decode (seq_len message) chosen = Ret (Some message)) /\
      (seq_len message <= 32 * different chosen -> decode (seq_len message) chosen = Ret (Some message)).
Proof.
  intros Hm Heven Hshort. destruct (encoder_made message Hm Heven Hshort) as (e & Ee & He & _).
  destruct (next_chunks_given message Hm Heven Hshort n e He) as (given & Eg & _ & Hg).
  exists e, given. split; [exact Ee|]. split; [exact Eg|]. intros chosen Hchosen.
  apply chosen_chunks_decode; auto. apply Forall_forall. intros c Hc.
  apply Hchosen, In_nth_error in Hc as (k & Hk).
  eexists. split; [|exact (Hg k c Hk)]. apply Z.mod_pos_bound. lia.
Qed.

(** Chunk [k] that an encoder gives has index [k], and its bytes are bytes [32 k], [32 k + 1], ... of the
    value as far as the value goes. *)
Theorem systematic_chunks_carry_the_value message e n given k chunk b :
  typed_seq (typed_int 8) message ->
  Z.even (seq_len message) = true -> seq_len message <= MAX_MESSAGE_LENGTH ->
  encoder message = Ret (Ok e) -> next_chunks e n = Ret given ->
  nth_error given k = Some chunk -> 0 <= b < 32 -> 32 * Z.of_nat k + b < seq_len message ->
  Chunk_index chunk = Z.of_nat k /\
  nth_error (Chunk_data chunk) (Z.to_nat b) = nth_error message (Z.to_nat (32 * Z.of_nat k + b)).
Proof.
  intros Hm Heven Hshort Ee Eg Hk Hb Hwithin.
  destruct (encoder_made message Hm Heven Hshort) as (e' & Ee' & He & Hnext).
  rewrite Ee in Ee'. injection Ee' as <-.
  destruct (next_chunks_given message Hm Heven Hshort n e He) as (given' & Eg' & _ & Hg).
  rewrite Eg in Eg'. injection Eg' as <-. specialize (Hg k chunk Hk). rewrite Hnext, Z.add_0_l in Hg.
  assert (Hmax : MAX_MESSAGE_LENGTH = 1048576) by reflexivity.
  rewrite Z.mod_small in Hg by lia. subst chunk. split; [reflexivity|].
  assert (Hlen : (Z.to_nat b < length (Chunk_data (Encoding.chunk message (Z.of_nat k))))%nat).
  { cbn [Encoding.chunk Chunk_data]. rewrite map_length, counted_length. lia. }
  rewrite (nth_error_nth' _ 0 Hlen), (nth_error_nth' message 0) by (unfold seq_len in Hwithin; lia). f_equal.
  apply (chunk_carries message Hm Hshort (Z.of_nat k) b); auto. lia.
Qed.
