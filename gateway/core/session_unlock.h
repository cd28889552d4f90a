/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between session.c, session_unlock.c and session_create.c alone.
 */
#ifndef GATEWAY_CORE_SESSION_UNLOCK_H
#define GATEWAY_CORE_SESSION_UNLOCK_H

#include "gateway/core/session.h"

/* Collect armed, opened, locked or refused. states: it is its run's first event. */
enum status session_mark(
    struct session *s, enum event_type type, enum cause cause, int states) MUST_USE;

/* A making that failed: leave nothing behind but an anchor that was there before, and be NEW. */
enum status session_undo(struct session *s) MUST_USE;

/* meta: not 0 while a restored gateway is not whole yet. */
#define META_RESTORING "restoring"

/* Wipe view and months' keys. */
void session_close_view(struct session *s);

/* Wipe everything that LOCKED may not hold; writes nothing. */
void session_forget(struct session *s);

#endif
