/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last steps of every message: seal, make durable, close, show, explain.
 */
#ifndef REPORTING_MONITOR_MESSAGE_H
#define REPORTING_MONITOR_MESSAGE_H

#include "reporting/monitor/compose.h"
#include "reporting/monitor/session.h"

/* Both close the session, whatever happens, and return 0 or an exit code. */
int message_send(struct session *s, const struct composed *c);
int message_silent(struct session *s, enum relation relation);

#endif
