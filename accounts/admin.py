from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import User, UserQuerySet

admin.site.unregister(Group)  # the roles are waiting, staff and administrator; groups add nothing


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Who may work in the shop."""

    add_form = BaseUserCreationForm
    list_display = ["full_name", "email", "is_staff", "is_superuser", "is_active", "created_at"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["full_name", "email"]
    ordering = ["-created_at"]
    date_hierarchy = "created_at"
    readonly_fields = ["last_login", "created_at", "updated_at"]
    filter_horizontal = []
    actions = ["approve"]
    fieldsets = [
        (None, {"fields": ["full_name", "email", "password"]}),
        (_("Role"), {"fields": ["is_staff", "is_superuser", "is_active"]}),
        (_("When"), {"fields": ["created_at", "updated_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["full_name", "email", "password1", "password2"]}),
        (_("Role"), {"fields": ["is_staff", "is_superuser"]}),
    ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> User | None:
        """The account, to be changed or shown.

        Where the admin has opened a transaction, to change it, all administrators are held, so
        that no two demote each other in one instant.
        """
        if connection.in_atomic_block:
            list(User.objects.administrators().order_by("pk").select_for_update())
        account: User | None = super().get_object(request, object_id, from_field)
        return account

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only who was never let in is deleted; whoever worked here is made inactive."""
        return super().has_delete_permission(request, obj) and obj is not None and not obj.is_staff

    @admin.action(description=_("Approve the selected accounts"))
    def approve(self, request: HttpRequest, queryset: UserQuerySet) -> None:
        count = queryset.approve()
        words = ngettext(
            "%(count)d account is approved.", "%(count)d accounts are approved.", count
        )
        self.message_user(request, words % {"count": count})
