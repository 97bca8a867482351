"""Plans, the subscription, usage and invoices."""
