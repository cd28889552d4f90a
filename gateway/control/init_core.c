/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_core.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "gateway/common/program.h"
#include "gateway/common/sandbox.h"
#include "gateway/common/status.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"

#define EXIT_NOT_EXECUTED 127

/* In the child: descriptor 3 is the channel, nothing above it, nothing to read from. */
static void
become_core(const char *path, const char *settings, int channel)
{
	char *const argv[] = {(char *)(uintptr_t) "tocsin-core", (char *)(uintptr_t) "-c",
	    (char *)(uintptr_t)settings, (char *)(uintptr_t) "-i", NULL};
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	(void)sigemptyset(&none); /* neither can fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid(); /* Ctrl-C is for `tocsin init`, which waits and cleans up */
	if (null_fd != -1 && dup2(null_fd, STDIN_FILENO) == STDIN_FILENO &&
	    (channel == ROLE_CHANNEL_FD ? fcntl(channel, F_SETFD, 0) == 0
					: dup2(channel, ROLE_CHANNEL_FD) == ROLE_CHANNEL_FD)) {
		sandbox_close_above(ROLE_CHANNEL_FD);
		(void)execv(path, argv);
	}
	_exit(EXIT_NOT_EXECUTED);
}

/* Send, with a descriptor or -1, and get `wanted`, which may be RESULT. Wipes m; what comes back is
 * the caller's to wipe on 0. 0, or EXIT_REFUSED after words. */
static int
tell(int channel, struct ipc_message *m, int pass, enum message_type wanted)
{
	const struct msg_result *result = &m->body.RESULT;
	enum status st = ipc_send(channel, m, pass);
	int code = 0;

	ipc_wipe(m);
	if (st == ST_OK)
		st = ipc_receive(channel, IPC_CORE, IPC_CONTROL, m, NULL);
	if (st == ST_OK && m->head.type == wanted && wanted != MSG_RESULT)
		return 0;
	if (st != ST_OK || m->head.type != MSG_RESULT || result->status >= ST_COUNT)
		return cmd_fail(EXIT_REFUSED, "tocsin-core ended before the gateway was made");
	m->body.RESULT.words[sizeof(result->words) - 1] = '\0';
	if (result->status != ST_OK)
		code = cmd_fail(EXIT_REFUSED, "%s",
		    result->words[0] != '\0' ? result->words
					     : status_words((enum status)result->status));
	ipc_wipe(m);
	return code;
}

static int
tell_book(int channel, uint32_t which, const struct book_file *f)
{
	struct ipc_message m;
	struct msg_book_part *part = &m.body.BOOK_PART;
	size_t at = 0, len;
	int code;

	do {
		len = f->len - at < sizeof(part->octets) ? f->len - at : sizeof(part->octets);
		ipc_begin(&m, MSG_BOOK_PART);
		part->which = which;
		part->total = (uint32_t)f->len;
		part->offset = (uint32_t)at;
		part->len = (uint32_t)len;
		memcpy(part->octets, f->text + at, len);
		code = tell(channel, &m, -1, MSG_RESULT);
		at += len;
	} while (code == 0 && at < f->len);
	return code;
}

static int
tell_init(int channel, const struct birth *b)
{
	struct ipc_message m;
	struct msg_init *init = &m.body.INIT;

	ipc_begin(&m, MSG_INIT);
	init->passphrase.len = (uint32_t)b->passphrase->len;
	memcpy(init->passphrase.octets, b->passphrase->octets, b->passphrase->len);
	init->argon_memory = (uint64_t)b->plan->cost.memory_mib << 20;
	init->argon_passes = b->plan->cost.passes;
	init->posture = strcmp(b->plan->answer[PLAN_POSTURE], "open") == 0;
	return tell(channel, &m, -1, MSG_RESULT);
}

static int
tell_restore(int channel, const struct birth *b)
{
	struct ipc_message m;
	struct msg_restore *restore = &m.body.RESTORE;
	int code;

	ipc_begin(&m, MSG_RESTORE);
	restore->passphrase.len = (uint32_t)b->passphrase->len;
	memcpy(restore->passphrase.octets, b->passphrase->octets, b->passphrase->len);
	restore->key_len = (uint32_t)b->key->len;
	memcpy(restore->key, b->key->octets, b->key->len);
	restore->argon_memory = (uint64_t)b->plan->cost.memory_mib << 20;
	restore->argon_passes = b->plan->cost.passes;
	restore->from_file = b->backup != -1;
	if ((code = tell(channel, &m, b->backup, MSG_RESTORED)) == 0)
		*b->restored = m.body.RESTORED;
	ipc_wipe(&m);
	return code;
}

static int
converse(int channel, const struct birth *b)
{
	int code;

	if (b->key != NULL)
		return tell_restore(channel, b);
	if ((code = tell_book(channel, 0, b->codebook)) != 0 ||
	    (code = tell_book(channel, 1, b->places)) != 0)
		return code;
	return tell_init(channel, b);
}

int
init_core(const struct birth *b)
{
	char path[CONF_PATH_MAX];
	int pair[2], code, wait_status = 0;
	pid_t pid;

	if (program_find(cmd_program(), "tocsin-core", path, sizeof(path)) != ST_OK)
		return cmd_fail(
		    EXIT_REFUSED, "cannot find %s: the installation is not complete", path);
	if (ipc_pair(pair) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "no descriptors left: close other programs");
	if ((pid = fork()) == 0)
		become_core(path, b->plan->settings, pair[1]);
	(void)close(pair[1]); /* core has its own */
	if (pid == -1)
		code = cmd_fail(EXIT_REFUSED, "no process can be made: close other programs");
	else
		code = converse(pair[0], b);
	(void)close(pair[0]); /* core ends when it sees this */
	if (pid != -1 && waitpid(pid, &wait_status, 0) == pid && code == 0 && wait_status != 0)
		code = cmd_fail(EXIT_REFUSED, "tocsin-core did not end as it should");
	return code;
}
