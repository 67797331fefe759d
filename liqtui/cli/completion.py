"""`liqtui completion SHELL`: completion of commands and options, made from the commands themselves."""

import argparse
import sys
from typing import TYPE_CHECKING

from liqtui.cli.exits import ExitCode

if TYPE_CHECKING:
    from liqtui.cli.command_table import Command, Option

SUMMARY = "completion for bash, zsh or fish: eval \"$(liqtui completion bash)\""
SHELLS = ("bash", "zsh", "fish")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="what to print it for")


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.command_table import commands

    table = list(commands())
    sys.stdout.write({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell](table))
    return ExitCode.OK


def _bash(table: "list[Command]") -> str:
    names = " ".join(command.name for command in table if command.name)
    cases, values = [], []
    for command in table:
        flags = " ".join(flag for option in command.options for flag in option.flags)
        own = " ".join(choice for option in command.options if not option.flags for choice in option.choices)
        words = " ".join(part for part in (flags, own, names if not command.name else "") if part)
        cases.append(f'    {command.name or "*"}) words="{words}" ;;')
        values += [
            f'    "{command.name} {flag}") words="{" ".join(option.choices)}" ;;'
            for option in command.options if option.choices for flag in option.flags
        ]
    ordered = "\n".join([*cases[1:], cases[0]])
    return f"""_liqtui() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" command="" words="" one
  for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {names} " in *" $one "*) command="$one"; break ;; esac
  done
  case "$command $before" in
{chr(10).join(values)}
  esac
  if [ -z "$words" ]; then case "$command" in
{ordered}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$command" in replay|score|record) COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}}
complete -F _liqtui liqtui
"""


def _zsh(table: "list[Command]") -> str:
    commands = "\n".join(f"    {_quoted(f'{c.name}:{c.summary}')}" for c in table if c.name)
    cases = "\n".join(
        f"    {c.name}) _arguments {' '.join(_zsh_option(o) for o in c.options)} '*:file:_files' ;;"
        for c in table if c.name
    )
    own = " ".join(_zsh_option(option) for option in table[0].options if option.flags)
    return f"""#compdef liqtui
_liqtui() {{
  local -a commands
  commands=(
{commands}
  )
  local command
  for command in "${{words[@]:1:CURRENT-2}}"; do
    (( ${{commands[(I)${{command}}:*]}} )) && break
    command=""
  done
  case "$command" in
{cases}
    *) _describe command commands; _arguments {own} ;;
  esac
}}
compdef _liqtui liqtui
"""


def _zsh_option(option: "Option") -> str:
    if not option.flags:
        return f"'1:what:({' '.join(option.choices)})'" if option.choices else ""
    telling = option.telling.replace("[", "(").replace("]", ")").replace(":", " ")
    takes = "" if not option.metavar else f":{option.metavar}:({' '.join(option.choices)})" if option.choices else (
        f":{option.metavar}: "
    )
    return " ".join(_quoted(f"{flag}[{telling}]{takes}") for flag in option.flags)


def _fish(table: "list[Command]") -> str:
    names = " ".join(command.name for command in table if command.name)
    lines = ["complete -c liqtui -f"]
    for command in table:
        under = f"__fish_seen_subcommand_from {command.name}" if command.name else (
            f"not __fish_seen_subcommand_from {names}"
        )
        if command.name:
            here = f"not __fish_seen_subcommand_from {names}"
            lines.append(f"complete -c liqtui -n '{here}' -a {command.name} -d {_quoted(command.summary)}")
        if command.name in ("replay", "score", "record"):
            lines.append(f"complete -c liqtui -n '{under}' -F")
        for option in command.options:
            taken = f" -x -a {_quoted(' '.join(option.choices))}" if option.choices else " -r" if option.metavar else ""
            lines += [
                f"complete -c liqtui -n '{under}' -l {flag.removeprefix('--')}{taken} -d {_quoted(option.telling)}"
                for flag in option.flags if flag.startswith("--")
            ]
            if not option.flags and option.choices:
                lines.append(f"complete -c liqtui -n '{under}' -a {_quoted(' '.join(option.choices))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
