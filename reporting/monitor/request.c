/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reporting/monitor/request.h"

#include "reporting/monitor/say.h"

#include <stddef.h>
#include <string.h>

enum option_form { TAKES_VALUE, IS_FLAG };

static const struct {
	const char *name; /* without the two hyphens */
	enum option_form form;
	size_t at;
} options[] = {
    {"when", TAKES_VALUE, offsetof(struct request, when)},
    {"severity", TAKES_VALUE, offsetof(struct request, severity)},
    {"certainty", TAKES_VALUE, offsetof(struct request, certainty)},
    {"affected", TAKES_VALUE, offsetof(struct request, affected)},
    {"about", IS_FLAG, offsetof(struct request, about)},
    {"at-least", IS_FLAG, offsetof(struct request, at_least)},
    {"at-most", IS_FLAG, offsetof(struct request, at_most)},
    {"actor", TAKES_VALUE, offsetof(struct request, actor)},
    {"target", TAKES_VALUE, offsetof(struct request, target)},
    {"note", TAKES_VALUE, offsetof(struct request, note)},
    {"relation", TAKES_VALUE, offsetof(struct request, relation)},
    {"refers", TAKES_VALUE, offsetof(struct request, refers)},
    {"lang", TAKES_VALUE, offsetof(struct request, lang)},
    {"text", TAKES_VALUE, offsetof(struct request, text)},
    {"yes", IS_FLAG, offsetof(struct request, yes)},
    {"duress", IS_FLAG, offsetof(struct request, duress)},
};
#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/* The option whose name stands before the '=' or the end. OPTION_COUNT: none. */
static size_t
find_option(const char *name)
{
	size_t len = strcspn(name, "="), i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
			break;
	return i;
}

static int
set_value(struct request *r, size_t option, const char *value)
{
	const char **field = (const char **)((char *)r + options[option].at);

	if (*field != NULL)
		return say_usage("--%s is given twice", options[option].name);
	if (value == NULL)
		return say_usage("--%s needs a value after it", options[option].name);
	*field = value;
	return 0;
}

/* argv[*at] begins with two hyphens; *at moves on if its value is the next word. */
static int
take_option(int argc, char **argv, int *at, struct request *r)
{
	const char *name = argv[*at] + 2;
	const char *equals = strchr(name, '=');
	size_t option = find_option(name);

	if (option == OPTION_COUNT)
		return say_usage("there is no option --%s: see tocsin-compose(1)", name);
	if (options[option].form == IS_FLAG) {
		if (equals != NULL)
			return say_usage("--%s takes no value", options[option].name);
		*(bool *)((char *)r + options[option].at) = true;
		return 0;
	}
	if (equals != NULL)
		return set_value(r, option, equals + 1);
	return set_value(r, option, ++*at < argc ? argv[*at] : NULL);
}

/* A text says all that these say. */
static int
check_text(const struct request *r)
{
	if (r->text == NULL)
		return r->yes ? say_usage("--yes goes with --text") : 0;
	if (r->kind != NULL || r->when != NULL || r->severity != NULL || r->certainty != NULL ||
	    r->affected != NULL || r->actor != NULL || r->relation != NULL || r->refers != NULL ||
	    r->about || r->at_least || r->at_most)
		return say_usage(
		    "with --text, kind, place and the other fields stand in the text; "
		    "only --target, --note, --lang, --duress and --yes may be beside it");
	return 0;
}

int
request_parse(int argc, char **argv, struct request *out)
{
	struct request r = {0};
	int rc = 0;

	for (int i = 1; i < argc && rc == 0; i++) {
		if (strncmp(argv[i], "--", 2) == 0)
			rc = take_option(argc, argv, &i, &r);
		else if (r.kind == NULL)
			r.kind = argv[i];
		else if (r.place == NULL)
			r.place = argv[i];
		else
			rc = say_usage("'%s' is one word too many: put words that belong together "
				       "in quotes",
			    argv[i]);
	}
	if (rc == 0)
		rc = check_text(&r);
	if (rc == 0 && r.text == NULL && r.place == NULL)
		rc = say_usage("say what happened and where: report KIND PLACE");
	if (rc == 0)
		*out = r;
	return rc;
}
