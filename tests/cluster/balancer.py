"""HAProxy before the nodes, as somebody would have it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from processes import free_port

CONFIGURATION = """\
global
  maxconn 256
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  option redispatch
  retries 1
frontend callers
  bind 127.0.0.1:{port}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /readyz
{servers}
"""


class Balancer:
    def __init__(self, nodes):
        self.name = "balancer"
        self.address = ("127.0.0.1", free_port())
        self.folder = Path(tempfile.mkdtemp(prefix="claviger-balancer-"))
        servers = [f"  server {node.name} {node.address[0]}:{node.address[1]} check inter 500ms"
                   for node in nodes]
        path = self.folder / "haproxy.cfg"
        path.write_text(CONFIGURATION.format(port=self.address[1], servers="\n".join(servers)))
        self.process = subprocess.Popen([self.program(), "-db", "-f", path],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    @staticmethod
    def program():
        """Where it is; None if it is not installed."""
        return shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin")

    def finish(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
