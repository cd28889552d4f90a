#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Would the modem's tests see it? Each change below takes away one thing that keeps a text from being
lost, doubled or stuck, in a copy of the sources; then the named situation of
tests/flow/test_modem_at.py must fail with the program built there, and with the one built from the
copy as it is it must pass.

    modem_mutations.py [--only NAME ...]

A change whose place is not found exactly once fails this script: it must follow the code.
"""
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

from copies import Copy, asked_for, finish, give_up

PROGRAM = "tocsin-modem"
RUNNER = "tests/flow/test_modem_at.py"
BESIDE_MAX = 8
MODEM_S = 400

# The test is a situation of RUNNER.
MUTATIONS = {
    "reply_num": (
        "the library sends a delete a second time", "delete_once",
        [("gateway/modem/modem_gammu.c", "#define REPLY_TRIES 1", "#define REPLY_TRIES 2")]),
    "delete_before_commit": (
        "a slot is deleted before core has kept its text", "delete_before_kept",
        [("gateway/modem/pass.c", "!slot->tried && slot->waiting == 0;", "!slot->tried;")]),
    "resend": (
        "a text that may have left is sent again", "resend",
        [("gateway/modem/order.c", "\texplicit_bzero(&m->to_send,",
          "\tif (msg.body.SENT.result == SEND_UNKNOWN)\n"
          "\t\tmodem_gammu_send(&m->to_send, m->tty, &msg.body.SENT);\n"
          "\texplicit_bzero(&m->to_send,")]),
    "delete_again": (
        "a delete without an answer is sent again", "doubtful_delete",
        [("gateway/modem/modem_gammu_list.c",
          "\tst = at_command(tty, command, &reply, AT_SLOW_MS);\n",
          "\tst = at_command(tty, command, &reply, AT_SLOW_MS);\n\tif (st == ST_DEVICE)\n"
          "\t\tst = at_command(tty, command, &reply, AT_SLOW_MS);\n")]),
    "no_second_look": (
        "nobody looks what is in a slot before it is deleted", "refused_listing",
        [("gateway/modem/modem_gammu_list.c", "err == ERR_NONE && modem_gammu_print() == print)",
          "err == ERR_NONE && (print != 0 || modem_gammu_print() == print))")]),
    "late_kept": (
        "what core kept of an earlier listing is taken for this one's", "late_kept",
        [("gateway/modem/pass.c", "ref >> REF_PASS_SHIFT != m->pass || ", "")]),
    "no_probe": (
        "a modem is listed without being asked whether it answers", "hang",
        [("gateway/modem/modem.c", "\tif (m->tty == -1)\n\t\treturn ST_OK;\n\tst = at_command(",
          "\tif (m->tty != -2)\n\t\treturn ST_OK;\n\tst = at_command(")]),
    "no_hints": (
        "announcements lead to nothing", "hint",
        [("gateway/modem/modem.c", "\tif (m->hinted && m->next_ms", "\tif (false && m->next_ms")]),
    "no_rescue": (
        "after a crash the library is asked again at once", "abort",
        [("gateway/modem/modem.c", "if (!m->options->rescue)", "if (true)")]),
    "no_raw_road": (
        "slots that the library cannot read are left alone", "poison",
        [("gateway/modem/modem.c", "} else if (doubt_is_ripe(m)) {", "} else if (false) {")]),
    "no_end_of_trying": (
        "a slot that no road reads is tried for ever", "nothing_to_read",
        [("gateway/modem/pass.c", "\t\td->hopeless = true; /* empty,", "\t\td->sightings = 0; /* empty,")]),
    "no_pause": (
        "a modem that deletes nothing is listed without a pause", "refused_delete",
        [("gateway/modem/modem.c", "modem_plan_pass(m, fruitless_pause_ms(m));",
          "(void)fruitless_pause_ms(m);\n\t\tmodem_plan_pass(m, 0);")]),
    "report_lost": (
        "a report that comes while the raw road reads is thrown away", "passing_reports",
        [("gateway/modem/modem_gammu_call.c", "\tat_on_report(on_raw_report);", "\t(void)on_raw_report;")]),
    "pin_again": (
        "a PIN that was refused is tried by the next process too", "pin_wrong",
        [("gateway/modem/pin.c", "if (pin_mark(fd, true) != ST_OK)", "if (pin_mark(fd, false) != ST_OK)")]),
    "no_clean": (
        "what a sweep that was cut short has filled stays full", "sweep_killed",
        [("gateway/modem/order.c", "return m->others + doubt_count(m).own > 0 && !m->cleaned", "return m->others + doubt_count(m).own > 9999 && !m->cleaned")]),
}


def programs(folder, names):
    """Build each; name to a build folder that holds the program alone. "": without any change."""
    copy, places = Copy(os.path.join(folder, "copy"), "-DTOCSIN_TESTS=OFF"), {}
    for name in [""] + names:
        kept = copy.change(MUTATIONS[name][2]) if name else {}
        copy.make(PROGRAM)
        copy.restore(kept)
        places[name] = os.path.join(folder, "bin_" + name)
        os.makedirs(os.path.join(places[name], "gateway"))
        shutil.copy2(copy.build / "gateway" / PROGRAM, os.path.join(places[name], "gateway"))
    return copy, places


def fault_of(copy, place, situation):
    """What was wrong there, in a line; "": nothing."""
    code, output = finish(
        [sys.executable, str(copy.folder / RUNNER), "--bin", place, situation], MODEM_S)
    if code == 0 and "passed" in output:
        return ""
    for line in output.splitlines():
        if line.startswith(f"FAILED: {situation}: "):
            return line[len("FAILED: "):]
    give_up(f"{situation} could not run", code, output)


def main():
    names = asked_for(__doc__, MUTATIONS)
    begin = time.monotonic()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="tocsin-mutations-") as folder:
        copy, places = programs(folder, names)
        print(f"{time.monotonic() - begin:6.1f} s  built {len(places)} times", flush=True)
        with concurrent.futures.ThreadPoolExecutor(BESIDE_MAX) as pool:
            runs = {(name, changed): pool.submit(fault_of, copy, places[name if changed else ""],
                                                 MUTATIONS[name][1])
                    for name in names for changed in (True, False)}
        for name in names:
            words, situation, _ = MUTATIONS[name]
            fault, without = (runs[name, changed].result() for changed in (True, False))
            print(f"{name}: {words}: {situation} is " + (f"red: {fault}" if fault else "GREEN"))
            if without:
                wrong.append(f"{situation} fails without any change: {without}")
            if not fault:
                wrong.append(f"{name} is not seen")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{time.monotonic() - begin:6.1f} s  {len(names)} changes, each seen")


if __name__ == "__main__":
    main()
