/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/at.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/common/clock.h"

#define PROBE_MS 3000
#define LINE_REST_MS 100
#define LINES_MAX 10000 /* after so many it is no answer any more */
#define CTRL_Z "\x1A"
#define ESC "\x1B"
#define SPEED_USUAL 115200

static enum status
speed_of(const char *connection, speed_t *speed)
{
	static const struct {
		unsigned long baud;
		speed_t speed;
	} speeds[] = {{4800, B4800}, {9600, B9600}, {19200, B19200}, {38400, B38400},
	    {57600, B57600}, {115200, B115200}, {230400, B230400}, {460800, B460800},
	    {921600, B921600}};
	const char *digits = connection + strcspn(connection, "0123456789");
	unsigned long baud = *digits != '\0' ? strtoul(digits, NULL, 10) : SPEED_USUAL;

	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i].baud == baud) {
			*speed = speeds[i].speed;
			return ST_OK;
		}
	return ST_DEVICE;
}

static enum status
make_raw(int fd, const char *connection)
{
	struct termios t;
	speed_t speed;
	enum status st;

	if ((st = speed_of(connection, &speed)) != ST_OK)
		return st;
	if (tcgetattr(fd, &t) != 0)
		return ST_DEVICE;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(tcflag_t)(HUPCL | CSTOPB);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0 ||
	    tcsetattr(fd, TCSANOW, &t) != 0)
		return ST_DEVICE;
	return ST_OK;
}

/*
 * That it may not be used will not change by itself, and not by cutting the modem's power. If by
 * its own mode it may be: it came after this process had closed its sandbox, and the next one has
 * it.
 */
static enum status
why_not_open(const char *device, int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
	case EIO:
		return ST_CLOSED;
	case EACCES:
		return access(device, R_OK | W_OK) == 0 ? ST_CLOSED : ST_CONFIG;
	case EPERM:
	case EBUSY:
		return ST_CONFIG;
	default:
		return ST_DEVICE;
	}
}

enum status
at_open(const char *device, const char *connection, int *fd)
{
	enum status st;

	*fd = -1;
	if (strcmp(connection, "none") == 0)
		return ST_OK;
	*fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*fd == -1)
		return why_not_open(device, errno);
	if ((st = make_raw(*fd, connection)) != ST_OK) {
		(void)close(*fd);
		*fd = -1;
	}
	return st;
}

/* ---- octets over the line ---- */

static int
left_ms(int64_t deadline)
{
	int64_t left = deadline - clock_boot_ms();

	return left > 0 ? (int)left : 0;
}

/* Wait for one of `events`. ST_OK; ST_DEVICE: the time is over; ST_CLOSED. */
static enum status
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd polled = {fd, events, 0};
	int n;

	for (;;) {
		n = poll(&polled, 1, left_ms(deadline));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0)
			return ST_DEVICE;
		if (n == -1 || (polled.revents & events) == 0)
			return ST_CLOSED; /* POLLHUP, POLLERR, POLLNVAL alone */
		return ST_OK;
	}
}

static enum status
write_all(int fd, const char *text, size_t len, int64_t deadline)
{
	enum status st;
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n == -1 && errno == EAGAIN) {
			if ((st = wait_for(fd, POLLOUT, deadline)) != ST_OK)
				return st;
		} else if (n == 0 || errno != EINTR) {
			return ST_CLOSED;
		}
	}
	return ST_OK;
}

/* Feed what is there. ST_OK; ST_AGAIN: nothing is; ST_CLOSED. */
static enum status
read_some(int fd, struct at_parser *p)
{
	uint8_t octets[512];
	ssize_t n;

	do
		n = read(fd, octets, sizeof(octets));
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return ST_AGAIN;
	if (n <= 0) /* 0: a tty that was hung up */
		return ST_CLOSED;
	at_feed(p, octets, (size_t)n);
	explicit_bzero(octets, sizeof(octets));
	return ST_OK;
}

/*
 * Until the parser has an end; then the rest of a line that has begun and the one that it brings:
 * it may be a hint. A line of the answer prolongs the time, what the modem says by itself does not.
 */
static enum status
read_answer(int fd, struct at_parser *p, int timeout_ms)
{
	int64_t deadline = clock_boot_ms() + timeout_ms;
	unsigned lines = p->lines;
	enum status st;

	while (p->reply->end == AT_NONE) {
		if ((st = wait_for(fd, POLLIN, deadline)) != ST_OK)
			return st;
		st = read_some(fd, p);
		if (st != ST_OK && st != ST_AGAIN)
			return st;
		if (p->lines != lines && p->lines < LINES_MAX)
			deadline = clock_boot_ms() + timeout_ms;
		lines = p->lines;
	}
	deadline = clock_boot_ms() + LINE_REST_MS;
	while ((p->len > 0 || p->brought != AT_BROUGHT_NOTHING) &&
	       wait_for(fd, POLLIN, deadline) == ST_OK && read_some(fd, p) == ST_OK)
		;
	return ST_OK;
}

/* What came since the last command: hints are remembered, the rest belongs to nobody. */
static enum status
drain(int fd, struct at_parser *p)
{
	enum status st;

	p->reply->end = AT_OK; /* so that only hints are looked for */
	for (int i = 0; i < 1024 && (st = read_some(fd, p)) != ST_AGAIN; i++)
		if (st != ST_OK)
			return st;
	p->reply->end = AT_NONE;
	return ST_OK;
}

static enum status
send_line(int fd, const char *line, const char *end, int64_t deadline)
{
	enum status st = write_all(fd, line, strlen(line), deadline);

	return st == ST_OK ? write_all(fd, end, strlen(end), deadline) : st;
}

/* The command and its answer; with a body, that too. */
static enum status
converse(int fd, const char *command, const char *body, struct at_parser *p, int timeout_ms)
{
	int64_t deadline = clock_boot_ms() + AT_QUICK_MS;
	enum status st;

	if ((st = drain(fd, p)) != ST_OK || (st = send_line(fd, command, "\r", deadline)) != ST_OK)
		return st;
	if (body == NULL)
		return read_answer(fd, p, timeout_ms);
	st = read_answer(fd, p, AT_QUICK_MS);
	if (st == ST_OK && p->reply->end == AT_PROMPT) {
		p->reply->end = AT_NONE;
		p->len = 0;
		deadline = clock_boot_ms() + AT_QUICK_MS;
		if ((st = send_line(fd, body, CTRL_Z, deadline)) == ST_OK)
			st = read_answer(fd, p, timeout_ms);
	} else if (st == ST_DEVICE) {
		/* It may wait for a body that never comes; nobody looks at its answer to this. */
		st = write(fd, ESC, 1) == 1 ? ST_DEVICE : ST_CLOSED;
	}
	return st;
}

static enum status
ask(int fd, const char *command, const char *body, at_line_fn *on_line, void *arg,
    struct at_reply *reply, int timeout_ms)
{
	struct at_parser p;
	enum status st;

	at_parser_begin(&p, command, true, on_line, arg, reply);
	st = converse(fd, command, body, &p, timeout_ms);
	explicit_bzero(&p, sizeof(p));
	return st;
}

enum status
at_lines(int fd, const char *command, at_line_fn *on_line, void *arg, struct at_reply *reply,
    int timeout_ms)
{
	return ask(fd, command, NULL, on_line, arg, reply, timeout_ms);
}

enum status
at_command(int fd, const char *command, struct at_reply *reply, int timeout_ms)
{
	return ask(fd, command, NULL, NULL, NULL, reply, timeout_ms);
}

enum status
at_body(int fd, const char *command, const char *body, struct at_reply *reply, int timeout_ms)
{
	return ask(fd, command, body, NULL, NULL, reply, timeout_ms);
}

/* A command that may be answered without its echo. A prompt is no answer to it. */
static enum status
ask_once(int fd, const char *command, bool *hint)
{
	struct at_reply reply;
	struct at_parser p;
	enum status st;

	at_parser_begin(&p, command, false, NULL, NULL, &reply);
	st = converse(fd, command, NULL, &p, PROBE_MS);
	if (st == ST_OK && reply.end == AT_PROMPT)
		st = ST_DEVICE;
	if (hint != NULL && reply.hint)
		*hint = true;
	at_reply_wipe(&reply);
	explicit_bzero(&p, sizeof(p));
	return st;
}

static enum status
ask_twice(int fd, const char *command, bool *hint)
{
	enum status st = ask_once(fd, command, hint);

	if (st != ST_DEVICE)
		return st;
	/* It may still wait for the body of a text whose sender was ended. */
	if (write(fd, ESC "\r", 2) != 2)
		return ST_CLOSED;
	return ask_once(fd, command, hint);
}

enum status
at_probe(int fd, bool *hint)
{
	return ask_twice(fd, "AT", hint);
}

enum status
at_echo(int fd, bool *hint)
{
	return ask_twice(fd, "ATE1", hint);
}

void
at_reply_wipe(struct at_reply *reply)
{
	explicit_bzero(reply, sizeof(*reply));
}
