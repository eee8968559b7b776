/* Loaded objects, seen without libc: what is defined where, and what an address belongs to. */
#include "unit.h"
#include "os/elf.h"
#include "os/scope.h"

#include <dlfcn.h>

/* musl's libc.so is its dynamic linker, and it tells no list of objects: nothing is found there. */
#ifdef __GLIBC__
#define GLIBC 1
#else
#define GLIBC 0
#endif

static int variable = 1;
static int zeroed[1000];
static const char constant[] = "constant";

static const struct link_map *around(const volatile void *p)
{
	return ash_elf_object_around((uintptr_t)p);
}

static bool in_image(const volatile void *p)
{
	return around(p) != NULL;
}

static void *libc(void)
{
	void *h = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	must(h != NULL);
	return h;
}

START_TEST(test_functions_of_libc_are_found_where_libc_has_them)
{
	if (!GLIBC)
		return;
	static const char *const names[] = {"__libc_free", "__libc_realloc",
		"__libc_malloc", "malloc_usable_size", "puts", "qsort", "getpid"};
	const struct link_map *m = around(dlsym(libc(), "getpid"));
	must(m != NULL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		void *expected = dlsym(libc(), names[i]);
		must(expected != NULL);
		must_f(ash_elf_function(m->l_ld, m->l_addr, names[i]) == expected, "%s",
			names[i]);
	}
}
END_TEST

/* Also those that have several versions: one name, each of its symbols in turn. */
START_TEST(test_every_definition_of_libc_is_found_by_its_name)
{
	if (!GLIBC)
		return;
	const struct link_map *m = ash_scope_libc();
	struct ash_symbols s;
	size_t defined = 0, versions = 0;
	must(m != NULL && ash_elf_symbols(m->l_ld, m->l_addr, &s));
	for (size_t i = 1, n = ash_elf_count(&s); i < n; i++) {
		const char *name = s.str + s.sym[i].st_name;
		size_t k = 0;
		if (s.sym[i].st_shndx == SHN_UNDEF || !*name) /* or a section */
			continue;
		defined++;
		do {
			k = ash_elf_find(&s, name, k);
			versions += k != 0 && k != i;
		} while (k != 0 && k != i);
		must_f(k == i, "symbol %zu, %s", i, name);
	}
	must_f(defined > 1000, "%zu", defined);
	must_f(versions > 10, "%zu", versions);
}
END_TEST

START_TEST(test_libc_is_found_by_its_name)
{
	must(ash_scope_libc() == around(dlsym(libc(), "getpid")));
}
END_TEST

START_TEST(test_the_next_definition_is_not_our_own)
{
	if (!GLIBC)
		return;
	must(ash_scope_next_function("getpid") == dlsym(libc(), "getpid"));
	must(ash_scope_next_function("main") == NULL);
	must(ash_scope_next_function("no_such_function") == NULL);
}
END_TEST

START_TEST(test_a_name_nobody_has_is_not_found)
{
	if (!GLIBC)
		return;
	static const char *const names[] = {
		"", "no_such_function", "mallo", "mallocx", "__libc_fre"};
	const struct link_map *m = around(dlsym(libc(), "getpid"));
	must(m != NULL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		must_f(ash_elf_function(m->l_ld, m->l_addr, names[i]) == NULL, "%s",
			names[i]);
}
END_TEST

/* Its symbol table lists it, as others define it. */
START_TEST(test_a_function_that_is_only_used_is_not_taken_for_a_definition)
{
	if (!GLIBC)
		return;
	void *libm = dlopen("libm.so.6", RTLD_NOW);
	must(libm != NULL);
	const struct link_map *m = around(dlsym(libm, "logb"));
	must(m != NULL);
	must(ash_elf_function(m->l_ld, m->l_addr, "logb") == dlsym(libm, "logb"));
	must(ash_elf_function(m->l_ld, m->l_addr, "free") == NULL);
	must(ash_elf_function(m->l_ld, m->l_addr, "__cxa_finalize") == NULL);
}
END_TEST

/* Old objects, and some kernels' vDSO, have a hash table of another kind, which lists all symbols. */
START_TEST(test_the_older_hash_table_is_read_too)
{
	static const char strings[] = "\0used\0defined\0other";
	static const ElfW(Sym) symbols[] = {
		{.st_name = 0},
		{.st_name = 1, .st_shndx = SHN_UNDEF, .st_value = 0x100},
		{.st_name = 6, .st_shndx = 1, .st_value = 0x200},
		{.st_name = 14, .st_shndx = 1, .st_value = 0x300},
	};
	static const Elf_Symndx hash[] = {1, ARRAY_LEN(symbols), 3, 0, 0, 1, 2};
	const ElfW(Dyn) dynamic[] = {
		{.d_tag = DT_STRTAB, .d_un.d_ptr = (ElfW(Addr))strings},
		{.d_tag = DT_SYMTAB, .d_un.d_ptr = (ElfW(Addr))symbols},
		{.d_tag = DT_HASH, .d_un.d_ptr = (ElfW(Addr))hash},
		{.d_tag = DT_NULL},
	};
	must(ash_elf_function(dynamic, 0x1000, "defined") == (void *)0x1200);
	must(ash_elf_function(dynamic, 0x1000, "other") == (void *)0x1300);
	must(ash_elf_function(dynamic, 0x1000, "used") == NULL);
	must(ash_elf_function(dynamic, 0x1000, "") == NULL);
}
END_TEST

START_TEST(test_the_clock_is_found)
{
	uint32_t before = ash_os_now_ms(); /* or, without a vDSO, of the kernel */
	sleep_ms(60);
	uint32_t passed = ash_os_now_ms() - before;
	must_f(passed >= 40 && passed < 10000, "%u ms", passed);
}
END_TEST

/* ---- addresses */

START_TEST(test_functions_constants_and_variables_are_in_an_image)
{
	if (!GLIBC)
		return;
	must(in_image((void *)&in_image));
	must(in_image("a string"));
	must(in_image(constant) && in_image(&constant[sizeof constant - 1]));
	must(in_image(&variable));
	must(in_image(zeroed) && in_image(&zeroed[999]));
}
END_TEST

START_TEST(test_what_libraries_define_is_in_an_image_too)
{
	if (!GLIBC)
		return;
	const struct link_map *m = around(dlsym(libc(), "printf"));
	must(m != NULL && m == (struct link_map *)libc());
	must(around(stdout) == m); /* the FILE itself is a variable of libc */
	must(around(dlsym(libc(), "environ")) == m);
	must(around(&in_image) != m);
}
END_TEST

START_TEST(test_a_library_is_an_image_while_it_is_loaded)
{
	void *h = dlopen("libresolv.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!h)
		return; /* the C library is not glibc */
	const struct link_map *m = (const struct link_map *)h;
	uintptr_t dynamic = (uintptr_t)m->l_ld;
	must(ash_elf_object_around(dynamic) == m);
	must(dlclose(h) == 0);
	must(ash_elf_object_around(dynamic) == NULL);
}
END_TEST

START_TEST(test_the_heap_the_stack_and_mappings_are_in_no_image)
{
	int local;
	char *small = opaque_ptr(malloc(10)), *large = opaque_ptr(malloc(10 * MIB));
	void *map = ash_os_map(ash_os.page_size);
	must(!in_image(&local));
	must(!in_image(small) && !in_image(large));
	must(map != NULL && !in_image(map));
	must(!in_image((char *)map + ash_os.page_size - 1));
	free(small);
	free(large);
}
END_TEST

START_TEST(test_addresses_of_nothing_are_in_no_image)
{
	must(!ash_elf_object_around(0));
	must(!ash_elf_object_around(1));
	must(!ash_elf_object_around(4096));
	must(!ash_elf_object_around(UINTPTR_MAX));
	for (unsigned bit = 0; bit < sizeof(uintptr_t) * 8;
		bit += bit == 15 ? 33 : 1) /* between, a program may lie */
		must_f(!ash_elf_object_around((uintptr_t)1 << bit), "bit %u", bit);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_functions_of_libc_are_found_where_libc_has_them,
		test_every_definition_of_libc_is_found_by_its_name,
		test_libc_is_found_by_its_name,
		test_the_next_definition_is_not_our_own,
		test_a_name_nobody_has_is_not_found,
		test_a_function_that_is_only_used_is_not_taken_for_a_definition,
		test_the_older_hash_table_is_read_too,
		test_the_clock_is_found,
		test_functions_constants_and_variables_are_in_an_image,
		test_what_libraries_define_is_in_an_image_too,
		test_a_library_is_an_image_while_it_is_loaded,
		test_the_heap_the_stack_and_mappings_are_in_no_image,
		test_addresses_of_nothing_are_in_no_image,
	};

	unit_start();
	return run_tests("elf", 60, tests, ARRAY_LEN(tests));
}
