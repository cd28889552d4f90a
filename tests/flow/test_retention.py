#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Old months through the real programs: what is listed, that nothing of this month goes, whatever is
said yes to, and reading everything that is kept. (Months that do go: tests/attack/test_core_erased.c,
whose clock moves.)

    test_retention.py --bin BUILD_DIR
"""
import datetime
import json

from gateway import Gateway, Steps, expect, expect_in, options, run

step = Steps()


def months(g):
    return [json.loads(line) for line in g.command("retention", "--json").out.splitlines()]


def main():
    args = options(__doc__)
    with Gateway(args.bin) as g:
        g.start()
        step("LOCKED: nothing is listed")
        expect_in("LOCKED", g.command("retention", code=1).err, "retention while LOCKED")
        expect_in("LOCKED", g.command("retention", "drop", code=1).err, "drop while LOCKED")

        step("one month, which stays")
        g.unlock()
        g.enrol("Alder 1")
        g.wait_texts(1)
        listed = months(g)
        expect(len(listed), 1, "months")
        expect((listed[0]["goes"], listed[0]["base"]), (False, True), "this month")
        expect(listed[0]["why_not"] != "", True, "a reason is given")
        expect_in(listed[0]["month"], g.command("retention").out, "the list")
        expect_in("stays", g.command("retention").out, "the list")

        step("nothing may be erased, whatever is said")
        rows = listed[0]["rows"]
        today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        for words in ([], ["--yes-date", today], ["--yes-date", "2025-01-01"],
                      ["--month", listed[0]["month"], "--yes-date", today]):
            expect_in("stay" if "--month" in words else "nothing may go",
                      g.command("retention", "drop", *words, code=1).err, "drop " + " ".join(words))
        expect_in("no month", g.command("retention", "drop", "--month", "2024-12", code=1).err, "no such month")
        expect(months(g)[0]["rows"], rows, "rows after the refusals")

        step("reading every month")
        before = g.inbox()
        expect_in("can be read", g.command("retention", "read").out, "read")
        expect(g.inbox(), before, "the inbox")
        g.restart()
        g.unlock()
        expect(g.inbox(), before, "the inbox after a restart")
        step("done")


run(main)
