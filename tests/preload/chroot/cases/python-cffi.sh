# cffi, in its two ways: memory that libc allocated inside itself, freed through libc's handle or by compiled code.
# packages: python3-cffi python3-dev python3-setuptools gcc libc6-dev
cat >script.py <<'E2'
import hashlib, threading
from cffi import FFI
declarations = '''
char *strdup(const char *s);
char *realpath(const char *path, char *buffer);
void *malloc(size_t n);
void *realloc(void *p, size_t n);
void free(void *p);
'''
compiled = FFI()
compiled.cdef(declarations)
compiled.set_source('_compiled', '#include <stdlib.h>\n#include <string.h>\n')
compiled.compile()
import _compiled
ffi = FFI()
ffi.cdef(declarations)
libc = ffi.dlopen('libc.so.6')

def work(first, f, second, n, results):
	sum = hashlib.sha1()
	for i in range(1000):
		a = first.strdup(b'x' * (i * n % 2000))
		a = second.realloc(a, 3000)
		sum.update(f.string(f.cast('char *', a)))
		second.free(a)
		b = first.realpath(b'/usr/../etc', f.NULL)
		sum.update(f.string(b))
		second.free(b)
		sum.update(bytes(f.buffer(f.new('char[]', i + 1))))
		kept = f.gc(first.malloc(i), first.free)
	results[n] = sum.hexdigest()

results = {}
threads = [threading.Thread(target=work, args=(libc, ffi, libc, n, results)) for n in range(4)]
threads += [threading.Thread(target=work, args=(_compiled.lib, _compiled.ffi, _compiled.lib, n, results)) for n in range(4, 8)]
for t in threads: t.start()
for t in threads: t.join()
for n in sorted(results): print(results[n])
E2
python3 script.py
