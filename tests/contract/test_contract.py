"""The contract beside what it describes: operations, events, schemas, examples."""

import re
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from openapi.generate import ASKED, CONTRACT, TOLD, event_schema, whole
from ophicleide import __version__
from ophicleide.domain.events import EventType, RequestType
from ophicleide.edge.problems import TABLE, TYPE_PREFIX
from tests.functions.world import World

DOCUMENT = yaml.safe_load(CONTRACT.read_text())
REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", Resource(DOCUMENT, DRAFT202012))
FUNCTIONS = ("create_model", "delete_model", "list_models", "query", "set_alias")


def operations() -> dict[str, tuple[str, str, str]]:
    return {
        operation["operationId"]: (operation["tags"][0], method.upper(), path)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def schema_errors(value: Any, pointer: str) -> list[str]:
    schema = {"$ref": f"urn:contract#{pointer}"}
    validator = jsonschema.Draft202012Validator(schema, registry=REGISTRY, format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(value)]


def followed(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def examples(node: Any, place: str = "") -> list[tuple[str, Any, str]]:
    """Every example of a body, with the place it stands at and where its schema is."""
    if isinstance(node, list):
        return [found for n, part in enumerate(node) for found in examples(part, f"{place}/{n}")]
    if not isinstance(node, dict):
        return []
    found = [one for key, part in node.items() for one in examples(part, f"{place}/{_escaped(key)}")]
    if "schema" in node and isinstance(node["schema"], dict):
        values = [followed(example)["value"] for example in node.get("examples", {}).values()]
        values += [node["example"]] if "example" in node else []
        found += [(place, value, f"{place}/schema") for value in values]
    return found


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def test_the_contract_is_valid_openapi():
    validate(DOCUMENT)


def test_its_schemas_are_those_of_the_classes_that_validate():
    assert whole(CONTRACT.read_text()) == CONTRACT.read_text()


def test_its_version_is_that_of_the_software():
    assert DOCUMENT["info"]["version"] == __version__


def test_its_operations_are_those_of_the_functions():
    built = {
        operation.name: (name, operation.method, operation.path)
        for name in FUNCTIONS
        for operation in World().function(name).operations
    }
    assert operations() == built


def test_its_events_are_those_of_the_domain():
    assert DOCUMENT["webhooks"].keys() == {*map(str, RequestType), *map(str, EventType)}
    assert ASKED.keys() | TOLD.keys() == {*RequestType, *EventType}


def test_each_event_that_asks_is_taken_by_the_function_that_the_contract_names():
    taken = {op.asks: (name, op.takes, op.tells) for name in FUNCTIONS for op in World().function(name).operations}
    for kind, takes in ASKED.items():
        name, accepted, told = taken[kind]
        hook = DOCUMENT["webhooks"][kind]["post"]
        reply = hook["responses"]["200"]["content"]["application/cloudevents+json"]["schema"]["$ref"]
        assert (hook["tags"], accepted, reply.rpartition("/")[2]) == ([name], takes, event_schema(told))


@pytest.mark.parametrize(("place", "value", "pointer"), examples(DOCUMENT), ids=lambda part: str(part)[:80])
def test_its_examples_keep_its_schemas(place, value, pointer):
    assert schema_errors(value, pointer) == []


def test_its_problems_are_those_of_the_table():
    known = {TYPE_PREFIX + kind.code: (kind.title, statuses) for kind, statuses in TABLE.items()}
    for response in DOCUMENT["components"]["responses"].values():
        example = response["content"]["application/problem+json"]["example"]
        title, statuses = known[example["type"]]
        assert example["title"] == title
        assert example["status"] in statuses


def test_nothing_private_is_in_it():
    assert not re.search("fingerprint|outbox|lease_expires|deleted\\b.*enum", CONTRACT.read_text())
    assert "deleted" not in DOCUMENT["components"]["schemas"]["ModelStatus"]["enum"]
