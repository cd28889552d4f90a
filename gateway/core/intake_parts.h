/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long messages: parts wait in `parked`, in every state; ARMED and OPEN they are put together in
 * memory, and one `received` event takes the place of their rows.
 */
#ifndef GATEWAY_CORE_INTAKE_PARTS_H
#define GATEWAY_CORE_INTAKE_PARTS_H

#include "gateway/core/session.h"
#include "schemas/status.h"

/* Collect what waited for PART_HOURS, as incomplete. ST_OK, or SC_STOP. */
enum status intake_parts_due(struct session *s) MUST_USE;

#endif
