/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process that was taken over would try: each act gives 0 if it was done, else errno. They
 * run in a process of their own, in a folder with
 *	state/ state/kept state/link -> ../outside, anchor, outside, dummy/, tty -> a pty
 * and with the descriptors below open.
 */
#ifndef TESTS_SUPPORT_SANDBOX_ACTS_H
#define TESTS_SUPPORT_SANDBOX_ACTS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Opened before the sandbox. */
static int act_tty = -1, act_exe = -1, act_socket = -1, act_file = -1;

static inline int
done(long result)
{
	return result == -1 ? errno : 0;
}

static inline int
opened(const char *path, int flags)
{
	int fd = open(path, flags | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd == -1)
		return errno;
	(void)close(fd);
	return 0;
}

/* --- sockets --- */

static inline int
new_socket(int family, int type)
{
	return done(socket(family, type, 0));
}

#define SOCKET_ACT(name, family, type) \
	static int name(void) \
	{ \
		return new_socket(family, type); \
	}
SOCKET_ACT(socket_inet, AF_INET, SOCK_STREAM)
SOCKET_ACT(socket_inet_udp, AF_INET, SOCK_DGRAM)
SOCKET_ACT(socket_inet6, AF_INET6, SOCK_STREAM)
SOCKET_ACT(socket_unix, AF_UNIX, SOCK_SEQPACKET)
SOCKET_ACT(socket_netlink, AF_NETLINK, SOCK_RAW)
SOCKET_ACT(socket_packet, AF_PACKET, SOCK_RAW)
#undef SOCKET_ACT

static int
socket_pair(void)
{
	int fd[2];

	return done(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
}

static const struct sockaddr_un nameless = {.sun_family = AF_UNIX};

static int
socket_bind(void)
{
	return done(bind(act_socket, (const struct sockaddr *)&nameless, sizeof(sa_family_t)));
}

static int
socket_connect(void)
{
	const struct sockaddr none = {.sa_family = AF_UNSPEC}; /* dissolves what there was */

	return done(connect(act_socket, &none, sizeof(none)));
}

static int
socket_option(void)
{
	const int on = 1;

	return done(setsockopt(act_socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

/* --- files --- */

#define OPEN_ACT(name, path, flags) \
	static int name(void) \
	{ \
		return opened(path, flags); \
	}
OPEN_ACT(read_passwd, "/etc/passwd", O_RDONLY)
OPEN_ACT(read_root_folder, "/", O_RDONLY | O_DIRECTORY)
OPEN_ACT(read_proc_mem, "/proc/self/mem", O_RDWR)
OPEN_ACT(read_own_binary, "/proc/self/exe", O_RDONLY)
OPEN_ACT(read_outside, "outside", O_RDONLY)
OPEN_ACT(read_by_dots, "state/../outside", O_RDONLY)
OPEN_ACT(read_by_link, "state/link", O_RDONLY)
OPEN_ACT(make_outside, "new", O_WRONLY | O_CREAT)
OPEN_ACT(read_state, "state/kept", O_RDONLY)
OPEN_ACT(write_state, "state/kept", O_RDWR)
OPEN_ACT(truncate_state, "state/kept", O_WRONLY | O_TRUNC)
OPEN_ACT(make_state, "state/new", O_RDWR | O_CREAT)
OPEN_ACT(list_state, "state", O_RDONLY | O_DIRECTORY)
OPEN_ACT(write_anchor, "anchor", O_RDWR)
OPEN_ACT(make_anchor, "anchor2", O_RDWR | O_CREAT | O_EXCL)
OPEN_ACT(open_tty, "tty", O_RDWR | O_NONBLOCK)
OPEN_ACT(open_ptmx, "/dev/ptmx", O_RDWR)
OPEN_ACT(make_dummy, "dummy/new", O_RDWR | O_CREAT)
#undef OPEN_ACT

static int
write_tmp(void)
{
	const int error = opened("/tmp/tocsin-test-sandbox", O_WRONLY | O_CREAT);

	if (error == 0)
		(void)unlink("/tmp/tocsin-test-sandbox");
	return error;
}

#define ACT(name, call) \
	static int name(void) \
	{ \
		return done(call); \
	}
ACT(unlink_outside, unlink("outside"))
ACT(unlink_state, unlink("state/kept"))
ACT(link_out, link("outside", "state/hard"))
ACT(link_in, link("state/kept", "hard"))
ACT(rename_out, rename("state/kept", "kept"))
ACT(rename_in, rename("state/kept", "state/kept2"))
ACT(symlink_in, symlink("/etc/passwd", "state/passwd"))
ACT(mkdir_state, mkdir("state/more", 0700))
ACT(mkdir_beside, mkdir("state.restore", 0700))
ACT(mkdir_dummy, mkdir("dummy/sms", 0700))
ACT(chmod_state, chmod("state/kept", 0666))
ACT(fchmod_open, fchmod(act_file, 0600))
ACT(truncate_path, truncate("state/kept", 1))
ACT(make_fifo, mkfifo("state/fifo", 0600))
ACT(change_folder, chdir("/"))
ACT(change_root, chroot("."))
ACT(memory_file, memfd_create("x", 0))

static int
open_how(void)
{
	const uint64_t how[3] = {O_RDONLY, 0, 0};

	return done(syscall(SYS_openat2, AT_FDCWD, "state/kept", how, sizeof(how)));
}

/* --- programs and processes --- */

static int
exec_true(void)
{
	char *const argv[] = {(char[]){"true"}, NULL};

	return done(execve("/bin/true", argv, NULL));
}

static int
exec_open(void)
{
	char *const argv[] = {(char[]){"true"}, NULL};

	return done(syscall(SYS_execveat, act_exe, "", argv, NULL, AT_EMPTY_PATH));
}

static int
fork_one(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : done(waitpid(pid, NULL, 0));
}

ACT(clone_new, syscall(SYS_clone3, NULL, 0) == -1 && errno == EINVAL ? 0 : -1)
ACT(trace_me, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
ACT(kill_parent, kill(getppid(), 0))
ACT(tgkill_parent, syscall(SYS_tgkill, getppid(), getppid(), 0))
ACT(pidfd_parent, syscall(SYS_pidfd_open, getppid(), 0))
ACT(unshare_files, unshare(CLONE_FILES))
ACT(unshare_user, unshare(CLONE_NEWUSER))
ACT(set_uid, setuid(getuid()))
ACT(dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
ACT(no_death_signal, prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0))
ACT(implies_exec, personality(READ_IMPLIES_EXEC))
ACT(own_group, setpgid(0, 0))
ACT(be_nice, setpriority(PRIO_PROCESS, 0, 19))

static int
read_process(void)
{
	char from = 'x', to = 0;
	struct iovec local = {&to, 1}, remote = {&from, 1};

	return done(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}

static int
write_process(void)
{
	char from = 'x', to = 0;
	struct iovec local = {&from, 1}, remote = {&to, 1};

	return done(process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
}

static int
limits(void)
{
	struct rlimit l = {0, 0};

	return done(setrlimit(RLIMIT_CORE, &l));
}

static int
mount_one(void)
{
	if (mount("state", "state", NULL, MS_BIND, NULL) == -1)
		return errno;
	return done(umount2("state", MNT_DETACH));
}

/* --- the kernel's corners --- */

static int
uring(void)
{
	char params[256] = {0};

	return done(syscall(SYS_io_uring_setup, 1, params));
}

static int
bpf_map(void)
{
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map_type = BPF_MAP_TYPE_ARRAY;
	a.key_size = a.value_size = 4;
	a.max_entries = 1;
	return done(syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)));
}

ACT(fault_fd, syscall(SYS_userfaultfd, O_CLOEXEC | 1)) /* 1: UFFD_USER_MODE_ONLY */
ACT(key_ring, syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1))
ACT(load_module, syscall(SYS_init_module, NULL, 0, "") == -1 && errno != EPERM ? 0 : -1)
ACT(landlock_more, syscall(444, NULL, 0, 1)) /* landlock_create_ruleset: the version */
ACT(filter_more, syscall(SYS_seccomp, 2, 0, &(uint32_t){0x7fff0000})) /* GET_ACTION_AVAIL */

/* --- memory --- */

static int
mapped(int prot)
{
	void *p = mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int protected(int prot)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : done(mprotect(p, 4096, prot));
}

static int
map_exec(void)
{
	return mapped(PROT_READ | PROT_EXEC);
}

static int
protect_exec(void)
{
	return protected(PROT_READ | PROT_EXEC);
}

static int
protect_key_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return done(syscall(SYS_pkey_mprotect, p, 4096, PROT_READ | PROT_EXEC, -1));
}

static int
memory(void)
{
	const int error = mapped(PROT_READ | PROT_WRITE);

	return error != 0 ? error : protected(PROT_NONE);
}

/* --- the tty --- */

ACT(tty_sti, ioctl(act_tty, TIOCSTI, "x"))
ACT(tty_sti_high, syscall(SYS_ioctl, act_tty, (unsigned long)TIOCSTI | 1UL << 33, "x"))

static int
tty_size(void)
{
	struct winsize size;

	return done(ioctl(act_tty, TIOCGWINSZ, &size));
}

static int
tty_get(void)
{
	struct termios t;

	return done(tcgetattr(act_tty, &t));
}

static int
tty_waiting(void)
{
	int count;

	return done(ioctl(act_tty, FIONREAD, &count));
}

#undef ACT

#endif
