/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * renew and deep-scan against a fake core: where the recovery key comes from, whom they are about,
 * what they say, and that a deep scan asks slice by slice to its end and no further.
 */
#include <sys/stat.h>

#include "tests/support/fake_core.h"

#define KEY "K-E Y"
#define FROM 1000 /* where the fake slot's next number stands */

static void
send_roster(int fd)
{
	static const char *const names[] = {"ada", "gone", "bea"};
	struct ipc_message m;

	for (unsigned i = 0; i < 3; i++) {
		ipc_begin(&m, MSG_ROSTER_ROW);
		m.body.ROSTER_ROW.seq = i + 1;
		m.body.ROSTER_ROW.revoked = i == 1;
		(void)snprintf(m.body.ROSTER_ROW.pseudonym, PSEUDONYM_MAX, "%s", names[i]);
		send_message(fd, &m);
	}
	send_result(fd, ST_OK, 50, "");
}

static void
answer_renew(int fd, const struct ipc_message *ask)
{
	const struct msg_renew *r = &ask->body.RENEW;
	struct ipc_message m;

	if (ask->head.type == MSG_ROSTER) {
		send_roster(fd);
		return;
	}
	if (ask->head.type == MSG_COORDINATORS) { /* asked first, since OPEN alone answers it */
		send_result(fd, ST_OK, 0, "");
		return;
	}
	ipc_begin(&m, MSG_RENEWED);
	if (r->len < 5 || memcmp(r->key, KEY, 5) != 0) {
		send_result(fd, ST_SYNTAX, 0, "words about the key");
		return;
	}
	if (strcmp(r->pseudonym, "ada") == 0)
		m.body.RENEWED = (struct msg_renewed){.chain = 2, .spares = 2};
	else if (strcmp(r->pseudonym, "bea") == 0)
		m.body.RENEWED = (struct msg_renewed){.chain = 4, .was_there = 1};
	else if (strcmp(r->pseudonym, "old") == 0)
		m.body.RENEWED.spares_why = SPARES_BEFORE;
	else if (strcmp(r->pseudonym, "used") == 0)
		m.body.RENEWED.spares_why = SPARES_USED;
	else {
		send_result(fd, ST_UNKNOWN, 0, "no such monitor");
		return;
	}
	send_message(fd, &m);
}

static void
test_renew(void)
{
	start_core(answer_renew);
	put("key", KEY "\n");
	CHECK_EQ(run(cmd_renew, "renew --recovery-key-file key ada"), 0);
	CHECK_HAS(out, "ada: chain 2 waits for her; 2 spare left");
	CHECK_HAS(out, "tocsin-compose next-chain 2");
	CHECK_HAS(out, "Put the recovery key back");
	CHECK_EQ(run(cmd_renew, "renew --all --recovery-key-file key"), 0);
	CHECK_EQ(lines_of(out), 3); /* not who was revoked */
	CHECK_HAS(out, "bea: chain 4 waits for her, as it did before; 0 spare left");
	/* one that cannot be renewed stops nobody else's, and shows in the exit code */
	CHECK_EQ(run(cmd_renew, "renew old used who ada --recovery-key-file key"), EXIT_REFUSED);
	CHECK_HAS(err, "old: enrolled before the recovery key was made");
	CHECK_HAS(err, "used: her last chain is in use");
	CHECK_HAS(err, "no such monitor");
	CHECK_HAS(out, "ada: chain 2");
	put("key", "wrong");
	CHECK_EQ(run(cmd_renew, "renew --recovery-key-file key ada"), EXIT_REFUSED);
	CHECK_HAS(err, "words about the key");
	CHECK_STR(out, "");
	CHECK_EQ(run(cmd_renew, "renew --recovery-key-file none ada"), EXIT_REFUSED);
	CHECK_HAS(err, "no recovery key file none");
	CHECK_EQ(run(cmd_renew, "renew"), EXIT_USAGE);
	CHECK_HAS(err, "--all");
	CHECK_EQ(run(cmd_renew, "renew --all ada"), EXIT_USAGE);
	CHECK_EQ(run(cmd_renew, "renew --help"), 0);
	CHECK_HAS(out, "--recovery-key-file");
	stop_core();
}

/* --- deep-scan --- */

static unsigned asked, waiting_asked; /* the child's own */

static void
answer_scan(int fd, const struct ipc_message *ask)
{
	const struct msg_deep_scan *d = &ask->body.DEEP_SCAN;
	struct ipc_message m;
	struct msg_scanned *s = &m.body.SCANNED;

	if (ask->head.type == MSG_ROSTER) {
		send_roster(fd);
		return;
	}
	if (strcmp(d->pseudonym, "who") == 0 || d->count > DEEP_SCAN_SLICE) {
		send_result(fd, ST_UNKNOWN, 0, "no such monitor");
		return;
	}
	asked++;
	waiting_asked += d->waiting != 0;
	ipc_begin(&m, MSG_SCANNED);
	s->texts = strcmp(d->pseudonym, "none") == 0 ? 0 : 7;
	if (d->waiting) {
		s->from = d->from;
		s->next = EW1_WINDOW;
		s->found = s->chain = 2;
		s->first = 4;
		s->last = 9;
	} else {
		s->from = d->from > FROM ? d->from : FROM;
		s->next = s->from + d->count;
		s->waiting = strcmp(d->pseudonym, "bea") == 0 ? 2 : 0;
		if (strcmp(d->pseudonym, "ada") == 0 && s->from == FROM + DEEP_SCAN_SLICE) {
			s->next = s->from + 100; /* as many as one commit takes: it goes on there */
			s->found = 64;
			s->first = 20001;
			s->last = 20064;
		} else if (strcmp(d->pseudonym, "ada") == 0 && s->from > FROM + DEEP_SCAN_SLICE &&
			   s->from < FROM + 2 * DEEP_SCAN_SLICE) {
			s->found = 1;
			s->first = s->last = 20070;
		}
	}
	if (asked > 12) /* it does not end */
		_exit(9);
	send_message(fd, &m);
}

static void
test_deep_scan(void)
{
	start_core(answer_scan);
	CHECK_EQ(run(cmd_deep_scan, "deep-scan ada"), 0);
	CHECK_HAS(out,
	    "ada: 65 texts were found, now in the inbox as hers, from message no. 20001 to no. "
	    "20070.");
	stop_core();
	start_core(answer_scan);
	CHECK_EQ(run(cmd_deep_scan, "deep-scan --all"), 0);
	CHECK_HAS(out, "ada: 65 texts");
	CHECK_HAS(out, "bea: 2 texts were found");
	CHECK_HAS(out, "from message no. 4 of her new chain to no. 9.");
	CHECK(strstr(out, "gone") == NULL);
	stop_core();
	start_core(answer_scan);
	CHECK_EQ(run(cmd_deep_scan, "deep-scan none"), 0);
	CHECK_HAS(out, "none: there is no text that nobody's chain opened");
	CHECK_HAS(out, "Nothing was changed");
	CHECK_EQ(run(cmd_deep_scan, "deep-scan who"), EXIT_REFUSED);
	CHECK_HAS(err, "no such monitor");
	CHECK_EQ(run(cmd_deep_scan, "deep-scan"), EXIT_USAGE);
	stop_core();
	CHECK_EQ(run(cmd_deep_scan, "deep-scan ada"), EXIT_UNREACHABLE);
}

int
main(void)
{
	begin_commands();
	test_renew();
	test_deep_scan();
	return end_commands((const char *const[]){"key", NULL});
}
