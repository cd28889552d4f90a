/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What coordinators ask core about monitors, and what it tells them: bodies of messages.h, which
 * includes this.
 */
#ifndef SCHEMAS_MESSAGES_PEOPLE_H
#define SCHEMAS_MESSAGES_PEOPLE_H

#include <stdint.h>

#include "schemas/limits.h"

struct msg_enrol {
	char pseudonym[PSEUDONYM_MAX];
	char language[LANGUAGE_MAX];
	uint32_t place;          /* id in the places file */
	uint32_t household;      /* group number, 0: of her own */
	uint32_t rhythm_days;    /* a message is expected every so many days, 0: none */
	uint32_t heartbeat;      /* weekday 1 Monday .. 7, 0 none */
	char number[NUMBER_MAX]; /* to be kept, if the network chose so; empty: none. Wipe it. */
};

struct msg_enrolled {
	uint32_t slot;
	char text[EW1_ENROL_CHARS + 4]; /* the enrolment text: secret, shown once */
};

struct msg_revoke {
	char pseudonym[PSEUDONYM_MAX];
};

struct msg_renew {
	char pseudonym[PSEUDONYM_MAX];
	uint32_t len;
	char key[RECOVERY_TYPED_MAX]; /* the recovery key as typed; not ended; wiped after use */
};

struct msg_renewed {
	uint32_t chain;      /* the chain that waits for her switch, as people see it; 0: none */
	uint32_t was_there;  /* 1: it waited already */
	uint32_t spares;     /* left after this */
	uint32_t spares_why; /* enum spares_why: if chain is 0, why */
};

/* One slice of a deep scan: what can be searched without keeping the modem waiting. */
struct msg_deep_scan {
	char pseudonym[PSEUDONYM_MAX];
	uint32_t from;    /* n; lower than her next one: from that */
	uint32_t count;   /* how many numbers, at most DEEP_SCAN_SLICE */
	uint32_t waiting; /* 1: of the chain that waits for her switch */
	uint32_t unused;
};

struct msg_scanned {
	uint32_t from;        /* n with which this slice began */
	uint32_t next;        /* n from which the next slice goes on */
	uint32_t texts;       /* how many texts were looked through */
	uint32_t found;       /* of them opened now */
	uint32_t first, last; /* their lowest and highest number, as people see them */
	uint32_t chain;       /* of the live chain after it, as people see it */
	uint32_t waiting;     /* as in the roster */
};

/* Why a monitor has no spare chain. */
enum spares_why {
	SPARES_THERE,
	SPARES_NO_KEY, /* the gateway has no recovery key */
	SPARES_BEFORE, /* she was enrolled before the recovery key was made */
	SPARES_USED,   /* her last chain is live, or waits */
};

struct msg_roster {
	char pseudonym[PSEUDONYM_MAX]; /* empty: all */
	uint64_t after;                /* rows with a larger seq */
	uint32_t limit;                /* as INBOX */
	uint32_t unused;
};

struct msg_roster_row {
	uint64_t seq; /* of its event in the journal */
	uint32_t slot;
	uint32_t place;
	uint32_t household;
	uint32_t rhythm_days;
	uint32_t revoked;
	uint32_t messages;    /* accepted */
	uint32_t missing;     /* numbers not seen below the highest one, of all her chains */
	uint32_t highest;     /* message number of the live chain as people see it, 0: none yet */
	uint32_t chain;       /* the live one as people see it, 1 to 4 */
	uint32_t waiting;     /* the one that waits for her switch, 2 to 4; 0: none */
	uint32_t spares;      /* chains left for a renewal */
	uint32_t spares_why;  /* enum spares_why: if spares is 0, why */
	uint32_t last_trust;  /* enum trust of last_s */
	uint32_t number_kept; /* 1: her phone number is */
	uint32_t vetted;      /* 1: a coordinator vouches for her, since vetted_s */
	uint32_t plain;       /* 1: she may text plain in posture `protected` too */
	uint32_t own_places;  /* how many two-digit numbers of her own she has */
	uint32_t said_place;  /* the place that she last called hers; 0: none */
	uint32_t unused;
	int64_t vetted_s; /* INT64_MIN: never */
	int64_t said_s;   /* when that arrived; INT64_MIN: never */
	int64_t enrolled_s;
	int64_t last_s; /* INT64_MIN: not heard yet */
	char pseudonym[PSEUDONYM_MAX];
	char language[LANGUAGE_MAX];
	char place_label[LABEL_MAX];
	char said_label[LABEL_MAX];
	char plain_reason[REASON_MAX]; /* why she may, as it was written */
};

/* A coordinator vouches for a monitor, or no longer does. */
struct msg_vet {
	char pseudonym[PSEUDONYM_MAX];
	uint32_t vetted; /* 1 or 0 */
	uint32_t unused;
};

/* A monitor may text plain, or no longer may. */
struct msg_plain_allow {
	char pseudonym[PSEUDONYM_MAX];
	char number[NUMBER_MAX]; /* by which her texts are known; empty: the one that is kept. Wipe
				    it. */
	char reason[REASON_MAX]; /* needed to allow it */
	uint32_t allowed;        /* 1 or 0 */
	uint32_t unused;
};

/* A monitor's own two-digit numbers for places. */
struct msg_own_places {
	char pseudonym[PSEUDONYM_MAX];
	uint32_t set; /* 1: these instead of those before; 0: tell them */
	uint32_t unused;
	uint16_t place[OWN_MAX]; /* by her number; 0: it means nothing */
};

#endif
