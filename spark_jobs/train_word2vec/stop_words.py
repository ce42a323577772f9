"""Words that are left out: Spark's list of a language, and the caller's own.

Spark carries the Snowball and NLTK lists, which are short: they leave out what has no meaning of its own.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ophicleide.domain.training import StopWords, TrainingParameters
from spark_jobs.train_word2vec.tokenise import words

if TYPE_CHECKING:
    from pyspark import SparkContext


def excluded_words(spark: "SparkContext", parameters: TrainingParameters) -> frozenset[str]:
    """In the spelling of tokens."""
    listed = stop_words(spark, parameters.stop_words) if parameters.stop_words else ()
    return frozenset(token for entry in (*listed, *parameters.excluded_words) for token in words(entry))


def function_words(spark: "SparkContext") -> frozenset[str]:
    """Stop words of every language that has a list: words that tell nothing of a text's matter."""
    listed = (entry for language in StopWords for entry in stop_words(spark, language))
    return frozenset(token for entry in listed for token in words(entry))


def stop_words(spark: "SparkContext", language: StopWords) -> Iterable[str]:
    """As Spark has them. From the JVM: importing `pyspark.ml` for them takes a second."""
    java: Any = spark._jvm
    remover = java.org.apache.spark.ml.feature.StopWordsRemover
    return tuple(remover.loadDefaultStopWords(language.name.lower()))
