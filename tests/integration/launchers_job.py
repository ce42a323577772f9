"""A training job for the launcher's tests: writes what it was given, starts a child as Spark does, waits to be ended.

`--model-id` and `--attempt` come last on the command line, as for the real job.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

folder = pathlib.Path(os.environ["TEST_FOLDER"])
if os.environ.get("TEST_STUBBORN"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import os, time; os.setpgid(0, 0); time.sleep(300)"])
sys.stdout.write(" ".join(["started", *sys.argv[1:]]) + "\n")
sys.stdout.flush()
(folder / f"{os.getpid()}.runs").write_text(f"{child.pid}")
time.sleep(300)
