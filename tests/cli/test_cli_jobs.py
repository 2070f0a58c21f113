"""`karaoke-persist jobs`."""

import pytest

import karaoke_persist


@pytest.fixture
def store(tmp_path):
    """A library with a job of each sort."""
    url = f"sqlite:///{tmp_path}/jobs.db"
    with karaoke_persist.open(url, on_error="raise") as library:
        library.jobs.create("download", job_id="first", title="Jóga", max_attempts=1)
        library.jobs.claim("ana", 0.001)
        library.jobs.create("split", job_id="second", filename="joga.mp3")
        library.jobs.create("split", job_id="third")
        library.jobs.fail("third", "no [such] file")
    return url


def test_jobs_are_listed(command, store):
    """For people as a table with what went wrong, for programs whole."""
    shown = command("jobs", "list", "--store", store).out

    assert ["first", "download", "processing", "0", "1", "Jóga"] in [line.split() for line in shown.splitlines()]
    assert "no [such] file" in shown
    listed = command("jobs", "list", "--store", store, "--json").json
    assert [job["id"] for job in listed] == ["third", "second", "first"]
    assert listed[0]["error"] == "no [such] file"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--status", "failed"], ["third"]),
        (["--active"], ["second", "first"]),
        (["--over"], ["third"]),
        (["--dismissed"], []),
        (["--shown", "-n", "1"], ["third"]),
    ],
)
def test_a_choice_of_jobs(command, store, options, expected):
    """By status, by whether they are over, by whether they are dismissed, so many."""
    assert expected == [job["id"] for job in command("jobs", "list", *options, "--store", store, "--json").json]


def test_none_is_said(command, store):
    """An empty list is a sentence."""
    assert command("jobs", "list", "--status", "odd", "--store", store).out == "No such job.\n"


def test_jobs_are_counted(command, store):
    """By status and in all."""
    counted = {"total": 3, "dismissed": 0, "byStatus": {"failed": 1, "pending": 1, "processing": 1}}
    assert counted == command("jobs", "stats", "--store", store, "--json").json
    assert ["total", "3"] in [line.split() for line in command("jobs", "stats", "--store", store).out.splitlines()]


def test_one_job_is_shown(command, store):
    """With all there is."""
    assert command("jobs", "show", "third", "--store", store).json["error"] == "no [such] file"
    assert "there is no Job 'x'" in command("jobs", "show", "x", "--store", store, expect=1).err


def test_intervening(command, store):
    """A job is retried, cancelled, dismissed and deleted; what does not follow is an error."""
    (retried,) = command("jobs", "retry", "third", "--store", store, "--json").json
    assert retried["status"] == "pending"
    assert "cancelled" in command("jobs", "cancel", "third", "--reason", "enough", "--store", store).out
    (dismissed,) = command("jobs", "dismiss", "third", "--store", store, "--json").json
    assert (dismissed["dismissed"], dismissed["message"]) == (True, "enough")
    assert "cannot cancel" in command("jobs", "cancel", "third", "--store", store, expect=1).err
    assert "Cancel it first" in command("jobs", "delete", "first", "--store", store, expect=1).err
    assert command("jobs", "delete", "third", "--store", store).out == ""
    assert "there is no Job" in command("jobs", "delete", "third", "--store", store, expect=1).err


def test_reaping_and_pruning(command, store):
    """A worker that was not heard of loses its job; what is over can be cleared away."""
    assert "worker 'ana' was not heard of" in command("jobs", "reap", "--store", store).out
    assert command("jobs", "reap", "--store", store).out == "No such job.\n"
    assert command("jobs", "prune", "--days", "1", "--store", store, "--json").json == {"deleted": 0}
    assert command("jobs", "prune", "--store", store).out == "2 jobs deleted\n"
