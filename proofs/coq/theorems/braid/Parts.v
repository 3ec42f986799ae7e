(** What the two sides of the braid send to each other in chunks: the coders of one part know that part
    alone. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Fill.
From Twinratchet.generated Require Import ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Encoding Decoding.

(** What can be sent in chunks: bytes, of an even number that is not too large. *)
Definition part (message : list Z) : Prop :=
  typed_seq (typed_int 8) message /\ Z.even (seq_len message) = true /\ seq_len message <= 2 ^ 20.

(** A chunk of the part. *)
Definition chunk_of (message : list Z) (c : Chunk) : Prop :=
  exists index, 0 <= index < 65536 /\ c = chunk message index.

(** A decoder of the part, which has seen some of its chunks and no others. *)
Definition collects (message : list Z) (d : Decoder) : Prop := exists seen, holds message d seen.

(** A sequence of a known length is a part. *)
Lemma bytes_are_a_part n message :
  typed_array (typed_int 8) n message -> Z.even n = true -> n <= 2 ^ 20 -> part message.
Proof. intros (<- & Hm) Heven Hn. split; [exact Hm|]. split; [exact Heven|exact Hn]. Qed.

(** A new encoder of a part. *)
Lemma encoder_of_part message : part message -> yields (encoder_of message) (encodes message).
Proof.
  intros (Hm & _ & Hn). eapply yields_mono; [apply (encoder_of_encodes message Hm Hn)|].
  intros e (He & _). exact He.
Qed.

(** The next chunk is one of the part. *)
Lemma next_chunk_of_part message e :
  part message -> encodes message e ->
  yields (next_chunk e) (fun x => encodes message (fst x) /\ chunk_of message (snd x)).
Proof.
  intros (Hm & _ & Hn) He. eapply yields_mono; [apply (next_chunk_gives message Hm Hn e He)|].
  intros x (Hx & Hafter & _). split; [exact Hafter|]. eexists. split; [|exact Hx].
  apply Z.mod_pos_bound. lia.
Qed.

(** A new decoder of a part of a known length. *)
Lemma decoder_collects n message : seq_len message = n -> collects message (decoder_of n).
Proof. intros <-. exists []. apply decoder_of_holds. Qed.

(** A decoder takes in a chunk of its part. *)
Lemma add_chunk_of_part message d c :
  part message -> collects message d -> chunk_of message c -> yields (add_chunk d c) (collects message).
Proof.
  intros (Hm & _ & Hn) (seen & Hd) (index & Hindex & ->).
  eapply yields_mono; [apply (add_chunk_holds message Hn d seen index Hindex Hd)|].
  intros d' Hd'. now exists (index :: seen).
Qed.

(** A decoder gives its part or nothing. *)
Lemma decoded_of_part message d :
  part message -> collects message d -> yields (decoded d) (fun o => o = Some message \/ o = None).
Proof.
  intros (Hm & Heven & Hn) (seen & Hd).
  eapply yields_mono; [apply (decoded_is_message message Hm Hn d seen Heven Hd)|].
  intros o Ho. destruct (forallb _ _) in Ho; auto.
Qed.
