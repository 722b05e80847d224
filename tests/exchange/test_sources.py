"""The lines of a file: which value stands where."""

import pytest

from tequio.exchange.pack.sources import PackError, Unreadable, csv_rows, toml

TOML = """\
# a comment
id = "mx"
list = [
  "a",
]

[coordination]
days = 3
[[kind]]
slug = "one"
name = {es = "x", en = "y"}
[[kind.decline]]
code = "a"
[[kind.decline]]
code = "b"
[[kind]]
slug = "two"
names.es = "x"
[[kind.decline]]
  code = "c"
[lists]
"a.csv" = "b"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("list",), 3),
        (("coordination",), 7),
        (("coordination", "days"), 8),
        (("coordination", "organisation"), 7),
        (("kind",), 9),
        (("kind", 0), 9),
        (("kind", 0, "slug"), 10),
        (("kind", 0, "name", "en"), 11),
        (("kind", 0, "decline"), 12),
        (("kind", 0, "decline", 1), 14),
        (("kind", 0, "decline", 1, "code"), 15),
        (("kind", 1), 16),
        (("kind", 1, "lead"), 16),
        (("kind", 1, "names"), 18),
        (("kind", 1, "decline", 0, "code"), 20),
        (("lists", "a.csv"), 22),
        (("version",), 1),
    ],
)
def test_the_line_of_a_key(tmp_path, path, line):
    (tmp_path / "x.toml").write_text(TOML)
    assert toml(tmp_path / "x.toml").line(*path) == line


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "the file is empty"),
        (b"\xef\xbb\xbf", 1, "the file is empty"),
        (b"a = 1\nb = \xff\n", 2, "is not UTF-8"),
        (b"a = 1\nb = \n", 2, "is not TOML: Invalid value"),
        (b"a = 1\nb = [1,\n", 3, "is not TOML: Invalid value"),
        (b"a = " + b"9" * 5000, 1, "is not TOML: Exceeds the limit"),
    ],
)
def test_a_toml_file_that_cannot_be_read(tmp_path, content, line, reason):
    (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(Unreadable) as error:
        toml(tmp_path / "x.toml")
    assert error.value.line == line
    assert error.value.reason.startswith(reason)


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "x.toml").mkdir()
    with pytest.raises(Unreadable, match="cannot be read: Is a directory"):
        toml(tmp_path / "x.toml")


def test_rows_come_with_the_line_on_which_they_begin(tmp_path):
    (tmp_path / "x.csv").write_bytes(b'a,b\n1, "two" \n\n"3\n4",5\r\n\n6,"x ""y"""\n')
    assert list(csv_rows(tmp_path / "x.csv")) == [
        (1, ["a", "b"]),
        (2, ["1", '"two"']),
        (4, ["3\n4", "5"]),
        (7, ["6", 'x "y"']),
    ]


def test_a_cell_beyond_the_limit_of_the_reader(tmp_path):
    (tmp_path / "x.csv").write_text("a\n" + "b" * 200_000)
    with pytest.raises(Unreadable) as error:
        list(csv_rows(tmp_path / "x.csv"))
    assert (error.value.line, error.value.reason) == (2, "is not CSV: field larger than field limit (131072)")


def test_an_error_is_one_line():
    assert str(PackError("a.csv", 3, "zone", "is missing")) == "a.csv:3: zone: is missing"
    assert str(PackError("a.csv", 3, "", "is not UTF-8")) == "a.csv:3: is not UTF-8"
    assert str(PackError("a.toml", 3, "two\nlines", "is missing")) == "a.toml:3: two\\nlines: is missing"
