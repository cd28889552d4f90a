/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/conf.h"

#include <assert.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/fileio.h"

#define NUMERAL_MAX 9 /* longer ones would wrap around in libconfig's int */
#define KEY_MAX 96

enum type { TYPE_PATH, TYPE_TEXT, TYPE_ANCHOR, TYPE_WORD, TYPE_NUMBER };

static const struct row {
	struct conf_row shown;
	enum type type;
	size_t offset, size;
} rows[] = {
#define X(field, path, type, min, max, initial, words, help) \
	{{path, initial, words, help, min, max}, TYPE_##type, offsetof(struct conf, field), \
	    sizeof(((struct conf *)0)->field)},
#include "schemas/settings.def"
#undef X
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

struct reader {
	const char *name; /* of the file, for faults */
	char *fault;
	struct conf *out;
};

static const char *const anchor_prefix[] = {[ANCHOR_FILE] = "file:", [ANCHOR_EEPROM] = "eeprom:"};

const struct conf_row *
conf_row(size_t i)
{
	return i < ROW_COUNT ? &rows[i].shown : NULL;
}

__attribute__((format(printf, 3, 4))) static enum status
fail(const struct reader *r, unsigned line, const char *fmt, ...)
{
	int used;
	va_list ap;

	used = line ? snprintf(r->fault, CONF_FAULT_MAX, "%s:%u: ", r->name, line)
		    : snprintf(r->fault, CONF_FAULT_MAX, "%s: ", r->name);
	if (used < 0 || used >= CONF_FAULT_MAX)
		return ST_CONFIG;
	va_start(ap, fmt);
	(void)vsnprintf(r->fault + used, CONF_FAULT_MAX - (size_t)used, fmt, ap); /* cut is fine */
	va_end(ap);
	return ST_CONFIG;
}

/* ---- what libconfig would read wrongly, or must not see ---- */

struct scan {
	const char *at, *end;
	unsigned line;
};

static bool
scan_is(const struct scan *s, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, word, len) == 0;
}

static void
scan_next(struct scan *s)
{
	if (*s->at++ == '\n')
		s->line++;
}

/* Behind `end`, or false if it never comes. A backslash hides the next octet in a string. */
static bool
skip_to(struct scan *s, const char *end, bool string)
{
	for (; s->at < s->end; scan_next(s)) {
		if (string && *s->at == '\\' && s->at + 1 < s->end) {
			scan_next(s);
			continue;
		}
		if (scan_is(s, end)) {
			s->at += strlen(end) - (*end == '\n');
			return true;
		}
	}
	return false;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '*' || c == '.';
}

/* A word of the text: a name or a numeral. */
static enum status
scan_word(const struct reader *r, struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && is_word(*s->at))
		s->at++;
	if ((*from >= '0' && *from <= '9') || *from == '-' || *from == '.')
		if (s->at - from > NUMERAL_MAX)
			return fail(r, s->line, "the number is too large");
	return ST_OK;
}

static enum status
scan_token(const struct reader *r, struct scan *s)
{
	unsigned line = s->line;

	if (is_word(*s->at))
		return scan_word(r, s);
	if (*s->at == '@')
		return fail(r, line, "other files cannot be included: write the settings here");
	if (*s->at == '#' || scan_is(s, "//")) {
		(void)skip_to(s, "\n", false); /* the last line needs no newline */
		return ST_OK;
	}
	if (scan_is(s, "/*")) {
		s->at += 2;
		return skip_to(s, "*/", false) ? ST_OK : fail(r, line, "a comment without end");
	}
	if (*s->at == '"') {
		s->at++;
		return skip_to(s, "\"", true) ? ST_OK : fail(r, line, "a text without end");
	}
	scan_next(s);
	return ST_OK;
}

static enum status
scan_text(const struct reader *r, const char *text, size_t len)
{
	struct scan s = {text, text + len, 1};
	enum status st = ST_OK;

	if (memchr(text, '\0', len) != NULL)
		return fail(r, 0, "holds a zero octet: it is not a settings file");
	while (st == ST_OK && s.at < s.end)
		st = scan_token(r, &s);
	return st;
}

/* ---- one value ---- */

/* Which of its bounds a weaker setting would pass. What such a file says is named and changes
 * nothing; a fault instead would let whoever can write to it stop the gateway. */
enum guard { GUARD_NONE, GUARD_MIN, GUARD_MAX };

static enum guard
guard_of(const struct row *row)
{
	switch (row->offset) {
	case offsetof(struct conf, armed_hours):
	case offsetof(struct conf, open_idle_minutes):
		return GUARD_MAX;
	case offsetof(struct conf, argon2_memory_mib):
	case offsetof(struct conf, argon2_passes):
		return GUARD_MIN;
	default:
		return GUARD_NONE;
	}
}

/* The table's guarded names fit together. */
static void
note_weaker(const struct reader *r, const struct row *row)
{
	char *out = r->out->weaker;
	size_t used = strlen(out);

	(void)snprintf(
	    out + used, CONF_WEAKER_MAX - used, "%s%s", used > 0 ? ", " : "", row->shown.path);
}

static enum status
set_path(const struct reader *r, const struct row *row, unsigned line, const char *text)
{
	char folder[CONF_PATH_MAX]; /* a copy: out holds the field too */
	char *field = (char *)r->out + row->offset;
	int len;

	memcpy(folder, r->out->folder, sizeof(folder));
	if (*text == '/' || strcmp(folder, ".") == 0)
		len = snprintf(field, row->size, "%s", text);
	else if (strcmp(folder, "/") == 0)
		len = snprintf(field, row->size, "/%s", text);
	else
		len = snprintf(field, row->size, "%s/%s", folder, text);
	if (len < 0 || (size_t)len >= row->size)
		return fail(r, line, "%s: the path is too long", row->shown.path);
	return ST_OK;
}

/* There is one setting of this type: its kind is the field beside it. */
static enum status
set_anchor(const struct reader *r, const struct row *row, unsigned line, const char *text)
{
	r->out->anchor_kind = ANCHOR_NONE;
	r->out->anchor[0] = '\0';
	if (strcmp(text, "none") == 0)
		return ST_OK;
	for (uint32_t kind = 0; kind < ANCHOR_NONE; kind++) {
		size_t len = strlen(anchor_prefix[kind]);

		if (strncmp(text, anchor_prefix[kind], len) != 0 || text[len] == '\0')
			continue;
		r->out->anchor_kind = kind;
		return set_path(r, row, line, text + len);
	}
	return fail(
	    r, line, "%s: must be \"file:PATH\", \"eeprom:PATH\" or \"none\"", row->shown.path);
}

static enum status
set_word(const struct reader *r, const struct row *row, unsigned line, const char *text)
{
	uint32_t *field = (uint32_t *)(void *)((char *)r->out + row->offset);
	const char *at = row->shown.words;
	size_t len;

	for (uint32_t i = 0; *at != '\0'; i++) {
		len = strcspn(at, "|");
		if (strlen(text) == len && memcmp(text, at, len) == 0) {
			*field = i;
			if (field == &r->out->posture && i == POSTURE_OPEN) {
				*field = POSTURE_PROTECTED;
				note_weaker(r, row);
			}
			return ST_OK;
		}
		at += len + (at[len] == '|');
	}
	return fail(r, line, "%s: must be one of %s", row->shown.path, row->shown.words);
}

static enum status
set_text(const struct reader *r, const struct row *row, unsigned line, const char *text)
{
	size_t len = strlen(text);
	const char *name = row->shown.path;

	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return fail(r, line, "%s: holds a control character", name);
	if (row->type == TYPE_WORD)
		return set_word(r, row, line, text);
	if (len < row->shown.min || len > row->shown.max)
		return fail(
		    r, line, "%s: must have %u to %u octets", name, row->shown.min, row->shown.max);
	if (row->type == TYPE_ANCHOR)
		return set_anchor(r, row, line, text);
	if (row->type == TYPE_PATH)
		return set_path(r, row, line, text);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c > 0x7e)
			return fail(r, line, "%s: must be plain ASCII", name);
	assert(len < row->size); /* the table's max is below the field's size */
	memcpy((char *)r->out + row->offset, text, len + 1);
	return ST_OK;
}

static enum status
set_number(const struct reader *r, const struct row *row, unsigned line, long value)
{
	uint32_t *field = (uint32_t *)(void *)((char *)r->out + row->offset);
	enum guard guard = guard_of(row);

	if (guard == GUARD_MAX && value > (long)row->shown.max) {
		note_weaker(r, row);
		value = (long)row->shown.max;
	}
	if (guard == GUARD_MIN && value < (long)row->shown.min) {
		note_weaker(r, row);
		value = (long)row->shown.min;
	}
	if (value < (long)row->shown.min || value > (long)row->shown.max)
		return fail(r, line, "%s: must be %u to %u", row->shown.path, row->shown.min,
		    row->shown.max);
	*field = (uint32_t)value;
	return ST_OK;
}

static enum status
set_defaults(const struct reader *r)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < ROW_COUNT; i++)
		st = rows[i].type == TYPE_NUMBER
			 ? set_number(r, &rows[i], 0, strtol(rows[i].shown.initial, NULL, 10))
			 : set_text(r, &rows[i], 0, rows[i].shown.initial);
	return st; /* a path in a folder with a very long name can fail */
}

/* ---- the tree that libconfig read ---- */

static const struct row *
row_find(const char *path)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].shown.path, path) == 0)
			return &rows[i];
	return NULL;
}

static bool
is_group(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strncmp(rows[i].shown.path, path, len) == 0 && rows[i].shown.path[len] == '.')
			return true;
	return false;
}

static enum status
take_value(const struct reader *r, const struct row *row, const config_setting_t *s)
{
	unsigned line = config_setting_source_line(s);
	int type = config_setting_type(s);

	if (row->type == TYPE_NUMBER) {
		if (type != CONFIG_TYPE_INT)
			return fail(r, line, "%s: must be a whole number", row->shown.path);
		return set_number(r, row, line, config_setting_get_int(s));
	}
	if (type != CONFIG_TYPE_STRING)
		return fail(r, line, "%s: must be a text in double quotes", row->shown.path);
	return set_text(r, row, line, config_setting_get_string(s));
}

static enum status take_group(const struct reader *r, config_setting_t *group, const char *prefix);

static enum status
take_setting(const struct reader *r, config_setting_t *s, const char *prefix)
{
	unsigned line = config_setting_source_line(s);
	const struct row *row;
	char path[KEY_MAX];
	int len;

	len = snprintf(
	    path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", config_setting_name(s));
	if (len < 0 || (size_t)len >= sizeof(path))
		return fail(r, line, "no setting has so long a name");
	if ((row = row_find(path)) != NULL)
		return take_value(r, row, s);
	if (!is_group(path))
		return fail(r, line, "there is no setting \"%s\"", path);
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return fail(r, line, "%s: must be a group: %s = { ... };", path, path);
	return take_group(r, s, path); /* no name in the table has more than two parts */
}

static enum status
take_group(const struct reader *r, config_setting_t *group, const char *prefix)
{
	int count = config_setting_length(group);
	enum status st = ST_OK;

	for (int i = 0; st == ST_OK && i < count; i++)
		st = take_setting(r, config_setting_get_elem(group, (unsigned)i), prefix);
	return st;
}

static enum status
parse_tree(const struct reader *r, const char *text)
{
	enum status st;
	const char *words;
	config_t tree;

	config_init(&tree);
	if (config_read_string(&tree, text) == CONFIG_TRUE) {
		if ((st = set_defaults(r)) == ST_OK)
			st = take_group(r, config_root_setting(&tree), "");
	} else {
		words = config_error_text(&tree);
		st = fail(r, (unsigned)config_error_line(&tree),
		    "%s: write each setting once, as name = value; with texts in double quotes",
		    words ? words : "not understood");
	}
	config_destroy(&tree);
	return st;
}

static enum status
find_folder(const struct reader *r)
{
	const char *slash = strrchr(r->name, '/');
	size_t len = slash == NULL ? 1 : (size_t)(slash - r->name);

	if (slash == r->name)
		len = 1; /* the root's own slash */
	if (len >= CONF_PATH_MAX)
		return fail(r, 0, "its path is too long");
	memcpy(r->out->folder, slash == NULL ? "." : r->name, len);
	r->out->folder[len] = '\0';
	return ST_OK;
}

enum status
conf_parse(
    const char *name, const char *text, size_t len, struct conf *out, char fault[CONF_FAULT_MAX])
{
	struct conf made;
	struct reader r = {name, fault, &made};
	enum status st;
	char *ended;

	memset(&made, 0, sizeof(made));
	fault[0] = '\0';
	if (len > CONF_FILE_MAX)
		return fail(
		    &r, 0, "is longer than %d octets: it is not a settings file", CONF_FILE_MAX);
	if ((ended = malloc(len + 1)) == NULL) {
		(void)fail(&r, 0, "out of memory");
		return ST_MEMORY;
	}
	memcpy(ended, text, len);
	ended[len] = '\0';
	if ((st = find_folder(&r)) == ST_OK && (st = scan_text(&r, text, len)) == ST_OK)
		st = parse_tree(&r, ended);
	if (st == ST_OK)
		*out = made;
	free(ended);
	return st;
}

enum status
conf_read(const char *path, struct conf *out, char fault[CONF_FAULT_MAX])
{
	struct reader r = {path, fault, out};
	enum status st;
	char *text;
	size_t len;

	fault[0] = '\0';
	if ((text = malloc(CONF_FILE_MAX)) == NULL) {
		(void)fail(&r, 0, "out of memory");
		return ST_MEMORY;
	}
	st = fileio_read(path, (uint8_t *)text, CONF_FILE_MAX, &len);
	switch (st) {
	case ST_OK:
		st = conf_parse(path, text, len, out, fault);
		break;
	case ST_UNKNOWN:
		(void)fail(&r, 0, "there is no such file");
		st = ST_IO;
		break;
	case ST_TOO_LONG:
		st = fail(
		    &r, 0, "is longer than %d octets: it is not a settings file", CONF_FILE_MAX);
		break;
	case ST_SYNTAX:
		st = fail(&r, 0, "is not a file, or is a symbolic link");
		break;
	case ST_NOT_ALLOWED:
		(void)fail(&r, 0, "may not be read by this user");
		st = ST_IO;
		break;
	default:
		(void)fail(&r, 0, "cannot be read");
		st = ST_IO;
	}
	free(text);
	return st;
}
