"""What others have published: figures to stand beside the portal's own, and good practices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.models import Sourced


class PublishedFigure(Sourced):
    """A figure that an official paper printed, frozen with its date; nothing in the portal changes it."""

    as_of = models.DateField()
    covered_year = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    wording = models.CharField(_("as published"), max_length=200, blank=True)

    class Meta:
        ordering = ["-as_of", "pk"]
        constraints = [
            models.UniqueConstraint(name="published_figure_once", fields=["as_of", "covered_year", "measure"])
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.as_of}: {self.value}"


class PublishedRate(Sourced):
    """What a paper said of the filing of transparency reports, in its own words: some give no day, some no number."""

    number = models.PositiveSmallIntegerField(unique=True)
    as_of = models.CharField(max_length=100)
    measure = models.CharField(max_length=100)
    value = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.as_of}: {self.measure}"


class Practice(Sourced):
    """A published good practice or lesson, described in the portal's own words."""

    code = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=300)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    theme = models.CharField(max_length=120, blank=True)
    lesson = models.TextField(blank=True)
    address = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-year", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return f"{self.title} {self.year or ''} {self.publisher} {self.theme} {self.lesson}"
