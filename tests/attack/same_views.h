/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two views, row by row: equal in what both hold. For tests/attack/test_core_fold_is_view.c. */
#ifndef TESTS_ATTACK_SAME_VIEWS_H
#define TESTS_ATTACK_SAME_VIEWS_H

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/view.h"
#include "tests/support/check.h"

/* Every row of every table as text, in order: what rows from `first` on and before `end` say, and
 * what holds whatever they are. Counts of 13 months are carried, here are those of eleven. */
static char *
dump(struct view *v, int64_t first, int64_t end)
{
	static const char *const queries[] = {
	    "SELECT * FROM message WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    "SELECT *, counts_as(seq, part) FROM report WHERE seq BETWEEN ?1 AND ?2 ORDER BY id",
	    "SELECT * FROM monitor ORDER BY seq", "SELECT * FROM vetted ORDER BY monitor",
	    "SELECT * FROM plain ORDER BY monitor", "SELECT * FROM own ORDER BY monitor",
	    "SELECT * FROM book ORDER BY seq", "SELECT * FROM setting ORDER BY key",
	    "SELECT * FROM mark WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    "SELECT * FROM outbox WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    "SELECT * FROM base WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    "SELECT * FROM backup WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    "SELECT * FROM dropped WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
	    ("SELECT * FROM counted WHERE week > (SELECT max(week) FROM counted) - 48"
	     " ORDER BY week, kind, place"),
	    "SELECT seq, words FROM fault ORDER BY id"};
	sqlite3_str *out = sqlite3_str_new(NULL);
	sqlite3_stmt *s;
	int64_t last_s;

	sqlite3_str_appendf(out, "refused %u", view_refused(v, &last_s));
	sqlite3_str_appendf(out, " %lld\n", (long long)last_s);
	for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
		sqlite3_str_appendf(out, "-- %s\n", queries[q]);
		if (sqlite3_prepare_v2(view_db(v), queries[q], -1, &s, NULL) != SQLITE_OK)
			abort();
		(void)sqlite3_bind_int64(s, 1, first); /* where there is one */
		(void)sqlite3_bind_int64(s, 2, end - 1);
		while (sqlite3_step(s) == SQLITE_ROW) {
			for (int i = 0; i < sqlite3_column_count(s); i++) {
				const unsigned char *blob = sqlite3_column_blob(s, i);

				sqlite3_str_appendf(out, "|%d:", sqlite3_column_bytes(s, i));
				for (int b = 0; b < sqlite3_column_bytes(s, i); b++)
					sqlite3_str_appendf(out, "%02x", blob[b]);
			}
			sqlite3_str_appendchar(out, 1, '\n');
		}
		(void)sqlite3_finalize(s);
	}
	return sqlite3_str_finish(out);
}

static int64_t
number(struct view *v, const char *sql)
{
	sqlite3_stmt *s;
	int64_t value = 0;

	CHECK_EQ(sqlite3_prepare_v2(view_db(v), sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return value;
}

/* The row of the base that a view begins with, 0: it begins with the first row. */
static int64_t
origin(struct view *v)
{
	return number(v, "SELECT seq FROM origin");
}

static int64_t
oldest(struct view *v)
{
	return number(v, "SELECT min(seq) FROM message");
}

static void
say_difference(const char *lived, const char *folded)
{
	size_t i = 0;

	while (lived[i] != '\0' && lived[i] == folded[i])
		i++;
	while (i > 0 && lived[i] != '\n')
		i--;
	printf("    lived:  %.300s\n    folded: %.300s\n", lived + i, folded + i);
}

static enum status
hash_row(void *arg, const struct msg_inbox_row *row)
{
	(void)crypto_generichash_update(arg, (const uint8_t *)row, sizeof(*row));
	return ST_OK;
}

/* Every row of the inbox, with what others say of it. */
static void
hash_inbox(struct view *v, uint8_t out[32])
{
	const struct msg_inbox everything = {.limit = UINT32_MAX, .which = 3};
	const struct view_names names = {0};
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, 32);
	CHECK_EQ(view_inbox(v, &names, &everything, hash_row, &state), ST_OK);
	(void)crypto_generichash_final(&state, out, 32);
}

static void
same_views(struct view *a, struct view *b, int64_t end)
{
	int64_t first = origin(a) > origin(b) ? origin(a) : origin(b);
	char *lived = dump(a, first, end), *folded = dump(b, first, end);
	uint8_t rows[2][32];

	hash_inbox(a, rows[0]);
	hash_inbox(b, rows[1]);
	if (oldest(a) == oldest(b)) /* else one has more, of which those of the other may say */
		CHECK(memcmp(rows[0], rows[1], 32) == 0);
	if (!CHECK(strcmp(lived, folded) == 0))
		say_difference(lived, folded);
	CHECK(strstr(folded, "FROM fault ORDER BY id\n|") == NULL);
	sqlite3_free(lived);
	sqlite3_free(folded);
}

#endif
