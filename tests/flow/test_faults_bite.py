#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does each fault of the modem emulator matter to a test? For every switch and every poison of
tests/support/emulator/faults.py: the situation named here, with all of it but that one switch, must
fail, and in its own words. (That it passes with it is test_modem_at.py and test_raw_modem.py.)

    test_faults_bite.py --bin BUILD_DIR [NAME ...]

A fault that is not in this table fails the test.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import time

from gateway import Failure, expect, options, run
from modem_emulator import Faults, POISON
import modem_trouble as scenarios

HERE = os.path.dirname(os.path.abspath(__file__))
BESIDE_MAX = 8
RUN_S = 200
RAW = "check_"  # how the situations of test_raw_modem.py begin
OWN_WORDS = ("Failure", "AssertionError", "TimeoutExpired")

SITUATIONS = {
    "latency": "command_speed", "slow_delete": "reply_num", "slow_delete_late": "unplug_in_delete",
    "send_s": "slow_send", "delete_fails": "refused_delete", "delete_fails_deleted": "odd_delete",
    "cms_error": "refused_listing", "cme_error": "refused_signal", "send_refused": "send",
    "send_lost_reply": "resend", "send_never_leaves": "never_left", "no_cmgw": "no_sweep",
    "no_cnmi": "no_hints", "empty_slot": "gone", "empty_list": "odd_empty",
    "delete_empty": "check_slots", "hang": "hang", "hang_at": "hang_in_delete",
    "hang_mid_reply": "hang_in_listing", "lost_cmti": "no_hints", "storm": "storm",
    "urc_in_reply": "odd_announcements",
    "words_in_entry": "check_words", "echo_pdu": "slow_send", "refill": "slow_network",
    "spill": "odd_storage", "auto_report": "slow_send", "power_s": "power",
    "listing_drops": "dropped_octet", "send_code": "open_ends", "smsc_digits": "abort",
    **{name: "poison" for name in scenarios.POISONED},
}


def bites(bin_dir, name):
    """The words of the failure; a Failure here if there is none, or another than was meant."""
    situation = SITUATIONS[name]
    runner = "test_raw_modem.py" if situation.startswith(RAW) else "test_modem_at.py"
    done = subprocess.run([sys.executable, os.path.join(HERE, runner), "--bin", bin_dir,
                           "--without", name, situation], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=RUN_S)
    if done.returncode == 0:
        raise Failure(f"{situation} passes without {name}: it does not show it")
    found = re.search(rf"^FAILED: {situation}: ({'|'.join(OWN_WORDS)}): .*", done.stdout, re.M)
    if found is None:
        raise Failure(f"{situation} could not run without {name}:\n{done.stdout[-2000:]}")
    return found.group(0)[len("FAILED: "):]


def main():
    args = options(__doc__.splitlines()[0], ("names", {"nargs": "*", "help": "only these faults"}))
    expect(set(SITUATIONS), set(Faults.table()) | set(POISON), "faults with a situation")
    begin = time.monotonic()
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(BESIDE_MAX) as pool:
        runs = {pool.submit(bites, args.bin, name): name for name in args.names or SITUATIONS}
        for done in concurrent.futures.as_completed(runs):
            try:
                words = done.result()
                print(f"{time.monotonic() - begin:7.2f} s  without {runs[done]}: {words[:120]}")
            except Failure as failure:
                wrong.append(str(failure))
    if wrong:
        raise Failure("\n".join(wrong))


run(main)
