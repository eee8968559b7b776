# OCaml: its byte code and native compilers, and a program with threads, big arrays and marshalling.
# packages: ocaml-nox gcc libc6-dev
# seconds: 120
cat >program.ml <<'E2'
module M = Map.Make (String)
let sum s = Digest.to_hex (Digest.string s)
let work n =
  let m = ref M.empty in
  for i = 1 to 20000 do
    let key = Printf.sprintf "key %d" (i * n mod 1999) in
    m := M.update key (function None -> Some [i] | Some l -> Some (i :: l)) !m
  done;
  let back : int list M.t = Marshal.from_string (Marshal.to_string !m []) 0 in
  let b = Buffer.create 16 in
  M.iter (fun k l -> Buffer.add_string b k; List.iter (fun i -> Buffer.add_string b (string_of_int i)) l) back;
  sum (Buffer.contents b)
let () =
  let results = Array.make 8 "" in
  let threads = List.init 8 (fun n -> Thread.create (fun () -> results.(n) <- work (n + 1)) ()) in
  List.iter Thread.join threads;
  Array.iter print_endline results;
  let total = ref 0 in
  for i = 1 to 3000 do
    let a = Bigarray.Array1.create Bigarray.int Bigarray.c_layout (i mod 700 + 1) in
    Bigarray.Array1.fill a i;
    total := !total + a.{i mod 700 / 2}
  done;
  Gc.compact ();
  print_int !total;
  print_newline ();
  print_endline (sum (String.concat "," (List.init 30000 (fun i -> string_of_float (sqrt (float i))))));
  match Unix.fork () with
  | 0 -> exit (if work 3 = results.(2) then 7 else 1)
  | pid -> (match Unix.waitpid [] pid with _, Unix.WEXITED n -> Printf.printf "child %d\n" n | _ -> print_endline "child died")
E2
ocamlc -I +threads -o byte unix.cma threads.cma program.ml
ocamlopt -I +threads -o native unix.cmxa threads.cmxa program.ml
./byte
./native
