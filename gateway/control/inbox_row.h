/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row of the inbox, for a person or for a script.
 */
#ifndef GATEWAY_CONTROL_INBOX_ROW_H
#define GATEWAY_CONTROL_INBOX_ROW_H

#include "gateway/control/show.h"
#include "schemas/messages.h"

#define INBOX_COLUMNS 8

struct inbox_table {
	struct show_column columns[INBOX_COLUMNS];
	size_t width; /* of the terminal */
	bool titled;
};

/* Fitted to the terminal. */
void inbox_table_init(struct inbox_table *t);

/* End every text of a row that came from core, and bound its lengths. */
void inbox_row_end_texts(struct msg_inbox_row *row);

/* A line of the table, or in words where it is too wide, and below it what does not fit in: reason
 * and raw text, what is odd. */
void inbox_row_print(struct inbox_table *t, const struct msg_inbox_row *row);

/* Every field, as one JSON object on a line. */
void inbox_row_json(const struct msg_inbox_row *row);

/* The number affected as the table shows it: "12", "~12", ">=12", "<=12", "many", "-". */
void inbox_row_affected(const struct msg_inbox_row *row, char *out, size_t cap);

#endif
