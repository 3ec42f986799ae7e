(** A run of the braid: what two parties do, and the invariant that ties their states.

    Messages may be lost, come twice, and come in any order; each was sent by the other party at some time. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_braid_receive ratchet_sparse_authenticator.
From Twinratchet.generated Require Import primitives_mlkem_incremental primitives.
From Twinratchet.generated Require ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Encoding.
From Twinratchet.theorems.braid Require Import Parts.

(** * What is done *)

(** A party: its state, all messages that it has sent, the seed of its newest key pair, and the secrets that
    came out, the first one first. *)
Record Party : Type := mk_Party {
  Party_state : Braid;
  Party_sent : list SparseMessage;
  Party_seed : KemSeed;
  Party_outputs : list EpochOutput
}.

(** An output, if there is one, behind the others. *)
Definition put_out (outputs : list EpochOutput) (output : option EpochOutput) : list EpochOutput :=
  match output with
  | Some o => outputs ++ [o]
  | None => outputs
  end.

(** The seed of the newest key pair, after a send in this state. *)
Definition newest_seed (state : Braid) (seed : KemSeed) (random : SparseRandom) : KemSeed :=
  match state with
  | Braid_KeysUnsampled _ => random.(SparseRandom_key_pair)
  | _ => seed
  end.

(** A party after it sent a message, with an index, which the braid does not look at. *)
Definition after_send (me : Party) (random : SparseRandom) (index : Z) (next : Braid) (payload : Payload)
    (output : option EpochOutput) : Party :=
  mk_Party next
    (mk_SparseMessage (braid_epoch me.(Party_state)) index payload :: me.(Party_sent))
    (newest_seed me.(Party_state) me.(Party_seed) random)
    (put_out me.(Party_outputs) output).

(** A party after it received a message. *)
Definition after_receive (me : Party) (next : Braid) (output : option EpochOutput) : Party :=
  mk_Party next me.(Party_sent) me.(Party_seed) (put_out me.(Party_outputs) output).

Section Run.
Context {P : Primitives}.

(** The one encapsulation with this random value to the key pair of this seed is good: both halves are made,
    the vector matches its header, and decapsulation of the two halves gives the secret back. *)
Definition recovered (seed : KemSeed) (random : KemRandom) : Prop :=
  let pair := generate seed in
  exists half ct2,
    encaps1 pair.(IncrementalKeyPair_header) random = Ok half /\
    is_match pair.(IncrementalKeyPair_header) pair.(IncrementalKeyPair_vector) = true /\
    encaps2 pair.(IncrementalKeyPair_vector) half.(FirstHalf_state) = Ok ct2 /\
    decaps_halves pair.(IncrementalKeyPair_decapsulation_key) half.(FirstHalf_ciphertext1) ct2
    = Ok half.(FirstHalf_shared_secret).

(** If the party encapsulates when it sends, the encapsulation is good, to the newest key pair of the peer. *)
Definition encapsulates_well (me peer : Party) (random : SparseRandom) : Prop :=
  match me.(Party_state) with
  | Braid_HeaderReceived _ => recovered peer.(Party_seed) random.(SparseRandom_encapsulation)
  | _ => True
  end.

(** What a party does: it sends, with random values that it draws; or it receives any message that the peer
    sent at some time. A message that is refused leaves the party as it is. *)
Inductive moves (me peer : Party) : Party -> Prop :=
| sends random index next payload output :
    SparseRandom_typed random -> encapsulates_well me peer random ->
    braid_send me.(Party_state) random = Ret (Ok (next, payload, output)) ->
    moves me peer (after_send me random index next payload output)
| receives message next output :
    In message peer.(Party_sent) ->
    braid_receive me.(Party_state) message = Ret (Ok (next, output)) ->
    moves me peer (after_receive me next output)
| refuses message error :
    In message peer.(Party_sent) ->
    braid_receive me.(Party_state) message = Ret (Err error) ->
    moves me peer me.

(** All runs: both parties begin with the same key, in different directions, and move one after the other,
    in any order. *)
Inductive run : Party -> Party -> Prop :=
| run_begins auth_key state state' seed seed' :
    SparseAuthKey_typed auth_key ->
    braid_init Direction_A2B auth_key = Ret state -> braid_init Direction_B2A auth_key = Ret state' ->
    run (mk_Party state [] seed []) (mk_Party state' [] seed' [])
| first_moves a b a' : run a b -> moves a b a' -> run a' b
| second_moves a b b' : run a b -> moves b a b' -> run a b'.

(** * The invariant *)

(** A message of an earlier epoch, or one of epoch [e] that carries such a payload. *)
Definition at_most (e : Z) (carries : Payload -> Prop) (message : SparseMessage) : Prop :=
  message.(SparseMessage_epoch) < e \/
  (message.(SparseMessage_epoch) = e /\ carries message.(SparseMessage_payload)).

(** Nothing is carried. *)
Definition no_payload (payload : Payload) : Prop := payload = Payload_None.

(** The key side has the first half of the ciphertext. *)
Definition has_ct1 (key : Braid) : Prop :=
  match key with
  | Braid_Ct1Received _ | Braid_EkSentCt1Received _ => True
  | _ => False
  end.

(** What one side knows of the other is so. *)
Definition consistent (key ciphertext : Braid) : Prop :=
  match ciphertext with
  | Braid_Ct1Acknowledged _ => exists s, key = Braid_Ct1Received s
  | Braid_Ct2Sampled _ => has_ct1 key
  | _ => forall s, key <> Braid_EkSentCt1Received s
  end.

(** The outputs are those of all epochs before [e], in order. *)
Definition before_epoch (e : Z) (outputs : list EpochOutput) : Prop :=
  Z.of_nat (length outputs) = e - 1 /\
  map EpochOutput_epoch outputs = map (fun k => Z.of_nat k + 1) (seq 0 (length outputs)).

(** The output of epoch [e] follows. *)
Lemma before_next_epoch e outputs secret :
  before_epoch e outputs -> before_epoch (e + 1) (outputs ++ [mk_EpochOutput e secret]).
Proof.
  intros (Hl & H). split.
  - rewrite app_length. cbn [length]. lia.
  - rewrite app_length, map_app, Nat.add_1_r, seq_S, map_app, H. cbn [map EpochOutput_epoch].
    f_equal. f_equal. lia.
Qed.

Section Epoch.
Context (e : Z) (auth : Authenticator) (seed : KemSeed).

Definition header : list Z := (generate seed).(IncrementalKeyPair_header).
Definition vector : list Z := (generate seed).(IncrementalKeyPair_vector).
Definition dk : list Z := (generate seed).(IncrementalKeyPair_decapsulation_key).

(** What is sent for the header. *)
Definition header_part : list Z := with_mac header (mac_header auth e header).

(** What the key side sends while there is no encapsulation. *)
Definition header_payload (payload : Payload) : Prop :=
  match payload with
  | Payload_Hdr c => chunk_of header_part c
  | _ => False
  end.

(** The ciphertext side collects the header, or has it. *)
Inductive waits : Braid -> Prop :=
| waits_for_header d : collects header_part d -> waits (Braid_NoHeaderReceived (mk_NoHeaderReceived e auth d))
| has_header d : collects vector d -> waits (Braid_HeaderReceived (mk_HeaderReceived e auth header d)).

Section Encapsulated.
Context (half : FirstHalf) (secret : EpochSecret) (renewed : Authenticator) (ct2 : list Z).

Let ct1 : list Z := half.(FirstHalf_ciphertext1).

(** What is sent for the second half of the ciphertext. *)
Definition ct2_part : list Z := with_mac ct2 (mac_ciphertext renewed e (seq_concat ct1 ct2)).

(** The encapsulation of the epoch, the secret, and the authenticator that it gives. *)
Definition encapsulation : Prop :=
  typed_array (typed_int 8) 960 ct1 /\ typed_array (typed_int 8) 128 ct2 /\
  Authenticator_typed renewed /\
  is_match header vector = true /\
  encaps2 vector half.(FirstHalf_state) = Ok ct2 /\
  decaps_halves dk ct1 ct2 = Ok half.(FirstHalf_shared_secret) /\
  epoch_secret half.(FirstHalf_shared_secret) e = Ret secret /\
  authenticator_update auth e secret = Ret renewed.

(** The states of the key side from the key pair to the secret. *)
Inductive key_state : Braid -> Prop :=
| in_keys_sampled encoder :
    encodes header_part encoder -> key_state (Braid_KeysSampled (mk_KeysSampled e auth vector dk encoder))
| in_header_sent encoder d :
    encodes vector encoder -> collects ct1 d ->
    key_state (Braid_HeaderSent (mk_HeaderSent e auth dk encoder d))
| in_ct1_received encoder :
    encodes vector encoder -> key_state (Braid_Ct1Received (mk_Ct1Received e auth dk ct1 encoder))
| in_ek_sent d :
    collects ct2_part d -> key_state (Braid_EkSentCt1Received (mk_EkSentCt1Received e auth dk ct1 d)).

(** The states of the ciphertext side from the encapsulation to the second half of the ciphertext. *)
Inductive ciphertext_state : Braid -> Prop :=
| in_ct1_sampled encoder d :
    encodes ct1 encoder -> collects vector d ->
    ciphertext_state
      (Braid_Ct1Sampled (mk_Ct1Sampled e renewed header half.(FirstHalf_state) ct1 encoder d))
| in_ek_received encoder :
    encodes ct1 encoder ->
    ciphertext_state
      (Braid_EkReceivedCt1Sampled
         (mk_EkReceivedCt1Sampled e renewed half.(FirstHalf_state) vector ct1 encoder))
| in_ct1_acknowledged d :
    collects vector d ->
    ciphertext_state
      (Braid_Ct1Acknowledged (mk_Ct1Acknowledged e renewed header half.(FirstHalf_state) ct1 d))
| in_ct2_sampled encoder :
    encodes ct2_part encoder -> ciphertext_state (Braid_Ct2Sampled (mk_Ct2Sampled e renewed encoder)).

(** What the key side, which is in this state now, has sent in these states. *)
Definition key_payload (now : Braid) (payload : Payload) : Prop :=
  match payload with
  | Payload_Hdr c => chunk_of header_part c
  | Payload_Ek c => chunk_of vector c
  | Payload_EkCt1Ack c => chunk_of vector c /\ has_ct1 now
  | Payload_Ct1Ack => has_ct1 now
  | _ => False
  end.

(** What the ciphertext side, which is in this state now, has sent in these states and before. *)
Definition ciphertext_payload (now : Braid) (payload : Payload) : Prop :=
  match payload with
  | Payload_None => True
  | Payload_Ct1 c => chunk_of ct1 c
  | Payload_Ct2 c => chunk_of ct2_part c /\ exists s, now = Braid_Ct2Sampled s
  | _ => False
  end.
End Encapsulated.
End Epoch.

(** The key side and the ciphertext side of epoch [e] are in step, in one of four phases: there is no key
    pair yet; there is one, and no encapsulation; there is one; the key side has the secret, and is in the
    next epoch. *)
Inductive tied (key ciphertext : Party) (e : Z) (auth : Authenticator) (past : list EpochOutput) : Prop :=
| no_key_pair :
    key.(Party_state) = Braid_KeysUnsampled (mk_KeysUnsampled e auth) ->
    ciphertext.(Party_state) = Braid_NoHeaderReceived (no_header_received e auth) ->
    Forall (fun m => m.(SparseMessage_epoch) < e) key.(Party_sent) ->
    Forall (at_most e no_payload) ciphertext.(Party_sent) ->
    key.(Party_outputs) = past -> ciphertext.(Party_outputs) = past ->
    tied key ciphertext e auth past
| key_pair encoder :
    KemSeed_typed key.(Party_seed) ->
    key.(Party_state)
    = Braid_KeysSampled (mk_KeysSampled e auth (vector key.(Party_seed)) (dk key.(Party_seed)) encoder) ->
    encodes (header_part e auth key.(Party_seed)) encoder ->
    waits e auth key.(Party_seed) ciphertext.(Party_state) ->
    Forall (at_most e (header_payload e auth key.(Party_seed))) key.(Party_sent) ->
    Forall (at_most e no_payload) ciphertext.(Party_sent) ->
    key.(Party_outputs) = past -> ciphertext.(Party_outputs) = past ->
    tied key ciphertext e auth past
| encapsulated half secret renewed ct2 :
    KemSeed_typed key.(Party_seed) ->
    encapsulation e auth key.(Party_seed) half secret renewed ct2 ->
    key_state e auth key.(Party_seed) half renewed ct2 key.(Party_state) ->
    ciphertext_state e key.(Party_seed) half renewed ct2 ciphertext.(Party_state) ->
    consistent key.(Party_state) ciphertext.(Party_state) ->
    Forall (at_most e (key_payload e auth key.(Party_seed) key.(Party_state))) key.(Party_sent) ->
    Forall (at_most e (ciphertext_payload e half renewed ct2 ciphertext.(Party_state)))
      ciphertext.(Party_sent) ->
    key.(Party_outputs) = past -> ciphertext.(Party_outputs) = past ++ [mk_EpochOutput e secret] ->
    tied key ciphertext e auth past
| opened renewed message encoder secret :
    e < LAST_EPOCH -> Authenticator_typed renewed -> part message ->
    key.(Party_state) = Braid_NoHeaderReceived (no_header_received (e + 1) renewed) ->
    ciphertext.(Party_state) = Braid_Ct2Sampled (mk_Ct2Sampled e renewed encoder) ->
    encodes message encoder ->
    Forall (at_most (e + 1) no_payload) key.(Party_sent) ->
    Forall (fun m => m.(SparseMessage_epoch) < e + 1) ciphertext.(Party_sent) ->
    key.(Party_outputs) = past ++ [mk_EpochOutput e secret] ->
    ciphertext.(Party_outputs) = past ++ [mk_EpochOutput e secret] ->
    tied key ciphertext e auth past.

(** The same, with what holds of the epoch and of what came before it. *)
Definition in_step (key ciphertext : Party) : Prop :=
  exists e auth past,
    1 <= e <= LAST_EPOCH /\ Authenticator_typed auth /\ before_epoch e past /\
    tied key ciphertext e auth past.
End Run.
