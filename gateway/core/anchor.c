/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/core/anchor_impl.h"
#include "gateway/core/store.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum status
anchor_create(
    const struct conf *conf, struct store *store, const struct key32 *w, struct anchor **out)
{
	switch (conf->anchor_kind) {
	case ANCHOR_FILE:
		return anchor_file_create(conf->anchor, w, out);
	case ANCHOR_EEPROM:
		return anchor_eeprom_create(conf->anchor, w, out);
	default:
		return anchor_none_create(store, w, out);
	}
}

enum status
anchor_open(const struct conf *conf, struct store *store, struct anchor **out)
{
	switch (conf->anchor_kind) {
	case ANCHOR_FILE:
		return anchor_file_open(conf->anchor, out);
	case ANCHOR_EEPROM:
		return anchor_eeprom_open(conf->anchor, out);
	default:
		return anchor_none_open(store, out);
	}
}

void
anchor_unmake(const struct conf *conf)
{
	if (conf->anchor_kind == ANCHOR_FILE)
		(void)unlink(conf->anchor); /* ours: made just now */
	if (conf->anchor_kind == ANCHOR_EEPROM && anchor_eeprom_wipe(conf->anchor) != ST_OK)
		return; /* the next init says that it is not empty */
}

enum status
anchor_wipe(const struct conf *conf)
{
	switch (conf->anchor_kind) {
	case ANCHOR_FILE:
		return anchor_file_wipe(conf->anchor);
	case ANCHOR_EEPROM:
		return anchor_eeprom_wipe(conf->anchor);
	default:
		return store_wipe(conf->state_dir);
	}
}

void
anchor_close(struct anchor *anchor)
{
	if (anchor != NULL)
		anchor->ops->close(anchor);
}

const char *
anchor_kind_name(const struct anchor *anchor)
{
	return anchor->ops->name;
}

enum status
anchor_read(struct anchor *anchor, struct anchor_content *out)
{
	enum status st;

	memset(out, 0, sizeof(*out));
	out->slots = anchor->slots;
	if ((st = anchor->ops->read(anchor, out)) != ST_OK)
		sodium_memzero(out, sizeof(*out));
	return st;
}

unsigned
anchor_next(const struct anchor *anchor, unsigned slot)
{
	return (slot + anchor->step) % anchor->slots;
}

unsigned
anchor_before_first(const struct anchor *anchor)
{
	return anchor->slots - anchor->step;
}

enum status
anchor_write(struct anchor *anchor, unsigned slot, const struct anchor_slot *content)
{
	assert(slot < anchor->slots);
	return anchor->ops->write(anchor, slot, content);
}

enum status
anchor_join(struct anchor *anchor, const struct anchor_slot *content)
{
	return anchor->ops->join != NULL ? anchor->ops->join(anchor, content) : ST_OK;
}

int
anchor_zeroes_at_once(const struct anchor *anchor)
{
	return anchor->ops->zeroing == ZERO_AT_ONCE;
}

int
anchor_zeroes_when_idle(const struct anchor *anchor)
{
	return anchor->ops->zeroing == ZERO_WHEN_IDLE;
}

enum status
anchor_zero(struct anchor *anchor, unsigned slot)
{
	assert(slot < anchor->slots);
	return anchor->ops->zero(anchor, slot);
}

enum status
anchor_zero_others(struct anchor *anchor, unsigned keep)
{
	assert(keep < anchor->slots);
	return anchor->ops->zero_others(anchor, keep);
}

unsigned long
anchor_syncs(const struct anchor *anchor)
{
	return anchor->syncs;
}
