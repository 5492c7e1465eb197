"""Writing a page of costs to the file that --html names."""

from __future__ import annotations

from scrimp.billing.cost_report import CostReport
from scrimp.cli.printing import print_text
from scrimp.cli.results.output import STDOUT, format_of_name, write_whole
from scrimp.cli.results.own_files import OwnFiles
from scrimp.cli.session import Session
from scrimp.render.costs.page.cost_page import cost_page


def write_page(report: CostReport, file: str, session: Session) -> None:
    """Write the page, with every secret of the session redacted; - is stdout."""
    format_of_name(file, (), "--html")
    page = session.services.keys.redact(cost_page(report))
    if file == STDOUT:
        print_text(page)
        return
    OwnFiles(session).refuse("--html", file)
    write_whole(file, "--html", [page.encode()])
    session.messages.note(f"{file} has the page")
