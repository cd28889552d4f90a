/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The code by which a monitor knows that her message arrived: said where her enrolment has the
 * flag, and then the one that the gateway works out of the same message.
 */
#include "crypto/ratchet.h"
#include "reporting/monitor/message.h"
#include "tests/support/check.h"
#include "tests/support/ew1.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGES 3

static char folder[] = "/tmp/tocsin-ack-XXXXXX";
static char path[64], said_path[64];
static char said[4096];

/* Make a message; its words are in `said`. */
static void
send_one(struct session *s)
{
	FILE *f;
	size_t len = 0;

	if (!CHECK(freopen(said_path, "w", stderr) != NULL))
		return;
	CHECK_EQ(message_silent(s, RELATION_HEARTBEAT), 0);
	(void)fflush(stderr);
	if ((f = fopen(said_path, "r")) != NULL) {
		len = fread(said, 1, sizeof(said) - 1, f);
		(void)fclose(f);
	}
	said[len] = '\0';
}

static void
test_codes(bool flag)
{
	struct enrolment e = ew1_enrolment();
	struct key32 ck = ew1_key(vector_k0);
	char code[BASE32_CHARS(EW1_ACK_LEN) + 1], sentence[64];
	struct message_keys keys;
	struct session s;

	e.ack_codes = flag;
	CHECK_EQ(session_create(path, &e, &s), 0);
	session_close(&s);
	for (unsigned i = 0; i < MESSAGES; i++) {
		ratchet_message_keys(&ck, &keys);
		ratchet_step(&ck);
		base32_encode(keys.ack, sizeof(keys.ack), code);
		(void)snprintf(
		    sentence, sizeof(sentence), "If it arrives, the gateway answers %s.", code);
		CHECK_EQ(session_open(path, &s), 0);
		send_one(&s);
		CHECK_EQ(strstr(said, sentence) != NULL, flag);
		CHECK_EQ(strstr(said, "the gateway answers") != NULL, flag);
		CHECK_EQ(strstr(said, code) != NULL, flag);
	}
	CHECK_EQ(session_forget(path), 0);
}

int
main(void)
{
	int console = dup(STDOUT_FILENO);

	if (sodium_init() == -1 || mkdtemp(folder) == NULL || console == -1 ||
	    freopen("/dev/null", "w", stdout) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	(void)snprintf(said_path, sizeof(said_path), "%s/said", folder);
	test_codes(true);
	test_codes(false);
	(void)unlink(said_path);
	(void)rmdir(folder);
	(void)fflush(stdout);
	(void)dup2(console, STDOUT_FILENO);
	return check_done();
}
