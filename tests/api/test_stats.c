/*
 * malloc_stats_print, malloc_message and ashlar_stats_print: what they write, and that the figures are true: the
 * kernel's own count of our pages must be the same.
 */
#include "support.h"

#include <pthread.h>

#include <ashlar/ashlar.h>

static struct {
	char text[2 << 20];
	size_t len, pieces, longest;
} report;

static void keep(void *arg, const char *piece)
{
	size_t len = strlen(piece);

	must(arg == &report);
	must(report.len + len < sizeof report.text);
	memcpy(report.text + report.len, piece, len + 1);
	report.len += len;
	report.pieces++;
	if (len > report.longest)
		report.longest = len;
}

static const char *print(const char *opts)
{
	memset(&report, 0, sizeof report);
	malloc_stats_print(keep, &report, opts);
	return report.text;
}

/* The first figure of that name behind `after`. */
static size_t figure(const char *text, const char *after, const char *name)
{
	char key[64];
	const char *at = strstr(text, after);

	must_f(at, "no %s", after);
	snprintf(key, sizeof key, "\"%s\": ", name);
	at = strstr(at, key);
	must_f(at, "no %s behind %s", name, after);
	return strtoull(at + strlen(key), NULL, 10);
}

START_TEST(test_text_comes_in_small_pieces_from_begin_to_end)
{
	const char *text = print("");

	must(strncmp(text, "___ Begin ashlar statistics ___\n", 32) == 0);
	must(strcmp(text + report.len - 31, "\n--- End ashlar statistics ---\n") == 0);
	must(report.pieces > 5 && report.longest <= 255);
	must(strstr(text, "\nAllocated: ") && strstr(text, ", resident: "));
}
END_TEST

START_TEST(test_no_letters_are_no_options)
{
	must(strncmp(print(NULL), "___ Begin", 9) == 0);
	memset(&report, 0, sizeof report);
	ashlar_stats_print(keep, &report);
	must(strncmp(report.text, "___ Begin", 9) == 0);
}
END_TEST

START_TEST(test_letters_leave_parts_out)
{
	static const struct {
		const char *letter, *part;
	} parts[] = {
		{"g", "\"version\""}, {"m", "\"merged\""}, {"a", "\"0\": {"},
		{"b", "\"bins\": ["}, {"l", "\"lextents\""}, {"x", "\"mutexes\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char opts[3] = "J";

		must_f(strstr(print(opts), parts[i].part), "no %s", parts[i].part);
		strcat(opts, parts[i].letter);
		must_f(!strstr(print(opts), parts[i].part), "%s with %s", parts[i].part, opts);
	}
	must(strstr(print("Jmagblx"), "\"allocated\""));
	must(!strstr(report.text, "stats.arenas"));
}
END_TEST

static void *allocate_and_keep(void *arg)
{
	free(malloc(100000));
	free(malloc(100));
	return arg;
}

static void keep_and_allocate(void *arg, const char *piece)
{
	pthread_t other;

	keep(arg, piece);
	free(realloc(malloc(33), 50000));
	if (report.pieces % 16 != 1)
		return;
	/* no lock is held that another thread may want */
	ck_assert_int_eq(pthread_create(&other, NULL, allocate_and_keep, NULL), 0);
	pthread_join(other, NULL);
}

START_TEST(test_the_callback_may_allocate)
{
	memset(&report, 0, sizeof report);
	malloc_stats_print(keep_and_allocate, &report, "J");
	must(report.text[report.len - 1] == '\n');
}
END_TEST

START_TEST(test_decay_times_are_those_in_force)
{
	ssize_t ms = 12345;

	must(ashlar_mallctl("arenas.dirty_decay_ms", NULL, NULL, &ms, sizeof(ms)) == 0);
	must(strstr(print("Jmabl"), "\"dirty_decay_ms\": 12345"));
	must(strstr(print("Jgm"), "\"dirty_decay_ms\": 12345"));
}
END_TEST

START_TEST(test_what_is_cached_is_what_the_control_tree_says)
{
	size_t max = 0, n = sizeof(max);
	unsigned bins = 0, length = sizeof(bins);
	char text[80];

	must(ashlar_mallctl("arenas.tcache_max", &max, &n, NULL, 0) == 0);
	n = length;
	must(ashlar_mallctl("arenas.nhbins", &bins, &n, NULL, 0) == 0);
	snprintf(text, sizeof(text), "\"tcache_max\": %zu,", max);
	must_f(strstr(print("Jmabl"), text), "%s", text);
	snprintf(text, sizeof(text), "\"nhbins\": %u,", bins);
	must_f(strstr(print("Jmabl"), text), "%s", text);
}
END_TEST

static void keep_message(void *arg, const char *piece)
{
	must(arg == NULL);
	keep(&report, piece);
}

START_TEST(test_without_a_callback_the_message_function_is_used)
{
	memset(&report, 0, sizeof report);
	malloc_message = keep_message;
	malloc_stats_print(NULL, NULL, "J");
	must(strncmp(report.text, "{", 1) == 0 && report.len > 100);
}
END_TEST

static void print_without_message(void *which)
{
	if (which)
		malloc_message = NULL;
	malloc_stats_print(NULL, NULL, "");
	_exit(0);
}

START_TEST(test_without_a_message_function_it_goes_to_stderr)
{
	struct child c = run_in_child(print_without_message, NULL);

	must(strstr(c.err, "___ Begin ashlar statistics ___"));
	c = run_in_child(print_without_message, &c);
	must(strstr(c.err, "___ Begin ashlar statistics ___"));
}
END_TEST

/* --- figures */

START_TEST(test_classes_count_what_happens_in_them)
{
	enum { BLOCKS = 20000 };
	static void *p[BLOCKS];
	const char *bin;
	size_t nmalloc, curregs, large;

	for (int i = 0; i < BLOCKS; i++)
		must((p[i] = malloc(1024)));
	free(malloc(100000));
	must(malloc(70000));
	/* 1024 bytes are class 31: the 32nd of the bins of the sum */
	bin = strstr(print("Ja"), "\"bins\": [");
	must(bin);
	for (int i = 0; i < 31; i++)
		bin = strstr(bin + 1, "\"nmalloc\"");
	bin = strstr(bin + 1, "\"nmalloc\"") - 1;
	nmalloc = strtoull(strchr(bin, ':') + 1, NULL, 10);
	curregs = figure(bin, "nmalloc", "curregs");
	/* the first few may have come from elsewhere: the nursery, or a larger class */
	must_f(nmalloc > BLOCKS - 100 && nmalloc < BLOCKS + 1000, "nmalloc %zu", nmalloc);
	must_f(curregs > BLOCKS - 100 && curregs < BLOCKS + 100, "curregs %zu", curregs);
	large = figure(report.text, "\"large\": {", "allocated");
	must_f(large >= 70000 && large < 2 * MIB, "large %zu", large);
	for (int i = 0; i < BLOCKS; i++)
		free(p[i]);
	curregs = figure(print("Ja"), "\"small\": {", "allocated");
	must_f(curregs < 2 * MIB, "small %zu", curregs);
}
END_TEST

START_TEST(test_realloc_to_nothing_is_counted)
{
	size_t before = figure(print("J"), "\"stats\"", "zero_reallocs");

	for (int i = 0; i < 3; i++) {
		void *p = malloc(10 + (size_t)i * 50000);

		must(!realloc(p, 0));
	}
	ck_assert_uint_eq(figure(print("J"), "\"stats\"", "zero_reallocs"), before + 3);
}
END_TEST

/* --- the kernel's figures */

enum { THREADS = 3, SLOTS = 15000, OPS = 120000 };
static char stack[THREADS][256 * 1024] __attribute__((aligned(65536))); /* not among our mappings */
static struct worker {
	uint64_t random;
	int to_free; /* of 100 visits to a slot, as many leave it free */
	void *block[SLOTS];
} worker[THREADS];

/* Bytes of pages behind mappings without a name: ours, and some of the C library's; not the program's own
 * variables. */
static size_t kernel_resident(void)
{
	static char text[1 << 20];
	size_t len = 0, sum = 0;
	bool ours = false;
	int fd = open("/proc/self/smaps", O_RDONLY);

	for (ssize_t n; (n = read(fd, text + len, sizeof text - 1 - len)) > 0;)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	must(len && len < sizeof text - 1);
	for (char *line = text, *end; *line; line = end + 1) {
		unsigned long from, to, inode;
		int name = 0;

		end = strchr(line, '\n');
		*end = '\0';
		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu %n", &from, &to, &inode, &name) == 3)
			ours = !inode && !line[name] && (uintptr_t)text - from >= to - from;
		else if (ours && strncmp(line, "Rss:", 4) == 0)
			sum += strtoul(line + 4, NULL, 10) * 1024;
	}
	return sum;
}

/* Where the kernel makes huge pages of whatever it likes, nobody can count them. */
static bool kernel_decides(void)
{
	char text[64] = "";
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");

	if (f) {
		must(fgets(text, sizeof text, f) || !*text);
		fclose(f);
	}
	return strstr(text, "[always]");
}

static uint64_t next(struct worker *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

static size_t mixed_size(struct worker *w)
{
	unsigned kind = next(w) % 1000;
	size_t most = kind < 700 ? 512 : kind < 950 ? 4096 : kind < 990 ? 32768 : kind < 999 ? 250000 : 3000000;

	return 1 + next(w) % most;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < OPS; i++) {
		void **p = &w->block[next(w) % SLOTS];
		size_t size = mixed_size(w);

		free(*p);
		*p = NULL;
		if (next(w) % 100 < (unsigned)w->to_free)
			continue;
		*p = malloc(size);
		must(*p);
		memset(*p, 1, size);
	}
	return NULL;
}

static void work_in_threads(int to_free)
{
	pthread_t id[THREADS];

	for (int i = 0; i < THREADS; i++) {
		pthread_attr_t attr;

		worker[i].random += 88172645463325252u + (unsigned)i;
		worker[i].to_free = to_free;
		pthread_attr_init(&attr);
		pthread_attr_setstack(&attr, stack[i], sizeof stack[i]);
		ck_assert_int_eq(pthread_create(&id[i], &attr, work, &worker[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
}

/* allocated + overheads, which is resident, and what the kernel says, in percent of it. */
static void must_agree(const char *when)
{
	size_t kernel = kernel_resident(), all, ours, allocated, active, pdirty, base;

	print("Jagblx");
	ours = figure(report.text, "\"stats\"", "resident");
	allocated = figure(report.text, "\"stats\"", "allocated");
	active = figure(report.text, "\"stats\"", "active");
	pdirty = figure(report.text, "\"merged\"", "pdirty");
	base = figure(report.text, "\"merged\"", "base");
	all = active + pdirty * (size_t)sysconf(_SC_PAGESIZE) + base;
	printf("%s: resident %zu, kernel %zu: %+.2f %%\n", when, ours, kernel,
		((double)ours - (double)kernel) * 100 / (double)kernel);
	must(allocated <= active && all <= ours);
	must_f(ours < kernel + kernel / 50 && ours > kernel - kernel / 50, "%s: resident %zu, kernel %zu", when,
		ours, kernel);
}

START_TEST(test_resident_is_what_the_kernel_says)
{
	if (SANITIZED || kernel_decides())
		return;
	work_in_threads(10);
	must_agree("filled");
	work_in_threads(30);
	must_agree("replaced");
	malloc_trim(0);
	must_agree("trimmed");
	for (int i = 0; i < THREADS; i++)
		for (int k = 0; k < SLOTS; k++)
			if (k % 3) {
				free(worker[i].block[k]);
				worker[i].block[k] = NULL;
			}
	malloc_trim(0);
	must_agree("thinned, and trimmed");
	work_in_threads(10);
	must_agree("filled again");
}
END_TEST

START_TEST(test_after_a_trim_resident_is_what_is_active)
{
	size_t active, resident, kernel;

	work_in_threads(10);
	for (int i = 0; i < THREADS; i++)
		for (int k = 0; k < SLOTS; k++)
			if (k % 4)
				free(worker[i].block[k]);
	malloc_trim(0);
	kernel = kernel_resident();
	print("Jagblx");
	active = figure(report.text, "\"stats\"", "active");
	resident = figure(report.text, "\"stats\"", "resident");
	must_f(resident <= active + active / 20, "resident %zu, active %zu", resident, active);
	must_f(SANITIZED || kernel_decides() || kernel <= active + active / 20, "kernel %zu, active %zu", kernel, active);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_text_comes_in_small_pieces_from_begin_to_end,
		test_no_letters_are_no_options,
		test_letters_leave_parts_out,
		test_decay_times_are_those_in_force,
		test_what_is_cached_is_what_the_control_tree_says,
		test_the_callback_may_allocate,
		test_without_a_callback_the_message_function_is_used,
		test_without_a_message_function_it_goes_to_stderr,
		test_classes_count_what_happens_in_them,
		test_realloc_to_nothing_is_counted,
		test_resident_is_what_the_kernel_says,
		test_after_a_trim_resident_is_what_is_active,
	};

	return run_tests("stats", 60, tests, ARRAY_LEN(tests));
}
