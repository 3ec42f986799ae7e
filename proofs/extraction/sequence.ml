(* What Coq's lists are in a run: arrays. Every function here is trusted to be the one of Coq that Extraction.v puts it
   in place of; tests/realizations.ml compares them with those of OCaml's lists.

   To its users a sequence never changes. To change an element of a long one without a copy, the newest version holds
   the array, and an older one holds what is different in it (Baker's persistent arrays); reading an older version turns
   this around. *)

type 'a t = 'a version ref

and 'a version =
  | Array of 'a array
  | Differs of int * 'a * 'a t

(* Up to this length an element is changed in a copy. *)
let short = 32

let make array = ref (Array array)

let rec elements s =
  match !s with
  | Array array -> array
  | Differs (i, here, newer) ->
    let array = elements newer in
    newer := Differs (i, array.(i), s);
    array.(i) <- here;
    s := Array array;
    array

let empty () = make [||]
let cons (x, s) = make (Array.append [| x |] (elements s))
let length s = Array.length (elements s)

let match_list if_nil if_cons s =
  let array = elements s in
  match Array.length array with
  | 0 -> if_nil ()
  | n -> if_cons array.(0) (make (Array.sub array 1 (n - 1)))

(* The elements while other versions may be read. *)
let settled s =
  let array = elements s in
  if Array.length array > short then Array.copy array else array

let append s t =
  if length s = 0 then t else if length t = 0 then s
  else
    let s = settled s in
    make (Array.append s (elements t))

let nth_error s i =
  let array = elements s in
  if i < Array.length array then Some array.(i) else None

let set_nth s i x =
  let array = elements s in
  let n = Array.length array in
  if i >= n then s
  else if n <= short then begin
    let copy = Array.copy array in
    copy.(i) <- x;
    make copy
  end
  else begin
    let newer = make array in
    s := Differs (i, array.(i), newer);
    array.(i) <- x;
    newer
  end

let firstn n s =
  let array = elements s in
  if n >= Array.length array then s else make (Array.sub array 0 n)

let skipn n s =
  let array = elements s in
  let n = if n < Array.length array then n else Array.length array in
  if n = 0 then s else make (Array.sub array n (Array.length array - n))

let repeat x n = make (Array.make n x)
let seq first n = make (Array.init n (fun i -> first + i))
let map f s = make (Array.map f (settled s))
let concat s = make (Array.concat (List.map settled (Array.to_list (settled s))))
let fold_left f s a = Array.fold_left f a (settled s)
let fold_right f a s = Array.fold_right f (settled s) a

let rev s =
  let array = settled s in
  let n = Array.length array in
  make (Array.init n (fun i -> array.(n - 1 - i)))

let equal eqb s t =
  let s = settled s in
  let t = elements t in
  Array.length s = Array.length t && Array.for_all2 eqb s t
