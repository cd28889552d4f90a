/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enum status: what a function of Tocsin returns. The table is status.def.
 * Functions that can fail return it and are marked MUST_USE.
 */
#ifndef SCHEMAS_STATUS_H
#define SCHEMAS_STATUS_H

#define MUST_USE __attribute__((warn_unused_result))

enum status_class { SC_OK, SC_REJECT, SC_RETRY, SC_STOP };

enum status {
#define X(name, class, words) ST_##name,
#include "schemas/status.def"
#undef X
	ST_COUNT
};

#endif
