/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For view*.c alone: the function that applies one type of event. */
#ifndef GATEWAY_CORE_VIEW_APPLY_H
#define GATEWAY_CORE_VIEW_APPLY_H

#include "gateway/core/view.h"

#define VIEW_DAMAGED (-1) /* the body does not read as an event of its type */

/* SQLITE_DONE; SQLITE_CONSTRAINT and the like: a rule says no; SQLITE_NOMEM; VIEW_DAMAGED. What a
 * failing one did is undone by a savepoint; `received` has none, and does nothing when it fails. */
typedef int view_applier(struct view *v, const struct view_event *ev);

view_applier view_apply_carried, view_apply_dropped;
/* Of view_chains.c. */
view_applier view_apply_renewed, view_apply_scanned;
/* A message of a later chain than the live one was opened: it is the live one. SQLITE_DONE, ... */
int view_switch(struct view *v, uint16_t slot, uint8_t generation);
/* view_rights.c */
view_applier view_apply_coordinator, view_apply_recovered;

/* Of view_backup.c. */
view_applier view_apply_backed_up;

/* Of view_outbox.c. */
view_applier view_apply_queued, view_apply_sent;
/* A `setting` event is applied: numbers go if by the journal none may be kept now. SQLITE_DONE, ...
 */
int view_settle_numbers(struct view *v);

/* Of view_monitors.c. */
view_applier view_apply_vetted, view_apply_plain_allowed, view_apply_own_places;
/* She is revoked now: what was for her alone goes. SQLITE_DONE, ... */
int view_monitor_goes(struct view *v, uint16_t slot);

/* NULL: this program does not know that type. */
view_applier *view_applier_of(unsigned type);

#endif
