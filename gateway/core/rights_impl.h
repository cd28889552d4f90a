/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between rights*.c alone. */
#ifndef GATEWAY_CORE_RIGHTS_IMPL_H
#define GATEWAY_CORE_RIGHTS_IMPL_H

#include "gateway/core/rights.h"
#include "gateway/core/ring_change.h"
#include "gateway/core/words.h"

/* What stretching a passphrase came to. Where it did not get its memory nothing was begun, and the
 * process need not end; after a commit the same status means that it must. */
static inline enum status
rights_stretched(char words[SESSION_WORDS_MAX], enum status st)
{
	if (st != ST_MEMORY)
		return st;
	return say(words, ST_AGAIN,
	    "there is not enough free memory for the passphrase: close other programs");
}

/* The id of the coordinator of that name; of nobody, the one that a new one would get. ST_OK,
 * ST_UNKNOWN, ST_SYNTAX with words, ST_MEMORY. */
enum status rights_find(
    struct session *s, const char *name, uint32_t *id, char words[SESSION_WORDS_MAX]) MUST_USE;

/* What rights_commit() writes beside the ring's own event. */
struct rights_event {
	enum event_type type;
	uint8_t body[EVENT_COORDINATOR_MAX];
	size_t len;
};
void rights_coordinator_event(const struct session *s, enum coordinator_act act, uint32_t id,
    const char *name, struct rights_event *out);

/* Would the view take it? Else ST_EXISTS and the like, with words. */
enum status rights_try(
    struct session *s, const struct rights_event *ev, char words[SESSION_WORDS_MAX]) MUST_USE;

/* Collect the change and the events, make all of it durable, and take it over. */
enum status rights_commit(struct session *s, struct ring_change *c, const struct rights_event *ev,
    size_t count, char words[SESSION_WORDS_MAX]) MUST_USE;

/* A new passphrase, which must be nobody's: two who have the same could not open the gateway under
 * the two-person rule, for the first one's would be found twice. */
enum status rights_passphrase(struct session *s, struct ring_change *c, uint32_t id,
    const struct msg_passphrase *passphrase, char words[SESSION_WORDS_MAX]) MUST_USE;

#endif
