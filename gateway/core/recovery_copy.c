/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/recovery_copy.h"

#include <sodium.h>

#include "gateway/common/entropy.h"

enum status
recovery_copy(struct state *state, const struct public32 *pk_r, const struct key32 *k_h,
    enum recovery_kind kind, uint64_t id, const uint8_t *content, size_t len)
{
	uint8_t blob[RECOVERY_BLOB_MAX];
	struct key32 eph;
	size_t blob_len;
	enum status st;

	entropy_fill(&eph, sizeof(eph));
	st = recovery_seal(pk_r, &eph, k_h, kind, id, content, len, blob, &blob_len);
	sodium_memzero(&eph, sizeof(eph));
	return st == ST_OK ? change_recovery(state, kind, id, blob, blob_len) : st;
}

const char *
recovery_key_words(enum status st)
{
	switch (st) {
	case ST_CHECK:
		return "a letter or digit of the recovery key is wrong: compare it with the paper";
	case ST_VERSION:
		return "this recovery key is of a newer version of Tocsin";
	default:
		return "this is no recovery key: it has 85 letters and digits, as they stand on "
		       "the paper";
	}
}
