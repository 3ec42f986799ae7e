(** Panic-freedom of [primitives::sha3]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_sha3.

(** * The steps of Keccak *)

(** The parity of each of the five columns can be computed. *)
Lemma column_safe a x : KeccakState_typed a -> 0 <= x < 5 -> yields (column a x) (typed_int 64).
Proof.
  intros (Hlen & Hlanes) Hx. unfold column. walk. repeat (apply typed_int_lxor; try lia); assumption.
Qed.
#[export] Hint Resolve column_safe : spec.

(** Theta keeps the type of the state. *)
Lemma theta_safe a : KeccakState_typed a -> yields (theta a) KeccakState_typed.
Proof.
  intros Ha. unfold theta. cbv zeta.
  apply (yields_for (fun _ => KeccakState_typed)); [assumption| |auto]. intros x out Hx Hout. walk.
  call column_safe; [assumption|apply Z.mod_pos_bound; lia|]. intros left Hleft. walk.
  call column_safe; [assumption|apply Z.mod_pos_bound; lia|]. intros right Hright. cbv zeta.
  assert (Hd : typed_int 64 (Z.lxor left (rotate_left 64 right 1))).
  { apply typed_int_lxor; [lia|assumption|]. apply typed_int_rotate_left; [lia|assumption]. }
  generalize dependent (Z.lxor left (rotate_left 64 right 1)). intros d Hd.
  apply (yields_for (fun _ => KeccakState_typed)); [assumption| |auto]. clear out Hout.
  intros y out Hy (Hlen & Hlanes).
  destruct Ha. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve theta_safe : spec.

(** Rho keeps the type of the state. *)
Lemma rho_safe a : KeccakState_typed a -> yields (rho a) KeccakState_typed.
Proof.
  intros (Hlen & Hlanes). unfold rho. cbv zeta.
  assert (Hoffsets : Forall (typed_int 64) RHO_OFFSETS)
    by (unfold RHO_OFFSETS, typed_int; repeat constructor; lia).
  assert (Hcount : seq_len RHO_OFFSETS = 25) by reflexivity.
  generalize dependent RHO_OFFSETS. intros offsets Hoffsets Hcount.
  assert (Hzeros : Forall (typed_int 64) (seq_fill 0 25)) by elements.
  walk. apply (yields_for (fun _ => KeccakState_typed)); [split; [whole|assumption]| |auto].
  intros i out Hi (Hlen' & Hlanes'). walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve rho_safe : spec.

(** Pi keeps the type of the state. *)
Lemma pi_safe a : KeccakState_typed a -> yields (pi a) KeccakState_typed.
Proof.
  intros (Hlen & Hlanes). unfold pi. cbv zeta.
  apply (yields_for (fun _ => KeccakState_typed)); [split; [reflexivity|elements]| |auto].
  intros y out Hy Hout.
  apply (yields_for (fun _ => KeccakState_typed)); [assumption| |auto]. clear out Hout.
  intros x out Hx (Hlen' & Hlanes'). pose proof (Z.mod_pos_bound (x + 3 * y) 5). walk.
  split; [whole|assumption].
Qed.
#[export] Hint Resolve pi_safe : spec.

(** Chi keeps the type of the state. *)
Lemma chi_safe a : KeccakState_typed a -> yields (chi a) KeccakState_typed.
Proof.
  intros (Hlen & Hlanes). unfold chi. cbv zeta.
  apply (yields_for (fun _ => KeccakState_typed)); [split; [reflexivity|elements]| |auto].
  intros y out Hy Hout.
  apply (yields_for (fun _ => KeccakState_typed)); [assumption| |auto]. clear out Hout.
  intros x out Hx (Hlen' & Hlanes').
  pose proof (Z.mod_pos_bound (x + 1) 5). pose proof (Z.mod_pos_bound (x + 2) 5).
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve chi_safe : spec.

(** Iota keeps the type of the state in each of the 24 rounds. *)
Lemma iota_safe a round : KeccakState_typed a -> 0 <= round < 24 -> yields (iota a round) KeccakState_typed.
Proof.
  intros (Hlen & Hlanes) Hround. unfold iota. cbv zeta.
  assert (Hconstants : Forall (typed_int 64) ROUND_CONSTANTS)
    by (unfold ROUND_CONSTANTS, typed_int; repeat constructor; lia).
  assert (Hcount : seq_len ROUND_CONSTANTS = 24) by reflexivity.
  generalize dependent ROUND_CONSTANTS. intros constants Hconstants Hcount.
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve iota_safe : spec.

(** The permutation keeps the type of the state. *)
Lemma keccak_f_safe state : KeccakState_typed state -> yields (keccak_f state) KeccakState_typed.
Proof.
  intros Hstate. unfold keccak_f, ROUNDS. cbv zeta.
  apply (yields_for (fun _ => KeccakState_typed)); [assumption| |auto]. intros round a Hround Ha.
  walk. call theta_safe; [assumption|]. clear a Ha. intros a Ha.
  walk. call rho_safe; [assumption|]. clear a Ha. intros a Ha.
  walk. call pi_safe; [assumption|]. clear a Ha. intros a Ha.
  walk. call chi_safe; [assumption|]. clear a Ha. intros a Ha.
  apply iota_safe; assumption.
Qed.
#[export] Hint Resolve keccak_f_safe : spec.

(** * The sponge *)

(** The rates of the four functions: whole lanes, and shorter than the state. *)
Definition is_rate (rate : Z) : Prop := rate mod 8 = 0 /\ 0 < rate <= 200.

(** A message is padded to whole blocks, at least one. No machine holds 2^62 bytes. *)
Lemma pad_safe message rate suffix :
  bytes message -> seq_len message < 2 ^ 62 -> is_rate rate -> typed_int 8 suffix ->
  yields (pad message rate suffix)
    (fun padded => bytes padded /\ seq_len padded = (seq_len message / rate + 1) * rate).
Proof.
  intros Hmessage Hbound (_ & Hrate) Hsuffix. unfold pad, LAST_BIT. cbv zeta. do 2 walk_step.
  pose proof (seq_len_nonneg message) as Hlen.
  pose proof (Z.div_mod (seq_len message) rate ltac:(lia)) as Hdiv.
  pose proof (Z.mod_pos_bound (seq_len message) rate ltac:(lia)) as Hmod.
  pose proof (Z.div_pos (seq_len message) rate ltac:(lia) ltac:(lia)) as Hpos.
  set (blocks := seq_len message / rate) in *.
  assert (Htotal : (blocks + 1) * rate = seq_len message - seq_len message mod rate + rate) by nia.
  assert (Hblocks : blocks + 1 < 2 ^ 63) by nia. clearbody blocks.
  do 4 (walk_step; try whole).
  generalize dependent ((blocks + 1) * rate). intros total Htotal.
  assert (Hzeros : bytes (seq_fill 0 total)) by elements.
  walk. split; [assumption|whole].
Qed.
#[export] Hint Resolve pad_safe : spec.

(** Eight bytes are a lane. *)
Lemma lane_safe s start :
  bytes s -> 0 <= start -> start + 8 <= seq_len s < 2 ^ 63 -> yields (lane s start) (typed_int 64).
Proof.
  intros Hbytes Hstart Hend. unfold lane. cbv zeta.
  apply (yields_for (fun _ => typed_int 64)); [whole| |auto]. intros i word Hi Hword. walk.
  apply typed_int_lor; [lia|apply typed_int_wrap_shl; lia|]. eapply typed_int_widen; [eassumption|lia].
Qed.
#[export] Hint Resolve lane_safe : spec.

(** Whole blocks are absorbed into a state. *)
Lemma absorb_safe padded rate :
  bytes padded -> seq_len padded < 2 ^ 63 -> is_rate rate -> yields (absorb padded rate) KeccakState_typed.
Proof.
  intros Hbytes Hbound (Hlanes & Hrate). unfold absorb. cbv zeta. walk.
  apply (yields_for (fun _ => KeccakState_typed)); [split; [reflexivity|elements]| |auto].
  intros block s Hblock Hs.
  walk. apply (yields_for (fun _ => KeccakState_typed)); [assumption| |].
  - clear s Hs. intros i s Hi (Hlen & Hs).
    pose proof (seq_len_nonneg padded) as Hpositive.
    pose proof (Z.div_mod (seq_len padded) rate ltac:(lia)) as Hblocks.
    pose proof (Z.mod_pos_bound (seq_len padded) rate ltac:(lia)) as Hrest.
    pose proof (Z.div_mod rate 8 ltac:(lia)) as Height.
    assert (0 <= block * rate) by nia.
    assert (block * rate + rate <= seq_len padded) by nia.
    clear Hblocks Hrest.
    walk. call lane_safe; [assumption|lia|lia|]. intros word Hword. walk. split; [whole|assumption].
  - clear s Hs. intros s Hs. apply keccak_f_safe. assumption.
Qed.
#[export] Hint Resolve absorb_safe : spec.

(** A state is 200 bytes. *)
Lemma state_bytes_safe s : KeccakState_typed s -> yields (state_bytes s) (typed_array (typed_int 8) 200).
Proof.
  intros (Hlen & Hlanes). unfold state_bytes, STATE_LEN. cbv zeta.
  apply (yields_for (fun _ => typed_array (typed_int 8) 200)); [split; [reflexivity|elements]| |auto].
  intros i out Hi (Hlen' & Hbytes). walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve state_bytes_safe : spec.

(** Any number of bytes below 2^62 can be squeezed out. *)
Lemma squeeze_safe state rate n :
  KeccakState_typed state -> is_rate rate -> 0 <= n < 2 ^ 62 ->
  yields (squeeze state rate n) (typed_array (typed_int 8) n).
Proof.
  intros Hstate (_ & Hrate) Hn. unfold squeeze. do 6 (walk_step; try whole).
  pose proof (Z.div_mod (n + rate - 1) rate ltac:(lia)) as Hblocks.
  pose proof (Z.mod_pos_bound (n + rate - 1) rate ltac:(lia)) as Hrest.
  pose proof (Z.div_pos (n + rate - 1) rate ltac:(lia) ltac:(lia)) as Hpositive.
  set (blocks := (n + rate - 1) / rate) in *.
  assert (Htotal : n <= blocks * rate < n + rate) by nia. clear Hblocks Hrest.
  walk.
  apply (yields_for (fun _ pair =>
    KeccakState_typed (fst pair) /\ typed_array (typed_int 8) (blocks * rate) (snd pair))).
  - split; [assumption|]. split; [cbn [snd]; now rewrite seq_len_fill by lia|cbn [snd]; elements].
  - intros block [s z] Hblock (Hs & Hlen & Hz). cbn [fst snd] in *.
    assert (0 <= block * rate) by nia. assert (block * rate + rate <= blocks * rate) by nia.
    apply yields_bind. apply (yields_mono _ KeccakState_typed).
    { walk; [now apply keccak_f_safe|assumption]. }
    clear s Hs. intros s Hs. walk. call state_bytes_safe; [assumption|].
    intros block_bytes (Hcount & Hblock').
    walk. split; [assumption|]. split; [cbn [snd]; whole|assumption].
  - intros [s z] (Hs & Hlen & Hz). cbn [fst snd] in *. walk. now split.
Qed.
#[export] Hint Resolve squeeze_safe : spec.

(** * The four functions *)

(** A padded message is far below 2^63 bytes. *)
Lemma padded_is_short message rate :
  bytes message -> seq_len message < 2 ^ 62 -> is_rate rate -> (seq_len message / rate + 1) * rate < 2 ^ 63.
Proof.
  intros _ Hbound (_ & Hrate). pose proof (seq_len_nonneg message).
  pose proof (Z.div_mod (seq_len message) rate ltac:(lia)).
  pose proof (Z.mod_pos_bound (seq_len message) rate ltac:(lia)). nia.
Qed.

(** What the four functions have in common. *)
Lemma sponge_safe message rate suffix n :
  bytes message -> seq_len message < 2 ^ 62 -> is_rate rate -> typed_int 8 suffix -> 0 <= n < 2 ^ 62 ->
  yields (let! padded := pad message rate suffix in let! state := absorb padded rate in squeeze state rate n)
    (typed_array (typed_int 8) n).
Proof.
  intros Hmessage Hbound Hrate Hsuffix Hn. apply yields_bind. call pad_safe; [assumption..|].
  intros padded (Hpadded & Hlen). pose proof (padded_is_short message rate Hmessage Hbound Hrate).
  apply yields_bind. call absorb_safe; [assumption|lia|assumption|]. intros state Hstate.
  apply squeeze_safe; assumption.
Qed.

(** SHA3-256 gives 32 bytes. *)
Lemma sha3_256_safe message :
  bytes message -> seq_len message < 2 ^ 62 -> yields (sha3_256 message) (typed_array (typed_int 8) 32).
Proof. intros. apply sponge_safe; unfold is_rate, SHA3_256_RATE, HASH_SUFFIX, typed_int; auto; lia. Qed.
#[export] Hint Resolve sha3_256_safe : spec.

(** SHA3-512 gives 64 bytes. *)
Lemma sha3_512_safe message :
  bytes message -> seq_len message < 2 ^ 62 -> yields (sha3_512 message) (typed_array (typed_int 8) 64).
Proof. intros. apply sponge_safe; unfold is_rate, SHA3_512_RATE, HASH_SUFFIX, typed_int; auto; lia. Qed.
#[export] Hint Resolve sha3_512_safe : spec.

(** SHAKE128 gives as many bytes as are asked for. *)
Lemma shake128_safe message n :
  bytes message -> seq_len message < 2 ^ 62 -> 0 <= n < 2 ^ 62 ->
  yields (shake128 message n) (typed_array (typed_int 8) n).
Proof. intros. apply sponge_safe; unfold is_rate, SHAKE128_RATE, XOF_SUFFIX, typed_int; auto; lia. Qed.
#[export] Hint Resolve shake128_safe : spec.

(** SHAKE256 gives as many bytes as are asked for. *)
Lemma shake256_safe message n :
  bytes message -> seq_len message < 2 ^ 62 -> 0 <= n < 2 ^ 62 ->
  yields (shake256 message n) (typed_array (typed_int 8) n).
Proof. intros. apply sponge_safe; unfold is_rate, SHAKE256_RATE, XOF_SUFFIX, typed_int; auto; lia. Qed.
#[export] Hint Resolve shake256_safe : spec.
