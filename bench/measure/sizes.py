"""What grows with the number of live tokens: the cost of a check, memory, the start."""

from contextlib import ExitStack

from checks import warm
from loads import check_requests, load, measured, wrk
from report import SAMPLE_HEADS, Row, bytes_text, number_text, ratios, sample_cells, spread, table
from servers import Claviger, cache_tokens_max

TOUCH_SECONDS = 1_800  # at most
HOUSEKEEPING_SECONDS = 25  # a little more than there is between two writings of last uses
FORGED = "eyJhbGciOiJub25lIn0.e30."


def start(database, folder, name):
    """A server that may keep all tokens in memory, if a server may at all."""
    tokens = min(max(database.token_count, 10_000), cache_tokens_max())
    return Claviger(database, folder, name, CLAVIGER_CACHE_TOKENS=tokens)


def touch_all(server):
    """Checks every live token once, or as many as may be in memory."""
    tokens = min(server.database.token_count, cache_tokens_max())
    sample, _ = load(server.port, "--census", server.database.census, "--in-turn",
                     seconds=TOUCH_SECONDS, requests_count=tokens)
    if sample.answers != tokens:
        raise RuntimeError(f"of {tokens} tokens {sample.answers} were accepted")
    server.settle(HOUSEKEEPING_SECONDS)


def memory_per_token(server, folder, tokens):
    """Bytes of resident memory that each token takes once it was checked."""
    one = check_requests(folder / "one", server.database.tokens[:1])
    wrk(server.port, one, 1)  # what a server needs for itself
    before = server.resident_bytes()
    touch_all(server)
    return (server.resident_bytes() - before) / min(tokens, cache_tokens_max())


def first_checks_are_right(server):
    good, _, _ = server.check(server.database.tokens[-1])
    bad, _, _ = server.check(FORGED)
    if (good, bad) != (200, 401):
        raise RuntimeError(f"the first checks gave {good} and {bad}")


def start_seconds(run, database, folder):
    """Times from the start of the process to its `ready`, and whether it checks rightly then."""
    times = []
    for _ in range(run.rounds):
        with start(database, folder, "start") as server:
            first_checks_are_right(server)
            times.append(server.ready_seconds)
    return times


def measure_sizes(run):
    sizes = run.sizes
    folder = run.place("sizes")
    with ExitStack() as stack:
        servers, memory, measures = {}, {}, []
        for tokens in (sizes.small, sizes.middle, sizes.large):
            run.say(f"{tokens:,} live tokens")
            kept = run.seeded(tokens).copy_to(folder, str(tokens))
            if tokens == sizes.large:
                starts = start_seconds(run, kept, folder)
            server = servers[tokens] = stack.enter_context(start(kept, folder, str(tokens)))
            requests = check_requests(folder / f"{tokens}-requests", kept.tokens)
            memory[tokens] = memory_per_token(server, folder, tokens)
            warm(server, requests)
            measures.append(lambda s=server, r=requests:
                            measured(s, lambda: wrk(s.port, r, run.seconds)))
            measures.append(lambda s=server: measured(s, lambda: any_token(s, run.seconds)))
        samples = run.interleaved(*measures)
        add_rows(run, samples, memory, starts)
        add_table(run, servers, samples, memory)


def any_token(server, seconds):
    """Checks of any token at random, not only of a sample that stays in the processor's caches."""
    return load(server.port, "--census", server.database.census, seconds=seconds)[0]


def add_rows(run, samples, memory, starts):
    sizes = run.sizes
    run.rows += [
        Row(f"check cost at {sizes.large:,} live tokens ÷ at {sizes.small:,}", "≤ 1.25",
            ratios(samples[4], samples[0], lambda s: s.cpu_us)),
        Row(f"resident memory per live token at {sizes.middle:,} (ten a user)", "≤ 100 bytes",
            [memory[sizes.middle]]),
        Row(f"resident memory per live token at {sizes.large:,}, of those that a server may keep "
            f"in memory ({min(cache_tokens_max(), sizes.large):,})", "≤ 100 bytes",
            [memory[sizes.large]]),
        Row(f"start to ready with {sizes.large:,} tokens in the database", "≤ 2 s", starts)]


def add_table(run, servers, samples, memory):
    rows = []
    for at, (tokens, server) in enumerate(servers.items()):
        size = bytes_text(server.database.size_bytes())
        for what, kept in zip(("of 10,000", "of all"), samples[2 * at:2 * at + 2]):
            rows.append([f"{tokens:,}", what, *sample_cells(kept),
                         bytes_text(server.resident_bytes()), number_text(memory[tokens]), size])
    run.details.append(("Sizes: checks of one token at random", table(
        ["live tokens", "one token", *SAMPLE_HEADS, "resident", "bytes a token", "database"], rows)
        + "\n\nThe rows “of 10,000” are by wrk, those “of all” by `load`, which signs each token "
          "on the way; before, each live token was checked once, or as many as may be in "
          "memory."))
