from .batch import Batch
from .own_stock import OwnStock
from .printing import LabelRun, LabelSetup, PrintedLabels
from .product import Product

__all__ = ["Batch", "LabelRun", "LabelSetup", "OwnStock", "PrintedLabels", "Product"]
