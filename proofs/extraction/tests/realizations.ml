(* Compares what Extraction.v puts in place of functions of Coq with plain definitions. *)

let failures = ref 0

let check name holds =
  if not holds then begin
    incr failures;
    prerr_endline ("differs: " ^ name)
  end

(* Integers: on all pairs of numbers around 0, 2^31, 2^62, 2^63, 2^64, 2^255 and their opposites. *)

let around n = List.map (fun d -> Z.add n (Z.of_int d)) [ -3; -2; -1; 0; 1; 2; 3 ]
let near exponent = around (Z.shift_left Z.one exponent)
let positive = List.concat (around Z.zero :: List.map near [ 3; 5; 31; 32; 61; 62; 63; 64; 65; 128; 255 ])
let numbers = positive @ List.map Z.neg positive
let shifts = List.init 150 (fun n -> n - 75)

(* The number times a power of two, rounded down. *)
let shifted a n = if n >= 0 then Z.mul a (Z.pow (Z.of_int 2) n) else Z.fdiv a (Z.pow (Z.of_int 2) (-n))

let integers () =
  let on_pair a b =
    let name operation = Printf.sprintf "%s %s %s" operation (Z.to_string a) (Z.to_string b) in
    check (name "equal") (Integer.equal a b = (Z.compare a b = 0));
    check (name "less") (Integer.less a b = (Z.compare a b < 0));
    check (name "at_most") (Integer.at_most a b = (Z.compare a b <= 0));
    let quotient = if Z.sign b = 0 then Z.zero else Z.fdiv a b in
    check (name "div") (Z.compare (Integer.div a b) quotient = 0);
    check (name "modulo") (Z.compare (Integer.modulo a b) (Z.sub a (Z.mul b quotient)) = 0)
  in
  let on_shift a n =
    let name operation = Printf.sprintf "%s %s %d" operation (Z.to_string a) n in
    check (name "shiftl") (Z.compare (Integer.shiftl a (Z.of_int n)) (shifted a n) = 0);
    check (name "shiftr") (Z.compare (Integer.shiftr a (Z.of_int n)) (shifted a (-n)) = 0)
  in
  List.iter (fun a -> List.iter (on_pair a) numbers; List.iter (on_shift a) shifts) numbers;
  let rec product a n = if n = 0 then Z.one else Z.mul a (product a (n - 1)) in
  for n = 0 to 300 do
    let two, three = (Z.of_int 2, Z.of_int 3) in
    check "pow 2" (Z.compare (Integer.pow two (Z.of_int n)) (product two n) = 0);
    check "pow 3" (Z.compare (Integer.pow three (Z.of_int n)) (product three n) = 0)
  done;
  check "pow 2 -1" (Z.compare (Integer.pow (Z.of_int 2) Z.minus_one) Z.zero = 0);
  let on_number a =
    let name = Z.to_string a in
    let if_odd half = Integer.twice_and_one half and if_even half = Integer.twice half and if_one () = Z.one in
    let digits p = Integer.match_positive if_odd if_even if_one p in
    let again = Integer.match_z (fun () -> Z.zero) digits (fun p -> Z.neg (digits p)) a in
    check ("digits of " ^ name) (Z.compare again a = 0);
    if Z.fits_int a then check ("to_nat " ^ name) (Integer.to_nat a = max 0 (Z.to_int a))
  in
  List.iter on_number numbers

(* Sequences: a random walk over versions, each beside the list that it should be. *)

let rec firstn n = function x :: rest when n > 0 -> x :: firstn (n - 1) rest | _ -> []
let rec skipn n = function _ :: rest when n > 0 -> skipn (n - 1) rest | list -> list

let sequences () =
  Random.init 1;
  let versions = Array.make 64 (Sequence.empty (), []) in
  let any () = versions.(Random.int 64) in
  for _ = 1 to 200_000 do
    let (s, list), (t, other) = (any (), any ()) in
    let i, x = (Random.int 120, Random.int 1000) in
    let made =
      match Random.int 14 with
      | 0 -> (Sequence.append s t, list @ other)
      | 1 -> (Sequence.firstn i s, firstn i list)
      | 2 -> (Sequence.skipn i s, skipn i list)
      | 3 -> (Sequence.rev s, List.rev list)
      | 4 -> (Sequence.map succ s, List.map succ list)
      | 5 -> (Sequence.repeat x i, List.init i (fun _ -> x))
      | 6 -> (Sequence.seq x i, List.init i (fun d -> x + d))
      | 7 -> (Sequence.cons (x, s), x :: list)
      | 8 -> (Sequence.concat (Sequence.make [| s; t; s |]), list @ other @ list)
      | 9 ->
        ( Sequence.match_list (fun () -> t) (fun _ rest -> rest) s,
          match list with [] -> other | _ :: rest -> rest )
      | _ -> (Sequence.set_nth s i x, List.mapi (fun j y -> if i = j then x else y) list)
    in
    let made = if List.length (snd made) > 200 then (Sequence.empty (), []) else made in
    versions.(Random.int 64) <- made;
    check "length" (Sequence.length s = List.length list);
    check "nth_error" (Sequence.nth_error t i = List.nth_opt other i);
    let mixed a y = (3 * a) + y in
    check "fold_left" (Sequence.fold_left mixed s 1 = List.fold_left mixed 1 list);
    check "fold_right" (Sequence.fold_right (Fun.flip mixed) 1 t = List.fold_right (Fun.flip mixed) other 1);
    check "equal" (Sequence.equal ( = ) s t = (list = other))
  done

let () =
  integers ();
  sequences ();
  exit (if !failures = 0 then 0 else 1)
