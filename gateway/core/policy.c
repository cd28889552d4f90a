/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/policy.h"

#include <string.h>

static const struct {
	const char *word, *words;
	uint8_t in[2]; /* by enum policy_posture */
} table[SETTINGS_MAX] = {
#define X(name, number, word, words, in_protected, in_open, help) \
	[number] = {word, words, {in_protected, in_open}},
#include "schemas/store/choices.def"
#undef X
};

void
choices_init(struct choices *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SETTINGS_MAX; i++)
		c->value[i] = SETTING_AS_POSTURE;
}

unsigned
policy_values(enum setting_key key)
{
	const char *words = key < SETTINGS_MAX && table[key].words != NULL ? table[key].words : "";
	unsigned count = words[0] != '\0';

	for (; *words != '\0'; words++)
		count += *words == '|';
	return count;
}

/* What the newest program chose may be more than this one knows. */
static uint32_t
part(const struct choices *c, enum setting_key key, struct policy *out)
{
	const uint32_t value = c->value[key];

	out->by[key] = SETTING_BY_CHOICE;
	if (value < policy_values(key))
		return value;
	out->by[key] = SETTING_BY_POSTURE;
	return table[key].in[out->posture];
}

/* Chosen while the posture was `open`, and then the file, or a damaged journal, made it another. */
static void
hold_back_answers(struct policy *out)
{
	if (out->posture == POLICY_OPEN || out->answers != ANSWERS_READ_BACK)
		return;
	out->answers = table[SETTING_ANSWERS].in[out->posture];
	out->by[SETTING_ANSWERS] =
	    out->by[SETTING_POSTURE] == SETTING_BY_FILE ? SETTING_BY_FILE : SETTING_BY_POSTURE;
}

void
policy_read(const struct choices *c, const struct conf *conf, struct policy *out)
{
	memset(out, 0, sizeof(*out));
	out->posture = part(c, SETTING_POSTURE, out);
	if (conf != NULL && conf->posture == POSTURE_PROTECTED) {
		out->posture = POLICY_PROTECTED;
		out->by[SETTING_POSTURE] = SETTING_BY_FILE;
	}
	out->keep_numbers = part(c, SETTING_KEEP_NUMBERS, out);
	out->plain = part(c, SETTING_PLAIN, out);
	out->answers = part(c, SETTING_ANSWERS, out);
	hold_back_answers(out);
	out->by[SETTING_NEUTRAL] = c->neutral[0] != '\0' ? SETTING_BY_CHOICE : SETTING_BY_POSTURE;
	memcpy(out->neutral, c->neutral, sizeof(out->neutral));
}

uint32_t
policy_holds(const struct policy *p, enum setting_key key)
{
	switch (key) {
	case SETTING_POSTURE:
		return p->posture;
	case SETTING_KEEP_NUMBERS:
		return p->keep_numbers;
	case SETTING_PLAIN:
		return p->plain;
	case SETTING_ANSWERS:
		return p->answers;
	default:
		return 0;
	}
}

int
policy_differs(const struct policy *p, enum setting_key key)
{
	if (key == SETTING_NEUTRAL)
		return p->by[key] == SETTING_BY_CHOICE;
	return key != SETTING_POSTURE && policy_values(key) > 0 &&
	       policy_holds(p, key) != table[key].in[p->posture];
}

int
policy_wants_senders(const struct policy *p, int any_plain_allowed)
{
	return p->posture == POLICY_OPEN || p->answers != ANSWERS_NONE ||
	       p->plain == PLAIN_FROM_ANYONE || any_plain_allowed;
}

const char *
policy_word(enum setting_key key)
{
	return key < SETTINGS_MAX ? table[key].word : NULL;
}
