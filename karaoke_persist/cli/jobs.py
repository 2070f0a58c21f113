"""`karaoke-persist jobs`: see what happens in the background, and intervene."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from karaoke_persist import Job
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store
from karaoke_persist.cli.search import open_existing

jobs: typer.Typer = typer.Typer(
    help="See what happens in the background, and intervene.", no_args_is_help=True, add_completion=False
)

JobId = Annotated[str, typer.Argument(metavar="ID", help="The id of a job.")]
Status = Annotated[str | None, typer.Option("--status", metavar="STATUS", help="Only those of this status.")]
Active = Annotated[bool | None, typer.Option("--active/--over", help="Only those not over, or over.")]
Dismissed = Annotated[bool | None, typer.Option("--dismissed/--shown", help="Only those dismissed, or not.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many jobs to show.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")]
Days = Annotated[float | None, typer.Option("--days", metavar="N", min=0, help="Only those that ended longer ago.")]


@jobs.command("list")
def list_jobs(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    status: Status = None,
    active: Active = None,
    dismissed: Dismissed = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List jobs, the newest first."""
    with open_existing(store, option) as library:
        page = library.jobs.page(status=status, active=active, dismissed=dismissed, limit=limit)
    _show(page.items, as_json)


@jobs.command()
def show(job_id: JobId, store: Store = DEFAULT_STORE, option: BackendOptions = None) -> None:
    """Show everything about one job, in JSON."""
    from karaoke_persist.cli.output import print_json
    from karaoke_persist.errors import NotFound

    with open_existing(store, option) as library:
        job = library.jobs.get(job_id)
    if job is None:
        raise NotFound("Job", job_id)
    print_json(job.to_dict())


@jobs.command()
def stats(store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """Count jobs by status."""
    from karaoke_persist.cli.output import console, print_json, table

    with open_existing(store, option) as library:
        told = library.jobs.statistics()
    if as_json:
        print_json({"total": told.total, "dismissed": told.dismissed, "byStatus": dict(told.by_status)})
        return
    rows = [*told.by_status.items(), ("total", told.total)]
    console().print(table(("status", "jobs"), rows, numbers=("jobs",)))


@jobs.command()
def cancel(
    job_id: JobId,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Cancel a job that is not over. Its worker learns of it at its next word."""
    with open_existing(store, option) as library:
        _show([library.jobs.cancel(job_id, reason)], as_json)


@jobs.command()
def retry(job_id: JobId, store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """Make a failed or cancelled job pending again."""
    with open_existing(store, option) as library:
        _show([library.jobs.retry(job_id)], as_json)


@jobs.command()
def dismiss(job_id: JobId, store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """Put a job that is over out of sight."""
    with open_existing(store, option) as library:
        _show([library.jobs.dismiss(job_id)], as_json)


@jobs.command()
def delete(job_id: JobId, store: Store = DEFAULT_STORE, option: BackendOptions = None) -> None:
    """Delete a job. One that a worker has is cancelled first."""
    with open_existing(store, option) as library:
        library.jobs.delete(job_id)


@jobs.command()
def reap(store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """Return jobs whose worker was not heard of to pending, or fail them after their last attempt."""
    with open_existing(store, option) as library:
        _show(library.jobs.reap(), as_json)


@jobs.command()
def prune(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, days: Days = None, as_json: Json = False
) -> None:
    """Delete jobs that are over."""
    from karaoke_persist.cli.output import console, print_json

    with open_existing(store, option) as library:
        deleted = library.jobs.prune(None if days is None else timedelta(days=days))
    if as_json:
        print_json({"deleted": deleted})
    else:
        console().print("1 job deleted" if deleted == 1 else f"{deleted} jobs deleted")


def _show(found: Sequence[Job], as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json([job.to_dict() for job in found])
    elif found:
        columns = ("id", "kind", "status", "%", "try", "what", "word")
        console().print(table(columns, map(_row, found), numbers=("%", "try")))
    else:
        console().print("No such job.")


def _row(job: Job) -> tuple[object, ...]:
    what = job.title or job.filename or job.song_id or ""
    return job.id, job.kind, job.status, job.progress, job.attempts, what, job.error or job.message or ""
