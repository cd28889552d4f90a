/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The composer's next chain: the keys of the right generation from number 0 on, nothing of the old
 * ones left, and either the old state or the new one, never anything between, when the disk fails.
 */
#include "reporting/monitor/session.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned calls, fails_at; /* of fsync and renameat; 0: none fails */

static int
call_fails(void)
{
	return ++calls == fails_at;
}

int
fsync(int fd)
{
	if (call_fails()) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	if (call_fails()) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
}

static char folder[] = "/tmp/tocsin-chain-XXXXXX";
static char path[64];

static struct compose_state
fresh(struct enrolment_keys *keys)
{
	const struct enrolment e = ew1_enrolment();
	struct compose_state s;

	enrolment_derive(&e.m, keys);
	compose_state_start(&e, &s);
	return s;
}

static int
holds(const struct compose_state *s, const struct key32 *key)
{
	uint8_t file[COMPOSE_STATE_LEN];

	compose_state_write(s, file);
	for (size_t i = 0; i + 32 <= sizeof(file); i++)
		if (memcmp(file + i, key->b, 32) == 0)
			return 1;
	return 0;
}

static void
goes_through_every_chain(void)
{
	const uint8_t plain[ENVELOPE_X_PLAIN_LEN] = {0}, random[ENVELOPE_X_RANDOM_LEN] = {0};
	struct envelope_x_receiver receiver = ew1_receiver();
	uint8_t wire[EW1_X_WIRE_LEN], opened[ENVELOPE_X_PLAIN_LEN], file[COMPOSE_STATE_LEN];
	struct compose_message message;
	struct enrolment_keys keys;
	struct message_keys mk;
	struct compose_state s = fresh(&keys), next, back;

	for (unsigned g = 1; g <= COMPOSE_SPARES; g++) {
		CHECK_EQ(compose_state_seal(&s, plain, random, &next, &message), ST_OK);
		CHECK_EQ(message.generation, g - 1);
		s = next;
		CHECK_EQ(compose_state_next_chain(&s, &next), ST_OK);
		CHECK_EQ(next.generation, g);
		CHECK_EQ(next.n, 0);
		CHECK(!holds(&next, &s.ck));
		for (unsigned k = 0; k <= COMPOSE_SPARES; k++)
			CHECK_EQ(holds(&next, &keys.chain[k]), k >= g);
		compose_state_write(&next, file);
		CHECK_EQ(compose_state_read(file, sizeof(file), &back), ST_OK);
		CHECK_MEM(&back.ck, &keys.chain[g], 32);
		CHECK_EQ(compose_state_seal(&back, plain, random, &s, &message), ST_OK);
		CHECK_EQ(message.n, 0);
		ratchet_message_keys(&keys.chain[g], &mk);
		CHECK_EQ(base32_decode(message.text, EW1_X_CHARS, wire, sizeof(wire)), ST_OK);
		CHECK_EQ(envelope_x_open(&receiver, &mk, wire, opened), ST_OK);
	}
	memset(&back, 0x5a, sizeof(back));
	next = back;
	CHECK_EQ(compose_state_next_chain(&s, &next), ST_FULL);
	CHECK_MEM(&next, &back, sizeof(next));
}

static unsigned
chain_on_disk(void)
{
	struct session s;
	unsigned g = UINT32_MAX;

	if (CHECK_EQ(session_open(path, &s), 0)) {
		g = s.state.generation;
		CHECK_EQ(s.state.n, 0);
		session_close(&s);
	}
	return g;
}

/* Two syncs and a renaming: when one fails the exit code says so and the state is one of both. */
static void
failure_of_each_call(void)
{
	static const unsigned after[] = {0, 0, 0, 1};
	const struct enrolment e = ew1_enrolment();
	struct session s;

	for (unsigned at = 1; at <= 3; at++) {
		(void)unlink(path); /* may not be there */
		calls = fails_at = 0;
		CHECK_EQ(session_create(path, &e, &s), 0);
		calls = 0;
		fails_at = at;
		CHECK_EQ(session_next_chain(&s), 1);
		fails_at = 0;
		session_close(&s);
		CHECK_EQ(chain_on_disk(), after[at]);
	}
	CHECK_EQ(session_open(path, &s), 0);
	CHECK_EQ(session_next_chain(&s), 0);
	CHECK_EQ(session_next_chain(&s), 0);
	CHECK_EQ(s.state.generation, 3);
	CHECK_EQ(session_next_chain(&s), 1); /* the last one stays */
	session_close(&s);
	CHECK_EQ(chain_on_disk(), 3);
}

int
main(void)
{
	if (sodium_init() == -1 || mkdtemp(folder) == NULL ||
	    freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	goes_through_every_chain();
	failure_of_each_call();
	(void)unlink(path);
	CHECK_EQ(rmdir(folder), 0);
	return check_done();
}
