/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_choose.h"

#include <stdio.h>

#include "gateway/control/cmd.h"

int
init_choose_passphrase(const struct plan *p, struct passphrase *out)
{
	if (p->secret.file[0] == NULL && !p->secret.fd_given) {
		puts("");
		cmd_say("The passphrase opens everything, and nobody can reset it. Six words drawn "
			"by lot from a list make a good one; a sentence out of a book or a song "
			"does not.");
	}
	return secret_choose(&p->secret, "New passphrase: ", out);
}

void
init_choose_cost(struct plan *p)
{
	char time[40] = "";

	if (p->argon_memory != 0 || p->argon_passes != 0) {
		p->cost.memory_mib =
		    p->argon_memory != 0 ? (uint32_t)p->argon_memory : COST_MEMORY_MIN;
		p->cost.passes = p->argon_passes != 0 ? (uint32_t)p->argon_passes : COST_PASSES_MIN;
	} else {
		p->cost = cost_measure();
	}
	if (p->cost.about_ms != 0)
		(void)snprintf(time, sizeof(time), ", about %u.%u s here", p->cost.about_ms / 1000,
		    p->cost.about_ms / 100 % 10);
	cmd_say("One try of the passphrase costs %u MiB of memory and %u passes%s.",
	    p->cost.memory_mib, p->cost.passes, time);
}
