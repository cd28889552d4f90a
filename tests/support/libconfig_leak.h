/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libconfig 1.5 forgets a text in quotes that stands where none may stand: at most one for each
 * file refused, as long as that text. It is left alone; nothing of this program is excused.
 */
#ifndef TESTS_SUPPORT_LIBCONFIG_LEAK_H
#define TESTS_SUPPORT_LIBCONFIG_LEAK_H

const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

#endif
