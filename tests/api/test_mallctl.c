/* The control tree: every name is read, written and misused. */
#include "support.h"

#include <pthread.h>

#include "control_rows.h"

#define FOR_ROWS(r) for (struct row *r = rows; r < rows + row_count; r++)

/* Without a cache (the option tcache) a thread is bound to no arena and counts nothing. */
static bool has_cache(void)
{
	bool v = false;
	size_t n = sizeof(v);

	must(mallctl("opt.tcache", &v, &n, NULL, 0) == 0);
	return v;
}

static bool readable(const struct row *r)
{
	return (!row_is(r->source, "THREAD") || has_cache()) && (row_is(r->access, "R") || row_is(r->access, "RW")) && !row_is(r->source, "ABSENT");
}

/* Without effect when the old value is not taken. */
static bool plain(const struct row *r)
{
	return !row_is(r->access, "RAW") && !row_is(r->source, "ABSENT");
}

static size_t get_size(const char *name)
{
	size_t v = 0, n = sizeof(v);

	must_f(mallctl(name, &v, &n, NULL, 0) == 0, "%s", name);
	return v;
}

static unsigned get_unsigned(const char *name)
{
	unsigned v = 0;
	size_t n = sizeof(v);

	must_f(mallctl(name, &v, &n, NULL, 0) == 0, "%s", name);
	return v;
}

static uint64_t get_u64(const char *name)
{
	uint64_t v = 0;
	size_t n = sizeof(v);

	must_f(mallctl(name, &v, &n, NULL, 0) == 0, "%s", name);
	return v;
}

static const char *get_text(const char *name)
{
	const char *v = NULL;
	size_t n = sizeof(v);

	must_f(mallctl(name, &v, &n, NULL, 0) == 0, "%s", name);
	return v;
}

static void new_epoch(void)
{
	uint64_t any = 1;

	must(mallctl("epoch", NULL, NULL, &any, sizeof(any)) == 0);
}

START_TEST(test_table_was_read)
{
	must(row_count > 150);
	FOR_ROWS(r)
		must_f(r->indexes <= 2 && r->len <= 7 && (r->size || row_is(r->access, "X")), "%s", r->name);
}
END_TEST

START_TEST(test_every_readable_name_reads_as_its_type)
{
	FOR_ROWS(r) {
		unsigned char old[32];
		size_t n = r->size;
		int error;

		if (!readable(r))
			continue;
		memset(old, 0xa5, sizeof(old));
		errno = 12345;
		error = mallctl(r->name, old, &n, NULL, 0);
		must_f(error == 0, "%s: %d", r->name, error);
		must(errno == 12345);
		must_f(n == r->size, "%s", r->name);
		for (size_t i = r->size; i < sizeof(old); i++)
			must_f(old[i] == 0xa5, "%s", r->name);
		if (row_is(r->type, "BOOL"))
			must_f(old[0] <= 1, "%s", r->name);
		if (row_is(r->type, "STR")) {
			const char *text;

			memcpy(&text, old, sizeof(text));
			must_f(text && strlen(text) < 4096, "%s", r->name);
		}
		must_f(mallctl(r->name, NULL, NULL, NULL, 0) == 0, "%s", r->name);
	}
}
END_TEST

START_TEST(test_old_of_the_wrong_size_is_copied_as_far_as_it_goes)
{
	FOR_ROWS(r) {
		unsigned char whole[32] = {0}, old[32];
		size_t n = r->size;

		if (!readable(r))
			continue;
		must(mallctl(r->name, whole, &n, NULL, 0) == 0);
		for (size_t give = 0; give <= r->size + 8; give++) {
			size_t fits = give < r->size ? give : r->size;

			if (give == r->size)
				continue;
			memset(old, 0xa5, sizeof(old));
			n = give;
			must_f(mallctl(r->name, old, &n, NULL, 0) == EINVAL, "%s, %zu bytes", r->name, give);
			must_f(n == fits, "%s, %zu bytes", r->name, give);
			if (!row_is(r->source, "ACTIVE_NOW"))
				must_f(memcmp(old, whole, fits) == 0, "%s, %zu bytes", r->name, give);
			for (size_t i = fits; i < sizeof(old); i++)
				must_f(old[i] == 0xa5, "%s, %zu bytes", r->name, give);
		}
	}
}
END_TEST

START_TEST(test_what_is_read_only_cannot_be_written)
{
	FOR_ROWS(r) {
		uint64_t v = 0;

		if (!plain(r) || (!row_is(r->access, "R") && !row_is(r->access, "MR")))
			continue;
		must_f(mallctl(r->name, NULL, NULL, &v, r->size) == EPERM, "%s", r->name);
		must_f(mallctl(r->name, NULL, NULL, NULL, 1) == EPERM, "%s", r->name);
	}
}
END_TEST

START_TEST(test_what_is_write_only_or_an_action_cannot_be_read)
{
	FOR_ROWS(r) {
		uint64_t v = 0;
		size_t n = sizeof(v);

		if (!plain(r) || (!row_is(r->access, "X") && !row_is(r->access, "MW")))
			continue;
		must_f(mallctl(r->name, &v, &n, NULL, 0) == EPERM, "%s", r->name);
		must_f(mallctl(r->name, &v, NULL, NULL, 0) == EPERM, "%s", r->name);
		must_f(mallctl(r->name, NULL, &n, NULL, 0) == EPERM, "%s", r->name);
		if (row_is(r->access, "X"))
			must_f(mallctl(r->name, NULL, NULL, &v, sizeof(v)) == EPERM, "%s", r->name);
	}
}
END_TEST

START_TEST(test_new_of_the_wrong_size_changes_nothing)
{
	FOR_ROWS(r) {
		unsigned char v[32] = {0};

		if (!plain(r) || !strchr(r->access, 'W'))
			continue;
		for (size_t n = 0; n <= sizeof(v); n++)
			if (n != r->size)
				must_f(mallctl(r->name, NULL, NULL, v, n) == EINVAL, "%s, %zu bytes", r->name, n);
	}
}
END_TEST

START_TEST(test_what_must_be_read_says_how_much_it_copied)
{
	FOR_ROWS(r) {
		unsigned v = 0;
		size_t n = sizeof(v) + 1;

		if (!row_is(r->access, "MR"))
			continue;
		must_f(mallctl(r->name, NULL, NULL, NULL, 0) == EINVAL, "%s", r->name);
		must_f(mallctl(r->name, &v, &n, NULL, 0) == EINVAL && n == 0, "%s", r->name);
	}
}
END_TEST

START_TEST(test_what_must_be_written_is)
{
	FOR_ROWS(r)
		if (row_is(r->access, "MW"))
			must_f(mallctl(r->name, NULL, NULL, NULL, 0) == EINVAL, "%s", r->name);
}
END_TEST

START_TEST(test_what_is_absent_is_not_there)
{
	FOR_ROWS(r) {
		uint64_t v = 0;
		size_t n = r->size;

		if (!row_is(r->source, "ABSENT"))
			continue;
		must_f(mallctl(r->name, &v, &n, NULL, 0) == ENOENT, "%s", r->name);
		must_f(mallctl(r->name, NULL, NULL, &v, n) == ENOENT, "%s", r->name);
	}
}
END_TEST

START_TEST(test_unknown_names_are_not_there)
{
	static const char *const names[] = {"", ".", "..", "no", "no.such", ".version", "version.", "epoch.x",
		"stats", "stats.", "stats.alloc", "stats.allocatedx", "stats..allocated", "arenas.bin.x.size",
		"arenas.bin.-1.size", "arenas.bin.0x0.size", "arenas.bin.99999999999999999999.size",
		"arenas.bin..size", "arena.0", "arena. 0.initialized", "stats.arenas.0.bins.0.mutex",
		"stats.arenas.18446744073709551616.pactive", "stats.arenas.4294967296.pactive",
		"a.b.c.d.e.f.g.h.i.j.k.l.m"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t v;
		size_t n = sizeof(v);

		must_f(mallctl(names[i], &v, &n, NULL, 0) == ENOENT, "%s", names[i]);
	}
	FOR_ROWS(r) {
		char longer[sizeof(r->name) + 4];
		size_t len = strlen(r->name);

		memcpy(longer, r->name, len);
		strcpy(longer + len, ".x");
		must_f(mallctl(longer, NULL, NULL, NULL, 0) == ENOENT, "%s", longer);
		longer[len] = '\0';
		longer[len - 1] ^= 1;
		must_f(mallctl(longer, NULL, NULL, NULL, 0) == ENOENT, "%s", longer);
	}
}
END_TEST

START_TEST(test_mibs_are_places_among_siblings)
{
	FOR_ROWS(r) {
		size_t mib[DEPTH], len = DEPTH;

		must_f(mallctlnametomib(r->name, mib, &len) == 0, "%s", r->name);
		must_f(len == r->len, "%s: %zu", r->name, len);
		must_f(memcmp(mib, r->mib, len * sizeof(*mib)) == 0, "%s", r->name);
	}
}
END_TEST

START_TEST(test_a_mib_reads_what_its_name_does)
{
	FOR_ROWS(r) {
		uint64_t by_name = 0, by_mib = 0;
		size_t n = r->size;

		if (!readable(r) || row_is(r->source, "ACTIVE_NOW"))
			continue;
		must(mallctl(r->name, &by_name, &n, NULL, 0) == 0);
		must(mallctlbymib(r->mib, r->len, &by_mib, &n, NULL, 0) == 0);
		must_f(by_name == by_mib, "%s", r->name);
	}
}
END_TEST

START_TEST(test_wrong_mibs_are_not_there)
{
	size_t none[1] = {0};

	must(mallctlbymib(none, 0, NULL, NULL, NULL, 0) == ENOENT);
	FOR_ROWS(r) {
		size_t mib[DEPTH + 1];

		must_f(r->len == 1 || mallctlbymib(r->mib, r->len - 1, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
		memcpy(mib, r->mib, sizeof(r->mib));
		mib[r->len] = 0;
		must_f(mallctlbymib(mib, r->len + 1, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
		for (size_t i = 0; i < r->len; i++) {
			mib[i] = SIZE_MAX;
			must_f(mallctlbymib(mib, r->len, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
			mib[i] = 1000;
			must_f(mallctlbymib(mib, r->len, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
			mib[i] = r->mib[i];
		}
	}
}
END_TEST

START_TEST(test_part_of_a_name_is_a_mib_to_be_completed)
{
	size_t mib[4], len = 4, leaf[4], leaf_len = 4;

	must(mallctlnametomib("arenas.bin.3", mib, &len) == 0 && len == 3 && mib[2] == 3);
	must(mallctlnametomib("arenas.bin.0.size", leaf, &leaf_len) == 0 && leaf_len == 4);
	mib[3] = leaf[3];
	for (size_t i = 0, before = 0; i < get_unsigned("arenas.nbins"); i++) {
		size_t size = 0, n = sizeof(size);

		mib[2] = i;
		must(mallctlbymib(mib, 4, &size, &n, NULL, 0) == 0);
		must_f(size > before, "%zu: %zu", i, size);
		before = size;
	}
}
END_TEST

START_TEST(test_a_short_mib_gets_the_beginning)
{
	size_t mib[3] = {77, 77, 77}, len = 2;

	must(mallctlnametomib("arenas.bin.0.size", mib, &len) == 0);
	must(len == 2 && mib[0] != 77 && mib[1] != 77 && mib[2] == 77);
	len = 0;
	must(mallctlnametomib("epoch", mib, &len) == 0 && len == 0);
}
END_TEST

START_TEST(test_indexes_end_where_there_is_no_more)
{
	FOR_ROWS(r) {
		for (unsigned k = 0; k < r->indexes; k++) {
			bool bin = row_is(r->range[k], "BIN"), extent = row_is(r->range[k], "LEXTENT");
			size_t count = get_unsigned(bin ? "arenas.nbins" : extent ? "arenas.nlextents" : "arenas.narenas");
			size_t mib[DEPTH], len = r->len;

			memcpy(mib, r->mib, sizeof(mib));
			mib[r->index_at[k]] = count + !(bin || extent); /* the number of arenas: all of them */
			must_f(mallctlbymib(mib, len, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
			if (bin || extent)
				continue;
			mib[r->index_at[k]] = 4098;
			must_f(mallctlbymib(mib, len, NULL, NULL, NULL, 0) == ENOENT, "%s", r->name);
		}
	}
}
END_TEST

START_TEST(test_figures_wait_for_an_epoch)
{
	uint64_t before = get_u64("epoch"), now = 0, any = 7;
	size_t n = sizeof(now), allocated;
	void *p;

	new_epoch();
	must(get_u64("epoch") == before + 1);
	allocated = get_size("stats.allocated");
	p = opaque_ptr(malloc(10 * MIB));
	must(get_size("stats.allocated") == allocated);
	must(mallctl("epoch", &now, &n, &any, sizeof(any)) == 0);
	must(now == before + 2);
	must(get_size("stats.allocated") >= allocated + 10 * MIB);
	free(p);
	new_epoch();
	must(get_size("stats.allocated") < allocated + MIB);
}
END_TEST

START_TEST(test_approximate_active_needs_no_epoch)
{
	size_t active = get_size("approximate_stats.active");
	void *p = opaque_ptr(malloc(10 * MIB));

	memset(p, 1, 10 * MIB);
	must(get_size("approximate_stats.active") >= active + 10 * MIB);
	free(p);
}
END_TEST

START_TEST(test_all_arenas_are_the_sum_of_each)
{
	static const char *const names[] = {"small.nmalloc", "large.nmalloc", "pactive", "bins.5.nfills"};
	unsigned narenas = get_unsigned("arenas.narenas");

	new_epoch();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t sum = 0;
		char name[64];

		for (unsigned a = 0; a < narenas; a++) {
			uint64_t v = 0;
			size_t n = row_is(names[i], "pactive") ? sizeof(size_t) : sizeof(v);

			snprintf(name, sizeof(name), "stats.arenas.%u.%s", a, names[i]);
			if (mallctl(name, &v, &n, NULL, 0) == 0)
				sum += v;
		}
		snprintf(name, sizeof(name), "stats.arenas.4096.%s", names[i]);
		if (row_is(names[i], "pactive"))
			must_f(growth(sum, get_size(name)) < 100 && growth(get_size(name), sum) < 100, "%s", name);
		else
			must_f(growth(sum, get_u64(name)) < 100 && growth(get_u64(name), sum) < 100, "%s", name);
		snprintf(name, sizeof(name), "stats.arenas.%u.%s", narenas, names[i]);
		must_f(mallctl(name, NULL, NULL, NULL, 0) == 0, "%s", name);
	}
}
END_TEST

START_TEST(test_version_is_a_number_that_is_not_jemallocs)
{
	int major, minor, patch, nrev, end = 0;
	const char *version = get_text("version");

	int parts = sscanf(version, "%d.%d.%d-%d-%n", &major, &minor, &patch, &nrev, &end);

	must_f(parts == 4 && end, "%s", version);
	must(major >= 5);
	must_f(strncmp(version + end, "ashlar", 6) == 0, "%s", version);
	must(strstr(version, ashlar_version()));
}
END_TEST

START_TEST(test_facts_are_those_of_the_heap)
{
	must(get_size("arenas.page") == (size_t)sysconf(_SC_PAGESIZE) || emulated());
	must(get_size("arenas.quantum") == 16);
	must(get_unsigned("arenas.narenas") >= 1);
	must(get_unsigned("arenas.nhbins") <= get_unsigned("arenas.nbins"));
	must(get_size("arenas.tcache_max") == get_size("opt.tcache_max") ||
		get_size("arenas.tcache_max") == 32768);
	for (unsigned i = 0; i < get_unsigned("arenas.nlextents"); i++) {
		char name[64];

		snprintf(name, sizeof(name), "arenas.lextent.%u.size", i);
		must_f(get_size(name) >= 64 * KIB, "%s", name);
	}
}
END_TEST

START_TEST(test_decay_time_can_be_changed)
{
	ssize_t was, ms, before, bad = -2;
	size_t n = sizeof(ms);

	must(mallctl("arenas.dirty_decay_ms", &was, &n, NULL, 0) == 0);
	ms = 12345;
	must(mallctl("arenas.dirty_decay_ms", &before, &n, &ms, sizeof(ms)) == 0 && before == was);
	must(mallctl("arena.0.dirty_decay_ms", &before, &n, NULL, 0) == 0 && before == ms);
	must(mallctl("arenas.dirty_decay_ms", NULL, NULL, &bad, sizeof(bad)) == EFAULT);
	must(mallctl("arena.4097.dirty_decay_ms", NULL, NULL, &ms, sizeof(ms)) == EFAULT);
	must(mallctl("arenas.muzzy_decay_ms", NULL, NULL, &ms, sizeof(ms)) == 0);
	must(mallctl("arenas.muzzy_decay_ms", &before, &n, NULL, 0) == 0 && before == 0);
	must(mallctl("arena.0.dirty_decay_ms", NULL, NULL, &was, sizeof(was)) == 0);
	must(mallctl("arenas.dirty_decay_ms", &before, &n, NULL, 0) == 0 && before == was);
}
END_TEST

START_TEST(test_growth_can_be_limited)
{
	size_t was, v, n = sizeof(v), one = MIB, small = MIB / 4, none = SIZE_MAX;

	must(mallctl("arena.0.retain_grow_limit", &was, &n, &one, sizeof(one)) == 0 && was == 64 * MIB);
	must(get_size("arena.0.retain_grow_limit") == MIB);
	must(mallctl("arena.0.retain_grow_limit", NULL, NULL, &small, sizeof(small)) == EFAULT);
	must(mallctl("arena.4097.retain_grow_limit", NULL, NULL, &one, sizeof(one)) == EFAULT);
	must(mallctl("arena.4097.retain_grow_limit", &v, &n, NULL, 0) == EFAULT);
	must(get_size("arena.0.retain_grow_limit") == MIB);
	must(mallctl("arena.0.retain_grow_limit", NULL, NULL, &none, sizeof(none)) == 0);
	must(get_size("arena.0.retain_grow_limit") == 64 * MIB);
}
END_TEST

START_TEST(test_active_pages_are_read_without_a_call)
{
	static const char *const arenas[] = {"0", "4096"};
	void *some = opaque_ptr(malloc(MIB)); /* with a prefix nobody else has allocated anything */

	for (size_t i = 0; i < ARRAY_LEN(arenas); i++) {
		size_t *counter = NULL, n = sizeof(counter), pages = 20 * MIB / get_size("arenas.page"), before;
		char name[60], same[60];
		void *p;

		snprintf(name, sizeof(name), "experimental.arenas.%s.pactivep", arenas[i]);
		snprintf(same, sizeof(same), "stats.arenas.%s.pactive", arenas[i]);
		new_epoch();
		must(mallctl(name, &counter, &n, NULL, 0) == 0 && counter);
		must(*counter == get_size(same) && *counter > 0);
		before = *counter;
		p = opaque_ptr(malloc(20 * MIB));
		must(*counter == before);
		new_epoch();
		must_f(*counter >= before + pages, "%zu, %zu", before, *counter);
		must(*counter == get_size(same));
		free(p);
		new_epoch();
		must_f(*counter < before + pages / 2, "%zu, %zu", before, *counter);
	}
	free(some);
	must(mallctl("experimental.arenas.4097.pactivep", NULL, NULL, NULL, 0) == ENOENT);
}
END_TEST

START_TEST(test_metadata_is_records_and_page_map)
{
	void *some = opaque_ptr(malloc(MIB));

	new_epoch();
	must(get_size("stats.metadata_edata") > 0 && get_size("stats.metadata_rtree") > 0);
	must(get_size("stats.metadata_edata") + get_size("stats.metadata_rtree") == get_size("stats.metadata"));
	must(get_size("stats.arenas.4096.metadata_edata") == get_size("stats.metadata_edata"));
	must(get_size("stats.arenas.0.metadata_rtree") == get_size("stats.metadata_rtree"));
	free(some);
}
END_TEST

static void *take_epochs(void *unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++)
		new_epoch();
	return NULL;
}

START_TEST(test_locks_tell_how_they_were_taken)
{
	uint64_t ops, switches;
	pthread_t t[4];

	new_epoch();
	ops = get_u64("stats.mutexes.ctl.num_ops");
	switches = get_u64("stats.mutexes.ctl.num_owner_switch");
	must(ops > 0 && switches > 0 && switches <= ops);
	new_epoch();
	must(get_u64("stats.mutexes.ctl.num_ops") > ops);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		must(pthread_create(&t[i], NULL, take_epochs, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		must(pthread_join(t[i], NULL) == 0);
	new_epoch();
	must(get_u64("stats.mutexes.ctl.num_ops") >= ops + 200);
	must(get_u64("stats.mutexes.ctl.num_owner_switch") > switches);
	must(get_u64("stats.mutexes.ctl.max_wait_time") <= get_u64("stats.mutexes.ctl.total_wait_time"));
	must((get_u64("stats.mutexes.ctl.num_wait") > 0) == (get_u64("stats.mutexes.ctl.total_wait_time") > 0));
	must(get_unsigned("stats.mutexes.ctl.max_num_thds") <= ARRAY_LEN(t));
	ops = get_u64("stats.arenas.0.mutexes.large.num_ops");
	free(opaque_ptr(malloc(100 * MIB)));
	new_epoch();
	must(get_u64("stats.arenas.0.mutexes.large.num_ops") >= ops + 2);
	must(get_u64("stats.mutexes.background_thread.num_ops") == 0);
}
END_TEST

START_TEST(test_background_threads_stay_off)
{
	bool on = true, old = true;
	size_t n = sizeof(old);

	must(mallctl("background_thread", NULL, NULL, &on, sizeof(on)) == EFAULT);
	must(mallctl("background_thread", &old, &n, NULL, 0) == 0 && !old);
	must(mallctl("background_thread", &old, &n, &old, sizeof(old)) == 0);
}
END_TEST

START_TEST(test_purge_returns_memory)
{
	enum { COUNT = 64 };
	void *p[COUNT];
	ssize_t never = -1;
	size_t rss;

	must(mallctl("arenas.dirty_decay_ms", NULL, NULL, &never, sizeof(never)) == 0);
	for (int i = 0; i < COUNT; i++)
		memset(p[i] = malloc(MIB), 1, MIB);
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
	rss = rss_now();
	must(mallctl("arena.4096.purge", NULL, NULL, NULL, 0) == 0);
	new_epoch();
	must_f(get_size("stats.arenas.4096.pdirty") == 0, "%zu", get_size("stats.arenas.4096.pdirty"));
	must_f(emulated() || growth(rss, rss_now()) > COUNT / 2 * MIB, "%zu", growth(rss, rss_now()));
}
END_TEST

/* --- arenas and caches of the program's own */

static unsigned create_arena(void)
{
	unsigned arena = UINT_MAX;
	size_t n = sizeof(arena);

	must(mallctl("arenas.create", &arena, &n, NULL, 0) == 0);
	return arena;
}

/* arena.<arena>.what */
static int act(unsigned arena, const char *what)
{
	char name[64];

	snprintf(name, sizeof(name), "arena.%u.%s", arena, what);
	return mallctl(name, NULL, NULL, NULL, 0);
}

static bool initialized(unsigned arena)
{
	char name[64];
	bool v = false;
	size_t n = sizeof(v);

	snprintf(name, sizeof(name), "arena.%u.initialized", arena);
	must(mallctl(name, &v, &n, NULL, 0) == 0);
	return v;
}

/* The first blocks of a process lie side by side, and are arena 0's. */
static void leave_nursery(void)
{
	enum { COUNT = 64 };
	void *p[COUNT];

	for (int i = 0; i < COUNT; i++)
		p[i] = opaque_ptr(malloc(KIB));
	for (int i = 0; i < COUNT; i++)
		free(p[i]);
}

static unsigned arena_of(void *p)
{
	unsigned arena = UINT_MAX;
	size_t n = sizeof(arena);

	must(mallctl("arenas.lookup", &arena, &n, &p, sizeof(p)) == 0);
	return arena;
}

START_TEST(test_the_first_arena_is_there_from_the_start)
{
	ssize_t ms;
	size_t n = sizeof(ms);

	must(initialized(0) && initialized(4096) && initialized(get_unsigned("arenas.narenas")));
	must(mallctl("arena.0.dirty_decay_ms", &ms, &n, NULL, 0) == 0);
}
END_TEST

START_TEST(test_an_arena_is_made_bound_and_destroyed)
{
	unsigned mine = get_unsigned("thread.arena"), before = get_unsigned("arenas.narenas"), old = 0;
	unsigned arena = create_arena();
	size_t n = sizeof(old);
	void *p;

	if (!has_cache())
		return;
	leave_nursery();
	must(arena >= before && get_unsigned("arenas.narenas") == arena + 1 && initialized(arena));
	must(mallctl("thread.arena", &old, &n, &arena, sizeof(arena)) == 0 && old == mine);
	must(get_unsigned("thread.arena") == arena);
	p = malloc(100);
	must(arena_of(p) == arena);
	free(p);
	must(act(arena, "destroy") == EFAULT); /* bound to it */
	must(mallctl("thread.arena", NULL, NULL, &mine, sizeof(mine)) == 0);
	must(act(arena, "destroy") == 0);
	must(!initialized(arena));
	must(act(arena, "destroy") == EFAULT);
	must(mallctl("thread.arena", NULL, NULL, &arena, sizeof(arena)) == EFAULT);
	must(create_arena() == arena);
}
END_TEST

START_TEST(test_reset_discards_an_arenas_blocks)
{
	unsigned mine = get_unsigned("thread.arena"), arena = create_arena();
	char name[64];
	bool caching = false;
	size_t before;

	if (!has_cache())
		return;
	leave_nursery();
	must(mallctl("thread.tcache.enabled", NULL, NULL, &caching, sizeof(caching)) == 0);
	must(mallctl("thread.arena", NULL, NULL, &arena, sizeof(arena)) == 0);
	for (int i = 0; i < 1000; i++)
		must(opaque_ptr(malloc(1000)));
	must(mallctl("thread.arena", NULL, NULL, &mine, sizeof(mine)) == 0);
	snprintf(name, sizeof(name), "stats.arenas.%u.small.allocated", arena);
	new_epoch();
	before = get_size(name);
	must_f(before >= 1000 * 1000, "%zu", before);
	must(act(arena, "reset") == 0);
	new_epoch();
	must_f(get_size(name) == 0, "%zu", get_size(name));
	must(act(0, "reset") == EFAULT);
	must(act(4096, "reset") == EFAULT);
	must(act(4096, "destroy") == EFAULT);
	must(act(4097, "reset") == EFAULT);
}
END_TEST

START_TEST(test_create_takes_hooks_or_none)
{
	unsigned arena, before = get_unsigned("arenas.narenas");
	size_t n = sizeof(arena), len = sizeof(void *);
	extent_hooks_t *hooks = NULL, *none = NULL;

	must(mallctl("arena.0.extent_hooks", &hooks, &len, NULL, 0) == 0);
	must(mallctl("arenas.create", &arena, &n, &hooks, sizeof(hooks) - 1) == EINVAL);
	must(mallctl("arenas.create", NULL, NULL, NULL, 0) == EINVAL);
	n = sizeof(arena) + 1;
	must(mallctl("arenas.create", &arena, &n, NULL, 0) == EINVAL && n == 0);
	must(get_unsigned("arenas.narenas") == before);
	n = sizeof(arena);
	must(mallctl("arenas.create", &arena, &n, &none, sizeof(none)) == 0 && arena == before);
	must(mallctl("arenas.create", &arena, &n, &hooks, sizeof(hooks)) == 0 && arena == before + 1);
}
END_TEST

START_TEST(test_lookup_of_what_is_no_block)
{
	unsigned arena = 0;
	size_t n = sizeof(arena);
	void *here = &arena, *none = NULL;

	must(mallctl("arenas.lookup", &arena, &n, &here, sizeof(here)) == EINVAL);
	must(mallctl("arenas.lookup", &arena, &n, &none, sizeof(none)) == EINVAL);
	must(mallctl("arenas.lookup", &arena, &n, NULL, 0) == EINVAL);
	must(mallctl("arenas.lookup", &arena, &n, &here, 4) == EINVAL || sizeof(here) == 4);
}
END_TEST

START_TEST(test_an_arena_has_a_name)
{
	unsigned arena = create_arena();
	char name[64], old[32], *at = old;
	const char *longest = "0123456789012345678901234567890", *longer = "01234567890123456789012345678901";
	size_t n = sizeof(at);

	snprintf(name, sizeof(name), "arena.%u.name", arena);
	must(mallctl(name, &at, &n, &longest, sizeof(longest)) == 0 && !*old);
	must(mallctl(name, &at, &n, NULL, 0) == 0 && row_is(old, longest));
	must(mallctl(name, NULL, NULL, &longer, sizeof(longer)) == EINVAL);
	longer = NULL;
	must(mallctl(name, NULL, NULL, &longer, sizeof(longer)) == EINVAL);
	n = 4;
	must(sizeof(at) == 4 || mallctl(name, &at, &n, NULL, 0) == EINVAL);
	must(mallctl(name, NULL, NULL, &longest, 1) == EINVAL);
	n = sizeof(at);
	must(mallctl(name, &at, &n, NULL, 0) == 0 && row_is(old, longest));
	must(mallctl("arena.4096.name", &at, &n, NULL, 0) == EINVAL);
}
END_TEST

START_TEST(test_dss_stays_disabled)
{
	const char *words[] = {"disabled", "primary", "secondary", "nonsense"};
	static const int errors[] = {0, EFAULT, EFAULT, EINVAL};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		must(mallctl("arena.0.dss", NULL, NULL, &words[i], sizeof(words[i])) == errors[i]);
	must(row_is(get_text("arena.0.dss"), "disabled"));
}
END_TEST

START_TEST(test_caches_with_numbers_come_and_go)
{
	unsigned id = get_unsigned("tcache.create"), other = get_unsigned("tcache.create"), none = 4000;

	must(id != other);
	must(mallctl("tcache.flush", NULL, NULL, &id, sizeof(id)) == 0);
	must(mallctl("tcache.destroy", NULL, NULL, &id, sizeof(id)) == 0);
	must(mallctl("tcache.destroy", NULL, NULL, &id, sizeof(id)) == EFAULT);
	must(mallctl("tcache.flush", NULL, NULL, &none, sizeof(none)) == EFAULT);
	must(get_unsigned("tcache.create") == id);
}
END_TEST

/* As folly finds out that malloc is jemalloc's. */
START_TEST(test_a_threads_counters_move_with_every_call)
{
	uint64_t *volatile counter = NULL, *volatile freed = NULL, before;
	size_t n = sizeof(counter);
	void *p;

	if (!has_cache())
		return;
	must(mallctl("thread.allocatedp", (void *)&counter, &n, NULL, 0) == 0 && counter);
	must(mallctl("thread.deallocatedp", (void *)&freed, &n, NULL, 0) == 0 && freed);
	for (int i = 0; i < 100; i++) {
		before = *counter;
		p = opaque_ptr(malloc(1));
		must(*counter > before);
		must(get_u64("thread.allocated") == *counter);
		before = *freed;
		free(p);
		must(*freed > before);
		must(get_u64("thread.deallocated") == *freed);
	}
}
END_TEST

START_TEST(test_peak_is_the_most_since_the_reset)
{
	void *p;

	if (!has_cache())
		return;
	get_u64("thread.allocated"); /* counting begins */
	must(mallctl("thread.peak.reset", NULL, NULL, NULL, 0) == 0);
	p = opaque_ptr(malloc(MIB));
	free(p);
	must(get_u64("thread.peak.read") >= MIB);
	must(mallctl("thread.peak.reset", NULL, NULL, NULL, 0) == 0);
	must(get_u64("thread.peak.read") < MIB);
}
END_TEST

START_TEST(test_a_threads_cache_can_be_turned_off)
{
	bool off = false, old = false, on = true;
	size_t n = sizeof(old);

	if (!has_cache())
		return;
	must(mallctl("thread.tcache.enabled", &old, &n, &off, sizeof(off)) == 0 && old);
	must(get_size("thread.tcache.max") == 0);
	must(mallctl("thread.tcache.enabled", &old, &n, &on, sizeof(on)) == 0 && !old);
	must(get_size("thread.tcache.max") == get_size("arenas.tcache_max"));
}
END_TEST

/* --- experimental.utilization and the hint */

struct usage {
	void *held;
	size_t nfree, nregs, size, bin_nfree, bin_nregs;
};

static struct usage usage_of(void *p)
{
	struct usage u;
	size_t n = sizeof(u);

	must(mallctl("experimental.utilization.query", &u, &n, &p, sizeof(p)) == 0);
	return u;
}

START_TEST(test_query_tells_how_full_a_slab_is)
{
	enum { COUNT = 2000, SIZE = 1024 };
	static void *p[COUNT];
	struct usage u;

	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(SIZE);
	u = usage_of(p[COUNT / 2]);
	must(u.nregs >= 4 && u.size >= u.nregs * SIZE);
	must(u.nfree < u.nregs && u.bin_nfree <= u.bin_nregs && u.bin_nregs >= COUNT / 2);
	for (int i = 0; i < COUNT; i++)
		if (i % 8)
			free(p[i]);
	must(mallctl("thread.tcache.flush", NULL, NULL, NULL, 0) == 0);
	u = usage_of(p[COUNT / 2]);
	must_f(u.nfree >= u.nregs / 2 && u.bin_nfree >= u.bin_nregs / 2, "%zu of %zu", u.nfree, u.nregs);
	for (int i = 0; i < COUNT; i += 8)
		free(p[i]);
}
END_TEST

START_TEST(test_query_of_other_addresses)
{
	int here;
	void *large = malloc(MIB);
	struct usage u = usage_of(large);

	must(u.nregs == 1 && u.nfree == 0 && u.size >= MIB && !u.held && u.bin_nregs == 0);
	free(large);
	u = usage_of(&here);
	must(all_zero(&u, sizeof(u)));
	u = usage_of(NULL);
	must(all_zero(&u, sizeof(u)));
}
END_TEST

START_TEST(test_batch_query_answers_as_query)
{
	void *p[3] = {malloc(100), malloc(5000), malloc(2 * MIB)};
	size_t answer[3][3], n = sizeof(answer);

	must(mallctl("experimental.utilization.batch_query", answer, &n, p, sizeof(p)) == 0);
	for (int i = 0; i < 3; i++) {
		struct usage u = usage_of(p[i]);

		must(answer[i][0] == u.nfree && answer[i][1] == u.nregs && answer[i][2] == u.size);
		free(p[i]);
	}
}
END_TEST

START_TEST(test_queries_of_the_wrong_size_are_refused)
{
	static const char *const names[] = {
		"experimental.utilization.query", "experimental.utilization.batch_query"};
	void *p[2] = {NULL, NULL};
	char old[sizeof(struct usage) * 2];

	for (int i = 0; i < 2; i++) {
		for (size_t len = 0; len <= sizeof(old); len++) {
			size_t n = len;
			bool right = len == (i ? 2 * 3 * sizeof(size_t) : sizeof(struct usage));
			size_t newlen = i ? sizeof(p) : sizeof(p[0]);

			must(mallctl(names[i], old, &n, p, newlen) == (right ? 0 : EINVAL));
			must(mallctl(names[i], old, &n, p, newlen - 1) == EINVAL);
			must(i || mallctl(names[i], old, &n, p, 2 * newlen) == EINVAL);
			must(mallctl(names[i], old, &n, NULL, 0) == EINVAL);
			must(mallctl(names[i], NULL, NULL, p, newlen) == EINVAL);
		}
	}
}
END_TEST

/* As redis does it: blocks that the hint is true for move, until the slabs are full. */
START_TEST(test_moving_what_the_hint_names_frees_slabs)
{
	enum { COUNT = 40000, SIZE = 320, KEEP = 6 };
	static void *p[COUNT];
	unsigned long moved = 0;
	size_t before, after;
	bool caching = false;

	/* Or a new block would be the one that was freed just now. */
	must(mallctl("thread.tcache.enabled", NULL, NULL, &caching, sizeof(caching)) == 0);

	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(SIZE);
	for (int i = 0; i < COUNT; i++) {
		if (i % KEEP) {
			free(p[i]);
			p[i] = NULL;
		}
	}
	new_epoch();
	before = get_size("stats.arenas.4096.pactive");
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < COUNT; i += KEEP) {
			void *q;

			if (!ashlar_get_defrag_hint(p[i]))
				continue;
			q = malloc(SIZE);
			free(p[i]);
			p[i] = q;
			moved++;
		}
	}
	must(mallctl("arena.4096.purge", NULL, NULL, NULL, 0) == 0);
	new_epoch();
	after = get_size("stats.arenas.4096.pactive");
	must_f(one_page_slabs() || after < before * 2 / 3, "%zu pages before, %zu after %lu moves", before, after, moved);
	must_f(moved < 5 * COUNT / KEEP, "%lu moves", moved);
	for (int i = 0; i < COUNT; i += KEEP)
		free(p[i]);
}
END_TEST

/* Of two kinds of slabs, one nearly full and one nearly empty, the hint names the latter. */
START_TEST(test_hint_names_blocks_among_few)
{
	enum { COUNT = 6400, SIZE = 1024, UNIT = 65536 };
	static void *p[COUNT];
	unsigned long hints[2] = {0}, kept[2] = {0};
	bool caching = false;

	leave_nursery();
	must(mallctl("thread.tcache.enabled", NULL, NULL, &caching, sizeof(caching)) == 0);
	for (int i = 0; i < COUNT; i++)
		p[i] = malloc(SIZE);
	for (int i = 0; i < COUNT; i++)
		must_f(ashlar_get_defrag_hint(p[i]) == 0, "all slabs are full");
	for (int i = 0; i < COUNT; i++) {
		bool few = (uintptr_t)p[i] / UNIT % 2;

		if (few ? i % 8 != 0 : i % 8 == 0) {
			free(p[i]);
			continue;
		}
		kept[few]++;
		p[kept[0] + kept[1] - 1] = p[i];
	}
	for (size_t i = 0; i < kept[0] + kept[1]; i++)
		hints[(uintptr_t)p[i] / UNIT % 2] += (unsigned long)ashlar_get_defrag_hint(p[i]);
	must_f(hints[1] > kept[1] * 9 / 10, "%lu of %lu", hints[1], kept[1]);
	must_f(hints[0] < kept[0] / 10, "%lu of %lu", hints[0], kept[0]);
}
END_TEST

START_TEST(test_hint_is_false_where_moving_does_not_help)
{
	int here;
	void *large = malloc(MIB), *alone = malloc(20000);

	must(ashlar_get_defrag_hint(NULL) == 0);
	must(ashlar_get_defrag_hint(&here) == 0);
	must(ashlar_get_defrag_hint(large) == 0);
	must(ashlar_get_defrag_hint(alone) == 0);
	free(large);
	free(alone);
}
END_TEST

/* --- threads and fork */

static void *write_epochs(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
		new_epoch();
	return NULL;
}

static void ask(void *unused)
{
	(void)unused;
	new_epoch();
	if (get_size("stats.allocated") == 0)
		_exit(1);
}

START_TEST(test_a_child_of_fork_can_ask)
{
	bool stop = false;
	pthread_t t;

	must(opaque_ptr(malloc(100)));
	must(pthread_create(&t, NULL, write_epochs, &stop) == 0);
	for (int i = 0; i < 100; i++) {
		struct child c = run_in_child(ask, NULL);

		must_f(exited_with(&c, 0), "%d: %s", c.status, c.err);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_table_was_read,
		test_every_readable_name_reads_as_its_type,
		test_old_of_the_wrong_size_is_copied_as_far_as_it_goes,
		test_what_is_read_only_cannot_be_written,
		test_what_is_write_only_or_an_action_cannot_be_read,
		test_new_of_the_wrong_size_changes_nothing,
		test_what_must_be_read_says_how_much_it_copied,
		test_what_must_be_written_is,
		test_what_is_absent_is_not_there,
		test_unknown_names_are_not_there,
		test_mibs_are_places_among_siblings,
		test_a_mib_reads_what_its_name_does,
		test_wrong_mibs_are_not_there,
		test_part_of_a_name_is_a_mib_to_be_completed,
		test_a_short_mib_gets_the_beginning,
		test_indexes_end_where_there_is_no_more,
		test_figures_wait_for_an_epoch,
		test_approximate_active_needs_no_epoch,
		test_all_arenas_are_the_sum_of_each,
		test_version_is_a_number_that_is_not_jemallocs,
		test_facts_are_those_of_the_heap,
		test_decay_time_can_be_changed,
		test_growth_can_be_limited,
		test_active_pages_are_read_without_a_call,
		test_metadata_is_records_and_page_map,
		test_locks_tell_how_they_were_taken,
		test_background_threads_stay_off,
		test_purge_returns_memory,
		test_the_first_arena_is_there_from_the_start,
		test_an_arena_is_made_bound_and_destroyed,
		test_reset_discards_an_arenas_blocks,
		test_create_takes_hooks_or_none,
		test_lookup_of_what_is_no_block,
		test_an_arena_has_a_name,
		test_dss_stays_disabled,
		test_caches_with_numbers_come_and_go,
		test_a_threads_counters_move_with_every_call,
		test_peak_is_the_most_since_the_reset,
		test_a_threads_cache_can_be_turned_off,
		test_query_tells_how_full_a_slab_is,
		test_query_of_other_addresses,
		test_batch_query_answers_as_query,
		test_queries_of_the_wrong_size_are_refused,
		test_moving_what_the_hint_names_frees_slabs,
		test_hint_names_blocks_among_few,
		test_hint_is_false_where_moving_does_not_help,
		test_a_child_of_fork_can_ask,
	};

	read_rows();
	return run_tests("mallctl", 60, tests, ARRAY_LEN(tests));
}
