"""The contract: what a backend promises, and the values that cross between core and backend."""

from karaoke_persist.contract.changes import Change, ChangeKind, Written
from karaoke_persist.contract.hooks import OperationFailure, hookimpl
from karaoke_persist.contract.info import CONTRACT_VERSION, BackendInfo, Capability, Durability, SchemaState
from karaoke_persist.contract.options import StoreOptions
from karaoke_persist.contract.query import (
    COUNT,
    Aggregate,
    And,
    Compare,
    Condition,
    Eq,
    Exists,
    FoldedContains,
    FoldedEq,
    Has,
    In,
    IsNull,
    Measure,
    Not,
    Or,
    Order,
    Prefix,
    Query,
)
from karaoke_persist.contract.rotation import Placed, Rotation, RotationEntry, RotationPolicies, RotationPolicy
from karaoke_persist.contract.search import SearchRequest, SearchResult
from karaoke_persist.contract.store import SongStore, StoreSavepoint, StoreSession

__all__ = [
    "CONTRACT_VERSION",
    "COUNT",
    "Aggregate",
    "And",
    "BackendInfo",
    "Capability",
    "Change",
    "ChangeKind",
    "Compare",
    "Condition",
    "Durability",
    "Eq",
    "Exists",
    "FoldedContains",
    "FoldedEq",
    "Has",
    "In",
    "IsNull",
    "Measure",
    "Not",
    "OperationFailure",
    "Or",
    "Order",
    "Placed",
    "Prefix",
    "Query",
    "Rotation",
    "RotationEntry",
    "RotationPolicies",
    "RotationPolicy",
    "SchemaState",
    "SearchRequest",
    "SearchResult",
    "SongStore",
    "StoreOptions",
    "StoreSavepoint",
    "StoreSession",
    "Written",
    "hookimpl",
]
