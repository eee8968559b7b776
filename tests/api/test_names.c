/*
 * The less known names: every one is ours, and all share one heap. What glibc
 * builds upon malloc (strdup, getline, ...) stays glibc's and lands in that heap.
 */
#include "support.h"

#include <dlfcn.h>
#include <wchar.h>

/* No header declares these any more, programs and libraries still call them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);
void *__libc_memalign(size_t alignment, size_t size);
void *__libc_valloc(size_t size);
void *__libc_pvalloc(size_t size);
int __posix_memalign(void **out, size_t alignment, size_t size);
void cfree(void *p);

static const char *object_of(const char *name)
{
	Dl_info info;
	void *sym = dlsym(RTLD_DEFAULT, name);

	must_f(sym, "%s", name);
	must_f(dladdr(sym, &info) != 0, "%s", name);
	return info.dli_fname;
}

START_TEST(test_every_malloc_name_is_ours)
{
	const char *const names[] = {
		"malloc",
		"calloc",
		"realloc",
		"free",
		"cfree",
		"posix_memalign",
		"aligned_alloc",
		"memalign",
		"valloc",
		"pvalloc",
		"malloc_usable_size",
		"free_sized",
		"free_aligned_sized",
		"__libc_malloc",
		"__libc_calloc",
		"__libc_realloc",
		"__libc_free",
		"__libc_memalign",
		"__libc_valloc",
		"__libc_pvalloc",
		"__libc_mallinfo",
		"__libc_mallopt",
		"__posix_memalign",
		"mallinfo",
		"mallinfo2",
		"malloc_info",
		"malloc_stats",
		"mallopt",
		"malloc_trim",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		must_f(strstr(object_of(names[i]), "libashlar"), "%s is in %s", names[i],
			object_of(names[i]));
}
END_TEST

/* glibc's call realloc and malloc by name; replacing them is what its manual forbids. */
START_TEST(test_reallocarray_and_strdup_are_libcs)
{
	const char *const names[] = {"reallocarray", "strdup", "strndup", "getline"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		must_f(strstr(object_of(names[i]), "libc.so") || strstr(object_of(names[i]), "ld-musl"),
			"%s is in %s", names[i], object_of(names[i]));
}
END_TEST

static void check_and_free(void *p, size_t n, void (*release)(void *))
{
	must(p);
	must(malloc_usable_size(p) >= n);
	fill(p, 0, n, n);
	must(holds(p, n, n));
	release(p);
}

START_TEST(test_libc_names_share_the_heap_with_the_plain_ones)
{
	void (*const release[])(void *) = {free, __libc_free, cfree};

	for (size_t n = 1; n <= 4 * MIB; n = n * 3 + 1) {
		for (size_t r = 0; r < ARRAY_LEN(release); r++) {
			void *p = NULL;

			check_and_free(malloc(n), n, release[r]);
			check_and_free(__libc_malloc(n), n, release[r]);
			p = __libc_calloc(n, 1);
			must(p && all_zero(p, n));
			check_and_free(p, n, release[r]);
			check_and_free(
				__libc_realloc(malloc(n), 2 * n), 2 * n, release[r]);
			check_and_free(
				realloc(__libc_malloc(n), 2 * n), 2 * n, release[r]);
			p = __libc_memalign(256, n);
			must((uintptr_t)p % 256 == 0);
			check_and_free(p, n, release[r]);
			p = __libc_valloc(n);
			must((uintptr_t)p % (uintptr_t)sysconf(_SC_PAGESIZE) == 0);
			check_and_free(p, n, release[r]);
			p = __libc_pvalloc(n);
			must((uintptr_t)p % (uintptr_t)sysconf(_SC_PAGESIZE) == 0);
			check_and_free(p, n, release[r]);
			must(__posix_memalign(&p, 512, n) == 0);
			must((uintptr_t)p % 512 == 0);
			check_and_free(p, n, release[r]);
		}
	}
}
END_TEST

START_TEST(test_libc_names_fail_like_the_plain_ones)
{
	void *p = &p;

	errno = 0;
	must(__libc_malloc(opaque(SIZE_MAX)) == NULL && errno == ENOMEM);
	errno = 0;
	must(__libc_calloc(opaque(SIZE_MAX / 2), 3) == NULL && errno == ENOMEM);
	errno = 0;
	must(__libc_memalign(64, opaque(SIZE_MAX - 10)) == NULL && errno == ENOMEM);
	must(__posix_memalign(&p, 3, 100) == EINVAL && p == &p);
	must(__posix_memalign(&p, 64, opaque(SIZE_MAX - 10)) == ENOMEM && p == &p);
	__libc_free(NULL);
	cfree(NULL);
}
END_TEST

/* --- libc's own allocations */

START_TEST(test_strdup_allocates_from_our_heap)
{
	enum { COUNT = 5000, LEN = 2000 };
	static char *copy[COUNT];
	static char text[LEN + 1];
	size_t before;

	memset(text, 'x', LEN);
	before = mallinfo2().uordblks;
	for (int i = 0; i < COUNT; i++) {
		copy[i] = i % 2 ? strdup(text) : strndup(text, LEN);
		must(copy[i] && strlen(copy[i]) == LEN);
	}
	must(growth(mallinfo2().uordblks, before) >= (size_t)COUNT * LEN);
	for (int i = 0; i < COUNT; i++)
		free(copy[i]);
	must(growth(mallinfo2().uordblks, before) < (size_t)COUNT * LEN / 5);
}
END_TEST

START_TEST(test_reallocarray_allocates_from_our_heap)
{
	size_t before = bytes_in_use();
	char *p = reallocarray(NULL, 1000, 10000), *q;

	ck_assert_ptr_nonnull(p);
	must(growth(bytes_in_use(), before) >= 10000000);
	fill(p, 0, 10000000, 3);
	p = reallocarray(p, 1000, 20000);
	must(p && holds(p, 10000000, 3));
	errno = 0;
	q = reallocarray(p, opaque(SIZE_MAX / 2), 3);
	must(q == NULL && errno == ENOMEM && holds(p, 10000000, 3));
	free(p);
	must(growth(bytes_in_use(), before) < MIB);
}
END_TEST

START_TEST(test_blocks_made_inside_libc_can_be_freed_and_grown)
{
	char *line = NULL, *text = NULL, *path, *cwd, *out = NULL;
	size_t cap = 0, out_len = 0;
	FILE *f = fopen("/proc/self/status", "r");

	ck_assert_ptr_nonnull(f);
	while (getline(&line, &cap, f) > 0)
		must(malloc_usable_size(line) >= cap);
	line = realloc(line, 100000);
	must(line);
	free(line);
	fclose(f);

	must(asprintf(&text, "%01000d", 7) == 1000);
	must(malloc_usable_size(text) >= 1001);
	free(text);

	path = realpath("/proc/self/exe", NULL);
	must(path && malloc_usable_size(path) > strlen(path));
	free(path);
	cwd = getcwd(NULL, 0);
	must(cwd && malloc_usable_size(cwd) > strlen(cwd));
	free(cwd);

	f = open_memstream(&out, &out_len);
	ck_assert_ptr_nonnull(f);
	for (int i = 0; i < 10000; i++)
		fprintf(f, "%d ", i);
	fclose(f);
	must(out && strlen(out) == out_len && malloc_usable_size(out) > out_len);
	free(out);

	free(wcsdup(L"wide"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_every_malloc_name_is_ours,
		test_reallocarray_and_strdup_are_libcs,
		test_libc_names_share_the_heap_with_the_plain_ones,
		test_libc_names_fail_like_the_plain_ones,
		test_strdup_allocates_from_our_heap,
		test_reallocarray_allocates_from_our_heap,
		test_blocks_made_inside_libc_can_be_freed_and_grown,
	};

	return run_tests("names", 60, tests, ARRAY_LEN(tests));
}
