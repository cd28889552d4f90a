/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What time the session believes it is, and the record of a confirmed clock. */
#include <stdio.h>
#include <time.h>

#include "gateway/common/clock.h"
#include "gateway/core/session_unlock.h"
#include "reporting/report/record.h"

static struct moment
moment(void)
{
	return (struct moment){clock_boot_ms(), clock_wall_s(), clock_is_synchronised()};
}

void
session_clock_start(struct session *s)
{
	const struct moment now = moment();

	s->date.given_s = INT64_MIN;
	timekeeper_start(&s->timekeeper, &now);
	timekeeper_look(&s->timekeeper, &now);
}

void
session_date(struct session *s, int64_t given_s, int is_sure)
{
	s->date.given_s = given_s;
	s->date.is_sure = is_sure;
}

void
session_clock_look(struct session *s)
{
	const struct moment now = moment();

	timekeeper_look(&s->timekeeper, &now);
}

int
session_clock_confirmed(const struct session *s)
{
	return timekeeper_how(&s->timekeeper) != 0;
}

int64_t
session_now_s(const struct session *s, enum trust *trust)
{
	const struct moment now = moment();
	int64_t utc_s;

	*trust = timekeeper_now(&s->timekeeper, &now, &utc_s);
	return utc_s;
}

uint32_t
session_quarter(const struct session *s)
{
	enum trust trust;
	uint32_t quarter = record_quarter(session_now_s(s, &trust));

	return quarter == RECORD_EVENT_NONE ? 0 : quarter; /* after 2054 */
}

enum trust
session_trust(const struct session *s)
{
	enum trust trust;

	(void)session_now_s(s, &trust);
	return trust;
}

void
session_heard(struct session *s, uint16_t slot, int64_t stamp_s)
{
	const struct moment now = moment();

	timekeeper_heard(&s->timekeeper, &now, slot, stamp_s);
}

void
session_clock_fold(struct session *s, const struct view_event *ev)
{
	struct event_received received;
	struct event_clock confirmed;

	if (!ev->proven || ev->version > event_version(ev->type))
		return;
	if (ev->type == EVENT_RECEIVED &&
	    event_received_decode(ev->body, ev->len, &received) == ST_OK &&
	    received.trust >= TRUST_CENTRE && received.trust <= TRUST_CONFIRMED &&
	    received.arrival > s->newest_record)
		s->newest_record = received.arrival;
	/* A coordinator's word may go back, and then it is the earlier records that were wrong. */
	if (ev->type == EVENT_CLOCK && event_clock_decode(ev->body, ev->len, &confirmed) == ST_OK)
		s->newest_record = confirmed.at;
}

void
session_clock_folded(struct session *s)
{
	const struct moment now = moment();

	timekeeper_record(&s->timekeeper, &now, record_unix(s->newest_record));
}

static void
say_refused(const struct session *s, const struct moment *now, char words[SESSION_WORDS_MAX])
{
	int64_t floor_s = timekeeper_floor(&s->timekeeper, now);
	char shown[20] = "";
	time_t at = (time_t)floor_s;
	struct tm tm;

	if (record_quarter(s->date.given_s) == RECORD_EVENT_NONE ||
	    s->date.given_s < TIMEKEEPER_BUILT_S) {
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "the date given cannot be right: this program is newer, or it lies beyond "
		    "2054. Nothing was done: give the date of today, in UTC");
		return;
	}
	if (gmtime_r(&at, &tm) != NULL)
		(void)strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M", &tm);
	if (s->date.given_s > floor_s)
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "the date given is more than a year after what is known, %s UTC. Nothing was "
		    "done: "
		    "a date too late cannot be undone (no month goes before it). If you are sure, "
		    "add "
		    "--date-is-sure",
		    shown);
	else
		(void)snprintf(words, SESSION_WORDS_MAX,
		    "the date given is earlier than what was received already, at %s UTC. Nothing "
		    "was "
		    "done: look at a calendar, and if you are sure, add --date-is-sure",
		    shown);
}

enum status
session_clock_take(struct session *s, char words[SESSION_WORDS_MAX])
{
	const struct moment now = moment();
	enum status st;

	timekeeper_look(&s->timekeeper, &now);
	if (s->date.given_s == INT64_MIN)
		return ST_OK;
	st = timekeeper_confirm(&s->timekeeper, &now, s->date.given_s, s->date.is_sure);
	if (st != ST_OK)
		say_refused(s, &now, words);
	else
		s->clock_noted = 0; /* her word is written, also where the network had its own */
	return st;
}

enum status
session_clock_note(struct session *s)
{
	const struct event_clock e = {
	    .at = session_quarter(s), .how = (uint8_t)timekeeper_how(&s->timekeeper)};
	uint8_t body[EVENT_CLOCK_LEN];
	enum status st;

	if (e.how == 0 || e.how == s->clock_noted || s->read_only ||
	    (s->at != IN_ARMED && s->at != IN_OPEN))
		return ST_OK;
	st = session_append(s, EVENT_CLOCK, body, event_clock_encode(&e, body, sizeof(body)), NULL);
	if (st == ST_OK)
		s->clock_noted = e.how;
	return st;
}
