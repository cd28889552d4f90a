#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a coordinator writes down herself with `tocsin report`: shown, stored, one event for each text,
and what is about an earlier one; a refusal stores nothing.

    test_entered.py --bin BUILD_DIR
"""
import os

from gateway import Gateway, Steps, expect, expect_in, options, run

REFUSED = (
    ("MSA 101", "did you mean MAS?"),
    ("nothing of the kind", "cannot be read"),
    ("cancel 3", "number 3 is no report that a coordinator wrote down"),
    ("KIL 101 xyzzy", "add --anyway"),
    ("KIL 101 n999", "look twice: about 1000 people affected"),
    ("ok", "a monitor sends it herself"),
)

step = Steps()


def told(g, text, *words, code=0):
    path = os.path.join(g.folder, "told")
    with open(path, "w") as f:
        f.write(text)
    return g.command("report", "--text-file", path, *words, code=code)


def by_coordinator(rows):
    return [r for r in rows if r["source"] == "coordinator"]


def refused(g):
    before = g.inbox()
    for text, words in REFUSED:
        said = told(g, text, "--yes", code=1)
        expect_in(words, said.out + said.err, f"refusal of {text!r}")
    said = told(g, "cancel", "--yes", code=1)
    expect_in("this is   cancel\n", said.out, "a cancel of no number")
    expect_in("the number of the report that is meant is missing", said.err, "a cancel of no number")
    expect_in("what", told(g, "x" * 9999, "--yes", code=1).err, "a text that is too long")
    expect_in("say yes with --yes", told(g, "KIL 101", code=2).err, "without a terminal")
    expect_in("shell keeps it", g.command("report", "KIL", "101", code=2).err, "an argument")
    expect(g.inbox(), before, "the inbox after refusals")
    expect({r["source"] for r in before}, {"sms"}, "source of the others")
    step("refused: nothing is written down")


def written_down(g):
    """Three reports of two texts; their numbers, the newer one first."""
    before, note = len(g.inbox()), os.path.join(g.folder, "note")
    with open(note, "w") as f:
        f.write("by the river\n")
    expect_in("Written down as number", told(g, "KIL 101 n3-5 s5", "--yes", "--note-file", note).out, "a report")
    expect_in(", with its 2 reports", told(g, "KIL 101 xyzzy; MAS 102 n5000", "--yes", "--anyway").out, "two reports")
    rows = g.inbox()
    expect(len(rows), before + 3, "rows after three reports")
    new = by_coordinator(rows)
    expect({(r["kind_label"] != "", r["place"], r["note"]) for r in new},
           {(True, 101, "BY THE RIVER"), (True, 101, ""), (True, 102, "")}, "fields")
    expect([(r["affected"], r["upper"]) for r in new if r["note"] != ""], [(3, 5)], "people")
    expect([(r["slot"], r["number"], r["pseudonym"], r["readable"]) for r in new], [(None, None, "", True)] * 3, "from")
    expect(len(by_coordinator(g.rows("inbox", "--grave"))), 3, "those that are grave")
    step("written down: one report, and two of one text")
    return max(r["seq"] for r in new), min(r["seq"] for r in new)


def about_earlier(g, two, one):
    """A correction and a cancel of what was written down: two is the number of two reports, one of one."""
    expect_in("name the kind", told(g, f"correct {two} n3", "--yes", code=1).err, "a correction of two")
    said = told(g, f"correct {one} n7", "--yes").out
    expect_in(f"this is   correction of number {one}", said, "what it is")
    expect_in("where     101", said, "the place of the one that it corrects")
    told(g, f"cancel {two}", "--yes")
    rows = {(r["seq"], r["part"]): r for r in g.rows("inbox", "--limit", 8)}
    newest = sorted({seq for seq, _ in rows})[-2:]
    expect(rows[one, 1]["corrected_by"], newest[0], "what is said of the one")
    expect((rows[newest[0], 1]["about"], rows[newest[0], 1]["affected"], rows[newest[0], 1]["counted"]), (one, 7, True),
           "the correction")
    expect([rows[two, part]["cancelled_by"] for part in (1, 2)], [newest[1]] * 2, "what is said of the two")
    expect([rows[key]["counted"] for key in ((one, 1), (two, 1), (two, 2), (newest[1], 1))], [False] * 4, "counted")
    words = g.command("inbox", "--limit", 5).out
    for said in (f"CORRECTED by seq {newest[0]}", f"CANCELLED by seq {newest[1]}", f"correction of number {one}",
                 f"cancel of number {two}", "report 2 of 2 of one text", "entered by a coordinator"):
        expect_in(said, words, "the inbox in words")
    step("about earlier ones: corrected, cancelled")


def main():
    given = options(__doc__.splitlines()[0])
    with Gateway(given.bin) as g:
        g.start()
        g.unlock()
        g.enrol("Alder 3", 101)
        g.wait_texts(1)
        refused(g)
        about_earlier(g, *written_down(g))
        g.stop()


if __name__ == "__main__":
    run(main)
