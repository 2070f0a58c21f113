"""`karaoke-persist backends`: which databases can be used."""

from __future__ import annotations

from karaoke_persist.cli.options import Json
from karaoke_persist.plugins import InstalledPlugin, installed_backends


def backends(as_json: Json = False) -> None:
    """List the installed backends, and for a broken one the cause."""
    from karaoke_persist.cli.output import console, print_json, table

    found = installed_backends()
    if as_json:
        print_json([_as_dict(plugin) for plugin in found])
        return
    rows = [
        (f"{plugin.name}://", plugin.distribution, plugin.contract_version or "unknown", plugin.problem or "OK")
        for plugin in found
    ]
    console().print(table(("scheme", "distribution", "contract", "status"), rows))


def _as_dict(plugin: InstalledPlugin) -> dict[str, str | None]:
    return {
        "scheme": plugin.name,
        "distribution": plugin.distribution,
        "contract": plugin.contract_version,
        "problem": plugin.problem,
    }
