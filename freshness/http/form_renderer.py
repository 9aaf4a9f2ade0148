from django.forms.renderers import TemplatesSetting


class FieldRenderer(TemplatesSetting):
    """One template draws every field of every form."""

    field_template_name = "_field.html"
