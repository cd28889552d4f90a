/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The body of an event. Input: octet 0 the type, then the body. What must hold: a body that reads
 * is written back octet for octet, so that nothing hides in it; one of an earlier version with what
 * the newest one adds behind it, which reads and is written back in its turn.
 */
#include <assert.h>
#include <string.h>

#include "gateway/core/events_carried.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t again[EVENT_LONG_MAX], twice[EVENT_LONG_MAX];

typedef void try_fn(const uint8_t *data, size_t len);

#define TRY(name) \
	static void try_##name(const uint8_t *data, size_t len) \
	{ \
		struct event_##name e; \
		if (event_##name##_decode(data, len, &e) == ST_OK) { \
			assert(event_##name##_encode(&e, again, sizeof(again)) == len); \
			assert(memcmp(again, data, len) == 0); \
		} \
	}

#define TRY_OLD(name) \
	static void try_##name(const uint8_t *data, size_t len) \
	{ \
		struct event_##name e; \
		if (event_##name##_decode(data, len, &e) == ST_OK) { \
			size_t longer = event_##name##_encode(&e, again, sizeof(again)); \
			assert(longer >= len && memcmp(again, data, len) == 0); \
			assert(event_##name##_decode(again, longer, &e) == ST_OK); \
			assert(event_##name##_encode(&e, twice, sizeof(twice)) == longer); \
			assert(memcmp(twice, again, longer) == 0); \
		} \
	}

TRY_OLD(received)
TRY(enrolled)
TRY(revoked)
TRY(book)
TRY(renewed)
TRY(scanned)
TRY_OLD(setting)
TRY(vetted)
TRY(plain_allowed)
TRY(own_places)
TRY(queued)
TRY(sent)
TRY(backed_up)
TRY_OLD(carried)
TRY(dropped)
TRY(coordinator)
TRY(recovered)
TRY(clock)
TRY(mark)

/* Every other type is a mark. */
static const struct {
	unsigned type;
	try_fn *try;
} bodies[] = {
    {EVENT_RECEIVED, try_received},
    {EVENT_ENROLLED, try_enrolled},
    {EVENT_REVOKED, try_revoked},
    {EVENT_CODEBOOK, try_book},
    {EVENT_PLACES, try_book},
    {EVENT_RENEWED, try_renewed},
    {EVENT_SCANNED, try_scanned},
    {EVENT_SETTING, try_setting},
    {EVENT_VETTED, try_vetted},
    {EVENT_PLAIN_ALLOWED, try_plain_allowed},
    {EVENT_OWN_PLACES, try_own_places},
    {EVENT_QUEUED, try_queued},
    {EVENT_SENT, try_sent},
    {EVENT_BACKED_UP, try_backed_up},
    {EVENT_CARRIED, try_carried},
    {EVENT_DROPPED, try_dropped},
    {EVENT_COORDINATOR, try_coordinator},
    {EVENT_RECOVERED, try_recovered},
    {EVENT_CLOCK, try_clock},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_fn *try = try_mark;

	if (len == 0 || len > sizeof(again))
		return 0;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		if (bodies[i].type == data[0])
			try = bodies[i].try;
	try(data + 1, len - 1);
	return 0;
}
