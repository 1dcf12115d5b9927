"""What a process has in its memory. Reading that of another process takes root."""

import re


def memory_of(pid):
    data = bytearray()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (rw..) .*?(\S*)$", line)
            if not match or match.group(4).startswith("[v"):
                continue
            begin, end = int(match.group(1), 16), int(match.group(2), 16)
            try:
                mem.seek(begin)
                data += mem.read(end - begin)
            except (OSError, ValueError):
                continue
    return bytes(data)


def names_in_memory(pid, secrets):
    """Which of these secrets (name to text) the process has in memory, or the end of them."""
    memory = memory_of(pid)
    return [name for name, secret in secrets.items() if secret[-30:].encode() in memory]
