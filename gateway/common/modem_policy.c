/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/modem_policy.h"

#include <signal.h>

#include "schemas/exit.h"

#define PAUSE_FIRST_MS 100
#define PAUSE_LAST_MS 60000
#define PAUSE_UNPLUGGED_MS 300 /* udev gives a new device its rights */
#define PAUSE_SILENT_MS 1000
#define EXIT_NOT_EXECUTED 127

/* first, doubled `times` times, at most last. */
static int64_t
doubled(int64_t first, unsigned times, int64_t last)
{
	while (times > 0 && first < last) {
		first *= 2;
		times--;
	}
	return first < last ? first : last;
}

/* A call to the library that got no answer ends by the process's own alarm. */
static bool
is_silence(const struct modem_end *end)
{
	return end->code == EXIT_DEVICE || end->signal == SIGALRM;
}

static void
plan_silent(struct modem_policy *p, const struct modem_end *end, struct modem_plan *plan)
{
	int64_t until_ms = p->cycle_from_ms - end->now_ms;

	p->silent++;
	if (p->silent == 1)
		return; /* at once */
	if (end->can_cycle && until_ms <= 0) {
		plan->power_cycle = true;
		return;
	}
	plan->pause_ms = doubled(PAUSE_SILENT_MS, p->silent - 2, PAUSE_LAST_MS);
	if (end->can_cycle && until_ms < plan->pause_ms)
		plan->pause_ms = until_ms;
}

void
modem_policy_ended(struct modem_policy *p, const struct modem_end *end, struct modem_plan *plan)
{
	*plan = (struct modem_plan){0};
	if (end->told_to_stop)
		return;
	plan->rescue = end->signal != 0;
	if (is_silence(end))
		plan_silent(p, end, plan);
	else if (end->code == EXIT_UNPLUGGED) {
		plan->pause_ms = doubled(PAUSE_UNPLUGGED_MS, p->ends, MODEM_NET_MS);
		plan->needs_device = true;
	} else if (end->code == EXIT_PIN) {
		plan->pause_ms = MODEM_PIN_MS;
		plan->needs_pin = true;
	} else if (end->code == EXIT_CONFIG || end->code == EXIT_NOT_EXECUTED)
		plan->pause_ms = PAUSE_LAST_MS;
	else
		plan->pause_ms = doubled(PAUSE_FIRST_MS, p->ends, PAUSE_LAST_MS);
	p->ends++;
}

void
modem_policy_answered(struct modem_policy *p)
{
	p->ends = p->silent = 0;
	if (p->power_cycled > 0) /* one that soon hangs again is not cut off again and again */
		p->cycle_from_ms -=
		    doubled(MODEM_CYCLE_FIRST_MS, p->power_cycled - 1, MODEM_CYCLE_LAST_MS) -
		    MODEM_CYCLE_FIRST_MS;
	p->power_cycled = 0;
}

void
modem_policy_cycled(struct modem_policy *p, int64_t now_ms)
{
	p->cycle_from_ms =
	    now_ms + doubled(MODEM_CYCLE_FIRST_MS, p->power_cycled, MODEM_CYCLE_LAST_MS);
	p->power_cycled++;
	p->silent = 0;
}

bool
modem_policy_cycles_again(const struct modem_policy *p, int64_t now_ms)
{
	return p->power_cycled > 0 && now_ms >= p->cycle_from_ms;
}

void
modem_policy_replugged(struct modem_policy *p)
{
	p->ends = p->silent = 0;
}
