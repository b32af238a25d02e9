"""Bybit's REST interface as typed coroutines.

Source: Bybit V5 "Market", "Trade", "Position", "Account", "Spot Margin Trade (UTA)", "Asset", "User" and "Earn".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.rest.account import AccountMethods
from nautilus_bybit_adapter.transport.rest.asset import AssetMethods
from nautilus_bybit_adapter.transport.rest.asset_records import AssetRecordMethods
from nautilus_bybit_adapter.transport.rest.batch import BatchMethods
from nautilus_bybit_adapter.transport.rest.cached import CachedMethods
from nautilus_bybit_adapter.transport.rest.convert import ConvertMethods
from nautilus_bybit_adapter.transport.rest.earn import EarnMethods
from nautilus_bybit_adapter.transport.rest.earn_fixed_term import FixedTermMethods
from nautilus_bybit_adapter.transport.rest.earn_offers import EarnOfferMethods
from nautilus_bybit_adapter.transport.rest.earn_real_assets import RealAssetMethods
from nautilus_bybit_adapter.transport.rest.earn_token import EarnTokenMethods
from nautilus_bybit_adapter.transport.rest.loans import LoanMethods
from nautilus_bybit_adapter.transport.rest.margin import SpotMarginMethods
from nautilus_bybit_adapter.transport.rest.market import MarketMethods
from nautilus_bybit_adapter.transport.rest.position import PositionMethods
from nautilus_bybit_adapter.transport.rest.protection import ProtectionMethods
from nautilus_bybit_adapter.transport.rest.publications import PublicationMethods
from nautilus_bybit_adapter.transport.rest.resolution import ResolutionMethods
from nautilus_bybit_adapter.transport.rest.risk import RiskMethods
from nautilus_bybit_adapter.transport.rest.series import SeriesMethods
from nautilus_bybit_adapter.transport.rest.trade import TradeMethods
from nautilus_bybit_adapter.transport.rest.user import UserMethods


class BybitHTTPClient(
    CachedMethods,
    MarketMethods,
    SeriesMethods,
    RiskMethods,
    PublicationMethods,
    ResolutionMethods,
    TradeMethods,
    PositionMethods,
    AccountMethods,
    BatchMethods,
    LoanMethods,
    ProtectionMethods,
    SpotMarginMethods,
    AssetMethods,
    AssetRecordMethods,
    ConvertMethods,
    EarnMethods,
    FixedTermMethods,
    EarnTokenMethods,
    RealAssetMethods,
    EarnOfferMethods,
    UserMethods,
):
    """Bybit's REST interface; takes the parameters of `RestSession`.

    Reads are repeated after failures that may pass. What creates, amends or cancels an order is sent once,
    and its error's `outcome` says whether the venue refused it, never saw it, or may have done it. Lists
    come whole whatever their span, or the call raises. Where a row of orders, executions, positions or
    balances cannot be read the call raises; such a row of public data is left out, counted and warned of.

    A transfer, a loan, a conversion or a stake is sent once, too. Withdrawing is deliberately not offered.

    Instruments, fee rates and leverage that is set already need not be asked for twice: see `CachedMethods`.

    Prices, sizes and amounts are the venue's decimal strings; `""` stands for none.

    Attributes
    ----------
    bad_row_count : int
        Rows of public data that could not be read and were left out.
    unknown_word_counts : Counter of str
        How often a word came that this version does not know, by `Struct.field=word`; the row keeps it.

    Examples
    --------
    >>> client = BybitHTTPClient(credentials=credentials)
    >>> await client.open()
    >>> orders = await client.get_open_orders("linear", settle_coin="USDT")
    """
