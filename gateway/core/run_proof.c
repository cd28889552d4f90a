/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/run_proof.h"

#include <sodium.h>
#include <string.h>

#include "gateway/core/events.h"

static const struct public32 *
vault_public(const struct ring_list *ring, uint16_t epoch)
{
	for (size_t i = 0; i < ring->vault_count; i++)
		if (ring->vault[i].epoch == epoch)
			return &ring->vault[i].pk_v;
	return NULL;
}

static const struct key32 *
vault_secret(const struct ring_secrets *secrets, uint16_t epoch)
{
	for (size_t i = 0; i < secrets->month_count; i++)
		if (secrets->month[i].epoch == epoch)
			return &secrets->month[i].sk_v;
	return NULL;
}

enum status
run_open(const struct ring_list *ring, const struct ring_secrets *secrets,
    const struct store_run *run, struct key32 *k_0)
{
	const struct public32 *pk = vault_public(ring, run->epoch);
	const struct key32 *sk = vault_secret(secrets, run->epoch);

	memset(k_0, 0, sizeof(*k_0));
	if (pk == NULL || sk == NULL)
		return ST_UNKNOWN;
	return journal_run_open(pk, sk, run->blob, k_0);
}

enum status
run_prove(const struct ring_secrets *secrets, const uint8_t incarnation[8],
    const struct store_run *run, const struct key32 *k_0, const struct journal_event *first,
    uint8_t link_before[JOURNAL_LINK_LEN])
{
	struct event_mark mark;
	uint8_t proof[JOURNAL_PROOF_LEN];
	const uint8_t *stated = mark.statement + 8;

	if ((first->type != EVENT_ARMED && first->type != EVENT_OPENED) ||
	    event_mark_decode(first->body, first->len, &mark) != ST_OK || !mark.has_statement)
		return ST_INCOMPLETE;
	journal_run_proof(&secrets->k_h, run->id, run->epoch, run->first, k_0, stated, proof);
	if ((incarnation != NULL && memcmp(mark.statement, incarnation, 8) != 0) ||
	    sodium_memcmp(proof, stated + JOURNAL_LINK_LEN, sizeof(proof)) != 0)
		return ST_FORGED;
	memcpy(link_before, stated, JOURNAL_LINK_LEN);
	return ST_OK;
}
