/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/secret.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/cmd.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"
#include "schemas/messages.h"

#define CHARACTERS_MIN 12
#define TRIES 3

static int
refused(const struct secret_source *s, const char *file, enum status st)
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
	if (file != NULL && st == ST_UNKNOWN)
		return cmd_fail(EXIT_REFUSED, "there is no passphrase file %s", file);
	if (file != NULL && st == ST_NOT_ALLOWED)
		return cmd_fail(
		    EXIT_REFUSED, "the passphrase file %s may not be read by this user", file);
	if (file != NULL && st == ST_FORGED)
		return cmd_fail(EXIT_REFUSED,
		    "others may read the passphrase file %s: make it yours alone with 'chmod 600 "
		    "%s', and think about who has read it",
		    file, file);
	if (file != NULL)
		return cmd_fail(EXIT_REFUSED,
		    "%s cannot be used as passphrase file: it must be a plain file of one line",
		    file);
	if (s->fd_given)
		return cmd_fail(EXIT_REFUSED,
		    "the passphrase cannot be read from descriptor %d: is it open?", (int)s->fd);
	return cmd_fail(EXIT_REFUSED, "there is no terminal to ask for the passphrase: use "
				      "--passphrase-fd or --passphrase-file");
}

int
secret_get(const struct secret_source *s, const char *prompt, struct passphrase *out)
{
	if (s->file[0] != NULL && s->fd_given)
		return cmd_fail(EXIT_USAGE, "give --passphrase-fd or --passphrase-file, not both");
	if (s->file[0] != NULL)
		return refused(s, s->file[0], passphrase_from_file(s->file[0], out));
	if (s->fd_given)
		return refused(s, NULL, passphrase_from_fd((int)s->fd, out));
	return refused(s, NULL, passphrase_from_tty(prompt, out));
}

int
secret_get_second(const struct secret_source *s, const char *prompt, struct passphrase *out)
{
	out->len = 0;
	if (s->file[1] != NULL)
		return refused(s, s->file[1], passphrase_from_file(s->file[1], out));
	if (s->file[0] != NULL)
		return 0;
	return secret_get(s, prompt, out);
}

static size_t
characters(const struct passphrase *p)
{
	const uint8_t *at = (const uint8_t *)p->octets, *end = at + p->len;
	size_t count = 0;
	int32_t c;

	for (; at < end; count++)
		at += show_character(at, (size_t)(end - at), &c);
	return count;
}

static int
check_strength(const struct passphrase *p)
{
	if (characters(p) < CHARACTERS_MIN)
		return cmd_fail(EXIT_REFUSED,
		    "the passphrase has fewer than %d characters: take six words drawn by lot",
		    CHARACTERS_MIN);
	return 0;
}

static bool
is_same(const struct passphrase *a, const struct passphrase *b)
{
	return a->len == b->len && sodium_memcmp(a->octets, b->octets, a->len) == 0;
}

int
secret_choose(const struct secret_source *s, const char *prompt, struct passphrase *out)
{
	struct passphrase again;
	bool at_terminal = s->file[0] == NULL && !s->fd_given, same;
	int code = 0;

	for (int i = 0; i < TRIES; i++) {
		if ((code = secret_get(s, prompt, out)) != 0)
			return code;
		if ((code = check_strength(out)) == 0) {
			if (!at_terminal)
				return 0;
			if ((code = secret_get(s, "Once more: ", &again)) != 0)
				break;
			same = is_same(out, &again);
			passphrase_wipe(&again);
			if (same)
				return 0;
			code = cmd_fail(EXIT_REFUSED, "the two are not the same");
		}
		passphrase_wipe(out);
		if (!at_terminal)
			return code;
	}
	passphrase_wipe(out);
	return code;
}

void
secret_send(struct passphrase *p, struct msg_passphrase *out)
{
	out->len = (uint32_t)p->len;
	memcpy(out->octets, p->octets, p->len);
	passphrase_wipe(p);
}
