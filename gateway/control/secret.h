/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command gets the passphrase: the terminal, or --passphrase-fd N, or --passphrase-file F.
 * Never an argument's value or the environment.
 */
#ifndef GATEWAY_CONTROL_SECRET_H
#define GATEWAY_CONTROL_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/common/passphrase.h"

struct secret_source {
	const char *file[2]; /* NULL: not given */
	uint64_t fd;
	bool fd_given;
};

/* The two rows of a command's table of options; for one passphrase, or for up to two. */
#define SECRET_OPTIONS(source) SECRET_OPTIONS_UP_TO(source, 1)
#define SECRET_OPTIONS_UP_TO(source, most) \
	{"passphrase-fd", OPTION_NUMBER, &(source).fd, 0, 65535, &(source).fd_given, "N", \
	    "read the passphrase from descriptor N"}, \
	{ \
		"passphrase-file", OPTION_TEXTS, (source).file, 0, most, NULL, "FILE", \
		    "read the passphrase from a file" \
	}

/*
 * Get it. prompt: for the terminal. out: written on 0, to be wiped by the caller. 0, or the exit
 * code after words.
 */
int secret_get(const struct secret_source *s, const char *prompt, struct passphrase *out);

/* Another coordinator's: the second file, the descriptor's next line, the terminal. Where files are
 * given and there is no second one it is empty, and core says what is missing. As secret_get. */
int secret_get_second(const struct secret_source *s, const char *prompt, struct passphrase *out);

/* Choose a new one: twice at a terminal, once from a descriptor or a file, and strong enough. who:
 * "New passphrase: ". As secret_get. */
int secret_choose(const struct secret_source *s, const char *prompt, struct passphrase *out);

struct msg_passphrase;
/* Put it into a message, and wipe it here. */
void secret_send(struct passphrase *p, struct msg_passphrase *out);

#endif
