/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define MODEMS (LIST_TTY | LIST_DUMMY)
#define CORES (LIST_CORE | LIST_INIT)
#define FILES (CORES | LIST_TTY)
#define ALL (MODEMS | CORES)
/* The kernel looks at these bits of a command's number alone, so the filter does too. */
#define LOW32 UINT32_MAX

struct call {
	const char *name;
	unsigned lists;
};

struct form {
	struct call call;
	struct scmp_arg_cmp arg;
};

static const struct call calls[] = {
#define CALL(name, lists, why) {#name, lists},
#include "gateway/common/sandbox_calls.def"
};

static const struct call fatal[] = {
#define FATAL(name, why) {#name, ALL},
#include "gateway/common/sandbox_calls.def"
};

/* One rule. A name that libseccomp has for another architecture has a number below zero here. */
static int
add(scmp_filter_ctx filter, uint32_t action, const struct call *call,
    const struct scmp_arg_cmp *arg)
{
	int number = seccomp_syscall_resolve_name(call->name);

	if (number == __NR_SCMP_ERROR)
		return 0; /* a newer name than this libseccomp; the test knows them all */
	return seccomp_rule_add_array(filter, action, number, arg != NULL, arg);
}

static int
add_forms(scmp_filter_ctx filter, enum sandbox_list list)
{
	/* One is this process's number. */
	const struct form forms[] = {
#define FORM(name, lists, number, mask, value, why) \
	{{#name, lists}, {number, SCMP_CMP_MASKED_EQ, mask, value}},
#include "gateway/common/sandbox_calls.def"
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && error == 0; i++)
		if (forms[i].call.lists & list)
			error = add(filter, SCMP_ACT_ALLOW, &forms[i].call, &forms[i].arg);
	return error;
}

static int
add_all(scmp_filter_ctx filter, enum sandbox_list list)
{
	int error = add_forms(filter, list);

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && error == 0; i++)
		if (calls[i].lists & list)
			error = add(filter, SCMP_ACT_ALLOW, &calls[i], NULL);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]) && error == 0; i++)
		error = add(filter, SCMP_ACT_KILL_PROCESS, &fatal[i], NULL);
	return error;
}

/* The architecture, what happens to the calls of another one, and a tree instead of a chain. */
static int
set_up(scmp_filter_ctx filter, uint32_t arch)
{
	int error = 0;

	if (arch != seccomp_arch_native() && arch != SCMP_ARCH_NATIVE &&
	    (error = seccomp_arch_add(filter, arch)) == 0)
		error = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return error;
}

enum status
sandbox_filter(enum sandbox_list list, uint32_t arch, scmp_filter_ctx *out)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int error;

	if (filter == NULL) {
		errno = ENOMEM;
		return ST_IO;
	}
	if ((error = set_up(filter, arch)) == 0)
		error = add_all(filter, list);
	if (error == 0) {
		*out = filter;
		return ST_OK;
	}
	seccomp_release(filter);
	errno = -error;
	return ST_IO;
}
