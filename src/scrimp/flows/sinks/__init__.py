"""Sinks: calls told of as spans of OpenTelemetry, off the critical path."""
