(** Panic-freedom of [primitives::aes_ctr]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet Require Import theorems.safety.primitives_aes.
From Twinratchet.generated Require Import keys_types primitives_aes_ctr.

(** A counter block is a counter block after it was incremented. *)
Lemma increment_safe block : AesState_typed block -> yields (increment block) AesState_typed.
Proof.
  intros Hb. unfold increment, primitives_aes.BLOCK_LEN. cbv zeta. step.
  apply (yields_for (fun _ '(next, _) => AesState_typed next)); [assumption| |].
  - clear. intros i [next carry] Hi Hn. cbv beta iota in *. do 4 array_step. step.
    + pose proof Hn as [Hl Ht].
      step. apply (yields_index (typed_int 8)); [exact Ht|lia|]. intros last Hlast Hbyte. cbv zeta.
      step. step.
      * do 4 array_step. assumption.
      * step. apply yields_index_any; [lia|]. intros x Hx. rewrite Hlast in Hx. injection Hx as <-.
        do 4 array_step. assumption.
    + array_step. assumption.
  - intros [next carry] Hn. array_step. assumption.
Qed.
#[export] Hint Resolve increment_safe : spec.

(** As many bytes come out as go in. *)
Lemma ctr_safe key first data :
  CipherKey_typed key -> AesState_typed first -> bytes data ->
  yields (ctr key first data) (typed_array (typed_int 8) (seq_len data)).
Proof.
  intros Hk Hf Hd. unfold ctr, primitives_aes.BLOCK_LEN. cbv zeta.
  step. call key_expansion_safe. intros expanded He. step.
  assert (typed_array (typed_int 8) (seq_len data) data) by (split; [reflexivity|exact Hd]).
  apply (yields_for (fun _ '(out, counter, o) =>
    typed_array (typed_int 8) (seq_len data) out /\ AesState_typed counter /\ AesState_typed o)).
  - split; [|split; [exact Hf|apply no_state_typed]]. apply array_filled; [apply seq_len_nonneg|range].
  - intros i [[out counter] o] Hi (Ho & Hc & Hb). cbv beta iota. do 3 array_step.
    apply (yields_mono _ (fun '(counter, o) => AesState_typed counter /\ AesState_typed o)).
    + step; [|array_step; auto].
      step. call encrypt_block_safe. intros o' Ho'. step. call increment_safe. intros counter' Hc'.
      array_step. auto.
    + intros [counter' o'] [Hc' Ho']. cbv beta iota. do 9 array_step. auto.
  - intros [[out counter] o] (Ho & _). cbv beta iota. array_step. assumption.
Qed.
#[export] Hint Resolve ctr_safe : spec.

(** As many bytes come out as go in, whatever their number. *)
Lemma aes256_ctr_safe key first data :
  CipherKey_typed key -> CounterBlock_typed first -> bytes data ->
  yields (aes256_ctr key first data) (typed_array (typed_int 8) (seq_len data)).
Proof.
  intros Hk [Hfl Hf] Hd. unfold aes256_ctr. cbv zeta. step. step; [exact Hfl|].
  apply ctr_safe; auto. split; assumption.
Qed.
#[export] Hint Resolve aes256_ctr_safe : spec.
