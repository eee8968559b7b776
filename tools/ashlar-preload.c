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
#include <getopt.h>
#include <limits.h>
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
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define LIST "/etc/ld.so.preload"
#define NEW LIST ".ashlar-new"
#define LOCK "/etc/.pwd.lock" /* lckpwdf's: root alone can open it, while anybody can lock /etc */
/* $LIB is the dynamic linker's word for the library folder of a program's own architecture. */
#define ENTRY "/usr/$LIB/" ASHLAR_SONAME
#define BLANKS ": \t"
#define SEPARATORS BLANKS "\n"
#define LONGEST (64 << 20) /* a longer file is no list */
#define SECONDS 20 /* for a program that is tried */

enum { OK, FAILED, USAGE };

static const char *root = ""; /* the folder that is worked in, as the user calls it */

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
	for (int i = 0; i < SECONDS * 1000; i++) {
		if (waitpid(child, &r->status, WNOHANG) == child) {
			kill(-child, SIGKILL);
			return true;
		}
		if (i >= 1000)
			kill(-child, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
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

/* ---- the file */

struct list {
	bool there, link;
	const char *what; /* it is, when it is no list that could be added to */
	struct stat st;
	size_t len;
	char *text; /* with room for ENTRY and two line ends */
	char *seen; /* what the dynamic linker reads of it: with blanks for the rest; ended by a 0 */
};

static bool is_one_of(const char *chars, char c)
{
	return c && strchr(chars, c);
}

/* What glibc's dynamic linker reads, of 2.36 and those up to 2.42 at least. It looks for every comment from the
 * beginning of the file on, but only in as many bytes as are left behind the one before: so a comment that is
 * not the first can be none, or end in the middle. Of what is behind a zero byte it reads the file's last word,
 * if that ends with the file. */
static int look(struct list *l)
{
	size_t left = l->len, word = l->len, n;
	char *at;

	l->seen = malloc(l->len + 1);
	if (!l->seen)
		return complain("%s%s: %s", root, LIST, strerror(errno));
	memcpy(l->seen, l->text, l->len);
	l->seen[l->len] = '\0';
	while ((at = memchr(l->seen, '#', left)) != NULL)
		for (left -= (size_t)(at - l->seen); left > 0 && *at != '\n'; left--)
			*at++ = ' ';
	while (word > 0 && !is_one_of(SEPARATORS, l->seen[word - 1]))
		word--;
	n = strlen(l->seen);
	if (n < word)
		memset(l->seen + n, ' ', word - n);
	return OK;
}

/* libashlar.so, libashlar.so.2, libashlar.so.2.0.0, in whatever folder. The packages' scripts take the
 * same for ours. */
static bool is_ours(const char *entry, size_t len)
{
	static const char name[] = ASHLAR_SONAME;
	const size_t n = sizeof name - 1;
	const char *base = entry + len;

	while (base > entry && base[-1] != '/')
		base--;
	len -= (size_t)(base - entry);
	if (len < n)
		return len == (size_t)(strrchr(name, '.') - name) && memcmp(base, name, len) == 0;
	return memcmp(base, name, n) == 0 && (len == n || base[n] == '.') &&
	       strspn(base + n, ".0123456789") >= len - n;
}

/* Finds the next entry at or behind *at; its length, 0 at the end. */
static size_t next_entry(const struct list *l, size_t *at)
{
	*at += strspn(l->seen + *at, SEPARATORS);
	return strcspn(l->seen + *at, SEPARATORS);
}

/* The same for the entries that are ours. */
static size_t next_ours(const struct list *l, size_t *at)
{
	size_t len;

	for (; (len = next_entry(l, at)) > 0; *at += len)
		if (is_ours(l->seen + *at, len))
			break;
	return len;
}

static bool has_ours(const struct list *l)
{
	size_t at = 0;
	return next_ours(l, &at) > 0;
}

static bool same_entries(const struct list *a, const struct list *b)
{
	size_t i = 0, j = 0, len;

	do {
		len = next_entry(a, &i);
		if (next_entry(b, &j) != len || memcmp(a->seen + i, b->seen + j, len) != 0)
			return false;
		i += len;
		j += len;
	} while (len > 0);
	return true;
}

/* The dynamic linker follows a symbolic link, and maps the file: what cannot be opened or mapped, or is empty,
 * has no entries for it. An error is what leaves open whether there are any of ours. */
static int read_list(struct list *l)
{
	static const char other[] = "a device, a pipe or a socket";
	ssize_t n = 1;
	int fd;

	*l = (struct list){.text = "", .seen = ""};
	l->link = lstat(LIST, &l->st) == 0 && S_ISLNK(l->st.st_mode);
	fd = open(LIST, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	l->there = l->link || fd >= 0;
	if (fd < 0 && errno == ENXIO)
		l->what = other;
	if (fd < 0)
		return l->what || errno == ENOENT || (l->link && (errno == ENOTDIR || errno == ELOOP)) ?
			OK : complain("%s%s: %s", root, LIST, strerror(errno));
	if (fstat(fd, &l->st) != 0)
		return complain("%s%s: %s", root, LIST, strerror(errno));
	if (!S_ISREG(l->st.st_mode)) {
		l->what = S_ISDIR(l->st.st_mode) ? "a folder" : other;
		close(fd);
		return OK;
	}
	if (l->st.st_size > LONGEST)
		return complain("%s%s: too long for a list: look into it by hand", root, LIST);
	l->text = calloc(1, (size_t)l->st.st_size + sizeof ENTRY + 2);
	while (l->text && l->len < (size_t)l->st.st_size && n > 0) {
		n = read(fd, l->text + l->len, (size_t)l->st.st_size - l->len);
		l->len += n > 0 ? (size_t)n : 0;
	}
	if (!l->text || n < 0)
		return complain("%s%s: %s", root, LIST, strerror(errno));
	close(fd);
	if (memchr(l->text, '\0', l->len))
		l->what = "no text (it has zero bytes in it)";
	return look(l);
}

/* The first entry that is ours, or an empty string. */
static int named(char entry[PATH_MAX])
{
	struct list l;
	size_t at = 0, len;

	if (read_list(&l) != OK)
		return FAILED;
	len = next_ours(&l, &at);
	snprintf(entry, PATH_MAX, "%.*s", (int)len, l.seen + at);
	return OK;
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
		return complain("%s%s: %s", root, file, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_mode & (S_IWGRP | S_IWOTH))
		return complain("refused: %s%s: must be a file that root alone can write", root, file);
	return OK;
}

/* The file of that name, or with a name that begins so, which is mapped in a program that has printed
 * its maps; NULL if none is. The lines of the maps begin with an address, those of the dynamic linker,
 * which tells of files that it has not loaded, do not. What is returned stays until the next call. */
static const char *mapped_file(const char *maps, const char *name)
{
	static char file[PATH_MAX];
	const char *path, *base, *end;

	for (const char *line = maps; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		path = memchr(line, '/', (size_t)(end - line));
		if (!path || line[strspn(line, "0123456789abcdef")] != '-' || end - path >= PATH_MAX)
			continue;
		for (base = end; base[-1] != '/'; base--)
			;
		if (strncmp(base, name, strlen(name)) == 0) {
			snprintf(file, sizeof file, "%.*s", (int)(end - path), path);
			return file;
		}
	}
	return NULL;
}

/* What the dynamic linker could not preload, by its own words: the name that it was given, until the
 * next call; NULL if there is nothing. */
static const char *objected(const char *text)
{
	static char name[PATH_MAX];
	static const char words[] = "ld.so: object '";
	const char *at = strstr(text, words);

	if (!at)
		return NULL;
	at += sizeof words - 1;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "'"), at);
	return name;
}

static char lib_folder[256]; /* what $LIB means for mapped[0]; empty while that is not known */

/* Runs mapped[0] as anybody would. */
static int try_plain(struct result *r)
{
	const char *libc;

	if (access(mapped[0], X_OK) != 0)
		return complain("refused: there is no program %s%s to try the library with; is %s the root of a "
				"system?", root, mapped[0], *root ? root : "/");
	if (access(mapped[1], R_OK) != 0)
		return complain("refused: it takes %s%s to see what a program has loaded: mount -t proc proc "
				"%s/proc", root, mapped[1], root);
	if (!run(mapped, NULL, r))
		return complain("%s%s cannot be run", root, mapped[0]);
	libc = mapped_file(r->text, "libc.so");
	if (!libc)
		libc = mapped_file(r->text, "libc-"); /* of a glibc before 2.34 */
	if (libc) {
		libc += strncmp(libc, "/usr/", 5) == 0 ? 5 : 1;
		snprintf(lib_folder, sizeof lib_folder, "%.*s", (int)(strrchr(libc, '/') - libc), libc);
	}
	return OK;
}

/* Says why the library that the entry names was not loaded into what has been run. */
static int tell_why(const char *what, const char *entry, const struct result *r)
{
	char file[PATH_MAX];
	const char *lib = strstr(entry, "$LIB");
	bool missing;

	if (lib && *lib_folder)
		snprintf(file, sizeof file, "%.*s%s%s", (int)(lib - entry), entry, lib_folder, lib + 4);
	else
		snprintf(file, sizeof file, "%s", entry);
	if (file[0] == '/' && !strchr(file, '$'))
		missing = access(file, F_OK) != 0;
	else /* only the dynamic linker knows where it has looked */
		missing = r->status == 0 && strstr(r->text, "(cannot open shared object file)");
	complain(missing ? "%s: %s%s: not found" : "%s: %s%s: cannot be loaded: damaged, or not for this system", what,
		 file[0] == '/' ? root : "", file);
	if (r->status != 0)
		complain("with it %s %s", mapped[0], how(r->status));
	if (*r->text && (objected(r->text) || r->status != 0)) /* the complaint comes first */
		fprintf(stderr, "%.*s\n", (int)strcspn(r->text, "\n"), r->text);
	if (missing && *lib_folder)
		complain("it must be in the folder that the system's own libraries are in, %s/usr/%s", root, lib_folder);
	return FAILED;
}

/* The file that the entry means in programs of this architecture, from the maps of one that has it
 * loaded; NULL after a complaint. */
static const char *loaded_file(void)
{
	static struct result r;
	const char *entry, *file;
	static char ours[PATH_MAX];

	if (try_plain(&r) != OK)
		return NULL;
	if (named(ours) != OK)
		return NULL;
	entry = objected(r.text);
	if (entry && !is_ours(entry, strlen(entry))) {
		complain("refused: another line of %s%s cannot be preloaded: mend it, or take it out first", root, LIST);
		fprintf(stderr, "%.*s\n", (int)strcspn(r.text, "\n"), r.text);
		return NULL;
	}
	if (entry || (r.status != 0 && *ours)) {
		tell_why("refused: it is in " LIST " already", entry ? entry : ours, &r);
		complain("ashlar-preload disable takes it out");
		return NULL;
	}
	if (r.status != 0) {
		complain("refused: %s%s %s, and that without the library", root, mapped[0], how(r.status));
		return NULL;
	}
	if (!run(mapped, ENTRY, &r))
		return complain("%s cannot be run", mapped[0]), NULL;
	file = mapped_file(r.text, ASHLAR_SONAME);
	if (r.status != 0 || !file || objected(r.text)) {
		tell_why("refused", ENTRY, &r);
		return NULL;
	}
	return file;
}

static int check_program(const char *const argv[])
{
	static struct result without, with;

	if (access(argv[0], X_OK) != 0)
		return OK;
	if (!run(argv, NULL, &without) || !run(argv, ENTRY, &with))
		return complain("%s cannot be run", argv[0]);
	if (with.status != without.status || strcmp(with.text, without.text) != 0) {
		complain("refused: with the library %s %s", argv[0],
			 with.status == without.status ? "does not print what it prints without" : how(with.status));
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

static int folder = -1; /* /etc */

/* What the commands that write begin with; the lock ends with the program. */
static int lock_list(void)
{
	int lock;

	if (geteuid() != 0)
		return complain("%s%s: only root can change it", root, LIST);
	folder = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return complain("%s/etc: %s", root, strerror(errno));
	lock = open(LOCK, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0 && (errno == ENOSPC || errno == EROFS))
		return OK; /* nobody else can write a list, either */
	for (int i = 0; lock >= 0 && i < SECONDS; i++) {
		if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
			unlink(NEW); /* of one that was interrupted */
			return OK;
		}
		if (errno != EWOULDBLOCK)
			break;
		sleep(1);
	}
	return complain("%s%s: %s", root, LOCK, errno == EWOULDBLOCK ? "another ashlar-preload is at work"
								     : strerror(errno));
}

static int not_replaced(void)
{
	return complain("%s%s: %s", root, LIST,
			errno == EBUSY ? "something is mounted on it: unmount it first" : strerror(errno));
}

/* Gives the file SELinux's label of the one that it replaces, or else of the dynamic linker's other file, whose
 * is the same. Where there are none, it goes without. */
static void set_label(int fd)
{
	static const char name[] = "security.selinux";
	char label[256];
	ssize_t n = getxattr(LIST, name, label, sizeof label);

	if (n < 0)
		n = getxattr("/etc/ld.so.cache", name, label, sizeof label);
	if (n > 0)
		(void)!fsetxattr(fd, name, label, (size_t)n, 0);
}

/* What a reader of the file sees is the old list or the new one, whatever happens meanwhile. */
static int write_list(const struct list *l, const struct list *before)
{
	int fd;
	bool ok;

	if (!l->there) {
		if (unlink(LIST) != 0 && errno != ENOENT)
			return not_replaced();
	} else {
		fd = open(NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd >= 0)
			set_label(fd);
		errno = fd < 0 ? errno : ENOSPC; /* which a short write does not tell */
		ok = fd >= 0 && write(fd, l->text, l->len) == (ssize_t)l->len && fchown(fd, 0, 0) == 0 &&
		     fchmod(fd, 0644) == 0 && fsync(fd) == 0;
		if (!ok) {
			complain("%s%s: %s", root, NEW, strerror(errno));
			unlink(NEW);
			return FAILED;
		}
		close(fd);
		if (rename(NEW, LIST) != 0) {
			not_replaced();
			unlink(NEW);
			return FAILED;
		}
		if (before->there && !before->link &&
		    ((before->st.st_mode & 07777) != 0644 || before->st.st_uid || before->st.st_gid))
			printf("note: %s%s had mode %04o and owner %u:%u; now 0644 and root: each program reads it\n",
			       root, LIST, before->st.st_mode & 07777, before->st.st_uid, before->st.st_gid);
	}
	if (fsync(folder) != 0 && errno != EINVAL) /* it cannot be asked of some filesystems */
		return complain("%s/etc: %s", root, strerror(errno));
	return OK;
}

/* ---- commands */

/* Whether programs start with the library, which the list names so. */
static int in_use(const char *entry)
{
	static struct result r;

	if (try_plain(&r) != OK)
		return FAILED;
	if (r.status == 0 && mapped_file(r.text, ASHLAR_SONAME)) {
		puts("enabled");
		if (objected(r.text))
			printf("note: %.*s\n", (int)strcspn(r.text, "\n"), r.text);
		return OK;
	}
	complain("%s%s names the library, but programs do not %s", root, LIST,
		 r.status == 0 ? "start with it" : "run with it: ashlar-preload disable takes it out");
	return tell_why("not in use", entry, &r);
}

static int status(void)
{
	static struct result r;
	static char entry[PATH_MAX];

	if (named(entry) != OK)
		return FAILED;
	if (*entry)
		return in_use(entry);
	if (run(mapped, NULL, &r) && r.status == 0 && mapped_file(r.text, ASHLAR_SONAME)) {
		printf("enabled, but %s%s has no entry of the library's name: another name there leads to it\n", root, LIST);
		return OK;
	}
	puts("not enabled");
	return FAILED;
}

static int enable(void)
{
	static struct list before, after;
	static struct result r;

	if (lock_list() != OK || read_list(&before) != OK)
		return FAILED;
	if (before.what)
		return complain("refused: %s%s is %s: move it away, or unmount it, first", root, LIST, before.what);
	if (before.link && !has_ours(&before))
		return complain("refused: %s%s is a symbolic link: put a copy of the file in its place first (cp -L, "
				"then mv), or write the line %s where it leads", root, LIST, ENTRY);
	if (check() != OK)
		return FAILED;
	if (has_ours(&before))
		return status();
	if (read_list(&after) != OK)
		return FAILED;
	if (!after.there)
		after.text = (char[sizeof ENTRY + 2]){0};
	after.there = true;
	if (after.len && after.text[after.len - 1] != '\n')
		after.text[after.len++] = '\n';
	after.len += (size_t)sprintf(after.text + after.len, "%s\n", ENTRY);
	if (write_list(&after, &before) != OK)
		return FAILED;
	if (!run(mapped, NULL, &r) || r.status != 0 || !mapped_file(r.text, ASHLAR_SONAME)) {
		if (write_list(&before, &after) != OK)
			return complain("%s does not run with it after all, and the line could not be "
					"taken back: ashlar-preload disable", mapped[0]);
		return complain("taken back: %s does not run with it after all", mapped[0]);
	}
	printf("enabled: %s%s names %s; programs that are started from now on use it\n", root, LIST, ENTRY);
	return OK;
}

/* Takes out what is at and what sets it apart; a line that had nothing else goes whole. */
static void take_out(struct list *l, size_t at, size_t len)
{
	size_t end = at + len;

	end += strspn(l->text + end, BLANKS);
	if (end == l->len || l->text[end] == '\n')
		while (at > 0 && is_one_of(BLANKS, l->text[at - 1]))
			at--;
	if (l->text[end] == '\n' && (at == 0 || l->text[at - 1] == '\n'))
		end++;
	memmove(l->text + at, l->text + end, l->len + 1 - end);
	memmove(l->seen + at, l->seen + end, l->len + 1 - end);
	l->len -= end - at;
}

static int disable(void)
{
	static struct list before, after, shorter;
	size_t at, len;

	if (lock_list() != OK || read_list(&before) != OK)
		return FAILED;
	if (!has_ours(&before)) {
		puts("not enabled");
		return OK;
	}
	if (read_list(&after) != OK)
		return FAILED;
	for (at = 0; (len = next_ours(&after, &at)) > 0; at = 0)
		take_out(&after, at, len);
	shorter = after;
	if (look(&shorter) != OK)
		return FAILED;
	if (!same_entries(&after, &shorter)) { /* comments would be none any more: each byte stays at its place */
		after = before;
		for (at = 0; (len = next_ours(&before, &at)) > 0; at += len)
			memset(after.text + at, ' ', len);
	}
	after.there = false; /* if there are but separators and zero bytes */
	for (at = 0; at < after.len; at++)
		after.there |= !strchr(SEPARATORS, after.text[at]);
	if (write_list(&after, &before) != OK)
		return FAILED;
	for (at = 0; (len = next_ours(&before, &at)) > 0; at += len)
		printf("%s%s: taken out: %.*s\n", root, LIST, (int)len, before.seen + at);
	if (before.link)
		printf("note: %s%s was a symbolic link, and is %s now; the file that it led to is as it was\n", root, LIST,
		       after.there ? "a file of its own" : "gone");
	puts("disabled; programs that run go on with it until they end");
	return OK;
}

static int usage(FILE *where)
{
	fputs("usage: ashlar-preload [--root FOLDER] enable | disable | status | check\n"
	      "       ashlar-preload --help | --version\n"
	      "Turn the system-wide use of ashlar on or off: see ashlar-preload(8).\n",
	      where);
	return where == stdout ? OK : USAGE;
}

/* It takes no privilege to stay where one is. */
static int enter(const char *new_root)
{
	struct stat here, there;

	if (stat(new_root, &there) != 0)
		return complain("--root %s: %s", new_root, strerror(errno));
	if (stat("/", &here) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return OK;
	if (chroot(new_root) != 0 || chdir("/") != 0)
		return complain("--root %s: %s", new_root, errno == EPERM ? "only root can go there" : strerror(errno));
	root = new_root;
	return OK;
}

static int command(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*function)(void);
	} commands[] = {{"enable", enable}, {"disable", disable}, {"status", status}, {"check", check}};
	static const struct option options[] = {
		{"root", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	const char *new_root = NULL;

	for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		switch (option) {
		case 'r': new_root = optarg; break;
		case 'h': return usage(stdout);
		case 'v': return puts("ashlar " PACKAGE_VERSION), OK;
		default: return usage(stderr);
		}
	}
	if (optind == argc)
		return complain("no command"), usage(stderr);
	if (optind + 1 < argc)
		return complain("%s: one command at a time", argv[optind + 1]), usage(stderr);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(argv[optind], commands[i].name))
			return new_root && enter(new_root) != OK ? FAILED : commands[i].function();
	return complain("%s: no such command", argv[optind]), usage(stderr);
}

int main(int argc, char **argv)
{
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGCHLD, SIG_DFL); /* who ignores it cannot wait */
	argv[0] = "ashlar-preload"; /* for getopt_long's complaints */
	status = command(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain("standard output cannot be written to"), status == OK ? FAILED : status;
	return status;
}
