"""Writes the contract's schemas from the classes that validate requests and make answers.

`python -m openapi.generate` writes them below the marker; with `--check` it only tells whether they are as they should be.
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from functions.delete_model.handler import DeletedModel, DeleteModel
from functions.list_models.aliases import GetAlias
from functions.list_models.exporting import ExportModel
from functions.list_models.inputs import ListModels, Service
from functions.query.inputs import GetMostSimilar
from ophicleide.domain.aliases import PRIVATE_ALIAS_FIELDS, Alias, ClearAlias, SetAlias
from ophicleide.domain.comparisons import CompareAnswer, MovedAnswer
from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.forms import KEPT_QUERY, QUESTION
from ophicleide.domain.models import PRIVATE_FIELDS, CreateModel, Model, ModelStatus
from ophicleide.domain.ports import AliasPage, ModelPage, QueryPage
from ophicleide.domain.queries import Answer, AnswerBatch, Criteria, MostSimilarBatch
from ophicleide.domain.relations import (
    DoesntMatchAnswer,
    ListWords,
    RankAnswer,
    SimilarityAnswer,
    VectorAnswer,
    WordPage,
)
from ophicleide.domain.values import OneOf, Value
from ophicleide.edge.problems import Problem

CONTRACT = Path(__file__).with_name("ophicleide.yaml")
MARKER = "  # ---- Generated from the classes that validate requests; run `make contract`, edit nothing below ----\n"

ASKED: dict[RequestType, type[Value] | OneOf] = {
    RequestType.CREATE_MODEL: CreateModel,
    RequestType.DELETE_MODEL: DeleteModel,
    RequestType.LIST_MODELS: ListModels,
    RequestType.SET_ALIAS: SetAlias,
    RequestType.CLEAR_ALIAS: ClearAlias,
    RequestType.QUERY: QUESTION,
}
TOLD: dict[EventType, type[Value] | OneOf] = {
    EventType.MODEL_CREATED: Model,
    EventType.MODEL_DELETED: DeletedModel,
    EventType.MODELS_LISTED: ModelPage,
    EventType.QUERY_ANSWERED: KEPT_QUERY,
    EventType.ALIAS_CHANGED: Alias,
    EventType.MODEL_READY: Model,
    EventType.MODEL_FAILED: Model,
    EventType.REQUEST_FAILED: Problem,
}
PARAMETERS = (ExportModel, GetAlias, GetMostSimilar, MostSimilarBatch, ListWords)
"""What paths, query strings and bodies are read into besides, where the contract refers to it."""

ANSWERS = (
    Service,
    AliasPage,
    Answer,
    AnswerBatch,
    SimilarityAnswer,
    DoesntMatchAnswer,
    RankAnswer,
    VectorAnswer,
    WordPage,
    CompareAnswer,
    MovedAnswer,
    QueryPage,
)
NOT_REPEATED = frozenset(name for name, field in Criteria.model_fields.items() if field.exclude_if)
"""What an answer repeats of a question only where it was said."""


def schemas() -> dict[str, Any]:
    inputs: Any = [(kind, "validation") for kind in _classes(*ASKED.values(), *PARAMETERS)]
    outputs: Any = [(kind, "serialization") for kind in _classes(*TOLD.values(), *ANSWERS)]
    _, found = models_json_schema([*inputs, *outputs], ref_template="#/components/schemas/{model}")
    of_values = _public(_plain(found["$defs"]))
    taken = models_json_schema(inputs, ref_template="{model}")[1]["$defs"]
    for name in of_values.keys() - taken.keys() - {"Problem"}:
        _complete(of_values[name])
    for choice in (QUESTION, KEPT_QUERY):
        of_values[choice.name] = _choice(choice, of_values)
    of_events = {event_schema(kind): _event(kind, takes) for kind, takes in (ASKED | TOLD).items()}
    return dict(sorted({**of_values, **of_events}.items()))


def event_schema(kind: RequestType | EventType) -> str:
    """The name of an event's schema: `dev.ophicleide.model.create.v1` has `ModelCreateEvent`."""
    parts = kind.removeprefix("dev.ophicleide.").removesuffix(".v1").split(".")
    return "".join(part.capitalize() for part in parts) + "Event"


def whole(text: str) -> str:
    """The contract with its generated part as it should be."""
    written, marker, _ = text.partition(MARKER)
    if not marker:
        raise SystemExit(f"{CONTRACT} has lost the marker above its generated part")
    generated = yaml.safe_dump({"schemas": schemas()}, sort_keys=False, allow_unicode=True, width=10_000)
    return written + MARKER + "".join(f"  {line}\n" for line in generated.splitlines())


def _public(found: dict[str, Any]) -> dict[str, Any]:
    for name in PRIVATE_FIELDS:
        del found["Model"]["properties"][name]
    found["Model"]["required"] = [name for name in found["Model"]["required"] if name not in PRIVATE_FIELDS]
    found["Model"]["description"] = "A model as callers see it."
    found["ModelStatus"]["enum"].remove(ModelStatus.DELETED)
    trained_by = found["Model"]["properties"]["parameters"]
    found["Model"]["properties"]["parameters"] = {
        "anyOf": [trained_by, {"type": "null"}],
        "description": "Null where vectors were imported.",
    }
    del found["OutboxEntry"]
    for name in PRIVATE_ALIAS_FIELDS:
        del found["Alias"]["properties"][name]
    return found


def _complete(schema: dict[str, Any]) -> None:
    """Answers always have every field, null where there is nothing to say, but for what they only repeat."""
    fields = list(schema.get("properties", ()))
    if fields:
        repeats = NOT_REPEATED if NOT_REPEATED.issubset(fields) else frozenset()
        schema["required"] = [name for name in fields if name not in repeats]


def _classes(*kinds: type[Value] | OneOf) -> list[type[Value]]:
    """Each class once, those of a choice one by one."""
    each = (kind.classes.values() if isinstance(kind, OneOf) else (kind,) for kind in kinds)
    return list(dict.fromkeys(cls for classes in each for cls in classes))


def _choice(choice: OneOf, of_values: dict[str, Any]) -> dict[str, Any]:
    """One of the classes, told by a field that all but the default must have."""
    refs = {kind: f"#/components/schemas/{cls.__name__}" for kind, cls in choice.classes.items()}
    for kind, cls in choice.classes.items():
        schema = of_values[cls.__name__]
        if kind != choice.default and choice.field not in schema["required"]:
            schema["required"].append(choice.field)
    return {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": choice.field, "mapping": refs},
    }


def _plain(schema: Any) -> Any:
    """Without the titles that pydantic makes of field names, which say nothing new, and with what it forgets."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(part) for key, part in schema.items() if key != "title" or not isinstance(part, str)}
    if "patternProperties" in plain:  # pydantic refuses other names but does not say so
        plain["additionalProperties"] = False
    return plain


def _event(kind: RequestType | EventType, data: type[Value] | OneOf) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    properties = {
        "specversion": {"const": "1.0"},
        "type": {"const": str(kind)},
        "id": {**text, "description": "With the source it stands for this one event; an equal pair is a duplicate."},
        "source": {**text, "format": "uri-reference"},
        "subject": {**text, "description": "The id of the model that it is about."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "traceparent": {**text, "description": "W3C trace context; passed on to the reply."},
        "tracestate": text,
        "data": {"$ref": f"#/components/schemas/{data.name if isinstance(data, OneOf) else data.__name__}"},
    }
    required = ["specversion", "type", "id", "source"]
    if kind is not RequestType.LIST_MODELS:
        required.append("data")
    return {
        "type": "object",
        "description": f"{kind} in CloudEvents' JSON format.",
        "properties": properties,
        "required": required,
    }


def main() -> None:
    text = CONTRACT.read_text()
    fresh = whole(text)
    if "--check" not in sys.argv:
        CONTRACT.write_text(fresh)
    elif fresh != text:
        sys.exit(f"{CONTRACT.name} is not what the classes say. Run `make contract`.")


if __name__ == "__main__":
    main()
