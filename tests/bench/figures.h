/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every benchmark needs: a clock, a median, one line of the table. */
#ifndef TESTS_BENCH_FIGURES_H
#define TESTS_BENCH_FIGURES_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double
now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the values. */
static inline double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_size);
	return values[count / 2];
}

/* mark 0: measured, without a mark to reach. */
static inline void
figure(const char *name, double value, const char *unit, double mark, int at_least)
{
	int ok = at_least ? value >= mark : value <= mark;

	if (mark == 0)
		printf("%-52s %10.2f %-12s -\n", name, value, unit);
	else
		printf("%-52s %10.2f %-12s %s %.1f %s\n", name, value, unit,
		    at_least ? ">=" : "<=", mark, ok ? "" : "MISS");
}

#endif
