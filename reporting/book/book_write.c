/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A codebook as the text of a file: every text on a line of its own, so that it can be translated
 * and compared. */
#include "reporting/book/book.h"
#include "reporting/book/book_asks.h"

#include <stdarg.h>
#include <stdio.h>

#define PIECE_MAX 512 /* a hint, each octet escaped, with its key */

struct writer {
	const struct codebook *book;
	book_line_fn *line;
	void *context;
};

static void put(const struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(const struct writer *w, const char *format, ...)
{
	char line[PIECE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* fits: every text is bounded */
	va_end(args);
	w->line(w->context, line);
}

/* In quotes, as libconfig reads it. */
static const char *
quoted(const struct writer *w, pool_at at, char out[2 * HINT_MAX + 3])
{
	const char *text = codebook_text(w->book, at);
	char *to = out;

	*to++ = '"';
	for (; *text != '\0' && to - out < 2 * HINT_MAX; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '"';
	*to = '\0';
	return out;
}

static void
put_wording(const struct writer *w, const char *indent, const char *key, const struct wording *text)
{
	const struct languages *l = &w->book->languages;
	char words[2 * HINT_MAX + 3];

	put(w, "%s%s = {", indent, key);
	for (unsigned i = 0; i < l->count; i++)
		if (text->in[i] != 0)
			put(w, "%s  %s = %s;", indent, l->code[i], quoted(w, text->in[i], words));
	put(w, "%s};", indent);
}

/* The languages in a mask, as an array. */
static void
put_languages(const struct writer *w, const char *key, unsigned mask)
{
	const struct languages *l = &w->book->languages;
	char line[PIECE_MAX];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s = [", key);
	const char *comma = "";

	for (unsigned i = 0; i < l->count; i++) {
		if (!(mask >> i & 1))
			continue;
		len += (size_t)snprintf(
		    line + len, sizeof(line) - len, "%s \"%s\"", comma, l->code[i]);
		comma = ",";
	}
	put(w, "%s ];", line);
}

static void
put_steps(const struct writer *w, const char *key, const struct step *step, unsigned count)
{
	put(w, "%s = (", key);
	for (unsigned i = 0; i < count; i++) {
		put(w, "  {");
		put(w, "    code = %u;", step[i].code);
		put_wording(w, "    ", "label", &step[i].label);
		put(w, "  }%s", i + 1 < count ? "," : "");
	}
	put(w, ");");
}

static void
put_actors(const struct writer *w)
{
	const struct codebook *b = w->book;

	put(w, "actors = (");
	for (unsigned i = 0; i < b->actors; i++) {
		put(w, "  {");
		put(w, "    code = %u;", b->actor[i].code);
		put_wording(w, "    ", "label", &b->actor[i].label);
		if (b->actor[i].acled != 0)
			put(w, "    acled = %u;", b->actor[i].acled);
		put(w, "  }%s", i + 1u < b->actors ? "," : "");
	}
	put(w, ");");
}

static void
put_targets(const struct writer *w)
{
	const struct codebook *b = w->book;

	if (b->targets == 0)
		return;
	put(w, "targets = (");
	for (unsigned i = 0; i < b->targets; i++) {
		put(w, "  {");
		put(w, "    code = \"%s\";", b->target[i].code);
		put_wording(w, "    ", "label", &b->target[i].label);
		put(w, "  }%s", i + 1u < b->targets ? "," : "");
	}
	put(w, ");");
}

static void
put_asks(const struct writer *w, const struct kind *k)
{
	char line[PIECE_MAX];
	const char *comma = "";
	size_t len = 0;

	line[0] = '\0';
	for (size_t i = 0; i < ASKED_COUNT; i++) {
		if (!(k->asks >> asked[i].field & 1))
			continue;
		len += (size_t)snprintf(
		    line + len, sizeof(line) - len, "%s \"%s\"", comma, asked[i].word);
		comma = ",";
	}
	if (len > 0)
		put(w, "    asks = [%s ];", line);
}

static void
put_terms(const struct writer *w, const struct kind *k)
{
	if (k->acled != 0)
		put(w, "    acled = \"%s\";", acled_sub_event(k->acled));
	if (k->factor != 0 && k->indicator != 0)
		put(w, "    un = \"%u.%u\";", k->factor, k->indicator);
	else if (k->factor != 0)
		put(w, "    un = \"%u\";", k->factor);
	if (k->cap != 0)
		put(w, "    cap = \"%s\";", cap_category(k->cap));
}

static void
put_kind(const struct writer *w, const struct kind *k, const char *comma)
{
	put(w, "  {");
	put(w, "    code = %u;", k->code);
	put(w, "    mnemonic = \"%s\";", k->mnemonic);
	put(w, "    class = \"%s\";", class_word(k->class));
	put(w, "    severity = %u;", k->severity);
	if (k->grave)
		put(w, "    grave = true;");
	put_asks(w, k);
	put_wording(w, "    ", "label", &k->label);
	put_wording(w, "    ", "hint", &k->hint);
	put_wording(w, "    ", "example", &k->example);
	put_terms(w, k);
	put(w, "  }%s", comma);
}

static void
put_retired(const struct writer *w)
{
	const struct codebook *b = w->book;

	if (b->retireds == 0)
		return;
	put(w, "retired = (");
	for (unsigned i = 0; i < b->retireds; i++)
		put(w, "  { code = %u; mnemonic = \"%s\"; successor = %u; }%s", b->retired[i].code,
		    b->retired[i].mnemonic, b->retired[i].successor,
		    i + 1u < b->retireds ? "," : "");
	put(w, ");");
}

void
book_write(const struct codebook *b, book_line_fn *line, void *context)
{
	const struct writer w = {b, line, context};
	char words[2 * HINT_MAX + 3];

	put(&w, "id = %s;", quoted(&w, b->id, words));
	put(&w, "version = %u;", (unsigned)b->version);
	put_languages(&w, "languages", (1u << b->languages.count) - 1);
	if (b->languages.drafts != 0)
		put_languages(&w, "drafts", b->languages.drafts);
	put_wording(&w, "", "title", &b->title);
	put(&w, "codes = [ %u, %u ];", b->range[0], b->range[1]);
	put_steps(&w, "severities", b->severity, b->severities);
	put_steps(&w, "certainties", b->certainty, b->certainties);
	put_actors(&w);
	put_targets(&w);
	put(&w, "kinds = (");
	for (unsigned i = 0; i < b->kinds; i++)
		put_kind(&w, &b->kind[i], i + 1u < b->kinds ? "," : "");
	put(&w, ");");
	put_retired(&w);
}
