# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the modem emulator; tests/support/modem_emulator.py is its door."""
