/* tcmalloc.h -- in place of <gperftools/tcmalloc.h> and <gperftools/malloc_extension_c.h>: the functions that
 * programs written for gperftools include and call, as ashlar has them. Binary compatible. ashlar(3) describes them.
 *
 *     #include <ashlar/tcmalloc.h>      and      -lashlar
 *
 * There is no tc_version(): programs take whoever has it for tcmalloc. Nor tc_set_new_mode(): malloc calls no
 * new_handler. */
#ifndef ASHLAR_TCMALLOC_H
#define ASHLAR_TCMALLOC_H

#include <malloc.h> /* struct mallinfo, struct mallinfo2 */
#include <stddef.h>
#ifdef __cplusplus
#include <new>
#endif

/* The version of gperftools whose interface this is: programs ask whether it has what they use. */
#define TC_VERSION_MAJOR 2
#define TC_VERSION_MINOR 10
#define TC_VERSION_PATCH ""
#define TC_VERSION_STRING "gperftools 2.10 (ashlar)"

#ifndef __cplusplus
#define ASHLAR_TC_NOTHROW __attribute__((nothrow))
#elif __cplusplus >= 201103L
#define ASHLAR_TC_NOTHROW noexcept
#else
#define ASHLAR_TC_NOTHROW throw()
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The C library's functions of the names without tc_; what one allocates the other frees. */
void *tc_malloc(size_t size) ASHLAR_TC_NOTHROW;
void *tc_malloc_skip_new_handler(size_t size) ASHLAR_TC_NOTHROW; /* malloc */
void *tc_calloc(size_t count, size_t size) ASHLAR_TC_NOTHROW;
void *tc_realloc(void *ptr, size_t size) ASHLAR_TC_NOTHROW;
void tc_free(void *ptr) ASHLAR_TC_NOTHROW;
void tc_cfree(void *ptr) ASHLAR_TC_NOTHROW;
void tc_free_sized(void *ptr, size_t size) ASHLAR_TC_NOTHROW;
void tc_free_aligned_sized(void *ptr, size_t alignment, size_t size) ASHLAR_TC_NOTHROW;
void *tc_memalign(size_t alignment, size_t size) ASHLAR_TC_NOTHROW;
int tc_posix_memalign(void **ptr, size_t alignment, size_t size) ASHLAR_TC_NOTHROW;
void *tc_valloc(size_t size) ASHLAR_TC_NOTHROW;
void *tc_pvalloc(size_t size) ASHLAR_TC_NOTHROW;
void tc_malloc_stats(void) ASHLAR_TC_NOTHROW;
int tc_mallopt(int param, int value) ASHLAR_TC_NOTHROW;
struct mallinfo tc_mallinfo(void) ASHLAR_TC_NOTHROW;
struct mallinfo2 tc_mallinfo2(void) ASHLAR_TC_NOTHROW;
size_t tc_malloc_size(void *ptr) ASHLAR_TC_NOTHROW;         /* malloc_usable_size */
size_t tc_nallocx(size_t size, int flags) ASHLAR_TC_NOTHROW; /* nallocx */

#ifdef __cplusplus
/* The operators of the library, also where the program has its own. Not in a library with --disable-cxx. */
void *tc_new(size_t size);
void *tc_new_nothrow(size_t size, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void tc_delete(void *p) ASHLAR_TC_NOTHROW;
void tc_delete_sized(void *p, size_t size) ASHLAR_TC_NOTHROW;
void tc_delete_nothrow(void *p, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void *tc_newarray(size_t size);
void *tc_newarray_nothrow(size_t size, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void tc_deletearray(void *p) ASHLAR_TC_NOTHROW;
void tc_deletearray_sized(void *p, size_t size) ASHLAR_TC_NOTHROW;
void tc_deletearray_nothrow(void *p, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
#if __cplusplus >= 201703L
void *tc_new_aligned(size_t size, std::align_val_t);
void *tc_new_aligned_nothrow(size_t size, std::align_val_t, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void tc_delete_aligned(void *p, std::align_val_t) ASHLAR_TC_NOTHROW;
void tc_delete_sized_aligned(void *p, size_t size, std::align_val_t) ASHLAR_TC_NOTHROW;
void tc_delete_aligned_nothrow(void *p, std::align_val_t, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void *tc_newarray_aligned(size_t size, std::align_val_t);
void *tc_newarray_aligned_nothrow(size_t size, std::align_val_t, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
void tc_deletearray_aligned(void *p, std::align_val_t) ASHLAR_TC_NOTHROW;
void tc_deletearray_sized_aligned(void *p, size_t size, std::align_val_t) ASHLAR_TC_NOTHROW;
void tc_deletearray_aligned_nothrow(void *p, std::align_val_t, const std::nothrow_t &) ASHLAR_TC_NOTHROW;
#endif
#endif

/* Figures by name: 1, or 0 if there is none of that name (ashlar(3), gperftools' functions). Of those that can be
 * set: 1, or 0 if it cannot. A figure of the heap is counted when it is asked for, about a millisecond for each
 * gigabyte. */
int MallocExtension_GetNumericProperty(const char *property, size_t *value);
int MallocExtension_SetNumericProperty(const char *property, size_t value);

/* A report as text, cut to length - 1 bytes. */
void MallocExtension_GetStats(char *buffer, int length);

/* Live blocks, their bytes, and how many of them have 2^i bytes or more, but less than 2^(i + 1). Returns 1. */
#define kMallocExtensionHistogramSize 64
int MallocExtension_MallocMemoryStats(int *blocks, size_t *total, int histogram[kMallocExtensionHistogramSize]);

/* The calling thread will do nothing for a while, and so needs no cache; it goes on. */
void MallocExtension_MarkThreadIdle(void);
void MallocExtension_MarkThreadTemporarilyIdle(void);
void MallocExtension_MarkThreadBusy(void);

/* Free memory goes back to the system: so many bytes at least, if there are; all. */
void MallocExtension_ReleaseToSystem(size_t bytes);
void MallocExtension_ReleaseFreeMemory(void);

/* Bytes that a block for so many would have (0: it cannot be had); that a live block has; in the calling thread's
 * cache. */
size_t MallocExtension_GetEstimatedAllocatedSize(size_t size);
size_t MallocExtension_GetAllocatedSize(const void *p);
size_t MallocExtension_GetThreadCacheSize(void);

/* Whether ashlar has a block there. p: any address. */
typedef enum {
	MallocExtension_kUnknownOwnership = 0,
	MallocExtension_kOwned,
	MallocExtension_kNotOwned
} MallocExtension_Ownership;
MallocExtension_Ownership MallocExtension_GetOwnership(const void *p);

/* Return 1, or end the process with a message: if what the calling thread has freed is not all right; if p is no live
 * block, and not NULL. */
int MallocExtension_VerifyAllMemory(void);
int MallocExtension_VerifyMallocMemory(const void *p);
int MallocExtension_VerifyNewMemory(const void *p);
int MallocExtension_VerifyArrayNewMemory(const void *p);

#ifdef __cplusplus
}
#endif

#endif
