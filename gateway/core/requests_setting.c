/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests about what a network chose: the posture and its parts. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/events.h"
#include "gateway/core/requests_impl.h"
#include "gateway/core/words.h"
#include "reporting/report/one_sms.h"
#include "reporting/report/plain.h"

const char setting_file_words[] =
    "the settings file demands posture \"protected\": to choose another one, write posture = "
    "\"chosen\" there first, and start tocsind again";

static const char read_back_words[] =
    "answers are read-back, which belongs to posture open: first choose other ones with 'tocsin "
    "setting answers none', neutral or code; or as-posture";

/* Would these choices hold, with that settings file? NULL: yes; else why not. */
static const char *
why_not(const struct session *s, const struct choices *c, uint32_t key)
{
	struct policy policy;

	policy_read(c, s->conf, &policy);
	if (key == SETTING_POSTURE && policy.posture != c->value[SETTING_POSTURE])
		return setting_file_words;
	if (c->value[SETTING_ANSWERS] != ANSWERS_READ_BACK || policy.posture == POLICY_OPEN)
		return NULL;
	if (key == SETTING_POSTURE)
		return read_back_words;
	if (key != SETTING_ANSWERS)
		return NULL;
	return policy.by[SETTING_POSTURE] == SETTING_BY_FILE
		   ? setting_file_words
		   : "read-back belongs to posture open: in protected, whoever reads a monitor's "
		     "texts on their way would see what she reported. Choose none, neutral or code";
}

/* May it be what an answer says? ST_OK; else words. */
static enum status
check_neutral(const struct session *s, const char *text, char words[SESSION_WORDS_MAX])
{
	const struct facts *f = s->facts;
	const struct plain_setting setting = {
	    .book = f->book, .places = f->places, .arrived = session_quarter(s)};
	struct one_sms sms;
	struct plain *plain;
	enum status st = one_sms_check((const uint8_t *)text, strlen(text), &sms, words);

	if (st != ST_OK)
		return st;
	if (f->book == NULL || f->places == NULL)
		return say(words, ST_INCOMPLETE,
		    "the codebook or the places file in the journal is damaged, so nobody can say "
		    "whether this text reads as a report: see 'tocsin journal verify'");
	if ((plain = malloc(sizeof(*plain))) == NULL)
		return ST_MEMORY;
	plain_parse(text, strlen(text), &setting, plain);
	if (plain->reports > 0)
		st = say(words, ST_EXISTS,
		    "this text reads as a report: if it came back to the gateway it would be taken "
		    "for one. Write it without numbers, and without words of the codebook");
	sodium_memzero(plain, sizeof(*plain));
	free(plain);
	return st;
}

/* What would be chosen, as its event. ST_OK; else why it cannot be, in words or by its status. */
static enum status
read_wish(const struct session *s, const struct msg_setting *in, struct event_setting *out,
    char words[SESSION_WORDS_MAX])
{
	const enum setting_key key = (enum setting_key)in->key;
	struct choices then = s->facts->choices;
	const char *why;

	memset(out, 0, sizeof(*out));
	out->key = (uint8_t)key;
	out->value = in->value;
	if (key == SETTING_NEUTRAL) {
		memcpy(out->text, in->text, sizeof(out->text) - 1);
		out->value = out->text[0] != '\0' ? 0 : SETTING_AS_POSTURE;
		return out->text[0] != '\0' ? check_neutral(s, out->text, words) : ST_OK;
	}
	if (in->value >= policy_values(key) &&
	    (in->value != SETTING_AS_POSTURE || key == SETTING_POSTURE))
		return say(words, ST_UNKNOWN, "that setting has no such value");
	then.value[key] = in->value;
	why = why_not(s, &then, in->key);
	return why == NULL ? ST_OK : say(words, ST_NOT_ALLOWED, "%s", why);
}

static int
is_chosen_already(const struct session *s, const struct event_setting *e)
{
	const struct choices *now = &s->facts->choices;

	if (e->key == SETTING_NEUTRAL)
		return strcmp(now->neutral, e->text) == 0;
	return now->value[e->key] == e->value;
}

static enum status
send_setting(const struct answer *a, uint32_t key)
{
	struct ipc_message m;
	struct policy policy;

	session_policy(a->r->session, &policy);
	ipc_begin(&m, MSG_SETTING_IS);
	m.body.SETTING_IS.key = key;
	m.body.SETTING_IS.value = policy_holds(&policy, (enum setting_key)key);
	m.body.SETTING_IS.by = policy.by[key];
	if (key == SETTING_NEUTRAL)
		memcpy(m.body.SETTING_IS.text, policy.neutral, sizeof(policy.neutral));
	return send_answer(a, &m);
}

enum status
answer_setting(struct answer *a, struct ipc_message *ask)
{
	const struct msg_setting *in = &ask->body.SETTING;
	struct session *s = a->r->session;
	char words[SESSION_WORDS_MAX] = "";
	struct event_setting e;
	enum status st;

	if (in->key >= SETTINGS_MAX || policy_word((enum setting_key)in->key) == NULL)
		return send_result(a, ST_UNKNOWN, 0, "there is no such setting");
	if (in->value == SETTING_TELL)
		return send_setting(a, in->key);
	if (s->read_only)
		return send_result(a, ST_NOT_ALLOWED, 0, read_only_words);
	if ((st = read_wish(s, in, &e, words)) != ST_OK)
		return finish(a, st, 0, words);
	if (!is_chosen_already(s, &e) && (st = session_choose(s, &e)) != ST_OK)
		return finish(a, st, 0, "");
	return send_setting(a, in->key);
}
