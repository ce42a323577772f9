"""Options that many commands take: the common ones on every command, and one for each training parameter.

Both are made when a command is used, not when the program starts: the parameters' class costs an import of pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ophicleide.cli.session import ANSWER_SECONDS, DEFAULT_URL, OPTIONS, Output

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

TRAINING = "ophicleide.training"
COMMON_PANEL = "Common options"
TRAINING_PANEL = "Training parameters"


class Command(TyperCommand):
    """A command that takes the common options too."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [*super().get_params(ctx), *_options(_common_signature())]


class TrainingCommand(Command):
    """A command that takes each training parameter too; `training_parameters` gives those that were given."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [*_options(_training_signature()), *super().get_params(ctx)]


class CommonGroup(TyperGroup):
    """A group in front of whose commands the common options may stand."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [*super().get_params(ctx), *_options(_common_signature())]


def training_parameters(ctx: typer.Context) -> dict[str, Any]:
    """The parameters that were given; the server knows the defaults of the others."""
    return dict(ctx.meta.get(TRAINING, {}))


def _keep_in(place: str) -> Callable[..., Any]:
    def keep(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
        if value is not None and value is not False and value != []:
            ctx.meta.setdefault(place, {})[param.name] = value
        return value

    return keep


def _options(signature: Signature) -> list[Any]:
    """What typer makes of a function of this signature."""

    def carrier() -> None: ...

    carrier.__signature__ = signature  # type: ignore[attr-defined]
    carrier.__annotations__ = {name: p.annotation for name, p in signature.parameters.items()}
    app = typer.Typer(add_completion=False)
    app.command()(carrier)
    return list(get_command(app).params)


def _option(name: str, kind: Any, default: Any, *flags: str, **info: Any) -> Parameter:
    annotation = Annotated[kind, typer.Option(*flags, expose_value=False, **info)]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _common_signature() -> Signature:
    common: dict[str, Any] = {"callback": _keep_in(OPTIONS), "rich_help_panel": COMMON_PANEL, "show_default": False}
    url = f"Where the API is; also OPHICLEIDE_URL. \\[default: {DEFAULT_URL}]"
    output = "table for people, json as the API sent it, name for the bare ids or words. \\[default: table]"
    timeout = f"Give up after so many seconds. \\[default: {ANSWER_SECONDS:g} for an answer, none for a training]"
    return Signature(
        [
            _option("url", str | None, None, "--url", metavar="URL", help=url, **common),
            _option("output", Output | None, None, "--output", "-o", help=output, **common),
            _option("timeout", float | None, None, "--timeout", min=0.001, metavar="SECONDS", help=timeout, **common),
            _option("quiet", bool, False, "--quiet", "-q", help="No progress, no remarks.", **common),
            _option("no_color", bool, False, "--no-color", help="No colours; also NO_COLOR.", **common),
        ]
    )


def _training_signature() -> Signature:
    from ophicleide.domain.training import TrainingParameters

    return Signature([_training_option(name, field) for name, field in TrainingParameters.model_fields.items()])


def _training_option(name: str, field: FieldInfo) -> Parameter:
    kind: Any = get_args(field.annotation)[0] if isinstance(field.annotation, UnionType) else field.annotation
    kind = list[str] if get_origin(kind) is tuple else kind
    return _option(
        name,
        kind | None,
        None,
        f"--{name.replace('_', '-')}",
        callback=_keep_in(TRAINING),
        help=f"{field.description}{_shown(field.default)}",
        metavar="WORD" if kind == list[str] else None,
        rich_help_panel=TRAINING_PANEL,
        show_default=False,
        **dict(_bounds(field)),
    )


def _shown(default: object) -> str:
    """What the description does not say already."""
    match default:
        case None:
            return ""
        case tuple():
            return " May be repeated."
        case bool():
            return f" \\[default: {'yes' if default else 'no'}]"
    return f" \\[default: {default}]"


def _bounds(field: FieldInfo) -> Iterator[tuple[str, Any]]:
    from annotated_types import Ge, Le

    for rule in field.metadata:
        if isinstance(rule, Ge):
            yield "min", rule.ge
        elif isinstance(rule, Le):
            yield "max", rule.le
