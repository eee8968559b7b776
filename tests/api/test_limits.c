/*
 * Little memory: the limits real daemons set, kept from the first instruction on
 * (each case runs this program again under setrlimit), and what comes after NULL.
 */
#include "support.h"

#include <pthread.h>

/* A case prints why it fails and exits with 1. */
#define need(cond)                                                         \
	do {                                                               \
		if (!(cond)) {                                             \
			fprintf(stderr, "line %d: %s\n", __LINE__, #cond); \
			exit(EXIT_FAILURE);                                \
		}                                                          \
	} while (0)

struct node {
	struct node *next;
	size_t n;
};

/* Takes blocks of n bytes (or growing ones, n = 0) up to limit bytes or the first NULL. */
static size_t take(struct node **list, size_t n, size_t limit)
{
	size_t taken = 0, step = n ? n : 24;

	while (taken < limit) {
		struct node *node;

		errno = 0;
		node = malloc(step);
		if (!node) {
			need(errno == ENOMEM);
			break;
		}
		memset(node, 0x5a, step);
		node->next = *list;
		node->n = step;
		*list = node;
		taken += step;
		if (n == 0)
			step = step < 200 * KIB ? step + step / 3 : 24;
	}
	return taken;
}

static void give_back(struct node **list)
{
	while (*list) {
		struct node *node = *list;
		const char *last = (const char *)node + node->n - 1;

		*list = node->next;
		need(*last == 0x5a);
		free(node);
	}
}

static void take_11_mb(void)
{
	struct node *list = NULL;

	size_t taken = take(&list, 64, 11000000);

	if (taken < 11000000)
		fprintf(stderr, "%zu bytes, %zu of address space\n", taken, vsz_now());
	need(taken >= 11000000);
	give_back(&list);
	need(take(&list, 500, 11000000) >= 11000000);
	give_back(&list);
}

static void *take_1_mb_in_thread(void *arg)
{
	struct node *list = NULL;

	for (int i = 0; i < 10; i++) {
		need(take(&list, 0, 1000000) >= 1000000);
		give_back(&list);
	}
	return arg;
}

static void eight_threads(void)
{
	pthread_attr_t attr;
	pthread_t t[8];

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 * KIB);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		need(pthread_create(&t[i], &attr, take_1_mb_in_thread, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
}

/* Whatever the sizes that filled the 256 MB, once freed they serve any other. */
static void exhaust(size_t n, size_t at_least)
{
	struct node *list = NULL;
	size_t first = take(&list, n, SIZE_MAX);
	char *p;

	if (first < at_least)
		fprintf(stderr, "%zu bytes of %zu\n", first, at_least);
	need(first >= at_least);
	give_back(&list);
	p = malloc(100000000);
	need(p);
	p[0] = p[99999999] = 1;
	free(p);
	need(take(&list, n, SIZE_MAX) >= first - first / 20);
	give_back(&list);
	need(take(&list, 100, SIZE_MAX) >= 180000000);
	give_back(&list);
	p = malloc(100000000);
	need(p);
	free(p);
}

/* Rounding costs address space: 40000 bytes may lie in 64 KiB of which 25 are never touched. */
static void exhaust_56(void)
{
	exhaust(56, 200000000);
}
static void exhaust_1000(void)
{
	exhaust(1000, 200000000);
}
static void exhaust_5000(void)
{
	exhaust(5000, 200000000);
}
static void exhaust_40000(void)
{
	exhaust(40000, 145000000);
}
static void exhaust_200000(void)
{
	exhaust(200000, 180000000);
}
static void exhaust_3000000(void)
{
	exhaust(3000000, 200000000);
}
static void exhaust_mixed(void)
{
	exhaust(0, 180000000);
}

static void *exhaust_in_thread(void *list)
{
	need(take(list, 1000, SIZE_MAX) >= 200000000 / 10 * 9);
	return NULL;
}

/* One thread fills the memory and ends; another frees; the first of all gets its 100 MB. */
static void exhaust_across_threads(void)
{
	struct node *list = NULL;
	pthread_attr_t attr;
	pthread_t t;
	char *p;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 * KIB);
	need(pthread_create(&t, &attr, exhaust_in_thread, &list) == 0);
	pthread_join(t, NULL);
	give_back(&list);
	p = malloc(100000000);
	need(p);
	free(p);
}

/* Half of the memory is there, but nothing else fits: the other functions fail as politely. */
static void exhausted_calls(void)
{
	struct node *list = NULL;
	void *keep = malloc(50000), *p = NULL;

	need(keep);
	memset(keep, 7, 50000);
	take(&list, 1000000, SIZE_MAX);
	take(&list, 40000, SIZE_MAX);
	errno = 0;
	need(calloc(1000, 10000) == NULL && errno == ENOMEM);
	errno = 0;
	need(realloc(keep, 30000000) == NULL && errno == ENOMEM);
	need(((char *)keep)[0] == 7 && ((char *)keep)[49999] == 7);
	errno = 0;
	need(memalign(MIB, 20000000) == NULL && errno == ENOMEM);
	need(posix_memalign(&p, MIB, 20000000) == ENOMEM && p == NULL);
	/* shrinking needs nothing */
	keep = realloc(keep, 100);
	need(keep && ((char *)keep)[99] == 7);
	give_back(&list);
	need((p = calloc(1000, 10000)) != NULL);
	need(all_zero(p, 10000000));
	free(p);
	keep = realloc(keep, 30000000);
	need(keep && ((char *)keep)[99] == 7);
	free(keep);
}

/* As vsftpd does: the limit comes when the process is already running. */
static void limit_after_start(void)
{
	struct rlimit limit;
	struct node *list = NULL;

	need(take(&list, 100, 1000000) >= 1000000);
	limit.rlim_cur = limit.rlim_max = vsz_now() + 64 * MIB;
	need(setrlimit(RLIMIT_AS, &limit) == 0);
	need(take(&list, 100, 48 * MIB) >= 48 * MIB);
	give_back(&list);
	need(take(&list, 0, 48 * MIB) >= 48 * MIB);
	give_back(&list);
}

static const struct limit_case {
	const char *name;
	void (*run)(void);
	int resource;
	rlim_t bytes;
} cases[] = {
	{"as 16 MiB: 11 MB of small blocks", take_11_mb, RLIMIT_AS, 16 << 20},
	{"data 16 MiB: 11 MB of small blocks", take_11_mb, RLIMIT_DATA, 16 << 20},
	{"as 32 MiB: 8 threads", eight_threads, RLIMIT_AS, 32 << 20},
	{"as 256 MB: 56-byte blocks", exhaust_56, RLIMIT_AS, 256000000},
	{"as 256 MB: 1000-byte blocks", exhaust_1000, RLIMIT_AS, 256000000},
	{"as 256 MB: 5000-byte blocks", exhaust_5000, RLIMIT_AS, 256000000},
	{"as 256 MB: 40000-byte blocks", exhaust_40000, RLIMIT_AS, 256000000},
	{"as 256 MB: 200000-byte blocks", exhaust_200000, RLIMIT_AS, 256000000},
	{"as 256 MB: 3000000-byte blocks", exhaust_3000000, RLIMIT_AS, 256000000},
	{"as 256 MB: mixed blocks", exhaust_mixed, RLIMIT_AS, 256000000},
	{"as 256 MB: across threads", exhaust_across_threads, RLIMIT_AS, 256000000},
	{"as 64 MiB: every function fails politely", exhausted_calls, RLIMIT_AS,
		64 << 20},
	{"limit after start", limit_after_start, -1, 0},
};

static void run_case(void *arg)
{
	const struct limit_case *c = arg;
	char *const argv[] = {(char *)"test_limits", (char *)c->name, NULL};

	if (c->resource >= 0) {
		struct rlimit limit = {c->bytes, c->bytes};

		setrlimit(c->resource, &limit);
	}
	execv("/proc/self/exe", argv);
	_exit(127);
}

START_TEST(test_under_limit)
{
	struct child c = run_in_child(run_case, (void *)&cases[_i]);

	must_f(exited_with(&c, 0), "%s: status %x, stderr '%s'", cases[_i].name,
		(unsigned)c.status, c.err);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("limits");
	TCase *tcase = tcase_create("limits");
	SRunner *runner;
	int failed;

	if (argc > 1) {
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			if (strcmp(argv[1], cases[i].name) == 0) {
				cases[i].run();
				return EXIT_SUCCESS;
			}
		}
		return 127;
	}
	if (emulated()) {
		puts("no limits under an emulator");
		return 77;
	}
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_under_limit, 0, (int)ARRAY_LEN(cases));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
