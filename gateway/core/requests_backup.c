/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/requests_impl.h"

#include <sodium.h>
#include <string.h>

#include "gateway/common/status.h"
#include "gateway/core/backup.h"
#include "gateway/core/recovery_copy.h"
#include "gateway/core/restore.h"
#include "reporting/report/record.h"

static enum status
count_copy(void *arg, unsigned kind, uint64_t id, const uint8_t *blob, size_t len)
{
	struct msg_backed_up *out = arg;

	(void)id;
	(void)blob;
	out->months += kind == RECOVERY_MONTH && len > 0;
	out->slots += kind == RECOVERY_SLOT && len > 0;
	out->octets += len > 0 ? BACKUP_COPY_HEAD_LEN + len : 0;
	return ST_OK;
}

enum status
answer_backup(struct answer *a, struct ipc_message *ask)
{
	struct session *s = a->r->session;
	char words[SESSION_WORDS_MAX] = "";
	struct backup_head head;
	struct ipc_message m;
	struct msg_backed_up *out = &m.body.BACKED_UP;
	enum status st;

	(void)ask;
	if (a->r->passed == -1)
		return send_result(a, ST_SYNTAX, 0, "");
	if (s->read_only)
		return send_result(a, ST_NOT_ALLOWED, 0, read_only_words);
	if ((st = backup_write(s, a->r->passed, &head, words)) == ST_OK)
		st = backup_note(s, &head);
	ipc_begin(&m, MSG_BACKED_UP);
	if (st == ST_OK)
		st = store_recovery_all(s->store, count_copy, out);
	if (st != ST_OK)
		return finish(a, st, 0, words);
	out->rows = head.rows;
	out->missing = head.count - head.rows;
	out->octets += BACKUP_HEAD_LEN + head.list_len + head.runs * BACKUP_RUN_LEN +
		       head.rows * BACKUP_ROW_LEN + BACKUP_END_LEN;
	out->made_s = head.made == 0 ? INT64_MIN : record_unix(head.made);
	memcpy(out->gwid, head.gwid, sizeof(out->gwid));
	return send_answer(a, &m);
}

enum status
answer_restore(struct answer *a, struct ipc_message *ask)
{
	const struct msg_restore *in = &ask->body.RESTORE;
	char words[SESSION_WORDS_MAX] = "";
	struct recovery_key key;
	struct restore_ask what = {.fd = in->from_file ? a->r->passed : -1,
	    .key = &key,
	    .passphrase = &in->passphrase,
	    .argon_memory = in->argon_memory,
	    .argon_passes = in->argon_passes};
	struct ipc_message m;
	enum status st;

	if (in->from_file && a->r->passed == -1)
		return send_result(a, ST_SYNTAX, 0, "");
	if (in->passphrase.len == 0 || in->passphrase.len > sizeof(in->passphrase.octets) ||
	    in->key_len > sizeof(in->key))
		return send_result(a, ST_INCOMPLETE, 0, "give a passphrase");
	if ((st = recovery_key_read(in->key, in->key_len, &key)) != ST_OK)
		return send_result(a, st, 0, recovery_key_words(st));
	ipc_begin(&m, MSG_RESTORED);
	st = session_restore(a->r->session, &what, &m.body.RESTORED, words);
	sodium_memzero(&key, sizeof(key));
	return finish_with(a, st, &m, words);
}
