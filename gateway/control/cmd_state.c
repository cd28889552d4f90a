/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin unlock`, `arm`, `close` and `lock`: from one state to another. */
#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/date.h"
#include "gateway/control/options.h"
#include "gateway/control/secret.h"
#include "schemas/exit.h"

/* Does the gateway want two passphrases? */
static int
ask_two_person(struct client *c, bool *two)
{
	struct msg_status status;
	int code = client_status(c, &status);

	if (code == 0)
		*two = status.two_person == 1;
	return code;
}

static int
get_passphrases(const struct secret_source *source, bool two, struct msg_unlock *out)
{
	struct passphrase p;
	int code;

	code = secret_get(
	    source, two ? "Passphrase of one coordinator: " : "Passphrase of this gateway: ", &p);
	if (code != 0)
		return code;
	secret_send(&p, &out->passphrase);
	if (!two)
		return 0;
	if ((code = secret_get_second(source, "Passphrase of another coordinator: ", &p)) == 0)
		secret_send(&p, &out->second);
	return code;
}

/* UNLOCK and ARM have the same body. */
static int
with_passphrase(int argc, char **argv, enum message_type type, const char *usage, const char *done)
{
	struct secret_source source = {{NULL, NULL}, 0, false};
	struct date_source date = {NULL, false};
	const struct option_row rows[] = {SECRET_OPTIONS_UP_TO(source, 2), DATE_OPTIONS(date)};
	const struct options o = {usage, rows, sizeof(rows) / sizeof(rows[0]), 0};
	struct ipc_message ask;
	struct client c;
	int64_t date_s;
	bool two = false;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code) || (code = client_open(&c)) != 0)
		return code;
	/* A person at the terminal is asked for both; a script for neither. */
	code = date_get(&date, &c, source.file[0] == NULL && !source.fd_given, &date_s);
	if (code == 0)
		code = ask_two_person(&c, &two);
	client_close(&c); /* there is somebody to give it to; core waits for no typing */
	if (code != 0)
		return code;
	ipc_begin(&ask, type);
	ask.body.UNLOCK.date_s = date_s;
	ask.body.UNLOCK.date_is_sure = date.is_sure;
	if ((code = get_passphrases(&source, two, &ask.body.UNLOCK)) != 0) {
		ipc_wipe(&ask);
		return code;
	}
	return client_tell(&ask, CLIENT_WAIT_LONG_S, done);
}

static int
without_passphrase(
    int argc, char **argv, enum message_type type, const char *usage, const char *done)
{
	const struct options o = {usage, NULL, 0, 0};
	struct ipc_message ask;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	ipc_begin(&ask, type);
	return client_tell(&ask, CLIENT_WAIT_S, done);
}

int
cmd_unlock(int argc, char **argv)
{
	return with_passphrase(argc, argv, MSG_UNLOCK, "tocsin unlock [OPTIONS]",
	    "The gateway is OPEN. It closes by itself when nobody asks it anything; 'tocsin close' "
	    "closes it now.");
}

int
cmd_arm(int argc, char **argv)
{
	return with_passphrase(argc, argv, MSG_ARM, "tocsin arm [OPTIONS]",
	    "The gateway is ARMED: it reads what arrives, and nobody can read what is stored.");
}

int
cmd_close(int argc, char **argv)
{
	return without_passphrase(argc, argv, MSG_CLOSE, "tocsin close",
	    "The gateway is ARMED: it reads what arrives, and nobody can read what is stored.");
}

int
cmd_lock(int argc, char **argv)
{
	return without_passphrase(argc, argv, MSG_LOCK, "tocsin lock",
	    "The gateway is LOCKED: it receives and reads nothing.");
}
