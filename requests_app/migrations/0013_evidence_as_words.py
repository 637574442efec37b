"""Search finds a request by the evidence that its reader reads. What the actions write from now on has these words; here
the texts that are stored get them."""

from collections import defaultdict

from django.db import migrations

from ccm_portal.register.search import words

HANDLERS = "handlers"  # as `enums.Audience` says it at this time


def add(apps, schema_editor):
    """Where the State has locked the evidence, nobody but those who handle the request finds it by it; a text that is
    one for all of them stays as it is until the request is saved again."""
    evidence = defaultdict(list)
    for item in apps.get_model("requests_app", "EvidenceItem").objects.order_by("pk"):
        evidence[item.request_id] += [item.claim, item.source]
    changed = []
    texts = apps.get_model("requests_app", "SearchText").objects.filter(request__in=list(evidence))
    for text in texts.select_related("request"):
        if text.audience == HANDLERS or "evidence" not in text.request.locks:
            known = text.words.split()
            more = [word for word in words(" ".join(evidence[text.request_id])) if word not in known]
            text.words = " ".join([*known, *more])
            changed.append(text)
    texts.model.objects.bulk_update(changed, ["words"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0012_areas_as_words")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
