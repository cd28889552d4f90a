/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a gateway may keep and answer: the posture and each of its parts (schemas/store/choices.def,
 * docs/decisions/0057-postures-and-their-parts.md). A part holds as the posture has it, unless the
 * network chose otherwise; the settings file can only demand posture `protected`. Pure.
 */
#ifndef GATEWAY_CORE_POLICY_H
#define GATEWAY_CORE_POLICY_H

#include "gateway/common/conf.h"
#include "schemas/limits.h"
#include "schemas/messages.h"

enum policy_posture { POLICY_PROTECTED, POLICY_OPEN };
enum policy_plain { PLAIN_FROM_ALLOWED, PLAIN_FROM_ANYONE };
enum policy_answers { ANSWERS_NONE, ANSWERS_NEUTRAL, ANSWERS_CODE, ANSWERS_READ_BACK };

#define SETTINGS_MAX 8 /* numbers of choices.def are below */

/* What the journal says was chosen: folded in facts. */
struct choices {
	uint32_t value[SETTINGS_MAX];  /* by enum setting_key; SETTING_AS_POSTURE: nothing */
	char neutral[CHOSEN_TEXT_MAX]; /* empty: none */
};

/* What holds. */
struct policy {
	uint32_t posture, keep_numbers, plain, answers; /* places in the words of choices.def */
	uint8_t by[SETTINGS_MAX];                       /* enum setting_by, by enum setting_key */
	char neutral[CHOSEN_TEXT_MAX]; /* empty: the default one of each language */
};

void choices_init(struct choices *c);
/* conf NULL: whatever a settings file demands. Read-back belongs to `open`: elsewhere it does not
 * hold.
 */
void policy_read(const struct choices *c, const struct conf *conf, struct policy *out);

/* What holds of one setting, as its place in the words; of a text 0. */
uint32_t policy_holds(const struct policy *p, enum setting_key key);

/* Was that part chosen otherwise than the posture that holds has it? */
int policy_differs(const struct policy *p, enum setting_key key);

/* Must every text come with its sender's number, to be answered or to be known as a monitor's? */
int policy_wants_senders(const struct policy *p, int any_plain_allowed);

/* How many values a setting has: 0 if it is a text, or none at all. */
unsigned policy_values(enum setting_key key);
/* What people call a setting; NULL: there is none with that key. */
const char *policy_word(enum setting_key key);

#endif
