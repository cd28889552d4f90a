/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codebook and the places file that a report is written with.
 */
#ifndef REPORTING_MONITOR_BOOKS_H
#define REPORTING_MONITOR_BOOKS_H

#include "reporting/report/codebook.h"
#include "reporting/report/places.h"

/* Large: keep it static. */
struct books {
	struct codebook codebook;
	struct places places;
};

/* Read both files and say what is wrong with them. Returns 0 or an exit code. */
int books_load(const char *codebook_path, const char *places_path, struct books *out);
/* The places file alone. */
int books_load_places(const char *path, struct places *out);

#endif
