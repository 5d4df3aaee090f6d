"""Environment files as nobody should write them: shipped ones with bytes, lines, values and YAML gone wrong."""

import random

from settings.loading import FOLDER

SHIPPED = [file.read_bytes() for file in sorted(FOLDER.glob("*.yaml")) if file.stem != "pipeline"]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TRICKS = (
    BOMB.encode(),
    b"\x00" * 100,
    b"account: \x00\n",
    b"\xef\xbb\xbf" + SHIPPED[0],
    SHIPPED[0].decode().encode("utf-16"),
    SHIPPED[0].decode().encode("utf-32"),
    SHIPPED[0].replace(b"\n", b"\r\n"),
    SHIPPED[0].replace(b"\n", b"\r"),
    b"- " * 5000,
    b"[" * 5000,
    b"{" * 5000,
    b"a: " * 3000 + b"1",
    b"? " * 3000,
    b"x" * (10 << 20),
    SHIPPED[0] + b"#" * (10 << 20),
    b'!!python/object/apply:os.system ["true"]\n',
    b"account: !!python/name:os.system\n",
    b"account: !!binary aGVsbG8=\n",
    b"account: !!set {a, b}\n",
    b"account: !!timestamp 2026-01-01\n",
    b"<<: {account: '1'}\naccount: '2'\n",
    b"account: '1'\naccount: '2'\n",
    b"{account: &x '1', region: *x}\n",
    b"--- {}\n--- {}\n",
    b"%YAML 9.9\n---\n{}\n",
    b"? [a, b]\n: c\n",
    b"1: 2\n",
    b"~: 2\n",
    b"yes: no\n",
    b"account: 0x1F\nregion: 0o17\n",
    b"account: 1e400\nregion: .nan\nnetwork: -.inf\n",
    b"account: 1_000\nregion: 190:20:30\n",
    b"account: " + b"9" * 5000 + b"\n",
    b"account: '\\ud800'\n",
    b'account: "\\ud800"\n',
    b"account: |\n" + b"  line\n" * 20000,
    b"account: \xe2\x80\xa8\xe2\x80\xae\n",
    b"\t- a\n",
    b"account: [1, 2\n",
    b"account: 'open\n",
    b"account: @at\n",
    b"account: `tick`\n",
    b"",
    b"\n",
    b"...",
    b"null",
    b"true",
    b"[]",
    b"''",
)
WORDS = (
    b"null",
    b"true",
    b"-1",
    b"1e9",
    b"[]",
    b"{}",
    b"''",
    b"'<b>'",
    b"!!str 1",
    b"|",
    b"*a",
    b"&a x",
    b"\xff",
    b"0x7f",
    b"~",
)


def broken(seed: int) -> bytes:
    """Return the file of a seed: a trick, or a shipped file after one to six changes."""
    chance = random.Random(seed)
    content = bytearray(TRICKS[seed] if seed < len(TRICKS) else chance.choice(SHIPPED))
    if seed < len(TRICKS):
        return bytes(content)
    for _ in range(chance.randint(1, 6)):
        chance.choice(CHANGES)(content, chance)
    return bytes(content)


def _flip(content, chance):
    content[chance.randrange(len(content))] = chance.randrange(256)


def _insert(content, chance):
    at = chance.randrange(len(content))
    content[at:at] = chance.choice(WORDS)


def _cut(content, chance):
    at = chance.randrange(len(content))
    del content[at : at + chance.randint(1, 200)]
    content[:] = content or b"x"


def _lines(change):
    def changed(content, chance):
        lines = bytes(content).split(b"\n")
        change(lines, chance)
        content[:] = b"\n".join(lines) or b"x"

    return changed


def _repeat(lines, chance):
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))


def _indent(lines, chance):
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randint(1, 9) + lines[at].lstrip(b" ")


def _value(lines, chance):
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b":")
    lines[at] = key + colon + b" " + chance.choice(WORDS)


def _other(lines, chance):
    other = chance.choice(SHIPPED).split(b"\n")
    at = chance.randrange(len(other))
    lines[chance.randrange(len(lines)) :] = other[at : at + chance.randint(1, 30)]


CHANGES = (_flip, _insert, _cut, *map(_lines, (_repeat, _indent, _value, _value, _other)))
