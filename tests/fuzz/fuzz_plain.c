/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as plain coded texts: a text with tabs is a table of messages, any other is one. Each
 * part of a message is accounted for, in order; a report that stands is whole, and printed and read
 * again it is the same; whatever the gateway knows, the same holds, and its answer is one SMS. The
 * octets are a report, too, which is printed and read.
 */
#include "reporting/report/answer_text.h"
#include "reporting/report/check.h"
#include "reporting/report/one_sms.h"
#include "tests/support/plain_row.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct plain plain, again;
static uint16_t own[OWN_MAX];

static void
must_be_same(const struct plain_report *a, const struct plain_setting *with)
{
	char text[PLAIN_PRINT_MAX];
	size_t len = plain_print(a, with->book, with->places->offset_min, text);
	const struct plain_report *b = &again.report[0];

	assert(len > 0 && len == strlen(text));
	plain_parse(text, len, with, &again);
	if (again.outcome != PLAIN_REPORTS || again.reports != 1) {
		(void)fprintf(stderr, "%s: %s\n", text, plain_why_words(again.why));
		abort();
	}
	for (unsigned f = 0; f < RECORD_FIELDS; f++)
		assert(record_get(&a->record, (enum record_field)f) ==
		       record_get(&b->record, (enum record_field)f));
	assert(a->refers == b->refers && a->upper == b->upper && !b->open);
}

static void
must_be_sound(const struct plain_setting *with)
{
	for (unsigned i = 0; i < plain.reports; i++) {
		const struct plain_report *r = &plain.report[i];
		uint8_t wire[RECORD_LEN];
		enum record_fault why;

		assert(record_pack(&r->record, wire) == ST_OK);
		if (r->open) {
			assert(plain.outcome == PLAIN_QUESTION && r->why != PLAIN_WHY_NONE);
			continue;
		}
		if (!relation_rule(r->record.relation)->refers)
			assert(record_check(&r->record, with->book, with->places, &why) == ST_OK);
		else
			assert(r->refers != 0);
		must_be_same(r, with);
	}
}

static void
must_account(size_t len)
{
	unsigned asked = 0;
	size_t from = 0;

	for (unsigned i = 0; i < plain.tokens; i++) {
		const struct plain_token *t = &plain.token[i];

		assert(t->use == PLAIN_USED || t->use == PLAIN_IGNORED || t->use == PLAIN_ASKED);
		assert(t->from >= from && t->len > 0 && (size_t)t->from + t->len <= len);
		from = t->from;
		assert(
		    t->use != PLAIN_USED || (t->report < plain.reports && t->field < PLAIN_FIELDS));
		assert(t->use == PLAIN_USED || (t->why != PLAIN_WHY_NONE && t->why < PLAIN_WHYS));
		assert(t->use != PLAIN_ASKED || plain.report[t->report].open);
		asked += t->use == PLAIN_ASKED;
		/* A number is never dropped, but for a gateway without a clock. */
		assert(plain.outcome != PLAIN_REPORTS || t->use != PLAIN_IGNORED ||
		       t->digits == 0 || t->why == PLAIN_WHY_NO_CLOCK || t->why == PLAIN_WHY_LIST ||
		       t->why == PLAIN_WHY_NO_FIELDS);
	}
	assert(plain.outcome != PLAIN_REPORTS || (asked == 0 && plain.reports > 0));
	assert((plain.outcome == PLAIN_UNREADABLE) == (plain.reports == 0));
	assert((plain.outcome == PLAIN_REPORTS) == (plain.why == PLAIN_WHY_NONE));
}

/* It fits one SMS, and is no report when it comes back. */
static void
must_answer(const char *text, size_t len, const struct plain_setting *with, unsigned round)
{
	struct answer_setting to = {with->book, with->places, answer_language(len % 4), round};
	char answer[ANSWER_MAX], words[ONE_SMS_WORDS];
	struct one_sms sms;
	size_t n = answer_read_back(&to, &plain, text, len, answer);

	assert(one_sms_check((const uint8_t *)answer, n, &sms, words) == ST_OK);
	plain_parse(answer, n, with, &again);
	assert(again.reports == 0 && again.why == PLAIN_WHY_ANSWER);
}

static void
try_message(const char *text, size_t len)
{
	struct plain_setting with = {.book = &row_book, .places = &row_places};

	for (unsigned round = 0; round < 3; round++) {
		with.own = round == 1 ? own : NULL;
		with.arrived = round == 2 ? RECORD_EVENT_NONE : 66158;
		plain_parse(text, len, &with, &plain);
		must_account(len);
		must_be_sound(&with);
		if (round == len % 3) /* each costs more than the reading */
			must_answer(text, len, &with, round);
	}
}

/* The octets as a record, made such as a plain text can say. */
static void
try_record(const uint8_t *data)
{
	struct plain_setting with = {.book = &row_book, .places = &row_places};
	struct plain_report r = {.upper = AFFECTED_NONE};
	enum record_fault why;

	if (record_unpack(data, &r.record) != ST_OK)
		return;
	r.record.schema = codebook_schema(&row_book);
	r.record.target = r.record.duress = 0;
	r.record.lag = 0;
	if (r.record.affected == AFFECTED_NONE)
		r.record.quantity = QUANTITY_EXACT;
	if (!relation_rule(r.record.relation)->counts)
		record_init(&r.record, 0), r.record.relation = RELATION_HEARTBEAT;
	if (relation_rule(r.record.relation)->refers)
		r.refers = 1 + data[0];
	if (r.record.kind != 0)
		r.record.kind = row_book.kind[r.record.kind % row_book.kinds].code;
	if (r.record.place != 0)
		r.record.place = row_places.place[r.record.place % row_places.count].id;
	if (r.record.relation == RELATION_PLACE_CONFIRM) {
		unsigned place = r.record.place;

		record_init(&r.record, codebook_schema(&row_book));
		r.record.relation = RELATION_PLACE_CONFIRM;
		r.record.place = place;
	}
	if (record_check(&r.record, &row_book, &row_places, &why) != ST_OK || r.record.kind == 0)
		return;
	with.arrived = r.record.event;
	must_be_same(&r, &with);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	size_t from = 0;

	if (row_book.kinds == 0) {
		row_load();
		for (unsigned i = 1; i < 7; i++)
			own[i] = row_places.place[i].id;
	}
	if (len >= RECORD_LEN)
		try_record(data);
	if (len == 0 || memchr(data, '\t', len) == NULL) {
		try_message(text, len);
		return 0;
	}
	for (size_t i = 0; i <= len; i++)
		if (i == len || text[i] == '\t' || text[i] == '\n') {
			try_message(text + from, i - from);
			from = i + 1;
		}
	return 0;
}
