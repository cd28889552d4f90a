/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SIM keeps a deleted text, its sender's number and all, until the slot is written again. The
 * sweep overwrites: it fills each storage's free slots with a stored text that says nothing and is
 * as long as a whole record (176 octets, 3GPP TS 51.011 EF SMS), then deletes those again. A slot
 * stays free for what arrives; the last one is filled when all others are done, and another is
 * freed by the very next command.
 *
 * It deletes nothing but texts that it knows as its own: stored, not sent, and exactly the filler.
 * So those that a crash left behind go with the next sweep, or with sweep_clean.
 */
#ifndef GATEWAY_MODEM_SWEEP_H
#define GATEWAY_MODEM_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/modem/rescue.h"
#include "schemas/status.h"

enum sweep_outcome {
	SWEEP_DONE,
	SWEEP_ARRIVED, /* something waits or was announced: list, and sweep another time */
	SWEEP_STOPPED, /* by stop(), or the time was over */
	SWEEP_CANNOT,  /* the modem does not store texts (no AT+CMGW) */
};

struct sweep_result {
	enum sweep_outcome outcome;
	uint32_t slots; /* that were overwritten */
	bool whole;     /* every slot that was free in every storage */
	bool left;      /* fillers may be left: the next sweep, or sweep_clean, deletes them */
	bool hint;      /* a new message was announced: list again, whatever the outcome */
};

/*
 * Sweep SIM and phone. The caller has just listed to the end and nothing waits.
 *   fd        of at_open.
 *   limit_ms  after which nothing more is filled; deleting the fillers may take as long again.
 *   stop      asked before each command that fills; true: clean up and return. May be NULL.
 *   result    written whole, also on failure.
 * ST_OK: see outcome; ST_DEVICE, ST_CLOSED as at.h.
 */
enum status sweep_run(int fd, int64_t limit_ms, bool (*stop)(void *arg), void *arg,
    struct sweep_result *result) MUST_USE;

/*
 * Delete fillers that a crash left behind, in every storage.
 *   deleted, hint  written on every way out.
 * ST_OK; ST_DEVICE, ST_CLOSED.
 */
enum status sweep_clean(int fd, uint32_t *deleted, bool *hint) MUST_USE;

#endif
