/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers in brackets are clauses of 3GPP TS 23.040. */
#include "gateway/modem/pdu.h"

#include <string.h>
#include <time.h>

#include "gateway/modem/pdu_text.h"

#define CENTRE_MAX 11 /* type and 20 digits (27.005) */
#define DIGITS_MAX 20 /* of an address [9.1.2.5] */
#define UD_OCTETS 140 /* [9.2.3.24] */
#define UD_SEPTETS 160
#define STAMP_LEN 7       /* [9.2.3.11] */
#define STATUS_RECEIVED 0 /* TP-Status [9.2.3.15] */
#define STATUS_GAVE_UP 0x40

enum { DELIVER = 0, STATUS_REPORT = 2 }; /* TP-MTI towards the mobile [9.2.3.1] */
#define MTI_MASK 0x03
#define UDHI 0x40 /* [9.2.3.23] */

/* What reading a field gives: READ, or an enum undecoded_why. */
#define READ (-1)

struct reader {
	uint8_t octets[PDU_OCTETS_MAX];
	size_t len, at;
	size_t ud_offset; /* UNDECODED_NO_OFFSET until it is known */
};

struct address {
	uint8_t digits, type;
	const uint8_t *octets;
};

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int
read_hex(struct reader *r, const char *hex, size_t len)
{
	for (size_t i = 0; i + 1 < len && r->len < sizeof(r->octets); i += 2) {
		int high = digit_of(hex[i]), low = digit_of(hex[i + 1]);

		if (high == -1 || low == -1)
			return UNDECODED_HEX;
		r->octets[r->len++] = (uint8_t)(high << 4 | low);
	}
	if (len == 0 || (len % 2 != 0 && digit_of(hex[len - 1]) == -1))
		return UNDECODED_HEX;
	return len % 2 != 0 ? UNDECODED_SHORT : READ;
}

/* n octets further; NULL if there are fewer. */
static const uint8_t *
take(struct reader *r, size_t n)
{
	const uint8_t *here = r->octets + r->at;

	if (n > r->len - r->at)
		return NULL;
	r->at += n;
	return here;
}

static int
skip_centre(struct reader *r)
{
	const uint8_t *len = take(r, 1);

	if (len == NULL)
		return UNDECODED_SHORT;
	if (*len > CENTRE_MAX)
		return UNDECODED_CENTRE;
	return take(r, *len) == NULL ? UNDECODED_SHORT : READ;
}

static int
read_address(struct reader *r, struct address *a)
{
	const uint8_t *head = take(r, 2);

	if (head == NULL)
		return UNDECODED_SHORT;
	if (head[0] > DIGITS_MAX)
		return UNDECODED_SENDER;
	a->digits = head[0];
	a->type = head[1];
	a->octets = take(r, (a->digits + 1u) / 2);
	return a->octets == NULL ? UNDECODED_SHORT : READ;
}

/* [9.2.3.11]; what is no date gives INT64_MIN. Years as libGammu has them. */
static int64_t
stamp_of(const uint8_t *octets)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int field[6], quarters;
	struct tm tm;
	int64_t s;

	for (size_t i = 0; i < 6; i++)
		field[i] = 10 * (octets[i] & 0x0F) + (octets[i] >> 4);
	field[0] += field[0] < 90 ? 2000 : 1990;
	if (field[1] < 1 || field[1] > 12 || field[2] < 1 || field[2] > days[field[1] - 1] ||
	    field[3] > 23 || field[4] > 59 || field[5] > 59)
		return INT64_MIN;
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = field[0] - 1900;
	tm.tm_mon = field[1] - 1;
	tm.tm_mday = field[2];
	tm.tm_hour = field[3];
	tm.tm_min = field[4];
	tm.tm_sec = field[5];
	s = (int64_t)timegm(&tm);
	if (tm.tm_mon != field[1] - 1) /* 29 February of a year without it */
		return INT64_MIN;
	quarters = 10 * (octets[6] & 0x07) + (octets[6] >> 4);
	return octets[6] & 0x08 ? s + quarters * 900 : s - quarters * 900;
}

enum alphabet { SEPTETS, OCTETS, UCS2, COMPRESSED };

/*
 * 3GPP TS 23.038 4. What it reserves is taken as octets, as the library does: nothing is lost by
 * that, whatever the writer meant.
 */
static enum alphabet
alphabet_of(uint8_t dcs)
{
	static const enum alphabet general[] = {SEPTETS, OCTETS, UCS2, OCTETS};

	if (dcs < 0x80 && (dcs & 0x20) != 0)
		return (dcs & 0x04) != 0 ? OCTETS : COMPRESSED;
	if (dcs < 0x80)
		return general[dcs >> 2 & 3];
	if (dcs < 0xC0 || (dcs & 0x04) != 0 || dcs >= 0xF8)
		return OCTETS;
	return (dcs & 0xF0) == 0xE0 ? UCS2 : SEPTETS;
}

/* The header, if there is one, to `out`. */
static int
read_header(const uint8_t *ud, size_t octets, bool has_header, struct msg_sms *out)
{
	if (!has_header)
		return READ;
	if (octets == 0 || ud[0] + 1u > octets)
		return UNDECODED_LENGTH;
	out->udh_len = (uint8_t)(ud[0] + 1u);
	memcpy(out->udh, ud, out->udh_len);
	return READ;
}

/* User data of `units` (septets or octets) to the text. */
static int
read_user_data(
    const uint8_t *ud, size_t units, enum alphabet alphabet, bool has_header, struct msg_sms *out)
{
	size_t octets = alphabet == SEPTETS ? (units * 7 + 7) / 8 : units, header, len;
	int why;

	if ((why = read_header(ud, octets, has_header, out)) != READ)
		return why;
	header = out->udh_len;
	out->form = alphabet == OCTETS ? SMS_OCTETS : SMS_TEXT;
	if (alphabet == OCTETS) {
		len = octets - header;
		memcpy(out->text, ud + header, len);
	} else if (alphabet == UCS2) {
		len = pdu_text_ucs2(ud + header, octets - header, out->text, sizeof(out->text));
	} else {
		size_t before = (header * 8 + 6) / 7; /* septets, fill bits included */

		len = units <= before ? 0
				      : pdu_text_septets(ud, before, units - before, out->text,
					    sizeof(out->text));
	}
	if (len == SIZE_MAX)
		return UNDECODED_LENGTH;
	out->text_len = (uint16_t)len;
	return READ;
}

static int
read_deliver(struct reader *r, bool has_header, struct msg_sms *out)
{
	struct address sender = {0};
	const uint8_t *fixed, *ud;
	enum alphabet alphabet;
	size_t units;
	int why;

	if ((why = read_address(r, &sender)) != READ)
		return why;
	if ((fixed = take(r, 2 + STAMP_LEN + 1)) == NULL) /* TP-PID, TP-DCS, TP-SCTS, TP-UDL */
		return UNDECODED_SHORT;
	alphabet = alphabet_of(fixed[1]);
	out->stamp_s = stamp_of(fixed + 2);
	units = fixed[2 + STAMP_LEN];
	r->ud_offset = r->at;
	if (alphabet == COMPRESSED)
		return UNDECODED_CODING;
	if (units > (alphabet == SEPTETS ? UD_SEPTETS : UD_OCTETS))
		return UNDECODED_LENGTH;
	/* More octets than it says are let be: some modems give a record with its padding. */
	if ((ud = take(r, alphabet == SEPTETS ? (units * 7 + 7) / 8 : units)) == NULL)
		return UNDECODED_SHORT;
	if ((why = read_user_data(ud, units, alphabet, has_header, out)) == READ)
		pdu_text_number(sender.type, sender.octets, sender.digits, out->sender);
	return why;
}

static int
read_report(struct reader *r, struct msg_report *out)
{
	const uint8_t *reference = take(r, 1), *fixed;
	struct address recipient = {0};
	int why;

	if (reference == NULL)
		return UNDECODED_SHORT;
	if ((why = read_address(r, &recipient)) != READ)
		return why;
	if ((fixed = take(r, 2 * STAMP_LEN + 1)) == NULL) /* TP-SCTS, TP-DT, TP-ST */
		return UNDECODED_SHORT;
	out->reference = *reference;
	out->tp_status = fixed[2 * STAMP_LEN];
	out->state = pdu_report_state(out->tp_status);
	pdu_text_number(recipient.type, recipient.octets, recipient.digits, out->number);
	return READ;
}

static int
read_all(struct reader *r, const char *hex, size_t len, struct pdu *out)
{
	const uint8_t *first;
	int why;

	if ((why = read_hex(r, hex, len)) != READ || (why = skip_centre(r)) != READ)
		return why;
	if ((first = take(r, 1)) == NULL)
		return UNDECODED_SHORT;
	switch (*first & MTI_MASK) {
	case DELIVER:
		out->kind = PDU_TEXT;
		return read_deliver(r, (*first & UDHI) != 0, &out->sms);
	case STATUS_REPORT:
		out->kind = PDU_REPORT;
		return read_report(r, &out->report);
	default:
		return UNDECODED_TYPE;
	}
}

void
pdu_read(const char *hex, size_t len, struct pdu *out)
{
	struct reader r;
	int64_t stamp_s;
	int why;

	memset(out, 0, sizeof(*out));
	out->sms.stamp_s = INT64_MIN;
	r.len = r.at = 0;
	r.ud_offset = UNDECODED_NO_OFFSET;
	if ((why = read_all(&r, hex, len, out)) != READ) {
		stamp_s = out->sms.stamp_s;
		explicit_bzero(out, sizeof(*out));
		out->kind = PDU_UNDECODED;
		pdu_undecoded((enum undecoded_why)why, r.ud_offset, r.octets, r.len, &out->sms);
		out->sms.stamp_s = stamp_s;
	}
	explicit_bzero(&r, sizeof(r));
}

void
pdu_undecoded(enum undecoded_why why, size_t ud_offset, const uint8_t *octets, size_t len,
    struct msg_sms *out)
{
	size_t kept = len < SMS_TEXT_MAX - UNDECODED_HEAD ? len : SMS_TEXT_MAX - UNDECODED_HEAD;

	memset(out, 0, sizeof(*out));
	out->stamp_s = INT64_MIN;
	out->form = SMS_UNDECODED;
	out->text_len = (uint16_t)(UNDECODED_HEAD + kept);
	out->text[0] = (uint8_t)why;
	out->text[1] = (uint8_t)ud_offset;
	out->text[2] = (uint8_t)(ud_offset >> 8);
	out->text[3] = (uint8_t)len;
	out->text[4] = (uint8_t)(len >> 8);
	if (kept > 0)
		memcpy(out->text + UNDECODED_HEAD, octets, kept);
}

bool
pdu_is_part(const uint8_t *udh, size_t len)
{
	for (size_t at = 1; at + 2 <= len && udh[at + 1] <= len - at - 2; at += 2u + udh[at + 1]) {
		if (udh[at] == 0x00 && udh[at + 1] == 3 && udh[at + 3] > 1)
			return true;
		if (udh[at] == 0x08 && udh[at + 1] == 4 && udh[at + 4] > 1)
			return true;
	}
	return false;
}

enum report_state
pdu_report_state(unsigned tp_status)
{
	if (tp_status == STATUS_RECEIVED)
		return REPORT_DELIVERED;
	return tp_status < STATUS_GAVE_UP ? REPORT_PENDING : REPORT_FAILED;
}
