"""A model that is gone frees the memory that its vectors took."""

from functions.query.answering import Answering
from functions.query.asking import Asking
from functions.query.handler import Querying
from functions.query.keeping import Keeping
from ophicleide.domain.lifecycle import delete
from ophicleide.edge.function import Function
from ophicleide.edge.messages import Request
from ophicleide.stores.cache import VectorCache
from ophicleide.system import uuid7
from tests.functions.world import World


def test_a_question_to_a_deleted_model_frees_its_vectors(world: World) -> None:
    cache = VectorCache(world.artifacts, 1 << 20)
    answering = Answering(world.models, cache, world.now)
    querying = Querying(Asking(answering, 10), Keeping(answering, world.queries, uuid7))
    function, model = Function("query", querying.operations()), world.ready()
    ask = Request("GET", f"/models/{model.id}/vectors/captain")
    assert function.handle(ask).status == 200
    assert list(cache._loads) == [model.id]
    world.models.change(model.id, 1, delete(now=world.now()))
    assert function.handle(ask).status == 404
    assert list(cache._loads) == []
