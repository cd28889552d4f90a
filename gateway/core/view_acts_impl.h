/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For view_acts*.c alone: acts on earlier reports while they are being resolved. */
#ifndef GATEWAY_CORE_VIEW_ACTS_IMPL_H
#define GATEWAY_CORE_VIEW_ACTS_IMPL_H

#include "gateway/core/view_acts.h"
#include "gateway/core/view_sql.h"

struct act {
	uint64_t monitor, refers;
	uint64_t number;        /* of its message: later ones of the same writer have larger ones */
	uint32_t entry, mark;   /* indices */
	uint32_t segment, next; /* whole bases before it; the next act in its bucket, plus 1 */
	uint8_t by, generation, relation;
	uint8_t kind;     /* by which reports of one text are told apart; of a chain 0 */
	uint8_t stranger; /* nobody can tell whose it is, or it is about another's */
	uint8_t is_last;  /* of a report that is not here: its newest correction, and no cancel */
};

struct resolver {
	struct view_list *l;
	struct act *act;
	size_t acts;
	uint64_t *base;
	size_t bases;
	uint32_t *bucket; /* of acts in chains by what they mean: index plus 1 */
	size_t buckets;   /* a power of two */
};

/* Later messages of one writer have larger ones. */
uint64_t acts_number_of(const struct view_entry *e);

/* How many whole bases stand before a row. */
uint32_t acts_segment_of(const struct resolver *r, uint64_t seq);
/* Into r->base. ST_OK, ST_MEMORY. */
enum status acts_read_bases(struct view *v, struct resolver *r) MUST_USE;

/* The mark of an entry, a new one if it had none; its index. ST_OK, ST_MEMORY. */
enum status acts_mark_entry(struct view_list *l, uint32_t entry, uint32_t *index) MUST_USE;
/* Every entry is as the table has it again. */
void acts_forget_marks(struct view_list *l);

/* Every act of the list, into r->act, with its mark. ST_OK, ST_MEMORY. */
enum status acts_take_all(struct resolver *r) MUST_USE;
/* Which of the acts on a report that never came stand for it; and the order to resolve them in. */
void acts_settle_groups(struct resolver *r);

#endif
