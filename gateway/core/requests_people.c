/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about one monitor that are written into the journal, and about places by name. */
#include <stdio.h>

#include "gateway/core/people.h"
#include "gateway/core/requests_impl.h"

#define END(text) ((text)[sizeof(text) - 1] = '\0')

enum status
answer_vet(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	uint32_t changed = 0;
	enum status st;

	END(ask->body.VET.pseudonym);
	st = people_vet(a->r->session, &ask->body.VET, &changed, words);
	return finish(a, st, changed, words);
}

enum status
answer_plain_allow(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	uint32_t changed = 0;
	enum status st;

	END(ask->body.PLAIN_ALLOW.pseudonym);
	st = people_plain_allow(a->r->session, &ask->body.PLAIN_ALLOW, &changed, words);
	return finish(a, st, changed, words);
}

enum status
answer_own_places(struct answer *a, struct ipc_message *ask)
{
	char words[SESSION_WORDS_MAX] = "";
	struct ipc_message m;
	enum status st;

	if (ask->body.OWN_PLACES.set && a->r->session->read_only)
		return send_result(a, ST_NOT_ALLOWED, 0, read_only_words);
	END(ask->body.OWN_PLACES.pseudonym);
	ipc_begin(&m, MSG_OWN_PLACES_ARE);
	st = people_own_places(a->r->session, &ask->body.OWN_PLACES, &m.body.OWN_PLACES_ARE, words);
	return finish_with(a, st, &m, words);
}

enum status
answer_place(struct answer *a, struct ipc_message *ask)
{
	const struct places *places = a->r->session->facts->places;
	const struct msg_place *in = &ask->body.PLACE;
	const struct place *place = NULL;
	struct ipc_message m;

	END(ask->body.PLACE.label);
	if (places == NULL)
		return send_result(a, ST_INCOMPLETE, 0,
		    "the places file in the journal is damaged: see 'tocsin journal verify'");
	place = in->id != 0 ? places_find(places, in->id) : places_find_label(places, in->label);
	ipc_begin(&m, MSG_PLACE_IS);
	if (place != NULL) {
		m.body.PLACE_IS.id = place->id;
		(void)snprintf(m.body.PLACE_IS.label, sizeof(m.body.PLACE_IS.label), "%s",
		    places_words(places, &place->label, ""));
	}
	return send_answer(a, &m);
}
