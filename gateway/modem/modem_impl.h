/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files behind modem.h share. One struct, one thread:
 *
 *	modem.c   the loop: when to list; the tty; the road from nothing to a connected modem
 *	pass.c    one listing: what is handed over, what core has kept, what is deleted
 *	doubt.c   slots that the library could not read
 *	link.c    the channel to core
 *	order.c   what core asks for: sending, the credit, the sweep
 *	watch.c   what the modem is like
 *	pin.c     the file with the SIM's PIN
 */
#ifndef GATEWAY_MODEM_MODEM_IMPL_H
#define GATEWAY_MODEM_MODEM_IMPL_H

#include "gateway/common/ipc.h"
#include "gateway/common/loop.h"
#include "gateway/modem/modem.h"
#include "gateway/modem/modem_gammu.h"
#include "gateway/modem/rescue.h"

#define PASS_SLOTS_MAX 1024 /* of texts in one pass; more wait for the next */
#define DOUBTS_MAX 256      /* slots that the library could not read */
#define DOUBTS_A_PASS 32    /* of them, taken by the raw road at once */

/* A slot with something that was handed to core. */
struct slot {
	int location;
	bool deletable;   /* everything in it was handed over */
	bool tried;       /* a delete was sent: never another one in this pass */
	uint64_t waiting; /* a bit for each part that core has not kept yet */
	uint64_t print;   /* of modem_gammu_print */
};

/* A slot that the library could not read. */
struct doubt {
	int location;
	unsigned sightings; /* in listings one after the other */
	bool seen_now;
	bool hopeless; /* the raw road gets nothing out of it either: it stays, for now */
	bool is_own;   /* stored to be sent, a filler of the sweep perhaps: it stays too */
};

struct modem {
	const struct modem_options *options;
	struct loop loop;
	struct loop_timer next_pass, orders_due;
	int64_t next_ms; /* when next_pass is due; INT64_MAX: it is not planned */
	enum status end; /* why the loop stopped */
	int tty;         /* the second descriptor; -1: the dummy device */
	bool connected;  /* the library is; before that, with options->rescue, the raw road alone */
	unsigned idle_reads;
	bool hinted; /* a new message was announced since the last listing began */

	/* the pass */
	uint32_t pass;
	bool is_raw; /* its slots were read by the raw road, and go by it */
	struct slot slots[PASS_SLOTS_MAX];
	size_t slots_used;
	uint32_t handed, skipped, deleted;
	bool doubtful;             /* of a delete it is not known whether it was done */
	bool raw_more;             /* the raw road ended at a bound */
	bool concluded;            /* what follows it is planned */
	unsigned fruitless;        /* passes one after the other that could delete nothing */
	int64_t arrived_ms;        /* when a slot was last handed over */
	uint32_t in_sim, in_phone; /* slots in use */
	uint32_t others;           /* of them with nothing that arrived */

	struct doubt doubts[DOUBTS_MAX];
	size_t doubts_used;

	/* orders of core */
	bool senders_wanted; /* of every text; else of parts alone */
	struct msg_send to_send;
	bool send_waits, credit_asked, sweep_asked;
	int64_t credit_due_ms; /* the day's question */
	int64_t sweep_ms;      /* the last one; INT64_MIN: none since this process began */
	bool swept_since;      /* nothing came since */
	bool cleaned;          /* of what a sweep that was cut short left behind */

	struct msg_modem_state state, state_told;
	bool state_is_told;
	int64_t watched_ms; /* when signal and registration were asked for */
};

/* modem.c */
void modem_plan_pass(struct modem *m, int64_t in_ms);
/* Does it answer? ST_OK, ST_DEVICE, ST_UNPLUGGED. Nothing that it says late is left behind. */
enum status modem_probe(struct modem *m) MUST_USE;
/* A failure of the library or of the raw road: ST_UNPLUGGED if the device is gone. */
enum status modem_judge(const struct modem *m, enum status st) MUST_USE;

/* pass.c */
/* List once. ST_OK; ST_CLOSED, ST_SYNTAX, ST_IO (the channel), ST_DEVICE, ST_UNPLUGGED. */
enum status pass_list(struct modem *m) MUST_USE;
/* Take by the raw road what the library could not read (all: everything). As pass_list. */
enum status pass_raw(struct modem *m, bool all) MUST_USE;
void pass_kept(struct modem *m, const struct msg_sms_kept *kept);
/* Delete what core has kept. *settled: nothing is waited for any more. As pass_list. */
enum status pass_delete(struct modem *m, bool *settled) MUST_USE;

/* doubt.c */
void doubt_begin(struct modem *m); /* of a listing */
void doubt_seen(struct modem *m, int location);
void doubt_end(struct modem *m);
/* Some were seen for the first time: list again at once. */
bool doubt_is_fresh(const struct modem *m);
/* It was seen twice, or was hopeless long ago, and is to be taken by the raw road. */
bool doubt_is_due(const struct doubt *d);
/* Some are. */
bool doubt_is_ripe(const struct modem *m);
struct doubt_count {
	uint32_t hopeless; /* they stay */
	uint32_t own;      /* of the others: stored to be sent */
};
struct doubt_count doubt_count(const struct modem *m);

/* link.c */
/* Take every message that is there. ST_OK; ST_CLOSED, ST_SYNTAX, ST_IO. */
enum status link_drain(struct modem *m) MUST_USE;
/* The door: a sender who is not wanted goes no further, whichever road the text came. */
void link_door(const struct modem *m, struct msg_sms *sms);
/* Send, and while core is busy take its answers, so that neither waits for the other. */
enum status link_send(struct modem *m, const struct ipc_message *msg) MUST_USE;

/* order.c */
/* The modem is listed to its end and nothing waits: ask for what is due by now. */
void order_when_quiet(struct modem *m);
bool order_waits(const struct modem *m);
/* Do what was asked for. As pass_list. */
enum status order_run(struct modem *m) MUST_USE;

/* watch.c */
/* Once, after connecting: the sizes of the storages. */
enum status watch_begin(struct modem *m) MUST_USE;
/* Once in poll_s: signal and registration. Then tell core, if anything changed. As pass_list. */
enum status watch_tell(struct modem *m) MUST_USE;

/* pin.c, on the connected modem */
/* ST_OK: the SIM is ready; ST_PIN, ST_DEVICE, ST_UNPLUGGED. */
enum status pin_unlock(struct modem *m) MUST_USE;

#endif
