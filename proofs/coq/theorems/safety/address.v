(** Panic-freedom of [address]: a name is any sequence of bytes. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types address.

(** * The text of a UUID *)

Lemma hex_digit_safe c : typed_int 8 c -> yields (hex_digit c) (fun d => 0 <= d <= 16).
Proof. intros. unfold hex_digit, NOT_A_DIGIT. steps. Qed.
#[export] Hint Resolve hex_digit_safe : spec.

(** How many of the first [i] positions of the text of a UUID hold a digit. *)
Definition digits_before (i : Z) : Z :=
  i - Z.b2z (8 <? i) - Z.b2z (13 <? i) - Z.b2z (18 <? i) - Z.b2z (23 <? i).

Lemma digits_before_next i :
  digits_before (i + 1) = if is_hyphen_position i then digits_before i else digits_before i + 1.
Proof. unfold digits_before. destruct (is_hyphen_position i) eqn:E; unfold is_hyphen_position in E; lia. Qed.

Lemma digits_before_range i :
  0 <= i < 36 -> is_hyphen_position i = false -> 0 <= digits_before i < 32.
Proof. unfold digits_before, is_hyphen_position. lia. Qed.

Lemma parse_uuid_safe name start :
  bytes name -> 0 <= start -> start + UUID_TEXT_LENGTH <= seq_len name ->
  start + UUID_TEXT_LENGTH < 2 ^ 64 ->
  yields (parse_uuid name start) (typed_option Uuid_typed).
Proof.
  intros Hname H0 H1 H2. unfold parse_uuid, UUID_TEXT_LENGTH in *. cbv zeta.
  apply yields_bind.
  apply (yields_for (fun i '(uuid, digits, _) => Uuid_typed uuid /\ digits = digits_before i)).
  - split; [typed|reflexivity].
  - intros i ((uuid & digits) & ok) Hi (Hu & ->).
    pose proof (digits_before_next i) as Hnext. pose proof (digits_before_range i Hi) as Hrange.
    assert (Hlen : seq_len uuid = 16) by range.
    apply yields_bind, yields_checked; [lia|].
    apply yields_bind, (yields_index (typed_int 8)); [exact Hname|lia|]. intros c _ Hc.
    destruct (is_hyphen_position i); [split; [exact Hu|congruence]|]. specialize (Hrange eq_refl).
    apply yields_bind. eapply yields_mono; [apply hex_digit_safe, Hc|]. intros d Hd. cbn beta in Hd.
    apply yields_bind. destruct (d =? NOT_A_DIGIT).
    + apply yields_bind, yields_checked; [lia|]. split; [exact Hu|congruence].
    + assert (0 <= digits_before i / 2 < seq_len uuid) by (clear Hnext; rewrite Hlen; lia).
      apply yields_bind, yields_index_any; [lia|]. intros old _.
      apply yields_bind, yields_set; [lia|]. intros Hset. apply yields_bind, yields_checked; [lia|].
      split; [|congruence]. split; [congruence|]. apply Forall_set_nth; [apply Hu|].
      apply typed_int_lor; [lia|apply typed_int_shl; lia|]. unfold typed_int. simpl. lia.
  - intros ((uuid & digits) & ok) (Hu & _). steps.
Qed.
#[export] Hint Resolve parse_uuid_safe : spec.

(** * Service identifiers *)

Lemma has_pni_prefix_safe name : 4 <= seq_len name -> yields (has_pni_prefix name) (fun _ => True).
Proof. intros. unfold has_pni_prefix. steps. Qed.
#[export] Hint Resolve has_pni_prefix_safe : spec.

Lemma parse_service_id_safe name :
  bytes name -> yields (parse_service_id name) (typed_option ServiceId_typed).
Proof.
  intros Hname. unfold parse_service_id, UUID_TEXT_LENGTH, PNI_PREFIX_LENGTH.
  destruct (seq_len name =? 36) eqn:E.
  - apply yields_bind. eapply yields_mono; [apply parse_uuid_safe; unfold UUID_TEXT_LENGTH; auto; lia|].
    intros [uuid|] H; simpl; auto. split; [exact I|exact H].
  - apply yields_bind. apply yields_checked; [lia|]. change (4 + 36) with 40. apply yields_bind.
    destruct (seq_len name =? 40) eqn:E2; [|exact I].
    eapply yields_mono; [apply has_pni_prefix_safe; lia|]. intros [|] _; [|exact I]. apply yields_bind.
    eapply yields_mono; [apply parse_uuid_safe; unfold UUID_TEXT_LENGTH; auto; lia|].
    intros [uuid|] H; simpl; auto. split; [exact I|exact H].
Qed.
#[export] Hint Resolve parse_service_id_safe : spec.

Lemma service_id_fixed_width_safe id :
  ServiceId_typed id -> yields (service_id_fixed_width id) (typed_array (typed_int 8) 17).
Proof.
  intros H. unfold service_id_fixed_width, SERVICE_ID_LENGTH. cbv zeta.
  assert (typed_int 8 match ServiceId_kind id with ServiceIdKind_Account => 0 | _ => 1 end).
  { destruct (ServiceId_kind id); range. }
  generalize dependent (match ServiceId_kind id with ServiceIdKind_Account => 0 | _ => 1 end).
  intros kind Hkind. destruct H as (_ & H). destruct H.
  apply yields_bind, yields_set; [range|]. intros Hlen.
  apply (yields_update (typed_int 8)); [typed|assumption|range|range|].
  intros out Hout Hall. split; [range|assumption].
Qed.
#[export] Hint Resolve service_id_fixed_width_safe : spec.

Lemma address_block_safe sender recipient :
  Address_typed sender -> Address_typed recipient ->
  yields (address_block sender recipient) (typed_option (typed_array (typed_int 8) ADDRESS_BLOCK_LENGTH)).
Proof.
  intros (Hs & Hsd) (Hr & Hrd). unfold address_block, ADDRESS_BLOCK_LENGTH. cbv zeta.
  apply yields_bind. eapply yields_mono; [apply parse_service_id_safe, Hs|]. intros from Hfrom.
  apply yields_bind. eapply yields_mono; [apply parse_service_id_safe, Hr|]. intros to Hto.
  destruct from as [from|]; [|exact I]. destruct to as [to|]; [|exact I].
  apply yields_bind. eapply yields_mono; [apply service_id_fixed_width_safe, Hfrom|]. intros f (Hf & Hf8).
  apply yields_bind, (yields_update (typed_int 8)); [typed|assumption|range|range|].
  intros out1 Hout1 Hall1. assert (Hlen1 : seq_len out1 = 36) by range. clear Hout1.
  apply yields_bind, yields_set; [lia|]. intros Hlen2. rewrite Hlen1 in Hlen2.
  assert (Hall2 := Forall_set_nth _ _ (Z.to_nat 17) _ Hall1 Hsd).
  generalize dependent (set_nth out1 (Z.to_nat 17) (Address_device_id sender)). intros out2 Hlen2 Hall2.
  apply yields_bind. eapply yields_mono; [apply service_id_fixed_width_safe, Hto|]. intros t (Ht & Ht8).
  apply yields_bind, (yields_update (typed_int 8)); [assumption|assumption|lia|lia|].
  intros out3 Hlen3 Hall3. rewrite Hlen2 in Hlen3.
  apply yields_bind, yields_set; [lia|]. intros Hlen4. rewrite Hlen3 in Hlen4.
  split; [exact Hlen4|]. apply Forall_set_nth; assumption.
Qed.
#[export] Hint Resolve address_block_safe : spec.

Lemma same_service_id_safe a b :
  Address_typed a -> Address_typed b -> yields (same_service_id a b) (fun _ => True).
Proof.
  intros (Ha & _) (Hb & _). unfold same_service_id.
  apply yields_bind. eapply yields_mono; [apply parse_service_id_safe, Ha|]. intros x _.
  apply yields_bind. eapply yields_mono; [apply parse_service_id_safe, Hb|]. intros y _.
  destruct x, y; exact I.
Qed.
#[export] Hint Resolve same_service_id_safe : spec.
