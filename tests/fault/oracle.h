/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is what lies on `disk` what must lie there? Asked of the real core, which opens it as after a
 * power cut: session_start, the passphrase, the fold; then the modem hands over once more what it
 * was not told to delete, and what it was told last.
 */
#ifndef TESTS_FAULT_ORACLE_H
#define TESTS_FAULT_ORACLE_H

#include <stddef.h>
#include <stdint.h>

enum verdict {
	BAD_UNOPENABLE = 1, /* does not open, opens for reading only, or its journal has a fault */
	BAD_LOST = 2,       /* an acknowledged text or act is not there */
	BAD_DOUBLED = 4,    /* a text is there twice, or something that nobody sent */
	BAD_KEYS = 8,       /* a slot's keys are ahead of its events or behind them */
};

/*
 * Judge `disk` by what of `day` was asked for and acknowledged up to entry k of the log.
 *   seed   decides what is done first: whether texts come before the passphrase, and so on.
 *   words  what is wrong, the first of it.
 * Verdicts joined by |; 0: all is well. The disk is changed.
 */
#define ORACLE_WORDS 200
unsigned oracle(size_t k, uint64_t seed, char words[ORACLE_WORDS]);

/*
 * The same for a cut before init had ended: nothing was acknowledged, so whatever is said in words
 * is right; but what opens must open whole.
 */
unsigned oracle_unborn(char words[ORACLE_WORDS]);

#endif
