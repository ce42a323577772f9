"""The peer of the whole job: a script as people write it with gensim, that fetches texts, trains on them and saves vectors.

Its argument is a JSON object: urls, folder, threads, epochs, window, alpha.
"""

import gzip
import json
import sys
from pathlib import Path
from urllib.request import urlopen

from gensim.models import Word2Vec
from gensim.utils import simple_preprocess


def main(given: str) -> None:
    chosen = json.loads(given)
    corpus = Path(chosen["folder"], "corpus.txt")
    with corpus.open("w", encoding="utf-8") as out:
        for url in chosen["urls"]:
            with urlopen(url) as reply:
                data = reply.read()
            text = gzip.decompress(data) if url.endswith(".gz") else data
            for line in text.decode().splitlines():
                if words := simple_preprocess(line, min_len=1, max_len=64):
                    out.write(" ".join(words) + "\n")
    model = Word2Vec(
        corpus_file=str(corpus),
        sg=1,
        window=chosen["window"],
        alpha=chosen["alpha"],
        epochs=chosen["epochs"],
        workers=chosen["threads"],
    )
    model.wv.save(str(Path(chosen["folder"], "vectors")))
    print(len(model.wv))


if __name__ == "__main__":
    main(sys.argv[1])
