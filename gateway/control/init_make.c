/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/control/init_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/common/fileio.h"
#include "gateway/common/status.h"
#include "gateway/control/cmd.h"
#include "gateway/control/init_core.h"
#include "schemas/exit.h"

#define WIPED_LOOK 64 /* every kind of anchor begins with W */

/* What is to be taken away again if a later step fails. */
struct made {
	bool settings, settings_folder, state_folder, run_folder, modem_folder;
};

static bool
is_there(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0;
}

/* Call on each name but . and ..; true if there was any. remove: unlink them. */
static bool
folder_holds(const char *path, bool remove)
{
	struct dirent *entry;
	bool any = false;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		any = true;
		if (remove)
			(void)unlinkat(dirfd(dir), entry->d_name, 0); /* tries; rmdir tells */
	}
	(void)closedir(dir); /* read-only */
	return any;
}

bool
make_is_wiped(const struct conf *conf)
{
	uint8_t octets[WIPED_LOOK];
	ssize_t n;
	int fd;

	if (conf->anchor_kind == ANCHOR_NONE)
		return false; /* only core can tell */
	if ((fd = open(conf->anchor, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return false;
	n = read(fd, octets, sizeof(octets));
	(void)close(fd); /* read-only */
	for (ssize_t i = 0; i < n; i++)
		if (octets[i] != 0) {
			explicit_bzero(octets, sizeof(octets));
			return false;
		}
	return n > 0;
}

int
make_refuse_existing(const struct conf *conf, const char *settings)
{
	if (is_there(settings))
		return cmd_fail(EXIT_REFUSED,
		    "%s exists already: there is a gateway here; use another folder, or -c",
		    settings);
	if (conf->anchor_kind == ANCHOR_EEPROM && !is_there(conf->anchor))
		return cmd_fail(EXIT_REFUSED,
		    "there is no EEPROM at %s: see that it is wired and its driver loaded",
		    conf->anchor);
	if (conf->anchor_kind == ANCHOR_FILE && is_there(conf->anchor))
		return cmd_fail(EXIT_REFUSED,
		    "%s exists already: it may be the anchor of another gateway; use another "
		    "folder",
		    conf->anchor);
	if (folder_holds(conf->state_dir, false))
		return cmd_fail(EXIT_REFUSED, "the folder %s is not empty: use another --state-dir",
		    conf->state_dir);
	return 0;
}

static int
make_folder(const char *path, bool *made)
{
	int is_new = 0;

	switch (fileio_folder(path, &is_new)) {
	case ST_OK:
		*made = is_new != 0;
		return 0;
	case ST_NOT_ALLOWED:
		if (!is_there(path))
			return cmd_fail(EXIT_REFUSED,
			    "the folder %s may not be made there by this user: name another", path);
		return cmd_fail(EXIT_REFUSED,
		    "the folder %s must belong to you alone: chmod 700 it, or name another", path);
	case ST_UNKNOWN:
		return cmd_fail(
		    EXIT_REFUSED, "the folder that shall hold %s is missing: make it first", path);
	case ST_SYNTAX:
		return cmd_fail(EXIT_REFUSED, "%s exists and is not a folder", path);
	default:
		return cmd_fail(
		    EXIT_REFUSED, "the folder %s cannot be made: %s", path, strerror(errno));
	}
}

int
make_state_folder(const struct conf *conf)
{
	bool made = false;

	return make_folder(conf->state_dir, &made);
}

int
make_conf(struct birth *b, struct conf *conf, char *settings)
{
	char fault[CONF_FAULT_MAX];

	b->settings_len = plan_settings_text(b->plan, settings);
	if (b->settings_len == 0)
		return cmd_fail(EXIT_REFUSED, "the answers are too long for a settings file");
	if (conf_parse(b->plan->settings, settings, b->settings_len, conf, fault) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "these answers cannot be used: %s", fault);
	if (conf->weaker[0] != '\0')
		return cmd_fail(EXIT_REFUSED,
		    "these answers cannot be used: %s asks for less protection than this version "
		    "gives",
		    conf->weaker);
	return 0;
}

/* The folder of the settings file may be open to others: what is secret lies in its own. */
static int
make_settings_folder(const char *path, bool *made)
{
	if (is_there(path))
		return 0;
	return make_folder(path, made);
}

static int
make_files(const struct birth *b, struct made *made)
{
	const struct conf *c = b->conf;
	enum status st;
	int code;

	if ((code = make_settings_folder(c->folder, &made->settings_folder)) != 0 ||
	    (code = make_folder(c->state_dir, &made->state_folder)) != 0 ||
	    (code = make_folder(c->run_dir, &made->run_folder)) != 0)
		return code;
	if (strcmp(c->modem[0].model, "dummy") == 0 &&
	    (code = make_settings_folder(c->modem[0].device, &made->modem_folder)) != 0)
		return code;
	if ((st = fileio_create(b->plan->settings, b->settings, b->settings_len, 0600)) != ST_OK)
		return cmd_fail(EXIT_REFUSED, "the settings file %s cannot be written: %s",
		    b->plan->settings, status_words(st));
	made->settings = true;
	return 0;
}

/* In the reverse order. What cannot be removed stays; there is nothing better to do. */
static void
unmake(const struct birth *b, const struct made *made)
{
	const struct conf *c = b->conf;

	if (c->anchor_kind == ANCHOR_FILE)
		(void)unlink(c->anchor); /* it was not there before: make_refuse_existing */
	(void)folder_holds(c->state_dir, true);
	if (made->settings)
		(void)unlink(b->plan->settings);
	if (made->modem_folder)
		(void)rmdir(c->modem[0].device);
	if (made->run_folder)
		(void)rmdir(c->run_dir);
	if (made->state_folder)
		(void)rmdir(c->state_dir);
	if (made->settings_folder)
		(void)rmdir(c->folder);
}

static void
hold_signals(sigset_t *before)
{
	sigset_t set;

	(void)sigemptyset(&set); /* none of these can fail */
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

int
make_gateway(const struct birth *b)
{
	struct made made = {false, false, false, false, false};
	sigset_t before;
	int code;

	if ((code = make_refuse_existing(b->conf, b->plan->settings)) != 0)
		return code;
	hold_signals(&before);
	if ((code = make_files(b, &made)) == 0)
		code = init_core(b);
	if (code != 0)
		unmake(b, &made);
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail */
	return code;
}
