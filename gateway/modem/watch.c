/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modem is like: few commands, because each costs its power and ours. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/modem/at.h"
#include "gateway/modem/modem_impl.h"

#define READY_TRIES 20 /* seconds until a SIM that was just opened gives its texts */
#define RSSI_MAX 31    /* 3GPP TS 27.007 8.5 */

enum status
watch_begin(struct modem *m)
{
	enum status st = ST_AGAIN;

	m->state.signal_percent = -1;
	m->state.registration = REGISTRATION_UNKNOWN;
	m->state.swept_s = INT64_MIN;
	m->state.sweep = m->options->sweep != SWEEP_OFF;
	for (int tries = 0; tries < READY_TRIES && st == ST_AGAIN; tries++) {
		if (tries > 0)
			(void)poll(NULL, 0, 1000);
		st = modem_gammu_sizes(&m->state.sim.size, &m->state.phone.size);
	}
	return st == ST_AGAIN ? ST_DEVICE : st;
}

/* "+CSQ: 17,0": two numbers behind the colon. What is not there stays. */
static void
read_numbers(const char *text, int *first, int *second)
{
	const char *at = strchr(text, ':');
	char *end;
	long n;

	if (at == NULL)
		return;
	n = strtol(at + 1, &end, 10);
	if (end == at + 1 || n < 0 || n > 255)
		return;
	*first = (int)n;
	if (*end != ',')
		return;
	at = end + 1;
	n = strtol(at, &end, 10);
	if (end != at && n >= 0 && n <= 255)
		*second = (int)n;
}

/* ST_OK also if it was refused: then nothing is written. */
static enum status
ask(struct modem *m, const char *command, int *first, int *second)
{
	struct at_reply reply;
	enum status st;

	st = at_command(m->tty, command, &reply, AT_QUICK_MS);
	m->hinted |= reply.hint;
	if (st == ST_OK && reply.end == AT_OK)
		read_numbers(reply.text, first, second);
	at_reply_wipe(&reply);
	return st == ST_CLOSED ? ST_UNPLUGGED : modem_judge(m, st);
}

static enum status
ask_both(struct modem *m)
{
	int rssi = -1, error_rate = -1, mode = -1, registration = -1;
	enum status st;

	m->watched_ms = clock_boot_ms();
	if ((st = ask(m, "AT+CSQ", &rssi, &error_rate)) != ST_OK ||
	    (st = ask(m, "AT+CREG?", &mode, &registration)) != ST_OK)
		return st;
	m->state.signal_percent = rssi >= 0 && rssi <= RSSI_MAX ? rssi * 100 / RSSI_MAX : -1;
	m->state.registration = registration >= 0 && registration <= REGISTRATION_ROAMING
				    ? (uint32_t)registration
				    : REGISTRATION_UNKNOWN;
	return ST_OK;
}

enum status
watch_tell(struct modem *m)
{
	int64_t poll_ms = (int64_t)m->options->poll_s * 1000;
	struct ipc_message msg;
	enum status st;

	if (m->tty == -1)
		return ST_OK; /* the dummy device has nothing to tell */
	if (m->watched_ms == INT64_MIN || clock_boot_ms() - m->watched_ms >= poll_ms)
		if ((st = ask_both(m)) != ST_OK)
			return st;
	m->state.sim.used = m->in_sim;
	m->state.phone.used = m->in_phone;
	m->state.skipped = m->skipped;
	if (m->state_is_told && memcmp(&m->state, &m->state_told, sizeof(m->state)) == 0)
		return ST_OK;
	m->state_told = m->state;
	m->state_is_told = true;
	ipc_begin(&msg, MSG_MODEM_STATE);
	msg.body.MODEM_STATE = m->state;
	return link_send(m, &msg);
}
