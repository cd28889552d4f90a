/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommand places, with a real state file: numbers are set, shown, changed and taken away,
 * stay over messages and chains, and what is wrong changes nothing.
 */
#include "reporting/monitor/commands.h"
#include "reporting/monitor/session.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/tocsin-places-XXXXXX";
static char path[64], out_path[64];

static struct command_paths paths = {
    path, PROJECT_DIR "/schemas/codebook/atrocity.cfg", PROJECT_DIR "/schemas/places/example.cfg"};

static int
run(const char *number, const char *place)
{
	char *argv[] = {(char *)(uintptr_t) "places", (char *)(uintptr_t)number,
	    (char *)(uintptr_t)place, NULL};

	return command_places(&paths, number == NULL ? 1 : place == NULL ? 2 : 3, argv);
}

/* What the list shows. */
static const char *
shown(void)
{
	static char text[4096];
	FILE *f;
	size_t len;

	if (!CHECK(freopen(out_path, "w", stdout) != NULL))
		return "";
	CHECK_EQ(run(NULL, NULL), 0);
	if ((f = fopen(out_path, "r")) == NULL)
		return "";
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	(void)fclose(f);
	return text;
}

static struct compose_state
state(void)
{
	struct compose_state s = {0};
	struct session session;

	if (CHECK_EQ(session_open(path, &session), 0)) {
		s = session.state;
		session_close(&session);
	}
	return s;
}

static void
test_list(void)
{
	const char *all = paths.places;

	CHECK_STR(shown(), "");
	CHECK_EQ(run("7", "101"), 0);
	CHECK_EQ(run("00", "The bridge"), 0);
	CHECK_EQ(run("99", "1"), 0);
	CHECK_STR(shown(), "00  1003 The bridge\n07  101 Upper Alder\n99  1 Example Region\n");
	CHECK_EQ(run("07", "102"), 0); /* another */
	CHECK_EQ(run("99", "-"), 0);
	paths.places = NULL; /* shown without labels, and taken away; not set */
	CHECK_STR(shown(), "00  1003\n07  102\n");
	CHECK_EQ(run("08", "101"), 2);
	CHECK_EQ(run("00", "-"), 0);
	CHECK_STR(shown(), "07  102\n");
	paths.places = all;
}

static void
test_refused(void)
{
	struct compose_state before = state(), after;
	static const char *const rows[][2] = {{"100", "101"}, {"007", "101"}, {"", "101"},
	    {"x", "101"}, {"-1", "101"}, {"7", "9999"}, {"7", "0"}, {"7", ""}, {"7", "Nowhere"},
	    {"7", "65637"}, {"7", "999999"}, {"7", NULL}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ROW("refused %zu", i);
		CHECK_EQ(run(rows[i][0], rows[i][1]), 2);
	}
	after = state();
	CHECK_MEM(&before, &after, sizeof(before));
}

/* Messages and chains leave the list as it is. */
static void
test_stays(void)
{
	const uint8_t plain[ENVELOPE_X_PLAIN_LEN] = {0};
	struct compose_message message;
	struct session s;

	CHECK_EQ(session_open(path, &s), 0);
	CHECK_EQ(session_seal(&s, plain, &message), 0);
	CHECK_EQ(session_next_chain(&s), 0);
	session_close(&s);
	CHECK_EQ(state().own[7], 102);
	CHECK_EQ(state().generation, 1);
}

/* A file of layout 1 takes a list. */
static void
test_old_file(void)
{
	uint8_t file[COMPOSE_STATE_LEN];
	struct compose_state s = state();
	int fd;

	memset(s.own, 0, sizeof(s.own));
	compose_state_write(&s, file);
	file[8] = 1;
	CHECK_EQ(crypto_generichash(file + 224, 32, file, 224, NULL, 0), 0);
	fd = open(path, O_WRONLY | O_TRUNC);
	CHECK_EQ(write(fd, file, COMPOSE_STATE_OLD_LEN), COMPOSE_STATE_OLD_LEN);
	(void)close(fd);
	CHECK_STR(shown(), "");
	CHECK_EQ(run("42", "101"), 0);
	CHECK_STR(shown(), "42  101 Upper Alder\n");
	CHECK_EQ(state().n, s.n);
}

int
main(void)
{
	const struct enrolment e = ew1_enrolment();
	struct session s;
	int console = dup(STDOUT_FILENO), rc;

	if (sodium_init() == -1 || mkdtemp(folder) == NULL || console == -1 ||
	    freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	(void)snprintf(out_path, sizeof(out_path), "%s/out", folder);
	CHECK_EQ(run(NULL, NULL), 1); /* not enrolled */
	CHECK_EQ(session_create(path, &e, &s), 0);
	session_close(&s);
	test_list();
	test_refused();
	test_stays();
	test_old_file();
	CHECK_EQ(session_forget(path), 0);
	(void)unlink(out_path);
	(void)rmdir(folder);
	(void)fflush(stdout);
	(void)dup2(console, STDOUT_FILENO);
	rc = check_done();
	return rc;
}
