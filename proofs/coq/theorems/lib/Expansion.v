(** Key material that HKDF expands: its length and bytes are known, and the term itself is not needed any
    more. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import primitives.

(** The bytes of a label. *)
Ltac label_bytes :=
  repeat (apply Forall_cons; [split; [discriminate|reflexivity]|]); apply Forall_nil.

(** The output of HKDF in the goal becomes a variable with its length and bytes. *)
Ltac expand okm Hlen Hbytes :=
  match goal with
  | |- context [hkdf ?salt ?ikm ?info ?n] =>
      let H := fresh in
      assert (H : typed_array (typed_int 8) n (hkdf salt ikm info n));
      [apply hkdf_typed; [try solve [typed]|try solve [typed]|label_bytes|split; [discriminate|reflexivity]]
      |revert H; generalize (hkdf salt ikm info n); intros okm [Hlen Hbytes]]
  end.
