(** Slices of what was put together are the parts. *)
From Twinratchet Require Import Prelude theorems.Lib.

Section Slices.
Context {A : Type}.
Implicit Types s t u : list A.

(** The part in the middle. *)
Lemma slice_of_middle s t u : seq_slice (s ++ t ++ u) (seq_len s) (seq_len t) = Ret t.
Proof.
  pose proof (seq_len_nonneg s). pose proof (seq_len_nonneg t). pose proof (seq_len_nonneg u).
  rewrite seq_slice_ret by (rewrite ?seq_len_app; lia). unfold seq_len. rewrite !Nat2Z.id.
  rewrite skipn_app, skipn_all, Nat.sub_diag. cbn [app skipn].
  now rewrite firstn_app, firstn_all, Nat.sub_diag, app_nil_r.
Qed.

(** The first part. *)
Lemma slice_of_prefix s t : seq_slice (s ++ t) 0 (seq_len s) = Ret s.
Proof. apply (slice_of_middle [] s t). Qed.

(** The last part. *)
Lemma slice_of_suffix s t : seq_slice (s ++ t) (seq_len s) (seq_len t) = Ret t.
Proof. pose proof (slice_of_middle s t []) as H. now rewrite app_nil_r in H. Qed.

(** All but the first element. *)
Lemma slice_of_tail x s : seq_slice (x :: s) 1 (seq_len s) = Ret s.
Proof. apply (slice_of_suffix [x] s). Qed.

(** An array that is filled by a slice is the slice. *)
Lemma array_of_slice (d : A) n s start : array_from_slice_with d n s start n = seq_slice s start n.
Proof.
  unfold array_from_slice_with. rewrite Z.leb_refl, Z.sub_diag.
  destruct (seq_slice s start n) as [t|]; [|reflexivity]. cbn. now rewrite app_nil_r.
Qed.
End Slices.
