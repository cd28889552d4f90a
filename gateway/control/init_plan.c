/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/control/cmd.h"
#include "gateway/control/options.h"
#include "gateway/control/recovery_typed.h"
#include "schemas/exit.h"

/* `asked` NULL: only an option, else what stands before the default. `initial` NULL: none. */
static const struct {
	const char *option, *value, *help, *asked, *initial;
} answers[PLAN_ANSWERS] = {
    [PLAN_STATE_DIR] = {"state-dir", "FOLDER", "folder of the sealed store, default state",
	"Folder of the sealed store", "state"},
    [PLAN_DEVICE] = {"modem-device", "PATH",
	"the modem's tty, or a folder for a trial without modem; default modem",
	"Modem: its tty, as /dev/ttyUSB0, or a folder for a trial without modem", "modem"},
    [PLAN_CONNECTION] = {"modem-connection", "NAME",
	"libGammu's connection, default at115200 for a tty", NULL, NULL},
    [PLAN_MODEL] = {"modem-model", "NAME",
	"at for a modem, dummy for a trial; default: by the device", NULL, NULL},
    [PLAN_ANCHOR] = {"anchor", "KIND", "file:PATH, eeprom:PATH or none; default file:anchor.bin",
	"The anchor holds the key that is destroyed when something is deleted. "
	"A file on a USB stick is better than one on the card, an EEPROM "
	"(eeprom:PATH) is best; none is for a trial only.\n"
	"Anchor",
	"file:anchor.bin"},
    [PLAN_CODEBOOK] = {"codebook", "FILE", "the codebook that the gateway begins with",
	"Codebook file", NULL},
    [PLAN_PLACES] = {"places", "FILE", "the places file that it begins with", "Places file", NULL},
    [PLAN_POSTURE] = {"posture", "WORD", "protected or open, default protected",
	"In posture protected, which is right if you are not sure, the gateway keeps no phone "
	"number and answers nobody. In posture open anybody can report in plain words from any "
	"phone, and is answered: the operator reads these reports and knows who sent them, and a "
	"thief who gets a passphrase does too. 'tocsin setting' says more, and changes it later.\n"
	"Posture",
	"protected"},
};

enum { ROW_SECRET = PLAN_ANSWERS, ROW_OTHERS = ROW_SECRET + 2, ROWS = ROW_OTHERS + 4 };

/* A restored gateway has its books and its posture in its journal. */
static size_t
plan_count(const struct plan *p)
{
	return p->restores ? PLAN_CODEBOOK : PLAN_ANSWERS;
}

int
plan_options(struct plan *p, int argc, char **argv, bool *go_on)
{
	const struct option_row others[ROWS - PLAN_ANSWERS] = {
	    SECRET_OPTIONS(p->secret),
	    {"argon-memory", OPTION_NUMBER, &p->argon_memory, COST_MEMORY_MIN, COST_MEMORY_MAX,
		NULL, "MIB", "cost of a passphrase; default: measured, about a second"},
	    {"argon-passes", OPTION_NUMBER, &p->argon_passes, COST_PASSES_MIN, COST_PASSES_MAX,
		NULL, "N", "passes over that memory"},
	    {"modem-poll", OPTION_NUMBER, &p->poll_s, 1, 3600, NULL, "SECONDS",
		"how often the modem is listed, default 300"},
	    {"yes", OPTION_FLAG, &p->yes, 0, 0, NULL, NULL, "ask nothing but the passphrase"},
	};
	struct option_row rows[ROWS + 2];
	struct options o = {
	    "tocsin [-c CONF] init --codebook FILE --places FILE [OPTIONS]", rows, ROWS, 0};
	size_t count = plan_count(p);
	int code = 0;

	for (size_t i = 0; i < count; i++)
		rows[i] = (struct option_row){answers[i].option, OPTION_TEXT, &p->given[i], 0, 0,
		    NULL, answers[i].value, answers[i].help};
	memcpy(&rows[count], others, sizeof(others));
	o.count = count + sizeof(others) / sizeof(others[0]);
	if (p->restores) {
		rows[o.count++] = (struct option_row)RECOVERY_OPTION(p->recovery_file);
		rows[o.count++] = (struct option_row){"own", OPTION_FLAG, &p->own, 0, 0, NULL, NULL,
		    "from this gateway's own journal; no FILE then"};
		o.usage = "tocsin [-c CONF] restore FILE | --own [OPTIONS]";
		o.operands = p->own ? 0 : 1;
	}
	*go_on = options_read(&o, argc, argv, &p->file, &code);
	return code;
}

/* By its path, since the modem need not be plugged in, or because it is one, by whatever name. */
static bool
is_tty_path(const char *path)
{
	struct stat sb;

	return strncmp(path, "/dev/", 5) == 0 || (stat(path, &sb) == 0 && S_ISCHR(sb.st_mode));
}

/* What is not given and not asked for follows from the device. */
static const char *
default_of(const struct plan *p, enum plan_answer a)
{
	bool is_tty = is_tty_path(p->answer[PLAN_DEVICE]);

	if (a == PLAN_CONNECTION)
		return is_tty ? "at115200" : "none";
	if (a == PLAN_MODEL)
		return is_tty ? "at" : "dummy";
	return answers[a].initial;
}

/* A line from the terminal without its newline. False at its end, or if it is too long. */
static bool
read_line(char out[PLAN_ANSWER_MAX])
{
	size_t len;

	if (fgets(out, PLAN_ANSWER_MAX, stdin) == NULL)
		return false;
	len = strlen(out);
	if (len == 0 || out[len - 1] != '\n')
		return false;
	out[len - 1] = '\0';
	return true;
}

static bool
is_posture(const char *answer)
{
	return strcmp(answer, "protected") == 0 || strcmp(answer, "open") == 0;
}

/* What would be refused at the end is asked for again at once. */
static bool
is_usable(enum plan_answer a, const char *answer)
{
	if (answer[0] == '\0')
		return false;
	if (a == PLAN_POSTURE && !is_posture(answer)) {
		printf("Write protected or open.\n");
		return false;
	}
	if (a == PLAN_ANCHOR && strcmp(answer, "none") != 0 && strncmp(answer, "file:", 5) != 0 &&
	    strncmp(answer, "eeprom:", 7) != 0) {
		printf("Write file: or eeprom: and a path behind it, or none.\n");
		return false;
	}
	if ((a == PLAN_CODEBOOK || a == PLAN_PLACES) && access(answer, R_OK) == -1) {
		printf("There is no file %s that can be read: give its path.\n", answer);
		return false;
	}
	return true;
}

static int
ask(struct plan *p, enum plan_answer a, const char *initial)
{
	const char *asked = answers[a].asked, *end = strrchr(asked, '\n');

	if (end != NULL) { /* what stands before the question */
		cmd_say("%.*s", (int)(end - asked), asked);
		asked = end + 1;
	}
	do {
		if (initial != NULL)
			printf("%s [%s]: ", asked, initial);
		else
			printf("%s: ", asked);
		(void)fflush(stdout);
		if (!read_line(p->answer[a]))
			return cmd_fail(EXIT_REFUSED, "no answer: nothing was made");
		if (p->answer[a][0] == '\0' && initial != NULL)
			(void)snprintf(p->answer[a], PLAN_ANSWER_MAX, "%s", initial);
	} while (!is_usable(a, p->answer[a]));
	return 0;
}

static int
fill_answer(struct plan *p, enum plan_answer a, bool may_ask)
{
	const char *value = p->given[a] != NULL ? p->given[a] : default_of(p, a);

	if (p->given[a] == NULL && may_ask && answers[a].asked != NULL)
		return ask(p, a, value);
	if (value == NULL)
		return cmd_fail(
		    EXIT_USAGE, "init needs --%s %s", answers[a].option, answers[a].value);
	if (a == PLAN_MODEL && strcmp(value, "at") != 0 && strcmp(value, "dummy") != 0)
		return cmd_fail(EXIT_USAGE,
		    "--modem-model is at (a modem or stick that speaks AT commands) or dummy "
		    "(Gammu's dummy device: a trial without modem)");
	if (a == PLAN_POSTURE && !is_posture(value))
		return cmd_fail(EXIT_USAGE, "--posture is protected or open");
	if (strlen(value) >= PLAN_ANSWER_MAX)
		return cmd_fail(EXIT_USAGE, "--%s is too long", answers[a].option);
	memcpy(p->answer[a], value, strlen(value) + 1);
	return 0;
}

int
plan_answers(struct plan *p)
{
	bool may_ask = !p->yes && isatty(STDIN_FILENO);
	int code = 0;

	for (size_t a = 0; code == 0 && a < plan_count(p); a++)
		code = fill_answer(p, (enum plan_answer)a, may_ask);
	return code;
}

struct text {
	char *out;
	size_t used;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void
append(struct text *t, const char *fmt, ...)
{
	size_t room = PLAN_SETTINGS_MAX - t->used;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(t->out + t->used, room, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= room)
		t->full = true;
	else
		t->used += (size_t)len;
}

/* A text as libconfig reads it back. */
static void
append_quoted(struct text *t, const char *name, const char *value)
{
	append(t, "%s = \"", name);
	for (; *value != '\0'; value++)
		append(t, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	append(t, "\";\n");
}

size_t
plan_settings_text(const struct plan *p, char out[PLAN_SETTINGS_MAX])
{
	struct text t = {out, 0, false};

	append(&t,
	    "# Settings of this gateway, made by 'tocsin init'; tocsin.conf(5) describes each.\n"
	    "# Paths are meant from the folder of this file.\n\n");
	append_quoted(&t, "state_dir", p->answer[PLAN_STATE_DIR]);
	append_quoted(&t, "run_dir", "run");
	append_quoted(&t, "anchor", p->answer[PLAN_ANCHOR]);
	append(&t, "# \"protected\" demands it, whatever 'tocsin setting posture' chose.\n");
	append_quoted(&t, "posture", "chosen");
	append(&t, "\nmodem = {\n");
	append_quoted(&t, "\tdevice", p->answer[PLAN_DEVICE]);
	append_quoted(&t, "\tconnection", p->answer[PLAN_CONNECTION]);
	append_quoted(&t, "\tmodel", p->answer[PLAN_MODEL]);
	append(&t, "\tpoll_s = %u;\n};\n", (unsigned)p->poll_s);
	append(&t, "\nargon2 = {\n\tmemory_mib = %u;\n\tpasses = %u;\n};\n", p->cost.memory_mib,
	    p->cost.passes);
	return t.full ? 0 : t.used;
}
