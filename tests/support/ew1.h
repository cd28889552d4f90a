/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The published EW1 vectors as the structs that the code takes.
 */
#ifndef TESTS_SUPPORT_EW1_H
#define TESTS_SUPPORT_EW1_H

#include "crypto/enrolment.h"
#include "crypto/envelope_x.h"
#include "ew1_vectors.h"

#include <stdlib.h>
#include <string.h>

static inline struct key32
ew1_key(const uint8_t octets[32])
{
	struct key32 key;

	memcpy(key.b, octets, sizeof(key.b));
	return key;
}

static inline struct public32
ew1_public(const uint8_t octets[32])
{
	struct public32 key;

	memcpy(key.b, octets, sizeof(key.b));
	return key;
}

static inline struct envelope_x_sender
ew1_sender(void)
{
	struct envelope_x_sender s = {
	    .pk_i = ew1_public(vector_pk_i),
	    .sk_m = ew1_key(vector_sk_m),
	    .pk_m = ew1_public(vector_pk_m),
	};

	memcpy(s.gwid, vector_gwid, sizeof(s.gwid));
	return s;
}

static inline struct envelope_x_receiver
ew1_receiver(void)
{
	struct envelope_x_receiver r = {
	    .sk_i = ew1_key(vector_sk_i),
	    .pk_i = ew1_public(vector_pk_i),
	    .pk_m = ew1_public(vector_pk_m),
	};

	memcpy(r.gwid, vector_gwid, sizeof(r.gwid));
	if (envelope_x_static(&r.sk_i, &r.pk_m, &r.ss) != ST_OK)
		abort();
	return r;
}

/* What the monitor of the vectors was given. */
static inline struct enrolment
ew1_enrolment(void)
{
	struct enrolment e;

	if (enrolment_read(vector_text, strlen(vector_text), &e) != ST_OK)
		abort();
	return e;
}

/* The slot of the vectors before its first message. */
static inline struct ratchet
ew1_ratchet(void)
{
	const struct key32 k0 = ew1_key(vector_k0);
	const struct public32 pk_m = ew1_public(vector_pk_m);
	struct ratchet r;

	ratchet_start(&r, 0, &k0, &pk_m);
	return r;
}

#endif
