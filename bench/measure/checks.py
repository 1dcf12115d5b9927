"""What a check costs: beside nginx and HAProxy, under each algorithm, and behind a gateway."""

from contextlib import ExitStack

import tokens
from databases import SAMPLE
from loads import check_requests, load, measured, wrk
from report import SAMPLE_HEADS, Row, ratios, sample_cells, spread, table
from servers import Claviger, Floor, HAProxy, Nginx, ask, help_text, static_answer

# What nginx's answer gets beside its own headers. That makes it five bytes longer than Claviger's,
# which has an X-Request-Id where nginx has Server and Connection.
COPIED_HEADERS = ("X-Content-Type-Options", "Cache-Control", "Content-Security-Policy")
WARM_SECONDS = 60  # at most


def warm(server, requests):
    """Has each of the requests answered once, so that all is in memory, and storage at rest."""
    count = requests.read_bytes().count(0)
    sample, said = load(server.port, "--requests", requests, "--in-turn", seconds=WARM_SECONDS,
                        requests_count=count)
    if sample.answers != count:
        raise RuntimeError(f"of {count} checks {sample.answers} were accepted: {said}")
    server.settle()


def start_references(stack, folder, claviger):
    """nginx as long as Claviger's answer, nginx with its own headers alone, HAProxy with the first
    layer and with the first two, and the floor."""
    headers, body = claviger.check_answer
    copied = [(name, headers[name]) for name in COPIED_HEADERS]
    return (stack.enter_context(Nginx(folder, "nginx", static_answer(body, copied))),
            stack.enter_context(Nginx(folder, "nginx-bare", static_answer(body))),
            *(stack.enter_context(HAProxy(folder, claviger.database.signing_secret, body, expiry))
              for expiry in (False, True)),
            stack.enter_context(Floor(folder, head_bytes(headers), len(body))))


def head_bytes(headers):
    return sum(len(f"{key}: {value}\r\n") for key, value in headers.items())


def measure_checks(run):
    """Claviger, nginx and HAProxy, by wrk: the first two rows, and the throughput."""
    run.say("checks beside nginx and HAProxy")
    folder = run.place("checks")
    kept = run.seeded(run.sizes.middle)
    requests = check_requests(folder / "requests", kept.tokens)
    with ExitStack() as stack:
        claviger = stack.enter_context(Claviger(kept.copy_to(folder, "claviger"), folder))
        servers = (claviger, *start_references(stack, folder, claviger))
        warm(claviger, requests)
        samples = run.interleaved(*(
            lambda s=s: measured(s, lambda: wrk(s.port, requests, run.seconds)) for s in servers))
        run.rows += check_rows(run, samples)
        run.details.append(("Checks, wrk, 64 connections", check_table(servers, samples, kept)))

def check_rows(run, samples):
    ours, nginx, _, signature, expiry, _ = samples
    yield Row(f"server CPU per full check (`GET /token`, HS256, {run.sizes.middle:,} live tokens, "
              f"each request one of {SAMPLE:,} at random) ÷ nginx `return 200` of the same size",
              "≤ 1.00", ratios(ours, nginx, lambda s: s.cpu_us))
    yield Row("the same ÷ HAProxy `jwt_verify` with algorithm and expiry, as its documentation has "
              "it (no database, no revocation)", "≤ 0.65", ratios(ours, expiry, lambda s: s.cpu_us))
    yield Row("the same ÷ HAProxy `jwt_verify` alone (the signature of four layers)", "≤ 0.65",
              ratios(ours, signature, lambda s: s.cpu_us))


def check_table(servers, samples, database):
    names = ("Claviger `GET /token`", "nginx `return 200`, same headers added",
             "nginx `return 200`, its own headers alone", "HAProxy `jwt_verify` HS256",
             "HAProxy `jwt_verify`, algorithm and expiry", "the floor: receive and send alone")
    rows = []
    for name, server, kept in zip(names, servers, samples):
        status, headers, body = ask(server.port, "GET", "/token",
                                    {"Authorization": f"Bearer {database.tokens[0]}"})
        rows.append([name, f"{head_bytes(headers)} + {len(body)}", *sample_cells(kept),
                     f"{server.resident_bytes() / 1e6:.0f}"])
        assert status == 200, name
    ours = samples[0]
    for name, other in (("nginx with its own headers alone", samples[2]),
                        ("the floor", samples[5])):
        rows.append([f"Claviger ÷ {name}", "", spread(ratios(ours, other, lambda s: s.cpu_us)),
                     "", "", "", "", ""])
    return table(["server", "bytes of headers + body", *SAMPLE_HEADS, "resident MB"], rows)


def measure_throughput(run):
    """By our own generator: wrk costs more than the server that it measures."""
    run.say("throughput beside nginx")
    folder = run.place("throughput")
    kept = run.seeded(run.sizes.middle)
    requests = check_requests(folder / "requests", kept.tokens)
    with ExitStack() as stack:
        claviger = stack.enter_context(Claviger(kept.copy_to(folder, "claviger"), folder))
        nginx, *_ = start_references(stack, folder, claviger)
        warm(claviger, requests)
        samples = run.interleaved(*(
            lambda s=s: measured(s, lambda: load(s.port, "--requests", requests,
                                                 seconds=run.seconds)[0])
            for s in (claviger, nginx)))
    run.rows.append(Row("check throughput, server on one core ÷ nginx on one core, same load",
                        "≥ 1.00", ratios(*samples, lambda s: s.rate)))
    rows = [[name, *sample_cells(kept),
             spread([s.server_use * 100 for s in kept]),
             spread([s.generator_cpu_seconds / s.seconds * 100 for s in kept])]
            for name, kept in zip(("Claviger", "nginx"), samples)]
    run.details.append((
        "Throughput, `load`, 64 connections",
        table(["server", *SAMPLE_HEADS, "server's core %", "generator's core %"], rows)
        + "\n\nWhere the server's core is not full, the generator was the limit."))


def measure_algorithms(run):
    """ES256 and EdDSA beside HS256: each 10,000 tokens issued by the server itself."""
    note = "" if "CLAVIGER_SIGNING_KEY" in help_text() else "this binary has no such keys"
    rows = [Row(f"the same with {algorithm} tokens ÷ HS256", "≤ 1.05", note=note)
            for algorithm in ("ES256", "EdDSA")]
    run.rows += rows
    if note:
        return
    run.say("checks under each algorithm")
    folder = run.place("algorithms")
    kept = run.seeded(run.sizes.small)
    with ExitStack() as stack:
        measures = []
        for algorithm in ("HS256", "ES256", "EdDSA"):
            settings = {}
            if algorithm != "HS256":
                settings["CLAVIGER_SIGNING_KEY"] = tokens.signing_key(folder, algorithm)
            server = stack.enter_context(
                Claviger(kept.copy_to(folder, algorithm), folder, algorithm, **settings))
            requests = check_requests(folder / f"{algorithm}-requests",
                                      tokens.issue(server, SAMPLE))
            warm(server, requests)
            measures.append(lambda s=server, r=requests:
                            measured(s, lambda: wrk(s.port, r, run.seconds)))
        samples = run.interleaved(*measures)
    for row, kept in zip(rows, samples[1:]):
        row.values = ratios(kept, samples[0], lambda s: s.cpu_us)
    run.details.append(("Algorithms", table(
        ["tokens", *SAMPLE_HEADS],
        [[name, *sample_cells(kept)] for name, kept in zip(("HS256", "ES256", "EdDSA"), samples)])))


GATEWAY = """\
server {
  listen {port};
  location / {
    auth_request /_auth;
    auth_request_set $user $upstream_http_x_auth_user_id;
    root FOLDER;
    try_files /content =404;
  }
  location = /_auth {
    internal;
    proxy_pass http://UPSTREAM;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Content-Length "";
    proxy_pass_request_body off;
  }
}
"""
UPSTREAM = "upstream {} {{ server 127.0.0.1:{}; keepalive 64; keepalive_requests 1000000000; }}\n"


def measure_gateway(run):
    """nginx's auth_request: /verify against an upstream that says 204 to everything."""
    run.say("/verify behind nginx auth_request")
    folder = run.place("gateway")
    (folder / "content").write_text("what is protected\n")
    kept = run.seeded(run.sizes.small)
    requests = check_requests(folder / "requests", kept.tokens, "/anything")
    with ExitStack() as stack:
        claviger = stack.enter_context(Claviger(kept.copy_to(folder, "claviger"), folder))
        static = stack.enter_context(Nginx(
            folder, "static", "server { listen {port}; location / { return 204; } }"))
        blocks = [GATEWAY.replace("FOLDER", str(folder)).replace("UPSTREAM", upstream)
                  for upstream in ("claviger/verify", "static/")]
        gateway = stack.enter_context(Nginx(
            folder, "gateway", *blocks,
            http=(UPSTREAM.format("claviger", claviger.port)
                  + UPSTREAM.format("static", static.port))))
        warm(claviger, check_requests(folder / "warm", kept.tokens))
        samples = run.interleaved(*(
            lambda port=port, s=s: measured(s, lambda: wrk(port, requests, run.seconds))
            for port, s in zip(gateway.ports, (claviger, static))))
    run.rows.append(Row("`/verify` behind nginx `auth_request` ÷ the same nginx location with a "
                        "static 204 upstream", "≥ 0.90", ratios(*samples, lambda s: s.rate)))
    run.details.append((
        "Behind nginx `auth_request`, gateway and upstream on one core",
        table(["upstream", *SAMPLE_HEADS],
              [[name, *sample_cells(kept)]
               for name, kept in zip(("Claviger `/verify`", "nginx `return 204`"), samples)])
        + "\n\nThe processor time is the upstream's alone."))
