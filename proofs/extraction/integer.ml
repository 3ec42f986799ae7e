(* What Coq's integers are in a run: those of Zarith. Every function here is trusted to be the one of Coq that Extraction.v
   names it for, on all arguments. *)

(* A number of up to 63 bits is an OCaml integer in Zarith; to ask for that saves most calls of C. *)
let is_small (z : Z.t) = Obj.is_int (Obj.repr z)
let are_small a b = is_small a && is_small b
let small : Z.t -> int = Obj.magic

let powers_of_two = Array.init 257 (Z.shift_left Z.one)
let two_to_64 = powers_of_two.(64)

let equal a b = if are_small a b then small a = small b else Z.equal a b

let less a b =
  if are_small a b then small a < small b else (b == two_to_64 && is_small a) || Z.lt a b

let at_most a b = if are_small a b then small a <= small b else Z.leq a b
let sign z = if is_small z then small z else Z.sign z

(* Binary numbers from their digits, the last one first. The build computes those in the text (see build). *)
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
let to_nat z = if sign z <= 0 then 0 else Z.to_int z
let of_nat = Z.of_int

let pow a b =
  if sign b < 0 then Z.zero
  else
    let exponent = Z.to_int b in
    if exponent <= 256 && equal a (Z.of_int 2) then powers_of_two.(exponent) else Z.pow a exponent

(* Division rounds down; by zero it gives zero, and leaves the dividend. *)
let div a b =
  if sign b > 0 then Z.ediv a b else if sign b = 0 then Z.zero else Z.fdiv a b

(* The remainder by a power of two that is not small is what is left of the bits. *)
let bits_64 = Z.pred two_to_64

let modulo a b =
  if are_small a b && small a >= 0 && small b > 0 then Z.of_int (small a mod small b)
  else if equal b two_to_64 then Z.logand a bits_64
  else if sign b > 0 then Z.erem a b
  else if sign b = 0 then a
  else Z.sub a (Z.mul b (Z.fdiv a b))

(* By a negative number a shift goes the other way, rounding down. *)
let shiftl a n =
  let n = Z.to_int n in
  if n >= 0 then Z.shift_left a n else Z.shift_right a (-n)

let shiftr a n =
  let n = Z.to_int n in
  if n >= 0 then Z.shift_right a n else Z.shift_left a (-n)
