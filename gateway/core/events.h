/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bodies of the journal's events as values, and their octets (schemas/store/events.md). A body
 * is what stands behind type, version and length; it may be longer than one row holds.
 * encode: writes at most cap octets and gives their number; asserts that cap is enough.
 * decode: ST_OK, or ST_DAMAGED (too short, too long, a value that no writer makes); out is then
 * undefined. Pure.
 */
#ifndef GATEWAY_CORE_EVENTS_H
#define GATEWAY_CORE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/journal.h"
#include "schemas/limits.h"
#include "schemas/messages.h"
#include "schemas/status.h"

enum event_type {
#define X(name, number, version, states, words) EVENT_##name = (number),
#include "schemas/store/events.def"
#undef X
};

enum outcome {
#define X(name, number, words) OUTCOME_##name = (number),
#include "schemas/store/outcomes.def"
#undef X
};
const char *outcome_words(unsigned outcome);

/* The version this program writes, and the states (enum core_state) in which it may be written;
 * 0 for a type that it does not know. */
unsigned event_version(unsigned type);
unsigned event_states(unsigned type);

#define EVENT_SLOT_NONE UINT16_MAX
#define EVENT_QUARTER_NONE UINT32_MAX

enum source { SOURCE_SMS = 1, SOURCE_COORDINATOR = 2 };

/* One report of a text. A plain text has no note: what stands in one of profile X is beside it. */
struct event_report {
	uint8_t record[RECORD_LEN];
	uint8_t note[NOTE_LEN];
	uint8_t upper; /* the upper end of a range, as `affected`; AFFECTED_NONE (255): no range */
	uint32_t refers; /* plain: number of the text meant, as its answer had it; 0: none */
};

struct event_received {
	uint32_t arrival; /* quarter hours since 2025-01-01T00:00Z */
	uint8_t trust;    /* enum trust of schemas/messages.h */
	uint8_t source;   /* enum source */
	uint8_t class;    /* enum text_class of reporting/report/text.h */
	uint8_t form;     /* enum sms_form: how raw is to be read */
	uint16_t slot;    /* EVENT_SLOT_NONE: nobody's */
	uint8_t generation;
	uint32_t n;
	uint8_t outcome; /* enum outcome */
	uint8_t fault;   /* of REFUSED enum record_fault, of QUESTION and NOT_READ enum plain_why */
	uint16_t review; /* REVIEW_ bits, of all its reports */
	uint8_t reports; /* at most REPORTS_MAX */
	struct event_report report[REPORTS_MAX];
	uint16_t raw_len;           /* of what did not open, and of every plain text */
	uint8_t raw[LONG_TEXT_MAX]; /* of UNDECODED: as schemas/store/events.md has it */
};
/* Was it opened, so that its number is spent? (REVOKED names a slot too, and opened nothing.) */
int event_received_opened(const struct event_received *e);
#define EVENT_RECEIVED_MAX (19 + 1 + REPORTS_MAX * (RECORD_LEN + NOTE_LEN + 5) + 2 + LONG_TEXT_MAX)
size_t event_received_encode(const struct event_received *e, uint8_t *out, size_t cap);
enum status event_received_decode(
    const uint8_t *in, size_t len, struct event_received *out) MUST_USE;

struct event_enrolled {
	uint32_t at; /* quarter hours */
	uint16_t slot;
	uint8_t generation;
	uint16_t place;
	uint16_t household; /* 0: of her own */
	uint16_t rhythm_days;
	uint8_t heartbeat;
	char pseudonym[PSEUDONYM_MAX];
	char language[LANGUAGE_MAX];
	char number[NUMBER_MAX]; /* empty: none is kept. Wipe it. */
};
#define EVENT_ENROLLED_MAX (14 + 3 + PSEUDONYM_MAX + LANGUAGE_MAX + NUMBER_MAX)
size_t event_enrolled_encode(const struct event_enrolled *e, uint8_t *out, size_t cap);
enum status event_enrolled_decode(
    const uint8_t *in, size_t len, struct event_enrolled *out) MUST_USE;

struct event_revoked {
	uint32_t at; /* quarter hours */
	uint16_t slot;
};
#define EVENT_REVOKED_LEN 6
size_t event_revoked_encode(const struct event_revoked *e, uint8_t *out, size_t cap);
enum status event_revoked_decode(const uint8_t *in, size_t len, struct event_revoked *out) MUST_USE;

/* The next chain waits in the slot's leaf. */
struct event_renewed {
	uint32_t at; /* quarter hours */
	uint16_t slot;
	uint8_t generation; /* of the chain that waits: 1 to 3 */
};
#define EVENT_RENEWED_LEN 7
size_t event_renewed_encode(const struct event_renewed *e, uint8_t *out, size_t cap);
enum status event_renewed_decode(const uint8_t *in, size_t len, struct event_renewed *out) MUST_USE;

/* A deep scan opened a text that had come as nobody's. Its report is a `received` event of its own,
 * in the same commit, before this one. */
struct event_scanned {
	uint32_t at; /* quarter hours */
	uint16_t slot;
	uint8_t generation;
	uint32_t from_n, n;  /* next in order before; of the message */
	uint64_t text_seq;   /* the `received` event that kept its octets */
	uint64_t report_seq; /* the one that stands for it now: higher */
};
#define EVENT_SCANNED_LEN 31
size_t event_scanned_encode(const struct event_scanned *e, uint8_t *out, size_t cap);
enum status event_scanned_decode(const uint8_t *in, size_t len, struct event_scanned *out) MUST_USE;

/* A coordinator's mark: she knows who this is. */
struct event_vetted {
	uint32_t at;   /* quarter hours */
	uint8_t trust; /* enum trust of `at` */
	uint16_t slot;
	uint8_t vetted; /* 1, or 0: no longer */
};
#define EVENT_VETTED_LEN 8
size_t event_vetted_encode(const struct event_vetted *e, uint8_t *out, size_t cap);
enum status event_vetted_decode(const uint8_t *in, size_t len, struct event_vetted *out) MUST_USE;

/* Whether a monitor may text plain: a written decision. */
struct event_plain_allowed {
	uint32_t at; /* quarter hours */
	uint16_t slot;
	uint8_t allowed;         /* 1, or 0: no longer */
	char number[NUMBER_MAX]; /* by which she is known; empty: that of `enrolled`. Wipe it. */
	char reason[REASON_MAX];
};
#define EVENT_PLAIN_ALLOWED_MAX (7 + 2 + NUMBER_MAX + REASON_MAX)
size_t event_plain_allowed_encode(const struct event_plain_allowed *e, uint8_t *out, size_t cap);
enum status event_plain_allowed_decode(
    const uint8_t *in, size_t len, struct event_plain_allowed *out) MUST_USE;

/* Her own numbers for places, instead of those before; count 0: none any more. */
struct event_own_places {
	uint32_t at; /* quarter hours */
	uint16_t slot;
	uint16_t place[OWN_MAX]; /* by her number, 0 to 99; 0: that number means nothing */
};
#define EVENT_OWN_PLACES_MAX (7 + OWN_MAX * 3)
size_t event_own_places_encode(const struct event_own_places *e, uint8_t *out, size_t cap);
enum status event_own_places_decode(
    const uint8_t *in, size_t len, struct event_own_places *out) MUST_USE;

/* A codebook's or a places file's octets, as they were read. */
struct event_book {
	uint32_t version;
	uint8_t hash[32]; /* BLAKE2b-256 of the octets */
	const uint8_t *octets;
	size_t len;
};
#define EVENT_BOOK_HEAD 36
size_t event_book_encode(const struct event_book *e, uint8_t *out, size_t cap);
/* octets points into in. */
enum status event_book_decode(const uint8_t *in, size_t len, struct event_book *out) MUST_USE;

struct event_setting {
	uint8_t key; /* enum setting_key of schemas/messages.h */
	uint32_t value;
	char text[CHOSEN_TEXT_MAX]; /* of a setting that is a text; empty: none is chosen */
};
#define EVENT_SETTING_MAX (5 + 1 + CHOSEN_TEXT_MAX)
size_t event_setting_encode(const struct event_setting *e, uint8_t *out, size_t cap);
enum status event_setting_decode(const uint8_t *in, size_t len, struct event_setting *out) MUST_USE;

/* A text waits to be sent. */
enum queued_kind { QUEUED_COORDINATOR = 1, QUEUED_ANSWER = 2 };
struct event_queued {
	uint32_t at;    /* quarter hours */
	uint8_t trust;  /* enum trust of `at` */
	uint16_t slot;  /* EVENT_SLOT_NONE: to a number that was typed, which is kept nowhere */
	uint8_t kind;   /* enum queued_kind */
	uint64_t again; /* seq of the `queued` event that it repeats; 0: none */
	uint16_t text_len;
	uint8_t text[SMS_TEXT_MAX]; /* UTF-8 */
};
#define EVENT_QUEUED_MAX (18 + SMS_TEXT_MAX)
size_t event_queued_encode(const struct event_queued *e, uint8_t *out, size_t cap);
enum status event_queued_decode(const uint8_t *in, size_t len, struct event_queued *out) MUST_USE;

/* What became of it; one that was sent may get a second one, from its status report. */
struct event_sent {
	uint32_t at;   /* quarter hours */
	uint8_t trust; /* enum trust of `at` */
	uint64_t ref;  /* seq of the `queued` event */
	uint8_t state; /* enum outbox_state, OUTBOX_SENT and later */
	uint16_t code; /* of OUTBOX_FAILED: +CMS ERROR or TP-ST; 0: none */
};
#define EVENT_SENT_LEN 16
size_t event_sent_encode(const struct event_sent *e, uint8_t *out, size_t cap);
enum status event_sent_decode(const uint8_t *in, size_t len, struct event_sent *out) MUST_USE;

struct event_backed_up {
	uint32_t at;   /* quarter hours */
	uint64_t next; /* the seq behind the last one that the backup holds */
	uint8_t link[JOURNAL_LINK_LEN];
};
#define EVENT_BACKED_UP_LEN (4 + 8 + JOURNAL_LINK_LEN)
size_t event_backed_up_encode(const struct event_backed_up *e, uint8_t *out, size_t cap);
enum status event_backed_up_decode(
    const uint8_t *in, size_t len, struct event_backed_up *out) MUST_USE;

/* Coordinators are numbered from 1 up; the first one, whom init makes, has no event of her own. */
#define COORDINATOR_FIRST 1
#define COORDINATOR_FIRST_NAME "first"
struct event_coordinator {
	uint32_t at; /* quarter hours */
	uint8_t act; /* enum coordinator_act of schemas/messages.h */
	uint32_t id; /* 0 of an act on nobody */
	char name[PSEUDONYM_MAX];
};
#define EVENT_COORDINATOR_MAX (9 + 1 + PSEUDONYM_MAX)
size_t event_coordinator_encode(const struct event_coordinator *e, uint8_t *out, size_t cap);
enum status event_coordinator_decode(
    const uint8_t *in, size_t len, struct event_coordinator *out) MUST_USE;

/* By the recovery key: a coordinator got a passphrase, or the gateway was restored from a backup,
 * with this coordinator as the only one. */
enum recovered_how { RECOVERED_PASSPHRASE = 1, RECOVERED_RESTORED = 2 };
struct event_recovered {
	uint32_t at; /* quarter hours */
	uint8_t how; /* enum recovered_how */
	uint32_t id; /* of the coordinator */
	char name[PSEUDONYM_MAX];
};
#define EVENT_RECOVERED_MAX (9 + 1 + PSEUDONYM_MAX)
size_t event_recovered_encode(const struct event_recovered *e, uint8_t *out, size_t cap);
enum status event_recovered_decode(
    const uint8_t *in, size_t len, struct event_recovered *out) MUST_USE;

#define EVENT_RING_LEN 32 /* the body is the list's hash */

/* armed, opened, locked, refused: to the hour. armed and opened as the first of a run state it. */
enum cause { CAUSE_COMMAND, CAUSE_TIME, CAUSE_INIT };
struct event_mark {
	uint32_t hour; /* since 2025-01-01T00:00Z */
	uint8_t cause; /* enum cause */
	uint8_t has_statement;
	uint8_t statement[RUN_STATEMENT_LEN];
};
#define EVENT_MARK_MAX (6 + RUN_STATEMENT_LEN)
size_t event_mark_encode(const struct event_mark *e, uint8_t *out, size_t cap);
enum status event_mark_decode(const uint8_t *in, size_t len, struct event_mark *out) MUST_USE;

/* The clock was confirmed. */
struct event_clock {
	uint32_t at; /* quarter hours */
	uint8_t how; /* enum clock_how of schemas/messages.h */
};
#define EVENT_CLOCK_LEN 5
size_t event_clock_encode(const struct event_clock *e, uint8_t *out, size_t cap);
enum status event_clock_decode(const uint8_t *in, size_t len, struct event_clock *out) MUST_USE;

#endif
