"""The same provider by nginx and its echo module: written by others, and cheaper on the processor than ours."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.server import reply

_MODULE = "ngx_http_echo_module.so"
# Single process, so that ending it ends all of it; every path is inside its own directory.
_CONFIG = """
load_module "{module}";
daemon off;
master_process off;
worker_rlimit_nofile 8192;
pid "{folder}/pid";
error_log "{folder}/error.log" crit;
events {{ worker_connections 8192; }}
http {{
  log_format moments '$msec';
  access_log "{folder}/times" moments buffer=64k flush=200ms;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_temp_path "{folder}/body";
  proxy_temp_path "{folder}/proxy";
  fastcgi_temp_path "{folder}/fastcgi";
  uwsgi_temp_path "{folder}/uwsgi";
  scgi_temp_path "{folder}/scgi";
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location / {{ {answer} }}
  }}
}}
"""


def found() -> tuple[str, Path] | None:
    """Return the program and the echo module, if both are here."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if program is None:
        return None
    module = Path(program).parent.parent / "lib/nginx/modules" / _MODULE
    return (program, module) if module.exists() else None


def config(folder: Path, *, module: Path, port: int, delay: float) -> str:
    """Return a configuration that answers every path with the same completion."""
    body = reply().decode()
    # `return` answers before nginx would sleep, so a delay needs the echo module.
    answer = f"echo_sleep {delay:g}; echo -n '{body}';" if delay else f"return 200 '{body}';"
    return _CONFIG.format(folder=folder, module=module, port=port, answer=answer)
