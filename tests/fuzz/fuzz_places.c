/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a places file. Looking up ends in every tree that was read; in one that the checker
 * accepts every place has its parents above it.
 */
#include "reporting/book/book.h"
#include "tests/support/libconfig_leak.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct book_faults faults;
static struct places places;

static void
look_around(void)
{
	for (unsigned i = 0; i < places.count; i++) {
		const struct place *p = &places.place[i];

		assert(places_find(&places, p->id) != NULL);
		(void)places_at_level(&places, p->id, LEVEL_REGION);
		(void)places_is_within(&places, p->id, places.place[0].id);
		(void)places_find_label(&places, places_words(&places, &p->label, "en"));
		assert(strlen(places_text(&places, p->pcode)) <= PCODE_MAX);
	}
}

static void
check_promises(void)
{
	for (unsigned i = 0; i < places.count; i++) {
		const struct place *p = &places.place[i];

		assert(places_find(&places, p->id) == p);
		assert(places_at_level(&places, p->id, p->level) == p);
		if (p->parent != 0)
			assert(places_is_within(&places, p->id, p->parent));
		assert(!(p->parent != 0 && places_is_within(&places, p->parent, p->id)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum status st;

	book_faults_init(&faults);
	st = book_read_places((const char *)data, len, &places, &faults);
	assert((st == ST_OK) == (faults.count == 0));
	if (st != ST_OK)
		return 0;
	look_around();
	if (book_check_places(&places, &faults) == ST_OK)
		check_promises();
	else
		assert(faults.count > 0);
	return 0;
}
