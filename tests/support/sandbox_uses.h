/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the roles do once they are in their sandbox, in the folder of sandbox_acts.h: each gives 0
 * if it was done, else errno or another number.
 */
#ifndef TESTS_SUPPORT_SANDBOX_USES_H
#define TESTS_SUPPORT_SANDBOX_USES_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "gateway/common/ipc.h"
#include "gateway/common/log.h"
#include "tests/support/sandbox_acts.h"

/* Made before the sandbox: both ends of a channel, a listening socket with callers. */
static int use_channel[2], use_listener = -1;

static int
use_store(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct statfs room;
	struct stat sb;
	int fd = open("state/db", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1 || fcntl(fd, F_SETLK, &lock) == -1 || pwrite(fd, "abc", 3, 0) != 3 ||
	    ftruncate(fd, 2) == -1 || fsync(fd) == -1 || fdatasync(fd) == -1 ||
	    fstat(fd, &sb) == -1 || sb.st_size != 2 || statfs("state", &room) == -1 ||
	    access("state/db", F_OK) == -1)
		return errno;
	return close(fd) == -1 ? errno : done(unlink("state/db"));
}

static int
use_anchor(void)
{
	int fd = open("anchor", O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == -1 || pwrite(fd, "w", 1, 0) != 1)
		return errno;
	return posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int
use_init(void)
{
	int fd;

	if (mkdir("x/state.restore", 0700) == -1 ||
	    (fd = open("x/state.restore/db", O_RDWR | O_CREAT, 0600)) == -1 ||
	    unlink("x/state.restore/db") == -1 || rmdir("x/state.restore") == -1 ||
	    (fd = open("x/anchor", O_RDWR | O_CREAT | O_EXCL, 0600)) == -1 ||
	    unlink("x/anchor") == -1 || (fd = open("x", O_RDONLY | O_DIRECTORY)) == -1)
		return errno;
	return done(fsync(fd));
}

static int
use_messages(void)
{
	struct ipc_message m;

	ipc_begin(&m, MSG_LISTED);
	if (ipc_send(use_channel[0], &m, -1) != ST_OK)
		return EPROTO;
	return ipc_receive(use_channel[1], IPC_MODEM, IPC_CORE, &m, NULL) == ST_OK ? 0 : EPROTO;
}

/* A file from outside, as `tocsin backup` hands it over: it goes through the channel and back. */
static int
use_received(void)
{
	struct ipc_message m;
	int fd = -1;

	ipc_begin(&m, MSG_LISTED);
	if (ipc_send(use_channel[0], &m, act_file) != ST_OK ||
	    ipc_receive(use_channel[1], IPC_MODEM, IPC_CORE, &m, &fd) != ST_OK || fd == -1)
		return EPROTO;
	if (write(fd, "backup", 6) != 6 || fsync(fd) == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		return EIO;
	return 0;
}

static int
use_control(void)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = accept4(use_listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return fd == -1 ? errno : done(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len));
}

static int
use_loop(void)
{
	struct itimerspec soon = {.it_value = {0, 1000}};
	sigset_t set;
	uint64_t ticks;
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return errno;
	if (fd != -1 && timerfd_settime(fd, 0, &soon, NULL) == 0 && read(fd, &ticks, 8) == 8)
		return 0;
	return errno;
}

static int
use_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	return done(signalfd(-1, &set, SFD_CLOEXEC));
}

static int
use_clock(void)
{
	struct timex tx = {.modes = 0};
	time_t now = time(NULL);

	return localtime(&now) != NULL ? done(adjtimex(&tx) == -1 ? -1 : 0) : EIO;
}

/* Guarded memory, and randomness. */
static int
use_secrets(void)
{
	uint8_t *p = sodium_malloc(32);

	if (p == NULL)
		return errno;
	randombytes_buf(p, 32);
	sodium_free(p);
	return 0;
}

static int
use_tty(void)
{
	struct termios t;
	struct timeval wait = {0, 1000};
	fd_set set;
	int dtr = TIOCM_DTR, fd = open("tty", O_RDWR | O_NOCTTY | O_NONBLOCK);

	FD_ZERO(&set);
	if (fd == -1 || tcgetattr(fd, &t) == -1)
		return errno;
	FD_SET(fd, &set);
	if (tcsetattr(fd, TCSANOW, &t) == -1 || tcsetattr(fd, TCSADRAIN, &t) == -1 ||
	    tcflush(fd, TCIOFLUSH) == -1 || ioctl(fd, TIOCEXCL) == -1 ||
	    ioctl(fd, TIOCNXCL) == -1 || write(fd, "AT", 2) != 2 ||
	    select(fd + 1, &set, NULL, NULL, &wait) == -1 || usleep(1) == -1)
		return errno;
	/* A pty has no lines; the filter would have said EPERM. */
	return ioctl(fd, TIOCMBIS, &dtr) == -1 && errno == EPERM ? EPERM : 0;
}

/* The file with the PIN: read, marked, and the mark durable before the PIN is sent. */
static int
use_pin(void)
{
	char text[16];

	if (pread(act_file, text, sizeof(text), 0) == -1 || ftruncate(act_file, 4) == -1 ||
	    pwrite(act_file, "tried", 5, 4) != 5 || fsync(act_file) == -1)
		return errno;
	return 0;
}

static int
use_watch(void)
{
	(void)alarm(100);
	return alarm(0) != 0 ? 0 : EIO;
}

static int
use_log(void)
{
	log_event(EV_STARTED);
	return 0;
}

static int
abort_it(void)
{
	abort();
}

#endif
