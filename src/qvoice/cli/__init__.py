"""The command line: `./qvoice up` and everything else an operator or developer types. One file per command with a
body.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from qvoice.kit.errors import Forbidden, Invalid, NotFound, QvoiceError
from qvoice.kit.settings import Settings, load

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="QVOICE: a multi-tenant cloud phone system.",
)

DISK_TROUBLE = {
    errno.ENOSPC: "Make room (./qvoice doctor tells how much is wanted), then run the command again.",
    errno.EDQUOT: "Make room in your quota, then run the command again.",
    errno.EROFS: "The file system is mounted read-only: remount it or give another folder with --data.",
    errno.EACCES: "Run this as the user whom it belongs to, or give another path (the data folder: --data).",
    errno.ENOTDIR: "Give another path.",
    errno.ENOENT: "It is not there and cannot be made: give another path.",
    errno.EISDIR: "Give another path.",
    errno.EEXIST: "Give another path.",
    errno.EPERM: "Run this as the user whom it belongs to, or give another path (the data folder: --data).",
}
"""What a person can do about a disk that will not take or give a file."""

Data = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="QVOICE_DATA")]
DEFAULT_DATA = Path(os.environ.get("QVOICE_HOME", ".")) / "var"


def say(line: str) -> None:
    """Show progress: on standard error, so that what a command prints can be piped."""
    print(line, file=sys.stderr, flush=True)


def settings_of(data: Path) -> Settings:
    """Read the settings of an installation that exists; raises NotFound saying how to make one."""
    data = data.expanduser().absolute()
    try:
        exists = (data / "secrets").is_dir()
    except PermissionError:
        raise Forbidden(f"The installation in {data} belongs to another user. Run this as that user.") from None
    if not exists:
        raise NotFound(f"There is no installation in {data}. Make one: ./qvoice up --data {data}")
    return load(data)


@app.command("up")
def _up(
    data: Data = DEFAULT_DATA,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill in the demo: a reseller, two customers, phones, a carrier.")
    ] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything runs.")] = False,
    public_ip: Annotated[
        str, typer.Option("--public-ip", help="Listen for phones on this address of a real host.")
    ] = "",
) -> None:
    """Install what is missing, start everything, place a self-test call, tell where to go."""
    from qvoice.cli import up as command

    raise typer.Exit(command.run(data, demo=demo, detach=detach, public_ip=public_ip))


@app.command("down")
def _down(data: Data = DEFAULT_DATA) -> None:
    """Stop everything cleanly."""
    from qvoice.cli import up as command

    raise typer.Exit(command.down(data))


@app.command("status")
def _status(
    data: Data = DEFAULT_DATA, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Show every process: state, pid, uptime, memory, health."""
    from qvoice.cli import status as command

    raise typer.Exit(command.run(data, as_json=as_json))


@app.command("logs")
def _logs(
    name: Annotated[str, typer.Argument(help="One process; all when left out.")] = "",
    data: Data = DEFAULT_DATA,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines of each.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one object a line.")] = False,
) -> None:
    """Show the logs of all processes in order of time."""
    from qvoice.cli import logs as command

    raise typer.Exit(command.run(data, name, follow=follow, lines=lines, as_json=as_json))


@app.command("doctor")
def _doctor(
    data: Data = DEFAULT_DATA, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Check this machine and installation; say what to do."""
    from qvoice.cli import doctor as command

    raise typer.Exit(command.run(data, as_json=as_json))


@app.command("demo")
def _demo(
    data: Data = DEFAULT_DATA, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Make the demo (again: changes nothing) and show its phones and passwords."""
    from qvoice.cli import demo as command

    raise typer.Exit(command.run(data, as_json=as_json))


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def _test(
    context: typer.Context,
    tier: Annotated[str, typer.Argument(help="house, core, db, sip, browser; all when left out.")] = "all",
) -> None:
    """Run the tests; what follows the tier goes to pytest."""
    from qvoice.cli import test as command

    raise typer.Exit(command.run(tier, extra=tuple(context.args)))


@app.command("bench")
def _bench(
    name: Annotated[str, typer.Argument(help="One benchmark; all when left out.")] = "",
    data: Annotated[
        Path | None, typer.Option("--data", help="Measure this one, which is up; otherwise one is made for it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Try everything briefly; the figures say little.")] = False,
    big: Annotated[
        bool,
        typer.Option(
            "--big",
            help="deck_import with 1,000,000 rates instead of 100,000 and reports with 1,000,000 calls instead of "
            "200,000: up to half an hour more.",
        ),
    ] = False,
) -> None:
    """Measure, side by side in one run."""
    from qvoice.cli import bench as command

    raise typer.Exit(command.run(name, data=data, as_json=as_json, quick=quick, big=big))


@app.command("backup")
def _backup(file: Annotated[Path, typer.Argument(help="Where to write it.")], data: Data = DEFAULT_DATA) -> None:
    """Write one file with everything: database, secrets, certificates, settings."""
    from qvoice.cli import backup as command

    raise typer.Exit(command.run(file, data))


@app.command("restore")
def _restore(
    file: Annotated[Path, typer.Argument(help="A file made by `backup`.")],
    data: Data = DEFAULT_DATA,
    force: Annotated[bool, typer.Option("--force", help="Replace what is in the data folder.")] = False,
) -> None:
    """Bring back what `backup` wrote, into a stopped installation."""
    from qvoice.cli import backup as command

    raise typer.Exit(command.restore(file, data, force=force))


@app.command("upgrade")
def _upgrade(data: Data = DEFAULT_DATA) -> None:
    """Back up, then restart a running installation with the code that is here now."""
    from qvoice.cli import upgrade as command

    raise typer.Exit(command.run(data))


@app.command("new")
def _new(
    kind: Annotated[str, typer.Argument(help="module, resource or page.")],
    name: Annotated[str, typer.Argument(help="Its name, in snake_case.")],
) -> None:
    """Scaffold a callflow module, REST resource or portal page, with a failing test."""
    from qvoice.cli import new as command

    raise typer.Exit(command.run(kind, name))


def main() -> None:
    """Run the command line; our own errors are one clear message, not a traceback."""
    os.umask(0o077)
    try:
        app(prog_name="./qvoice")
    except Invalid as problem:
        for field, rules in problem.fields.items():
            for rule in rules.values():
                print(f"qvoice: {field}: {rule.get('message')}", file=sys.stderr)
        sys.exit(1)
    except QvoiceError as problem:
        print(f"qvoice: {problem.message}", file=sys.stderr)
        sys.exit(1)
    except OSError as problem:
        if problem.errno not in DISK_TROUBLE or not str(problem.filename).startswith("/"):
            raise  # a program that is missing has a name, no path
        where = f"{problem.filename}: " if problem.filename else ""
        print(f"qvoice: {where}{problem.strerror}. {DISK_TROUBLE[problem.errno]}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
