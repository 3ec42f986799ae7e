(* Replays files of vectors on the specification as it was extracted from Coq, and compares every outcome in full.

   runner [--all] FILE...    every test must pass; prints a line per file: family, tests, passed, left out
   runner --canary FILE      every test must fail, at its last step and by another outcome *)

open Given

type failure = {
  index : int; (* of the step *)
  last : bool; (* whether it is the last one *)
  differs : bool; (* whether it is another outcome; else there is none *)
  why : string;
}

(* The members of every object in one order. *)
let rec sorted (json : Json.t) : Json.t =
  match json with
  | `Assoc members ->
    let members = List.map (fun (name, value) -> (name, sorted value)) members in
    `Assoc (List.sort (fun (a, _) (b, _) -> compare a b) members)
  | `List values -> `List (List.map sorted values)
  | other -> other

let shortened text = if String.length text > 600 then String.sub text 0 600 ^ ".." else text

(* The members of two objects that differ, for people. *)
let differences (expected : Json.t) (got : Json.t) =
  match (expected, got) with
  | `Assoc expected, `Assoc got ->
    let names = List.sort_uniq compare (List.map fst (expected @ got)) in
    let show = function Some value -> Json.to_string value | None -> "nothing" in
    let difference name =
      let a, b = (List.assoc_opt name expected, List.assoc_opt name got) in
      if a = b then None
      else Some (Printf.sprintf "%s: expected %s, got %s" name (shortened (show a)) (shortened (show b)))
    in
    String.concat "; " (List.filter_map difference names)
  | _ -> "not an object"

let why_none = function
  | Outcome.Panicked | Panics.In_a_primitive -> "the specification panicked"
  | Malformed why -> "the vector cannot be read: " ^ why
  | Stack_overflow -> "the stack overflowed"
  | error -> "the run failed: " ^ Printexc.to_string error

let run_step (step, expected) =
  match sorted (Engine.execute step) with
  | got -> if got = sorted expected then None else Some (true, differences (sorted expected) got)
  | exception error -> Some (false, why_none error)

let run_test steps =
  Engine.forget ();
  let count = List.length steps in
  let rec from index = function
    | [] -> None
    | step :: rest -> (
      match run_step step with
      | None -> from (index + 1) rest
      | Some (differs, why) -> Some { index; last = index + 1 = count; differs; why })
  in
  from 0 steps

let members : Json.t -> (string * Json.t) list = function
  | `Assoc members -> members
  | _ -> raise (Malformed "not an object")

let values : Json.t -> Json.t list = function
  | `List values -> values
  | _ -> raise (Malformed "not a list")

let without names members = List.filter (fun (name, _) -> not (List.mem name names)) members

let step_of op members = (Given.step op (without [ "op"; "expected" ] members), List.assoc "expected" members)

(* The steps of a test: listed, or the one that the type of its group names. *)
let steps_of kind test =
  if kind = "steps" then
    let step json = step_of (read_text "op" (List.assoc "op" (members json))) (members json) in
    List.map step (values (List.assoc "steps" test))
  else [ step_of kind (without [ "tcId"; "comment"; "flags"; "confirmedBy" ] test) ]

let tests_of_group group =
  let kind = read_text "type" (List.assoc "type" group) in
  let test json =
    let test = members json in
    (List.assoc "tcId" test, fun () -> steps_of kind test)
  in
  List.map test (values (List.assoc "tests" group))

let tests_of file =
  let content = members (Json.from_file file) in
  let groups = values (List.assoc "testGroups" content) in
  let tests = List.concat_map (fun group -> tests_of_group (members group)) groups in
  if List.assoc "numberOfTests" content <> `Int (List.length tests) then
    raise (Malformed (file ^ ": not as many tests as it says"));
  tests

let report file id failure =
  Printf.eprintf "%s, tcId %s, step %d: %s\n%!" file (Json.to_string id) failure.index failure.why

(* Without --all these are left out, by family and tcId: a million iterations of SHA-512 take minutes. *)
let slow = [ ("fingerprint", 111) ]

let verify all file =
  let family = Filename.remove_extension (Filename.basename file) in
  let is_slow (id, _) = List.exists (fun (of_family, tc) -> of_family = family && id = `Int tc) slow in
  let left_out, tests = List.partition (fun test -> is_slow test && not all) (tests_of file) in
  let passes (id, steps) =
    match run_test (steps ()) with
    | None -> true
    | Some failure -> report file id failure; false
  in
  let passed = List.length (List.filter passes tests) in
  Printf.printf "%s %d %d %d\n%!" family (List.length tests) passed (List.length left_out);
  tests <> [] && passed = List.length tests

let canary file =
  let tests = tests_of file in
  let is_found (id, steps) =
    match run_test (steps ()) with
    | Some { last = true; differs = true; _ } -> true
    | Some failure -> report file id failure; false
    | None -> Printf.eprintf "%s, tcId %s: passes, although it is wrong\n%!" file (Json.to_string id); false
  in
  let found = List.length (List.filter is_found tests) in
  Printf.printf "canary %d %d\n%!" (List.length tests) found;
  tests <> [] && found = List.length tests

let usage () =
  prerr_endline "usage: runner [--all] FILE... | runner --canary FILE";
  exit 2

let () =
  let verify_each all files =
    if files = [] || List.exists (Engine.starts_with "-") files then usage ();
    List.fold_left (fun hold file -> verify all file && hold) true files
  in
  let all_hold =
    match List.tl (Array.to_list Sys.argv) with
    | [ "--canary"; file ] -> canary file
    | "--all" :: files -> verify_each true files
    | files -> verify_each false files
  in
  exit (if all_hold then 0 else 1)
