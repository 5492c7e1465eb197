"""Ledgers of other machines, brought into this one."""
