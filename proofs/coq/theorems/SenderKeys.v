(** Sender keys: one sender, any number of members.

    Every member that took the distribution message, at whatever message of the chain, reads every later
    message in any order within the limits. A message that was delivered is refused ever after, a refused
    message changes nothing, the stores stay bounded, and no distribution message rewinds a chain that the
    member has.

    Assumed of the primitives: [Typed], [CbcInverts], and [SignatureVerifies] for the messages of the sender.
    Nothing is said of messages that others make: that needs a law on forgery. *)
From Coq Require Import Permutation.
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.NumberedLists theorems.wire.Encodings theorems.WireFormat theorems.SenderChain.
From Twinratchet.generated Require Import keys_types primitives groups groups_sender_key_types
  groups_sender_key
  groups_distribution.
From Twinratchet.generated Require keys wire wire_sender_key_message primitives_aes_cbc primitives_xeddsa.
From Twinratchet.theorems.safety Require Import wire_sender_key_message groups_sender_key_types
  groups_sender_key_stored groups_sender_key groups_distribution.

Section SenderKeys.
Context {P : Primitives} {T : Typed P} {C : CbcInverts P} {V : SignatureVerifies P}.

(** * Sending *)

(** What is sent, with the randomness of its signature. *)
Definition Input : Type := (list U8 * SignatureRandom).

Definition Input_typed (input : Input) : Prop :=
  bytes (fst input) /\ seq_len (fst input) < 2 ^ 62 /\ SignatureRandom_typed (snd input).

(** All messages of a sender, one after the other. *)
Fixpoint send_all (profile : wire.Profile) (id : Uuid) (record : SenderKeyRecord) (inputs : list Input)
  : M (result (SenderKeyRecord * list (list u8)) GroupError) :=
  match inputs with
  | [] => Ret (Ok (record, []))
  | (plaintext, random) :: rest =>
      let! first := group_encrypt profile record id plaintext random in
      match first with
      | Ok (record, message) =>
          let! others := send_all profile id record rest in
          match others with
          | Ok (record, messages) => Ret (Ok (record, message :: messages))
          | Err error => Ret (Err error)
          end
      | Err error => Ret (Err error)
      end
  end.

(** ** What a message is *)

Definition no_keys : SenderMessageKeys := mk_SenderMessageKeys [] [].

Definition sender_keys (start : SenderChainKey) (i : Z) : SenderMessageKeys :=
  Value.value no_keys (sender_message_keys (sender_seed start i)).

Definition sender_body (start : SenderChainKey) (i : Z) (plaintext : list U8) : list u8 :=
  aes256_cbc_encrypt (SenderMessageKeys_cipher_key (sender_keys start i))
    (SenderMessageKeys_iv (sender_keys start i))
    plaintext.

Definition unsigned_message profile (id : Uuid) chain_id start i plaintext : list u8 :=
  Value.value []
    (wire_sender_key_message.encode_sender_key_message profile id chain_id i (sender_body start i plaintext)).

(** Message [i] of the chain [chain_id] that begins with [start] and is signed with the key of [private]. *)
Definition message_of profile (id : Uuid) chain_id (private : PrivateKey) start i (input : Input) : list u8 :=
  let unsigned := unsigned_message profile id chain_id start i (fst input) in
  wire_sender_key_message.serialize_sender_key_message unsigned
    (sign primitives_xeddsa.Form_Deployed (clamp private) unsigned (snd input)).

Lemma sender_keys_ret start i :
  SenderChainKey_typed start ->
  sender_message_keys (sender_seed start i) = Ret (sender_keys start i) /\
  SenderMessageKeys_typed (sender_keys start i).
Proof.
  intros H. exact (yields_its_value no_keys _ _ (sender_message_keys_safe _ (sender_seed_typed start i H))).
Qed.

Lemma sender_body_typed start i plaintext :
  SenderChainKey_typed start -> bytes plaintext -> bytes (sender_body start i plaintext).
Proof.
  intros H Hp. destruct (sender_keys_ret start i H) as (_ & Hiv & Hkey).
  apply (aes256_cbc_encrypt_typed _ _ _ Hkey Hiv Hp).
Qed.

Lemma unsigned_message_ret profile id chain_id start i plaintext :
  Uuid_typed id -> typed_int 32 chain_id -> typed_int 32 i -> SenderChainKey_typed start -> bytes plaintext ->
  wire_sender_key_message.encode_sender_key_message profile id chain_id i (sender_body start i plaintext)
  = Ret (unsigned_message profile id chain_id start i plaintext) /\
  bytes (unsigned_message profile id chain_id start i plaintext) /\
  1 <= seq_len (unsigned_message profile id chain_id start i plaintext)
    <= seq_len (sender_body start i plaintext) + 100.
Proof.
  intros Hid Hchain Hi Hstart Hp.
  exact (yields_its_value [] _ _
    (encode_sender_key_message_safe profile id chain_id i _ Hid Hchain Hi
      (sender_body_typed start i plaintext Hstart Hp))).
Qed.

(** A message is little longer than its plaintext. *)
Lemma message_of_short profile id chain_id private start i input :
  Uuid_typed id -> typed_int 32 chain_id -> PrivateKey_typed private -> SenderChainKey_typed start ->
  Input_typed input -> typed_int 32 i ->
  seq_len (message_of profile id chain_id private start i input) < 2 ^ 63.
Proof.
  intros Hid Hchain Hprivate Hstart (Hp & Hlen & Hrandom) Hi.
  destruct (unsigned_message_ret profile id chain_id start i (fst input) Hid Hchain Hi Hstart Hp)
    as (_ & Hu & _ & Hulen).
  destruct (sender_keys_ret start i Hstart) as (_ & Hiv & Hkey).
  destruct (aes256_cbc_encrypt_typed _ _ _ Hkey Hiv Hp) as (Hbody & _).
  fold (sender_body start i (fst input)) in Hbody.
  destruct (sign_typed primitives_xeddsa.Form_Deployed _ _ _ (clamp_typed _ Hprivate) Hu Hrandom) as (Hs & _).
  pose proof (Z.mul_div_le (seq_len (fst input)) 16 ltac:(lia)).
  unfold message_of, wire_sender_key_message.serialize_sender_key_message. cbv zeta. rewrite seq_len_concat.
  lia.
Qed.

(** ** The record of the sender *)

(** A record whose first state is the chain [chain_id], at message [i], with the private key. *)
Definition Record_sends (chain_id : Z) (private : PrivateKey) (start : SenderChainKey) (i : Z)
    (record : SenderKeyRecord) : Prop :=
  exists skipped rest, SenderKeyRecord_states record =
    mk_SenderKeyState wire.SENDER_KEY_VERSION chain_id i (sender_chain_key start i)
      (mk_SigningKey (keys.mk_SenderSigningKey (public_key (clamp private))) (Some (clamp private))) skipped
        :: rest.

Lemma group_encrypt_sends profile id chain_id private start i record input :
  Uuid_typed id -> typed_int 32 chain_id -> SenderChainKey_typed start -> Input_typed input ->
  0 <= i < 2 ^ 32 - 1 -> Record_sends chain_id private start i record ->
  exists record', group_encrypt profile record id (fst input) (snd input)
    = Ret (Ok (record', message_of profile id chain_id private start i input)) /\
    Record_sends chain_id private start (i + 1) record'.
Proof.
  intros Hid Hchain Hstart (Hp & _ & _) Hi (skipped & rest & E). unfold group_encrypt.
  rewrite E, seq_len_cons.
  replace (seq_len rest + 1 =? 0) with false by (pose proof (seq_len_nonneg rest); lia).
  match goal with |- context [seq_index (?s :: rest) 0] => change (seq_index (s :: rest) 0) with (Ret s) end.
  cbn [bind private_signing_key SenderKeyState_signing SigningKey_private SenderKeyState_iteration
    SenderKeyState_chain_key SenderKeyState_chain_id SenderKeyState_skipped]. unfold next_iteration.
  replace (i =? 4294967295) with false by lia. unfold checked_add. rewrite checked_ret by lia. cbn [bind].
  rewrite sender_chain_steps by (auto; lia). cbn [bind].
  rewrite (proj1 (sender_keys_ret start i Hstart)). cbn [bind]. cbv zeta.
  fold (sender_body start i (fst input)).
  rewrite (proj1 (unsigned_message_ret profile id chain_id start i (fst input) Hid Hchain ltac:(split; lia)
    Hstart Hp)). cbn [bind].
  unfold with_state. cbv zeta. rewrite E, seq_set_ret
    by (rewrite seq_len_cons; pose proof (seq_len_nonneg rest); lia).
  cbn [bind set_nth Z.to_nat]. eexists. split; [reflexivity|]. exists skipped, rest. reflexivity.
Qed.

Lemma create_sender_key_sends chain_id_random start private :
  yields (create_sender_key chain_id_random start private) (fun record =>
    Record_sends (shr chain_id_random 1) private start 0 record).
Proof. exists [], []. reflexivity. Qed.

(** A sender sends all messages, numbered one after the other. *)
Lemma send_all_sends profile id chain_id private start inputs i record :
  Uuid_typed id -> typed_int 32 chain_id -> SenderChainKey_typed start -> Forall Input_typed inputs ->
  0 <= i -> i + seq_len inputs <= 2 ^ 32 - 1 -> Record_sends chain_id private start i record ->
  exists record' messages, send_all profile id record inputs = Ret (Ok (record', messages)) /\
    Record_sends chain_id private start (i + seq_len inputs) record' /\ length messages = length inputs /\
    forall j input, nth_error inputs j = Some input ->
      nth_error messages j = Some (message_of profile id chain_id private start (i + Z.of_nat j) input).
Proof.
  intros Hid Hchain Hstart Hinputs. revert i record.
  induction Hinputs as [|input rest Hinput Hrest IH]; intros i record Hi Hn Hr.
  - exists record, []. split; [reflexivity|]. rewrite seq_len_nil, Z.add_0_r. split; [exact Hr|].
    split; [reflexivity|]. intros [|j] input H; discriminate.
  - rewrite seq_len_cons in Hn. pose proof (seq_len_nonneg rest).
    destruct (group_encrypt_sends profile id chain_id private start i record input) as (record1 & E1 & Hr1);
      auto; [lia|].
    destruct (IH (i + 1) record1) as (record2 & messages & E2 & Hr2 & Hlen & Hnth); auto; [lia|lia|].
    exists record2, (message_of profile id chain_id private start i input :: messages).
    destruct input as (plaintext & random). cbn [send_all fst snd] in *. rewrite E1. cbn [bind]. rewrite E2.
    cbn [bind].
    split; [reflexivity|]. rewrite seq_len_cons.
    replace (i + (seq_len rest + 1)) with (i + 1 + seq_len rest) by lia.
    split; [exact Hr2|]. split; [cbn [length]; congruence|]. intros [|j] input H0.
    + injection H0 as <-. cbn [nth_error]. do 2 f_equal. lia.
    + cbn [nth_error] in *. rewrite (Hnth j input H0). do 2 f_equal. lia.
Qed.

(** * Receiving *)

(** A record that has the state of a chain, once. *)
Definition Record_receives profile chain_id key start first taken (record : SenderKeyRecord) : Prop :=
  exists before state after, SenderKeyRecord_states record = before ++ state :: after /\
    State_receives profile chain_id key start first taken state /\
      ~ In chain_id (chain_ids (before ++ after)).

(** The state of a chain that is there once is found. *)
Lemma state_position_finds before state after chain_id :
  SenderKeyState_chain_id state = chain_id -> ~ In chain_id (chain_ids (before ++ after)) ->
  state_position (before ++ state :: after) chain_id = Ret (Some (seq_len before)).
Proof.
  intros E Hother. pose proof (state_position_safe (before ++ state :: after) chain_id) as H.
  assert (nth_error (before ++ state :: after) (length before) = Some state) as Hhere.
  { rewrite nth_error_app2, Nat.sub_diag by lia. reflexivity. }
  destruct (state_position (before ++ state :: after) chain_id) as [[i|]|]; simpl yields in H;
    [| |contradiction].
  - destruct H as (Hi & s & Ns & Es). do 2 f_equal. unfold chain_ids in Hother. rewrite map_app in Hother.
    destruct (Nat.lt_trichotomy (Z.to_nat i) (length before)) as [Hlt|[Heq|Hgt]].
    + exfalso. apply Hother. rewrite nth_error_app1 in Ns by lia. apply in_or_app. left.
      apply in_map_iff. exists s. split; [exact Es|]. eapply nth_error_In; eauto.
    + unfold seq_len. lia.
    + exfalso. apply Hother. rewrite nth_error_app2 in Ns by lia. apply in_or_app. right.
      destruct (Z.to_nat i - length before)%nat as [|n] eqn:En; [lia|]. cbn [nth_error] in Ns.
      apply in_map_iff. exists s. split; [exact Es|]. eapply nth_error_In; eauto.
  - rewrite Forall_forall in H. exfalso. apply (H state); [|exact E]. apply in_or_app. right. now left.
Qed.

Lemma set_nth_app (before : list SenderKeyState) state after state' :
  set_nth (before ++ state :: after) (length before) state' = before ++ state' :: after.
Proof. induction before; simpl; congruence. Qed.

(** A message of the sender is decrypted to what was sent, if it is since the joining, new, and within the
    limits. *)
Lemma group_decrypt_gives profile id chain_id private start first taken record i input :
  Uuid_typed id -> typed_int 32 chain_id -> PrivateKey_typed private -> SenderChainKey_typed start ->
  Input_typed input ->
  Record_receives profile chain_id (public_key (clamp private)) start first taken record ->
  first <= i < 2 ^ 32 - 1 -> ~ In i taken ->
  i - next_of first taken <= max_sender_jump profile -> next_of first taken - i <= MAX_SENDER_SKIPPED ->
  exists record', group_decrypt profile record (message_of profile id chain_id private start i input)
    = Ret (Ok (record', fst input)) /\
    Record_receives profile chain_id (public_key (clamp private)) start first (i :: taken) record'.
Proof.
  intros Hid Hchain Hprivate Hstart Hinput (before & state & after & E & Hstate & Hother) Hi Hnew Hahead
    Hbehind.
  pose proof (clamp_typed _ Hprivate) as Hclamped. pose proof (state_first _ _ _ _ _ _ _ Hstate) as Hfirst.
  assert (typed_int 32 i) as Htyped by (split; lia).
  pose proof (message_of_short profile id chain_id private start i input Hid Hchain Hprivate Hstart Hinput
    Htyped) as Hlen.
  assert (seq_len (message_of profile id chain_id private start i input) < 2 ^ 64) as Hfits by lia.
  clear Hlen.
  destruct Hinput as (Hp & _ & Hrandom).
  destruct (unsigned_message_ret profile id chain_id start i (fst input) Hid Hchain Htyped Hstart Hp)
    as (Eu & Hu & _).
  pose proof (sign_typed primitives_xeddsa.Form_Deployed _ _ _ Hclamped Hu Hrandom) as Hsignature.
  unfold group_decrypt, message_of in *. cbv zeta in *.
  rewrite (sender_key_message_is_read_back profile id chain_id i (sender_body start i (fst input)) _ _ Hid
    Hchain
    Htyped Hsignature Eu Hfits).
  cbn [bind lift_wire wire_sender_key_message.SenderKeyMessage_chain_id
    wire_sender_key_message.SenderKeyMessage_iteration wire_sender_key_message.SenderKeyMessage_body].
  unfold state_of_message. rewrite E,
    (state_position_finds before state after chain_id (state_chain_id _ _ _ _ _ _ _ Hstate) Hother).
  cbn [bind].
  assert (seq_index (before ++ state :: after) (seq_len before) = Ret state) as ->.
  { unfold seq_index, seq_len. replace (Z.of_nat (length before) <? 0) with false by lia.
    rewrite Nat2Z.id, nth_error_app2, Nat.sub_diag by lia. reflexivity. }
  cbn [bind]. unfold check_origin. cbv zeta.
  cbn [wire_sender_key_message.SenderKeyMessage_version wire_sender_key_message.SenderKeyMessage_unsigned
    wire_sender_key_message.SenderKeyMessage_signature].
  rewrite (state_version _ _ _ _ _ _ _ Hstate), Z.eqb_refl, (state_key _ _ _ _ _ _ _ Hstate). cbn [negb].
  rewrite (signature_verifies _ _ _ _ Hprivate Hu Hrandom).
  pose proof (receive_seed_gives profile _ _ start first taken state i Hstart Hstate Hi Hnew Hahead Hbehind)
    as Hseed.
  destruct (receive_seed profile state i) as [r|]; [|contradiction]. simpl yields in Hseed.
  destruct Hseed as (step & -> & Eseed & Hstate'). cbn [bind]. rewrite Eseed.
  destruct (sender_keys_ret start i Hstart) as (-> & Hiv & Hkey). cbn [bind]. unfold sender_body.
  rewrite (cbc_inverts _ _ _ Hkey Hiv Hp). cbn [lift_padding]. unfold with_state. cbv zeta.
  rewrite E, seq_set_ret by (rewrite seq_len_app, seq_len_cons; pose proof (seq_len_nonneg before);
    pose proof (seq_len_nonneg after); lia).
  cbn [bind]. unfold seq_len. rewrite Nat2Z.id, set_nth_app. eexists. split; [reflexivity|].
  exists before, (SenderStep_state step), after. split; [reflexivity|]. split; assumption.
Qed.

(** Messages that are delivered one after the other. *)
Fixpoint deliver (profile : wire.Profile) (record : SenderKeyRecord) (messages : list (list u8))
  : M (result (SenderKeyRecord * list (list U8)) GroupError) :=
  match messages with
  | [] => Ret (Ok (record, []))
  | message :: rest =>
      let! first := group_decrypt profile record message in
      match first with
      | Ok (record, plaintext) =>
          let! others := deliver profile record rest in
          match others with
          | Ok (record, plaintexts) => Ret (Ok (record, plaintext :: plaintexts))
          | Err error => Ret (Err error)
          end
      | Err error => Ret (Err error)
      end
  end.

(** An order of messages that the limits allow, to a member whose next message is [next]: none is further
    ahead than the longest jump, and none is more than 2000 behind. *)
Fixpoint within_limits (profile : wire.Profile) (next : Z) (order : list nat) : Prop :=
  match order with
  | [] => True
  | j :: rest =>
      Z.of_nat j - next <= max_sender_jump profile /\ next - Z.of_nat j <= MAX_SENDER_SKIPPED /\
      within_limits profile (Z.max (Z.of_nat j + 1) next) rest
  end.

Lemma deliver_gives profile id chain_id private start inputs messages order first taken record :
  Uuid_typed id -> typed_int 32 chain_id -> PrivateKey_typed private -> SenderChainKey_typed start ->
  Forall Input_typed inputs -> seq_len inputs <= 2 ^ 32 - 1 ->
  (forall j input, nth_error inputs j = Some input ->
    nth_error messages j = Some (message_of profile id chain_id private start (Z.of_nat j) input)) ->
  Record_receives profile chain_id (public_key (clamp private)) start first taken record ->
  NoDup order ->
  (forall j, In j order -> (j < length inputs)%nat /\ first <= Z.of_nat j /\ ~ In (Z.of_nat j) taken) ->
  within_limits profile (next_of first taken) order ->
  exists record', deliver profile record (map (fun j => nth j messages []) order)
    = Ret (Ok (record', map (fun j => fst (nth j inputs ([], []))) order)) /\
    Record_receives profile chain_id (public_key (clamp private)) start first
      (rev (map Z.of_nat order) ++ taken) record'.
Proof.
  intros Hid Hchain Hprivate Hstart Hinputs Hn Hmessages. revert taken record.
  induction order as [|j rest IH]; intros taken record Hrecord Hnd Hrange Hlimits.
  - exists record. split; [reflexivity|exact Hrecord].
  - inversion Hnd as [|? ? Hni Hnd']; subst. destruct Hlimits as (L1 & L2 & L3).
    destruct (Hrange j (or_introl eq_refl)) as (R1 & R2 & R3).
    destruct (nth_error inputs j) as [input|] eqn:Einput; [|apply nth_error_None in Einput; lia].
    pose proof (Hmessages j input Einput) as Emessage.
    pose proof (Forall_nth_error _ _ _ _ Hinputs Einput) as Hinput.
    destruct (group_decrypt_gives profile id chain_id private start first taken record (Z.of_nat j) input)
      as (record1 & E1 & Hrecord1); auto; [unfold seq_len in Hn; lia|].
    destruct (IH (Z.of_nat j :: taken) record1) as (record2 & E2 & Hrecord2); auto.
    { intros k Hk. destruct (Hrange k (or_intror Hk)) as (K1 & K2 & K3). split; [exact K1|].
        split; [exact K2|].
      intros [E|Hin]; [|contradiction]. apply Hni. replace j with k by lia. exact Hk. }
    exists record2. cbn [map deliver]. rewrite (nth_error_nth _ _ _ Emessage), E1. cbn [bind]. rewrite E2.
    cbn [bind].
    rewrite (nth_error_nth _ _ _ Einput). split; [reflexivity|]. cbn [rev]. rewrite <- app_assoc.
    exact Hrecord2.
Qed.

(** * Joining *)

(** How a member takes the sender key: the sender makes a distribution message, the member parses and
    processes it. *)
Definition join (profile : wire.Profile) (id : Uuid) (sender : SenderKeyRecord) (fresh : SenderKeyRandom)
    (record : SenderKeyRecord) : M (result SenderKeyRecord wire.WireError) :=
  let! (_, message) := create_distribution profile sender id fresh in
  let! parsed := wire_sender_key_message.parse_distribution_message profile message in
  match parsed with
  | Ok distribution =>
      let! record := process_distribution record distribution in
      Ret (Ok record)
  | Err error => Ret (Err error)
  end.

(** A member whose record has no state of the chain has it after joining, at the message that comes next. *)
Lemma join_gives profile id chain_id private start i sender fresh record :
  Uuid_typed id -> typed_int 32 chain_id -> PrivateKey_typed private -> SenderChainKey_typed start ->
  0 <= i < 2 ^ 32 -> Record_sends chain_id private start i sender ->
  sender_record_is_good record -> ~ In chain_id (chain_ids (SenderKeyRecord_states record)) ->
  exists record', join profile id sender fresh record = Ret (Ok record') /\
    Record_receives profile chain_id (public_key (clamp private)) start i [] record'.
Proof.
  intros Hid Hchain Hprivate Hstart Hi (skipped & rest & E) (Ht & Hn & Hw & Hd) Hnew.
  pose proof (public_key_typed _ (clamp_typed _ Hprivate)) as Hkey.
  pose proof (sender_chain_key_typed start i Hstart) as Hck.
  unfold join, create_distribution, ready_to_send. rewrite E, seq_len_cons.
  replace (seq_len rest + 1 =? 0) with false by (pose proof (seq_len_nonneg rest); lia). cbn [bind].
  rewrite E.
  match goal with |- context [seq_index (?s :: rest) 0] => change (seq_index (s :: rest) 0) with (Ret s) end.
  cbn [bind SenderKeyState_signing SigningKey_public SenderKeyState_iteration SenderKeyState_chain_key
    SenderKeyState_chain_id].
  set (signing := keys.mk_SenderSigningKey (public_key (clamp private))).
  assert (keys.SenderSigningKey_typed signing) as Hsigning by exact Hkey.
  pose proof (encode_distribution_message_is profile id chain_id i (sender_chain_key start i) signing Hchain
    ltac:(split; lia) Hsigning) as Eencode.
  pose proof (encode_distribution_message_safe profile id chain_id i _ signing Hid Hchain ltac:(split; lia)
    Hck
    Hsigning) as Hshort.
  rewrite Eencode in *. cbn [yields] in Hshort. cbn [bind].
  rewrite (distribution_message_is_read_back profile id chain_id i (sender_chain_key start i) signing _ Hid
    Hchain
    ltac:(split; lia) Hck Hsigning Eencode).
  2: lia.
  cbn [bind]. unfold process_distribution.
  cbn [wire_sender_key_message.SenderKeyDistributionMessage_chain_id].
  pose proof (state_position_safe (SenderKeyRecord_states record) chain_id) as Hposition.
  destruct (state_position (SenderKeyRecord_states record) chain_id) as [[k|]|]; simpl yields in Hposition;
    [exfalso| |contradiction].
  { destruct Hposition as (_ & s & Ns & Es). apply Hnew, in_map_iff. exists s. split; [exact Es|].
    eapply nth_error_In; eauto. }
  cbn [bind].
  set (message := wire_sender_key_message.mk_SenderKeyDistributionMessage _ _ _ _ _ _).
  pose proof (with_first_safe (distributed_state message) (SenderKeyRecord_states record)) as Hfirst.
  assert (wire_sender_key_message.SenderKeyDistributionMessage_typed message) as Hmessage.
  { split; [split; reflexivity || discriminate|].
      split; [unfold written_distribution_id; destruct profile; exact Hid || exact I|].
    split; [exact Hchain|]. split; [exact (conj (proj1 Hi) (proj2 Hi))|]. split; [exact Hck|exact Hkey]. }
  destruct (distributed_state_is_good message Hmessage) as (Hs & Hsw).
  specialize (Hfirst Hs Hsw Ht Hw Hd Hnew).
  destruct (with_first (distributed_state message) (SenderKeyRecord_states record)) as [record'|];
    [|contradiction].
  simpl yields in Hfirst. destruct Hfirst as (_ & n & Estates). cbn [bind]. exists record'.
  split; [reflexivity|].
  exists [], (distributed_state message), (firstn n (SenderKeyRecord_states record)).
  split; [exact Estates|]. split.
  - constructor; try reflexivity; try (simpl; lia); try (intros j []); try constructor.
    + apply sender_store_well_formed_nothing.
    + intros x [].
    + simpl. intros j Hj. lia.
    + destruct profile; discriminate.
  - intros Hin. apply Hnew. cbn [app] in Hin. unfold chain_ids in *. rewrite <- firstn_map in Hin.
    rewrite <- (firstn_skipn n). apply in_or_app. now left.
Qed.

(** * Members *)

(** A member: how many messages were sent before it joined, its record then, and the order in which it gets
    messages. *)
Record Member : Type := mk_Member {
  member_joined : nat;
  member_record : SenderKeyRecord;
  member_order : list nat
}.

(** A member that can read: it has no state of the chain, and gets later messages alone, each once, within the
    limits. *)
Definition can_read (profile : wire.Profile) (chain_id : Z) (count : nat) (m : Member) : Prop :=
  sender_record_is_good (member_record m) /\
  ~ In chain_id (chain_ids (SenderKeyRecord_states (member_record m))) /\
  (member_joined m <= count)%nat /\ NoDup (member_order m) /\
  (forall j, In j (member_order m) -> (member_joined m <= j < count)%nat) /\
  within_limits profile (Z.of_nat (member_joined m)) (member_order m).

Lemma send_all_firstn profile id record inputs n record' messages :
  send_all profile id record inputs = Ret (Ok (record', messages)) ->
  exists record'', send_all profile id record (firstn n inputs) = Ret (Ok (record'', firstn n messages)).
Proof.
  revert record inputs messages. induction n as [|n IH]; intros record inputs messages E;
    [exists record; reflexivity|].
  destruct inputs as [|(plaintext & random) rest].
  - injection E as <- <-. exists record. reflexivity.
  - cbn [send_all firstn] in *. destruct (group_encrypt _ _ _ _ _) as [[(record1 & message)|]|];
      cbn [bind] in *;
      try discriminate.
    destruct (send_all profile id record1 rest) as [[(record2 & others)|]|] eqn:E2; cbn [bind] in *;
      try discriminate.
    injection E as <- <-. destruct (IH _ _ _ E2) as (record3 & ->). cbn [bind firstn]. eauto.
Qed.

(** A sender with a new sender key can send as many messages as its counter allows, and every member
    that joined at any of them decrypts every later message, in any order without duplicates within the
    limits, to what was sent. *)
Theorem every_member_reads_every_later_message profile id fresh inputs members :
  Uuid_typed id -> SenderKeyRandom_typed fresh -> Forall Input_typed inputs -> seq_len inputs <= 2 ^ 32 - 1 ->
  exists sender sender' messages,
    ready_to_send empty_sender_key_record fresh = Ret sender /\
    send_all profile id sender inputs = Ret (Ok (sender', messages)) /\
    (Forall (can_read profile (shr (SenderKeyRandom_chain_id fresh) 1) (length inputs)) members ->
     Forall (fun m => exists sender_then joined read,
       send_all profile id sender (firstn (member_joined m) inputs)
       = Ret (Ok (sender_then, firstn (member_joined m) messages)) /\
       join profile id sender_then fresh (member_record m) = Ret (Ok joined) /\
       deliver profile joined (map (fun j => nth j messages []) (member_order m))
       = Ret (Ok (read, map (fun j => fst (nth j inputs ([], []))) (member_order m)))) members).
Proof.
  intros Hid (Hchain & Hstart & Hprivate) Hinputs Hn.
  pose proof (typed_int_shr 32 _ 1 ltac:(lia) Hchain) as Hchain'.
  pose proof (create_sender_key_sends (SenderKeyRandom_chain_id fresh) (SenderKeyRandom_chain_key fresh)
    (SenderKeyRandom_signing_private fresh)) as Hcreate.
  change (ready_to_send empty_sender_key_record fresh)
    with (create_sender_key (SenderKeyRandom_chain_id fresh)
    (SenderKeyRandom_chain_key fresh) (SenderKeyRandom_signing_private fresh)).
  destruct (create_sender_key _ _ _) as [sender|]; [|contradiction]. simpl yields in Hcreate.
  set (chain_id := shr (SenderKeyRandom_chain_id fresh) 1) in *.
  set (start := SenderKeyRandom_chain_key fresh) in *.
  set (private := SenderKeyRandom_signing_private fresh) in *.
  destruct (send_all_sends profile id chain_id private start inputs 0 sender)
    as (sender' & messages & E & _ & _ & Hnth);
    auto; [lia|].
  exists sender, sender', messages. split; [reflexivity|]. split; [exact E|]. intros Hmembers.
  eapply Forall_impl; [|exact Hmembers]. intros m (Hgood & Hnew & Hjoined & Hnd & Hrange & Hlimits).
  destruct (send_all_firstn _ _ _ _ (member_joined m) _ _ E) as (sender_then & E1).
  destruct (send_all_sends profile id chain_id private start (firstn (member_joined m) inputs) 0 sender)
    as (sender_then' & messages' & E1' & Hsends & _); auto.
  { now apply Forall_firstn'. }
  { lia. }
  { unfold seq_len in *. rewrite firstn_length. lia. }
  rewrite E1 in E1'. injection E1' as <- <-.
  replace (0 + seq_len (firstn (member_joined m) inputs)) with (Z.of_nat (member_joined m)) in Hsends
    by (unfold seq_len; rewrite firstn_length; lia).
  destruct (join_gives profile id chain_id private start (Z.of_nat (member_joined m)) sender_then fresh
    (member_record m))
    as (joined & E2 & Hreceives); auto.
  { unfold seq_len in Hn. lia. }
  destruct (deliver_gives profile id chain_id private start inputs messages (member_order m)
    (Z.of_nat (member_joined m))
    [] joined) as (read & E3 & _); auto.
  { intros j Hj. specialize (Hrange j Hj). split; [lia|]. split; [lia|]. intros []. }
  exists sender_then, joined, read. auto.
Qed.

(** * Distribution messages and chains that are there *)

(** A distribution message for a chain that the record has, with the same signing key, changes no
    state: the state of the chain comes first, as it is, whatever iteration and chain key the message has. *)
Theorem a_distribution_never_rewinds_a_chain record message before state after :
  SenderKeyRecord_well_formed record ->
  SenderKeyRecord_states record = before ++ state :: after ->
  SenderKeyState_chain_id state = wire_sender_key_message.SenderKeyDistributionMessage_chain_id message ->
  keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing state))
  = keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key message) ->
  process_distribution record message = Ret (mk_SenderKeyRecord (state :: before ++ after)).
Proof.
  intros (Hn & _ & Hd) E Hchain Hkey. unfold process_distribution. rewrite E in *.
  assert (~ In (SenderKeyState_chain_id state) (chain_ids (before ++ after))) as Hother.
  { unfold chain_ids in *. rewrite map_app in *. exact (NoDup_remove_2 _ _ _ Hd). }
  rewrite <- Hchain, (state_position_finds before state after _ eq_refl Hother). cbn [bind].
  assert (nth_error (before ++ state :: after) (Z.to_nat (seq_len before)) = Some state) as Hhere.
  { unfold seq_len. rewrite Nat2Z.id, nth_error_app2, Nat.sub_diag by lia. reflexivity. }
  pose proof (seq_len_nonneg before). pose proof (seq_len_nonneg after).
  rewrite seq_len_app, seq_len_cons in Hn. unfold MAX_SENDER_STATES in Hn.
  assert (seq_index (before ++ state :: after) (seq_len before) = Ret state) as ->.
  { unfold seq_index. replace (seq_len before <? 0) with false by lia. now rewrite Hhere. }
  cbn [bind]. unfold without_state, checked_add, checked_sub.
  rewrite seq_len_app, seq_len_cons. rewrite !checked_ret by lia. cbn [bind].
  replace (seq_len before + (seq_len after + 1) - seq_len before - 1) with (seq_len after) by lia.
  rewrite checked_ret by lia. cbn [bind].
  rewrite !seq_slice_ret by (rewrite ?seq_len_app, ?seq_len_cons; lia). cbn [bind].
  replace (firstn (Z.to_nat (seq_len after))
    (skipn (Z.to_nat (seq_len before + 1)) (before ++ state :: after)))
    with after.
  2: { replace (Z.to_nat (seq_len before + 1)) with (length (before ++ [state]))
         by (rewrite app_length; unfold seq_len; simpl; lia).
       replace (before ++ state :: after) with ((before ++ [state]) ++ after) by now rewrite <- app_assoc.
       rewrite skipn_app, skipn_all, Nat.sub_diag. simpl. unfold seq_len. rewrite Nat2Z.id. symmetry.
       apply firstn_all. }
  replace (firstn (Z.to_nat (seq_len before)) (skipn (Z.to_nat 0) (before ++ state :: after))) with before.
  2: { simpl skipn. unfold seq_len. rewrite Nat2Z.id, firstn_app, Nat.sub_diag, firstn_all, firstn_O.
    symmetry.
       apply app_nil_r. }
  unfold keys.same_public_key. rewrite Hkey. rewrite (proj2 (seq_eqb_eq _ _) eq_refl).
  unfold with_first, MAX_SENDER_STATES. cbv zeta. rewrite seq_set_ret by (split; reflexivity). cbn [bind].
  unfold seq_concat at 1. rewrite seq_len_app.
  replace (5 <=? seq_len before + seq_len after) with false by lia.
  reflexivity.
Qed.

(** Every state after a distribution message was there before, as it is, or is the one of the message;
    and that only if the record had no state of this chain with this signing key. *)
Theorem a_distribution_changes_no_other_state record message :
  sender_record_is_good record -> wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
  yields (process_distribution record message) (fun record' =>
    forall state, In state (SenderKeyRecord_states record') ->
      In state (SenderKeyRecord_states record) \/
      (state = distributed_state message /\
       forall known, In known (SenderKeyRecord_states record) ->
         SenderKeyState_chain_id known = wire_sender_key_message.SenderKeyDistributionMessage_chain_id
           message ->
         keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing known))
         <> keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key
           message))).
Proof.
  intros (Ht & Hn & Hw & Hd) Hm. unfold process_distribution, MAX_SENDER_STATES in *.
  destruct (distributed_state_is_good message Hm) as (Hdt & Hdw).
  assert (forall n state (rest : list SenderKeyState), In state (firstn n rest) -> In state rest) as Hfirstn.
  { intros n state rest Hin. rewrite <- (firstn_skipn n rest). apply in_or_app. now left. }
  call_by (state_position_safe (SenderKeyRecord_states record)
    (wire_sender_key_message.SenderKeyDistributionMessage_chain_id message)) found Hfound.
  destruct found as [i|].
  2: { rewrite Forall_forall in Hfound. eapply yields_mono; [apply with_first_safe; try assumption|].
    - intros Hin. apply in_map_iff in Hin as (s & Es & Hin). exact (Hfound s Hin Es).
    - intros record' (_ & n & E) state. rewrite E. intros [<-|Hin]; [right|left; eauto].
      split; [reflexivity|]. intros known Hknown Eknown. destruct (Hfound known Hknown Eknown). }
  destruct Hfound as (Hi & s & Hnth' & Es).
  apply yields_bind, (yields_index _ _ _ _ Ht Hi). intros known Hnth Hknown.
  rewrite Hnth in Hnth'. injection Hnth' as ->.
  pose proof (Forall_nth_error _ _ _ _ Hw Hnth) as Hkw.
  call_by (without_state_safe _ _ Ht Hw ltac:(lia) Hi) rest Hrest. destruct Hrest as (H1 & H2 & ->).
  pose proof (removal_permutes _ _ _ Hnth) as Hperm.
  pose proof (Permutation_NoDup (Permutation_map SenderKeyState_chain_id Hperm) Hd) as Hd'. cbn [map] in Hd'.
  inversion Hd' as [|? ? Hother Hd'']; subst.
  destruct (keys.same_public_key _ _) eqn:Esame;
    (eapply yields_mono; [apply with_first_safe; try assumption|]).
  - intros record' (_ & n & E) state. rewrite E. intros [<-|Hin]; left.
    + eapply nth_error_In; eauto.
    + apply (Permutation_in state (Permutation_sym Hperm)). right. eauto.
  - cbn [distributed_state SenderKeyState_chain_id]. rewrite <- Es. exact Hother.
  - intros record' (_ & n & E) state. rewrite E. intros [<-|Hin].
    + right. split; [reflexivity|]. intros other Hin Eother Ekey.
      apply (Permutation_in other Hperm) in Hin. destruct Hin as [<-|Hin].
      * unfold keys.same_public_key in Esame. rewrite Ekey in Esame.
        rewrite (proj2 (seq_eqb_eq _ _) eq_refl) in Esame. discriminate.
      * apply Hother. rewrite Es, <- Eother. now apply in_map.
    + left. apply (Permutation_in state (Permutation_sym Hperm)). right. eauto.
Qed.

(** * Any messages *)

(** Message [i] of a chain was used, as far as a record has the chain. *)
Definition used_in (chain_id i : Z) (record : SenderKeyRecord) : Prop :=
  forall state, In state (SenderKeyRecord_states record) -> SenderKeyState_chain_id state = chain_id ->
    used i state.

(** No state has more skipped keys than the profile keeps. *)
Definition stores_bounded (profile : wire.Profile) (record : SenderKeyRecord) : Prop :=
  Forall (fun state => seq_len (SenderKeyState_skipped state) <= sender_store_bound profile)
    (SenderKeyRecord_states record).

(** What decrypting keeps. *)
Definition decryption_keeps profile record b (r : result (SenderKeyRecord * list U8) GroupError) : Prop :=
  match r with
  | Ok (record', _) =>
      sender_record_is_good record' /\
      (forall chain_id i, used_in chain_id i record -> used_in chain_id i record') /\
      (forall message, wire_sender_key_message.parse_sender_key_message profile b = Ret (Ok message) ->
        used_in (wire_sender_key_message.SenderKeyMessage_chain_id message)
          (wire_sender_key_message.SenderKeyMessage_iteration message) record') /\
      (stores_bounded profile record -> stores_bounded profile record')
  | Err _ => True
  end.

Lemma in_set_nth {A} (l : list A) i x y : In y (set_nth l i x) -> y = x \/ In y l.
Proof.
  revert i. induction l as [|z l IH]; intros [|i]; simpl; auto; intros [->|H]; auto.
  destruct (IH i H); auto.
Qed.

(** A state of a chain, where there is one of each. *)
Lemma in_set_nth_of_chain states i state state' other :
  NoDup (chain_ids states) -> nth_error states i = Some state ->
  SenderKeyState_chain_id state' = SenderKeyState_chain_id state ->
  In other (set_nth states i state') -> SenderKeyState_chain_id other = SenderKeyState_chain_id state ->
  other = state'.
Proof.
  intros Hd Hi E Hin Eother. pose proof (nth_error_In _ _ Hi) as Hin'.
  rewrite <- (chain_ids_of_set_nth states i state state' Hi E) in Hd.
  assert (nth_error (set_nth states i state') i = Some state') as Hi'.
  { rewrite nth_error_set_nth, Nat.eqb_refl; [reflexivity|]. apply nth_error_Some. congruence. }
  apply In_nth_error in Hin as (j & Hj). unfold chain_ids in Hd. rewrite NoDup_nth_error in Hd.
  assert (i = j) as <-; [|congruence]. apply Hd.
  - rewrite map_length. apply nth_error_Some. congruence.
  - rewrite (map_nth_error SenderKeyState_chain_id _ _ Hi'), (map_nth_error SenderKeyState_chain_id _ _ Hj).
    congruence.
Qed.

(** What was used of a chain stays used after a distribution message that is for another chain, or for
    this one while the record has it with the same signing key. (A chain that the record no longer has,
    because five newer ones came, is taken anew from its distribution message, at the iteration of the
    message.) *)
Theorem a_distribution_restores_no_used_key record message chain_id i :
  sender_record_is_good record -> wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
  wire_sender_key_message.SenderKeyDistributionMessage_chain_id message <> chain_id \/
  (exists known, In known (SenderKeyRecord_states record) /\
     SenderKeyState_chain_id known = wire_sender_key_message.SenderKeyDistributionMessage_chain_id message /\
     keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing known))
     = keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key message))
       ->
  used_in chain_id i record ->
  yields (process_distribution record message) (used_in chain_id i).
Proof.
  intros Hr Hm Hcase Hused. eapply yields_mono;
    [apply (a_distribution_changes_no_other_state record message Hr Hm)|].
  intros record' H state Hin Echain.
  destruct (H state Hin) as [Hin'|(-> & Hunknown)]; [exact (Hused state Hin' Echain)|].
  exfalso. destruct Hcase as [Hother|(known & Hknown & Eknown & Ekey)].
  - exact (Hother Echain).
  - exact (Hunknown known Hknown Eknown Ekey).
Qed.

(** No distribution message makes a store larger than its bound. *)
Theorem a_distribution_keeps_stores_bounded profile record message :
  sender_record_is_good record -> wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
  stores_bounded profile record ->
  yields (process_distribution record message) (stores_bounded profile).
Proof.
  intros Hr Hm Hb. eapply yields_mono; [apply (a_distribution_changes_no_other_state record message Hr Hm)|].
  intros record' H. apply Forall_forall. intros state Hin. unfold stores_bounded in Hb.
  rewrite Forall_forall in Hb.
  destruct (H state Hin) as [Hin'|(-> & _)]; [auto|]. destruct profile; discriminate.
Qed.

Lemma group_decrypt_keeps profile record b :
  sender_record_is_good record -> bytes b -> seq_len b < 2 ^ 62 ->
  yields (group_decrypt profile record b) (decryption_keeps profile record b).
Proof.
  intros (Hr & Hw) Hb Hlen.
  pose proof (group_decrypt_safe profile record b Hr Hw Hb Hlen) as Hsafe.
  revert Hsafe. unfold decryption_keeps, group_decrypt.
  pose proof (parse_sender_key_message_safe profile b Hb Hlen) as Hparsed.
  destruct (wire_sender_key_message.parse_sender_key_message profile b) as [[message|error]|];
    [| |contradiction];
    cbn [bind lift_wire]; [|intros; exact I].
  simpl yields in Hparsed. destruct Hparsed as ((_ & _ & _ & Hiteration & _) & _).
  unfold state_of_message. pose proof (state_position_safe (SenderKeyRecord_states record)
    (wire_sender_key_message.SenderKeyMessage_chain_id message)) as Hposition.
  destruct (state_position _ _) as [[i|]|]; [| |contradiction]; cbn [bind]; [|intros; exact I].
  simpl yields in Hposition. destruct Hposition as (Hi & state & Nstate & Estate).
  destruct (seq_index_ret _ i Hi) as (state' & -> & Nstate'). rewrite Nstate in Nstate'.
  injection Nstate' as <-.
  cbn [bind]. pose proof (check_origin_gives_the_state state message) as Horigin.
  destruct (check_origin state message) as [s|error]; [|intros; exact I]. cbn [typed_result] in Horigin.
  subst s.
  pose proof (Forall_nth_error _ _ _ _ Hr Nstate) as Hst.
  pose proof (Forall_nth_error _ _ _ _ (proj1 (proj2 Hw)) Nstate) as Hsw.
  pose proof (yields_and _ _ _ (receive_seed_safe profile state _ Hst Hsw Hiteration)
    (receive_seed_keeps profile state _ Hst Hsw Hiteration)) as Hseed.
  destruct (receive_seed _ _ _) as [[step|error]|]; [| |contradiction]; cbn [bind]; [|intros; exact I].
  simpl yields in Hseed. destruct Hseed as ((_ & _ & Eid) & Hused & Hkept & Hbound).
  destruct (sender_message_keys _) as [keys|]; [|intros []]. cbn [bind]. cbv zeta.
  destruct (lift_padding _) as [plaintext|error]; [|intros; exact I].
  unfold with_state. cbv zeta. rewrite seq_set_ret by exact Hi. cbn [bind]. intros (Hgood & _).
  split; [exact Hgood|]. split; [|split].
  - intros chain_id j Hj other Hin Eother. cbn [SenderKeyRecord_states] in Hin.
    apply in_set_nth in Hin as [->|Hin]; [|exact (Hj other Hin Eother)].
    apply Hkept, (Hj state); [eapply nth_error_In; eauto|congruence].
  - intros message' Eparsed. injection Eparsed as <-. intros other Hin Eother.
    cbn [SenderKeyRecord_states] in Hin.
    rewrite (in_set_nth_of_chain _ _ _ _ other (proj2 (proj2 Hw)) Nstate Eid Hin) by congruence. exact Hused.
  - intros Hb'. unfold stores_bounded in *. cbn [SenderKeyRecord_states]. apply Forall_set_nth; [exact Hb'|].
    apply Hbound. exact (Forall_nth_error _ _ _ _ Hb' Nstate).
Qed.

(** A message that was used is refused. *)
Lemma used_messages_are_refused profile record b message :
  sender_record_is_good record ->
  wire_sender_key_message.parse_sender_key_message profile b = Ret (Ok message) ->
  used_in (wire_sender_key_message.SenderKeyMessage_chain_id message)
    (wire_sender_key_message.SenderKeyMessage_iteration message) record ->
  exists error, group_decrypt profile record b = Ret (Err error).
Proof.
  intros (Hr & Hw) Eparsed Hused. unfold group_decrypt. rewrite Eparsed. cbn [bind lift_wire].
  unfold state_of_message. pose proof (state_position_safe (SenderKeyRecord_states record)
    (wire_sender_key_message.SenderKeyMessage_chain_id message)) as Hposition.
  destruct (state_position _ _) as [[i|]|]; [| |contradiction]; cbn [bind]; [|eauto].
  simpl yields in Hposition. destruct Hposition as (Hi & state & Nstate & Estate).
  destruct (seq_index_ret _ i Hi) as (state' & -> & Nstate'). rewrite Nstate in Nstate'.
  injection Nstate' as <-.
  cbn [bind]. pose proof (check_origin_gives_the_state state message) as Horigin.
  destruct (check_origin state message) as [s|error]; [|eauto]. cbn [typed_result] in Horigin. subst s.
  rewrite used_is_refused; [cbn [bind]; eauto| |].
  - exact (Forall_nth_error _ _ _ _ (proj1 (proj2 Hw)) Nstate).
  - apply Hused; [eapply nth_error_In; eauto|exact Estate].
Qed.

(** Any bytes one after the other; what is refused leaves the record as it is. *)
Fixpoint receive_all (profile : wire.Profile) (record : SenderKeyRecord) (messages : list (list u8))
  : M (SenderKeyRecord * list (list U8)) :=
  match messages with
  | [] => Ret (record, [])
  | message :: rest =>
      let! result' := group_decrypt profile record message in
      match result' with
      | Ok (record, plaintext) =>
          let! (record, plaintexts) := receive_all profile record rest in
          Ret (record, plaintext :: plaintexts)
      | Err _ => receive_all profile record rest
      end
  end.

(** Bytes that can be received. *)
Definition receivable (b : list u8) : Prop := bytes b /\ seq_len b < 2 ^ 62.

Lemma receive_all_keeps profile messages record :
  sender_record_is_good record -> Forall receivable messages ->
  yields (receive_all profile record messages) (fun '(record', _) =>
    sender_record_is_good record' /\
    (forall chain_id i, used_in chain_id i record -> used_in chain_id i record') /\
    (stores_bounded profile record -> stores_bounded profile record')).
Proof.
  intros Hr Hm. revert record Hr. induction Hm as [|message rest (Hb & Hlen) Hrest IH]; intros record Hr.
  - split; [exact Hr|]. auto.
  - cbn [receive_all]. apply yields_bind.
    eapply yields_mono; [apply (group_decrypt_keeps profile record message Hr Hb Hlen)|].
    intros [(record1 & plaintext)|error] H; [|exact (IH record Hr)]. destruct H as (H1 & H2 & _ & H3).
    apply yields_bind. eapply yields_mono; [apply (IH record1 H1)|].
    intros (record2 & plaintexts) (K1 & K2 & K3).
    split; [exact K1|]. split; auto.
Qed.

(** A message that was delivered is refused ever after, whatever bytes are received in between. *)
Theorem a_delivered_message_is_refused_ever_after profile record b record' plaintext between :
  sender_record_is_good record -> receivable b -> Forall receivable between ->
  group_decrypt profile record b = Ret (Ok (record', plaintext)) ->
  exists record'' plaintexts error,
    receive_all profile record' between = Ret (record'', plaintexts) /\
    group_decrypt profile record'' b = Ret (Err error).
Proof.
  intros Hr (Hb & Hlen) Hbetween E. pose proof (group_decrypt_keeps profile record b Hr Hb Hlen) as H.
  rewrite E in H. simpl yields in H. destruct H as (H1 & _ & H2 & _).
  assert (exists message, wire_sender_key_message.parse_sender_key_message profile b = Ret (Ok message))
    as (message & Em).
  { unfold group_decrypt in E. destruct (wire_sender_key_message.parse_sender_key_message profile b)
      as [[message|]|];
      cbn [bind lift_wire] in E; try discriminate. eauto. }
  specialize (H2 message Em). pose proof (receive_all_keeps profile between record' H1 Hbetween) as H3.
  destruct (receive_all profile record' between) as [(record'' & plaintexts)|]; [|contradiction].
  destruct H3 as (H3 & H4 & _). destruct
    (used_messages_are_refused profile record'' b message H3 Em (H4 _ _ H2)) as (error & He).
  exists record'', plaintexts, error. split; [reflexivity|exact He].
Qed.

(** What may come to a record in between, and what it makes of it: any bytes, and any distribution messages
    but those that bring the chain [chain_id] to a record that does not have it with their signing key. *)
Inductive continues (profile : wire.Profile) (chain_id : Z) : SenderKeyRecord -> SenderKeyRecord -> Prop :=
| continues_with_nothing record : continues profile chain_id record record
| continues_with_message record b record' plaintext last :
    receivable b -> group_decrypt profile record b = Ret (Ok (record', plaintext)) ->
    continues profile chain_id record' last -> continues profile chain_id record last
| continues_with_refusal record b error last :
    group_decrypt profile record b = Ret (Err error) ->
    continues profile chain_id record last -> continues profile chain_id record last
| continues_with_distribution record message record' last :
    wire_sender_key_message.SenderKeyDistributionMessage_typed message ->
    wire_sender_key_message.SenderKeyDistributionMessage_chain_id message <> chain_id \/
    (exists known, In known (SenderKeyRecord_states record) /\
       SenderKeyState_chain_id known = wire_sender_key_message.SenderKeyDistributionMessage_chain_id message
         /\
       keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing known))
       = keys.SenderSigningKey_key (wire_sender_key_message.SenderKeyDistributionMessage_signing_key
         message)) ->
    process_distribution record message = Ret record' ->
    continues profile chain_id record' last -> continues profile chain_id record last.

Lemma continues_keeps profile chain_id i record last :
  continues profile chain_id record last -> sender_record_is_good record -> used_in chain_id i record ->
  sender_record_is_good last /\ used_in chain_id i last.
Proof.
  induction 1 as [record|record b record' plaintext last (Hb & Hlen) E _ IH|record b error last _ _ IH
    |record message record' last Hm Hcase E _ IH]; intros Hr Hused.
  - split; assumption.
  - pose proof (group_decrypt_keeps profile record b Hr Hb Hlen) as H. rewrite E in H.
    destruct H as (H1 & H2 & _). apply IH; auto.
  - auto.
  - pose proof (process_distribution_safe record message Hr Hm) as H1.
    pose proof (a_distribution_restores_no_used_key record message chain_id i Hr Hm Hcase Hused) as H2.
    rewrite E in H1, H2. apply IH; assumption.
Qed.

(** A message that was delivered is also refused after any bytes and any distribution messages, unless
    one of these brings the chain of the message to a record that does not have it with this signing key. *)
Theorem a_delivered_message_is_refused_after_distributions profile record b message record' plaintext last :
  sender_record_is_good record -> receivable b ->
  wire_sender_key_message.parse_sender_key_message profile b = Ret (Ok message) ->
  group_decrypt profile record b = Ret (Ok (record', plaintext)) ->
  continues profile (wire_sender_key_message.SenderKeyMessage_chain_id message) record' last ->
  exists error, group_decrypt profile last b = Ret (Err error).
Proof.
  intros Hr (Hb & Hlen) Em E Hcontinues. pose proof (group_decrypt_keeps profile record b Hr Hb Hlen) as H.
  rewrite E in H. destruct H as (H1 & _ & H2 & _).
  destruct (continues_keeps _ _ _ _ _ Hcontinues H1 (H2 message Em)) as (H3 & H4).
  exact (used_messages_are_refused profile last b message H3 Em H4).
Qed.

(** The skipped keys of no state ever exceed the bound of the profile, which is 2000, and 2050 for
    WhatsApp; a record never has more than five states. *)
Theorem skipped_keys_stay_below_their_bound profile record messages :
  sender_record_is_good record -> stores_bounded profile record -> Forall receivable messages ->
  exists record' plaintexts, receive_all profile record messages = Ret (record', plaintexts) /\
    stores_bounded profile record' /\ seq_len (SenderKeyRecord_states record') <= MAX_SENDER_STATES.
Proof.
  intros Hr Hb Hm. pose proof (receive_all_keeps profile messages record Hr Hm) as H.
  destruct (receive_all profile record messages) as [(record' & plaintexts)|]; [|contradiction].
  destruct H as ((_ & Hn & _) & _ & H). exists record', plaintexts. split; [reflexivity|].
  split; [auto|exact Hn].
Qed.

(** The messages that a record accepts. *)
Fixpoint accepted (profile : wire.Profile) (record : SenderKeyRecord) (messages : list (list u8))
  : M (list (list u8)) :=
  match messages with
  | [] => Ret []
  | message :: rest =>
      let! result' := group_decrypt profile record message in
      match result' with
      | Ok (record, _) =>
          let! others := accepted profile record rest in
          Ret (message :: others)
      | Err _ => accepted profile record rest
      end
  end.

(** Whatever bytes are received, those that are accepted alone lead to the same record and the same
    plaintexts, without an error: a refused message changes nothing. *)
Theorem refused_messages_change_nothing profile record messages record' plaintexts :
  receive_all profile record messages = Ret (record', plaintexts) ->
  exists good, accepted profile record messages = Ret good /\
    deliver profile record good = Ret (Ok (record', plaintexts)).
Proof.
  revert record plaintexts. induction messages as [|message rest IH]; intros record plaintexts E.
  - injection E as <- <-. exists []. split; reflexivity.
  - cbn [receive_all accepted] in *.
    destruct (group_decrypt profile record message) as [[(record1 & plaintext)|error]|] eqn:Ed;
      cbn [bind] in *; [| |discriminate].
    + destruct (receive_all profile record1 rest) as [(record2 & others)|] eqn:Er; cbn [bind] in E;
        [|discriminate].
      injection E as <- <-. destruct (IH record1 others Er) as (good & E1 & E2). exists (message :: good).
      rewrite E1. split; [reflexivity|]. cbn [deliver]. rewrite Ed. cbn [bind]. rewrite E2. reflexivity.
    + destruct (IH record plaintexts E) as (good & E1 & E2). exists good. split; assumption.
Qed.
End SenderKeys.
