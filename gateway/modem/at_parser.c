/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to one command, out of any octets. Lines end with CR, LF or both; empty ones are
 * nothing.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/modem/at.h"

/* What a modem says by itself, beside everything that begins with a sign and is not the command's
 * own line. */
static const char *const calls[] = {"RING", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"};

/* A new message; the two that bring it along are followed by its line. */
static const struct {
	const char *prefix;
	enum at_brought brought;
} arrivals[] = {{"+CMTI:", AT_BROUGHT_NOTHING}, {"+CDSI:", AT_BROUGHT_NOTHING},
    {"+CMT:", AT_BROUGHT_TEXT}, {"+CDS:", AT_BROUGHT_REPORT}};

static void (*take_report)(const char *hex);

void
at_on_report(void (*take)(const char *hex))
{
	take_report = take;
}

static bool
begins(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

/* "AT+CMGR=3" answers with "+CMGR: ". */
static void
set_prefix(struct at_parser *p, const char *command)
{
	size_t len;

	if (!begins(command, "AT") || command[2] == '\0' || strchr("+^*$#", command[2]) == NULL)
		return;
	len = 1 + strcspn(command + 3, "=?;,\" ");
	if (len + 2 > sizeof(p->prefix))
		return;
	memcpy(p->prefix, command + 2, len);
	p->prefix[len] = ':';
}

void
at_parser_begin(struct at_parser *p, const char *command, bool needs_echo, at_line_fn *on_line,
    void *arg, struct at_reply *reply)
{
	memset(p, 0, sizeof(*p));
	memset(reply, 0, sizeof(*reply));
	reply->code = -1;
	p->command = command;
	p->on_line = on_line;
	p->arg = arg;
	p->reply = reply;
	p->echoed = !needs_echo;
	set_prefix(p, command);
}

/* Is it unsolicited? Remembers what it announces. */
static bool
is_unsolicited(struct at_parser *p)
{
	for (size_t i = 0; i < sizeof(arrivals) / sizeof(arrivals[0]); i++)
		if (begins(p->line, arrivals[i].prefix)) {
			p->reply->hint = true;
			p->brought = arrivals[i].brought;
			return true;
		}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(p->line, calls[i]) == 0)
			return true;
	return false;
}

static int
code_of(const char *words)
{
	char *end;
	long n = strtol(words, &end, 10);

	return end == words || n < 0 || n > 0xFFFF ? -1 : (int)n;
}

/* The last line of an answer? */
static bool
is_end(struct at_parser *p)
{
	static const char cms[] = "+CMS ERROR:", cme[] = "+CME ERROR:";
	struct at_reply *reply = p->reply;

	if (strcmp(p->line, "OK") == 0) {
		reply->end = AT_OK;
	} else if (strcmp(p->line, "ERROR") == 0 || strcmp(p->line, "COMMAND NOT SUPPORT") == 0) {
		reply->end = AT_ERROR;
	} else if (begins(p->line, cms)) {
		reply->end = AT_CMS;
		reply->code = code_of(p->line + sizeof(cms) - 1);
	} else if (begins(p->line, cme)) {
		reply->end = AT_CME;
		reply->code = code_of(p->line + sizeof(cme) - 1);
	} else {
		return false;
	}
	return true;
}

static void
collect(struct at_parser *p)
{
	struct at_reply *reply = p->reply;

	p->lines++;
	if (p->on_line != NULL) {
		p->on_line(p->line, p->arg);
	} else if (p->len + 2 > sizeof(reply->text) - reply->len) {
		reply->was_cut = true;
	} else {
		memcpy(reply->text + reply->len, p->line, p->len);
		reply->len += p->len;
		reply->text[reply->len++] = '\n';
		reply->text[reply->len] = '\0';
	}
}

/* Of this command, or said by the modem itself? A line without a sign is the command's. */
static bool
is_own(const struct at_parser *p)
{
	if (strchr("+^*$#", p->line[0]) == NULL)
		return true;
	return p->prefix[0] != '\0' && begins(p->line, p->prefix);
}

/* The line behind the one that announced it. */
static void
take_brought(struct at_parser *p)
{
	if (p->brought == AT_BROUGHT_REPORT && !p->too_long && take_report != NULL)
		take_report(p->line);
	p->brought = AT_BROUGHT_NOTHING;
}

static void
end_line(struct at_parser *p)
{
	p->line[p->len] = '\0';
	if (p->too_long)
		p->reply->was_cut = true;
	if (p->len == 0)
		return;
	if (p->brought != AT_BROUGHT_NOTHING)
		take_brought(p);
	else if (is_unsolicited(p) || p->reply->end != AT_NONE)
		; /* its hint is remembered; after the end nothing else counts */
	else if (strcmp(p->line, p->command) == 0)
		p->echoed = true;
	else if (p->echoed && !is_end(p) && is_own(p))
		collect(p);
	p->len = 0;
	p->too_long = false;
}

void
at_feed(struct at_parser *p, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = (char)octets[i];

		if (c == '\r' || c == '\n') {
			end_line(p);
		} else if (c == '\0' || (p->len == 0 && (c == '\x1A' || c == '\x1B'))) {
			continue; /* of a line that was just opened; an echoed end of a body */
		} else if (p->len + 1 < sizeof(p->line)) {
			p->line[p->len++] = c;
			/* The prompt is a line without an end. */
			if (p->len == 2 && p->line[0] == '>' && c == ' ' && p->echoed &&
			    p->reply->end == AT_NONE) {
				p->reply->end = AT_PROMPT;
				p->len = 0;
			}
		} else {
			p->too_long = true;
		}
	}
}
