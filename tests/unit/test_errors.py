"""The family of errors: stable codes, sentences, and what a problem document adds."""

import pytest

from ophicleide.domain import errors
from ophicleide.domain.errors import FieldProblem, InvalidRequest, ModelNotReady, OphicleideError, UnknownWord

FAMILY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OphicleideError)]


def test_every_error_has_a_code_and_a_title_of_its_own() -> None:
    assert len({kind.code for kind in FAMILY}) == len(FAMILY)
    assert len({kind.title for kind in FAMILY}) == len(FAMILY)


@pytest.mark.parametrize("kind", FAMILY)
def test_a_code_can_stand_in_a_uri(kind: type[OphicleideError]) -> None:
    assert kind.code.replace("-", "").isalpha()
    assert kind.code == kind.code.lower()


def test_an_invalid_request_tells_every_field() -> None:
    error = InvalidRequest([FieldProblem("/urls/0", "no host"), FieldProblem("", "no object")])
    assert error.detail == "/urls/0: no host; body: no object"
    assert error.members == {
        "errors": [{"pointer": "/urls/0", "detail": "no host"}, {"pointer": "", "detail": "no object"}]
    }


def test_an_unknown_word_tells_near_spellings_where_there_are_any() -> None:
    assert UnknownWord("hapy", ["happy"]).detail.endswith("Near spellings: happy.")
    unknown = [{"word": "qqq", "suggestions": []}]
    assert UnknownWord("qqq", []).members == {"word": "qqq", "suggestions": [], "unknown_words": unknown}


def test_many_unknown_words_are_all_named() -> None:
    error = UnknownWord.all_of({"hapy": ["happy"], "qqq": []})
    assert error.detail == "The words 'hapy' and 'qqq' are not in the model's vocabulary. Near 'hapy': happy."


def test_a_model_that_is_not_ready_tells_its_status() -> None:
    assert ModelNotReady("Wait.", "training").members == {"model_status": "training"}
