/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin deep-scan`: texts of a phone that ran past its window. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/people.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define NAME_SHOWN_MAX (PSEUDONYM_MAX * 4 + 1)

/* What the slices of one monitor came to. */
struct tally {
	const char *pseudonym;
	char name[NAME_SHOWN_MAX];
	uint32_t found, first, last, texts, waiting;
	bool switched; /* found on the chain that waited */
};

static void
show_progress(const struct tally *t, uint32_t done)
{
	if (done > 0 && isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r%s: %u %% ", t->name, done * 100 / EW1_SCAN_MAX);
}

static void
end_progress(void)
{
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\x1b[K", stderr);
}

static int
ask_slice(struct client *c, struct tally *t, uint32_t from, uint32_t count, bool waiting,
    struct msg_scanned *out)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_DEEP_SCAN);
	if ((code = people_name(ask.body.DEEP_SCAN.pseudonym, t->pseudonym)) != 0)
		return code;
	ask.body.DEEP_SCAN.from = from;
	ask.body.DEEP_SCAN.count = count;
	ask.body.DEEP_SCAN.waiting = waiting;
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_LONG_S)) != 0)
		return code;
	if (answer.head.type != MSG_SCANNED)
		return client_puzzled();
	*out = answer.body.SCANNED;
	if (out->found > 0) {
		if (waiting && !t->switched) { /* numbers of another chain do not mix */
			t->first = t->last = out->first;
			t->switched = true;
		}
		t->first = t->found == 0 || out->first < t->first ? out->first : t->first;
		t->last = out->last > t->last ? out->last : t->last;
		t->found += out->found;
	}
	t->waiting = out->waiting;
	if (out->texts > t->texts)
		t->texts = out->texts;
	return 0;
}

/* Slice by slice, as far as a deep scan goes; then the chain that waits. */
static int
search(struct client *c, struct tally *t)
{
	uint32_t from = 0, done = 0, moved;
	struct msg_scanned s = {0};
	int code;

	do {
		uint32_t left = EW1_SCAN_MAX - done;

		show_progress(t, done);
		code = ask_slice(
		    c, t, from, left < DEEP_SCAN_SLICE ? left : DEEP_SCAN_SLICE, false, &s);
		if (code != 0)
			return code;
		moved = s.next - s.from;
		from = s.next;
		done += moved;
	} while (s.texts > 0 && done < EW1_SCAN_MAX && (moved > 0 || s.found > 0));
	for (from = 0; code == 0 && t->waiting != 0 && s.texts > 0 && from < EW1_WINDOW;
	     from = s.next)
		if ((code = ask_slice(c, t, from, EW1_WINDOW, true, &s)) == 0 && s.next == from)
			break;
	return code;
}

static int
scan_one(struct client *c, const char *pseudonym, void *arg)
{
	struct tally t = {.pseudonym = pseudonym};
	uint32_t *found = arg;
	int code;

	(void)show_visible(t.name, sizeof(t.name), pseudonym, strlen(pseudonym));
	code = search(c, &t);
	end_progress();
	*found += t.found;
	if (t.found > 0)
		printf("%s: %u %s found, now in the inbox as %s message no. %u%s", t.name, t.found,
		    t.found == 1 ? "text was" : "texts were", t.found == 1 ? "her" : "hers, from",
		    t.first, t.switched ? " of her new chain" : "");
	if (t.found > 1)
		printf(" to no. %u", t.last);
	if (t.found > 0)
		puts(".");
	else if (code == 0 && t.texts == 0)
		cmd_say("%s: there is no text that nobody's chain opened.", t.name);
	else if (code == 0)
		cmd_say("%s: none of %u %s that nobody's chain opened is hers, up to %d numbers "
			"ahead.",
		    t.name, t.texts, t.texts == 1 ? "text" : "texts", EW1_SCAN_MAX);
	return code;
}

static int
scan(const char *const *names, bool all)
{
	uint32_t found = 0;
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	code = people_named(&c, names, all, scan_one, &found);
	client_close(&c);
	if (code == 0 && found == 0)
		puts("Nothing was changed. If her messages do not come, enrol her anew.");
	return code;
}

int
cmd_deep_scan(int argc, char **argv)
{
	bool all = false;
	const struct option_row rows[] = {
	    {"all", OPTION_FLAG, &all, 0, 0, NULL, NULL, "every active monitor"},
	};
	const struct options o = {"tocsin deep-scan PSEUDONYM ... | --all", rows,
	    sizeof(rows) / sizeof(rows[0]), OPERANDS_UP_TO(argc)};
	const char **names = calloc((size_t)argc + 1, sizeof(*names));
	int code;

	if (names == NULL)
		return cmd_fail(EXIT_REFUSED, "no memory is left");
	if (options_read(&o, argc, argv, names, &code)) {
		if (all == (names[0] != NULL))
			code = cmd_fail(EXIT_USAGE,
			    "name the monitors to search for, or say --all for all of them");
		else
			code = scan(names, all);
	}
	free(names);
	return code;
}
