/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/show.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <utf8proc.h>

#include "schemas/messages.h"

#define COLUMNS_MIN 30
#define COLUMNS_MAX 400
#define ELLIPSIS "\xe2\x80\xa6"

size_t
show_character(const uint8_t *at, size_t len, int32_t *out)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t used = utf8proc_iterate(at, (utf8proc_ssize_t)len, &c);

	*out = used > 0 ? c : -1;
	return used > 0 ? (size_t)used : 1;
}

static bool
is_harmless(int32_t c)
{
	switch (c < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_CC: /* control */
	case UTF8PROC_CATEGORY_CF: /* format: directions, joiners */
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN: /* not assigned */
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	default:
		return true;
	}
}

size_t
show_visible(char *out, size_t cap, const void *octets, size_t len)
{
	const uint8_t *at = octets, *end = at + len;
	size_t used = 0, took;
	char shown[16];
	int32_t c;
	int need;

	assert(cap > 0);
	for (; at < end; at += took) {
		took = show_character(at, (size_t)(end - at), &c);
		if (is_harmless(c))
			need = snprintf(shown, sizeof(shown), "%.*s", (int)took, (const char *)at);
		else if (c < 0x80) /* not a character, or a control character of ASCII */
			need = snprintf(shown, sizeof(shown), "\\x%02x", *at);
		else
			need = snprintf(shown, sizeof(shown), "\\u%04x", (unsigned)c);
		if (need < 0 || used + (size_t)need >= cap)
			break;
		memcpy(out + used, shown, (size_t)need);
		used += (size_t)need;
	}
	out[used] = '\0';
	return used;
}

/* Octets of the longest beginning that takes at most `cells`; their cells in *width. */
static size_t
fitting(const char *visible, size_t cells, size_t *width)
{
	const uint8_t *from = (const uint8_t *)visible, *at = from, *end = from + strlen(visible);
	size_t took;
	int32_t c;
	int wide;

	for (*width = 0; at < end; at += took) {
		took = show_character(at, (size_t)(end - at), &c);
		wide = c < 0 ? 1 : utf8proc_charwidth(c);
		if (wide > 0 && *width + (size_t)wide > cells)
			break;
		*width += wide > 0 ? (size_t)wide : 0;
	}
	return (size_t)(at - from);
}

size_t
show_width(const char *visible)
{
	size_t width;

	(void)fitting(visible, SIZE_MAX, &width);
	return width;
}

size_t
show_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return SHOW_NARROW;
	if (size.ws_col < COLUMNS_MIN)
		return COLUMNS_MIN;
	return size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

void
show_time(char out[SHOW_TIME_MAX], int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds == INT64_MIN || gmtime_r(&t, &tm) == NULL ||
	    strftime(out, SHOW_TIME_MAX, "%Y-%m-%d %H:%M", &tm) == 0)
		memcpy(out, "-", 2);
}

void
show_time_about(char out[SHOW_TIME_MAX], int64_t seconds, uint32_t trust)
{
	char time[SHOW_TIME_MAX];

	show_time(time, trust == TRUST_NONE ? INT64_MIN : seconds);
	(void)snprintf(out, SHOW_TIME_MAX, "%s%.23s", /* never cut: 16 until the year 9999 */
	    trust >= TRUST_CENTRE || time[0] == '-' ? "" : "about ", time);
}

const char *
show_trust(uint32_t trust)
{
	static const char *const names[] = {[TRUST_NONE] = "none",
	    [TRUST_MACHINE] = "machine",
	    [TRUST_CENTRE] = "service-centre",
	    [TRUST_CONFIRMED] = "confirmed"};

	return trust < sizeof(names) / sizeof(names[0]) ? names[trust] : "unknown";
}

void
show_duration(char out[SHOW_TIME_MAX], int64_t seconds)
{
	static const struct {
		int64_t from_s, unit_s;
		const char *name;
	} units[] = {
	    {2 * 86400, 86400, "days"}, {2 * 3600, 3600, "h"}, {120, 60, "min"}, {0, 1, "s"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds >= units[i].from_s) {
			(void)snprintf(out, SHOW_TIME_MAX, "%lld %s",
			    (long long)(seconds / units[i].unit_s), units[i].name);
			return;
		}
	memcpy(out, "-", 2);
}

void
show_fit(struct show_column *c, size_t count, size_t columns)
{
	size_t used = count - 1; /* one cell between two columns */
	bool gave = true;

	for (size_t i = 0; i < count; i++) {
		c[i].width = c[i].min;
		used += c[i].min;
	}
	while (gave && used < columns) {
		gave = false;
		for (size_t i = 0; i < count && used < columns; i++) {
			if (c[i].width >= c[i].want)
				continue;
			c[i].width++;
			used++;
			gave = true;
		}
	}
}

size_t
show_least(const struct show_column *c, size_t count)
{
	size_t least = count - 1;

	for (size_t i = 0; i < count; i++)
		least += c[i].min;
	return least;
}

void
show_add(char *line, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(line);
	va_list ap;

	if (len > 0 && len + 2 < cap) {
		(void)snprintf(line + len, cap - len, ", ");
		len += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(line + len, cap - len, fmt, ap);
	va_end(ap);
}

/* Spaces are held back until a text follows, so that no line ends with them. */
static void
put_cell(FILE *out, const struct show_column *c, const char *text, size_t *spaces)
{
	size_t width, len = fitting(text, c->width, &width), pad;
	bool cut = text[len] != '\0';

	if (cut)
		len = fitting(text, c->width - 1, &width);
	pad = c->width - width - cut;
	if (c->right)
		*spaces += pad;
	if (len > 0 || cut) {
		(void)fprintf(
		    out, "%*s%.*s%s", (int)*spaces, "", (int)len, text, cut ? ELLIPSIS : "");
		*spaces = 0;
	}
	if (!c->right)
		*spaces += pad;
}

void
show_row(FILE *out, const struct show_column *c, size_t count, const char *const *cells)
{
	size_t spaces = 0;

	for (size_t i = 0; i < count; i++, spaces++)
		put_cell(out, &c[i], cells[i] != NULL ? cells[i] : "", &spaces);
	(void)fputc('\n', out);
}

void
show_titles(FILE *out, const struct show_column *c, size_t count)
{
	size_t spaces = 0;

	for (size_t i = 0; i < count; i++, spaces++)
		put_cell(out, &c[i], c[i].title, &spaces);
	(void)fputc('\n', out);
}

/* How much of a line that does not fit stays on it: up to its last blank, if it has one. */
static size_t
up_to_blank(const char *visible, size_t len)
{
	size_t cut = len;

	while (cut > 0 && visible[cut] != ' ')
		cut--;
	return cut > 0 ? cut : len;
}

static void
wrapped(FILE *out, const char *first, const char *indent, const char *visible, size_t columns)
{
	size_t cells = columns - show_width(indent), width, len;

	do {
		len = fitting(visible, cells, &width);
		if (visible[len] != '\0')
			len = up_to_blank(visible, len);
		(void)fprintf(out, "%s%.*s\n", first, (int)len, visible);
		first = indent;
		visible += len;
		if (*visible == ' ')
			visible++;
	} while (*visible != '\0' && len > 0);
}

void
show_wrapped(FILE *out, const char *indent, const char *visible, size_t columns)
{
	wrapped(out, indent, indent, visible, columns);
}

void
show_item(const char *head, const char *visible)
{
	char indent[32];

	(void)snprintf(indent, sizeof(indent), "%*s", (int)show_width(head), "");
	if (isatty(STDOUT_FILENO))
		wrapped(stdout, head, indent, visible, show_columns());
	else
		printf("%s%s\n", head, visible);
}
