"""What the environment may say, and how every fault of it is told at once."""

from pathlib import Path

import pytest

from ophicleide.settings import SECRETS, Settings, SettingsError, declared, required, variable

URI = "mongodb://user:s3cret@host/"


def read(**environ: str) -> Settings:
    return Settings.from_environment({"MONGODB_URI": URI, **environ})


def faults(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    return sorted(str(caught.value).splitlines())


def test_the_store_is_all_that_must_be_said() -> None:
    settings = read()
    assert settings.mongodb_uri == URI
    assert settings.database == "ophicleide"


def test_variables_become_values_of_their_type() -> None:
    settings = read(OPHICLEIDE_LEASE_SECONDS="90.5", OPHICLEIDE_MAX_URLS="7", K_SINK="http://broker/")
    assert (settings.lease_seconds, settings.max_urls, settings.sink_url) == (90.5, 7, "http://broker/")


def test_a_missing_store_is_told_by_the_name_of_its_variable() -> None:
    with pytest.raises(SettingsError, match=r"^MONGODB_URI: is missing$"):
        Settings.from_environment({})


def test_an_empty_variable_counts_as_not_given() -> None:
    settings = read(K_SINK="", OPHICLEIDE_MAX_URLS="")
    assert (settings.sink_url, settings.max_urls) == (None, 1000)
    assert [fault.split(":")[0] for fault in faults(MONGODB_URI="")] == ["MONGODB_URI"]


def test_all_faults_are_told_at_once_each_on_its_line() -> None:
    told = faults(
        MONGODB_URI="postgres://host", OPHICLEIDE_MAX_URLS="many", OPHICLEIDE_LOG_LEVEL="LOUD", OPHICLEIDE_COLOUR="red"
    )
    assert [line.split(":")[0] for line in told] == [
        "MONGODB_URI",
        "OPHICLEIDE_COLOUR",
        "OPHICLEIDE_LOG_LEVEL",
        "OPHICLEIDE_MAX_URLS",
    ]


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "0", "1e3000", "soon"])
def test_times_are_positive_and_finite(seconds: str) -> None:
    assert [line.split(":")[0] for line in faults(OPHICLEIDE_DEADLINE_SECONDS=seconds)] == [
        "OPHICLEIDE_DEADLINE_SECONDS"
    ]


def test_a_lease_that_heartbeats_do_not_fit_into_is_told() -> None:
    (told,) = faults(OPHICLEIDE_LEASE_SECONDS="5", OPHICLEIDE_HEARTBEAT_SECONDS="2")
    assert told.startswith("OPHICLEIDE_LEASE_SECONDS: must be at least three times OPHICLEIDE_HEARTBEAT_SECONDS")


@pytest.mark.parametrize(
    "name",
    [
        "OPHICLEIDE_SERVICE_HOST",
        "OPHICLEIDE_SERVICE_PORT",
        "OPHICLEIDE_SERVICE_PORT_HTTP",
        "OPHICLEIDE_PORT",
        "OPHICLEIDE_WEB_PORT_80_TCP",
        "OPHICLEIDE_WEB_PORT_80_TCP_ADDR",
        "OPHICLEIDE_URL",
    ],
)
def test_variables_that_others_set_are_passed_over(name: str) -> None:
    assert read(**{name: "tcp://10.0.0.1:80"}) == read()


def test_a_secret_may_lie_in_a_mounted_file(tmp_path: Path) -> None:
    file = tmp_path / "uri"
    file.write_text("mongodb://from.a.file/\n")
    assert read(MONGODB_URI_FILE=str(file)).mongodb_uri == "mongodb://from.a.file/"


def test_a_mounted_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert any("No such file" in line for line in faults(MONGODB_URI_FILE=str(tmp_path / "missing")))
    assert any("is not text" in line for line in faults(MONGODB_URI_FILE=str(tmp_path / "binary")))


def test_no_secret_is_in_a_fault_or_in_what_settings_print() -> None:
    told = faults(MONGODB_URI="mysql://user:s3cret@host", OPHICLEIDE_MAX_URLS="x")
    assert "s3cret" not in "".join(told) + repr(read()) + str(read())


@pytest.mark.parametrize("field", declared())
def test_every_setting_has_a_sentence(field: str) -> None:
    description = declared()[field][1].description
    assert description
    assert description.endswith(".")


def test_no_secret_has_a_default() -> None:
    assert required() >= SECRETS


def test_no_two_settings_share_a_variable() -> None:
    names = [variable(field) for field in declared()]
    assert len(names) == len(set(names))
