/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thief who knows a passphrase: he has a copy of every file and of the anchor, opens the tree
 * with it, and tries his passphrase on what he finds, also on older wraps that lie about in the
 * files.
 */
#ifndef TESTS_ATTACK_PASSPHRASE_THIEF_H
#define TESTS_ATTACK_PASSPHRASE_THIEF_H

#include "crypto/sealed_box.h"
#include "gateway/core/rights.h"
#include "gateway/core/stretch.h"
#include "tests/attack/thief.h"

#define FOUND_MAX 32

struct taken {
	struct rig copy;
	struct thief tree;
	uint8_t plain[RING_WRAPS_LEN]; /* of the wraps */
	struct ring_wraps wraps;
};

static inline void
taken_from(struct taken *t, const struct rig *r, const char *name)
{
	char dir[400], a[600], b[600];

	(void)snprintf(dir, sizeof(dir), "%s/%s", r->dir, name);
	(void)mkdir(dir, 0700);
	(void)snprintf(b, sizeof(b), "%s/state", dir);
	(void)mkdir(b, 0700);
	(void)snprintf(a, sizeof(a), "%s/state", r->dir);
	folder_copy(a, b);
	t->copy = *r;
	(void)snprintf(t->copy.conf.state_dir, sizeof(t->copy.conf.state_dir), "%s", b);
	(void)snprintf(a, sizeof(a), "%s/anchor.bin", dir);
	file_copy(r->conf.anchor, a);
	(void)snprintf(t->copy.conf.anchor, sizeof(t->copy.conf.anchor), "%s", a);
	thief_enter(&t->tree, &t->copy);
	CHECK_EQ(thief_open(&t->tree, &t->tree.root.child[32].key, TREE_WRAPS, t->plain),
	    RING_WRAPS_LEN);
	CHECK_EQ(ring_wraps_read(t->plain, &t->wraps), ST_OK);
}

/* The KEK of a passphrase with the salt that a list has for a coordinator. */
static inline struct key32
taken_kek(const struct taken *t, const struct ring_list *list, size_t who, const char *passphrase)
{
	const struct ring_coordinator *c = &list->coordinator[who];
	struct key32 pw, kek;

	CHECK_EQ(stretch_passphrase(passphrase, strlen(passphrase), c->salt, c->argon_memory,
		     c->argon_passes, &pw),
	    ST_OK);
	ring_kek(&pw, t->tree.anchor, &kek);
	return kek;
}

/* How many runs of an epoch's serial there are, and how many of them these secrets open. */
struct runs {
	unsigned there, opened;
};

static inline struct runs
taken_runs(struct taken *t, unsigned serial, const struct ring_secrets *secrets)
{
	struct runs runs = {0, 0};
	sqlite3_stmt *s;

	CHECK_EQ(sqlite3_prepare_v2(
		     t->tree.db, "SELECT blob FROM run WHERE epoch % 16 = ?1", -1, &s, NULL),
	    SQLITE_OK);
	(void)sqlite3_bind_int(s, 1, (int)serial);
	while (sqlite3_step(s) == SQLITE_ROW) {
		int opens = 0;

		runs.there++;
		CHECK_EQ(sqlite3_column_bytes(s, 0), 80);
		for (size_t i = 0; i < secrets->month_count; i++) {
			struct public32 pk;
			uint8_t k_0[32];

			ring_public_x25519(&secrets->month[i].sk_v, &pk);
			opens |= sealed_box_open(&pk, &secrets->month[i].sk_v,
				     sqlite3_column_blob(s, 0), 80, k_0) == ST_OK;
		}
		runs.opened += (unsigned)opens;
	}
	(void)sqlite3_finalize(s);
	return runs;
}

/* Every wraps node in every file that an A of this anchor leads to, dead frames and free pages
 * included. Returns how many; each once. */
struct octets {
	uint8_t *at;
	size_t len;
};

static inline int
is_blank(const uint8_t *at)
{
	static const uint8_t zeros[16];

	return memcmp(at, zeros, sizeof(zeros)) == 0; /* no nonce begins so */
}

static inline size_t
find_links(const struct octets *file, const struct key32 *a, struct key32 *links, size_t count)
{
	static uint8_t plain[TREE_ROOT_LEN];
	struct tree_root root;

	for (size_t at = 0; at + TREE_ROOT_LEN + TREE_EXTRA <= file->len; at++) {
		if (is_blank(file->at + at) || count == FOUND_MAX ||
		    tree_open(a, TREE_ROOT, file->at + at, TREE_ROOT_LEN + TREE_EXTRA, plain) !=
			ST_OK ||
		    tree_root_read(plain, &root) != ST_OK)
			continue;
		links[count++] = root.child[32].key;
	}
	return count;
}

/*
 * A row of 8,192 octets lies on three pages of 4,096: the record's header and 484 octets, then
 * page numbers and the rest (SQLite's file format, 1.6). Each page lies in the database, and in the
 * frames of the WAL once for each time that it was written. All that fit together are tried.
 */
#define PAGE 4096
#define WAL_HEAD 32
#define FRAME_HEAD 24
#define LOCAL 484

static inline uint32_t
big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The k-th version of a page in file[0], the database, and file[1], the WAL; NULL: no more. */
static inline const uint8_t *
page_version(const struct octets file[2], uint32_t page, size_t k)
{
	if (page > 0 && (size_t)page * PAGE <= file[0].len && k-- == 0)
		return file[0].at + (size_t)(page - 1) * PAGE;
	for (size_t at = WAL_HEAD; at + FRAME_HEAD + PAGE <= file[1].len; at += FRAME_HEAD + PAGE)
		if (big_endian(file[1].at + at) == page && k-- == 0)
			return file[1].at + at + FRAME_HEAD;
	return NULL;
}

static inline size_t
try_row(const struct octets file[2], const uint8_t *row, const struct key32 *link,
    struct ring_wraps *found, size_t count)
{
	static uint8_t blob[RING_WRAPS_LEN + TREE_EXTRA], plain[RING_WRAPS_LEN];
	const uint8_t *second, *third;

	memcpy(blob, row, LOCAL);
	for (size_t i = 0; (second = page_version(file, big_endian(row + LOCAL), i)) != NULL; i++)
		for (size_t k = 0; (third = page_version(file, big_endian(second), k)) != NULL;
		     k++) {
			memcpy(blob + LOCAL, second + 4, PAGE - 4);
			memcpy(
			    blob + LOCAL + PAGE - 4, third + 4, sizeof(blob) - LOCAL - (PAGE - 4));
			if (count < FOUND_MAX &&
			    tree_open(link, TREE_WRAPS, blob, sizeof(blob), plain) == ST_OK &&
			    ring_wraps_read(plain, &found[count]) == ST_OK)
				return count + 1;
		}
	return count;
}

static inline size_t
find_wraps(
    const struct octets file[2], const struct key32 *link, struct ring_wraps *found, size_t count)
{
	static const uint8_t head[5] = {5, 0, 0x81, 0x80, 0x0c}; /* rowid, blob of 8,192 */

	for (int i = 0; i < 2; i++) {
		const uint8_t *at = file[i].at, *end = file[i].at + file[i].len - LOCAL - 4;

		while ((at = memmem(at, (size_t)(end - at), head, sizeof(head))) != NULL) {
			at += sizeof(head);
			count = try_row(file, at, link, found, count);
		}
	}
	return count;
}

static inline size_t
taken_search(const struct taken *t, const uint8_t *anchor, struct ring_wraps found[FOUND_MAX])
{
	static const char *const names[2] = {"tocsin.db", "tocsin.db-wal"};
	struct key32 links[FOUND_MAX];
	struct octets file[2];
	struct anchor_slot slot;
	size_t link_count = 0, count = 0;
	char path[CONF_PATH_MAX + 32];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", t->copy.conf.state_dir, names[i]);
		file[i].at = file_octets(path, &file[i].len);
		CHECK(file[i].len > 0);
	}
	for (size_t at = 4096; at <= 8192; at += 4096)
		for (int i = 0; i < 2 && anchor_slot_read(anchor + at, &slot) == ST_OK; i++)
			link_count = find_links(&file[i], &slot.a, links, link_count);
	for (size_t k = 0; k < link_count; k++) {
		int is_new = 1;

		for (size_t j = 0; j < k; j++)
			is_new &= memcmp(&links[j], &links[k], sizeof(links[k])) != 0;
		if (is_new)
			count = find_wraps(file, &links[k], found, count);
	}
	for (int i = 0; i < 2; i++)
		free(file[i].at);
	return count;
}

/* --- the coordinators' side --- */

static inline struct msg_passphrase
a_passphrase(const char *text)
{
	struct msg_passphrase p = {.len = (uint32_t)strlen(text)};

	memcpy(p.octets, text, p.len);
	return p;
}

static inline void
an_act(struct rig *r, enum coordinator_act act, const char *name, const char *passphrase)
{
	struct msg_coordinator ask = {.act = act, .passphrase = a_passphrase(passphrase)};
	char words[SESSION_WORDS_MAX] = "";

	(void)snprintf(ask.name, sizeof(ask.name), "%s", name);
	if (!CHECK_EQ(rights_act(&r->session, &ask, words), ST_OK))
		printf("    %s\n", words);
}

#endif
