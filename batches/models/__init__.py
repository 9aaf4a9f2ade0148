from .batch import Batch
from .product import Product

__all__ = ["Batch", "Product"]
