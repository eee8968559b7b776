# Memory that libc allocated inside itself, freed by the free that Python's ctypes finds in libc's handle, and the
# other way round.
# packages: python3
# short
cat >script.py <<'E2'
import ctypes, hashlib, threading

libc = ctypes.CDLL('libc.so.6')
program = ctypes.CDLL(None)
for library in libc, program:
	for name in 'malloc', 'calloc', 'realloc', 'strdup', 'realpath':
		getattr(library, name).restype = ctypes.c_void_p
	library.malloc.argtypes = [ctypes.c_size_t]
	library.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
	library.realloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
	library.free.argtypes = [ctypes.c_void_p]
	library.strdup.argtypes = [ctypes.c_char_p]
	library.realpath.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
	library.asprintf.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p]

def work(ours, theirs, n, results):
	sum = hashlib.sha1()
	for i in range(400):
		a = ours.strdup(b'x' * (i * n % 3000))
		a = theirs.realloc(a, 4000)
		sum.update(ctypes.string_at(a))
		b = theirs.calloc(i + 1, 16)
		sum.update(ctypes.string_at(b, 16 * (i + 1)))
		c = ctypes.c_void_p()
		ours.asprintf(ctypes.byref(c), b'%d of %d', ctypes.c_int(i), ctypes.c_int(n))
		sum.update(ctypes.string_at(c))
		d = ours.realpath(b'/usr/../usr/bin/python3', None)
		sum.update(ctypes.string_at(d))
		theirs.free(a)
		ours.free(b)
		theirs.free(c)
		theirs.free(d)
	results[n] = sum.hexdigest()

results = {}
threads = [threading.Thread(target=work, args=((libc, program, n, results) if n % 2 else (program, libc, n, results)))
	for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
for n in sorted(results): print(n, results[n])
E2
python3 script.py
