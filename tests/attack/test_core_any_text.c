/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever comes leaves exactly one mark, and moves no key. 100,000 texts that nobody meant: random
 * octets, characters of UCS-2, texts of each EW1 length, sealed texts and plain ones with something
 * changed, long messages with broken headers, and the same ones again; in both postures, ARMED and
 * OPEN, from monitors, from strangers and from nobody. Among them genuine ones. Then:
 *
 *   - each text is one `received` event, was known as taken before, or waits as a part
 *   - every leaf is as it was, but for the genuine ones' monitors, who went on by as many numbers
 *   - each outcome has its own words
 */
#include <sodium.h>
#include <sqlite3.h>

#include "gateway/common/entropy.h"
#include "tests/support/own_clock.h"
#include "tests/support/plain_rig.h"
#include "tests/support/slurp.h"

#define TEXTS 100000
#define PHONES 16
#define KEPT 512 /* texts to send again, or changed */
#define CORPUS_MAX 4096

static uint64_t state = 0x9E3779B97F4A7C15;

/* splitmix64: the same texts in each run, but for the sealed ones. */
static uint32_t
draw(uint32_t below)
{
	uint64_t z = (state += 0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
	return (uint32_t)((z ^ (z >> 31)) % below);
}

static char before[PHONES][EW1_X_CHARS + 1]; /* what each phone wrote last */
static struct msg_sms kept[KEPT];
static size_t kept_count;
static char corpus[CORPUS_MAX][SMS_TEXT_MAX + 1];
static size_t corpus_count;
static uint64_t handed;
static uint64_t genuine;         /* sealed texts that must open, handed over for the first time */
static uint32_t sent_by[PHONES]; /* numbers that each phone spent */
static uint16_t reference;       /* of parts */

/* The texts of tests/corpus/plain: the second column. */
static void
load_corpus(const char *path)
{
	static char all[1 << 18];
	size_t len = slurp(path, all, sizeof(all) - 1);
	char *line = all, *end;

	all[len] = '\0';
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char *tab = memchr(line, '\t', (size_t)(end - line));
		size_t text_len = tab == NULL ? 0 : strcspn(tab + 1, "\t\n");

		if (line[0] == '#' || text_len == 0 || text_len > SMS_TEXT_MAX ||
		    corpus_count == CORPUS_MAX)
			continue;
		memcpy(corpus[corpus_count++], tab + 1, text_len);
	}
}

/* --- one text --- */

static void
put(struct msg_sms *sms, const void *octets, size_t len)
{
	sms->text_len = (uint16_t)(len < SMS_TEXT_MAX ? len : SMS_TEXT_MAX);
	memcpy(sms->text, octets, sms->text_len);
}

static void
random_octets(struct msg_sms *sms)
{
	sms->text_len = (uint16_t)draw(SMS_TEXT_MAX + 1);
	for (size_t i = 0; i < sms->text_len; i++)
		sms->text[i] = (uint8_t)draw(256);
}

/* As UCS-2 gives them: any character of two octets, in UTF-8. */
static void
random_characters(struct msg_sms *sms)
{
	const unsigned count = draw(71);

	sms->text_len = 0;
	for (unsigned i = 0; i < count; i++) {
		const unsigned c = 0x80 + draw(0xD800 - 0x80);
		uint8_t *at = sms->text + sms->text_len;

		if (c < 0x800) {
			at[0] = (uint8_t)(0xC0 | c >> 6);
			at[1] = (uint8_t)(0x80 | (c & 63));
		} else {
			at[0] = (uint8_t)(0xE0 | c >> 12);
			at[1] = (uint8_t)(0x80 | (c >> 6 & 63));
			at[2] = (uint8_t)(0x80 | (c & 63));
		}
		sms->text_len = (uint16_t)(sms->text_len + (c < 0x800 ? 2 : 3));
	}
}

/* Of each EW1 length and beside it: letters and digits for X and S, digits for paper. */
static void
random_symbols(struct msg_sms *sms)
{
	static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static const uint8_t lengths[] = {20, 23, 24, 25, 39, 40, 41, 151, 152, 152, 152, 153};
	const unsigned of = draw(2) == 0 ? 10 : 32;

	sms->text_len = lengths[draw(sizeof(lengths))];
	for (size_t i = 0; i < sms->text_len; i++)
		sms->text[i] = (uint8_t)symbols[draw(of)];
}

static void
change(struct msg_sms *sms)
{
	for (unsigned n = 1 + draw(3); n > 0 && sms->text_len > 0; n--) {
		const size_t at = draw(sms->text_len);

		switch (draw(4)) {
		case 0:
			sms->text[at] = (uint8_t)draw(256);
			break;
		case 1:
			sms->text[at] ^= (uint8_t)(1u << draw(8));
			break;
		case 2:
			sms->text_len = (uint16_t)at;
			break;
		default:
			memmove(sms->text + at, sms->text + at + 1, sms->text_len - at - 1);
			sms->text_len--;
			break;
		}
	}
}

static void
plain_text(struct msg_sms *sms, int changed)
{
	const char *line = corpus[draw((uint32_t)corpus_count)];

	put(sms, line, strlen(line));
	if (changed)
		change(sms);
}

static void
sealed(struct msg_sms *sms, int changed)
{
	const unsigned who = draw(PHONES);
	struct phone *p = &rig.phone[who];

	if (changed && draw(2) == 0) { /* of one that came */
		put(sms, before[who], EW1_X_CHARS);
		sms->text[draw(EW1_X_CHARS)] ^= (uint8_t)(1 + draw(3));
		return;
	}
	if (changed) { /* of the next one, whose hint is known: it is a forgery */
		struct phone copy = *p;
		char forged[EW1_X_CHARS + 1];

		rig_report(&copy, 1, 101, "", forged);
		put(sms, forged, EW1_X_CHARS);
		sms->text[EW1_X_CHARS / 2 + draw(EW1_X_CHARS / 2)] ^= 1;
		return;
	}
	rig_report(p, 1, 101, "", before[who]);
	put(sms, before[who], EW1_X_CHARS);
	sent_by[who]++;
	genuine++;
}

/* A header that is broken, or of a part whose others never come. */
static void
header(struct msg_sms *sms)
{
	static const uint8_t part[] = {5, 0, 3, 0, 2, 1}, wide[] = {6, 8, 4, 0, 0, 2, 1};
	const int is_wide = draw(2) == 0;
	struct part part_read;

	sms->udh_len = is_wide ? sizeof(wide) : sizeof(part);
	memcpy(sms->udh, is_wide ? wide : part, sms->udh_len);
	sms->udh[3] = (uint8_t)draw(256);
	sms->udh[sms->udh_len - 2] = (uint8_t)draw(13);
	sms->udh[sms->udh_len - 1] = (uint8_t)draw(13);
	if (draw(3) == 0)
		sms->udh[draw(sms->udh_len)] = (uint8_t)draw(256);
	if (draw(8) == 0)
		sms->udh_len = (uint8_t)draw(SMS_UDH_MAX + 1);
	if (part_of(sms->udh, sms->udh_len, &part_read) != PART_VALID)
		return;
	/* Each of a message of its own, so that it can be counted: tests/fuzz/fuzz_core_parts.c has
	 * those that find each other. */
	memcpy(sms->udh, wide, sizeof(wide));
	sms->udh_len = sizeof(wide);
	sms->udh[3] = (uint8_t)(reference >> 8);
	sms->udh[4] = (uint8_t)reference++;
}

static void
sender(struct msg_sms *sms)
{
	static const char *const some[] = {
	    "", "NETWORK", "121", "+254700000001", "0700000001", "+254700000002", "+254799000000"};

	switch (draw(4)) {
	case 0:
		(void)snprintf(sms->sender, sizeof(sms->sender), "+2547%08u", draw(100000000));
		break;
	case 1:
		for (size_t i = 0; i < NUMBER_MAX; i++) /* may have no end */
			sms->sender[i] = (char)draw(256);
		break;
	default:
		(void)snprintf(sms->sender, sizeof(sms->sender), "%s",
		    some[draw(sizeof(some) / sizeof(some[0]))]);
		break;
	}
}

static struct msg_sms
any_text(void)
{
	struct msg_sms sms = {.ref = ++refs, .stamp_s = wall_s - draw(100000), .form = SMS_TEXT};
	const unsigned what = draw(100);

	if (what < 4 && kept_count > 0)
		return kept[draw((uint32_t)kept_count)]; /* again, octet for octet */
	if (what < 14)
		random_octets(&sms);
	else if (what < 22)
		random_characters(&sms);
	else if (what < 40)
		random_symbols(&sms);
	else if (what < 60)
		sealed(&sms, 1);
	else if (what < 61)
		sealed(&sms, 0);
	else
		plain_text(&sms, what < 90);
	sender(&sms);
	if (what >= 61 || what < 40) { /* what must open, and what all but does, has none */
		if (draw(12) == 0)
			header(&sms);
		if (draw(20) == 0)
			sms.form = (uint8_t)draw(5);
	}
	kept[kept_count < KEPT ? kept_count++ : draw(KEPT)] = sms;
	return sms;
}

/* --- the accounts --- */

static struct ratchet leaf[PHONES];
static uint32_t spent[PHONES];

static void
read_leaf(size_t phone, struct ratchet *out)
{
	memset(out, 0, sizeof(*out));
	CHECK_EQ(state_slot(s->state, rig.phone[phone].slot, out), ST_OK);
}

static void
read_leaves(void)
{
	for (size_t i = 0; i < PHONES; i++)
		read_leaf(i, &leaf[i]);
	memcpy(spent, sent_by, sizeof(spent));
}

/* Each is as it was, octet for octet, or as far as her phone is. */
static void
check_leaves(void)
{
	struct ratchet now;

	for (size_t i = 0; i < PHONES; i++) {
		read_leaf(i, &now);
		if (sent_by[i] == spent[i])
			CHECK(memcmp(&now, &leaf[i], sizeof(now)) == 0);
		else
			CHECK(now.n == rig.phone[i].n && now.skipped_count == 0);
	}
}

static void
hand_over(unsigned count)
{
	static struct msg_sms batch[BATCH_MAX];

	for (; count > 0; count--) {
		for (size_t i = 0; i < BATCH_MAX; i++)
			batch[i] = any_text();
		CHECK_EQ(intake_batch(s, UINT32_MAX, batch, BATCH_MAX), ST_OK);
		handed += BATCH_MAX;
		wall_s += 900;
		boot_ms += 900000;
		if (s->at != IN_LOCKED) {
			check_leaves();
			read_leaves();
		}
	}
}

/* What the journal says, when it is read anew. */
struct account {
	uint64_t received, opened, outcome[64];
};

static enum status
count_event(void *arg, const struct view_event *ev)
{
	struct account *sum = arg;
	struct event_received e;

	if (ev->type != EVENT_RECEIVED)
		return ST_OK;
	CHECK_EQ(event_received_decode(ev->body, ev->len, &e), ST_OK);
	sum->received++;
	sum->opened += event_received_opened(&e);
	sum->outcome[e.outcome]++;
	CHECK(outcome_words(e.outcome)[0] != '\0');
	/* what is sealed and did not open is never shown as a report */
	CHECK(e.class != TEXT_X || event_received_opened(&e) || e.reports == 0);
	CHECK(e.reports == 0 || e.outcome == OUTCOME_ACCEPTED || e.outcome == OUTCOME_REFUSED ||
	      e.outcome == OUTCOME_NO_BOOK);
	return ST_OK;
}

static void
check_journal(void)
{
	struct account sum = {0};
	struct fold fold = {.store = s->store,
	    .root = state_root(s->state),
	    .ring = &s->ring,
	    .secrets = &s->keys->ring,
	    .event = count_event,
	    .fault = note_fault,
	    .arg = &sum};
	const uint64_t waiting = parts_count(s->parts);

	CHECK_EQ(fold_journal(&fold), ST_OK);
	printf("%llu texts: %llu events, %llu of them opened; taken before or twice a part: %llu; "
	       "parts: %llu wait\n",
	    (unsigned long long)handed, (unsigned long long)sum.received,
	    (unsigned long long)sum.opened, (unsigned long long)s->doubled,
	    (unsigned long long)waiting);
	for (size_t i = 0; i < 64; i++)
		if (sum.outcome[i] > 0)
			printf("  %6llu %s\n", (unsigned long long)sum.outcome[i],
			    outcome_words((unsigned)i));
	CHECK_EQ(sum.received + s->doubled + waiting, handed);
	CHECK_EQ(sum.opened, genuine);
	CHECK(sum.outcome[OUTCOME_QUESTION] > 100 && sum.outcome[OUTCOME_NOT_READ] > 100);
	CHECK(sum.outcome[OUTCOME_TOO_MANY] > 100 && sum.outcome[OUTCOME_ACCEPTED] > 100);
	CHECK(sum.outcome[OUTCOME_FORGED] > 100 && sum.outcome[OUTCOME_UNKNOWN_HINT] > 100);
}

/* In one posture: OPEN, ARMED, and LOCKED until it is armed again. */
static void
in_posture(uint32_t posture)
{
	const unsigned batches = TEXTS / BATCH_MAX / 6 + 1;

	choose(SETTING_POSTURE, posture);
	read_leaves();
	hand_over(batches);
	CHECK_EQ(session_close(s, CAUSE_COMMAND), ST_OK);
	hand_over(batches);
	CHECK_EQ(session_lock(s, CAUSE_COMMAND), ST_OK);
	hand_over(batches);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	check_leaves();
}

int
main(void)
{
	char name[24];
	uint16_t allowed;

	is_synchronised = 1;
	for (const char *const *file =
		 (const char *const[]){"latin", "arabic", "failures", "more", "scripts", NULL};
	     *file != NULL; file++) {
		char path[256];

		(void)snprintf(path, sizeof(path), TESTS_DIR "/corpus/plain/%s.tsv", *file);
		load_corpus(path);
	}
	CHECK(corpus_count > 300);
	rig_create(&rig, "any-text");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	for (size_t i = 0; i < PHONES; i++) {
		(void)snprintf(name, sizeof(name), "phone %zu", i);
		(void)rig_enrol(&rig, name);
	}
	choose(SETTING_KEEP_NUMBERS, 1);
	(void)enrol_with("known", "+254700000001");
	allowed = enrol_with("allowed", "+254700000002");
	allow_plain(allowed, "", 1);
	in_posture(POLICY_PROTECTED);
	in_posture(POLICY_OPEN);
	CHECK(handed >= TEXTS);
	check_journal();
	rig_remove(&rig);
	return check_done();
}
