# Erlang: thousands of processes, binaries, tables and compression on all schedulers.
# packages: erlang-base
# seconds: 120
cat >work.erl <<'E2'
-module(work).
-export([main/0]).

sum(Data) -> binary:encode_hex(erlang:md5(Data)).

worker(N) ->
	Map = lists:foldl(fun(I, M) -> maps:put({key, I * N rem 499}, <<(integer_to_binary(I))/binary, "-", 0:(I rem 800)/unit:8>>, M) end, #{}, lists:seq(1, 1500)),
	Term = lists:sort(maps:to_list(Map)),
	Packed = term_to_binary(Term, [{compressed, 6}]),
	Term = binary_to_term(Packed),
	sum(term_to_binary(Term)).

main() ->
	Self = self(),
	Pids = [spawn_link(fun() -> Self ! {self(), worker(N)} end) || N <- lists:seq(1, 32)],
	Sums = [receive {Pid, S} -> S end || Pid <- Pids],
	io:format("~s~n", [sum(Sums)]),
	Ring = lists:foldl(fun(_, Next) -> spawn(fun() -> pass(Next) end) end, Self, lists:seq(1, 3000)),
	Ring ! {<<"start">>, 0},
	receive {Big, Hops} -> io:format("~p ~p~n", [byte_size(Big), Hops]) end,
	Table = ets:new(t, [ordered_set, public, {write_concurrency, true}]),
	Writers = [spawn_monitor(fun() -> [ets:insert(Table, {{I, N}, binary:copy(<<N>>, I rem 200)}) || I <- lists:seq(1, 1000)] end) || N <- lists:seq(1, 8)],
	[receive {'DOWN', Ref, process, Pid, normal} -> ok end || {Pid, Ref} <- Writers],
	io:format("~p ~s~n", [ets:info(Table, size), sum(term_to_binary(ets:tab2list(Table)))]),
	ets:delete(Table),
	Z = zlib:zip(binary:copy(<<"line of text ">>, 50000)),
	io:format("~s~n", [sum(zlib:unzip(Z))]),
	{match, All} = re:run(binary:copy(<<"abc123 ">>, 20000), "[a-c]+(\\d+)", [global]),
	io:format("~p~n", [length(All)]),
	Port = open_port({spawn, "seq 20000"}, [binary, exit_status, {line, 100}]),
	io:format("~p~n", [lines(Port, 0)]),
	[garbage_collect(P) || P <- processes()],
	halt(0).

pass(Next) -> receive {Bin, N} -> Next ! {<<Bin/binary, N:32>>, N + 1} end.
lines(Port, N) -> receive {Port, {data, {eol, _}}} -> lines(Port, N + 1); {Port, {exit_status, S}} -> {N, S} end.
E2
erlc work.erl
erl -noinput -run work main
erl -noinput +S 4:4 +MBas aobf -run work main
