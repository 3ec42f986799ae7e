(** The meaning of the subset: what generated code is made of.

    Public and secret machine integers are [Z]; that a value is in the range of its type is not in the type and is
    proved where it matters. Whatever can panic in Rust, with the overflow and debug checks on, lives in [M]. *)
From Coq Require Export ZArith List Bool Lia.
Export ListNotations.
Global Open Scope Z_scope.
Global Open Scope bool_scope.

(** * Panics *)

Inductive M (A : Type) : Type :=
| Ret (a : A)
| Panic.
Arguments Ret {A} a.
Arguments Panic {A}.

Definition bind {A B} (m : M A) (f : A -> M B) : M B :=
  match m with
  | Ret a => f a
  | Panic => Panic
  end.

Notation "'let!' p ':=' e 'in' k" := (bind e (fun p => k))
  (at level 200, p pattern, e at level 200, k at level 200, right associativity).

Inductive result (T E : Type) : Type :=
| Ok (t : T)
| Err (e : E).
Arguments Ok {T E} t.
Arguments Err {T E} e.

(** * Types: names for the reader only *)

Notation u8 := Z (only parsing).
Notation u16 := Z (only parsing).
Notation u32 := Z (only parsing).
Notation u64 := Z (only parsing).
Notation u128 := Z (only parsing).
Notation U8 := Z (only parsing).
Notation U16 := Z (only parsing).
Notation U32 := Z (only parsing).
Notation U64 := Z (only parsing).
Notation U128 := Z (only parsing).

(** * Public integers of [w] bits: checked *)

Definition in_range (w z : Z) : bool := (0 <=? z) && (z <? 2 ^ w).
Definition checked (w z : Z) : M Z := if in_range w z then Ret z else Panic.
Definition checked_add (w x y : Z) : M Z := checked w (x + y).
Definition checked_sub (w x y : Z) : M Z := checked w (x - y).
Definition checked_mul (w x y : Z) : M Z := checked w (x * y).
Definition checked_div (x y : Z) : M Z := if y =? 0 then Panic else Ret (x / y).
Definition checked_rem (x y : Z) : M Z := if y =? 0 then Panic else Ret (x mod y).
(** Bits that are shifted out are lost without a panic; a shift by [w] or more panics. *)
Definition shl (w x n : Z) : Z := Z.shiftl x n mod 2 ^ w.
Definition shr (x n : Z) : Z := Z.shiftr x n.
Definition checked_shl (w x n : Z) : M Z := if n <? w then Ret (shl w x n) else Panic.
Definition checked_shr (w x n : Z) : M Z := if n <? w then Ret (shr x n) else Panic.
Definition cast (w x : Z) : Z := x mod 2 ^ w.

(** * Secret integers of [w] bits: wrapping *)

Definition wrap_add (w x y : Z) : Z := (x + y) mod 2 ^ w.
Definition wrap_sub (w x y : Z) : Z := (x - y) mod 2 ^ w.
Definition wrap_mul (w x y : Z) : Z := (x * y) mod 2 ^ w.
Definition wrap_shl (w x n : Z) : Z := shl w x (n mod w).
Definition wrap_shr (w x n : Z) : Z := shr x (n mod w).
Definition rotate_left (w x n : Z) : Z := Z.lor (shl w x (n mod w)) (shr x (w - n mod w)).
Definition rotate_right (w x n : Z) : Z := Z.lor (shr x (n mod w)) (shl w x (w - n mod w)).
Definition mask_eq (w x y : Z) : Z := if x =? y then 2 ^ w - 1 else 0.
Definition mask_ne (w x y : Z) : Z := if x =? y then 0 else 2 ^ w - 1.

(** * Integers of both kinds *)

Definition bit_not (w x : Z) : Z := 2 ^ w - 1 - x.
Definition le_bytes (n x : Z) : list Z :=
  map (fun i => Z.land (Z.shiftr x (8 * Z.of_nat i)) 255) (seq 0 (Z.to_nat n)).
Definition be_bytes (n x : Z) : list Z := rev (le_bytes n x).
Definition le_number (l : list Z) : Z := fold_right (fun b a => a * 256 + b) 0 l.
Definition be_number (l : list Z) : Z := fold_left (fun a b => a * 256 + b) l 0.

(** * Sequences and arrays: lists *)

Section Sequences.
  Context {A : Type}.

  Definition seq_len (s : list A) : Z := Z.of_nat (length s).
  Definition seq_fill (d : A) (n : Z) : list A := repeat d (Z.to_nat n).
  Definition seq_concat (s t : list A) : list A := s ++ t.
  Definition seq_push (s : list A) (x : A) : list A := s ++ [x].

  Definition seq_index (s : list A) (i : Z) : M A :=
    if i <? 0 then Panic
    else match nth_error s (Z.to_nat i) with
         | Some a => Ret a
         | None => Panic
         end.

  Fixpoint set_nth (s : list A) (i : nat) (v : A) : list A :=
    match s, i with
    | [], _ => []
    | _ :: t, O => v :: t
    | x :: t, S j => x :: set_nth t j v
    end.

  Definition seq_set (s : list A) (i : Z) (v : A) : M (list A) :=
    if (0 <=? i) && (i <? seq_len s) then Ret (set_nth s (Z.to_nat i) v) else Panic.

  Definition seq_slice (s : list A) (start n : Z) : M (list A) :=
    if (0 <=? start) && (0 <=? n) && (start + n <=? seq_len s)
    then Ret (firstn (Z.to_nat n) (skipn (Z.to_nat start) s))
    else Panic.

  Definition seq_update (s : list A) (start : Z) (t : list A) : M (list A) :=
    if (0 <=? start) && (start + seq_len t <=? seq_len s)
    then Ret (firstn (Z.to_nat start) s ++ t ++ skipn (Z.to_nat start + length t) s)
    else Panic.

  Definition seq_update_start (s t : list A) : M (list A) := seq_update s 0 t.

  Definition seq_update_slice (s : list A) (start_out : Z) (t : list A) (start_in n : Z)
    : M (list A) :=
    let! part := seq_slice t start_in n in
    seq_update s start_out part.

  Definition seq_num_chunks (s : list A) (n : Z) : M Z := checked_div (seq_len s + n - 1) n.
  Definition seq_num_exact_chunks (s : list A) (n : Z) : M Z := checked_div (seq_len s) n.

  (** The length of chunk [i] of [n] elements: the last one may be shorter. *)
  Definition chunk_len (s : list A) (n i : Z) : M Z :=
    if seq_len s <? n * i + n then checked_sub 64 (seq_len s) (n * i) else Ret n.

  Definition seq_get_chunk (s : list A) (n i : Z) : M (Z * list A) :=
    let! l := chunk_len s n i in
    let! c := seq_slice s (n * i) l in
    Ret (l, c).

  Definition seq_get_exact_chunk (s : list A) (n i : Z) : M (list A) :=
    let! (l, c) := seq_get_chunk s n i in
    Ret (if l =? n then c else []).

  Definition seq_set_chunk (s : list A) (n i : Z) (t : list A) : M (list A) :=
    let! l := chunk_len s n i in
    if seq_len t =? l then seq_update s (n * i) t else Panic.

  (** The elements of an array of [n]: a length other than [n] panics. *)
  Definition array_from_seq (n : Z) (s : list A) : M (list A) :=
    if seq_len s =? n then Ret s else Panic.

  (** [d] fills what is left of an array if the slice is shorter; a longer slice panics. *)
  Definition array_from_slice_with (d : A) (n : Z) (s : list A) (start l : Z) : M (list A) :=
    if l <=? n then
      let! c := seq_slice s start l in
      Ret (c ++ seq_fill d (n - l))
    else Panic.

  Fixpoint seq_eqb (eqb : A -> A -> bool) (s t : list A) : bool :=
    match s, t with
    | [], [] => true
    | x :: s', y :: t' => eqb x y && seq_eqb eqb s' t'
    | _, _ => false
    end.

  Definition option_eqb (eqb : A -> A -> bool) (x y : option A) : bool :=
    match x, y with
    | Some a, Some b => eqb a b
    | None, None => true
    | _, _ => false
    end.
End Sequences.

Definition array_from_slice := @array_from_slice_with Z 0.

Definition seq_be_bytes (n : Z) (s : list Z) : list Z := concat (map (be_bytes n) s).
Definition seq_le_bytes (n : Z) (s : list Z) : list Z := concat (map (le_bytes n) s).

(** * What the values of a type in Rust are

    Generated code has a predicate [T_typed] for each type [T]; the database [typed] unfolds those of records and arrays. *)

Create HintDb typed.

Section Typed.
  Context {A B : Type} (P : A -> Prop) (Q : B -> Prop).

  Definition typed_any (x : A) : Prop := True.
  Definition typed_int (w z : Z) : Prop := 0 <= z < 2 ^ w.
  Definition typed_seq (s : list A) : Prop := Forall P s.
  Definition typed_array (n : Z) (s : list A) : Prop := seq_len s = n /\ Forall P s.
  Definition typed_option (o : option A) : Prop :=
    match o with
    | Some a => P a
    | None => True
    end.
  Definition typed_result (r : result A B) : Prop :=
    match r with
    | Ok a => P a
    | Err b => Q b
    end.
  Definition typed_pair (x : A * B) : Prop := P (fst x) /\ Q (snd x).
End Typed.

(** * Loops *)

Section Loops.
  Context {A : Type}.

  Fixpoint iterate (n : nat) (i : Z) (f : Z -> A -> A) (a : A) : A :=
    match n with
    | O => a
    | S m => iterate m (i + 1) f (f i a)
    end.

  Fixpoint iterate_m (n : nat) (i : Z) (f : Z -> A -> M A) (a : A) : M A :=
    match n with
    | O => Ret a
    | S m => bind (f i a) (iterate_m m (i + 1) f)
    end.

  (** [for i in from..to], with the variables that it assigns as the state. *)
  Definition for_loop (from to : Z) (a : A) (f : Z -> A -> A) : A :=
    iterate (Z.to_nat (to - from)) from f a.

  Definition for_loop_m (from to : Z) (a : A) (f : Z -> A -> M A) : M A :=
    iterate_m (Z.to_nat (to - from)) from f a.
End Loops.
