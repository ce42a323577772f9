"""Each function in functions-framework's own application, connected to fakes."""

from collections.abc import Callable
from pathlib import Path

import functions_framework
import pytest
from werkzeug.test import Client

from tests.functions import world as worlds
from tests.functions.world import World

TARGETS = Path(__file__).with_name("targets.py")


@pytest.fixture
def world() -> World:
    return worlds.renew()


@pytest.fixture
def serve(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Client]:
    def client(target: str) -> Client:
        # create_app leaves these behind; set here, they are put back.
        monkeypatch.setenv("FUNCTION_TARGET", target)
        monkeypatch.setenv("FUNCTION_SIGNATURE_TYPE", "http")
        app = functions_framework.create_app(target, str(TARGETS), "http")
        return app.test_client()

    return client
