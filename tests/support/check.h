/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test harness: a failed check says where and what, counts, and goes on; main returns
 * check_done(). A test is a table and an oracle.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned checks_made, checks_failed;

static inline int
check_that(int ok, const char *file, int line, const char *what)
{
	checks_made++;
	if (!ok) {
		checks_failed++;
		printf("%s:%d: failed: %s\n", file, line, what);
	}
	return ok;
}

#define CHECK(cond) check_that((cond) != 0, __FILE__, __LINE__, #cond)

/* Integers: prints both. */
#define CHECK_EQ(got, want) \
	do { \
		intmax_t g_ = (intmax_t)(got), w_ = (intmax_t)(want); \
		if (!check_that(g_ == w_, __FILE__, __LINE__, #got " == " #want)) \
			printf("    got %" PRIdMAX ", want %" PRIdMAX "\n", g_, w_); \
	} while (0)

#define CHECK_STR(got, want) \
	do { \
		const char *g_ = (got), *w_ = (want); \
		if (!check_that(strcmp(g_, w_) == 0, __FILE__, __LINE__, #got " is " #want)) \
			printf("    got \"%s\", want \"%s\"\n", g_, w_); \
	} while (0)

#define CHECK_MEM(got, want, len) \
	check_that(memcmp(got, want, len) == 0, __FILE__, __LINE__, #got " equals " #want)

/* Names the row of a table in which the checks that follow stand. */
#define ROW(fmt, ...) \
	do { \
		if (checks_failed > 20) { \
			printf("too many failures, stopping at " fmt "\n", __VA_ARGS__); \
			return; \
		} \
	} while (0)

static inline int
check_done(void)
{
	printf("%u checks, %u failed\n", checks_made, checks_failed);
	return checks_failed != 0 || checks_made == 0;
}

#endif
