/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator learns from answers in posture `protected`: nothing. Four sorts of texts come,
 * mixed into batches in an order that is drawn: a report, the duplicate of one, a text that opened
 * and was refused, and a report under duress. Of each answer the operator sees that it came, once,
 * to which number, through which modem, with which words, whether a status report was asked for,
 * and how long it took. All but the last must be the same, the code apart, which must have the same
 * form, and be the duplicate's as it was the first one's. The waits of each two sorts are compared
 * by the two-sample statistic of Kolmogorov and Smirnov, and those of each sort with the even
 * distribution over the span that decision 60 states, each at the level 0.001.
 *
 * Clock and randomness are the test's own, so it gives the same result each time. To open a text
 * takes OPENING_MS here, for on a clock that stands still no work would show.
 * tests/fault/mutations.py says whether it would see a difference.
 */
#include <sodium.h>
#include <stdlib.h>

#include "gateway/common/entropy.h"
#include "gateway/core/intake.h"
#include "tests/support/answers_rig.h"

#define ROUNDS 300 /* each with one text of each sort, under each policy: 2,400 answers */
#define POLICIES 2 /* neutral, code */
#define SAMPLE (ROUNDS * POLICIES)
#define LEVEL_SQUARED 3.8007 /* -ln(0.001 / 2) / 2: the critical value squared is this, by n */
#define PHONES 50
#define MODEM 2 /* which the texts come through */
#define OPENING_MS 3000
#define KIND_NONE 99    /* the atrocity book has none of that number */
#define APART_MS 600000 /* rounds: the day's limit stands in no way */

enum sort { REPORT, DUPLICATE, REFUSED, DURESS, SORTS };
static const char *const names[SORTS] = {"report", "duplicate", "refused", "duress"};

/* What an operator sees of one, by its number. */
struct seen {
	unsigned count; /* of the answers to it */
	int64_t wait_ms;
	uint32_t wants_report;
	unsigned modem;
	char text[SMS_TEXT_MAX + 1];
};
static struct seen seen[SORTS][SAMPLE];
static char meant[SORTS][SAMPLE][BASE32_CHARS(EW1_ACK_LEN) + 1]; /* what her device shows */
static char codes[SAMPLE][SMS_TEXT_MAX + 1]; /* what the duplicate's first one got */

/* --- randomness of its own: gateway/common/entropy.h --- */

void
entropy_fill(void *out, size_t len)
{
	static uint8_t key[crypto_stream_chacha20_KEYBYTES] = {42};
	static uint64_t at;
	uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];

	at++;
	memcpy(nonce, &at, sizeof(nonce));
	(void)crypto_stream_chacha20(out, len, nonce, key);
}

static unsigned
draw(unsigned below)
{
	uint32_t drawn;

	entropy_fill(&drawn, sizeof(drawn));
	return drawn % below;
}

/* --- work that takes time --- */

enum status __real_envelope_x_open(const struct envelope_x_receiver *receiver,
    const struct message_keys *keys, const uint8_t wire[EW1_X_WIRE_LEN],
    uint8_t plain[ENVELOPE_X_PLAIN_LEN]);
enum status __wrap_envelope_x_open(const struct envelope_x_receiver *receiver,
    const struct message_keys *keys, const uint8_t wire[EW1_X_WIRE_LEN],
    uint8_t plain[ENVELOPE_X_PLAIN_LEN]);

enum status
__wrap_envelope_x_open(const struct envelope_x_receiver *receiver, const struct message_keys *keys,
    const uint8_t wire[EW1_X_WIRE_LEN], uint8_t plain[ENVELOPE_X_PLAIN_LEN])
{
	later(OPENING_MS);
	return __real_envelope_x_open(receiver, keys, wire, plain);
}

/* --- the texts --- */

/* Her number stands for the text: each round has one for each sort. */
static void
number_of(unsigned round, enum sort sort, char out[NUMBER_MAX])
{
	(void)snprintf(out, NUMBER_MAX, "+2547%08u", round * SORTS + (unsigned)sort + 1);
}

static void
compose(struct phone *p, enum sort sort, char text[EW1_X_CHARS + 1],
    char code[BASE32_CHARS(EW1_ACK_LEN) + 1])
{
	struct message_keys keys;
	struct record r;

	record_init(&r, rig.session.facts->book->version);
	r.kind = rig.session.facts->book->kind[0].code;
	r.place = rig.session.facts->places->place[draw(3)].id;
	r.duress = sort == DURESS;
	if (sort == REFUSED && draw(2))
		r.place = 65000; /* in no places file */
	else if (sort == REFUSED)
		r.kind = KIND_NONE; /* in no book */
	ratchet_message_keys(&p->ck, &keys);
	base32_encode(keys.ack, sizeof(keys.ack), code);
	rig_compose(p, &r, "", text);
}

/* Hand over what came through the modem. */
static void
hand_over(const struct msg_sms *batch, size_t count)
{
	CHECK_EQ(intake_batch(&rig.session, MODEM, batch, count), ST_OK);
}

/* An answer leaves: whose is it? */
static void
look_at(unsigned round, unsigned modem, const struct msg_send *out, int64_t wait_ms)
{
	char number[NUMBER_MAX];

	for (unsigned sort = 0; sort < SORTS; sort++) {
		struct seen *s = &seen[sort][round];

		number_of(round, (enum sort)sort, number);
		if (strcmp(number, out->number) != 0)
			continue;
		CHECK_EQ(s->count++, 0);
		s->wait_ms = wait_ms;
		s->wants_report = out->wants_report;
		s->modem = modem;
		memcpy(s->text, out->text, out->text_len);
		return;
	}
	CHECK(!"to nobody who wrote");
}

/* All that leaves until none is awaited, as core's loop lets it. */
static void
watch(unsigned round, int64_t came_ms)
{
	const int64_t end_ms = came_ms + 3 * ANSWERS_DELAY_MAX_MS;
	struct msg_send out;
	int64_t next_ms;

	while (boot_ms < end_ms) {
		for (unsigned modem = 0; modem < MODEMS_MAX; modem++)
			while (outbox_next(outbox, modem, &out) == ST_OK) {
				look_at(round, modem, &out, boot_ms - came_ms);
				sent(modem, out.id, SEND_DONE, 0, 1);
			}
		CHECK_EQ(outbox_tick(outbox, &next_ms), ST_OK);
		later((next_ms < end_ms ? next_ms : end_ms) - boot_ms);
	}
}

/* A report comes, and is answered: the duplicate is of that one. */
static void
first_one(unsigned round, struct phone *p, char text[EW1_X_CHARS + 1], uint64_t ref)
{
	struct msg_sms sms;
	struct msg_send out;

	compose(p, REPORT, text, meant[DUPLICATE][round]);
	sms = rig_sms(text, ref);
	(void)snprintf(sms.sender, NUMBER_MAX, "+2548%08u", round);
	hand_over(&sms, 1);
	later(APART_MS);
	if (CHECK_EQ(outbox_next(outbox, MODEM, &out), ST_OK)) {
		memcpy(codes[round], out.text, out.text_len);
		sent(MODEM, out.id, SEND_DONE, 0, 1);
	}
}

/* One of each sort in one batch, in any order. */
static void
one_round(unsigned round)
{
	static uint64_t ref = 10000;
	struct phone *p = &rig.phone[round % PHONES];
	char first[EW1_X_CHARS + 1], text[EW1_X_CHARS + 1];
	unsigned order[SORTS] = {REPORT, DUPLICATE, REFUSED, DURESS};
	struct msg_sms batch[SORTS];
	int64_t came_ms;

	first_one(round, p, first, ref++);
	for (unsigned i = SORTS - 1; i > 0; i--) {
		const unsigned j = draw(i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
	for (unsigned i = 0; i < SORTS; i++) {
		if (order[i] != DUPLICATE)
			compose(p, (enum sort)order[i], text, meant[order[i]][round]);
		batch[i] = rig_sms(order[i] == DUPLICATE ? first : text, ref++);
		number_of(round, (enum sort)order[i], batch[i].sender);
	}
	came_ms = boot_ms;
	hand_over(batch, SORTS);
	watch(round, came_ms);
}

/* --- is it the same? --- */

static int
has_form(const char *code)
{
	return strlen(code) == 5 && strspn(code, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == 5;
}

static void
check_words(unsigned policy)
{
	for (unsigned i = policy * ROUNDS; i < (policy + 1) * ROUNDS; i++)
		for (unsigned sort = 0; sort < SORTS; sort++) {
			const struct seen *s = &seen[sort][i];

			ROW("the %s of round %u", names[sort], i);
			CHECK_EQ(s->count, 1);
			CHECK_EQ(s->wants_report, 0);
			CHECK_EQ(s->modem, MODEM);
			if (policy == 0)
				CHECK_STR(s->text, answer_neutral("en"));
			else
				CHECK(has_form(s->text) && strcmp(s->text, meant[sort][i]) == 0);
			if (sort == DUPLICATE)
				CHECK_STR(s->text, codes[i]);
			else if (policy == 1)
				CHECK(strcmp(s->text, codes[i]) != 0);
		}
}

static int
by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* How far two distributions of SAMPLE values are from each other, as a count of values. */
static unsigned
distance(const int64_t *a, const int64_t *b)
{
	unsigned i = 0, j = 0, most = 0;

	while (i < SAMPLE && j < SAMPLE) {
		const int64_t at = a[i] < b[j] ? a[i] : b[j];

		while (i < SAMPLE && a[i] <= at)
			i++;
		while (j < SAMPLE && b[j] <= at)
			j++;
		if ((i > j ? i - j : j - i) > most)
			most = i > j ? i - j : j - i;
	}
	return most;
}

/* The same from the even one over the span. */
static double
distance_from_even(const int64_t *a)
{
	const double span = ANSWERS_DELAY_MAX_MS - ANSWERS_DELAY_MIN_MS;
	double most = 0;

	for (unsigned i = 0; i < SAMPLE; i++) {
		const double even = (double)(a[i] - ANSWERS_DELAY_MIN_MS) / span * SAMPLE;

		if (even - i > most)
			most = even - i;
		if (i + 1 - even > most)
			most = i + 1 - even;
	}
	return most;
}

static void
check_waits(void)
{
	static int64_t waits[SORTS][SAMPLE];

	for (unsigned sort = 0; sort < SORTS; sort++) {
		double d;

		for (unsigned i = 0; i < SAMPLE; i++)
			waits[sort][i] = seen[sort][i].wait_ms;
		qsort(waits[sort], SAMPLE, sizeof(waits[sort][0]), by_value);
		CHECK(waits[sort][0] >= ANSWERS_DELAY_MIN_MS);
		CHECK(waits[sort][SAMPLE - 1] <= ANSWERS_DELAY_MAX_MS);
		d = distance_from_even(waits[sort]);
		printf("%s: D = %.4f from the even one\n", names[sort], d / SAMPLE);
		CHECK(d * d / SAMPLE < LEVEL_SQUARED);
		for (unsigned before = 0; before < sort; before++) {
			d = distance(waits[before], waits[sort]);
			printf("%s, %s: D = %.4f\n", names[before], names[sort], d / SAMPLE);
			CHECK(d * d / (2 * SAMPLE) < LEVEL_SQUARED);
		}
	}
}

/* The four are what they are meant to be. */
static void
check_sorts(void)
{
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE outcome = 1"), 3 * SAMPLE);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message WHERE outcome = 2"), SAMPLE);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM report WHERE duress"), SAMPLE);
	CHECK_EQ(rig_number(&rig, "SELECT count(*) FROM message"), 4 * SAMPLE);
	CHECK_EQ(rig.session.doubled, SAMPLE);
}

int
main(void)
{
	static const enum policy_answers policies[POLICIES] = {ANSWERS_NEUTRAL, ANSWERS_CODE};
	char name[PSEUDONYM_MAX];

	is_synchronised = 1;
	begin();
	answers_up();
	for (unsigned i = 0; i < PHONES; i++) {
		(void)snprintf(name, sizeof(name), "phone %u", i);
		(void)rig_enrol(&rig, name);
	}
	for (unsigned policy = 0; policy < POLICIES; policy++) {
		set(SETTING_ANSWERS, policies[policy]);
		for (unsigned i = 0; i < ROUNDS; i++)
			one_round(policy * ROUNDS + i);
		check_words(policy);
	}
	check_waits();
	check_sorts();
	answers_free(answers);
	end();
	return check_done();
}
