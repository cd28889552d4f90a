/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files read and written whole, and folders.
 */
#ifndef GATEWAY_COMMON_FILEIO_H
#define GATEWAY_COMMON_FILEIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "schemas/status.h"

/*
 * Read a whole regular file; the last part of its path may not be a symbolic link.
 *   out  cap octets; on failure what was read is wiped.
 *   len  octets read; written only on ST_OK.
 * ST_OK; ST_UNKNOWN (no such file), ST_TOO_LONG (more than cap), ST_NOT_ALLOWED (no right to read
 * it), ST_SYNTAX (not a regular file, or a link), ST_IO.
 */
enum status fileio_read(const char *path, uint8_t *out, size_t cap, size_t *len) MUST_USE;

/*
 * Make a new file with this content: written beside it, synced, renamed, its folder synced, so
 * that it is there whole or not at all. An existing file stays: ST_EXISTS.
 * ST_OK; ST_EXISTS, ST_UNKNOWN (no such folder), ST_NOT_ALLOWED, ST_FULL, ST_TOO_LONG (the path),
 * ST_IO, ST_SYNC.
 */
enum status fileio_create(const char *path, const void *data, size_t len, mode_t mode) MUST_USE;

/*
 * For who holds the descriptor himself: read up to cap octets, to the end (-1 and errno if it
 * failed); write all and sync; the status of an errno that open, write, rename and the like left.
 */
ssize_t fileio_read_fd(int fd, uint8_t *out, size_t cap) MUST_USE;
enum status fileio_write_fd(int fd, const void *data, size_t len) MUST_USE;
enum status fileio_errno(void) MUST_USE;

/*
 * Make a folder with mode 0700 unless it is there.
 *   made  1 if it was made; NULL if nobody asks.
 * ST_OK; ST_NOT_ALLOWED (there, but open to others, or another's), ST_SYNTAX (there, but no
 * folder), ST_UNKNOWN (its own folder is missing), ST_IO.
 */
enum status fileio_folder(const char *path, int *made) MUST_USE;

#endif
