from .batch import Batch, Removal
from .custom_stock import OwnStock
from .digest import DigestDelivery
from .import_job import Import, ImportPiece
from .label_run import LabelRun, LabelSetup, PrintedLabels
from .product import Product
from .recall import Recall, RecalledBatch
from .scan_counts import BatchScans, ShopScans

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
