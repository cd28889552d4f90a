/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conversation with `tocsin-core -i`, which makes store and anchor.
 */
#ifndef GATEWAY_CONTROL_INIT_CORE_H
#define GATEWAY_CONTROL_INIT_CORE_H

#include "gateway/control/init_make.h"

/* Settings and folders are there. 0, or EXIT_REFUSED after words. */
int init_core(const struct birth *b);

#endif
