/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands of `tocsin`. Each gets its own arguments, argv[0] being its name, and returns
 * the exit code (schemas/exit.h). `-c CONF` stands before the subcommand: cmd_settings() has it.
 */
#ifndef GATEWAY_CONTROL_CMD_H
#define GATEWAY_CONTROL_CMD_H

/* The settings file of `-c`, else ./tocsin.conf if it is there, else /etc/tocsin/tocsin.conf. */
const char *cmd_settings(void);

/* True if it was given by `-c`. */
int cmd_settings_given(void);

/* argv[0] of the program, to find the others by. */
const char *cmd_program(void);

/* For main, before anything else; conf NULL: not given. Both are borrowed for ever. */
void cmd_begin(const char *program, const char *conf);

/*
 * Say one sentence on standard error, "tocsin: " before it and a newline behind it, and return
 * code, so that a command ends with `return cmd_fail(EXIT_REFUSED, ...)`.
 */
int cmd_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sentences of an answer on standard output, or beside one on standard error; a newline follows. */
void cmd_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cmd_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

int cmd_init(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_unlock(int argc, char **argv);
int cmd_arm(int argc, char **argv);
int cmd_lock(int argc, char **argv);
int cmd_close(int argc, char **argv);
int cmd_coordinator(int argc, char **argv);
int cmd_recovery_key(int argc, char **argv);
int cmd_recover(int argc, char **argv);
int cmd_enrol(int argc, char **argv);
int cmd_revoke(int argc, char **argv);
int cmd_vet(int argc, char **argv);
int cmd_plain(int argc, char **argv);
int cmd_own_places(int argc, char **argv);
int cmd_inbox(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_roster(int argc, char **argv);
int cmd_retention(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_outbox(int argc, char **argv);
int cmd_setting(int argc, char **argv);
int cmd_renew(int argc, char **argv);
int cmd_deep_scan(int argc, char **argv);
int cmd_codebook(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_modem(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_wipe(int argc, char **argv);

#endif
