"""Values for tests: whole and valid, with only what a test is about spelt out."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from ophicleide.domain.lifecycle import new_model
from ophicleide.domain.models import Artifact, Corpus, CreateModel, Model, Source, TrainingResult
from ophicleide.domain.queries import Neighbour, Query
from ophicleide.domain.vectors import WordVectors
from ophicleide.system import uuid7

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def a_request(**fields: Any) -> CreateModel:
    return CreateModel(**{"name": "austen", "urls": ("https://example.com/emma.txt",), **fields})


def a_model(*, idempotency_key: str | None = None, model_id: str | None = None, **fields: Any) -> Model:
    """A pending model with an id of its own; `fields` go into the request."""
    return new_model(
        a_request(**fields), model_id=model_id or uuid7(), now=NOW, launch_seconds=60, idempotency_key=idempotency_key
    )


def an_artifact(**fields: Any) -> Artifact:
    return Artifact(**{"id": uuid7(), "bytes": 0, "sha256": "0" * 64, "format_version": 1, **fields})


def a_result(artifact: Artifact | None = None) -> TrainingResult:
    source = Source(
        url="https://example.com/emma.txt",
        final_url="https://example.com/emma.txt",
        bytes=10,
        text_bytes=20,
        sha256="1" * 64,
        charset="utf-8",
        fetched_at=NOW,
    )
    return TrainingResult(
        artifact=artifact or an_artifact(),
        vocabulary_size=2,
        epochs=5,
        corpus=Corpus(sentences=3, tokens=9),
        sources=(source,),
        seconds_by_phase={"fetching": 0.5},
        versions={"spark": "4.3.0"},
    )


def a_query(**fields: Any) -> Query:
    given = {
        "id": uuid7(),
        "model_id": uuid7(),
        "model_name": "austen",
        "word": "happy",
        "top_k": 1,
        "neighbours": (Neighbour(word="glad", similarity=0.75),),
        "created_at": NOW,
    }
    return Query(**{**given, **fields})


def some_vectors(vocabulary_size: int = 50, vector_size: int = 8, seed: int = 1) -> WordVectors:
    random = np.random.default_rng(seed)
    return WordVectors(
        words=[f"word{row}" for row in range(vocabulary_size)],
        matrix=random.standard_normal((vocabulary_size, vector_size), dtype=np.float32),
        counts=np.arange(vocabulary_size, 0, -1, dtype=np.int64),
    )
