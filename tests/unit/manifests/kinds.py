"""The shape of each kind that the manifests use, field by field: a misspelt or misplaced field is a fault.

From the API references of Kubernetes, Knative Serving v1 and Knative Eventing v1; only what is used here.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=_camel, strict=True)


def _whole_duration(text: str) -> str:
    if not re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+(\.\d+)?S)?", text) or text == "PT":
        raise ValueError("not an ISO 8601 duration of hours, minutes and seconds")
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
Quantity = Annotated[str, StringConstraints(pattern=r"^\d+(m|Ki|Mi|Gi)?$")]
Duration = Annotated[str, AfterValidator(_whole_duration)]


class Metadata(Strict):
    name: Name
    namespace: Name | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class ServiceAccount(Strict):
    api_version: Literal["v1"]
    kind: Literal["ServiceAccount"]
    metadata: Metadata
    automount_service_account_token: bool


class ConfigMap(Strict):
    api_version: Literal["v1"]
    kind: Literal["ConfigMap"]
    metadata: Metadata
    data: dict[str, str]


class Namespace(Strict):
    api_version: Literal["v1"]
    kind: Literal["Namespace"]
    metadata: Metadata


class Reference(Strict):
    api_version: Literal["serving.knative.dev/v1"]
    kind: Literal["Service"]
    name: Name
    namespace: Name | None = None


class Sink(Strict):
    ref: Reference


class Delivery(Strict):
    retry: Annotated[int, Field(ge=0)]
    backoff_policy: Literal["linear", "exponential"]
    backoff_delay: Duration
    timeout: Duration
    dead_letter_sink: Sink | None = None


class BrokerSpec(Strict):
    delivery: Delivery


class Broker(Strict):
    api_version: Literal["eventing.knative.dev/v1"]
    kind: Literal["Broker"]
    metadata: Metadata
    spec: BrokerSpec


class BrokerReference(Strict):
    api_version: Literal["eventing.knative.dev/v1"]
    kind: Literal["Broker"]
    name: Name


class BrokerSink(Strict):
    ref: BrokerReference


class SinkBindingSpec(Strict):
    subject: Reference
    sink: BrokerSink


class SinkBinding(Strict):
    api_version: Literal["sources.knative.dev/v1"]
    kind: Literal["SinkBinding"]
    metadata: Metadata
    spec: SinkBindingSpec


class Filter(Strict):
    attributes: dict[str, str]


class TriggerSpec(Strict):
    broker: Name
    filter: Filter
    subscriber: Sink


class Trigger(Strict):
    api_version: Literal["eventing.knative.dev/v1"]
    kind: Literal["Trigger"]
    metadata: Metadata
    spec: TriggerSpec


class HttpGet(Strict):
    path: Annotated[str, StringConstraints(pattern="^/")]


class Probe(Strict):
    http_get: HttpGet
    period_seconds: int | None = None
    timeout_seconds: int | None = None


class Capabilities(Strict):
    drop: list[str]


class SeccompProfile(Strict):
    type: Literal["RuntimeDefault"]


class SecurityContext(Strict):
    run_as_non_root: Literal[True]
    read_only_root_filesystem: Literal[True]
    allow_privilege_escalation: Literal[False]
    capabilities: Capabilities
    seccomp_profile: SeccompProfile


class NamedReference(Strict):
    name: Name


class EnvFrom(Strict):
    config_map_ref: NamedReference


class Variable(Strict):
    name: str
    value: str


class Mount(Strict):
    name: Name
    mount_path: str
    read_only: Literal[True]


class Quantities(Strict):
    cpu: Quantity | None = None
    memory: Quantity


class Resources(Strict):
    requests: Quantities
    limits: Quantities


class Container(Strict):
    image: str
    env: list[Variable] = []
    env_from: list[EnvFrom] = []
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    resources: Resources | None = None
    security_context: SecurityContext
    volume_mounts: list[Mount] = []


class Item(Strict):
    key: str
    path: str


class SecretSource(Strict):
    secret_name: Name
    items: list[Item]


class Volume(Strict):
    name: Name
    secret: SecretSource


class RevisionSpec(Strict):
    service_account_name: Name | None = None
    container_concurrency: Annotated[int, Field(ge=0, le=1000)] | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] | None = None
    enable_service_links: Literal[False] | None = None
    containers: Annotated[list[Container], Field(min_length=1, max_length=1)]
    volumes: list[Volume] = []


class TemplateMetadata(Strict):
    annotations: dict[str, str] = {}


class Template(Strict):
    metadata: TemplateMetadata = TemplateMetadata()
    spec: RevisionSpec


class ServiceSpec(Strict):
    template: Template


class Service(Strict):
    api_version: Literal["serving.knative.dev/v1"]
    kind: Literal["Service"]
    metadata: Metadata
    spec: ServiceSpec

    @property
    def revision(self) -> RevisionSpec:
        return self.spec.template.spec


Document = Annotated[
    ServiceAccount | ConfigMap | Namespace | Broker | SinkBinding | Trigger | Service, Field(discriminator="kind")
]
DOCUMENTS: TypeAdapter[list[Document]] = TypeAdapter(list[Document])
