/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/chosen.h"

#include <stdio.h>
#include <string.h>

#include "gateway/control/client.h"
#include "gateway/control/show.h"

static const struct chosen_row rows[] = {
#define X(name, number, word, words, in_protected, in_open, help) \
	{SETTING_##name, word, words, {in_protected, in_open}, help},
#include "schemas/store/choices.def"
#undef X
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

#define AS_POSTURE "as-posture"

const struct chosen_row *
chosen_row(size_t i)
{
	return i < ROW_COUNT ? &rows[i] : NULL;
}

const struct chosen_row *
chosen_find(const char *word)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].word, word) == 0)
			return &rows[i];
	return NULL;
}

const char *
chosen_value(const struct chosen_row *row, uint32_t value, char out[CHOSEN_VALUE_MAX])
{
	const char *at = row->words;

	for (; value > 0 && *at != '\0'; value--) {
		at += strcspn(at, "|");
		at += *at == '|';
	}
	(void)snprintf(
	    out, CHOSEN_VALUE_MAX, "%.*s", (int)strcspn(at, "|"), *at != '\0' ? at : "?");
	return out;
}

bool
chosen_read(const struct chosen_row *row, const char *word, uint32_t *value)
{
	const char *at = row->words;
	size_t len;

	*value = SETTING_AS_POSTURE;
	if (strcmp(word, AS_POSTURE) == 0)
		return row->key != SETTING_POSTURE;
	for (uint32_t i = 0; *at != '\0'; i++) {
		len = strcspn(at, "|");
		if (strlen(word) == len && memcmp(word, at, len) == 0) {
			*value = i;
			return true;
		}
		at += len + (at[len] == '|');
	}
	return false;
}

void
chosen_status(const struct msg_status *s, char out[CHOSEN_STATUS_MAX])
{
	char parts[CHOSEN_STATUS_MAX / 2] = "", value[CHOSEN_VALUE_MAX];

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (s->differs >> rows[i].key & 1)
			show_add(parts, sizeof(parts), "%s", rows[i].word);
	(void)snprintf(out, CHOSEN_STATUS_MAX, "%s%s%s%s%s",
	    chosen_value(&rows[0], s->posture, value),
	    s->posture_by == SETTING_BY_FILE ? ", demanded by the settings file" : "",
	    parts[0] != '\0' ? "; chosen otherwise: " : "", parts,
	    parts[0] != '\0' ? " (see 'tocsin setting')" : "");
}

int
chosen_ask(enum setting_key key, uint32_t change, const char *text, struct msg_setting_is *out)
{
	struct ipc_message ask, answer;
	struct client c;
	int code;

	ipc_begin(&ask, MSG_SETTING);
	ask.body.SETTING.key = key;
	ask.body.SETTING.value = change;
	if (text != NULL)
		(void)snprintf(ask.body.SETTING.text, sizeof(ask.body.SETTING.text), "%s", text);
	if ((code = client_open(&c)) != 0) {
		ipc_wipe(&ask);
		return code;
	}
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	client_close(&c);
	if (code != 0)
		return code;
	if (answer.head.type != MSG_SETTING_IS || answer.body.SETTING_IS.key != key)
		return client_puzzled();
	*out = answer.body.SETTING_IS;
	out->text[sizeof(out->text) - 1] = '\0';
	return 0;
}
