/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fault/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/fileio.h"
#include "gateway/common/log.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "gateway/core/stretch.h"
#include "tests/fault/world.h"

struct day day;
const char *const day_states[STATE_COUNT] = {"new", "LOCKED", "ARMED", "OPEN"};

/* A chip is torn at any octet: here at each 16th; and its page may be lost with what was written.
 */
#define EEPROM_TORN 16
#define EEPROM_PAGE 256

static unsigned part;

/* --- the disk's label --- */

static unsigned
state_now(void)
{
	switch (day.rig.session.at) {
	case IN_LOCKED:
		return STATE_LOCKED;
	case IN_ARMED:
		return STATE_ARMED;
	case IN_OPEN:
		return STATE_OPEN;
	default:
		return STATE_NEW;
	}
}

static enum status
labelled(enum status st)
{
	disk_label = (uint8_t)(part << 4 | state_now());
	return st;
}

void
day_part(unsigned next)
{
	part = next;
	(void)labelled(ST_OK);
}

/* --- beginning and end --- */

static const char *settings = "";
static int is_eeprom;

enum status
day_anchor(const char *kind)
{
	is_eeprom = strcmp(kind, "eeprom") == 0;
	if (is_eeprom)
		settings = "anchor = \"eeprom:anchor.bin\";";
	else if (strcmp(kind, "none") == 0)
		settings = "anchor = \"none\";";
	else
		return strcmp(kind, "file") == 0 ? ST_OK : ST_UNKNOWN;
	return ST_OK;
}

/* The state's folder, as the settings have it; it is never made. */
static void
settle(void)
{
	char fault[CONF_FAULT_MAX];

	rig_library();
	disk_vfs_register();
	(void)snprintf(day.rig.dir, sizeof(day.rig.dir), "/tocsin-fault");
	disk_mount(day.rig.dir);
	if (conf_parse("/tocsin-fault/tocsin.conf", settings, strlen(settings), &day.rig.conf,
		fault) != ST_OK) {
		(void)fprintf(stderr, "day: %s\n", fault);
		exit(2);
	}
	log_begin("fault", LOG_LEVEL_ERROR);
}

void
day_begin(void)
{
	static const struct disk empty;
	static int is_settled;
	struct conf conf = day.rig.conf;

	disk_copy(&disk, &empty);
	disk_log_clear();
	if (is_eeprom) {
		disk.file[DISK_ANCHOR].exists = 1;
		disk_cut(&disk.file[DISK_ANCHOR], DISK_PAGE);
		disk_units(DISK_ANCHOR, EEPROM_TORN, EEPROM_PAGE, EEPROM_PAGE);
	}

	memset(&day, 0, sizeof(day));
	day.rig.conf = conf;
	if (!is_settled)
		settle();
	is_settled = 1;
	day.created = NEVER;
	day_part(0);
}

/* What was before the log's first entry. */
static void
before(size_t *at)
{
	if (*at != NEVER)
		*at = 0;
}

void
day_rebase(void)
{
	disk_log_clear();
	(void)disk_mark();
	before(&day.created);
	for (size_t i = 0; i < day.texts; i++) {
		before(&day.text[i].handed);
		before(&day.text[i].acked);
	}
	for (size_t i = 0; i < day.people; i++) {
		struct person *p = &day.person[i];

		before(&p->asked);
		before(&p->done);
		before(&p->revoke_asked);
		before(&p->revoke_done);
	}
	for (size_t i = 0; i < day.postures; i++) {
		before(&day.posture[i].asked);
		before(&day.posture[i].done);
	}
}

void
day_stop(void)
{
	session_end(&day.rig.session);
	(void)labelled(ST_OK);
}

enum status
day_start(void)
{
	char words[SESSION_WORDS_MAX];
	enum status st = session_start(&day.rig.session, &day.rig.conf, words);

	if (st != ST_OK)
		session_end(&day.rig.session);
	return labelled(st);
}

static size_t
read_book(const char *name, char *out)
{
	size_t len = 0;

	if (fileio_read(name, (uint8_t *)out, CODEBOOK_FILE_MAX, &len) != ST_OK) {
		(void)fprintf(stderr, "day: cannot read %s\n", name);
		exit(2);
	}
	return len;
}

/* Small books, for each image reads them again. */
enum status
day_create(void)
{
	static char codebook[CODEBOOK_FILE_MAX], places[PLACES_FILE_MAX];
	struct msg_passphrase passphrase = {.len = strlen(RIG_PASSPHRASE)};
	struct session_birth birth = {.passphrase = &passphrase,
	    .argon_memory = STRETCH_MEMORY_MIN,
	    .argon_passes = STRETCH_PASSES_MIN,
	    .codebook = codebook,
	    .places = places};
	char words[SESSION_WORDS_MAX];
	enum status st;

	memcpy(passphrase.octets, RIG_PASSPHRASE, passphrase.len);
	birth.codebook_len = read_book(TESTS_DIR "/corpus/codebook/trial.cfg", codebook);
	birth.places_len = read_book(PROJECT_DIR "/schemas/places/example.cfg", places);
	st = session_create(&day.rig.session, &birth, words);
	if (st == ST_OK)
		day.created = disk_mark();
	return labelled(st);
}

/* --- acts --- */

enum status
day_unlock(enum core_state to)
{
	return labelled(rig_unlock(&day.rig, to));
}

enum status
day_close(void)
{
	return labelled(session_close(&day.rig.session, CAUSE_COMMAND));
}

enum status
day_lock(void)
{
	return labelled(session_lock(&day.rig.session, CAUSE_COMMAND));
}

enum status
day_wrong_passphrase(void)
{
	const struct msg_passphrase wrong = {.len = 5, .octets = "wrong"};
	char words[SESSION_WORDS_MAX];
	enum status st = session_unlock(&day.rig.session, &wrong, IN_OPEN, words);

	return labelled(st == ST_PASSPHRASE ? ST_OK : st == ST_OK ? ST_DAMAGED : st);
}

enum status
day_idle(void)
{
	return labelled(state_idle(day.rig.session.state));
}

enum status
day_enrol(void)
{
	struct person *p = &day.person[day.people];
	enum status st;

	if (day.people == DAY_PEOPLE)
		exit(2);
	memset(p, 0, sizeof(*p));
	(void)snprintf(p->name, sizeof(p->name), "person %zu", day.people++);
	p->done = p->revoke_asked = p->revoke_done = NEVER;
	p->asked = disk_mark();
	if ((st = rig_try_enrol(&day.rig, p->name)) != ST_OK)
		return st;
	p->phone = &day.rig.phone[day.rig.phones - 1];
	p->done = disk_mark();
	return ST_OK;
}

enum status
day_revoke(size_t person)
{
	struct person *p = &day.person[person];
	char words[SESSION_WORDS_MAX];
	enum status st;

	p->revoke_asked = disk_mark();
	st = people_revoke(&day.rig.session, p->name, words);
	if (st == ST_OK)
		p->revoke_done = disk_mark();
	return st;
}

enum status
day_posture(uint32_t value)
{
	const struct event_setting e = {.key = SETTING_POSTURE, .value = value};
	struct posture *p = &day.posture[day.postures++];
	enum status st;

	if (day.postures > DAY_POSTURES)
		exit(2);
	*p = (struct posture){value, disk_mark(), NEVER};
	if ((st = session_choose(&day.rig.session, &e)) == ST_OK)
		p->done = disk_mark();
	return labelled(st);
}

/* --- texts --- */

static struct text *
new_text(const char *octets)
{
	struct text *t = &day.text[day.texts];

	if (day.texts == DAY_TEXTS)
		exit(2);
	memset(t, 0, sizeof(*t));
	t->sms = rig_sms(octets, day.texts++);
	t->person = NOBODY;
	t->handed = t->acked = NEVER;
	return t;
}

static void
compose(size_t person, char text[EW1_X_CHARS + 1])
{
	struct person *p = &day.person[person];

	if (p->phone->n == DAY_NUMBERS)
		exit(2);
	p->text_of[p->phone->n] = -1;
	rig_report(p->phone, 1 + p->phone->n % 9, 1, "", text);
}

void
day_report(size_t person)
{
	struct person *p = &day.person[person];
	char text[EW1_X_CHARS + 1];
	struct text *t;

	compose(person, text);
	t = new_text(text);
	t->person = (int)person;
	t->n = p->phone->n - 1;
	t->is_after_revoking = p->revoke_asked != NEVER;
	if (!t->is_after_revoking)
		p->text_of[t->n] = (int32_t)day.texts - 1;
}

void
day_lost(size_t person)
{
	char text[EW1_X_CHARS + 1];

	compose(person, text);
}

void
day_plain(void)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "plain %zu", day.texts);
	(void)new_text(text);
}

void
day_part_of(unsigned reference, unsigned place, unsigned total)
{
	const uint8_t udh[] = {5, 0, 3, (uint8_t)reference, (uint8_t)total, (uint8_t)place};
	char octets[32];
	struct text *t;

	(void)snprintf(octets, sizeof(octets), "part %zu;", day.texts);
	t = new_text(octets);
	t->is_part = 1;
	t->sms.udh_len = sizeof(udh);
	memcpy(t->sms.udh, udh, sizeof(udh));
	(void)snprintf(t->sms.sender, sizeof(t->sms.sender), "+254700000009");
}

enum status
day_deliver(void)
{
	static struct msg_sms sms[BATCH_MAX];
	size_t first = 0, last, count, mark;
	enum status st = ST_OK;

	while (st == ST_OK) {
		for (count = 0, last = first; last < day.texts && count < BATCH_MAX; last++) {
			struct text *t = &day.text[last];

			if (t->acked != NEVER)
				continue;
			if (t->handed == NEVER)
				t->handed = disk_mark();
			sms[count++] = t->sms;
		}
		if (count == 0)
			break;
		st = intake_batch(&day.rig.session, UINT32_MAX, sms, count);
		mark = disk_mark();
		for (size_t i = first; st == ST_OK && i < last; i++)
			if (day.text[i].acked == NEVER)
				day.text[i].acked = mark;
		first = last;
	}
	return labelled(st);
}
