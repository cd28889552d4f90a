/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/recovery_sheet.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

#define GROUP 5 /* characters, and groups a line */
/* Where the key says whose it is (crypto/recovery.h). */
#define GATEWAY_AT 33
#define KEY_ID_AT 41
#define ID_LEN 8

static void
add(char paper[RECOVERY_SHEET_MAX], const char *text)
{
	size_t len = strlen(paper);

	(void)snprintf(paper + len, RECOVERY_SHEET_MAX - len, "%s", text);
}

/* The octet `at` of base32 as core writes it; 0 behind its end. */
static unsigned
octet(const char *text, size_t at)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned value = 0;

	for (size_t bit = 8 * at; bit < 8 * at + 8; bit++) {
		const char *symbol =
		    bit / 5 < strlen(text) ? strchr(alphabet, text[bit / 5]) : NULL;
		unsigned five = symbol != NULL ? (unsigned)(symbol - alphabet) : 0;

		value = value << 1 | (five >> (4 - bit % 5) & 1);
	}
	return value;
}

static void
add_id(char paper[RECOVERY_SHEET_MAX], const char *name, const char *text, size_t at)
{
	char pair[3];

	add(paper, name);
	for (size_t i = 0; i < ID_LEN; i++) {
		(void)snprintf(pair, sizeof(pair), "%02x", octet(text, at + i) & 0xff);
		add(paper, i == ID_LEN / 2 ? " " : "");
		add(paper, pair);
	}
	add(paper, "\n");
}

static void
add_key(char paper[RECOVERY_SHEET_MAX], const char *text)
{
	char piece[GROUP + 1];
	size_t len = strlen(text), groups = 0;

	for (size_t at = 0; at < len; at += GROUP, groups++) {
		if (groups % GROUP == 0)
			add(paper, "\n" RECOVERY_SHEET_INDENT);
		else
			add(paper, " ");
		(void)snprintf(piece, sizeof(piece), "%s", text + at);
		add(paper, piece);
	}
	explicit_bzero(piece, sizeof(piece));
}

static void
write_paper(const char *text, char paper[RECOVERY_SHEET_MAX])
{
	paper[0] = '\0';
	add(paper, RECOVERY_SHEET_TITLE "\n");
	add_id(paper, "gateway ", text, GATEWAY_AT);
	add_id(paper, "key id  ", text, KEY_ID_AT);
	add(paper, "made on\n");
	add_key(paper, text);
	add(paper, "\n\nWhoever has this opens the\n"
		   "gateway and its backups without\n"
		   "a passphrase. Keep it on paper,\n"
		   "far from the gateway, where no\n"
		   "search for you will go. Make no\n"
		   "photo of it.\n"
		   "Passphrases lost:\n"
		   "tocsin recover NAME\n"
		   "Gateway lost, with a backup:\n"
		   "tocsin restore FILE\n");
}

int
recovery_sheet_try(const char *out_file)
{
	enum status st = fileio_create(out_file, "", 0, 0600);

	if (st == ST_OK && unlink(out_file) == 0)
		return 0;
	return cmd_fail(EXIT_REFUSED, "%s %s: name a new file in a folder that you can write to",
	    out_file, st == ST_EXISTS ? "exists already" : "cannot be made");
}

int
recovery_sheet(const char text[RECOVERY_TEXT_MAX], const char *out_file)
{
	char paper[RECOVERY_SHEET_MAX];
	enum status st;

	write_paper(text, paper);
	if (out_file == NULL)
		st = fputs(paper, stdout) != EOF && fflush(stdout) == 0 ? ST_OK : ST_IO;
	else
		st = fileio_create(out_file, paper, strlen(paper), 0600);
	explicit_bzero(paper, sizeof(paper));
	if (st != ST_OK)
		return cmd_fail(EXIT_REFUSED,
		    "the recovery key was made, but %s could not be written: make another with "
		    "'tocsin recovery-key'",
		    out_file != NULL ? out_file : "its text");
	cmd_note("%s secret and not kept here. Put it on paper now, with the date, compare it, and "
		 "destroy every other copy.",
	    out_file == NULL ? "The text above is" : "That file is");
	return 0;
}
