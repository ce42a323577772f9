"""Which launcher the settings ask for; imported by `main.py` files alone."""

from collections.abc import Mapping

from ophicleide.domain.ports import TrainingLauncher
from ophicleide.launchers.local import LocalLauncher
from ophicleide.settings import Settings, SettingsError


def launcher(settings: Settings, environ: Mapping[str, str]) -> TrainingLauncher:
    if settings.launcher != "local":
        raise SettingsError("OPHICLEIDE_LAUNCHER: this version launches jobs on its own machine only; set it to local")
    return LocalLauncher(settings.jobs_directory, environ)
