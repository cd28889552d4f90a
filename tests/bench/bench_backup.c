/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup of 100,000 events, from the request to its answer: written, synced, read back whole,
 *said in the journal. And what making a gateway of it takes, beyond the stretching of the
 *passphrase (here at its least cost: it is inside the figure).
 *
 *	bench_backup [ROUNDS]
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/recovery.h"
#include "gateway/core/backup.h"
#include "gateway/core/restore.h"
#include "gateway/core/rights.h"
#include "gateway/core/stretch.h"
#include "tests/bench/figures.h"
#include "tests/support/rig.h"

#define ROUNDS_MAX 31
#define EVENTS 100000
#define SHARE 250

static struct rig rig;
static char dir[300], path[400];

static void
must(enum status st)
{
	if (st != ST_OK) {
		(void)fprintf(stderr, "bench_backup: status %d\n", (int)st);
		exit(2);
	}
}

/* As intake writes what does not open; what it says is left out. */
static void
write_events(void)
{
	struct event_received e = {.trust = TRUST_MACHINE,
	    .source = SOURCE_SMS,
	    .class = 1,
	    .slot = EVENT_SLOT_NONE,
	    .outcome = OUTCOME_FORGED,
	    .raw_len = 152};
	uint8_t body[EVENT_RECEIVED_MAX];

	for (unsigned i = 1; state_root(rig.session.state)->journal.count < EVENTS; i++) {
		e.arrival = 9000 + i / 100;
		must(session_append(&rig.session, EVENT_RECEIVED, body,
		    event_received_encode(&e, body, sizeof(body)), NULL));
		if (i % SHARE == 0)
			must(session_commit(&rig.session));
	}
	must(session_commit(&rig.session));
}

static double
write_backup(void)
{
	char words[SESSION_WORDS_MAX] = "";
	struct backup_head head;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	double begin = now_s();

	must(fd == -1 ? ST_IO : backup_write(&rig.session, fd, &head, words));
	must(backup_note(&rig.session, &head));
	(void)close(fd);
	return now_s() - begin;
}

static double
restore(const struct recovery_key *key)
{
	static struct session s;
	static struct conf conf;
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	struct restore_ask ask = {-1, key, &passphrase, STRETCH_MEMORY_MIN, STRETCH_PASSES_MIN};
	struct msg_restored out;
	char words[SESSION_WORDS_MAX] = "", fault[CONF_FAULT_MAX], settings[400], command[500];
	double begin;

	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0 || mkdir(dir, 0700) == -1)
		exit(2);
	(void)snprintf(settings, sizeof(settings), "%s/tocsin.conf", dir);
	must(conf_parse(settings, "", 0, &conf, fault));
	if (mkdir(conf.state_dir, 0700) == -1)
		exit(2);
	must(session_start(&s, &conf, words));
	if ((ask.fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		exit(2);
	begin = now_s();
	must(session_restore(&s, &ask, &out, words));
	begin = now_s() - begin;
	(void)close(ask.fd);
	session_end(&s);
	return begin;
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	double backups[ROUNDS_MAX], restores[ROUNDS_MAX];
	struct msg_recovery_key made;
	struct recovery_key key;
	char words[SESSION_WORDS_MAX] = "";

	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = 5;
	rig_create(&rig, "backup");
	(void)snprintf(dir, sizeof(dir), "%.200s/again", rig.dir);
	(void)snprintf(path, sizeof(path), "%.200s/copy.backup", rig.dir);
	must(rig_unlock(&rig, IN_OPEN));
	must(rights_recovery_key(&rig.session, &made, words));
	must(recovery_key_read(made.text, strlen(made.text), &key));
	(void)rig_enrol(&rig, "bench");
	write_events();
	for (unsigned i = 0; i < rounds; i++)
		backups[i] = write_backup();
	for (unsigned i = 0; i < rounds; i++)
		restores[i] = restore(&key);
	rig_remove(&rig);
	figure("a backup of 100,000 events, read back", median(backups, rounds), "s", 10, 0);
	figure("a gateway restored from it", median(restores, rounds), "s", 0, 0);
	return 0;
}
