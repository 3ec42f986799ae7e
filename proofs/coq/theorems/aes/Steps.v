(** Each step of a round of AES is undone by its inverse. *)
From Coq Require Import Btauto.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes theorems.lib.Fill.
From Twinratchet Require Import theorems.safety.primitives_aes.
From Twinratchet.generated Require Import keys_types primitives_aes.

Lemma all_bytes (P : Z -> bool) : forallb P (counted 256) = true -> forall b, typed_int 8 b -> P b = true.
Proof. intros H b Hb. rewrite forallb_forall in H. apply H, counted_in. exact Hb. Qed.

(** * SUBBYTES: all 256 bytes, by computation *)

Lemma box_is_inverted b : typed_int 8 b -> get INV_SBOX (get SBOX b) = b.
Proof.
  intros Hb. apply Z.eqb_eq. revert b Hb.
  apply (all_bytes (fun b => get INV_SBOX (get SBOX b) =? b)). vm_compute. reflexivity.
Qed.

Lemma sub_bytes_value state :
  AesState_typed state -> sub_bytes state = Ret (map (fun i => get SBOX (get state i)) (counted 16)).
Proof.
  intros [Hl Ht]. apply for_fills; [discriminate|]. intros i out Hi _. unfold BLOCK_LEN in Hi.
  rewrite index_get by lia. cbn [bind].
  rewrite index_get; [reflexivity|]. apply (get_typed (typed_int 8)); [exact Ht|lia].
Qed.

Lemma inv_sub_bytes_value state :
  AesState_typed state -> inv_sub_bytes state = Ret (map (fun i => get INV_SBOX (get state i)) (counted 16)).
Proof.
  intros [Hl Ht]. apply for_fills; [discriminate|]. intros i out Hi _. unfold BLOCK_LEN in Hi.
  rewrite index_get by lia. cbn [bind].
  rewrite index_get; [reflexivity|]. apply (get_typed (typed_int 8)); [exact Ht|lia].
Qed.

(** INVSUBBYTES undoes SUBBYTES. *)
Lemma sub_bytes_is_inverted state :
  AesState_typed state ->
  yields (sub_bytes state) (fun next => AesState_typed next /\ inv_sub_bytes next = Ret state).
Proof.
  intros Hs. pose proof (sub_bytes_safe state Hs) as Hsafe. rewrite sub_bytes_value in * by assumption.
  destruct Hs as [Hl Ht]. split; [exact Hsafe|]. rewrite inv_sub_bytes_value by exact Hsafe. f_equal.
  transitivity (map (get state) (counted 16)); [|apply map_get, Hl]. apply map_counted_ext. intros i Hi.
  rewrite get_counted by exact Hi. apply box_is_inverted.
  apply (get_typed (typed_int 8)); [exact Ht|lia].
Qed.

(** * SHIFTROWS: on sixteen unknown bytes, by computation *)

Ltac sixteen_bytes state Hl :=
  do 16 (destruct state as [|? state]; [discriminate Hl|]);
  destruct state; [clear Hl|unfold seq_len in Hl; simpl length in Hl; lia].

(** INVSHIFTROWS undoes SHIFTROWS. *)
Lemma shift_rows_is_inverted state :
  AesState_typed state ->
  yields (shift_rows state) (fun next => AesState_typed next /\ inv_shift_rows next = Ret state).
Proof.
  intros Hs. apply yields_and; [apply shift_rows_safe, Hs|]. destruct Hs as [Hl _].
  sixteen_bytes state Hl. vm_compute. reflexivity.
Qed.

(** * MIXCOLUMNS: multiplication by x is linear; the rest is sums *)

(** The row of a column that begins with [s0], mixed. *)
Definition mixed (s0 s1 s2 s3 : Z) : Z :=
  Z.lxor (Z.lxor (Z.lxor (Z.lxor (xtimes s0) (xtimes s1)) s1) s2) s3.

(** The same for the inverse. *)
Definition unmixed (s0 s1 s2 s3 : Z) : Z :=
  Z.lxor (Z.lxor (Z.lxor (Z.lxor (Z.lxor
    (xtimes (xtimes (xtimes (Z.lxor (Z.lxor (Z.lxor s0 s1) s2) s3))))
    (xtimes (xtimes (Z.lxor s0 s2)))) (xtimes (Z.lxor s0 s1))) s1) s2) s3.

(** What [row] makes of the sixteen bytes of a state, by columns. *)
Definition by_columns (row : Z -> Z -> Z -> Z -> Z) (s : list Z) : list Z :=
  match s with
  | [a0; a1; a2; a3; b0; b1; b2; b3; c0; c1; c2; c3; d0; d1; d2; d3] =>
      [row a0 a1 a2 a3; row a1 a2 a3 a0; row a2 a3 a0 a1; row a3 a0 a1 a2;
       row b0 b1 b2 b3; row b1 b2 b3 b0; row b2 b3 b0 b1; row b3 b0 b1 b2;
       row c0 c1 c2 c3; row c1 c2 c3 c0; row c2 c3 c0 c1; row c3 c0 c1 c2;
       row d0 d1 d2 d3; row d1 d2 d3 d0; row d2 d3 d0 d1; row d3 d0 d1 d2]
  | _ => []
  end.

Lemma mix_columns_value state : AesState_typed state -> mix_columns state = Ret (by_columns mixed state).
Proof.
  intros [Hl _]. sixteen_bytes state Hl. cbv - [Z.lxor xtimes]. reflexivity.
Qed.

Lemma inv_mix_columns_value state :
  AesState_typed state -> inv_mix_columns state = Ret (by_columns unmixed state).
Proof.
  intros [Hl _]. sixteen_bytes state Hl. cbv - [Z.lxor xtimes]. reflexivity.
Qed.

Lemma xtimes_xor a b :
  typed_int 8 a -> typed_int 8 b -> xtimes (Z.lxor a b) = Z.lxor (xtimes a) (xtimes b).
Proof.
  intros Ha Hb. apply Z.eqb_eq. revert b Hb.
  apply (all_bytes (fun b => xtimes (Z.lxor a b) =? Z.lxor (xtimes a) (xtimes b))). revert a Ha.
  apply (all_bytes (fun a => forallb
    (fun b => xtimes (Z.lxor a b) =? Z.lxor (xtimes a) (xtimes b)) (counted 256))).
  vm_compute. reflexivity.
Qed.

(** Two sums of the same summands, bit by bit. *)
Ltac same_sum :=
  apply Z.bits_inj'; intros ? _; rewrite ?Z.lxor_spec; btauto.

Ltac sum_typed :=
  repeat lazymatch goal with
  | |- typed_int 8 (Z.lxor _ _) => apply typed_int_lxor; [discriminate | |]
  | |- typed_int 8 (xtimes _) => apply xtimes_typed
  | |- _ => assumption
  end.

Lemma mixed_row_is_unmixed a b c d :
  typed_int 8 a -> typed_int 8 b -> typed_int 8 c -> typed_int 8 d ->
  unmixed (mixed a b c d) (mixed b c d a) (mixed c d a b) (mixed d a b c) = a.
Proof.
  intros Ha Hb Hc Hd. unfold unmixed.
  replace (Z.lxor (Z.lxor (Z.lxor (mixed a b c d) (mixed b c d a)) (mixed c d a b)) (mixed d a b c))
    with (Z.lxor (Z.lxor (Z.lxor a b) c) d) by (unfold mixed; same_sum).
  replace (Z.lxor (mixed a b c d) (mixed c d a b))
    with (Z.lxor (xtimes (Z.lxor (Z.lxor (Z.lxor a b) c) d)) (Z.lxor a c))
    by (unfold mixed; rewrite !xtimes_xor by sum_typed; same_sum).
  replace (Z.lxor (mixed a b c d) (mixed b c d a))
    with (Z.lxor (xtimes (Z.lxor a c)) (Z.lxor a b))
    by (unfold mixed; rewrite !xtimes_xor by sum_typed; same_sum).
  rewrite !(xtimes_xor (xtimes _)) by sum_typed.
  unfold mixed. rewrite !xtimes_xor by sum_typed. same_sum.
Qed.

(** INVMIXCOLUMNS undoes MIXCOLUMNS. *)
Lemma mix_columns_is_inverted state :
  AesState_typed state ->
  yields (mix_columns state) (fun next => AesState_typed next /\ inv_mix_columns next = Ret state).
Proof.
  intros Hs. pose proof (mix_columns_safe state Hs) as Hsafe. rewrite mix_columns_value in * by assumption.
  split; [exact Hsafe|]. rewrite inv_mix_columns_value by exact Hsafe. clear Hsafe. f_equal.
  destruct Hs as [Hl Ht]. sixteen_bytes state Hl.
  repeat (apply Forall_cons_iff in Ht; destruct Ht as [? Ht]). cbn [by_columns].
  rewrite !mixed_row_is_unmixed by assumption. reflexivity.
Qed.

(** * ADDROUNDKEY: a sum, twice *)

Lemma add_round_key_value state expanded round :
  AesState_typed state -> seq_len expanded = 240 -> 0 <= round <= 14 ->
  add_round_key state expanded round
  = Ret (map (fun i => Z.lxor (get state i) (get expanded (16 * round + i))) (counted 16)).
Proof.
  intros [Hl Ht] He Hr. apply for_fills; [discriminate|]. intros i out Hi _. unfold BLOCK_LEN in *.
  rewrite index_get by lia. cbn [bind]. unfold checked_mul, checked_add. rewrite !checked_ret by lia.
  cbn [bind]. rewrite checked_ret by lia. cbn [bind]. now rewrite index_get by lia.
Qed.

(** ADDROUNDKEY undoes itself. *)
Lemma add_round_key_is_inverted state expanded round :
  AesState_typed state -> typed_array (typed_int 8) 240 expanded -> 0 <= round <= 14 ->
  yields (add_round_key state expanded round)
    (fun next => AesState_typed next /\ add_round_key next expanded round = Ret state).
Proof.
  intros Hs He Hr. pose proof (add_round_key_safe state expanded round Hs He Hr) as Hsafe.
  rewrite add_round_key_value in * by (auto; apply He). split; [exact Hsafe|].
  rewrite add_round_key_value by (auto; apply He). f_equal.
  transitivity (map (get state) (counted 16)); [|apply map_get, Hs]. apply map_counted_ext. intros i Hi.
  rewrite get_counted by exact Hi. now rewrite Z.lxor_assoc, Z.lxor_nilpotent, Z.lxor_0_r.
Qed.
