"""Why a run ends before its input does."""
