"""Reference, manual page and completion say what the commands themselves say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from liqtui.cli import COMMANDS, main
from liqtui.cli.command_table import commands
from liqtui.cli.completion import SHELLS
from liqtui.ui.bindings import CONTEXTS


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def test_the_table_has_every_command_with_its_own_options() -> None:
    table = {command.name: command for command in commands()}
    assert list(table) == ["", *COMMANDS]
    flags = {flag for option in table["once"].options for flag in option.flags}
    assert {"--json", "--csv", "--parts", "--replay", "--demo"} <= flags
    assert next(o.choices for o in table["config"].options if not o.flags) == ("show", "path", "init")


@pytest.mark.parametrize("form", [(), ("--man",)])
def test_the_reference_names_commands_options_keys_settings_and_exit_codes(
    capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    text = printed(capsys, "reference", *form).replace("\\-", "-")
    for words in (*(f"liqtui {name}" for name in COMMANDS), "--parts", "sum_inverse", "expiry.next", "130 interrupted"):
        assert words in text
    ids = {binding.id for keys in CONTEXTS.values() for binding in keys if getattr(binding, "id", None)}  # type: ignore[union-attr]
    assert [name for name in sorted(filter(None, ids)) if name not in text] == []


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")
def test_the_manual_page_is_one_that_man_reads_without_complaint(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "liqtui.1"
    page.write_text(printed(capsys, "reference", "--man"))
    done = subprocess.run(
        ["man", "--warnings", "-l", str(page)], capture_output=True, text=True, check=False, env={"LANG": "C.UTF-8"}
    )
    if "No manual entry" in done.stderr or "not found" in done.stderr:
        pytest.skip("man has been minimized away")
    assert "warning" not in done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_is_one_its_shell_can_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shell: str
) -> None:
    text = printed(capsys, "completion", shell)
    assert all(name in text for name in COMMANDS)
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    file = tmp_path / shell
    file.write_text(text)
    assert subprocess.run([program, "-n", str(file)], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("liqtui", "do"), {"doctor"}),
        (("liqtui", "once", "--js"), {"--json"}),
        (("liqtui", "--color", ""), {"auto", "truecolor", "256", "16", "mono"}),
        (("liqtui", "demo", "--regime", "c"), {"chop", "cascade", "crowd"}),
        (("liqtui", "config", ""), {"show", "path", "init", "--config"}),
    ],
)
def test_bash_offers_what_fits(
    capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], offered: set[str]
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    script = printed(capsys, "completion", "bash")
    words = " ".join(f"'{word}'" for word in typed)
    asked = f'{script}\nCOMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _liqtui; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run([bash, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) >= offered
    assert "-h" not in done.stdout.split()
