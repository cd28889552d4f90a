/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/control/cmd.h"
#include "schemas/exit.h"

#define NAME_COLUMN 26

static void
print_row(const struct option_row *row)
{
	char left[64];

	if (row->kind == OPTION_FLAG)
		(void)snprintf(left, sizeof(left), "--%s", row->name);
	else if (row->kind == OPTION_MAYBE)
		(void)snprintf(left, sizeof(left), "--%s[=%s]", row->name, row->value);
	else
		(void)snprintf(left, sizeof(left), "--%s %s", row->name, row->value);
	printf("  %-*s %s\n", NAME_COLUMN, left, row->help);
}

static int
help(const struct options *o)
{
	printf("usage: %s\n", o->usage);
	for (size_t i = 0; i < o->count; i++)
		print_row(&o->rows[i]);
	return 0;
}

static int
wrong(const struct options *o, const char *before, const char *what, const char *behind)
{
	(void)cmd_fail(EXIT_USAGE, "%s%s%s", before, what, behind);
	(void)fprintf(stderr, "usage: %s\n", o->usage);
	return EXIT_USAGE;
}

static const struct option_row *
find(const struct options *o, const char *name, size_t len)
{
	for (size_t i = 0; i < o->count; i++)
		if (strlen(o->rows[i].name) == len && memcmp(o->rows[i].name, name, len) == 0)
			return &o->rows[i];
	return NULL;
}

static int
set_number(const struct option_row *row, const char *value)
{
	char *end = NULL;
	uintmax_t n;

	n = strtoumax(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || strlen(value) > 18 ||
	    n < row->min || n > row->max)
		return cmd_fail(EXIT_USAGE, "--%s must be a number from %" PRIu64 " to %" PRIu64,
		    row->name, row->min, row->max);
	*(uint64_t *)row->into = n;
	return 0;
}

static int
add_text(const struct options *o, const struct option_row *row, const char *value)
{
	const char **texts = row->into;

	for (uint64_t i = 0; i < row->max; i++)
		if (texts[i] == NULL) {
			texts[i] = value;
			return 0;
		}
	return wrong(o, "--", row->name, " was given too often");
}

/* One option; `at` moves over its value if that stands apart. 0, or the exit code. */
static int
take_option(const struct options *o, int argc, char **argv, int *at)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '='), *value;
	const struct option_row *row;

	row = find(o, name, equals != NULL ? (size_t)(equals - name) : strlen(name));
	if (row == NULL)
		return wrong(o, "there is no option ", argv[*at], " here");
	if (row->given != NULL)
		*row->given = true;
	if (row->kind == OPTION_FLAG) {
		if (equals != NULL)
			return wrong(o, "--", row->name, " takes no value");
		*(bool *)row->into = true;
		return 0;
	}
	if (equals == NULL && row->kind == OPTION_MAYBE)
		return 0;
	if (equals == NULL && *at + 1 == argc)
		return wrong(o, "--", row->name, " needs a value");
	value = equals != NULL ? equals + 1 : argv[++*at];
	if (row->kind == OPTION_TEXTS)
		return add_text(o, row, value);
	if (row->kind != OPTION_TEXT)
		return set_number(row, value);
	*(const char **)row->into = value;
	return 0;
}

static bool
is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

bool
options_read(const struct options *o, int argc, char **argv, const char **operands, int *code)
{
	bool only_operands = false;
	unsigned found = 0;

	for (int at = 1; at < argc; at++) {
		if (!only_operands && is_help(argv[at])) {
			*code = help(o);
			return false;
		}
		if (!only_operands && strcmp(argv[at], "--") == 0) {
			only_operands = true;
		} else if (!only_operands && strncmp(argv[at], "--", 2) == 0) {
			if ((*code = take_option(o, argc, argv, &at)) != 0)
				return false;
		} else if (found == (o->operands & ~OPERANDS_FEWER)) {
			*code = wrong(o, "one argument too many: ", argv[at], "");
			return false;
		} else {
			operands[found++] = argv[at];
		}
	}
	if (found < o->operands && !(o->operands & OPERANDS_FEWER)) {
		*code = wrong(o, "an argument is missing", "", "");
		return false;
	}
	return true;
}
