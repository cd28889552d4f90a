/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a network chose (schemas/store/choices.def), as the commands ask core for it and name it.
 */
#ifndef GATEWAY_CONTROL_CHOSEN_H
#define GATEWAY_CONTROL_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/common/ipc.h"

struct chosen_row {
	enum setting_key key;
	const char *word, *words; /* its values, parted by |; empty: it is a text */
	uint32_t standard[2];     /* what holds without a choice, by the posture */
	const char *help;
};

/* NULL behind the last row. */
const struct chosen_row *chosen_row(size_t i);
/* By its word; NULL: there is none. */
const struct chosen_row *chosen_find(const char *word);

#define CHOSEN_VALUE_MAX 16
/* The word of a value; "?" for one that this program does not know. */
const char *chosen_value(const struct chosen_row *row, uint32_t value, char out[CHOSEN_VALUE_MAX]);
/* The value of a word, SETTING_AS_POSTURE for "as-posture". False: there is none. */
bool chosen_read(const struct chosen_row *row, const char *word, uint32_t *value);

/* The same for what a status says: "posture protected", and in words who demands it and which
 * parts were chosen otherwise. out: always ended. */
#define CHOSEN_STATUS_MAX 240
void chosen_status(const struct msg_status *s, char out[CHOSEN_STATUS_MAX]);

/*
 * Ask core for one (change: SETTING_TELL), or choose it.
 *   text  of a setting that is a text, else NULL.
 * 0, or the exit code after words.
 */
int chosen_ask(enum setting_key key, uint32_t change, const char *text, struct msg_setting_is *out);

#endif
