"""The `karaoke-persist` command."""


def main() -> None:
    """Run the command of `sys.argv`, and exit with its code."""
    from karaoke_persist.cli.app import run  # what imports this package need not load the command

    run()
