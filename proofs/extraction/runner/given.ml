(* The inputs of a step, by name. *)

module Json = Yojson.Basic

(* The step is invalid, by this class of error. *)
exception Invalid of string

(* The vector cannot be read. *)
exception Malformed of string

type step = {
  op : string;
  members : (string * Json.t) list;
  mutable unread : string list; (* what nobody has asked for *)
}

let step op members = { op; members; unread = List.map fst members }

let member step name =
  step.unread <- List.filter (fun other -> other <> name) step.unread;
  List.assoc_opt name step.members

let required step name read =
  match member step name with
  | Some value -> read name value
  | None -> raise (Malformed ("no member " ^ name))

let if_there step name read = Option.map (read name) (member step name)
let malformed name = raise (Malformed ("the member " ^ name ^ " is not what it should be"))

let sequence_of_string text =
  Sequence.make (Array.init (String.length text) (fun i -> Z.of_int (Char.code text.[i])))

let of_hex name text =
  let digit c =
    match c with
    | '0' .. '9' -> Char.code c - Char.code '0'
    | 'a' .. 'f' -> Char.code c - Char.code 'a' + 10
    | _ -> malformed name
  in
  if String.length text mod 2 = 1 then malformed name;
  Sequence.make
    (Array.init (String.length text / 2) (fun i -> Z.of_int ((digit text.[2 * i] * 16) + digit text.[(2 * i) + 1])))

let read_text name = function `String text -> text | _ -> malformed name
let read_bytes name value = of_hex name (read_text name value)
let read_integer name = function `Int n when n >= 0 -> Z.of_int n | _ -> malformed name
let read_flag name = function `Bool flag -> flag | _ -> malformed name

let read_fixed length name value =
  let bytes = read_bytes name value in
  if Sequence.length bytes = length then bytes else raise (Invalid "bad_input")

let text step name = required step name read_text
let bytes step name = required step name read_bytes
let bytes_option step name = if_there step name read_bytes
let fixed length step name = required step name (read_fixed length)
let fixed_option length step name = if_there step name (read_fixed length)
let integer step name = required step name read_integer
let integer_option step name = if_there step name read_integer
let flag step name = required step name read_flag

(* An epoch has 64 bits: more than a number of JSON. *)
let decimal step name = Z.of_string (text step name)

let list step name =
  match member step name with
  | Some (`List values) -> values
  | _ -> malformed name

(* The object of a member as if it were a step of its own. *)
let inner step name =
  match member step name with
  | Some (`Assoc members) -> { op = name; members; unread = List.map fst members }
  | _ -> malformed name

let one_of meanings name text =
  match List.assoc_opt text meanings with
  | Some meaning -> meaning
  | None -> malformed name

let choice meanings step name = one_of meanings name (text step name)
let choice_option meanings step name = Option.map (one_of meanings name) (if_there step name read_text)

let profiles =
  [ ("signal_v3", Wire.Profile_SignalV3);
    ("signal_v4", Wire.Profile_SignalV4);
    ("whatsapp_v3", Wire.Profile_WhatsAppV3) ]

let profile step = choice profiles step "profile"
let profile_option step = choice_option profiles step "profile"
