/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `tocsin init` up to the real core: options, the cost, the settings it writes, and that a failed
 * one leaves nothing behind. A shell script stands for tocsin-core.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/common/conf.h"
#include "gateway/control/cmd.h"
#include "gateway/control/init_cost.h"
#include "gateway/control/init_plan.h"
#include "schemas/exit.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

#define CODEBOOK PROJECT_DIR "/schemas/codebook/atrocity.cfg"
#define PLACES PROJECT_DIR "/schemas/places/example.cfg"

static void
test_cost(void)
{
	static const struct {
		uint32_t least_ms;
		uint64_t ram;
		uint32_t memory, passes;
	} cases[] = {
	    {100, 8192, 512, 3}, /* 800 ms; 1024 would be 1600 */
	    {60, 8192, 1024, 3}, /* 960 ms */
	    {20, 8192, 1024, 9}, /* memory at its end, so passes */
	    {1, 1 << 20, 1024, 32},
	    {0, 1 << 20, 1024, 32},
	    {100, 512, 256, 7},  /* half of the memory */
	    {4000, 8192, 64, 3}, /* slow: the stated floor all the same */
	    {4000, 16, 64, 3},
	    {600, 0, 64, 5},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cost c = cost_choose(cases[i].least_ms, cases[i].ram);

		CHECK_EQ(c.memory_mib, cases[i].memory);
		CHECK_EQ(c.passes, cases[i].passes);
	}
}

static void
test_settings(void)
{
	static struct plan p = {.settings = "t/tocsin.conf",
	    .given = {[PLAN_STATE_DIR] = "a \"b\" \\c",
		[PLAN_DEVICE] = "/dev/ttyUSB9",
		[PLAN_CODEBOOK] = "c",
		[PLAN_PLACES] = "p"},
	    .poll_s = 7,
	    .yes = true,
	    .cost = {512, 4, 0}};
	char text[PLAN_SETTINGS_MAX], fault[CONF_FAULT_MAX];
	struct conf conf;
	size_t len;

	CHECK_EQ(plan_answers(&p), 0);
	CHECK_STR(p.answer[PLAN_POSTURE], "protected");
	p.given[PLAN_POSTURE] = "open";
	CHECK_EQ(plan_answers(&p), 0);
	CHECK_STR(p.answer[PLAN_POSTURE], "open");
	len = plan_settings_text(&p, text);
	CHECK_EQ(conf_parse(p.settings, text, len, &conf, fault), ST_OK);
	CHECK_STR(fault, "");
	CHECK_EQ(conf.posture, POSTURE_CHOSEN); /* it is the journal's */
	CHECK_STR(conf.weaker, "");
	CHECK_STR(conf.state_dir, "t/a \"b\" \\c");
	CHECK_STR(conf.run_dir, "t/run");
	CHECK_STR(conf.anchor, "t/anchor.bin");
	CHECK_STR(conf.modem[0].device, "/dev/ttyUSB9");
	CHECK_STR(conf.modem[0].connection, "at115200");
	CHECK_STR(conf.modem[0].model, "at");
	CHECK_EQ(conf.modem[0].poll_s, 7);
	CHECK_EQ(conf.argon2_memory_mib, 512);
	CHECK_EQ(conf.argon2_passes, 4);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	CHECK(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(close(fd) == 0 && chmod(path, mode) == 0);
}

static unsigned
names_here(void)
{
	FILE *f = popen("find . | wc -l", "r");
	unsigned n = 0;

	CHECK(f != NULL && fscanf(f, "%u", &n) == 1);
	CHECK(pclose(f) == 0);
	return n;
}

static int
run_init(const char *conf, const char *const *more)
{
	static char words[16][256];
	const char *const first[] = {"init", "--yes", "--argon-memory", "64", NULL};
	char *argv[16];
	int argc = 0, code;

	for (const char *const *w = first; *w != NULL; w++, argc++) {
		(void)snprintf(words[argc], sizeof(words[argc]), "%s", *w);
		argv[argc] = words[argc];
	}
	for (; *more != NULL; more++, argc++) {
		(void)snprintf(words[argc], sizeof(words[argc]), "%s", *more);
		argv[argc] = words[argc];
	}
	(void)fflush(stdout);
	cmd_begin("./tocsin", conf);
	code = cmd_init(argc, argv);
	(void)fflush(stdout);
	return code;
}

#define BOOKS "--codebook", CODEBOOK, "--places", PLACES

/* Each leaves the folder as it was. */
static void
test_failures(void)
{
	static const char *const cases[][10] = {
	    {BOOKS, "--passphrase-file", "pw", NULL}, /* core fails */
	    {BOOKS, "--passphrase-file", "short", NULL},
	    {BOOKS, "--passphrase-file", "none", NULL},
	    {BOOKS, "--passphrase-file", "pw", "--state-dir", "no/such", NULL},
	    {BOOKS, "--passphrase-file", "pw", "--state-dir", ".", NULL},
	    {BOOKS, "--passphrase-file", "pw", "--modem-device", "no/such", NULL},
	    {"--codebook", PLACES, "--places", CODEBOOK, "--passphrase-file", "pw", NULL},
	    {"--codebook", "none", "--places", PLACES, "--passphrase-file", "pw", NULL},
	};
	unsigned before;

	put("pw", "long enough for this\n", 0600);
	put("short", "elevenchars\n", 0600);
	put("tocsin-core", "#!/bin/sh\necho x >t/state/tocsin.db; echo y >t/anchor.bin; exit 12\n",
	    0700);
	before = names_here();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_EQ(run_init("t/tocsin.conf", cases[i]), EXIT_REFUSED);
		CHECK_EQ(names_here(), before);
	}
}

static void
test_usage(void)
{
	static const char *const cases[][8] = {
	    {NULL},
	    {"--codebook", CODEBOOK, NULL},
	    {BOOKS, "more", NULL},
	    {BOOKS, "--argon-memory=63", NULL},
	    {BOOKS, "--argon-passes=2", NULL},
	    {BOOKS, "--argon-passes=0x3", NULL},
	    {BOOKS, "--no-such", NULL},
	    {BOOKS, "--posture", "closed", NULL},
	    {BOOKS, "--posture", "as-posture", NULL},
	    {"--codebook", NULL},
	    {BOOKS, "--yes=no", NULL},
	    {BOOKS, "--yes", "--modem-model", "E220", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_EQ(run_init("u.conf", cases[i]), EXIT_USAGE);
	}
}

/* What is there already is refused and not touched. */
static void
test_existing(void)
{
	const char *const more[] = {BOOKS, "--passphrase-file", "pw", NULL};

	put("tocsin.conf", "run_dir = \"x\";", 0600);
	CHECK_EQ(run_init("tocsin.conf", more), EXIT_REFUSED);
	CHECK(unlink("tocsin.conf") == 0);
	put("anchor.bin", "of another", 0600);
	CHECK_EQ(run_init("tocsin.conf", more), EXIT_REFUSED);
	CHECK(unlink("anchor.bin") == 0);
	CHECK(mkdir("state", 0700) == 0);
	put("state/mine", "", 0600);
	CHECK_EQ(run_init("tocsin.conf", more), EXIT_REFUSED);
	CHECK(unlink("state/mine") == 0 && chmod("state", 0750) == 0);
	CHECK_EQ(run_init("tocsin.conf", more), EXIT_REFUSED);
	CHECK(access("run", F_OK) != 0 && rmdir("state") == 0);
}

int
main(void)
{
	char base[64];

	folder_enter(base);
	test_cost();
	test_settings();
	test_failures();
	test_usage();
	test_existing();
	CHECK(folder_leave(base));
	return check_done();
}
