/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modems as core knows them, and in words what is wrong with one: for `modem` and `status`.
 */
#ifndef GATEWAY_CONTROL_MODEM_STATE_H
#define GATEWAY_CONTROL_MODEM_STATE_H

#include <stddef.h>

#include "gateway/control/client.h"

#define MODEM_WRONGS_MAX 8
#define MODEM_WORDS_MAX 320
#define MODEM_FULL_PERCENT 70 /* of a storage: so much that nothing can free is too much */

struct modem_list {
	size_t count;
	struct msg_modem_row row[MODEMS_MAX];
};

struct modem_wrongs {
	size_t count;
	char words[MODEM_WRONGS_MAX][MODEM_WORDS_MAX];
};

/* Ask core. 0, or the exit code after words. */
int modem_list_ask(struct client *c, struct modem_list *out);

/* What is wrong with it, a sentence each. They name it: "the modem", or "modem 2" of several. */
void modem_find_wrongs(
    const struct msg_modem_row *row, const struct conf *conf, struct modem_wrongs *out);

/*
 * What is wrong with the file of the SIM's PIN, as the end of a sentence that begins with its path;
 * NULL: it is as it must be.
 */
const char *modem_pin_file_wrong(const char *path);

/* Percent of a storage, 0 if there is none. */
unsigned modem_percent(const struct msg_storage *s);

#endif
