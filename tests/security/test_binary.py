"""What the compiler and the linker add to the release binary against exploits."""

import platform
import re
import subprocess

import pytest

from claviger import binary

x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="x86 has it")


def readelf(*arguments):
    command = ["readelf", "--wide", *arguments, binary()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(autouse=True)
def release():
    """Debug and sanitizer builds are made otherwise."""
    cache = binary().parent / "CMakeCache.txt"
    if cache.exists() and "CMAKE_BUILD_TYPE:STRING=Release" not in cache.read_text():
        pytest.skip("not a release build")


def test_it_is_loaded_at_a_random_address():
    assert re.search(r"Type:\s+DYN \(Position-Independent Executable", readelf("--file-header"))
    assert re.search(r"FLAGS_1.*\bPIE\b", readelf("--dynamic"))


def test_its_relocations_are_read_only():
    assert "GNU_RELRO" in readelf("--segments")
    dynamic = readelf("--dynamic")
    assert re.search(r"\(FLAGS\).*BIND_NOW", dynamic)
    assert re.search(r"\(FLAGS_1\).*\bNOW\b", dynamic)


def test_no_segment_can_be_written_and_run():
    segments = re.findall(
        r"^\s+(LOAD|GNU_STACK)\s+(?:0x\w+\s+){5}([RWE ]{3})", readelf("--segments"), re.MULTILINE
    )
    assert {name for name, _ in segments} == {"LOAD", "GNU_STACK"}
    assert not [flags for _, flags in segments if "W" in flags and "E" in flags]
    assert [flags for name, flags in segments if name == "GNU_STACK"] == ["RW "]


def imported():
    return set(re.findall(r"UND (\w+)", readelf("--dyn-syms")))


def test_stacks_and_buffers_are_guarded():
    """-fstack-protector-strong, and functions of the C library that know the buffer's size."""
    assert "__stack_chk_fail" in imported()
    assert {name for name in imported() if re.fullmatch(r"__\w+_chk", name)}
    assert not imported() & {"gets", "strcpy", "strcat", "sprintf", "vsprintf"}


def disassembly():
    command = ["objdump", "--disassemble", "--no-show-raw-insn", "--section=.text", binary()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@x86
def test_code_is_made_for_control_flow_enforcement_and_guards_the_stack_area():
    """Debian 12's startup files and libraries are not made for it, so the linker cannot mark the
    binary, but each function that can be called by address begins with a landing pad. Big frames
    touch each page on their way (-fstack-clash-protection)."""
    code = disassembly()
    assert len(re.findall(r"\bendbr64\b", code)) > 1000
    assert re.search(r"\bsub +\$0x1000,%rsp\s+\S+\s+or[ql] +\$0x0,", code)


def test_no_folder_to_load_libraries_from_is_built_in():
    assert not re.search(r"\((RPATH|RUNPATH)\)", readelf("--dynamic"))


def test_it_keeps_no_path_of_the_machine_that_built_it():
    assert b"CMakeFiles" not in binary().read_bytes()
