"""Writing a page of costs to the file that --html names."""

from __future__ import annotations

from scrimp.billing.cost_report import CostReport
from scrimp.cli.printing import print_text
from scrimp.cli.results.output import STDOUT, open_output
from scrimp.cli.results.own_files import OwnFiles
from scrimp.cli.session import Session
from scrimp.errors import output_error
from scrimp.render.costs.page.cost_page import cost_page


def write_page(report: CostReport, file: str, session: Session) -> None:
    """Write the page, with every secret of the session redacted; - is stdout."""
    page = session.services.keys.redact(cost_page(report))
    if file == STDOUT:
        print_text(page)
        return
    OwnFiles(session).refuse("--html", file)
    with open_output(file, "--html") as output:
        try:
            output.stream.write(page.encode())
            output.stream.flush()
        except OSError as error:
            output.discard()
            raise output_error(error) from error
    session.messages.note(f"{file} has the page")
