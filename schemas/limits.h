/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every bound on data from outside, and every size that a format fixes. Sizes are octets unless
 * the name says otherwise.
 */
#ifndef SCHEMAS_LIMITS_H
#define SCHEMAS_LIMITS_H

/* One SMS. 160 septets of GSM 03.38 are at most 2 octets of UTF-8 each, but for the Euro sign and
 * U+0394 and its like (3 octets against 2 septets, or 2 against 1); 70 UCS-2 units are at most 3.
 */
#define SMS_TEXT_MAX 320
#define SMS_UDH_MAX 140
#define NUMBER_MAX 24    /* a phone number or an alphanumeric sender, in UTF-8, ended */
#define SMS_PARTS_MAX 10 /* of a long message that is put together */
#define LONG_TEXT_MAX (SMS_PARTS_MAX * SMS_TEXT_MAX)
#define PART_HOURS 72           /* ARMED or OPEN: then a long message is given up */
#define PART_GROUPS_MAX 64      /* long messages that are waited for at once */
#define PART_GROUPS_A_SENDER 16 /* of them, of one sender: no one sender pushes all others out */

#define MODEMS_MAX 4
#define CREDIT_MAX 184 /* the network's answer, in UTF-8, ended */

/* EW1 wire (schemas/wire/ew1.md). */
#define EW1_X_WIRE_LEN 95
#define EW1_X_CHARS 152
#define EW1_S_CHARS 40
#define EW1_ENROL_LEN 80
#define EW1_ENROL_CHARS 132 /* "EW1:" and 128 characters of base32 */
#define EW1_WINDOW 256      /* numbers n .. n + 255 are live */
#define EW1_WAITING 64      /* of a chain that waits for its switch, numbers 0 .. 63 are live */
#define EW1_SKIPPED_MAX 64
#define EW1_SCAN_MAX 65536    /* how far a deep scan looks ahead */
#define DEEP_SCAN_SLICE 16384 /* numbers at once */
#define EW1_SKIPPED_HOURS 720 /* hours switched on: 30 days */
#define EW1_ACK_LEN 3

/* The report (schemas/wire/record.md). */
#define RECORD_LEN 11
#define NOTE_LEN 15
#define NOTE_CHARS 20
#define REPORTS_MAX 12 /* in one text */
#define OWN_MAX 100    /* a monitor's own numbers for places: two digits */

/* The store (schemas/store/). */
#define PARK_PLAIN_LEN 448
#define EVENT_BLOB_LEN 256
#define EVENT_PLAIN_LEN 240
#define EVENT_BODY_MAX 236
#define EVENT_LONG_MAX 164352 /* a body carried on by `more` events: a codebook, a places file */
#define BATCH_MAX 256
#define SLOT_MAX 1024         /* 32 nodes of 32 slots */
#define RECOVERY_BLOB_MAX 384 /* a copy for the recovery key */
#define SEEN_DAYS 14          /* switched on */

/* Files that people write. */
#define CODEBOOK_FILE_MAX 163840 /* 100 kinds in four languages, with room */
#define PLACES_FILE_MAX 65536
#define PLACES_MAX 2048
#define KINDS_MAX 100
#define ACTORS_MAX 64
#define TARGETS_MAX 64
#define LADDER_MAX 7     /* steps of certainty, of severity */
#define LABEL_COLUMNS 25 /* beside code and mnemonic on a card of 32 columns */
#define PLACE_COLUMNS 20 /* a place beside a label in one SMS of 70 characters */
#define BOOK_ID_MAX 32
#define PCODE_MAX 32
#define ACLED_ACTOR_MAX 8
#define LANGUAGES_MAX 8
#define LABEL_MAX 64 /* octets of UTF-8 with the closing zero */
#define HINT_MAX 160 /* the sentence beside a label, with the closing zero */

/* What a coordinator types. */
#define RECOVERY_TEXT_MAX 88   /* the recovery key's 85 characters, ended */
#define RECOVERY_TYPED_MAX 256 /* the same as typed, with blanks and dashes */
#define PSEUDONYM_MAX 32
#define PASSPHRASE_MAX 256
#define REASON_MAX 128 /* why something was decided, ended */
/* A text that a setting holds, ended: 70 characters, the most of an SMS beyond the alphabet of SMS,
 * have 210 octets of UTF-8 at most. */
#define CHOSEN_TEXT_MAX 212
#define LANGUAGE_MAX 8

#endif
