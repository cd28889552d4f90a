#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""SMS files for Gammu's dummy device, in its smsbackup format.

    smsfile.deliver(device, text, number="+254700000002", stamp=None)   -> path of the file
    smsfile.py DEVICE TEXT [NUMBER [STAMP]]                             the same from a shell

A file is written beside the inbox and renamed into it, so that the modem never sees half of one.
Places are 1 .. 9999 in DEVICE/sms/1.
"""
import datetime
import os
import sys
import tempfile

SMSC = "+254700000001"
PLACES = range(1, 10000)


def ucs2(text):
    return text.encode("utf-16-be", "surrogatepass").hex().upper()


def lines(name, hexed):
    parts = [hexed[i:i + 200] for i in range(0, len(hexed), 200)] or [""]
    return "".join(f"{name}{i:02d} = {part}\n" for i, part in enumerate(parts))


def section(text, number="+254700000002", stamp=None, index=0, udh=b""):
    """One section: str is a text, bytes an 8-bit message. stamp: datetime, or its own form."""
    if stamp is None:
        stamp = datetime.datetime.now(datetime.timezone.utc)
    if isinstance(stamp, datetime.datetime):
        stamp = stamp.strftime("%Y%m%dT%H%M%SZ")
    if isinstance(text, bytes):
        coding, body, length = "8bit", text.hex().upper(), len(text)
    else:
        coding = "Default_No_Compression" if text.isascii() else "Unicode_No_Compression"
        body, length = ucs2(text), len(ucs2(text)) // 4
    return (f"[SMSBackup{index:03d}]\n"
            f'SMSC = "{SMSC}"\nSMSCUnicode = {ucs2(SMSC)}\n'
            + (f"UDH = {udh.hex().upper()}\n" if udh else "")
            + f"PDU = Deliver\nDateTime = {stamp}\nState = UnRead\n"
            f'Number = "{number}"\nNumberUnicode = {ucs2(number)}\n'
            + lines("Text", body)
            + f"Coding = {coding}\nFolder = 1\nLength = {length}\nClass = -1\n"
            "ReplySMSC = False\nRejectDuplicates = False\nReplaceMessage = 0\n"
            "MessageReference = 0\n\n")


def mark_unread(path):
    """A kernel notes the next reading (relatime) if the last one noted is older than the file."""
    os.utime(path, ns=(0, os.stat(path).st_mtime_ns))


def was_read(path):
    return os.stat(path).st_atime_ns != 0


def put(device, content, place=None):
    """Write content to the inbox, at the first free place unless one is given, marked unread."""
    inbox = os.path.join(device, "sms", "1")
    os.makedirs(inbox, mode=0o700, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=device, prefix="sms-")
    with os.fdopen(handle, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode("utf-8"))
    mark_unread(beside)
    for n in PLACES if place is None else (place,):
        path = os.path.join(inbox, str(n))
        try:
            os.link(beside, path)
        except FileExistsError:
            continue
        os.unlink(beside)
        return path
    os.unlink(beside)
    raise OSError("no free place in " + inbox)


def deliver(device, text, number="+254700000002", stamp=None, place=None):
    return put(device, section(text, number, stamp), place)


def waiting(device):
    """The files in the inbox: what the modem has not deleted yet."""
    inbox = os.path.join(device, "sms", "1")
    return sorted(os.listdir(inbox), key=lambda n: (len(n), n)) if os.path.isdir(inbox) else []


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    print(deliver(*sys.argv[1:]))
