"""Caps: the most that calls can cost is reserved before they are sent, under the cap of one run or of many together."""
