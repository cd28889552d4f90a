#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gateway.Gateway with an AT modem in place of Gammu's dummy device.

    with AtGateway(bin_dir, sim=30, poll_s=300) as g:
        g.start(); g.unlock()
        g.emulator.faults.slow_delete = 6.5
        g.deliver(text)                      into the network behind the modem

Keywords are Emulator's (sim, phone, pin, faults) and poll_s.
"""
import os

from gateway import Gateway, expect, wait_for  # adds tests/support to the path
from modem_emulator import Emulator


class AtGateway(Gateway):
    def __init__(self, bin_dir, poll_s=300, **modem):
        super().__init__(bin_dir)
        self.poll_s = poll_s
        self.device = os.path.join(self.folder, "modem")
        self.emulator = Emulator(self.device, control=os.path.join(self.folder, "power"), **modem)

    def init(self):
        self.command("init", "--yes", "--codebook", self.codebook, "--places", self.places,
                     "--modem-device", self.device, "--modem-connection", "at115200",
                     "--modem-model", "at", "--modem-poll", self.poll_s, "--argon-memory", 64,
                     "--argon-passes", 3, *self.init_options, passphrase=self.passphrase)
        self.configure('log = {\n\tlevel = "debug";\n};')

    def configure(self, text):
        """Add to the settings; before start()."""
        with open(self.conf, "a") as f:
            f.write(f"\n{text}\n")

    def remove(self):
        self.emulator.close()
        super().remove()

    def deliver(self, text, number=None, stamp=None, udh=b"", place=None):
        return self.emulator.deliver(text, number or self.number, when=stamp, udh=udh)

    def waiting(self):
        """What the SIM and the network still have."""
        return self.emulator.waiting()

    def wait_modem_empty(self, timeout_s=60):
        wait_for(lambda: not self.waiting(), "the modem to be empty", timeout_s)

    def check_nothing_unseen(self):
        """No message was deleted that no listing had shown."""
        expect([m.name or m.text for m in self.emulator.messages if m.unseen_but_deleted], [],
               "messages deleted before anybody saw them")
