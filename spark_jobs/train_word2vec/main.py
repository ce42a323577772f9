"""Chooses what the job is connected to: settings from the environment, stores on MongoDB, events to the sink."""

import argparse
import os
import signal
import sys
from threading import Thread

from ophicleide.edge.logs import set_up
from ophicleide.edge.sink import sink_at
from ophicleide.launchers.java import java_home
from ophicleide.settings import Settings, SettingsError
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoNeighbourStore
from ophicleide.system import utc_now
from spark_jobs.spark_start import start_spark
from spark_jobs.train_word2vec.attempt import Attempt
from spark_jobs.train_word2vec.failures import DRIVER_STOPPED
from spark_jobs.train_word2vec.job import Job, StartSpark
from spark_jobs.train_word2vec.turn import wait_for_turn


def main() -> int:
    parser = argparse.ArgumentParser(prog="train_word2vec", description="Trains one model and publishes it.")
    parser.add_argument("--model-id", required=True)
    parser.add_argument("--attempt", required=True, type=int)
    arguments = parser.parse_args()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    set_up(settings.log_format, settings.log_level)
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    models = MongoModelStore(connection)
    if not wait_for_turn(settings, models, utc_now, arguments.model_id, arguments.attempt):
        return 0
    attempt = Attempt(
        models,
        utc_now,
        arguments.model_id,
        arguments.attempt,
        lease_seconds=settings.lease_seconds,
        heartbeat_seconds=settings.heartbeat_seconds,
        deadline_seconds=settings.deadline_seconds,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread: the handler interrupts code that may hold the very lock that stopping needs.
        signal.signal(number, lambda *_: Thread(target=attempt.stop, args=(DRIVER_STOPPED,)).start())
    artifacts, neighbours = MongoArtifactStore(connection), MongoNeighbourStore(connection)
    return Job(
        settings, attempt, models, artifacts, neighbours, sink_at(settings.sink_url), _spark_starter(settings)
    ).run()


def _spark_starter(settings: Settings) -> StartSpark:
    """Java is looked for when Spark starts, so that its absence is a reason that the model tells."""
    return lambda conf: start_spark(conf, java=java_home(os.environ), cache=settings.spark_cache_directory)


if __name__ == "__main__":
    sys.exit(main())
