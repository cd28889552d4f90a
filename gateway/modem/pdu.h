/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What AT+CMGR and AT+CMGL give in PDU mode (3GPP TS 27.005): the service centre's address and a
 * TPDU in hex, read as 3GPP TS 23.040 has it, every length checked. For a text it gives the same
 * struct as the road through libGammu, that library's own ways with rare characters included:
 * core knows a redelivered text by stamp, header and text, whichever road it came.
 */
#ifndef GATEWAY_MODEM_PDU_H
#define GATEWAY_MODEM_PDU_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/messages.h"

/* Octets of one, service centre included; the standard has at most 12 + 164. */
#define PDU_OCTETS_MAX 512

enum pdu_kind {
	PDU_TEXT = 1,  /* SMS-DELIVER */
	PDU_REPORT,    /* SMS-STATUS-REPORT */
	PDU_UNDECODED, /* anything else: sms says why, as schemas/messages.h has it */
};

struct pdu {
	enum pdu_kind kind;
	struct msg_sms sms;       /* of TEXT and UNDECODED; ref is 0 */
	struct msg_report report; /* of REPORT; ref is 0 */
};

/*
 * Read one PDU.
 *   hex  len octets, as the modem gave them, without the end of line. More than PDU_OCTETS_MAX
 *        octets of a PDU are not looked at.
 *   out  written whole; it may hold a sender's number: wipe it.
 */
void pdu_read(const char *hex, size_t len, struct pdu *out);

/*
 * The SMS_UNDECODED of a slot.
 *   octets     its PDU, len octets; NULL and 0 if there is none.
 *   ud_offset  of the user data in it, or UNDECODED_NO_OFFSET.
 *   out        written whole; no stamp.
 */
void pdu_undecoded(enum undecoded_why why, size_t ud_offset, const uint8_t *octets, size_t len,
    struct msg_sms *out);

/*
 * Is it the header (with its first octet, its length) of one of several parts of a long message
 * (9.2.3.24.1, .8)? Then its sender goes to core, whether or not senders are wanted.
 */
bool pdu_is_part(const uint8_t *udh, size_t len);

/*
 * TP-Status (9.2.3.15), 0 to 255. Only "received by the SME" is DELIVERED: "forwarded, but delivery
 * cannot be confirmed" and "replaced" are not. Reserved values from 128 on are failures, as it
 * says.
 */
enum report_state pdu_report_state(unsigned tp_status);

#endif
