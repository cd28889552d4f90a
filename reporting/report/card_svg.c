/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A side of the card: rows flow through two columns. Lengths are tenths of a millimetre. A card
 * that reads from right to left is the mirror image.
 */
#include "reporting/report/card.h"
#include "reporting/report/damm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define PAGE_W 1480
#define PAGE_H 2100
#define MARGIN 70
#define GUTTER 40
#define TOP 230
#define BOTTOM 2000
#define COLUMN_W ((PAGE_W - 2 * MARGIN - GUTTER) / 2)
#define COLUMN_H (BOTTOM - TOP)

#define BADGE_W 88
#define LETTERS_AT 100 /* the mnemonic, from the column's beginning */
#define LABEL_AT 176
#define LABEL_W (COLUMN_W - LABEL_AT)
#define HINT_LINES 2
#define HINT_H 25 /* of one line */
#define HINT_SIZE 21
#define ROW_H 52     /* a label that its hint follows, at most */
#define ROW_ALONE 70 /* without hints */
#define TYPE_MAX 36
#define ROW_MIN 20
#define HEADING_H 66 /* with the blank above it */

/* A letter is about so many hundredths of its size wide, in the fonts that are usual. */
#define LETTER_W 58
#define BOLD_W 66

/* One row: a heading, or a code and its words. */
struct item {
	bool is_heading, grave;
	const char *letters; /* a mnemonic or "" */
	const char *label, *hint;
	char code[4], check[2];
};
#define ITEMS_MAX (KINDS_MAX + ACTORS_MAX + TARGETS_MAX + 2 * LADDER_MAX + CLASS_COUNT + 4)

struct page {
	const struct codebook *book;
	const char *language;
	bool leftward, hints;
	int row_h;
	int label_size; /* the same for all */
	card_line_fn *line;
	void *context;
	unsigned count;
	struct item item[ITEMS_MAX];
};

_Static_assert((int)CARD_HOW_BAD == (int)CLASS_COUNT, "the classes come first");

static void put(const struct page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(const struct page *p, const char *format, ...)
{
	char line[CARD_SVG_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* fits: every text is bounded */
	va_end(args);
	p->line(p->context, line);
}

/* len octets of a text as XML wants them. */
static void
escape(const char *text, size_t len, char out[6 * HINT_MAX])
{
	char *to = out;

	for (size_t i = 0; i < len && to - out < 6 * HINT_MAX - 7; i++) {
		const char *as = text[i] == '&'   ? "&amp;"
				 : text[i] == '<' ? "&lt;"
				 : text[i] == '>' ? "&gt;"
						  : NULL;

		if (as == NULL)
			*to++ = text[i];
		for (; as != NULL && *as != '\0'; as++)
			*to++ = *as;
	}
	*to = '\0';
}

/* Where a thing of this width begins that stands at x on a card from left to right. */
static int
mirrored(const struct page *p, int x, int width)
{
	return p->leftward ? PAGE_W - x - width : x;
}

struct style {
	int size;
	const char *weight, *colour;
};

/* len octets of the book's words, from x onwards in the direction of the language. */
static void
put_words(const struct page *p, int x, int y, struct style style, const char *text, size_t len)
{
	char words[6 * HINT_MAX];

	escape(text, len, words);
	put(p,
	    "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\"%s>%s</text>",
	    mirrored(p, x, 0), y, style.size, style.weight, style.colour,
	    p->leftward ? " direction=\"rtl\"" : "", words);
}

/* A number or Latin letters, centred on x. */
static void
put_code(const struct page *p, int x, int y, struct style style, const char *text)
{
	put(p,
	    "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%s\" fill=\"%s\" "
	    "text-anchor=\"middle\">%s</text>",
	    mirrored(p, x, 0), y, style.size, style.weight, style.colour, text);
}

/* The size at which a text is no wider than this. */
static int
fitting(const char *text, int size, int width, int letter)
{
	int columns = (int)card_columns(text);

	return columns * letter * size / 100 > width ? width * 100 / (columns * letter) : size;
}

/* How many octets of a hint go on one line. */
static size_t
hint_fit(const char *text)
{
	int room = LABEL_W * 100 / (LETTER_W * HINT_SIZE), used = 0;
	size_t at = 0, blank = 0;
	utf8proc_int32_t c;

	while (text[at] != '\0') {
		utf8proc_ssize_t step =
		    utf8proc_iterate((const utf8proc_uint8_t *)text + at, -1, &c);

		used += step > 0 ? utf8proc_charwidth(c) : 1;
		if (used > room)
			return blank != 0 ? blank : at;
		if (text[at] == ' ')
			blank = at;
		at += step > 0 ? (size_t)step : 1;
	}
	return at;
}

static int
hint_lines(const char *hint)
{
	int lines = 0;

	while (*hint != '\0' && lines < HINT_LINES) {
		hint += hint_fit(hint);
		hint += strspn(hint, " ");
		lines++;
	}
	return lines;
}

static int
height(const struct page *p, const struct item *item)
{
	if (item->is_heading)
		return HEADING_H;
	if (!p->hints || item->hint[0] == '\0')
		return p->row_h;
	return p->row_h + hint_lines(item->hint) * HINT_H;
}

static int
whole_height(const struct page *p)
{
	int sum = 0;

	for (unsigned i = 0; i < p->count; i++)
		sum += height(p, &p->item[i]);
	return sum;
}

static void
put_hint(const struct page *p, int x, int y, const char *hint)
{
	const struct style style = {HINT_SIZE, "normal", "#444"};

	for (int i = 0; i < HINT_LINES && *hint != '\0'; i++) {
		size_t len = hint_fit(hint);

		put_words(p, x, y + i * HINT_H, style, hint, len);
		hint += len;
		hint += strspn(hint, " ");
	}
}

static void
put_badge(const struct page *p, const struct item *item, int x, int y, int size)
{
	const char *ink = item->grave ? "#fff" : "#000";
	int box = size + 10;

	put(p,
	    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\" "
	    "stroke=\"#000\" stroke-width=\"2\"/>",
	    mirrored(p, x, BADGE_W), y, BADGE_W, box, item->grave ? "#000" : "#fff");
	if (item->check[0] == '\0') {
		put_code(p, x + BADGE_W / 2, y + box - 10, (struct style){size, "bold", ink},
		    item->code);
		return;
	}
	put(p,
	    "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\" text-anchor=\"middle\">"
	    "<tspan font-weight=\"bold\">%s</tspan><tspan dx=\"5\" "
	    "font-size=\"%d\">%s</tspan></text>",
	    mirrored(p, x + BADGE_W / 2, 0), y + box - 10, size, ink, item->code, size * 4 / 5,
	    item->check);
}

static int
type_size(const struct page *p)
{
	int size = p->row_h * 6 / 10;

	return size < TYPE_MAX ? size : TYPE_MAX;
}

static int
label_at(const struct item *item)
{
	return item->letters[0] != '\0' ? LABEL_AT : LETTERS_AT + 8;
}

static void
put_item(const struct page *p, const struct item *item, int x, int y)
{
	int size = type_size(p), at = label_at(item);
	const struct style label = {p->label_size, "bold", "#000"};

	if (item->is_heading) {
		put_words(p, x, y + HEADING_H - 20, (struct style){27, "bold", "#000"}, item->label,
		    strlen(item->label));
		put(p, "<path d=\"M%d %dh%d\" stroke=\"#000\" stroke-width=\"3\"/>",
		    mirrored(p, x, COLUMN_W), y + HEADING_H - 10, COLUMN_W);
		return;
	}
	put_badge(p, item, x, y + (p->row_h - size - 10) / 2, size);
	y += (p->row_h + size) / 2 - 5;
	put_code(p, x + (LETTERS_AT + LABEL_AT) / 2 - 4, y,
	    (struct style){size * 8 / 10, "normal", "#000"}, item->letters);
	put_words(p, x + at, y, label, item->label, strlen(item->label));
	if (p->hints)
		put_hint(p, x + at, y + HINT_H + 3, item->hint);
}

/* Down the first column as far as half of it all goes, never ending with a heading. */
static void
put_items(const struct page *p)
{
	int x = MARGIN, y = TOP, half = whole_height(p) / 2;

	for (unsigned i = 0; i < p->count; i++) {
		const struct item *item = &p->item[i];
		int h = height(p, item);
		int next = item->is_heading && i + 1 < p->count ? height(p, item + 1) : 0;
		int middle =
		    next > 0 ? h + next / 2 : h / 2; /* of what decides, which is no heading */

		if (x == MARGIN && y > TOP && (y - TOP + middle > half || y + h + next > BOTTOM)) {
			x += COLUMN_W + GUTTER;
			y = TOP;
		}
		if (item->is_heading && y == TOP)
			y -= 20; /* no blank above the first */
		put_item(p, item, x, y);
		y += h;
	}
}

/* Rows as high as there is room for. */
static void
choose_height(struct page *p)
{
	const int room = 2 * COLUMN_H - 2 * HEADING_H; /* what balancing the columns can lose */

	p->hints = true;
	p->row_h = ROW_H;
	while (p->row_h > 46 && whole_height(p) > room)
		p->row_h--;
	if (whole_height(p) <= room)
		return;
	p->hints = false;
	p->row_h = ROW_ALONE;
	while (p->row_h > ROW_MIN && whole_height(p) > room)
		p->row_h--;
}

/* One size for every label: the longest one's. */
static void
choose_size(struct page *p)
{
	p->label_size = type_size(p);
	for (unsigned i = 0; i < p->count; i++)
		if (!p->item[i].is_heading)
			p->label_size = fitting(p->item[i].label, p->label_size,
			    COLUMN_W - label_at(&p->item[i]), BOLD_W);
}

static const char *
words_of(const struct page *p, const struct wording *w)
{
	return codebook_words(p->book, w, p->language);
}

static struct item *
add(struct page *p, const char *label)
{
	struct item *item = &p->item[p->count++];

	memset(item, 0, sizeof(*item));
	item->letters = item->hint = "";
	item->label = label;
	return item;
}

static void
add_heading(struct page *p, enum card_word word)
{
	add(p, card_word(word, p->language))->is_heading = true;
}

static void
add_kinds(struct page *p)
{
	const struct codebook *b = p->book;

	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		bool any = false;

		for (unsigned i = 0; i < b->kinds; i++) {
			const struct kind *k = &b->kind[i];
			struct item *item;

			if (k->class != class)
				continue;
			if (!any)
				add_heading(p, (enum card_word) class);
			any = true;
			item = add(p, words_of(p, &k->label));
			item->hint = words_of(p, &k->hint);
			item->letters = k->mnemonic;
			item->grave = k->grave;
			damm_code(k->code, item->code);
			item->check[0] = item->code[2];
			item->code[2] = '\0';
		}
	}
}

static void
add_steps(struct page *p, enum card_word word, const struct step *step, unsigned count)
{
	add_heading(p, word);
	for (unsigned i = 0; i < count; i++) {
		struct item *item = add(p, words_of(p, &step[i].label));

		(void)snprintf(item->code, sizeof(item->code), "%u", step[i].code % 1000u);
	}
}

static void
add_back(struct page *p)
{
	const struct codebook *b = p->book;

	add_steps(p, CARD_HOW_BAD, b->severity, b->severities);
	add_steps(p, CARD_HOW_SURE, b->certainty, b->certainties);
	add_heading(p, CARD_WHO);
	for (unsigned i = 0; i < b->actors; i++) {
		struct item *item = add(p, words_of(p, &b->actor[i].label));

		(void)snprintf(item->code, sizeof(item->code), "%u", b->actor[i].code);
	}
	if (b->targets > 0)
		add_heading(p, CARD_WHOM);
	for (unsigned i = 0; i < b->targets; i++) {
		struct item *item = add(p, words_of(p, &b->target[i].label));

		(void)snprintf(item->code, sizeof(item->code), "%s", b->target[i].code);
	}
}

static void
put_head(const struct page *p, enum card_side side)
{
	const struct codebook *b = p->book;
	const char *title = words_of(p, &b->title), *draft = card_word(CARD_DRAFT, p->language);
	const int language = languages_find(&b->languages, p->language);
	char version[BOOK_ID_MAX + 48];

	put_words(p, MARGIN, 118,
	    (struct style){fitting(title, 60, PAGE_W - 2 * MARGIN, BOLD_W), "bold", "#000"}, title,
	    strlen(title));
	(void)snprintf(version, sizeof(version), "%s %u · %s · %u/2", codebook_text(b, b->id),
	    (unsigned)b->version, p->language, side == CARD_FRONT ? 1u : 2u);
	put(p,
	    "<text x=\"%d\" y=\"165\" font-size=\"28\" fill=\"#444\" text-anchor=\"%s\">%s</text>",
	    mirrored(p, MARGIN, 0), p->leftward ? "end" : "start", version);
	if (b->languages.drafts >> language & 1)
		put_words(
		    p, PAGE_W / 2, 165, (struct style){28, "bold", "#444"}, draft, strlen(draft));
	put(p, "<path d=\"M%d 190h%d\" stroke=\"#000\" stroke-width=\"6\"/>", MARGIN,
	    PAGE_W - 2 * MARGIN);
}

/* What the marks of the front mean. */
static void
put_foot(const struct page *p)
{
	const char *grave = card_word(CARD_GRAVE, p->language);
	const char *digits = card_word(CARD_DIGITS, p->language);
	const struct style style = {26, "normal", "#000"};

	put(p, "<rect x=\"%d\" y=\"2022\" width=\"40\" height=\"28\" rx=\"6\"/>",
	    mirrored(p, MARGIN, 40));
	put_words(p, MARGIN + 54, 2046, style, grave, strlen(grave));
	put_words(p, MARGIN + COLUMN_W + GUTTER, 2046, style, digits, strlen(digits));
}

void
card_write_svg(const struct codebook *b, const char *language, enum card_side side,
    card_line_fn *line, void *context)
{
	struct page p = {.book = b, .language = language, .line = line, .context = context};

	if (languages_find(&b->languages, language) < 0)
		p.language = b->languages.code[0];
	p.leftward = card_is_leftward(p.language);
	if (side == CARD_FRONT)
		add_kinds(&p);
	else
		add_back(&p);
	choose_height(&p);
	choose_size(&p);
	put(&p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	put(&p,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"%s\" width=\"148mm\" "
	    "height=\"210mm\" viewBox=\"0 0 %d %d\" font-family=\"Noto Sans, DejaVu Sans, "
	    "sans-serif\">",
	    p.language, PAGE_W, PAGE_H);
	put(&p, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", PAGE_W, PAGE_H);
	put_head(&p, side);
	put_items(&p);
	if (side == CARD_FRONT)
		put_foot(&p);
	put(&p, "</svg>");
}
