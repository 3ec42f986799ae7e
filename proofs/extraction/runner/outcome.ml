(* What a step gives: its outputs, or by an exception why there are none. *)

open Given

(* A function of the specification panicked: an error of the run, whatever the vector expects. *)
exception Panicked

let returned = function
  | Prelude.Ret a -> a
  | Prelude.Panic -> raise Panicked

(* A result, or the class of its error. *)
let ok class_of = function
  | Prelude.Ok a -> a
  | Prelude.Err error -> raise (Invalid (class_of error))

let to_string bytes =
  let bytes = Sequence.elements bytes in
  String.init (Array.length bytes) (fun i -> Char.chr (Z.to_int bytes.(i)))

let hex bytes : Json.t =
  let digits = Buffer.create 64 in
  String.iter (fun c -> Buffer.add_string digits (Printf.sprintf "%02x" (Char.code c))) (to_string bytes);
  `String (Buffer.contents digits)

let number z : Json.t = `Int (Z.to_int z)
let epoch z : Json.t = `String (Z.to_string z)

(* A member if there is a value. *)
let optional name value to_json = Option.to_list (Option.map (fun value -> (name, to_json value)) value)

let to_list s = Array.to_list (Sequence.elements s)

(* Runs of consecutive descending numbers, both ends included. *)
let runs numbers : Json.t =
  let extend runs n =
    match runs with
    | (from, last) :: rest when Z.equal (Z.succ n) last -> (from, n) :: rest
    | _ -> (n, n) :: runs
  in
  let run (from, last) : Json.t = `List [ number from; number last ] in
  `List (List.rev_map run (List.fold_left extend [] numbers))

(* The same of numbers in any order. *)
let runs_from_highest numbers = runs (List.sort (fun a b -> Z.compare b a) numbers)
