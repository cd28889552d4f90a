/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line on standard error for one event of schemas/log.def, written in one write(2).
 * Only typed fields of numbers and tables can stand in it. There is no field for text, so a body,
 * a number, a name or a key cannot be passed by mistake. No line carries a time: who keeps the
 * log adds one if it wants it.
 *
 *	log_event(EV_LISTED, LOG_COUNT(handed), LOG_STATUS(st));
 *	tocsin-modem: info: LISTED the modem was listed count=3 status=OK
 */
#ifndef GATEWAY_COMMON_LOG_H
#define GATEWAY_COMMON_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_event {
#define X(name, level, words) EV_##name,
#include "schemas/log.def"
#undef X
	EV_COUNT
};

/* A role in a log line. */
enum log_role { LOG_ROLE_CORE, LOG_ROLE_MODEM };

enum log_kind {
	LOG_KIND_END,
	LOG_KIND_COUNT,    /* count=7 */
	LOG_KIND_STATUS,   /* status=SYNTAX */
	LOG_KIND_ROLE,     /* role=core */
	LOG_KIND_EXIT,     /* exit=10 */
	LOG_KIND_SIGNAL,   /* signal=9 */
	LOG_KIND_ERRNO,    /* errno=28 */
	LOG_KIND_STATE,    /* state=4, a bit of enum core_state */
	LOG_KIND_MS,       /* ms=100 */
	LOG_KIND_SEQ,      /* seq=12, of an event in the journal */
	LOG_KIND_LANDLOCK, /* landlock=7, its version */
	LOG_KIND_MODEM,    /* modem=2, the second one */
};

struct log_field {
	enum log_kind kind;
	int64_t value;
};

/* Functions, not casts: a pointer given to one of them does not compile. */
#define LOG_FIELD(name, KIND, type) \
	static inline struct log_field name(type value) \
	{ \
		return (struct log_field){KIND, (int64_t)value}; \
	}
LOG_FIELD(LOG_COUNT, LOG_KIND_COUNT, uint64_t)
LOG_FIELD(LOG_STATUS, LOG_KIND_STATUS, enum status)
LOG_FIELD(LOG_ROLE, LOG_KIND_ROLE, enum log_role)
LOG_FIELD(LOG_EXIT, LOG_KIND_EXIT, int)
LOG_FIELD(LOG_SIGNAL, LOG_KIND_SIGNAL, int)
LOG_FIELD(LOG_ERRNO, LOG_KIND_ERRNO, int)
LOG_FIELD(LOG_STATE, LOG_KIND_STATE, uint32_t)
LOG_FIELD(LOG_MS, LOG_KIND_MS, int64_t)
LOG_FIELD(LOG_SEQ, LOG_KIND_SEQ, uint64_t)
LOG_FIELD(LOG_MODEM, LOG_KIND_MODEM, unsigned)
LOG_FIELD(LOG_LANDLOCK, LOG_KIND_LANDLOCK, int)
#undef LOG_FIELD

/* log_event(EV_NAME, fields...): never fails, never changes errno. */
#define LOG_FIELDS_MAX 8
#define log_event(event, ...) \
	log_write(event, (const struct log_field[LOG_FIELDS_MAX + 1]){__VA_ARGS__})

/* Name of the program, a constant string, and the last level that is written. */
void log_begin(const char *program, enum log_level level);

void log_write(enum log_event event, const struct log_field *fields);

/*
 * The line that log_write would write, with its newline.
 *   out  cap octets; always ended with a zero, cut if need be.
 * Returns its length.
 */
size_t log_line(char *out, size_t cap, const char *program, enum log_event event,
    const struct log_field *fields);

#endif
