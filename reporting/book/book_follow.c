/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May one version of a book come after another? A number keeps its meaning for ever. */
#include "reporting/book/book.h"
#include "reporting/book/book_take.h"

#include <string.h>

static void
check_kept(const struct codebook *was, const struct codebook *now, const struct kind *k,
    struct book_faults *faults)
{
	const struct kind *same = codebook_kind(now, k->code);
	const struct retired *gone = codebook_retired(now, k->code);

	if (same != NULL && strcmp(same->mnemonic, k->mnemonic) != 0)
		book_fault_add(faults, same->line,
		    "code %u was %s '%s' in version %u: a number keeps its meaning; take a new "
		    "one, "
		    "and retire %u",
		    k->code, k->mnemonic, codebook_words(was, &k->label, ""),
		    (unsigned)was->version, k->code);
	else if (same == NULL && gone == NULL)
		book_fault_add(faults, now->line.kinds,
		    "code %u %s '%s' of version %u is missing: keep it, or name it and its "
		    "successor in 'retired'",
		    k->code, k->mnemonic, codebook_words(was, &k->label, ""),
		    (unsigned)was->version);
	else if (gone != NULL && strcmp(gone->mnemonic, k->mnemonic) != 0)
		book_fault_add(faults, gone->line,
		    "code %u is retired as %s, and was %s: correct its mnemonic", k->code,
		    gone->mnemonic, k->mnemonic);
}

/* The letters of a kind may not go over to another number either: a monitor knows them by heart. */
static void
check_letters(const struct codebook *was, const struct kind *k, struct book_faults *faults)
{
	const struct kind *other = codebook_kind_by_mnemonic(was, k->mnemonic);

	if (other != NULL && other->code != k->code)
		book_fault_add(faults, k->line,
		    "mnemonic %s was code %u in version %u, and is %u here: choose new letters",
		    k->mnemonic, other->code, (unsigned)was->version, k->code);
}

static void
check_retired(const struct codebook *was, const struct codebook *now, const struct retired *r,
    struct book_faults *faults)
{
	const struct kind *k = codebook_kind(now, r->code);

	if (k != NULL)
		book_fault_add(faults, k->line,
		    "code %u was retired in version %u: take a new number", r->code,
		    (unsigned)was->version);
	else if (codebook_retired(now, r->code) == NULL)
		book_fault_add(faults, now->line.kinds,
		    "code %u %s is retired in version %u: leave it in 'retired'", r->code,
		    r->mnemonic, (unsigned)was->version);
}

enum status
book_follow(const struct codebook *was, const struct codebook *now, struct book_faults *faults)
{
	unsigned before = faults->count + faults->more;

	if (now->version <= was->version)
		book_fault_add(faults, 0,
		    "version %u does not come after version %u: give it a higher one",
		    (unsigned)now->version, (unsigned)was->version);
	for (unsigned i = 0; i < was->kinds; i++)
		check_kept(was, now, &was->kind[i], faults);
	for (unsigned i = 0; i < now->kinds; i++)
		check_letters(was, &now->kind[i], faults);
	for (unsigned i = 0; i < was->retireds; i++)
		check_retired(was, now, &was->retired[i], faults);
	book_faults_sort(faults);
	return faults->count + faults->more != before ? ST_SYNTAX : ST_OK;
}
