/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_choose.h"

#include <sodium.h>
#include <stdio.h>

#include "gateway/control/cmd.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define PASSPHRASE_CHARACTERS_MIN 12
#define TRIES 3

static size_t
characters(const struct passphrase *p)
{
	const uint8_t *at = (const uint8_t *)p->octets, *end = at + p->len;
	size_t count = 0;
	int32_t c;

	for (; at < end; count++)
		at += show_character(at, (size_t)(end - at), &c);
	return count;
}

static int
check_strength(const struct passphrase *p)
{
	if (characters(p) < PASSPHRASE_CHARACTERS_MIN)
		return cmd_fail(EXIT_REFUSED,
		    "the passphrase has fewer than %d characters: take six words drawn by lot",
		    PASSPHRASE_CHARACTERS_MIN);
	return 0;
}

static bool
is_same(const struct passphrase *a, const struct passphrase *b)
{
	return a->len == b->len && sodium_memcmp(a->octets, b->octets, a->len) == 0;
}

/* Twice at a terminal; once from a descriptor or a file. */
int
init_choose_passphrase(const struct plan *p, struct passphrase *out)
{
	struct passphrase again;
	bool at_terminal = p->secret.file == NULL && !p->secret.fd_given, same;
	int code = 0;

	if (at_terminal)
		puts("\nThe passphrase opens everything, and nobody can reset it. Six words drawn "
		     "by lot\n"
		     "from a list make a good one; a sentence out of a book or a song does not.");
	for (int i = 0; i < TRIES; i++) {
		if ((code = secret_get(&p->secret, "New passphrase: ", out)) != 0)
			return code;
		if ((code = check_strength(out)) == 0) {
			if (!at_terminal)
				return 0;
			if ((code = secret_get(&p->secret, "Once more: ", &again)) != 0)
				break;
			same = is_same(out, &again);
			passphrase_wipe(&again);
			if (same)
				return 0;
			code = cmd_fail(EXIT_REFUSED, "the two are not the same");
		}
		passphrase_wipe(out);
		if (!at_terminal)
			return code;
	}
	passphrase_wipe(out);
	return code;
}

void
init_choose_cost(struct plan *p)
{
	if (p->argon_memory != 0 || p->argon_passes != 0) {
		p->cost.memory_mib =
		    p->argon_memory != 0 ? (uint32_t)p->argon_memory : COST_MEMORY_MIN;
		p->cost.passes = p->argon_passes != 0 ? (uint32_t)p->argon_passes : COST_PASSES_MIN;
	} else {
		p->cost = cost_measure();
	}
	printf("One try of the passphrase costs %u MiB of memory and %u passes", p->cost.memory_mib,
	    p->cost.passes);
	if (p->cost.about_ms != 0)
		printf(
		    ", about %u.%u s here", p->cost.about_ms / 1000, p->cost.about_ms / 100 % 10);
	puts(".");
}
