/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three states of core, LOCKED, ARMED and OPEN (and NEW, before there is a store), what is in
 * memory in each, and the passages between them (schemas/store/store.md):
 *
 *   arm     LOCKED to ARMED             close, or idle   OPEN to ARMED
 *   unlock  LOCKED or ARMED to OPEN     lock, or time    any to LOCKED
 *
 * LOCKED holds the root and no key beyond A. ARMED adds sk_I, sk_D, K_H, the journal's writing key,
 * the hint table and the facts. OPEN adds the months' keys and the view.
 *
 * A status of class SC_STOP from any function here means that the process must end, touching
 * nothing more; but for ST_CHANGED of session_unlock, which has its own words.
 */
#ifndef GATEWAY_CORE_SESSION_H
#define GATEWAY_CORE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/envelope_x.h"
#include "crypto/ring.h"
#include "gateway/common/conf.h"
#include "gateway/core/anchor.h"
#include "gateway/core/events.h"
#include "gateway/core/facts.h"
#include "gateway/core/hints.h"
#include "gateway/core/parts.h"
#include "gateway/core/policy.h"
#include "gateway/core/state.h"
#include "gateway/core/store.h"
#include "gateway/core/timekeeper.h"
#include "gateway/core/view.h"
#include "gateway/core/words.h"
#include "schemas/messages.h"
#include "schemas/status.h"

/* Secrets of ARMED and OPEN, in sodium_malloc'd memory. */
struct session_keys {
	struct ring_secrets ring;            /* months' keys only while OPEN */
	struct envelope_x_receiver receiver; /* ss and pk_m are of the slot last looked at */
	struct {
		int known;
		struct key32 ss;
		struct public32 pk_m;
	} slot[SLOT_MAX];
};

/* An event that was collected and waits for its commit, to be applied to view and facts. */
struct session_waiting {
	struct view_event event;
	uint8_t *body;
};
#define SESSION_WAITING_MAX (2 * BATCH_MAX + 16) /* a batch, and an answer to each text */

struct answers;
struct intake_plain;
struct outbox;
struct session {
	const struct conf *conf;
	struct store *store;
	struct anchor *anchor;
	struct state *state;
	struct ring_list ring;
	enum core_state at;
	int read_only; /* something was changed while LOCKED: nothing is written but parked texts */
	int two_person;      /* the rule: two coordinators' passphrases are needed */
	int is_ring_changed; /* not the root's: pk_I may be another's, so nothing is parked to it */
	char fault[200];

	struct session_keys *keys;  /* ARMED, OPEN */
	struct hints *hints;        /* ARMED, OPEN */
	struct facts *facts;        /* ARMED, OPEN */
	struct parts *parts;        /* ARMED, OPEN */
	struct intake_plain *plain; /* ARMED, OPEN: for plain texts */
	unsigned from_modem;        /* the texts of the batch under way; UINT32_MAX: not known */
	int is_passing;             /* a pass over the parked rows is under way */
	struct view *view;          /* OPEN */
	uint64_t view_first;        /* the first row that the view was folded from */
	uint16_t epoch;             /* of the run under way */

	struct session_waiting *waiting; /* SESSION_WAITING_MAX of them */
	size_t waiting_count;

	uint64_t on_h_before;  /* when this process started */
	int64_t started_ms;    /* all _ms on clock_boot_ms */
	uint64_t awake_before; /* awake_h when it was armed */
	int64_t armed_ms;
	int64_t passphrase_ms; /* when one was last given */
	int64_t used_ms;       /* when a coordinator last asked something of OPEN */
	int64_t commit_ms;     /* when something was last made durable */

	struct timekeeper timekeeper;
	struct {
		int64_t given_s; /* INT64_MIN: none */
		int is_sure;
	} date; /* session_date() */
	uint32_t
	    newest_record;   /* quarter of the newest event that was surely timed, while folding */
	uint8_t clock_noted; /* enum clock_how of the last `clock` event since it was armed */

	uint64_t kept, doubled; /* texts, since this process started */

	struct outbox *outbox;   /* borrowed: outbox_new() sets it; NULL: none */
	struct answers *answers; /* likewise */
};

/* Open what conf names: LOCKED, or NEW if there is no store. `words` says what failed. */
enum status session_start(
    struct session *s, const struct conf *conf, char words[SESSION_WORDS_MAX]) MUST_USE;
/* Before an end in good order: what two idle seconds would bring, at once, so that no key of before
 * is left for whoever puts an older store back. ST_OK, or as a commit (state.h). */
enum status session_rest(struct session *s) MUST_USE;
/* Wipe and close everything; writes nothing. */
void session_end(struct session *s);

/* What a new gateway begins with. Octets are borrowed. */
struct session_birth {
	const struct msg_passphrase *passphrase;
	uint64_t argon_memory;
	uint32_t argon_passes;
	const char *codebook, *places;
	size_t codebook_len, places_len;
	uint8_t posture; /* enum policy_posture */
};
/* NEW to LOCKED: anchor, store, keys, the first events. On failure nothing is left on disk. */
enum status session_create(
    struct session *s, const struct session_birth *birth, char words[SESSION_WORDS_MAX]) MUST_USE;

/* The date and time that comes with a passphrase, the coordinator's yes: for the session_unlock()
 * that follows, which confirms the clock with it if the passphrase is right. Seconds UTC,
 * INT64_MIN: none. is_sure: also against what the journal and the stamps say. */
void session_date(struct session *s, int64_t given_s, int is_sure);

/*
 * LOCKED to ARMED (to = IN_ARMED), LOCKED or ARMED to OPEN (to = IN_OPEN).
 * ST_RANGE: the date that came with it cannot be, nothing was done.
 * ST_OK (words may say what was found: read_only, faults of the journal);
 * ST_PASSPHRASE (noted as a `refused` event, or parked as one), ST_NOT_ALLOWED, ST_AGAIN (no memory
 * for the passphrase, with words), or SC_STOP: of these ST_MEMORY leaves LOCKED and ARMED whole.
 */
enum status session_unlock(struct session *s, const struct msg_passphrase *passphrase,
    enum core_state to, char words[SESSION_WORDS_MAX]) MUST_USE;
/* The same with another coordinator's passphrase too, which the two-person rule asks for; NULL:
 * none. ST_INCOMPLETE, with words: one is not enough. */
enum status session_unlock_two(struct session *s, const struct msg_passphrase *passphrase,
    const struct msg_passphrase *second, enum core_state to,
    char words[SESSION_WORDS_MAX]) MUST_USE;
enum status session_close(struct session *s, enum cause cause) MUST_USE;
enum status session_lock(struct session *s, enum cause cause) MUST_USE;

/* What time does: idle OPEN, old passphrase, the anchor's old slot. Then *next_ms is when to call
 * again at the latest, on clock_boot_ms; INT64_MAX: not before something happens. */
enum status session_tick(struct session *s, int64_t *next_ms) MUST_USE;
/* Seconds until time locks and closes; 0 where it does not. */
uint32_t session_lock_in_s(const struct session *s);
uint32_t session_close_in_s(const struct session *s);

/* --- for intake and acts --- */

uint64_t session_on_h(const struct session *s);
uint64_t session_awake_h(const struct session *s);

/* Is the clock confirmed: by the network's time, or by a coordinator's yes? Only then may epochs
 * move and months go. */
int session_clock_confirmed(const struct session *s);
/* What time is believed (gateway/core/timekeeper.h), in seconds UTC; as quarter hours since
 * 2025-01-01T00:00Z; and how sure it is. With TRUST_NONE it is not before then. */
int64_t session_now_s(const struct session *s, enum trust *trust);
uint32_t session_quarter(const struct session *s);
enum trust session_trust(const struct session *s);
/* A text of that monitor arrived just now, or before, with this stamp of its service centre. */
void session_heard(struct session *s, uint16_t slot, int64_t stamp_s);

/* Collect one event. seq may be NULL. ST_OK, ST_NOT_ALLOWED (not in this state), ST_FULL,
 * ST_MEMORY. */
enum status session_append(struct session *s, enum event_type type, const uint8_t *body, size_t len,
    uint64_t *seq) MUST_USE;
/* Make durable what was collected, then move view and facts. ST_OK or SC_STOP. */
enum status session_commit(struct session *s) MUST_USE;
/* What was collected since the last commit is forgotten: events and all else. */
void session_drop(struct session *s);
/* OPEN: the run under way ends, and the next begins, with an `opened` event, in the newest epoch of
 * this month (ring_vault_for), and is durable. Nothing may be waiting. ST_OK or SC_STOP. */
enum status session_next_run(struct session *s, unsigned month) MUST_USE;
/* A slot's ratchet was committed as r: its hints and its shared secret follow. */
enum status session_slot_known(struct session *s, uint16_t slot, const struct ratchet *r) MUST_USE;

/* One choice of the network's: its event, and of the posture the root too, made durable together.
 * Whether it may be chosen is the caller's to know. ST_OK, ST_NOT_ALLOWED, or SC_STOP. */
enum status session_choose(struct session *s, const struct event_setting *e) MUST_USE;
/* What holds: while LOCKED what the root and the file say, the parts as the posture has them. */
void session_policy(const struct session *s, struct policy *out);
/* Whose numbers are known: at arming, and after each commit that moves them. ST_OK, ST_MEMORY. */
enum status session_senders(struct session *s) MUST_USE;
/* Must texts come with their senders' numbers? */
int session_wants_senders(const struct session *s);

#endif
