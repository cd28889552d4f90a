/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway's core in the test's own process, on real files in a folder of its own, and the phones
 * that write to it. For tests of core, for its fuzz targets and for the benchmarks.
 */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include <stdint.h>

#include "crypto/envelope_x.h"
#include "crypto/recovery.h"
#include "gateway/core/session.h"
#include "gateway/core/view.h"
#include "reporting/report/record.h"
#include "schemas/messages.h"

#define RIG_PHONES_MAX 256
#define RIG_PASSPHRASE "marked passphrase of the rig"

struct phone {
	struct envelope_x_sender sender;
	struct key32 ck;
	struct key32 spare[ENROLMENT_CHAINS - 1]; /* K_1 to K_3 */
	uint8_t generation;
	uint32_t n;
	uint16_t slot;
	char pseudonym[PSEUDONYM_MAX];
};

struct rig {
	char dir[256];
	struct conf conf;
	struct session session;
	struct phone phone[RIG_PHONES_MAX];
	size_t phones;
};

/* What a process needs before any store, once; rig_create() does it too. */
void rig_library(void);

/* A new gateway under $TMPDIR, LOCKED, with the shipped example books. Exits the test on failure.
 */
void rig_create(struct rig *r, const char *name);
/* Ends the session and removes the folder. */
void rig_remove(struct rig *r);

/* As after kill -9: the session is wiped without a word and started again from the files. */
void rig_restart(struct rig *r);

enum status rig_unlock(struct rig *r, enum core_state to);

/* Enrols a monitor through people_enrol, and gives her phone. The session is OPEN. */
struct phone *rig_enrol(struct rig *r, const char *pseudonym);
/* The same for who expects it to fail: what people_enrol says; the last of r->phone is hers. */
enum status rig_try_enrol(struct rig *r, const char *pseudonym);

/*
 * Gives the gateway a recovery key, as it is typed, and from then on each phone that has none a
 * copy of her spare chains. The session is OPEN.
 */
void rig_recovery_key(struct rig *r, char typed[RECOVERY_CHARS + 1]);
void rig_copy_chains(struct rig *r, const struct phone *p);

/* The phone goes on to its next chain. */
void rig_next_chain(struct phone *p);

/* The first column of the first row that the OPEN view gives; -1: there is none. */
int64_t rig_number(const struct rig *r, const char *sql);

/* The messages that page asks for, with the names that a coordinator sees. The session is OPEN. */
enum status rig_inbox(
    const struct rig *r, const struct msg_inbox *page, view_inbox_fn *fn, void *arg) MUST_USE;

/* A thief's SQL on the files of a gateway that nobody has open; then it is started again. */
void rig_on_disk(struct rig *r, const char *sql);

/* A folder in r's, for a gateway that is not made yet: NEW. What was there goes. */
void rig_beside(struct rig *again, const struct rig *r);
/* session_restore() into it, with the rig's passphrase. fd: the backup, or -1. */
enum status rig_restore(struct rig *again, int fd, const struct recovery_key *key,
    struct msg_restored *out, char words[SESSION_WORDS_MAX]);

/* A report with these fields and note; spends the phone's number. */
void rig_compose(
    struct phone *p, const struct record *record, const char *note, char text[EW1_X_CHARS + 1]);
/* The same about an earlier message of hers, by its number. */
void rig_compose_about(
    struct phone *p, const struct record *record, uint16_t ref, char text[EW1_X_CHARS + 1]);
/* A report of kind and place, the rest not given. */
void rig_report(
    struct phone *p, unsigned kind, unsigned place, const char *note, char text[EW1_X_CHARS + 1]);

/* One text as tocsin-modem hands it over. */
struct msg_sms rig_sms(const char *text, uint64_t ref);

#endif
