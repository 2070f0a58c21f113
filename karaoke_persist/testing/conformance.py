"""The class that a backend's author subclasses."""

from __future__ import annotations

from karaoke_persist.testing.rules.capabilities import CapabilityRules, DurabilityRules, LifeRules
from karaoke_persist.testing.rules.copies import ArchiveRules, CopyRules
from karaoke_persist.testing.rules.domain import DomainErrorRules, StorageErrorRules
from karaoke_persist.testing.rules.errors import ErrorRules
from karaoke_persist.testing.rules.events import EventRules
from karaoke_persist.testing.rules.favorites import FavoriteRules
from karaoke_persist.testing.rules.guest_view import GuestViewRules
from karaoke_persist.testing.rules.history import HistoryRules
from karaoke_persist.testing.rules.history_statistics import StatisticsRules
from karaoke_persist.testing.rules.importing import ImportRules
from karaoke_persist.testing.rules.integrity import IntegrityRules
from karaoke_persist.testing.rules.isolation import IsolationRules
from karaoke_persist.testing.rules.isolation_processes import ProcessIsolationRules
from karaoke_persist.testing.rules.job_workers import JobWorkerRules
from karaoke_persist.testing.rules.jobs import JobRules
from karaoke_persist.testing.rules.limits import LimitRules
from karaoke_persist.testing.rules.log_in import LogInRules
from karaoke_persist.testing.rules.media import MediaRules
from karaoke_persist.testing.rules.merging import MergingRules
from karaoke_persist.testing.rules.ordered_lists import OrderedListRules
from karaoke_persist.testing.rules.ordering import OrderRules
from karaoke_persist.testing.rules.playlist_files import PlaylistFileRules
from karaoke_persist.testing.rules.playlists import PlaylistRules, SongsOfPlaylistsRules
from karaoke_persist.testing.rules.queries import QueryRules
from karaoke_persist.testing.rules.queue_adding import AddingRules, AdmissionRules, RoomRules
from karaoke_persist.testing.rules.queue_order import HoldingRules, MovingRules
from karaoke_persist.testing.rules.queue_rotation import RotationRules
from karaoke_persist.testing.rules.queue_stage import SongRemovalRules, StageRules
from karaoke_persist.testing.rules.queue_together import TogetherRules
from karaoke_persist.testing.rules.queue_undo import UndoRules
from karaoke_persist.testing.rules.savepoints import SavepointRules
from karaoke_persist.testing.rules.schema import SchemaRules
from karaoke_persist.testing.rules.search import RankingRules, SearchRules
from karaoke_persist.testing.rules.search_beside import CompletionRules, HighlightRules, NearRules
from karaoke_persist.testing.rules.search_counts import FacetRules
from karaoke_persist.testing.rules.search_forms import FormRules
from karaoke_persist.testing.rules.search_index import SearchIndexRules
from karaoke_persist.testing.rules.search_oracle import SearchOracleRules
from karaoke_persist.testing.rules.search_pages import SearchPageRules
from karaoke_persist.testing.rules.search_syntax import SyntaxRules
from karaoke_persist.testing.rules.singers import SingerRules
from karaoke_persist.testing.rules.smart_playlists import SmartPlaylistRules
from karaoke_persist.testing.rules.snapshots import OneShotReadRules, SnapshotRules
from karaoke_persist.testing.rules.songs import ManySongRules, SongRules
from karaoke_persist.testing.rules.transactions import AtomicRules, OptimisticRules, ReadOnlyRules, VisibilityRules
from karaoke_persist.testing.rules.user_processes import UserProcessRules
from karaoke_persist.testing.rules.users import UserRules
from karaoke_persist.testing.rules.values import ValueRules
from karaoke_persist.testing.rules.verbatim import VerbatimRules
from karaoke_persist.testing.rules.versions import DuplicateRules, VersionRules
from karaoke_persist.testing.rules.writers import SerialRules, WaitingRules


class BackendConformance(
    SerialRules,
    IsolationRules,
    ProcessIsolationRules,
    SnapshotRules,
    OneShotReadRules,
    WaitingRules,
    AtomicRules,
    SavepointRules,
    VisibilityRules,
    ReadOnlyRules,
    DomainErrorRules,
    StorageErrorRules,
    OptimisticRules,
    DurabilityRules,
    ValueRules,
    LimitRules,
    IntegrityRules,
    SongRules,
    ManySongRules,
    OrderRules,
    QueryRules,
    SearchRules,
    RankingRules,
    FormRules,
    SyntaxRules,
    SearchPageRules,
    FacetRules,
    NearRules,
    CompletionRules,
    HighlightRules,
    SearchOracleRules,
    SearchIndexRules,
    ErrorRules,
    EventRules,
    UserRules,
    UserProcessRules,
    LogInRules,
    FavoriteRules,
    GuestViewRules,
    SingerRules,
    HistoryRules,
    StatisticsRules,
    JobRules,
    JobWorkerRules,
    VersionRules,
    DuplicateRules,
    MergingRules,
    SchemaRules,
    CapabilityRules,
    LifeRules,
    OrderedListRules,
    PlaylistRules,
    SongsOfPlaylistsRules,
    SmartPlaylistRules,
    PlaylistFileRules,
    RoomRules,
    AddingRules,
    AdmissionRules,
    MovingRules,
    HoldingRules,
    StageRules,
    SongRemovalRules,
    TogetherRules,
    RotationRules,
    UndoRules,
    MediaRules,
    ImportRules,
    VerbatimRules,
    CopyRules,
    ArchiveRules,
):
    """Every rule of the contract, for one backend.

    ```python
    import pytest
    from karaoke_persist.testing import BackendConformance


    class TestMyBackend(BackendConformance):
        @pytest.fixture
        def store_url(self, tmp_path):
            return lambda name: f"my://{tmp_path}/{name}"
    ```

    `store_url` gives the URL of the database of a name: empty when a test begins, the same database for the same name
    within the test. What has to be removed afterwards, the fixture removes after a `yield`. Options that every handle
    needs come from the fixture `store_options`. The backend is found as hosts find it, by its entry point.

    A rule that cannot be kept yet is named with a reason, and then expected to fail: when it holds after all, that is
    a failure, so that no gap is named longer than it is there.

    ```python
    class TestMyBackend(BackendConformance):
        known_gaps = {"T3-02": "the server counts in whole seconds"}
        level = "core"
    ```

    There are two levels. Core is what keeps a library whole and true: transactions, values, integrity, songs, order,
    queries, errors, the schema, the life of a store. Full, the default, adds search and its ranking, and events.

    After each test the writer must be free. A store that counts its sessions, as a number `sessions_open` (of SQL
    stores: the connections in use), is asked for it too: nothing may be left.
    """
