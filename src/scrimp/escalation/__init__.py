"""Escalation along a chain: which call comes next, how sure a completion is, which one is kept."""
