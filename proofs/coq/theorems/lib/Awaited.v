(** What the safety of sessions needs of modules whose own safety is proved elsewhere: a list of claims in the form that
    their lemmas have, to be replaced by these lemmas. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives.
From Twinratchet.generated Require keys wire wire_message wire_prekey_message ratchet ratchet_double_state
  ratchet_sparse_types ratchet_sparse ratchet_sparse_state_decode ratchet_sparse_state_encode ratchet_triple.
From Twinratchet.theorems.safety Require ratchet_double_state.
From Twinratchet.theorems.safety Require Import ratchet_sparse.

Class Awaited {P : Primitives} : Type := {
  decode_state_safe b :
    bytes b -> seq_len b < 2 ^ 62 ->
    yields (ratchet_sparse_state_decode.decode_state b)
      (typed_result (fun s => ratchet_sparse.State_typed s /\ sparse_well_formed s /\ sparse_fits s)
        ratchet_sparse_types.SparseError_typed);
  encode_state_safe s :
    ratchet_sparse.State_typed s -> sparse_well_formed s -> sparse_fits s ->
    yields (ratchet_sparse_state_encode.encode_state s) bytes;
  triple_encrypt_safe s writer ad addresses random plaintext :
    ratchet_triple.TripleState_typed s ->
    safety.ratchet_double_state.State_well_formed (ratchet_triple.TripleState_double s) ->
    sparse_well_formed (ratchet_triple.TripleState_sparse s) -> sparse_fits (ratchet_triple.TripleState_sparse s) ->
    wire.Writer_typed writer -> ratchet_double_state.AssociatedData_typed ad -> typed_option bytes addresses ->
    ratchet_sparse_types.SparseRandom_typed random -> bytes plaintext ->
    yields (ratchet_triple.triple_encrypt s writer ad addresses random plaintext)
      (typed_result
        (fun '(next, message) =>
           ratchet_triple.TripleState_typed next /\
           safety.ratchet_double_state.State_well_formed (ratchet_triple.TripleState_double next) /\
           sparse_well_formed (ratchet_triple.TripleState_sparse next) /\ bytes message)
        ratchet.RatchetError_typed);
  triple_decrypt_safe s ad addresses limits fresh message :
    ratchet_triple.TripleState_typed s ->
    safety.ratchet_double_state.State_well_formed (ratchet_triple.TripleState_double s) ->
    sparse_well_formed (ratchet_triple.TripleState_sparse s) -> sparse_fits (ratchet_triple.TripleState_sparse s) ->
    ratchet_double_state.AssociatedData_typed ad -> typed_option bytes addresses ->
    ratchet_double_state.ChainLimits_typed limits ->
    safety.ratchet_double_state.ChainLimits_well_formed limits -> keys.RatchetKeyPair_typed fresh ->
    wire_message.SignalMessage_typed message ->
    seq_len (wire_message.SignalMessage_spqr message) < 2 ^ 62 ->
    yields (ratchet_triple.triple_decrypt s ad addresses limits fresh message)
      (typed_result
        (fun '(next, plaintext) =>
           ratchet_triple.TripleState_typed next /\
           safety.ratchet_double_state.State_well_formed (ratchet_triple.TripleState_double next) /\
           sparse_well_formed (ratchet_triple.TripleState_sparse next) /\ bytes plaintext)
        ratchet.RatchetError_typed)
}.
