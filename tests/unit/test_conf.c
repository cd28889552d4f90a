/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <unistd.h>

#include "gateway/common/conf.h"
#include "tests/support/check.h"
#include "tests/support/libconfig_leak.h"

static const struct {
	const char *text;
	enum status want;
	const char *fault; /* a part of it */
} cases[] = {
    {"", ST_OK, ""},
    {"# nothing\n// here\n/* or\nhere */", ST_OK, ""},
    {"state_dir = \"s\";\nrun_dir = \"/r\";", ST_OK, ""},
    {"modem = { device = \"d\"; poll_s = 1; };", ST_OK, ""},
    {"modem : { poll_s : 3600 }", ST_OK, ""},
    {"posture = \"protected\";", ST_OK, ""},
    {"posture = \"chosen\";", ST_OK, ""},
    {"posture = \"closed\";", ST_CONFIG, "posture: must be one of protected|chosen|open"},
    {"posture = \"protecte\";", ST_CONFIG, "posture: must be one of protected|chosen|open"},
    {"log = { level = \"loud\"; };", ST_CONFIG, "log.level: must be one of info|debug"},
    {"posture = 1;", ST_CONFIG, "text in double quotes"},
    {"\n\nwater = 1;", ST_CONFIG, "t.conf:3: there is no setting \"water\""},
    {"modem = { speed = 1; };", ST_CONFIG, "\"modem.speed\""},
    {"modem = 5;", ST_CONFIG, "must be a group"},
    {"modem = { device = { a = 1; }; };", ST_CONFIG, "modem.device: must be a text"},
    {"state_dir = { };", ST_CONFIG, "must be a text"},
    {"modem = { poll_s = 0; };", ST_CONFIG, "modem.poll_s: must be 1 to 3600"},
    {"modem = { poll_s = 3601; };", ST_CONFIG, "must be 1 to 3600"},
    {"modem = { poll_s = -5; };", ST_CONFIG, "must be 1 to 3600"},
    {"modem = { poll_s = 10.5; };", ST_CONFIG, "whole number"},
    {"modem = { poll_s = 10L; };", ST_CONFIG, "whole number"},
    {"modem = { poll_s = true; };", ST_CONFIG, "whole number"},
    {"modem = { poll_s = \"10\"; };", ST_CONFIG, "whole number"},
    {"modem = { poll_s = 4294967596; };", ST_CONFIG, "t.conf:1: the number is too large"},
    {"\nmodem = { poll_s = 0x10000012c; };", ST_CONFIG, "t.conf:2: the number is too large"},
    {"modem = { poll_s = 0x12c; };", ST_OK, ""},
    {"modem2 = { device = \"d\"; }; modem4 = { device = \"e\"; };", ST_OK, ""},
    {"modem2 = { };", ST_CONFIG, "t.conf: modem2: must have a device"},
    {"modem4 = { poll_s = 9; };", ST_CONFIG, "modem4: must have a device"},
    {"modem2 = { device = \"\"; };", ST_CONFIG, "modem2.device: must have 1 to 900"},
    {"modem2 = { device = \"/dev/ttyUSB0\"; };", ST_CONFIG, "modem2.device is modem.device too"},
    {"modem1 = { device = \"d\"; };", ST_CONFIG, "there is no setting \"modem1\""},
    {"modem5 = { device = \"d\"; };", ST_CONFIG, "there is no setting \"modem5\""},
    {"\nmodem3 = { device = \"d\"; poll_s = 0; };", ST_CONFIG,
	"t.conf:2: modem3.poll_s: must be 1"},
    {"modem3 = { speed = 1; };", ST_CONFIG, "\"modem3.speed\""},
    {"modem3 = 1;", ST_CONFIG, "must be a group: modem3 = { ... };"},
    {"modem = { sweep = \"batch\"; pin_file = \"\"; credit_ussd = \"*144*1#\"; };", ST_OK, ""},
    {"modem = { sweep = \"daily\"; };", ST_CONFIG, "modem.sweep: must be one of off|nightly|batch"},
    {"modem = { credit_ussd = \"*144#\\\",15\"; };", ST_CONFIG, "modem.credit_ussd: digits"},
    {"outbox = { per_minute = 0; };", ST_CONFIG, "outbox.per_minute: must be 1 to 30"},
    {"outbox = { per_minute = 30; per_day = 1000; };", ST_OK, ""},
    {"outbox = { per_day = 1001; };", ST_CONFIG, "outbox.per_day: must be 0 to 1000"},
    {"argon2 = { memory_mib = 1025; };", ST_CONFIG, "64 to 1024"},
    {"argon2 = { memory_mib = 64; passes = 3; };", ST_OK, ""},
    {"argon2 = { passes = 33; };", ST_CONFIG, "3 to 32"},
    {"open = { idle_minutes = 0; };", ST_CONFIG, "1 to 10"},
    {"armed = { hours = 0; };", ST_CONFIG, "1 to 24"},
    {"armed = { hours = -1; };", ST_CONFIG, "1 to 24"},
    {"log = { level = \"debug\"; };", ST_OK, ""},
    {"log = { level = \"all\"; };", ST_CONFIG, "info|debug"},
    {"anchor = \"file:/a/b\";", ST_OK, ""},
    {"anchor = \"eeprom:/sys/x\";", ST_OK, ""},
    {"anchor = \"none\";", ST_OK, ""},
    {"anchor = \"none:\";", ST_CONFIG, "\"eeprom:PATH\" or \"none\""},
    {"anchor = \"nul\";", ST_CONFIG, "4 to 900"},
    {"anchor = \"file:\";", ST_CONFIG, "must be \"file:PATH\""},
    {"anchor = \"eeprom:\";", ST_CONFIG, "must be \"file:PATH\""},
    {"anchor = \"/a/b\";", ST_CONFIG, "must be \"file:PATH\""},
    {"state_dir = \"\";", ST_CONFIG, "1 to 900"},
    {"state_dir = \"a\\nb\";", ST_CONFIG, "control character"},
    {"modem = { model = \"\xc3\xa4\"; };", ST_CONFIG, "plain ASCII"},
    {"state_dir = \"b\xc3\xbcro\";", ST_OK, ""},
    {"state_dir = \"1234567890123456789\";", ST_OK, ""},
    {"state_dir = \"a\\\"12345678901\";", ST_OK, ""},
    {"# 12345678901 @include\nrun_dir = \"@include\";", ST_OK, ""},
    {"@include \"/etc/hostname\"", ST_CONFIG, "cannot be included"},
    {"log = {\n \t@include \"x\"\n};", ST_CONFIG, "t.conf:2: other files cannot be included"},
    {"run_dir = \"a\"; run_dir = \"b\";", ST_CONFIG, "duplicate"},
    {"run_dir = \"a", ST_CONFIG, "t.conf:1: a text without end"},
    {"\n/* run", ST_CONFIG, "t.conf:2: a comment without end"},
    {"run_dir = ;", ST_CONFIG, "t.conf:1: syntax error"},
    {"=", ST_CONFIG, "syntax error"},
    {"\xef\xbb\xbfrun_dir = \"a\";", ST_CONFIG, "syntax error"},
};

static void
test_cases(void)
{
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum status st =
		    conf_parse("t.conf", cases[i].text, strlen(cases[i].text), &conf, fault);

		ROW("%s", cases[i].text);
		if (!CHECK(st == cases[i].want) || !CHECK(strstr(fault, cases[i].fault) != NULL))
			printf("    %s\n    %s\n", cases[i].text, fault);
		if (st == ST_OK)
			CHECK_STR(fault, "");
	}
}

/* What the file can do is demand `protected`. */
static void
test_posture(void)
{
	static const char text[] = "posture = \"protected\";";
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	CHECK_EQ(conf_parse("t", text, sizeof(text) - 1, &conf, fault), ST_OK);
	CHECK_EQ(conf.posture, POSTURE_PROTECTED);
	CHECK_STR(conf.weaker, "");
}

/* Weaker than a gateway may be: named, and as if it did not stand there. */
static void
test_weaker(void)
{
	static const struct {
		const char *text, *weaker;
	} texts[] = {
	    {"posture = \"open\";", "posture"},
	    {"armed = { hours = 25; };", "armed.hours"},
	    {"open = { idle_minutes = 999999999; };", "open.idle_minutes"},
	    {"argon2 = { memory_mib = 63; };", "argon2.memory_mib"},
	    {"argon2 = { passes = -5; };", "argon2.passes"},
	    {"armed = { hours = 240; }; open = { idle_minutes = 600; };"
	     " argon2 = { passes = 1; memory_mib = 1; }; posture = \"open\";",
		"armed.hours, open.idle_minutes, argon2.passes, argon2.memory_mib, posture"},
	    {"armed = { hours = 3; }; open = { idle_minutes = 2; };", ""},
	};
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CHECK_EQ(
		    conf_parse("t", texts[i].text, strlen(texts[i].text), &conf, fault), ST_OK);
		CHECK_STR(conf.weaker, texts[i].weaker);
		CHECK_EQ(conf.posture, POSTURE_CHOSEN);
		CHECK(conf.armed_hours <= 24 && conf.open_idle_minutes <= 10);
		CHECK(conf.argon2_memory_mib >= 64 && conf.argon2_passes >= 3);
	}
}

static void
test_zero_octet_and_length(void)
{
	static char big[CONF_FILE_MAX + 1];
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	CHECK_EQ(conf_parse("t", "run_dir\0 = 1", 12, &conf, fault), ST_CONFIG);
	CHECK(strstr(fault, "zero octet") != NULL);
	memset(big, ' ', sizeof(big));
	CHECK_EQ(conf_parse("t", big, sizeof(big), &conf, fault), ST_CONFIG);
	CHECK(strstr(fault, "is longer") != NULL);
	CHECK_EQ(conf_parse("t", big, sizeof(big) - 1, &conf, fault), ST_OK);
}

static const struct {
	const char *name, *folder, *state, *run, *anchor;
} places[] = {
    {"tocsin.conf", ".", "state", "/r", "a"},
    {"./tocsin.conf", ".", "state", "/r", "a"},
    {"trial/tocsin.conf", "trial", "trial/state", "/r", "trial/a"},
    {"/etc/tocsin/tocsin.conf", "/etc/tocsin", "/etc/tocsin/state", "/r", "/etc/tocsin/a"},
    {"/tocsin.conf", "/", "/state", "/r", "/a"},
};

static void
test_relative_paths(void)
{
	static const char text[] = "run_dir = \"/r\"; anchor = \"file:a\";";
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CHECK_EQ(conf_parse(places[i].name, text, sizeof(text) - 1, &conf, fault), ST_OK);
		CHECK_STR(conf.folder, places[i].folder);
		CHECK_STR(conf.state_dir, places[i].state);
		CHECK_STR(conf.run_dir, places[i].run);
		CHECK_STR(conf.anchor, places[i].anchor);
	}
}

static void
test_defaults_and_table(void)
{
	char fault[CONF_FAULT_MAX];
	struct conf conf;
	size_t n = 0;

	CHECK_EQ(conf_parse("t", "", 0, &conf, fault), ST_OK);
	CHECK_EQ(conf.posture, POSTURE_CHOSEN);
	CHECK_EQ(conf.modem[0].poll_s, 300);
	CHECK_EQ(conf.argon2_memory_mib, 256);
	CHECK_EQ(conf.argon2_passes, 3);
	CHECK_EQ(conf.open_idle_minutes, 10);
	CHECK_EQ(conf.armed_hours, 24);
	CHECK_EQ(conf.log_level, CONF_LOG_INFO);
	CHECK_STR(conf.modem[0].device, "/dev/ttyUSB0");
	while (conf_row(n) != NULL)
		n++;
	CHECK_EQ(n, 20);
}

static void
test_modems(void)
{
	static const char text[] =
	    "modem = { power_cycle = \"cycle\"; pin_file = \"/p\"; };"
	    "modem3 = { device = \"d\"; poll_s = 7; sweep = \"off\"; credit_ussd = \"*1#\"; };";
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	CHECK_EQ(conf_parse("f/t", text, sizeof(text) - 1, &conf, fault), ST_OK);
	CHECK_STR(conf.modem[0].device, "/dev/ttyUSB0");
	CHECK_STR(conf.modem[0].power_cycle, "f/cycle");
	CHECK_STR(conf.modem[0].pin_file, "/p");
	CHECK_EQ(conf.modem[0].sweep, CONF_SWEEP_NIGHTLY);
	CHECK_STR(conf.modem[0].credit_ussd, "");
	CHECK_STR(conf.modem[1].device, "");
	CHECK_STR(conf.modem[3].device, "");
	CHECK_STR(conf.modem[2].device, "f/d");
	CHECK_STR(conf.modem[2].connection, "at115200");
	CHECK_STR(conf.modem[2].pin_file, ""); /* none: not the folder */
	CHECK_STR(conf.modem[2].power_cycle, "");
	CHECK_EQ(conf.modem[2].sweep, CONF_SWEEP_OFF);
	CHECK_STR(conf.modem[2].credit_ussd, "*1#");
	CHECK_EQ(conf.modem[2].poll_s, 7);
	CHECK_EQ(conf.modem[0].poll_s, 300);
	CHECK_EQ(conf.outbox_per_minute, 6);
	CHECK_EQ(conf.outbox_per_day, 100);
	CHECK_STR(conf_modem_name(0), "modem");
	CHECK_STR(conf_modem_name(3), "modem4");
}

static void
test_long_folder(void)
{
	static char name[2 * CONF_PATH_MAX];
	char fault[CONF_FAULT_MAX];
	struct conf conf;

	memset(name, 'f', sizeof(name) - 1);
	name[CONF_PATH_MAX - 4] = '/';
	CHECK_EQ(conf_parse(name, "", 0, &conf, fault), ST_CONFIG);
	name[CONF_PATH_MAX - 4] = 'f';
	name[CONF_PATH_MAX] = '/';
	CHECK_EQ(conf_parse(name, "", 0, &conf, fault), ST_CONFIG);
}

static void
test_files(void)
{
	char folder[] = "/tmp/tocsin-conf-XXXXXX", path[64], link_path[64], fault[CONF_FAULT_MAX];
	struct conf conf;
	FILE *f;

	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/c", folder);
	(void)snprintf(link_path, sizeof(link_path), "%s/l", folder);
	CHECK_EQ(conf_read(path, &conf, fault), ST_IO);
	CHECK(strstr(fault, "there is no such file") != NULL);
	CHECK((f = fopen(path, "w")) != NULL && fputs("run_dir = \"x\";", f) >= 0);
	CHECK(fclose(f) == 0);
	CHECK_EQ(conf_read(path, &conf, fault), ST_OK);
	CHECK_STR(fault, "");
	CHECK(strncmp(conf.run_dir, folder, strlen(folder)) == 0);
	CHECK(symlink(path, link_path) == 0);
	CHECK_EQ(conf_read(link_path, &conf, fault), ST_CONFIG);
	CHECK_EQ(conf_read(folder, &conf, fault), ST_CONFIG);
	CHECK(unlink(link_path) == 0 && unlink(path) == 0 && rmdir(folder) == 0);
}

int
main(void)
{
	test_cases();
	test_posture();
	test_weaker();
	test_zero_octet_and_length();
	test_relative_paths();
	test_defaults_and_table();
	test_modems();
	test_long_folder();
	test_files();
	return check_done();
}
