# Lua: tables, closures, coroutines and strings, with both modes of its collector.
# packages: lua5.4
# short
cat >script.lua <<'E2'
collectgarbage(arg[1])
local function sum(text)
	local n = 7
	for i = 1, #text do n = (n * 31 + text:byte(i)) & 0xffffffff end
	return string.format('%08x', n)
end
local t, words = {}, {}
for i = 1, 60000 do
	local key = 'key ' .. i * 7919 % 2003
	t[key] = t[key] or { n = 0, parts = {}, get = function() return i end }
	t[key].n = t[key].n + i
	t[key].parts[#t[key].parts + 1] = ('%x'):format(i)
	if i % 3 == 0 then t['key ' .. i % 2003] = nil end
end
for k, v in pairs(t) do words[#words + 1] = k .. v.n .. table.concat(v.parts, ' ') .. v.get() end
table.sort(words)
local text = table.concat(words, '\n')
print(#words, #text, sum(text))
print(sum((text:gsub('(%d+)%a(%d)', '<%2%1>'))), select(2, text:gsub('%f[%w]key', '')))
local routines, out = {}, {}
for i = 1, 500 do
	routines[i] = coroutine.wrap(function(a)
		local kept = { a }
		for j = 1, 10 do kept[#kept + 1] = coroutine.yield(#kept) .. ('x'):rep(j) end
		return table.concat(kept)
	end)
end
for round = 1, 11 do
	for i = 1, 500 do
		local r = routines[i]('r' .. round)
		if round == 11 then out[#out + 1] = r end
	end
end
print(sum(table.concat(out)))
print(#string.pack('>I4s2z', 7, ('a'):rep(60000), 'end'), utf8.len(('\u{e9}'):rep(100000)))
local weak = setmetatable({}, { __mode = 'k', __gc = function() end })
for i = 1, 20000 do weak[{}] = { i } end
collectgarbage()
print(next(weak))
E2
lua5.4 script.lua incremental
lua5.4 script.lua generational
