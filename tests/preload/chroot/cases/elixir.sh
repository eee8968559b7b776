# Elixir: its compiler, agents, tasks, streams and strings.
# packages: elixir erlang-base erlang-crypto
# seconds: 180
cat >work.ex <<'E2'
defmodule Work do
  defstruct [:n, :name, list: []]
  def sum(text), do: :erlang.md5(text) |> Base.encode16()
  def rows(n) do
    for i <- 1..3000, into: %{}, do: {"key #{rem(i * n, 997)}", %Work{n: i, name: String.duplicate("é", rem(i, 60)), list: Enum.to_list(0..rem(i, 5))}}
  end
  def run(n), do: rows(n) |> Enum.sort() |> Enum.map_join("\n", fn {k, v} -> k <> v.name <> Enum.join(v.list, ",") end) |> String.upcase() |> sum()
  def main do
    1..16 |> Task.async_stream(&run/1, timeout: 60000, ordered: true) |> Enum.each(fn {:ok, s} -> IO.puts(s) end)
    {:ok, agent} = Agent.start_link(fn -> %{} end)
    1..50 |> Enum.map(fn n -> Task.async(fn -> for i <- 1..100, do: Agent.update(agent, &Map.update(&1, rem(i, 7), n * i, fn v -> v + n * i end)) end) end) |> Enum.each(&Task.await/1)
    IO.inspect(Agent.get(agent, & &1))
    Stream.iterate(1, &(&1 * 3)) |> Stream.map(&Integer.to_string/1) |> Enum.take(2000) |> Enum.join(",") |> sum() |> IO.puts()
  end
end
E2
elixirc work.ex
elixir -e 'Work.main()'
