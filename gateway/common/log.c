/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/common/status.h"

#define LINE_MAX_LEN 512

static const char *program = "tocsin";
static enum log_level last_level = LOG_LEVEL_INFO;

static const struct {
	const char *name, *words;
	enum log_level level;
} events[EV_COUNT] = {
#define X(name, level, words) {#name, words, LOG_LEVEL_##level},
#include "schemas/log.def"
#undef X
};

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const char *const role_names[] = {"core", "modem"};
static const char *const kind_names[] = {
    [LOG_KIND_COUNT] = "count",
    [LOG_KIND_STATUS] = "status",
    [LOG_KIND_ROLE] = "role",
    [LOG_KIND_EXIT] = "exit",
    [LOG_KIND_SIGNAL] = "signal",
    [LOG_KIND_ERRNO] = "errno",
    [LOG_KIND_STATE] = "state",
    [LOG_KIND_MS] = "ms",
    [LOG_KIND_SEQ] = "seq",
    [LOG_KIND_MODEM] = "modem",
    [LOG_KIND_LANDLOCK] = "landlock",
};

void
log_begin(const char *name, enum log_level level)
{
	program = name;
	last_level = level;
}

static int
field_write(char *out, size_t cap, const struct log_field *f)
{
	switch (f->kind) {
	case LOG_KIND_STATUS:
		return snprintf(out, cap, " status=%s", status_name((enum status)f->value));
	case LOG_KIND_ROLE:
		assert(f->value == LOG_ROLE_CORE || f->value == LOG_ROLE_MODEM);
		return snprintf(out, cap, " role=%s", role_names[f->value]);
	default:
		return snprintf(out, cap, " %s=%" PRId64, kind_names[f->kind], f->value);
	}
}

size_t
log_line(
    char *out, size_t cap, const char *name, enum log_event event, const struct log_field *fields)
{
	size_t used;
	int len;

	assert(event < EV_COUNT && cap > 1);
	len = snprintf(out, cap - 1, "%s: %s: %s %s", name, level_names[events[event].level],
	    events[event].name, events[event].words);
	assert(len >= 0);
	used = (size_t)len < cap - 1 ? (size_t)len : cap - 2;
	for (; fields->kind != LOG_KIND_END && used + 2 < cap; fields++) {
		len = field_write(out + used, cap - 1 - used, fields);
		assert(len >= 0);
		used += (size_t)len < cap - 1 - used ? (size_t)len : cap - 2 - used;
	}
	out[used++] = '\n';
	out[used] = '\0';
	return used;
}

void
log_write(enum log_event event, const struct log_field *fields)
{
	char line[LINE_MAX_LEN];
	int kept = errno;
	size_t len;

	assert(event < EV_COUNT);
	if (events[event].level > last_level)
		return;
	len = log_line(line, sizeof(line), program, event, fields);
	(void)!write(STDERR_FILENO, line, len); /* a log that cannot be written stops nothing */
	errno = kept;
}
