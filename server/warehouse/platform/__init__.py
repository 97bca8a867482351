"""What every domain stands on: settings, database, unit of work, identity, limits, jobs, telemetry."""
