/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as the line of a PDU; and, so that not all of them fail at the hex, as the octets of
 * one, and as a header. Whatever they are, the result is within its bounds and says one thing.
 */
#include "gateway/modem/pdu.h"
#include "gateway/modem/pdu_text.h"
#include "reporting/report/gsm7.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_undecoded(const struct msg_sms *sms)
{
	size_t offset = sms->text[1] | (size_t)sms->text[2] << 8;
	size_t octets = sms->text[3] | (size_t)sms->text[4] << 8;
	size_t kept = sms->text_len - UNDECODED_HEAD;

	assert(sms->form == SMS_UNDECODED && sms->text_len >= UNDECODED_HEAD);
	assert(kept == octets || (kept < octets && sms->text_len == SMS_TEXT_MAX));
	assert(offset == UNDECODED_NO_OFFSET || offset <= octets);
	assert(sms->udh_len == 0 && sms->sender[0] == '\0');
}

static void
try_line(const char *hex, size_t len)
{
	static struct pdu pdu;

	pdu_read(hex, len, &pdu);
	assert(pdu.sms.text_len <= SMS_TEXT_MAX && pdu.sms.udh_len <= SMS_UDH_MAX);
	assert(memchr(pdu.sms.sender, '\0', NUMBER_MAX) != NULL);
	assert(memchr(pdu.report.number, '\0', NUMBER_MAX) != NULL);
	assert(pdu.sms.ref == 0 && pdu.report.ref == 0);
	switch (pdu.kind) {
	case PDU_TEXT:
		assert(pdu.sms.form == SMS_TEXT || pdu.sms.form == SMS_OCTETS);
		break;
	case PDU_REPORT:
		assert(pdu.report.reference < 256 && pdu.report.tp_status < 256);
		assert(pdu.report.state == pdu_report_state(pdu.report.tp_status));
		break;
	default:
		assert(pdu.kind == PDU_UNDECODED);
		check_undecoded(&pdu.sms);
	}
}

/* Septets of any kind are UTF-8 of so many septets, but for a stray escape. */
static void
try_septets(const uint8_t *data, size_t len)
{
	uint8_t septets[160], out[GSM7_UTF8_MAX * 160];
	size_t count = len < sizeof(septets) ? len : sizeof(septets), width, again;

	for (size_t i = 0; i < count; i++)
		septets[i] = data[i] & 0x7F;
	width = gsm7_to_utf8(septets, count, out, sizeof(out));
	assert(width != SIZE_MAX);
	assert(gsm7_septets(out, width, &again) == ST_OK && again <= count);
	assert(gsm7_septets(data, len, &again) != ST_TOO_LONG);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	char *hex = malloc(2 * len + 1);

	assert(hex != NULL);
	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[data[i] >> 4];
		hex[2 * i + 1] = digits[data[i] & 15];
	}
	try_line((const char *)data, len);
	try_line(hex, 2 * len);
	(void)pdu_is_part(data, len);
	try_septets(data, len);
	free(hex);
	return 0;
}
