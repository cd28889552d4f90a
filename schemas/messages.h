/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of messages.def. Lengths are octets; texts are UTF-8; a char array ends with a
 * zero octet unless a length stands beside it. Unused octets are zero.
 */
#ifndef SCHEMAS_MESSAGES_H
#define SCHEMAS_MESSAGES_H

#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/messages_modem.h"
#include "schemas/messages_people.h"

/* The states of core, as bits. NEW: there is no store yet. */
enum core_state { IN_NEW = 1, IN_LOCKED = 2, IN_ARMED = 4, IN_OPEN = 8, ANY = 15 };

enum message_type {
	MSG_NONE,
#define X(name, from, to, states, type) MSG_##name,
#include "schemas/messages.def"
#undef X
	MSG_COUNT
};

struct message_head {
	uint32_t type; /* enum message_type */
	uint32_t len;  /* of the struct that follows: the table's, checked by who receives */
};

struct msg_none {
	uint8_t unused[8];
};

/* How a time is known: nothing but that it is not before then; by the machine's clock; by the
 * service centres' stamps; confirmed. The numbers stand in the journal too. */
enum trust { TRUST_NONE, TRUST_MACHINE, TRUST_CENTRE, TRUST_CONFIRMED };

/* What confirmed the clock: the network's time (NTP), or a coordinator's word. */
enum clock_how { CLOCK_NETWORK = 1, CLOCK_COORDINATOR = 2 };

struct msg_passphrase {
	uint32_t len;
	char octets[PASSPHRASE_MAX]; /* not ended; wiped by both sides after use */
};

struct msg_unlock {
	struct msg_passphrase passphrase;
	struct msg_passphrase
	    second;     /* another coordinator's, under the two-person rule; len 0: none */
	int64_t date_s; /* the coordinator's yes to this date, seconds UTC; INT64_MIN: none */
	uint32_t date_is_sure; /* 1: also if it is earlier than what was received already */
	uint32_t unused;
};

/* One version of the codebook, the newest first. */
struct msg_codebook_row {
	uint32_t version;
	uint32_t kinds;    /* how many */
	uint32_t in_force; /* 1: what is written from now on is meant to be written with it */
	uint32_t
	    writers; /* active monitors whose latest report, or enrolment, is of this version */
	char id[BOOK_ID_MAX + 1];
	char languages[LANGUAGES_MAX * LANGUAGE_MAX]; /* with blanks between */
	char unused[7];
};

/* The codebook that shall be in force, or the places file that a new gateway begins with, in order.
 */
struct msg_book_part {
	uint32_t which; /* 0 codebook, 1 places */
	uint32_t total; /* octets of the whole file */
	uint32_t offset;
	uint32_t len;
	uint8_t octets[4096];
};

struct msg_init {
	struct msg_passphrase passphrase;
	uint64_t argon_memory; /* octets */
	uint32_t argon_passes;
	uint32_t posture; /* 0 protected, 1 open */
};

struct msg_result {
	uint32_t status; /* enum status */
	uint32_t value;  /* what the request says it is */
	char words[240]; /* more for a person, or empty */
};

struct msg_status {
	uint32_t state;         /* enum core_state */
	uint32_t posture;       /* what holds: 0 protected, 1 open */
	uint64_t parked;        /* texts waiting to be read */
	uint64_t events;        /* in the journal; 0 while NEW */
	uint64_t kept;          /* texts made durable since core started */
	uint64_t doubled;       /* redeliveries and duplicates since core started */
	uint32_t slots;         /* rows of monitors in the tree */
	uint32_t modem;         /* 1: the process of each modem is connected */
	int64_t modem_listed_s; /* seconds since each was listed to its end; -1: not each was */
	uint32_t lock_in_s;     /* until LOCKED by time, 0 while LOCKED */
	uint32_t close_in_s;    /* until OPEN ends by idleness, 0 unless OPEN */
	uint32_t on_h;          /* hours switched on, all in all */
	uint32_t unread;        /* OPEN: unreadable ones */
	char anchor[16];        /* "file", "eeprom", "none" */
	uint32_t read_only;     /* 1: changed while locked, nothing is written */
	uint32_t memory_locked; /* 1: core's memory cannot be swapped out */
	uint32_t skipped;       /* slots of modems that could not be read, at their last listing */
	uint32_t refused;       /* OPEN: passphrases that opened nothing, in the journal */
	int64_t refused_last_s; /* OPEN: the last one, to the hour; INT64_MIN: none */
	int64_t clock_s;        /* what time core believes it is, seconds UTC */
	uint32_t clock_trust;   /* how sure, enum trust of gateway/core/events.h: 0 to 3 */
	uint32_t clock_how;     /* confirmed by 1 the network, 2 a coordinator; 0: not confirmed */
	uint32_t two_person;    /* 1: two coordinators' passphrases are needed */
	uint32_t recovery_key;  /* 1: there is one */
	int64_t backup_s;       /* OPEN: when the last backup was made; INT64_MIN: none */
	char fault[200];        /* what is wrong, in words; empty if nothing is */
	char weaker[128];       /* settings of the file that would weaken protection, and do not */
	/* ARMED, OPEN: of the parked ones, parts of long messages that wait for others */
	uint64_t parts;
	uint32_t posture_by; /* enum setting_by */
	/* ARMED, OPEN: 1 << enum setting_key of each part that was chosen otherwise than the
	 * posture has it */
	uint32_t differs;
};

/* What is done to a coordinator, or to what all of them need. */
enum coordinator_act {
	COORDINATOR_ADD = 1,
	COORDINATOR_REMOVE,
	COORDINATOR_PASSPHRASE, /* another passphrase */
	COORDINATOR_TWO_ON,     /* the two-person rule */
	COORDINATOR_TWO_OFF,
	COORDINATOR_RECOVERY_KEY, /* made, or replaced: in the journal alone */
};

struct msg_coordinator {
	uint32_t act;     /* enum coordinator_act, but for the last */
	uint32_t is_lost; /* 1: PASSPHRASE without the old one */
	char name[PSEUDONYM_MAX];
	struct msg_passphrase passphrase; /* ADD, PASSPHRASE: the new one */
	struct msg_passphrase old;        /* PASSPHRASE */
};

struct msg_coordinator_row {
	uint32_t id;
	uint32_t unused;
	int64_t since_s;      /* INT64_MIN: since the gateway was made */
	int64_t passphrase_s; /* when it was last changed; INT64_MIN: never */
	char name[PSEUDONYM_MAX];
};

/* The recovery key on its way to paper: secret, shown once. */
struct msg_recovery_key {
	char text[RECOVERY_TEXT_MAX]; /* base32, ended */
	uint32_t replaced;            /* 1: there was one before */
	uint32_t slots; /* monitors enrolled before it: no copy of their keys is there for it */
};

/* With the recovery key instead of a passphrase. */
struct msg_recover {
	char key[RECOVERY_TYPED_MAX]; /* as it was typed; not ended */
	uint32_t key_len;
	uint32_t unused;
	char name[PSEUDONYM_MAX]; /* whose passphrase it becomes: a coordinator's, or a new one's */
	struct msg_passphrase passphrase;
};

struct msg_inbox {
	uint64_t before; /* rows with a smaller seq; 0: the newest */
	/* Rows; an answer has fewer if RESULT's value says so, and up to REPORTS_MAX - 1 more, for
	 * the reports of one text come together. */
	uint32_t limit;
	/* 0 all but heartbeats and cover, 1 reports (neither of these), 2 unreadable, 3 all */
	uint32_t which;
	/* Only those that fit all of these; what is zero or empty asks for nothing. */
	int64_t since_s, until_s; /* arrival, seconds UTC; the latter is not included */
	uint32_t severity;        /* at least */
	uint32_t certainty;       /* at least */
	uint32_t grave;           /* 1: kinds that the codebook calls grave */
	uint32_t duress;          /* 1: written under duress, accepted or not */
	uint32_t counts;          /* 1: INBOX_COUNTS comes before the rows */
	uint32_t unused;
	char kind[LABEL_MAX];        /* number, mnemonic or label */
	char place[LABEL_MAX];       /* number or label; what lies below it fits too */
	char monitor[PSEUDONYM_MAX]; /* in any capitals */
};

/* How many messages fit a request, whatever its before, limit and which. */
struct msg_inbox_counts {
	uint64_t all, reports, unreadable; /* without heartbeats and cover; each report of a text */
	uint64_t counted; /* of the reports: no drill, and neither corrected nor cancelled */
	uint64_t grave;   /* of those */
	uint64_t duress;  /* of all that opened */
	uint64_t drills;  /* of the reports */
	uint64_t untimed; /* not among these: fit but for their day, which the clock did not tell */
};

/* One message that arrived: a report, or one that could not be read, with the reason. */
struct msg_inbox_row {
	uint64_t seq;      /* of its event in the journal: permanent */
	int64_t arrival_s; /* to 15 minutes; seconds UTC */
	uint32_t readable; /* 1: the fields of the report follow; 0: reason and raw */
	uint32_t trust;    /* enum trust of arrival_s */
	uint32_t proven;   /* 0: its journal run is damaged */
	uint32_t slot;     /* UINT32_MAX: nobody's */
	uint32_t
	    number;     /* message number as people see it, n + 1; it begins anew with each chain */
	uint32_t chain; /* her chain as people see it, generation + 1 */
	uint32_t kind, severity, certainty, place, actor, relation;
	int64_t event_s;        /* INT64_MIN: not given */
	int64_t sent_s;         /* INT64_MIN: not known */
	uint32_t affected;      /* UINT32_MAX: not given; UINT32_MAX - 1: many */
	uint32_t affected_code; /* as on the wire */
	uint32_t quantity;      /* 0 exact, 1 about, 2 at least, 3 at most */
	uint32_t refers; /* number meant by relations 1-4, as people see it; UINT32_MAX: none */
	uint32_t duress;
	uint32_t review; /* flags of reporting/report/check.h */
	uint32_t
	    source; /* enum source of gateway/core/events.h: 1 SMS, 2 entered by a coordinator */
	uint32_t part, parts; /* the `part`th, from 0, of so many reports that one text held */
	uint32_t plain;       /* 1: it came as plain text: content visible, sender unproven */
	uint32_t upper;       /* the upper end of a range, as affected; UINT32_MAX: no range */
	uint32_t counted;     /* 1: the counts hold it */
	/* What other messages of its writer say of it: seq of the newest one; 0: none */
	uint64_t corrected_by, cancelled_by, cleared_by;
	uint32_t follow_ups; /* how many */
	uint32_t unused;
	uint64_t about; /* relations 1-4: seq of the message meant, 0: it is not here */
	char target[4];
	char note[NOTE_CHARS + 4];
	char pseudonym[PSEUDONYM_MAX];
	char kind_label[LABEL_MAX];
	char place_label[LABEL_MAX];
	char actor_label[LABEL_MAX];
	char reason[128];
	uint32_t raw_len;           /* of what could not be read, and of every plain text */
	uint8_t raw[LONG_TEXT_MAX]; /* not ended, may hold anything */
};

/* What a backup holds. */
struct msg_backed_up {
	uint64_t rows, missing; /* of the journal */
	uint64_t octets;
	uint32_t months, slots; /* copies for the recovery key */
	int64_t made_s;         /* INT64_MIN: the clock was not set */
	uint8_t gwid[8];
};

/* A gateway from a backup, whose file comes with it, or from its own old store. */
struct msg_restore {
	struct msg_passphrase passphrase; /* of the new first coordinator */
	char key[RECOVERY_TYPED_MAX];     /* the recovery key as it was typed; not ended */
	uint32_t key_len;
	uint32_t unused;
	uint64_t argon_memory; /* octets */
	uint32_t argon_passes;
	uint32_t from_file; /* 0: the old store beside the state folder */
};

struct msg_restored {
	uint64_t rows, missing; /* of the journal */
	uint64_t faults;
	uint32_t live; /* monitors whose next spare chain waits for a first message */
	uint32_t anew; /* monitors who must be enrolled anew */
	char text[RECOVERY_TEXT_MAX]; /* the new recovery key: secret, shown once */
	char fault[200];              /* the first one, or empty */
};

/* A place of the file in force, asked for by id, or by label where id is 0. PLACE_IS has the id 0
 * if there is none, or several of that label. */
struct msg_place {
	uint32_t id;
	uint32_t unused;
	char label[LABEL_MAX]; /* in any of its languages; told in its first */
};

/* Read the whole journal anew. Core's own bound on `limit` is what one answer holds: whoever wants
 * the faults behind them asks again with `after`. */
struct msg_journal_verify {
	uint64_t after; /* faults to leave out at the beginning */
	uint32_t limit; /* faults at most */
	uint32_t unused;
	char held[64]; /* a head that was shown before, as a person typed it; empty: none */
};

/* Something that is missing, changed, moved, planted or unread. */
struct msg_fault_row {
	uint64_t seq; /* the row it begins at, or the nearest one; 0: the root itself */
	char words[200];
};

#define JOURNAL_HEAD_MAX 40 /* eight words of four symbols, base32, and the closing zero */

struct msg_journal {
	uint64_t first;  /* row kept */
	uint64_t rows;   /* that there must be */
	uint64_t read;   /* of them, rows that opened */
	uint64_t events; /* in these rows */
	uint64_t runs;   /* that are proven */
	uint64_t faults; /* all there are, sent or not */
	uint64_t held;   /* the row that the head asked about was shown behind; 0: none */
	char
	    head[JOURNAL_HEAD_MAX]; /* docs/decisions/0019-journal-head.md; empty unless 0 faults */
};

/* One month of the journal, the oldest first. */
struct msg_retention_row {
	uint32_t month;    /* since January 2025 */
	uint32_t goes;     /* 1: it may be dropped now */
	uint64_t rows;     /* of the journal */
	int64_t from_s;    /* when its first row was written, to the hour; INT64_MIN: not known */
	int64_t to_s;      /* when the next one began, or now */
	uint32_t has_base; /* what holds at its beginning was written in it */
	uint32_t unused;
	char why[96]; /* why it stays, for a person; empty if it goes */
};

/* Drop every month up to that one. */
struct msg_drop {
	uint32_t month; /* since January 2025 */
	uint32_t day;   /* since 1970: today, as the coordinator said yes to it */
};

/* A modem, for `tocsin modem`. */
struct msg_modem_row {
	uint32_t modem;     /* 0 to MODEMS_MAX - 1 */
	uint32_t connected; /* 1: its process runs and has listed, or is about to */
	int64_t listed_s;   /* seconds since its last complete listing; -1: none yet */
	struct msg_modem_state state;
	struct msg_modem_gone gone; /* how its last process ended; exit 0: as it was told */
	int64_t credit_s;           /* seconds since the answer; -1: none */
	struct msg_credit credit;
	uint32_t power_cycles; /* since core started */
	uint32_t unused;
};

struct msg_modem_ask {
	uint32_t modem; /* UINT32_MAX: each */
	uint32_t act;   /* enum modem_act */
};

/* --- the outbox --- */

enum outbox_state {
	OUTBOX_QUEUED = 1,
	OUTBOX_SENDING,
	OUTBOX_SENT,      /* the network took it */
	OUTBOX_DELIVERED, /* her phone has it */
	OUTBOX_FAILED,    /* refused, or the service centre gave up */
	OUTBOX_EXPIRED,   /* it waited too long here */
	OUTBOX_CANCELLED,
	OUTBOX_UNKNOWN, /* it may have left: core or modem stopped while it was sent */
};

/* By a coordinator, while OPEN. Wipe it. */
struct msg_send_text {
	char pseudonym[PSEUDONYM_MAX]; /* of a monitor whose number is kept; or empty, then: */
	char number[NUMBER_MAX];       /* as it was typed; kept nowhere */
	uint32_t text_len;
	uint32_t modem; /* UINT32_MAX: any */
	uint8_t text[SMS_TEXT_MAX];
};

struct msg_outbox {
	uint64_t before; /* rows with a smaller number; 0: the newest */
	uint32_t limit;
	uint32_t unused;
};

struct msg_outbox_row {
	uint64_t number;     /* the seq of its `queued` event */
	uint32_t state;      /* enum outbox_state */
	uint32_t code;       /* of FAILED: +CMS ERROR or TP-ST, 0: none */
	int64_t queued_s;    /* seconds UTC, to the quarter hour */
	int64_t state_s;     /* likewise: since when */
	uint32_t trust;      /* enum trust of both */
	uint32_t may_repeat; /* 1: `repeat` can be asked for without typing a number */
	uint32_t text_len;
	uint32_t
	    kind; /* 1 a coordinator's, 2 an answer: enum queued_kind of gateway/core/events.h */
	char pseudonym[PSEUDONYM_MAX]; /* empty: to a number that was typed, or of nobody known */
	uint8_t text[SMS_TEXT_MAX];
};

struct msg_outbox_act {
	uint64_t number;
	uint32_t act; /* 1 cancel, 2 repeat */
	uint32_t unused;
	char to[NUMBER_MAX]; /* of repeat: a number typed anew, or empty. Wipe it. */
};

/* What a network may choose, as a `setting` event. */
enum setting_key {
#define X(name, number, word, words, in_protected, in_open, help) SETTING_##name = (number),
#include "schemas/store/choices.def"
#undef X
};

#define SETTING_TELL UINT32_MAX
#define SETTING_AS_POSTURE (UINT32_MAX - 1) /* no choice of its own: as the posture has it */
struct msg_setting {
	uint32_t key; /* enum setting_key */
	uint32_t
	    value; /* SETTING_TELL: change nothing; SETTING_AS_POSTURE; or the place in its words */
	char text[CHOSEN_TEXT_MAX]; /* of a setting that is a text */
};

/* Who decides what holds. */
enum setting_by { SETTING_BY_POSTURE, SETTING_BY_CHOICE, SETTING_BY_FILE };
struct msg_setting_is {
	uint32_t key;
	uint32_t value; /* what holds: its place in the words of choices.def */
	uint32_t by;    /* enum setting_by */
	uint32_t unused;
	char text[CHOSEN_TEXT_MAX]; /* of a setting that is a text */
};

/* A report that a coordinator writes down: a plain coded text (reporting/report/plain.h). */
#define REPORT_SEEN_LEN 16
struct msg_report_text {
	uint32_t store; /* 0: only say what is understood; 1: store what was shown with `seen` */
	uint32_t text_len;
	uint8_t seen[REPORT_SEEN_LEN]; /* as REPORT_READ gave it */
	char note[NOTE_CHARS + 4];     /* of the only report; empty: none */
	uint8_t text[LONG_TEXT_MAX];   /* UTF-8 */
};

/* A part of that text that is not read, or is read with letters as the digits they look like. */
#define REPORT_PARTS_MAX 32
struct msg_report_part {
	uint16_t from, len; /* octets of the text */
	uint8_t use;        /* enum plain_use */
	uint8_t why;        /* enum plain_why */
	char candidate[4];  /* the letters of the kind that may be meant, or empty */
	uint8_t unused[2];
};

/* What was understood; the reports follow it as rows of the inbox without a number. */
struct msg_report_read {
	uint32_t reports;
	uint32_t parts;        /* how many there are; the first REPORT_PARTS_MAX stand here */
	uint32_t outcome, why; /* enum plain_outcome, enum plain_why */
	int32_t offset_min;    /* local time minus UTC */
	uint32_t unused;
	uint8_t seen[REPORT_SEEN_LEN];
	struct msg_report_part part[REPORT_PARTS_MAX];
};

#endif
