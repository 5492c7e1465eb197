"""Sinks: calls reported as OpenTelemetry spans, off the critical path."""
