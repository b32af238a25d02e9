"""What can be staked.

Source: Bybit V5 Earn, Get Product Info.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FLEXIBLE, ONCHAIN = "FlexibleSaving", "OnChain"
CATEGORIES = (FLEXIBLE, ONCHAIN)
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product.

    Parameters
    ----------
    category : str
        `FlexibleSaving` or `OnChain`.
    product_id, coin : str
        Bybit's names.
    apr : Decimal
        Annual rate as a fraction.
    least, most : Decimal
        Bounds of one stake.
    places : int
        Decimals of amounts.
    stake_minutes, redeem_minutes : int
        How long an order of each kind is pending.
    """

    category: str
    product_id: str
    coin: str
    apr: Decimal
    least: Decimal
    most: Decimal
    places: int = 8
    stake_minutes: int = 0
    redeem_minutes: int = 0

    @property
    def apr_text(self) -> str:
        """Annual rate as Bybit writes it, e.g. `3%`."""
        return f"{(self.apr * 100).normalize():f}%"

    def row(self, now_ms: int) -> dict[str, Any]:
        """Item of `/v5/earn/product`."""
        onchain = self.category == ONCHAIN
        return {
            "category": self.category,
            "estimateApr": self.apr_text,
            "coin": self.coin,
            "minStakeAmount": f"{self.least:f}",
            "maxStakeAmount": f"{self.most:f}",
            "precision": str(self.places),
            "productId": self.product_id,
            "status": "Available",
            "bonusEvents": [],
            "minRedeemAmount": f"{Decimal(1).scaleb(-self.places):f}",
            "maxRedeemAmount": f"{self.most:f}",
            "duration": "Flexible",
            "term": 0,
            "swapCoin": "",
            "swapCoinPrecision": "",
            "stakeExchangeRate": "",
            "redeemExchangeRate": "",
            "rewardDistributionType": "Simple" if onchain else "",
            "rewardIntervalMinute": 60,
            "redeemProcessingMinute": str(self.redeem_minutes),
            "stakeTime": str(now_ms + self.stake_minutes * MINUTE_MS) if onchain else "",
            "interestCalculationTime": str(now_ms // HOUR_MS * HOUR_MS + HOUR_MS) if onchain else "",
        }


def default_products() -> tuple[Product, ...]:
    """Return the products the venue offers."""
    d = Decimal
    flexible = [
        ("428", "USDT", "0.03", "0.1", "1000000"),
        ("429", "USDC", "0.03", "0.1", "1000000"),
        ("430", "BTC", "0.005", "0.00001", "50"),
        ("431", "ETH", "0.008", "0.0001", "500"),
    ]
    onchain = [("8", "ETH", "0.028", "0.01", "1000"), ("9", "SOL", "0.06", "0.1", "5000")]
    return (
        *(
            Product(category=FLEXIBLE, product_id=i, coin=c, apr=d(a), least=d(lo), most=d(hi))
            for i, c, a, lo, hi in flexible
        ),
        *(
            Product(
                category=ONCHAIN,
                product_id=i,
                coin=c,
                apr=d(a),
                least=d(lo),
                most=d(hi),
                stake_minutes=1,
                redeem_minutes=10,
            )
            for i, c, a, lo, hi in onchain
        ),
    )
