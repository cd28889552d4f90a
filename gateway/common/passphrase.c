/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
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

/* A terminal that shows nothing of what is typed. */
struct quiet {
	int fd;
	struct termios before;
	struct signals signals;
};

static enum status
quiet_begin(struct quiet *q)
{
	struct termios quiet;

	if ((q->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1)
		return ST_UNKNOWN;
	if (tcgetattr(q->fd, &q->before) == -1) {
		(void)close(q->fd); /* nothing was written */
		return ST_UNKNOWN;
	}
	quiet = q->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	signals_catch(&q->signals);
	return tcsetattr(q->fd, TCSAFLUSH, &quiet) == 0 ? ST_OK : ST_IO;
}

/* Due after any status of quiet_begin() but ST_UNKNOWN. */
static void
quiet_end(struct quiet *q)
{
	(void)tcsetattr(q->fd, TCSAFLUSH, &q->before); /* nothing better can be tried */
	signals_restore(&q->signals);
	(void)close(q->fd); /* a terminal: nothing to lose */
}

enum status
passphrase_from_tty(const char *prompt, struct passphrase *out)
{
	struct quiet quiet;
	enum status st;

	out->len = 0;
	if ((st = quiet_begin(&quiet)) == ST_UNKNOWN)
		return st;
	if (st == ST_OK) {
		say(quiet.fd, prompt);
		st = take_line(quiet.fd, &quiet.signals, out);
		say(quiet.fd, "\n");
	}
	quiet_end(&quiet);
	return st;
}

enum status
passphrase_lines_from_tty(const char *prompt, uint8_t *out, size_t cap, size_t *len)
{
	struct passphrase line = {.len = 0};
	struct quiet quiet;
	enum status st;

	*len = 0;
	if ((st = quiet_begin(&quiet)) == ST_UNKNOWN)
		return st;
	if (st == ST_OK)
		say(quiet.fd, prompt);
	while (st == ST_OK) {
		line.len = 0;
		st = take_line(quiet.fd, &quiet.signals, &line);
		if (st == ST_OK && line.len >= cap - *len)
			st = ST_TOO_LONG;
		if (st != ST_OK)
			break;
		memcpy(out + *len, line.octets, line.len);
		*len += line.len;
		out[(*len)++] = '\n';
	}
	passphrase_wipe(&line);
	quiet_end(&quiet);
	if (st == ST_INCOMPLETE) /* the empty line */
		return *len > 0 ? ST_OK : ST_INCOMPLETE;
	explicit_bzero(out, cap);
	return st;
}

/* Is it a plain file that others than its owner may read or write? */
static bool
is_others(const char *path)
{
	struct stat sb;

	return stat(path, &sb) == 0 && S_ISREG(sb.st_mode) &&
	       (sb.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

enum status
passphrase_from_file(const char *path, struct passphrase *out)
{
	uint8_t text[PASSPHRASE_MAX + 2]; /* a newline, and one too many */
	enum status st;
	size_t len;

	out->len = 0;
	if (is_others(path))
		return ST_FORGED;
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
