(** Panic-freedom of [primitives::x25519]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_x25519.
From Twinratchet.theorems.safety Require Import primitives_field25519 primitives_scalar25519.

(** A step of the ladder gives two points of field elements, whatever it is given. *)
Lemma ladder_step_typed x_1 two three :
  typed_pair LadderPoint_typed LadderPoint_typed (ladder_step x_1 two three).
Proof.
  unfold ladder_step. cbv zeta. split; split; cbn [fst snd LadderPoint_x LadderPoint_z]; field_element.
Qed.

(** The ladder gives an element of the field for every integer of 32 bytes and every element. *)
Lemma ladder_safe k u : Integer256_typed k -> typed_fe u -> yields (ladder k u) typed_fe.
Proof.
  intros Hk Hu. unfold ladder. cbv zeta. apply yields_bind.
  apply (yields_for (fun _ state =>
    LadderPoint_typed (fst (fst state)) /\ LadderPoint_typed (snd (fst state)))).
  - split; split; cbn [fst snd LadderPoint_x LadderPoint_z]; first [assumption | field_element].
  - intros i [[two three] swap] Hi (Htwo & Hthree).
    apply yields_bind. apply yields_checked; [lia|].
    apply yields_bind. eapply yields_mono; [apply bit_safe; [assumption|lia]|]. intros k_t _.
    destruct (cswap _ _ _) as [swapped_two swapped_three].
    pose proof (ladder_step_typed u swapped_two swapped_three) as Hstep.
    destruct (ladder_step _ _ _) as [next_two next_three]. exact Hstep.
  - intros [[two three] swap] _. destruct (cswap _ _ _) as [last other]. apply typed_fe_mod.
Qed.
#[export] Hint Resolve ladder_safe : spec.

(** Clamping keeps a private key a private key. *)
Lemma clamp_safe private : PrivateKey_typed private -> yields (clamp private) PrivateKey_typed.
Proof.
  intros (Hlen & Hbytes). unfold clamp. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve clamp_safe : spec.

(** X25519 gives 32 bytes for every private key and every 32 bytes as a public key. *)
Lemma x25519_safe private public :
  PrivateKey_typed private -> PublicKey_typed public -> yields (x25519 private public) SharedSecret_typed.
Proof.
  intros Hprivate (Hlen & Hbytes). unfold x25519.
  walk. call clamp_safe; [assumption|]. intros k (Hk & Hk'). walk.
  call ladder_safe; [split; [whole|assumption]|field_element|].
  intros agreed _. destruct (typed_fe_to_bytes agreed). walk. now split.
Qed.
#[export] Hint Resolve x25519_safe : spec.

(** A public key is 32 bytes. *)
Lemma public_key_safe private : PrivateKey_typed private -> yields (public_key private) PublicKey_typed.
Proof.
  intros Hprivate. unfold public_key, BASE_U. walk.
  eapply (yields_set_element (typed_int 8)); [elements|whole|rewrite seq_len_fill by lia; lia|].
  intros base Hbytes Hlen. rewrite seq_len_fill in Hlen by lia.
  walk. call x25519_safe; [assumption|now split|]. intros secret (Hs & Hs'). walk. now split.
Qed.
#[export] Hint Resolve public_key_safe : spec.

(** An agreement gives 32 bytes or the error of an invalid agreement. *)
Lemma dh_safe private public :
  PrivateKey_typed private -> PublicKey_typed public ->
  yields (dh private public) (typed_result SharedSecret_typed DhError_typed).
Proof.
  intros Hprivate Hpublic. unfold dh.
  walk. call x25519_safe; [assumption|assumption|]. intros shared Hshared. cbv zeta. apply yields_bind.
  apply (yields_for (fun _ _ => True)); [exact I| |].
  - intros i any Hi _. destruct Hshared. walk. exact I.
  - intros any _. walk; [assumption|exact I].
Qed.
#[export] Hint Resolve dh_safe : spec.
