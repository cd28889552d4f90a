/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What AT+CMGR and AT+CMGL give in PDU mode (3GPP TS 27.005): the service centre's address and a
 * TPDU in hex, read strictly as 3GPP TS 23.040 has it. It gives the same struct for a text that the
 * road through libGammu gives, because core knows a redelivered text by stamp, header and text,
 * whichever road it came.
 */
#ifndef GATEWAY_MODEM_PDU_H
#define GATEWAY_MODEM_PDU_H

#include <stddef.h>

#include "schemas/messages.h"

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
 *   hex  len octets, as the modem gave them, without the end of line.
 *   out  written whole; it may hold a sender's number: wipe it.
 */
void pdu_read(const char *hex, size_t len, struct pdu *out);

#endif
