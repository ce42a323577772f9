"""What counts as a word, and how far its context reaches."""

import pytest

from spark_jobs.train_word2vec.tokenise import MAX_CONTEXT_WORDS, contexts, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Emma Woodhouse, handsome, clever", ["emma", "woodhouse", "handsome", "clever"]),
        ("L'été où l’amour naît", ["été", "où", "amour", "naît"]),
        ("aujourd'hui", ["aujourd'hui"]),
        ("Die Straße über Köln", ["die", "straße", "über", "köln"]),
        ("Всё смешалось в доме", ["всё", "смешалось", "в", "доме"]),
        ("ΣΟΦΟΣ", ["σοφος"]),
        ("بِسْمِ الله", ["بِسْمِ", "الله"]),
        ("בְּרֵאשִׁית צה״ל", ["בְּרֵאשִׁית", "צה״ל"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("Qu'est-ce que c'est ? Œuvre, naïve, garçon", ["est", "ce", "que", "est", "œuvre", "naïve", "garçon"]),
        ("Fußgänger-Übergänge, 3. Mai: »Grüße«", ["fußgänger", "übergänge", "mai", "grüße"]),
        ("Ёлка, подъезд; кто-нибудь «спросил»", ["ёлка", "подъезд", "кто", "нибудь", "спросил"]),
        ("قال: «السلامُ عليكم»، ثمّ مضى؟", ["قال", "السلامُ", "عليكم", "ثمّ", "مضى"]),
        ("הַיֶּלֶד אמר: „שלום”, ג׳ירפה בתל־אביב", ["הַיֶּלֶד", "אמר", "שלום", "ג׳ירפה", "בתל", "אביב"]),
        ("Çocuk ığdır İstanbul", ["çocuk", "ığdır", "i̇stanbul"]),
        ("don't o’clock", ["don't", "o'clock"]),
        ("Emma's sister's", ["emma", "sister"]),
        ("dell'anno l'idea", ["anno", "idea"]),
        ("col·lecció", ["col·lecció"]),
        ("well-known--indeed", ["well", "known", "indeed"]),
        ("_very_ *much*", ["very", "much"]),
        ("mp3 b2b 1984 3rd", ["mp3", "b2b", "rd"]),
        ("ﬁne ｆｕｌｌ", ["fine", "full"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("", []),
    ],
)
def test_words_are_letters_and_marks_of_any_script_in_lower_case(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_composed_and_decomposed_spellings_are_one_word() -> None:
    assert words("caf\u00e9") == words("cafe\u0301")


def test_encoded_data_is_no_word() -> None:
    assert words("a" * 65 + " word") == ["word"]


def test_hard_wrapped_lines_share_a_context_and_a_blank_line_ends_it() -> None:
    lines = ["She was the youngest of the two", "daughters of a father;", "", "Sixteen years"]

    assert [len(context) for context in contexts(lines)] == [11, 2]


def test_lines_beside_a_long_one_were_not_wrapped_by_hand() -> None:
    long = "word " * 50

    assert [len(context) for context in contexts(["short one", long, "and more", "of it"])] == [2, 50, 2, 2]
    assert [len(context) for context in contexts([long, "", "short", "lines"])] == [50, 2]


def test_lines_without_a_blank_one_among_them_are_sentences_or_documents() -> None:
    corpus = ["one two three four five"] * 500

    assert [len(context) for context in contexts(corpus)] == [5] * 500
    assert [len(context) for context in contexts([*corpus, "", "wrapped", "again"])][-1] == 2


def test_wrapped_lines_may_fill_a_context_and_no_more() -> None:
    lines = ["one two three four five"] * (MAX_CONTEXT_WORDS // 5)

    assert [len(context) for context in contexts(lines)] == [MAX_CONTEXT_WORDS]
    assert len(list(contexts([*lines, "six"]))) == len(lines) + 1


def test_a_context_is_cut_at_the_cap_and_no_word_is_lost() -> None:
    assert [len(context) for context in contexts(["word " * 2500])] == [MAX_CONTEXT_WORDS, MAX_CONTEXT_WORDS, 500]


def test_a_text_without_words_has_no_context() -> None:
    assert list(contexts(["123", "", "..."])) == []
