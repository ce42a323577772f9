"""A property-based run of the contract against the live functions, with every check that schemathesis has."""

import json
import urllib.request
from typing import Any

import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from openapi.generate import CONTRACT

EXAMPLES = 30

# What the schemas cannot say and answers must: 422 for a word that is not in the vocabulary, for a name that looks like
# an id or is not printable, and for a key that came with another body.
CONFIG = {
    "seed": 1,
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "404", "409", "422"]},
        "not_a_server_error": {"expected-statuses": ["2xx", "304", "4xx"]},
        "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "409", "415", "422"]},
    },
}


def part_of(function: str) -> Any:
    """The contract as far as one function answers it: paths that functions share have other methods elsewhere."""
    document = yaml.safe_load(CONTRACT.read_text())
    for path, item in list(document["paths"].items()):
        kept = {key: part for key, part in item.items() if key == "parameters" or part["tags"] == [function]}
        document["paths"][path] = kept
        if kept.keys() <= {"parameters"}:
            del document["paths"][path]
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))


thoroughly = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@part_of("create_model").parametrize()
@thoroughly
def test_create_model_keeps_the_contract(case, addresses):
    case.call_and_validate(base_url=addresses["create_model"])


@part_of("list_models").parametrize()
@thoroughly
def test_list_models_keeps_the_contract(case, addresses):
    case.call_and_validate(base_url=addresses["list_models"])


@part_of("set_alias").parametrize()
@thoroughly
def test_set_alias_keeps_the_contract(case, addresses):
    case.call_and_validate(base_url=addresses["set_alias"])


@part_of("query").parametrize()
@thoroughly
def test_query_keeps_the_contract(case, addresses):
    case.call_and_validate(base_url=addresses["query"])


def test_the_question_of_the_examples_is_answered(addresses):
    url = f"{addresses['query']}/models/austen/most-similar?word=captain&top_k=2"
    with urllib.request.urlopen(url, timeout=30) as response:
        answer = json.load(response)
    assert response.headers["Server-Timing"].startswith("cache;desc=")
    assert [near["word"] for near in answer["neighbours"]] == ["wentworth", "harville"]


@part_of("delete_model").parametrize()
@thoroughly
def test_delete_model_keeps_the_contract(case, addresses):
    case.call_and_validate(base_url=addresses["delete_model"])
