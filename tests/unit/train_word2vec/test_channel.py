"""Tasks tell the driver how far they are."""

import pickle
import socket
from queue import Queue
from typing import Any

from spark_jobs.train_word2vec.channel import Channel, Sender


def test_messages_arrive_in_order_from_a_sender_that_was_pickled() -> None:
    heard: Queue[Any] = Queue()
    with Channel("127.0.0.1", "127.0.0.1", heard.put) as channel:
        sender: Sender = pickle.loads(pickle.dumps(channel.sender))  # noqa: S301 - our own
        sender({"words_done": 1})
        sender({"words_done": 2})

        assert [heard.get(timeout=10), heard.get(timeout=10)] == [{"words_done": 1}, {"words_done": 2}]
        sender.close()


def test_a_stranger_is_not_heard() -> None:
    heard: Queue[Any] = Queue()
    with Channel("127.0.0.1", "127.0.0.1", heard.put) as channel:
        with socket.create_connection((channel.sender.host, channel.sender.port), timeout=10) as stranger:
            stranger.sendall(b"no secret\n{}\n")
            assert stranger.recv(1) == b""
        channel.sender({"url": "a"})

        assert heard.get(timeout=10) == {"url": "a"}
        channel.sender.close()


def test_nobody_listening_is_no_error_for_the_task() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    Sender("127.0.0.1", port, "secret")({"words_done": 1})
