/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The passphrase of a new coordinator, and what one try of it shall cost. */
#ifndef GATEWAY_CONTROL_INIT_CHOOSE_H
#define GATEWAY_CONTROL_INIT_CHOOSE_H

#include "gateway/common/passphrase.h"
#include "gateway/control/init_plan.h"

/* Twice at a terminal; once from a descriptor or a file. 0, or the exit code after words; out is
 * written on 0, and wiped by the caller. */
int init_choose_passphrase(const struct plan *p, struct passphrase *out);

/* As given, else measured: about a second here. Says it. */
void init_choose_cost(struct plan *p);

#endif
