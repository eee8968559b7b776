/* os/conf_file.h -- the file of options: sysconfdir/ashlar.conf of the configure run, read once by the
 * constructor. Lines are options (os/conf.h; "=" serves as well as ":", blanks do not matter), comments
 * from "#" on, and sections, which hold for the programs that they name:
 *
 *     [*]            all programs, as what stands before the first section
 *     [name]         programs that are, or were called by, a path whose last part is that
 *     [/path/name]   those whose whole path is that
 *
 * All sections that fit apply, in the order of the file. */
#ifndef ASH_OS_CONF_FILE_H
#define ASH_OS_CONF_FILE_H

#include "base/base.h"

#define ASH_CONF_FILE_MAX ((size_t)64 << 10) /* bytes; a longer one is ignored as a whole, and said so */

/* Paths of the running program; NULL where unknown. */
struct ash_conf_program {
	const char *file;   /* what /proc/self/exe says */
	const char *called; /* as execve(2) was given it: perhaps a link, or relative. Not with more privileges
			     * than the caller's, who chose it */
};

/* Constructor only. Without a file: one system call, access(2), as the dynamic linker makes it for
 * ld.so.preload at the same moment; security modules do not look at it. A file that is not
 * root's, can be written by others or is no regular file is ignored with a line on stderr; one whose owner
 * has no number in this user namespace in silence. */
void ash_conf_file_read(void);

/* Applies a file's text; `name` is its name in reports. For tests. */
void ash_conf_file_parse(const char *text, size_t len, const char *name,
			 const struct ash_conf_program *program);

#endif
