"""What the shell offers after TAB; a server that is away or slow offers nothing, and says nothing."""

import typer

from ophicleide.cli.failures import CommandFailed
from ophicleide.cli.session import Session

PATIENCE_SECONDS = 1.0


def model_names(ctx: typer.Context, incomplete: str) -> list[str]:
    from ophicleide.cli.api import Api

    api = Api(Session.of(ctx).url, PATIENCE_SECONDS, delays_seconds=())
    try:
        found = api.get("/models", {"limit": 100}).json()["models"]
    except (CommandFailed, ValueError, KeyError):
        return []
    finally:
        api.close()
    return sorted({str(model["name"]) for model in found if str(model["name"]).startswith(incomplete)})


def event_types(incomplete: str) -> list[str]:
    from ophicleide.domain.events import RequestType

    return [kind.value for kind in RequestType if kind.value.startswith(incomplete)]


def export_formats(incomplete: str) -> list[str]:
    formats = ("word2vec-binary", "word2vec-text", "safetensors", "tensors-tsv", "metadata-tsv", "projector")
    return [name for name in formats if name.startswith(incomplete)]


def import_formats(incomplete: str) -> list[str]:
    from ophicleide.domain.imports import ImportFormat

    return [kind.value for kind in ImportFormat if kind.startswith(incomplete)]


def event_targets(incomplete: str) -> list[str]:
    from ophicleide.domain.events import RequestType

    names = ["broker", *dict.fromkeys(kind.function for kind in RequestType)]
    return [name for name in names if name.startswith(incomplete)]
