# SWI-Prolog: backtracking, the database, atoms and their collection, strings, big numbers and threads.
# packages: swi-prolog-nox
# seconds: 120
cat >script.pl <<'E2'
:- use_module(library(lists)).
:- use_module(library(assoc)).
:- use_module(library(thread)).
:- dynamic fact/2.

queens(N, Qs) :- numlist(1, N, Ns), select_queens(Ns, [], Qs).
select_queens([], Qs, Qs).
select_queens(Left, Done, Qs) :- select(Q, Left, Rest), safe(Q, 1, Done), select_queens(Rest, [Q|Done], Qs).
safe(_, _, []).
safe(Q, D, [P|Ps]) :- Q =\= P + D, Q =\= P - D, D1 is D + 1, safe(Q, D1, Ps).

work(N, Sum) :-
	findall(K-I, (between(1, 8000, I), M is I * N mod 997, atom_concat(key_, M, K)), Pairs),
	foldl([K-I, A0, A]>>(get_assoc(K, A0, L) -> put_assoc(K, A0, [I|L], A) ; put_assoc(K, A0, [I], A)), Pairs, t, Assoc),
	assoc_to_list(Assoc, List),
	term_to_atom(List, Atom),
	atom_codes(Atom, Codes),
	foldl([C, S0, S]>>(S is (S0 * 31 + C) mod 4294967291), Codes, 7, Sum).

main :-
	findall(Q, queens(7, Q), All), length(All, Count), writeln(Count),
	concurrent_maplist(work, [1, 2, 3, 4, 5, 6], Sums), writeln(Sums),
	forall(between(1, 20000, I), (atom_number(A, I), assertz(fact(A, I)))),
	retractall(fact(_, 5)),
	aggregate_all(sum(I), fact(_, I), Total), writeln(Total),
	retractall(fact(_, _)),
	forall(between(1, 30000, I), (atomic_list_concat([a, I, b], X), atom_length(X, _))),
	garbage_collect_atoms,
	P is 7 ** 3000 mod 1000000007, writeln(P),
	numlist(1, 3000, Ns), atomic_list_concat(Ns, ',', Joined), split_string(Joined, ",", "", Parts), length(Parts, Len), writeln(Len),
	garbage_collect.
E2
swipl -g main -t halt script.pl
