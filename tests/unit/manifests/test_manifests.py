"""The rendered manifests against the folders, the settings and the contract; no cluster is needed."""

import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from pydantic import ValidationError

from ophicleide.domain.events import EventType, RequestType
from ophicleide.edge.health import HEALTH
from ophicleide.settings import SECRETS, Settings, declared, variable
from tests.unit.manifests import kinds

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))
NAMES = [function.replace("_", "-") for function in FUNCTIONS]
KUBECTL = Path(sys.executable).parent / "kubectl"
Kind = TypeVar("Kind", bound=kinds.Strict)


def render(folder: str) -> list[Any]:
    done = subprocess.run([KUBECTL, "kustomize", ROOT / "knative" / folder], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module", params=["base", "overlays/local"])
def documents(request: pytest.FixtureRequest) -> list[kinds.Document]:
    return kinds.DOCUMENTS.validate_python(render(request.param))


def every(kind: type[Kind], documents: list[kinds.Document]) -> dict[str, Kind]:
    return {d.metadata.name: d for d in documents if isinstance(d, kind)}


def services(documents: list[kinds.Document]) -> dict[str, kinds.Service]:
    """The functions' own; a component may bring others."""
    return {name: s for name, s in every(kinds.Service, documents).items() if name != "dead-letters"}


def test_there_are_functions_to_compare_with() -> None:
    assert {"create_model", "delete_model", "list_models", "query", "set_alias"} <= set(FUNCTIONS)


def test_each_folder_has_its_service_trigger_and_account(documents: list[kinds.Document]) -> None:
    assert sorted(services(documents)) == NAMES
    assert {t.spec.subscriber.ref.name for t in every(kinds.Trigger, documents).values()} == set(NAMES)
    assert set(NAMES) <= set(every(kinds.Trigger, documents))
    assert sorted(every(kinds.ServiceAccount, documents)) == NAMES


def test_a_service_uses_the_image_and_the_account_of_its_name(documents: list[kinds.Document]) -> None:
    for name, service in services(documents).items():
        image = service.revision.containers[0].image.partition(":")[0]
        assert image.endswith(f"ophicleide/{name}")
        assert service.revision.service_account_name == name


def test_the_local_overlay_takes_every_image_from_this_machine() -> None:
    local = services(kinds.DOCUMENTS.validate_python(render("overlays/local")))

    assert {s.revision.containers[0].image for s in local.values()} == {
        f"dev.local/ophicleide/{name}:local" for name in NAMES
    }


def test_each_trigger_calls_the_function_that_the_contract_names(documents: list[kinds.Document]) -> None:
    webhooks = yaml.safe_load((ROOT / "openapi/ophicleide.yaml").read_text())["webhooks"]
    contract = {
        kind: hook["post"]["tags"][0].replace("_", "-") for kind, hook in webhooks.items() if "tags" in hook["post"]
    }
    triggers = every(kinds.Trigger, documents).values()

    assert sorted(contract) == sorted(RequestType)
    assert {t.spec.filter.attributes["type"]: t.spec.subscriber.ref.name for t in triggers} == contract
    assert len(triggers) == len(contract)


def test_a_trigger_filters_by_type_alone_and_never_takes_an_answer(documents: list[kinds.Document]) -> None:
    for trigger in every(kinds.Trigger, documents).values():
        assert set(trigger.spec.filter.attributes) == {"type"}
        assert trigger.spec.filter.attributes["type"] not in set(EventType)


def test_what_is_referred_to_is_there(documents: list[kinds.Document]) -> None:
    brokers, known = every(kinds.Broker, documents), every(kinds.Service, documents)

    for trigger in every(kinds.Trigger, documents).values():
        assert trigger.spec.broker in brokers
        assert trigger.spec.subscriber.ref.name in known
    for binding in every(kinds.SinkBinding, documents).values():
        assert binding.spec.subject.name in known
        assert binding.spec.sink.ref.name in brokers
    for broker in brokers.values():
        sink = broker.spec.delivery.dead_letter_sink
        assert sink is None or sink.ref.name in known


def test_functions_that_send_events_are_told_where(documents: list[kinds.Document]) -> None:
    sending = {path.parent.name for path in (ROOT / "functions").glob("*/main.py") if "sink_url" in path.read_text()}

    bound = {binding.spec.subject.name for binding in every(kinds.SinkBinding, documents).values()}
    assert bound == {name.replace("_", "-") for name in sending} == {"set-alias"}


def test_every_variable_is_a_setting_and_together_they_are_enough(
    documents: list[kinds.Document], tmp_path: Path
) -> None:
    uri = tmp_path / "uri"
    uri.write_text("mongodb://store\n")
    for service in services(documents).values():
        container = service.revision.containers[0]
        maps = [every(kinds.ConfigMap, documents)[source.config_map_ref.name] for source in container.env_from]
        given = {name: value for config in maps for name, value in config.data.items()}
        files = {v.name: str(uri) for v in container.env if v.name in {f"{variable(s)}_FILE" for s in SECRETS}}

        assert given.keys() <= {variable(field) for field in declared()}
        assert {v.name for v in container.env} == set(files)
        assert Settings.from_environment({**given, **files}).mongodb_uri == "mongodb://store"


def test_the_secret_is_a_file_where_its_variable_says(documents: list[kinds.Document]) -> None:
    for service in services(documents).values():
        container, volume = service.revision.containers[0], service.revision.volumes[0]
        mount = next(m for m in container.volume_mounts if m.name == volume.name)
        files = {f"{mount.mount_path}/{item.path}" for item in volume.secret.items}

        assert {v.value for v in container.env if v.name.endswith("_FILE")} == files


def test_probes_ask_where_functions_answer(documents: list[kinds.Document]) -> None:
    for service in services(documents).values():
        container = service.revision.containers[0]
        assert container.readiness_probe is not None
        assert container.liveness_probe is not None
        assert container.readiness_probe.http_get.path == "/health/readiness"
        assert container.liveness_probe.http_get.path == "/health/liveness"
        assert {"/health/readiness", "/health/liveness"} <= HEALTH


def test_every_container_drops_all_capabilities(documents: list[kinds.Document]) -> None:
    for service in every(kinds.Service, documents).values():
        assert service.revision.containers[0].security_context.capabilities.drop == ["ALL"]


def test_functions_scale_to_zero_and_have_bounds(documents: list[kinds.Document]) -> None:
    for service in services(documents).values():
        annotations = service.spec.template.metadata.annotations
        assert annotations["autoscaling.knative.dev/min-scale"] == "0"
        assert int(annotations["autoscaling.knative.dev/max-scale"]) > 0
        assert service.revision.container_concurrency
        assert service.revision.containers[0].resources


def test_the_broker_waits_longer_for_a_function_than_the_function_for_its_request(
    documents: list[kinds.Document],
) -> None:
    broker = every(kinds.Broker, documents)["default"]
    seconds = int(broker.spec.delivery.timeout.removeprefix("PT").removesuffix("S"))

    assert {s.revision.timeout_seconds for s in services(documents).values()} <= set(range(1, seconds + 1))


def test_every_answer_type_is_known_to_the_contract() -> None:
    webhooks = yaml.safe_load((ROOT / "openapi/ophicleide.yaml").read_text())["webhooks"]

    assert set(EventType) <= set(webhooks)


def test_a_misspelt_field_is_a_fault() -> None:
    manifest = render("base")
    service = next(d for d in manifest if d["kind"] == "Service")
    service["spec"]["template"]["spec"]["containerConcurency"] = 1

    with pytest.raises(ValidationError, match="containerConcurency"):
        kinds.DOCUMENTS.validate_python(manifest)
