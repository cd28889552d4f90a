# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Python tests find wrong, in one line."""


class Failure(Exception):
    """What a test found wrong."""


def expect(actual, wanted, what):
    if actual != wanted:
        raise Failure(f"{what}: {actual!r}, not {wanted!r}")


def expect_in(part, whole, what):
    if part not in whole:
        raise Failure(f"{what}: {part!r} is not in {whole!r}")
