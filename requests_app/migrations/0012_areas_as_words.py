"""Search finds the requests of an area by a word of their texts, so that words and area meet in one index. What the
actions write from now on ends with these words; here the texts that are stored get them."""

from collections import defaultdict

from django.db import migrations


def add(apps, schema_editor):
    """As `models.area_word` says it at this time."""
    areas, texts = defaultdict(list), apps.get_model("requests_app", "SearchText").objects
    through = apps.get_model("requests_app", "AssistanceRequest").areas.through.objects
    for request, code in through.order_by("area").values_list("assistancerequest", "area"):
        areas[request].append("0" + code.replace("_", ""))
    changed = list(texts.filter(request__in=areas))
    for text in changed:
        text.words = " ".join([text.words, *areas[text.request_id]])
    texts.bulk_update(changed, ["words"], batch_size=500)


def remove(apps, schema_editor):
    texts = apps.get_model("requests_app", "SearchText").objects
    changed = list(texts.filter(words__contains=" 0"))
    for text in changed:
        text.words = " ".join(word for word in text.words.split() if not (word[0] == "0" and word[1:].isalpha()))
    texts.bulk_update(changed, ["words"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0011_access_index")]
    operations = [migrations.RunPython(add, remove)]
