/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/common/fileio.h"

static const int signals_caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define SIGNALS (sizeof(signals_caught) / sizeof(signals_caught[0]))

static volatile sig_atomic_t interrupted;

void
passphrase_wipe(struct passphrase *p)
{
	explicit_bzero(p, sizeof(*p));
}

/* What a terminal's signals found, to be put back. */
struct signals {
	struct sigaction action[SIGNALS];
	sigset_t mask; /* with which to wait: the signals may come then, and only then */
};

/*
 * Wait until fd can be read or a signal came. Between looking at the flag and a blocking read(2) a
 * signal would be lost, so they are blocked but for the time of ppoll(2).
 */
static enum status
wait_readable(int fd, const struct signals *signals)
{
	struct pollfd polled = {fd, POLLIN, 0};

	while (!interrupted)
		if (ppoll(&polled, 1, NULL, &signals->mask) == 1)
			return ST_OK;
		else if (errno != EINTR)
			return ST_IO;
	return ST_CLOSED;
}

static enum status
take_octet(int fd, const struct signals *signals, char *c, bool *end)
{
	enum status st = ST_OK;
	ssize_t got;

	do {
		if (signals != NULL && (st = wait_readable(fd, signals)) != ST_OK)
			return st;
		got = read(fd, c, 1);
	} while (got == -1 && errno == EINTR);
	*end = got == 0 || *c == '\n';
	return got == -1 ? ST_IO : ST_OK;
}

/*
 * One octet at a time, so that what follows the newline stays for the next reader.
 *   signals  NULL: no terminal.
 */
static enum status
take_line(int fd, const struct signals *signals, struct passphrase *out)
{
	enum status st;
	bool end = false;
	char c = '\0';

	while ((st = take_octet(fd, signals, &c, &end)) == ST_OK && !end) {
		if (c == '\0')
			st = ST_SYNTAX;
		else if (out->len == PASSPHRASE_MAX)
			st = ST_TOO_LONG;
		if (st != ST_OK)
			break;
		out->octets[out->len++] = c;
	}
	explicit_bzero(&c, sizeof(c));
	if (st == ST_OK && out->len == 0)
		st = ST_INCOMPLETE;
	if (st != ST_OK)
		passphrase_wipe(out);
	return st;
}

enum status
passphrase_from_fd(int fd, struct passphrase *out)
{
	out->len = 0;
	return take_line(fd, NULL, out);
}

static void
on_signal(int signo)
{
	interrupted = signo;
}

/* So that no signal leaves the terminal without echo. */
static void
signals_catch(struct signals *old)
{
	struct sigaction caught;
	sigset_t set;

	memset(&caught, 0, sizeof(caught));
	caught.sa_handler = on_signal;
	interrupted = 0;
	(void)sigemptyset(&set); /* none of these can fail with valid signals */
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)sigaddset(&set, signals_caught[i]);
		(void)sigaction(signals_caught[i], &caught, &old->action[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &set, &old->mask);
}

/* One that came since has its old effect now. */
static void
signals_restore(const struct signals *old)
{
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals_caught[i], &old->action[i], NULL); /* as above */
	(void)sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/* The terminal may be gone; then the read that follows says so. */
static void
say(int fd, const char *words)
{
	(void)!write(fd, words, strlen(words));
}

enum status
passphrase_from_tty(const char *prompt, struct passphrase *out)
{
	struct signals old;
	struct termios before, quiet;
	enum status st;
	int fd;

	out->len = 0;
	if ((fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1)
		return ST_UNKNOWN;
	if (tcgetattr(fd, &before) == -1) {
		(void)close(fd); /* nothing was written */
		return ST_UNKNOWN;
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	signals_catch(&old);
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
		say(fd, prompt);
		st = take_line(fd, &old, out);
		say(fd, "\n");
	} else {
		st = ST_IO;
	}
	(void)tcsetattr(fd, TCSAFLUSH, &before); /* nothing better can be tried */
	signals_restore(&old);
	(void)close(fd); /* a terminal: nothing to lose */
	return st;
}

enum status
passphrase_from_file(const char *path, struct passphrase *out)
{
	uint8_t text[PASSPHRASE_MAX + 2]; /* a newline, and one too many */
	enum status st;
	size_t len;

	out->len = 0;
	if ((st = fileio_read(path, text, sizeof(text), &len)) != ST_OK)
		return st;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len == 0)
		st = ST_INCOMPLETE;
	else if (len > PASSPHRASE_MAX)
		st = ST_TOO_LONG;
	else if (memchr(text, '\0', len) != NULL || memchr(text, '\n', len) != NULL)
		st = ST_SYNTAX;
	if (st == ST_OK) {
		memcpy(out->octets, text, len);
		out->len = len;
	}
	explicit_bzero(text, sizeof(text));
	return st;
}
