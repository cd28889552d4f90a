/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/passphrase.h"

#include <errno.h>
#include <fcntl.h>
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

/* One octet at a time, so that what follows the newline stays for the next reader. */
static enum status
take_line(int fd, struct passphrase *out)
{
	enum status st = ST_OK;
	char c = '\0';
	ssize_t got;

	for (;;) {
		got = read(fd, &c, 1);
		if (got == -1 && errno == EINTR && !interrupted)
			continue;
		if (got == -1)
			st = interrupted ? ST_CLOSED : ST_IO;
		else if (got == 1 && c == '\0')
			st = ST_SYNTAX;
		else if (got == 1 && c != '\n' && out->len == PASSPHRASE_MAX)
			st = ST_TOO_LONG;
		if (st != ST_OK || got == 0 || c == '\n')
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
	interrupted = 0;
	out->len = 0;
	return take_line(fd, out);
}

static void
on_signal(int signo)
{
	interrupted = signo;
}

/* So that no signal leaves the terminal without echo. */
static void
signals_catch(struct sigaction old[SIGNALS])
{
	struct sigaction caught;

	memset(&caught, 0, sizeof(caught));
	caught.sa_handler = on_signal; /* no SA_RESTART: read(2) comes back */
	interrupted = 0;
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals_caught[i], &caught, &old[i]); /* valid signals */
}

static void
signals_restore(const struct sigaction old[SIGNALS])
{
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals_caught[i], &old[i], NULL); /* as above */
	interrupted = 0;
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
	struct sigaction old[SIGNALS];
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
	signals_catch(old);
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
		say(fd, prompt);
		st = take_line(fd, out);
		say(fd, "\n");
	} else {
		st = ST_IO;
	}
	(void)tcsetattr(fd, TCSAFLUSH, &before); /* nothing better can be tried */
	signals_restore(old);
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
