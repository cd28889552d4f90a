/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codebooks put in force one after another: each report is read, and shown, with the version that
 * it was written with; a version that would leave a monitor behind is refused.
 */
#include "gateway/core/codebooks.h"
#include "gateway/core/events_carried.h"
#include "gateway/core/intake.h"
#include "gateway/core/people.h"
#include "tests/support/check.h"
#include "tests/support/rig.h"
#include "tests/support/slurp.h"

static struct rig rig;
static struct session *const s = &rig.session;
static char shipped[CODEBOOK_FILE_MAX], file[CODEBOOK_FILE_MAX + 64];
static char words[SESSION_WORDS_MAX];

/* The shipped book as that version, the first `from` made `to`. */
static enum status
activate(unsigned version, const char *from, const char *to)
{
	const char *at = strstr(shipped, "version = 1;"), *edit;
	enum status st;
	int len;

	len = snprintf(file, sizeof(file), "%.*sversion = %u;%s", (int)(at - shipped), shipped,
	    version, at + strlen("version = 1;"));
	edit = strstr(file, from);
	CHECK(edit != NULL);
	if (edit != NULL) {
		static char made[CODEBOOK_FILE_MAX + 128];

		len = snprintf(made, sizeof(made), "%.*s%s%s", (int)(edit - file), file, to,
		    edit + strlen(from));
		memcpy(file, made, (size_t)len + 1);
	}
	words[0] = '\0';
	st = codebooks_activate(s, file, (size_t)len, words);
	CHECK((st == ST_OK) == (words[0] == '\0'));
	return st;
}

static void
deliver(struct phone *p, unsigned schema, unsigned kind)
{
	static uint64_t ref;
	char text[EW1_X_CHARS + 1];
	struct record r;
	struct msg_sms sms;

	record_init(&r, schema);
	r.kind = (uint8_t)kind;
	r.place = 101;
	rig_compose(p, &r, "", text);
	sms = rig_sms(text, ++ref);
	CHECK_EQ(intake_batch(s, UINT32_MAX, &sms, 1), ST_OK);
}

struct seen {
	unsigned count;
	struct msg_inbox_row row[16];
};

static enum status
keep_row(void *arg, const struct msg_inbox_row *row)
{
	struct seen *seen = arg;

	if (seen->count < 16)
		seen->row[seen->count++] = *row;
	return ST_OK;
}

/* The newest first. */
static const struct seen *
inbox(void)
{
	static struct seen seen;
	const struct msg_inbox page = {.limit = 16};

	seen.count = 0;
	CHECK_EQ(rig_inbox(&rig, &page, keep_row, &seen), ST_OK);
	return &seen;
}

/* How many rows a filter leaves, and what it says. */
static unsigned
filtered(const char *kind, unsigned grave)
{
	static struct seen seen;
	struct msg_inbox page = {.limit = 16, .grave = grave};

	(void)snprintf(page.kind, sizeof(page.kind), "%s", kind);
	seen.count = 0;
	if (rig_inbox(&rig, &page, keep_row, &seen) != ST_OK)
		return UINT32_MAX;
	return seen.count;
}

static struct msg_codebook_row list[16];
static unsigned listed;

static enum status
keep_version(void *arg, const struct msg_codebook_row *row)
{
	(void)arg;
	if (listed < 16)
		list[listed++] = *row;
	return ST_OK;
}

static void
look(void)
{
	listed = 0;
	CHECK_EQ(codebooks_list(s, keep_version, NULL), ST_OK);
}

static void
test_refused(void)
{
	const uint64_t before = state_root(s->state)->journal.count;

	CHECK_EQ(activate(1, "Killing", "Killing"), ST_SYNTAX);
	CHECK(strstr(words, "version 1 does not come after version 1") != NULL);
	CHECK_EQ(activate(2, "mnemonic = \"KIL\"", "mnemonic = \"AAA\""), ST_SYNTAX);
	CHECK(strstr(words, "code 1 was KIL 'Killing' in version 1") != NULL);
	CHECK_EQ(activate(2, "title = {", "titel = {"), ST_SYNTAX);
	CHECK(strstr(words, "unknown key 'titel'") != NULL || strstr(words, "'title'") != NULL);
	CHECK_EQ(activate(2, "mnemonic = \"MAS\"", "mnemonic = \"KIS\""), ST_SYNTAX);
	CHECK(strstr(words, "one letter from") != NULL);
	CHECK_EQ(codebooks_activate(s, "", 0, words), ST_SYNTAX);
	CHECK_EQ(activate(10, "Killing", "Killing"), ST_NOT_ALLOWED); /* nine ahead */
	CHECK(strstr(words, "more than 8 versions behind: 2, among them Acacia with version 1") !=
	      NULL);
	CHECK(strstr(words, "At most version 9 can be put in force") != NULL);
	CHECK_EQ(state_root(s->state)->journal.count, before); /* nothing was written */
	CHECK(!change_pending(s->state));
	look();
	CHECK_EQ(listed, 1);
	CHECK_STR(list[0].id, "atrocity");
	CHECK_STR(list[0].languages, "en fr sw ar");
	CHECK_EQ(list[0].writers, 2);
}

/* What is written with either is read with its own. */
static void
test_two_versions(struct phone *acacia, struct phone *baobab)
{
	const struct seen *seen;

	deliver(acacia, 1, 1);
	CHECK_EQ(activate(2, "\"Killing\"", "\"Murder\""), ST_OK);
	deliver(acacia, 1, 1); /* written before she heard of it */
	deliver(baobab, 2, 1);
	deliver(baobab, 3, 1); /* not in force here yet */
	seen = inbox();
	CHECK_EQ(seen->count, 4);
	CHECK_EQ(seen->row[0].readable, 0);
	CHECK_STR(seen->row[0].kind_label, "");
	CHECK_STR(seen->row[0].reason,
	    "opened, but written with a codebook version that is not known here; it says kind 1, "
	    "place 101");
	CHECK_EQ(seen->row[1].readable, 1);
	CHECK_STR(seen->row[1].kind_label, "Murder");
	CHECK_EQ(seen->row[2].readable, 1);
	CHECK_STR(seen->row[2].kind_label, "Killing");
	CHECK_STR(seen->row[3].kind_label, "Killing");
	look();
	CHECK_EQ(listed, 2);
	CHECK_EQ(list[0].version, 2);
	CHECK_EQ(list[0].in_force, 1);
	CHECK_EQ(list[0].writers, 1);
	CHECK_EQ(list[1].version, 1);
	CHECK_EQ(list[1].in_force, 0);
	CHECK_EQ(list[1].writers, 1);
}

/* A kind of the old book that the new one retired, and one that only the new one has. */
static void
test_kinds(struct phone *acacia, struct phone *baobab)
{
	static const char gone[] = "kinds = (\n";
	char to[4096];
	const char *from = strstr(shipped, gone), *end = strstr(shipped, "code = 2; mnemonic");
	static char all[4096];

	/* 1 KIL goes, with 2 MAS for its successor */
	while (strncmp(end, "  {", 3) != 0)
		end--;
	(void)snprintf(all, sizeof(all), "%.*s", (int)(end - from), from);
	(void)snprintf(to, sizeof(to),
	    "retired = ( { code = 1; mnemonic = \"KIL\"; successor = 2; } );\nkinds = (\n");
	CHECK_EQ(activate(3, all, to), ST_OK);
	deliver(acacia, 1, 1);
	deliver(baobab, 3, 1);
	deliver(baobab, 3, 2);
	CHECK_EQ(inbox()->row[2].readable, 1);
	CHECK_STR(inbox()->row[2].kind_label, "Killing");
	CHECK_EQ(inbox()->row[1].readable, 0); /* it has no such kind */
	CHECK_STR(inbox()->row[1].reason,
	    "opened, but the kind was retired, and is now 2 MAS; it says kind 1, place 101");
	CHECK_EQ(inbox()->row[0].readable, 1);
	CHECK_EQ(filtered("KIL", 0), filtered("1", 0)); /* by the words of a book that was */
	CHECK_EQ(filtered("Murder", 0), filtered("1", 0));
	CHECK_EQ(filtered("NIL", 0), UINT32_MAX);
	CHECK_EQ(filtered("", 1), 5); /* all that are read: retired, and grave all the same */
	CHECK_EQ(activate(4, "Killing", "Killing"), ST_SYNTAX); /* back again */
	CHECK(strstr(words, "code 1 was retired in version 3") != NULL);
}

/* The journal holds all of it: folded anew, everything is as it was. */
static void
test_folded_anew(void)
{
	struct seen before = *inbox();

	rig_restart(&rig);
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	CHECK_EQ(inbox()->count, before.count);
	for (unsigned i = 0; i < before.count; i++) {
		CHECK_STR(inbox()->row[i].kind_label, before.row[i].kind_label);
		CHECK_EQ(inbox()->row[i].readable, before.row[i].readable);
	}
	look();
	CHECK_EQ(listed, 3);
	CHECK_EQ(s->facts->book->version, 3);
	CHECK_EQ(
	    rig_number(&rig, "SELECT count(*) FROM book WHERE which = 0 AND length(octets) > 0"),
	    3);
}

/* Eight behind is read, nine is one that nobody writes with any more, or nothing goes. */
static void
test_far(struct phone *acacia, struct phone *baobab)
{
	static const char retire[] =
	    "retired = ( { code = 1; mnemonic = \"KIL\"; successor = 2; } );\nkinds = (\n";
	const char *from = strstr(shipped, "kinds = (\n"), *end = strstr(shipped, "code = 2; mnem");
	static char all[4096];

	while (strncmp(end, "  {", 3) != 0)
		end--;
	(void)snprintf(all, sizeof(all), "%.*s", (int)(end - from), from);
	CHECK_EQ(activate(9, all, retire), ST_OK);
	deliver(acacia, 1, 1);
	CHECK_EQ(inbox()->row[0].readable, 1);
	CHECK_STR(inbox()->row[0].kind_label, "Killing");
	CHECK_EQ(activate(10, all, retire), ST_NOT_ALLOWED);
	deliver(acacia, 9, 2);
	deliver(baobab, 9, 2);
	CHECK_EQ(activate(17, all, retire), ST_OK);
	deliver(acacia, 1, 1); /* now the bits of 17, which lacks that kind */
	CHECK_EQ(inbox()->row[0].readable, 0);
	deliver(acacia, 1, 2);
	CHECK_EQ(inbox()->row[0].readable, 1);
	CHECK_STR(inbox()->row[inbox()->count - 1].kind_label, "Killing"); /* the first of all */
}

static enum status
count_books(void *arg, const uint8_t *body, size_t len)
{
	unsigned *count = arg;
	struct event_carried e;
	struct event_book book;

	CHECK_EQ(event_carried_decode(body, len, &e), ST_OK);
	if (e.item == CARRIED_EVENT && e.type == EVENT_CODEBOOK &&
	    CHECK_EQ(event_book_decode(e.body, e.len, &book), ST_OK))
		*count += book.len > 0;
	return ST_OK;
}

/* A base stands for what was before it: it has every book whole. */
static void
test_carried(void)
{
	unsigned count = 0;

	CHECK_EQ(view_carry(s->view, 0, count_books, &count), ST_OK);
	CHECK_EQ(count, 5);
}

int
main(void)
{
	struct phone *acacia, *baobab;

	(void)slurp(PROJECT_DIR "/schemas/codebook/atrocity.cfg", shipped, sizeof(shipped) - 1);
	rig_create(&rig, "codebooks");
	CHECK_EQ(rig_unlock(&rig, IN_OPEN), ST_OK);
	acacia = rig_enrol(&rig, "Acacia");
	baobab = rig_enrol(&rig, "Baobab");
	test_refused();
	test_two_versions(acacia, baobab);
	test_kinds(acacia, baobab);
	test_folded_anew();
	test_far(acacia, baobab);
	test_carried();
	rig_remove(&rig);
	return check_done();
}
