/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each role's sandbox, entered for real: what it forbids fails there, and is done in a control run
 * without it, so that no row passes because the act is impossible anyway; what it is for is done.
 * Exit code 77: this build has no sandbox.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sodium.h>
#include <stdlib.h>

#include "gateway/common/log.h"
#include "gateway/common/sandbox.h"
#include "gateway/common/sandbox_enter.h"
#include "gateway/common/sandbox_filter.h"
#include "gateway/common/sandbox_landlock.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"
#include "tests/support/sandbox_acts.h"
#include "tests/support/sandbox_uses.h"

#define SKIPPED 77
#define NO_SANDBOX (-1)
#define CALLERS 8 /* more than one for each run */
#define DIED 1000 /* and the signal */

/* Whose rows. */
enum { TTY = 1, DUMMY = 2, CORE = 4, INIT = 8, ALL = 15 };

enum fate {
	DENIED,  /* EPERM or EACCES */
	BY_FILE, /* the same, but Landlock alone does it */
	KILLED,  /* SIGSYS */
	DONE,
};

struct row {
	const char *name;
	int (*act)(void);
	unsigned who;
	enum fate fate;
	int only_some; /* not every user and kernel may do it, sandbox or not */
};

static const struct role {
	const char *name;
	unsigned bit;
	enum sandbox_role role;
	struct sandbox_paths paths;
} roles[] = {
    {"modem", TTY, SANDBOX_MODEM, {.device = "tty"}},
    {"dummy", DUMMY, SANDBOX_MODEM, {.device = "dummy"}},
    {"core", CORE, SANDBOX_CORE, {.state_dir = "state", .anchor = "anchor"}},
    {"wipe", CORE, SANDBOX_WIPE, {.state_dir = "state", .anchor = "anchor"}},
    {"init", INIT, SANDBOX_INIT, {.state_dir = "x/state", .anchor = "x/anchor"}},
};

static char folder[64];

/* --- the rows --- */

#define ROW_OF(act) #act, act
static const struct row rows[] = {
    {ROW_OF(socket_inet), ALL, DENIED, 0},
    {ROW_OF(socket_inet_udp), ALL, DENIED, 0},
    {ROW_OF(socket_inet6), ALL, DENIED, 1},
    {ROW_OF(socket_unix), ALL, DENIED, 0},
    {ROW_OF(socket_netlink), ALL, DENIED, 0},
    {ROW_OF(socket_packet), ALL, DENIED, 1},
    {ROW_OF(socket_pair), ALL, DENIED, 0},
    {ROW_OF(socket_bind), ALL, DENIED, 0},
    {ROW_OF(socket_connect), ALL, DENIED, 0},
    {ROW_OF(socket_option), ALL, DENIED, 0},

    {ROW_OF(read_passwd), ALL, BY_FILE, 0},
    {ROW_OF(read_root_folder), ALL, BY_FILE, 0},
    {ROW_OF(read_proc_mem), ALL, BY_FILE, 0},
    {ROW_OF(read_own_binary), ALL, BY_FILE, 0},
    {ROW_OF(read_outside), ALL, BY_FILE, 0},
    {ROW_OF(read_by_dots), ALL, BY_FILE, 0},
    {ROW_OF(read_by_link), ALL, BY_FILE, 0},
    {ROW_OF(make_outside), ALL, BY_FILE, 0},
    {ROW_OF(write_tmp), ALL, BY_FILE, 0},
    {ROW_OF(make_anchor), ALL, BY_FILE, 0},
    {ROW_OF(write_anchor), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(read_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(write_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(truncate_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(make_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(list_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(unlink_state), TTY | DUMMY | INIT, BY_FILE, 0},
    {ROW_OF(unlink_outside), ALL, BY_FILE, 0},
    {ROW_OF(mkdir_state), ALL, BY_FILE, 0},
    {ROW_OF(mkdir_beside), ALL, BY_FILE, 0},
    {ROW_OF(make_dummy), TTY | CORE | INIT, BY_FILE, 0},
    {ROW_OF(mkdir_dummy), TTY | CORE | INIT, BY_FILE, 0},
    {ROW_OF(open_tty), DUMMY | CORE | INIT, BY_FILE, 0},
    {ROW_OF(open_ptmx), ALL, BY_FILE, 0},

    {ROW_OF(link_out), ALL, DENIED, 0},
    {ROW_OF(link_in), ALL, DENIED, 0},
    {ROW_OF(rename_out), ALL, DENIED, 0},
    {ROW_OF(rename_in), ALL, DENIED, 0},
    {ROW_OF(symlink_in), ALL, DENIED, 0},
    {ROW_OF(chmod_state), ALL, DENIED, 0},
    {ROW_OF(fchmod_open), ALL, DENIED, 0},
    {ROW_OF(truncate_path), ALL, DENIED, 0},
    {ROW_OF(make_fifo), ALL, DENIED, 0},
    {ROW_OF(change_folder), ALL, DENIED, 0},
    {ROW_OF(change_root), ALL, DENIED, 1},
    {ROW_OF(memory_file), ALL, DENIED, 0},
    {ROW_OF(open_how), ALL, DENIED, 0},

    {ROW_OF(exec_true), ALL, KILLED, 0},
    {ROW_OF(exec_open), ALL, KILLED, 0},
    {ROW_OF(trace_me), ALL, KILLED, 0},
    {ROW_OF(read_process), ALL, KILLED, 0},
    {ROW_OF(write_process), ALL, KILLED, 0},
    {ROW_OF(load_module), ALL, KILLED, 1},
    {ROW_OF(fork_one), ALL, DENIED, 0},
    {ROW_OF(clone_new), ALL, DENIED, 0},
    {ROW_OF(kill_parent), ALL, DENIED, 0},
    {ROW_OF(tgkill_parent), ALL, DENIED, 0},
    {ROW_OF(pidfd_parent), ALL, DENIED, 0},
    {ROW_OF(unshare_files), ALL, DENIED, 0},
    {ROW_OF(unshare_user), ALL, DENIED, 1},
    {ROW_OF(set_uid), ALL, DENIED, 0},
    {ROW_OF(dumpable), ALL, DENIED, 0},
    {ROW_OF(no_death_signal), ALL, DENIED, 0},
    {ROW_OF(implies_exec), ALL, DENIED, 0},
    {ROW_OF(own_group), ALL, DENIED, 0},
    {ROW_OF(be_nice), ALL, DENIED, 0},
    {ROW_OF(limits), ALL, DENIED, 0},
    {ROW_OF(mount_one), ALL, DENIED, 1},
    {ROW_OF(uring), ALL, DENIED, 1},
    {ROW_OF(bpf_map), ALL, DENIED, 1},
    {ROW_OF(fault_fd), ALL, DENIED, 1},
    {ROW_OF(key_ring), ALL, DENIED, 1},
    {ROW_OF(landlock_more), ALL, DENIED, 1},
    {ROW_OF(filter_more), ALL, DENIED, 0},
    {ROW_OF(map_exec), ALL, DENIED, 0},
    {ROW_OF(protect_exec), ALL, DENIED, 0},
    {ROW_OF(protect_key_exec), ALL, DENIED, 0},
    {ROW_OF(tty_sti), ALL, DENIED, 1},
    {ROW_OF(tty_sti_high), ALL, DENIED, 1},
    {ROW_OF(tty_size), ALL, DENIED, 0},
    {ROW_OF(tty_get), DUMMY | CORE | INIT, DENIED, 0},
    {ROW_OF(tty_waiting), DUMMY | CORE | INIT, DENIED, 0},

    {ROW_OF(use_store), CORE, DONE, 0},
    {ROW_OF(use_anchor), CORE, DONE, 0},
    {ROW_OF(use_init), INIT, DONE, 0},
    {ROW_OF(use_received), CORE | INIT, DONE, 0},
    {ROW_OF(use_messages), ALL, DONE, 0},
    {ROW_OF(use_control), CORE, DONE, 0},
    {ROW_OF(use_loop), TTY | DUMMY, DONE, 0},
    {ROW_OF(use_signals), CORE, DONE, 0},
    {ROW_OF(use_clock), CORE | INIT, DONE, 0},
    {ROW_OF(use_secrets), CORE | INIT, DONE, 0},
    {ROW_OF(use_tty), TTY, DONE, 0},
    {ROW_OF(use_pin), TTY, DONE, 0},
    {ROW_OF(tty_waiting), TTY, DONE, 0},
    {ROW_OF(use_watch), TTY | DUMMY, DONE, 0},
    {ROW_OF(write_state), CORE, DONE, 0},
    {ROW_OF(truncate_state), CORE, DONE, 0},
    {ROW_OF(make_state), CORE, DONE, 0},
    {ROW_OF(list_state), CORE, DONE, 0},
    {ROW_OF(unlink_state), CORE, DONE, 0},
    {ROW_OF(make_dummy), DUMMY, DONE, 0},
    {ROW_OF(mkdir_dummy), DUMMY, DONE, 0},
    {ROW_OF(memory), ALL, DONE, 0},
    {ROW_OF(use_log), ALL, DONE, 0},
};

/* --- running them --- */

static void
put(const char *path)
{
	file_write(path, (const uint8_t *)"octets", 6);
}

/* As it is before each act. */
static void
make_things(void)
{
	(void)mkdir("state", 0700);
	(void)mkdir("dummy", 0700);
	(void)mkdir("x", 0700);
	put("outside");
	put("anchor");
	put("state/kept");
	CHECK(symlink("../outside", "state/link") == 0);
}

static void
unmake_things(void)
{
	static const char *const names[] = {"new", "anchor2", "hard", "kept", "state.restore"};

	folder_remove("state/more");
	folder_remove("state");
	folder_remove("dummy/sms");
	folder_remove("dummy");
	folder_remove("x/state.restore");
	folder_remove("x");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(names[i]);
}

static void
make_descriptors(void)
{
	const struct sockaddr_un any = {.sun_family = AF_UNIX};
	struct sockaddr_un made;
	socklen_t len = sizeof(made);
	int pty = posix_openpt(O_RDWR | O_NOCTTY);

	use_listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	act_socket = socket(AF_UNIX, SOCK_DGRAM, 0);
	act_exe = open("/bin/true", O_PATH);
	act_file = open("handed", O_RDWR | O_CREAT, 0600);
	CHECK(pty != -1 && grantpt(pty) == 0 && unlockpt(pty) == 0);
	CHECK(symlink(ptsname(pty), "tty") == 0);
	act_tty = open("tty", O_RDWR | O_NOCTTY);
	CHECK(act_socket != -1 && act_exe != -1 && act_file != -1 && act_tty != -1);
	/* An abstract address of the kernel's choice. */
	CHECK(bind(use_listener, (const struct sockaddr *)&any, sizeof(sa_family_t)) == 0);
	CHECK(getsockname(use_listener, (struct sockaddr *)&made, &len) == 0);
	CHECK(listen(use_listener, CALLERS) == 0);
	for (int i = 0; i < CALLERS; i++) {
		int caller = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		CHECK(connect(caller, (struct sockaddr *)&made, len) == 0);
	}
	CHECK_EQ(ipc_pair(use_channel), ST_OK);
}

/* What an act comes to in a process of its own: 0, errno, or DIED and the signal. */
static int
fate_of(int (*act)(void), const struct role *role)
{
	int wait_status = 0;
	pid_t pid;

	make_things();
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		log_begin("test", LOG_LEVEL_WARNING); /* says nothing but what went wrong */
		if (role != NULL &&
		    (sandbox_basic() != ST_OK || sandbox_enter(role->role, &role->paths) != ST_OK))
			_exit(255);
		_exit(act());
	}
	CHECK(waitpid(pid, &wait_status, 0) == pid);
	unmake_things();
	return WIFSIGNALED(wait_status) ? DIED + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int
is_fate(enum fate want, int got)
{
	if (want == DONE)
		return got == 0;
	return want == KILLED ? got == DIED + SIGSYS : got == EPERM || got == EACCES;
}

/* Without a sandbox every act is done. */
static void
test_control(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = fate_of(rows[i].act, NULL);

		if (got != 0 && rows[i].only_some)
			printf(
			    "no control for %s: errno %d without a sandbox\n", rows[i].name, got);
		else if (!CHECK_EQ(got, 0))
			printf("    %s, without a sandbox\n", rows[i].name);
	}
}

static void
test_role(const struct role *role, int has_landlock)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got;

		if (!(rows[i].who & role->bit) || (rows[i].fate == BY_FILE && !has_landlock))
			continue;
		got = fate_of(rows[i].act, role);
		if (!CHECK(is_fate(rows[i].fate, got)))
			printf("    %s as %s: %d\n", rows[i].name, role->name, got);
	}
	CHECK_EQ(fate_of(abort_it, role), DIED + SIGABRT);
}

/* A device that is not there: as such it is missed, and what appears later is not opened. */
static void
test_missing(int has_landlock)
{
	static const struct role role = {"modem", TTY, SANDBOX_MODEM, {.device = "none"}};

	CHECK_EQ(fate_of(use_watch, &role), 0);
	if (has_landlock)
		CHECK_EQ(fate_of(open_tty, &role), EACCES);
}

/* What an older kernel has: this one takes its rules too. */
static int as_version;

static int
enter_older(void)
{
	static const struct landlock_path paths[] = {
	    {"state", LANDLOCK_FOLDER}, {"anchor", LANDLOCK_FILE}};

	if (sandbox_basic() != ST_OK || landlock_enter(as_version, paths, 2) != ST_OK)
		return 255;
	if (read_outside() != EACCES || list_state() != 0 || make_state() != 0)
		return 254;
	return write_anchor();
}

static void
test_versions(int newest)
{
	for (as_version = 1; as_version <= newest; as_version++)
		CHECK_EQ(fate_of(enter_older, NULL), 0);
}

/* --- the lists --- */

static const uint32_t arches[] = {
    SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, SCMP_ARCH_RISCV64};
#define ARCHES (sizeof(arches) / sizeof(arches[0]))

static int
is_known(const char *name)
{
	for (size_t i = 0; i < ARCHES; i++)
		if (seccomp_syscall_resolve_name_arch(arches[i], name) >= 0)
			return 1;
	return 0;
}

#define DENY (SECCOMP_RET_ERRNO | EPERM)
#define MODEMS (LIST_TTY | LIST_DUMMY)
#define CORES (LIST_CORE | LIST_INIT)
#define FILES (CORES | LIST_TTY)
/* Asked with arguments of zero: a mapping without PROT_EXEC is the only form that fits. */
#define WITH_ZEROS(value) ((value) == 0 ? SECCOMP_RET_ALLOW : DENY)
static const struct {
	const char *name;
	unsigned lists;
	uint32_t verdict;
} listed[] = {
#define CALL(name, lists, why) {#name, lists, SECCOMP_RET_ALLOW},
#define FORM(name, lists, arg, mask, value, why) {#name, lists, WITH_ZEROS(#value[0] - '0')},
#define FATAL(name, why) {#name, ALL, SECCOMP_RET_KILL_PROCESS},
#include "gateway/common/sandbox_calls.def"
};

/* A misspelt name would be passed over. */
static void
test_names(void)
{
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		if (!CHECK(is_known(listed[i].name)))
			printf("    %s\n", listed[i].name);
	CHECK(!is_known("no_such_call"));
}

/* What the kernel would do: the few instructions that libseccomp makes. */
static uint32_t
verdict(const struct sock_filter *code, const struct seccomp_data *data)
{
	const uint8_t *octets = (const uint8_t *)data;
	uint32_t a = 0;

	for (const struct sock_filter *c = code;; c++) {
		switch (c->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, octets + c->k, sizeof(a));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= c->k;
			break;
		case BPF_JMP | BPF_JA:
			c += c->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			c += a == c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			c += a > c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			c += a >= c->k ? c->jt : c->jf;
			break;
		case BPF_RET | BPF_K:
			return c->k;
		default:
			abort();
		}
	}
}

/* Each number of one architecture, without arguments: allowed, fatal, or denied, as listed. */
static void
check_numbers(const struct sock_filter *code, uint32_t arch, unsigned list)
{
	struct seccomp_data data = {.arch = arch};
	uint32_t want[600];
	int number;

	for (size_t i = 0; i < 600; i++)
		want[i] = DENY;
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		number = seccomp_syscall_resolve_name_arch(arch, listed[i].name);
		if (number >= 0 && number < 600 && listed[i].lists & list)
			want[number] = listed[i].verdict;
	}
	for (data.nr = 0; data.nr < 600; data.nr++)
		if (!CHECK_EQ(verdict(code, &data), want[data.nr]))
			printf("    number %d of %x, list %u\n", data.nr, arch, list);
	data.nr = seccomp_syscall_resolve_name_arch(arch, "read");
	data.arch++;
	CHECK_EQ(verdict(code, &data), SECCOMP_RET_KILL_PROCESS);
}

/* ioctl: the commands of a tty, by their lower half, and none that types into it. */
static void
check_ioctl(const struct sock_filter *code, uint32_t arch, unsigned list)
{
	struct seccomp_data data = {.arch = arch};
	uint32_t allow = list == LIST_TTY ? SECCOMP_RET_ALLOW : DENY;

	data.nr = seccomp_syscall_resolve_name_arch(arch, "ioctl");
	data.args[1] = TCGETS;
	CHECK_EQ(verdict(code, &data), allow);
	data.args[1] = TIOCSTI;
	CHECK_EQ(verdict(code, &data), DENY);
	data.args[1] |= UINT64_C(1) << 32;
	CHECK_EQ(verdict(code, &data), DENY);
}

/* Each list, for each architecture that a gateway may have. */
static void
test_arches(void)
{
	static const enum sandbox_list lists[] = {LIST_TTY, LIST_DUMMY, LIST_CORE, LIST_INIT};
	scmp_filter_ctx filter;
	struct sock_filter *code;
	size_t len;
	int fd;

	for (size_t i = 0; i < 4 * ARCHES; i++) {
		if (!CHECK_EQ(sandbox_filter(lists[i % 4], arches[i / 4], &filter), ST_OK))
			continue;
		fd = open("filter", O_RDWR | O_CREAT | O_TRUNC, 0600);
		CHECK_EQ(seccomp_export_bpf(filter, fd), 0);
		(void)close(fd);
		seccomp_release(filter);
		code = (struct sock_filter *)(void *)file_octets("filter", &len);
		check_numbers(code, arches[i / 4], lists[i % 4]);
		check_ioctl(code, arches[i / 4], lists[i % 4]);
		free(code);
	}
}

int
main(void)
{
	const int version = landlock_version();

#ifdef TOCSIN_TRACEABLE
	printf("skipped: a build for sanitizers or coverage has no sandbox\n");
	return SKIPPED;
#endif
	if (sodium_init() == -1)
		return 1;
	folder_make(folder);
	if (chdir(folder) == -1)
		return 1;
	printf("Landlock: version %d%s\n", version,
	    version == 0 ? "; skipped: every act that only Landlock denies" : "");
	make_descriptors();
	test_control();
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		test_role(&roles[i], version > 0);
	test_missing(version > 0);
	test_versions(version);
	test_names();
	test_arches();
	(void)!chdir("..");
	folder_remove(folder);
	return check_done();
}
