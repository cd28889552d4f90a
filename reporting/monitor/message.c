/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/message.h"

#include "reporting/monitor/say.h"

#include <stdio.h>
#include <string.h>

static void
say_sent(const struct compose_message *m, bool ack_codes)
{
	char chain[24] = "";

	if (m->generation > 0)
		(void)snprintf(chain, sizeof(chain), " of chain %u", m->generation + 1u);
	say("This is message no. %u%s.\nSend the %d characters as one SMS to the gateway's number.",
	    (unsigned)m->n + 1, chain, EW1_X_CHARS);
	if (ack_codes)
		say("If it arrives, the gateway answers %s.", m->ack);
	say("The Sent folder keeps the text: nobody can read the report from it without the");
	say("gateway, but it shows that something sealed was sent. Delete it there if you can.");
}

int
message_send(struct session *s, const struct composed *c)
{
	const bool ack_codes = s->state.ack_codes;
	struct compose_message message;
	int rc;

	rc = session_seal(s, c->plain, &message);
	session_close(s); /* what is shown is durable: others may go on */
	if (rc != 0)
		return rc;
	if ((rc = session_show(&message)) == 0)
		say_sent(&message, ack_codes);
	explicit_bzero(&message, sizeof(message));
	return rc;
}

int
message_silent(struct session *s, enum relation relation)
{
	struct composed c;

	compose_silent(relation, &c);
	return message_send(s, &c);
}
