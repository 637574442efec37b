"""Advice on the forms of an Article 7 report in words: what would help, and where it is written."""

from django.utils.translation import gettext_lazy as _

from ccm_portal.treaty.completeness import Advice

ADVICE = {
    Advice.FORM_A_APPLIES: _(
        "Form A has no “not applicable”: Article 9 asks every State for national measures. Name the law, or say that "
        "it is being prepared."
    ),
    Advice.UNCHANGED_IN_INITIAL: _("An initial report cannot be unchanged: there is none before it. Fill in the form."),
    Advice.UNCHANGED_SINCE_WHEN: _("Say unchanged since which report: give the day on which that one was submitted."),
    Advice.UNCHANGED_NOT_EARLIER: _("“Unchanged” cites a day that is not earlier than this report. Check the day."),
    Advice.COVER_PAGE_ALONE: _(
        "The cover page may stand alone only where nothing has changed. Send the changed form with it."
    ),
    Advice.OBLIGATION_RUNS: _(
        "An obligation was running on the day of this report. Give the figures of the year, or say what prevented "
        "progress."
    ),
    Advice.RETAINS: _("Submunitions are retained: Article 3.8 asks each year for their use, type and quantity."),
    Advice.DEFINITE_SENTENCE: _(
        "A definite sentence tells more than “not applicable”, for example that cluster munitions were never produced."
    ),
    Advice.RESOURCES_MISSING: _(
        "Article 7.1(m) asks every State for its national resources. Assistance received and needed may be added here; "
        "an empty form does not say that there is no need."
    ),
    Advice.NEEDS_NOT_STATED: _(
        "Form I.4 is voluntary. A State that wishes assistance can say so here; silence is kept as “not stated”, never "
        "as “no need”."
    ),
    Advice.LEFT_EMPTY: _(
        "The form is empty. Say “nothing to report” or “not applicable”, so that nobody has to guess."
    ),
}
