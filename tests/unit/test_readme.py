"""What the README names must exist: functions, make targets, commands, paths, events, links."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from ophicleide.cli.main import app
from ophicleide.domain.events import RequestType

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRACT = yaml.safe_load((ROOT / "openapi" / "ophicleide.yaml").read_text())
FUNCTIONS = {main.parent.name for main in ROOT.glob("functions/*/main.py")}


def test_the_table_names_every_function_and_no_other() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.M)) == FUNCTIONS


def test_the_table_names_every_event_that_a_function_takes() -> None:
    assert set(re.findall(r"`(dev\.ophicleide\.[\w.]+)`", README)) == set(RequestType)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\$ make (\w+)", README))))
def test_make_has_each_target(target: str) -> None:
    assert re.search(rf"^{target}: .*## ", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"localhost:8080/api(/[^\s'?]+)", README))))
def test_the_contract_has_each_path_that_curl_asks(path: str) -> None:
    wanted = re.sub(r"my%20texts", "{model}", path)
    assert wanted in CONTRACT["paths"]


@pytest.mark.parametrize("line", re.findall(r"bin/ophicleide (.+)", README))
def test_the_command_line_has_each_command(line: str) -> None:
    first, second = line.split()[:2]
    command = get_command(app).commands[first]
    assert second in getattr(command, "commands", {second})


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)]+)\)", README))))
def test_each_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()
