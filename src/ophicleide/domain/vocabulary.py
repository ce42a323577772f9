"""The words of a model as the bytes they were read in: no string a word, no dictionary, so that the matrix is what takes memory.

A list with a dictionary would take some 160 bytes a word besides its letters; this takes eight.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.uint32]


def places_of(words: Sequence[bytes]) -> Places:
    """Where each word starts in the text that joins them by line breaks, and where the next would, uint32 (V + 1,)."""
    return np.cumsum([0, *(len(word) + 1 for word in words)], dtype=np.uint64).astype("<u4")


def order_of(words: Sequence[bytes]) -> Places:
    """The words' numbers in the order of their bytes, uint32 (V,)."""
    return np.array(sorted(range(len(words)), key=words.__getitem__), dtype="<u4")


class Vocabulary(Sequence[str]):
    """`text`: UTF-8, words joined by line breaks; `places` and `order` as the functions of that name give them."""

    def __init__(self, text: memoryview, places: Places, order: Places) -> None:
        self._text = text
        self._places = places
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        return self._bytes(range(len(self))[number]).decode()

    def __iter__(self) -> Iterator[str]:
        return iter(str(self._text, "utf-8").split("\n"))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def size_bytes(self) -> int:
        return self._text.nbytes + self._places.nbytes + self._order.nbytes

    def find(self, word: str) -> int | None:
        """The word's number; None where it is not there."""
        wanted = word.encode(errors="surrogatepass")
        low, high = 0, len(self._order)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(self._order[middle]) < wanted:
                low = middle + 1
            else:
                high = middle
        found = int(self._order[low]) if low < len(self._order) else None
        return found if found is not None and self._bytes(found) == wanted else None

    def _bytes(self, number: "int | np.uint32") -> bytes:
        return bytes(self._text[self._places[number] : self._places[int(number) + 1] - 1])


class Numbers(Mapping[str, int]):
    """Each word's number, looked up without a dictionary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __getitem__(self, word: str) -> int:
        if (number := self._vocabulary.find(word)) is None:
            raise KeyError(word)
        return number

    def __contains__(self, word: object) -> bool:
        return word in self._vocabulary

    def __iter__(self) -> Iterator[str]:
        return iter(self._vocabulary)

    def __len__(self) -> int:
        return len(self._vocabulary)
