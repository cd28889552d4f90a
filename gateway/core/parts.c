/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/parts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/entropy.h"

#define IE_CONCAT_8 0x00
#define IE_CONCAT_16 0x08
#define WINDOW_S (24 * 3600) /* an 8-bit reference comes again after 256 messages */

struct parts {
	uint8_t key[32];
	uint64_t born;
	size_t groups;
	struct parts_group group[PARTS_SLOTS];
};

/* --- the header --- */

static enum part_is
judge(const struct part *p)
{
	if (p->total <= 1)
		return PART_NONE;
	if (p->place == 0 || p->place > p->total)
		return PART_NO_PLACE;
	return p->total > SMS_PARTS_MAX ? PART_TOO_LONG : PART_VALID;
}

enum part_is
part_of(const uint8_t *udh, size_t len, struct part *out)
{
	enum part_is is = PART_NONE;
	size_t end, at = 1;

	if (len == 0)
		return PART_NONE;
	end = (size_t)udh[0] + 1 < len ? (size_t)udh[0] + 1 : len;
	while (at + 2 <= end && at + 2 + udh[at + 1] <= end) {
		const uint8_t *ie = udh + at + 2;
		const uint8_t ie_len = udh[at + 1];

		if (udh[at] == IE_CONCAT_8 && ie_len == 3) {
			*out = (struct part){ie[0], 0, ie[2], ie[1]};
			is = judge(out);
		} else if (udh[at] == IE_CONCAT_16 && ie_len == 4) {
			*out = (struct part){(uint16_t)(ie[0] << 8 | ie[1]), 1, ie[3], ie[2]};
			is = judge(out);
		}
		at += 2 + (size_t)ie_len;
	}
	return is;
}

/* --- the groups --- */

enum status
parts_new(struct parts **out)
{
	struct parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return ST_MEMORY;
	entropy_fill(p->key, sizeof(p->key));
	*out = p;
	return ST_OK;
}

void
parts_free(struct parts *p)
{
	if (p == NULL)
		return;
	sodium_memzero(p, sizeof(*p));
	free(p);
}

static void
hash(const struct parts *p, const void *octets, size_t len, uint8_t out[16])
{
	(void)crypto_generichash(out, 16, octets, len, p->key, sizeof(p->key));
}

static uint64_t
apart(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* Seconds between the stamp and the group's; a text without a stamp fits any. */
static uint64_t
distance(const struct parts_group *g, int64_t stamp_s)
{
	uint64_t from_min = apart(stamp_s, g->stamp_min), from_max = apart(stamp_s, g->stamp_max);

	if (stamp_s == INT64_MIN || g->stamp_min == INT64_MIN)
		return 0;
	if (from_min > WINDOW_S || from_max > WINDOW_S)
		return UINT64_MAX;
	return from_min < from_max ? from_min : from_max;
}

static int
is_of(const struct parts_group *g, const struct parts_item *item, const uint8_t sender[16])
{
	return g->born != 0 && g->part.reference == item->part.reference &&
	       g->part.is_16 == item->part.is_16 && g->part.total == item->part.total &&
	       memcmp(g->sender, sender, sizeof(g->sender)) == 0 &&
	       distance(g, item->stamp_s) != UINT64_MAX;
}

static int
has(const struct parts_member *m)
{
	return m->seq != 0 || m->fresh != NULL;
}

static struct parts_group *
begin(struct parts *p, const struct parts_item *item, const uint8_t sender[16])
{
	struct parts_group *g = p->group;

	while (g->born != 0) /* there is one: the caller gives up what is too much */
		g++;
	memset(g, 0, sizeof(*g));
	g->born = ++p->born;
	g->awake_h = item->awake_h;
	g->stamp_min = g->stamp_max = item->stamp_s;
	g->part = item->part;
	memcpy(g->sender, sender, sizeof(g->sender));
	p->groups++;
	return g;
}

static void
widen(struct parts_group *g, const struct parts_item *item)
{
	if (item->awake_h < g->awake_h)
		g->awake_h = item->awake_h;
	if (item->stamp_s == INT64_MIN)
		return;
	if (g->stamp_min == INT64_MIN || item->stamp_s < g->stamp_min)
		g->stamp_min = item->stamp_s;
	if (g->stamp_max == INT64_MIN || item->stamp_s > g->stamp_max)
		g->stamp_max = item->stamp_s;
}

/* Of the groups that lack this place the one with the nearest stamps, of two the newer. *doubled:
 * one has these words there. */
static struct parts_group *
find(struct parts *p, const struct parts_item *item, const uint8_t sender[16],
    const uint8_t content[16], int *doubled)
{
	struct parts_group *best = NULL;

	*doubled = 0;
	for (size_t i = 0; i < PARTS_SLOTS; i++) {
		struct parts_group *g = &p->group[i];
		const struct parts_member *m = &g->member[item->part.place - 1];

		if (!is_of(g, item, sender))
			continue;
		if (has(m)) {
			*doubled |= memcmp(m->content, content, sizeof(m->content)) == 0;
			continue;
		}
		if (best == NULL || distance(g, item->stamp_s) < distance(best, item->stamp_s) ||
		    (distance(g, item->stamp_s) == distance(best, item->stamp_s) &&
			g->born > best->born))
			best = g;
	}
	return best;
}

enum parts_added
parts_add(struct parts *p, const struct parts_item *item, struct parts_group **group)
{
	uint8_t sender[16], content[16];
	struct parts_member *m;
	int doubled;

	hash(p, item->sender, strlen(item->sender), sender);
	hash(p, item->text, item->text_len, content);
	*group = find(p, item, sender, content, &doubled);
	if (doubled)
		return PARTS_DOUBLE;
	if (*group == NULL)
		*group = begin(p, item, sender);
	m = &(*group)->member[item->part.place - 1];
	m->seq = item->seq;
	m->fresh = item->fresh;
	memcpy(m->content, content, sizeof(m->content));
	widen(*group, item);
	return ++(*group)->have == item->part.total ? PARTS_COMPLETE : PARTS_WAIT;
}

void
parts_drop(struct parts *p, struct parts_group *g)
{
	sodium_memzero(g, sizeof(*g));
	p->groups--;
}

/* sender: among the groups of that one alone; NULL: among all. *count: how many they are. */
static const struct parts_group *
oldest_of(const struct parts *p, const uint8_t *sender, size_t *count)
{
	const struct parts_group *old = NULL;

	*count = 0;
	for (size_t i = 0; i < PARTS_SLOTS; i++) {
		const struct parts_group *g = &p->group[i];

		if (g->born == 0 ||
		    (sender != NULL && memcmp(g->sender, sender, sizeof(g->sender)) != 0))
			continue;
		++*count;
		if (old == NULL || g->awake_h < old->awake_h ||
		    (g->awake_h == old->awake_h && g->born < old->born))
			old = g;
	}
	return old;
}

static const struct parts_group *
oldest(const struct parts *p)
{
	size_t count;

	return oldest_of(p, NULL, &count);
}

struct parts_group *
parts_excess(struct parts *p, const struct parts_group *last)
{
	const struct parts_group *old;
	size_t count;

	old = oldest_of(p, last->sender, &count);
	if (count <= PART_GROUPS_A_SENDER)
		old = p->groups > PART_GROUPS_MAX ? oldest(p) : NULL;
	return old == NULL ? NULL : &p->group[old - p->group];
}

struct parts_group *
parts_due(struct parts *p, uint64_t awake_h)
{
	return awake_h < parts_due_h(p) ? NULL : &p->group[oldest(p) - p->group];
}

uint64_t
parts_due_h(const struct parts *p)
{
	const struct parts_group *old = oldest(p);

	return old == NULL ? UINT64_MAX : old->awake_h + PART_HOURS;
}

size_t
parts_count(const struct parts *p)
{
	size_t count = 0;

	for (size_t i = 0; i < PARTS_SLOTS; i++)
		count += p->group[i].have;
	return count;
}

struct parts_group *
parts_groups(struct parts *p)
{
	return p->group;
}
