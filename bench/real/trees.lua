-- Binary trees built, walked and dropped: tables of two slots, the collector's frees in bulk.
local function make(depth)
  if depth == 0 then return {} end
  return { make(depth - 1), make(depth - 1) }
end
local function count(t)
  if not t[1] then return 1 end
  return 1 + count(t[1]) + count(t[2])
end
local long, sum = make(15), 0
for depth = 4, 14, 2 do
  for _ = 1, 2 ^ (14 - depth) * 4 do sum = sum + count(make(depth)) end
end
print(string.format("%d %d", sum, count(long)))
