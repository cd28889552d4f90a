/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to a gateway: texts that are handed over, acts of a coordinator, restarts. All of it
 * is the real core on the disk of disk.h; beside it stands, for each text and each act, between
 * which entries of the log it was asked for and acknowledged. oracle.h judges by that.
 */
#ifndef TESTS_FAULT_DAY_H
#define TESTS_FAULT_DAY_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"
#include "tests/fault/disk.h"
#include "tests/support/rig.h"

#define DAY_TEXTS 6000
#define DAY_PEOPLE 24
#define DAY_NUMBERS 2000 /* of one phone */
#define NEVER SIZE_MAX
#define NOBODY (-1)

struct text {
	struct msg_sms sms;
	int person; /* NOBODY: not sealed */
	uint32_t n;
	int is_after_revoking;
	int is_part;          /* of a long message */
	size_t handed, acked; /* entries of the log; NEVER */
};

struct person {
	char name[PSEUDONYM_MAX];
	struct phone *phone; /* NULL until the coordinator has her enrolment text */
	size_t asked, done;  /* enrolling */
	size_t revoke_asked, revoke_done;
	int32_t text_of[DAY_NUMBERS]; /* of each number that was composed; -1: lost on the way */
};

/* A change of the posture. */
struct posture {
	uint32_t value;
	size_t asked, done;
};
#define DAY_POSTURES 16

struct day {
	struct rig rig;
	struct text text[DAY_TEXTS];
	struct person person[DAY_PEOPLE];
	struct posture posture[DAY_POSTURES];
	size_t texts, people, postures;
	size_t created; /* when session_create() had ended well; NEVER */
};
extern struct day day;

/* Which kind of anchor: "file", "eeprom" (4 KiB of zeros, on the disk from the start), "none".
 * ST_OK, ST_UNKNOWN. */
enum status day_anchor(const char *kind);
/* An empty disk, nobody known. */
void day_begin(void);

/* Begin another log: what was acknowledged stays so. (The disk as it is is taken
 * for durable: what SQLite leaves unsynced behind a commit is padding.) */
void day_rebase(void);

/* Which part of the test it is, for the labels of the log: 0 to 15. */
void day_part(unsigned part);
enum { STATE_NEW, STATE_LOCKED, STATE_ARMED, STATE_OPEN, STATE_COUNT };
extern const char *const day_states[STATE_COUNT];

/* Each is one call to core; what it returns. */
enum status day_start(void);
enum status day_create(void);
enum status day_unlock(enum core_state to);
enum status day_close(void);
enum status day_lock(void);
enum status day_wrong_passphrase(void);
enum status day_idle(void);
enum status day_enrol(void);
enum status day_revoke(size_t person);
enum status day_posture(uint32_t value);
/* As after kill -9: nothing is written. */
void day_stop(void);

/* A text is made: a report of that person, or one that is not sealed. It waits in the modem. */
void day_report(size_t person);
void day_plain(void);
/* One part of a long message. */
void day_part_of(unsigned reference, unsigned place, unsigned total);
/* One that never arrives. */
void day_lost(size_t person);
/* Hand over whatever waits, in order, in batches: what the modem does at each listing. */
enum status day_deliver(void);

#endif
