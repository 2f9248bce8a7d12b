"""`python -m tests.limited 256 streamlit run …`: a module with 256 descriptors at most."""

from __future__ import annotations

import resource
import runpy
import sys

limit, module = int(sys.argv[1]), sys.argv[2]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
sys.argv = sys.argv[2:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
