/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The raw road and the sweep on a tty, for test_raw_modem.py: raw_modem TTY ACTION...
 *	probe | list MEMORY | read MEMORY INDEX | delete MEMORY INDEX | sweep LIMIT_MS STOP_AFTER |
 *clean One line for each result, the last one "= STATUS hint=0".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/modem/at.h"
#include "gateway/modem/sweep.h"

static const char *const kinds[] = {"empty", "refused", "arrived", "own"};
static const char *const pdu_kinds[] = {"", "text", "report", "undecoded"};
static const char *const outcomes[] = {"done", "arrived", "stopped", "cannot"};
static int stop_after;

static bool
print_found(const struct rescue_found *found, void *arg)
{
	const struct pdu *pdu = &found->pdu;

	(void)arg;
	(void)printf("%u %s", (unsigned)found->index, kinds[found->kind]);
	if (found->kind == RESCUE_REFUSED)
		(void)printf(" %d", found->code);
	if (found->kind == RESCUE_ARRIVED)
		(void)printf(" %s", pdu_kinds[pdu->kind]);
	if (found->kind == RESCUE_ARRIVED && pdu->kind == PDU_TEXT)
		(void)printf(" %.*s", (int)pdu->sms.text_len, (const char *)pdu->sms.text);
	if (found->kind == RESCUE_ARRIVED && pdu->kind == PDU_UNDECODED)
		(void)printf(" %u", pdu->sms.text[0]);
	(void)printf("\n");
	return true;
}

static bool
stop(void *arg)
{
	(void)arg;
	return stop_after-- == 0;
}

static enum status
rescue(int fd, int argc, char **argv, bool *hint)
{
	enum rescue_memory memory;
	struct rescue_found found;
	struct rescue r;
	enum status st, last;

	if (argc < 2 || (st = rescue_begin(&r, fd)) != ST_OK)
		return argc < 2 ? ST_SYNTAX : st;
	memory = strcmp(argv[1], "ME") == 0 ? RESCUE_ME : RESCUE_SM;
	if (strcmp(argv[0], "list") == 0) {
		st = rescue_list(&r, memory, print_found, NULL);
	} else if (argc < 3) {
		st = ST_SYNTAX;
	} else if (strcmp(argv[0], "delete") == 0) {
		st = rescue_delete(&r, memory, (uint32_t)atoi(argv[2]));
	} else if ((st = rescue_read(&r, memory, (uint32_t)atoi(argv[2]), &found)) == ST_OK) {
		(void)print_found(&found, NULL);
		rescue_wipe(&found);
	}
	last = rescue_end(&r);
	*hint = r.hint;
	return st == ST_OK ? last : st;
}

static enum status
sweep(int fd, int argc, char **argv, bool *hint)
{
	struct sweep_result result;
	enum status st;

	if (argc < 3)
		return ST_SYNTAX;
	stop_after = atoi(argv[2]);
	st = sweep_run(fd, atoi(argv[1]), stop, NULL, &result);
	(void)printf("%s slots=%u whole=%d left=%d\n", outcomes[result.outcome],
	    (unsigned)result.slots, result.whole, result.left);
	*hint = result.hint;
	return st;
}

static enum status
act(int fd, int argc, char **argv, bool *hint)
{
	uint32_t deleted = 0;
	enum status st;

	if (strcmp(argv[0], "probe") == 0)
		return at_probe(fd, hint);
	if (strcmp(argv[0], "sweep") == 0)
		return sweep(fd, argc, argv, hint);
	if (strcmp(argv[0], "clean") != 0)
		return rescue(fd, argc, argv, hint);
	st = sweep_clean(fd, &deleted, hint);
	(void)printf("deleted=%u\n", (unsigned)deleted);
	return st;
}

int
main(int argc, char **argv)
{
	bool hint = false;
	enum status st;
	int fd;

	if (argc < 3)
		return 2;
	if ((st = at_open(argv[1], "at115200", &fd)) == ST_OK)
		st = act(fd, argc - 2, argv + 2, &hint);
	(void)printf("= %s hint=%d\n", status_name(st), hint);
	return 0;
}
