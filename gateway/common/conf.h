/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings file: libconfig's syntax, the table schemas/settings.def, nothing else. An unknown
 * setting is an error; @include is refused; a relative path is meant from the folder of the file.
 * Paths stay as they were written (never made absolute), because the folders above a working
 * folder may be unreadable.
 */
#ifndef GATEWAY_COMMON_CONF_H
#define GATEWAY_COMMON_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/status.h"

#define CONF_FILE_MAX 65536
#define CONF_PATH_MAX 1024 /* octets with the closing zero */
#define CONF_TEXT_MAX 64
#define CONF_FAULT_MAX 256
#define CONF_WEAKER_MAX 128

/* The order of the words in settings.def. */
enum conf_posture {
	POSTURE_PROTECTED, /* demanded, whatever the journal says */
	POSTURE_CHOSEN,    /* what the journal says */
	POSTURE_OPEN,      /* never after reading: weaker than a file may ask for, so CHOSEN */
};
enum conf_log_level { CONF_LOG_INFO, CONF_LOG_DEBUG };

/* What the anchor is: see gateway/core/anchor.h. NONE has no path. */
enum anchor_kind { ANCHOR_FILE, ANCHOR_EEPROM, ANCHOR_NONE };

/* When the slots that were freed are overwritten: as enum modem_sweep of gateway/modem/modem.h. */
enum conf_sweep { CONF_SWEEP_OFF, CONF_SWEEP_NIGHTLY, CONF_SWEEP_BATCH };

#define CONF_TYPE_PATH(field) char field[CONF_PATH_MAX];
#define CONF_TYPE_TEXT(field) char field[CONF_TEXT_MAX];
#define CONF_TYPE_ANCHOR(field) \
	char field[CONF_PATH_MAX]; \
	uint32_t field##_kind;
#define CONF_TYPE_WORD(field) uint32_t field;
#define CONF_TYPE_NUMBER(field) uint32_t field;
/* One modem; device is empty where there is none. */
struct conf_modem {
#define X(field, name, type, min, max, initial, words, help) CONF_TYPE_##type(field)
#include "schemas/settings_modem.def"
#undef X
};

struct conf {
	struct conf_modem modem[MODEMS_MAX]; /* the groups modem, modem2, modem3, modem4 */
	char folder[CONF_PATH_MAX]; /* of the settings file: "." or what stood before the last / */
	/* Settings that ask for weaker protection than a gateway may have, parted by ", ". They
	 * hold the weakest value that is allowed instead: the file can only make it stricter. */
	char weaker[CONF_WEAKER_MAX];
#define X(field, path, type, min, max, initial, words, help) CONF_TYPE_##type(field)
#include "schemas/settings.def"
#undef X
};

/*
 * Read a settings file.
 *   path   of the file; its folder is where relative paths begin.
 *   out    written only on ST_OK; what the file leaves out has its default.
 *   fault  on failure one line for a person, "FILE:LINE: words"; empty on ST_OK.
 * ST_OK; ST_CONFIG (with words), ST_IO (the file cannot be read), ST_MEMORY.
 */
enum status conf_read(const char *path, struct conf *out, char fault[CONF_FAULT_MAX]) MUST_USE;

/*
 * The same for text in memory.
 *   name   stands for the path in faults and gives the folder.
 *   text   len octets, any; borrowed.
 */
enum status conf_parse(const char *name, const char *text, size_t len, struct conf *out,
    char fault[CONF_FAULT_MAX]) MUST_USE;

/* What is said behind `weaker`. */
#define CONF_WEAKER_WORDS \
	"the settings file asks for weaker protection. It changes nothing: see who wrote it, and " \
	"take it out"

/* The group's name of a modem: "modem", "modem2" and so on. */
const char *conf_modem_name(size_t modem);

/* One row of the tables, for whoever lists or writes settings; of a modem, the first one's. */
struct conf_row {
	const char *path;    /* "modem.device" */
	const char *initial; /* the default, as written in the file without quotes */
	const char *words;   /* of a WORD: the choices, parted by | */
	const char *help;
	uint32_t min, max; /* of a number; of a text its octets */
};

/* NULL behind the last row. */
const struct conf_row *conf_row(size_t i);

#endif
