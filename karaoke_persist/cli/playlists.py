"""`karaoke-persist playlists`: keep playlists, and exchange them with other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from karaoke_persist import (
    ImportReport,
    InvalidValue,
    Library,
    NotFound,
    Playlist,
    PlaylistItem,
    TrackMatch,
    Transaction,
)
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store
from karaoke_persist.cli.search import open_existing
from karaoke_persist.playlist_formats import FORMATS, PlaylistFormat

playlists: typer.Typer = typer.Typer(
    help="Keep playlists, and exchange them with other programs.", no_args_is_help=True, add_completion=False
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the new playlist.")]
Which = Annotated[str, typer.Argument(metavar="PLAYLIST", help="The id of a playlist, or its name if no other has it.")]
SongIds = Annotated[list[str], typer.Argument(metavar="SONG", help="The id of a song.")]
Positions = Annotated[list[int], typer.Argument(metavar="POSITION", help="Where an entry stands, from 1 on.")]
Old = Annotated[int, typer.Argument(metavar="FROM", help="Where the entry stands, from 1 on.")]
New = Annotated[int, typer.Argument(metavar="TO", help="Where it goes.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file, in UTF-8.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many to show.")]
Start = Annotated[int, typer.Option("--start", metavar="N", min=1, help="The position to begin with.")]
At = Annotated[int | None, typer.Option("--at", metavar="N", min=1, help="The position to add at; the end without it.")]
Owner = Annotated[str | None, typer.Option("--owner", metavar="USER", help="The id of the user it belongs to.")]
Private = Annotated[bool, typer.Option("--private", help="For its owner alone.")]
Duplicates = Annotated[
    str, typer.Option("--duplicates", metavar="POLICY", help="allow, skip or refuse a song that is there already.")
]
Criteria = Annotated[str | None, typer.Option("--criteria", metavar="JSON", help="Make it smart: what it finds.")]
Format = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}; by the file without it.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")]
Folder = Annotated[str, typer.Option("--folder", metavar="PATH", help="The library folder, in front of all paths.")]
Named = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The name; that of the file without it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@playlists.command("list")
def list_playlists(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    owner: Owner = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List playlists by name."""
    with open_existing(store, option) as library:
        page = library.playlists.get_page(owner=owner, limit=limit)
    _show_playlists(page.items, as_json)
    if page.cursor is not None and not as_json:
        _say(f"the first {limit} are shown")


@playlists.command()
def show(
    which: Which,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    start: Start = 1,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show the songs of a playlist, and how long it lasts."""
    with open_existing(store, option) as library, library.transaction(read_only=True) as tx:
        playlist = _named(tx, which)
        page = tx.playlists.get_contents(playlist.id, start=start, limit=limit)
        duration = tx.playlists.get_duration(playlist.id)
    _show_songs(playlist, page.items, asdict(duration), as_json)


@playlists.command()
def create(
    name: Name,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    owner: Owner = None,
    private: Private = False,
    duplicates: Duplicates = "allow",
    criteria: Criteria = None,
    as_json: Json = False,
) -> None:
    """Make a playlist."""
    fields: dict[str, Any] = {"owner": owner, "duplicates": duplicates}
    fields |= {"visibility": "private" if private else "public", "criteria": _json_of(criteria)}
    with open_existing(store, option) as library:
        _show_playlists([library.playlists.create(name, **fields)], as_json)


@playlists.command()
def add(
    which: Which,
    songs: SongIds,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Add songs at the end, or at a position."""
    with open_existing(store, option) as library, library.transaction() as tx:
        playlist = _named(tx, which)
        operations = tx.playlists
        added = operations.add_many(playlist.id, songs) if at is None else operations.add_at(playlist.id, at, songs)
    _show_counts({"added": len(added.entries), "skipped": len(added.skipped)}, as_json)


@playlists.command()
def remove(
    which: Which,
    positions: Positions,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    as_json: Json = False,
) -> None:
    """Take the entries at these positions out."""
    with open_existing(store, option) as library, library.transaction() as tx:
        playlist = _named(tx, which)
        entries = [_entry_at(tx, playlist, position) for position in positions]
        removed = tx.playlists.remove_many(playlist.id, entries)
    _show_counts({"removed": removed}, as_json)


@playlists.command()
def move(which: Which, old: Old, new: New, store: Store = DEFAULT_STORE, option: BackendOptions = None) -> None:
    """Move an entry from one position to another."""
    with open_existing(store, option) as library, library.transaction() as tx:
        playlist = _named(tx, which)
        tx.playlists.move_to(playlist.id, _entry_at(tx, playlist, old), new)


@playlists.command()
def copy(
    which: Which,
    name: Name,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Make a playlist of the same songs."""
    with open_existing(store, option) as library, library.transaction() as tx:
        made = tx.playlists.copy(_named(tx, which).id, name=name, owner=owner)
    _show_playlists([made], as_json)


@playlists.command()
def delete(which: Which, store: Store = DEFAULT_STORE, option: BackendOptions = None, yes: Yes = False) -> None:
    """Delete a playlist; its songs stay."""
    with open_existing(store, option) as library:
        playlist = _named(library, which)
        if not yes:
            typer.confirm(f"Delete {playlist.name}?", abort=True, err=True)
        library.playlists.delete(playlist.id)


@playlists.command("export")
def export_playlist(
    which: Which,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    output: Output = None,
    form: Format = None,
    folder: Folder = "",
) -> None:
    """Write a playlist as M3U8, XSPF, CSV or JSON, to a file or to standard output."""
    chosen = _format(form, output, "m3u8")
    with open_existing(store, option) as library, library.transaction(read_only=True) as tx:
        text = tx.playlists.export_text(_named(tx, which).id, chosen, folder=folder)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        output.write_text(text, encoding="utf-8", newline="")


@playlists.command("import")
def import_playlist(
    file: File,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    name: Named = None,
    form: Format = None,
    folder: Folder = "",
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Make a playlist of a file, and say which of its tracks were found, by what, and which were not."""
    fields: dict[str, Any] = {"owner": owner, **({} if name is None else {"name": name})}
    chosen, text = _format(form, file), _text_of(file)
    with open_existing(store, option) as library:
        report = library.playlists.import_text(text, chosen, folder=folder, **fields)
    _show_report(report, as_json)


def _named(at: Library | Transaction, which: str) -> Playlist:
    found = at.playlists.get(which)
    if found is not None:
        return found
    match at.playlists.get_by_name(which):
        case []:
            raise NotFound("Playlist", which)
        case [one]:
            return one
        case several:
            ids = ", ".join(each.id for each in several)
            raise InvalidValue("PLAYLIST", which, f"several playlists have this name; give one of the ids {ids}")


def _entry_at(tx: Transaction, playlist: Playlist, position: int) -> str:
    items = tx.playlists.get_contents(playlist.id, start=position, limit=1).items
    if not items:
        raise InvalidValue("position", position, "nothing is there")
    # A smart list has no entries, and says so itself when it is asked to change one.
    return "" if items[0].entry is None else items[0].entry.id


def _format(form: str | None, file: Path | None, otherwise: str = "") -> PlaylistFormat:
    suffix = "" if file is None else file.suffix.removeprefix(".").lower()
    chosen = form or ("m3u8" if suffix == "m3u" else suffix) or otherwise
    if chosen not in FORMATS:
        raise InvalidValue("--format", chosen, f"choose one of {', '.join(FORMATS)}")
    return cast("PlaylistFormat", chosen)


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValue("FILE", str(file), f"it is not in UTF-8 ({error.reason}); save it so") from error


def _json_of(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError as error:
        raise InvalidValue("--criteria", text, f"it is not JSON: {error}") from error


def _show_playlists(found: Sequence[Playlist], as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json([each.to_dict() for each in found])
    elif found:
        rows = [(each.name, each.visibility, "smart" if each.criteria is not None else "", each.id) for each in found]
        console().print(table(("name", "visibility", "kind", "id"), rows))
    else:
        _say("There is no playlist yet.")


def _show_songs(playlist: Playlist, items: Sequence[PlaylistItem], duration: dict[str, Any], as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json({"playlist": playlist.to_dict(), "duration": duration, "items": [_as_dict(item) for item in items]})
        return
    rows = [(item.position, item.song.title, item.song.artist, _clock(item.song.duration_ms)) for item in items]
    if rows:
        console().print(table(("", "title", "artist", "length"), rows, numbers=("", "length")))
    unknown = f", {duration['unknown']} of unknown length" if duration["unknown"] else ""
    songs = "1 song" if duration["songs"] == 1 else f"{duration['songs']} songs"
    _say(f"{songs}, {_clock(duration['known_ms'])}{unknown}")


def _show_report(report: ImportReport, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json({"playlist": report.playlist.to_dict(), "tracks": [asdict(track) for track in report.tracks]})
        return
    made, left_out = report.playlist, [track for track in report.tracks if track.song_id is None or track.repeats]
    if left_out:
        rows = [(track.line, track.shown, _why(track)) for track in left_out]
        console().print(table(("line", "left out", "because"), rows, numbers=("line",)))
    if made.criteria is not None:
        _say(f"{made.name} ({made.id}) finds its songs by itself")
    else:
        stored = len(report.tracks) - len(left_out)
        _say(f"{stored} of {len(report.tracks)} tracks are in {made.name} ({made.id})")


def _why(track: TrackMatch) -> str:
    if track.repeats:
        return "the song is there already"
    return f"it may be {', '.join(track.candidates)}" if track.candidates else ""


def _show_counts(counts: dict[str, int], as_json: bool) -> None:
    from karaoke_persist.cli.output import print_json

    if as_json:
        print_json(counts)
    else:
        _say(", ".join(f"{number} {what}" for what, number in counts.items()))


def _as_dict(item: PlaylistItem) -> dict[str, Any]:
    entry = None if item.entry is None else item.entry.to_dict()
    return {"position": item.position, "entry": entry, "song": item.song.to_dict()}


def _clock(length_ms: int | None) -> str:
    if length_ms is None:
        return ""
    minutes, seconds = divmod(max(length_ms, 0) // 1_000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


def _say(sentence: str) -> None:
    from karaoke_persist.cli.output import console, visible

    console().print(visible(sentence), soft_wrap=True)
