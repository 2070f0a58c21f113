"""`karaoke-persist users`, as whoever looks after the machine uses it."""

import io
import sys

import pytest

import karaoke_persist


@pytest.fixture
def store(command, tmp_path):
    """A database with its schema, and nobody in it."""
    command("schema", "--migrate")
    return tmp_path / "karaoke.db"


@pytest.fixture
def typing(monkeypatch):
    """Puts a line on standard input, which is no terminal then."""
    return lambda line: monkeypatch.setattr(sys, "stdin", io.StringIO(line))


def test_users_are_added_listed_and_shown(command, store):
    """By name, with what they are, and in JSON all there is of them."""
    assert "There is no user yet." in command("users", "list").out
    command("users", "add", "zoë", "--display-name", "Zoë [bold]", "--admin")
    added = command("users", "add", "Ana", "--guest", "--json").json

    listed = [line.split() for line in command("users", "list").out.splitlines()[2:]]
    shown = command("users", "show", "ZOE").json

    assert [["Ana", "guest", added[0]["id"]], ["zoë", "Zoë", "[bold]", "admin", shown["id"]]] == listed
    assert (shown["isAdmin"], shown["favorites"]) == (True, {"songs": 0, "artists": 0})
    assert [user["username"] for user in command("users", "list", "--json").json] == ["Ana", "zoë"]
    assert "2 users, the first 1 shown" in command("users", "list", "-n", "1").out


def test_a_password_is_read_and_never_shown(command, store, typing):
    """From standard input, when it is no terminal; neither an answer nor an error holds it."""
    typing("s3cret one\n")
    answers = [command("users", "add", "Ana", "--password")]
    typing("s3cret two")
    answers += [command("users", "password", "ana"), command("users", "list"), command("users", "show", "ana")]
    typing("s3cret" * 200)
    answers.append(command("users", "password", "ana", expect=1))
    typing("")
    answers.append(command("users", "password", "ana", expect=1))

    assert not [ran for ran in answers if "s3cret" in ran.out + ran.err or "argon2" in ran.out + ran.err]
    assert "must not be empty" in answers[-1].err
    with karaoke_persist.open(store) as library:
        assert library.users.authenticate("Ana", "s3cret one") is None
        assert library.users.authenticate("Ana", "s3cret two") == library.users.get_by_username("Ana")


def test_profiles_and_names_are_changed(command, store):
    """What is named changes, an empty text clears, and the rest stays."""
    command("users", "add", "Ana", "--display-name", "Ana María")
    command("users", "edit", "ana", "--theme", "dark", "--color", "red", "--admin")

    (changed,) = command("users", "edit", "ana", "--color", "", "--no-admin", "--json").json
    (renamed,) = command("users", "rename", "ana", "Eve", "--json").json

    assert (changed["displayName"], changed["theme"], changed["color"]) == ("Ana María", "dark", None)
    assert (changed["isAdmin"], renamed["username"], renamed["id"]) == (False, "Eve", changed["id"])


def test_a_user_is_deleted_when_that_is_meant(command, store, typing):
    """It is asked for, unless told not to."""
    command("users", "add", "Ana")
    typing("n\n")
    assert "Delete Ana" in command("users", "delete", "ana", expect=1).err
    assert len(command("users", "list", "--json").json) == 1
    command("users", "delete", "ana", "--yes")
    assert command("users", "list", "--json").json == []


def test_a_name_and_a_guest_become_a_user(command, store):
    """What they sang is the user's; the numbers are told."""
    (ana,) = command("users", "add", "Ana", "--json").json
    (guest,) = command("users", "add", "Guest 7", "--guest", "--json").json
    with karaoke_persist.open(store) as library:
        library.songs.create_song("Jóga", "Björk", song_id="joga")
        library.favorites.add_song(guest["id"], "joga")

    merged = command("users", "merge", "guest 7", "ana", "--json").json
    by_name = command("users", "merge", "Anita", "ana", "--name").out

    assert merged == {"entries": 0, "performances": 0, "favorites": 1, "playlists": 0}
    assert by_name.splitlines()[-1].split() == ["0", "0", "0", "0"]
    assert [ana["id"]] == [user["id"] for user in command("users", "list", "--json").json]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "nobody"], "there is no User 'nobody'"),
        (["add", "ab"], "3 characters or more"),
        (["add", "ÁNA"], "already there"),
        (["rename", "bob", "ana"], "already there"),
        (["merge", "ana", "ana"], "the same singer"),
        (["merge", "ana", "guest"], "Let the user claim the guest"),
    ],
)
def test_mistakes_are_one_line(command, store, arguments, says):
    """With what was wrong, and exit code 1."""
    for name in (["Ana"], ["Bob"], ["Guest", "--guest"]):
        command("users", "add", *name)

    error = command("users", *arguments, expect=1).err

    assert says in error
    assert error.count("\n") == 1


def test_options_of_the_backend_are_handed_to_it(command, store):
    """Each command takes them, and a wrong one is refused before anything is done."""
    command("users", "add", "Ana", "--option", "pool_size=2")
    for arguments in (["list"], ["show", "ana"], ["add", "Bob"], ["edit", "ana"], ["rename", "ana", "Eve"]):
        assert "does not know it" in command("users", *arguments, "--option", "sizes=4", expect=1).err
    for arguments in (["password", "ana"], ["delete", "ana", "--yes"], ["merge", "bob", "ana"]):
        assert "does not know it" in command("users", *arguments, "--option", "sizes=4", expect=1).err
    assert [user["username"] for user in command("users", "list", "--json").json] == ["Ana"]


def test_users_need_a_library(command, tmp_path):
    """Looking makes no database."""
    assert "there is no karaoke library" in command("users", "list", expect=1).err
    assert list(tmp_path.iterdir()) == []
