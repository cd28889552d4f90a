/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a header says of the parts of a long message: cut short, repeated, beside others; and a part
 * that an earlier version parked as a text. And how many long messages one sender may begin. */
#include "gateway/core/parts.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"

static void
test_headers(void)
{
	static const struct {
		uint8_t udh[12], len;
		enum part_is want;
	} udhs[] = {
	    {{0}, 0, PART_NONE},
	    {{0}, 1, PART_NONE},
	    {{5, 0, 3, 1, 2}, 5, PART_NONE},
	    {{4, 0, 3, 1, 2, 1}, 6, PART_NONE},
	    {{5, 0, 4, 1, 2, 1}, 6, PART_NONE},
	    {{255, 0, 3, 1, 2, 1}, 6, PART_VALID},
	    {{6, 5, 4, 11, 132, 0, 0}, 7, PART_NONE},
	    {{11, 5, 4, 11, 132, 0, 0, 0, 3, 1, 2, 2}, 12, PART_VALID},
	    {{10, 0, 3, 1, 2, 0, 0, 3, 1, 2, 2}, 11, PART_VALID},
	    {{10, 0, 3, 1, 2, 2, 0, 3, 1, 2, 0}, 11, PART_NO_PLACE},
	    {{6, 8, 4, 1, 2, 255, 255}, 7, PART_TOO_LONG},
	};
	struct part part;

	for (size_t i = 0; i < sizeof(udhs) / sizeof(udhs[0]); i++)
		if (!CHECK_EQ(part_of(udhs[i].udh, udhs[i].len, &part), udhs[i].want))
			printf("    header %zu\n", i);
}

static void
test_fields(void)
{
	const uint8_t udh8[] = {5, 0, 3, 0xC7, 9, 4}, udh16[] = {6, 8, 4, 0x12, 0x34, 10, 10};
	struct part part;

	CHECK_EQ(part_of(udh8, sizeof(udh8), &part), PART_VALID);
	CHECK(part.reference == 0xC7 && !part.is_16 && part.total == 9 && part.place == 4);
	CHECK_EQ(part_of(udh16, sizeof(udh16), &part), PART_VALID);
	CHECK(part.reference == 0x1234 && part.is_16 && part.total == 10 && part.place == 10);
}

/* The oldest of that sender goes, and no other's; then the oldest of all. */
static void
test_one_sender(void)
{
	char sender[16] = "other";
	struct parts_item item = {.part = {0, 0, 2, 2},
	    .sender = sender,
	    .text = (const uint8_t *)"x",
	    .text_len = 1,
	    .seq = 1};
	struct parts_group *g, *excess;
	struct parts *p;
	size_t groups = 1;

	CHECK_EQ(parts_new(&p), ST_OK);
	CHECK_EQ(parts_add(p, &item, &g), PARTS_WAIT);
	CHECK(parts_excess(p, g) == NULL);
	for (unsigned i = 1; i <= PART_GROUPS_MAX + 1; i++) {
		(void)snprintf(sender, sizeof(sender), "pushes");
		item.part.reference = (uint16_t)i;
		CHECK_EQ(parts_add(p, &item, &g), PARTS_WAIT);
		excess = parts_excess(p, g);
		CHECK_EQ(excess != NULL, i > PART_GROUPS_A_SENDER);
		if (excess == NULL) {
			groups++;
			continue;
		}
		CHECK_EQ(excess->part.reference, i - PART_GROUPS_A_SENDER);
		parts_drop(p, excess);
		CHECK(parts_excess(p, g) == NULL);
	}
	for (unsigned i = 0; groups <= PART_GROUPS_MAX; i++, groups++) {
		(void)snprintf(sender, sizeof(sender), "many %u", i);
		CHECK_EQ(parts_add(p, &item, &g), PARTS_WAIT);
		CHECK_EQ(parts_excess(p, g) != NULL, groups == PART_GROUPS_MAX);
	}
	CHECK_EQ(parts_excess(p, g)->part.reference, 0); /* the first one of all */
	parts_free(p);
}

static void
test_parked_before(void)
{
	static struct rig rig;
	struct session *s = &rig.session;
	const struct parked p = {.kind = PARKED_TEXT,
	    .udh_len = 6,
	    .udh = {5, 0, 3, 1, 2, 1},
	    .text_len = 3,
	    .text = "old"};
	uint8_t plain[PARK_PLAIN_LEN];

	rig_create(&rig, "part-header");
	CHECK_EQ(parked_write(&p, plain), ST_OK);
	CHECK_EQ(change_park(s->state, s->ring.pk_i.b, plain, NULL), ST_OK);
	CHECK_EQ(session_commit(s), ST_OK);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(
	    rig_number(&rig, "SELECT outcome FROM message WHERE raw = x'6f6c64'"), OUTCOME_PART);
	CHECK_EQ(parts_count(s->parts), 0);
	rig_remove(&rig);
}

int
main(void)
{
	test_headers();
	test_fields();
	test_one_sender();
	test_parked_before();
	return check_done();
}
