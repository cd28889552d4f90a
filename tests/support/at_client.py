#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The other end of a modem's cable, for tests: commands out, replies in."""
import os
import re
import select
import time
import tty

from emulator import pdu

ANSWER_S = 5.0  # for an answer that must come


class Client:
    """What a program at the other end of the cable does."""

    def __init__(self, link):
        self.fd = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        self.text = ""

    def close(self):
        os.close(self.fd)

    def read(self, seconds):
        """Whatever comes within so many seconds; at once if something has come already."""
        if select.select([self.fd], [], [], max(0.0, seconds))[0]:
            self.text += os.read(self.fd, 65536).decode("latin-1")

    def until(self, pattern, seconds=ANSWER_S):
        """Everything up to the pattern; None if it does not come."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                said, self.text = self.text[:found.end()], self.text[found.end():]
                return said
            if time.monotonic() > end:
                return None
            self.read(end - time.monotonic())

    def send(self, text):
        os.write(self.fd, text.encode("latin-1"))

    def at(self, command, seconds=ANSWER_S):
        """The lines of the reply, the final one last; [] if none came. Hints that came before the
        command are forgotten."""
        self.read(0)
        self.text = ""
        self.send(command + "\r")
        said = self.until(r"\r\n(OK|ERROR|\+CM[SE] ERROR: \d+)\r\n", seconds)
        lines = [line for line in re.split(r"[\r\n]+", said or "") if line]
        return lines[1:] if lines[:1] == [command] else lines

    def pdu(self, command, octets, end="\x1a", seconds=ANSWER_S):
        """CMGS or CMGW. Give the reply's lines without the echoed PDU."""
        length = len(octets) - 1 - octets[0]
        self.send(command.replace("N", str(length)) + "\r")
        if self.until("\r\n> ", seconds) is None:
            return self.at("AT")
        self.send(octets.hex().upper() + end)
        said = self.until(r"\r\n(OK|ERROR|\+CM[SE] ERROR: \d+)\r\n", seconds)
        return [line for line in re.split(r"[\r\n]+", said or "") if line]


def submit(text="hello", number="+254700000777", report=False):
    dcs, count, body = pdu.user_data(text)
    return (b"\0" + bytes([0x31 if report else 0x11, 0]) + pdu.address(number)
            + bytes([0, dcs, 0xFF, count]) + body)
