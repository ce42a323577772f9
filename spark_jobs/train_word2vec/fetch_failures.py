"""What went wrong with one URL, as a code and a sentence with the setting or the remedy."""

from ophicleide.domain.models import Failure, FailureCode
from ophicleide.fetching.download import (
    DownloadChanged,
    DownloadFailed,
    DownloadRefused,
    DownloadTimedOut,
    DownloadTooLarge,
)
from spark_jobs.train_word2vec.unpack import NotText, TooLarge

FetchFault = (DownloadFailed, NotText, TooLarge)
"""What a caller or an operator can put right."""


def failure_of(url: str, error: Exception) -> Failure:
    code, advice = next(entry for kind, *entry in _FAILURES if isinstance(error, kind))
    return Failure(code=FailureCode(code), detail=f"{url} was not read: {error}. {advice}", url=url)


_TOO_LARGE = (
    FailureCode.CORPUS_TOO_LARGE,
    "Give smaller texts, or ask the operator to raise OPHICLEIDE_MAX_SOURCE_BYTES.",
)
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (
        DownloadRefused,
        FailureCode.REFUSED_ADDRESS,
        "Only public addresses are read; the operator may list exceptions in OPHICLEIDE_FETCH_ALLOWED.",
    ),
    (
        DownloadTimedOut,
        FailureCode.FETCH_TIMEOUT,
        "Try again later, or ask the operator to raise OPHICLEIDE_FETCH_TIMEOUT_SECONDS (silence) or OPHICLEIDE_FETCH_TOTAL_SECONDS.",
    ),
    (DownloadTooLarge, *_TOO_LARGE),
    (TooLarge, *_TOO_LARGE),
    (DownloadChanged, FailureCode.UNREACHABLE_URL, "Create the model again when the text stays as it is."),
    (DownloadFailed, FailureCode.UNREACHABLE_URL, "Check the URL, then create the model again."),
    (NotText, FailureCode.NOT_TEXT, "Give plain text or HTML, gzip if you like."),
)
