# LuaJIT: tables, strings and its FFI: memory that libc allocated inside itself, freed by the free found in libc's
# handle.
# packages: luajit
cat >script.lua <<'E2'
local ffi = require 'ffi'
ffi.cdef [[
char *strdup(const char *s);
char *realpath(const char *path, char *buffer);
int asprintf(char **p, const char *format, ...);
void *malloc(size_t n);
void *realloc(void *p, size_t n);
void free(void *p);
int rand_r(unsigned *seed);
]]
local function sum(text)
	local n = 7
	for i = 1, #text do n = (n * 31 + text:byte(i)) % 4294967291 end
	return n
end
for _, libc in ipairs { ffi.load('libc.so.6'), ffi.C } do
	local total, p = 0, ffi.new 'char *[1]'
	for i = 1, 20000 do
		local a = libc.strdup(('x'):rep(i % 600))
		a = ffi.cast('char *', libc.realloc(a, 1000))
		total = total + #ffi.string(a)
		libc.free(a)
		if libc.asprintf(p, '%d of %s', ffi.cast('int', i), 'many') < 0 then os.exit(1) end
		total = total + sum(ffi.string(p[0]))
		libc.free(p[0])
		if i % 100 == 0 then
			local b = libc.realpath('/usr/../etc', nil)
			total = total + sum(ffi.string(b))
			libc.free(b)
		end
		local kept = ffi.gc(libc.malloc(i), libc.free)
		ffi.fill(kept, i, 1)
	end
	print(total)
end
collectgarbage()
local t, words = {}, {}
for i = 1, 100000 do t['key ' .. i % 5000] = (t['key ' .. i % 5000] or '') .. i % 10 end
for k, v in pairs(t) do words[#words + 1] = k .. v end
table.sort(words)
print(#words, sum(table.concat(words, ',')))
E2
luajit script.lua
luajit -joff script.lua
