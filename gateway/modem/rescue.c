/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies: 3GPP TS 27.005 3.2.2 (+CPMS), 3.4 and 4 (+CMGL, +CMGR, +CMGD), 3.2.5 (+CMS ERROR). */
#include "gateway/modem/rescue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/modem/at.h"

#define COMMAND_MAX 48
#define CMS_INVALID_INDEX 321
#define STAT_UNSENT 2 /* <stat> in PDU mode: 0 and 1 arrived, 2 and 3 stored here */
#define STAT_SENT 3

static const char *const names[] = {"SM", "ME"};

static enum status
command(struct rescue *r, const char *text, struct at_reply *reply, int timeout_ms)
{
	enum status st;

	if (r->is_gone)
		return ST_CLOSED;
	st = at_command(r->fd, text, reply, timeout_ms);
	r->hint = r->hint || reply->hint;
	r->is_gone = st == ST_CLOSED;
	return st;
}

/* The quoted name at *p, if it is one that can be given back. */
static const char *
read_name(const char *p, char out[8])
{
	const char *first = strchr(p, '"'), *last;

	out[0] = '\0';
	if (first == NULL || (last = strchr(first + 1, '"')) == NULL)
		return p + strlen(p);
	if (last - first - 1 > 7)
		return last + 1;
	for (const char *c = first + 1; c < last; c++)
		if (!isalnum((unsigned char)*c))
			return last + 1;
	memcpy(out, first + 1, (size_t)(last - first - 1));
	out[last - first - 1] = '\0';
	return last + 1;
}

enum status
rescue_begin(struct rescue *r, int fd)
{
	struct at_reply reply;
	enum status st;

	memset(r, 0, sizeof(*r));
	r->fd = fd;
	r->selected = -1;
	if ((st = at_echo(fd, &r->hint)) != ST_OK)
		return st;
	if ((st = command(r, "AT+CPMS?", &reply, AT_QUICK_MS)) != ST_OK)
		return st;
	if (reply.end != AT_OK)
		return ST_UNKNOWN;
	(void)read_name(read_name(reply.text, r->before[0]), r->before[1]);
	if ((st = command(r, "AT+CMGF=0", &reply, AT_QUICK_MS)) != ST_OK)
		return st;
	return reply.end == AT_OK ? ST_OK : ST_UNKNOWN;
}

enum status
rescue_end(struct rescue *r)
{
	char text[COMMAND_MAX];
	struct at_reply reply;
	enum status st;

	if (r->before[0][0] == '\0' || r->selected == -1)
		return r->is_gone ? ST_CLOSED : ST_OK;
	if (r->before[1][0] == '\0')
		(void)snprintf(text, sizeof(text), "AT+CPMS=\"%s\"", r->before[0]);
	else
		(void)snprintf(
		    text, sizeof(text), "AT+CPMS=\"%s\",\"%s\"", r->before[0], r->before[1]);
	if ((st = command(r, text, &reply, AT_QUICK_MS)) != ST_OK)
		return st;
	r->selected = -1;
	return reply.end == AT_OK ? ST_OK : ST_DEVICE;
}

enum status
rescue_select(struct rescue *r, enum rescue_memory memory)
{
	char text[COMMAND_MAX];
	struct at_reply reply;
	const char *counts;
	char *end;
	enum status st;

	(void)snprintf(text, sizeof(text), "AT+CPMS=\"%s\",\"%s\"", names[memory], names[memory]);
	if ((st = command(r, text, &reply, AT_QUICK_MS)) != ST_OK)
		return st;
	if (reply.end != AT_OK)
		return ST_UNKNOWN;
	r->selected = (int)memory;
	r->used = r->size = 0;
	if ((counts = strstr(reply.text, "+CPMS:")) != NULL) {
		r->used = (uint32_t)strtoul(counts + strlen("+CPMS:"), &end, 10);
		if (*end == ',')
			r->size = (uint32_t)strtoul(end + 1, NULL, 10);
	}
	return ST_OK;
}

static enum status
need(struct rescue *r, enum rescue_memory memory)
{
	return r->selected == (int)memory ? ST_OK : rescue_select(r, memory);
}

/* What the numbers before a PDU say: "1,,24", its TPDU's octets last; in some modems a name is
 * in between. */
struct head {
	unsigned long stat, octets;
};

static struct head
read_head(const char *numbers)
{
	const char *end = numbers + strcspn(numbers, "\n"), *last = end;
	struct head head = {strtoul(numbers, NULL, 10), 0};

	while (last > numbers && last[-1] != ',')
		last--;
	if (last > numbers)
		head.octets = strtoul(last, NULL, 10);
	return head;
}

/* The length of the service centre's address, which the head does not count, is the first octet. */
static bool
is_whole(const struct head *head, const char *hex, size_t len)
{
	char first[3] = "";

	if (len < 2)
		return false;
	memcpy(first, hex, 2);
	return len == 2 * (1 + strtoul(first, NULL, 16) + head->octets);
}

/* What a slot's head and PDU make of it. */
static void
judge(struct rescue_found *found, const struct head *head, const char *hex, size_t len)
{
	unsigned long stat = head->stat;

	pdu_read(hex, len, &found->pdu);
	found->kind = RESCUE_ARRIVED;
	found->is_whole = is_whole(head, hex, len);
	if ((stat != STAT_UNSENT && stat != STAT_SENT) || found->pdu.kind == PDU_REPORT)
		return; /* a report has arrived, whatever a modem calls it */
	explicit_bzero(&found->pdu, sizeof(found->pdu));
	found->kind = RESCUE_OWN;
	found->is_unsent = stat == STAT_UNSENT;
	if (len >= sizeof(found->hex))
		len = sizeof(found->hex) - 1;
	memcpy(found->hex, hex, len);
}

/*
 * Is it a PDU, good or bad, or what some modems say by themselves without a sign before it ("SMS
 * Ready")? Such words must not pass for the content of a slot, which would be deleted for them.
 */
static bool
is_like_pdu(const char *line)
{
	const char *rest = line + strcspn(line, " \n");

	return isxdigit((unsigned char)line[0]) && isxdigit((unsigned char)line[1]) && *rest != ' ';
}

/* "+CMGR: 1,,24\n0791...\n" */
static void
judge_reply(struct rescue_found *found, const char *text)
{
	const char *line = strstr(text, "+CMGR:"), *hex = line;
	struct head head;

	if (line == NULL)
		return;
	head = read_head(line + strlen("+CMGR:"));
	do {
		hex += strcspn(hex, "\n");
		hex += *hex == '\n';
	} while (*hex != '\0' && !is_like_pdu(hex));
	judge(found, &head, hex, strcspn(hex, "\n"));
}

enum status
rescue_read(struct rescue *r, enum rescue_memory memory, uint32_t index, struct rescue_found *found)
{
	char text[COMMAND_MAX];
	struct at_reply reply;
	enum status st;

	memset(found, 0, sizeof(*found));
	found->memory = memory;
	found->index = index;
	found->code = -1;
	if ((st = need(r, memory)) != ST_OK)
		return st;
	(void)snprintf(text, sizeof(text), "AT+CMGR=%u", (unsigned)index);
	if ((st = command(r, text, &reply, AT_SLOW_MS)) != ST_OK)
		return st;
	found->kind = RESCUE_EMPTY;
	if (reply.end == AT_OK) {
		judge_reply(found, reply.text);
	} else if (reply.end != AT_CMS || reply.code != CMS_INVALID_INDEX) {
		found->kind = RESCUE_REFUSED;
		found->code = reply.code;
	}
	at_reply_wipe(&reply);
	return ST_OK;
}

/* A listing on its way: a head, then its PDU. */
struct listing {
	struct rescue_found found;
	bool (*on_found)(const struct rescue_found *found, void *arg);
	void *arg;
	struct head head;
	unsigned count;
	bool has_head, is_ended;
};

static void
end_slot(struct listing *l, const char *hex)
{
	l->has_head = false;
	if (l->is_ended || l->count == RESCUE_LIST_MAX) {
		l->is_ended = true;
		return;
	}
	l->count++;
	judge(&l->found, &l->head, hex, strlen(hex));
	l->is_ended = !l->on_found(&l->found, l->arg);
}

/* "+CMGL: 3,1,,24" */
static void
begin_slot(struct listing *l, const char *numbers)
{
	enum rescue_memory memory = l->found.memory;
	char *end;

	explicit_bzero(&l->found, sizeof(l->found));
	l->found.memory = memory;
	l->found.code = -1;
	l->found.index = (uint32_t)strtoul(numbers, &end, 10);
	l->head = *end == ',' ? read_head(end + 1) : (struct head){0, 0};
	l->has_head = true;
}

static void
on_line(const char *line, void *arg)
{
	static const char head[] = "+CMGL:";
	struct listing *l = arg;

	if (strncmp(line, head, sizeof(head) - 1) == 0) {
		if (l->has_head)
			end_slot(l, ""); /* a slot without a PDU */
		begin_slot(l, line + sizeof(head) - 1);
	} else if (l->has_head && is_like_pdu(line)) {
		end_slot(l, line);
	}
}

enum status
rescue_list(struct rescue *r, enum rescue_memory memory,
    bool (*on_found)(const struct rescue_found *found, void *arg), void *arg)
{
	struct listing l = {.on_found = on_found, .arg = arg, .found = {.memory = memory}};
	struct at_reply reply;
	enum status st;

	if ((st = rescue_select(r, memory)) != ST_OK)
		return st;
	st = at_lines(r->fd, "AT+CMGL=4", on_line, &l, &reply, AT_SLOW_MS);
	r->hint = r->hint || reply.hint;
	r->is_gone = st == ST_CLOSED;
	if (st == ST_OK && l.has_head)
		end_slot(&l, "");
	explicit_bzero(&l.found, sizeof(l.found));
	if (st != ST_OK)
		return st;
	if (reply.end != AT_OK) /* some modems have no other words for an empty storage */
		return r->used == 0 && reply.end == AT_CMS ? ST_OK : ST_UNKNOWN;
	return l.is_ended ? ST_FULL : ST_OK;
}

enum status
rescue_delete(struct rescue *r, enum rescue_memory memory, uint32_t index)
{
	char text[COMMAND_MAX];
	struct at_reply reply;
	enum status st;

	if ((st = need(r, memory)) != ST_OK)
		return st;
	(void)snprintf(text, sizeof(text), "AT+CMGD=%u", (unsigned)index);
	if ((st = command(r, text, &reply, AT_SLOW_MS)) != ST_OK)
		return st;
	if (reply.end == AT_OK || (reply.end == AT_CMS && reply.code == CMS_INVALID_INDEX))
		return ST_OK;
	return ST_NOT_ALLOWED;
}

void
rescue_wipe(struct rescue_found *found)
{
	explicit_bzero(found, sizeof(*found));
}
