/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a settings file: a clear fault of one line, or settings within their bounds.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gateway/common/conf.h"
#include "tests/support/libconfig_leak.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct {
	size_t offset;
	uint32_t min, max;
} bounds[] = {
#define CHECKED_PATH(field, lo, hi)
#define CHECKED_ANCHOR(field, lo, hi) {offsetof(struct conf, field##_kind), 0, ANCHOR_NONE},
#define CHECKED_TEXT(field, lo, hi)
#define CHECKED_WORD(field, lo, hi) {offsetof(struct conf, field), 0, 1},
#define CHECKED_NUMBER(field, lo, hi) {offsetof(struct conf, field), lo, hi},
#define X(field, path, type, min, max, initial, words, help) CHECKED_##type(field, min, max)
#include "schemas/settings.def"
#undef X
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char fault[CONF_FAULT_MAX];
	struct conf conf;
	uint32_t value;
	enum status st;

	memset(&conf, 0, sizeof(conf));
	memset(fault, 'x', sizeof(fault));
	st = conf_parse("folder/tocsin.conf", (const char *)data, len, &conf, fault);
	assert(memchr(fault, '\0', sizeof(fault)) != NULL && strchr(fault, '\n') == NULL);
	assert((st == ST_OK) == (fault[0] == '\0'));
	if (st != ST_OK)
		return 0;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		memcpy(&value, (const char *)&conf + bounds[i].offset, sizeof(value));
		assert(value >= bounds[i].min && value <= bounds[i].max);
	}
	for (size_t i = 0; i < MODEMS_MAX; i++) {
		const struct conf_modem *m = &conf.modem[i];

		assert(m->poll_s >= 1 && m->poll_s <= 3600 && m->sweep <= CONF_SWEEP_BATCH);
		assert(i > 0 || m->device[0] != '\0');
		assert(strspn(m->credit_ussd, "0123456789*#+") == strlen(m->credit_ussd));
		for (size_t k = 0; k < i && m->device[0] != '\0'; k++)
			assert(strcmp(m->device, conf.modem[k].device) != 0);
	}
	assert(conf.posture == POSTURE_PROTECTED || conf.posture == POSTURE_CHOSEN);
	assert((conf.anchor_kind == ANCHOR_NONE) == (conf.anchor[0] == '\0'));
	assert(strncmp(conf.state_dir, "folder/", 7) == 0 || conf.state_dir[0] == '/');
	return 0;
}
