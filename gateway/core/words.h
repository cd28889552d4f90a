/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a refusal says to a person, beside its status.
 */
#ifndef GATEWAY_CORE_WORDS_H
#define GATEWAY_CORE_WORDS_H

#include "schemas/status.h"

/* Octets of UTF-8, with the closing zero; as many as the answer RESULT holds. */
#define SESSION_WORDS_MAX 240

/* Write the words, cut where they are too long. Returns st. */
enum status __attribute__((format(printf, 3, 4)))
say(char words[SESSION_WORDS_MAX], enum status st, const char *fmt, ...);

#endif
