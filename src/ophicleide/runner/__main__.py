"""`python -m ophicleide.runner`, which is what `make run` starts."""

import sys

from ophicleide.runner.main import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
