(* What Coq's integers are in a run: those of Zarith. Every function here is trusted to be the one of Coq that
   Extraction.v puts it in place of, on all arguments; tests/realizations.ml compares them with plain definitions.

   A number of up to 63 bits is an OCaml integer in Zarith. Most are, and for those the functions call no C. *)

let is_small (z : Z.t) = Obj.is_int (Obj.repr z)
let are_small a b = is_small a && is_small b
let small : Z.t -> int = Obj.magic
let of_small : int -> Z.t = Obj.magic

let powers_of_two = Array.init 257 (Z.shift_left Z.one)
let two_to_64 = powers_of_two.(64)

let pow a b =
  if is_small b && small b >= 0 && small b <= 256 && a == of_small 2 then powers_of_two.(small b)
  else if Z.sign b < 0 then Z.zero
  else Z.pow a (Z.to_int b)

let equal a b = if are_small a b then small a = small b else Z.equal a b

let less a b =
  if are_small a b then small a < small b else (b == two_to_64 && is_small a) || Z.lt a b

let at_most a b = if are_small a b then small a <= small b else Z.leq a b
let sign z = if is_small z then small z else Z.sign z

(* Binary numbers from their digits, the last one first. The build computes those in the text (see literals). *)
let twice z = Z.add z z
let twice_and_one z = Z.succ (twice z)

(* Which constructor of Coq a number was made by. *)
let match_positive if_odd if_even if_one p =
  if equal p Z.one then if_one ()
  else if Z.is_odd p then if_odd (Z.shift_right p 1)
  else if_even (Z.shift_right p 1)

let match_z if_zero if_positive if_negative z =
  if sign z = 0 then if_zero () else if sign z > 0 then if_positive z else if_negative (Z.neg z)

(* A number that no memory can hold as a length or count is an error of the run: Z.Overflow. *)
let to_nat z =
  if is_small z then (if small z > 0 then small z else 0) else if Z.sign z < 0 then 0 else Z.to_int z

let of_nat = Z.of_int

(* Division rounds down; by zero it gives zero, and leaves the dividend. *)
let div a b =
  if sign b > 0 then Z.ediv a b else if sign b = 0 then Z.zero else Z.fdiv a b

let low_64_bits = Z.pred two_to_64

(* The remainder by a power of two is the low bits. *)
let modulo a b =
  if are_small a b && small b > 0 then
    if small b land (small b - 1) = 0 then of_small (small a land (small b - 1))
    else
      let rest = small a mod small b in
      of_small (if rest >= 0 then rest else rest + small b)
  else if b == two_to_64 then Z.logand a low_64_bits
  else if sign b > 0 then Z.erem a b
  else if sign b = 0 then a
  else Z.sub a (Z.mul b (Z.fdiv a b))

(* By a negative number a shift goes the other way, rounding down. By more than memory can hold: Z.Overflow. *)
let shift_left a n = if n >= 0 then Z.shift_left a n else Z.shift_right a (-n)

let shiftl a n =
  if are_small a n && small n >= 0 && small n < 62 && (small a lsl small n) asr small n = small a then
    of_small (small a lsl small n)
  else shift_left a (Z.to_int n)

let shiftr a n =
  if are_small a n && small n >= 0 && small n < 62 then of_small (small a asr small n)
  else shift_left a (-Z.to_int n)
