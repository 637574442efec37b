"""Words of templates are looked up once in each language, and are what Django's tag says."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.translation import override

from ccm_portal.ui.templatetags.portal import money

LANGUAGES = ("en", "fr", "ar", "en", "fr")


@pytest.mark.parametrize(
    ("template", "django"),
    [
        ('{% translate "Yes" %}', '{% load i18n %}{% translate "Yes" %}'),
        ('{% translate "Yes" as said %}<{{ said }}>', '{% load i18n %}{% translate "Yes" as said %}<{{ said }}>'),
        ('{% translate "100 %% of <it> & more" %}', '{% load i18n %}{% translate "100 %% of <it> & more" %}'),
        ('{% translate "Yes" noop %}', '{% load i18n %}{% translate "Yes" noop %}'),
        ('{% translate "Yes"|upper %}', '{% load i18n %}{% translate "Yes"|upper %}'),
        (
            '{% translate "May" context "name of a month" %}',
            '{% load i18n %}{% translate "May" context "name of a month" %}',
        ),
        ("{% translate given %}", "{% load i18n %}{% translate given %}"),
        ("{% translate given as said %}{{ said }}", "{% load i18n %}{% translate given as said %}{{ said }}"),
    ],
)
@pytest.mark.parametrize("autoescape", [True, False])
def test_words_are_what_django_says_in_every_language_and_again(template, django, autoescape):
    ours, theirs = Template(template), Template(django)
    for language in LANGUAGES:
        for given in ("Yes", "No <b>"):
            with override(language):
                context = {"given": given}
                drawn = ours.render(Context(context, autoescape=autoescape))
                assert drawn == theirs.render(Context(context, autoescape=autoescape))


def test_words_follow_the_language_of_the_page():
    template = Template('{% translate "Yes" %}{% translate "Yes" as said %}{{ said }}')
    said = []
    for language in LANGUAGES:
        with override(language):
            said.append(template.render(Context()))
    assert said == ["YesYes", "OuiOui", "نعمنعم", "YesYes", "OuiOui"]


GROUPED = [("en", "3,000,000.50"), ("ar", "3 000 000,50"), ("zh-hans", "3 000 000.50")]


@pytest.mark.parametrize(("language", "said"), GROUPED)
def test_amounts_stand_in_groups_of_three_in_each_language(language, said):
    with override(language):
        assert money(Decimal("3000000.5"), "USD").replace("\xa0", " ") == f"USD {said}"
