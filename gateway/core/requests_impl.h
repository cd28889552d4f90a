/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For requests*.c alone: answering one request of the table in requests.c. */
#ifndef GATEWAY_CORE_REQUESTS_IMPL_H
#define GATEWAY_CORE_REQUESTS_IMPL_H

#include "gateway/core/requests.h"

struct answer {
	struct requests *r;
	int fd;
};

/* One row of the table: answers `ask`, which is wiped afterwards. ST_OK, ST_CLOSED, or SC_STOP. */
typedef enum status answer_fn(struct answer *a, struct ipc_message *ask);

/* A client that does not read its answers is dropped: ST_OK, ST_CLOSED. */
enum status send_answer(const struct answer *a, const struct ipc_message *m) MUST_USE;

/* The answer RESULT; empty words of a failure become its status's. ST_OK, ST_CLOSED. */
enum status send_result(
    const struct answer *a, enum status st, uint32_t value, const char *words) MUST_USE;

/* The same after an act: class STOP means that the state is in doubt, and is returned. */
enum status finish(
    const struct answer *a, enum status st, uint32_t value, const char *words) MUST_USE;

/* The same where `m`, which is wiped, tells what was done: it is the answer on ST_OK. */
enum status finish_with(
    const struct answer *a, enum status st, struct ipc_message *m, const char *words) MUST_USE;

/* --- the rows of the table that stand elsewhere --- */
answer_fn answer_backup, answer_restore;
/* Of requests_chains.c. */
answer_fn answer_renew, answer_deep_scan;

/* Of requests_retention.c. */
answer_fn answer_read_all, answer_retention, answer_drop;

/* requests_rights.c */
answer_fn answer_coordinator, answer_coordinators, answer_recovery_key, answer_recover;

/* requests_people.c */
answer_fn answer_vet, answer_plain_allow, answer_own_places, answer_place;

extern const char read_only_words[];

/* Rows of one answer: what a socket's buffer holds, so that core never waits. */
#define REQUESTS_ROWS_MAX 50
/* The same of the inbox: each has room for a long message, and REPORTS_MAX - 1 more may come. */
#define REQUESTS_INBOX_MAX 20

/* requests_inbox.c */
answer_fn answer_inbox;
struct view_names requests_names(const struct session *s);

answer_fn answer_journal_verify;

/* requests_modem.c */
answer_fn answer_modems, answer_modem_ask;

/* requests_codebook.c */
answer_fn answer_activate, answer_codebooks;

/* requests_report.c */
answer_fn answer_report_text;

/* requests_outbox.c */
answer_fn answer_send_text, answer_outbox, answer_outbox_act;

/* requests_setting.c */
answer_fn answer_setting;
extern const char setting_file_words[];

#endif
