"""Is everything alive and true: jobs, messages, summaries against facts."""

from flask import Response

from admin import blueprint
from jobs.health import Finding, report
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from web.access import permission_required
from web.extensions import db
from web.findings import finding_text, job_name
from web.pages import render_page


@blueprint.get("/health")
@permission_required(Permission.SEE_HEALTH)
def health() -> Response:
    """One line per thing looked at, what is wrong first; comparing summaries with facts may take seconds."""
    found = report(db.session(), clock.now())
    jobs = [finding for finding in found if "job" in finding.params]
    others = [finding for finding in found if "job" not in finding.params]
    return render_page(
        "admin/health.html",
        wrong=sum(not finding.ok for finding in found),
        jobs=[(job_name(str(job.params["job"])), job) for job in _wrong_first(jobs)],
        others=[(finding_text(finding.code, finding.params), finding) for finding in _wrong_first(others)],
    )


def _wrong_first(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda finding: finding.ok)
