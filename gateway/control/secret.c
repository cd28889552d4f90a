/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/secret.h"

#include "gateway/control/cmd.h"
#include "schemas/exit.h"

static int
refused(const struct secret_source *s, enum status st)
{
	switch (st) {
	case ST_OK:
		return 0;
	case ST_INCOMPLETE:
		return cmd_fail(EXIT_REFUSED, "the passphrase is empty: give it again");
	case ST_TOO_LONG:
		return cmd_fail(EXIT_REFUSED,
		    "the passphrase is longer than %d octets: use a shorter one", PASSPHRASE_MAX);
	case ST_CLOSED:
		return cmd_fail(EXIT_REFUSED, "interrupted: nothing was done");
	default:
		break;
	}
	if (s->file != NULL && st == ST_UNKNOWN)
		return cmd_fail(EXIT_REFUSED, "there is no passphrase file %s", s->file);
	if (s->file != NULL && st == ST_NOT_ALLOWED)
		return cmd_fail(
		    EXIT_REFUSED, "the passphrase file %s may not be read by this user", s->file);
	if (s->file != NULL && st == ST_FORGED)
		return cmd_fail(EXIT_REFUSED,
		    "others may read the passphrase file %s: make it yours alone with 'chmod 600 "
		    "%s', and think about who has read it",
		    s->file, s->file);
	if (s->file != NULL)
		return cmd_fail(EXIT_REFUSED,
		    "%s cannot be used as passphrase file: it must be a plain file of one line",
		    s->file);
	if (s->fd_given)
		return cmd_fail(EXIT_REFUSED,
		    "the passphrase cannot be read from descriptor %d: is it open?", (int)s->fd);
	return cmd_fail(EXIT_REFUSED, "there is no terminal to ask for the passphrase: use "
				      "--passphrase-fd or --passphrase-file");
}

int
secret_get(const struct secret_source *s, const char *prompt, struct passphrase *out)
{
	if (s->file != NULL && s->fd_given)
		return cmd_fail(EXIT_USAGE, "give --passphrase-fd or --passphrase-file, not both");
	if (s->file != NULL)
		return refused(s, passphrase_from_file(s->file, out));
	if (s->fd_given)
		return refused(s, passphrase_from_fd((int)s->fd, out));
	return refused(s, passphrase_from_tty(prompt, out));
}
