/* Options: what is understood, what is refused, and what the user is told. */
#include "unit.h"
#include "os/conf.h"

/* What ash_conf_parse() says about the options, and what it made of them. */
struct outcome {
	struct ash_conf conf;
	struct child child;
};

static struct ash_conf *result; /* shared with the child */

static void parse(void *options)
{
	ash_conf_parse(options, "test");
	*result = ash_conf;
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
	static const char *const pieces[] = {"background_thread:true", "narenasx:1",
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

/* ---- where they are read from */

static void read_environment(void *value)
{
	char buf[256];
	char *environment[] = {
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
	ash_conf_read(environment);
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
	ash_conf_read(empty);
	ash_conf_read(NULL);
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

static void read_as_set_user_id(void *value)
{
	char buf[128], *environment[] = {buf, NULL};
	snprintf(buf, sizeof buf, "ASHLAR_CONF=%s", (char *)value);
	ash_os.secure = true;
	ash_conf_read(environment);
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
		"confirm_conf:true,narenas:3,dirty_decay_ms:-1,tcache:true,"
		"stats_print:false,abort_conf:false");
	ck_assert_str_eq(o.child.err, "ashlar: abort_conf:false\n"
				      "ashlar: confirm_conf:true\n"
				      "ashlar: dirty_decay_ms:-1\n"
				      "ashlar: madvise:true\n"
				      "ashlar: narenas:3\n"
				      "ashlar: standdown:false\n"
				      "ashlar: stats_print:false\n"
				      "ashlar: tcache:true\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_defaults_are_the_documented_ones,
		test_every_option_is_understood,
		test_numbers_reach_their_limits,
		test_of_the_same_option_the_last_one_counts,
		test_empty_pieces_mean_nothing,
		test_unknown_options_are_named,
		test_bad_values_are_named,
		test_options_without_a_value_are_named,
		test_a_very_long_option_is_cut_in_the_message_and_refused,
		test_each_wrong_option_gets_a_line_of_its_own,
		test_abort_conf_stops_at_the_first_wrong_option,
		test_the_environment_is_read,
		test_messages_name_the_variable,
		test_set_user_id_programs_ignore_the_environment_without_a_word,
		test_without_an_environment_the_builds_defaults_hold,
		test_confirm_conf_prints_every_option_with_its_value,
	};

	return run_tests("conf", 60, tests, ARRAY_LEN(tests));
}
