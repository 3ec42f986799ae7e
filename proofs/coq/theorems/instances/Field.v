(** The claims of [Field] and [field.Ladder] on concrete values: their hypotheses hold, and what they say is
    computed. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Field theorems.field.Ladder.
From Twinratchet.generated Require Import primitives_field25519 primitives_x25519.

(** The base point of X25519 (RFC 7748, 4.1), its double, and its triple. *)
Definition u1 : Fe := 9.
Definition v1 : Fe := 14781619447589544791020593568409986887264606134616475288964881837755586237401.
Definition u2 : Fe := 14847277145635483483963372537557091634710985132825781088887140890597596352251.
Definition u3 : Fe := 12697861248284385512127539163427099897745340918349830473877503196793995869202.
Definition v2 : Fe := 8914613091229147831277935472048643066880067899251840418855181793938505594211.

(** An equation that the machine of Coq computes, once. *)
Ltac computed :=
  lazymatch goal with
  | |- on_curve _ _ => unfold on_curve; computed
  | |- _ = ?b => vm_cast_no_check (eq_refl b)
  | |- congruent _ ?b => vm_cast_no_check (eq_refl (b mod modulus_p))
  end.

Lemma not_zero x : (x mod modulus_p =? 0) = false -> ~ congruent x 0.
Proof. intros Hx Hzero. unfold congruent in Hzero. rewrite Z.eqb_neq in Hx. contradiction. Qed.

(** The two points with denominators other than one. *)
Definition two : LadderPoint := mk_LadderPoint (fe_mul 5 u1) 5.
Definition three : LadderPoint := mk_LadderPoint (fe_mul 7 u2) 7.

Lemma inverse_inverts_instance : typed_fe 3 /\ fe_mul (inverse 3) 3 = 1.
Proof. split; [split; [discriminate|reflexivity]|computed]. Qed.

Lemma quotient_of_represented_instance :
  LadderPoint_typed two /\ typed_fe u1 /\ represents two u1 /\ fe_mul (LadderPoint_x two) (inverse 5) = u1.
Proof.
  split; [repeat split; discriminate || reflexivity|]. split; [split; discriminate || reflexivity|].
  split; [split; [apply not_zero; computed|reflexivity]|computed].
Qed.

(** The double of the base point is the point above, and a step with any difference computes it. *)
Lemma ladder_step_doubles_instance :
  on_curve u1 v1 /\ v1 <> 0 /\ represents two u1 /\ double_u u1 v1 = u2 /\
  represents (fst (ladder_step u1 two three)) u2.
Proof.
  split; [reflexivity|]. split; [discriminate|].
  split; [split; [apply not_zero; computed|reflexivity]|].
  split; [computed|]. split; [apply not_zero; computed|computed].
Qed.

(** The difference of the two points is the base point. *)
Lemma ladder_step_adds_instance :
  on_curve u1 v1 /\ on_curve u2 v2 /\ represents two u1 /\ represents three u2 /\
  sum_u u1 (negate v1) u2 v2 = u1 /\ sum_u u1 v1 u2 v2 = u3 /\
  represents (snd (ladder_step u1 two three)) u3.
Proof.
  split; [reflexivity|]. split; [computed|].
  split; [split; [apply not_zero; computed|reflexivity]|].
  split; [split; [apply not_zero; computed|computed]|].
  split; [computed|]. split; [computed|]. split; [apply not_zero; computed|computed].
Qed.
