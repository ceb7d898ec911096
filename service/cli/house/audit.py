"""`vedich audit`: the hash chain over the audit log, figures, steps and ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.arguments import LangOption, open_store
from service.speech import spoken

app = typer.Typer(
    help="The hash chain over audit log, figures, sign-off and ledger.", no_args_is_help=True
)


@app.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="The hash of a head noted earlier: it must still be in the chain."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Compute every hash again; name the first row that breaks the chain (exit code 1)."""
    from data.db.verification import verify as verified
    from service.texts import TEXT, number

    _settings, store = open_store()
    language = lang.value if lang else spoken()
    text = TEXT[language]
    found = verified(store, head)
    for table, rows in found.outside:
        print(f"{table}: {text.count('chain.outside', rows)}")
    if found.broken is not None:
        print(text[f"chain.{found.broken.what}"].format(**found.broken.__dict__))
        raise typer.Exit(1)
    print(
        text["chain.holds"].format(
            rows=number(found.rows, language),
            links=number(found.links, language),
            head=found.head.hash or "–",
        )
    )


@app.command("head")
def head() -> None:
    """Print the newest hash and its moment; note it where nobody of the house can change it."""
    from data.db.verification import head_of

    _settings, store = open_store()
    newest = head_of(store)
    moment = f"{newest.at:%Y-%m-%d %H:%M:%S} UTC" if newest.at else "–"
    print(f"{newest.number} {newest.hash or '–'} {moment}")
