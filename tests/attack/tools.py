"""One function a tool: attacks the target, keeps what the tool says in `reports`, and yields
(what was tried, what came of it, whether that is fine)."""

import json
import re
import subprocess
import xml.etree.ElementTree as xml

from target import Visitor

SLOW_CONNECTIONS = 1_000
SLOW_SECONDS = 40
TOOL_SECONDS = 900
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# The policy's frame-ancestors replaces the first, the second is obsolete, the third is for TLS.
HEADERS_WITHOUT_USE = ("X-Frame-Options", "X-XSS-Protection", "Strict-Transport-Security")

PATHS = """
.env .git/config .git/HEAD .svn/entries .htaccess .DS_Store admin admin/ api backup backup.sql
claviger.db claviger.db-wal config config.json console cgi-bin/ debug/pprof dump.sql etc/passwd
../../etc/passwd ..%2f..%2fetc%2fpasswd %2e%2e/%2e%2e/etc/passwd ....//....//etc/passwd
actuator actuator/env graphql health metrics phpinfo.php robots.txt server-status swagger.json
users/1 users/../client token/../client /token //token token/ TOKEN token%00 token%20 token;a=b
token.json openapi.json/.. docs/../openapi.json docs/..%2fopenapi.json wp-login.php web.config
%ff %c0%ae%c0%ae/ %u0041 * ? # @ : \\ ' " < > { } | ^ ` ~ tokens/%s users/{id} client/api-key/x
""".split()
TEXTS = ["'", "''",
         "' OR '1'='1", "\" OR \"\"=\"", "1;DROP TABLE users", "%00", "\\u0000", "\\ud800",
         "${7*7}", "{{7*7}}", "<script>alert(1)</script>", "../../../../etc/passwd", "() { :;}; id",
         "%s%s%s%n", "A" * 300, "A" * 60_000, "-1", "0", "1e309", "NaN", "99999999999999999999",
         "\\r\\nX-Injected: 1", "%0d%0aX-Injected:%201", "| id", "$(id)", "`id`", "*)(uid=*",
         "null", "true", "[]", "{}", "[[[[[[[[", "\\u202e", "\\ufeff"]


def run(reports, name, command, seconds=TOOL_SECONDS):
    """Runs a tool to its end and returns what it printed."""
    done = subprocess.run([str(word) for word in command], cwd=reports, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    text = done.stdout.decode("utf-8", "replace")
    (reports / f"{name}.txt").write_text(text)
    return text


def slowhttptest(target, reports):
    """Slowloris, slow bodies, slow readers; a visitor must notice nothing."""
    common = ["-c", SLOW_CONNECTIONS, "-r", 250, "-l", SLOW_SECONDS, "-p", 3, "-v", 1]
    attacks = [
        ("heads that never end", ["-H", "-i", 3, "-x", 24, "-u", target.url("/token")]),
        ("bodies that never end", ["-B", "-i", 3, "-x", 24, "-s", 4096, "-t", "POST", "-u",
                                   target.url("/token"), "-f",
                                   "application/x-www-form-urlencoded"]),
        ("answers that nobody reads", ["-X", "-w", 1, "-y", 64, "-n", 5, "-z", 1, "-k", 10, "-u",
                                       target.url("/openapi.json")]),
    ]
    for what, arguments in attacks:
        before = target.resident_mb()
        with Visitor(target) as visitor:
            text = run(reports, what.replace(" ", "-"), ["slowhttptest", *common, *arguments])
        verdicts = set(re.findall(r"service available:\s*(YES|NO)", COLOURS.sub("", text)))
        grown = target.resident_mb() - before
        yield (f"{SLOW_CONNECTIONS:,} connections: {what}",
               f"{visitor.text()}; memory {grown:+.1f} MB",
               verdicts == {"YES"} and not visitor.failures and grown < 64)


def sqlmap(target, reports):
    """SQL injection in bodies, queries, paths and headers."""
    key = target.client.api_key
    common = ["sqlmap", "--batch", "--disable-coloring", "--level", 2, "--risk", 2, "--threads", 2,
              "--technique", "BEUS", "--flush-session", "--output-dir", reports / "sessions",
              "--ignore-code", "400,401,404,422"]
    session = ["-H", f"Cookie: {target.cookie}"]
    panel = target.url("/admin/api/")
    attacks = [
        ("body of POST /token", ["-u", target.url("/token"), "--method", "POST", "-H",
                                 f"x-api-key: {key}", "--data", "identifier=a&secret=b"]),
        ("query of GET /tokens", ["-u", target.url("/tokens?state=live&page_size=5"), "-H",
                                  f"x-api-key: {key}"]),
        ("query of GET /users", ["-u", target.url("/users?page=1&page_size=5"), "-H",
                                 f"x-api-key: {key}"]),
        ("path of GET /users/{id}", ["-u", target.url(f"/users/{target.user.id}*"), "-H",
                                     f"x-api-key: {key}"]),
        ("header x-api-key", ["-u", target.url("/client"), "-H", f"x-api-key: {key}*"]),
        ("header Authorization", ["-u", target.url("/token"), "-H",
                                  f"Authorization: Bearer {target.token.text}*"]),
        ("body of POST /oauth2/token", [
            "-u", target.url("/oauth2/token"), "--data",
            "grant_type=client_credentials&client_id=a&client_secret=b"]),
        ("body of the panel's login", ["-u", panel + "login/link", "--data", "code=a"]),
        ("panel's list of users", ["-u", panel + "users?search=a&sort=identifier&order=asc"]
                                  + session),
        ("panel's audit trail", ["-u", panel + "audit?action=a&actor=b&from=2026-01-01T00:00:00Z"]
                                + session),
        ("panel's cookie", ["-u", panel + "session", "-H", f"Cookie: {target.cookie}*"]),
    ]
    for number, (what, arguments) in enumerate(attacks):
        text = run(reports, f"sqlmap-{number}", [*common, *arguments])
        found = re.findall(r"(?:is vulnerable|appears to be '[^']*' injectable|sqlmap identified)",
                           text)
        is_done = "do not appear to be injectable" in text
        yield (f"injection into the {what}",
               "nothing injectable" if is_done and not found else f"{found or text[-300:]!r}",
               is_done and not found)


def ffuf(target, reports):
    """Unexpected paths, and unexpected texts in paths, headers, queries and bodies."""
    (reports / "paths").write_text("\n".join(PATHS) + "\n")
    (reports / "texts").write_text("\n".join(TEXTS) + "\n")
    key = f"x-api-key: {target.client.api_key}"
    json_type = "Content-Type: application/json"
    attacks = [
        ("paths", "paths", [], "/FUZZ", set()),
        ("ids in paths", "texts", ["-H", key], "/users/FUZZ", set()),
        ("queries", "texts", ["-H", key], "/users?page=FUZZ", set()),
        ("states", "texts", ["-H", key], "/tokens?state=FUZZ", set()),
        ("Bearer tokens", "texts", ["-H", "Authorization: Bearer FUZZ"], "/token", set()),
        ("API keys", "texts", ["-H", "x-api-key: FUZZ"], "/client", set()),
        ("JSON texts", "texts", ["-X", "POST", "-H", key, "-H", json_type, "-d",
                                 '{"identifier":"FUZZ"}'], "/user", {201}),
        ("JSON values", "texts", ["-X", "POST", "-H", key, "-H", json_type, "-d",
                                  '{"identifier":"a","secret":"b","expires_in":FUZZ}'], "/token",
         set()),
        ("form fields", "texts", ["-X", "POST", "-H", key, "-H",
                                  "Content-Type: application/x-www-form-urlencoded", "-d",
                                  "identifier=FUZZ&secret=FUZZ"], "/token", set()),
        ("searches in the panel", "texts", ["-H", f"Cookie: {target.cookie}"],
         "/admin/api/users?search=FUZZ", {200}),
        ("cursors of the panel", "texts", ["-H", f"Cookie: {target.cookie}"],
         "/admin/api/users?after=FUZZ", {200}),
        ("cookies", "texts", ["-H", "Cookie: claviger=FUZZ"], "/admin/api/session", set()),
        ("ways back from a provider", "texts", [], "/admin/login/callback?code=FUZZ", set()),
        ("files of the panel", "texts", [], "/admin/assets/FUZZ", set()),
        ("content types", "texts", ["-X", "POST", "-H", key, "-H", "Content-Type: FUZZ", "-d",
                                    "a=b"], "/token", set()),
    ]
    expected = {"/docs", "/openapi.json", "/healthz", "/readyz", "/admin/"}
    for number, (what, words, arguments, path, fine_statuses) in enumerate(attacks):
        out = reports / f"ffuf-{number}.json"
        run(reports, f"ffuf-{number}", ["ffuf", "-mc", "all", "-t", 4, "-w",
                                        reports / words, "-o", out, "-of", "json", *arguments,
                                        "-u", target.url(path)])
        results = json.loads(out.read_text())["results"]
        statuses = sorted({result["status"] for result in results})
        surprising = [result["url"] for result in results
                      if result["status"] >= 500 or
                      (result["status"] < 300 and result["status"] not in fine_statuses and
                       not any(page in result["url"] for page in expected))]
        yield (f"{len(results)} odd {what}", f"statuses {statuses}", not surprising and results)


def wapiti(target, reports):
    """What a web scanner makes of the pages and the API behind them."""
    out = reports / "wapiti.json"
    run(reports, "wapiti", ["wapiti", "-u", target.url("/docs"), "-s", target.url("/openapi.json"),
                            "-s", target.url("/token"), "-s", target.url("/users?page=1"),
                            "-s", target.url("/admin/"), "-s", target.url("/admin/api/login"),
                            "--scope", "domain", "--flush-session", "--no-bugreport", "-m",
                            "backup,crlf,csp,exec,file,http_headers,methods,redirect,sql,ssrf,xss,"
                            "xxe,timesql", "--max-scan-time", 300, "--store-session",
                            reports / "session", "-f", "json", "-o", out])
    report = json.loads(out.read_text())
    for kind in ("vulnerabilities", "anomalies"):
        found = [f"{name}: {item['info']}" for name, items in report[kind].items()
                 for item in items if not item["info"].startswith(HEADERS_WITHOUT_USE)]
        yield (f"{len(report[kind])} kinds of {kind}", f"{found or 'none'}", not found)


def sslscan(target, reports):
    """Versions and suites of TLS."""
    out = reports / "sslscan.xml"
    run(reports, "sslscan", ["sslscan", "--no-colour", f"--xml={out}", target.host])
    scan = xml.parse(out).getroot().find("ssltest")
    on = {f"{p.get('type')} {p.get('version')}" for p in scan.iter("protocol")
          if p.get("enabled") == "1"}
    yield "versions", ", ".join(sorted(on)), on == {"tls 1.2", "tls 1.3"}
    suites = {(c.get("cipher"), c.get("strength")) for c in scan.iter("cipher")}
    weak = [name for name, strength in suites if strength not in ("strong", "acceptable")]
    yield f"{len(suites)} suites", f"weak: {weak or 'none'}", bool(suites) and not weak
    leaks = [h.get("sslversion") for h in scan.iter("heartbleed") if h.get("vulnerable") != "0"]
    yield "heartbleed", f"{leaks or 'none'}", not leaks


# Of a test certificate that nobody signed, on an address without a name.
NOT_OURS = ("cert_chain_of_trust", "cert_trust", "cert_revocation", "cert_crlDistributionPoints",
            "cert_ocspURL", "cert_expirationStatus", "DNS_CAArecord",
            "cert_commonName", "cert_commonName_wo_SNI", "certificate_transparency",
            "cert_caIssuers", "OCSP_stapling")


def testssl(target, reports):
    """Everything known to go wrong with TLS."""
    out = reports / "testssl.json"
    run(reports, "testssl", ["testssl", "--quiet", "--color", 0, "--warnings", "off", "--nodns",
                             "none", "--ip", target.host.split(":")[0], "--jsonfile", out,
                             target.host])
    findings = json.loads(out.read_text())
    serious = [f"{f['id']}: {f['finding']}" for f in findings
               if f["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL")
               and f["id"].split(" ")[0] not in NOT_OURS]
    yield (f"{len(findings)} findings", f"{serious or 'none above INFO'}",
           bool(findings) and not serious)


TOOLS = {tool.__name__: tool for tool in (slowhttptest, sqlmap, ffuf, wapiti, sslscan, testssl)}
