(** Panic-freedom of [ratchet::triple]: both ratchets stay well formed. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_triple.
From Twinratchet.generated Require keys wire wire_message ratchet ratchet_double_state ratchet_sparse_types
  ratchet_sparse.
From Twinratchet.theorems.safety Require Import ratchet_double_state ratchet_double_send
  ratchet_double_receive ratchet_sparse.

(** What [sparse_fits] says of the lists of the state of SPQR before is enough for what one message adds. *)
Lemma fitting_state_good s :
  ratchet_sparse.State_typed s -> sparse_well_formed s -> sparse_fits s -> State_good (2 ^ 62) s.
Proof. intros Ht Hw Hf. split; [exact Ht|]. split; [exact Hw|]. now apply sparse_fits_within. Qed.

(** The error changes its type, not the value. *)
Lemma lift_sparse_sent_typed (Q : ratchet_sparse.State * ratchet_sparse.Sent -> Prop) result :
  typed_result Q ratchet_sparse_types.SparseError_typed result ->
  typed_result Q ratchet.RatchetError_typed (lift_sparse_sent result).
Proof. destruct result; exact (fun H => H). Qed.

(** The error changes its type, not the value. *)
Lemma lift_sparse_received_typed (Q : ratchet_sparse.State * option SparseMessageKey -> Prop) result :
  typed_result Q ratchet_sparse_types.SparseError_typed result ->
  typed_result Q ratchet.RatchetError_typed (lift_sparse_received result).
Proof. destruct result; exact (fun H => H). Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma encrypt_with_sparse_key_safe state writer ad addresses sparse_message key plaintext :
  ratchet_double_state.State_typed state -> State_well_formed state -> wire.Writer_typed writer ->
  ratchet_double_state.AssociatedData_typed ad -> typed_option (typed_seq (typed_int 8)) addresses ->
  bytes sparse_message -> typed_option SparseMessageKey_typed key -> bytes plaintext ->
  yields (encrypt_with_sparse_key state writer ad addresses sparse_message key plaintext)
    (typed_result
       (fun '(next, message) => ratchet_double_state.State_typed next /\ State_well_formed next /\
         bytes message)
       ratchet.RatchetError_typed).
Proof. intros. now apply ratchet_encrypt_safe. Qed.

(** Well-formed ratchets encrypt anything, or refuse, and stay well formed. *)
Lemma triple_encrypt_safe s writer ad addresses random plaintext :
  TripleState_typed s -> State_well_formed (TripleState_double s) ->
  sparse_well_formed (TripleState_sparse s) -> sparse_fits (TripleState_sparse s) ->
  wire.Writer_typed writer -> ratchet_double_state.AssociatedData_typed ad ->
  typed_option (typed_seq (typed_int 8)) addresses ->
  ratchet_sparse_types.SparseRandom_typed random -> bytes plaintext ->
  yields (triple_encrypt s writer ad addresses random plaintext)
    (typed_result
       (fun '(next, message) =>
          TripleState_typed next /\ State_well_formed (TripleState_double next) /\
          sparse_well_formed (TripleState_sparse next) /\ bytes message)
       ratchet.RatchetError_typed).
Proof.
  intros (Hdouble & Hst) Hd Hsw Hsf Hwriter Had Haddresses Hrandom Hplain. unfold triple_encrypt.
  call_by (sparse_send_safe (2 ^ 62) _ random ltac:(lia) (fitting_state_good _ Hst Hsw Hsf) Hrandom)
    sent Hsent.
  apply lift_sparse_sent_typed in Hsent.
  destruct (lift_sparse_sent sent) as [(sparse, out)|error]; [|exact Hsent].
  destruct Hsent as ((Hst' & Hsw' & _) & Hmessage & Hkey). cbn [fst snd] in *.
  attempt_by (encrypt_with_sparse_key_safe _ writer ad addresses _ _ plaintext Hdouble Hd Hwriter Had
    Haddresses Hmessage Hkey Hplain) (double, message) (Hdt & Hdw & Hm).
  split; [split; assumption|]. split; [exact Hdw|]. split; assumption.
Qed.

Lemma decrypt_with_sparse_key_safe state ad expected_addresses limits fresh key message :
  ratchet_double_state.State_typed state -> State_well_formed state ->
  ratchet_double_state.AssociatedData_typed ad -> typed_option (typed_seq (typed_int 8)) expected_addresses ->
  ratchet_double_state.ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  keys.RatchetKeyPair_typed fresh -> typed_option SparseMessageKey_typed key ->
  wire_message.SignalMessage_typed message ->
  yields (decrypt_with_sparse_key state ad expected_addresses limits fresh key message)
    (typed_result
       (fun '(next, plaintext) =>
          ratchet_double_state.State_typed next /\ State_well_formed next /\ bytes plaintext)
       ratchet.RatchetError_typed).
Proof.
  intros Hst Hsw Had Haddresses Hlimits Hlw Hfresh Hkey Hm. unfold decrypt_with_sparse_key.
  attempt_by (ratchet_receive_key_safe state limits fresh message Hst Hsw Hlimits Hlw Hfresh Hm)
    (next, seed) (Hnt & Hnw & Hseed).
  attempt_by (open_message_safe seed key ad expected_addresses message Hseed Hkey Had Haddresses Hm)
    plaintext Hplain.
  split; [exact Hnt|]. split; assumption.
Qed.

(** What a message carries for SPQR is shorter than 2^62 bytes; no machine holds more. *)
Lemma triple_decrypt_safe s ad expected_addresses limits fresh message :
  TripleState_typed s -> State_well_formed (TripleState_double s) ->
  sparse_well_formed (TripleState_sparse s) -> sparse_fits (TripleState_sparse s) ->
  ratchet_double_state.AssociatedData_typed ad -> typed_option (typed_seq (typed_int 8)) expected_addresses ->
  ratchet_double_state.ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  keys.RatchetKeyPair_typed fresh -> wire_message.SignalMessage_typed message ->
  seq_len (wire_message.SignalMessage_spqr message) < 2 ^ 62 ->
  yields (triple_decrypt s ad expected_addresses limits fresh message)
    (typed_result
       (fun '(next, plaintext) =>
          TripleState_typed next /\ State_well_formed (TripleState_double next) /\
          sparse_well_formed (TripleState_sparse next) /\ bytes plaintext)
       ratchet.RatchetError_typed).
Proof.
  intros (Hdouble & Hst) Hd Hsw Hsf Had Haddresses Hlimits Hlw Hfresh Hm Hshort. unfold triple_decrypt.
  attempt_by (ratchet_receive_key_safe _ limits fresh message Hdouble Hd Hlimits Hlw Hfresh Hm)
    (double, seed) (Hdt & Hdw & Hseed).
  assert (Hspqr : bytes (wire_message.SignalMessage_spqr message)) by apply Hm.
  call_by (sparse_receive_safe (2 ^ 62) _ _ ltac:(lia) (fitting_state_good _ Hst Hsw Hsf) (conj Hspqr Hshort))
    received Hreceived.
  apply lift_sparse_received_typed in Hreceived.
  destruct (lift_sparse_received received) as [(sparse, key)|error]; [|exact Hreceived].
  destruct Hreceived as ((Hst' & Hsw' & _) & Hkey). cbn [fst snd] in *.
  attempt_by (open_message_safe seed key ad expected_addresses message Hseed Hkey Had Haddresses Hm)
    plaintext Hplain.
  split; [split; assumption|]. split; [exact Hdw|]. split; assumption.
Qed.
End Safety.
#[export] Hint Resolve encrypt_with_sparse_key_safe triple_encrypt_safe decrypt_with_sparse_key_safe
  triple_decrypt_safe : spec.
