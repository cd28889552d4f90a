/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of a file of own numbers for places. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/control/own_places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	unsigned number = OWN_MAX;
	const char *place = NULL;
	enum own_line is;
	size_t len;

	if (line == NULL)
		return 0;
	if (size > 0)
		memcpy(line, data, size);
	line[size] = '\0';
	is = own_places_line(line, &number, &place);
	len = strlen(place);
	if (place < line || place + len > line + size)
		abort();
	if ((is == OWN_NOTHING) != (len == 0))
		abort();
	if (is == OWN_PLACE && (number >= OWN_MAX || strchr(" \t\r#", place[0]) != NULL ||
				   strchr(" \t\r", place[len - 1]) != NULL))
		abort();
	free(line);
	return 0;
}
