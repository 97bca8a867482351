"""The audit trail and feature flags, for administrators."""
