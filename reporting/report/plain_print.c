/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canonical text of a report. */
#include "reporting/report/damm.h"
#include "reporting/report/plain_parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define MINUTE_S 60
#define DAY_MIN 1440
#define MANY_PEOPLE 99999u /* more than the table holds */

struct printing {
	char *out;
	size_t len;
};

static void put(struct printing *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct printing *p, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(p->out + p->len, PLAIN_PRINT_MAX - p->len, format, list);
	va_end(list);
	assert(n >= 0 && p->len + (size_t)n < PLAIN_PRINT_MAX);
	p->len += (size_t)n;
}

static const char *
relation_text(unsigned relation)
{
	switch (relation) {
	case RELATION_CORRECTION:
		return "CORRECT";
	case RELATION_FOLLOW_UP:
		return "UPDATE";
	case RELATION_CANCEL:
		return "CANCEL";
	case RELATION_ALL_CLEAR:
		return "CLEAR";
	case RELATION_HEARTBEAT:
		return "OK";
	case RELATION_DRILL:
		return "DRILL";
	case RELATION_COVER:
		return "COVER";
	case RELATION_PLACE_CONFIRM:
		return "HERE";
	default:
		return "";
	}
}

static void
put_event(struct printing *p, uint32_t event, int offset_min)
{
	int64_t minutes = record_unix(event) / MINUTE_S + offset_min;
	int year, month, day;

	plain_civil((int32_t)(minutes / DAY_MIN), &year, &month, &day);
	put(p, " d%02d%02d%02d h%02d%02d", day, month, year % 100, (int)(minutes % DAY_MIN / 60),
	    (int)(minutes % 60));
}

static uint32_t
people(uint32_t code)
{
	uint32_t value;

	return affected_decode((uint8_t)code, &value) == AFFECTED_IS_MANY ? MANY_PEOPLE : value;
}

static void
put_affected(struct printing *p, const struct plain_report *report)
{
	static const char *const signs[] = {"", "~", "", "<"};
	static const char *const words[] = {"", " about", " least", " most"};
	const struct record *r = &report->record;

	if (r->affected == AFFECTED_NONE)
		return;
	if (report->upper != AFFECTED_NONE)
		put(p, " n%u-%u", (unsigned)people(r->affected), (unsigned)people(report->upper));
	else if (r->affected == AFFECTED_MANY)
		put(p, " n%s many", words[r->quantity]);
	else
		put(p, " n%s%u%s", signs[r->quantity], (unsigned)people(r->affected),
		    r->quantity == QUANTITY_AT_LEAST ? "+" : "");
}

static void
put_kind(struct printing *p, unsigned code, const struct codebook *book)
{
	const struct kind *kind = codebook_kind(book, code);
	char digits[4];

	damm_code(code, digits);
	put(p, " %s", kind != NULL ? kind->mnemonic : digits);
}

size_t
plain_print(const struct plain_report *report, const struct codebook *book, int offset_min,
    char out[PLAIN_PRINT_MAX])
{
	const struct record *r = &report->record;
	const struct relation_rule *rule = relation_rule(r->relation);
	struct printing p = {.out = out};

	out[0] = '\0';
	if (rule == NULL || r->target != 0 || r->duress != 0 || r->kind > RECORD_KIND_MAX ||
	    r->quantity >= QUANTITY_COUNT)
		return 0;
	put(&p, "%s", relation_text(r->relation));
	if (!rule->counts)
		return p.len;
	if (report->refers != 0)
		put(&p, " r%u", (unsigned)report->refers);
	if (r->kind != 0)
		put_kind(&p, r->kind, book);
	if (r->place != 0)
		put(&p, " p%03u", (unsigned)r->place);
	if (r->event != RECORD_EVENT_NONE)
		put_event(&p, r->event, offset_min);
	put_affected(&p, report);
	if (r->severity != 0)
		put(&p, " s%u", (unsigned)r->severity);
	if (r->certainty != 0)
		put(&p, " c%u", (unsigned)r->certainty);
	if (r->actor != 0)
		put(&p, " a%u", (unsigned)r->actor);
	if (out[0] == ' ') { /* no word in front */
		for (size_t i = 0; i < p.len; i++)
			out[i] = out[i + 1];
		p.len--;
	}
	return p.len;
}
