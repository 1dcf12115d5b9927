"""Starts the gateways of packaging/gateways as they are shipped, but for ports and folders."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from claviger import ROOT
from processes import free_port
from wire import until

FILES = ROOT / "packaging/gateways"
NGINX = """
daemon off;
user www-data;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/nginx.conf;
}}
"""


def nginx(folder, place):
    place("nginx.conf")
    (folder / "main").write_text(NGINX.format(folder=folder))
    return ["/usr/sbin/nginx", "-p", folder, "-e", folder / "log", "-c", folder / "main"]


def caddy(folder, place):
    place("Caddyfile")
    return ["/usr/bin/caddy", "run", "--config", folder / "Caddyfile"]


def haproxy(folder, place):
    place("haproxy.cfg")
    place("haproxy.lua")
    return ["/usr/sbin/haproxy", "-db", "-f", folder / "haproxy.cfg"]


APACHE = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/log
User www-data
Group www-data
{modules}
Include {folder}/apache.conf
"""
APACHE_MODULES = ("mpm_event", "authz_core", "headers", "lua", "proxy", "proxy_http")


def apache(folder, place):
    place("apache.conf")
    place("apache.lua")
    (folder / "apache.lua").rename(folder / "claviger.lua")
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
                        for name in APACHE_MODULES)
    (folder / "main").write_text(APACHE.format(folder=folder, modules=modules))
    return ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", folder / "main"]


GATEWAYS = {"nginx": nginx, "caddy": caddy, "haproxy": haproxy, "apache": apache}


class Gateway:
    """One that runs; `address` is where it listens."""

    def __init__(self, name, claviger_port, api_port):
        self.folder = folder = Path(tempfile.mkdtemp(prefix="claviger-gateway-"))
        folder.chmod(0o755)  # what root starts goes on as www-data
        self.address = ("127.0.0.1", free_port())
        self.ports = {"8080": self.address[1], "8003": claviger_port, "9000": api_port}
        command = GATEWAYS[name](folder, self.place)
        with open(folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={"PATH": os.environ["PATH"], "HOME": str(folder)}, start_new_session=True)
        try:
            until(self.is_listening, f"{name} listens", 30)
        except BaseException:
            self.stop()
            raise

    def place(self, name):
        """Puts a shipped file into the folder with this run's ports and folder."""
        text = (FILES / name).read_text()
        for port, here in self.ports.items():
            text = text.replace(":" + port, f":{here}")
            text = text.replace(f'", {port}', f'", {here}')  # as Lua has it
        for etc in ("/etc/haproxy", "/etc/apache2"):
            text = text.replace(etc, str(self.folder))
        if os.geteuid() != 0:  # only root changes to another user
            text = re.sub(r"^  (user|group) haproxy\n", "", text, flags=re.MULTILINE)
        (self.folder / name).write_text(text)

    def is_listening(self):
        assert self.process.poll() is None, (self.folder / "output").read_text()
        try:
            socket.create_connection(self.address, 1).close()
        except OSError:
            return False
        return True

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        shutil.rmtree(self.folder)
