"""The form renderer: Django's, with the portal's own field template."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    field_template_name = "components/field.html"
