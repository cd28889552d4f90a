/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The acts of `tocsin codebook` that speak with core; argv[0] is the act's name. They return the
 * exit code. */
#ifndef GATEWAY_CONTROL_CMD_CODEBOOK_H
#define GATEWAY_CONTROL_CMD_CODEBOOK_H

int codebook_activate(int argc, char **argv);
int codebook_list(int argc, char **argv);

#endif
