"""${message}."""

# ruff: noqa: PLR0915 - a step is as long as there are tables in it

import sqlalchemy as sa
from alembic import op

from warehouse.platform import database

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Takes it back."""
    ${downgrades if downgrades else "pass"}
