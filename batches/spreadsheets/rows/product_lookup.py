"""The shop's products by their names, as a file spells them."""

from collections import defaultdict

from django.utils.translation import gettext as _

from ...models import Product
from ...models.case_folding import folded


class ProductsByName:
    def __init__(self) -> None:
        self.by_exact_name: dict[str, Product] = {}
        self.by_folded_name: dict[str, list[Product]] = defaultdict(list)
        for product in Product.objects.all():
            self.by_exact_name[product.name] = product
            self.by_folded_name[folded(product.name)].append(product)

    def find(self, name: str) -> Product | None:
        """The product of that name, whatever its capitals; None if there is none.

        Raises ValueError, in words, where it could be one of several.
        """
        exact = self.by_exact_name.get(" ".join(name.split()))
        if exact is not None:
            return exact
        products = self.by_folded_name.get(folded(name), [])
        if len(products) > 1:
            message = _(
                "Several products have this name: %(names)s. Write it exactly as one of them, "
                "or rename one."
            )
            names = ", ".join(f"“{product.name}”" for product in products)
            raise ValueError(message % {"names": names})
        return products[0] if products else None
