/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON objects on a line each, for scripts. Any octets are allowed: what is not UTF-8 becomes
 * U+FFFD, so the line is always valid JSON in UTF-8 (RFC 8259).
 */
#ifndef GATEWAY_CONTROL_JSON_H
#define GATEWAY_CONTROL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool comma;
};

void json_begin(struct json *j, FILE *out);
void json_end(struct json *j); /* with a newline */

/* name: a constant of plain ASCII. */
void json_text(struct json *j, const char *name, const char *text);
void json_octets(struct json *j, const char *name, const void *octets, size_t len);
void json_hex(struct json *j, const char *name, const void *octets, size_t len);
void json_number(struct json *j, const char *name, int64_t value);
void json_flag(struct json *j, const char *name, bool value);
void json_null(struct json *j, const char *name);

/* Seconds UTC as "2025-11-21T06:15:00Z"; INT64_MIN: null. */
void json_time(struct json *j, const char *name, int64_t seconds);

/* A list of texts: json_list, then json_item for each, then json_list_end. */
void json_list(struct json *j, const char *name);
void json_item(struct json *j, const char *text);
void json_list_end(struct json *j);

#endif
