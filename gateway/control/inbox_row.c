/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/inbox_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/control/json.h"
#include "reporting/report/check.h"
#include "reporting/report/record.h"

#define CELL_MAX 256
#define PEOPLE_MAX 32
/* Shown, an octet takes at most 4 octets, as \x00, and one of a character no more. */
#define RAW_SHOWN_MAX (LONG_TEXT_MAX * 4 + 1)
#define INDENT "        "
#define AFFECTED_NOT_GIVEN UINT32_MAX
#define AFFECTED_IS_MANY_HERE (UINT32_MAX - 1)
#define REFERS_TO_NONE UINT32_MAX
#define SOURCE_ENTERED 2

enum { C_SEQ, C_ARRIVED, C_FROM, C_NUMBER, C_KIND, C_SEVERITY, C_PLACE, C_PEOPLE };

static const struct show_column layout[INBOX_COLUMNS] = {
    [C_SEQ] = {"seq", 5, 8, true, 0},
    [C_ARRIVED] = {"arrived (UTC)", 22, 22, false, 0},
    [C_FROM] = {"from", 9, 24, false, 0},
    [C_NUMBER] = {"no", 3, 5, true, 0},
    [C_KIND] = {"kind", 13, 48, false, 0},
    [C_SEVERITY] = {"sv", 2, 2, true, 0},
    [C_PLACE] = {"place", 11, 48, false, 0},
    [C_PEOPLE] = {"people", 6, 8, true, 0},
};

void
inbox_table_init(struct inbox_table *t)
{
	memcpy(t->columns, layout, sizeof(layout));
	t->width = show_columns();
	t->titled = false;
	show_fit(t->columns, INBOX_COLUMNS, t->width);
}

#define END(text) ((text)[sizeof(text) - 1] = '\0')

void
inbox_row_end_texts(struct msg_inbox_row *row)
{
	END(row->target);
	END(row->note);
	END(row->pseudonym);
	END(row->kind_label);
	END(row->place_label);
	END(row->actor_label);
	END(row->reason);
	if (row->raw_len > sizeof(row->raw))
		row->raw_len = sizeof(row->raw);
}

/* The upper end of a range, behind its lower one. */
static void
range(const struct msg_inbox_row *row, char *out, size_t cap)
{
	if (row->upper == AFFECTED_IS_MANY_HERE)
		(void)snprintf(out, cap, "%u-many", row->affected);
	else
		(void)snprintf(out, cap, "%u-%u", row->affected, row->upper);
}

void
inbox_row_affected(const struct msg_inbox_row *row, char *out, size_t cap)
{
	static const char *const marks[] = {"", "~", ">=", "<="};

	if (row->upper != AFFECTED_NOT_GIVEN && row->affected < AFFECTED_IS_MANY_HERE)
		range(row, out, cap);
	else if (row->affected == AFFECTED_NOT_GIVEN)
		(void)snprintf(out, cap, "-");
	else if (row->affected == AFFECTED_IS_MANY_HERE)
		(void)snprintf(out, cap, "many");
	else
		(void)snprintf(
		    out, cap, "%s%u", row->quantity < 4 ? marks[row->quantity] : "", row->affected);
}

/* A label, or the number that it stands for; 0 is not given. */
static void
label_or_number(char *out, const char *label, uint32_t number)
{
	if (label[0] != '\0')
		(void)show_visible(out, CELL_MAX, label, strlen(label));
	else if (number == 0)
		(void)snprintf(out, CELL_MAX, "-");
	else
		(void)snprintf(out, CELL_MAX, "%u", number);
}

static void
print_line(const struct inbox_table *t, const char *words)
{
	show_wrapped(stdout, INDENT, words, t->width);
}

/* When it happened, how sure she is, who did it, to whom, and her own words. */
static void
print_details(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	char line[4 * CELL_MAX] = "", shown[CELL_MAX], when[SHOW_TIME_MAX];

	if (row->event_s != INT64_MIN) {
		show_time(when, row->event_s);
		show_add(line, sizeof(line), "happened %s", when);
	}
	if (row->certainty != 0)
		show_add(line, sizeof(line), "sure %u of 5", row->certainty);
	if (row->actor != 0) {
		label_or_number(shown, row->actor_label, row->actor);
		show_add(line, sizeof(line), "by %s", shown);
	}
	if (row->target[0] != '\0') {
		(void)show_visible(shown, sizeof(shown), row->target, strlen(row->target));
		show_add(line, sizeof(line), "against %s", shown);
	}
	if (row->chain > 1 && !row->plain) /* numbers begin anew with each chain */
		show_add(line, sizeof(line), "no %u of chain %u", row->number, row->chain);
	if (row->note[0] != '\0') {
		(void)show_visible(shown, sizeof(shown), row->note, strlen(row->note));
		show_add(line, sizeof(line), "\"%s\"", shown);
	}
	if (line[0] != '\0')
		show_wrapped(stdout, INDENT, line, t->width);
	explicit_bzero(line, sizeof(line));
	explicit_bzero(shown, sizeof(shown));
}

/* Which report it is about, if it is about one. */
static void
print_relation(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	const struct relation_rule *rule = relation_rule(row->relation);
	char line[CELL_MAX];
	size_t len;

	if (rule == NULL || !rule->counts || row->relation == RELATION_NEW)
		return;
	if (row->relation == RELATION_DRILL) {
		print_line(t, "DRILL: an exercise, not counted");
		return;
	}
	(void)snprintf(line, sizeof(line), "%s", rule->word);
	if (rule->refers && row->refers != REFERS_TO_NONE)
		(void)snprintf(line, sizeof(line), "%s of number %u", rule->word, row->refers);
	len = strlen(line);
	if (rule->refers && row->about == 0)
		(void)snprintf(line + len, sizeof(line) - len, ": none of this sender's is here%s",
		    row->counted ? ", so it counts by itself" : ", so it changes nothing");
	else if (row->about != 0 && row->about != row->refers)
		(void)snprintf(line + len, sizeof(line) - len, " (seq %" PRIu64 ")", row->about);
	print_line(t, line);
}

/* What later messages say of it. */
static void
print_acts(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	char line[CELL_MAX] = "";

	if (row->cancelled_by != 0)
		show_add(line, sizeof(line), "CANCELLED by seq %" PRIu64, row->cancelled_by);
	if (row->corrected_by != 0)
		show_add(line, sizeof(line), "CORRECTED by seq %" PRIu64, row->corrected_by);
	if (row->cleared_by != 0)
		show_add(line, sizeof(line), "all clear by seq %" PRIu64, row->cleared_by);
	if (row->follow_ups != 0)
		show_add(line, sizeof(line), "%u follow-up%s", row->follow_ups,
		    row->follow_ups == 1 ? "" : "s");
	if (line[0] != '\0')
		print_line(t, line);
	else if (!row->counted && row->proven &&
		 (row->relation == RELATION_NEW || row->relation == RELATION_CORRECTION))
		print_line(t, "not counted");
}

/* What the coordinator must not overlook. */
static void
print_remarks(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	char line[CELL_MAX];

	if (row->plain)
		print_line(t, "PLAIN: content visible, sender unproven");
	if (row->parts > 1) {
		(void)snprintf(
		    line, sizeof(line), "report %u of %u of one text", row->part + 1, row->parts);
		print_line(t, line);
	}
	if (row->source == SOURCE_ENTERED)
		print_line(t, "entered by a coordinator");
	if (row->duress)
		print_line(t, "DURESS: she may have been forced to send this");
	if (!row->proven)
		print_line(t, "NOT PROVEN: the journal is damaged where this stands");
	if (!row->readable)
		return;
	print_relation(t, row);
	print_acts(t, row);
	for (unsigned bit = 0; bit < REVIEW_COUNT; bit++)
		if (row->review >> bit & 1) {
			(void)snprintf(line, sizeof(line), "look twice: %s",
			    record_review_words((enum record_review)bit));
			print_line(t, line);
		}
}

static void
print_raw(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	char shown[RAW_SHOWN_MAX];

	if (row->raw_len == 0)
		return;
	(void)show_visible(shown, sizeof(shown), row->raw, row->raw_len);
	show_wrapped(stdout, INDENT "| ", shown, t->width);
	explicit_bzero(shown, sizeof(shown));
}

static void
print_unreadable(const struct inbox_table *t, const struct msg_inbox_row *row)
{
	static const char unreadable[] = "unreadable: ";
	char shown[sizeof(unreadable) + sizeof(row->reason) * 4];

	memcpy(shown, unreadable, sizeof(unreadable));
	(void)show_visible(shown + sizeof(unreadable) - 1, sizeof(shown) - sizeof(unreadable) + 1,
	    row->reason, strlen(row->reason));
	show_wrapped(stdout, INDENT, shown, t->width);
}

/* A heartbeat and its like have a word instead of a kind, and no other field. */
static void
fill_report(const struct msg_inbox_row *row, char kind[CELL_MAX], char severity[16],
    char place[CELL_MAX], char people[PEOPLE_MAX])
{
	const struct relation_rule *rule = relation_rule(row->relation);

	if (rule != NULL && !rule->counts) {
		(void)snprintf(kind, CELL_MAX, "%s", rule->word);
		return;
	}
	label_or_number(kind, row->kind_label, row->kind);
	label_or_number(place, row->place_label, row->place);
	if (row->severity != 0)
		(void)snprintf(severity, 16, "%u", row->severity);
	inbox_row_affected(row, people, PEOPLE_MAX);
}

/* On a screen too narrow for the table, with words in place of its titles. */
static void
print_narrow(const struct inbox_table *t, const char *const cells[INBOX_COLUMNS])
{
	static const char *const before[INBOX_COLUMNS] = {[C_FROM] = "",
	    [C_NUMBER] = "no ",
	    [C_KIND] = "",
	    [C_SEVERITY] = "severity ",
	    [C_PLACE] = "at ",
	    [C_PEOPLE] = "people "};
	char line[4 * CELL_MAX] = "";

	printf("%s  %s\n", cells[C_SEQ], cells[C_ARRIVED]);
	for (size_t i = C_FROM; i < INBOX_COLUMNS; i++)
		if (cells[i][0] != '\0' && strcmp(cells[i], "-") != 0)
			show_add(line, sizeof(line), "%s%s", before[i], cells[i]);
	show_wrapped(stdout, INDENT, line, t->width);
	explicit_bzero(line, sizeof(line));
}

static void
print_cells(struct inbox_table *t, const char *const cells[INBOX_COLUMNS])
{
	if (t->width < show_least(t->columns, INBOX_COLUMNS)) {
		print_narrow(t, cells);
		return;
	}
	if (!t->titled)
		show_titles(stdout, t->columns, INBOX_COLUMNS);
	t->titled = true;
	show_row(stdout, t->columns, INBOX_COLUMNS, cells);
}

void
inbox_row_print(struct inbox_table *t, const struct msg_inbox_row *row)
{
	char seq[24], arrived[SHOW_TIME_MAX], from[CELL_MAX],
	    number[16] = "", kind[CELL_MAX] = "", severity[16] = "", place[CELL_MAX] = "",
	    people[PEOPLE_MAX] = "";
	const char *cells[INBOX_COLUMNS] = {
	    seq, arrived, from, number, kind, severity, place, people};

	(void)snprintf(seq, sizeof(seq), "%" PRIu64, row->seq);
	show_time_about(arrived, row->arrival_s, row->trust);
	(void)show_visible(from, sizeof(from), row->pseudonym, strlen(row->pseudonym));
	if (row->slot == UINT32_MAX)
		(void)snprintf(from, sizeof(from), row->source == SOURCE_ENTERED ? "-" : "?");
	else if (!row->plain) /* whose number is its seq */
		(void)snprintf(number, sizeof(number), "%u", row->number);
	if (row->readable)
		fill_report(row, kind, severity, place, people);
	print_cells(t, cells);
	if (row->readable)
		print_details(t, row);
	else
		print_unreadable(t, row);
	if (row->part == 0) /* the words of a plain text, once */
		print_raw(t, row);
	print_remarks(t, row);
}

/* ---- for scripts ---- */

static void
json_number_unless(struct json *j, const char *name, uint32_t value, uint32_t none)
{
	if (value == none)
		json_null(j, name);
	else
		json_number(j, name, value);
}

/* 0: none. */
static void
json_seq(struct json *j, const char *name, uint64_t seq)
{
	if (seq == 0)
		json_null(j, name);
	else
		json_number(j, name, (int64_t)seq);
}

static void
json_report(struct json *j, const struct msg_inbox_row *row)
{
	const struct relation_rule *rule = relation_rule(row->relation);

	json_number(j, "kind", row->kind);
	json_text(j, "kind_label", row->kind_label);
	json_number(j, "severity", row->severity);
	json_number(j, "certainty", row->certainty);
	json_number(j, "place", row->place);
	json_text(j, "place_label", row->place_label);
	json_number(j, "actor", row->actor);
	json_text(j, "actor_label", row->actor_label);
	json_text(j, "target", row->target);
	json_number(j, "relation", row->relation);
	json_text(j, "relation_word", rule != NULL ? rule->word : "");
	json_number_unless(j, "refers", row->refers, REFERS_TO_NONE);
	json_seq(j, "about", row->about);
	json_seq(j, "corrected_by", row->corrected_by);
	json_seq(j, "cancelled_by", row->cancelled_by);
	json_seq(j, "cleared_by", row->cleared_by);
	json_number(j, "follow_ups", row->follow_ups);
	json_flag(j, "counted", row->counted != 0);
	json_time(j, "event", row->event_s);
	json_time(j, "sent", row->sent_s);
	if (row->affected < AFFECTED_IS_MANY_HERE)
		json_number(j, "affected", row->affected);
	else
		json_null(j, "affected");
	json_flag(j, "affected_many", row->affected == AFFECTED_IS_MANY_HERE);
	json_number(j, "affected_code", row->affected_code);
	json_flag(j, "is_range", row->upper != AFFECTED_NOT_GIVEN);
	if (row->upper < AFFECTED_IS_MANY_HERE)
		json_number(j, "upper", row->upper);
	else
		json_null(j, "upper");
	json_number(j, "quantity", row->quantity);
	json_text(j, "note", row->note);
	json_flag(j, "duress", row->duress);
	json_number(j, "review", row->review);
	json_list(j, "review_words");
	for (unsigned bit = 0; bit < REVIEW_COUNT; bit++)
		if (row->review >> bit & 1)
			json_item(j, record_review_words((enum record_review)bit));
	json_list_end(j);
}

void
inbox_row_json(const struct msg_inbox_row *row)
{
	struct json j;

	json_begin(&j, stdout);
	json_number(&j, "seq", (int64_t)row->seq);
	json_time(&j, "arrival", row->trust == TRUST_NONE ? INT64_MIN : row->arrival_s);
	json_text(&j, "arrival_level", show_trust(row->trust));
	json_flag(&j, "readable", row->readable);
	json_flag(&j, "proven", row->proven);
	json_text(&j, "source", row->source == SOURCE_ENTERED ? "coordinator" : "sms");
	json_number_unless(&j, "slot", row->slot, UINT32_MAX);
	if (row->slot == UINT32_MAX || row->plain) {
		json_null(&j, "number");
		json_null(&j, "chain");
	} else {
		json_number(&j, "number", row->number);
		json_number(&j, "chain", row->chain);
	}
	json_text(&j, "pseudonym", row->pseudonym);
	json_flag(&j, "plain", row->plain != 0);
	json_number(&j, "part", row->parts > 1 ? row->part + 1 : 1);
	json_number(&j, "parts", row->parts > 1 ? row->parts : 1);
	if (row->readable)
		json_report(&j, row);
	else
		json_text(&j, "reason", row->reason);
	if (!row->readable || row->raw_len > 0) {
		json_octets(&j, "raw", row->raw, row->raw_len);
		json_hex(&j, "raw_hex", row->raw, row->raw_len);
	}
	json_end(&j);
}
