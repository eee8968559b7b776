/*
 * What the API tests share: one-line suites, checks cheap enough for inner
 * loops, a block pattern, memory figures that do not allocate, and children
 * whose death can be examined.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"

#define KIB          ((size_t)1 << 10)
#define MIB          ((size_t)1 << 20)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* more than any process has, but no absurd number */
#define TOO_MUCH     ((size_t)3 << (sizeof(size_t) == 8 ? 46 : 30))
#define TOP_BIT      (SIZE_MAX / 2 + 1)

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define THREAD_SANITIZED 1 /* it does not see what the kernel puts in order */
#else
#define THREAD_SANITIZED 0
#endif
#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZED 1
#else
#define ADDRESS_SANITIZED 0
#endif

/* Whether an emulator of processes (qemu) runs the test: tests/platforms/run.sh says so, with the size of the
 * machine's own pages. */
static inline const char *emulated(void)
{
	return getenv("ASHLAR_TEST_EMULATED");
}

/* The process is not alone in its address space: there can be no limit to that, and figures of its size
 * are another's as well. */
#define SANITIZED (THREAD_SANITIZED || ADDRESS_SANITIZED || emulated())

/* ck_assert writes a record each time it passes; must() costs nothing until it fails. */
#define must(cond)                                 \
	do {                                       \
		if (!(cond))                       \
			ck_abort_msg("%s", #cond); \
	} while (0)
#define must_f(cond, ...)                                     \
	do {                                                  \
		if (!(cond))                                  \
			ck_abort_msg(#cond ": " __VA_ARGS__); \
	} while (0)

/* A call with an absurd size is the point of many tests: keep it from the compiler. */
static inline size_t opaque(size_t n)
{
	volatile size_t v = n;

	return v;
}

static inline void *opaque_ptr(void *p)
{
	void *volatile v = p;

	return v;
}

static inline int run_tests(
	const char *name, int timeout_s, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, timeout_s);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- block contents: every byte depends on the seed and on its place */

static inline uint64_t pattern_word(uint64_t seed, size_t i)
{
	return (seed + i) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The byte at place i of a word in memory. */
static inline unsigned char pattern_byte(uint64_t seed, size_t i)
{
	size_t place = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 7 - i % 8 : i % 8;

	return (unsigned char)(pattern_word(seed, i & ~(size_t)7) >> place * 8);
}

static inline void fill(void *block, size_t from, size_t to, uint64_t seed)
{
	unsigned char *p = (unsigned char *)block;
	size_t i = from;

	for (; i % 8 != 0 && i < to; i++)
		p[i] = pattern_byte(seed, i);
	for (; i + 8 <= to; i += 8) {
		uint64_t w = pattern_word(seed, i);

		__builtin_memcpy(p + i, &w, 8);
	}
	for (; i < to; i++)
		p[i] = pattern_byte(seed, i);
}

static inline bool holds(const void *block, size_t n, uint64_t seed)
{
	const unsigned char *p = (const unsigned char *)block;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t w;

		__builtin_memcpy(&w, p + i, 8);
		if (w != pattern_word(seed, i))
			return false;
	}
	for (; i < n; i++)
		if (p[i] != pattern_byte(seed, i))
			return false;
	return true;
}

static inline bool all_zero(const void *block, size_t n)
{
	const unsigned char *p = (const unsigned char *)block;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t w;

		__builtin_memcpy(&w, p + i, 8);
		if (w != 0)
			return false;
	}
	for (; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* --- figures of this process, read without stdio so that reading them allocates nothing */

static inline size_t statm_field(int field)
{
	char buf[128], *s = buf;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	buf[n] = '\0';
	while (field-- > 0)
		strtoul(s, &s, 10);
	return strtoul(s, NULL, 10) *
	       (emulated() ? strtoul(emulated(), NULL, 10) : (size_t)sysconf(_SC_PAGESIZE));
}

static inline size_t vsz_now(void)
{
	return statm_field(0);
}

static inline size_t rss_now(void)
{
	return statm_field(1);
}

/* What rss_now() may gain without the program's doing: qemu 7.2 loses 279 kB with each thread of an arm64 program
 * that does nothing at all. */
static inline size_t rss_noise(void)
{
	return emulated() ? SIZE_MAX / 4 : 0;
}

/* a - b, or 0 where it would be negative: growth of a figure that may also have shrunk */
static inline size_t growth(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

/* Where pages have 64 KiB a slab has one: nothing inside can be returned, or come, by itself. */
static inline bool one_page_slabs(void)
{
	return sysconf(_SC_PAGESIZE) >= 65536;
}

/* --- children */

struct child {
	int status;     /* as waitpid gives it                       */
	char err[8192]; /* what it wrote to stderr, NUL-terminated   */
};

static inline bool exited_with(const struct child *c, int code)
{
	return WIFEXITED(c->status) && WEXITSTATUS(c->status) == code;
}

static inline bool died_of(const struct child *c, int signo)
{
	return WIFSIGNALED(c->status) && WTERMSIG(c->status) == signo;
}

/* What qemu says in the place of a program that dies. */
static inline void drop_emulators_word(char *text)
{
	char *word = strstr(text, "qemu: uncaught target signal"), *end = word ? strchr(word, '\n') : NULL;

	if (end)
		memmove(word, end + 1, strlen(end));
}

/* Runs body(arg) in a child with its own stderr; falling off the end means exit status 0. */
static inline struct child run_in_child(void (*body)(void *), void *arg)
{
	struct child c;
	size_t len = 0;
	int fds[2];
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct rlimit no_core = {0, 0};

		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		alarm(60);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		body(arg);
		_exit(0);
	}
	close(fds[1]);
	for (;;) {
		ssize_t n = read(fds[0], c.err + len, sizeof(c.err) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	c.err[len] = '\0';
	if (emulated())
		drop_emulators_word(c.err);
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &c.status, 0), pid);
	return c;
}

#endif
