(** Panic-freedom of [ratchet::sparse::state::decode]: a decoded state is well formed, whatever bytes were
    stored. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_types ratchet_sparse_chain
  ratchet_sparse ratchet_sparse_state_decode.
From Twinratchet.generated Require ratchet_sparse_braid_states ratchet_sparse_state_fields.
From Twinratchet.theorems.safety Require Import ratchet_sparse_chain ratchet_sparse_state_fields
  ratchet_sparse_braid_states ratchet_sparse_state_decode_braid ratchet_sparse.

(** A stored chain: its bounds are those of [sparse_fits]. *)
Definition Chain_stored (c : Chain) : Prop :=
  Chain_typed c /\ Chain_well_formed c /\
  seq_len (Chain_links c) < 2 ^ 62 /\ Forall (Link_fits (2 ^ 58)) (Chain_links c).

(** A stored half of a link. *)
Definition Half_decoded (h : Half) : Prop := Half_typed h /\ Half_fits (2 ^ 58) h.
(** A stored link. *)
Definition Link_decoded (l : Link) : Prop := Link_typed l /\ Link_fits (2 ^ 58) l.

(** A number is a direction or an error. *)
Lemma direction_of_typed number : typed_result Direction_typed SparseError_typed (direction_of number).
Proof. unfold direction_of. destruct (number =? 0); [exact I|]. destruct (number =? 1); exact I. Qed.

(** A number is a version or an error. *)
Lemma version_of_typed number : typed_result Version_typed SparseError_typed (version_of number).
Proof. unfold version_of. destruct (number =? 0); [exact I|]. destruct (number =? 1); exact I. Qed.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma decode_parameters_safe b fields number :
  fields_of b fields ->
  yields (decode_parameters b fields number) (typed_result ChainParameters_typed SparseError_typed).
Proof.
  intros Hf. unfold decode_parameters. attempt_by (stored_bytes_safe b fields Hf number) stored Hs.
  apply (part_storable b stored (proj1 Hf)) in Hs. attempt_by (stored_fields_safe stored Hs) inner Hi.
  attempt_by (stored_uint32_safe stored inner Hi ratchet_sparse_state_fields.PARAMETERS_MAX_JUMP) jump Hjump.
  attempt_by (stored_uint32_safe stored inner Hi ratchet_sparse_state_fields.PARAMETERS_MAX_OUT_OF_ORDER)
    out Hout.
  split; assumption.
Qed.

Lemma decode_negotiation_safe b :
  storable b -> yields (decode_negotiation b) (typed_result Negotiation_typed SparseError_typed).
Proof.
  intros Hb. unfold decode_negotiation. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_secret_safe b fields Hf ratchet_sparse_state_fields.NEGOTIATION_AUTH_KEY) key Hkey.
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.NEGOTIATION_DIRECTION) d Hd.
  pose proof (direction_of_typed d) as Hdirection.
  destruct (direction_of d) as [direction|e]; [|exact Hdirection].
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.NEGOTIATION_MIN_VERSION) v Hv.
  pose proof (version_of_typed v) as Hversion. destruct (version_of v) as [version|e]; [|exact Hversion].
  attempt_by (decode_parameters_safe b fields ratchet_sparse_state_fields.NEGOTIATION_PARAMETERS Hf) chain Hc.
  step. step; [apply Hkey|]. step. split; [exact Hkey|]. split; [exact Hdirection|]. split; assumption.
Qed.

Lemma decode_optional_negotiation_safe stored :
  typed_option storable stored ->
  yields (decode_optional_negotiation stored)
    (typed_result (typed_option Negotiation_typed) SparseError_typed).
Proof.
  intros Hs. destruct stored as [b|]; [|exact I]. cbn [decode_optional_negotiation].
  attempt_by (decode_negotiation_safe b Hs) negotiation H. exact H.
Qed.

(** * The chain *)

(** Four bytes within the others are a number of 32 bits. *)
Lemma be32_safe b start :
  bytes b -> 0 <= start -> start + 3 < seq_len b -> seq_len b < 2 ^ 62 ->
  yields (be32 b start) (typed_int 32).
Proof.
  intros Hb Hs Hl Hmax. unfold be32.
  step. eapply yields_index; [exact Hb|lia|]. intros b0 _ H0. step. step; [lia|].
  step. eapply yields_index; [exact Hb|lia|]. intros b1 _ H1. step. step; [lia|].
  step. eapply yields_index; [exact Hb|lia|]. intros b2 _ H2. step. step; [lia|].
  step. eapply yields_index; [exact Hb|lia|]. intros b3 _ H3. step.
  repeat (apply typed_int_lor; [lia| |]); try (apply typed_int_shl; lia). unfold typed_int in *. lia.
Qed.

(** Fewer than 2^58 keys of 36 bytes fit into 2^62 bytes. *)
Lemma decode_store_safe b :
  storable b ->
  yields (decode_store b)
    (typed_result (fun stored => Forall StoredKey_typed stored /\ seq_len stored < 2 ^ 58) SparseError_typed).
Proof.
  intros (Hb & Hl). pose proof (seq_len_nonneg b).
  unfold decode_store, ratchet_sparse_state_fields.STORED_KEY_LENGTH.
  unfold ratchet_sparse_state_fields.SECRET_LENGTH.
  step. step; [lia|]. destruct (Z.eqb_spec (seq_len b mod 36) 0) as [E|E]; [|exact I].
  step. step; [lia|]. cbv zeta. pose proof (Z.div_mod (seq_len b) 36). set (n := seq_len b / 36) in *.
  rewrite seq_len_fill by lia.
  step. apply (yields_for (fun _ stored => Forall StoredKey_typed stored /\ seq_len stored = n)).
  - split; [|apply seq_len_fill; lia]. apply Forall_fill. split; [unfold typed_int; simpl; lia|].
    split; [reflexivity|]. apply Forall_fill. unfold typed_int. lia.
  - intros i stored Hi (Hs & Hsl). step. step; [lia|]. step. step; [lia|]. step. step; [lia..|]. intros Hkl.
    call_by (be32_safe b (36 * i) Hb ltac:(lia) ltac:(lia) Hl) index Hindex.
    step. step; [exact Hkl|]. step; [lia|]. intros Hset. split; [|lia]. apply Forall_set_nth; [exact Hs|].
    split; [exact Hindex|]. split; [exact Hkl|]. apply Forall_firstn', Forall_skipn', Hb.
  - intros stored (Hs & Hsl). step. split; [exact Hs|]. lia.
Qed.

Lemma decode_next_safe b :
  bytes b -> yields (decode_next b) (typed_result (typed_option SparseChainKey_typed) SparseError_typed).
Proof.
  intros Hb. unfold decode_next. destruct (seq_len b =? 0); [exact I|].
  destruct (Z.eqb_spec (seq_len b) ratchet_sparse_state_fields.SECRET_LENGTH) as [E|E]; [|exact I]. cbv zeta.
  step. step; [exact E|]. step. split; [exact E|exact Hb].
Qed.

Lemma decode_half_safe b : storable b -> yields (decode_half b) (typed_result Half_decoded SparseError_typed).
Proof.
  intros Hb. unfold decode_half. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.HALF_COUNTER) ctr Hctr.
  attempt_by (stored_bytes_safe b fields Hf ratchet_sparse_state_fields.HALF_NEXT) next_bytes Hnb.
  attempt_by (decode_next_safe next_bytes (proj1 Hnb)) next Hnext.
  attempt_by (stored_bytes_safe b fields Hf ratchet_sparse_state_fields.HALF_STORE) store Hstore.
  attempt_by (decode_store_safe store (part_storable b store Hb Hstore)) stored (Hs & Hl).
  split; [|exact Hl]. split; [exact Hctr|]. split; assumption.
Qed.

Lemma decode_link_safe b : storable b -> yields (decode_link b) (typed_result Link_decoded SparseError_typed).
Proof.
  intros Hb. unfold decode_link. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_required_safe b fields Hf ratchet_sparse_state_fields.LINK_SEND) sb Hsb.
  attempt_by (decode_half_safe sb (part_storable b sb Hb Hsb)) send (Hst & Hsf).
  attempt_by (stored_required_safe b fields Hf ratchet_sparse_state_fields.LINK_RECEIVE) rb Hrb.
  attempt_by (decode_half_safe rb (part_storable b rb Hb Hrb)) receive (Hrt & Hrf).
  split; split; assumption.
Qed.

Lemma append_link_safe links b :
  storable b -> Forall Link_decoded links ->
  yields (append_link links b)
    (typed_result (fun after => Forall Link_decoded after /\ seq_len after = seq_len links + 1)
      SparseError_typed).
Proof.
  intros Hb Hlinks. unfold append_link. attempt_by (decode_link_safe b Hb) link Hlink.
  split; [now apply Forall_push|apply seq_len_push].
Qed.

Lemma decode_links_safe b items :
  storable b -> Forall (part b) items ->
  yields (decode_links items)
    (typed_result (fun links => Forall Link_decoded links /\ seq_len links <= seq_len items)
      SparseError_typed).
Proof.
  intros Hb Hitems. unfold decode_links. cbv zeta.
  apply (yields_for (fun i =>
    typed_result (fun links => Forall Link_decoded links /\ seq_len links <= i) SparseError_typed)).
  - split; [constructor|rewrite seq_len_nil; lia].
  - intros i [links|error] Hi Hlinks; [|exact Hlinks]. destruct Hlinks as (Hl & Hn).
    step. eapply yields_index; [exact Hitems|exact Hi|]. intros item _ Hpart.
    eapply yields_mono; [apply append_link_safe; [exact (part_storable b item Hb Hpart)|exact Hl]|].
    intros [after|error]; [|auto]. intros (Ha & Hal). split; [exact Ha|lia].
  - intros [links|error]; [|auto]. pose proof (seq_len_nonneg items). intros (Hl & Hn). split; [exact Hl|lia].
Qed.

(** What [has_fitting_epochs] accepts is what makes a chain well formed. *)
Lemma has_fitting_epochs_safe links current_epoch send_epoch :
  typed_int 64 links -> typed_int 64 current_epoch ->
  yields (has_fitting_epochs links current_epoch send_epoch) (fun fits => fits = true ->
    1 <= links <= current_epoch + 1 /\ current_epoch - links < send_epoch <= current_epoch).
Proof.
  unfold typed_int. intros Hl Hc. unfold has_fitting_epochs. step.
  apply (yields_mono _ (fun bad => bad = false -> 1 <= links <= current_epoch + 1)).
  { step; [step; discriminate|]. step. step; [lia|]. step. lia. }
  intros bad Hbad. destruct bad; [step; discriminate|]. specialize (Hbad eq_refl).
  step. step; [lia|]. step. step; [lia|]. step. lia.
Qed.

(** Any storable bytes give a well-formed chain or an error. *)
Lemma decode_chain_safe b :
  storable b -> yields (decode_chain b) (typed_result Chain_stored SparseError_typed).
Proof.
  intros Hb. unfold decode_chain. attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields Hf ratchet_sparse_state_fields.CHAIN_DIRECTION) d Hd.
  pose proof (direction_of_typed d) as Hdirection.
  destruct (direction_of d) as [direction|e]; [|exact Hdirection].
  attempt_by (stored_uint64_safe b fields Hf ratchet_sparse_state_fields.CHAIN_CURRENT_EPOCH) epoch Hepoch.
  attempt_by (stored_all_safe b fields Hf ratchet_sparse_state_fields.CHAIN_LINK) items (Hitems & Hil).
  attempt_by (decode_links_safe b items Hb Hitems) links (Hlinks & Hll).
  attempt_by (stored_secret_safe b fields Hf ratchet_sparse_state_fields.CHAIN_NEXT_ROOT) root Hroot.
  attempt_by (stored_uint64_safe b fields Hf ratchet_sparse_state_fields.CHAIN_SEND_EPOCH) send Hsend.
  attempt_by (decode_parameters_safe b fields ratchet_sparse_state_fields.CHAIN_PARAMETERS Hf) parameters Hp.
  assert (Hfit : seq_len links < 2 ^ 62) by (destruct Hb; lia).
  pose proof (seq_len_nonneg links) as Hpos.
  call_by (has_fitting_epochs_safe (seq_len links) epoch send ltac:(unfold typed_int; lia) Hepoch) fits Hfits.
  destruct fits; [|exact I]. destruct (Hfits eq_refl) as (H1 & H2).
  step. step; [apply Hroot|]. step. split; [|split; [split; assumption|split; [exact Hfit|]]].
  - split; [exact Hdirection|]. split; [exact Hepoch|]. split; [exact Hsend|].
    split; [|split; [exact Hroot|exact Hp]]. eapply Forall_impl; [|exact Hlinks]. intros l H. apply H.
  - eapply Forall_impl; [|exact Hlinks]. intros l H. apply H.
Qed.

Lemma decode_optional_chain_safe stored :
  typed_option storable stored ->
  yields (decode_optional_chain stored) (typed_result (typed_option Chain_stored) SparseError_typed).
Proof.
  intros Hs. destruct stored as [b|]; [|exact I]. cbn [decode_optional_chain].
  attempt_by (decode_chain_safe b Hs) chain H. exact H.
Qed.

(** * The state *)

Lemma decode_optional_braid_safe stored :
  typed_option storable stored ->
  yields (decode_optional_braid stored) (typed_result (typed_option Braid_well_formed) SparseError_typed).
Proof.
  intros Hs. destruct stored as [b|]; [|exact I]. cbn [decode_optional_braid].
  attempt_by (decode_braid_safe b Hs) braid H. exact H.
Qed.

(** An epoch is at least 1, so there is one before. *)
Lemma epoch_given_safe braid : Braid_well_formed braid -> yields (epoch_given braid) (typed_int 64).
Proof.
  intros (Ht & H1 & _). apply braid_epoch_typed in Ht. unfold epoch_given. step; [step; exact Ht|].
  unfold typed_int in *. step; lia.
Qed.

Lemma is_in_step_safe state :
  typed_option Braid_well_formed (State_braid state) -> yields (is_in_step state) (fun _ => True).
Proof.
  intros Hb. unfold is_in_step. destruct (State_chain state); [|exact I].
  destruct (State_braid state) as [braid|]; [|exact I]. call_by (epoch_given_safe braid Hb) epoch _. exact I.
Qed.

(** The claim that sessions rely on. *)
Lemma decode_state_safe b :
  bytes b -> seq_len b < 2 ^ 62 ->
  yields (decode_state b)
    (typed_result (fun s => State_typed s /\ sparse_well_formed s /\ sparse_fits s) SparseError_typed).
Proof.
  intros Hbt Hbl. assert (Hb : storable b) by (split; assumption). unfold decode_state. cbv zeta.
  assert (Hinner : forall o, typed_option (part b) o -> typed_option storable o).
  { intros [c|] Hc; [exact (part_storable b c Hb Hc)|exact I]. }
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_optional_safe b fields Hf ratchet_sparse_state_fields.STATE_NEGOTIATION) nb Hnb.
  attempt_by (decode_optional_negotiation_safe nb (Hinner nb Hnb)) negotiation Hn.
  attempt_by (stored_optional_safe b fields Hf ratchet_sparse_state_fields.STATE_CHAIN) cb Hcb.
  attempt_by (decode_optional_chain_safe cb (Hinner cb Hcb)) chain Hc.
  attempt_by (stored_optional_safe b fields Hf ratchet_sparse_state_fields.STATE_BRAID) bb Hbb.
  attempt_by (decode_optional_braid_safe bb (Hinner bb Hbb)) braid Hbraid.
  call_by (is_in_step_safe (mk_State negotiation chain braid) Hbraid) fits _. destruct fits; [|exact I].
  split; [|split].
  - split; [exact Hn|]. split; [destruct chain; [apply Hc|exact I]|destruct braid; [apply Hbraid|exact I]].
  - split; [destruct chain; [apply Hc|exact I]|exact Hbraid].
  - unfold sparse_fits. cbn [State_chain]. destruct chain; [|exact I]. apply Hc.
Qed.
End Safety.
#[export] Hint Resolve decode_parameters_safe decode_negotiation_safe decode_optional_negotiation_safe
  be32_safe decode_store_safe decode_next_safe decode_half_safe decode_link_safe append_link_safe
  decode_links_safe has_fitting_epochs_safe decode_chain_safe decode_optional_chain_safe
  decode_optional_braid_safe epoch_given_safe is_in_step_safe decode_state_safe : spec.
