"""``python -m tallystick``, the same as ``tally``."""

from tallystick.cli import main

main()
