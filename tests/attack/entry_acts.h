/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports that a coordinator writes down, for tests/attack/test_core_fold_is_view.c, whose `rig`
 * and `draw` it uses. */
#ifndef TESTS_ATTACK_ENTRY_ACTS_H
#define TESTS_ATTACK_ENTRY_ACTS_H

#include "gateway/core/entry.h"

static void
act_entry(void)
{
	static const char *const texts[] = {"KIL 101 n3", "BUR 104; MAS 102 n10-20 c2",
	    "drill KIL 101", "nothing of the kind", "KIL 101 xyz about many"};
	const char *text = texts[draw(sizeof(texts) / sizeof(texts[0]))];
	struct msg_report_text ask = {.text_len = (uint32_t)strlen(text)};
	char words[SESSION_WORDS_MAX];
	static struct entry e;
	uint64_t first;

	if (rig.session.at != IN_OPEN)
		return;
	memcpy(ask.text, text, ask.text_len);
	if (draw(2))
		memcpy(ask.note, "BY THE RIVER", 13);
	if (entry_read(&rig.session, &ask, &e, words) == ST_OK)
		CHECK_EQ(entry_store(&rig.session, &e, &first), ST_OK);
}

#endif
