(** Panic-freedom of [groups::sender_key].

    Records are well formed before and after every operation. The bounds of [2 ^ 62] on plaintexts and
    messages come from Protocol Buffers, where positions are added; no machine holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives groups groups_sender_key_types
  groups_sender_key.
From Twinratchet.generated Require keys wire wire_sender_key_message ratchet_skipped ratchet_symmetric
  primitives_aes_cbc.
From Twinratchet.theorems.safety Require Import wire_sender_key_message groups_sender_key_types
  groups_sender_key_stored.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * Keys *)

Lemma chain_hmac_safe ck input :
  SenderChainKey_typed ck -> typed_int 8 input -> yields (chain_hmac ck input) Sha256Digest_typed.
Proof. intros. unfold chain_hmac. steps. apply hmac_sha256_typed; typed. Qed.

Lemma kdf_sender_ck_safe ck :
  SenderChainKey_typed ck ->
  yields (kdf_sender_ck ck) (typed_pair SenderChainKey_typed SenderMessageSeed_typed).
Proof.
  intros H. unfold kdf_sender_ck, ratchet_symmetric.CHAIN_KEY_INPUT, ratchet_symmetric.MESSAGE_KEY_INPUT.
  call_by (chain_hmac_safe ck 2 H ltac:(split; reflexivity || discriminate)) next Hnext.
  apply yields_bind, yields_array_from_seq; [apply Hnext|].
  call_by (chain_hmac_safe ck 1 H ltac:(split; reflexivity || discriminate)) seed Hseed.
  apply yields_bind, yields_array_from_seq; [apply Hseed|]. split; assumption.
Qed.

Lemma sender_message_keys_safe seed :
  SenderMessageSeed_typed seed -> yields (sender_message_keys seed) SenderMessageKeys_typed.
Proof.
  intros (_ & H). unfold sender_message_keys, SENDER_MESSAGE_KEYS_LENGTH. cbv zeta.
  match goal with
  | |- context [hkdf ?s ?k ?i ?n] =>
      assert (typed_array (typed_int 8) n (hkdf s k i n)) as Hokm;
      [apply hkdf_typed; [apply no_salt_typed|exact H|typed|split; reflexivity || discriminate]|
       generalize dependent (hkdf s k i n)]
  end.
  intros okm (Hlen & Hokm).
  step. apply yields_array_from_slice; try lia. intros Hiv.
  step. apply yields_array_from_slice; try lia. intros Hkey. step.
  split; cbn [SenderMessageKeys_iv SenderMessageKeys_cipher_key];
    (split; [assumption|apply Forall_firstn', Forall_skipn'; exact Hokm]).
Qed.

(** * Records *)

Lemma create_sender_key_safe chain_id_random chain_key signing_private :
  typed_int 32 chain_id_random -> SenderChainKey_typed chain_key -> PrivateKey_typed signing_private ->
  yields (create_sender_key chain_id_random chain_key signing_private) (fun r =>
    SenderKeyRecord_typed r /\ SenderKeyRecord_well_formed r /\ seq_len (SenderKeyRecord_states r) = 1).
Proof.
  intros Hid Hck Hprivate. unfold create_sender_key. cbv zeta.
  destruct (sender_signing_key_pair_typed _ Hprivate) as (H1 & H2).
  step. step; [unfold seq_len; simpl; lia|]. intros _. step. split; [|split].
  - constructor; [|constructor]. split; [split; reflexivity || discriminate|].
    split; [apply typed_int_shr; [lia|exact Hid]|]. split; [split; reflexivity || discriminate|].
    split; [exact Hck|]. split; [split; assumption|constructor].
  - split; [discriminate|]. split.
    + constructor; [apply sender_store_well_formed_nothing|constructor].
    + constructor; [intros []|constructor].
  - reflexivity.
Qed.

Lemma next_iteration_safe iteration :
  typed_int 32 iteration ->
  yields (next_iteration iteration)
    (typed_result (fun next => typed_int 32 next /\ next = iteration + 1) GroupError_typed).
Proof.
  intros H. unfold next_iteration, typed_int in *. step; [exact I|]. step. step; [lia|]. simpl.
  unfold typed_int. lia.
Qed.

Lemma chain_ids_of_set_nth states i s state :
  nth_error states i = Some s -> SenderKeyState_chain_id state = SenderKeyState_chain_id s ->
  chain_ids (set_nth states i state) = chain_ids states.
Proof.
  revert i. induction states as [|s' states IH]; intros [|i] Hs E; try discriminate.
  - injection Hs as ->. unfold chain_ids. simpl. now rewrite E.
  - unfold chain_ids in *. simpl. f_equal. now apply IH.
Qed.

Lemma with_state_safe record i s state :
  SenderKeyRecord_typed record -> SenderKeyRecord_well_formed record ->
  0 <= i < seq_len (SenderKeyRecord_states record) ->
  nth_error (SenderKeyRecord_states record) (Z.to_nat i) = Some s ->
  SenderKeyState_chain_id state = SenderKeyState_chain_id s ->
  SenderKeyState_typed state -> SenderKeyState_well_formed state ->
  yields (with_state record i state) (fun r => SenderKeyRecord_typed r /\ SenderKeyRecord_well_formed r).
Proof.
  intros Hr (Hn & Hw & Hd) Hi Hnth E Hs Hsw. unfold with_state. cbv zeta. step. step; [exact Hi|].
  intros Hlen. step.
  split; [|split; [|split]]; cbn [SenderKeyRecord_states].
  - apply Forall_set_nth; assumption.
  - rewrite Hlen. exact Hn.
  - apply Forall_set_nth; assumption.
  - now rewrite (chain_ids_of_set_nth _ _ s).
Qed.

Lemma with_chain_typed state iteration chain_key skipped :
  SenderKeyState_typed state -> typed_int 32 iteration -> SenderChainKey_typed chain_key ->
  Forall SenderSkippedKey_typed skipped ->
    SenderKeyState_typed (with_chain state iteration chain_key skipped).
Proof. intros (H1 & H2 & _ & _ & H5 & _) Hi Hck Hs. repeat (split; [assumption|]). exact Hs. Qed.

(** * Encrypting *)

(** [group_encrypt] does not panic, the record stays well formed, and the message is little longer than the
    plaintext. *)
Lemma group_encrypt_safe profile record distribution_id plaintext random :
  SenderKeyRecord_typed record -> SenderKeyRecord_well_formed record -> Uuid_typed distribution_id ->
  bytes plaintext -> seq_len plaintext < 2 ^ 62 -> SignatureRandom_typed random ->
  yields (group_encrypt profile record distribution_id plaintext random) (typed_result
    (typed_pair (fun r => SenderKeyRecord_typed r /\ SenderKeyRecord_well_formed r)
       (fun message => bytes message /\ seq_len message <= seq_len plaintext + 200)) GroupError_typed).
Proof.
  intros Hr Hw Hid Hp Hlen Hrandom. unfold group_encrypt.
  pose proof (seq_len_nonneg (SenderKeyRecord_states record)).
  destruct (seq_len (SenderKeyRecord_states record) =? 0) eqn:E; [exact I|].
  assert (0 <= 0 < seq_len (SenderKeyRecord_states record)) as H0 by lia.
  apply yields_bind, (yields_index _ _ _ _ Hr H0). intros state Hnth Hstate.
  pose proof Hstate as (_ & Hchain & Hi & Hck & Hsigning & Hskipped).
  unfold private_signing_key. destruct Hsigning as (_ & Hprivate).
  destruct (SigningKey_private (SenderKeyState_signing state)) as [private|]; [|exact I].
  cbn [typed_option] in Hprivate.
  attempt_by (next_iteration_safe _ Hi) next Hnext. destruct Hnext as (Hnext & Enext).
  call_by (kdf_sender_ck_safe _ Hck) stepped Hstepped.
  destruct stepped as (chain_key & seed), Hstepped as (Hck' & Hseed).
  cbn [fst snd] in Hck', Hseed.
  call_by (sender_message_keys_safe _ Hseed) keys Hkeys. destruct Hkeys as (Hiv & Hcipher). cbv zeta.
  destruct (aes256_cbc_encrypt_typed _ _ _ Hcipher Hiv Hp) as (Hclen & Hc).
  pose proof (seq_len_nonneg plaintext).
  pose proof (Z.mul_div_le (seq_len plaintext) 16 ltac:(lia)).
  call_by (encode_sender_key_message_safe profile _ _ _ _ Hid Hchain Hi Hc) unsigned Hu.
  destruct Hu as (Hu & _ & Hulen).
  apply yields_bind. eapply yields_mono.
  - apply (with_state_safe record 0 state); [exact Hr|exact Hw|exact H0|exact Hnth|reflexivity| |].
    + apply with_chain_typed; assumption.
    + destruct Hw as (_ & Hw & _). apply (sender_store_well_formed_later (SenderKeyState_iteration state)).
      { cbn [with_chain SenderKeyState_iteration]. lia. }
      exact (Forall_nth_error _ _ _ _ Hw Hnth).
  - intros r Hr'. split; [exact Hr'|]. unfold wire_sender_key_message.serialize_sender_key_message.
    destruct (sign_typed primitives_xeddsa.Form_Deployed _ _ _ Hprivate Hu Hrandom) as (Hsl & Hs).
    cbn [snd]. split; [apply Forall_concat; assumption|]. rewrite seq_len_concat. lia.
Qed.

(** * Decrypting *)

Lemma store_sender_skipped_safe skipped limit iteration seed :
  sender_skipped_so_far iteration skipped -> sender_limit_well_formed limit ->
  typed_int 32 iteration -> SenderMessageSeed_typed seed ->
  yields (store_sender_skipped skipped limit iteration seed) (sender_skipped_so_far (iteration + 1)).
Proof.
  intros (Hs & Hw) (Hl1 & Hl2) Hi Hseed. unfold store_sender_skipped, sender_skipped_so_far.
  pose proof Hw as (Hn & _).
  unfold MAX_SENDER_SKIPPED, MAX_SENDER_GATHERED in *. pose proof (seq_len_nonneg skipped).
  step. eapply (yields_mono _ (fun kept =>
    Forall SenderSkippedKey_typed kept /\ sender_store_well_formed iteration kept /\ seq_len kept < 2050)).
  - step.
    + step. step; [lia|]. step; try lia. intros Hlen. rewrite Hlen.
      rewrite firstn_all2 by (rewrite skipn_length; unfold seq_len in *; lia).
      split; [|split; [|lia]]; [apply Forall_skipn'; exact Hs|]. now apply sender_store_well_formed_skipn.
    + step. split; [exact Hs|]. split; [exact Hw|]. lia.
  - intros kept (Hk & Hkw & Hkn). step. split.
    + apply Forall_push; [exact Hk|]. split; assumption.
    + apply sender_store_well_formed_push; [exact Hkw|apply Hi|exact Hkn|reflexivity].
Qed.

(** A step within the state of a chain. *)
Definition sender_step_is_good (state : SenderKeyState) (step : SenderStep) : Prop :=
  SenderStep_typed step /\ SenderKeyState_well_formed (SenderStep_state step) /\
  SenderKeyState_chain_id (SenderStep_state step) = SenderKeyState_chain_id state.

Lemma step_to_message_safe profile state iteration :
  SenderKeyState_typed state -> SenderKeyState_well_formed state -> typed_int 32 iteration ->
  SenderKeyState_iteration state <= iteration ->
  yields (step_to_message profile state iteration)
    (typed_result (sender_step_is_good state) GroupError_typed).
Proof.
  intros Hs Hw Hi Hge. pose proof Hs as (_ & _ & (Hi0 & _) & Hck & _ & Hskipped). unfold step_to_message.
  pose proof Hi as (_ & Hi1). step. step; [lia|].
  step; [split; lia|]. attempt_by (next_iteration_safe _ Hi) next Hnext. destruct Hnext as (Hnext & Enext).
  cbv zeta.
  apply yields_bind, (yields_for (fun i '(chain_key, skipped) =>
    SenderChainKey_typed chain_key /\ sender_skipped_so_far i skipped)).
  - split; [exact Hck|]. split; assumption.
  - intros i (chain_key & skipped) Hrange (H1 & H2).
    call_by (kdf_sender_ck_safe _ H1) stepped Hstepped.
    destruct stepped as (stepped & seed), Hstepped as (H3 & H4).
    cbn [fst snd] in H3, H4. call_by (sender_skipped_limit_safe profile) limit Hlimit.
    call_by (store_sender_skipped_safe _ limit i _ H2 (proj2 Hlimit) ltac:(split; lia) H4) kept Hkept.
    split; assumption.
  - intros (chain_key & skipped) (H1 & H2 & H2').
    call_by (kdf_sender_ck_safe _ H1) stepped Hstepped.
    destruct stepped as (after & seed), Hstepped as (H3 & H4).
    split; [split|split]; [apply with_chain_typed; assumption|exact H4| |reflexivity].
    eapply sender_store_well_formed_later; [|exact H2'].
    cbn [SenderStep_state with_chain SenderKeyState_iteration]. lia.
Qed.

Lemma take_sender_skipped_safe state iteration :
  SenderKeyState_typed state -> SenderKeyState_well_formed state -> typed_int 32 iteration ->
  yields (take_sender_skipped state iteration) (typed_result (sender_step_is_good state) GroupError_typed).
Proof.
  intros Hs Hw Hi. pose proof Hs as (_ & _ & Hi0 & Hck & _ & Hskipped). unfold take_sender_skipped. cbv zeta.
  pose proof Hw as (Hn & _). unfold MAX_SENDER_GATHERED in Hn.
  pose proof (seq_len_nonneg (SenderKeyState_skipped state)).
  apply yields_bind, (yields_for (fun _ => typed_option
    (fun i => 0 <= i < seq_len (SenderKeyState_skipped state)))).
  - exact I.
  - intros i found Hrange Hfound. apply yields_bind, (yields_index _ _ _ _ Hskipped Hrange). intros key _ _.
    destruct (_ =? iteration); [exact Hrange|exact Hfound].
  - intros [i|] Hfound; [|split; assumption]. cbn [typed_option] in Hfound.
    step. step; try lia. intros Hbefore. step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
    step. step; try lia. intros Hafter.
    apply yields_bind, (yields_index _ _ _ _ Hskipped Hfound). intros key _ (_ & Hseed). cbv zeta. step.
    split; [split; [apply with_chain_typed; try assumption|exact Hseed]|split; [|reflexivity]].
    + apply Forall_concat; apply Forall_firstn'; [apply Forall_skipn'|]; try apply Forall_skipn';
        exact Hskipped.
    + rewrite (firstn_all2 (n := Z.to_nat (seq_len _ - i - 1)))
        by (rewrite skipn_length; unfold seq_len in *; lia).
      replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia. now apply sender_store_well_formed_removal.
Qed.

Lemma receive_seed_safe profile state iteration :
  SenderKeyState_typed state -> SenderKeyState_well_formed state -> typed_int 32 iteration ->
  yields (receive_seed profile state iteration) (typed_result (sender_step_is_good state) GroupError_typed).
Proof.
  intros Hs Hw Hi. unfold receive_seed. step.
  - apply take_sender_skipped_safe; assumption.
  - apply step_to_message_safe; auto. lia.
Qed.

Lemma state_of_message_safe record chain_id :
  yields (state_of_message record chain_id)
    (typed_result (fun i => 0 <= i < seq_len (SenderKeyRecord_states record)) GroupError_typed).
Proof.
  unfold state_of_message. call_by (state_position_safe (SenderKeyRecord_states record) chain_id) found
    Hfound.
  destruct found as [i|]; [apply Hfound|exact I].
Qed.

Lemma check_origin_gives_the_state state message :
  typed_result (fun s => s = state) GroupError_typed (check_origin state message).
Proof. unfold check_origin. cbv zeta. destruct (negb _); [exact I|].
destruct (verify _ _ _ _); exact I || reflexivity. Qed.

(** [group_decrypt] does not panic on any bytes, and the record stays well formed. *)
Lemma group_decrypt_safe profile record b :
  SenderKeyRecord_typed record -> SenderKeyRecord_well_formed record -> bytes b -> seq_len b < 2 ^ 62 ->
  yields (group_decrypt profile record b) (typed_result
    (typed_pair (fun r => SenderKeyRecord_typed r /\ SenderKeyRecord_well_formed r) bytes) GroupError_typed).
Proof.
  intros Hr Hw Hb Hlen. unfold group_decrypt.
  call_by (parse_sender_key_message_safe profile b Hb Hlen) parsed Hparsed.
  destruct parsed as [message|error]; cbn [lift_wire]; [|exact Hparsed].
  destruct Hparsed as ((_ & _ & _ & Hiteration & Hbody & _) & _).
  attempt_by (state_of_message_safe record (wire_sender_key_message.SenderKeyMessage_chain_id message)) i Hi.
  apply yields_bind, (yields_index _ _ _ _ Hr Hi). intros state Hnth Hstate.
  pose proof (Forall_nth_error _ _ _ _ (proj1 (proj2 Hw)) Hnth) as Hsw.
  pose proof (check_origin_gives_the_state state message) as Horigin.
  destruct (check_origin state message) as [s|error]; [|exact Horigin]. cbn [typed_result] in Horigin.
  subst s.
  attempt_by (receive_seed_safe profile state _ Hstate Hsw Hiteration) step Hstep.
  destruct Hstep as ((Hs & Hseed) & Hs' & Hid).
  call_by (sender_message_keys_safe _ Hseed) keys Hkeys. destruct Hkeys as (Hiv & Hcipher). cbv zeta.
  pose proof (aes256_cbc_decrypt_typed _ _ _ Hcipher Hiv Hbody) as Hplain.
  destruct (aes256_cbc_decrypt _ _ _) as [plaintext|error]; cbn [lift_padding]; [|exact I].
  apply yields_bind. eapply yields_mono; [apply (with_state_safe record i state); assumption|].
  intros r Hr'. split; [exact Hr'|apply Hplain].
Qed.
End Safety.

#[export] Hint Resolve chain_hmac_safe kdf_sender_ck_safe sender_message_keys_safe create_sender_key_safe
  next_iteration_safe with_state_safe group_encrypt_safe store_sender_skipped_safe step_to_message_safe
  take_sender_skipped_safe receive_seed_safe state_of_message_safe group_decrypt_safe : spec.
