(** A small conversation for which the hypotheses of the claims about the Double Ratchet hold.

    The first party sends three messages; the second receives the last of them, which is a Diffie-Hellman
    step, and then the first; it answers twice; the first party receives the second answer, which is another
    Diffie-Hellman step, and sends on its new chain. One message of each of the three chains is still on its
    way. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.Toy.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Receiving.
From Twinratchet Require Import theorems.ratchet.AnyOrder theorems.ratchet.Reachable
  theorems.ratchet.Conversation.
From Twinratchet Require Import theorems.DoubleRatchet theorems.ratchet.WithSparse.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_sparse ratchet_sparse_types ratchet_symmetric
  ratchet_triple wire wire_message.

(** * Deciding what the moves ask for *)

Definition are_bytes (l : list Z) : bool := forallb (fun b => (0 <=? b) && (b <? 256)) l.
Definition same (k l : list Z) : bool := seq_eqb Z.eqb k l.

Lemma are_bytes_typed l : are_bytes l = true -> bytes l.
Proof.
  intros H. apply Forall_forall. intros b Hb. unfold are_bytes in H. rewrite forallb_forall in H.
  specialize (H b Hb). unfold typed_int. change (2 ^ 8) with 256. lia.
Qed.

Lemma is_array_typed n l : are_bytes l && (seq_len l =? n) = true -> typed_array (typed_int 8) n l.
Proof. intros H. apply andb_true_iff in H as [H1 H2]. split; [lia|now apply are_bytes_typed]. Qed.

Lemma same_eq k l : same k l = true <-> k = l.
Proof. apply seq_eqb_eq. Qed.

Definition fits_now (limits : ChainLimits) (chain : ReceivingChain) (n : Z) : bool :=
  (n <? chain.(ReceivingChain_nr)) ||
  match limits.(ChainLimits_max_jump) with
  | Some most => n - chain.(ReceivingChain_nr) <=? most
  | None => true
  end &&
  (seq_len chain.(ReceivingChain_mkskipped) + (n - chain.(ReceivingChain_nr))
    <=? limits.(ChainLimits_skipped).(SkippedLimit_full)).

Lemma fits_now_fits limits chain n : fits_now limits chain n = true -> fits limits chain n.
Proof. unfold fits_now, fits, jump_allowed. destruct (ChainLimits_max_jump limits); lia. Qed.

Definition within_now (limits : ChainLimits) (me peer : State) (sealed : Sealed) : bool :=
  (existsb (fun chain => same (key_of chain) sealed.(Sealed_ratchet_key)) me.(State_receiving) ||
   same sealed.(Sealed_ratchet_key) (sending_key peer)) &&
  forallb (fun chain => negb (same (key_of chain) sealed.(Sealed_ratchet_key)) ||
                        fits_now limits chain sealed.(Sealed_number)) me.(State_receiving) &&
  fits_now limits (new_chain (keys.mk_RatchetKey sealed.(Sealed_ratchet_key)) []) sealed.(Sealed_number).

Lemma within_now_within limits me peer sealed :
  within_now limits me peer sealed = true -> within_limits limits me peer sealed.
Proof.
  unfold within_now, within_limits. intros H. apply andb_true_iff in H as [H H3].
  apply andb_true_iff in H as [H1 H2]. split; [|split].
  - apply orb_true_iff in H1 as [H1|H1]; [left|right; now apply same_eq].
    apply existsb_exists in H1 as (chain & Hin & Hk). apply same_eq in Hk. unfold has_chain. rewrite <- Hk.
    now apply in_map.
  - intros chain Hin Hk. rewrite forallb_forall in H2. specialize (H2 chain Hin). apply same_eq in Hk.
    rewrite Hk in H2. now apply fits_now_fits.
  - intros _. now apply fits_now_fits.
Qed.

Definition unused (used : list PublicKey) (key : PublicKey) : bool := negb (existsb (same key) used).

Lemma unused_is_fresh used theirs key :
  are_bytes key && (seq_len key =? 32) = true -> unused used key = true ->
  fresh_pair used theirs (keys.mk_RatchetKeyPair key (keys.mk_RatchetKey key)).
Proof.
  intros Ht Hu. split; [now apply is_array_typed|]. split; [reflexivity|]. split; [|eexists; reflexivity].
  intros Hin. unfold unused in Hu. apply negb_true_iff in Hu.
  assert (existsb (same key) used = true) by (apply existsb_exists; exists key; split;
    [exact Hin|now apply same_eq]).
  congruence.
Qed.

(** * A script of moves *)

Definition key_bytes (n : Z) : list Z := seq_fill n 32.
Definition pair_of (n : Z) : keys.RatchetKeyPair :=
  keys.mk_RatchetKeyPair (key_bytes n) (keys.mk_RatchetKey (key_bytes n)).
Definition writer : wire.Writer := wire.mk_Writer wire.Profile_SignalV4 wire.VERSION_4.
Definition ad : AssociatedData :=
  mk_AssociatedData (keys.mk_IdentityKey (key_bytes 11)) (keys.mk_IdentityKey (key_bytes 12)).
Definition sparse_key : option SparseMessageKey := Some (key_bytes 13).
Definition addresses : option (list Z) := Some [1; 2; 3].
Definition limits : ChainLimits := mk_ChainLimits (Some MAX_JUMP) (mk_SkippedLimit 2000 1999).

Lemma limits_typed : ChainLimits_typed limits.
Proof. unfold ChainLimits_typed, SkippedLimit_typed, typed_int, typed_option. cbn. unfold MAX_JUMP. lia. Qed.

Lemma limits_well_formed : ChainLimits_well_formed limits.
Proof. unfold ChainLimits_well_formed, SkippedLimit_well_formed. cbn. unfold MAX_GATHERED. lia. Qed.

(** Either party sends a plaintext with what SPQR gives, or receives what stands at a place of its inbox, with
    a fresh pair. *)
Inductive Act : Type :=
| Send (spqr : list Z) (key : option SparseMessageKey) (plaintext : list Z)
| Receive (place : nat) (fresh : Z).

Definition is_sparse_key (key : option SparseMessageKey) : bool :=
  match key with Some bytes => are_bytes bytes && (seq_len bytes =? 32) | None => true end.

Definition act (me peer : Party) (a : Act) : option (Party * Party) :=
  match a with
  | Send spqr key plaintext =>
      match ratchet_encrypt me.(Party_state) writer ad addresses spqr key plaintext with
      | Ret (Ok (next, message)) =>
          if are_bytes plaintext && are_bytes spqr && is_sparse_key key && (seq_len message <? 2 ^ 64) then
            Some (mk_Party next me.(Party_inbox) me.(Party_used),
              mk_Party peer.(Party_state)
                (peer.(Party_inbox) ++ [mk_Sealed message (sending_key me.(Party_state))
                   (sending_number me.(Party_state)) plaintext key ad addresses])
                peer.(Party_used))
          else None
      | _ => None
      end
  | Receive place fresh =>
      match skipn place me.(Party_inbox) with
      | [] => None
      | sealed :: after =>
          match wire_message.parse_signal_message sealed.(Sealed_bytes) with
          | Ret (Ok message) =>
              match ratchet_triple.decrypt_with_sparse_key me.(Party_state) sealed.(Sealed_ad) addresses
                limits (pair_of fresh) sealed.(Sealed_key)
                      (wire_message.known_fields wire.Profile_SignalV4 message) with
              | Ret (Ok (next, plaintext)) =>
                  if within_now limits me.(Party_state) peer.(Party_state) sealed &&
                     unused me.(Party_used) (key_bytes fresh) &&
                     addresses_agree sealed.(Sealed_addresses) addresses &&
                     (are_bytes (key_bytes fresh) && (seq_len (key_bytes fresh) =? 32))
                  then Some (mk_Party next (firstn place me.(Party_inbox) ++ after)
                               (me.(Party_used) ++ [key_bytes fresh]), peer)
                  else None
              | _ => None
              end
          | _ => None
          end
      end
  end.

Lemma sending_is_typed spqr key plaintext :
  are_bytes plaintext = true -> are_bytes spqr = true -> is_sparse_key key = true ->
  typed_sending writer ad addresses spqr key plaintext.
Proof.
  intros Hplain Hspqr Hkey. split; [split; [exact I|split; [discriminate|reflexivity]]|].
  split; [split; apply is_array_typed; reflexivity|]. split; [now apply are_bytes_typed|].
  split; [now apply are_bytes_typed|]. split; [|now apply are_bytes_typed].
  destruct key; [now apply is_array_typed|exact I].
Qed.

Lemma act_is_a_move me peer a me' peer' : act me peer a = Some (me', peer') -> moves me peer me' peer'.
Proof.
  destruct a as [spqr key plaintext|place fresh]; unfold act; intros E.
  - destruct (ratchet_encrypt _ _ _ _ _ _ _) as [[[next message]|]|] eqn:Es; try discriminate.
    destruct (are_bytes plaintext && _ && _ && _) eqn:Eb; [|discriminate].
    apply andb_true_iff in Eb as [Eb El]. apply andb_true_iff in Eb as [Eb Ek].
    apply andb_true_iff in Eb as [Eb Es'].
    injection E as <- <-. apply sends with (writer := writer) (spqr := spqr).
    + now apply sending_is_typed.
    + now right.
    + lia.
    + exact Es.
  - destruct (skipn place me.(Party_inbox)) as [|sealed after] eqn:Ei; [discriminate|].
    destruct (wire_message.parse_signal_message _) as [[message|]|] eqn:Ep; try discriminate.
    destruct (ratchet_triple.decrypt_with_sparse_key _ _ _ _ _ _ _) as [[[next plaintext]|]|] eqn:Ed;
      try discriminate.
    destruct (within_now _ _ _ _ && _ && _ && _) eqn:Eb; [|discriminate].
    apply andb_true_iff in Eb as [Eb Ef]. apply andb_true_iff in Eb as [Eb Ea].
    apply andb_true_iff in Eb as [Ew Eu]. injection E as <- <-.
    apply receives with (sealed := sealed) (profile := wire.Profile_SignalV4) (limits := limits)
      (fresh := pair_of fresh) (expected := addresses) (message := message) (plaintext := plaintext).
    + rewrite <- Ei. symmetry. apply firstn_skipn.
    + exact limits_typed.
    + exact limits_well_formed.
    + now apply within_now_within.
    + now apply unused_is_fresh.
    + now apply agreeing_addresses_fit.
    + exact Ep.
    + exact Ed.
Qed.

(** Acts of the first party are marked [true]. *)
Fixpoint acts (a b : Party) (script : list (bool * Act)) : option (Party * Party) :=
  match script with
  | [] => Some (a, b)
  | (true, x) :: rest =>
      match act a b x with
      | Some (a', b') => acts a' b' rest
      | None => None
      end
  | (false, x) :: rest =>
      match act b a x with
      | Some (b', a') => acts a' b' rest
      | None => None
      end
  end.

Lemma acts_are_a_conversation script a b a' b' :
  conversation a b -> acts a b script = Some (a', b') -> conversation a' b'.
Proof.
  revert a b. induction script as [|[[|] x] rest IH]; cbn [acts]; intros a b H E.
  - injection E as <- <-. exact H.
  - destruct (act a b x) as [[a1 b1]|] eqn:Ex; [|discriminate]. apply (IH a1 b1); [|exact E].
    apply (first_moves a b); [exact H|now apply act_is_a_move in Ex].
  - destruct (act b a x) as [[b1 a1]|] eqn:Ex; [|discriminate]. apply (IH a1 b1); [|exact E].
    apply (second_moves a b); [exact H|now apply act_is_a_move in Ex].
Qed.

(** * The conversation *)

Definition initiator : State :=
  Eval vm_compute in
    match ratchet_init_initiator (key_bytes 1) (key_bytes 2) (keys.mk_SignedPreKey (key_bytes 3)) (pair_of 4)
      with
    | Ret (Ok state) => state
    | _ => ratchet_init_responder [] [] (keys.mk_SignedPreKeyPair [] (keys.mk_SignedPreKey []))
    end.
Definition first : Party := mk_Party initiator [] [key_bytes 4].
Definition second : Party :=
  mk_Party (ratchet_init_responder (key_bytes 1) (key_bytes 2)
      (keys.mk_SignedPreKeyPair (key_bytes 3) (keys.mk_SignedPreKey (key_bytes 3))))
    [] [key_bytes 3].

Lemma they_begin : begins first second.
Proof.
  apply (@begins_with toy (key_bytes 1) (key_bytes 2) (key_bytes 3) (key_bytes 4) initiator);
    first [now apply is_array_typed | vm_compute; reflexivity].
Qed.

Definition say (plaintext : list Z) : Act := Send [7] sparse_key plaintext.

Definition script : list (bool * Act) :=
  [ (true, say [10]); (true, say [11; 11]); (true, say [12; 12; 12]);
    (false, Receive 2 5); (false, Receive 0 6);
    (false, say [20]); (false, say [21; 21]);
    (true, Receive 1 7);
    (true, say [30; 30]) ].

Definition reached : option (Party * Party) := Eval vm_compute in acts first second script.
Definition party_a : Party := match reached with Some (a, _) => a | None => first end.
Definition party_b : Party := match reached with Some (_, b) => b | None => second end.

Lemma they_converse : conversation party_a party_b.
Proof.
  apply (acts_are_a_conversation script first second); [exact (conversation_begins _ _ they_begin)|].
  vm_compute. reflexivity.
Qed.

(** * Instances *)

(** A skipped message of the first chain and the message of the chain after the second step are on their way
    to the second party, and the first answer to the first party; each of the first two is decrypted,
    whichever comes next. *)
Lemma conversation_is_decrypted_instance :
  conversation party_a party_b /\
  map Sealed_plaintext party_a.(Party_inbox) = [[20]] /\
  map Sealed_plaintext party_b.(Party_inbox) = [[11; 11]; [30; 30]] /\
  (forall place, (place < 2)%nat -> exists before sealed after,
     party_b.(Party_inbox) = before ++ sealed :: after /\ length before = place /\
     within_limits limits party_b.(Party_state) party_a.(Party_state) sealed /\
     fresh_pair party_b.(Party_used) sealed.(Sealed_ratchet_key) (pair_of 8) /\
     exists message next,
       wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
       ratchet_triple.decrypt_with_sparse_key party_b.(Party_state) sealed.(Sealed_ad) addresses limits
         (pair_of 8) sealed.(Sealed_key) (wire_message.known_fields wire.Profile_SignalV4 message)
       = Ret (Ok (next, sealed.(Sealed_plaintext)))).
Proof.
  split; [exact they_converse|]. split; [reflexivity|]. split; [reflexivity|]. intros place Hplace.
  assert (H : exists before sealed after,
    party_b.(Party_inbox) = before ++ sealed :: after /\ length before = place /\
    within_now limits party_b.(Party_state) party_a.(Party_state) sealed = true /\
    addresses_agree sealed.(Sealed_addresses) addresses = true).
  { destruct place as [|[|place]]; [exists []|eexists [_]|lia]; do 2 eexists;
      (split; [reflexivity|]); split; vm_compute; auto. }
  destruct H as (before & sealed & after & Ei & Elen & Ew & Ea). exists before, sealed, after.
  assert (Hf : fresh_pair party_b.(Party_used) sealed.(Sealed_ratchet_key) (pair_of 8))
    by (apply unused_is_fresh; reflexivity).
  apply within_now_within in Ew. apply agreeing_addresses_fit in Ea. split; [exact Ei|]. split; [exact Elen|].
  split; [exact Ew|]. split; [exact Hf|].
  exact (proj2 (conversation_is_decrypted _ _ they_converse) before sealed after wire.Profile_SignalV4 limits
    (pair_of 8) addresses Ei limits_typed limits_well_formed Ew Hf Ea).
Qed.

(** It is one whose states are made by the code. *)
Lemma conversation_states_are_made_instance : conversation party_a party_b.
Proof. exact they_converse. Qed.

(** Both of its parties can go on to send. *)
Lemma conversation_goes_on_instance :
  conversation party_a party_b /\ typed_sending writer ad addresses [7] sparse_key [1; 2; 3] /\
  sending_number party_a.(Party_state) < LAST_NUMBER /\ sending_number party_b.(Party_state) < LAST_NUMBER.
Proof.
  split; [exact they_converse|]. split; [now apply sending_is_typed|].
  split; reflexivity.
Qed.

(** The first party keeps two chains, and the second party one: it has not received of the other's new chain
    yet. *)
Lemma conversation_keeps_the_last_five_chains_instance :
  conversation party_a party_b /\
  map key_of party_a.(Party_state).(State_receiving) = [key_bytes 3; key_bytes 5] /\
  map key_of party_b.(Party_state).(State_receiving) = [key_bytes 4].
Proof. split; [exact they_converse|]. split; reflexivity. Qed.

(** * One chain *)

(** The state of a party that sends message [n] of the chain that begins with this chain key. *)
Definition origin : ChainKey := key_bytes 2.
Definition sender (n : Z) : State :=
  mk_State (key_bytes 1) 0 (mk_SendingChain (pair_of 4) (chain_key origin n) n) [].

Definition no_message : wire_message.SignalMessage :=
  wire_message.mk_SignalMessage 4 (keys.mk_RatchetKey (key_bytes 4)) 0 0 [] [] None [] (seq_fill 0 8).

Definition message_of (n : Z) (plaintext : list Z) : wire_message.SignalMessage :=
  match ratchet_encrypt (sender n) writer ad addresses [] None plaintext with
  | Ret (Ok (_, message)) =>
      match wire_message.parse_signal_message message with
      | Ret (Ok parsed) => parsed
      | _ => no_message
      end
  | _ => no_message
  end.

Definition delivery (n : Z) (plaintext : list Z) : Delivery :=
  mk_Delivery (message_of n plaintext) None ad addresses plaintext.

Definition deliveries : list Delivery :=
  Eval vm_compute in [delivery 2 [12; 12]; delivery 0 [10]; delivery 1 [11]].

Definition sent_now (d : Delivery) : bool :=
  ((0 <=? number_of d) && (number_of d <? LAST_NUMBER)) &&
  match d.(Delivery_key) with Some _ => false | None => true end &&
  are_bytes d.(Delivery_plaintext) &&
  match ratchet_symmetric.message_keys (seed_at origin (number_of d)) d.(Delivery_key) with
  | Ret keys =>
      same d.(Delivery_message).(wire_message.SignalMessage_body)
        (aes256_cbc_encrypt keys.(ratchet_symmetric.MessageKeys_cipher_key)
          keys.(ratchet_symmetric.MessageKeys_iv) d.(Delivery_plaintext)) &&
      match message_tag keys.(ratchet_symmetric.MessageKeys_mac_key) d.(Delivery_ad)
              d.(Delivery_message).(wire_message.SignalMessage_unsigned) with
      | Ret tag => same tag d.(Delivery_message).(wire_message.SignalMessage_tag)
      | Panic => false
      end
  | Panic => false
  end &&
  addresses_agree d.(Delivery_message).(wire_message.SignalMessage_addresses) d.(Delivery_addresses).

Lemma sent_now_sent d : sent_now d = true -> sent_on origin d.
Proof.
  unfold sent_now, sent_on. intros H. apply andb_true_iff in H as [H Ha]. apply andb_true_iff in H as [H Hs].
  apply andb_true_iff in H as [H Hp]. apply andb_true_iff in H as [Hn Hk].
  split; [lia|]. split; [destruct d.(Delivery_key); [discriminate|exact I]|].
  split; [now apply are_bytes_typed|]. split; [|now apply agreeing_addresses_fit]. unfold sealed_with.
  destruct (ratchet_symmetric.message_keys _ _) as [keys|]; [|discriminate]. exists keys.
  split; [reflexivity|]. apply andb_true_iff in Hs as [Hb Ht]. split; [now apply same_eq|].
  destruct (message_tag _ _ _) as [tag|]; [|discriminate]. apply same_eq in Ht. now rewrite Ht.
Qed.

(** The third message comes first, then the first and the second. *)
Lemma one_chain_decrypts_in_any_order_instance :
  ChainKey_typed origin /\ ChainLimits_well_formed limits /\
  follows origin (new_chain (keys.mk_RatchetKey (key_bytes 4)) origin) /\
  Forall (sent_on origin) deliveries /\ NoDup (map number_of deliveries) /\
  (forall d, In d deliveries ->
     available (new_chain (keys.mk_RatchetKey (key_bytes 4)) origin) (number_of d)) /\
  order_fits limits 0 0 (map number_of deliveries) /\
  map number_of deliveries = [2; 0; 1].
Proof.
  split; [now apply is_array_typed|]. split; [exact limits_well_formed|]. split; [apply new_chain_follows|].
  split; [|split; [|split; [|split; [|reflexivity]]]].
  - apply Forall_forall. intros d Hd. apply sent_now_sent. revert d Hd. apply forallb_forall.
    vm_compute. reflexivity.
  - change (map number_of deliveries) with [2; 0; 1]. repeat constructor; cbn; intuition discriminate.
  - intros d Hd. left. apply (in_map number_of) in Hd. change (map number_of deliveries) with [2; 0; 1] in Hd.
    cbn [new_chain ReceivingChain_nr In] in *. lia.
  - change (map number_of deliveries) with [2; 0; 1]. cbn. unfold MAX_JUMP. lia.
Qed.

(** The first message of the chain is opened with its seed. *)
Lemma opened_message_has_its_tag_instance :
  open_message (seed_at origin 0) None ad addresses (message_of 0 [10]) = Ret (Ok [10]).
Proof. vm_compute. reflexivity. Qed.

(** The third message of a chain, as it is sent. *)
Lemma what_is_sent_is_made_by_the_chain_instance :
  ChainKey_typed origin /\ State_typed (sender 2) /\ State_well_formed (sender 2) /\
  (sender 2).(State_sending).(SendingChain_cks) = chain_key origin (sending_number (sender 2)) /\
  typed_sending writer ad addresses [7] sparse_key [12; 12] /\
  exists next sent,
    ratchet_encrypt (sender 2) writer ad addresses [7] sparse_key [12; 12] = Ret (Ok (next, sent)) /\
    seq_len sent < 2 ^ 64.
Proof.
  assert (Ho : ChainKey_typed origin) by now apply is_array_typed.
  assert (Hkey : typed_array (typed_int 8) 32 (key_bytes 4)) by now apply is_array_typed.
  split; [exact Ho|]. split; [|split; [|split; [reflexivity|split]]].
  - split; [now apply is_array_typed|]. split; [split; [discriminate|reflexivity]|]. split; [|constructor].
    split; [exact (conj Hkey Hkey)|]. split; [now apply chain_key_typed|split; [discriminate|reflexivity]].
  - split; [discriminate|constructor].
  - now apply sending_is_typed.
  - assert (E : match ratchet_encrypt (sender 2) writer ad addresses [7] sparse_key [12; 12] with
      | Ret (Ok (_, sent)) => seq_len sent <? 2 ^ 64
      | _ => false
      end = true) by (vm_compute; reflexivity).
    destruct (ratchet_encrypt _ _ _ _ _ _ _) as [[[next sent]|]|]; try discriminate.
    exists next, sent. split; [reflexivity|]. lia.
Qed.

(** A chain that has passed two numbers, and steps to the first of them. *)
Lemma chain_step_spec_instance :
  exists chain seed,
    chain_step (new_chain (keys.mk_RatchetKey (key_bytes 4)) origin) 2 limits
    = Ret (Ok (mk_ChainStep chain seed)) /\
    numbers chain.(ReceivingChain_mkskipped) = [1; 0] /\
    ChainKey_typed origin /\ follows origin chain /\ ChainLimits_well_formed limits /\ typed_int 32 0.
Proof.
  assert (Ho : ChainKey_typed origin) by now apply is_array_typed.
  destruct (chain_step_spec origin (new_chain (keys.mk_RatchetKey (key_bytes 4)) origin) 2 limits Ho
    (new_chain_follows _ _) limits_well_formed) as [[H _]|[(_ & H & _)|[(H & _)|(_ & _ & chain & E & Hf &
      _)]]].
  - split; [discriminate|reflexivity].
  - exfalso. apply H. left. discriminate.
  - exfalso. apply H. discriminate.
  - discriminate.
  - exists chain, (seed_at origin 2). split; [exact E|]. split.
    + assert (Ec : match chain_step (new_chain (keys.mk_RatchetKey (key_bytes 4)) origin) 2 limits with
        | Ret (Ok step) => numbers step.(ChainStep_chain).(ReceivingChain_mkskipped)
        | _ => []
        end = [1; 0]) by (vm_compute; reflexivity).
      rewrite E in Ec. exact Ec.
    + split; [exact Ho|]. split; [exact Hf|]. split; [exact limits_well_formed|].
      split; [discriminate|reflexivity].
Qed.

(** * Replays, refused messages and bounds *)

Definition those (reached : option (Party * Party)) : Party * Party :=
  match reached with
  | Some parties => parties
  | None => (first, second)
  end.

Lemma those_converse played :
  conversation (Datatypes.fst (those (acts first second played))) (snd (those (acts first second played))).
Proof.
  unfold those. destruct (acts first second played) as [[a b]|] eqn:E; cbn [Datatypes.fst snd].
  - exact (acts_are_a_conversation _ _ _ _ _ (conversation_begins _ _ they_begin) E).
  - exact (conversation_begins _ _ they_begin).
Qed.

Definition parsed (inbox : list Sealed) : list wire_message.SignalMessage :=
  map (fun sealed => match wire_message.parse_signal_message sealed.(Sealed_bytes) with
                     | Ret (Ok message) => message
                     | _ => no_message
                     end) inbox.

(** The parties when the second has received no message yet, and the messages on their way to it. *)
Definition before_receiving : Party * Party := those (acts first second (firstn 3 script)).
Definition first_messages : list wire_message.SignalMessage :=
  Eval vm_compute in parsed (snd before_receiving).(Party_inbox).
Definition message (place : nat) : wire_message.SignalMessage := nth place first_messages no_message.

Definition is_typed_message (m : wire_message.SignalMessage) : bool :=
  (0 <=? m.(wire_message.SignalMessage_version)) && (m.(wire_message.SignalMessage_version) <? 256) &&
  (are_bytes (message_key m) && (seq_len (message_key m) =? 32)) &&
  ((0 <=? m.(wire_message.SignalMessage_counter)) && (m.(wire_message.SignalMessage_counter) <? 2 ^ 32)) &&
  ((0 <=? m.(wire_message.SignalMessage_previous_counter)) &&
   (m.(wire_message.SignalMessage_previous_counter) <? 2 ^ 32)) &&
  are_bytes m.(wire_message.SignalMessage_body) && are_bytes m.(wire_message.SignalMessage_spqr) &&
  match m.(wire_message.SignalMessage_addresses) with Some block => are_bytes block | None => true end &&
  are_bytes m.(wire_message.SignalMessage_unsigned) &&
  (are_bytes m.(wire_message.SignalMessage_tag) && (seq_len m.(wire_message.SignalMessage_tag) =? 8)).

Lemma is_typed_message_typed m : is_typed_message m = true -> wire_message.SignalMessage_typed m.
Proof.
  unfold is_typed_message. intros H. repeat apply andb_true_iff in H as [H ?].
  unfold wire_message.SignalMessage_typed, typed_int. change (2 ^ 8) with 256.
  split; [lia|]. split; [apply is_array_typed; unfold message_key in *; lia|].
  split; [lia|]. split; [lia|]. split; [now apply are_bytes_typed|]. split; [now apply are_bytes_typed|].
  split; [destruct (wire_message.SignalMessage_addresses m); [now apply are_bytes_typed|exact I]|].
  split; [now apply are_bytes_typed|]. apply is_array_typed. lia.
Qed.

Lemma receiving_is_typed m fresh :
  is_typed_message m = true -> are_bytes (key_bytes fresh) && (seq_len (key_bytes fresh) =? 32) = true ->
  typed_receiving limits (pair_of fresh) m.
Proof.
  intros Hm Hf. split; [exact limits_typed|]. split; [exact limits_well_formed|].
  split; [|now apply is_typed_message_typed]. split; now apply is_array_typed.
Qed.

(** The state after a message, and its seed. *)
Definition received (state : State) (m : wire_message.SignalMessage) (fresh : Z) : State * MessageKeySeed :=
  match ratchet_receive_key state limits (pair_of fresh) m with
  | Ret (Ok (next, seed)) => (next, seed)
  | _ => (state, [])
  end.

Definition state0 : State := Eval vm_compute in (snd before_receiving).(Party_state).
Definition state1 : State := Eval vm_compute in Datatypes.fst (received state0 (message 2) 5).
Definition state2 : State := Eval vm_compute in Datatypes.fst (received state1 (message 0) 6).

Lemma state0_is_made : made state0.
Proof.
  assert (E : state0 = (snd before_receiving).(Party_state)) by (vm_compute; reflexivity). rewrite E.
  exact (proj2 (conversation_states_are_made _ _ (those_converse _))).
Qed.

(** The second party accepts the third message and then the first; then the third is refused. *)
Lemma delivered_message_is_refused_ever_after_instance :
  made state0 /\ typed_receiving limits (pair_of 5) (message 2) /\
  ratchet_receive_key state0 limits (pair_of 5) (message 2) = Ret (Ok (received state0 (message 2) 5)) /\
  later_with_chain (message_key (message 2)) state1 state2 /\ state1 <> state2 /\
  ratchet_receive_key state2 limits (pair_of 7) (message 2)
  = Ret (Err (ratchet.RatchetError_DuplicateMessage 3 2)).
Proof.
  split; [exact state0_is_made|]. split; [apply receiving_is_typed; vm_compute; reflexivity|].
  split; [vm_compute; reflexivity|]. split; [|split; [discriminate|vm_compute; reflexivity]].
  apply later_receiving with (state1 := state1) (limits := limits) (fresh := pair_of 6) (message := message 0)
    (seed := snd (received state1 (message 0) 6)).
  - apply later_now.
  - apply receiving_is_typed; vm_compute; reflexivity.
  - vm_compute. reflexivity.
  - left. vm_compute. reflexivity.
Qed.

(** The second party has two skipped seeds after the third message, and comes to that state from the
    beginning. *)
Lemma skipped_seeds_stay_within_their_bound_instance :
  ChainLimits_well_formed limits /\ reachable limits state1 /\
  map (fun chain => seq_len chain.(ReceivingChain_mkskipped)) state1.(State_receiving) = [2].
Proof.
  split; [exact limits_well_formed|]. split; [|reflexivity].
  apply reachable_receiving with (state := state0) (fresh := pair_of 5) (message := message 2)
    (seed := snd (received state0 (message 2) 5)).
  - assert (E : state0 = ratchet_init_responder (key_bytes 1) (key_bytes 2)
      (keys.mk_SignedPreKeyPair (key_bytes 3) (keys.mk_SignedPreKey (key_bytes 3))))
      by (vm_compute; reflexivity).
    rewrite E. apply reachable_responder; [| |split]; now apply is_array_typed.
  - apply receiving_is_typed; vm_compute; reflexivity.
  - vm_compute. reflexivity.
Qed.

(** The third message, the same again, one whose tag is wrong, and the first message: two are accepted. *)
Definition incoming : list Incoming :=
  [ mk_Incoming (pair_of 5) sparse_key ad addresses (message 2);
    mk_Incoming (pair_of 6) sparse_key ad addresses (message 2);
    mk_Incoming (pair_of 7) sparse_key ad addresses no_message;
    mk_Incoming (pair_of 8) sparse_key ad addresses (message 0) ].

Lemma refused_messages_change_nothing_instance :
  ChainLimits_typed limits /\ ChainLimits_well_formed limits /\ State_typed state0 /\
  State_well_formed state0 /\
  Forall Incoming_typed incoming /\
  match receive_all limits state0 incoming with
  | Ret (_, outcomes) => outcomes = [Some [12; 12; 12]; None; None; Some [10]]
  | Panic => False
  end.
Proof.
  destruct state0_is_made as (Hs & Hw & _).
  split; [exact limits_typed|]. split; [exact limits_well_formed|]. split; [exact Hs|]. split; [exact Hw|].
  split; [|vm_compute; reflexivity].
  assert (H : forall fresh m, is_typed_message m = true ->
    are_bytes (key_bytes fresh) && (seq_len (key_bytes fresh) =? 32) = true ->
    Incoming_typed (mk_Incoming (pair_of fresh) sparse_key ad addresses m)).
  { intros fresh m Hm Hf. split; [split; now apply is_array_typed|]. split; [now apply is_array_typed|].
    split; [split; now apply is_array_typed|]. split; [now apply are_bytes_typed|].
    now apply is_typed_message_typed. }
  do 4 (apply Forall_cons; [apply H; vm_compute; reflexivity|]). apply Forall_nil.
Qed.

(** * Six chains *)

(** The parties answer each other five times, so that the second has five receiving chains; a message of a
    sixth is on its way. *)
Definition answers : list (bool * Act) :=
  concat (map (fun n => [(true, say [n]); (false, Receive 0 (100 + n)); (false, say [n]);
    (true, Receive 0 (200 + n))]) [1; 2; 3; 4; 5]) ++ [(true, say [6])].

Definition answered : Party * Party := those (acts first second answers).

Definition five_chains : State := Eval vm_compute in (snd answered).(Party_state).
Definition sixth_message : wire_message.SignalMessage :=
  Eval vm_compute in nth 0 (parsed (snd answered).(Party_inbox)) no_message.
Definition five_later_chains : State :=
  Eval vm_compute in Datatypes.fst (received five_chains sixth_message 106).

(** The second party accepts the message of the sixth chain, and loses its first chain. *)
Lemma only_the_oldest_of_five_chains_is_dropped_instance :
  made five_chains /\ typed_receiving limits (pair_of 106) sixth_message /\
  ratchet_receive_key five_chains limits (pair_of 106) sixth_message
  = Ret (Ok (five_later_chains, snd (received five_chains sixth_message 106))) /\
  has_chain (key_bytes 4) five_chains /\ ~ has_chain (key_bytes 4) five_later_chains.
Proof.
  split.
  { assert (E : five_chains = (snd answered).(Party_state)) by (vm_compute; reflexivity). rewrite E.
    exact (proj2 (conversation_states_are_made _ _ (those_converse answers))). }
  split; [apply receiving_is_typed; vm_compute; reflexivity|]. split; [vm_compute; reflexivity|].
  split; [left; vm_compute; reflexivity|].
  assert (E : existsb (same (key_bytes 4)) (map key_of five_later_chains.(State_receiving)) = false)
    by (vm_compute; reflexivity).
  intros H. apply (not_true_iff_false _) in E. apply E. apply existsb_exists. exists (key_bytes 4).
  split; [exact H|now apply same_eq].
Qed.

(** * Sessions of version 3, in which SPQR gives no key *)

Definition without_sparse : Party * Party :=
  those (acts first second [(true, Send [] None [10]); (true, Send [] None [11])]).

(** The second of two messages comes first. *)
Lemma session_conversation_is_decrypted_instance :
  conversation (Datatypes.fst without_sparse) (snd without_sparse) /\
  exists before sealed message,
    (snd without_sparse).(Party_inbox) = before ++ [sealed] /\ length before = 1%nat /\
    within_limits limits (snd without_sparse).(Party_state) (Datatypes.fst without_sparse).(Party_state)
      sealed /\
    fresh_pair (snd without_sparse).(Party_used) sealed.(Sealed_ratchet_key) (pair_of 5) /\
    wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
    ratchet_sparse.sparse_receive ratchet_sparse.empty_state message.(wire_message.SignalMessage_spqr)
    = Ret (Ok (ratchet_sparse.empty_state, sealed.(Sealed_key))).
Proof.
  split; [exact (those_converse _)|].
  assert (H : exists before sealed message,
    (snd without_sparse).(Party_inbox) = before ++ [sealed] /\ length before = 1%nat /\
    within_now limits (snd without_sparse).(Party_state) (Datatypes.fst without_sparse).(Party_state) sealed =
      true /\
    wire_message.parse_signal_message sealed.(Sealed_bytes) = Ret (Ok message) /\
    message.(wire_message.SignalMessage_spqr) = [] /\ sealed.(Sealed_key) = None /\
    unused (snd without_sparse).(Party_used) (key_bytes 5) = true).
  { eexists [_]. do 2 eexists. split; [vm_compute; reflexivity|]. split; [reflexivity|].
    split; [vm_compute; reflexivity|]. split; [vm_compute; reflexivity|]. split; [reflexivity|].
    split; vm_compute; reflexivity. }
  destruct H as (before & sealed & message & Ei & El & Ew & Ep & Espqr & Ekey & Eu).
  exists before, sealed, message.
  split; [exact Ei|]. split; [exact El|]. split; [now apply within_now_within|].
  split; [now apply unused_is_fresh|]. split; [exact Ep|]. rewrite Espqr, Ekey. reflexivity.
Qed.

(** A session of version 3 sends. *)
Lemma session_sends_in_a_conversation_instance :
  exists next message random,
    ratchet_triple.triple_encrypt
      (ratchet_triple.mk_TripleState initiator ratchet_sparse.empty_state) writer ad addresses random [10]
    = Ret (Ok (next, message)).
Proof.
  assert (E : forall random, match ratchet_triple.triple_encrypt
    (ratchet_triple.mk_TripleState initiator ratchet_sparse.empty_state) writer ad addresses random [10] with
    | Ret (Ok _) => true
    | _ => false
    end = true) by (intros random; vm_compute; reflexivity).
  specialize (E (ratchet_sparse_types.mk_SparseRandom [] [])).
  destruct (ratchet_triple.triple_encrypt _ _ _ _ _ _) as [[[next message]|]|] eqn:Et; try discriminate.
  exists next, message. eexists. exact Et.
Qed.
