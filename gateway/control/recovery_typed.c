/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/recovery_typed.h"

#include <string.h>

#include "gateway/common/fileio.h"
#include "gateway/common/passphrase.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

_Static_assert(PASSPHRASE_MAX <= RECOVERY_TYPED_MAX, "what a terminal gives fits");

static int
from_file(const char *file, struct recovery_typed *out)
{
	switch (fileio_read(file, (uint8_t *)out->octets, sizeof(out->octets), &out->len)) {
	case ST_OK:
		return 0;
	case ST_UNKNOWN:
		return cmd_fail(EXIT_REFUSED, "there is no recovery key file %s", file);
	case ST_TOO_LONG:
		return cmd_fail(
		    EXIT_REFUSED, "%s holds more than the letters of a recovery key", file);
	default:
		return cmd_fail(EXIT_REFUSED,
		    "the recovery key file %s cannot be read: is it a plain file, and yours?",
		    file);
	}
}

static int
from_terminal(struct recovery_typed *out)
{
	struct passphrase p;
	enum status st = passphrase_from_tty(
	    "Recovery key, in one line (not shown; blanks and dashes do not matter): ", &p);

	if (st == ST_OK) {
		memcpy(out->octets, p.octets, p.len);
		out->len = p.len;
		passphrase_wipe(&p);
		return 0;
	}
	passphrase_wipe(&p);
	switch (st) {
	case ST_INCOMPLETE:
		return cmd_fail(EXIT_REFUSED, "nothing was typed: nothing was done");
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
