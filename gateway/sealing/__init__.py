"""Pack passwords and encrypted archives: the adapters behind `Passphrases` and `Sealer`."""

from gateway.sealing.archives import ZipSealer
from gateway.sealing.native import NativeSealer
from gateway.sealing.passphrases import EffPassphrases

__all__ = ["EffPassphrases", "NativeSealer", "ZipSealer"]
