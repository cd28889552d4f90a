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

static inline int
check_equal(intmax_t got, intmax_t want, const char *file, int line, const char *what)
{
	if (check_that(got == want, file, line, what))
		return 1;
	printf("    got %" PRIdMAX ", want %" PRIdMAX "\n", got, want);
	return 0;
}

static inline int
check_text(const char *got, const char *want, const char *file, int line, const char *what)
{
	if (check_that(strcmp(got, want) == 0, file, line, what))
		return 1;
	printf("    got \"%s\", want \"%s\"\n", got, want);
	return 0;
}

/* Integers: prints both. */
#define CHECK_EQ(got, want) \
	check_equal((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, #got " == " #want)

#define CHECK_STR(got, want) check_text(got, want, __FILE__, __LINE__, #got " is " #want)

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
