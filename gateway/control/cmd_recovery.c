/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin recovery-key` and `tocsin recover`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/secret.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define GROUP 5 /* characters, and groups a line: 31 columns, for a receipt's printer */
#define PAPER_MAX 1024
#define TITLE "TOCSIN RECOVERY KEY"
#define INDENT "  " /* in what is printed, the lines of the key alone begin so */

/* --- tocsin recovery-key --- */

static void
add_text(char paper[PAPER_MAX], const char *text)
{
	size_t len = strlen(paper);

	(void)snprintf(paper + len, PAPER_MAX - len, "%s", text);
}

static void
add_hex(char paper[PAPER_MAX], const char *name, const uint8_t octets[8])
{
	char line[40];

	(void)snprintf(line, sizeof(line), "%s%02x%02x%02x%02x %02x%02x%02x%02x\n", name, octets[0],
	    octets[1], octets[2], octets[3], octets[4], octets[5], octets[6], octets[7]);
	add_text(paper, line);
}

static void
add_key(char paper[PAPER_MAX], const char *text)
{
	char piece[GROUP + 1];
	size_t len = strlen(text), groups = 0;

	for (size_t at = 0; at < len; at += GROUP, groups++) {
		add_text(paper, groups == 0 ? INDENT : groups % GROUP == 0 ? "\n" INDENT : " ");
		(void)snprintf(piece, sizeof(piece), "%s", text + at);
		add_text(paper, piece);
	}
	explicit_bzero(piece, sizeof(piece));
}

/* What goes on paper: at most 32 columns. */
static void
write_paper(const struct msg_recovery_key *key, char paper[PAPER_MAX])
{
	char made[SHOW_TIME_MAX];

	paper[0] = '\0';
	show_time(made, key->made_s);
	add_text(paper, TITLE "\n");
	add_hex(paper, "gateway ", key->gwid);
	add_hex(paper, "key id  ", key->kid);
	add_text(paper, "made    ");
	add_text(paper, made);
	add_text(paper, "\n\n");
	add_key(paper, key->text);
	add_text(paper, "\n\nWhoever has this opens the\n"
			"gateway and its backups without\n"
			"a passphrase. Keep it on paper,\n"
			"far from the gateway, where no\n"
			"search for you will go. Make no\n"
			"photo of it.\n"
			"Passphrases lost:\n"
			"tocsin recover NAME\n"
			"Gateway lost, with a backup:\n"
			"tocsin restore\n");
}

static int
hand_out(struct msg_recovery_key *key, const char *path)
{
	char paper[PAPER_MAX];
	enum status st;

	key->text[sizeof(key->text) - 1] = '\0';
	write_paper(key, paper);
	if (path == NULL)
		st = fputs(paper, stdout) != EOF && fflush(stdout) == 0 ? ST_OK : ST_IO;
	else
		st = fileio_create(path, paper, strlen(paper), 0600);
	explicit_bzero(paper, sizeof(paper));
	if (st != ST_OK)
		return cmd_fail(EXIT_REFUSED,
		    "the recovery key was made, but %s could not be written: make another with "
		    "'tocsin recovery-key'",
		    path != NULL ? path : "its text");
	(void)fprintf(stderr,
	    "%s secret and not kept here. Put it on paper now, compare it, and "
	    "destroy every other copy.\n",
	    path == NULL ? "The text above is" : "That file is");
	if (key->replaced)
		(void)fputs("The recovery key before it opens nothing more that is stored from now "
			    "on; destroy it. A backup made before still needs it.\n",
		    stderr);
	if (key->slots > 0)
		(void)fprintf(stderr,
		    "%u monitors were enrolled before this key: it does not hold their next keys; "
		    "enrol them anew when there is time.\n",
		    key->slots);
	return 0;
}

/* Before a key is replaced: its text must find its file. */
static int
try_out(const char *path)
{
	enum status st = fileio_create(path, "", 0, 0600);

	if (st == ST_OK && unlink(path) == 0)
		return 0;
	return cmd_fail(EXIT_REFUSED, "%s %s: name a new file in a folder that you can write to",
	    path, st == ST_EXISTS ? "exists already" : "cannot be made");
}

static bool
is_confirmed(void)
{
	char line[16];

	(void)fprintf(stderr,
	    "There is a recovery key already. A new one makes it worthless for "
	    "what comes, and\nthe spare keys of monitors enrolled so far are lost "
	    "to it.\nType yes to go on: ");
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

static int
make_key(struct client *c, const char *path, bool yes)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_STATUS);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) != 0)
		return code;
	if (answer.head.type != MSG_STATUS_REPLY)
		return client_puzzled();
	if (answer.body.STATUS_REPLY.recovery_key && !yes && !is_confirmed())
		return cmd_fail(EXIT_REFUSED, "not confirmed: the recovery key stays as it is");
	if (path != NULL && (code = try_out(path)) != 0)
		return code;
	ipc_begin(&ask, MSG_RECOVERY_KEY);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) == 0)
		code = answer.head.type == MSG_RECOVERY_KEY_IS
			   ? hand_out(&answer.body.RECOVERY_KEY_IS, path)
			   : client_puzzled();
	ipc_wipe(&answer);
	return code;
}

int
cmd_recovery_key(int argc, char **argv)
{
	const char *path = NULL;
	bool yes = false;
	const struct option_row rows[] = {
	    {"out", OPTION_TEXT, &path, 0, 0, NULL, "FILE", "write it to a new file, mode 0600"},
	    {"yes", OPTION_FLAG, &yes, 0, 0, NULL, NULL, "replace one without asking"},
	};
	const struct options o = {
	    "tocsin recovery-key [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	code = make_key(&c, path, yes);
	client_close(&c);
	return code;
}

/* --- tocsin recover --- */

/* The key out of the text that `recovery-key --out` writes; any other text is left as it is. */
static size_t
pick_key(char *text, size_t len)
{
	size_t kept = 0, line;

	if (len < strlen(TITLE) || memcmp(text, TITLE, strlen(TITLE)) != 0)
		return len;
	for (size_t at = 0; at < len; at += line) {
		const char *end = memchr(text + at, '\n', len - at);

		line = end != NULL ? (size_t)(end - (text + at)) + 1 : len - at;
		if (line <= strlen(INDENT) || memcmp(text + at, INDENT, strlen(INDENT)) != 0)
			continue;
		memmove(text + kept, text + at, line);
		kept += line;
	}
	return kept;
}

static int
key_from_file(const char *path, struct msg_recover *out)
{
	char text[PAPER_MAX];
	enum status st;
	size_t len;
	int code = 0;

	st = fileio_read(path, (uint8_t *)text, sizeof(text), &len);
	if (st == ST_OK)
		len = pick_key(text, len);
	if (st != ST_OK || len > sizeof(out->key)) {
		code = cmd_fail(EXIT_REFUSED, "%s",
		    st == ST_UNKNOWN ? "there is no such recovery key file"
				     : "the recovery key file cannot be used: it holds "
				       "the key alone, or what 'recovery-key' printed");
	} else {
		memcpy(out->key, text, len);
		out->key_len = (uint32_t)len;
	}
	explicit_bzero(text, sizeof(text));
	return code;
}

static int
key_from_terminal(struct msg_recover *out)
{
	const struct secret_source terminal = {{NULL, NULL}, 0, false};
	struct passphrase p;
	int code;

	_Static_assert(sizeof(p.octets) <= sizeof(out->key), "one line");
	code = secret_get(&terminal, "Recovery key, all 17 groups on one line (not shown): ", &p);
	if (code != 0)
		return code;
	memcpy(out->key, p.octets, p.len);
	out->key_len = (uint32_t)p.len;
	passphrase_wipe(&p);
	return 0;
}

static int
recover(struct ipc_message *ask)
{
	struct ipc_message answer;
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0) {
		ipc_wipe(ask);
		return code;
	}
	if ((code = client_ask(&c, ask, &answer, CLIENT_WAIT_LONG_S)) == 0) {
		if (answer.head.type != MSG_RESULT)
			code = client_puzzled();
		else
			puts(answer.body.RESULT.words[0] != '\0'
				 ? answer.body.RESULT.words
				 : "The gateway is OPEN, and the new passphrase is in force.");
	}
	client_close(&c);
	return code;
}

int
cmd_recover(int argc, char **argv)
{
	struct secret_source source = {{NULL, NULL}, 0, false};
	const char *file = NULL, *name;
	const struct option_row rows[] = {
	    SECRET_OPTIONS(source), {"recovery-key-file", OPTION_TEXT, &file, 0, 0, NULL, "FILE",
					"read the recovery key from a file"}};
	const struct options o = {
	    "tocsin recover [OPTIONS] NAME", rows, sizeof(rows) / sizeof(rows[0]), 1};
	struct ipc_message ask;
	struct passphrase p;
	struct client c;
	int code;

	if (!options_read(&o, argc, argv, &name, &code))
		return code;
	ipc_begin(&ask, MSG_RECOVER);
	if ((code = people_name(ask.body.RECOVER.name, name)) != 0 || (code = client_open(&c)) != 0)
		return code;
	client_close(&c); /* there is somebody to give it to; core waits for no typing */
	code = file != NULL ? key_from_file(file, &ask.body.RECOVER)
			    : key_from_terminal(&ask.body.RECOVER);
	if (code == 0)
		code = secret_choose(&source, "New passphrase of this coordinator: ", &p);
	if (code != 0) {
		ipc_wipe(&ask);
		return code;
	}
	secret_send(&p, &ask.body.RECOVER.passphrase);
	return recover(&ask);
}
