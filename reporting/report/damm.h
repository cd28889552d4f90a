/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check digit that finds each single wrong digit and each swap of two neighbours: Damm's, with
 * the quasigroup of order 10 of H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004. Pure.
 */
#ifndef REPORTING_REPORT_DAMM_H
#define REPORTING_REPORT_DAMM_H

#include <stdbool.h>

/* The digit, as a character, that belongs behind a text of ASCII digits alone. */
char damm_digit(const char *digits);

/* Does the last of these ASCII digits belong to those before it? */
bool damm_is_sound(const char *digits);

/* The three characters under which a kind is typed in a plain text: its number and its digit. */
void damm_code(unsigned code, char out[4]);

#endif
