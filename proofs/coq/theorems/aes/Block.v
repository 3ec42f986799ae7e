(** The inverse cipher of AES undoes the cipher, for every expanded key. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet Require Import theorems.safety.primitives_aes theorems.aes.Steps.
From Twinratchet.generated Require Import keys_types primitives_aes.

Lemma bind_assoc {A B C} (m : M A) (f : A -> M B) (g : B -> M C) :
  bind (bind m f) g = bind m (fun x => bind (f x) g).
Proof. now destruct m. Qed.

Section Rounds.
Context (expanded : list Z).

(** Round [i] of the inverse cipher, and what follows the last of them. *)
Definition inverse_round (i : Z) (state : list Z) : M (list Z) :=
  let! state := inv_shift_rows state in
  let! state := inv_sub_bytes state in
  let! at' := checked_sub 64 NR i in
  let! state := add_round_key state expanded at' in
  inv_mix_columns state.

Definition inverse_last (state : list Z) : M (list Z) :=
  let! state := inv_shift_rows state in
  let! state := inv_sub_bytes state in
  add_round_key state expanded 0.

Lemma decrypt_block_in_rounds block :
  decrypt_block expanded block
  = bind (add_round_key block expanded NR) (fun state =>
    bind (iterate_m 13 1 inverse_round state) inverse_last).
Proof. reflexivity. Qed.

(** [next] is [state] after SUBBYTES and SHIFTROWS. *)
Definition substituted (state next : list Z) : Prop :=
  bind (inv_shift_rows next) inv_sub_bytes = Ret state.

Lemma sub_bytes_and_shift_rows state (rest : list Z -> M (list Z)) (Q : list Z -> Prop) :
  AesState_typed state ->
  (forall next, AesState_typed next -> substituted state next -> yields (rest next) Q) ->
  yields (bind (sub_bytes state) (fun s => bind (shift_rows s) rest)) Q.
Proof.
  intros Hs Hrest.
  eapply yields_call; [apply sub_bytes_is_inverted, Hs|]. intros boxed [Hb Eb].
  eapply yields_call; [apply shift_rows_is_inverted, Hb|]. intros shifted [Hsh Esh].
  apply Hrest; [exact Hsh|]. unfold substituted. rewrite Esh. exact Eb.
Qed.

(** Before a round: from what is substituted in this round, the rest of the inverse cipher leads back to
    [block]. *)
Definition leads_back (block : list Z) (round : Z) (state : list Z) : Prop :=
  AesState_typed state /\
  forall next, substituted state next ->
    bind (iterate_m (Z.to_nat (round - 1)) (15 - round) inverse_round next) inverse_last = Ret block.

Lemma inverse_round_after_substitution i state next (rest : list Z -> M (list Z)) :
  substituted state next -> 1 <= i <= 14 ->
  bind (inverse_round i next) rest
  = bind (add_round_key state expanded (14 - i)) (fun s => bind (inv_mix_columns s) rest).
Proof.
  unfold substituted, inverse_round. intros E Hi.
  destruct (inv_shift_rows next) as [shifted|]; [|discriminate]. cbn [bind] in *. rewrite E. cbn [bind].
  unfold checked_sub, NR. rewrite checked_ret by lia. cbn [bind].
  now destruct (add_round_key state expanded (14 - i)).
Qed.

Lemma inverse_last_after_substitution state next :
  substituted state next -> inverse_last next = add_round_key state expanded 0.
Proof.
  unfold substituted, inverse_last. intros E.
  destruct (inv_shift_rows next) as [shifted|]; [|discriminate]. cbn [bind] in *. now rewrite E.
Qed.

(** DECRYPT after ENCRYPT: every block comes back, for any 240 bytes as the expanded key. *)
Theorem decrypt_block_inverts_encrypt_block block :
  typed_array (typed_int 8) 240 expanded -> AesState_typed block ->
  yields (encrypt_block expanded block)
    (fun c => AesState_typed c /\ decrypt_block expanded c = Ret block).
Proof.
  intros He Hb. unfold encrypt_block.
  eapply yields_call; [apply add_round_key_is_inverted; [exact Hb|exact He|lia]|]. intros first [Hf Ef].
  apply yields_bind. apply (yields_for (leads_back block)).
  - split; [exact Hf|]. intros next Hn. cbn [Z.to_nat iterate_m bind Z.sub Z.add Z.opp Z.pos_sub].
    rewrite (inverse_last_after_substitution _ _ Hn). exact Ef.
  - intros round state Hr [Hs Hback]. unfold NR in Hr.
    apply sub_bytes_and_shift_rows; [exact Hs|]. intros shifted Hsh Hsub.
    eapply yields_call; [apply mix_columns_is_inverted, Hsh|]. intros mixed [Hm Em].
    eapply yields_mono; [apply add_round_key_is_inverted; [exact Hm|exact He|lia]|].
    intros keyed [Hk Ek]. split; [exact Hk|]. intros next Hn.
    replace (Z.to_nat (round + 1 - 1)) with (S (Z.to_nat (round - 1))) by lia. cbn [iterate_m].
    rewrite bind_assoc, (inverse_round_after_substitution _ keyed) by (auto; lia).
    replace (14 - (15 - (round + 1))) with round by lia. rewrite Ek. cbn [bind]. rewrite Em. cbn [bind].
    replace (15 - (round + 1) + 1) with (15 - round) by lia. exact (Hback _ Hsub).
  - intros state [Hs Hback]. change (Z.max 1 NR) with 14 in Hback. change NR with 14.
    apply sub_bytes_and_shift_rows; [exact Hs|]. intros shifted Hsh Hsub.
    eapply yields_mono; [apply add_round_key_is_inverted; [exact Hsh|exact He|lia]|].
    intros c [Hc Ec]. split; [exact Hc|]. rewrite decrypt_block_in_rounds. change NR with 14.
    rewrite Ec. cbn [bind]. exact (Hback _ Hsub).
Qed.
End Rounds.
