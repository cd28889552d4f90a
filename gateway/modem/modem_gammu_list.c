/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/modem/at.h"
#include "gateway/modem/modem_gammu.h"
#include "gateway/modem/modem_gammu_impl.h"
#include "gateway/modem/pdu.h"
#include "gateway/modem/rescue.h"

bool modem_phone_alone;

/* 266 kB: never on the stack, never more than one. */
static GSM_MultiSMSMessage found_now;

/* Where the listing stands, in the library's two fields, and how many slots it gave. */
static struct {
	int location, folder;
	unsigned seen;
} position;

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

/*
 * The library says "empty" of a slot that holds nothing sensible, in the middle of a listing; and,
 * for ever and each time one place further, at the end of one where AT+CMGL was refused and it
 * tries slot after slot. What the modem counts tells the two apart.
 */
static enum status
judge_empty(enum modem_found *found)
{
	GSM_SMSMemoryStatus status;

	if (modem_is_device_error(modem_memory_status(&status)))
		return ST_DEVICE;
	*found = (unsigned)status.SIMUsed + (unsigned)status.PhoneUsed > position.seen
		     ? FOUND_UNREADABLE
		     : FOUND_END;
	return ST_OK;
}

/* A slot that could not be read, or the end, or a modem that cannot be listed. */
static enum status
judge_failure(GSM_Error err, int location_before, int folder_before, enum modem_found *found)
{
	bool moved = position.location != location_before || position.folder != folder_before;

	if (modem_is_device_error(err))
		return ST_DEVICE;
	if (err == ERR_EMPTY && (!moved || position.location <= 0)) {
		*found = FOUND_END;
		return ST_OK;
	}
	if (!moved)
		return ST_UNKNOWN; /* it would come back for ever */
	if (err == ERR_EMPTY && !modem_is_dummy)
		return judge_empty(found);
	*found = FOUND_UNREADABLE;
	return ST_OK;
}

static enum modem_found
kind_of(const GSM_SMSMessage *sms)
{
	if (sms->PDU == SMS_Status_Report)
		return FOUND_REPORT;
	return sms->InboxFolder && sms->PDU == SMS_Deliver ? FOUND_TEXTS : FOUND_OTHER;
}

enum status
modem_gammu_next(bool start, enum modem_found *found, struct modem_slot *slot)
{
	int location_before, folder_before;
	enum status st = ST_OK;
	GSM_Error err;

	if (start)
		memset(&position, 0, sizeof(position));
	location_before = position.location;
	folder_before = position.folder;
	modem_gammu_forget();
	found_now.SMS[0].Location = position.location;
	found_now.SMS[0].Folder = position.folder;
	modem_watch_begin(MODEM_LIST_S);
	err = GSM_GetNextSMS(modem_machine, &found_now, start ? TRUE : FALSE);
	modem_watch_end();
	/* Number 0: a file of the dummy device without any text in it. */
	if (err == ERR_NONE && (found_now.Number <= 0 || found_now.Number > GSM_MAX_MULTI_SMS))
		err = ERR_CORRUPTED;
	keep_position(err == ERR_NONE);
	if (err == ERR_NONE)
		*found = kind_of(&found_now.SMS[0]);
	else
		st = judge_failure(err, location_before, folder_before, found);
	position.seen += st == ST_OK && *found != FOUND_END;
	*slot = (struct modem_slot){position.location, (unsigned)found_now.Number};
	if (modem_phone_alone) {
		if (position.location >= RESCUE_ME_LOCATION && st == ST_OK)
			*found = FOUND_END; /* the same slots once more */
		slot->location += RESCUE_ME_LOCATION;
	}
	return st;
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
	modem_copy_utf8(sms->Number, out->sender, sizeof(out->sender));
	st = sms->Coding == SMS_Coding_8bit ? copy_octets(sms, out) : copy_text(sms, out);
	if (st != ST_OK)
		explicit_bzero(out, sizeof(*out));
	return st;
}

void
modem_gammu_report(struct msg_report *out)
{
	modem_copy_report(&found_now.SMS[0], out);
}

/* FNV-1a: to tell a text from another one in the same slot; nobody gains by two that agree. */
static uint64_t
mix(uint64_t print, const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		print = (print ^ octets[i]) * UINT64_C(0x100000001B3);
	return print;
}

uint64_t
modem_gammu_print(void)
{
	const GSM_SMSMessage *sms = &found_now.SMS[0];
	uint64_t print = UINT64_C(0xCBF29CE484222325);

	print = mix(print, &sms->PDU, sizeof(sms->PDU));
	print = mix(print, &sms->DateTime, sizeof(sms->DateTime));
	print = mix(print, &sms->Coding, sizeof(sms->Coding));
	print = mix(print, &sms->Length, sizeof(sms->Length));
	print = mix(print, &sms->MessageReference, sizeof(sms->MessageReference));
	print = mix(print, &sms->DeliveryStatus, sizeof(sms->DeliveryStatus));
	print = mix(print, sms->Number, UnicodeLength(sms->Number) * 2);
	print = mix(print, sms->UDH.Text, sms->UDH.Type == UDH_NoUDH ? 0 : sizeof(sms->UDH.Text));
	return mix(print, sms->Text, sizeof(sms->Text));
}

/* ST_OK: as it was; ST_CLOSED: there is nothing any more; ST_CHANGED, ST_DEVICE. */
static enum status
look_again(int location, uint64_t print)
{
	enum status st = ST_CHANGED;
	GSM_Error err;

	modem_gammu_forget();
	found_now.SMS[0].Location = location;
	modem_watch_begin(MODEM_CALL_S);
	err = GSM_GetSMS(modem_machine, &found_now);
	modem_watch_end();
	if (err == ERR_EMPTY)
		st = ST_CLOSED;
	else if (modem_is_device_error(err))
		st = ST_DEVICE;
	else if (err == ERR_NONE && modem_gammu_print() == print)
		st = ST_OK;
	modem_gammu_forget();
	return st;
}

/* Some models number their slots otherwise than the library does: it alone can name them. */
static bool
counts_otherwise(void)
{
	GSM_PhoneModel *model = GSM_GetModelInfo(modem_machine);

	return GSM_IsPhoneFeatureAvailable(model, F_SMS_LOCATION_0) ||
	       GSM_IsPhoneFeatureAvailable(model, F_SMSME900) ||
	       GSM_IsPhoneFeatureAvailable(model, F_BROKEN_CMGL);
}

static enum status
delete_by_library(int location)
{
	static GSM_SMSMessage slot;
	GSM_Error err;

	memset(&slot, 0, sizeof(slot));
	slot.Location = location;
	modem_watch_begin(MODEM_CALL_S);
	err = GSM_DeleteSMS(modem_machine, &slot);
	modem_watch_end();
	if (err == ERR_NONE || err == ERR_EMPTY)
		return ST_OK;
	/* Of a late answer it would make something else: it begins anew. */
	return modem_is_device_error(err) ? ST_DEVICE : ST_NOT_ALLOWED;
}

enum status
modem_gammu_delete(int location, uint64_t print, int tty)
{
	struct at_reply reply;
	char command[32];
	enum status st;

	if (tty == -1)
		return delete_by_library(location);
	if ((st = look_again(location, print)) != ST_OK)
		return st == ST_CLOSED ? ST_OK : st;
	if (counts_otherwise())
		return delete_by_library(location);
	/* In the storage that the library has selected for this very slot just now. */
	(void)snprintf(command, sizeof(command), "AT+CMGD=%d", location % RESCUE_ME_LOCATION);
	st = at_command(tty, command, &reply, AT_SLOW_MS);
	if (reply.hint)
		modem_gammu_hint();
	if (st == ST_OK && reply.end != AT_OK)
		st = ST_NOT_ALLOWED;
	at_reply_wipe(&reply);
	return st == ST_DEVICE ? ST_AGAIN : st == ST_CLOSED ? ST_UNPLUGGED : st;
}
