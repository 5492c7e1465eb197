"""Caps: what calls may yet cost is reserved before they are sent, within that of one run or of many together."""
