(** Panic-freedom of [primitives::aes]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet.generated Require Import keys_types primitives_aes.

Lemma SBOX_typed : AesTable_typed SBOX.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

Lemma INV_SBOX_typed : AesTable_typed INV_SBOX.
Proof. split; [reflexivity|]. apply table_typed. reflexivity. Qed.

Lemma xtimes_typed b : typed_int 8 b -> typed_int 8 (xtimes b).
Proof. intros. unfold xtimes. destruct (b <? 128); typed. Qed.

(** A state before anything is written into it. *)
Lemma no_state_typed : AesState_typed (seq_fill 0 16).
Proof. apply array_filled; range. Qed.

Local Ltac fill_state :=
  apply (yields_for (fun _ => AesState_typed)); [apply no_state_typed | | auto]; intros ? ? ? ?.

Local Ltac fill_column :=
  apply (yields_for (fun _ => AesState_typed)); [assumption | | auto]; intros ? ? ? ?.

(** * The steps of a round *)

(** A state is a state after SUBBYTES. *)
Lemma sub_bytes_safe state : AesState_typed state -> yields (sub_bytes state) AesState_typed.
Proof.
  intros. pose proof SBOX_typed. unfold sub_bytes, BLOCK_LEN. cbv zeta. fill_state.
  do 5 array_step. assumption.
Qed.
#[export] Hint Resolve sub_bytes_safe : spec.

(** A state is a state after INVSUBBYTES. *)
Lemma inv_sub_bytes_safe state : AesState_typed state -> yields (inv_sub_bytes state) AesState_typed.
Proof.
  intros. pose proof INV_SBOX_typed. unfold inv_sub_bytes, BLOCK_LEN. cbv zeta. fill_state.
  do 5 array_step. assumption.
Qed.
#[export] Hint Resolve inv_sub_bytes_safe : spec.

(** A state is a state after SHIFTROWS. *)
Lemma shift_rows_safe state : AesState_typed state -> yields (shift_rows state) AesState_typed.
Proof.
  intros. unfold shift_rows. cbv zeta. fill_state. fill_column. do 13 array_step. assumption.
Qed.
#[export] Hint Resolve shift_rows_safe : spec.

(** A state is a state after INVSHIFTROWS. *)
Lemma inv_shift_rows_safe state : AesState_typed state -> yields (inv_shift_rows state) AesState_typed.
Proof.
  intros. unfold inv_shift_rows. cbv zeta. fill_state. fill_column. do 13 array_step. assumption.
Qed.
#[export] Hint Resolve inv_shift_rows_safe : spec.

Local Ltac sum_typed :=
  repeat lazymatch goal with
  | |- typed_int 8 (Z.lxor _ _) => apply typed_int_lxor; [lia | |]
  | |- typed_int 8 (xtimes _) => apply xtimes_typed
  | |- _ => assumption
  end.

(** A state is a state after MIXCOLUMNS. *)
Lemma mix_columns_safe state : AesState_typed state -> yields (mix_columns state) AesState_typed.
Proof.
  intros. unfold mix_columns. cbv zeta. fill_state. fill_column. do 35 array_step; [sum_typed|assumption].
Qed.
#[export] Hint Resolve mix_columns_safe : spec.

(** A state is a state after INVMIXCOLUMNS. *)
Lemma inv_mix_columns_safe state : AesState_typed state -> yields (inv_mix_columns state) AesState_typed.
Proof.
  intros. unfold inv_mix_columns. cbv zeta. fill_state. fill_column. do 35 array_step; [sum_typed|assumption].
Qed.
#[export] Hint Resolve inv_mix_columns_safe : spec.

(** The round keys: sixteen bytes for each of the fifteen rounds. *)
Notation expanded_typed := (typed_array (typed_int 8) 240) (only parsing).

(** A state is a state after ADDROUNDKEY, for every round. *)
Lemma add_round_key_safe state expanded round :
  AesState_typed state -> expanded_typed expanded -> 0 <= round <= 14 ->
  yields (add_round_key state expanded round) AesState_typed.
Proof.
  intros. unfold add_round_key, BLOCK_LEN. cbv zeta. fill_state. do 9 array_step. assumption.
Qed.
#[export] Hint Resolve add_round_key_safe : spec.

(** * The expansion of the key *)

Notation word_typed := (typed_array (typed_int 8) 4) (only parsing).

Local Ltac fill_word :=
  apply (yields_for (fun _ => word_typed)); [apply array_filled; range | | auto]; intros ? ? ? ?.

(** A word is a word after SUBWORD. *)
Lemma sub_word_safe word : word_typed word -> yields (sub_word word) word_typed.
Proof.
  intros. pose proof SBOX_typed. unfold sub_word. cbv zeta. fill_word. do 5 array_step. assumption.
Qed.
#[export] Hint Resolve sub_word_safe : spec.

(** A word is a word after ROTWORD. *)
Lemma rot_word_safe word : word_typed word -> yields (rot_word word) word_typed.
Proof. intros. unfold rot_word. cbv zeta. fill_word. do 5 array_step. assumption. Qed.
#[export] Hint Resolve rot_word_safe : spec.

(** What is added to a word of the expanded key is a word, for every position that the expansion fills. *)
Lemma expansion_step_safe temp i :
  word_typed temp -> 8 <= i < 60 -> yields (expansion_step temp i) word_typed.
Proof.
  intros. unfold expansion_step, NK. do 2 array_step. step.
  - step. call rot_word_safe. intros rotated Hr. step. call sub_word_safe. intros out Ho.
    do 6 array_step. step. step; [lia|]. array_step. assumption.
  - do 2 array_step. step; [apply sub_word_safe|]; assumption.
Qed.
#[export] Hint Resolve expansion_step_safe : spec.

(** A key of 32 bytes makes the fifteen round keys. *)
Lemma key_expansion_safe key : CipherKey_typed key -> yields (key_expansion key) expanded_typed.
Proof.
  intros Hk. unfold key_expansion, NK, KEY_WORDS. cbv zeta. do 2 array_step.
  assert (Hf : expanded_typed (seq_fill 0 (4 * 60))) by (apply array_filled; range).
  step. destruct Hk as [Hkl Hk], Hf as [Hfl Hf].
  apply (yields_update_start (typed_int 8)); [assumption..|lia|]. intros w Hwl Hw.
  rewrite Hfl in Hwl.
  apply (yields_for (fun _ => expanded_typed)); [split; assumption| |auto].
  clear. intros i w Hi Hw. do 4 array_step.
  step. pose proof Hw as [Hwl Hwt]. step; [lia..|]. intros Hl.
  step. apply (yields_mono _ word_typed).
  - apply expansion_step_safe; [|lia]. split; [exact Hl|]. apply Forall_firstn', Forall_skipn', Hwt.
  - intros temp Ht. clear - Hi Hw Ht.
    apply (yields_for (fun _ => expanded_typed)); [assumption| |auto].
    clear Hw w. intros j w Hj Hw. do 15 array_step. assumption.
Qed.
#[export] Hint Resolve key_expansion_safe : spec.

(** * The cipher and its inverse *)

(** A block is encrypted to a block. *)
Lemma encrypt_block_safe expanded block :
  expanded_typed expanded -> AesState_typed block -> yields (encrypt_block expanded block) AesState_typed.
Proof.
  intros He Hb. unfold encrypt_block, NR.
  step. call add_round_key_safe. intros state Hs. step.
  apply (yields_for (fun _ => AesState_typed)); [assumption| |].
  - clear - He. intros round state Hr Hs.
    step. call sub_bytes_safe. clear state Hs. intros state Hs.
    step. call shift_rows_safe. clear state Hs. intros state Hs.
    step. call mix_columns_safe. clear state Hs. intros state Hs.
    apply add_round_key_safe; auto. lia.
  - clear - He. intros state Hs.
    step. call sub_bytes_safe. clear state Hs. intros state Hs.
    step. call shift_rows_safe. clear state Hs. intros state Hs.
    apply add_round_key_safe; auto. lia.
Qed.
#[export] Hint Resolve encrypt_block_safe : spec.

(** A block is decrypted to a block. *)
Lemma decrypt_block_safe expanded block :
  expanded_typed expanded -> AesState_typed block -> yields (decrypt_block expanded block) AesState_typed.
Proof.
  intros He Hb. unfold decrypt_block, NR.
  step. call add_round_key_safe. intros state Hs. step.
  apply (yields_for (fun _ => AesState_typed)); [assumption| |].
  - clear - He. intros i state Hi Hs.
    step. call inv_shift_rows_safe. clear state Hs. intros state Hs.
    step. call inv_sub_bytes_safe. clear state Hs. intros state Hs.
    do 2 array_step. step. call add_round_key_safe. clear state Hs. intros state Hs.
    apply inv_mix_columns_safe; auto.
  - clear - He. intros state Hs.
    step. call inv_shift_rows_safe. clear state Hs. intros state Hs.
    step. call inv_sub_bytes_safe. clear state Hs. intros state Hs.
    apply add_round_key_safe; auto. lia.
Qed.
#[export] Hint Resolve decrypt_block_safe : spec.
