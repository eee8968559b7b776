/* api/new.c -- the C++ operators new and delete, in C: every form of C++20 under its mangled name.
 *
 * They save a call into libstdc++, which would call malloc. Without memory they hand over to the
 * C++ runtime the program has, so that new_handlers run and std::bad_alloc is that runtime's own:
 * in a shared build the next operator new in the search order, in a static one the runtime's
 * handler functions, if they are linked in. The library itself depends on no C++ runtime. */
#include "api/api.h"

#include "os/fault.h"

#include <dlfcn.h>

struct nothrow; /* std::nothrow_t: only its address is passed */

#if UINTPTR_MAX > UINT32_MAX
#define NEW(suffix) _Znwm##suffix
#define NEW_ARRAY(suffix) _Znam##suffix
#define SIZED(prefix, suffix) prefix##m##suffix
#else
#define NEW(suffix) _Znwj##suffix
#define NEW_ARRAY(suffix) _Znaj##suffix
#define SIZED(prefix, suffix) prefix##j##suffix
#endif
#define STRING2(x) #x
#define STRING(x) STRING2(x)

/* ---- no memory */

typedef void *plain_new(size_t);
typedef void *nothrow_new(size_t, const struct nothrow *);
typedef void *aligned_new(size_t, size_t);
typedef void *aligned_nothrow_new(size_t, size_t, const struct nothrow *);

#ifdef PIC

/* The runtime's operator behind ours. */
static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);
	if (!f)
		ash_fault("operator new", NULL, "out of memory, and no C++ runtime to tell");
	return f;
}
#define FAIL(type, name, ...) return ((type *)next(name))(__VA_ARGS__)
#define FAIL_NOTHROW(type, name, ...)                  \
	do {                                           \
		type *f = dlsym(RTLD_NEXT, name);      \
		return f ? f(__VA_ARGS__) : NULL;      \
	} while (0)
/* Some runtimes' aligned forms overflow when they round such a size up, and succeed. */
#define FAIL_HUGE(OPERATOR, size)                                        	if (size > PTRDIFF_MAX)                                          	FAIL(plain_new, STRING(OPERATOR()), size)

#else

extern void (*_ZSt15get_new_handlerv(void))(void) __attribute__((weak));
extern void _ZSt17__throw_bad_allocv(void) __attribute__((weak));

/* What an operator new does: handlers while there are any, then the exception. */
static void *retry(size_t size, size_t align, bool may_throw)
{
	for (;;) {
		void (*handler)(void) = _ZSt15get_new_handlerv ? _ZSt15get_new_handlerv() : NULL;
		if (!handler && may_throw && _ZSt17__throw_bad_allocv)
			_ZSt17__throw_bad_allocv();
		if (!handler && may_throw)
			ash_fault("operator new", NULL, "out of memory, and no C++ runtime to tell");
		if (!handler)
			return NULL;
		handler();
		void *p = ash_alloc(size, align, false);
		if (p)
			return p;
	}
}
#define FAIL_HUGE(OPERATOR, size)
#define ALIGN_plain_new 16
#define ALIGN_nothrow_new 16
#define ALIGN_aligned_new align
#define ALIGN_aligned_nothrow_new align
#define FAIL(type, name, size, ...) return retry(size, ALIGN_##type, true)
#define FAIL_NOTHROW(type, name, size, ...) return retry(size, ALIGN_##type, false)

#endif

static SLOW void *new_slow(size_t size, const void *caller)
{
	return ash_hooks_on ? ash_hooks_malloc(size, caller) : ash_alloc(size, 16, false);
}

FAST void *allocate(size_t size)
{
	void *p = ash_cache_pop(size);
	return likely(p != NULL) ? p : new_slow(size, ASH_CALLER);
}

FAST void release(void *p)
{
	if (unlikely(!ash_cache_push(p)))
		ash_free_slow(p, ASH_CALLER);
}

/* ---- new */

#define DEFINE_NEW(OPERATOR)                                                                       \
	void *OPERATOR()(size_t);                                                                  \
	ASHLAR_EXPORT void *OPERATOR()(size_t size)                                                \
	{                                                                                          \
		void *p = allocate(size);                                                          \
		if (unlikely(!p))                                                                  \
			FAIL(plain_new, STRING(OPERATOR()), size);                                 \
		return p;                                                                          \
	}                                                                                          \
	void *OPERATOR(RKSt9nothrow_t)(size_t, const struct nothrow *);                            \
	ASHLAR_EXPORT void *OPERATOR(RKSt9nothrow_t)(size_t size, const struct nothrow *tag)       \
	{                                                                                          \
		void *p = allocate(size);                                                          \
		(void)tag;                                                                         \
		if (unlikely(!p))                                                                  \
			FAIL_NOTHROW(nothrow_new, STRING(OPERATOR(RKSt9nothrow_t)), size, tag);    \
		return p;                                                                          \
	}                                                                                          \
	void *OPERATOR(St11align_val_t)(size_t, size_t);                                           \
	ASHLAR_EXPORT void *OPERATOR(St11align_val_t)(size_t size, size_t align)                   \
	{                                                                                          \
		void *p = ash_memalign(align, size, ASH_CALLER);                  \
		if (unlikely(!p)) {                                                                \
			FAIL_HUGE(OPERATOR, size);                                                 \
			FAIL(aligned_new, STRING(OPERATOR(St11align_val_t)), size, align);         \
		}                                                                                  \
		return p;                                                                          \
	}                                                                                          \
	void *OPERATOR(St11align_val_tRKSt9nothrow_t)(size_t, size_t, const struct nothrow *);     \
	ASHLAR_EXPORT void *OPERATOR(St11align_val_tRKSt9nothrow_t)(size_t size, size_t align,     \
								    const struct nothrow *tag)     \
	{                                                                                          \
		void *p = ash_memalign(align, size, ASH_CALLER);                  \
		(void)tag;                                                                         \
		if (unlikely(!p) && size > PTRDIFF_MAX)                                            \
			return NULL;                                                               \
		if (unlikely(!p))                                                                  \
			FAIL_NOTHROW(aligned_nothrow_new,                                          \
				     STRING(OPERATOR(St11align_val_tRKSt9nothrow_t)), size, align, \
				     tag);                                                         \
		return p;                                                                          \
	}

DEFINE_NEW(NEW)
DEFINE_NEW(NEW_ARRAY)

/* ---- delete: sizes and alignments are not needed, the page map knows */

#define UNUSED_SIZE , size_t size __attribute__((unused))
#define UNUSED_ALIGN , size_t align __attribute__((unused))
#define UNUSED_TAG , const struct nothrow *tag __attribute__((unused))

#define DEFINE_DELETES(prefix)                                                       \
	void prefix(void *p);                                                        \
	ASHLAR_EXPORT void prefix(void *p)                                           \
	{                                                                            \
		release(p);                                                          \
	}                                                                            \
	void SIZED(prefix, )(void *p UNUSED_SIZE);                                   \
	ASHLAR_EXPORT void SIZED(prefix, )(void *p UNUSED_SIZE)                      \
	{                                                                            \
		release(p);                                                          \
	}                                                                            \
	void prefix##RKSt9nothrow_t(void *p UNUSED_TAG);                             \
	ASHLAR_EXPORT void prefix##RKSt9nothrow_t(void *p UNUSED_TAG)                \
	{                                                                            \
		release(p);                                                          \
	}                                                                            \
	void prefix##St11align_val_t(void *p UNUSED_ALIGN);                          \
	ASHLAR_EXPORT void prefix##St11align_val_t(void *p UNUSED_ALIGN)             \
	{                                                                            \
		release(p);                                                          \
	}                                                                            \
	void SIZED(prefix, St11align_val_t)(void *p UNUSED_SIZE UNUSED_ALIGN);       \
	ASHLAR_EXPORT void SIZED(prefix, St11align_val_t)(void *p UNUSED_SIZE UNUSED_ALIGN) \
	{                                                                            \
		release(p);                                                          \
	}                                                                            \
	void prefix##St11align_val_tRKSt9nothrow_t(void *p UNUSED_ALIGN UNUSED_TAG); \
	ASHLAR_EXPORT void prefix##St11align_val_tRKSt9nothrow_t(void *p UNUSED_ALIGN UNUSED_TAG) \
	{                                                                            \
		release(p);                                                          \
	}

DEFINE_DELETES(_ZdlPv)
DEFINE_DELETES(_ZdaPv)
