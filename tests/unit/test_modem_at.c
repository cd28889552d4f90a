/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AT client: its parser fed by hand, and the client against a child that holds the other end
 * of a pty and answers by a script.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/modem/at.h"
#include "tests/support/check.h"

/* ---- the parser ---- */

static const struct {
	const char *command, *input;
	enum at_end end;
	int code, hint;
	const char *text;
} rows[] = {
    {"AT", "AT\r\r\nOK\r\n", AT_OK, -1, 0, ""},
    {"AT", "AT\rOK\r", AT_OK, -1, 0, ""},
    {"AT", "AT\nOK\n", AT_OK, -1, 0, ""},
    {"AT", "AT\r\r\nO", AT_NONE, -1, 0, ""},
    {"AT", "AT\r\r\nERROR\r\n", AT_ERROR, -1, 0, ""},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\n+CMS ERROR: 321\r\n", AT_CMS, 321, 0, ""},
    {"AT+CPIN?", "AT+CPIN?\r\r\n+CME ERROR: 10\r\n", AT_CME, 10, 0, ""},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\n+CMS ERROR: no number\r\n", AT_CMS, -1, 0, ""},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\n+CMS ERROR: 99999999999999999999\r\n", AT_CMS, -1, 0, ""},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\n+CMGR: 1,,41\r\n0791\r\n\r\nOK\r\n", AT_OK, -1, 0,
	"+CMGR: 1,,41\n0791\n"},
    /* said by itself, before, between and after */
    {"AT+CMGR=1", "\r\n+CMTI: \"SM\",3\r\nAT+CMGR=1\r\r\n+CMGR: 1,,4\r\n00\r\nOK\r\n", AT_OK, -1, 1,
	"+CMGR: 1,,4\n00\n"},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\n+CMGR: 1,,4\r\n\r\n+CMTI: \"SM\",3\r\n00\r\nOK\r\n", AT_OK, -1, 1,
	"+CMGR: 1,,4\n00\n"},
    {"AT+CMGR=1", "AT+CMGR=1\r\r\nOK\r\n\r\n+CMTI: \"SM\",3\r\n", AT_OK, -1, 1, ""},
    {"AT", "AT\r\r\n^RSSI: 17\r\nRING\r\n+CREG: 1\r\n*X: 1\r\nOK\r\n", AT_OK, -1, 0, ""},
    {"AT+CREG?", "AT+CREG?\r\r\n+CREG: 0,1\r\nOK\r\n", AT_OK, -1, 0, "+CREG: 0,1\n"},
    /* a text or a report that comes along: its line is not the answer's, even if it says OK */
    {"AT", "AT\r\r\n+CMT: ,24\r\n0791\r\nOK\r\n", AT_OK, -1, 1, ""},
    {"AT", "AT\r\r\n+CDS: 24\r\nOK\r\n", AT_NONE, -1, 1, ""},
    {"AT", "AT\r\r\n+CDSI: \"SM\",2\r\nOK\r\n", AT_OK, -1, 1, ""},
    /* a late answer to another command stands before the echo */
    {"AT+CMGR=2", "\r\nOK\r\nAT+CMGR=2\r\r\n+CMS ERROR: 322\r\n", AT_CMS, 322, 0, ""},
    {"AT+CMGR=2", "\r\nERROR\r\n", AT_NONE, -1, 0, ""},
    {"AT+CMGW=9,2", "AT+CMGW=9,2\r\r\n> ", AT_PROMPT, -1, 0, ""},
    {"AT+CMGW=9,2", "> ", AT_NONE, -1, 0, ""},
    {"AT+CGSN", "AT+CGSN\r\r\n123456\r\nOK\r\n", AT_OK, -1, 0, "123456\n"},
    {"AT", "AT\r\r\n\0\0OK\r\n", AT_OK, -1, 0, ""},
};

static size_t
length_of(size_t i)
{
	return i + 1 == sizeof(rows) / sizeof(rows[0]) ? 12 : strlen(rows[i].input);
}

/* Whole, and octet by octet: the same. */
static void
test_parser(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int slow = 0; slow < 2; slow++) {
			const uint8_t *in = (const uint8_t *)rows[i].input;
			struct at_reply reply;
			struct at_parser p;

			ROW("%zu", i);
			at_parser_begin(&p, rows[i].command, true, NULL, NULL, &reply);
			for (size_t at = 0; slow && at < length_of(i); at++)
				at_feed(&p, in + at, 1);
			if (!slow)
				at_feed(&p, in, length_of(i));
			if (!CHECK_EQ(reply.end, rows[i].end))
				printf("    row %zu\n", i);
			CHECK_EQ(reply.code, rows[i].code);
			CHECK_EQ(reply.hint, rows[i].hint);
			CHECK_STR(reply.text, rows[i].text);
			CHECK_EQ(reply.was_cut, 0);
		}
}

static void
feed(struct at_parser *p, const char *text)
{
	at_feed(p, (const uint8_t *)text, strlen(text));
}

static void
test_no_echo(void)
{
	struct at_reply reply;
	struct at_parser p;

	at_parser_begin(&p, "AT", false, NULL, NULL, &reply);
	feed(&p, "\r\nOK\r\n");
	CHECK_EQ(reply.end, AT_OK);
}

static char brought[AT_LINE_MAX];

static void
on_report(const char *hex)
{
	(void)snprintf(brought, sizeof(brought), "%s", hex);
}

/* A report that is not stored is given on; a text and what has no PDU is not. */
static void
test_reports(void)
{
	static const char lines[] =
	    "AT\r\r\n+CMT: ,9\r\n0123\r\n+CDS: 9\r\n0791\r\nOK\r\n+CDS: 9\r\n";
	struct at_reply reply;
	struct at_parser p;

	at_on_report(on_report);
	at_parser_begin(&p, "AT", true, NULL, NULL, &reply);
	feed(&p, lines);
	CHECK_EQ(reply.end, AT_OK);
	CHECK_STR(brought, "0791");
	feed(&p, "0792\r"); /* after the end too */
	CHECK_STR(brought, "0792");
	at_on_report(NULL);
	feed(&p, "+CDS: 9\r\n0793\r\n");
	CHECK_STR(brought, "0792");
}

static void
test_bounds(void)
{
	struct at_reply reply;
	struct at_parser p;

	at_parser_begin(&p, "AT+X", true, NULL, NULL, &reply);
	feed(&p, "AT+X\r");
	for (int i = 0; i < 5000; i++)
		feed(&p, "A");
	feed(&p, "\r\n");
	CHECK_EQ(reply.was_cut, 1);
	CHECK_EQ(reply.len, AT_LINE_MAX); /* the line and its newline */
	for (int i = 0; i < 1000; i++)
		feed(&p, "1234567\n");
	CHECK(reply.len < AT_TEXT_MAX && strlen(reply.text) == reply.len);
	feed(&p, "OK\n");
	CHECK_EQ(reply.end, AT_OK);
}

/* ---- the client ---- */

static pid_t child;

/* What the other end says to a line that begins with `to`; NULL: nothing. */
static const struct {
	const char *to, *say;
} script[] = {
    {"AT+SILENT", NULL},
    {"AT+ECHO", "+ECHO: 7\r\n\r\nOK\r\n"},
    {"AT+CMGW", "> "},
    {"0123", "\r\n+CMGW: 4\r\n\r\nOK\r\n"},
    {"AT", "\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n"},
};

static void
say(int fd, const char *text)
{
	for (; *text != '\0'; text++) /* the slowest there is */
		if (write(fd, text, 1) != 1)
			_exit(1);
}

static void
answer_line(int fd, const char *line)
{
	say(fd, line);
	say(fd, "\r\r\n");
	for (size_t i = 0; i < sizeof(script) / sizeof(script[0]); i++)
		if (strncmp(line, script[i].to, strlen(script[i].to)) == 0) {
			if (script[i].say != NULL)
				say(fd, script[i].say);
			return;
		}
}

static void
be_modem(int fd, int is_silent)
{
	char line[256];
	size_t len = 0;

	for (;;) {
		char c;

		if (read(fd, &c, 1) != 1)
			_exit(0);
		if (c != '\r' && c != '\x1A' && len + 1 < sizeof(line)) {
			if (c != '\x1B')
				line[len++] = c;
			continue;
		}
		line[len] = '\0';
		if (len > 0 && !is_silent)
			answer_line(fd, line);
		len = 0;
	}
}

static int
start_modem(int is_silent)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd = -1;
	char name[64];

	CHECK(master != -1 && grantpt(master) == 0 && unlockpt(master) == 0);
	CHECK(ptsname_r(master, name, sizeof(name)) == 0);
	CHECK_EQ(at_open(name, "at19200", &fd), ST_OK);
	(void)fflush(stdout);
	if ((child = fork()) == 0) {
		(void)close(fd);
		be_modem(master, is_silent);
	}
	(void)close(master);
	return fd;
}

static void
stop_modem(int fd)
{
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	if (fd != -1)
		(void)close(fd);
}

static void
test_open(void)
{
	struct termios t;
	int fd = start_modem(0);

	CHECK(tcgetattr(fd, &t) == 0);
	CHECK((t.c_lflag & (ECHO | ICANON | ISIG)) == 0 && (t.c_iflag & ICRNL) == 0);
	CHECK((t.c_oflag & OPOST) == 0 && cfgetospeed(&t) == B19200);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	stop_modem(fd);
	CHECK_EQ(at_open("nowhere", "none", &fd), ST_OK);
	CHECK_EQ(fd, -1);
	CHECK_EQ(at_open("nowhere", "at115200", &fd), ST_CLOSED);
	CHECK_EQ(at_open("/dev/null", "at115200", &fd), ST_DEVICE);
	CHECK_EQ(at_open("/dev/ptmx", "at123", &fd), ST_DEVICE);
	CHECK_EQ(fd, -1);
}

/* As somebody who may not, which the superuser is not: his rights are put down in a child. */
static int
opened_by_nobody(const char *device)
{
	int fd, status = 0;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(255);
		_exit((int)at_open(device, "at115200", &fd));
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_denied(void)
{
	char name[64], path[] = "/tmp/tocsin-denied-XXXXXX";
	int master = posix_openpt(O_RDWR | O_NOCTTY), held, file = mkstemp(path);

	CHECK(file != -1 && fchmod(file, 0) == 0);
	CHECK_EQ(opened_by_nobody(path), ST_CONFIG);
	CHECK_EQ(unlink(path), 0);
	(void)close(file);
	CHECK(master != -1 && grantpt(master) == 0 && unlockpt(master) == 0);
	CHECK(ptsname_r(master, name, sizeof(name)) == 0 && chmod(name, 0666) == 0);
	held = open(name, O_RDWR | O_NOCTTY);
	CHECK_EQ(opened_by_nobody(name), ST_OK);
	CHECK(held != -1 && ioctl(held, TIOCEXCL) == 0);
	CHECK_EQ(opened_by_nobody(name), ST_CONFIG);
	(void)close(held);
	(void)close(master);
}

static void
test_client(void)
{
	static struct at_reply reply;
	bool hint = false;
	int fd = start_modem(0);

	CHECK_EQ(at_command(fd, "AT+ECHO?", &reply, AT_QUICK_MS), ST_OK);
	CHECK_EQ(reply.end, AT_OK);
	CHECK_STR(reply.text, "+ECHO: 7\n");
	CHECK_EQ(at_body(fd, "AT+CMGW=9,2", "0123456789", &reply, AT_QUICK_MS), ST_OK);
	CHECK_EQ(reply.end, AT_OK);
	CHECK(strstr(reply.text, "+CMGW: 4\n") != NULL);
	CHECK_EQ(at_body(fd, "AT+ECHO", "0123456789", &reply, AT_QUICK_MS), ST_OK);
	CHECK_EQ(reply.end, AT_OK); /* no prompt: no body was sent */
	CHECK(strstr(reply.text, "CMGW") == NULL);
	CHECK_EQ(at_command(fd, "AT+SILENT", &reply, 200), ST_DEVICE);
	CHECK_EQ(reply.end, AT_NONE);
	CHECK_EQ(at_probe(fd, &hint), ST_OK);
	CHECK_EQ(at_command(fd, "AT+ECHO", &reply, AT_QUICK_MS), ST_OK);
	CHECK(hint ||
	      reply.hint); /* announced behind the probe's OK: read with it, or before the next */
	stop_modem(-1);
	CHECK_EQ(at_probe(fd, &hint), ST_CLOSED);
	CHECK_EQ(at_command(fd, "AT+ECHO", &reply, AT_QUICK_MS), ST_CLOSED);
	(void)close(fd);
}

static void
test_hung(void)
{
	int fd = start_modem(1);

	CHECK_EQ(at_probe(fd, NULL), ST_DEVICE);
	stop_modem(fd);
}

int
main(void)
{
	test_parser();
	test_no_echo();
	test_reports();
	test_bounds();
	test_open();
	test_denied();
	test_client();
	test_hung();
	return check_done();
}
