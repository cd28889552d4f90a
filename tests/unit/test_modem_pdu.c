/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs typed by hand, then thousands composed by chance and read by libGammu too: for each that is
 * whole, both must give the same text, header, stamp and number.
 */
#include <gammu.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/modem/pdu.h"
#include "tests/support/check.h"

#define CENTRE "0791524700000010" /* +254700000001 */
#define SENDER "0C91527421436587" /* +254712345678 */
#define STAMP "52111260101021"    /* 2025-11-21T06:01:01+03:00 */
#define STAMP_S (1763704861 - 10800)
#define TEXTS 20000

static struct pdu pdu;

static void
check_pdu(const char *hex, const char *text, size_t len, enum sms_form form)
{
	pdu_read(hex, strlen(hex), &pdu);
	if (!CHECK_EQ(pdu.kind, PDU_TEXT))
		return;
	CHECK_EQ(pdu.sms.form, form);
	CHECK_EQ(pdu.sms.text_len, len);
	CHECK_MEM(pdu.sms.text, text, len);
	CHECK_EQ(pdu.sms.stamp_s, STAMP_S);
	CHECK_EQ(pdu.sms.ref, 0);
}

static void
test_texts(void)
{
	check_pdu(CENTRE "04" SENDER "0000" STAMP "05E8329BFD06", "hello", 5, SMS_TEXT);
	CHECK_EQ(pdu.sms.udh_len, 0);
	CHECK_STR(pdu.sms.sender, "+254712345678");
	check_pdu("00"
		  "04" SENDER "0000" STAMP "05e8329bfd06",
	    "hello", 5, SMS_TEXT);
	check_pdu(CENTRE "04" SENDER "0000" STAMP "00", "", 0, SMS_TEXT);
	check_pdu(CENTRE "04" SENDER "0008" STAMP "0806330644064500AB", "سل\xD9\x85«", 8, SMS_TEXT);
	check_pdu(CENTRE "04" SENDER "0008" STAMP "04D83DDE00", "😀", 4, SMS_TEXT);
	check_pdu(CENTRE "04" SENDER "0004" STAMP "0300FF41", "\0\xFF\x41", 3, SMS_OCTETS);
	/* with what a SIM's record is filled up with */
	check_pdu(CENTRE "04" SENDER "0000" STAMP "05E8329BFD06FFFFFFFF", "hello", 5, SMS_TEXT);
}

static void
test_headers(void)
{
	static const uint8_t part[] = {5, 0, 3, 0x2A, 2, 1}, port[] = {6, 5, 4, 0x3E, 0x81, 0, 0};

	/* 7-bit behind a header of six octets: one fill bit */
	check_pdu(CENTRE "44" SENDER "0000" STAMP "0C0500032A0201D06536FB0D", "hello", 5, SMS_TEXT);
	CHECK_EQ(pdu.sms.udh_len, sizeof(part));
	CHECK_MEM(pdu.sms.udh, part, sizeof(part));
	CHECK_STR(pdu.sms.sender, "+254712345678");
	check_pdu(CENTRE "44" SENDER "0004" STAMP "0A0605043E810000414243", "ABC", 3, SMS_OCTETS);
	CHECK_EQ(pdu.sms.udh_len, sizeof(port));
	CHECK_MEM(pdu.sms.udh, port, sizeof(port));
	CHECK_STR(pdu.sms.sender, "+254712345678");
	/* 16-bit reference, a sender in letters */
	check_pdu(CENTRE "44"
			 "04D04121"
			 "0004" STAMP "09060804010202014142",
	    "AB", 2, SMS_OCTETS);
	CHECK_STR(pdu.sms.sender, "AB");
	/* one of one: nobody has to look for its others */
	check_pdu(CENTRE "44" SENDER "0004" STAMP "070500032A010141", "A", 1, SMS_OCTETS);
	CHECK_STR(pdu.sms.sender, "+254712345678");
	/* a national number: no plus sign */
	check_pdu(CENTRE "44"
			 "0A817021436587"
			 "0004" STAMP "070500032A020141",
	    "A", 1, SMS_OCTETS);
	CHECK_STR(pdu.sms.sender, "0712345678");
}

static void
check_report(const char *status, enum report_state state, unsigned tp_status)
{
	char hex[128];

	(void)snprintf(hex, sizeof(hex), CENTRE "0607" SENDER STAMP STAMP "%s", status);
	pdu_read(hex, strlen(hex), &pdu);
	CHECK_EQ(pdu.kind, PDU_REPORT);
	CHECK_EQ(pdu.report.reference, 7);
	CHECK_EQ(pdu.report.state, state);
	CHECK_EQ(pdu.report.tp_status, tp_status);
	CHECK_STR(pdu.report.number, "+254712345678");
}

static void
test_reports(void)
{
	check_report("00", REPORT_DELIVERED, 0);
	check_report("01", REPORT_PENDING, 1);
	check_report("1F", REPORT_PENDING, 31);
	check_report("20", REPORT_PENDING, 32);
	check_report("3F", REPORT_PENDING, 63);
	check_report("40", REPORT_FAILED, 64);
	check_report("60", REPORT_FAILED, 96);
	check_report("80", REPORT_FAILED, 128);
	check_report("FF", REPORT_FAILED, 255);
	check_report("00FF", REPORT_DELIVERED, 0); /* TP-PI and what may follow */
}

static void
check_undecoded(const char *hex, enum undecoded_why why, size_t octets, size_t ud_offset)
{
	const uint8_t *t = pdu.sms.text;
	char back[3];

	pdu_read(hex, strlen(hex), &pdu);
	if (!CHECK_EQ(pdu.kind, PDU_UNDECODED))
		return;
	CHECK_EQ(pdu.sms.form, SMS_UNDECODED);
	CHECK_EQ(t[0], why);
	CHECK_EQ(t[1] | t[2] << 8, ud_offset);
	CHECK_EQ(t[3] | t[4] << 8, octets);
	CHECK_EQ(pdu.sms.text_len, UNDECODED_HEAD + octets);
	CHECK_EQ(pdu.sms.udh_len, 0);
	CHECK_STR(pdu.sms.sender, "");
	for (size_t i = 0; i < octets; i++) {
		(void)snprintf(back, sizeof(back), "%02X", t[UNDECODED_HEAD + i]);
		CHECK_MEM(back, hex + 2 * i, 2);
	}
}

static void
test_undecoded(void)
{
	static const char whole[] = CENTRE "04" SENDER "0000" STAMP "05E8329BFD06";
	char cut[sizeof(whole)];

	check_undecoded("", UNDECODED_HEX, 0, UNDECODED_NO_OFFSET);
	check_undecoded("00", UNDECODED_SHORT, 1, UNDECODED_NO_OFFSET);
	check_undecoded("0791ZZ", UNDECODED_HEX, 2, UNDECODED_NO_OFFSET);
	check_undecoded("079", UNDECODED_SHORT, 1, UNDECODED_NO_OFFSET);
	check_undecoded("07Z", UNDECODED_HEX, 1, UNDECODED_NO_OFFSET);
	check_undecoded("FFFFFFFF", UNDECODED_CENTRE, 4, UNDECODED_NO_OFFSET);
	check_undecoded("96915247", UNDECODED_CENTRE, 4, UNDECODED_NO_OFFSET);
	check_undecoded(CENTRE "11000C91527421436587", UNDECODED_TYPE, 18, UNDECODED_NO_OFFSET);
	check_undecoded(CENTRE "07", UNDECODED_TYPE, 9, UNDECODED_NO_OFFSET);
	check_undecoded(CENTRE "041591527421436587", UNDECODED_SENDER, 17, UNDECODED_NO_OFFSET);
	check_undecoded(CENTRE "04" SENDER "0020" STAMP "05E8329BFD06", UNDECODED_CODING, 32, 27);
	CHECK_EQ(pdu.sms.stamp_s, STAMP_S);
	check_undecoded(CENTRE "04" SENDER "0000" STAMP "A1", UNDECODED_LENGTH, 27, 27);
	check_undecoded(CENTRE "04" SENDER "0004" STAMP "8D", UNDECODED_LENGTH, 27, 27);
	check_undecoded(CENTRE "44" SENDER "0004" STAMP "020500", UNDECODED_LENGTH, 29, 27);
	check_undecoded(CENTRE "44" SENDER "0004" STAMP "00", UNDECODED_LENGTH, 27, 27);
	check_undecoded(CENTRE "06070C91", UNDECODED_SHORT, 12, UNDECODED_NO_OFFSET);
	for (size_t len = 2; len < sizeof(whole) - 1; len += 2) {
		memcpy(cut, whole, len);
		cut[len] = '\0';
		check_undecoded(
		    cut, UNDECODED_SHORT, len / 2, len / 2 >= 27 ? 27 : UNDECODED_NO_OFFSET);
	}
}

/* More than there is room for. */
static void
test_long(void)
{
	static char hex[4 * PDU_OCTETS_MAX + 1];

	memset(hex, 'F', sizeof(hex) - 1);
	pdu_read(hex, sizeof(hex) - 1, &pdu);
	CHECK_EQ(pdu.kind, PDU_UNDECODED);
	CHECK_EQ(pdu.sms.text_len, SMS_TEXT_MAX);
	CHECK_EQ(pdu.sms.text[3] | pdu.sms.text[4] << 8, PDU_OCTETS_MAX);
}

/* ---- against libGammu ---- */

static uint8_t octets[PDU_OCTETS_MAX];
static size_t used;

static unsigned
chance(unsigned below)
{
	static uint32_t state = 20260101;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static void
add(unsigned octet)
{
	octets[used++] = (uint8_t)octet;
}

static void
add_bcd(unsigned below, unsigned from)
{
	unsigned n = from + chance(below);

	add(n / 10 | (n % 10) << 4);
}

static void
add_sender(void)
{
	static const uint8_t types[] = {0x81, 0x91, 0xA1, 0xD0};
	unsigned type = types[chance(4)], digits = chance(21);

	if (type == 0xD0) /* as many semi-octets as whole septets take; their letters below */
		digits = (chance(12) * 7 + 3) / 4;
	add(digits);
	add(type);
	for (unsigned i = 0; i < (digits + 1) / 2; i++)
		add(type == 0xD0 ? chance(256)
				 : (2 * i + 1 == digits ? 0xF0 : chance(10) << 4) | chance(10));
	if (type == 0xD0 && digits * 4 % 7 != 0) /* the bits after the last letter are zero */
		octets[used - 1] &=
		    (uint8_t)(0xFF >> (((digits + 1) / 2 * 8 - digits * 4 / 7 * 7) % 8));
}

static void
add_stamp(void)
{
	if (chance(20) == 0) {
		for (int i = 0; i < 7; i++)
			add(chance(256));
		return;
	}
	add_bcd(100, 0);
	add_bcd(12, 1);
	add_bcd(31, 1);
	add_bcd(24, 0);
	add_bcd(60, 0);
	add_bcd(60, 0);
	add(chance(256));
}

/* A header of several elements; its octets. */
static size_t
add_header(void)
{
	size_t at = used, elements = chance(4);

	add(0);
	while (elements-- > 0) {
		unsigned kind = chance(4);

		if (kind == 0) { /* part */
			add(0);
			add(3);
			add(chance(256));
			add(chance(256));
			add(chance(256));
		} else if (kind == 1) { /* part, 16 bits */
			add(8);
			add(4);
			for (int i = 0; i < 4; i++)
				add(chance(256));
		} else { /* port, or anything */
			unsigned len = kind == 2 ? 4 : chance(8);

			add(kind == 2 ? 5 : 0x70 + chance(16));
			add(len);
			while (len-- > 0)
				add(chance(256));
		}
	}
	octets[at] = (uint8_t)(used - at - 1);
	return used - at;
}

static void
add_unit(bool is_ucs2)
{
	static const uint16_t units[] = {'~', 1, 0xD83D, 0xDE00, 0xFEFF, 0x0645, 'A', 0xFFFF};
	unsigned unit = chance(3) ? units[chance(8)] : 1 + chance(0xFFFF);

	if (is_ucs2) {
		add(unit >> 8);
		add(unit & 0xFF);
	} else {
		add(chance(4) ? chance(256) : 0x1B);
	}
}

static void
compose(void)
{
	bool has_header = chance(2), is_ucs2, is_seven;
	size_t first, length_at, units;
	unsigned dcs = chance(2) ? chance(4) * 4 : chance(256);

	is_ucs2 = (dcs & 0x0C) == 8;
	is_seven = (dcs < 0x80 && (dcs & 0x0C) == 0) || (dcs >= 0xC0 && dcs < 0xE0 && !(dcs & 4)) ||
		   (dcs >= 0xF0 && !(dcs & 0x0C));
	used = 0;
	for (size_t i = 0; i < 8; i++)
		add((const uint8_t[]){7, 0x91, 0x52, 0x47, 0, 0, 0, 0x10}[i]);
	add(has_header ? 0x44 : 0x04);
	add_sender();
	add(0);
	add(dcs);
	add_stamp();
	length_at = used++;
	first = used;
	if (has_header)
		(void)add_header();
	for (units = chance(2) ? 200 : chance(60); units > 0 && used - first < 138; units--)
		add_unit(is_ucs2);
	octets[length_at] = (uint8_t)(is_seven ? (used - first) * 8 / 7 : used - first);
}

/* The library's text as the other road has it (gateway/modem/modem_gammu.c). */
static size_t
gammu_text(const GSM_SMSMessage *sms, uint8_t *out)
{
	static char utf8[4 * (GSM_MAX_SMS_LENGTH + 1)];

	if (sms->Coding == SMS_Coding_8bit) {
		memcpy(out, sms->Text, (size_t)sms->Length);
		return (size_t)sms->Length;
	}
	(void)EncodeUTF8(utf8, sms->Text);
	memcpy(out, utf8, strlen(utf8));
	return strlen(utf8);
}

static int64_t
gammu_stamp(const GSM_DateTime *t)
{
	struct tm tm = {.tm_year = t->Year - 1900,
	    .tm_mon = t->Month - 1,
	    .tm_mday = t->Day,
	    .tm_hour = t->Hour,
	    .tm_min = t->Minute,
	    .tm_sec = t->Second};

	return t->Year == 0 ? INT64_MIN : (int64_t)timegm(&tm) - t->Timezone;
}

static void
compare(int row, unsigned *texts, unsigned *parts)
{
	static GSM_SMSMessage sms;
	static uint8_t text[2000];
	static char hex[2 * PDU_OCTETS_MAX + 1], number[400];
	GSM_Error err;
	size_t len;

	memset(&sms, 0, sizeof(sms));
	err = GSM_DecodePDUFrame(GSM_GetGlobalDebug(), &sms, octets, used, NULL, TRUE);
	for (size_t i = 0; i < used; i++)
		(void)sprintf(hex + 2 * i, "%02X", octets[i]);
	pdu_read(hex, 2 * used, &pdu);
	if (!CHECK_EQ(pdu.kind == PDU_TEXT, err == ERR_NONE)) {
		printf("    row %d: %s\n", row, hex);
		return;
	}
	if (err != ERR_NONE)
		return;
	len = gammu_text(&sms, text);
	if (!CHECK(pdu.sms.form == (sms.Coding == SMS_Coding_8bit ? SMS_OCTETS : SMS_TEXT)) ||
	    !CHECK(pdu.sms.text_len == len && memcmp(pdu.sms.text, text, len) == 0) ||
	    !CHECK(pdu.sms.stamp_s == gammu_stamp(&sms.DateTime)) ||
	    !CHECK(pdu.sms.udh_len == (sms.UDH.Type == UDH_NoUDH ? 0 : sms.UDH.Length)) ||
	    !CHECK(memcmp(pdu.sms.udh, sms.UDH.Text, pdu.sms.udh_len) == 0))
		printf("    row %d: %s\n", row, hex);
	++*texts;
	*parts += pdu_is_part(pdu.sms.udh, pdu.sms.udh_len);
	(void)EncodeUTF8(number, sms.Number);
	if (!CHECK_STR(pdu.sms.sender, number))
		printf("    row %d: %s\n", row, hex);
}

static void
test_against_gammu(void)
{
	unsigned texts = 0, parts = 0;

	(void)GSM_SetDebugLevel("nothing", GSM_GetGlobalDebug());
	for (int row = 0; row < TEXTS; row++) {
		ROW("text %d", row);
		compose();
		compare(row, &texts, &parts);
	}
	CHECK(texts > TEXTS / 2 && parts > TEXTS / 10);
	printf("%u texts, %u parts alike\n", texts, parts);
}

int
main(void)
{
	test_texts();
	test_headers();
	test_reports();
	test_undecoded();
	test_long();
	test_against_gammu();
	return check_done();
}
