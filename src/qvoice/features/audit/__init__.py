"""The audit log, read: who did what in which account (A6). Written by `features.auth.audit`."""
