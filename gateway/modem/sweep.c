/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One storage:
 *
 *	list: something arrived? stop. Old fillers? delete them ─► fill all free slots but one
 *	─► fill the last, delete the first ─► list, delete every filler
 *
 * The first filler is read back: a modem that changes what it stores would leave texts behind that
 * nobody knows again. Between the last filler and the delete behind it the storage is full for the
 * time of one command; the network keeps what it is refused then and sends it again.
 */
#include "gateway/modem/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/common/clock.h"
#include "gateway/modem/at.h"

#define COMMAND_MAX 32
#define FOUND_MAX 512   /* fillers deleted of one listing; more are found by the next */
#define CLEAN_ROUNDS 16 /* listings of one cleaning */
#define CMS_FULL 322    /* memory full (27.005 3.2.5) */
#define INDEX_NONE UINT32_MAX

/* 160 full stops in 140 octets, the alphabet's code 2E packed. */
#define STOPS_56 "2E97CBE572B95C"
#define STOPS_280 STOPS_56 STOPS_56 STOPS_56 STOPS_56 STOPS_56
#define STOPS STOPS_280 STOPS_280 STOPS_280 STOPS_280

/*
 * SMS-SUBMIT (3GPP TS 23.040 9.2.2.2) to number zero, never sent. With its service centre the first
 * is 175 octets, which is a record without its status; the second is what every modem takes.
 */
static const struct filler {
	const char *centre, *tpdu;
	unsigned len; /* of the TPDU, octets */
} fillers[] = {
    {"0A91000000000000000000", "0900148100000000000000000000000000000000000000A0" STOPS, 164},
    {"00",
	"0100058100"
	"00F0"
	"0000A0" STOPS,
	150},
};
#define FILLERS (sizeof(fillers) / sizeof(fillers[0]))
#define REFERENCE_AT 2 /* in the hex: the modem may choose it */
#define REFERENCE_END 4

struct sweep {
	struct rescue rescue;
	int64_t deadline;
	bool (*stop)(void *arg);
	void *arg;
	struct sweep_result *result;
	size_t form;               /* of fillers[] */
	uint32_t first;            /* a slot that holds a filler for certain, or INDEX_NONE */
	uint32_t found[FOUND_MAX]; /* of the last listing: slots with fillers */
	size_t found_count;
	bool waiting; /* the last listing showed something that arrived */
};

static bool
is_filler(const struct rescue_found *found)
{
	size_t centre;

	if (found->kind != RESCUE_OWN || !found->is_unsent || strlen(found->hex) < 2)
		return false;
	centre = 2 + 2 * strtoul((char[]){found->hex[0], found->hex[1], '\0'}, NULL, 16);
	if (centre > strlen(found->hex))
		return false;
	for (size_t i = 0; i < FILLERS; i++) {
		const char *tpdu = found->hex + centre;

		if (strlen(tpdu) == strlen(fillers[i].tpdu) &&
		    strncasecmp(tpdu, fillers[i].tpdu, REFERENCE_AT) == 0 &&
		    strcasecmp(tpdu + REFERENCE_END, fillers[i].tpdu + REFERENCE_END) == 0)
			return true;
	}
	return false;
}

static bool
on_found(const struct rescue_found *found, void *arg)
{
	struct sweep *s = arg;

	if (found->kind == RESCUE_ARRIVED)
		s->waiting = true;
	else if (is_filler(found) && s->found_count < FOUND_MAX)
		s->found[s->found_count++] = found->index;
	return true;
}

/* Delete every filler of a storage. ST_OK; as rescue_list. */
static enum status
clean(struct sweep *s, enum rescue_memory memory, uint32_t *deleted)
{
	enum status st;

	for (int round = 0; round < CLEAN_ROUNDS; round++) {
		uint32_t before = *deleted;

		s->waiting = false;
		s->found_count = 0;
		if ((st = rescue_list(&s->rescue, memory, on_found, s)) != ST_OK && st != ST_FULL)
			return st;
		if (s->found_count == 0)
			return ST_OK;
		for (size_t i = 0; i < s->found_count; i++) {
			st = rescue_delete(&s->rescue, memory, s->found[i]);
			if (st == ST_OK)
				++*deleted;
			else if (st != ST_NOT_ALLOWED)
				return st;
		}
		if (*deleted == before)
			break;
	}
	s->result->left = true;
	return ST_OK;
}

/* Write one filler. ST_OK; ST_FULL, ST_NOT_ALLOWED: refused; ST_DEVICE: not known; ST_CLOSED. */
static enum status
write_one(struct sweep *s, uint32_t *index)
{
	const struct filler *f = &fillers[s->form];
	char text[COMMAND_MAX], body[2 * 176 + 1], *end;
	struct at_reply reply;
	const char *told;
	enum status st;

	(void)snprintf(text, sizeof(text), "AT+CMGW=%u,2", f->len);
	(void)snprintf(body, sizeof(body), "%s%s", f->centre, f->tpdu);
	st = at_body(s->rescue.fd, text, body, &reply, AT_SLOW_MS);
	s->rescue.hint = s->rescue.hint || reply.hint;
	if (st != ST_OK)
		return st;
	if (reply.end != AT_OK)
		return reply.end == AT_CMS && reply.code == CMS_FULL ? ST_FULL : ST_NOT_ALLOWED;
	if ((told = strstr(reply.text, "+CMGW:")) == NULL)
		return ST_NOT_ALLOWED;
	*index = (uint32_t)strtoul(told + strlen("+CMGW:"), &end, 10);
	return end == told + strlen("+CMGW:") ? ST_NOT_ALLOWED : ST_OK;
}

/* Is there a reason to fill no more? */
static bool
is_over(struct sweep *s)
{
	if (s->rescue.hint)
		s->result->outcome = SWEEP_ARRIVED;
	else if (clock_boot_ms() >= s->deadline || (s->stop != NULL && s->stop(s->arg)))
		s->result->outcome = SWEEP_STOPPED;
	return s->result->outcome != SWEEP_DONE;
}

/*
 * The first filler of a storage, in a form that comes back as it was written. One that does not is
 * deleted: it stands where the modem has just said, stored and unsent.
 * ST_OK: s->first is its slot. ST_NOT_ALLOWED: the modem takes neither; as write_one.
 */
static enum status
write_first(struct sweep *s, enum rescue_memory memory)
{
	struct rescue_found found;
	bool is_good, is_ours;
	enum status st;

	for (s->form = 0; s->form < FILLERS; s->form++) {
		if ((st = write_one(s, &s->first)) == ST_NOT_ALLOWED)
			continue;
		if (st != ST_OK)
			return st;
		if ((st = rescue_read(&s->rescue, memory, s->first, &found)) != ST_OK)
			return st;
		is_good = is_filler(&found);
		is_ours = found.kind == RESCUE_OWN && found.is_unsent;
		rescue_wipe(&found);
		if (is_good)
			return ST_OK;
		if (is_ours && (st = rescue_delete(&s->rescue, memory, s->first)) != ST_OK)
			return st;
	}
	s->first = INDEX_NONE;
	return ST_NOT_ALLOWED;
}

/* Fill `free` slots; the last only when all others are done. *filled counts. */
static enum status
fill(struct sweep *s, enum rescue_memory memory, uint32_t free, uint32_t *filled)
{
	uint32_t index;
	enum status st;

	if (is_over(s))
		return ST_OK;
	if ((st = write_first(s, memory)) != ST_OK)
		return st;
	for (*filled = 1; *filled < free; ++*filled) {
		if (is_over(s))
			return ST_OK;
		if ((st = write_one(s, &index)) != ST_OK)
			return st;
	}
	return ST_OK;
}

/* ST_OK, result filled in; ST_UNKNOWN: no such storage; ST_DEVICE, ST_CLOSED. */
static enum status
sweep_storage(struct sweep *s, enum rescue_memory memory)
{
	uint32_t deleted = 0, filled = 0, free;
	enum status st, filling;

	if ((st = clean(s, memory, &deleted)) != ST_OK)
		return st;
	if (s->waiting)
		s->result->outcome = SWEEP_ARRIVED;
	free = s->rescue.size > s->rescue.used ? s->rescue.size - s->rescue.used : 0;
	if (free == 0 || is_over(s))
		return ST_OK;
	s->first = INDEX_NONE;
	filling = fill(s, memory, free, &filled);
	s->result->slots += filled;
	if (filling == ST_DEVICE || filling == ST_CLOSED) {
		s->result->left = true;
		return filling;
	}
	/* One slot is free again by the next command; only then the listing, which takes longer. */
	if (filled == free && (st = rescue_delete(&s->rescue, memory, s->first)) != ST_OK)
		s->result->left = true;
	if (filling == ST_FULL) /* something took the slot that was free */
		s->result->outcome = SWEEP_ARRIVED;
	else if (filling == ST_NOT_ALLOWED && filled == 0)
		s->result->outcome = SWEEP_CANNOT;
	s->result->whole = s->result->whole && filled == free;
	deleted = 0;
	if (filled > 0 && (st = clean(s, memory, &deleted)) != ST_OK)
		s->result->left = true;
	if (s->waiting)
		s->result->outcome = SWEEP_ARRIVED;
	return st;
}

static enum status
begin(struct sweep *s, int fd, struct sweep_result *result)
{
	memset(s, 0, sizeof(*s));
	memset(result, 0, sizeof(*result));
	s->result = result;
	return rescue_begin(&s->rescue, fd);
}

/* The storage that was selected before; the first failure is told. */
static enum status
end(struct sweep *s, enum status st)
{
	enum status last = rescue_end(&s->rescue);

	s->result->hint = s->rescue.hint;
	return st == ST_OK ? last : st;
}

enum status
sweep_run(int fd, int64_t limit_ms, bool (*stop)(void *arg), void *arg, struct sweep_result *result)
{
	static const enum rescue_memory memories[] = {RESCUE_SM, RESCUE_ME};
	unsigned storages = 0, able = 0;
	struct sweep s;
	enum status st;

	if ((st = begin(&s, fd, result)) == ST_UNKNOWN) {
		result->outcome = SWEEP_CANNOT;
		return ST_OK;
	}
	if (st != ST_OK)
		return st;
	s.deadline = clock_boot_ms() + limit_ms;
	s.stop = stop;
	s.arg = arg;
	result->whole = true;
	for (size_t i = 0; i < 2 && result->outcome == SWEEP_DONE; i++) {
		if ((st = sweep_storage(&s, memories[i])) == ST_UNKNOWN) {
			st = ST_OK;
			continue;
		}
		if (st != ST_OK)
			break;
		storages += s.rescue.size > 0;
		able += s.rescue.size > 0 && result->outcome != SWEEP_CANNOT;
		if (result->outcome == SWEEP_CANNOT)
			result->outcome = SWEEP_DONE; /* the other storage may */
	}
	if (st == ST_OK && able == 0 && result->outcome == SWEEP_DONE)
		result->outcome = SWEEP_CANNOT;
	result->whole =
	    result->whole && st == ST_OK && result->outcome == SWEEP_DONE && able == storages;
	return end(&s, st);
}

enum status
sweep_clean(int fd, uint32_t *deleted, bool *hint)
{
	struct sweep_result result;
	struct sweep s;
	enum status st;

	*deleted = 0;
	*hint = false;
	if ((st = begin(&s, fd, &result)) != ST_OK)
		return st == ST_UNKNOWN ? ST_OK : st;
	st = clean(&s, RESCUE_SM, deleted);
	if (st == ST_OK || st == ST_UNKNOWN)
		st = clean(&s, RESCUE_ME, deleted);
	st = end(&s, st == ST_UNKNOWN ? ST_OK : st);
	*hint = result.hint;
	return st;
}
