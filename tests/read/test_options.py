from __future__ import annotations

import pytest

from scrimp.errors import InputError
from scrimp.read.options import file_text, option_text, optional_text


def test_a_text_stands_for_itself():
    assert option_text("be brief") == "be brief"


def test_an_option_left_out_stays_out():
    assert optional_text(None, "--system") is None


def test_two_at_signs_are_one_literal_one():
    assert option_text("@@scrimp says") == "@scrimp says"


def test_an_at_sign_reads_a_file_without_its_last_line_end(file):
    path = file("system.txt", b"\xef\xbb\xbfBe brief.\n\nBe kind.\r\n")

    assert option_text(f"@{path}") == "Be brief.\n\nBe kind."


def test_a_text_that_is_the_name_of_a_file_is_not_sent(file):
    path = file("system.txt", b"Be brief.")

    with pytest.raises(
        InputError, match=r"--system: (.*)system\.txt is the name of a file: for its text write @\1system"
    ):
        option_text(str(path), "--system")
    assert option_text("", "--system") == ""
    assert option_text("x" * 5000, "--system") == "x" * 5000


def test_a_bare_word_is_a_text_whatever_files_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Summarize").write_text("notes")
    assert option_text("Summarize", "--system") == "Summarize"


def test_a_missing_file_names_the_option_and_the_way_to_write_an_at_sign(tmp_path):
    with pytest.raises(InputError, match=r"--system: .*none\.txt cannot be read \(No such file.*write @@"):
        option_text(f"@{tmp_path}/none.txt", "--system")


def test_a_missing_file_of_an_option_that_takes_no_text_is_told_nothing_of_at_signs(tmp_path):
    with pytest.raises(
        InputError, match=r"--prefix: .*none\.txt cannot be read \(No such .*\): name a file that exists$"
    ):
        file_text(f"{tmp_path}/none.txt", "--prefix")


def test_a_file_that_is_not_utf8_says_where(file):
    path = file("system.txt", b"caf\xe9")

    with pytest.raises(InputError, match=r"byte 4 of .*system\.txt is not UTF-8: .*iconv"):
        option_text(f"@{path}")


def test_bytes_of_the_command_line_that_are_no_text_are_refused():
    with pytest.raises(InputError, match=r"--template: .*not UTF-8"):
        option_text(b"caf\xe9".decode("utf-8", "surrogateescape"), "--template")
