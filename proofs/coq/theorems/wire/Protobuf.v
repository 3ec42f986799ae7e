(** Reading back what [wire_protobuf] writes.

    A message is written as a list of fields, here [item]s: a number with a varint, or a number with a
    content. Parsing the bytes of any list of items gives the fields, and taking the last of a number gives
    what was written under it. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint.
From Twinratchet.generated Require Import wire wire_protobuf.

(** * Reading one varint *)

(** A varint that stands at a position, with anything before and behind it, is read as the number that was
    written. *)
Theorem varint_is_read_back pre v rest :
  0 <= v < 2 ^ 64 -> seq_len (pre ++ varint v ++ rest) < 2 ^ 64 ->
  read_varint (pre ++ varint v ++ rest) (seq_len pre)
  = Ret (Ok (mk_Varint v (seq_len pre + seq_len (varint v)))).
Proof.
  intros Hv Hlen. unfold read_varint, MAX_VARINT_LENGTH. cbv zeta.
  rewrite (reader_reads_varint (fun value length' done => (value, length', done, true)) _
    (pre ++ varint v ++ rest) (seq_len pre)) with (pre := pre) (v := v) (rest := rest); auto.
  - cbn [bind andb]. pose proof (varint_length v). pose proof (seq_len_nonneg pre).
    pose proof (seq_len_nonneg rest). rewrite !seq_len_app in Hlen.
    unfold checked_add. rewrite checked_ret by lia. reflexivity.
  - intros i value l b Hi Hin Hindex Hlast. cbn [negb]. unfold checked_add, checked_mul, checked_shl.
    rewrite checked_ret by lia. cbn [bind].
    replace (seq_len pre + i <? seq_len (pre ++ varint v ++ rest)) with true by lia.
    rewrite Hindex. cbn [bind]. rewrite !checked_ret by lia. cbn [bind].
    replace (7 * i <? 64) with true by lia. cbn [bind].
    replace ((i =? 9) && (1 <? b)) with false by lia. reflexivity.
Qed.

(** * Items *)

Inductive item : Type :=
| Number (number value : Z)
| Content (number : Z) (content : list Z).

Definition item_number (it : item) : Z :=
  match it with
  | Number number _ | Content number _ => number
  end.

(** The number of a field has 29 bits; what is in it fits into 64 bits. *)
Definition item_valid (it : item) : Prop :=
  1 <= item_number it < 2 ^ 29 /\
  match it with
  | Number _ value => 0 <= value < 2 ^ 64
  | Content _ content => seq_len content < 2 ^ 64
  end.

Definition item_bytes (it : item) : list Z :=
  match it with
  | Number number value => varint (8 * number) ++ varint value
  | Content number content => varint (8 * number + 2) ++ varint (seq_len content) ++ content
  end.

Definition items_bytes (items : list item) : list Z := flat_map item_bytes items.

(** What the type of a message says of an item; that contents are short follows from the length of the
    message. *)
Definition item_typed (it : item) : Prop :=
  1 <= item_number it < 2 ^ 29 /\
  match it with
  | Number _ value => 0 <= value < 2 ^ 64
  | Content _ _ => True
  end.

(** * Writing *)

Lemma field_tag number type :
  0 <= number < 2 ^ 29 -> 0 <= type < 8 -> Z.lor (shl 64 number 3) type = 8 * number + type.
Proof.
  intros Hn Ht. unfold shl. rewrite Z.shiftl_mul_pow2, Z.mod_small by lia.
  rewrite Z.lor_comm, lor_high by lia. lia.
Qed.

(** A number is written behind what is there. *)
Lemma put_uint32_appends out number value :
  0 <= number < 2 ^ 29 -> 0 <= value -> put_uint32 out number value = out ++ item_bytes (Number number value).
Proof.
  intros Hn Hv. unfold put_uint32, put_varint_field, WIRE_VARINT. cbv zeta. rewrite field_tag by lia.
  rewrite !put_varint_appends by lia. rewrite Z.add_0_r. now rewrite <- app_assoc.
Qed.

(** A content is written behind what is there. *)
Lemma put_bytes_appends out number content :
  0 <= number < 2 ^ 29 -> put_bytes out number content = out ++ item_bytes (Content number content).
Proof.
  intros Hn. unfold put_bytes, WIRE_BYTES. cbv zeta. rewrite field_tag by lia.
  rewrite !put_varint_appends by (try apply seq_len_nonneg; lia). unfold seq_concat, item_bytes.
  now rewrite <- !app_assoc.
Qed.

(** * Reading one field *)

Definition item_length (it : item) : Z := seq_len (item_bytes it).

(** The field that a parser makes of an item at a position. *)
Definition item_field (at' : Z) (it : item) : Field :=
  match it with
  | Number number value => mk_Field number WIRE_VARINT value 0 0 (at' + item_length it)
  | Content number content =>
      mk_Field number WIRE_BYTES 0 (at' + item_length it - seq_len content) (seq_len content)
        (at' + item_length it)
  end.

Lemma tag_is_read_back pre number type rest :
  1 <= number < 2 ^ 29 -> 0 <= type < 8 -> seq_len (pre ++ varint (8 * number + type) ++ rest) < 2 ^ 64 ->
  read_tag (pre ++ varint (8 * number + type) ++ rest) (seq_len pre)
  = Ret (Ok (mk_Tag number type (seq_len pre + seq_len (varint (8 * number + type))))).
Proof.
  intros Hn Ht Hlen. unfold read_tag, MAX_TAG. rewrite varint_is_read_back by lia. cbn [bind]. cbv zeta.
  cbn [Varint_value Varint_next].
  assert (Hshr : shr (8 * number + type) 3 = number).
  { unfold shr. rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 3) with 8.
    rewrite Z.mul_comm, Z.div_add_l, Z.div_small by lia. lia. }
  assert (Hland : Z.land (8 * number + type) 7 = type).
  { change 7 with (Z.ones 3). rewrite Z.land_ones by lia. change (2 ^ 3) with 8.
    rewrite Z.mul_comm, Z.add_comm, Z.mod_add, Z.mod_small by lia. reflexivity. }
  rewrite Hshr, Hland. replace ((4294967295 <? 8 * number + type) || (number =? 0)) with false by lia.
  unfold cast. rewrite !Z.mod_small by lia. reflexivity.
Qed.

(** An item that stands at a position, with anything before and behind it, is read as its field. *)
Lemma item_is_read_back pre it rest :
  item_valid it -> seq_len (pre ++ item_bytes it ++ rest) < 2 ^ 64 ->
  read_field (pre ++ item_bytes it ++ rest) (seq_len pre) = Ret (Ok (item_field (seq_len pre) it)).
Proof.
  intros (Hn & Hv) Hlen. unfold read_field. pose proof (seq_len_nonneg pre) as Hpre.
  pose proof (seq_len_nonneg rest) as Hrest.
  destruct it as [number value|number content]; cbn [item_number] in Hn; unfold item_field, item_length;
    cbn [item_bytes] in *; rewrite <- !app_assoc in *.
  - rewrite <- (Z.add_0_r (8 * number)) in *. rewrite tag_is_read_back by (assumption || lia). cbn [bind].
    cbn [Tag_wire_type]. change (0 =? WIRE_VARINT) with true. cbv iota.
    unfold varint_field. cbn [Tag_next Tag_number Tag_wire_type].
    rewrite app_assoc in *. rewrite <- seq_len_app. rewrite varint_is_read_back by assumption.
    cbn [bind Varint_value Varint_next]. rewrite !seq_len_app. now rewrite Z.add_assoc.
  - rewrite tag_is_read_back by (assumption || lia). cbn [bind].
    cbn [Tag_wire_type]. change (2 =? WIRE_VARINT) with false. change (2 =? WIRE_BYTES) with true. cbv iota.
    unfold bytes_field. cbn [Tag_next Tag_number Tag_wire_type].
    pose proof (seq_len_nonneg content) as Hcontent.
    rewrite app_assoc in *. rewrite <- seq_len_app. rewrite varint_is_read_back by (lia || assumption).
    cbn [bind Varint_value Varint_next].
    rewrite !seq_len_app in *.
    pose proof (varint_length (8 * number + 2)). pose proof (varint_length (seq_len content)).
    unfold checked_sub, checked_add. rewrite checked_ret by lia. cbn [bind].
    match goal with |- context [if ?b then _ else _] => replace b with false by lia end. cbv zeta.
    rewrite checked_ret by lia. cbn [bind]. do 3 f_equal; lia.
Qed.

(** * Reading all fields *)

Fixpoint fields_at (at' : Z) (items : list item) : list Field :=
  match items with
  | [] => []
  | it :: rest => item_field at' it :: fields_at (at' + item_length it) rest
  end.

Lemma item_length_at_least it : 2 <= item_length it.
Proof.
  unfold item_length. destruct it as [number value|number content]; cbn [item_bytes]; rewrite !seq_len_app.
  - pose proof (varint_length (8 * number)). pose proof (varint_length value). lia.
  - pose proof (varint_length (8 * number + 2)). pose proof (varint_length (seq_len content)).
    pose proof (seq_len_nonneg content). lia.
Qed.

Lemma item_length_of_content number content : seq_len content + 2 <= item_length (Content number content).
Proof.
  unfold item_length. cbn [item_bytes]. rewrite !seq_len_app.
  pose proof (varint_length (8 * number + 2)). pose proof (varint_length (seq_len content)). lia.
Qed.

Lemma length_of_items it items :
  seq_len (items_bytes (it :: items)) = item_length it + seq_len (items_bytes items).
Proof. unfold items_bytes. cbn [flat_map]. apply seq_len_app. Qed.

(** Items of a message that fits into 64 bits are valid. *)
Lemma items_of_short_message_are_valid items :
  Forall item_typed items -> seq_len (items_bytes items) < 2 ^ 64 -> Forall item_valid items.
Proof.
  intros Ht. induction Ht as [|it items (Hn & Hit) Hitems IH]; intros Hlen; constructor.
  - split; [exact Hn|]. rewrite length_of_items in Hlen. pose proof (seq_len_nonneg (items_bytes items)).
    destruct it as [number value|number content]; [exact Hit|].
    unfold item_length in Hlen. cbn [item_bytes] in Hlen. rewrite !seq_len_app in Hlen.
    pose proof (varint_length (8 * number + 2)). pose proof (varint_length (seq_len content)). lia.
  - apply IH. rewrite length_of_items in Hlen. pose proof (item_length_at_least it). lia.
Qed.

(** Items of which the contents are bytes, and no number is negative. *)
Definition item_of_bytes (it : item) : Prop :=
  match it with
  | Number number value => 0 <= number /\ 0 <= value
  | Content number content => 0 <= number /\ typed_seq (typed_int 8) content
  end.

Ltac items_of_bytes :=
  repeat (apply Forall_cons; [split; [discriminate|assumption]|]); apply Forall_nil.

(** Such items are written as bytes. *)
Lemma items_bytes_typed items : Forall item_of_bytes items -> typed_seq (typed_int 8) (items_bytes items).
Proof.
  intros Ht. induction Ht as [|it items Hit Hitems IH]; [constructor|]. unfold items_bytes. cbn [flat_map].
  apply Forall_app. split; [|exact IH].
  destruct it as [number value|number content]; destruct Hit as (Hn & Hit); cbn [item_bytes];
    repeat (apply Forall_app; split); try assumption; apply varint_typed; try apply seq_len_nonneg; lia.
Qed.

(** A bound of the length of items: 20 bytes for each, and the contents. *)
Fixpoint items_bound (items : list item) : Z :=
  match items with
  | [] => 0
  | Number _ _ :: rest => 20 + items_bound rest
  | Content _ content :: rest => 20 + seq_len content + items_bound rest
  end.

Lemma items_length_within_bound items : seq_len (items_bytes items) <= items_bound items.
Proof.
  induction items as [|it items IH]; [easy|]. rewrite length_of_items. unfold item_length.
  destruct it as [number value|number content]; cbn [item_bytes items_bound]; rewrite !seq_len_app.
  - pose proof (varint_length (8 * number)). pose proof (varint_length value). lia.
  - pose proof (varint_length (8 * number + 2)). pose proof (varint_length (seq_len content)). lia.
Qed.

(** A field of an item, outside of groups, is added to the fields. *)
Lemma take_field_of_item at' fields it at'' :
  take_field (mk_Reading at' [] fields true) (item_field at'' it)
  = Ret (mk_Reading (at'' + item_length it) [] (fields ++ [item_field at'' it]) true).
Proof. destruct it; reflexivity. Qed.

Lemma rounds_read_items n i pre fields items :
  let bytes := pre ++ items_bytes items in
  Forall item_valid items -> seq_len bytes < 2 ^ 64 -> seq_len (items_bytes items) <= Z.of_nat n ->
  iterate_m n i (fun (_ : Z) reading =>
    if reading.(Reading_well_formed) && (reading.(Reading_at) <? seq_len bytes) then
      let! tmp' := read_field bytes reading.(Reading_at) in
      match tmp' with
      | Ok field => take_field reading field
      | Err _ => Ret (refuse reading)
      end
    else Ret reading) (mk_Reading (seq_len pre) [] fields true)
  = Ret (mk_Reading (seq_len bytes) [] (fields ++ fields_at (seq_len pre) items) true).
Proof.
  revert i pre fields items.
  induction n as [|n IH]; intros i pre fields items bytes Hv Hlen Hn; unfold bytes in *;
    clear bytes.
  - destruct items as [|it items].
    + cbn [iterate_m items_bytes flat_map fields_at]. now rewrite !app_nil_r.
    + rewrite length_of_items in Hn. pose proof (item_length_at_least it).
      pose proof (seq_len_nonneg (items_bytes items)). lia.
  - cbn [iterate_m Reading_well_formed Reading_at andb]. destruct items as [|it items].
    + cbn [items_bytes flat_map] in *. rewrite app_nil_r in *.
      replace (seq_len pre <? seq_len pre) with false by lia. cbn [bind].
      specialize (IH (i + 1) pre fields []). cbn [items_bytes flat_map] in IH. rewrite app_nil_r in IH.
      apply IH; auto. rewrite seq_len_nil. lia.
    + pose proof (item_length_at_least it). pose proof (seq_len_nonneg (items_bytes items)).
      rewrite length_of_items in Hn. inversion Hv as [|? ? Hit Hitems]. subst.
      replace (seq_len pre <? seq_len (pre ++ items_bytes (it :: items))) with true
        by (rewrite seq_len_app, length_of_items; lia).
      unfold items_bytes in *. cbn [flat_map] in *. rewrite (item_is_read_back pre it) by assumption.
      cbn [bind].
      rewrite take_field_of_item. cbn [bind].
      specialize (IH (i + 1) (pre ++ item_bytes it) (fields ++ [item_field (seq_len pre) it]) items).
      cbn [fields_at]. rewrite <- !app_assoc, (seq_len_app pre (item_bytes it)) in IH.
      apply IH; auto. lia.
Qed.

(** The bytes of any list of items are parsed to their fields. *)
Theorem items_are_read_back items :
  Forall item_typed items -> seq_len (items_bytes items) < 2 ^ 64 ->
  parse_fields (items_bytes items) = Ret (Ok (fields_at 0 items)).
Proof.
  intros Ht Hlen. assert (Hv := items_of_short_message_are_valid items Ht Hlen). unfold parse_fields.
  cbv zeta. unfold for_loop_m. rewrite Z.sub_0_r.
  pose proof (seq_len_nonneg (items_bytes items)) as Hpos.
  change (mk_Reading 0 [] [] true) with (mk_Reading (seq_len (@nil Z)) [] [] true).
  rewrite (rounds_read_items _ 0 [] [] items); [reflexivity|exact Hv|exact Hlen|lia].
Qed.

(** * Taking fields by number *)

Definition last_of {A} (l : list A) : option A := fold_left (fun _ x => Some x) l None.

(** What was written under a number. *)
Definition numbers (number : Z) (items : list item) : list Z :=
  flat_map (fun it =>
    match it with
    | Number n value => if n =? number then [value] else []
    | Content _ _ => []
    end) items.

Definition contents (number : Z) (items : list item) : list (list Z) :=
  flat_map (fun it =>
    match it with
    | Number _ _ => []
    | Content n content => if n =? number then [content] else []
    end) items.

(** Under this number there are only varints; only contents. *)
Definition only_numbers (number : Z) (items : list item) : bool :=
  forallb (fun it =>
    match it with
    | Number _ _ => true
    | Content n _ => negb (n =? number)
    end) items.

Definition only_contents (number : Z) (items : list item) : bool :=
  forallb (fun it =>
    match it with
    | Number n _ => negb (n =? number)
    | Content _ _ => true
    end) items.

Lemma index_ret {A} (s : list A) i x : 0 <= i -> nth_error s (Z.to_nat i) = Some x -> seq_index s i = Ret x.
Proof. intros Hi E. unfold seq_index. replace (i <? 0) with false by lia. now rewrite E. Qed.

(** A loop over the indices of a list is a fold over its elements. *)
Lemma for_each {A B} (s : list B) (f : Z -> A -> M A) (g : A -> B -> A) a :
  (forall i x b, 0 <= i -> nth_error s (Z.to_nat i) = Some x -> f i b = Ret (g b x)) ->
  for_loop_m 0 (seq_len s) a f = Ret (fold_left g s a).
Proof.
  intros Hf. unfold for_loop_m. rewrite Z.sub_0_r. unfold seq_len. rewrite Nat2Z.id.
  assert (H : forall before rest b, s = before ++ rest ->
    iterate_m (length rest) (Z.of_nat (length before)) f b = Ret (fold_left g rest b)).
  { intros before rest. revert before. induction rest as [|x rest IH]; intros before b Hs; [reflexivity|].
    cbn [length iterate_m fold_left].
    rewrite (Hf _ x); [|lia|].
    - cbn [bind]. specialize (IH (before ++ [x]) (g b x)). rewrite app_length in IH. cbn [length] in IH.
      replace (Z.of_nat (length before) + 1) with (Z.of_nat (length before + 1)) by lia. apply IH.
      now rewrite <- app_assoc.
    - rewrite Nat2Z.id, Hs. rewrite nth_error_app2 by lia. now rewrite Nat.sub_diag. }
  apply (H [] s a eq_refl).
Qed.

Lemma last_of_app {A} (l : list A) x : last_of (l ++ [x]) = Some x.
Proof. unfold last_of. rewrite fold_left_app. reflexivity. Qed.

(** The last varint of a number is the last one that was written under it. *)
Lemma last_varint_of_items at' items number :
  only_numbers number items = true ->
  last_varint (fields_at at' items) number = Ret (Ok (last_of (numbers number items))).
Proof.
  intros Honly. unfold last_varint. cbv zeta.
  rewrite (for_each _ _ (fun '(found, well_typed) (field : Field) =>
    if field.(Field_number) =? number then
      if field.(Field_wire_type) =? WIRE_VARINT then (Some field.(Field_varint), well_typed)
      else (found, false)
    else (found, well_typed))).
  - assert (H : forall found, fold_left (fun '(found, well_typed) (field : Field) =>
        if field.(Field_number) =? number then
          if field.(Field_wire_type) =? WIRE_VARINT then (Some field.(Field_varint), well_typed)
          else (found, false)
        else (found, well_typed)) (fields_at at' items) (found, true)
      = (fold_left (fun _ x => Some x) (numbers number items) found, true)).
    { revert at' Honly. induction items as [|it items IH]; intros at' Honly found; [reflexivity|].
      cbn [only_numbers forallb] in Honly. apply andb_true_iff in Honly as (Hit & Hitems).
      cbn [fields_at fold_left numbers flat_map]. rewrite fold_left_app.
      destruct it as [n value|n content]; cbn [item_field Field_number Field_wire_type Field_varint].
      - change (WIRE_VARINT =? WIRE_VARINT) with true. cbv iota.
        destruct (n =? number); apply IH; exact Hitems.
      - apply negb_true_iff in Hit. rewrite Hit. apply IH; exact Hitems. }
    rewrite H. reflexivity.
  - intros i field [found well_typed] Hi E. rewrite (index_ret _ _ _ Hi E). cbn [bind].
    destruct (_ =? number); [|reflexivity]. destruct (_ =? WIRE_VARINT); reflexivity.
Qed.

Lemma land_32_bits value : 0 <= value < 2 ^ 32 -> cast 32 (Z.land value 4294967295) = value.
Proof.
  intros H. change 4294967295 with (Z.ones 32). rewrite Z.land_ones by lia. unfold cast.
  rewrite Z.mod_mod by lia. apply Z.mod_small, H.
Qed.

(** The last number of 32 bits is the last one that was written under it. *)
Lemma last_uint32_of_items at' items number value :
  only_numbers number items = true -> last_of (numbers number items) = value ->
  typed_option (typed_int 32) value ->
  last_uint32 (fields_at at' items) number = Ret (Ok value).
Proof.
  intros Honly Hlast Hv. unfold last_uint32. rewrite last_varint_of_items by exact Honly. cbn [bind].
  rewrite Hlast. destruct value as [value|]; [|reflexivity]. cbn in Hv. rewrite land_32_bits; auto.
Qed.

(** The contents of a number are those that were written under it. *)
Lemma all_bytes_of_items pre items number :
  only_contents number items = true ->
  all_bytes (pre ++ items_bytes items) (fields_at (seq_len pre) items) number
  = Ret (Ok (contents number items)).
Proof.
  intros Honly. unfold all_bytes. cbv zeta. set (bytes := pre ++ items_bytes items).
  set (g := fun '((found, well_typed) : list (list Z) * bool) (field : Field) =>
    if field.(Field_number) =? number then
      if field.(Field_wire_type) =? WIRE_BYTES then
        (seq_push found
           (firstn (Z.to_nat field.(Field_length)) (skipn (Z.to_nat field.(Field_start)) bytes)), well_typed)
      else (found, false)
    else (found, well_typed)).
  assert (Hwithin : Forall (fun field =>
    0 <= Field_start field /\ 0 <= Field_length field /\
    Field_start field + Field_length field <= seq_len bytes)
    (fields_at (seq_len pre) items)).
  { unfold bytes. clear. revert pre.
    induction items as [|it items IH]; intros pre; cbn [fields_at]; constructor.
    - pose proof (seq_len_nonneg pre). rewrite seq_len_app, length_of_items.
      pose proof (seq_len_nonneg (items_bytes items)). pose proof (item_length_at_least it).
      destruct it as [n value|n content]; cbn [item_field Field_start Field_length]; [lia|].
      unfold item_length in *. cbn [item_bytes] in *. rewrite !seq_len_app in *.
      pose proof (varint_length (8 * n + 2)). pose proof (varint_length (seq_len content)).
      pose proof (seq_len_nonneg content). lia.
    - specialize (IH (pre ++ item_bytes it)). rewrite <- app_assoc, (seq_len_app pre (item_bytes it)) in IH.
      exact IH. }
  rewrite (for_each _ _ g).
  - assert (H : forall before found, bytes = before ++ items_bytes items ->
      fold_left g (fields_at (seq_len before) items) (found, true) = (found ++ contents number items, true)).
    { clear Hwithin. clearbody bytes. induction items as [|it items IH]; intros before found Hb.
      - cbn. now rewrite app_nil_r.
      - cbn [only_contents forallb] in Honly. apply andb_true_iff in Honly as (Hit & Hitems).
        specialize (IH Hitems (before ++ item_bytes it)). rewrite seq_len_app in IH.
        cbn [fields_at fold_left].
        assert (Hb' : bytes = (before ++ item_bytes it) ++ items_bytes items)
          by (rewrite <- app_assoc; exact Hb).
        cbn [contents flat_map].
        destruct it as [n value|n content].
        + apply negb_true_iff in Hit. cbn [g item_field Field_number]. rewrite Hit. now apply IH.
        + cbn [g item_field Field_number Field_wire_type Field_start Field_length].
          change (WIRE_BYTES =? WIRE_BYTES) with true. cbv iota. destruct (n =? number); [|now apply IH].
          replace (firstn _ _) with content; [rewrite app_assoc; now apply IH|].
          cbn [item_bytes] in Hb'. unfold item_length. cbn [item_bytes].
          set (head := before ++ varint (8 * n + 2) ++ varint (seq_len content)).
          assert (Hhead : bytes = head ++ content ++ items_bytes items).
          { rewrite Hb'. unfold head. now rewrite <- !app_assoc. }
          replace (seq_len before + _ - _) with (seq_len head) by (unfold head; rewrite !seq_len_app; lia).
          rewrite Hhead. unfold seq_len. rewrite !Nat2Z.id.
          rewrite skipn_app, skipn_all, Nat.sub_diag. cbn [app skipn].
          now rewrite firstn_app, firstn_all, Nat.sub_diag, app_nil_r. }
    rewrite H by reflexivity. reflexivity.
  - intros i field [found well_typed] Hi E. rewrite (index_ret _ _ _ Hi E). cbn [bind g].
    destruct (_ =? number); [|reflexivity]. destruct (_ =? WIRE_BYTES); [|reflexivity].
    apply (Forall_nth_error _ _ _ _ Hwithin) in E. destruct E as (H1 & H2 & H3).
    rewrite seq_slice_ret by assumption. reflexivity.
Qed.

(** The last content of a number is the last one that was written under it. *)
Lemma last_bytes_of_items items number value :
  seq_len (items_bytes items) < 2 ^ 64 ->
  only_contents number items = true -> last_of (contents number items) = value ->
  last_bytes (items_bytes items) (fields_at 0 items) number = Ret (Ok value).
Proof.
  intros Hlen Honly <-. unfold last_bytes. pose proof (all_bytes_of_items [] items number Honly) as Hall.
  cbn [app] in Hall. rewrite seq_len_nil in Hall. rewrite Hall. cbn [bind]. clear Hall.
  assert (Hshort : seq_len (contents number items) <= seq_len (items_bytes items)).
  { clear. induction items as [|it items IH]; [easy|]. rewrite length_of_items.
    pose proof (item_length_at_least it).
    cbn [contents flat_map]. rewrite seq_len_app. fold (contents number items).
    destruct it as [n value|n content]; [rewrite seq_len_nil; lia|].
    destruct (n =? number); rewrite ?seq_len_cons, seq_len_nil; lia. }
  destruct (contents number items) as [|x l _] using rev_ind; [reflexivity|].
  rewrite last_of_app. rewrite seq_len_app, seq_len_cons, seq_len_nil in *.
  pose proof (seq_len_nonneg l). replace (seq_len l + (0 + 1) =? 0) with false by lia.
  unfold checked_sub. rewrite checked_ret by lia. cbn [bind].
  rewrite (index_ret _ _ x); [reflexivity|lia|]. unfold seq_len.
  replace (Z.to_nat (Z.of_nat (length l) + (0 + 1) - 1)) with (length l) by lia.
  rewrite nth_error_app2 by lia. now rewrite Nat.sub_diag.
Qed.
