from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.db import connection
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from .audit_log import Event, record
from .emails import tell_of_approval, tell_of_new_email, tell_of_new_password
from .login import second_factor
from .login.lockout import unlock
from .models import Role, User, UserQuerySet
from .staff.admin_forms import AccountForm, GivenPasswordForm

admin.site.unregister(Group)  # the roles are waiting, staff and administrator; groups add nothing
admin.site.unregister([TOTPDevice, StaticDevice])  # nobody reads the secrets of others


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Who may work in the shop."""

    form = AccountForm
    add_form = BaseUserCreationForm
    change_password_form = GivenPasswordForm
    list_display = ["full_name", "email", "is_staff", "is_superuser", "is_active", "created_at"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["full_name", "email"]
    ordering = ["-created_at"]
    date_hierarchy = "created_at"
    readonly_fields = ["last_login", "created_at", "updated_at"]
    filter_horizontal = []
    actions = ["approve", "unlock", "sign_out_everywhere", "turn_second_factor_off"]
    fieldsets = [
        (None, {"fields": ["full_name", "email", "language", "digest_hour", "password", "seen"]}),
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

        Where the admin has opened a transaction, to change it, it is held, and all administrators,
        so that no two demote each other in one instant.
        """
        if connection.in_atomic_block:
            list(User.objects.administrators().order_by("pk").select_for_update())
        account: User | None = super().get_object(request, object_id, from_field)
        if account and connection.in_atomic_block:
            account = User.objects.select_for_update().filter(pk=account.pk).first()
        return account

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only who was never let in is deleted; whoever worked here is made inactive."""
        was_let_in = obj is None or obj.let_in_at is not None
        return super().has_delete_permission(request, obj) and not was_let_in

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: Any) -> None:
        """Saves what was changed alone: its owner may be changing the rest meanwhile."""
        if not change:
            super().save_model(request, obj, form, change)
            record(Event.ACCOUNT_MADE, request, account=obj.email, role=obj.role())
            return
        before = User.objects.get(pk=obj.pk)
        obj.save(update_fields=[*form.changed_data, "updated_at"])
        if not obj.is_active:  # else they would go on when it is made active again
            obj.end_sessions()
        tell_what_changed(request, before, obj)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        super().delete_model(request, obj)
        record(Event.ACCOUNT_DELETED, request, account=obj.email)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            account = User.objects.get(pk=id)
            unlock(account)
            tell_of_new_password(account)
            record(Event.PASSWORD_CHANGED, request, account=account.email)
        return response

    @admin.action(description=_("Approve the selected accounts"))
    def approve(self, request: HttpRequest, queryset: UserQuerySet) -> None:
        approved = queryset.approve()
        for account in approved:
            tell_of_approval(account)
            record(Event.APPROVED, request, account=account.email)
        count = len(approved)
        words = ngettext(
            "%(count)d account is approved.", "%(count)d accounts are approved.", count
        )
        self.message_user(request, words % {"count": count})

    @admin.action(description=_("Unlock the selected accounts after wrong passwords"))
    def unlock(self, request: HttpRequest, queryset: UserQuerySet) -> None:
        for account in queryset:
            if unlock(account):
                record(Event.UNLOCKED, request, account=account.email)
        self.message_user(request, _("They can try again now."))

    @admin.action(description=_("Sign the selected accounts out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, queryset: UserQuerySet) -> None:
        for account in queryset:
            account.end_sessions()
            record(Event.SIGNED_OUT_EVERYWHERE, request, account=account.email)
        self.message_user(request, _("They are signed out on every device."))

    @admin.action(description=_("Turn off the second factor of the selected accounts"))
    def turn_second_factor_off(self, request: HttpRequest, queryset: UserQuerySet) -> None:
        for account in queryset:
            if second_factor.turn_off(account):
                record(Event.SECOND_FACTOR_OFF, request, account=account.email)
        self.message_user(request, _("Their passwords alone open them now."))


def tell_what_changed(request: HttpRequest, before: User, after: User) -> None:
    """To the security log, and to the account itself where it would want to know."""
    if after.email != before.email:
        tell_of_new_email(after, before.email)
        record(Event.EMAIL_CHANGED, request, account=after.email, before=before.email)
    was, now = before.role(), after.role()
    if was == Role.WAITING and after.is_active:
        tell_of_approval(after)
        record(Event.APPROVED, request, account=after.email, role=now)
    elif was != now:
        record(Event.ROLE_CHANGED, request, account=after.email, before=was, now=now)
