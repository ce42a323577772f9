"""Words of Chinese and Japanese, and of mixed text."""

import sys

import pytest

from ophicleide.domain.models import FailureCode
from ophicleide.domain.training import Segmenter
from spark_jobs.train_word2vec import segment
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.segment import MAX_RUN_CHARACTERS, require, segment_of
from spark_jobs.train_word2vec.tokenise import contexts, words

CHINESE, JAPANESE = Segmenter.CHINESE, Segmenter.JAPANESE


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (CHINESE, "他来到北京清华大学学习。", ["他", "来到", "北京", "清华大学", "学习"]),
        (CHINESE, "小明硕士毕业于中国科学院", ["小明", "硕士", "毕业", "于", "中国科学院"]),
        (CHINESE, "她在圖書館讀書", ["她", "在", "圖書館", "讀書"]),
        (CHINESE, "我喜欢Python和AI技术", ["我", "喜欢", "python", "和", "ai", "技术"]),
        (CHINESE, "the old captain", ["the", "old", "captain"]),
        (
            JAPANESE,
            "吾輩は猫である。名前はまだ無い。",
            ["吾輩", "は", "猫", "で", "ある", "名前", "は", "まだ", "無い"],
        ),
        (JAPANESE, "東京都に行った", ["東京", "都", "に", "行っ", "た"]),
        (JAPANESE, "コーヒーを飲む人々", ["コーヒー", "を", "飲む", "人々"]),
        (JAPANESE, "ﾃﾚﾋﾞを見るEmma", ["テレビ", "を", "見る", "emma"]),
    ],
)
def test_sentences_are_cut_into_words(language: Segmenter, text: str, expected: list[str]) -> None:
    assert words(text, segment_of(language)) == expected


def test_without_a_segmenter_a_run_of_letters_is_one_word() -> None:
    assert segment_of(Segmenter.NONE) is None
    assert words("吾輩は猫である。名前は", None) == ["吾輩は猫である", "名前は"]


@pytest.mark.parametrize(("language", "word"), [(CHINESE, "北京"), (JAPANESE, "東京")])
def test_a_page_without_punctuation_is_no_trouble(language: Segmenter, word: str) -> None:
    text = word * MAX_RUN_CHARACTERS

    found = [one for context in contexts([text], segment_of(language)) for one in context]

    assert "".join(found) == text
    assert found.count(word) > 0.9 * MAX_RUN_CHARACTERS


def test_a_segmenter_that_is_not_installed_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "find_spec", lambda module: None if module == "rjieba" else object())

    with pytest.raises(JobFailed, match="extra 'segmentation'") as refused:
        require(CHINESE)

    assert refused.value.failure.code is FailureCode.SEGMENTER_MISSING
    require(JAPANESE)
    require(Segmenter.NONE)


def test_a_text_with_blanks_loads_no_dictionary() -> None:
    before = {"rjieba", "sudachipy"} & set(sys.modules)

    words("the old captain", segment_of(Segmenter.NONE))

    assert {"rjieba", "sudachipy"} & set(sys.modules) == before
