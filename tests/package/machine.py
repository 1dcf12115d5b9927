"""A bare Debian machine with systemd to install the package on: a container, or a virtual machine.

Both begin with the root that `base` makes, have no network, and find the packages that Claviger
depends on in a folder of their own, as apt finds them on a mirror.
"""

import base64
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from claviger import ROOT
from wire import until

HERE = Path(__file__).resolve().parent
CACHE = ROOT / "build" / "package"
BOOT_S = 600  # a virtual machine without help from the processor, beside other work
SOURCES = "deb [trusted=yes] file:/srv/packages ./\n"


class Machine:
    """`run` is all that a test needs of it."""

    kernel = ()  # packages that the root needs beside

    def __init__(self, folder, packages):
        self.root = folder / "root"
        tar = CACHE / f"base-{type(self).__name__.lower()}.tar"
        subprocess.run([HERE / "base", tar, *self.kernel], check=True)
        self.root.mkdir()
        subprocess.run(["tar", "-xf", tar, "-C", self.root], check=True)
        (self.root / "etc/hostname").write_text("bare\n")
        self.fill(packages)

    def fill(self, packages):
        """Puts the packages into root's home, and what apt would fetch for them where it looks."""
        store = CACHE / "archives"
        (store / "partial").mkdir(parents=True, exist_ok=True)
        home = self.root / "root"
        shutil.copy(packages[0], home)
        (home / "newer").mkdir()
        shutil.copy(packages[1], home / "newer")
        options = {
            "Dir::State::status": self.root / "var/lib/dpkg/status",
            "Dir::Cache::archives": store,
            "Debug::NoLocking": "true",
        }
        flags = [f"-o{name}={value}" for name, value in options.items()]
        subprocess.run(["apt-get", "-qq", *flags, "install", "--download-only", "-y", packages[0]],
                       check=True)
        index = subprocess.run(["dpkg-scanpackages", "-m", "."], cwd=store, check=True,
                               capture_output=True).stdout
        shutil.copytree(store, self.root / "srv/packages")
        (self.root / "srv/packages/Packages").write_bytes(index)
        for listed in (self.root / "etc/apt").glob("sources.list*"):
            shutil.rmtree(listed) if listed.is_dir() else listed.unlink()
        (self.root / "etc/apt/sources.list").write_text(SOURCES)
        (self.root / "etc/apt/apt.conf.d/yes").write_text('APT::Get::Assume-Yes "true";\n')

    def ask(self, command):
        """Runs a command; (exit status, output)."""
        raise NotImplementedError

    def run(self, command, status=0):
        """Runs a command, which must end with this status; what it said."""
        came, output = self.ask(command)
        assert came == status, f"$ {command}\n{output}\nexit status {came}"
        return output

    def succeeds(self, command):
        return self.ask(command)[0] == 0


class Container(Machine):
    """systemd-nspawn: a second in which systemd is process 1. Needs root."""

    def __init__(self, folder, packages):
        super().__init__(folder, packages)
        self.log = open(folder / "console", "wb")
        self.start()

    def start(self):
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", "--register=no",
             "--keep-unit", "--private-network", "--link-journal=no", "--console=pipe",
             f"--machine=claviger-{os.getpid()}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_for_boot()

    def wait_for_boot(self):
        self.leader = until(self.first_process, "process 1", BOOT_S)
        until(lambda: self.succeeds("systemctl is-system-running | grep -Ex 'running|degraded'"),
              "systemd is up", BOOT_S)

    def first_process(self):
        """Process 1 of the container, once it has its own namespaces."""
        try:
            children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text()
            leader = children.split()[0]
            is_init = Path(f"/proc/{leader}/comm").read_text() == "systemd\n"
            return leader if is_init else None
        except (OSError, IndexError):
            return None

    def ask(self, command):
        done = subprocess.run(
            ["nsenter", "--target", self.leader, "--all", "--wdns=/root", "bash", "-c", command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                 "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})
        return done.returncode, done.stdout

    def reboot(self):
        self.stop()
        self.start()

    def stop(self):
        if self.nspawn.poll() is None:
            self.nspawn.send_signal(signal.SIGTERM)  # an orderly shutdown
        self.nspawn.wait(BOOT_S)

    def finish(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.root)


AGENT = r"""#!/bin/bash
# Runs what is asked for at the port: a command a line in base64; the answer is status and output.
export HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
cd /root
exec 3<>/dev/virtio-ports/agent
echo up >&3
while IFS= read -r line <&3; do
  bash -c "$(base64 -d <<<"$line")" </dev/null >/run/agent.output 2>&1 3>&-
  printf '%s %s\n' "$?" "$(base64 -w0 /run/agent.output)" >&3
done
"""
AGENT_UNIT = r"""[Unit]
Requires=dev-virtio\x2dports-agent.device
After=dev-virtio\x2dports-agent.device
[Service]
ExecStart=/usr/local/sbin/agent
[Install]
WantedBy=multi-user.target
"""


class Virtual(Machine):
    """QEMU with Debian's own kernel, in software: nothing of this machine shows through. Needs root
    to make the disk."""

    kernel = ("linux-image-cloud-amd64",)

    def __init__(self, folder, packages):
        super().__init__(folder, packages)
        self.folder = folder
        agent = self.root / "usr/local/sbin/agent"
        agent.write_text(AGENT)
        agent.chmod(0o755)
        unit = self.root / "etc/systemd/system/agent.service"
        unit.write_text(AGENT_UNIT)
        wants = unit.parent / "multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / unit.name).symlink_to(f"/etc/systemd/system/{unit.name}")
        (self.root / "etc/fstab").write_text("/dev/vda / ext4 defaults 0 1\n")
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", self.root, folder / "disk", "1500M"],
                       check=True)
        self.start()

    def start(self):
        ours, theirs = socket.socketpair()
        self.port = ours.makefile("rwb")
        boot = self.root / "boot"
        options = {
            "machine": "q35", "accel": "tcg,thread=multi", "cpu": "max", "smp": "2", "m": "1024",
            "display": "none", "nic": "none", "monitor": "none",
            "serial": f"file:{self.folder / 'console'}",
            "kernel": next(boot.glob("vmlinuz-*")), "initrd": next(boot.glob("initrd.img-*")),
            "append": "root=/dev/vda rw console=ttyS0 quiet",
            "drive": f"file={self.folder / 'disk'},format=raw,if=virtio",
            "chardev": f"socket,fd={theirs.fileno()},id=agent",
        }
        flags = [text for name, value in options.items() for text in (f"-{name}", str(value))]
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", *flags, "-device", "virtio-serial",
             "-device", "virtserialport,chardev=agent,name=agent"],
            stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        theirs.close()
        self.wait_for_boot()

    def wait_for_boot(self):
        assert self.port.readline() == b"up\n"
        self.ask("systemctl is-system-running --wait")

    def ask(self, command):
        self.port.write(base64.b64encode(command.encode()) + b"\n")
        self.port.flush()
        status, _, output = self.port.readline().partition(b" ")
        return int(status), base64.b64decode(output).decode()

    def reboot(self):
        self.run("systemd-run --quiet --on-active=1 systemctl reboot")  # after the answer
        self.wait_for_boot()

    def finish(self):
        self.qemu.terminate()
        self.qemu.wait()
        (self.folder / "disk").unlink()
        shutil.rmtree(self.root)


KINDS = {"container": Container, "virtual": Virtual}
