(** Panic-freedom of [ratchet::sparse::braid::send]: sending keeps states of the braid well formed. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types
  ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require primitives_mlkem primitives_mlkem_incremental ratchet_sparse_authenticator
  ratchet_sparse_erasure ratchet_sparse_message.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure ratchet_sparse_authenticator
  ratchet_sparse_braid_states.

(** What sending gives: a state, what the message carries, and perhaps the secret of an epoch. *)
Definition sending (x : Braid * ratchet_sparse_message.Payload * option EpochOutput) : Prop :=
  let '(braid, payload, output) := x in
  Braid_well_formed braid /\ ratchet_sparse_message.Payload_typed payload /\ output_typed output.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma send_keys_unsampled_safe state seed :
  Braid_well_formed (Braid_KeysUnsampled state) -> KemSeed_typed seed ->
  yields (send_keys_unsampled state seed) sending.
Proof.
  intros ((Hepoch & Hauth) & Hfirst & _) Hseed. unfold send_keys_unsampled. cbv zeta.
  destruct (generate_typed seed Hseed) as (Hheader & (Hvl & Hv) & (_ & Hdk)).
  pose proof (mac_header_typed _ (KeysUnsampled_epoch state) _ Hauth (proj2 Hheader)) as Hmac.
  pose proof (with_mac_typed _ _ _ Hheader Hmac) as (Hcl & Hc).
  call_by (encoder_of_safe _ Hc ltac:(rewrite Hcl; lia)) e He.
  call_by (next_chunk_safe e He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|split; [exact Hvl|exact Hencoder]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hv|]. split; [exact Hdk|]. apply Hencoder.
Qed.

Lemma send_keys_sampled_safe state :
  Braid_well_formed (Braid_KeysSampled state) -> yields (send_keys_sampled state) sending.
Proof.
  intros ((Hepoch & Hauth & Hek & Hdk & _) & Hfirst & Hl & He). unfold send_keys_sampled.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|split; [exact Hl|exact Hencoder]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hek|]. split; [exact Hdk|]. apply Hencoder.
Qed.

Lemma send_header_sent_safe state :
  Braid_well_formed (Braid_HeaderSent state) -> yields (send_header_sent state) sending.
Proof.
  intros ((Hepoch & Hauth & Hdk & _ & Hdt) & Hfirst & He & Hd). unfold send_header_sent.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|split; [exact Hencoder|exact Hd]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [apply Hencoder|exact Hdt].
Qed.

Lemma send_ct1_received_safe state :
  Braid_well_formed (Braid_Ct1Received state) -> yields (send_ct1_received state) sending.
Proof.
  intros ((Hepoch & Hauth & Hdk & Hct1 & _) & Hfirst & He). unfold send_ct1_received.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|exact Hencoder]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hdk|]. split; [exact Hct1|]. apply Hencoder.
Qed.

Lemma send_header_received_safe state random :
  Braid_well_formed (Braid_HeaderReceived state) -> KemRandom_typed random ->
  yields (send_header_received state random) (typed_result sending SparseError_typed).
Proof.
  intros ((Hepoch & Hauth & Hheader & Hdt) & Hfirst & Hd) Hrandom. unfold send_header_received.
  pose proof (lift_half_typed _ _ (encaps1_typed _ _ Hheader Hrandom)) as Hhalf.
  destruct (lift_half _) as [half|error]; [|exact Hhalf].
  destruct Hhalf as ((Hs & Hes & Hct1) & Hl).
  call_by (epoch_secret_safe _ (HeaderReceived_epoch state) Hes) secret Hsecret.
  call_by (encoder_of_safe _ Hs ltac:(rewrite Hl; lia)) e He.
  call_by (next_chunk_safe e He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  cbv zeta. call_by (authenticator_update_safe _ (HeaderReceived_epoch state) _ Hauth Hsecret) auth Hauth'.
  step. split; [|split; [exact Hchunk|split; [exact Hepoch|exact Hsecret]]].
  split; [|split; [exact Hfirst|split; [exact Hencoder|exact Hd]]].
  split; [exact Hepoch|]. split; [exact Hauth'|]. split; [exact Hheader|]. split; [exact Hct1|].
  split; [exact Hs|]. split; [apply Hencoder|exact Hdt].
Qed.

Lemma send_ct1_sampled_safe state :
  Braid_well_formed (Braid_Ct1Sampled state) -> yields (send_ct1_sampled state) sending.
Proof.
  intros ((Hepoch & Hauth & Hheader & Hes & Hct1 & _ & Hdt) & Hfirst & He & Hd). unfold send_ct1_sampled.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|split; [exact Hencoder|exact Hd]]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hheader|]. split; [exact Hes|].
  split; [exact Hct1|]. split; [apply Hencoder|exact Hdt].
Qed.

Lemma send_ek_received_ct1_sampled_safe state :
  Braid_well_formed (Braid_EkReceivedCt1Sampled state) -> yields (send_ek_received_ct1_sampled state) sending.
Proof.
  intros ((Hepoch & Hauth & Hes & Hek & Hct1 & _) & Hfirst & He). unfold send_ek_received_ct1_sampled.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|exact Hencoder]].
  split; [exact Hepoch|]. split; [exact Hauth|]. split; [exact Hes|]. split; [exact Hek|].
  split; [exact Hct1|]. apply Hencoder.
Qed.

Lemma send_ct2_sampled_safe state :
  Braid_well_formed (Braid_Ct2Sampled state) -> yields (send_ct2_sampled state) sending.
Proof.
  intros ((Hepoch & Hauth & _) & Hfirst & He). unfold send_ct2_sampled.
  call_by (next_chunk_safe _ He) (encoder, chunk) (Hencoder & Hchunk). cbn [fst snd] in Hencoder, Hchunk.
  step. split; [|split; [exact Hchunk|exact I]].
  split; [|split; [exact Hfirst|exact Hencoder]].
  split; [exact Hepoch|]. split; [exact Hauth|]. apply Hencoder.
Qed.

(** A well-formed state gives a payload and stays well formed. *)
Lemma braid_send_safe braid random :
  Braid_well_formed braid -> SparseRandom_typed random ->
  yields (braid_send braid random) (typed_result sending SparseError_typed).
Proof.
  intros Hb (Hseed & Hrandom). unfold braid_send. destruct braid as [s|s|s|s|s|s|s|s|s|s|s].
  - call_by (send_keys_unsampled_safe s _ Hb Hseed) x Hx. exact Hx.
  - call_by (send_keys_sampled_safe s Hb) x Hx. exact Hx.
  - call_by (send_header_sent_safe s Hb) x Hx. exact Hx.
  - call_by (send_ct1_received_safe s Hb) x Hx. exact Hx.
  - split; [exact Hb|]. split; exact I.
  - split; [exact Hb|]. split; exact I.
  - now apply send_header_received_safe.
  - call_by (send_ct1_sampled_safe s Hb) x Hx. exact Hx.
  - call_by (send_ek_received_ct1_sampled_safe s Hb) x Hx. exact Hx.
  - split; [exact Hb|]. split; exact I.
  - call_by (send_ct2_sampled_safe s Hb) x Hx. exact Hx.
Qed.
End Safety.
#[export] Hint Resolve send_keys_unsampled_safe send_keys_sampled_safe send_header_sent_safe
  send_ct1_received_safe send_header_received_safe send_ct1_sampled_safe send_ek_received_ct1_sampled_safe
  send_ct2_sampled_safe braid_send_safe : spec.
