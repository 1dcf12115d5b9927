"""The life of the package on a bare machine, from its installation to its purge: each test goes on
where the one before it has ended. Which machine: $CLAVIGER_PACKAGE_MACHINE, see tests/package/run.
"""

import json
import re
import shlex

import pytest

from blocks import runnable_blocks
from claviger import ROOT
from wire import until

HOW_TO = ROOT / "docs" / "how-to-install.md"
URL = "http://127.0.0.1:8003"
CONFIG = "--config /etc/claviger/claviger.conf"
SECRET = "/etc/claviger/secrets/jwt-secret-key"
UNREACHABLE = 7  # curl's exit status: nobody listens
EXPOSURE = 1.5  # what `systemd-analyze security` may find at most, of 10


class Story:
    """What the tests know of each other."""


@pytest.fixture(scope="module")
def story(machine):
    story = Story()
    story.files_before = claviger_files(machine)
    return story


def claviger_files(machine):
    found = machine.run("find / -xdev \\( -path /proc -o -path /sys -o -path /root -o -path /srv "
                        "-o -path /var/cache/apt -o -path /var/lib/dpkg/info "
                        "-o -path /tmp \\) -prune -o \\( -name '*claviger*' -o -user claviger "
                        "\\) -print 2>/dev/null || true")
    return set(found.split()) - {"/var/lib/systemd/linger"}


def curl(machine, path, *arguments):
    """(status, body) of a request that the machine makes of itself."""
    told = machine.run(shlex.join(["curl", "-s", "-w", "\n%{http_code}", URL + path, *arguments]))
    body, _, status = told.rpartition("\n")
    return int(status), json.loads(body) if body.startswith("{") else body


def check(machine, token):
    return curl(machine, "/token", "-H", f"Authorization: Bearer {token}")[0]


def issue(machine, story):
    status, answer = curl(machine, "/token", "-H", f"x-api-key: {story.api_key}",
                          "-d", "identifier=robot", "-d", f"secret={story.user_secret}")
    assert status == 200, answer
    return answer["token"]


def show(machine, name):
    return machine.run(f"systemctl show -P {name} claviger").strip()


def documented(word):
    """The commands of the how-to's first block with this word."""
    blocks = runnable_blocks(HOW_TO.read_text())
    return next(commands for commands, _ in blocks if word in commands)


def install_newer(machine, *flags):
    return machine.run(shlex.join(["apt-get", "install", *flags]) + " ./newer/claviger_*.deb")


def assert_serves(machine):
    assert show(machine, "ActiveState") == "active", machine.run("journalctl -u claviger")
    assert curl(machine, "/readyz")[0] == 200


def assert_kept(machine, story):
    """Nothing that was acknowledged is lost, and nothing that was taken back is accepted."""
    assert check(machine, story.token) == 200
    assert check(machine, story.revoked) == 401


def test_nothing_is_there_before(machine, story):
    assert story.files_before == set()
    assert not machine.succeeds("dpkg-query -W libfmt9")


def test_installing_is_enough(machine, story):
    machine.run("apt-get update")
    story.said = machine.run(documented("apt install ./"))
    assert_serves(machine)
    assert machine.run("systemctl is-enabled claviger") == "enabled\n"
    assert show(machine, "StatusText") == f"serves {URL}"
    assert show(machine, "Type") == "notify"


def test_who_owns_what(machine):
    modes = machine.run("stat -c '%U:%G %a %n' /var/lib/claviger /var/lib/claviger/claviger.db "
                        f"/etc/claviger/claviger.conf /etc/claviger/secrets {SECRET}")
    assert modes.splitlines() == [
        "claviger:claviger 700 /var/lib/claviger",
        "claviger:claviger 600 /var/lib/claviger/claviger.db",
        "root:claviger 640 /etc/claviger/claviger.conf",
        "root:root 700 /etc/claviger/secrets",
        f"root:root 600 {SECRET}",
    ]
    pid = show(machine, "MainPID")
    assert machine.run(f"ps -o user= -p {pid}") == "claviger\n"
    assert re.fullmatch(r"claviger:[!*]+:.*\n", machine.run("getent shadow claviger"))


def test_the_signing_key_is_nowhere_else(machine, story):
    secret = machine.run(f"cat {SECRET}").strip()
    assert len(secret) == 64
    assert secret not in story.said + machine.run("journalctl -o cat")
    pid = show(machine, "MainPID")
    assert secret not in machine.run(f"tr '\\0' '\\n' < /proc/{pid}/environ; "
                                     f"cat /proc/{pid}/cmdline /var/log/dpkg.log")
    assert not machine.succeeds(f"runuser -u claviger -- cat {SECRET}")
    mounted = machine.run(f"nsenter -t {pid} -m runuser -u claviger -- cat {SECRET}").strip()
    assert mounted == secret, "the service reads a copy that systemd made"


def test_hardening(machine):
    rating = machine.run("systemd-analyze security --no-pager claviger || true")
    found = re.search(r"Overall exposure level for claviger.service: ([0-9.]+)", rating)
    assert float(found[1]) <= EXPOSURE, rating
    print(found[0])
    pid = show(machine, "MainPID")
    status = machine.run(f"cat /proc/{pid}/status")
    assert re.search(r"^CapBnd:\s0+$", status, re.M) and re.search(r"^CapEff:\s0+$", status, re.M)
    assert re.search(r"^NoNewPrivs:\s1$", status, re.M)
    assert re.search(r"^Seccomp:\s2$", status, re.M)
    refused = machine.run(f"nsenter -t {pid} -m runuser -u claviger -- touch /usr/x /etc/x; true")
    assert refused.count("Read-only file system") == 2, refused


def test_nothing_was_refused_that_it_needs(machine):
    """A system call that the filter refuses would be told of here."""
    log = machine.run("journalctl -u claviger -o cat")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert lines
    assert [line for line in lines if line["level"] != "info"] == []


def test_a_client_by_the_command_line(machine, story):
    created = machine.run(documented("client create"))
    story.api_key = re.search(r"sk-client-production-\S+", created)[0]
    status, user = curl(machine, "/user", "-H", f"x-api-key: {story.api_key}",
                        "-d", "identifier=robot")
    assert status == 201, user
    story.user_secret = user["secret"]


def test_master_credentials(machine, story):
    status, _ = curl(machine, "/client", "-d", "username=a", "-d", "password=b",
                     "-d", "client_name=c")
    assert status == 403, "unset"
    machine.run(documented("master-password"))
    secrets = "/etc/claviger/secrets"
    status = machine.run(f"curl -s -o /dev/null -w '%{{http_code}}' {URL}/client "
                         f"--data-urlencode username@<(tr -d '\n' <{secrets}/master-username) "
                         f"--data-urlencode password@<(tr -d '\n' <{secrets}/master-password) "
                         "-d client_name=by_master")
    assert status == "201"


def test_tokens(machine, story):
    story.token, story.revoked = issue(machine, story), issue(machine, story)
    assert check(machine, story.revoked) == 200
    status, _ = curl(machine, "/token", "-X", "DELETE", "-H",
                     f"Authorization: Bearer {story.revoked}")
    assert status == 200
    assert_kept(machine, story)


def test_commands_of_root_leave_the_database_to_the_service(machine, story):
    machine.run("systemctl stop claviger")
    machine.run(f"claviger client create other {CONFIG} && claviger client list {CONFIG}")
    owners = machine.run("stat -c %U /var/lib/claviger/*").split()
    assert set(owners) == {"claviger"}
    machine.run("systemctl start claviger")
    assert_kept(machine, story)


def test_the_doctor_is_content(machine):
    assert "0 errors, 0 warnings" in machine.run("claviger doctor /etc/claviger/claviger.conf")


def test_reload(machine):
    before = show(machine, "MainPID")
    machine.run("systemctl reload claviger")
    assert show(machine, "MainPID") == before
    until(lambda: show(machine, "StatusText") == f"serves {URL}", "serves again")
    assert '"event":"reloaded"' in machine.run("journalctl -u claviger -o cat")


def test_it_comes_back_after_a_kill(machine, story):
    before = show(machine, "MainPID")
    machine.run("systemctl kill -s KILL claviger")
    until(lambda: show(machine, "ActiveState") == "active" and show(machine, "MainPID") != before,
          "another process", 60)
    assert_kept(machine, story)


def test_a_bad_setting_is_tried_once(machine, story):
    machine.run("cp -p /etc/claviger/claviger.conf /tmp/good && "
                "echo CLAVIGER_WORKERS=many >>/etc/claviger/claviger.conf")
    machine.run("systemctl restart claviger", status=1)
    assert show(machine, "ActiveState") == "failed" and show(machine, "NRestarts") == "0"
    assert "CLAVIGER_WORKERS" in machine.run("journalctl -u claviger -o cat -n 20")
    machine.run("cp -p /tmp/good /etc/claviger/claviger.conf && systemctl restart claviger")
    assert_kept(machine, story)


# Tokens are issued all the time; what was acknowledged is written down.
LOAD = r"""
: >/tmp/acknowledged
while [ ! -e /tmp/enough ]; do
  curl -s -w '\n' {url}/token -H 'x-api-key: {api_key}' \
    -d identifier=robot -d 'secret={user_secret}' |
    sed -nE 's/.*"token":"([^"]*)".*/\1/p' >>/tmp/acknowledged
done
"""


def test_an_upgrade_keeps_everything(machine, story):
    machine.run("echo '# mine' >>/etc/claviger/claviger.conf")
    before = {name: machine.run(f"sha256sum {name}")
              for name in ("/etc/claviger/claviger.conf", SECRET)}
    pid = show(machine, "MainPID")
    load = LOAD.format(url=URL, **vars(story))
    machine.run(f"nohup bash -c {shlex.quote(load)} >/dev/null 2>&1 &")
    until(lambda: machine.succeeds("test -s /tmp/acknowledged"), "a token", 60)
    machine.run("cd newer && " + documented("database backup"))
    count = "wc -l </tmp/acknowledged"
    at_least = int(machine.run(count)) + 1
    until(lambda: int(machine.run(count)) >= at_least, "a token after the upgrade", 60)
    machine.run("touch /tmp/enough")
    assert machine.run("dpkg-query -W -f '${Version}' claviger").endswith("-2")
    assert_serves(machine)
    assert show(machine, "MainPID") != pid
    assert_kept(machine, story)
    refused = machine.run("sort -u /tmp/acknowledged | while read -r token; do "
                          "curl -s -o /dev/null -w '%{http_code}\\n' "
                          f"{URL}/token -H \"Authorization: Bearer $token\"; done | "
                          "grep -vc 200 || true")
    assert refused == "0\n", "each acknowledged token is good"
    for name, digest in before.items():
        assert machine.run(f"sha256sum {name}") == digest


def test_an_upgrade_starts_nothing_that_was_stopped(machine):
    machine.run("systemctl stop claviger")
    install_newer(machine, "--reinstall")
    assert show(machine, "ActiveState") == "inactive"
    assert curl_fails(machine)


def curl_fails(machine):
    return machine.ask(f"curl -s {URL}/readyz")[0] == UNREACHABLE


def test_disabled_stays_disabled(machine):
    machine.run("systemctl disable --now claviger")
    install_newer(machine, "--reinstall")
    assert machine.run("systemctl is-enabled claviger", status=1) == "disabled\n"
    assert show(machine, "ActiveState") == "inactive"
    machine.run("systemctl enable --now claviger")


def test_it_is_there_after_a_reboot(machine, story):
    machine.reboot()
    until(lambda: show(machine, "ActiveState") == "active", "it serves", 120)
    assert_kept(machine, story)


def test_removing_keeps_the_data(machine, story):
    machine.run("apt-get remove claviger")
    assert curl_fails(machine)
    assert not machine.succeeds("command -v claviger || pgrep claviger")
    machine.run(f"test -s /var/lib/claviger/claviger.db && test -s {SECRET} && "
                "test -s /etc/claviger/claviger.conf")
    install_newer(machine)
    assert_serves(machine)
    assert_kept(machine, story)


def test_a_purge_leaves_nothing(machine, story):
    machine.run("apt-get purge claviger")
    assert curl_fails(machine)
    backup = {"/var/backups/claviger-before.db"}  # the administrator's
    assert claviger_files(machine) == story.files_before | backup
    assert machine.run("dpkg-query -W -f '${Status}' claviger 2>&1", status=1)
    assert "claviger" not in machine.run("systemctl list-units --all --no-legend")
    assert not machine.succeeds("test -e /etc/claviger || test -e /var/lib/claviger")
