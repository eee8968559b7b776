/*
 * ashlar-preload -- turns the system-wide use of ashlar on and off: the line in /etc/ld.so.preload
 * that the dynamic linker obeys in every program it starts.
 *
 * A wrong line there stops a system: a library that is cut short, or that needs a newer libc, ends
 * each program at its start. So nothing is written before programs of the system have been seen to
 * run with it; the file is replaced by rename; and this program is linked statically and starts no
 * shell, so that it can take the line out again when nothing else starts any more.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIST "/etc/ld.so.preload"
#define NEW LIST ".ashlar-new"
/* $LIB is the dynamic linker's word for the library folder of a program's own architecture. */
#define ENTRY "/usr/$LIB/" ASHLAR_SONAME
#define SEPARATORS ": \t\n"
#define SECONDS 20 /* for a program that is tried */

enum { OK, FAILED, USAGE };

static int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("ashlar-preload: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return FAILED;
}

/* ---- running programs */

struct result {
	int status;      /* as from waitpid */
	char text[65536]; /* what it wrote, stdout and stderr */
};

static void become(const char *const argv[], const char *preload)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C", variable[256];
	char *environment[] = {path, locale, variable, NULL};

	if (preload)
		snprintf(variable, sizeof variable, "LD_PRELOAD=%s", preload);
	else
		environment[2] = NULL;
	execve(argv[0], (char *const *)argv, environment);
	_exit(127);
}

/* Reads what the program writes, and what those write that it starts, until the last of them has ended
 * or time is up; beyond what fits it is thrown away. */
static void collect(int from, struct result *r)
{
	static char rest[4096];
	time_t end = time(NULL) + SECONDS;
	size_t got = 0, room;
	ssize_t n = 1;

	while (n > 0 && time(NULL) < end) {
		struct pollfd p = {.fd = from, .events = POLLIN};
		if (poll(&p, 1, 1000) < 1)
			continue;
		room = sizeof r->text - 1 - got;
		n = read(from, room ? r->text + got : rest, room ? room : sizeof rest);
		if (n > 0 && room)
			got += (size_t)n;
	}
	r->text[got] = '\0';
}

/* Whether it could be run; how it went is in *r. Its process group is ended with it. */
static bool run(const char *const argv[], const char *preload, struct result *r)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);
		setpgid(0, 0);
		dup2(null, 0);
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		become(argv, preload);
	}
	close(ends[1]);
	if (child > 0)
		collect(ends[0], r);
	close(ends[0]);
	if (child < 0)
		return false;
	/* One that has closed its output and goes on has had its time. */
	for (int i = 0; i < SECONDS * 10; i++) {
		if (waitpid(child, &r->status, WNOHANG) == child) {
			kill(-child, SIGKILL);
			return true;
		}
		if (i >= 10)
			kill(-child, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	return false;
}

static const char *how(int status)
{
	static char text[40];
	if (WIFSIGNALED(status))
		snprintf(text, sizeof text, "died of signal %d", WTERMSIG(status));
	else
		snprintf(text, sizeof text, "exited with %d", WEXITSTATUS(status));
	return text;
}

/* ---- what must be seen before the line is written */

static const char *const mapped[] = {"/bin/cat", "/proc/self/maps", NULL};

/* Programs that a system does not come up without, or cannot be mended without; those that are not
 * there are passed over. What they print must be the same with the library as without. */
static const char *const programs[][4] = {
	{"/bin/true"},
	{"/bin/sh", "-c", ":"},
	{"/bin/bash", "-c", "echo $((6 * 7)) | cat"},
	{"/bin/mount", "--version"},
	{"/lib/systemd/systemd", "--version"},
	{"/sbin/agetty", "--version"},
	{"/bin/su", "--version"},
	{"/usr/bin/sudo", "--version"},
	{"/usr/sbin/sshd", "-?"},
	{"/usr/bin/apt-get", "--version"},
	{"/usr/bin/dpkg", "--version"},
	{"/usr/bin/rpm", "--version"},
	{"/sbin/ldconfig", "--version"},
	{"/usr/bin/perl", "-e", "print join \" \", sort map { $_ * 7 } 1 .. 9999"},
	{"/usr/bin/python3", "-c", "print(sorted(str(i) for i in range(9999)))"},
};

/* Whose writing to the file would be root's own. */
static int check_file(const char *file)
{
	struct stat st;

	if (stat(file, &st) != 0)
		return complain("%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_mode & (S_IWGRP | S_IWOTH))
		return complain("%s: must be a file that root alone can write", file);
	return OK;
}

/* The file that the entry means in programs of this architecture, from the maps of one that has it
 * loaded; NULL after a complaint. */
static const char *loaded_file(void)
{
	static struct result r;
	char *at, *start;

	if (!run(mapped, ENTRY, &r))
		return complain("%s cannot be run", mapped[0]), NULL;
	at = strstr(r.text, "/" ASHLAR_SONAME);
	if (r.status != 0 || !at || strstr(r.text, "ld.so: ")) {
		complain("refused: with %s, %s %s", ENTRY, mapped[0], how(r.status));
		if (strstr(r.text, "ld.so: ") || r.status != 0) /* the complaint comes first */
			fprintf(stderr, "%.*s\n", (int)strcspn(r.text, "\n"), r.text);
		fputs("ashlar-preload: the library must be in the folder that the system's own libraries "
		      "are in\n", stderr);
		return NULL;
	}
	for (start = at; start > r.text && start[-1] != ' ' && start[-1] != '\n'; start--)
		;
	at[strlen("/" ASHLAR_SONAME)] = '\0';
	return start;
}

static int check_program(const char *const argv[])
{
	static struct result without, with;

	if (access(argv[0], X_OK) != 0)
		return OK;
	if (!run(argv, NULL, &without) || !run(argv, ENTRY, &with))
		return complain("%s cannot be run", argv[0]);
	if (with.status != without.status || strcmp(with.text, without.text) != 0) {
		complain("refused: with the library %s %s", argv[0], how(with.status));
		fputs(with.text, stderr);
		return FAILED;
	}
	printf("%s: runs as before\n", argv[0]);
	return OK;
}

/* Other architectures' programs would print a line of complaint each where their library is not
 * installed. Their dynamic linkers themselves are asked for their folder, and to load the library. */
static const char *const loaders[] = {
	"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2",	  "/libx32/ld-linux-x32.so.2",
	"/lib/ld-linux-aarch64.so.1",  "/lib/ld-linux-armhf.so.3", "/lib64/ld64.so.2",
	"/lib/ld64.so.1",	       "/lib/ld-linux-riscv64-lp64d.so.1",
};

static int check_loader(const char *loader)
{
	static struct result r;
	char file[512], *folder, *end;
	const char *const ask[] = {loader, "--list-diagnostics", NULL};
	const char *const load[] = {loader, "--list", file, NULL};

	if (access(loader, X_OK) != 0 || !run(ask, NULL, &r) || r.status != 0)
		return OK; /* not there, too old to tell, or not for this processor */
	folder = strstr(r.text, "dl_dst_lib=\"");
	end = folder ? strchr(folder += strlen("dl_dst_lib=\""), '"') : NULL;
	if (!end)
		return OK;
	*end = '\0';
	snprintf(file, sizeof file, "/usr/%s/%s", folder, ASHLAR_SONAME);
	if (access(file, F_OK) != 0) {
		printf("%s: note: %s is not there; programs of this kind will say so, and run without\n",
		       loader, file);
		return OK;
	}
	if (check_file(file) != OK)
		return FAILED;
	if (!run(load, NULL, &r) || r.status != 0 || strstr(r.text, "not found")) {
		complain("refused: %s cannot load %s (%s)", loader, file, how(r.status));
		fputs(r.text, stderr);
		return FAILED;
	}
	printf("%s: loads %s\n", loader, file);
	return OK;
}

static int check(void)
{
	const char *file = loaded_file();

	if (!file || check_file(file) != OK)
		return FAILED;
	printf("%s: is loaded\n", file);
	for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
		if (check_loader(loaders[i]) != OK)
			return FAILED;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (check_program(programs[i]) != OK)
			return FAILED;
	return OK;
}

/* ---- the file */

struct list {
	bool there;
	size_t len;
	char text[16384];
};

static bool is_ours(const char *entry, size_t len)
{
	size_t n = strlen(ASHLAR_SONAME);
	return len >= n && memcmp(entry + len - n, ASHLAR_SONAME, n) == 0 &&
	       (len == n || entry[len - n - 1] == '/');
}

/* Finds the next entry at or behind *at; false at the end. From # on, a line is a comment. */
static bool next_entry(const struct list *l, size_t *at, size_t *len)
{
	*at += strspn(l->text + *at, SEPARATORS);
	while (l->text[*at] == '#') {
		*at += strcspn(l->text + *at, "\n");
		*at += strspn(l->text + *at, SEPARATORS);
	}
	*len = strcspn(l->text + *at, SEPARATORS "#");
	return *len > 0;
}

static int read_list(struct list *l)
{
	struct stat st;
	int fd = open(LIST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;

	*l = (struct list){.there = fd >= 0};
	if (fd < 0)
		return errno == ENOENT ? OK : complain("%s: %s", LIST, strerror(errno));
	n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, l->text, sizeof l->text - 1) : -1;
	close(fd);
	if (n < 0 || n == sizeof l->text - 1)
		return complain("%s: not a list that can be read", LIST);
	l->len = (size_t)n;
	if (strlen(l->text) != l->len)
		return complain("%s: not a list that can be read", LIST);
	return OK;
}

static bool has_ours(const struct list *l)
{
	for (size_t at = 0, len; next_entry(l, &at, &len); at += len)
		if (is_ours(l->text + at, len))
			return true;
	return false;
}

static int folder = -1; /* /etc, locked by the commands that write */

static int lock_list(void)
{
	folder = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; folder >= 0 && i < SECONDS; i++) {
		if (flock(folder, LOCK_EX | LOCK_NB) == 0)
			return OK;
		if (errno != EWOULDBLOCK)
			break;
		sleep(1);
	}
	return complain("/etc: %s", errno == EWOULDBLOCK ? "another ashlar-preload is at work"
							 : strerror(errno));
}

/* What a reader of the file sees is the old list or the new one, whatever happens meanwhile. */
static int write_list(const struct list *l)
{
	int fd;
	bool ok;

	if (!l->there) {
		if (unlink(LIST) != 0 && errno != ENOENT)
			return complain("%s: %s", LIST, strerror(errno));
	} else {
		unlink(NEW); /* of one that was interrupted */
		fd = open(NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		ok = fd >= 0 && fchmod(fd, 0644) == 0 &&
		     write(fd, l->text, l->len) == (ssize_t)l->len && fsync(fd) == 0;
		if (!ok || rename(NEW, LIST) != 0) {
			complain("%s: %s", NEW, strerror(errno));
			unlink(NEW);
			return FAILED;
		}
		close(fd);
	}
	fsync(folder);
	return OK;
}

/* ---- commands */

static int status(void)
{
	static struct list l;
	static struct result r;

	if (read_list(&l) != OK)
		return FAILED;
	if (!has_ours(&l)) {
		puts("not enabled");
		return FAILED;
	}
	if (!run(mapped, NULL, &r) || r.status != 0 || !strstr(r.text, "/" ASHLAR_SONAME))
		return complain("%s names the library, but %s does not run with it", LIST, mapped[0]);
	puts("enabled");
	return OK;
}

static int enable(void)
{
	static struct list before, after;
	static struct result r;

	if (lock_list() != OK || read_list(&before) != OK)
		return FAILED;
	if (has_ours(&before))
		return status();
	if (check() != OK)
		return FAILED;
	after = before;
	after.there = true;
	if (after.len && after.text[after.len - 1] != '\n')
		after.text[after.len++] = '\n';
	if (after.len + sizeof ENTRY + 1 > sizeof after.text)
		return complain("%s: is full", LIST);
	after.len += (size_t)sprintf(after.text + after.len, "%s\n", ENTRY);
	if (write_list(&after) != OK)
		return FAILED;
	if (!run(mapped, NULL, &r) || r.status != 0 || !strstr(r.text, "/" ASHLAR_SONAME)) {
		if (write_list(&before) != OK)
			return complain("%s does not run with it after all, and the line could not be "
					"taken back: ashlar-preload disable", mapped[0]);
		return complain("taken back: %s does not run with it after all", mapped[0]);
	}
	printf("enabled: %s names %s; programs that are started from now on use it\n", LIST, ENTRY);
	return OK;
}

static int disable(void)
{
	static struct list before, after;
	size_t from = 0;

	if (lock_list() != OK || read_list(&before) != OK)
		return FAILED;
	if (!has_ours(&before)) {
		puts("not enabled");
		return OK;
	}
	for (size_t at = 0, len; next_entry(&before, &at, &len); at += len) {
		if (!is_ours(before.text + at, len))
			continue;
		memcpy(after.text + after.len, before.text + from, at - from);
		after.len += at - from;
		from = at + len;
		from += before.text[from] == '\n' && (after.len == 0 || after.text[after.len - 1] == '\n');
	}
	memcpy(after.text + after.len, before.text + from, before.len - from);
	after.len += before.len - from;
	after.there = strspn(after.text, SEPARATORS) < after.len;
	if (write_list(&after) != OK)
		return FAILED;
	puts("disabled; programs that run go on with it until they end");
	return OK;
}

static int usage(FILE *where)
{
	fputs("usage: ashlar-preload [--root FOLDER] enable | disable | status | check\n"
	      "Turn the system-wide use of ashlar on or off: see ashlar-preload(8).\n",
	      where);
	return where == stdout ? OK : USAGE;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*function)(void);
	} commands[] = {{"enable", enable}, {"disable", disable}, {"status", status}, {"check", check}};
	int at = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return usage(stdout);
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("ashlar " PACKAGE_VERSION), OK;
	if (argc > 2 && !strcmp(argv[1], "--root")) {
		if (chroot(argv[2]) != 0 || chdir("/") != 0)
			return complain("%s: %s", argv[2], strerror(errno));
		at = 3;
	}
	if (argc != at + 1)
		return usage(stderr);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(argv[at], commands[i].name))
			return commands[i].function();
	return usage(stderr);
}
