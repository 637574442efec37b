"""The record: documents, decisions, short pages, and slips of published papers."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.meetings import Meeting
from ccm_portal.register.models.obligations import ExtensionDecision
from ccm_portal.register.models.offices import Office
from ccm_portal.register.models.plans import ActionPlan
from ccm_portal.register.models.sourced import Sourced
from ccm_portal.register.models.states import State
from ccm_portal.register.placeholders import BadPlaceholder, check_placeholders


class Document(Sourced):
    """A document of the Convention by its symbol; what it says stays with the United Nations or the ISU."""

    symbol = models.CharField(
        _("symbol"),
        max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9./_-]*$", _("A symbol such as CCM/MSP/2019/12."))],
    )
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=enums.DocumentKind)
    dated_on = models.DateField(_("dated"), null=True, blank=True, help_text=_("The last day that fits the source."))
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="documents")
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="documents")
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("takes the place of"),
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.UniqueConstraint(
                Lower("symbol"), name="document_symbol_once", violation_error_message=_("That symbol is taken.")
            ),
            models.CheckConstraint(
                name="document_not_its_own_successor",
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("pk")),
                violation_error_message=_("A document does not take its own place."),
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return f"{self.symbol} {self.title}"

    def get_absolute_url(self) -> str:
        return f"/documents/{self.symbol}/"  # the page shows every app, so it belongs to the highest one

    @property
    def successor(self) -> "Document | None":
        """The document that took its place; needs `select_related("superseded_by")` to cost no query."""
        return getattr(self, "superseded_by", None)


def document_path(version: "DocumentVersion", name: str) -> str:
    """Where a file is kept: by symbol and language, under its own name."""
    return f"documents/{version.document.symbol.replace('/', '-')}/{version.language}/{name}"


class DocumentVersion(Sourced):
    """A document in one of the six languages: a file that the portal holds, or where it is published."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=2, choices=enums.Language)
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    url = models.CharField(
        _("address"), max_length=400, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    file = models.FileField(_("file"), upload_to=document_path, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["document", "language", "-number"]
        constraints = [
            models.UniqueConstraint(name="document_version_once", fields=["document", "language", "number"]),
            models.CheckConstraint(
                name="document_version_is_somewhere",
                condition=~Q(url="") | ~Q(file=""),
                violation_error_message=_("Give an address or a file."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.language} {self.number}"


class Decision(Sourced):
    """What a meeting decided, by paragraph. Decisions on extension requests stand in the register of extensions and
    are shown from there; a row here adds their text."""

    code = models.SlugField(max_length=60, unique=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    paragraph = models.CharField(_("paragraph"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    wording = models.CharField(max_length=15, choices=enums.Wording, default=enums.Wording.SUBSTANCE)
    kind = models.CharField(_("kind"), max_length=20, choices=enums.DecisionKind)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        help_text=_("Where it is printed: the final report, or the document adopted."),
    )
    extension = models.OneToOneField(
        ExtensionDecision, models.PROTECT, null=True, blank=True, related_name="decision_text"
    )
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="decisions")
    action_plan = models.ForeignKey(ActionPlan, models.PROTECT, null=True, blank=True, related_name="decisions")
    effect = models.CharField(_("what it changed"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-meeting__first_day", "code"]
        constraints = [
            models.CheckConstraint(
                name="decision_extension_has_its_kind",
                condition=Q(extension__isnull=True) | Q(kind="extension"),
                violation_error_message=_("A decision on an extension request is of that kind."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id and self.meeting.code}: {self.title}"

    def get_absolute_url(self) -> str:
        return f"/decisions/{self.code}/"  # the page shows the activities of work plans


class PageText(Sourced):
    """A short public page that the ISU edits. Holders of offices are placeholders, so that they never go stale."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"),
        help_text=_(
            "Blank lines part paragraphs; “## ” starts a heading, “- ” an item of a list. "
            "{{icaCoordinators|date}} becomes the States in office."
        ),
    )
    dated_on = models.DateField(
        _("dated"), null=True, blank=True, help_text=_("A text with a date keeps the holders of that day.")
    )
    last_reviewed = models.DateField(_("last reviewed"))
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("register:page", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        try:
            check_placeholders(self.body, Office.objects.exclude(placeholder="").values_list("placeholder", flat=True))
        except BadPlaceholder as error:
            raise ValidationError({"body": str(error)}) from None


class Paper(models.Model):
    """A published paper as it came, slips and all; what is wrong in it stands beside it as import warnings."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/library/papers/{self.code}/"  # the library shows every app, so it belongs to the highest one

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return f"{self.title} {self.text}"

    @property
    def warnings(self) -> "models.QuerySet[ImportWarning]":
        """What it says that the register, the paper itself or arithmetic contradicts."""
        return ImportWarning.objects.filter(source__startswith=f"{self.code}.txt line ")


class ImportWarning(models.Model):  # noqa: A001  the name of the requirement; nothing here imports the builtin
    """What an imported paper says that the register, the paper itself or arithmetic contradicts (R125). The paper is
    kept as it is; this stands beside it."""

    source = models.CharField(_("where"), max_length=80)
    paper = models.CharField(max_length=200)
    field = models.CharField(_("what"), max_length=80)
    found = models.CharField(_("as published"), max_length=200)
    expected = models.CharField(_("corrected"), max_length=200)
    reason = models.TextField()
    raised_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["source", "field"]
        constraints = [models.UniqueConstraint(name="import_warning_once", fields=["source", "field"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.field}"

    @property
    def line(self) -> int:
        """The line of the paper that it is about."""
        return int(self.source.rpartition(" ")[2])
