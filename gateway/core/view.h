/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view: an SQLite database in memory (schemas/store/view.sql), folded from the journal while
 * the store is OPEN. Applying an event never fails for what the event says: one that breaks a rule
 * of the view is listed as a fault with its reason. Only memory can run out (ST_MEMORY).
 */
#ifndef GATEWAY_CORE_VIEW_H
#define GATEWAY_CORE_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/core/past_books.h"
#include "gateway/core/policy.h"
#include "reporting/report/codebook.h"
#include "reporting/report/places.h"
#include "schemas/messages.h"
#include "schemas/status.h"

struct view;
struct sqlite3;

enum status view_new(struct view **out) MUST_USE;
/* Frees it and gives its memory, wiped, back to the system. NULL does nothing. */
void view_free(struct view *v);

/* One event of the journal, whole: seq is its first row's. */
struct view_event {
	uint64_t seq;
	uint8_t type, version;
	uint8_t proven; /* 0: its run is damaged or not ours; only `received` ones are shown then */
	const uint8_t *body;
	size_t len;
};

/* Before and after the events of a whole journal: they are applied as one transaction. A view that
 * was begun and not ended can only be freed. ST_OK, ST_MEMORY. */
enum status view_fold_begin(struct view *v) MUST_USE;
enum status view_fold_end(struct view *v) MUST_USE;

/* ST_OK (applied, or listed as a fault), ST_MEMORY. */
enum status view_apply(struct view *v, const struct view_event *ev) MUST_USE;

/*
 * Would it be applied? Changes nothing.
 *   words  what the rule says; written only when it would not.
 * ST_OK, ST_EXISTS or ST_RANGE (a rule says no), ST_DAMAGED (the body), ST_MEMORY.
 */
enum status view_try(
    struct view *v, const struct view_event *ev, char *words, size_t words_len) MUST_USE;

/* List a fault of the journal itself. */
enum status view_fault(struct view *v, uint64_t seq, const char *words) MUST_USE;
uint64_t view_faults(struct view *v, char *words, size_t words_len);

/* Rows for the commands: messages newest first, monitors in the order of enrolment. Labels come
 * from the places in force and from the codebook that each report was written with; they may be
 * NULL. ST_OK, ST_MEMORY, or the callback's status if that is not ST_OK; view_inbox also what
 * view_filter_read() says (gateway/core/view_filter.h). */
struct view_names {
	const struct codebook *book; /* in force */
	const struct places *places;
	const struct past_book *books; /* NULL: `book` is the only one there was */
};
typedef enum status view_inbox_fn(void *arg, const struct msg_inbox_row *row);
enum status view_inbox(struct view *v, const struct view_names *names, const struct msg_inbox *ask,
    view_inbox_fn *fn, void *arg) MUST_USE;
/* Parts of a row: the labels of its kind, actor and place (either of them may be NULL), and
 * `affected` of `affected_code`. */
void view_inbox_labels(
    struct msg_inbox_row *row, const struct codebook *book, const struct places *places);
void view_inbox_affected(struct msg_inbox_row *row);
typedef enum status view_roster_fn(void *arg, const struct msg_roster_row *row);
enum status view_roster(struct view *v, const struct view_names *names,
    const struct msg_roster *ask, view_roster_fn *fn, void *arg) MUST_USE;

/* The slot of an active monitor. ST_OK, ST_UNKNOWN, ST_MEMORY. */
enum status view_monitor_slot(struct view *v, const char *pseudonym, uint16_t *slot) MUST_USE;
/*
 * Each sealed text of the rows first ... last that is nobody's so far, as it was kept. Borrowed for
 * the call. ST_OK, ST_MEMORY, or the callback's status if that is not ST_OK.
 */
struct view_text {
	uint64_t seq;
	uint32_t arrival; /* quarter hours */
	uint8_t trust;
	const uint8_t *octets;
	size_t len;
};
typedef enum status view_text_fn(void *arg, const struct view_text *text);
enum status view_unopened(
    struct view *v, uint64_t first, uint64_t last, view_text_fn *fn, void *arg) MUST_USE;

/* What the settings of the journal chose; neutral is left empty. ST_OK, ST_MEMORY. */
enum status view_choices(struct view *v, struct choices *out) MUST_USE;

/* The number that is kept for the active monitor of a slot. ST_OK; ST_UNKNOWN (none), ST_MEMORY:
 * number is empty then. The caller wipes it. */
enum status view_monitor_number(struct view *v, uint16_t slot, char number[NUMBER_MAX]) MUST_USE;
/* A monitor's own numbers for places, 0 where a number means nothing. ST_OK; ST_UNKNOWN (no active
 * monitor has the slot), ST_MEMORY: place is all 0 then. */
enum status view_own_places(struct view *v, uint16_t slot, uint16_t place[OWN_MAX]) MUST_USE;
/* By which number each active monitor who has one is known, in the order of slots: the one that she
 * may text plain with, else the one that she was enrolled with. The number is borrowed for the
 * call. ST_OK, ST_MEMORY, or the callback's status if that is not ST_OK. */
typedef enum status view_number_fn(void *arg, uint16_t slot, const char *number, int plain_allowed);
enum status view_numbers(struct view *v, view_number_fn *fn, void *arg) MUST_USE;
/* Texts on their way out, by the seq of their `queued` event, the newest first. One whose end is
 * not known is OUTBOX_UNKNOWN here. ST_OK, ST_MEMORY, or the callback's status. */
typedef enum status view_outbox_fn(void *arg, const struct msg_outbox_row *row);
enum status view_outbox(struct view *v, uint64_t first, uint64_t last, uint32_t limit,
    view_outbox_fn *fn, void *arg) MUST_USE;

/* What the journal says of a coordinator; one of whom it says nothing is the first, whom init made.
 * name: of PSEUDONYM_MAX. Quarter hours, or EVENT_QUARTER_NONE. ST_OK, ST_MEMORY. */
struct view_coordinator {
	char name[PSEUDONYM_MAX];
	uint32_t since, passphrase;
};
enum status view_coordinator(struct view *v, uint32_t id, struct view_coordinator *out) MUST_USE;
/* The largest id that any coordinator ever had. */
uint32_t view_coordinator_last(struct view *v);

/* Those that nobody can read, 0 also when there is no memory to count them. */
uint32_t view_unread(struct view *v);
/* How many passphrases opened nothing; *last_s: when the last one, INT64_MIN without one. */
uint32_t view_refused(struct view *v, int64_t *last_s);

/* When the last backup was made, seconds UTC; INT64_MIN: none of this incarnation. */
int64_t view_backup_last(struct view *v);

/*
 * Bases (view_carried.c). A base in the journal changes nothing in a view that was folded from rows
 * before it: it is only noted. A view that begins with one is told so before its first event.
 */
/* The items of the base that begins at row seq are applied. */
void view_from_base(struct view *v, uint64_t seq);
/* Was the event applied last an item of that base? */
int view_is_carrying(const struct view *v);
/* The best trust of the date of a whole base of that epoch; -1: there is none. */
int view_base_trust(struct view *v, uint16_t epoch);
/* Monday-to-Sunday weeks since 2024-12-30, of an arrival in quarter hours. */
uint16_t view_week(uint32_t quarter);
/* Every item that a base of this view has between its first and its last, in order; counts from
 * oldest_week on. fn gets the item's body. ST_OK, ST_MEMORY, or fn's status if that is not ST_OK.
 */
typedef enum status view_carry_fn(void *arg, const uint8_t *body, size_t len);
enum status view_carry(struct view *v, uint16_t oldest_week, view_carry_fn *fn, void *arg) MUST_USE;

/* The database itself: for view_*.c, and for tests that compare two views row by row. */
struct sqlite3 *view_db(struct view *v);

/* What tells which codebook an active monitor writes with. */
struct view_writer {
	uint64_t enrolled_seq;
	uint64_t
	    report_seq; /* of her latest report that names a kind; 0: none, or no longer kept */
	uint8_t schema; /* its 4 bits */
	char pseudonym[PSEUDONYM_MAX];
};
typedef enum status view_writer_fn(void *arg, const struct view_writer *w);
/* In the order of enrolment. ST_OK, ST_MEMORY, or the callback's status. */
enum status view_writers(struct view *v, view_writer_fn *fn, void *arg) MUST_USE;

#endif
