/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/common/status.h"

#include <assert.h>

static const struct {
	const char *name, *words;
	enum status_class class;
} statuses[ST_COUNT] = {
#define X(name, class, words) {#name, words, class},
#include "schemas/status.def"
#undef X
};

const char *
status_words(enum status st)
{
	assert(st < ST_COUNT);
	return statuses[st].words;
}

const char *
status_name(enum status st)
{
	assert(st < ST_COUNT);
	return statuses[st].name;
}

enum status_class
status_class(enum status st)
{
	assert(st < ST_COUNT);
	return statuses[st].class;
}
