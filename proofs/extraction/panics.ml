(* A primitive panicked: an error of the run. *)
exception In_a_primitive
