"""Words of scripts that are written without blanks, found by libraries that know the language: jieba and Sudachi.

They are an extra of the image (`segmentation`); a job that needs one and has none says so before it fetches.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import find_spec

from ophicleide.domain.models import Failure, FailureCode
from ophicleide.domain.training import Segmenter
from spark_jobs.train_word2vec.failures import JobFailed

Segment = Callable[[str], Iterable[str]]
"""A run of letters without blanks to its words."""

MAX_RUN_CHARACTERS = 4096
"""Sudachi takes 49,149 bytes at once; writing has punctuation long before."""

_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
WITHOUT_BLANKS = re.compile(f"[{_HAN}{_KANA}]")

_MODULES = {Segmenter.CHINESE: ("rjieba",), Segmenter.JAPANESE: ("sudachipy", "sudachidict_small")}


def require(segmenter: Segmenter) -> None:
    """Refuses where its library is not installed."""
    if not all(find_spec(module) for module in _MODULES.get(segmenter, ())):
        detail = f"The segmenter '{segmenter}' is not installed here. Ask the operator for a job image with the extra 'segmentation', or leave segmenter out."
        raise JobFailed(Failure(code=FailureCode.SEGMENTER_MISSING, detail=detail))


@cache
def segment_of(segmenter: Segmenter) -> Segment | None:
    """Loaded once a process; Sudachi's dictionary is mapped into memory, not read."""
    match segmenter:
        case Segmenter.CHINESE:
            import rjieba

            return _in_runs(rjieba.cut)
        case Segmenter.JAPANESE:
            from sudachipy import Dictionary, SplitMode

            tokenizer = Dictionary(dict="small").tokenizer(mode=SplitMode.A)
            return _in_runs(lambda run: (morpheme.surface() for morpheme in tokenizer.tokenize(run)))
    return None


def _in_runs(segment: Segment) -> Segment:
    def segmented(text: str) -> Iterator[str]:
        for start in range(0, len(text), MAX_RUN_CHARACTERS):
            yield from segment(text[start : start + MAX_RUN_CHARACTERS])

    return segmented
