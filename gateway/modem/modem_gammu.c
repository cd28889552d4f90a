/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/modem/modem_gammu.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/modem/modem_gammu_impl.h"

#define REPLY_TRIES 1 /* more would send a delete again whose slot may hold another text by now */

GSM_StateMachine *modem_machine;
bool modem_is_dummy;

void
modem_watch_begin(unsigned seconds)
{
	(void)alarm(seconds); /* there was no other */
}

void
modem_watch_end(void)
{
	(void)alarm(0);
}

bool
modem_is_device_error(GSM_Error err)
{
	switch (err) {
	case ERR_DEVICEOPENERROR:
	case ERR_DEVICELOCKED:
	case ERR_DEVICENOTEXIST:
	case ERR_DEVICEBUSY:
	case ERR_DEVICENOPERMISSION:
	case ERR_DEVICENOTWORK:
	case ERR_DEVICEWRITEERROR:
	case ERR_DEVICEREADERROR:
	case ERR_TIMEOUT:
	case ERR_NOTCONNECTED:
	case ERR_PHONEOFF:
	case ERR_NOSIM:
	case ERR_ABORTED:
	case ERR_MOREMEMORY:
		return true;
	default:
		return false;
	}
}

void
modem_copy_utf8(const unsigned char *from, char *out, size_t cap)
{
	char utf8[UTF8_MAX];
	size_t len;

	out[0] = '\0';
	if (UnicodeLength(from) > GSM_MAX_SMS_LENGTH)
		return;
	(void)EncodeUTF8(utf8, from); /* says only whether anything was not ASCII */
	if ((len = strlen(utf8)) >= cap) {
		len = cap - 1;
		while (len > 0 && ((unsigned char)utf8[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(out, utf8, len);
	out[len] = '\0';
	explicit_bzero(utf8, sizeof(utf8));
}

static enum status
fill_config(GSM_Config *c, const char *device, const char *connection, const char *model)
{
	memset(c, 0, sizeof(*c));
	c->Device = strdup(device); /* the library frees these three */
	c->Connection = strdup(connection);
	c->DebugFile = strdup("");
	if (c->Device == NULL || c->Connection == NULL || c->DebugFile == NULL)
		return ST_MEMORY;
	if (strlen(model) >= sizeof(c->Model))
		return ST_DEVICE;
	memcpy(c->Model, model, strlen(model) + 1);
	/* Every other level writes numbers and texts. */
	memcpy(c->DebugLevel, "nothing", sizeof("nothing"));
	c->UseGlobalDebugFile = FALSE;
	c->SyncTime = FALSE;
	c->LockDevice = FALSE;
	c->StartInfo = FALSE;
	/* Zeros would switch the announcements of new messages off. */
	for (size_t i = 0; i < sizeof(c->CNMIParams) / sizeof(c->CNMIParams[0]); i++)
		c->CNMIParams[i] = -1;
	return ST_OK;
}

enum status
modem_gammu_open(const char *device, const char *connection, const char *model)
{
	enum status st = ST_DEVICE;
	GSM_Config *config;
	GSM_Error err;

	assert(modem_machine == NULL);
	modem_is_dummy = strcmp(connection, "none") == 0;
	GSM_InitLocales(NULL);
	if ((modem_machine = GSM_AllocStateMachine()) == NULL)
		return ST_MEMORY;
	if ((config = GSM_GetConfig(modem_machine, 0)) == NULL)
		goto failed;
	if ((st = fill_config(config, device, connection, model)) != ST_OK)
		goto failed;
	GSM_SetConfigNum(modem_machine, 1);
	modem_watch_begin(MODEM_INIT_S);
	err = GSM_InitConnection(modem_machine, REPLY_TRIES);
	modem_watch_end();
	if (err != ERR_NONE) {
		st = err == ERR_DEVICENOTEXIST ? ST_CLOSED : ST_DEVICE;
		goto failed;
	}
	modem_call_callbacks();
	return ST_OK;
failed:
	GSM_FreeStateMachine(modem_machine);
	modem_machine = NULL;
	return st;
}

void
modem_gammu_close(void)
{
	if (modem_machine == NULL)
		return;
	modem_gammu_forget();
	modem_watch_begin(MODEM_CALL_S);
	(void)GSM_TerminateConnection(modem_machine); /* nothing can be done about a failure */
	modem_watch_end();
	GSM_FreeStateMachine(modem_machine);
	modem_machine = NULL;
}

enum status
modem_gammu_sim(enum modem_sim *sim)
{
	GSM_SecurityCodeType type = SEC_None;
	GSM_Error err;

	modem_watch_begin(MODEM_CALL_S);
	err = GSM_GetSecurityStatus(modem_machine, &type);
	modem_watch_end();
	if (err == ERR_NOTSUPPORTED || err == ERR_NOTIMPLEMENTED || err == ERR_SOURCENOTAVAILABLE) {
		*sim = SIM_READY; /* the dummy device; a modem that never asks */
		return ST_OK;
	}
	if (err != ERR_NONE)
		return modem_is_device_error(err) && err != ERR_NOSIM ? ST_DEVICE : ST_AGAIN;
	*sim = type == SEC_None || type == SEC_Pin2 || type == SEC_Puk2 ? SIM_READY
	       : type == SEC_Pin                                        ? SIM_WANTS_PIN
									: SIM_WANTS_MORE;
	return ST_OK;
}

enum status
modem_gammu_enter_pin(const char *pin)
{
	GSM_SecurityCode code;
	GSM_Error err;

	memset(&code, 0, sizeof(code));
	code.Type = SEC_Pin;
	if (strlen(pin) >= sizeof(code.Code))
		return ST_PASSPHRASE;
	memcpy(code.Code, pin, strlen(pin) + 1);
	modem_watch_begin(MODEM_CALL_S);
	err = GSM_EnterSecurityCode(modem_machine, &code);
	modem_watch_end();
	explicit_bzero(&code, sizeof(code));
	if (err == ERR_NONE)
		return ST_OK;
	return modem_is_device_error(err) ? ST_DEVICE : ST_PASSPHRASE;
}

GSM_Error
modem_memory_status(GSM_SMSMemoryStatus *out)
{
	GSM_Error err;

	memset(out, 0, sizeof(*out));
	modem_watch_begin(MODEM_CALL_S);
	err = GSM_GetSMSStatus(modem_machine, out);
	modem_watch_end();
	if (err != ERR_NONE)
		memset(out, 0, sizeof(*out));
	return err;
}

enum status
modem_gammu_sizes(uint32_t *sim, uint32_t *phone)
{
	GSM_SMSMemoryStatus status;
	GSM_Error err = modem_memory_status(&status);

	if (err == ERR_TIMEOUT || err == ERR_DEVICEWRITEERROR || err == ERR_DEVICEREADERROR)
		return ST_DEVICE;
	if (err != ERR_NONE)
		return ST_AGAIN;
	*sim = status.SIMSize > 0 ? (uint32_t)status.SIMSize : 0;
	*phone = status.PhoneSize > 0 ? (uint32_t)status.PhoneSize : 0;
	modem_phone_alone = *sim == 0 && *phone > 0;
	return ST_OK;
}
