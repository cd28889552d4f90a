/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands of `tocsin`. Each gets its own arguments, argv[0] being its name, and returns
 * the exit code (schemas/exit.h). `-c CONF` stands before the subcommand: cmd_settings() has it.
 */
#ifndef GATEWAY_CONTROL_CMD_H
#define GATEWAY_CONTROL_CMD_H

/* The settings file of `-c`, else ./tocsin.conf if it is there, else /etc/tocsin/tocsin.conf. */
const char *cmd_settings(void);

int cmd_init(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_unlock(int argc, char **argv);
int cmd_arm(int argc, char **argv);
int cmd_lock(int argc, char **argv);
int cmd_close(int argc, char **argv);
int cmd_enrol(int argc, char **argv);
int cmd_revoke(int argc, char **argv);
int cmd_inbox(int argc, char **argv);
int cmd_roster(int argc, char **argv);
int cmd_codebook(int argc, char **argv);

#endif
