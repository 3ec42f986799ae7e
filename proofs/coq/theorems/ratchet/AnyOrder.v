(** One chain: its messages are decrypted in any order, and each of them once. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_skipped theorems.safety.ratchet_double_state.
From Twinratchet Require Import theorems.ratchet.Chain theorems.ratchet.Sealing theorems.ratchet.Reachable.
From Twinratchet Require Import theorems.ratchet.Conversation theorems.ratchet.InStep.
From Twinratchet.generated Require Import keys_types primitives ratchet_skipped ratchet_double_state.
From Twinratchet.generated Require Import ratchet_double_receive ratchet_double_send.
From Twinratchet.generated Require ratchet wire wire_message.

(** A message that is delivered, with what the receiver opens it with and what it carries. *)
Record Delivery : Type := mk_Delivery {
  Delivery_message : wire_message.SignalMessage;
  Delivery_key : option SparseMessageKey;
  Delivery_ad : AssociatedData;
  Delivery_addresses : option (list u8);
  Delivery_plaintext : list U8
}.

Definition number_of (d : Delivery) : Z := d.(Delivery_message).(wire_message.SignalMessage_counter).

Section AnyOrder.
Context {P : Primitives} {T : Typed P}.

(** The receiver steps its chain to each message in turn and opens it; the first error ends it. *)
Fixpoint receive_in_turn (chain : ReceivingChain) (limits : ChainLimits) (deliveries : list Delivery)
    : M (result (ReceivingChain * list (list U8)) ratchet.RatchetError) :=
  match deliveries with
  | [] => Ret (Ok (chain, []))
  | d :: rest =>
      let! stepped := chain_step chain (number_of d) limits in
      match stepped with
      | Err error => Ret (Err error)
      | Ok step =>
          let! opened := open_message step.(ChainStep_seed) d.(Delivery_key) d.(Delivery_ad)
            d.(Delivery_addresses) d.(Delivery_message) in
          match opened with
          | Err error => Ret (Err error)
          | Ok plaintext =>
              let! received := receive_in_turn step.(ChainStep_chain) limits rest in
              match received with
              | Err error => Ret (Err error)
              | Ok (last, plaintexts) => Ret (Ok (last, plaintext :: plaintexts))
              end
          end
      end
  end.

(** Every jump is allowed, and no seed has to be dropped: [nr] is the next number and [count] are the seeds
    kept. *)
Fixpoint order_fits (limits : ChainLimits) (nr count : Z) (order : list Z) : Prop :=
  match order with
  | [] => True
  | n :: rest =>
      if n <? nr then order_fits limits nr (count - 1) rest
      else
        jump_allowed limits (n - nr) /\
        count + (n - nr) <= limits.(ChainLimits_skipped).(SkippedLimit_full) /\
        order_fits limits (n + 1) (count + (n - nr)) rest
  end.

(** The message was made by the chain that the origin begins, and the receiver opens it with what agrees. *)
Definition sent_on (origin : ChainKey) (d : Delivery) : Prop :=
  0 <= number_of d < LAST_NUMBER /\ typed_option SparseMessageKey_typed d.(Delivery_key) /\
  bytes d.(Delivery_plaintext) /\
  sealed_with (seed_at origin (number_of d)) d.(Delivery_key) d.(Delivery_ad) d.(Delivery_plaintext)
    d.(Delivery_message) /\
  addresses_fit d.(Delivery_message).(wire_message.SignalMessage_addresses) d.(Delivery_addresses).

(** What a party sends is, as it is parsed by the receiver, made by its sending chain, with the number of that
    chain. *)
Theorem what_is_sent_is_made_by_the_chain origin state writer ad addresses spqr key plaintext next sent
    expected :
  ChainKey_typed origin -> State_typed state -> State_well_formed state ->
  state.(State_sending).(SendingChain_cks) = chain_key origin (sending_number state) ->
  typed_sending writer ad addresses spqr key plaintext ->
  wire.Writer_version writer = wire.VERSION_3 \/ wire.Writer_version writer = wire.VERSION_4 ->
  seq_len sent < 2 ^ 64 -> addresses_fit addresses expected ->
  ratchet_encrypt state writer ad addresses spqr key plaintext = Ret (Ok (next, sent)) ->
  exists message,
    wire_message.parse_signal_message sent = Ret (Ok message) /\
    message.(wire_message.SignalMessage_counter) = sending_number state /\
    sent_on origin (mk_Delivery message key ad expected plaintext) /\
    next = after_sending state (chain_key origin (sending_number state + 1)).
Proof.
  intros Ho Hs Hw Hck Ht Hv Hlen Ha E.
  destruct (sending_makes origin _ _ _ _ _ _ _ _ _ Ho Hs Hw Hck Ht Hv Hlen E) as
    (Hn & Enext & message & Eparse & _ & _ & Hcounter & Haddr & Hkey & Hplain & Hsealed).
  cbn [Sealed_bytes Sealed_number Sealed_addresses Sealed_key Sealed_plaintext Sealed_ad] in *.
  exists message. split; [exact Eparse|]. split; [exact Hcounter|]. split; [|exact Enext].
  unfold sent_on, number_of. cbn [Delivery_message Delivery_key Delivery_ad Delivery_addresses
    Delivery_plaintext].
  rewrite Hcounter, Haddr. auto.
Qed.

(** Messages of one sending chain that are delivered in any order, none twice, within the limits of jumps and
    skipped seeds, all decrypt to what was sent. *)
Theorem one_chain_decrypts_in_any_order {C : CbcInverts P} origin limits :
  ChainKey_typed origin -> ChainLimits_well_formed limits ->
  forall deliveries chain,
    follows origin chain -> Forall (sent_on origin) deliveries -> NoDup (map number_of deliveries) ->
    (forall d, In d deliveries -> available chain (number_of d)) ->
    order_fits limits chain.(ReceivingChain_nr) (seq_len chain.(ReceivingChain_mkskipped)) 
      (map number_of deliveries) ->
    exists last,
      receive_in_turn chain limits deliveries = Ret (Ok (last, map Delivery_plaintext deliveries)) /\
      follows origin last.
Proof.
  intros Ho Hl. induction deliveries as [|d rest IH]; intros chain Hc Hsent Hnd Hav Hfits; [cbn; eauto|].
  inversion Hsent as [|? ? (Hn & Hkey & Hplain & Hsealed & Haddr) Hrest]; subst.
  inversion Hnd as [|? ? Hnotin Hnd']; subst.
  assert (Hfit : fits limits chain (number_of d)).
  { cbn in Hfits. unfold fits. destruct (Z.ltb_spec (number_of d) chain.(ReceivingChain_nr)); [auto|tauto]. }
  assert (Htyped : typed_int 32 (number_of d)) by (unfold typed_int, LAST_NUMBER in *; lia).
  cbn [receive_in_turn].
  destruct (chain_step_spec origin chain (number_of d) limits Ho Hc Hl Htyped) as
    [[Hnot _]|[(Hge & Hex & _)|[[Heq _]|(_ & _ & chain' & -> & Hc' & _ & Hnr & _ & Hkept & _)]]].
  - exfalso. apply Hnot, Hav. now left.
  - exfalso. destruct Hfit as [Hfit|[Hfit _]]; [lia|contradiction].
  - exfalso. lia.
  - cbn [bind ChainStep_seed ChainStep_chain]. rewrite (sealed_message_opens _ _ _ (Delivery_plaintext d));
      [|apply seed_at_typed; exact Ho|assumption..]. cbn [bind].
    destruct (Hkept Hfit) as [Hlen Hav'].
    destruct (IH chain') as (last & E & Hlast); [assumption..| | |].
    + intros d' Hd'. apply Hav'; [apply Hav; now right|]. intros E. apply Hnotin. rewrite <- E.
      now apply in_map.
    + cbn in Hfits. rewrite Hnr, Hlen. unfold skipped_after.
      destruct (Z.ltb_spec (number_of d) chain.(ReceivingChain_nr)).
      * replace (Z.max _ _) with chain.(ReceivingChain_nr) by lia. exact Hfits.
      * replace (Z.max _ _) with (number_of d + 1) by lia. apply Hfits.
    + rewrite E. cbn. eauto.
Qed.
End AnyOrder.
