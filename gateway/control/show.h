/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a terminal is given: columns that fit it, times, and texts from outside made harmless. A
 * report or a name can hold octets that would move the cursor, change colours or turn the
 * direction of the line round; here they become visible characters.
 */
#ifndef GATEWAY_CONTROL_SHOW_H
#define GATEWAY_CONTROL_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SHOW_NARROW 80
#define SHOW_TIME_MAX 32

/*
 * The character that begins at `at` (len octets, at least one): its code point, or -1 if no valid
 * UTF-8 begins there. Returns the octets that it takes, 1 for -1.
 */
size_t show_character(const uint8_t *at, size_t len, int32_t *out);

/*
 * Copy text that is safe to print: control and direction characters and what is not UTF-8 become
 * \x1b or \u202e. out: cap octets, at least 1, always ended; cut at a whole character. Returns
 * the length of out.
 */
size_t show_visible(char *out, size_t cap, const void *octets, size_t len);

/* Cells of a terminal that a visible text takes. */
size_t show_width(const char *visible);

/* Columns of the terminal on standard output, SHOW_NARROW if it is none. */
size_t show_columns(void);

/* "2025-11-21 06:15" in UTC; "-" for INT64_MIN. */
void show_time(char out[SHOW_TIME_MAX], int64_t seconds);

/* With "about " before it if it is known less surely than by the service centres (enum trust); "-"
 * too if it is not known at all. And the name of a trust, for scripts. */
void show_time_about(char out[SHOW_TIME_MAX], int64_t seconds, uint32_t trust);
const char *show_trust(uint32_t trust);

/* "3 days", "2 h", "5 min", "40 s". */
void show_duration(char out[SHOW_TIME_MAX], int64_t seconds);

struct show_column {
	const char *title;
	size_t min, want; /* cells */
	bool right;
	size_t width; /* written by show_fit */
};

/* Give each column its width: min, then more up to want as long as `columns` has room. */
void show_fit(struct show_column *c, size_t count, size_t columns);

/* Cells of the narrowest line that these columns make. */
size_t show_least(const struct show_column *c, size_t count);

/* Add words to a line, ", " before everything but the first; cut at cap. */
void show_add(char *line, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* One line: visible texts, cut with … where they do not fit. NULL stands for empty. */
void show_row(FILE *out, const struct show_column *c, size_t count, const char *const *cells);
void show_titles(FILE *out, const struct show_column *c, size_t count);

/* A visible text over as many lines as it needs, broken at blanks where there are any, each behind
 * `indent`. A blank at which a line ends is not shown. */
void show_wrapped(FILE *out, const char *indent, const char *visible, size_t columns);

/* One line on standard output: `head`, and `visible` behind it. At a terminal it goes on below
 * itself, not below the head. */
void show_item(const char *head, const char *visible);

#endif
