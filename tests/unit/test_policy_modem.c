/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a modem's process is started again, as a table: a story of ends, and what each leads to. */
#include <signal.h>

#include "gateway/common/modem_policy.h"
#include "schemas/exit.h"
#include "tests/support/check.h"

enum act { ENDS, ANSWERS, CYCLED, REPLUGGED };

struct step {
	enum act act;
	int code, signal;
	int64_t after_ms; /* since the step before */
	int64_t pause_ms;
	bool power_cycle, needs_device, needs_pin, rescue;
};

#define END(code, pause) \
	{ \
		ENDS, code, 0, 1000, pause, false, false, false, false \
	}
#define SILENT(pause) END(EXIT_DEVICE, pause)
#define CUT \
	{ \
		ENDS, EXIT_DEVICE, 0, 1000, 0, true, false, false, false \
	}
#define UNPLUGGED(pause) \
	{ \
		ENDS, EXIT_UNPLUGGED, 0, 1000, pause, false, true, false, false \
	}
#define KILLED(number, pause) \
	{ \
		ENDS, -1, number, 1000, pause, false, false, false, true \
	}
#define AFTER(ms) \
	{ \
		CYCLED, 0, 0, ms, 0, false, false, false, false \
	}
#define ANSWERED \
	{ \
		ANSWERS, 0, 0, 1000, 0, false, false, false, false \
	}
#define PLUGGED \
	{ \
		REPLUGGED, 0, 0, 1000, 0, false, false, false, false \
	}
#define LAST \
	{ \
		ENDS, 0, 0, -1, 0, false, false, false, false \
	}

/* One that hangs: at once, cut, then not again before half a minute, one minute, two, four, five.
 */
static const struct step hangs[] = {SILENT(0), CUT, AFTER(5000), SILENT(0), SILENT(1000),
    SILENT(2000), SILENT(4000), SILENT(8000), SILENT(16000), SILENT(23000), LAST};

static const struct step gaps[] = {SILENT(0), CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 28999, 1, false, false, false, false}, CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 58999, 1, false, false, false, false}, CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 118999, 1, false, false, false, false}, CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 238999, 1, false, false, false, false}, CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 298999, 1, false, false, false, false}, CUT, AFTER(0), SILENT(0),
    {ENDS, EXIT_DEVICE, 0, 298999, 1, false, false, false, false}, CUT, LAST};

/* One that answered is new again, but for half a minute since the last cut. */
static const struct step answers[] = {SILENT(0), ANSWERED, SILENT(0), ANSWERED, SILENT(0), CUT,
    AFTER(0), ANSWERED, SILENT(0), SILENT(1000),
    {ENDS, EXIT_DEVICE, 0, 26000, 1000, false, false, false, false}, CUT, AFTER(0), ANSWERED,
    ANSWERED, ANSWERED, {ENDS, EXIT_DEVICE, 0, 60000, 0, false, false, false, false}, CUT, LAST};

/* A call that its own alarm ended is silence too; and its next process looks first with care. */
static const struct step alarms[] = {{ENDS, -1, SIGALRM, 0, 0, false, false, false, true},
    {ENDS, -1, SIGALRM, 0, 0, true, false, false, true}, LAST};

/* Plugged in anew, it is another one. */
static const struct step unplugs[] = {UNPLUGGED(300), UNPLUGGED(600), UNPLUGGED(1200),
    UNPLUGGED(2400), UNPLUGGED(4800), UNPLUGGED(9600), UNPLUGGED(19200), UNPLUGGED(30000),
    UNPLUGGED(30000), PLUGGED, UNPLUGGED(300), SILENT(0), PLUGGED, SILENT(0), CUT, LAST};

static const struct step others[] = {{ENDS, EXIT_PIN, 0, 1000, 3600000, false, false, true, false},
    {ENDS, EXIT_PIN, 0, 1000, 3600000, false, false, true, false}, ANSWERED,
    END(EXIT_CONFIG, 60000), END(127, 60000), ANSWERED, END(EXIT_DONE, 100), END(EXIT_MEMORY, 200),
    KILLED(SIGABRT, 400), KILLED(SIGSEGV, 800), END(EXIT_CHANNEL, 1600), END(EXIT_STORAGE, 3200),
    END(EXIT_DONE, 6400), END(EXIT_DONE, 12800), END(EXIT_DONE, 25600), END(EXIT_DONE, 51200),
    END(EXIT_DONE, 60000), END(EXIT_DONE, 60000), ANSWERED, KILLED(SIGABRT, 100), LAST};

static const struct {
	const char *name;
	const struct step *steps;
	bool can_cycle;
} stories[] = {{"hangs", hangs, true}, {"gaps", gaps, true}, {"answers", answers, true},
    {"alarms", alarms, true}, {"unplugs", unplugs, true}, {"others", others, true}};

static void
test_stories(void)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct modem_policy p = {0};
		int64_t now_ms = 1000000;

		for (size_t k = 0; stories[i].steps[k].after_ms >= 0; k++) {
			const struct step *s = &stories[i].steps[k];
			struct modem_plan plan = {0};

			ROW("%s, step %zu", stories[i].name, k);
			now_ms += s->after_ms;
			if (s->act == ANSWERS)
				modem_policy_answered(&p);
			else if (s->act == CYCLED)
				modem_policy_cycled(&p, now_ms);
			else if (s->act == REPLUGGED)
				modem_policy_replugged(&p);
			else
				modem_policy_ended(&p,
				    &(struct modem_end){
					s->code, s->signal, false, stories[i].can_cycle, now_ms},
				    &plan);
			CHECK_EQ(plan.pause_ms, s->pause_ms);
			CHECK_EQ(plan.power_cycle, s->power_cycle);
			CHECK_EQ(plan.needs_device, s->needs_device);
			CHECK_EQ(plan.needs_pin, s->needs_pin);
			CHECK_EQ(plan.rescue, s->rescue);
		}
	}
}

static void
test_without_program(void)
{
	struct modem_policy p = {0};
	struct modem_plan plan;
	int64_t wanted = 0;

	for (unsigned i = 0; i < 12; i++) {
		modem_policy_ended(
		    &p, &(struct modem_end){EXIT_DEVICE, 0, false, false, 1000 * i}, &plan);
		CHECK(!plan.power_cycle);
		CHECK_EQ(plan.pause_ms, wanted);
		wanted = wanted == 0 ? 1000 : wanted * 2 < 60000 ? wanted * 2 : 60000;
	}
}

static void
test_told(void)
{
	struct modem_policy p = {0}, before;
	struct modem_plan plan = {.pause_ms = 5, .rescue = true};

	modem_policy_ended(&p, &(struct modem_end){EXIT_DEVICE, 0, false, true, 0}, &plan);
	before = p;
	modem_policy_ended(&p, &(struct modem_end){-1, SIGKILL, true, true, 0}, &plan);
	CHECK_EQ(plan.pause_ms, 0);
	CHECK(!plan.rescue && !plan.power_cycle && !plan.needs_device && !plan.needs_pin);
	CHECK_EQ(p.silent, before.silent);
	CHECK_EQ(p.ends, before.ends);
}

static void
test_count(void)
{
	struct modem_policy p = {0};

	modem_policy_cycled(&p, 0);
	modem_policy_cycled(&p, 0);
	CHECK_EQ(p.power_cycled, 2);
	modem_policy_answered(&p);
	CHECK_EQ(p.power_cycled, 0);
}

/* A device that is not there is nobody's fault but its power cycle's, if that was the last. */
static void
test_left_off(void)
{
	struct modem_policy p = {0};

	CHECK(!modem_policy_cycles_again(&p, 1000000)); /* pulled out */
	modem_policy_cycled(&p, 1000000);
	CHECK(!modem_policy_cycles_again(&p, 1000000 + MODEM_CYCLE_FIRST_MS - 1));
	CHECK(modem_policy_cycles_again(&p, 1000000 + MODEM_CYCLE_FIRST_MS));
	modem_policy_cycled(&p, 2000000);
	CHECK(!modem_policy_cycles_again(&p, 2000000 + MODEM_CYCLE_FIRST_MS)); /* later each time */
	CHECK(modem_policy_cycles_again(&p, 2000000 + 2 * MODEM_CYCLE_FIRST_MS));
	modem_policy_answered(&p);
	CHECK(!modem_policy_cycles_again(&p, 9000000));
}

int
main(void)
{
	test_stories();
	test_without_program();
	test_told();
	test_count();
	test_left_off();
	return check_done();
}
