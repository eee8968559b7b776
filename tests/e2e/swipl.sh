#!/bin/sh
# SWI-Prolog, which is linked with libtcmalloc and asks gperftools' functions about the heap: clauses, atoms, garbage
# collection of both, threads, figures that move with them.
. "$(dirname "$0")/lib.sh"
need swipl

work()
{
	cat >work.pl <<'E1'
:- dynamic fact/3.

allocated(B) :- malloc_property('generic.current_allocated_bytes'(B)).

% More bytes than before, but less than twice what is likely.
grows(Goal, Least) :-
	allocated(Before), call(Goal), allocated(After), Grown is After - Before,
	( Grown > Least, Grown < Least * 40 -> writeln(grows) ; writeln(no(Before, After)) ).

facts(N) :- forall(between(1, N, I), ( atom_concat(atom_, I, A), assertz(fact(I, A, f(I, A))) )).

sum(N, S) :- nb_setval(s, 0),
	forall(between(1, N, I), ( nb_getval(s, V), W is (V * 31 + I) mod 1000003, nb_setval(s, W) )),
	nb_getval(s, S).

worker(N) :- forall(between(1, N, I), ( atom_concat(work_, I, A), atom_length(A, _), findall(X, between(1, 50, X), _) )).

figures :-
	findall(N, ( malloc_property(P), functor(P, N, 1) ), Names),
	forall(member_of(N, ['generic.current_allocated_bytes', 'generic.heap_size', 'tcmalloc.pageheap_free_bytes',
			'tcmalloc.pageheap_unmapped_bytes', 'tcmalloc.thread_cache_free_bytes']),
		( member_of(N, Names) -> writeln(N) ; writeln(missing(N)) )),
	malloc_property('generic.heap_size'(H)), allocated(A),
	( H >= A -> writeln(larger) ; writeln(smaller(H, A)) ).

member_of(X, [X|_]).
member_of(X, [_|T]) :- member_of(X, T).

main :-
	figures,
	grows(facts(100000), 5000000),
	findall(A, ( fact(I, A, _), 0 is I mod 9973 ), L), writeln(L),
	sum(300000, S), writeln(S),
	findall(Id, ( between(1, 4, _), thread_create(worker(3000), Id, []) ), Ids),
	forall(member_of(T, Ids), thread_join(T, true)),
	allocated(Full), retractall(fact(_, _, _)),
	% Collections are threads' of their own, and may find something in use.
	( between(1, 50, Try), ( Try > 1 -> sleep(0.1) ; true ),
		garbage_collect_atoms, garbage_collect_clauses, thread_idle(true, long), trim_heap,
		allocated(Left), Left < Full - 3000000
	-> writeln(shrinks) ; writeln(no(Full)) ),
	findall(X-Y, ( between(1, 200000, X), Y is X * X mod 1009 ), Pairs), msort(Pairs, Sorted), length(Sorted, Len),
	writeln(Len),
	open('/proc/self/maps', read, In), open(maps, write, Out), copy_stream_data(In, Out), close(In), close(Out).
E1
	swipl -f none -g "consult(work),main,halt" -t 'halt(1)' </dev/null
	grep -q tcmalloc maps || { echo "swipl is not linked with libtcmalloc" >&2; exit 77; }
}
compare
