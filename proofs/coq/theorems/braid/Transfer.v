(** One part is sent until it has arrived: exchanges of one chunk each end, and keep the sides in step. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.lib.Fill theorems.lib.Places.
From Twinratchet.theorems.erasure Require Import Encoding Decoding.
From Twinratchet.theorems.braid Require Import Parts Run Sending Receiving.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_braid_receive ratchet_sparse_erasure primitives.
From Twinratchet.theorems.safety Require Import ratchet_sparse_erasure.

(** * Chunks that follow each other *)

(** The decoder has seen the last [k] chunks that the encoder gave. *)
Definition ahead (message : list Z) (e : Encoder) (d : Decoder) (k : Z) : Prop :=
  encodes message e /\
  exists seen, holds message d seen /\ forall j, 0 <= j < k -> In ((Encoder_next e - 1 - j) mod 65536) seen.

(** It may be that it has seen none. *)
Lemma not_ahead message e d : encodes message e -> collects message d -> ahead message e d 0.
Proof. intros He (seen & Hd). split; [exact He|]. exists seen. split; [exact Hd|]. lia. Qed.

(** One more chunk. *)
Lemma one_more_ahead message e d k :
  part message -> ahead message e d k -> 0 <= k ->
  exists e' c d', next_chunk e = Ret (e', c) /\ add_chunk d c = Ret d' /\ ahead message e' d' (k + 1).
Proof.
  intros (Hm & _ & Hn) (He & seen & Hd & Hseen) Hk.
  pose proof (next_chunk_gives message Hm Hn e He) as H.
  apply yields_value in H as ((e', c) & E & Hc & He' & Hnext).
  cbn [fst snd] in *. set (index := Encoder_next e mod 65536) in *.
  assert (Hindex : typed_int 16 index) by (apply (Z.mod_pos_bound _ 65536); lia).
  pose proof (add_chunk_holds message Hn d seen index Hindex Hd) as H.
  apply yields_value in H as (d' & E' & Hd'). exists e', c, d'. split; [exact E|]. rewrite Hc.
  split; [exact E'|]. split; [exact He'|]. exists (index :: seen). split; [exact Hd'|]. intros j Hj.
  assert (Ej : (Encoder_next e' - 1 - j) mod 65536 = (Encoder_next e - j) mod 65536).
  { rewrite Hnext, (Z.mod_eq _ (2 ^ 32)) by lia. set (q := (Encoder_next e + 1) / 2 ^ 32).
    replace (Encoder_next e + 1 - 2 ^ 32 * q - 1 - j)
      with (Encoder_next e - j + (- (65536 * q)) * 65536) by lia.
    apply Z.mod_add. lia. }
  rewrite Ej. destruct (Z.eq_dec j 0) as [->|Hne].
  - left. unfold index. f_equal. lia.
  - right. replace (Encoder_next e - j) with (Encoder_next e - 1 - (j - 1)) by lia. apply Hseen. lia.
Qed.

(** Enough chunks give the part. *)
Lemma enough_ahead message e d k :
  part message -> ahead message e d k -> k <= 65536 -> seq_len message <= 32 * k ->
  decoded d = Ret (Some message).
Proof.
  intros (Hm & Heven & Hn) (_ & seen & Hd & Hseen) Hk Henough.
  pose proof (decoded_is_message message Hm Hn d seen Heven Hd) as H.
  apply yields_value in H as (o & E & Ho). rewrite E. f_equal.
  set (complete := forallb _ _) in Ho. assert (Hcomplete : complete = true); [|now rewrite Hcomplete in Ho].
  pose proof (seq_len_nonneg message) as Hlen.
  apply forallb_forall. intros i Hi. apply counted_in in Hi. apply Z.leb_le.
  destruct Hd as (_ & _ & Hd).
  apply (enough_seen message i _ seen
    (map (fun j => (Encoder_next e - 1 - j) mod 65536) (counted k)) Hi (Hd i Hi)).
  - assert (Hinj : forall l, NoDup l -> Forall (fun j => 0 <= j < 65536) l ->
      NoDup (map (fun j => (Encoder_next e - 1 - j) mod 65536) l)).
    { induction 1 as [|x l Hx _ IH]; intros Hb; [constructor|]. inversion Hb as [|? ? Hxb Hlb]; subst.
      cbn [map]. constructor; [|now apply IH]. intros Hin. apply in_map_iff in Hin as (y & Ey & Hy).
      rewrite Forall_forall in Hlb. pose proof (Hlb y Hy) as Hyb. apply Hx. replace x with y; [exact Hy|].
      pose proof (Z.div_mod (Encoder_next e - 1 - y) 65536 ltac:(lia)).
      pose proof (Z.div_mod (Encoder_next e - 1 - x) 65536 ltac:(lia)). lia. }
    apply Hinj; [apply counted_distinct|]. apply Forall_forall. intros j Hj. apply counted_in in Hj. lia.
  - intros x Hx. apply in_map_iff in Hx as (j & <- & Hj). apply counted_in in Hj. now apply Hseen.
  - rewrite map_length, counted_length. lia.
Qed.

(** * Continuations *)

Section Continuations.
Context {P : Primitives} {T : Typed P}.

(** What can come after: both parties move, one after the other, in any order. *)
Inductive continues (me peer : Party) : Party -> Party -> Prop :=
| stays : continues me peer me peer
| first_goes_on me' peer' me'' :
    continues me peer me' peer' -> moves me' peer' me'' -> continues me peer me'' peer'
| second_goes_on me' peer' peer'' :
    continues me peer me' peer' -> moves peer' me' peer'' -> continues me peer me' peer''.

(** The order of the parties does not matter. *)
Lemma continues_swapped me peer me' peer' : continues me peer me' peer' -> continues peer me peer' me'.
Proof. induction 1; eauto using stays, first_goes_on, second_goes_on. Qed.

(** One continuation after the other. *)
Lemma continues_further a b a' b' a'' b'' :
  continues a b a' b' -> continues a' b' a'' b'' -> continues a b a'' b''.
Proof. intros H. induction 1; eauto using stays, first_goes_on, second_goes_on. Qed.

(** A run that is continued is a run. *)
Lemma continues_a_run a b a' b' : run a b -> continues a b a' b' -> run a' b'.
Proof. intros H. induction 1; eauto using first_moves, second_moves. Qed.

(** * One exchange *)

(** The states of the key side alone. *)
Definition is_key (state : Braid) : Prop :=
  match state with
  | Braid_KeysUnsampled _ | Braid_KeysSampled _ | Braid_HeaderSent _ | Braid_Ct1Received _
  | Braid_EkSentCt1Received _ => True
  | _ => False
  end.

(** They are not those of the ciphertext side. *)
Lemma ciphertext_is_not_key key ciphertext : in_step key ciphertext -> ~ is_key ciphertext.(Party_state).
Proof.
  intros (e & auth & past & _ & _ & _ & H).
  destruct H as [_ Hc|enc _ _ _ Hc|half secret renewed ct2 _ _ _ Hc|renewed m enc secret _ _ _ _ Hc].
  - rewrite Hc. auto.
  - destruct Hc; auto.
  - destruct Hc; auto.
  - rewrite Hc. auto.
Qed.

(** Two parties between which messages go from the first to the second, and stay in step. *)
Definition downward (speaker hearer : Party) : Prop := in_step speaker hearer /\ is_key speaker.(Party_state).
Definition upward (speaker hearer : Party) : Prop := in_step hearer speaker.

(** One message goes over. *)
Definition exchanges (R : Party -> Party -> Prop) : Prop :=
  forall speaker hearer random next payload output,
    R speaker hearer -> SparseRandom_typed random -> encapsulates_well speaker hearer random ->
    braid_epoch hearer.(Party_state) <> LAST_EPOCH ->
    braid_send speaker.(Party_state) random = Ret (Ok (next, payload, output)) ->
    (is_key speaker.(Party_state) -> is_key next) ->
    exists next' output' speaker' hearer',
      braid_receive hearer.(Party_state) (mk_SparseMessage (braid_epoch speaker.(Party_state)) 0 payload)
      = Ret (Ok (next', output')) /\
      speaker'.(Party_state) = next /\ hearer'.(Party_state) = next' /\
      continues speaker hearer speaker' hearer' /\ R speaker' hearer'.

(** The key side sends, the ciphertext side receives. *)
Lemma exchanges_downward : exchanges downward.
Proof.
  intros speaker hearer random next payload output (H & Hkey) Hrandom Hwell Hlast E Hnext.
  pose proof (key_sends speaker hearer random H Hrandom) as Hs. rewrite E in Hs. specialize (Hs 0).
  set (speaker' := after_send speaker random 0 next payload output) in *.
  set (message := mk_SparseMessage (braid_epoch (Party_state speaker)) 0 payload).
  assert (Hm : In message speaker'.(Party_sent)) by now left.
  pose proof (ciphertext_receives speaker' hearer message Hs Hm) as Hr.
  destruct (braid_receive _ _) as [[(next', output')|error]|] eqn:E'; [|contradiction Hlast|contradiction Hr].
  cbn in Hr. exists next', output', speaker', (after_receive hearer next' output').
  split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|]. split.
  - eapply second_goes_on; [eapply first_goes_on; [apply stays|]|].
    + exact (sends speaker hearer random 0 next payload output Hrandom Hwell E).
    + exact (receives hearer speaker' message next' output' Hm E').
  - split; [|exact (Hnext Hkey)]. destruct Hr as [Hr|Hr]; [exact Hr|].
    exfalso. apply (ciphertext_is_not_key _ _ Hr). exact (Hnext Hkey).
Qed.

(** The ciphertext side sends, the key side receives. *)
Lemma exchanges_upward : exchanges upward.
Proof.
  intros speaker hearer random next payload output H Hrandom Hwell Hlast E _. unfold upward in *.
  pose proof (ciphertext_sends hearer speaker random H Hrandom Hwell) as Hs.
  rewrite E in Hs. specialize (Hs 0).
  set (speaker' := after_send speaker random 0 next payload output) in *.
  set (message := mk_SparseMessage (braid_epoch (Party_state speaker)) 0 payload).
  assert (Hm : In message speaker'.(Party_sent)) by now left.
  pose proof (key_receives hearer speaker' message Hs Hm) as Hr.
  destruct (braid_receive _ _) as [[(next', output')|error]|] eqn:E'; [|contradiction Hlast|contradiction Hr].
  cbn in Hr. exists next', output', speaker', (after_receive hearer next' output').
  split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|]. split; [|exact Hr].
  eapply second_goes_on; [eapply first_goes_on; [apply stays|]|].
  - exact (sends speaker hearer random 0 next payload output Hrandom Hwell E).
  - exact (receives hearer speaker' message next' output' Hm E').
Qed.

(** * Many exchanges *)

Section Transfer.
Context (R : Party -> Party -> Prop) (R_exchanges : exchanges R).
Context (message : list Z) (message_part : part message) (e : Z) (e_not_last : e <> LAST_EPOCH).
Context (speaks : Encoder -> Braid) (hears : Decoder -> Braid) (carry : Chunk -> Payload).
Context (random : SparseRandom) (random_typed : SparseRandom_typed random).
Context (done : Braid -> Prop).

Context (speaks_epoch : forall encoder, braid_epoch (speaks encoder) = e).
Context (hears_epoch : forall d, braid_epoch (hears d) = e).
Context (speaks_without_drawing : forall encoder s, speaks encoder <> Braid_HeaderReceived s).
Context (speaks_as_key : forall encoder encoder', is_key (speaks encoder) -> is_key (speaks encoder')).
Context (speaks_chunks : forall encoder encoder' c,
  next_chunk encoder = Ret (encoder', c) ->
  braid_send (speaks encoder) random = Ret (Ok (speaks encoder', carry c, None))).
Context (hears_on : forall d c d',
  add_chunk d c = Ret d' -> decoded d' = Ret None ->
  braid_receive (hears d) (mk_SparseMessage e 0 (carry c)) = Ret (Ok (hears d', None))).
Context (hears_all : forall d c d' next output,
  add_chunk d c = Ret d' -> decoded d' = Ret (Some message) ->
  braid_receive (hears d) (mk_SparseMessage e 0 (carry c)) = Ret (Ok (next, output)) -> done next).

(** After enough exchanges the part has arrived. *)
Lemma part_arrives_after n k speaker hearer encoder d :
  Z.of_nat n + k = 32768 -> 0 <= k -> ahead message encoder d k -> R speaker hearer ->
  speaker.(Party_state) = speaks encoder -> hearer.(Party_state) = hears d ->
  exists speaker' hearer' encoder',
    continues speaker hearer speaker' hearer' /\ R speaker' hearer' /\
    speaker'.(Party_state) = speaks encoder' /\ done hearer'.(Party_state).
Proof.
  revert k speaker hearer encoder d.
  induction n as [|n IH]; intros k speaker hearer encoder d Hn Hk Hahead HR Es Eh;
    destruct (one_more_ahead message encoder d k message_part Hahead Hk)
      as (encoder' & c & d' & Ec & Ed & Hmore);
    destruct (R_exchanges speaker hearer random (speaks encoder') (carry c) None HR random_typed)
      as (next & output & speaker' & hearer' & E & Es' & Eh' & Hcontinues & HR').
  1, 6: unfold encapsulates_well; rewrite Es; destruct (speaks encoder) eqn:Ex; try exact I;
    now contradiction (speaks_without_drawing encoder payload'0).
  1, 5: now rewrite Eh, hears_epoch.
  1, 4: rewrite Es; now apply speaks_chunks.
  1, 3: rewrite Es; apply speaks_as_key.
  all: rewrite Eh, Es, speaks_epoch in E.
  - assert (Hall : decoded d' = Ret (Some message)).
    { apply (enough_ahead message encoder' d' (k + 1) message_part Hmore); [lia|].
      destruct message_part as (_ & _ & Hl). lia. }
    exists speaker', hearer', encoder'. split; [exact Hcontinues|]. split; [exact HR'|]. split; [exact Es'|].
    rewrite Eh'. exact (hears_all d c d' next output Ed Hall E).
  - pose proof Hmore as (_ & seen & Hd' & _).
    pose proof (decoded_of_part message d' message_part (ex_intro _ seen Hd')) as H.
    apply yields_value in H as (o & Eo & [->| ->]).
    + exists speaker', hearer', encoder'. split; [exact Hcontinues|]. split; [exact HR'|].
      split; [exact Es'|]. rewrite Eh'. exact (hears_all d c d' next output Ed Eo E).
    + rewrite (hears_on d c d' Ed Eo) in E. injection E as <- <-.
      destruct (IH (k + 1) speaker' hearer' encoder' d') as (s & h & enc & Hc & Hr & Hs & Hh); auto; [lia..|].
      exists s, h, enc. split; [exact (continues_further _ _ _ _ _ _ Hcontinues Hc)|auto].
Qed.

(** From any encoder and decoder of the part. *)
Lemma part_arrives speaker hearer encoder d :
  encodes message encoder -> collects message d -> R speaker hearer ->
  speaker.(Party_state) = speaks encoder -> hearer.(Party_state) = hears d ->
  exists speaker' hearer' encoder',
    continues speaker hearer speaker' hearer' /\ R speaker' hearer' /\
    speaker'.(Party_state) = speaks encoder' /\ done hearer'.(Party_state).
Proof.
  intros He Hd. apply (part_arrives_after (Z.to_nat 32768) 0); [reflexivity|lia|]. now apply not_ahead.
Qed.
End Transfer.
End Continuations.
