# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program and everything it started has used, from /proc: its descendants, and whatever is in
its session, so that nothing is missed that forks twice or begins a session of its own."""
import os
import re

TICK = os.sysconf("SC_CLK_TCK")
SYNCS = "fsync,fdatasync,sync_file_range,msync,sync,syncfs"


def _read(path):
    try:
        with open(path, encoding="latin-1") as f:
            return f.read()
    except OSError:
        return ""


def _stat(pid):
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def members(root):
    """Numbers of the living processes, the root's own among them."""
    stats = {int(name): _stat(name) for name in os.listdir("/proc") if name.isdigit()}
    living = {pid: s for pid, s in stats.items() if len(s) > 3 and s[0] not in "ZX"}
    found, grown = {root}, True
    while grown:
        more = {pid for pid, s in living.items() if int(s[1]) in found or int(s[3]) in found}
        grown = not more <= found
        found |= more
    return sorted(found & set(living))


def name_of(pid):
    return _read(f"/proc/{pid}/comm").strip()


def _fields(text):
    return dict(re.findall(r"^(\w+):\s+(\d+)", text, re.M))


def _tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def cpu_s(pid):
    """Its own time on a processor and that of its children that were waited for."""
    tasks = [_read(f"/proc/{pid}/task/{t}/schedstat").split() for t in _tasks(pid)]
    stat = _stat(pid)
    if len(stat) < 15:
        return 0.0
    reaped = (int(stat[13]) + int(stat[14])) / TICK
    if tasks and all(tasks):  # nanoseconds; the ticks of stat are hundredths
        return sum(int(t[0]) for t in tasks) / 1e9 + reaped
    return (int(stat[11]) + int(stat[12])) / TICK + reaped


class Usage:
    """A sample; the difference of two is what happened between them."""

    def __init__(self, root):
        pids = members(root)
        self.cpu = sum(cpu_s(p) for p in pids)
        io = [_fields(_read(f"/proc/{p}/io")) for p in pids]
        self.written = sum(int(i.get("write_bytes", 0)) for i in io)
        self.wchar = sum(int(i.get("wchar", 0)) for i in io)
        self.wakeups = sum(int(_fields(_read(f"/proc/{p}/task/{t}/status"))
                               .get("voluntary_ctxt_switches", 0))
                           for p in pids for t in _tasks(p))
        self.peak = {}  # MiB, by name; of several with one name the largest
        self.peak_all = 0.0
        for p in pids:
            mib = int(_fields(_read(f"/proc/{p}/status")).get("VmHWM", 0)) / 1024
            self.peak[name_of(p)] = max(mib, self.peak.get(name_of(p), 0.0))
            self.peak_all += mib

    def since(self, before):
        for name in ("cpu", "written", "wchar", "wakeups"):
            setattr(self, name, getattr(self, name) - getattr(before, name))
        return self


def folder_octets(folder):
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except OSError:
                pass
    return total


def traced(argv, path):
    """The command under strace, its syncs written to path. It stays this program's own child."""
    return ["strace", "-D", "-f", "-qq", "-ttt", "-e", f"trace={SYNCS}", "-e", "signal=none",
            "-o", path, *argv]


def count_syncs(path, since=0.0):
    """since: seconds of the wall clock."""
    whens = re.findall(r"^(?:\d+\s+)?(\d+\.\d+) (?:f\w*sync|sync\w*|msync)\(", _read(path), re.M)
    return sum(float(when) >= since for when in whens)
