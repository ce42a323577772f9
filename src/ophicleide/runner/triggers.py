"""Brokers and Triggers as the cluster's own manifests describe them: who wants which events, and how hard to try.

Filters are those of the CloudEvents Subscriptions API that Knative has, but for `cesql`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ophicleide.runner.refusal import CannotStart

Attributes = Mapping[str, str]
Filter = Callable[[Attributes], bool]

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


@dataclass(frozen=True)
class Delivery:
    """Knative's defaults where a Broker says nothing."""

    retry: int = 10
    backoff_seconds: float = 0.2
    exponential: bool = True
    timeout_seconds: float = 60.0

    def pause_seconds(self, attempt: int) -> float:
        """Before the attempt of that number, the first retry being 1."""
        return self.backoff_seconds * (2 ** (attempt - 1) if self.exponential else attempt)


@dataclass(frozen=True)
class Trigger:
    """`function` is the subscriber's name with underscores, as its folder has it."""

    name: str
    function: str
    wants: Filter
    delivery: Delivery


def read(folder: Path) -> list[Trigger]:
    """The Triggers of every manifest in a folder, each with the delivery of its Broker."""
    documents = [document for path in sorted(folder.glob("*.yaml")) for document in _documents(path)]
    brokers = {d["metadata"]["name"]: _delivery(d["spec"]) for d in documents if _is(d, "Broker")}
    return [_trigger(d, brokers) for d in documents if _is(d, "Trigger")]


def _documents(path: Path) -> Iterator[Any]:
    return iter(yaml.safe_load_all(path.read_text()))


def _is(document: Any, kind: str) -> bool:
    return isinstance(document, dict) and document.get("kind") == kind


def _trigger(document: Any, brokers: Mapping[str, Delivery]) -> Trigger:
    name, spec = document["metadata"]["name"], document["spec"]
    filters = [_filter(part, name) for part in spec.get("filters", [])]
    if not filters:  # Knative looks at the older form only where the newer one is absent
        filters = [_exact_or_present(spec.get("filter", {}).get("attributes", {}))]
    delivery = _delivery(spec, brokers.get(spec["broker"], Delivery()))
    function = spec["subscriber"]["ref"]["name"].replace("-", "_")
    return Trigger(name, function, _all(filters), delivery)


def _delivery(spec: Mapping[str, Any], otherwise: Delivery = Delivery()) -> Delivery:
    given = spec.get("delivery", {})
    return Delivery(
        retry=given.get("retry", otherwise.retry),
        backoff_seconds=_seconds(given["backoffDelay"]) if "backoffDelay" in given else otherwise.backoff_seconds,
        exponential=given["backoffPolicy"] == "exponential" if "backoffPolicy" in given else otherwise.exponential,
        timeout_seconds=_seconds(given["timeout"]) if "timeout" in given else otherwise.timeout_seconds,
    )


def _filter(part: Mapping[str, Any], trigger: str) -> Filter:
    if len(part) != 1:
        raise CannotStart(f"Trigger {trigger}: a filter has exactly one dialect, this one has {sorted(part)}.")
    ((dialect, value),) = part.items()
    match dialect:
        case "exact":
            return _each(value, str.__eq__)
        case "prefix":
            return _each(value, str.startswith)
        case "suffix":
            return _each(value, str.endswith)
        case "all":
            return _all([_filter(inner, trigger) for inner in value])
        case "any":
            return _any([_filter(inner, trigger) for inner in value])
        case "not":
            inner = _filter(value, trigger)
            return lambda attributes: not inner(attributes)
    raise CannotStart(f"Trigger {trigger}: the local runner knows no filter '{dialect}'.")


def _each(wanted: Mapping[str, str], holds: Callable[[str, str], bool]) -> Filter:
    return lambda attributes: all(name in attributes and holds(attributes[name], text) for name, text in wanted.items())


def _exact_or_present(wanted: Mapping[str, str]) -> Filter:
    """The older form: an empty text stands for any value."""
    return lambda attributes: all(
        name in attributes and text in ("", attributes[name]) for name, text in wanted.items()
    )


def _all(filters: Iterable[Filter]) -> Filter:
    parts = tuple(filters)
    return lambda attributes: all(part(attributes) for part in parts)


def _any(filters: Iterable[Filter]) -> Filter:
    parts = tuple(filters)
    return lambda attributes: any(part(attributes) for part in parts)


def _seconds(duration: str) -> float:
    """ISO 8601, as far as Knative's manifests use it: hours, minutes and seconds."""
    found = _DURATION.fullmatch(duration)
    if not found or not any(found.groups()):
        raise CannotStart(f"'{duration}' is not a duration like PT0.2S.")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
