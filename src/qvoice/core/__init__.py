"""Pure decisions: values in, values out. No clock, no randomness, no await, no I/O library (checked by
import-linter)."""
