/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tocsin-modem and tocsin-core tell each other, and tocsind tells core of modems: bodies of
 * messages.h, which includes this.
 */
#ifndef SCHEMAS_MESSAGES_MODEM_H
#define SCHEMAS_MESSAGES_MODEM_H

#include <stdint.h>

#include "schemas/limits.h"

/* How the text of an SMS is to be read. */
enum sms_form {
	SMS_TEXT,      /* text holds UTF-8 */
	SMS_OCTETS,    /* an 8-bit message: text holds its octets */
	SMS_UNDECODED, /* a slot that could not be read: text holds what is told below */
};

/*
 * The text of an SMS_UNDECODED, integers little endian: why 1 (schemas/undecoded.def) | offset of
 * the user data in the PDU 2 (0xFFFF: it cannot be told from the addresses) | octets of the PDU 2,
 * as the modem had it | the PDU, as much of it as there is room for. In posture `protected` core
 * keeps of it why, the length, and the user data from that offset on; in `open` the PDU.
 */
#define UNDECODED_HEAD 5
#define UNDECODED_NO_OFFSET 0xFFFF
enum undecoded_why {
#define X(name, number, words) UNDECODED_##name = (number),
#include "schemas/undecoded.def"
#undef X
};

struct msg_sms {
	uint64_t ref;    /* the modem's name for the slot, given back in SMS_KEPT */
	int64_t stamp_s; /* the service centre's stamp, seconds UTC; INT64_MIN: none */
	uint16_t text_len;
	uint8_t form; /* enum sms_form */
	uint8_t udh_len;
	uint8_t text[SMS_TEXT_MAX];
	uint8_t udh[SMS_UDH_MAX];
	/* Of a part of a long message, to find its others by; of another text only while core
	 * wants senders (SENDERS), to answer it or to know a plain one's: else it ends in
	 * tocsin-modem. Wipe it. */
	char sender[NUMBER_MAX];
};

/* What became of a text that was sent, as the service centre tells (3GPP TS 23.040 9.2.3.15). */
enum report_state { REPORT_DELIVERED = 1, REPORT_PENDING, REPORT_FAILED };

struct msg_report {
	uint64_t ref;       /* as in msg_sms: SMS_KEPT gives it back; 0: it came past the storage */
	uint32_t reference; /* TP-MR, 0 to 255: msg_sent had it */
	uint32_t state;     /* enum report_state */
	uint32_t tp_status; /* as received, 0 to 255 */
	uint32_t unused;
	char number[NUMBER_MAX]; /* whom that text was sent to. Wipe it. */
};

struct msg_send {
	uint64_t id; /* core's, given back in SENT */
	uint32_t text_len;
	uint32_t wants_report;
	char number[NUMBER_MAX];
	uint8_t text[SMS_TEXT_MAX]; /* UTF-8 that fits one SMS: reporting/report/gsm7.h */
};

enum send_result {
	SEND_DONE = 1, /* the network took it */
	SEND_REFUSED,  /* the network or the modem refused it: it did not leave */
	SEND_UNKNOWN,  /* no answer: it may have left */
};

struct msg_sent {
	uint64_t id;
	uint32_t result;    /* enum send_result */
	uint32_t code;      /* of REFUSED: +CMS ERROR, 0 if there is none */
	uint32_t reference; /* of DONE: TP-MR */
	uint32_t unused;
};

/* 3GPP TS 27.007 7.2, <stat> of +CREG. */
enum registration {
	REGISTRATION_NONE,
	REGISTRATION_HOME,
	REGISTRATION_SEARCHING,
	REGISTRATION_DENIED,
	REGISTRATION_UNKNOWN,
	REGISTRATION_ROAMING,
};

/* One storage of a modem, after the last listing. */
struct msg_storage {
	uint32_t used; /* slots that were still in use when nothing more could be deleted */
	uint32_t size; /* 0: there is no such storage, or the modem does not tell */
};

struct msg_modem_state {
	int32_t signal_percent; /* -1: not known */
	uint32_t registration;  /* enum registration */
	struct msg_storage sim, phone;
	uint32_t skipped;     /* slots that could not be read, and were not taken */
	uint32_t quarantined; /* taken through the raw road since the process started */
	uint32_t sweep;       /* 0 off, 1 on, 2 this modem cannot */
	uint32_t swept_slots; /* overwritten by the last sweep that ended */
	int64_t swept_s; /* when it ended, seconds UTC by the machine's clock; INT64_MIN: never */
	uint32_t swept_whole; /* 1: it reached every free slot */
	uint32_t hints;       /* 1: new-message indications are on; 0: only the slow poll */
};

struct msg_credit {
	uint32_t asked; /* 0: it came unasked, 1: an answer, 2: no answer came, 3: refused */
	uint32_t unused;
	char words[CREDIT_MAX]; /* what the network said; it may hold the SIM's own number */
};

enum modem_act {
	MODEM_SWEEP = 1,
	MODEM_CREDIT,
	MODEM_LIST, /* now, not at the next poll */
};

struct msg_modem_do {
	uint32_t act; /* enum modem_act */
	uint32_t unused;
};

/* A new process of the modem hands over none until core says so. */
struct msg_senders {
	uint32_t wanted; /* 1: each text with its sender's number; 0: parts alone */
	uint32_t unused;
};

struct msg_modem_channel {
	uint32_t modem; /* 0 to MODEMS_MAX - 1 */
	uint32_t unused;
};

struct msg_modem_gone {
	uint32_t modem;
	int32_t exit;          /* enum exit_role, or -1 */
	int32_t signal;        /* that ended it, or 0 */
	uint32_t power_cycled; /* how often it was since it last answered */
};

struct msg_listed {
	uint32_t handed;  /* messages handed over since the last LISTED */
	uint32_t skipped; /* slots that could not be read at all */
	uint32_t more; /* 1: it ended at a bound of the modem's process, not at the modem's end */
	uint32_t unused;
};

struct msg_sms_kept {
	uint32_t count;
	uint32_t unused;
	uint64_t ref[BATCH_MAX];
};

#endif
