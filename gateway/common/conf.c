/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/conf.h"

#include <assert.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/conf_scan.h"
#include "gateway/common/fileio.h"

#define KEY_MAX 96

enum type { TYPE_PATH, TYPE_TEXT, TYPE_ANCHOR, TYPE_WORD, TYPE_NUMBER };

struct row {
	struct conf_row shown;
	enum type type;
	size_t offset, size; /* of the field in struct conf, or in struct conf_modem */
};

static const struct row rows[] = {
#define X(field, path, type, min, max, initial, words, help) \
	{{path, initial, words, help, min, max}, TYPE_##type, offsetof(struct conf, field), \
	    sizeof(((struct conf *)0)->field)},
#include "schemas/settings.def"
#undef X
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

#define MODEM_GROUP "modem"
static const struct row modem_rows[] = {
#define X(field, name, type, min, max, initial, words, help) \
	{{MODEM_GROUP "." name, initial, words, help, min, max}, TYPE_##type, \
	    offsetof(struct conf_modem, field), sizeof(((struct conf_modem *)0)->field)},
#include "schemas/settings_modem.def"
#undef X
};
#define MODEM_ROW_COUNT (sizeof(modem_rows) / sizeof(modem_rows[0]))

static const char *const modem_groups[MODEMS_MAX] = {
    MODEM_GROUP, MODEM_GROUP "2", MODEM_GROUP "3", MODEM_GROUP "4"};

struct reader {
	const char *name; /* of the file, for faults */
	char *fault;
	struct conf *out;
	bool *given; /* which modems' groups there are */
};

/* One setting of the file, or a default. */
struct setting {
	const struct row *row;
	const char *path; /* as it is written, with its group */
	char *field;
	unsigned line; /* 0: a default */
};

static const char *const anchor_prefix[] = {[ANCHOR_FILE] = "file:", [ANCHOR_EEPROM] = "eeprom:"};

const struct conf_row *
conf_row(size_t i)
{
	if (i < ROW_COUNT)
		return &rows[i].shown;
	return i - ROW_COUNT < MODEM_ROW_COUNT ? &modem_rows[i - ROW_COUNT].shown : NULL;
}

const char *
conf_modem_name(size_t modem)
{
	assert(modem < MODEMS_MAX);
	return modem_groups[modem];
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

/* ---- one value ---- */

/* Which of its bounds a weaker setting would pass. What such a file says is named and changes
 * nothing; a fault instead would let whoever can write to it stop the gateway. */
enum guard { GUARD_NONE, GUARD_MIN, GUARD_MAX };

static enum guard
guard_of(const struct reader *r, const struct setting *s)
{
	switch ((size_t)(s->field - (char *)r->out)) {
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
note_weaker(const struct reader *r, const struct setting *s)
{
	char *out = r->out->weaker;
	size_t used = strlen(out);

	(void)snprintf(out + used, CONF_WEAKER_MAX - used, "%s%s", used > 0 ? ", " : "", s->path);
}

static enum status
set_path(const struct reader *r, const struct setting *s, const char *text)
{
	char folder[CONF_PATH_MAX]; /* a copy: out holds the field too */
	int len;

	memcpy(folder, r->out->folder, sizeof(folder));
	if (*text == '\0') {
		*s->field = '\0';
		return ST_OK;
	}
	if (*text == '/' || strcmp(folder, ".") == 0)
		len = snprintf(s->field, s->row->size, "%s", text);
	else if (strcmp(folder, "/") == 0)
		len = snprintf(s->field, s->row->size, "/%s", text);
	else
		len = snprintf(s->field, s->row->size, "%s/%s", folder, text);
	if (len < 0 || (size_t)len >= s->row->size)
		return fail(r, s->line, "%s: the path is too long", s->path);
	return ST_OK;
}

/* There is one setting of this type: its kind is the field beside it. */
static enum status
set_anchor(const struct reader *r, const struct setting *s, const char *text)
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
		return set_path(r, s, text + len);
	}
	return fail(r, s->line, "%s: must be \"file:PATH\", \"eeprom:PATH\" or \"none\"", s->path);
}

static enum status
set_word(const struct reader *r, const struct setting *s, const char *text)
{
	uint32_t *field = (uint32_t *)(void *)s->field;
	const char *at = s->row->shown.words;
	size_t len;

	for (uint32_t i = 0; *at != '\0'; i++) {
		len = strcspn(at, "|");
		if (strlen(text) == len && memcmp(text, at, len) == 0) {
			*field = i;
			if (field == &r->out->posture && i == POSTURE_OPEN) {
				*field = POSTURE_CHOSEN;
				note_weaker(r, s);
			}
			return ST_OK;
		}
		at += len + (at[len] == '|');
	}
	return fail(r, s->line, "%s: must be one of %s", s->path, s->row->shown.words);
}

static enum status
set_text(const struct reader *r, const struct setting *s, const char *text)
{
	size_t len = strlen(text);
	const char *name = s->path;

	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return fail(r, s->line, "%s: holds a control character", name);
	if (s->row->type == TYPE_WORD)
		return set_word(r, s, text);
	if (len < s->row->shown.min || len > s->row->shown.max)
		return fail(r, s->line, "%s: must have %u to %u octets", name, s->row->shown.min,
		    s->row->shown.max);
	if (s->row->type == TYPE_ANCHOR)
		return set_anchor(r, s, text);
	if (s->row->type == TYPE_PATH)
		return set_path(r, s, text);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c > 0x7e)
			return fail(r, s->line, "%s: must be plain ASCII", name);
	assert(len < s->row->size); /* the table's max is below the field's size */
	memcpy(s->field, text, len + 1);
	return ST_OK;
}

static enum status
set_number(const struct reader *r, const struct setting *s, long value)
{
	uint32_t *field = (uint32_t *)(void *)s->field;
	enum guard guard = guard_of(r, s);

	if (guard == GUARD_MAX && value > (long)s->row->shown.max) {
		note_weaker(r, s);
		value = (long)s->row->shown.max;
	}
	if (guard == GUARD_MIN && value < (long)s->row->shown.min) {
		note_weaker(r, s);
		value = (long)s->row->shown.min;
	}
	if (value < (long)s->row->shown.min || value > (long)s->row->shown.max)
		return fail(r, s->line, "%s: must be %u to %u", s->path, s->row->shown.min,
		    s->row->shown.max);
	*field = (uint32_t)value;
	return ST_OK;
}

static enum status
set_default(const struct reader *r, const struct row *row, void *base)
{
	const struct setting s = {row, row->shown.path, (char *)base + row->offset, 0};

	return row->type == TYPE_NUMBER ? set_number(r, &s, strtol(row->shown.initial, NULL, 10))
					: set_text(r, &s, row->shown.initial);
}

static enum status
set_defaults(const struct reader *r)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < ROW_COUNT; i++)
		st = set_default(r, &rows[i], r->out);
	for (size_t m = 0; m < MODEMS_MAX; m++) {
		for (size_t i = 0; st == ST_OK && i < MODEM_ROW_COUNT; i++)
			st = set_default(r, &modem_rows[i], &r->out->modem[m]);
		if (m > 0)
			r->out->modem[m].device[0] = '\0'; /* it exists if this is given */
	}
	return st; /* a path in a folder with a very long name can fail */
}

/* ---- the tree that libconfig read ---- */

/* Which modem's group this is; MODEMS_MAX: none's. */
static size_t
modem_of(const char *group, size_t len)
{
	size_t m = 0;

	while (m < MODEMS_MAX &&
	       (strlen(modem_groups[m]) != len || memcmp(modem_groups[m], group, len) != 0))
		m++;
	return m;
}

/* The row and the field of a setting; false: there is none of this name. */
static bool
find_setting(const struct reader *r, struct setting *s)
{
	const char *dot = strchr(s->path, '.');
	size_t m = dot == NULL ? MODEMS_MAX : modem_of(s->path, (size_t)(dot - s->path));

	for (size_t i = 0; m == MODEMS_MAX && i < ROW_COUNT; i++) {
		if (strcmp(rows[i].shown.path, s->path) != 0)
			continue;
		s->row = &rows[i];
		s->field = (char *)r->out + rows[i].offset;
		return true;
	}
	for (size_t i = 0; m != MODEMS_MAX && i < MODEM_ROW_COUNT; i++) {
		if (strcmp(strchr(modem_rows[i].shown.path, '.'), dot) != 0)
			continue;
		s->row = &modem_rows[i];
		s->field = (char *)&r->out->modem[m] + modem_rows[i].offset;
		return true;
	}
	return false;
}

static bool
is_group(const char *path)
{
	size_t len = strlen(path);

	if (modem_of(path, len) != MODEMS_MAX)
		return true;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strncmp(rows[i].shown.path, path, len) == 0 && rows[i].shown.path[len] == '.')
			return true;
	return false;
}

static enum status
take_value(const struct reader *r, const struct setting *s, const config_setting_t *from)
{
	int type = config_setting_type(from);

	if (s->row->type == TYPE_NUMBER) {
		if (type != CONFIG_TYPE_INT)
			return fail(r, s->line, "%s: must be a whole number", s->path);
		return set_number(r, s, config_setting_get_int(from));
	}
	if (type != CONFIG_TYPE_STRING)
		return fail(r, s->line, "%s: must be a text in double quotes", s->path);
	return set_text(r, s, config_setting_get_string(from));
}

static enum status take_group(const struct reader *r, config_setting_t *group, const char *prefix);

static enum status
take_setting(const struct reader *r, config_setting_t *from, const char *prefix)
{
	char path[KEY_MAX];
	struct setting s = {NULL, path, NULL, config_setting_source_line(from)};
	int len;

	len = snprintf(
	    path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", config_setting_name(from));
	if (len < 0 || (size_t)len >= sizeof(path))
		return fail(r, s.line, "no setting has so long a name");
	if (find_setting(r, &s))
		return take_value(r, &s, from);
	if (!is_group(path))
		return fail(r, s.line, "there is no setting \"%s\"", path);
	if (config_setting_type(from) != CONFIG_TYPE_GROUP)
		return fail(r, s.line, "%s: must be a group: %s = { ... };", path, path);
	if (modem_of(path, strlen(path)) != MODEMS_MAX)
		r->given[modem_of(path, strlen(path))] = true;
	return take_group(r, from, path); /* no name in the tables has more than two parts */
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

/* What no row alone can say. */
static enum status
check_modems(const struct reader *r)
{
	const struct conf_modem *modem = r->out->modem;

	for (size_t m = 0; m < MODEMS_MAX; m++) {
		const char *ussd = modem[m].credit_ussd;

		if (ussd[strspn(ussd, "0123456789*#+")] != '\0')
			return fail(
			    r, 0, "%s.credit_ussd: digits, *, # and + alone", modem_groups[m]);
		if (r->given[m] && modem[m].device[0] == '\0')
			return fail(r, 0, "%s: must have a device", modem_groups[m]);
		for (size_t other = 0; other < m && modem[m].device[0] != '\0'; other++)
			if (strcmp(modem[m].device, modem[other].device) == 0)
				return fail(r, 0, "%s.device is %s.device too: one modem each",
				    modem_groups[m], modem_groups[other]);
	}
	return ST_OK;
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
		if (st == ST_OK)
			st = check_modems(r);
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
	bool given[MODEMS_MAX] = {false};
	struct reader r = {name, fault, &made, given};
	struct conf_scan_fault wrong;
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
	st = find_folder(&r);
	if (st == ST_OK && (st = conf_scan(text, len, &wrong)) != ST_OK)
		st = fail(&r, wrong.line, "%s", wrong.words);
	if (st == ST_OK)
		st = parse_tree(&r, ended);
	if (st == ST_OK)
		*out = made;
	free(ended);
	return st;
}

enum status
conf_read(const char *path, struct conf *out, char fault[CONF_FAULT_MAX])
{
	struct reader r = {path, fault, out, NULL};
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
