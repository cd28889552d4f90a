/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "gateway/control/show.h"

static void
put_string(FILE *out, const void *octets, size_t len)
{
	const uint8_t *at = octets, *end = at + len;
	int32_t c;
	size_t used;

	(void)fputc('"', out);
	for (; at < end; at += used) {
		used = show_character(at, (size_t)(end - at), &c);
		if (c == '"' || c == '\\')
			(void)fprintf(out, "\\%c", (char)c);
		else if (c == -1)
			(void)fputs("\\ufffd", out);
		else if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029)
			(void)fprintf(out, "\\u%04x", (unsigned)c);
		else
			(void)fwrite(at, 1, used, out);
	}
	(void)fputc('"', out);
}

static void
put_name(struct json *j, const char *name)
{
	(void)fprintf(j->out, "%s\"%s\":", j->comma ? "," : "", name);
	j->comma = true;
}

void
json_begin(struct json *j, FILE *out)
{
	*j = (struct json){out, false};
	(void)fputc('{', out);
}

void
json_end(struct json *j)
{
	(void)fputs("}\n", j->out);
}

void
json_octets(struct json *j, const char *name, const void *octets, size_t len)
{
	put_name(j, name);
	put_string(j->out, octets, len);
}

void
json_text(struct json *j, const char *name, const char *text)
{
	json_octets(j, name, text, strlen(text));
}

void
json_hex(struct json *j, const char *name, const void *octets, size_t len)
{
	const uint8_t *at = octets;

	put_name(j, name);
	(void)fputc('"', j->out);
	for (size_t i = 0; i < len; i++)
		(void)fprintf(j->out, "%02x", at[i]);
	(void)fputc('"', j->out);
}

void
json_number(struct json *j, const char *name, int64_t value)
{
	put_name(j, name);
	(void)fprintf(j->out, "%" PRId64, value);
}

void
json_flag(struct json *j, const char *name, bool value)
{
	put_name(j, name);
	(void)fputs(value ? "true" : "false", j->out);
}

void
json_null(struct json *j, const char *name)
{
	put_name(j, name);
	(void)fputs("null", j->out);
}

void
json_time(struct json *j, const char *name, int64_t seconds)
{
	char text[32];
	struct tm tm;
	time_t t = (time_t)seconds;

	if (seconds == INT64_MIN || gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		json_null(j, name);
	else
		json_text(j, name, text);
}

void
json_list(struct json *j, const char *name)
{
	put_name(j, name);
	(void)fputc('[', j->out);
	j->comma = false;
}

void
json_item(struct json *j, const char *text)
{
	if (j->comma)
		(void)fputc(',', j->out);
	j->comma = true;
	put_string(j->out, text, strlen(text));
}

void
json_list_end(struct json *j)
{
	(void)fputc(']', j->out);
	j->comma = true;
}
