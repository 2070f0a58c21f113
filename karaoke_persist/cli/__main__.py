"""`python -m karaoke_persist.cli`."""

from karaoke_persist.cli import main

main()
