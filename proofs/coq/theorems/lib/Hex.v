(** Bytes as standards print them. *)
From Coq Require Import Ascii String.
From Twinratchet Require Import Prelude.
Export String.StringSyntax.

(** The bytes of a text in ASCII. *)
Definition text (s : string) : list Z := map (fun c => Z.of_N (N_of_ascii c)) (list_ascii_of_string s).

Definition hex_digit (c : Z) : Z := if c <? 58 then c - 48 else c - 87.

Fixpoint hex_pairs (digits : list Z) : list Z :=
  match digits with
  | a :: b :: rest => hex_digit a * 16 + hex_digit b :: hex_pairs rest
  | _ => []
  end.

(** The bytes of pairs of hexadecimal digits, in lower case. *)
Definition hex (s : string) : list Z := hex_pairs (text s).

Arguments text s%string.
Arguments hex s%string.
