/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/common/status.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

/* tocsind holds the lock of run_dir as long as it lives. */
bool
client_is_running(const struct conf *conf)
{
	int fd = open(conf->run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool held;

	if (fd == -1)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	(void)close(fd); /* gives a lock back that was not wanted */
	return held;
}

/* How core last ended, as tocsind noted it; 0: not known. */
static int
noted_fault(const char *run_dir)
{
	char path[CONF_PATH_MAX + sizeof(FAULT_FILE_NAME) + 1];
	uint8_t text[16];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", run_dir, FAULT_FILE_NAME);
	if (fileio_read(path, text, sizeof(text) - 1, &len) != ST_OK)
		return 0;
	text[len] = '\0';
	return (int)strtol((const char *)text, NULL, 10);
}

static const char *
fault_words(int fault)
{
	switch (fault) {
	case EXIT_SYNC:
		return "a write to the storage could not be confirmed: restart the machine; what "
		       "was "
		       "acknowledged is safe";
	case EXIT_STORAGE:
		return "the storage failed: see whether the disk is full or broken; texts wait in "
		       "the "
		       "modem";
	case EXIT_CONFIG:
		return "the settings or folders are wrong: run 'tocsin check'";
	case EXIT_CHANGED:
		return "the store or the anchor is not what it was: read the log of tocsind, and "
		       "do "
		       "not write to either";
	case EXIT_WIPED:
		return "it was wiped; nothing in its store can be opened any more";
	case EXIT_NOT_WIPED:
		return "the wipe failed: the anchor could not be overwritten; try 'tocsin wipe' "
		       "again, or destroy its medium by hand";
	default:
		return "it is starting, or busy: try again in a minute; if that does not help, "
		       "read "
		       "the log of tocsind";
	}
}

void
client_say_anew(FILE *out, const struct conf *conf)
{
	(out == stdout ? cmd_say : cmd_note)(
	    "To begin anew: stop tocsind, delete the folder %s%s%s and the file %s, and run "
	    "'tocsin init'. Every monitor must be enrolled again.",
	    conf->state_dir, conf->anchor_kind == ANCHOR_FILE ? ", the file " : "",
	    conf->anchor_kind == ANCHOR_FILE ? conf->anchor : "", cmd_settings());
}

int
client_unreachable(const struct conf *conf)
{
	int fault, code;

	if (!client_is_running(conf))
		return cmd_fail(EXIT_UNREACHABLE,
		    "the gateway does not run: start it with 'tocsind -c %s'", cmd_settings());
	fault = noted_fault(conf->run_dir);
	code = cmd_fail(EXIT_UNREACHABLE, "the gateway does not answer: %s", fault_words(fault));
	if (fault == EXIT_WIPED)
		client_say_anew(stderr, conf);
	return code;
}

int
client_open(struct client *c)
{
	char fault[CONF_FAULT_MAX];

	c->fd = -1;
	if (conf_read(cmd_settings(), &c->conf, fault) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "%s%s", fault,
		    cmd_settings_given() ? ""
					 : "; name the settings file with -c, or make a gateway "
					   "with 'tocsin init'");
	switch (ipc_connect(c->conf.run_dir, CONTROL_SOCKET_NAME, &c->fd)) {
	case ST_OK:
		return 0;
	case ST_NOT_ALLOWED:
		return cmd_fail(EXIT_UNREACHABLE, "this user may not talk to the gateway: run it "
						  "as the user of tocsind, or as root");
	default:
		return client_unreachable(&c->conf);
	}
}

void
client_close(struct client *c)
{
	if (c->fd != -1)
		(void)close(c->fd); /* a socket: nothing to lose */
	c->fd = -1;
}

int
client_puzzled(void)
{
	return cmd_fail(EXIT_UNREACHABLE,
	    "the gateway's answer was not understood: tocsin and tocsind must be of one version");
}

int
client_next(struct client *c, struct ipc_message *answer, int wait_s)
{
	const struct timeval limit = {wait_s, 0};
	const struct msg_result *result = &answer->body.RESULT;

	if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == -1)
		return client_unreachable(&c->conf);
	switch (ipc_receive(c->fd, IPC_CORE, IPC_CONTROL, answer, NULL)) {
	case ST_OK:
		break;
	case ST_SYNTAX:
		return client_puzzled();
	default:
		return client_unreachable(&c->conf);
	}
	if (answer->head.type != MSG_RESULT || result->status == ST_OK)
		return 0;
	if (result->status >= ST_COUNT)
		return client_puzzled();
	answer->body.RESULT.words[sizeof(result->words) - 1] = '\0';
	return cmd_fail(EXIT_REFUSED, "%s",
	    result->words[0] != '\0' ? result->words : status_words((enum status)result->status));
}

int
client_status(struct client *c, struct msg_status *out)
{
	struct ipc_message ask, answer;
	int code;

	ipc_begin(&ask, MSG_STATUS);
	if ((code = client_ask(c, &ask, &answer, CLIENT_WAIT_S)) != 0)
		return code;
	if (answer.head.type != MSG_STATUS_REPLY)
		return client_puzzled();
	*out = answer.body.STATUS_REPLY;
	out->anchor[sizeof(out->anchor) - 1] = '\0';
	out->fault[sizeof(out->fault) - 1] = '\0';
	out->weaker[sizeof(out->weaker) - 1] = '\0';
	return 0;
}

int
client_status_once(struct msg_status *out)
{
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	code = client_status(&c, out);
	client_close(&c);
	return code;
}

int
client_is_open(void)
{
	struct ipc_message ask, answer;
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0)
		return code;
	ipc_begin(&ask, MSG_COORDINATORS); /* answered while OPEN alone */
	code = client_ask(&c, &ask, &answer, CLIENT_WAIT_S);
	client_close(&c);
	return code;
}

int
client_ask(struct client *c, struct ipc_message *ask, struct ipc_message *answer, int wait_s)
{
	return client_ask_with(c, ask, -1, answer, wait_s);
}

int
client_ask_with(
    struct client *c, struct ipc_message *ask, int pass, struct ipc_message *answer, int wait_s)
{
	enum status st = ipc_send(c->fd, ask, pass);

	ipc_wipe(ask);
	memset(&answer->head, 0, sizeof(answer->head));
	if (st != ST_OK)
		return client_unreachable(&c->conf);
	return client_next(c, answer, wait_s);
}

bool
client_row(struct client *c, struct client_rows *rows, struct ipc_message *answer, int *code)
{
	if (*code == 0 && rows->begun)
		*code = client_next(c, answer, rows->wait_s);
	rows->begun = true;
	if (*code != 0)
		return false;
	if (answer->head.type != rows->row && answer->head.type != rows->last)
		*code = client_puzzled();
	return answer->head.type == rows->row;
}

int
client_ask_once(struct ipc_message *ask, int wait_s, struct ipc_message *answer)
{
	struct client c;
	int code;

	if ((code = client_open(&c)) != 0) {
		ipc_wipe(ask);
		return code;
	}
	code = client_ask(&c, ask, answer, wait_s);
	client_close(&c);
	if (code == 0 && answer->head.type != MSG_RESULT)
		return client_puzzled();
	return code;
}

int
client_tell(struct ipc_message *ask, int wait_s, const char *done)
{
	struct ipc_message answer;
	int code = client_ask_once(ask, wait_s, &answer);

	if (code == 0)
		cmd_say(
		    "%s", answer.body.RESULT.words[0] != '\0' ? answer.body.RESULT.words : done);
	return code;
}

int
client_queue(struct ipc_message *ask)
{
	struct ipc_message answer;
	int code = client_ask_once(ask, CLIENT_WAIT_S, &answer);

	if (code == 0)
		cmd_say("Number %u waits to be sent: 'tocsin outbox' tells what becomes of it.",
		    answer.body.RESULT.value);
	return code;
}
