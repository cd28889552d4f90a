/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands' side of core: each request of schemas/messages.def, one row of a table.
 */
#ifndef GATEWAY_CORE_REQUESTS_H
#define GATEWAY_CORE_REQUESTS_H

#include "gateway/common/ipc.h"
#include "gateway/core/modems.h"
#include "gateway/core/session.h"

/* What the commands ask about, beside the session. Zeroed at the start. */
struct requests {
	struct session *session;
	int passed; /* a descriptor that came with the request, or -1; the caller closes it */
	struct modems *modems; /* borrowed; NULL: there are none */
	/* BOOK_PART: codebook and places files on their way in, before INIT or ACTIVATE */
	char *book[2];
	size_t book_len[2], book_total[2];
};
void requests_done(struct requests *r);

/*
 * Answer one request on fd (not blocking). The request is wiped.
 * ST_OK; ST_CLOSED (drop the connection); SC_STOP (the process must end).
 */
enum status requests_answer(struct requests *r, int fd, struct ipc_message *ask) MUST_USE;

#endif
