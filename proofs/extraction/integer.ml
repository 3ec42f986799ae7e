(* What Coq's integers are in a run: those of Zarith. Every function here is trusted to be the one of Coq that Extraction.v
   names it for, on all arguments. *)

(* Binary numbers from their digits, the last one first. *)
let twice z = Z.shift_left z 1
let twice_and_one z = Z.succ (Z.shift_left z 1)

(* Which constructor of Coq a number was made by. *)
let match_positive if_odd if_even if_one p =
  if Z.equal p Z.one then if_one ()
  else if Z.is_odd p then if_odd (Z.shift_right p 1)
  else if_even (Z.shift_right p 1)

let match_z if_zero if_positive if_negative z =
  let sign = Z.sign z in
  if sign = 0 then if_zero () else if sign > 0 then if_positive z else if_negative (Z.neg z)

let of_nat = Z.of_int

(* A number that no memory can hold as a list or count in a loop is an error of the run (Z.Overflow). *)
let to_nat z = if Z.sign z <= 0 then 0 else Z.to_int z

(* Division rounds down; by zero it gives zero, and leaves the dividend. *)
let div a b =
  if Z.sign b > 0 then Z.ediv a b else if Z.sign b = 0 then Z.zero else Z.fdiv a b

let modulo a b =
  if Z.sign b > 0 then Z.erem a b
  else if Z.sign b = 0 then a
  else Z.sub a (Z.mul b (Z.fdiv a b))

let powers_of_two = Array.init 257 (Z.shift_left Z.one)

let pow a b =
  if Z.sign b < 0 then Z.zero
  else
    let exponent = Z.to_int b in
    if exponent <= 256 && Z.equal a (Z.of_int 2) then powers_of_two.(exponent) else Z.pow a exponent

(* By a negative number a shift goes the other way, rounding down. *)
let shiftl a n =
  let n = Z.to_int n in
  if n >= 0 then Z.shift_left a n else Z.shift_right a (-n)

let shiftr a n =
  let n = Z.to_int n in
  if n >= 0 then Z.shift_right a n else Z.shift_left a (-n)
