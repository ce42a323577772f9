"""gensim's most_similar behind FastAPI: the program that one would write in an hour."""

import os
from typing import Any

from fastapi import FastAPI
from gensim.models import KeyedVectors

vectors = KeyedVectors.load_word2vec_format(os.environ["VECTORS"], binary=True)
vectors.fill_norms()
app = FastAPI()


@app.get("/most-similar")
def most_similar(word: str, top_k: int = 10) -> dict[str, Any]:
    found = vectors.most_similar(word, topn=top_k)
    return {"word": word, "neighbours": [{"word": near, "similarity": float(score)} for near, score in found]}
