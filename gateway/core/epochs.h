/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Epochs: the months of the journal's runs, each with a vault key of its own
 * (schemas/store/store.md). An epoch is 16 * month + serial, the months counted from January 2025.
 * It moves only at arming or opening, only forward, and only with a clock that is confirmed then:
 * hence no sender, and no clock that went wrong, moves it.
 */
#ifndef GATEWAY_CORE_EPOCHS_H
#define GATEWAY_CORE_EPOCHS_H

#include <stdint.h>

#include "gateway/core/session.h"
#include "schemas/status.h"

#define EPOCH_SERIALS 16

static inline unsigned
epoch_month(uint16_t epoch)
{
	return epoch / EPOCH_SERIALS;
}

/* The month of a time in quarter hours. */
unsigned epochs_month(uint32_t quarter);

/*
 * Choose the epoch of the run that begins next, from s->epoch, that of the last one: the newest key
 * there is, not later than this month if the clock is confirmed, else than the last run's. Sets
 * s->epoch and returns its key, which lies in s->ring.
 */
const struct public32 *epochs_choose(struct session *s);

/*
 * While OPEN: make the vault keys of this month and the next ones, where they are missing, and
 * commit them. ST_OK (also when there is no room for more: the newest goes on), or SC_STOP.
 */
enum status epochs_ahead(struct session *s) MUST_USE;

#endif
