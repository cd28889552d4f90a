/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by anchor*.c alone. */
#ifndef GATEWAY_CORE_ANCHOR_IMPL_H
#define GATEWAY_CORE_ANCHOR_IMPL_H

#include "gateway/core/anchor.h"

enum anchor_zeroing { ZERO_AT_ONCE, ZERO_WHEN_IDLE, ZERO_NEVER };

/* What a kind does behind anchor.h; join may be NULL. */
struct anchor_ops {
	const char *name;
	enum anchor_zeroing zeroing;
	void (*close)(struct anchor *anchor);
	enum status (*read)(struct anchor *anchor, struct anchor_content *out);
	enum status (*write)(
	    struct anchor *anchor, unsigned slot, const struct anchor_slot *content);
	enum status (*join)(struct anchor *anchor, const struct anchor_slot *content);
	enum status (*zero)(struct anchor *anchor, unsigned slot);
	enum status (*zero_others)(struct anchor *anchor, unsigned keep);
};

/* The first member of each kind's own struct. */
struct anchor {
	const struct anchor_ops *ops;
	unsigned slots;
	unsigned step; /* from one slot to the next, modulo slots */
	unsigned long syncs;
};

/* Zero all cells of what lies at PATH, whoever owns it; read back. */
enum status anchor_file_wipe(const char *path) MUST_USE;
enum status anchor_eeprom_wipe(const char *path) MUST_USE;

#endif
