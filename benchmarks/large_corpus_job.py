"""The job's own steps in a process of their own, for `large_corpus`: URL, threads, and whether to train too."""

import json
import os
import sys
from time import monotonic

from ophicleide.domain.training import TrainingParameters
from ophicleide.fetching.download import Limits
from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import start_spark
from spark_jobs.train_word2vec.channel import Channel
from spark_jobs.train_word2vec.corpus import Corpus
from spark_jobs.train_word2vec.count import count_vocabulary
from spark_jobs.train_word2vec.fetch import Fetcher
from spark_jobs.train_word2vec.gather import gather
from spark_jobs.train_word2vec.train import trainer_of

PARAMETERS = TrainingParameters(vector_size=50, window=2)


def main(url: str, threads: int, training: bool) -> dict[str, float]:
    seconds: dict[str, float] = {}
    began = monotonic()

    def done(step: str) -> None:
        seconds[step] = round(monotonic() - began - sum(seconds.values()), 1)

    spark = start_spark({"spark.master": f"local[{threads}]"}, java=java_home(os.environ))
    done("start")
    with Channel("127.0.0.1", "127.0.0.1", lambda _: None) as channel:
        fetcher = Fetcher("127.0.0.1", Limits(60, 7200, 5, 1 << 40), channel.sender)
        lines = gather(spark, fetcher, [url], lambda: None)
        done("fetch and tokenise")
        vocabulary = count_vocabulary(lines, PARAMETERS, max_bytes=1 << 32)
        done("count")
        if training:
            trainer_of(PARAMETERS.trainer, spark, channel.sender).learn(
                Corpus(lines, vocabulary), PARAMETERS, 1, lambda _: None
            )
            done("train an epoch")
    return {"words": lines.tokens, "vocabulary": len(vocabulary.words), **seconds}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1")), flush=True)
