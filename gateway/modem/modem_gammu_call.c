/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modem says by itself, and what is asked of the network. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "gateway/common/clock.h"
#include "gateway/modem/at.h"
#include "gateway/modem/modem_gammu.h"
#include "gateway/modem/modem_gammu_impl.h"
#include "gateway/modem/pdu.h"
#include "reporting/report/gsm7.h"

#define WAITING_REPORTS_MAX 8 /* that came past the storage and were not taken yet */
#define SERVICE_CENTRE 1      /* the SIM's own */
#define CMS_NETWORK_TIMEOUT 332
#define CMS_UNKNOWN 500

static bool hinted;

static struct {
	struct msg_report queue[WAITING_REPORTS_MAX];
	size_t used;
} reports;

static struct {
	bool waiting, done;
	int code, reference;
} sending;

static struct {
	bool came, refused;
	char words[CREDIT_MAX];
} ussd_answer;

/* ---- callbacks: they run inside whatever call is reading, and may call nothing ---- */

static void
on_sent(GSM_StateMachine *s, int status, int reference, void *arg)
{
	(void)s;
	(void)arg;
	if (!sending.waiting)
		return;
	sending.done = true;
	sending.code = status;
	sending.reference = reference;
}

/* What the library makes of an announcement is half a struct: only that it came is used. */
static void
on_incoming(GSM_StateMachine *s, GSM_SMSMessage *sms, void *arg)
{
	(void)s;
	(void)arg;
	if (sms->PDU == SMS_Status_Report && sms->Location == 0 &&
	    reports.used < WAITING_REPORTS_MAX)
		modem_copy_report(sms, &reports.queue[reports.used++]);
	else
		hinted = true;
}

/* The same on the raw road, which reads past the library. */
static void
on_raw_report(const char *hex)
{
	struct pdu pdu;

	pdu_read(hex, strlen(hex), &pdu);
	if (pdu.kind == PDU_REPORT && reports.used < WAITING_REPORTS_MAX)
		reports.queue[reports.used++] = pdu.report;
	explicit_bzero(&pdu, sizeof(pdu));
}

static void
on_ussd(GSM_StateMachine *s, GSM_USSDMessage *ussd, void *arg)
{
	(void)s;
	(void)arg;
	ussd_answer.came = true;
	ussd_answer.refused = ussd->Status == USSD_NotSupported || ussd->Status == USSD_Timeout;
	modem_copy_utf8(ussd->Text, ussd_answer.words, sizeof(ussd_answer.words));
}

void
modem_call_callbacks(void)
{
	GSM_SetSendSMSStatusCallback(modem_machine, on_sent, NULL);
	GSM_SetIncomingSMSCallback(modem_machine, on_incoming, NULL);
	GSM_SetIncomingUSSDCallback(modem_machine, on_ussd, NULL);
	at_on_report(on_raw_report);
}

/* ---- what came ---- */

void
modem_copy_report(const GSM_SMSMessage *sms, struct msg_report *out)
{
	memset(out, 0, sizeof(*out));
	out->reference = sms->MessageReference;
	out->tp_status = sms->DeliveryStatus;
	out->state = pdu_report_state(out->tp_status);
	modem_copy_utf8(sms->Number, out->number, sizeof(out->number));
}

enum status
modem_gammu_hints_on(void)
{
	GSM_Error err;

	modem_watch_begin(MODEM_CALL_S);
	err = GSM_SetIncomingSMS(modem_machine, TRUE);
	modem_watch_end();
	if (err == ERR_NONE)
		return ST_OK;
	return modem_is_device_error(err) ? ST_DEVICE : ST_UNKNOWN;
}

int
modem_gammu_read(void)
{
	ssize_t got;

	modem_watch_begin(MODEM_CALL_S);
	got = GSM_ReadDevice(modem_machine, FALSE);
	modem_watch_end();
	return got > 0 ? (int)got : 0;
}

void
modem_gammu_hint(void)
{
	hinted = true;
}

bool
modem_gammu_hinted(void)
{
	bool was = hinted;

	hinted = false;
	return was;
}

bool
modem_gammu_report_came(struct msg_report *out)
{
	if (reports.used == 0)
		return false;
	*out = reports.queue[--reports.used];
	explicit_bzero(&reports.queue[reports.used], sizeof(*out));
	return true;
}

/* ---- what is asked ---- */

/* Read until *done or the time is over. */
static void
wait_for(const bool *done, int tty, unsigned seconds)
{
	int64_t end_ms = clock_boot_ms() + (int64_t)seconds * 1000, left_ms;
	struct pollfd polled = {tty, POLLIN, 0};

	while (!*done && (left_ms = end_ms - clock_boot_ms()) > 0) {
		if (tty == -1) {
			modem_watch_begin(MODEM_CALL_S);
			(void)GSM_ReadDevice(modem_machine, TRUE); /* *done says whether it came */
			modem_watch_end();
			continue;
		}
		if (poll(&polled, 1, (int)left_ms) == -1 && errno != EINTR)
			return;
		if ((polled.revents & (POLLHUP | POLLERR)) != 0)
			return;
		if (polled.revents != 0)
			(void)modem_gammu_read(); /* as above */
	}
}

/* A letter beyond the default alphabet makes all of it UCS-2. */
static enum status
fill_text(const struct msg_send *text, GSM_SMSMessage *sms)
{
	unsigned units, room;
	enum status st;
	bool is_ucs2;

	if (text->text_len > SMS_TEXT_MAX || memchr(text->number, 0, NUMBER_MAX) == NULL)
		return ST_RANGE;
	if ((st = sms_fits(text->text, text->text_len, &units, &room, &is_ucs2)) != ST_OK)
		return st;
	GSM_SetDefaultSMSData(sms);
	sms->PDU = text->wants_report ? SMS_Status_Report : SMS_Submit;
	sms->Class = GSM_SMS_None; /* the library's own wish is a text that only flashes up */
	sms->SMSC.Location = SERVICE_CENTRE;
	sms->SMSC.Validity.Format = SMS_Validity_RelativeFormat;
	sms->SMSC.Validity.Relative = SMS_VALID_3_Days; /* as long as core waits for its report */
	sms->UDH.Type = UDH_NoUDH;
	sms->Coding =
	    is_ucs2 ? SMS_Coding_Unicode_No_Compression : SMS_Coding_Default_No_Compression;
	EncodeUnicode(sms->Number, text->number, strlen(text->number));
	DecodeUTF8(sms->Text, (const char *)text->text, text->text_len);
	sms->Length = (int)UnicodeLength(sms->Text);
	return ST_OK;
}

/* It never got as far as the text itself? Then it did not leave. */
static bool
surely_stayed(GSM_Error err)
{
	return err != ERR_NONE && !modem_is_device_error(err);
}

/*
 * After the text itself: did the network say no, or may it have taken it? "Network timeout" and
 * "unknown error" (3GPP TS 27.005, 3.2.5), and ERROR without a number, for which the library gives
 * -1, leave that open.
 */
static bool
surely_refused(int code)
{
	return code > 0 && code != CMS_NETWORK_TIMEOUT && code != CMS_UNKNOWN;
}

void
modem_gammu_send(const struct msg_send *text, int tty, struct msg_sent *sent)
{
	static GSM_SMSMessage sms;
	GSM_Error err;

	memset(sent, 0, sizeof(*sent));
	sent->id = text->id;
	sent->result = SEND_REFUSED;
	memset(&sms, 0, sizeof(sms));
	if (fill_text(text, &sms) != ST_OK)
		goto done;
	memset(&sending, 0, sizeof(sending));
	sending.waiting = true;
	modem_watch_begin(MODEM_INIT_S); /* the prompt alone may take 30 s */
	err = GSM_SendSMS(modem_machine, &sms);
	modem_watch_end();
	if (err == ERR_NONE)
		wait_for(&sending.done, tty, MODEM_SENT_S);
	sending.waiting = false;
	if (sending.done && sending.code == 0 && err == ERR_NONE) {
		sent->result = SEND_DONE;
		sent->reference = sending.reference >= 0 ? (uint32_t)sending.reference & 0xff : 0;
	} else if (sending.done && sending.code != 0 &&
		   (surely_stayed(err) || surely_refused(sending.code))) {
		sent->code = sending.code > 0 ? (uint32_t)sending.code : 0;
	} else if (!surely_stayed(err)) {
		sent->result = SEND_UNKNOWN;
	}
done:
	explicit_bzero(&sms, sizeof(sms));
}

enum status
modem_gammu_ask_credit(const char *ussd, int tty, struct msg_credit *out)
{
	char number[64];
	GSM_Error err;

	memset(out, 0, sizeof(*out));
	out->asked = 3;
	if (ussd[0] == '\0' || strlen(ussd) >= sizeof(number))
		return ST_OK;
	memcpy(number, ussd, strlen(ussd) + 1); /* the library takes no constant one */
	modem_watch_begin(MODEM_INIT_S);
	err = GSM_SetIncomingUSSD(modem_machine, TRUE);
	if (err == ERR_NONE) {
		memset(&ussd_answer, 0, sizeof(ussd_answer));
		err = GSM_DialService(modem_machine, number);
	}
	modem_watch_end();
	if (err != ERR_NONE && !ussd_answer.came)
		return err == ERR_DEVICEWRITEERROR || err == ERR_DEVICEREADERROR ? ST_DEVICE
										 : ST_OK;
	wait_for(&ussd_answer.came, tty, MODEM_USSD_S);
	out->asked = !ussd_answer.came ? 2 : ussd_answer.refused ? 3 : 1;
	memcpy(out->words, ussd_answer.words, sizeof(out->words));
	explicit_bzero(&ussd_answer, sizeof(ussd_answer));
	return ST_OK;
}

bool
modem_gammu_credit_came(struct msg_credit *out)
{
	if (!ussd_answer.came)
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out->words, ussd_answer.words, sizeof(out->words));
	explicit_bzero(&ussd_answer, sizeof(ussd_answer));
	return true;
}
