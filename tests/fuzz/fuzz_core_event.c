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

#define TRY(name) \
	do { \
		struct event_##name e; \
		if (event_##name##_decode(data, len, &e) == ST_OK) { \
			assert(event_##name##_encode(&e, again, sizeof(again)) == len); \
			assert(memcmp(again, data, len) == 0); \
		} \
	} while (0)

#define TRY_OLD(name) \
	do { \
		struct event_##name e; \
		if (event_##name##_decode(data, len, &e) == ST_OK) { \
			size_t longer = event_##name##_encode(&e, again, sizeof(again)); \
			assert(longer >= len && memcmp(again, data, len) == 0); \
			assert(event_##name##_decode(again, longer, &e) == ST_OK); \
			assert(event_##name##_encode(&e, twice, sizeof(twice)) == longer); \
			assert(memcmp(twice, again, longer) == 0); \
		} \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned type;

	if (len == 0 || len > sizeof(again))
		return 0;
	type = *data++;
	len--;
	switch (type) {
	case EVENT_RECEIVED:
		TRY_OLD(received);
		break;
	case EVENT_ENROLLED:
		TRY(enrolled);
		break;
	case EVENT_REVOKED:
		TRY(revoked);
		break;
	case EVENT_CODEBOOK:
	case EVENT_PLACES:
		TRY(book);
		break;
	case EVENT_RENEWED:
		TRY(renewed);
		break;
	case EVENT_SCANNED:
		TRY(scanned);
		break;
	case EVENT_SETTING:
		TRY_OLD(setting);
		break;
	case EVENT_VETTED:
		TRY(vetted);
		break;
	case EVENT_PLAIN_ALLOWED:
		TRY(plain_allowed);
		break;
	case EVENT_OWN_PLACES:
		TRY(own_places);
		break;
	case EVENT_QUEUED:
		TRY(queued);
		break;
	case EVENT_SENT:
		TRY(sent);
		break;
	case EVENT_BACKED_UP:
		TRY(backed_up);
		break;
	case EVENT_CARRIED:
		TRY_OLD(carried);
		break;
	case EVENT_DROPPED:
		TRY(dropped);
		break;
	case EVENT_COORDINATOR:
		TRY(coordinator);
		break;
	case EVENT_RECOVERED:
		TRY(recovered);
		break;
	case EVENT_CLOCK:
		TRY(clock);
		break;
	default:
		TRY(mark);
	}
	return 0;
}
