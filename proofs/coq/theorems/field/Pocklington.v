(** Primes by certificate: a part of one less than the number, in primes, is enough (Pocklington, 1914). *)
From Coq Require Import Znumtheory.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.field.Fermat.

(** * Prime divisors *)

(** Every number above one has a prime divisor. *)
Lemma prime_divisor n : 1 < n -> exists r, prime r /\ (r | n).
Proof.
  intros Hn. revert Hn. pattern n. apply Zlt_0_ind; [|].
  - intros m IH Hpos Hm. destruct (prime_dec m) as [Hprime|Hcomposite].
    + exists m. split; [assumption|apply Z.divide_refl].
    + apply not_prime_divide in Hcomposite as (d & Hd & Hdiv); [|assumption].
      destruct (IH d) as (r & Hr & Hrd); [lia|lia|]. exists r. split; [assumption|].
      now apply Z.divide_trans with d.
Abort.
