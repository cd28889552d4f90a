/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/modem_gammu.h"

#include <assert.h>
#include <gammu.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPLY_TRIES 1 /* more would send a delete again whose slot may hold another text by now */
#define UTF8_MAX (4 * (GSM_MAX_SMS_LENGTH + 1))

static GSM_StateMachine *machine;

/* 266 kB: never on the stack, never more than one. */
static GSM_MultiSMSMessage found_now;

/* Where the listing stands, in the library's two fields. */
static struct {
	int location, folder;
} position;

static void
watch_begin(unsigned seconds)
{
	(void)alarm(seconds); /* SIGALRM ends the process; there was no other alarm */
}

static void
watch_end(void)
{
	(void)alarm(0);
}

/* The library calls it without looking whether it is there. */
static void
on_sent(GSM_StateMachine *s, int status, int reference, void *arg)
{
	(void)s;
	(void)status;
	(void)reference;
	(void)arg;
}

static enum status
fill_config(GSM_Config *c, const char *device, const char *connection, const char *model)
{
	memset(c, 0, sizeof(*c));
	c->Device = strdup(device); /* the library frees these three */
	c->Connection = strdup(connection);
	c->DebugFile = strdup("");
	if (c->Device == NULL || c->Connection == NULL || c->DebugFile == NULL)
		return ST_MEMORY;
	if (strlen(model) >= sizeof(c->Model))
		return ST_DEVICE;
	memcpy(c->Model, model, strlen(model) + 1);
	/* Every other level writes numbers and texts. */
	memcpy(c->DebugLevel, "nothing", sizeof("nothing"));
	c->UseGlobalDebugFile = FALSE;
	c->SyncTime = FALSE;
	c->LockDevice = FALSE;
	c->StartInfo = FALSE;
	for (size_t i = 0; i < sizeof(c->CNMIParams) / sizeof(c->CNMIParams[0]); i++)
		c->CNMIParams[i] = -1;
	return ST_OK;
}

enum status
modem_gammu_open(const char *device, const char *connection, const char *model)
{
	enum status st = ST_DEVICE;
	GSM_Config *config;
	GSM_Error err;

	assert(machine == NULL);
	GSM_InitLocales(NULL);
	if ((machine = GSM_AllocStateMachine()) == NULL)
		return ST_MEMORY;
	if ((config = GSM_GetConfig(machine, 0)) == NULL)
		goto failed;
	if ((st = fill_config(config, device, connection, model)) != ST_OK)
		goto failed;
	GSM_SetConfigNum(machine, 1);
	watch_begin(MODEM_INIT_S);
	err = GSM_InitConnection(machine, REPLY_TRIES);
	watch_end();
	if (err != ERR_NONE) {
		st = ST_DEVICE;
		goto failed;
	}
	GSM_SetSendSMSStatusCallback(machine, on_sent, NULL); /* InitConnection forgets callbacks */
	return ST_OK;
failed:
	GSM_FreeStateMachine(machine);
	machine = NULL;
	return st;
}

void
modem_gammu_close(void)
{
	if (machine == NULL)
		return;
	modem_gammu_forget();
	watch_begin(MODEM_CALL_S);
	(void)GSM_TerminateConnection(machine); /* nothing can be done about a failure */
	watch_end();
	GSM_FreeStateMachine(machine);
	machine = NULL;
}

void
modem_gammu_forget(void)
{
	explicit_bzero(&found_now, sizeof(found_now));
}

/*
 * Where the next call goes on. After a success the driver has put the folder into the location;
 * after a failure the dummy driver leaves the two apart.
 */
static void
keep_position(bool success)
{
	position.location = found_now.SMS[0].Location;
	position.folder = success ? 0 : found_now.SMS[0].Folder;
}

static bool
is_device_error(GSM_Error err)
{
	switch (err) {
	case ERR_DEVICEOPENERROR:
	case ERR_DEVICELOCKED:
	case ERR_DEVICENOTEXIST:
	case ERR_DEVICEBUSY:
	case ERR_DEVICENOPERMISSION:
	case ERR_DEVICENOTWORK:
	case ERR_DEVICEWRITEERROR:
	case ERR_DEVICEREADERROR:
	case ERR_TIMEOUT:
	case ERR_NOTCONNECTED:
	case ERR_PHONEOFF:
	case ERR_NOSIM:
	case ERR_ABORTED:
	case ERR_MOREMEMORY:
		return true;
	default:
		return false;
	}
}

/* A slot that could not be read, or the end, or a modem that cannot be listed. */
static enum status
judge_failure(GSM_Error err, int location_before, int folder_before, enum modem_found *found)
{
	bool moved = position.location != location_before || position.folder != folder_before;

	if (is_device_error(err))
		return ST_DEVICE;
	if (err == ERR_EMPTY && (!moved || position.location <= 0)) {
		*found = FOUND_END;
		return ST_OK;
	}
	/* ERR_EMPTY at another slot than the last: that slot holds nothing sensible, the list goes
	 * on. Any other failure that does not move would come back for ever. */
	if (!moved)
		return ST_DEVICE;
	*found = FOUND_UNREADABLE;
	return ST_OK;
}

enum status
modem_gammu_next(bool start, enum modem_found *found, struct modem_slot *slot)
{
	int location_before, folder_before;
	GSM_Error err;

	if (start)
		memset(&position, 0, sizeof(position));
	location_before = position.location;
	folder_before = position.folder;
	modem_gammu_forget();
	found_now.SMS[0].Location = position.location;
	found_now.SMS[0].Folder = position.folder;
	watch_begin(MODEM_CALL_S);
	err = GSM_GetNextSMS(machine, &found_now, start ? TRUE : FALSE);
	watch_end();
	/* Number 0: a file of the dummy device without any text in it. */
	keep_position(err == ERR_NONE && found_now.Number > 0);
	if (err != ERR_NONE || found_now.Number <= 0 || found_now.Number > GSM_MAX_MULTI_SMS)
		return judge_failure(
		    err == ERR_NONE ? ERR_CORRUPTED : err, location_before, folder_before, found);
	*found = found_now.SMS[0].InboxFolder && found_now.SMS[0].PDU == SMS_Deliver ? FOUND_TEXTS
										     : FOUND_OTHER;
	*slot = (struct modem_slot){position.location, (unsigned)found_now.Number};
	return ST_OK;
}

/* The service centre's stamp: local time, and its distance from UTC in seconds. */
static int64_t
stamp_utc(const GSM_DateTime *t)
{
	struct tm tm;

	if (t->Year < 1970 || t->Year > 2199 || t->Month < 1 || t->Month > 12 || t->Day < 1 ||
	    t->Day > 31 || t->Hour < 0 || t->Hour > 23 || t->Minute < 0 || t->Minute > 59 ||
	    t->Second < 0 || t->Second > 60 || abs(t->Timezone) > 24 * 3600)
		return INT64_MIN;
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = t->Year - 1900;
	tm.tm_mon = t->Month - 1;
	tm.tm_mday = t->Day;
	tm.tm_hour = t->Hour;
	tm.tm_min = t->Minute;
	tm.tm_sec = t->Second;
	return (int64_t)timegm(&tm) - t->Timezone;
}

static enum status
copy_octets(const GSM_SMSMessage *sms, struct msg_sms *out)
{
	if (sms->Length < 0 || sms->Length > GSM_MAX_8BIT_SMS_LENGTH)
		return ST_TOO_LONG;
	out->form = SMS_OCTETS;
	out->text_len = (uint16_t)sms->Length;
	memcpy(out->text, sms->Text, out->text_len);
	return ST_OK;
}

static enum status
copy_text(const GSM_SMSMessage *sms, struct msg_sms *out)
{
	char utf8[UTF8_MAX];
	enum status st = ST_TOO_LONG;
	size_t len;

	if (UnicodeLength(sms->Text) > GSM_MAX_SMS_LENGTH)
		return ST_TOO_LONG;
	(void)EncodeUTF8(utf8, sms->Text); /* says only whether anything was not ASCII */
	len = strlen(utf8);
	if (len <= SMS_TEXT_MAX) {
		out->form = SMS_TEXT;
		out->text_len = (uint16_t)len;
		memcpy(out->text, utf8, len);
		st = ST_OK;
	}
	explicit_bzero(utf8, sizeof(utf8));
	return st;
}

enum status
modem_gammu_text(unsigned part, struct msg_sms *out)
{
	const GSM_SMSMessage *sms = &found_now.SMS[part];
	enum status st;

	assert(part < (unsigned)found_now.Number);
	memset(out, 0, sizeof(*out));
	out->stamp_s = stamp_utc(&sms->DateTime);
	if (sms->UDH.Type != UDH_NoUDH && sms->UDH.Length > 0) {
		if (sms->UDH.Length > SMS_UDH_MAX)
			return ST_TOO_LONG;
		out->udh_len = (uint8_t)sms->UDH.Length;
		memcpy(out->udh, sms->UDH.Text, out->udh_len);
	}
	st = sms->Coding == SMS_Coding_8bit ? copy_octets(sms, out) : copy_text(sms, out);
	if (st != ST_OK)
		explicit_bzero(out, sizeof(*out));
	return st;
}

enum status
modem_gammu_delete(int location)
{
	static GSM_SMSMessage
	    slot; /* zeroed but for the location: half the commands, and no copy */
	GSM_Error err;

	memset(&slot, 0, sizeof(slot));
	slot.Location = location;
	watch_begin(MODEM_CALL_S);
	err = GSM_DeleteSMS(machine, &slot);
	watch_end();
	explicit_bzero(&slot, sizeof(slot));
	return err == ERR_NONE || err == ERR_EMPTY ? ST_OK : ST_DEVICE;
}
