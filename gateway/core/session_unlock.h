/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between session*.c alone.
 */
#ifndef GATEWAY_CORE_SESSION_UNLOCK_H
#define GATEWAY_CORE_SESSION_UNLOCK_H

#include "gateway/core/session.h"

/* Collect armed, opened, locked or refused. states: it is its run's first event. */
enum status session_mark(
    struct session *s, enum event_type type, enum cause cause, int states) MUST_USE;

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

/* Wipe view and months' keys. */
void session_close_view(struct session *s);

/* Wipe everything that LOCKED may not hold; writes nothing. */
void session_forget(struct session *s);

#endif
