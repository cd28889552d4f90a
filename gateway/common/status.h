/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words and class of a status, for whoever shows it to a person or decides what to do next.
 */
#ifndef GATEWAY_COMMON_STATUS_H
#define GATEWAY_COMMON_STATUS_H

#include "schemas/status.h"

/* A constant sentence without a full stop. */
const char *status_words(enum status st);

/* Its name in status.def, for logs and scripts. */
const char *status_name(enum status st);

enum status_class status_class(enum status st);

#endif
