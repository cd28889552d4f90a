/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of modem_gammu.h share: the one state machine, the alarm over each of its calls.
 */
#ifndef GATEWAY_MODEM_MODEM_GAMMU_IMPL_H
#define GATEWAY_MODEM_MODEM_GAMMU_IMPL_H

#include <gammu.h>
#include <stdbool.h>

#include "schemas/messages.h"

#define NUMBER_UTF8_MAX (4 * (GSM_MAX_NUMBER_LENGTH + 1))
#define UTF8_MAX (4 * (GSM_MAX_SMS_LENGTH + 1)) /* what EncodeUTF8 makes of a text at most */

/* NULL: not connected. */
extern GSM_StateMachine *modem_machine;

/* SIGALRM ends the process when the call does not come back; there is no other alarm. */
void modem_watch_begin(unsigned seconds);
void modem_watch_end(void);

/* The modem cannot be talked to: there is no use in going on with it. */
bool modem_is_device_error(GSM_Error err);

/* The library's UTF-16 to UTF-8, ended; cut between two characters where it is too long. */
void modem_copy_utf8(const unsigned char *from, char *out, size_t cap);

/* How full the storages are, under the alarm; zeros on failure. */
GSM_Error modem_memory_status(GSM_SMSMemoryStatus *out);

/* A status report in the library's struct. */
void modem_copy_report(const GSM_SMSMessage *sms, struct msg_report *out);

/* The library wants each of them, and forgets them when it connects. */
void modem_call_callbacks(void);

/* The phone's storage is the only one: the library then lists it twice. */
extern bool modem_phone_alone;

/* Not a modem, but the library's own device for tests. */
extern bool modem_is_dummy;

#endif
