"""How large the texts are together: refused while they still arrive, as soon as they are too much."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from ophicleide.domain.models import Failure, FailureCode
from spark_jobs.train_word2vec.channel import Message
from spark_jobs.train_word2vec.failures import JobFailed


@dataclass
class Sizes:
    """Adds up what tasks tell of their texts, after decompression; a lost message is made good at the end."""

    max_bytes: int
    stop: Callable[[Failure], None]
    _by_text: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def heard(self, message: Message) -> None:
        with self._lock:
            self._by_text[message["url"]] = message["text_bytes"]
            total = sum(self._by_text.values())
        if total > self.max_bytes:
            self.stop(too_much(total, self.max_bytes))


def refuse_too_much(total: int, max_bytes: int) -> None:
    if total > max_bytes:
        raise JobFailed(too_much(total, max_bytes))


def too_much(total: int, max_bytes: int) -> Failure:
    return Failure(
        code=FailureCode.CORPUS_TOO_LARGE,
        detail=f"The texts have {total:,} bytes together or more, the limit is {max_bytes:,}. Give fewer texts, or ask the operator to raise OPHICLEIDE_MAX_CORPUS_BYTES.",
    )
