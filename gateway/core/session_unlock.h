/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between session*.c and rights*.c alone.
 */
#ifndef GATEWAY_CORE_SESSION_UNLOCK_H
#define GATEWAY_CORE_SESSION_UNLOCK_H

#include "gateway/core/session.h"

/* Collect armed, opened, locked or refused. states: it is its run's first event. */
enum status session_mark(
    struct session *s, enum event_type type, enum cause cause, int states) MUST_USE;

/* Why the anchor could not be made, for a person. */
const char *session_anchor_words(const struct conf *conf, enum status st);

/* A making that failed: leave nothing behind but an anchor that was there before, and be NEW. */
enum status session_undo(struct session *s) MUST_USE;

/* meta: not 0 while a restored gateway is not whole yet. */
#define META_RESTORING "restoring"
/* session_clock.c: at the start, before the date is asked for; whenever something happened; each
 * event of a fold, and after the last. */
void session_clock_start(struct session *s);
void session_clock_look(struct session *s);
void session_clock_fold(struct session *s, const struct view_event *ev);
void session_clock_folded(struct session *s);
/* The date that came with the passphrase. ST_OK (also without one); ST_RANGE with words: nothing
 * changed. */
enum status session_clock_take(struct session *s, char words[SESSION_WORDS_MAX]) MUST_USE;
/* Collect a `clock` event if the clock is confirmed and none says so since it was armed. */
enum status session_clock_note(struct session *s) MUST_USE;

/* While the months' keys are held: the view anew, from the first row kept (all) or from a base.
 * ST_OK, or SC_STOP; ST_MEMORY leaves no view. */
enum status session_fold_view(struct session *s, int all) MUST_USE;

/* Whose passphrase is it? ST_OK, ST_PASSPHRASE (nobody's), ST_CHANGED, ST_MEMORY, ST_IO. */
enum status session_whose(
    struct session *s, const struct msg_passphrase *passphrase, uint32_t *id) MUST_USE;
/* A passphrase, or the recovery key, opened nothing: note it. ST_OK, ST_FULL (no room to park it),
 * or SC_STOP. */
enum status session_refused(struct session *s) MUST_USE;
/* As session_unlock with what a passphrase opened. */
enum status session_open_with(struct session *s, const struct ring_secrets *secrets,
    enum core_state to, char words[SESSION_WORDS_MAX]) MUST_USE;

/* The primitives leave copies of keys on the stack: after each unlock and each commit so much of
 * it is wiped, which is more than any of them goes down. Found by tests/attack (who_reads). */
#define SESSION_STACK 65536

/* Wipe view and months' keys. */
void session_close_view(struct session *s);

/* Wipe everything that LOCKED may not hold; writes nothing. */
void session_forget(struct session *s);

#endif
