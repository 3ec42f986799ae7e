(** Panic-freedom of [ratchet::double::send]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.keys theorems.safety.ratchet_symmetric
  theorems.safety.ratchet_skipped.
From Twinratchet Require Import theorems.safety.ratchet_double_state theorems.safety.wire_message.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state ratchet_double_send.
From Twinratchet.generated Require keys ratchet ratchet_skipped ratchet_symmetric wire wire_message
  wire_protobuf.

Section Safety.
Context {P : Primitives} {T : Typed P}.
Local Hint Resolve kdf_ck_safe message_keys_safe : spec.
Local Hint Extern 8 => solve [typed] : spec.

(** Sending gives a state of the same kind, and bytes, or says that the counter is exhausted. *)
Lemma ratchet_encrypt_safe state writer ad addresses spqr key plaintext :
  State_typed state -> State_well_formed state -> wire.Writer_typed writer -> AssociatedData_typed ad ->
  typed_option bytes addresses -> bytes spqr -> typed_option SparseMessageKey_typed key -> bytes plaintext ->
  yields (ratchet_encrypt state writer ad addresses spqr key plaintext)
    (typed_result
       (fun '(next, message) => State_typed next /\ State_well_formed next /\ bytes message)
       ratchet.RatchetError_typed).
Proof.
  intros (Hrk & Hpn & (Hdhs & Hcks & Hns) & Hrec) Hwell Hwriter Had Haddr Hspqr Hkey Hplain.
  unfold ratchet_encrypt. cbv zeta. step. eapply yields_mono; [apply next_number_safe; exact Hns|].
  intros [ns|error] Hnext; cbn [typed_result] in Hnext; [|exact Hnext]. destruct Hnext as [Hnext _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hcks|]. intros [cks seed] [Hc Hseed].
  cbn [fst snd] in *.
  step. eapply yields_mono; [apply message_keys_safe; auto|]. intros keys (Hcipher & Hmac & Hiv).
  pose proof (aes256_cbc_encrypt_typed _ _ plaintext Hcipher Hiv Hplain) as [_ Hbody].
  step. eapply yields_mono; [apply encode_signal_message_safe; auto|].
  { exact (conj Hwriter (conj (proj2 Hdhs) (conj Hns Hpn))). }
  intros unsigned [Hunsigned _].
  step. eapply yields_mono; [apply message_tag_safe; auto|]. intros tag [_ Htag].
  step. unfold typed_result. split; [|split; [exact Hwell|apply Forall_concat; auto]].
  exact (conj Hrk (conj Hpn (conj (conj Hdhs (conj Hc Hnext)) Hrec))).
Qed.
End Safety.
#[export] Hint Resolve ratchet_encrypt_safe : spec.
