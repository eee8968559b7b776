/* Control groups: lines and numbers, and trees of files as hosts and containers have them. */
#include "unit.h"
#include "os/cgroup.h"

#include <ftw.h>
#include <sys/stat.h>

/* ---- text */

START_TEST(test_numbers)
{
	static const struct {
		const char *text;
		uint64_t value;
		const char *rest;
	} cases[] = {
		{"0\n", 0, "\n"},
		{"123456\n", 123456, "\n"},
		{"50000 100000\n", 50000, "100000\n"},
		{"max 100000\n", UINT64_MAX, "100000\n"},
		{"max\n", UINT64_MAX, "\n"},
		{"-1\n", UINT64_MAX, "\n"},
		{"9223372036854771712\n", 9223372036854771712u, "\n"},
		{"18446744073709551609", 18446744073709551609u, ""},
		{"18446744073709551615", UINT64_MAX, ""},
		{"18446744073709551616", UINT64_MAX, ""},
		{"99999999999999999999999999999 7", UINT64_MAX, "7"},
		{"", UINT64_MAX, ""},
		{"garbage", UINT64_MAX, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *end;
		must_f(ash_cgroup_number(cases[i].text, &end) == cases[i].value, "%s", cases[i].text);
		ck_assert_str_eq(end, cases[i].rest);
	}
}
END_TEST

START_TEST(test_the_group_in_each_hierarchy)
{
	static const struct {
		const char *line;
		enum ash_hierarchy h;
		const char *path; /* NULL: not told */
	} cases[] = {
		{"0::/", ASH_CGROUP_V2, "/"},
		{"0::/user.slice/a:b.scope", ASH_CGROUP_V2, "/user.slice/a:b.scope"},
		{"0::/../x", ASH_CGROUP_V2, "/../x"},
		{"1:name=systemd:/", ASH_CGROUP_V2, NULL},
		{"10::/", ASH_CGROUP_V2, NULL},
		{"4:memory:/docker/1", ASH_CGROUP_V1_MEMORY, "/docker/1"},
		{"4:memory:/docker/1", ASH_CGROUP_V1_CPU, NULL},
		{"4:hugetlb,memory:/", ASH_CGROUP_V1_MEMORY, "/"},
		{"2:cpu,cpuacct:/a", ASH_CGROUP_V1_CPU, "/a"},
		{"2:cpuacct,cpu:/a", ASH_CGROUP_V1_CPU, "/a"},
		{"3:cpuset:/a", ASH_CGROUP_V1_CPU, NULL},
		{"3:cpuacct:/a", ASH_CGROUP_V1_CPU, NULL},
		{"0::/cpu", ASH_CGROUP_V1_CPU, NULL},
		{"", ASH_CGROUP_V2, NULL},
		{"0::", ASH_CGROUP_V2, NULL},
		{"0:", ASH_CGROUP_V1_CPU, NULL},
		{"4:memory", ASH_CGROUP_V1_MEMORY, NULL},
		{"4:memory:", ASH_CGROUP_V1_MEMORY, NULL},
		{":::::", ASH_CGROUP_V1_MEMORY, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *path = ash_cgroup_path_in(cases[i].line, cases[i].h);
		must_f(!path == !cases[i].path, "%s", cases[i].line);
		if (path)
			ck_assert_str_eq(path, cases[i].path);
	}
}
END_TEST

#define V2(root, point) "30 24 0:26 " root " " point " rw,nosuid,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate"
#define V1(root, point, controllers) "31 24 0:27 " root " " point " rw - cgroup cgroup rw," controllers

START_TEST(test_the_folder_of_a_group)
{
	static const struct {
		const char *line;
		enum ash_hierarchy h;
		const char *path, *dir; /* NULL: none */
		size_t mount_len;
	} cases[] = {
		{V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/", "/sys/fs/cgroup", 14},
		{V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/a/b", "/sys/fs/cgroup/a/b", 14},
		{V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V1_CPU, "/a/b", NULL, 0},
		/* a part of the hierarchy is mounted */
		{V2("/docker/1", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/docker/1", "/sys/fs/cgroup", 14},
		{V2("/docker/1", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/docker/1/in", "/sys/fs/cgroup/in", 14},
		{V2("/docker/1", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/docker/12", NULL, 0},
		{V2("/docker/1", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/docker", NULL, 0},
		/* outside of the namespace, where nothing can be seen; or seen by this mount */
		{V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/..", NULL, 0},
		{V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/../x", NULL, 0},
		{V2("/..", "/mnt"), ASH_CGROUP_V2, "/../x", "/mnt/x", 4},
		{V2("/..", "/mnt"), ASH_CGROUP_V2, "/", NULL, 0},
		/* version 1 */
		{V1("/", "/c/mem", "memory"), ASH_CGROUP_V1_MEMORY, "/a", "/c/mem/a", 6},
		{V1("/", "/c/mem", "memory"), ASH_CGROUP_V2, "/a", NULL, 0},
		{V1("/", "/c/cpu", "cpu,cpuacct"), ASH_CGROUP_V1_CPU, "/a", "/c/cpu/a", 6},
		{V1("/", "/c/cpu", "cpuacct"), ASH_CGROUP_V1_CPU, "/a", NULL, 0},
		{V1("/", "/c/cpu", "cpuset"), ASH_CGROUP_V1_CPU, "/a", NULL, 0},
		{V1("/", "/c/s", "xattr,name=systemd"), ASH_CGROUP_V1_MEMORY, "/a", NULL, 0},
		/* names with blanks */
		{V2("/", "/my\\040groups"), ASH_CGROUP_V2, "/a", "/my groups/a", 10},
		/* systemd's own backslashes, which only mountinfo escapes */
		{V2("/", "/c"), ASH_CGROUP_V2, "/app-a\\x2db.scope", "/c/app-a\\x2db.scope", 2},
		{V2("/app\\134x2d1", "/c"), ASH_CGROUP_V2, "/app\\x2d1/in", "/c/in", 2},
		{V2("/", "/c\\04"), ASH_CGROUP_V2, "/a", "/c\\04/a", 5},
		/* no optional field, several, and lines that are none */
		{"30 24 0:26 / /c rw - cgroup2 c rw", ASH_CGROUP_V2, "/a", "/c/a", 2},
		{"30 24 0:26 / /c rw shared:1 master:2 - cgroup2 c rw", ASH_CGROUP_V2, "/a", "/c/a", 2},
		{"30 24 0:26 / /c rw shared:1 cgroup2 c rw", ASH_CGROUP_V2, "/a", NULL, 0},
		{"30 24 0:26 / /c rw - tmpfs cgroup2 rw", ASH_CGROUP_V2, "/a", NULL, 0},
		{"30 24 0:26 / /c rw -", ASH_CGROUP_V2, "/a", NULL, 0},
		{"30 24 0:26", ASH_CGROUP_V2, "/a", NULL, 0},
		{"30", ASH_CGROUP_V2, "/a", NULL, 0},
		{"", ASH_CGROUP_V2, "/a", NULL, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char dir[100];
		size_t n = ash_cgroup_folder(cases[i].line, cases[i].h, cases[i].path, dir, sizeof dir);
		must_f(n == cases[i].mount_len, "%s, %s: %zu", cases[i].line, cases[i].path, n);
		if (n)
			ck_assert_str_eq(dir, cases[i].dir);
	}
}
END_TEST

START_TEST(test_a_folder_for_which_there_is_no_room)
{
	char dir[32];
	memset(dir, 'x', sizeof dir);
	ck_assert_uint_eq(ash_cgroup_folder(V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/abcde", dir, 22), 14);
	ck_assert_uint_eq(ash_cgroup_folder(V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/abcdef", dir, 21), 0);
	ck_assert_uint_eq(ash_cgroup_folder(V2("/", "/sys/fs/cgroup"), ASH_CGROUP_V2, "/", dir, 14), 0);
	ck_assert_int_eq(dir[22], 'x');
}
END_TEST

/* ---- files */

static char root[64];

static void begin(void)
{
	snprintf(root, sizeof root, "/tmp/test_cgroup.XXXXXX");
	must(mkdtemp(root));
}

static int remove_one(const char *name, const struct stat *st, int flag, struct FTW *where)
{
	(void)st, (void)flag, (void)where;
	return remove(name);
}

static void end(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Text in a file below the root, whose folders are made. */
static void put_file(const char *name, const char *text)
{
	char path[2048];
	int n = snprintf(path, sizeof path, "%s%s", root, name);
	must(n > 0 && (size_t)n < sizeof path);
	for (char *s = path + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(path, 0755);
		*s = '/';
	}
	FILE *f = fopen(path, "w");
	must_f(f && fputs(text, f) >= 0 && fclose(f) == 0, "%s", path);
}

static struct ash_cgroup group(void)
{
	struct ash_cgroup g = ASH_CGROUP_NONE;
	ash_cgroup_read(root, &g);
	return g;
}

#define MAX_MEMORY SIZE_MAX
#define MAX_CPUS   UINT_MAX
#define V2_HOST    "24 1 8:1 / / rw - ext4 /dev/sda1 rw\n" V2("/", "/sys/fs/cgroup") "\n"

static void need_group(size_t memory, unsigned cpus)
{
	struct ash_cgroup g = group();
	ck_assert_uint_eq(g.memory, memory);
	ck_assert_uint_eq(g.cpus, cpus);
}

START_TEST(test_without_files_there_is_no_limit)
{
	need_group(MAX_MEMORY, MAX_CPUS);
	put_file("/proc/self/cgroup", "0::/a\n");
	need_group(MAX_MEMORY, MAX_CPUS);
	put_file("/proc/self/mountinfo", V2_HOST);
	need_group(MAX_MEMORY, MAX_CPUS);
}
END_TEST

START_TEST(test_the_smallest_limit_on_the_way_up_counts)
{
	put_file("/proc/self/cgroup", "0::/a/b/c\n");
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/a/memory.max", "90000000\n");
	put_file("/sys/fs/cgroup/a/b/memory.max", "50000000\n");
	put_file("/sys/fs/cgroup/a/b/c/memory.max", "70000000\n");
	put_file("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
	put_file("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
	put_file("/sys/fs/cgroup/other/memory.max", "1\n");
	need_group(50000000, 2);
	put_file("/sys/fs/cgroup/a/b/memory.high", "40000000\n");
	need_group(40000000, 2);
	put_file("/sys/fs/cgroup/memory.max", "30000000\n"); /* a container sees its own limit at the top */
	put_file("/sys/fs/cgroup/cpu.max", "10000 100000\n");
	need_group(30000000, 1);
}
END_TEST

START_TEST(test_max_is_no_limit)
{
	put_file("/proc/self/cgroup", "0::/a\n");
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/a/memory.max", "max\n");
	put_file("/sys/fs/cgroup/a/memory.high", "max\n");
	put_file("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
	need_group(MAX_MEMORY, MAX_CPUS);
}
END_TEST

START_TEST(test_in_a_container_with_a_namespace)
{
	put_file("/proc/self/cgroup", "0::/\n");
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/memory.max", "536870912\n");
	put_file("/sys/fs/cgroup/cpu.max", "250000 100000\n");
	need_group(536870912, 3);
}
END_TEST

START_TEST(test_in_a_container_that_sees_a_part)
{
	put_file("/proc/self/cgroup", "5:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/docker/1\n0::/docker/1\n");
	put_file("/proc/self/mountinfo", V1("/docker/1", "/sys/fs/cgroup/memory", "memory") "\n" V1("/docker/1",
						 "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct") "\n");
	put_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n");
	put_file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
	put_file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	need_group(67108864, 1);
}
END_TEST

START_TEST(test_both_versions_together)
{
	put_file("/proc/self/cgroup", "4:memory:/m\n1:cpu:/c\n0::/u\n");
	put_file("/proc/self/mountinfo", V1("/", "/cg/memory", "memory") "\n" V2("/", "/cg/unified") "\n" V1("/",
						 "/cg/cpu", "cpu") "\n");
	put_file("/cg/memory/m/memory.limit_in_bytes", "9223372036854771712\n");
	put_file("/cg/memory/m/memory.soft_limit_in_bytes", "9223372036854771712\n");
	put_file("/cg/cpu/c/cpu.cfs_quota_us", "-1\n");
	put_file("/cg/cpu/c/cpu.cfs_period_us", "100000\n");
	need_group(MAX_MEMORY, MAX_CPUS);
	put_file("/cg/memory/m/memory.soft_limit_in_bytes", "80000000\n");
	put_file("/cg/cpu/cpu.cfs_quota_us", "300001\n");
	put_file("/cg/cpu/cpu.cfs_period_us", "100000\n");
	need_group(80000000, 4);
	put_file("/cg/unified/u/memory.max", "60000000\n");
	put_file("/cg/unified/cpu.max", "100000 100000\n");
	need_group(60000000, 1);
}
END_TEST

START_TEST(test_a_group_outside_of_the_namespace_has_no_limit_we_know)
{
	put_file("/proc/self/cgroup", "0::/../x\n");
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/memory.max", "1000000\n");
	put_file("/sys/fs/x/memory.max", "2000000\n");
	need_group(MAX_MEMORY, MAX_CPUS);
}
END_TEST

START_TEST(test_garbage_is_no_limit)
{
	static const char *const texts[] = {"", "\n", "x\n", "-5\n", "0\n", "\377\376\n", "maximum"};
	put_file("/proc/self/cgroup", "\n\n:\n::::\n0::/a\nrubbish");
	put_file("/proc/self/mountinfo", "\n- - -\n" V2_HOST "rubbish");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		put_file("/sys/fs/cgroup/a/memory.max", texts[i]);
		put_file("/sys/fs/cgroup/a/cpu.max", texts[i]);
		need_group(MAX_MEMORY, MAX_CPUS);
	}
	put_file("/sys/fs/cgroup/a/cpu.max", "100000\n");
	need_group(MAX_MEMORY, MAX_CPUS);
	put_file("/sys/fs/cgroup/a/cpu.max", "100000 0\n");
	need_group(MAX_MEMORY, MAX_CPUS);
}
END_TEST

START_TEST(test_long_lines_are_passed_over)
{
	for (size_t n = 1; n < 20000; n = n < 2100 && n > 1900 ? n + 1 : n * 3 / 2 + 1) {
		char *text = calloc(1, n + 1000);
		memset(text, 'l', n);
		strcpy(text + n, "\n0::/a");
		put_file("/proc/self/cgroup", text);
		strcpy(text + n, "\n" V2_HOST);
		put_file("/proc/self/mountinfo", text);
		free(text);
		put_file("/sys/fs/cgroup/a/memory.max", "7000000\n");
		struct ash_cgroup g = group();
		/* "0::/a" does not end with a newline: then it is no line */
		must_f(g.memory == MAX_MEMORY, "%zu", n);
		text = calloc(1, n + 1000);
		memset(text, 'l', n);
		strcpy(text + n, "\n0::/a\n");
		put_file("/proc/self/cgroup", text);
		free(text);
		g = group();
		must_f(g.memory == 7000000, "%zu: %zu", n, g.memory);
	}
}
END_TEST

START_TEST(test_a_path_that_is_too_long_is_no_limit)
{
	char text[3000] = "0::/";
	memset(text + 4, 'p', 1500);
	strcat(text, "\n");
	put_file("/proc/self/cgroup", text);
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/memory.max", "7000000\n");
	need_group(MAX_MEMORY, MAX_CPUS);
}
END_TEST

START_TEST(test_no_file_stays_open)
{
	int before = dup(0), after;
	close(before);
	put_file("/proc/self/cgroup", "0::/a\n");
	put_file("/proc/self/mountinfo", V2_HOST);
	put_file("/sys/fs/cgroup/a/memory.max", "7000000\n");
	need_group(7000000, MAX_CPUS);
	after = dup(0);
	close(after);
	ck_assert_int_eq(before, after);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_numbers,
		test_the_group_in_each_hierarchy,
		test_the_folder_of_a_group,
		test_a_folder_for_which_there_is_no_room,
	};
	const TTest *const with_files[] = {
		test_without_files_there_is_no_limit,
		test_the_smallest_limit_on_the_way_up_counts,
		test_max_is_no_limit,
		test_in_a_container_with_a_namespace,
		test_in_a_container_that_sees_a_part,
		test_both_versions_together,
		test_a_group_outside_of_the_namespace_has_no_limit_we_know,
		test_garbage_is_no_limit,
		test_long_lines_are_passed_over,
		test_a_path_that_is_too_long_is_no_limit,
		test_no_file_stays_open,
	};
	Suite *suite = suite_create("cgroup");
	TCase *text = tcase_create("text"), *files = tcase_create("files");
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(text, tests[i]);
	tcase_add_checked_fixture(files, begin, end);
	for (size_t i = 0; i < ARRAY_LEN(with_files); i++)
		tcase_add_test(files, with_files[i]);
	suite_add_tcase(suite, text);
	suite_add_tcase(suite, files);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
