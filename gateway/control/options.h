/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command's options as a table: --name VALUE, --name=VALUE or --name; --help prints the table.
 */
#ifndef GATEWAY_CONTROL_OPTIONS_H
#define GATEWAY_CONTROL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,   /* into: bool */
	OPTION_TEXT,   /* into: const char *, borrowed from argv */
	OPTION_TEXTS,  /* into: const char *[max], all NULL: once each, in order */
	OPTION_NUMBER, /* into: uint64_t within min .. max */
	OPTION_MAYBE,  /* as NUMBER, but `--name` alone leaves what `into` holds; sets *given */
};

struct option_row {
	const char *name; /* without the dashes */
	enum option_kind kind;
	void *into;
	uint64_t min, max;
	bool *given;       /* set when the option stands there; may be NULL */
	const char *value; /* what its value is called in the help, NULL for a flag */
	const char *help;
};

/* For `operands`: so many at most; the pointers of those that are not there stay as they were. */
#define OPERANDS_UP_TO(n) ((unsigned)(n) | OPERANDS_FEWER)
#define OPERANDS_FEWER 0x80000000u

struct options {
	const char *usage; /* "tocsin revoke [OPTIONS] PSEUDONYM" */
	const struct option_row *rows;
	size_t count;
	unsigned operands; /* how many arguments there are beside the options */
};

/*
 * Read them. Options and operands may be mixed; `--` ends the options.
 *   operands  gets o->operands pointers; may be NULL if that is 0.
 *   code      written when false comes back: the exit code, after words on standard error (or,
 *             for --help, the help on standard output).
 */
bool options_read(const struct options *o, int argc, char **argv, const char **operands, int *code);

#endif
