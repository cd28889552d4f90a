/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gateway of the first release (tests/corpus/journal/spine: 4 reports, the last one parked, with
 * the rig's passphrase; no table for the recovery key, wraps of version 1) opens for ever, reads,
 * and takes part in what came later.
 */
#include "gateway/core/people.h"
#include "gateway/core/rights.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/rig.h"

#define CORPUS PROJECT_DIR "/tests/corpus/journal/spine/"
#define HERS "her own six words"

static struct rig rig;
static char dir[64];

static void
start(void)
{
	char words[SESSION_WORDS_MAX];

	if (!CHECK_EQ(session_start(&rig.session, &rig.conf, words), ST_OK)) {
		printf("    %s\n", words);
		exit(1);
	}
}

static void
lay_out(void)
{
	char path[128], text[200], fault[CONF_FAULT_MAX];

	folder_make(dir);
	(void)snprintf(path, sizeof(path), "%s/state", dir);
	CHECK_EQ(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/state/tocsin.db", dir);
	file_copy(CORPUS "tocsin.db", path);
	(void)snprintf(path, sizeof(path), "%s/anchor.bin", dir);
	file_copy(CORPUS "anchor.bin", path);
	(void)snprintf(text, sizeof(text), "%s/tocsin.conf", dir);
	CHECK_EQ(conf_parse(text, "", 0, &rig.conf, fault), ST_OK);
}

static void
remove_all(void)
{
	char path[128];

	session_end(&rig.session);
	(void)snprintf(path, sizeof(path), "%s/state", dir);
	folder_remove(path);
	folder_remove(dir);
}

static enum status
count_row(void *arg, const struct msg_inbox_row *row)
{
	unsigned *count = arg;

	*count += row->readable != 0 && strcmp(row->pseudonym, "Acacia") == 0;
	return ST_OK;
}

static unsigned
reports(void)
{
	struct msg_inbox page = {.limit = 50};
	unsigned count = 0;

	CHECK_EQ(rig_inbox(&rig, &page, count_row, &count), ST_OK);
	return count;
}

static unsigned
wraps_version(void)
{
	struct ring_wraps wraps;

	CHECK_EQ(state_wraps(rig.session.state, &wraps), ST_OK);
	return wraps.version;
}

static enum status
unlock(const char *text)
{
	struct msg_passphrase passphrase = {.len = (uint32_t)strlen(text)};
	char words[SESSION_WORDS_MAX];

	memcpy(passphrase.octets, text, passphrase.len);
	return session_unlock(&rig.session, &passphrase, IN_OPEN, words);
}

static void
test_opens(void)
{
	struct view_coordinator who;

	CHECK_EQ(unlock(RIG_PASSPHRASE), ST_OK);
	CHECK_EQ(rig.session.fault[0], '\0');
	CHECK_EQ(reports(), 4);
	CHECK_EQ(view_coordinator(rig.session.view, 1, &who), ST_OK);
	CHECK_EQ(strcmp(who.name, "first"), 0);
}

static void
test_goes_on(void)
{
	struct msg_coordinator ask = {
	    .act = COORDINATOR_ADD, .name = "Sila", .passphrase = {.len = strlen(HERS)}};
	struct msg_recovery_key key;
	char words[SESSION_WORDS_MAX];

	memcpy(ask.passphrase.octets, HERS, strlen(HERS));
	CHECK_EQ(rights_act(&rig.session, &ask, words), ST_OK);
	CHECK_EQ(wraps_version(), 2);
	CHECK_EQ(rights_recovery_key(&rig.session, &key, words), ST_OK);
	CHECK_EQ(key.slots, 1);
	session_end(&rig.session);
	start();
	CHECK_EQ(unlock(HERS), ST_OK);
	CHECK_EQ(rig.session.fault[0], '\0');
	CHECK_EQ(reports(), 4);
}

int
main(void)
{
	rig_library();
	lay_out();
	start();
	CHECK_EQ(wraps_version(), 1);
	test_opens();
	test_goes_on();
	remove_all();
	return check_done();
}
