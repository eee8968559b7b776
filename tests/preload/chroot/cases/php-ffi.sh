# PHP's FFI: memory that libc allocated inside itself, freed by the free found in libc's handle.
# packages: php8.2-cli
cat >script.php <<'E2'
<?php
$libc = FFI::cdef('
	char *strdup(const char *s);
	char *realpath(const char *path, char *buffer);
	int asprintf(char **p, const char *format, ...);
	void *malloc(size_t n);
	void *calloc(size_t n, size_t m);
	void *realloc(void *p, size_t n);
	int posix_memalign(void **p, size_t align, size_t n);
	size_t malloc_usable_size(void *p);
	void free(void *p);
', 'libc.so.6');
$sum = hash_init('sha1');
$keep = [];
for ($i = 0; $i < 5000; $i++) {
	$a = $libc->strdup(str_repeat('x', $i % 1000));
	$a = FFI::cast('char *', $libc->realloc($a, 2000));
	hash_update($sum, FFI::string($a));
	$libc->free($a);
	$b = $libc->realpath('/usr/../etc', null);
	hash_update($sum, FFI::string($b));
	$libc->free($b);
	$c = FFI::new('char *');
	$libc->asprintf(FFI::addr($c), '%d of %s', $i, 'many');
	hash_update($sum, FFI::string($c));
	$libc->free($c);
	$d = FFI::new('void *');
	if ($libc->posix_memalign(FFI::addr($d), 256, $i + 1) !== 0 || $libc->malloc_usable_size($d) <= $i) exit(1);
	FFI::memset($d, $i & 255, $i + 1);
	hash_update($sum, FFI::string(FFI::cast('char *', $d), $i + 1));
	$libc->free($keep[$i % 100] ?? null);
	$keep[$i % 100] = $d;
	$own = FFI::new('struct { int n; char text[200]; }', false, $i % 2 === 0);
	$own->n = $i;
	FFI::free($own);
}
foreach ($keep as $d) $libc->free($d);
echo hash_final($sum), "\n";
E2
php -d ffi.enable=1 script.php
