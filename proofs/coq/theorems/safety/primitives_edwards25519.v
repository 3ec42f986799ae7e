(** Panic-freedom of [primitives::edwards25519]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_edwards25519.
From Twinratchet.generated Require Import primitives_field25519.
From Twinratchet.theorems.safety Require Import primitives_field25519 primitives_scalar25519.

(** * Points: their coordinates are elements of the field *)

Ltac point := split; [|split; [|split]]; cbn [Point_x Point_y Point_z Point_t];
  first [assumption | field_element].

(** A point of affine coordinates has its type. *)
Lemma point_of_affine_typed x y : typed_fe x -> typed_fe y -> Point_typed (point_of_affine x y).
Proof. intros. unfold point_of_affine. point. Qed.

(** The neutral element has its type. *)
Lemma identity_typed : Point_typed identity'.
Proof. unfold identity', point_of_affine. point. Qed.

(** The base point has its type. *)
Lemma base_point_typed : Point_typed base_point.
Proof. unfold base_point, point_of_affine. point. Qed.

(** A sum is a point, whatever is added. *)
Lemma add_typed p q : Point_typed (add p q).
Proof. unfold add. cbv zeta. point. Qed.

(** A double is a point, whatever is doubled. *)
Lemma double_typed p : Point_typed (double p).
Proof. unfold double. cbv zeta. point. Qed.

(** The negative of a point is a point. *)
Lemma negate_point_typed p : Point_typed p -> Point_typed (negate_point p).
Proof.
  intros (Hx & Hy & Hz & Ht). unfold negate_point.
  split; [apply negate_typed|split; [assumption|split; [assumption|apply negate_typed]]].
Qed.

(** * Multiplication *)

(** The product of any integer of 32 bytes and any point is a point. *)
Lemma integer_mul_safe n p : Integer256_typed n -> yields (integer_mul n p) Point_typed.
Proof.
  intros Hn. unfold integer_mul. cbv zeta. apply (yields_for (fun _ => Point_typed));
    [apply identity_typed| |auto].
  intros i product Hi _. walk. call bit_safe; [assumption|lia|]. intros digit _.
  walk; [apply add_typed|apply double_typed].
Qed.
#[export] Hint Resolve integer_mul_safe : spec.

(** The product of a scalar and a point is a point. *)
Lemma scalar_mul'_safe scalar p : yields (scalar_mul' scalar p) Point_typed.
Proof. apply integer_mul_safe, typed_scalar_to_bytes. Qed.
#[export] Hint Resolve scalar_mul'_safe : spec.

(** The product of a scalar and the base point is a point. *)
Lemma scalar_mul_base_safe scalar : yields (scalar_mul_base scalar) Point_typed.
Proof. unfold scalar_mul_base. apply scalar_mul'_safe. Qed.
#[export] Hint Resolve scalar_mul_base_safe : spec.

(** * Encoding *)

(** A point is encoded in 32 bytes. *)
Lemma compress_safe p : yields (compress p) CompressedPoint_typed.
Proof.
  unfold compress. cbv zeta. set (y := fe_mul (Point_y p) _). destruct (typed_fe_to_bytes y). walk.
  walk. call parity_safe. intros sign _. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve compress_safe : spec.

(** The sign of an encoded point can be read. *)
Lemma sign_of_safe bytes : CompressedPoint_typed bytes -> yields (sign_of bytes) Sign_typed.
Proof. intros (Hlen & Hbytes). unfold sign_of. walk; exact I. Qed.
#[export] Hint Resolve sign_of_safe : spec.

(** The point of a coordinate y and a sign, if there is one. *)
Lemma point_of_y_safe y sign : typed_fe y -> yields (point_of_y y sign) (typed_option Point_typed).
Proof.
  intros Hy. unfold point_of_y. cbv zeta.
  pose proof (square_root_typed
    (fe_mul (fe_sub (fe_mul y y) (fe_literal 1))
       (inverse (fe_add (fe_mul (fe_mul edwards_d y) y) (fe_literal 1))))) as Hroot.
  destruct (square_root _) as [x|].
  - walk. call parity_safe. intros parity _. walk; apply point_of_affine_typed; auto using negate_typed.
  - exact I.
Qed.
#[export] Hint Resolve point_of_y_safe : spec.

(** Any 32 bytes are decoded to a point or refused. *)
Lemma decompress_safe bytes :
  CompressedPoint_typed bytes -> yields (decompress bytes) (typed_option Point_typed).
Proof.
  intros (Hlen & Hbytes). unfold decompress.
  walk. call sign_of_safe; [now split|]. intros sign _. walk.
  call point_of_y_safe; [field_element|]. intros [p|] Hp; [|exact I].
  walk. call compress_safe. intros again _. walk; [assumption|exact I].
Qed.
#[export] Hint Resolve decompress_safe : spec.

(** Any public key gives a point or none. *)
Lemma montgomery_to_edwards_safe u sign :
  PublicKey_typed u -> yields (montgomery_to_edwards u sign) (typed_option Point_typed).
Proof.
  intros (Hlen & Hbytes). unfold montgomery_to_edwards.
  walk; [exact I|]. apply point_of_y_safe. field_element.
Qed.
#[export] Hint Resolve montgomery_to_edwards_safe : spec.

(** * Checks *)

(** Whether a point has the order of the group can be told of any point. *)
Lemma is_torsion_free_safe p : yields (is_torsion_free p) typed_any.
Proof. unfold is_torsion_free. walk. call integer_mul_safe; [apply ORDER_typed|]. intros product _. exact I.
Qed.
#[export] Hint Resolve is_torsion_free_safe : spec.

(** Whether a public key is canonical can be told of any 32 bytes. *)
Lemma is_canonical_safe u : PublicKey_typed u -> yields (is_canonical u) typed_any.
Proof.
  intros Hu. pose proof Hu as (Hlen & Hbytes). unfold is_canonical. walk; [|exact I].
  call montgomery_to_edwards_safe; [assumption|]. intros [p|] _; [apply is_torsion_free_safe|exact I].
Qed.
#[export] Hint Resolve is_canonical_safe : spec.
