(** One case of the theorems on the erasure code, computed. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Erasure.
From Twinratchet.generated Require Import ratchet_sparse_erasure.

(** Seventy bytes: two whole chunks and six bytes of a third. *)
Definition message : list Z := map (fun k => Z.of_nat k * 37 mod 256) (seq 0 70).

Definition chunks : list Chunk :=
  match encoder message with
  | Ret (Ok e) => match next_chunks e 12 with Ret given => given | Panic => [] end
  | _ => []
  end.

Definition chosen (indices : list nat) : list Chunk :=
  map (fun k => nth k chunks (mk_Chunk 0 [])) indices.

(** Of twelve chunks of seventy bytes, parity chunk 11, chunk 1 of the value twice and parity chunk 5, in this
    order, decode to the value. *)
Theorem enough_chunks_give_the_value_back_instance :
  seq_len message <= 32 * different (chosen [11; 1; 1; 5]%nat) /\
  decode (seq_len message) (chosen [11; 1; 1; 5]%nat) = Ret (Some message).
Proof. vm_compute. split; [discriminate|reflexivity]. Qed.

(** Two different chunks are too few for it. *)
Theorem too_few_chunks_instance : decode (seq_len message) (chosen [11; 1; 1]%nat) = Ret None.
Proof. vm_compute. reflexivity. Qed.

(** The first chunk is the first 32 bytes. *)
Theorem systematic_chunks_carry_the_value_instance :
  map Chunk_data (chosen [0]%nat) = [firstn 32 message].
Proof. vm_compute. reflexivity. Qed.
