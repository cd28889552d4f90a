/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/recovery_typed.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/common/fileio.h"
#include "gateway/common/passphrase.h"
#include "gateway/control/cmd.h"
#include "gateway/control/recovery_sheet.h"
#include "schemas/exit.h"

#define RECOVERY_LETTERS 85 /* RECOVERY_CHARS of crypto/recovery.h */

_Static_assert(PASSPHRASE_MAX <= RECOVERY_TYPED_MAX, "what a terminal gives fits");

/* The key out of the text that `recovery-key --out` writes; any other text is left as it is. */
static size_t
pick_key(char *text, size_t len)
{
	size_t kept = 0, line;

	if (len < strlen(RECOVERY_SHEET_TITLE) ||
	    memcmp(text, RECOVERY_SHEET_TITLE, strlen(RECOVERY_SHEET_TITLE)) != 0)
		return len;
	for (size_t at = 0; at < len; at += line) {
		const char *end = memchr(text + at, '\n', len - at);

		line = end != NULL ? (size_t)(end - (text + at)) + 1 : len - at;
		if (line <= strlen(RECOVERY_SHEET_INDENT) ||
		    memcmp(text + at, RECOVERY_SHEET_INDENT, strlen(RECOVERY_SHEET_INDENT)) != 0)
			continue;
		memmove(text + kept, text + at, line);
		kept += line;
	}
	return kept;
}

static int
refused(const char *file, enum status st)
{
	if (st == ST_UNKNOWN)
		return cmd_fail(EXIT_REFUSED, "there is no recovery key file %s", file);
	return cmd_fail(EXIT_REFUSED,
	    "the recovery key file %s cannot be used: it holds the key alone, or what "
	    "'recovery-key' printed",
	    file);
}

static bool
is_others(const char *file)
{
	struct stat sb;

	return stat(file, &sb) == 0 && S_ISREG(sb.st_mode) &&
	       (sb.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

static int
from_file(const char *file, struct recovery_typed *out)
{
	char text[RECOVERY_SHEET_MAX];
	enum status st;

	if (is_others(file))
		return cmd_fail(EXIT_REFUSED,
		    "others may read the recovery key file %s: 'chmod 600' closes it to them",
		    file);
	st = fileio_read(file, (uint8_t *)text, sizeof(text), &out->len);
	if (st == ST_OK) {
		out->len = pick_key(text, out->len);
		if (out->len > sizeof(out->octets))
			st = ST_TOO_LONG;
		else
			memcpy(out->octets, text, out->len);
	}
	explicit_bzero(text, sizeof(text));
	return st == ST_OK ? 0 : refused(file, st);
}

static size_t
letters(const struct passphrase *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->len; i++)
		count += p->octets[i] != ' ' && p->octets[i] != '-';
	return count;
}

static int
from_terminal(struct recovery_typed *out)
{
	char prompt[80] = "Recovery key, as on the paper (not shown): ";
	enum status st = ST_OK;
	struct passphrase p;
	size_t have = 0;

	/* Line by line or at once, as it is typed; its length says when it ends. */
	for (out->len = 0; st == ST_OK && have < RECOVERY_LETTERS; out->len += p.len) {
		if ((st = passphrase_from_tty(prompt, &p)) != ST_OK)
			break;
		if (p.len > sizeof(out->octets) - out->len) {
			st = ST_TOO_LONG;
			break;
		}
		memcpy(out->octets + out->len, p.octets, p.len);
		have += letters(&p);
		(void)snprintf(prompt, sizeof(prompt), "%zu of %d letters; the next line: ", have,
		    RECOVERY_LETTERS);
	}
	passphrase_wipe(&p);
	switch (st) {
	case ST_OK:
		return 0;
	case ST_INCOMPLETE:
		return cmd_fail(EXIT_REFUSED, "%zu of %d letters were typed: nothing was done",
		    have, RECOVERY_LETTERS);
	case ST_CLOSED:
		return cmd_fail(EXIT_REFUSED, "interrupted: nothing was done");
	case ST_UNKNOWN:
		return cmd_fail(EXIT_REFUSED, "there is no terminal to ask for the recovery key: "
					      "use --recovery-key-file");
	default:
		return cmd_fail(EXIT_REFUSED, "that is more than the letters of a recovery key");
	}
}

int
recovery_typed_get(const char *file, struct recovery_typed *out)
{
	memset(out, 0, sizeof(*out));
	return file != NULL ? from_file(file, out) : from_terminal(out);
}
