/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small AT client beside libGammu (3GPP TS 27.005, 27.007; V.250), on a second descriptor of the
 * modem's tty: for what the library cannot do, and for asking whether the modem still answers
 * without a call that may block for minutes. Both read the same line: use it only while no call of
 * the library is under way. What it reads of unsolicited lines the library never sees, so it
 * remembers that there were some (at_reply.hint).
 *
 * Every command but those of at_probe and at_echo waits for its own echo first (the library
 * switches echo on, and rescue_begin does): a late answer to an earlier command can then not be
 * taken for its own.
 */
#ifndef GATEWAY_MODEM_AT_H
#define GATEWAY_MODEM_AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/status.h"

#define AT_LINE_MAX 1024 /* octets; longer lines are cut. A PDU's has at most 2 * (12 + 164) */
#define AT_TEXT_MAX 2048
#define AT_QUICK_MS 5000
#define AT_SLOW_MS 20000 /* listing, writing and deleting: a SIM may take 10 s for a delete */

enum at_end {
	AT_NONE, /* none came */
	AT_OK,
	AT_ERROR,
	AT_CMS,    /* +CMS ERROR: code */
	AT_CME,    /* +CME ERROR: code */
	AT_PROMPT, /* "> ": it waits for the body of a text */
};

struct at_reply {
	enum at_end end;
	int code;     /* of CMS and CME; -1: it gave no number */
	bool hint;    /* a new message was announced meanwhile (+CMTI, +CMT, +CDS, +CDSI) */
	bool was_cut; /* a line or the text was longer than there is room for */
	size_t len;   /* of text */
	char
	    text[AT_TEXT_MAX]; /* its lines but for echo, unsolicited ones and the last, each ended
				  with a newline; a zero at the end. It may hold numbers: wipe it */
};

/* ---- the parser: pure, fed with any octets ---- */

enum at_brought { AT_BROUGHT_NOTHING, AT_BROUGHT_TEXT, AT_BROUGHT_REPORT };

/* One line of an answer, ended, without its line end; borrowed for the call. */
typedef void at_line_fn(const char *line, void *arg);

struct at_parser {
	const char *command; /* whose echo is waited for; NULL: the answer may come without */
	at_line_fn *on_line; /* NULL: into reply->text */
	void *arg;
	struct at_reply *reply;
	char prefix[16]; /* "+CMGR:": of the command's own lines */
	bool echoed, too_long;
	enum at_brought brought; /* by the line that comes next */
	unsigned lines;          /* of the answer, so far */
	size_t len;              /* of line */
	char line[AT_LINE_MAX];
};

/*
 * Begin to read the answer to `command` (without its CR).
 *   command  borrowed; needs_echo: nothing before its echo is its answer.
 *   on_line  gets each line of it, or NULL: they are collected in reply->text.
 */
void at_parser_begin(struct at_parser *p, const char *command, bool needs_echo, at_line_fn *on_line,
    void *arg, struct at_reply *reply);

/* Take octets; those after the end (reply->end) are looked through for hints alone. */
void at_feed(struct at_parser *p, const uint8_t *octets, size_t len);

/*
 * Some modems do not store status reports: "+CDS: 24" and the PDU behind it come once. take gets
 * each that is read here, in hex; it may send nothing to the modem. NULL: nobody does.
 */
void at_on_report(void (*take)(const char *hex));

/* ---- the client ---- */

/*
 * Open a second descriptor of the modem's tty: not blocking, CLOEXEC, raw, at the speed that
 * libGammu's name of the connection tells ("at115200"; without a number 115200); before the
 * library opens it, which makes it exclusive.
 *   fd  the caller's on ST_OK; -1 for the connection "none", the library's dummy device.
 * ST_OK; ST_CLOSED: there is no such device; ST_CONFIG: this user may not open it, or another
 * program holds it; ST_DEVICE.
 */
enum status at_open(const char *device, const char *connection, int *fd) MUST_USE;

/*
 * Does it answer? "AT", up to 3 s, twice. ST_OK; ST_DEVICE: no; ST_CLOSED: it is unplugged.
 * hint: set to true if a message was announced meanwhile, or left alone; may be NULL.
 */
enum status at_probe(int fd, bool *hint) MUST_USE;

/* Switch echo on, which every command below waits for. As at_probe. */
enum status at_echo(int fd, bool *hint) MUST_USE;

/*
 * Send one command ("AT+CMGR=3") and read its answer.
 *   reply  written whole; wipe it.
 * ST_OK: it was answered, reply->end says how. ST_DEVICE: nothing of an answer came for timeout_ms;
 * what the command did is not known. ST_CLOSED: the modem is unplugged.
 */
enum status at_command(
    int fd, const char *command, struct at_reply *reply, int timeout_ms) MUST_USE;

/* As at_command, but each line goes to on_line: for answers of any length. */
enum status at_lines(int fd, const char *command, at_line_fn *on_line, void *arg,
    struct at_reply *reply, int timeout_ms) MUST_USE;

/*
 * As at_command, for one that asks for a body ("AT+CMGW=153,2"): waits for the prompt (up to
 * AT_QUICK_MS), sends body and Ctrl-Z. If no prompt comes the command is given up with ESC.
 */
enum status at_body(
    int fd, const char *command, const char *body, struct at_reply *reply, int timeout_ms) MUST_USE;

void at_reply_wipe(struct at_reply *reply);

#endif
