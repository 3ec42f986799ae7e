(** Nothing that is stored or comes over the network makes a session panic.

    A record is loaded from any bytes, a message is parsed from any bytes, a bundle is anybody's, an archived
    session is any bytes. The one bound, [2 ^ 62] bytes, is that of Protocol Buffers, where positions are
    added; no machine holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record
  session_select_types session_select_receive session_select_respond session_select_send.
From Twinratchet.generated Require handshake_bundle ratchet_sparse_types wire wire_message
  wire_prekey_message.
From Twinratchet.theorems.safety Require Import wire_message wire_prekey_message session_record_decode
  session_record session_select_receive session_select_respond session_select_send.

Section Sessions.
Context {P : Primitives} {T : Typed P}.

(** A party: its keys and its address, and what it knows of the other. *)
Definition parties (local : Local) (remote : Remote) : Prop := Local_typed local /\ Remote_typed remote.

(** [then_yields m f]: [m] does not panic, and if it gives [Ok], neither does what follows. *)
Definition then_yields {A E} (m : M (result A E)) (f : A -> Prop) : Prop :=
  yields m (fun r => match r with Ok a => f a | Err _ => True end).

Lemma then_yields_typed {A E} (m : M (result A E)) (f : A -> Prop) Q R :
  yields m (typed_result Q R) -> (forall a, Q a -> f a) -> then_yields m f.
Proof. destruct m as [[a|e]|]; cbn; auto. Qed.

(** Whatever is stored and whatever message comes, loading the record, parsing the message and decrypting it
    do not panic, and the new record is well-formed. *)
Theorem receiving_a_message_never_panics record_bytes message_bytes local remote ratchet_private :
  stored record_bytes -> stored message_bytes -> parties local remote -> PrivateKey_typed ratchet_private ->
  then_yields (load_record record_bytes) (fun record =>
    then_yields (wire_message.parse_signal_message message_bytes) (fun message =>
      then_yields (decrypt_message record local remote ratchet_private message) (fun decrypted =>
        Record_well_formed (Decrypted_record decrypted)))).
Proof.
  intros Hr Hm (Hl & Hremote) Hprivate.
  eapply then_yields_typed; [exact (load_record_safe _ Hr)|]. intros record (Hw & Hc & Hp & _).
  eapply then_yields_typed; [apply parse_signal_message_safe; apply Hm|]. intros message Hparsed.
  apply parsed_message_is_received in Hparsed; [|exact Hm].
  eapply then_yields_typed; [apply decrypt_message_safe; assumption|]. intros decrypted (_ & H). exact H.
Qed.

(** Whatever is stored and whatever prekey message comes, with any prekeys that are found for it, loading,
    parsing and decrypting do not panic, and the new record is well-formed. *)
Theorem receiving_a_prekey_message_never_panics record_bytes message_bytes local remote lookup
    ratchet_private :
  stored record_bytes -> stored message_bytes -> parties local remote -> PreKeyLookup_typed lookup ->
  PrivateKey_typed ratchet_private ->
  then_yields (load_record record_bytes) (fun record =>
    then_yields (wire_prekey_message.parse_prekey_message message_bytes) (fun message =>
      then_yields (decrypt_prekey_message record local remote lookup ratchet_private message)
        (fun decrypted => Record_well_formed (Decrypted_record decrypted)))).
Proof.
  intros Hr Hm (Hl & Hremote) Hlookup Hprivate.
  eapply then_yields_typed; [exact (load_record_safe _ Hr)|]. intros record (Hw & Hf).
  eapply then_yields_typed; [apply parse_prekey_message_safe; apply Hm|].
  intros message ((He & _) & _ & _ & _ & inner & Hi & Hlen & Hparsed).
  apply parsed_message_is_received in Hparsed; [|split; [exact Hi|destruct Hm; lia]].
  eapply then_yields_typed; [apply decrypt_prekey_message_safe; assumption|]. intros decrypted (_ & H).
  exact H.
Qed.

(** Whatever is stored and whatever the bundle is, loading the record and starting a session do not panic, and
    the new record is well-formed. *)
Theorem starting_a_session_never_panics record_bytes local remote bundle base_private ratchet_private
    kem_random now_ms :
  stored record_bytes -> parties local remote -> handshake_bundle.PreKeyBundle_typed bundle ->
  PrivateKey_typed base_private -> PrivateKey_typed ratchet_private -> KemRandom_typed kem_random ->
  typed_int 64 now_ms ->
  then_yields (load_record record_bytes) (fun record =>
    then_yields (start_session record local remote bundle base_private ratchet_private kem_random now_ms)
      Record_well_formed).
Proof.
  intros Hr (Hl & Hremote) Hbundle Hbase Hratchet Hrandom Hnow.
  eapply then_yields_typed; [exact (load_record_safe _ Hr)|]. intros record (Hw & Hf & _).
  eapply then_yields_typed; [apply start_session_safe; assumption|]. auto.
Qed.

(** Whatever is stored and whatever the plaintext is, loading the record and encrypting do not panic, and the
    new record is well-formed. *)
Theorem encrypting_never_panics record_bytes local remote now_ms random plaintext :
  stored record_bytes -> parties local remote -> ratchet_sparse_types.SparseRandom_typed random ->
  bytes plaintext ->
  then_yields (load_record record_bytes) (fun record =>
    then_yields (encrypt record local remote now_ms random plaintext) (fun '(next, ciphertext) =>
      Record_well_formed next /\ Ciphertext_typed ciphertext)).
Proof.
  intros Hr (Hl & Hremote) Hrandom Hplaintext.
  eapply then_yields_typed; [exact (load_record_safe _ Hr)|]. intros record (Hw & Hf & _).
  eapply then_yields_typed; [apply encrypt_safe; assumption|]. auto.
Qed.
End Sessions.
