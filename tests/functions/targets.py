"""The targets on the running test's world, for functions-framework to load."""

from ophicleide.edge.framework import serving
from tests.functions import world

create_model = serving(world.current().function("create_model"))
delete_model = serving(world.current().function("delete_model"))
list_models = serving(world.current().function("list_models"))
set_alias = serving(world.current().function("set_alias"))
query = serving(world.current().function("query"))
