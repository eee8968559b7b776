/* Options: what is understood, what is refused, and what the user is told. */
#include "unit.h"
#include "os/conf.h"
#include "os/conf_file.h"

/* What ash_conf_parse() says about the options, and what it made of them. */
struct outcome {
	struct ash_conf conf;
	struct child child;
};

static struct ash_conf *result; /* shared with the child */

static void parse_as(const char *options, enum ash_conf_dialect dialect)
{
	ash_conf_parse(options, strlen(options), &(struct ash_conf_from){"test", 0, dialect});
	*result = ash_conf;
}

static void parse(void *options)
{
	parse_as(options, ASH_CONF_OURS);
}

static void parse_program(void *options)
{
	parse_as(options, ASH_CONF_PROGRAM);
}

static void parse_jemallocs(void *options)
{
	parse_as(options, ASH_CONF_JEMALLOC);
}

static struct outcome run(void (*body)(void *), const char *options)
{
	struct outcome o;
	result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(result != MAP_FAILED);
	o.child = run_in_child(body, (void *)(uintptr_t)options);
	o.conf = *result;
	munmap(result, sizeof *result);
	return o;
}

/* Understood without a word. */
static struct ash_conf accepted(const char *options)
{
	struct outcome o = run(parse, options);
	must_f(exited_with(&o.child, 0), "%s", options);
	must_f(o.child.err[0] == '\0', "%s: %s", options, o.child.err);
	return o.conf;
}

/* Refused with one line that names the place and the piece; what went before and comes after is
 * in force. */
static void refused(const char *piece, const char *why)
{
	char options[1024], expected[1200];
	snprintf(options, sizeof options, "narenas:7,%s,tcache:false", piece);
	snprintf(expected, sizeof expected, "ashlar: test: %s: %s\n", why, piece);
	struct outcome o = run(parse, options);
	must_f(exited_with(&o.child, 0), "%s", options);
	must_f(strcmp(o.child.err, expected) == 0, "%s: %s", options, o.child.err);
	must_f(o.conf.narenas == 7 && !o.conf.tcache, "%s", options);
	must_f(o.conf.dirty_decay_ms == ash_conf.dirty_decay_ms, "%s", options);
}

START_TEST(test_defaults_are_the_documented_ones)
{
	ck_assert_uint_eq(ash_conf.narenas, 0);
	ck_assert_int_eq(ash_conf.dirty_decay_ms, 200);
	ck_assert(ash_conf.tcache);
	ck_assert(
		!ash_conf.stats_print && !ash_conf.confirm_conf && !ash_conf.abort_conf);
}
END_TEST

START_TEST(test_every_option_is_understood)
{
	struct ash_conf c =
		accepted("narenas:4,dirty_decay_ms:1000,tcache:false,stats_print:true,"
			 "confirm_conf:true,abort_conf:true,madvise:false,standdown:true");
	ck_assert_uint_eq(c.narenas, 4);
	ck_assert_int_eq(c.dirty_decay_ms, 1000);
	ck_assert(!c.tcache && !c.madvise);
	ck_assert(c.stats_print && c.confirm_conf && c.abort_conf && c.standdown);
	c = accepted("tcache:false,tcache:true,stats_print:false");
	ck_assert(c.tcache && !c.stats_print);
}
END_TEST

START_TEST(test_numbers_reach_their_limits)
{
	ck_assert_int_eq(accepted("dirty_decay_ms:-1").dirty_decay_ms, -1);
	ck_assert_int_eq(accepted("dirty_decay_ms:0").dirty_decay_ms, 0);
	ck_assert_int_eq(accepted("dirty_decay_ms:2147483647").dirty_decay_ms, INT32_MAX);
	ck_assert_int_eq(
		accepted("dirty_decay_ms:0000000000000000000005").dirty_decay_ms, 5);
	ck_assert_uint_eq(accepted("narenas:0").narenas, 0);
	ck_assert_uint_eq(accepted("narenas:256").narenas, 256);
}
END_TEST

START_TEST(test_limits_are_bytes_or_a_share)
{
	static const struct {
		const char *value;
		int64_t limit;
	} good[] = {
		{"0", 0},
		{"1", 1},
		{"1048577", 1048577},
		{"3K", 3 << 10},
		{"500M", 500 << 20},
		{"500m", 500 << 20},
		{"1G", 1 << 30},
		{"cgroup", -90},
		{"cgroup:1%", -1},
		{"cgroup:80%", -80},
		{"cgroup:100%", -100},
	};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		char options[64];
		snprintf(options, sizeof options, "limit_soft:%s", good[i].value);
		struct ash_conf c = accepted(options);
		must_f(c.limit_soft == good[i].limit, "%s", good[i].value);
		must(!c.limit_hard && !c.container);
	}
	ck_assert_int_eq(accepted("limit_hard:cgroup").limit_hard, -95);
	ck_assert_int_eq(accepted("limit_hard:7M").limit_hard, 7 << 20);
	if (sizeof(size_t) == 8)
		ck_assert_int_eq(accepted("limit_hard:2T").limit_hard, (int64_t)2 << 40);
	ck_assert(accepted("container:true").container);
}
END_TEST

START_TEST(test_sizes_may_have_a_suffix)
{
	ck_assert_uint_eq(accepted("tcache_max:4k").tcache_max, 4096);
	ck_assert_uint_eq(accepted("tcache_max:1M").tcache_max, MIB);
	refused("narenas:1K", "bad value");
	refused("stats_interval:1K", "bad value");
}
END_TEST

START_TEST(test_bad_limits_are_named)
{
	static const char *const pieces[] = {
		"limit_soft:", "limit_soft:K", "limit_soft:-1", "limit_soft:+1", "limit_soft: 1",
		"limit_soft:1 ", "limit_soft:1KK", "limit_soft:1KB", "limit_soft:1.5G",
		"limit_soft:18446744073709551616", "limit_soft:18014398509481984K",
		"limit_soft:99999999999T", "limit_soft:80%", "limit_hard:c", "limit_hard:cgrou",
		"limit_hard:cgroup:", "limit_hard:cgroup:%", "limit_hard:cgroup:80",
		"limit_hard:cgroup:0%", "limit_hard:cgroup:101%", "limit_hard:cgroup:-1%",
		"limit_hard:cgroup80%", "limit_hard:cgroups", "limit_hard:cgroup:80%%",
		"limit_hard:cgroup:80%M", "limit_hard:cgroup:cgroup", "limit_hard:max", "container:1",
	};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		refused(pieces[i], "bad value");
}
END_TEST

START_TEST(test_of_the_same_option_the_last_one_counts)
{
	ck_assert_uint_eq(accepted("narenas:1,narenas:2,narenas:3").narenas, 3);
}
END_TEST

START_TEST(test_empty_pieces_mean_nothing)
{
	static const char *const strings[] = {
		"", ",", ",,,,", ",narenas:0,", "narenas:0,,"};
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		ck_assert_uint_eq(accepted(strings[i]).narenas, 0);
}
END_TEST

START_TEST(test_unknown_options_are_named)
{
	static const char *const pieces[] = {"backgroundthread:true", "narenasx:1",
		"narena:1", "NARENAS:1", " narenas:1", ":1", ":", "narenas :1"};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		refused(pieces[i], "unknown option");
}
END_TEST

START_TEST(test_bad_values_are_named)
{
	static const char *const pieces[] = {
		"dirty_decay_ms:",
		"dirty_decay_ms:-",
		"dirty_decay_ms:-2",
		"dirty_decay_ms:1x",
		"dirty_decay_ms:0x10",
		"dirty_decay_ms:2147483648",
		"dirty_decay_ms:99999999999999999999999999",
		"dirty_decay_ms:+1",
		"dirty_decay_ms: 1",
		"dirty_decay_ms:1 ",
		"dirty_decay_ms:1:2",
		"dirty_decay_ms:18446744073709551617",
		"narenas:257",
		"narenas:-1",
		"narenas:4294967297",
		"stats_print:",
		"stats_print:1",
		"stats_print:TRUE",
		"stats_print:truee",
		"stats_print:tru",
		"stats_print:yes",
	};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		refused(pieces[i], "bad value");
}
END_TEST

START_TEST(test_options_without_a_value_are_named)
{
	refused("dirty_decay_ms", "option without a value");
	refused("x", "option without a value");
	refused(" ", "option without a value");
}
END_TEST

START_TEST(test_a_very_long_option_is_cut_in_the_message_and_refused)
{
	static char options[100000];
	memset(options, 'a', sizeof options - 1);
	memcpy(options + sizeof options - 12, ",narenas:11", 12);
	struct outcome o = run(parse, options);
	must(exited_with(&o.child, 0));
	must(o.conf.narenas == 11);
	must(strncmp(o.child.err, "ashlar: test: option without a value: aaaa", 42) == 0);
	must(strlen(o.child.err) < 256);
	must(o.child.err[strlen(o.child.err) - 1] == '\n');
}
END_TEST

START_TEST(test_each_wrong_option_gets_a_line_of_its_own)
{
	struct outcome o = run(parse, "one,two:2,narenas:three");
	ck_assert_str_eq(o.child.err, "ashlar: test: option without a value: one\n"
				      "ashlar: test: unknown option: two:2\n"
				      "ashlar: test: bad value: narenas:three\n");
}
END_TEST

START_TEST(test_abort_conf_stops_at_the_first_wrong_option)
{
	struct outcome o = run(parse, "abort_conf:true,one:1,two:2");
	must(died_of(&o.child, SIGABRT));
	ck_assert_str_eq(o.child.err, "ashlar: test: unknown option: one:1\n");
	o = run(parse, "abort_conf:true,narenas:1");
	must(exited_with(&o.child, 0));
}
END_TEST

START_TEST(test_control_characters_are_not_printed)
{
	struct outcome o = run(parse, "x\033[31m\n:1");
	ck_assert_str_eq(o.child.err, "ashlar: test: unknown option: x?[31m?:1\n");
}
END_TEST

START_TEST(test_words_numbers_and_letters_are_understood)
{
	struct ash_conf c = accepted(
		"junk:free,zero:true,xmalloc:true,zero_realloc:abort,thp:never,tcache_max:4096,"
		"stats_interval:1073741824,stats_interval_opts:Ja,stats_print_opts:mmmmmmmmmmmmJmgxbla,"
		"abort:true,perturb:255,retain:true,percpu_arena:disabled,background_thread:false,"
		"prof:false,metadata_thp:disabled");
	ck_assert_uint_eq(c.junk, ASH_JUNK_FREE);
	ck_assert(c.zero && c.xmalloc && c.abort && c.retain);
	ck_assert_uint_eq(c.zero_realloc, ASH_ZERO_REALLOC_ABORT);
	ck_assert_uint_eq(c.thp, ASH_THP_NEVER);
	ck_assert_uint_eq(c.tcache_max, 4096);
	ck_assert_int_eq(c.stats_interval, 1073741824);
	ck_assert_str_eq(c.stats_interval_opts, "Ja");
	ck_assert_str_eq(c.stats_print_opts, "mJgxbla");
	ck_assert_uint_eq(c.perturb, 255);
	ck_assert_uint_eq(accepted("junk:true").junk, ASH_JUNK_ALLOC | ASH_JUNK_FREE);
	ck_assert_uint_eq(accepted("junk:alloc").junk, ASH_JUNK_ALLOC);
	ck_assert_uint_eq(accepted("junk:true,junk:false").junk, 0);
	ck_assert_uint_eq(accepted("thp:always").thp, ASH_THP_ALWAYS);
	ck_assert_uint_eq(accepted("zero_realloc:alloc").zero_realloc, ASH_ZERO_REALLOC_ALLOC);
	ck_assert_str_eq(accepted("stats_print_opts:J,stats_print_opts:").stats_print_opts, "");
	ck_assert_int_eq(accepted("stats_interval:9,stats_interval:-1").stats_interval, -1);
}
END_TEST

START_TEST(test_lg_tcache_max_is_tcache_max)
{
	ck_assert_uint_eq(accepted("lg_tcache_max:0").tcache_max, 1);
	ck_assert_uint_eq(accepted("lg_tcache_max:13").tcache_max, 8192);
	refused(sizeof(size_t) == 8 ? "lg_tcache_max:63" : "lg_tcache_max:31", "bad value");
}
END_TEST

START_TEST(test_bad_words_and_letters_are_named)
{
	static const char *const pieces[] = {"junk:", "junk:tru", "junk:truee", "junk:both", "thp:true",
		"zero_realloc:null", "stats_print_opts:Jz", "stats_interval:-2", "perturb:256",
		"tcache_max:-1", "metadata_thp:never", "percpu_arena:true", "background_thread:1",
		"tcache_max:9223372036854775808"};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		refused(pieces[i], "bad value");
}
END_TEST

START_TEST(test_what_is_not_supported_is_said_to_be_so)
{
	static const char *const pieces[] = {"background_thread:true", "prof:true", "retain:false",
		"percpu_arena:percpu", "metadata_thp:auto", "metadata_thp:always"};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		refused(pieces[i], "not supported");
}
END_TEST

START_TEST(test_muzzy_decay_is_accepted_and_stays_zero)
{
	ck_assert_int_eq(accepted("muzzy_decay_ms:5000").muzzy_decay_ms, 0);
	ck_assert_int_eq(accepted("muzzy_decay_ms:-1").muzzy_decay_ms, 0);
	refused("muzzy_decay_ms:x", "bad value");
}
END_TEST

START_TEST(test_what_jemalloc_alone_knows_is_left_to_it)
{
	static const char options[] = "hpa:true,utrace:x,background_thread:true,bin_shards:1-2:3,narenas:7,"
				      "retain:false,prof:true,lg_prof_sample:19";
	void (*const dialects[])(void *) = {parse_jemallocs, parse_program};
	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		struct outcome o = run(dialects[i], options);
		must(exited_with(&o.child, 0));
		ck_assert_str_eq(o.child.err, "");
		ck_assert_uint_eq(o.conf.narenas, 7);
		ck_assert(!o.conf.background_thread && o.conf.retain);
		o = run(dialects[i], "hp:true,utrace,narenas:x,lg_prof_samples:1,log :1,:1");
		ck_assert_str_eq(o.child.err, "ashlar: test: unknown option: hp:true\n"
					      "ashlar: test: option without a value: utrace\n"
					      "ashlar: test: bad value: narenas:x\n"
					      "ashlar: test: unknown option: lg_prof_samples:1\n"
					      "ashlar: test: unknown option: log :1\n"
					      "ashlar: test: unknown option: :1\n");
	}
	refused("hpa:true", "unknown option"); /* in ASHLAR_CONF */
}
END_TEST

START_TEST(test_our_own_keys_are_none_of_jemallocs)
{
	struct outcome o = run(parse_jemallocs, "standdown:true,madvise:false");
	ck_assert_str_eq(o.child.err, "ashlar: test: unknown option: standdown:true\n"
				      "ashlar: test: unknown option: madvise:false\n");
	ck_assert(!o.conf.standdown && o.conf.madvise);
	o = run(parse_program, "standdown:true,madvise:false");
	ck_assert_str_eq(o.child.err, "");
	ck_assert(o.conf.standdown && !o.conf.madvise);
}
END_TEST

/* ---- what others are told */

START_TEST(test_every_option_can_be_read_sorted_by_name)
{
	ck_assert_uint_gt(ash_conf_count(), 20);
	for (size_t i = 0; i < ash_conf_count(); i++) {
		struct ash_conf_value v = ash_conf_get(i);
		must(v.name[0] && strlen(v.name) < 20);
		must_f((v.type == ASH_CONF_STRING) == (v.text != NULL), "%s", v.name);
		must_f(i == 0 || strcmp(ash_conf_get(i - 1).name, v.name) < 0, "%s", v.name);
	}
}
END_TEST

/* What is read, said again, is accepted and changes nothing. */
START_TEST(test_what_is_read_can_be_said)
{
	ash_conf.junk = ASH_JUNK_FREE;
	ash_conf.thp = ASH_THP_NEVER;
	ash_conf.stats_interval = 12345;
	for (size_t i = 0; i < ash_conf_count(); i++) {
		struct ash_conf_value v = ash_conf_get(i);
		char option[100];
		if (v.type == ASH_CONF_STRING)
			snprintf(option, sizeof option, "%s:%s", v.name, v.text);
		else if (v.type == ASH_CONF_BOOL)
			snprintf(option, sizeof option, "%s:%s", v.name, v.number ? "true" : "false");
		else
			snprintf(option, sizeof option, "%s:%lld", v.name, (long long)v.number);
		struct ash_conf c = accepted(option);
		must_f(memcmp(&c, &ash_conf, sizeof c) == 0, "%s", option);
	}
}
END_TEST

/* ---- files */

struct text {
	const char *text;
	struct ash_conf_program program;
};

static void parse_file(void *arg)
{
	const struct text *t = arg;
	ash_conf_file_parse(t->text, strlen(t->text), "file", &t->program);
	*result = ash_conf;
}

static struct outcome run_file(const char *text, const char *file, const char *called)
{
	struct text t = {text, {file, called}};
	return run(parse_file, (const char *)&t);
}

START_TEST(test_a_file_takes_blanks_comments_and_both_separators)
{
	struct outcome o = run_file("# a comment\n"
				    "\n"
				    "  narenas : 3\t# as many\r\n"
				    "\tdirty_decay_ms=7 , tcache = false,,\r\n"
				    "#narenas:9\n"
				    "stats_print:true", NULL, NULL);
	ck_assert_str_eq(o.child.err, "");
	ck_assert_uint_eq(o.conf.narenas, 3);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 7);
	ck_assert(!o.conf.tcache && o.conf.stats_print);
}
END_TEST

START_TEST(test_reports_about_a_file_name_the_line)
{
	struct outcome o = run_file("\n#\nnonsense\nnarenas=1,foo=2\n\nnarenas = x\nhpa:true\n", NULL, NULL);
	ck_assert_str_eq(o.child.err, "ashlar: file:3: option without a value: nonsense\n"
				      "ashlar: file:4: unknown option: foo=2\n"
				      "ashlar: file:6: bad value: narenas = x\n"
				      "ashlar: file:7: unknown option: hpa:true\n");
	ck_assert_uint_eq(o.conf.narenas, 1);
}
END_TEST

/* Which of a program's names a section fits. */
START_TEST(test_sections_hold_for_the_programs_that_they_name)
{
	static const struct {
		const char *section, *file, *called;
		bool fits;
	} cases[] = {
		{"[*]", NULL, NULL, true},
		{"[ * ]", "/bin/a", "a", true},
		{"[redis]", "/usr/bin/redis", NULL, true},
		{"[redis]", "/usr/bin/redis-check", "/usr/bin/redis", true},
		{"[redis]", "/usr/bin/redis-check", "redis", true},
		{"[redis]", "/usr/bin/redis-check", "./redis", true},
		{"[redis]", "/usr/bin/redis-check", "redis-check", false},
		{"[redis]", "/usr/bin/redi", "/usr/redis/", false},
		{"[redis]", NULL, NULL, false},
		{"[\tredis\t]  # that one", "/redis", NULL, true},
		{"[/usr/bin/redis]", "/usr/bin/redis", NULL, true},
		{"[/usr/bin/redis]", "/usr/bin/other", "/usr/bin/redis", true},
		{"[/usr/bin/redis]", "/usr/bin/redis2", "redis", false},
		{"[/usr/bin/redis]", "/usr/bin/redi", "redis", false},
		{"[/redis]", "/usr/bin/redis", "redis", false},
		{"[bin/redis]", "/usr/bin/redis", NULL, false},
		{"[redis*]", "/usr/bin/redis", NULL, false},
		{"[Redis]", "/usr/bin/redis", NULL, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[200];
		snprintf(text, sizeof text, "narenas:1\n%s\nnarenas:2\n", cases[i].section);
		struct outcome o = run_file(text, cases[i].file, cases[i].called);
		must_f(o.child.err[0] == '\0', "%s: %s", cases[i].section, o.child.err);
		must_f(o.conf.narenas == (cases[i].fits ? 2 : 1), "%s: %s, %s", cases[i].section,
			cases[i].file, cases[i].called);
	}
}
END_TEST

START_TEST(test_all_sections_that_fit_apply_in_order)
{
	const char *text = "narenas:1\n[a]\nnarenas:2\ndirty_decay_ms:5\n[b]\nnarenas:3\ntcache:false\n"
			   "[*]\nnarenas:4\n[/bin/a]\nstats_print:true\n";
	struct outcome o = run_file(text, "/bin/a", NULL);
	ck_assert_uint_eq(o.conf.narenas, 4);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 5);
	ck_assert(o.conf.tcache && o.conf.stats_print);
}
END_TEST

START_TEST(test_a_bad_section_is_named_and_holds_for_nobody)
{
	static const char *const bad[] = {"[", "[]", "[ ]", "[a", "[*", "[a] b", "[a]:narenas:2"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char text[200], expected[200];
		snprintf(text, sizeof text, "narenas:1\n%s\nnarenas:2\n[*]\ntcache:false", bad[i]);
		snprintf(expected, sizeof expected, "ashlar: file:2: bad section: %s\n", bad[i]);
		struct outcome o = run_file(text, "/bin/a", NULL);
		ck_assert_str_eq(o.child.err, expected);
		must(o.conf.narenas == 1 && !o.conf.tcache);
	}
}
END_TEST

/* ---- where they are read from */

static char *environment[8];

static void read_environment(void *value)
{
	char buf[256];
	char *e[] = {
		(char[]){"ASHLAR_CON=narenas:1"},
		(char[]){"ASHLAR_CONFX=narenas:2"},
		(char[]){"XASHLAR_CONF=narenas:3"},
		(char[]){"ASHLAR_CONF"},
		buf,
		(char[]){"ASHLAR_CONF=narenas:5"},
		NULL,
	};
	snprintf(buf, sizeof buf, "ASHLAR_CONF=%s", (char *)value);
	ash_os.secure = false;
	ash_conf_read(e, NULL, NULL);
	*result = ash_conf;
}

START_TEST(test_the_environment_is_read)
{
	struct outcome o = run(read_environment, "narenas:4,tcache:false");
	must(exited_with(&o.child, 0) && o.child.err[0] == '\0');
	ck_assert_uint_eq(o.conf.narenas, 4);
	ck_assert(!o.conf.tcache);
}
END_TEST

START_TEST(test_messages_name_the_variable)
{
	struct outcome o = run(read_environment, "narenas:x");
	ck_assert_str_eq(o.child.err, "ashlar: ASHLAR_CONF: bad value: narenas:x\n");
}
END_TEST

static void read_nothing(void *unused)
{
	char *empty[] = {NULL};
	(void)unused;
	ash_os.secure = false;
	ash_conf_read(empty, NULL, NULL);
	ash_conf_read(NULL, NULL, NULL);
	*result = ash_conf;
}

START_TEST(test_without_an_environment_the_builds_defaults_hold)
{
#ifdef ASHLAR_CONF_DEFAULT
	const char *built_in = ASHLAR_CONF_DEFAULT;
#else
	const char *built_in = "";
#endif
	struct ash_conf expected = accepted(built_in);
	struct outcome o = run(read_nothing, "");
	must(exited_with(&o.child, 0) && o.child.err[0] == '\0');
	must(memcmp(&o.conf, &expected, sizeof expected) == 0);
}
END_TEST

/* environment[], with 64 CPUs */
static void read_all(void *harder)
{
	ash_os.secure = false;
	ash_os.cpus = 64;
	ash_conf_read(environment, "narenas:1,dirty_decay_ms:1,muzzy_decay_ms:1,tcache:true,perturb:0", harder);
	*result = ash_conf;
}

static struct outcome read_with(const char *first, const char *second, const char *third, const char *harder)
{
	const char *const all[] = {first, second, third};
	memset(environment, 0, sizeof environment);
	for (size_t i = 0; i < 3 && all[i]; i++)
		environment[i] = strdup(all[i]);
	return run(read_all, harder);
}

START_TEST(test_the_programs_strings_come_first_and_last)
{
	struct outcome o = read_with(NULL, NULL, NULL, NULL);
	ck_assert_str_eq(o.child.err, "");
	ck_assert_uint_eq(o.conf.narenas, 1);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 1);
	o = read_with("ASHLAR_CONF=narenas:2,dirty_decay_ms:2", NULL, NULL, "dirty_decay_ms:3,foo:1");
	ck_assert_str_eq(o.child.err, "ashlar: malloc_conf_2_conf_harder: unknown option: foo:1\n");
	ck_assert_uint_eq(o.conf.narenas, 2);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 3);
}
END_TEST

static void read_no_pointer(void *unused)
{
	(void)unused;
	ash_os.secure = true;
	ash_conf_read(NULL, (const char *)0x123, (const char *)0x456);
	*result = ash_conf;
}

START_TEST(test_a_variable_that_is_no_pointer_does_no_harm)
{
	if (emulated())
		return;
	struct outcome o = run(read_no_pointer, NULL);
	must(exited_with(&o.child, 0) && o.child.err[0] == '\0');
}
END_TEST

#ifndef ASHLAR_PREFIX
START_TEST(test_malloc_conf_counts_less_than_ashlar_conf)
{
	struct outcome o = read_with("ASHLAR_CONF=narenas:3", "MALLOC_CONF=narenas:2,dirty_decay_ms:2,hpa:true", NULL, NULL);
	ck_assert_str_eq(o.child.err, "");
	ck_assert_uint_eq(o.conf.narenas, 3);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 2);
	o = read_with("MALLOC_CONF=standdown:true,foo:1", NULL, NULL, NULL);
	ck_assert_str_eq(o.child.err, "ashlar: MALLOC_CONF: unknown option: standdown:true\n"
				      "ashlar: MALLOC_CONF: unknown option: foo:1\n");
}
END_TEST

START_TEST(test_glibcs_variables_count_less_than_malloc_conf)
{
	struct outcome o = read_with("MALLOC_CONF=dirty_decay_ms:2", "MALLOC_TRIM_THRESHOLD_=0", NULL, NULL);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 2);
	o = read_with("MALLOC_TRIM_THRESHOLD_=0", NULL, NULL, NULL);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 0);
	o = read_with("MALLOC_TRIM_THRESHOLD_=-1", NULL, NULL, NULL);
	ck_assert_int_eq(o.conf.dirty_decay_ms, -1);
	o = read_with("MALLOC_TRIM_THRESHOLD_=131072", "MALLOC_PERTURB_=85", "MALLOC_TOP_PAD_=1", NULL);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 1);
	ck_assert_uint_eq(o.conf.perturb, 85);
	ck_assert_str_eq(o.child.err, "");
}
END_TEST

static void read_arena_max(void *unused)
{
	(void)unused;
	ash_os.secure = false;
	ash_os.cpus = 4;
	ash_conf_read(environment, "narenas:0", NULL);
	*result = ash_conf;
}

START_TEST(test_arena_max_is_a_limit)
{
	static const struct {
		const char *variable;
		unsigned narenas; /* 0: as many as CPUs, of which there are 4 */
	} cases[] = {
		{"MALLOC_ARENA_MAX=2", 2},
		{"MALLOC_ARENA_MAX=8", 0},
		{"MALLOC_ARENA_MAX=0", 0},
		{"MALLOC_ARENA_MAX=-1", 0},
		{"MALLOC_ARENA_MAX=x", 0},
		{"GLIBC_TUNABLES=glibc.malloc.arena_max=1", 1},
		{"GLIBC_TUNABLES=glibc.elision.enable=1:glibc.malloc.arena_max=3:glibc.malloc.check=3", 3},
		{"GLIBC_TUNABLES=glibc.malloc.arena_max", 0},
		{"GLIBC_TUNABLES=:::=:glibc.malloc.=1:glibc.malloc.arena_maxx=1", 0},
		{"GLIBC_TUNABLES=", 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		environment[0] = strdup(cases[i].variable);
		environment[1] = NULL;
		struct outcome o = run(read_arena_max, NULL);
		must_f(exited_with(&o.child, 0) && o.child.err[0] == '\0', "%s", o.child.err);
		must_f(o.conf.narenas == cases[i].narenas, "%s: %u", cases[i].variable, o.conf.narenas);
	}
}
END_TEST

START_TEST(test_tunables_with_a_meaning_are_understood)
{
	struct outcome o = read_with("GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=7:"
				     "glibc.malloc.trim_threshold=0:glibc.malloc.tcache_max=512", NULL, NULL, NULL);
	ck_assert_str_eq(o.child.err, "");
	ck_assert(!o.conf.tcache);
	ck_assert_uint_eq(o.conf.perturb, 7);
	ck_assert_int_eq(o.conf.dirty_decay_ms, 0);
	ck_assert_uint_eq(o.conf.tcache_max, 512);
	o = read_with("GLIBC_TUNABLES=glibc.malloc.tcache_count=7:glibc.malloc.perturb=256", NULL, NULL, NULL);
	ck_assert(o.conf.tcache);
	ck_assert_uint_eq(o.conf.perturb, 0);
}
END_TEST
#endif

static void read_as_set_user_id(void *value)
{
	char buf[128], *e[] = {buf, (char[]){"MALLOC_CONF=narenas:98,y:1"}, (char[]){"MALLOC_ARENA_MAX=1"},
		(char[]){"GLIBC_TUNABLES=glibc.malloc.perturb=1"}, NULL};
	snprintf(buf, sizeof buf, "ASHLAR_CONF=%s", (char *)value);
	ash_os.secure = true;
	ash_conf_read(e, NULL, NULL);
	*result = ash_conf;
}

START_TEST(test_set_user_id_programs_ignore_the_environment_without_a_word)
{
	struct outcome expected = run(read_nothing, "");
	struct outcome o =
		run(read_as_set_user_id, "narenas:99,abort_conf:true,nonsense");
	must(exited_with(&o.child, 0) && o.child.err[0] == '\0');
	must(memcmp(&o.conf, &expected.conf, sizeof o.conf) == 0);
}
END_TEST

START_TEST(test_confirm_conf_prints_every_option_with_its_value)
{
	struct outcome o = run(read_environment,
		"confirm_conf:true,narenas:3,dirty_decay_ms:-1,tcache:true,junk:alloc,stats_interval_opts:J,"
		"stats_print:false,abort_conf:false,limit_hard:cgroup:70%,limit_soft:2M");
	size_t lines = 0;
	for (const char *p = o.child.err; *p; p++)
		lines += *p == '\n';
	ck_assert_uint_eq(lines, ash_conf_count());
	static const char *const some[] = {"abort_conf:false", "confirm_conf:true", "dirty_decay_ms:-1",
		"junk:alloc", "limit_hard:cgroup:70%", "limit_soft:2097152", "madvise:true", "narenas:3", "standdown:false", "stats_interval:-1",
		"stats_interval_opts:J", "stats_print_opts:", "tcache:true", "zero_realloc:free"};
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		char line[100];
		snprintf(line, sizeof line, "ashlar: %s\n", some[i]);
		must_f(strstr(o.child.err, line), "%s", line);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_defaults_are_the_documented_ones,
		test_every_option_is_understood,
		test_numbers_reach_their_limits,
		test_limits_are_bytes_or_a_share,
		test_sizes_may_have_a_suffix,
		test_bad_limits_are_named,
		test_of_the_same_option_the_last_one_counts,
		test_empty_pieces_mean_nothing,
		test_unknown_options_are_named,
		test_bad_values_are_named,
		test_options_without_a_value_are_named,
		test_a_very_long_option_is_cut_in_the_message_and_refused,
		test_each_wrong_option_gets_a_line_of_its_own,
		test_abort_conf_stops_at_the_first_wrong_option,
		test_control_characters_are_not_printed,
		test_words_numbers_and_letters_are_understood,
		test_lg_tcache_max_is_tcache_max,
		test_bad_words_and_letters_are_named,
		test_what_is_not_supported_is_said_to_be_so,
		test_muzzy_decay_is_accepted_and_stays_zero,
		test_what_jemalloc_alone_knows_is_left_to_it,
		test_our_own_keys_are_none_of_jemallocs,
		test_every_option_can_be_read_sorted_by_name,
		test_what_is_read_can_be_said,
		test_a_file_takes_blanks_comments_and_both_separators,
		test_reports_about_a_file_name_the_line,
		test_sections_hold_for_the_programs_that_they_name,
		test_all_sections_that_fit_apply_in_order,
		test_a_bad_section_is_named_and_holds_for_nobody,
		test_the_environment_is_read,
		test_messages_name_the_variable,
		test_the_programs_strings_come_first_and_last,
		test_a_variable_that_is_no_pointer_does_no_harm,
#ifndef ASHLAR_PREFIX
		test_malloc_conf_counts_less_than_ashlar_conf,
		test_glibcs_variables_count_less_than_malloc_conf,
		test_arena_max_is_a_limit,
		test_tunables_with_a_meaning_are_understood,
#endif
		test_set_user_id_programs_ignore_the_environment_without_a_word,
		test_without_an_environment_the_builds_defaults_hold,
		test_confirm_conf_prints_every_option_with_its_value,
	};

	return run_tests("conf", 60, tests, ARRAY_LEN(tests));
}
