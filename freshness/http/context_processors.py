from django.conf import settings
from django.http import HttpRequest


def shop(request: HttpRequest) -> dict[str, object]:
    """What every page's frame shows. Nothing here may ask the session or the database."""
    return {
        "shop_name": settings.SHOP_NAME,
        "shop_language": settings.LANGUAGE_CODE,
        "registration_is_open": settings.REGISTRATION != "closed",
    }
