from .batch import Batch, Removal
from .digest import DigestDelivery
from .importing import Import, ImportPiece
from .own_stock import OwnStock
from .printing import LabelRun, LabelSetup, PrintedLabels
from .product import Product
from .recall import Recall, RecalledBatch
from .scans import BatchScans, ShopScans

__all__ = [
    "Batch",
    "BatchScans",
    "DigestDelivery",
    "Import",
    "ImportPiece",
    "LabelRun",
    "LabelSetup",
    "OwnStock",
    "PrintedLabels",
    "Product",
    "Recall",
    "RecalledBatch",
    "Removal",
    "ShopScans",
]
