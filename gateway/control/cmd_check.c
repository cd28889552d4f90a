/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tocsin check`: one line for each thing that a gateway needs: ok, or what to do. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gateway/common/conf.h"
#include "gateway/control/books.h"
#include "gateway/control/chosen.h"
#include "gateway/control/client.h"
#include "gateway/control/cmd.h"
#include "gateway/control/modem_state.h"
#include "gateway/control/options.h"
#include "gateway/control/show.h"
#include "schemas/exit.h"

#define STORE_NAME "tocsin.db"
#define ANCHOR_FILE_LEN 12288
#define ANCHOR_EEPROM_MIN 832

#define SENTENCE_MAX 8192

static unsigned wrong;

__attribute__((format(printf, 3, 0))) static void
line(const char *mark, const char *item, const char *fmt, va_list ap)
{
	char head[32], words[SENTENCE_MAX];

	(void)snprintf(head, sizeof(head), "%-5s %-9s ", mark, item);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	show_item(head, words);
}

__attribute__((format(printf, 2, 3))) static void
good(const char *item, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("ok", item, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void
bad(const char *item, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("WRONG", item, fmt, ap);
	va_end(ap);
	wrong++;
}

/* True if nobody but its owner, who must be this user, can use it. */
static bool
is_private(const char *item, const char *path, const struct stat *sb, const char *mode)
{
	if (sb->st_uid != geteuid())
		bad(item, "%s belongs to another user: run tocsin as that user, or chown it", path);
	else if (sb->st_mode & 077)
		bad(item, "%s is open to other users: chmod %s %s", path, mode, path);
	else
		return true;
	return false;
}

static bool
check_folder(const char *item, const char *path, const char *missing)
{
	struct stat sb;

	if (stat(path, &sb) == -1)
		bad(item, "%s: %s", path, errno == ENOENT ? missing : strerror(errno));
	else if (!S_ISDIR(sb.st_mode))
		bad(item, "%s is not a folder: move it away", path);
	else
		return is_private(item, path, &sb, "700");
	return false;
}

static void
check_state(const struct conf *c)
{
	char path[CONF_PATH_MAX + sizeof(STORE_NAME) + 1];
	struct stat sb;
	/* init refuses where an anchor lies: what belongs to it may be somewhere still. */
	const char *advice = c->anchor_kind == ANCHOR_FILE && stat(c->anchor, &sb) == 0
				 ? "is missing: bring it back; without it, make a new gateway in "
				   "another folder"
				 : "is missing: make a gateway in a new folder with 'tocsin init'";

	if (!check_folder("state", c->state_dir, advice))
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", c->state_dir, STORE_NAME);
	if (stat(path, &sb) == -1)
		bad("state", "%s: %s", path, errno == ENOENT ? advice : strerror(errno));
	else if (is_private("state", path, &sb, "600"))
		good("state", "%s", c->state_dir);
}

/* The disk that a file lies on, of whose partitions this one's is; the file system where the kernel
 * does not tell. */
static dev_t
disk_of(dev_t dev)
{
	char path[96], text[32];
	unsigned major_number, minor_number;
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(dev), minor(dev));
	if (access(path, F_OK) == -1)
		return dev;
	(void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", major(dev), minor(dev));
	if ((f = fopen(path, "re")) == NULL)
		return dev;
	if (fgets(text, sizeof(text), f) != NULL &&
	    sscanf(text, "%u:%u", &major_number, &minor_number) == 2)
		dev = makedev(major_number, minor_number);
	(void)fclose(f); /* read-only */
	return dev;
}

/* An anchor's file that is in order: where does it lie? */
static void
say_medium(const struct conf *c, const struct stat *anchor)
{
	struct stat store;

	if (stat(c->state_dir, &store) == 0 && disk_of(store.st_dev) == disk_of(anchor->st_dev))
		good("anchor",
		    "%s; it lies on the medium of the store, so deletion is not erasure: better "
		    "on a USB stick of its own, best in an EEPROM",
		    c->anchor);
	else
		good("anchor", "%s, on another medium than the store", c->anchor);
}

static void
check_eeprom(const struct conf *c, const struct stat *sb)
{
	int fd;

	if (S_ISDIR(sb->st_mode) || S_ISLNK(sb->st_mode))
		bad("anchor", "%s is a folder or a link: name the EEPROM's own file", c->anchor);
	else if (!is_private("anchor", c->anchor, sb, "600"))
		return; /* said */
	else if ((fd = open(c->anchor, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		bad("anchor", "%s: %s", c->anchor, strerror(errno));
	else {
		off_t size = lseek(fd, 0, SEEK_END);

		(void)close(fd); /* read-only */
		if (size < ANCHOR_EEPROM_MIN)
			bad("anchor", "%s has %lld octets, and needs %d: use a larger EEPROM",
			    c->anchor, (long long)size, ANCHOR_EEPROM_MIN);
		else
			good("anchor", "%s, an EEPROM of %lld octets", c->anchor, (long long)size);
	}
}

static void
check_anchor(const struct conf *c)
{
	struct stat sb;

	if (c->anchor_kind == ANCHOR_NONE)
		good("anchor", "none: for a trial only. What is deleted is not erased, and a copy "
			       "of the card with a passphrase opens everything");
	else if (lstat(c->anchor, &sb) == -1)
		bad("anchor", "%s: %s", c->anchor,
		    errno == ENOENT ? "is missing: without it the store cannot be opened"
				    : strerror(errno));
	else if (c->anchor_kind == ANCHOR_EEPROM)
		check_eeprom(c, &sb);
	else if (!S_ISREG(sb.st_mode))
		bad("anchor", "%s is not a plain file", c->anchor);
	else if (sb.st_size != ANCHOR_FILE_LEN)
		bad("anchor", "%s has %lld octets, not %d: it is no anchor, or was cut", c->anchor,
		    (long long)sb.st_size, ANCHOR_FILE_LEN);
	else if (is_private("anchor", c->anchor, &sb, "600"))
		say_medium(c, &sb);
}

/* tocsind makes it when it starts. */
static void
check_run(const struct conf *c)
{
	struct stat sb;

	if (stat(c->run_dir, &sb) == -1 && errno == ENOENT)
		good("run", "%s is made when tocsind starts", c->run_dir);
	else if (check_folder("run", c->run_dir, ""))
		good("run", "%s", c->run_dir);
}

static bool
check_device(const char *item, const struct conf_modem *m)
{
	bool is_dummy = strcmp(m->model, "dummy") == 0;
	struct stat sb;

	if (stat(m->device, &sb) == -1 && errno != ENOENT)
		bad(item, "%s: %s", m->device, strerror(errno));
	else if (stat(m->device, &sb) == -1)
		bad(item, "%s: %s", m->device,
		    is_dummy ? "is missing: make the folder" : "is missing: plug the modem in");
	else if (is_dummy ? !S_ISDIR(sb.st_mode) : !S_ISCHR(sb.st_mode))
		bad(item, "%s is not %s", m->device, is_dummy ? "a folder" : "a tty");
	else if (access(m->device, R_OK | W_OK) == -1)
		bad(item, "%s may not be used by this user: add the user to the group dialout",
		    m->device);
	else
		return true;
	return false;
}

/* What tocsind runs when it hangs. */
static bool
check_power_cycle(const char *item, const char *path)
{
	struct stat sb;

	if (path[0] == '\0')
		return true;
	if (stat(path, &sb) == -1)
		bad(item, "power_cycle %s: %s", path, strerror(errno));
	else if (!S_ISREG(sb.st_mode) || access(path, X_OK) == -1)
		bad(item, "power_cycle %s is no program that this user may run: chmod 755 it",
		    path);
	else if (sb.st_mode & 022)
		bad(item, "power_cycle %s can be changed by other users: chmod 755 it", path);
	else
		return true;
	return false;
}

static void
check_modem(const char *item, const struct conf_modem *m)
{
	const char *pin_wrong = m->pin_file[0] == '\0' ? NULL : modem_pin_file_wrong(m->pin_file);
	bool is_good = check_device(item, m);

	if (pin_wrong != NULL)
		bad(item, "pin_file %s %s", m->pin_file, pin_wrong);
	is_good = check_power_cycle(item, m->power_cycle) && pin_wrong == NULL && is_good;
	if (is_good)
		good(item, "%s%s", m->device,
		    strcmp(m->model, "dummy") == 0
			? " (Gammu's dummy device: a trial without modem)"
			: "");
}

/* Asked of a core that runs: what holds stands in its journal. */
static void
say_posture(const struct conf *conf, int fd)
{
	struct client c = {*conf, fd};
	char words[CHOSEN_STATUS_MAX];
	struct ipc_message ask, answer;

	ipc_begin(&ask, MSG_STATUS);
	if (client_ask(&c, &ask, &answer, CLIENT_WAIT_S) != 0)
		bad("posture", "core does not say it: see above");
	else if (answer.head.type == MSG_STATUS_REPLY && answer.body.STATUS_REPLY.state != IN_NEW) {
		chosen_status(&answer.body.STATUS_REPLY, words);
		if ((conf->posture == POSTURE_PROTECTED) !=
		    (answer.body.STATUS_REPLY.posture_by == SETTING_BY_FILE))
			bad("posture",
			    "%s; the settings file says otherwise since tocsind was started: start "
			    "it again",
			    words);
		else
			good("posture", "%s", words);
	}
}

static void
check_running(const struct conf *c)
{
	int fd;

	switch (ipc_connect(c->run_dir, CONTROL_SOCKET_NAME, &fd)) {
	case ST_OK:
		good("daemon", "tocsind runs: see 'tocsin status'");
		say_posture(c, fd);
		(void)close(fd); /* nothing more is asked */
		break;
	case ST_NOT_ALLOWED:
		bad("daemon", "this user may not talk to it: run tocsin as the user of tocsind");
		break;
	default:
		if (client_is_running(c))
			bad("daemon", "tocsind runs and does not answer: see 'tocsin status'");
		else
			good("daemon", "is not running; start it with 'tocsind -c %s'",
			    cmd_settings());
	}
}

static void
check_book(const char *item, const char *path, enum book_type type)
{
	static struct book_file file;

	if (path == NULL)
		return;
	if (books_load(path, type, &file) == 0)
		good(item, "%s", path);
	else
		bad(item, "%s: see above", path);
}

int
cmd_check(int argc, char **argv)
{
	const char *codebook = NULL, *places = NULL;
	const struct option_row rows[] = {
	    {"codebook", OPTION_TEXT, &codebook, 0, 0, NULL, "FILE", "check a codebook too"},
	    {"places", OPTION_TEXT, &places, 0, 0, NULL, "FILE", "check a places file too"},
	};
	const struct options o = {
	    "tocsin check [OPTIONS]", rows, sizeof(rows) / sizeof(rows[0]), 0};
	char fault[CONF_FAULT_MAX];
	struct conf conf;
	int code;

	if (!options_read(&o, argc, argv, NULL, &code))
		return code;
	if (conf_read(cmd_settings(), &conf, fault) == ST_OK) {
		if (conf.weaker[0] != '\0')
			bad("settings", "%s: %s", conf.weaker, CONF_WEAKER_WORDS);
		else
			good("settings", "%s", cmd_settings());
		check_state(&conf);
		check_anchor(&conf);
		check_run(&conf);
		for (size_t i = 0; i < MODEMS_MAX; i++)
			if (conf.modem[i].device[0] != '\0')
				check_modem(conf_modem_name(i), &conf.modem[i]);
		check_running(&conf);
	} else {
		bad("settings", "%s", fault);
	}
	check_book("codebook", codebook, BOOK_CODEBOOK);
	check_book("places", places, BOOK_PLACES);
	return wrong == 0 ? 0 : EXIT_REFUSED;
}
