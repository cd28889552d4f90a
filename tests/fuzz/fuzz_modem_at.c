/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as what a modem says. The first octet chooses the command and where the rest is cut
 * in two: the answer must be the same as in one piece, and stay within its bounds.
 */
#include "gateway/modem/at.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
read_in_two(const char *command, const uint8_t *data, size_t len, size_t cut, struct at_reply *out)
{
	static struct at_parser p;

	at_parser_begin(&p, command, true, NULL, NULL, out);
	at_feed(&p, data, cut);
	at_feed(&p, data + cut, len - cut);
	assert(out->len < sizeof(out->text) && strlen(out->text) == out->len);
	assert(out->code >= -1 && out->code <= 0xFFFF);
	assert(out->end <= AT_PROMPT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const commands[] = {"AT", "AT+CMGR=1", "AT+CMGW=9,2", "AT+CPMS?"};
	static struct at_reply whole, cut;

	if (len == 0)
		return 0;
	read_in_two(commands[data[0] % 4], data + 1, len - 1, 0, &whole);
	read_in_two(commands[data[0] % 4], data + 1, len - 1, (data[0] >> 2) % len, &cut);
	assert(whole.end == cut.end && whole.code == cut.code && whole.hint == cut.hint);
	assert(strcmp(whole.text, cut.text) == 0);
	return 0;
}
