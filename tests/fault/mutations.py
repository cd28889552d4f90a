#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Would the tests of power cuts and of answers see it? Each change below breaks one step of the
commit order, takes away one sync, or lets an answer betray what it answers, in a copy of the
sources; then the named test must fail there, and in the copy as it is it must pass.

    mutations.py [--only NAME ...]

A change whose place is not found exactly once fails this script: it must follow the code.
"""
import sys
import tempfile
import time

from copies import Copy, asked_for, finish, give_up

CUTS = ("fault/cuts", ["fault_test_core_cuts", "1500", "1", "file", "first"])
ERRORS = ("fault/errors", ["fault_test_core_errors", "150"])
ANSWERS = ("attack/answers_equal", ["attack_test_core_answers_equal"])

MUTATIONS = {
    "wal_sync": (
        "the WAL is not synced at a commit", CUTS,
        [("gateway/core/store.c", "PRAGMA synchronous = EXTRA;", "PRAGMA synchronous = NORMAL;")]),
    "anchor_sync": (
        "the anchor is not synced", CUTS,
        [("gateway/core/anchor_file.c", "if (fdatasync(anchor->fd) != 0)\n\t\tgoto done;", "")]),
    "checkpoint_result": (
        "nobody looks at what the checkpoint says", ERRORS,
        [("gateway/core/store.c", "enum status result = store_status(rc);\n\n\tif (result == ST_OK && in_log != copied)\n\t\tresult = ST_IO;",
          "enum status result = ST_OK;\n\n\t(void)rc;\n\tlogged = ST_OK;")]),
    "step_0": (
        "no checkpoint at the start", CUTS,
        [("gateway/core/state.c", "(st = store_checkpoint(s->store)) != ST_OK ||\n\t    ", "")]),
    "steps_1_2": (
        "the transaction comes before the anchor", CUTS,
        [("gateway/core/state_commit.c",
          "\t\tst = anchor_write(s->anchor, anchor_next(s->anchor, s->anchor_slot), slot);\n"
          "\t\tif (st != ST_OK)\n\t\t\treturn st;\n\t}\n"
          "\tif ((st = transact(s, slot, on_h)) != ST_OK)\n\t\treturn st;\n",
          "\t}\n\tif ((st = transact(s, slot, on_h)) != ST_OK)\n\t\treturn st;\n"
          "\tif (needs_anchor(s) && (st = anchor_write(s->anchor,\n"
          "\t    anchor_next(s->anchor, s->anchor_slot), slot)) != ST_OK)\n\t\treturn st;\n")]),
    "steps_2_3": (
        "a batch is acknowledged, and committed with the next one", CUTS,
        [("gateway/core/intake.c", "for (size_t i = 0; st == ST_OK && i < count; i++)\n\t\tst = take_one",
          "if (change_pending(s->state))\n\t\tst = session_commit(s);\n"
          "\tfor (size_t i = 0; st == ST_OK && i < count; i++)\n\t\tst = take_one"),
         ("gateway/core/intake.c", "\tif (st == ST_OK && change_pending(s->state))\n\t\tst = commit(s);\n", "")]),
    "part_rows": (
        "the rows of a long message stay when it is put together", CUTS,
        [("gateway/core/intake_parts.c", "st = change_unpark(s->state, (int64_t)m->seq);", "st = ST_OK;")]),
    "part_park": (
        "a part is held in memory alone", CUTS,
        [("gateway/core/intake_parts.c", "\tst = intake_park(s, &a, &m->seq);\n", "\tst = ST_OK;\n")]),
    "steps_2_4": (
        "the old anchor slot is zeroed before the transaction", CUTS,
        [("gateway/core/state_commit.c",
          "\tif ((st = transact(s, slot, on_h)) != ST_OK)\n\t\treturn st;\n",
          "\tif (needs_anchor(s) && !s->is_new &&\n"
          "\t    (st = anchor_zero(s->anchor, s->anchor_slot)) != ST_OK)\n\t\treturn st;\n"
          "\tif ((st = transact(s, slot, on_h)) != ST_OK)\n\t\treturn st;\n")]),
    "answer_duplicate": (
        "duplicates are answered at once", ANSWERS,
        [("gateway/core/answers.c",
          "const int64_t due_ms = draw_due(a);\n\tconst struct answers_sealed *first;",
          "const int64_t due_ms = clock_boot_ms();\n\tconst struct answers_sealed *first;")]),
    "answer_sooner": (
        "duplicates wait up to 35 s, and all else up to 40 s", ANSWERS,
        [("gateway/core/answers.c",
          "const int64_t due_ms = draw_due(a);\n\tconst struct answers_sealed *first;",
          "const int64_t from_ms = a->begun_ms + ANSWERS_DELAY_MIN_MS;\n"
          "\tconst int64_t due_ms = from_ms + (draw_due(a) - from_ms) * 3 / 4;\n"
          "\tconst struct answers_sealed *first;")]),
    "answer_code": (
        "a duplicate gets another code", ANSWERS,
        [("gateway/core/answers.c", "sealed_words(&p, first->code, first->language)",
          "sealed_words(&p, \"22222\", first->language)")]),
    "answer_refused": (
        "what was refused is not answered", ANSWERS,
        [("gateway/core/answers.c", "return event_received_opened(t->event) ?",
          "return t->event->outcome == OUTCOME_ACCEPTED ?")]),
    "answer_work": (
        "the delay begins when a text is read, not with its batch", ANSWERS,
        [("gateway/core/intake.c", "answers_begin(s->answers);", "s->from_modem += 0;")]),
    "answer_report": (
        "some answers want a status report", ANSWERS,
        [("gateway/core/outbox.c", "out->wants_report = !t->is_answer;",
          "out->wants_report = !t->is_answer || t->number % 5 == 0;")]),
}


class Cuts(Copy):
    def is_red(self, test):
        """Build and run it here; does it fail, and not only for want of something?"""
        command = test[1]
        self.make(command[0])
        folder = "tests/fault" if command[0].startswith("fault_") else "tests"
        code, output = finish([str(self.build / folder / command[0]), *command[1:]])
        if code not in (0, 1):
            give_up(f"{test[0]} could not run", code, output)
        return code == 1, output


def first_fault(output):
    lines = [line for line in output.splitlines()
             if line.startswith(("entry ", "while recording")) or ", call " in line
             or ": failed: " in line]
    return lines[0] if lines else output.strip().splitlines()[-1]


def main():
    names = asked_for(__doc__, MUTATIONS)
    begin = time.monotonic()
    green = []
    with tempfile.TemporaryDirectory(prefix="tocsin-mutations-") as folder:
        copy = Cuts(folder)
        for test in {MUTATIONS[name][1][0]: MUTATIONS[name][1] for name in names}.values():
            red, output = copy.is_red(test)
            if red:
                sys.exit(f"{test[0]} fails without any change:\n{output[-2000:]}")
        for name in names:
            words, test, edits = MUTATIONS[name]
            kept = copy.change(edits)
            red, output = copy.is_red(test)
            print(f"{time.monotonic() - begin:6.1f} s  {name}: {words}: {test[0]} is "
                  + (f"red: {first_fault(output)}" if red else "GREEN"), flush=True)
            if not red:
                green.append(name)
            copy.restore(kept)
    if green:
        sys.exit("not seen: " + ", ".join(green))
    print(f"{len(names)} changes, each seen")


if __name__ == "__main__":
    main()
