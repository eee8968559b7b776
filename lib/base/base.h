/* base/base.h -- the compiler, seen once. Every .c file includes this first (directly or through
 * a header of its own layer); nothing else includes config.h.
 *
 * Words used everywhere:
 *   FAST  the function is on the path of a malloc that finds a block in its thread's cache
 *   SLOW  it is not: kept out of line and away from the hot text
 *   ASHLAR_API  exported; everything else is hidden (-fvisibility=hidden and lib/ashlar.map) */
#ifndef ASH_BASE_BASE_H
#define ASH_BASE_BASE_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arch.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define FAST static inline __attribute__((always_inline))
#define SLOW __attribute__((noinline, cold))
#define ASHLAR_EXPORT __attribute__((visibility("default")))
/* For declarations of our own data: -fvisibility covers definitions only, and what may be elsewhere
 * is reached through a table that the dynamic linker has yet to fill. */
#define ASH_HIDDEN __attribute__((visibility("hidden")))

/* A function that another object may define: called by one indirect jump. */
#ifdef __has_attribute
#if __has_attribute(noplt)
#define ASH_NOPLT __attribute__((noplt))
#endif
/* A function of which callers are to know its declaration and no more. */
#if __has_attribute(noipa)
#define ASH_NOIPA __attribute__((noipa))
#endif
#endif
#ifndef ASH_NOPLT
#define ASH_NOPLT
#endif
#ifndef ASH_NOIPA
#define ASH_NOIPA
#endif

/* A relaxed load of a word that other threads set, on a fast path: gcc makes an instruction of its own of
 * an atomic load where a plain one is an operand of the comparison. ThreadSanitizer sees the atomic one. */
#define ASH_PEEK(word) (word)
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define ASH_SEEN_BY_TSAN
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(ASH_SEEN_BY_TSAN)
#undef ASH_PEEK
#define ASH_PEEK(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline uintptr_t align_up(uintptr_t x, size_t a)
{
	return (x + a - 1) & ~(uintptr_t)(a - 1);
}

static inline uintptr_t align_down(uintptr_t x, size_t a)
{
	return x & ~(uintptr_t)(a - 1);
}

static inline bool is_pow2(size_t x)
{
	return x && !(x & (x - 1));
}

/* Internal assertions: only with --enable-debug. The condition is not evaluated otherwise. */
#ifdef ASHLAR_DEBUG
_Noreturn void ash_assert_failed(const char *what, const char *file, int line);
#define ASSERT(c) ((c) ? (void)0 : ash_assert_failed(#c, __FILE__, __LINE__))
#else
#define ASSERT(c) ((void)0)
#endif

#endif
