/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/typed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/control/cmd.h"
#include "schemas/exit.h"
#include "schemas/status.h"

#define LINE_MAX_TYPED 1024

/* To the newline or the end; what does not fit is read, and told by the result. */
static enum status
take_line(int fd, char *out, size_t cap)
{
	size_t len = 0;
	bool fits = true, some = false;
	ssize_t got;
	char c;

	for (;;) {
		got = read(fd, &c, 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0 || c == '\n')
			break;
		some = true;
		if (c == '\0' || len + 1 >= cap)
			fits = false;
		else
			out[len++] = c;
	}
	explicit_bzero(&c, sizeof(c));
	out[len] = '\0';
	if (got == -1)
		return ST_IO;
	if (!some)
		return ST_INCOMPLETE;
	return fits ? ST_OK : ST_TOO_LONG;
}

static int
ask_line(const char *prompt, const char *instead, char *out, size_t cap, bool may_be_empty)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	enum status st;

	out[0] = '\0';
	if (fd == -1)
		return cmd_fail(EXIT_USAGE, "there is no terminal to ask at: use %s", instead);
	(void)!write(fd, prompt, strlen(prompt)); /* a terminal that is gone reads nothing */
	st = take_line(fd, out, cap);
	(void)close(fd); /* a terminal */
	switch (st) {
	case ST_OK:
		return 0;
	case ST_INCOMPLETE:
		if (may_be_empty)
			return 0;
		return cmd_fail(EXIT_REFUSED, "nothing was typed: nothing was done");
	case ST_TOO_LONG:
		explicit_bzero(out, cap);
		return cmd_fail(EXIT_REFUSED, "that is longer than it can be: nothing was done");
	default:
		return cmd_fail(EXIT_REFUSED, "the terminal cannot be read: nothing was done");
	}
}

int
typed_line(const char *prompt, const char *instead, char *out, size_t cap)
{
	return ask_line(prompt, instead, out, cap, false);
}

int
typed_maybe(const char *prompt, const char *instead, char *out, size_t cap)
{
	return ask_line(prompt, instead, out, cap, true);
}

static int
file_refused(const char *file, enum status st)
{
	switch (st) {
	case ST_UNKNOWN:
		return cmd_fail(EXIT_REFUSED, "there is no file %s", file);
	case ST_NOT_ALLOWED:
		return cmd_fail(EXIT_REFUSED, "%s may not be read by this user", file);
	case ST_TOO_LONG:
		return cmd_fail(EXIT_REFUSED, "what %s holds is too long: nothing was done", file);
	case ST_INCOMPLETE:
		return cmd_fail(EXIT_REFUSED, "%s is empty: nothing was done", file);
	default:
		return cmd_fail(
		    EXIT_REFUSED, "%s cannot be used: it must be a plain file of text", file);
	}
}

int
typed_file(const char *file, char *out, size_t cap)
{
	const bool is_input = strcmp(file, "-") == 0;
	enum status st = ST_OK;
	size_t len = 0;
	ssize_t got;

	if (is_input) {
		got = fileio_read_fd(STDIN_FILENO, (uint8_t *)out, cap);
		st = got == -1 ? ST_IO : (size_t)got >= cap ? ST_TOO_LONG : ST_OK;
		len = got > 0 ? (size_t)got : 0;
	} else {
		st = fileio_read(file, (uint8_t *)out, cap - 1, &len);
	}
	while (st == ST_OK && len > 0 && (out[len - 1] == '\n' || out[len - 1] == '\r'))
		len--;
	if (st == ST_OK && len == 0)
		st = ST_INCOMPLETE;
	if (st == ST_OK && memchr(out, '\0', len) != NULL)
		st = ST_SYNTAX;
	if (st != ST_OK) {
		explicit_bzero(out, cap);
		return file_refused(is_input ? "standard input" : file, st);
	}
	out[len] = '\0';
	return 0;
}

/* Only what people put between digits to read them better. */
static void
leave_out(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++)
		if (strchr(" -./()", *at) == NULL)
			*to++ = *at;
	explicit_bzero(to, strlen(to));
}

static bool
is_others(const char *file)
{
	struct stat sb;

	return stat(file, &sb) == 0 && S_ISREG(sb.st_mode) &&
	       (sb.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

int
typed_number(const char *file, char out[NUMBER_MAX])
{
	char line[LINE_MAX_TYPED];
	int code;

	memset(out, 0, NUMBER_MAX);
	if (file != NULL && strcmp(file, "-") != 0 && is_others(file))
		return cmd_fail(EXIT_REFUSED,
		    "others may read %s, which holds a phone number: 'chmod 600' closes it to them",
		    file);
	code = file != NULL ? typed_file(file, line, sizeof(line))
			    : typed_line("Her phone number: ", "--number-file", line, sizeof(line));
	if (code == 0) {
		leave_out(line);
		if (strlen(line) < NUMBER_MAX && line[strspn(line, "+0123456789")] == '\0')
			memcpy(out, line, strlen(line));
		else
			code = cmd_fail(EXIT_REFUSED,
			    "that is no phone number: give 3 to 20 digits, international ones "
			    "after a plus sign, such as +254 700 000000; nothing was done");
	}
	explicit_bzero(line, sizeof(line));
	return code;
}

int
typed_yes(const char *question, const char *no)
{
	char line[8];
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	enum status st;

	if (fd == -1)
		return cmd_fail(EXIT_USAGE, "nobody can be asked here: say yes with --yes; %s", no);
	(void)!write(fd, question, strlen(question)); /* as above */
	st = take_line(fd, line, sizeof(line));
	(void)close(fd); /* a terminal */
	if (st == ST_OK && (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0))
		return 0;
	return cmd_fail(EXIT_REFUSED, "not confirmed: %s", no);
}
