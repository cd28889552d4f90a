/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/events.h"

#include <string.h>

#include "gateway/core/events_pen.h"
#include "reporting/report/record.h"
#include "schemas/messages.h"

const char *
outcome_words(unsigned outcome)
{
	switch (outcome) {
#define X(name, number, words) \
	case number: \
		return words;
#include "schemas/store/outcomes.def"
#undef X
	default:
		return "with an outcome that this version does not know";
	}
}

unsigned
event_version(unsigned type)
{
	switch (type) {
#define X(name, number, version, states, words) \
	case number: \
		return version;
#include "schemas/store/events.def"
#undef X
	default:
		return 0;
	}
}

unsigned
event_states(unsigned type)
{
	switch (type) {
#define X(name, number, version, states, words) \
	case number: \
		return states;
#include "schemas/store/events.def"
#undef X
	default:
		return 0;
	}
}

size_t
event_received_encode(const struct event_received *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->arrival, 4);
	put_le(&p, e->trust, 1);
	put_le(&p, e->source, 1);
	put_le(&p, e->class, 1);
	put_le(&p, e->form, 1);
	put_le(&p, e->slot, 2);
	put_le(&p, e->generation, 1);
	put_le(&p, e->n, 4);
	put_le(&p, e->outcome, 1);
	put_le(&p, e->fault, 1);
	put_le(&p, e->review, 2);
	put_le(&p, e->reports, 1);
	for (unsigned i = 0; i < e->reports; i++) {
		put(&p, e->report[i].record, RECORD_LEN);
		put(&p, e->report[i].note, NOTE_LEN);
	}
	put_le(&p, e->raw_len, 2);
	put(&p, e->raw, e->raw_len);
	for (unsigned i = 0; i < e->reports; i++) {
		put_le(&p, e->report[i].upper, 1);
		put_le(&p, e->report[i].refers, 4);
	}
	return p.len;
}

enum status
event_received_decode(const uint8_t *in, size_t len, struct event_received *out)
{
	struct eye e = {in, len, 0};

	memset(
	    out, 0, offsetof(struct event_received, raw)); /* each report of a journal comes by */
	out->arrival = (uint32_t)take_le(&e, 4);
	out->trust = (uint8_t)take_le(&e, 1);
	out->source = (uint8_t)take_le(&e, 1);
	out->class = (uint8_t)take_le(&e, 1);
	out->form = (uint8_t)take_le(&e, 1);
	out->slot = (uint16_t)take_le(&e, 2);
	out->generation = (uint8_t)take_le(&e, 1);
	out->n = (uint32_t)take_le(&e, 4);
	out->outcome = (uint8_t)take_le(&e, 1);
	out->fault = (uint8_t)take_le(&e, 1);
	out->review = (uint16_t)take_le(&e, 2);
	out->reports = (uint8_t)take_le(&e, 1);
	if (out->reports > REPORTS_MAX)
		return ST_DAMAGED;
	for (unsigned i = 0; i < out->reports; i++) {
		take(&e, out->report[i].record, RECORD_LEN);
		take(&e, out->report[i].note, NOTE_LEN);
		out->report[i].upper = AFFECTED_NONE;
	}
	out->raw_len = (uint16_t)take_le(&e, 2);
	if (out->raw_len > sizeof(out->raw))
		return ST_DAMAGED;
	take(&e, out->raw, out->raw_len);
	if (e.left > 0) /* version 1 ends here */
		for (unsigned i = 0; i < out->reports; i++) {
			out->report[i].upper = (uint8_t)take_le(&e, 1);
			out->report[i].refers = (uint32_t)take_le(&e, 4);
		}
	return taken(&e);
}

size_t
event_enrolled_encode(const struct event_enrolled *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	put_le(&p, e->generation, 1);
	put_le(&p, e->place, 2);
	put_le(&p, e->household, 2);
	put_le(&p, e->rhythm_days, 2);
	put_le(&p, e->heartbeat, 1);
	put_text(&p, e->pseudonym, sizeof(e->pseudonym));
	put_text(&p, e->language, sizeof(e->language));
	if (e->number[0] != '\0')
		put_text(&p, e->number, sizeof(e->number));
	return p.len;
}

enum status
event_enrolled_decode(const uint8_t *in, size_t len, struct event_enrolled *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	out->generation = (uint8_t)take_le(&e, 1);
	out->place = (uint16_t)take_le(&e, 2);
	out->household = (uint16_t)take_le(&e, 2);
	out->rhythm_days = (uint16_t)take_le(&e, 2);
	out->heartbeat = (uint8_t)take_le(&e, 1);
	take_text(&e, out->pseudonym, sizeof(out->pseudonym));
	take_text(&e, out->language, sizeof(out->language));
	memset(out->number, 0, sizeof(out->number));
	if (e.left > 0) { /* where none is kept, version 2 is as version 1 */
		take_text(&e, out->number, sizeof(out->number));
		if (out->number[0] == '\0')
			return ST_DAMAGED;
	}
	return out->slot >= SLOT_MAX ? ST_DAMAGED : taken(&e);
}

size_t
event_revoked_encode(const struct event_revoked *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->slot, 2);
	return p.len;
}

enum status
event_revoked_decode(const uint8_t *in, size_t len, struct event_revoked *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->slot = (uint16_t)take_le(&e, 2);
	return out->slot >= SLOT_MAX ? ST_DAMAGED : taken(&e);
}

size_t
event_book_encode(const struct event_book *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->version, 4);
	put(&p, e->hash, sizeof(e->hash));
	put(&p, e->octets, e->len);
	return p.len;
}

enum status
event_book_decode(const uint8_t *in, size_t len, struct event_book *out)
{
	struct eye e = {in, len, 0};

	out->version = (uint32_t)take_le(&e, 4);
	take(&e, out->hash, sizeof(out->hash));
	out->octets = e.in;
	out->len = e.left;
	return e.bad ? ST_DAMAGED : ST_OK;
}

size_t
event_setting_encode(const struct event_setting *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->key, 1);
	put_le(&p, e->value, 4);
	put_text(&p, e->text, sizeof(e->text));
	return p.len;
}

enum status
event_setting_decode(const uint8_t *in, size_t len, struct event_setting *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->key = (uint8_t)take_le(&e, 1);
	out->value = (uint32_t)take_le(&e, 4);
	if (e.left > 0) /* version 1 ends here */
		take_text(&e, out->text, sizeof(out->text));
	return taken(&e);
}

size_t
event_mark_encode(const struct event_mark *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->hour, 4);
	put_le(&p, e->cause, 1);
	put_le(&p, e->has_statement != 0, 1);
	if (e->has_statement)
		put(&p, e->statement, sizeof(e->statement));
	return p.len;
}

enum status
event_mark_decode(const uint8_t *in, size_t len, struct event_mark *out)
{
	struct eye e = {in, len, 0};

	memset(out, 0, sizeof(*out));
	out->hour = (uint32_t)take_le(&e, 4);
	out->cause = (uint8_t)take_le(&e, 1);
	out->has_statement = (uint8_t)take_le(&e, 1);
	if (out->has_statement > 1)
		return ST_DAMAGED;
	if (out->has_statement)
		take(&e, out->statement, sizeof(out->statement));
	return taken(&e);
}

size_t
event_clock_encode(const struct event_clock *e, uint8_t *out, size_t cap)
{
	struct pen p = {out, 0, cap};

	put_le(&p, e->at, 4);
	put_le(&p, e->how, 1);
	return p.len;
}

enum status
event_clock_decode(const uint8_t *in, size_t len, struct event_clock *out)
{
	struct eye e = {in, len, 0};

	out->at = (uint32_t)take_le(&e, 4);
	out->how = (uint8_t)take_le(&e, 1);
	if (out->how != CLOCK_NETWORK && out->how != CLOCK_COORDINATOR)
		return ST_DAMAGED;
	return taken(&e);
}
