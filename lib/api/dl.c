/* api/dl.c -- dlopen, dlmopen, dlsym and dlvsym, of the shared library only.
 *
 * A module opened with RTLD_DEEPBIND looks into libc before the global scope, and whoever has a handle
 * of libc looks nowhere else (ctypes, Fiddle, FFI): they would find libc's free for the blocks that
 * libc's strdup has from our malloc. So before the first of these lookups libc's symbol table is made
 * to answer with ours (os/scope.h). Programs that do neither pay nothing.
 *
 * The calls are passed on by a jump: glibc takes the return address for the caller, whose RUNPATH,
 * namespace and place in the search order count. Nothing here calls a function that somebody may have
 * interposed: sanitizers look up symbols before they are ready for calls. */
#include "api/api.h"

#include "os/scope.h"

#if defined(__GLIBC__) && !defined(ASHLAR_PREFIX) && !defined(ASH_ARCH_NO_JUMP)

#include <dlfcn.h>

#ifdef __clang__
#define JUMP
#define JUMP_TO __attribute__((musttail)) return
#else
#define JUMP __attribute__((optimize("O2", "optimize-sibling-calls")))
#define JUMP_TO return
#endif

typedef void *dlopen_fn(const char *file, int mode);
typedef void *dlmopen_fn(Lmid_t ns, const char *file, int mode);
typedef void *dlsym_fn(void *handle, const char *name);
typedef void *dlvsym_fn(void *handle, const char *name, const char *version);

/* Each the same for all threads that look for it. NULL: before glibc 2.34 they are in libdl, which a program
 * that only asks whether it has them need not have. */
static struct {
	_Atomic(dlopen_fn *) dlopen;
	_Atomic(dlmopen_fn *) dlmopen;
	_Atomic(dlsym_fn *) dlsym;
	_Atomic(dlvsym_fn *) dlvsym;
} libc;

#define FIND(name)                                                             \
	static SLOW name##_fn *find_##name(void)                               \
	{                                                                      \
		name##_fn *f = (name##_fn *)ash_scope_next_function(#name);    \
		libc.name = f;                                                 \
		return f;                                                      \
	}
FIND(dlopen)
FIND(dlmopen)
FIND(dlsym)
FIND(dlvsym)

/* Where the program has a malloc of its own, or another library is in front of us, ours is not the one
 * that others should find. */
static SLOW void override(void)
{
	if (ash_scope_finds_ours("malloc"))
		ash_scope_override_libc();
}

static __attribute__((noinline)) void before_lookup(const char *name)
{
	if (ash_scope_has_two(name))
		override();
}

/* Where a call goes. NULL: nowhere. */
#define TARGET(name, PARAMS, before)                  \
	TO name##_fn *ash_dl_##name PARAMS            \
	{                                             \
		name##_fn *f = libc.name;             \
		before;                               \
		return likely(f) ? f : find_##name(); \
	}

#ifdef ASH_ARCH_JUMP
#define TO __attribute__((used)) ASH_HIDDEN
#define DEFINE(name, PARAMS, ARGS, before)            \
	name##_fn *ash_dl_##name PARAMS;              \
	TARGET(name, PARAMS, before)                  \
	ASH_ARCH_JUMP(#name, "ash_dl_" #name);
#else
#define TO static inline
#define DEFINE(name, PARAMS, ARGS, before)            \
	TARGET(name, PARAMS, before)                  \
	JUMP ASHLAR_EXPORT void *name PARAMS          \
	{                                             \
		name##_fn *f = ash_dl_##name ARGS;    \
		if (unlikely(!f))                     \
			return NULL;                  \
		JUMP_TO f ARGS;                       \
	}
#endif

DEFINE(dlopen, (const char *file, int mode), (file, mode),
       (void)file; if (mode & RTLD_DEEPBIND) override())
DEFINE(dlmopen, (Lmid_t ns, const char *file, int mode), (ns, file, mode),
       (void)ns; (void)file; if (mode & RTLD_DEEPBIND) override())
DEFINE(dlsym, (void *restrict handle, const char *restrict name), (handle, name),
       (void)handle; before_lookup(name))
DEFINE(dlvsym, (void *restrict handle, const char *restrict name, const char *restrict version),
       (handle, name, version), (void)handle; (void)version; before_lookup(name))

#endif
