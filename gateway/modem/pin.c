/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/pin.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "gateway/common/log.h"
#include "gateway/modem/modem_impl.h"

#define FILE_MAX 256
#define READY_TRIES 20 /* seconds from the PIN to a SIM that is ready, and for one that is busy */

static const char mark[] = "\ntried\n";

/* The digits at the beginning; their number. */
static size_t
digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

enum status
pin_read(int fd, char pin[PIN_MAX + 1], bool *tried)
{
	char text[FILE_MAX];
	ssize_t got = pread(fd, text, sizeof(text), 0);
	enum status st = ST_SYNTAX;
	size_t len, line;

	if (got < 0)
		return ST_IO;
	len = (size_t)got;
	line = digits(text, len);
	if (line >= PIN_MIN && line <= PIN_MAX &&
	    (line == len || text[line] == '\n' || text[line] == '\r')) {
		memcpy(pin, text, line);
		pin[line] = '\0';
		*tried = memmem(text + line, len - line, "tried", 5) != NULL;
		st = ST_OK;
	}
	explicit_bzero(text, sizeof(text));
	return st;
}

enum status
pin_mark(int fd, bool tried)
{
	char text[FILE_MAX];
	ssize_t got = pread(fd, text, sizeof(text), 0);
	enum status st = ST_IO;
	size_t line;

	if (got >= 0) {
		line = digits(text, (size_t)got);
		if (ftruncate(fd, (off_t)line) == 0 &&
		    pwrite(fd, mark, tried ? sizeof(mark) - 1 : 1, (off_t)line) ==
			(tried ? (ssize_t)sizeof(mark) - 1 : 1) &&
		    fsync(fd) == 0)
			st = ST_OK;
	}
	explicit_bzero(text, sizeof(text));
	return st;
}

/* Until it says something. */
static enum status
ask_sim(enum modem_sim *sim)
{
	enum status st = ST_AGAIN;

	for (int tries = 0; tries < READY_TRIES && st == ST_AGAIN; tries++) {
		if (tries > 0)
			(void)poll(NULL, 0, 1000);
		st = modem_gammu_sim(sim);
	}
	return st == ST_AGAIN ? ST_DEVICE : st;
}

static enum status
wait_until_open(void)
{
	enum modem_sim sim = SIM_WANTS_PIN;
	enum status st;

	for (int tries = 0; tries < READY_TRIES; tries++) {
		if ((st = ask_sim(&sim)) != ST_OK)
			return st;
		if (sim != SIM_WANTS_PIN)
			break;
		(void)poll(NULL, 0, 1000);
	}
	return sim == SIM_READY ? ST_OK : ST_PIN;
}

/* The mark is durable before the PIN is sent, and goes only after the SIM has opened. */
static enum status
try_pin(int fd, const char *pin)
{
	enum status st;

	if (pin_mark(fd, true) != ST_OK)
		return ST_PIN;
	st = modem_gammu_enter_pin(pin);
	if (st == ST_PASSPHRASE) {
		log_event(EV_PIN_REFUSED);
		return ST_PIN;
	}
	return st == ST_OK ? wait_until_open() : st;
}

/*
 * The SIM is open, so no PIN was refused since: the mark goes, also one of a process that ended
 * between the PIN and the answer. One that cannot be taken away says only that a person is to look.
 */
static void
forget_try(int fd)
{
	char pin[PIN_MAX + 1] = "";
	bool tried = false;
	enum status st = fd == -1 ? ST_IO : pin_read(fd, pin, &tried);

	explicit_bzero(pin, sizeof(pin));
	if (st == ST_OK && tried)
		st = pin_mark(fd, false);
	(void)st;
}

enum status
pin_unlock(struct modem *m)
{
	char pin[PIN_MAX + 1] = "";
	enum modem_sim sim = SIM_READY;
	bool tried = true;
	enum status st;

	if ((st = ask_sim(&sim)) != ST_OK)
		return st;
	if (sim != SIM_READY) {
		if (sim != SIM_WANTS_PIN || m->options->pin_fd == -1)
			return ST_PIN;
		if (pin_read(m->options->pin_fd, pin, &tried) == ST_OK && !tried)
			st = try_pin(m->options->pin_fd, pin);
		else
			st = ST_PIN;
		explicit_bzero(pin, sizeof(pin));
	}
	if (st == ST_OK)
		forget_try(m->options->pin_fd);
	return st;
}
