/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plain coded text as the words of a report that is sealed. */
#include "reporting/monitor/compose.h"
#include "reporting/monitor/say.h"
#include "reporting/report/plain.h"

#include <string.h>

/* What is not read, one line each. Returns how many. */
static unsigned
say_left_out(const char *text, const struct plain *p, const struct codebook *book)
{
	unsigned said = 0;

	for (unsigned i = 0; i < p->tokens; i++) {
		const struct plain_token *t = &p->token[i];
		const struct kind *kind = codebook_kind(book, t->candidate);

		if (t->use == PLAIN_USED && !t->repaired)
			continue;
		said++;
		if (t->use == PLAIN_USED)
			say("  '%.*s' was read with letters as the digits or letters they look "
			    "like",
			    (int)t->len, text + t->from);
		else if (kind != NULL)
			say("  '%.*s': %s; did you mean %s?", (int)t->len, text + t->from,
			    plain_why_words((enum plain_why)t->why), kind->mnemonic);
		else
			say("  '%.*s' was not read: %s", (int)t->len, text + t->from,
			    plain_why_words((enum plain_why)t->why));
	}
	return said;
}

static int
check(const struct plain *p)
{
	if (p->outcome == PLAIN_UNREADABLE)
		return say_usage("the text cannot be read: %s", plain_why_words(p->why));
	if (p->outcome == PLAIN_QUESTION)
		return say_usage(
		    "the text can be misread (%s): write it anew", plain_why_words(p->why));
	if (p->reports != 1)
		return say_usage("the text holds %u reports, and a sealed message holds one: send "
				 "them one by one",
		    p->reports);
	return 0;
}

int
compose_text(const char *text, bool yes, const struct compose_setting *with, struct record *record,
    uint32_t *refers)
{
	static struct plain plain;
	const struct plain_setting setting = {
	    .book = &with->books->codebook,
	    .places = &with->books->places,
	    .own = with->own,
	    .arrived = record_quarter(with->now),
	};
	const uint32_t duress = record->duress;
	unsigned left_out;
	int rc;

	plain_parse(text, strlen(text), &setting, &plain);
	left_out = say_left_out(text, &plain, setting.book);
	if ((rc = check(&plain)) == 0 && plain.report[0].upper != AFFECTED_NONE) {
		say("  the upper end of the range cannot be sent sealed: only \"at least\" is");
		left_out++;
	}
	if (rc == 0 && left_out > 0 && !yes)
		rc = say_usage("nothing was sealed: write the text anew, or add --yes if what was "
			       "read is all that you mean");
	if (rc == 0) {
		*record = plain.report[0].record;
		record->duress = duress;
		*refers = plain.report[0].refers;
	}
	explicit_bzero(&plain, sizeof(plain));
	return rc;
}
