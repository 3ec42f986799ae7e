(** AES-256-CTR gives as many bytes as it gets, never panics, and undoes itself. All of it is about the
    function that is translated from the specification. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet Require Import theorems.lib.Bytes theorems.lib.Fill theorems.lib.Hex theorems.lib.Parts.
From Twinratchet Require Import theorems.safety.primitives_aes theorems.safety.primitives_aes_ctr.
From Twinratchet.generated Require Import keys_types primitives_aes primitives_aes_ctr.

(** The data so far, the counter block and the last block of the key stream. *)
Local Notation run := (list Z * list Z * list Z)%type (only parsing).

(** What round [i] makes of the counter block and the key stream: they do not depend on the data. *)
Definition next_stream (expanded : list Z) (i : Z) (counter o : list Z) : M (list Z * list Z) :=
  let! r := checked_rem i BLOCK_LEN in
  if r =? 0 then
    let! o := encrypt_block expanded counter in
    let! counter := increment counter in
    Ret (counter, o)
  else
    Ret (counter, o).

(** Round [i] on the data. *)
Definition ctr_round (expanded data : list Z) (i : Z) : run -> M run :=
  fun '(out, counter, o) =>
    let! (counter, o) := next_stream expanded i counter o in
    let! d := seq_index data i in
    let! r := checked_rem i BLOCK_LEN in
    let! k := seq_index o r in
    let! out := seq_set out i (Z.lxor d k) in
    Ret (out, counter, o).

Lemma ctr_in_rounds key first data :
  ctr key first data
  = bind (key_expansion key) (fun expanded =>
    bind (for_loop_m 0 (seq_len data) (seq_fill 0 (seq_len data), first, seq_fill 0 16)
            (ctr_round expanded data)) (fun '(out, _, _) =>
    Ret out)).
Proof. reflexivity. Qed.

(** The key stream goes on, without a panic. *)
Lemma next_stream_safe expanded i counter o :
  typed_array (typed_int 8) 240 expanded -> AesState_typed counter -> AesState_typed o ->
  yields (next_stream expanded i counter o) (typed_pair AesState_typed AesState_typed).
Proof.
  intros He Hc Ho. unfold next_stream, BLOCK_LEN. do 2 array_step. step.
  - step. call encrypt_block_safe. intros o' Ho'. step. call increment_safe. intros counter' Hc'.
    split; assumption.
  - split; assumption.
Qed.

Lemma index_of_part x (d : Z) y i : seq_len x = i -> seq_index (x ++ d :: y) i = Ret d.
Proof.
  intros Hx. pose proof (seq_len_nonneg x). pose proof (seq_len_nonneg y).
  rewrite index_get by (rewrite seq_len_app, seq_len_cons; lia).
  unfold get. rewrite app_nth2 by (unfold seq_len in *; lia).
  replace (Z.to_nat i - length x)%nat with 0%nat by (unfold seq_len in *; lia). reflexivity.
Qed.

Section Rounds.
Context (expanded : list Z) (n : Z).

(** A round, whose data and output are known up to its position. *)
Lemma ctr_round_value i x d y out counter o counter' o' :
  0 <= i < n -> seq_len x = i -> seq_len out = i -> AesState_typed o' ->
  next_stream expanded i counter o = Ret (counter', o') ->
  ctr_round expanded (x ++ d :: y) i (out ++ seq_fill 0 (n - i), counter, o)
  = Ret ((out ++ [Z.lxor d (get o' (i mod 16))]) ++ seq_fill 0 (n - (i + 1)), counter', o').
Proof.
  intros Hi Hx Hout Ho E. unfold ctr_round. rewrite E. cbn [bind].
  rewrite index_of_part by exact Hx. cbn [bind].
  unfold checked_rem. change BLOCK_LEN with 16. cbn [Z.eqb bind].
  rewrite index_get by (destruct Ho; lia). cbn [bind].
  rewrite seq_set_ret by (rewrite seq_len_app, seq_len_fill; lia). cbn [bind].
  rewrite seq_fill_next by lia. replace (Z.to_nat i) with (length out) by (unfold seq_len in Hout; lia).
  rewrite set_nth_after, <- app_assoc. cbn [app]. do 6 f_equal. lia.
Qed.
End Rounds.

Section TwoRuns.
Context (expanded first data : list Z).
Hypotheses (He : typed_array (typed_int 8) 240 expanded) (Hf : AesState_typed first).

(** After [i] rounds: on any data that begin with the output so far, [i] rounds give back the data so far,
    with the same counter block and key stream. *)
Definition undone_so_far (i : Z) : run -> Prop :=
  fun '(out, counter, o) =>
    AesState_typed counter /\ AesState_typed o /\
    exists done, seq_len done = i /\ out = done ++ seq_fill 0 (seq_len data - i) /\
      forall rest, seq_len rest = seq_len data - i ->
        iterate_m (Z.to_nat i) 0 (ctr_round expanded (done ++ rest))
          (seq_fill 0 (seq_len data), first, seq_fill 0 16)
        = Ret (firstn (Z.to_nat i) data ++ seq_fill 0 (seq_len data - i), counter, o).

Lemma ctr_round_is_undone i before :
  0 <= i < seq_len data -> undone_so_far i before ->
  yields (ctr_round expanded data i before) (undone_so_far (i + 1)).
Proof.
  destruct before as [[out counter] o]. intros Hi (Hc & Ho & done & Hd & -> & Hback).
  pose proof (next_stream_safe expanded i counter o He Hc Ho) as Hnext.
  apply yields_value in Hnext as ([counter' o'] & E & Hc' & Ho'). cbn [fst snd] in *.
  destruct (skipn (Z.to_nat i) data) as [|d rest] eqn:Erest.
  { apply (f_equal seq_len) in Erest. rewrite seq_len_skipn in Erest by lia. cbn in Erest. lia. }
  assert (Edata : data = firstn (Z.to_nat i) data ++ d :: rest)
    by (rewrite <- Erest; symmetry; apply firstn_skipn).
  assert (Hl : seq_len (firstn (Z.to_nat i) data) = i) by (apply seq_len_firstn; lia).
  rewrite Edata at 1. rewrite (ctr_round_value _ _ _ _ _ _ _ _ _ counter' o') by assumption.
  set (k := get o' (i mod 16)). split; [exact Hc'|]. split; [exact Ho'|].
  exists (done ++ [Z.lxor d k]). split; [rewrite seq_len_app, seq_len_cons, seq_len_nil; lia|].
  split; [reflexivity|]. intros rest' Hrest'.
  replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia.
  rewrite iterate_m_last, <- app_assoc. cbn [app].
  rewrite Hback by (rewrite seq_len_cons; lia). cbn [bind].
  replace (0 + Z.of_nat (Z.to_nat i)) with i by lia.
  rewrite (ctr_round_value _ _ _ _ _ _ _ _ _ counter' o') by assumption. fold k.
  rewrite Z.lxor_assoc, Z.lxor_nilpotent, Z.lxor_0_r. do 4 f_equal.
  replace (S (Z.to_nat i)) with (Z.to_nat (i + 1)) by lia. rewrite firstn_more, Erest by lia. reflexivity.
Qed.
End TwoRuns.

(** * Theorems *)

(** As many bytes come out as go in, without a panic, for every key, counter block and data. *)
Theorem aes256_ctr_keeps_the_length_and_never_panics key first data :
  CipherKey_typed key -> CounterBlock_typed first -> bytes data ->
  exists out, aes256_ctr key first data = Ret out /\ typed_array (typed_int 8) (seq_len data) out.
Proof. intros. apply yields_value, (aes256_ctr_safe key first data); assumption. Qed.

(** What is encrypted is decrypted by the same function, for every key, counter block and data. *)
Theorem aes256_ctr_undoes_itself key first data c :
  CipherKey_typed key -> CounterBlock_typed first ->
  aes256_ctr key first data = Ret c -> aes256_ctr key first c = Ret data.
Proof.
  intros Hk Hf. unfold aes256_ctr, array_from_seq. cbv zeta. rewrite (proj1 Hf), Z.eqb_refl. cbn [bind].
  rewrite !ctr_in_rounds. pose proof (key_expansion_safe key Hk) as He.
  destruct (key_expansion key) as [expanded|]; [|destruct He]. cbn [bind yields] in *.
  pose proof (seq_len_nonneg data) as Hn.
  assert (H : yields (for_loop_m 0 (seq_len data) (seq_fill 0 (seq_len data), first, seq_fill 0 16)
                        (ctr_round expanded data)) (undone_so_far expanded first data (seq_len data))).
  { apply (yields_for (undone_so_far expanded first data)).
    - split; [exact Hf|]. split; [apply no_state_typed|]. exists []. split; [reflexivity|].
      rewrite Z.sub_0_r. split; reflexivity.
    - intros i before Hi Hbefore. apply ctr_round_is_undone; assumption.
    - intros after. now rewrite Z.max_r by lia. }
  destruct (for_loop_m 0 (seq_len data) _ _) as [[[out counter] o]|]; [|discriminate]. cbn [bind yields] in *.
  intros [= <-]. destruct H as (_ & _ & done & Hd & -> & Hback). rewrite Z.sub_diag in *.
  change (seq_fill 0 0) with (@nil Z) in *. specialize (Hback [] eq_refl). rewrite app_nil_r in *.
  unfold for_loop_m. rewrite Hd, Z.sub_0_r, Hback. cbn [bind]. rewrite app_nil_r. f_equal.
  apply firstn_all2. unfold seq_len. lia.
Qed.

(** The first two blocks of SP 800-38A, F.5.5. *)
Theorem aes256_ctr_of_sp_800_38a_f_5_5 :
  aes256_ctr (hex "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    (hex "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    (hex "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
  = Ret (hex "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5").
Proof. vm_compute. reflexivity. Qed.
