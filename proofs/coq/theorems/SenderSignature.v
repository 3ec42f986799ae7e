(** Sender keys: what is decrypted was signed. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import primitives groups_sender_key groups_sender_key_types.
From Twinratchet.generated Require groups keys primitives_xeddsa wire wire_sender_key_message.

Section SenderSignature.
Context {P : Primitives}.

(** The signature of the message is one of the signing key of the state, for the bytes that it covers. *)
Definition signed_for (state : SenderKeyState) (message : wire_sender_key_message.SenderKeyMessage) : Prop :=
  verify primitives_xeddsa.Form_Deployed (keys.SenderSigningKey_key (SigningKey_public (SenderKeyState_signing state)))
    (wire_sender_key_message.SenderKeyMessage_unsigned message)
    (wire_sender_key_message.SenderKeyMessage_signature message) = true.

(** If bytes are decrypted, they are a message whose signature is one of the signing key of a state of the record, and
    whose version is that of the state. *)
Theorem a_decrypted_message_was_signed profile record bytes record' plaintext :
  group_decrypt profile record bytes = Ret (Ok (record', plaintext)) ->
  exists message state,
    wire_sender_key_message.parse_sender_key_message profile bytes = Ret (Ok message) /\
    In state (SenderKeyRecord_states record) /\ signed_for state message /\
    wire_sender_key_message.SenderKeyMessage_version message = SenderKeyState_version state.
Proof.
  unfold group_decrypt. intros E.
  destruct (wire_sender_key_message.parse_sender_key_message profile bytes) as [[message|]|]; cbn [bind lift_wire] in E;
    try discriminate.
  destruct (state_of_message _ _) as [[i|]|]; cbn [bind] in E; try discriminate.
  destruct (seq_index _ i) as [state|] eqn:Ei; cbn [bind] in E; [|discriminate].
  exists message, state. split; [reflexivity|]. split.
  { unfold seq_index in Ei. destruct (i <? 0); [discriminate|].
    destruct (nth_error _ _) eqn:En; [|discriminate]. injection Ei as ->. now apply nth_error_In in En. }
  unfold check_origin in E. cbv zeta in E. unfold signed_for.
  destruct (_ =? _) eqn:Ev; cbn [negb] in E; [|discriminate]. apply Z.eqb_eq in Ev.
  destruct (verify _ _ _ _); [auto|discriminate].
Qed.
End SenderSignature.
