/* obs/ctl.h -- the control tree: names for what can be asked, told and done. jemalloc's mallctl, with its names,
 * types and errors (jemalloc 5.3, MALLCTL NAMESPACE). ctl.def has the rows.
 *
 * Every function returns 0 or a number from errno.h:
 *   ENOENT  no such name, mib or index; or nothing that can be read or written
 *   EPERM   what cannot be written was to be, or what cannot be read
 *   EINVAL  newlen is not the size of the type; a value that is none; or *oldlenp is not the size: then as much as
 *           fits has been copied, *oldlenp is how much that is, and nothing else was done
 *   EAGAIN  there is no memory, or no more of what was to be made
 *   EFAULT  it cannot be done
 *
 * Any thread; not in signal handlers. What stats.* are read from is in obs/epoch.h. */
#ifndef ASH_OBS_CTL_H
#define ASH_OBS_CTL_H

#include "base/base.h"

#define ASH_CTL_VERSION "5.3.0-0-ashlar-" PACKAGE_VERSION /* jemalloc's, whose interface it is, and ours */

/* TYPE of a row. */
enum ctl_type {
	CTL_NONE, /* an action */
	CTL_BOOL,
	CTL_UNSIGNED,
	CTL_U32,
	CTL_SIZE,
	CTL_SSIZE,
	CTL_U64,
	CTL_I64,
	CTL_STR, /* const char * */
	CTL_PTR,
};

/* ACCESS. */
enum ctl_access {
	CTL_X = 0,      /* neither: it is done */
	CTL_R = 1,
	CTL_W = 2,
	CTL_RW = 3,
	CTL_MUST = 4,   /* the old value must be taken; of what can be written, the new one given */
	CTL_MR = CTL_R | CTL_MUST,
	CTL_MW = CTL_W | CTL_MUST,
	CTL_RAW = 8,    /* sizes and order are the source's own affair */
};

int ash_ctl_by_name(const char *name, void *oldp, size_t *oldlenp, const void *newp, size_t newlen);

/* *len: room in mib, then what was used of it. A name may end above a leaf; a mib that is too short gets the
 * beginning. */
int ash_ctl_name_to_mib(const char *name, size_t *mib, size_t *len);
int ash_ctl_by_mib(const size_t *mib, size_t len, void *oldp, size_t *oldlenp, const void *newp, size_t newlen);

#define ASH_CTL_ALL 4096u       /* arena index: all of them together */
#define ASH_CTL_DESTROYED 4097u /* those that are no more */

#endif
